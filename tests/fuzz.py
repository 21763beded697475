"""Extraction on hostile, damaged WARC files made at random: what must hold for each of them.

``python -m tests.fuzz [--seconds 3600] [--seed 0] [--count N] [--json]`` makes files for seeds from
--seed on (tests.hostile) until the time or the count is over and extracts their sentences in a
child process. Each failure is one line with its seed; that file again: ``--seed N --count 1``
(``--keep FOLDER`` writes it). Exit status 1 if anything failed.
"""

import argparse
import collections
import dataclasses
import gzip
import io
import json
import multiprocessing
import pathlib
import random
import resource
import sys
import time
import traceback
import unicodedata

import xxhash

from mining.config import ExtractConfig
from mining.errors import InputError
from mining.pages import ROUTINE, extract_sentences
from mining.warc import read_records
from tests import hostile

#: of one file: processor seconds, and seconds after which it is given up
_FILE_SECONDS, _HUNG_SECONDS = 5, 120
#: of the process: memory, and address space
_MEMORY_BYTES, _ADDRESS_BYTES = 1 << 30, 8 << 30
_NAME = "crawl.warc"
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff")


class _Checks:
    """What is wrong with a file, as (kind, detail), and what was seen."""

    def __init__(self):
        self.failures = []
        self.seen = collections.Counter()

    def that(self, holds, kind, detail=""):
        if not holds:
            self.failures.append((kind, str(detail)[:500]))
        return holds


@dataclasses.dataclass
class _Read:
    """The records of a file in order, and the kept rows of each offset."""

    records: list
    rows: dict


def check(case):
    """The _Checks of a hostile.Case."""
    checks = _Checks()
    before = _read(case, hostile.joined(case.whole), checks)
    _check_whole(case, before, checks)
    if case.left is not case.whole:
        data = hostile.joined(case.left)
        after = _read(case, data, checks)
        _check_left(case, before, after, checks)
        if case.form == "plain":
            _check_packed(case, data, after, checks)
        checks.seen["damaged files"] += 1
    checks.seen["files"] += 1
    return checks


def _read(case, data, checks):
    """Reads and extracts a file; checks what must hold whatever is in it."""
    config = ExtractConfig(max_page_bytes=case.limit)
    start = time.process_time()
    try:
        records = list(read_records(io.BytesIO(data), _NAME, case.limit))
    except InputError:
        records = []
    found = []
    rng, at = random.Random(case.seed), 0
    while at < len(records):
        batch = records[at : at + rng.choice([1, 5, 50])]
        at += len(batch)
        found.append((batch, extract_sentences(batch, case.languages, config)))
    seconds = time.process_time() - start
    checks.that(seconds < _FILE_SECONDS, "time", f"{seconds:.1f} s for {len(data)} bytes")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    checks.that(memory < _MEMORY_BYTES, "memory", f"{memory >> 20} MiB")
    if records:
        _check_tiles(records, len(data), checks)
    checks.that(all(len(record.body) <= case.limit for record in records), "body beyond limit")
    rows = collections.defaultdict(list)
    for batch, extracted in found:
        _check_funnel(batch, extracted, case.languages, checks)
        for row in extracted.sentences.to_pylist():
            _check_sentence(row, case.languages, config, checks)
            rows[row["warc_offset"]].append(row)
    reasons = collections.Counter(record.reason for record in records)
    checks.seen.update({"records": len(records), "damaged records": reasons["damaged"]})
    checks.seen.update({"pages": reasons[""], "sentences": sum(map(len, rows.values()))})
    return _Read(records, rows)


def _check_tiles(records, size, checks):
    """Every byte of the file is some record's; all but the last of a member have length 0."""
    at = 0
    for record in records:
        checks.that(record.warc_offset == at, "tiling", f"{record.warc_offset} instead of {at}")
        at = record.warc_offset + record.warc_length
    checks.that(at == size, "tiling", f"{at} of {size} bytes")


def _check_funnel(batch, extracted, languages, checks):
    levels = collections.defaultdict(dict)
    for (level, what), number in extracted.counts.items():
        levels[level][what] = number
    lost = {level: sum(n for what, n in of.items() if what != "in") for level, of in levels.items()}
    came = {level: of.get("in", 0) for level, of in levels.items()}
    by_language = [f"sentence.{lang}" for lang in languages]
    funnel = {
        "records": came["record"] == len(batch),
        "reasons": lost["record"] == sum(bool(record.reason) for record in batch),
        "pages": came.get("page", 0) == came["record"] - lost["record"],
        "sentences": came["sentence"] == lost["sentence"] + sum(came[lang] for lang in by_language),
        "languages": all(came[lang] == lost[lang] for lang in by_language),
        "kept": extracted.sentences.num_rows == sum(levels[lang]["kept"] for lang in by_language),
    }
    for what, adds_up in funnel.items():
        checks.that(adds_up, "funnel", f"{what}: {dict(extracted.counts)}")
    rows = collections.Counter(
        (f"sentence.{row['lang']}" if row["lang"] else row["level"], row["reason"])
        for row in extracted.rejects.to_pylist()
    )
    counted = {
        key: number
        for key, number in extracted.counts.items()
        if key[1] not in ROUTINE | {"in", "kept"} and number
    }
    checks.that(rows == counted, "rejects", f"{dict(rows)} of {counted}")


