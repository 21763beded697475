"""What the commands of nmt_eval have in common: complaints of one line, and exit statuses."""

import argparse
import os
import sys

from mining.errors import InputError


class Parser(argparse.ArgumentParser):
    """One whose complaints are one line, as all others are."""

    def __init__(self, **given):
        super().__init__(allow_abbrev=False, **given)

    def error(self, message):
        raise InputError(f"{message}; see --help")


def refuse_several(what):
    """Raises InputError where ``accelerate launch`` has started this; what: that it is not for."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise InputError(f"{what}: works in one process; start it without accelerate launch")


def command(main):
    """Runs ``main`` as this process's command."""
    sys.stdout.reconfigure(errors="replace")
    sys.exit(guarded(main, sys.argv[1:]))


def guarded(main, argv):
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
