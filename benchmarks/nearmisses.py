"""What the filters do with near misses: true pairs with one number, name or negation changed.

    python -m benchmarks.nearmisses --tatoeba FOLDER --pairs FOLDER [--half dev] [--json]
    python -m benchmarks.nearmisses --samples OUT

The first makes near misses out of known translations (formats as in benchmarks.thresholds) and
prints the share that the filters refuse, the share of the unchanged pairs that they refuse
wrongly, and what a threshold on cosine or margin alone refuses that loses no fewer true pairs. A
half is what a hash of the source, in Tatoeba of the sentence, says; filters are written on ``dev``.
The second looks up the samples' own near misses in the output of ``make mine``.
"""

import argparse
import csv
import gzip
import json
import pathlib
import random
import re
import sys
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rapidfuzz import fuzz

from benchmarks.thresholds import TATOEBA, read_tatoeba
from mining import dedup, filters, knn, margin
from mining.config import CorpusConfig, ExtractConfig, MineConfig
from mining.encoders import load_encoder

KINDS = ("number", "name", "negation")
HALVES = ("dev", "held-out")
_PAIRS = 6000
_PER_SOURCE = 150
# Format strings and markup are no prose.
_CODE = frozenset("%<>{}\\|")
_DIGITS = re.compile(r"(?<![\w.])[1-9]\d{0,4}(?![\w.])")
_NUMBER_WORDS = {
    "en": "two three four five six seven eight nine ten twelve twenty thirty".split(),
    "de": "zwei drei vier fünf sechs sieben acht neun zehn zwölf zwanzig dreißig".split(),
}
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-zà-ÿ]{2,}\b")
_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)
_AUXILIARY = "is|are|was|were|can|could|will|would|should|must"
# What makes a sentence say the contrary: taken out, or put in.
_NEGATIONS = {
    "en": (
        (re.compile(rf"\b({_AUXILIARY}|may|do|does|did) not "), r"\1 "),
        (re.compile(r"\b(is|are|was|were|could|would|should|must|has|have|had)n['’]t "), r"\1 "),
        (re.compile(r"\bcannot "), "can "),
        (re.compile(r"\b(I|you|we|they|They|We|You) don['’]t "), r"\1 "),
        (re.compile(rf"\b({_AUXILIARY}) (?!not|n['’]t)"), r"\1 not "),
    ),
    "de": (
        (re.compile(r" nicht\b(?! (?:nur|mehr|so))"), ""),
        (re.compile(r"\bkein(e|en|em|er|es)?\b"), r"ein\1"),
        (
            re.compile(r"\b(ist|sind|war|waren|wird|werden|kann|können|muss|müssen|hat|haben) "),
            r"\1 nicht ",
        ),
    ),
    "zh": (
        (re.compile(r"不(?=[是会能可要用应想敢])"), ""),
        (re.compile(r"没有(?=[\u4e00-\u9fff])"), "有"),
        (
            re.compile(
                r"(?<![不没就还也都可但只要凡于总老国若正便倒算或])(?=[是会能可要][\u4e00-\u9fff])"
                r"(?!可[以能]?[爱是]|是否|会议|能力|要求)"
            ),
            "不",
        ),
    ),
}
# A sentence with more than one of them may still say the same with one less.
_NEGATED = {
    "en": re.compile(r"\b(?:not|no|never|none|cannot|nothing|nobody|without)\b|n['’]t\b", re.I),
    "de": re.compile(r"\b(?:nicht|nichts|nie|kein\w*|niemand\w*|ohne|un\w+)\b", re.I),
    "zh": re.compile("[不没未无別别]"),
}


def half_of(text):
    """Which half a source or sentence belongs to."""
    return HALVES[zlib.crc32(text.encode()) % 2]


