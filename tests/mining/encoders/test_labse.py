"""LaBSE's encoder on tiny BERT models made here: vectors as transformers gives them for each text
alone, and one line of explanation for every folder and name that is no such model.
"""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import safetensors.torch
import torch
import transformers

from mining.encoders import load_encoder
from mining.encoders.labse import LabseEncoder
from mining.errors import InputError
from tests.mining.encoders.models import MAX_TOKENS, TEXTS, save_bert


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save_bert(tmp_path_factory.mktemp("models") / "tiny bert")


@pytest.fixture(scope="module")
def encoder(model):
    return LabseEncoder(str(model), threads=1, precision="float32")


@pytest.fixture
def copied(model, tmp_path):
    """A copy of the model to break."""
    return shutil.copytree(model, tmp_path / "broken")


@pytest.fixture(scope="module")
def expected(model):
    """pooler_output of each text alone, as transformers computes it, made unit length."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    bert = transformers.BertModel.from_pretrained(model).eval()
    rows = []
    for text in TEXTS:
        inputs = tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        with torch.no_grad():
            row = bert(**inputs).pooler_output[0].double()
        rows.append((row / row.norm()).numpy())
    return np.array(rows)


def refused(name):
    """The message with which a model is refused."""
    with pytest.raises(InputError) as caught:
        load_encoder(str(name))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_vectors_are_the_normalised_pooler_outputs_of_each_text_alone(encoder, expected):
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert np.abs(vectors - expected).max() < 1e-5
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)


def test_different_texts_have_different_vectors(expected):
    # Else the other tests would say little. Two blank texts are one, and so are three of "river"
    # as often as the maximum or more.
    same = np.abs(expected[:, None] - expected[None]).max(axis=2) < 1e-4
    assert same.sum() - len(TEXTS) == 2 * 1 + 3 * 2


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("order", ["one at a time", "backwards", "shuffled", "many times"])
def test_a_row_depends_on_its_text_alone(model, expected, threads, order):
    encoder = LabseEncoder(str(model), threads=threads, precision="float32")
    if order == "one at a time":
        rows = np.arange(len(TEXTS))
        vectors = np.concatenate([encoder.encode([text]) for text in TEXTS])
    else:
        rows = {
            "backwards": np.arange(len(TEXTS))[::-1],
            "shuffled": np.random.default_rng(2).permutation(len(TEXTS)),
            # Beyond the tokens of one batch.
            "many times": np.arange(8 * len(TEXTS)) % len(TEXTS),
        }[order]
        vectors = encoder.encode([TEXTS[row] for row in rows])
    assert np.abs(vectors - expected[rows]).max() < 1e-5


def test_no_texts_give_no_rows(encoder):
    vectors = encoder.encode([])
    assert vectors.shape == (0, 32)
    assert vectors.dtype == np.float32


def test_a_text_is_cut_at_the_maximum(encoder):
    full = "the " * (MAX_TOKENS - 2)
    vectors = encoder.encode([full, full + "bridge river", full[4:] + "bridge"])
    assert np.abs(vectors[0] - vectors[1]).max() < 1e-5
    assert np.abs(vectors[0] - vectors[2]).max() > 1e-3


def test_name_and_fingerprint_tell_models_apart(model, encoder, tmp_path):
    again = LabseEncoder(str(shutil.copytree(model, tmp_path / "tiny bert")))
    other = LabseEncoder(str(save_bert(tmp_path / "other" / "tiny bert", seed=1)))
    assert (again.name, again.fingerprint) == (encoder.name, encoder.fingerprint)
    assert other.name != encoder.name
    assert other.fingerprint != encoder.fingerprint
    assert encoder.dim == 32
    assert encoder.name.startswith("tiny-bert-")
    assert not set(encoder.name) & set("/ \\")


@pytest.mark.parametrize("file", ["tokenizer.json", "config.json"])
def test_the_fingerprint_changes_with_any_file_that_decides_vectors(encoder, copied, file):
    path = copied / file
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert LabseEncoder(str(copied)).fingerprint != encoder.fingerprint


def test_a_folder_is_loaded_by_its_path(model, encoder):
    loaded = load_encoder(str(model), 1)
    assert isinstance(loaded, LabseEncoder)
    assert np.abs(loaded.encode(TEXTS[:5]) - encoder.encode(TEXTS[:5])).max() < 1e-6


def test_pickled_weights_are_refused_unread(copied):
    (copied / "model.safetensors").unlink()
    # A pickle that leaves a mark when it is loaded.
    mark = copied / "mark"
    program = f"cposix\nsystem\n(V{sys.executable} -c \"open('{mark}', 'w')\"\ntR."
    (copied / "pytorch_model.bin").write_text(program, encoding="ascii")
    message = refused(copied)
    assert "no model.safetensors" in message
    assert str(copied) in message
    assert not mark.exists()


@pytest.mark.parametrize("size", [0, 5, 200, -1000])
def test_truncated_weights_are_refused(copied, size):
    path = copied / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    assert str(copied) in refused(copied)


def test_a_model_without_a_pooler_is_refused(tmp_path):
    folder = save_bert(tmp_path / "poolerless", pooler=False)
    message = refused(folder)
    assert "pooler" in message
    assert str(folder) in message


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json"])
def test_a_folder_with_a_broken_file_is_refused(copied, file):
    (copied / file).write_text("{", encoding="ascii")
    assert str(copied) in refused(copied)


def test_an_empty_folder_is_refused(tmp_path):
    assert str(tmp_path) in refused(tmp_path)


@pytest.mark.parametrize("name", ["laser", "LABSE", "/no/such/folder", "a\nb"])
def test_an_unknown_name_is_answered_with_the_known_ones(name):
    message = refused(name)
    assert "labse" in message
    assert "muse" in message
    assert "folder" in message


def test_a_hub_that_cant_be_reached_is_an_input_error_with_both_ways_out(tmp_path):
    program = """
