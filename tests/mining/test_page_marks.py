"""What a page gives for finding furniture and near-duplicates later: on which page and host each
sentence was found, where on its page it came first, and the bands of the page's text.
"""

import pytest

from mining import neardup
from mining.config import ExtractConfig
from mining.pages import extract_sentences
from tests.builders import DATE, filler, page_record

CONFIG = ExtractConfig(min_page_chars=100)
ENGLISH = (
    "The ferry leaves at eight in the morning.",
    "It reaches the island in the early afternoon.",
    "Dogs and bicycles travel free of charge.",
)
GERMAN = (
    "Die Fähre legt um acht Uhr morgens ab.",
    "Am frühen Nachmittag erreicht sie die Insel.",
    "Hunde und Fahrräder fahren kostenlos mit.",
)
CHINESE = ("渡船早上八点出发，下午早些时候到达小岛。", "狗和自行车可以免费乘船。") * 4


def extract(records, languages=("en", "de", "zh"), config=CONFIG):
    return extract_sentences(records, languages, config)


def rows(records, *columns, **more):
    return [tuple(row[name] for name in columns) for row in found(records, **more)]


def found(records, **more):
    return extract(records, **more).sentences.to_pylist()


def test_a_text_counts_once_a_page_where_it_comes_first():
    pages = [
        page_record([ENGLISH[0], f"{ENGLISH[1]} {ENGLISH[0]}", ENGLISH[1], ENGLISH[2]]),
        page_record([ENGLISH[0]], warc_offset=2000),
    ]
    assert rows(pages, "text", "host_pages", "occurrences") == [
        (ENGLISH[0], 1, 1),
        (ENGLISH[1], 1, 1),
        (ENGLISH[0], 0, 1),
        (ENGLISH[1], 0, 1),
        (ENGLISH[2], 1, 1),
        (ENGLISH[0], 1, 1),
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.org/x", "https://a.org/y?z#a", True),
        ("https://a.org/x", "http://A.ORG:8080/", True),
        ("https://a.org/x", "https://user@a.org/", True),
        ("https://a.org/x", "https://www.a.org/x", False),
        ("https://a.org/x", "https://b.org/x", False),
        ("https://[/x", "https://[/y", True),
        ("", "https://a.org/", False),
    ],
)
def test_pages_of_a_host_are_told_by_their_urls(one, other, same):
    pages = [page_record(ENGLISH[:1], url=url) for url in (one, other)]
    ((first,), (second,)) = rows(pages, "host")
    assert (first == second) == same


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "https://example.org/other"),
        ("warc_file", "other.warc.gz"),
        ("warc_offset", 1001),
        ("date", DATE.replace(day=2)),
        ("date", None),
    ],
)
def test_a_page_is_where_it_was_found(field, value):
    pages = [page_record(ENGLISH), page_record(GERMAN, **{field: value})]
    first, second = ({page} for page in (rows([page], "page")[0] for page in pages))
    assert first != second
    # Its number depends on nothing else, the rest of the batch least of all.
    assert rows(pages, "page") == [*first] * len(ENGLISH) + [*second] * len(GERMAN)


def keys_of(sentences, size):
    (keys,) = neardup.band_keys([" ".join(sentences)], size)
    return keys.tolist()


def bands(records, **more):
    """The bands by (page, lang), and the other columns of them."""
    by_page = {}
    for row in extract(records, **more).bands.to_pylist():
        by_page.setdefault((row["page"], row["lang"]), []).append(row["key"])
    return by_page


def test_bands_are_those_of_the_text_that_a_page_has_in_each_language():
    # Each alone has enough text in its language.
    pages = [page_record([*ENGLISH, *GERMAN, *CHINESE]), page_record(ENGLISH, warc_offset=2000)]
    ((first,), (second,)) = rows(pages, "page")[0], rows(pages, "page")[-1]
    assert bands(pages) == {
        (first, "en"): keys_of(ENGLISH, neardup.SHINGLE_CHARS),
        (first, "de"): keys_of(GERMAN, neardup.SHINGLE_CHARS),
        (first, "zh"): keys_of(CHINESE, neardup.UNSPACED_CHARS),
        (second, "en"): keys_of(ENGLISH, neardup.SHINGLE_CHARS),
    }


def test_a_page_with_little_text_in_a_language_has_no_bands_there():
    page = page_record([*ENGLISH, GERMAN[0]])
    assert {lang for _, lang in bands([page])} == {"en"}
    chars = len(" ".join(ENGLISH))
    assert bands([page], config=ExtractConfig(min_page_chars=chars))
    assert not bands([page], config=ExtractConfig(min_page_chars=chars + 1))


def test_a_band_knows_where_its_page_lies():
    page = page_record(
        ENGLISH, url="https://a.org/x", warc_file="b.warc.gz", warc_offset=12, date=None
    )
    made = extract([page]).bands
    assert made.num_rows == neardup.BANDS
    ((number,),) = set(rows([page], "page"))
    for row in made.to_pylist():
        assert (row["url"], row["date"], row["page"]) == ("https://a.org/x", None, number)
        assert (row["warc_file"], row["warc_offset"]) == ("b.warc.gz", 12)


@pytest.mark.parametrize("others", [(), ("en",), ("zh",), ("en", "zh", "fr")])
def test_bands_of_a_language_do_not_depend_on_the_others_asked_for(others):
    pages = [
        page_record([*ENGLISH, *GERMAN, *CHINESE]),
        page_record([" ".join([*GERMAN, *ENGLISH])], warc_offset=2000),
        page_record(CHINESE, warc_offset=3000),
    ]
    alone, beside = (
        {page: keys for page, keys in bands(pages, languages=langs).items() if page[1] == "de"}
        for langs in (("de",), ("de", *others))
    )
    assert alone and alone == beside


def test_what_is_no_sentence_in_a_language_asked_for_has_no_say_in_the_bands():
    short = ExtractConfig(min_page_chars=100, min_chars=20)
    plain, with_more = (
        page_record(blocks) for blocks in (ENGLISH, [*ENGLISH, "Ok then.", *GERMAN])
    )
    assert bands([plain], languages=("en",), config=short) == bands(
        [with_more], languages=("en",), config=short
    )


def test_a_sentence_that_looks_like_its_block_has_the_probability_of_that():
    # fastText gives these two probabilities of a third and less for English.
    block = f"{ENGLISH[0]} Wait a minute. {ENGLISH[1]} See page ten. {ENGLISH[2]}"
    found = rows([page_record([block])], "text", "lang", "lang_prob")
    assert [text for text, _, _ in found] == [
        ENGLISH[0],
        "Wait a minute.",
        ENGLISH[1],
        "See page ten.",
        ENGLISH[2],
    ]
    assert len({(lang, prob) for _, lang, prob in found}) == 1
    assert found[0][1] == "en" and found[0][2] > 0.5


def test_no_pages_have_no_bands():
    assert bands([]) == bands([page_record([])]) == bands([page_record([filler(1, 300)])]) == {}
