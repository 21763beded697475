"""Planting a pair foretells what mining would do with it: against mining again with it among the
corpus's sentences. Decoys, and the files that known pairs come in.
"""

import dataclasses
import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import knn, names, numbers, planted
from mining.config import CorpusConfig, ExtractConfig
from mining.dedup import sentence_ids
from mining.errors import InputError
from mining.margin import RETRIEVALS, mine_pairs
from mining.schema import PLANTED
from mining.vectors import pair_cosines
from tests.mining import vectors as made

few = settings(derandomize=True, max_examples=8, deadline=None, database=None)
K = 4


class Corpus:
    """Two sides of random vectors, some of them near each other, and new pairs to be planted."""

    def __init__(self, seed, n=40, m=30, new=3, dim=12):
        rng = np.random.default_rng(seed)
        src = made.gaussian(rng, n + new, dim)
        near = src[: min(m, n)] + 0.7 * made.gaussian(rng, min(m, n), dim)
        tgt = np.concatenate([near, src[n:] + 1.3 * made.gaussian(rng, new, dim)])
        tgt = (tgt / np.linalg.norm(tgt, axis=1, keepdims=True)).astype(np.float32)
        self.ids = [np.sort(made.some_ids(rng, count)) for count in (n, min(m, n))]
        self.sides = [src[:n], tgt[: min(m, n)]]
        self.new = [src[n:], tgt[min(m, n) :]]
        self.new_ids = [made.some_ids(rng, new) for _ in range(2)]

    def neighbours(self, added=((), ())):
        """Forward and backward Neighbours, with the new sentences of these numbers added."""
        ids, vectors = [], []
        for side in (0, 1):
            rows = list(added[side])
            every = np.concatenate([self.ids[side], self.new_ids[side][rows]])
            order = np.argsort(every)
            ids.append(every[order])
            vectors.append(np.concatenate([self.sides[side], self.new[side][rows]])[order])
        return [
            knn.search(ids[side], vectors[side], [(ids[1 - side], vectors[1 - side])], K)
            for side in (0, 1)
        ]

    def planted(self, config):
        """Both sides of the new pairs as Planted."""
        forward, backward = self.neighbours()
        bars = planted.bars(forward, backward, config)
        sides = []
        for side, others in ((0, backward), (1, forward)):
            queries = np.arange(len(self.new_ids[side]))
            block = (self.ids[1 - side], self.sides[1 - side])
            near = knn.search(queries, self.new[side], [block], 2 * K)
            own = [ids[:, None] for ids in self.new_ids]
            given = (near, own[1 - side], own[side], others, bars[1 - side], config.margin)
            sides.append(planted.Planted(*given))
        return sides


def mined(corpus, added, config):
    """{(src id, tgt id): margin} of mining with new sentences."""
    pairs = mine_pairs(*corpus.neighbours(added), config.margin, config.retrieval)
    keys = zip(pairs["src_id"].to_pylist(), pairs["tgt_id"].to_pylist(), strict=True)
    return dict(zip(keys, pairs["margin"].to_pylist(), strict=True))


@few
@given(st.integers(0, 2**20), st.sampled_from(("ratio", "distance", "absolute")))
def test_lonely_sentence_gets_the_partner_and_margin_that_mining_gives_it(seed, margin):
    corpus = Corpus(seed)
    config = dataclasses.replace(CorpusConfig(), margin=margin, retrieval="forward")
    src, tgt = corpus.planted(config)
    for side, name in ((src, "forward"), (tgt, "backward")):
        config = dataclasses.replace(config, retrieval=name)
        ids, margins, _, matched = planted.alone(side, margin)
        at = name == "backward"
        for row, (key, score) in enumerate(zip(ids.tolist(), margins.tolist(), strict=True)):
            added = ([], [row]) if at else ([row], [])
            found = mined(corpus, added, config)
            pair = (key, corpus.new_ids[1][row]) if at else (corpus.new_ids[0][row], key)
            assert found[pair] == pytest.approx(score, abs=1e-6)


