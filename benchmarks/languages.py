"""How often the language of a single short sentence is told right, out of context.

``python -m benchmarks.languages --tatoeba DIR [--json]`` on the Tatoeba test (files
tatoeba.XXX-eng.XXX, a sentence a line): every language that has at least 1,000 sentences there,
1,000 of each, with fastText alone beside.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

from mining import langid
from mining.config import ExtractConfig
from mining.errors import InputError

_SENTENCES = 1000
_ASKED = ("de", "en", "zh")
# ISO 639-3 codes of the files to what fastText calls the language.
_CODES = dict(
    pair.split("=")
    for pair in """
    ara=ar bul=bg cat=ca ces=cs cmn=zh dan=da deu=de ell=el epo=eo est=et eus=eu fin=fi
    fra=fr glg=gl heb=he hin=hi hrv=hr hun=hu hye=hy ind=id isl=is ita=it jpn=ja kor=ko
    lat=la lit=lt lvs=lv mal=ml mkd=mk mon=mn nld=nl nno=nn nob=no pes=fa pol=pl por=pt
    ron=ro rus=ru slk=sk slv=sl spa=es sqi=sq srp=sr swe=sv tgl=tl tha=th tur=tr ukr=uk
    urd=ur vie=vi zsm=ms afr=af aze=az bel=be ben=bn kat=ka kaz=kk ido=io ile=ie ina=ia
    gle=ga tel=te tam=ta
    """.split()
)


def read_sentences(folder):
    """(texts, langs) of every language with enough sentences, English among them."""
    folder = pathlib.Path(folder)
    paths = {"en": folder / "tatoeba.deu-eng.eng"}
    for code, lang in _CODES.items():
        paths[lang] = folder / f"tatoeba.{code}-eng.{code}"
    texts, langs = [], []
    for lang, path in sorted(paths.items()):
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if len(lines) >= _SENTENCES:
            texts += lines[:_SENTENCES]
            langs += [lang] * _SENTENCES
    if not texts:
        raise InputError(f"{folder}: no files tatoeba.XXX-eng.XXX of {_SENTENCES} lines here")
    return texts, langs


def scores(found, true):
    """{lang: (precision, recall)} of the languages asked for."""
    found, true = np.array(found, dtype=object), np.array(true, dtype=object)
    shares = {}
    for lang in _ASKED:
        right = np.sum((found == lang) & (true == lang))
        shares[lang] = (right / max(np.sum(found == lang), 1), right / np.sum(true == lang))
    return shares


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--tatoeba", required=True, help="folder of the Tatoeba test")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    try:
        texts, true = read_sentences(given.tatoeba)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    found, _ = langid.identify(texts, ExtractConfig.min_lang_prob)
    alone = langid.first_choices(texts)
    rows = {"ours": scores(found, true), "fasttext": scores(alone, true)}
    if given.json:
        flat = {
            f"{who}_{lang}_{name}": share
            for who, shares in rows.items()
            for lang, both in shares.items()
            for name, share in zip(("precision", "recall"), both, strict=True)
        }
        print(json.dumps({"languages": len(set(true)), **flat}))
        return
    print(f"{len(set(true))} languages, {_SENTENCES} sentences each\n")
    print(f"{'':<12}" + "".join(f"{lang + ' P':>8}{lang + ' R':>8}" for lang in _ASKED))
    for who, shares in rows.items():
        print(f"{who:<12}" + "".join(f"{p:>8.3f}{r:>8.3f}" for p, r in shares.values()))


if __name__ == "__main__":
    main()
