"""Sentence alignment between two pages that correspond: what lies between their anchors.

A link joins one or two neighbouring sentences of a page with one or two of the other. It costs
Vecalign's ``n_src * n_tgt * (1 - cosine) / (1 - mean)`` (Thompson & Koehn 2019) with the margin's
means in place of random samples, and beside it the logarithm of the ratio of its sides' lengths,
the evidence of Gale & Church (1993); a sentence left alone costs ``skip_cost``. The links taken are
those of least cost that keep the order, which is the heaviest chain of those that cost less than
leaving their sentences alone.
"""

import dataclasses

import numpy as np

from mining.chains import heaviest_chain

# Links whose cosines are looked at together: 4 MB of each side's vectors in double precision.
_RESCORED = 1024
# What a link's distance counts, by the product of its sides' sentences.
_WEIGHTS = (0, 1.0, 1.7, 0, 4.0)
# Lengths whose ratio has a greater logarithm are no worse: of very short sentences they say little.
_MOST_UNLIKE = 1.0
# More links than that between two anchors say that the pages don't correspond there.
_MOST_LINKS = 20_000


def follow(orders, others):
    """bool [n]: whether a sentence at ``others`` comes right after one at ``orders`` in its
    block."""
    return others == orders + 1


@dataclasses.dataclass(frozen=True)
class Side:
    """One side's sentences that take part, sorted by (document, order): ``rows`` int64 [n], what
    the caller knows them by; ``documents``, ``orders`` int64 [n]; ``anchors`` int64 [n]: number of
    the anchor that the sentence is in, -1 for a free one; ``gaps`` int64 [n]: the number of the
    first anchor at or behind it, which tells the gap; ``means`` float32 [n]; ``lengths`` float64
    [n], in a unit that translations have in common."""

    rows: np.ndarray
    documents: np.ndarray
    orders: np.ndarray
    anchors: np.ndarray
    gaps: np.ndarray
    means: np.ndarray
    lengths: np.ndarray

    def slice(self, start, stop):
        """The sentences from start to before stop."""
        return Side(*(getattr(self, field.name)[start:stop] for field in dataclasses.fields(self)))


@dataclasses.dataclass(frozen=True)
class Links:
    """``src``, ``tgt``: (first, last) int64 [n] each, places in the Sides, last = first or first +
    1; ``cosines``, ``src_means``, ``tgt_means`` float32 [n]; ``anchors`` int64 [n]: the anchor that
    the link takes the place of, or -1."""

    src: tuple
    tgt: tuple
    cosines: np.ndarray
    src_means: np.ndarray
    tgt_means: np.ndarray
    anchors: np.ndarray

    def take(self, rows):
        """The links of the given rows."""
        pairs = (tuple(end[rows] for end in side) for side in (self.src, self.tgt))
        rest = (self.cosines, self.src_means, self.tgt_means, self.anchors)
        return Links(*pairs, *(values[rows] for values in rest))


def align(src, tgt, src_vectors, tgt_vectors, skip_cost):
    """The Links of least cost between two Sides with their vectors, [n, dim] of any float type."""
    ours, theirs = _Units(src, src_vectors), _Units(tgt, tgt_vectors)
    left, right = _same_key(ours.keys, theirs.keys)
    cosines = _cosines(ours, theirs, left, right)
    sizes = ours.sizes[left], theirs.sizes[right]
    means = ours.means[left], theirs.means[right]
    unlike = np.abs(np.log(ours.lengths[left] / theirs.lengths[right]))
    count = sizes[0] + sizes[1]
    cost = np.array(_WEIGHTS)[sizes[0] * sizes[1]] * (1 - cosines)
    cost /= np.maximum(1 - (means[0] + means[1]) / 2, 1e-6)
    anchors = ours.anchors[left]
    # Where nothing is to be joined lengths say little: most of what is free is short.
    compared = (anchors >= 0) | (count > 2)
    saved = count * skip_cost - cost - np.where(compared, np.minimum(unlike, _MOST_UNLIKE), 0)
    # The anchor itself is there already; another link in its place has to save more than it does.
    itself = (anchors >= 0) & (count == 2)
    held = np.zeros(max(anchors.max(initial=-1), 0) + 1)
    held[anchors[itself]] = np.maximum(saved[itself], 0)
    saved = np.where(anchors >= 0, saved - held[anchors], saved)
    rows = np.flatnonzero((saved > 0) & ~itself)
    links = Links(
        (ours.first[left[rows]], ours.last[left[rows]]),
        (theirs.first[right[rows]], theirs.last[right[rows]]),
        cosines[rows].astype(np.float32),
        means[0][rows].astype(np.float32),
        means[1][rows].astype(np.float32),
        anchors[rows],
    )
    return links.take(_chains(src.documents[links.src[0]], links, saved[rows]))