def read_half(folder, lang, half):
    """Translated messages of one half of the sources, at most 150 a source."""
    taken, seen = {}, set()
    rows = []
    with gzip.open(pathlib.Path(folder) / f"en-{lang}.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            src, tgt, source = line.rstrip("\n").split("\t")
            if half_of(source) == half and not _CODE & set(src) and len(src) <= 300:
                rows.append((src, tgt, source))
    random.Random(3).shuffle(rows)
    pairs = []
    for src, tgt, source in rows:
        if taken.get(source, 0) < _PER_SOURCE and not {src, tgt} & seen and src != tgt:
            taken[source] = taken.get(source, 0) + 1
            seen |= {src, tgt}
            pairs.append((src, tgt))
    return pairs[:_PAIRS]


def near_misses(pairs, lang):
    """(src, tgt, kind, row of the pair it was made of): at most one of each kind a pair."""
    chance = random.Random(11)
    names = _names(pairs, lang)
    pool = sorted(set().union(*names)) if names else []
    made = []
    for row, (src, tgt) in enumerate(pairs):
        changed = {
            "number": _number_changed(src, tgt, lang, chance),
            "name": _name_changed(src, tgt, names[row], pool, chance),
            "negation": _negation_changed(src, tgt, lang, chance),
        }
        made += [(*both, kind, row) for kind, both in changed.items() if both]
    return made


def _number_changed(src, tgt, lang, chance):
    sides = [("en", src), (lang, tgt)]
    chance.shuffle(sides)
    for side, text in sides:
        found = list(_DIGITS.finditer(text))
        if found:
            at = chance.choice(found)
            new = _other_number(at.group(), chance)
        else:
            words = _NUMBER_WORDS.get(side, ())
            found = [m for m in re.finditer(r"\w+", text) if m.group() in words]
            if not found:
                continue
            at = chance.choice(found)
            new = chance.choice([word for word in words if word != at.group()])
        text = text[: at.start()] + new + text[at.end() :]
        return (text, tgt) if side == "en" else (src, text)
    return None


def _other_number(digits, chance):
    while True:
        low = 10 ** (len(digits) - 1)
        new = str(chance.randrange(low, 10 * low))
        if len(digits) > 1 and chance.random() < 0.3:
            new = "".join(chance.sample(digits, len(digits)))
        if new != digits and not new.startswith("0"):
            return new


def _names(pairs, lang):
    """The words of each English side that are surely names: they recur as they are in German; in
    other scripts what is never written small is taken for one."""
    small = {word for src, _ in pairs for word in re.findall(r"\b[a-z]+\b", src)}
    names = []
    for src, tgt in pairs:
        found = {name for name in _NAME.findall(src) if name.lower() not in small | _NO_NAMES}
        theirs = set(re.findall(r"\w+", tgt))
        capitals = len(re.findall(r"\b[A-Z]", src))
        if 2 * capitals > len(src.split()):
            found = set()
        names.append(found & theirs if lang == "de" else found - theirs)
    return names


def _name_changed(src, tgt, names, pool, chance):
    if not names:
        return None
    name = chance.choice(sorted(names))
    for _ in range(50):
        new = chance.choice(pool)
        if fuzz.ratio(new, name) < 45 and new not in src and new not in tgt:
            return re.sub(rf"\b{name}\b", new, src), tgt
    return None


def _negation_changed(src, tgt, lang, chance):
    sides = [("en", src), (lang, tgt)]
    chance.shuffle(sides)
    counts = [len(_NEGATED[side].findall(text)) for side, text in (("en", src), (lang, tgt))]
    # Only pairs whose sides negate equally often, at most once: else what is changed is unclear.
    if max(counts) > 1 or counts[0] != counts[1] or "?" in src or "？" in src:
        return None
    for side, text in sides:
        for pattern, new in _NEGATIONS[side]:
            changed, times = pattern.subn(new, text, count=1)
            # Taken out where there is one, put in where there is none.
            if times and len(_NEGATED[side].findall(changed)) == 1 - counts[0]:
                return (changed, tgt) if side == "en" else (src, changed)
    return None


def text_reasons(rows, lang):
    """The filter of the text alone that refuses each (src, tgt), or ''; NumPy array of str [n]."""
    src, tgt = zip(*rows, strict=True)
    columns = {
        "src_text": src,
        "tgt_text": tgt,
        "src_lang": ["en"] * len(src),
        "tgt_lang": [lang] * len(tgt),
        "margin": np.full(len(src), 9, np.float32),
        "cosine": np.ones(len(src), np.float32),
        "page_support": np.full(len(src), 99, np.int32),
        "order_agreement": np.ones(len(src), np.float32),
        "src_duplicate_page": [False] * len(src),
        "tgt_duplicate_page": [False] * len(src),
    }
    return filters.reject_reasons(filters.score(pa.table(columns)), CorpusConfig())


class Scorer:
    """Cosines and ratio margins of pairs among the sentences of a set."""

    def __init__(self, pairs, encoder):
        self._encoder = encoder
        self._vectors = {}
        texts = [sorted({pair[side] for pair in pairs}) for side in (0, 1)]
        self._sides = [self._index(side) for side in texts]

    def _index(self, texts):
        keys = dedup.sentence_ids(texts)
        order = np.argsort(keys)
        return keys[order], self._encode([texts[row] for row in order])

    def _encode(self, texts):
        new = sorted(set(texts) - self._vectors.keys())
        if new:
            self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self._vectors[text] for text in texts]).astype(np.float16)

    def __call__(self, rows):
        """float32 [n], [n] of (src, tgt) rows; means are over the set's other side."""
        means, vectors = [], []
        for side in (0, 1):
            texts = [row[side] for row in rows]
            different = sorted(set(texts))
            encoded = self._encode(different)
            found = knn.search(
                np.arange(len(different)), encoded, [self._sides[1 - side]], MineConfig().k
            )
            at = np.searchsorted(different, texts)
            means.append(found.means[at])
            vectors.append(encoded[at].astype(np.float32))
        cosines = (vectors[0] * vectors[1]).sum(axis=1)
        return cosines, margin.margin_scores(cosines, *means, "ratio")


