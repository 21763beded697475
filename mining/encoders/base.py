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
