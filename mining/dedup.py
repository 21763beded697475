"""Exact duplicates: sentence ids, the shard an id belongs to, and which occurrence stays."""

import numpy as np
import pyarrow as pa
import xxhash

# The occurrence kept is the least by these: the same one whatever the order of work, and however
# the records are spread over files.
_ORDER = ("sentence_id", "url", "date", "block", "position", "warc_file", "warc_offset")
_SIGN = np.uint64(1 << 63)


def sentence_ids(texts):
    """xxh3_64 of each text's UTF-8 bytes as a signed integer; int64 [n]."""
    hashes = [xxhash.xxh3_64_intdigest(text.encode("utf-8")) for text in texts]
    return np.array(hashes, dtype=np.uint64).view(np.int64)


def shard_of(ids, shards):
    """The shard of each id: equal ranges of the id space, rising with the id; int64 [n]."""
    unsigned = np.asarray(ids, dtype=np.int64).view(np.uint64) ^ _SIGN
    return ((unsigned >> np.uint64(32)) * np.uint64(shards) >> np.uint64(32)).astype(np.int64)


def unique_sentences(table):
    """One row a sentence_id, sorted by it, ``occurrences`` added up."""
    if not table.num_rows:
        return table
    table = table.sort_by([(column, "ascending") for column in _ORDER])
    ids = table["sentence_id"].to_numpy()
    first = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    occurrences = np.add.reduceat(table["occurrences"].to_numpy(), first)
    kept = table.take(pa.array(first))
    column = table.schema.get_field_index("occurrences")
    return kept.set_column(column, table.schema.field(column), pa.array(occurrences))
