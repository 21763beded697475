"""Number words of English and German and numerals of Chinese: what number a word may say.

Words alone, out of context; sentences are read in mining.mentions.
"""

import functools
import re

#: how sure a reading is: SOFT may say the number, and only explains one of the other side (one,
#: second, Viertel, 两下); WORD says it, but words are easily left out or said otherwise; DIGITS
#: says it and is seldom left out
SOFT, WORD, DIGITS = 0, 1, 2

_EN_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
#: English cardinals that are one word
ENGLISH = {word: value for value, word in enumerate(_EN_SMALL)} | {
    word: 10 * value for value, word in enumerate(_EN_TENS, 2)
}
_EN_ORDINALS = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9}
_EN_ORDINALS |= {"twelfth": 12, "hundredth": 100, "thousandth": 1000}
_EN_ORDINALS |= {f"{_EN_SMALL[n]}th": n for n in (4, 6, 7, 10, 11, *range(13, 20))}
_EN_ORDINALS |= {f"{word[:-1]}ieth": ENGLISH[word] for word in _EN_TENS}
#: English ordinals, of which the plural is a fraction
ENGLISH_ORDINALS = _EN_ORDINALS | {f"{word}s": value for word, value in _EN_ORDINALS.items()}
#: decades, of a century or of a life
ENGLISH_DECADES = {f"{word[:-1]}ies": ENGLISH[word] for word in _EN_TENS}
#: words that may say a number: {word: numbers}; halves and quarters also as percent and minutes
ENGLISH_SOFT = {
    "a": (1,), "an": (1,), "one": (1,), "once": (1,), "single": (1,), "another": (1,),
    "first": (1,), "second": (2,), "third": (3, 33), "twice": (2, 200), "double": (2, 200),
    "doubled": (2,), "doubles": (2,), "doubling": (2,), "both": (2,), "either": (2,),
    "neither": (2,), "couple": (2,), "couples": (2,), "pair": (2,), "pairs": (2,), "twin": (2,),
    "twins": (2,), "duo": (2,), "duet": (2,), "thirds": (3, 33, 67, 66), "thrice": (3,),
    "triple": (3,), "tripled": (3,), "treble": (3,), "trio": (3,), "trilogy": (3,),
    "triplets": (3,), "quadruple": (4,), "quadrupled": (4,), "quartet": (4,), "quintet": (5,),
    "half": (2, 5, 30, 50), "halves": (2,), "halved": (2, 50), "quarter": (4, 3, 15, 25),
    "quarters": (4, 45, 75), "fifth": (5, 20), "fifths": (5,), "tenth": (10,), "dozen": (12,),
    "dozens": (12,), "score": (20,), "fortnight": (2, 14), "week": (7,), "weekly": (7,),
    "decade": (10,), "decades": (10,), "century": (100,), "centuries": (100,),
    "centenary": (100,), "hundred": (100,), "hundreds": (100,), "thousand": (1000,),
    "thousands": (1000,), "noon": (12,), "midday": (12,), "midnight": (0, 12, 24),
    "quadrupling": (4,), "tripling": (3,), "million": (1000000,), "millions": (1000000,),
}  # fmt: skip
#: zeros of the words that multiply what stands before them
ENGLISH_SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "millions": 6, "mn": 6, "mln": 6, "bn": 9,
    "billion": 9, "billions": 9, "tn": 12, "trillion": 12, "trillions": 12, "lakh": 5, "crore": 7,
}  # fmt: skip
GERMAN_SCALES = {
    "hundert": 2, "tausend": 3, "tsd": 3, "mio": 6, "million": 6, "millionen": 6, "mrd": 9,
    "milliarde": 9, "milliarden": 9, "bio": 12, "billion": 12, "billionen": 12,
}  # fmt: skip
#: short for a scale or for a unit: 3m, 10k
MAYBE_SCALES = {"m": 6, "k": 3, "b": 9}

