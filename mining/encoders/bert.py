"""The forward pass of a BERT-like encoder (Devlin et al. 2019) over sentences without padding.

The tokens of all sentences of a batch lie one after the other, so every matrix product is over
tokens that count; attention goes by groups of sentences of the same length, without a mask.
"""

import numpy as np
import torch
import torch.nn.functional as F

from mining.encoders.linear import FloatLinear, Int8Linear

_ACTIVATIONS = {
    "none": lambda x: x,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "relu": F.relu,
    "tanh": torch.tanh,
}


class Bert:
    """A mining.encoders.model_folder.Model, ready to compute on ``device`` in ``dtype``.

    dtype: of the matrix products and attention; torch.int8 for whole numbers in the two wide
    layers, which have two thirds of the arithmetic, and float32 elsewhere. What is added up from
    layer to layer, and the pooled vectors, are float32 on a CPU.
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
        self._layers = [self._layer(parts, dtype == torch.int8) for parts in model.layers]
        # A few products a sentence, not a token.
        self._dense = [
            (FloatLinear(d.weight, _or_zeros(d), torch.float32, device), d.activation)
            for d in model.dense
        ]

    def _norm_of(self, weight, bias):
        return weight.to(self._device, self._sum_dtype), bias.to(self._device, self._sum_dtype)

    def _layer(self, parts, whole_numbers):
        def linear(weight, bias):
            return FloatLinear(weight, bias, self._dtype, self._device)

        joined = [
            torch.cat([parts[name][at].float() for name in ("query", "key", "value")])
            for at in (0, 1)
        ]
        hidden = len(joined[0]) // 3
        if whole_numbers:
            # What the norm before gives: a value that is seldom beyond 3, scaled and moved. BERT's
            # outliers come from there (Kovaleva et al. 2021, BERT Busters).
            scale, shift = parts["context_norm"]
            ranges = 3 * scale.float().abs() + shift.float().abs()
            wide = {
                "widen": Int8Linear(*parts["widen"], ranges),
                "narrow": Int8Linear(*parts["narrow"]),
            }
        else:
            wide = {name: linear(*parts[name]) for name in ("widen", "narrow")}
        return {
            "query": linear(joined[0][:hidden], joined[1][:hidden]),
            "key_value": linear(joined[0][hidden:], joined[1][hidden:]),
            "context": linear(*parts["context"]),
            **wide,
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
        pooled = pooled.float()
        for dense, activation in self._dense:
            pooled = _ACTIVATIONS[activation](dense(pooled))
        return pooled

    def _embedded(self, ids, groups):
        ids = torch.from_numpy(np.asarray(ids, dtype=np.int32)).to(self._device)
        x = F.embedding(ids, self._words).to(self._sum_dtype)
        x += F.embedding(groups.positions, self._positions)
        return self._normed(x, self._norm)

    def _normed(self, x, norm):
        return F.layer_norm(x, x.shape[1:], *norm, self._model.epsilon)

    def _through(self, layer, x, groups, first_only):
        """x [tokens, hidden] through a layer; of each sentence's first token alone if that is all
        that is wanted: [n, hidden]."""
        key_value = layer["key_value"](x.to(self._dtype))
        if first_only:
            x = groups.first(x)
        query = layer["query"](x.to(self._dtype))
        context = groups.attention(query, key_value, self._model.heads, first_only)
        x = self._normed(_added(layer["context"](context), x), layer["context_norm"])
        wide = _ACTIVATIONS[self._model.activation](layer["widen"](x.to(self._dtype)))
        return self._normed(_added(layer["narrow"](wide), x), layer["output_norm"])

    def flops(self, lengths):
        """Floating-point operations of the products for sentences of these lengths: two for each
        multiplication and addition, and none for what pooling leaves uncomputed."""
        lengths = np.asarray(lengths, dtype=np.int64)
        hidden = self._positions.shape[1]
        wide = len(self._model.layers[0]["widen"][1]) if self._model.layers else 0
        total = 0
        for number in range(len(self._layers)):
            last = number == len(self._layers) - 1
            queries = np.ones_like(lengths) if last and self._model.pooling == "cls" else lengths
            total += 2 * (2 * hidden * hidden) * lengths.sum()
            total += 2 * (2 * hidden * hidden + 2 * hidden * wide) * queries.sum()
            total += 2 * 2 * hidden * (queries * lengths).sum()
        return int(total)


def _added(fresh, x):
    """``fresh`` + x; in the place of ``fresh`` where that has x's type."""
    return fresh.add_(x) if fresh.dtype == x.dtype else x + fresh


def _or_zeros(dense):
    return torch.zeros(len(dense.weight)) if dense.bias is None else dense.bias


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

    def attention(self, query, key_value, heads, first_only):
        """Scaled dot-product attention within each sentence (Vaswani et al. 2017, section 3.2).

        query [tokens, hidden], or [n, hidden] where the first tokens alone ask; key_value
        [tokens, 2 hidden]. Returns what query is.
        """
        out = torch.empty_like(query)
        at = 0
        for rows, (count, size) in zip(self._split(key_value), self._shapes, strict=True):
            asking = 1 if first_only else size
            part = slice(at, at + count * asking)
            q = query[part].view(count, asking, heads, -1).transpose(1, 2)
            k, v = rows.view(count, size, 2, heads, -1).permute(2, 0, 3, 1, 4)
            found = F.scaled_dot_product_attention(q, k, v)
            out[part].view(count, asking, heads, -1).copy_(found.transpose(1, 2))
            at = part.stop
        return out
