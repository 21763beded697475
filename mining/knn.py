"""Exact nearest neighbours by inner product, over an index that comes in blocks.

FAISS finds more candidates than asked for; their cosines are then computed again, each from its
two vectors alone, and ordered by (-cosine, id). So the answer depends on the vectors only: not on
how they are cut into shards and blocks, nor on the number of threads.
"""

import dataclasses

import faiss
import numpy as np

from mining.vectors import unit_rows

# Candidates beyond k that are looked at, so that rounding in the matrix product can't hide one.
_SPARE = 4
# More than the error of a float32 inner product of unit vectors, less than any difference that
# matters: rows whose k-th neighbour is closer to the cut than this are searched again, wider.
_ROUNDING = 1e-5
_RESCORE_ROWS = 1024


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
        if not self.cosines.shape[1]:
            return np.zeros(len(self.query_ids), np.float32)
        return self.cosines.mean(axis=1, dtype=np.float64).astype(np.float32)


def search(query_ids, queries, blocks, k):
    """The k nearest neighbours of each query among all blocks.

    query_ids: int64 [n]; queries: [n, dim] of any float type, not all zero; blocks: iterable of
    (ids int64 [m], vectors [m, dim]), ids unique over all. k is cut to the number of indexed
    vectors. Returns Neighbours.
    """
    queries = unit_rows(queries)
    found_ids = np.empty((len(queries), 0), np.int64)
    found_cosines = np.empty((len(queries), 0), np.float32)
    for ids, vectors in blocks:
        if not len(ids) or not len(queries):
            continue
        ids = np.asarray(ids, dtype=np.int64)
        block_ids, block_cosines = _search_block(queries, ids, unit_rows(vectors), k)
        found_ids, found_cosines = _best(
            np.hstack([found_ids, block_ids]), np.hstack([found_cosines, block_cosines]), k
        )
    return Neighbours(np.asarray(query_ids, dtype=np.int64), found_ids, found_cosines)


def _search_block(queries, ids, vectors, k):
    size = len(vectors)
    k = min(k, size)
    out_ids = np.empty((len(queries), k), np.int64)
    out_cosines = np.empty((len(queries), k), np.float32)
    rows, width = np.arange(len(queries)), min(k + _SPARE, size)
    while len(rows):
        approximate, columns = faiss.knn(
            queries[rows], vectors, width, metric=faiss.METRIC_INNER_PRODUCT
        )
        cosines = _cosines(queries, rows, vectors, columns)
        out_ids[rows], out_cosines[rows] = _best(ids[columns], cosines, k)
        if width == size:
            break
        unsure = out_cosines[rows, -1] <= approximate[:, -1] + _ROUNDING
        rows, width = rows[unsure], min(width * 4, size)
    return out_ids, out_cosines


def _cosines(queries, rows, vectors, columns):
    """float32 [len(rows), width]: summed in double precision, each pair by itself."""
    out = np.empty(columns.shape, np.float32)
    for at in range(0, len(rows), _RESCORE_ROWS):
        part = slice(at, at + _RESCORE_ROWS)
        left = queries[rows[part]].astype(np.float64)
        for column in range(columns.shape[1]):
            right = vectors[columns[part, column]].astype(np.float64)
            out[part, column] = np.einsum("ij,ij->i", left, right)
    return out


def _best(ids, cosines, k):
    """The k best columns of each row under the order (-cosine, id)."""
    order = np.lexsort((ids, -cosines), axis=1)[:, :k]
    return np.take_along_axis(ids, order, 1), np.take_along_axis(cosines, order, 1)
