"""Approximate nearest neighbours through FAISS, which says only what pairs are looked at.

An index finds candidates; their cosines are computed exactly and ordered as mining.knn does.
Where it finds fewer than k the query is searched exactly: rows are as long as in exact search.
"""

import contextlib
import io
import os

import faiss
import numpy as np

from mining import gpu, knn, scan
from mining.errors import InputError

KINDS = ("exact", "ivf_flat", "ivf_pq", "hnsw")
# Vectors that a centroid is trained on, the fewest that FAISS has no warning for, and rounds of
# k-means.
_TRAINED_ON = 39
_ROUNDS = 10


def kind_of(config, src_rows, tgt_rows, largest_shard):
    """The kind of index for so many vectors a side: config.index, or for ``auto`` the first that
    fits of exact (up to config.exact_pairs pairs), ivf_flat (shards of up to config.flat_rows
    vectors) and ivf_pq. Raises InputError for a kind that there is not."""
    if config.index not in ("auto", *KINDS):
        raise InputError(f"mine.index={config.index}: give auto, {', '.join(KINDS)}")
    if config.index != "auto":
        return config.index
    if src_rows * tgt_rows <= config.exact_pairs:
        return "exact"
    return "ivf_flat" if largest_shard <= config.flat_rows else "ivf_pq"


class Index:
    """An index of mining.knn.Vectors, of one of KINDS but exact.

    ``data`` is all of it but the vectors, as bytes that another process can make it from.
    """

    def __init__(self, vectors, kind, config, threads=0, data=None):
        self._vectors = vectors
        self._kind = kind
        self._config = config
        self._threads = threads or os.cpu_count() or 1
        rows = vectors.rows
        self._index, self._lists = None, np.empty(0, np.int32)
        if len(rows) < 2 * _TRAINED_ON:
            # Nothing to train on, nothing to save: every query is searched exactly.
            return
        if data is not None:
            with np.load(io.BytesIO(data)) as stored:
                self._index = faiss.deserialize_index(stored["index"])
                self._lists = stored["lists"]
            return
        with _faiss_threads(self._threads):
            self._index = _trained(rows, kind, config)
            if kind == "ivf_flat":
                self._lists = self._index.search(rows, 1)[1].ravel().astype(np.int32)
            else:
                self._index.add(rows)

    @property
    def data(self):
        if self._index is None:
            return b""
        stored = io.BytesIO()
        np.savez(stored, index=faiss.serialize_index(self._index), lists=self._lists)
        return stored.getvalue()

    def search(self, queries, k):
        """mining.knn.Neighbours of ``queries``, mining.knn.Vectors, k of them or all."""
        with _faiss_threads(self._threads):
            rows, columns = self._candidates(queries, k)
        counts = np.bincount(rows, minlength=len(queries.rows))
        few = np.flatnonzero(counts < min(k, len(self._vectors.rows)))
        return knn.neighbours_among(queries, self._vectors, rows, columns, few, k, self._threads)

    def _candidates(self, queries, k):
        config, vectors = self._config, self._vectors
        if self._index is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        if self._kind == "ivf_flat":
            probes = min(config.probes, self._index.ntotal)
            lists = self._index.search(queries.rows, probes)[1]
            settle = knn.settler(queries, vectors, k, self._threads)
            return scan.listed(
                queries.rows, vectors.rows, k, settle, lists, self._lists, self._threads
            )
        if self._kind == "hnsw":
            self._index.hnsw.efSearch = max(config.hnsw_search, k)
            found = self._index.search(queries.rows, min(2 * k, len(vectors.rows)))[1]
        else:
            faiss.extract_index_ivf(self._index).nprobe = config.probes
            width = min(k * config.pq_candidates, len(vectors.rows))
            found = _on_gpu(self._index).search(queries.rows, width)[1]
        # Where nothing was found stands -1.
        rows, at = np.nonzero(found >= 0)
        return rows, found[rows, at]


def list_count(rows, config):
    """Lists of an inverted index of so many vectors: a multiple of their square root, so that
    finding the lists costs about what searching them does, and enough vectors to train each."""
    return max(1, min(int(config.lists_per_root * rows**0.5), rows // _TRAINED_ON))


def _trained(rows, kind, config):
    """The FAISS index, empty; of ivf_flat the index of its centroids."""
    dim = rows.shape[1]
    if kind == "hnsw":
        index = faiss.IndexHNSWFlat(dim, config.hnsw_links, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = config.hnsw_build
        return index
    lists = list_count(len(rows), config)
    # Rows are in the order of their ids, which are hashes: any evenly spaced ones are a sample.
    if kind == "ivf_flat":
        sample = rows[
            np.linspace(0, len(rows) - 1, min(lists * _TRAINED_ON, len(rows))).astype(int)
        ]
        means = faiss.Kmeans(
            dim,
            lists,
            niter=_ROUNDS,
            spherical=True,
            min_points_per_centroid=1,
            gpu=gpu.devices() > 0,
        )
        means.train(sample)
        index = faiss.IndexFlatIP(dim)
        index.add(means.centroids)
        return index
    parts = max(part for part in range(1, config.pq_bytes + 1) if dim % part == 0)
    bits = max(1, min(8, int(np.log2(max(len(rows) / _TRAINED_ON, 2)))))
    index = faiss.index_factory(
        dim, f"OPQ{parts},IVF{lists},PQ{parts}x{bits}np", faiss.METRIC_INNER_PRODUCT
    )
    rotation = faiss.downcast_VectorTransform(index.chain.at(0))
    # Left to itself it would train 256 centroids of each part, whatever there is to train them on.
    quantizer = faiss.ProductQuantizer(dim, parts, bits)
    quantizer.cp.niter = _ROUNDS
    rotation.pq, rotation.niter = quantizer, _ROUNDS
    few = max(lists, 256) * _TRAINED_ON
    index.train(rows[np.linspace(0, len(rows) - 1, min(few, len(rows))).astype(int)])
    return index


def _on_gpu(index):
    """The index on all GPUs there are, where the build of FAISS can use them."""
    return faiss.index_cpu_to_all_gpus(index) if gpu.devices() else index


@contextlib.contextmanager
def _faiss_threads(threads):
    """Sets the number of FAISS's threads for a block."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
