"""Our forward pass beside transformers' own, on the same weights."""

import dataclasses

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nmt_eval.dropout import Dropout
from nmt_eval.losses import TokenLosses
from nmt_eval.model import Forward, Side
from tests.nmt_eval import toy


def _padded(ragged, value):
    rows = [torch.from_numpy(row.astype(np.int64)) for row in ragged]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)


def _theirs(model, pairs, smoothing):
    ids, labels = _padded(pairs.src, toy.PAD), _padded(pairs.tgt, -100)
    lengths = torch.from_numpy(pairs.src.lengths)[:, None]
    mask = (torch.arange(ids.shape[1]) < lengths).long()
    logits = model(input_ids=ids, attention_mask=mask, labels=labels).logits
    return F.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), reduction="sum", label_smoothing=smoothing
    )


def _ours(model, pairs, smoothing):
    sides = (Side.of(side.values, side.lengths, "cpu") for side in (pairs.src, pairs.tgt))
    return Forward(model).losses(*sides, smoothing)


@pytest.mark.parametrize("activation", ["relu", "gelu", "swish"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_losses_and_gradients_are_those_of_transformers_with_padding(smoothing, activation):
    config = dataclasses.replace(
        toy.MODEL, activation=activation, encoder_layers=2, decoder_layers=2
    )
    model = toy.model(config).eval()
    weights = [one for one in model.parameters() if one.requires_grad]
    with torch.no_grad():
        for one in weights:
            one.add_(torch.randn_like(one) * 0.05)
    alike = toy.pairs(60).take(toy.pairs(60).src.lengths == 5)
    assert len(alike) > 2
    for pairs in (toy.pairs(7), toy.pairs(1), alike):
        theirs = _theirs(model, pairs, smoothing)
        ours, plain = _ours(model, pairs, smoothing)
        assert ours.item() == pytest.approx(theirs.item(), rel=1e-6)
        assert plain.item() == pytest.approx(_theirs(model, pairs, 0.0).item(), rel=1e-6)
        expected = torch.autograd.grad(theirs, weights)
        found = torch.autograd.grad(ours, weights)
        for one, other in zip(expected, found, strict=True):
            assert torch.allclose(one, other, rtol=1e-5, atol=1e-5)


def test_losses_in_pieces_are_those_in_one(monkeypatch):
    torch.manual_seed(0)
    x, weight = torch.randn(50, 8, requires_grad=True), torch.randn(11, 8, requires_grad=True)
    targets = torch.randint(11, (50,))
    expected = F.cross_entropy(x @ weight.T, targets, reduction="sum", label_smoothing=0.2)
    expected_grads = torch.autograd.grad(expected, (x, weight))
    monkeypatch.setattr("nmt_eval.losses._LOGITS", {"cpu": 1})
    found, _ = TokenLosses.apply(x, weight, targets, 0.2)
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)
    for one, other in zip(expected_grads, torch.autograd.grad(found, (x, weight)), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_half_precision_is_near_and_its_gradients_are_of_full_precision():
    model, pairs = toy.model().eval(), toy.pairs(20)
    exact, _ = _ours(model, pairs, 0.1)
    weights = [one for one in model.parameters() if one.requires_grad]
    expected = torch.cat([one.flatten() for one in torch.autograd.grad(exact, weights)])
    with torch.autocast("cpu", torch.bfloat16):
        rough, _ = _ours(model, pairs, 0.1)
    found = torch.autograd.grad(rough, weights)
    assert {one.dtype for one in found} == {torch.float32}
    found = torch.cat([one.flatten() for one in found])
    assert rough.item() == pytest.approx(exact.item(), rel=0.01)
    assert F.cosine_similarity(found, expected, dim=0) > 0.999


def test_dropout_keeps_the_mean_and_depends_on_its_seed_alone():
    x = torch.ones(1000, 64)
    dropped = Dropout(torch.device("cpu"), [1, 2])(x, 0.1)
    kept = dropped != 0
    assert kept.float().mean().item() == pytest.approx(1 - 26 / 256, abs=0.005)
    assert torch.allclose(dropped[kept], torch.tensor(256 / 230))
    torch.manual_seed(5)
    assert torch.equal(dropped, Dropout(torch.device("cpu"), [1, 2])(x, 0.1))
    assert not torch.equal(dropped, Dropout(torch.device("cpu"), [1, 3])(x, 0.1))


def test_dropout_is_in_training_alone():
    model, pairs = toy.model(), toy.pairs(9)
    sides = [Side.of(side.values, side.lengths, "cpu") for side in (pairs.src, pairs.tgt)]
    forward = Forward(model)
    plain = [forward.losses(*sides)[0].item() for _ in range(2)]
    dropped = forward.losses(*sides, dropout=Dropout(torch.device("cpu"), [0]))[0].item()
    assert plain[0] == plain[1] != dropped
