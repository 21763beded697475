"""Scored pairs and the sentences they name to rows of the corpus."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mining import filters
from mining.dedup import shard_of
from mining.schema import CORPUS, MARKS, PROVENANCE, REJECTED_PAIRS

# Written without spaces between sentences.
_UNSPACED = frozenset(("ja", "th", "zh"))


def take_sentences(ids, shards, read_shard):
    """The sentences with the given ids, in their order.

    ids: int64 [n]; shards: how many shards the language has; read_shard(number) gives the table
    of one, sorted by sentence_id. Each shard is read once. Raises KeyError for an absent id.
    """
    homes = shard_of(ids, shards)
    tables, places = [], []
    for shard in np.unique(homes):
        rows = np.flatnonzero(homes == shard)
        table = read_shard(int(shard))
        known = table["sentence_id"].to_numpy()
        at = np.searchsorted(known, ids[rows])
        if len(known) == 0 or not np.array_equal(known[np.minimum(at, len(known) - 1)], ids[rows]):
            raise KeyError(f"shard {shard} lacks a sentence that a pair names")
        tables.append(table.take(pa.array(at)))
        places.append(rows)
    if not tables:
        return None
    order = np.empty(len(ids), np.int64)
    order[np.concatenate(places)] = np.arange(len(ids))
    return pa.concat_tables(tables).take(pa.array(order))


def joined(table, counts):
    """One row for each run of ``counts`` rows of ``table``, schema SENTENCES: their texts joined,
    with the least of their language probabilities and all else of the first."""
    counts = np.asarray(counts, np.int64)
    if table is None or table.num_rows == len(counts):
        return table
    starts = np.cumsum(counts) - counts
    offsets = pa.array(np.append(starts, counts.sum()).astype(np.int32))
    texts = pa.ListArray.from_arrays(offsets, table["text"].combine_chunks())
    found = table.take(pa.array(starts))
    glue = pc.if_else(pc.is_in(found["lang"], pa.array(sorted(_UNSPACED))), "", " ")
    least = np.minimum.reduceat(table["lang_prob"].to_numpy(), starts)
    for name, values in (
        ("text", pc.binary_join(texts, glue.combine_chunks())),
        ("lang_prob", pa.array(least, pa.float32())),
    ):
        at = found.schema.get_field_index(name)
        found = found.set_column(at, found.schema.field(at), values)
    return found


def assemble(pairs, src, tgt, config):
    """The corpus rows of ``pairs`` and those that a filter refused: (CORPUS, REJECTED_PAIRS).

    pairs: schema LINKS; src and tgt: its sides row by row, schema SENTENCES.
    """
    if not pairs.num_rows:
        return CORPUS.empty_table(), REJECTED_PAIRS.empty_table()
    columns = {name: pairs[name] for name in pairs.column_names}
    for prefix, side in (("src_", src), ("tgt_", tgt)):
        for name in ("text", "lang", "lang_prob", *MARKS, *PROVENANCE):
            columns[prefix + name] = side[name]
    table = filters.score(pa.table(columns))
    reasons = filters.reject_reasons(table, config)
    table = table.select(CORPUS.names).cast(CORPUS)
    refused = reasons != ""
    rejected = table.filter(pa.array(refused))
    rejected = rejected.add_column(
        0, REJECTED_PAIRS.field(0), pa.array(list(reasons[refused]), pa.string())
    )
    return table.filter(pa.array(~refused)), rejected.cast(REJECTED_PAIRS)
