"""The WARC reader: every record of a file once and in order, whole bodies under any coding, and
damage that costs the record it hit and nothing else. warcio, which shares no code with the reader,
says what undamaged files hold; damaged ones are made from files whose records are known.
"""

import base64
import dataclasses
import functools
import gzip
import hashlib
import io
import pathlib
import time
import tracemalloc

import brotli
import pytest
import zstandard
from fastwarc.warc import WarcRecord, WarcRecordType
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

from mining.errors import InputError
from mining.warc import HTML, TEXT, read_records
from tests.builders import CODINGS, DATE, Entry, chunked, html, pages, raw_deflate, warc

SAMPLES = sorted((pathlib.Path(__file__).parents[2] / "samples").glob("*.warc.gz"))


def zstd(data):
    return zstandard.ZstdCompressor().compress(data)


LIMIT = 1_000_000
PAGE = html("<p>" + "Ein Satz über Äpfel. " * 40 + "</p>").encode()

every_format = pytest.mark.parametrize("pack", [gzip.compress, None, zstd], ids=["gz", "-", "zst"])
gzip_and_plain = pytest.mark.parametrize("pack", [gzip.compress, None], ids=["gz", "-"])


def read(data, limit=LIMIT):
    return list(read_records(io.BytesIO(data), "crawl.warc.gz", limit))


def read_one(entry, limit=LIMIT):
    (record,) = read(warc([entry])[0], limit)
    return record


def spans_of(records):
    return [(record.warc_offset, record.warc_offset + record.warc_length) for record in records]


def body_by_warcio(record):
    """The decoded body of a warcio record. Brotli is done here: warcio's is for another package."""
    http = record.http_headers
    if http and http.get_header("Content-Encoding") == "br":
        return brotli.decompress(ChunkedDataReader(record.raw_stream).read())
    return record.content_stream().read()


def bodies_at(records):
    """Body by offset of the records that are pages."""
    return {record.warc_offset: record.body for record in records if not record.reason}


def is_tiled(records, size):
    """Whether the records span every byte of a file once: nothing is skipped unsaid."""
    spans = spans_of(records)
    starts = [0, *(end for _, end in spans)]
    return starts == [*(start for start, _ in spans), size] and all(a < b for a, b in spans)


# Undamaged files


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_sample_files_read_as_warcio_reads_them(path):
    expected = []
    with path.open("rb") as stream:
        records = ArchiveIterator(stream)
        for record in records:
            body = body_by_warcio(record)
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            digest = record.rec_headers.get_header("WARC-Payload-Digest") or ""
            offset, length = records.get_record_offset(), records.get_record_length()
            expected.append((offset, length, url, digest, body))
    with path.open("rb") as stream:
        found = list(read_records(stream, path.name, 10_000_000))
    assert [record.warc_file for record in found] == [path.name] * len(expected)
    assert any(not record.reason for record in found)
    for record, (*where, body) in zip(found, expected, strict=True):
        assert [record.warc_offset, record.warc_length, record.url, record.digest] == where
        assert record.reason or record.body == body


@every_format
def test_offsets_lengths_and_bodies_are_those_written(pack):
    entries = pages(4)
    data, spans = warc(entries, pack)
    records = read(data)
    assert spans_of(records) == spans
    assert [record.body for record in records] == [entry.body for entry in entries]
    assert [record.url for record in records] == [entry.url for entry in entries]
    assert {record.reason for record in records} == {""}


def test_header_fields_are_carried_over():
    record = read_one(Entry(warc=(("WARC-Payload-Digest", "sha1:XYZ"),)))
    assert record.warc_file == "crawl.warc.gz"
    assert (record.url, record.date, record.digest) == (Entry.url, DATE, "sha1:XYZ")


