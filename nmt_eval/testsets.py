"""The test that a user names: a TSV, two files with a line a side, or a set of sacrebleu's."""

import pathlib
import re

from mining.errors import InputError
from nmt_eval import data

# A path has one of these in it, a set's name none.
_PATH = re.compile(r"[/\\,]|\.\w+$")


def load(name, source, target):
    """A test called ``name`` as a table data.PAIRS, English first.

    name: a TSV with English in its first column, two files as NAME.en,NAME.de, or a set of
    sacrebleu's, such as wmt17, which is fetched and kept by it. source, target: codes of the
    languages that are translated from and to. Every text is as it is there. Raises InputError for
    what can't be had or used.
    """
    paths = [pathlib.Path(part) for part in name.split(",")]
    if all(path.is_file() for path in paths) and len(paths) < 3:
        made = data.read_exactly(paths) if len(paths) == 2 else data.read_columns(paths[0])
        if not made.num_rows:
            raise InputError(f"{name}: empty; give a test with sentences")
        return made
    if _PATH.search(name) and name not in _known():
        missing = next((path for path in paths if not path.is_file()), name)
        raise InputError(f"{missing}: no such test; give a TSV, or two files as NAME.en,NAME.de")
    made = _fetched(name, f"{source}-{target}")
    return made if source == "en" else data.swapped(made)


def _known():
    from sacrebleu import DATASETS

    return DATASETS


def _fetched(name, pair):
    known = _known()
    if name not in known:
        raise InputError(
            f"--test {name}: no file, and no set that sacrebleu knows; give one such as wmt17"
        )
    if pair not in known[name].langpairs:
        raise InputError(f"--test {name}: has no {pair}; give another, or files")
    try:
        source = list(known[name].source(pair))
        references = [lines[0].rstrip("\n") for lines in known[name].references(pair)]
    except (Exception, SystemExit) as error:  # sacrebleu's own, urllib's, tarfile's, the system's
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"--test {name}: sacrebleu can't fetch it ({told}); it takes a network, or files"
        ) from None
    return data.of_texts(source, references)
