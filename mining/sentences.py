"""Blocks of text to sentences: sentencex, and rules for where it cuts too often.

Sentences joined again give the block, white space aside: nothing is dropped here.
"""

import re
import unicodedata

import sentencex

_CLOSERS = "\"'”’»›“」』）)】》〕]"
_ORDINAL_END = re.compile(r"(?:^|[\s(„“»])\d{1,4}\.$")
# A German month, century or noun goes on after an ordinal; a number at the end of a sentence is
# rarer and, before one of these words, rarer still.
_ORDINAL_LEAD = re.compile(
    r"(?:\b(?:am|dem|den|der|die|das|des|vom|zum|zur|im|ab|bis|seit|und|ein|eine|einen|einem|einer|"
    r"sein|seine|seinem|seinen|seiner|ihr|ihre|ihrem|ihren|ihrer|mein|meine|meinem|meinen|jeder|"
    r"jede|jeden|jedem|jedes|nach|vor|König|Kaiser|Papst)|\d\.\s?(?:und|bis|oder|/|–|-))\s\d{1,4}\.$",
    re.IGNORECASE,
)
_GERMAN_MONTH = re.compile(
    r"(?:Januar|Jänner|Februar|Feber|März|April|Mai|Juni|Juli|August|September|Oktober|November|"
    r"Dezember|Jan|Feb|Mrz|Apr|Jun|Jul|Aug|Sept|Okt|Nov|Dez|Jahrhundert|Jahrhunderts|Jh|"
    r"Jahrtausend|Klasse|Stock|Etage|Geburtstag|Auflage|Weltkrieg)\b"
)
_ENGLISH_OPEN_END = re.compile(
    r"(?:^|\s|\()(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nos|Fig|Figs|vol|pp|e\.g|i\.e|cf|vs|approx|Rev|Gen|Col|"
    r"Capt|Lt|Sgt|Mt|Ave|Rd)\.$"
)
_GERMAN_OPEN_END = re.compile(
    r"(?:^|\s|\()(?:z\.\s?B|d\.\s?h|u\.\s?a|i\.\s?d\.\s?R|v\.\s?a|o\.\s?ä|s\.\s?o|s\.\s?u|bzw|ca|"
    r"Dr|Prof|Nr|Hr|Fr|St|Abs|Art|Bd|Tel|Str|evtl|ggf|inkl|exkl|max|min|vgl|geb|gest|sog|Ing|Dipl|"
    r"Mag|Hl|Abb|Kap|S)\.$"
)
# Cuts that are missed after a word that ends like an abbreviation (Bart., May.) and before a year.
_MISSED = re.compile(
    r"(?<![^\W\d_])(?P<word>[^\W\d_]{3,})[.!?][”»“]? (?=[„“»\"'(]?(?:[A-ZÀ-ÖØ-Þ]|\d{4}\b))"
)
_ABBREVIATIONS = frozenset(
    "evtl inkl exkl vergl vgl bspw mind max min gegr verh sog usw bzw prof dipl hrsg univ abschn "
    "abs art abb kap sept febr jan feb mär apr jun jul aug okt nov dez oct dec mio mrd tsd zzgl "
    "tel str ing mag hptm capt corp dept assn approx messrs hon inc ltd mrs col gen sgt rev fig "
    "figs nos vol etc ave mount dres geb gest bzgl ggf jhd".split()
)
_QUOTES = {"„": 1, "“": 1, "”": -1, "«": 1, "»": -1, "(": 1, ")": -1}
# What a sentence of its own never opens with.
_CONTINUES = re.compile(r"^[,;:)\]]|^[a-zäöüß]")
_ONLY_CLOSERS = re.compile(rf"^[{re.escape(_CLOSERS)}\s]+$")
_ZH_END = re.compile(r"(?<=[。！？!?…])([”’」』）)】》]*)(?=[^”’」』）)】》。！？!?…，、；：,;:])")
_ZH_QUOTE_GOES_ON = re.compile(
    r"[”’」』][^。！？，；：“”]{0,12}?(?:说|道|问|答|喊|叫|写|笑|想|讲|回忆|表示|补充|解释|嘟囔|念叨|告诉|提醒|感叹)"
    r"(?![^。！？]{0,3}：)"
)
_ZH_PAIRS = ("“”", "‘’", "「」", "『』", "（）", "()", "《》", "【】")
_BREAK = re.compile(r"[\s,;，；、]")


