"""How many characters of a class each text of a column has: one table look-up a character."""

import functools
import itertools
import re
import sys

import numpy as np

HAN = 1
KANA_OR_HANGUL = 2
LETTER = 4

_CLASSES = (
    (HAN, "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
    (KANA_OR_HANGUL, "[\u3040-\u30ff\uac00-\ud7af]"),
    (LETTER, r"[^\W\d_]"),
)


@functools.cache
def _table():
    """The classes of every code point, as bits; uint8 [0x110000]."""
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    table = np.zeros(len(every), dtype=np.uint8)
    for bit, pattern in _CLASSES:
        for found in re.finditer(f"{pattern}+", every):
            table[found.start() : found.end()] |= bit
    return table


def count(texts, classes, table=None):
    """How many characters of each class each text has; int64 [classes, n].

    texts: list of n strings; classes: bits of ``table``, uint8 by code point (default: HAN,
    KANA_OR_HANGUL and LETTER).
    """
    table = _table() if table is None else table
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32)
    ends = np.fromiter(itertools.accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)
    bits = table[codes]
    counts = np.empty((len(classes), len(texts)), dtype=np.int64)
    for row, bit in enumerate(classes):
        before = np.zeros(len(bits) + 1, dtype=np.int64)
        np.cumsum((bits & bit) != 0, out=before[1:])
        counts[row] = before[ends[1:]] - before[ends[:-1]]
    return counts
