"""Nearest neighbours to the parallel corpus: match once, then a map over runs of ranked pairs.

Matching needs all scores of a language pair together: ids and numbers, about 60 bytes a pair, no
text. Pages that correspond are aligned with it, which reads the vectors of the sentences that may
be joined, about a tenth of all. The pairs go on in batches by rank; each batch fetches its
sentences and becomes one file.
"""

import dataclasses
import functools

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mining import corpus, documents, linking, presets, support
from mining.config import CorpusConfig
from mining.errors import InputError
from mining.margin import MARGINS, RETRIEVALS
from mining.schema import CORPUS, REJECTED_PAIRS, SENTENCES
from pipelines import embed, mine, plant
from pipelines.common import coders, datasets, manifests, options, progress

STAGE = "corpus"


def folder_of(output, lang):
    """Where the corpus of English and ``lang`` stands."""
    return datasets.join(output, "corpus", f"en-{lang}")


def rejects_of(output, lang):
    """Where the pairs stand that did not get into the corpus."""
    return datasets.join(output, "rejects", STAGE, f"en-{lang}")


class MatchPairs:
    """(forward files, backward files) to the ranked pairs: (number, batch of schema LINKS)."""

    def __init__(self, sentences, embeddings, config):
        self._sentences = sentences
        self._embeddings = embeddings
        self._config = config

    def __call__(self, paths):
        forward, backward = (mine.read_neighbours(side) for side in paths)
        sides = zip((forward, backward), self._sentences, strict=True)
        places = [_places_of(side.query_ids, folder) for side, folder in sides]
        pages = (place.pages for place in places)
        pairs = support.supported_pairs(forward, backward, *pages, self._config)
        vectors = [functools.partial(_vectors_of, folder) for folder in self._embeddings]
        pairs = linking.linked_pairs(pairs, (forward, backward), places, vectors, self._config)
        size = self._config.rows_per_file
        for number, at in enumerate(range(0, max(pairs.num_rows, 1), size)):
            yield number, pairs.slice(at, size)


def _places_of(ids, folder):
    """mining.documents.Places of the sentences of a language."""
    known, pages, orders = ([np.empty(0, np.int64)] for _ in range(3))
    lengths = [np.empty(0, np.int32)]
    for part in manifests.read(folder)["parts"]:
        table = datasets.read_table(
            datasets.join(folder, part), ["sentence_id", "text", "url", "block", "position"]
        )
        known.append(table["sentence_id"].to_numpy())
        pages.append(support.page_keys(table["url"].to_pylist()))
        orders.append(documents.orders(table["block"].to_numpy(), table["position"].to_numpy()))
        lengths.append(pc.utf8_length(table["text"]).to_numpy())
    # Shards are ranges of ids, their names in the same order, so all ids together are sorted.
    rows = np.searchsorted(np.concatenate(known), ids)
    return documents.Places(ids, *(np.concatenate(part)[rows] for part in (pages, orders, lengths)))


def _vectors_of(folder, ids):
    """float16 [n, dim]: the vectors of rising ids; shards are ranges of ids, in order."""
    found = []
    for part in manifests.read(folder)["parts"]:
        with datasets.open_file(datasets.join(folder, part)) as file:
            for batch in pq.ParquetFile(file).iter_batches(datasets.ROW_GROUP):
                hit = np.flatnonzero(np.isin(batch["sentence_id"].to_numpy(), ids))
                vectors = batch["vector"].take(pa.array(hit))
                values = vectors.flatten().to_numpy(zero_copy_only=False)
                found.append(values.reshape(len(hit), vectors.type.list_size))
    return np.concatenate(found)


class WritePairs:
    """(number, batch of pairs) to a file of the corpus and one of rejects; returns both counts."""

    def __init__(self, sentences, shards, folder, rejects, config, reporter):
        self._sentences = sentences
        self._shards = shards
        self._folder = folder
        self._rejects = rejects
        self._config = config
        self._reporter = reporter

    def __call__(self, batch):
        number, pairs = batch
        sides = [
            corpus.joined(
                corpus.take_sentences(
                    pc.list_flatten(pairs[column]).to_numpy(),
                    self._shards,
                    lambda shard, folder=folder: datasets.read_table(
                        datasets.join(folder, datasets.part_name(shard))
                    ).cast(SENTENCES),
                ),
                pc.list_value_length(pairs[column]).to_numpy(),
            )
            for column, folder in zip(("src_ids", "tgt_ids"), self._sentences, strict=True)
        ]
        kept, rejected = corpus.assemble(pairs, *sides, self._config)
        name = datasets.part_name(number)
        datasets.write_table(datasets.join(self._folder, name), kept.cast(CORPUS))
        datasets.write_table(datasets.join(self._rejects, name), rejected.cast(REJECTED_PAIRS))
        self._reporter.add(pairs=pairs.num_rows)
        self._reporter.flush()
        reasons = rejected["reason"].value_counts().to_pylist()
        return number, kept.num_rows, {item["values"]: item["counts"] for item in reasons}


class Finish:
    """Writes both manifests, when all else is there."""

    def __init__(self, folder, rejects, key, config, more):
        self._folder = folder
        self._rejects = rejects
        self._key = key
        self._config = config
        self._more = more

    def __call__(self, _, written):
        reasons = {}
        for _, _, by_reason in written:
            for reason, count in by_reason.items():
                reasons[reason] = reasons.get(reason, 0) + count
        parts = [datasets.part_name(number) for number, _, _ in sorted(written, key=lambda w: w[0])]
        rejected = dict(sorted(reasons.items()))
        manifests.write(
            self._rejects,
            self._key,
            STAGE,
            self._config,
            parts=parts,
            rows=sum(rejected.values()),
        )
        manifests.write(
            self._folder,
            self._key,
            STAGE,
            self._config,
            parts=parts,
            rows=sum(rows for _, rows, _ in written),
            rejected=rejected,
            **self._more,
        )
        return "done"


