"""Pairs that say what the test says are found, by whatever they differ in."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from nmt_eval import data, overlap
from tests.nmt_eval import bitext

TEST = data.of_texts(
    ["Press the green button to save the file.", "单击“确定”按钮即可保存所有文件。", "OK!"],
    ["Drücken Sie die grüne Taste, um die Datei zu sichern.", "x1 y2", "..."],
)


def reason(src, tgt, tests=TEST):
    found = int(overlap.reasons(data.of_texts([src], [tgt]), tests, 0.8)[0])
    return overlap.REASONS[found] if found >= 0 else ""


@pytest.mark.parametrize(
    ("src", "tgt", "told"),
    [
        ("press the GREEN button, to save the file", "egal", "same source"),
        ("Press the ｇｒｅｅｎ button to save the file", "egal", "same source"),
        ("单击 确定 按钮 即可保存所有文件", "egal", "same source"),
        ("ok", "egal", "same source"),
        ("whatever", "X7 Y5", "same target"),
        ("First go home. Press the green button to save the file. Done.", "egal", "test inside"),
        ("Press the brown button to save the file.", "egal", "nearly the same source"),
        (
            "whatever",
            "Drücken Sie die graue Taste, um die Datei zu sichern.",
            "nearly the same target",
        ),
        ("An OK is not enough.", "Ein OK ist nicht genug.", ""),
        ("The garden is full of blackbirds in May.", "Im Mai ist der Garten voller Amseln.", ""),
        ("!!!", "???", ""),
    ],
)
def test_reason(src, tgt, told):
    assert reason(src, tgt) == told


def test_counts_are_by_the_first_reason_that_holds():
    train = data.of_texts(["ok", "OK.", "no, not at all"], ["x0 y0", "a", "b"])
    found = overlap.reasons(train, TEST, 0.8)
    assert found.tolist() == [0, 0, -1]
    counts = overlap.counts(found)
    assert counts["same source"] == 2
    assert sum(counts.values()) == 2


def test_nothing_overlaps_with_no_test_and_nothing_trained_on_with_any():
    none = data.of_texts([], [])
    assert overlap.reasons(TEST, none, 0.8).tolist() == [-1] * 3
    assert len(overlap.reasons(none, TEST, 0.8)) == 0


def test_candidates_miss_next_to_none_of_what_every_pair_compared_finds():
    # A run of about a fifth of their characters is replaced: just within the bound, or just not.
    rng = random.Random(5)
    english, german = bitext.sentences(300, seed=8)
    changed = []
    for text in english:
        size = int(len(text) * rng.uniform(0.05, 0.25))
        at = rng.randrange(len(text) - size)
        other = "".join(rng.choice("bdfghklmnprstvw") for _ in range(size))
        changed.append(text[:at] + other + text[at + size :])
    tests = data.of_texts(english, [f"{at}x" for at in "abcdefghij" * 30])
    train = data.of_texts(changed, german)
    found = overlap.reasons(train, tests, 0.8) >= 0
    folded = [overlap.folded(pa.array(texts)).to_pylist() for texts in (changed, english)]
    best = np.array([max(fuzz.ratio(text, other) for other in folded[1]) for text in folded[0]])
    assert (best >= 80).sum() > 100
    assert not found[best < 80].any()
    assert found[best >= 80].mean() > 0.95


TEXTS = st.text("ab 1.中文", max_size=40)


@settings(deadline=None, max_examples=50)
@given(
    train=st.lists(st.tuples(TEXTS, TEXTS), max_size=8),
    tests=st.lists(st.tuples(TEXTS, TEXTS), max_size=8),
)
def test_same_and_inside_are_what_comparing_all_pairs_says(train, tests):
    ours, theirs = (
        [
            overlap.folded(pa.array([pair[side] for pair in pairs], pa.string())).to_pylist()
            for side in (0, 1)
        ]
        for pairs in (train, tests)
    )
    made = [data.of_texts([a for a, _ in p], [b for _, b in p]) for p in (train, tests)]
    found = overlap.reasons(*made, 1.0)
    for row in range(len(train)):
        same = [bool(ours[side][row]) and ours[side][row] in theirs[side] for side in (0, 1)]
        if any(same):
            assert found[row] == same.index(True)
        else:
            shortest = 10
            inside = any(
                len(text) >= shortest and text in ours[side][row]
                for side in (0, 1)
                for text in theirs[side]
            )
            # Where not most texts are Chinese only longer ones are looked for inside.
            assert found[row] in ((2, -1) if inside else (-1,))
