"""Extraction beside trafilatura, jusText and datatrove: speed, text kept, scaling and memory.

``python -m benchmarks.extract [--json]`` on the real sample, which make samples builds; make bench
installs the others first. Speeds of one core are pages by second of processor time, all programs on
the same pages in the same run; the scaling to two workers is by the clock.
"""

import argparse
import contextlib
import csv
import json
import logging
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import duckdb

from benchmarks import pages as sample
from mining import charset, dedup, html, langid, neardup, quality, sentences
from mining.config import ExtractConfig
from mining.errors import InputError
from pipelines import extract
from pipelines.common import options
from pipelines.common.sources import add_options, chosen

LANGUAGES = ("en", "de", "zh")
_MB = 1 << 20
_FILES = 16
_SPACE = re.compile(r"\s+")
# (what, module, function): where the time of our own extraction goes.
_STAGES = (
    ("charset", charset, "decode"),
    ("HTML to blocks", html, "extract_blocks"),
    ("language: a look", langid, "guess"),
    ("language: fastText", langid, "identify"),
    ("script", langid, "scripts"),
    ("sentences", sentences, "split_sentences"),
    ("quality", quality, "reject_reasons"),
    ("ids", dedup, "sentence_ids"),
    ("MinHash", neardup, "band_keys"),
    ("combine", dedup, "combine"),
    ("unique", dedup, "unique_sentences"),
)


