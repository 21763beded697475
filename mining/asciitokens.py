"""Whether two sentences have the same names of things that nobody translates.

Options (--help), addresses, paths, identifiers and names with digits (KOI8-R) are spelled alike in
every language; file names and names with capitals inside (LibreOffice) mostly are. A Chinese
sentence keeps its words in Latin letters from the English one. Numbers and the names of people are
the business of others.
"""

import re

# Spelled alike without exception: options, paths, identifiers, names with digits; and addresses.
_ALWAYS = re.compile(
    r"(?<![\w-])--[A-Za-z][\w-]*\w"
    r"|(?<![\w/.)-])[~.]{0,2}/[A-Za-z][\w.+-]*(?:/[\w.+-]+)+"
    r"|\b[a-z0-9]{3,}_[a-z0-9_]*[a-z0-9]{3}\b|\b[A-Z0-9]{2,}_[A-Z0-9_]*[A-Z0-9]{2}\b"
    # KOI8-R, IPv6; not Number1, which is said as Zahl1.
    r"|\b(?=[A-Za-z]{1,3}\d)[A-Za-z]*[A-Z][A-Za-z]*\d[A-Za-z0-9]*(?:-[A-Z0-9]{1,4}\b)*",
    re.ASCII,
)
_ADDRESSES = (
    ("://", re.compile(r"\b\w+://[^\s<>()\[\]\"'\u0080-\U0010ffff]+", re.ASCII)),
    ("@", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
)
# Spelled alike as a rule: file names, names with capitals inside.
_MOSTLY = re.compile(
    r"\b[A-Za-z0-9][\w-]+\.[a-z]\w+\b|\b[A-Za-z]+[a-z][A-Z]\w*\b",
    re.ASCII,
)
# What a Chinese text keeps in Latin letters, and the English words that may be among them.
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{2,}", re.ASCII)
_CAPITALISED = re.compile(r"(?<=[\w,;] )[A-Z][A-Za-z]{2,}\b", re.ASCII)
# What a translation adds in brackets to explain itself.
_GLOSS = re.compile(r"[(（][^()（）]*[)）]")
_CODE = re.compile(r"[=\[\]{}]|\w\(|;.*;")
_SQUEEZED = re.compile(r"[^a-z0-9]+")
# Texts with nothing that could be a token are most texts.
_SIGN = re.compile(r"[a-z][A-Z]|[A-Za-z]\d|--|_|/\w|@|\w\.[a-z]", re.ASCII)


def agreement(src, tgt, tgt_lang, longer=""):
    """The share of the tokens of both texts that the other has too; 1 where there are none.

    Tokens that are mostly spelled alike count only where both texts have one that the other lacks.
    longer: "src" or "tgt" where that text says clearly more; its tokens need no counterpart.
    """
    sign = _LATIN_WORD if tgt_lang == "zh" else _SIGN
    if not _SIGN.search(src) and not sign.search(tgt):
        return 1.0
    ours, theirs = _always(src), _always(tgt)
    lost = asked = 0
    for tokens, other, side in ((ours, tgt, "src"), (theirs, src, "tgt")):
        if tokens and longer != side:
            asked += len(tokens)
            lost += _lost(tokens, other)
    # In formulas and code such names stand for what they say, and are translated.
    code = _CODE.search(src) or _CODE.search(tgt)
    ours, theirs = ([], []) if code else (_MOSTLY.findall(src), _MOSTLY.findall(tgt))
    if tgt_lang == "zh":
        ours += _CAPITALISED.findall(src)
        theirs = _LATIN_WORD.findall(_GLOSS.sub("", tgt))
    if ours and theirs:
        strangers = _lost(ours, tgt), _lost(theirs, src)
        asked += len(ours) + len(theirs)
        lost += sum(strangers) if all(strangers) else 0
    return 1 - lost / asked if asked else 1.0


def _always(text):
    tokens = _ALWAYS.findall(text)
    for mark, address in _ADDRESSES:
        if mark in text:
            tokens += address.findall(text)
    return tokens


def _lost(tokens, other):
    """How many tokens a text does not have, whatever the case and the marks inside."""
    text = _SQUEEZED.sub("", other.lower())
    return sum(_SQUEEZED.sub("", token.lower()) not in text for token in tokens)
