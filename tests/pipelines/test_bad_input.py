"""What a user can get wrong: one line on stderr, exit status 2, nothing written."""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

import pytest

from pipelines import corpus, embed, extract
from pipelines import mine as mine_job
from pipelines.common import options
from pipelines.common.sources import Source
from tests.pipelines.conftest import GOLD, SAMPLES, mine

ROOT = SAMPLES.parent
ONE = [SAMPLES / "sample-00003.warc.gz"]


@pytest.fixture
def bad(tmp_path):
    """A folder of inputs that can't be used."""
    (tmp_path / "empty.warc.gz").touch()
    (tmp_path / "text.warc.gz").write_text("Not a WARC file, whatever its name says.\n" * 99)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.docx").write_text("precious")
    return tmp_path


def one_line(capsys):
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1, err
    return err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.warc.gz", "no such file"),
        ("*.nothing", "no such file"),
        ("other", "a folder"),
        ("empty.warc.gz", "empty"),
        ("text.warc.gz", "not a WARC file"),
    ],
)
def test_input_that_cannot_be_used(bad, capsys, name, says):
    output = bad / "out"
    assert mine(output, "--languages", "en,de", inputs=[ONE[0], bad / name]) == 2
    assert says in one_line(capsys)
    assert not output.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file(bad, capsys):
    path = bad / "secret.warc.gz"
    path.write_bytes(ONE[0].read_bytes())
    path.chmod(0)
    assert mine(bad / "out", "--languages", "en,de", inputs=[path]) == 2
    assert "Permission denied" in one_line(capsys)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--languages", "en,xx"), "unknown language 'xx'"),
        (("--languages", "de"), "en and at least one other"),
        (("--languages", "en"), "en and at least one other"),
        (("--languages", "en,de", "--encoder", "nope"), "unknown encoder 'nope'"),
        (("--languages", "en,de", "--gold", "/no/gold.tsv"), "gold"),
        (("--languages", "en,de", "--gold", "a.tsv", "b.tsv"), "gold"),
        (("--languages", "en,de", "--set", "corpus.no_knob=1"), "no_knob"),
        (("--languages", "en,de", "--set", "mine.k=many"), "many"),
        (("--languages", "en,de", "--set", "corpus.margin=wide"), "wide"),
        (("--languages", "en,de", "--langauges", "en,zh"), "--langauges"),
        (("--languages", "en,de", "--set", "courpus.min_margin=2"), "courpus"),
        (("--languages", "en,de", "--set", "min_margin=2"), "STAGE.KNOB"),
        (("--languages", "en,de", "--set", "embed.encoder=nope"), "encoder"),
        (("--languages", "en,de", "--set", "corpus.margin=distance"), "thresholds"),
        (("--languages", "en,de", "--set", "mine.k=0"), "at least 1"),
        (("--languages", "en,de", "--workers", "-3"), "--workers"),
        (("--languages", "en,de", "--workers", "many"), "--workers"),
        (("--languages", "en,de", "--runner", "FooRunner"), "FooRunner"),
    ],
)
def test_option_that_cannot_be_used(tmp_path, capsys, more, says):
    output = tmp_path / "out"
    assert mine(output, *more, inputs=ONE) == 2
    assert says in one_line(capsys)
    assert not output.exists()


def test_output_folder_with_something_else_is_left_alone(bad, capsys):
    assert mine(bad / "other", "--languages", "en,de", inputs=ONE) == 2
    assert "something else" in one_line(capsys)
    assert [path.name for path in (bad / "other").iterdir()] == ["thesis.docx"]


def test_output_folder_with_only_folders_of_something_else_is_left_alone(bad, capsys):
    folder = bad / "mine" / "corpus" / "en-de"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("precious")
    assert mine(bad / "mine", "--languages", "en,de", inputs=ONE) == 2
    assert "something else" in one_line(capsys)
    assert (folder / "thesis.txt").read_text() == "precious"


