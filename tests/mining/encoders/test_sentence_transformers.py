"""Models in the layout of sentence-transformers against that library: the same vectors for texts
of every length, whatever architecture, pooling and layers on top.
"""

import json

import numpy as np
import pytest
import torch

from mining.encoders import load_encoder
from mining.encoders.labse import LabseEncoder
from mining.errors import InputError
from tests.mining.encoders.models import (
    MAX_TOKENS,
    TEXTS,
    save_bert,
    save_distilbert,
    save_roberta,
    save_sentence_transformer,
)

PLAIN = {"bert": save_bert, "xlm-roberta": save_roberta, "distilbert": save_distilbert}
TANH, NONE = torch.nn.Tanh(), torch.nn.Identity()
#: LaBSE's own: the first token, a dense layer of the same width with tanh
LABSE = {"pooling": "cls", "dense": [(32, TANH)]}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    return {name: save(folder / name) for name, save in PLAIN.items()}


@pytest.fixture
def labse(plain, tmp_path):
    return save_sentence_transformer(tmp_path / "labse", plain["bert"], **LABSE)


def expected(model, texts):
    vectors = model.encode(texts, batch_size=7)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(
    "settings",
    [
        LABSE,
        {"pooling": "mean"},
        {"pooling": "mean", "dense": [(24, TANH), (40, NONE)], "max_seq_length": 20},
    ],
    ids=["as LaBSE", "mean", "mean, two layers, cut at 20"],
)
def test_vectors_are_those_of_sentence_transformers(plain, tmp_path, name, settings):
    folder, theirs = save_sentence_transformer(tmp_path / "model", plain[name], **settings)
    encoder = load_encoder(str(folder), 1, "float32")
    # A padding token that stands in a text as text is counted by RoBERTa as a place that is none.
    texts = [text for text in TEXTS if name != "xlm-roberta" or "<pad>" not in text]
    vectors = encoder.encode(texts)
    assert vectors.shape[1] == encoder.dim
    assert np.abs(vectors - expected(theirs, texts)).max() < 1e-5


def test_texts_of_every_length_up_to_the_maximum_and_beyond(labse):
    folder, theirs = labse
    texts = [" ".join(["river", "河", "old"] * 40)[: 4 * n] for n in range(MAX_TOKENS + 10)]
    vectors = LabseEncoder(str(folder), 1, "float32").encode(texts)
    assert np.abs(vectors - expected(theirs, texts)).max() < 1e-5


def test_texts_have_vectors_of_their_own(labse):
    # Else the other tests would say little.
    _, theirs = labse
    vectors = expected(theirs, TEXTS[2:12])
    assert (vectors @ vectors.T - np.eye(10)).max() < 0.99


def test_a_text_is_lower_cased_where_the_model_says_so(plain, tmp_path):
    folder, theirs = save_sentence_transformer(
        tmp_path / "lower", plain["bert"], pooling="mean", do_lower_case=True
    )
    path = folder / "sentence_bert_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "do_lower_case": True}))
    texts = ["The RIVER freezes", "the river freezes", "DER FLUSS"]
    assert np.abs(load_encoder(str(folder), 1).encode(texts) - expected(theirs, texts)).max() < 1e-5


def test_the_default_prompt_is_put_before_every_text(labse):
    folder, _ = labse
    path = folder / "config_sentence_transformers.json"
    path.write_text(
        json.dumps(
            {
                **json.loads(path.read_text()),
                "prompts": {"mine": "the old "},
                "default_prompt_name": "mine",
            }
        )
    )
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(folder), device="cpu")
    texts = ["river", "bridge is closed"]
    vectors = load_encoder(str(folder), 1).encode(texts)
    assert np.abs(vectors - expected(theirs, texts)).max() < 1e-5


