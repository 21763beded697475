"""Files on web servers as seekable streams, read as they come and never held whole.

A connection that breaks is taken up again at the byte where it broke. Every answer has to say which
bytes it holds and that they are of the same file, by its length and its ETag or Last-Modified; one
that doesn't is an error, and no byte of it is read.
"""

import dataclasses
import functools
import io
import logging
import random
import re
import time
import urllib.parse
import urllib.request

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    LocationValueError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    ResponseError,
    SSLError,
)

import mining
from mining.errors import InputError

_LOG = logging.getLogger(__name__)
_CHUNK = 1 << 18
# Bytes before the last one received that are kept, and how far ahead a seek is read through rather
# than asked for: a new request costs about as much.
_HELD = 1 << 20
_SKIP = 1 << 20
# What a server has to send for its failures to be forgotten.
_PROGRESS = 1 << 20
# Tries of a first contact: a name that is not known, or no network at all, is told soon.
_FIRST_TRIES = 3
_PASSING = frozenset((408, 429, 500, 502, 503, 504))
_REFUSED = {
    403: "the server refuses it, or was asked too often",
    404: "not found",
    410: "no longer there",
}
_ADVICE = "download the file and give the local one"
# Redirects are urllib3's, all else is tried again here: a broken body has to count as well.
_REDIRECTS = urllib3.Retry(
    total=None, connect=0, read=0, status=0, other=0, redirect=10, respect_retry_after_header=False
)
_LENGTH = re.compile(r"\d{1,18}")
_RANGE = re.compile(r"bytes\s+(?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18})", re.IGNORECASE)
# How a file may be said to be encoded because it is compressed in itself.
_ENCODING = {"gzip": ".gz", "x-gzip": ".gz", "zstd": ".zst"}


@dataclasses.dataclass(frozen=True)
class Version:
    """Tells one state of a file from another: its size in bytes and its ETag or Last-Modified.

    ``tag`` is empty where the server gives neither; then only one answer of it can be trusted.
    """

    size: int
    tag: str


class _Passing(Exception):
    """A failure that may be over soon. ``wait``: seconds the server asks for; ``unreached``: no
    server was there to ask."""

    def __init__(self, what, wait=0.0, unreached=False):
        super().__init__(what)
        self.wait = wait
        self.unreached = unreached


def is_url(path):
    """Whether ``path`` is of a web server."""
    return path[:8].lower().startswith(("http://", "https://"))


def look(url, fetch):
    """The Version that a file has now. One request for one byte, tried as often as fetch
    (mining.config.FetchConfig) says; raises InputError where there is no such file, or its server
    doesn't say how long it is."""
    patience = _Patience(url, fetch, _FIRST_TRIES)
    while True:
        try:
            response = _ask(url, "bytes=0-0", fetch)
        except _Passing as failure:
            patience.wait(failure)
            continue
        try:
            version = _version(response, url)
            if (_content_length(response, url) or _CHUNK) < _CHUNK:
                # The connection can be used again. A server may well answer with the whole file.
                response.drain_conn()
            return version
        finally:
            response.close()


def open_url(url, fetch, version=None):
    """A file on a web server as a seekable, buffered binary stream.

    version: what look found, if it did; it is held to. Reading raises InputError where the file is
    not that one (any more), or can't be had by as many tries as ``fetch`` allows.
    """
    return io.BufferedReader(_WebFile(url, fetch, version or look(url, fetch)), _CHUNK)


