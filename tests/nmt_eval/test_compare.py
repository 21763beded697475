"""The comparison of corpora: every system with every seed, its summary, what it goes on from."""

import json
import shutil

import pyarrow.parquet as pq
import pytest

from nmt_eval import command, compare, systems
from tests.nmt_eval import bitext
from tests.nmt_eval.test_command import KNOBS

ENGLISH, GERMAN = bitext.sentences(400)
SITES = [f"s{at % 10}.example" for at in range(400)]
SETTINGS = [
    part
    for knob in f"{KNOBS} data.test_site=s0.example data.dev_site=s1.example select.trusted=150 "
    "select.share=0.5 select.epochs=1".split()
    for part in ("--set", knob)
]


@pytest.fixture
def out(tmp_path):
    bitext.write_corpus(tmp_path / "corpus" / "en-de", ENGLISH, GERMAN, SITES)
    known = zip(*bitext.sentences(300, seed=9), strict=True)
    rows = [f"{a}\t{b}\ttext\ts{at % 10}.example\n" for at, (a, b) in enumerate(known)]
    (tmp_path / "gold.tsv").write_text("".join(rows))
    return tmp_path


def run(out, *more):
    given = ["--output", str(out), "--languages", "en,de", "--gold", str(out / "gold.tsv")]
    given += ["--workers", "1", *SETTINGS]
    return command.guarded(compare.main, [*given, *more])


def test_systems_are_trained_with_each_seed_on_their_own_pairs_and_the_same_test(out, capsys):
    systems = "gold,mined,shuffled,selected,continued"
    assert run(out, "--systems", systems, "--seeds", "1,2") == 0
    shown = capsys.readouterr().out
    found = json.loads((out / "nmt" / "compare.json").read_text())
    assert list(found["systems"]) == systems.split(",")
    folder = out / "nmt" / "en-de" / "compare" / "tiny"
    tests, words, data = set(), set(), {}
    for name, made in found["systems"].items():
        assert made["seeds"] == [1, 2] and name in shown
        scores = made["bleu"]["scores"]
        assert len(scores) == 2 and made["bleu"]["mean"] == pytest.approx(sum(scores) / 2)
        for seed in (1, 2):
            place = folder / name / f"seed-{seed}"
            result = json.loads((place / "result.json").read_text())
            assert result["config"]["train"]["seed"] == seed
            assert result["scores"]["bleu"]["score"] == scores[seed - 1]
            tests.add((place / "data" / "test.src").read_text())
            words.add((place / "vocabulary" / "source.spm").read_bytes())
        data[name] = pq.read_table(place / "data" / "train.parquet")
    assert len(tests) == len(words) == 1
    pairs = dict(zip(ENGLISH, GERMAN, strict=True))
    known = dict(zip(*bitext.sentences(300, seed=9), strict=True))
    true = {"gold": known, "mined": pairs, "selected": pairs, "continued": pairs}
    for name, right in true.items():
        sides = (column.to_pylist() for column in data[name].columns)
        assert all(right[src] == tgt for src, tgt in zip(*sides, strict=True))
    sides = [column.to_pylist() for column in data["shuffled"].columns]
    assert set(sides[0]) <= set(ENGLISH) and set(sides[1]) <= set(GERMAN)
    assert sum(pairs[src] == tgt for src, tgt in zip(*sides, strict=True)) < len(sides[0]) / 10
    # Half of what the mined corpus's model was trained on.
    pairs_of = {name: made["pairs"] for name, made in found["systems"].items()}
    assert pairs_of["selected"] == pairs_of["mined"] // 2 == pairs_of["continued"] // 2
    chosen, *others = (folder / "corpora" / "selected").glob("*/trained_on.parquet")
    assert pq.read_table(chosen).num_rows == pairs_of["selected"] and len(others) == 1
    trusted = pq.read_table(folder / "corpora" / "selected" / "trusted.parquet")
    assert not {*trusted["src_text"].to_pylist()} & {*tests.pop().splitlines()}

    state = (folder / "mined" / "seed-1" / "result.json").stat().st_mtime_ns
    assert run(out, "--systems", systems, "--seeds", "1,2") == 0
    assert state == (folder / "mined" / "seed-1" / "result.json").stat().st_mtime_ns
    assert json.loads((out / "nmt" / "compare.json").read_text()) == found

    # A model at a time or several, it is the same.
    shutil.rmtree(folder / "mined" / "seed-2")
    assert run(out, "--systems", "gold,mined", "--seeds", "1,2", "--jobs", "2") == 0
    again = json.loads((out / "nmt" / "compare.json").read_text())
    assert again["systems"] == {name: found["systems"][name] for name in again["systems"]}
    assert len(again["systems"]) == 2
    assert "4 of 4 done" in capsys.readouterr().err
    assert "updates, dev loss" in (folder / "logs" / "mined-2.txt").read_text()


