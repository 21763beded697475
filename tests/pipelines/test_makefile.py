"""make's LANG is ours only on make's own command line, and never the locale of what it starts."""

import os
import subprocess

import pytest

from tests.pipelines.conftest import SAMPLES

ROOT = SAMPLES.parent


def make(*arguments, lang="en_US.UTF-8"):
    """stdout of make without setting up anything, in a shell whose LANG is ``lang``."""
    environment = {**os.environ, "LANG": lang}
    command = ["make", "-s", "-o", ".venv/.ready", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize(
    ("arguments", "languages"),
    [((), "en,de"), (("LANG=zh",), "en,zh"), (("LANG=de,zh",), "en,de,zh")],
)
def test_only_a_lang_on_the_command_line_chooses_the_language(arguments, languages):
    assert f"--languages '{languages}'" in make("-n", "mine", *arguments)


def test_lang_does_not_become_the_locale():
    seen = make("mine", "LANG=zh", "PYTHON=sh -c env --").splitlines()
    assert not [line for line in seen if line.startswith("LANG=")]
    assert "LANG=C.UTF-8 " in make("-n", "mine", "LANG=zh")


def test_samples_are_compared_with_their_gold_and_other_files_are_not():
    assert "--gold samples/gold/en-zh.tsv" in make("-n", "mine", "LANG=zh")
    assert "--gold" not in make("-n", "mine", "WARC=x/*.warc.gz")
    assert "--gold" not in make("-n", "mine", "LANG=fr")


def test_gold_of_other_files_can_be_given():
    line = make("-n", "mine", "WARC=samples/debian/*.warc*", "GOLD=samples/debian/gold/en-de.tsv")
    assert "--input samples/debian/*.warc*" in line
    assert "--gold samples/debian/gold/en-de.tsv" in line
    assert "--gold" not in make("-n", "mine", "WARC=samples/debian/*.warc*")


def test_samples_need_no_debian():
    written, real = make("-n", "samples").splitlines()
    assert "-m samples.build" in written
    assert real.endswith("-m samples.debian --optional")


def test_variables_of_the_contract_reach_the_program():
    line = make("-n", "mine", "WARC=x/*.warc.gz", "OUT=dir", "ENCODER=labse", "WORKERS=2")
    for part in ("--input x/*.warc.gz", "--output 'dir'", "--encoder 'labse'", "--workers '2'"):
        assert part in line


def test_outputs_to_be_reused_reach_the_program():
    assert " --reuse a b \\\n" in make("-n", "mine", "REUSE=a b")
    assert "--reuse" not in make("-n", "mine")


def test_preset_reaches_the_program():
    assert "--preset 'labse'" in make("-n", "mine", "PRESET=labse")
    assert "--preset" not in make("-n", "mine")


def test_existing_bitext_is_scored():
    line = make("-n", "score", "FILE=a.en a.de", "OUT=dir", "ENCODER=labse", "LANG=de")
    assert "-m pipelines.score --input a.en a.de --output 'dir' --languages 'en,de'" in line
    assert "--encoder 'labse'" in line


def test_export_is_of_what_was_mined_to():
    line = make("-n", "export", "OUT=dir", "LANG=de,zh", "FORMAT=tmx.gz")
    for part in ("--input 'dir'", "--output 'dir/export'", "'en,de,zh'", "--format 'tmx.gz'"):
        assert part in line
    assert "--format 'moses'" in make("-n", "export")


def test_crawl_is_read_instead_of_the_samples_and_has_no_gold():
    line = make("-n", "mine", "CRAWL=CC-MAIN-2026-43", "FILES=0-9,20", "CRAWL_BASE=s3://crawls")
    for part in ("--crawl 'CC-MAIN-2026-43'", "--files '0-9,20'", "--crawl-base 's3://crawls'"):
        assert part in line
    for part in ("--gold", "--input", "samples"):
        assert part not in line
    line = make("-n", "mine", "CRAWL=CC-MAIN-2026-43")
    assert "--files" not in line and "--crawl-base" not in line


def test_what_is_not_allowed_together_reaches_the_program_which_says_so():
    assert "--files '3'" in make("-n", "mine", "FILES=3")
    assert "--input x.warc.gz" in make("-n", "mine", "CRAWL=CC-MAIN-2026-43", "WARC=x.warc.gz")


def test_base_of_the_crawls_may_stand_in_the_environment(monkeypatch):
    monkeypatch.setenv("CRAWL_BASE", "s3://crawls")
    monkeypatch.setenv("FILES", "of somebody else")
    assert "--crawl-base" not in make("-n", "mine") and "--files" not in make("-n", "mine")
    assert "--crawl-base 's3://crawls'" in make("-n", "mine", "CRAWL=CC-MAIN-2026-43")


def test_language_without_gold_is_mined_beside_one_that_has_it():
    assert "--gold samples/gold/en-de.tsv - " in make("-n", "mine", "LANG=de,fr")


def test_evaluation_is_of_all_languages_unless_some_are_asked_for():
    line = make("-n", "eval")
    assert "-m pipelines.evaluate" in line and "--encoder 'muse'" in line
    assert "--languages" not in line and "--tatoeba" not in line
    line = make("-n", "eval", "LANG=de,zh", "TATOEBA=a folder", "ENCODER=labse", "OUT=dir")
    for part in ("--languages 'de,zh'", "--tatoeba 'a folder'", "--encoder 'labse'"):
        assert part in line
    assert "--output 'dir'" in line


def test_nmt_takes_its_variables():
    told = make("-n", "nmt", "LANG=zh", "NMT=base", "DIRECTION=zh-en", "TEST=wmt17", "OUT=x y")
    assert "nmt_eval --output 'x y' --languages 'en,zh' --preset 'base'" in " ".join(
        told.replace("\\\n", " ").split()
    )
    assert "--direction 'zh-en'" in told and "--test 'wmt17'" in told
    assert "--preset 'tiny'" in make("-n", "nmt")
    told = " ".join(make("-n", "nmt-compare", "SEEDS=1,2", "SYSTEMS=gold,mined", "JOBS=2").split())
    assert "nmt_eval.compare --output 'out' --languages 'en,de'" in told
    assert "--systems 'gold,mined'" in told and "--seeds '1,2' --jobs '2'" in told


def test_planted_pairs_and_their_target_reach_the_job():
    line = make("-n", "mine", "LANG=de,zh", "PLANTED=de.tsv zh.tsv", "TARGET_PRECISION=0.95")
    assert "--planted de.tsv zh.tsv" in line and "--target-precision '0.95'" in line
    assert "--planted" not in make("-n", "mine") and "--target" not in make("-n", "mine")
