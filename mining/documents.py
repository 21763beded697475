"""Which pages are translations of each other, and which of their pairs keep the order.

Two pages correspond if enough good pairs lie on them whose sentences come in the same order on
both. What keeps the order is the heaviest chain of pairs, each after the last on both pages. No
vectors and no texts here; mining.local looks between the pairs of a chain.
"""

import dataclasses

import numpy as np
import pyarrow as pa

from mining.chains import heaviest_chain
from mining.filters import refused_by_vectors
from mining.local import Side, follow

# A place in a page as one integer: the block above, the sentence in it below.
_BLOCK = 32


@dataclasses.dataclass(frozen=True)
class Places:
    """Where each sentence of a language stands: ``ids`` int64 [n], rising, ``pages`` int64 [n] as
    of mining.support.page_keys, ``orders`` int64 [n]: rising along a page, ``lengths`` int32 [n]:
    characters."""

    ids: np.ndarray
    pages: np.ndarray
    orders: np.ndarray
    lengths: np.ndarray

    def rows(self, ids):
        """Where the given ids stand; all must be known."""
        return np.searchsorted(self.ids, ids)


def orders(blocks, positions):
    """int64 [n] that rises along a page, from block and position, int32 [n]."""
    return (np.asarray(blocks, np.int64) << _BLOCK) | np.asarray(positions, np.int64)


@dataclasses.dataclass(frozen=True)
class Documents:
    """Pages that correspond: ``pages`` int64 [d, 2]; ``anchors`` int64 [a]: rows of the pairs that
    keep the order, ``documents`` int64 [a]: the number of the two pages that each lies on, rising,
    along which the anchors come in order; ``strays``: rows of the pairs that break it; ``bound``:
    rows of all pairs that are trusted and don't break an order."""

    pages: np.ndarray
    anchors: np.ndarray
    documents: np.ndarray
    strays: np.ndarray
    bound: np.ndarray


def trusted(pairs, config):
    """bool [n]: whether a pair passes by its vectors and its pages; ``pairs`` of schema PAIRS."""
    return ~np.any([refused for _, refused in refused_by_vectors(pairs, config)], axis=0)


def corresponding(pairs, src, tgt, config):
    """The Documents of ``pairs``, schema PAIRS; src, tgt: Places of all their sentences."""
    good = np.flatnonzero(trusted(pairs, config))
    taken = pairs.select(["src_id", "tgt_id"]).take(pa.array(good))
    rows = src.rows(taken["src_id"].to_numpy()), tgt.rows(taken["tgt_id"].to_numpy())
    pages = np.stack([side.pages[at] for side, at in zip((src, tgt), rows, strict=True)], axis=1)
    # Pages by number: equal pairs of them side by side, in the order of their keys.
    both, which, sizes = np.unique(pages, axis=0, return_inverse=True, return_counts=True)
    which = which.reshape(-1)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(sizes)
    weights = pairs["margin"].to_numpy()[good].astype(np.float64)
    kept, anchors, strays = [], [], []
    for number in np.flatnonzero(sizes >= config.min_page_chain).tolist():
        these = order[ends[number] - sizes[number] : ends[number]]
        places = [side.orders[at[these]] for side, at in zip((src, tgt), rows, strict=True)]
        chain = heaviest_chain(*((place, place) for place in places), weights[these])
        least = max(config.min_page_chain, config.min_page_order * len(these))
        if len(chain) < least:
            continue
        kept.append(number)
        anchors.append(good[these[chain]])
        strays.append(good[np.delete(these, chain)])
    none = np.empty(0, np.int64)
    strays = np.concatenate([none, *strays])
    if config.min_order_agreement <= 0:
        strays = none
    return Documents(
        both[kept],
        np.concatenate([none, *anchors]),
        np.repeat(np.arange(len(kept)), [len(rows) for rows in anchors]),
        strays,
        np.setdiff1d(good, strays),
    )


def sides(found, pairs, src, tgt, means):
    """What mining.local.align may join, as two Sides; their ``rows`` are rows of the Places.

    found: Documents of ``pairs``; src, tgt: Places; means: for each of them the mean cosine of its
    k nearest neighbours, float32 [n]. Free is what no trusted pair has, be it of other pages.
    Lengths are in characters of src, by the median ratio of the anchors.
    """
    names = ("src_id", "tgt_id")
    bound = pairs.select(names).take(pa.array(found.bound))
    anchors = pairs.select(names).take(pa.array(found.anchors))
    both, lengths = [], []
    for at, (name, places) in enumerate(zip(names, (src, tgt), strict=True)):
        free = np.ones(len(places.ids), bool)
        free[places.rows(bound[name].to_numpy())] = False
        anchored = places.rows(anchors[name].to_numpy())
        both.append(_on_pages(found.pages[:, at], found.documents, anchored, places, free))
        lengths.append(np.maximum(places.lengths[anchored], 1))
    wanted = _joinable(*both)
    # Characters of tgt for one of src; most anchors are pairs of whole sentences.
    ratio = np.median(lengths[1] / lengths[0]) if len(lengths[0]) else 1.0
    return tuple(
        Side(
            *(values[keep] for values in (rows, documents, places.orders[rows], numbers, gaps)),
            mean[rows[keep]],
            np.maximum(places.lengths[rows[keep]], 1) / unit,
        )
        for (rows, documents, numbers, gaps, _), keep, places, mean, unit in zip(
            both, wanted, (src, tgt), means, (1.0, ratio), strict=True
        )
    )


def _on_pages(pages, documents, anchored, places, free):
    """The free and the anchored sentences of the given pages, in order: rows of ``places``, numbers
    of documents and of anchors (-1: free), of the first anchor at or behind each, and whether a
    free one is next to an anchored one or the other way round."""
    order = np.lexsort((places.orders, places.pages))
    ranked = places.pages[order]
    starts = np.searchsorted(ranked, pages, side="left")
    counts = np.searchsorted(ranked, pages, side="right") - starts
    document = np.repeat(np.arange(len(pages)), counts)
    within = np.arange(len(document)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = order[starts[document] + within]
    width = max(len(places.ids), 1)
    is_anchor = np.isin(document * width + rows, documents * width + anchored)
    before = np.cumsum(is_anchor) - is_anchor
    keep = is_anchor | free[rows]
    rows, document, is_anchor, before = (v[keep] for v in (rows, document, is_anchor, before))
    numbers = np.where(is_anchor, before, -1)
    at = places.orders[rows]
    touch = (
        follow(at[:-1], at[1:])
        & (document[:-1] == document[1:])
        & (is_anchor[:-1] != is_anchor[1:])
    )
    beside = np.zeros(len(rows), bool)
    beside[:-1] |= touch
    beside[1:] |= touch
    return rows, document, numbers, before, beside


def _joinable(src, tgt):
    """Which sentences of both sides have something to be joined with: bool [n] and bool [m]."""
    masks = []
    for (_, document, numbers, gaps, beside), other in ((src, tgt), (tgt, src)):
        theirs = other[2] < 0
        gap = (numbers < 0) & np.isin(gaps + document, (other[3] + other[1])[theirs])
        is_anchor = numbers >= 0
        extended = is_anchor & np.isin(numbers, other[2][other[4] & (other[2] >= 0)])
        masks.append(gap | beside | extended)
    return masks
