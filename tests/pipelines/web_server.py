"""A web server on the loopback interface that fails as told, for tests of those who read from one.

It serves files out of memory and knows ranges. Each GET takes the next of ``faults``, if any is
left, and does what that says; without one it behaves.
"""

import contextlib
import dataclasses
import http.server
import os
import re
import socket
import struct
import threading
import unittest.mock

MODIFIED = "Fri, 01 Mar 2024 12:30:15 GMT"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclasses.dataclass(frozen=True)
class Fault:
    """How one answer differs from a good one.

    status: an answer without the file. cut: bytes of the body after which the connection ends,
    by a reset if ``reset``; -1: before the answer. stall: nothing more comes after ``cut``.
    whole: Range is not heard of. at_most: bytes of the file that the answer holds. declared: what
    the true Content-Length is off by; shown: what Content-Range is off by. headers: in the place of
    the usual ones; one that is None is left out. chunked: no length but the last chunk. content:
    the file as it is from now on.
    """

    status: int = 0
    cut: int | None = None
    reset: bool = False
    stall: bool = False
    whole: bool = False
    at_most: int | None = None
    declared: int = 0
    shown: int = 0
    headers: dict = dataclasses.field(default_factory=dict)
    chunked: bool = False
    content: bytes | None = None


GOOD = Fault()


class Server(http.server.ThreadingHTTPServer):
    """``files`` by path, ``faults`` to come, the fault of ``every`` answer once these are used up,
    ``requests`` that came, (path, Range), and the number of ``connections``."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.faults, self.every, self.requests = {}, [], GOOD, []
        self.connections = 0
        self.released = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request, client_address):
        """Answers a new connection, in a thread of its own."""
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """Clients that go away in the middle are what is tested."""


@contextlib.contextmanager
def running():
    """A Server that serves until the end of the block."""
    server = Server()
    # Whatever proxy this machine has, it is not for this.
    proxies = unittest.mock.patch.dict(os.environ, no_proxy="127.0.0.1", NO_PROXY="127.0.0.1")
    proxies.start()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        proxies.stop()
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Cut(Exception):
    pass


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A stalled or abandoned connection does not keep its thread for ever.
    timeout = 10
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Says nothing."""

    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range", "")
        server.requests.append((self.path, wanted))
        fault = server.faults.pop(0) if server.faults else server.every
        if fault.content is not None:
            server.files[self.path] = fault.content
        try:
            self._answer(server.files.get(self.path), wanted, fault)
        except _Cut:
            self.close_connection = True
            if fault.reset:
                # Unsent data is thrown away and the other side is told so.
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            elif fault.stall:
                server.released.wait(5)

    def _answer(self, data, wanted, fault):
        if fault.cut == -1:
            raise _Cut
        if fault.status or data is None:
            body = b"no file here"
            usual = {"Content-Length": len(body)}
            self._head(fault.status or 404, usual, fault)
            self.wfile.write(body)
            return
        headers = {"ETag": f'"{hash(data):x}"', "Last-Modified": MODIFIED}
        status, body = 200, memoryview(data)
        if wanted and not fault.whole:
            first, last = _RANGE.fullmatch(wanted).groups()
            first, end = int(first), min(int(last) + 1 if last else len(data), len(data))
            if first >= len(data):
                self._head(
                    416, {"Content-Range": f"bytes */{len(data)}", "Content-Length": 0}, fault
                )
                return
            if fault.at_most is not None:
                end = min(end, first + fault.at_most)
            status, body = 206, body[first:end]
            shown = first + fault.shown
            headers["Content-Range"] = f"bytes {shown}-{shown + end - first - 1}/{len(data)}"
        if fault.chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = len(body) + fault.declared
        self._head(status, headers, fault)
        sent = body if fault.cut is None else body[: fault.cut]
        if fault.chunked:
            for at in range(0, len(sent), 50_000):
                chunk = sent[at : at + 50_000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), bytes(chunk)))
        else:
            self.wfile.write(sent)
        if fault.cut is not None or fault.declared > 0:
            raise _Cut
        if fault.chunked:
            self.wfile.write(b"0\r\n\r\n")
        if fault.declared < 0:
            self.close_connection = True

    def _head(self, status, usual, fault):
        self.send_response(status)
        for name, value in {**usual, **fault.headers}.items():
            if value is not None:
                self.send_header(name, str(value))
        self.end_headers()
