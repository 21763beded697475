"""Rows of unit length, which all cosines here are inner products of."""

import numpy as np

# Rounding to float16 changes a component by 2^-11 of it at most, or by next to nothing near 0.
_FLOAT16_ROUNDING = 2.0**-11 + 1e-5
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


def first_bad_row(vectors):
    """The first row of ``vectors`` [n, dim], float16, that is not finite and of length 1 within
    float16's rounding; None where all are."""
    for at in range(0, len(vectors), _ROWS):
        block = vectors[at : at + _ROWS].astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        # NaN is not near anything.
        good = np.abs(lengths - 1) <= _FLOAT16_ROUNDING
        if not good.all():
            return at + int(np.argmin(good))
    return None


def pair_cosines(left, right):
    """The cosine of each row of ``left`` and its row of ``right``, [n, dim] of any float type;
    float32 [n], to the bit what mining.knn gives for the two vectors."""
    found = np.empty(len(left), np.float32)
    for at in range(0, len(left), _ROWS):
        part = slice(at, at + _ROWS)
        one, other = (unit_rows(side[part]).astype(np.float64) for side in (left, right))
        found[part] = np.einsum("ij,ij->i", one, other)
    return found
