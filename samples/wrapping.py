"""Sites for bare manuals: a host, a way to write addresses and a frame for each manual.

What a frame says comes from extras/wrapping, a text in several variants: ``[cookie.1]``,
``[cookie.2]``. Which variants a site uses follows from its name, which teasers from the page's.
"""

import collections
import dataclasses
import html
import re

from samples import frames
from samples.furniture import EXTRAS, LANGS, Voice, load_furniture
from samples.markup import stable_hash

_BODY = re.compile(r"<body\b[^>]*>(.*)</body\s*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PER_PAGE = frozenset(["teaser", "adtext", "event"])


@dataclasses.dataclass(frozen=True)
class Site:
    """``address``: a URL with {key}, {lang} and {folder}; ``folders`` names those of languages."""

    address: str
    frame: object
    content_type: str = "text/html; charset=utf-8"
    folders: tuple = ()

    @property
    def host(self):
        """What the hosts of all its languages end in."""
        return self.address.split("/")[2].removeprefix("{lang}.")

    def url(self, key, lang):
        folder = dict(self.folders).get(lang, lang)
        return self.address.format(lang=lang, key=key, folder=folder)


SITES = {
    "handbook": Site(
        "https://www.handbook-shelf.example/{folder}/{key}.html",
        frames.semantic,
        folders=(("en", "en-US"), ("de", "de-DE"), ("zh", "zh-CN")),
    ),
    "reference": Site(
        "http://reference.terminal-readers.example/{key}.{folder}.html",
        frames.tables,
        "text/html",
        (("zh", "zh-cn"),),
    ),
    "installation": Site("https://first-boot.example/guide/{lang}/{key}", frames.grid),
    "faq": Site(
        "https://questions.example/{folder}{key}/",
        frames.blog,
        folders=(("en", ""), ("de", "de/"), ("zh", "cn/")),
    ),
    "maintainers": Site("https://{lang}.package-workshop.example/read/{key}.html", frames.drawer),
    "debmake": Site(
        "http://wiki.makers-bench.example/index.php?title={key}&uselang={lang}",
        frames.wiki,
        "application/xhtml+xml; charset=utf-8",
    ),
    "writer": Site("https://paragraphs.example/{lang}/h/{key}", frames.tight),
    "calc": Site("https://rows-and-columns.example/{key}?hl={lang}", frames.components),
    "slides": Site(
        "http://board.good-order.example/viewtopic.php?t={key}&l={lang}",
        frames.forum,
        'text/html; charset="UTF-8"',
    ),
    "macros": Site("https://{lang}.little-macros.example/{key}.htm", frames.magazine),
    "office": Site("http://office-notes.example/{lang}/{key}.html", frames.plain, "text/html"),
    "tables": Site(
        "http://www.tables-that-talk.example/show.aspx?doc={key}&lng={lang}", frames.form
    ),
}


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a frame shows. ``body`` is HTML, ``title`` text, ``languages`` URLs by language."""

    title: str
    body: str
    lang: str
    languages: dict
    say: object


class Chooser:
    """A site's voice: ``say("cookie")`` is the site's variant of that text, escaped."""

    def __init__(self, voice, counts, site, page):
        self._voice = voice
        self._counts = counts
        self._site = site
        self._page = page

    def __call__(self, key):
        return self._voice(self._keys(key, 1)[0])

    def unseen(self, key):
        """The text where no reader sees it."""
        return self._voice.unseen(self._keys(key, 1)[0])

    def some(self, key, count):
        """``count`` different variants."""
        return [self._voice(name) for name in self._keys(key, count)]

    def numbered(self, key, count):
        return enumerate(self.some(key, count), 1)

    def _keys(self, key, count):
        total = self._counts[key]
        name = f"{self._site} {self._page}" if key in _PER_PAGE else self._site
        start = stable_hash(f"{key} {name}")
        return [f"{key}.{(start + step) % total + 1}" for step in range(min(count, total))]


class Wrapper:
    """Puts pages into the frames of their sites and notes in ``said`` what the frames say."""

    def __init__(self):
        self._texts = load_furniture(EXTRAS / "wrapping")["mirrors"]
        self._counts = collections.Counter(key.partition(".")[0] for key in self._texts)
        self.said = {lang: set() for lang in LANGS}

    def wrap(self, source, manual, key, lang, languages, date):
        """The page of ``source`` in its site's frame; its body stays as it is."""
        # Sites have their furniture in three languages; other readers get the English one.
        spoken = lang if lang in LANGS else "en"
        voice = Voice(self._texts, spoken, date, self.said[spoken])
        say = Chooser(voice, self._counts, manual, key)
        body = body_of(source)
        return SITES[manual].frame(Shown(title_of(source), body, lang, languages, say))

    def texts(self, key, date):
        """A text that was said, in every language."""
        return {lang: Voice(self._texts, lang, date, set()).unseen(key) for lang in LANGS}


def body_of(source):
    """The inside of a page's body element, as it is written."""
    found = _BODY.search(source)
    return found.group(1) if found else source


def title_of(source):
    found = _TITLE.search(source)
    return " ".join(html.unescape(_TAG.sub("", found.group(1))).split()) if found else ""