@pytest.mark.parametrize(("output", "says"), [("", "empty"), ("foo://bucket/out", "foo://")])
def test_output_that_is_no_place(capsys, output, says):
    assert mine(output, "--languages", "en,de", inputs=ONE) == 2
    assert says in one_line(capsys)


def test_sentences_changed_since_are_not_mixed_with_what_was_made_from_others(tmp_path, capsys):
    folder = str(tmp_path / "out")
    more = ("--languages", "en,de", "--workers", "1")
    assert mine(folder, *more, inputs=ONE) == 0
    argv = ["--output", folder, "--languages", "en,de"]
    other = ["--input", str(SAMPLES / "sample-00000.warc.gz"), "--workers", "1"]
    assert options.guarded(extract.main, [*argv, *other]) == 0
    for job, says in ((mine_job, "pipelines.embed again"), (corpus, "pipelines.mine again")):
        capsys.readouterr()
        again = [*argv, "--input", folder, "--encoder", "muse"]
        assert options.guarded(job.main, again) == 2
        assert says in one_line(capsys)


def test_output_that_is_a_file(bad, capsys):
    path = bad / "other" / "thesis.docx"
    assert mine(path, "--languages", "en,de", inputs=ONE) == 2
    assert "is a file" in one_line(capsys)
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("job", "says"), [(embed, "extract"), (mine_job, "embed"), (corpus, "extract")]
)
def test_job_before_its_turn_names_the_one_to_run_first(tmp_path, capsys, job, says):
    folder = str(tmp_path / "out")
    argv = ["--input", folder, "--output", folder, "--languages", "en,de", "--encoder", "muse"]
    assert options.guarded(job.main, argv) == 2
    assert f"run pipelines.{says} first" in one_line(capsys)


def test_file_that_turns_out_to_be_no_warc_in_a_worker(bad, capsys):
    source = Source(str(bad / "text.warc.gz"), 1, "0")

    def main(_):
        _, beam_options = options.parse(
            options.parser("extract", "", input=""),
            ["--input", "-", "--output", "-", "--languages", "en,de"],
        )
        config = extract.ExtractConfig()
        extract.run([source] * 2, str(bad / "out"), ["en", "de"], config, 2, beam_options)

    assert options.guarded(main, []) == 2
    assert "not a WARC file" in one_line(capsys)
    assert not list((bad / "out").rglob("part-*.parquet"))


def test_full_disk_leaves_nothing_half_written(tmp_path):
    output = tmp_path / "out"
    command = [sys.executable, "-m", "pipelines.run", "--languages", "en,de", "--encoder", "muse"]
    command += ["--input", *map(str, SAMPLES.glob("*.warc.gz")), "--output", str(output)]
    # A limit on the size of files fails as a full disk does: in the middle of a write.
    limit = (60_000, 60_000)
    done = subprocess.run(
        [*command, "--workers", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert "File too large" in done.stderr
    assert not list(output.rglob("*.partial"))
    assert not list(output.glob("embeddings/**/_manifest.json"))


def test_plain_run_says_nothing_on_stderr(mined):
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.run", "--languages", "en,de,zh", "--encoder", "muse"]
        + ["--input", *map(str, sorted(SAMPLES.glob("*.warc.gz"))), "--output", str(mined)]
        + ["--gold", *GOLD],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert pathlib.Path(mined, "metrics.json").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupted_run_says_one_line_and_can_go_on(tmp_path, workers):
    output = tmp_path / "out"
    command = [sys.executable, "-m", "pipelines.run", "--languages", "en,de", "--encoder", "muse"]
    command += ["--input", *map(str, SAMPLES.glob("*.warc.gz")), "--output", str(output)]
    process = subprocess.Popen(
        [*command, "--workers", workers],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where several processes run tests, they ignore it, which those they start would inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while not list(output.glob(".work/extract/*/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    # As a terminal does it: to the program and its workers alike.
    os.killpg(process.pid, signal.SIGINT)
    err = process.communicate(timeout=60)[1]
    assert (process.returncode, err.strip()) == (
        130,
        "stopped; run the same command again to go on",
    )
