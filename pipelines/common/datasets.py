"""Parquet files and small JSON files on any file system Beam knows; writes are all or nothing."""

import contextlib
import importlib
import json
import os
import posixpath
import shutil
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from mining.config import FetchConfig
from mining.errors import InputError
from pipelines.common import web

#: rows of a row group, the unit in which DuckDB and Spark read a file
ROW_GROUP = 65_536
_UNFINISHED = ".partial"
# What Beam's file systems need, and which of its extras brings it. Some say so only when used.
_PACKAGES = {
    "s3": ("boto3", "aws"),
    "gs": ("google.cloud.storage", "gcp"),
    "azfs": ("azure.storage.blob", "azure"),
    "hdfs": ("hdfs", "hadoop"),
}


def join(*parts):
    """Path components put together; the first may be a URL."""
    return posixpath.join(*parts)


def write_table(path, table):
    """Writes ``table`` as the Parquet file ``path``; on an error there is no such file."""
    with writer(path, table.schema) as parquet:
        parquet.write_table(table, row_group_size=ROW_GROUP)


def write_tables(path, schema, tables):
    """Writes a Parquet file of ``tables``, in row groups of about ROW_GROUP rows; returns its
    rows."""
    held, size, rows = [], 0, 0
    with writer(path, schema) as parquet:
        for table in tables:
            held.append(table)
            size += table.num_rows
            rows += table.num_rows
            if size >= ROW_GROUP:
                parquet.write_table(pa.concat_tables(held), row_group_size=ROW_GROUP)
                held, size = [], 0
        if size:
            parquet.write_table(pa.concat_tables(held), row_group_size=ROW_GROUP)
    return rows


@contextlib.contextmanager
def writer(path, schema, compression="zstd"):
    """A pyarrow ParquetWriter of ``path``; after an error in the block there is no such file."""
    # Numbers and texts hardly recur, the other strings do.
    recurring = [
        field.name
        for field in schema
        if pa.types.is_string(field.type) and not field.name.endswith("text")
    ]
    with (
        new_file(path) as file,
        pq.ParquetWriter(
            file,
            schema,
            compression=compression,
            use_dictionary=recurring,
            # What does not compress, such as vectors, would show no damage.
            write_page_checksum=True,
        ) as made,
    ):
        yield made


def write_json(path, value):
    """Writes ``value`` as JSON, indented, keys in their order."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_text(path, text):
    """Writes ``text`` as UTF-8."""
    with new_file(path) as file:
        file.write(text.encode("utf-8"))


def write_bytes(path, data):
    """Writes ``data`` as it is."""
    with new_file(path) as file:
        file.write(data)


@contextlib.contextmanager
def new_file(path):
    """A binary file to write to, which is ``path`` when the block ends well."""
    partial = f"{path}.{uuid.uuid4().hex[:8]}{_UNFINISHED}"
    try:
        with FileSystems.create(partial, compression_type=CompressionTypes.UNCOMPRESSED) as file:
            yield file
        FileSystems.rename([partial], [path])
    except BaseException:
        if FileSystems.exists(partial):
            FileSystems.delete([partial])
        raise


def open_file(path, fetch=None, version=None):
    """The file as a seekable binary stream, its bytes as they are.

    path: of any file system that Beam knows, or a URL of a web server; for the latter ``fetch`` is
    how to read it (mining.config.FetchConfig) and ``version`` what it has to be (see web.open_url).
    """
    if web.is_url(path):
        return web.open_url(path, fetch or FetchConfig(), version)
    return FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)


def check_file_system(path):
    """InputError for a path whose file system is unknown or lacks a package, which it names."""
    scheme = FileSystems.get_scheme(path)
    if scheme is None or web.is_url(path):
        return
    module, extra = _PACKAGES.get(scheme, ("", ""))
    try:
        if module:
            importlib.import_module(module)
        FileSystems.get_filesystem(path)
    except (ImportError, ValueError):
        advice = f"pip install 'apache-beam[{extra}]'" if module else "give a path or another URL"
        raise InputError(f"{path}: nothing here knows {scheme}://; {advice}") from None


def read_table(path, columns=None):
    """The Parquet file ``path`` as an Arrow table."""
    with open_file(path) as file:
        return pq.read_table(file, columns=columns)


def read_bytes(path):
    """The bytes of a file."""
    with open_file(path) as file:
        return file.read()


def read_metadata(path):
    """The key-value metadata of a Parquet file's schema, as a dict of str."""
    with open_file(path) as file:
        metadata = pq.read_schema(file).metadata or {}
    return {key.decode(): value.decode() for key, value in metadata.items()}


def read_json(path):
    """The value in a JSON file, or None where there is none."""
    if not FileSystems.exists(path):
        return None
    with open_file(path) as file:
        return json.loads(file.read())


def exists(path):
    """Whether there is a file or folder of that name."""
    return FileSystems.exists(path)


def files_below(folder):
    """Paths of all files below a folder, sorted; empty where there is no such folder."""
    if os.path.isdir(folder):
        # Not by a glob: the folder's own name may hold what a glob means something by.
        found = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    else:
        matches = FileSystems.match([join(folder, "**")])[0].metadata_list
        found = [match.path for match in matches]
    return sorted(found)


def move(source, target):
    """Gives a file another name, in the place of what has that; on an object store this copies."""
    with contextlib.suppress(OSError):
        FileSystems.mkdirs(target.rpartition("/")[0])
    FileSystems.rename([source], [target])


def delete(path):
    """Removes a file; nothing where it is not there."""
    if FileSystems.exists(path):
        FileSystems.delete([path])


def delete_unfinished(folder):
    """Removes the files below a folder that a killed process did not finish."""
    files = [path for path in files_below(folder) if path.endswith(_UNFINISHED)]
    if files:
        FileSystems.delete(files)


def delete_folder(folder):
    """Removes all files below a folder, and the folder where there is such a thing."""
    # Object stores have no folders to delete, only the files below a prefix.
    files = files_below(folder)
    if files:
        FileSystems.delete(files)
    shutil.rmtree(folder, ignore_errors=True)


def delete_if_empty(folder):
    """Removes a folder of this machine if there is nothing in it."""
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def part_name(number):
    """The file name of a dataset's part."""
    return f"part-{number:05d}.parquet"
