"""The sample WARCs are what their sources say, and the sources what they promise to be."""

import gzip
import io
import pathlib

import pytest
from warcio.archiveiterator import ArchiveIterator

from samples import build, sources
from samples.sources import count_sentences, load_articles

FOLDER = pathlib.Path(build.__file__).parent
ARTICLES = load_articles()


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    build.build(folder)
    return folder


def test_building_again_gives_the_committed_files(rebuilt):
    names = sorted(path.name for path in FOLDER.glob("*.warc.gz"))
    assert names == sorted(path.name for path in rebuilt.glob("*.warc.gz"))
    # Unpacked: another zlib may pack the same bytes otherwise.
    for name in names:
        ours, theirs = ((folder / name).read_bytes() for folder in (FOLDER, rebuilt))
        assert gzip.decompress(ours) == gzip.decompress(theirs), name
    for path in (FOLDER / "gold").glob("*.tsv"):
        assert path.read_bytes() == (rebuilt / "gold" / path.name).read_bytes(), path.name


def test_samples_are_small_enough_to_be_shipped():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.warc.gz")) < 4 << 20


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


def test_the_web_is_as_bad_as_it_is():
    statuses, types, codings, urls, odd = set(), set(), set(), [], 0
    for path in FOLDER.glob("*.warc.gz"):
        for record in ArchiveIterator(io.BytesIO(path.read_bytes())):
            if record.rec_type != "response":
                continue
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
    assert {"text/html", "application/xhtml+xml", "image/png"} <= types
    assert {"gzip", "br", "chunked"} <= codings
    # Two pages in gb18030 and two in windows-1252.
    assert odd >= 4
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
