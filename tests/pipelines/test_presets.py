"""A published method by one option: its knobs reach the jobs, --set still counts, and neighbours
that another k found are not taken for its own.
"""

import json

import duckdb
import pytest

from pipelines import corpus
from pipelines import mine as mine_job
from pipelines.common import options
from tests.pipelines.conftest import manifest, mine


def corpus_of(mined, output, *more):
    """Runs the corpus job on mined samples; returns the exit status."""
    argv = ["--input", str(mined), "--output", str(output), "--languages", "en,de"]
    return options.guarded(corpus.main, [*argv, "--encoder", "muse", *more])


def kept(output):
    """(src_id, tgt_id, margin, cosine) of the corpus."""
    return duckdb.sql(
        f"select src_id, tgt_id, margin, cosine from '{output}/corpus/en-de/*.parquet'"
    ).fetchall()


def test_labse_keeps_each_sentence_with_its_nearest_english_one(mined, tmp_path):
    output = tmp_path / "out"
    assert corpus_of(mined, output, "--preset", "labse") == 0
    rows = kept(output)
    wanted = duckdb.sql(
        "select neighbours[1], query_id, cosines[1], cosines[1] "
        f"from '{mined}/candidates/muse/en-de/backward/*.parquet' "
        "where cosines[1] >= 0.6::float"
    ).fetchall()
    assert sorted(rows) == sorted(wanted)
    assert set(manifest(output, "corpus/en-de")["rejected"]) == {"cosine"}


def test_set_wins_over_the_preset(mined, tmp_path):
    output = tmp_path / "out"
    assert corpus_of(mined, output, "--preset", "laser", "--set", "corpus.min_margin=1.3") == 0
    config = manifest(output, "corpus/en-de")["config"]
    assert (config["min_margin"], config["page_bonus"]) == (1.3, 0.0)
    assert min(margin for _, _, margin, _ in kept(output)) > 1.3


def test_preset_reaches_the_search(mined, tmp_path, capsys):
    output = tmp_path / "out"
    argv = ["--input", str(mined), "--output", str(output), "--languages", "en,de"]
    argv += ["--encoder", "muse", "--preset", "ccmatrix"]
    assert options.guarded(mine_job.main, argv) == 0
    assert manifest(output, "candidates/muse/en-de")["config"]["k"] == 16


def test_candidates_of_another_k_are_refused(mined, tmp_path, capsys):
    assert corpus_of(mined, tmp_path / "out", "--preset", "ccmatrix") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "pipelines.mine with --preset ccmatrix" in err
    assert not (tmp_path / "out").exists()
    ours = ("--preset", "ccmatrix", "--set", "mine.k=4")
    assert corpus_of(mined, tmp_path / "out", *ours) == 0


def test_unknown_preset_is_one_line(mined, tmp_path, capsys):
    assert corpus_of(mined, tmp_path / "out", "--preset", "bert") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "labse" in err


@pytest.mark.slow
def test_whole_run_with_a_preset_differs_in_nothing_but_its_pairs(mined, tmp_path):
    output = tmp_path / "out"
    more = ("--languages", "en,de", "--workers", "1", "--preset", "ccmatrix")
    assert mine(output, *more) == 0
    config = json.loads((output / "metrics.json").read_text())["config"]
    assert (config["min_margin"], config["min_cosine"]) == (1.06, -1e9)
    assert manifest(output, "candidates/muse/en-de")["config"]["k"] == 16
    same = "sentences/lang=de"
    assert manifest(output, same)["key"] == manifest(mined, same)["key"]
