"""Precision and recall as planted pairs tell them, beside the real ones.

    python -m benchmarks.planted [--lang de,zh] [--output OUT --gold TSV] [--pairs FOLDER] [--json]

Without --output the samples are mined first. Half of the gold's rows, by a checksum of the English,
are planted; precision is judged on mined pairs with no side in any of these. Real precision and
recall are of what a threshold on the margin keeps, with all filters that ask for no page, and of
the corpus with page rules and all; "in gold" leaves out pairs with no side in any row, which the
gold may only not know. --pairs: en-XX.tsv.gz files (English, other, source) of another kind of
text, 3,000 of which are planted too. --few: also plants so many of the gold's pairs.
"""

import argparse
import contextlib
import dataclasses
import gzip
import json
import pathlib
import random
import sys
import tempfile
import zlib

import duckdb
import numpy as np
from apache_beam.options.pipeline_options import PipelineOptions

from mining import estimate, evaluate, presets
from mining.config import CorpusConfig, PlantConfig
from mining.sentences import normalise
from pipelines import corpus, mine, plant, run
from pipelines.common import manifests, options

_THRESHOLDS = (0.9, 0.95, 1.0, 1.03, 1.06, 1.1, 1.15, 1.2, 1.25, 1.3)
_TARGETS = (0.9, 0.95, 0.98)
_OTHERS = 3000
_CODE = frozenset("%<>{}\\")
_ASK_FOR_PAGES = ("page_support", "order", "original_pages")


class Judge:
    """The rows of a gold that are not planted, and what mined pairs are by them."""

    def __init__(self, path, output, lang):
        self._gold = evaluate.load_gold(path)
        self._blocks = {row for row, block in enumerate(self._gold.block) if block}
        self._ours = np.array([zlib.crc32(text.encode()) % 2 == 1 for text in self._gold.src])
        self._rows_of, self._known = evaluate.GoldRows(self._gold), {}
        with open(path, encoding="utf-8") as file:
            self._lines = [line.rstrip("\n").split("\t") for line in file]
        there = self._rows_there(output, lang)
        optional = np.array(self._gold.optional)
        self._wanted = set(np.flatnonzero(self._ours & ~optional & there).tolist())

    def _rows_there(self, output, lang):
        """bool [rows]: whether both texts of a row are sentences of the corpus."""
        texts = [
            {row[0] for row in duckdb.sql(
                f"select text from '{output}/sentences/lang={side}/*.parquet'").fetchall()}
            for side in ("en", lang)
        ]  # fmt: skip
        return np.array(
            [all(normalise(row[at]) in texts[at] for at in (0, 1)) for row in self._lines]
        )

    def planted(self, path, most=None):
        """Writes the rows that are planted, or ``most`` of them, to a file; returns it."""
        rows = [
            "\t".join(row)
            for row, optional, ours in zip(
                self._lines, self._gold.optional, self._ours, strict=True
            )
            if not (optional or ours)
        ]
        random.Random(2).shuffle(rows)
        path.write_text("\n".join(rows[:most]) + "\n", encoding="utf-8")
        return path

    def __call__(self, pairs):
        """(precision, precision of those with a side in the gold, recall, judged pairs) of (src,
        tgt) texts."""
        found, right, outside, judged = set(), 0, 0, 0
        for pair in pairs:
            if pair not in self._known:
                self._known[pair] = self._rows_of(*pair)
            ours, theirs = self._known[pair]
            both = ours & theirs
            # A text may lie in rows of both halves: what was found was found.
            found |= both
            if any(not self._ours[row] for row in ours | theirs) or (both and both <= self._blocks):
                continue
            judged += 1
            right += bool(both)
            outside += not (ours or theirs)
        recall = len(found & self._wanted) / max(len(self._wanted), 1)
        return right / max(judged, 1), right / max(judged - outside, 1), recall, judged


def mined_pairs(output, lang):
    """((src, tgt) texts, margins) of the corpus of an output, best first."""
    rows = duckdb.sql(
        f"select src_text, tgt_text, margin from '{output}/corpus/en-{lang}/*.parquet' "
        "order by margin desc"
    ).fetchall()
    return [row[:2] for row in rows], np.array([row[2] for row in rows])


def other_pairs(folder, lang, path):
    """Writes pairs of another kind of text to a file; returns it."""
    with gzip.open(pathlib.Path(folder) / f"en-{lang}.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t")[:2] for line in file]
    random.Random(1).shuffle(rows)
    rows = ["\t".join(row) for row in rows if not _CODE & set(row[0])]
    path.write_text("\n".join(rows[:_OTHERS]) + "\n", encoding="utf-8")
    return path