def _check_sentence(row, languages, config, checks):
    text, lang = row["text"], row["lang"]
    least = config.min_chars_zh if lang == "zh" else config.min_chars
    unsigned = xxhash.xxh3_64_intdigest(text.encode())
    good = {
        "NFC": unicodedata.is_normalized("NFC", text),
        "one line, single spaces": text == " ".join(text.split()) and text.splitlines() == [text],
        "no control characters": not any(unicodedata.category(c) in ("Cc", "Cs") for c in text),
        "nothing invisible": not _INVISIBLE.intersection(text),
        "length": least <= len(text) <= config.max_chars,
        "language": lang in languages and 0 <= row["lang_prob"] <= 1.001,
        "id": row["sentence_id"] % (1 << 64) == unsigned,
    }
    for what, holds in good.items():
        checks.that(holds, f"bad sentence: {what}", ascii(text))


def _told(record):
    """What must not change of a record that was not touched."""
    return (record.url, record.reason, record.date, record.digest, record.charset, record.body)


def _check_whole(case, before, checks):
    """An undamaged file: every record that tells the truth comes out where it lies, as written."""
    if case.form in ("members", "whole"):
        _check_members(case, before, checks)
        return
    found = {record.warc_offset: record for record in before.records}
    for start, end, group in hostile.spans(case.whole):
        for written in group:
            if not written.sound:
                continue
            record = found.get(start)
            if record is None or record.reason == "damaged":
                swallowed = case.form == "plain" and _swallowed(case, case.whole, before, start)
                checks.that(swallowed, "lost record", f"at {start}, undamaged: {record}")
                continue
            # Line ends that damage put after a plain record are its own.
            more = record.warc_offset + record.warc_length - end
            checks.that(0 <= more <= (8 if case.form == "plain" else 0), "span", f"{start}: {more}")
            _check_page(case, written, record, before.rows[start], checks)


def _check_page(case, written, record, rows, checks):
    checks.that(record.url == written.url, "url", f"{record.url} {written.url}")
    if written.body is not None:
        what = (record.reason, record.detail) if record.reason else "other bytes"
        checks.that(record.body == written.body and not record.reason, "wrong body", what)
    said = {row["text"] for row in rows}
    missing = [text for text in written.said if text not in said]
    asked = written.lang in case.languages
    checks.that(not missing or not asked, "sentence not found", f"{written.url} {missing[:2]}")


def _check_members(case, before, checks):
    """A member of many records gives what these give in a file that is not packed."""
    by_offset = collections.defaultdict(list)
    for record in before.records:
        by_offset[record.warc_offset].append(_told(record))
    for start, _, group in hostile.spans(case.whole):
        plain = [((written,), written.data) for written in group]
        twin = dataclasses.replace(case, form="plain", whole=plain, left=plain)
        data = hostile.joined(plain)
        unpacked = _read(twin, data, checks)
        _check_whole(twin, unpacked, checks)
        # Of a record alone in its member more is asked than of a plain one.
        if len(group) > 1 and group[-1].sound and not _holds_packed(data, unpacked.records):
            told = [_told(record) for record in unpacked.records]
            checks.that(told == by_offset[start], "member unlike plain", f"at {start}")


def _holds_packed(data, records):
    """Whether members start in a plain file; inside of a member none is looked for."""
    starts = (data[record.warc_offset :][:3] for record in records)
    return not {b"\x1f\x8b\x08", b"\x28\xb5\x2f"}.isdisjoint(starts)


def _check_packed(case, data, plain, checks):
    """A plain file of several records gives the same in one member."""
    if len(plain.records) < 3 or _holds_packed(data, plain.records):
        # Of a record alone in its member more is asked than of a plain one.
        return
    packed = _read(case, gzip.compress(data, 1), checks)
    same = list(map(_told, packed.records)) == list(map(_told, plain.records))
    checks.that(same, "packed unlike plain")


def _swallowed(case, pieces, read, at):
    """Whether a record that was touched or lies about its length goes on over the byte ``at``.

    What is left of a plain one that is damaged never does; of a zstd frame, nobody can tell.
    """
    for record in read.records:
        start, end = record.warc_offset, record.warc_offset + record.warc_length
        if start < at < end and (record.reason != "damaged" or case.form != "plain"):
            return any(
                low < end and start < high and not (group and group[0].sound)
                for low, high, group in hostile.spans(pieces)
            )
    return False


