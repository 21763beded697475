"""Files made of a mined corpus: its rows in its order, thresholds, packing, and what is refused."""

import gzip
import xml.etree.ElementTree as ET

import duckdb
import pyarrow as pa
import pytest

from pipelines import export
from pipelines.common import datasets, manifests, options


def exported(source, output, *more, languages="en,de"):
    """Runs the command; returns the exit status."""
    argv = ["--input", str(source), "--output", str(output), "--languages", languages]
    return options.guarded(export.main, [*argv, *more])


def corpus(mined, columns="src_text, tgt_text", where="true"):
    """Rows of the German corpus, in its order."""
    return duckdb.sql(
        f"select {columns} from read_parquet('{mined}/corpus/en-de/*.parquet') where {where}"
    ).fetchall()


def test_moses_files_are_the_corpus_line_by_line(mined, tmp_path):
    assert exported(mined, tmp_path / "out", "--format", "moses", languages="en,de,zh") == 0
    sides = [(tmp_path / "out" / f"en-de.{end}").read_text().splitlines() for end in ("en", "de")]
    assert list(zip(*sides, strict=True)) == corpus(mined)
    assert (tmp_path / "out" / "en-zh.zh").exists()


def test_batches_and_files_are_written_one_after_another(mined, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_ROWS", 100)
    assert exported(mined, tmp_path / "out", "--format", "tsv") == 0
    lines = (tmp_path / "out" / "en-de.tsv").read_text().splitlines()
    assert [tuple(line.split("\t")[:2]) for line in lines[1:]] == corpus(mined)


def test_thresholds_choose_pairs(mined, tmp_path):
    more = ("--format", "tsv", "--min-margin", "1.3", "--min-cosine", "0.7", "--columns", "src_id")
    assert exported(mined, tmp_path / "out", *more) == 0
    lines = (tmp_path / "out" / "en-de.tsv").read_text().splitlines()
    wanted = corpus(mined, "src_id", "margin >= 1.3::float and cosine >= 0.7::float")
    assert 0 < len(wanted) < len(corpus(mined))
    assert [(int(line),) for line in lines[1:]] == wanted


def test_best_pairs_come_first_and_packed_files_hold_the_same_bytes(mined, tmp_path):
    more = ("--max-pairs", "7", "--columns", "all")
    assert exported(mined, tmp_path / "plain", "--format", "tmx", *more) == 0
    assert exported(mined, tmp_path / "packed", "--format", "tmx.gz", *more) == 0
    data = (tmp_path / "plain" / "en-de.tmx").read_bytes()
    assert gzip.decompress((tmp_path / "packed" / "en-de.tmx.gz").read_bytes()) == data
    units = ET.fromstring(data).find("body")
    assert [unit.find("tuv/seg").text for unit in units] == [src for src, _ in corpus(mined)[:7]]
    kinds = {prop.get("type") for prop in units[0].findall("tuv/prop")}
    assert {"source-document", "warc_file", "warc_offset", "date"} <= kinds


def test_of_a_scored_bitext_what_was_not_refused_is_exported(tmp_path):
    folder = f"{tmp_path}/scored/en-de"
    manifests.claim_output(str(tmp_path))
    columns = {"src_text": ["a", "b"], "tgt_text": ["c", "d"], "reason": ["cosine", ""]}
    datasets.write_table(f"{folder}/{datasets.part_name(0)}", pa.table(columns))
    manifests.write(folder, "key", "score", {}, parts=[datasets.part_name(0)], rows=2)
    more = ("--format", "moses", "--dataset", "scored")
    assert exported(tmp_path, tmp_path / "out", *more) == 0
    assert (tmp_path / "out" / "en-de.de").read_text() == "d\n"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--format", "tsv", "--columns", "src_text,colour"), "no column colour"),
        (("--format", "moses", "--columns", "margin"), "--columns"),
        (("--format", "tmx", "--dataset", "scored"), "pipelines.score"),
        (("--format", "tmx", "--max-pairs", "0"), "--max-pairs"),
        (("--format", "docx"), "moses"),
    ],
)
def test_what_can_not_be_exported_is_one_line_and_writes_nothing(
    mined, tmp_path, capsys, more, says
):
    assert exported(mined, tmp_path / "out", *more) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and says in err
    assert not (tmp_path / "out").exists()


def test_language_that_was_not_mined_is_one_line(mined, tmp_path, capsys):
    assert exported(mined, tmp_path / "out", "--format", "tsv", languages="en,fr") == 2
    assert "run pipelines.corpus first" in capsys.readouterr().err
