"""Winograd's minimal filtering: a short convolution in fewer products than its definition takes.

y[i] = sum of d[i + k] g[k] over the n taps k, for i < m, takes m n products; F(m, n) takes
m + n - 1, of sums of inputs with sums of taps (Winograd 1980, Arithmetic Complexity of
Computations; for neural networks Lavin & Gray 2016). Here only the three matrices.
"""

from fractions import Fraction

import numpy as np

# Small numbers and their inverses keep rounding errors small (Barabasz et al. 2020, Error Analysis
# and Improving the Accuracy of Winograd Convolution for Deep Neural Networks).
_POINTS = (*map(Fraction, (0, 1, -1, 2, -2)), Fraction(1, 2), Fraction(-1, 2))


def minimal_filter(outputs, taps):
    """Float64 matrices (A, B, G) with y = A @ ((B @ d) * (G @ g)) for any d and g.

    d: outputs + taps - 1 inputs, g: taps, y: outputs. At most 8 inputs.
    """
    # The transpose of Toom and Cook's product of two polynomials: their values at all points but
    # one, the last at infinity, and Lagrange's interpolation between them.
    points = _POINTS[: outputs + taps - 2]
    if len(points) != outputs + taps - 2:
        raise ValueError(f"F({outputs}, {taps}) needs more points than there are")
    interpolation, scales = [], []
    for point in points:
        others = [other for other in points if other != point]
        interpolation.append(_with_roots(others) + [0])
        scales.append(np.prod([point - other for other in others], initial=Fraction(1)))
    interpolation.append(_with_roots(points))
    a = [[point**power for point in points] + [0] for power in range(outputs)]
    a[-1][-1] = 1
    g = [
        [point**power / scale for power in range(taps)]
        for point, scale in zip(points, scales, strict=True)
    ]
    g.append([0] * (taps - 1) + [1])
    return tuple(np.array(rows, np.float64) for rows in (a, interpolation, g))


def _with_roots(roots):
    """Coefficients, the constant one first, of the product of (x - root)."""
    product = [Fraction(1)]
    for root in roots:
        shifted, scaled = [Fraction(0), *product], [root * c for c in product] + [Fraction(0)]
        product = [s - c for s, c in zip(shifted, scaled, strict=True)]
    return product
