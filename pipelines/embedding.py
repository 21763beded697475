"""What the workers of the embed job do: a shard of sentences to a file of vectors, in windows.

A window is read, looked up among the vectors that are known, and the rest of it encoded; while one
is encoded the next is read and the one before checked and written. Memory is that of a few windows.
"""

import collections
import concurrent.futures
import contextlib
import dataclasses
import itertools
import json
import logging

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mining.config import EmbedConfig
from mining.encoders import load_encoder
from mining.errors import InputError
from mining.schema import embeddings
from mining.vectors import first_bad_row
from pipelines import reuse
from pipelines.common import datasets, options, progress

STAGE = "embed"
#: what is counted of a shard; tokens and padding are the encoder's (mining.encoders.base.Encoded)
COUNTS = ("rows", "encoded", "reused", "cut", "tokens", "padding")
_READ_ROWS = 8192
# Bytes of text of a window: sentences are far shorter, unless somebody means ill.
_WINDOW_BYTES = 64 << 20
_COLUMNS = ("sentence_id", "text")


@dataclasses.dataclass(frozen=True)
class Embed:
    """What the workers of one run need to know. By language: ``folders`` of the vectors, the
    ``keys`` they are made for, and the ``known`` files they may be taken from (reuse.Known)."""

    source: str
    config: EmbedConfig
    threads: int
    encoder: str
    fingerprint: str
    origin: str
    folders: dict
    keys: dict
    known: dict
    reporter: progress.Reporter

    def sentences(self, lang):
        return datasets.join(self.source, "sentences", f"lang={lang}")


class EmbedShard:
    """(lang, part) to a dict: these, the COUNTS, and as ``failed`` why it was not made, or None.

    A file that is there with the same key is left as it is: the job goes on where it was stopped.
    Raises InputError for what no other try would mend.
    """

    def __init__(self, job):
        self._job = job

    def __call__(self, shard):
        made = self._tried(*shard)
        self._job.reporter.add(shards=1)
        self._job.reporter.flush()
        return {"lang": shard[0], "part": shard[1], **made}

    def _tried(self, lang, part):
        target = datasets.join(self._job.folders[lang], part)
        for _ in range(self._job.config.tries):
            try:
                counts = self._finished(target, lang) or self._write(lang, part, target)
                return {"failed": None, **counts}
            except InputError:
                raise
            except Exception as error:
                # Where nobody reads a log, Finish says what happened.
                logging.getLogger(__name__).info("%s: not made", target, exc_info=True)
                cause = options.user_message(error) or f"{type(error).__name__}: {error}"
        return {"failed": " ".join(cause.split())}

    def _finished(self, target, lang):
        """The counts of a file that is there, or None."""
        if not datasets.exists(target):
            return None
        with datasets.open_file(target) as file:
            metadata = reuse.metadata_of(pq.ParquetFile(file).metadata)
        return json.loads(metadata["counts"]) if metadata["key"] == self._job.keys[lang] else None

    def _write(self, lang, part, target):
        """Writes the file and returns its counts."""
        job = self._job
        encoder = self._encoder()
        source = datasets.join(job.sentences(lang), part)
        schema = embeddings(encoder.dim, encoder.name, encoder.fingerprint)
        schema = schema.with_metadata(
            {**schema.metadata, "key": job.keys[lang], "origin": job.origin}
        )
        counts = dict.fromkeys(COUNTS, 0)
        with (
            datasets.open_file(source) as file,
            reuse.Lookup(job.known[lang]) as known,
            datasets.writer(target, schema) as parquet,
            _Behind(lambda *window: _write_window(parquet, source, *window)) as written,
        ):
            windows = _Windows(read_windows(file, source, job.config.window), known, encoder.dim)
            with contextlib.closing(encoder.stream(windows)) as stream:
                for encoded in stream:
                    ids, vectors, found = windows.taken()
                    vectors[~found] = encoded.vectors
                    written.put(ids, vectors)
                    self._count(counts, found, encoded)
            written.flush()
            parquet.add_key_value_metadata({"counts": json.dumps(counts)})
        return counts

    def _encoder(self):
        """This process's encoder, the one that the job was started with."""
        encoder = load_encoder(self._job.encoder, self._job.threads, self._job.config.precision)
        if encoder.fingerprint != self._job.fingerprint:
            raise InputError(
                f"encoder {self._job.encoder}: a worker has another model (fingerprint "
                f"{encoder.fingerprint}) than the machine that started the job "
                f"({self._job.fingerprint}); give both the same files and packages"
            )
        return encoder

    def _count(self, counts, found, encoded):
        reused = int(found.sum())
        counts["rows"] += len(found)
        counts["encoded"] += len(found) - reused
        counts["reused"] += reused
        self._job.reporter.add(sentences=len(found) - reused)
        if reused:
            self._job.reporter.add(reused=reused)
        for name in ("cut", "tokens", "padding"):
            counts[name] += int(getattr(encoded, name))
        self._job.reporter.add(tokens=encoded.tokens, padding=encoded.padding)


