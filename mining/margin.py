"""Margin scores and the retrieval of pairs by them (Artetxe & Schwenk 2019, sections 3.1, 3.2).

With a = cos(x, y), f the mean cosine of x's k nearest neighbours and b that of y's, both over the
whole other side: absolute a, distance a - (f + b) / 2, ratio a / ((f + b) / 2).
"""

import numpy as np
import pyarrow as pa

from mining.errors import InputError
from mining.schema import PAIRS

MARGINS = ("ratio", "distance", "absolute")
# Rounds of matching after which few rows are left in all but made-up inputs.
_ROUNDS = 50
RETRIEVALS = ("max", "intersect", "forward", "backward")


def margin_scores(cosines, src_means, tgt_means, margin):
    """float32 [n] from three float32 [n]; a ratio over a mean that is not positive is 0."""
    if margin == "absolute":
        return np.asarray(cosines, np.float32)
    mean = (np.asarray(src_means, np.float64) + tgt_means) / 2
    if margin == "distance":
        return (cosines - mean).astype(np.float32)
    if margin == "ratio":
        positive = mean > 0
        return np.where(positive, cosines / np.where(positive, mean, 1), 0).astype(np.float32)
    raise InputError(f"unknown margin {margin!r}; give {', '.join(MARGINS)}")


def mine_pairs(forward, backward, margin="ratio", retrieval="max"):
    """The pairs that ``retrieval`` finds, best margin first; an Arrow table of schema PAIRS but
    for page_support, which vectors don't tell.

    forward, backward: mining.knn.Neighbours over each other's ids, query_ids rising. Each
    sentence puts forward its best candidate among its neighbours; ``max`` takes those of both
    directions by falling margin, a sentence at most once; ``intersect`` the mutual ones;
    ``forward`` and ``backward`` one direction's. Equal margins are ordered by src_id, tgt_id.
    """
    if retrieval not in RETRIEVALS:
        raise InputError(f"unknown retrieval {retrieval!r}; give {', '.join(RETRIEVALS)}")
    ahead = _best_of_each(forward, backward, margin)
    back = _best_of_each(backward, forward, margin)[[1, 0]] if retrieval != "forward" else None
    if retrieval == "forward":
        pairs = ahead
    elif retrieval == "backward":
        pairs = back
    elif retrieval == "intersect":
        pairs = ahead[:, _found_in(ahead, back)]
    else:
        pairs = np.hstack([ahead, back[:, ~_found_in(back, ahead)]])
    table = scored(pairs, forward, backward, margin)
    if retrieval == "max":
        src, tgt = (table[name].to_numpy() for name in ("src_id", "tgt_id"))
        table = table.take(pa.array(one_to_one(src, tgt)))
    return table


def one_to_one(src, tgt):
    """Greedy matching: rows of pairs in order, each taken if neither side was taken before.

    src, tgt: int64 [n], best pair first. Returns the rising row numbers, int64 [m]. Repeatedly
    taking the pairs that are first for both of their sides gives the same pairs, nearly without a
    loop over rows.
    """
    _, src = np.unique(src, return_inverse=True)
    _, tgt = np.unique(tgt, return_inverse=True)
    rows, taken = np.arange(len(src)), []
    for _ in range(_ROUNDS):
        if not len(rows):
            break
        first_src = _first_of(src[rows])
        first_tgt = _first_of(tgt[rows])
        mutual = rows[first_src & first_tgt]
        taken.append(mutual)
        free = ~(np.isin(src[rows], src[mutual]) | np.isin(tgt[rows], tgt[mutual]))
        rows = rows[free]
    # What is left then are chains, each of whose links waits for the one before.
    taken.append(_one_by_one(src, tgt, rows))
    return np.sort(np.concatenate(taken))


def _one_by_one(src, tgt, rows):
    src_taken, tgt_taken, kept = set(), set(), []
    for row, left, right in zip(rows.tolist(), src[rows].tolist(), tgt[rows].tolist(), strict=True):
        if left not in src_taken and right not in tgt_taken:
            src_taken.add(left)
            tgt_taken.add(right)
            kept.append(row)
    return np.array(kept, dtype=np.int64)


def _first_of(codes):
    """bool [n]: whether no earlier row has the same code."""
    first = np.zeros(len(codes), bool)
    first[np.unique(codes, return_index=True)[1]] = True
    return first


def _best_of_each(queries, others, margin):
    """int64 [2, n]: each query's number and that of its best neighbour among the others."""
    n, k = queries.ids.shape
    if not n or not k:
        return np.empty((2, 0), np.int64)
    columns = np.searchsorted(others.query_ids, queries.ids)
    scores = margin_scores(queries.cosines, queries.means[:, None], others.means[columns], margin)
    best = np.lexsort((queries.ids, -scores), axis=1)[:, 0]
    return np.stack([np.arange(n), columns[np.arange(n), best]])


def _found_in(pairs, others):
    """bool [n]: whether each column of pairs [2, n] is a column of others [2, m]."""
    kinds = np.dtype([("src", np.int64), ("tgt", np.int64)])

    def rows(array):
        return np.ascontiguousarray(array.T).view(kinds).ravel()

    return np.isin(rows(pairs), rows(others))


def scored(pairs, forward, backward, margin):
    """int64 [2, n], rows of forward and of backward, as mine_pairs gives its pairs.

    At least one of a pair's sides must be among the other's neighbours.
    """
    src, tgt = pairs
    src_id, tgt_id = forward.query_ids[src], backward.query_ids[tgt]
    forward_rank, forward_cosine = _rank(forward, src, tgt_id)
    backward_rank, backward_cosine = _rank(backward, tgt, src_id)
    cosine = np.where(forward_rank >= 0, forward_cosine, backward_cosine)
    src_mean, tgt_mean = forward.means[src], backward.means[tgt]
    score = margin_scores(cosine, src_mean, tgt_mean, margin)
    order = np.lexsort((tgt_id, src_id, -score))
    columns = (src_id, tgt_id, score, cosine, src_mean, tgt_mean, forward_rank, backward_rank)
    schema = PAIRS.remove(PAIRS.get_field_index("page_support"))
    return pa.table([pa.array(column[order]) for column in columns], schema=schema)


def _rank(neighbours, rows, wanted):
    """Rank (int16, -1: absent) and cosine of ``wanted`` among the neighbours of ``rows``."""
    if not neighbours.ids.shape[1] or not len(rows):
        return np.full(len(rows), -1, np.int16), np.zeros(len(rows), np.float32)
    hits = neighbours.ids[rows] == wanted[:, None]
    rank = hits.argmax(axis=1)
    cosine = neighbours.cosines[rows, rank]
    return np.where(hits.any(axis=1), rank, -1).astype(np.int16), cosine
