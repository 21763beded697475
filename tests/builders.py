"""WARC files for tests, made in memory with warcio, and the pages in them.

``warc`` writes a file and says where each record lies in it; ``page_record`` gives one record for
code that starts after the WARC reader; ``edited`` damages a file. The other functions make bodies.
"""

import dataclasses
import datetime
import gzip
import io
import zlib

import brotli
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from mining.warc import Record

DATE = datetime.datetime(2024, 3, 1, 12, 30, 15, tzinfo=datetime.UTC)


def html(body, head=""):
    """A page around the HTML of its body."""
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One WARC record to write. ``body`` goes out as it is, whatever the headers claim.

    ``http`` holds HTTP headers beside Content-Type, ``warc`` WARC headers beside the usual ones. An
    empty ``status`` makes a record without HTTP head, whose type is ``content_type``. ``declared``
    is added to the true length in the WARC header.
    """

    url: str = "https://example.org/page"
    body: bytes = html("<p>A page.</p>").encode()
    kind: str = "response"
    content_type: str | None = "text/html; charset=utf-8"
    status: str = "200 OK"
    http: tuple[tuple[str, str], ...] = ()
    warc: tuple[tuple[str, str], ...] = ()
    declared: int = 0


def warc(entries, pack=gzip.compress):
    """A WARC file of ``entries``, each record packed by itself (None: not packed).

    Returns (bytes, spans): the file, and where each record starts and ends in it.
    """
    file, spans = b"", []
    for entry in entries:
        record = warc_record(entry)
        packed = pack(record) if pack else record
        spans.append((len(file), len(file) + len(packed)))
        file += packed
    return file, spans


def warc_record(entry):
    """The bytes of one record, not packed."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    http = None
    if entry.status:
        fields = [] if entry.content_type is None else [("Content-Type", entry.content_type)]
        http = StatusAndHeaders(entry.status, [*fields, *entry.http], "HTTP/1.1")
    record = writer.create_warc_record(
        entry.url,
        entry.kind,
        payload=io.BytesIO(entry.body),
        length=len(entry.body),
        warc_content_type="" if http else entry.content_type,
        warc_headers_dict={
            "WARC-Date": f"{DATE:%Y-%m-%dT%H:%M:%SZ}",
            "WARC-Record-ID": "<urn:uuid:00000000-0000-0000-0000-000000000000>",
            **dict(entry.warc),
        },
        http_headers=http,
    )
    writer.write_record(record)
    head, end, rest = out.getvalue().partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    at = next(at for at, line in enumerate(lines) if line.startswith(b"Content-Length:"))
    lines[at] = b"Content-Length: %d" % (int(lines[at].split()[1]) + entry.declared)
    return b"\r\n".join(lines) + end + rest


def edited(pieces, start, removed, inserted):
    """``pieces`` of a file, (what, bytes), after ``removed`` bytes at ``start`` gave way to others.

    What a piece is gives way to () where the edit touched it; no piece is empty.
    """
    end = start + removed
    before, after, at = [], [], 0
    for what, piece in pieces:
        # What is left of the piece on either side of the edit; one end may lie beyond the piece.
        left, right = piece[: max(0, start - at)], piece[max(0, end - at) :]
        before.append((what if left == piece else (), left))
        after.append((what if right == piece else (), right))
        at += len(piece)
    return [piece for piece in [*before, ((), inserted), *after] if piece[1]]


def pages(count, size=150):
    """``count`` entries, each with its own URL and a body that does not pack to nothing."""
    return [
        Entry(f"https://example.org/{number}", html(f"<p>{filler(number, size)}</p>").encode())
        for number in range(count)
    ]


def filler(seed, size):
    """``size`` characters of made-up words: others for another seed, the same in every run."""
    text, state = "", seed + 1
    while len(text) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        text += f"w{state >> 44:x} "
    return text[:size]


def chunked(body, size=100):
    """``body`` in chunked transfer coding."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def raw_deflate(body):
    """``body`` deflated without zlib's wrapper, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


#: content codings as (Content-Encoding header, packer)
CODINGS = (
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
)


def page_record(paragraphs, **fields):
    """A mining.warc.Record with a page of paragraphs, as the WARC reader gives it."""
    body = html("".join(f"<p>{text}</p>" for text in paragraphs)).encode()
    usual = {
        "warc_file": "crawl.warc.gz",
        "warc_offset": 1000,
        "warc_length": 500,
        "url": "https://example.org/page",
        "date": DATE,
        "digest": "sha1:ABC",
        "charset": "utf-8",
        "body": body,
    }
    return Record(**usual | fields)
