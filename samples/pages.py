"""The pages of a made-up web: which there are, where they lie and what stands on them."""

import dataclasses
import typing

from samples.furniture import LANGS, Voice, furniture_text
from samples.markup import Link
from samples.sources import parse_article


@dataclasses.dataclass(frozen=True)
class Page:
    """One page. ``lang`` is the language of the furniture, ``text_lang`` that of the text,
    ``html_lang`` what the page claims to be in; ``blocks`` are (kind, items) pairs."""

    site: str
    slug: str
    lang: str
    text_lang: str
    html_lang: str
    url: str
    title: str
    date: str
    blocks: tuple
    others: tuple
    languages: dict
    index_url: str
    say: Voice
    template: typing.Callable
    kind: str = "article"


def blocks_in(article, lang):
    """What an article says in one language, as (kind, items) pairs; a table's items are rows."""
    blocks = []
    for block in article.blocks:
        texts = [unit.texts.get(lang, "") for unit in block.units]
        if block.kind == "table":
            # Cells pair up before the gaps go, so that a gap cannot shift the columns.
            rows = zip(texts[::2], (texts + [""])[1::2], strict=False)
            items = tuple(row for row in rows if any(row))
        else:
            items = tuple(text for text in texts if text)
        if items:
            blocks.append((block.kind, items))
    return tuple(blocks)


class Site:
    """One site with its articles: makes its pages and notes in ``said`` the furniture shown."""

    def __init__(self, name, plan, articles, texts):
        self.name = name
        self.plan = plan
        self.articles = articles
        self.texts = texts
        self.said = {lang: set() for lang in LANGS}
        self.latest = max(article.date for article in articles)
        self.urls = {
            (article.slug, lang): plan.article_url(article.slug, lang, article.date, number)
            for number, article in enumerate(articles, 1)
            for lang in article.langs
        }

    def links(self, lang, but=""):
        """Links to the articles in a language, in the order of the site, but for one."""
        return tuple(
            Link(article.blocks[0].units[0].texts[lang], self.urls[article.slug, lang])
            for article in self.articles
            if lang in article.langs and article.slug != but
        )

    def page(self, slug, lang, url, date, blocks, **more):
        """A page of this site; ``more`` overrides what follows from the language."""
        said = more.pop("said", self.said[lang])
        fields = {
            "site": self.name,
            "slug": slug,
            "lang": lang,
            "text_lang": lang,
            "html_lang": lang,
            "url": url,
            "title": blocks[0][1][0],
            "date": date,
            "blocks": blocks,
            "others": self.links(lang, slug),
            "languages": {other: self.plan.index_url(other) for other in LANGS},
            "index_url": self.plan.index_url(lang),
            "say": Voice(self.texts, lang, date, said),
            "template": self.plan.template,
        }
        return Page(**(fields | more))

    def article_pages(self):
        """A page for each language of each article."""
        for article in self.articles:
            languages = {lang: self.urls[article.slug, lang] for lang in article.langs}
            for lang, url in languages.items():
                blocks = blocks_in(article, lang)
                yield self.page(article.slug, lang, url, article.date, blocks, languages=languages)

    def index_pages(self):
        """The table of contents in each language."""
        for lang in LANGS:
            blocks = (
                ("h1", (self._seen("index_title", lang),)),
                ("p", (self._seen("index_intro", lang),)),
                ("ul", self.links(lang)),
            )
            url = self.plan.index_url(lang)
            yield self.page("index", lang, url, self.latest, blocks, others=(), kind="index")

    def lost_page(self, lang):
        """What the server shows for an address that leads nowhere; no reader came for it."""
        blocks = (
            ("h1", (furniture_text(self.texts["lost_title"], lang, ""),)),
            ("p", (furniture_text(self.texts["lost_text"], lang, ""),)),
        )
        url = self.plan.article_url("no-such-page", lang, self.latest, 900)
        return self.page("lost", lang, url, self.latest, blocks, said=set(), kind="lost")

    def _seen(self, key, lang):
        self.said[lang].add((key, ""))
        return furniture_text(self.texts[key], lang, "")


def stray_pages(web, sites):
    """Pages outside the three languages' order: English among German pages, and French."""
    for stray in web.stray:
        article = parse_article(web.extras / f"{stray.source}.txt")
        site = sites[article.site]
        url = site.plan.article_url(article.slug, stray.lang, article.date, 0)
        yield site.page(
            article.slug,
            stray.lang,
            url,
            article.date,
            blocks_in(article, stray.text_lang),
            text_lang=stray.text_lang,
            html_lang=stray.html_lang,
        )


def second_copies(web, pages):
    """Pages once more under another address: with a tracking mark, or laid out for print."""
    by_name = {(page.slug, page.text_lang): page for page in pages}
    for name in web.tracked:
        page = by_name[name]
        mark = "&" if "?" in page.url else "?"
        yield dataclasses.replace(page, url=f"{page.url}{mark}utm_source=newsletter")
    for name in web.printed:
        page = by_name[name]
        scheme, _, host, path = page.url.split("/", 3)
        yield dataclasses.replace(page, url=f"{scheme}//{host}/print/{path}", kind="print")
