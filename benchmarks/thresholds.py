"""What each threshold keeps and refuses, on translations that the samples know nothing of.

    python -m benchmarks.thresholds --tatoeba FOLDER --pairs FOLDER [--json]

Tatoeba: files tatoeba.XXX-eng.XXX and .eng, line by line. Pairs: en-XX.tsv.gz of English, other
text and source. Of each set a sixth of the pairs loses its English side and a sixth its other; the
rest is to be found again with the muse encoder among all.
"""

import argparse
import gzip
import json
import pathlib
import random
import sys

import numpy as np
import pyarrow as pa

from mining import dedup, filters, knn, margin, tatoeba
from mining.config import CorpusConfig, ExtractConfig, MineConfig
from mining.encoders import load_encoder

TATOEBA = {"de": "deu", "zh": "cmn"}
MARGINS = (1.0, 1.03, 1.06, 1.1, 1.15, 1.2, 1.25)
COSINES = (0.0, 0.3, 0.35, 0.4, 0.45, 0.5)
LENGTHS = {
    "ar": "ara",
    "de": "deu",
    "es": "spa",
    "fr": "fra",
    "it": "ita",
    "ja": "jpn",
    "ko": "kor",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ru": "rus",
    "th": "tha",
    "tr": "tur",
    "zh": "cmn",
}
_PER_SOURCE = 40
_PAIRS = 9000
# Format strings and markup are no prose.
_CODE = frozenset("%<>{}\\")


def read_tatoeba(folder, code):
    """The (English, other) sentence pairs of a Tatoeba test set."""
    return list(zip(*tatoeba.read_pairs(folder, code), strict=True))


def read_pairs(folder, lang):
    """Translated pairs, at most 40 of a source, sources in random order with a fixed seed."""
    sources = {}
    with gzip.open(pathlib.Path(folder) / f"en-{lang}.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            src, tgt, source = line.rstrip("\n").split("\t")
            if not _CODE & set(src):
                sources.setdefault(source, []).append((src, tgt))
    chance = random.Random(5)
    names = sorted(sources)
    chance.shuffle(names)
    pairs, seen = [], set()
    for name in names:
        chance.shuffle(sources[name])
        for src, tgt in sources[name][:_PER_SOURCE]:
            if not {src, tgt} & seen:
                seen |= {src, tgt}
                pairs.append((src, tgt))
        if len(pairs) >= _PAIRS:
            break
    return pairs


def mined(pairs, lang, encoder):
    """(scored table of what max retrieval pairs, bool [n] which are true, how many there are)."""
    bounds = ExtractConfig()
    least = bounds.min_chars_zh if lang == "zh" else bounds.min_chars
    pairs = [(s, t) for s, t in pairs if len(s) >= bounds.min_chars and len(t) >= least]
    random.Random(1).shuffle(pairs)
    both, rest = pairs[: 2 * len(pairs) // 3], pairs[2 * len(pairs) // 3 :]
    sides = (
        [src for src, _ in both] + [src for src, _ in rest[::2]],
        [tgt for _, tgt in both] + [tgt for _, tgt in rest[1::2]],
    )
    ids, vectors, text_of = [], [], {}
    for texts in sides:
        texts = sorted(set(texts))
        keys = dedup.sentence_ids(texts)
        order = np.argsort(keys)
        texts = [texts[row] for row in order]
        ids.append(keys[order])
        vectors.append(encoder.encode(texts).astype(np.float16))
        text_of.update(zip(keys[order].tolist(), texts, strict=True))
    k = MineConfig().k
    forward = knn.search(ids[0], vectors[0], [(ids[1], vectors[1])], k)
    backward = knn.search(ids[1], vectors[1], [(ids[0], vectors[0])], k)
    table = margin.mine_pairs(forward, backward)
    src, tgt = ([text_of[key] for key in table[name].to_pylist()] for name in ("src_id", "tgt_id"))
    for name, values in (
        ("src_text", src),
        ("tgt_text", tgt),
        ("src_lang", ["en"] * len(src)),
        ("tgt_lang", [lang] * len(tgt)),
    ):
        table = table.append_column(name, pa.array(values))
    true = set(both)
    found = np.array([pair in true for pair in zip(src, tgt, strict=True)])
    return filters.score(table), found, len(true)


def precision_recall(found, kept, total):
    """Precision, recall and F1 of the rows ``kept`` (bool [n])."""
    right = int((found & kept).sum())
    precision, recall = right / max(int(kept.sum()), 1), right / total
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def measure(table, found, total):
    """All figures of one set."""
    config = CorpusConfig()
    margins, cosines = table["margin"].to_numpy(), table["cosine"].to_numpy()
    agrees = table["number_agreement"].to_numpy() >= config.min_number_agreement
    by_margin = {
        str(least): precision_recall(found, agrees & (margins > least), total) for least in MARGINS
    }
    good = agrees & (margins > config.min_margin)
    by_cosine = {
        str(least): precision_recall(found, good & (cosines >= least), total) for least in COSINES
    }
    refused = {
        name: float((table[name].to_numpy()[found] < 1).mean())
        for name in ("number_agreement", "negation_agreement", "name_agreement")
    }
    lengths, copies = (
        table[name].to_numpy()[found] for name in ("length_ratio", "copy_similarity")
    )
    refused["length_ratio"] = float((lengths > config.max_length_ratio).mean())
    refused["copy_similarity"] = float((copies >= config.max_copy_similarity).mean())
    return {"by_margin": by_margin, "by_cosine": by_cosine, "true_pairs_refused": refused}


def chars_per_english_char(folder):
    """The median ratio of lengths in each language's Tatoeba set."""
    return {
        lang: float(np.median([len(t) / len(s) for s, t in read_tatoeba(folder, code)]))
        for lang, code in LENGTHS.items()
    }


def table_of(results):
    """The figures as lines of text."""
    sets = list(results["sets"])
    lines = [f"{'':24}" + "".join(f"{name:>26}" for name in sets)]
    for kind, label in (("by_margin", "margin >"), ("by_cosine", "cosine >=")):
        for step in results["sets"][sets[0]][kind]:
            cells = []
            for name in sets:
                at = results["sets"][name][kind][step]
                cells.append(f"P {at['precision']:.3f} R {at['recall']:.3f} F {at['f1']:.3f}")
            lines.append(f"{label + ' ' + step:24}" + "".join(f"{cell:>26}" for cell in cells))
    for name in results["sets"][sets[0]]["true_pairs_refused"]:
        shares = (results["sets"][which]["true_pairs_refused"][name] for which in sets)
        lines.append(f"{'refuses ' + name:24}" + "".join(f"{share:>26.2%}" for share in shares))
    ratios = results["chars_per_english_char"]
    lines.append("characters per English character: ")
    lines.append("  " + "  ".join(f"{lang} {ratio:.2f}" for lang, ratio in ratios.items()))
    return "\n".join(lines)


def main(argv):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--tatoeba", required=True, metavar="FOLDER")
    parser.add_argument("--pairs", required=True, metavar="FOLDER")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    ours = parser.parse_args(argv)
    encoder = load_encoder("muse")
    sets = {}
    for lang, code in TATOEBA.items():
        for name, pairs in (
            (f"{lang} tatoeba", read_tatoeba(ours.tatoeba, code)),
            (f"{lang} messages", read_pairs(ours.pairs, lang)),
        ):
            sets[name] = measure(*mined(pairs, lang, encoder))
    results = {"sets": sets, "chars_per_english_char": chars_per_english_char(ours.tatoeba)}
    print(json.dumps(results) if ours.json else table_of(results))


if __name__ == "__main__":
    main(sys.argv[1:])
