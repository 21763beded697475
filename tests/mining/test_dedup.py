"""Exact duplicates: ids that are xxh3 of the text, shards that cut the id space in equal ranges,
and the same rows kept whatever the order of the input and however it is split. Plain Python is the
oracle of each.
"""

import datetime
import itertools
import random

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.dedup import sentence_ids, shard_of, unique_sentences
from mining.schema import SENTENCES

LEAST, GREATEST = -(2**63), 2**63 - 1
ORDER = ("sentence_id", "url", "date", "block", "position", "warc_file", "warc_offset")

fixed = settings(max_examples=100, derandomize=True, deadline=None, database=None)


@given(st.lists(st.text(max_size=20), max_size=10))
@fixed
def test_id_is_xxh3_of_the_text_read_as_a_signed_integer(texts):
    digests = [xxhash.xxh3_64_digest(text.encode()) for text in texts]
    ids = sentence_ids(texts)
    assert ids.dtype == np.int64
    assert ids.tolist() == [int.from_bytes(digest, "big", signed=True) for digest in digests]


@given(
    ids=st.lists(st.integers(LEAST, GREATEST), min_size=1, max_size=50),
    shards=st.integers(1, 5000),
)
@fixed
def test_shards_are_equal_ranges_rising_with_the_id(ids, shards):
    found = shard_of(np.array(sorted(ids), np.int64), shards).tolist()
    assert found == sorted(found)
    # The upper 32 bits decide: an id is on its side of a range's end to within 2**32 of 2**64.
    assert found == [((number - LEAST) >> 32) * shards >> 32 for number in sorted(ids)]


@pytest.mark.parametrize("shards", [1, 2, 3, 4, 7, 64, 1000])
def test_every_shard_has_ids(shards):
    ends = shard_of(np.array([LEAST, GREATEST]), shards).tolist()
    assert ends == [0, shards - 1]
    ids = sentence_ids([f"sentence {number}" for number in range(shards * 20)])
    assert set(shard_of(ids, shards).tolist()) == set(range(shards))


def test_no_ids_have_no_shards():
    assert shard_of(np.array([], np.int64), 4).tolist() == []


DATES = [None, *(datetime.datetime(2024, 1, day, tzinfo=datetime.UTC) for day in (1, 2))]
ROWS = st.lists(
    st.builds(
        dict,
        sentence_id=st.sampled_from([LEAST, -5, 0, 7, GREATEST]),
        url=st.sampled_from(["https://a.org/", "https://b.org/"]),
        date=st.sampled_from(DATES),
        block=st.integers(0, 1),
        position=st.integers(0, 1),
        warc_file=st.sampled_from(["1.warc.gz", "2.warc.gz"]),
        warc_offset=st.integers(0, 1),
        occurrences=st.integers(1, 3),
    ),
    max_size=12,
    # Where a sentence stands is what tells two of its occurrences apart.
    unique_by=lambda row: tuple(row[name] for name in ORDER),
)


def table(rows):
    """A table of sentences; the columns that a row does not name follow from where it stands."""
    full = []
    for row in rows:
        where = repr([row["date"] and row["date"].day, *(row[n] for n in ORDER if n != "date")])
        lengths = {"warc_length": len(where), "lang_prob": random.Random(where).randrange(64) / 64}
        names = {"text": f"text {row['sentence_id']}", "lang": "de", "script": "Latn"}
        full.append({**row, **names, **lengths, "digest": where})
    return pa.Table.from_pylist(full, schema=SENTENCES)


def order(row):
    """The key that ``ORDER`` sorts by; no date comes after every date."""
    date = row["date"]
    return tuple((date is None, date or DATES[1]) if n == "date" else row[n] for n in ORDER)


@given(ROWS)
@fixed
def test_the_least_occurrence_stays_and_occurrences_add_up(rows):
    expected = []
    rows = sorted(table(rows).to_pylist(), key=order)
    for _, group in itertools.groupby(rows, key=lambda row: row["sentence_id"]):
        group = list(group)
        expected.append({**group[0], "occurrences": sum(row["occurrences"] for row in group)})
    found = unique_sentences(table(rows))
    assert found.to_pylist() == expected
    assert found.schema.equals(SENTENCES, check_metadata=True)


@given(rows=ROWS, rng=st.randoms(use_true_random=False))
@fixed
def test_order_of_the_input_does_not_matter(rows, rng):
    shuffled = rng.sample(rows, len(rows))
    assert unique_sentences(table(shuffled)).equals(unique_sentences(table(rows)))


@given(rows=ROWS, cuts=st.lists(st.integers(0, 12), max_size=3))
@fixed
def test_split_of_the_input_does_not_matter(rows, cuts):
    ends = sorted({0, *(min(cut, len(rows)) for cut in cuts), len(rows)})
    parts = [unique_sentences(table(rows[a:b])) for a, b in itertools.pairwise(ends)]
    merged = unique_sentences(pa.concat_tables([table([]), *parts]))
    assert merged.combine_chunks().equals(unique_sentences(table(rows)).combine_chunks())
