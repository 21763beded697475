"""An HTML page's text to blocks: its own prose, without menus and other furniture.

Resiliparse finds the main content; around it stand repairs of what that loses and a bound on
nesting, which HTML parsers take quadratic time for.
"""

import functools
import itertools
import re
import unicodedata
from html import unescape

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

# Resiliparse's main content drops a text node that is one character of three bytes (「喜欢
# <a>北京</a>。」 loses its stop). A word joiner makes it two; it is taken out again.
_JOINER = "\u2060"
_LONE_CHARACTER = re.compile(r">(\s*)([\u0800-\uffff])(?=\s*<)")
# XHTML's empty anchor is to HTML a link that has no end: all that follows would be link text.
_EMPTY_ANCHOR = re.compile(r"(<[aA](?:\s[^<>]*[\"'\s])?)/>")
# What a class says is taken for what stands around the text: an address in a sentence for a share
# button, a box in the text for a menu beside it.
_ADDRESS = re.compile(r"(<(?:code|span|a|tt)\s[^<>]*?\bclass=[\"']?)email\b")
_SIDEBAR = re.compile(r"<(div|aside|section)\s[^<>]*?\bclass=[\"']?sidebar\b[^<>]*>")
# It also takes any <ul> near the body for a menu, prose or not, and drops every <figure>, though it
# may hold a table or a quotation and no picture. A list that is not mostly link text is shown to it
# as <ol>, such a figure as <div>.
_EDGE = re.compile(r"<(/?)(ul|figure)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_SHOWN_AS = {"ul": "ol", "figure": "div"}
_LINK_START = re.compile(r"<a(?=[\s>])[^<>]*>", re.IGNORECASE)
_LINK_END = re.compile(r"</a\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_PICTURE = re.compile(r"<(?:img|picture|video|svg|iframe|canvas)\b", re.IGNORECASE)
_ITEM = re.compile(r"<li(?=[\s>])[^<>]*>", re.IGNORECASE)
_MENU_SHARE = 0.5
# Beside the link of a menu's item stands a mark or a number at the most.
_LINK_SHARE = 0.85
# A box of that many characters says something; a longer one than that is not looked at.
_PROSE_CHARS = 80
_BOX_CHARS = 20_000
_BOXES = 64
# What ends by itself when another begins; the parser takes quadratic time for very many.
_IMPLIED = re.compile(r"</?(?:rt|rp|rb|rtc|optgroup|option)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_MOST_IMPLIED = 2000
# Characters that show nothing; other control characters stand for a space.
_INVISIBLE = re.compile("[\u00ad\u200b\ufeff\u2060\u200e\u200f]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# Chinese and Japanese are written without spaces; one comes from a line break in the source.
_CJK = "[\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_CJK_SPACE = re.compile(f" (?<={_CJK} )(?={_CJK})")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>([^<]*)</title", re.IGNORECASE)
# What parts a page's own title from the name of its site.
_TITLE_PARTS = re.compile(r"\s+(?:[-|–—·•»«/_]|::)\s+|[|_｜—]+|\s-")
_HEAD_CHARS = 1 << 16


def extract_blocks(html, max_depth):
    """The text blocks of a page in order: title, paragraphs, headings, list items, table cells.

    Each is one line of text, NFC, with white space collapsed; empty ones are left out, and a title
    that the page says again, be it without the site's name. A page nested deeper than
    ``max_depth`` elements gives None.
    """
    try:
        html.encode()
    except UnicodeEncodeError:
        html = _SURROGATES.sub("\ufffd", html)
    text = _main_text(html, max_depth)
    if text is None:
        return None
    blocks = clean_lines(text.replace("\t\t", "\n"))
    title = _title(html)
    if blocks and title and {title, *_TITLE_PARTS.split(title)}.isdisjoint(blocks):
        blocks.insert(0, title)
    return blocks


def _main_text(html, max_depth):
    page = _parsed(_mended(html.replace("\0", "")), max_depth)
    if page is None:
        return None
    return extract_plain_text(
        page, main_content=True, list_bullets=False, alt_texts=False, preserve_formatting=True
    )


def _title(html):
    found = _TITLE.search(html, 0, _HEAD_CHARS)
    return clean(unescape(found.group(1))) if found else ""


def clean(text):
    """``text`` on one line, as clean_lines has it."""
    return " ".join(clean_lines(text.replace("\n", " ")))


def clean_lines(text):
    """The lines of ``text`` in NFC: invisible characters gone, white space collapsed, none inside
    CJK; empty lines are left out."""
    lines = [clean for line in text.split("\n") if (clean := _collapse(line))]
    if text.isascii() or not lines:
        return lines
    # All at once: a page has hundreds of lines.
    return _CJK_SPACE.sub("", unicodedata.normalize("NFC", "\n".join(lines))).split("\n")


def _collapse(line):
    line = " ".join(line.split())
    if line.isprintable():
        return line
    return " ".join(_CONTROLS.sub(" ", _INVISIBLE.sub("", line)).split())


def _mended(html):
    """``html`` as resiliparse must see it to find all of the text."""
    if not html.isascii():
        html = _LONE_CHARACTER.sub(rf">\1\2{_JOINER}", html)
    # Most pages have none of these.
    if "/>" in html:
        html = _EMPTY_ANCHOR.sub(r"\1></a>", html)
    if "email" in html:
        html = _ADDRESS.sub(r"\1address", html)
    if "sidebar" in html:
        html = _with_boxes(html)
    return _with_lists_and_figures(html)


def _with_boxes(html):
    """``html`` with the boxes of prose in the text, if they are called sidebars, without a name."""
    pieces, start = [], 0
    for opening in itertools.islice(_SIDEBAR.finditer(html), _BOXES):
        inside = html[opening.end() : _end_of(opening.group(1), html, opening.end())]
        linked, size = _linked(inside)
        if size >= _PROSE_CHARS and linked <= _MENU_SHARE * size:
            pieces += [html[start : opening.start()], "<div>"]
            start = opening.end()
    pieces.append(html[start:])
    return "".join(pieces)


def _end_of(name, html, at):
    """Where the element ``name`` ends that was opened just before ``at``."""
    depth = 1
    for edge in re.compile(rf"<(/?){name}[\s>]", re.IGNORECASE).finditer(html, at, at + _BOX_CHARS):
        depth += -1 if edge.group(1) else 1
        if not depth:
            return edge.start()
    return at


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
    """Whether the inside of a list is mostly items that are links and nothing else."""
    links = size = 0
    for item in _ITEM.split(items):
        linked, whole = _linked(item)
        size += whole
        if linked >= _LINK_SHARE * whole:
            links += whole
    return links > _MENU_SHARE * size


def _linked(html):
    """(characters of link text, characters of text) of a piece of a page, white space aside."""
    linked = 0
    for after in _LINK_START.split(html)[1:]:
        link = _LINK_END.split(after, 1)
        linked += _text_chars(link[0]) if len(link) == 2 else 0
    return linked, _text_chars(html)


def _text_chars(html):
    return sum(map(len, _TAG.sub(" ", html).split()))


def _parsed(html, max_depth):
    """The page as resiliparse takes it; None if its elements are nested too deep for that."""
    if html.count("<") <= max_depth:
        return html
    if len(_IMPLIED.findall(html)) > _MOST_IMPLIED:
        html = _IMPLIED.sub(" ", html)
    tree = HTMLTree.parse(html)
    return None if tree.document.query_selector(_deeper_than(max_depth)) else tree


@functools.cache
def _deeper_than(depth):
    """The selector of an element in that many others, or more."""
    return "body" + ">*" * (depth + 1)
