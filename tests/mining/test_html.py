"""Pages to blocks of text: prose kept, furniture dropped, one block for each thing a reader would
call a paragraph, and hostile markup answered at once.
"""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.html import clean, extract_blocks
from tests.builders import html

MAX_DEPTH = 2000
PROSE = "The ferry leaves at eight and reaches the island in the early afternoon."


def blocks(body, head=""):
    return extract_blocks(html(body, head), MAX_DEPTH)


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav><a href=/>Home</a> <a href=/a>About us</a></nav>",
        "<nav><ul><li><a href=/>Home</a></li><li><a href=/a>About us</a></li></ul></nav>",
        "<ul><li><a href=/>Home</a></li><li><a href=/a>About us</a></li></ul>",
        "<ul class=menu><li><a href=/>Home</a><li><a href=/a>About us</a></ul>",
        "<footer><p>© The Island Ferry Company</p></footer>",
        "<script>var home = 'Home';</script>",
        "<style>p { color: red }</style>",
        "<!-- Home -->",
        "<noscript>Switch on JavaScript.</noscript>",
        "<select><option>Home</option><option>Away</option></select>",
    ],
)
@pytest.mark.parametrize("place", ["before", "after"])
def test_furniture_is_dropped_and_prose_kept(furniture, place):
    main = f"<main><h1>Timetable</h1><p>{PROSE}</p></main>"
    body = furniture + main if place == "before" else main + furniture
    assert blocks(body) == ["Timetable", PROSE]


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Timetable</title>", "Timetable"),
        ("<meta charset=utf-8><TITLE lang=en>Timetable</TITLE>", "Timetable"),
        ("<title>\n  Time\n  table\t</title>", "Time table"),
        ("<title>Fish &amp; chips &#8211; 5&nbsp;&euro;</title>", "Fish & chips – 5 €"),
        ("<title>A\u0308pfel\u00ad\x01</title>", "Äpfel"),
        ("<title>渡船 时刻表</title>", "渡船时刻表"),
        ("<title>One</title><title>Two</title>", "One"),
    ],
)
def test_title_is_the_first_block(head, title):
    assert blocks(f"<p>{PROSE}</p>", head) == [title, PROSE]


@pytest.mark.parametrize(
    "head", ["", "<title></title>", "<title> \n&nbsp;</title>", "<title>\xad</title>"]
)
def test_no_title_is_no_block(head):
    assert blocks(f"<p>{PROSE}</p>", head) == [PROSE]


@pytest.mark.parametrize("body", ["", "<nav><a href=/>Home</a></nav>", "<img src=x>"])
def test_title_alone_is_no_text(body):
    assert blocks(body, "<title>Timetable</title>") == []


def test_title_that_the_page_says_again_is_said_once():
    body = f"<p>{PROSE}</p><h1>Time<i>table</i></h1>"
    assert blocks(body, "<title> Timetable\n</title>") == [PROSE, "Timetable"]


@pytest.mark.parametrize(
    "title",
    [
        "Timetable – Island Ferry",
        "Timetable | Island Ferry",
        "Timetable|Island Ferry",
        "Island Ferry » Timetable",
        "Timetable :: Travel :: Island Ferry",
        "Timetable - Island Ferry",
        "Timetable_Island Ferry",
    ],
)
def test_title_that_the_page_says_again_without_the_site_is_said_once(title):
    body = f"<h1>Timetable</h1><p>{PROSE}</p>"
    assert blocks(body, f"<title>{title}</title>") == ["Timetable", PROSE]


