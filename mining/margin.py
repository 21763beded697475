"""Margin scores and the retrieval of pairs by them (Artetxe & Schwenk 2019, sections 3.1, 3.2).

With a = cos(x, y), f the mean cosine of x's k nearest neighbours and b that of y's, both over the
whole other side: absolute a, distance a - (f + b) / 2, ratio a / ((f + b) / 2).
"""

import concurrent.futures

import numpy as np
import pyarrow as pa

from mining.errors import InputError
from mining.schema import PAIRS

MARGINS = ("ratio", "distance", "absolute")
# Rounds of matching after which few rows are left in all but made-up inputs.
_ROUNDS = 50
# Ids with the same upper bits from which they are not taken for hashes.
_MOST_IN_BUCKET = 32
RETRIEVALS = ("max", "intersect", "union", "forward", "backward")


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
    directions by falling margin, a sentence at most once; ``union`` all of both, ``intersect`` the
    mutual ones, ``forward`` and ``backward`` one direction's. Equal margins are ordered by src_id,
    tgt_id.
    """
    if retrieval not in RETRIEVALS:
        raise InputError(f"unknown retrieval {retrieval!r}; give {', '.join(RETRIEVALS)}")
    # The two directions have nothing to do with each other until they meet.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        sides = list(pool.map(_Side, (forward, backward), (backward, forward)))
        ahead, back = pool.map(lambda side, other: side.best(other, margin), sides, sides[::-1])
        src, tgt = _chosen(ahead, back, retrieval)
        ranks = list(pool.map(_Side.rank, sides, (src, tgt), (tgt, src)))
    columns = _scored(src, tgt, *sides, *ranks, margin)
    order = _ranked(columns[2], src, tgt)
    if retrieval == "max":
        order = order[_matched(src[order], tgt[order])]
    return _table(columns, order)


class _Side:
    """One direction, its neighbours by number: ``columns`` int64 [n, k], where in the other's
    query_ids they stand."""

    def __init__(self, queries, others):
        self.query_ids = queries.query_ids
        self.cosines = queries.cosines
        self.means = queries.means
        self.columns = places(others.query_ids, queries.ids)

    def best(self, others, margin):
        """int64 [n]: the number of the neighbour with the greatest margin, the first of equals; -1
        where there is none."""
        n, k = self.columns.shape
        if not k:
            return np.full(n, -1)
        best, greatest = np.full(n, -1), np.full(n, -np.inf, np.float32)
        for columns, cosines in zip(self.columns.T, self.cosines.T, strict=True):
            scores = margin_scores(cosines, self.means, others.means[columns], margin)
            better = (scores > greatest) | ((scores == greatest) & (columns < best))
            np.copyto(best, columns, where=better)
            np.copyto(greatest, scores, where=better)
        return best

    def rank(self, rows, wanted):
        """Rank (int16, -1: absent) and cosine (0) of the numbers ``wanted`` among the neighbours of
        ``rows``."""
        rank, found = np.full(len(rows), -1, np.int16), np.zeros(len(rows), np.float32)
        left = np.arange(len(rows))
        for at in range(self.columns.shape[1]):
            hit = self.columns[rows[left], at] == wanted[left]
            rank[left[hit]] = at
            found[left[hit]] = self.cosines[rows[left[hit]], at]
            left = left[~hit]
        return rank, found


def scored(pairs, forward, backward, margin):
    """int64 [2, n], rows of forward and of backward, as mine_pairs gives its pairs.

    At least one of a pair's sides must be among the other's neighbours.
    """
    src, tgt = pairs
    sides = _Side(forward, backward), _Side(backward, forward)
    ranks = sides[0].rank(src, tgt), sides[1].rank(tgt, src)
    columns = _scored(src, tgt, *sides, *ranks, margin)
    return _table(columns, _ranked(columns[2], src, tgt))


def _table(columns, rows):
    schema = PAIRS.remove(PAIRS.get_field_index("page_support"))
    return pa.table([pa.array(column[rows]) for column in columns], schema=schema)


def places(ids, wanted):
    """Where each of ``wanted``, int64 of any shape, stands in ``ids``, int64, rising.

    Ids are hashes, so their upper bits say nearly where: this is many times as fast as a search.
    Raises ValueError for one that is not there.
    """
    flat = wanted.reshape(-1)
    if not len(ids):
        at, strange = np.zeros(len(flat), np.int64), len(flat) > 0
    else:
        bits = len(ids).bit_length()
        sizes = np.bincount(_upper(ids, bits), minlength=1 << bits)
        if sizes.max() > _MOST_IN_BUCKET:
            at = np.searchsorted(ids, flat)
            strange = (ids.take(at, mode="clip") != flat).any()
        else:
            at = (np.cumsum(sizes) - sizes)[_upper(flat, bits)]
            left = np.flatnonzero(ids.take(at, mode="clip") != flat)
            for _ in range(sizes.max()):
                at[left] += 1
                left = left[ids.take(at[left], mode="clip") != flat[left]]
            strange = len(left) > 0
    if strange:
        raise ValueError("a neighbour that is none of the other side's queries")
    return at.reshape(wanted.shape)


def _upper(ids, bits):
    """The upper ``bits`` of int64s as int64, in the order of the numbers."""
    return ((ids >> (64 - bits)) + (1 << (bits - 1))).astype(np.int64)


def _chosen(ahead, back, retrieval):
    """Numbers (src, tgt) of the pairs, each once; ahead: each src's best tgt, back the reverse."""
    src, tgt = np.flatnonzero(ahead >= 0), np.flatnonzero(back >= 0)
    if retrieval == "forward":
        return src, ahead[src]
    if retrieval == "backward":
        return back[tgt], tgt
    if retrieval == "intersect":
        src = src[back[ahead[src]] == src]
        return src, ahead[src]
    new = tgt[ahead[back[tgt]] != tgt]
    return np.concatenate([src, back[new]]), np.concatenate([ahead[src], new])


