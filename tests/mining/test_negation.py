"""Whether one of two sentences says no where the other does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import negation

few = settings(derandomize=True, max_examples=60, deadline=None, database=None)


@pytest.mark.parametrize(
    ("src", "tgt", "lang", "expected"),
    [
        ("The shop is open.", "Der Laden ist nicht geöffnet.", "de", 0),
        ("The shop is not open.", "Der Laden ist geöffnet.", "de", 0),
        ("The shop is not open.", "Der Laden ist nicht geöffnet.", "de", 1),
        ("It is impossible.", "Das ist nicht möglich.", "de", 1),
        ("Delete without asking.", "Löschen, nicht nachfragen.", "de", 1),
        ("Use --no-wait here.", "Hier --no-wait angeben.", "de", 1),
        ("We won't open until nine.", "Wir öffnen erst um neun.", "de", 1),
        ("You can smoke here.", "这里不能抽烟。", "zh", 0),
        ("You cannot smoke here.", "这里可以抽烟。", "zh", 0),
        ("This program supports it.", "此程序不支持它。", "zh", 0),
        ("She is always here.", "她不断地来这里。", "zh", 1),
        ("Sorry to be late.", "对不起，我来晚了。", "zh", 1),
        ("Is it open or is it closed?", "是不是开着？", "zh", 1),
        ("Il n'est pas là.", "Er ist nicht da.", "de", 0),
        # Not all that looks like a negation is one,
        ("He sang louder than ever.", "So laut hat er noch nie gesungen.", "de", 1),
        ("Never before was bread so dear.", "Brot ist teurer als je.", "de", 1),
        ("That is all we know.", "Mehr ist nicht bekannt.", "de", 1),
        ("We waited to no avail.", "Wir haben vergeblich gewartet.", "de", 1),
        ("The letter came in vain.", "Der Brief hat nichts genützt.", "de", 1),
        ("They played and sang.", "Sie haben nicht nur gespielt, sondern auch gesungen.", "de", 1),
        ("Answer “yes” or “no” in ink.", "Die Antwort mit Tinte schreiben.", "de", 1),
        ("He had to leave.", "他不得不离开。", "zh", 1),
        ("Quite a few neighbours came.", "不少邻居来了。", "zh", 1),
        ("He hated to spend the money.", "他舍不得花钱。", "zh", 1),
        # and a word may say no by itself,
        ("They refused to pay.", "Sie haben nicht bezahlt.", "de", 1),
        ("The band declined.", "Die Kapelle wollte nicht.", "de", 1),
        ("The engine did not start.", "Der Motor hat versagt.", "de", 1),
        ("The singer did not come.", "Der Sänger ist ferngeblieben.", "de", 1),
        ("It failed to start.", "它没有启动。", "zh", 1),
        ("Smoking is not allowed.", "禁止吸烟。", "zh", 1),
        # but not every syllable of one does.
        ("We do not like this cat.", "我们喜欢这只猫。", "zh", 0),
        ("He is not happy today.", "他今天特别高兴。", "zh", 0),
        ("The museum is not new.", "Das Museum der Universität ist neu.", "de", 0),
        ("Nobody saw the island.", "大家都看到了非洲的岛。", "zh", 0),
        ("We hardly noticed the rain.", "Wir haben den Regen deutlich bemerkt.", "de", 0),
        ("We hardly noticed the rain.", "Vom Regen merkten wir wenig.", "de", 1),
    ],
)
def test_a_negation_on_one_side_alone_disagrees(src, tgt, lang, expected):
    assert negation.agreement(src, "en", tgt, lang) == expected


def test_a_language_that_is_not_known_agrees():
    assert negation.agreement("It is not so.", "en", "C'est ainsi.", "fr") == 1


def test_a_clearly_longer_side_may_negate_what_it_adds():
    pair = "It is open.", "en", "Es ist offen. Am Sonntag ist es das nicht.", "de"
    assert negation.agreement(*pair) == 0
    assert negation.agreement(*pair, longer="tgt") == 1
    assert negation.agreement(*pair, longer="src") == 0


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["de", "zh", "fr"]))
@few
def test_any_texts_agree_or_not(src, tgt, lang):
    assert negation.agreement(src, "en", tgt, lang) in (0.0, 1.0)
