"""Planted pairs tell a threshold and leave the corpus as it is."""

import json
import pathlib
import shutil

import duckdb
import pytest

from pipelines import corpus, plant
from pipelines.common import options
from tests.pipelines.conftest import GOLD, manifest, mine

LANGUAGES = ("--languages", "en,de", "--encoder", "muse")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Half of the German gold, as a file."""
    path = tmp_path_factory.mktemp("known") / "known.tsv"
    rows = pathlib.Path(GOLD[0]).read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(rows[::2]), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def planted(mined, known, tmp_path_factory):
    """A copy of the mined samples, with planted pairs."""
    output = tmp_path_factory.mktemp("planted") / "out"
    shutil.copytree(mined, output)
    assert mine(output, "--languages", "en,de", "--workers", "1", "--planted", known) == 0
    return output


def files_of(output):
    return {
        path.relative_to(output): path.read_bytes()
        for path in pathlib.Path(output).rglob("*")
        if path.is_file() and path.relative_to(output).parts[0] not in ("report", "planted")
        and path.name != "metrics.json"
    }  # fmt: skip


def test_no_file_of_the_corpus_changes(mined, planted):
    assert files_of(mined) == files_of(planted)
    assert not (planted / ".work").exists()


def test_each_known_pair_is_planted_in_every_role(planted):
    made = manifest(planted, "planted/muse/en-de")
    rows = duckdb.sql(
        f"select role, count(*), count(distinct pair) from '{planted}/planted/*/*/*.parquet' "
        "group by role"
    ).fetchall()
    assert sum(count for _, count, _ in rows) == made["rows"]
    counts = {role: count for role, count, _ in rows}
    for role in ("true", "src_alone", "tgt_alone", "neighbour"):
        assert counts[role] == made["pairs"]
    assert 0 < counts["number"] < made["pairs"]
    assert all(count == pairs for _, count, pairs in rows)


def test_lonely_sentence_never_meets_its_translation(planted):
    """Half of the gold's pairs are in the corpus word for word."""
    clean = "regexp_replace(lower({}), '[^\\w]', '', 'g')"
    met = duckdb.sql(
        f"select count(*) from '{planted}/planted/*/*/*.parquet' a join "
        f"'{planted}/planted/*/*/*.parquet' b using (pair) where a.role = 'src_alone' and "
        f"b.role = 'true' and {clean.format('a.tgt_text')} = {clean.format('b.tgt_text')}"
    ).fetchall()[0][0]
    assert met == 0


def test_estimate_is_near_what_the_gold_says(planted, mined):
    """With page rules off: the estimate is for margins alone."""
    found = json.loads((planted / "metrics.json").read_text())["planted"]
    row = found["at_min_margin"]
    assert row["threshold"] == 1.06
    assert 0.8 < row["precision"] < 0.97 and row["low"] < row["precision"] < row["high"]
    assert row["recall"] > 0.9
    assert row["number_kept"] < 0.05
    rows = found["table"]
    assert [r["threshold"] for r in rows] == sorted(r["threshold"] for r in rows)
    assert rows[0]["recall"] > rows[-1]["recall"]


def test_report_and_terminal_tell_the_estimate(planted, known, capsys):
    assert mine(planted, "--languages", "en,de", "--workers", "1", "--planted", known) == 0
    assert "estimated above a margin of 1.06" in capsys.readouterr().out
    page = (planted / "report" / "en-de.html").read_text()
    assert "Estimated by planted pairs" in page and "precision, estimated" in page


