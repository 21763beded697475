"""Precision and recall of a corpus by the threshold of its margin, from planted pairs.

The margins of a corpus's pairs are a mixture of those of true and of wrong pairs. What either are
distributed like, planted pairs show; the share of true ones is the one that makes the corpus's
margins likeliest. Nothing is known here of how pairs are planted: that is mining/planted.py.
"""

import numpy as np

from mining.errors import InputError

#: planted with no true partner: whatever they are matched with is wrong, as it is in the corpus
_WRONG = ("src_alone", "tgt_alone")
_DECOYS = ("alone", "number", "neighbour")
_STEP = 0.005
# Margins of true pairs beyond which nothing is said, and of either kind that a bin should hold.
_LEAST_ABOVE = 20
_PER_BIN = 10
_BINS = (5, 40)
_HALVINGS = 40
# Added to what was counted in each bin and above each threshold (Krichevsky & Trofimov 1981: a
# half).
_UNSEEN = 0.5
_LOW, _HIGH = 0.025, 0.975


def estimate(planted, corpus_margins, config):
    """A dict: ``pairs`` planted, the ``share`` of true pairs among those of the corpus that all
    filters but the margin's let pass, how much of the mixture does not fit (``misfit``, the total
    variation distance), and ``table``, a list of dicts by rising threshold.

    planted: schema PLANTED; corpus_margins: float32 [m], of such pairs of the corpus; config:
    PlantConfig. precision = share * T / (share * T + (1 - share) * W) of the pairs with a margin
    above the threshold, with T and W the shares of planted true and wrong ones above it; recall is
    of the true pairs whose both sides are in the corpus. low and high bound nineteen in twenty
    resamples of the planted pairs. The table is empty, and the rest but ``pairs`` 0, where too few
    true or wrong ones came as far as the margin to tell anything.
    """
    pair, roles = planted["pair"].to_numpy(), np.array(planted["role"].to_pylist())
    margins = planted["margin"].to_numpy()
    passed = np.array(planted["reason"].to_pylist()) == ""
    true, wrong = passed & (roles == "true"), passed & np.isin(roles, _WRONG)
    few = min(int(true.sum()), int(wrong.sum()), len(corpus_margins))
    count = len(np.unique(pair))
    if few < _PER_BIN:
        none = dict.fromkeys(("share", "share_low", "share_high", "misfit"), 0.0)
        return {"pairs": count, **none, "table": []}
    weights = _resampled(count, config.resamples)
    pair = np.unique(pair, return_inverse=True)[1]
    thresholds = _thresholds(margins[true], corpus_margins)
    edges = _edges(corpus_margins, few)
    above = [
        _above(margins[kind], weights[:, pair[kind]], np.concatenate([edges, thresholds]))
        for kind in (true, wrong)
    ]
    shapes = [_shares(values[:, :-1] - values[:, 1:])
              for values in (a[:, : len(edges)] for a in above)]  # fmt: skip
    heights = np.histogram(corpus_margins, edges)[0]
    shares = _mixed(heights, *shapes)
    fitted = shares[0] * shapes[0][0] + (1 - shares[0]) * shapes[1][0]
    totals = [values[:, :1] for values in above]
    kept = [values[:, len(edges) :] for values in above]
    hits = shares[:, None] * kept[0] / np.maximum(totals[0], 1)
    # Where no wrong one is left that was planted, one may be that was not.
    misses = (1 - shares[:, None]) * (kept[1] + _UNSEEN) / (totals[1] + 2 * _UNSEEN)
    precision = hits / np.maximum(hits + misses, 1e-12)
    recall = kept[0] / np.maximum(_number(weights, pair, roles == "true"), 1)
    bounds = np.quantile(precision, (_LOW, _HIGH), axis=0)
    decoys = {
        name: _kept(margins, passed, np.char.endswith(roles, name), thresholds) for name in _DECOYS
    }
    return {
        "pairs": count,
        "share": round(float(shares[0]), 4),
        "share_low": round(float(np.quantile(shares, _LOW)), 4),
        "share_high": round(float(np.quantile(shares, _HIGH)), 4),
        "misfit": round(float(np.abs(heights / heights.sum() - fitted).sum() / 2), 4),
        "table": [
            {
                "threshold": round(float(threshold), 4),
                "precision": round(float(precision[0, at]), 4),
                "low": round(float(bounds[0, at]), 4),
                "high": round(float(bounds[1, at]), 4),
                "recall": round(float(recall[0, at]), 4),
                **{f"{name}_kept": round(float(decoys[name][at]), 4) for name in _DECOYS},
            }
            for at, threshold in enumerate(thresholds)
        ],
    }


