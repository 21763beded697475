"""Where sentences end in English and German: full stops, marks and ellipses before white space,
each judged by the word before it and the word after it. Other scripts and languages: not here.
"""

import dataclasses
import re

from mining import abbreviations as words
from mining.nesting import Nesting

# A quotation or bracket of more characters is cut inside as any text is.
_LONGEST_SPAN = 500
# No abbreviation is longer: how far back a word is looked for.
_LONGEST_WORD = 40

_CLOSERS = r"\"'”’»›“‘«‹)\]}*¹²³†‡"
# An emoticon says how the sentence before it was meant.
_EMOTICON = r"[\u2639\u263a\u2764\ufe0f\u200d\U0001f300-\U0001faff]+|[:;]-?[()DP](?!\w)"
# A run of marks, what closes after it, and the white space at which to cut. The look back lets no
# run be tried from its middle, which would take quadratic time. It opens with one set of
# characters, which re searches for fast.
_END = re.compile(
    rf"[.!?…。！？](?<![.!?…。！？]{{2}})"
    rf"([.!?…。！？]*(?:[{_CLOSERS}」』）]|\[\d{{1,3}}\])*)((?:\s?(?:{_EMOTICON}))*)"
    rf"(?:\s+(?=\S)|(?<=[。！？」』）])(?=\S)|(?<=[a-zäöüß][.!?])(?=[A-ZÄÖÜ][a-zäöü]))"
)
_OPENERS = "\"'“”„«»‘‚‹›([{¿¡…"
_LEAD = re.compile(rf"(?:[-–—]+\s+)?[{re.escape(_OPENERS)}]*")
_ITEM = re.compile(r"[•◦▪■●‣·►▶✓✔*]\s|\(?(?:[a-z]|[ivx]{1,4})\)\s")
_SYMBOL = re.compile(r"[$€£¥§#@%=<~\\_|+-]+[^\W_]|[§#]|/\w|<[/%!]|%[({]|-{1,2}\w|['\"]\S")
_WORD = re.compile(r"[^\W\d_]+")
_NEXT_WORD = re.compile(r"[^\W\d_][’'\w-]{0,40}[,:]?\s+([^\W\d_]+)")
_LABEL = re.compile(r"(?:[A-Z]|[IVXLC]+|\d+\w?)(?!\w)")
_ROMAN = re.compile(r"[IVXLCDM]+$")
# Mr, Sgt, Hptm: a capital and no vowel
_VOWELLESS = re.compile(r"[B-DF-HJ-NP-TV-XZ][b-df-hj-np-tv-xz]{1,4}$")
# nördl., schriftl., Univ., govt.: a word that stops before its ending
_CLIPPED = re.compile(r"[bcdfgkmnpqrstvwxzß]l$|[bcdfghjkmpqtvwxz]v$|[^aeiouyäöü]{4}$|vt$")
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}$")
_MARKER = re.compile(
    rf"[{re.escape(_OPENERS)}]*(?:[^\W\d_]|[IVXivx]+|(?:\d{{1,3}}|\d+\.\d+)(?:\.\d+)*[a-z]?)$"
)
_CAPTION = re.compile(
    rf"(?:{'|'.join(words.CAPTIONS.split())})\s(?:\d+(?:[.-]\d+)*|[A-Z]|[IVX]+)$", re.IGNORECASE
)
# iPhone, eBay, macOS; setup.cfg, libc6
_NAME_IN_SMALL = re.compile(r"[a-zß-ÿ]{1,20}[A-Z]|[a-z]{2}\w{0,40}[_./]\w{2}|[a-z]{2,20}\d")
_AFTERTHOUGHT = re.compile(r"I (?:think|guess|suppose|hope|believe|mean)\b")
# 3. 10. 2015
_DAY = re.compile(r"\d{1,2}\.(?!\d)")
_DATE = re.compile(r"(?:.*\D)?\d{1,2}\. ?\d{1,2}\. \d{4}(?!\d)")
_AT_A_TIME = frozenset("at by around on until till before after about from since".split())

