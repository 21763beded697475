"""What a mined corpus is worth to a translation model, between bounds: the same model and budget on
the gold, on what other ways of mining find, on pairs that don't belong together.

``python -m nmt_eval.compare --output OUT --languages en,de --gold GOLD`` trains every system with
every seed, below OUT/nmt/en-de/compare/tiny, and writes OUT/nmt/compare.json, with mean and spread
of each, after each model; an interrupted run goes on.
"""

import dataclasses
import functools
import json
import pathlib
import statistics
import time

from mining.errors import InputError
from nmt_eval import data, experiment, heldout, jobs, settings, systems
from nmt_eval.command import Parser, command, refuse_several
from nmt_eval.config import PRESETS, SelectConfig, TrainConfig


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What is compared: ``output`` of mining, ``lang``, ``gold`` with sites; ``base``, the
    Experiment of the mined corpus; ``systems``; ``seeds``; ``select``: SelectConfig; ``second``:
    TrainConfig of what is trained on."""

    output: str
    lang: str
    gold: str
    base: experiment.Experiment
    systems: tuple
    seeds: tuple
    select: SelectConfig
    second: TrainConfig

    @property
    def folder(self):
        pair = f"{self.base.source}-{self.base.target}"
        return pathlib.Path(self.output) / "nmt" / pair / "compare" / self.base.preset

    def place(self, name, seed):
        """The folder of a system's run."""
        return self.folder / name / f"seed-{seed}"


def run(comparison, threads=0, count=1, say=print):
    """Trains what is not trained yet, ``count`` models at once; returns compare.json's dict.

    Raises InputError for systems that there are not, and whatever nmt_eval.experiment refuses.
    """
    systems.check(comparison.systems)
    if not comparison.seeds:
        raise InputError("--seeds: give at least one")
    # Before a quarter of an hour goes into the gold.
    _check_corpus(comparison.base)
    folder = comparison.folder
    folder.mkdir(parents=True, exist_ok=True)
    # All with one seed, then all with the next: what is there when it is stopped can be compared.
    ordered = systems.in_order(comparison.systems)
    tasks = [(name, seed) for seed in comparison.seeds for name in ordered]
    results = {name: {} for name in comparison.systems}
    train = functools.partial(_together, count=count) if count > 1 else _in_turn
    for name, seed in train(comparison, tasks, threads, say):
        path = comparison.place(name, seed) / "result.json"
        result = json.loads(path.read_text(encoding="utf-8"))
        test = f"gold of {comparison.base.data.test_site}"
        if result["data"]["kind"] != test:
            raise InputError(
                f"{name}: its pairs are of other sites, so its test is not the {test} but "
                f"{result['data']['kind']}; leave it out"
            )
        if name in results:
            results[name][seed] = result
        found = summary(results, comparison)
        for place in (folder, pathlib.Path(comparison.output) / "nmt"):
            _write_json(place / "compare.json", found)
    return found


def _check_corpus(base):
    corpus, _ = data.read(base.corpus, base.finished)
    if not heldout.knows(corpus, base.data):
        raise InputError(
            f"{base.corpus}: no pair of it is on {base.data.test_site}, or none on "
            f"{base.data.dev_site}, whose gold is the test and dev; compare a corpus of the gold's "
            "pages, or give data.test_site and data.dev_site"
        )


def _in_turn(comparison, tasks, threads, say):
    """Trains tasks, (system, seed); yields each when it is done."""
    for name, seed in tasks:
        say(f"\n{name}, seed {seed}")
        _train(comparison, threads, say, (name, seed))
        yield name, seed


