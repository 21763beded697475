"""Chains, corresponding pages and alignment: against searches through all chains, and on made-up
pages whose translation is known."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import documents, knn, linking, support
from mining.chains import heaviest_chain
from mining.config import CorpusConfig
from mining.schema import LINKS

few = settings(derandomize=True, max_examples=60, deadline=None, database=None)
DIM = 64


@given(
    st.lists(
        st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(0, 1)] * 2, st.integers(1, 9)),
        max_size=7,
    )
)
@few
def test_no_chain_is_heavier_than_the_one_found(rows):
    src, tgt, wide, high, weights = (np.array([row[at] for row in rows], int) for at in range(5))
    src, tgt = (src, src + wide), (tgt, tgt + high)

    def is_chain(links):
        return all(
            side[1][a] < side[0][b] for a, b in itertools.pairwise(links) for side in (src, tgt)
        )

    orders = (
        links
        for size in range(len(rows) + 1)
        for links in itertools.permutations(range(len(rows)), size)
    )
    best = max(sum(weights[at] for at in links) for links in orders if is_chain(links))
    chain = heaviest_chain(src, tgt, weights.astype(float)).tolist()
    assert is_chain(chain)
    assert sum(weights[at] for at in chain) == best


class Web:
    """Pages of both languages: each sentence (page, block, position, vector), by its number;
    ``lengths`` in characters, all the same without."""

    def __init__(self, src, tgt, lengths=None, k=4):
        self.rows = src, tgt
        ids = [np.arange(len(side)) for side in (src, tgt)]
        self.vectors = [
            np.array([row[3] for row in side], np.float16).reshape(-1, DIM) for side in (src, tgt)
        ]
        lengths = lengths or [[80] * len(side) for side in (src, tgt)]
        self.places = [
            documents.Places(
                number,
                np.array([row[0] for row in side], np.int64),
                documents.orders([row[1] for row in side], [row[2] for row in side]),
                np.array(characters, np.int32),
            )
            for number, side, characters in zip(ids, (src, tgt), lengths, strict=True)
        ]
        self.near = (
            knn.search(ids[0], self.vectors[0], [(ids[1], self.vectors[1])], k),
            knn.search(ids[1], self.vectors[1], [(ids[0], self.vectors[0])], k),
        )

    def links(self, **knobs):
        config = CorpusConfig(**knobs)
        pages = (place.pages for place in self.places)
        pairs = support.supported_pairs(*self.near, *pages, config)
        readers = [lambda ids, side=side: side[ids] for side in self.vectors]
        return linking.linked_pairs(pairs, self.near, self.places, readers, config)


def meanings(seed, count):
    """Unit vectors that have little to do with each other, but something."""
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)) + 0.8
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def near(vector, noise=0.3, seed=0):
    other = np.random.default_rng(seed).normal(size=DIM)
    found = vector + noise * other / np.linalg.norm(other)
    return found / np.linalg.norm(found)


def rows_of(table):
    return {(tuple(row["src_ids"]), tuple(row["tgt_ids"])): row for row in table.to_pylist()}


def page(vectors, number=0, block=None):
    """Sentences in blocks of their own, or all in one."""
    return [
        (number, at if block is None else block, 0 if block is None else at, vector)
        for at, vector in enumerate(vectors)
    ]


def test_a_sentence_that_the_other_page_cut_in_two_is_joined_with_both():
    means = meanings(1, 9)
    whole = means[4] + means[5]
    src = page([*means[:4], whole / np.linalg.norm(whole), *means[6:]], block=0)
    tgt = page([near(vector, seed=at) for at, vector in enumerate(means)], block=0)
    found = rows_of(Web(src, tgt).links())
    assert found[(4,), (4, 5)]["found_by"] == "alignment"
    assert ((4,), (4,)) not in found
    assert ((4,), (5,)) not in found
    back = rows_of(Web(tgt, src).links())
    assert back[(4, 5), (4,)]["found_by"] == "alignment"


def test_sentences_of_different_blocks_are_not_joined():
    means = meanings(1, 9)
    whole = means[4] + means[5]
    src = page([*means[:4], whole / np.linalg.norm(whole), *means[6:]])
    tgt = page([near(vector, seed=at) for at, vector in enumerate(means)])
    assert all(len(src) == len(tgt) == 1 for src, tgt in rows_of(Web(src, tgt).links()))


def unequal_halves(factor=1.0):
    """Pages whose sentence 4 is mostly the other's 4 and a little its 5: the first alone is the
    nearer one. Returns them and, in characters, what they are if it says both, and if it says one;
    the other page's by ``factor``."""
    means = meanings(1, 9)
    whole = means[4] + 0.35 * means[5]
    src = page([*means[:4], whole / np.linalg.norm(whole), *means[6:]], block=0)
    tgt = page([near(vector, seed=at) for at, vector in enumerate(means)], block=0)
    theirs = [int(length * factor) for length in (80, 70, 90, 60, 50, 60, 100, 80, 70)]
    both, one = ([80, 70, 90, 60, length, 100, 80, 70] for length in (110, 50))
    return src, tgt, [both, theirs], [one, theirs]


