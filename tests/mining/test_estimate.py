"""Estimates from planted pairs: against what is true where margins are drawn at random, and the
mixture's share against all shares tried out.
"""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import estimate
from mining.config import PlantConfig
from mining.errors import InputError
from mining.schema import PLANTED

quick = settings(derandomize=True, max_examples=30, deadline=None, database=None)
CONFIG = PlantConfig()


def planted_table(true, wrong, number=None, refused=0.1, seed=0):
    """PLANTED of so many pairs as there are margins; a share of the rows refused."""
    rng = np.random.default_rng(seed)
    roles = {"true": true, "src_alone": wrong, "tgt_alone": wrong[::-1]}
    if number is not None:
        roles["number"] = number
    rows = []
    for role, margins in roles.items():
        for pair, margin in enumerate(margins):
            reason = "matched" if rng.random() < refused else ""
            rows.append((pair, role, "a", "b", margin, 0.9, reason))
    return pa.table(
        [pa.array(v, f.type) for v, f in zip(zip(*rows, strict=True), PLANTED, strict=True)],
        schema=PLANTED,
    )


def drawn(n, share, seed, spread=0.1):
    """Margins of n planted true and wrong ones, and of a corpus with whether its pairs are true."""
    rng = np.random.default_rng(seed)
    is_true = rng.random(20_000) < share
    corpus = np.where(is_true, rng.normal(1.3, spread, 20_000), rng.normal(1.05, 0.06, 20_000))
    return rng.normal(1.3, spread, n), rng.normal(1.05, 0.06, n), corpus, is_true


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_share_and_precision_are_found_where_the_margins_are_alike(share):
    true, wrong, corpus, is_true = drawn(2000, share, 1)
    found = estimate.estimate(planted_table(true, wrong), corpus, CONFIG)
    assert found["share"] == pytest.approx(is_true.mean(), abs=0.02)
    assert found["share_low"] <= found["share"] <= found["share_high"]
    assert found["misfit"] < 0.1
    for row in found["table"]:
        above = corpus > row["threshold"]
        assert row["precision"] == pytest.approx(is_true[above].mean(), abs=0.03)
        # A tenth of the true ones is refused.
        right = 0.9 * (true > row["threshold"]).mean()
        assert row["recall"] == pytest.approx(right, abs=0.03)


def test_interval_holds_the_truth_about_as_often_as_it_says():
    inside = []
    for seed in range(30):
        true, wrong, corpus, is_true = drawn(300, 0.8, seed)
        found = estimate.estimate(planted_table(true, wrong, refused=0), corpus, CONFIG)
        row = estimate.at_threshold(found["table"], 1.1)
        real = is_true[corpus > row["threshold"]].mean()
        inside.append(row["low"] <= real <= row["high"])
    assert sum(inside) >= 24


def test_interval_is_wider_with_fewer_pairs():
    widths = []
    for n in (100, 3000):
        true, wrong, corpus, _ = drawn(n, 0.8, 2)
        found = estimate.estimate(planted_table(true, wrong), corpus, CONFIG)
        row = estimate.at_threshold(found["table"], 1.06)
        widths.append(row["high"] - row["low"])
    assert widths[0] > 2 * widths[1]


def test_corpus_of_another_kind_shows_in_the_misfit():
    true, wrong, corpus, _ = drawn(2000, 0.7, 3)
    found = estimate.estimate(planted_table(true + 0.3, wrong - 0.1), corpus, CONFIG)
    assert found["misfit"] > CONFIG.max_misfit


def test_decoys_are_told_beside():
    true, wrong, corpus, _ = drawn(500, 0.7, 4)
    table = planted_table(true, wrong, number=np.full(500, 1.2), refused=0)
    found = estimate.estimate(table, corpus, CONFIG)["table"]
    assert estimate.at_threshold(found, 1.1)["number_kept"] == 1
    assert estimate.at_threshold(found, 1.25)["number_kept"] == 0
    kept = [(wrong > row["threshold"]).mean() for row in found]
    assert [row["alone_kept"] for row in found] == pytest.approx(kept, abs=1e-3)


def test_same_pairs_give_the_same_estimate():
    true, wrong, corpus, _ = drawn(200, 0.7, 5)
    table = planted_table(true, wrong)
    one, other = (estimate.estimate(table, corpus, CONFIG) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(("n", "size"), [(9, 20_000), (500, 9)])
def test_too_few_pairs_give_no_table(n, size):
    true, wrong, corpus, _ = drawn(n, 0.7, 6)
    found = estimate.estimate(planted_table(true, wrong, refused=0), corpus[:size], CONFIG)
    assert found["table"] == [] and found["pairs"] == n
    with pytest.raises(InputError, match="too few"):
        estimate.pick(found["table"], 0.9)


def table_of(*precisions):
    return [
        {"threshold": 1 + at / 10, "precision": value, "recall": 0.5}
        for at, value in enumerate(precisions)
    ]


def test_least_threshold_that_reaches_the_target_is_picked():
    assert estimate.pick(table_of(0.8, 0.91, 0.9, 0.95), 0.9)["threshold"] == 1.1


def test_target_out_of_reach_tells_the_best_there_is():
    with pytest.raises(InputError, match=r"0\.910 above 1\.1"):
        estimate.pick(table_of(0.8, 0.91, 0.9), 0.95)


def test_row_of_a_threshold_is_the_last_not_above_it():
    table = table_of(0.8, 0.9, 0.95)
    assert [estimate.at_threshold(table, t)["threshold"] for t in (0.5, 1.0, 1.15, 9)] == [
        1, 1, 1.1, 1.2,
    ]  # fmt: skip


@quick
@given(st.integers(0, 2**20))
def test_share_is_the_likeliest_of_all(seed):
    rng = np.random.default_rng(seed)
    heights = rng.integers(0, 50, 8)
    true, wrong = rng.dirichlet(np.ones(8)), rng.dirichlet(np.ones(8))
    tried = np.linspace(0, 1, 2001)
    mixed = tried[:, None] * true + (1 - tried[:, None]) * wrong
    best = tried[(heights * np.log(np.maximum(mixed, 1e-300))).sum(axis=1).argmax()]
    assert estimate._mixed(heights, true[None], wrong[None])[0] == pytest.approx(best, abs=1e-3)


@quick
@given(st.integers(0, 2**20), st.integers(1, 30))
def test_weights_above_points_are_summed_as_by_hand(seed, n):
    rng = np.random.default_rng(seed)
    margins = rng.integers(0, 6, n).astype(np.float32)
    weights = rng.integers(0, 3, (4, n))
    points = np.array([-np.inf, 0, 2.5, 3, 5, np.inf])
    wanted = [[w[margins > point].sum() for point in points] for w in weights]
    assert (estimate._above(margins, weights, points) == wanted).all()


def test_resampling_is_over_pairs_with_all_their_rows():
    """Of one pair a hundred times over there is nothing to be sure of."""
    true, wrong, corpus, _ = drawn(40, 0.7, 7)
    many = planted_table(np.repeat(true[:20], 20), np.repeat(wrong[:20], 20), refused=0)
    pairs = many["pair"].to_numpy() // 20
    same = many.set_column(0, PLANTED.field("pair"), pa.array(pairs, pa.int32()))
    config = dataclasses.replace(CONFIG, resamples=100)
    widths = []
    for table in (many, same):
        found = estimate.estimate(table, corpus, config)
        widths.append(found["share_high"] - found["share_low"])
    assert widths[1] > 2 * widths[0]
