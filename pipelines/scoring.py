"""What the workers of the score job do: a bitext's files to pairs, its pairs to unique sentences,
and a file of pairs to one of scored pairs.
"""

import dataclasses
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mining import bitext, dedup, rescore
from mining.config import CorpusConfig, EmbedConfig, ScoreConfig
from mining.corpus import take_sentences
from mining.encoders import load_encoder
from mining.errors import InputError
from mining.schema import REJECTED_LINES, SCORED
from mining.vectors import pair_cosines
from pipelines import mine, reuse
from pipelines.common import datasets, manifests, progress
from pipelines.common.sources import Source

STAGE = "score"
SIDES = ("src", "tgt")
_SENTENCES = pa.schema([("sentence_id", pa.int64()), ("text", pa.string())])


@dataclasses.dataclass(frozen=True)
class Bitext:
    """A file with both sides, or two with a side each; ``number`` is its place among others."""

    number: int
    sources: tuple[Source, ...]
    columns: tuple[int, int] | None


class ReadBitext:
    """A Bitext to files of pairs, and one of the lines that are none.

    Returns (number, names of the files, their rows in all, {reason: lines that are no pair}).
    """

    def __init__(self, pairs, rejects, config, reporter):
        self._pairs = pairs
        self._rejects = rejects
        self._config = config
        self._reporter = reporter

    def __call__(self, given):
        parts, rows, reasons = [], 0, {}
        rejected = datasets.join(self._rejects, datasets.part_name(given.number))
        with datasets.writer(rejected, REJECTED_LINES) as rejects:
            for good, bad in self._tables(given):
                if good.num_rows:
                    parts.append(f"{given.number:05d}-{len(parts):05d}.parquet")
                    datasets.write_table(datasets.join(self._pairs, parts[-1]), good)
                    rows += good.num_rows
                rejects.write_table(bad)
                for item in bad["reason"].value_counts().to_pylist():
                    reasons[item["values"]] = reasons.get(item["values"], 0) + item["counts"]
                self._reporter.add(lines=good.num_rows + bad.num_rows)
        self._reporter.add(files=1)
        self._reporter.flush()
        return given.number, parts, rows, reasons

    def _tables(self, given):
        paths = [source.path for source in given.sources]
        if len(paths) == 2:
            with given.sources[0].open() as src, given.sources[1].open() as tgt:
                records = bitext.from_two_files(src, tgt, paths)
                yield from bitext.tables(records, paths[0], self._config)
            return
        with given.sources[0].open() as stream:
            if bitext.is_parquet(stream):
                records = bitext.from_parquet(stream, paths[0])
            else:
                records = bitext.from_columns(stream, paths[0], given.columns)
            yield from bitext.tables(records, paths[0], self._config)


class UniqueSentences:
    """(side, shard) to a file of the different sentences of that side, sorted by id; returns its
    (side, name, rows)."""

    def __init__(self, paths, folders, shards):
        self._paths = paths
        self._folders = folders
        self._shards = shards

    def __call__(self, item):
        side, shard = item
        found = _SENTENCES.empty_table()
        for path in self._paths:
            table = datasets.read_table(path, [f"{side}_id", f"{side}_text"])
            table = table.rename_columns(_SENTENCES.names).cast(_SENTENCES)
            ours = dedup.shard_of(table["sentence_id"].to_numpy(), self._shards) == shard
            found = pa.concat_tables([found, table.filter(pa.array(ours))])
            _, first = np.unique(found["sentence_id"].to_numpy(), return_index=True)
            found = found.take(pa.array(first)).combine_chunks()
        name = datasets.part_name(shard)
        datasets.write_table(datasets.join(self._folders[side], name), found)
        return side, name, found.num_rows


