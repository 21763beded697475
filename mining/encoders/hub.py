"""Where a model's files are: a folder of this machine, or one fetched from the Hugging Face hub."""

import pathlib
import re

from mining.errors import InputError

#: LaBSE as published for sentence-transformers, at the revision that everything here is meant for
LABSE = "sentence-transformers/LaBSE"
LABSE_REVISION = "836121a0533e5664b21c7aacc5d22951f2b8b25b"

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
# Weights as safetensors alone, no pickles and no code.
_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")


def is_model(name):
    """Whether ``name`` can be a model: ``labse``, a folder, or a hub name, ``ORG/MODEL``; each but
    a folder with or without ``@REVISION``."""
    model = name.partition("@")[0]
    return bool(name) and (
        pathlib.Path(name).is_dir() or model == "labse" or _HUB_NAME.fullmatch(model) is not None
    )


def locate(name):
    """(folder, short name) of the model ``name``; what is not here yet is fetched.

    A short name stands in paths; that of a model other than LaBSE is not unique by itself.
    Raises InputError where a hub can't be reached or has no such model or revision.
    """
    if pathlib.Path(name).is_dir():
        folder = pathlib.Path(name).resolve()
        return folder, re.sub(r"[^A-Za-z0-9.-]+", "-", folder.name)
    model, _, revision = name.partition("@")
    if model == "labse":
        model, revision = LABSE, revision or LABSE_REVISION
    return _fetched(model, revision or None), model.rpartition("/")[2]


def _fetched(model, revision):
    import huggingface_hub

    try:
        folder = huggingface_hub.snapshot_download(
            model, revision=revision, allow_patterns=list(_FILES), ignore_patterns=["onnx/*"]
        )
    except Exception as error:
        raise InputError(
            f"the model hub gives no {model} ({type(error).__name__}); give a local folder with "
            "the model as the encoder, or use the embedded one: muse"
        ) from None
    return pathlib.Path(folder)