@pytest.mark.parametrize("factor", [1.0, 0.3])
def test_lengths_decide_whether_a_pair_is_half_of_one(factor):
    src, tgt, both, one = unequal_halves(factor)
    found = rows_of(Web(src, tgt, both).links())
    assert found[(4,), (4, 5)]["found_by"] == "alignment"
    assert ((4,), (4,)) not in found
    half = rows_of(Web(src, tgt, one).links())
    assert half[(4,), (4,)]["found_by"] == "mining"
    assert ((4,), (4, 5)) not in half


def test_a_sentence_of_another_meaning_is_not_taken_for_its_length():
    means = meanings(1, 9)
    means[5] = np.random.default_rng(2).normal(size=DIM) / np.sqrt(DIM)
    src = page([*means[:5], *means[6:]], block=0)
    tgt = page([near(vector, seed=at) for at, vector in enumerate(means)], block=0)
    lengths = [80, 70, 90, 60, 72, 100, 80, 70], [80, 70, 90, 60, 58, 14, 100, 80, 70]
    assert ((4,), (4,)) in rows_of(Web(src, tgt, lengths).links())


def test_sentences_that_both_pages_have_alone_are_not_taken_into_the_pair_beside_them():
    means = meanings(7, 10)
    stranger = meanings(8, 1)[0]
    src = page(means, block=0)
    tgt = page(
        [near(v, 0.2, at) for at, v in enumerate([*means[:5], stranger, *means[6:]])], block=0
    )
    found = rows_of(Web(src, tgt).links())
    assert ((4,), (4,)) in found
    assert ((6,), (6,)) in found
    assert all(len(src) == len(tgt) == 1 for src, tgt in found)


def crowded():
    """Sentence 4 of page 0 is nearer to one of page 9 than to its translation, which is between
    the translations of its neighbours."""
    means = meanings(2, 16)
    tgt = [near(vector, 0.1, at) for at, vector in enumerate(means[:8])]
    tgt[4] = near(means[4], 0.9, 4)
    stranger = [(9, at, 0, vector) for at, vector in enumerate([near(means[4], 0.2, 20)])]
    more = [(9, at + 1, 0, near(vector, 0.1, at)) for at, vector in enumerate(means[8:])]
    return Web(page(means[:8]), page(tgt) + stranger + more)


def test_what_mining_gave_away_is_found_between_its_neighbours():
    web = crowded()
    knobs = {"page_bonus": 0.0, "min_margin_alone": 9.0}
    off, on = (rows_of(web.links(skip_cost=cost, **knobs)) for cost in (0.0, 0.6))
    assert ((4,), (4,)) not in off
    assert on[(4,), (4,)]["found_by"] == "alignment"
    assert on[(4,), (4,)]["page_support"] == 7
    assert all(row["found_by"] == "mining" for row in off.values())


def test_a_pair_across_the_order_of_its_pages_is_marked():
    means = meanings(3, 12)
    tgt = [near(vector, 0.1, at) for at, vector in enumerate(means)]
    moved = [*tgt[:2], *tgt[3:], tgt[2]]
    found = rows_of(Web(page(means), page(moved)).links())
    broken = {key for key, row in found.items() if not row["order_agreement"]}
    assert broken == {((2,), (11,))}


def test_pages_in_no_order_are_left_alone():
    means = meanings(4, 12)
    tgt = [near(vector, 0.1, at) for at, vector in enumerate(means)]
    shuffled = [tgt[at] for at in np.random.default_rng(1).permutation(12)]
    found = rows_of(Web(page(means), page(shuffled)).links())
    assert {row["found_by"] for row in found.values()} == {"mining"}
    assert all(row["order_agreement"] for row in found.values())


def test_the_order_of_work_changes_no_row(monkeypatch):
    means = meanings(5, 40)
    src, tgt = [], []
    for number in range(4):
        part = means[number * 10 : number * 10 + 10]
        whole = part[4] + part[5]
        src += page([*part[:4], whole / np.linalg.norm(whole), *part[6:]], number, block=0)
        tgt += page([near(v, 0.3, number * 10 + at) for at, v in enumerate(part)], number, block=0)
    web = Web(src, tgt)
    whole = web.links()
    assert len([1 for row in whole.to_pylist() if row["found_by"] == "alignment"]) >= 4
    for size in (1, 5, 17):
        monkeypatch.setattr(linking, "_SENTENCES", size)
        assert web.links().equals(whole)


@pytest.mark.parametrize("sizes", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_side_gives_no_links(sizes):
    table = Web(*(page(meanings(6, n)) for n in sizes)).links()
    assert table.num_rows == 0
    assert table.schema.equals(LINKS)