def test_the_layout_of_older_versions_is_read(labse):
    folder, theirs = labse
    before = load_encoder(str(folder), 1).encode(TEXTS)
    modules = json.loads((folder / "modules.json").read_text())
    for module, kind in zip(modules, ("Transformer", "Pooling", "Dense", "Normalize"), strict=True):
        module["type"] = f"sentence_transformers.models.{kind}"
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps(
            {
                "word_embedding_dimension": 32,
                "pooling_mode_cls_token": True,
                "pooling_mode_mean_tokens": False,
                "pooling_mode_max_tokens": False,
                "pooling_mode_mean_sqrt_len_tokens": False,
            }
        )
    )
    (folder / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    )
    assert np.abs(load_encoder(str(folder), 1).encode(TEXTS) - before).max() < 1e-6


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_fewer_bits_lose_little(labse, precision):
    folder, theirs = labse
    vectors = LabseEncoder(str(folder), 1, precision).encode(TEXTS)
    cosines = (vectors * expected(theirs, TEXTS)).sum(1)
    # These weights are ten times as large as trained ones, and so is what rounding does.
    assert cosines.min() > {"bfloat16": 0.999, "int8": 0.99}[precision]
    assert cosines.min() < 0.9999999


@pytest.mark.parametrize("order", [[3, 1, 2, 0], [0, 0, 3, 3, 1]])
def test_a_whole_number_row_depends_on_its_text_alone(labse, order):
    encoder = LabseEncoder(str(labse[0]), 1, "int8")
    texts = [TEXTS[3], TEXTS[5], TEXTS[-1], TEXTS[6]]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.abs(encoder.encode([texts[at] for at in order]) - alone[order]).max() < 1e-6


def change(folder, name, **changes):
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("1_Pooling/config.json", {"pooling_mode": "max"}, "pooling max"),
        ("1_Pooling/config.json", {"pooling_mode": ["cls", "mean"]}, "pooling cls, mean"),
        ("2_Dense/config.json", {"activation_function": "torch.nn.SiLU"}, "2_Dense"),
        ("2_Dense/config.json", {"in_features": 64}, "64"),
        ("2_Dense/config.json", {"out_features": 7}, "linear.weight"),
        ("2_Dense/config.json", {"use_residual": True}, "2_Dense"),
        ("config.json", {"model_type": "gpt2"}, "gpt2"),
        ("config.json", {"hidden_act": "swish"}, "swish"),
        ("config.json", {"position_embedding_type": "relative_key"}, "relative"),
        ("config.json", {"hidden_size": 64}, "64"),
        ("config.json", {"num_hidden_layers": 4}, "encoder.layer.3"),
    ],
)
def test_what_is_not_computed_is_refused(labse, name, changes, said):
    folder, _ = labse
    change(folder, name, **changes)
    with pytest.raises(InputError, match=said) as caught:
        load_encoder(str(folder))
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_module_is_refused(labse):
    folder, _ = labse
    modules = json.loads((folder / "modules.json").read_text())
    modules[2]["type"] = "sentence_transformers.models.LSTM"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(InputError, match="LSTM"):
        load_encoder(str(folder))


def test_a_pickled_dense_layer_is_refused_with_the_reason(labse):
    folder, _ = labse
    weights = folder / "2_Dense" / "model.safetensors"
    torch.save({"linear.weight": torch.zeros(32, 32)}, folder / "2_Dense" / "pytorch_model.bin")
    weights.unlink()
    with pytest.raises(InputError, match="pickled"):
        load_encoder(str(folder))


def test_the_fingerprint_is_of_weights_tokenizer_and_pooling(labse):
    folder, _ = labse
    seen = {LabseEncoder(str(folder)).fingerprint}
    for name, changes in (
        ("1_Pooling/config.json", {"pooling_mode": "mean"}),
        ("tokenizer_config.json", {"model_max_length": 12}),
        ("2_Dense/config.json", {"activation_function": "torch.nn.Identity"}),
    ):
        change(folder, name, **changes)
        seen.add(LabseEncoder(str(folder)).fingerprint)
    assert len(seen) == 4
    assert LabseEncoder(str(folder), precision="int8").fingerprint not in seen
