"""The numbers that a sentence mentions, in digits and in words, with what is known of each.

English, German and Chinese are read in full, other languages' digits and large scales.
"""

import dataclasses
import functools
import re

from mining.measures import UNITS
from mining.numberwords import (
    DIGITS,
    ENGLISH,
    ENGLISH_DECADES,
    ENGLISH_ORDINALS,
    ENGLISH_SCALES,
    ENGLISH_SOFT,
    GERMAN_SCALES,
    MAYBE_SCALES,
    NUMERALS,
    SOFT,
    WORD,
    chinese,
    german,
)

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?![\d])")
# The number of a section and the mark of a footnote are not said by the sentence.
_MARKERS = re.compile(r"^\s*(?:\d+\.){2,}\s|\[\d+\]")
# Full-width, Arabic, Devanagari… digits.
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_DIGIT = re.compile(r"\d")
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
_TOKEN = re.compile(rf"\d+(?:[.,:]\d+)*|{_LETTERS}")
_CLOCK_AFTER = re.compile(
    r"\s?(?:(?P<pm>p\.?\s?m\b)|(?P<am>a\.?\s?m\b)|(?P<clock>uhr\b|h\b|o['’]clock|[点點时時]))"
)
_CLOCK_BEFORE = re.compile(
    r"(?:(?P<pm>下午|傍晚)|(?P<am>凌晨|清晨|早上|早晨|上午)|(?P<clock>晚上?|夜里|今晚|中午))\s?$"
)
_SHORT_YEAR = re.compile(r"['’‘/–-]$")
_CURRENCY = re.compile(r"[$£€¥]\s?$")
_GENERIC_SCALES = (
    (("milliard", "miliard", "miljard", "mrd", "млрд", "миллиард"), 9),
    (("millio", "millón", "millon", "milhõ", "milhã", "milion", "milió", "miljo", "млн"), 6),
    (("миллион", "mln"), 6),
)
_UNIT_AFTER = re.compile(
    rf"[\s\u00a0-]*(?:(?:degrees?|grad|°)[\s-]*(celsius|fahrenheit|c\b|f\b)|(degrees?|grad|°)"
    rf"|(square|sq|nautical)[\s-]*({_LETTERS})|(km/h)|({_LETTERS}²?))"
)
_PLAIN_DEGREES = {"en": UNITS["fahrenheit"], "de": UNITS["celsius"]}

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
_EN_SHARE = re.compile(rf"\b({_LETTERS}|\d+) (?:in|out of|of)(?: every)? ({_LETTERS}|\d+)\b")
_DE_SHARE = re.compile(rf"\b({_LETTERS}|\d+) von ({_LETTERS}|\d+)\b")
_EN_PART = re.compile(rf"\b({_LETTERS})[ -]({_LETTERS}ths?|thirds?|quarters?|fifths?)\b")

