"""How much of a text repeats itself: buy buy buy buy, =-=-=-, 哈哈哈哈哈.

Characters are counted, not words: it works alike in scripts without spaces.
"""

import numpy as np

from mining.codepoints import CACHED, GAP

# Characters of a gram.
_GRAM = GAP + 1
# Grams that are compared with one another: in a longer text a share of 4-grams comes again by
# itself, and the share must not depend on the length.
_WINDOW = 128
# Bits of a sketch, and how far its estimate may lie above the truth.
_BITS = 64
_SLACK = 0.15


def distinct_share(column, below):
    """The share of different 4-grams of characters among those of each text: float64 [n].

    column: mining.codepoints.Column. A text is taken in windows of 128 4-grams. Right where it is
    less than ``below``, else only known not to be. 1.0 for a text of fewer than four characters.
    """
    grams = np.maximum(column.lengths - GAP, 0)
    share = np.ones(len(column))
    found = np.zeros(len(column))
    for first, end in column.blocks(CACHED):
        rows = slice(first, end)
        codes = column.codes[column.starts[first] : column.ends[end - 1] + GAP]
        found[rows] = _estimate(codes, column.starts[rows] - column.starts[first], grams[rows])
    suspects = np.flatnonzero(found < (below + _SLACK) * grams)
    if len(suspects):
        share[suspects] = _count(column.take(suspects), grams[suspects]) / grams[suspects]
    return share


def _estimate(codes, text_starts, grams):
    """About how many different 4-grams each text has, window by window: float64 [n].

    Linear counting (Whang et al. 1990): grams set the bits of a sketch by their hash, and how many
    bits stay unset tells how many different grams there were.
    """
    bits = np.uint64(1) << (_hashes(codes) >> np.uint32(26)).astype(np.uint64)
    windows = np.maximum(-(-grams // _WINDOW), 1)
    firsts = np.cumsum(windows) - windows
    inside = np.arange(windows.sum()) - np.repeat(firsts, windows)
    starts = np.repeat(text_starts, windows) + _WINDOW * inside
    stops = np.minimum(starts + _WINDOW, np.repeat(text_starts + grams, windows))
    # What lies between a stop and the next start belongs to no text. A text without a gram gets
    # the bit of its first character; it is never asked for.
    between = np.stack((starts, stops), axis=1).ravel()
    sketches = np.bitwise_or.reduceat(bits, between)[::2]
    unset = _BITS - np.bitwise_count(sketches).astype(np.float64)
    found = -_BITS * np.log(np.maximum(unset, 0.5) / _BITS)
    return np.add.reduceat(found, firsts)


def _count(column, grams):
    """How many different 4-grams each text has, window by window: int64 [n]."""
    rows = np.repeat(np.arange(len(grams)), grams)
    inside = np.arange(len(rows)) - np.repeat(np.cumsum(grams) - grams, grams)
    hashes = _hashes(column.codes)[column.starts[rows] + inside]
    windows = inside // _WINDOW
    most = windows.max() + 1
    found = np.unique((rows * most + windows).astype(np.uint64) << np.uint64(32) | hashes)
    return np.bincount((found >> np.uint64(32)).astype(np.int64) // most, minlength=len(grams))


def _hashes(codes):
    """A hash of the 4-gram that starts at each character: uint32, as long as ``codes``."""
    # Uint32 wraps around. Two odd factors, or ABCD would be as ACBD.
    pairs = codes[:-1] * np.uint32(0x9E3779B1) + codes[1:]
    hashes = np.zeros(len(codes), np.uint32)
    hashes[:-GAP] = (pairs[:-2] * np.uint32(0x85EBCA77) + pairs[2:]) * np.uint32(0x9E3779B1)
    return hashes
