"""An HTML page's text to blocks: its own prose, without menus and other furniture.

Resiliparse finds the main content; around it stand repairs of what that loses and a bound on
nesting, which HTML parsers take quadratic time for.
"""

import re

from resiliparse.extract.html2text import extract_plain_text

# Resiliparse's main content drops a text node that is one character of three bytes (「喜欢
# <a>北京</a>。」 loses its stop). A word joiner makes it two; it is taken out again.
_JOINER = "\u2060"
_LONE_CHARACTER = re.compile(r">([\u0800-\uffff])<")
# It also takes any <ul> near the body for a menu, prose or not, and drops every <figure>, though it
# may hold a table or a quotation and no picture. A list that is not mostly link text is shown to it
# as <ol>, such a figure as <div>.
_EDGE = re.compile(r"<(/?)(ul|figure)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_SHOWN_AS = {"ul": "ol", "figure": "div"}
_LINK_START = re.compile(r"<a(?=[\s>])[^<>]*>", re.IGNORECASE)
_LINK_END = re.compile(r"</a\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_PICTURE = re.compile(r"<(?:img|picture|video|svg|iframe|canvas)\b", re.IGNORECASE)
_MENU_SHARE = 0.5
# Only elements whose end tag HTML does not let one leave out.
_NESTING = re.compile(
    r"<(/?)(?:div|span|table|ul|ol|dl|font|b|i|u|em|strong|small|big|sub|sup|tt|code|pre|center|a|"
    r"section|article|main|aside|nav|header|footer|form|fieldset|figure|details|blockquote|q|object|"
    r"ins|del|h[1-6])\b",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[\s\x00-\x1f]+")
_SOFT = str.maketrans("", "", "\u00ad\u200b\ufeff\u2060\u200e\u200f")
# Chinese and Japanese are written without spaces; one comes from a line break in the source.
_CJK = "[\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_CJK_SPACE = re.compile(f"(?<={_CJK}) (?={_CJK})")
_SURROGATES = re.compile("[\ud800-\udfff]")


def extract_blocks(html, max_depth):
    """The text blocks of a page in order: paragraphs, headings, list items, table cells.

    Each is one line of text with white space collapsed; empty ones are left out. A page nested
    deeper than ``max_depth`` elements gives None.
    """
    if _too_deep(html, max_depth):
        return None
    html = _SURROGATES.sub("\ufffd", html).replace("\0", "")
    html = _LONE_CHARACTER.sub(rf">\1{_JOINER}<", html)
    html = _with_lists_and_figures(html)
    text = extract_plain_text(
        html, main_content=True, list_bullets=False, alt_texts=False, preserve_formatting=True
    )
    blocks = (clean(cell) for line in text.split("\n") for cell in line.split("\t\t"))
    return [block for block in blocks if block]


def lines(text):
    """The lines of a text that was taken out of a page, as blocks like those of extract_blocks."""
    return [block for line in text.split("\n") if (block := clean(line))]


def clean(text):
    """``text`` on one line: invisible characters gone, white space collapsed, none inside CJK."""
    return _CJK_SPACE.sub("", _SPACE.sub(" ", text.translate(_SOFT)).strip())


def _with_lists_and_figures(html):
    """``html`` with the lists and figures that are prose under names that keep them."""
    pieces, start, opened = [], 0, {}
    for edge in _EDGE.finditer(html):
        closes, name = edge.group(1), edge.group(2).lower()
        if not closes:
            # The innermost one counts: a menu around it is still a menu.
            opened[name] = edge
            continue
        opening = opened.pop(name, None)
        if opening is None or opening.start() < start:
            continue
        inside = html[opening.end() : edge.start()]
        if _is_menu(inside) if name == "ul" else _PICTURE.search(inside):
            continue
        shown = _SHOWN_AS[name]
        pieces += [html[start : opening.start()], f"<{shown}>", inside, f"</{shown}>"]
        start = edge.end()
    pieces.append(html[start:])
    return "".join(pieces)


def _is_menu(items):
    """Whether the inside of a list is mostly link text."""
    linked = 0
    for after in _LINK_START.split(items)[1:]:
        link = _LINK_END.split(after, 1)
        linked += len(clean(_TAG.sub("", link[0]))) if len(link) == 2 else 0
    return linked > _MENU_SHARE * len(clean(_TAG.sub("", items)))


def _too_deep(html, max_depth):
    if html.count("<") <= max_depth:
        return False
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest > max_depth
