"""The two made-up webs: which sites each has, where they keep their pages, and what is odd there.

``SAMPLES`` is what ``make mine`` mines by default, and what filters were tuned on. ``NEWS`` is
what figures are told on. A web's folder holds ``sources/SITE/*.txt`` (samples.sources),
``extras/furniture/SITE.txt`` (samples.furniture), stray pages as ``extras/*.txt``, and what
samples.build makes of them.
"""

import dataclasses
import pathlib
import typing

from samples import templates

_ROOT = pathlib.Path(__file__).parent


class Coding(typing.NamedTuple):
    """What a page is encoded in, what its header says it is and what its meta element says."""

    charset: str
    content_type: str
    meta: str


class Stray(typing.NamedTuple):
    """A page of extras/ outside the order of languages: among the pages in ``lang`` stands text
    in ``text_lang``, and the page claims to be in ``html_lang``."""

    source: str
    lang: str
    text_lang: str
    html_lang: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """A site: its template and content type, and the URLs of its articles and tables of contents.

    In URLs may stand {lang}, {word} (that of the language in ``words``), and, in an article's,
    {year}, {month}, {day}, {slug}, {title} (the slug as a wiki has it) and {number}: ``numbers``
    are that of the site's first article, counted from 1, less one step, and the step.
    """

    template: typing.Callable
    content_type: str
    article: str
    index: str
    words: dict = dataclasses.field(default_factory=dict)
    numbers: tuple = (0, 1)

    def article_url(self, slug, lang, date, number):
        """Where the site keeps its ``number``-th article in a language."""
        first, step = self.numbers
        return self.article.format(
            lang=lang,
            word=self.words.get(lang, ""),
            year=date[:4],
            month=date[5:7],
            day=date[8:10],
            slug=slug,
            title=slug.replace("-", "_").capitalize(),
            number=first + step * number,
        )

    def index_url(self, lang):
        """Where the site keeps its table of contents in a language."""
        return self.index.format(lang=lang, word=self.words.get(lang, ""))


@dataclasses.dataclass(frozen=True)
class Web:
    """A web. ``place`` is its folder below samples/, ``prefix`` begins its files' names.

    Pages are named (slug, language): ``codings`` by page; ``transfers`` by page: Content-Encoding
    and whether the body comes in chunks; ``tracked`` pages lie under a second URL with a tracking
    mark, ``printed`` ones are there once more, laid out for print.
    """

    place: str
    prefix: str
    sites: dict
    codings: dict
    transfers: dict
    stray: tuple
    tracked: tuple
    printed: tuple
    files: int = 5

    @property
    def folder(self):
        return _ROOT / self.place

    @property
    def sources(self):
        return self.folder / "sources"

    @property
    def extras(self):
        return self.folder / "extras"


_FAR_PATHS = "https://{word}.far-paths.example/"
_MUSEUM = "https://www.brennfurt-memory.example/index.php?title="
_KITCHEN = "http://www.slow-kitchen.example/{word}/"