def measure(pairs, lang, encoder):
    """The figures of one set of true (src, tgt) pairs."""
    bounds = ExtractConfig()
    least = bounds.min_chars_zh if lang == "zh" else bounds.min_chars
    pairs = [(s, t) for s, t in pairs if len(s) >= bounds.min_chars and len(t) >= least]
    made = near_misses(pairs, lang)
    wrongly = text_reasons(pairs, lang)
    refused = text_reasons([row[:2] for row in made], lang) != ""
    kinds = np.array([row[2] for row in made])
    figures = {
        "pairs": len(pairs),
        "false_refusals": {
            name: float((wrongly == name).mean()) for name in sorted(set(wrongly)) if name
        },
        "near_misses": {kind: int((kinds == kind).sum()) for kind in KINDS},
        "refused": {kind: _share(refused[kinds == kind]) for kind in KINDS},
    }
    # A near miss counts against the pairs that its own was drawn from: those with such a word.
    figures["false_refusals_of_their_pairs"] = {
        kind: _share(wrongly[[row[3] for row in made if row[2] == kind]] != "") for kind in KINDS
    }
    if encoder:
        scorer = Scorer(pairs, encoder)
        true, changed = scorer(pairs), scorer([row[:2] for row in made])
        for at, name in enumerate(("cosine", "margin")):
            least = np.quantile(true[at], (wrongly != "").mean())
            figures[f"refused_by_{name}"] = {
                kind: _share(changed[at][kinds == kind] < least) for kind in KINDS
            }
    return figures


def _share(refused):
    return float(np.mean(refused)) if len(refused) else 0.0


def of_samples(out, config):
    """What became of the samples' near misses, by language and kind: (lang, kind, count, reason of
    refusal or 'corpus' or 'not paired', whether margin alone and cosine alone refuse it) rows."""
    rows = []
    for lang in ("de", "zh"):
        corpus = pathlib.Path(out) / "corpus" / f"en-{lang}"
        rejects = pathlib.Path(out) / "rejects" / "corpus" / f"en-{lang}"
        if not corpus.exists():
            continue
        where = {}
        columns = ["src_text", "tgt_text", "margin", "cosine"]
        for part in corpus.glob("*.parquet"):
            for row in pq.read_table(part, columns=columns).to_pylist():
                where[row["src_text"], row["tgt_text"]] = ("corpus", row["margin"], row["cosine"])
        for part in rejects.glob("*.parquet"):
            for row in pq.read_table(part, columns=["reason", *columns]).to_pylist():
                where[row["src_text"], row["tgt_text"]] = (
                    row["reason"],
                    row["margin"],
                    row["cosine"],
                )
        path = pathlib.Path("samples/gold") / f"near-misses.en-{lang}.tsv"
        with path.open(encoding="utf-8", newline="") as file:
            for src, tgt, kind in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                reason, score, cosine = where.get((src, tgt), ("not paired", 0.0, 0.0))
                rows.append(
                    {
                        "lang": lang,
                        "kind": kind,
                        "src": src,
                        "tgt": tgt,
                        "fate": reason,
                        "refused_by_margin": score <= config.min_margin,
                        "refused_by_cosine": cosine < config.min_cosine,
                    }
                )
    return rows


