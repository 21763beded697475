"""The first job killed without warning, again and again, at any moment, and run again: the rows are
those of one run, and nothing of the dead ones is left.
"""

import multiprocessing
import os
import random
import shutil
import time

import pytest
from apache_beam.io.filesystems import FileSystems

from tests import builders
from tests.pipelines.conftest import extracted, manifest, rows_of
from tests.prose import prose

FILES = 20
DATASETS = ("sentences/lang=*", "rejects/extract/*")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Small files, in which sentences and whole pages recur."""
    folder = tmp_path_factory.mktemp("files")
    paths = []
    for number in range(FILES):
        entries = []
        for at in range(6):
            said = ["Ok 1.", *prose("en", number * 3 + at, 9), *prose("de", number * 5 + at, 9)]
            body = "".join(f"<p>{sentence}</p>" for sentence in said)
            url = f"https://{'ab'[at % 2]}.example/{number}/{at}"
            entries.append(builders.Entry(url, builders.html(body).encode()))
        paths.append(folder / f"{number:02}.warc.gz")
        paths[-1].write_bytes(builders.warc(entries)[0])
    return paths


@pytest.fixture(scope="module")
def plain(files, tmp_path_factory):
    return run(tmp_path_factory.mktemp("plain") / "out", files)


def run(output, files):
    return extracted(output, files, languages="en,de")


def assert_finished_as(output, plain):
    for dataset in DATASETS:
        assert rows_of(output, dataset) == rows_of(plain, dataset), dataset
    for dataset in ("sentences/lang=en", "sentences/lang=de", "rejects/extract/records"):
        assert manifest(output, dataset) == manifest(plain, dataset)
    assert names(output) == names(plain)


def names(output):
    """Everything in a folder but what a run may have had no time left to delete."""
    found = (str(path.relative_to(output)) for path in output.rglob("*"))
    return sorted(name for name in found if not name.startswith(".work"))


class Disk:
    """Lets ``left`` files be finished, then none."""

    def __init__(self, monkeypatch):
        self.left = self.finished = 0
        self._rename = FileSystems.rename
        monkeypatch.setattr(FileSystems, "rename", self.rename)

    def rename(self, *names):
        if self.left == 0:
            raise OSError(28, "No space left on device")
        self.left -= 1
        self.finished += 1
        self._rename(*names)


def run_until_full(output, files, disk, left):
    """Runs the job on a disk with so much room; whether it got to its end."""
    disk.left = left
    try:
        run(output, files)
    except AssertionError:
        return False
    return True


def test_stopped_every_few_files_and_run_again_gives_the_same_rows(files, tmp_path, monkeypatch):
    disk = Disk(monkeypatch)
    plain, output = tmp_path / "plain", tmp_path / "out"
    assert run_until_full(plain, files[:6], disk, 10_000)
    # Room for one input file's share each time, no less.
    runs = 1
    while not run_until_full(output, files[:6], disk, 20):
        runs += 1
    assert runs > 2
    assert_finished_as(output, plain)
    assert not (output / ".work").exists()


@pytest.mark.parametrize("missing", [1, 2, 4])
def test_stopped_shortly_before_its_end_and_run_again_gives_the_same_rows(
    files, tmp_path, monkeypatch, missing
):
    disk = Disk(monkeypatch)
    plain, output = tmp_path / "plain", tmp_path / "out"
    assert run_until_full(plain, files[:2], disk, 10_000)
    assert not run_until_full(output, files[:2], disk, disk.finished - missing)
    assert run_until_full(output, files[:2], disk, 10_000)
    assert_finished_as(output, plain)
    assert not (output / ".work").exists()


@pytest.mark.slow
def test_killed_ten_times_at_any_moment_and_run_again_gives_the_same_rows(files, plain, tmp_path):
    # A server that has loaded everything starts a run in no time.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.pipelines.test_resume"])
    output = tmp_path / "out"

    def started():
        """A run, when it has finished the first file that was not there before."""
        before = written(output)
        process = context.Process(target=run, args=(output, files))
        process.start()
        while process.is_alive() and written(output) <= before:
            time.sleep(0.002)
        return process

    process = started()
    began = time.monotonic()
    process.join()
    seconds = time.monotonic() - began
    assert_finished_as(output, plain)
    shutil.rmtree(output)
    rng = random.Random(1)
    kills = 0
    while kills < 10:
        process = started()
        process.join(rng.uniform(0, seconds / 4))
        if process.is_alive():
            process.kill()
            process.join()
            kills += 1
        else:
            # It was through before; from the start, then.
            assert process.exitcode == 0
            assert_finished_as(output, plain)
            shutil.rmtree(output)
    run(output, files)
    assert_finished_as(output, plain)


def written(output):
    """The files that a run has finished, work files among them."""
    # os.walk does not mind folders that vanish.
    every = (os.path.join(at, name) for at, _, names in os.walk(output) for name in names)
    return {path for path in every if path.endswith(".parquet")}
