"""How much of a text is what sites say around their content: cookie banners, copyright lines,
logins, share buttons, "read more".

Phrases are in English, German and Chinese; a text in another language has none.
"""

import functools
import re

import numpy as np

from mining.codepoints import hash_strings
from mining.phrases import PHRASES

# What may open before a phrase or stand between two, and what ends a text.
_POLITE = "please |bitte "
_GLUE = "or |and |oder |und |to |jetzt |hier |now |或|和"
_CLOSING = "rights reserved|rechte vorbehalten|版权所有|版權所有|权所有"
# So many characters before a closing phrase may name whoever has the rights.
_MAX_NAME = 60
# A longer text says more than that.
_MAX_CHARS = 400


def boilerplate_share(column):
    """The share of each text's characters in such phrases, at its head or at its end: float64 [n].

    column: mining.codepoints.Column. 0.0 for a text of more than 400 characters.
    """
    share = np.zeros(len(column))
    may = column.begins(_heads()) | column.ends_with(_tails())
    rows = np.flatnonzero(may & (column.lengths <= _MAX_CHARS))
    if len(rows):
        share[rows] = [_share(text.lower()) for text in column.texts.take(rows).to_pylist()]
    return share


@functools.cache
def _heads():
    heads = {head for opening, _ in PHRASES for head in opening.split("|")}
    return hash_strings(heads | set(_POLITE.split("|")))


@functools.cache
def _tails():
    return hash_strings(closing[::-1] for closing in _CLOSING.split("|"))


@functools.cache
def _by_first_two():
    """A regular expression of all phrases that open with two characters, by these."""
    groups = {}
    for opening, rest in PHRASES:
        heads = {}
        for head in opening.split("|"):
            heads.setdefault(head[:2], []).append(re.escape(head))
        for first, those in heads.items():
            groups.setdefault(first, []).append(f"(?:{'|'.join(those)})(?:{rest})")
    return {first: re.compile("|".join(phrases)) for first, phrases in groups.items()}


_SIGNS = re.compile(r"(?:[^\w©]|[\d_])*")
_BETWEEN = re.compile(rf"(?:[^\w©]|[\d_]|{_POLITE}|{_GLUE})*")
_CLOSE = re.compile(rf"(?:{_CLOSING})\W*$")
_STOP = re.compile(r".*[.!?。！？|]", re.DOTALL)


def _share(text):
    end, found = 0, True
    while found:
        found = _phrase(text, end)
        end = found.end() if found else end
    closing = _CLOSE.search(text, end)
    if closing:
        # The name of whoever has the rights belongs to it.
        before = _STOP.match(text, end, closing.start())
        start = max(before.end() if before else end, closing.start() - _MAX_NAME)
        end += len(text) - start
    return end / max(len(text), 1)


def _phrase(text, end):
    """The match of the phrase that comes next behind ``end``, or None."""
    phrases = _by_first_two()
    for skipped in (_SIGNS, _BETWEEN):
        start = skipped.match(text, end).end()
        phrase = phrases.get(text[start : start + 2])
        found = phrase and phrase.match(text, start)
        if found:
            return found
    return None