from mining.encoders import load_encoder
from mining.errors import InputError
try:
    load_encoder("labse")
except InputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    assert "sentence-transformers/LaBSE" in line
    assert "local folder" in line
    assert "muse" in line


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["embeddings.word_embeddings.weight", "pooler.dense.bias"])
def test_weights_that_are_no_numbers_are_refused(copied, name, value):
    path = copied / "model.safetensors"
    weights = safetensors.torch.load_file(path)
    weights[name].view(-1)[5] = value
    safetensors.torch.save_file(weights, path)
    message = refused(copied)
    assert name in message
    assert "finite" in message


@pytest.mark.parametrize("change", ["more words", "no special tokens"])
def test_a_tokenizer_of_another_model_is_refused(copied, change):
    path = copied / "tokenizer.json"
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    if change == "more words":
        tokenizer["model"]["vocab"]["library2"] = len(tokenizer["model"]["vocab"])
    else:
        tokenizer["post_processor"] = None
        (copied / "tokenizer_config.json").write_text(
            '{"tokenizer_class": "PreTrainedTokenizerFast"}', encoding="ascii"
        )
    path.write_text(json.dumps(tokenizer), encoding="utf-8")
    assert "tokenizer" in refused(copied)


def test_weights_of_another_shape_than_the_config_says_are_refused(copied):
    path = copied / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "intermediate_size": 50}), encoding="utf-8")
    assert "intermediate.dense.weight" in refused(copied)


def test_weights_in_several_files_are_read(copied, encoder):
    path = copied / "model.safetensors"
    weights = safetensors.torch.load_file(path)
    names = sorted(weights)
    parts = {"a.safetensors": names[:10], "b.safetensors": names[10:]}
    for part, keys in parts.items():
        safetensors.torch.save_file({key: weights[key] for key in keys}, copied / part)
    index = {"weight_map": {key: part for part, keys in parts.items() for key in keys}}
    (copied / "model.safetensors.index.json").write_text(json.dumps(index), encoding="ascii")
    path.unlink()
    vectors = LabseEncoder(str(copied), precision="float32").encode(TEXTS)
    assert np.abs(vectors - encoder.encode(TEXTS)).max() < 1e-6


@pytest.mark.parametrize("precision", ["float16", "float64", "INT8", ""])
def test_a_precision_that_is_not_possible_is_refused(model, precision):
    with pytest.raises(InputError, match=f"precision {precision}"):
        LabseEncoder(str(model), precision=precision, device="cpu")


def test_a_stream_gives_each_window_and_counts_what_was_cut(encoder):
    windows = [TEXTS, [], TEXTS[:3], ["the " * 500] * 3]
    found = list(encoder.stream(iter(windows)))
    assert [len(window.vectors) for window in found] == [len(TEXTS), 0, 3, 3]
    for window, texts in zip(found, windows, strict=True):
        assert np.abs(window.vectors - encoder.encode(texts)).max(initial=0) < 1e-6
    assert [window.cut for window in found] == [4, 0, 0, 3]
    assert found[3].tokens == 3 * MAX_TOKENS
    # Nothing, nothing again, and two words; each between two special tokens.
    assert found[2].tokens == 2 + 2 + 4
    assert all(window.padding == 0 for window in found)


def test_an_error_in_a_window_reaches_who_reads_the_stream(encoder):
    def windows():
        yield TEXTS[:2]
        raise OSError("the disk is gone")

    stream = encoder.stream(windows())
    assert len(next(stream).vectors) == 2
    with pytest.raises(OSError, match="the disk is gone"):
        next(stream)


def test_threads_may_share_an_encoder(encoder):
    expected = encoder.encode(TEXTS)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(encoder.encode, [TEXTS] * 12):
            assert np.abs(vectors - expected).max() < 1e-6


def test_no_bit_depends_on_the_number_of_threads(model, encoder):
    texts = TEXTS * 40
    vectors = LabseEncoder(str(model), threads=3, precision="float32").encode(texts)
    assert vectors.tobytes() == encoder.encode(texts).tobytes()
