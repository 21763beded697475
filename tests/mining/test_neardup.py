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

from mining.neardup import BANDS, ROWS, band_keys, duplicates
from mining.schema import BANDS as SCHEMA

fixed = settings(max_examples=100, derandomize=True, deadline=None, database=None)
LETTERS = {
    False: "abcdefghijklmnopqrstuvwxyz      ",
    True: "的一是不了人我在有他这中大来上国个到说们",
}
#: characters of a shingle, for languages with and without spaces
SHINGLE = {False: 24, True: 8}


def jaccard(one, other, size):
    """The share of the shingles of two texts that both have."""
    ones, others = (
        {text[at : at + size] for at in range(len(text) - size + 1)} for text in (one, other)
    )
    return len(ones & others) / len(ones | others)


def made_up(rng, unspaced, length):
    return "".join(rng.choices(LETTERS[unspaced], k=length))


def with_changes(rng, text, unspaced, changes):
    """``text`` with that many characters replaced, each far from the others."""
    step = len(text) // changes
    chars = list(text)
    for start in range(0, step * changes, step):
        chars[start + rng.randrange(step)] = made_up(rng, unspaced, 1).upper() + "!"
    return "".join(chars)


@pytest.mark.parametrize("length", [500, 4000])
@pytest.mark.parametrize("unspaced", [False, True], ids=["spaced", "unspaced"])
@pytest.mark.parametrize("similarity", [0.5, 0.65, 0.75, 0.85, 0.95])
def test_pairs_are_found_as_often_as_their_similarity_says(similarity, unspaced, length):
    rng = random.Random(f"{similarity} {unspaced} {length}")
    size, pairs = SHINGLE[unspaced], 200
    # A change takes away about ``size`` shingles and puts as many others there.
    changes = round(length / size * (1 - similarity) / (1 + similarity))
    found, expected = 0, []
    for _ in range(pairs):
        one = made_up(rng, unspaced, length)
        other = with_changes(rng, one, unspaced, changes) if changes else one
        share = jaccard(one, other, size)
        expected.append(1 - (1 - share**ROWS) ** BANDS)
        found += bool(set(band_keys(one, unspaced)) & set(band_keys(other, unspaced)))
    # Four standard deviations of the count.
    slack = 4 * np.sqrt(sum(p * (1 - p) for p in expected)) + 1
    assert found == pytest.approx(sum(expected), abs=slack)


def test_unlike_texts_share_no_band():
    rng = random.Random(5)
    keys = [band_keys(made_up(rng, False, 1000), False) for _ in range(200)]
    assert len(np.unique(keys)) == 200 * BANDS


@given(text=st.text(st.characters(), max_size=60), unspaced=st.booleans())
@fixed
def test_the_same_text_has_the_same_keys_one_a_band(text, unspaced):
    keys = band_keys(text, unspaced)
    assert keys.dtype == np.int64
    assert keys.shape == (BANDS,)
    assert band_keys("".join([*text]), unspaced).tolist() == keys.tolist()
    assert len(set(keys.tolist())) == BANDS


@pytest.mark.parametrize("unspaced", [False, True])
def test_texts_with_the_same_shingles_have_the_same_keys(unspaced):
    short, long = (band_keys("ab, cd. " * times, unspaced) for times in (20, 30))
    assert short.tolist() == long.tolist()


@pytest.mark.parametrize("unspaced", [False, True])
def test_which_digits_there_are_does_not_matter_but_that_there_are(unspaced):
    text = "Zuletzt geändert am {}.{}.{} um {}{}:{} Uhr, Besucher: {}"
    one, other = (text.format(*figures) for figures in ("1234567", "9988001"))
    assert band_keys(one, unspaced).tolist() == band_keys(other, unspaced).tolist()
    letters = text.format(*"abcdefg")
    assert band_keys(one, unspaced).tolist() != band_keys(letters, unspaced).tolist()


@pytest.mark.parametrize("unspaced", [False, True])
@pytest.mark.parametrize("short_by", [0, 1, 2, 7])
def test_text_of_a_shingle_or_less_is_told_from_another(short_by, unspaced):
    rng = random.Random(short_by)
    texts = {made_up(rng, unspaced, SHINGLE[unspaced] - short_by) for _ in range(15)}
    keys = [key for text in texts for key in band_keys(text, unspaced).tolist()]
    assert len(set(keys)) == len(keys)


def test_lone_surrogates_are_no_error():
    assert len(band_keys("a\ud800b" * 20, False)) == BANDS


def test_keys_are_the_same_in_every_process():
    text = "Die Fähre legt um acht Uhr morgens ab. 渡船早上八点出发。" * 3
    program = f"from mining.neardup import band_keys; print(band_keys({text!r}, False).tolist())"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(band_keys(text, False).tolist())


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
