"""Encoding beside sentence-transformers on the same weights, and ``muse`` beside its package.

The weights are random, of LaBSE's shape (12 layers, 768 components, 501,153 words); lengths are
those of real sentences. Model FLOP utilisation is what the encoder's products come to a second,
as a share of what one large plain product reaches in the same run.
"""

import argparse
import json
import os
import pathlib
import tempfile
import time

import numpy as np
import torch

from benchmarks import embed_muse, random_labse
from mining.encoders.labse import LabseEncoder
from mining.vectors import unit_rows

SAMPLES = pathlib.Path(__file__).resolve().parents[1] / "samples" / "gold"
PARTS = ("labse", "muse")
_SIZE = 4096


def read_texts(paths, wanted):
    """``wanted`` different texts, spread over the first two columns of TSV files, each file the
    same number."""
    texts = []
    for path in paths:
        rows = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
        found = list(dict.fromkeys(text for row in rows for text in row.split("\t")[:2]))
        texts += found[:: max(1, len(found) * len(paths) // wanted)]
    return texts[:wanted]


def matmul_rate(dtype, device, tries=5):
    """Floating-point operations a second of a product of two square matrices, the best of some."""
    left, right = (torch.randn(_SIZE, _SIZE, device=device).to(dtype) for _ in range(2))
    seconds = []
    for _ in range(tries):
        seconds.append(_timed(lambda: torch.mm(left, right), device)[0])
    return 2 * _SIZE**3 / min(seconds)


def _timed(work, device):
    if device == "cuda":
        torch.cuda.synchronize()
    started = time.perf_counter()
    result = work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started, result


def measure_labse(texts, rounds, threads, device):
    """Seconds and vectors of each side, over the same texts, in turn; the best round counts."""
    from sentence_transformers import SentenceTransformer

    with tempfile.TemporaryDirectory() as folder:
        random_labse.save(folder, texts)
        theirs = SentenceTransformer(folder, device=device)
        if device == "cuda":
            theirs.half()
        ours = LabseEncoder(folder, threads, device=device)

        def their_encode(texts):
            # Ours computes a batch with one thread, and the number is the whole process's.
            torch.set_num_threads(threads)
            return theirs.encode(texts)

        sides = {"theirs": their_encode, "ours": ours.encode}
        if device == "cpu":
            sides["int8"] = LabseEncoder(folder, threads, "int8").encode
        seconds, vectors = {name: [] for name in sides}, {}
        rates = []
        for encode in sides.values():
            encode(texts[:64])
        for _ in range(rounds):
            torch.set_num_threads(threads)
            rates.append(matmul_rate(getattr(torch, ours.precision), device))
            for name, encode in sides.items():
                took, vectors[name] = _timed(lambda encode=encode: encode(texts), device)
                seconds[name].append(took)
    best = {name: min(values) for name, values in seconds.items()}
    [window] = ours.stream([texts])
    found = {
        "sentences": len(texts),
        "tokens": window.tokens,
        "labse_bf16_precision": ours.precision,
        "labse_bf16_speedup": best["theirs"] / best["ours"],
        "labse_bf16_min_cosine": _least_cosine(vectors["theirs"], vectors["ours"]),
        "padding_share": window.padding / (window.padding + window.tokens),
        "flop_utilisation": ours.flops(texts) / best["ours"] / max(rates),
        "matmul_gflops": max(rates) / 1e9,
        "between_texts_cosine": _between(vectors["theirs"]),
    }
    for name, took in best.items():
        found[f"{name}_sentences_per_s"] = len(texts) / took
        found[f"{name}_tokens_per_s"] = window.tokens / took
    if "int8" in best:
        found["labse_int8_speedup"] = best["theirs"] / best["int8"]
        found["labse_int8_min_cosine"] = _least_cosine(vectors["theirs"], vectors["int8"])
    return found


def _least_cosine(left, right):
    left, right = unit_rows(left), unit_rows(right)
    return float(np.einsum("ij,ij->i", left, right).min())


def _between(vectors):
    """Mean cosine of texts with the next one: what a vector that says nothing would score."""
    vectors = unit_rows(vectors)
    return float(np.einsum("ij,ij->i", vectors[:-1], vectors[1:]).mean())


def show(found):
    """The figures as a table for people."""
    for name, value in found.items():
        print(f"{name:<28} {value:,.4f}" if isinstance(value, float) else f"{name:<28} {value}")


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", nargs="+", default=sorted(SAMPLES.glob("en-*.tsv")))
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--muse-sentences", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", action="store_true")
    ours = parser.parse_args()
    found = {"device": ours.device}
    if "labse" in ours.parts:
        texts = read_texts(ours.texts, ours.sentences)
        found |= measure_labse(texts, ours.rounds, ours.threads, ours.device)
    if "muse" in ours.parts:
        texts = read_texts(ours.texts, ours.muse_sentences)
        measured = embed_muse.measure(texts, ours.threads)
        found |= {f"muse_{name}": value for name, value in measured.items()}
    print(json.dumps(found)) if ours.json else show(found)


if __name__ == "__main__":
    main()
