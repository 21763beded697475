"""Whether two sentences give the same numbers, in digits or words, whatever the language.

"1,640 m at 6.30 p.m. on 3 May" agrees with „1640 m um 18.30 Uhr am 3. Mai“ and 「5月3日18点30分」.
Numbers of one side alone are judged by how they are said: see agreement.
"""

import dataclasses
import re

from mining import chinesenumbers, spacednumbers
from mining.measures import same_measure
from mining.mentions import Mention
from mining.numberwords import DIGITS

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?![\d])")
# Much faster, and in few sentences.
_MAY_BE_GROUPED = re.compile("[0-9][.,'’\u00a0\u202f ][0-9]{3}")
# The number of a section and the mark of a footnote are not said by the sentence.
_MARKERS = re.compile(r"^\s*(?:\d+\.){2,}\s|\[\d+\]")
# Full-width, Arabic, Devanagari… digits.
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_BEYOND_ASCII = re.compile("[\u0660-\U0010ffff]")
_DIGIT = re.compile(r"\d")
_HAN = frozenset(("zh", "ja"))
_KNOWN = frozenset(("en", "de", "zh"))
#: numbers that stand in each other's place differ by no more than this factor
_LIKE = 20
#: strangers from which on there are too many to compare each with each
_MANY = 40
_CLOCK = frozenset(("am", "pm", "clock"))


def numbers(text, lang):
    """The whole numbers that a text says for sure: strings of digits, without leading zeros.

    A decimal or a time gives two (3.5 and 3,5 and 3点5分: 3, 5); thousands are put together, as
    are millions and 万.
    """
    return [atom for mention in read(text, lang).mentions for atom in mention.atoms]


def read(text, lang):
    """The Reading of a sentence in a language."""
    has_digits = bool(_DIGIT.search(text))
    if has_digits:
        if _BEYOND_ASCII.search(text):
            text = _OTHER_DIGIT.sub(_as_ascii, text)
        text = _MARKERS.sub("", text)
        if _MAY_BE_GROUPED.search(text):
            text = _GROUPED.sub(lambda found: re.sub(r"\D", "", found.group()), text)
    text = text.lower()
    if lang in _HAN:
        return chinesenumbers.read(text, lang)
    return spacednumbers.read(text, lang, has_digits)


def _soft(reading):
    """All numbers that a text may say besides its mentions, as strings of digits."""
    if reading.lang in _HAN:
        return reading.besides | chinesenumbers.soft(reading.text)
    return reading.besides | spacednumbers.soft(reading.text, reading.lang)


def _as_ascii(found):
    return str(int(found.group()))


def agreement(src, src_lang, tgt, tgt_lang, longer=""):
    """The share of the numbers of both texts that the other has too; 1 where there are none.

    Numbers in words are asked for only where both texts have a stranger, as words are easily left
    out or said otherwise. longer: "src" or "tgt" where that text says clearly more; its numbers
    need no counterpart.
    """
    ours = read(src, src_lang)
    if not ours.mentions and not _DIGIT.search(tgt):
        return 1.0
    theirs = read(tgt, tgt_lang)
    left = _strangers(ours, theirs)
    asked = lost = 0
    for side, strangers, name in zip((ours, theirs), left, ("src", "tgt"), strict=True):
        if name != longer:
            asked += sum(len(m.atoms) for m in side.mentions if m.grade == DIGITS)
            lost += sum(s.alone for s in strangers)
    if any(_contradict(a, b) for a in left[0][:_MANY] for b in left[1][:_MANY]):
        # What was not counted, as it may be left out.
        for strangers, name in zip(left, ("src", "tgt"), strict=True):
            lost += sum(not s.explained and (not s.alone or name == longer) for s in strangers)
            asked += sum(
                not s.explained and (s.mention.grade != DIGITS or name == longer) for s in strangers
            )
    return 1 - lost / asked if asked else 1.0


@dataclasses.dataclass(slots=True, eq=False)
class _Stranger:
    """A whole number of a mention that the other text does not mention.

    alone: it is not missing there for being left out or said in other words. explained: the other
    text may say it in other words.
    """

    mention: Mention
    atom: str
    alone: bool
    explained: bool = False


