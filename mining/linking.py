"""Matched pairs to what goes on to the corpus: those that break the order of their pages are
marked, and what mining.local finds between the others is added; a side may be two sentences.
"""

import numpy as np
import pyarrow as pa

from mining import documents, local
from mining.filters import is_good
from mining.margin import margin_scores
from mining.schema import LINKS
from mining.support import page_support

# Sentences of a side whose vectors are held at a time: half a GB of 1,024 float16 components.
_SENTENCES = 262_144


def linked_pairs(pairs, neighbours, places, vectors, config):
    """``pairs``, schema PAIRS, with what alignment adds; schema LINKS, best margin first.

    neighbours: mining.knn.Neighbours of both sides, and places: Places of both, of the same
    sentences; vectors: for each side a function from ids, int64 [n], rising, to their vectors
    [n, dim]; config: CorpusConfig. A mined pair that a longer link contains gives way to it.
    """
    found = documents.corresponding(pairs, *places, config)
    order = np.ones(pairs.num_rows, np.float32)
    order[found.strays] = 0
    mined = _table(
        {name: pairs[name] for name in pairs.column_names},
        *([pairs[name].to_numpy()] * 2 for name in ("src_id", "tgt_id")),
        "mining",
        order,
    )
    if not config.skip_cost or not len(found.pages):
        return _ranked(mined)
    sides = documents.sides(found, pairs, *places, [near.means for near in neighbours])
    links = [
        _columns(batch, local.align(*batch, *_read(batch, places, vectors), config.skip_cost))
        for batch in _batches(*sides, len(found.pages))
    ]
    links = {name: np.concatenate([part[name] for part in links]) for name in links[0]}
    links = _disjoint(links, places, neighbours, config)
    given_way = found.anchors[links["anchor"][links["anchor"] >= 0]]
    keep = np.ones(pairs.num_rows, bool)
    keep[given_way] = False
    # What was mined but not trusted, and is found again, is what alignment found.
    rows = [at.rows(pairs[name].to_numpy()) for at, name in zip(places, _IDS, strict=True)]
    single = (links["src_first"] == links["src_last"]) & (links["tgt_first"] == links["tgt_last"])
    width = len(places[1].ids)
    keep &= ~np.isin(
        rows[0] * width + rows[1], (links["src_first"] * width + links["tgt_first"])[single]
    )
    aligned = _scored(links, single, pairs, rows, places, neighbours, config)
    return _ranked(pa.concat_tables([mined.filter(pa.array(keep)), aligned]))


_IDS = ("src_id", "tgt_id")


def _batches(src, tgt, count):
    """Pairs of Sides with the documents of which neither has more than _SENTENCES sentences, or
    with a single one."""
    ends = [np.searchsorted(side.documents, np.arange(1, count + 1)) for side in (src, tgt)]
    start, at = 0, [0, 0]
    while start < count:
        reach = min(
            int(np.searchsorted(end, begin + _SENTENCES, side="right"))
            for end, begin in zip(ends, at, strict=True)
        )
        stop = max(reach, start + 1)
        past = [int(end[stop - 1]) for end in ends]
        yield tuple(
            side.slice(begin, end) for side, begin, end in zip((src, tgt), at, past, strict=True)
        )
        start, at = stop, past


def _read(batch, places, vectors):
    """The vectors of both Sides, each sentence's read once."""
    read = []
    for side, place, of in zip(batch, places, vectors, strict=True):
        rows, which = np.unique(side.rows, return_inverse=True)
        read.append(of(place.ids[rows])[which])
    return read


def _columns(batch, links):
    """Links as columns, with rows of the Places in place of rows of the Sides."""
    ends = {
        f"{name}_{end}": side.rows[rows]
        for name, side, pair in zip(("src", "tgt"), batch, (links.src, links.tgt), strict=True)
        for end, rows in zip(("first", "last"), pair, strict=True)
    }
    return ends | {
        "cosine": links.cosines,
        "src_knn_mean": links.src_means,
        "tgt_knn_mean": links.tgt_means,
        "anchor": links.anchors,
    }


def _disjoint(links, places, neighbours, config):
    """The links with their margins, best first; of those with a sentence in common, which pages
    with two counterparts give, only the first."""
    links["margin"] = margin_scores(
        links["cosine"], links["src_knn_mean"], links["tgt_knn_mean"], config.margin
    )
    order = np.lexsort((links["tgt_first"], links["src_first"], -links["margin"]))
    taken = set(), set()
    kept = []
    # As many as alignment found, few beside what was mined.
    for row in order.tolist():
        ours = {int(links["src_first"][row]), int(links["src_last"][row])}
        theirs = {int(links["tgt_first"][row]), int(links["tgt_last"][row])}
        if taken[0].isdisjoint(ours) and taken[1].isdisjoint(theirs):
            taken[0].update(ours)
            taken[1].update(theirs)
            kept.append(row)
    return {name: values[np.array(kept, np.int64)] for name, values in links.items()}


def _scored(links, single, pairs, rows, places, neighbours, config):
    """A table of schema LINKS; rows: those of the Places that the pairs name."""
    columns = dict(links)
    firsts = [links[name] for name in ("src_first", "tgt_first")]
    ids = [place.ids[first] for place, first in zip(places, firsts, strict=True)]
    for name, near, first, wanted in zip(
        ("forward_rank", "backward_rank"), neighbours, firsts, ids[::-1], strict=True
    ):
        hit = (near.ids[first] == wanted[:, None]) & single[:, None]
        columns[name] = np.where(hit.any(axis=1), hit.argmax(axis=1), -1)
    good = is_good(pairs["margin"].to_numpy(), pairs["cosine"].to_numpy(), config)
    counted = np.concatenate([good, np.zeros(len(single), bool)])
    pages = [
        place.pages[np.concatenate([row, first])]
        for place, row, first in zip(places, rows, firsts, strict=True)
    ]
    columns["page_support"] = page_support(*pages, counted)[len(good) :]
    columns |= dict(zip(_IDS, ids, strict=True))
    lasts = [
        place.ids[links[name]] for place, name in zip(places, ("src_last", "tgt_last"), strict=True)
    ]
    return _table(
        columns,
        *zip(ids, lasts, strict=True),
        "alignment",
        np.ones(len(single), np.float32),
    )


def _table(columns, src_ends, tgt_ends, found_by, order):
    """LINKS out of the columns of PAIRS and the first and last id of each side."""
    columns = columns | {
        "src_ids": _lists(*src_ends),
        "tgt_ids": _lists(*tgt_ends),
        "found_by": pa.repeat(found_by, len(order)),
        "order_agreement": order,
    }
    return pa.table({name: columns[name] for name in LINKS.names}).cast(LINKS)


def _lists(first, last):
    """A list of one id where first and last are the same, of both where not."""
    two = first != last
    ends = np.concatenate([[0], np.cumsum(1 + two)]).astype(np.int32)
    values = np.empty(ends[-1], np.int64)
    values[ends[:-1]] = first
    values[ends[1:] - 1] = last
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(values))


def _ranked(table):
    keys = [("margin", "descending"), ("src_id", "ascending"), ("tgt_id", "ascending")]
    return table.sort_by(keys).combine_chunks()
