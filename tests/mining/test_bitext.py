"""Existing bitexts read: every line is a pair or told with a reason, however files are packed and
whatever bytes are in them; what puts all lines in doubt is an error.
"""

import dataclasses
import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import bitext
from mining.config import ScoreConfig
from mining.dedup import sentence_ids
from mining.errors import InputError

few = settings(derandomize=True, max_examples=60, deadline=None, database=None)
ANY_BYTES = st.binary(max_size=40)
CONFIG = dataclasses.replace(ScoreConfig(), rows_per_file=3, max_chars=20)


def zstd(data):
    return zstandard.ZstdCompressor().compress(data)


def packed_in_two(pack):
    return lambda data: pack(data[: len(data) // 2]) + pack(data[len(data) // 2 :])


PACKINGS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip members": packed_in_two(gzip.compress),
    "padded gzip": lambda data: gzip.compress(data) + bytes(512),
    "zstd": zstd,
    "zstd frames": packed_in_two(zstd),
}


def lines_of(data):
    return list(bitext.lines(io.BytesIO(data), "x"))


def read(data, columns=None, config=CONFIG):
    """(pairs, lines that are none) of a file with columns, as lists of dicts."""
    records = bitext.from_columns(io.BytesIO(data), "x.tsv", columns)
    good, bad = [], []
    for pairs, rejected in bitext.tables(records, "x.tsv", config):
        assert max(pairs.num_rows, rejected.num_rows) <= config.rows_per_file
        good += pairs.to_pylist()
        bad += rejected.to_pylist()
    return good, bad


@pytest.mark.parametrize("packing", PACKINGS)
@few
@given(st.lists(ANY_BYTES.map(lambda line: line.replace(b"\n", b"").rstrip(b"\r"))))
def test_lines_are_those_that_were_written(packing, said):
    data = b"".join(line + b"\n" for line in said)
    if data.startswith((b"\xef\xbb\xbf", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return
    assert lines_of(PACKINGS[packing](data)) == said


def test_line_ends_of_windows_and_the_mark_of_utf8_are_no_text(monkeypatch):
    monkeypatch.setattr(bitext, "_PIECE", 1)
    monkeypatch.setattr(bitext, "_PACKED_PIECE", 4)
    assert lines_of(b"\xef\xbb\xbfa\tb\r\nc\td") == [b"a\tb", b"c\td"]
    assert lines_of(b"") == []


def test_endless_line_is_not_held(monkeypatch):
    monkeypatch.setattr(bitext, "_MOST_BYTES", 100)
    monkeypatch.setattr(bitext, "_PACKED_PIECE", 64)
    assert lines_of(b"x" * 10_000 + b"\nb") == [b"x" * 100, b"b"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_packed_data_that_ends_early_or_is_damaged_is_an_error(pack):
    data = pack(b"".join(f"line {n}\tZeile {n * n}\n".encode() for n in range(5000)))
    with pytest.raises(InputError, match="x: ends in the middle"):
        lines_of(data[:-9])
    with pytest.raises(InputError, match="x: damaged"):
        lines_of(data[: len(data) // 2] + b"\xff" * 200 + data[len(data) // 2 :])


@few
@given(st.lists(st.binary(max_size=30), max_size=12))
def test_every_line_is_a_pair_or_has_a_reason(said):
    data = b"good\tgut\n" + b"\n".join(said)
    if data.startswith(b"\x1f\x8b"):
        return
    good, bad = read(data)
    count = len(lines_of(data))
    assert sorted(row["line"] for row in good + bad) == list(range(1, count + 1))
    assert {row["reason"] for row in bad} <= {"columns", "encoding", "empty", "too_long"}
    for row in good:
        assert row["src_text"] and row["tgt_text"]
        assert "\n" not in row["src_text"]
        assert sentence_ids([row["tgt_text"]])[0] == row["tgt_id"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"one column", "columns"),
        (b"1.25\tscore\tWert", "columns"),
        (b"bad \xff\tschlecht", "encoding"),
        (b" \tnichts", "empty"),
        (b"much\t" + b"z" * 21, "too_long"),
        (b"much\t" + b"z" * 100_000, "too_long"),
    ],
)
def test_a_line_that_is_no_pair_costs_itself(line, reason):
    good, bad = read(b"one\teins\n" + line + b"\ntwo\tzwei\n")
    assert [row["line"] for row in good] == [1, 3]
    assert [(row["line"], row["reason"]) for row in bad] == [(2, reason)]
    assert len(bad[0]["text"]) <= 1000


def test_columns_can_be_chosen_among_more():
    good, bad = read(b"1.25\teins\tone\tx\n1.5\tzwei\n", columns=(3, 2))
    assert [(row["src_text"], row["tgt_text"]) for row in good] == [("one", "eins")]
    assert [row["reason"] for row in bad] == ["columns"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"one\ntwo\n", "--columns"),
        ("one\teins".encode("utf-16"), "encoding"),
        (b"\t\n\t", "empty"),
    ],
)
def test_file_without_a_pair_is_an_error(data, says):
    with pytest.raises(InputError, match=f"x.tsv.*{says}"):
        read(data)


def test_text_is_stored_as_a_sentence_is():
    good, _ = read("a  b\u00a0 c\te\u0301".encode())
    assert (good[0]["src_text"], good[0]["tgt_text"]) == ("a b c", "\u00e9")


def test_files_of_two_sides_go_together_line_by_line():
    sides = io.BytesIO(b"one\ntwo\n"), io.BytesIO(gzip.compress(b"eins\nzwei"))
    found = list(bitext.from_two_files(*sides, ("a.en", "a.de")))
    assert [pair[:2] for pair in found] == [(b"one", b"eins"), (b"two", b"zwei")]


def test_files_of_unequal_length_are_an_error_that_counts_both():
    sides = io.BytesIO(b"one\ntwo\nthree\n"), io.BytesIO(b"eins\n")
    with pytest.raises(InputError, match="a.en has 3 lines, a.de has 1 lines"):
        list(bitext.from_two_files(*sides, ("a.en", "a.de")))


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    file.seek(0)
    return file


def test_parquet_columns_are_read_and_missing_texts_have_a_reason():
    file = parquet(
        src_text=pa.array(["one", None, "three"]).dictionary_encode(),
        tgt_text=pa.array(["eins", "zwei", ""], pa.large_string()),
        other=[1, 2, 3],
    )
    assert bitext.is_parquet(file)
    [(good, bad)] = bitext.tables(bitext.from_parquet(file, "x"), "x", CONFIG)
    assert good.column("src_text").to_pylist() == ["one"]
    assert bad.column("reason").to_pylist() == ["empty", "empty"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"src_text": ["a"]}, "column tgt_text is missing"),
        ({"src_text": ["a"], "tgt_text": [1]}, "column tgt_text is int64"),
    ],
)
def test_wrong_parquet_columns_are_an_error(columns, says):
    with pytest.raises(InputError, match=says):
        list(bitext.from_parquet(parquet(**columns), "x"))


def test_damaged_parquet_is_an_error():
    data = parquet(src_text=["a"], tgt_text=["b"]).getvalue()
    with pytest.raises(InputError, match="can't be read"):
        list(bitext.from_parquet(io.BytesIO(data[:-20]), "x"))
