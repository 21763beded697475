"""Vectors to nearest neighbours, of both directions at once: shards x shards, then a merge.

A work item holds one English shard and goes through a run of shards of the other language, one at
a time, so memory is that of two shards. What it finds goes to files; the partial neighbours of a
shard are merged when all of them are there, so they are those of the whole language.
"""

import contextlib
import dataclasses
import itertools
import os

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mining import ann, knn, presets
from mining.errors import InputError
from mining.schema import CANDIDATES
from pipelines import embed
from pipelines.common import datasets, manifests, options, progress

STAGE = "mine"
DIRECTIONS = ("forward", "backward")


def folder_of(output, encoder_name, lang):
    """Where the candidates of English and ``lang`` by an encoder stand."""
    return datasets.join(output, "candidates", encoder_name, f"en-{lang}")


@dataclasses.dataclass(frozen=True)
class Block:
    """A work item: an English shard and a run of shards of the other language, by their number.

    Of the English shard the neighbours in all of the run go to one file, of each other shard the
    neighbours in the English one to another.
    """

    src: int
    tgts: tuple[int, ...]


class BuildIndex:
    """(side, shard) of an approximate search to the file that holds the index of its vectors."""

    def __init__(self, sides, work, kind, config, threads, key, reporter):
        self._sides = sides
        self._work = work
        self._kind = kind
        self._config = config
        self._threads = threads
        self._key = key
        self._reporter = reporter

    def __call__(self, place):
        side, shard = place
        path = index_path(self._work, side, shard, self._key)
        if not datasets.exists(path):
            vectors = read_vectors(self._sides[side][shard])
            index = ann.Index(vectors, self._kind, self._config, self._threads)
            datasets.write_bytes(path, index.data)
        self._reporter.add(indexes=1)
        self._reporter.flush()
        return path


def index_path(work, side, shard, key):
    """Where the index of a shard of a side, 0 English and 1 the other, stands until the end."""
    return datasets.join(work, f"index-{side}-{shard:05d}-{key}")


class SearchBlock:
    """A Block to ((direction, shard), path of partial neighbours) pairs.

    What is there with the same key is left as it is: the job goes on where it was stopped.
    """

    def __init__(self, sides, work, kind, config, threads, key, reporter):
        self._sides = sides
        self._work = work
        self._kind = kind
        self._config = config
        self._threads = threads
        self._key = key
        self._reporter = reporter

    def partials(self, block, _):
        """The pairs of a block, one by one; what comes second only has to be there before."""
        first, last = block.tgts[0], block.tgts[-1]
        ahead = datasets.join(self._work, f"forward-{block.src:05d}-{first:05d}-{last:05d}.parquet")
        back = [
            datasets.join(self._work, f"backward-{tgt:05d}-{block.src:05d}.parquet")
            for tgt in block.tgts
        ]
        # Written last, so all others are there if it is.
        if not self._is_done(ahead):
            self._search(block, ahead, back)
        self._reporter.add(blocks=1)
        self._reporter.flush()
        yield ("forward", block.src), ahead
        for tgt, path in zip(block.tgts, back, strict=True):
            yield ("backward", tgt), path

    def _is_done(self, path):
        return datasets.exists(path) and datasets.read_metadata(path).get("key") == self._key

    def _search(self, block, ahead, back):
        k, exact = self._config.k, self._kind == "exact"
        src = read_vectors(self._sides[0][block.src])
        src_index = None if exact else self._index(0, block.src, src)
        forward = knn.none(src.given)
        for number, path in zip(block.tgts, back, strict=True):
            tgt = read_vectors(self._sides[1][number])
            if exact:
                found, backward = knn.search_both(src, tgt, k, self._threads)
            else:
                found = self._index(1, number, tgt).search(src, k)
                backward = src_index.search(tgt, k)
            forward = knn.merge([forward, found], k)
            self._write(path, backward)
        self._write(ahead, forward)

    def _index(self, side, shard, vectors):
        data = datasets.read_bytes(index_path(self._work, side, shard, self._key))
        return ann.Index(vectors, self._kind, self._config, self._threads, data)

    def _write(self, path, found):
        datasets.write_table(path, table_of(found).replace_schema_metadata({"key": self._key}))


