"""Exact duplicates: ids that are xxh3 of the text, shards that cut the id space in equal ranges,
and the same rows kept whatever the order of the input and however it is split and put together
again. Plain Python is the oracle of each.
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

from mining.dedup import combine, first_on_page, sentence_ids, shard_of, unique_sentences
from mining.schema import OCCURRENCES, SENTENCES

LEAST, GREATEST = -(2**63), 2**63 - 1
ORDER = ("url", "date", "block", "position", "warc_file", "warc_offset")

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


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), max_size=30))
@fixed
def test_only_the_first_of_equal_ids_on_a_page_counts(rows):
    expected = [int(row not in rows[:at]) for at, row in enumerate(rows)]
    ids, pages = (np.array([row[column] for row in rows], np.int64) for column in (0, 1))
    assert first_on_page(ids, pages).tolist() == expected


DATES = [None, *(datetime.datetime(2024, 1, day, tzinfo=datetime.UTC) for day in (1, 2))]
IDS = (LEAST, -5, 0, 7, GREATEST)
PAGES = st.lists(
    st.tuples(
        st.builds(
            dict,
            url=st.sampled_from([f"https://{host}.org/{n}" for host in "ab" for n in range(2)]),
            date=st.sampled_from(DATES),
            warc_file=st.sampled_from(["1.warc.gz", "2.warc.gz"]),
            warc_offset=st.integers(0, 1),
        ),
        st.lists(st.sampled_from(IDS), max_size=5),
    ),
    max_size=6,
    unique_by=lambda page: tuple(page[0].values()),
)
AT = st.lists(st.integers(0, 30), max_size=3)


def found_on(pages):
    """The occurrences of sentences on pages, (place, ids of its sentences) each, as rows."""
    rows = []
    for place, ids in pages:
        host, page = sentence_ids([place["url"][:13], repr(place)]).tolist()
        for at, number in enumerate(ids):
            block, position = divmod(at, 2)
            where = repr((place, at))
            rows.append(
                {
                    **place,
                    "sentence_id": number,
                    "text": f"text {number}",
                    "lang": "de",
                    "lang_prob": random.Random(where).randrange(64) / 64,
                    "script": "Latn",
                    "warc_length": len(where),
                    "digest": where,
                    "block": block,
                    "position": position,
                    "occurrences": 1,
                    "host_pages": int(number not in ids[:at]),
                    "page": page,
                    "host": host,
                }
            )
    return rows


def table(rows):
    return pa.Table.from_pylist(rows, schema=OCCURRENCES)


def order(row):
    """The key that ``ORDER`` sorts by; no date comes after every date."""
    date = row["date"]
    return tuple((date is None, date or DATES[1]) if n == "date" else row[n] for n in ORDER)


def groups(rows, *keys):
    """(key, rows in ``order``) of the rows with the same values of ``keys``, sorted."""

    def key(row):
        return tuple(row[name] for name in keys)

    rows = sorted(sorted(rows, key=order), key=key)
    return [(key, list(group)) for key, group in itertools.groupby(rows, key=key)]


def total(rows, name):
    return sum(row[name] for row in rows)


@given(PAGES)
@fixed
def test_combining_keeps_the_least_occurrence_on_each_host_and_adds_up(pages):
    rows = found_on(pages)
    expected = [
        {**group[0], **{n: total(group, n) for n in ("occurrences", "host_pages")}}
        for _, group in groups(rows, "sentence_id", "host")
    ]
    found = combine(table(rows))
    assert found.to_pylist() == expected
    assert found.schema.equals(OCCURRENCES, check_metadata=True)


@given(pages=PAGES, least=st.integers(0, 3), data=st.data())
@fixed
def test_a_sentence_is_kept_once_and_on_a_repeated_page_only_where_there_is_no_other(
    pages, least, data
):
    combined = combine(table(found_on(pages)))
    rows = combined.to_pylist()
    known = sorted({row["page"] for row in rows})
    repeated = data.draw(st.sets(st.sampled_from(known)) if known else st.just(set()))
    expected = []
    for _, group in groups(rows, "sentence_id"):
        kept = min(group, key=lambda row: (row["page"] in repeated, order(row)))
        most = max(row["host_pages"] for row in group)
        row = {
            **kept,
            "occurrences": total(group, "occurrences"),
            "host_pages": most,
            "furniture": most >= least,
            "duplicate_page": kept["page"] in repeated,
        }
        expected.append({name: row[name] for name in SENTENCES.names})
    # Pages that this table does not have are no matter.
    pages = np.array(sorted({*repeated, 1, GREATEST}), np.int64)
    found = unique_sentences(combined, pages, least)
    assert found.to_pylist() == expected
    assert found.schema.equals(SENTENCES, check_metadata=True)


def unique(combined):
    return unique_sentences(combined, np.array([], np.int64), 2)


@given(pages=PAGES, rng=st.randoms(use_true_random=False), cuts=AT, again=AT)
@fixed
def test_order_split_and_grouping_of_the_input_do_not_matter(pages, rng, cuts, again):
    rows = found_on(pages)
    expected = combine(table(rows))
    parts = [combine(table(part)) for part in split(rng.sample(rows, len(rows)), cuts)]
    parts = [
        combine(pa.concat_tables(group)) for group in split(rng.sample(parts, len(parts)), again)
    ]
    whole = combine(pa.concat_tables(parts))
    assert whole.combine_chunks().equals(expected.combine_chunks())
    assert unique(whole).combine_chunks().equals(unique(expected).combine_chunks())


def split(items, cuts):
    """The items in order in one or more lists, of which none but a single one is empty."""
    ends = sorted({0, *(min(cut, len(items)) for cut in cuts), len(items)})
    return [items[a:b] for a, b in itertools.pairwise(ends)] or [items]


@given(PAGES)
@fixed
def test_occurrences_are_all_counted_and_pages_host_by_host(pages):
    on = {number: {} for number in IDS}
    for place, ids in pages:
        for number in ids:
            on[number].setdefault(place["url"][:13], set()).add(tuple(place.values()))
    found = unique(combine(table(found_on(pages)))).to_pylist()
    everywhere = [number for _, ids in pages for number in ids]
    assert [row["sentence_id"] for row in found] == sorted(set(everywhere))
    for row in found:
        assert row["occurrences"] == everywhere.count(row["sentence_id"])
        assert row["host_pages"] == max(map(len, on[row["sentence_id"]].values()))
        assert row["furniture"] == (row["host_pages"] >= 2)
