"""A dataset is there when its manifest is: written last, it says what the rows were made from.

``key`` is a digest of the inputs and the config. A dataset whose manifest has the key that the
next run would give is left alone; any other is removed and made again.
"""

import os

import mining
from mining import schema
from mining.config import fingerprint
from mining.errors import InputError
from pipelines.common import datasets, web

NAME = "_manifest.json"
_MARKER = "bitext-mining.json"


def key_of(stage, config, inputs):
    """The digest of what decides a dataset's rows, as JSON holds it; ``config`` is a dict."""
    return fingerprint(
        {"stage": stage, "schema": schema.VERSION, "config": config, "inputs": inputs}
    )


def read(folder):
    """The manifest of the dataset in ``folder``, or None where it is not finished."""
    return datasets.read_json(datasets.join(folder, NAME))


def require(folder, made_by):
    """The manifest of ``folder``; InputError where it is missing, naming the job that makes it."""
    manifest = read(folder)
    if manifest is None:
        raise InputError(f"{folder}: no finished dataset here; run pipelines.{made_by} first")
    return manifest


def require_made_from(folder, made_by, inputs):
    """As require; InputError too where it was made from other datasets than ``inputs``, keys."""
    manifest = require(folder, made_by)
    if manifest["made_from"] != inputs:
        raise InputError(
            f"{folder}: made from what has changed since; run pipelines.{made_by} again"
        )
    return manifest


def say(folder):
    """Prints what the finished dataset in ``folder`` holds."""
    rows = read(folder)["rows"]
    rows = sum(rows.values()) if isinstance(rows, dict) else rows
    print(f"{folder}: {rows:,} rows")


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
    """Marks ``folder`` as ours; InputError where it is a file, holds something else, or is in a
    place that can't be reached."""
    if not folder.strip():
        raise InputError("the output is empty; give a folder")
    if os.path.isfile(folder):
        raise InputError(f"{folder}: the output is a file; give a folder")
    datasets.check_file_system(folder)
    if web.is_url(folder):
        raise InputError(f"{folder}: a web server takes no output; give a folder")
    marker = datasets.join(folder, _MARKER)
    try:
        if datasets.exists(marker):
            return
        others = os.listdir(folder) if os.path.isdir(folder) else datasets.files_below(folder)
    except ValueError as error:
        raise InputError(f"{folder}: no such place for the output: {error}") from None
    if others:
        raise InputError(
            f"{folder}: the output folder holds something else; give an empty or a new folder"
        )
    datasets.write_json(
        marker, {"made_by": "bitext-mining", "schema": schema.VERSION, "layout": "docs/schema.md"}
    )
