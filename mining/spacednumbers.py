"""The numbers in sentences of English, German and other languages that part words by spaces.

Of the others only digits and large scales are read.
"""

import functools
import re

from mining.mentions import SHORT_YEAR, Mention, Reading, kind_of, strings
from mining.numberwords import (
    DIGITS,
    ENGLISH,
    ENGLISH_DECADES,
    ENGLISH_ORDINALS,
    ENGLISH_SCALES,
    ENGLISH_SOFT,
    GERMAN_SCALES,
    MAYBE_SCALES,
    SOFT,
    WORD,
    german,
)

_MONTHS = (
    "january januar jänner jan",
    "february februar feb",
    "march märz mar",
    "april apr",
    "may mai",
    "june juni jun",
    "july juli jul",
    "august aug",
    "september sept sep",
    "october oktober oct okt",
    "november nov",
    "december dezember dec dez",
)
_MONTH_OF = {name: at for at, names in enumerate(_MONTHS, 1) for name in names.split()}
_DATE_BEFORE = re.compile(r"\d(?:\.|st|nd|rd|th)?\s?$")
_DATE_AFTER = re.compile(r"\.?\s\d")
_LETTERS = r"[^\W\d_]+"
_WORDS = re.compile(_LETTERS)
_NUMBER = re.compile("[0-9]+(?:[.,:][0-9]+)*")
_TOKEN = re.compile(rf"{_NUMBER.pattern}|{_LETTERS}")
_CURRENCY = re.compile(r"[$£€¥]\s?$")
_GENERIC_SCALES = (
    (("milliard", "miliard", "miljard", "mrd", "млрд", "миллиард"), 9),
    (("millio", "millón", "millon", "milhõ", "milhã", "milion", "milió", "miljo", "млн"), 6),
    (("миллион", "mln"), 6),
)
_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_EN_HOUR = "|".join(_HOURS)
_EN_MINUTES = {"five": 5, "ten": 10, "quarter": 15, "twenty": 20, "twenty-five": 25, "half": 30}
_EN_TIME = re.compile(
    r"\b(?:(half|(?:a )?quarter|five|ten|twenty(?:-five)?)(?: minutes)? past"
    rf"|((?:a )?quarter|five|ten|twenty(?:-five)?)(?: minutes)? (?:to|before)) ({_EN_HOUR})\b"
)
_DE_HOURS = "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()
_DE_HOUR = "|".join(_DE_HOURS)
_DE_MINUTES = {"fünf": 5, "zehn": 10, "viertel": 15, "zwanzig": 20}
_DE_TIME = re.compile(
    rf"\b(?:(halb|dreiviertel)|(fünf|zehn|viertel|zwanzig)(?: minuten)? (vor|nach)(?: (halb))?)"
    rf" ({_DE_HOUR}|\d\d?)\b"
)
_EN_TIME_SIGNS = frozenset(("half", "quarter", "five", "ten", "twenty"))
_DE_TIME_SIGNS = frozenset(("halb", "dreiviertel", "viertel", "fünf", "zehn", "zwanzig"))
_EN_HALF = re.compile(rf"(?: {_LETTERS})? and a (half|quarter)")
_DECADE = re.compile(r"(?:\d\d)?\d0")
_PARTS = re.compile("[.,:]")
_EN_SHARE = re.compile(rf"\b({_LETTERS}|\d+) (?:in|out of|of)(?: every)? ({_LETTERS}|\d+)\b")
_DE_SHARE = re.compile(rf"\b({_LETTERS}|\d+) von ({_LETTERS}|\d+)\b")
_EN_PART = re.compile(rf"\b({_LETTERS})[ -]({_LETTERS}ths?|thirds?|quarters?|fifths?)\b")
_ARTICLES = frozenset(("a", "an", "one"))


@functools.cache
def _english_starts():
    """The words that begin a number or are one."""
    return frozenset((*ENGLISH, *ENGLISH_ORDINALS, *ENGLISH_DECADES))


def read(text, lang, has_digits):
    """The Reading of a sentence in small letters, its digits 0 to 9 and thousands put together."""
    words = _WORDS.findall(text)
    if lang == "en":
        special = _english_starts() & set(words)
        if not ENGLISH_SCALES.keys().isdisjoint(words):
            special |= _ARTICLES
    elif lang == "de":
        special = {word for word in words if german(word)[0]}
        if not GERMAN_SCALES.keys().isdisjoint(words):
            special |= {word for word in words if word.startswith("ein")}
    else:
        special = set()
    months = not _MONTH_OF.keys().isdisjoint(words)
    if not (special or has_digits or months):
        return Reading(text, lang)
    if lang == "en" and special and not _EN_TIME_SIGNS.isdisjoint(words):
        text = _EN_TIME.sub(_english_time, text)
    elif lang == "de" and (special or has_digits) and not _DE_TIME_SIGNS.isdisjoint(words):
        text = _DE_TIME.sub(_german_time, text)
    reading = Reading(text, lang)
    tokens = list(_TOKEN.finditer(text))
    words = [token[0] for token in tokens]
    wanted = special.union(_NUMBER.findall(text), _MONTH_OF if months else ())
    read_to = 0
    for at, word in enumerate(words):
        if at < read_to or word not in wanted:
            continue
        if word in special:
            read_to = (_english if lang == "en" else _german)(reading, tokens, at)
        elif word in _MONTH_OF:
            _month(reading, tokens[at])
        else:
            read_to = _digits(reading, tokens, at)
    return reading


