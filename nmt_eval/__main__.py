"""Trains a translation model on a mined corpus and scores it on sentences it has not seen."""

import argparse
import os
import pathlib
import sys
import time

from mining.config import with_overrides
from mining.errors import InputError
from nmt_eval import experiment, report
from nmt_eval.config import PRESETS, DataConfig, DecodeConfig, VocabularyConfig

_GOLD = pathlib.Path(__file__).parents[1] / "samples" / "debian" / "gold"
_NONE = "-"
_STAGES = ("data", "vocabulary", "model", "train", "decode")


class _Parser(argparse.ArgumentParser):
    """One whose complaints are one line, as all others are."""

    def error(self, message):
        raise InputError(f"{message}; see --help")


def _parser():
    made = _Parser(
        prog="python -m nmt_eval",
        description=__doc__,
        epilog="Knobs and their defaults: nmt_eval/config.py.",
        allow_abbrev=False,
    )
    made.add_argument(
        "--output", required=True, metavar="FOLDER", help="that of mining; results go to its nmt/"
    )
    made.add_argument("--languages", required=True, metavar="en,XX", help="English and others")
    made.add_argument(
        "--direction", metavar="XX-YY", help="from and to, one of them en; default: from en"
    )
    made.add_argument(
        "--corpus",
        metavar="PATH",
        help="a folder of Parquet files with src_text and tgt_text, one such file, a TSV, or two "
        "files as NAME.en,NAME.de; default: OUTPUT/corpus/en-XX",
    )
    made.add_argument(
        "--test",
        default="",
        metavar="TEST",
        help="a TSV with English first, two files as NAME.en,NAME.de, or a set that sacrebleu can "
        "fetch, as wmt17; default: a site of the corpus, held out of it",
    )
    made.add_argument(
        "--gold",
        metavar="TSV",
        help="gold of the real sample: where the corpus is of that sample, rows of a site are the "
        "test; - for none; default: samples/debian/gold/en-XX.tsv if it was built",
    )
    made.add_argument("--preset", choices=PRESETS, default="tiny", help="default: %(default)s")
    made.add_argument("--name", help="of the folder of the results; default: the preset's")
    made.add_argument("--encoder", default="muse", help="for the score by embeddings (muse)")
    made.add_argument(
        "--workers", type=int, default=0, metavar="N", help="threads; 0: one a core (default)"
    )
    made.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STAGE.KNOB=VALUE",
        dest="overrides",
        help=f"set a knob of {', '.join(_STAGES)}, as train.updates=1000; may be given again",
    )
    return made


def _experiment(ours, source, target):
    preset = PRESETS[ours.preset]
    configs = {
        "data": DataConfig(),
        "vocabulary": VocabularyConfig(size=preset.vocabulary),
        "model": preset.model,
        "train": preset.train,
        "decode": DecodeConfig(),
    }
    for override in ours.overrides:
        stage, dot, rest = override.partition(".")
        if not dot or stage not in configs:
            raise InputError(
                f"--set {override}: expected STAGE.KNOB=VALUE with a stage of {', '.join(_STAGES)}"
            )
        configs[stage] = with_overrides(configs[stage], [rest])
    other = target if source == "en" else source
    corpus = ours.corpus or str(pathlib.Path(ours.output) / "corpus" / f"en-{other}")
    return experiment.Experiment(
        source=source,
        target=target,
        corpus=corpus,
        test=ours.test,
        gold=_gold(ours.gold, other),
        preset=ours.preset,
        encoder=ours.encoder,
        finished=ours.corpus is None,
        **configs,
    )


def _gold(given, other):
    if given is None:
        path = _GOLD / f"en-{other}.tsv"
        return str(path) if path.is_file() else ""
    return "" if given == _NONE else given


def _directions(ours):
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


def main(argv):
    """The command line: a model for each direction, and what came of it."""
    ours = _parser().parse_args(argv)
    if ours.workers < 0:
        raise InputError(f"--workers {ours.workers}: give 0 or more")
    directions = _directions(ours)
    if ours.corpus and len(directions) > 1:
        raise InputError("--corpus: is of one language pair; give --languages en and that one")
    experiments = [_experiment(ours, *direction) for direction in directions]
    for one in experiments:
        started = time.monotonic()
        folder = pathlib.Path(ours.output) / "nmt" / f"{one.source}-{one.target}"
        folder /= ours.name or ours.preset
        found = experiment.run(one, folder, ours.workers, _say)
        print(report.summary(*found, folder))
        print(f"done in {time.monotonic() - started:.0f} s", flush=True)


def _say(line):
    print(line, file=sys.stderr, flush=True)


def guarded(argv):
    """Runs ``main`` and returns the exit status: 2 with one line for what a user can mend."""
    try:
        main(argv)
    except KeyboardInterrupt:
        print("\nstopped; run the same command again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read what we print has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if not error.strerror:
            raise
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")
    sys.exit(guarded(sys.argv[1:]))
