"""Numbers that say the same in English, German and Chinese agree however they are written, and
numbers that say something else don't.
"""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.numbers import agreement, numbers

few = settings(derandomize=True, max_examples=60, deadline=None, database=None)

AGREE = [
    # thousands
    ("1,640 books", "en", "1640 Bücher", "de"),
    ("1,640 books", "en", "1.640 Bücher", "de"),
    ("1,640 books", "en", "1 640 Bücher", "de"),
    ("1,640 books", "en", "1\u00a0640 Bücher", "de"),
    ("1,640 books", "en", "1\u202f640 Bücher", "de"),
    ("1,640 books", "en", "1'640 Bücher", "de"),
    ("1,640 books", "en", "1640本书", "zh"),
    ("1,640 books", "en", "１６４０本书", "zh"),
    ("12,345,678 people", "en", "12.345.678 Menschen", "de"),
    ("12,345,678 people", "en", "12345678人", "zh"),
    # decimals
    ("3.5 metres", "en", "3,5 Meter", "de"),
    ("3.5 metres", "en", "3.5米", "zh"),
    ("3.5 metres", "en", "3点5米", "zh"),
    ("1,640.25 euros", "en", "1.640,25 Euro", "de"),
    # clock times
    ("Doors open at 6.30 p.m.", "en", "Einlass ist um 18.30 Uhr.", "de"),
    ("Doors open at 6:30 pm.", "en", "Einlass ist um 18:30 Uhr.", "de"),
    ("Doors open at 6.30 P.M.", "en", "下午6点30分开门。", "zh"),
    ("Doors open at 6.30 p.m.", "en", "18点30分开门。", "zh"),
    ("Doors open at 18.30.", "en", "下午6点30分开门。", "zh"),
    ("Doors open at 8 p.m.", "en", "Einlass ist um 20 Uhr.", "de"),
    ("Doors open at 8 p.m.", "en", "晚上8点开门。", "zh"),
    ("Doors open at 9.15 a.m.", "en", "Einlass ist um 9.15 Uhr.", "de"),
    ("Doors open at 7.00.", "en", "Einlass ist um 7 Uhr.", "de"),
    ("Doors open at 7.00.", "en", "7点开门。", "zh"),
    ("Open from 1 p.m. to 5 p.m.", "en", "Geöffnet von 13 bis 17 Uhr.", "de"),
    ("Open from 2 p.m. to 5 p.m.", "en", "下午2点到5点开放。", "zh"),
    # months
    ("on 3 May 1998", "en", "am 3. Mai 1998", "de"),
    ("on 3 May 1998", "en", "1998年5月3日", "zh"),
    ("on 3 May 1998", "en", "am 03.05.1998", "de"),
    ("in December", "en", "12月里", "zh"),
    ("in March", "en", "im März", "de"),
    ("in Jan 2020", "en", "01/2020", "de"),
    ("2020年10月", "zh", "im Oktober 2020", "de"),
    # small numbers in words
    ("7 dwarfs", "en", "sieben Zwerge", "de"),
    ("seven dwarfs", "en", "7 Zwerge", "de"),
    ("seven dwarfs", "en", "7个矮人", "zh"),
    ("7 dwarfs", "en", "七个矮人", "zh"),
    ("2 hats", "en", "两顶帽子", "zh"),
    ("21 steps", "en", "einundzwanzig Stufen", "de"),
    ("twenty-one steps", "en", "21 Stufen", "de"),
    ("twenty-one steps", "en", "21级台阶", "zh"),
    ("21 steps", "en", "二十一级台阶", "zh"),
    ("15 steps", "en", "十五级台阶", "zh"),
    ("40 steps", "en", "四十级台阶", "zh"),
    ("30 days", "en", "dreißig Tage", "de"),
    ("one hundred days", "en", "100 Tage", "de"),
    ("100 days", "en", "hundert Tage", "de"),
    ("100 days", "en", "一百天", "zh"),
    ("the third floor", "en", "das 3. Stockwerk", "de"),
    ("the 3rd floor", "en", "der dritte Stock", "de"),
    ("the 12th of them", "en", "der zwölfte von ihnen", "de"),
    # large numbers with a unit
    ("1.9 million people", "en", "1,9 Millionen Menschen", "de"),
    ("1.9 million people", "en", "190万人", "zh"),
    ("1,9 Millionen Menschen", "de", "190万人", "zh"),
    ("1.9 million people", "en", "1,900,000 people", "en"),
    ("3 billion people", "en", "3 Milliarden Menschen", "de"),
    ("3 billion people", "en", "30亿人", "zh"),
    ("2.5 billion people", "en", "25亿人", "zh"),
    ("1 million people", "en", "1 Million Menschen", "de"),
    ("1 billion people", "en", "1 Milliarde Menschen", "de"),
    ("15 thousand people", "en", "1.5万人", "zh"),
    ("15,000 people", "en", "1.5万人", "zh"),
    ("It costs 9.80 euros.", "en", "Es kostet 9,8 Euro.", "de"),
    ("half past six", "en", "halb sieben", "de"),
    ("6 hours", "en", "六个小时", "zh"),
    # none at all
    ("It rains.", "en", "Es regnet.", "de"),
    ("", "en", "", "zh"),
]