def test_angle_brackets_around_the_url_are_no_part_of_it():
    assert read_one(Entry("<https://example.org/old>")).url == "https://example.org/old"


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "2024-13-45T99:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_record_without_a_usable_date_has_none_and_is_kept(date):
    record = read_one(Entry(warc=(("WARC-Date", date),)))
    assert (record.date, record.reason) == (None, "")


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html", ""),
        ("text/html; charset=gb2312", "gb2312"),
        ('text/html; charset="Big5"', "Big5"),
        ("text/html;charset='utf-8'", "utf-8"),
        ("TEXT/HTML; CHARSET = x-unknown ; a=b", "x-unknown"),
        ("application/xhtml+xml; charset=utf-8", "utf-8"),
        (None, ""),
    ],
)
def test_charset_is_the_label_of_the_http_header(content_type, charset):
    record = read_one(Entry(content_type=content_type))
    assert (record.reason, record.charset) == ("", charset)


@pytest.mark.parametrize(
    ("entry", "reason", "detail"),
    [
        (Entry(kind="request"), "not_response", "request"),
        (Entry(kind="metadata", status="", content_type="text/plain"), "not_response", "metadata"),
        (Entry("dns:a.org", status="", content_type="text/dns"), "not_http", "text/dns"),
        (Entry(status="404 Not Found"), "http_status", "404"),
        (Entry(status="301 Moved"), "http_status", "301"),
        (Entry(content_type="image/png"), "not_html", "image/png"),
        (Entry(content_type="Text/Plain; charset=x"), "not_html", "text/plain"),
    ],
)
def test_record_that_is_no_page_says_why(entry, reason, detail):
    before, after = pages(2)
    records = read(warc([before, entry, after])[0])
    assert [record.reason for record in records] == ["", reason, ""]
    assert (records[1].detail, records[1].body) == (detail, b"")


# Text extracts (WET)


LINES = "Ein Satz über Äpfel.\nZwei Sätze.\n\nWARC/1.0\r\nWARC-Type: response\r\n\r\n<p>"


def text_entry(text, url=Entry.url, **fields):
    usual = {"kind": "conversion", "status": "", "content_type": "text/plain"}
    return Entry(url, text.encode(), **usual | fields)


@every_format
@pytest.mark.parametrize("together", [False, True], ids=["each by itself", "all in one"])
def test_records_of_a_wet_file_are_as_long_as_they_say(pack, together):
    # Each holds what looks like the start of another record, as pages about WARC files do.
    wanted = [(f"https://example.org/{n}", LINES * n) for n in range(1, 5)]
    entries = [text_entry(text, url) for url, text in wanted]
    data = warc(entries, None if together else pack)[0]
    records = read(pack(data) if together and pack else data)
    assert [(r.url, r.body.decode(), r.kind, r.reason) for r in records] == [
        (url, text, TEXT, "") for url, text in wanted
    ]


@every_format
def test_wet_file_written_by_fastwarc_is_read(pack):
    data, texts = b"", [LINES, "Noch einer.", ""]
    for text in texts:
        record = WarcRecord()
        record.init_headers(record_type=WarcRecordType.conversion)
        record.headers["WARC-Target-URI"] = Entry.url
        record.headers["Content-Type"] = "text/plain"
        record.set_bytes_content(text.encode())
        out = io.BytesIO()
        record.write(out, checksum_data=True)
        data += pack(out.getvalue()) if pack else out.getvalue()
    records = read(data)
    assert [record.body.decode() for record in records] == texts
    digests = [base64.b32encode(hashlib.sha1(text.encode()).digest()).decode() for text in texts]
    assert [record.digest for record in records] == [f"sha1:{digest}" for digest in digests]


def test_pages_and_texts_in_one_file_are_told_apart():
    records = read(warc([Entry(), text_entry("Ein Satz."), Entry()])[0])
    assert [record.kind for record in records] == [HTML, TEXT, HTML]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (text_entry("x", content_type="image/png"), "not_html"),
        (text_entry("x", kind="metadata"), "not_response"),
        (text_entry("x", kind="resource"), "not_response"),
        (text_entry("x" * (LIMIT + 1)), "page_too_large"),
    ],
)
def test_text_record_that_is_no_page_says_why(entry, reason):
    record = read_one(entry)
    assert (record.reason, record.body) == (reason, b"")


def test_charset_of_a_text_is_the_label_of_its_record():
    record = read_one(text_entry("x", content_type="text/plain; charset=Big5"))
    assert record.charset == "Big5"


