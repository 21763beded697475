"""The sample WARCs are what their sources say, and the sources what they promise to be."""

import dataclasses
import gzip
import io
import shutil

import pytest
from warcio.archiveiterator import ArchiveIterator

from samples import build, sources
from samples.sources import count_sentences, load_articles
from samples.webs import NEWS, SAMPLES, WEBS

ARTICLES = load_articles(SAMPLES.sources)
of_each_web = pytest.mark.parametrize("web", WEBS, ids=lambda web: web.prefix)


@of_each_web
def test_building_again_gives_the_committed_files(web, tmp_path):
    build.build(web, tmp_path)
    names = sorted(path.name for path in web.folder.glob("*.warc.gz"))
    assert len(names) == web.files
    assert names == sorted(path.name for path in tmp_path.glob("*.warc.gz"))
    # Unpacked: another zlib may pack the same bytes otherwise.
    for name in names:
        ours, theirs = ((folder / name).read_bytes() for folder in (web.folder, tmp_path))
        assert gzip.decompress(ours) == gzip.decompress(theirs), name
    gold = sorted(path.name for path in (web.folder / "gold").glob("*.tsv"))
    assert len(gold) == 4
    for name in gold:
        ours, theirs = ((folder / "gold" / name).read_bytes() for folder in (web.folder, tmp_path))
        assert ours == theirs, name


def test_webs_are_small_enough_to_be_shipped_and_share_nothing():
    files = [path for web in WEBS for path in web.folder.glob("*.warc.gz")]
    assert len(files) == sum(web.files for web in WEBS)
    assert sum(path.stat().st_size for path in files) < 4 << 20
    assert not SAMPLES.sites.keys() & NEWS.sites.keys()
    ours, theirs = (
        {text for article in load_articles(web.sources) for text in texts_of(article)}
        for web in WEBS
    )
    assert not ours & theirs


def texts_of(article):
    return [text for unit in article.units() for text in unit.texts.values()]


def test_article_in_one_language_alone_is_a_page_and_no_gold(tmp_path):
    place = tmp_path / "web"
    shutil.copytree(NEWS.extras, place / "extras")
    (place / "sources" / "north-line").mkdir(parents=True)
    article = "site: north-line\nslug: nur-deutsch\ndate: 2025-11-01T08:00:00Z\n"
    article += "\n[h1]\nde: Nur auf Deutsch\n\n[p]\nde: Das sagt sonst niemand.\n"
    (place / "sources" / "north-line" / "nur-deutsch.txt").write_text(article)
    web = dataclasses.replace(NEWS, place=place, stray=(), tracked=(), printed=())
    build.build(web, tmp_path)
    found = {record.rec_headers.get_header("WARC-Target-URI") for record in answers(tmp_path)}
    assert "https://north-line.example/nachrichten/1-nur-deutsch/" in found
    assert "https://north-line.example/news/1-nur-deutsch/" not in found
    for lang in ("de", "zh"):
        assert "niemand" not in (tmp_path / "gold" / f"en-{lang}.tsv").read_text(encoding="utf-8")


def answers(folder):
    for path in sorted(folder.glob("*.warc.gz")):
        for record in ArchiveIterator(io.BytesIO(path.read_bytes())):
            if record.rec_type == "response":
                yield record


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_enough_articles_and_sentences_a_third_of_them_alone(lang):
    ours = [article for article in ARTICLES if lang in article.langs]
    assert len(ours) >= 40 and len({article.site for article in ours}) >= 5
    units = [unit for article in ours for unit in article.units() if lang in unit.texts]
    others = {"de", "zh"} if lang == "en" else {"en"}
    alone = [unit for unit in units if unit.near_miss or not others & unit.texts.keys()]
    total, lonely = (sum(count_sentences(u.texts[lang]) for u in part) for part in (units, alone))
    assert total >= 600
    assert 0.25 <= lonely / total <= 0.45


def test_every_kind_of_near_miss_and_many_sentences_split_differently():
    units = [unit for article in ARTICLES for unit in article.units()]
    for kind in sources.NEAR_MISSES:
        assert sum(unit.near_miss == kind for unit in units) >= 20
    split = [unit for unit in units if len({count_sentences(t) for t in unit.texts.values()}) > 1]
    assert len(split) >= 20


@of_each_web
def test_the_web_is_as_bad_as_it_is(web):
    statuses, types, codings, urls, odd = set(), set(), set(), [], 0
    for record in answers(web.folder):
        http = record.http_headers
        statuses.add(http.get_statuscode())
        types.add((http.get_header("Content-Type") or "").partition(";")[0].lower())
        codings |= {http.get_header("Content-Encoding"), http.get_header("Transfer-Encoding")}
        urls.append(record.rec_headers.get_header("WARC-Target-URI"))
        body = record.raw_stream.read()
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            odd += b"<html" in body.lower()
    assert {"200", "301", "404"} <= statuses
    assert {plan.content_type.partition(";")[0].lower() for plan in web.sites.values()} <= types
    assert "image/png" in types
    assert {"gzip", "br", "chunked"} <= codings
    # Some in gb18030 and some in windows-1252.
    assert odd >= len(web.codings)
    assert len(urls) == len(set(urls))
    assert any("utm_source" in url for url in urls)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("site: a\nslug: b\ndate: c\n\n[h1]\nen: x\nen: y\n", "en twice"),
        ("site: a\nslug: b\ndate: c\n\n[h9]\nen: x\n", "unknown block"),
        ("site: a\nslug: b\ndate: c\n\n[h1]\n~ colour\nen: x\n", "unknown near miss"),
        ("site: a\ndate: c\n\n[h1]\nen: x\n", "slug"),
        ("site: a\nslug: b\ndate: c\n\n[p]\nen: x\n", "h1"),
        ("site: a\nslug: b\ndate: c\n\n[h1]\nno colon here\n", "xx: text"),
    ],
)
def test_fault_in_a_source_is_named_with_its_file(tmp_path, text, says):
    path = tmp_path / "article.txt"
    path.write_text(text)
    with pytest.raises(sources.SourceError, match=says) as error:
        sources.parse_article(path)
    assert str(path) in str(error.value)
