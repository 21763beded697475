"""Sentence encoders by name: ``muse`` (embedded), ``labse``, or a model folder's path."""

import functools
import pathlib
import threading

from mining.encoders.base import Encoder
from mining.errors import InputError

NAMES = ("labse", "muse")


_LOADING = threading.Lock()


def load_encoder(name, threads=0) -> Encoder:
    """The encoder called ``name``, or the BERT model in the folder of that name.

    threads: how many to compute with; 0 for one a core. The vectors do not depend on it.
    Raises InputError for a name that is neither, and for a model that can't be loaded.
    """
    # One model a process, however many threads ask for it.
    with _LOADING:
        return _load(name, threads)


@functools.lru_cache(maxsize=1)
def _load(name, threads):
    # Each imports its own heavy libraries, and a machine may have only one of the extras.
    if name == "muse":
        from mining.encoders.muse import MuseEncoder

        return MuseEncoder(threads)
    if name == "labse" or (name and pathlib.Path(name).is_dir()):
        from mining.encoders.labse import LabseEncoder

        return LabseEncoder("sentence-transformers/LaBSE" if name == "labse" else name, threads)
    raise InputError(
        f"unknown encoder {name!r}; give {', '.join(NAMES)} or the folder of a BERT model"
    )


def cuda_devices(name):
    """How many CUDA devices there are here for the encoder called ``name``; 0 if it uses none."""
    if name == "muse":
        return 0
    import torch

    return torch.cuda.device_count()
