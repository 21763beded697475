"""The systems of a comparison: what each is trained on, and what it goes on from.

Corpora other than the mined one are written below the comparison's folder, once.
"""

import contextlib
import dataclasses
import fcntl
import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mining import presets
from mining.config import CorpusConfig
from mining.errors import InputError
from nmt_eval import data, heldout, overlap, selection
from nmt_eval.experiment import lines_of

#: the gold's pairs; the corpus as it is; the LaBSE paper's mining (nearest English neighbour,
#: cosine of at least .6) and the plain ratio margin above thresholds, from the same vectors; the
#: corpus with its translations exchanged at random; the corpus's model trained on, with the part
#: of it that contrastive selection chooses, and with all of it, as long
SYSTEMS = ("gold", "mined", "labse", "ratio-1.06", "ratio-1.2", "shuffled", "selected", "continued")
_RATIO = re.compile(r"ratio-(\d+(?:\.\d+)?)")
_WITHOUT = "without-"
_FOLLOWING = ("selected", "continued")
_TEXTS = ["src_text", "tgt_text", "src_url", "tgt_url"]
_TABLE = "part-00000.parquet"
# Share of training's updates, and of its rates, with which a model is trained on.
_AGAIN = 0.25


def check(names):
    """Raises InputError for systems that there are not."""
    for name in names:
        filters = name.removeprefix(_WITHOUT) if name.startswith(_WITHOUT) else None
        if name not in SYSTEMS and not _RATIO.fullmatch(name) and filters not in presets.OFF:
            raise InputError(
                f"--systems {name}: give some of {', '.join(SYSTEMS)}, ratio-T with a threshold, "
                f"or without-FILTER with one of {', '.join(presets.OFF)}"
            )


def in_order(names):
    """The systems and those that they need, each behind what it is made from."""
    needed = {first(names), *names} | ({"mined"} if {*_FOLLOWING} & {*names} else set())
    known = ["gold", "mined", *sorted(needed - {*SYSTEMS}), *SYSTEMS]
    return sorted(needed, key=lambda name: (name in _FOLLOWING, known.index(name)))


def first(names):
    """The system whose subwords all have."""
    return "gold" if "gold" in names else "mined"


def needs(comparison, task):
    """The tasks, (system, seed), whose runs that of one starts from."""
    name, seed = task
    leader = first(comparison.systems), comparison.seeds[0]
    before = {("mined", seed)} if name in _FOLLOWING else set()
    return before | ({leader} - {task})