class MergeShard:
    """((direction, shard), paths of partial neighbours) to the number of queries, whose neighbours
    in all shards are then in the file of that shard."""

    def __init__(self, targets, k, reporter):
        self._targets = targets
        self._k = k
        self._reporter = reporter

    def __call__(self, partial):
        (direction, shard), paths = partial
        found = None
        for path in sorted(paths):
            part = _neighbours(datasets.read_table(path))
            found = part if found is None else knn.merge([found, part], self._k)
        datasets.write_table(self._targets[direction][shard], table_of(found))
        self._reporter.add(queries=len(found.query_ids))
        self._reporter.flush()
        return len(found.query_ids)


def read_rows(path):
    """ids int64 [n], rising, and vectors float16 [n, dim] of an embeddings file; InputError for ids
    that don't rise."""
    table = datasets.read_table(path)
    column = table["vector"].combine_chunks()
    ids = table["sentence_id"].to_numpy()
    if (ids[1:] <= ids[:-1]).any():
        raise InputError(f"{path}: sentence ids twice or in disorder; run pipelines.embed again")
    vectors = column.flatten().to_numpy(zero_copy_only=False)
    return ids, vectors.reshape(len(column), column.type.list_size)


def read_vectors(path):
    """mining.knn.Vectors of an embeddings file; InputError also for vectors without a direction."""
    try:
        return knn.Vectors(*read_rows(path))
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{path}: {error}; run pipelines.embed again") from None


def table_of(found):
    """mining.knn.Neighbours as a table of schema CANDIDATES."""
    n, k = found.ids.shape
    starts = pa.array(np.arange(n + 1, dtype=np.int32) * k)
    lists = [
        pa.ListArray.from_arrays(starts, pa.array(values.reshape(-1)))
        for values in (found.ids, found.cosines)
    ]
    return pa.table([pa.array(found.query_ids), *lists], schema=CANDIDATES)


def read_neighbours(paths):
    """mining.knn.Neighbours out of candidates files, which are in rising order of their ids."""
    tables = [CANDIDATES.empty_table(), *(datasets.read_table(path) for path in sorted(paths))]
    return _neighbours(pa.concat_tables(table.cast(CANDIDATES) for table in tables))


def _neighbours(table):
    n = table.num_rows
    ids, cosines = (
        pc.list_flatten(table[name]).combine_chunks().to_numpy().reshape(n, -1)
        if n
        else np.empty((0, 0), kind)
        for name, kind in (("neighbours", np.int64), ("cosines", np.float32))
    )
    return knn.Neighbours(table["query_id"].to_numpy(), ids, cosines)


def _embedded(source, lang, folder):
    """The manifest of a language's vectors, which are those of the sentences as they are now."""
    sentences = manifests.read(datasets.join(source, "sentences", f"lang={lang}"))
    if sentences is None:
        return manifests.require(folder, "embed")
    return manifests.require_made_from(folder, "embed", sentences["key"])


def _shards(folder, manifest):
    """Paths of the vectors of a language, and their numbers.

    Raises InputError for files that are missing, by another encoder, or share ids, as their footers
    tell.
    """
    paths = [datasets.join(folder, part) for part in manifest["parts"]]
    last, sizes = None, []
    for path in paths:
        if not datasets.exists(path):
            raise InputError(f"{path}: missing; run pipelines.embed again")
        with datasets.open_file(path) as file:
            footer = pq.ParquetFile(file)
            made_by = (footer.schema_arrow.metadata or {}).get(b"fingerprint", b"").decode()
            groups = [footer.metadata.row_group(at) for at in range(footer.num_row_groups)]
        dim = footer.schema_arrow.field("vector").type.list_size
        if (made_by, dim) != (manifest["config"]["fingerprint"], manifest["dim"]):
            raise InputError(f"{path}: not by the encoder of {folder}; run pipelines.embed again")
        sizes.append(footer.metadata.num_rows)
        for group in groups:
            ids = group.column(0).statistics
            if not group.num_rows:
                continue
            if last is not None and ids.min <= last:
                raise InputError(f"{path}: sentence ids twice; run pipelines.extract again")
            last = ids.max
    return paths, sizes


