"""What the workers of the extract job do: each class is one step, called with a path or a number.

A WARC file becomes sorted runs (pipelines.common.runs) and its share of the rejects; runs are
merged until there are few; then each shard of a language is merged into its final file. Every step
leaves a marker with what it made, so that done again it reads nothing.
"""

import collections
import contextlib
import dataclasses
import functools

import numpy as np
import pyarrow as pa

from mining import dedup, neardup, pages, warc
from mining.config import ExtractConfig, fingerprint
from mining.schema import BANDS, OCCURRENCES, REJECTED_TEXT, SENTENCES
from pipelines.common import datasets, progress, runs

STAGE = "extract"
#: key of the rejects that have no language: records, pages, sentences in none
RECORDS = "records"
_BATCH_RECORDS = 512
_BATCH_BYTES = 16 << 20
_HELD_BYTES = 64 << 20
# What is left in runs: kind, schema, the column that sorts it, what sorts and makes rows fewer.
_RUNS = (
    ("sentences", OCCURRENCES, "sentence_id", dedup.combine),
    ("bands", BANDS, "key", lambda table: table.sort_by("key")),
)


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

    def once(self, name, make):
        """The dict that ``make()`` gives, which is called only if it never was before."""
        marker = datasets.join(self.work, f"{name}.json")
        done = datasets.read_json(marker)
        if done is None:
            done = make()
            datasets.write_json(marker, done)
        return done


class ExtractFile:
    """(number, Source) to a dict: the runs written, by kind and language, rejected rows, counts."""

    def __init__(self, job):
        self._job = job

    def __call__(self, numbered):
        number, source = numbered
        job = self._job
        name = fingerprint([source.identity, job.key])
        done = job.once(name, functools.partial(self._extract, number, source, name))
        job.reporter.add(files=1)
        job.reporter.flush()
        return {"path": source.path, **done}

    def _extract(self, number, source, name):
        job = self._job
        counts = collections.Counter()
        held = Held(job, name)
        with _Rejects(job, number) as rejects:
            for batch in _batches(source, job.config.max_page_bytes):
                found = pages.extract_sentences(batch, job.languages, job.config)
                held.add(sentences=found.sentences, bands=found.bands)
                rejects.add(found.rejects)
                counts.update(found.counts)
                job.reporter.add(
                    pages=found.counts["page", "in"], sentences=found.sentences.num_rows
                )
        return {
            **held.close(),
            "rejects": rejects.rows,
            "counts": [[*where, count] for where, count in sorted(counts.items())],
        }


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


class Held:
    """Gathers the tables of one WARC file, writes runs of bounded size, and merges those."""

    def __init__(self, job, name):
        self._job = job
        self._name = name
        self._tables = {kind: [] for kind, *_ in _RUNS}
        self._size = 0
        self._written = collections.defaultdict(list)

    def add(self, **tables):
        for kind, table in tables.items():
            self._tables[kind].append(table)
            self._size += table.nbytes
        if self._size >= _HELD_BYTES:
            self._write()

    def _write(self):
        for kind, schema, key, reduce in _RUNS:
            if not self._tables[kind]:
                continue
            table = pa.concat_tables(self._tables[kind])
            for lang in self._job.languages:
                ours = reduce(table.filter(pa.compute.equal(table["lang"], lang)))
                if ours.num_rows:
                    names = self._written[kind, lang]
                    names.append(f"{self._name}-{kind}-{lang}-{len(names)}.parquet")
                    _write_run(self._job, names[-1], schema, key, [ours])
            self._tables[kind] = []
        self._size = 0

    def close(self):
        """Writes what is held; returns the runs as {kind: {lang: name}}."""
        self._write()
        made = {kind: {} for kind, *_ in _RUNS}
        for (kind, lang), names in self._written.items():
            name = names[0]
            if len(names) > 1:
                name = f"{self._name}-{kind}-{lang}.parquet"
                _merge_runs(self._job, kind, names, name)
            made[kind][lang] = name
        return made


def _write_run(job, name, schema, key, tables):
    # By name alone: the output folder may be moved before the run goes on.
    runs.write(datasets.join(job.work, name), schema, key, job.config.shards, tables)


def _merge_runs(job, kind, names, name):
    """Runs of one kind to one, of any number, a few at a time; what was merged is deleted."""
    _, schema, key, reduce = next(row for row in _RUNS if row[0] == kind)
    level = 0
    while len(names) > 1:
        merged = []
        for at in range(0, len(names), runs.FAN_IN):
            paths = [datasets.join(job.work, part) for part in names[at : at + runs.FAN_IN]]
            last = len(names) <= runs.FAN_IN
            merged.append(name if last else f"{level}-{at}-{name}")
            _write_run(job, merged[-1], schema, key, map(reduce, runs.merge(paths, key)))
            for path in paths:
                datasets.delete(path)
        names, level = merged, level + 1


