"""The forward pass of a BERT-like encoder (Devlin et al. 2019) over sentences without padding.

The tokens of all sentences of a batch lie one after the other, so every matrix product is over
tokens that count; attention goes by groups of sentences of the same length, without a mask.
"""

import threading

import numpy as np
import torch
import torch.nn.functional as F

from mining.encoders.linear import FloatLinear, Int8Linear

_ACTIVATIONS = {
    "none": lambda x: x,
    "gelu": torch.ops.aten.gelu_,
    "gelu_tanh": lambda x: torch.ops.aten.gelu_(x, approximate="tanh"),
    "relu": torch.relu_,
    "tanh": torch.tanh_,
}

# Layers that stay in floating point where the others are in whole numbers.
_EXACT_LAYERS = 2


class Bert:
    """A mining.encoders.model_folder.Model, ready to compute on ``device`` in ``dtype``.

    dtype: of the matrix products and attention; torch.int8 for whole numbers in the products with
    weights, but float32 in those that lose most by it: the first layers, whose errors go through
    all others, and the one behind attention, a twelfth of each layer. What is added up from layer
    to layer, and the pooled vectors, are float32 on a CPU.
    """

    def __init__(self, model, dtype, device):
        self._model, self._device = model, device
        self._dtype = torch.float32 if dtype == torch.int8 else dtype
        # Half precision on a GPU is exact enough all through, and half the memory to move.
        self._sum_dtype = self._dtype if device.type == "cuda" else torch.float32
        # On a CPU as they lie in the file, of which a text touches a few pages.
        self._words = model.embeddings["words"]
        if device.type == "cuda":
            self._words = self._words.to(device, self._sum_dtype)
        self._positions = model.embeddings["positions"].to(device, self._sum_dtype)
        self._norm = self._norm_of(model.embeddings["weight"], model.embeddings["bias"])
        # The norm that stands before each layer.
        norms = [(model.embeddings["weight"], model.embeddings["bias"])]
        norms += [parts["output_norm"] for parts in model.layers]
        self._layers = [
            self._layer(parts, norm, dtype == torch.int8 and number >= _EXACT_LAYERS)
            for number, (parts, norm) in enumerate(zip(model.layers, norms, strict=False))
        ]
        # A few products a sentence, not a token.
        self._dense = [
            (FloatLinear(d.weight, _or_zeros(d), torch.float32, device), d.activation)
            for d in model.dense
        ]
        self._rooms = _Rooms(device)

    def _norm_of(self, weight, bias):
        return weight.to(self._device, self._sum_dtype), bias.to(self._device, self._sum_dtype)

    def _layer(self, parts, norm, whole_numbers):
        def linear(pair, norm=None):
            if whole_numbers:
                return Int8Linear(*pair, _ranges(*norm) if norm else None)
            return FloatLinear(*pair, self._dtype, self._device)

        joined = [torch.cat([parts[name][at] for name in ("key", "value")]) for at in (0, 1)]
        return {
            "query": linear(parts["query"], norm),
            "key_value": linear(joined, norm),
            "context": FloatLinear(*parts["context"], self._dtype, self._device),
            "widen": linear(parts["widen"], parts["context_norm"]),
            "narrow": linear(parts["narrow"]),
            **{name: self._norm_of(*parts[name]) for name in ("context_norm", "output_norm")},
        }

    @torch.inference_mode()
    def __call__(self, ids, lengths):
        """Pooled vectors, float32 [n, dim] on the model's device, of n sentences.

        ids: int32 [sum of lengths], each sentence's tokens after those of the one before;
        lengths: int [n], at least 1, rising.
        """
        groups = _Groups(lengths, self._device)
        x = self._embedded(ids, groups)
        for number, layer in enumerate(self._layers):
            last = number == len(self._layers) - 1
            x = self._through(layer, x, groups, last and self._model.pooling == "cls")
        if self._model.pooling == "cls":
            pooled = x if self._layers else groups.first(x)
        else:
            pooled = groups.mean(x.float())
        # Away from the room, which the next batch is computed in.
        pooled = pooled.to(torch.float32, copy=True)
        for dense, activation in self._dense:
            out = pooled.new_empty(len(pooled), dense.width)
            pooled = _ACTIVATIONS[activation](dense(pooled, out))
        return pooled

    def _room(self, name, like, width, dtype):
        return self._rooms.take(name, len(like), width, dtype)

    def _embedded(self, ids, groups):
        ids = torch.from_numpy(np.asarray(ids, dtype=np.int32)).to(self._device)
        x = self._room("total", ids, self._positions.shape[1], self._sum_dtype)
        x.copy_(F.embedding(ids, self._words))
        x += F.embedding(groups.positions, self._positions)
        return self._normed(x, self._norm)

    def _normed(self, x, norm):
        return F.layer_norm(x, x.shape[1:], *norm, self._model.epsilon)

    def _product(self, layer, name, x):
        if x.dtype != self._dtype:
            x = self._room("narrowed", x, x.shape[1], self._dtype).copy_(x)
        return layer[name](x, self._room(name, x, layer[name].width, self._dtype))

    def _added(self, x, y):
        return torch.add(x, y, out=self._room("total", x, x.shape[1], self._sum_dtype))

    def _through(self, layer, x, groups, first_only):
        """x [tokens, hidden] through a layer; of each sentence's first token alone if that is all
        that is wanted: [n, hidden]."""
        key_value = self._product(layer, "key_value", x)
        if first_only:
            x = groups.first(x)
        query = self._product(layer, "query", x)
        context = self._room("attended", query, query.shape[1], self._dtype)
        groups.attention(query, key_value, self._model.heads, first_only, context)
        context = self._product(layer, "context", context)
        x = self._normed(self._added(x, context), layer["context_norm"])
        wide = _ACTIVATIONS[self._model.activation](self._product(layer, "widen", x))
        narrow = self._product(layer, "narrow", wide)
        return self._normed(self._added(x, narrow), layer["output_norm"])

    def flops(self, lengths):
        """Floating-point operations of the products for sentences of these lengths: two for each
        multiplication and addition, and none for what pooling leaves uncomputed."""
        lengths = np.asarray(lengths, dtype=np.int64)
        hidden = self._positions.shape[1]
        wide = self._layers[0]["widen"].width if self._layers else 0
        total = 0
        for number in range(len(self._layers)):
            last = number == len(self._layers) - 1
            queries = np.ones_like(lengths) if last and self._model.pooling == "cls" else lengths
            total += 2 * (2 * hidden * hidden) * lengths.sum()
            total += 2 * (2 * hidden * hidden + 2 * hidden * wide) * queries.sum()
            total += 2 * 2 * hidden * (queries * lengths).sum()
        return int(total)


