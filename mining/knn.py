"""Exact nearest neighbours by inner product, in one direction or in both at once.

mining.scan finds the pairs that can be neighbours, by a matrix product in single precision; their
cosines are then computed again, each from its two vectors alone, and ordered by (-cosine, id). So
the answer depends on the vectors only: not on how they are cut into shards and blocks, nor on the
number of threads.
"""

import concurrent.futures
import dataclasses
import os

import numpy as np

from mining import gpu, scan
from mining.vectors import unit_rows

# Pairs whose vectors are looked at together in double precision: 4 MB.
_RESCORED = 512


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of n queries: ``query_ids`` int64 [n], ``ids`` int64 [n, k],
    ``cosines`` float32 [n, k], falling along a row, equal ones by rising id."""

    query_ids: np.ndarray
    ids: np.ndarray
    cosines: np.ndarray

    @property
    def means(self):
        """Mean cosine of each query's neighbours, float32 [n]; 0 where there are none."""
        total = np.zeros(len(self.cosines))
        for column in self.cosines.T:
            total += column
        return (total / max(self.cosines.shape[1], 1)).astype(np.float32)

    def take(self, rows):
        """Those of some of the queries."""
        return Neighbours(self.query_ids[rows], self.ids[rows], self.cosines[rows])


def search(query_ids, queries, blocks, k, threads=0):
    """The k nearest neighbours of each query among all blocks.

    query_ids: int64 [n]; queries: [n, dim] of any float type, not all zero; blocks: iterable of
    (ids int64 [m], vectors [m, dim]), ids unique over all. k is cut to the number of indexed
    vectors. threads: 0 for one a core. Returns Neighbours.
    """
    query_ids = np.asarray(query_ids, dtype=np.int64)
    left = Vectors(query_ids, queries)
    found = none(query_ids)
    for ids, vectors in blocks:
        if len(ids):
            right = Vectors(ids, vectors)
            found = merge([found, exact(left, right, k, threads)], k)
    return found


def search_both(src, tgt, k, threads=0):
    """The k nearest neighbours of each side's vectors among the other's, in one pass.

    src, tgt: Vectors. Returns Neighbours of src in tgt, and of tgt in src.
    """
    return _nearest(src, tgt, k, True, threads)


def exact(queries, index, k, threads=0):
    """As search_both, of one direction: Neighbours of ``queries`` in ``index``, both Vectors."""
    return _nearest(queries, index, k, False, threads)[0]


def recall(found, right):
    """Share of the neighbours in ``right`` that are in ``found``, of the same queries; 1 where
    there are none."""
    if not right.ids.size:
        return 1.0
    hits = [(found.ids == column[:, None]).any(axis=1) for column in right.ids.T]
    return float(np.mean(hits))


def none(query_ids):
    """Neighbours of which there are none."""
    n = len(query_ids)
    return Neighbours(query_ids, np.empty((n, 0), np.int64), np.empty((n, 0), np.float32))


def concatenated(parts):
    """Neighbours of the queries of all parts, one after the other; each found as many."""
    filled = [part for part in parts if len(part.query_ids)] or parts[:1]
    return Neighbours(
        *(
            np.concatenate([getattr(part, name) for part in filled])
            for name in ("query_ids", "ids", "cosines")
        )
    )


def merge(parts, k):
    """The k best of several Neighbours of the same queries, over indexes without common ids."""
    ids = np.hstack([part.ids for part in parts])
    cosines = np.hstack([part.cosines for part in parts])
    filled = [part for part in parts if part.ids.shape[1]]
    if len(filled) > 1:
        order = np.lexsort((ids, -cosines), axis=1)[:, :k]
        ids, cosines = (np.take_along_axis(values, order, 1) for values in (ids, cosines))
    return Neighbours(parts[0].query_ids, ids[:, :k], cosines[:, :k])


class Vectors:
    """Vectors to be searched, each different one once: thousands of equal ones are as quick as one.

    ids: int64 [n]; vectors: [n, dim] of any float type, not zero, which are brought to unit length.
    ``rows``: float32 [u, dim], the different ones; ``which``: int64 [n], where in them each stands;
    ``ids``: int64 [n], those of row u at ``starts[u]``, ``sizes[u]`` of them, rising.
    """

    def __init__(self, ids, vectors):
        self.given = np.asarray(ids, dtype=np.int64)
        self.rows = unit_rows(vectors)
        first, self.which = _first_and_which(self.rows)
        if len(first) < len(self.rows):
            # In place, for they are most of a worker's memory: each moves up, or stays.
            for at in range(0, len(first), _RESCORED):
                some = first[at : at + _RESCORED]
                self.rows[at : at + len(some)] = self.rows[some]
            self.rows = self.rows[: len(first)]
        order = np.lexsort((self.given, self.which))
        self.ids = self.given[order]
        self.sizes = np.bincount(self.which, minlength=len(first))
        self.starts = np.cumsum(self.sizes) - self.sizes