# Bodies


@pytest.mark.parametrize("transfer", [bytes, chunked], ids=["whole", "chunked"])
@pytest.mark.parametrize(("coding", "pack"), CODINGS)
def test_content_and_transfer_coding_are_undone(coding, pack, transfer):
    headers = [("Content-Encoding", coding)]
    if transfer is chunked:
        headers.append(("Transfer-Encoding", "chunked"))
    record = read_one(Entry(body=transfer(pack(PAGE)), http=tuple(headers)))
    assert (record.reason, record.body) == ("", PAGE)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_chunks_of_any_size_are_joined(size):
    entry = Entry(body=chunked(PAGE, size), http=(("Transfer-Encoding", "chunked"),))
    assert read_one(entry).body == PAGE


def test_chunk_extensions_and_trailers_are_no_part_of_the_body():
    body = b"5;name=value\r\n<p>Ab\r\n3\r\nout\r\n0\r\nX-Trailer: 1\r\n\r\n"
    assert read_one(Entry(body=body, http=(("Transfer-Encoding", "chunked"),))).body == b"<p>About"


def test_gzip_body_of_two_members_is_read_whole():
    body = gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:])
    assert read_one(Entry(body=body, http=(("Content-Encoding", "gzip"),))).body == PAGE


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "identity", "none", "utf-8"])
def test_plain_page_under_a_lying_content_encoding_is_kept(coding):
    record = read_one(Entry(body=PAGE, http=(("Content-Encoding", coding),)))
    assert (record.reason, record.body) == ("", PAGE)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("charset", ["utf-16", "utf-16-be"])
def test_plain_utf16_page_under_a_lying_content_encoding_is_kept(coding, charset):
    body = ("" if charset == "utf-16" else "\ufeff").encode(charset) + PAGE.decode().encode(charset)
    record = read_one(Entry(body=body, http=(("Content-Encoding", coding),)))
    assert (record.reason, record.body) == ("", body)


@pytest.mark.parametrize(
    "body", [PAGE, b"Bad Ems is a town.\n<p>It lies on the Lahn.</p>"], ids=["page", "hex"]
)
def test_plain_page_under_a_lying_transfer_encoding_is_kept(body):
    record = read_one(Entry(body=body, http=(("Transfer-Encoding", "chunked"),)))
    assert (record.reason, record.body) == ("", body)


@pytest.mark.parametrize("claimed", ["gzip", "deflate", "br"])
@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_body_packed_otherwise_than_claimed_is_decoded_or_rejected(coding, pack, claimed):
    record = read_one(Entry(body=pack(PAGE), http=(("Content-Encoding", claimed),)))
    assert record.body == PAGE or (record.reason, record.body) == ("bad_encoding", b"")


@pytest.mark.parametrize(("coding", "pack"), CODINGS)
def test_packed_body_that_breaks_off_is_a_bad_encoding(coding, pack):
    record = read_one(Entry(body=pack(PAGE)[:-9], http=(("Content-Encoding", coding),)))
    assert (record.reason, record.body) == ("bad_encoding", b"")


@pytest.mark.parametrize(("coding", "pack"), [("", bytes), *CODINGS])
@pytest.mark.parametrize("over", [0, 1])
def test_page_limit_holds_to_the_byte(coding, pack, over):
    entry = Entry(body=pack(PAGE), http=(("Content-Encoding", coding),) if coding else ())
    record = read_one(entry, len(PAGE) - over)
    assert record.reason == ("page_too_large" if over else "")
    assert record.body == (b"" if over else PAGE)


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", raw_deflate), ("br", brotli.compress)]
)
def test_decompression_bomb_is_rejected_without_being_unpacked(coding, pack):
    bomb = warc([Entry(body=pack(bytes(20_000_000)), http=(("Content-Encoding", coding),))])[0]
    tracemalloc.start()
    (record,) = read(bomb, 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (record.reason, record.body) == ("page_too_large", b"")
    assert peak < 5_000_000


# Damage


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"not a WARC file\n" * 500, gzip.compress(b"no" * 500)],
    ids=["empty", "a byte", "text", "gzip"],
)
def test_file_without_any_record_is_an_input_error_that_names_it(data):
    with pytest.raises(InputError, match=r"^crawl\.warc\.gz: "):
        read(data)


