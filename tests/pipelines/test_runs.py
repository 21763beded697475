"""Sorted runs on disk: what was written is read again, whole or by shard, in small tables; several
are merged to what sorting everything gives.
"""

import itertools
import pathlib
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.dedup import shard_of
from pipelines.common import runs

LEAST, GREATEST = -(2**63), 2**63 - 1
SCHEMA = pa.schema([("text", pa.string()), ("key", pa.int64())])
fixed = settings(max_examples=40, derandomize=True, deadline=None, database=None)

KEYS = st.lists(
    st.one_of(
        st.integers(LEAST, GREATEST), st.sampled_from([LEAST, -(2**62), -1, 0, 2**62, GREATEST])
    ),
    max_size=40,
).map(sorted)
CUTS = st.lists(st.integers(0, 40), max_size=5)
SHARDS = st.integers(1, 6)


@pytest.fixture(autouse=True)
def small_tables(monkeypatch):
    monkeypatch.setattr(runs, "_ROWS", 4)


def tables_of(keys, cuts, name=""):
    texts = [f"{name}{at}" for at in range(len(keys))]
    table = pa.table([texts, keys], schema=SCHEMA)
    ends = [0, *sorted(min(cut, len(keys)) for cut in cuts), len(keys)]
    return [table.slice(a, b - a) for a, b in itertools.pairwise(ends)]


def rows_of(tables):
    return [(row["key"], row["text"]) for table in tables for row in table.to_pylist()]


def shards_of(tables):
    return {shard for table in tables for shard in shard_of(table["key"].to_numpy(), 6)}


@given(keys=KEYS, cuts=CUTS, shards=SHARDS)
@fixed
def test_what_was_written_is_read_again_whole_or_by_shard(keys, cuts, shards):
    tables = tables_of(keys, cuts)
    homes = shard_of(pa.array(keys, pa.int64()).to_numpy(), shards).tolist()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/run.parquet"
        assert runs.write(path, SCHEMA, "key", shards, iter(tables)) == len(keys)
        whole = list(runs.read(path))
        assert rows_of(whole) == rows_of(tables)
        assert all(0 < table.num_rows <= 4 and table.schema == SCHEMA for table in whole)
        for shard in range(shards):
            ours = [row for home, row in zip(homes, rows_of(tables), strict=True) if home == shard]
            assert rows_of(runs.read(path, shard)) == ours


@given(
    parts=st.lists(st.tuples(KEYS, CUTS), min_size=1, max_size=4),
    shards=SHARDS,
    data=st.data(),
)
@fixed
def test_merged_runs_are_everything_sorted(parts, shards, data):
    with tempfile.TemporaryDirectory() as folder:
        paths, rows = [], []
        for number, (keys, cuts) in enumerate(parts):
            tables = tables_of(keys, cuts, f"{number}-")
            paths.append(f"{folder}/{number}.parquet")
            runs.write(paths[-1], SCHEMA, "key", shards, tables)
            rows += rows_of(tables)
        rows.sort(key=lambda row: row[0])
        assert rows_of(runs.merge(paths, "key")) == rows
        shard = data.draw(st.integers(0, shards - 1))
        homes = shard_of(pa.array([key for key, _ in rows], pa.int64()).to_numpy(), shards)
        ours = [row for home, row in zip(homes, rows, strict=True) if home == shard]
        assert rows_of(runs.merge(paths, "key", shard)) == ours
        # A run of merged runs is as good as one of what they were made of.
        runs.write(f"{folder}/all.parquet", SCHEMA, "key", shards, runs.merge(paths, "key"))
        assert rows_of(runs.read(f"{folder}/all.parquet", shard)) == ours


def test_a_shard_is_read_without_reading_the_others(tmp_path):
    path = str(tmp_path / "run.parquet")
    keys = sorted(range(LEAST, GREATEST, 2**64 // 100))
    runs.write(path, SCHEMA, "key", 5, tables_of(keys, range(0, 100, 7)))
    parquet = pq.ParquetFile(path)
    groups = [parquet.read_row_group(at)["key"].to_numpy() for at in range(parquet.num_row_groups)]
    homes = [set(shard_of(group, 5).tolist()) for group in groups]
    assert all(len(home) == 1 for home in homes)
    for shard in range(5):
        assert len(list(runs.read(path, shard))) == homes.count({shard})
    # Tables smaller than a row group are put together.
    assert parquet.num_row_groups < 100 // 7 + 5 + 100 // 4


def test_an_empty_run_has_no_tables(tmp_path):
    path = str(tmp_path / "run.parquet")
    assert runs.write(path, SCHEMA, "key", 3, []) == 0
    assert (
        list(runs.read(path)) == list(runs.read(path, 1)) == list(runs.merge([path], "key")) == []
    )
    assert list(runs.merge([], "key")) == []


def test_a_failed_write_leaves_no_run(tmp_path):
    def tables():
        yield from tables_of([1, 2, 3, 4, 5, 6], [3])
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        runs.write(str(tmp_path / "run.parquet"), SCHEMA, "key", 1, tables())
    assert not list(pathlib.Path(tmp_path).iterdir())