def at_threshold(table, threshold):
    """The row of an estimate's ``table`` for a threshold: the last that is not above it, or the
    first."""
    return max((row for row in table if row["threshold"] <= threshold + 1e-9),
               key=lambda row: row["threshold"], default=table[0])  # fmt: skip


def pick(table, target):
    """The row of the least threshold whose estimated precision is at least ``target``; InputError,
    which tells the best there is, where there is none."""
    if not table:
        raise InputError("too few known pairs to estimate a precision from; plant more")
    good = [row for row in table if row["precision"] >= target]
    if good:
        return good[0]
    best = max(table, key=lambda row: row["precision"])
    raise InputError(
        f"no margin gives an estimated precision of {target:g}: the best is "
        f"{best['precision']:.3f} above {best['threshold']:g}, with a recall of "
        f"{best['recall']:.3f}; give a lower --target-precision"
    )


def _resampled(count, resamples):
    """int32 [resamples + 1, count]: how often each pair is in each resample; first all once."""
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), resamples)
    return np.concatenate([np.ones((1, count), np.int32), drawn.astype(np.int32)])


def _thresholds(true, corpus):
    """Multiples of the step from below nearly all of the corpus to where few true pairs are."""
    low = np.floor(np.quantile(corpus, 0.005) / _STEP)
    high = np.floor(np.sort(true)[-min(_LEAST_ABOVE, len(true))] / _STEP)
    return np.arange(low, max(high, low + 1)) * _STEP


def _edges(margins, few):
    """Bins that each hold as many of the corpus's pairs, and all there is in the outermost."""
    count = int(np.clip(few // _PER_BIN, *_BINS))
    inner = np.unique(np.quantile(margins, np.linspace(0, 1, count + 1))[1:-1])
    return np.concatenate([[-np.inf], inner, [np.inf]])


def _above(margins, weights, points):
    """float64 [resamples, points]: how much of ``weights`` [resamples, n] lies above each point."""
    order = np.argsort(margins)
    running = np.zeros((len(weights), len(order) + 1))
    np.cumsum(weights[:, order], axis=1, out=running[:, 1:])
    at = np.searchsorted(margins[order], points, side="right")
    return running[:, -1:] - running[:, at]


def _shares(heights):
    smooth = heights + _UNSEEN
    return smooth / smooth.sum(axis=1, keepdims=True)


def _mixed(heights, true, wrong):
    """The share of ``true`` [resamples, bins] in a mixture with ``wrong`` that is likeliest for
    ``heights`` [bins]; float64 [resamples]. The likelihood is concave in it, so its slope is halved
    down to nothing."""
    low, high = np.zeros(len(true)), np.ones(len(true))
    for _ in range(_HALVINGS):
        share = ((low + high) / 2)[:, None]
        slope = (heights * (true - wrong) / (share * true + (1 - share) * wrong)).sum(axis=1)
        rises = slope > 0
        low, high = np.where(rises, share[:, 0], low), np.where(rises, high, share[:, 0])
    return (low + high) / 2


def _number(weights, pair, mask):
    """float64 [resamples, 1]: how many of the rows ``mask`` are in each resample."""
    return weights[:, pair[mask]].sum(axis=1, dtype=np.float64)[:, None]


def _kept(margins, passed, mask, thresholds):
    """float64 [thresholds]: the share of the rows ``mask`` that pass with a margin above each."""
    ranked = np.sort(margins[mask & passed])
    above = len(ranked) - np.searchsorted(ranked, thresholds, side="right")
    return above / max(int(mask.sum()), 1)
