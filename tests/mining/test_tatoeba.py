"""Retrieval accuracy against loops over sentences in double precision, on random vectors and on
vectors full of ties; what is read of a test set, and what averages are over.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import tatoeba
from mining.encoders.base import Encoded
from mining.encoders.languages import LABSE, MUSE
from mining.errors import InputError
from mining.tatoeba import Accuracy, Pairs
from mining.tatoeba_sets import GROUPS, LANGUAGES
from mining.vectors import unit_rows
from tests.mining import vectors as made

few = settings(derandomize=True, max_examples=40, deadline=None, database=None)


def single(value):
    return float(np.float32(value))


def neighbours(queries, index, k):
    """(cosines of each query with all, numbers of its k nearest, their mean cosine)."""
    cosines = [[math.fsum(map(math.prod, zip(x, y, strict=True))) for y in index] for x in queries]
    near = [
        sorted(range(len(row)), key=lambda j, row=row: (-single(row[j]), j))[:k] for row in cosines
    ]
    means = [
        single(math.fsum(single(row[j]) for j in kept) / len(kept))
        for row, kept in zip(cosines, near, strict=True)
    ]
    return cosines, near, means


def shares(cosines, near, means, other_means):
    """Of how many queries the right one is found, by cosine, margin and margin of the nearest."""

    def ratio(i, j):
        middle = (means[i] + other_means[j]) / 2
        return single(cosines[i][j] / middle) if middle > 0 else 0.0

    def best(i, candidates):
        return min(candidates, key=lambda j: (-ratio(i, j), j))

    n = len(cosines)
    return (
        sum(near[i][0] == i for i in range(n)) / n,
        sum(best(i, range(n)) == i for i in range(n)) / n,
        sum(best(i, near[i]) == i for i in range(n)) / n,
    )


def reference(english, other, k):
    """An Accuracy by loops. Means and scores are in single precision, as they are in mining."""
    english, other = unit_rows(english).tolist(), unit_rows(other).tolist()
    there, back = neighbours(other, english, k), neighbours(english, other, k)
    to_en, from_en = shares(*there, back[2]), shares(*back, there[2])
    return Accuracy(*(share for pair in zip(to_en, from_en, strict=True) for share in pair))


@few
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 24), k=st.integers(1, 5))
def test_accuracy_on_random_vectors_is_that_of_the_loops(seed, n, k):
    rng = np.random.default_rng(seed)
    english = made.gaussian(rng, n, 8)
    # Moved towards one of them, which is then near to most.
    other = english + 0.5 * made.gaussian(rng, n, 8) + 0.7 * english[0]
    assert tatoeba.accuracy(english, other, k) == reference(english, other, k)


@few
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 20))
def test_accuracy_on_duplicates_and_ties_is_that_of_the_loops(seed, n):
    rng = np.random.default_rng(seed)
    english = made.with_duplicates(rng, made.grid(rng, n))
    other = np.where(rng.random((n, 1)) < 0.7, english, made.grid(rng, n))
    assert tatoeba.accuracy(english, other, 4) == reference(english, other, 4)


def test_ways_and_scores_are_told_apart():
    rng = np.random.default_rng(0)
    english = made.gaussian(rng, 300, 8)
    other = english + 0.5 * made.gaussian(rng, 300, 8) + 0.7 * english[0]
    found = tatoeba.accuracy(english, other, 2)
    assert found == reference(english, other, 2)
    assert len(set(found)) == len(found)


def test_identical_sides_are_all_found():
    side = made.gaussian(np.random.default_rng(0), 200)
    assert tatoeba.accuracy(side, side.copy(), 4) == Accuracy(1, 1, 1, 1, 1, 1)


def test_of_equal_sentences_the_first_is_found():
    side = np.float32([[1, 0], [1, 0], [0, 1]])
    assert tatoeba.accuracy(side, side, 1) == Accuracy(*[2 / 3] * 6)


def test_sets_larger_than_a_block_are_scored_whole(monkeypatch):
    rng = np.random.default_rng(1)
    english = made.gaussian(rng, 50, 8)
    other = english + 0.5 * made.gaussian(rng, 50, 8)
    whole = tatoeba.accuracy(english, other, 4)
    monkeypatch.setattr(tatoeba, "_BLOCK", 7)
    assert tatoeba.accuracy(english, other, 4) == whole


#: what encoders of these names were trained for
TRAINED = {"muse": MUSE, "labse": LABSE, "unknown": None}


class Counting:
    """An encoder whose vectors are drawn by the text; it keeps what it has encoded."""

    name, dim, fingerprint, languages = "counting", 16, "0", None

    def __init__(self):
        self.seen = []

    def encode(self, texts):
        self.seen += texts
        drawn = [np.random.default_rng(list(text.lower().encode())) for text in texts]
        return unit_rows(np.array([rng.standard_normal(self.dim) for rng in drawn]))

    def stream(self, windows):
        for texts in windows:
            yield Encoded(self.encode(texts), 0, 0, 0)


SETS = {
    "deu": Pairs(["One.", "Two.", "Three."], ["ONE.", "two.", "drei."]),
    "fra": Pairs(["Two.", "Four."], ["TWO.", "FOUR."]),
}


@pytest.mark.parametrize("window", [2048, 2])
def test_a_sentence_of_several_english_sides_is_encoded_once(monkeypatch, window):
    monkeypatch.setattr(tatoeba, "_WINDOW", window)
    encoder, counts = Counting(), []
    found = dict(tatoeba.evaluate(SETS, encoder, 4, counts.append))
    english = ["One.", "Two.", "Three.", "Four."]
    assert encoder.seen == [*english, *SETS["deu"].other, *SETS["fra"].other]
    assert sum(counts) == tatoeba.sentences(SETS) == len(encoder.seen)
    for code, pairs in SETS.items():
        assert found[code] == tatoeba.accuracy(*map(Counting().encode, pairs), 4)
    assert found["fra"].cosine_to_en == 1 > found["deu"].cosine_to_en >= 2 / 3


def write_set(folder, code, english, other):
    for name, lines in zip(tatoeba.file_names(code), (other, english), strict=True):
        (folder / name).write_bytes(lines if isinstance(lines, bytes) else lines.encode())


def test_a_set_is_read_line_by_line(tmp_path):
    write_set(tmp_path, "deu", "One\u2028line.\nTwo.\n", "Eine\x85Zeile.\nZwei.")
    assert tatoeba.read_pairs(tmp_path, "deu") == Pairs(
        ["One\u2028line.", "Two."], ["Eine\x85Zeile.", "Zwei."]
    )


def test_marks_that_another_system_puts_in_text_files_are_not_read(tmp_path):
    write_set(tmp_path, "deu", "\ufeffOne.\r\nTwo.\r\n", "Eins.\nZwei.\n")
    assert tatoeba.read_pairs(tmp_path, "deu").english == ["One.", "Two."]


@pytest.mark.parametrize(
    ("english", "other", "says"),
    [
        ("One.\nTwo.\n", "Eins.\n", "tatoeba.deu-eng.deu: 1 lines, but 2"),
        ("One.\n", b"Gr\xfc\xdfe.\n", "tatoeba.deu-eng.deu: not UTF-8, at byte 2"),
        ("One.\n\nThree.\n", "Eins.\nZwei.\nDrei.\n", "tatoeba.deu-eng.eng: line 2 is empty"),
        ("", "", "line 1 is empty"),
    ],
)
def test_a_set_that_is_none_is_an_error(tmp_path, english, other, says):
    write_set(tmp_path, "deu", english, other)
    with pytest.raises(InputError, match=says):
        tatoeba.read_pairs(tmp_path, "deu")


@pytest.mark.parametrize("gone", ["tatoeba.deu-eng.deu", "tatoeba.deu-eng.eng"])
def test_a_missing_side_is_an_error_whichever_it_is(tmp_path, gone):
    write_set(tmp_path, "deu", "One.\n", "Eins.\n")
    (tmp_path / gone).unlink()
    assert tatoeba.codes_in(tmp_path) == ["deu"]
    with pytest.raises(InputError, match=f"{gone}: missing"):
        tatoeba.read_pairs(tmp_path, "deu")


def test_other_files_of_a_folder_are_no_sets(tmp_path):
    write_set(tmp_path, "fra", "One.\n", "Un.\n")
    write_set(tmp_path, "deu", "One.\n", "Eins.\n")
    for name in ("README.md", "tatoeba.deu-fra.deu", "tatoeba.deu-eng.fra", "tatoeba.eng-eng.eng"):
        (tmp_path / name).touch()
    assert tatoeba.codes_in(tmp_path) == ["deu", "fra"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("de", ["deu"]),
        ("zh,deu", ["cmn", "deu"]),
        (" DE , en,", ["deu"]),
        ("de,deu", ["deu"]),
        ("no,nn", ["nno", "nob"]),
        ("nb,fa", ["nob", "pes"]),
    ],
)
def test_languages_are_chosen_by_either_code(text, codes):
    assert tatoeba.chosen(text, LANGUAGES) == codes


@pytest.mark.parametrize("text", ["en", ",", "xx", "de,xx"])
def test_a_choice_of_no_language_is_an_error(text):
    with pytest.raises(InputError, match="such as de"):
        tatoeba.chosen(text, LANGUAGES)


def test_a_language_that_a_folder_has_no_set_of_is_an_error():
    with pytest.raises(InputError, match="'zh'"):
        tatoeba.chosen("de,zh", ["deu"])


def test_groups_are_of_the_sizes_that_papers_give():
    sizes = {name: len(codes) for name, codes in GROUPS.items()}
    # docs/method.md tells why LASER's are one more than the LaBSE paper has.
    assert sizes == {"multilingual USE": 14, "XTREME": 36, "LASER": 83, "all": 112}
    assert all(codes <= LANGUAGES.keys() for codes in GROUPS.values())
    assert len({language.lang for language in LANGUAGES.values()}) == len(LANGUAGES)


def test_muse_was_trained_for_the_group_that_is_named_after_it():
    trained = {code for code, language in LANGUAGES.items() if language.lang in MUSE}
    assert trained == GROUPS["multilingual USE"]


def scores(codes):
    rng = np.random.default_rng(0)
    return {code: Accuracy(*rng.random(6).tolist()) for code in codes}


def averages(codes, name="unknown"):
    encoder = Counting()
    encoder.name, encoder.languages = name, TRAINED[name]
    found = scores(codes)
    rows = tatoeba.results(found, dict.fromkeys(codes, 10), encoder).to_pylist()
    assert [row["code"] for row in rows if row["level"] == "language"] == sorted(codes)
    return found, {row["name"]: row for row in rows if row["level"] == "average"}


def test_averages_of_all_languages_are_those_of_the_papers():
    found, rows = averages(LANGUAGES)
    assert list(rows) == ["multilingual USE", "XTREME", "LASER", "all"]
    for name, row in rows.items():
        assert row["languages"] == len(GROUPS[name]) and row["pairs"] == 10 * len(GROUPS[name])
        for field in Accuracy._fields:
            values = [getattr(found[code], field) for code in GROUPS[name]]
            assert row[field] == pytest.approx(sum(values) / len(values))


def test_a_group_that_lacks_a_language_has_no_average():
    _, rows = averages(sorted(GROUPS["XTREME"] | GROUPS["multilingual USE"] - {"kor"}))
    assert list(rows) == ["multilingual USE", "XTREME", "given"]
    _, rows = averages(sorted(GROUPS["XTREME"] - {"kor"}))
    assert list(rows) == ["given"] and rows["given"]["languages"] == 35
    assert averages(["deu"])[1] == {}


def test_languages_an_encoder_was_trained_for_have_an_average():
    _, rows = averages(["deu", "cmn", "ast", "tlh"], "muse")
    assert {name: row["languages"] for name, row in rows.items()} == {"trained for": 2, "given": 4}
    assert list(averages(LANGUAGES, "muse")[1]) == list(GROUPS)
    assert "trained for" not in averages(LANGUAGES, "unknown")[1]


def test_what_an_encoder_was_trained_for_is_told_where_it_is_known():
    codes = ["deu", "ast"]
    for name, trained in (
        ("muse", [False, True]),
        ("labse", [False, True]),
        ("unknown", [None, None]),
    ):
        encoder = Counting()
        encoder.name, encoder.languages = name, TRAINED[name]
        table = tatoeba.results(scores(codes), dict.fromkeys(codes, 1), encoder)
        languages = [row for row in table.to_pylist() if row["level"] == "language"]
        assert [row["trained"] for row in languages] == trained
        assert table.schema.metadata[b"encoder"].decode() == name
