"""Gradients of an update, part by part: on a CPU in threads, one part a core, which beats sharing
each product between cores; on a GPU one after the other.

Sums are made in the order of the parts, so that they don't depend on which was ready first.
"""

import concurrent.futures
import contextlib
import ctypes
import os

import numpy as np
import torch

from mining.errors import InputError
from nmt_eval.dropout import Dropout
from nmt_eval.model import Forward, Side

# Of malloc.h; 32 MB is the most that the first may be.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


class Weights:
    """A model's trained weights as one tensor, ``values``, whose parts the model's parameters are
    from now on; ``grad`` of the same shape."""

    def __init__(self, model, device):
        model.to(device)
        # Sinusoids are no weights, though a model that was read has them among those.
        parameters = [
            one
            for name, one in model.named_parameters()
            if one.requires_grad and "embed_positions" not in name
        ]
        self.parameters = parameters
        self.values = torch.cat([one.detach().flatten() for one in self.parameters])
        self.grad = torch.zeros_like(self.values)
        for one, values in zip(self.parameters, self.views(self.values), strict=True):
            one.data = values

    def views(self, flat):
        """``flat`` cut into the shapes of the parameters."""
        sizes = [one.numel() for one in self.parameters]
        return [
            piece.view_as(one)
            for piece, one in zip(flat.split(sizes), self.parameters, strict=True)
        ]


class Gradients:
    """Losses of parts of ``tokens``, a Bitokens, and what they add to ``weights.grad``."""

    def __init__(self, model, weights, processes, precision, threads=0):
        """threads: of the CPU, 0 for one a core; precision: of TrainConfig."""
        self._forward, self._weights, self._processes = Forward(model), weights, processes
        self._device = processes.device
        #: the name of the torch dtype of products
        self.precision = possible_precision(precision, self._device)
        self._threads = threads or len(os.sched_getaffinity(0))

    @contextlib.contextmanager
    def running(self, parts):
        """Within it, ``of`` and ``losses`` compute up to ``parts`` parts at once on a CPU."""
        if self._device.type != "cpu":
            self._map = map
            yield
            return
        workers = max(1, min(self._threads, -(-parts // self._processes.count)))
        _keep_memory()
        before = torch.get_num_threads()
        # A second thread of this one would wait for work by spinning, and take a part's core.
        torch.set_num_threads(1)
        with concurrent.futures.ThreadPoolExecutor(
            workers, "part", torch.set_num_threads, (max(1, self._threads // workers),)
        ) as pool:
            self._map = pool.map
            try:
                yield
            finally:
                torch.set_num_threads(before)

    def of(self, tokens, parts, smoothing, seed, scale=1.0):
        """Sets ``weights.grad`` to the gradient of the mean loss of an update's target tokens,
        times ``scale``; returns their mean loss without smoothing, a scalar on the device.

        scale: a number or a scalar there; parts: arrays of row numbers; seed: ints that name the
        update.
        """
        offsets = tokens.tgt.offsets
        targets = sum(int((offsets[rows + 1] - offsets[rows]).sum()) for rows in parts)

        def compute(numbered):
            number, rows = numbered
            dropout = Dropout(self._device, [*seed, number])
            with self._products():
                total, plain = self._part(tokens, rows, smoothing, dropout)
            return plain, torch.autograd.grad(total * (scale / targets), self._weights.parameters)

        self._weights.grad.zero_()
        views = self._weights.views(self._weights.grad)
        loss = torch.zeros((), device=self._device)
        for plain, gradients in self._map(compute, self._own(list(enumerate(parts)))):
            loss += plain
            torch._foreach_add_(views, list(gradients))
        self._processes.add_up(self._weights.grad)
        self._processes.add_up(loss)
        return loss / targets

    def loss(self, tokens, parts):
        """The mean loss of the target tokens of all parts, in nats, without dropout; a float."""

        def compute(rows):
            with self._products(), torch.no_grad():
                return self._part(tokens, rows)[1]

        loss = torch.zeros((), device=self._device, dtype=torch.float64)
        for plain in self._map(compute, self._own(parts)):
            loss += plain
        self._processes.add_up(loss)
        return float(loss) / len(tokens.tgt.values)

    def spread(self, function, values):
        """As map; where parts are computed at once, within ``running``, so are these."""
        return self._map(function, values)

    def of_pairs(self, tokens, parts):
        """The loss of each pair of ``tokens``, the sum of its target tokens', in nats, without
        dropout; a NumPy float64 [n]. parts: of which every pair is in one."""

        def compute(rows):
            with self._products():
                part = tokens.take(rows)
                sides = self._sides(part)
                found = self._forward.token_losses(*sides).double().cpu().numpy()
            return rows, np.add.reduceat(found, part.tgt.offsets[:-1])

        losses = np.zeros(len(tokens))
        for rows, found in self._map(compute, self._own(parts)):
            losses[rows] = found
        if self._processes.count == 1:
            return losses
        losses = torch.from_numpy(losses).to(self._device)
        self._processes.add_up(losses)
        return losses.cpu().numpy()

    def _own(self, parts):
        return parts[self._processes.number :: self._processes.count]

    def _products(self):
        dtype = getattr(torch, self.precision)
        return torch.autocast(self._device.type, dtype, enabled=dtype != torch.float32)

    def _part(self, tokens, rows, smoothing=0.0, dropout=None):
        return self._forward.losses(*self._sides(tokens.take(rows)), smoothing, dropout)

    def _sides(self, part):
        return (Side.of(one.values, one.lengths, self._device) for one in (part.src, part.tgt))


def _keep_memory():
    """Has the C library keep what is freed: parts take and free the same tensors over and over,
    and memory that has gone back to the system costs a page fault every 4 KB.
    docs/method.md has what it gains; it does nothing where the library is not glibc."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, 32 << 20)
        mallopt(_TRIM_THRESHOLD, 1 << 30)


def possible_precision(precision, device):
    """The name of the torch dtype for a precision on a device; InputError where there is none."""
    if device.type == "cpu":
        has_bfloat16 = _multiplies_bfloat16()
        return precision if precision != "auto" else "bfloat16" if has_bfloat16 else "float32"
    # Emulated, it would be slower than float16, which all GPUs have.
    has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    if precision == "bfloat16" and not has_bfloat16:
        raise InputError("train.precision=bfloat16: this GPU has none; give auto or float16")
    return precision if precision != "auto" else "bfloat16" if has_bfloat16 else "float16"


def _multiplies_bfloat16():
    """Whether this CPU has instructions that multiply bfloat16 (AVX-512 BF16 or AMX)."""
    with contextlib.suppress(AttributeError):
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return False