def _chains(documents, links, saved):
    """The rows of the heaviest chain of each document, rising."""
    order = np.argsort(documents, kind="stable")
    cuts = np.flatnonzero(np.diff(documents[order])) + 1
    taken = [np.empty(0, np.int64)]
    for rows in np.split(order, cuts):
        if len(rows) > 1:
            part = links.take(rows)
            rows = rows[heaviest_chain(part.src, part.tgt, saved[rows])]
        taken.append(rows)
    return np.sort(np.concatenate(taken))


class _Units:
    """What a link may join on one side: free sentences, anchors that have a free neighbour on
    either side, and two neighbours of which no more than one is an anchor's."""

    def __init__(self, side, vectors):
        self._vectors = vectors
        one = np.arange(len(side.rows))
        two = one[:-1][
            follow(side.orders[:-1], side.orders[1:])
            & (side.documents[:-1] == side.documents[1:])
            & ((side.anchors[:-1] < 0) | (side.anchors[1:] < 0))
        ]
        self.first = np.concatenate([one, two])
        self.last = np.concatenate([one, two + 1])
        self.sizes = self.last - self.first + 1
        self.anchors = np.maximum(side.anchors[self.first], side.anchors[self.last])
        # An anchor's units are joined with that anchor's, a gap's with that gap's; a document's
        # last gap lies behind its last anchor.
        gap = (side.gaps[self.first] + side.documents[self.first]) * 2
        self.keys = np.where(self.anchors >= 0, self.anchors * 2 + 1, gap)
        self.means = (
            side.means[self.first].astype(np.float64) + side.means[self.last].astype(np.float64)
        ) / 2
        self.lengths = side.lengths[self.first] + np.where(
            self.sizes == 2, side.lengths[self.last], 0
        )

    def vectors(self, units):
        """float64 [n, dim]: unit vectors, of two sentences that of their sum."""
        found = self._vectors[self.first[units]].astype(np.float64)
        found += self._vectors[self.last[units]]
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def _same_key(left, right):
    """All (row of left, row of right) with equal keys, by key; int64 [n] twice.

    Keys with more than _MOST_LINKS of them are left out.
    """
    order = np.argsort(right, kind="stable")
    ranked = right[order]
    starts = np.searchsorted(ranked, left, side="left")
    counts = np.searchsorted(ranked, left, side="right") - starts
    _, which, sizes = np.unique(left, return_inverse=True, return_counts=True)
    counts[counts * sizes[which] > _MOST_LINKS] = 0
    rows = np.repeat(np.arange(len(left)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, order[starts[rows] + within]


def _cosines(left, right, rows, columns):
    """float64 [n]: each from its vectors alone."""
    found = np.empty(len(rows))
    for at in range(0, len(rows), _RESCORED):
        part = slice(at, at + _RESCORED)
        one, other = left.vectors(rows[part]), right.vectors(columns[part])
        found[part] = np.einsum("ij,ij->i", one, other)
    return found
