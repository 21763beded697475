"""Filter scores of pairs of texts, and thresholds: which side of its own value each lies on, and
which reason is given to a pair that fails more than one.
"""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from mining import filters
from mining.config import CorpusConfig
from mining.schema import CORPUS

GOOD = ("The old bridge was closed for repairs.", "Die alte Brücke war gesperrt.", "de")


def texts(*rows):
    """A table of the columns that filters.score needs, out of (src, tgt, tgt_lang) rows."""
    src, tgt, langs = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "src_text": pa.array(src, pa.string()),
            "src_lang": pa.array(["en"] * len(rows), pa.string()),
            "tgt_text": pa.array(tgt, pa.string()),
            "tgt_lang": pa.array(langs, pa.string()),
        }
    )


def scored(*rows, **changes):
    """A table that filters.reject_reasons takes: good values in all columns but the given."""
    table = filters.score(texts(*rows))
    for field in CORPUS:
        if field.name not in table.column_names:
            good = 1.5 if pa.types.is_floating(field.type) else 5
            good = False if pa.types.is_boolean(field.type) else good
            known = pa.types.is_primitive(field.type) and not pa.types.is_temporal(field.type)
            values = pa.array([good if known else None] * len(rows)).cast(field.type)
            table = table.append_column(field, values)
    for name, value in {"cosine": 0.9, **changes}.items():
        field = CORPUS.field(name)
        table = table.set_column(
            table.column_names.index(name), field, pa.array([value] * len(rows), field.type)
        )
    return table


def score_of(column, src, tgt, lang):
    [value] = filters.score(texts((src, tgt, lang)))[column].to_pylist()
    return value


@pytest.mark.parametrize(
    ("column", "src", "tgt", "lang", "expected"),
    [
        ("number_agreement", "3 cats and 4 dogs", "3 Katzen und 5 Hunde", "de", 0.5),
        ("number_agreement", "3 cats", "drei Katzen", "de", 1),
        # 10 characters against 29 / 1.16 = 25
        ("length_ratio", "a" * 10, "b" * 29, "de", 2.5),
        # 100 against 32 / .32 = 100
        ("length_ratio", "a" * 100, "中" * 32, "zh", 1),
        ("length_ratio", "a" * 50, "中" * 32, "zh", 2),
        ("length_ratio", "a" * 30, "b" * 10, "xx", 3),
        ("length_ratio", "a" * 10, "b" * 30, "xx", 3),
        ("length_ratio", "a" * 10, "😀" * 10, "xx", 1),
        # Indel: two of ten characters are not shared
        ("copy_similarity", "abcde", "abcdX", "de", 0.8),
        ("copy_similarity", "HELLO World", "hello wORLD", "de", 1),
        ("copy_similarity", "ÄÖÜ", "äöü", "de", 1),
        ("copy_similarity", "abc", "中文字", "zh", 0),
    ],
)
def test_scores_of_a_pair(column, src, tgt, lang, expected):
    assert score_of(column, src, tgt, lang) == pytest.approx(expected)


def test_scores_are_float32_columns_beside_what_was_there():
    given = texts(GOOD, ("one", "eins", "de"))
    table = filters.score(given)
    assert table.select(given.column_names).equals(given)
    for column in filters.SCORES:
        assert table.schema.field(column.__name__).type == pa.float32()
        assert table[column.__name__].null_count == 0


def test_every_score_is_a_column_of_the_corpus():
    for column in filters.SCORES:
        assert CORPUS.field(column.__name__).type == pa.float32()


def test_an_empty_table_gets_all_columns_and_no_reasons():
    table = scored()
    assert table.num_rows == 0
    assert {column.__name__ for column in filters.SCORES} <= set(table.column_names)
    assert len(filters.reject_reasons(table, CorpusConfig())) == 0


@pytest.mark.parametrize(("src", "tgt"), [("", ""), ("", "Wort"), ("word", "")])
def test_an_empty_text_has_finite_scores(src, tgt):
    table = filters.score(texts((src, tgt, "de")))
    for column in filters.SCORES:
        assert np.isfinite(table[column.__name__].to_numpy()).all()


