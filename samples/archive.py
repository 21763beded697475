"""Writes fetched resources as WARC files, the same bytes in every run.

warcio would put the clock and random ids into records, so dates and ids are given to it here.
"""

import dataclasses
import datetime
import email.utils
import hashlib
import io
import uuid
import zlib

import brotli
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from samples.markup import stable_hash

_INFO_DATE = "2025-12-31T00:00:00Z"
_INFO = "software: samples.build (warcio)\r\nformat: WARC File Format 1.0\r\ndescription: {}\r\n"
_REASONS = {200: "OK", 301: "Moved Permanently", 404: "Not Found"}
_CHUNK = 1711


@dataclasses.dataclass(frozen=True)
class Fetch:
    """One answer of a server. ``coding`` is the Content-Encoding, ``bucket`` chooses the file."""

    url: str
    date: str
    content_type: str
    body: bytes
    status: int = 200
    coding: str = ""
    chunked: bool = False
    location: str = ""
    bucket: int = 0


class _ZstdWriter(WARCWriter):
    """A writer that makes each record a zstd frame of its own."""

    def __init__(self, out):
        self._out = out
        self._plain = io.BytesIO()
        super().__init__(self._plain, gzip=False)

    def write_record(self, record, params=None):
        super().write_record(record, params)
        self._out.write(zstandard.ZstdCompressor().compress(self._plain.getvalue()))
        self._plain.seek(0)
        self._plain.truncate()


def write_archive(path, fetches, description="a small made-up web in several languages"):
    """Writes one WARC file: warcinfo first, then the fetches by the hash of their URL.

    The ending of its name decides how records are packed: .warc, .warc.gz or .warc.zst.
    """
    with open(path, "wb") as out:
        writer = (
            _ZstdWriter(out) if path.suffix == ".zst" else WARCWriter(out, path.suffix == ".gz")
        )
        headers = _headers("warcinfo", path.name, _INFO_DATE) | {"WARC-Filename": path.name}
        _write(writer, "", "warcinfo", _INFO.format(description).encode(), headers)
        for fetch in sorted(fetches, key=lambda fetch: (stable_hash(fetch.url), fetch.url)):
            _write_fetch(writer, fetch)


def _write_fetch(writer, fetch):
    answer = _headers("response", fetch.url, fetch.date)
    partner = {"WARC-Concurrent-To": answer["WARC-Record-ID"]}
    headers = _headers("request", fetch.url, fetch.date) | partner
    _write(writer, fetch.url, "request", b"", headers, _request(fetch))
    _write(writer, fetch.url, "response", _wire_body(fetch), answer, _response(fetch))
    number = stable_hash("metadata " + fetch.url)
    if number % 6 == 0:
        headers = _headers("metadata", fetch.url, fetch.date) | partner
        fields = f"fetchTimeMs: {40 + number % 900}\r\nhopsFromSeed: {number % 5}\r\n"
        _write(writer, fetch.url, "metadata", fields.encode(), headers)


def _write(writer, url, kind, payload, headers, http_headers=None):
    record = writer.create_warc_record(
        url,
        kind,
        payload=io.BytesIO(payload),
        length=len(payload),
        warc_headers_dict=headers,
        http_headers=http_headers,
    )
    writer.write_record(record)


def _headers(kind, name, date):
    number = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {name}")
    return {"WARC-Record-ID": f"<urn:uuid:{number}>", "WARC-Date": date}


def _request(fetch):
    _, _, host, path = fetch.url.split("/", 3)
    fields = [
        ("Host", host),
        ("User-Agent", "sample-crawler/1.0"),
        ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"),
        ("Accept-Encoding", "gzip, deflate, br"),
    ]
    return StatusAndHeaders(f"GET /{path} HTTP/1.1", fields, is_http_request=True)


def _response(fetch):
    moment = datetime.datetime.fromisoformat(fetch.date.replace("Z", "+00:00"))
    fields = [("Date", email.utils.format_datetime(moment, usegmt=True))]
    fields += [("Content-Type", fetch.content_type)] if fetch.content_type else []
    fields += [("Location", fetch.location)] if fetch.location else []
    fields += [("Content-Encoding", fetch.coding)] if fetch.coding else []
    if fetch.chunked:
        fields.append(("Transfer-Encoding", "chunked"))
    else:
        fields.append(("Content-Length", str(len(_wire_body(fetch)))))
    return StatusAndHeaders(f"{fetch.status} {_REASONS[fetch.status]}", fields, "HTTP/1.1")


def _wire_body(fetch):
    """The body as the server sends it: compressed and cut in chunks where the headers say so."""
    body = fetch.body
    if fetch.coding == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
        body = packer.compress(body) + packer.flush()
    elif fetch.coding == "deflate":
        body = zlib.compress(body, 9)
    elif fetch.coding == "br":
        body = brotli.compress(body)
    if not fetch.chunked:
        return body
    pieces = [body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def png(name):
    """A small picture of one colour that follows from the name."""
    colour = hashlib.sha256(name.encode()).digest()[:3]
    rows = (b"\x00" + colour * 16) * 16
    parts = [(b"IHDR", b"\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0"), (b"IDAT", zlib.compress(rows, 9))]
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in [*parts, (b"IEND", b"")]:
        crc = zlib.crc32(kind + body).to_bytes(4, "big")
        data += len(body).to_bytes(4, "big") + kind + body + crc
    return data
