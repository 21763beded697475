"""Where WARC files come from: paths, globs, URLs, lists of them, and Common Crawl's by name.

What is found is looked up here, once, by whoever starts a job. What comes out names files by where
they are for everybody: no worker needs a list, and none a file of this machine but those that were
given as such.
"""

import contextlib
import dataclasses
import gzip
import io
import multiprocessing.pool
import os
import posixpath
import re
import urllib.parse
import zlib

from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from mining import warc
from mining.config import FetchConfig
from mining.errors import InputError
from pipelines.common import datasets, options, progress, web

CRAWL_BASE = "https://data.commoncrawl.org"
_KINDS = ("warc", "wet")
_LIST = "@"
_GZIP = b"\x1f\x8b"
_CRAWL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9-]+)*")
_NUMBERS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
_HERE = "./"
# Few, because each is a small request, of which servers can do with less than of big ones.
_AT_ONCE = 4
_FIRST_RECORD_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Source:
    """A WARC file as it was found. ``version`` is what tells one state of it from another beside
    its size in bytes: the time of its last change, of a URL its ETag or Last-Modified."""

    path: str
    size: int
    version: str
    fetch: FetchConfig = dataclasses.field(default=FetchConfig(), repr=False)

    @property
    def identity(self):
        """What decides the bytes of the file, as JSON holds it."""
        return [self.path, self.size, self.version]

    def open(self):
        """The file as a seekable binary stream. One of a web server that is no longer the one that
        was found makes reading it raise InputError."""
        if web.is_url(self.path):
            version = web.Version(self.size, self.version)
            return datasets.open_file(self.path, self.fetch, version)
        return datasets.open_file(self.path)


def add_options(parser):
    """Declares the options that say what a job reads, on one of options.parser without --input."""
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument(
        "--input",
        nargs="+",
        metavar="PATH",
        help="WARC or WET files (plain, .gz or .zst): paths and globs, local, s3:// or gs://, URLs "
        "of web servers, or @LIST, a file or URL with one of these a line",
    )
    given.add_argument(
        "--crawl", metavar="NAME", help="a crawl of Common Crawl, such as CC-MAIN-2026-43"
    )
    parser.add_argument(
        "--files",
        metavar="0-9,20",
        help="with --crawl: numbers of files in its list, from 0, and ranges of them (default: 0)",
    )
    parser.add_argument("--kind", choices=_KINDS, help="with --crawl: warc (default) or wet")
    parser.add_argument(
        "--crawl-base",
        metavar="URL",
        help=f"with --crawl: where crawl-data/ is: a URL, s3://commoncrawl, or a folder with a "
        f"copy (default: {CRAWL_BASE})",
    )


def chosen(ours):
    """The Sources that the options of add_options choose, by path.

    Raises InputError where there is none, or one can't be used.
    """
    fetch = options.configured(FetchConfig(), "fetch", ours.overrides)
    if ours.crawl is None:
        for name in ("files", "kind", "crawl_base"):
            if getattr(ours, name) is not None:
                option = name.replace("_", "-")
                raise InputError(f"--{option}: only with --crawl; name the crawl")
        return find_sources(ours.input, fetch)
    base = CRAWL_BASE if ours.crawl_base is None else ours.crawl_base
    paths = crawl_files(ours.crawl, ours.files or "0", ours.kind or _KINDS[0], base, fetch)
    # Published files need no look inside, which would take as long again.
    return _look_up(paths, lambda path: _matches(path, fetch))


def find_sources(patterns, fetch):
    """The Sources that paths, globs, URLs and @lists stand for, each once, by path.

    fetch: mining.config.FetchConfig. Raises InputError for a pattern without a match, a folder, and
    a local or web file that is unreadable, empty or no WARC.
    """
    named = []
    for pattern in patterns:
        if pattern.startswith(_LIST):
            named += _lines(pattern.removeprefix(_LIST), fetch)
        else:
            named.append(pattern)
    return _look_up(named, lambda pattern: [_checked(found) for found in _matches(pattern, fetch)])


def find_files(patterns, fetch):
    """As find_sources, of files of any kind, in the order in which they were named."""
    found = {}
    for pattern in patterns:
        listed = pattern.startswith(_LIST)
        for name in _lines(pattern.removeprefix(_LIST), fetch) if listed else [pattern]:
            for source in sorted(_matches(name, fetch), key=lambda source: source.path):
                found.setdefault(source.path, source)
    return list(found.values())