_DE_VALUES = {"eins": 1, "zwo": 2, "dreissig": 30, "dreißig": 30}
_DE_VALUES |= {
    word: value
    for value, word in enumerate(
        "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
        "fünfzehn sechzehn siebzehn achtzehn neunzehn".split()
    )
}
_DE_VALUES |= {
    word: 10 * value
    for value, word in enumerate(
        "zwanzig _ vierzig fünfzig sechzig siebzig achtzig neunzig".split(), 2
    )
}
_DE_SMALL = (
    r"(?:(?:(ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und)?"
    r"(zwanzig|drei(?:ß|ss)ig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)"
    r"|(dreizehn|vierzehn|fünfzehn|sechzehn|siebzehn|achtzehn|neunzehn|zehn|elf|zwölf"
    r"|eins(?!t)|ein|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun))"
)
_GERMAN = re.compile(
    rf"(?:({_DE_SMALL})?(?:(hundert)({_DE_SMALL})?)?(tausend)(?:und)?)?"
    rf"(?:({_DE_SMALL})?(hundert)(?:und)?)?({_DE_SMALL})?"
)
_DE_REST = re.compile(
    r"(?P<said>(?:mal(?:ig\w*)?|fach\w*|(?:jähr|köpf|stünd|täg|wöch|monat|minüt|sekünd|teil|stell"
    r"|stöck|geschoss|seit|sitz|tür|eck|gleis|spur|prozent|bänd|sait|gliedr|mot|bein|strahl)ig\w*"
    r"|jährlich\w*|wöchentlich\w*|stündlich\w*|monatlich\w*|meter\w*|kilo\w*|stunden|jahre\w*)?)$"
    r"|(?P<decade>er(?:n|jahre\w*)?)$"
    r"|(?P<half>einhalb)$"
    r"|(?P<ordinal>s?te[mnrs]?)$"
    r"|(?P<part>s?tel\w{0,2})$"
)
_DE_BOTH = re.compile(r"beide[nrs]?$|zweier$")
_DE_ARTICLE = re.compile(r"(?:k?ein(?:e[mnrs]?|s)?|einmal\w*|einzig\w*|erst\w*|einig\w*)$")
#: as ENGLISH_SOFT
GERMAN_SOFT = {
    "beide": (2,), "doppel": (2,), "verdoppel": (2,), "halb": (2, 5, 30, 50), "hälfte": (2, 50),
    "zweit": (2,), "paar": (2,), "zwilling": (2,), "duo": (2,), "dutzend": (12,),
    "halbier": (2, 50),
    "jahrzehnt": (10,), "jahrhundert": (100,), "mittag": (12,), "mitternacht": (0, 12, 24),
    "woche": (7,), "wöchentlich": (7,), "quartal": (3, 4), "dritt": (3,), "drittel": (3, 33),
    "viertel": (4, 3, 15, 25), "trio": (3,), "trilogie": (3,), "drilling": (3,), "quartett": (4,),
    "quintett": (5,), "anderthalb": (1, 5), "hundert": (100,), "tausend": (1000,),
    "million": (1000000,), "dreiviertel": (3, 4, 75, 45), "siebt": (7,), "fünftel": (5, 20),
}  # fmt: skip
_DE_SOFT = re.compile(
    "(?:ver)?(" + "|".join(sorted(GERMAN_SOFT, key=len, reverse=True)) + r")|\w+(paar|hälfte)e?n?$"
)
_DE_FACTOR = re.compile(r"ver(zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|hundert)fach")

_ZH_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_ZH_DIGITS |= {"壹": 1, "贰": 2, "叁": 3}
_ZH_SMALL = {"十": 10, "百": 100, "千": 1000}
_ZH_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
#: characters of which Chinese numerals consist
NUMERALS = "".join((*_ZH_DIGITS, *_ZH_SMALL, *_ZH_LARGE))
# Longer runs say no number.
_ZH_LONGEST = 24
_ZH_PART = re.compile(r"\d+(?:[.点]\d+)?|.")


