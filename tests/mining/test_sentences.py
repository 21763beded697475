"""Blocks to sentences: where German, English and Chinese are cut and where they only seem to end,
and that cutting loses nothing and takes no more than a moment.
"""

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mining.sentences import normalise, split_sentences

CAP = 10_000


def is_cut_as(lang, *sentences, joiner=" "):
    return split_sentences(joiner.join(sentences), lang, CAP) == list(sentences)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Das Haus ist alt.", "Es steht am See."],
        ["Wirklich?", "Ja!", "Wir kommen."],
        ["Am 3. Oktober feiern wir.", "Danach gehen wir heim."],
        ["Am 1. Mai, am 2. und am 3. Juni ist frei.", "Sonst nicht."],
        ["Im 19. Jahrhundert war das anders.", "Heute nicht mehr."],
        ["Wir wohnen im 3. Stock.", "Es ist schön."],
        ["Der 2. Weltkrieg begann 1939.", "Er dauerte sechs Jahre."],
        ["Ludwig XIV. war König.", "Er lebte lange."],
        ["Es waren 25.", "Danach kam keiner mehr."],
        ["Das war im Jahr 1990.", "Dann kam der Regen."],
        ["Das kostet ca. 30 Euro.", "Es ist z. B. teuer, d. h. zu teuer."],
        ["Siehe Nr. 5.", "Das ist alles."],
        ["Das zeigt Abb. 3 in Bd. Zwei.", "Siehe dort."],
        ["Er hat einen langen Bart.", "Er lacht oft."],
        ["Dr. Müller kommt.", "Prof. Dr. Schmidt nicht."],
        ["Er wohnt in der Str. 5 bzw. Gasse 6.", "Sie nicht."],
        ["Er sagte: „Ich komme.“", "Dann ging er."],
        ["„Wann kommst du?“, fragte sie.", "„Morgen“, sagte er."],
        ["»Komm her!«", "Sie lief weg."],
        ["Es kostet 3.500,50 Euro.", "Das ist viel."],
        ["Die Adresse ist www.example.de/ab.", "Schreiben Sie uns."],
    ],
    ids=lambda sentences: sentences[0],
)
def test_german_is_cut_at_its_ends_and_not_at_ordinals_and_abbreviations(sentences):
    assert is_cut_as("de", *sentences)


@pytest.mark.parametrize(
    "sentences",
    [
        ["The house is old.", "It stands by the lake."],
        ["Really?", "Yes!", "We are coming."],
        ["Mr. Smith went to Washington.", "He met Dr. Brown."],
        ["We sell fruit, e.g. apples.", "See Fig. 3 for more."],
        ["Ask Ms. Smith; see vol. Two.", "She knows."],
        ["He asked why? and left.", "Nobody knew."],
        ["We left in May.", "It rained."],
        ["It costs 3.50 pounds.", "That is a lot."],
        ["They arrived at 5 p.m. on Monday.", "It rained."],
        ["“Come in,” she said.", "“Sit down.”", "He sat."],
        ['"I am here."', "She left.", '"Are you?" he asked.'],
        ["He said ‘no.’", "She agreed."],
        ["St. Mary's church is on Mt. Clare.", "It is open."],
    ],
    ids=lambda sentences: sentences[0],
)
def test_english_is_cut_at_its_ends_and_not_at_abbreviations(sentences):
    assert is_cut_as("en", *sentences)


@pytest.mark.parametrize(
    "sentences",
    [
        ["今天天气很好。", "我们去公园吧！", "你来吗？"],
        ["真的？！", "好吧……", "我走了。"],
        ["他说：“今天很好。我们走吧。”", "然后他走了。"],
        ["“你今天来吗？”她问。", "他没有回答。"],
        ["“你好。”他说。", "“再见！”", "她走了。"],
        ["“走吧！”妈妈笑着说。", "我们就走了。"],
        ["“好！”", "“走！”", "他们走了。"],
        ["「今天很好。我們走吧。」", "然後他走了。"],
        ["（他来了。她走了。）", "我们也走。"],
        ["他读了《你好。再见》这本书。", "我没有读。"],
        ["新版本3.5发布了。", "大家都很高兴"],
        ["“快走。”", "老师对学生们说：“慢一点。”"],
        ['他说："好的。"', "我走了。"],
    ],
    ids=lambda sentences: ascii(sentences[0][:3]),
)
def test_chinese_is_cut_after_stops_and_keeps_a_quotation_with_its_speaker(sentences):
    assert is_cut_as("zh", *sentences, joiner="")


@pytest.mark.parametrize(
    ("lang", "text", "sentences"),
    [
        ("en", "We close at six.The bar stays open.", ["We close at six.", "The bar stays open."]),
        ("de", "Wir kommen an.Danach essen wir.", ["Wir kommen an.", "Danach essen wir."]),
        ("en", "It uses http.Agent and System.The core.", None),
        ("de", "Die Datei README.Debian und z.B.Der Ring.", None),
    ],
)
def test_missing_space_is_an_end_only_before_a_word_that_opens_sentences(lang, text, sentences):
    assert split_sentences(text, lang, CAP) == (sentences or [text])


def test_apostrophes_hide_no_sentence():
    sentences = ["Rock ’n’ roll was loud.", "Watchin’ it was fun.", "The dogs’ bowls were ’ere."]
    assert is_cut_as("en", *sentences)


@pytest.mark.parametrize("lang", ["en", "de"])
def test_long_quotation_is_cut_inside_and_a_short_one_is_not(lang):
    said = ["“We came home in the evening.", "It was late and it was raining.”"]
    assert split_sentences(" ".join(said), lang, CAP) == [" ".join(said)]
    long = [said[0], *["It was late and it was raining."] * 20, said[1]]
    assert split_sentences(" ".join(long), lang, CAP) == long


