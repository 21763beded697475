"""What a mined corpus is worth to a translation model, between bounds: the same model and budget on
the gold, on what other ways of mining find, on pairs that don't belong together.

``python -m nmt_eval.compare --output OUT --languages en,de --gold GOLD`` trains every system with
every seed, below OUT/nmt/en-de/compare, and writes OUT/nmt/compare.json, with mean and spread of
each, after each model; an interrupted run goes on.
"""

import dataclasses
import json
import pathlib
import re
import statistics
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mining.errors import InputError
from nmt_eval import data, experiment, heldout, selection, settings
from nmt_eval.command import Parser, command
from nmt_eval.config import PRESETS, SelectConfig

#: the gold's pairs; the corpus as it is; the LaBSE paper's mining (nearest English neighbour,
#: cosine of at least .6) and the plain ratio margin above thresholds, from the same vectors; the
#: corpus with its translations exchanged at random; the corpus's model trained on, with the fifth
#: of it that contrastive selection chooses, and with all of it, as long
SYSTEMS = ("gold", "mined", "labse", "ratio-1.06", "ratio-1.2", "shuffled", "selected", "continued")
_RATIO = re.compile(r"ratio-(\d+(?:\.\d+)?)")
_AFTER = ("selected", "continued")
_TEXTS = ["src_text", "tgt_text", "src_url", "tgt_url"]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What is compared: ``output`` of mining, ``lang``, ``gold`` with sites; ``base``, the
    Experiment of the mined corpus; ``systems``; ``seeds``; ``select``: SelectConfig."""

    output: str
    lang: str
    gold: str
    base: experiment.Experiment
    systems: tuple
    seeds: tuple
    select: SelectConfig

    @property
    def folder(self):
        pair = f"{self.base.source}-{self.base.target}"
        return pathlib.Path(self.output) / "nmt" / pair / "compare"


def run(comparison, threads=0, say=print):
    """Trains what is not trained yet; returns compare.json's dict. Raises InputError for systems
    that there are not, and whatever nmt_eval.experiment refuses."""
    _check(comparison)
    folder = comparison.folder
    folder.mkdir(parents=True, exist_ok=True)
    results = {name: {} for name in comparison.systems}
    # All with one seed, then all with the next: what is there when it is stopped can be compared.
    for seed in comparison.seeds:
        for name in _in_order(comparison.systems):
            say(f"\n{name}, seed {seed}")
            made = _experiment(comparison, name, seed, threads)
            result, _, _ = experiment.run(made, _place(comparison, name, seed), threads, say)
            if name in results:
                results[name][seed] = result
            found = summary(results, comparison)
            for place in (folder, pathlib.Path(comparison.output) / "nmt"):
                _write_json(place / "compare.json", found)
    return found


def summary(results, comparison):
    """compare.json's dict: for each system pairs, updates, and BLEU and chrF by seed with mean and
    spread (the sample's standard deviation, None of one seed); what is mined over gold.

    results: by system and seed, as nmt_eval.experiment returns them.
    """
    systems = {}
    for name, by_seed in results.items():
        if not by_seed:
            continue
        every = list(by_seed.values())
        systems[name] = {
            "pairs": every[0]["data"]["train"],
            "overlap": sum(every[0]["data"]["overlap"].values()),
            "updates": [made["training"]["updates"] for made in every],
            "dev_loss": [made["training"]["dev_loss"] for made in every],
            "seeds": list(by_seed),
            **{metric: _spread(every, metric) for metric in ("bleu", "chrf", "embedding")},
        }
    means = {name: made["bleu"]["mean"] for name, made in systems.items()}
    return {
        "pair": f"{comparison.base.source}-{comparison.base.target}",
        "preset": comparison.base.preset,
        "config": comparison.base.settings(),
        "select": dataclasses.asdict(comparison.select),
        "test": next((made["data"]["kind"] for one in results.values() for made in one.values()),
                     None),
        "signatures": next(
            ({metric: made["scores"][metric]["signature"] for metric in ("bleu", "chrf")}
             for one in results.values() for made in one.values()), None),
        "systems": systems,
        "mined_over_gold_bleu": means["mined"] / means["gold"]
        if means.get("gold") and "mined" in means
        else None,
    }  # fmt: skip


def table(found):
    """The lines that a terminal shows of compare.json's dict."""
    lines = [f"{'':<12}{'pairs':>9}{'BLEU':>8}{'':>8}{'chrF':>8}{'':>8}{'seeds':>7}"]
    for name, made in found["systems"].items():
        cells = "".join(
            f"{made[metric]['mean']:>8.2f}"
            + (f"{'±' + format(made[metric]['spread'], '.2f'):>8}"
               if made[metric]["spread"] is not None else " " * 8)
            for metric in ("bleu", "chrf")
        )  # fmt: skip
        lines.append(f"{name:<12}{made['pairs']:>9,}{cells}{len(made['seeds']):>7}")
    if found["mined_over_gold_bleu"] is not None:
        lines.append(f"mined / gold, BLEU: {found['mined_over_gold_bleu']:.3f}")
    return lines


def _check(comparison):
    for name in comparison.systems:
        if name not in SYSTEMS and not _RATIO.fullmatch(name):
            raise InputError(
                f"--systems {name}: give some of {', '.join(SYSTEMS)}, or ratio-T with a threshold"
            )
    if not comparison.seeds:
        raise InputError("--seeds: give at least one")
    # Before a quarter of an hour goes into the gold.
    data.files_of(comparison.base.corpus, comparison.base.finished)


def _first(systems):
    """The system whose subwords all have."""
    return "gold" if "gold" in systems else "mined"


def _in_order(systems):
    """The systems, each behind what it is made from."""
    needed = {_first(systems), *systems} | ({"mined"} if {*_AFTER} & {*systems} else set())
    known = ["gold", "mined", *sorted(needed - {*SYSTEMS}), *SYSTEMS]
    return sorted(needed, key=lambda name: (name in _AFTER, known.index(name)))


def _place(comparison, name, seed):
    return comparison.folder / name / f"seed-{seed}"


def _experiment(comparison, name, seed, threads):
    base = comparison.base
    train = dataclasses.replace(base.train, seed=seed)
    start, words = "", ""
    if name in _AFTER:
        start = str(_place(comparison, "mined", seed))
        more = PRESETS[base.preset].select or dataclasses.replace(
            train,
            updates=max(1, train.updates // 4),
            evaluate_every=max(1, train.evaluate_every // 2),
            learning_rate=train.learning_rate / 4,
            schedule="linear",
        )
        train = dataclasses.replace(more, seed=seed)
    elif (name, seed) != (_first(comparison.systems), comparison.seeds[0]):
        first = _place(comparison, _first(comparison.systems), comparison.seeds[0])
        words = str(first / "vocabulary")
    corpus = _corpus(comparison, name, seed, threads)
    return dataclasses.replace(
        base,
        corpus=str(corpus),
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
    if name == "selected":
        target = target / f"seed-{seed}"
        if not (target / "selection.json").exists():
            start = _place(comparison, "mined", seed)
            trusted = _trusted(comparison)
            selection.run(start, trusted, mined, target, comparison.select, True, threads)
        return target
    if name in ("gold", "shuffled"):
        made = _gold(comparison.gold) if name == "gold" else _shuffled(mined)
        target.mkdir(parents=True, exist_ok=True)
        pq.write_table(made, target / "part-00000.parquet", compression="zstd")
        return target
    _mine(comparison, name, target)
    return target / "corpus" / f"en-{comparison.lang}"


def _gold(path, sites=lambda names: True):
    """The gold as a corpus, each pair on the first of its sites, or that which is held out."""
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
    found = _RATIO.fullmatch(name)
    given = ["--preset", "laser", "--set", f"corpus.min_margin={found[1]}"] if found else [
        "--preset", "labse"]  # fmt: skip
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


def _trusted(comparison):
    """A file of known pairs that are neither in the test nor in dev."""
    path = comparison.folder / "corpora" / "trusted.tsv"
    if path.exists():
        return path
    gold = heldout.read_gold(comparison.gold)
    config = comparison.base.data
    held = {config.test_site, config.dev_site}
    rows = [
        f"{src}\t{tgt}\n"
        for src, tgt, names in zip(*(column.to_pylist() for column in gold.columns), strict=True)
        if not held & set(names)
    ]
    order = np.random.default_rng(0).permutation(len(rows))[: comparison.select.trusted]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(rows[at] for at in np.sort(order)), encoding="utf-8")
    return path


def _spread(results, metric):
    values = [made["scores"][metric]["score"] for made in results]
    if any(value is None for value in values):
        return {"scores": values, "mean": None, "spread": None}
    spread = statistics.stdev(values) if len(values) > 1 else None
    return {"scores": values, "mean": statistics.mean(values), "spread": spread}


def _write_json(path, value):
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def _parser():
    made = Parser(prog="python -m nmt_eval.compare", description=__doc__.partition("\n\n")[0])
    settings.add_to(made)
    made.add_argument(
        "--systems",
        default=",".join(SYSTEMS),
        metavar="NAMES",
        help="default: %(default)s; ratio-T is the plain ratio margin above T",
    )
    made.add_argument("--seeds", default="1,2,3", metavar="N,…", help="default: %(default)s")
    return made


def main(argv):
    """The command line."""
    ours = _parser().parse_args(argv)
    threads, configs = settings.threads_of(ours), settings.configs_of(ours, ["select"])
    select = configs.pop("select")
    try:
        seeds = tuple(dict.fromkeys(int(text) for text in ours.seeds.split(",") if text.strip()))
    except ValueError:
        raise InputError(f"--seeds {ours.seeds}: give numbers, as 1,2,3") from None
    systems = tuple(dict.fromkeys(name.strip() for name in ours.systems.split(",") if name.strip()))
    for direction in settings.directions_of(ours):
        base = settings.experiment_of(ours, *direction, configs, test="")
        if not base.gold:
            raise InputError(
                "--gold: a comparison needs known pairs with their sites; build the real sample by "
                "make samples, mine it, or give its gold"
            )
        found = run(
            Comparison(ours.output, base.other, base.gold, base, systems, seeds, select),
            threads,
            settings.say,
        )
        print("\n".join(table(found)), flush=True)


if __name__ == "__main__":
    command(main)
