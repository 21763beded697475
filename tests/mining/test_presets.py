"""What is off lets anything pass, every filter has its off values, and each preset finds what its
method written out finds.
"""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import filters, knn, presets, support
from mining.config import STAGES, CorpusConfig, MineConfig
from mining.errors import InputError
from mining.schema import CORPUS
from mining.vectors import unit_rows

few = settings(derandomize=True, max_examples=30, deadline=None, database=None)
# What decides how pairs are found and written, not which are refused.
NO_FILTER = {"version", "margin", "retrieval", "rows_per_file"}
NO_FILTER |= {"min_page_chain", "min_page_order", "align_bonus"}
ALL_OFF = dataclasses.replace(CorpusConfig(), **presets.off(presets.OFF))


def table_of(**values):
    """Pairs with the given scores and the worst of all others."""
    n = len(next(iter(values.values())))
    names = ("margin", "cosine", "page_support", *(score.__name__ for score in filters.SCORES))
    worst = {name: [0.0] * n for name in names}
    worst |= {"margin": [-5.0] * n, "cosine": [-1.0] * n, "page_support": [0] * n}
    worst |= {"found_by": ["mining"] * n, "order_agreement": [0.0] * n}
    worst |= {"length_ratio": [1e6] * n, "copy_similarity": [1.0] * n, "fan": [500_000.0] * n}
    worst |= {"src_duplicate_page": [True] * n, "tgt_duplicate_page": [True] * n}
    columns = {**worst, **values}
    return pa.table({name: pa.array(columns[name], CORPUS.field(name).type) for name in columns})


def test_every_filter_that_is_off_lets_the_worst_pair_pass():
    assert list(filters.reject_reasons(table_of(margin=[-5.0, 0.0]), ALL_OFF)) == ["", ""]


@pytest.mark.parametrize("reason", presets.OFF)
def test_a_filter_that_alone_is_not_off_refuses_the_worst_pair(reason):
    """So no reason is switched off by what another stands for."""
    defaults = {knob: getattr(CorpusConfig(), knob) for knob in presets.OFF[reason]}
    if reason == "language_agreement":
        # Off by default.
        defaults["min_language_agreement"] = 0.5
    config = dataclasses.replace(ALL_OFF, **defaults)
    assert list(filters.reject_reasons(table_of(margin=[-5.0]), config)) == [reason]


def test_every_knob_that_refuses_pairs_can_be_switched_off():
    knobs = {field.name for field in dataclasses.fields(CorpusConfig)}
    assert knobs - NO_FILTER == set(presets.off(presets.OFF))


def test_without_a_preset_configs_are_the_defaults():
    assert presets.config_of("corpus") == CorpusConfig()
    assert presets.config_of("mine") == MineConfig()


@pytest.mark.parametrize("name", presets.PRESETS)
def test_presets_set_knobs_that_there_are(name):
    for stage, knobs in presets.PRESETS[name].items():
        config = presets.config_of(stage, name)
        assert type(config) is STAGES[stage]
        for knob, value in knobs.items():
            assert type(value) is type(getattr(STAGES[stage](), knob)), knob
            assert getattr(config, knob) == value


def test_unknown_preset_is_an_error():
    with pytest.raises(InputError, match="labse, laser, ccmatrix"):
        presets.config_of("mine", "bert")


def found_by(name, src, tgt):
    """{(src row, tgt row)} that a preset keeps of two sides' vectors."""
    ids = np.arange(len(src)), np.arange(len(tgt))
    k = presets.config_of("mine", name).k
    forward = knn.search(ids[0], src, [(ids[1], tgt)], k)
    backward = knn.search(ids[1], tgt, [(ids[0], src)], k)
    config = presets.config_of("corpus", name)
    # No two sentences are on one page, and every page repeats another.
    pages = ids[0], ids[1] + len(src)
    pairs = support.supported_pairs(forward, backward, *pages, config)
    worst = table_of(**{n: pairs[n].to_pylist() for n in ("margin", "cosine", "page_support")})
    kept = filters.reject_reasons(worst, config) == ""
    src_rows, tgt_rows = (pairs[n].to_numpy()[kept].tolist() for n in ("src_id", "tgt_id"))
    return set(zip(src_rows, tgt_rows, strict=True))


def sides(seed, n, m):
    """Unit vectors of two sides, the second near some of the first."""
    random = np.random.default_rng(seed)
    src = unit_rows(random.standard_normal((n, 8)))
    noise = random.standard_normal((m, 8)) * 0.4
    return src, unit_rows(src[random.integers(0, n, m)] + noise)


sizes = st.tuples(st.integers(0, 2**20), st.integers(1, 30), st.integers(1, 30))


@few
@given(sizes)
def test_labse_is_the_nearest_english_sentence_from_a_cosine_of_point_six(size):
    src, tgt = sides(*size)
    cosines = src.astype(np.float64) @ tgt.T.astype(np.float64)
    nearest = cosines.argmax(axis=0)
    wanted = {(i, j) for j, i in enumerate(nearest.tolist()) if cosines[i, j] >= 0.6}
    assert found_by("labse", src, tgt) == wanted


@few
@given(sizes, st.sampled_from([("laser", 4, 1.09), ("ccmatrix", 16, 1.06)]))
def test_laser_and_ccmatrix_are_greedy_matching_by_ratio_margin(size, preset):
    name, k, threshold = preset
    src, tgt = sides(*size)
    cosines = src.astype(np.float64) @ tgt.T.astype(np.float64)
    f = np.sort(cosines, axis=1)[:, ::-1][:, :k].mean(axis=1)
    b = np.sort(cosines, axis=0)[::-1][:k].mean(axis=0)
    mean = (f[:, None] + b[None]) / 2
    margins = np.where(mean > 0, cosines / np.where(mean > 0, mean, 1), 0)
    candidates = set()
    for i, row in enumerate(cosines):
        near = np.argsort(-row)[:k]
        candidates.add((i, int(near[margins[i, near].argmax()])))
    for j, column in enumerate(cosines.T):
        near = np.argsort(-column)[:k]
        candidates.add((int(near[margins[near, j].argmax()]), j))
    wanted, taken = set(), (set(), set())
    for i, j in sorted(candidates, key=lambda pair: -margins[pair]):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            if margins[i, j] > threshold:
                wanted.add((i, j))
    assert found_by(name, src, tgt) == wanted
