"""Approximate search: what it finds has the cosines and the order of exact search, rows are never
short, and where every list is looked into nothing is missed."""

import dataclasses

import numpy as np
import pytest

from mining import ann, knn
from mining.config import MineConfig
from mining.errors import InputError
from tests.mining import vectors as made

CONFIG = MineConfig(pq_bytes=8)
KINDS = [kind for kind in ann.KINDS if kind != "exact"]


def clustered(rng, n, centres):
    """Unit vectors around ``centres``, as sentences lie around subjects."""
    vectors = centres[rng.integers(0, len(centres), n)] + 0.6 * made.gaussian(rng, n, 32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def sides():
    rng = np.random.default_rng(0)
    centres = made.gaussian(rng, 60, 32)
    return [knn.Vectors(made.some_ids(rng, n), clustered(rng, n, centres)) for n in (300, 2000)]


@pytest.mark.parametrize("kind", KINDS)
def test_nearly_all_neighbours_are_found_with_their_cosines_in_their_order(sides, kind):
    queries, index = sides
    right = knn.search_both(queries, index, 4)[0]
    found = ann.Index(index, kind, CONFIG, 1).search(queries, 4)
    assert knn.recall(found, right) >= 0.95
    assert np.array_equal(found.query_ids, right.query_ids)
    cosine = {}
    every = knn.search_both(queries, index, 2000)[0]
    for query, ids, cosines in zip(every.query_ids, every.ids, every.cosines, strict=True):
        cosine.update({(query, at): value for at, value in zip(ids, cosines, strict=True)})
    for query, ids, cosines in zip(found.query_ids, found.ids, found.cosines, strict=True):
        assert cosines.tolist() == [cosine[query, at] for at in ids]
        assert list(zip(-cosines, ids, strict=True)) == sorted(zip(-cosines, ids, strict=True))


def test_looking_into_every_list_is_exact_search(sides):
    queries, index = sides
    config = dataclasses.replace(CONFIG, probes=10_000)
    found = ann.Index(index, "ivf_flat", config, 3).search(queries, 7)
    right = knn.search_both(queries, index, 7)[0]
    assert np.array_equal(found.ids, right.ids)
    assert found.cosines.tobytes() == right.cosines.tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("m", "k"), [(1, 4), (0, 3), (5, 9), (200, 150), (300, 40)])
def test_rows_are_as_long_as_those_of_exact_search(kind, m, k):
    rng = np.random.default_rng(m)
    centres = made.gaussian(rng, 9, 32)
    queries = knn.Vectors(np.arange(50), clustered(rng, 50, centres))
    index = knn.Vectors(made.some_ids(rng, m), clustered(rng, m, centres))
    config = dataclasses.replace(CONFIG, probes=1, hnsw_search=1, pq_candidates=1)
    found = ann.Index(index, kind, config, 1).search(queries, k)
    assert found.ids.shape == (50, min(k, m))
    for row in found.ids.tolist():
        assert len(set(row)) == len(row) and set(row) <= set(index.given.tolist())
    assert (np.diff(found.cosines, axis=1) <= 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_made_from_its_data_finds_the_same(sides, kind):
    queries, index = sides
    one = ann.Index(index, kind, CONFIG, 1)
    other = ann.Index(index, kind, CONFIG, 1, one.data)
    assert np.array_equal(one.search(queries, 4).ids, other.search(queries, 4).ids)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_vectors_are_all_found(kind):
    rng = np.random.default_rng(5)
    centres = made.gaussian(rng, 20, 32)
    vectors = made.with_duplicates(rng, clustered(rng, 900, centres))
    ids = made.some_ids(rng, 900)
    index = knn.Vectors(ids, vectors)
    found = ann.Index(index, kind, CONFIG, 1).search(knn.Vectors(ids, vectors), 2)
    right = knn.search(ids, vectors, [(ids, vectors)], 2)
    assert knn.recall(found, right) >= 0.95


@pytest.mark.parametrize(
    ("index", "rows", "largest", "kind"),
    [
        ("auto", (1000, 1000), 1000, "exact"),
        ("auto", (10**5, 10**6), 10**6, "exact"),
        ("auto", (10**6, 10**6), 10**6, "ivf_flat"),
        ("auto", (10**6, 10**8), 10**7, "ivf_pq"),
        ("hnsw", (10, 10), 10, "hnsw"),
        ("exact", (10**9, 10**9), 10**9, "exact"),
    ],
)
def test_the_kind_goes_by_size_unless_it_is_named(index, rows, largest, kind):
    assert ann.kind_of(dataclasses.replace(CONFIG, index=index), *rows, largest) == kind


def test_a_kind_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="ivf_flat"):
        ann.kind_of(dataclasses.replace(CONFIG, index="lsh"), 1, 1, 1)
