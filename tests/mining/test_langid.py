"""Which language and which script: plain cases in the languages mined, the mixed ones that mislead,
and what happens where the detectors do not agree.
"""

import pytest

from mining.errors import InputError
from mining.hanscript import chinese_scripts
from mining.langid import check_language, identify, languages, scripts

MIN_PROB = 0.5
ENGLISH = "The weather is lovely today and we are going for a walk in the park."
GERMAN = "Das Wetter ist heute schön und wir machen einen Spaziergang im Park."
CHINESE = "今天天气很好，我们去公园散步。"
JAPANESE = "今日は天気がいいので、公園を散歩します。"
FRENCH = "Il fait beau aujourd'hui et nous allons nous promener dans le parc."


def language_of(text, min_prob=MIN_PROB):
    (lang,), _ = identify([text], min_prob)
    return lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        (CHINESE, "zh"),
        (JAPANESE, "ja"),
        (FRENCH, "fr"),
        ("我們這裡的天氣很好，孩子們都在公園裡玩。", "zh"),
        ("오늘은 날씨가 좋아서 공원에서 산책을 합니다.", "ko"),
        ("Сегодня хорошая погода, и мы идём гулять в парк.", "ru"),
        ("你好，世界", "zh"),
    ],
)
def test_plain_text_is_told_apart(text, lang):
    assert language_of(text) == lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Last summer we visited 北京 and 上海 with our friends from school.", "en"),
        ("Im Sommer haben wir mit unseren Freunden 北京 (Peking) besucht.", "de"),
        ("这款 iPhone 手机的电池很耐用，屏幕也很清楚。", "zh"),
        ("新しい iPhone は電池が長持ちします。", "ja"),
    ],
)
def test_a_name_in_another_script_does_not_decide(text, lang):
    assert language_of(text) == lang


@pytest.mark.parametrize("text", ["", " ", "12:30", "4711 – 0815", "xq zzk", "?!"])
def test_text_that_says_nothing_has_no_language(text):
    assert language_of(text) == ""


def test_below_the_least_probability_there_is_no_language():
    assert language_of(ENGLISH, 0.5) == "en"
    assert language_of(ENGLISH, 1.01) == ""


def test_where_the_detectors_do_not_agree_there_is_no_language():
    # German to fastText with probabilities of .84 and .94.
    assert [language_of(text) for text in ("Nr. 5", "Die hard")] == ["", ""]


def test_texts_are_judged_one_by_one_and_in_order():
    texts = [ENGLISH, CHINESE, "", GERMAN, "12:30", JAPANESE]
    langs, probs = identify(texts, MIN_PROB)
    assert langs == ["en", "zh", "", "de", "", "ja"]
    singles = [identify([text], MIN_PROB) for text in texts]
    assert (langs, probs) == ([lang for (lang,), _ in singles], [prob for _, (prob,) in singles])
    assert all(0 <= prob <= 1 for prob in probs)


def test_no_texts_have_no_languages():
    assert identify([], MIN_PROB) == ([], [])


@pytest.mark.parametrize(("text", "prob"), [(CHINESE, 0.99), ("漢字", 0.37), ("第3章", 0.12)])
def test_probability_is_that_of_the_language_given(text, prob):
    # fastText holds the two short ones for Japanese, with what is left to 1.
    langs, probs = identify([text], MIN_PROB)
    assert langs == ["zh"]
    assert probs == pytest.approx([prob], abs=0.01)


@pytest.mark.parametrize("lang", ["en", "de", "zh", "fr", "ja"])
def test_known_language_is_accepted(lang):
    check_language(lang)
    assert lang in languages()


@pytest.mark.parametrize("lang", ["xx", "", "EN", "deu", "german", "zh-Hans", "__label__de"])
def test_unknown_language_is_an_input_error_that_names_it(lang):
    with pytest.raises(InputError, match=f"unknown language '{lang}'"):
        check_language(lang)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("我们这里说汉语", "Hans"),
        ("我們這裡說漢語", "Hant"),
        ("你好", "Hani"),
        ("皇后", "Hani"),
        ("", "Hani"),
        ("hello", "Hani"),
        ("这裡", "Hani"),
        ("这里的书，繁體", "Hans"),
        ("這裡的書，简", "Hant"),
    ],
)
def test_chinese_script_is_that_of_most_telling_characters(text, script):
    assert chinese_scripts([text]).tolist() == [script]
    assert scripts([text], "zh").tolist() == [script]


@pytest.mark.parametrize(
    ("text", "lang", "script"),
    [
        (ENGLISH, "en", "Latn"),
        (GERMAN, "de", "Latn"),
        (JAPANESE, "ja", "Jpan"),
        ("Привет", "ru", "Cyrl"),
        ("Καλημέρα", "el", "Grek"),
        ("안녕하세요", "ko", "Kore"),
        ("صباح الخير", "ar", "Arab"),
    ],
)
def test_script_of_other_languages_is_that_of_their_letters(text, lang, script):
    assert scripts([text], lang).tolist() == [script]


def test_scripts_are_told_text_by_text_and_in_order():
    texts = ["Привет", "", "hello", "Ünï", "Καλημέρα", "Hi Привет"]
    assert scripts(texts, "ru").tolist() == ["Cyrl", "Latn", "Latn", "Latn", "Grek", "Cyrl"]
    assert scripts(["说", "", "說", "我"], "zh").tolist() == ["Hans", "Hani", "Hant", "Hani"]
    assert scripts([], "de").tolist() == scripts([], "zh").tolist() == []
