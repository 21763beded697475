"""The numbers in sentences of Chinese; of Japanese numerals only what they may say."""

import functools
import re

from mining.mentions import SHORT_YEAR, Mention, Reading, kind_of, strings
from mining.numberwords import DIGITS, NUMERALS, SOFT, WORD, chinese

_RUN = re.compile(
    rf"\d+(?:\.\d+)?[十百千万萬亿億]+(?:\d+(?:\.\d+)?[十百千万萬亿億]+)*"
    rf"|[{NUMERALS}]+(?:点[零一二三四五六七八九]+)?|\d+(?:[.,:：]\d+)*"
)
_TIME = re.compile(rf"(\d\d?|[{NUMERALS}]{{1,3}})[点點](半|一刻|三刻)")
_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
_DECADE = re.compile(rf"(\d\d?|[{NUMERALS}]{{1,3}})世[纪紀](\d\d?|[{NUMERALS}]{{1,2}})年代")
_SHARE = re.compile(
    rf"(?<!\d)(\d{{1,9}}|(?<![{NUMERALS}])[{NUMERALS}]{{1,9}})分之(\d+(?:\.\d+)?|[{NUMERALS}]+(?:点[{NUMERALS}]+)?)"
)
_TENTHS = re.compile(
    r"([一二两三四五六七八九]|\d)成(?:([一二三四五六七八九])|半)?(?![为功立本员长就果])"
)
_TIMES = re.compile(rf"(?<!\d)(\d{{1,9}}|(?<![{NUMERALS}])[{NUMERALS}]{{1,9}})多?倍")
_YEARS = re.compile(rf"(?<!\d)(\d{{1,3}}|(?<![{NUMERALS}])[{NUMERALS}]{{1,5}})年半")
# A number for sure only where a measure word follows: 三个 is three, 三明治 a sandwich.
_COUNTED = re.compile(
    r"[多余餘来]?(?:[个個只隻条條把块塊张張次名位岁歲天年月里克升人家间間层層棵页頁颗瓶杯碗头頭匹辆輛"
    r"座遍袋根枚种種倍公小分星吨噸米英厘毫平亩畝元美欧镑日时時点點秒支门部台架艘栋套件起宗项项類类款"
    r"批群队隊排行句段篇章首幅封份期票站代世任级級度折户戶股对對朵滴粒片面扇道顿頓餐班趟轮輪场場局盘"
    r"盤步圈千万英盏口百届]|周(?!围))"
)
_PARTS = re.compile("[.,:]")
_LARGE = re.compile("[万萬亿億]")
_ROUND = re.compile(r"[几幾数數]$")
_SOFT = {
    "半": (2, 5, 30, 50), "双": (2,), "雙": (2,), "俩": (2,), "仨": (3,), "成对": (2,),
    "翻番": (2,), "加倍": (2,), "翻倍": (2,), "倍增": (2,), "刻钟": (15,), "中午": (12,),
    "正午": (12,), "午夜": (0, 12, 24), "首": (1,), "夫妇": (2,), "夫妻": (2,), "次年": (2,),
    "季度": (3, 4), "腊月": (12,), "正月": (1,), "元旦": (1,), "全年": (12,), "零": (0,),
    "半年": (6,),
}  # fmt: skip
_SOFT_WORD = re.compile("|".join(sorted(_SOFT, key=len, reverse=True)))


def read(text, lang):
    """The Reading of a sentence in small letters, its digits 0 to 9 and thousands put together."""
    besides = set()
    if "点" in text or "點" in text:
        text = _TIME.sub(lambda f: f"{_whole(f[1])}:{_MINUTES[f[2]]:02}", text)
    if "年代" in text:
        text = _DECADE.sub(lambda f: f"{100 * _whole(f[1]) - 100 + _whole(f[2])}年代", text)
    if "分之" in text:
        text = _SHARE.sub(functools.partial(_share, besides), text)
    reading = Reading(text, lang, besides=besides)
    for found in _RUN.finditer(text):
        _run(reading, found)
    return reading


def soft(text):
    """The numbers that a sentence may say besides its mentions, as strings of digits."""
    said = set()
    for found in _SOFT_WORD.findall(text):
        said |= strings(_SOFT[found])
    for found in _TENTHS.finditer(text):
        said.add(str(10 * _whole(found[1]) + (_whole(found[2]) if found[2] else 0)))
    # 增加两倍 is three times as much.
    for found in _TIMES.finditer(text):
        times = _whole(found[1])
        said |= strings((times, times + 1, 100 * times))
    for found in _YEARS.finditer(text):
        said.add(str(12 * _whole(found[1]) + 6))
    if "十几" in text or "十多" in text:
        said |= strings(range(11, 20))
    return said


def _whole(run):
    return int(chinese(run)[0]) if not run.isdigit() else int(run[:9])


def _share(said, found):
    whole, part = found.groups()
    of = _whole(whole)
    if of == 100:
        point = part.partition("点")
        digits = str(_whole(point[0])) if not part[0].isdigit() else part
        if point[1] and not part[0].isdigit():
            digits += "." + "".join(str(_whole(digit)) for digit in point[2])
        return f" {digits}%"
    count = _whole(part.partition(".")[0].partition("点")[0])
    said |= strings(
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
        atoms = [part.lstrip("0") or "0" for part in _PARTS.split(chunk)]
        value = None
        if len(chunk) < 16 and ":" not in chunk and len(atoms) <= 2:
            value = float(chunk.replace(",", "."))
        mention = Mention(atoms, value, DIGITS, end=end)
        if before[-1:].isalpha() and before[-1:].isascii():
            mention.grade = WORD
        mention.kind = kind_of(text, start, end, atoms, chunk)
        if text.startswith("年代", end):
            mention.kind = "decade"
        elif len(chunk) == 2 and (SHORT_YEAR.search(before) or text.startswith("年", end)):
            mention.kind = "short"
        reading.mentions.append(mention)
        return
    whole, point, fraction = run.partition("点") if not in_digits else (run, "", "")
    values = [round(value, 6) for value in chinese(whole)]
    if len(values) > 1 or values[0] != int(values[0]):
        reading.besides |= strings(values)
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
    large = _LARGE.search(run)
    if large:
        mention.scale = 10**4 if large[0] in "万萬" else 10**8
    mention.kind = "" if large or point else kind_of(text, start, end, atoms, "")
    if text.startswith("年代", end):
        mention.kind = "decade"
    if grade == WORD:
        reading.besides |= set(atoms)
    reading.mentions.append(mention)


def _grade(text, lang, start, end, run, value):
    """How sure a run of numerals says ``value``."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if lang != "zh" or value < 2 or run[0] in "百千万萬亿億" or _ROUND.search(before):
        return SOFT
    if after in ("几", "幾") and run[-1] in "十百千万":
        return SOFT
    if run == "两" and after not in "下":
        return WORD
    if before == "第":
        return WORD if value > 3 else SOFT
    if _COUNTED.match(text, end):
        return WORD
    return WORD if value > 12 and len(run) > 1 and not text.startswith("分", end) else SOFT