def write_none(paths):
    """(vectors, file to write) to the number of queries, none of which has a neighbour."""
    source, target = paths
    ids, _ = read_rows(source)
    datasets.write_table(target, table_of(knn.none(ids)))
    return len(ids)


class WriteRecall:
    """(direction, recall) to a file, which outlives the pipeline."""

    def __init__(self, work):
        self._work = work

    def __call__(self, measured):
        direction, recall = measured
        datasets.write_json(recall_path(self._work, direction), round(recall, 4))
        return direction


def recall_path(work, direction):
    """Where the recall of a direction stands until the manifest has it."""
    return datasets.join(work, f"recall-{direction}.json")


def shard_places(sides):
    """(side, shard) of every shard."""
    return [(side, shard) for side, paths in enumerate(sides) for shard in range(len(paths))]


def blocks(src_shards, tgt_shards, run_length):
    """The Blocks of so many shards a side: every pair of shards is in one of them."""
    return [
        Block(src, tuple(range(at, min(at + run_length, tgt_shards))))
        for at in range(0, tgt_shards, run_length)
        for src in range(src_shards)
    ]


class FindNeighbours(beam.PTransform):
    """A PCollection of Blocks to the number of queries of each shard of both directions.

    indexed: PCollection of what must be there before, the files of the indexes.
    """

    def __init__(self, search, merge, indexed):
        super().__init__()
        self._search = search
        self._merge = merge
        self._indexed = indexed

    def expand(self, items):
        return (
            items
            # Each block on its own way: without this they stay with the worker that listed them.
            | "Spread" >> beam.Reshuffle()
            | "SearchBlock"
            >> beam.FlatMap(self._search.partials, beam.pvalue.AsList(self._indexed))
            | "ByShard" >> beam.GroupByKey()
            | "MergeShard" >> beam.Map(self._merge)
        )


