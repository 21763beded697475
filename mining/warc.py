"""WARC bytes to HTML pages, one record at a time, with provenance; nothing is lost unsaid.

FastWARC reads the records. What it can't go on from (a damaged gzip member) is skipped by looking
for the next member that inflates to a WARC record, so damage costs only the record it hit.
"""

import dataclasses
import datetime
import io
import re
import zlib

import brotli
from fastwarc.warc import ArchiveIterator, WarcRecordType

from mining.errors import InputError

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_WARC = b"WARC/"
_SCAN_BYTES = 1 << 20
_MAX_HEADER_BYTES = 1 << 20
_HTML_TYPES = ("text/html", "application/xhtml+xml", "")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})[^\r\n]*\r?\n")


@dataclasses.dataclass
class Record:
    """One record of a WARC file: where it is, and either its page or why it gives none.

    ``reason`` is empty for a page; then ``body`` holds the bytes the server meant (transfer and
    content encoding undone) and ``charset`` the label of the HTTP header, as it stands there.
    """

    warc_file: str
    warc_offset: int
    warc_length: int = 0
    url: str = ""
    date: datetime.datetime | None = None
    digest: str = ""
    charset: str = ""
    body: bytes = b""
    reason: str = ""
    detail: str = ""
    #: end of the content as the record declares it; of use in uncompressed files
    declared_end: int = 0


class _Damage(Exception):
    def __init__(self, offset, detail):
        super().__init__(detail)
        self.offset = offset


def read_records(stream, warc_file, max_page_bytes):
    """Yields a Record for every record of a WARC file, in file order, none left out.

    ``stream`` is a seekable binary file, plain, gzip or zstd; ``warc_file`` is the name that
    provenance gives it. Damage comes as a Record with reason "damaged" that spans the bytes
    skipped. Raises InputError where the file is empty or holds no WARC record at all, OSError
    where it can't be read.
    """
    size = stream.seek(0, io.SEEK_END)
    if size == 0:
        raise InputError(f"{warc_file}: the file is empty; give a WARC file")
    start, found = 0, False
    while start is not None and start < size:
        try:
            for record in _read_run(stream, start, size, warc_file, max_page_bytes):
                found = True
                yield record
            return
        except _Damage as damage:
            following = _next_record(stream, damage.offset + 1, size)
            if not found and following is None:
                raise InputError(
                    f"{warc_file}: not a WARC file; give .warc, .warc.gz or .warc.zst"
                ) from None
            found = True
            end = size if following is None else following
            yield Record(
                warc_file,
                damage.offset,
                end - damage.offset,
                reason="damaged",
                detail=str(damage),
            )
            start = following


def _read_run(stream, start, size, warc_file, max_page_bytes):
    """Records from byte ``start`` to the end or the first damage, which is raised."""
    stream.seek(start)
    gzipped = stream.read(len(_GZIP)) == _GZIP
    stream.seek(start)
    records = iter(
        ArchiveIterator(
            stream,
            record_types=WarcRecordType.any_type,
            auto_decode="none",
            max_header_len=_MAX_HEADER_BYTES,
            quirks_mode=not gzipped,
        )
    )
    pending = None
    while True:
        try:
            record = next(records, None)
            current = record and _read_record(record, warc_file, max_page_bytes)
        except (OSError, ValueError) as error:
            if pending is None:
                raise _Damage(start, str(error)) from None
            end = _member_end(stream, pending.warc_offset) if gzipped else pending.declared_end
            if end is None:
                raise _Damage(pending.warc_offset, str(error)) from None
            yield _of_length(pending, end - pending.warc_offset)
            raise _Damage(end, str(error)) from None
        if current is None:
            break
        if pending is not None:
            yield _of_length(pending, current.warc_offset - pending.warc_offset)
        pending = current
    if pending is None:
        raise _Damage(start, "no WARC record here")
    end = (gzipped and _member_end(stream, pending.warc_offset)) or size
    yield _of_length(pending, end - pending.warc_offset)
    if end < size:
        raise _Damage(end, "a record that breaks off")


def _of_length(record, length):
    record.warc_length = length
    return record


