"""A column of texts as one array of code points, for tests that look at every character.

What a character is comes from Unicode's general categories, so that no script is favoured. Nothing
here knows a language or decides anything.
"""

import functools
import unicodedata

import numpy as np
import pyarrow.compute as pc

#: Bits of a character's kind. LETTER takes in combining marks, which are vowels in Thai and Hindi;
#: DENSE are the letters that stand for a word or a syllable; BLANK what has no ink; CODE the marks
#: that programs use more than prose; DAMAGE what no text holds. LEAD and TRAIL: mining/mojibake.py.
LETTER, DENSE, DIGIT, BLANK, CODE, LEAD, TRAIL, DAMAGE = (1 << bit for bit in range(8))

#: Between two texts lie so many characters that belong to neither, so that no window of one more
#: spans two texts.
GAP = 3

#: Characters that are worked on at a time where a number is kept for each: a cache holds them.
CACHED = 1 << 17

# How many characters of a string are compared, and how many marks may stand before it.
_HASHED, _MAX_MARKS = 14, 3
# Bits of a count among several in one number: it fits texts of a million characters.
_FIELD_BITS = 21
_FIELD = (1 << _FIELD_BITS) - 1
_CODE_MARKS = "{}<>=;|\\_$#@~^*+[]`/"
_DENSE = (
    *((0x3040, 0x3100), (0x31F0, 0x3200), (0xAC00, 0xD7B0)),  # kana, hangul
    *((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000)),  # Han
)
_VARIANTS = ((0xFE00, 0xFE10), (0xE0100, 0xE01F0))
# What U+FFFD in UTF-8, and memory that nobody wrote to, becomes in Chinese and Korean charsets, and
# kana in Shift-JIS: of each the first two characters.
_KNOWN_LEADS = "锟嚙쏙烫屯縺繧繝"
_KNOWN_TRAILS = "斤踝踐옙烫屯"
_WHITE = (*range(0x09, 0x0E), *range(0x1C, 0x20), 0x85)
_BY_CATEGORY = {"L": LETTER, "M": LETTER, "N": DIGIT, "Z": BLANK, "Cf": BLANK, "Cn": BLANK}
_BY_CATEGORY |= {"Cc": DAMAGE, "Co": DAMAGE, "Cs": DAMAGE}


class Column:
    """Texts and all their characters, text after text with a gap behind each.

    codes: uint32 [characters and gaps]; kinds: uint8 bits, as long; lengths: int64 [n]; starts,
    ends: int64 [n], where each text lies in codes.
    """

    def __init__(self, texts, langs):
        """texts: Arrow string array [n], not empty for what is below; langs: NumPy array [n]."""
        self.texts = texts
        self.langs = langs
        self.lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False).astype(np.int64)
        self.ends = np.cumsum(self.lengths + GAP) - GAP
        self.starts = self.ends - self.lengths

    def __len__(self):
        return len(self.texts)

    @functools.cached_property
    def codes(self):
        gapped = pc.binary_join_element_wise(self.texts, "", "\n" * GAP)
        _, offsets, data = gapped.buffers()
        end = np.frombuffer(offsets, np.int32)[len(gapped)]
        return np.frombuffer(str(data[:end], "utf-8").encode("utf-32-le"), "<u4")

    @functools.cached_property
    def kinds(self):
        return _kinds().take(self.codes)

    def begins(self, strings):
        """Whether each text may begin with one of some strings, whatever the case: bool [n].

        strings: what hash_strings makes of them. Marks before the first letter are passed over,
        three at most. A few texts are taken for ones that do.
        """
        return _may_be(strings, self._heads)

    def ends_with(self, strings):
        """The same for the other end; hash_strings was given the strings reversed."""
        return _may_be(strings, self._tails)

    @functools.cached_property
    def _heads(self):
        return self._hashes_from(self.starts, 1)

    @functools.cached_property
    def _tails(self):
        return self._hashes_from(self.ends - 1, -1)

    def _hashes_from(self, at, step):
        last = len(self.codes) - 1
        for _ in range(_MAX_MARKS):
            mark = ((self.kinds[at] & LETTER) == 0) & (self.codes[at] != ord("©"))
            at = np.clip(at + step * mark, 0, last)
        where = at + step * np.arange(_HASHED)[:, None]
        return list(_hashes(self.codes.take(where, mode="clip")))

    def blocks(self, chars):
        """(first, end) of successive rows with about so many characters together, one at least."""
        edges = np.searchsorted(self.ends, np.arange(chars, self.ends[-1], chars))
        edges = np.unique((0, *edges, len(self)))
        return zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)

    def take(self, rows):
        """The column of some rows; rows: int64 [m]."""
        return Column(self.texts.take(rows), self.langs[rows])

    def count(self, mask):
        """How many of each text's characters a mask (bool [characters and gaps]) has: int64 [n]."""
        # The gap behind a text is counted with it, so a mask must not have the gaps.
        return np.add.reduceat(mask.view(np.uint8), self.starts, dtype=np.int64)

    def any(self, mask):
        """Whether a mask, in which little is set, has any of each text's characters: bool [n]."""
        found = np.zeros(len(self), bool)
        found[np.searchsorted(self.starts, np.flatnonzero(mask), side="right") - 1] = True
        return found

    @property
    def letters(self):
        """How many letters each text has, those of dense scripts counted twice: int64 [n]."""
        return self._counts & _FIELD

    @property
    def ink(self):
        """How many characters each text has but blanks, those of dense scripts twice: int64 [n]."""
        return self._counts >> _FIELD_BITS & _FIELD

    @property
    def digits(self):
        """How many digits each text has: int64 [n]."""
        return self._counts >> 2 * _FIELD_BITS

    @functools.cached_property
    def _counts(self):
        """Letters, ink and digits side by side in one number, so that they are added up at once."""
        found = []
        for first, end in self.blocks(CACHED):
            begin = self.starts[first]
            weights = _weights().take(self.kinds[begin : self.ends[end - 1] + GAP])
            found.append(np.add.reduceat(weights, self.starts[first:end] - begin))
        return np.concatenate(found)


