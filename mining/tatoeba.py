"""Bitext retrieval on the Tatoeba test (Artetxe & Schwenk 2019b, TACL): how often an encoder finds
the translation of a sentence.

A set is the pairs of one language with English, line by line. Each sentence looks for its best
among the sentences of the other side, by cosine or by ratio margin (Artetxe & Schwenk 2019a, ACL);
the accuracy is the share of them that find the line they stand on.
"""

import collections
import pathlib
import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from mining import knn, schema
from mining.errors import InputError
from mining.margin import margin_scores, mine_pairs
from mining.tatoeba_sets import GROUPS, LANGUAGES, Language
from mining.vectors import unit_rows

_FILE = re.compile(r"tatoeba\.([a-z]{3})-eng\.(\1|eng)")
# Norwegian Bokmål has a code of its own beside that of Norwegian.
_OTHER_CODES = {"nb": "nob"}
_WINDOW = 2048
# Queries whose margins with all of the other side are held at a time.
_BLOCK = 1024


class Pairs(NamedTuple):
    """A set: n English sentences and the n that they are translations of."""

    english: list
    other: list


class Accuracy(NamedTuple):
    """Shares, 0 to 1, of the sentences that find their translation; to_en: X to English.

    By cosine; by ratio margin; and by ratio margin among the k nearest alone, as in mining and in
    LASER's xsim.py, whose error rate is one minus this.
    """

    cosine_to_en: float
    cosine_from_en: float
    margin_to_en: float
    margin_from_en: float
    xsim_to_en: float
    xsim_from_en: float


def file_names(code):
    """Names of the two files of a set: the other side's, the English one's."""
    return f"tatoeba.{code}-eng.{code}", f"tatoeba.{code}-eng.eng"


def codes_in(folder):
    """The codes of the sets in a folder, sorted; InputError where it is none or has none."""
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give one with the Tatoeba test")
    found = (_FILE.fullmatch(path.name) for path in folder.iterdir())
    codes = sorted({match[1] for match in found if match} - {"eng"})
    if not codes:
        raise InputError(
            f"{folder}: no files tatoeba.XXX-eng.XXX and tatoeba.XXX-eng.eng; give a folder with "
            "the Tatoeba test"
        )
    return codes


def chosen(text, codes):
    """Those of ``codes``, the sets there are, that "de,zh" or "deu,cmn" names; sorted.

    English, the other side of every set, does not count. InputError for a language without a set.
    """
    known = {language.lang: code for code, language in LANGUAGES.items()} | _OTHER_CODES
    wanted = [part.strip().lower() for part in text.split(",")]
    wanted = {known.get(lang, lang): lang for lang in wanted if lang not in ("", "en", "eng")}
    if not wanted:
        raise InputError(f"languages {text!r}: give one or more beside English, such as de,zh")
    for code, lang in wanted.items():
        if code not in codes:
            raise InputError(
                f"unknown language {lang!r}: there is no Tatoeba set of it here; give codes such "
                "as de or deu"
            )
    return sorted(wanted)


def read_pairs(folder, code):
    """The Pairs of a set; InputError for a side that is missing or no text, and for sides that
    don't stand line by line."""
    other, english = (_lines(pathlib.Path(folder) / name) for name in file_names(code))
    if len(english) != len(other):
        raise InputError(
            f"{pathlib.Path(folder) / file_names(code)[0]}: {len(other):,} lines, but "
            f"{len(english):,} in the English file beside it; get both again"
        )
    return Pairs(english, other)


def _lines(path):
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: missing, while the other side is there") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8, at byte {error.start:,}; get it again") from None
    # At line feeds alone: a sentence may hold other characters that Python ends lines at.
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise InputError(f"{path}: line {number:,} is empty; a set needs a sentence a line")
    return lines