@pytest.mark.parametrize("title", ["Ferry-Timetable", "Timetable: summer", "Our Timetable", "Time"])
def test_title_that_says_more_than_the_heading_is_kept(title):
    body = f"<h1>Timetable</h1><p>{PROSE}</p>"
    assert blocks(body, f"<title>{title}</title>") == [title, "Timetable", PROSE]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>One.</p><p>Two.</p>", ["One.", "Two."]),
        ("<p>One.<p>Two.", ["One.", "Two."]),
        ("<h1>One</h1>Two.<div>Three.</div>", ["One", "Two.", "Three."]),
        ("<p>One.<br>Two.<br/>Three.</p>", ["One.", "Two.", "Three."]),
        (
            "<table><tr><th>Day</th><th>Time</th></tr><tr><td>Monday</td><td>8:00</td></tr></table>",
            ["Day", "Time", "Monday", "8:00"],
        ),
        ("<ol><li>One.</li><li>Two.</li></ol>", ["One.", "Two."]),
        ("<dl><dt>One</dt><dd>Two</dd></dl>", ["One", "Two"]),
        ("<blockquote><p>One.</p></blockquote>", ["One."]),
        (
            "<p>One <b>bold</b> <a href=x>link</a>, <i>then</i> more.</p>",
            ["One bold link, then more."],
        ),
        ("<p>One\n   line\t of text.</p>", ["One line of text."]),
        (
            "<p>Fish &amp; chips&nbsp;&ndash; 5&nbsp;&euro; &lt;now&gt;</p>",
            ["Fish & chips – 5 € <now>"],
        ),
        ("<p> </p><p>&nbsp;</p><p>One.</p>", ["One."]),
        ("<p>ab&shy;c&#8203;d\u00ade\ufefff\u200eg</p>", ["abcdefg"]),
        ("<p>a\0b\0</p>", ["ab"]),
        ("<p>a\x01b\x08\x0b\x0c\x1fc\r\nd</p>", ["a b c d"]),
        ("<p>\x02</p><p>\x1f\x1e</p><p>One.</p>", ["One."]),
        ("<p>A\u0308pfel, cafe\u0301, \uf900</p>", ["Äpfel, café, \u8c48"]),
        ("<p>\u1112\u1161\u11ab</p>", ["한"]),
        ("<p>a\ud800b</p>", ["a\ufffdb"]),
        ("", []),
    ],
)
def test_blocks_are_what_a_reader_sees_as_one_line_each(body, expected):
    assert blocks(body) == expected


def test_text_without_markup_is_one_block():
    assert extract_blocks("Just text.", MAX_DEPTH) == ["Just text."]


def test_nuls_in_tags_and_text_are_passed_over():
    assert extract_blocks("\0".join(html(f"<p>{PROSE}</p>")), MAX_DEPTH) == [PROSE]


@pytest.mark.parametrize(
    "items",
    [
        ["Apples are sold by the kilo.", "Pears come from our own trees."],
        ["Apples come from <a href=x>Ferrymoor</a> by boat.", "Pears are our own."],
        ["A <a href=x>list</a> about pears.", "And <a href=y>some</a> about plums."],
    ],
)
@pytest.mark.parametrize("tag", ["ul", "UL class=x"])
def test_list_of_prose_is_kept(items, tag):
    body = f"<{tag}>" + "".join(f"<li>{item}</li>" for item in items) + f"</{tag.split()[0]}>"
    plain = [item.replace("</a>", "").replace("<a href=x>", "") for item in items]
    plain = [item.replace("<a href=y>", "") for item in plain]
    assert blocks(f"<p>{PROSE}</p>{body}") == [PROSE, *plain]


def test_menu_inside_a_list_is_dropped_and_prose_beside_it_kept():
    menu = "<ul><li><a href=/a>Mainland</a></li><li><a href=/b>Islands</a></li></ul>"
    prose = "<ul><li>Dogs travel free of charge.</li><li>Bicycles cost extra.</li></ul>"
    assert blocks(menu + f"<p>{PROSE}</p>" + prose) == [
        PROSE,
        "Dogs travel free of charge.",
        "Bicycles cost extra.",
    ]


def test_figure_with_a_table_or_quotation_is_kept():
    quotation = f"<figure><blockquote>{PROSE}</blockquote></figure>"
    assert blocks(f"<p>One.</p>{quotation}") == ["One.", PROSE]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>他喜欢<a href=x>北京</a>。</p>", "他喜欢北京。"),
        ("<p>“<b>你好</b>”</p>", "“你好”"),
        ("<p>他<b>在</b>家。</p>", "他在家。"),
        ("<p>他喜欢\n<a href=x>北京</a>\n的秋天。</p>", "他喜欢北京的秋天。"),
        ("<p>第一行，\n    第二行。</p>", "第一行，第二行。"),
        ("<p>今日は\n良い天気</p>", "今日は良い天気"),
        ("<p>他用 Linux 和\nGPU 工作</p>", "他用 Linux 和 GPU 工作"),
        ("<p>共 3 人</p>", "共 3 人"),
    ],
)
def test_chinese_keeps_every_character_and_gains_no_space(body, expected):
    assert blocks(body) == [expected]


@given(
    st.text(alphabet=st.one_of(st.sampled_from(" \t\n\0\u00ad\u200b\u3000好。ab"), st.characters()))
)
@settings(max_examples=200, derandomize=True, deadline=None, database=None)
def test_cleaning_twice_is_cleaning_once(text):
    once = clean(text)
    assert clean(once) == once
    assert once == " ".join(once.split())
    assert once == unicodedata.normalize("NFC", once)
    assert not any(char < " " for char in once)


# Hostile markup


def test_nesting_up_to_the_limit_is_read_and_beyond_it_is_not():
    deep = "<div>" * 50 + PROSE + "</div>" * 50
    assert extract_blocks(deep, 50) == [PROSE]
    assert extract_blocks(deep, 49) is None


