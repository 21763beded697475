"""Which pairs are computed together: by tokens, of similar length, in another order each epoch."""

import numpy as np

# Pairs that are sorted by length together; a sort of as many takes a quarter of a second.
_WINDOW = 1_000_000


class Batches:
    """The updates of each epoch over pairs of these lengths, every pair once an epoch.

    An update has ``parts`` parts of about ``tokens / parts`` tokens, source and target together,
    padding not counted, and fewer in an epoch's last update. A part's pairs are of similar length;
    an update's parts are not, so that no update is of short sentences alone. The order follows
    from seed and epoch.
    """

    def __init__(self, src_lengths, tgt_lengths, tokens, parts, seed, window=_WINDOW):
        self._src, self._tgt = np.asarray(src_lengths), np.asarray(tgt_lengths)
        self._tokens, self._parts = max(1, tokens // parts), parts
        self._seed, self._window = seed, window

    def epoch(self, number):
        """A list of updates, each a list of parts: int64 arrays of row numbers."""
        rng = np.random.default_rng([self._seed, number])
        order = rng.permutation(len(self._src))
        parts = []
        for start in range(0, len(order), self._window):
            parts += self._cut(order[start : start + self._window])
        parts = [parts[at] for at in rng.permutation(len(parts))]
        return [parts[at : at + self._parts] for at in range(0, len(parts), self._parts)]

    def in_order(self):
        """All pairs once, as parts sorted by length: for what is only evaluated."""
        return self._cut(np.arange(len(self._src)))

    def _cut(self, rows):
        src, tgt = self._src[rows], self._tgt[rows]
        order = np.lexsort((tgt, src))
        # A part ends with the pair that crosses its bound, so none is empty and all are about full.
        ends = np.cumsum((src + tgt)[order])
        number = (ends - 1) // self._tokens
        return np.split(rows[order], np.flatnonzero(np.diff(number)) + 1) if len(rows) else []


def padding_share(src_lengths, tgt_lengths, parts):
    """Share of padding in the tokens that the parts have when padded to their longest pair."""
    padded = sum(
        len(rows) * int(lengths[rows].max())
        for rows in parts
        for lengths in (src_lengths, tgt_lengths)
    )
    real = sum(int(lengths[rows].sum()) for rows in parts for lengths in (src_lengths, tgt_lengths))
    return 1 - real / padded if padded else 0.0
