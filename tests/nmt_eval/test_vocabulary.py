"""Subwords: the ids that transformers' tokenizer gives, back again, and sizes that can't be."""

import dataclasses
import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.errors import InputError
from nmt_eval import vocabulary
from nmt_eval.config import VocabularyConfig
from tests.nmt_eval import bitext

CONFIG = VocabularyConfig(size=150)
TEXTS = [text for side in bitext.sentences(400) for text in side]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabulary")
    vocabulary.train(TEXTS, CONFIG, folder)
    return folder


@pytest.fixture(scope="module")
def words(folder):
    return vocabulary.load(folder)


@pytest.fixture(scope="module")
def marian(folder):
    from transformers import MarianTokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MarianTokenizer.from_pretrained(folder)


ODD = [
    "",
    " ",
    "  two  spaces ",
    "，。ＡＢ½",
    "☃ unknown 北京",
    "x" * 500,
    "a\tb",
    "»Größe«\u00a0–",
]


def rows(encoded):
    return [encoded[row].tolist() for row in range(len(encoded))]


@settings(deadline=None, max_examples=50)
@given(text=st.text("abc .,ÄößThe old中，\u00a0\t0159<>/", max_size=60))
def test_ids_are_those_of_transformers_tokenizer(words, marian, text):
    # It takes >>xx<< at the beginning for a language, and names of control symbols for these.
    if not text.startswith(">>"):
        assert rows(words.encode([text])) == [marian(text)["input_ids"]]


def test_ids_of_many_texts_are_those_of_each_and_below_the_size(words, marian):
    texts = [*TEXTS[:50], *ODD]
    assert rows(words.encode(texts)) == [marian(text)["input_ids"] for text in texts]
    assert words.size == CONFIG.size == len(marian)
    assert (words.pad, words.eos, words.unk) == (
        marian.pad_token_id,
        marian.eos_token_id,
        marian.unk_token_id,
    )
    assert sorted(marian.get_vocab().items(), key=lambda item: item[1]) == [
        (piece, at) for at, piece in enumerate(words.all_pieces())
    ]


def test_texts_come_back(words):
    texts = TEXTS[:200]
    encoded = rows(words.encode(texts))
    assert words.decode(encoded) == texts
    assert words.decode([[*ids, words.pad, words.pad] for ids in encoded]) == texts


def test_nothing_is_normalised_but_spaces(words, folder):
    # NFKC would make of a Chinese comma an English one.
    made = vocabulary.train(TEXTS + ["，。"] * 400, CONFIG, folder.parent / "chinese")
    assert made.decode(rows(made.encode(["The，bridge。"]))) == ["The，bridge。"]


def test_names_of_control_symbols_in_a_text_are_text(words):
    ids = words.encode(["</s> is <pad>"])[0].tolist()
    assert ids.count(words.eos) == 1
    assert words.pad not in ids


def test_training_again_gives_the_same_bytes(folder, tmp_path):
    vocabulary.train(TEXTS, CONFIG, tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()


def test_a_size_that_the_texts_dont_allow_is_told_with_one_that_works(tmp_path):
    for size, told in (
        (100_000, "more than the texts allow; give at most ([0-9,]+)"),
        (10, "too small for these texts; give ([0-9,]+)"),
    ):
        config = dataclasses.replace(CONFIG, size=size)
        with pytest.raises(InputError, match=told) as raised:
            vocabulary.train(TEXTS, config, tmp_path)
        assert not vocabulary.is_there(tmp_path)
        works = int(re.search(told, str(raised.value))[1].replace(",", ""))
        made = vocabulary.train(
            TEXTS, dataclasses.replace(CONFIG, size=works), tmp_path / str(size)
        )
        assert made.size == works


def test_no_text_and_no_vocabulary_are_told(tmp_path):
    with pytest.raises(InputError, match="can't train a vocabulary"):
        vocabulary.train([], CONFIG, tmp_path)
    with pytest.raises(InputError, match="no sentencepiece model"):
        vocabulary.load(tmp_path)
