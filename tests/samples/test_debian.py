"""The real samples, built from small packages made here: nothing is lost, and always the same."""

import html
import itertools
import re
import shutil
import subprocess
import urllib.parse

import pytest

from mining.errors import InputError
from mining.warc import read_records
from samples import debian, manuals, packages
from samples.furniture import EXTRAS, LANGS, load_furniture
from samples.wrapping import SITES, Wrapper, body_of, title_of

DATE = "2025-03-04T05:06:07Z"
PAGE = """<html><head><title>{0} &amp; more</title></head><body>
<h1><a id="top"></a>{0}</h1><p>{1}</p><ul><li>{2}</li></ul></body></html>"""
TEXTS = {
    "en": ("Keeping houses warm", "Heat the room. Then close the door.", "Use dry wood only."),
    "de": (
        "Häuser warm halten",
        "Heizen Sie den Raum. Dann schließen Sie die Tür.",
        "Nur Trockenes.",
    ),
    "zh": ("让房子保持温暖", "先加热房间。然后把门关上。", "只用干燥的木柴。"),
    "nl": ("Huizen warm houden", "Verwarm de kamer.", "Gebruik alleen droog hout."),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Unpacked packages of two manuals, the second with a page that only English has."""
    root = tmp_path_factory.mktemp("packages")
    found = {}
    for manual in manuals.MANUALS:
        if manual.name not in ("installation", "faq"):
            continue
        for lang, source in manual.sources.items():
            if lang not in TEXTS:
                continue
            names = ["first", "second"] + ["third"] * (lang == "en" and manual.name == "faq")
            found[source.package] = root / source.package
            folder = found[source.package] / source.folder
            folder.mkdir(parents=True, exist_ok=True)
            for name in names:
                text = PAGE.format(*TEXTS[lang])
                (folder / f"{name}{source.ending}").write_text(text, encoding="utf-8")
            (folder / f"again{source.ending}").symlink_to(f"first{source.ending}")
    return found


@pytest.fixture(scope="module")
def built(folders, tmp_path_factory):
    output = tmp_path_factory.mktemp("built")
    return output, debian.build(output, folders)


def pages(output):
    """What the reader of the pipeline makes of the files: HTML by URL."""
    found = {}
    for path in sorted(output.glob("*.warc*")):
        with path.open("rb") as file:
            for record in read_records(file, path.name, 1 << 20):
                if not record.reason:
                    found[record.url] = record.body.decode("utf-8")
    return found


def lines(path):
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_page_is_in_one_of_the_files_of_every_kind(built):
    output, counts = built
    endings = {"".join(path.suffixes) for path in output.glob("*.warc*")}
    assert endings == {".warc", ".warc.zst", ".warc.gz"}
    # Two manuals with two pages each in en, de and zh, two in nl, and one in English alone.
    assert len(pages(output)) == 15
    assert sum(n for (what, _), n in counts.items() if what.startswith("pages")) == 15
    for lang, texts in TEXTS.items():
        said = sum(all(text in html for text in texts) for html in pages(output).values())
        assert said == {"en": 5, "nl": 2}.get(lang, 4)


def test_building_again_gives_the_same_bytes(built, folders, tmp_path):
    output, _ = built
    (tmp_path / "debian-00099.warc.gz").write_bytes(b"of an older run")
    debian.build(tmp_path, folders)
    files = [
        sorted(p.relative_to(d) for d in (f,) for p in d.rglob("*.*")) for f in (output, tmp_path)
    ]
    assert files[0] == files[1]
    for name in files[0]:
        assert (output / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_gold_has_each_pair_once_with_its_sites_and_the_furniture(built):
    output, _ = built
    rows = lines(output / "gold" / "en-zh.tsv")
    sites = "first-boot.example,questions.example"
    assert [row for row in rows if row[2] == "text"] == [
        ["Keeping houses warm", "让房子保持温暖", "text", sites],
        ["Heat the room.", "先加热房间。", "text", sites],
        ["Then close the door.", "然后把门关上。", "text", sites],
        ["Use dry wood only.", "只用干燥的木柴。", "text", sites],
    ]
    said = {(lang, text) for lang, text in lines(output / "furniture.tsv")}
    *furniture, title = [row for row in rows if row[2] == "furniture"]
    assert furniture and all(("en", a) in said and ("zh", b) in said for a, b, _ in furniture)
    assert title == ["Keeping houses warm & more", "让房子保持温暖 & more", "furniture"]


def test_known_text_is_that_of_the_page_alone(built):
    output, _ = built
    rows = lines(output / "text" / "de.tsv")
    assert {url for url, _ in rows} <= pages(output).keys()
    assert [text for url, text in rows if url == rows[0][0]] == list(TEXTS["de"])
    known = {text for _, text in rows}
    assert not [text for _, text in lines(output / "furniture.tsv") if text in known]


def test_blocks_that_are_not_cut_are_told_with_the_reason(folders, tmp_path):
    copies = {name: tmp_path / name for name in folders}
    for name, folder in folders.items():
        shutil.copytree(folder, copies[name], symlinks=True)
    for path in tmp_path.rglob("first*"):
        path.write_text(path.read_text().replace("house", "house, e.g. a hut,"))
    debian.build(tmp_path / "out", copies)
    blocks = [
        row[:2] + row[3:] for row in lines(tmp_path / "out/gold/en-de.tsv") if row[2] == "block"
    ]
    assert blocks == [["Keeping house, e.g. a hut,s warm", "Häuser warm halten", "cut doubtful"]]


def test_of_pairs_that_share_a_text_the_most_frequent_counts():
    pairs = [("a", "A"), ("a", "B"), ("b", "C"), ("c", "C"), ("a", "B"), ("d", "D")]
    assert debian.with_kinds(pairs) == [
        ("a", "A", "variant"),
        ("a", "B", "text"),
        ("b", "C", "text"),
        ("c", "C", "variant"),
        ("d", "D", "text"),
    ]


def test_pair_says_the_sites_it_is_on_and_no_other(folders, tmp_path):
    copies = {name: tmp_path / name for name in folders}
    for name, folder in folders.items():
        shutil.copytree(folder, copies[name], symlinks=True)
    for path in (tmp_path / "installation-guide-amd64").rglob("*.html"):
        path.write_text(path.read_text().replace("dry wood", "old wood"))
    debian.build(tmp_path / "out", copies)
    sites = {row[0]: row[3] for row in lines(tmp_path / "out/gold/en-de.tsv") if len(row) > 3}
    assert sites["Use dry wood only."] == "questions.example"
    assert sites["Use old wood only."] == "first-boot.example"
    assert sites["Heat the room."] == "first-boot.example,questions.example"


def test_hosts_of_all_languages_end_in_the_sites():
    for site in SITES.values():
        assert "{" not in site.host
        for lang in TEXTS:
            host = urllib.parse.urlsplit(site.url("key", lang)).hostname
            assert f".{host}".endswith(f".{site.host}")
    assert len({site.host for site in SITES.values()}) == len(SITES)


SOURCE = PAGE.format(*TEXTS["en"]).replace("<ul>", '<a id="x"/><ul>')


@pytest.mark.parametrize("manual", SITES)
@pytest.mark.parametrize("lang", [*LANGS, "nl"])
def test_frame_keeps_the_body_and_says_what_it_notes(manual, lang):
    wrapper = Wrapper()
    languages = {code: SITES[manual].url("guide/first", code) for code in TEXTS}
    page = wrapper.wrap(SOURCE, manual, "guide/first", lang, languages, DATE)
    assert body_of(SOURCE) in page
    spoken = lang if lang in LANGS else "en"
    seen = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
    assert len(wrapper.said[spoken]) >= 8
    for key, date in wrapper.said[spoken]:
        assert wrapper.texts(key, date)[spoken] in seen
    assert all(not said for code, said in wrapper.said.items() if code != spoken)


def test_sites_differ_in_frame_and_address():
    tags = {}
    for manual, site in SITES.items():
        page = Wrapper().wrap("<body>BODY</body>", manual, "k", "en", {"en": "http://x"}, DATE)
        tags[manual] = re.findall(r"<[a-zA-Z/][^\s>]*|BODY", page)
        urls = [site.url(key, lang) for key in ("a", "b/c") for lang in TEXTS]
        assert len(set(urls)) == len(urls)
    for one, other in itertools.combinations(tags.values(), 2):
        assert one != other
    assert SITES.keys() == {manual.name for manual in manuals.MANUALS}


def test_furniture_has_every_variant_in_three_languages_and_no_text_twice():
    texts = load_furniture(EXTRAS / "wrapping")["mirrors"]
    for lang in LANGS:
        said = [by_lang[lang] for by_lang in texts.values()]
        assert all(said) and len(set(said)) == len(said)


def test_title_is_read_without_markup():
    assert title_of(SOURCE) == "Keeping houses warm & more"
    assert title_of("<p>none</p>") == ""


def test_page_of_several_manuals_goes_to_the_nearest(tmp_path):
    for name in ("noscript", "text/shared/a", "text/scalc/b"):
        path = tmp_path / "usr/share/libreoffice/help/de" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<p>x</p>")
    found = manuals.find_pages({"libreoffice-help-de": tmp_path})
    assert [(page.manual, page.key) for page in found] == [
        ("calc", "text/scalc/b"),
        ("office", "noscript"),
        ("office", "text/shared/a"),
    ]


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_packages_are_unpacked_once_and_a_broken_one_is_left_out(tmp_path, capsys, monkeypatch):
    control = tmp_path / "made" / "DEBIAN" / "control"
    control.parent.mkdir(parents=True)
    control.write_text(
        "Package: good\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: x\n"
    )
    (tmp_path / "made" / "page.html").write_text("<p>x</p>")
    cache = tmp_path / "cache"
    cache.mkdir()
    command = [
        "dpkg-deb",
        "--build",
        "--root-owner-group",
        tmp_path / "made",
        cache / "good_1_all.deb",
    ]
    subprocess.run(command, check=True, capture_output=True)
    (cache / "bad_1_all.deb").write_bytes(b"no archive")
    monkeypatch.setattr(packages, "TOOLS", ("dpkg-deb",))
    assert packages.fetch(["good", "bad"], cache) == {"good": cache / "good"}
    assert (cache / "good" / "page.html").exists() and not (cache / "bad").exists()
    said = capsys.readouterr().err
    assert said.startswith("bad: left out: ") and said.count("\n") == 1
    with pytest.raises(InputError, match="no package"):
        packages.fetch(["bad"], cache)
    # What is unpacked needs no tools.
    monkeypatch.setattr(packages, "TOOLS", ("no-such-tool",))
    assert packages.fetch(["good"], cache) == {"good": cache / "good"}


def test_missing_tools_and_unknown_packages_are_told_in_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(packages, "TOOLS", ("no-such-tool",))
    arguments = ["--output", str(tmp_path / "out")]
    assert debian.main(arguments) == 2
    assert debian.main([*arguments, "--optional"]) == 0
    assert debian.main([*arguments, "--packages", "nothing"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "no-such-tool not found" in said[0] and "no-such-tool not found" in said[1]
    assert len(said) == 3 and "--packages nothing" in said[2]
    assert not (tmp_path / "out").exists()