def _scored(src, tgt, forward, backward, forward_ranks, backward_ranks, margin):
    """The columns of the pairs, as in PAIRS."""
    forward_rank, forward_cosine = forward_ranks
    backward_rank, backward_cosine = backward_ranks
    cosine = np.where(forward_rank >= 0, forward_cosine, backward_cosine)
    src_mean, tgt_mean = forward.means[src], backward.means[tgt]
    score = margin_scores(cosine, src_mean, tgt_mean, margin)
    ids = forward.query_ids[src], backward.query_ids[tgt]
    return (*ids, score, cosine, src_mean, tgt_mean, forward_rank, backward_rank)


def _ranked(score, src, tgt):
    """The order of pairs by falling score, then src, then tgt; int64 [n]."""
    # One integer to sort by, of which the upper half falls with the score; zero has but one sign.
    bits = (-score + np.float32(0)).view(np.int32).astype(np.int64)
    bits ^= (bits >> 31) & 0x7FFFFFFF
    keys = (bits << 32) + src
    order = np.argsort(keys)
    keys = keys[order]
    again = np.flatnonzero(keys[1:] == keys[:-1])
    again = np.union1d(again, again + 1)
    order[again] = order[again][np.lexsort((tgt[order[again]], keys[again]))]
    return order


def one_to_one(src, tgt):
    """Greedy matching: rows of pairs in order, each taken if neither side was taken before.

    src, tgt: int64 [n], best pair first. Returns the rising row numbers, int64 [m]. Repeatedly
    taking the pairs that are first for both of their sides gives the same pairs, nearly without a
    loop over rows.
    """
    _, src = np.unique(src, return_inverse=True)
    _, tgt = np.unique(tgt, return_inverse=True)
    return _matched(src, tgt)


def _matched(src, tgt):
    """As one_to_one, of numbers."""
    if not len(src):
        return np.empty(0, np.int64)
    rows, taken = np.arange(len(src)), []
    # By number: the first row that has it, and whether it is taken.
    first = [np.empty(side.max() + 1, np.int64) for side in (src, tgt)]
    busy = [np.zeros(len(side), bool) for side in first]
    for _ in range(_ROUNDS):
        if not len(rows):
            break
        left, right = src[rows], tgt[rows]
        for numbers, of_side in ((left, first[0]), (right, first[1])):
            # Of several rows with a number the last that is written stays.
            of_side[numbers[::-1]] = rows[::-1]
        mutual = (first[0][left] == rows) & (first[1][right] == rows)
        taken.append(rows[mutual])
        busy[0][left[mutual]] = True
        busy[1][right[mutual]] = True
        rows = rows[~(busy[0][left] | busy[1][right])]
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
