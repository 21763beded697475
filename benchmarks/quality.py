"""What the quality filters refuse of sentences that are ones, and what each of them costs.

    python -m benchmarks.quality --tatoeba FOLDER --pairs FOLDER [--json]

Tatoeba: files tatoeba.XXX-eng.XXX and .eng. Pairs: en-XX.tsv.gz of English, other text and source;
of their sources only the half is taken that no threshold was set on. Costs are microseconds a
sentence on one core, on columns of 10,000 sentences of about 80 characters: the least of many runs.
"""

import argparse
import collections
import gzip
import json
import pathlib
import sys
import time
import zlib

import numpy as np
import pyarrow as pa

from mining.codepoints import Column, hash_strings
from mining.config import ExtractConfig
from mining.quality import FILTERS, reject_reasons

LANGS = ("de", "zh")
_ROWS, _CHARS, _SECONDS = 10_000, (70, 90), 10.0


def read_tatoeba(folder):
    """{language: sentences} of all Tatoeba sets in a folder; English without repeats."""
    found = collections.defaultdict(dict)
    for path in sorted(pathlib.Path(folder).glob("tatoeba.*-eng.*")):
        for text in path.read_text(encoding="utf-8").split("\n"):
            if text:
                found[path.suffix[1:]][text] = None
    return {lang: list(texts) for lang, texts in found.items()}


def read_held_out(folder):
    """{language: sentences} of the sources whose name has an odd checksum, without repeats."""
    found = collections.defaultdict(dict)
    for lang in LANGS:
        path = pathlib.Path(folder) / f"en-{lang}.tsv.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                src, tgt, source = line.rstrip("\n").split("\t")
                if zlib.crc32(source.encode()) & 1:
                    found["en"][src] = found[lang][tgt] = None
    return {lang: list(texts) for lang, texts in found.items()}


def refused(texts, lang):
    """{reason: share of the sentences that are not too short}, and how many these are."""
    langs = np.full(len(texts), {"cmn": "zh"}.get(lang, lang), object)
    counts = collections.Counter(reject_reasons(pa.array(texts), langs, ExtractConfig()))
    total = len(texts) - counts.pop("too_short", 0)
    counts.pop("", None)
    return {"sentences": total} | {why: count / total for why, count in sorted(counts.items())}


def costs(texts, lang):
    """{filter: microseconds a sentence}; "all" is reject_reasons, "column" what they share."""
    config = ExtractConfig()
    fitting = [text for text in texts if _CHARS[0] <= len(text) <= _CHARS[1]]
    # Chinese sentences are short: several make one of that length.
    joined = "".join(texts)
    middle = sum(_CHARS) // 2
    fitting = fitting or [joined[at : at + middle] for at in range(0, len(joined), middle)]
    texts = pa.array((fitting * (_ROWS // len(fitting) + 1))[:_ROWS])
    langs = np.full(_ROWS, lang, object)
    least = {}

    def measure(name, run):
        start = time.perf_counter()
        run()
        taken = (time.perf_counter() - start) / _ROWS * 1e6
        least[name] = min(least.get(name, taken), taken)

    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        measure("all", lambda: reject_reasons(texts, langs, config))
        column = Column(texts, langs)
        measure("column", lambda column=column: _shared(column))
        for judge in FILTERS:
            measure(judge.__name__, lambda judge=judge, column=column: judge(column, config))
    return least


def _shared(column):
    """What more than one filter asks for, so that none of them has to pay for it."""
    nothing = hash_strings([])
    return column.ink, column.begins(nothing), column.ends_with(nothing)


def table_of(results):
    """The figures as lines of text."""
    names = [judge.__name__ for judge in FILTERS[1:]]
    lines = [f"{'refused':20}{'sentences':>12}" + "".join(f"{name:>16}" for name in names)]
    for which, shares in results["refused"].items():
        cells = "".join(f"{shares.get(name, 0):>16.3%}" for name in names)
        lines.append(f"{which:20}{shares['sentences']:>12,}{cells}")
    lines.append("most in one language of Tatoeba: {lang} {share:.2%}".format(**results["worst"]))
    lines += ["", "microseconds a sentence"]
    for which, least in results["costs"].items():
        lines.append(f"{which:20}" + "  ".join(f"{name} {us:.2f}" for name, us in least.items()))
    return "\n".join(lines)


def main(argv):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--tatoeba", required=True, metavar="FOLDER")
    parser.add_argument("--pairs", required=True, metavar="FOLDER")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    ours = parser.parse_args(argv)
    tatoeba, held_out = read_tatoeba(ours.tatoeba), read_held_out(ours.pairs)
    by_lang = {lang: refused(texts, lang) for lang, texts in tatoeba.items()}
    total = sum(shares["sentences"] for shares in by_lang.values())
    everywhere = collections.Counter()
    for shares in by_lang.values():
        for why, share in shares.items():
            everywhere[why] += share * shares["sentences"] / total if why != "sentences" else share
    lost = {lang: sum(shares.values()) - shares["sentences"] for lang, shares in by_lang.items()}
    worst = max(lost, key=lost.get)
    results = {
        "refused": {"tatoeba": dict(everywhere)}
        | {f"messages {lang}": refused(texts, lang) for lang, texts in held_out.items()},
        "worst": {"lang": worst, "share": lost[worst]},
        "costs": {
            "en tatoeba": costs(tatoeba["eng"], "en"),
            "de tatoeba": costs(tatoeba["deu"], "de"),
            "zh tatoeba": costs(tatoeba["cmn"], "zh"),
            "en messages": costs(held_out["en"], "en"),
            "de messages": costs(held_out["de"], "de"),
        },
    }
    print(json.dumps(results) if ours.json else table_of(results))


if __name__ == "__main__":
    main(sys.argv[1:])
