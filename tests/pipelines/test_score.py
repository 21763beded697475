"""An existing bitext scored: as mining would, in its own order, every line accounted for, the same
rows however it was packed, cut and killed.
"""

import gzip
import pathlib

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mining import knn
from mining.encoders import load_encoder
from mining.schema import REJECTED_LINES, SCORED
from pipelines import export, score
from pipelines.common import options
from tests.pipelines.conftest import GOLD, manifest

ROWS = [line.split("\t")[:2] for line in pathlib.Path(GOLD[0]).read_text().splitlines()[1:241]]


def scored(output, *inputs, more=(), languages="en,de"):
    """Runs the job; returns the exit status."""
    argv = ["--input", *map(str, inputs), "--output", str(output), "--languages", languages]
    argv += ["--encoder", "muse", "--workers", "1", *more]
    return options.guarded(score.main, argv)


def rows_of(output, columns="*"):
    return duckdb.sql(f"select {columns} from '{output}/scored/en-de/*.parquet'").fetchall()


def tsv(path, rows):
    path.write_text("".join(f"{src}\t{tgt}\n" for src, tgt in rows))
    return path


@pytest.fixture(scope="module")
def bitext(tmp_path_factory):
    """A file of pairs with a wrong one, one that is there twice, and two lines that are none."""
    rows = [*ROWS, (ROWS[0][0], ROWS[50][1]), ROWS[3]]
    path = tsv(tmp_path_factory.mktemp("bitext") / "b.tsv", rows)
    path.write_bytes(path.read_bytes() + b"no pair\nbad \xff\tschlecht\n")
    return path


@pytest.fixture(scope="module")
def done(bitext, tmp_path_factory):
    output = tmp_path_factory.mktemp("scored") / "out"
    assert scored(output, bitext) == 0
    return output


def test_pairs_are_in_the_order_of_the_file_and_add_up(done, bitext):
    rows = rows_of(done, "file, line, src_lang, tgt_lang, reason")
    assert [row[1] for row in rows] == list(range(1, len(ROWS) + 3))
    assert {row[0] for row in rows} == {str(bitext)}
    made = manifest(done, "scored/en-de")
    assert made["rows"] == len(rows) == made["kept"] + sum(made["rejected"].values())
    assert made["kept"] == sum(row[4] == "" for row in rows)
    assert made["no_pairs"] == {"columns": 1, "encoding": 1}
    [path] = (done / "rejects/score/en-de").glob("*.parquet")
    table = pq.read_table(path)
    assert table.schema.names == REJECTED_LINES.names
    assert table["line"].to_pylist() == [len(ROWS) + 3, len(ROWS) + 4]
    assert pq.read_schema(done / "scored/en-de/part-00000.parquet").names == SCORED.names
    assert not (done / ".work").exists()


def test_scores_are_those_of_exact_search_among_its_own_sentences(done):
    found = rows_of(done, "src_text, tgt_text, cosine, src_knn_mean, tgt_knn_mean, margin")
    encoder = load_encoder("muse")
    sides = []
    for at in (0, 1):
        texts = list(dict.fromkeys(row[at] for row in found))
        vectors = encoder.encode(texts).astype(np.float16)
        sides.append((np.arange(len(texts)), vectors, {text: n for n, text in enumerate(texts)}))
    (src_ids, src, src_at), (tgt_ids, tgt, tgt_at) = sides
    f = knn.search(src_ids, src, [(tgt_ids, tgt)], 4).means
    b = knn.search(tgt_ids, tgt, [(src_ids, src)], 4).means
    for one, other, *scores in found:
        i, j = src_at[one], tgt_at[other]
        cosine = float(knn.search([0], src[i : i + 1], [([0], tgt[j : j + 1])], 1).cosines[0, 0])
        wanted = (cosine, f[i], b[j], cosine / ((f[i] + b[j]) / 2))
        assert scores == pytest.approx(wanted, abs=2e-3)


def test_wrong_pair_is_refused_and_twice_the_same_pair_scores_the_same(done):
    rows = {row[0]: row[1:] for row in rows_of(done, "line, margin, cosine, reason, src_id")}
    assert rows[len(ROWS) + 1][2] != ""
    assert rows[4] == rows[len(ROWS) + 2]
    assert sum(rows[n][2] == "" for n in range(1, len(ROWS) + 1)) > 0.9 * len(ROWS)


def test_filters_that_ask_for_pages_are_left_out_and_said_to_be(bitext, tmp_path, capsys):
    assert scored(tmp_path / "out", bitext, more=("--margin", "none")) == 0
    assert "left out" in (said := capsys.readouterr().out) and "page_support" in said
    made = manifest(tmp_path / "out", "scored/en-de")
    assert made["left_out"] == ["margin", "page_support", "order", "original_pages"]
    assert not {"margin", "page_support", "original_pages"} & set(made["rejected"])


