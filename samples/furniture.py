"""What a site says around its articles: menus, cookie lines, footers, each in three languages.

The texts of a site lie in extras/furniture/SITE.txt, ``[key]`` and then a line ``xx: text`` for
each language. A ``{date}`` in a text stands for the date of the page it is shown on.
"""

import html
import pathlib

EXTRAS = pathlib.Path(__file__).parent / "extras"
LANGS = ("en", "de", "zh")
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


def load_furniture(folder=EXTRAS / "furniture"):
    """The furniture texts: ``{site: {key: {lang: text}}}``."""
    return {path.stem: _parse(path) for path in sorted(folder.glob("*.txt"))}


def _parse(path):
    texts, key = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            key = line[1:-1]
            if key in texts:
                raise ValueError(f"{path}: [{key}] twice")
            texts[key] = {}
        elif line:
            lang, _, text = line.partition(":")
            texts[key][lang] = text.strip()
    for key, by_lang in texts.items():
        if tuple(by_lang) != LANGS:
            raise ValueError(f"{path}: [{key}] must have {', '.join(LANGS)} in this order")
    return texts


def date_words(date, lang):
    """The day of an ISO date as a page in that language writes it."""
    year, month, day = (int(part) for part in date[:10].split("-"))
    if lang == "zh":
        return f"{year}年{month}月{day}日"
    dot = "." if lang == "de" else ""
    return f"{day}{dot} {_MONTHS[lang].split()[month - 1]} {year}"


class Voice:
    """Says a site's furniture in one language and notes in ``said`` what readers get to see."""

    def __init__(self, texts, lang, date, said):
        self._texts = texts
        self._lang = lang
        self._date = date
        self._said = said

    def __call__(self, key):
        """The text for ``key``, escaped for HTML."""
        self._said.add((key, self._date if "{date}" in self._texts[key]["en"] else ""))
        return html.escape(self.unseen(key), quote=False)

    def unseen(self, key):
        """The bare text for ``key`` where no reader sees it: in scripts, attributes, titles."""
        return furniture_text(self._texts[key], self._lang, self._date)


def furniture_text(by_lang, lang, date):
    """One furniture text with its date filled in."""
    text = by_lang[lang]
    return text.replace("{date}", date_words(date, lang)) if "{date}" in text else text
