"""Gold of real pages: only what surely corresponds, cut only where there is no doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.align import gold_pairs, is_untranslated, pair_blocks
from samples.blocks import Block, read_page
from samples.cutting import cut


def texts(source):
    return [value.text for kind, value in read_page(source) if kind == "block"]


def prose(source):
    return [v.text for kind, v in read_page(source) if kind == "block" and v.is_prose]


def paired(ours, theirs):
    return [(a.text, b.text) for a, b in pair_blocks(read_page(ours), read_page(theirs))]


def block(text, code="", **more):
    """A block whose mask hides each occurrence of ``code``."""
    return Block(text, text.replace(code, "x" * len(code)) if code else text, ("p",), **more)


def gold(text, other, lang="de"):
    counts = []
    rows, unsure = gold_pairs([(block(text), block(other))], lang, counts.append)
    return rows, unsure, counts


def test_block_is_what_stands_on_lines_of_its_own():
    page = "<body><p>One <b>two</b>\n three<br>four</p><div>five<pre>x = 1</pre>six</div></body>"
    assert texts(page) == ["One two three", "four", "five", "x = 1", "six"]
    assert prose(page) == ["One two three", "four", "five", "six"]


def test_empty_anchor_of_xhtml_is_no_open_link():
    (found,) = [v for kind, v in read_page('<p><a id="here"/>Some words.</p>') if kind == "block"]
    assert (found.text, found.linked) == ("Some words.", 0)


def test_frame_scripts_and_what_is_hidden_are_not_seen():
    page = """<header>Brand</header><div class="navheader">Next</div><div class="toc">1. One</div>
    <script>let x = 1</script><p>Press <span hidden="true">Command</span>+C now.</p>"""
    (found,) = [value for kind, value in read_page(page) if kind == "block"]
    assert found.text == "Press +C now." and found.gaps


def test_line_break_in_the_source_is_no_space_between_chinese_characters():
    assert texts("<p>软件\n  包 <code>apt</code>\n很好</p>") == ["软件包 apt 很好"]


def test_code_links_and_numbers_alone_are_no_prose():
    page = "<p><code>apt update</code></p><p><a href=x>Read more</a></p><p>12.3</p><p>Prose.</p>"
    assert prose(page) == ["Prose."]


def test_mask_covers_inline_code_only():
    ((_, found),) = read_page("<p>Run <code>apt</code> twice.</p>")
    assert found.mask == "Run xxx twice."


SECTION = '<h2><a id="{0}"></a>{1}</h2>{2}'


def test_section_with_the_same_elements_pairs_up_and_one_that_differs_does_not():
    ours = SECTION.format("a", "First", "<p>One.</p><p>Two.</p>")
    ours += SECTION.format("b", "Second", "<ul><li>Three.</li></ul>")
    theirs = SECTION.format("a", "Erstens", "<p>Eins. Zwei.</p>")
    theirs += SECTION.format("b", "Zweitens", "<ul><li>Drei.</li></ul>")
    assert paired(ours, theirs) == [("Second", "Zweitens"), ("Three.", "Drei.")]


def test_paragraph_that_one_page_lacks_unsettles_only_what_stands_beside_it():
    ours = '<p id="p1">One.</p><p id="p2">Two.</p><p id="p3">Three.</p>'
    theirs = '<p id="p1">Eins.</p><p id="p3">Drei.</p>'
    assert paired(ours, theirs) == [("Three.", "Drei.")]


def test_numbered_and_repeated_ids_are_no_anchors():
    ours = '<p id="idm1">One.</p><p id="x">Two.</p><p id="x">Three.</p>'
    theirs = '<p id="idm7">Eins.</p><p id="x">Zwei.</p><p id="x">Drei.</p>'
    assert len(paired(ours, theirs)) == 3
    assert paired(ours, theirs.replace('<p id="idm7">Eins.</p>', "")) == []


@pytest.mark.parametrize(
    ("lang", "text", "sentences"),
    [
        ("en", "Nothing ends here", ["Nothing ends here"]),
        ("en", "It works. Try it!", ["It works.", "Try it!"]),
        ("en", "See file.txt (a list). Then go.", ["See file.txt (a list).", "Then go."]),
        ("en", "Version 1.2 works.", ["Version 1.2 works."]),
        ("de", "Warum? Weil „das so“ ist.", ["Warum?", "Weil „das so“ ist."]),
        ("zh", "软件很好。请试试！", ["软件很好。", "请试试！"]),
        ("zh", "用 apt.conf 文件。好", ["用 apt.conf 文件。", "好"]),
    ],
)
def test_sure_cuts(lang, text, sentences):
    assert cut(text, text, lang) == sentences


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Use tools, e.g. Emacs."),
        ("en", "Ask Dr. Smith."),
        ("en", "1. Open the file."),
        ("en", "Wait... Then go."),
        ("en", "He said “Stop. Go.” and left."),
        ("en", "It ended (at last. Yes)."),
        ("en", "Really?” Yes."),
        ("en", "One ends.Two begins."),
        ("en", "It is chapter 5. Read it."),
        ("en", "See below.[1] Then go."),
        ("de", "Der 2. Weltkrieg."),
        ("de", "Das gilt z. B. hier."),
        ("de", "Siehe Abb. Drei."),
        ("zh", "他说：“好。”然后走了。"),
        ("zh", "请看下面……好。"),
        ("zh", "运行 apt. 然后重启。"),
        ("zh", "真的? 是。"),
        ("zh", "（见下。）好。"),
    ],
)
def test_doubtful_cuts_are_not_made(lang, text):
    assert cut(text, text, lang) is None


def test_stop_that_ends_inline_code_is_doubtful_and_one_inside_is_not():
    ends, inside = "Type . Then run.", "Use a.b here. Then run."
    assert cut("Type x. Then run.", "Type xx Then run.", "en") is None
    assert cut(inside, inside.replace("a.b", "xxx"), "en") == ["Use a.b here.", "Then run."]
    assert cut(ends, ends, "en") is None


@given(st.text("aB .!?。！？“”(),:1软件", min_size=1), st.sampled_from(["en", "de", "zh"]))
def test_cutting_loses_nothing_and_cuts_only_after_a_stop(text, lang):
    text = " ".join(text.split())
    sentences = cut(text, text, lang) if text else None
    if sentences is not None:
        assert "".join("".join(sentences).split()) == "".join(text.split())
        assert all(sentence[-1] in ".!?。！？" for sentence in sentences[:-1])


def test_sentences_pair_up_in_order():
    rows, unsure, counts = gold(
        "Save the file. Then close it.", "Speichern Sie die Datei. Dann schließen Sie sie."
    )
    assert rows == [
        ("Save the file.", "Speichern Sie die Datei."),
        ("Then close it.", "Dann schließen Sie sie."),
    ]
    assert not unsure and not counts


@pytest.mark.parametrize(
    ("text", "other", "lang", "reason"),
    [
        (
            "Save it. Then close it.",
            "Speichern und dann schließen.",
            "de",
            "sentence counts differ",
        ),
        ("Use it, e.g. Emacs.", "Benutzen Sie das, etwa Emacs.", "de", "cut doubtful"),
        ("Save the file now.", "Save the file soon.", "de", "untranslated"),
        ("The disk is full.", "The disk is full.", "zh", "untranslated"),
        ("Close.", "Schließen.", "de", "too short"),
    ],
)
def test_what_is_not_sure_is_left_out_and_counted(text, other, lang, reason):
    rows, unsure, counts = gold(text, other, lang)
    assert not rows and counts == [reason]
    # What is known to correspond as a whole is told with its reason.
    assert unsure == ([] if reason == "too short" or text == other else [(text, other, reason)])


def test_part_of_a_block_counts_only_if_it_is_whole_sentences():
    for text, other, kept in [
        ("Press the key to see", "Drücken Sie die Taste und", 0),
        ("Press the red key.", "Drücken Sie die rote Taste.", 1),
        ("and then the red key.", "und dann die rote Taste.", 0),
    ]:
        pair = (block(text, whole=False), block(other, whole=False))
        assert len(gold_pairs([pair], "de", lambda reason: None)[0]) == kept


def test_blocks_with_other_code_or_text_not_shown_are_left_out():
    ours, theirs = "Run the ls command.", "Führen Sie den Befehl cp aus."
    counts = []
    assert gold_pairs([(block(ours, "ls"), block(theirs, "cp"))], "de", counts.append)[0] == []
    pair = (block("Press the red key.", gaps=True), block("Drücken Sie die rote Taste."))
    assert gold_pairs([pair], "de", counts.append)[0] == []
    assert counts == ["other code inside", "cut doubtful"]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("de", "The system will be installed on the disk.", True),
        ("de", "Das System wird auf der Platte installiert.", False),
        ("de", "Debian Policy Manual", True),
        ("zh", "See the manual of apt 手册", True),
        ("zh", "请参阅 apt 的手册。", False),
    ],
)
def test_untranslated_text_is_known_by_its_own_words(lang, text, expected):
    english = block("The Debian policy manual says that the system is installed.")
    assert is_untranslated(english, block(text), lang) == expected
