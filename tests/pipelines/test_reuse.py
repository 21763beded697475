"""Looking up known vectors gives what a dict of them would, however they lie in files and row
groups and in whatever windows they are asked for; and what stood in an output is parted into what
stays, what waits aside and what goes.
"""

import pathlib
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.errors import InputError
from mining.schema import embeddings
from pipelines import reuse
from pipelines.common import datasets

LEAST, GREATEST = -(2**63), 2**63 - 1
DIM = 2
few = settings(max_examples=60, derandomize=True, deadline=None, database=None)

IDS = st.one_of(st.integers(-20, 20), st.sampled_from([LEAST, GREATEST]))
# Row groups of files; their ids in any order.
FILES = st.lists(st.lists(st.lists(IDS, unique=True, max_size=6), max_size=4), max_size=4)
WINDOWS = st.lists(st.lists(IDS, max_size=8), max_size=6)


def write(path, groups, key="key", origin="origin", number=0):
    """A file of vectors with these row groups; each vector says where it stands."""
    schema = embeddings(DIM, "encoder", "fingerprint")
    schema = schema.with_metadata({**schema.metadata, "key": key, "origin": origin})
    rows = []
    with datasets.writer(str(path), schema) as parquet:
        for ids in groups:
            vectors = [[number, len(rows) + at] for at in range(len(ids))]
            rows += zip(ids, vectors, strict=True)
            flat = pa.array(np.array(vectors, np.float16).reshape(-1))
            column = pa.FixedSizeListArray.from_arrays(flat, DIM)
            if ids:
                parquet.write_table(pa.table([pa.array(ids, pa.int64()), column], schema=schema))
    return rows


def assert_looked_up(files, windows):
    with tempfile.TemporaryDirectory() as folder:
        expected, paths = {}, []
        for number, groups in enumerate(files):
            paths.append(f"{folder}/{number}.parquet")
            for key, vector in write(paths[-1], groups, number=number):
                expected.setdefault((number, key), vector)
        # An id that is in several files has the vector of the first, and in one file of any.
        with reuse.Lookup(reuse.known_files(paths, "origin")) as known:
            for window in windows:
                vectors = np.full((len(window), DIM), -1, np.float16)
                found = known.fill(np.array(window, np.int64), vectors)
                for key, has, vector in zip(window, found, vectors.tolist(), strict=True):
                    homes = [number for number, other in expected if other == key]
                    assert has == bool(homes)
                    assert vector == (expected[min(homes), key] if homes else [-1, -1])


@given(files=FILES, windows=WINDOWS)
@few
def test_vectors_are_found_as_in_a_dict(files, windows):
    assert_looked_up(files, windows)


@given(
    ids=st.lists(IDS, unique=True, max_size=30).map(sorted),
    windows=st.lists(IDS, unique=True, max_size=30).map(sorted),
    group=st.integers(1, 7),
    parts=st.integers(1, 4),
    size=st.integers(1, 7),
)
@few
def test_sorted_ids_are_found_in_sorted_files(ids, windows, group, parts, size):
    files = [
        [share[at : at + group] for at in range(0, len(share), group)]
        for share in (part.tolist() for part in np.array_split(np.array(ids, np.int64), parts))
    ]
    assert_looked_up(files, [windows[at : at + size] for at in range(0, len(windows), size)])


def test_only_row_groups_that_may_have_an_id_are_read_and_each_once(tmp_path, monkeypatch):
    path = tmp_path / "part.parquet"
    write(path, [range(at, at + 10) for at in range(0, 200, 10)])
    known = reuse.known_files([str(path)], "origin")
    read, read_row_group = [], pq.ParquetFile.read_row_group

    def noted(self, number, columns):
        read.append((number, *columns))
        return read_row_group(self, number, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", noted)
    with reuse.Lookup(known) as lookup:
        for window in ((25, 33), (38, 41), (56, 57)):
            vectors = np.empty((2, DIM), np.float16)
            assert lookup.fill(np.array(window), vectors).all()
    assert read == [
        (number, column) for number in (2, 3, 4, 5) for column in ("sentence_id", "vector")
    ]


def test_vectors_are_not_read_where_no_id_is_known(tmp_path, monkeypatch):
    path = tmp_path / "part.parquet"
    write(path, [range(0, 100, 2)])
    read, read_row_group = [], pq.ParquetFile.read_row_group
    monkeypatch.setattr(
        pq.ParquetFile,
        "read_row_group",
        lambda self, number, columns: (
            read.append(columns) or read_row_group(self, number, columns=columns)
        ),
    )
    with reuse.Lookup(reuse.known_files([str(path)], "origin")) as lookup:
        assert not lookup.fill(np.arange(1, 99, 2), np.empty((49, DIM), np.float16)).any()
    assert read == [["sentence_id"]]


def test_what_stood_there_is_parted(tmp_path):
    folder, aside = tmp_path / "here", tmp_path / "aside"
    parts = ["part-00000.parquet", "part-00001.parquet"]
    write(folder / parts[0], [[1]], key="new")
    write(folder / parts[1], [[2]], key="old")
    write(folder / "part-00002.parquet", [[3]], key="old")
    write(folder / "part-00003.parquet", [[4]], key="new")
    write(folder / "part-00004.parquet", [[4]], key="old", origin="of another model")
    (folder / "part-00005.parquet").write_bytes(b"")
    (folder / "part-00006.parquet").write_bytes((folder / parts[0]).read_bytes()[:-9])
    (folder / "part-00007.parquet.1234.partial").write_bytes(b"PAR1")
    write(aside / "older-part-00000.parquet", [[5]], key="older")
    write(aside / "other-part-00000.parquet", [[6]], key="other", origin="of another model")
    for _ in range(2):
        reuse.set_aside(str(folder), parts, "new", "origin", str(aside))
        assert [path.name for path in folder.iterdir()] == [parts[0]]
        assert sorted(path.name for path in aside.iterdir()) == [
            "old-part-00001.parquet",
            "old-part-00002.parquet",
            "older-part-00000.parquet",
        ]


def test_file_that_may_be_whole_is_not_deleted(tmp_path):
    path = tmp_path / "here" / "part-00000.parquet"
    write(path, [[1, 2, 3]])
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[-8:-4], "little")
    content[-8 - size : -8] = b"\xff" * size
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"{path}: damaged"):
        reuse.set_aside(str(path.parent), [path.name], "key", "origin", str(tmp_path / "aside"))
    assert pathlib.Path(path).exists()