def _month(reading, token):
    number = str(_MONTH_OF[token[0]])
    reading.besides.add(number)
    # May and march are months beside a number; mar and sep are not always.
    beside = _DATE_BEFORE.search(reading.text[max(0, token.start() - 4) : token.start()])
    if len(token[0]) > 5 or beside or _DATE_AFTER.match(reading.text, token.end()):
        reading.mentions.append(Mention([number], None, WORD, "month", end=token.end()))


def _english_time(found):
    past, before, hour = found.groups()
    minutes = _EN_MINUTES[(past or before).removeprefix("a ")]
    at = _HOURS.index(hour) + 1
    if past:
        return f"{at}:{minutes:02}"
    # Five to ten is a range, ten to two a time.
    if "quarter" not in before and " minutes" not in found[0] and minutes < at:
        return found[0]
    return f"{(at - 2) % 12 + 1}:{60 - minutes}"


def _german_time(found):
    whole, minutes, side, half, hour = found.groups()
    if hour.isdigit() and not (whole == "halb" or minutes == "viertel"):
        return found[0]
    at = int(hour) if hour.isdigit() else _DE_HOURS.index(hour) + 1
    before = (at - 2) % 12 + 1
    if whole:
        return f"{before}:{30 if whole == 'halb' else 45}"
    minutes = _DE_MINUTES[minutes]
    if half:
        return f"{before}:{30 - minutes if side == 'vor' else 30 + minutes}"
    return f"{before}:{60 - minutes}" if side == "vor" else f"{at}:{minutes:02}"


def _digits(reading, tokens, at):
    """Reads the token of digits ``at``; where to go on."""
    token, text, lang = tokens[at], reading.text, reading.lang
    chunk, end = token[0], token.end()
    atoms = [part.lstrip("0") or "0" for part in _PARTS.split(chunk)]
    value = None
    if len(atoms) == 1:
        # Longer ones are codes.
        value = int(chunk) if len(chunk) < 16 else None
    elif len(atoms) == 2 and ":" not in chunk and len(chunk) < 16:
        value = float(chunk.replace(",", "."))
    before = text[max(0, token.start() - 3) : token.start()]
    mention = Mention(atoms, value, DIGITS, end=end)
    if before[-1:].isalpha() and before[-1:].isascii():
        mention.grade = WORD
    at += 1
    scale = 0
    if at < len(tokens) and value is not None:
        after = tokens[at]
        gap = text[end : after.start()]
        word = after[0]
        if gap in ("", " ", "-", "\u00a0", "\u202f"):
            scale = _scale(word, lang)
            if word == "m" and _CURRENCY.search(before):
                scale = 6
            elif not scale and gap == "" and word in MAYBE_SCALES:
                mention.maybe = 10 ** MAYBE_SCALES[word]
        if gap in ("", "'", "’") and word in ("s", "er") and _DECADE.fullmatch(chunk):
            mention.kind = "decade"
    if scale:
        _multiply(mention, scale)
        mention.end = tokens[at].end()
        at += 1
    elif not mention.kind:
        mention.kind = kind_of(text, token.start(), end, atoms, chunk)
        if len(chunk) == 2 and SHORT_YEAR.search(before):
            mention.kind = "short"
    reading.mentions.append(mention)
    return at


def _multiply(mention, zeros):
    mention.scale *= 10**zeros
    mention.value = round(mention.value * 10**zeros, 6)
    if mention.value == int(mention.value):
        mention.atoms = [str(int(mention.value))]


def _scale(word, lang):
    if lang == "en":
        return ENGLISH_SCALES.get(word, 0)
    if lang == "de":
        return GERMAN_SCALES.get(word, 0)
    return next((zeros for starts, zeros in _GENERIC_SCALES if word.startswith(starts)), 0)


