"""Quality filters of sentences: length in characters at both bounds, the other bound for Chinese,
and the name of the filter as the reason.
"""

import numpy as np
import pyarrow as pa
import pytest

from mining.config import ExtractConfig
from mining.quality import FILTERS, reject_reasons

CONFIG = ExtractConfig(min_chars=10, max_chars=20, min_chars_zh=4)


def reasons(texts, langs, config=CONFIG):
    return list(reject_reasons(pa.array(texts, pa.string()), np.array(langs, object), config))


@pytest.mark.parametrize(
    ("lang", "length", "reason"),
    [
        ("en", 9, "too_short"),
        ("en", 10, ""),
        ("en", 20, ""),
        ("en", 21, "too_long"),
        ("de", 9, "too_short"),
        ("zh", 3, "too_short"),
        ("zh", 4, ""),
        ("zh", 9, ""),
        ("zh", 21, "too_long"),
        ("ja", 9, "too_short"),
    ],
)
@pytest.mark.parametrize("char", ["x", "ü", "好", "😀"])
def test_length_is_counted_in_characters_and_bounds_are_inside(lang, length, reason, char):
    assert reasons([char * length], [lang]) == [reason]


def test_each_sentence_has_its_own_reason():
    texts = ["short", "just long enough", "x" * 21, "四个字吗", "三个字", "just long enough"]
    langs = ["en", "en", "de", "zh", "zh", "de"]
    assert reasons(texts, langs) == ["too_short", "", "too_long", "", "too_short", ""]


def test_first_filter_that_refuses_gives_the_reason():
    config = ExtractConfig(min_chars=10, max_chars=5)
    assert reasons(["seven c"], ["en"], config) == [FILTERS[0].__name__]


def test_no_sentences_have_no_reasons():
    assert reasons([], []) == []
