"""Hostile WARC files made at random for tests.fuzz, and what must be left of each of them.

``make`` gives the same file for the same seed. The reader is not asked what is right: it is known
here which records were written and which bytes were touched.
"""

import dataclasses
import functools
import gzip
import pathlib
import random
import zlib

import brotli
import zstandard

from mining import charset
from mining.warc import read_records
from tests.builders import CODINGS, Entry, chunked, edited, html, pages, warc_record
from tests.prose import prose

_SAMPLES = pathlib.Path(__file__).parents[1] / "samples"
LANGUAGES = ("en", "de", "zh")
#: codec and its true labels
_CHARSETS = (
    ("utf-8", ("utf-8", "UTF8", '"utf-8"')),
    ("utf-16", ("utf-16", "utf-16le")),
    ("gb18030", ("gb18030", "gbk", "gb2312")),
    ("big5", ("big5", "Big5-HKSCS")),
    ("cp1252", ("windows-1252", "iso-8859-1", "latin1")),
    ("iso-8859-1", ("iso-8859-1",)),
)
_NO_CHARSETS = ("", "x-unknown", "base64", "rot13", "idna", "'", "utf-7", "\x80", "a" * 5000)
_TOKENS = (
    *("<div>", "</div>", "<p>", "</p", "<b>", "</i>", "<span class='", "<a href=x>", "</a>"),
    *("<ul>", "<li>", "</ul>", "<ol>", "<table>", "<tr>", "<td>", "</table>", "<figure>", "<a/>"),
    *("<title>", "</title>", "<script>", "</script>", "<style>", "<textarea>", "<plaintext>"),
    *("<noscript>", "<template>", "<select><option>", "<frameset>", "<iframe>", "<math><mi>"),
    *("<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE html>", "<?xml ?>", "<body>", "</body></html>"),
    *("<pre>", "<br>", "<br/>", "<div class='sidebar'>", "<code class=email>", "<main>", "<nav>"),
    *("<", ">", "/>", "</", '"', "'", "=", "&", "&amp", "&nbsp;", "&#0;", "&#xD800;", "&#xDFFF;"),
    *("&#x110000;", "&#128;", "&#x85;", "&#11;", "&#99999999999;", "&lt;script>", "\0", "\r", "\n"),
    *("\t", " ", "\x0b", "\x1c", "\x7f", "\x85", "\x9f", "\xa0", "\xad", "\u200b", "\u2028"),
    *("\u202e", "\ufeff", "\ufffd", "\ufffe", "\ufdd0", "\U0010ffff", "\U000e0041", "\u0308"),
    *("e\u0301", "\u1100\u1161", "\u2126", "\uf900", "\ufb01", "\U0001f468\u200d\U0001f469"),
    *(". ", "。", "!", "？", "…", "“", "”", "„", "「", "(", ")", "'", "Dr. ", "z. B. ", "1. "),
    *("a", "A", "Ä", "ß", "中", "的", "は", "한", "ж", "ع", "ไ", "0", "-", "|", "www.a.org/", "_"),
)
_MAGIC = (
    *(b"\r\n\r\n", b"\r\n", bytes(600), b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x1f\x8b\x08"),
    *(b"WARC/1.0\r\n", b"WARC/1.1\nContent-Length: 0\n\n", b"\x28\xb5\x2f\xfd", b"junk\n" * 9),
    *(gzip.compress(b"junk"), zstandard.compress(b"junk"), gzip.compress(b""), b"\xff" * 40),
    *(b"HTTP/1.1 200 OK\r\n", b"<p>", b"Content-Length: 5\r\n", b":", b"\0", b"x", b" ", b"\n"),
    *(b"WARC/1.0\r\nContent-Length: %d\r\n\r\n" % length for length in (0, 300, 99_999_999)),
    b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\xff\xff\0\0WARC/1.0\r\n",
)
_DATES = (
    *("", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1e9"),
    *("2024-02-30T00:00:00Z", "9999-12-31T23:59:59-14:00", "2024-03-01T12:00:00.999999999Z"),
)
#: how a URL ends, which no parser need like
_URLS = ("",) * 9 + ("/[", "?q=\u5317", "#%zz", "/ x", "\\", "/" + "x" * 9000, "/%ed%a0%80")
_HOSTS = ("h{}.example",) * 9 + ("[h{}", "h{}:99999999", "[::{}]", "{}\u2100.example", "@:{}")


@dataclasses.dataclass(frozen=True)
class Written:
    """A record as it was written, and what must come of it.

    ``sound``: its headers tell the truth about where it ends; ``body``: the page that must be read,
    None if it may be refused; ``said``: sentences of ``lang`` that must be found in it.
    """

    url: str
    data: bytes
    sound: bool
    body: bytes | None
    said: tuple
    lang: str


@dataclasses.dataclass(frozen=True)
class Case:
    """A file before and after its damage, in pieces: (records, bytes).

    The records of a piece that was touched are (). ``form``: how records are packed; ``checked``:
    whether it has checksums, so that no body may come out changed.
    """

    seed: int
    form: str
    checked: bool
    limit: int
    languages: tuple
    whole: list
    left: list


def joined(pieces):
    """The bytes of a file in pieces."""
    return b"".join(data for _, data in pieces)


def make(seed):
    """The Case of a seed."""
    rng = random.Random(seed)
    big = rng.random() < 0.02
    limit = 1_500_000 if big else 100_000
    count = rng.randint(1, 3 if big else 14)
    written = [_record(rng, _url(rng, seed, n), limit) for n in range(count)]
    form = rng.choice(["gzip"] * 4 + ["plain"] * 4 + ["zstd"] * 3 + ["mixed", "members", "whole"])
    packs, checked = [gzip.compress], True
    whole = []
    if form == "plain":
        packs, checked = [bytes], False
    elif form == "zstd":
        checked = rng.random() < 0.7
        packer = zstandard.ZstdCompressor(
            write_checksum=checked, write_content_size=rng.random() < 0.5
        )
        if rng.random() < 0.3:
            words = zstandard.ZstdCompressionDict(b"".join(w.data for w in written)[:20_000])
            words = rng.choice([words, _dictionary()])
            packer = zstandard.ZstdCompressor(dict_data=words, write_checksum=checked)
            stored = rng.choice([bytes, zstandard.compress])(words.as_bytes())
            whole = [((), b"\x5d\x2a\x4d\x18" + len(stored).to_bytes(4, "little") + stored)]
        packs = [packer.compress]
    elif form in ("mixed", "members", "whole"):
        packs.append(zstandard.ZstdCompressor(write_checksum=True).compress)
    while written:
        size = {"members": rng.randint(1, 4), "whole": count}.get(form, 1)
        group, written = tuple(written[:size]), written[size:]
        whole.append((group, rng.choice(packs)(b"".join(one.data for one in group))))
    languages = rng.choice([LANGUAGES, LANGUAGES, ("en", "de"), ("en", "zh"), ("en", "fr", "ja")])
    left = whole
    for _ in range(rng.choice([0, 1, 1, 2, 3, 8])):
        left = _damaged(rng, left)
    return Case(seed, form, checked, limit, languages, whole, left)


def _damaged(rng, pieces):
    """``pieces`` of a file after one accident."""
    data = joined(pieces)
    starts = [0]
    for _, piece in pieces:
        starts.append(starts[-1] + len(piece))
    at = rng.randint(0, len(data))
    if rng.random() < 0.4:
        at = rng.choice(starts) + rng.choice([0, rng.randint(-9, 9)])
        at = min(len(data), max(0, at))
    size = rng.choice([1, 2, 20, 300, 3000, 100_000])
    what = rng.randrange(8)
    if what == 0:
        for at in rng.sample(range(len(data)), min(len(data), rng.choice([1, 1, 5]))):
            pieces = edited(pieces, at, 1, bytes([data[at] ^ 1 << rng.randrange(8)]))
        return pieces
    if what == 1:
        return edited(pieces, at, size, b"")
    if what == 2:
        return edited(pieces, at, 0, _junk(rng, size))
    if what == 3:
        return edited(pieces, at, size, _junk(rng, size))
    if what == 4:
        return edited(pieces, at, size, bytes(min(size, len(data) - at)))
    if what == 5 and rng.random() < 0.4:
        return edited(pieces, at, len(data), b"")
    # A slice of the file, perhaps whole records, once more or elsewhere.
    start, end = sorted(rng.choice([at, rng.randint(0, len(data)), *starts]) for _ in range(2))
    if what == 6:
        pieces = edited(pieces, start, end - start, b"")
    again = rng.choice([bytes] * 5 + [gzip.compress])(data[start:end][: 1 << 20])
    return edited(pieces, rng.choice([at, *starts]), 0, again)


def _junk(rng, size):
    unit = b"".join(rng.choices(_MAGIC, k=rng.randint(1, 4)))
    return rng.choice([rng.randbytes(size), unit, unit * (size // len(unit))])


def _record(rng, url, limit):
    """A Written of any kind."""
    lang = rng.choice(LANGUAGES)
    said, body, content_type = _page(rng, lang, limit)
    wire, http, true = _coded(rng, body)
    # A plain page is kept whatever its headers say.
    expected = body if true or (said and wire == body) else None
    if max(len(body), len(wire)) > limit:
        expected = None
    if expected is None:
        said = ()
    kind, status, warc = "response", "200 OK", ()
    roll = rng.random()
    if roll < 0.12:
        kind = rng.choice(["conversion", "metadata", "warcinfo", "resource", "request", "revisit"])
        status = "" if kind in ("conversion", "metadata", "warcinfo") else "200 OK"
        content_type = "text/plain" if not status else content_type
    elif roll < 0.18:
        status = rng.choice(["404 Not Found", "301 Moved", "200", "999 ", "OK", "206 Part"])
    elif roll < 0.22:
        content_type = rng.choice(["image/png", "text/plain", ";", "/", "TEXT/html", "x" * 9999])
    if roll < 0.22:
        expected, said = None, ()
    if rng.random() < 0.08:
        http = (*http, ("X-Long", "x" * rng.choice([5000, 40_000, 300_000])))
    if rng.random() < 0.05:
        http = (*http, *((f"X-{n}", "y") for n in range(rng.choice([100, 3000]))))
    if rng.random() < 0.05:
        warc = (("X-Long", "x" * rng.choice([5000, 40_000, 300_000])),)
    if rng.random() < 0.1:
        warc = (*warc, ("WARC-Date", rng.choice(_DATES)))
    lie = rng.random() < 0.06
    declared = rng.choice([-60, -2, -1, 1, 2, 60, 9999, 10**9]) if lie else 0
    entry = Entry(url, wire, kind, content_type, status, http, warc, declared)
    data = warc_record(entry)
    if rng.random() < 0.08:
        lie, data = True, _mangled(rng, data)
    return Written(url, data, not lie, None if lie else expected, () if lie else said, lang)


def _url(rng, seed, number):
    return f"https://{rng.choice(_HOSTS).format(seed)}/{number}{rng.choice(_URLS)}"


def _mangled(rng, data):
    """A record with some bytes of its WARC or HTTP header changed."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(min(len(data), 900))
        new = rng.choice([b"", rng.randbytes(rng.randint(1, 9)), rng.choice(_MAGIC)])
        data = data[:at] + new + data[at + rng.choice([0, 1, 1, 9, 80]) :]
    return data


def _page(rng, lang, limit):
    """A page: (sentences that must be found in it, bytes, Content-Type)."""
    text, said = _markup(rng, lang, limit)
    codec, labels = rng.choice(_CHARSETS) if rng.random() < 0.6 else _CHARSETS[0]
    every = [label for _, labels in _CHARSETS for label in labels]
    label = rng.choice([rng.choice(labels)] * 5 + ["", rng.choice(every), rng.choice(_NO_CHARSETS)])
    meta = rng.choice([rng.choice(labels)] * 2 + [None] * 3 + [rng.choice([*every, *_NO_CHARSETS])])
    # UTF-8 and a BOM win over every label.
    if not codec.startswith("utf") and (label not in labels or meta not in (None, *labels)):
        said = ()
    if meta is not None:
        text = text.replace("<head>", f"<head><meta charset='{meta}'>", 1)
    body = text.encode(codec, "xmlcharrefreplace")
    if rng.random() < 0.1:
        said = ()
        for _ in range(rng.randint(1, 9)):
            at = rng.randint(0, len(body))
            body = body[:at] + rng.choice([rng.randbytes(2), b"\xed\xa0\x80", b"\0"]) + body[at:]
    content_type = rng.choice(["text/html", "application/xhtml+xml"])
    return said, body, f"{content_type}; charset={label}" if label else content_type


def _markup(rng, lang, limit):
    """A page as text, and the sentences that must be found in it."""
    sentences = prose(lang, rng.random(), rng.randint(6, 40))
    plain = html("".join(f"<p>{text}</p>" for text in sentences))
    kind = rng.randrange(12)
    if kind <= 2:
        return plain, tuple(sentences)
    if kind <= 5:
        return _edited_markup(rng, rng.choice(sample_pages()), rng.choice([0, 3, 30])), ()
    if kind <= 7:
        return _edited_markup(rng, plain, rng.choice([3, 30, 300])), ()
    if kind == 8:
        return "".join(rng.choices([*_TOKENS, *sentences], k=rng.choice([9, 900, 9000]))), ()
    if kind == 9:
        token = "".join(rng.choices(_TOKENS, k=rng.randint(1, 4)))
        filling = token * (rng.choice([limit // 8, limit - 9000]) // len(token.encode()))
        return rng.choice([html(filling), filling, plain + filling, filling + plain]), ()
    if kind == 10:
        opening = rng.choice(["<i>", "<div>", "<b>x", "<ul><li>", "<x-1>", "<table><td>", "<a><p>"])
        opening *= min(200_000, rng.choice([200, 700, limit]))
        opening = opening[: limit - 9000]
        return html(opening + " ".join(sentences)), ()
    space = "" if lang == "zh" else " "
    line = space.join(sentences).replace(rng.choice([".", "。", " ", "§"]), "")
    return html(f"<p>{(line * (limit // len(line.encode())))[: limit - 9000]}</p>"), ()


@functools.cache
def sample_pages():
    """The pages of the sample WARCs, as text."""
    pages = []
    for path in sorted(_SAMPLES.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in read_records(stream, path.name, 100_000):
                if not record.reason:
                    pages.append(charset.decode(record.body, record.charset)[0])
    return pages


def _edited_markup(rng, text, count):
    """``text`` with random edits, most of them where there is markup."""
    for _ in range(count):
        at = rng.randint(0, len(text))
        if rng.random() < 0.7:
            at = max(0, text.find(rng.choice("<>\"'/="), at)) + rng.randint(0, 1)
        new = rng.choice(
            ["", rng.choice(_TOKENS), text[at : at + 9], "".join(rng.sample(_TOKENS, 3))]
        )
        text = text[:at] + new + text[at + rng.choice([0, 0, 1, 1, 5, 50]) :]
    return text


@functools.cache
def _dictionary():
    records = [warc_record(entry) for entry in pages(400)]
    return zstandard.train_dictionary(4000, records)


@functools.cache
def _bomb(coding):
    size = 30_000_000
    packers = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
    return packers[coding](b"<p>" * (size // 3))


def _coded(rng, body):
    """``body`` as it is sent: (bytes, HTTP headers, whether the headers tell the truth)."""
    roll = rng.random()
    coding, pack = rng.choice(CODINGS)
    named = (("Content-Encoding", coding),)
    in_chunks = (("Transfer-Encoding", "chunked"),)
    if roll < 0.4:
        return body, (), True
    if roll < 0.55:
        return pack(body), named, True
    if roll < 0.65:
        return chunked(body, rng.choice([100, 7, 5000])), in_chunks, True
    if roll < 0.73:
        return chunked(pack(body), rng.choice([100, 5000])), (*named, *in_chunks), True
    if roll < 0.8:
        return body, rng.choice([named, in_chunks, (("Content-Encoding", "zstd"),)]), False
    if roll < 0.84:
        bomb = rng.choice(["gzip", "deflate", "br"])
        return _bomb(bomb), (("Content-Encoding", bomb),), False
    wire = bytearray(pack(body))
    if roll < 0.9:
        wire = wire[: rng.randint(0, len(wire))]
    elif roll < 0.95:
        for _ in range(rng.randint(1, 3)):
            if wire:
                wire[rng.randrange(len(wire))] ^= 1 << rng.randrange(8)
    if rng.random() < 0.5:
        return bytes(wire), (), False
    return bytes(wire), rng.choice([named, in_chunks, (*named, *in_chunks)]), False


def spans(pieces):
    """(start, end, records) of each piece in its file."""
    at = 0
    for group, data in pieces:
        yield at, at + len(data), group
        at += len(data)


def whole_before_cut(case):
    """How many records lie wholly in what is left of a file that is one member and breaks off."""
    before, after = joined(case.whole), joined(case.left)
    if case.form != "whole" or not before.startswith(after):
        return 0
    unpacker = zlib.decompressobj(31) if before.startswith(b"\x1f") else None
    unpacker = unpacker or zstandard.ZstdDecompressor().decompressobj()
    size, count = len(unpacker.decompress(after)), 0
    for record in case.whole[0][0]:
        size -= len(record.data)
        if size < 0 or not record.sound:
            break
        count += 1
    # One alone is not told from a member that holds no more.
    return count if count > 1 else 0
