"""Counts of characters by class: regular expressions and the methods of str are the oracles, over
any code point, lone surrogates and those beyond the Basic Multilingual Plane among them.
"""

import re
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.characters import HAN, KANA_OR_HANGUL, LETTER, count

ALL = (HAN, KANA_OR_HANGUL, LETTER)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_OTHER = re.compile("[\u3040-\u30ff\uac00-\ud7af]")

fixed = settings(max_examples=150, derandomize=True, deadline=None, database=None)
# First and last of each range and their neighbours.
EDGES = "".join(
    chr(edge + by)
    for edge in (0x3040, 0x30FF, 0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xAC00, 0xD7AF, 0xF900, 0xFAFF)
    for by in (-1, 0, 1)
)
CHARACTERS = st.one_of(
    st.sampled_from(EDGES + "aZß09_ \n²½Ⅷ٣'\0"),
    st.integers(0, sys.maxunicode).map(chr),
    st.integers(0xD800, 0xDFFF).map(chr),
    st.integers(0x10000, 0x10400).map(chr),
)
TEXTS = st.lists(st.text(CHARACTERS, max_size=12), max_size=8)


def is_letter(char):
    return char.isalnum() and not char.isdecimal()


@given(TEXTS)
@fixed
def test_counts_are_those_of_looking_at_each_character(texts):
    expected = [
        [len(_HAN.findall(text)) for text in texts],
        [len(_OTHER.findall(text)) for text in texts],
        [sum(map(is_letter, text)) for text in texts],
    ]
    found = count(texts, ALL)
    assert found.dtype == np.int64
    assert found.tolist() == expected


def test_every_code_point_is_in_the_classes_that_str_and_ranges_say():
    every = list(map(chr, range(sys.maxunicode + 1)))
    han, other, letter = count(every, ALL)
    assert {every[at] for at in np.flatnonzero(han)} == set(_HAN.findall("".join(every)))
    assert {every[at] for at in np.flatnonzero(other)} == set(_OTHER.findall("".join(every)))
    assert {every[at] for at in np.flatnonzero(letter)} == set(filter(is_letter, every))
    assert max(found.max() for found in (han, other, letter)) == 1


@given(texts=st.lists(st.text(max_size=9), max_size=5), table=st.binary(min_size=8, max_size=8))
@settings(fixed, max_examples=20)
def test_classes_of_a_table_of_ones_own_are_counted_by_its_bits(texts, table):
    # Eight classes in turn, over the whole range of code points.
    bits = np.frombuffer(table, np.uint8)
    whole = np.resize(bits, sys.maxunicode + 1)
    classes = (1, 2, 128, 3)
    expected = [
        [sum(bool(table[ord(char) % 8] & bit) for char in text) for text in texts]
        for bit in classes
    ]
    assert count(texts, classes, whole).tolist() == expected


@pytest.mark.parametrize("texts", [[], [""], ["", "", ""]])
def test_no_characters_are_counted_where_there_are_none(texts):
    found = count(texts, ALL)
    assert found.shape == (3, len(texts))
    assert not found.any()


def test_a_text_does_not_count_for_its_neighbours():
    texts = ["中文", "", "a1_", "カナ한", "", "𐀀𠀀\ud800中"]
    assert count(texts, ALL).T.tolist() == [
        [2, 0, 2],
        [0, 0, 0],
        [0, 0, 1],
        [0, 3, 3],
        [0, 0, 0],
        [1, 0, 3],
    ]


def test_classes_come_in_the_order_asked_for():
    assert count(["中a"], (LETTER, HAN)).tolist() == [[2], [1]]
    assert count(["中a"], ()).shape == (0, 1)
