"""Bytes of an HTML page to text: which character encoding they are in.

Valid UTF-8 is hardly ever anything else, so it wins over labels, which lie; then the label of the
HTTP header, then the page's own, then what the bytes look like.
"""

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What the labels mean on the web (WHATWG Encoding Standard, "Names and labels").
_ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-euc-jp": "euc_jp",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "utf-16": "utf-16-le",
}
_MULTI_BYTE = frozenset(("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"))
# Encodings whose bytes are valid UTF-8 too, with a byte that gives them away.
_LOOK_LIKE_ASCII = {"iso2022_jp": b"\x1b", "utf-16-le": b"\0", "utf-16-be": b"\0"}
# Python knows more codecs than the web, some of which are no character encodings at all.
_WEB = _MULTI_BYTE | {
    "utf-8",
    *_LOOK_LIKE_ASCII,
    "koi8-r",
    "koi8-u",
    "cp866",
    "cp874",
    "mac-roman",
    "mac-cyrillic",
    *(f"cp{number}" for number in range(1250, 1259)),
    *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
}
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_META_BYTES = 4096
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# Characters of UTF-8 for each byte that is none, from which a page that does not say so is UTF-8.
_MOSTLY_UTF8 = 10
# The most bytes that a cut can leave of one UTF-8 character.
_UTF8_TAIL = 3


def decode(body, header_charset=""):
    """``body`` as text, and the name of the encoding it was read in.

    Never raises: bytes that the encoding does not have become U+FFFD.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace"), name
    meta = _META.search(body, 0, _META_BYTES)
    labels = (header_charset, meta.group(1).decode("ascii") if meta else "")
    named = [name for name in map(_python_name, labels) if name]
    for name, sign in _LOOK_LIKE_ASCII.items():
        if name in named and sign in body:
            return body.decode(name, "replace"), name
    if (text := _as_utf8(body, "utf-8" in named)) is not None:
        return text, "utf-8"
    named = [name for name in named if name != "utf-8" and name not in _LOOK_LIKE_ASCII]
    detected = _python_name(detect_encoding(body) or "")
    # A single-byte encoding fits any bytes, so its label proves nothing: a multi-byte one that
    # fits, named or detected, goes first.
    candidates = [name for name in (*named, detected) if name in _MULTI_BYTE] + named
    for name in candidates:
        try:
            return body.decode(name), name
        except UnicodeDecodeError:
            continue
    name = next((name for name in (*named, detected) if name and name != "utf-8"), "cp1252")
    return body.decode(name, "replace"), name


def _as_utf8(body, named):
    """``body`` if it is UTF-8, but for a character cut at the end or some stray bytes."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(body) - error.start <= _UTF8_TAIL:
            return body[: error.start].decode("utf-8")
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(_NOT_ASCII.findall(text)) - bad
    return text if good >= (bad if named else _MOSTLY_UTF8 * bad) else None


def _python_name(label):
    """The codec for a label, or '' for one that is empty, unknown or not of the web."""
    label = label.strip(" \"';,").lower()
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return ""
    return name if name in _WEB else ""
