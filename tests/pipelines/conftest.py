"""Runs of the whole pipeline on the sample WARCs, made once and read by many tests, and runs of its
first job; and what they left, as rows to compare.
"""

import json
import pathlib
import re

import duckdb
import pytest

from pipelines import extract, run
from pipelines.common import options

SAMPLES = pathlib.Path(__file__).parents[2] / "samples"
GOLD = tuple(str(SAMPLES / "gold" / f"en-{lang}.tsv") for lang in ("de", "zh"))


def mine(output, *more, inputs=None):
    """Runs all four jobs with the embedded encoder; returns the exit status."""
    inputs = inputs or sorted(SAMPLES.glob("*.warc.gz"))
    argv = ["--input", *map(str, inputs), "--output", str(output), "--encoder", "muse", *more]
    return options.guarded(run.main, argv)


def extracted(output, inputs, *more, languages="en,de,zh"):
    """Runs the first job in this process; returns its output folder."""
    argv = ["--input", *map(str, inputs), "--output", str(output), "--languages", languages]
    assert options.guarded(extract.main, [*argv, "--workers", "1", *more]) == 0
    return output


# Where a record lies depends on how records are spread over files; nothing else may.
PLACES = re.compile(r"^(src_|tgt_)?warc_(file|offset|length)$")


def rows_of(output, dataset, without_places=False):
    """The rows of a dataset in a canonical order, as strings."""
    found = duckdb.sql(f"select * from read_parquet('{output}/{dataset}/*.parquet')")
    columns = [name for name in found.columns if not (without_places and PLACES.match(name))]
    return sorted(str(row) for row in found.select(*columns).fetchall())


def manifest(output, dataset):
    """What a finished dataset says of itself."""
    return json.loads(pathlib.Path(output, dataset, "_manifest.json").read_text())


@pytest.fixture(scope="session")
def mined(tmp_path_factory):
    """The output folder of the samples, mined for German and Chinese by one worker."""
    output = tmp_path_factory.mktemp("mined") / "out"
    assert mine(output, "--languages", "en,de,zh", "--workers", "1", "--gold", *GOLD) == 0
    return output
