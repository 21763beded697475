"""Nearest neighbours against a brute force in double precision, on vectors with duplicates, exact
ties and differences too small for single precision; and the promise that neither the way the index
is cut nor the number of threads changes one bit of the answer.
"""

import hashlib
import os
import subprocess
import sys

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import knn, scan
from tests.mining import vectors as made

few = settings(derandomize=True, max_examples=25, deadline=None, database=None)


@pytest.fixture
def threads():
    """Sets the number of OpenMP threads, for the time of the test."""
    before = faiss.omp_get_max_threads()
    yield faiss.omp_set_num_threads
    faiss.omp_set_num_threads(before)


def brute_force(queries, ids, vectors, k):
    cosines = (queries.astype(np.float64) @ vectors.astype(np.float64).T).astype(np.float32)
    order = [sorted(range(len(ids)), key=lambda at: (-row[at], ids[at]))[:k] for row in cosines]
    order = np.array(order, dtype=np.int64).reshape(len(queries), min(k, len(ids)))
    return ids[order], np.take_along_axis(cosines, order, axis=1)


def nearly_equal(rng, n, dim=16):
    """Vectors around one direction that single precision can't put in order."""
    centre = made.gaussian(rng, 1, dim)
    vectors = centre + 1e-7 * rng.standard_normal((n, dim)).astype(np.float32)
    return vectors.astype(np.float32)


def whole(ids, vectors):
    return [(ids, vectors)]


def cut(rng, ids, vectors, parts):
    """The same rows in a random order, cut into that many blocks, some of them empty."""
    order = rng.permutation(len(ids))
    cuts = np.sort(rng.integers(0, len(ids) + 1, parts - 1))
    return [(ids[rows], vectors[rows]) for rows in np.split(order, cuts)]


def assert_same_bits(one, other):
    assert one.ids.dtype == other.ids.dtype == np.int64
    assert one.cosines.dtype == other.cosines.dtype == np.float32
    assert np.array_equal(one.ids, other.ids)
    assert one.cosines.tobytes() == other.cosines.tobytes()


@pytest.mark.parametrize("k", [1, 4, 11])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "kind",
    [
        made.gaussian,
        made.grid,
        lambda rng, n: made.with_duplicates(rng, made.gaussian(rng, n)),
        lambda rng, n: made.with_duplicates(rng, made.grid(rng, n)),
        lambda rng, n: np.repeat(made.gaussian(rng, 1), n, axis=0),
    ],
    ids=["random", "ties", "duplicates", "ties and duplicates", "all one vector"],
)
def test_neighbours_are_those_of_a_brute_force(kind, seed, k):
    rng = np.random.default_rng(seed)
    queries, vectors, ids = kind(rng, 40), kind(rng, 90), made.some_ids(rng, 90)
    found = knn.search(np.arange(40), queries, whole(ids, vectors), k)
    right_ids, right_cosines = brute_force(knn.unit_rows(queries), ids, knn.unit_rows(vectors), k)
    assert np.array_equal(found.ids, right_ids)
    assert np.array_equal(found.cosines, right_cosines)


@pytest.mark.parametrize("seed", range(3))
def test_differences_below_single_precision_hide_no_neighbour(seed):
    rng = np.random.default_rng(seed)
    vectors, ids = nearly_equal(rng, 300), made.some_ids(rng, 300)
    queries = np.vstack([vectors[:10], made.gaussian(rng, 10)])
    found = knn.search(np.arange(20), queries, whole(ids, vectors), 4)
    right_ids, right_cosines = brute_force(knn.unit_rows(queries), ids, knn.unit_rows(vectors), 4)
    assert np.array_equal(found.ids, right_ids)
    assert np.array_equal(found.cosines, right_cosines)


@few
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 60),
    k=st.integers(1, 9),
    parts=st.integers(1, 12),
    kind=st.sampled_from([made.gaussian, made.grid, nearly_equal]),
)
def test_the_cut_of_the_index_changes_no_bit(seed, n, k, parts, kind):
    rng = np.random.default_rng(seed)
    vectors = made.with_duplicates(rng, kind(rng, n)) if seed % 2 else kind(rng, n)
    queries, ids = np.vstack([kind(rng, 5), vectors[:5]]), made.some_ids(rng, n)
    query_ids = np.arange(len(queries))
    in_one = knn.search(query_ids, queries, whole(ids, vectors), k)
    in_parts = knn.search(query_ids, queries, cut(rng, ids, vectors, parts), k)
    assert_same_bits(in_one, in_parts)
    assert in_one.ids.shape == (len(queries), min(k, n))


@few
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(2, 8))
def test_the_cut_of_the_queries_changes_no_bit(seed, parts):
    rng = np.random.default_rng(seed)
    queries, vectors = made.gaussian(rng, 50), made.gaussian(rng, 70)
    blocks = whole(made.some_ids(rng, 70), vectors)
    together = knn.search(np.arange(50), queries, blocks, 4)
    rows = np.array_split(np.arange(50), parts)
    alone = [knn.search(part, queries[part], blocks, 4) for part in rows]
    joined = knn.Neighbours(
        *(np.concatenate([getattr(a, name) for a in alone]) for name in vars(together))
    )
    assert np.array_equal(joined.query_ids, together.query_ids)
    assert_same_bits(together, joined)


