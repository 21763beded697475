"""The report page: nothing in a text becomes markup, no pairs are no problem, and the funnel's rows
are what the manifests say.
"""

import html.parser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining import report

FUNNEL = [("records", 1234567, True), ("too_long", 34, False), ("pairs in the corpus", 5, True)]
NASTY = "<script>alert('1')</script> & \"two\" $pair ${lead} $$ \x00 </td>"


class Page(html.parser.HTMLParser):
    """The tags of a page, and its text as a reader sees it."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


def page(pair="en-de", lead="lead", figures=(), funnel=FUNNEL, kept=(), refused=(), samples=()):
    return Page(report.render(pair, lead, figures, funnel, kept, refused, samples))


def test_texts_with_markup_are_shown_as_they_are():
    shown = page(
        pair=NASTY,
        lead=NASTY,
        figures=[(NASTY, NASTY)],
        funnel=[(NASTY, 1, True), (NASTY, 2, False)],
        samples=[(1.5, 0.9, NASTY, NASTY)],
    )
    # Title, heading, lead, figure's name and text, two rows of the funnel, both sides of the pair.
    assert sum(text == NASTY for text in shown.texts) == 9
    assert "script" not in shown.tags


def test_nothing_is_fetched_and_nothing_runs():
    samples = [(1.5, 0.9, "see https://en.example/", "siehe https://de.example/")]
    shown = page(kept=[1.5, 1.2], refused=[1.0], samples=samples, figures=[("pairs", "2")])
    assert not {"script", "link", "img", "iframe", "object"} & set(shown.tags)
    assert not {"src", "href", "onload", "onclick"} & {name for name, _ in shown.attributes}


def test_no_pairs_at_all_still_make_a_page():
    shown = page(samples=[], kept=np.empty(0), refused=[])
    assert "There are no pairs." in shown.texts
    assert "svg" not in shown.tags


@pytest.mark.parametrize(
    ("kept", "refused"),
    [([1.5], []), ([], [1.5]), ([1.2] * 7, [1.2] * 3), ([0.0, 900.0], [-3.0]), ([1.1] * 300, [50])],
    ids=["one kept", "one refused", "all the same", "far apart", "one far off"],
)
def test_the_histogram_counts_every_pair(kept, refused):
    shown = page(kept=kept, refused=refused)
    counts = [int(text.split()[0]) for text in shown.texts if " pairs, margin from " in text]
    assert sum(counts) == len(kept) + len(refused)
    # Bars come in twos, kept under refused.
    assert sum(counts[::2]) == len(kept)


@pytest.mark.parametrize(("kept", "refused"), [([1.5, 1.2, 1.2], [1.0] * 5), ([1.0], [2.0])])
def test_bars_stay_inside_the_picture(kept, refused):
    shown = page(kept=kept, refused=refused)
    bars = [float(value) for name, value in shown.attributes if name in ("y", "x", "height")]
    assert min(bars) >= 0
    assert max(bars) <= 800
    heights = [float(value) for name, value in shown.attributes if name == "height"]
    assert max(heights) > 10


def test_samples_stand_in_the_order_given_with_their_scores():
    shown = page(samples=[(1.5, 0.9, "first", "erste"), (1.25, 0.812345, "second", "zweite")])
    wanted = ["1.500", "0.900", "first", "erste", "1.250", "0.812", "second", "zweite"]
    assert [text for text in shown.texts if text in wanted] == wanted


def test_funnel_shows_totals_and_what_is_taken_from_them():
    texts = page().texts
    at = texts.index("records")
    assert texts[at + 1] == "1,234,567"
    assert texts[at + 2 : at + 4] == ["too long", "−34"]


SIDES = [
    (
        "en",
        {
            "funnel": {
                "record": {"in": 90, "not_html": 30},
                "page": {"in": 60, "too_big": 2, "no_text": 0},
                "block": {"in": 500, "short": 100},
                "sentence": {"in": 1400, "other_language": 100},
                "sentence.en": {"in": 700, "too_short": 80, "kept": 620},
                "sentence.de": {"in": 600, "no_letters": 10, "kept": 590},
            },
            "occurrences": 620,
            "rows": 400,
        },
    ),
    (
        "de",
        {
            "funnel": {"sentence.de": {"in": 600, "no_letters": 10, "kept": 590}},
            "occurrences": 590,
            "rows": 590,
        },
    ),
]


def test_funnel_rows_lead_from_records_to_pairs():
    rows = report.funnel_rows(SIDES, {"rows": 200, "rejected": {"cosine": 20, "margin": 50}})
    assert rows == [
        ("records", 90, True),
        ("not_html", 30, False),
        ("pages", 60, True),
        ("too_big", 2, False),
        ("text blocks", 500, True),
        ("sentences, en", 700, True),
        ("too_short", 80, False),
        ("duplicate", 220, False),
        ("unique sentences, en", 400, True),
        ("sentences, de", 600, True),
        ("no_letters", 10, False),
        ("unique sentences, de", 590, True),
        ("pairs matched", 270, True),
        ("cosine", 20, False),
        ("margin", 50, False),
        ("pairs in the corpus", 200, True),
    ]


def test_funnel_rows_of_an_empty_input_are_totals_of_zero():
    empty = {"funnel": {}, "occurrences": 0, "rows": 0}
    rows = report.funnel_rows([("en", empty), ("zh", empty)], {"rows": 0, "rejected": {}})
    assert [row[0] for row in rows if row[2]] == [
        "records",
        "pages",
        "text blocks",
        "sentences, en",
        "unique sentences, en",
        "sentences, zh",
        "unique sentences, zh",
        "pairs matched",
        "pairs in the corpus",
    ]
    assert {row[1:] for row in rows} == {(0, True)}


@settings(derandomize=True, max_examples=60, deadline=None, database=None)
@given(count=st.integers(1, 10**7), wanted=st.integers(2, 60))
def test_sampled_ranks_reach_from_the_first_pair_to_the_last(count, wanted):
    ranks = report.sample_ranks(count, wanted)
    assert ranks == sorted(set(ranks))
    assert ranks[0] == 0
    assert ranks[-1] == count - 1
    assert len(ranks) == min(count, wanted)
    gaps = np.diff(ranks)
    assert len(gaps) == 0 or gaps.max() - gaps.min() <= 1


def test_no_pairs_have_no_ranks():
    assert report.sample_ranks(0, 30) == []


@pytest.mark.parametrize("chosen", [1.06, -1e9, 9.0])
def test_estimate_is_a_curve_with_the_threshold_in_it(chosen):
    table = [
        {"threshold": 1 + at / 100, "precision": value, "low": value - 0.1, "high": 1.0,
         "recall": 1 - value / 2}
        for at, value in enumerate((0.7, 0.8, 0.9))
    ]  # fmt: skip
    shown = Page(report.render("en-de", "lead", (), FUNNEL, [1.2], [], [], (table, chosen)))
    assert shown.tags.count("polyline") == 2 and "polygon" in shown.tags
    assert "Estimated by planted pairs" in shown.texts
    points = [
        [tuple(map(float, point.split(","))) for point in value.split()]
        for name, value in shown.attributes
        if name == "points"
    ]
    assert [len(found) for found in points] == [6, 3, 3]
    assert all(0 <= x <= 830 and 0 <= y <= 222 for found in points for x, y in found)
    (line,) = [float(value) for name, value in shown.attributes if name == "x1"]
    assert 40 <= line <= 790


def test_without_planted_pairs_there_is_no_curve():
    assert "polyline" not in page(kept=[1.2]).tags