def accuracy(english, other, k):
    """The Accuracy of a set from its vectors, each [n, dim] of any float type, row by row.

    k: neighbours of a sentence that a margin takes the mean of. Of equally good ones the earlier
    line is taken.
    """
    english, other = unit_rows(english), unit_rows(other)
    ids = np.arange(len(english))
    ahead = knn.search(ids, english, [(ids, other)], k)
    back = knn.search(ids, other, [(ids, english)], k)

    def mined(margin, retrieval):
        pairs = mine_pairs(ahead, back, margin, retrieval)
        return float(np.mean(pairs["src_id"].to_numpy() == pairs["tgt_id"].to_numpy()))

    return Accuracy(
        mined("absolute", "backward"),
        mined("absolute", "forward"),
        float(np.mean(_best(other, english, back.means, ahead.means) == ids)),
        float(np.mean(_best(english, other, ahead.means, back.means) == ids)),
        mined("ratio", "backward"),
        mined("ratio", "forward"),
    )


def _best(queries, index, query_means, index_means):
    """The row of the greatest ratio margin for each query, the first of equal ones; int64 [n]."""
    index = index.astype(np.float64).T
    found = []
    for at in range(0, len(queries), _BLOCK):
        block = slice(at, at + _BLOCK)
        cosines = queries[block].astype(np.float64) @ index
        scores = margin_scores(cosines, query_means[block, None], index_means, "ratio")
        found.append(scores.argmax(axis=1))
    return np.concatenate(found)


def evaluate(sets, encoder, k, encoded=lambda count: None):
    """Yields (code, Accuracy) of each of ``sets``, a dict of code to Pairs.

    The English sides have much in common: a sentence of them is encoded once. ``encoded`` is
    called with the number of sentences that have been encoded since its last call.
    """
    english = list(dict.fromkeys(text for pairs in sets.values() for text in pairs.english))
    rows = {text: row for row, text in enumerate(english)}
    batches = collections.deque([english, *(pairs.other for pairs in sets.values())])
    stream = encoder.stream(window for batch in tuple(batches) for window in _windows(batch))

    def vectors():
        texts, parts = batches.popleft(), []
        for window in _windows(texts):
            parts.append(next(stream).vectors)
            encoded(len(window))
        return np.concatenate(parts)

    if sets:
        of_english = vectors()
    for code, pairs in sets.items():
        side = of_english[[rows[text] for text in pairs.english]]
        yield code, accuracy(side, vectors(), k)


def sentences(sets):
    """How many sentences ``evaluate`` encodes."""
    return len({text for pairs in sets.values() for text in pairs.english}) + sum(
        len(pairs.other) for pairs in sets.values()
    )


def _windows(texts):
    return [texts[at : at + _WINDOW] for at in range(0, len(texts), _WINDOW)]


def results(found, sizes, encoder):
    """The table of schema.tatoeba: a row for each language, by code, then for each average.

    found: dict of code to Accuracy; sizes: dict of code to the number of its pairs. Averages are
    over languages, each counting the same, and only over groups all of which is there: of those of
    papers, of the languages the encoder was trained for, and of all that are there.
    """
    own = encoder.languages
    rows = []
    for code in sorted(found):
        _, lang, name = LANGUAGES.get(code, Language(code, code, code))
        trained = None if own is None else lang in own
        rows.append(("language", code, lang, name, trained, 1, sizes[code], *found[code]))
    for name, codes in _groups(found, {row[1] for row in rows if row[4]}).items():
        mean = np.mean([found[code] for code in sorted(codes)], axis=0).tolist()
        size = sum(sizes[code] for code in codes)
        rows.append(("average", None, None, name, None, len(codes), size, *mean))
    made = schema.tatoeba(encoder.name, encoder.fingerprint)
    return pa.table(list(map(list, zip(*rows, strict=True))), schema=made)


def _groups(found, trained):
    """What to take averages over: label to codes, no two the same."""
    groups = {name: codes for name, codes in GROUPS.items() if codes <= found.keys()}
    for name, codes in (("trained for", trained), ("given", found.keys())):
        if len(codes) > 1 and codes not in groups.values():
            groups[name] = codes
    return groups
