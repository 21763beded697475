"""From a corpus to scores by the command: what it writes, how it goes on, what it refuses."""

import json
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from nmt_eval import __main__ as trains
from nmt_eval import command, experiment, scores, settings
from tests.nmt_eval import bitext

ENGLISH, GERMAN = bitext.sentences(400)
SITES = [f"s{at % 10}.example" for at in range(400)]
KNOBS = "data.min_pairs=100 data.test_pairs=12 data.dev_pairs=12 data.min_test_pairs=5 "
KNOBS += "data.max_site_share=0.2 data.max_similarity=1.0 vocabulary.size=120 model.dim=16 "
KNOBS += "model.heads=2 model.feed_forward=32 model.encoder_layers=1 train.updates=6 "
KNOBS += "train.tokens=400 train.warmup=2 train.evaluate_every=3 decode.max_tokens=20 decode.beam=2"
SETTINGS = [part for knob in KNOBS.split() for part in ("--set", knob)]


@pytest.fixture
def out(tmp_path):
    bitext.write_corpus(tmp_path / "corpus" / "en-de", ENGLISH, GERMAN, SITES)
    return tmp_path


def run(out, *more):
    arguments = ["--output", str(out), "--languages", "en,de", "--gold", "-", "--workers", "1"]
    return command.guarded(trains.main, [*arguments, *SETTINGS, *more])


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_the_command_writes_model_translations_scores_and_report(out, capsys):
    assert run(out) == 0
    shown = capsys.readouterr().out
    folder = out / "nmt" / "en-de" / "tiny"
    result = json.loads((folder / "result.json").read_text())
    sources, references, found = (
        lines(folder / name) for name in ("data/test.src", "data/test.ref", "test.hyp")
    )
    pairs = dict(zip(ENGLISH, GERMAN, strict=True))
    assert [pairs[source] for source in sources] == references
    assert len(sources) == len(found) == result["data"]["test"] == 12
    rescored = scores.score(found, references, "de")
    assert result["scores"]["bleu"] == rescored["bleu"]
    assert f"{rescored['chrf']['score']:.2f}   {rescored['chrf']['signature']}" in shown
    assert -1 <= result["scores"]["embedding"]["score"] <= 1
    of_dev = scores.score(*(lines(folder / name) for name in ("dev.hyp", "data/dev.ref")), "de")
    assert result["dev_scores"] == of_dev
    assert result["config"]["train"]["updates"] == result["training"]["updates"] == 6
    assert [record["update"] for record in result["history"]] == [3, 6]
    assert set(result["seconds"]) == {
        *("data", "vocabulary", "encode", "train", "translate", "score")
    }
    left_out = sum(result["data"]["left_out"].values()) + sum(result["data"]["overlap"].values())
    parts = sum(result["data"][name] for name in ("train", "test", "dev", "dev_overlap"))
    assert left_out + parts == result["corpus"]["pairs"] == 400
    page = (folder / "report.html").read_text()
    assert sources[0] in page and "data:image/png;base64," in page and "<script" not in page
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    # What is written is a model that transformers takes as it is.
    from transformers import MarianMTModel, MarianTokenizer

    model = MarianMTModel.from_pretrained(folder / "model")
    assert model.config.vocab_size == len(MarianTokenizer.from_pretrained(folder / "model")) == 120

    assert run(out) == 0
    again = capsys.readouterr()
    assert "nothing has changed since this was made" in again.err
    assert again.out.split("done in")[0] == shown.split("done in")[0]


