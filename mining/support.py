"""Pairs whose pages go together. Translations come in pages: where a page is the translation of
another, most of its sentences pair with that one's, while a chance pair is the only one between its
two pages. This says how many pairs two pages share, and matches sentences again with that known.
"""

import numpy as np
import pyarrow as pa
import xxhash

from mining.filters import is_good, page_bonus
from mining.margin import mine_pairs, one_to_one, scored
from mining.schema import PAIRS


def page_keys(urls):
    """int64 [n]: equal for equal URLs; ``urls`` a list of str."""
    known = {url: xxhash.xxh3_64_intdigest(url.encode("utf-8")) for url in set(urls)}
    return np.array([known[url] for url in urls], dtype=np.uint64).view(np.int64)


def page_support(src_pages, tgt_pages, counted):
    """For each pair how many others that are ``counted`` lie on the same two pages; int32 [n].

    src_pages, tgt_pages: int64 [n]; counted: bool [n].
    """
    _, src = np.unique(src_pages, return_inverse=True)
    _, tgt = np.unique(tgt_pages, return_inverse=True)
    _, both = np.unique(src * (tgt.max(initial=0) + 1) + tgt, return_inverse=True)
    shared = np.bincount(both, weights=counted)[both] if len(both) else np.zeros(0)
    return (shared - counted).astype(np.int32)


def supported_pairs(forward, backward, src_pages, tgt_pages, config):
    """The pairs of mining.margin.mine_pairs with their page_support; schema PAIRS.

    forward, backward: mining.knn.Neighbours over each other's ids; src_pages, tgt_pages: int64,
    the page of each of their queries; config: CorpusConfig. With ``max`` retrieval sentences are
    matched twice: the second time all their neighbours are candidates, and one on a page that
    shares good pairs of the first time with theirs counts ``page_bonus`` more.
    """
    pairs = mine_pairs(forward, backward, config.margin, config.retrieval)
    if config.retrieval == "max" and pairs.num_rows and config.page_bonus:
        every = scored(_candidates(forward, backward), forward, backward, config.margin)
        key = _pair_keys(every, forward, backward)
        good = is_good(pairs["margin"].to_numpy(), pairs["cosine"].to_numpy(), config)
        counted = np.isin(key, _pair_keys(pairs, forward, backward)[good])
        support = page_support(*_pages(every, forward, backward, src_pages, tgt_pages), counted)
        better = every["margin"].to_numpy() + page_bonus(support, config)
        src, tgt = (every[name].to_numpy() for name in ("src_id", "tgt_id"))
        order = np.lexsort((tgt, src, -better))
        matched = order[one_to_one(src[order], tgt[order])]
        # The rows of scored are by falling margin, and so are its rows in rising order.
        pairs = every.take(pa.array(np.sort(matched)))
    good = is_good(pairs["margin"].to_numpy(), pairs["cosine"].to_numpy(), config)
    support = page_support(*_pages(pairs, forward, backward, src_pages, tgt_pages), good)
    return pairs.append_column("page_support", pa.array(support)).cast(PAIRS)


def _candidates(forward, backward):
    """int64 [2, n]: the row of every sentence and that of each of its neighbours, each once."""
    found = []
    for queries, others in ((forward, backward), (backward, forward)):
        rows = np.repeat(np.arange(len(queries.query_ids)), queries.ids.shape[1])
        found.append((rows, np.searchsorted(others.query_ids, queries.ids.ravel())))
    (src, its_tgt), (tgt, its_src) = found
    width = max(len(backward.query_ids), 1)
    keys = np.unique(np.concatenate([src * width + its_tgt, its_src * width + tgt]))
    return np.stack([keys // width, keys % width])


def _rows(pairs, forward, backward):
    sides = ((forward, "src_id"), (backward, "tgt_id"))
    return [np.searchsorted(side.query_ids, pairs[name].to_numpy()) for side, name in sides]


def _pair_keys(pairs, forward, backward):
    src, tgt = _rows(pairs, forward, backward)
    return src * max(len(backward.query_ids), 1) + tgt


def _pages(pairs, forward, backward, src_pages, tgt_pages):
    src, tgt = _rows(pairs, forward, backward)
    return src_pages[src], tgt_pages[tgt]
