"""The numbers of a sentence, comparable across languages.

Digits with their separators, clock times, months by name and small numbers in words, so that
"1,640 m at 6.30 p.m. on 3 May" agrees with „1640 m um 18.30 Uhr am 3. Mai“ and 「5月3日18点30分」.
"""

import re

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?![\d])")
# The number of a section and the mark of a footnote are not said by the sentence.
_MARKERS = re.compile(r"^\s*(?:\d+\.){2,}\s|\[\d+\]")
_DIGITS = re.compile(r"\d+")
# Full-width, Arabic, Devanagari… digits.
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_AFTERNOON = re.compile(r"\d\s?p\.?m\b|(?:下午|晚|傍晚|夜里)\S?\d", re.IGNORECASE)
_LARGE = {
    "thousand": 3,
    "tausend": 3,
    "million": 6,
    "millionen": 6,
    "billion": 9,
    "milliarden": 9,
    "milliarde": 9,
    "万": 4,
    "亿": 8,
}
_SCALED = re.compile(
    r"(?<!\d)(\d+)(?:[.,](\d+))?\s?(thousand|tausend|million(?:en)?|billion|milliarden?|万|亿)",
    re.I,
)
_MONTHS = (
    ("january", "januar", "jänner", "jan"),
    ("february", "februar", "feb"),
    ("march", "märz", "mar"),
    ("april", "apr"),
    ("may", "mai"),
    ("june", "juni", "jun"),
    ("july", "juli", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("october", "oktober", "oct", "okt"),
    ("november", "nov"),
    ("december", "dezember", "dec", "dez"),
)
_MONTH_OF = {name: str(at) for at, names in enumerate(_MONTHS, 1) for name in names}
_WORD = re.compile(r"[^\W\d_]+")
_EN_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_EN_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_DE_UNITS = (
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn"
).split()
_DE_TENS = "_ _ zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_ORDINALS = {
    "en": {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"},
    "de": {1: "erst", 3: "dritt", 7: "siebt"},
}
# Half past six is halb sieben.
_HALF_HOUR = re.compile(r"\b(?:half past|halb) \w+")
# A number only where a measure word follows: 三个 is three, 三明治 a sandwich.
_ZH_COUNTED = re.compile(
    "(?<![零一二两三四五六七八九十百千万几第])([二两三四五六七八九十]{1,2})"
    "(?=[个只条把块张次名位岁天年月周里米克升人家间层棵页颗瓶杯碗头匹辆座遍袋根枚种倍]|公里|小时|分钟|星期)"
)
_ZH_DIGITS = "零一二三四五六七八九"


def numbers(text):
    """The whole numbers of a text as a list of strings of digits, no leading zeros.

    A decimal or a time gives two (3.5 and 3,5 and 3点5分: 3, 5); thousands are put together, as
    are millions and 万.
    """
    if not _DIGITS.search(text):
        return []
    text = _MARKERS.sub("", _OTHER_DIGIT.sub(_as_ascii, text))
    text = _GROUPED.sub(lambda found: re.sub(r"\D", "", found.group()), text)
    text = _SCALED.sub(_in_full, text)
    return [digits.lstrip("0") or "0" for digits in _DIGITS.findall(text)]


def agreement(src, src_lang, tgt, tgt_lang, longer=""):
    """The share of the numbers of both texts that the other has too; 1 where there are none.

    longer: "src" or "tgt" where that text says clearly more; its numbers need no counterpart.
    """
    src_numbers, tgt_numbers = numbers(src), numbers(tgt)
    src_left, tgt_left = _unmatched(src_numbers, tgt_numbers), _unmatched(tgt_numbers, src_numbers)
    _match_decimals(src_left, tgt_left)
    if _AFTERNOON.search(src) or _AFTERNOON.search(tgt):
        _match_hours(src_left, tgt_left)
    lost = asked = 0
    if longer != "src":
        asked += len(src_numbers)
        lost += sum(not _said(number, tgt, tgt_lang) for number in src_left)
    if longer != "tgt":
        asked += len(tgt_numbers)
        lost += sum(not _said(number, src, src_lang) for number in tgt_left)
    # Six against acht: words are more often left out than digits, so both must have a stranger.
    src_words = _in_words(src, src_lang)
    tgt_words = _in_words(tgt, tgt_lang) if src_words else set()
    if src_words - tgt_words - set(tgt_numbers) and tgt_words - src_words - set(src_numbers):
        lost, asked = lost + 2, asked + 2
    return 1 - lost / asked if asked else 1.0


def _in_words(text, lang):
    """The numbers from 2 to 12 that a text says in words, as a set of strings of digits."""
    if lang == "zh":
        said = _ZH_COUNTED.findall(text)
        return {str(value) for value in range(2, 13) if set(_words(value, "zh")) & set(said)}
    words = set(_WORD.findall(_HALF_HOUR.sub("", text.lower())))
    units = {"en": _EN_UNITS, "de": _DE_UNITS}.get(lang, ())
    return {str(value) for value in range(2, min(13, len(units))) if units[value] in words}


def _as_ascii(found):
    return str(int(found.group()))


def _in_full(found):
    whole, fraction, unit = found.groups()
    zeros = _LARGE.get(unit.lower(), 0) - len(fraction or "")
    return whole + (fraction or "") + "0" * zeros if zeros > 0 else found.group()


def _unmatched(ours, theirs):
    left, others = [], list(theirs)
    for number in ours:
        if number in others:
            others.remove(number)
        else:
            left.append(number)
    return left


def _match_decimals(src_left, tgt_left):
    """Takes out the decimals of one number written with and without its last zero: 9.80, 9.8."""
    for ours, theirs in ((src_left, tgt_left), (tgt_left, src_left)):
        for digits in list(ours):
            if len(digits) == 2 and digits[1] == "0" and digits[0] in theirs:
                ours.remove(digits)
                theirs.remove(digits[0])


def _match_hours(src_left, tgt_left):
    """Takes out hours of the afternoon that the two texts count differently: 6 against 18."""
    for ours, theirs in ((src_left, tgt_left), (tgt_left, src_left)):
        for hour in [digits for digits in ours if len(digits) <= 2]:
            later = str(int(hour) + 12)
            if 1 <= int(hour) <= 11 and later in theirs:
                ours.remove(hour)
                theirs.remove(later)


def _said(number, text, lang):
    """Whether ``text`` says ``number`` in words: a month's name or a number up to 100."""
    value = int(number) if len(number) <= 3 else 101
    if value == 0:
        # Full hours: 7.00 against "seven o'clock", 7 Uhr, 7点.
        return True
    lower = text.lower()
    if any(_MONTH_OF.get(word) == number for word in _WORD.findall(lower)):
        return True
    return value <= 100 and any(word in lower for word in _words(value, lang))


def _words(value, lang):
    """Words that say a number from 1 to 100 in a language; empty for one not known here."""
    tens, unit = divmod(value, 10)
    if lang == "en":
        if value == 100:
            return ("hundred",)
        word = _EN_UNITS[value] if value < 20 else _EN_TENS[tens]
        if value > 20 and unit:
            word += f"-{_EN_UNITS[unit]}"
        return (word, *filter(None, [_ORDINALS["en"].get(value)]))
    if lang == "de":
        if value == 100:
            return ("hundert",)
        word = _DE_UNITS[value] if value < 20 else _DE_TENS[tens]
        if value > 20 and unit:
            word = f"{_DE_UNITS[unit]}und{word}"
        return (word, *filter(None, [_ORDINALS["de"].get(value)]))
    if lang == "zh":
        if value == 30:
            return ("三十", "半")
        if value == 100:
            return ("百",)
        if value < 10:
            return (_ZH_DIGITS[value], "两") if value == 2 else (_ZH_DIGITS[value],)
        start = "十" if tens == 1 else f"{_ZH_DIGITS[tens]}十"
        return (start + (_ZH_DIGITS[unit] if unit else ""),)
    return ()
