"""Simplified or traditional: by the characters that only one of the two scripts has.

The characters come from OpenCC's conversion tables, out of the package opencc-python-reimplemented,
whose code is not used.
"""

import functools
import importlib.util
import pathlib
import sys

import numpy as np

from mining import characters

_HANS, _HANT = 1, 2


@functools.cache
def _table():
    """Which script has a character that the other has not, as bits; uint8 by code point."""
    package = importlib.util.find_spec("opencc")
    folder = pathlib.Path(package.origin).parent / "dictionary"
    simplified, traditional = _left_column(folder, "ST"), _left_column(folder, "TS")
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
    table[[ord(char) for char in simplified - traditional]] = _HANS
    table[[ord(char) for char in traditional - simplified]] = _HANT
    return table


def _left_column(folder, name):
    lines = (folder / f"{name}Characters.txt").read_text(encoding="utf-8").splitlines()
    # A character that may stand for itself in the other script tells nothing.
    rows = (line.split() for line in lines if line)
    return frozenset(row[0] for row in rows if row[0] not in row[1:])


def chinese_scripts(texts):
    """The script of each text: Hans, Hant, or Hani where no character decides (or as many for one
    as for the other). texts: list of n strings; returns NumPy array of str [n]."""
    hans, hant = characters.count(texts, (_HANS, _HANT), _table())
    return np.where(hans == hant, "Hani", np.where(hans > hant, "Hans", "Hant")).astype(object)