@few
@given(st.integers(0, 2**20))
def test_planted_pair_gets_the_margin_that_mining_gives_it(seed):
    corpus = Corpus(seed)
    config = dataclasses.replace(CorpusConfig(), retrieval="union")
    src, tgt = corpus.planted(config)
    margins, matched = planted.together(src, tgt, pair_cosines(*corpus.new), config)
    for row in range(len(margins)):
        found = mined(corpus, ([row], [row]), config)
        pair = corpus.new_ids[0][row], corpus.new_ids[1][row]
        assert matched[row] == (pair in found)
        if matched[row]:
            assert found[pair] == pytest.approx(margins[row], abs=1e-6)


@pytest.mark.parametrize("retrieval", RETRIEVALS)
def test_what_is_matched_is_nearly_always_what_mining_matches(retrieval):
    """Not always: a new sentence changes the means of others, and pairs of theirs with others."""
    config = dataclasses.replace(CorpusConfig(), retrieval=retrieval)
    agree, both = [], []
    for seed in range(8):
        corpus = Corpus(seed)
        src, tgt = corpus.planted(config)
        pair = planted.together(src, tgt, pair_cosines(*corpus.new), config)[1]
        ids = planted.alone(src, config.margin)
        for row in range(len(pair)):
            keys = corpus.new_ids[0][row], corpus.new_ids[1][row]
            agree.append(pair[row] == (keys in mined(corpus, ([row], [row]), config)))
            found = mined(corpus, ([row], []), config)
            agree.append(ids[3][row] == ((keys[0], ids[0][row]) in found))
            both += [pair[row], ids[3][row]]
    assert np.mean(agree) >= 0.95
    assert 0.1 < np.mean(both) <= 1


def test_pair_that_the_corpus_has_takes_its_own_place():
    """Its margin is the one it has there, and no decoy meets its true partner."""
    corpus = Corpus(3)
    forward, backward = corpus.neighbours()
    config = CorpusConfig()
    pairs = mine_pairs(forward, backward)
    rows = [np.searchsorted(corpus.ids[side], pairs[name].to_numpy())
            for side, name in ((0, "src_id"), (1, "tgt_id"))]  # fmt: skip
    bars = planted.bars(forward, backward, config)
    own = [corpus.ids[side][rows[side]][:, None] for side in (0, 1)]
    sides = []
    for side, others in ((0, backward), (1, forward)):
        block = (corpus.ids[1 - side], corpus.sides[1 - side])
        queries = corpus.sides[side][rows[side]]
        near = knn.search(np.arange(len(queries)), queries, [block], 2 * K)
        given = (near, own[1 - side], own[side], others, bars[1 - side], "ratio")
        sides.append(planted.Planted(*given))
    cosines = pair_cosines(*(corpus.sides[side][rows[side]] for side in (0, 1)))
    margins, matched = planted.together(*sides, cosines, config)
    ranked = (pairs["forward_rank"].to_numpy() >= 0) & (pairs["backward_rank"].to_numpy() >= 0)
    assert ranked.sum() > 10
    np.testing.assert_allclose(margins[ranked], pairs["margin"].to_numpy()[ranked], atol=1e-6)
    assert matched[ranked].mean() > 0.9
    for side in (0, 1):
        ids = planted.alone(sides[side], "ratio")[0]
        assert not (ids == own[1 - side][:, 0]).any()


def test_same_text_but_for_marks_and_capitals_and_parts_of_it_are_its_own():
    near = knn.Neighbours(np.arange(1), np.array([[6, 7, 8, 9]]), np.ones((1, 4), np.float32))
    texts = {
        6: "Das ist es nicht.",
        7: "„Das ist es!“",
        8: "Das ist sie.",
        9: "Es regnet. Das ist es",
    }
    own = planted.same_texts(near, texts, ["Das ist es."], np.array([3]))
    assert set(own[0].tolist()) == {3, 6, 7, 9}


