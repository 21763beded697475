"""Existing bitexts, as others publish them, to tables of pairs: lines with two columns, two files
with a line a side, Parquet.

Streams are read piece by piece, and what is in them, not a name, tells how they are packed. A line
that is no pair costs itself and is told with its reason; what puts all lines in doubt is an error.
"""

import itertools
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from mining.dedup import sentence_ids
from mining.errors import InputError
from mining.schema import BITEXT, REJECTED_LINES
from mining.sentences import normalise

_TEXTS = ("src_text", "tgt_text")
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_BOM = b"\xef\xbb\xbf"
# Bytes that are read at once: small where they are packed, for what they unpack to is not.
_PIECE, _PACKED_PIECE = 1 << 20, 1 << 16
# Bytes of a line that are looked at; no side of a sensible length takes as many.
_MOST_BYTES = 1 << 20
_SHOWN_CHARS = 1000
_READ_ROWS = 8192
# As large as the format allows, for files made with --long.
_ZSTD_WINDOW = 1 << 31


def is_parquet(stream):
    """Whether a seekable binary stream starts as a Parquet file; leaves it at its beginning."""
    head = stream.read(len(_PARQUET))
    stream.seek(0)
    return head == _PARQUET


def lines(stream, path):
    """Yields the lines of a binary stream, plain, gzip or zstd, without their ends (LF or CR LF).

    Of a line beyond a MiB the beginning is given. Raises InputError for packed data that is damaged
    or ends early.
    """
    held, bom = b"", _BOM
    for piece in _unpacked(stream, path):
        *whole, rest = piece.split(b"\n")
        for line in whole:
            line, held = held + line, b""
            yield line.removeprefix(bom)[:_MOST_BYTES].removesuffix(b"\r")
            bom = b""
        if len(held) < _MOST_BYTES:
            held += rest
    if held:
        yield held.removeprefix(bom)[:_MOST_BYTES].removesuffix(b"\r")


def _unpacked(stream, path):
    head = stream.read(_PACKED_PIECE)
    if head.startswith(_GZIP):
        yield from _members(stream, head, path, lambda: zlib.decompressobj(31))
    elif head.startswith(_ZSTD):
        opened = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        yield from _members(stream, head, path, opened.decompressobj)
    else:
        while head:
            yield head
            head = stream.read(_PIECE)


def _members(stream, data, path, open_member):
    """What the gzip members or zstd frames of a stream hold, one after another."""
    member = open_member()
    try:
        while True:
            if member.eof:
                # Zeros are what some tools fill the last block of a tape with.
                data = (member.unused_data or stream.read(_PACKED_PIECE)).lstrip(b"\0")
                if not data:
                    return
                member = open_member()
            elif not data:
                raise InputError(f"{path}: ends in the middle of packed data; get it again")
            yield member.decompress(data)
            data = b"" if member.eof else stream.read(_PACKED_PIECE)
    except (zlib.error, zstandard.ZstdError) as error:
        raise InputError(f"{path}: damaged ({error}); get it again") from None


def from_columns(stream, path, columns=None):
    """Yields (src, tgt, line) of a file with columns parted by tabs; src and tgt bytes, or None
    where the line has not these columns.

    columns: numbers from 1 of both sides' among any others; None where a line has those two alone.
    """
    src, tgt = (column - 1 for column in columns or (1, 2))
    for line in lines(stream, path):
        cells = line.split(b"\t")
        if len(cells) <= max(src, tgt) or (columns is None and len(cells) > 2):
            yield None, None, line
        else:
            yield cells[src], cells[tgt], line


def from_two_files(src, tgt, paths):
    """Yields (src, tgt, src) of two files with a line for each pair; bytes.

    Raises InputError, at the end, where one has more lines.
    """
    counts = [0, 0]
    both = (lines(stream, path) for stream, path in zip((src, tgt), paths, strict=True))
    for pair in itertools.zip_longest(*both):
        counts = [count + (line is not None) for count, line in zip(counts, pair, strict=True)]
        if None not in pair:
            yield *pair, pair[0]
    if counts[0] != counts[1]:
        told = ", ".join(f"{path} has {n:,} lines" for path, n in zip(paths, counts, strict=True))
        raise InputError(f"{told}: which belong together can't be told; give files of equal length")