def _together(comparison, tasks, threads, say, count):
    """As _in_turn, ``count`` tasks at once."""
    each = max(1, (threads or settings.cores()) // count)
    say(f"{len(tasks)} models, {count} at once; what they say is in {comparison.folder}/logs")
    started = time.monotonic()
    found = jobs.at_once(
        tasks,
        functools.partial(systems.needs, comparison),
        functools.partial(_train, comparison, each, settings.say),
        count,
        lambda task: comparison.folder / "logs" / f"{task[0]}-{task[1]}.txt",
    )
    for done, (name, seed) in enumerate(found, 1):
        yield name, seed
        left = (time.monotonic() - started) / done * (len(tasks) - done)
        told = f"{done} of {len(tasks)} done, some {left / 60:.0f} min left"
        say(f"{name}, seed {seed}: {told}")


def _train(comparison, threads, say, task):
    made = systems.experiment(comparison, *task, threads)
    experiment.run(made, comparison.place(*task), threads, say)


def summary(results, comparison):
    """compare.json's dict: for each system pairs, updates, and BLEU and chrF of test and dev by
    seed with mean and spread (the sample's standard deviation, None of one seed); mined over gold.

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
            **{
                metric: _spread(made["scores"][metric]["score"] for made in every)
                for metric in ("bleu", "chrf", "embedding")
            },
            **{
                f"dev_{metric}": _spread(made["dev_scores"][metric]["score"] for made in every)
                for metric in ("bleu", "chrf")
            },
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
    shown = {"BLEU": "bleu", "chrF": "chrf", "dev BLEU": "dev_bleu"}
    lines = [f"{'':<24}{'pairs':>9}" + "".join(f"{label:>14}" for label in shown) + f"{'seeds':>7}"]
    for name, made in found["systems"].items():
        cells = "".join(_cell(made[metric]) for metric in shown.values())
        lines.append(f"{name:<24}{made['pairs']:>9,}{cells}{len(made['seeds']):>7}")
    if found["mined_over_gold_bleu"] is not None:
        lines.append(f"mined / gold, BLEU: {found['mined_over_gold_bleu']:.3f}")
    return lines


def _cell(found):
    spread = "" if found["spread"] is None else f" ±{found['spread']:.2f}"
    return f"{found['mean']:>8.2f}{spread:<6}"


def _spread(values):
    values = list(values)
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
        default=",".join(systems.SYSTEMS),
        metavar="NAMES",
        help="default: %(default)s; ratio-T is the plain ratio margin above T, without-FILTER the "
        "corpus with one filter off, as without-copy_similarity",
    )
    made.add_argument("--seeds", default="1,2,3", metavar="N,…", help="default: %(default)s")
    made.add_argument(
        "--jobs",
        type=int,
        default=0,
        metavar="N",
        help="models trained at once; 0: one for every two cores, or one on a GPU (default)",
    )
    return made


def main(argv):
    """The command line."""
    ours = _parser().parse_args(argv)
    refuse_several("nmt_eval.compare")
    threads, configs = settings.threads_of(ours), settings.configs_of(ours, ["select"])
    select = configs.pop("select")
    second = systems.shorter(configs["train"])
    if PRESETS[ours.preset].select:
        second = settings.configs_of(ours, ["select"], is_second=True)["train"]
    if ours.jobs < 0:
        raise InputError(f"--jobs {ours.jobs}: give 0 or more")
    try:
        seeds = tuple(dict.fromkeys(int(text) for text in ours.seeds.split(",") if text.strip()))
    except ValueError:
        raise InputError(f"--seeds {ours.seeds}: give numbers, as 1,2,3") from None
    names = tuple(dict.fromkeys(name.strip() for name in ours.systems.split(",") if name.strip()))
    for direction in settings.directions_of(ours):
        base = settings.experiment_of(ours, *direction, configs, test="")
        if not base.gold:
            raise InputError(
                "--gold: a comparison needs known pairs with their sites; build the real sample by "
                "make samples, mine it, or give its gold"
            )
        found = run(
            Comparison(ours.output, base.other, base.gold, base, names, seeds, select, second),
            threads,
            ours.jobs or settings.models_at_once(threads),
            settings.say,
        )
        print("\n".join(table(found)), flush=True)


if __name__ == "__main__":
    command(main)
