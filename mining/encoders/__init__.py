"""Sentence encoders by name: ``muse`` (embedded), ``labse``, or a model of its kind."""

import functools
import threading

from mining.encoders import hub
from mining.encoders.base import Encoder
from mining.errors import InputError

NAMES = ("labse", "muse")

_LOADING = threading.Lock()


def load_encoder(name, threads=0, precision="auto") -> Encoder:
    """The encoder called ``name``: ``muse``, ``labse``, the folder of a BERT-like model, or one on
    the model hub, ``ORG/MODEL``; the last two kinds of name and ``labse`` may end in ``@REVISION``.

    threads: how many to compute with; 0 for one a core. The vectors do not depend on it.
    precision: see mining.encoders.labse.PRECISIONS; muse has but one, float32.
    Raises InputError for a name that is none of these, and for a model that can't be loaded.
    """
    # One model a process, however many threads ask for it.
    with _LOADING:
        return _load(name, threads, precision)


@functools.lru_cache(maxsize=1)
def _load(name, threads, precision):
    # Each imports its own heavy libraries, and a machine may have only one of the extras.
    if name == "muse":
        from mining.encoders.muse import MuseEncoder

        if precision not in ("auto", "float32"):
            raise InputError(f"encoder muse computes in float32, not {precision}")
        return MuseEncoder(threads)
    if hub.is_model(name):
        from mining.encoders.labse import LabseEncoder

        return LabseEncoder(name, threads, precision)
    raise InputError(
        f"unknown encoder {name!r}; give {', '.join(NAMES)}, the folder of a BERT model, or a "
        "model of the hub as ORG/MODEL"
    )


def cuda_devices(name):
    """How many CUDA devices there are here for the encoder called ``name``; 0 if it uses none."""
    if name == "muse":
        return 0
    import torch

    return torch.cuda.device_count()
