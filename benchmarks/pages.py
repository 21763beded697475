"""The pages that extraction is measured on, out of the real sample, and WARC files made of them."""

import collections
import csv
import dataclasses
import io
import pathlib
import re

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from mining import charset, warc
from mining.errors import InputError

_MAX_PAGE_BYTES = 10_000_000
_WORD = re.compile(r">([^<>]*?)(\w+)([^<>\w]*)<")


@dataclasses.dataclass(frozen=True)
class Page:
    """A page of the sample: what the server sent, as text, and its known prose."""

    url: str
    html: str
    lang: str
    prose: tuple


def sample_warcs(folder):
    """The WARC files of the real sample; InputError where there are none."""
    found = sorted(pathlib.Path(folder).glob("*.warc*"))
    if not found:
        raise InputError(f"{folder}: no WARC files here; run make samples first")
    return found


def read_pages(folder):
    """All pages of the real sample whose prose is known, in the order of its files."""
    prose = collections.defaultdict(list)
    langs = {}
    for path in sorted((pathlib.Path(folder) / "text").glob("*.tsv")):
        for url, text in _rows(path):
            prose[url].append(text)
            langs[url] = path.stem
    pages = []
    for path in sample_warcs(folder):
        with open(path, "rb") as stream:
            for record in warc.read_records(stream, path.name, _MAX_PAGE_BYTES):
                if not record.reason and record.url in langs:
                    html, _ = charset.decode(record.body, record.charset)
                    url = record.url
                    pages.append(Page(url, html, langs[url], tuple(prose[url])))
    return pages


def read_furniture(folder):
    """The texts of the frames around the pages, by language."""
    texts = collections.defaultdict(list)
    for lang, text in _rows(pathlib.Path(folder) / "furniture.tsv"):
        texts[lang].append(text)
    return texts


def _rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def write_warc(path, pages, gzip=True):
    """A WARC file of (url, html) pages, as plain as they come: UTF-8, no content encoding."""
    with open(path, "wb") as file:
        writer = WARCWriter(file, gzip=gzip)
        for url, html in pages:
            headers = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=io.BytesIO(html.encode("utf-8", "replace")),
                    http_headers=headers,
                    # As Common Crawl has it; without it datatrove guesses.
                    warc_headers_dict={"WARC-Identified-Payload-Type": "text/html"},
                )
            )


def endless(pages):
    """(url, html) without end, out of some pages: each time round, every text has another word, so
    that no sentence is said twice."""
    number = 0
    while True:
        for page in pages:
            number += 1
            html = _WORD.sub(rf">\1\2 x{number:x}\3<", page.html)
            yield f"{page.url}#{number}", html


def up_to(pages, size):
    """As many of (url, html) pages as have ``size`` bytes."""
    total = 0
    for url, html in pages:
        total += len(html.encode("utf-8", "replace"))
        yield url, html
        if total >= size:
            return