_UPPER, _DIGIT, _SIGN, _ITEM_START, _LOWER, _OTHER = range(6)


@dataclasses.dataclass(frozen=True)
class Rules:
    """What a language knows; the words are those of mining/abbreviations.py."""

    kinds: dict
    starters: frozenset
    numerals: frozenset
    labels: frozenset
    dangling: frozenset
    german: bool


ENGLISH = Rules(
    words.ENGLISH,
    words.ENGLISH_STARTERS,
    words.ENGLISH_NUMERALS,
    words.ENGLISH_LABELS,
    words.ENGLISH_DANGLING,
    german=False,
)
GERMAN = Rules(
    words.GERMAN,
    words.GERMAN_STARTERS,
    words.GERMAN_NUMERALS,
    words.GERMAN_LABELS,
    words.GERMAN_DANGLING,
    german=True,
)


def cut(text, rules):
    """The sentences of a text, in order, without the white space between them. Linear time."""
    text = text.strip()
    sentences, start, nesting = [], 0, None
    for match in _END.finditer(text):
        at, after = match.span()
        closed = match.end(1)
        bare = closed == at + 1
        if after == closed and text[at] in ".!?":
            if not _space_is_missing(text, start, at, after, rules):
                continue
        elif not (bare and text[at] == "." and _plain(text, start, at, after, rules)) and not ends(
            text, start, at, closed, after, rules
        ):
            continue
        nesting = nesting or Nesting(text, _LONGEST_SPAN)
        if nesting.inside(closed):
            continue
        if not bare and in_bracket(text, start, at, closed, nesting):
            continue
        sentences.append(text[start : match.end(2)])
        start = after
    if start < len(text):
        sentences.append(text[start:])
    return sentences


def _plain(text, start, at, after, rules):
    """Whether there is nothing to weigh: a whole word in small letters, a stop, a capital."""
    if not text[after].isupper():
        return False
    word = text[text.rfind(" ", max(start, at - _LONGEST_WORD), at) + 1 : at]
    return (
        len(word) > 4
        and word.isalpha()
        and word.islower()
        and word not in rules.kinds
        and not word.endswith("str")
    )


def _space_is_missing(text, start, at, after, rules):
    """Whether "word.Then" is two sentences and not a name like "System.Data"."""
    word = text[text.rfind(" ", max(start, at - _LONGEST_WORD), at) + 1 : at]
    following = _word_at(text, after)
    return (
        word.isalpha()
        and word.islower()
        and word not in rules.kinds
        and following.lower() in rules.starters
        and text[after + len(following) : after + len(following) + 1].isspace()
    )


def ends(text, start, at, closed, after, rules):
    """Whether the marks from ``at`` to ``closed`` end the sentence from ``start``.

    ``after`` is where the next word stands. Quotations and brackets around it are not looked at.
    """
    kind, first = _what_follows(text, after)
    if kind == _OTHER:
        return False
    if closed == at + 1 and text[at] == ".":
        return _stop_ends(text, start, at, kind, first, rules)
    marks = text[at:closed]
    if text[at - 1 : at] in ("(", "[") and marks[-1] in ")]":
        # "(!)", "[…]"
        return False
    if "!" in marks or "?" in marks:
        return _mark_ends(text, start, at, marks, kind, first, rules)
    if "…" in marks or ".." in marks:
        return _ellipsis_ends(text, start, at, kind, first, rules)
    return _stop_ends(text, start, at, kind, first, rules)


def in_bracket(text, start, at, closed, nesting):
    """Whether a bracket that closes here was opened inside the sentence: "he (Dr. X.) said"."""
    for index in range(at + 1, closed):
        if text[index] in ")]}":
            opened = nesting.opened(index)
            if opened is not None and start < opened < at:
                lead = text[start : min(opened, start + 10)]
                return bool(lead.strip(_OPENERS))
    return False


