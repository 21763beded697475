"""What the command lines that train have in common, and the experiment they ask for."""

import os
import pathlib
import sys

from mining.config import with_overrides
from mining.errors import InputError
from nmt_eval.config import PRESETS, DataConfig, DecodeConfig, SelectConfig, VocabularyConfig
from nmt_eval.experiment import Experiment

_GOLD = pathlib.Path(__file__).parents[1] / "samples" / "debian" / "gold"
_NONE = "-"
STAGES = ("data", "vocabulary", "model", "train", "decode")


def add_to(parser):
    """Adds the options that every training takes."""
    parser.epilog = "Knobs and their defaults: nmt_eval/config.py."
    parser.add_argument(
        "--output", required=True, metavar="FOLDER", help="that of mining; results go to its nmt/"
    )
    parser.add_argument("--languages", required=True, metavar="en,XX", help="English and others")
    parser.add_argument(
        "--direction", metavar="XX-YY", help="from and to, one of them en; default: from en"
    )
    parser.add_argument(
        "--gold",
        metavar="TSV",
        help="gold of the real sample: where the corpus is of that sample, rows of a site are the "
        "test; - for none; default: samples/debian/gold/en-XX.tsv if it was built",
    )
    parser.add_argument("--preset", choices=PRESETS, default="tiny", help="default: %(default)s")
    parser.add_argument("--encoder", default="muse", help="for the score by embeddings (muse)")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="threads; 0: one a core (default)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STAGE.KNOB=VALUE",
        dest="overrides",
        help=f"set a knob of {', '.join(STAGES)}, as train.updates=1000; may be given again",
    )


def configs_of(ours, more=(), is_second=False):
    """The configs that parsed options ask for, by the name of their stage.

    more: stages that there are besides STAGES; is_second: whether it is the training that goes on
    with selected pairs, for which some presets have other knobs. Raises InputError for knobs that
    there are not.
    """
    preset = PRESETS[ours.preset]
    is_second = is_second and preset.select is not None
    found = {
        "data": DataConfig(),
        "vocabulary": VocabularyConfig(size=preset.vocabulary),
        "model": preset.model,
        "train": preset.select if is_second else preset.train,
        "decode": DecodeConfig(),
        "select": SelectConfig(),
    }
    found = {stage: config for stage, config in found.items() if stage in (*STAGES, *more)}
    for override in ours.overrides:
        stage, dot, rest = override.partition(".")
        if not dot or stage not in found:
            raise InputError(
                f"--set {override}: expected STAGE.KNOB=VALUE with a stage of {', '.join(found)}"
            )
        found[stage] = with_overrides(found[stage], [rest])
    return found


def experiment_of(ours, source, target, configs, corpus=None, **more):
    """The Experiment of parsed options; configs: by stage; corpus: path, or None for that of
    mining; more: fields of Experiment."""
    other = target if source == "en" else source
    return Experiment(
        source=source,
        target=target,
        corpus=corpus or str(pathlib.Path(ours.output) / "corpus" / f"en-{other}"),
        gold=_gold(ours.gold, other),
        preset=ours.preset,
        encoder=ours.encoder,
        finished=corpus is None,
        **configs,
        **more,
    )


def threads_of(ours):
    """How many threads parsed options ask for; InputError for fewer than none."""
    if ours.workers < 0:
        raise InputError(f"--workers {ours.workers}: give 0 or more")
    return ours.workers


def cores():
    """How many cores of the CPU this process may use."""
    return len(os.sched_getaffinity(0))


def models_at_once(threads):
    """How many models to train at once with so many threads, 0 for one a core: a small one keeps
    two busy (docs/method.md, "Training the check"), and a GPU takes them in turn."""
    import torch

    return 1 if torch.cuda.is_available() else max(1, (threads or cores()) // 2)


def _gold(given, other):
    if given is None:
        path = _GOLD / f"en-{other}.tsv"
        return str(path) if path.is_file() else ""
    return "" if given == _NONE else given


def directions_of(ours):
    """The (source, target) to train, one for each language but English."""
    codes = [code.strip().lower() for code in ours.languages.split(",")]
    others = [code for code in dict.fromkeys(codes) if code and code != "en"]
    if "en" not in codes or not others:
        raise InputError(f"--languages {ours.languages}: give en and another, such as en,de")
    if ours.direction is None:
        return [("en", other) for other in others]
    found = tuple(ours.direction.lower().split("-"))
    known = [pair for other in others for pair in (("en", other), (other, "en"))]
    if found not in known:
        told = ", ".join("-".join(pair) for pair in known)
        raise InputError(f"--direction {ours.direction}: give one of {told}")
    return [found]


def say(line):
    """Shows a line of progress."""
    print(line, file=sys.stderr, flush=True)