def test_an_interrupted_run_goes_on_to_the_same_translations(out, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(experiment, "_translate", stopped)
        assert run(out) == 130
    assert "run the same command again to go on" in capsys.readouterr().err
    folder = out / "nmt" / "en-de" / "tiny"
    kept = ("data/counts.json", "vocabulary/source.spm", "model/checkpoints/state.pt")
    times = [(folder / name).stat().st_mtime_ns for name in kept]
    assert run(out) == 0
    assert times == [(folder / name).stat().st_mtime_ns for name in kept]
    assert run(out, "--name", "in one go") == 0
    assert lines(folder / "test.hyp") == lines(folder.with_name("in one go") / "test.hyp")


def test_other_ways_to_translate_need_no_training_and_other_trainings_another_name(out, capsys):
    assert run(out) == 0
    assert run(out, "--set", "decode.compute=int8") == 0
    folder = out / "nmt" / "en-de" / "tiny"
    assert json.loads((folder / "result.json").read_text())["config"]["decode"]["compute"] == "int8"
    capsys.readouterr()
    assert run(out, "--set", "train.updates=7") == 2
    said = capsys.readouterr().err.splitlines()
    assert "train.updates 6, not 7" in said[-1] and "--name" in said[-1]
    english = ["Another sentence stands here.", *ENGLISH[1:]]
    bitext.write_corpus(out / "corpus" / "en-de", english, GERMAN, SITES)
    assert run(out) == 2
    assert "holds a model of another run (corpus " in capsys.readouterr().err


def test_the_other_direction_and_a_test_of_ones_own(out):
    (out / "t.en").write_text("The old bridge was built in 1200.\nThe lamp\n")
    (out / "t.de").write_text("Die alte Brücke wurde gebaut im Jahr 1200.\nDie Lampe\n")
    test = f"{out / 't.en'},{out / 't.de'}"
    assert run(out, "--direction", "de-en", "--test", test) == 0
    folder = out / "nmt" / "de-en" / "tiny"
    result = json.loads((folder / "result.json").read_text())
    assert (result["source"], result["target"], result["data"]["kind"]) == ("de", "en", test)
    assert lines(folder / "data" / "test.src") == lines(out / "t.de")
    assert lines(folder / "data" / "test.ref") == lines(out / "t.en")
    dev = lines(folder / "data" / "dev.src")
    assert dev and set(dev) <= set(GERMAN)


def test_gold_of_a_held_out_site_is_the_test_where_the_corpus_is_of_the_sample(out):
    gold = out / "gold.tsv"
    known = list(zip(*bitext.sentences(30, seed=9), strict=True))
    gold.write_text(
        "".join(f"{a}\t{b}\ttext\ts{at % 2}.example\n" for at, (a, b) in enumerate(known))
    )
    sites = ("--set", "data.test_site=s0.example", "--set", "data.dev_site=s1.example")
    assert run(out, "--gold", str(gold), *sites) == 0
    result = json.loads((out / "nmt" / "en-de" / "tiny" / "result.json").read_text())
    assert result["data"]["kind"] == "gold of s0.example"
    assert result["data"]["left_out"] == {"on a held-out site": 80}
    sources = lines(out / "nmt" / "en-de" / "tiny" / "data" / "test.src")
    assert sources and set(sources) <= {english for english, _ in known[::2]}


def test_a_run_that_goes_on_from_another_is_tested_on_what_neither_was_trained_on(out):
    assert run(out) == 0
    first = out / "nmt" / "en-de" / "tiny"
    # A part of the corpus, whose own choice of sites could be another one.
    rows = [at for at, site in enumerate(SITES) if site != "s3.example"]
    parts = ([column[at] for at in rows] for column in (ENGLISH, GERMAN, SITES))
    bitext.write_corpus(out / "part", *parts)
    more = ("--start", str(first), "--corpus", str(out / "part"), "--name", "more")
    assert run(out, *more, "--set", "train.updates=3") == 0
    second = first.with_name("more")
    counts = [json.loads((place / "data" / "counts.json").read_text()) for place in (first, second)]
    assert counts[0]["sites"] == counts[1]["sites"] and counts[0]["kind"] == counts[1]["kind"]
    for name in ("test.src", "test.ref", "dev.src", "dev.ref"):
        assert lines(first / "data" / name) == lines(second / "data" / name)
    sources = [
        set(pq.read_table(place / "data" / "train.parquet")["src_text"].to_pylist())
        for place in (first, second)
    ]
    assert sources[1] and sources[1] < sources[0]

    (out / "t.tsv").write_text("The old bridge was built in 1200.\tDie alte Brücke.\n")
    given = ("--name", "own", "--test", str(out / "t.tsv"), "--set", "train.updates=3")
    assert run(out, *more, *given) == 0
    own = first.with_name("own")
    assert lines(own / "data" / "dev.src") == lines(first / "data" / "dev.src")
    assert lines(own / "data" / "test.src") == ["The old bridge was built in 1200."]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--direction", "de-en"), "tiny: translates en to de, not de to en"),
        (("--set", "model.dim=32"), "tiny: a model with model.dim=16, not 32"),
        (("--start", "nowhere"), "nowhere: no finished run"),
    ],
)
def test_a_run_to_go_on_from_has_to_be_of_its_kind(trained, capsys, arguments, told):
    start = ("--start", str(trained / "nmt" / "en-de" / "tiny"), "--name", "more")
    assert run(trained, *start, *arguments) == 2
    *_, said = capsys.readouterr().err.splitlines()
    assert said.startswith("error: ") and told in said