def _first_and_which(vectors):
    """The first row of each different vector, int64 [u], rising, and for each row the number of
    its vector in that."""
    bits = vectors.view(np.uint32)
    factors = np.random.default_rng(0).integers(0, 2**64 - 1, bits.shape[1], np.uint64)
    keys = np.empty(len(bits), np.uint64)
    for at in range(0, len(bits), _RESCORED):
        keys[at : at + _RESCORED] = (bits[at : at + _RESCORED] * factors).sum(axis=1)
    order = np.argsort(keys, kind="stable")
    same = np.concatenate([[False], keys[order][1:] == keys[order][:-1]])[: len(order)]
    # Equal keys are nearly always equal vectors; a row that is not stands for itself.
    suspects = np.flatnonzero(same)
    for at in range(0, len(suspects), _RESCORED):
        part = suspects[at : at + _RESCORED]
        same[part] = (bits[order[part]] == bits[order[part - 1]]).all(axis=1)
    leader = np.empty(len(order), np.int64)
    heads = np.flatnonzero(~same)
    leader[order] = order[np.repeat(heads, np.diff(np.append(heads, len(order))))]
    first, which = np.unique(leader, return_inverse=True)
    return first, which


def settler(left, right, k, threads):
    """What mining.scan asks when too many pairs are too close to tell apart."""

    def settle(rows, columns, side):
        cosines = _cosines(left.rows, right.rows, rows, columns, threads)
        if side == 0:
            numbers, others = rows, right.ids[right.starts[columns]]
        else:
            numbers, others = columns, left.ids[left.starts[rows]]
        keep = np.zeros(len(rows), bool)
        keep[_best_of_each(numbers, others, cosines, k)] = True
        return keep

    return settle


def neighbours_among(queries, index, rows, columns, few, k, threads=0):
    """Neighbours of ``queries`` among candidates: ``rows`` of queries.rows and ``columns`` of
    index.rows, none twice; those of the rows ``few`` are looked for in all of the index instead."""
    if len(few):
        enough = ~np.isin(rows, few)
        settle = settler(queries, index, k, threads)
        exact, _ = scan.candidates(
            queries.rows[few],
            index.rows,
            k,
            lambda i, j, side: settle(few[i], j, side),
            False,
            threads,
        )
        rows = np.concatenate([rows[enough], few[exact[0]]])
        columns = np.concatenate([columns[enough], exact[1]])
    cosines = _cosines(queries.rows, index.rows, rows, columns, threads)
    return _expanded(rows, columns, cosines, queries, index, k)


def _nearest(left, right, k, both, threads):
    """Neighbours of left's ids and, with ``both``, of right's."""
    if gpu.devices() and gpu.fits(k):
        sides = [(left, right), (right, left)][: 1 + both]
        return [_on_gpus(one, other, k, threads) for one, other in sides]
    settle = settler(left, right, k, threads)
    forward, backward = scan.candidates(left.rows, right.rows, k, settle, both, threads)
    found = [
        _expanded(*forward, _cosines(left.rows, right.rows, *forward, threads), left, right, k)
    ]
    if both:
        rows, columns = backward
        cosines = _cosines(left.rows, right.rows, rows, columns, threads)
        found.append(_expanded(columns, rows, cosines, right, left, k))
    return found


def _on_gpus(queries, index, k, threads):
    room = scan.room(queries.rows.shape[1])
    rows, columns, unsure = gpu.candidates(queries.rows, index.rows, k, room, gpu.search)
    return neighbours_among(queries, index, rows, columns, unsure, k, threads)


def _expanded(numbers, others, cosines, side, other, k):
    """Neighbours of all ids of a side out of pairs of different vectors."""
    sizes = np.minimum(other.sizes[others], k)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    ids = other.ids[np.repeat(other.starts[others], sizes) + within]
    numbers, cosines = np.repeat(numbers, sizes), np.repeat(cosines, sizes)
    best = _best_of_each(numbers, ids, cosines, k)
    width = min(k, len(other.ids))
    ids, cosines = (
        values[best].reshape(len(side.sizes), width)[side.which] for values in (ids, cosines)
    )
    return Neighbours(side.given, ids, cosines)


def _best_of_each(numbers, ids, cosines, k):
    """Where the k first pairs of each number stand under the order (-cosine, id), by number."""
    order = np.lexsort((ids, -cosines, numbers))
    numbers = numbers[order]
    first = np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]])[: len(numbers)])
    sizes = np.diff(np.append(first, len(numbers)))
    return order[np.arange(len(numbers)) - np.repeat(first, sizes) < k]


def _cosines(left, right, rows, columns, threads):
    """float32 [len(rows)]: summed in double precision, each pair by itself."""
    out = np.empty(len(rows), np.float32)

    def rescore(at):
        part = slice(at, at + _RESCORED)
        one, other = left[rows[part]].astype(np.float64), right[columns[part]].astype(np.float64)
        out[part] = np.einsum("ij,ij->i", one, other)

    starts = range(0, len(rows), _RESCORED)
    if len(starts) < 2:
        for at in starts:
            rescore(at)
        return out
    with concurrent.futures.ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for _ in pool.map(rescore, starts):
            pass
    return out
