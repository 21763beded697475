"""Which pairs can be among each other's nearest, found in one pass over the similarity matrix.

Each block of the matrix is computed once and compared with what it must reach: the k-th best that
its rows, and its columns, have seen so far. What passes is a superset of the true neighbours, since
the bound leaves room for rounding; the order among them is mining.knn's to decide.
"""

import concurrent.futures
import functools
import os
import threading

import numpy as np
from threadpoolctl import ThreadpoolController

# Rows and columns of a block: 8 MB, which stays in the cache while it is compared. Fewer rows, and
# the matrix product would pack the columns too often.
_ROWS, _COLUMNS = 2048, 1024
# Rows of a block that are compared at a time, so that the second look finds them in a core's cache.
_COMPARED = 256
# Parts of a block whose maxima tell a first bound: this many for each neighbour that is wanted.
_PARTS = 8
# Pairs that a side holds before those are dropped that no longer reach the bound.
_HELD = 1 << 22


def candidates(left, right, k, settle, both=True, threads=0):
    """Pairs among which are the k nearest rows of ``right`` of each row of ``left``; with ``both``
    also the k nearest rows of ``left`` of each row of ``right``.

    left: float32 [n, dim], right: float32 [m, dim], rows of unit length. settle: called with rows
    and columns of pairs and the side (0 or 1) whose k nearest are wanted where so many pairs are
    too close to tell apart here that they would fill the memory; returns which to keep, bool [p].
    threads: 0 for one a core.
    Returns (rows, columns) int64 arrays for left, and the same for right or None. Every row has at
    least k of them, or all; which ones more depends on rounding and threads.
    """
    spare = room(left.shape[1])
    sides = [_Side(len(left), min(k, len(right)), spare, lambda i, j: settle(i, j, 0)), None]
    if both:
        sides[1] = _Side(len(right), min(k, len(left)), spare, lambda j, i: settle(i, j, 1))
    if len(left) and len(right):
        _scan(left, right, sides, threads or os.cpu_count() or 1)
    found = [None if side is None else side.pairs() for side in sides]
    return found[0], found[1] and found[1][::-1]