@few
@given(st.text("0123456789 ,.abc", max_size=30))
def test_number_decoy_differs_in_one_digit_and_its_number_is_new(text):
    known = planted.Known([""], [text], np.zeros(1, np.int64), np.zeros(1, np.int64), 0)
    rows, texts = planted.number_decoys(known)
    if not len(rows):
        # Only where there is no number, or all of one digit are there already.
        said = set(planted._NUMBER.findall(text))
        assert not said or {str(digit) for digit in range(1, 10)} <= said
        return
    assert len(texts[0]) == len(text)
    (at,) = [n for n, pair in enumerate(zip(text, texts[0], strict=True)) if pair[0] != pair[1]]
    assert texts[0][at] in "123456789" and text[at].isdigit()
    assert set(planted._NUMBER.findall(texts[0])) - set(planted._NUMBER.findall(text))


def test_number_filter_refuses_number_decoys():
    pairs = [
        ("It costs 30 euros.", "Es kostet 30 Euro."),
        ("On 3 May 1998 it rained.", "Am 3. Mai 1998 regnete es."),
        ("Version 2.10 is out.", "Version 2.10 ist da."),
        ("1,640 metres", "1.640 Meter"),
    ]
    known = planted.Known(*map(list, zip(*pairs, strict=True)), *np.zeros((2, 4), np.int64), 0)
    rows, texts = planted.number_decoys(known)
    assert rows.tolist() == [0, 1, 2, 3]
    for row, text in zip(rows, texts, strict=True):
        assert numbers.agreement(known.src[row], "en", known.tgt[row], "de") == 1
        assert numbers.agreement(known.src[row], "en", text, "de") < 1


def read(text, most=100, lang="de"):
    return planted.read(io.BytesIO(text.encode()), "known.tsv", lang, ExtractConfig(), most)


def test_only_text_rows_of_a_gold_count_and_each_text_once():
    known = read(
        "The first sentence.\tDer erste Satz.\ttext\n"
        "A menu of the page\tEin Menü der Seite\tfurniture\n"
        "Another one of it.\tNoch einer davon.\tsome-source\n"
        "The first sentence.\tEin anderer Satz.\n"
        "Short\tKurz, aber lang\n"
        "no tab\n"
    )
    assert known.src == ["The first sentence.", "Another one of it."]
    assert known.tgt == ["Der erste Satz.", "Noch einer davon."]
    assert known.src_ids.tolist() == sentence_ids(known.src).tolist()
    assert known.left_out == 3


def test_of_too_many_the_same_are_taken_whatever_their_order():
    rows = [f"The sentence of number {n}.\tDer Satz mit Nummer {n}." for n in range(50)]
    one, other = (read("\n".join(lines), most=10) for lines in (rows, rows[::-1]))
    assert len(one.src) == 10 and set(one.src) == set(other.src)


@pytest.mark.parametrize("text", ["", "no tab\n", "a\tb\n", "x\ty\tfurniture\n"])
def test_file_without_a_pair_is_one_line(text):
    with pytest.raises(InputError, match="known.tsv"):
        read(text)


def test_reasons_are_those_of_filters_that_need_no_page():
    src = ["It costs 30 euros.", "It costs 30 euros.", "Der Satz ist hier."]
    tgt = ["Es kostet 30 Euro.", "Es kostet 31 Euro.", "Der Satz ist hier."]
    rows = pa.table(
        {
            "pair": pa.array([0, 1, 2], pa.int32()),
            "role": ["true", "number", "true"],
            "src_text": src,
            "tgt_text": tgt,
            "margin": pa.array([0.1, 0.1, 0.1], pa.float32()),
            "cosine": pa.array([0.9, 0.9, 0.9], pa.float32()),
            "matched": [True, True, True],
        }
    )
    found = planted.judged(rows, "de", names.learn(src, tgt), CorpusConfig())
    assert found.schema == PLANTED
    assert found["reason"].to_pylist() == ["", "number_agreement", "copy_similarity"]
    rows = rows.set_column(6, "matched", pa.array([False, True, True]))
    rows = rows.set_column(5, "cosine", pa.array([0.9, 0.9, 0.1], pa.float32()))
    found = planted.judged(rows, "de", names.learn(src, tgt), CorpusConfig())
    assert found["reason"].to_pylist() == ["matched", "number_agreement", "cosine"]
