"""WARC files to sentences: a map over files, merges, and one over the shards of each language.

The first leaves the sentences of each file in sorted runs; merges make few of many; the last reads
one shard out of all runs and keeps each sentence once. Between them go only names and counts.
"""

import collections
import contextlib
import dataclasses
import itertools
import os

import apache_beam as beam

from mining.config import ExtractConfig, fingerprint
from mining.schema import REJECTED_TEXT
from pipelines.common import datasets, manifests, options, progress, runs
from pipelines.common.parallel import ParallelMap, worker_count
from pipelines.common.sources import add_options, chosen
from pipelines.extraction import (
    RECORDS,
    STAGE,
    Extract,
    ExtractFile,
    FindDuplicates,
    MergeRuns,
    UniqueShard,
)


class Finish:
    """Writes the manifests, when all else is there."""

    def __init__(self, job, sources):
        self._job = job
        self._sources = sources

    def __call__(self, _, files, shards):
        job = self._job
        counts, rejected = collections.Counter(), collections.Counter()
        for file in files:
            rejected.update(file["rejects"])
            for level, what, count in file["counts"]:
                counts[level, what] += count
        config = dataclasses.asdict(job.config)
        for lang in job.languages:
            ours = sorted(
                (made for made in shards if made["lang"] == lang), key=lambda made: made["shard"]
            )
            self._finish_rejects(lang, rejected[lang], config)
            totals = {
                name: sum(made[name] for made in ours)
                for name in ("rows", "occurrences", "furniture", "duplicate_page")
            }
            manifests.write(
                job.sentences(lang),
                job.key,
                STAGE,
                config,
                inputs=[source.path for source in self._sources],
                parts=[datasets.part_name(made["shard"]) for made in ours if made["rows"]],
                funnel=_funnel(counts),
                **totals,
            )
        self._finish_rejects(RECORDS, rejected[RECORDS], config)
        return "done"

    def _finish_rejects(self, lang, rows, config):
        folder = self._job.rejects(lang)
        if not rows:
            # For those who read the folder by a glob.
            path = datasets.join(folder, datasets.part_name(0))
            datasets.write_table(path, REJECTED_TEXT.empty_table())
        manifests.write(folder, self._job.key, STAGE, config, rows=rows)


def _funnel(counts):
    """The counts of the way from records to sentences, as {level: {what: count}}."""
    levels = {}
    for (level, what), count in sorted(counts.items()):
        if count:
            levels.setdefault(level, {})[what] = count
    return levels


class ExtractSentences(beam.PTransform):
    """A PCollection of Source to the datasets sentences/ and rejects/extract/ of a run.

    Its output is one element, when all is written.
    """

    def __init__(self, job, sources, workers):
        super().__init__()
        self._job = job
        self._sources = sources
        self._workers = workers

    def expand(self, sources):
        job, pipeline = self._job, sources.pipeline
        files = sources | "ExtractFile" >> ParallelMap(ExtractFile(job), self._workers)
        outputs, count, level = files, len(self._sources), 0
        while count > runs.FAN_IN:
            count, level = -(-count // runs.FAN_IN), level + 1
            outputs = (
                pipeline
                | f"Groups{level}" >> beam.Create(range(count))
                | f"MergeRuns{level}"
                >> ParallelMap(MergeRuns(job, level), self._workers, beam.pvalue.AsList(outputs))
            )
        outputs = beam.pvalue.AsList(outputs)
        cells = list(itertools.product(job.languages, range(job.config.shards)))
        duplicates = (
            pipeline
            | "ShardsOfBands" >> beam.Create(cells)
            | "FindDuplicates" >> ParallelMap(FindDuplicates(job), 1, outputs)
        )
        shards = (
            pipeline
            | "Shards" >> beam.Create(cells)
            | "UniqueShard"
            >> ParallelMap(UniqueShard(job), self._workers, outputs, beam.pvalue.AsList(duplicates))
        )
        return (
            pipeline
            | "Once" >> beam.Create([None])
            | "Finish"
            >> beam.Map(
                Finish(job, self._sources), beam.pvalue.AsList(files), beam.pvalue.AsList(shards)
            )
        )


def run(sources, output, languages, config, workers, beam_options):
    """Makes sentences/ for ``languages`` out of ``sources``, as far as it is not there."""
    key = manifests.key_of(
        STAGE, dataclasses.asdict(config), [source.identity for source in sources]
    )
    manifests.claim_output(output)
    # The counts of records and pages are the same for every language, so languages can be made
    # one after another.
    job = Extract(
        output, datasets.join(output, ".work", STAGE), tuple(languages), config, key, None
    )
    missing = [lang for lang in languages if not manifests.is_current(job.sentences(lang), key)]
    if not manifests.is_current(job.rejects(RECORDS), key):
        missing = list(languages)
    if not missing:
        _clear(output)
        return
    local = options.is_local(beam_options)
    with progress.bar("extract", len(sources), "files") as reporter:
        job = dataclasses.replace(
            job,
            languages=tuple(missing),
            reporter=reporter if local else progress.Reporter(),
            work=datasets.join(job.work, fingerprint([key, missing])),
        )
        started = datasets.join(job.work, "started.json")
        for folder in (*map(job.sentences, missing), *map(job.rejects, (*missing, RECORDS))):
            # What an earlier run of the same job finished is gone on from.
            manifests.begin(folder, keep_parts=datasets.exists(started))
            datasets.delete_unfinished(folder)
        datasets.write_json(started, {"key": key, "languages": missing})
        used = worker_count(workers, [source.size for source in sources]) if local else 1
        with options.pipeline(beam_options) as pipeline:
            (
                pipeline
                | "Sources" >> beam.Create(list(enumerate(sources)), reshuffle=not local)
                | ExtractSentences(job, sources, used)
            )
    _clear(output)


def _clear(output):
    """Removes what only unfinished extractions need."""
    datasets.delete_folder(datasets.join(output, ".work", STAGE))
    with contextlib.suppress(OSError):
        os.rmdir(datasets.join(output, ".work"))


def main(argv):
    """The command line of this job."""
    parser = options.parser("extract", __doc__)
    add_options(parser)
    ours, beam_options = options.parse(parser, argv)
    config = options.configured(ExtractConfig(), STAGE, ours.overrides)
    run(chosen(ours), ours.output, ours.languages, config, ours.workers, beam_options)
    for lang in ours.languages:
        manifests.say(datasets.join(ours.output, "sentences", f"lang={lang}"))


if __name__ == "__main__":
    options.command("pipelines.extract")
