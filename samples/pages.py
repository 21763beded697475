"""The pages of the sample web: which there are, where they lie and what stands on them."""

import dataclasses

from samples.furniture import EXTRAS, LANGS, Voice, furniture_text
from samples.markup import Link
from samples.sources import parse_article

_FOLDERS = {"en": "articles", "de": "artikel", "zh": "wenzhang"}
_HOME_FOLDERS = {"en": "english", "de": "deutsch", "zh": "chinese"}
_SUBDOMAINS = {"en": "www", "de": "de", "zh": "zh"}
_SUFFIXES = {"en": "html", "de": "de.html", "zh": "zh.html"}
TRACKED = (
    ("rescued-seal-pip", "en"),
    ("night-train-to-ostermar", "de"),
    ("tea-properly", "zh"),
    ("saving-energy", "en"),
)
PRINTED = (
    ("bakery-aldous-closing", "de"),
    ("vessen-high-route", "zh"),
    ("why-ice-floats", "en"),
    ("wobbly-chair", "de"),
)


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
    kind: str = "article"


def article_url(site, slug, lang, date, number):
    """Where a site keeps an article; each site has its own way to tell its languages apart."""
    if site == "ferrymoor-courier":
        return f"https://www.ferrymoor-courier.example/{lang}/{date[:4]}/{date[5:7]}/{slug}.html"
    if site == "far-paths":
        return f"https://{_SUBDOMAINS[lang]}.far-paths.example/{date[:4]}/{slug}/"
    if site == "town-museum":
        title = slug.replace("-", "_").capitalize()
        return f"https://www.brennfurt-memory.example/index.php?title={title}&lang={lang}"
    if site == "mend-it":
        return f"https://mend-it.example/guides/{slug}.{_SUFFIXES[lang]}"
    if site == "open-window-science":
        return f"https://open-window.example/{_FOLDERS[lang]}/{1000 + 17 * number}-{slug}"
    if site == "corner-advice":
        return f"http://corner-advice.example/show.php?id={20 + number}&l={lang}"
    return f"http://www.slow-kitchen.example/{_HOME_FOLDERS[lang]}/{slug}.htm"


def index_url(site, lang):
    """Where a site keeps its table of contents in a language."""
    return {
        "ferrymoor-courier": f"https://www.ferrymoor-courier.example/{lang}/",
        "far-paths": f"https://{_SUBDOMAINS[lang]}.far-paths.example/archive/",
        "town-museum": f"https://www.brennfurt-memory.example/index.php?title=All&lang={lang}",
        "mend-it": f"https://mend-it.example/guides/index.{_SUFFIXES[lang]}",
        "open-window-science": f"https://open-window.example/{_FOLDERS[lang]}/",
        "corner-advice": f"http://corner-advice.example/list.php?l={lang}",
        "slow-kitchen": f"http://www.slow-kitchen.example/{_HOME_FOLDERS[lang]}/index.htm",
    }[site]


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

    def __init__(self, name, articles, texts):
        self.name = name
        self.articles = articles
        self.texts = texts
        self.said = {lang: set() for lang in LANGS}
        self.latest = max(article.date for article in articles)
        self.urls = {
            (article.slug, lang): article_url(name, article.slug, lang, article.date, number)
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
            "languages": {other: index_url(self.name, other) for other in LANGS},
            "index_url": index_url(self.name, lang),
            "say": Voice(self.texts, lang, date, said),
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
            url = index_url(self.name, lang)
            yield self.page("index", lang, url, self.latest, blocks, others=(), kind="index")

    def lost_page(self, lang):
        """What the server shows for an address that leads nowhere; no reader came for it."""
        blocks = (
            ("h1", (furniture_text(self.texts["lost_title"], lang, ""),)),
            ("p", (furniture_text(self.texts["lost_text"], lang, ""),)),
        )
        url = article_url(self.name, "no-such-page", lang, self.latest, 900)
        return self.page("lost", lang, url, self.latest, blocks, said=set(), kind="lost")

    def _seen(self, key, lang):
        self.said[lang].add((key, ""))
        return furniture_text(self.texts[key], lang, "")


def stray_pages(sites):
    """Pages outside the three languages' order: English among German pages, and French."""
    farm = parse_article(EXTRAS / "farm-market.txt")
    site = sites[farm.site]
    url = article_url(farm.site, farm.slug, "de", farm.date, 0)
    yield site.page(farm.slug, "de", url, farm.date, blocks_in(farm, "en"), text_lang="en")
    race = parse_article(EXTRAS / "course-de-village.txt")
    site = sites[race.site]
    url = article_url(race.site, race.slug, "en", race.date, 0)
    blocks = blocks_in(race, "fr")
    yield site.page(race.slug, "en", url, race.date, blocks, text_lang="fr", html_lang="fr")


def second_copies(pages):
    """Pages once more under another address: with a tracking mark, or laid out for print."""
    by_name = {(page.slug, page.text_lang): page for page in pages}
    for name in TRACKED:
        page = by_name[name]
        mark = "&" if "?" in page.url else "?"
        yield dataclasses.replace(page, url=f"{page.url}{mark}utm_source=newsletter")
    for name in PRINTED:
        page = by_name[name]
        scheme, _, host, path = page.url.split("/", 3)
        yield dataclasses.replace(page, url=f"{scheme}//{host}/print/{path}", kind="print")