def _what_follows(text, after):
    """What kind of thing stands at ``after``, and where its first letter or digit is."""
    char = text[after]
    if char.isupper():
        return _UPPER, after
    if _ITEM.match(text, after):
        return _ITEM_START, after
    first = _LEAD.match(text, after).end()
    char = text[first : first + 1]
    if char.isdecimal():
        return _DIGIT, first
    if char.islower():
        return _LOWER, first
    # A script without capitals, or ".NET".
    if char.isalpha() or (char == "." and text[first + 1 : first + 2].isupper()):
        return _UPPER, first
    # --verbose, %s, /etc: but no dash, no mark, nothing that stands between two words
    return (_SIGN if _SYMBOL.match(text, first) else _OTHER), first


def _stop_ends(text, start, at, kind, first, rules):
    """Whether a single full stop ends the sentence."""
    if is_marker(text, start, at):
        return False
    space = text.rfind(" ", max(start, at - _LONGEST_WORD), at)
    if space < 0 and at - start > _LONGEST_WORD:
        word = ""
    else:
        word = text[max(space + 1, start) : at].lstrip(_OPENERS)
    last = word[-1:]
    if last.isdecimal() and rules.german and kind == _UPPER:
        return _number_ends(text, start, space, word, first, rules)
    if last.isdecimal() and rules.german and kind == _DIGIT and len(word) <= 2:
        return not (_DAY.match(text, first) or _DATE.match(text[max(start, at - 6) : first + 5]))
    known = _kind_of_word(text, start, space, word, rules) if last.isalpha() else None
    if kind == _LOWER:
        return known is None and _small_word_starts(text, start, first, word, rules)
    if known is None or kind == _ITEM_START:
        return known != words.OPEN
    if known == words.OPEN:
        return False
    if known == words.LAST:
        return True
    if kind != _UPPER:
        return False
    if known == words.NUMBER:
        return not _LABEL.match(text, first)
    if known == words.CLOCK:
        return _clock_ends(text, start, at, first)
    following = _word_at(text, first).lower()
    if following in rules.starters or (known != words.MIDDLE and following in rules.numerals):
        return True
    second = _NEXT_WORD.match(text, first)
    if rules.german:
        return bool(second) and second[1] in words.GERMAN_AFTER_VERB
    return known == words.PHRASE and bool(second) and second[1].islower()


def _word_at(text, first):
    match = _WORD.match(text, first)
    return match[0] if match else ""


def is_marker(text, start, at):
    """Whether all of the sentence is the number of an item or of a caption."""
    if at - start > 24:
        return False
    sentence = text[start:at]
    return bool(len(sentence) <= 10 and _MARKER.match(sentence)) or bool(_CAPTION.match(sentence))


def _kind_of_word(text, start, space, word, rules):
    """One of the kinds of mining/abbreviations.py for the word before a full stop, or None."""
    kinds = rules.kinds
    before = ""
    if "-" in word or "/" in word or "–" in word:
        word = re.split("[-/–]", word)[-1]
    if len(word) <= 3 and space > start:
        before = text[text.rfind(" ", max(start, space - _LONGEST_WORD), space) + 1 : space]
    if "." in word:
        known = kinds.get(word) if word.isupper() else kinds.get(".".join(word.split(".")[-2:]))
        return known or (words.MIDDLE if _ACRONYM.match(word) else None)
    if before.endswith("."):
        known = kinds.get(f"{before[:-1].rpartition('.')[2].lstrip(_OPENERS)}.{word}")
        if known:
            return known
    if len(word) == 1:
        if before.lower() in rules.labels:
            return None
        # "So am I."
        return None if word == "I" and before.islower() and not rules.german else words.MIDDLE
    known = kinds.get(word)
    if known is None and space < start:
        # The first word has a capital that it has nowhere else.
        known = kinds.get(word.lower())
    if known is None and rules.german and word.endswith("str"):
        return words.MIDDLE
    if known or word.islower():
        return known
    if _VOWELLESS.match(word) or (rules.german and _ROMAN.match(word)):
        return words.MIDDLE
    return None


