"""What the pipeline asks of an encoder, and the thread that prepares texts ahead of the model."""

import concurrent.futures
from typing import NamedTuple, Protocol

import numpy as np


class Encoded(NamedTuple):
    """A window of n texts, encoded. ``tokens``: computed for them, special ones included and
    padding not; ``padding``: computed beside them for nothing; ``cut``: texts that were longer
    than the encoder reads, of which the beginning counts."""

    vectors: np.ndarray
    tokens: int
    padding: int
    cut: int


class Encoder(Protocol):
    """A multilingual sentence encoder, loaded and ready; threads may share it.

    name: stands in the path of its embeddings. dim: components of a vector. fingerprint: hex
    digest of everything that decides the vectors (weights, tokenizer, pooling). languages: ISO
    639-1 codes of those that it was trained for, a frozenset; None if it doesn't say.
    """

    name: str
    dim: int
    fingerprint: str
    languages: frozenset | None

    def encode(self, texts: list[str]) -> np.ndarray:
        """float32 [len(texts), dim], rows of unit length.

        A row depends on its text alone but for rounding (1e-6); the same list of texts gives the
        same bits, whatever the number of threads.
        """
        ...

    def stream(self, windows):
        """Encoded for each window, a list of texts, of an iterable, in order.

        While the model computes one window the next is read and tokenised. Each window is
        encoded by itself: its vectors are those of ``encode``.
        """
        ...


def unsupported(encoder, languages):
    """Those of ``languages`` that the encoder was not trained for, in order; none are if it
    doesn't say what for."""
    return [lang for lang in languages if encoder.languages and lang not in encoder.languages]


def ahead(windows, prepare, compute):
    """``compute(prepare(window))`` of each window, in order; the iterable is read and ``prepare``
    called one window ahead, in a thread of its own."""
    windows = iter(windows)
    done = object()

    def prepared():
        window = next(windows, done)
        return window if window is done else prepare(window)

    with concurrent.futures.ThreadPoolExecutor(1, "tokenise") as thread:
        following = thread.submit(prepared)
        while (ready := following.result()) is not done:
            following = thread.submit(prepared)
            yield compute(ready)
