"""Vectors that are known already: files of earlier runs, found, kept aside and looked up by id.

Which files may be taken from is told by their footers. A worker looks its sentences up window by
window: it reads a row group at a time, and only those whose range of ids meets the window's.
"""

import concurrent.futures
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mining.errors import InputError
from pipelines.common import datasets, web

_ID, _VECTOR = "sentence_id", "vector"
_ANY = (-(2**63), 2**63 - 1)
# Footers are small and their files may be far away.
_READERS = 16


class Known(NamedTuple):
    """A file of vectors that may be taken over, with its least and greatest id."""

    path: str
    first: int
    last: int


def embeddings_below(folder):
    """The files in the embeddings/ of a job's output; InputError where there are none."""
    if not web.is_url(folder):
        datasets.check_file_system(folder)
        files = datasets.files_below(datasets.join(folder, "embeddings"))
        if any(path.endswith(".parquet") for path in files):
            return files
    raise InputError(
        f"--reuse {folder}: no vectors there; give the --output of an earlier pipelines.embed"
    )


def set_aside(folder, parts, key, origin, aside):
    """Makes ``folder`` ready to be gone on with, for vectors of ``key`` and ``origin``.

    Left are those of ``parts`` that were made for this key. Other vectors of the same origin move
    to the folder ``aside``, where they stay until all are made; what is neither is deleted. It may
    be killed at any moment and done again. Raises InputError for a file that can't be read.
    """
    strangers = []
    for path, metadata in _metadata(datasets.files_below(folder)):
        name = path.rpartition("/")[2]
        if metadata is not None and metadata.get("origin") == origin:
            if metadata["key"] != key:
                datasets.move(path, datasets.join(aside, f"{metadata['key']}-{name}"))
                continue
            if name in parts:
                continue
        strangers.append(path)
    for path, metadata in _metadata(datasets.files_below(aside)):
        if metadata is None or metadata.get("origin") != origin:
            strangers.append(path)
    for path in strangers:
        datasets.delete(path)


def _metadata(paths):
    """(path, its key-value metadata) of each; None of what is no whole Parquet file."""

    def of(path):
        if not path.endswith(".parquet"):
            return None
        try:
            return metadata_of(_footer(path))
        except pa.ArrowInvalid:
            # Empty or cut, as a loss of power leaves a file.
            return None
        except OSError as error:
            raise _damaged(path, error) from None

    with concurrent.futures.ThreadPoolExecutor(_READERS) as pool:
        return list(zip(paths, pool.map(of, paths), strict=True))


def metadata_of(footer):
    """The key-value metadata in the footer of a Parquet file, as a dict of str."""
    return {key.decode(): value.decode() for key, value in (footer.metadata or {}).items()}


def _footer(path):
    with datasets.open_file(path) as file:
        return pq.ParquetFile(file).metadata


def known_files(paths, origin):
    """Known of those files that have vectors of ``origin``, in their order.

    Raises InputError for a damaged one.
    """

    def known(path):
        try:
            footer = _footer(path)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from None
        if metadata_of(footer).get("origin") != origin or not footer.num_rows:
            return None
        ranges = _ranges(footer)
        return Known(path, min(first for first, _ in ranges), max(last for _, last in ranges))

    with concurrent.futures.ThreadPoolExecutor(_READERS) as pool:
        return tuple(filter(None, pool.map(known, paths)))


def _damaged(path, error):
    return InputError(
        f"{path}: damaged ({str(error).partition(chr(10))[0]}); delete it, or make it again, or "
        "leave its folder out of --reuse"
    )


def _ranges(footer):
    """(least, greatest) id of each row group."""
    ranges = []
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        columns = (group.column(at) for at in range(group.num_columns))
        found = next(column for column in columns if column.path_in_schema == _ID).statistics
        told = found is not None and found.has_min_max
        ranges.append((found.min, found.max) if told else _ANY)
    return ranges


class Lookup:
    """Vectors by id out of ``files``, Known; of an id that is in several, the first one's.

    Ids are best asked for in rising order. Held are the row groups, one of each dataset, that reach
    beyond what was asked for last.
    """

    def __init__(self, files):
        self._files = files
        self._open = {}
        self._held = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for file in self._open.values():
            file.close()

    def fill(self, ids, vectors):
        """Writes the known ones of ``ids``, int64 [n], to their rows of ``vectors``, float16
        [n, dim]; returns which those are, bool [n]. Raises InputError for a damaged file."""
        found = np.zeros(len(ids), dtype=bool)
        if not len(ids):
            return found
        least, greatest = ids.min(), ids.max()
        held = {}
        for known in self._files:
            if known.first > greatest or known.last < least or found.all():
                continue
            try:
                file = self._file(known)
                for number, (first, last) in enumerate(file.ranges):
                    if first > greatest or last < least:
                        continue
                    block = self._held.pop((known, number), None) or _Block(file.parquet, number)
                    block.fill(ids, vectors, found)
                    if last > greatest:
                        held[known, number] = block
            except (OSError, ValueError, LookupError, pa.ArrowException) as error:
                raise _damaged(known.path, error) from None
            if known.last <= greatest:
                self._open.pop(known).close()
        self._held = held
        return found

    def _file(self, known):
        if known not in self._open:
            self._open[known] = _File(known.path)
        return self._open[known]


class _File:
    """An open file of vectors."""

    def __init__(self, path):
        self._stream = datasets.open_file(path)
        self.parquet = pq.ParquetFile(
            self._stream, pre_buffer=False, page_checksum_verification=True
        )
        self.ranges = _ranges(self.parquet.metadata)

    def close(self):
        self._stream.close()


class _Block:
    """A row group; its vectors are read when one of them is wanted."""

    def __init__(self, parquet, number):
        self._parquet = parquet
        self._number = number
        ids = self._read(_ID).to_numpy()
        self._order = np.argsort(ids, kind="stable")
        self._ids = ids[self._order]
        self._vectors = None

    def _read(self, column):
        return self._parquet.read_row_group(self._number, columns=[column])[column]

    def fill(self, ids, vectors, found):
        """As Lookup.fill; ``found`` says what needs none any more, and is added to."""
        rows = np.flatnonzero(~found)
        at = np.minimum(np.searchsorted(self._ids, ids[rows]), len(self._ids) - 1)
        hits = self._ids[at] == ids[rows]
        if not hits.any():
            return
        if self._vectors is None:
            column = self._read(_VECTOR).combine_chunks()
            flat = column.flatten().to_numpy(zero_copy_only=False)
            self._vectors = flat.reshape(len(column), column.type.list_size)
        vectors[rows[hits]] = self._vectors[self._order[at[hits]]]
        found[rows[hits]] = True