class _WebFile(io.RawIOBase):
    def __init__(self, url, fetch, version):
        self._url, self._fetch, self._version = url, fetch, version
        self._patience = _Patience(url, fetch, fetch.tries)
        self._position = 0
        # The bytes that were received last, up to the place _at in the file.
        self._held, self._at = bytearray(), 0
        # The answer that goes on at _at once _skip bytes of it are dropped, and ends at _end.
        self._response, self._skip, self._end = None, 0, 0
        self._asked = False

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._position

    def seek(self, offset, whence=io.SEEK_SET):
        start = {
            io.SEEK_SET: 0,
            io.SEEK_CUR: self._position,
            io.SEEK_END: self._version.size,
        }[whence]
        if start + offset < 0:
            raise ValueError(f"a seek to {start + offset}")
        self._position = start + offset
        return self._position

    def readinto(self, buffer):
        count = min(len(buffer), self._version.size - self._position)
        if count <= 0:
            return 0
        while not self._at - len(self._held) <= self._position < self._at:
            self._come_nearer()
        start = self._position - (self._at - len(self._held))
        with memoryview(self._held)[start : start + count] as found:
            buffer[: len(found)] = found
            self._position += len(found)
            return len(found)

    def close(self):
        self._drop()
        super().close()

    def _come_nearer(self):
        """Receives some bytes on the way to the position, or makes up for what went wrong."""
        try:
            if self._response is None or not self._at <= self._position <= self._at + _SKIP:
                self._connect()
            self._receive()
        except _Passing as failure:
            self._drop()
            self._patience.wait(failure)
        except BaseException:
            self._drop()
            raise

    def _connect(self):
        """Has an answer that goes on at the position."""
        self._drop()
        if self._asked and not self._version.tag:
            raise InputError(
                f"{self._url}: can't be read on at byte {self._position}: the server gives neither "
                f"ETag nor Last-Modified, so nothing tells that it is still the same; {_ADVICE}"
            )
        response = _ask(self._url, f"bytes={self._position}-", self._fetch)
        self._asked = True
        try:
            start, end = _span(response, self._url, self._version, self._position)
        except BaseException:
            response.close()
            raise
        self._response, self._end, self._skip = response, end, self._position - start
        if self._at != self._position:
            self._held.clear()
            self._at = self._position

    def _receive(self):
        try:
            chunk = self._response.read1(_CHUNK, decode_content=False)
            if not chunk:
                raise _Passing(f"the connection broke{self._where()}")
            if self._skip:
                dropped = min(self._skip, len(chunk))
                self._skip -= dropped
                chunk = chunk[dropped:]
            if self._at + len(chunk) == self._end:
                chunk += self._surplus()
        except HTTPError as error:
            raise _failure(self._url, error, self._fetch, self._where()) from None
        except ValueError:
            # Chunks of a length that is none.
            raise _Passing(f"the connection broke{self._where()}") from None
        if self._at + len(chunk) > self._end:
            raise InputError(f"{self._url}: the server sends more bytes than it says; {_ADVICE}")
        self._held += chunk
        self._at += len(chunk)
        if chunk:
            self._patience.went_on(len(chunk))
        if len(self._held) > _HELD + _CHUNK:
            del self._held[:-_HELD]
        if self._at == self._end:
            self._drop()

    def _surplus(self):
        """What comes after the last byte of an answer whose length only its end tells."""
        if "Content-Length" in self._response.headers:
            return b""
        return self._response.read1(1, decode_content=False)

    def _where(self):
        return f" at byte {self._at}"

    def _drop(self):
        if self._response is not None:
            self._response.close()
            self._response = None


class _Patience:
    """How often and how long a failing server is waited for."""

    def __init__(self, url, fetch, first_tries):
        self._url, self._fetch, self._first_tries = url, fetch, first_tries
        # The tries of a MiB are counted together, or a few bytes each would do for ever; how long
        # to wait is another question, whose answer a byte that came changes.
        self._failures = self._received = self._in_vain = 0

    def went_on(self, count):
        """``count`` bytes came in."""
        self._in_vain = 0
        self._received += count
        if self._received >= _PROGRESS:
            self._failures = self._received = 0

    def wait(self, failure):
        """Waits until it is time to try again; raises InputError where that is no use."""
        fetch = self._fetch
        self._failures += 1
        self._in_vain += 1
        tries = min(fetch.tries, self._first_tries) if failure.unreached else fetch.tries
        if self._failures >= tries:
            often = f", after {tries} tries" if tries > 1 else ""
            raise InputError(
                f"{self._url}: {failure}{often}; run the same command again later: what is "
                "finished is kept"
            )
        if failure.wait > fetch.max_wait:
            raise InputError(
                f"{self._url}: {failure}; the server asks to come back in {failure.wait:,.0f} s, "
                "run the same command again then"
            )
        most = min(fetch.max_wait, fetch.backoff * 2.0 ** min(self._in_vain - 1, 99))
        wait = max(failure.wait, random.uniform(most / 2, most))
        _LOG.warning("%s: %s; trying again in %.1f s", self._url, failure, wait)
        time.sleep(wait)


def _ask(url, wanted, fetch):
    """The answer to a GET for a range of bytes, its body unread, with a status of 200, 206 or 416.

    Raises _Passing for what may be over soon, InputError for what won't.
    """
    headers = {
        "Range": wanted,
        "Accept-Encoding": "identity",
        "User-Agent": f"bitext-mining/{mining.__version__}",
    }
    try:
        response = _manager(_proxy(url)).urlopen(
            "GET",
            url,
            headers=headers,
            timeout=urllib3.Timeout(connect=fetch.timeout, read=fetch.timeout),
            retries=_REDIRECTS,
            preload_content=False,
            decode_content=False,
        )
    except MaxRetryError as error:
        raise _failure(url, error.reason, fetch) from None
    except (HTTPError, ValueError) as error:
        raise _failure(url, error, fetch) from None
    if response.status in (200, 206, 416):
        return response
    response.close()
    what = f"{response.status} {response.reason or ''}".strip()
    if response.status in _PASSING:
        raise _Passing(what, _wait_asked_for(response))
    if response.status in _REFUSED:
        raise InputError(f"{url}: {_REFUSED[response.status]} ({what})")
    raise InputError(f"{url}: can't be fetched: {what}")


