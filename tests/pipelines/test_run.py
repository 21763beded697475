"""The four jobs in a row on the samples: what is found, that it adds up, and that the same input
gives the same rows however the work is done."""

import gzip
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import duckdb
import pytest

from mining.schema import CORPUS
from tests import builders
from tests.pipelines.conftest import GOLD, SAMPLES, mine, rows_of

ROOT = SAMPLES.parent
DATASETS = (
    "sentences/lang=*",
    "embeddings/muse/lang=*",
    "candidates/muse/en-*/*",
    "corpus/en-*",
    "rejects/extract/*",
    "rejects/corpus/en-*",
)


def all_files(output):
    """Each file's path and time of change, but for those a run always writes anew."""
    volatile = {"metrics.json", "en-de.html", "en-zh.html", "en-de.json", "en-zh.json"}
    return {
        path: path.stat().st_mtime_ns
        for path in pathlib.Path(output).rglob("*")
        if path.is_file() and path.name not in volatile
    }


@pytest.mark.parametrize("lang", ["de", "zh"])
def test_samples_are_mined_with_the_promised_precision_and_recall(mined, lang):
    metrics = {
        found["pair"]: found for found in json.loads((mined / "metrics.json").read_text())["pairs"]
    }
    found = metrics[f"en-{lang}"]
    assert found["precision"] >= 0.97
    assert found["recall"] >= 0.93


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_funnel_of_sentences_adds_up(mined, lang):
    manifest = json.loads((mined / f"sentences/lang={lang}/_manifest.json").read_text())
    funnel = manifest["funnel"]

    def lost(level, *kept):
        return sum(n for what, n in funnel[level].items() if what not in ("in", *kept))

    assert funnel["record"]["in"] == lost("record") + funnel["page"]["in"]
    cut = funnel["sentence"]
    langs = [level for level in funnel if level.startswith("sentence.")]
    assert cut["in"] == lost("sentence") + sum(funnel[level]["in"] for level in langs)
    ours = funnel[f"sentence.{lang}"]
    assert ours["in"] == ours["kept"] + lost(f"sentence.{lang}", "kept")
    assert ours["kept"] == manifest["occurrences"]
    rows = rows_of(mined, f"sentences/lang={lang}")
    assert len(rows) == manifest["rows"]


@pytest.mark.parametrize("lang", ["de", "zh"])
def test_funnel_of_pairs_adds_up(mined, lang):
    made = json.loads((mined / f"corpus/en-{lang}/_manifest.json").read_text())
    assert len(rows_of(mined, f"corpus/en-{lang}")) == made["rows"]
    reasons = duckdb.sql(
        f"select reason, count(*) from '{mined}/rejects/corpus/en-{lang}/*.parquet' group by 1"
    ).fetchall()
    assert dict(reasons) == made["rejected"]
    rejected = json.loads((mined / f"rejects/corpus/en-{lang}/_manifest.json").read_text())
    assert rejected["rows"] == sum(made["rejected"].values())


