"""How well the pages of a mined pair go together: how many other pairs the two pages share.

Translations come in pages: where a page is the translation of another, most of its sentences
pair with that one's, while a chance pair is the only one between its two pages.
"""

import numpy as np
import xxhash


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
