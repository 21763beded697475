"""Contrastive selection: likelihoods are the model's own, and what is like the trusted pairs is
kept."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.errors import InputError
from nmt_eval import command, selection
from nmt_eval.config import SelectConfig
from nmt_eval.ragged import Bitokens, Ragged
from tests.nmt_eval import bitext, test_command, toy


def test_likelihoods_are_those_of_the_model_with_padding_and_masks():
    model, pairs = toy.model().eval(), toy.pairs(30)
    found = selection.log_likelihoods(model, pairs, toy.TRAIN)
    for at in range(len(pairs)):
        ids, labels = (
            torch.tensor(np.array([side[at]], dtype=np.int64)) for side in (pairs.src, pairs.tgt)
        )
        with torch.no_grad():
            loss = model(input_ids=ids, labels=labels).loss
        assert found[at] == pytest.approx(-float(loss) * labels.shape[1], abs=1e-3)


def test_tuning_makes_what_is_like_the_trusted_pairs_likelier_than_the_rest(tmp_path):
    from nmt_eval.train import train

    # Two translations of one language: the trusted one puts no words the other way round.
    usual, kept = toy.pairs(300), toy.pairs(300, 5)
    plain = Bitokens(kept.src, Ragged(kept.src.values + np.where(
        kept.src.values == toy.EOS, 0, toy.WORDS).astype(np.int32), kept.src.offsets))  # fmt: skip
    corpus = Bitokens.concatenate([usual, plain])
    model = toy.model()
    config = dataclasses.replace(toy.TRAIN, updates=60, evaluate_every=60)
    train(model, corpus, toy.pairs(20, 1), config, tmp_path / "base", device="cpu")
    before = selection.log_likelihoods(model, corpus, config)
    trusted = plain.take(np.arange(150))
    selection.tuned(model, trusted, config, SelectConfig(rate=1.0), tmp_path / "tuned")
    after = selection.log_likelihoods(model, corpus, config)
    scores = (after - before) / corpus.tgt.lengths
    chosen = selection.best(scores, 0.25)
    # Pairs of one word are the same in both.
    assert 1.9 * chosen[: len(usual)].mean() < chosen[len(usual) :].mean()


def test_too_few_trusted_pairs_are_refused(tmp_path):
    with pytest.raises(InputError, match="9 trusted pairs: give at least"):
        selection.tuned(toy.model(), toy.pairs(9), toy.TRAIN, SelectConfig(), tmp_path)


def test_a_selection_is_made_once_and_goes_on_where_it_was_interrupted(tmp_path, monkeypatch):
    english, german = bitext.sentences(400)
    bitext.write_corpus(
        tmp_path / "corpus" / "en-de", english, german, [f"s{at % 10}.example" for at in range(400)]
    )
    assert test_command.run(tmp_path) == 0
    (tmp_path / "trusted.tsv").write_text(
        "".join(f"{a}\t{b}\n" for a, b in zip(*bitext.sentences(150, 5), strict=True))
    )
    given = ["--run", tmp_path / "nmt" / "en-de" / "tiny", "--trusted", tmp_path / "trusted.tsv"]
    given += ["--corpus", tmp_path / "corpus" / "en-de", "--output", tmp_path / "out"]

    def select(*more):
        return command.guarded(selection.main, [*map(str, given), *more])

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(selection, "scores", stop)
        assert select() == 130
    assert select() == 0
    made = tmp_path / "out" / "part-00000.parquet"
    rows, when = pq.read_table(made), made.stat().st_mtime_ns
    assert rows.num_rows == 400 and sum(rows["selected"].to_pylist()) == 80
    assert select() == 0 and made.stat().st_mtime_ns == when
    assert select("--set", "share=0.5") == 2
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    given[-1] = tmp_path / "full"
    assert select() == 2 and not (tmp_path / "full" / "tuned").exists()


@settings(derandomize=True, deadline=None, database=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40), st.floats(0.01, 1))
def test_the_best_share_is_kept_of_equal_ones_the_first(values, share):
    values = np.array(values, dtype=np.float32)
    chosen = selection.best(values, share)
    ranked = sorted(range(len(values)), key=lambda at: (-values[at], at))
    assert set(np.flatnonzero(chosen)) == set(ranked[: round(share * len(values))])


def test_a_scored_corpus_has_its_rows_and_columns_and_the_scores_beside(tmp_path):
    rows = pa.table({"src_text": ["a", "b", "c"], "tgt_text": ["x", "y", "z"], "margin": [1, 2, 3]})
    more = pa.table(
        {
            "tgt_tokens": pa.array([2, 2, 2], pa.int32()),
            "base_logprob": pa.array([-1, -2, -3], pa.float32()),
            "tuned_logprob": pa.array([-1, -1, -4], pa.float32()),
            "selection_score": pa.array([0, 0.5, -0.5], pa.float32()),
            "selected": [False, True, False],
        }
    )
    pq.write_table(rows, tmp_path / "a.parquet")
    for only, expected in ((False, ["a", "b", "c"]), (True, ["b"])):
        selection._write(tmp_path / "a.parquet", more, tmp_path / "b.parquet", only)
        made = pq.read_table(tmp_path / "b.parquet")
        assert made.column_names == [*rows.column_names, *more.column_names]
        assert made["src_text"].to_pylist() == expected
        # Scored once more, old scores give way to the new ones.
        selection._write(
            tmp_path / "b.parquet", more.slice(0, len(expected)), tmp_path / "c.parquet", False
        )
        assert pq.read_table(tmp_path / "c.parquet").column_names == made.column_names
    assert not list(tmp_path.glob("*.partial"))
