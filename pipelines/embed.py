"""Sentences to vectors: a map over files, each to one of the same name with its rows in order."""

import contextlib
import dataclasses
import os
import sys

import apache_beam as beam

from mining.config import EmbedConfig, fingerprint
from mining.encoders import cuda_devices, load_encoder
from mining.encoders.base import unsupported
from mining.errors import InputError
from pipelines import reuse
from pipelines.common import datasets, manifests, options, progress
from pipelines.common.parallel import ParallelMap, device_environments
from pipelines.embedding import COUNTS, STAGE, Embed, EmbedShard

_FAILED_SHOWN = 3


def folder_of(output, encoder_name, lang):
    """Where the vectors of a language by an encoder stand."""
    return datasets.join(output, "embeddings", encoder_name, f"lang={lang}")


class Finish:
    """Writes the manifest of each language whose shards are all there; InputError that names those
    which are not, when that is done.

    more: for each language what its manifest says beside key and counts.
    """

    def __init__(self, job, more):
        self._job = job
        self._more = more

    def __call__(self, _, made):
        failed = []
        for lang, more in self._more.items():
            ours = [shard for shard in made if shard["lang"] == lang]
            missing = [shard for shard in ours if shard["failed"]]
            failed += missing
            if not missing:
                counts = {name: sum(shard[name] for shard in ours) for name in COUNTS}
                key = self._job.keys[lang]
                manifests.write(self._job.folders[lang], key, STAGE, **more, **counts)
        if failed:
            failed.sort(key=lambda shard: (shard["lang"], shard["part"]))
            raise InputError(self._message(failed, len(made)))
        return "done"

    def _message(self, failed, total):
        shown = ", ".join(
            f"{datasets.join(self._job.sentences(shard['lang']), shard['part'])} "
            f"({shard['failed']})"
            for shard in failed[:_FAILED_SHOWN]
        )
        more = len(failed) - _FAILED_SHOWN
        return (
            f"{len(failed)} of {total} shards failed, the others are finished: {shown}"
            f"{f' and {more} more' if more > 0 else ''}; run again to do only these"
        )


class EmbedSentences(beam.PTransform):
    """A PCollection of (lang, part) to the datasets embeddings/ of a run.

    more: as in Finish. environments: as in ParallelMap, for as many processes; with none, the work
    is done in place. Its output is one element, when all is written.
    """

    def __init__(self, job, more, environments=()):
        super().__init__()
        self._job = job
        self._more = more
        self._environments = environments

    def expand(self, shards):
        workers = max(1, len(self._environments))
        made = shards | "EmbedShard" >> ParallelMap(
            EmbedShard(self._job), workers, environments=self._environments
        )
        return (
            shards.pipeline
            | "Once" >> beam.Create([None])
            | "Finish" >> beam.Map(Finish(self._job, self._more), beam.pvalue.AsList(made))
        )


def run(source, output, languages, config, workers, beam_options, others=()):
    """Makes embeddings/ENCODER/lang=XX for ``languages``; returns the encoder's name.

    others: outputs of other runs, from which vectors of the same encoder are taken over.
    Raises InputError for an encoder that can't be had, for sentences that are not there, and for
    shards that failed, when all others are finished.
    """
    made = {
        lang: manifests.require(datasets.join(source, "sentences", f"lang={lang}"), "extract")
        for lang in languages
    }
    check(others)
    encoder = load_encoder(config.encoder, workers, config.precision)
    warn_of_languages(encoder, languages)
    manifests.claim_output(output)
    # The encoder counts by what it is, not by what it was called.
    settings = {"fingerprint": encoder.fingerprint, **config.deciding()}
    folders = {lang: folder_of(output, encoder.name, lang) for lang in languages}
    keys = {lang: manifests.key_of(STAGE, settings, made[lang]["key"]) for lang in languages}
    asides = {lang: _aside(output, encoder.name, lang) for lang in languages}
    missing = [lang for lang in languages if not manifests.is_current(folders[lang], keys[lang])]
    if missing:
        origin = fingerprint(settings)
        for lang in missing:
            manifests.begin(folders[lang], keep_parts=True)
            reuse.set_aside(folders[lang], made[lang]["parts"], keys[lang], origin, asides[lang])
        job = Embed(
            source=source,
            config=config,
            threads=workers,
            encoder=config.encoder,
            fingerprint=settings["fingerprint"],
            origin=origin,
            folders={lang: folders[lang] for lang in missing},
            keys={lang: keys[lang] for lang in missing},
            known=_known(missing, output, encoder.name, origin, asides, others),
            reporter=progress.Reporter(),
        )
        more = {
            lang: {
                "config": {**dataclasses.asdict(config), **settings},
                "made_from": made[lang]["key"],
                "encoder": encoder.name,
                "dim": encoder.dim,
                "parts": made[lang]["parts"],
            }
            for lang in missing
        }
        _run(job, more, beam_options)
    for lang in languages:
        datasets.delete_folder(asides[lang])
    for empty in ((STAGE, encoder.name), (STAGE,), ()):
        with contextlib.suppress(OSError):
            os.rmdir(datasets.join(output, ".work", *empty))
    return encoder.name


