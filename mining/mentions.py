"""A number that a sentence mentions and what is known of it, whatever the language.

Sentences are read in mining.spacednumbers and mining.chinesenumbers.
"""

import dataclasses
import re

from mining.measures import UNITS

_CLOCK_AFTER = re.compile(
    r"\s?(?:(?P<pm>p\.?\s?m\b)|(?P<am>a\.?\s?m\b)|(?P<clock>uhr\b|h\b|o['’]clock|[点點时時]))"
)
_CLOCK_BEFORE = re.compile(
    r"(?:(?P<pm>下午|傍晚)|(?P<am>凌晨|清晨|早上|早晨|上午)|(?P<clock>晚上?|夜里|今晚|中午))\s?$"
)
_TIME = re.compile(r"\d\d?[.:][0-5]\d")
SHORT_YEAR = re.compile(r"['’‘/–-]$")
_LETTERS = r"[^\W\d_]+"
_UNIT_AFTER = re.compile(
    rf"[\s\u00a0-]*(?:(?:degrees?|grad|°)[\s-]*(celsius|fahrenheit|c\b|f\b)|(degrees?|grad|°)"
    rf"|(square|sq|nautical)[\s-]*({_LETTERS})|(km/h)|({_LETTERS}²?))"
)
_PLAIN_DEGREES = {"en": UNITS["fahrenheit"], "de": UNITS["celsius"]}
_ZH_UNIT_AFTER = re.compile(r"[多余餘来]?\s?([^\s，。、]{1,4})")


@dataclasses.dataclass(slots=True)
class Mention:
    """One number of a sentence.

    atoms: its whole numbers as strings of digits (3.5, 3,5, 3:05: two). value: it as a number, or
    None (dates). grade: see mining.numberwords. kind: "am", "pm", "clock", "decade", "month",
    "short", a year of two digits, or "". scale: what its word multiplies (million), 1 for none;
    maybe: what a letter behind it may multiply. end: where it ends in the text that was read.
    """

    atoms: list
    value: float | None
    grade: int
    kind: str = ""
    scale: int = 1
    maybe: int = 1
    end: int = 0


@dataclasses.dataclass(slots=True)
class Reading:
    """The mentions of a sentence.

    besides: what reading found that it may say besides, strings of digits.
    """

    text: str
    lang: str
    mentions: list = dataclasses.field(default_factory=list)
    besides: set = dataclasses.field(default_factory=set)

    def unit(self, mention):
        """The unit of a mention, a value of UNITS, or None."""
        if self.lang in ("zh", "ja"):
            found = _ZH_UNIT_AFTER.match(self.text, mention.end)
            name = found[1] if found else ""
            if name.startswith("度"):
                return UNITS["celsius"]
            return next(
                (UNITS[name[:n]] for n in range(len(name), 0, -1) if name[:n] in UNITS), None
            )
        found = _UNIT_AFTER.match(self.text, mention.end)
        if not found:
            return None
        scale, degrees, square, base, speed, word = found.groups()
        if degrees:
            return _PLAIN_DEGREES.get(self.lang)
        name = ("°" + scale[0]) if scale else f"{square}-{base}" if square else speed or word
        name = name.replace("sq-", "square-")
        return UNITS.get("nautical" if name.startswith("nautical") else name)


def strings(values):
    """Numbers as a set of strings of digits."""
    return {str(value) for value in values}


def kind_of(text, start, end, atoms, chunk):
    """The kind, as of Mention, of a number by the words around it: of the times of day."""
    if int(atoms[0][:3]) > 24 or len(atoms[0]) > 2 or len(atoms) > 2:
        return ""
    after = _CLOCK_AFTER.match(text, end)
    before = _CLOCK_BEFORE.search(text[max(0, start - 4) : start])
    for found in (before, after):
        if found and found.lastgroup != "clock":
            return found.lastgroup
    if before or after:
        return "clock"
    return "clock" if len(atoms) == 2 and _TIME.fullmatch(chunk) else ""
