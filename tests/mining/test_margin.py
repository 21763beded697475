"""Margins and the pairs found by them, against the formulas written out as loops over dicts, and
against one example worked out by hand; one-to-one matching against a greedy loop.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import knn
from mining.errors import InputError
from mining.margin import MARGINS, RETRIEVALS, margin_scores, mine_pairs, one_to_one, places
from tests.mining import vectors as made

few = settings(derandomize=True, max_examples=30, deadline=None, database=None)


def neighbours(src_ids, src, tgt_ids, tgt, k=4):
    """The neighbours of both directions, queries by rising id."""
    sides = []
    for ids, queries, others, index in (
        (src_ids, src, tgt_ids, tgt),
        (tgt_ids, tgt, src_ids, src),
    ):
        order = np.argsort(ids)
        sides.append(knn.search(ids[order], queries[order], [(others, index)], k))
    return sides


def pairs_of(table):
    return list(zip(table["src_id"].to_pylist(), table["tgt_id"].to_pylist(), strict=True))


def reference(src, tgt, margin, retrieval, k=4):
    """(src_id, tgt_id, margin, cosine, f, b) rows, best first, out of two dicts of id to vector.

    Scores, means and cosines are kept in single precision, as the columns are.
    """

    def single(value):
        return float(np.float32(value))

    cosine = {}
    for i, x in src.items():
        for j, y in tgt.items():
            total = 0.0
            for p, q in zip(x.tolist(), y.tolist(), strict=True):
                total += p * q
            cosine[i, j] = single(total)
    ahead = {i: sorted(tgt, key=lambda j, i=i: (-cosine[i, j], j))[:k] for i in src}
    back = {j: sorted(src, key=lambda i, j=j: (-cosine[i, j], i))[:k] for j in tgt}
    f = {i: single(sum(cosine[i, j] for j in near) / len(near)) for i, near in ahead.items()}
    b = {j: single(sum(cosine[i, j] for i in near) / len(near)) for j, near in back.items()}

    def score(i, j):
        a, m = cosine[i, j], (f[i] + b[j]) / 2
        if margin == "absolute":
            return a
        if margin == "distance":
            return single(a - m)
        return single(a / m) if m > 0 else 0.0

    best_ahead = {(i, min(near, key=lambda j: (-score(i, j), j))) for i, near in ahead.items()}
    best_back = {(min(near, key=lambda i: (-score(i, j), i)), j) for j, near in back.items()}
    chosen = {
        "forward": best_ahead,
        "backward": best_back,
        "intersect": best_ahead & best_back,
        "union": best_ahead | best_back,
        "max": best_ahead | best_back,
    }[retrieval]
    rows, taken_src, taken_tgt = [], set(), set()
    for i, j in sorted(chosen, key=lambda pair: (-score(*pair), *pair)):
        if retrieval == "max" and (i in taken_src or j in taken_tgt):
            continue
        taken_src.add(i)
        taken_tgt.add(j)
        rows.append(
            {
                "src_id": i,
                "tgt_id": j,
                "margin": score(i, j),
                "cosine": cosine[i, j],
                "src_knn_mean": f[i],
                "tgt_knn_mean": b[j],
                "forward_rank": ahead[i].index(j) if j in ahead[i] else -1,
                "backward_rank": back[j].index(i) if i in back[j] else -1,
            }
        )
    return rows


def assert_as_in_reference(src_ids, src, tgt_ids, tgt, margin, retrieval):
    table = mine_pairs(*neighbours(src_ids, src, tgt_ids, tgt), margin, retrieval)
    right = reference(
        dict(zip(src_ids.tolist(), knn.unit_rows(src), strict=True)),
        dict(zip(tgt_ids.tolist(), knn.unit_rows(tgt), strict=True)),
        margin,
        retrieval,
    )
    assert pairs_of(table) == [(row["src_id"], row["tgt_id"]) for row in right]
    for name in ("forward_rank", "backward_rank"):
        assert table[name].to_pylist() == [row[name] for row in right]
    for name in ("margin", "cosine", "src_knn_mean", "tgt_knn_mean"):
        assert table[name].to_pylist() == pytest.approx([row[name] for row in right], abs=1e-6)


@pytest.mark.parametrize("retrieval", RETRIEVALS)
@pytest.mark.parametrize("margin", MARGINS)
@few
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 25), m=st.integers(1, 25))
def test_pairs_of_random_vectors_follow_the_formulas(margin, retrieval, seed, n, m):
    rng = np.random.default_rng(seed)
    src, tgt = made.gaussian(rng, n), made.gaussian(rng, m)
    shared = min(n, m) // 2
    tgt[:shared] = src[:shared] + 0.2 * tgt[:shared]
    assert_as_in_reference(
        made.some_ids(rng, n), src, made.some_ids(rng, m), tgt, margin, retrieval
    )


@pytest.mark.parametrize("retrieval", RETRIEVALS)
@pytest.mark.parametrize("margin", MARGINS)
@few
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 20), m=st.integers(1, 20))
def test_pairs_of_tied_vectors_follow_the_formulas(margin, retrieval, seed, n, m):
    rng = np.random.default_rng(seed)
    src = made.with_duplicates(rng, made.grid(rng, n))
    tgt = np.vstack([src, made.grid(rng, m)])[rng.permutation(n + m)[:m]]
    assert_as_in_reference(
        made.some_ids(rng, n), src, made.some_ids(rng, m), tgt, margin, retrieval
    )


# Three sentences a side as unit vectors in the plane:
#
#   x0 = (1, 0)  x1 = (.6, .8)  x2 = (0, 1)    y0 = (.96, .28)  y1 = (.8, .6)  y2 = (.28, .96)
#
# cosines      y0      y1      y2     sum    f = sum / 3
#   x0        .96     .80     .28    2.040   .680000
#   x1        .80     .96     .936   2.696   .898667      (.6 * .28 + .8 * .96 = .168 + .768)
#   x2        .28     .60     .96    1.840   .613333
#   sum      2.040   2.360   2.176
#   b        .680000 .786667 .725333
#
# ratio a / ((f + b) / 2)                            distance a - (f + b) / 2
#   x0   .96/.680000   .80/.733333   .28/.702667       .280000    .066667   -.422667
#        = 1.411765    = 1.090909    = 0.398482
#   x1   .80/.789333   .96/.842667   .936/.812000      .010667    .117333    .124000
#        = 1.013514    = 1.139241    = 1.152709
#   x2   .28/.646667   .60/.700000   .96/.669333      -.366667   -.100000    .290667
#        = 0.432990    = 0.857143    = 1.434263
#
# So x1, nearest to y1, prefers y2, but y2 has x2. By cosine alone x1 stays with y1.
HAND_SRC = np.float32([[1, 0], [0.6, 0.8], [0, 1]])
HAND_TGT = np.float32([[0.96, 0.28], [0.8, 0.6], [0.28, 0.96]])
HAND_SRC_MEANS = {10: 0.680000, 11: 0.898667, 12: 0.613333}
HAND_TGT_MEANS = {20: 0.680000, 21: 0.786667, 22: 0.725333}


@pytest.mark.parametrize(
    ("margin", "retrieval", "expected"),
    [
        ("ratio", "max", [(12, 22, 1.434263), (10, 20, 1.411765), (11, 21, 1.139241)]),
        ("ratio", "intersect", [(12, 22, 1.434263), (10, 20, 1.411765)]),
        ("ratio", "forward", [(12, 22, 1.434263), (10, 20, 1.411765), (11, 22, 1.152709)]),
        ("ratio", "backward", [(12, 22, 1.434263), (10, 20, 1.411765), (11, 21, 1.139241)]),
        ("distance", "max", [(12, 22, 0.290667), (10, 20, 0.280000), (11, 21, 0.117333)]),
        ("distance", "forward", [(12, 22, 0.290667), (10, 20, 0.280000), (11, 22, 0.124000)]),
    ],
)
def test_example_worked_out_by_hand(margin, retrieval, expected):
    found = mine_pairs(
        *neighbours(np.int64([10, 11, 12]), HAND_SRC, np.int64([20, 21, 22]), HAND_TGT),
        margin,
        retrieval,
    )
    assert pairs_of(found) == [(src, tgt) for src, tgt, _ in expected]
    assert found["margin"].to_pylist() == pytest.approx([m for _, _, m in expected], abs=2e-6)
    assert found["src_knn_mean"].to_pylist() == pytest.approx(
        [HAND_SRC_MEANS[src] for src, _, _ in expected], abs=1e-6
    )
    assert found["tgt_knn_mean"].to_pylist() == pytest.approx(
        [HAND_TGT_MEANS[tgt] for _, tgt, _ in expected], abs=1e-6
    )


@pytest.mark.parametrize("retrieval", RETRIEVALS)
def test_example_worked_out_by_hand_by_cosine_alone(retrieval):
    found = mine_pairs(
        *neighbours(np.int64([10, 11, 12]), HAND_SRC, np.int64([20, 21, 22]), HAND_TGT),
        "absolute",
        retrieval,
    )
    assert sorted(pairs_of(found)) == [(10, 20), (11, 21), (12, 22)]
    assert found["margin"].to_pylist() == pytest.approx([0.96] * 3, abs=1e-6)


def test_ranks_tell_where_each_side_stands_among_the_others_neighbours():
    # With one neighbour a sentence, 11 asks for 20, which asks for 10: a rank of its own only.
    src, tgt = np.float32([[1, 0], [0.8, 0.6]]), np.float32([[1, 0]])
    forward, backward = neighbours(np.int64([10, 11]), src, np.int64([20]), tgt, k=1)
    table = mine_pairs(forward, backward, "absolute", "forward")
    assert pairs_of(table) == [(10, 20), (11, 20)]
    assert table["forward_rank"].to_pylist() == [0, 0]
    assert table["backward_rank"].to_pylist() == [0, -1]
    assert table["cosine"].to_pylist() == pytest.approx([1, 0.8])


@pytest.mark.parametrize("retrieval", RETRIEVALS)
@pytest.mark.parametrize(("n", "m"), [(0, 0), (3, 0), (0, 3)])
def test_a_side_without_sentences_gives_no_pairs(retrieval, n, m):
    rng = np.random.default_rng(0)
    sides = neighbours(np.arange(n), made.gaussian(rng, n), np.arange(m), made.gaussian(rng, m))
    assert mine_pairs(*sides, "ratio", retrieval).num_rows == 0


@few
@given(seed=st.integers(0, 2**32 - 1), retrieval=st.sampled_from(["max", "intersect"]))
def test_no_sentence_is_in_two_pairs(seed, retrieval):
    rng = np.random.default_rng(seed)
    src, tgt = made.grid(rng, 40), made.grid(rng, 30)
    table = mine_pairs(
        *neighbours(made.some_ids(rng, 40), src, made.some_ids(rng, 30), tgt), "ratio", retrieval
    )
    for column in ("src_id", "tgt_id"):
        assert len(set(table[column].to_pylist())) == table.num_rows
    assert table["margin"].to_pylist() == sorted(table["margin"].to_pylist(), reverse=True)


def test_equal_margins_stand_by_src_and_then_tgt():
    ids = np.int64([3, 1, 2])
    same = np.float32([[1, 0]] * 3)
    table = mine_pairs(*neighbours(ids, same, ids, same), "ratio", "forward")
    assert pairs_of(table) == [(1, 1), (2, 1), (3, 1)]
    table = mine_pairs(*neighbours(ids, same, ids, same), "ratio", "backward")
    assert pairs_of(table) == [(1, 1), (1, 2), (1, 3)]


@pytest.mark.parametrize(
    ("margin", "expected"), [("absolute", 0.5), ("distance", 0.125), ("ratio", 4 / 3)]
)
def test_margin_scores_of_single_values(margin, expected):
    score = margin_scores(np.float32([0.5]), np.float32([0.25]), np.float32([0.5]), margin)
    assert score.dtype == np.float32
    assert score.tolist() == pytest.approx([expected])


@pytest.mark.parametrize("means", [(0, 0), (-0.5, 0.25), (-0.25, -0.25)])
def test_ratio_over_a_mean_that_is_not_positive_is_zero(means):
    src_mean, tgt_mean = (np.float32([mean]) for mean in means)
    assert margin_scores(np.float32([0.5]), src_mean, tgt_mean, "ratio").tolist() == [0]


@pytest.mark.parametrize(
    ("margin", "retrieval", "word"),
    [("rate", "max", "ratio, distance, absolute"), ("ratio", "both", "max, intersect")],
)
def test_an_unknown_name_is_an_error_that_lists_the_known(margin, retrieval, word):
    ids, same = np.int64([1]), np.float32([[1, 0]])
    with pytest.raises(InputError, match=word):
        mine_pairs(*neighbours(ids, same, ids, same), margin, retrieval)


def greedy(src, tgt):
    rows, taken_src, taken_tgt = [], set(), set()
    for row, (i, j) in enumerate(zip(src.tolist(), tgt.tolist(), strict=True)):
        if i not in taken_src and j not in taken_tgt:
            rows.append(row)
            taken_src.add(i)
            taken_tgt.add(j)
    return rows


@few
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=80))
def test_one_to_one_is_the_greedy_loop(pairs):
    src, tgt = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    assert one_to_one(src, tgt).tolist() == greedy(src, tgt)


def zigzag(n):
    """0-0, 1-0, 1-1, 2-1 …: each pair shares a sentence with the one before."""
    at = np.arange(n)
    return (at + 1) // 2, at // 2


@pytest.mark.parametrize(
    ("src", "tgt"),
    [
        zigzag(1501),
        tuple(side[::-1] for side in zigzag(1500)),
        (np.zeros(500, np.int64), np.arange(500)),
        (np.arange(500), np.zeros(500, np.int64)),
        (np.repeat(np.arange(30), 30), np.tile(np.arange(30), 30)),
        (np.arange(400), np.arange(400)[::-1]),
    ],
    ids=["chain", "chain backwards", "one source", "one target", "everything", "no conflict"],
)
def test_one_to_one_is_the_greedy_loop_on_chains_and_stars(src, tgt):
    assert one_to_one(src, tgt).tolist() == greedy(src, tgt)


@pytest.mark.parametrize("seed", range(4))
def test_one_to_one_is_the_greedy_loop_on_many_random_pairs(seed):
    rng = np.random.default_rng(seed)
    src, tgt = rng.choice(made.some_ids(rng, 3000), 9000), rng.integers(0, 3000, 9000)
    assert one_to_one(src, tgt).tolist() == greedy(src, tgt)


@few
@given(
    st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-99, 99)), unique=True),
    st.integers(0, 2**32 - 1),
)
def test_places_are_where_the_ids_stand(ids, seed):
    ids = np.sort(np.array(ids, np.int64))
    right = np.random.default_rng(seed).integers(0, max(len(ids), 1), (5, 3))[: 5 * bool(len(ids))]
    assert np.array_equal(places(ids, ids[right]), right)


@pytest.mark.parametrize("spread", [1, 2**50], ids=["close together", "like hashes"])
@pytest.mark.parametrize("wanted", [-1, 3, 900], ids=["below", "between", "above"])
def test_a_neighbour_that_nobody_knows_is_an_error(spread, wanted):
    ids = np.arange(0, 800, 2) * spread
    with pytest.raises(ValueError, match="none of the other side"):
        places(ids, np.array([[ids[5], wanted * spread]]))