def test_siblings_are_no_nesting():
    assert len(extract_blocks("<div>One.</div>" * 300, 50)) == 300


@pytest.mark.parametrize(
    ("tag", "around"),
    [
        ("p", "{}"),
        ("li", "<ol>{}</ol>"),
        ("li class=x", "<ol>{}"),
        ("dd", "<dl>{}</dl>"),
        ("tr><td", "<table>{}</table>"),
        ("TR><TH", "<table>{}"),
        ("tbody><tr><td", "<table>{}</table>"),
    ],
)
def test_elements_that_need_no_end_tag_are_no_nesting(tag, around):
    many = "".join(f"<{tag}>Number {number}." for number in range(300))
    found = extract_blocks(around.format(many), 50)
    assert found == [f"Number {number}." for number in range(300)]


@pytest.mark.parametrize("tag", ["br", "img src=x", "hr", "input", "wbr", "br /", "BR/"])
def test_elements_without_content_are_no_nesting(tag):
    assert extract_blocks(f"<{tag}>" * 300 + f"<p>{PROSE}</p>", 50) == [PROSE]


@pytest.mark.parametrize(
    "text",
    [
        "<script>" + "if (a<b) b();" * 3000 + "</script>",
        "<SCRIPT type=x>" + "for (i=0;i<n;i++) a<b;\n" * 3000 + "</SCRIPT >",
        "<script>a<b</script>" * 3000,
        "<style>" + "p{}<div " * 3000 + "</style>",
        "<!--" + "<div>\n" * 3000 + "-->",
        "<p>" + "2 <3, 4 < 5. " * 3000 + "</p>",
    ],
    ids=lambda text: text[:16],
)
def test_what_only_looks_like_tags_is_no_nesting(text):
    found = extract_blocks(f"<p>{PROSE}</p>{text}<p>{PROSE}</p>", 50)
    assert found[0] == found[-1] == PROSE


def test_end_tags_without_a_start_neither_nest_nor_make_room():
    ends = "</div>" * 3000
    assert extract_blocks(f"<p>{PROSE}</p>{ends}<p>{PROSE}</p>", 50) == [PROSE, PROSE]
    assert extract_blocks(ends + "<div>" * 51 + PROSE, 50) is None
    assert extract_blocks("<div>" * 30 + ends + "<div>" * 51 + PROSE, 50) is None


@pytest.mark.parametrize(
    "tag",
    [
        *("div", "span", "b", "font color=red", "article", "DIV", "section"),
        # Elements that no one has heard of, and such as begin like one that doesn't nest.
        *(
            "foo",
            "my-element",
            "x1",
            "lix",
            "list",
            "headers",
            "optionx",
        ),
    ],
)
def test_deep_nesting_is_refused_at_once(tag):
    start = time.perf_counter()
    assert extract_blocks(f"<{tag}>" * 10_000 + PROSE, MAX_DEPTH) is None
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "body",
    [
        "<ul </ul " * 6_000,
        "<ul>" + "<li><a x>" * 5_000 + "</ul>",
        "<ul>" + "<a x>" * 5_000 + "</ul>",
        "<ul>" + "<" * 35_000 + "</ul>",
        "<ul>" * 1900 + "x" * 50_000,
        "<figure " * 20_000,
        "<figure>" * 20_000,
        "<figure><figure " * 5_000,
        "<" * 100_000,
        "<p" * 50_000,
        "<!--" * 30_000,
        "&" * 100_000,
        " " * 100_000,
        "<meta " * 20_000,
    ],
    ids=lambda body: body[:16],
)
def test_broken_markup_takes_no_more_than_linear_time(body):
    start = time.perf_counter()
    extract_blocks(html(f"<p>{PROSE}</p>{body}"), MAX_DEPTH)
    assert time.perf_counter() - start < 1


MARKUP = [
    *["<p>", "</p>", "<ul>", "<li>", "</ul>", "<a href=x>", "</a>", "<div>", "</div>", "<br>"],
    *["<table>", "<td>", "</table>", "<figure>", "</figure>", "<img>", "<script>", "</script>"],
    *["<!--", "-->", "<svg>", "<template>", "<select>", "<textarea>", "<frameset>", "<plaintext>"],
    *["<body>", "<html>", "<", ">", "&", "&#0;", "&#xD800;", "&nbsp;", "]]>", "<![CDATA["],
]


@given(st.lists(st.one_of(st.sampled_from(MARKUP), st.text(max_size=8)), max_size=30))
@settings(max_examples=200, derandomize=True, deadline=None, database=None)
def test_any_markup_gives_clean_blocks(parts):
    for block in extract_blocks("".join(parts), MAX_DEPTH):
        assert block
        assert block == clean(block)
        block.encode()