def test_a_selection_with_other_knobs_is_another(out, capsys):
    given = ("--systems", "mined,selected", "--seeds", "1", "--set", "select.trusted=140")
    assert run(out, *given) == 0
    capsys.readouterr()
    assert run(out, *given, "--set", "select.share=0.4") == 2
    assert "selected/seed-1: holds a model of another run (corpus " in capsys.readouterr().err


def test_a_comparison_is_for_one_process(out, capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert run(out) == 2
    assert "start it without accelerate launch" in capsys.readouterr().err


def test_systems_come_behind_what_they_are_made_from():
    assert systems.in_order(("selected", "ratio-1.5", "gold")) == [
        *("gold", "mined", "ratio-1.5", "selected")
    ]
    assert systems.in_order(("shuffled",)) == ["mined", "shuffled"]


def test_the_summary_has_mean_spread_and_the_ratio():
    def made(bleu, chrf):
        scores = {"bleu": bleu, "chrf": chrf, "embedding": None}
        return {
            "data": {"train": 10, "overlap": {"same source": 2}, "kind": "gold of s"},
            "training": {"updates": 5, "dev_loss": 2.0},
            "scores": {name: {"score": v, "signature": name} for name, v in scores.items()},
            "dev_scores": {name: {"score": scores[name] / 2} for name in ("bleu", "chrf")},
        }

    results = {
        "gold": {1: made(10.0, 30.0), 2: made(12.0, 30.0)},
        "mined": {1: made(11.0, 31.0), 2: made(10.0, 29.0)},
        "shuffled": {1: made(0.5, 9.0)},
        "labse": {},
    }
    found = compare.summary(results, _Comparison())
    assert found["mined_over_gold_bleu"] == pytest.approx(10.5 / 11)
    gold = found["systems"]["gold"]["bleu"]
    assert (gold["mean"], gold["spread"]) == (11.0, pytest.approx(2**0.5))
    assert found["systems"]["shuffled"]["bleu"]["spread"] is None
    assert found["systems"]["gold"]["embedding"]["mean"] is None
    assert "labse" not in found["systems"]
    assert found["systems"]["gold"]["dev_bleu"]["scores"] == [5.0, 6.0]
    lines = compare.table(found)
    assert lines[1].split() == ["gold", "10", "11.00", "±1.41", "30.00", "±0.00", "5.50", "±0.71",
                                "2"]  # fmt: skip
    assert len({len(line) for line in lines[:-1]}) == 1 and lines[-1].endswith("0.955")


class _Comparison:
    """As much of a comparison as a summary names."""

    def __init__(self):
        from nmt_eval import config

        self.select = config.SelectConfig()
        self.base = self

    source, target, preset = "en", "de", "tiny"

    def settings(self):
        return {}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--systems", "gold,sold"), "--systems sold: give some of gold, mined"),
        (("--systems", "without-numbers"), "without-FILTER with one of margin"),
        (("--jobs", "-1"), "--jobs -1: give 0 or more"),
        (("--seeds", "one"), "--seeds one: give numbers"),
        (("--seeds", ","), "--seeds: give at least one"),
        (("--gold", "-"), "--gold: a comparison needs known pairs"),
        (("--set", "select.share=0"), "select.share=0"),
        (("--languages", "en,fr"), "en-fr: no such corpus"),
        (("--set", "data.dev_site=s77.example"), "none on s77.example, whose gold is the test"),
    ],
)
def test_what_cant_be_compared_is_told_in_one_line(out, capsys, arguments, told):
    assert run(out, *arguments) == 2
    *_, said = capsys.readouterr().err.splitlines()
    assert said.startswith("error: ") and told in said
