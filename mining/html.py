"""An HTML page's text to blocks: its own prose, without menus and other furniture.

Resiliparse finds the main content; around it stand two repairs of what that loses and a bound on
nesting, which HTML parsers take quadratic time for.
"""

import re

from resiliparse.extract.html2text import extract_plain_text

# Resiliparse's main content drops a text node that is one character of three bytes (「喜欢
# <a>北京</a>。」 loses its stop). A word joiner makes it two; it is taken out again.
_JOINER = "\u2060"
_LONE_CHARACTER = re.compile(r">([\u0800-\uffff])<")
# It also takes any <ul> near the body for a menu, prose or not. One that is not mostly link text is
# shown to it as <ol>, which it keeps.
_LIST = re.compile(r"<ul\b([^>]*)>((?:(?!<ul\b).)*?)</ul\s*>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"<a\s[^>]*>(.*?)</a\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_MENU_SHARE = 0.5
# And it drops every <figure>, though it may hold a table or a quotation and no picture.
_FIGURE = re.compile(
    r"<figure\b[^>]*>((?:(?!</?figure\b|<img\b|<picture\b|<video\b|<svg\b).)*?)</figure\s*>",
    re.IGNORECASE | re.DOTALL,
)
# Only elements whose end tag HTML does not let one leave out.
_NESTING = re.compile(r"<(/?)(?:div|span|table|ul|ol|font|b|i|em|section|blockquote)\b", re.I)
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
    html = _LIST.sub(_as_ordered, html)
    html = _FIGURE.sub(r"<div>\1</div>", html)
    text = extract_plain_text(
        html, main_content=True, list_bullets=False, alt_texts=False, preserve_formatting=True
    )
    blocks = (clean(cell) for line in text.split("\n") for cell in line.split("\t\t"))
    return [block for block in blocks if block]


def clean(text):
    """``text`` on one line: invisible characters gone, white space collapsed, none inside CJK."""
    return _CJK_SPACE.sub("", _SPACE.sub(" ", text.translate(_SOFT)).strip())


def _as_ordered(match):
    attributes, items = match.groups()
    linked = sum(len(clean(_TAG.sub("", link))) for link in _LINK.findall(items))
    if linked > _MENU_SHARE * len(clean(_TAG.sub("", items))):
        return match.group(0)
    return f"<ol{attributes}>{items}</ol>"


def _too_deep(html, max_depth):
    if html.count("<") <= max_depth:
        return False
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest > max_depth