_ZH_RUN = re.compile(
    rf"\d+(?:\.\d+)?[十百千万萬亿億]+(?:\d+(?:\.\d+)?[十百千万萬亿億]+)*"
    rf"|[{NUMERALS}]+(?:点[零一二三四五六七八九]+)?|\d+(?:[.,:：]\d+)*"
)
_ZH_TIME = re.compile(rf"(\d\d?|[{NUMERALS}]{{1,3}})[点點](半|一刻|三刻)")
_ZH_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
_ZH_DECADE = re.compile(rf"(\d\d?|[{NUMERALS}]{{1,3}})世[纪紀](\d\d?|[{NUMERALS}]{{1,2}})年代")
_ZH_SHARE = re.compile(rf"(\d+|[{NUMERALS}]+)分之(\d+(?:\.\d+)?|[{NUMERALS}]+(?:点[{NUMERALS}]+)?)")
_ZH_TENTHS = re.compile(
    r"([一二两三四五六七八九]|\d)成(?:([一二三四五六七八九])|半)?(?![为功立本员长就果])"
)
_ZH_TIMES = re.compile(rf"(\d+|[{NUMERALS}]+)(?:多)?倍")
_ZH_YEARS = re.compile(rf"(\d+|[{NUMERALS}]+)年半")
# A number for sure only where a measure word follows: 三个 is three, 三明治 a sandwich.
_ZH_COUNTED = re.compile(
    r"[多余餘来]?(?:[个個只隻条條把块塊张張次名位岁歲天年月里克升人家间間层層棵页頁颗瓶杯碗头頭匹辆輛"
    r"座遍袋根枚种種倍公小分星吨噸米英厘毫平亩畝元美欧镑日时時点點秒支门部台架艘栋套件起宗项项類类款"
    r"批群队隊排行句段篇章首幅封份期票站代世任级級度折户戶股对對朵滴粒片面扇道顿頓餐班趟轮輪场場局盘"
    r"盤步圈千万英盏口百届]|周(?!围))"
)
_ZH_ROUND = re.compile(r"[几幾数數]$")
_ZH_UNIT_AFTER = re.compile(r"[多余餘来]?\s?([^\s，。、]{1,4})")
_ZH_SOFT = {
    "半": (2, 5, 30, 50), "双": (2,), "雙": (2,), "俩": (2,), "仨": (3,), "成对": (2,),
    "翻番": (2,), "加倍": (2,), "翻倍": (2,), "倍增": (2,), "刻钟": (15,), "中午": (12,),
    "正午": (12,), "午夜": (0, 12, 24), "首": (1,), "夫妇": (2,), "夫妻": (2,), "次年": (2,),
    "季度": (3, 4), "腊月": (12,), "正月": (1,), "元旦": (1,), "全年": (12,), "零": (0,),
    "半年": (6,),
}  # fmt: skip
_ZH_SOFT_WORD = re.compile("|".join(sorted(_ZH_SOFT, key=len, reverse=True)))


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

    besides: what was found while reading that it may say besides, strings of digits; see soft.
    """

    text: str
    lang: str
    mentions: list = dataclasses.field(default_factory=list)
    besides: set = dataclasses.field(default_factory=set)

    def soft(self):
        """All numbers that the sentence may say besides its mentions, as strings of digits."""
        words = _SOFT_WORDS.get(self.lang)
        return self.besides | words(self.text) if words else self.besides

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


def read(text, lang):
    """The Reading of a sentence in a language."""
    has_digits = bool(_DIGIT.search(text))
    if has_digits:
        text = _MARKERS.sub("", _OTHER_DIGIT.sub(_as_ascii, text))
        text = _GROUPED.sub(lambda found: re.sub(r"\D", "", found.group()), text)
    text = text.lower()
    if lang in ("zh", "ja"):
        return _chinese(text, lang)
    return _spaced(text, lang, has_digits)


def _as_ascii(found):
    return str(int(found.group()))


def _strings(values):
    return {str(value) for value in values}


@functools.cache
def _english_starts():
    """The words that begin a number or are one."""
    return frozenset((*ENGLISH, *ENGLISH_ORDINALS, *ENGLISH_DECADES))


def _spaced(text, lang, has_digits):
    """A sentence of English, German or another language that parts words by spaces."""
    words = _WORDS.findall(text)
    if lang == "en":
        said = not (_english_starts().isdisjoint(words) and ENGLISH_SCALES.keys().isdisjoint(words))
    elif lang == "de":
        said = any(german(word)[0] for word in words)
    else:
        said = False
    if not said and not has_digits and _MONTH_OF.keys().isdisjoint(words):
        return Reading(text, lang)
    if said and lang == "en":
        text = _EN_TIME.sub(_english_time, text)
    elif said and lang == "de":
        text = _DE_TIME.sub(_german_time, text)
    reading = Reading(text, lang)
    tokens = list(_TOKEN.finditer(text))
    starts = _english_starts()
    at = 0
    while at < len(tokens):
        word = tokens[at][0]
        if word[0].isdecimal():
            at = _digits(reading, tokens, at)
            continue
        if word in _MONTH_OF:
            _month(reading, tokens[at])
        if said and lang == "en" and (word in starts or word in _ARTICLES):
            at = _english(reading, tokens, at)
        elif said and lang == "de" and german(word) != _NOTHING:
            at = _german(reading, tokens, at)
        else:
            at += 1
    return reading


_NOTHING = (None, ())
_ARTICLES = frozenset(("a", "an", "one"))


def _english_soft(text):
    soft = set()
    for word in _WORDS.findall(text):
        soft |= _strings(ENGLISH_SOFT.get(word, ()))
    return soft | _shares(text, "en", (_EN_SHARE, _EN_PART))


def _german_soft(text):
    soft = set()
    for word in _WORDS.findall(text):
        soft |= _strings(german(word)[1])
    return soft | _shares(text, "de", (_DE_SHARE,))


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
    atoms = [part.lstrip("0") or "0" for part in re.split(r"[.,:]", chunk)]
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
            elif gap == "" and word in ("s", "er") and len(chunk) in (2, 4) and chunk[-1] == "0":
                mention.kind = "decade"
    if scale:
        _multiply(mention, scale)
        mention.end = tokens[at].end()
        at += 1
    elif not mention.kind:
        mention.kind = _kind(text, token.start(), end, atoms, chunk)
        if len(chunk) == 2 and _SHORT_YEAR.search(before):
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


def _kind(text, start, end, atoms, chunk):
    if int(atoms[0][:3]) > 24 or len(atoms[0]) > 2 or len(atoms) > 2:
        return ""
    after = _CLOCK_AFTER.match(text, end)
    before = _CLOCK_BEFORE.search(text[max(0, start - 4) : start])
    for found in (before, after):
        if found and found.lastgroup != "clock":
            return found.lastgroup
    if before or after:
        return "clock"
    return "clock" if len(atoms) == 2 and re.fullmatch(r"\d\d?[.:][0-5]\d", chunk) else ""


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
    half = re.compile(rf"(?: {_LETTERS})? and a (half|quarter)").match(reading.text, end)
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
    mention.kind = _kind(reading.text, start, mention.end, mention.atoms, "")
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
        if zeros and (value or "1" in _strings(soft)) and kind == "":
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


def _shares(text, lang, patterns):
    """Four in five, three quarters, vier von fünf: the percent they come to."""
    soft = set()
    for pattern in patterns:
        for found in pattern.finditer(text):
            part, whole = (_plain(word, lang) for word in found.groups())
            if part and whole and part < whole <= 100:
                soft |= _strings((100 * part // whole, round(100 * part / whole)))
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


def _chinese(text, lang):
    """A sentence of Chinese; of Japanese the numerals are no more than soft."""
    besides = set()
    if "点" in text or "點" in text:
        text = _ZH_TIME.sub(lambda f: f"{_whole(f[1])}:{_ZH_MINUTES[f[2]]:02}", text)
    if "年代" in text:
        text = _ZH_DECADE.sub(lambda f: f"{100 * _whole(f[1]) - 100 + _whole(f[2])}年代", text)
    if "分之" in text:
        text = _ZH_SHARE.sub(functools.partial(_share, besides), text)
    reading = Reading(text, lang, besides=besides)
    for found in _ZH_RUN.finditer(text):
        _run(reading, found)
    return reading


def _chinese_soft(text):
    soft = set()
    for found in _ZH_SOFT_WORD.findall(text):
        soft |= _strings(_ZH_SOFT[found])
    for found in _ZH_TENTHS.finditer(text):
        soft.add(str(10 * _whole(found[1]) + (_whole(found[2]) if found[2] else 0)))
    # 增加两倍 is three times as much.
    for found in _ZH_TIMES.finditer(text):
        times = _whole(found[1])
        soft |= _strings((times, times + 1, 100 * times))
    for found in _ZH_YEARS.finditer(text):
        soft.add(str(12 * _whole(found[1]) + 6))
    if "十几" in text or "十多" in text:
        soft |= _strings(range(11, 20))
    return soft


#: what finds the numbers that a sentence may say besides, by language
_SOFT_WORDS = {"en": _english_soft, "de": _german_soft, "zh": _chinese_soft}


def _whole(run):
    return int(chinese(run)[0]) if not run.isdigit() else int(run[:9])


def _share(soft, found):
    whole, part = found.groups()
    of = _whole(whole)
    if of == 100:
        point = part.partition("点")
        digits = str(_whole(point[0])) if not part[0].isdigit() else part
        if point[1] and not part[0].isdigit():
            digits += "." + "".join(str(_whole(digit)) for digit in point[2])
        return f" {digits}%"
    count = _whole(part.partition(".")[0].partition("点")[0])
    soft |= _strings(
        (of, count, 100 * count // of if of else 0, round(100 * count / of) if of else 0)
    )
    return "分之"


def _run(reading, found):
    """Reads one run of digits or numerals."""
    run, text, lang = found[0], reading.text, reading.lang
    start, end = found.span()
    before, in_digits = text[max(0, start - 4) : start], run[0].isdigit()
    if in_digits and run[-1].isdigit():
        chunk = run.replace("：", ":")
        atoms = [part.lstrip("0") or "0" for part in re.split(r"[.,:]", chunk)]
        value = None
        if len(chunk) < 16 and ":" not in chunk and len(atoms) <= 2:
            value = float(chunk.replace(",", "."))
        mention = Mention(atoms, value, DIGITS, end=end)
        if before[-1:].isalpha() and before[-1:].isascii():
            mention.grade = WORD
        mention.kind = _kind(text, start, end, atoms, chunk)
        if text.startswith("年代", end):
            mention.kind = "decade"
        elif len(chunk) == 2 and (_SHORT_YEAR.search(before) or text.startswith("年", end)):
            mention.kind = "short"
        reading.mentions.append(mention)
        return
    whole, point, fraction = run.partition("点") if not in_digits else (run, "", "")
    values = [round(value, 6) for value in chinese(whole)]
    if len(values) > 1 or values[0] != int(values[0]):
        reading.besides |= _strings(values)
        return
    value = int(values[0])
    atoms = [str(value)]
    if point:
        # 三点五 may be a number or a time.
        atoms += [str(_whole(digit)) for digit in fraction]
    grade = DIGITS if in_digits else _grade(text, lang, start, end, whole, value)
    if grade == SOFT:
        reading.besides |= set(atoms)
        return
    mention = Mention(atoms, None if point else value, grade, end=end)
    large = re.search("[万萬亿億]", run)
    if large:
        mention.scale = 10**4 if large[0] in "万萬" else 10**8
    mention.kind = "" if large or point else _kind(text, start, end, atoms, "")
    if text.startswith("年代", end):
        mention.kind = "decade"
    if grade == WORD:
        reading.besides |= set(atoms)
    reading.mentions.append(mention)


def _grade(text, lang, start, end, run, value):
    """How sure a run of numerals says ``value``."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if lang != "zh" or value < 2 or run[0] in "百千万萬亿億" or _ZH_ROUND.search(before):
        return SOFT
    if after in ("几", "幾") and run[-1] in "十百千万":
        return SOFT
    if run == "两" and after not in "下":
        return WORD
    if before == "第":
        return WORD if value > 3 else SOFT
    if _ZH_COUNTED.match(text, end):
        return WORD
    return WORD if value > 12 and len(run) > 1 and not text.startswith("分", end) else SOFT