def shorter(train):
    """The TrainConfig of training on, where a preset has none: a share of all, falling to 0."""
    return dataclasses.replace(
        train.slower(_AGAIN),
        updates=max(1, int(train.updates * _AGAIN)),
        evaluate_every=max(1, train.evaluate_every // 2),
        schedule="linear",
    )


def experiment(comparison, name, seed, threads):
    """The Experiment of a system and a seed; its corpus is written if it is not there."""
    base = comparison.base
    train = dataclasses.replace(base.train, seed=seed)
    start, words = "", ""
    if name in _FOLLOWING:
        start = str(comparison.place("mined", seed))
        train = dataclasses.replace(comparison.second, seed=seed)
    elif (name, seed) != (first(comparison.systems), comparison.seeds[0]):
        leader = comparison.place(first(comparison.systems), comparison.seeds[0])
        words = str(leader / "vocabulary")
    known = base.data
    if name == "selected":
        fewest = max(1, int(known.min_pairs * comparison.select.share))
        known = dataclasses.replace(known, min_pairs=fewest)
    return dataclasses.replace(
        base,
        data=known,
        corpus=str(_corpus(comparison, name, seed, threads)),
        gold=comparison.gold,
        train=train,
        start=start,
        words=words,
        finished=name in ("mined", "continued"),
    )


def _corpus(comparison, name, seed, threads):
    """The path of what a system is trained on, which is written if it is not there."""
    mined = pathlib.Path(comparison.base.corpus)
    if name in ("mined", "continued"):
        return mined
    target = comparison.folder / "corpora" / name
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        if name == "selected":
            target = _select(comparison, comparison.place("mined", seed), target, threads)
        elif name in ("gold", "shuffled"):
            made = _gold(comparison.gold) if name == "gold" else _shuffled(mined)
            partial = target / f"{_TABLE}.partial"
            pq.write_table(made, partial, compression="zstd")
            partial.replace(target / _TABLE)
        else:
            _mine(comparison, name, target)
            target = target / "corpus" / f"en-{comparison.lang}"
    return target


def _select(comparison, start, folder, threads):
    """The folder, in ``folder``, with the selected part of what a run was trained on."""
    held = [data.of_texts(*lines_of(start, part)) for part in ("dev", "test")]
    tables = {
        "trained_on": pq.read_table(start / "data" / "train.parquet"),
        "held": pa.concat_tables(held).unify_dictionaries().select([0, 1]),
    }
    if comparison.base.source != "en":
        # A selection's pairs have English first.
        tables = {name: _turned(table) for name, table in tables.items()}
    tables["trusted"] = _trusted(comparison, tables.pop("held"))
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    given = [start, folder / "trusted.parquet", folder / "trained_on.parquet"]
    key = selection.key(*given, comparison.select, True)
    selection.run(*given, folder / key, comparison.select, True, threads)
    return folder / key


def _turned(table):
    return table.rename_columns(["tgt_text", "src_text"]).select(["src_text", "tgt_text"])


@contextlib.contextmanager
def _alone(folder):
    """Within it, no other process writes the corpus in ``folder``."""
    with (folder.parent / f"{folder.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _gold(path):
    """The gold as a corpus, each pair on the first of its sites."""
    gold = heldout.read_gold(path)
    urls = [f"https://{min(names)}/" for names in gold["sites"].to_pylist()]
    return gold.drop_columns(["sites"]).append_column("src_url", [urls]).append_column(
        "tgt_url", [urls]
    )  # fmt: skip


def _shuffled(folder):
    rows = pa.concat_tables(pq.read_table(path, columns=_TEXTS) for path in data.files_of(folder))
    order = np.random.default_rng(0).permutation(rows.num_rows)
    for name in ("tgt_text", "tgt_url"):
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, rows[name].take(order))
    return rows


def _mine(comparison, name, target):
    """Another way of mining, from the vectors' neighbours that are there, as a job of its own."""
    ratio = _RATIO.fullmatch(name)
    if ratio:
        given = ["--preset", "laser", "--set", f"corpus.min_margin={ratio[1]}"]
    elif name.startswith(_WITHOUT):
        knobs = _knobs(comparison.base.corpus) | presets.off([name.removeprefix(_WITHOUT)])
        given = [f"--set=corpus.{knob}={value}" for knob, value in knobs.items()]
    else:
        given = ["--preset", name]
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.corpus", "--input", comparison.output]
        + ["--output", str(target), "--languages", f"en,{comparison.lang}"]
        + ["--encoder", comparison.base.encoder, *given],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise InputError(f"{name}: {said[-1].removeprefix('error: ') if said else 'mining failed'}")


def _knobs(corpus):
    """With what a corpus was made, where that is not the default; dict."""
    there = json.loads((pathlib.Path(corpus) / data.MANIFEST).read_text(encoding="utf-8"))
    usual = dataclasses.asdict(CorpusConfig())
    return {
        knob: value
        for knob, value in there["config"].items()
        if knob != "version" and usual.get(knob, value) != value
    }


def _trusted(comparison, tests):
    """Known pairs that are neither in ``tests``, test and dev, nor nearly so; a table of texts."""
    gold = heldout.read_gold(comparison.gold)
    config = comparison.base.data
    held = {config.test_site, config.dev_site}
    apart = pa.array([not held & set(names) for names in gold["sites"].to_pylist()])
    rows = gold.filter(apart).drop_columns(["sites"])
    order = np.random.default_rng(0).permutation(rows.num_rows)[: comparison.select.trusted]
    chosen = rows.take(np.sort(order))
    return chosen.filter(pa.array(overlap.reasons(chosen, tests, config.max_similarity) < 0))
