"""A language of a few words and its translation: each word has one, and what stands in pairs is
said the other way round, so that a model has to learn both words and places."""

import dataclasses
import sys

import numpy as np
import torch

from nmt_eval.config import ModelConfig, TrainConfig
from nmt_eval.model import build
from nmt_eval.ragged import Bitokens, Ragged

PAD, EOS, WORDS = 0, 1, 30
SIZE = 2 + 2 * WORDS

MODEL = ModelConfig(
    dim=32, feed_forward=64, encoder_layers=1, decoder_layers=1, heads=2, dropout=0.1
)
TRAIN = TrainConfig(
    updates=20,
    tokens=400,
    parts=2,
    learning_rate=3e-3,
    warmup=5,
    schedule="linear",
    evaluate_every=5,
    average=2,
    precision="float32",
)


def pairs(count, seed=0, most=9):
    """Bitokens of so many pairs of 1 to ``most`` words."""
    rng = np.random.default_rng(seed)
    sources = [rng.integers(0, WORDS, rng.integers(1, most + 1)) for _ in range(count)]
    return Bitokens(
        Ragged.of([[*(2 + words), EOS] for words in sources]),
        Ragged.of([[*(2 + WORDS + _swapped(words)), EOS] for words in sources]),
    )


def _swapped(words):
    places = np.arange(len(words)) ^ 1
    return words[np.where(places < len(words), places, len(words) - 1)]


def model(config=MODEL, seed=0):
    """A model with weights that are always the same."""
    torch.manual_seed(seed)
    return build(config, SIZE, PAD, EOS)


def train_until_killed(folder, update, optimizer):
    """Trains as the tests of resuming do, and dies after so many updates."""
    import os
    import signal

    from nmt_eval.train import train

    def on_progress(state):
        if state["update"] >= update:
            os.kill(os.getpid(), signal.SIGKILL)

    config = dataclasses.replace(TRAIN, optimizer=optimizer)
    train(model(), pairs(120), pairs(20, 1), config, folder, on_progress, threads=2, device="cpu")


def train_and_save(folder):
    """Trains one that many processes can share."""
    from nmt_eval.train import train

    config = dataclasses.replace(TRAIN, parts=4, updates=6)
    train(model(), pairs(120), pairs(20, 1), config, folder, threads=1)


if __name__ == "__main__":
    if sys.argv[1] == "killed":
        train_until_killed(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        train_and_save(sys.argv[2])