class _Windows:
    """Iterates over the texts of each window that are to be encoded, which may be none; the rest
    of what belongs to it waits to be ``taken``, in the same order."""

    def __init__(self, windows, known, dim):
        self._windows = windows
        self._known = known
        self._dim = dim
        self._waiting = collections.deque()

    def __iter__(self):
        for ids, texts in self._windows:
            vectors = np.empty((len(ids), self._dim), np.float16)
            found = self._known.fill(ids, vectors)
            self._waiting.append((ids, vectors, found))
            yield list(itertools.compress(texts, ~found))

    def taken(self):
        """(ids int64 [n], vectors float16 [n, dim], which of them are known bool [n])"""
        return self._waiting.popleft()


class _Behind:
    """Calls ``function`` in a thread of its own, one call at a time."""

    def __init__(self, function):
        self._function = function
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "write")
        self._last = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._thread.shutdown()

    def put(self, *given):
        """Has it called, when the call before has ended; raises what that one raised."""
        self.flush()
        self._last = self._thread.submit(self._function, *given)

    def flush(self):
        if self._last is not None:
            self._last.result()
        self._last = None


def _write_window(parquet, source, ids, vectors):
    bad = first_bad_row(vectors)
    if bad is not None:
        raise ValueError(
            f"{source}: the vector of sentence_id {ids[bad]} is not finite or not of length 1"
        )
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])
    table = pa.table([pa.array(ids), column], schema=parquet.schema)
    parquet.write_table(table, row_group_size=datasets.ROW_GROUP)


def read_windows(file, path, rows, most_bytes=_WINDOW_BYTES):
    """Yields (ids int64 [n], list of n texts) of a sentences file, n at most ``rows`` and fewer
    where texts are long. Raises InputError, with the file's path, for columns that are none."""
    # Buffered ahead, the columns of all row groups would be held.
    parquet = pq.ParquetFile(file, pre_buffer=False)
    _check_columns(parquet.schema_arrow, path)
    held, count, size = [], 0, 0
    # In equal pieces that together are a window.
    piece = -(-rows // -(-rows // _READ_ROWS))
    for batch in parquet.iter_batches(piece, columns=list(_COLUMNS)):
        for column in _COLUMNS:
            if batch[column].null_count:
                raise InputError(f"{path}: rows without a {column}; run pipelines.extract again")
        if held and (count + len(batch) > rows or size + batch.nbytes > most_bytes):
            yield _window(held)
            held, count, size = [], 0, 0
        held.append(batch)
        count += len(batch)
        size += batch.nbytes
    if held:
        yield _window(held)


def _window(batches):
    table = pa.Table.from_batches(batches)
    return table["sentence_id"].to_numpy(), table["text"].to_pylist()


def _check_columns(schema, path):
    for name, wanted, right in (
        ("sentence_id", "int64", pa.types.is_int64),
        ("text", "string", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
    ):
        at = schema.get_field_index(name)
        if at < 0 or not right(schema.field(at).type):
            has = f"is {schema.field(at).type}" if at >= 0 else "is missing"
            raise InputError(
                f"{path}: column {name} {has}, not {wanted}; run pipelines.extract again"
            )