def test_without_margins_all_else_is_the_same(done, bitext, tmp_path):
    assert scored(tmp_path / "out", bitext, more=("--set", "score.max_margin_pairs=10")) == 0
    assert {row[0] for row in rows_of(tmp_path / "out", "margin")} == {None}
    columns = "line, cosine, number_agreement, name_agreement, copy_similarity, fan"
    ours, theirs = (sorted(rows_of(output, columns)) for output in (tmp_path / "out", done))
    assert np.array(ours) == pytest.approx(np.array(theirs), abs=1e-3)


def test_the_same_pairs_in_other_files_have_the_same_scores(done, tmp_path):
    """A Moses pair, packed, and Parquet, in files of 100 pairs, by another order of work."""
    rows = [*ROWS, (ROWS[0][0], ROWS[50][1]), ROWS[3]]
    (tmp_path / "b.en.gz").write_bytes(gzip.compress("\n".join(s for s, _ in rows[:99]).encode()))
    (tmp_path / "b.de").write_text("\n".join(t for _, t in rows[:99]))
    src, tgt = zip(*rows[99:], strict=True)
    pq.write_table(pa.table({"src_text": src, "tgt_text": tgt}), tmp_path / "c.parquet")
    inputs = [tmp_path / name for name in ("b.en.gz", "b.de", "c.parquet")]
    more = ("--set", "score.rows_per_file=100", "--set", "embed.window=64")
    assert scored(tmp_path / "out", *inputs, more=more) == 0
    columns = "src_text, tgt_text, margin, cosine"
    ours, theirs = rows_of(tmp_path / "out", columns), rows_of(done, columns)
    assert [row[:2] for row in ours] == [row[:2] for row in theirs]
    scores = [np.array([row[2:] for row in rows]) for rows in (ours, theirs)]
    assert scores[0] == pytest.approx(scores[1], abs=2e-3)
    assert manifest(tmp_path / "out", "scored/en-de")["parts"] == [
        f"part-{n:05d}.parquet" for n in range(3)
    ]


def test_second_run_does_nothing_and_a_killed_one_goes_on(bitext, tmp_path, monkeypatch):
    output, more = tmp_path / "out", ("--margin", "none", "--set", "score.rows_per_file=100")
    whole = score.ScoreFile.__call__

    def killed(self, item):
        if item[0] == 2:
            raise KeyboardInterrupt
        return whole(self, item)

    monkeypatch.setattr(score.ScoreFile, "__call__", killed)
    assert scored(output, bitext, more=more) == 130
    before = {p.name: p.stat().st_mtime_ns for p in (output / "scored/en-de").glob("*.parquet")}
    assert before and not (output / "scored/en-de/_manifest.json").exists()
    monkeypatch.undo()
    assert scored(output, bitext, more=more) == 0
    after = {p.name: p.stat().st_mtime_ns for p in (output / "scored/en-de").glob("*.parquet")}
    assert len(after) == 3 and before.items() <= after.items()
    assert scored(output, bitext, more=more) == 0
    assert after == {
        p.name: p.stat().st_mtime_ns for p in (output / "scored/en-de").glob("*.parquet")
    }


def test_kept_pairs_can_be_exported(done, tmp_path):
    argv = ["--input", str(done), "--output", str(tmp_path / "out"), "--languages", "en,de"]
    argv += ["--dataset", "scored", "--format", "moses"]
    assert options.guarded(export.main, argv) == 0
    lines = (tmp_path / "out/en-de.de").read_text().splitlines()
    assert len(lines) == manifest(done, "scored/en-de")["kept"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["missing.tsv"], "no such file"),
        (["empty.tsv"], "empty"),
        (["text.tsv"], "none of its 9 lines is a pair"),
        (["a.en"], "where is its other side, .de"),
        (["a.en", "a.de"], "a.en has 2 lines"),
        (["bad.parquet"], "column tgt_text is missing"),
        (["cut.tsv.gz"], "ends in the middle"),
    ],
)
def test_bitext_that_can_not_be_used_is_one_line(tmp_path, capsys, names, says):
    (tmp_path / "empty.tsv").touch()
    (tmp_path / "text.tsv").write_text("One column.\n" * 9)
    (tmp_path / "a.en").write_text("one\ntwo\n")
    (tmp_path / "a.de").write_text("eins\n")
    (tmp_path / "cut.tsv.gz").write_bytes(gzip.compress(b"one\teins\n" * 99)[:-9])
    pq.write_table(pa.table({"src_text": ["a"]}), tmp_path / "bad.parquet")
    assert scored(tmp_path / "out", *(tmp_path / name for name in names)) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1 and says in err
    assert not (tmp_path / "out/scored/en-de/_manifest.json").exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [(("--columns", "0,2"), "--columns"), (("--margin", "big"), "--margin")],
)
def test_options_that_can_not_be_used_are_one_line(bitext, tmp_path, capsys, more, says):
    assert scored(tmp_path / "out", bitext, more=more) == 2
    assert scored(tmp_path / "out", bitext, languages="en,de,zh") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 2 and says in err and "--languages" in err
    assert not (tmp_path / "out").exists()
