"""WARC files to sentences: a map over files, then one over the shards of each language.

The first leaves the sentences of each file in parts whose row groups are the shards; the second
reads one shard out of all parts and keeps each sentence once. Between them go only paths.
"""

import collections
import contextlib
import dataclasses
import itertools
import os

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from mining import dedup, pages, warc
from mining.config import ExtractConfig, fingerprint
from mining.schema import REJECTED_TEXT, SENTENCES
from pipelines.common import datasets, manifests, options, progress
from pipelines.common.parallel import ParallelMap, worker_count
from pipelines.common.sources import add_options, chosen

STAGE = "extract"
#: key of the rejects that have no language: records, pages, sentences in none
RECORDS = "records"
_BATCH_RECORDS = 512
_BATCH_BYTES = 16 << 20
_PART_BYTES = 64 << 20


@dataclasses.dataclass(frozen=True)
class Extract:
    """What the workers of one run need to know. ``work`` is the folder of unfinished things."""

    output: str
    work: str
    languages: tuple
    config: ExtractConfig
    key: str
    reporter: progress.Reporter

    def sentences(self, lang):
        return datasets.join(self.output, "sentences", f"lang={lang}")

    def rejects(self, lang):
        name = RECORDS if lang == RECORDS else f"lang={lang}"
        return datasets.join(self.output, "rejects", STAGE, name)


class ExtractFile:
    """A Source to a dict: the parts written, by language, and the counts.

    Done again, it finds its own finished work and reads nothing.
    """

    def __init__(self, job):
        self._job = job

    def __call__(self, source):
        job = self._job
        name = fingerprint([source.identity, job.key])
        marker = datasets.join(job.work, f"{name}.json")
        done = datasets.read_json(marker)
        if done is None:
            parts = _Parts(job, name)
            counts = collections.Counter()
            for batch in _batches(source, job.config.max_page_bytes):
                found = pages.extract_sentences(batch, job.languages, job.config)
                parts.add(found.sentences, found.rejects)
                counts.update(found.counts)
                job.reporter.add(
                    pages=found.counts["page", "in"], sentences=found.sentences.num_rows
                )
            done = {
                "path": source.path,
                "sentences": parts.sentences,
                "rejects": parts.rejects,
                "counts": [[*where, count] for where, count in sorted(counts.items())],
            }
            parts.close()
            datasets.write_json(marker, done)
        job.reporter.add(files=1)
        job.reporter.flush()
        return done


def _batches(source, max_page_bytes):
    """Lists of records of a WARC file, bounded in number and bytes."""
    with source.open() as stream:
        batch, size = [], 0
        for record in warc.read_records(stream, source.path, max_page_bytes):
            batch.append(record)
            size += len(record.body)
            if len(batch) >= _BATCH_RECORDS or size >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


class _Parts:
    """Gathers the tables of one WARC file and writes them in parts of bounded size."""

    def __init__(self, job, name):
        self._job = job
        self._name = name
        self._tables, self._rejected, self._size = [], [], 0
        self.sentences, self.rejects = [], []

    def add(self, sentences, rejects):
        self._tables.append(sentences)
        self._rejected.append(rejects)
        self._size += sentences.nbytes + rejects.nbytes
        if self._size >= _PART_BYTES:
            self.close()

    def close(self):
        """Writes what is held; may be called again after more was added."""
        shards = self._job.config.shards
        if any(table.num_rows for table in self._tables):
            table = pa.concat_tables(self._tables)
            homes = pa.array(dedup.shard_of(table["sentence_id"].to_numpy(), shards))
            for lang in self._job.languages:
                ours = pa.compute.equal(table["lang"], lang)
                pieces = [
                    table.filter(pa.compute.and_(ours, pa.compute.equal(homes, shard)))
                    for shard in range(shards)
                ]
                schema = SENTENCES.with_metadata(
                    {"shards": ",".join(str(n) for n, piece in enumerate(pieces) if piece.num_rows)}
                )
                self.sentences.append([lang, self._write(schema, pieces)])
        if any(table.num_rows for table in self._rejected):
            table = pa.concat_tables(self._rejected)
            self.rejects.append(self._write(REJECTED_TEXT, [table]))
        self._tables, self._rejected, self._size = [], [], 0

    def _write(self, schema, tables):
        number = len(self.sentences) + len(self.rejects)
        # By name alone: the output folder may be moved before the run goes on.
        name = f"{self._name}-{number:05d}.parquet"
        path = datasets.join(self._job.work, name)
        datasets.write_tables(path, schema, [table.cast(schema) for table in tables])
        return name


class UniqueShard:
    """(lang, shard) and what the files gave to the shard's final file; returns counts."""

    def __init__(self, job):
        self._job = job

    def __call__(self, shard_of_lang, files):
        lang, shard = shard_of_lang
        tables = [SENTENCES.empty_table()]
        for file in sorted(files, key=lambda file: file["path"]):
            for part_lang, name in file["sentences"]:
                if part_lang == lang:
                    tables.extend(_row_group(datasets.join(self._job.work, name), shard))
        table = dedup.unique_sentences(pa.concat_tables(tables))
        if table.num_rows:
            path = datasets.join(self._job.sentences(lang), datasets.part_name(shard))
            datasets.write_table(path, table)
        occurrences = pa.compute.sum(table["occurrences"]).as_py() or 0
        return lang, shard, table.num_rows, occurrences