def samples_table(rows):
    """The fates of the samples' near misses as lines of text."""
    lines = [f"{'':16}{'near misses':>12}{'refused':>9}{'margin alone':>14}{'cosine alone':>14}"]
    for lang in sorted({row["lang"] for row in rows}):
        for kind in (*KINDS, "all"):
            ours = [r for r in rows if r["lang"] == lang and kind in (r["kind"], "all")]
            refused = sum(row["fate"] != "corpus" for row in ours)
            by = [sum(row[f"refused_by_{name}"] for row in ours) for name in ("margin", "cosine")]
            label = f"{lang} {kind}"
            lines.append(f"{label:16}{len(ours):>12}{refused:>9}{by[0]:>14}{by[1]:>14}")
    lines.append("in the corpus all the same:")
    lines += [f"  {r['lang']} {r['kind']:9} {r['src']}  |  {r['tgt']}" for r in rows
              if r["fate"] == "corpus"]  # fmt: skip
    return "\n".join(lines)


def table_of(sets):
    """The figures of generated near misses as lines of text."""
    lines = [f"{'':34}" + "".join(f"{name:>15}" for name in sets)]
    first = next(iter(sets.values()))
    for key in ("near_misses", "refused", "refused_by_cosine", "refused_by_margin",
                "false_refusals_of_their_pairs"):  # fmt: skip
        for kind in KINDS if key in first else ():
            cells = (figures[key][kind] for figures in sets.values())
            words = f"{key.replace('_', ' ')}, {kind}"
            lines.append(f"{words:40}" + "".join(
                f"{cell:>15}" if isinstance(cell, int) else f"{cell:>15.1%}" for cell in cells
            ))  # fmt: skip
    names = sorted({name for figures in sets.values() for name in figures["false_refusals"]})
    for name in names:
        cells = (figures["false_refusals"].get(name, 0.0) for figures in sets.values())
        lines.append(f"{'true pairs refused: ' + name:40}" + "".join(f"{c:>15.2%}" for c in cells))
    lines.append(f"{'true pairs':40}" + "".join(f"{f['pairs']:>15}" for f in sets.values()))
    return "\n".join(lines)


def main(argv):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--tatoeba", metavar="FOLDER")
    parser.add_argument("--pairs", metavar="FOLDER")
    parser.add_argument("--half", choices=HALVES, default="held-out")
    parser.add_argument("--samples", metavar="OUT", help="an output of make mine on the samples")
    parser.add_argument("--no-encoder", action="store_true", help="leave out cosines and margins")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    ours = parser.parse_args(argv)
    if ours.samples:
        rows = of_samples(ours.samples, CorpusConfig())
        print(json.dumps(rows, ensure_ascii=False) if ours.json else samples_table(rows))
        return
    encoder = None if ours.no_encoder else load_encoder("muse")
    sets = {}
    for lang, code in TATOEBA.items():
        if ours.tatoeba:
            pairs = [p for p in read_tatoeba(ours.tatoeba, code) if half_of(p[0]) == ours.half]
            sets[f"{lang} tatoeba"] = measure(pairs, lang, encoder)
        if ours.pairs:
            pairs = read_half(ours.pairs, lang, ours.half)
            sets[f"{lang} messages"] = measure(pairs, lang, encoder)
    if not sets:
        parser.error("give --tatoeba, --pairs or --samples")
    print(json.dumps(sets) if ours.json else table_of(sets))


if __name__ == "__main__":
    main(sys.argv[1:])
