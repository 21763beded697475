"""Pairs of an existing bitext with the scores of mining and the reason why it would refuse them.

A bitext knows no pages, so the filters that ask for those are off here, as margins may be.
"""

import dataclasses

import numpy as np
import pyarrow as pa

from mining import filters, langid, presets
from mining.margin import margin_scores
from mining.schema import SCORED

#: filters that ask what page a sentence stands on
WANT_PAGES = ("page_support", "order", "original_pages")


def left_out(margins):
    """The filters that a bitext can't be asked for; margins: whether those are known."""
    return WANT_PAGES if margins else ("margin", *WANT_PAGES)


def applied(config, margins):
    """The CorpusConfig ``config`` with these filters off."""
    return dataclasses.replace(config, **presets.off(left_out(margins)))


def score(pairs, lang, cosines, means, config):
    """Rows of schema SCORED, in order.

    pairs: schema BITEXT, English and ``lang``; cosines: float32 [n]; means: float32 [2, n], the
    mean cosines of both sides' nearest neighbours, or None for no margins; config: CorpusConfig.
    """
    n = pairs.num_rows
    table = pairs.append_column("src_lang", pa.array(["en"] * n, pa.string()))
    table = table.append_column("tgt_lang", pa.array([lang] * n, pa.string()))
    for side, code in (("src", "en"), ("tgt", lang)):
        probs = langid.probabilities(table[f"{side}_text"].to_pylist(), code)
        table = table.append_column(f"{side}_lang_prob", pa.array(probs, pa.float32()))
    table = filters.score(table.append_column("cosine", pa.array(cosines, pa.float32())))
    unknown = np.zeros(n, np.float32)
    src, tgt = (unknown, unknown) if means is None else means
    margins = unknown if means is None else margin_scores(cosines, src, tgt, config.margin)
    # What filters ask for and nobody knows; they are off.
    asked = table.append_column("margin", pa.array(margins))
    asked = asked.append_column("page_support", pa.array(np.zeros(n, np.int32)))
    asked = asked.append_column("order_agreement", pa.array(np.zeros(n, np.float32)))
    for side in ("src", "tgt"):
        asked = asked.append_column(f"{side}_duplicate_page", pa.array(np.zeros(n, bool)))
    reasons = filters.reject_reasons(asked, applied(config, means is not None))
    known = {"reason": pa.array(list(reasons), pa.string())}
    for name, values in (("margin", margins), ("src_knn_mean", src), ("tgt_knn_mean", tgt)):
        known[name] = pa.array(values) if means is not None else pa.nulls(n, pa.float32())
    columns = [known[name] if name in known else table[name] for name in SCORED.names]
    return pa.table(columns, names=SCORED.names).cast(SCORED)
