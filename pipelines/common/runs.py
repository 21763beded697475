"""Sorted runs as Parquet files: what an external sort leaves on disk between its steps.

A run is sorted by one int64 column; its row groups are small and none is in two shards, so that a
shard is read out of many runs without reading the rest.
"""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mining import dedup, runs
from pipelines.common import datasets

#: runs that are merged at once: as many row groups are held
FAN_IN = 32
_ROWS = 16_384


def write(path, schema, key, shards, tables):
    """Writes a run of ``tables``, which are sorted by the int64 column ``key`` within and across;
    returns its rows."""
    rows, homes = 0, []
    with datasets.writer(path, schema, compression="lz4") as parquet:
        for shard, table in _cells(tables, key, shards):
            homes.append(str(shard))
            rows += table.num_rows
            # Parquet has no seconds: what was read has milliseconds.
            parquet.write_table(table.cast(schema), row_group_size=table.num_rows)
        parquet.add_key_value_metadata({"shards": ",".join(homes)})
    return rows


def _cells(tables, key, shards):
    """(shard, table) of bounded size, in order."""
    held, held_shard, size = [], None, 0
    for table in tables:
        homes = dedup.shard_of(table[key].to_numpy(), shards)
        ends = np.searchsorted(homes, np.arange(shards), side="right")
        start = 0
        for shard in np.unique(homes):
            piece = table.slice(start, ends[shard] - start)
            start = ends[shard]
            if held and (shard != held_shard or size >= _ROWS):
                yield from _sliced(held_shard, held)
                held, size = [], 0
            held_shard = shard
            held.append(piece)
            size += piece.num_rows
    if held:
        yield from _sliced(held_shard, held)


def _sliced(shard, tables):
    table = pa.concat_tables(tables)
    for start in range(0, table.num_rows, _ROWS):
        yield shard, table.slice(start, _ROWS)


def read(path, shard=None):
    """Yields the tables of a run, or of one shard of it."""
    with datasets.open_file(path) as file:
        parquet = pq.ParquetFile(file)
        homes = parquet.metadata.metadata[b"shards"].decode()
        for group, home in enumerate(homes.split(",") if homes else ()):
            if shard is None or int(home) == shard:
                yield parquet.read_row_group(group)


def merge(paths, key, shard=None):
    """Yields tables of the rows of several runs: see mining.runs.merge."""
    return runs.merge([read(path, shard) for path in paths], key)
