"""Training on a toy language: it learns, stops, says what is wrong, and adds up parts."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch

from mining.errors import InputError
from nmt_eval.config import PRESETS, DecodeConfig, ModelConfig, TrainConfig
from nmt_eval.gradients import Gradients, Weights
from nmt_eval.processes import Processes
from nmt_eval.ragged import Bitokens, Ragged
from nmt_eval.train import learning_rate, train
from tests.nmt_eval import toy


def _train(folder, tokens=None, dev=None, on_progress=lambda state: None, **changes):
    config = dataclasses.replace(toy.TRAIN, **changes)
    model = toy.model()
    tokens = toy.pairs(120) if tokens is None else tokens
    dev = toy.pairs(20, 1) if dev is None else dev
    return model, train(model, tokens, dev, config, folder, on_progress, 2, "cpu")


def _words(rows):
    return [" ".join(f"w{i}" for i in row if i not in (toy.PAD, toy.EOS)) for row in rows]


def test_what_it_is_trained_on_it_translates_and_the_written_model_is_whole(tmp_path):
    sacrebleu = pytest.importorskip("sacrebleu")
    from transformers import MarianMTModel

    pairs = toy.pairs(200)
    config = ModelConfig(
        dim=64, feed_forward=128, encoder_layers=2, decoder_layers=2, heads=4, dropout=0.0
    )
    knobs = {"updates": 250, "tokens": 1000, "warmup": 40, "evaluate_every": 125, "average": 1}
    torch.manual_seed(0)
    trained = train(
        toy.model(config),
        pairs,
        toy.pairs(20, 1),
        dataclasses.replace(toy.TRAIN, **knobs, patience=9),
        tmp_path,
        device="cpu",
    )
    assert trained.stopped == "budget" and trained.updates == 250
    model = MarianMTModel.from_pretrained(tmp_path)
    ids = torch.full((len(pairs), int(pairs.src.lengths.max())), toy.PAD)
    for at, row in enumerate(pairs.src):
        ids[at, : len(row)] = torch.from_numpy(row.astype(np.int64))
    made = model.generate(ids, attention_mask=(ids != toy.PAD).long(), num_beams=2, max_length=16)
    references = [_words(pairs.tgt)]
    bleu = sacrebleu.corpus_bleu(_words(made.tolist()), references, tokenize="none")
    assert bleu.score >= 90


def test_history_is_one_record_an_evaluation_in_memory_and_in_the_file(tmp_path):
    shown = []
    _, trained = _train(tmp_path, on_progress=shown.append)
    lines = (tmp_path / "checkpoints" / "history.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == trained.history
    assert [record["update"] for record in trained.history] == [5, 10, 15, 20]
    assert trained.history[-1]["dev_loss"] < trained.history[0]["dev_loss"]
    assert trained.history[-1]["tokens"] == trained.tokens > 0
    assert [state["update"] for state in shown] == [10, 20]
    assert shown[-1]["seconds_left"] == 0 and shown[0]["tokens_per_s"] > 0


def test_a_finished_training_is_not_done_again(tmp_path):
    model, first = _train(tmp_path)
    shown = []
    again, second = _train(tmp_path, on_progress=shown.append)
    assert shown == [] and second == first
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_where_a_model_lay_is_no_part_of_a_training(tmp_path):
    toy.model().save_pretrained(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    shown, config = [], dataclasses.replace(toy.TRAIN, updates=5)
    for name in "ab":
        model = type(toy.model()).from_pretrained(tmp_path / name)
        given = (model, toy.pairs(120), toy.pairs(20, 1), config, tmp_path / "out")
        train(*given, lambda state: shown.append(state["update"]), 2, "cpu")
        if name == "a":
            began = len(shown)
    assert len(shown) == began


@pytest.mark.parametrize("changed", ["config", "data"])
def test_checkpoints_of_another_training_are_refused_and_stay(tmp_path, changed):
    _train(tmp_path)
    state = (tmp_path / "checkpoints" / "state.pt").read_bytes()
    with pytest.raises(InputError, match="another config or other data"):
        if changed == "config":
            _train(tmp_path, learning_rate=1e-3)
        else:
            _train(tmp_path, toy.pairs(121))
    assert (tmp_path / "checkpoints" / "state.pt").read_bytes() == state


def test_a_damaged_checkpoint_is_told_in_a_line(tmp_path):
    _train(tmp_path)
    path = tmp_path / "checkpoints" / "state.pt"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match="unreadable"):
        _train(tmp_path)


def test_a_loss_that_is_no_number_ends_it_with_the_update_and_keeps_what_there_was(tmp_path):
    with pytest.raises(InputError, match=r"update \d+: the loss or its gradient is no number"):
        _train(tmp_path / "a", learning_rate=1e25)
    path = tmp_path / "b" / "checkpoints" / "state.pt"
    with pytest.raises(KeyboardInterrupt):
        _train(tmp_path / "b", on_progress=_interrupt)
    state = torch.load(path, weights_only=True)
    assert state["update"] == 5
    state["weights"][7] = float("nan")
    torch.save(state, path)
    damaged = path.read_bytes()
    with pytest.raises(InputError, match="update 6: the loss"):
        _train(tmp_path / "b")
    assert path.read_bytes() == damaged


def _interrupt(state):
    raise KeyboardInterrupt


def test_without_a_better_dev_loss_it_stops_and_the_best_weights_are_the_result(tmp_path):
    # Noise can be learnt by heart, and then it is worse on other noise.
    rng = np.random.default_rng(0)
    noise = [
        Bitokens(*(Ragged.of(rng.integers(2, toy.SIZE, (40, 6))) for _ in range(2)))
        for _ in range(2)
    ]
    model, trained = _train(
        tmp_path, *noise, updates=2000, patience=3, average=1, learning_rate=1e-2
    )
    losses = [record["dev_loss"] for record in trained.history]
    best = losses.index(min(losses))
    assert trained.stopped == "patience" and len(losses) == best + 4
    assert trained.averaged == [trained.history[best]["update"]]
    assert trained.dev_loss == pytest.approx(losses[best], rel=1e-6)
    kept = {path.name for path in (tmp_path / "checkpoints").glob("weights-*")}
    assert len(kept) == 4


def test_the_result_is_the_mean_of_the_last_checkpoints(tmp_path):
    from safetensors.torch import load_file

    model, trained = _train(tmp_path, average=3)
    assert trained.averaged == [10, 15, 20]
    paths = sorted((tmp_path / "checkpoints").glob("weights-*"))
    assert len(paths) == 3
    mean = sum(load_file(path)["weights"] for path in paths) / 3
    weights = Weights(model, torch.device("cpu"))
    assert torch.allclose(weights.values, mean, atol=1e-7)


def test_an_update_in_many_parts_is_that_in_one():
    found = {}
    for parts in (1, 4):
        model, pairs = toy.model(dataclasses.replace(toy.MODEL, dropout=0.0)), toy.pairs(64)
        weights = Weights(model, torch.device("cpu"))
        gradients = Gradients(model, weights, Processes("cpu"), "float32", threads=2)
        rows = np.array_split(np.random.default_rng(0).permutation(64), parts)
        with gradients.running(parts):
            loss = gradients.of(pairs, rows, 0.1, (0, 0))
        found[parts] = loss.item(), weights.grad.clone()
    assert found[1][0] == pytest.approx(found[4][0], rel=1e-6)
    assert torch.allclose(found[1][1], found[4][1], atol=1e-7)


def test_threads_change_nothing():
    found = []
    for threads in (1, 2):
        model, pairs = toy.model(), toy.pairs(64)
        weights = Weights(model, torch.device("cpu"))
        gradients = Gradients(model, weights, Processes("cpu"), "float32", threads)
        with gradients.running(2):
            gradients.of(pairs, np.array_split(np.arange(64), 2), 0.1, (0, 0))
        found.append(weights.grad.clone())
    assert torch.equal(*found)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_it_learns_in_half_precision_too(tmp_path, precision):
    _, trained = _train(tmp_path, precision=precision)
    assert trained.precision == precision
    assert trained.history[-1]["dev_loss"] < trained.history[0]["dev_loss"] - 0.05


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_update_that_overflows_in_half_precision_changes_no_weight(tmp_path, monkeypatch, value):
    of, seen = Gradients.of, []

    def overflowing(self, *given):
        if seen:
            seen.append((seen[-1][0], self._weights.values.clone()))
        loss = of(self, *given)
        if len(seen) == 0:
            # Of a matrix, so Muon's.
            matrix = next(
                at for at, one in enumerate(self._weights.parameters)
                if one.ndim > 1 and one.shape[0] == one.shape[1]
            )  # fmt: skip
            self._weights.views(self._weights.grad)[matrix][0, 0] = value
            seen.append((self._weights.values.clone(), None))
        return loss

    monkeypatch.setattr(Gradients, "of", overflowing)
    _, trained = _train(tmp_path, precision="float16", optimizer="muon", updates=20)
    before, after = seen[1]
    assert torch.equal(before, after) and not torch.equal(before, seen[2][1])
    assert np.isfinite(trained.dev_loss)


def test_pairs_that_are_too_long_are_left_out_and_counted(tmp_path):
    pairs = toy.pairs(120)
    longest = np.maximum(pairs.src.lengths, pairs.tgt.lengths)
    _, trained = _train(tmp_path / "a", max_tokens=6, updates=2)
    assert trained.left_out == (longest > 6).sum() > 0
    with pytest.raises(InputError, match="no training pairs of at most 1 tokens"):
        _train(tmp_path / "b", max_tokens=1)
    nothing = pairs.take(np.empty(0, dtype=np.int64))
    with pytest.raises(InputError, match="no dev pairs"):
        _train(tmp_path / "b", dev=nothing)


def test_the_learning_rate_rises_and_falls():
    config = TrainConfig(updates=100, warmup=10, learning_rate=1.0, schedule="linear")
    rates = [learning_rate(config, update) for update in range(100)]
    assert rates[0] == 0.1 and rates[9] == rates[10] == 1.0 and 0 < rates[99] < 0.02
    config = dataclasses.replace(config, schedule="inverse_sqrt")
    assert learning_rate(config, 9) == 1.0
    assert learning_rate(config, 39) == 0.5


def test_knobs_that_make_no_sense_are_told():
    for knobs in ({"updates": 0}, {"smoothing": 1.0}, {"schedule": "x"}, {"learning_rate": 0.0}):
        with pytest.raises(InputError, match=f"train.{next(iter(knobs))}"):
            TrainConfig(**knobs)
    with pytest.raises(InputError, match="train.max_tokens=1025: give at most 1,024"):
        TrainConfig(max_tokens=1025)
    with pytest.raises(InputError, match="decode.max_tokens=2000"):
        DecodeConfig(max_tokens=2000)
    with pytest.raises(InputError, match="model.dim=30"):
        ModelConfig(dim=30, heads=2)
    assert set(PRESETS) == {"tiny", "base", "big"}
