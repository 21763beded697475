"""Pairs in the formats of others: Moses (a file a side, a line a text), TSV and TMX.

A format says what stands in its files at their beginning, for a batch of rows and at their end.
What it gives a meaning to and can't escape becomes a space, one for each character, so that no
reader finds other lines, cells or elements than were written. No file is opened here.
"""

import pyarrow as pa
import pyarrow.compute as pc

import mining

TEXTS = ("src_text", "tgt_text")
#: what is written of a pair if nothing is chosen, as far as the dataset has it
DEFAULT_COLUMNS = (*TEXTS, "margin", "cosine", "src_url", "tgt_url")
# Control characters, and what one reader or another takes for the end of a line.
_BREAKS = r"[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]"
# What is no Char of XML 1.0 (5th edition, production 2), but for surrogates, which are in no Arrow
# string.
_NO_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
# A parser makes a line feed of a carriage return that is not escaped.
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
# What columns are called in TMX where not by their own name: as in ParaCrawl's files.
_PROPERTIES = {"url": "source-document"}


class Moses:
    """Two files with as many lines each. Holds the texts alone."""

    def __init__(self, columns, lang):
        self.endings = ("en", lang)

    def head(self):
        return b"", b""

    def rows(self, table):
        """What a batch adds to each file; bytes. table: columns src_text and tgt_text at least."""
        return tuple(_lines(_one_line(table[name])) for name in TEXTS)

    def tail(self):
        return b"", b""


class Tsv:
    """One file, a header first, cells parted by tabs and never quoted; null is an empty cell."""

    endings = ("tsv",)

    def __init__(self, columns, lang):
        self._columns = columns

    def head(self):
        return (("\t".join(self._columns) + "\n").encode(),)

    def rows(self, table):
        cells = [_one_line(_strings(table[name])).fill_null("") for name in self._columns]
        return (_lines(_joined(*cells, separator="\t")),)

    def tail(self):
        return (b"",)


class Tmx:
    """One TMX 1.4b file whose source language is English.

    Columns beside the texts become <prop> elements: src_… and tgt_… ones of their side, others of
    the pair. Null and empty values have none.
    """

    endings = ("tmx",)

    def __init__(self, columns, lang):
        self._sides = {"src_": "en", "tgt_": lang}
        self._columns = columns

    def head(self):
        return (
            (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<tmx version="1.4">\n'
                f'<header creationtool="bitext-mining" creationtoolversion="{mining.__version__}" '
                'segtype="sentence" o-tmf="Parquet" adminlang="en" srclang="en" '
                'datatype="plaintext"/>\n'
                "<body>\n"
            ).encode(),
        )

    def rows(self, table):
        sides = tuple(self._sides)
        others = [name for name in self._columns if not name.startswith(sides)]
        parts = ["<tu>\n", *_props(table, others, "")]
        for side, code in self._sides.items():
            ours = [name for name in self._columns if name.startswith(side) and name not in TEXTS]
            parts += [f'<tuv xml:lang="{code}">', *_props(table, ours, side)]
            parts += ["<seg>", _escaped(table[f"{side}text"]), "</seg></tuv>\n"]
        return (_text(_joined(*parts, "</tu>\n")),)

    def tail(self):
        return (b"</body>\n</tmx>\n",)


FORMATS = {"moses": Moses, "tsv": Tsv, "tmx": Tmx}


def _props(table, names, side):
    """For each column an array of its <prop> elements."""
    for name in names:
        kind = name.removeprefix(side)
        values = _escaped(_strings(table[name])).fill_null("")
        prop = _joined(f'<prop type="{_PROPERTIES.get(kind, kind)}">', values, "</prop>\n")
        yield pc.if_else(pc.equal(values, ""), "", prop)


def _strings(column):
    if pa.types.is_list(column.type):
        return pc.binary_join(column.cast(pa.list_(pa.string())), " ")
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _one_line(column):
    return pc.replace_substring_regex(column, pattern=_BREAKS, replacement=" ")


def _escaped(column):
    column = pc.replace_substring_regex(column, pattern=_NO_XML, replacement=" ")
    for what, instead in _ESCAPES:
        column = pc.replace_substring(column, pattern=what, replacement=instead)
    return column


def _joined(*parts, separator=""):
    return pc.binary_join_element_wise(*parts, separator)


def _lines(column):
    return _text(_joined(column, "\n"))


def _text(column):
    return "".join(column.to_pylist()).encode()