def check(others):
    """Raises InputError for one of the folders for --reuse where there is nothing to reuse."""
    for folder in others:
        reuse.embeddings_below(folder)


def _run(job, more, beam_options):
    """Runs the pipeline over all shards of the languages in ``more``."""
    shards = [(lang, part) for lang in more for part in more[lang]["parts"]]
    local = options.is_local(beam_options)
    # Elsewhere the runner has the workers, and each its device.
    devices = min(cuda_devices(job.encoder), len(shards)) if local else 1
    environments = ()
    if devices > 1:
        environments = device_environments(devices, os.environ.get("CUDA_VISIBLE_DEVICES"))
    with progress.bar("embed", len(shards), "shards") as reporter:
        if local:
            job = dataclasses.replace(job, reporter=reporter)
        with options.pipeline(beam_options) as pipeline:
            pipeline | "Shards" >> beam.Create(shards) | EmbedSentences(job, more, environments)


def _aside(output, encoder_name, lang):
    """Where vectors that stood in the output before wait to be taken over."""
    return datasets.join(output, ".work", STAGE, encoder_name, f"lang={lang}")


def _known(languages, output, encoder_name, origin, asides, others):
    """By language, the files with vectors that may be taken over."""
    known = {
        lang: reuse.known_files(datasets.files_below(asides[lang]), origin) for lang in languages
    }
    for folder in others:
        if os.path.realpath(folder) == os.path.realpath(output):
            # What stood there waits aside.
            continue
        files = reuse.embeddings_below(folder)
        found = {
            lang: reuse.known_files(
                [
                    path
                    for path in files
                    if f"/{encoder_name}/lang={lang}/" in path and path.endswith(".parquet")
                ],
                origin,
            )
            for lang in languages
        }
        if not any(found.values()):
            print(
                f"warning: --reuse {folder}: no vectors of these languages by this version of "
                f"{encoder_name} with these settings; nothing is taken from there",
                file=sys.stderr,
            )
        known = {lang: known[lang] + found[lang] for lang in languages}
    return known


def warn_of_languages(encoder, languages):
    """Says on stderr which languages the encoder was not trained for."""
    if outside := unsupported(encoder, languages):
        print(
            f"warning: encoder {encoder.name} was not trained for {', '.join(outside)}; expect "
            "vectors that tell little",
            file=sys.stderr,
        )


def add_reuse(parser):
    """The option --reuse, on the parsers that embed."""
    parser.add_argument(
        "--reuse",
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="outputs of other runs: sentences that are there already keep their vectors",
    )


def say(folder):
    """Prints what the finished vectors in ``folder`` are."""
    made = manifests.read(folder)
    padding = made["padding"] / max(made["tokens"] + made["padding"], 1)
    print(
        f"{folder}: {made['rows']:,} rows, {made['encoded']:,} of them encoded ({made['cut']:,} "
        f"cut, {made['tokens']:,} tokens, padding {padding:.1%}), {made['reused']:,} reused"
    )


def main(argv):
    """The command line of this job."""
    parser = options.parser("embed", __doc__, input="the folder with sentences/")
    parser.add_argument(
        "--encoder", default=EmbedConfig.encoder, help="labse (default), muse or a model folder"
    )
    add_reuse(parser)
    ours, beam_options = options.parse(parser, argv)
    config = dataclasses.replace(
        options.configured(EmbedConfig(), STAGE, ours.overrides), encoder=ours.encoder
    )
    source, out = options.one_input(ours), ours.output
    name = run(source, out, ours.languages, config, ours.workers, beam_options, ours.reuse)
    for lang in ours.languages:
        say(folder_of(out, name, lang))


if __name__ == "__main__":
    options.command("pipelines.embed")
