"""Which pairs to train on say what a test's pairs say: they would be learnt by heart.

Texts are folded first: compatibility forms, case, punctuation, symbols and spaces don't count, and
digits are all alike. A pair overlaps if on either side it is the same as a text of the test, holds
one whole, or is nearly the same: candidates by MinHash (mining.neardup), then rapidfuzz's ratio.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from mining import neardup

#: reasons, in the order in which they are looked for
REASONS = ("same source", "same target", "test inside", "nearly the same source")
REASONS += ("nearly the same target",)
# Characters of a shingle. Two sentences of 60 characters, a fifth of which differs at one place,
# share .58 of the shingles of 4 and by that a band of 4 minima in 96 of 100 cases.
_SHINGLE, _SHINGLE_HAN = 4, 2
_ROWS = 4
# Folded characters from which a text is long enough to be known again inside another.
_INSIDE, _INSIDE_HAN = 24, 10
_BATCH = 65_536
_HAN = r"\p{Han}"
_BASE = np.array([1_000_003], dtype=np.uint64)


def reasons(train, tests, min_similarity):
    """Why each pair of ``train`` overlaps one of ``tests``: index into REASONS of the first reason
    that holds, -1 if none does; int8 [n].

    train, tests: tables with src_text and tgt_text; min_similarity: rapidfuzz's ratio, 0 to 1,
    from which two folded texts are nearly the same.
    """
    sides = [_Side(folded(tests[name]), min_similarity) for name in ("src_text", "tgt_text")]
    parts = [np.empty(0, np.int8)]
    for at in range(0, train.num_rows, _BATCH):
        batch = train.slice(at, _BATCH)
        ours = [folded(batch[name]) for name in ("src_text", "tgt_text")]
        found = np.full(batch.num_rows, -1, np.int8)
        both = list(zip(sides, ours, strict=True))
        checks = [side.same(texts) for side, texts in both]
        _mark(found, checks[0], 0)
        _mark(found, checks[1], 1)
        for side, texts in both:
            _mark(found, side.inside(texts), 2)
        for number, (side, texts) in enumerate(both, 3):
            rest = np.flatnonzero(found < 0)
            near = np.zeros(len(found), bool)
            near[rest] = side.near(texts.take(pa.array(rest)))
            _mark(found, near, number)
        parts.append(found)
    return np.concatenate(parts)


def counts(found):
    """Of what ``reasons`` returns how many pairs there are for each reason; dict."""
    return {name: int((found == at).sum()) for at, name in enumerate(REASONS)}


def folded(texts):
    """What counts of each text of a column of strings; an Arrow array."""
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    texts = pc.utf8_lower(pc.utf8_normalize(texts, "NFKC"))
    texts = pc.replace_substring_regex(texts, r"[\p{P}\p{S}\p{Z}\p{C}]+", "")
    return pc.replace_substring_regex(texts, r"\p{Nd}", "0")


def _mark(found, holds, reason):
    found[(found < 0) & holds] = reason


class _Side:
    """The folded texts of one side of a test, looked for in those of training."""

    def __init__(self, texts, min_similarity):
        self._texts = pc.unique(texts.filter(pc.greater(pc.utf8_length(texts), 0)))
        self._list = self._texts.to_pylist()
        self._cutoff = 100 * min_similarity
        han = 2 * (pc.sum(pc.match_substring_regex(self._texts, _HAN)).as_py() or 0) > len(
            self._list
        )
        self._shingle = _SHINGLE_HAN if han else _SHINGLE
        self._window = _INSIDE_HAN if han else _INSIDE
        keys = neardup.band_keys(self._list, self._shingle, _ROWS).ravel()
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._bands = len(keys) // max(len(self._list), 1)
        long = [at for at, text in enumerate(self._list) if len(text) >= self._window]
        starts = _windows("".join(self._list[at][: self._window] for at in long), self._window)
        self._starts = np.sort(starts[:: self._window])
        by_start = {}
        for at in long:
            by_start.setdefault(self._list[at][: self._window], []).append(self._list[at])
        self._by_start = by_start

    def same(self, texts):
        """bool [n]"""
        return pc.is_in(texts, self._texts).to_numpy(zero_copy_only=False)

    def inside(self, texts):
        """Whether each text holds one of the test's whole, which is long enough; bool [n]"""
        held = np.zeros(len(texts), bool)
        lengths = pc.utf8_length(texts).to_numpy()
        joined = "".join(texts.to_pylist())
        hits = np.flatnonzero(_among(_windows(joined, self._window), self._starts))
        ends = np.cumsum(lengths)
        for at, row in zip(
            hits.tolist(), np.searchsorted(ends, hits, "right").tolist(), strict=True
        ):
            for text in self._by_start.get(joined[at : at + self._window], ()):
                held[row] |= at + len(text) <= ends[row] and joined.startswith(text, at)
        return held

    def near(self, texts):
        """bool [n]"""
        ours = texts.to_pylist()
        keys = neardup.band_keys(ours, self._shingle, _ROWS).ravel()
        # Few keys are a test's.
        hits = np.flatnonzero(_among(keys, self._keys))
        first = np.searchsorted(self._keys, keys[hits], "left")
        counts = np.searchsorted(self._keys, keys[hits], "right") - first
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        theirs = self._order[np.repeat(first, counts) + steps] // max(self._bands, 1)
        rows = np.repeat(hits, counts) // max(self._bands, 1)
        pairs = pc.unique(pa.array(rows * np.int64(len(self._list)) + theirs)).to_numpy()
        rows, theirs = np.divmod(pairs, max(len(self._list), 1))
        scores = process.cpdist(
            [ours[row] for row in rows.tolist()],
            [self._list[row] for row in theirs.tolist()],
            scorer=fuzz.ratio,
            score_cutoff=self._cutoff,
        )
        near = np.zeros(len(ours), bool)
        near[rows[scores >= self._cutoff]] = True
        return near


def _windows(text, size):
    """A hash of the ``size`` characters from each place of a text but the last few; uint64."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    hashes = np.zeros(max(len(codes) - size + 1, 0), np.uint64)
    for step in range(size):
        hashes = hashes * _BASE + codes[step : step + len(hashes)]
    return hashes


def _among(values, known):
    """Whether each of ``values`` is in the sorted ``known``; bool [n]."""
    if not len(known):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return known[at] == values
