"""Training of a translation model: updates, learning rate, evaluation, when to stop, what to keep.

The same data, config, seed and machine give the same weights on a CPU, whether in one go or
interrupted and resumed.
"""

import dataclasses
import json
import math
import pathlib
import time

import numpy as np
import torch

from mining.config import fingerprint
from mining.errors import InputError
from nmt_eval.batches import Batches
from nmt_eval.checkpoints import Checkpoints, save_model
from nmt_eval.gradients import Gradients, Weights
from nmt_eval.muon import Muon
from nmt_eval.processes import Processes

# Raised when the same data and config would give other weights.
_VERSION = 1
# What a checkpoint has of a run, beside weights and optimiser.
_KEPT = ("update", "seen", "seconds", "stopped", "epoch_number", "done", "history")
# Updates after which losses are looked at: a GPU would wait for each look.
_LOOK = 10


@dataclasses.dataclass(frozen=True)
class Trained:
    """What came of a training.

    history: one dict an evaluation: update, epoch, tokens (in all, both sides), loss (mean of a
    target token since the last record, with dropout, without smoothing, nats), dev_loss,
    learning_rate, tokens_per_s, seconds (in all). dev_loss: of the weights that the model has now,
    the mean of those after each of ``averaged`` updates. stopped: "budget" or "patience".
    left_out: training pairs that are too long.
    """

    history: list
    updates: int
    tokens: int
    seconds: float
    stopped: str
    averaged: list
    dev_loss: float
    left_out: int
    precision: str


def train(
    model, tokens, dev, config, folder, on_progress=lambda state: None, threads=0, device=None
):
    """Trains a MarianMTModel on pairs of rows of ids, and returns what came of it, a Trained.

    tokens, dev: Bitokens; config: TrainConfig; folder: for the finished model, as transformers
    reads it, with its checkpoints below; on_progress: called every few updates with a dict of
    update, updates, began (with which this process began), loss, dev_loss (or None), tokens_per_s
    and seconds_left; threads: of the CPU, 0 for one a core; device: by default a GPU if any.

    What is finished is not trained again; what was interrupted goes on. Raises InputError for data
    that can't be trained on, a folder that holds another training, and a loss that is no number.
    """
    run = _Run(model, tokens, dev, config, folder, threads, device)
    with run.gradients.running(config.parts):
        run.begin()
        while not run.stopped:
            run.epoch(on_progress)
        return run.finish()


def learning_rate(config, update):
    """The rate of an update, counted from 0: straight up, then as config.schedule says; the
    inverse square root is Vaswani et al.'s (2017, section 5.3)."""
    if update < config.warmup:
        return config.learning_rate * (update + 1) / config.warmup
    if config.schedule == "linear":
        left = (config.updates - update) / max(1, config.updates - config.warmup)
        return config.learning_rate * left
    return config.learning_rate * math.sqrt(config.warmup / (update + 1))


