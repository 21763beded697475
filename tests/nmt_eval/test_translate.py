"""Translations are those of transformers' own beam search on the same weights."""

import dataclasses

import pytest
import torch

from mining.errors import InputError
from nmt_eval import translate, vocabulary
from nmt_eval.config import DecodeConfig, ModelConfig, VocabularyConfig
from nmt_eval.model import build
from tests.nmt_eval import bitext

ENGLISH, GERMAN = bitext.sentences(400)
MODEL = ModelConfig(dim=32, feed_forward=64, encoder_layers=2, decoder_layers=2, heads=4)
CONFIG = DecodeConfig(max_tokens=40, batch_tokens=300, window=16)
TEXTS = [*ENGLISH[:20], "door", "The bridge.", "☃"]


@pytest.fixture(scope="module", params=["zero start", "learnt start"])
def made(request, tmp_path_factory):
    """(folder, vocabulary) of a model that says something else of every text, and ends."""
    folder = tmp_path_factory.mktemp("model")
    words = vocabulary.train(ENGLISH + GERMAN, VocabularyConfig(size=200), folder)
    torch.manual_seed(3)
    model = build(MODEL, words.size, words.pad, words.eos)
    with torch.no_grad():
        for name, values in model.named_parameters():
            # Far from the start, where all texts are the same to it.
            if values.dim() > 1 and "embed" not in name and "shared" not in name:
                values.mul_(4)
        if request.param == "learnt start":
            model.get_input_embeddings().weight[words.pad].normal_()
        model.final_logits_bias[0, words.eos] = 2.0
    model.save_pretrained(folder)
    return folder, words


@pytest.mark.parametrize(("beam", "length_penalty"), [(1, 1.0), (4, 1.0), (4, 0.6), (3, 1.5)])
def test_ctranslate2_says_what_transformers_says(made, beam, length_penalty):
    folder, words = made
    config = dataclasses.replace(CONFIG, beam=beam, length_penalty=length_penalty)
    found = {}
    for compute in ("float32", "transformers"):
        some = dataclasses.replace(config, compute=compute)
        found[compute] = translate.Translator(folder, words, some, 1, "cpu").translate(TEXTS)
    assert found["float32"] == found["transformers"]
    assert len(set(found["float32"][0])) > 5


def test_batches_and_windows_change_nothing(made):
    folder, words = made
    found = []
    for batch_tokens, window in ((50, 3), (5000, 1000)):
        config = dataclasses.replace(CONFIG, batch_tokens=batch_tokens, window=window)
        done = []
        found.append(
            translate.Translator(folder, words, config, 1, "cpu").translate(TEXTS, done.append)
        )
        assert sum(done) == len(TEXTS)
    assert found[0] == found[1]


def test_int8_gives_a_translation_of_every_text(made):
    folder, words = made
    config = dataclasses.replace(CONFIG, compute="int8")
    found, counts = translate.Translator(folder, words, config, 2, "cpu").translate(TEXTS)
    assert len(found) == len(TEXTS)
    assert counts["tokens"] > len(TEXTS)


def test_where_cuda_is_not_the_one_that_ctranslate2_needs_transformers_translates(
    made, monkeypatch
):
    import ctranslate2

    folder, words = made
    expected = translate.Translator(folder, words, CONFIG, 1, "cpu").translate(TEXTS)

    class Lacking:
        """Begins well, and looks for its library when it first multiplies."""

        def __init__(self, *_, device, **__):
            assert device == "cuda"

        def translate_batch(self, *_, **__):
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")

    monkeypatch.setattr(ctranslate2, "Translator", Lacking)
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda _: {"float32", "int8"})
    translator = translate.Translator(folder, words, CONFIG, 1)
    assert translator.engine == "transformers" and translator.translate(TEXTS) == expected
    with pytest.raises(InputError, match="decode.compute=int8: Library libcublas.*give float32"):
        translate.Translator(folder, words, dataclasses.replace(CONFIG, compute="int8"), 1)


def test_long_texts_are_cut_and_counted(made):
    folder, words = made
    translator = translate.Translator(folder, words, CONFIG, 1, "cpu")
    long = " ".join(ENGLISH[:5])
    found, counts = translator.translate([long, "door"])
    assert counts["cut"] == 1
    cut = words.decode([words.encode([long])[0][: CONFIG.max_tokens - 1]])[0]
    assert found[0] == translator.translate([cut])[0][0]


def test_no_texts_give_none(made):
    found, counts = translate.Translator(*made, CONFIG, 1, "cpu").translate([])
    assert (found, counts["tokens"]) == ([], 0)


def test_without_ctranslate2_transformers_translates(made, monkeypatch):
    monkeypatch.setattr(translate, "available", lambda: False)
    translator = translate.Translator(*made, CONFIG, 1, "cpu")
    assert translator.engine == "transformers"
    assert len(translator.translate(TEXTS[:2])[0]) == 2


def test_a_way_to_compute_that_there_is_not_is_told(made):
    config = dataclasses.replace(CONFIG, compute="float16")
    with pytest.raises(InputError, match="not on this cpu; float32 always works"):
        translate.Translator(*made, config, 1, "cpu")
    with pytest.raises(InputError, match="decode.compute=int3: give one of float32"):
        dataclasses.replace(CONFIG, compute="int3")