@pytest.mark.parametrize(
    ("src", "tgt", "lang"),
    [
        GOOD,
        ("When is it time for a new mattress?", "什么时候该换新床垫？", "zh"),
        (
            "The ferry leaves the island at half past five every afternoon.",
            "渡轮每天下午五点半离开小岛。",
            "zh",
        ),
        (
            "After eight to ten years most mattresses have lost their shape. You can feel the "
            "hollow with the flat of your hand.",
            "用上八到十年，大多数床垫都会变形，拿手掌一摸就能摸到那个坑。",
            "zh",
        ),
    ],
)
def test_a_translation_of_normal_length_is_not_refused(src, tgt, lang):
    assert filters.reject_reasons(scored((src, tgt, lang)), CorpusConfig()).tolist() == [""]


@pytest.mark.parametrize(
    ("column", "knob", "threshold", "at_it"),
    [
        ("margin", "min_margin", 1.06, "margin"),
        ("margin", "min_margin", 1.1, "margin"),
        ("cosine", "min_cosine", 0.4, ""),
        ("cosine", "min_cosine", 0.7, ""),
        ("number_agreement", "min_number_agreement", 0.6, ""),
        ("length_ratio", "max_length_ratio", 3.1, ""),
        ("copy_similarity", "max_copy_similarity", 0.8, "copy_similarity"),
        ("copy_similarity", "max_copy_similarity", 0.7, "copy_similarity"),
    ],
)
def test_a_value_at_its_threshold_and_a_step_to_each_side(column, knob, threshold, at_it):
    config = dataclasses.replace(CorpusConfig(page_bonus=0.0), **{knob: threshold})
    # Alone on its pages, so that no other score makes up for this one.
    alone = {} if column == "margin" else {"page_support": 0}
    at = np.float32(threshold)
    below, above = np.nextafter(at, np.float32(-9)), np.nextafter(at, np.float32(9))
    good, bad = (below, above) if knob.startswith("max") else (above, below)
    reasons = [
        filters.reject_reasons(scored(GOOD, **alone, **{column: value}), config).tolist()
        for value in (good, at, bad)
    ]
    assert reasons == [[""], [at_it], [column]]


@pytest.mark.parametrize(
    "column", ["margin", "cosine", "number_agreement", "length_ratio", "copy_similarity"]
)
def test_a_value_that_is_no_number_is_refused(column):
    table = scored(GOOD, **{column: float("nan")})
    assert filters.reject_reasons(table, CorpusConfig()).tolist() == [column]


@pytest.mark.parametrize(
    ("margin", "support", "reason"),
    [(1.25, 2, "page_support"), (1.25, 3, ""), (1.5, 0, ""), (1.250001, 0, "")],
    ids=["weak and alone", "weak but supported", "strong and alone", "just strong enough"],
)
def test_a_pair_with_few_others_on_its_pages_needs_a_greater_margin(margin, support, reason):
    config = CorpusConfig(min_page_support=3, min_margin_alone=1.25)
    table = scored(GOOD, margin=margin, page_support=support)
    assert filters.reject_reasons(table, config).tolist() == [reason]


@pytest.mark.parametrize(
    ("margin", "support", "reason"),
    [(1.0, 2, ""), (1.0, 1, "margin"), (0.95, 9, "margin"), (1.1, 1, "page_support")],
)
def test_good_pairs_of_the_same_pages_make_up_for_margin(margin, support, reason):
    table = scored(GOOD, margin=margin, page_support=support)
    assert filters.reject_reasons(table, CorpusConfig()).tolist() == [reason]


@pytest.mark.parametrize(
    ("cosine", "margin", "support", "reason"),
    [
        (0.3, 1.5, 2, ""),
        (0.3, 1.5, 1, "cosine"),
        (0.3, 1.3, 9, "cosine"),
        # A margin below 1, with the bonus of its company above the least, takes nothing away.
        (0.41, 0.99, 9, ""),
    ],
)
def test_a_margin_makes_up_for_the_cosine_of_a_pair_in_good_company(
    cosine, margin, support, reason
):
    table = scored(GOOD, cosine=cosine, margin=margin, page_support=support)
    assert filters.reject_reasons(table, CorpusConfig()).tolist() == [reason]


@pytest.mark.parametrize(
    ("src", "tgt", "least", "reason"),
    [
        (False, False, 1, ""),
        (True, False, 1, ""),
        (False, True, 1, ""),
        (True, True, 1, "original_pages"),
        (True, True, 0, ""),
        (True, False, 2, "original_pages"),
        (False, True, 2, "original_pages"),
        (False, False, 2, ""),
    ],
)
def test_as_many_sides_as_the_config_asks_for_are_on_pages_that_repeat_none(
    src, tgt, least, reason
):
    config = CorpusConfig(min_original_pages=least)
    table = scored(GOOD, src_duplicate_page=src, tgt_duplicate_page=tgt)
    assert filters.reject_reasons(table, config).tolist() == [reason]


