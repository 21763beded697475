"""Knobs set by text keep their type, what can't be set is refused in one line, and fingerprints
tell values apart and nothing else.
"""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.config import (
    STAGES,
    CorpusConfig,
    ExtractConfig,
    MineConfig,
    fingerprint,
    with_overrides,
)
from mining.errors import InputError

few = settings(derandomize=True, max_examples=40, deadline=None, database=None)


@pytest.mark.parametrize(
    ("config", "assignment", "name", "value"),
    [
        (MineConfig(), "k=9", "k", 9),
        (ExtractConfig(), "shards=64", "shards", 64),
        (ExtractConfig(), "min_lang_prob=0.75", "min_lang_prob", 0.75),
        (ExtractConfig(), "min_lang_prob=1", "min_lang_prob", 1.0),
        (CorpusConfig(), "min_margin=1e-1", "min_margin", 0.1),
        (CorpusConfig(), "min_cosine=-1", "min_cosine", -1.0),
        (CorpusConfig(), "margin=distance", "margin", "distance"),
        (CorpusConfig(), "retrieval=a=b", "retrieval", "a=b"),
    ],
)
def test_a_knob_is_set_in_its_own_type(config, assignment, name, value):
    changed = with_overrides(config, [assignment])
    assert getattr(changed, name) == value
    assert type(getattr(changed, name)) is type(value)
    assert dataclasses.replace(changed, **{name: getattr(config, name)}) == config


def test_many_knobs_are_set_at_once_and_the_last_value_of_one_counts():
    changed = with_overrides(
        CorpusConfig(), ["min_cosine=0.1", "margin=absolute", "min_cosine=0.2"]
    )
    assert (changed.min_cosine, changed.margin) == (0.2, "absolute")


def test_no_assignment_changes_nothing():
    assert with_overrides(MineConfig(), []) == MineConfig()


@pytest.mark.parametrize(
    "assignment",
    ["k", "", "=4", "neighbours=4", "K=4", " k=4", "version=2", "k=", "k=four", "k=4.5", "k=4 4"],
)
def test_what_cant_be_set_is_an_input_error_that_quotes_it(assignment):
    with pytest.raises(InputError) as caught:
        with_overrides(MineConfig(), [assignment])
    assert " ".join(f"--set {assignment}:".split()) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_knob_is_answered_with_the_known_ones_but_version():
    with pytest.raises(InputError) as caught:
        with_overrides(ExtractConfig(), ["shard=4"])
    known = {field.name for field in dataclasses.fields(ExtractConfig)}
    assert all(name in str(caught.value) for name in known - {"version"})
    assert "version" not in str(caught.value)


def test_a_wrong_value_is_answered_with_the_type_wanted():
    with pytest.raises(InputError, match="'high' is no float"):
        with_overrides(CorpusConfig(), ["min_cosine=high"])


@pytest.mark.parametrize("stage", STAGES)
def test_every_knob_has_a_default_of_a_type_that_text_gives(stage):
    config = STAGES[stage]()
    for field in dataclasses.fields(config):
        assert field.type in (int, float, str)
        assert type(getattr(config, field.name)) is field.type


@pytest.mark.parametrize("stage", STAGES)
def test_a_config_cant_be_changed_in_place(stage):
    with pytest.raises(dataclasses.FrozenInstanceError):
        STAGES[stage]().version = 7


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@few
@given(st.dictionaries(st.text(max_size=3), values, max_size=5))
def test_a_fingerprint_does_not_depend_on_the_order_of_keys(value):
    other = dict(reversed(value.items()))
    assert fingerprint(other) == fingerprint(value)
    assert len(fingerprint(value)) == 16
    assert set(fingerprint(value)) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"k": 4}, {"k": 5}),
        ({"k": 4}, {"k": "4"}),
        ({"k": 1}, {"k": True}),
        ({"k": 4}, {"K": 4}),
        ([1, 2], [2, 1]),
        (["ab", "c"], ["a", "bc"]),
        ("ä", "a\u0308"),
        ({"a": None}, {}),
    ],
)
def test_fingerprints_of_different_values_differ(one, other):
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("stage", STAGES)
def test_a_changed_knob_changes_the_fingerprint(stage):
    config = STAGES[stage]()
    prints = {fingerprint(dataclasses.asdict(config))}
    for field in dataclasses.fields(config):
        more = "x" if field.type is str else 1
        changed = dataclasses.replace(config, **{field.name: getattr(config, field.name) + more})
        prints.add(fingerprint(dataclasses.asdict(changed)))
    assert len(prints) == len(dataclasses.fields(config)) + 1
