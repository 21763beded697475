"""Near-duplicate pages: pairs are found as often as the formula of MinHash says for their true
Jaccard similarity, which is counted shingle by shingle, and the page marked is never the first.
"""

import datetime
import os
import random
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.neardup import BANDS, SHINGLE_CHARS, UNSPACED_CHARS, band_keys, duplicates
from mining.schema import BANDS as SCHEMA

fixed = settings(max_examples=100, derandomize=True, deadline=None, database=None)
SIZES = (SHINGLE_CHARS, UNSPACED_CHARS)
LETTERS = {
    SHINGLE_CHARS: "abcdefghijklmnopqrstuvwxyz      ",
    UNSPACED_CHARS: "的一是不了人我在有他这中大来上国个到说们",
}
of_both_sizes = pytest.mark.parametrize("size", SIZES)


def keys_of(text, size):
    """The keys of a text's bands, a list."""
    (keys,) = band_keys([text], size)
    return keys.tolist()


def jaccard(one, other, size):
    """The share of the shingles of two texts that both have."""
    ones, others = (
        {text[at : at + size] for at in range(len(text) - size + 1)} for text in (one, other)
    )
    return len(ones & others) / len(ones | others)


def made_up(rng, size, length):
    return "".join(rng.choices(LETTERS[size], k=length))


def with_changes(rng, text, changes):
    """``text`` with that many of its characters replaced, each far from the others."""
    step = len(text) // max(changes, 1)
    chars = list(text)
    for start in range(0, step * changes, step):
        chars[start + rng.randrange(step)] = rng.choice("ABCDEFGHIJKLM") + "!"
    return "".join(chars)


@pytest.mark.parametrize("length", [500, 4000])
@of_both_sizes
@pytest.mark.parametrize("similarity", [0.5, 0.65, 0.75, 0.85, 0.95])
def test_pairs_are_found_as_often_as_their_similarity_says(similarity, size, length):
    rng = random.Random(f"{similarity} {size} {length}")
    # A change takes away about ``size`` shingles and puts as many others there.
    changes = round(length / size * (1 - similarity) / (1 + similarity))
    ones = [made_up(rng, size, length) for _ in range(200)]
    others = [with_changes(rng, text, changes) for text in ones]
    shares = np.array([jaccard(*pair, size) for pair in zip(ones, others, strict=True)])
    # 14 bands of 8 minima (Penedo et al. 2024).
    expected = 1 - (1 - shares**8) ** 14
    # A band's key has the band's number in it.
    found = (band_keys(ones, size) == band_keys(others, size)).any(axis=1)
    # Four standard deviations of the count.
    slack = 4 * np.sqrt(np.sum(expected * (1 - expected))) + 1
    assert found.sum() == pytest.approx(expected.sum(), abs=slack)


def test_unlike_texts_share_no_band():
    rng = random.Random(5)
    keys = band_keys([made_up(rng, SHINGLE_CHARS, 1000) for _ in range(200)], SHINGLE_CHARS)
    assert len(np.unique(keys)) == 200 * BANDS


@given(
    texts=st.lists(st.text(st.characters(), max_size=60), min_size=1, max_size=6),
    size=st.sampled_from(SIZES),
)
@fixed
def test_each_text_has_the_keys_that_it_has_alone_one_a_band(texts, size):
    keys = band_keys(texts, size)
    assert keys.dtype == np.int64
    assert keys.shape == (len(texts), BANDS)
    assert keys.tolist() == [keys_of("".join([*text]), size) for text in texts]
    assert all(len(set(row)) == BANDS for row in keys.tolist())


def test_many_and_long_texts_have_the_keys_that_they_have_alone():
    rng = random.Random(9)
    lengths = (30_000, 100, 120_000, 0, 25_000, 25_000, 1, 60_000)
    texts = [made_up(rng, SHINGLE_CHARS, length) for length in lengths]
    expected = [keys_of(text, SHINGLE_CHARS) for text in texts]
    assert band_keys(texts, SHINGLE_CHARS).tolist() == expected


@of_both_sizes
def test_texts_with_the_same_shingles_have_the_same_keys(size):
    assert keys_of("ab, cd. " * 20, size) == keys_of("ab, cd. " * 30, size)


@of_both_sizes
def test_which_digits_there_are_does_not_matter_but_that_there_are(size):
    text = "Zuletzt geändert am {}.{}.{} um {}{}:{} Uhr, Besucher: {}"
    one, other, letters = (text.format(*by) for by in ("1234567", "9988001", "abcdefg"))
    assert keys_of(one, size) == keys_of(other, size)
    assert keys_of(one, size) != keys_of(letters, size)


@of_both_sizes
@pytest.mark.parametrize("short_by", [0, 1, 2, 7])
def test_text_of_a_shingle_or_less_is_told_from_another(short_by, size):
    rng = random.Random(short_by)
    texts = {made_up(rng, size, size - short_by) for _ in range(15)}
    assert len(np.unique(band_keys(sorted(texts), size))) == len(texts) * BANDS


def test_lone_surrogates_are_no_error():
    assert band_keys(["a\ud800b" * 20], SHINGLE_CHARS).shape == (1, BANDS)


def test_keys_are_the_same_in_every_process():
    text = "Die Fähre legt um acht Uhr morgens ab. 渡船早上八点出发。" * 3
    program = f"from mining.neardup import band_keys; print(band_keys([{text!r}], 24)[0].tolist())"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(keys_of(text, 24))


DATES = [None, *(datetime.datetime(2024, 1, day, tzinfo=datetime.UTC) for day in (1, 2))]
ROWS_OF_BANDS = st.lists(
    st.tuples(
        st.integers(-2, 2),
        st.sampled_from(["https://a.org/", "https://b.org/"]),
        st.sampled_from(DATES),
        st.sampled_from(["1.warc.gz", "2.warc.gz"]),
        st.integers(0, 2),
    ),
    max_size=20,
    unique=True,
)


def page_of(place):
    return hash_of(repr(place))


def hash_of(text):
    return int.from_bytes(text.encode(), "little") % (2**61 - 1)


@given(ROWS_OF_BANDS)
@fixed
def test_all_pages_of_a_band_but_the_earliest_are_duplicates(rows):
    table = pa.Table.from_pylist(
        [
            {
                "key": key,
                "lang": "de",
                "page": page_of(place),
                **dict(zip(("url", "date", "warc_file", "warc_offset"), place, strict=True)),
            }
            for key, *place in rows
        ],
        schema=SCHEMA,
    )
    expected = set()
    for key in {row[0] for row in rows}:
        places = [place for other, *place in rows if other == key]
        # No date comes after every date.
        places.sort(key=lambda at: (at[0], at[1] is None, at[1] or DATES[1], *at[2:]))
        expected |= set(map(page_of, places[1:]))
    found = duplicates(table)
    assert found.dtype == np.int64
    assert found.tolist() == sorted(expected)


def test_of_pages_in_a_chain_only_the_first_is_no_duplicate():
    # The first and the last have no band in common.
    table = pa.Table.from_pylist(
        [
            {"key": key, "page": page, "url": f"https://a.org/{page}"}
            for key, page in ((1, 10), (1, 20), (2, 20), (2, 30), (3, 30), (3, 40))
        ],
        schema=SCHEMA,
    )
    assert duplicates(table).tolist() == [20, 30, 40]