def _wait_asked_for(response):
    try:
        return _REDIRECTS.get_retry_after(response) or 0.0
    except (InvalidHeader, ValueError, OverflowError):
        return 0.0


def _failure(url, error, fetch, where=""):
    """The _Passing or InputError for what urllib3 raised; ``where`` it was in the file."""
    if isinstance(error, NameResolutionError):
        return _Passing("no such host, or no network", unreached=True)
    if isinstance(error, NewConnectionError):
        return _Passing("the server can't be reached", unreached=True)
    if isinstance(error, ConnectTimeoutError):
        return _Passing(f"the server can't be reached in {fetch.timeout:g} s", unreached=True)
    if isinstance(error, ReadTimeoutError):
        return _Passing(f"nothing came for {fetch.timeout:g} s{where}")
    if isinstance(error, ProxyError):
        return _Passing("the proxy can't be reached", unreached=True)
    if isinstance(error, SSLError) and "CERTIFICATE" in str(error).upper():
        return InputError(f"{url}: the server's certificate can't be trusted: {error}")
    final = (LocationValueError, ResponseError, InvalidHeader)
    if isinstance(error, final) or not isinstance(error, HTTPError):
        return InputError(f"{url}: can't be fetched: {error}")
    return _Passing(f"the connection broke{where}")


def _version(response, url):
    """The Version that an answer to a request for the first byte tells."""
    if response.status == 200:
        size = _content_length(response, url)
    else:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        size = found and int(found.group(3))
    if size is None:
        raise InputError(f"{url}: the server doesn't say how long the file is; {_ADVICE}")
    _check_encoding(response, url)
    return Version(size, _tag(response))


def _span(response, url, version, start):
    """Where in the file an answer to a request for all bytes from ``start`` on begins and ends.

    Raises InputError where it is of another file than ``version``, or contradicts itself.
    """
    stated = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    length = _content_length(response, url)
    size = length if response.status == 200 else stated and int(stated.group(3))
    # That there is no such part can be said without saying of which version.
    tag = version.tag if response.status == 416 else _tag(response)
    now = Version(version.size if size is None else size, tag)
    if now != version:
        raise InputError(
            f"{url}: the file is not what it was: {_shown(now)}, before {_shown(version)}; run "
            "the same command again once it is no longer written to"
        )
    _check_encoding(response, url)
    if response.status == 200:
        return 0, version.size
    if response.status == 206 and stated and stated.group(1):
        first, end = int(stated.group(1)), int(stated.group(2)) + 1
        if first == start < end <= size and length in (None, end - first):
            return first, end
    raise InputError(
        f"{url}: the server contradicts itself about the bytes from {start} on; {_ADVICE}"
    )


def _shown(version):
    return f"{version.size:,} bytes, {version.tag or 'no ETag'}"


def _content_length(response, url):
    """Content-Length as a number, None where there is none."""
    text = response.headers.get("Content-Length", "").strip()
    if text and not _LENGTH.fullmatch(text):
        raise InputError(f"{url}: the server gives a length that is none: {text[:40]}")
    return int(text) if text else None


def _tag(response):
    """What the server tells versions by. A weak ETag does not: other bytes may have the same."""
    etag = response.headers.get("ETag", "").strip()
    weak = etag.startswith("W/")
    return etag if etag and not weak else response.headers.get("Last-Modified", "").strip()


def _check_encoding(response, url):
    """InputError for an answer whose bytes are not those of the file."""
    path = urllib.parse.urlsplit(url).path.lower()
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    transfer = response.headers.get("Transfer-Encoding", "").strip().lower()
    plain = encoding in ("", "identity") or path.endswith(_ENCODING.get(encoding, "\0"))
    if not plain or transfer not in ("", "identity", "chunked"):
        raise InputError(f"{url}: the server sends it only encoded as {encoding or transfer}")


def _proxy(url):
    """The proxy that the environment names for a URL, '' for none."""
    parts = urllib.parse.urlsplit(url)
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme.lower()) or proxies.get("all") or ""
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


@functools.cache
def _manager(proxy):
    """What keeps connections open, for all threads of this process."""
    if not proxy:
        return urllib3.PoolManager(maxsize=32)
    auth = urllib3.util.parse_url(proxy).auth
    headers = urllib3.make_headers(proxy_basic_auth=urllib.parse.unquote(auth)) if auth else None
    return urllib3.ProxyManager(proxy, maxsize=32, proxy_headers=headers)