@pytest.mark.parametrize("lang", ["en", "de", "zh", "fr", "xx"])
@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
def test_nothing_gives_no_sentence(lang, text):
    assert split_sentences(text, lang, CAP) == []


def test_block_over_the_cap_is_cut_at_white_space_and_none_of_it_dropped():
    words = [f"word{number}" for number in range(100)]
    sentences = split_sentences(" ".join(words), "en", 60)
    assert " ".join(sentences).split() == words
    assert all(len(sentence) <= 60 for sentence in sentences)


@pytest.mark.parametrize(("lang", "char"), [("zh", "好"), ("en", "x")])
def test_block_over_the_cap_without_white_space_is_cut_all_the_same(lang, char):
    assert split_sentences(char * 25, lang, 10) == [char * 10, char * 10, char * 5]


def test_chinese_block_over_the_cap_is_cut_at_a_comma():
    text = "今天天气很好，" * 10
    sentences = split_sentences(text, "zh", 20)
    assert "".join(sentences) == text
    assert all(sentence.endswith("，") for sentence in sentences)


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
@pytest.mark.parametrize(
    "unit",
    [
        "x",
        "A. ",
        ".",
        "„Das Haus ist gut. ",
        "“",
        '"Ab. ',
        "（好。",
        "“好。”",
        "A) ",
        "Haus.",
        "1. ",
    ],
    ids=ascii,
)
def test_block_at_the_cap_takes_a_moment(lang, unit):
    text = (unit * CAP)[:CAP]
    start = time.perf_counter()
    split_sentences(text, lang, CAP)
    assert time.perf_counter() - start < 0.8


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
@pytest.mark.parametrize(
    "unit",
    [
        *[
            "x",
            "xy ",
            ".",
            "...x ",
            "。",
            "！x",
            "…",
            "“",
            '"',
            "„Ab. ",
            "“好。”",
            "“好！”他走了，他走了",
            "(",
        ],
        *[
            "(Ab. ",
            "x) ",
            "(x.) ",
            "Ab. ",
            "U.S. ",
            "U.S. Xx",
            "at 5 p.m. X ",
            "am 5. X",
            "3.1. 4 ",
        ],
        *[
            "x… X ",
            "“x!” X ",
            "x. aB",
            "x. ab",
            ". -",
            ".  ",
            ".“ ",
            "x? “",
            "[1]",
            ".[1]",
            "是.",
            "—",
        ],
    ],
    ids=ascii,
)
def test_time_grows_with_length_alone_even_without_a_cap(lang, unit):
    text = (unit * 100_000)[:100_000]
    start = time.process_time()
    sentences = split_sentences(text, lang, len(text))
    assert time.process_time() - start < 2
    assert "".join("".join(sentences).split()) == "".join(text.split())


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("unit", ["x", "x. ", ".", "“"], ids=ascii)
def test_long_block_is_cut_in_a_moment_at_the_cap(lang, unit):
    start = time.process_time()
    split_sentences((unit * 100_000)[:100_000], lang, CAP)
    assert time.process_time() - start < 2


def test_word_of_any_length_after_an_abbreviation_takes_a_moment():
    start = time.process_time()
    for tail in ("x" * 100_000, "X" * 100_000, "x_" * 50_000, "$" * 100_000, "“" * 100_000):
        for head in ("U.S. ", "abcdef. ", "Wirklich? ", "am 5. ", "… "):
            for lang in ("en", "de", "zh"):
                split_sentences(head + tail, lang, 200_000)
    assert time.process_time() - start < 2


PARTS = [
    *[
        "Das ist gut",
        "A",
        "b",
        "Dr.",
        "3.",
        "z. B.",
        "Mr.",
        "1990",
        "e\u0301",
        "你好",
        "他说：",
        "😀",
    ],
    *[". ", "! ", "?", "...", "…", "。", "！", "？", "……", ";", ",", "，", "- ", "* ", "[1]"],
    *[
        "p.m. ",
        "U.S. ",
        "II. ",
        "iPhone",
        "a) ",
        "am 12. ",
        ".NET",
        "ⓐ",
        "ⅳ",
        ":)",
        "说。",
        "x.y",
        "-x",
    ],
    *["“", "”", "„", '"', "'", "»", "«", "「", "」", "(", ")", "（", "）"],
    *[" ", "\n", "\t", "\u00a0", "\u2028", "\x85", "\x1c", "\u200b", "\0", "\u3000"],
]
TEXTS = st.one_of(st.lists(st.sampled_from(PARTS), max_size=25).map("".join), st.text(max_size=60))


@pytest.mark.parametrize("lang", ["en", "de", "zh", "fr", "ja"])
def test_sentences_joined_are_the_block_white_space_aside(lang):
    @given(text=TEXTS, cap=st.sampled_from([5, 17, CAP]))
    @example(text="\n\n;", cap=5)
    @settings(max_examples=200, derandomize=True, deadline=None, database=None)
    def check(text, cap):
        sentences = split_sentences(text, lang, cap)
        assert "".join("".join(sentences).split()) == "".join(text.split())
        assert all(sentence and sentence == sentence.strip() for sentence in sentences)

    check()


@given(st.text(max_size=60))
@settings(max_examples=200, derandomize=True, deadline=None, database=None)
def test_normal_form_is_composed_and_single_spaced(text):
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.split() == unicodedata.normalize("NFC", text).split()


def test_two_ways_to_write_a_sentence_have_one_normal_form():
    assert normalise(" A\u0308pfel\u00a0und\n Birnen ") == normalise("Äpfel und Birnen")
    assert normalise("Äpfel und Birnen") == "Äpfel und Birnen"
