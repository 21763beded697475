"""Rows of unit length, which all cosines here are inner products of."""

import numpy as np

# Looked at together: no second copy of all vectors is made.
_ROWS = 4096


def unit_rows(vectors):
    """float32 copy of ``vectors`` [n, dim], any float type, with rows of length 1.

    Raises ValueError for a row that is zero or not finite.
    """
    vectors = np.array(vectors, dtype=np.float32, order="C")
    for at in range(0, len(vectors), _ROWS):
        rows = vectors[at : at + _ROWS]
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        good = np.isfinite(norms) & (norms > 0)
        if not np.all(good):
            raise ValueError(
                f"row {at + int(np.argmin(good))}: a vector that is zero or not finite"
            )
        rows /= norms
    return vectors