def _check_left(case, before, after, checks):
    """A damaged file: what was not touched comes out as it would have from the undamaged one."""
    whole = collections.defaultdict(list)
    for record in before.records:
        whole[record.warc_offset].append(record)
    starts = {group: start for start, _, group in hostile.spans(case.whole) if group}
    left = collections.defaultdict(list)
    for record in after.records:
        left[record.warc_offset].append(record)
    if case.whole[0][0] == () and case.left[:1] != case.whole[:1]:
        # The dictionary was touched: nothing after it need be readable.
        return
    for start, _, group in hostile.spans(case.left):
        plain = case.form == "plain"
        if not group or (plain and not group[0].sound):
            continue
        old = starts[group]
        expected = [_told(record) for record in whole[old]]
        found = [_told(record) for record in left[start]]
        if all(record.reason == "damaged" for record in whole[old]):
            # It was nothing before.
            continue
        if found != expected:
            swallowed = not case.checked and _swallowed(case, case.left, after, start)
            why = [(r.reason, r.detail) for r in left[start]] or "no record starts there"
            checks.that(swallowed, "lost record", f"at {start} ({old} before): {why}")
            continue
        rows = [_without_place(rows[at]) for rows, at in ((before.rows, old), (after.rows, start))]
        checks.that(rows[0] == rows[1], "other sentences", f"at {start} ({old} before)")
    found = {record.url for record in after.records if record.reason != "damaged"}
    for written in case.whole[0][0][: hostile.whole_before_cut(case)]:
        checks.that(written.url in found, "lost before the cut", written.url)
    if case.checked:
        bodies = {record.body for record in before.records}
        # A member of many that breaks off has not come to its checksum.
        unsure = {record.warc_offset for record in after.records if record.reason == "damaged"}
        changed = [
            record
            for record in after.records
            if record.body and record.body not in bodies and record.warc_offset not in unsure
        ]
        checks.that(not changed, "changed body", [record.warc_offset for record in changed])


def _without_place(rows):
    place = ("warc_offset", "warc_length", "page")
    return [{name: row[name] for name in row if name not in place} for row in rows]


def _work(pipe):
    """The child: gets seeds, sends (seen, failures)."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_BYTES, _ADDRESS_BYTES))
    while (seed := pipe.recv()) is not None:
        try:
            checks = check(hostile.make(seed))
            seen, failures = checks.seen, checks.failures
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{pathlib.Path(where.filename).name}:{where.lineno}"
            seen, failures = {"files": 1}, [(f"{type(error).__name__} {place}", str(error)[:500])]
        pipe.send((seen, failures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


class _Child:
    """A process that checks one file at a time; one that died or hangs is replaced."""

    def __init__(self):
        self._process = None

    def check(self, seed):
        """(seen, failures, peak memory in KiB) of the file of a seed."""
        if self._process is None:
            self._start()
        self._pipe.send(seed)
        try:
            if self._pipe.poll(_HUNG_SECONDS):
                return self._pipe.recv()
            failure = ("hung", f"more than {_HUNG_SECONDS} s")
        except EOFError:
            self._process.join()
            failure = ("died", f"exit status {self._process.exitcode}")
        self.stop()
        return {"files": 1}, [failure], 0

    def _start(self):
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None


def run(seed, seconds, count, report):
    """Checks the files of ``seed`` and on; returns the summary as a dict, and calls
    ``report(seed, kind, detail)`` for each failure."""
    seen, kinds, peak = collections.Counter(), collections.Counter(), 0
    child, start, first = _Child(), time.monotonic(), seed
    while time.monotonic() - start < seconds and (count is None or seed - first < count):
        of_file, failures, memory = child.check(seed)
        seen.update(of_file)
        peak = max(peak, memory)
        for kind, detail in failures:
            kinds[kind] += 1
            report(seed, kind, detail)
        seen["files with failures"] += bool(failures)
        seed += 1
    child.stop()
    return {
        "seeds": [first, seed - 1],
        "seconds": round(time.monotonic() - start),
        **seen,
        "peak_memory_mib": peak >> 10,
        "failures": dict(sorted(kinds.items())),
    }


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, help="files at the most")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the files that failed")
    parser.add_argument("--json", action="store_true", help="the summary as JSON")
    options = parser.parse_args()

    def report(seed, kind, detail):
        print(f"seed {seed}: {kind}: {detail}", file=sys.stderr, flush=True)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            case = hostile.make(seed)
            for name, pieces in (("whole", case.whole), ("left", case.left)):
                (options.keep / f"{seed}-{name}.warc").write_bytes(hostile.joined(pieces))

    summary = run(options.seed, options.seconds, options.count, report)
    if options.json:
        print(json.dumps(summary))
    else:
        for name, value in summary.items():
            print(f"{name.replace('_', ' '):22} {value}")
    sys.exit(1 if summary["failures"] else 0)


if __name__ == "__main__":
    main()
