"""A bitext that is told in rules: simple English sentences and their German ones, on sites."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_ADJECTIVES = (
    "old:alte new:neue small:kleine quiet:stille green:grüne narrow:schmale heavy:schwere "
)
_ADJECTIVES += "bright:helle famous:berühmte hidden:verborgene wooden:hölzerne"
_NOUNS = [
    ("bridge", "Brücke"),
    ("church", "Kirche"),
    ("door", "Tür"),
    ("mill", "Mühle"),
    ("street", "Straße"),
    ("lamp", "Lampe"),
    ("school", "Schule"),
    ("kitchen", "Küche"),
    ("library", "Bibliothek"),
    ("island", "Insel"),
    ("factory", "Fabrik"),
    ("ferry", "Fähre"),
]
_ADJECTIVES = [tuple(word.split(":")) for word in _ADJECTIVES.split()]
_VERBS = [
    ("was built in", "wurde gebaut im Jahr"),
    ("was closed in", "wurde geschlossen im Jahr"),
    ("was painted in", "wurde gestrichen im Jahr"),
    ("was sold in", "wurde verkauft im Jahr"),
]
_WHY = [
    ("because nobody paid for it", "weil niemand dafür bezahlte"),
    ("as the mayor had promised", "wie es der Bürgermeister versprochen hatte"),
    ("although the winter was cold", "obwohl der Winter kalt war"),
    ("before the children came home", "bevor die Kinder nach Hause kamen"),
    ("and everybody was surprised", "und alle waren überrascht"),
]


def sentences(count, seed=0):
    """(English, German), two lists of so many sentences, hardly any twice."""
    rng = np.random.default_rng(seed)
    english, german = [], []
    for _ in range(count):
        parts = [
            options[rng.integers(len(options))] for options in (_ADJECTIVES, _NOUNS, _VERBS, _WHY)
        ]
        year = rng.integers(1100, 2000)
        adjective, noun, verb, why = (part[0] for part in parts)
        english.append(f"The {adjective} {noun} {verb} {year}, {why}.")
        adjective, noun, verb, why = (part[1] for part in parts)
        german.append(f"Die {adjective} {noun} {verb} {year}, {why}.")
    return english, german


def write_corpus(folder, english, german, sites):
    """Writes a finished corpus of these pairs, each on the site of the same place in ``sites``."""
    folder.mkdir(parents=True, exist_ok=True)
    urls = [[f"https://{lang}.{site}/page/1" for site in sites] for lang in ("en", "de")]
    names = ("src_text", "tgt_text", "src_url", "tgt_url")
    columns = dict(zip(names, (english, german, *urls), strict=True))
    pq.write_table(pa.table(columns), folder / "part-00000.parquet")
    (folder / "_manifest.json").write_text("{}")
