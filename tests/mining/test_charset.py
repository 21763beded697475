"""Bytes to text: valid UTF-8 before any label, labels in the order of how much they prove, and no
label that raises or that no browser knows. Python's own codecs say what the text should be.
"""

import codecs
import encodings.aliases
import pkgutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.charset import decode
from tests.builders import html

GERMAN = (
    "Die größten Äpfel wachsen auf der Südseite; für Kuchen nimmt man die kleinen „Säuerlinge“."
)
ENGLISH = "The café’s “crème brûlée” costs £4 – or €5."
SIMPLIFIED = "今天天气很好，我们去公园散步。那里的花都开了，孩子们非常高兴。"
TRADITIONAL = "今天天氣很好，我們去公園散步。那裡的花都開了，孩子們非常高興。"
JAPANESE = "今日は天気がいいので、公園を散歩します。花がたくさん咲いています。"
CODECS = sorted(
    {*encodings.aliases.aliases, *(name for _, name, _ in pkgutil.iter_modules(encodings.__path__))}
)

fixed = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def page(text, meta=""):
    return html(f"<p>{text}</p>", f'<meta charset="{meta}">' if meta else "")


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "cp1252", "windows-1252"),
        (GERMAN, "cp1252", "ISO-8859-1"),
        (ENGLISH, "cp1252", "latin1"),
        (ENGLISH, "cp1252", "us-ascii"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gb2312", "gb2312"),
        (SIMPLIFIED, "gbk", "GBK"),
        (SIMPLIFIED + "㐀𠀀", "gb18030", "gb2312"),
        (TRADITIONAL, "big5", "Big5"),
        (TRADITIONAL + "嘅咗", "big5hkscs", "big5"),
        (JAPANESE + "①", "cp932", "Shift_JIS"),
        (JAPANESE, "euc_jp", "euc-jp"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        ("안녕하세요, 반갑습니다.", "cp949", "euc-kr"),
        ("Сегодня хорошая погода.", "cp1251", "windows-1251"),
    ],
    ids=lambda value: value if value.isascii() else "text",
)
@pytest.mark.parametrize("place", ["header", "meta", "quoted header"])
def test_label_names_the_encoding_as_browsers_mean_it(text, codec, label, place):
    text = page(text, label if place == "meta" else "")
    header = {"header": label, "meta": "", "quoted header": f' "{label}"; '}[place]
    assert decode(text.encode(codec), header)[0] == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_byte_order_mark_is_read_by_the_header(codec):
    text = page(SIMPLIFIED)
    assert decode(text.encode(codec), codec) == (text, codec)


@pytest.mark.parametrize(
    ("bom", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
@pytest.mark.parametrize("label", ["", "utf-8", "iso-8859-1", "gbk"])
def test_byte_order_mark_beats_labels_and_is_no_text(bom, codec, label):
    text = page(GERMAN + SIMPLIFIED)
    assert decode(bom + text.encode(codec), label) == (text, codec)


@given(text=st.text(max_size=80), label=st.sampled_from(["", "iso-8859-1", "gbk", "x-unknown"]))
@fixed
def test_utf_8_is_read_as_utf_8_whatever_the_label(text, label):
    text = text.lstrip("\ufeff")
    assert decode(text.encode(), label) == (text, "utf-8")


@given(text=st.text(max_size=40), cut=st.integers(1, 3))
@fixed
def test_utf_8_cut_in_a_character_loses_only_that_character(text, cut):
    body = text.lstrip("\ufeff").encode()[:-cut]
    if not body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        assert decode(body, "gbk") == (body.decode("utf-8", "ignore"), "utf-8")


@pytest.mark.parametrize(
    ("text", "codec", "label", "meta"),
    [
        (SIMPLIFIED, "gb18030", "iso-8859-1", "gb2312"),
        (SIMPLIFIED, "gb18030", "utf-8", "gb2312"),
        (SIMPLIFIED, "gb18030", "x-unknown", "gbk"),
        (TRADITIONAL, "big5", "iso-8859-1", "big5"),
        (GERMAN, "cp1252", "utf-8", ""),
        (GERMAN, "cp1252", "x-unknown", ""),
        (GERMAN, "cp1252", "big5", "iso-8859-1"),
        (GERMAN, "utf-8", "iso-8859-1", "iso-8859-1"),
        (SIMPLIFIED * 3, "gb18030", "utf-8", ""),
        (TRADITIONAL * 3, "big5", "iso-8859-1", ""),
    ],
    ids=lambda value: value if value.isascii() else "text",
)
def test_wrong_label_gives_way_to_what_fits(text, codec, label, meta):
    text = page(text, meta)
    assert decode(text.encode(codec), label)[0] == text


@pytest.mark.parametrize(
    "text",
    ["Wenn Ihr Kind aufhören will", "Die „Petrel“ bringt Brot.", GERMAN],
    ids=["one letter", "quotes", "long"],
)
def test_unlabelled_page_that_is_not_utf_8_is_not_read_as_utf_8(text):
    text = page(text)
    assert decode(text.encode("cp1252")) == (text, "cp1252")


@pytest.mark.parametrize(
    "text",
    ["Gästebuch", "Verwandte Einträge aus der Sammlung", GERMAN * 5, SIMPLIFIED],
    ids=["word", "heading", "long German", "Chinese"],
)
@pytest.mark.parametrize("label", ["utf-8", "UTF8", "iso-8859-1"])
def test_one_stray_byte_does_not_undo_a_page_in_utf_8(text, label):
    before, after = page(text + "|", "utf-8").split("|")
    body = before.encode() + b"\xff" + after.encode()
    assert decode(body, label) == (f"{before}\ufffd{after}", "utf-8")


def test_byte_that_a_labelled_encoding_lacks_becomes_the_replacement_character():
    body = page("喜欢|").encode("gb18030").replace(b"|", b"\xff")
    assert decode(body, "gb2312") == (page("喜欢\ufffd"), "gb18030")


@pytest.mark.parametrize(
    "label",
    [
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "rot13",
        "base64",
        "hex",
        "zlib",
        "mbcs",
        "none",
        "a\0b",
        "x" * 500,
        "ütf-8",
    ],
    ids=lambda label: ascii(label)[1:20],
)
@pytest.mark.parametrize("place", ["header", "meta"])
def test_label_that_is_no_encoding_of_the_web_counts_as_none(label, place):
    text = page(r"C:\new\u00e4 +AGE- " + GERMAN, label if place == "meta" else "")
    body = text.encode("cp1252")
    assert decode(body, label if place == "header" else "") == (text, "cp1252")


@pytest.mark.parametrize("body", [b"plain", b"\xff\xfea\0", b"\x80\x81 \xe4\xff\n", b"\xe4-\x1b$"])
def test_no_name_of_a_codec_makes_it_raise(body):
    failed = []
    for label in CODECS:
        try:
            text, _ = decode(body, label)
            text.encode()
        except Exception as error:
            failed.append((label, repr(error)))
    assert not failed


@given(
    body=st.one_of(
        st.binary(max_size=60),
        st.builds(
            lambda label, rest: b"<meta charset=" + label.encode() + b">" + rest,
            st.sampled_from(CODECS),
            st.binary(max_size=30),
        ),
    ),
    label=st.one_of(st.text(max_size=10), st.sampled_from(CODECS)),
)
@fixed
def test_nothing_makes_it_raise(body, label):
    text, name = decode(body, label)
    assert isinstance(text, str)
    assert codecs.lookup(name)


def test_empty_page_is_empty_text():
    assert decode(b"") == ("", "utf-8")
