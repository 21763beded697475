"""The systems of a comparison: what each is trained on, and what it goes on from.

Corpora other than the mined one are written below the comparison's folder, once.
"""

import contextlib
import dataclasses
import fcntl
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mining import presets
from mining.errors import InputError
from nmt_eval import data, heldout, selection
from nmt_eval.config import PRESETS

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


def experiment(comparison, name, seed, threads):
    """The Experiment of a system and a seed; its corpus is written if it is not there."""
    base = comparison.base
    train = dataclasses.replace(base.train, seed=seed)
    start, words = "", ""
    if name in _FOLLOWING:
        start = str(comparison.place("mined", seed))
        more = PRESETS[base.preset].select or dataclasses.replace(
            train.slower(_AGAIN),
            updates=max(1, int(train.updates * _AGAIN)),
            evaluate_every=max(1, train.evaluate_every // 2),
            schedule="linear",
        )
        train = dataclasses.replace(more, seed=seed)
    elif (name, seed) != (first(comparison.systems), comparison.seeds[0]):
        leader = comparison.place(first(comparison.systems), comparison.seeds[0])
        words = str(leader / "vocabulary")
    return dataclasses.replace(
        base,
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
            target = target / f"seed-{seed}"
            if not (target / "selection.json").exists():
                # What an interrupted selection has left.
                shutil.rmtree(target, ignore_errors=True)
                trusted = _trusted(comparison, target.parent)
                start = comparison.place("mined", seed)
                selection.run(start, trusted, mined, target, comparison.select, True, threads)
        elif name in ("gold", "shuffled"):
            made = _gold(comparison.gold) if name == "gold" else _shuffled(mined)
            partial = target / f"{_TABLE}.partial"
            pq.write_table(made, partial, compression="zstd")
            partial.replace(target / _TABLE)
        else:
            _mine(comparison, name, target)
            target = target / "corpus" / f"en-{comparison.lang}"
    return target


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
        knobs = presets.off([name.removeprefix(_WITHOUT)])
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


def _trusted(comparison, folder):
    """A file in ``folder`` of known pairs that are neither in the test nor in dev."""
    gold = heldout.read_gold(comparison.gold)
    config = comparison.base.data
    held = {config.test_site, config.dev_site}
    rows = [
        f"{src}\t{tgt}\n"
        for src, tgt, names in zip(*(column.to_pylist() for column in gold.columns), strict=True)
        if not held & set(names)
    ]
    order = np.random.default_rng(0).permutation(len(rows))[: comparison.select.trusted]
    path = folder / "trusted.tsv"
    path.write_text("".join(rows[at] for at in np.sort(order)), encoding="utf-8")
    return path
