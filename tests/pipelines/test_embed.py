"""The embed job: whatever happens on the way, each sentence ends up with the vector its text has,
and what goes wrong is said in one line.
"""

import concurrent.futures
import multiprocessing
import os
import random
import shutil
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.io.filesystems import FileSystems

from mining.encoders import load_encoder
from pipelines import embed, embedding
from pipelines.common import datasets
from tests.pipelines.embedded import (
    LANGUAGES,
    folder,
    ids_of,
    made,
    run,
    turn,
    vectors,
    write_sentences,
    write_some,
)

OLD = (0, 30)
NEW = (10, 40)


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """An output with the vectors of the old sentences, which are turned."""
    output = write_some(tmp_path_factory.mktemp("old") / "out", *OLD, shards=3)
    assert run(output) == 0
    return turn(output)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """An output with the vectors of the new sentences, made of them alone."""
    output = write_some(tmp_path_factory.mktemp("plain") / "out", *NEW, shards=2)
    assert run(output) == 0
    return output


@pytest.fixture
def encoder():
    return load_encoder("muse", 1)


def one_line(capsys):
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1, err
    return err


def assert_same(one, other):
    for lang in LANGUAGES:
        ours, theirs = vectors(one, lang), vectors(other, lang)
        assert list(ours) == list(theirs)
        assert all(ours[key].tobytes() == theirs[key].tobytes() for key in ours)


def assert_taken_over(output, old, plain):
    """The vectors of the new sentences: the old ones' are those of ``old``, to the bit; the others'
    those of ``plain``, but for their rounding."""
    for lang in LANGUAGES:
        ours, before, alone = (vectors(place, lang) for place in (output, old, plain))
        assert list(ours) == list(alone)
        shared = ids_of(NEW[0], OLD[1], lang)
        assert shared == set(ours) & set(before) and shared
        for key, vector in ours.items():
            if key in shared:
                assert vector.tobytes() == before[key].tobytes()
                assert np.abs(vector - alone[key]).max() > 0.01
            else:
                assert vector == pytest.approx(alone[key], abs=1e-4)


def assert_nothing_left(output):
    assert not os.path.exists(f"{output}/.work")
    assert not list(output.rglob("*.partial"))


def test_vectors_are_those_of_the_encoder_in_the_order_of_the_sentences(plain, encoder):
    for lang in LANGUAGES:
        for path in sorted((plain / f"sentences/lang={lang}").glob("*.parquet")):
            said = pq.read_table(path)
            table = pq.read_table(folder(plain, lang) / path.name)
            assert table["sentence_id"].equals(said["sentence_id"])
            assert str(table.schema.field("vector").type.value_type) == "halffloat"
            rows = np.array(table["vector"].to_pylist())
            assert rows == pytest.approx(encoder.encode(said["text"].to_pylist()), abs=1e-4)
            assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(rows)), abs=5e-4)


def test_counts_add_up(plain, capsys):
    found = made(plain)
    assert found["rows"] == found["encoded"] == len(vectors(plain)) == NEW[1] - NEW[0]
    assert found["reused"] == found["cut"] == 0
    assert run(plain) == 0
    said = capsys.readouterr().out
    assert "30 rows, 30 of them encoded" in said and "padding" in said and "0 reused" in said


@pytest.mark.parametrize("window", [1, 7])
def test_small_windows_give_the_same_vectors_but_for_rounding(plain, tmp_path, window, capsys):
    output = write_some(tmp_path / "out", *NEW, shards=2)
    assert run(output, "--set", f"embed.window={window}") == 0
    for lang in LANGUAGES:
        ours, theirs = vectors(output, lang), vectors(plain, lang)
        assert list(ours) == list(theirs)
        assert np.array(list(ours.values())) == pytest.approx(
            np.array(list(theirs.values())), abs=1e-4
        )
    # Nothing needs to be made again for other windows and tries.
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    assert run(output, "--set", "embed.tries=1") == 0
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == before


def test_same_bits_when_every_bundle_is_done_twice(plain, tmp_path):
    output = write_some(tmp_path / "out", *NEW, shards=2)
    assert run(output, "--direct_runner_bundle_repeat", "1") == 0
    assert_same(output, plain)
    assert made(output) == made(plain)


