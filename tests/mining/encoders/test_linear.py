"""Matrix products in whole numbers against those in double precision."""

import pytest
import torch

from mining.encoders.linear import FloatLinear, Int8Linear

CPU = torch.device("cpu")


@pytest.fixture
def layer():
    made = torch.Generator().manual_seed(5)
    return torch.randn(96, 256, generator=made) * 0.04, torch.randn(96, generator=made)


def rows(n=50, seed=1):
    return torch.randn(n, 256, generator=torch.Generator().manual_seed(seed))


def applied(linear, x):
    return linear(x, torch.empty(len(x), linear.width))


def error(layer, x, **given):
    """Root mean square of what is off, as a share of that of the products."""
    weight, bias = layer
    exact = x.double() @ weight.double().T
    found = applied(Int8Linear(weight, bias, **given), x).double() - bias.double()
    return float((found - exact).norm() / exact.norm())


def test_floats_are_multiplied_as_they_are(layer):
    x = rows()
    found = applied(FloatLinear(*layer, torch.float32, CPU), x)
    assert torch.equal(found, torch.nn.functional.linear(x, *layer))


@pytest.mark.parametrize("change", [lambda x: x, torch.abs, torch.nn.functional.gelu])
def test_whole_numbers_are_off_by_a_percent_or_two(layer, change):
    assert error(layer, change(rows())) < 0.02


def test_numbers_that_would_overflow_pairs_of_products_do_not(layer):
    # All at the top of their range, where 16 bits are just enough.
    weight = torch.ones(96, 256)
    x = torch.ones(4, 256)
    x[:, 0] = 0
    assert error((weight, layer[1]), x) < 1e-6


def test_a_row_does_not_depend_on_the_others(layer):
    linear = Int8Linear(*layer)
    x = rows()
    large = torch.cat([x, 1000 * rows(3, seed=2)])
    assert torch.equal(applied(linear, large)[: len(x)], applied(linear, x))


@pytest.mark.parametrize("value", [0.0, 3.5, -2.0])
def test_a_row_of_one_value_is_exact(layer, value):
    weight, _ = layer
    x = torch.full((2, 256), value)
    assert error(layer, x) < 0.02 if value else True
    assert torch.isfinite(applied(Int8Linear(*layer), x)).all()


def test_expected_ranges_take_the_harm_out_of_outliers(layer):
    ranges = torch.full((256,), 3.0)
    ranges[[7, 100]] = 90.0
    x = rows() * ranges / 3
    assert error(layer, x, ranges=ranges) < error(layer, x) / 2
    # And do little where there are none.
    assert error(layer, rows(), ranges=torch.full((256,), 3.0)) < 0.02