def _clock_ends(text, start, at, first):
    """Whether a time of day ends the sentence: not before its zone, nor if it opens it."""
    if _word_at(text, first).lower() in words.CLOCK_GOES_ON:
        return False
    before = text[start : min(at, start + 60)].split(" ")
    return len(before) > 5 or before[0].lower() not in _AT_A_TIME


def _number_ends(text, start, space, word, first, rules):
    """Whether a number with a full stop ends a German sentence and is no ordinal."""
    if not word.isdecimal() or len(word) > 4:
        return True
    following = _word_at(text, first).lower()
    if following in words.GERMAN_MONTHS:
        return False
    if following in rules.starters:
        return True
    second = _NEXT_WORD.match(text, first)
    if second and second[1] in words.GERMAN_AFTER_VERB:
        return True
    if following in words.GERMAN_COUNTED and len(word) < 4:
        return False
    before = text[max(start, space - _LONGEST_WORD) : max(space, start)].split(" ")
    lead = before[-1].lstrip(_OPENERS)
    if lead.lower() in words.GERMAN_ORDINAL_LEADS:
        return len(word) == 4 and lead.lower() in ("im", "am", "vom", "zum")
    if lead in ("und", "oder", "bis", "sowie") and len(before) > 1:
        return not before[-2].rstrip(",").endswith(".")
    # Beethovens 9. Sinfonie
    return not (len(word) <= 2 and lead[:1].isupper() and lead.endswith("s"))


def _small_letter_starts(text, start, first, word):
    """Whether a sentence opens with a small letter: a name, or a writer who has no others."""
    if _NAME_IN_SMALL.match(text, first):
        return True
    return text[start].islower() and len(word) > 2 and word.isalpha()


def _small_word_starts(text, start, first, word, rules):
    """The same after a full stop, where a whole word says more: it is not shortened."""
    if _small_letter_starts(text, start, first, word):
        return True
    following = _word_at(text, first)
    whole = len(word) > 4 and word.isalpha() and word.islower() and not _CLIPPED.search(word)
    return whole and len(following) > 1 and following not in rules.kinds


def _mark_ends(text, start, at, marks, kind, first, rules):
    """Whether question and exclamation marks end the sentence."""
    space = text.rfind(" ", max(start, at - _LONGEST_WORD), at)
    word = text[max(space + 1, start) : at]
    if kind == _LOWER:
        return marks[-1] in "!?" and _small_letter_starts(text, start, first, word)
    if kind != _UPPER:
        # "? 1000 h" is code.
        return bool(word)
    if word.lower() in words.EXCLAIMED_NAMES:
        return _word_at(text, first).lower() in rules.starters
    return rules.german or marks[-1] in "!?" or not _is_speech_tag(text, first, rules)


def _is_speech_tag(text, first, rules):
    """Whether a name and a verb of saying follow: “Stop!” Mrs. Hill cried."""
    for count, word in enumerate(text[first : first + 60].split(" ")[:4]):
        if count and word.rstrip(".,:;") in words.SPEECH_VERBS:
            return True
        if not word[:1].isupper() or (word != "I" and word.lower() in rules.starters):
            return False
    return False


def _ellipsis_ends(text, start, at, kind, first, rules):
    """Whether an ellipsis ends the sentence: not where a phrase is left open, nor in a stutter."""
    before = text[max(start, at - _LONGEST_WORD) : at].split()
    if not before or kind == _LOWER or before[-1].endswith(","):
        return False
    if kind != _UPPER or text[first - 2 : first - 1] in ("-", "–", "—"):
        # "1, 2 … 10", "Format – Zeichen… – Register"
        return kind == _DIGIT and before[-1].isalpha()
    word, following = before[-1].lower().lstrip(_OPENERS), _word_at(text, first).lower()
    if word in rules.dangling or following == word or (len(word) == 1 and following[:1] == word):
        return False
    # "I" has a capital wherever it stands: "Well… I don't know", "It's over… I think".
    if following != "i" or rules.german:
        return True
    alone = len(before) == 1 and at - start < _LONGEST_WORD
    return not (alone or _AFTERTHOUGHT.match(text, first))
