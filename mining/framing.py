"""Where the records of a WARC file lie, and the bytes of each: framing, not meaning.

A file is a run of gzip members, zstd frames or plain records, one record each (or many records in
one member). Each is taken by itself, so damage costs the record it hit: what can't be read is
reported as one frame of damage up to the next place where a record really starts.
"""

import dataclasses
import io
import re
import tempfile
import zlib

import zstandard

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
# The frame at the start of a .warc.zst with the dictionary of all others (IIPC's convention).
_DICTIONARY = b"\x5d\x2a\x4d\x18"
_SKIPPABLE_ZSTD = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)
_BLOCK = 1 << 18
_ZSTD_SLICE = 128
_MAX_DICTIONARY = 16 << 20
# Within so many bytes a record begins in a member that only stores it.
_STORED = 64
_HEADER_READS = (1 << 12, 1 << 16, 1 << 20)
_START = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|WARC/[01]\.\d{1,3}\r?\n")
_VERSION = re.compile(rb"WARC/[01]\.\d{1,3}\r?\n")
_LINES = re.compile(rb"(?:[^\r\n:\0]{1,200}:[^\r\n]*\r?\n|[ \t][^\r\n]*\r?\n)*")
_EMPTY_LINE = re.compile(rb"\r?\n")
_LENGTH = re.compile(rb"\nContent-Length:[ \t]*(\d{1,15})[ \t]*\r?\n", re.IGNORECASE)
_GAP = re.compile(rb"[\r\n]{0,8}")


@dataclasses.dataclass(frozen=True)
class Frame:
    """Bytes ``offset`` to ``offset + length`` of the file: a record, or damage if that says so.

    ``data`` is the record, unpacked, without what goes beyond the limit that was set.
    """

    offset: int
    length: int
    data: bytes = b""
    damage: str = ""


class _Unreadable(Exception):
    """No record can be read here; the message says why. ``clear``: the bytes from here on in which
    no plain record starts."""

    def __init__(self, why, clear=0):
        super().__init__(why)
        self.clear = clear


def frames(stream, limit):
    """Yields the Frames of a WARC file in order; they tile it without gap.

    stream: seekable binary file; limit: bytes of a record that are kept. What follows the last
    record and is empty lines only belongs to it.
    """
    yield from _frames(_Window(stream), limit)


def _frames(file, limit):
    at = 0
    while at < file.size:
        try:
            found = _frames_at(file, at, limit)
        except _Unreadable as error:
            end = _next_start(file, at + 1, at + error.clear)
            yield Frame(at, end - at, damage=str(error))
            at = end
            continue
        for frame in found:
            yield frame
            at = frame.offset + frame.length


def _frames_at(file, at, limit):
    """The frames of the member, zstd frame or plain record at ``at``; raises _Unreadable."""
    head = file.read(at, 16)
    if file.unpacked:
        return [_plain(file, at, limit)]
    if head.startswith(_GZIP):
        return _packed(file, at, limit, _gunzip, zlib.error)
    if head.startswith(_ZSTD):
        return _packed(file, at, limit, lambda: _Zstd(file.dictionary), zstandard.ZstdError)
    if _SKIPPABLE_ZSTD.match(head) and len(head) >= 8:
        length = 8 + int.from_bytes(head[4:8], "little")
        if at + length <= file.size:
            problem = ""
            if head.startswith(_DICTIONARY):
                problem = _read_dictionary(file, at + 8, length - 8)
            return [Frame(at, length, damage=problem)]
    return [_plain(file, at, limit)]


def _gunzip():
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _read_dictionary(file, at, length):
    """Takes the dictionary of ``length`` bytes at ``at`` for the frames that follow.

    Returns what is wrong with it.
    """
    data = file.read(at, min(length, _MAX_DICTIONARY + 1))
    try:
        if data.startswith(_ZSTD):
            # Not decompress(): it takes no bound for a frame that states its size.
            data = zstandard.ZstdDecompressor().stream_reader(data).read(_MAX_DICTIONARY + 1)
        if len(data) > _MAX_DICTIONARY:
            return f"a dictionary of more than {_MAX_DICTIONARY} bytes"
        dictionary = zstandard.ZstdCompressionDict(data)
        zstandard.ZstdDecompressor(dictionary).decompressobj()
    except zstandard.ZstdError as error:
        return f"a dictionary that can't be used: {error}"
    file.dictionary = dictionary
    return ""