class _Rejects:
    """Writes the rejects of one WARC file, a file for each language and one for RECORDS."""

    def __init__(self, job, number):
        self._job = job
        self._number = number
        self._writers = {}
        self.rows = {}

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def add(self, table):
        for lang in (RECORDS, *self._job.languages):
            if lang == RECORDS:
                ours = table.filter(pa.compute.is_null(table["lang"]))
            else:
                ours = table.filter(pa.compute.equal(table["lang"], lang))
            if not ours.num_rows:
                continue
            if lang not in self._writers:
                path = datasets.join(self._job.rejects(lang), datasets.part_name(self._number))
                self._writers[lang] = self._stack.enter_context(
                    datasets.writer(path, REJECTED_TEXT)
                )
            self._writers[lang].write_table(ours, row_group_size=datasets.ROW_GROUP)
            self.rows[lang] = self.rows.get(lang, 0) + ours.num_rows


class MergeRuns:
    """The number of a group of outputs (dicts of runs) to one dict, its runs merged."""

    def __init__(self, job, level):
        self._job = job
        self._level = level

    def __call__(self, number, outputs):
        group = sorted(outputs, key=lambda output: output["path"])
        group = group[number * runs.FAN_IN : (number + 1) * runs.FAN_IN]
        name = f"merged-{self._level}-{number}"
        done = self._job.once(name, functools.partial(self._merge, group, name))
        return {"path": group[0]["path"], **done}

    def _merge(self, group, name):
        made = {kind: {} for kind, *_ in _RUNS}
        for kind, schema, key, reduce in _RUNS:
            for lang in self._job.languages:
                paths = _paths(self._job, group, kind, lang)
                if paths:
                    made[kind][lang] = f"{name}-{kind}-{lang}.parquet"
                    tables = map(reduce, runs.merge(paths, key))
                    _write_run(self._job, made[kind][lang], schema, key, tables)
        return made


def _paths(job, outputs, kind, lang):
    """The paths of the outputs' runs of one kind and language."""
    outputs = sorted(outputs, key=lambda output: output["path"])
    names = (output[kind].get(lang) for output in outputs)
    return [datasets.join(job.work, name) for name in names if name]


class FindDuplicates:
    """(lang, shard) of the bands to the name of a file with the pages that repeat another."""

    def __init__(self, job):
        self._job = job

    def __call__(self, cell, outputs):
        lang, shard = cell
        name = f"duplicates-{lang}-{shard}"
        return lang, self._job.once(name, functools.partial(self._find, cell, outputs, name))

    def _find(self, cell, outputs, name):
        lang, shard = cell
        merged = runs.merge(_paths(self._job, outputs, "bands", lang), "key", shard)
        found = [neardup.duplicates(table) for table in merged]
        pages = np.unique(np.concatenate(found)) if found else np.array([], dtype=np.int64)
        if not len(pages):
            return {}
        name = f"{name}.parquet"
        datasets.write_table(datasets.join(self._job.work, name), pa.table({"page": pages}))
        return {"pages": name}


class UniqueShard:
    """(lang, shard) to the shard's final file; returns counts."""

    def __init__(self, job):
        self._job = job

    def __call__(self, cell, outputs, duplicates):
        lang, shard = cell
        done = self._job.once(
            f"unique-{lang}-{shard}", functools.partial(self._write, cell, outputs, duplicates)
        )
        self._job.reporter.flush()
        return {"lang": lang, "shard": shard, **done}

    def _write(self, cell, outputs, duplicates):
        lang, shard = cell
        job = self._job
        repeats = self._repeats(lang, duplicates)
        counts = collections.Counter()

        def unique():
            merged = runs.merge(_paths(job, outputs, "sentences", lang), "sentence_id", shard)
            for table in map(dedup.combine, merged):
                table = dedup.unique_sentences(table, repeats, job.config.min_furniture_pages)
                counts["rows"] += table.num_rows
                counts["occurrences"] += pa.compute.sum(table["occurrences"]).as_py()
                for mark in ("furniture", "duplicate_page"):
                    counts[mark] += pa.compute.sum(table[mark]).as_py()
                yield table

        path = datasets.join(job.sentences(lang), datasets.part_name(shard))
        first = next(made := unique(), None)
        if first is not None:
            datasets.write_tables(path, SENTENCES, _chained(first, made))
        return {
            name: counts[name] for name in ("rows", "occurrences", "furniture", "duplicate_page")
        }

    def _repeats(self, lang, duplicates):
        """The pages of a language that repeat another, sorted; int64."""
        names = (done.get("pages") for found_lang, done in duplicates if found_lang == lang)
        paths = [datasets.join(self._job.work, name) for name in names if name]
        found = [datasets.read_table(path)["page"].to_numpy() for path in paths]
        return np.unique(np.concatenate(found)) if found else np.array([], dtype=np.int64)


def _chained(first, rest):
    yield first
    yield from rest