@functools.lru_cache(maxsize=1 << 16)
def german(word):
    """What a German word, in small letters, says: (value, grade, kind) and what it may say besides,
    a tuple of numbers; None in place of the former where it says none.

    kind: "decade" for zwanziger, "half" where half of one comes on top (zweieinhalb), else "".
    """
    stem = _DE_SOFT.match(word)
    soft = GERMAN_SOFT[stem[1] or stem[2]] if stem else ()
    factor = _DE_FACTOR.match(word)
    if factor:
        soft += (_DE_VALUES.get(factor[1], 100),)
    if _DE_BOTH.match(word):
        return (2, WORD, ""), soft
    if _DE_ARTICLE.match(word):
        return None, (*soft, 1)
    found = _GERMAN.match(word)
    if not found.end():
        return None, soft
    value, rest = _german_value(found), word[found.end() :]
    shape = _DE_REST.match(rest)
    kind = shape.lastgroup if shape else ""
    if kind == "half":
        return (value, WORD, "half"), soft
    if kind == "part":
        soft += (round(100 / value),) if value else ()
    if kind == "decade" and value % 10 == 0 and 20 <= value <= 90:
        return (value, WORD if "jahr" in rest else SOFT, "decade"), soft
    sure = shape and kind != "decade" and value > 1 and not (kind == "part" and value <= 4)
    # Plain hundert and tausend are round; zweit- and dritt- are also fractions and besides.
    if kind in ("ordinal", "part") and value <= 3 or word in ("hundert", "tausend"):
        sure = False
    if not sure:
        return None, (*soft, value)
    return (value, WORD, ""), soft


def _german_value(found):
    groups = found.groups()
    lead, hundred, behind, thousand = groups[0], groups[4], groups[5], groups[9]
    value = 0
    if thousand:
        first = _german_small(groups[1:4]) if lead else (0 if hundred else 1)
        if hundred:
            first = (first or 1) * 100 + (_german_small(groups[6:9]) if behind else 0)
        value = 1000 * first
    if groups[14]:
        value += 100 * (_german_small(groups[11:14]) if groups[10] else 1)
    if groups[15]:
        value += _german_small(groups[16:19])
    return value


def _german_small(parts):
    unit, tens, alone = parts
    if alone:
        return _DE_VALUES[alone]
    return _DE_VALUES[tens] + (_DE_VALUES[unit] if unit else 0)


def chinese(run):
    """The numbers that a run of Chinese numerals and digits may say, the first the likeliest.

    一千二百, 12亿5000万, 二〇二四; 七八 is seven or eight. ``run`` may hold decimals (3.5万);
    one that is longer than any number says 0.
    """
    if len(run) > _ZH_LONGEST:
        return (0,)
    parts = _ZH_PART.findall(run)
    plain = [part for part in parts if part in _ZH_DIGITS]
    if len(plain) == len(parts):
        if len(parts) == 1:
            return (_ZH_DIGITS[parts[0]],)
        if len(parts) == 2 and "零" not in parts and "〇" not in parts:
            return tuple(_ZH_DIGITS[part] for part in parts)
        return (int("".join(str(_ZH_DIGITS[part]) for part in parts)),)
    total = section = current = last = 0
    fresh = False
    for part in parts:
        if part in _ZH_LARGE:
            value, last = section + current, _ZH_LARGE[part]
            total = total + value * last if value else (total or 1) * last
            section = current = 0
        elif part in _ZH_SMALL:
            last = _ZH_SMALL[part]
            section += (current or 1) * last
            current = 0
        elif part in _ZH_DIGITS:
            current = _ZH_DIGITS[part]
            last = last if current else 0
        else:
            current, last = float(part.replace("点", ".")), 0
        fresh = part in _ZH_DIGITS
    # 三万五 is 35,000.
    if fresh and last > 10:
        current *= last // 10
    return (total + section + current,)
