"""The heaviest chain of links between two sequences: what keeps the order of both."""

import numpy as np


def heaviest_chain(src, tgt, weights):
    """The links of the chain of greatest weight, in order; row numbers, int64 [m].

    src, tgt: (first, last) int64 [n] each, what a link covers on either side; weights: float64
    [n], positive. Each link of a chain begins behind the end of the last one on both sides. Of
    equally heavy ones the first found by (src, tgt) is taken. Quadratic in n, by rows of NumPy.
    """
    order = np.lexsort((tgt[0], src[0], tgt[1], src[1]))
    (src_first, src_last), (tgt_first, tgt_last) = ([end[order] for end in s] for s in (src, tgt))
    # Only what ends before a link begins comes before it; by src that is a run from the start.
    ends = np.searchsorted(src_last, src_first, side="left")
    total = weights[order].astype(np.float64)
    before = np.full(len(order), -1)
    for at, end in enumerate(ends.tolist()):
        fits = np.flatnonzero(tgt_last[:end] < tgt_first[at])
        if len(fits):
            best = fits[np.argmax(total[fits])]
            total[at] += total[best]
            before[at] = best
    chain, at = [], int(np.argmax(total)) if len(total) else -1
    while at >= 0:
        chain.append(at)
        at = int(before[at])
    return order[chain[::-1]].astype(np.int64)