def split_sentences(text, lang, max_block_chars):
    """The sentences of a block, in order, stripped; joined they are the block again.

    A block beyond ``max_block_chars`` characters is cut at white space or a comma first, since
    cutters take quadratic time on it.
    """
    sentences = []
    for piece in _pieces(text, max_block_chars):
        if lang == "zh":
            parts = _split_chinese(piece)
        else:
            cut = (part for first in sentencex.segment(lang, piece) for part in _cut_missed(first))
            parts = _merge([part.strip() for part in cut], lang)
        sentences.extend(part for part in parts if part)
    return sentences


def normalise(sentence):
    """The form in which a sentence is stored, compared and hashed: NFC, single spaces."""
    return unicodedata.normalize("NFC", " ".join(sentence.split()))


def _pieces(text, limit):
    while len(text) > limit:
        cut = max((m.end() for m in _BREAK.finditer(text, limit // 2, limit)), default=limit)
        yield text[:cut]
        text = text[cut:]
    yield text


def _cut_missed(part):
    """The sentences in what sentencex took for one; never inside a quotation or a bracket."""
    start = 0
    for match in _MISSED.finditer(part):
        word = match["word"].lower()
        if word not in _ABBREVIATIONS and _balanced(part[start : match.end()]):
            yield part[start : match.end()]
            start = match.end()
    yield part[start:]


def _balanced(text):
    if text.count('"') % 2:
        return False
    # German closes with the mark that English opens with.
    german = "„" in text
    quotes = {**_QUOTES, "“": -1} if german else _QUOTES
    return sum(quotes.get(char, 0) for char in text) == 0


def _merge(parts, lang):
    merged = []
    for part in filter(None, parts):
        if merged and _goes_on(merged[-1], part, lang):
            merged[-1] += part if _ONLY_CLOSERS.match(part) else f" {part}"
        else:
            merged.append(part)
    return merged


def _goes_on(before, after, lang):
    """Whether the cut between two parts is none: an abbreviation, an ordinal, a closing mark."""
    if _ONLY_CLOSERS.match(after) or _CONTINUES.match(after):
        return True
    if lang == "de":
        if _ORDINAL_END.search(before) and (
            _GERMAN_MONTH.match(after) or _ORDINAL_LEAD.search(before)
        ):
            return True
        return bool(_GERMAN_OPEN_END.search(before))
    return lang == "en" and bool(_ENGLISH_OPEN_END.search(before))


def _split_chinese(text):
    """Cuts after 。！？… and their closing quotes, but not inside a quotation or a bracket, nor
    between a quotation and the words that say who spoke."""
    # A pair with one side missing nests nothing: a quotation may go on in the next paragraph.
    nesting = {}
    for opening, closing in _ZH_PAIRS:
        if text.count(opening) == text.count(closing):
            nesting.update({opening: 1, closing: -1})
    paired = text.count('"') % 2 == 0
    parts, start, depth, at, straight = [], 0, 0, 0, 0
    for match in _ZH_END.finditer(text):
        if match.end() < at:
            continue
        seen = text[at : match.end()]
        depth = max(0, depth + sum(nesting.get(char, 0) for char in seen))
        straight += seen.count('"')
        at = match.end()
        if straight % 2 and paired:
            if text[at : at + 1] != '"':
                continue
            straight += 1
            at += 1
        if depth or _ZH_QUOTE_GOES_ON.match(text, match.start()):
            continue
        parts.append(text[start:at].strip())
        start = at
    parts.append(text[start:].strip())
    return parts
