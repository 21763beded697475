"""Vectors of real sentences for benchmarks of search: encoded once, then read from a folder."""

import gzip
import pathlib

import numpy as np

from mining.encoders import load_encoder

#: sentences a file
_PART = 8192


def encode(pairs, folder, queries, indexed):
    """Paths of files of vectors, float16 [n, dim] by muse: of that many English sentences, and of
    that many of the other languages, or as many as there are.

    pairs: folder of en-XX.tsv.gz files, English TAB other. folder: where vectors are kept; what is
    there is not encoded again.
    """
    english, others = {}, {}
    for path in sorted(pathlib.Path(pairs).glob("en-*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                src, tgt, *_ = line.rstrip("\n").split("\t")
                english[src] = others[tgt] = None
    # Files hold package after package: every so-many-th sentence is of all of them.
    return tuple(
        _encoded(_spread(list(texts), count), pathlib.Path(folder), name)
        for texts, count, name in ((english, queries, "en"), (others, indexed, "others"))
    )


def _spread(texts, count):
    return [texts[at] for at in np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)]


def _encoded(texts, folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    encoder = load_encoder("muse")
    paths = []
    for at in range(0, len(texts), _PART):
        path = folder / f"{name}-{encoder.fingerprint[:8]}-{len(texts)}-{at:08d}.npy"
        if not path.exists():
            partial = path.with_suffix(".partial.npy")
            np.save(partial, encoder.encode(texts[at : at + _PART]).astype(np.float16))
            partial.rename(path)
        paths.append(path)
    return paths


def read(paths):
    """The vectors in files, in a row."""
    return np.concatenate([np.load(path) for path in paths])
