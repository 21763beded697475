"""Where sentences end in Chinese: after full stops, marks and ellipses and what closes after them,
but not in a quotation or a bracket, nor between a quotation and the words that say who spoke.
"""

import re

from mining import latin
from mining.nesting import Nesting

# A quotation of more characters is cut inside as any text is.
_LONGEST_SPAN = 200

_CLOSERS = '”’」』）)】》〉〕］\\]"'
# The look back lets no run be tried from its middle, which would take quadratic time.
_END = re.compile(
    r"[。！？!?…．｡.](?<![。！？!?…．｡.]{2})([。！？!?…．｡.～~]*+)"
    rf"((?:[{_CLOSERS}]|[\[［【]\d{{1,3}}[\]］】])*+)\s*(?=\S)"
)
_SECTION = re.compile(r"(?:[A-Z]|\d+)\.\d+(?:\.\d+)*$")
_STOPS = frozenset("。！？!?｡")
_QUOTES = frozenset('”’」』"')
_BRACKETS = frozenset("）)】〕］]")
_NEVER_OPENS = frozenset("，、；：,;:。！？!?…～~）)】》〉〕］]”’」』·")
# No sentence opens with these after a quotation that asks or calls: “快跑！”的喊声
_GOES_ON = frozenset("的地得之就便后後时時和与與及或而并並则則")
_INTRODUCED = re.compile(r"[：:，,；;。！？!?…“「『‘（(]\s?$")
# A verb of saying and at most what belongs to it, before a stop or a comma.
_TAG = re.compile(
    r"(?P<who>[^。！？!?；：:“”「」『』…，,]{0,14}?(?:[，,][^。！？!?；：:“”「」『』…，,]{0,14}?)?)"
    r"(?<![没沒不未])"
    r"(?:(?<![小听聽据據])[说說]|(?<![知味街报報轨軌频頻难難渠管隧])道|(?<![访訪学學])[问問]|"
    r"(?<!回)答|(?<![理思梦夢幻])想|[喊叫嚷吼骂罵叹嘆讲講写寫唱念劝勸]|回[答忆憶应應]|表示|补充|補充|"
    r"解[释釋]|嘟囔|嘀咕|念叨|告[诉訴]|提醒|宣布|反[驳駁]|抗[议議]|命令|催促|央求|哀求|安慰|建[议議]|"
    r"承[认認]|[坚堅]持|[强強][调調]|指出|抱怨|插嘴|低[语語]|自[语語]|尖叫|[惊驚]呼)"
    r"(?:[了着著过過道]|起[来來]|出[来來]|[一两兩几幾又][声聲句遍次]|又|一口[气氣]|"
    r"[我你您他她它咱][们們]?|大家|自己|下去){0,3}"
    r"(?:(?<=[问問诉訴醒求骂罵劝勸])[^。！？!?；：:“”「」『』…，,.]{1,5})?"
    r"(?:(?=[。！？!?，,；….]|\s*$)|(?<=[说說][着著完])(?![：:]))"
)
_NOBODY = re.compile(r"[没沒](?:有|人)|[无無]人|[谁誰]也")
_CLAUSE = re.compile(r"[，、；：,;:。！？!?…“”「」『』（）()\s]")
_FINAL_PARTICLES = frozenset("吧了啊呀啦嘛哇吗嗎呗唄")
_ASPECT = re.compile("[了过過着著]")
_NEXT_EVENT = re.compile(
    "第[一二三四五六七八九十]+[天年次]|[后後][来來]|最[后後]|突然|忽然|于是|於是|然[后後]|[终終]于|"
    "[终終]於|接着|接著|不久|但是|可是|不[过過]|[结結]果|[现現]在|今天|昨天|明天"
)


def cut(text):
    """The sentences of a Chinese text, in order, without white space between them. Linear time."""
    text = text.strip()
    sentences, start, nesting = [], 0, None
    for match in _END.finditer(text):
        at, after, closed = match.start(), match.end(), match.end(2)
        marked = match.end(1)
        if not _ends(text, start, at, marked, closed, after):
            continue
        nesting = nesting or Nesting(text, _LONGEST_SPAN, chinese=True)
        if closed > marked:
            # What stands beside a straight mark doesn't tell whether it opens or closes.
            quote = text.find('"', marked, closed)
            while quote >= 0 and nesting.opened(quote) is not None:
                quote = text.find('"', quote + 1, closed)
            if quote >= 0:
                closed = after = quote
        if nesting.inside(closed):
            continue
        if closed > marked and not _ends_closed(text, start, at, marked, closed, after, nesting):
            continue
        sentences.append(text[start:closed])
        start = after
    if start < len(text):
        sentences.append(text[start:])
    return sentences


def _ends(text, start, at, marked, closed, after):
    """Whether the marks end the sentence from ``start``, quotations and brackets aside."""
    following = text[after]
    if following in _NEVER_OPENS:
        return False
    marks = text[at:marked]
    before = text[at - 1 : at]
    if _STOPS.isdisjoint(marks):
        if "…" in marks or ".." in marks:
            return closed > marked or _ellipsis_ends(text, start, at, after)
        if latin.is_marker(text, start, at):
            return False
        spaced = after > closed
        if before.isspace() or _SECTION.search(text, max(start, at - 12), at):
            return False
        if not before.isascii():
            # 下雨了.我没带伞.
            return spaced or not (following.isascii() and following.isalpha())
        if spaced or not following.isascii():
            return latin.ends(text, start, at, closed, after, latin.ENGLISH)
        return False
    # A half-width mark in an address.
    return not (
        marks in ("?", "!")
        and after == closed
        and before.isascii()
        and before.isalnum()
        and following.isascii()
        and following.isalnum()
    )


def _ends_closed(text, start, at, marked, closed, after, nesting):
    """Whether a sentence ends after the marks that close behind its stop."""
    for index in range(marked, closed):
        mark = text[index]
        if mark in "》〉":
            # A title: 《加油！》
            return False
        if mark in _BRACKETS:
            opened = nesting.opened(index)
            if opened is not None and start < opened < at:
                return False
        elif mark in _QUOTES:
            opened = nesting.opened(index)
            if not (opened and text[opened - 1] in "：:"):
                tag = _TAG.match(text, after)
                if tag and not _NOBODY.search(tag["who"]):
                    return False
            if text[at:marked] in ("。", "｡", "．", "."):
                continue
            if text[after] in _GOES_ON:
                return False
            if (
                opened is not None
                and opened > start
                and not _INTRODUCED.search(text, max(start, opened - 2), opened)
            ):
                return text[after] in "“「『‘我你您他她它"
    return True


def _ellipsis_ends(text, start, at, after):
    """Whether the clause before an ellipsis is a whole one: Chinese has no capitals to tell by."""
    clause = _CLAUSE.split(text[max(start, at - 40) : at])[-1]
    following = text[after]
    if not clause or clause[-1] == following or text.startswith(clause, after):
        return False
    if clause[-1] in _FINAL_PARTICLES:
        return True
    if len(clause) >= 5 and _ASPECT.search(clause, 0, len(clause) - 1):
        return True
    return len(clause) >= 3 and bool(_NEXT_EVENT.match(text, after))
