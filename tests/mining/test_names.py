"""Names in the place of other names, and translated ones that are no such thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import names, sounds

few = settings(derandomize=True, max_examples=60, deadline=None, database=None)


@pytest.mark.parametrize(
    ("src", "tgt"),
    [
        ("I saw Mr Albright at the bank.", "Ich habe Herrn Sommerfeld in der Bank gesehen."),
        ("The boats are built in Tollesbury.", "Die Boote werden in Warnemünde gebaut."),
        (
            "We asked Winifred Oddie for the key.",
            "Wir haben Leonore Kress nach dem Schlüssel gefragt.",
        ),
    ],
)
def test_another_name_in_its_place_disagrees_in_german(src, tgt):
    assert names.agreement(src, tgt, "de") == 0


@pytest.mark.parametrize(
    ("src", "tgt"),
    [
        ("I saw Mr Albright at the bank.", "Ich habe Herrn Albright in der Bank gesehen."),
        ("She moved to Munich in May.", "Im Mai ist sie nach München gezogen."),
        ("He studied in Cologne and Vienna.", "Er hat in Köln und Wien studiert."),
        ("They drove to Germany by bus.", "Sie sind mit dem Bus nach Deutschland gefahren."),
        ("The Albright hut is closed.", "Die Albrighthütte ist geschlossen."),
        ("It was made of wood, said Albright.", "Es war aus Holz, sagte Albright."),
        ("Then the dog came in.", "Dann kam Hasso herein."),
        ("Meet Albright at noon.", "Treffen um zwölf."),
    ],
)
def test_translated_spelled_otherwise_or_left_out_is_no_disagreement_in_german(src, tgt):
    assert names.agreement(src, tgt, "de") == 1


@pytest.mark.parametrize(
    "tgt",
    [
        "Das Boot von Leonore Oddie liegt im Hafen.",
        "Das Boot von Winifred Oddenrath liegt im Hafen.",
    ],
)
def test_a_part_of_a_full_name_changed_disagrees_in_german(tgt):
    assert names.agreement("The boat of Winifred Oddie is in port.", tgt, "de") == 0


@pytest.mark.parametrize(
    ("src", "tgt"),
    [
        ("The boat of Sergei Oddie left.", "Das Boot von Sergej Oddie ist weg."),
        ("The boat of Winifred Oddie's left.", "Winifred Oddies Boot ist weg."),
        ("We asked Judge Oddie.", "Wir haben Richterin Oddie gefragt."),
        ("Then Admiral Winifred Oddie left.", "Dann ging Konteradmiralin Winifred Oddie."),
        ("Ask Oddie about it.", "Fragen Sie Bürgermeister Oddie danach."),
        ("We walked down Oddie Street.", "Wir gingen die Oddie Straße hinunter."),
    ],
)
def test_a_role_or_another_spelling_beside_a_name_does_not(src, tgt):
    assert names.agreement(src, tgt, "de") == 1


@pytest.mark.parametrize(
    ("src", "tgt", "expected"),
    [
        ("I met Mr Gregson at the station.", "我在车站遇见了格雷格森先生。", 1),
        ("I met Mr Gregson at the station.", "我在车站遇见了阿尔布莱特先生。", 0),
        ("I met Peter Gregson there.", "我在那里遇见了彼得·格雷格森。", 1),
        ("I met Peter Gregson there.", "我在那里遇见了罗莎·阿尔布莱特。", 0),
        # One part of a full name is another, after a title and whatever stands around it.
        ("Yesterday we met Mrs Rosa Gregson there.", "我在那里遇见了罗莎·阿尔布莱特夫人。", 0),
        ("I met Rosa Albright there.", "我在那里遇见了汉娜·阿尔布莱特。", 0),
        ("Yesterday we met Mrs Rosa Albright there.", "我在那里遇见了罗莎·阿尔布莱特夫人。", 1),
        # One of two names is another.
        ("Gregson wrote to Rosa Albright.", "马蒂尔德写信给罗莎·阿尔布莱特。", 1),
        ("Then Gregson met Marlowe there.", "格雷格森在那里遇见了伊丽莎贝塔。", 0),
        # A name that is not spelled in the usual characters is heard all the same.
        ("The boat left Bodmin at noon.", "船中午离开伯德明，驶向布里斯托尔。", 1),
        ("The Peterson-Gregson cup is ours.", "彼得森-格雷格森杯是我们的。", 1),
        # Nobody is named in characters for sounds.
        ("I met Mr Gregson at the station.", "我在车站遇见了老师。", 1),
        ("They come from Germany.", "他们是从德国来的。", 1),
        ("The machine runs Debian.", "这台机器运行 Debian，而不是阿尔法系统。", 1),
    ],
)
def test_chinese_names_are_compared_by_sound(src, tgt, expected):
    assert names.agreement(src, tgt, "zh") == expected


def test_a_word_that_is_also_written_small_is_no_name():
    src, tgt = "Look at the Overview of it.", "Das steht bei Übersicht."
    plain = names.Lexicon()
    learned = names.learn(["An overview follows."], ["Es folgt ein Überblick."])
    assert names.english_names(src, plain.english) == [["Overview"]]
    assert names.english_names(src, learned.english) == []
    assert names.agreement(src, tgt, "de", learned) == 1
    dialog = "Press OK in the Print dialog.", "Im Dialog Drucken auf OK klicken.", "de"
    assert names.agreement(*dialog, names.learn(["They print it."], [""])) == 1


def test_a_word_that_translations_repeat_must_recur():
    pairs = [("Start Inkwell now.", "Jetzt Inkwell starten.")] * 3
    lexicon = names.learn(*zip(*pairs, strict=True))
    assert "Inkwell" in lexicon.recurring
    src = "You can open it with Paperclip too."
    assert names.agreement(src, "Inkwell kann es auch öffnen.", "de", lexicon) == 0
    assert names.agreement(src, "Inkwell kann es auch öffnen.", "de") == 1
    assert names.agreement(src, "Paperclip kann es auch öffnen.", "de", lexicon) == 1


def test_a_german_noun_that_takes_an_article_is_no_name():
    lexicon = names.learn(["x"], ["Die Kiste ist leer."])
    assert names.german_names("Es liegt in Kiste vier.", lexicon) == []
    assert names.german_names("Es liegt in Kiste vier.", names.Lexicon()) == [["Kiste"]]


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["de", "zh", "fr", "ru"]))
@few
def test_any_texts_agree_or_not(src, tgt, lang):
    assert names.agreement(src, tgt, lang) in (0.0, 1.0)


@given(st.text(alphabet="ABCDEFabcdefgh ,.ÄÖÜäöü", max_size=60))
@few
def test_a_text_agrees_with_itself(text):
    assert names.agreement(text, text, "de") == 1


@given(st.text(max_size=20), st.text(alphabet="彼得格雷森先生在", max_size=20))
@few
def test_similarity_of_sounds_is_a_share_and_of_no_sound_nothing(name, chinese):
    sound = sounds.of_chinese(chinese)
    assert 0 <= sounds.similarity(sounds.of_latin(name), sound) <= 1
    assert 0 <= sounds.best_in(sounds.of_latin(name), chinese) <= 1
    assert sounds.similarity("", sound) == 0
    assert sounds.similarity(sound, sound) == bool(sound)