DISAGREE = [
    ("1,640 books", "en", "1.460 Bücher", "de"),
    ("1,640 books", "en", "164 Bücher", "de"),
    ("1,640 books", "en", "1640000本书", "zh"),
    ("3.5 metres", "en", "35 Meter", "de"),
    ("3.5 metres", "en", "3,6 Meter", "de"),
    ("Doors open at 6.30 p.m.", "en", "Einlass ist um 17.30 Uhr.", "de"),
    ("Doors open at 6.30 a.m.", "en", "Einlass ist um 18.30 Uhr.", "de"),
    ("Doors open at 6.30 a.m.", "en", "上午7点30分开门。", "zh"),
    ("Doors open at 8 p.m.", "en", "Einlass ist um 21 Uhr.", "de"),
    ("on 3 May 1998", "en", "am 4. Mai 1998", "de"),
    ("on 3 May 1998", "en", "1998年6月3日", "zh"),
    ("on 3 May 1998", "en", "am 3. Mai 1989", "de"),
    ("in December", "en", "11月里", "zh"),
    ("7 dwarfs", "en", "acht Zwerge", "de"),
    ("seven dwarfs", "en", "8个矮人", "zh"),
    ("7 dwarfs", "en", "Zwerge", "de"),
    ("21 steps", "en", "einunddreißig Stufen", "de"),
    ("101 steps", "en", "Stufen", "de"),
    ("1.9 million people", "en", "1,9 Milliarden Menschen", "de"),
    ("1.9 million people", "en", "1,8 Millionen Menschen", "de"),
    ("1.9 million people", "en", "19万人", "zh"),
    ("3 billion people", "en", "3亿人", "zh"),
    ("40 minutes", "en", "90 Minuten", "de"),
    ("40 minutes", "en", "90分钟", "zh"),
    ("5 of 8", "en", "5 von 5", "de"),
    ("It costs 14 euros.", "en", "Es kostet etwas.", "de"),
    ("six ducks", "en", "acht Enten", "de"),
    ("six hours", "en", "八个小时", "zh"),
]


@pytest.mark.parametrize(("src", "src_lang", "tgt", "tgt_lang"), AGREE)
def test_the_same_number_agrees_however_it_is_written(src, src_lang, tgt, tgt_lang):
    assert agreement(src, src_lang, tgt, tgt_lang) == 1
    assert agreement(tgt, tgt_lang, src, src_lang) == 1


@pytest.mark.parametrize(
    ("number", "month", "monat"),
    [
        (1, "January", "Januar"),
        (2, "February", "Februar"),
        (3, "March", "März"),
        (4, "April", "April"),
        (5, "May", "Mai"),
        (6, "June", "Juni"),
        (7, "July", "Juli"),
        (8, "August", "August"),
        (9, "September", "September"),
        (10, "October", "Oktober"),
        (11, "November", "November"),
        (12, "December", "Dezember"),
    ],
)
def test_a_month_by_name_agrees_with_its_number_alone(number, month, monat):
    for other in range(1, 13):
        same = other == number
        assert (agreement(f"in {month} 1998", "en", f"1998年{other}月", "zh") == 1) is same
        assert (agreement(f"im {monat} 1998", "de", f"1998年{other}月", "zh") == 1) is same