def _scan(left, right, sides, threads):
    threads = max(1, min(threads, -(-len(left) // _ROWS)))
    # Even stripes, one thread each at a time: no thread waits long for the last one.
    count = -(-len(left) // _ROWS)
    count = -(-count // threads) * threads
    stripes = np.linspace(0, len(left), count + 1).astype(np.int64)
    local = threading.local()

    def stripe(number):
        if not hasattr(local, "space"):
            local.space = _Space()
        first, last = stripes[number], stripes[number + 1]
        # Each stripe begins elsewhere: threads that start together don't wait for the same columns.
        starts = np.arange(0, len(right), _COLUMNS)
        for at in np.roll(starts, -(number * len(starts)) // count):
            _block(left, right, sides, first, last, at, local.space)

    _each(stripe, range(count), threads)


def listed(left, right, k, settle, row_lists, column_lists, threads=0):
    """As candidates, of left alone, but of the pairs that share a list: row i of ``left`` looks
    into the lists ``row_lists[i]`` (int [n, p], none twice, -1 for none), row j of ``right`` stands
    in ``column_lists[j]``. Each list is one matrix product, for all rows that look into it.

    A row may get fewer than k."""
    spare = room(left.shape[1])
    side = _Side(len(left), min(k, len(right)), spare, lambda i, j: settle(i, j, 0))
    rows, columns = _by_list(row_lists.reshape(-1)), _by_list(column_lists)
    local = threading.local()

    def look(number):
        if not hasattr(local, "space"):
            local.space = _Space()
        inside = columns(number)
        lookers = rows(number) // row_lists.shape[1]
        for at in range(0, len(lookers), _ROWS):
            some = lookers[at : at + _ROWS]
            queries = left[some]
            for across in range(0, len(inside), _COLUMNS):
                few = inside[across : across + _COLUMNS]
                _list_block(queries, some, right[few], few, side, local.space)

    _each(look, np.unique(column_lists), threads or os.cpu_count() or 1)
    return side.pairs()


def _by_list(lists):
    """A function from a list's number to where it stands in ``lists``, rising."""
    order = np.argsort(lists, kind="stable")
    inside = lists[order]

    def where(number):
        first, last = np.searchsorted(inside, [number, number + 1])
        return order[first:last]

    return where


def _list_block(queries, rows, vectors, columns, side, space):
    block = space.scores.reshape(-1)[: len(rows) * len(columns)].reshape(len(rows), -1)
    np.matmul(queries, vectors.T, out=block)
    bounds = side.first_bounds(rows, block)
    found = _passing(block, bounds, None, space)
    if len(found):
        down, across = np.divmod(found, len(columns))
        side.add(rows[down], columns[across], block.reshape(-1)[found])


def _each(function, values, threads):
    """Calls ``function`` with each value, on so many threads with one thread of BLAS each: BLAS
    would divide a block into pieces too small otherwise."""
    if threads == 1 or len(values) == 1:
        for value in values:
            function(value)
        return
    with (
        _blas().limit(limits=1, user_api="blas"),
        concurrent.futures.ThreadPoolExecutor(threads) as pool,
    ):
        for _ in pool.map(function, values):
            pass


@functools.cache
def _blas():
    # Finding the libraries of a process takes longer than many a search.
    return ThreadpoolController()


def room(dim):
    """What a bound leaves for rounding: two inner products of unit vectors in single precision,
    whose error is at most dim * 2^-24 each (Higham 2002, section 3.1), and the last bit of a
    cosine."""
    return 2 * dim * 2.0**-24 + 2.0**-22


def _block(left, right, sides, first, last, at, space):
    """Compares the block of rows first to last and of the columns from ``at``."""
    rows, columns = sides
    width = min(_COLUMNS, len(right) - at)
    block = space.scores.reshape(-1)[: (last - first) * width].reshape(-1, width)
    np.matmul(left[first:last], right[at : at + width].T, out=block)
    rows.begin(first, last, block.T)
    row_bounds = rows.bounds[first:last]
    column_bounds = None
    if columns is not None:
        columns.begin(at, at + width, block)
        column_bounds = columns.bounds[at : at + width]
    found = _passing(block, row_bounds, column_bounds, space)
    if not len(found):
        return
    down, across = np.divmod(found, width)
    scores = block.reshape(-1)[found]
    passed = scores >= row_bounds[down]
    rows.add(down[passed] + first, across[passed] + at, scores[passed])
    if columns is not None:
        passed = scores >= column_bounds[across]
        columns.add(across[passed] + at, down[passed] + first, scores[passed])


def _passing(block, row_bounds, column_bounds, space):
    """Numbers of the elements of a block, counted by rows, that reach their row's bound or their
    column's."""
    height, width = block.shape
    passes = space.passes.reshape(-1)[: block.size].reshape(height, width)
    np.greater_equal(block, row_bounds[:, None], out=passes)
    if column_bounds is not None:
        by_column = space.by_column.reshape(-1)[: _COMPARED * width].reshape(-1, width)
        for at in range(0, height, _COMPARED):
            part = passes[at : at + _COMPARED]
            also = by_column[: len(part)]
            np.greater_equal(block[at : at + _COMPARED], column_bounds, out=also)
            np.logical_or(part, also, out=part)
    return _true(passes.reshape(-1))


def _true(flags):
    """Where ``flags``, hardly any of which is set, are."""
    if len(flags) % 8:
        return np.flatnonzero(flags)
    words = np.flatnonzero(flags.view(np.uint64) != 0)
    inside, bit = np.nonzero(flags.reshape(-1, 8)[words])
    return words[inside] * 8 + bit


class _Space:
    """What a thread computes in."""

    def __init__(self):
        self.scores = np.empty((_ROWS, _COLUMNS), np.float32)
        self.passes = np.empty((_ROWS, _COLUMNS), bool)
        self.by_column = np.empty((_COMPARED, _COLUMNS), bool)


class _Side:
    """The rows, or the columns, of the matrix: what each must be reached by, and by whom it was.

    ``bounds`` float32 [n]: what the k-th best so far leaves to reach.
    """

    def __init__(self, size, k, spare, settle):
        self._k = k
        self._settle = settle
        self._spare = np.float32(spare)
        self._best = np.full((size, k), -np.inf, np.float32)
        self.bounds = np.full(size, -np.inf, np.float32)
        self._lock = threading.Lock()
        self._held = []
        self._count = 0
        self._limit = _HELD

    def begin(self, first, last, block):
        """Sets the bounds of what has none yet: by the k-th greatest of the maxima of parts of
        ``block`` [part of the other side, last - first], which no fewer than k elements reach."""
        if self.bounds[first] != -np.inf:
            return
        parts = min(self._k * _PARTS, len(block) // 2)
        if parts < self._k:
            return
        size = len(block) // parts
        whole = block[: parts * size]
        if block.flags.c_contiguous:
            maxima = whole.reshape(size, parts, -1).max(axis=0)
        else:
            maxima = whole.T.reshape(last - first, size, parts).max(axis=1).T
        least = np.partition(maxima, parts - self._k, axis=0)[parts - self._k]
        with self._lock:
            bounds = self.bounds[first:last]
            np.maximum(bounds, least - self._spare, out=bounds)

    def first_bounds(self, numbers, block):
        """The bounds of ``numbers``; of those that had none, set by ``block`` [numbers, others]."""
        bounds = self.bounds[numbers]
        fresh = np.flatnonzero(bounds == -np.inf)
        if len(fresh) and block.shape[1] > self._k:
            least = block.shape[1] - self._k
            bounds[fresh] = np.partition(block[fresh], least, axis=1)[:, least] - self._spare
            with self._lock:
                self.bounds[numbers] = np.maximum(self.bounds[numbers], bounds)
        return bounds

    def add(self, numbers, others, scores):
        """Holds pairs of ``numbers`` of this side and the ``others``, and raises the bounds."""
        if not len(numbers):
            return
        touched, best = _greatest(numbers, scores, self._k)
        with self._lock:
            both = np.concatenate([self._best[touched], best], axis=1)
            best = np.partition(both, self._k, axis=1)[:, self._k :]
            self._best[touched] = best
            self.bounds[touched] = np.maximum(self.bounds[touched], best.min(axis=1) - self._spare)
            self._held.append((numbers, others, scores))
            self._count += len(numbers)
            if self._count > self._limit:
                self._drop()

    def _drop(self):
        numbers, others, scores = map(np.concatenate, zip(*self._held, strict=True))
        keep = scores >= self.bounds[numbers]
        if keep.sum() > max(_HELD, 4 * len(self.bounds) * self._k) // 2:
            reach = np.flatnonzero(keep)
            keep[reach] = self._settle(numbers[reach], others[reach])
        self._held = [(numbers[keep], others[keep], scores[keep])]
        self._count = int(keep.sum())
        self._limit = max(_HELD, 4 * len(self.bounds) * self._k)

    def pairs(self):
        """The pairs that reach the bounds: numbers of this side, rising, and of the other."""
        if not self._held:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        self._drop()
        numbers, others, _ = self._held[0]
        order = np.argsort(numbers, kind="stable")
        return numbers[order], others[order]


def _greatest(numbers, scores, k):
    """The different ``numbers`` and the up to k greatest scores of each, float32 [u, k], the rest
    -inf."""
    bits = scores.view(np.int32)
    # A float's bits rise with it, from zero on; below zero all but the sign is turned round.
    bits = bits ^ ((bits >> 31) & 0x7FFFFFFF)
    keys = np.sort((numbers << 32) | (bits.astype(np.int64) + 2**31))[::-1]
    numbers = keys >> 32
    first = np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]]))
    sizes = np.diff(np.append(first, len(keys)))
    rank = np.arange(len(keys)) - np.repeat(first, sizes)
    row = np.repeat(np.arange(len(first)), sizes)
    few = rank < k
    bits = ((keys[few] & 0xFFFFFFFF) - 2**31).astype(np.int32)
    best = np.full((len(first), k), -np.inf, np.float32)
    best[row[few], rank[few]] = (bits ^ ((bits >> 31) & 0x7FFFFFFF)).view(np.float32)
    return numbers[first], best
