"""Command lines: our options, Beam's, and errors as one line.

Every job takes its own options and any Beam option; without --runner it runs on this machine.
"""

import argparse
import contextlib
import importlib
import logging
import re
import sys

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from mining import langid
from mining.config import with_overrides
from mining.errors import InputError

LOCAL = "FnApiRunner"
_RAISED = re.compile(r"mining\.errors\.InputError: (.*)")
_OS_ERROR = re.compile(r"\b(?:\w*Error: )?\[Errno (\d+)\] (.*)", re.IGNORECASE)
_WHERE = re.compile(r" \[while running '.*?'\]$")


def parser(doc, **inputs):
    """An argument parser with the options that all jobs have; ``inputs``: help of --input."""
    made = argparse.ArgumentParser(description=doc.partition("\n\n")[0], allow_abbrev=False)
    made.add_argument("--input", nargs="+", required=True, metavar="PATH", help=inputs["input"])
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
        help="processes on this machine; 0: one a core if there is work for them (default); on a "
        "cluster always 1",
    )
    made.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KNOB=VALUE",
        dest="overrides",
        help="set a knob of mining/config.py; may be given again",
    )
    return made


def parse(made, argv):
    """Our options and Beam's; InputError for one that neither knows."""
    ours, rest = made.parse_known_args(argv)
    beam_parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for kind in PipelineOptions.__subclasses__():
        with contextlib.suppress(argparse.ArgumentError):
            kind._add_argparse_args(beam_parser)
    unknown = beam_parser.parse_known_args(rest)[1]
    if unknown:
        raise InputError(
            f"unknown option {unknown[0]}; see --help for ours, Beam's docs for others"
        )
    ours.languages = languages(ours.languages)
    return ours, PipelineOptions(rest, save_main_session=False)


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


def configured(config, stage, overrides):
    """``config`` with --set applied; in pipelines.run a knob is written STAGE.KNOB."""
    mine = [
        text.removeprefix(f"{stage}.")
        for text in overrides
        if "." not in text.partition("=")[0] or text.startswith(f"{stage}.")
    ]
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
    sys.exit(guarded(importlib.import_module(module).main, sys.argv[1:]))


def guarded(main, argv):
    """Runs ``main(argv)`` and returns the exit status: 2 with one line for what a user can mend."""
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    logging.getLogger("root").setLevel(logging.ERROR)
    try:
        main(argv)
    except KeyboardInterrupt:
        print("\nstopped; run the same command again to go on", file=sys.stderr)
        return 130
    except Exception as error:
        message = user_message(error)
        if message is None:
            raise
        print(f"error: {message}", file=sys.stderr)
        return 2
    return 0


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