@pytest.mark.parametrize(("src", "src_lang", "tgt", "tgt_lang"), DISAGREE)
def test_another_number_does_not_agree(src, src_lang, tgt, tgt_lang):
    assert agreement(src, src_lang, tgt, tgt_lang) < 1
    assert agreement(tgt, tgt_lang, src, src_lang) < 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no number", []),
        ("007 and 0", ["7", "0"]),
        ("1,640 m in 3.5 h", ["1640", "3", "5"]),
        ("in 1998, 250 came", ["1998", "250"]),
        ("1.9 million", ["1900000"]),
        ("１２万", ["120000"]),
        ("3点5分", ["3", "5"]),
        ("2020-10-31", ["2020", "10", "31"]),
        ("2.4.1. Tides of 1998", ["1998"]),
        ("The tide rose.[12] By 3 m[4]", ["3"]),
    ],
)
def test_numbers_of_a_text_in_order_without_leading_zeros(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("src", "tgt", "share"),
    [
        ("5 and 40", "5 und 90", 0.5),
        ("40", "90", 0),
        ("5 and 6 and 40", "5 und 6 und 90", 4 / 6),
        ("40", "nichts davon", 0),
        ("40 and 40", "40", 2 / 3),
    ],
)
def test_agreement_is_the_share_of_numbers_found_on_the_other_side(src, tgt, share):
    assert agreement(src, "en", tgt, "de") == pytest.approx(share)


@pytest.mark.parametrize(
    ("longer", "share"), [("", 2 / 3), ("src", 1), ("tgt", 0.5)], ids=["neither", "src", "tgt"]
)
def test_numbers_of_a_side_that_says_more_need_no_counterpart(longer, share):
    src, tgt = "In 1998 they came, all 250 of them.", "250 kamen."
    assert agreement(src, "en", tgt, "de", longer) == pytest.approx(share)


@pytest.mark.parametrize(
    "text",
    [
        "open till 6 pm, code " + "7" * 4500,
        "5 thou\u017fand men",
        "3 mill\u0131on",
        "5 M\u0130LL\u0130ON",
    ],
    ids=["thousands of digits", "long s", "dotless i", "dotted I"],
)
def test_odd_characters_and_lengths_of_the_web_are_no_error(text):
    assert 0 <= agreement(text, "en", "um 18 Uhr", "de") < 1
    assert agreement(text, "en", text, "en") == 1


@pytest.mark.parametrize("part", ["7", "1.", "1,234 ", "12 ", "3 p", "下午6"])
def test_the_longest_sentence_takes_milliseconds_whatever_is_in_it(part):
    text = (part * 5000)[:5000]
    start = time.process_time()
    numbers(text)
    # Work that grows with the square of the length takes seconds.
    assert time.process_time() - start < 0.5


def test_words_of_a_language_not_known_here_say_no_number():
    assert agreement("7 dwarfs", "en", "sept nains", "fr") == 0
    assert agreement("7 dwarfs", "en", "7 nains", "fr") == 1


@few
@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["de", "zh", "xx"]))
def test_any_two_texts_have_an_agreement_from_0_to_1_whatever_their_order(src, tgt, lang):
    share = agreement(src, "en", tgt, lang)
    assert 0 <= share <= 1
    assert share == agreement(tgt, lang, src, "en")


@few
@given(st.text(alphabet="0123456789０５.,:' \u00a0年月日点万亿apmUhr", max_size=30))
def test_a_text_agrees_with_itself(text):
    assert agreement(text, "zh", text, "zh") == 1


@few
@given(st.integers(0, 10**12))
def test_every_way_to_part_thousands_is_the_same_number(value):
    plain = [str(value)]
    for separator in ",.'’ \u00a0\u202f":
        assert numbers(f"about {value:,} of them".replace(",", separator)) == plain