def _read_record(record, warc_file, max_page_bytes):
    headers = record.headers
    found = Record(
        warc_file,
        record.stream_pos,
        url=headers.get("WARC-Target-URI", "").strip("<>"),
        date=record.record_date,
        digest=headers.get("WARC-Payload-Digest", ""),
    )
    found.declared_end = record.stream_pos + record.content_length

    def rejected(reason, detail=""):
        found.reason, found.detail = reason, detail
        return found

    if record.record_type != WarcRecordType.response:
        return rejected("not_response", headers.get("WARC-Type", ""))
    http = record.http_headers
    if not record.is_http or http is None:
        return rejected("not_http", headers.get("Content-Type", ""))
    if http.status_code != 200:
        return rejected("http_status", str(http.status_code))
    content_type = http.get("Content-Type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        return rejected("not_html", kind)
    raw = record.reader.read()
    if len(raw) < record.content_length:
        return rejected("truncated", f"{len(raw)} of {record.content_length} bytes of the body")
    if len(raw) > max_page_bytes:
        return rejected("page_too_large", f"{len(raw)} bytes")
    charset = _CHARSET.search(content_type)
    found.charset = charset.group(1) if charset else ""
    try:
        found.body = _decode_body(raw, http, max_page_bytes)
    except OverflowError:
        return rejected("page_too_large", f"more than {max_page_bytes} bytes when decoded")
    except ValueError as error:
        return rejected("bad_encoding", str(error))
    return found


def _decode_body(raw, http, max_bytes):
    """``raw`` with chunking and content encoding undone; a header that lies leaves it as it is.

    Raises OverflowError beyond ``max_bytes`` and ValueError for what can't be decoded.
    """
    if "chunked" in http.get("Transfer-Encoding", "").lower():
        raw = _unchunk(raw)
    encoding = http.get("Content-Encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        for wbits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
            decoded = _inflate(raw, wbits, max_bytes)
            if decoded is not None:
                return decoded
    elif encoding == "br":
        decoder = brotli.Decompressor()
        try:
            decoded = decoder.process(raw, output_buffer_limit=max_bytes + 1)
        except brotli.error:
            return _as_it_is(raw, encoding)
        if len(decoded) > max_bytes or not decoder.can_accept_more_data():
            raise OverflowError
        return decoded if decoder.is_finished() else _as_it_is(raw, encoding)
    elif encoding in ("", "identity"):
        return raw
    return _as_it_is(raw, encoding)


def _as_it_is(raw, encoding):
    """A body sent plain under a header that names an encoding, or ValueError if it is not plain."""
    if b"<" not in raw[:4096] or b"\0" in raw[:4096]:
        raise ValueError(f"not decodable as {encoding}")
    return raw


def _inflate(raw, wbits, max_bytes):
    decoder = zlib.decompressobj(wbits)
    try:
        decoded = decoder.decompress(raw, max_bytes + 1)
    except zlib.error:
        return None
    if len(decoded) > max_bytes:
        raise OverflowError
    return decoded if decoder.eof else None


def _unchunk(raw):
    """The payload of a chunked body; ``raw`` itself where it is not chunked after all."""
    chunks, at = [], 0
    while at < len(raw):
        size = _CHUNK_SIZE.match(raw, at)
        if size is None:
            break
        length = int(size.group(1), 16)
        if length == 0:
            return b"".join(chunks)
        chunks.append(raw[size.end() : size.end() + length])
        at = size.end() + length
    return b"".join(chunks) if chunks else raw


def _member_end(stream, offset):
    """Where the gzip member at ``offset`` ends, or None if it does not end well."""
    stream.seek(offset)
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    end = offset
    try:
        while not decoder.eof:
            block = stream.read(_SCAN_BYTES)
            if not block:
                return None
            end += len(block)
            while block and not decoder.eof:
                decoder.decompress(block, _SCAN_BYTES)
                block = decoder.unconsumed_tail
    except zlib.error:
        return None
    return end - len(decoder.unused_data)


def _next_record(stream, start, size):
    """Offset of the first record at or after ``start``: a gzip member that inflates to WARC/, or
    the WARC version line of an uncompressed one; None if there is none."""
    at = start
    while at < size:
        stream.seek(at)
        block = stream.read(_SCAN_BYTES)
        for found in re.finditer(rb"\x1f\x8b\x08|WARC/[01]\.\d\r?\n", block):
            if block[found.start()] != _GZIP[0] or _is_warc_member(stream, at + found.start()):
                return at + found.start()
        at += max(1, len(block) - 16)
        if len(block) <= 16:
            return None
    return None


def _is_warc_member(stream, offset):
    stream.seek(offset)
    try:
        head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(stream.read(4096), 16)
    except zlib.error:
        return False
    return head.startswith(_WARC)
