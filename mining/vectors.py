"""Rows of unit length, which all cosines here are inner products of."""

import numpy as np


def unit_rows(vectors):
    """float32 copy of ``vectors`` [n, dim], any float type, with rows of length 1.

    Raises ValueError for a row that is zero or not finite.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    good = np.isfinite(norms) & (norms > 0)
    if not np.all(good):
        raise ValueError(f"row {int(np.argmin(good))}: a vector that is zero or not finite")
    return vectors / norms
