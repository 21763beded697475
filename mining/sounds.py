"""How alike a name sounds in Latin letters and in Chinese, which spells foreign names by sound.

Both are written in the same letters of rough sounds first; then it is counted what has to be
changed, left out or put in to come from one to the other, little for what such spellings do as a
rule: vowels, l and r, what stands at the end of a syllable. Which names there are is not decided
here.
"""

import functools
import re
import unicodedata

from pypinyin import lazy_pinyin

_LATIN_SPELLINGS = (
    (r"tsch|tch", "C"), (r"sch|sh|sj|skj", "S"), (r"ch(?=[lrt])", "k"), (r"ch", "C"),
    (r"ph", "f"), (r"th", "t"), (r"gh", "g"), (r"ck", "k"), (r"qu?", "k"),
    (r"x", "ks"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"tz|ts|z", "z"),
    (r"ng(?![aeiou])|nk(?=$)", "n"), (r"j", "j"), (r"w", "v"), (r"y", "i"),
)  # fmt: skip
_LATIN_SPELLINGS = tuple((re.compile(form), sound) for form, sound in _LATIN_SPELLINGS)
_LETTERS = str.maketrans({"ø": "o", "ß": "ss", "æ": "e", "œ": "o", "ł": "l", "đ": "d", "þ": "t"})
_PINYIN_SPELLINGS = (
    (r"ng", "n"), (r"zh", "j"), (r"ch|q", "C"), (r"sh|x", "S"), (r"c", "z"),
    (r"y(?=i)", ""), (r"y", "i"), (r"w(?=u)", ""), (r"r", "r"), (r"w", "v"),
    (r"ü|v(?=$)", "u"),
)  # fmt: skip
_PINYIN_SPELLINGS = tuple((re.compile(form), sound) for form, sound in _PINYIN_SPELLINGS)
_TWICE = re.compile(r"(.)\1")
_VOWELS = frozenset("aeiou")
#: what it costs to leave out or put in a sound; 1 those not listed
_DROPPED = {
    **dict.fromkeys(_VOWELS, 0.15), "h": 0.15, "r": 0.3, "l": 0.4, "n": 0.5, "m": 0.6, "g": 0.6,
    "d": 0.6, "t": 0.6, "k": 0.8, "v": 0.5,
}  # fmt: skip
#: what it costs that one stands for another; 1.3 those not listed
_LIKENESS = {
    0.0: ("lr", "vu"),
    0.1: ("bp", "dt", "gk", "sz", "sS", "jC", "CS", "jS"),
    0.2: ("zC", "zS", "zj", "kj", "gj", "bv", "fv", "fp", "ji", "mn", "sj", "sC"),
    0.4: ("hk", "hf", "hg", "hS", "tz", "tC", "dj", "kC", "gC", "vo", "fb", "kS", "gS", "hj", "tj",
          "dz", "ts", "tS", "ri", "hv", "gv", "rj"),
}  # fmt: skip
_CHANGED = {frozenset(pair): cost for cost, pairs in _LIKENESS.items() for pair in pairs}


def of_latin(name):
    """The sounds of a name in Latin letters; empty if it has none."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return _spelled(re.sub("[^a-z]", "", plain), _LATIN_SPELLINGS)


def of_chinese(text):
    """The sounds of the Chinese characters of a text."""
    syllables = lazy_pinyin(text, errors="ignore")
    return "".join(_spelled(syllable, _PINYIN_SPELLINGS) for syllable in syllables)


@functools.lru_cache(maxsize=100_000)
def similarity(one, other):
    """How alike two strings of sounds are: 1 less the cheapest edits (Wagner & Fischer 1974) over
    what it costs to leave out one and put in the other; 0 to 1."""
    whole = sum(map(_cost_of, one)) + sum(map(_cost_of, other))
    if not one or not other:
        return 0.0
    row = [0.0]
    for sound in other:
        row.append(row[-1] + _cost_of(sound))
    for left in one:
        drop = _cost_of(left)
        above, row = row, [row[0] + drop]
        for at, right in enumerate(other):
            change = above[at] + _change(left, right)
            row.append(min(change, above[at + 1] + drop, row[at] + _cost_of(right)))
    return 1 - row[-1] / whole


@functools.lru_cache(maxsize=10_000)
def best_in(sound, text):
    """The greatest similarity of a string of sounds to consecutive Chinese characters of a text."""
    syllables = [of_chinese(character) for character in text]
    sizes = range(max(2, len(sound) // 4), len(sound) + 1)
    windows = {
        "".join(syllables[at : at + size])
        for size in sizes
        for at in range(len(syllables) - size + 1)
        if all(syllables[at : at + size])
    }
    near = (window for window in windows if 2 * len(sound) >= len(window) - 2)
    return max((similarity(sound, window) for window in near), default=0.0)


def _cost_of(sound):
    return _DROPPED.get(sound, 1.0)


def _change(one, other):
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        return 0.1
    return _CHANGED.get(frozenset((one, other)), 1.3)


def _spelled(name, spellings):
    for form, sound in spellings:
        name = form.sub(sound, name)
    return _TWICE.sub(r"\1", name)
