"""Simplified or traditional: by the characters that only one of the two scripts has.

The characters come from OpenCC's conversion tables, out of the package opencc-python-reimplemented,
whose code is not used.
"""

import functools
import importlib.util
import pathlib


@functools.cache
def _characters():
    """The characters that only one script has: (simplified, traditional), two frozensets."""
    package = importlib.util.find_spec("opencc")
    folder = pathlib.Path(package.origin).parent / "dictionary"
    simplified, traditional = _left_column(folder, "ST"), _left_column(folder, "TS")
    return simplified - traditional, traditional - simplified


def _left_column(folder, name):
    lines = (folder / f"{name}Characters.txt").read_text(encoding="utf-8").splitlines()
    # A character that may stand for itself in the other script tells nothing.
    rows = (line.split() for line in lines if line)
    return frozenset(row[0] for row in rows if row[0] not in row[1:])


def chinese_script(text):
    """Hans, Hant, or Hani where no character decides (or as many for one as for the other)."""
    simplified, traditional = _characters()
    hans = sum(char in simplified for char in text)
    hant = sum(char in traditional for char in text)
    return "Hani" if hans == hant else "Hans" if hans > hant else "Hant"
