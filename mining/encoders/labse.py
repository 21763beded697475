"""LaBSE (Feng et al. 2022) and encoders of its kind: a BERT-like model, pooled, unit length.

Tokens of a window of texts are found in a thread of their own, ahead of the model; texts are then
sorted by length and computed in batches of so many tokens, none of them padding.
"""

import concurrent.futures
import contextlib
import functools
import hashlib
import itertools
import os
from typing import NamedTuple

import numpy as np

from mining.encoders import hub
from mining.encoders.base import Encoded, ahead
from mining.encoders.languages import LABSE
from mining.errors import InputError
from mining.vectors import unit_rows

#: how the products are computed; ``auto`` takes what loses nothing that matters and is fastest
#: here: float16 on a GPU, bfloat16 on a CPU that has instructions for it, else float32
PRECISIONS = ("auto", "float32", "bfloat16", "float16", "int8")
# Tokens computed at once: what keeps a GPU busy, and what stays in the caches of a CPU's core.
_BATCH_TOKENS = {"cuda": 65_536, "cpu": 1024}
# Texts tokenised in one call: what the tokenizer returns for each takes kilobytes.
_TOKENISED = 4096


class _Tokens(NamedTuple):
    """Texts as ids: int32, one text's after the other's, ``lengths`` int64 of each, and how many
    of them were cut."""

    ids: np.ndarray
    lengths: np.ndarray
    cut: int


class LabseEncoder:
    """See mining.encoders.base.Encoder. ``model`` is ``labse``, a folder, or a hub name.

    threads: of the CPU; 0 for one a core. precision: one of PRECISIONS. device: a torch device's
    name; by default the first GPU, if there is one. Raises InputError for a model that can't be
    had or loaded, and for a precision that is not possible here.
    """

    def __init__(self, model, threads=0, precision="auto", device=None):
        try:
            import torch
            import transformers  # noqa: F401
        except ImportError:
            raise InputError(
                "encoder labse needs torch and transformers; install bitext-mining[labse]"
            ) from None
        from mining.encoders.bert import Bert
        from mining.encoders.model_folder import read_model

        self._torch = torch
        self._threads = threads or os.cpu_count() or 1
        device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._device = device
        self.precision = _possible(torch, precision, device)
        folder, stem = hub.locate(model)
        self._model = read_model(folder)
        self._bert = Bert(self._model, getattr(torch, self.precision), device)
        self._batch_tokens = _BATCH_TOKENS[device.type]
        # Of other models only their cards say what they were trained for.
        self.languages = LABSE if stem == "LaBSE" else None
        self.dim = self._model.dim
        self.max_tokens = self._model.max_tokens
        # Whole numbers make another encoder; the floating-point types are one but for rounding.
        is_int8 = self.precision == "int8"
        self.fingerprint = _digest(self._model.fingerprint, "int8" if is_int8 else "")
        name = "labse" if model == "labse" else f"{stem}-{self._model.fingerprint[:8]}"
        self.name = f"{name}-int8" if is_int8 else name

    def encode(self, texts):
        """See Encoder."""
        return self._compute(self._tokenise(texts)).vectors

    def stream(self, windows):
        """See Encoder."""
        return ahead(windows, self._tokenise, self._compute)

    def flops(self, texts):
        """Floating-point operations that encoding these texts takes."""
        return self._bert.flops(self._tokenise(texts).lengths)

    def _tokenise(self, texts):
        texts = [self._model.prompt + text for text in texts] if self._model.prompt else texts
        parts, lengths, cut = [], [], 0
        for at in range(0, len(texts), _TOKENISED):
            found = self._model.tokenizer.encode_batch_fast(list(texts[at : at + _TOKENISED]))
            ids = [encoding.ids for encoding in found]
            lengths += map(len, ids)
            parts.append(np.fromiter(itertools.chain.from_iterable(ids), np.int32))
            cut += sum(bool(encoding.overflowing) for encoding in found)
        ids = np.concatenate(parts) if parts else np.empty(0, np.int32)
        return _Tokens(ids, np.array(lengths, dtype=np.int64), cut)

    def _compute(self, tokens):
        n = len(tokens.lengths)
        if not n:
            return Encoded(np.empty((0, self.dim), np.float32), 0, 0, 0)
        order = np.argsort(tokens.lengths, kind="stable")
        starts = np.cumsum(tokens.lengths) - tokens.lengths

        def computed(batch):
            rows, lengths = batch
            return self._bert(_gathered(tokens.ids, starts[rows], lengths), lengths)

        batches = _batches(order, tokens.lengths[order], self._batch_tokens)
        found = self._each(computed, batches)
        vectors = np.empty((n, self.dim), np.float32)
        # One copy from the device, which computes meanwhile.
        vectors[order] = self._torch.cat(found).cpu().numpy()
        return Encoded(unit_rows(vectors), int(tokens.lengths.sum()), 0, tokens.cut)

    def _each(self, compute, batches):
        """``compute`` of each batch. On a CPU one core computes a batch, so that no bit depends on
        how many there are, and none waits for another between products."""
        if self._device.type != "cpu":
            return list(map(compute, batches))
        start = functools.partial(self._torch.set_num_threads, 1)
        with concurrent.futures.ThreadPoolExecutor(self._threads, "labse", start) as pool:
            return list(pool.map(compute, batches))


def _possible(torch, precision, device):
    """The name of the torch dtype for a precision on a device; InputError where there is none."""
    is_cpu = device.type == "cpu"
    if precision == "auto":
        if not is_cpu:
            return "float16"
        return "bfloat16" if _multiplies_bfloat16(torch) else "float32"
    if precision not in PRECISIONS:
        raise InputError(f"precision {precision}: give one of {', '.join(PRECISIONS)}")
    if precision == "int8":
        from mining.encoders.linear import has_int8

        if not is_cpu or not has_int8():
            raise InputError("precision int8 is for CPUs with oneDNN; give auto, or float16")
    if precision == "float16" and is_cpu:
        raise InputError("precision float16 is for GPUs; give auto, float32, bfloat16 or int8")
    return precision


def _multiplies_bfloat16(torch):
    """Whether this CPU has instructions that multiply bfloat16 (AVX-512 BF16 or AMX)."""
    with contextlib.suppress(AttributeError):
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return False


def _digest(fingerprint, changed_by):
    """``fingerprint``, or another one for what was ``changed_by`` something."""
    if not changed_by:
        return fingerprint
    return hashlib.sha256(f"{fingerprint} {changed_by}".encode()).hexdigest()[:32]


def _batches(order, lengths, budget):
    """(rows, their lengths) of runs of ``order`` of at most ``budget`` tokens, at least one row."""
    ends = np.cumsum(lengths)
    at = 0
    while at < len(order):
        done = ends[at - 1] if at else 0
        end = max(at + 1, int(np.searchsorted(ends, done + budget, side="right")))
        yield order[at:end], lengths[at:end]
        at = end


def _gathered(ids, starts, lengths):
    """The ids of texts that start at ``starts``, one text's after the other's."""
    ends = np.cumsum(lengths)
    return ids[np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)]