def hash_strings(strings):
    """For Column.begins: which hashes the first characters of ``strings`` have, 14 at most."""
    tables = [None] * _HASHED
    for string in {string.lower()[:_HASHED] for string in strings}:
        at = len(string) - 1
        if tables[at] is None:
            tables[at] = np.zeros(1 << 16, bool)
        *_, hashes = _hashes(np.array([[ord(char)] for char in string], np.uint32))
        tables[at][hashes] = True
    return tables


def _may_be(tables, hashes):
    found = np.zeros(len(hashes[0]), bool)
    for table, of_length in zip(tables, hashes, strict=True):
        if table is not None:
            found |= table[of_length]
    return found


def _hashes(codes):
    """The hashes of strings of 1, 2… characters: uint16 [n] each; codes: uint32 [characters, n].

    Capitals of Latin-1 are as small letters.
    """
    capital = (codes - 0x41 < 26) | (codes - 0xC0 < 31)
    hashes = np.uint64(0)
    for small in codes + 32 * capital.astype(np.uint32):
        hashes = (hashes + small) * np.uint64(0x9E3779B97F4A7C15)
        yield (hashes >> np.uint64(48)).astype(np.uint16)


@functools.cache
def _weights():
    """What each kind adds to Column._counts: int64 [256]."""
    kinds = np.arange(256)
    size = np.where(kinds & DENSE, 2, 1)
    letters = np.where(kinds & LETTER, size, 0)
    ink = np.where(kinds & BLANK, 0, size)
    digits = np.where(kinds & DIGIT, 1, 0)
    return letters | ink << _FIELD_BITS | digits << 2 * _FIELD_BITS


@functools.cache
def _kinds():
    """The kind of every code point: uint8 [0x110000]."""
    table = np.zeros(0x110000, np.uint8)
    for code in range(0x20000):  # the planes beyond hold Han, tags and private use
        category = unicodedata.category(chr(code))
        table[code] = _BY_CATEGORY.get(category, _BY_CATEGORY.get(category[0], 0))
    table[0x20000:0x40000] = LETTER
    table[0x40000:0xF0000] = BLANK
    table[0xF0000:] = DAMAGE
    for first, end in _DENSE:
        table[first:end] |= np.where(table[first:end] & LETTER, DENSE, 0).astype(np.uint8)
    for first, end in _VARIANTS:
        table[first:end] = BLANK
    table[list(_WHITE)] = BLANK
    table[0xFFFD] = DAMAGE
    table[_codes(_CODE_MARKS)] |= CODE
    table[_codes(misread_leads() + _KNOWN_LEADS)] |= LEAD
    table[_codes(misread_trails() + _KNOWN_TRAILS)] |= TRAIL
    return table


def misread_leads():
    """What the first bytes of UTF-8 sequences look like in cp1252, cp1251 and GBK."""
    western = bytes(range(0xC2, 0xF5)).decode("cp1252")
    # In GBK two bytes make a character: here the first two of a Han character.
    pairs = (bytes((lead, at)) for lead in range(0xE4, 0xEA) for at in range(0x80, 0xC0))
    chinese = "".join(pair.decode("gbk", "ignore") for pair in pairs)
    return western + "РС" + chinese


def misread_trails():
    """What the other bytes of UTF-8 sequences look like in latin-1, cp1252 or cp1251."""
    trails = bytes(range(0x80, 0xC0))
    return "".join(trails.decode(charset, "ignore") for charset in ("latin-1", "cp1252", "cp1251"))


def _codes(chars):
    return np.array([ord(char) for char in chars])
