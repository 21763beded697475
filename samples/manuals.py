"""Which files of which Debian packages are which page of which manual, in which language."""

import dataclasses
import pathlib

_OFFICE = "usr/share/libreoffice/help"


@dataclasses.dataclass(frozen=True)
class Source:
    """A language's pages: the files of ``package`` below ``folder`` that end in ``ending``."""

    package: str
    folder: str
    ending: str = ".html"


@dataclasses.dataclass(frozen=True)
class Manual:
    """One site. ``inside``: the folders of its sources that it takes pages from."""

    name: str
    sources: dict
    inside: tuple = ("",)


@dataclasses.dataclass(frozen=True)
class PageFile:
    """One page: ``key`` is the same in all its languages."""

    manual: str
    key: str
    lang: str
    path: pathlib.Path


def _same_folder(package, folder, *langs, **folders):
    return {lang: Source(package, f"{folder}/{folders.get(lang, lang)}") for lang in langs}


def _by_ending(folder, **packages):
    endings = {"zh": "zh-cn"}
    return {
        lang: Source(package, folder, f".{endings.get(lang, lang)}.html")
        for lang, package in packages.items()
    }


def _office(name, *inside):
    codes = {"en": "en-US", "de": "de", "zh": "zh-CN"}
    sources = {
        lang: Source(f"libreoffice-help-{code.lower()}", f"{_OFFICE}/{code}")
        for lang, code in codes.items()
    }
    return Manual(name, sources, inside)


MANUALS = (
    Manual(
        "handbook",
        _same_folder(
            "debian-handbook",
            "usr/share/doc/debian-handbook/html",
            *("en", "de", "zh"),
            en="en-US",
            de="de-DE",
            zh="zh-CN",
        ),
    ),
    Manual(
        "reference",
        _by_ending(
            "usr/share/debian-reference",
            en="debian-reference-en",
            de="debian-reference-de",
            zh="debian-reference-zh-cn",
        ),
    ),
    # Dutch and Japanese: what German and Chinese are most easily taken for.
    Manual(
        "installation",
        _same_folder(
            "installation-guide-amd64",
            "usr/share/doc/installation-guide-amd64",
            *("en", "de", "zh", "nl", "ja"),
            zh="zh_CN",
        ),
    ),
    Manual(
        "faq",
        {
            "en": Source("debian-faq", "usr/share/doc/debian/FAQ", ".en.html"),
            "de": Source("debian-faq-de", "usr/share/doc/debian/FAQ/de", ".de.html"),
            "zh": Source("debian-faq-zh-cn", "usr/share/doc/debian/FAQ/zh-cn", ".zh-cn.html"),
        },
    ),
    Manual(
        "maintainers",
        {
            "en": Source("maint-guide", "usr/share/doc/maint-guide/html", ".en.html"),
            "de": Source("maint-guide-de", "usr/share/doc/maint-guide-de/html", ".de.html"),
            "zh": Source(
                "maint-guide-zh-cn", "usr/share/doc/maint-guide-zh-cn/html", ".zh-cn.html"
            ),
        },
    ),
    Manual(
        "debmake",
        _by_ending(
            "usr/share/doc/debmake-doc/html",
            en="debmake-doc",
            de="debmake-doc",
            zh="debmake-doc",
        ),
    ),
    _office("writer", "text/swriter"),
    _office("calc", "text/scalc"),
    _office("slides", "text/simpress", "text/sdraw", "text/smath", "text/schart"),
    _office("macros", "text/sbasic"),
    _office("office", "text/shared", ""),
    _office("tables", "text/sdatabase"),
)
PACKAGES = tuple(
    dict.fromkeys(source.package for manual in MANUALS for source in manual.sources.values())
)


def find_pages(folders):
    """PageFile of every page in the unpacked packages (folders by name), in a fixed order.

    A page that lies in folders of two manuals goes to the one that names more of its path. Links
    from one file to another are no pages.
    """
    found = {}
    for manual in MANUALS:
        for lang, source in manual.sources.items():
            if source.package not in folders:
                continue
            root = folders[source.package] / source.folder
            for path in root.rglob(f"*{source.ending}"):
                key = path.relative_to(root).as_posix().removesuffix(source.ending)
                within = [part for part in manual.inside if _is_within(key, part)]
                if path.is_symlink() or not within:
                    continue
                page = PageFile(manual.name, key, lang, path)
                depth = max(map(len, within))
                found[path] = max(found.get(path, (-1, page)), (depth, page), key=lambda p: p[0])
    pages = [page for _, page in found.values()]
    return sorted(pages, key=lambda page: (page.manual, page.key, page.lang))


def _is_within(key, folder):
    return not folder or key.startswith(f"{folder}/")
