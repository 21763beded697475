"""The translation model, transformers' MarianMTModel, and a forward pass of its own over it that
computes no padding, for training. It is the same function of the same weights.

The tokens of all rows of a part lie one after the other, so every product with weights is over
tokens that count; attention alone sees rows of equal length.
"""

import dataclasses
import math

import numpy as np
import torch
import torch.nn.functional as F

from nmt_eval.config import MAX_TOKENS
from nmt_eval.losses import TokenLosses, token_losses

_ACTIVATIONS = {"relu": torch.relu, "gelu": F.gelu, "swish": F.silu}


def build(config, vocabulary_size, pad, eos):
    """A MarianMTModel of a ModelConfig's shape with random weights, from torch's generator.

    Matrices are drawn as Glorot & Bengio (2010) have it, embeddings with a deviation of
    dim**-0.5 (Vaswani et al. 2017 share and scale them so). The embedding of pad, with which
    Marian's decoder starts, is zero at first; as an output that never comes it is trained on.
    """
    from transformers import MarianConfig, MarianMTModel

    model = MarianMTModel(
        MarianConfig(
            vocab_size=vocabulary_size,
            d_model=config.dim,
            encoder_layers=config.encoder_layers,
            decoder_layers=config.decoder_layers,
            encoder_attention_heads=config.heads,
            decoder_attention_heads=config.heads,
            encoder_ffn_dim=config.feed_forward,
            decoder_ffn_dim=config.feed_forward,
            activation_function=config.activation,
            dropout=config.dropout,
            attention_dropout=0.0,
            activation_dropout=0.0,
            scale_embedding=True,
            max_position_embeddings=MAX_TOKENS,
            pad_token_id=pad,
            eos_token_id=eos,
            forced_eos_token_id=eos,
            decoder_start_token_id=pad,
        )
    )
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Linear) and module is not model.lm_head:
                torch.nn.init.xavier_uniform_(module.weight)
        model.model.shared.weight.normal_(std=config.dim**-0.5)
        model.model.shared.weight[pad] = 0
    return model


@dataclasses.dataclass(frozen=True)
class Side:
    """The tokens of one side of a part, as tensors on a device.

    ids, positions: int64 [tokens]; slots: int64 [tokens], their places in [rows * longest], or
    None where all rows are equally long; mask: bool [rows, 1, 1, longest], true for tokens, or
    None likewise.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    rows: int
    longest: int
    slots: torch.Tensor | None
    mask: torch.Tensor | None

    @classmethod
    def of(cls, ids, lengths, device):
        """From int32 [tokens] and the rows' lengths."""
        rows, longest = len(lengths), int(lengths.max())
        starts = np.cumsum(lengths) - lengths
        positions = np.arange(len(ids)) - np.repeat(starts, lengths)

        def put(array):
            return torch.from_numpy(array).to(device, non_blocking=True)

        slots = mask = None
        if rows * longest > len(ids):
            slots = put(np.repeat(np.arange(rows) * longest, lengths) + positions)
            mask = put((np.arange(longest) < lengths[:, None])[:, None, None])
        return cls(put(ids.astype(np.int64)), put(positions), rows, longest, slots, mask)

    def spread(self, x):
        """[tokens, dim] as [rows, longest, dim], zero where there is no token."""
        if self.slots is not None:
            x = x.new_zeros(self.rows * self.longest, x.shape[1]).index_copy(0, self.slots, x)
        return x.view(self.rows, self.longest, -1)

    def gathered(self, x):
        """What spread gave, back as [tokens, dim]."""
        x = x.reshape(self.rows * self.longest, -1)
        return x if self.slots is None else x.index_select(0, self.slots)


class Forward:
    """Losses of parts under a MarianMTModel's weights, which are read anew each time.

    dropout: a function of tensor and share.
    """

    def __init__(self, model):
        config = model.config
        self._heads, self._dropout = config.encoder_attention_heads, config.dropout
        self._activation = _ACTIVATIONS[config.activation_function]
        self._pad, self._scale = config.pad_token_id, math.sqrt(config.d_model)
        self._words = model.model.shared.weight
        self._sinusoids = model.model.encoder.embed_positions.weight
        self._encoder = model.model.encoder.layers
        self._decoder = model.model.decoder.layers

    def losses(self, src, tgt, smoothing=0.0, dropout=None):
        """The sum of the losses of a part's target tokens, in nats, a scalar that has gradients,
        and the same without smoothing, which has none.

        The loss of a token is its cross-entropy with ``1 - smoothing`` on the right one and
        ``smoothing`` spread over the whole vocabulary (Szegedy et al. 2016, section 7).
        """
        x = self._states(src, tgt, dropout)
        return TokenLosses.apply(x, self._words, tgt.ids, smoothing)

    def token_losses(self, src, tgt):
        """The cross-entropy of each target token, in nats, without gradients; float32 [tokens]."""
        with torch.no_grad():
            return token_losses(self._states(src, tgt), self._words, tgt.ids)

    def _states(self, src, tgt, dropout=None):
        """What the decoder has at each target token, [tokens, dim]."""
        drop = (lambda x: dropout(x, self._dropout)) if dropout and self._dropout else _same
        memory = self._embedded(src, src.ids, drop)
        for layer in self._encoder:
            memory = self._attended(layer, "self_attn", memory, src, src, drop)
            memory = self._fed(layer, memory, drop)
        starts = torch.zeros_like(tgt.positions)
        before = torch.where(tgt.positions > 0, tgt.ids.roll(1), starts + self._pad)
        x = self._embedded(tgt, before, drop)
        for layer in self._decoder:
            x = self._attended(layer, "self_attn", x, tgt, tgt, drop, causal=True)
            x = self._attended(layer, "encoder_attn", x, tgt, src, drop, memory)
            x = self._fed(layer, x, drop)
        return x

    def _embedded(self, side, ids, drop):
        words = F.embedding(ids, self._words, self._pad)
        return drop(words * self._scale + self._sinusoids[side.positions])

    def _attended(self, layer, name, x, asking, asked, drop, memory=None, causal=False):
        parts = getattr(layer, name)
        query = parts.q_proj(x)
        known = x if memory is None else memory
        key, value = parts.k_proj(known), parts.v_proj(known)
        query = self._split(asking.spread(query))
        key, value = (self._split(asked.spread(one)) for one in (key, value))
        # Padding stands behind all tokens of its row, so none looks at it where none looks ahead.
        mask = None if causal else asked.mask
        found = F.scaled_dot_product_attention(query, key, value, mask, is_causal=causal)
        found = parts.out_proj(asking.gathered(found.transpose(1, 2)))
        return getattr(layer, f"{name}_layer_norm")(x + drop(found))

    def _split(self, x):
        return x.unflatten(2, (self._heads, -1)).transpose(1, 2)

    def _fed(self, layer, x, drop):
        return layer.final_layer_norm(x + drop(layer.fc2(self._activation(layer.fc1(x)))))


def _same(x):
    return x
