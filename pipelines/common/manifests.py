"""A dataset is there when its manifest is: written last, it says what the rows were made from.

``key`` is a digest of the inputs and the config. A dataset whose manifest has the key that the
next run would give is left alone; any other is removed and made again.
"""

import os

import mining
from mining import schema
from mining.config import fingerprint
from mining.errors import InputError
from pipelines.common import datasets

NAME = "_manifest.json"
_MARKER = "bitext-mining.json"


def key_of(stage, config, inputs, **more):
    """The digest of what decides a dataset's rows, as JSON holds it; ``config`` is a dict."""
    return fingerprint({"stage": stage, "config": config, "inputs": inputs, **more})


def read(folder):
    """The manifest of the dataset in ``folder``, or None where it is not finished."""
    return datasets.read_json(datasets.join(folder, NAME))


def require(folder, made_by):
    """The manifest of ``folder``; InputError where it is missing, naming the job that makes it."""
    manifest = read(folder)
    if manifest is None:
        raise InputError(f"{folder}: no finished dataset here; run pipelines.{made_by} first")
    return manifest


def is_current(folder, key):
    """Whether the dataset in ``folder`` is finished and was made from what ``key`` stands for."""
    manifest = read(folder)
    return manifest is not None and manifest["key"] == key


def begin(folder, keep_parts=False):
    """Makes ``folder`` ready to be written anew: no manifest, and no parts unless kept."""
    datasets.delete(datasets.join(folder, NAME))
    if not keep_parts:
        datasets.delete_folder(folder)


def write(folder, key, stage, config, **more):
    """Declares the dataset in ``folder`` finished."""
    manifest = {
        "key": key,
        "stage": stage,
        "code": mining.__version__,
        "schema": schema.VERSION,
        "config": config,
        **more,
    }
    datasets.write_json(datasets.join(folder, NAME), manifest)


def claim_output(folder):
    """Marks ``folder`` as ours; InputError where it is a file or holds something else."""
    marker = datasets.join(folder, _MARKER)
    if datasets.exists(marker):
        return
    if os.path.isfile(folder):
        raise InputError(f"{folder}: the output is a file; give a folder")
    if datasets.list_files(datasets.join(folder, "*")):
        raise InputError(
            f"{folder}: the output folder holds something else; give an empty or a new folder"
        )
    datasets.write_json(
        marker, {"made_by": "bitext-mining", "schema": schema.VERSION, "layout": "docs/schema.md"}
    )
