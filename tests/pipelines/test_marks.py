"""What is marked as furniture or as on a page that repeats another, on a small web in which a page
is mirrored with small changes and footers recur; and that neither the order of the records, nor
the files that they are in, nor the languages asked for have a say in it.
"""

import dataclasses
import random
import re

import duckdb
import pytest

from tests import builders
from tests.pipelines.conftest import extracted, rows_of
from tests.prose import prose

FOOTER = "Copying our articles is allowed wherever this line stands below them."
RARE_FOOTER = "Written by a member of the reading club who wishes to stay unnamed."
PROVERB = "The one who wants to catch the worm has to be an early bird indeed."
IMPRINT = "Verantwortlich für alle Texte auf diesen Seiten ist der Heimatverein."
LENGTHS = {"en": 12, "de": 12, "zh": 28}


@dataclasses.dataclass(frozen=True)
class Page:
    """A page and when it was crawled: ``repeats`` has the languages in which it is nearly the same
    as an earlier one."""

    url: str
    said: list
    day: int = 1
    repeats: frozenset = frozenset()


def text(lang, seed):
    return prose(lang, seed, LENGTHS[lang])


def with_changes(said, new):
    """What is said, with another date, and a sentence put in the place of another."""
    said = [re.sub("2024", "2019", sentence) for sentence in said]
    return [*said[:5], new, *said[6:]]


DATED = ["This article was printed in our paper of 12 May 2024, on page 7."]
ORIGINAL = [*text("en", "original"), *DATED]
GERMAN, CHINESE = text("de", "original"), text("zh", "original")
NEW = {lang: prose(lang, "new", 3) for lang in LENGTHS}
SHORT = prose("en", "short", 4)

WEB = [
    *(Page(f"https://a.example/{at}", [*text("en", f"a{at}"), FOOTER]) for at in range(6)),
    *(Page(f"https://b.example/{at}", [*text("en", f"b{at}"), RARE_FOOTER]) for at in range(4)),
    *(Page(f"https://c{at}.example/", [*text("en", f"c{at}"), PROVERB]) for at in range(6)),
    Page("https://c7.example/", [PROVERB, *text("en", "c7"), PROVERB, PROVERB]),
    *(Page(f"https://d.example/{at}", [*text("de", f"d{at}"), IMPRINT]) for at in range(5)),
    Page("https://e.example/original", [*ORIGINAL, *GERMAN]),
    Page("https://e.example/zhongwen", CHINESE),
    # Mirrors: of the whole page, of it in one of its languages beside something else, of another.
    Page(
        "https://m.example/mirror",
        with_changes(ORIGINAL, NEW["en"][0]) + with_changes(GERMAN, NEW["de"][0]),
        repeats=frozenset(("en", "de")),
    ),
    Page(
        "https://m.example/part",
        [*text("en", "part"), *with_changes(GERMAN, NEW["de"][1])],
        repeats=frozenset(("de",)),
    ),
    Page(
        "https://m.example/zhongwen",
        with_changes(CHINESE, NEW["zh"][0]),
        repeats=frozenset(("zh",)),
    ),
    # Crawled once more, with one sentence more.
    Page("https://b.example/0", [*text("en", "b0"), NEW["en"][1]], 2, frozenset(("en",))),
    # Half the same, and too short to tell.
    Page("https://m.example/half", [*ORIGINAL[:6], *text("en", "half")[:6]]),
    Page("https://s.example/1", SHORT),
    Page("https://s.example/2", [*SHORT[:3], NEW["en"][2]]),
]


def expected_of(lang):
    """What is to be found in ``lang``: {text: (url, day, occurrences, host_pages, furniture,
    duplicate_page)}."""
    found = {}
    for page in WEB:
        for at, sentence in enumerate(page.said):
            order = (lang in page.repeats, page.url, page.day, at)
            found.setdefault(sentence, []).append(order)
    made = {}
    for sentence, places in found.items():
        if language_of(sentence) != lang:
            continue
        repeated, url, day, _ = min(places)
        pages = {(url, day) for _, url, day, _ in places}
        hosts = [url.split("/")[2] for url, _ in pages]
        most = max(map(hosts.count, hosts))
        made[sentence] = (url, day, len(places), most, most >= 5, repeated)
    return made


def language_of(sentence):
    if sentence[-1] == "。":
        return "zh"
    return "de" if sentence in GERMAN_TEXTS else "en"


GERMAN_TEXTS = {
    *(IMPRINT, *GERMAN, *NEW["de"]),
    *(sentence for at in range(5) for sentence in text("de", f"d{at}")),
}


def entry(page):
    body = builders.html("".join(f"<p>{sentence}</p>" for sentence in page.said)).encode()
    date = ("WARC-Date", f"2024-03-{page.day:02}T12:30:15Z")
    return builders.Entry(page.url, body, warc=(date,))


def files_of(folder, parts):
    """A WARC file for each list of pages."""
    folder.mkdir()
    paths = []
    for number, pages in enumerate(parts):
        paths.append(folder / f"{number:02}.warc.gz")
        paths[-1].write_bytes(builders.warc(map(entry, pages))[0])
    return paths


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marked")
    return extracted(folder / "out", files_of(folder / "in", [WEB]))


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_marks_are_those_of_looking_at_each_page(marked, lang):
    rows = duckdb.sql(
        "select text, url, day(date), occurrences, host_pages, furniture, duplicate_page "
        f"from '{marked}/sentences/lang={lang}/*.parquet'"
    ).fetchall()
    assert {sentence: tuple(row) for sentence, *row in rows} == expected_of(lang)


def test_what_is_marked_is_what_a_reader_would_mark(marked):
    def texts(mark):
        rows = duckdb.sql(f"select text from '{marked}/sentences/*/*.parquet' where {mark}")
        return {row[0] for row in rows.fetchall()}

    assert texts("furniture") == {FOOTER, IMPRINT}
    # Of a mirror only what the original does not say.
    assert texts("duplicate_page") == {
        *(NEW["en"][0], NEW["en"][1], NEW["de"][0], NEW["de"][1], NEW["zh"][0]),
        DATED[0].replace("2024", "2019"),
    }


@pytest.mark.parametrize("split", ["backwards", "one each", "shuffled", "shuffled, one each"])
def test_order_of_records_and_files_does_not_matter(marked, tmp_path, split):
    pages = WEB[::-1] if split == "backwards" else WEB
    if "shuffled" in split:
        pages = random.Random(split).sample(WEB, len(WEB))
    parts = [[page] for page in pages] if "one each" in split else [pages[:7], pages[7:]]
    output = extracted(tmp_path / "out", files_of(tmp_path / "in", parts))
    assert rows_of(output, "sentences/lang=*", True) == rows_of(marked, "sentences/lang=*", True)


@pytest.mark.parametrize("languages", ["en,de", "en,zh", "en,fr,zh"])
def test_languages_asked_for_do_not_matter(marked, tmp_path, languages):
    output = extracted(tmp_path / "out", files_of(tmp_path / "in", [WEB]), languages=languages)
    for lang in set(languages.split(",")) - {"fr"}:
        assert rows_of(output, f"sentences/lang={lang}", True) == rows_of(
            marked, f"sentences/lang={lang}", True
        )