def _ranges(scale, shift):
    """How large the outputs of a norm are expected to be: a value that is seldom beyond 3, scaled
    and moved. BERT's outliers come from there (Kovaleva et al. 2021, BERT Busters)."""
    return 3 * scale.float().abs() + shift.float().abs()


def _or_zeros(dense):
    return torch.zeros(len(dense.weight)) if dense.bias is None else dense.bias


class _Rooms(threading.local):
    """Memory by name for what a batch computes, kept for the next one, each thread its own: fresh
    memory of this size costs a page fault every 4 KB."""

    def __init__(self, device):
        self._device = device
        self._kept = {}

    def take(self, name, rows, width, dtype):
        """A tensor [rows, width] of any content, until the same name is taken again."""
        kept = self._kept.get(name)
        if kept is None or kept.numel() < rows * width or kept.dtype != dtype:
            self._kept[name] = kept = torch.empty(rows * width, dtype=dtype, device=self._device)
        return kept[: rows * width].view(rows, width)


class _Groups:
    """Sentences of rising length, cut where the length changes; each group has no padding."""

    def __init__(self, lengths, device):
        lengths = np.asarray(lengths, dtype=np.int64)
        sizes, counts = np.unique(lengths, return_counts=True)
        self._shapes = list(zip(counts.tolist(), sizes.tolist(), strict=True))
        starts = np.cumsum(lengths) - lengths
        self._starts = torch.from_numpy(starts).to(device)
        positions = np.arange(lengths.sum(), dtype=np.int64) - np.repeat(starts, lengths)
        self.positions = torch.from_numpy(positions).to(device)

    def first(self, x):
        """The first row of each sentence."""
        return x.index_select(0, self._starts)

    def mean(self, x):
        """The mean row of each sentence."""
        return torch.cat([rows.mean(1) for rows in self._split(x)])

    def _split(self, x):
        parts = x.split([count * size for count, size in self._shapes])
        return [
            part.view(count, size, -1)
            for part, (count, size) in zip(parts, self._shapes, strict=True)
        ]

    def attention(self, query, key_value, heads, first_only, out):
        """Scaled dot-product attention within each sentence (Vaswani et al. 2017, section 3.2).

        query [tokens, hidden], or [n, hidden] where the first tokens alone ask; key_value
        [tokens, 2 hidden]; out: as query, written to.
        """
        at = 0
        for rows, (count, size) in zip(self._split(key_value), self._shapes, strict=True):
            asking = 1 if first_only else size
            part = slice(at, at + count * asking)
            q = query[part].view(count, asking, heads, -1).transpose(1, 2)
            k, v = rows.view(count, size, 2, heads, -1).permute(2, 0, 3, 1, 4)
            found = F.scaled_dot_product_attention(q, k, v)
            out[part].view(count, asking, heads, -1).copy_(found.transpose(1, 2))
            at = part.stop