SAMPLES = Web(
    place="",
    prefix="sample",
    sites={
        "corner-advice": Plan(
            templates.soup,
            "text/html",
            "http://corner-advice.example/show.php?id={number}&l={lang}",
            "http://corner-advice.example/list.php?l={lang}",
            numbers=(20, 1),
        ),
        "far-paths": Plan(
            templates.blog,
            "text/html; charset=utf-8",
            _FAR_PATHS + "{year}/{slug}/",
            _FAR_PATHS + "archive/",
            {"en": "www", "de": "de", "zh": "zh"},
        ),
        "ferrymoor-courier": Plan(
            templates.news,
            "text/html; charset=UTF-8",
            "https://www.ferrymoor-courier.example/{lang}/{year}/{month}/{slug}.html",
            "https://www.ferrymoor-courier.example/{lang}/",
        ),
        "mend-it": Plan(
            templates.docs,
            'text/html; charset="utf-8"',
            "https://mend-it.example/guides/{slug}.{word}",
            "https://mend-it.example/guides/index.{word}",
            {"en": "html", "de": "de.html", "zh": "zh.html"},
        ),
        "open-window-science": Plan(
            templates.tight,
            "Text/HTML;Charset=UTF-8",
            "https://open-window.example/{word}/{number}-{slug}",
            "https://open-window.example/{word}/",
            {"en": "articles", "de": "artikel", "zh": "wenzhang"},
            numbers=(1000, 17),
        ),
        "slow-kitchen": Plan(
            templates.nineties,
            "text/html",
            _KITCHEN + "{slug}.htm",
            _KITCHEN + "index.htm",
            {"en": "english", "de": "deutsch", "zh": "chinese"},
        ),
        "town-museum": Plan(
            templates.wiki,
            "application/xhtml+xml",
            _MUSEUM + "{title}&lang={lang}",
            _MUSEUM + "All&lang={lang}",
        ),
    },
    codings={
        ("pickle-crock", "zh"): Coding("gb18030", "text/html", ""),
        ("family-insurance", "zh"): Coding("gb18030", "text/html; charset=utf-8", "gb2312"),
        ("thursday-leftovers", "de"): Coding("windows-1252", "text/html", ""),
        ("pocket-money", "de"): Coding("windows-1252", "text/html; charset=utf-8", "iso-8859-1"),
    },
    transfers={
        ("storm-ottoline", "en"): ("gzip", False),
        ("storm-ottoline", "de"): ("br", False),
        ("storm-ottoline", "zh"): ("deflate", False),
        ("packing-for-five-days-of-huts", "en"): ("", True),
        ("packing-for-five-days-of-huts", "de"): ("gzip", True),
        ("packing-for-five-days-of-huts", "zh"): ("br", False),
        ("dripping-tap", "en"): ("br", True),
        ("dripping-tap", "de"): ("deflate", False),
        ("dripping-tap", "zh"): ("", True),
        ("while-we-sleep", "de"): ("gzip", False),
        ("while-we-sleep", "zh"): ("gzip", True),
        ("tram-line-two", "en"): ("deflate", True),
        ("sunday-dumplings", "zh"): ("gzip", False),
        ("flat-handover", "de"): ("gzip", True),
    },
    stray=(
        Stray("farm-market", "de", "en", "de"),
        Stray("course-de-village", "en", "fr", "fr"),
    ),
    tracked=(
        ("rescued-seal-pip", "en"),
        ("night-train-to-ostermar", "de"),
        ("tea-properly", "zh"),
        ("saving-energy", "en"),
    ),
    printed=(
        ("bakery-aldous-closing", "de"),
        ("vessen-high-route", "zh"),
        ("why-ice-floats", "en"),
        ("wobbly-chair", "de"),
    ),
)

NEWS = Web(
    place="news",
    prefix="news",
    sites={
        "daily-lantern": Plan(
            templates.news,
            "text/html; charset=utf-8",
            "https://www.daily-lantern.example/{lang}/{year}/{month}/{day}/{slug}",
            "https://www.daily-lantern.example/{lang}/",
        ),
        "lakeside-gazette": Plan(
            templates.soup,
            "text/html",
            "http://lakeside-gazette.example/a.php?nr={number}&s={lang}",
            "http://lakeside-gazette.example/index.php?s={lang}",
            numbers=(3000, 1),
        ),
        "ledger-weekly": Plan(
            templates.tight,
            "text/html; charset=UTF-8",
            "https://{word}.ledger-weekly.example/{slug}.html",
            "https://{word}.ledger-weekly.example/",
            {"en": "www", "de": "de", "zh": "cn"},
        ),
        "north-line": Plan(
            templates.blog,
            "text/html;charset=utf-8",
            "https://north-line.example/{word}/{number}-{slug}/",
            "https://north-line.example/{word}/",
            {"en": "news", "de": "nachrichten", "zh": "xinwen"},
        ),
    },
    codings={
        ("village-school", "zh"): Coding("gb18030", "text/html; charset=gbk", "gbk"),
        ("cheese-thief", "de"): Coding("windows-1252", "text/html", "iso-8859-1"),
    },
    transfers={
        ("coalition-budget", "en"): ("gzip", True),
        ("karsten-bridge-verdict", "de"): ("br", False),
        ("ferry-runs-aground", "zh"): ("gzip", False),
        ("norvell-pumps-quarter", "zh"): ("deflate", False),
        ("cup-final", "en"): ("", True),
        ("probe-at-comet", "de"): ("gzip", False),
    },
    stray=(
        Stray("tide-mill", "de", "en", "de"),
        Stray("regate-du-lac", "en", "fr", "fr"),
    ),
    tracked=(("coalition-budget", "en"), ("village-school", "de"), ("coffee-price", "zh")),
    printed=(("key-rate-unchanged", "de"), ("cup-final", "zh"), ("cheese-thief", "en")),
)

WEBS = (SAMPLES, NEWS)