class _Zstd:
    """zstandard's decompressor with the bounded output of zlib's."""

    def __init__(self, dictionary):
        self._unpacker = zstandard.ZstdDecompressor(dictionary).decompressobj()
        self.unconsumed_tail = self.unused_data = b""

    def decompress(self, block, _):
        # It has no bound on its output, only as much input as can't become much.
        block = memoryview(block)
        piece = self._unpacker.decompress(block[:_ZSTD_SLICE])
        rest = block[_ZSTD_SLICE:]
        self.unconsumed_tail = b"" if self.eof else rest
        self.unused_data = self._unpacker.unused_data + bytes(rest) if self.eof else b""
        return piece

    @property
    def eof(self):
        return self._unpacker.eof


def _packed(file, at, limit, new_unpacker, errors):
    """The record in a gzip member or zstd frame, or the records where there are several."""
    unpacker = new_unpacker()
    data, size, end = bytearray(), 0, at
    try:
        while not unpacker.eof and (block := file.block(end)):
            end += len(block)
            while block and not unpacker.eof:
                piece = unpacker.decompress(block, _BLOCK)
                size += len(piece)
                data += piece[: max(0, limit - len(data))]
                block = unpacker.unconsumed_tail
    except errors as error:
        clear = _STORED if _unpacks(file, at, new_unpacker(), errors) else 0
        raise _Unreadable(f"can't be unpacked: {error}", clear) from None
    end -= len(unpacker.unused_data)
    data = bytes(data)
    try:
        header, length = _header(data[: _HEADER_READS[-1]])
        rest = size - header - length
        problem = f"Content-Length is off by {abs(rest)}"
    except (_Unreadable, EOFError) as error:
        rest, problem = -1, str(error)
    if unpacker.eof and 0 <= rest <= 8:
        return [Frame(at, end - at, data[: header + length])]
    broken = "" if unpacker.eof else "a record that breaks off"
    if broken and _next_start(file, at + 1) < file.size:
        raise _Unreadable(broken)
    if rest > 8 and size > limit or _holds_another(data):
        unpacked = io.BytesIO(data) if size <= limit else _unpack_all(file, at, new_unpacker())
        return _inner(unpacked, at, end - at, limit, broken)
    if broken:
        raise _Unreadable(broken)
    return [Frame(at, end - at, damage=problem)]


def _holds_another(data):
    """Whether a record starts in ``data`` after its first bytes."""
    return _next_start(_Window(io.BytesIO(data), unpacked=True), 1) < len(data)


def _unpack_all(file, at, unpacker):
    """A big member of many records, unpacked to a temporary file."""
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - read by whoever goes through the records
    while not unpacker.eof and (block := file.block(at)):
        at += len(block)
        while block and not unpacker.eof:
            unpacked.write(unpacker.decompress(block, _BLOCK))
            block = unpacker.unconsumed_tail
    return unpacked


def _inner(unpacked, at, length, limit, broken):
    """The records in one member: all have its place in the file, but only the last its length.

    ``broken`` says what is wrong where the file ends before the member; then that comes last.
    """
    held = None
    # What looks packed in there is not: members inside of members could go on for ever.
    for frame in _frames(_Window(unpacked, unpacked=True), limit):
        if held is not None:
            yield dataclasses.replace(held, offset=at, length=0)
        held = frame
    if broken and not held.damage:
        yield dataclasses.replace(held, offset=at, length=0)
        held = Frame(at, length, damage=broken)
    yield dataclasses.replace(held, offset=at, length=length)


def _header(data):
    """(length of the header with its empty line, declared length of the content).

    Raises _Unreadable for what is no header, EOFError for what may become one with more data.
    """
    version = _VERSION.match(data)
    if not version:
        raise _Unreadable("no WARC header")
    lines = _LINES.match(data, version.end())
    empty = _EMPTY_LINE.match(data, lines.end())
    if not empty:
        if b"\n" in data[lines.end() :]:
            raise _Unreadable("a line in a WARC header that is none", lines.end())
        raise EOFError("a WARC header that breaks off")
    declared = _LENGTH.search(data, version.end() - 1, lines.end())
    if declared is None:
        raise _Unreadable("a WARC header without Content-Length", lines.end())
    return empty.end(), int(declared.group(1))