def processor_seconds():
    """Processor time of this process and of those it started and waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(function, *arguments):
    """(result, processor seconds) of a call."""
    before = processor_seconds()
    result = function(*arguments)
    return result, processor_seconds() - before


def our_stage(warcs, output):
    """The whole extract job, in this process, with one worker."""
    parser = options.parser("extract", extract.__doc__)
    add_options(parser)
    paths = [str(path) for path in warcs]
    given = ["--input", *paths, "--output", str(output), "--languages", ",".join(LANGUAGES)]
    ours, beam_options = options.parse(parser, given)
    sources = chosen(ours)
    extract.run(sources, str(output), LANGUAGES, ExtractConfig(), 1, beam_options)


@contextlib.contextmanager
def stage_clock():
    """Yields a dict that fills with the processor seconds of each of _STAGES."""
    seconds = {}
    kept = [(module, name, getattr(module, name)) for _, module, name in _STAGES]

    def clocked(what, function):
        def call(*arguments, **named):
            before = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                seconds[what] = seconds.get(what, 0) + time.process_time() - before

        return call

    try:
        for what, module, name in _STAGES:
            setattr(module, name, clocked(what, getattr(module, name)))
        yield seconds
    finally:
        for module, name, function in kept:
            setattr(module, name, function)


def speeds(chosen, folder):
    """Pages by processor second of everybody, and the seconds of our stages."""
    from benchmarks import peers

    warcs = folder / "warc"
    warcs.mkdir()
    path = warcs / "pages.warc.gz"
    sample.write_warc(path, ((page.url, page.html) for page in chosen))
    size = sum(len(page.html.encode("utf-8", "replace")) for page in chosen)
    few = folder / "few.warc.gz"
    sample.write_warc(few, ((page.url, page.html) for page in chosen[:5]))
    found, texts = {}, {}
    # Models are loaded and code is compiled before the clock runs.
    our_stage([few], folder / "warm")
    langid._identify.cache_clear()
    _, found["ours"] = timed(our_stage, [path], folder / "ours")
    langid._identify.cache_clear()
    with stage_clock() as stages:
        _, total = timed(our_stage, [path], folder / "ours, stage by stage")
    stages["all else"] = total - sum(stages.values())
    for name, function in peers.EXTRACTORS.items():
        function(chosen[0])
        texts[name], found[name] = timed(lambda f=function: [f(page) for page in chosen])
    datatrove = folder / "datatrove"
    _, found["datatrove"] = timed(peers.datatrove_chain, warcs, datatrove, LANGUAGES)
    texts["ours"] = ["\n".join(_blocks(page.html)) for page in chosen]
    by_url = dict(
        duckdb.sql(f"select metadata.url, text from '{datatrove}/rows/**/*.parquet'").fetchall()
    )
    texts["datatrove"] = [by_url.get(page.url, "") for page in chosen]
    rates = {name: len(chosen) / seconds for name, seconds in found.items()}
    return rates, size / _MB, stages, texts


def _blocks(page):
    return html.extract_blocks(page, ExtractConfig.max_depth) or []


def bare(text):
    """``text`` without white space."""
    return _SPACE.sub("", text)


def kept_of(chosen, outputs, furniture):
    """(text, furniture): the shares of the characters of the pages' own prose, and of the texts
    around it, that are in the outputs."""
    prose = prose_kept = around = around_kept = 0
    for page, output in zip(chosen, outputs, strict=True):
        output = bare(output)
        for block in map(bare, page.prose):
            prose += len(block)
            prose_kept += len(block) * (block in output)
        whole = bare(html.clean(page.html))
        for text in map(bare, furniture[page.lang]):
            if text in whole:
                around += 1
                around_kept += text in output
    return prose_kept / prose, around_kept / max(around, 1)


def command(warcs, output, workers):
    """The command line of the extract job."""
    job = [sys.executable, "-m", "pipelines.extract", "--input", *map(str, warcs)]
    job += ["--output", str(output), "--languages", ",".join(LANGUAGES)]
    return [*job, "--workers", str(workers)]


def run_command(warcs, output, workers):
    """(seconds by the clock, peak memory in bytes of its greatest process) of the extract job."""
    before = time.monotonic()
    process = subprocess.Popen(
        command(warcs, output, workers), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    error = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise InputError(f"extraction failed: {error.decode()}")
    return time.monotonic() - before, used.ru_maxrss * 1024


def gold_found(folder, output):
    """The share of the gold sentences of each side of each pair that were extracted."""
    shares = {}
    for path in sorted((pathlib.Path(folder) / "gold").glob("en-*.tsv")):
        with open(path, encoding="utf-8", newline="") as file:
            rows = [
                row
                for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if row[2] in ("text", "variant")
            ]
        for side, lang in enumerate(path.stem.split("-")):
            files = f"{output}/sentences/lang={lang}/*.parquet"
            known = {bare(text) for (text,) in duckdb.sql(f"select text from '{files}'").fetchall()}
            wanted = {bare(row[side]) for row in rows}
            shares[f"{path.stem} {lang}"] = len(wanted & known) / len(wanted)
    return shares


def furniture_marked(folder, output):
    """The share of the texts around the pages that are marked as furniture, of those extracted."""
    marked = extracted = 0
    for lang, texts in sample.read_furniture(folder).items():
        wanted = set(map(bare, texts))
        files = f"{output}/sentences/lang={lang}/*.parquet"
        for text, mark in duckdb.sql(f"select text, furniture from '{files}'").fetchall():
            if bare(text) in wanted:
                extracted += 1
                marked += mark
    return marked / max(extracted, 1)


def scaling(pages, work):
    """Clock seconds with one worker and with two, over _FILES files of the same size."""
    warcs = work / "files"
    warcs.mkdir()
    paths = [warcs / f"{number:02}.warc.gz" for number in range(_FILES)]
    for number, path in enumerate(paths):
        sample.write_warc(path, ((page.url, page.html) for page in pages[number::_FILES]))
    return {
        workers: run_command(paths, work / f"{workers} workers", workers)[0] for workers in (1, 2)
    }


def memory(pages, work):
    """Peak memory in bytes for WARC files of 100 MB and of 1 GB."""
    peaks = {}
    for name, size in (("100 MB", 100 * 10**6), ("1 GB", 10**9)):
        path = work / f"{name}.warc"
        sample.write_warc(path, sample.up_to(sample.endless(pages), size), gzip=False)
        _, peaks[name] = run_command([path], work / f"out of {name}", 1)
        path.unlink()
        shutil.rmtree(work / f"out of {name}")
    return peaks


def measure_speed(folder, every, count, work):
    """Speed of one core and text kept, of everybody."""
    chosen = every[:: max(1, len(every) // count)] if count else every
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    rates, size, stages, texts = speeds(chosen, work)
    os.sched_setaffinity(0, cores)
    furniture = sample.read_furniture(folder)
    kept = {name: kept_of(chosen, outputs, furniture) for name, outputs in texts.items()}
    return {
        "pages": len(chosen),
        "pages_per_second": rates,
        "mb_per_second": {name: size / len(chosen) * rate for name, rate in rates.items()},
        "ms_per_page_by_stage": {
            name: 1000 * seconds / len(chosen) for name, seconds in stages.items()
        },
        **{
            f"speedup_vs_{name.replace('-', '_')}": rates["ours"] / rate
            for name, rate in rates.items()
            if name != "ours"
        },
        "text_kept": {name: shares[0] for name, shares in kept.items()},
        "furniture_kept": {name: shares[1] for name, shares in kept.items()},
    }


def measure_scaling(folder, every, _, work):
    """Two workers beside one."""
    seconds = scaling(every, work)
    return {"scaling_2_workers": seconds[1] / seconds[2], "seconds_by_workers": seconds}


def measure_gold(folder, _, __, work):
    """What of the gold is extracted, and what of the furniture is marked."""
    output = work / "whole sample"
    run_command(sample.sample_warcs(folder), output, 0)
    shares = gold_found(folder, output)
    return {
        "gold_sentences_found_by_side": shares,
        "gold_sentences_found": min(shares.values()),
        "furniture_marked": furniture_marked(folder, output),
    }


def measure_memory(_, every, __, work):
    """Peak memory for ten times the input."""
    peaks = memory(every, work)
    return {
        "peak_memory_mb": {name: peak / _MB for name, peak in peaks.items()},
        "memory_ratio_1gb_100mb": peaks["1 GB"] / peaks["100 MB"],
    }


PARTS = {
    "speed": measure_speed,
    "scaling": measure_scaling,
    "gold": measure_gold,
    "memory": measure_memory,
}


def measure(folder, count, parts):
    """The figures of some of PARTS, as a dict."""
    every = sample.read_pages(folder)
    found = {}
    for part in parts:
        with tempfile.TemporaryDirectory(prefix="extract-") as work:
            found |= PARTS[part](folder, every, count, pathlib.Path(work))
    return found


def show(found):
    """Prints the figures as tables."""
    if "pages" in found:
        print(f"{found['pages']} pages of the real sample, one core\n")
        print(f"{'':<20}{'pages/s':>10}{'MB/s':>8}{'text kept':>12}{'furniture kept':>16}")
        for name, rate in found["pages_per_second"].items():
            print(
                f"{name:<20}{rate:>10.1f}{found['mb_per_second'][name]:>8.1f}"
                f"{found['text_kept'][name]:>12.3f}{found['furniture_kept'][name]:>16.3f}"
            )
        print("\nwhere our time goes, ms a page\n")
        for name, milliseconds in found["ms_per_page_by_stage"].items():
            print(f"{name:<20}{milliseconds:>10.2f}")
        print()
    for name, value in found.items():
        if isinstance(value, float):
            print(f"{name:<32}{value:>8.3f}")
    for name in ("gold_sentences_found_by_side", "peak_memory_mb", "seconds_by_workers"):
        for what, value in found.get(name, {}).items():
            print(f"  {name}, {what!s:<12}{value:>10.3f}")


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--sample", default="samples/debian", help="folder of the real sample")
    parser.add_argument("--pages", type=int, help="pages that speed is measured on (default: all)")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure: all"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    try:
        found = measure(given.sample, given.pages, given.parts)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    if given.json:
        print(json.dumps(found))
    else:
        show(found)


if __name__ == "__main__":
    main()
