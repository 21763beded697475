"""Sentences to vectors: a map over files, each to one of the same name with its rows in order."""

import dataclasses

import apache_beam as beam
import numpy as np
import pyarrow as pa

from mining.config import EmbedConfig
from mining.encoders import load_encoder
from mining.schema import embeddings
from pipelines.common import datasets, manifests, options, progress

STAGE = "embed"
_BATCH = 8192


def folder_of(output, encoder_name, lang):
    """Where the vectors of a language by an encoder stand."""
    return datasets.join(output, "embeddings", encoder_name, f"lang={lang}")


class EmbedShard:
    """(path of a sentences file, path to write) to the path written.

    A file that is there with the same key is left as it is: the job goes on where it was stopped.
    """

    def __init__(self, encoder, threads, key, reporter):
        self._encoder = encoder
        self._threads = threads
        self._key = key
        self._reporter = reporter

    def __call__(self, paths):
        source, target = paths
        if not self._is_done(target):
            sentences = datasets.read_table(source, ["sentence_id", "text"])
            datasets.write_table(target, self._embedded(sentences))
        self._reporter.add(shards=1)
        self._reporter.flush()
        return target

    def _is_done(self, target):
        return datasets.exists(target) and datasets.read_metadata(target).get("key") == self._key

    def _embedded(self, sentences):
        encoder = load_encoder(self._encoder, self._threads)
        schema = embeddings(encoder.dim, encoder.name, encoder.fingerprint)
        schema = schema.with_metadata({**schema.metadata, "key": self._key})
        vectors = np.empty((sentences.num_rows, encoder.dim), np.float16)
        texts = sentences["text"].to_pylist()
        for at in range(0, len(texts), _BATCH):
            vectors[at : at + _BATCH] = encoder.encode(texts[at : at + _BATCH])
            self._reporter.add(sentences=len(texts[at : at + _BATCH]))
        column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), encoder.dim)
        return pa.table([sentences["sentence_id"], column], schema=schema)


class EmbedSentences(beam.PTransform):
    """A PCollection of (sentences file, embeddings file) to the latter, written."""

    def __init__(self, shard):
        super().__init__()
        self._shard = shard

    def expand(self, paths):
        return paths | "EmbedShard" >> beam.Map(self._shard)


def run(source, output, languages, config, workers, beam_options):
    """Makes embeddings/ENCODER/lang=XX for ``languages``; returns the encoder's name.

    Raises InputError for an encoder that can't be had and for sentences that are not there.
    """
    made = {
        lang: manifests.require(datasets.join(source, "sentences", f"lang={lang}"), "extract")
        for lang in languages
    }
    encoder = load_encoder(config.encoder, workers)
    manifests.claim_output(output)
    # The encoder counts by what it is, not by what it was called.
    settings = {"version": config.version, "fingerprint": encoder.fingerprint}
    for lang in languages:
        key = manifests.key_of(STAGE, settings, made[lang]["key"])
        folder = folder_of(output, encoder.name, lang)
        if manifests.is_current(folder, key):
            continue
        manifests.begin(folder, keep_parts=True)
        _remove_strangers(folder, made[lang]["parts"])
        paths = [
            (
                datasets.join(source, "sentences", f"lang={lang}", part),
                datasets.join(folder, part),
            )
            for part in made[lang]["parts"]
        ]
        local = options.is_local(beam_options)
        with progress.bar(f"embed {lang}", len(paths), "shards") as reporter:
            reporter = reporter if local else progress.Reporter()
            shard = EmbedShard(config.encoder, workers, key, reporter)
            with options.pipeline(beam_options) as pipeline:
                pipeline | "Shards" >> beam.Create(paths) | EmbedSentences(shard)
        manifests.write(
            folder,
            key,
            STAGE,
            {**dataclasses.asdict(config), **settings},
            made_from=made[lang]["key"],
            encoder=encoder.name,
            dim=encoder.dim,
            parts=made[lang]["parts"],
            rows=made[lang]["rows"],
        )
    return encoder.name


def _remove_strangers(folder, parts):
    for path in datasets.files_below(folder):
        if path.rpartition("/")[2] not in parts:
            datasets.delete(path)


def main(argv):
    """The command line of this job."""
    parser = options.parser("embed", __doc__, input="the folder with sentences/")
    parser.add_argument(
        "--encoder", default=EmbedConfig.encoder, help="labse (default), muse or a model folder"
    )
    ours, beam_options = options.parse(parser, argv)
    config = dataclasses.replace(
        options.configured(EmbedConfig(), STAGE, ours.overrides), encoder=ours.encoder
    )
    name = run(
        options.one_input(ours), ours.output, ours.languages, config, ours.workers, beam_options
    )
    for lang in ours.languages:
        manifests.say(folder_of(ours.output, name, lang))


if __name__ == "__main__":
    options.command("pipelines.embed")