def _header_at(file, at):
    """_header of the uncompressed record at ``at``, of which no more is read than needed."""
    for size in _HEADER_READS:
        data = file.read(at, size)
        try:
            return _header(data)
        except EOFError as error:
            if len(data) < size:
                raise _Unreadable(str(error), len(data)) from None
    raise _Unreadable("a WARC header without end", len(data))


def _plain(file, at, limit):
    """The record that starts at ``at`` and is not packed."""
    header, length = _header_at(file, at)
    end = at + header + length
    if end <= file.size:
        after = file.read(end, 8)
        gap = _GAP.match(after).end()
        # Either the two line ends that close a record, or at least what may follow one.
        if after.startswith(b"\r\n\r\n") or end + gap == file.size or _is_start(file, end + gap):
            return Frame(at, end + gap - at, file.read(at, min(header + length, limit)))
    following = _next_start(file, at + header)
    if following < file.size:
        return Frame(at, following - at, damage="Content-Length is wrong")
    if end > file.size:
        return Frame(at, file.size - at, damage="a record that breaks off")
    return Frame(at, end + gap - at, file.read(at, min(header + length, limit)))


def _next_start(file, at, refused=0):
    """Where the next record really starts that looks like one, or the end of the file; a plain one
    not before ``refused``."""
    looks_like = _VERSION if file.unpacked else _START
    while at < file.size:
        block = file.read(at, _BLOCK)
        for found in looks_like.finditer(block):
            start = at + found.start()
            # A header that starts in the lines of one that is none ends as they do, and no better.
            if start < refused and not found.group().startswith((_GZIP, _ZSTD)):
                continue
            try:
                _check_start(file, start)
            except _Unreadable as error:
                refused = max(refused, start + error.clear)
                continue
            return start
        at += max(1, len(block) - 16)
    return file.size


def _is_start(file, at):
    try:
        _check_start(file, at)
    except _Unreadable:
        return False
    return True


def _check_start(file, at):
    """Raises _Unreadable if no record starts at ``at``: what merely looks packed does not unpack
    to one."""
    head = file.read(at, 4)
    if head.startswith(_GZIP):
        found = _unpacks(file, at, _gunzip(), zlib.error)
    elif head.startswith(_ZSTD):
        found = _unpacks(file, at, _Zstd(file.dictionary), zstandard.ZstdError, unsure=True)
    else:
        _header_at(file, at)
        return
    if not found:
        raise _Unreadable("no WARC record inside")


def _unpacks(file, at, unpacker, errors, unsure=False):
    """Whether what is packed at ``at`` begins as a record; ``unsure`` if nothing comes yet."""
    try:
        unpacked = unpacker.decompress(file.read(at, 4096), 16)
    except errors:
        return False
    return bool(_VERSION.match(unpacked)) if unpacked else unsure


class _Window:
    """Random reads of a file by way of one buffer, so that reading on costs no seek."""

    def __init__(self, stream, unpacked=False):
        self._stream = stream
        #: whether it is what a member held, in which no other is looked for
        self.unpacked = unpacked
        self.size = stream.seek(0, io.SEEK_END)
        self._position = self.size
        #: of the zstd frames that follow, where the file brings one
        self.dictionary = None
        self._start, self._data = 0, b""

    def block(self, at):
        """Some bytes from ``at`` on; empty at the end of the file."""
        if not self._start <= at < self._start + len(self._data):
            if at != self._position:
                self._stream.seek(at)
            self._data = self._stream.read(_BLOCK)
            self._start, self._position = at, at + len(self._data)
        return self._data[at - self._start :]

    def read(self, at, count):
        """``count`` bytes from ``at`` on, fewer at the end of the file."""
        block = self.block(at)
        if len(block) >= count or at + len(block) >= self.size:
            return block[:count]
        pieces, got = [block], len(block)
        while got < count and (block := self.block(at + got)):
            pieces.append(block)
            got += len(block)
        return b"".join(pieces)[:count]