class _Run:
    def __init__(self, model, tokens, dev, config, folder, threads, device):
        fits = [_fitting(one, config.max_tokens) for one in (tokens, dev)]
        self.left_out = len(tokens) - len(fits[0])
        for name, one in zip(("training", "dev"), fits, strict=True):
            if not len(one):
                raise InputError(
                    f"no {name} pairs of at most {config.max_tokens} tokens a side; give more data"
                )
        self.tokens, self.dev = fits
        self.model, self.config, self.folder = model, config, pathlib.Path(folder)
        self.processes = Processes(device)
        self.weights = Weights(model, self.processes.device)
        self.gradients = Gradients(model, self.weights, self.processes, config.precision, threads)
        made_from = {
            "version": _VERSION,
            "train": dataclasses.asdict(config) | {"precision": self.gradients.precision},
            "model": {
                knob: value
                for knob, value in json.loads(model.config.to_json_string(use_diff=False)).items()
                # Where it lies, and what wrote it, change nothing.
                if knob not in ("_name_or_path", "transformers_version")
            },
            "data": [one.fingerprint() for one in fits],
        }
        self.checkpoints = Checkpoints(self.folder / "checkpoints", fingerprint(made_from))
        sides = self.tokens.src.lengths, self.tokens.tgt.lengths
        self.batches = Batches(*sides, config.tokens, config.parts, config.seed)
        sides = self.dev.src.lengths, self.dev.tgt.lengths
        self.dev_parts = Batches(*sides, config.tokens, config.parts, config.seed).in_order()
        self.optimizers = _optimizers(self.weights, model, config, self.gradients)
        is_half = self.gradients.precision == "float16"
        self.scaler = torch.amp.GradScaler(self.processes.device.type, enabled=is_half)
        self.update, self.seen, self.seconds, self.stopped = 0, 0, 0.0, None
        # Where the next update is: the epoch and its updates that are done.
        self.epoch_number, self.done = 0, 0
        self.history, self.losses = [], []

    def begin(self):
        state = self.checkpoints.load(self.processes.device)
        if state is None:
            self.processes.take_first(self.weights.values)
        else:
            self.weights.values.copy_(state["weights"])
            for optimizer, found in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(found)
            self.scaler.load_state_dict(state["scaler"])
            for name in _KEPT:
                setattr(self, name, state[name])
        self.began, self.began_seen, self.since = self.update, self.seen, time.monotonic()
        self.seconds_before = self.seconds

    def epoch(self, on_progress):
        for parts in self.batches.epoch(self.epoch_number)[self.done :]:
            self._step(parts)
            self.done += 1
            if self.update % _LOOK == 0:
                self._check()
                if self.processes.is_first:
                    on_progress(self._state())
            last = self.update == self.config.updates
            if last or self.update % self.config.evaluate_every == 0:
                self._evaluate()
            if self.stopped:
                return
        self.epoch_number, self.done = self.epoch_number + 1, 0

    def _step(self, parts):
        rate = learning_rate(self.config, self.update)
        for optimizer in self.optimizers:
            of_matrices = isinstance(optimizer, Muon)
            share = self.config.matrix_rate / self.config.learning_rate if of_matrices else 1.0
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        seed = (self.config.seed, self.update)
        scale = self.scaler.scale(torch.ones((), device=self.processes.device))
        loss = self.gradients.of(self.tokens, parts, self.config.smoothing, seed, scale)
        for optimizer in self.optimizers:
            self.scaler.unscale_(optimizer)
        norm = torch.linalg.vector_norm(self.weights.grad)
        self.weights.grad.mul_((self.config.clip / (norm + 1e-6)).clamp(max=1.0))
        # An update that overflows is left out, and a smaller scale tried. The scaler would look at
        # the gradients of each optimiser apart, and the norm is of both.
        if not self.scaler.is_enabled() or torch.isfinite(norm):
            for optimizer in self.optimizers:
                self.scaler.step(optimizer)
        self.scaler.update()
        self.losses.append(loss if self.scaler.is_enabled() else loss + 0 * norm)
        self.update += 1
        offsets = [side.offsets for side in (self.tokens.src, self.tokens.tgt)]
        self.seen += sum(int((o[rows + 1] - o[rows]).sum()) for rows in parts for o in offsets)

    def _check(self):
        losses = torch.stack(self.losses)
        bad = torch.nonzero(~torch.isfinite(losses))
        if len(bad):
            update = self.update - len(losses) + int(bad[0]) + 1
            raise InputError(
                f"update {update}: the loss or its gradient is no number; give a smaller "
                "train.learning_rate or a longer train.warmup, and another folder "
                f"(the checkpoints before it are in {self.folder})"
            )
        return float(losses.mean())

    def _now(self):
        return self.seconds_before + time.monotonic() - self.since

    def _state(self):
        seconds = time.monotonic() - self.since
        done = max(1, self.update - self.began)
        return {
            "update": self.update,
            "updates": self.config.updates,
            "began": self.began,
            "loss": float(self.losses[-1]),
            "dev_loss": self.history[-1]["dev_loss"] if self.history else None,
            "tokens_per_s": (self.seen - self.began_seen) / seconds,
            "seconds_left": seconds / done * (self.config.updates - self.update),
        }

    def _evaluate(self):
        loss = self._check()
        self.losses = []
        self.seconds = self._now()
        last = self.history[-1] if self.history else {"tokens": 0, "seconds": 0.0}
        took = max(self.seconds - last["seconds"], 1e-9)
        self.history.append(
            {
                "update": self.update,
                "epoch": round(self.seen / self.tokens.tokens, 4),
                "tokens": self.seen,
                "loss": loss,
                "dev_loss": self.gradients.loss(self.dev, self.dev_parts),
                "learning_rate": learning_rate(self.config, self.update - 1),
                "tokens_per_s": round((self.seen - last["tokens"]) / took),
                "seconds": round(self.seconds, 3),
            }
        )
        if self.update >= self.config.updates:
            self.stopped = "budget"
        elif len(self.history) - 1 - self._best() >= self.config.patience:
            self.stopped = "patience"
        self._save()

    def _best(self):
        return min(range(len(self.history)), key=lambda at: self.history[at]["dev_loss"])

    def _averaged(self):
        """The updates whose weights make the result, as things stand."""
        best = self._best()
        first = max(0, best + 1 - self.config.average)
        return [record["update"] for record in self.history[first : best + 1]]

    def _save(self):
        if self.processes.is_first:
            state = {name: getattr(self, name) for name in _KEPT}
            state["weights"] = self.weights.values
            state["optimizers"] = [optimizer.state_dict() for optimizer in self.optimizers]
            state["scaler"] = self.scaler.state_dict()
            # Those after the best may be the ones before a better one.
            numbers = [record["update"] for record in self.history]
            kept = numbers[numbers.index(self._averaged()[0]) :]
            self.checkpoints.save(state, self.weights.values, kept)
        self.processes.wait()

    def finish(self):
        """Gives the model the mean of its best weights, writes it, and says what came of all."""
        averaged = self._averaged()
        self.weights.values.copy_(self.checkpoints.mean(averaged))
        dev_loss = self.gradients.loss(self.dev, self.dev_parts)
        if self.processes.is_first:
            save_model(self.model.eval(), self.folder)
        self.processes.wait()
        return Trained(
            history=self.history,
            updates=self.update,
            tokens=self.seen,
            seconds=self.seconds,
            stopped=self.stopped,
            averaged=averaged,
            dev_loss=dev_loss,
            left_out=self.left_out,
            precision=self.gradients.precision,
        )


def _optimizers(weights, model, config, gradients):
    """What updates the weights: AdamW, and with config.optimizer "muon" that for all matrices but
    the embeddings."""
    views = zip(
        weights.parameters, weights.views(weights.values), weights.views(weights.grad), strict=True
    )
    matrices, embeddings, others = [], [], []
    for parameter, values, grad in views:
        values.grad = grad
        if parameter.ndim < 2:
            others.append(values)
        else:
            (embeddings if parameter is model.model.shared.weight else matrices).append(values)
    uses_muon = config.optimizer == "muon"
    adam = torch.optim.AdamW(
        [
            {
                "params": embeddings if uses_muon else embeddings + matrices,
                "weight_decay": config.weight_decay,
            },
            {"params": others, "weight_decay": 0.0},
        ],
        betas=(config.beta1, config.beta2),
        eps=config.epsilon,
        fused=True,
    )
    return [Muon(matrices, gradients.spread), adam] if uses_muon else [adam]


def _fitting(tokens, most):
    """The pairs with at most so many tokens a side."""
    longest = np.maximum(tokens.src.lengths, tokens.tgt.lengths)
    return tokens if not len(tokens) or longest.max() <= most else tokens.take(longest <= most)
