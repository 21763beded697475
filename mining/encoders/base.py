"""What the pipeline asks of an encoder."""

from typing import Protocol

import numpy as np


class Encoder(Protocol):
    """A multilingual sentence encoder, loaded and ready.

    name: stands in the path of its embeddings. dim: components of a vector. fingerprint: hex
    digest of everything that decides the vectors (weights, tokenizer, pooling).
    """

    name: str
    dim: int
    fingerprint: str

    def encode(self, texts: list[str]) -> np.ndarray:
        """float32 [len(texts), dim], rows of unit length.

        A row depends on its text alone but for rounding (1e-6); the same list of texts gives the
        same bits, whatever the number of threads.
        """
        ...


def normalised(vectors):
    """Rows scaled to unit length, float32; ValueError where one has no direction or is NaN."""
    vectors = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(norms)) or not np.all(norms > 0):
        bad = int(np.flatnonzero(~(np.isfinite(norms) & (norms > 0)))[0])
        raise ValueError(f"row {bad}: a vector that is zero or not finite")
    return vectors / norms
