"""Precision and recall on the web of news, apart for the sites that had a say in the filters.

    python -m benchmarks.news [--lang de,zh] [--output OUT] [--json]

The web is mined with the default settings into OUT (default: a folder that goes again), and from
the same neighbours with the plain ratio margin (preset laser) into OUT/laser. A mined pair belongs
to the site of its English page, a gold row or near miss to that of its article. Errors on two sites
were read when the filters were made general; of the others only these figures were ever looked at.
"""

import argparse
import contextlib
import dataclasses
import io
import json
import pathlib
import sys
import tempfile
import urllib.parse

import duckdb

from mining import evaluate
from pipelines import corpus, run
from pipelines.common import options
from samples.furniture import LANGS
from samples.sources import load_articles
from samples.webs import NEWS

GROUPS = {
    "errors read": ("lakeside-gazette", "north-line"),
    "only counted": ("daily-lantern", "ledger-weekly"),
}
PRESET = "laser"
_FIGURES = ("precision", "recall", "f1", "right", "mined", "gold_found", "gold")


def mine(output, langs, encoder):
    """Mines the web into ``output`` and with the preset into a folder below; returns the folders
    by name. What the jobs print is left out; SystemExit with their status if one fails."""
    folders = {"default": output, PRESET: output / PRESET}
    common = ["--languages", ",".join(("en", *langs)), "--encoder", encoder]
    inputs = sorted(map(str, NEWS.folder.glob("*.warc.gz")))
    again = ["--input", str(output), "--output", str(folders[PRESET]), "--preset", PRESET]
    jobs = ((run.main, ["--input", *inputs, "--output", str(output)]), (corpus.main, again))
    for main_of, argv in jobs:
        with contextlib.redirect_stdout(io.StringIO()):
            status = options.guarded(main_of, [*argv, *common])
        if status:
            raise SystemExit(status)
    return folders


class Judge:
    """The gold and the near misses of one language, each row with the site it is from."""

    def __init__(self, lang):
        self._sites = {}
        for article in load_articles(NEWS.sources):
            for unit in article.units():
                texts = unit.texts.get("en"), unit.texts.get(lang)
                self._sites.setdefault(texts, article.site)
        self._gold = self._load(NEWS.folder / "gold" / f"en-{lang}.tsv")
        self._near_misses = self._load(NEWS.folder / "gold" / f"near-misses.en-{lang}.tsv")

    def _load(self, path):
        """(Gold, the site of each row; None for furniture)."""
        with open(path, encoding="utf-8") as file:
            texts = [tuple(line.rstrip("\n").split("\t")[:2]) for line in file]
        return evaluate.load_gold(path), [self._sites.get(pair) for pair in texts]

    def __call__(self, rows, sites):
        """The figures of (src, tgt, src_url) rows that belong to ``sites``, a dict."""
        pairs = [(src, tgt) for src, tgt, url in rows if site_of(url) in sites]
        found = evaluate.compare(pairs, _wanted(self._gold, sites))
        passed = evaluate.compare(found["wrong_pairs"], _wanted(self._near_misses, sites))
        figures = {name: found[name] for name in _FIGURES}
        return {
            **figures,
            "near_misses_mined": passed["gold_found"],
            "near_misses": passed["gold"],
        }


def _wanted(rows, sites):
    """Gold in which rows of other sites are right when mined and no loss when not."""
    gold, site_of_row = rows
    optional = [
        row or site not in sites for row, site in zip(gold.optional, site_of_row, strict=True)
    ]
    return dataclasses.replace(gold, optional=optional)


def site_of(url):
    """The site of the web that a URL is of."""
    host = urllib.parse.urlsplit(url).hostname
    return next(name for name in NEWS.sites if host.removesuffix(".example").endswith(name))


def measure(folders, langs):
    """The figures of mined folders, one dict for each language, folder and group of sites."""
    made = []
    for lang in langs:
        judge = Judge(lang)
        for name, folder in folders.items():
            rows = duckdb.sql(
                f"select src_text, tgt_text, src_url from '{folder}/corpus/en-{lang}/*.parquet'"
            ).fetchall()
            for group, sites in {**GROUPS, "all": tuple(NEWS.sites)}.items():
                figures = judge(rows, sites)
                made.append({"lang": lang, "settings": name, "sites": group, **figures})
    return made


def table_of(made):
    """The figures as lines of text."""
    columns = ("P", "R", "F1", "right", "mined", "found", "gold", "near misses mined")
    lines = [f"{'':30}" + "".join(f"{name:>{max(7, len(name) + 2)}}" for name in columns)]
    for row in made:
        cells = "".join(f"{row[name]:>7.3f}" for name in _FIGURES[:3])
        cells += "".join(f"{row[name]:>7,}" for name in _FIGURES[3:])
        near = f"{row['near_misses_mined']} of {row['near_misses']}"
        lines.append(f"{row['lang']}  {row['settings']:10}{row['sites']:16}{cells}{near:>19}")
    return "\n".join(lines)


def main(argv):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--lang", default="de,zh", help="languages beside English (default: de,zh)")
    parser.add_argument("--encoder", default="muse", help="default: muse")
    parser.add_argument("--output", type=pathlib.Path, help="keep what is mined in this folder")
    parser.add_argument("--json", action="store_true", help="one JSON list")
    ours = parser.parse_args(argv)
    langs = ours.lang.split(",")
    if not set(langs) <= set(LANGS[1:]):
        parser.error(f"--lang {ours.lang}: the web has {' and '.join(LANGS[1:])} beside English")
    with tempfile.TemporaryDirectory() as folder:
        made = measure(mine(ours.output or pathlib.Path(folder), langs, ours.encoder), langs)
    print(json.dumps(made) if ours.json else table_of(made))


if __name__ == "__main__":
    main(sys.argv[1:])
