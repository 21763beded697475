"""Damage at random places costs what it hit and no more; hostile files are answered at once."""

import dataclasses
import gzip
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.errors import InputError
from tests.builders import Entry, edited, html, pages, warc
from tests.mining.test_warc import bodies_at, is_tiled, read


@dataclasses.dataclass(frozen=True)
class Edit:
    """``removed`` bytes at ``at``, a share of the file, give way to ``inserted``."""

    at: float
    removed: int
    inserted: bytes


JUNK = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\r\n\r\n", bytes(600), b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"WARC/1.0\r\n"]),
)
EDITS = st.lists(
    st.builds(Edit, st.floats(0, 1), st.sampled_from([0, 0, 1, 2, 20, 300]), JUNK), max_size=4
)


@given(edits=EDITS)
@settings(max_examples=300, derandomize=True, deadline=None, database=None)
def test_every_untouched_member_survives_random_damage(edits):
    entries = pages(6)
    data, members = warc(entries)
    pieces = [
        ((entry.body,), data[start:end])
        for entry, (start, end) in zip(entries, members, strict=True)
    ]
    for edit in edits:
        size = sum(len(piece) for _, piece in pieces)
        pieces = edited(pieces, round(edit.at * size), edit.removed, edit.inserted)
    data = b"".join(piece for _, piece in pieces)
    whole, at = {}, 0
    for bodies, piece in pieces:
        for body in bodies:
            whole[at] = body
        at += len(piece)
    try:
        records = read(data)
    except InputError:
        assert not whole
        return
    found = bodies_at(records)
    assert {offset: found.get(offset) for offset in whole} == whole
    assert set(found.values()) <= {entry.body for entry in entries}
    assert is_tiled(records, len(data))


@given(edits=EDITS)
@settings(max_examples=200, derandomize=True, deadline=None, database=None)
def test_random_damage_in_a_plain_file_leaves_no_byte_unsaid(edits):
    data = warc(pages(4), None)[0]
    for edit in edits:
        at = round(edit.at * len(data))
        data = data[:at] + edit.inserted + data[at + edit.removed :]
    try:
        records = read(data)
    except InputError:
        assert edits
        return
    assert is_tiled(records, len(data))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_one_gzip_over_the_file_that_breaks_off_keeps_what_is_whole(share):
    entries = pages(6, 3000)
    packed = gzip.compress(warc(entries, None)[0])
    cut = packed[: int(share * len(packed))]
    records = read(cut)
    found = [record.body for record in records if not record.reason]
    assert found == [entry.body for entry in entries[: len(found)]]
    assert len(found) >= int(share * 6) - 1
    assert records[-1].reason == "damaged"
    assert records[-1].warc_length == len(cut)


def test_one_gzip_over_a_file_whose_first_record_is_broken_keeps_the_others():
    entries = pages(3)
    plain, spans = warc(entries, None)
    broken = b"WARC/1.0\r\nno header line\r\n" + plain[spans[0][0] + 40 :]
    found = [record.body for record in read(gzip.compress(broken)) if not record.reason]
    assert found == [entry.body for entry in entries[1:]]


def test_members_inside_of_members_end():
    inside = warc(pages(1), None)[0]
    for _ in range(1500):
        inside = gzip.compress(warc(pages(2, 5), None)[0] + inside, 1)
    start = time.perf_counter()
    read(inside)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("line", [b"X:WARC/1.0\r\n", b" WARC/1.0\r\n", b"WARC/1.0\r\nA:b\r\n"])
def test_many_lines_that_look_like_records_take_a_moment(line):
    good = warc(pages(2))[0]
    start = time.perf_counter()
    records = read(good + line * 17_000)
    assert time.perf_counter() - start < 5
    assert len([record for record in records if not record.reason]) == 2


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_plain_utf_16_page_under_a_lying_content_encoding_is_kept(coding):
    body = html("<p>Ein Satz.</p>").encode("utf-16")
    entry = Entry(body=body, http=(("Content-Encoding", coding),))
    assert [record.body for record in read(warc([entry])[0])] == [body]
