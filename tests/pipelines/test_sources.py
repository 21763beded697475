"""Which files a job reads: what paths, globs, URLs, lists and the names of crawls stand for, and
that it makes no difference to the rows where a file was read from.
"""

import gzip
import importlib.util
import os
import pathlib
import pickle

import duckdb
import pytest

from mining.config import FetchConfig
from mining.errors import InputError
from pipelines import extract
from pipelines.common import datasets, manifests, options, sources
from tests import builders
from tests.pipelines import web_server
from tests.pipelines.conftest import SAMPLES
from tests.pipelines.web_server import Fault

FETCH = FetchConfig(tries=4, backoff=0.001, timeout=5.0)
CRAWL = "CC-MAIN-2026-43"


def warc_bytes(number):
    return builders.warc(builders.pages(number + 1))[0]


@pytest.fixture
def server():
    """A server with three WARC files and nothing else."""
    with web_server.running() as running:
        running.files = {f"/{name}.warc.gz": warc_bytes(n) for n, name in enumerate("abc")}
        yield running


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with three WARC files, and in it."""
    for n, name in enumerate("abc"):
        (tmp_path / f"{name}.warc.gz").write_bytes(warc_bytes(n))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def crawl(server):
    """A server with a crawl of twelve files a kind, the URL of each by number."""
    for kind, other in (("warc", "wet"), ("wet", "warc")):
        names = [f"crawl-data/{CRAWL}/segments/1/{kind}/{n:05}.{kind}.gz" for n in range(12)]
        server.files.update({f"/{name}": warc_bytes(n) for n, name in enumerate(names)})
        listed = "".join(f"{name}\n" for name in names).encode()
        server.files[f"/crawl-data/{CRAWL}/{kind}.paths.gz"] = gzip.compress(listed)
        assert other not in names[0]
    return server


def find(*patterns):
    return sources.find_sources(patterns, FETCH)


def paths(found):
    return [source.path for source in found]


def chosen(*argv):
    """The sources that a command line chooses."""
    parser = options.parser("extract", "")
    sources.add_options(parser)
    quick = [f"fetch.{knob}={getattr(FETCH, knob)}" for knob in ("tries", "backoff", "timeout")]
    sets = [part for text in quick for part in ("--set", text)]
    common = ["--output", "-", "--languages", "en,de", *sets]
    return sources.chosen(options.parse(parser, [*common, *argv])[0])


# Paths, globs, URLs


def test_paths_globs_and_urls_give_each_file_once_by_name(folder, server):
    urls = [f"{server.url}/b.warc.gz", f"{server.url}/a.warc.gz"]
    found = find("c.warc.gz", "*.warc.gz", *urls, urls[0])
    assert paths(found) == sorted(["a.warc.gz", "b.warc.gz", "c.warc.gz", *urls])
    assert {source.size for source in found} == {len(warc_bytes(n)) for n in range(3)}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.warc.gz", "abc"),
        ("./*.warc.gz", ["./a", "./b", "./c"]),
        ("[ab].*", "ab"),
        ("s*/*.warc.gz", ["sub/d"]),
        ("sub/*", ["sub/d"]),
        ("../{}/sub/*", ["../{}/sub/d"]),
        ("b.warc.gz", "b"),
    ],
)
def test_globs_are_of_this_folder_unless_they_say_so(folder, pattern, found):
    (folder / "sub").mkdir()
    (folder / "sub" / "d.warc.gz").write_bytes(warc_bytes(3))
    pattern = pattern.format(folder.name)
    assert paths(find(pattern)) == [f"{name.format(folder.name)}.warc.gz" for name in found]


def test_sources_open_as_the_bytes_they_were_found_with(folder, server):
    for path in ("b.warc.gz", f"{server.url}/b.warc.gz"):
        (source,) = find(path)
        with pickle.loads(pickle.dumps(source)).open() as stream:
            assert stream.read() == warc_bytes(1)


def test_identity_changes_with_the_file_and_with_nothing_else(folder, server):
    url = f"{server.url}/a.warc.gz"

    def identity(path, **knobs):
        (source,) = sources.find_sources([path], FetchConfig(**knobs))
        return source.identity

    before = [identity("a.warc.gz"), identity(url)]
    assert [identity("a.warc.gz"), identity(url, tries=9, timeout=9.0)] == before
    os.utime("a.warc.gz", (1, 1))
    server.files["/a.warc.gz"] = warc_bytes(7)
    after = [identity("a.warc.gz"), identity(url)]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_web_file_that_changed_since_it_was_found_is_not_read(server):
    (source,) = find(f"{server.url}/a.warc.gz")
    server.files["/a.warc.gz"] = warc_bytes(7)
    with source.open() as stream, pytest.raises(InputError, match="not what it was"):
        stream.read()


@pytest.mark.parametrize(
    ("content", "says"), [(None, "not found"), (b"", "empty"), (b"<html>", "not a WARC file")]
)
def test_web_file_that_cannot_be_used(server, content, says):
    if content is not None:
        server.files["/bad.warc.gz"] = content
    with pytest.raises(InputError, match=rf"^{server.url}/bad\.warc\.gz: .*{says}"):
        find(f"{server.url}/a.warc.gz", f"{server.url}/bad.warc.gz")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:1/*.warc.gz", "no globs"),
        ("http://me:secret@127.0.0.1:1/a.warc.gz", "no password"),
        ("foo://bucket/a.warc.gz", "foo://"),
    ],
)
def test_url_that_cannot_be_used(url, says):
    with pytest.raises(InputError, match=says) as caught:
        find(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "module", "package"),
    [
        ("s3://bucket/a.warc.gz", "boto3", "apache-beam[aws]"),
        ("gs://bucket/*.warc.gz", "apitools", "apache-beam[gcp]"),
    ],
)
def test_object_store_without_its_package_names_what_to_install(path, module, package):
    if importlib.util.find_spec(module):
        pytest.skip(f"{module} is installed")
    for use in (find, lambda path: find(f"@{path}"), manifests.claim_output):
        with pytest.raises(InputError) as caught:
            use(path)
        assert f"pip install '{package}'" in str(caught.value)


def test_output_is_no_url_of_a_web_server(server):
    with pytest.raises(InputError, match="takes no output"):
        manifests.claim_output(f"{server.url}/out")


# Lists


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
def test_list_stands_for_its_lines(folder, server, pack):
    lines = f"\ufeff# our files\r\n\n  b.warc.gz \r\n{server.url}/a.warc.gz\nc.*\n#d.warc.gz"
    (folder / "list").write_bytes(pack(lines.encode()))
    found = find("@list", "a.warc.gz")
    assert paths(found) == ["a.warc.gz", "b.warc.gz", "c.warc.gz", f"{server.url}/a.warc.gz"]


def test_list_on_a_web_server_stands_for_its_lines(server):
    urls = [f"{server.url}/{name}.warc.gz" for name in "ca"]
    server.files["/warc.paths.gz"] = gzip.compress("\n".join(urls).encode())
    assert paths(find(f"@{server.url}/warc.paths.gz")) == sorted(urls)


def test_file_whose_name_starts_with_an_at_sign_is_given_with_its_folder(folder):
    (folder / "@a.warc.gz").write_bytes(warc_bytes(0))
    assert paths(find("./@a.warc.gz")) == ["./@a.warc.gz"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"# nothing\n\n", "empty"),
        (b"\xff\xfe\x00", "no list of paths"),
        (gzip.compress(b"a.warc.gz", mtime=0)[:-9], "no list of paths"),
        (b"@other", "list of lists"),
        (b"missing.warc.gz", "missing.warc.gz: no such file"),
    ],
)
def test_list_that_cannot_be_used(folder, content, says):
    if content is not None:
        (folder / "list").write_bytes(content)
    with pytest.raises(InputError, match=says):
        find("@list")


@pytest.mark.parametrize(("name", "says"), [("", "give the name"), (".", "can't be read")])
def test_list_that_is_no_file(folder, name, says):
    with pytest.raises(InputError, match=says):
        find(f"@{name}")


# Crawls


@pytest.mark.parametrize(
    ("files", "numbers"),
    [
        ((), [0]),
        (("--files", "3"), [3]),
        (("--files", "0-2"), [0, 1, 2]),
        (("--files", "9-11, 2,10-10,0"), [0, 2, 9, 10, 11]),
    ],
)
@pytest.mark.parametrize("kind", ["warc", "wet"])
def test_files_of_a_crawl_are_chosen_by_number(crawl, files, numbers, kind):
    more = ("--kind", kind) if kind == "wet" else ()
    for base in (crawl.url, f"{crawl.url}/"):
        found = chosen("--crawl", CRAWL, "--crawl-base", base, *files, *more)
        assert paths(found) == [
            f"{crawl.url}/crawl-data/{CRAWL}/segments/1/{kind}/{n:05}.{kind}.gz" for n in numbers
        ]
        assert [source.size for source in found] == [len(warc_bytes(n)) for n in numbers]


def test_crawl_can_be_a_copy_in_a_folder(crawl, tmp_path):
    for path, content in crawl.files.items():
        copy = tmp_path / path[1:]
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    found = chosen("--crawl", CRAWL, "--crawl-base", str(tmp_path), "--files", "1")
    assert paths(found) == [f"{tmp_path}/crawl-data/{CRAWL}/segments/1/warc/00001.warc.gz"]


def test_files_of_a_crawl_are_looked_up_by_one_request_each(crawl):
    chosen("--crawl", CRAWL, "--crawl-base", crawl.url, "--files", "0-11")
    assert len(crawl.requests) == 2 + 12


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ((), "--input --crawl is required"),
        (("--crawl", CRAWL, "--input", "a"), "not allowed with"),
        (("--input", "a", "--files", "1"), "--files: only with --crawl"),
        (("--input", "a", "--kind", "wet"), "--kind: only with --crawl"),
        (("--input", "a", "--crawl-base", "b"), "--crawl-base: only with --crawl"),
        (("--crawl", CRAWL, "--kind", "wat"), "wat"),
        (("--crawl", CRAWL, "--files", "12"), "12 warc files of CC-MAIN-2026-43 is number 11"),
        (("--crawl", CRAWL, "--files", "0-999999999"), "is number 11"),
        (("--crawl", CRAWL, "--files", "3-1"), "--files 3-1: give"),
        (("--crawl", CRAWL, "--files", "1,,2"), "--files 1,,2: give"),
        (("--crawl", CRAWL, "--files", "all"), "--files all: give"),
        (("--crawl", "CC-MAIN-1999-01"), "--crawl CC-MAIN-1999-01: no list of its files: http"),
        (("--crawl", "../secrets"), "--crawl ../secrets: give a name"),
        (("--crawl", ""), "give a name"),
        (("--input", "a", "--set", "fetch.timeout=-1"), "fetch.timeout"),
        (("--input", "a", "--set", "fetch.tries=0"), "at least 1"),
    ],
)
def test_choice_that_cannot_be_made(crawl, argv, says):
    base = ("--crawl-base", crawl.url) if "--crawl" in argv else ()
    with pytest.raises(InputError) as caught:
        chosen(*argv, *base)
    assert says in str(caught.value)


def test_file_that_its_crawl_lists_but_does_not_have(crawl):
    gone = f"/crawl-data/{CRAWL}/segments/1/warc/00004.warc.gz"
    del crawl.files[gone]
    with pytest.raises(InputError, match="00004.warc.gz: not found"):
        chosen("--crawl", CRAWL, "--crawl-base", crawl.url, "--files", "0-11")


# The whole job


def extracted(output, *argv):
    """All rows that the job leaves, but for the names of files and of what they are a part of."""
    argv = [*argv, "--output", str(output), "--languages", "en,de", "--workers", "1"]
    assert options.guarded(extract.main, argv) == 0
    rows = {}
    for folder in sorted(pathlib.Path(output).glob("**/lang=*")):
        dataset = str(folder.relative_to(output))
        if not list(folder.glob("*.parquet")):
            continue
        found = duckdb.sql(
            f"select * exclude warc_file, parse_filename(warc_file) from "
            f"read_parquet('{folder}/*.parquet', hive_partitioning = false)"
        )
        rows[dataset] = sorted(map(str, found.fetchall()))
    return rows


def test_crawl_behind_connections_that_break_gives_the_rows_of_the_local_files(server, tmp_path):
    samples = sorted(SAMPLES.glob("*.warc.gz"))[:2]
    names = [f"crawl-data/{CRAWL}/{path.name}" for path in samples]
    for name, path in zip(names, samples, strict=True):
        server.files[f"/{name}"] = path.read_bytes()
    server.files[f"/crawl-data/{CRAWL}/warc.paths.gz"] = gzip.compress("\n".join(names).encode())
    expected = extracted(tmp_path / "local", "--input", *map(str, samples))
    server.every = Fault(cut=9_000)
    argv = ("--crawl", CRAWL, "--crawl-base", server.url, "--files", "0-1")
    knobs = ("--set", "fetch.tries=99", "--set", "fetch.backoff=0.001")
    assert extracted(tmp_path / "web", *argv, *knobs) == expected
    cuts = sum(path.stat().st_size // 9_000 for path in samples)
    assert len(server.requests) > cuts > 10
    manifest = datasets.read_json(str(tmp_path / "web/sentences/lang=de/_manifest.json"))
    assert manifest["inputs"] == [f"{server.url}/{name}" for name in names]


def test_text_extracts_of_a_crawl_are_mined_like_its_pages(server, tmp_path):
    german = "Die Fähre legt um acht Uhr morgens ab.\nHunde und Fahrräder fahren kostenlos mit.\n"
    text = {"kind": "conversion", "status": "", "content_type": "text/plain"}
    info = builders.Entry(kind="warcinfo", status="", content_type="application/warc-fields")
    file, _ = builders.warc([info, builders.Entry(body=german.encode(), **text)])
    server.files = {
        f"/crawl-data/{CRAWL}/wet.paths.gz": gzip.compress(b"a.warc.wet.gz\n"),
        "/a.warc.wet.gz": file,
    }
    argv = ("--crawl", CRAWL, "--crawl-base", server.url, "--kind", "wet")
    rows = extracted(tmp_path / "out", *argv)
    assert len(rows["sentences/lang=de"]) == 2
    for line in german.splitlines():
        assert any(line in row for row in rows["sentences/lang=de"])


def test_file_that_changes_while_the_job_runs_is_one_line_and_no_dataset(
    server, tmp_path, capsys, monkeypatch
):
    url = f"{server.url}/a.warc.gz"
    server.files["/a.warc.gz"] = (SAMPLES / "sample-00000.warc.gz").read_bytes()
    (found,) = find(url)
    server.files["/a.warc.gz"] = (SAMPLES / "sample-00001.warc.gz").read_bytes()
    monkeypatch.setattr(extract, "chosen", lambda _: [found])
    argv = ["--input", url, "--output", str(tmp_path / "out"), "--languages", "en,de"]
    assert options.guarded(extract.main, argv) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: {url}: the file is not what it was") and err.count("\n") == 1
    assert not list(tmp_path.rglob("_manifest.json"))


def test_second_run_on_the_same_web_files_reads_them_no_more(server, tmp_path):
    server.files["/a.warc.gz"] = (SAMPLES / "sample-00000.warc.gz").read_bytes()
    argv = ("--input", f"{server.url}/a.warc.gz")
    first = extracted(tmp_path / "out", *argv)
    server.requests.clear()
    assert extracted(tmp_path / "out", *argv) == first
    # One for its version, one for its first record.
    assert len(server.requests) == 2
