"""Mining against what it is measured by: exact search of both directions against two FAISS flat
searches, all after search against LASER's loops, and approximate search of real sentences.

``python -m benchmarks.mine [--parts exact,scoring,ivf] [--rows 200000] [--json]``; the part ivf
needs ``--pairs``, a folder of en-XX.tsv.gz files (English TAB other), and keeps their vectors in
``--vectors``. Repeats of what is compared are interleaved, and the best of each counts.
"""

import argparse
import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import resource
import tempfile
import time

import faiss
import numpy as np
import threadpoolctl

from benchmarks import sentence_vectors
from mining import ann, knn, margin
from mining.config import MineConfig
from pipelines import mine
from pipelines.common import datasets


def seconds(function, *given):
    """How long a call takes, and what it returns."""
    began = time.perf_counter()
    found = function(*given)
    return time.perf_counter() - began, found


def unit(rng, n, dim):
    """float32 [n, dim] of random directions."""
    vectors = rng.standard_normal((n, dim), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def translations(rng, vectors):
    """As many vectors, each near one of ``vectors``, in another order."""
    near = vectors[rng.permutation(len(vectors))] + 0.9 * unit(rng, *vectors.shape)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def blas_rate(left, right):
    """Elements of a similarity matrix a second that BLAS makes and does nothing with, on all
    cores, in the way that is best here: one thread a core, each with its own piece."""
    threads = os.cpu_count() or 1
    shape = (min(2048, len(left)), min(2048, len(right)))
    spaces = [np.empty(shape, np.float32) for _ in range(threads)]

    def multiply(space):
        for _ in range(8):
            np.matmul(left[: shape[0]], right[: shape[1]].T, out=space)

    with (
        threadpoolctl.threadpool_limits(1, user_api="blas"),
        concurrent.futures.ThreadPoolExecutor(threads) as pool,
    ):
        took, _ = seconds(lambda: list(pool.map(multiply, spaces)))
    return threads * 8 * shape[0] * shape[1] / took


def flat_both_ways(left, right, k):
    """What there was before: each direction by itself."""
    metric = faiss.METRIC_INNER_PRODUCT
    return faiss.knn(left, right, k, metric=metric), faiss.knn(right, left, k, metric=metric)


def exact(given):
    """Exact search of both directions, its share of BLAS's rate, and all that follows it."""
    rng = np.random.default_rng(0)
    left = unit(rng, given.rows, given.dim)
    right = translations(rng, left)
    ids = np.arange(given.rows)
    ours, flat, rates, rest = [], [], [], []
    for _ in range(given.repeats):
        rates.append(blas_rate(left, right))
        took, found = seconds(search, ids, left, right, given.k)
        ours.append(took)
        rest.append(seconds(after_search, *found)[0])
        rates.append(blas_rate(left, right))
        took, (forward, _) = seconds(flat_both_ways, left, right, given.k)
        flat.append(took)
    # FAISS orders what single precision can't tell apart as it comes.
    agreement = (forward[1] == found[0].ids).mean()
    assert agreement > 0.999, agreement
    elements = given.rows**2
    return {
        "exact_seconds": min(ours),
        "faiss_two_flat_seconds": min(flat),
        "exact_both_ways_speedup_vs_faiss": min(flat) / min(ours),
        "exact_elements_per_second": elements / min(ours),
        "blas_elements_per_second": max(rates),
        "blas_share": elements / min(ours) / max(rates),
        "post_search_seconds": min(rest),
        "post_search_share": min(rest) / min(ours),
    }


def search(ids, left, right, k):
    """Both directions, from plain vectors to neighbours."""
    return knn.search_both(knn.Vectors(ids, left), knn.Vectors(ids, right), k)


def after_search(forward, backward):
    """Candidates to files and back, margins, matching, pairs to a file."""
    with tempfile.TemporaryDirectory(prefix="mine-") as folder:
        paths = [str(pathlib.Path(folder, name)) for name in mine.DIRECTIONS]
        for path, found in zip(paths, (forward, backward), strict=True):
            datasets.write_table(path, mine.table_of(found))
        sides = [mine.read_neighbours([path]) for path in paths]
        pairs = margin.mine_pairs(*sides)
        datasets.write_table(str(pathlib.Path(folder, "pairs")), pairs)


def loops(src, tgt, forward, backward):
    """Ratio margins and max retrieval by loops over candidates, the semantics of LASER's
    mine_bitexts written out: a is a dot product of two rows for each candidate, the margin a
    function that can be exchanged.

    src, tgt: float32 vectors; forward, backward: (row numbers [n, k], means [n]) of neighbours.
    Returns {(src row, tgt row): margin}."""

    def ratio(a, mean):
        return a / mean

    def score(one, other, mean, other_mean):
        return ratio(one.dot(other), (mean + other_mean) / 2)

    def best(x, y, numbers, means, other_means):
        scores = np.zeros(numbers.shape)
        for i in range(numbers.shape[0]):
            for j in range(numbers.shape[1]):
                other = numbers[i, j]
                scores[i, j] = score(x[i], y[other], means[i], other_means[other])
        rows = np.arange(len(numbers))
        return numbers[rows, scores.argmax(axis=1)], scores.max(axis=1)

    ahead, ahead_scores = best(src, tgt, *forward, backward[1])
    back, back_scores = best(tgt, src, *backward, forward[1])
    left = np.concatenate([np.arange(len(src)), back])
    right = np.concatenate([ahead, np.arange(len(tgt))])
    scores = np.concatenate([ahead_scores, back_scores])
    kept, seen_left, seen_right = {}, set(), set()
    for at in np.argsort(-scores):
        one, other = left[at], right[at]
        if one not in seen_left and other not in seen_right:
            seen_left.add(one)
            seen_right.add(other)
            kept[one, other] = scores[at]
    return kept


def made_up_candidates(rng, count, dim, k):
    """Vectors of ``count // k`` sentences a side, and k neighbours of each, by row number: its
    translation and others that stand beside that, in the order of their cosines."""
    n = max(count // k, 4 * k)
    src = unit(rng, n, dim)
    tgt = src + 0.7 * unit(rng, n, dim)
    tgt /= np.linalg.norm(tgt, axis=1, keepdims=True)
    sides = []
    for own, other in ((src, tgt), (tgt, src)):
        steps = np.argsort(rng.random((n, 2 * k)), axis=1)[:, : k - 1] + 1
        numbers = (np.arange(n)[:, None] + np.hstack([np.zeros((n, 1), np.int64), steps])) % n
        cosines = np.stack([np.einsum("ij,ij->i", own, other[at]) for at in numbers.T], axis=1)
        # Above zero, as those of neighbours are.
        order = np.argsort(-np.abs(cosines), axis=1)
        sides.append(np.take_along_axis(numbers, order, 1))
    return src, tgt, *sides


def scoring(given):
    """Margins and matching of so many candidates a side, against the loops."""
    rng = np.random.default_rng(1)
    src, tgt, *numbers = made_up_candidates(rng, given.candidates, given.dim, given.k)
    ids = [np.unique(rng.integers(-(2**62), 2**62, 2 * len(src)))[: len(src)] for _ in range(2)]
    sides = []
    for own, other, at, vectors, others in zip(
        ids, ids[::-1], numbers, (src, tgt), (tgt, src), strict=True
    ):
        cosines = np.stack([np.einsum("ij,ij->i", vectors, others[to]) for to in at.T], axis=1)
        sides.append(knn.Neighbours(own, other[at], cosines))
    ours = []
    for _ in range(max(given.repeats, 3)):
        took, pairs = seconds(margin.mine_pairs, *sides)
        ours.append(took)
    plain = [(at, side.means) for at, side in zip(numbers, sides, strict=True)]
    slow, kept = seconds(loops, src, tgt, *plain)
    found = set(zip(pairs["src_id"].to_pylist(), pairs["tgt_id"].to_pylist(), strict=True))
    right = {(ids[0][one], ids[1][other]) for one, other in kept}
    assert len(found & right) > 0.999 * len(found | right)
    return {
        "scoring_candidates": numbers[0].size,
        "scoring_seconds": min(ours),
        "scoring_loops_seconds": slow,
        "scoring_speedup_vs_loops": slow / min(ours),
    }


def ivf(given):
    """Approximate search of real sentences: time, recall and peak memory."""
    # In processes of their own: the encoder's memory is not the search's.
    asked = (given.pairs, given.vectors, given.queries, given.indexed)
    paths = _alone(sentence_vectors.encode, asked)
    return _alone(_ivf, (*paths, given.index))


def _alone(function, given):
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *given).result()


def _ivf(query_paths, index_paths, kind):
    config = MineConfig()
    index, queries = (_vectors(paths) for paths in (index_paths, query_paths))
    built, found = seconds(ann.Index, index, kind, config)
    searched, found = seconds(found.search, queries, 4)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    one_way, right = seconds(knn.exact, queries, index, 4)
    recall = knn.recall(found, right)
    return {
        "ivf_kind": kind,
        "ivf_indexed": len(index.given),
        "ivf_queries": len(queries.given),
        "ivf_recall_at_4": recall,
        "ivf_build_seconds": built,
        "ivf_search_seconds": searched,
        "ivf_queries_per_second": len(queries.given) / searched,
        "ivf_exact_seconds": one_way,
        "ivf_speedup_vs_exact": one_way / (built + searched),
        "ivf_peak_gb": peak,
    }


def _vectors(paths):
    vectors = sentence_vectors.read(paths)
    return knn.Vectors(np.arange(len(vectors)), vectors)


MEASURED = {"exact": exact, "scoring": scoring, "ivf": ivf}


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--parts", default=",".join(MEASURED), help="some of " + ",".join(MEASURED))
    parser.add_argument("--rows", type=int, default=200_000, help="vectors a side (exact)")
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--k", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=1, help="of what is compared (exact)")
    parser.add_argument("--candidates", type=int, default=1_000_000, help="a side (scoring)")
    parser.add_argument("--indexed", type=int, default=500_000, help="sentences (ivf)")
    parser.add_argument("--queries", type=int, default=100_000, help="sentences (ivf)")
    parser.add_argument("--index", default="ivf_flat", choices=ann.KINDS[1:])
    parser.add_argument("--pairs", metavar="FOLDER", help="en-XX.tsv.gz files (ivf)")
    parser.add_argument("--vectors", metavar="FOLDER", help="where their vectors are kept (ivf)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    parts = given.parts.split(",")
    if not set(parts) <= MEASURED.keys() or (
        "ivf" in parts and not (given.pairs and given.vectors)
    ):
        parser.error(f"--parts: some of {','.join(MEASURED)}; ivf needs --pairs and --vectors")
    found = {}
    for part in parts:
        found.update(MEASURED[part](given))
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        shown = f"{value:,.3f}" if isinstance(value, float) else str(value)
        print(f"{name:<36}{shown:>16}")


if __name__ == "__main__":
    main()
