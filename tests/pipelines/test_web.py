"""Files on a web server: whatever the server does, what is read is the file's bytes or an error in
one line. The server is real, on the loopback interface, and fails as it is told.
"""

import io
import itertools
import pickle
import random
import socket
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.config import FetchConfig
from mining.errors import InputError
from pipelines.common import web
from tests.pipelines import web_server
from tests.pipelines.web_server import GOOD, MODIFIED, Fault

FETCH = FetchConfig(tries=6, backoff=0.001, max_wait=2.0, timeout=5.0)
# Longer than what is held of it and than what a seek is read through.
DATA = random.Random(1).randbytes(3 << 20)
OTHER = random.Random(2).randbytes(3 << 20)


@pytest.fixture(scope="module")
def shared_server():
    with web_server.running() as running:
        yield running


@pytest.fixture
def server(shared_server):
    """A server with DATA as /file, and nothing left of other tests."""
    reset(shared_server)
    return shared_server


def reset(server):
    server.files = {"/file": DATA}
    server.faults, server.every = [], GOOD
    server.requests.clear()


def read(server, *faults, fetch=FETCH, path="/file"):
    """What reading the whole file gives when the answers after the first look are these."""
    url = server.url + path
    version = web.look(url, fetch)
    server.requests.clear()
    server.faults = list(faults)
    with web.open_url(url, fetch, version) as stream:
        return stream.read()


def error_of(server, *faults, fetch=FETCH, path="/file"):
    with pytest.raises(InputError) as caught:
        read(server, *faults, fetch=fetch, path=path)
    message = str(caught.value)
    assert server.url + path in message and "\n" not in message
    return message


def ranges(server):
    return [wanted for _, wanted in server.requests]


# A good server


def test_file_is_read_in_one_request_for_its_length_and_one_for_its_bytes(server):
    with web.open_url(f"{server.url}/file", FETCH) as stream:
        assert stream.read() == DATA
    assert ranges(server) == ["bytes=0-0", "bytes=0-"]


def test_size_is_told_without_reading(server):
    with web.open_url(f"{server.url}/file", FETCH) as stream:
        assert stream.seek(0, io.SEEK_END) == len(DATA)
        assert stream.read(10) == b""
    assert ranges(server) == ["bytes=0-0"]


def test_seeks_a_little_back_or_ahead_ask_for_nothing(server):
    with web.open_url(f"{server.url}/file", FETCH) as stream:
        for at in (0, 1_000_000, 900_000, 1_900_000, 2_400_000, 2_300_000):
            assert stream.seek(at) == at
            assert stream.read(300_000) == DATA[at : at + 300_000]
    assert ranges(server) == ["bytes=0-0", "bytes=0-"]


def test_seeks_far_back_or_ahead_ask_for_the_rest_from_there(server):
    with web.open_url(f"{server.url}/file", FETCH) as stream:
        for at in (2_500_000, 0):
            stream.seek(at)
            assert stream.read(1_000) == DATA[at : at + 1_000]
    assert ranges(server) == ["bytes=0-0", "bytes=2500000-", "bytes=0-"]


def test_looks_at_many_files_share_a_connection(server):
    before = server.connections
    for _ in range(9):
        web.look(f"{server.url}/file", FETCH)
    assert server.connections <= before + 1


def test_empty_file_is_empty(server):
    server.files["/file"] = b""
    assert web.look(f"{server.url}/file", FETCH).size == 0
    assert read(server) == b""


def test_file_is_not_held_in_memory(server):
    server.files["/file"] = bytes(40 << 20)
    with web.open_url(f"{server.url}/file", FETCH) as stream:
        tracemalloc.start()
        total = sum(len(block) for block in iter(lambda: stream.read(1 << 18), b""))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert total == 40 << 20
    assert peak < 6 << 20


def test_redirects_are_followed_at_every_request(server):
    moved = Fault(status=302, headers={"Location": "/file"})
    server.faults = [moved, GOOD, moved, Fault(cut=50_000), moved, GOOD]
    with web.open_url(f"{server.url}/here", FETCH) as stream:
        assert stream.read() == DATA
    assert [path for path, _ in server.requests] == ["/here", "/file"] * 3
    assert ranges(server)[-1] == "bytes=50000-"


# A failing server


FAILURES = {
    **{str(status): Fault(status=status) for status in (408, 429, 500, 502, 503, 504)},
    "no answer": Fault(cut=-1),
    "no answer, reset": Fault(cut=-1, reset=True),
    "no body": Fault(cut=0),
    "cut": Fault(cut=1_234_567),
    "reset": Fault(cut=1_234_567, reset=True),
    "cut chunks": Fault(chunked=True, cut=1_234_567),
    "part of what was asked for": Fault(at_most=1_234_567),
    "chunks": Fault(chunked=True),
    "no ranges": Fault(whole=True),
    "no ranges and cut": Fault(whole=True, cut=1_234_567),
    "useless Retry-After": Fault(status=503, headers={"Retry-After": "soon"}),
}


