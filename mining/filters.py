"""What a mined pair must pass. Each filter scores a column; thresholds are applied after.

Scores are stored with every pair, kept or refused, so a threshold can be changed in a query.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from mining import numbers

#: characters of a translation per character of English: medians of the Tatoeba bitext test set;
#: 1 for a language not listed
CHARS_PER_ENGLISH_CHAR = {"de": 1.16, "zh": 0.32, "ja": 0.47, "ko": 0.53}


def number_agreement(table):
    """See mining.numbers.agreement; float32 [n]."""
    columns = (table[name].to_pylist() for name in ("src_text", "src_lang", "tgt_text", "tgt_lang"))
    scores = [numbers.agreement(*row) for row in zip(*columns, strict=True)]
    return np.array(scores, dtype=np.float32)


def length_ratio(table):
    """The longer side over the shorter, lengths in English characters; float32 [n], at least 1."""
    factors = [CHARS_PER_ENGLISH_CHAR.get(lang, 1.0) for lang in table["tgt_lang"].to_pylist()]
    src = _lengths(table["src_text"])
    tgt = _lengths(table["tgt_text"]) / np.array(factors, dtype=np.float64)
    return (np.maximum(src, tgt) / np.minimum(src, tgt)).astype(np.float32)


def copy_similarity(table):
    """Normalised edit similarity (Indel) of the two texts, lower-cased; float32 [n] from 0 to 1."""
    src, tgt = (pc.utf8_lower(table[name]).to_pylist() for name in ("src_text", "tgt_text"))
    return (process.cpdist(src, tgt, scorer=fuzz.ratio) / 100).astype(np.float32)


SCORES = (number_agreement, length_ratio, copy_similarity)


def score(table):
    """``table`` (src_text, tgt_text and langs at least) with a column for each filter's score."""
    for column in SCORES:
        values = column(table) if table.num_rows else np.empty(0, np.float32)
        table = table.append_column(column.__name__, pa.array(values, pa.float32()))
    return table


def reject_reasons(table, config):
    """Why each scored pair is refused, or ''; NumPy array of str [n]. The first reason counts."""
    values = {
        name: table[name].to_numpy()
        for name in ("margin", "cosine", *(column.__name__ for column in SCORES))
    }
    refused = (
        ("margin", ~(values["margin"] > config.min_margin)),
        ("cosine", ~(values["cosine"] >= config.min_cosine)),
        ("number_agreement", ~(values["number_agreement"] >= config.min_number_agreement)),
        ("length_ratio", ~(values["length_ratio"] <= config.max_length_ratio)),
        ("copy_similarity", ~(values["copy_similarity"] < config.max_copy_similarity)),
    )
    reasons = np.full(table.num_rows, "", dtype=object)
    for name, mask in refused:
        reasons[mask & (reasons == "")] = name
    return reasons


def _lengths(texts):
    return np.maximum(pc.utf8_length(texts).to_numpy(), 1)
