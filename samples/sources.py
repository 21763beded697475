"""The page sources: a plain-text article format in which translations stand side by side.

An article is a head of ``key: value`` lines, then blocks. A block opens with ``[h1]``, ``[h2]``,
``[p]``, ``[ul]``, ``[ol]``, ``[table]`` or ``[quote]`` and holds units, parted by blank lines.
A unit says one thing in one or more languages, a line ``xx: text`` for each; what a language
does not say, its page does not have. Two languages in one unit are a gold pair, unless the unit
opens with ``~ number``, ``~ name`` or ``~ negation``: then they are a near miss, alike but for
that one thing, and no translation of each other.
"""

import argparse
import dataclasses
import pathlib
import re
import sys

BLOCKS = ("h1", "h2", "p", "ul", "ol", "table", "quote")
NEAR_MISSES = ("number", "name", "negation")
_SENTENCE_END = re.compile(r"[.!?][\"”“’»)]*(?=\s|$)|[。！？][”’」』）]*")


class SourceError(ValueError):
    """An article file that does not follow the format; the message names file and line."""


@dataclasses.dataclass(frozen=True)
class Unit:
    """One statement: ``texts`` by language code, ``near_miss`` the kind of difference or ''."""

    texts: dict
    near_miss: str = ""


@dataclasses.dataclass(frozen=True)
class Block:
    """A run of units that a page shows as one element (paragraph, list, table, heading)."""

    kind: str
    units: tuple


@dataclasses.dataclass(frozen=True)
class Article:
    """One article in all its languages. ``date`` is ISO 8601 in UTC."""

    site: str
    slug: str
    date: str
    blocks: tuple

    @property
    def langs(self):
        """The languages that have a title: each gets a page."""
        return tuple(self.blocks[0].units[0].texts)

    def units(self):
        for block in self.blocks:
            yield from block.units


def parse_article(path):
    """The article in the file ``path``; raises SourceError with file and line number."""
    head, blocks, texts, near_miss = {}, [], {}, ""

    def fail(number, what):
        raise SourceError(f"{path}:{number}: {what}")

    def close(number):
        nonlocal texts, near_miss
        if texts:
            blocks[-1][1].append(Unit(texts, near_miss))
        elif near_miss:
            fail(number, "a near-miss mark without a text")
        texts, near_miss = {}, ""

    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line:
            close(number)
        elif line.startswith("[") and line.endswith("]"):
            close(number)
            if line[1:-1] not in BLOCKS:
                fail(number, f"unknown block {line}")
            blocks.append((line[1:-1], []))
        elif line.startswith("~"):
            near_miss = line[1:].strip()
            if near_miss not in NEAR_MISSES:
                fail(number, f"unknown near miss {near_miss!r}")
        else:
            key, colon, value = line.partition(":")
            value = value.strip()
            if not colon or not re.fullmatch(r"[a-z]+", key) or not value:
                fail(number, "expected 'xx: text'")
            if not blocks:
                head[key] = value
            elif key in texts:
                fail(number, f"{key} twice in one unit (is a blank line missing?)")
            elif len(key) != 2:
                fail(number, f"{key!r} is not a two-letter language code")
            else:
                texts[key] = value
    close(0)
    for key in ("site", "slug", "date"):
        if key not in head:
            fail(1, f"no '{key}:' line in the head")
    if not blocks or blocks[0][0] != "h1" or not blocks[0][1]:
        fail(1, "the first block must be [h1] with the titles")
    return Article(
        head["site"],
        head["slug"],
        head["date"],
        tuple(Block(kind, tuple(units)) for kind, units in blocks),
    )


def load_articles(folder):
    """All articles below ``folder``, ordered by site and slug."""
    articles = [parse_article(path) for path in sorted(folder.glob("*/*.txt"))]
    return sorted(articles, key=lambda article: (article.site, article.slug))


def count_sentences(text):
    """How many sentences a text of a unit has, by its closing marks; at least one."""
    return max(1, len(_SENTENCE_END.findall(text)))


def main():
    """Prints what each site holds, a line a site: articles, sentences, share translated."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="samples/sources, samples/news/sources")
    by_site = {}
    for article in load_articles(parser.parse_args().folder):
        by_site.setdefault(article.site, []).append(article)
    for site, articles in by_site.items():
        units = [unit for article in articles for unit in article.units()]
        line = [f"{site}: {len(articles)} articles"]
        for lang in ("en", "de", "zh"):
            mine = [unit for unit in units if lang in unit.texts]
            others = {"de", "zh"} if lang == "en" else {"en"}
            paired = [u for u in mine if not u.near_miss and others & u.texts.keys()]
            total = sum(count_sentences(unit.texts[lang]) for unit in mine)
            alone = total - sum(count_sentences(unit.texts[lang]) for unit in paired)
            line.append(f"{lang} {total} sentences, {alone / max(total, 1):.0%} alone")
        misses = [unit.near_miss for unit in units if unit.near_miss]
        line.append("near misses " + " ".join(f"{k} {misses.count(k)}" for k in NEAR_MISSES))
        uneven = 0
        for unit in units:
            counts = {count_sentences(text) for text in unit.texts.values()}
            uneven += len(counts) > 1
        line.append(f"split differently {uneven}")
        print("; ".join(line))


if __name__ == "__main__":
    sys.exit(main())
