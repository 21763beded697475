"""Rows of ids, and which are computed together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nmt_eval.batches import Batches, padding_share
from nmt_eval.ragged import Bitokens, Ragged

_ROWS = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=12)
_LENGTHS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=60)


@given(_ROWS, st.randoms(use_true_random=False))
def test_rows_come_back_as_they_were_given_in_any_order(rows, random):
    ragged = Ragged.of(rows)
    assert [row.tolist() for row in ragged] == rows
    assert ragged.lengths.tolist() == [len(row) for row in rows]
    order = [random.randrange(len(rows)) for _ in rows]
    taken = ragged.take(np.array(order, dtype=np.int64))
    assert [row.tolist() for row in taken] == [rows[at] for at in order]
    mask = np.array([at % 2 == 0 for at in range(len(rows))], dtype=bool)
    assert [row.tolist() for row in ragged.take(mask)] == rows[::2]
    both = Ragged.concatenate([ragged, taken])
    assert [row.tolist() for row in both] == rows + [rows[at] for at in order]


def test_the_fingerprint_tells_where_rows_end():
    one, other = Ragged.of([[1, 2], [3]]), Ragged.of([[1], [2, 3]])
    assert Bitokens(one, one).fingerprint() == Bitokens(one, one).fingerprint()
    assert Bitokens(one, one).fingerprint() != Bitokens(one, other).fingerprint()


@given(_LENGTHS, st.integers(1, 200), st.integers(1, 4), st.integers(1, 50), st.integers(0, 3))
def test_an_epoch_has_every_pair_once_in_parts_that_are_about_full(
    lengths, tokens, parts, window, epoch
):
    src, tgt = np.array(lengths, dtype=np.int64).reshape(-1, 2).T
    batches = Batches(src, tgt, tokens, parts, seed=1, window=window)
    updates = batches.epoch(epoch)
    rows = np.concatenate([*(part for update in updates for part in update), np.empty(0, int)])
    assert sorted(rows.tolist()) == list(range(len(lengths)))
    assert all(len(update) == parts for update in updates[:-1])
    longest = max(map(sum, lengths), default=0)
    for update in updates:
        for part in update:
            assert 0 < (src + tgt)[part].sum() < max(1, tokens // parts) + 2 * longest
    again = Batches(src, tgt, tokens, parts, seed=1, window=window).epoch(epoch)
    assert [[p.tolist() for p in u] for u in again] == [[p.tolist() for p in u] for u in updates]


def test_another_epoch_and_another_seed_are_another_order():
    src = tgt = np.random.default_rng(0).integers(1, 30, 300)
    orders = [
        [
            part.tolist()
            for update in Batches(src, tgt, 200, 2, seed).epoch(epoch)
            for part in update
        ]
        for seed, epoch in ((1, 0), (1, 1), (2, 0))
    ]
    assert orders[0] != orders[1] != orders[2] != orders[0]


def test_parts_of_like_lengths_have_little_padding():
    rng = np.random.default_rng(0)
    src = rng.geometric(0.05, 20_000)
    tgt = np.maximum(1, (src * rng.normal(1.1, 0.15, len(src))).astype(int))
    parts = [part for update in Batches(src, tgt, 4000, 2, 0).epoch(0) for part in update]
    assert padding_share(src, tgt, parts) < 0.06
    at_random = np.array_split(rng.permutation(len(src)), len(parts))
    assert padding_share(src, tgt, at_random) > 0.5


def test_the_share_of_padding_is_what_is_padded():
    src, tgt = np.array([1, 3]), np.array([2, 2])
    assert padding_share(src, tgt, [np.array([0, 1])]) == 1 - 8 / 10
