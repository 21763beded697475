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
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}
_MULTI_BYTE = {"gb18030", "big5hkscs", "big5", "cp932", "euc_jp", "cp949", "iso2022_jp"}
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_META_BYTES = 4096
# The most bytes that a cut can leave of one UTF-8 character.
_UTF8_TAIL = 3


def decode(body, header_charset=""):
    """``body`` as text, and the name of the encoding it was read in.

    Never raises: bytes that the encoding does not have become U+FFFD.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace"), name
    if (text := _as_utf8(body)) is not None:
        return text, "utf-8"
    meta = _META.search(body, 0, _META_BYTES)
    labels = (header_charset, meta.group(1).decode("ascii") if meta else "")
    named = [name for name in map(_python_name, labels) if name and name != "utf-8"]
    detected = _python_name(detect_encoding(body) or "")
    # A single-byte encoding fits any bytes, so its label proves nothing: a multi-byte one that
    # fits, named or detected, goes first.
    candidates = [name for name in (*named, detected) if name in _MULTI_BYTE] + named
    for name in candidates:
        try:
            return body.decode(name), name
        except UnicodeDecodeError:
            continue
    name = (named + [detected, "cp1252"])[0] or "cp1252"
    return body.decode(name, "replace"), name


def _as_utf8(body):
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and len(body) - error.start <= _UTF8_TAIL
        return body[: error.start].decode("utf-8") if cut else None


def _python_name(label):
    """The codec for a label, or '' for one that is empty, unknown or no text encoding."""
    label = label.strip(" \"';,").lower()
    label = _ALIASES.get(label, label)
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return ""
    return info.name if info._is_text_encoding else ""
