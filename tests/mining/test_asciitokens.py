"""Tokens in Latin letters that a translation repeats."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import asciitokens

few = settings(derandomize=True, max_examples=60, deadline=None, database=None)


@pytest.mark.parametrize(
    ("src", "tgt", "lang"),
    [
        ("Use --verbose to see more.", "Mit --quiet sehen Sie mehr.", "de"),
        ("Set it to KOI8-R first.", "Zuerst auf KOI8-U stellen.", "de"),
        ("Edit /etc/hosts by hand.", "Bearbeiten Sie /etc/passwd von Hand.", "de"),
        ("Write to a@example.org today.", "Schreiben Sie heute an b@example.org.", "de"),
        ("The max_rows value is read.", "Der Wert von min_rows wird gelesen.", "de"),
        ("Start GnuCash again.", "Starten Sie OpenShot noch einmal.", "de"),
        ("Open notes.txt in it.", "Darin die Datei readme.txt öffnen.", "de"),
        ("You need the Spyder package.", "你需要 Asus 软件包。", "zh"),
        ("Use --verbose to see more.", "用 --quiet 可以看到更多。", "zh"),
    ],
)
def test_another_token_in_its_place_disagrees(src, tgt, lang):
    assert asciitokens.agreement(src, tgt, lang) < 1


@pytest.mark.parametrize(
    ("src", "tgt", "lang"),
    [
        ("Use --verbose to see more.", "Mit »--verbose« sehen Sie mehr.", "de"),
        ("an IPv6 address", "eine IPv6-Adresse", "de"),
        ("file name or number", "Dateiname oder -nummer", "de"),
        ("ban and exempt lists", "ban-/exempt-Listen", "de"),
        ("e.g. at 8 p.m.", "z.B. um 20 Uhr", "de"),
        ("Number1 and Number2 are added.", "Zahl1 und Zahl2 werden addiert.", "de"),
        ("SUM(StartDate; Text)", "SUMME(AnfangsDatum; Text)", "de"),
        ("Start GnuCash again.", "Starten Sie das Programm noch einmal.", "de"),
        ("Use the Python shell.", "请使用 Python 解释器（interpreter）。", "zh"),
        ("Support for regular expressions", "支持正则表达式 (PCRE)", "zh"),
        ("The cat sleeps.", "Die Katze schläft.", "de"),
    ],
)
def test_a_token_said_in_another_way_is_no_disagreement(src, tgt, lang):
    assert asciitokens.agreement(src, tgt, lang) == 1


def test_a_clearly_longer_side_may_have_tokens_of_its_own():
    pair = "It ends.", "Es endet, wenn --all gegeben ist.", "de"
    assert asciitokens.agreement(*pair) == 0
    assert asciitokens.agreement(*pair, longer="tgt") == 1
    assert asciitokens.agreement(*pair, longer="src") == 0


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["de", "zh"]))
@few
def test_agreement_is_a_share(src, tgt, lang):
    assert 0 <= asciitokens.agreement(src, tgt, lang) <= 1


@given(st.text(alphabet="aB1_-./@:= é", max_size=40))
@few
def test_a_text_agrees_with_itself(text):
    assert asciitokens.agreement(text, text, "de") == 1
