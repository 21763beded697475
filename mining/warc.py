"""WARC and WET bytes to pages, one record at a time, with provenance; nothing is lost unsaid.

mining.framing finds the records, FastWARC reads their headers; transfer and content encodings are
undone here, because headers lie.
"""

import codecs
import dataclasses
import datetime
import io
import re
import zlib

import brotli
from fastwarc.warc import ArchiveIterator, WarcRecordType

from mining import framing
from mining.errors import InputError

#: what the body of a page is: ``Record.kind``
HTML, TEXT = "html", "text"
# Room for the WARC and HTTP headers of a record beside its body.
_HEADERS_BYTES = 2 << 20
_INFLATE_BYTES = 1 << 12
_HTML_TYPES = ("text/html", "application/xhtml+xml", "")
_TEXT_TYPE = "text/plain"
_TYPE = re.compile(r"\s*([^\s;]*)")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclasses.dataclass
class Record:
    """One record of a WARC file: where it is, and either its page or why it gives none.

    ``reason`` is empty for a page; then ``body`` holds the bytes the server meant (transfer and
    content encoding undone) and ``charset`` the label of the HTTP header, as it stands there. A
    page of ``kind`` TEXT is the text that a crawler took out of one (a WET file's record), one
    block a line; its ``digest`` is that of the text.
    """

    warc_file: str
    warc_offset: int
    warc_length: int = 0
    url: str = ""
    date: datetime.datetime | None = None
    digest: str = ""
    charset: str = ""
    kind: str = HTML
    body: bytes = b""
    reason: str = ""
    detail: str = ""


def read_records(stream, warc_file, max_page_bytes):
    """Yields a Record for every record of a WARC file, in file order, none left out.

    ``stream`` is a seekable binary file, plain, gzip or zstd; ``warc_file`` is the name that
    provenance gives it. Damage comes as a Record with reason "damaged" that spans the bytes it
    cost. Raises InputError where the file is empty or holds no WARC record at all, OSError where
    it can't be read.
    """
    damaged = []
    found = False
    for frame in framing.frames(stream, max_page_bytes + _HEADERS_BYTES):
        record = _read_frame(frame, warc_file, max_page_bytes)
        if record.reason == "damaged" and not found:
            damaged.append(record)
            continue
        found = True
        yield from damaged
        damaged = []
        yield record
    if not found:
        what = "not a WARC file" if damaged else "the file is empty"
        raise InputError(f"{warc_file}: {what}; give WARC or WET files, plain, .gz or .zst")


def _read_frame(frame, warc_file, max_page_bytes):
    found = Record(warc_file, frame.offset, frame.length)
    if frame.damage:
        found.reason, found.detail = "damaged", frame.damage
        return found
    if not frame.data:
        found.reason = "not_response"
        return found
    try:
        records = ArchiveIterator(
            io.BytesIO(frame.data),
            record_types=WarcRecordType.any_type,
            auto_decode="none",
            max_header_len=_HEADERS_BYTES,
            stream_detect=False,
        )
        _read_record(next(iter(records)), found, max_page_bytes)
    except (OSError, ValueError, StopIteration) as error:
        found.reason, found.detail = "damaged", str(error)
    return found


def _read_record(record, found, max_page_bytes):
    headers = record.headers
    found.url = headers.get("WARC-Target-URI", "").strip("<>")
    found.date = _date(record)
    found.digest = headers.get("WARC-Payload-Digest", "")

    def rejected(reason, detail=""):
        found.reason, found.detail = reason, detail

    if record.record_type == WarcRecordType.conversion:
        return _read_conversion(record, found, max_page_bytes, rejected)
    if record.record_type != WarcRecordType.response:
        return rejected("not_response", headers.get("WARC-Type", ""))
    http = record.http_headers
    if not record.is_http or http is None:
        return rejected("not_http", headers.get("Content-Type", ""))
    if http.status_code != 200:
        return rejected("http_status", str(http.status_code))
    content_type = http.get("Content-Type", "")
    media_type = _media_type(content_type)
    if media_type not in _HTML_TYPES:
        return rejected("not_html", media_type)
    if record.content_length > max_page_bytes:
        return rejected("page_too_large", f"{record.content_length} bytes")
    raw = record.reader.read()
    found.charset = _charset(content_type)
    try:
        found.body = _decode_body(raw, http, max_page_bytes)
    except OverflowError:
        return rejected("page_too_large", f"more than {max_page_bytes} bytes when decoded")
    except ValueError as error:
        return rejected("bad_encoding", str(error))
    return None


def _read_conversion(record, found, max_page_bytes, rejected):
    """What _read_record does, for a record that is a conversion of another one."""
    content_type = record.headers.get("Content-Type", "")
    media_type = _media_type(content_type)
    if media_type != _TEXT_TYPE:
        return rejected("not_html", media_type)
    if record.content_length > max_page_bytes:
        return rejected("page_too_large", f"{record.content_length} bytes")
    found.digest = found.digest or record.headers.get("WARC-Block-Digest", "")
    found.kind, found.charset = TEXT, _charset(content_type)
    found.body = record.reader.read()
    return None


def _media_type(content_type):
    return _TYPE.match(content_type).group(1).lower()


def _charset(content_type):
    charset = _CHARSET.search(content_type)
    return charset.group(1) if charset else ""


def _date(record):
    """The WARC-Date, or None if it is none that can be told in UTC."""
    date = record.record_date
    try:
        return date and date.astimezone(datetime.UTC)
    except OverflowError:
        return None


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
    start = raw[:4096]
    is_text = b"\0" not in start or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"<" not in start or not is_text:
        raise ValueError(f"not decodable as {encoding}")
    return raw


def _inflate(raw, wbits, max_bytes):
    """``raw`` unpacked, all members of it; None where it does not unpack to its end."""
    pieces, size, at = [], 0, 0
    while at < len(raw):
        decoder = zlib.decompressobj(wbits)
        member = size
        while not decoder.eof:
            block = raw[at : at + _INFLATE_BYTES]
            if not block:
                return None
            try:
                piece = decoder.decompress(block, max_bytes + 1 - size)
            except zlib.error:
                # Bytes after a whole member may be padding, and not another one.
                return b"".join(pieces) if 0 < size == member else None
            size += len(piece)
            pieces.append(piece)
            if size > max_bytes:
                raise OverflowError
            at += len(block) - len(decoder.unused_data)
    return b"".join(pieces)


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