@pytest.mark.parametrize("shards", [1, 3, 5])
def test_more_sentences_take_over_the_vectors_that_stood_there(old, plain, tmp_path, shards):
    output = tmp_path / "out"
    shutil.copytree(old, output)
    write_some(output, *NEW, shards)
    assert run(output, "--set", "embed.window=4") == 0
    assert_taken_over(output, old, plain)
    counts = made(output)
    assert (counts["rows"], counts["encoded"], counts["reused"]) == (30, 10, 20)
    assert_nothing_left(output)


@pytest.mark.parametrize("shards", [1, 5])
def test_vectors_of_other_outputs_are_taken_over(old, plain, tmp_path, shards):
    other, output = tmp_path / "other", tmp_path / "out"
    write_some(other, OLD[0], 20, shards=4)
    assert run(other, "--reuse", str(old)) == 0
    write_some(output, *NEW, shards)
    assert run(output, "--reuse", str(other), str(old), "--set", "embed.window=7") == 0
    assert_taken_over(output, old, plain)
    assert made(output)["reused"] == 20


def test_sentences_that_are_all_known_are_not_encoded(old, tmp_path):
    output = write_some(tmp_path / "out", *OLD, shards=2)
    assert run(output, "--reuse", str(old), "--set", "embed.window=4") == 0
    # An output that is to be reused for itself is no harm.
    assert run(output, "--reuse", str(output)) == 0
    assert made(output)["encoded"] == made(output)["tokens"] == 0
    for lang in LANGUAGES:
        ours, before = vectors(output, lang), vectors(old, lang)
        assert {key: row.tobytes() for key, row in ours.items()} == {
            key: row.tobytes() for key, row in before.items()
        }


def test_vectors_of_another_model_are_never_taken_over(
    old, plain, tmp_path, encoder, monkeypatch, capsys
):
    output = tmp_path / "out"
    shutil.copytree(old, output)
    write_some(output, *NEW, shards=2)
    monkeypatch.setattr(encoder, "fingerprint", "0" * 32)
    assert run(output, "--reuse", str(old)) == 0
    err = capsys.readouterr().err
    assert err.startswith(f"warning: --reuse {old}: ") and err.count("\n") == 1
    assert_same(output, plain)
    assert made(output)["reused"] == 0
    assert_nothing_left(output)