@pytest.mark.parametrize("fault", FAILURES.values(), ids=FAILURES)
def test_failure_is_made_up_for(server, fault):
    assert read(server, fault, GOOD, fault) == DATA


@pytest.mark.parametrize("cut", [1, 65_537, len(DATA) - 1])
def test_cut_body_goes_on_at_the_exact_byte(server, cut):
    assert read(server, Fault(cut=cut), Fault(status=503)) == DATA
    assert ranges(server) == ["bytes=0-", f"bytes={cut}-", f"bytes={cut}-"]


def test_stalled_body_goes_on_at_the_exact_byte(server):
    fetch = FetchConfig(tries=3, backoff=0.001, timeout=0.15)
    assert read(server, Fault(cut=70_000, stall=True), fetch=fetch) == DATA
    assert ranges(server) == ["bytes=0-", "bytes=70000-"]


def test_server_without_ranges_is_read_through_to_the_byte_where_it_broke(server):
    server.every = Fault(whole=True)
    assert (
        read(server, *[Fault(whole=True, cut=cut) for cut in (2_000_000, 100, 2_500_000)]) == DATA
    )


def test_look_is_tried_again_too(server):
    server.faults = [Fault(status=503), Fault(cut=-1)]
    assert web.look(f"{server.url}/file", FETCH).size == len(DATA)


def test_failures_are_forgotten_where_the_file_goes_on(server):
    server.every = Fault(cut=(1 << 20) + 1)
    assert read(server, fetch=FetchConfig(tries=2, backoff=0.001)) == DATA


def test_server_that_sends_next_to_nothing_each_time_is_given_up(server):
    server.every, server.faults = Fault(cut=1_000), [GOOD]
    assert "broke at byte 6000, after 6 tries" in error_of(server)
    assert len(server.requests) == 6


def test_server_without_ranges_that_never_gets_further_is_given_up(server):
    server.every, server.faults = Fault(whole=True, cut=2_000_000), [GOOD]
    assert "byte 2000000" in error_of(server)
    assert len(server.requests) <= 2 * FETCH.tries


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(cut=-1), Fault(cut=0)])
def test_server_that_always_fails_is_given_up_after_as_many_tries_as_were_set(server, fault):
    server.every = fault
    server.faults = [GOOD]
    with pytest.raises(InputError, match="after 4 tries"):
        web.open_url(f"{server.url}/file", FetchConfig(tries=4, backoff=0.001)).read()
    assert len(server.requests) == 1 + 4


@pytest.mark.parametrize(
    ("status", "says"), [(404, "not found"), (403, "refuses"), (410, "no longer"), (401, "401")]
)
def test_file_that_is_not_to_be_had_is_told_at_once(server, status, says):
    server.faults = [Fault(status=status)]
    with pytest.raises(InputError, match=rf"^{server.url}/file: .*{says}"):
        web.look(f"{server.url}/file", FETCH)
    assert len(server.requests) == 1
    assert says in error_of(server, Fault(cut=5_000), Fault(status=status))
    assert len(server.requests) == 2


def test_redirects_without_end_are_told(server):
    server.every = Fault(status=301, headers={"Location": "/file"})
    with pytest.raises(InputError, match="redirects"):
        web.look(f"{server.url}/file", FETCH)


def test_redirect_to_what_is_no_web_server_is_told(server):
    server.every = Fault(status=301, headers={"Location": "ftp://127.0.0.1/file"})
    with pytest.raises(InputError, match="can't be fetched"):
        web.look(f"{server.url}/file", FETCH)


def test_server_that_is_not_there_is_told_soon():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/file"
        with pytest.raises(InputError, match="can't be reached, after 3 tries"):
            web.look(url, FetchConfig(tries=1_000, backoff=0.001))


@pytest.mark.parametrize("url", ["http://", "http://[/file", "https://:443/", "http://a b/"])
def test_url_that_is_none_is_told(url):
    with pytest.raises(InputError):
        web.look(url, FETCH)


# Waiting


@pytest.fixture
def waits(monkeypatch):
    """Seconds that were waited, without waiting."""
    waited = []
    monkeypatch.setattr(web.time, "sleep", waited.append)
    return waited


