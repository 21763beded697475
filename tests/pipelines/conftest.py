"""Runs of the whole pipeline on the sample WARCs, made once and read by many tests."""

import pathlib

import pytest

from pipelines import run
from pipelines.common import options

SAMPLES = pathlib.Path(__file__).parents[2] / "samples"
GOLD = tuple(str(SAMPLES / "gold" / f"en-{lang}.tsv") for lang in ("de", "zh"))


def mine(output, *more, inputs=None):
    """Runs all four jobs with the embedded encoder; returns the exit status."""
    inputs = inputs or sorted(SAMPLES.glob("*.warc.gz"))
    argv = ["--input", *map(str, inputs), "--output", str(output), "--encoder", "muse", *more]
    return options.guarded(run.main, argv)


@pytest.fixture(scope="session")
def mined(tmp_path_factory):
    """The output folder of the samples, mined for German and Chinese by one worker."""
    output = tmp_path_factory.mktemp("mined") / "out"
    assert mine(output, "--languages", "en,de,zh", "--workers", "1", "--gold", *GOLD) == 0
    return output