def _strangers(ours, theirs):
    """What neither side finds in the other: two lists of strangers."""
    counts = {}
    for mention in theirs.mentions:
        for atom in mention.atoms:
            counts[atom] = counts.get(atom, 0) + 1
    left, matched = ([], []), set()
    for mention in ours.mentions:
        for atom in mention.atoms:
            if counts.get(atom):
                counts[atom] -= 1
                matched.add(atom)
            else:
                left[0].append(_Stranger(mention, atom, mention.grade == DIGITS))
    for mention in theirs.mentions:
        for atom in mention.atoms:
            if counts[atom]:
                counts[atom] -= 1
                left[1].append(_Stranger(mention, atom, mention.grade == DIGITS))
    # Tables of numbers are not compared one by one.
    if not (left[0] or left[1]) or max(len(left[0]), len(left[1])) > _MANY:
        return left
    for a in list(left[0]):
        b = next((b for b in left[1] if _same(a, b)), None)
        if b:
            left[0].remove(a)
            left[1].remove(b)
    _whole_mentions(left, ours, theirs)
    return tuple(
        _explained(strangers, side, other, matched)
        for strangers, side, other in ((left[0], ours, theirs), (left[1], theirs, ours))
    )


def _explained(strangers, side, other, matched):
    """The strangers of ``side`` that stay, marked by what ``other`` may say."""
    if not strangers:
        return strangers
    soft = _soft(other)
    left = []
    for stranger in strangers:
        atom = stranger.atom
        if atom == "0" or _converted(stranger.mention, side):
            continue
        stranger.explained = atom in soft
        # An article, said once for two, or in words that are not read.
        unread = other.lang not in _KNOWN and len(atom.rstrip("0")) <= 2
        is_one = atom == "1" and stranger.mention.kind != "month"
        if stranger.explained or is_one or unread or atom in matched:
            stranger.alone = False
        left.append(stranger)
    return left


def _contradict(one, two):
    """Whether two strangers are in each other's place: of like size, and one that is explained only
    where both are digits (1 cat, 5 Katzen einer Frau)."""
    if one.explained and two.explained:
        return False
    if one.explained or two.explained:
        explained, other = (one, two) if one.explained else (two, one)
        if other.mention.grade != DIGITS or explained.mention.grade != DIGITS:
            return False
    if len(one.atom) > 15 or len(two.atom) > 15:
        return True
    small, large = sorted((int(one.atom), int(two.atom)))
    return large <= _LIKE * max(small, 1)


def _same(one, two):
    """Whether two atoms say the same in another way: hours, decades, years, decimals."""
    a, x, b, y = one.mention, one.atom, two.mention, two.atom
    hours = (a.kind in _CLOCK or b.kind in _CLOCK) and x == a.atoms[0] and y == b.atoms[0]
    if hours and _hours(a, x) & _hours(b, y):
        return True
    for (m, p), (_, q) in (((a, x), (b, y)), ((b, y), (a, x))):
        if m.kind == "decade":
            # The 1800s are the 19th century; Zwanzigerjahre those of any.
            if p[-2:] == q and q != "00" or q[-2:] == p:
                return True
            if p.endswith("00") and q == str(int(p) // 100 + 1):
                return True
        if m.kind == "short" and len(q) == 4 and q[:2] in ("19", "20") and q[2:].lstrip("0") == p:
            return True
        # 9.80, 9.8
        if len(p) == 2 and p[1] == "0" and p[0] == q and len(a.atoms) == len(b.atoms) == 2:
            return True
    return False


def _hours(mention, atom):
    if len(atom) > 2:
        return set()
    hour = int(atom)
    if hour > 24:
        return set()
    if mention.kind == "pm":
        return {hour % 12 + 12}
    if mention.kind == "am":
        return {hour % 12}
    return {hour % 24} if hour > 12 else {hour % 24, (hour + 12) % 24}


def _whole_mentions(left, ours, theirs):
    """Takes out mentions that are the same by scale or by unit, with all their atoms."""
    for a in list({id(s.mention): s.mention for s in left[0]}.values()):
        for b in list({id(s.mention): s.mention for s in left[1]}.values()):
            if a.value is None or b.value is None:
                continue
            same = _same_scale(a, b, ours, theirs) or same_measure(
                a.value, ours.unit(a), b.value, theirs.unit(b)
            )
            if same:
                left[0][:] = [s for s in left[0] if s.mention is not a]
                left[1][:] = [s for s in left[1] if s.mention is not b]
                break


def _same_scale(a, b, ours, theirs):
    """6 to 9.6 million: 6 is six million. Words for scales of languages not known are not read."""
    for m, n, side in ((a, b, ours), (b, a, theirs)):
        if m.scale == 1:
            scales = {x.scale for x in side.mentions} | {m.maybe}
            if any(scale > 1 and m.value * scale == n.value for scale in scales):
                return True
            if side.lang not in _KNOWN and n.scale > 1 and m.value * n.scale == n.value:
                return True
    return False


def _converted(mention, side):
    """Whether a mention says another of its own side again in another unit: 310 km (193 miles)."""
    if mention.value is None:
        return False
    unit = side.unit(mention)
    return unit is not None and any(
        other is not mention
        and other.value is not None
        and same_measure(mention.value, unit, other.value, side.unit(other))
        for other in side.mentions
    )
