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

_MAX_HEAD, _MAX_LEAD = 8, 3
_CODE_MARKS = "{}<>=;|\\_$#@~^*+[]`/"
_DENSE = (
    *((0x3040, 0x3100), (0x31F0, 0x3200), (0xAC00, 0xD7B0)),  # kana, hangul
    *((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000)),  # Han
)
_VARIANTS = ((0xFE00, 0xFE10), (0xE0100, 0xE01F0))
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

    @functools.cached_property
    def _heads(self):
        """Sixteen bits of the hash of the first 1, 2… 8 characters: uint16 [n] each.

        Up to three characters that are neither letters nor © are passed over first.
        """
        last = len(self.codes) - 1
        at = self.starts.copy()
        for _ in range(_MAX_LEAD):
            at += ((self.kinds[at] & LETTER) == 0) & (self.codes[at] != ord("©"))
        chars = (self.codes[np.minimum(at + step, last)] for step in range(_MAX_HEAD))
        return [(hashes >> np.uint64(48)).astype(np.uint16) for hashes in _hashes(chars)]

    def begins(self, heads):
        """Whether each text may begin with one of some strings, whatever the case: bool [n].

        heads: what head_tables makes of the strings. A few others are taken for one that does.
        """
        begins = np.zeros(len(self), bool)
        for table, hashes in zip(heads, self._heads, strict=True):
            if table is not None:
                begins |= table[hashes]
        return begins

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

    @functools.cached_property
    def letters(self):
        """How many letters each text has, those of dense scripts counted twice: int64 [n]."""
        return self.count((self.kinds & LETTER) != 0) + self._dense

    @functools.cached_property
    def digits(self):
        """How many digits each text has: int64 [n]."""
        return self.count((self.kinds & DIGIT) != 0)

    @functools.cached_property
    def ink(self):
        """How many characters each text has but blanks, those of dense scripts twice: int64 [n]."""
        blank = (self.kinds & BLANK) != 0
        return self.lengths + GAP - self.count(blank) + self._dense

    @functools.cached_property
    def _dense(self):
        return self.count((self.kinds & DENSE) != 0)


def head_tables(heads):
    """For Column.begins: which hashes the first eight characters of ``heads`` have."""
    tables = [None] * _MAX_HEAD
    for head in {head.lower()[:_MAX_HEAD] for head in heads}:
        at = len(head) - 1
        if tables[at] is None:
            tables[at] = np.zeros(1 << 16, bool)
        *_, hashes = _hashes(np.array([ord(char)], np.uint32) for char in head)
        tables[at][hashes >> np.uint64(48)] = True
    return tables


def _hashes(chars):
    """The hashes of strings that grow by a character; chars: uint32 [n] of each position.

    Capitals of Latin-1 are as small letters.
    """
    hashes = np.uint64(0)
    for codes in chars:
        capital = ((codes - 0x41 < 26) | (codes - 0xC0 < 31)).astype(np.uint64)
        hashes = (hashes + codes + capital * np.uint64(32)) * np.uint64(0x9E3779B97F4A7C15)
        yield hashes


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
    table[_codes(misread_leads())] |= LEAD
    table[_codes(misread_trails())] |= TRAIL
    return table


def misread_leads():
    """What the first bytes of UTF-8 sequences look like in cp1252, cp1251, GBK and others."""
    western = bytes(range(0xC2, 0xF5)).decode("cp1252")
    # In GBK two bytes make a character: here the first two of a Han character.
    pairs = (bytes((lead, at)) for lead in range(0xE4, 0xEA) for at in range(0x80, 0xC0))
    chinese = "".join(pair.decode("gbk", "ignore") for pair in pairs)
    return western + "РС" + chinese + "锟嚙쏙烫屯縺繧繝"


def misread_trails():
    """What the other bytes of UTF-8 sequences look like in latin-1, cp1252 or cp1251."""
    trails = bytes(range(0x80, 0xC0))
    return "".join(trails.decode(charset, "ignore") for charset in ("latin-1", "cp1252", "cp1251"))


def _codes(chars):
    return np.array([ord(char) for char in chars])
