"""Members that hold many records, as one gzip over a whole file does, members that store their
record unpacked, and dictionaries: what is whole comes out, and nothing that is not.
"""

import dataclasses
import functools
import gzip
import io
import random
import tracemalloc
import zlib

import pytest
import zstandard

from mining.errors import InputError
from mining.warc import read_records
from tests.builders import Entry, pages, warc

both = pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])


def read(data, limit=100_000):
    return list(read_records(io.BytesIO(data), "crawl.warc.gz", limit))


def urls(records):
    return [record.url for record in records if not record.reason]


@pytest.mark.parametrize("size", [300, 400_000], ids=["small", "beyond the limit"])
def test_gzip_over_a_file_that_breaks_off_keeps_the_records_before(size):
    entries = pages(12, size)
    data, spans = warc(entries, None)
    packed = gzip.compress(data)
    for cut in range(len(packed) // 3, len(packed), len(packed) // 20):
        unpacked = len(zlib.decompressobj(31).decompress(packed[:cut]))
        whole = [
            entry.url for entry, (_, end) in zip(entries, spans, strict=True) if end <= unpacked
        ]
        records = read(packed[:cut], size + 1000)
        assert urls(records)[: len(whole)] == whole
        assert records[-1].reason == "damaged"
        assert sum(record.warc_length for record in records) == cut


@both
def test_member_cut_in_the_middle_of_a_file_gives_none_of_its_records_altered(pack):
    entries = pages(6)
    first, second = (pack(warc(part, None)[0]) for part in (entries[:3], entries[3:]))
    bodies = {entry.body for entry in entries}
    for cut in range(1, len(first), 7):
        records = read(first[:-cut] + second)
        assert urls(records)[-3:] == [entry.url for entry in entries[3:]]
        assert {record.body for record in records if not record.reason} <= bodies


@both
@pytest.mark.parametrize("broken", [0, 1, 2])
@pytest.mark.parametrize("declared", [-60, 60, 100_000])
def test_record_that_lies_about_its_length_costs_only_itself_in_a_member(pack, broken, declared):
    entries = pages(4)
    entries[broken] = dataclasses.replace(entries[broken], declared=declared)
    records = read(pack(warc(entries, None)[0]))
    expected = [entry.url for entry in entries if not entry.declared]
    assert urls(records) == expected
    assert sum(record.reason == "damaged" for record in records) == 1


@both
def test_member_whose_first_header_is_broken_keeps_the_other_records(pack):
    entries = pages(3)
    data = warc(entries, None)[0].replace(b"Content-Length", b"Content-\0ength", 1)
    records = read(pack(data))
    assert [record.reason for record in records] == ["damaged", "", ""]
    assert urls(records) == [entry.url for entry in entries[1:]]


def test_members_inside_of_members_are_not_followed_without_end():
    two = b"WARC/1.0\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n" * 2
    data = warc(pages(1), None)[0]
    for _ in range(600):
        data = gzip.compress(two + data, 1)
    assert len(read(data)) < 10


def test_truncated_single_record_is_no_warc_file():
    packed = warc(pages(1))[0]
    with pytest.raises(InputError):
        read(packed[:-20])


STORING = {
    "gz": functools.partial(gzip.compress, compresslevel=0),
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.mark.parametrize("pack", STORING.values(), ids=STORING)
def test_damaged_member_that_stores_its_record_is_not_taken_for_a_plain_one(pack):
    rng = random.Random(0)
    entries = [Entry(f"https://example.org/{n}", rng.randbytes(12_000)) for n in range(3)]
    data, ((_, start), (_, end), _) = warc(entries, pack)
    assert data[start : start + 40].count(b"WARC/1.0\r\n") == 1
    for at in range(start, end, 17):
        damaged = data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]
        found = {record.body for record in read(damaged) if not record.reason}
        assert found - {entries[1].body} == {entries[0].body, entries[2].body}, at


def frame_of_dictionary(data):
    return b"\x5d\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


@functools.cache
def with_dictionary():
    """(dictionary, three packed records, their bodies)."""
    entries = pages(300)
    records = [warc([entry], None)[0] for entry in entries]
    dictionary = zstandard.train_dictionary(4000, records)
    packer = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True)
    packed = b"".join(packer.compress(record) for record in records[:3])
    return dictionary.as_bytes(), packed, [entry.body for entry in entries[:3]]


@pytest.mark.parametrize("pack", [bytes, zstandard.compress], ids=["plain", "packed"])
def test_damaged_dictionary_costs_records_and_gives_no_other_body(pack):
    dictionary, packed, bodies = with_dictionary()
    assert [r.body for r in read(frame_of_dictionary(pack(dictionary)) + packed)][1:] == bodies
    for at in range(0, len(dictionary), 11):
        damaged = dictionary[:at] + bytes([dictionary[at] ^ 1]) + dictionary[at + 1 :]
        try:
            records = read(frame_of_dictionary(pack(damaged)) + packed)
        except InputError:
            continue
        assert {record.body for record in records} <= {b"", *bodies}


@pytest.mark.parametrize("pack", [bytes, zstandard.compress], ids=["plain", "packed"])
def test_dictionary_too_large_is_refused_without_being_held_in_memory(pack):
    data = frame_of_dictionary(pack(bytes(200_000_000))) + warc(pages(1))[0]
    tracemalloc.start()
    records = read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [record.reason for record in records] == ["damaged", ""]
    assert peak < 80_000_000
