"""Blocks of text to sentences: English, German and Chinese by rules of their own, every other
language by sentencex. How a language ends its sentences is in mining/latin.py and chinese.py.

Sentences joined again give the block, white space aside: nothing is dropped here.
"""

import re
import unicodedata

import sentencex

from mining import chinese, latin

_ONLY_CLOSERS = re.compile(r"[\"'”’»›“‘「」『』）)】》〉〕\]\s]+$")
# What a sentence of its own never opens with.
_CONTINUES = re.compile(r"[,;:)\]]|[a-zäöüß]")
_ENDS = re.compile(r"[。！？]|[.!?…]\S{0,3}\s")
_BREAKS = re.compile(r"[\s,;，；、]")
# White space that often stands in a number or an abbreviation: "z.\xa0B."
_SPACES = ("\xa0", "\u202f", "\u2009")


def split_sentences(text, lang, max_block_chars):
    """The sentences of a block, in order, stripped; joined they are the block again.

    A block beyond ``max_block_chars`` characters is cut first, at the end of a sentence, else at
    white space or a comma, else anywhere, so that no sentence is longer.
    """
    if len(text) > max_block_chars:
        pieces = _pieces(text, max_block_chars)
        return [sentence for piece in pieces for sentence in _split(piece, lang)]
    return _split(text, lang)


def normalise(sentence):
    """The form in which a sentence is stored, compared and hashed: NFC, single spaces."""
    return unicodedata.normalize("NFC", " ".join(sentence.split()))


def _split(text, lang):
    if not text.isascii():
        for space in _SPACES:
            text = text.replace(space, " ")
    if lang == "zh":
        return chinese.cut(text)
    if lang == "en":
        return latin.cut(text, latin.ENGLISH)
    if lang == "de":
        return latin.cut(text, latin.GERMAN)
    return _merge(sentencex.segment(lang, text))


def _pieces(text, limit):
    start = 0
    while len(text) - start > limit:
        stop = start + limit
        cut = 0
        for pattern in (_ENDS, _BREAKS):
            cut = max(
                (m.end() for m in pattern.finditer(text, start + limit // 2, stop)), default=0
            )
            if cut:
                break
        yield text[start : cut or stop]
        start = cut or stop
    yield text[start:]


def _merge(parts):
    """Joins what no language cuts: a part of closing marks alone, a word in small letters."""
    merged = []
    for part in parts:
        stripped = part.strip()
        if not stripped:
            continue
        if merged and (_ONLY_CLOSERS.match(stripped) or _CONTINUES.match(stripped)):
            merged[-1] += part
        else:
            merged.append(part)
    return [part.strip() for part in merged]
