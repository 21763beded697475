"""What a training leaves in its folder, and how it goes on from there after whatever stopped it.

``state.pt`` is what goes on: weights, the optimiser's moments, history; ``weights-N.safetensors``
are weights after N updates, for the mean. Each gets its name when it is whole, the state last.
"""

import json
import os
import pathlib
import shutil
import uuid

import torch
from safetensors.torch import load_file, save_file

from mining.errors import InputError

_STATE, _HISTORY = "state.pt", "history.jsonl"


class Checkpoints:
    """The checkpoints of one training, in ``folder``, which may not be there yet."""

    def __init__(self, folder, made_from):
        """made_from: a digest of config and data; those of another one are not gone on from."""
        self._folder, self._made_from = pathlib.Path(folder), made_from

    def load(self, device):
        """The state that was saved last, a dict, or None.

        Raises InputError where it can't be read, or is of another config or other data: days of
        computing may be in it, so it is not for us to throw away.
        """
        path = self._folder / _STATE
        if not path.is_file():
            return None
        try:
            state = torch.load(path, map_location=device, weights_only=True)
            made_from = state["made_from"]
        except Exception as error:  # torch.load raises whatever its many readers do
            raise InputError(
                f"{path}: unreadable ({type(error).__name__}); remove {self._folder} to train anew"
            ) from None
        if made_from != self._made_from:
            raise InputError(
                f"{self._folder}: checkpoints of another config or other data; "
                "remove this folder to train anew, or give another one"
            )
        return state

    def save(self, state, weights, kept):
        """Saves ``state``, a dict, and ``weights``, a tensor, as those after state["update"]
        updates. kept: the numbers of updates whose weights stay; others are removed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        update = state["update"]
        self._write(self._weights(update), lambda path: save_file({"weights": weights}, path))
        lines = "".join(json.dumps(record) + "\n" for record in state["history"])
        self._write(self._folder / _HISTORY, lambda path: path.write_text(lines))
        state = {**state, "made_from": self._made_from}
        self._write(self._folder / _STATE, lambda path: torch.save(state, path))
        for path in self._folder.glob("weights-*.safetensors"):
            if path not in {self._weights(number) for number in [*kept, update]}:
                path.unlink()

    def mean(self, updates):
        """The mean of the weights after these numbers of updates, on the CPU."""
        total = None
        for update in updates:
            weights = load_file(self._weights(update))["weights"]
            total = weights if total is None else total.add_(weights)
        return total.div_(len(updates))

    def _weights(self, update):
        return self._folder / f"weights-{update:08}.safetensors"

    def _write(self, path, write):
        partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.partial")
        try:
            write(partial)
            with partial.open("rb") as written:
                os.fsync(written.fileno())
            partial.replace(path)
        except OSError as error:
            raise InputError(f"{path}: can't be written: {error.strerror or error}") from None
        finally:
            partial.unlink(missing_ok=True)


def save_model(model, folder):
    """Writes ``model`` to ``folder`` as transformers reads it, the weights last."""
    from transformers.utils import logging

    folder = pathlib.Path(folder)
    partial = folder / f"model.{uuid.uuid4().hex[:8]}.partial"
    # A bar over the one file would break the line of another.
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model.save_pretrained(partial)
    finally:
        if shown:
            logging.enable_progress_bar()
    # What another program made of the weights before.
    shutil.rmtree(folder / "ctranslate2", ignore_errors=True)
    for path in sorted(partial.iterdir(), key=lambda path: path.suffix == ".safetensors"):
        path.replace(folder / path.name)
    partial.rmdir()
