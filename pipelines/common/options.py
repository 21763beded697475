"""Command lines: our options, Beam's, and errors as one line.

Every job takes its own options and any Beam option; without --runner it runs on this machine.
"""

import argparse
import contextlib
import importlib
import logging
import os
import re
import sys

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import create_runner

from mining import langid, presets
from mining.config import STAGES, with_overrides
from mining.errors import InputError

LOCAL = "FnApiRunner"
_RAISED = re.compile(r"mining\.errors\.InputError: (.*)")
_OS_ERROR = re.compile(r"\b(?:\w*Error: )?\[Errno (\d+)\] (.*)", re.IGNORECASE)
_WHERE = re.compile(r" \[while running '.*?'\]$")


class Parser(argparse.ArgumentParser):
    """One whose complaints are one line, as all others are."""

    def error(self, message):
        raise InputError(f"{message}; see --help")


def parser(job, doc, input=None):
    """An argument parser with the options that all jobs have; input: help of --input, which is
    left out without it."""
    made = Parser(
        prog=f"python -m pipelines.{job}",
        description=doc.partition("\n\n")[0],
        epilog="Any other option is Beam's. Knobs and their defaults: mining/config.py.",
        allow_abbrev=False,
    )
    if input is not None:
        made.add_argument("--input", nargs="+", required=True, metavar="PATH", help=input)
    made.add_argument("--output", required=True, metavar="FOLDER", help="folder of the datasets")
    made.add_argument(
        "--languages",
        required=True,
        metavar="en,XX",
        help="ISO 639-1 codes, English and one or more others",
    )
    made.add_argument(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help="processes that extract and threads that encode on this machine; 0: one a core, if "
        "there is work for them (default)",
    )
    made.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STAGE.KNOB=VALUE",
        dest="overrides",
        help="set a knob, as corpus.min_margin=1.1; may be given again",
    )
    return made


def parse(made, argv):
    """Our options and Beam's; InputError for what neither knows or can use."""
    ours, rest = made.parse_known_args(argv)
    if ours.workers < 0:
        raise InputError(f"--workers {ours.workers}: give 0 or more")
    beam_parser = Parser(add_help=False, allow_abbrev=False)
    for kind in PipelineOptions.__subclasses__():
        with contextlib.suppress(argparse.ArgumentError):
            kind._add_argparse_args(beam_parser)
    unknown = beam_parser.parse_known_args(rest)[1]
    if unknown:
        raise InputError(
            f"unknown option {unknown[0]}; see --help for ours, Beam's docs for others"
        )
    for override in ours.overrides:
        stage, dot, _ = override.partition("=")[0].partition(".")
        if not dot or stage not in STAGES:
            raise InputError(
                f"--set {override}: expected STAGE.KNOB=VALUE with a stage of {', '.join(STAGES)}"
            )
    ours.languages = languages(ours.languages)
    beam_options = PipelineOptions(rest, save_main_session=False)
    runner = beam_options.view_as(StandardOptions).runner
    if runner is not None:
        try:
            create_runner(runner)
        except (ValueError, ImportError) as error:
            raise InputError(f"--runner {runner}: {error}") from None
    FileSystems.set_options(beam_options)
    return ours, beam_options


def languages(text):
    """A list of codes out of "en,de"; English first. InputError where that is not given."""
    codes = list(dict.fromkeys(code.strip().lower() for code in text.split(",") if code.strip()))
    for code in codes:
        langid.check_language(code)
    if "en" not in codes or len(codes) < 2:
        raise InputError(
            f"--languages {text}: give en and at least one other language, such as en,de"
        )
    return ["en", *(code for code in codes if code != "en")]


def add_preset(parser):
    """The option --preset, on the parsers of the jobs that look for pairs."""
    parser.add_argument(
        "--preset",
        choices=presets.PRESETS,
        help="mine as a published method does, all other filters off; --set still counts",
    )


def configured(config, stage, overrides):
    """``config`` with the --set of its stage applied."""
    mine = [text.removeprefix(f"{stage}.") for text in overrides if text.startswith(f"{stage}.")]
    return with_overrides(config, mine)


def is_local(beam_options):
    """Whether the job runs on this machine, in this process."""
    return beam_options.view_as(StandardOptions).runner in (None, LOCAL)


@contextlib.contextmanager
def pipeline(beam_options):
    """A Beam pipeline that is run, and waited for, at the end of the block."""
    # Named outright: Beam's default runner may try to download one.
    runner = FnApiRunner() if is_local(beam_options) else None
    made = beam.Pipeline(runner=runner, options=beam_options)
    yield made
    made.run().wait_until_finish()


def command(module):
    """Runs a module's main as a command and exits.

    Imported by its name, not as __main__: what workers get pickled must be found there too.
    """
    sys.stdout.reconfigure(errors="replace")
    sys.exit(guarded(importlib.import_module(module).main, sys.argv[1:]))


def guarded(main, argv):
    """Runs ``main(argv)`` and returns the exit status: 2 with one line for what a user can mend."""
    if not any(text.startswith("--runner") for text in argv):
        # What goes wrong here is said once, by us.
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
        logging.getLogger().setLevel(logging.ERROR)
    try:
        main(argv)
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:
        # Whoever read what we print has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if "KeyboardInterrupt" in str(error):
            return _stopped()
        message = user_message(error)
        if message is None:
            raise
        print(f"error: {message}", file=sys.stderr)
        return 2
    return 0


def _stopped():
    print("\nstopped; run the same command again to go on", file=sys.stderr)
    return 130


def user_message(error):
    """The line for an error that the user can mend, or None: a fault of ours.

    A runner hands on what a worker raised as text, with its traceback; the line is found there.
    """
    if isinstance(error, InputError):
        return str(error)
    text = str(error)
    raised = _RAISED.findall(text)
    if raised:
        return _WHERE.sub("", raised[-1].strip())
    if isinstance(error, OSError) and error.strerror:
        return _os_message(error.strerror, error.filename)
    found = _OS_ERROR.findall(text)
    if found:
        return _os_message(_WHERE.sub("", found[-1][1].strip()), None)
    return None


def _os_message(what, path):
    where = f"{path}: " if path else ""
    advice = "; free some space and run again" if "space" in what.lower() else ""
    return f"{where}{what}{advice}"


def one_input(ours):
    """The single --input of a job that reads datasets; InputError for several."""
    if len(ours.input) != 1:
        raise InputError("--input: give one folder, the --output of the job before")
    return ours.input[0]
