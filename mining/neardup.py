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
#: characters of a shingle, about five words; and where words are not parted by spaces
SHINGLE_CHARS = 24
UNSPACED_CHARS = 8
# So many at a time stay in the processor's cache.
_RUN_CHARS = 50_000
_EMPTY = np.iinfo(np.uint64).max
# An array of one, which may overflow without a warning; 2**64 over the golden ratio.
_BASE = np.array([0x9E3779B97F4A7C15], dtype=np.uint64)
_HALF = np.uint64(32)


def band_keys(texts, size, rows=ROWS):
    """The keys of the bands of each text; int64 [n, BANDS * ROWS / rows].

    texts: list of n strings; size: characters of a shingle, SHINGLE_CHARS or UNSPACED_CHARS for
    pages; rows: minima of a band, a divisor of BANDS * ROWS: with fewer of them less like texts
    share a band.
    """
    runs, held = [[]], 0
    for text in texts:
        held += len(text)
        if held > _RUN_CHARS and runs[-1]:
            runs.append([])
            held = len(text)
        runs[-1].append(text)
    none = np.empty((0, _BINS // rows), dtype=np.int64)
    return np.concatenate([_band_keys(run, size, rows) for run in runs if run] or [none])


def _band_keys(texts, size, rows):
    values, owners = _shingle_hashes(texts, size)
    bins = ((values >> _HALF) * np.uint64(_BINS) >> _HALF).astype(np.int64)
    minima = np.full(len(texts) * _BINS, _EMPTY, dtype=np.uint64)
    np.minimum.at(minima, owners * _BINS + bins, values)
    minima = _filled(minima.reshape(-1, _BINS)).reshape(-1, _BINS // rows, rows)
    keys = np.tile(np.arange(_BINS // rows, dtype=np.uint64), (len(texts), 1))
    for row in range(rows):
        keys = _mix(keys * _BASE + minima[:, :, row])
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


def _shingle_hashes(texts, size):
    """Hashes of all runs of ``size`` characters, uint64 [m], and whose each is, int64 [m]."""
    # Each text is followed by what makes one shingle of the shortest of them.
    padded = ("\0" * size).join([*texts, ""])
    codes = np.frombuffer(padded.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    # A run's polynomial out of those of its parts, which double in length.
    hashes, length, power = codes, 1, _BASE
    total, covered = None, 0
    while covered < size:
        if size & length:
            part = hashes[covered : covered + len(codes) - size + 1]
            total = part if total is None else total * power + part
            covered += length
        hashes = hashes[:-length] * power + hashes[length:]
        power = power * power
        length *= 2
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    counts = np.maximum(lengths - size + 1, 1)
    starts = np.cumsum(lengths + size) - lengths - size
    owners = np.repeat(np.arange(len(texts)), counts)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    return _mix(total[starts[owners] + within]), owners


def _mix(values):
    """The finalizer of splitmix64 (Steele, Lea & Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _filled(minima):
    """``minima``, [n, bins], with each empty bin's taken from the next one that is not, and marked
    by how far that was."""
    bins = minima.shape[1]
    full = minima != _EMPTY
    # The next full bin, from the end of twice round back to here.
    at = np.where(np.tile(full, 2), np.arange(2 * bins), 2 * bins)
    following = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1][:, :bins]
    distance = (following - np.arange(bins)).astype(np.uint64)
    return np.take_along_axis(minima, following % bins, axis=1) + distance * _BASE
