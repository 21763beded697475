"""Builds the sample web from the page sources: five WARC files, and the gold sentence pairs.

``python -m samples.build [--output DIR]`` writes ``sample-0000N.warc.gz`` and ``gold/*.tsv``. The
result depends on the sources alone: dates come from the articles, ids and order from hashes. Only
a zlib or brotli that packs differently can change the bytes of the WARC files.
"""

import argparse
import json
import pathlib
import sys
import typing

from samples.archive import Fetch, png, write_archive
from samples.furniture import LANGS, furniture_text, load_furniture
from samples.markup import stable_hash
from samples.pages import Site, second_copies, stray_pages
from samples.sources import load_articles
from samples.templates import render, title_of

FILES = 5
CONTENT_TYPES = {
    "corner-advice": "text/html",
    "far-paths": "text/html; charset=utf-8",
    "ferrymoor-courier": "text/html; charset=UTF-8",
    "mend-it": 'text/html; charset="utf-8"',
    "open-window-science": "Text/HTML;Charset=UTF-8",
    "slow-kitchen": "text/html",
    "town-museum": "application/xhtml+xml",
}


class Coding(typing.NamedTuple):
    """What a page is encoded in, what its header says it is and what its meta element says."""

    charset: str
    content_type: str
    meta: str


CODINGS = {
    ("pickle-crock", "zh"): Coding("gb18030", "text/html", ""),
    ("family-insurance", "zh"): Coding("gb18030", "text/html; charset=utf-8", "gb2312"),
    ("thursday-leftovers", "de"): Coding("windows-1252", "text/html", ""),
    ("pocket-money", "de"): Coding("windows-1252", "text/html; charset=utf-8", "iso-8859-1"),
}
# Content-Encoding, and whether the body comes in chunks.
TRANSFERS = {
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
}


def build(output):
    """Writes the WARC files and the gold files below the folder ``output``."""
    articles = load_articles()
    sites = make_sites(articles)
    fetches = [fetch_page(page) for page in all_pages(sites)]
    fetches += [fetch for site in sites.values() for fetch in other_fetches(site)]
    if len({fetch.url for fetch in fetches}) != len(fetches):
        raise ValueError("two pages have the same URL")
    output.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        mine = [fetch for fetch in fetches if fetch.bucket == number]
        write_archive(output / f"sample-{number:05}.warc.gz", mine)
    write_gold(output / "gold", articles, sites)


def make_sites(articles):
    furniture = load_furniture()
    by_site = {}
    for article in articles:
        by_site.setdefault(article.site, []).append(article)
    return {name: Site(name, mine, furniture[name]) for name, mine in by_site.items()}


def all_pages(sites):
    """Every page that holds text of a site, second copies and pages in odd places included."""
    pages = [page for site in sites.values() for page in site.article_pages()]
    yield from pages
    for site in sites.values():
        yield from site.index_pages()
    yield from stray_pages(sites)
    yield from second_copies(pages)


def fetch_page(page):
    """The server's answer that brings a page, in the encoding the page is to have."""
    own = page.kind == "article"
    name = (page.slug, page.text_lang)
    coding = CODINGS.get(name) if own else None
    coding = coding or Coding("utf-8", CONTENT_TYPES[page.site], "utf-8")
    compression, chunked = TRANSFERS.get(name, ("", False)) if own else ("", False)
    return Fetch(
        page.url,
        page.date,
        coding.content_type,
        encode(page, coding),
        coding=compression,
        chunked=chunked,
        bucket=bucket(page),
    )


def encode(page, coding):
    """The page as bytes. Furniture may fall back on character references, the text must not."""
    for _, items in page.blocks:
        for item in items:
            # Links and table rows are tuples of texts; this raises where a character has no code.
            "".join(item).encode(coding.charset)
    return render(page, coding.meta).encode(coding.charset, "xmlcharrefreplace")


