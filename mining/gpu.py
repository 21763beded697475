"""Exact search on GPUs through FAISS, whose order and last bits are not relied upon.

A GPU finds a few more neighbours than are wanted, in single precision; those that rounding could
have moved are candidates, whose order is mining.knn's to decide, and a row where even the last one
found could be such a one is to be searched again. Other than on a CPU each direction is a search of
its own: there the product is cheap and what passes between memories is dear.
"""

import concurrent.futures
import functools

import faiss
import numpy as np

# Neighbours that are found beyond k, among them those too close to the k-th to tell apart.
_SPARE = 8
# What FAISS finds on a GPU at most.
_MOST = 2048
# Bytes on a GPU of the index, and of queries with what is found, that are there at a time.
_INDEX_BYTES, _QUERY_BYTES = 4 << 30, 1 << 30


def devices():
    """How many GPUs there are that this build of FAISS can use."""
    return faiss.get_num_gpus() if hasattr(faiss, "get_num_gpus") else 0


def fits(k):
    """Whether a GPU can be asked for so many neighbours."""
    return k + _SPARE <= _MOST


def search(queries, index, k):
    """Cosines float32 [n, k] and rows int64 [n, k] of ``index`` for ``queries``, float32 unit rows;
    each GPU gets a part of the queries."""
    count = min(devices(), len(queries))
    bounds = np.linspace(0, len(queries), count + 1).astype(np.int64)

    def part(device):
        some = queries[bounds[device] : bounds[device + 1]]
        return faiss.knn_gpu(
            _resources(device),
            some,
            index,
            k,
            metric=faiss.METRIC_INNER_PRODUCT,
            device=device,
            vectorsMemoryLimit=_INDEX_BYTES,
            queriesMemoryLimit=_QUERY_BYTES,
        )

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return map(np.concatenate, zip(*pool.map(part, range(count)), strict=True))


@functools.cache
def _resources(device):
    # Its memory is taken from the device once.
    return faiss.StandardGpuResources()


def candidates(queries, index, k, room, find):
    """Pairs among which are the k nearest rows of ``index`` of each row of ``queries``.

    queries: float32 [n, dim], index: float32 [m, dim], different rows of unit length. room: how far
    two cosines of ``find``, which is called as search is, may be apart that are in truth the other
    way round.
    Returns rows and columns of the pairs, int64 [p], and the rows that they don't hold for, int64.
    """
    if not len(queries) or not len(index):
        return (np.empty(0, np.int64),) * 3
    width = min(k + _SPARE, len(index))
    cosines, columns = find(queries, index, width)
    least = cosines[:, min(k, width) - 1] - np.float32(room)
    rows, at = np.nonzero(cosines >= least[:, None])
    unsure = cosines[:, -1] >= least if width < len(index) else np.zeros(len(queries), bool)
    return rows, columns[rows, at], np.flatnonzero(unsure)
