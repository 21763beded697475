"""How alike a name sounds in English and in Chinese, which spells foreign names by sound.

Both are written in the same few letters first: those of sounds that Chinese does not tell apart
are made one. Which names there are is not decided here.
"""

import re

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

_ENGLISH_SPELLINGS = (
    ("sch", "sh"),
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("qu", "k"),
    ("x", "ks"),
    ("v", "w"),
    ("r", "l"),
    ("c", "k"),
    ("y", "i"),
    ("h", ""),
    ("z", "s"),
)
_PINYIN_SPELLINGS = (
    ("zh", "j"),
    ("sh", "s"),
    ("x", "s"),
    ("q", "k"),
    ("r", "l"),
    ("h", ""),
    ("y", "i"),
    ("v", "w"),
    ("z", "s"),
    ("c", "k"),
)
_TWICE = re.compile(r"(.)\1")


def of_english(name):
    """The sound of a name in Latin letters; empty if it has none of a to z."""
    return _simplified(re.sub("[^a-z]", "", name.lower()), _ENGLISH_SPELLINGS)


def of_chinese(text):
    """The sound of the Chinese characters of a text."""
    return _simplified("".join(lazy_pinyin(text, errors="ignore")), _PINYIN_SPELLINGS)


def similarity(english, chinese):
    """How well the shorter of two sounds fits its best place in the longer; 0 to 100 (Indel)."""
    return fuzz.partial_ratio(english, chinese) if english and chinese else 0.0


def _simplified(name, spellings):
    """``name`` with letters that stand for sounds Chinese does not tell apart made the same."""
    for spelling, letter in spellings:
        name = name.replace(spelling, letter)
    return _TWICE.sub(r"\1", name)
