"""How many good pairs two pages share, and matching with that known: against loops over dicts."""

import collections

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import knn, support
from mining.config import CorpusConfig
from mining.margin import mine_pairs
from mining.schema import PAIRS

few = settings(derandomize=True, max_examples=40, deadline=None, database=None)


def unit(rows):
    rows = np.asarray(rows, np.float32)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def neighbours(src, tgt, k=4):
    """Both directions' neighbours of sentences with ids 0, 1, 2…"""
    ids = [np.arange(len(side)) for side in (src, tgt)]
    return (
        knn.search(ids[0], src, [(ids[1], tgt)], k),
        knn.search(ids[1], tgt, [(ids[0], src)], k),
    )


def ids_of(table):
    return zip(table["src_id"].to_pylist(), table["tgt_id"].to_pylist(), strict=True)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=30))
@few
def test_support_counts_the_other_counted_pairs_of_the_same_two_pages(rows):
    src, tgt, counted = (np.array([row[at] for row in rows], int) for at in range(3))
    found = support.page_support(src, tgt, counted.astype(bool))
    expected = [
        sum(other[:2] == row[:2] and other[2] for at, other in enumerate(rows) if at != number)
        for number, row in enumerate(rows)
    ]
    assert found.tolist() == expected


def test_equal_urls_have_equal_keys_and_others_not():
    one, other, again = support.page_keys(["https://a.org/1", "https://a.org/2", "https://a.org/1"])
    assert one == again != other


@pytest.mark.parametrize("seed", range(12))
def test_matching_again_is_greedy_by_margin_and_bonus_over_all_neighbours(seed):
    chance = np.random.default_rng(seed)
    config = CorpusConfig(min_margin=0.9, min_cosine=0.0, min_page_support=1, page_bonus=0.2)
    src, tgt = (unit(chance.normal(size=(n, 4)) + 1) for n in (14, 11))
    pages = [chance.integers(0, 3, n) for n in (14, 11)]
    forward, backward = neighbours(src, tgt, k=3)
    table = support.supported_pairs(forward, backward, *pages, config)

    first = mine_pairs(forward, backward)
    good = {
        (row["src_id"], row["tgt_id"])
        for row in first.to_pylist()
        if row["margin"] > np.float32(0.9) and row["cosine"] >= 0
    }
    cosine = {}
    for side, flip in ((forward, False), (backward, True)):
        for query, ids, values in zip(side.query_ids, side.ids, side.cosines, strict=True):
            for other, value in zip(ids, values, strict=True):
                cosine[(other, query) if flip else (query, other)] = value
    ranked = []
    for (i, j), value in cosine.items():
        margin = np.float32(value / (np.float64(forward.means[i]) + backward.means[j]) * 2)
        shared = sum(
            pages[0][a] == pages[0][i] and pages[1][b] == pages[1][j] and (a, b) != (i, j)
            for a, b in good
        )
        ranked.append((-(margin + np.float32(0.2 if shared else 0)), i, j))
    taken, matched = (set(), set()), set()
    for _, i, j in sorted(ranked):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            matched.add((i, j))
    assert (
        set(zip(table["src_id"].to_pylist(), table["tgt_id"].to_pylist(), strict=True)) == matched
    )
    assert table.schema == PAIRS
    margins = table["margin"].to_pylist()
    assert margins == sorted(margins, reverse=True)


def test_a_sentence_goes_to_the_page_that_others_of_its_page_went_to():
    """Sentence 3 of page A is a little nearer to page Y's than to its translation on page X."""
    base = np.eye(8)
    src = unit([base[0], base[1], base[2], base[3]])
    tgt = unit([base[0], base[1], base[2], base[3] + 0.3 * base[5], base[3] + 0.25 * base[6]])
    pages = np.zeros(4, int), np.array([0, 0, 0, 0, 1])
    near = neighbours(src, tgt)
    tgt_of = {}
    for bonus in (0.0, 0.1):
        config = CorpusConfig(page_bonus=bonus)
        table = support.supported_pairs(*near, *pages, config)
        tgt_of[bonus] = dict(
            zip(*(table[n].to_pylist() for n in ("src_id", "tgt_id")), strict=True)
        )
    assert (tgt_of[0.0][3], tgt_of[0.1][3]) == (4, 3)


@pytest.mark.parametrize("retrieval", ["intersect", "forward", "backward"])
def test_other_retrievals_give_the_pairs_of_the_vectors_alone(retrieval):
    chance = np.random.default_rng(5)
    src, tgt = (unit(chance.normal(size=(9, 4))) for _ in range(2))
    forward, backward = neighbours(src, tgt)
    pages = np.zeros(9, int), np.zeros(9, int)
    config = CorpusConfig(retrieval=retrieval)
    table = support.supported_pairs(forward, backward, *pages, config)
    plain = mine_pairs(forward, backward, retrieval=retrieval)
    assert table.drop_columns("page_support").equals(plain)


@pytest.mark.parametrize("sizes", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_side_gives_no_pairs(sizes):
    src, tgt = (np.zeros((n, 4), np.float16) + np.float16(0.5) for n in sizes)
    pages = (np.zeros(n, int) for n in sizes)
    table = support.supported_pairs(*neighbours(src, tgt), *pages, CorpusConfig())
    assert table.num_rows == 0
    assert table.schema == PAIRS


@given(st.integers(0, 50), st.integers(-1, 4), st.lists(st.integers(0, 9), max_size=9))
@few
def test_the_bonus_is_for_pages_with_enough_pairs_and_one_at_least(seed, least, counts):
    config = CorpusConfig(min_page_support=max(least, 0), page_bonus=seed / 50)
    found = support.page_bonus(np.array(counts, np.int32), config)
    by_count = collections.defaultdict(set)
    for count, value in zip(counts, found.tolist(), strict=True):
        by_count[count].add(value)
    for count, values in by_count.items():
        worth = count >= 1 and count >= least
        assert values == {float(np.float32(seed / 50)) if worth else 0.0}
