"""Vectors to nearest neighbours: a map over the query shards of both directions.

Each work item reads one shard of queries and goes through the index shards of the other language
one at a time, so memory is that of two shards and the neighbours are those of the whole language.
"""

import dataclasses

import apache_beam as beam
import numpy as np
import pyarrow as pa

from mining import knn
from mining.config import MineConfig
from mining.errors import InputError
from mining.schema import CANDIDATES
from pipelines import embed
from pipelines.common import datasets, manifests, options, progress

STAGE = "mine"
DIRECTIONS = ("forward", "backward")


def folder_of(output, encoder_name, lang):
    """Where the candidates of English and ``lang`` by an encoder stand."""
    return datasets.join(output, "candidates", encoder_name, f"en-{lang}")


class MineShard:
    """(query file, index files, path to write) to the number of queries."""

    def __init__(self, k, reporter):
        self._k = k
        self._reporter = reporter

    def __call__(self, paths):
        queries, index, target = paths
        query_ids, vectors = _vectors(queries)
        blocks = (_vectors(path) for path in index)
        found = knn.search(query_ids, vectors, blocks, self._k)
        datasets.write_table(target, _table(found))
        self._reporter.add(shards=1, queries=len(query_ids))
        self._reporter.flush()
        return len(query_ids)


def _vectors(path):
    """ids int64 [n] and vectors float16 [n, dim] of an embeddings file."""
    table = datasets.read_table(path)
    column = table["vector"].combine_chunks()
    vectors = column.flatten().to_numpy(zero_copy_only=False)
    return table["sentence_id"].to_numpy(), vectors.reshape(len(column), column.type.list_size)


def _table(found):
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
    table = pa.concat_tables(table.cast(CANDIDATES) for table in tables).combine_chunks()
    n = table.num_rows
    ids, cosines = (
        pa.compute.list_flatten(table[name]).combine_chunks().to_numpy().reshape(n, -1)
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


class FindNeighbours(beam.PTransform):
    """A PCollection of (query file, index files, candidates file) to the queries of each."""

    def __init__(self, shard):
        super().__init__()
        self._shard = shard

    def expand(self, paths):
        return paths | "MineShard" >> beam.Map(self._shard)


def run(source, output, lang, encoder_name, config, beam_options):
    """Makes candidates/ENCODER/en-XX for one language.

    Raises InputError where the vectors are missing or of two encoders.
    """
    folders = {side: embed.folder_of(source, encoder_name, side) for side in ("en", lang)}
    made = {side: _embedded(source, side, folder) for side, folder in folders.items()}
    prints = {side: manifest["config"]["fingerprint"] for side, manifest in made.items()}
    if len(set(prints.values())) > 1:
        raise InputError(
            f"{folders['en']} and {folders[lang]} are by different versions of {encoder_name}; "
            "run pipelines.embed again for both"
        )
    key = manifests.key_of(
        STAGE, dataclasses.asdict(config), [made["en"]["key"], made[lang]["key"]]
    )
    manifests.claim_output(output)
    folder = folder_of(output, encoder_name, lang)
    if manifests.is_current(folder, key):
        return
    manifests.begin(folder)
    paths = []
    for direction, queries, index in zip(DIRECTIONS, ("en", lang), (lang, "en"), strict=True):
        index_paths = [datasets.join(folders[index], part) for part in made[index]["parts"]]
        paths += [
            (
                datasets.join(folders[queries], part),
                index_paths,
                datasets.join(folder, direction, part),
            )
            for part in made[queries]["parts"]
        ]
    local = options.is_local(beam_options)
    with progress.bar(f"mine {lang}", len(paths), "shards") as reporter:
        shard = MineShard(config.k, reporter if local else progress.Reporter())
        with options.pipeline(beam_options) as pipeline:
            pipeline | "Shards" >> beam.Create(paths) | FindNeighbours(shard)
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
    )


def main(argv):
    """The command line of this job."""
    parser = options.parser("mine", __doc__, input="the folder with embeddings/")
    parser.add_argument(
        "--encoder", default="labse", help="name of a folder in embeddings/ (default: labse)"
    )
    ours, beam_options = options.parse(parser, argv)
    config = options.configured(MineConfig(), STAGE, ours.overrides)
    for lang in ours.languages[1:]:
        run(options.one_input(ours), ours.output, lang, ours.encoder, config, beam_options)
        manifests.say(folder_of(ours.output, ours.encoder, lang))


if __name__ == "__main__":
    options.command("pipelines.mine")
