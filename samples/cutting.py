"""Cuts a block into sentences where there is no doubt, and says so where there is.

A rule for gold only: it gives up on a block rather than guess, and shares nothing with the
sentence splitting that it is to judge.
"""

import re

_OPENING, _CLOSING = "([{“„«「『（《【‹‚‘", ")]}”»」』）》】›’"
_DEPTH = dict.fromkeys("([{「『（《【", 1) | dict.fromkeys(")]}」』）》】", -1)
# A stop after an odd number of them stands inside a quotation.
_QUOTES = frozenset('"“”„«»')
_STOPS = {"en": ".!?", "de": ".!?", "zh": "。！？"}
# Before a capital letter these may or may not end a sentence.
_SHORT_FORMS = frozenset(
    "eg ie etc vs cf mr mrs ms dr prof no nr jr sr st inc ltd co corp fig abb kap sek min max std "
    "tel art abs abschn approx resp dept est ed eds vol pp bzw usw ca ggf evtl inkl exkl vgl zb dh "
    "ua uä bspw sog gem allg engl dt lat urspr zzgl jan feb mar apr jun jul aug sep sept oct okt "
    "nov dec dez mon tue wed thu fri sat sun mo di mi do fr sa so al bd hrsg ff u.a o.ä rev ver "
    "vers p s a.k.a misc ext int incl opt orig".split()
)
_WORD_BEFORE = re.compile(r"[^\s(\[„“\"'/]*\Z")
_LIST_NUMBER = re.compile(r"[(\[]?(?:\d+|[A-Za-z]|[ivxIVX]+)[.)\]]\s")
_COLON_AND_CODE = re.compile("[:：] ?x")
_ZH_DOUBTS = re.compile(r"[…⋯．!?]|\.(?=\s|$|[^\x00-\xff])")
_DOTS = re.compile(r"\.\s?\.|…")


def cut(text, mask, lang):
    """The sentences of a block in ``lang`` (en, de or zh), or None if a cut is doubtful.

    ``mask`` is the text with an x for each character of inline code, as in samples.blocks.Block.
    """
    if _LIST_NUMBER.match(mask) or _COLON_AND_CODE.search(mask) or _DOTS.search(text):
        return None
    if lang == "zh" and _ZH_DOUBTS.search(mask):
        return None
    if any(
        a != b and a in ".!?。！？" and _ends_word(text, at) for at, (a, b) in _pairs(text, mask)
    ):
        return None
    ends, depth, quotes = [], 0, 0
    for at, char in enumerate(mask):
        depth += _DEPTH.get(char, 0)
        quotes += char in _QUOTES
        if char in _STOPS[lang]:
            verdict = _is_end(mask, at, lang, bool(depth or quotes % 2))
            if verdict is None:
                return None
            if verdict:
                ends.append(at + 1)
    if depth or quotes % 2:
        return None
    starts = [0, *ends]
    parts = [text[start:end].strip() for start, end in zip(starts, [*ends, len(text)], strict=True)]
    return [part for part in parts if part]


def _pairs(text, mask):
    return enumerate(zip(text, mask, strict=True))


def _ends_word(text, at):
    return at + 1 == len(text) or text[at + 1].isspace()


def _is_end(mask, at, lang, inside):
    """Whether the stop at ``at`` ends a sentence; None where one may think so and another not.

    ``inside``: whether it stands in brackets or quotation marks.
    """
    following = mask[at + 1 : at + 2]
    if not following:
        return None if inside else True
    if lang == "zh":
        if inside or following in _CLOSING + _OPENING + "\"'[" + _STOPS["zh"]:
            return None
        after = mask[at + 1 :].lstrip()[:1]
        return True if after not in _CLOSING + "\"'[" else None
    if not following.isspace():
        # Inside a name or a number, unless it looks like a missing space.
        before = mask[at - 1 : at]
        if following in _CLOSING + "\"'" + _OPENING or (before.islower() and following.isupper()):
            return None
        return False if following.isalnum() or following in "_-/,;:*~" else None
    if inside:
        return None
    before, after = mask[at - 1 : at], mask[at + 1 :].lstrip()[:1]
    if mask[at] == ".":
        word = _WORD_BEFORE.search(mask[:at]).group().rstrip(")")
        bare = word.lower()
        if not (before.isalpha() or before == ")") or len(word) == 1 or "." in word:
            return None
        if bare in _SHORT_FORMS or word.isupper() or not re.search("[aeiouyäöüx]", bare):
            return None
    elif not before.isalpha():
        return None
    return True if after.isupper() else None
