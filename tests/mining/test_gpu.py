"""Exact search through FAISS, as it is on GPUs: FAISS's flat search on the CPU, whose last bits and
order of ties are its own too, stands for the one on a GPU. The answer must be that of the CPU."""

import faiss
import numpy as np
import pytest

from mining import gpu, knn, scan
from tests.mining import vectors as made
from tests.mining.test_knn import assert_same_bits, nearly_equal


def flat(queries, index, k):
    return faiss.knn(queries, index, k, metric=faiss.METRIC_INNER_PRODUCT)


def roughly(queries, index, k):
    """As flat, with errors as large as rounding allows."""
    rng = np.random.default_rng(len(queries))
    cosines = queries @ index.T
    error = scan.room(queries.shape[1]) / 2
    cosines += rng.uniform(-error, error, cosines.shape).astype(np.float32)
    order = np.argsort(-cosines, axis=1)[:, :k]
    return np.take_along_axis(cosines, order, 1), order


@pytest.mark.parametrize("find", [flat, roughly])
@pytest.mark.parametrize(
    "kind",
    [
        made.gaussian,
        made.grid,
        nearly_equal,
        lambda rng, n: made.with_duplicates(rng, made.gaussian(rng, n)),
        lambda rng, n: np.repeat(made.gaussian(rng, 1), n, axis=0),
    ],
    ids=["random", "ties", "nearly equal", "duplicates", "all one vector"],
)
@pytest.mark.parametrize(("n", "m", "k"), [(60, 83, 4), (1, 300, 1), (50, 7, 4), (40, 9, 9)])
def test_both_ways_are_those_of_the_cpu(monkeypatch, find, kind, n, m, k):
    rng = np.random.default_rng(n)
    sides = [knn.Vectors(rng.permutation(10 * size)[:size], kind(rng, size)) for size in (n, m)]
    expected = knn.search_both(*sides, k)
    monkeypatch.setattr(gpu, "devices", lambda: 1)
    monkeypatch.setattr(gpu, "search", find)
    for found, right in zip(knn.search_both(*sides, k), expected, strict=True):
        assert_same_bits(found, right)


def test_rows_whose_last_neighbour_is_as_near_as_the_kth_are_named():
    index = np.eye(32, dtype=np.float32)
    queries = np.stack([np.full(32, 32**-0.5), np.linspace(1, 0, 32)]).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    rows, columns, unsure = gpu.candidates(queries, index, 4, scan.room(32), flat)
    assert unsure.tolist() == [0]
    assert columns[rows == 1].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("side", [0, 1])
def test_an_empty_side_has_no_candidates(side):
    sides = [np.eye(3, dtype=np.float32)[: 3 * (number != side)] for number in range(2)]
    assert [len(found) for found in gpu.candidates(*sides, 2, 0.1, flat)] == [0, 0, 0]


def test_more_neighbours_than_a_gpu_finds_are_left_to_the_cpu():
    assert gpu.fits(4) and not gpu.fits(2048)