def crawl_files(crawl, numbers, kind, base, fetch):
    """Paths of the files of a crawl that have these numbers in its list of WARC or WET files.

    numbers: such as "0-9,20"; kind: "warc" or "wet"; base: where crawl-data/ is. Raises InputError
    for a crawl that is not there and for numbers beyond its list.
    """
    if not _CRAWL.fullmatch(crawl):
        raise InputError(f"--crawl {crawl}: give a name such as CC-MAIN-2026-43")
    ranges = _ranges(numbers)
    base = base.rstrip("/")
    path = f"{base}/crawl-data/{crawl}/{kind}.paths.gz"
    try:
        names = _lines(path, fetch)
    except InputError as error:
        raise InputError(f"--crawl {crawl}: no list of its files: {error}") from None
    if max(last for _, last in ranges) >= len(names):
        raise InputError(
            f"--files {numbers}: the last of the {len(names):,} {kind} files of {crawl} is number "
            f"{len(names) - 1}"
        )
    wanted = sorted({number for first, last in ranges for number in range(first, last + 1)})
    return [f"{base}/{names[number]}" for number in wanted]


def _ranges(numbers):
    """(first, last) of each part of "0-9,20"."""
    found = []
    for part in numbers.split(","):
        match = _NUMBERS.fullmatch(part.strip())
        first = int(match.group(1)) if match else 1
        last = int(match.group(2) or first) if match else 0
        if first > last:
            raise InputError(f"--files {numbers}: give numbers and ranges, such as 0-9,20")
        found.append((first, last))
    return found


def _lines(path, fetch):
    """The paths in a list, packed by gzip or not: its lines but for empty ones and # comments."""
    if not path:
        raise InputError(f"{_LIST}: give the name of a list behind it")
    datasets.check_file_system(path)
    try:
        with datasets.open_file(path, fetch) as stream:
            data = stream.read()
        if data.startswith(_GZIP):
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; a list of paths was to be there") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError):
        raise InputError(f"{path}: no list of paths; give a text file, plain or .gz") from None
    except Exception as error:
        # Each file system has errors of its own.
        raise InputError(f"{path}: can't be read: {error}") from None
    lines = [line.strip() for line in io.StringIO(text)]
    named = [line for line in lines if line and not line.startswith("#")]
    if not named:
        raise InputError(f"{path}: the list is empty")
    if any(line.startswith(_LIST) for line in named):
        raise InputError(f"{path}: a list of lists; give each list by itself")
    return named


def _look_up(patterns, find):
    """What ``find`` gives for each pattern, by path; asked for at once where that means waiting."""
    found = {}
    remote = any(FileSystems.get_scheme(pattern) for pattern in patterns)
    drawn = progress.bar("look up", len(patterns), "files") if remote else contextlib.nullcontext()
    # Its threads, unlike those of concurrent.futures, hold up neither an error nor Ctrl-C.
    with drawn as reporter, multiprocessing.pool.ThreadPool(_AT_ONCE if remote else 1) as threads:
        for sources in threads.imap(find, patterns):
            found.update((source.path, source) for source in sources)
            if reporter is not None:
                reporter.add(files=1)
    return [found[path] for path in sorted(found)]


def _matches(pattern, fetch):
    """The Sources that a path, glob or URL stands for; InputError where there is none."""
    if web.is_url(pattern):
        return [_of_web(pattern, fetch)]
    if os.path.isdir(pattern):
        raise InputError(f"{pattern}: a folder; give its files, such as {pattern}/*")
    if os.path.isfile(pattern):
        return [Source(pattern, os.path.getsize(pattern), str(os.path.getmtime(pattern)))]
    datasets.check_file_system(pattern)
    # Beam finds nothing by a glob that starts with the name of what is in this folder.
    here = "" if os.path.isabs(pattern) or FileSystems.get_scheme(pattern) else _HERE
    try:
        matches = FileSystems.match([here + pattern])[0].metadata_list
    except (BeamIOError, ValueError) as error:
        raise InputError(f"{pattern}: can't be listed: {error}") from None
    matches = [match for match in matches if not os.path.isdir(match.path)]
    if not matches:
        raise InputError(f"{pattern}: no such file; give files or a glob that matches some")
    return [
        Source(
            match.path.removeprefix(here), match.size_in_bytes, str(match.last_updated_in_seconds)
        )
        for match in matches
    ]


def _of_web(url, fetch):
    parts = urllib.parse.urlsplit(url)
    if parts.username is not None:
        raise InputError(f"{parts.scheme}://…@{parts.hostname}: give no password in a URL")
    if "*" in posixpath.basename(parts.path):
        raise InputError(
            f"{url}: a web server has no globs; write the URLs into a file, one a line, and give "
            f"it as {_LIST}FILE"
        )
    version = web.look(url, fetch)
    return Source(url, version.size, version.tag, fetch)


def _checked(source):
    """The Source; InputError if it is a local or web file and starts with no record."""
    if web.is_url(source.path) or os.path.isfile(source.path):
        with source.open() as stream:
            next(warc.read_records(stream, source.path, _FIRST_RECORD_BYTES), None)
    return source