def bucket(page):
    """The file a page goes to: by a hash of its English URL, each language in another file."""
    if page.url not in page.languages.values():
        return stable_hash(page.url) % FILES
    return (stable_hash(page.languages["en"]) + 2 * LANGS.index(page.lang)) % FILES


def other_fetches(site):
    """What else a crawler brings home from a site: no articles, but files and failures."""
    lang = LANGS[stable_hash(site.name) % 3]
    page = site.lost_page(lang)
    html = render(page, "utf-8").encode("utf-8")
    kind = "text/html; charset=utf-8"
    yield Fetch(page.url, page.date, kind, html, status=404, bucket=stable_hash(page.url) % FILES)
    home = page.languages["en"]
    root = "/".join(home.split("/")[:3]) + "/"
    robots = f"User-agent: *\nDisallow: /admin/\nSitemap: {root}sitemap.xml\n".encode()
    css = f"/* {site.name} */\nbody {{ font: 16px/1.5 serif; margin: 0 auto }}\n".encode()
    count = json.dumps({"site": site.name, "articles": len(site.articles), "ok": True}).encode()
    for path, kind, body in (
        ("robots.txt", "text/plain", robots),
        ("style.css", "text/css", css),
        ("logo.png", "image/png", png(site.name)),
        ("api/status.json", "application/json", count),
    ):
        url = root + path
        yield Fetch(url, site.latest, kind, body, bucket=stable_hash(url) % FILES)
    url = f"{root}old/{site.articles[0].slug}"
    target = site.urls[site.articles[0].slug, "en"]
    yield Fetch(
        url,
        site.latest,
        "text/html",
        b"",
        status=301,
        location=target,
        bucket=stable_hash(url) % FILES,
    )


def write_gold(folder, articles, sites):
    """Writes for German and Chinese the pairs to be found and the near misses to be left."""
    folder.mkdir(parents=True, exist_ok=True)
    units = [unit for article in articles for unit in article.units()]
    for lang in LANGS[1:]:
        both = [unit for unit in units if {"en", lang} <= unit.texts.keys()]
        rows = [(unit.texts["en"], unit.texts[lang], unit.near_miss or "text") for unit in both]
        pairs = [row for row in rows if row[2] == "text"] + furniture_rows(sites, lang)
        pairs += title_rows(sites, lang)
        write_rows(folder / f"en-{lang}.tsv", pairs)
        misses = [row for row in rows if row[2] != "text"]
        write_rows(folder / f"near-misses.en-{lang}.tsv", misses)


def furniture_rows(sites, lang):
    """The furniture that pages in English and in ``lang`` show alike."""
    rows = []
    for _, site in sorted(sites.items()):
        for key, date in sorted(site.said["en"] & site.said[lang]):
            texts = {code: furniture_text(site.texts[key], code, date) for code in LANGS}
            rows.append((texts["en"], texts[lang], "furniture"))
    return rows


def title_rows(sites, lang):
    """The titles, with the site's name, of pages in English and in ``lang``."""
    titles = {}
    for site in sites.values():
        for page in (*site.article_pages(), *site.index_pages()):
            titles.setdefault((site.name, page.kind, page.slug), {})[page.lang] = title_of(page)
    both = (found for _, found in sorted(titles.items()) if {"en", lang} <= found.keys())
    return [(found["en"], found[lang], "furniture") for found in both]


def write_rows(path, rows):
    """Writes tab-separated rows; of rows with the same two texts only the first."""
    seen = {}
    for row in rows:
        if any(mark in text for text in row for mark in "\t\r\n"):
            raise ValueError(f"a tab or line break in {row}")
        seen.setdefault(row[:2], row)
    lines = ["\t".join(row) + "\n" for row in seen.values()]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def main():
    parser = argparse.ArgumentParser(description="Build the sample web and its gold pairs.")
    folder = pathlib.Path(__file__).parent
    parser.add_argument("--output", type=pathlib.Path, default=folder, help="default: %(default)s")
    build(parser.parse_args().output)


if __name__ == "__main__":
    sys.exit(main())