@pytest.mark.parametrize("kind", [made.gaussian, made.grid, nearly_equal])
@pytest.mark.parametrize("count", [2, 3, 8])
def test_the_number_of_threads_changes_no_bit(threads, kind, count):
    rng = np.random.default_rng(count)
    queries, vectors, ids = kind(rng, 200, 64), kind(rng, 3000, 64), made.some_ids(rng, 3000)
    queries = queries[: 10 if kind is nearly_equal else 200]
    threads(1)
    one = knn.search(np.arange(len(queries)), queries, whole(ids, vectors), 4)
    threads(count)
    many = knn.search(np.arange(len(queries)), queries, cut(rng, ids, vectors, count), 4)
    assert_same_bits(one, many)


def test_a_process_started_with_other_omp_threads_finds_the_same_bits():
    program = """
import numpy as np
from mining import knn, scan
from tests.mining import vectors as made
rng = np.random.default_rng(7)
queries, vectors = made.gaussian(rng, 300, 128), made.gaussian(rng, 2000, 128)
found = knn.search(np.arange(300), queries, [(np.arange(2000), vectors)], 4)
print((found.ids.tobytes() + found.cosines.tobytes()).hex())
"""
    digests = set()
    for count in (1, 5):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "OMP_NUM_THREADS": str(count)},
            capture_output=True,
            check=True,
        )
        assert len(done.stdout) > 300 * 4 * 12
        digests.add(hashlib.sha256(done.stdout).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("size", [1, 3, 7])
def test_k_is_cut_to_the_size_of_the_whole_index(size):
    rng = np.random.default_rng(size)
    vectors, ids = made.gaussian(rng, size), made.some_ids(rng, size)
    found = knn.search(np.arange(5), made.gaussian(rng, 5), cut(rng, ids, vectors, 3), 50)
    assert found.ids.shape == found.cosines.shape == (5, size)
    assert all(sorted(row) == sorted(ids) for row in found.ids.tolist())


@pytest.mark.parametrize(
    "blocks",
    [[], [(np.empty(0, np.int64), np.empty((0, 16), np.float16))]],
    ids=["no block", "an empty block"],
)
def test_an_empty_index_gives_no_neighbours_and_means_of_zero(blocks):
    found = knn.search(np.arange(3), made.gaussian(np.random.default_rng(0), 3), blocks, 4)
    assert found.query_ids.tolist() == [0, 1, 2]
    assert found.ids.shape == found.cosines.shape == (3, 0)
    assert found.means.tolist() == [0, 0, 0]


def test_no_queries_give_no_rows():
    rng = np.random.default_rng(0)
    blocks = whole(made.some_ids(rng, 9), made.gaussian(rng, 9))
    found = knn.search(np.empty(0, np.int64), np.empty((0, 16), np.float16), blocks, 4)
    assert len(found.query_ids) == len(found.ids) == len(found.cosines) == len(found.means) == 0


def test_equal_cosines_stand_by_rising_id():
    vectors = np.float32([[1, 0], [0, 1], [1, 0], [1, 0], [0, 1]])
    ids = np.int64([30, -5, 10, -20, -50])
    found = knn.search(np.int64([0]), np.float32([[1, 0]]), whole(ids, vectors), 5)
    assert found.ids.tolist() == [[-20, 10, 30, -50, -5]]
    assert found.cosines.tolist() == [[1, 1, 1, 0, 0]]


def test_length_and_float_type_of_vectors_do_not_matter():
    rng = np.random.default_rng(3)
    # Powers of two scale without rounding, and these components are exact in half precision.
    queries, vectors, ids = made.grid(rng, 8), made.grid(rng, 30), made.some_ids(rng, 30)
    plain = knn.search(np.arange(8), queries, whole(ids, vectors), 4)
    scaled = knn.search(
        np.arange(8),
        (queries * 8).astype(np.float16),
        whole(ids, vectors.astype(np.float64) / 4),
        4,
    )
    assert_same_bits(plain, scaled)


def test_a_neighbour_of_opposite_direction_is_found_too():
    found = knn.search(
        np.int64([1]), np.float32([[1, 0]]), whole(np.int64([9]), np.float32([[-2, 0]])), 4
    )
    assert (found.ids.tolist(), found.cosines.tolist()) == ([[9]], [[-1]])


def test_means_are_those_of_the_cosines_of_each_row():
    cosines = np.float32([[1, 0.5, 0.25, 0.25], [0.5, 0, 0, -0.5]])
    found = knn.Neighbours(np.arange(2), np.zeros((2, 4), np.int64), cosines)
    assert found.means.dtype == np.float32
    assert found.means.tolist() == [0.5, 0]


@pytest.mark.parametrize("bad", [[0, 0], [np.nan, 1], [np.inf, 1]], ids=["zero", "NaN", "inf"])
@pytest.mark.parametrize("side", ["query", "index"])
def test_a_vector_without_a_direction_is_an_error(bad, side):
    good, bad = np.float32([[1, 0]]), np.float32([bad])
    queries, vectors = (bad, good) if side == "query" else (good, bad)
    with pytest.raises(ValueError, match="zero or not finite"):
        knn.search(np.int64([1]), queries, whole(np.int64([2]), vectors), 1)


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks so small that a few hundred vectors make many of them, on several threads."""
    monkeypatch.setattr(scan, "_ROWS", 24)
    monkeypatch.setattr(scan, "_COLUMNS", 20)
    monkeypatch.setattr(scan, "_COMPARED", 7)


@few
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 150),
    m=st.integers(0, 150),
    k=st.integers(1, 200),
    threads=st.integers(1, 5),
    kind=st.sampled_from([made.gaussian, made.grid, nearly_equal]),
)
@pytest.mark.usefixtures("small_blocks")
def test_both_ways_in_one_pass_is_each_way_by_itself(seed, n, m, k, threads, kind):
    rng = np.random.default_rng(seed)
    src, tgt = kind(rng, n), kind(rng, m)
    if seed % 2:
        src, tgt = (made.with_duplicates(rng, side) if len(side) else side for side in (src, tgt))
    src_ids, tgt_ids = made.some_ids(rng, n), made.some_ids(rng, m)
    forward, backward = knn.search_both(
        knn.Vectors(src_ids, src), knn.Vectors(tgt_ids, tgt), k, threads
    )
    for found, ids, queries, others, index in (
        (forward, src_ids, src, tgt_ids, tgt),
        (backward, tgt_ids, tgt, src_ids, src),
    ):
        right_ids, right_cosines = brute_force(
            knn.unit_rows(queries), others, knn.unit_rows(index), k
        )
        assert np.array_equal(found.query_ids, ids)
        assert np.array_equal(found.ids, right_ids)
        assert np.array_equal(found.cosines, right_cosines)
        assert_same_bits(found, knn.search(ids, queries, whole(others, index), k))


@pytest.mark.parametrize("both", [False, True])
def test_pairs_too_close_to_tell_apart_do_not_fill_the_memory(monkeypatch, small_blocks, both):
    monkeypatch.setattr(scan, "_HELD", 500)
    rng = np.random.default_rng(1)
    src, tgt = nearly_equal(rng, 90), nearly_equal(rng, 120)
    tgt += src[:1] - tgt[:1]
    src_ids, tgt_ids = made.some_ids(rng, 90), made.some_ids(rng, 120)
    held = []
    drop = scan._Side._drop

    def dropped(side):
        drop(side)
        held.append(side._count)

    monkeypatch.setattr(scan._Side, "_drop", dropped)
    if both:
        found = knn.search_both(knn.Vectors(src_ids, src), knn.Vectors(tgt_ids, tgt), 4, 2)[0]
    else:
        found = knn.search(src_ids, src, whole(tgt_ids, tgt), 4, 2)
    right_ids, right_cosines = brute_force(knn.unit_rows(src), tgt_ids, knn.unit_rows(tgt), 4)
    assert np.array_equal(found.ids, right_ids)
    assert np.array_equal(found.cosines, right_cosines)
    assert max(held) <= 120 * 4 * 2


def test_thousands_of_equal_vectors_are_looked_at_as_one(monkeypatch):
    rng = np.random.default_rng(2)
    ids = made.some_ids(rng, 5000)
    vectors = np.vstack([np.repeat(made.gaussian(rng, 1), 4990, axis=0), made.gaussian(rng, 10)])
    sizes = []
    candidates = scan.candidates

    def looked_at(left, right, *more):
        sizes.append((len(left), len(right)))
        return candidates(left, right, *more)

    monkeypatch.setattr(scan, "candidates", looked_at)
    one, other = knn.Vectors(ids, vectors), knn.Vectors(ids, vectors)
    forward, backward = knn.search_both(one, other, 4)
    assert sizes == [(11, 11)]
    assert_same_bits(forward, backward)
    least = np.sort(ids[:4990])[:4].tolist()
    assert np.array_equal(forward.ids[:4990], [least] * 4990)


def test_vectors_are_not_taken_for_equal_by_their_hash_alone(monkeypatch):
    class NoFactors:
        def integers(self, low, high, size, kind):
            return np.zeros(size, kind)

    rng = np.random.default_rng(3)
    vectors, ids = made.with_duplicates(rng, made.gaussian(rng, 60)), made.some_ids(rng, 60)
    right_ids, _ = brute_force(knn.unit_rows(vectors), ids, knn.unit_rows(vectors), 4)
    monkeypatch.setattr(np.random, "default_rng", lambda seed: NoFactors())
    assert np.array_equal(knn.search(ids, vectors, whole(ids, vectors), 4).ids, right_ids)