def from_parquet(stream, path):
    """Yields (src, tgt, src) of the columns src_text and tgt_text of a Parquet file; str.

    Raises InputError for other columns and for a damaged file.
    """
    try:
        # Buffered ahead, the columns of all row groups would be held.
        parquet = pq.ParquetFile(stream, pre_buffer=False)
        kinds = {field.name: field.type for field in parquet.schema_arrow}
        for name in _TEXTS:
            if not _is_text(kinds.get(name)):
                has = f"is {kinds[name]}" if name in kinds else "is missing"
                raise InputError(
                    f"{path}: column {name} {has}; give src_text and tgt_text, strings"
                )
        for batch in parquet.iter_batches(_READ_ROWS, columns=list(_TEXTS)):
            for pair in zip(*(batch[name].to_pylist() for name in _TEXTS), strict=True):
                src, tgt = (text or "" for text in pair)
                yield src, tgt, src
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        told = str(error).partition("\n")[0]
        raise InputError(f"{path}: can't be read as Parquet ({told}); get it again") from None


def _is_text(kind):
    if kind is not None and pa.types.is_dictionary(kind):
        kind = kind.value_type
    return kind is not None and (pa.types.is_string(kind) or pa.types.is_large_string(kind))


def tables(records, path, config):
    """Yields (table BITEXT, table REJECTED_LINES) of records as the functions above give them, in
    order, each of at most config.rows_per_file rows; config: ScoreConfig.

    Raises InputError, at the end, where no record is a pair.
    """
    good, bad, found, number, last = [], [], 0, 0, ""
    for number, (src, tgt, line) in enumerate(records, 1):
        sides, reason = _sides(src, tgt, config.max_chars)
        if reason:
            last = reason
            bad.append((path, number, reason, _shown(line)))
        else:
            good.append((path, number, *sides))
        if max(len(good), len(bad)) == config.rows_per_file:
            found += len(good)
            yield _table(good), _rejected(bad)
            good, bad = [], []
    found += len(good)
    if not found:
        raise InputError(f"{path}: {_nothing(number, last)}")
    if good or bad:
        yield _table(good), _rejected(bad)


def _sides(src, tgt, max_chars):
    """Both texts, and the reason why they are no pair or ""."""
    if src is None or tgt is None:
        return None, "columns"
    if max(len(src), len(tgt)) > 4 * max_chars:
        return None, "too_long"
    try:
        sides = [
            normalise(side if isinstance(side, str) else side.decode("utf-8"))
            for side in (src, tgt)
        ]
    except UnicodeDecodeError:
        return None, "encoding"
    if not all(sides):
        return None, "empty"
    return sides, "too_long" if max(map(len, sides)) > max_chars else ""


def _shown(line):
    if isinstance(line, bytes):
        # A character may take four bytes.
        line = line[: 4 * _SHOWN_CHARS].decode("utf-8", "replace")
    return line[:_SHOWN_CHARS]


def _table(rows):
    path, line, src, tgt = zip(*rows, strict=True) if rows else ((), (), (), ())
    columns = (path, line, sentence_ids(src), sentence_ids(tgt), src, tgt)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, BITEXT, strict=True)],
        schema=BITEXT,
    )


def _rejected(rows):
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        [pa.array(v, field.type) for v, field in zip(columns, REJECTED_LINES, strict=True)],
        schema=REJECTED_LINES,
    )


def _nothing(count, reason):
    """What is wrong with a file that holds no pair."""
    if not count:
        return "empty; give a file with pairs"
    what = {
        "columns": "give two columns parted by a tab, or say by --columns which two of more are "
        "meant",
        "encoding": "give UTF-8",
        "empty": "one side of each line is empty",
        "too_long": "sides are longer than score.max_chars",
    }[reason]
    return f"none of its {count:,} lines is a pair ({reason}); {what}"