@pytest.mark.parametrize("side", ["src", "tgt"])
def test_furniture_is_no_reason_to_refuse_a_pair(side):
    table = scored(GOOD, **{f"{side}_furniture": True})
    assert filters.reject_reasons(table, CorpusConfig()).tolist() == [""]


def test_a_number_on_a_clearly_longer_side_alone_is_no_disagreement():
    short, long = "Die Brücke ist zu.", "Die Brücke ist seit dem 14. wegen der Arbeiten am Ufer zu."
    assert score_of("number_agreement", "The bridge is closed.", short, "de") == 1
    assert score_of("number_agreement", "The bridge is closed.", long, "de") == 1
    assert score_of("number_agreement", "The bridge is closed.", "Brücke 14 ist zu.", "de") == 0


def test_the_first_reason_counts():
    worst = {"margin": 0, "cosine": 0, "number_agreement": 0, "length_ratio": 9}
    reasons = []
    while worst:
        table = scored(GOOD, **worst)
        reasons += filters.reject_reasons(table, CorpusConfig()).tolist()
        worst.pop(reasons[-1])
    assert reasons == ["margin", "cosine", "number_agreement", "length_ratio"]


def test_each_row_is_judged_by_itself():
    rows = [
        GOOD,
        ("The bridge has 40 arches.", "Die Brücke hat 90 Bögen.", "de"),
        GOOD,
        ("Copyright by the Ferrymoor Courier", "Copyright by the Ferrymoor Courier", "de"),
        ("A" * 40, "Zu kurz", "de"),
    ]
    expected = ["", "number_agreement", "", "copy_similarity", "length_ratio"]
    reasons = filters.reject_reasons(scored(*rows), CorpusConfig())
    assert reasons.tolist() == expected
    assert filters.reject_reasons(scored(*rows[::-1]), CorpusConfig()).tolist() == expected[::-1]


def test_language_agreement_is_the_probability_of_the_less_sure_side():
    given = texts(GOOD, GOOD)
    for side, values in (("src", [0.9, 0.2]), ("tgt", [0.5, 0.7])):
        given = given.append_column(f"{side}_lang_prob", pa.array(values, pa.float32()))
    found = filters.score(given)["language_agreement"].to_pylist()
    assert found == pytest.approx([0.5, 0.2])
    assert filters.score(texts(GOOD))["language_agreement"].to_pylist() == [1]


def test_fan_counts_the_pairs_that_share_a_side_but_for_digits():
    table = texts(
        ("Page 3 of 20", "Seite 3 von 20", "de"),
        ("Page 4 of 7", "Blatt 4 von 7", "de"),
        ("page 11 of 1", "Seite 11 von 1", "de"),
        ("Alone", "Allein", "de"),
    )
    assert filters.fan(table).tolist() == [3, 3, 3, 1]


@pytest.mark.parametrize(
    ("column", "at_it", "beyond"),
    [
        ("ascii_agreement", 1.0, 0.99),
        ("name_agreement", 1.0, 0.0),
        ("language_agreement", 0.5, 0.4),
        ("fan", 20.0, 21.0),
    ],
)
def test_each_score_has_a_threshold(column, at_it, beyond):
    config = CorpusConfig(min_language_agreement=0.5)
    for value, reason in ((at_it, ""), (beyond, column)):
        table = scored(GOOD, **{column: value})
        assert filters.reject_reasons(table, config).tolist() == [reason]


@pytest.mark.parametrize(
    ("margin", "cosine", "found_by", "order", "reason"),
    [
        (0.9, 0.5, "mining", 1, "margin"),
        (0.9, 0.5, "alignment", 1, ""),
        (0.7, 0.5, "alignment", 1, "margin"),
        (1.3, 0.3, "alignment", 1, "cosine"),
        (1.5, 0.9, "mining", 0, "order"),
    ],
)
def test_what_alignment_found_needs_less_margin_and_order_counts(
    margin, cosine, found_by, order, reason
):
    changes = {"margin": margin, "cosine": cosine, "found_by": found_by, "order_agreement": order}
    table = scored(GOOD, page_support=0, **changes)
    config = CorpusConfig(align_bonus=0.25, min_page_support=0)
    assert list(filters.reject_reasons(table, config)) == [reason]