def _english(reading, tokens, at):
    """Reads the English words from ``at``; where to go on."""
    word = tokens[at][0]
    decade = ENGLISH_DECADES.get(word)
    if decade:
        reading.mentions.append(
            Mention([str(decade)], decade, WORD, "decade", end=tokens[at].end())
        )
        return at + 1
    value = ENGLISH.get(word)
    ordinal = ENGLISH_ORDINALS.get(word)
    is_one = word in _ARTICLES
    if ordinal is not None:
        if ordinal <= 3:
            reading.besides.add(str(ordinal))
        else:
            reading.mentions.append(Mention([str(ordinal)], ordinal, WORD, end=tokens[at].end()))
        return at + 1
    first, total, current, last = at, 0, 1 if is_one else value, tokens[at][0]
    at += 1
    scaled = 1
    while at < len(tokens):
        gap = reading.text[tokens[at - 1].end() : tokens[at].start()]
        if gap not in (" ", "-", "\u00a0"):
            break
        word = tokens[at][0]
        step = at
        if word == "and" and scaled > 1 and at + 1 < len(tokens):
            step += 1
            word = tokens[step][0]
        value = ENGLISH.get(word) or (None if step > at else ENGLISH_ORDINALS.get(word))
        zeros = ENGLISH_SCALES.get(word) if step == at else None
        if zeros:
            scaled = 10**zeros
            if zeros == 2:
                current *= 100
            else:
                total, current = total + current * scaled, 0
        elif value and value < (
            10 if ENGLISH.get(last, 0) >= 20 else 100 * (last in ENGLISH_SCALES)
        ):
            current += value
        elif value and 20 <= value < 100 and last in ENGLISH and 10 < ENGLISH[last] < 20:
            current = 100 * current + value
        else:
            break
        at, last = step + 1, word
    value = total + current
    end = tokens[at - 1].end()
    half = _EN_HALF.match(reading.text, end)
    if is_one and at == first + 1:
        if half:
            reading.besides |= {"5"} if half[1] == "half" else {"25"}
        # A hundred and a thousand are round; a is seldom a number.
        return at
    grade = SOFT if is_one and value in (100, 1000) or value < 2 else WORD
    mention = Mention([str(value)], value, grade, scale=scaled, end=end)
    if half:
        reading.besides |= {"5"} if half[1] == "half" else {"25"}
    if grade == SOFT:
        reading.besides.add(str(value))
    else:
        _by_word(reading, mention, tokens[first].start())
    return at


def _by_word(reading, mention, start):
    mention.kind = kind_of(reading.text, start, mention.end, mention.atoms, "")
    reading.mentions.append(mention)


def _german(reading, tokens, at):
    """Reads the German words from ``at``; where to go on."""
    token = tokens[at]
    said, soft = german(token[0])
    value, grade, kind = said or (None, SOFT, "")
    at += 1
    if at < len(tokens) and reading.text[token.end() : tokens[at].start()] in (" ", "\u00a0"):
        after = tokens[at][0]
        zeros = GERMAN_SCALES.get(after)
        if zeros and (value or "1" in strings(soft)) and kind == "":
            value = (value or 1) * 10**zeros
            mention = Mention([str(value)], value, WORD, scale=10**zeros, end=tokens[at].end())
            reading.mentions.append(mention)
            return at + 1
        if kind == "decade" and after in ("jahre", "jahren", "jahr"):
            grade = WORD
    if value is None:
        return at
    if grade == SOFT:
        reading.besides.add(str(value))
        return at
    if kind == "half":
        reading.besides |= {str(value), "5"}
    mention = Mention([str(value)], value, grade, kind, end=token.end())
    if kind == "half":
        mention.kind, mention.value = "", value + 0.5
    if mention.kind:
        reading.mentions.append(mention)
    else:
        _by_word(reading, mention, token.start())
    return at


def soft(text, lang):
    """The numbers that a sentence may say besides its mentions, as strings of digits."""
    words = set(_WORDS.findall(text))
    if lang == "en":
        said = [ENGLISH_SOFT.get(word, ()) for word in words]
        shares = _shares(text, lang, (_EN_SHARE, _EN_PART))
    elif lang == "de":
        said = [german(word)[1] for word in words]
        shares = _shares(text, lang, (_DE_SHARE,))
    else:
        return set()
    return shares.union(*(strings(values) for values in said))


def _shares(text, lang, patterns):
    """Four in five, three quarters, vier von fünf: the percent they come to."""
    soft = set()
    for pattern in patterns:
        for found in pattern.finditer(text):
            part, whole = (_plain(word, lang) for word in found.groups())
            if part and whole and part < whole <= 100:
                soft |= strings((100 * part // whole, round(100 * part / whole)))
    return soft


def _plain(word, lang):
    if word.isdigit():
        return int(word[:4])
    if lang == "de":
        return (german(word)[0] or (1 if word in ("einer", "eine") else None,))[0]
    if word.startswith("quarter"):
        return 4
    one = 1 if word in ("one", "a") else None
    return ENGLISH.get(word) or ENGLISH_ORDINALS.get(word) or one
