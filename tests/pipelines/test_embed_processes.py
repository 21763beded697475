"""The embed job in processes of its own: one for each device, and one whose memory is measured."""

import os
import subprocess
import sys
import time

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from pipelines import embed
from pipelines.common.parallel import ParallelMap, device_environments
from tests.pipelines.conftest import SAMPLES
from tests.pipelines.embedded import LANGUAGES, made, run, vectors, write_sentences, write_some


@pytest.mark.parametrize(
    ("count", "visible", "devices"),
    [
        (0, None, []),
        (3, None, ["0", "1", "2"]),
        (2, "", ["0", "1"]),
        (2, "5,3", ["5", "3"]),
        (1, "5, 3", ["5"]),
        (2, "GPU-a1,GPU-b2", ["GPU-a1", "GPU-b2"]),
    ],
)
def test_each_process_gets_a_device_of_its_own(count, visible, devices):
    found = device_environments(count, visible)
    assert [given.pop("CUDA_VISIBLE_DEVICES") for given in found] == devices
    assert not any(found)


def device(meeting):
    """What a process was given, when three processes have met."""
    given = os.environ["CUDA_VISIBLE_DEVICES"]
    (meeting / given).touch()
    deadline = time.monotonic() + 60
    while len(list(meeting.iterdir())) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    return given, "torch" in sys.modules


def test_processes_know_their_device_before_torch_is_there(tmp_path):
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        given = ParallelMap(device, 3, environments=device_environments(3, "4,0,7"))
        found = pipeline | beam.Create([tmp_path] * 3) | given
        assert_that(found, equal_to([("4", False), ("0", False), ("7", False)]))
    assert os.environ.get("CUDA_VISIBLE_DEVICES") is None


def test_several_devices_give_the_same_vectors(tmp_path, monkeypatch):
    one, two = (write_some(tmp_path / name, 0, 30, shards=2) for name in ("one", "two"))
    assert run(one) == 0
    monkeypatch.setattr(embed, "cuda_devices", lambda name: 2)
    assert run(two) == 0
    for lang in LANGUAGES:
        ours, theirs = vectors(one, lang), vectors(two, lang)
        assert list(ours) == list(theirs)
        assert all(ours[key].tobytes() == theirs[key].tobytes() for key in ours)
        assert made(one, lang) == made(two, lang)


def test_failed_shard_on_several_devices_is_one_line(tmp_path, monkeypatch, capsys):
    output = write_some(tmp_path / "out", 0, 30, shards=2)
    monkeypatch.setattr(embed, "cuda_devices", lambda name: 2)
    path = output / "sentences/lang=en/part-00001.parquet"
    path.write_bytes(b"")
    assert run(output) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: 1 of 4 shards failed, the others are finished: ")
    assert str(path) in err and err.count("\n") == 1
    assert made(output, "de")["rows"] == 30


def test_devices_are_counted_without_torch_for_an_encoder_that_uses_none():
    program = """
import sys
from mining.encoders import cuda_devices
from pipelines import embed
assert cuda_devices("muse") == 0
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=SAMPLES.parent)


# A BERT of one layer, and so many sentences that what is held of each would show.
_MODEL = """
import sys, torch, transformers
torch.manual_seed(0)
words = "[PAD] [UNK] [CLS] [SEP] [MASK] the river freezes in winter".split()
config = transformers.BertConfig(
    vocab_size=len(words), hidden_size=256, num_hidden_layers=1, num_attention_heads=2,
    intermediate_size=16, max_position_embeddings=256, initializer_range=0.3,
)
transformers.BertModel(config).save_pretrained(sys.argv[1], safe_serialization=True)
vocabulary = {word: at for at, word in enumerate(words)}
transformers.BertTokenizer(vocab=vocabulary).save_pretrained(sys.argv[1])
"""
_MEASURED = """
import resource, sys
from tests.pipelines.embedded import run
model, output, *more = sys.argv[1:]
assert run(output, "--set", "embed.window=4096", *more, encoder=model) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


# So that what is free is given back, and the most that was held is not a matter of chance.
_TIGHT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    "MALLOC_TRIM_THRESHOLD_": "1000000",
}


def python(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=SAMPLES.parent,
        env={**os.environ, **_TIGHT},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_memory_does_not_grow_with_the_sentences_of_a_shard(tmp_path):
    model = tmp_path / "model"
    python(_MODEL, model)
    encoded, reused = {}, {}
    for size in (30_000, 120_000):
        said = {"en": [f"the river freezes in winter {at}" for at in range(size)], "de": []}
        first, second = (
            write_sentences(tmp_path / f"{name}-{size}", said, shards=1) for name in "ab"
        )
        encoded[size] = int(python(_MEASURED, model, first).split()[-1])
        reused[size] = int(python(_MEASURED, model, second, "--reuse", first).split()[-1])
    # The vectors of the further sentences are 46 MB as they are written, 92 MB as they are made.
    assert encoded[120_000] - encoded[30_000] < 20
    assert reused[120_000] - reused[30_000] < 20