def measure(output, lang, encoder, gold, others, few, config):
    """The figures of one mined output, a list with one dict for each kind of planted pairs."""
    beam_options = PipelineOptions([])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        judge = Judge(gold, output, lang)
        alone = folder / "alone"
        off = presets.off(("margin", *_ASK_FOR_PAGES))
        by_margin = dataclasses.replace(config, **off)
        corpus.run(output, str(alone), lang, encoder, by_margin, beam_options)
        pairs, margins = mined_pairs(alone, lang)
        real = {t: judge([pairs[row] for row in np.flatnonzero(margins > t)]) for t in _THRESHOLDS}
        files = {"half of the gold": judge.planted(folder / "gold.tsv")}
        for most in few:
            name = f"{most} of the gold"
            files[name] = judge.planted(folder / f"gold-{most}.tsv", most)
        if others:
            files["other texts"] = other_pairs(others, lang, folder / "others.tsv")
        made = []
        for number, (name, path) in enumerate(files.items()):
            known = plant.read_known(str(path), lang, PlantConfig())
            told = plant.run(
                output, str(folder / f"planted-{number}"), lang, encoder, known, PlantConfig(),
                config, beam_options,
            )  # fmt: skip
            made.append(
                {
                    "planted": name,
                    **{key: told[key] for key in ("pairs", "share", "misfit")},
                    "by_threshold": [
                        _beside(told["table"], t, real[t]) for t in _THRESHOLDS if told["table"]
                    ],
                    "by_target": [
                        _picked(
                            told["table"], target, (output, folder, lang, encoder), config, judge
                        )
                        for target in _TARGETS
                    ],
                }
            )
        return made


def _beside(table, threshold, real):
    row = estimate.at_threshold(table, threshold)
    precision, within, recall, judged = real
    names = ("precision", "low", "high", "recall")
    return {
        "threshold": threshold,
        **{name: row[name] for name in names},
        "real_precision": round(precision, 4),
        "off": round(row["precision"] - precision, 4),
        "real_precision_in_gold": round(within, 4),
        "off_in_gold": round(row["precision"] - within, 4),
        "real_recall": round(recall, 4),
        "recall_off": round(row["recall"] - recall, 4),
        "judged": judged,
    }


def _picked(table, target, place, config, judge):
    """What the corpus is with the threshold for a target; threshold None where there is none."""
    good = [row for row in table if row["precision"] >= target]
    if not good:
        return {"target": target, "threshold": None}
    least = good[0]["threshold"]
    output, folder, lang, encoder = place
    made = folder / f"corpus-{least}"
    picked = dataclasses.replace(config, min_margin=least)
    corpus.run(output, str(made), lang, encoder, picked, PipelineOptions([]))
    pairs, _ = mined_pairs(made, lang)
    precision, within, recall, judged = judge(pairs)
    return {
        "target": target,
        "threshold": least,
        "estimated_recall": good[0]["recall"],
        "corpus_precision": round(precision, 4),
        "corpus_precision_in_gold": round(within, 4),
        "corpus_recall": round(recall, 4),
        "judged": judged,
    }


def table_of(results):
    """The figures as lines of text."""
    lines = []
    for name, made in results.items():
        for found in made:
            lines += [
                "",
                f"{name}, {found['planted']}: {found['pairs']:,} pairs planted, share of true "
                f"pairs {found['share']:.3f}, misfit {found['misfit']:.3f}",
                f"{'margin >':>9}{'estimated':>11}{'interval':>16}{'real':>8}{'off':>8}"
                f"{'in gold':>9}{'off':>8}{'judged':>9}{'recall est.':>13}{'real':>8}",
            ]
            for row in found["by_threshold"]:
                interval = f"{row['low']:.3f} to {row['high']:.3f}"
                lines.append(
                    f"{row['threshold']:>9}{row['precision']:>11.3f}{interval:>16}"
                    f"{row['real_precision']:>8.3f}{row['off']:>+8.3f}"
                    f"{row['real_precision_in_gold']:>9.3f}{row['off_in_gold']:>+8.3f}"
                    f"{row['judged']:>9,}{row['recall']:>13.3f}{row['real_recall']:>8.3f}"
                )
            for row in found["by_target"]:
                if row["threshold"] is None:
                    lines.append(f"  target {row['target']}: none")
                else:
                    lines.append(
                        f"  target {row['target']}: margin > {row['threshold']}; the corpus with "
                        f"page rules: precision {row['corpus_precision']:.3f} (in gold "
                        f"{row['corpus_precision_in_gold']:.3f}), recall "
                        f"{row['corpus_recall']:.3f}"
                    )
    return "\n".join(lines)


def main(argv):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--lang", default="de,zh", help="languages beside English (default: de,zh)")
    parser.add_argument("--output", help="an output of make mine; default: the samples, mined now")
    parser.add_argument("--gold", help="its gold (default: that of the samples)")
    parser.add_argument("--encoder", default="muse", help="that it was mined with (default: muse)")
    parser.add_argument("--pairs", metavar="FOLDER")
    parser.add_argument("--min-cosine", type=float, default=CorpusConfig.min_cosine)
    parser.add_argument("--few", nargs="*", type=int, default=[], metavar="N")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    ours = parser.parse_args(argv)
    langs = ours.lang.split(",")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        output = ours.output
        if output is None:
            output = f"{folder}/out"
            given = ["--output", output, "--languages", f"en,{ours.lang}", "--encoder", "muse"]
            inputs = sorted(map(str, pathlib.Path("samples").glob("*.warc.gz")))
            # What mining tells is not for who reads the figures.
            with contextlib.redirect_stdout(sys.stderr):
                if options.guarded(run.main, ["--input", *inputs, *given]):
                    return 2
        for lang in langs:
            manifests.require(mine.folder_of(output, ours.encoder, lang), mine.STAGE)
            gold = ours.gold or f"samples/gold/en-{lang}.tsv"
            config = dataclasses.replace(CorpusConfig(), min_cosine=ours.min_cosine)
            results[lang] = measure(output, lang, ours.encoder, gold, ours.pairs, ours.few, config)
    print(json.dumps(results) if ours.json else table_of(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