def test_knobs_are_set_upon_what_the_preset_has_for_training_on():
    parser = command.Parser()
    settings.add_to(parser)
    given = ["--output", "out", "--languages", "en,de", "--set", "train.tokens=99"]
    for preset, is_second, updates in (
        ("big", True, 80_000),
        ("big", False, 120_000),
        ("tiny", True, 3000),
    ):
        ours = parser.parse_args([*given, "--preset", preset])
        found = settings.configs_of(ours, is_second=is_second)["train"]
        assert (found.updates, found.tokens) == (updates, 99)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """An output with a finished run."""
    out = tmp_path_factory.mktemp("trained")
    bitext.write_corpus(out / "corpus" / "en-de", ENGLISH, GERMAN, SITES)
    assert run(out) == 0
    return out


def few(out):
    bitext.write_corpus(out / "corpus" / "en-de", ENGLISH[:50], GERMAN[:50], SITES[:50])


def none(out):
    shutil.rmtree(out / "corpus")


def copies(out):
    bitext.write_corpus(out / "corpus" / "en-de", ENGLISH, ENGLISH, SITES)


@pytest.mark.parametrize(
    ("make", "arguments", "told"),
    [
        (few, (), "en-de: 50 pairs are too few to learn to translate from"),
        (none, (), "en-de: no such corpus; run make mine first"),
        (copies, (), "100% of the pairs are copies"),
        (None, ("--set", "vocabulary.size=99000"), "is more than the texts allow; give at most"),
        (None, ("--set", "vocabulary.size=10"), "is too small for these texts; give"),
        (None, ("--direction", "de-fr"), "--direction de-fr: give one of en-de, de-en"),
        (None, ("--direction", "de"), "--direction de: give one of en-de, de-en"),
        (None, ("--languages", "de,fr"), "--languages de,fr: give en and another"),
        (None, ("--test", "t.en,t.de"), "t.en: no such test"),
        (None, ("--set", "data.max_site_share=0.01"), "give a test by --test"),
        (None, ("--set", "train.nothing=1"), "expected KNOB=VALUE"),
        (None, ("--set", "nothing.updates=1"), "expected STAGE.KNOB=VALUE"),
        (None, ("--set", "decode.compute=int3"), "decode.compute=int3: give one of"),
        (None, ("--preset", "huge"), "invalid choice: 'huge'"),
        (None, ("--workers", "-1"), "--workers -1: give 0 or more"),
    ],
)
def test_what_cant_be_used_is_told_in_one_line_before_anything_is_trained(
    out, capsys, make, arguments, told
):
    if make:
        make(out)
    assert run(out, *arguments) == 2
    *_, said = capsys.readouterr().err.splitlines()
    assert said.startswith("error: ") and told in said
    assert not (out / "nmt" / "en-de" / "tiny" / "model").exists()


def test_a_size_that_did_not_work_is_tried_again_with_another(out, capsys):
    assert run(out, "--set", "vocabulary.size=99000") == 2
    assert run(out) == 0


def test_a_missing_package_is_told_with_what_to_install(out, capsys, monkeypatch):
    monkeypatch.setitem(experiment._NEEDED, "no_such_module", "no-such-package")
    assert run(out) == 2
    assert "pip install 'bitext-mining[nmt]'" in capsys.readouterr().err


@pytest.mark.slow
def test_several_processes_train_one_model_and_the_first_does_the_rest(out):
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    given = ["--output", str(out), "--languages", "en,de", "--gold", "-", "--workers", "1"]
    done = subprocess.run(
        [*launch, "-m", "nmt_eval", *given, *SETTINGS], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.count("done in") == 1
    assert run(out, "--name", "alone") == 0
    both, alone = (
        json.loads((out / "nmt" / "en-de" / name / "result.json").read_text())
        for name in ("tiny", "alone")
    )
    losses = [made["training"]["dev_loss"] for made in (both, alone)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