@dataclasses.dataclass(frozen=True)
class Scoring:
    """What the workers of one run need to know. ``neighbours`` is where the vectors and candidates
    of the bitext's own sentences are, or None for no margins."""

    lang: str
    folder: str
    key: str
    encoder: str
    fingerprint: str
    threads: int
    embed: EmbedConfig
    corpus: CorpusConfig
    neighbours: "Neighbours | None"
    reporter: progress.Reporter


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """By side, where the vectors of the unique sentences and their neighbours are."""

    vectors: dict
    candidates: dict
    shards: int

    def take(self, side, ids):
        """(vectors float16 [n, dim], mean cosines of the neighbours float32 [n]) of sentences."""
        table = take_sentences(ids, self.shards, lambda shard: self._shard(side, shard))
        return _matrix(table["vector"]), table["mean"].to_numpy()

    def _shard(self, side, shard):
        name = datasets.part_name(shard)
        table = datasets.read_table(datasets.join(self.vectors[side], name))
        found = mine.read_neighbours([datasets.join(self.candidates[side], name)])
        return table.append_column("mean", pa.array(found.means))


def _matrix(column):
    column = pa.concat_arrays(column.chunks)
    rows = column.flatten().to_numpy(zero_copy_only=False)
    return rows.reshape(len(column), column.type.list_size)


class ScoreFile:
    """(number, path of a file of pairs) to a file of scored ones; returns (number, {reason: pairs},
    "" for those that no filter refuses).

    A file that is there with the same key is left as it is: the job goes on where it was stopped.
    """

    def __init__(self, job):
        self._job = job

    def __call__(self, item):
        number, path = item
        target = datasets.join(self._job.folder, datasets.part_name(number))
        counts = finished(target, self._job.key)
        if counts is None:
            counts = self._write(datasets.read_table(path), target)
        self._job.reporter.add(files=1, pairs=sum(counts.values()))
        self._job.reporter.flush()
        return number, counts

    def _write(self, pairs, target):
        job = self._job
        sides = [pairs[f"{side}_id"].to_numpy() for side in SIDES]
        if job.neighbours is None:
            vectors, means = self._encoded(pairs, sides), None
        else:
            taken = [job.neighbours.take(*side) for side in zip(SIDES, sides, strict=True)]
            vectors, means = zip(*taken, strict=True)
        table = rescore.score(pairs, job.lang, pair_cosines(*vectors), means, job.corpus)
        found = table["reason"].value_counts().to_pylist()
        counts = {item["values"]: item["counts"] for item in found}
        with datasets.writer(target, SCORED) as parquet:
            parquet.write_table(table, row_group_size=datasets.ROW_GROUP)
            parquet.add_key_value_metadata({"counts": json.dumps(counts), "key": job.key})
        return counts

    def _encoded(self, pairs, sides):
        """The vectors of both sides, float16 [n, dim]; each different sentence is encoded once."""
        job = self._job
        encoder = load_encoder(job.encoder, job.threads, job.embed.precision)
        if encoder.fingerprint != job.fingerprint:
            raise InputError(
                f"encoder {job.encoder}: a worker has another model than the machine that started "
                "the job; give both the same files and packages"
            )
        for side, ids in zip(SIDES, sides, strict=True):
            _, first, which = np.unique(ids, return_index=True, return_inverse=True)
            texts = pc.take(pairs[f"{side}_text"], pa.array(first)).to_pylist()
            size = job.embed.window
            windows = (texts[at : at + size] for at in range(0, len(texts), size))
            vectors = [made.vectors.astype(np.float16) for made in encoder.stream(windows)]
            yield np.concatenate(vectors)[which]


def finished(path, key):
    """What was counted in a file of scored pairs made for ``key``; None where there is none."""
    if not datasets.exists(path):
        return None
    with datasets.open_file(path) as file:
        metadata = reuse.metadata_of(pq.ParquetFile(file).metadata)
    return json.loads(metadata["counts"]) if metadata.get("key") == key else None


def write_sentences_manifests(folders, written, key):
    """Declares the unique sentences of both sides finished, as pipelines.embed expects them."""
    for side, folder in folders.items():
        ours = sorted((name, rows) for which, name, rows in written if which == side)
        parts = [name for name, _ in ours]
        rows = sum(rows for _, rows in ours)
        config = dataclasses.asdict(ScoreConfig())
        manifests.write(folder, f"{key}-{side}", "extract", config, parts=parts, rows=rows)
