"""Which blocks of two pages are translations of each other, by the structure of the pages alone.

Both pages are parted at the element ids that they share. Between two of them blocks pair up one
to one if the names of all elements there are the same in the same order, and not at all otherwise.
"""

import collections
import re

from rapidfuzz import fuzz

from samples.cutting import cut

MIN_CHARS = {"en": 10, "de": 10, "zh": 4}
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile("[\u3400-\u9fff]")
_ENGLISH = frozenset(
    "the of and to is are that this for with from be can you it not will if by as at or on your "
    "have has which when should all do may use used using there their other it's don't".split()
)
_GERMAN = frozenset(
    "der die das und zu ist sind dass dies diese dieser für mit von sein kann können sie es nicht "
    "wird wenn durch als bei oder auf ihr ihre haben hat welche soll alle nur werden ein eine "
    "einer eines einem einen den dem des im zum zur auch aus sich nach über".split()
)
_NEAR_COPY = 80  # in percent
_CODE_SHARED = 0.5


def pair_blocks(page, other):
    """Pairs of Block of two pages (as samples.blocks.read_page gives them) that correspond."""
    page, other = list(page), list(other)
    shared = _lone_anchors(page) & _lone_anchors(other)
    ours, theirs = _segments(page, shared), _segments(other, shared)
    pairs = []
    for name, segment in ours.items():
        if [(b.path, b.whole) for b in segment] == [(b.path, b.whole) for b in theirs[name]]:
            pairs += zip(segment, theirs[name], strict=True)
    return pairs


def _lone_anchors(parts):
    counts = collections.Counter(value for kind, value in parts if kind == "anchor")
    return {name for name, count in counts.items() if count == 1}


def _segments(parts, shared):
    segments = {"": []}
    current = segments[""]
    for kind, value in parts:
        if kind == "block":
            current.append(value)
        elif value in shared:
            current = segments.setdefault(value, [])
    return segments


def gold_pairs(blocks, lang, count):
    """Sentence pairs out of block pairs, and (text, text, reason) of those that give none.

    ``count`` is called with a reason for each block pair or sentence pair that is left out.
    """
    sentences, unsure = [], []
    for block, other in blocks:
        ours, theirs = (cut(b.text, b.mask, code) for b, code in ((block, "en"), (other, lang)))
        reason = _unfit(block, other, lang) or _uncut(block, other, ours, theirs)
        if reason:
            count(reason)
            if block.text != other.text:
                unsure.append((block.text, other.text, reason))
            continue
        for pair in zip(ours, theirs, strict=True):
            if len(pair[0]) < MIN_CHARS["en"] or len(pair[1]) < MIN_CHARS[lang]:
                count("too short")
            elif _is_copy(*pair, lang):
                count("untranslated")
                unsure.append((*pair, "untranslated"))
            else:
                sentences.append(pair)
    return sentences, unsure


def _uncut(block, other, ours, theirs):
    """Why the sentences of a pair of blocks don't pair up; '' if they do."""
    if ours is None or theirs is None or block.gaps or other.gaps:
        return "cut doubtful"
    if len(ours) != len(theirs):
        return "sentence counts differ"
    if not block.whole and not (_is_closed(ours) and _is_closed(theirs)):
        return "part of a sentence"
    return ""


def _unfit(block, other, lang):
    """Why a pair of blocks is no pair of translations; '' if it is one."""
    if not (block.is_prose and other.is_prose):
        return "no prose"
    if is_untranslated(block, other, lang):
        return "untranslated"
    codes, theirs = (collections.Counter(_code_words(b)) for b in (block, other))
    if (codes or theirs) and (codes & theirs).total() < _CODE_SHARED * max(
        codes.total(), theirs.total()
    ):
        return "other code inside"
    return ""


def is_untranslated(block, other, lang):
    """Whether the block that should be in ``lang`` is mostly or nearly what the English says."""
    if _is_copy(block.text, other.text, lang):
        return True
    # Inline code is the same in any language.
    prose = "".join(b if a == b else " " for a, b in zip(other.text, other.mask, strict=True))
    words = [word.lower() for word in _WORD.findall(_HAN.sub(" ", prose))]
    if lang == "zh":
        return len(_HAN.findall(prose)) < 1.5 * len(words)
    english = sum(word in _ENGLISH for word in words)
    german = sum(word in _GERMAN for word in words)
    if english or german:
        return english >= german
    known = {word.lower() for word in _WORD.findall(block.text)}
    return bool(words) and sum(word in known for word in words) >= 0.6 * len(words)


def _is_copy(text, other, lang):
    if lang == "zh":
        return not _HAN.search(other)
    return fuzz.ratio(text.casefold(), other.casefold()) >= _NEAR_COPY


def _code_words(block):
    """The words of the inline code of a block."""
    code = "".join(a if a != b else " " for a, b in zip(block.text, block.mask, strict=True))
    return code.split()


def _is_closed(sentences):
    """Whether they look as if none begins before their block or goes on after it."""
    return not sentences[0][0].islower() and sentences[-1][-1] in ".!?。！？"
