"""Minimal filtering against the definition of a convolution."""

import numpy as np
import pytest

from mining.encoders.winograd import minimal_filter


@pytest.mark.parametrize(
    ("outputs", "taps"), [(m, n) for m in range(1, 8) for n in range(1, 8) if 2 < m + n < 10]
)
def test_products_of_sums_are_the_convolution(outputs, taps):
    rng = np.random.default_rng(0)
    inputs, weights = rng.standard_normal(outputs + taps - 1), rng.standard_normal(taps)
    a, b, g = minimal_filter(outputs, taps)
    assert a.shape == (outputs, outputs + taps - 1)
    made = a @ ((b @ inputs) * (g @ weights))
    assert made == pytest.approx(np.correlate(inputs, weights, "valid"), abs=1e-12)


def test_too_many_inputs_are_refused():
    with pytest.raises(ValueError, match=r"F\(6, 4\)"):
        minimal_filter(6, 4)
