"""Turns the blocks of an article into HTML, in the style of a site.

Texts are escaped and otherwise kept as they are. Now and then a few words get inline markup, and
a style may break source lines; both follow from the text alone, so that every run agrees.
"""

import dataclasses
import hashlib
import html
import re
import textwrap
import typing

# Up to three words with no mark between them; in Chinese all between two marks, since nothing
# else shows where a word ends.
_PHRASES = {
    "zh": re.compile(r"(?<!\w)[\u4e00-\u9fff]{2,7}(?!\w)"),
    "": re.compile(r"\w[\w’'-]*(?:\s\w[\w’'-]*){0,2}"),
}
_ZH_BREAK = re.compile(r"(?<=[，。；：、！？])(?=[\u4e00-\u9fff])")


class Link(typing.NamedTuple):
    """An item of a list that is a link."""

    text: str
    url: str


@dataclasses.dataclass(frozen=True)
class Style:
    """How a site writes each kind of block; lists and tables are (open, item, close)."""

    h1: str = "<h1>{}</h1>"
    h2: str = "<h2>{}</h2>"
    p: str = "<p>{}</p>"
    quote: str = "<blockquote><p>{}</p></blockquote>"
    ul: tuple = ("<ul>", "<li>{}</li>", "</ul>")
    ol: tuple = ("<ol>", "<li>{}</li>", "</ol>")
    table: tuple = ("<table>", "<tr><td>{}</td><td>{}</td></tr>", "</table>")
    inline: tuple = ("a", "b", "em")
    between: str = "\n"
    width: int = 0


def stable_hash(text):
    """A number that is the same for the same text in every run and on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big")


def escape(text):
    return html.escape(text, quote=False)


def attribute(text):
    return html.escape(text, quote=True)


def anchor(text, url):
    return f'<a href="{attribute(url)}">{escape(text)}</a>'


def wrap(text, lang, width):
    """The text with line breaks in its source; in Chinese only after a punctuation mark."""
    if lang != "zh":
        return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
    lines = [""]
    for piece in _ZH_BREAK.split(text):
        if len(lines[-1]) + len(piece) > width // 3 and lines[-1]:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def running_text(text, lang, style, href):
    """One unit as HTML: wrapped and escaped, with inline markup in about every fourth one."""
    number = stable_hash(text)
    if style.width:
        text = wrap(text, lang, style.width)
    phrases = list(_PHRASES.get(lang, _PHRASES[""]).finditer(text))
    if number % 4 or not phrases or len(text) < 16:
        return escape(text)
    start, end = phrases[number // 4 % len(phrases)].span()
    tag = style.inline[number // 64 % len(style.inline)]
    opening = f'<a href="{attribute(href)}">' if tag.lower() == "a" else f"<{tag}>"
    marked = f"{opening}{escape(text[start:end])}</{tag}>"
    return escape(text[:start]) + marked + escape(text[end:])


def paragraph(texts, lang, style, href):
    """The units of a paragraph in one run; Chinese needs no spaces between sentences."""
    glue = "" if lang == "zh" else " "
    return glue.join(running_text(text, lang, style, href) for text in texts)


def render_blocks(page, style, blocks=None):
    """The blocks of a page (or those given) as HTML."""
    blocks = page.blocks if blocks is None else blocks
    return style.between.join(_render_block(page, style, kind, items) for kind, items in blocks)


def _render_block(page, style, kind, items):
    href = page.others[0].url if page.others else "#"
    form = getattr(style, kind)
    if kind in ("h1", "h2"):
        return form.format(escape(" ".join(items)))
    if kind in ("p", "quote"):
        return form.format(paragraph(items, page.text_lang, style, href))
    opening, row, closing = form
    if kind == "table":
        rows = [row.format(escape(left), escape(right)) for left, right in items]
    else:
        rows = [row.format(_item(page, style, item, href)) for item in items]
    return style.between.join([opening, *rows, closing])


def _item(page, style, item, href):
    if isinstance(item, Link):
        return anchor(item.text, item.url)
    return running_text(item, page.text_lang, style, href)
