"""A training that was killed goes on as if nothing had happened."""

import dataclasses
import pathlib
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from nmt_eval.config import OPTIMIZERS
from nmt_eval.train import train
from tests.nmt_eval import toy

ROOT = pathlib.Path(__file__).resolve().parents[2]


def _train(folder, optimizer):
    config = dataclasses.replace(toy.TRAIN, optimizer=optimizer)
    return train(
        toy.model(), toy.pairs(120), toy.pairs(20, 1), config, folder, threads=2, device="cpu"
    )


def _weights(folder):
    return load_file(folder / "model.safetensors")


def _curve(trained):
    return [
        (record["update"], record["tokens"], record["loss"], record["dev_loss"])
        for record in trained.history
    ]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_after_a_kill_weights_and_curve_are_bit_for_bit_those_of_one_go(tmp_path, optimizer):
    whole = _train(tmp_path / "whole", optimizer)
    command = [sys.executable, "-m", "tests.nmt_eval.toy", "killed", tmp_path / "killed", "10"]
    killed = subprocess.run([*command, optimizer], cwd=ROOT, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    # What it was killed in the middle of writing.
    (tmp_path / "killed" / "checkpoints" / "weights-00000010.safetensors").write_bytes(b"half")
    assert not (tmp_path / "killed" / "model.safetensors").exists()
    resumed = _train(tmp_path / "killed", optimizer)
    assert _curve(resumed) == _curve(whole)
    one, other = _weights(tmp_path / "whole"), _weights(tmp_path / "killed")
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_two_processes_train_what_one_does(tmp_path):
    script = ["-m", "tests.nmt_eval.toy", "saved"]
    subprocess.run([sys.executable, *script, tmp_path / "one"], cwd=ROOT, check=True)
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    subprocess.run([*launch, *script, tmp_path / "two"], cwd=ROOT, check=True)
    one, other = _weights(tmp_path / "one"), _weights(tmp_path / "two")
    assert all(torch.allclose(one[name], other[name], atol=1e-5) for name in one)