class BuildCorpus(beam.PTransform):
    """A PCollection of one (forward files, backward files) to corpus/ and rejects/corpus/."""

    def __init__(self, match, write, finish):
        super().__init__()
        self._match = match
        self._write = write
        self._finish = finish

    def expand(self, candidates):
        written = (
            candidates
            | "MatchPairs" >> beam.FlatMap(self._match).with_output_types(tuple[int, pa.Table])
            # Each batch on its own way: without this they stay with the worker that matched.
            | "Spread" >> beam.Reshuffle()
            | "WritePairs" >> beam.Map(self._write)
        )
        return (
            candidates.pipeline
            | "Once" >> beam.Create([None])
            | "Finish" >> beam.Map(self._finish, beam.pvalue.AsList(written))
        )


def check(config):
    """Raises InputError for a margin or retrieval that there is not, or thresholds of another."""
    if config.margin not in MARGINS or config.retrieval not in RETRIEVALS:
        raise InputError(
            f"margin {config.margin!r}, retrieval {config.retrieval!r}: the margins are "
            f"{', '.join(MARGINS)}; the retrievals {', '.join(RETRIEVALS)}"
        )
    if config.margin != "ratio" and config.min_margin == CorpusConfig.min_margin:
        raise InputError(
            f"margin {config.margin!r}: the default thresholds are for ratios; set min_margin, "
            "min_margin_alone, page_bonus and align_bonus too"
        )


def run(source, output, lang, encoder_name, config, beam_options):
    """Makes corpus/en-XX and rejects/corpus/en-XX for one language.

    Raises InputError where sentences or candidates are missing or don't belong together.
    """
    check(config)
    folders = [datasets.join(source, "sentences", f"lang={side}") for side in ("en", lang)]
    sentences = [manifests.require(folder, "extract") for folder in folders]
    candidates = mine.folder_of(source, encoder_name, lang)
    found = manifests.require(candidates, "mine")
    if found["sentences"] != [made["key"] for made in sentences]:
        raise InputError(
            f"{candidates}: made from sentences that have changed since; run pipelines.embed and "
            "pipelines.mine again"
        )
    vectors = [embed.folder_of(source, encoder_name, side) for side in ("en", lang)]
    if config.skip_cost:
        for vector_folder, made_from in zip(vectors, found["made_from"], strict=True):
            if (manifests.read(vector_folder) or {}).get("key") != made_from:
                raise InputError(
                    f"{vector_folder}: not the vectors that {candidates} was made from; run "
                    "pipelines.embed and pipelines.mine again, or --set corpus.skip_cost=0"
                )
    key = manifests.key_of(
        STAGE, dataclasses.asdict(config), [found["key"], *(made["key"] for made in sentences)]
    )
    manifests.claim_output(output)
    folder, rejects = folder_of(output, lang), rejects_of(output, lang)
    if manifests.is_current(folder, key):
        return
    manifests.begin(folder)
    manifests.begin(rejects)
    coders.register()
    paths = tuple(
        [datasets.join(candidates, direction, part) for part in found[direction]]
        for direction in mine.DIRECTIONS
    )
    local = options.is_local(beam_options)
    with progress.bar(f"corpus {lang}", None, "pairs") as reporter:
        write = WritePairs(
            folders,
            sentences[0]["config"]["shards"],
            folder,
            rejects,
            config,
            reporter if local else progress.Reporter(),
        )
        more = {"encoder": encoder_name, "sentences": found["rows"]}
        finish = Finish(folder, rejects, key, dataclasses.asdict(config), more)
        with options.pipeline(beam_options) as pipeline:
            (
                pipeline
                | "Candidates" >> beam.Create([paths])
                | BuildCorpus(MatchPairs(folders, vectors, config), write, finish)
            )


def _check_neighbours(source, encoder_name, lang, k, preset):
    """InputError for candidates with other than ``k`` neighbours, which a preset stands for too."""
    folder = mine.folder_of(source, encoder_name, lang)
    found = manifests.require(folder, mine.STAGE)["config"]["k"]
    if found != k:
        raise InputError(
            f"{folder}: {found} neighbours of each sentence, not {k} as --preset {preset} has; run "
            f"pipelines.mine with --preset {preset} first"
        )


def main(argv):
    """The command line of this job."""
    parser = options.parser("corpus", __doc__, input="the folder with sentences/ and candidates/")
    parser.add_argument(
        "--encoder", default="labse", help="name of a folder in candidates/ (default: labse)"
    )
    options.add_preset(parser)
    plant.add_target(parser)
    ours, beam_options = options.parse(parser, argv)
    plant.check(ours)
    config = options.configured(presets.config_of(STAGE, ours.preset), STAGE, ours.overrides)
    if ours.preset:
        mined = options.configured(
            presets.config_of(mine.STAGE, ours.preset), mine.STAGE, ours.overrides
        )
        for lang in ours.languages[1:]:
            _check_neighbours(options.one_input(ours), ours.encoder, lang, mined.k, ours.preset)
    for lang in ours.languages[1:]:
        source, settings = options.one_input(ours), config
        if ours.target_precision is not None:
            told = plant.made_before(source, lang, ours.encoder, config)
            settings = plant.threshold(told, lang, ours.target_precision, config)
        run(source, ours.output, lang, ours.encoder, settings, beam_options)
        manifests.say(folder_of(ours.output, lang))


if __name__ == "__main__":
    options.command("pipelines.corpus")