@functools.cache
def three_pages():
    """Three pages in gzip: their file's members and their bodies."""
    entries = pages(3)
    data, spans = warc(entries)
    return [data[start:end] for start, end in spans], [entry.body for entry in entries]


def test_member_cut_anywhere_loses_only_itself():
    (first, second, third), bodies = three_pages()
    lost = []
    for cut in range(1, len(second)):
        records = read(first + second[:cut] + third)
        found = bodies_at(records)
        if found != {0: bodies[0], len(first) + cut: bodies[2]}:
            lost.append(cut)
        assert is_tiled(records, len(first) + cut + len(third))
    assert not lost


def test_member_without_its_start_loses_only_itself():
    (first, second, third), bodies = three_pages()
    for cut in range(1, len(second)):
        records = read(first + second[cut:] + third)
        assert bodies_at(records) == {0: bodies[0], len(first + second) - cut: bodies[2]}
        assert is_tiled(records, len(first + second + third) - cut)


def test_flipped_bit_loses_only_its_member():
    (first, second, third), bodies = three_pages()
    for bit in range(0, 8 * len(second), 3):
        damaged = bytearray(second)
        damaged[bit // 8] ^= 1 << bit % 8
        found = bodies_at(read(first + bytes(damaged) + third))
        assert found.pop(0) == bodies[0]
        assert found.pop(len(first + second)) == bodies[2]
        # Some header bits mean nothing: the page may survive, but never as another.
        assert set(found.values()) <= {bodies[1]}


def test_file_that_breaks_off_keeps_what_is_whole():
    (first, second, _), bodies = three_pages()
    for cut in range(len(second)):
        records = read(first + second[:cut])
        assert bodies_at(records)[0] == bodies[0]
        assert set(bodies_at(records).values()) <= {*bodies[:2]}
        assert is_tiled(records, len(first) + cut)


def test_damage_in_the_last_member_never_gives_another_body():
    (first, second, _), bodies = three_pages()
    for start in range(1, len(second) - 10):
        records = read(first + second[:start] + second[start + 10 :])
        assert set(bodies_at(records).values()) <= {*bodies[:2]}, start


@gzip_and_plain
@pytest.mark.parametrize(
    "junk",
    [
        *(b"junk\n" * 9, bytes(40), b"\x1f\x8b\x08\0\0", gzip.compress(b"junk"), b"WARC/0.\n"),
        b"WARC/1.0\r\nContent-Length: 99999999\r\n\r\n",
    ],
    ids=["text", "NULs", "gzip magic", "gzip", "WARC magic", "huge record"],
)
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_junk_between_records_is_reported_and_costs_none(pack, junk, place):
    entries = pages(3)
    packed = [warc([entry], pack)[0] for entry in entries]
    records = read(b"".join([*packed[:place], junk, *packed[place:]]))
    reasons = [""] * 3
    reasons.insert(place, "damaged")
    assert [record.reason for record in records] == reasons
    assert [record.body for record in records if not record.reason] == [e.body for e in entries]
    packed.insert(place, junk)
    assert [record.warc_length for record in records] == [len(piece) for piece in packed]


@gzip_and_plain
def test_record_cut_short_does_not_hide_the_next(pack):
    entries = pages(4)
    packed = [warc([entry], pack)[0] for entry in entries]
    packed[1] = packed[1][:-50]
    records = read(b"".join(packed))
    assert [r.body for r in records if r.url != entries[1].url and not r.reason] == [
        entry.body for entry in entries if entry is not entries[1]
    ]
    assert [record.warc_length for record in records] == [len(piece) for piece in packed]
    assert records[1].reason in ("damaged", "truncated")


@gzip_and_plain
@pytest.mark.parametrize("declared", [-60, -1, 1, 60, 100_000])
def test_wrong_content_length_costs_at_most_its_record(pack, declared):
    entries = pages(4)
    entries[1] = dataclasses.replace(entries[1], declared=declared)
    data, spans = warc(entries, pack)
    records = read(data)
    found = bodies_at(records)
    for entry, (start, _) in zip(entries, spans, strict=True):
        assert entry.declared or found.get(start) == entry.body
    # Not a byte of the next record in the body of this one.
    assert b"WARC/1" not in found.get(spans[1][0], b"")
    assert is_tiled(records, len(data))


@gzip_and_plain
def test_header_without_end_costs_only_its_record(pack):
    entries = pages(3)
    entries[1] = dataclasses.replace(entries[1], warc=(("X-Long", "x" * 2_000_000),))
    data, spans = warc(entries, pack)
    records = read(data)
    assert [record.reason for record in records] == ["", "damaged", ""]
    assert spans_of(records) == spans


def test_damaged_zstd_frame_is_reported_and_leaves_what_is_before_it():
    entries = pages(4)
    data, spans = warc(entries, zstd)
    data = data[: spans[2][0]] + bytes(20) + data[spans[2][0] + 20 :]
    records = read(data)
    assert spans_of(records)[:2] == spans[:2]
    assert [record.body for record in records][:2] == [entry.body for entry in entries][:2]
    assert records[2].reason == "damaged"
    assert is_tiled(records, len(data))


def test_damaged_zstd_frame_loses_only_itself():
    entries = pages(4)
    data, spans = warc(entries, zstd)
    data = data[: spans[1][0] + 30] + bytes(20) + data[spans[1][0] + 50 :]
    records = read(data)
    assert [record.reason for record in records] == ["", "damaged", "", ""]
    assert spans_of(records) == spans


def test_version_line_inside_damage_is_no_record():
    (first, second, third), bodies = three_pages()
    damaged = second[:60] + b"WARC/1.0\r\n" + second[60:]
    records = read(first + damaged + third)
    assert bodies_at(records) == {0: bodies[0], len(first + damaged): bodies[2]}


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gz", "zst"])
def test_record_far_beyond_the_limit_is_rejected_without_being_held_in_memory(pack):
    before, after = pages(2)
    huge = dataclasses.replace(Entry(), body=bytes(30_000_000))
    data = warc([before, huge, after], pack)[0]
    tracemalloc.start()
    records = read(data, 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [record.reason for record in records] == ["", "page_too_large", ""]
    assert peak < 15_000_000


@gzip_and_plain
@pytest.mark.parametrize(
    "junk",
    [
        b"\x1f\x8b\x08" * 30_000,
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff" * 10_000,
        b"\x28\xb5\x2f\xfd" * 20_000,
        b"WARC/1.0\r\n" * 4_000,
        b"WARC/1.0\r\nContent-Length: 99999999\r\n\r\n" * 2_000,
        gzip.compress(b"junk") * 4_000,
        b"X:WARC/1.0\r\n" * 10_000,
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\xff\xff\0\0WARC/1.0\r\n" * 3_000,
    ],
    ids=[
        *("gzip magic", "gzip header", "zstd magic", "version lines", "huge records", "no WARC"),
        *("header lines", "stored gzip"),
    ],
)
def test_bytes_that_look_like_records_take_a_moment(pack, junk):
    data = warc(pages(1), pack)[0] + junk
    start = time.perf_counter()
    records = read(data)
    assert time.perf_counter() - start < 2
    assert is_tiled(records, len(data))


@every_format
def test_many_small_records_take_a_moment(pack):
    data = warc([Entry()], pack)[0] * 4_000
    start = time.perf_counter()
    assert len(read(data)) == 4_000
    assert time.perf_counter() - start < 4


def test_body_of_many_packed_pieces_takes_a_moment():
    body = gzip.compress(b"<p>") + gzip.compress(b"") * 90_000
    entry = Entry(body=body, http=(("Content-Encoding", "gzip"),))
    data = warc([entry], None)[0]
    start = time.perf_counter()
    (record,) = read(data, 5_000_000)
    assert time.perf_counter() - start < 2
    assert record.body == b"<p>"