def test_waits_double_up_to_the_longest_with_a_share_left_to_chance(server, waits):
    server.every = Fault(status=503)
    with pytest.raises(InputError):
        web.look(f"{server.url}/file", FetchConfig(tries=9, backoff=0.25, max_wait=10.0))
    most = [0.25, 0.5, 1, 2, 4, 8, 10, 10]
    assert all(top / 2 <= wait <= top for wait, top in zip(waits, most, strict=True))
    assert len({wait / top for wait, top in zip(waits, most, strict=True)}) > 1


def test_wait_is_short_again_once_a_byte_came(server, waits):
    faults = [Fault(status=503)] * 3 + [Fault(cut=1)] + [Fault(status=503)]
    assert read(server, *faults, fetch=FetchConfig(backoff=1.0)) == DATA
    assert all(top / 2 <= wait <= top for wait, top in zip(waits, [1, 2, 4, 1, 2], strict=True))


def test_server_that_says_when_to_come_back_is_believed(server, waits):
    asked = [Fault(status=status, headers={"Retry-After": "7"}) for status in (503, 429)]
    assert read(server, *asked, fetch=FetchConfig()) == DATA
    assert waits == [7, 7]


def test_server_that_is_to_be_left_alone_for_long_is_not_waited_for(server, waits):
    for value in ("3600", time.strftime("%a, %d %b %Y %T GMT", time.gmtime(time.time() + 3_605))):
        fault = Fault(status=503, headers={"Retry-After": value})
        assert "come back in 3,60" in error_of(server, fault, fetch=FetchConfig())
    assert waits == []


# A server that lies