class SampledRecall:
    """A direction, 0 forward and 1 backward, to the recall of approximate search on some queries:
    the share of their neighbours by exact search, over all shards, that are in the candidates."""

    def __init__(self, sides, targets, config, threads):
        self._sides = sides
        self._targets = targets
        self._config = config
        self._threads = threads

    def __call__(self, direction, _):
        direct = DIRECTIONS[direction]
        # The same number of each shard, evenly spaced: ids are hashes.
        share = -(-self._config.recall_sample // max(len(self._sides[direction]), 1))
        queries, found = [], []
        for path, target in zip(self._sides[direction], self._targets[direct], strict=True):
            candidates = read_neighbours([target])
            size = len(candidates.query_ids)
            rows = np.unique(np.linspace(0, size - 1, min(share, size)).astype(np.int64))
            ids, vectors = read_rows(path)
            queries.append((ids[rows], vectors[rows]))
            found.append(candidates.take(rows))
        ids, vectors = (np.concatenate(column) for column in zip(*queries, strict=True))
        index = (read_rows(path) for path in self._sides[1 - direction])
        right = knn.search(ids, vectors, index, self._config.k, self._threads)
        return direct, knn.recall(knn.concatenated(found), right)


def run(source, output, lang, encoder_name, config, beam_options, workers=0):
    """Makes candidates/ENCODER/en-XX for one language.

    workers: threads that search on this machine, 0 for one a core. Raises InputError where the
    vectors are missing, of two encoders, or have ids twice.
    """
    folders = {side: embed.folder_of(source, encoder_name, side) for side in ("en", lang)}
    made = {side: _embedded(source, side, folder) for side, folder in folders.items()}
    prints = {side: manifest["config"]["fingerprint"] for side, manifest in made.items()}
    if len(set(prints.values())) > 1:
        raise InputError(
            f"{folders['en']} and {folders[lang]} are by different versions of {encoder_name}; "
            "run pipelines.embed again for both"
        )
    sides, sizes = zip(*(_shards(folders[side], made[side]) for side in ("en", lang)), strict=True)
    kind = ann.kind_of(config, *map(sum, sizes), max(max(side, default=0) for side in sizes))
    key = manifests.key_of(
        STAGE, dataclasses.asdict(config), [made["en"]["key"], made[lang]["key"]]
    )
    manifests.claim_output(output)
    folder = folder_of(output, encoder_name, lang)
    if manifests.is_current(folder, key):
        return
    manifests.begin(folder)
    work = datasets.join(output, ".work", STAGE, encoder_name, f"en-{lang}")
    targets = {
        direction: [datasets.join(folder, direction, part) for part in made[side]["parts"]]
        for direction, side in zip(DIRECTIONS, ("en", lang), strict=True)
    }
    items = blocks(*map(len, sides), config.index_shards)
    local = options.is_local(beam_options)
    with progress.bar(f"mine {lang}", len(items), "blocks") as reporter:
        reporter = reporter if local else progress.Reporter()
        given = (sides, work, kind, config, workers, key, reporter)
        kind = kind if items else "exact"
        places = [] if kind == "exact" else shard_places(sides)
        with options.pipeline(beam_options) as pipeline:
            indexed = (
                pipeline
                | "Shards" >> beam.Create(places)
                | "Spread" >> beam.Reshuffle()
                | "BuildIndex" >> beam.Map(BuildIndex(*given))
            )
            find = FindNeighbours(
                SearchBlock(*given), MergeShard(targets, config.k, reporter), indexed
            )
            merged = pipeline | "Blocks" >> beam.Create(items) | find
            if not items:
                # A side without a shard has no blocks.
                alone = zip(
                    itertools.chain(*sides), itertools.chain(*targets.values()), strict=True
                )
                pipeline | "Alone" >> beam.Create(list(alone)) | beam.Map(write_none)
            if kind != "exact":
                recall = SampledRecall(sides, targets, config, workers)
                (
                    pipeline
                    | "Directions" >> beam.Create([0, 1])
                    | "SampledRecall" >> beam.Map(recall, beam.pvalue.AsList(merged))
                    | "WriteRecall" >> beam.Map(WriteRecall(work))
                )
    more = {}
    if kind != "exact":
        more["recall"] = {
            direction: datasets.read_json(recall_path(work, direction)) for direction in DIRECTIONS
        }
    manifests.write(
        folder,
        key,
        STAGE,
        dataclasses.asdict(config),
        made_from=[made[side]["key"] for side in ("en", lang)],
        sentences=[made[side]["made_from"] for side in ("en", lang)],
        encoder=encoder_name,
        rows={"en": made["en"]["rows"], lang: made[lang]["rows"]},
        forward=made["en"]["parts"],
        backward=made[lang]["parts"],
        search=kind,
        **more,
    )
    datasets.delete_folder(datasets.join(output, ".work", STAGE))
    with contextlib.suppress(OSError):
        os.rmdir(datasets.join(output, ".work"))


def main(argv):
    """The command line of this job."""
    parser = options.parser("mine", __doc__, input="the folder with embeddings/")
    parser.add_argument(
        "--encoder", default="labse", help="name of a folder in embeddings/ (default: labse)"
    )
    options.add_preset(parser)
    ours, beam_options = options.parse(parser, argv)
    config = options.configured(presets.config_of(STAGE, ours.preset), STAGE, ours.overrides)
    for lang in ours.languages[1:]:
        run(
            options.one_input(ours),
            ours.output,
            lang,
            ours.encoder,
            config,
            beam_options,
            ours.workers,
        )
        manifests.say(folder_of(ours.output, ours.encoder, lang))


if __name__ == "__main__":
    options.command("pipelines.mine")
