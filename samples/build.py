"""Builds the made-up webs from the page sources: WARC files, and the gold sentence pairs.

``python -m samples.build [--output DIR]`` writes ``sample-0000N.warc.gz`` and ``gold/*.tsv`` of the
samples, and ``news/news-0000N.warc.gz`` and ``news/gold/*.tsv`` of the web of news. The result
depends on the sources alone: dates come from the articles, ids and order from hashes. Only a zlib
or brotli that packs differently can change the bytes of the WARC files.
"""

import argparse
import json
import pathlib
import sys

from samples.archive import Fetch, png, write_archive
from samples.furniture import LANGS, furniture_text, load_furniture
from samples.markup import stable_hash
from samples.pages import Site, second_copies, stray_pages
from samples.sources import load_articles
from samples.templates import render, title_of
from samples.webs import WEBS, Coding


def build(web, output):
    """Writes the WARC files and the gold files of a samples.webs.Web below the folder ``output``.

    ValueError if two pages have the same URL or a gold text could not stand in a TSV.
    """
    articles = load_articles(web.sources)
    sites = make_sites(web, articles)
    fetches = [fetch_page(web, page) for page in all_pages(web, sites)]
    fetches += [fetch for site in sites.values() for fetch in other_fetches(web, site)]
    if len({fetch.url for fetch in fetches}) != len(fetches):
        raise ValueError("two pages have the same URL")
    output.mkdir(parents=True, exist_ok=True)
    for number in range(web.files):
        mine = [fetch for fetch in fetches if fetch.bucket == number]
        write_archive(output / f"{web.prefix}-{number:05}.warc.gz", mine)
    write_gold(output / "gold", articles, sites)


def make_sites(web, articles):
    furniture = load_furniture(web.extras / "furniture")
    by_site = {}
    for article in articles:
        by_site.setdefault(article.site, []).append(article)
    return {
        name: Site(name, web.sites[name], mine, furniture[name]) for name, mine in by_site.items()
    }


def all_pages(web, sites):
    """Every page that holds text of a site, second copies and pages in odd places included."""
    pages = [page for site in sites.values() for page in site.article_pages()]
    yield from pages
    for site in sites.values():
        yield from site.index_pages()
    yield from stray_pages(web, sites)
    yield from second_copies(web, pages)


def fetch_page(web, page):
    """The server's answer that brings a page, in the encoding the page is to have."""
    own = page.kind == "article"
    name = (page.slug, page.text_lang)
    coding = web.codings.get(name) if own else None
    coding = coding or Coding("utf-8", web.sites[page.site].content_type, "utf-8")
    compression, chunked = web.transfers.get(name, ("", False)) if own else ("", False)
    return Fetch(
        page.url,
        page.date,
        coding.content_type,
        encode(page, coding),
        coding=compression,
        chunked=chunked,
        bucket=bucket(web, page),
    )


def encode(page, coding):
    """The page as bytes. Furniture may fall back on character references, the text must not."""
    for _, items in page.blocks:
        for item in items:
            # Links and table rows are tuples of texts; this raises where a character has no code.
            "".join(item).encode(coding.charset)
    return render(page, coding.meta).encode(coding.charset, "xmlcharrefreplace")


def bucket(web, page):
    """The file a page goes to: by its English URL, each language in another file; by its own URL
    if it is no page of an article, or of one that is not in English."""
    if page.url not in page.languages.values() or "en" not in page.languages:
        return by_url(web, page.url)
    return (by_url(web, page.languages["en"]) + 2 * LANGS.index(page.lang)) % web.files


def by_url(web, url):
    """The number of the file that a URL goes to by its hash."""
    return stable_hash(url) % web.files


def other_fetches(web, site):
    """What else a crawler brings home from a site: no articles, but files and failures."""
    lang = LANGS[stable_hash(site.name) % 3]
    page = site.lost_page(lang)
    html = render(page, "utf-8").encode("utf-8")
    kind = "text/html; charset=utf-8"
    yield Fetch(page.url, page.date, kind, html, status=404, bucket=by_url(web, page.url))
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
        yield Fetch(url, site.latest, kind, body, bucket=by_url(web, url))
    moved = site.articles[0]
    url = f"{root}old/{moved.slug}"
    target = site.urls[moved.slug, moved.langs[0]]
    yield Fetch(
        url,
        site.latest,
        "text/html",
        b"",
        status=301,
        location=target,
        bucket=by_url(web, url),
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
    parser = argparse.ArgumentParser(description="Build the made-up webs and their gold pairs.")
    folder = pathlib.Path(__file__).parent
    parser.add_argument("--output", type=pathlib.Path, default=folder, help="default: %(default)s")
    output = parser.parse_args().output
    for web in WEBS:
        build(web, output / web.place)


if __name__ == "__main__":
    sys.exit(main())
