"""However the rows of the first job are cut into runs and merged, they are the same; and no more
runs than were allowed are open at once.
"""

import pytest

from pipelines import extraction
from pipelines.common import runs
from tests import builders
from tests.pipelines.conftest import extracted, manifest, rows_of
from tests.prose import prose

DATASETS = ("sentences/lang=*", "rejects/extract/*")
LANGUAGES = ("en", "zh")
FILES = 7


def page(number):
    """URL and text of a page in two languages, some of it on many pages; and every third page
    nearly repeats the one before."""
    own = number - (number % 3 == 2)
    said = []
    for lang in LANGUAGES:
        said += prose(lang, number, 1) + prose(lang, f"own {own}", 8)
        said += prose(lang, f"shared {own % 2}", 3) + ["Ok 1.", "好"]
    return f"https://{'abc'[number % 3]}.example/{number}", said


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    paths = []
    for at in range(FILES):
        entries = [
            builders.Entry(url, builders.html("".join(f"<p>{text}</p>" for text in said)).encode())
            for url, said in map(page, range(at, 28, FILES))
        ]
        paths.append(folder / f"{at}.warc.gz")
        paths[-1].write_bytes(builders.warc(entries)[0])
    return paths


KNOBS = ("extract.min_page_chars=150", "extract.min_furniture_pages=3", "extract.shards=2")


def extract(output, files, *knobs):
    more = [part for knob in (*KNOBS, *knobs) for part in ("--set", knob)]
    return extracted(output, files, *more, languages=",".join(LANGUAGES))


@pytest.fixture(scope="module")
def plain(files, tmp_path_factory):
    return extract(tmp_path_factory.mktemp("plain") / "out", files)


def assert_same(one, other):
    for dataset in DATASETS:
        assert rows_of(one, dataset) == rows_of(other, dataset)
    for lang in LANGUAGES:
        assert manifest(one, f"sentences/lang={lang}") == manifest(other, f"sentences/lang={lang}")


def test_the_test_data_has_what_merging_could_lose(plain):
    for lang in LANGUAGES:
        made = manifest(plain, f"sentences/lang={lang}")
        assert made["occurrences"] > made["rows"] > 100
        assert made["furniture"] and made["duplicate_page"]
    assert len(rows_of(plain, "rejects/extract/*")) > 20


@pytest.fixture
def merged_at_once(monkeypatch):
    """How many runs each merge had."""
    counts, merge = [], runs.merge

    def noted(paths, *more):
        counts.append(len(paths))
        return merge(paths, *more)

    monkeypatch.setattr(runs, "merge", noted)
    return counts


@pytest.mark.parametrize("fan_in", [2, 3])
def test_more_files_than_are_merged_at_once_give_the_same_rows(
    files, plain, tmp_path, monkeypatch, merged_at_once, fan_in
):
    monkeypatch.setattr(runs, "FAN_IN", fan_in)
    output = extract(tmp_path / "out", files)
    assert_same(output, plain)
    assert max(merged_at_once) <= fan_in
    assert not (output / ".work").exists()


@pytest.mark.parametrize(("fan_in", "batch", "rows"), [(2, 1, 1000), (32, 2, 3)])
def test_files_too_big_to_be_held_give_the_same_rows(
    files, plain, tmp_path, monkeypatch, merged_at_once, fan_in, batch, rows
):
    monkeypatch.setattr(extraction, "_HELD_BYTES", 1)
    monkeypatch.setattr(extraction, "_BATCH_RECORDS", batch)
    monkeypatch.setattr(runs, "_ROWS", rows)
    monkeypatch.setattr(runs, "FAN_IN", fan_in)
    assert_same(extract(tmp_path / "out", files), plain)
    assert max(merged_at_once) <= fan_in
    # Each file was written in parts.
    assert len(merged_at_once) > len(files) * len(LANGUAGES) * 2


def test_batches_bounded_by_their_bytes_give_the_same_rows(files, plain, tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "_BATCH_BYTES", 5_000)
    assert_same(extract(tmp_path / "out", files), plain)


@pytest.mark.parametrize("shards", [1, 5])
def test_shards_part_the_rows_and_change_none(files, plain, tmp_path, shards):
    output = extract(tmp_path / "out", files, f"extract.shards={shards}")
    for dataset in DATASETS:
        assert rows_of(output, dataset) == rows_of(plain, dataset)
