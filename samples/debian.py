"""Real pages with known translations: WARC files of Debian's documentation in en, de and zh.

``python -m samples.debian [--cache DIR] [--output DIR] [--packages NAME …]`` gets the packages by
apt-get and dpkg-deb, without installing anything, and writes below the output folder

- ``debian-0000N.warc``, ``.warc.zst`` and ``.warc.gz``: every page, in the frame of a made-up site;
- ``gold/en-XX.tsv``: English, translation, kind, as samples/gold has them (mining.evaluate). Kind
  ``variant`` is a row one of whose texts is in another row too, so that only one of them can be
  mined one to one; it and ``text`` have a fourth column, the sites (Site.host) that the pair is on,
  parted by commas. ``block`` is two blocks that correspond, and the reason why they were not cut to
  sentences: what is mined within them can't be judged;
- ``text/XX.tsv``: URL and text of each block of prose of each page, as a reader sees it, in order;
- ``furniture.tsv``: language and text of what the frames say.

Nothing of this is in the repository: it is big, and under the licences of its packages. What the
blocks and pairs are is decided without anything from mining/, which they are there to measure.
"""

import argparse
import collections
import contextlib
import dataclasses
import pathlib
import sys

from mining.errors import InputError
from samples import packages
from samples.align import gold_pairs, pair_blocks
from samples.archive import Fetch, write_archive
from samples.blocks import read_page
from samples.build import write_rows
from samples.furniture import LANGS
from samples.manuals import MANUALS, PACKAGES, find_pages
from samples.markup import stable_hash
from samples.wrapping import SITES, Wrapper, title_of

FOLDER = pathlib.Path(__file__).parent / "debian"
_BYTES_A_FILE = 20_000_000
_FRAME_BYTES = 4_000
_CODINGS = {0: ("gzip", False), 1: ("gzip", True), 2: ("br", False), 3: ("deflate", False)}
_CODINGS |= {4: ("", True)}


def build(output, folders):
    """Writes all files below ``output`` from unpacked packages; returns counts by (what, where)."""
    pages = find_pages(folders)
    groups = collections.defaultdict(dict)
    for page in pages:
        groups[page.manual, page.key][page.lang] = page
    counts = collections.Counter((f"pages {page.lang}", page.manual) for page in pages)
    for folder in (output, output / "gold", output / "text"):
        folder.mkdir(parents=True, exist_ok=True)
    wrapper = Wrapper()
    write_archives(output, pages, groups, wrapper)
    known, gold = write_text(output / "text", groups, counts)
    furniture = write_furniture(output / "furniture.tsv", wrapper, known)
    for lang, mine in gold.items():
        counts.update(("gold " + lang, manuals[0]) for manuals in mine.manuals.values())
        rows = [
            (*row, ",".join(sorted(SITES[manual].host for manual in mine.manuals[row[:2]])))
            for row in with_kinds(mine.sentences)
        ]
        rows += [(texts["en"], texts[lang], "furniture") for texts in furniture]
        rows += [(*titles, "furniture") for titles in mine.titles]
        rows += [(text, other, "block", reason) for text, other, reason in mine.unsure]
        write_rows(output / "gold" / f"en-{lang}.tsv", rows)
    return counts