def _row_group(path, shard):
    """The table of a shard in a part, in a list; empty where the part has none of it."""
    with datasets.open_file(path) as file:
        parquet = pq.ParquetFile(file)
        shards = parquet.schema_arrow.metadata[b"shards"].decode().split(",")
        if str(shard) not in shards:
            return []
        return [parquet.read_row_group(shards.index(str(shard))).cast(SENTENCES)]


class WriteRejects:
    """A language (or RECORDS) and what the files gave to its rejects; returns rows by reason."""

    def __init__(self, job):
        self._job = job

    def __call__(self, lang, files):
        folder = self._job.rejects(lang)
        files = sorted(files, key=lambda file: file["path"])
        reasons = collections.Counter()
        paths = (datasets.join(self._job.work, name) for file in files for name in file["rejects"])
        rows = (self._rows_of(path, lang, reasons) for path in paths)
        written = (table for table in rows if table.num_rows)
        for number, tables in enumerate(_runs(written, datasets.ROW_GROUP * 16)):
            path = datasets.join(folder, datasets.part_name(number))
            datasets.write_tables(path, REJECTED_TEXT, tables)
        if not reasons:
            # For those who read the folder by a glob.
            path = datasets.join(folder, datasets.part_name(0))
            datasets.write_table(path, REJECTED_TEXT.empty_table())
        return lang, dict(reasons)

    @staticmethod
    def _rows_of(path, lang, reasons):
        table = datasets.read_table(path)
        if lang == RECORDS:
            table = table.filter(pa.compute.is_null(table["lang"]))
        else:
            table = table.filter(pa.compute.equal(table["lang"], lang))
        reasons.update(table["reason"].to_pylist())
        return table.cast(REJECTED_TEXT)


def _runs(tables, rows):
    """Lists of consecutive tables of about ``rows`` rows."""
    run, size = [], 0
    for table in tables:
        run.append(table)
        size += table.num_rows
        if size >= rows:
            yield run
            run, size = [], 0
    if run:
        yield run


class Finish:
    """Writes the manifests, when all else is there."""

    def __init__(self, job, sources):
        self._job = job
        self._sources = sources

    def __call__(self, _, files, shards, rejects):
        job = self._job
        counts = collections.Counter()
        for file in files:
            for level, what, count in file["counts"]:
                counts[level, what] += count
        rejects = dict(rejects)
        config = dataclasses.asdict(job.config)
        for lang in job.languages:
            ours = sorted(shard for shard in shards if shard[0] == lang)
            manifests.write(
                job.rejects(lang), job.key, STAGE, config, rows=sum(rejects[lang].values())
            )
            manifests.write(
                job.sentences(lang),
                job.key,
                STAGE,
                config,
                inputs=[source.path for source in self._sources],
                parts=[datasets.part_name(shard) for _, shard, rows, _ in ours if rows],
                rows=sum(rows for _, _, rows, _ in ours),
                occurrences=sum(total for _, _, _, total in ours),
                funnel=_funnel(counts),
            )
        manifests.write(
            job.rejects(RECORDS), job.key, STAGE, config, rows=sum(rejects[RECORDS].values())
        )
        return "done"


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
        job = self._job
        cells = list(itertools.product(job.languages, range(job.config.shards)))
        files = beam.pvalue.AsList(
            sources | "ExtractFile" >> ParallelMap(ExtractFile(job), self._workers)
        )
        pipeline = sources.pipeline
        unique = (
            pipeline
            | "Shards" >> beam.Create(cells)
            | "UniqueShard" >> ParallelMap(UniqueShard(job), 1, files)
        )
        rejects = (
            pipeline
            | "RejectKinds" >> beam.Create([*job.languages, RECORDS])
            | "WriteRejects" >> ParallelMap(WriteRejects(job), 1, files)
        )
        return (
            pipeline
            | "Once" >> beam.Create([None])
            | "Finish"
            >> beam.Map(
                Finish(job, self._sources),
                files,
                beam.pvalue.AsList(unique),
                beam.pvalue.AsList(rejects),
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
        return
    local = options.is_local(beam_options)
    with progress.bar("extract", len(sources), "files") as reporter:
        job = dataclasses.replace(
            job,
            languages=tuple(missing),
            reporter=reporter if local else progress.Reporter(),
            work=datasets.join(job.work, fingerprint([key, missing])),
        )
        for lang in missing:
            manifests.begin(job.sentences(lang))
            manifests.begin(job.rejects(lang))
        manifests.begin(job.rejects(RECORDS))
        used = worker_count(workers, [source.size for source in sources]) if local else 1
        with options.pipeline(beam_options) as pipeline:
            (
                pipeline
                | "Sources" >> beam.Create(sources, reshuffle=not local)
                | ExtractSentences(job, sources, used)
            )
    datasets.delete_folder(job.work)
    for emptied in (datasets.join(output, ".work", STAGE), datasets.join(output, ".work")):
        with contextlib.suppress(OSError):
            os.rmdir(emptied)


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