def damage(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(content)


@pytest.mark.parametrize("where", [0.1, 0.5, 0.8, "last", "empty", "cut"])
def test_damaged_file_to_be_reused_is_one_line(old, tmp_path, capsys, where):
    other = tmp_path / "other"
    shutil.copytree(old, other)
    path = sorted(folder(other).glob("*.parquet"))[1]
    size = path.stat().st_size
    if where == "empty":
        path.write_bytes(b"")
    elif where == "cut":
        path.write_bytes(path.read_bytes()[: size // 2])
    else:
        damage(path, -3 if where == "last" else int(size * where))
    output = write_some(tmp_path / "out", *NEW, shards=2)
    assert run(output, "--reuse", str(other)) == 2
    assert f"{path}: damaged" in one_line(capsys)
    assert made(output) is None
    # Left out, it does no harm.
    assert run(output) == 0


def test_folder_without_vectors_to_be_reused_is_one_line(tmp_path, capsys):
    output = write_some(tmp_path / "out", 0, 3, shards=1)
    for other in (tmp_path / "missing", output, "https://example.org/out", "foo://bucket/out"):
        assert run(output, "--reuse", str(other)) == 2
        assert str(other) in one_line(capsys)
    assert not (output / "embeddings").exists()


class Disk:
    """Lets ``left`` files get another name, then none."""

    def __init__(self, monkeypatch):
        self.left = 0
        self._rename = FileSystems.rename
        monkeypatch.setattr(FileSystems, "rename", self.rename)

    def rename(self, *names):
        if self.left == 0:
            raise OSError(28, "No space left on device")
        self.left -= 1
        self._rename(*names)


@pytest.mark.parametrize("step", [1, 2, 5])
def test_stopped_after_any_file_what_stood_there_is_taken_over(
    old, plain, tmp_path, monkeypatch, step
):
    disk = Disk(monkeypatch)
    output = tmp_path / "out"
    shutil.copytree(old, output)
    disk.left = 100
    write_some(output, *NEW, shards=2)
    runs = 0
    while True:
        disk.left = step
        if run(output, "--set", "embed.tries=1") == 0:
            break
        runs += 1
    # Six files to move aside, four to make, a manifest of each language.
    assert runs == (6 + 4 + 2 - 1) // step
    assert_taken_over(output, old, plain)
    assert_nothing_left(output)


def test_unfinished_vectors_are_taken_over_when_the_sentences_change_again(
    old, plain, tmp_path, monkeypatch
):
    disk = Disk(monkeypatch)
    output = tmp_path / "out"
    shutil.copytree(old, output)
    for first, last, left in ((5, 35, 9), (20, 30, 7), (0, 22, 8)):
        disk.left = 100
        write_some(output, first, last, shards=2)
        disk.left = left
        assert run(output, "--set", "embed.tries=1") == 2
        assert made(output, "de") is None
    disk.left = 100
    write_some(output, *NEW, shards=2)
    assert run(output) == 0
    assert_taken_over(output, old, plain)
    assert_nothing_left(output)


@pytest.mark.slow
def test_killed_at_any_moment_what_stood_there_is_taken_over(old, plain, tmp_path):
    # A server that has loaded everything starts a run in no time.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.pipelines.embedded"])
    output = tmp_path / "out"
    rng = random.Random(3)
    more = ("--set", "embed.window=2")

    def begin():
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(old, output)
        write_some(output, *NEW, shards=3)

    def started():
        """A run, when it has changed something."""
        before = {str(path) for path in output.rglob("*")}
        process = context.Process(target=run, args=(output, *more))
        process.start()
        while process.is_alive() and before == {str(path) for path in output.rglob("*")}:
            time.sleep(0.002)
        return process

    begin()
    process = started()
    since = time.monotonic()
    process.join()
    seconds = time.monotonic() - since
    assert_taken_over(output, old, plain)
    begin()
    kills = 0
    while kills < 10:
        process = started()
        process.join(rng.uniform(0, seconds / 2))
        if process.is_alive():
            process.kill()
            process.join()
            kills += 1
        else:
            assert_taken_over(output, old, plain)
            begin()
    assert run(output, *more) == 0
    assert_taken_over(output, old, plain)
    assert_nothing_left(output)


def test_failed_shard_is_named_and_alone_done_again(plain, tmp_path, capsys):
    output = write_some(tmp_path / "out", *NEW, shards=4)
    path = output / "sentences/lang=en/part-00002.parquet"
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2])
    assert run(output) == 2
    err = one_line(capsys)
    assert f"1 of 8 shards failed, the others are finished: {path} (ArrowInvalid: " in err
    assert made(output) is None
    assert made(output, "de")["rows"] == 30
    done = {part: part.stat().st_mtime_ns for part in folder(output).iterdir()}
    assert len(done) == 3
    path.write_bytes(good)
    assert run(output) == 0
    assert {part: part.stat().st_mtime_ns for part in done} == done
    assert list(vectors(output)) == list(vectors(plain))
    assert made(output)["encoded"] == 30


def test_many_failed_shards_are_one_line(tmp_path, capsys):
    output = write_some(tmp_path / "out", *NEW, shards=4)
    for path in output.glob("sentences/lang=*/*.parquet"):
        path.write_bytes(b"")
    assert run(output) == 2
    err = one_line(capsys)
    assert "8 of 8 shards failed" in err and "and 5 more" in err
    assert err.count("part-0000") == 3


@pytest.mark.parametrize(("tries", "status"), [(3, 0), (2, 2)])
def test_shard_is_tried_again(plain, tmp_path, encoder, monkeypatch, capsys, tries, status):
    output = write_some(tmp_path / "out", *NEW, shards=2)
    calls, stream = [], encoder.stream

    def failing(windows):
        calls.append(windows)
        if len(calls) <= 2:
            raise RuntimeError("out of memory\non the device")
        return stream(windows)

    monkeypatch.setattr(encoder, "stream", failing, raising=False)
    assert run(output, "--set", f"embed.tries={tries}") == status
    if status:
        assert "part-00000.parquet (RuntimeError: out of memory on the device)" in one_line(capsys)
        assert run(output) == 0
    assert_same(output, plain)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1.01])
