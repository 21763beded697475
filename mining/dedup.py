"""Exact duplicates: sentence ids, the shard an id belongs to, and which occurrence stays.

Nothing here needs all occurrences at once: what ``combine`` makes of parts can be combined again,
in any order, and ``unique_sentences`` needs all rows of a sentence, but no two sentences together.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from mining.schema import SENTENCES

# The occurrence kept is the least by these: the same one whatever the order of work, and however
# the records are spread over files.
_ORDER = ("url", "date", "block", "position", "warc_file", "warc_offset")
_SIGN = np.uint64(1 << 63)


def sentence_ids(texts):
    """xxh3_64 of each text's UTF-8 bytes as a signed integer; int64 [n]."""
    hashes = [xxhash.xxh3_64_intdigest(text.encode("utf-8")) for text in texts]
    return np.array(hashes, dtype=np.uint64).view(np.int64)


def shard_of(ids, shards):
    """The shard of each id: equal ranges of the id space, rising with the id; int64 [n]."""
    unsigned = np.asarray(ids, dtype=np.int64).view(np.uint64) ^ _SIGN
    return ((unsigned >> np.uint64(32)) * np.uint64(shards) >> np.uint64(32)).astype(np.int64)


def first_on_page(ids, pages):
    """1 for the first of equal ids on a page, 0 for the others; int32 [n]."""
    groups = _Groups([ids, pages])
    first = np.zeros(len(ids), dtype=np.int32)
    # The sort is stable.
    first[groups.order[groups.starts]] = 1
    return first


def combine(table):
    """One row a sentence and host, sorted by sentence_id and host; counts added up.

    table: OCCURRENCES, at most 2 GB of text.
    """
    groups, kept = _least(table, ("sentence_id", "host"), _ORDER)
    found = _taken(table, kept)
    for name in ("occurrences", "host_pages"):
        found = _replaced(
            found, name, np.add.reduceat(table[name].to_numpy()[groups.order], groups.starts)
        )
    return found


def unique_sentences(table, duplicates, min_furniture_pages):
    """One row a sentence, sorted by sentence_id; SENTENCES.

    table: OCCURRENCES with all rows of each sentence in it, combined; duplicates: ids of the pages
    that repeat another, int64, sorted. Of the occurrences of a sentence on several hosts, each the
    least there, one on such a page is kept only where there is no other.
    """
    repeats = _isin_sorted(table["page"].to_numpy(), duplicates)
    table = table.append_column("duplicate_page", pa.array(repeats))
    groups, kept = _least(table, ("sentence_id",), ("duplicate_page", *_ORDER))
    found = _taken(table, kept)
    occurrences = np.add.reduceat(table["occurrences"].to_numpy()[groups.order], groups.starts)
    pages = np.maximum.reduceat(table["host_pages"].to_numpy()[groups.order], groups.starts)
    found = _replaced(_replaced(found, "occurrences", occurrences), "host_pages", pages)
    found = found.append_column("furniture", pa.array(pages >= min_furniture_pages))
    return found.select(SENTENCES.names).cast(SENTENCES)


class _Groups:
    """Rows with the same integers in ``keys``: ``order`` sorts rows by them, ``starts`` says where
    in it each group starts."""

    def __init__(self, keys):
        self.order = np.lexsort(keys[::-1])
        changes = np.zeros(len(self.order), dtype=bool)
        changes[:1] = True
        for key in keys:
            ranked = key[self.order]
            changes[1:] |= ranked[1:] != ranked[:-1]
        self.starts = np.flatnonzero(changes)
        self._numbers = np.cumsum(changes) - 1

    def several(self):
        """(rows, group numbers) of the groups with more than one row."""
        sizes = np.diff(self.starts, append=len(self.order))
        at = np.flatnonzero(sizes[self._numbers] > 1) if len(sizes) else self.starts
        return self.order[at], self._numbers[at]


def _least(table, keys, order):
    """The groups of rows with the same ``keys``, and of each its least row by ``order``."""
    groups = _Groups([table[name].to_numpy() for name in keys])
    kept = groups.order[groups.starts]
    rows, numbers = groups.several()
    if len(rows):
        some = table.select(order).take(pa.array(rows)).append_column("group", pa.array(numbers))
        by = [(name, "ascending") for name in ("group", *order)]
        ranked = pc.sort_indices(some, sort_keys=by).to_numpy()
        first = np.flatnonzero(np.diff(numbers[ranked], prepend=-1))
        kept[numbers[ranked[first]]] = rows[ranked[first]]
    return groups, kept


def _taken(table, rows):
    """The given rows; the table itself where those are all in their order."""
    if len(rows) == table.num_rows and (rows[1:] > rows[:-1]).all():
        return table
    return table.combine_chunks().take(pa.array(rows))


def _isin_sorted(values, wanted):
    if not len(wanted):
        return np.zeros(len(values), dtype=bool)
    return wanted[np.searchsorted(wanted, values) % len(wanted)] == values


def _replaced(table, name, values):
    column = table.schema.get_field_index(name)
    field = table.schema.field(column)
    return table.set_column(column, field, pa.array(values, field.type))
