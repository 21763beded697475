"""Exact duplicates in bounded memory: time and peak memory of many made-up sentences.

``python -m benchmarks.dedup [--sentences 20000000] [--json]`` writes sorted runs as extraction of
that many sentences would, merges them, and keeps each sentence once, all in one process.
"""

import argparse
import json
import pathlib
import resource
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mining import dedup
from mining.config import ExtractConfig
from mining.schema import BANDS, OCCURRENCES
from pipelines import extraction
from pipelines.common import progress, runs

_BATCH = 50_000
_BATCHES_A_FILE = 8
_PAGE = 50


def batch(rng, sentences, number):
    """A table of OCCURRENCES: sentences drawn from as many as there are in all, some of them
    often."""
    which = (rng.random(_BATCH) ** 1.5 * sentences).astype(np.int64)
    text = pc.binary_join_element_wise(
        "The sentence with the number", pa.array(which).cast(pa.string()), "has words enough to be "
        "about as long as sentences are.", " "
    )  # fmt: skip
    pages = number * _BATCH + np.arange(_BATCH) // _PAGE
    host = pages % 5000
    url = pc.binary_join_element_wise(
        "https://www.host-", pa.array(host).cast(pa.string()), ".example/some/folder/page-",
        pa.array(pages).cast(pa.string()), ".html", ""
    )  # fmt: skip
    columns = {
        "sentence_id": dedup.sentence_ids(text.to_pylist()),
        "text": text,
        "lang": pa.array(["en"] * _BATCH),
        "lang_prob": np.ones(_BATCH, dtype=np.float32),
        "script": pa.array(["Latn"] * _BATCH),
        "url": url,
        "date": pa.array([None] * _BATCH, OCCURRENCES.field("date").type),
        "warc_file": pa.array([f"crawl-data/segment/{number // _BATCHES_A_FILE}.warc.gz"] * _BATCH),
        "warc_offset": pages * 10_000,
        "warc_length": np.full(_BATCH, 10_000),
        "digest": pc.binary_join_element_wise("sha1:", pa.array(pages).cast(pa.string()), ""),
        "block": np.arange(_BATCH, dtype=np.int32) % _PAGE,
        "position": np.zeros(_BATCH, dtype=np.int32),
        "occurrences": np.ones(_BATCH, dtype=np.int64),
        "host_pages": np.ones(_BATCH, dtype=np.int32),
        "page": pages,
        "host": host,
    }
    return pa.table([columns[name] for name in OCCURRENCES.names], schema=OCCURRENCES)


def measure(sentences, work):
    """Everything, as a dict."""
    job = extraction.Extract(
        str(work / "out"),
        str(work / "work"),
        ("en",),
        ExtractConfig(),
        "key",
        progress.Reporter(),
    )
    rng = np.random.default_rng(0)
    outputs, seconds, number = [], {"write runs": 0.0, "merge": 0.0, "unique": 0.0}, 0
    while number * _BATCH < sentences:
        held = extraction.Held(job, f"{number:08d}")
        for _ in range(_BATCHES_A_FILE):
            table = batch(rng, sentences, number)
            number += 1
            before = time.process_time()
            held.add(sentences=table, bands=BANDS.empty_table())
            seconds["write runs"] += time.process_time() - before
        before = time.process_time()
        outputs.append({"path": f"{number:08d}", **held.close()})
        seconds["write runs"] += time.process_time() - before
    files = len(outputs)
    before, level = time.process_time(), 0
    while len(outputs) > runs.FAN_IN:
        level += 1
        merge = extraction.MergeRuns(job, level)
        outputs = [merge(at, outputs) for at in range(-(-len(outputs) // runs.FAN_IN))]
    seconds["merge"] = time.process_time() - before
    before = time.process_time()
    unique = extraction.UniqueShard(job)
    made = [unique(("en", shard), outputs, []) for shard in range(job.config.shards)]
    seconds["unique"] = time.process_time() - before
    assert sum(shard["occurrences"] for shard in made) == number * _BATCH
    return {
        "sentences": number * _BATCH,
        "unique": sum(shard["rows"] for shard in made),
        "files": files,
        "peak_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20),
        "seconds": seconds,
        "sentences_per_second": number * _BATCH / sum(seconds.values()),
    }


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--sentences", type=int, default=20_000_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dedup-") as folder:
        found = measure(given.sentences, pathlib.Path(folder))
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.pop("seconds").items():
        print(f"{name:<24}{value:>14,.1f} s")
    for name, value in found.items():
        print(
            f"{name:<24}{value:>14,.1f}" if isinstance(value, float) else f"{name:<24}{value:>14,}"
        )


if __name__ == "__main__":
    main()