def test_corpus_is_sorted_and_leads_back_to_its_records(mined):
    rows = duckdb.sql(
        "select margin, src_warc_file, src_warc_offset, src_warc_length, src_url "
        f"from '{mined}/corpus/en-de/*.parquet'"
    ).fetchall()
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True)
    for _, path, offset, length, url in rows[:: len(rows) // 10]:
        member = pathlib.Path(path).read_bytes()[offset : offset + length]
        assert f"WARC-Target-URI: {url}".encode() in gzip.decompress(member)


@pytest.mark.parametrize("lang", ["de", "zh"])
def test_embeddings_are_aligned_with_sentences(mined, lang):
    for path in sorted((mined / f"sentences/lang={lang}").glob("*.parquet")):
        vectors = mined / f"embeddings/muse/lang={lang}" / path.name
        ids = [
            duckdb.sql(f"select sentence_id from '{file}'").fetchall() for file in (path, vectors)
        ]
        assert ids[0] == ids[1]


def test_one_sentence_of_each_language_however_often_it_occurs(mined):
    found = duckdb.sql(
        f"select count(*), count(distinct text) from '{mined}/sentences/lang=de/*.parquet'"
    ).fetchall()[0]
    assert found[0] == found[1]


def test_page_served_twice_counts_its_sentences_twice(mined):
    twice = duckdb.sql(
        f"select count(*) from '{mined}/sentences/lang=en/*.parquet' where occurrences > 1"
    ).fetchall()[0]
    assert twice[0] > 20


def test_same_rows_with_two_workers_and_one_file(mined, tmp_path):
    together = tmp_path / "all.warc.gz"
    together.write_bytes(b"".join(p.read_bytes() for p in sorted(SAMPLES.glob("*.warc.gz"))))
    output = tmp_path / "out"
    assert mine(output, "--languages", "en,de,zh", "--workers", "2", inputs=[together]) == 0
    for dataset in DATASETS:
        one, other = (rows_of(folder, dataset, True) for folder in (mined, output))
        assert one == other, dataset


def test_same_rows_with_two_workers_and_five_files(mined, tmp_path):
    output = tmp_path / "out"
    assert mine(output, "--languages", "en,de,zh", "--workers", "2") == 0
    for dataset in DATASETS:
        assert rows_of(mined, dataset) == rows_of(output, dataset), dataset


def test_same_rows_when_every_bundle_is_done_twice(mined, tmp_path):
    output = tmp_path / "out"
    more = ("--languages", "en,de", "--workers", "1", "--direct_runner_bundle_repeat", "1")
    assert mine(output, *more) == 0
    for dataset in ("sentences/lang=de", "corpus/en-de", "rejects/corpus/en-de"):
        assert rows_of(mined, dataset) == rows_of(output, dataset), dataset


def test_languages_one_after_another_give_the_same_as_together(mined, tmp_path):
    output = tmp_path / "out"
    for langs in ("en,de", "en,zh"):
        assert mine(output, "--languages", langs, "--workers", "1") == 0
    for dataset in ("sentences/lang=*", "corpus/en-de", "corpus/en-zh"):
        assert rows_of(mined, dataset) == rows_of(output, dataset), dataset


def test_running_again_changes_nothing(mined, capsys):
    before = all_files(mined)
    assert mine(mined, "--languages", "en,de,zh", "--workers", "1", "--gold", *GOLD) == 0
    assert all_files(mined) == before
    assert "pairs in the corpus" in capsys.readouterr().out


def test_changed_knob_redoes_its_stage_and_no_earlier_one(mined, tmp_path):
    output = tmp_path / "out"
    assert mine(output, "--languages", "en,de", "--workers", "1") == 0
    before = all_files(output)
    more = ("--languages", "en,de", "--workers", "1", "--set", "corpus.min_margin=1.3")
    more += ("--set", "corpus.page_bonus=0", "--set", "corpus.align_bonus=0")
    assert mine(output, *more) == 0
    changed = {p for p, when in all_files(output).items() if before.get(p) != when}
    assert changed and all("en-de" in str(p) and "candidates" not in str(p) for p in changed)
    least = duckdb.sql(f"select min(margin) from '{output}/corpus/en-de/*.parquet'").fetchall()[0][
        0
    ]
    assert least > 1.3


def test_killed_and_run_again_gives_the_same_rows(mined, tmp_path):
    output = tmp_path / "out"
    inputs = [str(path) for path in sorted(SAMPLES.glob("*.warc.gz"))]
    command = [sys.executable, "-m", "pipelines.run", "--input", *inputs, "--output", str(output)]
    command += ["--languages", "en,de", "--encoder", "muse", "--workers", "1"]
    for landmark in (".work/extract/*/*.json", "embeddings/muse/lang=en/part-00001.parquet"):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not list(output.glob(landmark)) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (output / "corpus/en-de/_manifest.json").exists()
    assert mine(output, "--languages", "en,de", "--workers", "1") == 0
    for dataset in ("sentences/lang=de", "embeddings/muse/lang=de", "corpus/en-de"):
        assert rows_of(mined, dataset) == rows_of(output, dataset), dataset


def test_broken_record_is_rejected_with_its_offset_and_the_rest_goes_on(mined, tmp_path):
    good = (SAMPLES / "sample-00001.warc.gz").read_bytes()
    starts = [m.start() for m in re.finditer(rb"\x1f\x8b\x08", good)]
    middle = next(at for at in starts[len(starts) // 2 :] if at > 20_000)
    bad = bytearray(good)
    bad[middle + 60 : middle + 64] = b"\xff\xff\xff\xff"
    path = tmp_path / "bad.warc.gz"
    path.write_bytes(bad)
    output = tmp_path / "out"
    assert mine(output, "--languages", "en,de", "--workers", "1", inputs=[path]) == 0
    rejected = duckdb.sql(
        "select reason, level, warc_file, warc_offset "
        f"from '{output}/rejects/extract/records/*.parquet' where reason = 'damaged'"
    ).fetchall()
    assert rejected == [("damaged", "record", str(path), middle)]
    funnel = json.loads((output / "sentences/lang=en/_manifest.json").read_text())["funnel"]
    assert funnel["record"]["damaged"] == 1


def test_nothing_to_pair_gives_an_empty_corpus_with_all_columns(tmp_path):
    empty = tmp_path / "english.warc.gz"
    page = "<p>There is one sentence in English on this page, and no other.</p>"
    empty.write_bytes(builders.warc([builders.Entry(body=builders.html(page).encode())])[0])
    output = tmp_path / "out"
    assert mine(output, "--languages", "en,de", "--workers", "1", inputs=[empty]) == 0
    found = duckdb.sql(f"select * from '{output}/corpus/en-de/*.parquet'")
    assert found.columns == CORPUS.names
    assert found.fetchall() == []


def test_report_shows_figures_funnel_and_pairs(mined):
    page = (mined / "report/en-de.html").read_text(encoding="utf-8")
    for part in ("precision", "unique sentences, de", "<svg", "text blocks"):
        assert part in page
    assert "http://" not in page and "<script" not in page
