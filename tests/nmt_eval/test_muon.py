"""Muon: its steps are those of its definition, whatever is computed together."""

import concurrent.futures

import pytest
import torch

from nmt_eval.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(16, 16), (48, 16), (16, 48)])
def test_what_is_made_orthogonal_keeps_its_singular_vectors(shape):
    torch.manual_seed(0)
    matrices = torch.randn(3, *shape)
    for before, after in zip(matrices, orthogonal(matrices), strict=True):
        left, values, right = torch.linalg.svd(before, full_matrices=False)
        found = left.T @ after @ right.T
        # All but the smallest of the singular values, of a square matrix, come near to 1.
        large = values > values[0] / 20
        assert found.diagonal()[large].sub(1).abs().max() < 0.5
        assert (found - torch.diag(found.diagonal())).abs().max() < 1e-3


def test_steps_are_those_of_torch_but_for_its_lower_precision():
    torch.manual_seed(0)
    ours = [torch.randn(shape) for shape in [(16, 16)] * 11 + [(64, 16)] * 3 + [(16, 64)] * 2]
    theirs = [torch.nn.Parameter(one.clone()) for one in ours]
    slopes = [[torch.randn_like(one) for one in ours] for _ in range(4)]
    optimizer = torch.optim.Muon(theirs, lr=0.02, weight_decay=0.0, momentum=0.95)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        muon = Muon(ours, pool.map)
        muon.param_groups[0]["lr"] = 0.02
        for step in slopes:
            for one, other, slope in zip(ours, theirs, step, strict=True):
                one.grad = other.grad = slope
            muon.step()
            optimizer.step()
    for one, other in zip(ours, theirs, strict=True):
        assert (one - other).abs().max() < 0.02


def test_what_is_computed_at_once_changes_no_bit():
    torch.manual_seed(0)
    start = [torch.randn(32, 16) for _ in range(12)]
    slopes = [torch.randn(32, 16) for _ in start]
    made = []
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for spread in (map, pool.map):
            matrices = [one.clone() for one in start]
            for one, slope in zip(matrices, slopes, strict=True):
                one.grad = slope.clone()
            muon = Muon(matrices, spread)
            muon.param_groups[0]["lr"] = 0.1
            muon.step()
            made.append(matrices)
    assert all(torch.equal(*both) for both in zip(*made, strict=True))