CHANGES = {
    "other bytes": Fault(content=OTHER),
    "other bytes, no ranges": Fault(content=OTHER, whole=True),
    "shorter": Fault(content=DATA[:2_000_000]),
    "too short for the range": Fault(content=DATA[:500_000]),
    "longer": Fault(content=DATA + b"more"),
    "gone empty": Fault(content=b""),
    "other ETag": Fault(headers={"ETag": '"other"'}),
    "no ETag": Fault(headers={"ETag": None}),
    "weak ETag": Fault(headers={"ETag": 'W/"other"'}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("cut", [None, 1_000_000], ids=["from the start", "after a cut"])
def test_file_that_changes_is_an_error_and_never_read(server, change, cut):
    version = web.look(f"{server.url}/file", FETCH)
    server.faults = [change] if cut is None else [Fault(cut=cut), change]
    stream = web.open_url(f"{server.url}/file", FETCH, version)
    found = b""
    with pytest.raises(InputError, match="not what it was|contradicts"):
        while block := stream.read(10_000):
            found += block
    assert found == DATA[: len(found)]
    assert len(found) >= (cut or 0) - 10_000


def test_without_an_etag_the_time_of_change_tells(server):
    server.every = Fault(headers={"ETag": None})
    assert web.look(f"{server.url}/file", FETCH).tag == MODIFIED
    assert read(server, Fault(cut=1_000, headers={"ETag": None})) == DATA
    later = {"ETag": None, "Last-Modified": "Sat, 02 Mar 2024 12:30:15 GMT"}
    cut = Fault(cut=1_000, headers={"ETag": None})
    assert "not what it was" in error_of(server, cut, Fault(headers=later))


def test_weak_etag_tells_nothing(server):
    server.every = Fault(headers={"ETag": 'W/"same"'})
    assert web.look(f"{server.url}/file", FETCH).tag == MODIFIED


def test_file_that_nothing_tells_the_state_of_is_read_in_one_go_or_not(server):
    bare = {"ETag": None, "Last-Modified": None}
    server.every = Fault(headers=bare)
    assert read(server) == DATA
    assert "neither ETag nor Last-Modified" in error_of(server, Fault(cut=1_000, headers=bare))


LIES = {
    "other range": Fault(shown=1),
    "earlier range": Fault(shown=-1),
    "no range": Fault(headers={"Content-Range": None}),
    "no such range": Fault(headers={"Content-Range": f"bytes */{len(DATA)}"}),
    "range beyond the file": Fault(
        chunked=True, headers={"Content-Range": f"bytes 5-{len(DATA)}/{len(DATA)}"}
    ),
    "range backwards": Fault(chunked=True, headers={"Content-Range": f"bytes 5-4/{len(DATA)}"}),
    "range of words": Fault(headers={"Content-Range": "bytes all/all"}),
    "shorter than its range": Fault(declared=-1),
    "longer than its range": Fault(declared=1),
    "no length": Fault(headers={"Content-Length": "many"}),
    "two lengths": Fault(headers={"Content-Length": "5, 6"}),
    "more than its range": Fault(
        chunked=True, headers={"Content-Range": f"bytes 5-{len(DATA) - 2}/{len(DATA)}"}
    ),
    "more than its range, in a chunk of its own": Fault(
        chunked=True, headers={"Content-Range": f"bytes 5-50004/{len(DATA)}"}
    ),
    "416": Fault(status=416),
    "packed on the way": Fault(headers={"Content-Encoding": "gzip"}),
    "packed in transfer": Fault(
        cut=len(DATA), headers={"Transfer-Encoding": "gzip", "Content-Length": None}
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_answer_that_contradicts_itself_is_an_error_and_never_read(server, lie):
    version = web.look(f"{server.url}/file", FETCH)
    server.faults = [Fault(cut=5), lie]
    stream = web.open_url(f"{server.url}/file", FETCH, version)
    assert stream.read(5) == DATA[:5]
    with pytest.raises(InputError):
        stream.read()
    assert len(server.requests) == 3


def test_range_said_not_to_be_there_is_no_change_of_the_file(server):
    assert "contradicts" in error_of(server, Fault(cut=5), Fault(status=416))


def test_whole_answer_of_another_length_is_an_error(server):
    for declared in (-1, 1):
        assert "not what it was" in error_of(server, Fault(whole=True, declared=declared))


def test_server_that_does_not_tell_the_length_is_an_error(server):
    server.faults = [Fault(whole=True, chunked=True)]
    with pytest.raises(InputError, match="how long"):
        web.look(f"{server.url}/file", FETCH)


@pytest.mark.parametrize(
    ("name", "coding"), [("/a.warc.gz", "gzip"), ("/A.WARC.GZ", "x-gzip"), ("/a.warc.zst", "zstd")]
)
def test_coding_that_is_the_files_own_is_left_alone(server, name, coding):
    server.files[name] = DATA
    server.every = Fault(headers={"Content-Encoding": coding})
    assert read(server, path=name) == DATA


def test_errors_reach_whoever_started_the_worker(server):
    server.faults = [Fault(status=404)]
    with pytest.raises(InputError) as caught:
        web.look(f"{server.url}/file", FETCH)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# Whatever happens

cuts = st.one_of(st.none(), st.integers(0, 300_000), st.integers(0, len(DATA)))
passing_faults = st.one_of(
    st.builds(Fault, cut=cuts, reset=st.booleans()),
    st.builds(Fault, cut=st.just(-1), reset=st.booleans()),
    st.builds(Fault, status=st.sampled_from([429, 500, 502, 503, 504])),
    st.builds(Fault, cut=cuts, whole=st.just(True), chunked=st.booleans()),
    st.builds(Fault, cut=cuts, chunked=st.just(True)),
    st.builds(Fault, at_most=st.integers(1, 500_000)),
)
steps = st.tuples(
    st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END]),
    st.one_of(st.just(0), st.integers(-400_000, 400_000), st.integers(-len(DATA), len(DATA))),
    st.one_of(st.integers(0, 99), st.integers(0, 700_000)),
)


@given(faults=st.lists(passing_faults, max_size=FETCH.tries - 1), steps=st.lists(steps, max_size=8))
@settings(max_examples=80, derandomize=True, deadline=None, database=None)
def test_seeks_and_reads_give_the_files_bytes_whatever_fails(shared_server, faults, steps):
    reset(shared_server)
    url = f"{shared_server.url}/file"
    version = web.look(url, FETCH)
    shared_server.faults = list(faults)
    known = io.BytesIO(DATA)
    with web.open_url(url, FETCH, version) as stream:
        for whence, offset, size in itertools.chain(steps, [(io.SEEK_SET, 0, -1)]):
            start = {io.SEEK_SET: 0, io.SEEK_CUR: known.tell(), io.SEEK_END: len(DATA)}[whence]
            place = known.seek(max(0, start + offset))
            assert stream.seek(place) == place == stream.tell()
            assert stream.read(size) == known.read(size)


lies = st.one_of(
    st.sampled_from([*LIES.values(), *CHANGES.values()]), st.builds(Fault, content=st.just(OTHER))
)


@given(
    faults=st.lists(st.one_of(passing_faults, lies), max_size=8),
    sizes=st.lists(st.integers(9_000, 900_000), min_size=1, max_size=4),
)
@settings(max_examples=60, derandomize=True, deadline=None, database=None)
def test_what_a_lying_server_gives_is_the_files_bytes_or_an_error(shared_server, faults, sizes):
    reset(shared_server)
    url = f"{shared_server.url}/file"
    version = web.look(url, FETCH)
    shared_server.faults = list(faults)
    found = b""
    try:
        with web.open_url(url, FETCH, version) as stream:
            for size in itertools.cycle(sizes):
                block = stream.read(size)
                if not block:
                    break
                found += block
    except InputError:
        assert faults
        assert found == DATA[: len(found)]
    else:
        assert found == DATA
