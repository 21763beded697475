"""What a mined pair must pass. Each filter scores a column; thresholds are applied after.

Scores are stored with every pair, kept or refused, so a threshold can be changed in a query.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from mining import asciitokens, names, negation, numbers

#: characters of a translation per character of English: medians of the Tatoeba bitext test sets
#: (python -m benchmarks.thresholds); 1 for a language not listed
CHARS_PER_ENGLISH_CHAR = {
    "ar": 0.82,
    "de": 1.16,
    "es": 1.04,
    "fr": 1.17,
    "it": 1.08,
    "ja": 0.46,
    "ko": 0.52,
    "nl": 1.06,
    "pl": 0.98,
    "pt": 1.06,
    "ru": 0.97,
    "th": 0.84,
    "zh": 0.32,
}
#: length ratio from which the longer side says something that the shorter does not
_SAYS_MORE = 1.4


def number_agreement(table):
    """See mining.numbers.agreement; float32 [n]."""
    return _of_each(table, numbers.agreement)


def negation_agreement(table):
    """See mining.negation.agreement; float32 [n]."""
    return _of_each(table, negation.agreement)


def name_agreement(table, lexicon=None):
    """See mining.names.agreement; float32 [n]. The lexicon is learnt from the table where none is
    given."""
    src, tgt, langs = (table[name].to_pylist() for name in ("src_text", "tgt_text", "tgt_lang"))
    lexicon = names.learn(src, tgt) if lexicon is None else lexicon
    rows = zip(src, tgt, langs, strict=True)
    return np.array([names.agreement(*row, lexicon) for row in rows], dtype=np.float32)


def ascii_agreement(table):
    """See mining.asciitokens.agreement; float32 [n]."""
    columns = (table[name].to_pylist() for name in ("src_text", "tgt_text", "tgt_lang"))
    rows = zip(*columns, _says_more(table), strict=True)
    return np.array([asciitokens.agreement(*row) for row in rows], dtype=np.float32)


def length_ratio(table):
    """The longer side over the shorter, lengths in English characters; float32 [n], at least 1."""
    src, tgt = _english_lengths(table)
    return (np.maximum(src, tgt) / np.minimum(src, tgt)).astype(np.float32)


def copy_similarity(table):
    """Normalised edit similarity (Indel) of the two texts, lower-cased; float32 [n] from 0 to 1."""
    src, tgt = (pc.utf8_lower(table[name]).to_pylist() for name in ("src_text", "tgt_text"))
    return (process.cpdist(src, tgt, scorer=fuzz.ratio) / 100).astype(np.float32)


def language_agreement(table):
    """How sure the language of the less sure side is; float32 [n] from 0 to 1.

    From src_lang_prob and tgt_lang_prob; 1 where the table has none.
    """
    sides = [name for name in ("src_lang_prob", "tgt_lang_prob") if name in table.column_names]
    sure = [table[name].to_numpy().astype(np.float32) for name in sides]
    return np.minimum.reduce([np.ones(table.num_rows, np.float32), *sure])


def fan(table):
    """How many pairs of the table have this pair's English text, or its other text, but for the
    digits in it; the greater of the two, float32 [n], at least 1."""
    counts = []
    for name in ("src_text", "tgt_text"):
        masked = pc.replace_substring_regex(pc.utf8_lower(table[name]), r"[0-9]+", "0")
        codes = masked.combine_chunks().dictionary_encode().indices.to_numpy()
        counts.append(np.bincount(codes)[codes])
    return np.maximum(*counts).astype(np.float32)


SCORES = (
    number_agreement,
    negation_agreement,
    name_agreement,
    ascii_agreement,
    length_ratio,
    copy_similarity,
    language_agreement,
    fan,
)


def score(table, lexicon=None):
    """``table`` (src_text, tgt_text and langs at least) with a column for each filter's score;
    lexicon: as of name_agreement."""
    for column in SCORES:
        given = (table, lexicon) if column is name_agreement else (table,)
        values = column(*given) if table.num_rows else np.empty(0, np.float32)
        table = table.append_column(column.__name__, pa.array(values, pa.float32()))
    return table


def reject_reasons(table, config):
    """Why each scored pair is refused, or ''; NumPy array of str [n]. The first reason counts."""
    values = {name: table[name].to_numpy() for name in (column.__name__ for column in SCORES)}
    refused = (
        *refused_by_vectors(table, config),
        ("order", ~(table["order_agreement"].to_numpy() >= config.min_order_agreement)),
        ("number_agreement", ~(values["number_agreement"] >= config.min_number_agreement)),
        ("negation_agreement", ~(values["negation_agreement"] >= config.min_negation_agreement)),
        ("name_agreement", ~(values["name_agreement"] >= config.min_name_agreement)),
        ("ascii_agreement", ~(values["ascii_agreement"] >= config.min_ascii_agreement)),
        ("length_ratio", ~(values["length_ratio"] <= config.max_length_ratio)),
        ("copy_similarity", ~(values["copy_similarity"] < config.max_copy_similarity)),
        (
            "language_agreement",
            ~(values["language_agreement"] >= config.min_language_agreement),
        ),
        ("fan", ~(values["fan"] <= config.max_fan)),
        ("original_pages", _original_pages(table) < config.min_original_pages),
    )
    reasons = np.full(table.num_rows, "", dtype=object)
    for name, mask in refused:
        reasons[mask & (reasons == "")] = name
    return reasons


def refused_by_vectors(table, config):
    """What is wrong with pairs by their vectors and pages alone: (reason, bool [n]) pairs.

    table: schema PAIRS, or with found_by LINKS; what alignment found counts align_bonus more and
    has the support of its pages.
    """
    margin, cosine, support = (
        table[name].to_numpy() for name in ("margin", "cosine", "page_support")
    )
    aligned = np.zeros(len(margin), bool)
    if "found_by" in table.column_names:
        known = pc.fill_null(pc.equal(table["found_by"], "alignment"), False)
        aligned = np.asarray(known, bool)
    bonus = page_bonus(support, config)
    bonus[aligned] = config.align_bonus
    known = aligned | (support >= config.min_page_support) | (margin > config.min_margin_alone)
    sure = (aligned | _in_company(support, config)) & (margin > config.min_margin_alone)
    near = np.where(sure, cosine * np.maximum(margin, 1), cosine)
    return (
        ("margin", ~(margin + bonus > config.min_margin)),
        ("cosine", ~(near >= config.min_cosine)),
        ("page_support", ~known),
    )


def _original_pages(table):
    """How many of the two pages of each pair repeat no other page; int8 [n]."""
    src, tgt = (~table[f"{side}_duplicate_page"].to_numpy() for side in ("src", "tgt"))
    return src.astype(np.int8) + tgt.astype(np.int8)


def _says_more(table):
    """ "src" or "tgt" where that side is clearly longer, else ""; list of str [n]."""
    src, tgt = _english_lengths(table)
    longer = np.where(src > _SAYS_MORE * tgt, "src", np.where(tgt > _SAYS_MORE * src, "tgt", ""))
    return longer.tolist()


def _of_each(table, agreement):
    columns = (table[name].to_pylist() for name in ("src_text", "src_lang", "tgt_text", "tgt_lang"))
    scores = [agreement(*row) for row in zip(*columns, _says_more(table), strict=True)]
    return np.array(scores, dtype=np.float32)


def is_good(margins, cosines, config):
    """bool [n]: whether a pair's vectors speak for it; what counts as support for its pages."""
    return (margins > config.min_margin) & (cosines >= config.min_cosine)


def page_bonus(support, config):
    """What each pair's margin counts more for the company it keeps; float32 [n].

    support: page_support, int32 [n].
    """
    return np.where(_in_company(support, config), config.page_bonus, 0).astype(np.float32)


def _in_company(support, config):
    """bool [n]: whether other good pairs of the same two pages speak for a pair."""
    return support >= max(config.min_page_support, 1)


def _english_lengths(table):
    """float64 [n], [n]: characters of both sides, the translation's as if it were English."""
    factors = [CHARS_PER_ENGLISH_CHAR.get(lang, 1.0) for lang in table["tgt_lang"].to_pylist()]
    src, tgt = (
        np.maximum(pc.utf8_length(table[name]).to_numpy(), 1) for name in ("src_text", "tgt_text")
    )
    return src.astype(np.float64), tgt / np.array(factors, dtype=np.float64)
