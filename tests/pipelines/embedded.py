"""Sentences made here, the embed job run on them, and the vectors it wrote read again."""

import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mining import dedup
from pipelines import embed
from pipelines.common import datasets, manifests, options
from tests.prose import prose

LANGUAGES = ("en", "de")


def texts(lang, first, last):
    """The sentences ``first`` to ``last`` of an endless row of different ones."""
    return [prose(lang, number, 1)[0] + f" {number}" for number in range(first, last)]


def write_sentences(output, said, shards):
    """sentences/ with the texts ``said`` of each language, as pipelines.extract parts them."""
    manifests.claim_output(str(output))
    for lang, ours in said.items():
        folder = f"{output}/sentences/lang={lang}"
        ids = dedup.sentence_ids(ours)
        order = np.argsort(ids)
        ids, ours = ids[order], np.array(ours, dtype=object)[order]
        homes = dedup.shard_of(ids, shards)
        parts = []
        manifests.begin(folder)
        for shard in np.unique(homes):
            parts.append(datasets.part_name(shard))
            table = pa.table({"sentence_id": ids[homes == shard], "text": ours[homes == shard]})
            datasets.write_table(f"{folder}/{parts[-1]}", table)
        key = manifests.key_of("extract", {"shards": shards}, list(ours))
        manifests.write(folder, key, "extract", {"shards": shards}, parts=parts, rows=len(ids))
    return output


def write_some(output, first, last, shards):
    return write_sentences(output, {lang: texts(lang, first, last) for lang in LANGUAGES}, shards)


def run(output, *more, encoder="muse"):
    """Runs the job; returns the exit status."""
    argv = ["--input", str(output), "--output", str(output), "--languages", ",".join(LANGUAGES)]
    return options.guarded(embed.main, [*argv, "--encoder", encoder, "--workers", "1", *more])


def folder(output, lang="en"):
    return pathlib.Path(output, "embeddings", "muse", f"lang={lang}")


def vectors(output, lang="en", name="muse"):
    """{sentence_id: vector} of a language, read file by file."""
    found = {}
    for path in sorted(pathlib.Path(output, "embeddings", name, f"lang={lang}").glob("*.parquet")):
        found.update(vectors_in(path))
    return found


def vectors_in(path):
    table = pq.read_table(path)
    column = table["vector"].combine_chunks()
    rows = column.flatten().to_numpy(zero_copy_only=False)
    rows = rows.reshape(len(column), column.type.list_size)
    return dict(zip(table["sentence_id"].to_pylist(), rows, strict=True))


def turn(output):
    """Turns every vector of a finished output: of unit length as before, and like none that the
    encoder gives. What is taken over can be told by it."""
    for path in pathlib.Path(output, "embeddings").glob("*/*/*.parquet"):
        with pq.ParquetFile(path) as parquet:
            table, metadata = parquet.read(), parquet.metadata.metadata
        rows = np.array(list(vectors_in(path).values()))
        turned = np.roll(rows, 1, axis=1)
        column = pa.FixedSizeListArray.from_arrays(pa.array(turned.reshape(-1)), rows.shape[1])
        with datasets.writer(str(path), table.schema) as parquet:
            parquet.write_table(pa.table([table["sentence_id"], column], schema=table.schema))
            parquet.add_key_value_metadata({"counts": metadata[b"counts"]})
    return output


def made(output, lang="en"):
    """The manifest of the vectors of a language, or None."""
    path = folder(output, lang) / "_manifest.json"
    return json.loads(path.read_text()) if path.exists() else None


def ids_of(first, last, lang="en"):
    return set(dedup.sentence_ids(texts(lang, first, last)).tolist())
