"""Merging sorted runs: the rows are those of sorting everything, no key is in two tables, and where
keys differ no run is read further ahead than one table.
"""

import itertools
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.runs import merge

LEAST, GREATEST = -(2**63), 2**63 - 1
fixed = settings(max_examples=200, derandomize=True, deadline=None, database=None)

KEYS = st.one_of(
    st.integers(-3, 3),
    st.integers(LEAST, GREATEST),
    st.sampled_from([LEAST, LEAST + 1, -1, 0, GREATEST - 1, GREATEST]),
)
#: runs, each of sorted keys with the places where it is cut into tables
RUNS = st.lists(
    st.tuples(st.lists(KEYS, max_size=20).map(sorted), st.lists(st.integers(0, 20), max_size=6)),
    max_size=6,
)


def tables_of(number, keys, cuts):
    """The tables of one run; ``row`` tells each of its rows from all others."""
    rows = [f"{number}-{at}" for at in range(len(keys))]
    whole = pa.table({"row": pa.array(rows, pa.string()), "key": pa.array(keys, pa.int64())})
    # Twice the same place makes an empty table.
    ends = [0, *sorted(min(cut, len(keys)) for cut in cuts), len(keys)]
    return [whole.slice(a, b - a) for a, b in itertools.pairwise(ends)]


def rows_of(tables):
    return [(row["key"], row["row"]) for table in tables for row in table.to_pylist()]


@given(RUNS)
@fixed
def test_rows_are_those_of_sorting_everything(runs):
    runs = [tables_of(number, *run) for number, run in enumerate(runs)]
    merged = list(merge([iter(run) for run in runs], "key"))
    found = rows_of(merged)
    assert [key for key, _ in found] == sorted(key for run in runs for key, _ in rows_of(run))
    assert sorted(found) == sorted(row for run in runs for row in rows_of(run))
    # Within a key, rows come run by run and in each in their order.
    assert found == sorted(itertools.chain(*map(rows_of, runs)), key=lambda row: row[0])


@given(RUNS)
@fixed
def test_no_key_is_in_two_tables_and_no_table_is_empty(runs):
    merged = list(merge([tables_of(number, *run) for number, run in enumerate(runs)], "key"))
    assert all(table.num_rows for table in merged)
    ends = [(table["key"][0].as_py(), table["key"][-1].as_py()) for table in merged]
    assert all(last < first for (_, last), (first, _) in itertools.pairwise(ends))


@pytest.mark.parametrize("runs", [[], [[]], [[], [], []]])
def test_nothing_gives_no_table(runs):
    assert list(merge(runs, "key")) == []


def test_empty_tables_give_no_table():
    empty = tables_of(0, [], [0, 0])
    assert list(merge([empty, empty], "key")) == []


def test_one_run_comes_as_it_is_but_for_where_it_is_cut():
    tables = tables_of(0, [LEAST, 1, 1, 1, 5, GREATEST], [1, 2, 2, 3, 4])
    assert rows_of(merge([tables], "key")) == rows_of(tables)


@pytest.mark.parametrize("key", [LEAST, 0, GREATEST])
def test_rows_of_one_key_are_one_table(key):
    runs = [tables_of(number, [key] * 50, range(0, 50, 7)) for number in range(3)]
    (table,) = merge(runs, "key")
    assert table.num_rows == 150


def test_other_columns_stay_with_their_rows():
    rng = random.Random(7)
    keys = sorted(rng.randrange(1000) for _ in range(300))
    runs = [
        [pa.table({"key": keys[number::3], "twice": [2 * key for key in keys[number::3]]})]
        for number in range(3)
    ]
    table = pa.concat_tables(merge(runs, "key"))
    assert table["key"].to_pylist() == keys
    assert np.array_equal(table["twice"].to_numpy(), 2 * table["key"].to_numpy())


class Counted:
    """A run of ``table`` in tables of ``size`` rows. Notes the most rows that were held of it when
    it was read on: rows that were read and did not come out."""

    def __init__(self, table, size):
        self._tables = iter(table.slice(at, size) for at in range(0, table.num_rows, size))
        self.read = self.given = self.held = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.held = max(self.held, self.read - self.given)
        table = next(self._tables)
        self.read += table.num_rows
        return table


def merge_counted(runs):
    """Merges Counted runs whose column ``run`` says which one a row is of."""
    for table in merge(runs, "key"):
        for number in table["run"].to_pylist():
            runs[number].given += 1
    assert all(run.read == run.given for run in runs)


@pytest.mark.parametrize("order", ["mixed", "one after another", "side by side"])
def test_a_run_is_read_on_only_when_its_last_row_is_all_that_is_held_of_it(order):
    size, count, runs = 50, 20, 8
    keys = np.arange(runs * count * size)
    if order == "mixed":
        keys = np.random.default_rng(3).permutation(keys)
    if order == "side by side":
        keys = keys.reshape(-1, runs).T.ravel()
    counted = []
    for number, part in enumerate(np.sort(np.split(keys, runs), axis=1)):
        table = pa.table({"key": part, "run": np.full(len(part), number)})
        counted.append(Counted(table, size))
    merge_counted(counted)
    # The last row stays: the next table may begin with rows of the same key.
    assert max(run.held for run in counted) == 1


def test_rows_of_one_key_are_held_and_no_others():
    keys = np.array([*range(95), *[95] * 35, *range(96, 196)])
    run = Counted(pa.table({"key": keys, "run": np.zeros(len(keys), np.int64)}), 10)
    other = Counted(pa.table({"key": [-5, 95, 500], "run": [1, 1, 1]}), 10)
    merge_counted([run, other])
    assert run.held == 35
