"""Sorted runs of tables merged in bounded memory: the merge of an external sort, by blocks.

A run is an iterator of Arrow tables that are sorted by one int64 column, within and across. At any
time one table of each run is held.
"""

import numpy as np
import pyarrow as pa


def merge(runs, key):
    """Yields tables, sorted by the int64 column ``key`` within and across, of the rows of all runs;
    rows with the same key are never in two tables."""
    held = [_Run(run, key) for run in runs]
    held = [run for run in held if run.fill()]
    while held:
        # Up to here, without it, no run has anything more to come.
        horizon = min((run.last for run in held if not run.ended), default=None)
        pieces = [run.cut(horizon) for run in held]
        pieces = [piece for piece in pieces if piece.num_rows]
        if pieces:
            table = pa.concat_tables(pieces).combine_chunks()
            order = np.argsort(table[key].to_numpy(), kind="stable")
            yield table if len(pieces) == 1 else table.take(pa.array(order))
        for run in held:
            if horizon is not None and not run.ended and run.last == horizon:
                run.grow()
        held = [run for run in held if run.fill()]


class _Run:
    """One run: the rows that are held, and whether more are to come."""

    def __init__(self, tables, key):
        self._tables = iter(tables)
        self._key = key
        self._table = None
        self._keys = None
        self.ended = False

    @property
    def last(self):
        return self._keys[-1]

    def fill(self):
        """Reads on if nothing is held; False at the end."""
        while not self.ended and (self._table is None or not self._table.num_rows):
            self._hold(next(self._tables, None))
        return self._table is not None and self._table.num_rows > 0

    def grow(self):
        """Reads on beside what is held."""
        following = next(self._tables, None)
        self._hold(None if following is None else pa.concat_tables([self._table, following]))

    def _hold(self, table):
        if table is None:
            self.ended = True
            return
        self._table, self._keys = table, table[self._key].to_numpy()

    def cut(self, horizon):
        """The rows with a key below ``horizon`` (None: all), which are no longer held."""
        count = len(self._keys) if horizon is None else np.searchsorted(self._keys, horizon)
        cut = self._table.slice(0, count)
        self._table, self._keys = self._table.slice(count), self._keys[count:]
        return cut
