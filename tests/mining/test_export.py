"""What is written can be read again by readers of those formats, whatever is in the texts: as many
lines, cells and elements as there were rows, and each text as it was but for what became a space.
"""

import csv
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.export import FORMATS

few = settings(derandomize=True, max_examples=60, deadline=None, database=None)
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ODD = "\x00\t\n\r\x0b\x0c\x1c\x1f\x7f\x85\u2028\u2029\ufeff\ufffe\uffff\U0001f600\"'<>&]\\"
odd_texts = st.text(
    st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=12
)
COLUMNS = ("src_text", "tgt_text", "margin", "src_url", "tgt_url")
rows_of_pairs = st.lists(
    st.tuples(
        odd_texts,
        odd_texts,
        st.one_of(st.none(), st.floats(width=32, allow_nan=False)),
        st.one_of(st.none(), odd_texts),
        st.one_of(st.none(), odd_texts),
    ),
    max_size=5,
)


def table_of(rows):
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
    kinds = (pa.string(), pa.string(), pa.float32(), pa.string(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, names=COLUMNS)


def files(name, rows, columns=COLUMNS):
    """The bytes of each file, the rows written in two batches."""
    written = FORMATS[name](list(columns), "de")
    table, half = table_of(rows), len(rows) // 2
    batches = [part for part in (table[:half], table[half:]) if part.num_rows]
    pieces = [written.head(), *map(written.rows, batches), written.tail()]
    return [b"".join(parts) for parts in zip(*pieces, strict=True)]


def plain(text):
    """The text with a space for each control character and line separator."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text or "")


def xml_plain(text):
    """The text with a space for each character that XML 1.0 does not allow."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text or "")


@few
@given(rows_of_pairs)
def test_moses_files_have_a_line_a_row_by_every_reader(rows):
    for side, data in enumerate(files("moses", rows)):
        wanted = [plain(row[side]) for row in rows]
        assert data.decode().splitlines() == wanted
        assert data.count(b"\n") == len(rows)
        assert list(io.TextIOWrapper(io.BytesIO(data), "utf-8")) == [f"{t}\n" for t in wanted]


@few
@given(rows_of_pairs)
def test_tsv_has_a_header_and_a_line_a_row_with_all_cells(rows):
    [data] = files("tsv", rows)
    text = io.StringIO(data.decode(), newline="")
    found = list(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert found[0] == list(COLUMNS)
    assert len(found) == len(rows) + 1 == len(data.decode().splitlines())
    for cells, (src, tgt, margin, *urls) in zip(found[1:], rows, strict=True):
        assert [cells[0], cells[1], *cells[3:]] == [plain(text) for text in (src, tgt, *urls)]
        assert (np.float32(cells[2]) if cells[2] else None) == margin


def test_tsv_has_the_columns_that_are_asked_for_in_their_order():
    row = ("one", "eins", 1.25, "https://a.example/", None)
    [data] = files("tsv", [row], ["tgt_url", "margin", "tgt_text"])
    assert data == b"tgt_url\tmargin\ttgt_text\n\t1.25\teins\n"


@few
@given(rows_of_pairs)
def test_tmx_is_read_again_as_it_was_but_for_what_xml_can_not_say(rows):
    [data] = files("tmx", rows)
    root = ET.fromstring(data)
    assert (root.tag, root.get("version")) == ("tmx", "1.4")
    assert [child.tag for child in root] == ["header", "body"]
    units = root.find("body").findall("tu")
    assert len(units) == len(rows) == len(root.find("body"))
    for unit, (src, tgt, margin, *urls) in zip(units, rows, strict=True):
        props = unit.findall("prop")
        assert [child.tag for child in unit] == ["prop"] * len(props) + ["tuv", "tuv"]
        found = [(prop.get("type"), np.float32(prop.text)) for prop in props]
        assert found == ([("margin", margin)] if margin is not None else [])
        sides = zip(unit.findall("tuv"), ("en", "de"), (src, tgt), urls, strict=True)
        for tuv, code, text, url in sides:
            assert tuv.get(LANG) == code
            assert [child.tag for child in tuv][-1] == "seg"
            assert (tuv.find("seg").text or "") == xml_plain(text)
            props = [(prop.get("type"), prop.text) for prop in tuv.findall("prop")]
            assert props == ([("source-document", xml_plain(url))] if url else [])


def test_tmx_header_has_all_that_the_format_asks_for():
    header = ET.fromstring(files("tmx", [])[0]).find("header")
    assert set(header.keys()) == {
        "creationtool",
        "creationtoolversion",
        "segtype",
        "o-tmf",
        "adminlang",
        "srclang",
        "datatype",
    }
    assert header.get("srclang") == "en" and header.get("segtype") == "sentence"


@pytest.mark.parametrize(("value", "text"), [(1.1, "1.1"), (0.6, "0.6"), (1 / 3, "0.33333334")])
def test_scores_are_written_as_the_shortest_number_that_is_theirs(value, text):
    assert files("tsv", [("a", "b", value, None, None)], ["margin"]) == [
        f"margin\n{text}\n".encode()
    ]