def test_vector_that_is_none_is_named_and_not_written(
    tmp_path, encoder, monkeypatch, capsys, value
):
    output = write_some(tmp_path / "out", *NEW, shards=2)
    stream = encoder.stream

    def broken(windows):
        for encoded in stream(windows):
            encoded.vectors[3] *= value
            yield encoded

    monkeypatch.setattr(encoder, "stream", broken, raising=False)
    assert run(output) == 2
    err = one_line(capsys)
    path = output / "sentences/lang=de/part-00001.parquet"
    bad = pq.read_table(path)["sentence_id"][3].as_py()
    assert "4 of 4 shards failed" in err
    assert f"{path.with_name('part-00000.parquet')}: the vector of sentence_id" in err
    assert f"{path}: the vector of sentence_id {bad} is not finite or not of length 1" in err
    assert not list(folder(output).glob("*"))


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("text", pa.array([1, 2, 3]), "text is int64, not string"),
        ("text", pa.array([b"a", b"b", b"c"]), "text is binary, not string"),
        ("text", None, "text is missing"),
        ("text", pa.array(["a", None, "c"]), "rows without a text"),
        ("sentence_id", pa.array([1, 2, 3], pa.int32()), "sentence_id is int32, not int64"),
        ("sentence_id", pa.array(["1", "2", "3"]), "sentence_id is string, not int64"),
        ("sentence_id", None, "sentence_id is missing"),
        ("sentence_id", pa.array([1, None, 3]), "rows without a sentence_id"),
    ],
)
def test_column_that_is_none_is_one_line(tmp_path, capsys, column, values, says):
    output = write_some(tmp_path / "out", 0, 3, shards=1)
    path = output / "sentences/lang=de/part-00000.parquet"
    columns = {"sentence_id": pa.array([1, 2, 3]), "text": pa.array(["a", "b", "c"])}
    columns[column] = values
    pq.write_table(pa.table({k: v for k, v in columns.items() if v is not None}), path)
    assert run(output) == 2
    err = one_line(capsys)
    assert str(path) in err and says in err
    assert made(output, "de") is None


def test_text_of_another_string_type_and_shards_without_rows_are_embedded(tmp_path, encoder):
    output = write_sentences(tmp_path / "out", {"en": ["One sentence."], "de": []}, shards=3)
    [path] = (output / "sentences/lang=en").glob("*.parquet")
    table = pq.read_table(path)
    wide = table.set_column(1, "text", table["text"].cast(pa.large_string()))
    datasets.write_table(str(path), pa.concat_tables([wide, wide.slice(0, 0)]))
    empty = table.slice(0, 0)
    other = next(f"part-0000{at}.parquet" for at in range(3) if f"{at}.p" not in path.name)
    datasets.write_table(str(path.with_name(other)), empty)
    sentences = output / "sentences/lang=en/_manifest.json"
    sentences.write_text(
        sentences.read_text().replace(f'"{path.name}"', f'"{path.name}", "{other}"')
    )
    assert run(output) == 0
    [vector] = vectors(output).values()
    assert vector == pytest.approx(encoder.encode(["One sentence."])[0], abs=1e-4)
    assert pq.read_metadata(folder(output) / other).num_rows == 0
    assert (made(output)["rows"], made(output, "de")["rows"]) == (1, 0)


def test_long_texts_make_windows_smaller():
    ids = np.arange(10)
    sink = pa.BufferOutputStream()
    said = ["x" * (1000 if at < 5 else 10) for at in ids]
    pq.write_table(pa.table({"sentence_id": ids, "text": said}), sink)
    windows = list(
        embedding.read_windows(pa.BufferReader(sink.getvalue()), "path", 4, most_bytes=2500)
    )
    assert [text for _, window in windows for text in window] == said
    assert max(len(window) for _, window in windows) <= 4


def test_worker_with_another_model_is_one_line(tmp_path, encoder, monkeypatch, capsys):
    output = write_some(tmp_path / "out", 0, 3, shards=1)
    begin = embed.manifests.begin

    def changed(*given, **more):
        begin(*given, **more)
        monkeypatch.setattr(encoder, "fingerprint", "0" * 32)

    monkeypatch.setattr(embed.manifests, "begin", changed)
    assert run(output) == 2
    assert "a worker has another model" in one_line(capsys)


def test_threads_of_a_process_share_one_model():
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: load_encoder("muse", 2), range(8)))
    assert all(encoder is loaded[0] for encoder in loaded)


def test_language_the_encoder_was_not_trained_for_is_one_warning(
    tmp_path, encoder, monkeypatch, capsys
):
    output = write_some(tmp_path / "out", 0, 3, shards=1)
    monkeypatch.setattr(encoder, "languages", frozenset({"en", "zh"}), raising=False)
    assert run(output) == 0
    err = capsys.readouterr().err
    assert err.startswith("warning: encoder muse was not trained for de;") and err.count("\n") == 1
    monkeypatch.setattr(encoder, "languages", None)
    assert run(output) == 0
    assert capsys.readouterr().err == ""
