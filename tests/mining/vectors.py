"""Vectors for tests of search and margins: random ones, ones whose cosines are exact in binary
and often equal, and ids from the whole range of a signed integer.
"""

import numpy as np


def gaussian(rng, n, dim=16):
    """Unit vectors in random directions, float32 [n, dim]."""
    vectors = rng.standard_normal((n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def grid(rng, n, dim=6):
    """Unit vectors of four components 0.5 or -0.5: every cosine is a multiple of 0.25."""
    vectors = np.zeros((n, dim), np.float32)
    for row in vectors:
        row[rng.choice(dim, 4, replace=False)] = rng.choice([0.5, -0.5], 4)
    return vectors


def with_duplicates(rng, vectors):
    """As many vectors, drawn with repetition from the first third."""
    return vectors[rng.integers(0, max(len(vectors) // 3, 1), len(vectors))]


def some_ids(rng, n):
    """Different ids in no order, some below zero; int64 [n]."""
    ids = rng.integers(-(2**63), 2**63 - 1, n, dtype=np.int64)
    assert len(set(ids.tolist())) == n
    return ids
