"""Rows of token ids of different lengths in one array, without padding; nothing about batches."""

import dataclasses

import numpy as np
import xxhash


@dataclasses.dataclass(frozen=True, eq=False)
class Ragged:
    """Rows of token ids, one after the other, each with eos as its last.

    values: int32 [tokens]; offsets: int64 [rows + 1], where row i is
    ``values[offsets[i]:offsets[i + 1]]``.
    """

    values: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, rows):
        """From an iterable of sequences of ids."""
        rows = [np.asarray(row, dtype=np.int32) for row in rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        return cls(np.concatenate(rows) if rows else np.empty(0, dtype=np.int32), offsets)

    @classmethod
    def concatenate(cls, several):
        """The rows of several Ragged, in order."""
        lengths = np.concatenate([np.zeros(1, dtype=np.int64), *(one.lengths for one in several)])
        values = [np.empty(0, dtype=np.int32), *(one.values for one in several)]
        return cls(np.concatenate(values), np.cumsum(lengths))

    def __len__(self):
        return len(self.offsets) - 1

    def __getitem__(self, row):
        """The ids of one row, a view."""
        row = range(len(self))[row]
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self):
        """Tokens of each row, int64 [rows]."""
        return np.diff(self.offsets)

    def cut(self, most):
        """The first ``most`` tokens of each row, at most."""
        lengths = np.minimum(self.lengths, most)
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1] - offsets[:-1], lengths)
        return Ragged(self.values[places], offsets)

    def take(self, rows):
        """The rows of these numbers, from 0, in their order; int array or bool mask."""
        rows = np.asarray(rows)
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Ragged(self.values[places], offsets)


@dataclasses.dataclass(frozen=True, eq=False)
class Bitokens:
    """Pairs of rows of token ids: row i of ``tgt`` translates row i of ``src``."""

    src: Ragged
    tgt: Ragged

    def __post_init__(self):
        if len(self.src) != len(self.tgt):
            raise ValueError(f"{len(self.src)} rows of source, {len(self.tgt)} of target")

    @classmethod
    def concatenate(cls, several):
        """The pairs of several Bitokens, in order."""
        several = list(several)
        return cls(
            Ragged.concatenate([one.src for one in several]),
            Ragged.concatenate([one.tgt for one in several]),
        )

    def __len__(self):
        return len(self.src)

    @property
    def tokens(self):
        """Tokens of both sides together."""
        return len(self.src.values) + len(self.tgt.values)

    def take(self, rows):
        """The pairs of these numbers, in their order; int array or bool mask."""
        return Bitokens(self.src.take(rows), self.tgt.take(rows))

    def fingerprint(self):
        """A short hex digest of all ids and their rows."""
        digest = xxhash.xxh3_64()
        for side in (self.src, self.tgt):
            digest.update(np.ascontiguousarray(side.offsets))
            digest.update(np.ascontiguousarray(side.values))
        return digest.hexdigest()
