"""Pages that are nearly the same: MinHash of their text, in bands.

Bins and bands as FineWeb has them (Penedo et al. 2024): 14 bands of 8 minima, so that two pages
with three quarters of their shingles in common share a band with a probability of three quarters.
The minima come of one permutation (Li, Owen & Zhang 2012), empty bins are filled from the next
(Shrivastava & Li 2014). Shingles are of characters, since not all languages have spaces, and digits
are all alike: mirrors differ in dates and counters.
"""

import numpy as np

BANDS = 14
ROWS = 8
_BINS = BANDS * ROWS
# About five words.
_SHINGLE = {True: 8, False: 24}
_BASE = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def band_keys(text, unspaced):
    """The keys of a page's bands; int64 [BANDS].

    text: at least one shingle; unspaced: whether its language is written without spaces.
    """
    values = _shingle_hashes(text, _SHINGLE[unspaced])
    minima = np.full(_BINS, np.iinfo(np.uint64).max, dtype=np.uint64)
    bins = (values >> _HALF) * np.uint64(_BINS) >> _HALF
    np.minimum.at(minima, bins.astype(np.int64), values)
    minima = _filled(minima).reshape(BANDS, ROWS)
    keys = np.arange(BANDS, dtype=np.uint64)
    for row in range(ROWS):
        keys = _mix(keys * _BASE + minima[:, row])
    return keys.view(np.int64)


def duplicates(table):
    """The ids of the pages that share a band with an earlier page, sorted; int64.

    table: schema BANDS with all rows of each key in it. The earliest is the least by (URL, date,
    file, offset), the order by which an occurrence of a sentence is kept.
    """
    order = ("key", "url", "date", "warc_file", "warc_offset", "page")
    table = table.select(order).sort_by([(name, "ascending") for name in order])
    keys = table["key"].to_numpy()
    return np.unique(table["page"].to_numpy()[1:][keys[1:] == keys[:-1]])


def _shingle_hashes(text, size):
    """Hashes of all runs of ``size`` characters; uint64 [len(text) - size + 1]."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    if len(codes) < size:
        codes = np.pad(codes, (0, size - len(codes)))
    # A run's polynomial out of those of its parts, which double in length.
    hashes, length, power = codes, 1, _BASE
    total, covered = None, 0
    with np.errstate(over="ignore"):
        while True:
            if size & length:
                part = hashes[covered : covered + len(codes) - size + 1]
                total = part if total is None else total * power + part
                covered += length
            if covered == size:
                return _mix(total)
            hashes = hashes[:-length] * power + hashes[length:]
            power *= power
            length *= 2


def _mix(values):
    """The finalizer of splitmix64 (Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))


def _filled(minima):
    """``minima`` with each empty bin's taken from the next one that is not, and marked by how far
    that was."""
    full = np.flatnonzero(minima != np.iinfo(np.uint64).max)
    at = np.arange(len(minima))
    source = full[np.searchsorted(full, at) % len(full)]
    distance = ((source - at) % len(minima)).astype(np.uint64)
    with np.errstate(over="ignore"):
        return minima[source] + distance * _BASE
