"""What a sentence must be to be kept: each filter has a name, which is the reason in rejects/."""

import numpy as np
import pyarrow.compute as pc


def too_short(texts, langs, config):
    """Fewer characters than the language's least length."""
    least = np.where(langs == "zh", config.min_chars_zh, config.min_chars)
    return _lengths(texts) < least


def too_long(texts, langs, config):
    """More characters than the greatest length."""
    return _lengths(texts) > config.max_chars


FILTERS = (too_short, too_long)


def reject_reasons(texts, langs, config):
    """The name of the first filter that refuses each sentence, or ''.

    texts: Arrow string array [n]; langs: NumPy array of str [n]. Returns NumPy array of str [n].
    """
    reasons = np.full(len(texts), "", dtype=object)
    for refuses in FILTERS:
        hit = refuses(texts, langs, config) & (reasons == "")
        reasons[hit] = refuses.__name__
    return reasons


def _lengths(texts):
    return pc.utf8_length(texts).to_numpy(zero_copy_only=False)
