"""Trains a translation model on a mined corpus and scores it on sentences it has not seen."""

import pathlib
import time

from mining.errors import InputError
from nmt_eval import experiment, report, settings
from nmt_eval.command import Parser, command


def _parser():
    made = Parser(prog="python -m nmt_eval", description=__doc__)
    settings.add_to(made)
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
        "--start",
        default="",
        metavar="FOLDER",
        help="train the model of an earlier run on, as with a selected part of its corpus",
    )
    made.add_argument("--name", help="of the folder of the results; default: the preset's")
    return made


def main(argv):
    """The command line: a model for each direction, and what came of it."""
    ours = _parser().parse_args(argv)
    threads = settings.threads_of(ours)
    configs = settings.configs_of(ours, is_second=bool(ours.start))
    directions = settings.directions_of(ours)
    if ours.corpus and len(directions) > 1:
        raise InputError("--corpus: is of one language pair; give --languages en and that one")
    more = {"test": ours.test, "start": ours.start}
    experiments = [
        settings.experiment_of(ours, *direction, configs, ours.corpus, **more)
        for direction in directions
    ]
    for one in experiments:
        started = time.monotonic()
        folder = pathlib.Path(ours.output) / "nmt" / f"{one.source}-{one.target}"
        folder /= ours.name or ours.preset
        found = experiment.run(one, folder, threads, settings.say)
        if found is None:
            continue
        print(report.summary(*found, folder))
        print(f"done in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    command(main)