def write_archives(output, pages, groups, wrapper):
    """Writes the WARC files; a page's languages go to different ones."""
    for path in output.glob("debian-*.warc*"):
        path.unlink()
    size = sum(page.path.stat().st_size + _FRAME_BYTES for page in pages)
    names = _file_names(-(-size // _BYTES_A_FILE))
    buckets = [[] for _ in names]
    for page in pages:
        number = stable_hash(f"{page.manual} {page.key}") + len(page.lang) + ord(page.lang[0])
        buckets[number % len(names)].append(page)
    for name, bucket in zip(names, buckets, strict=True):
        fetches = [_fetch(page, groups, wrapper) for page in bucket]
        write_archive(
            output / name, fetches, "Debian's documentation in the frames of made-up sites"
        )


def _file_names(count):
    endings = ["", ".zst", *[".gz"] * (max(count, 3) - 2)]
    return [f"debian-{number:05}.warc{ending}" for number, ending in enumerate(endings)]


def _fetch(page, groups, wrapper):
    site = SITES[page.manual]
    languages = {lang: site.url(page.key, lang) for lang in groups[page.manual, page.key]}
    url = languages[page.lang]
    number = stable_hash(page.manual)
    date = f"2025-{number % 12 + 1:02}-{number // 12 % 28 + 1:02}T{number % 24:02}:17:05Z"
    html = wrapper.wrap(_source(page), page.manual, page.key, page.lang, languages, date)
    coding, chunked = _CODINGS.get(stable_hash("coding " + url) % 16, ("", False))
    return Fetch(url, date, site.content_type, html.encode("utf-8"), coding=coding, chunked=chunked)


def _source(page):
    return page.path.read_text(encoding="utf-8", errors="replace")


@dataclasses.dataclass
class Gold:
    """What is known of a language pair: pairs of sentences, of titles, and (text, text, reason) of
    blocks; ``manuals``: the manuals that each pair of sentences is in, the first one first."""

    sentences: list = dataclasses.field(default_factory=list)
    titles: list = dataclasses.field(default_factory=list)
    unsure: list = dataclasses.field(default_factory=list)
    manuals: dict = dataclasses.field(default_factory=dict)


def write_text(folder, groups, counts):
    """Writes the known text of every page; returns the set of all blocks, and Gold by language."""
    known, gold = set(), {lang: Gold() for lang in LANGS[1:]}
    with contextlib.ExitStack() as stack:
        files = {
            lang: stack.enter_context(open(folder / f"{lang}.tsv", "w", encoding="utf-8"))
            for lang in LANGS
        }
        for (manual, key), by_lang in groups.items():
            sources = {lang: _source(by_lang[lang]) for lang in LANGS if lang in by_lang}
            parts = {lang: list(read_page(source)) for lang, source in sources.items()}
            for lang, mine in parts.items():
                url = SITES[manual].url(key, lang)
                texts = [value.text for kind, value in mine if kind == "block" and value.is_prose]
                files[lang].writelines(f"{url}\t{text}\n" for text in texts)
                known.update(texts)
            for lang in LANGS[1:]:
                if {"en", lang} <= parts.keys():
                    pairs = pair_blocks(parts["en"], parts[lang])
                    reasons = _add_gold(gold[lang], pairs, lang, manual)
                    counts.update({(f"{lang}: {r}", manual): n for r, n in reasons.items()})
                    gold[lang].titles.append((title_of(sources["en"]), title_of(sources[lang])))
    return known, gold


def _add_gold(gold, pairs, lang, manual):
    """Adds what block pairs of one page give; counts by the reasons why some gave nothing."""
    reasons = collections.Counter()
    sentences, unsure = gold_pairs(pairs, lang, lambda reason: reasons.update([reason]))
    gold.sentences += sentences
    gold.unsure += unsure
    for pair in sentences:
        manuals = gold.manuals.setdefault(pair, [])
        if manual not in manuals:
            manuals.append(manual)
    return reasons


def with_kinds(sentences):
    """Rows (en, other, kind) of pairs of sentences in order, each pair once.

    Of pairs that share a text the most frequent is ``text`` and the others are ``variant``.
    """
    counts = collections.Counter(sentences)
    order = {pair: number for number, pair in enumerate(counts)}
    taken, kinds = set(), {}
    for pair in sorted(counts, key=lambda pair: (-counts[pair], order[pair])):
        sides = {("en", pair[0]), ("other", pair[1])}
        kinds[pair] = "variant" if taken & sides else "text"
        taken |= sides
    return [(*pair, kinds[pair]) for pair in counts]


def write_furniture(path, wrapper, known):
    """Writes what frames say and no page does; returns the texts that all languages say."""
    said = {lang: sorted(wrapper.said[lang]) for lang in LANGS}
    rows = [
        (lang, text)
        for lang in LANGS
        for text in (wrapper.texts(key, date)[lang] for key, date in said[lang])
        if text not in known
    ]
    write_rows(path, rows)
    everywhere = sorted(set.intersection(*wrapper.said.values()))
    return [wrapper.texts(key, date) for key, date in everywhere]


def table(counts):
    """The counts as lines: pages and gold pairs of each manual, and why block pairs gave none."""
    columns = [f"pages {lang}" for lang in ("en", "de", "zh", "nl", "ja")]
    columns += [f"gold {lang}" for lang in LANGS[1:]]
    sums = collections.Counter()
    for (what, _), number in counts.items():
        sums[what] += number
    lines = ["".join(f"{name:>12}" for name in ["", *columns])]
    for manual in MANUALS:
        cells = [counts[column, manual.name] for column in columns]
        lines.append("".join([f"{manual.name:>12}", *(f"{cell:>12,}" for cell in cells)]))
    lines.append("".join([f"{'all':>12}", *(f"{sums[column]:>12,}" for column in columns)]))
    for lang in LANGS[1:]:
        reasons = {what: n for what, n in sums.items() if what.startswith(f"{lang}: ")}
        ordered = sorted(reasons, key=lambda what: (-reasons[what], what))
        told = ", ".join(f"{what[4:]} {reasons[what]:,}" for what in ordered)
        lines.append(f"left out of the gold, {lang}: {told}")
    return lines


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m samples.debian", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--output", type=pathlib.Path, default=FOLDER, help="default: %(default)s")
    parser.add_argument("--cache", type=pathlib.Path, help="for packages; default: OUTPUT/packages")
    parser.add_argument(
        "--packages", nargs="+", default=PACKAGES, help="default: all", metavar="NAME"
    )
    parser.add_argument(
        "--optional", action="store_true", help="end well where the packages can't be had"
    )
    ours = parser.parse_args(argv)
    try:
        unknown = set(ours.packages) - set(PACKAGES)
        if unknown:
            raise InputError(f"--packages {min(unknown)}: not one of {', '.join(PACKAGES)}")
        folders = packages.fetch(ours.packages, ours.cache or ours.output / "packages")
    except InputError as error:
        print(f"{'' if ours.optional else 'error: '}{error}", file=sys.stderr)
        return 0 if ours.optional else 2
    for line in table(build(ours.output, folders)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
