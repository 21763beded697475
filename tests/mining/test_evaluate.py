"""Mined pairs against gold: what counts as right, found and missed where texts are split in another
way, where a row is optional, and where there is nothing on one side.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.errors import InputError
from mining.evaluate import Gold, compare, load_gold

ROWS = [
    ("The rain stopped. We left.", "Der Regen hörte auf. Wir gingen.", "text"),
    ("The shop opens at nine.", "Der Laden öffnet um neun.", "text"),
    ("Contact", "Kontakt", "furniture"),
    ("Bread is cheap here.", "Brot ist hier billig.", "text"),
]


@pytest.fixture
def write(tmp_path):
    """Writes rows as a gold file and gives its path."""

    def to_file(rows):
        path = tmp_path / "gold.tsv"
        path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def gold(write):
    return load_gold(write(ROWS))


def test_every_text_row_mined_is_all_right(gold):
    found = compare([row[:2] for row in ROWS if row[2] == "text"], gold)
    assert (found["precision"], found["recall"], found["f1"]) == (1, 1, 1)
    assert (found["mined"], found["right"], found["gold"], found["gold_found"]) == (3, 3, 3, 3)
    assert found["missed_rows"] == []
    assert found["wrong_pairs"] == []


@pytest.mark.parametrize(
    "pairs",
    [
        [("The rain stopped.", "Der Regen hörte auf.")],
        [("The rain stopped.", "Der Regen hörte auf. Wir gingen.")],
        [("The rain stopped. We left.", "Wir gingen.")],
        [("The rain stopped.", "Der Regen hörte auf."), ("We left.", "Wir gingen.")],
        [("The  rain\nstopped.", "Der Regen\u3000hörte auf.")],
    ],
    ids=["one half", "more on the right", "more on the left", "both halves", "other white space"],
)
def test_a_row_split_in_another_way_counts_as_right_and_found_once(gold, pairs):
    found = compare(pairs, gold)
    assert found["precision"] == 1
    assert found["right"] == len(pairs)
    assert found["gold_found"] == 1
    assert found["recall"] == pytest.approx(1 / 3)
    assert found["missed_rows"] == [1, 3]


@pytest.mark.parametrize(
    "pair",
    [
        ("The rain stopped.", "Brot ist hier billig."),
        ("The rain stopped. We left. The shop opens", "Der Regen hörte auf."),
        ("We left. The shop opens at nine.", "Der Laden öffnet um neun."),
        ("Of this the gold says nothing.", "Davon steht nichts im Gold."),
        ("Der Regen hörte auf.", "The rain stopped."),
    ],
    ids=["two rows", "beyond the row", "over the border", "unknown", "sides swapped"],
)
def test_a_pair_that_lies_in_no_one_row_is_wrong(gold, pair):
    found = compare([pair], gold)
    assert (found["precision"], found["recall"], found["f1"]) == (0, 0, 0)
    assert found["wrong_pairs"] == [pair]
    assert found["missed_rows"] == [0, 1, 3]


def test_furniture_is_right_when_found_and_no_loss_when_not(gold):
    texts = [row[:2] for row in ROWS if row[2] == "text"]
    without, with_it = compare(texts, gold), compare([*texts, ("Contact", "Kontakt")], gold)
    assert without["recall"] == with_it["recall"] == 1
    assert without["precision"] == with_it["precision"] == 1
    assert with_it["right"] == 4
    assert with_it["gold"] == with_it["gold_found"] == 3


def test_other_translation_of_a_text_is_right_too_and_no_loss_when_not_mined(write):
    rows = [("We left.", "Wir gingen.", "text"), ("We left.", "Wir sind gegangen.", "variant")]
    gold = load_gold(write(rows))
    first, other = (compare([row[:2]], gold) for row in rows)
    assert (first["precision"], first["recall"], first["gold"]) == (1, 1, 1)
    assert (other["precision"], other["recall"]) == (1, 0)


def test_pair_within_blocks_nobody_cut_is_not_judged(write):
    block = ("It rains, e.g. now. Go.", "Es regnet, z. B. jetzt. Geh.", "block", "cut doubtful")
    gold = load_gold(write([("Stay here.", "Bleib hier.", "text"), block]))
    found = compare([("Go.", "Geh."), ("Stay here.", "Bleib hier."), ("Go.", "Bleib hier.")], gold)
    assert (found["mined"], found["right"], found["unjudged"]) == (2, 1, 1)
    assert (found["gold"], found["gold_found"]) == (1, 1)
    assert found["wrong_pairs"] == [("Go.", "Bleib hier.")]


def test_block_that_holds_a_gold_row_too_does_not_hide_it(write):
    gold = load_gold(write([("Go now.", "Geh jetzt.", "block"), ("Go now.", "Geh jetzt.", "text")]))
    found = compare([("Go now.", "Geh jetzt.")], gold)
    assert (found["mined"], found["right"], found["unjudged"]) == (1, 1, 0)


_WORDS = st.text("ab中。", min_size=1, max_size=9).filter(lambda text: text.strip("。"))


@given(st.lists(st.tuples(_WORDS, _WORDS), min_size=1), st.lists(st.tuples(_WORDS, _WORDS)))
def test_rows_are_those_that_hold_both_texts(rows, pairs):
    rows = [tuple(text.strip("。") for text in row) for row in rows]
    pairs = [tuple(text.strip("。") for text in pair) for pair in pairs]
    src, tgt = map(list, zip(*rows, strict=True))
    found = compare(pairs, Gold(src, tgt, [False] * len(rows), [False] * len(rows)))
    held = [[a in src and b in tgt for src, tgt in rows] for a, b in pairs]
    assert found["right"] == sum(map(any, held))
    assert found["missed_rows"] == [
        row for row in range(len(rows)) if not any(h[row] for h in held)
    ]


def test_wrong_furniture_costs_precision(gold):
    assert compare([("Contact", "Brot ist hier billig.")], gold)["precision"] == 0


def test_precision_recall_and_f1_of_a_mixed_corpus(gold):
    pairs = [
        ("The rain stopped.", "Der Regen hörte auf."),
        ("We left.", "Wir gingen."),
        ("The shop opens at nine.", "Brot ist hier billig."),
        ("Contact", "Kontakt"),
    ]
    found = compare(pairs, gold)
    # 3 of 4 are right; 1 of 3 text rows is found; 2 * 3/4 * 1/3 / (3/4 + 1/3) = 6/13
    assert found["precision"] == pytest.approx(3 / 4)
    assert found["recall"] == pytest.approx(1 / 3)
    assert found["f1"] == pytest.approx(6 / 13)
    assert found["wrong_pairs"] == [pairs[2]]
    assert found["missed_rows"] == [1, 3]


def test_a_text_in_many_rows_is_right_with_the_translation_of_any(write):
    gold = load_gold(write([("Yes.", "Ja.", "text"), ("Yes.", "Doch.", "text")]))
    assert compare([("Yes.", "Doch.")], gold)["missed_rows"] == [0]
    assert compare([("Yes.", "Ja."), ("Yes.", "Doch.")], gold)["recall"] == 1


def test_a_text_that_repeats_itself_over_a_border_is_found_in_each_row(write):
    gold = load_gold(write([("aaa", "x1"), ("aaaa", "x2"), ("ba", "x3")]))
    assert compare([("aa", "x2")], gold)["missed_rows"] == [0, 2]
    assert compare([("a", "x3")], gold)["missed_rows"] == [0, 1]


def test_the_row_of_a_part_of_a_text_is_known_among_many(write):
    rows = [(f"word{at} and more", f"Wort{at} und mehr") for at in range(100, 200)]
    gold = load_gold(write(rows))
    for at, (src, tgt) in enumerate(rows):
        missed = compare([(src.split()[0], tgt.split()[0])], gold)["missed_rows"]
        assert missed == [row for row in range(100) if row != at]


def test_an_empty_corpus_finds_nothing(gold):
    found = compare([], gold)
    assert (found["precision"], found["recall"], found["f1"]) == (0, 0, 0)
    assert (found["mined"], found["gold"]) == (0, 3)


def test_an_empty_gold_makes_all_wrong(write):
    found = compare([("The rain stopped.", "Der Regen hörte auf.")], load_gold(write([])))
    assert (found["precision"], found["recall"], found["f1"]) == (0, 0, 0)
    assert (found["mined"], found["right"], found["gold"]) == (1, 0, 0)


def test_a_gold_of_furniture_alone_wants_nothing(write):
    found = compare(
        [("Contact", "Kontakt")], load_gold(write([("Contact", "Kontakt", "furniture")]))
    )
    assert (found["precision"], found["recall"], found["gold"]) == (1, 0, 0)


def test_pairs_may_come_from_a_generator(gold):
    assert compare((pair for pair in [("We left.", "Wir gingen.")]), gold)["right"] == 1


def test_a_gold_of_two_columns_is_all_text_and_quotes_are_letters(write):
    rows = [('He said "yes" to me', "Er sagte „ja“ zu mir"), ('"No', '"Nein'), ("Go", "Los")]
    gold = load_gold(write(rows))
    assert gold.optional == [False, False, False]
    assert compare(rows, gold)["recall"] == 1
    assert compare([rows[1]], gold)["missed_rows"] == [0, 2]


@pytest.mark.parametrize(
    ("src", "tgt"),
    [
        ("Bread is cheap here", "– Brot ist hier billig"),
        ("“Bread is cheap here.”", "„Brot ist hier billig.“"),
        ("* Bread is cheap here:", "Brot ist hier billig …"),
    ],
)
def test_marks_that_a_page_puts_around_a_sentence_do_not_matter(gold, src, tgt):
    assert compare([(src, tgt)], gold)["missed_rows"] == [0, 1]


@pytest.mark.parametrize(
    "content",
    [b"only one column\n", b"one\ttwo\nthree\n", b"\xff\xfe\tnot UTF-8\n", None],
    ids=["one column", "one column later", "not UTF-8", "no file"],
)
def test_a_gold_that_cant_be_read_is_an_input_error_that_names_it(tmp_path, content):
    path = tmp_path / "gold.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="gold.tsv") as caught:
        load_gold(path)
    assert "\n" not in str(caught.value)


def test_a_long_gold_row_is_read(write):
    long = "wort" * 40_000
    gold = load_gold(write([("word " * 40_000, long, "text")]))
    assert compare([("word word", "wortwort")], gold)["right"] == 1