def test_target_precision_sets_the_threshold_and_redoes_the_corpus_alone(planted, known, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(planted, output)
    before = {p: p.stat().st_mtime_ns for p in output.rglob("*.parquet")}
    more = ("--planted", known, "--target-precision", "0.95")
    assert mine(output, "--languages", "en,de", "--workers", "1", *more) == 0
    changed = {p for p in output.rglob("*.parquet") if before.get(p) != p.stat().st_mtime_ns}
    assert changed and all("corpus/en-de" in str(p) for p in changed)
    found = json.loads((output / "metrics.json").read_text())
    picked = found["planted"]["at_min_margin"]
    assert found["config"]["min_margin"] == picked["threshold"] > 1.06
    assert picked["precision"] >= 0.95
    lower = [r for r in found["planted"]["table"] if r["threshold"] < picked["threshold"]]
    assert lower and all(row["precision"] < 0.95 for row in lower)


def test_corpus_job_takes_the_threshold_from_what_was_planted(planted, tmp_path, capsys):
    output = tmp_path / "out"
    argv = ["--input", str(planted), "--output", str(output), *LANGUAGES]
    assert options.guarded(corpus.main, [*argv, "--target-precision", "0.95"]) == 0
    table = manifest(planted, "planted/muse/en-de")["table"]
    least = min(row["threshold"] for row in table if row["precision"] >= 0.95)
    assert manifest(output, "corpus/en-de")["config"]["min_margin"] == least
    capsys.readouterr()
    more = ["--target-precision", "0.95", "--set", "corpus.min_cosine=0.5"]
    assert options.guarded(corpus.main, [*argv, *more]) == 2
    assert "run pipelines.plant again" in capsys.readouterr().err


def test_other_known_pairs_that_pick_the_same_threshold_leave_the_corpus(planted, known, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(planted, output)
    key = manifest(output, "corpus/en-de")["key"]
    fewer = tmp_path / "fewer.tsv"
    rows = pathlib.Path(known).read_text(encoding="utf-8").splitlines(keepends=True)
    fewer.write_text("".join(rows[:-200]), encoding="utf-8")
    assert mine(output, "--languages", "en,de", "--workers", "1", "--planted", str(fewer)) == 0
    assert manifest(output, "corpus/en-de")["key"] == key
    counts = [manifest(at, "planted/muse/en-de")["pairs"] for at in (planted, output)]
    assert counts[1] < counts[0]


@pytest.mark.slow
def test_shards_and_repeated_bundles_have_no_say(planted, known, tmp_path):
    output = tmp_path / "out"
    more = ("--languages", "en,de", "--workers", "1", "--set", "extract.shards=1")
    more += ("--direct_runner_bundle_repeat", "1", "--planted", known)
    assert mine(output, *more) == 0
    # Other shards are other windows of the encoder, whose vectors are the same but for rounding.
    columns = "pair, role, src_text, tgt_text, reason, round(margin, 4)"
    rows = [
        duckdb.sql(f"select {columns} from '{at}/planted/*/*/*.parquet' order by all").fetchall()
        for at in (output, planted)
    ]
    assert [row[:-1] for row in rows[0]] == [row[:-1] for row in rows[1]]
    assert [row[-1] for row in rows[0]] == pytest.approx([row[-1] for row in rows[1]], abs=2e-3)
    shares = [manifest(at, "planted/muse/en-de")["share"] for at in (output, planted)]
    assert shares[0] == pytest.approx(shares[1], abs=1e-3)


def plant_pairs(mined, output, *more):
    argv = ["--input", str(mined), "--output", str(output), *LANGUAGES, "--workers", "1"]
    return options.guarded(plant.main, [*argv, *more])


def test_target_out_of_reach_is_an_error_and_planting_alone_is_none(
    mined, known, tmp_path, capsys
):  # fmt: skip
    output = tmp_path / "out"
    assert plant_pairs(mined, output, "--planted", known) == 0
    capsys.readouterr()
    assert plant_pairs(mined, output, "--planted", known, "--target-precision", "0.9999") == 2
    err = capsys.readouterr().err
    assert err.startswith(
        "error: en-de: no margin gives an estimated precision of 0.9999: the best is"
    )
    assert err.count("\n") == 1


def test_few_known_pairs_are_told_and_give_no_threshold(mined, known, tmp_path, capsys):
    few = tmp_path / "few.tsv"
    rows = pathlib.Path(known).read_text(encoding="utf-8").splitlines(keepends=True)
    few.write_text("".join(rows[:6]), encoding="utf-8")
    output = tmp_path / "out"
    assert plant_pairs(mined, output, "--planted", str(few)) == 0
    told = capsys.readouterr()
    assert "too few to estimate" in told.out and "plant.min_pairs" in told.err
    assert plant_pairs(mined, output, "--planted", str(few), "--target-precision", "0.9") == 2
    assert "plant more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--planted", "none.tsv"), "none.tsv: the known pairs can't be read"),
        (("--planted", "a", "b"), "one file for each language"),
        (("--planted", "a", "--target-precision", "95"), "give a share, as 0.95"),
        (("--target-precision", "0.9"), "give --planted FILE"),
    ],
)
def test_options_that_cannot_be_are_one_line(tmp_path, capsys, more, says):
    output = tmp_path / "out"
    assert mine(output, "--languages", "en,de", *more) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ") and says in err and err.count("\n") == 1
    assert not output.exists()
