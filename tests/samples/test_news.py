"""Figures on the web of news: what belongs to which site, and what counts as right there."""

import pytest

from benchmarks import news
from samples.sources import load_articles
from samples.webs import NEWS


def rows(lang, near_misses):
    """(src, tgt, URL of its article) of what an article says in both languages."""
    for article in load_articles(NEWS.sources):
        url = NEWS.sites[article.site].article_url(article.slug, "en", article.date, 1)
        for unit in article.units():
            if {"en", lang} <= unit.texts.keys() and bool(unit.near_miss) == near_misses:
                yield unit.texts["en"], unit.texts[lang], url


def test_each_site_is_in_one_group():
    assert sorted(sum(news.GROUPS.values(), ())) == sorted(NEWS.sites)


@pytest.mark.parametrize("lang", ["de", "zh"])
def test_what_articles_say_is_all_right_and_all_there_is(lang):
    judge, true = news.Judge(lang), list(rows(lang, near_misses=False))
    made = [judge(true, sites) for sites in (*news.GROUPS.values(), NEWS.sites)]
    for figures in made:
        assert figures["precision"] == figures["recall"] == 1
        assert figures["near_misses_mined"] == 0 < figures["near_misses"]
    for name in ("mined", "gold", "near_misses"):
        assert made[0][name] + made[1][name] == made[2][name] > 0
    assert made[2]["mined"] == len(true)


@pytest.mark.parametrize("lang", ["de", "zh"])
def test_near_misses_are_wrong_and_counted_on_their_site(lang):
    judge, wrong = news.Judge(lang), list(rows(lang, near_misses=True))
    for sites in news.GROUPS.values():
        figures = judge(wrong, sites)
        assert figures["right"] == figures["gold_found"] == 0
        assert figures["near_misses_mined"] == figures["near_misses"] == figures["mined"]


def test_pair_of_a_site_takes_nothing_from_another():
    judge, true = news.Judge("de"), list(rows("de", near_misses=False))
    lake = [row for row in true if "lakeside-gazette" in row[2]]
    alone, other = (judge(lake, (name,)) for name in ("lakeside-gazette", "north-line"))
    assert (alone["mined"], alone["recall"]) == (len(lake), 1)
    assert (other["mined"], other["gold_found"]) == (0, 0)
