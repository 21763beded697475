"""What a reader sees of a manual's page, block by block, and where in its structure each block is.

Read with the standard library's parser on purpose: what measures the extraction must not share a
parser with it. Made for pages of DocBook, Publican and LibreOffice's help, not for the web.
"""

import dataclasses
import html.parser
import re

# What begins and ends a line of its own on the screen.
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p "
    "pre section summary table tbody td tfoot th thead tr ul option select button".split()
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_CODE = frozenset("code tt kbd samp var pre".split())
_UNSEEN = frozenset("head script style noscript template title textarea svg".split())
_FRAME_TAGS = frozenset(["header", "footer", "aside", "nav"])
_FRAME_CLASSES = frozenset(
    "navheader navfooter toc docnav list-of-tables list-of-figures list-of-examples "
    "list-of-procedures index legalnotice-link".split()
)
_FRAME_IDS = frozenset(["banner", "title", "SearchFrame", "DonationFrame", "DEBUG"])
# Ids that the stylesheets number themselves differ from one language to the next.
_NUMBERED_ID = re.compile(r"(idm|idp|id-|ftn\.|id\d)", re.ASCII)
_OPEN_CODE, _CLOSE_CODE = "\ue000", "\ue001"
_OPEN_LINK, _CLOSE_LINK = "\ue002", "\ue003"
_MARKS = re.compile("[\ue000-\ue003]")
_SOFT = re.compile("[\u00ad\u200b\u2060\ufeff]")
_CJK = "\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_SPACE = re.compile(r"\s+")


@dataclasses.dataclass(frozen=True)
class Block:
    """A run of text between two block elements or line breaks.

    ``mask`` is ``text`` with an x for each character of inline code; ``path`` the names of the
    elements around it; ``whole`` whether the element that holds it holds nothing else; ``linked``
    the share of its characters that are links; ``gaps`` whether some of its text is not shown.
    """

    text: str
    mask: str
    path: tuple
    whole: bool = True
    linked: float = 0.0
    gaps: bool = False

    @property
    def is_prose(self):
        """Whether it is text of the page: no code, no bare link, no number or mark alone."""
        letters = sum(a.isalpha() for a, b in zip(self.text, self.mask, strict=True) if a == b)
        return letters > 1 and self.linked < 0.9


def read_page(source):
    """The parts of a page in order, each ``("anchor", id)`` or ``("block", Block)``."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    reader.flush()
    return reader.finished()


class _Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self._parts = []
        self._stack = []  # of (tag, number, hides)
        self._hidden = 0
        self._text = []
        self._gaps = False
        self._holders = {}  # number of an element: how many runs and block children it has
        self._count = 0

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        anchor = attributes.get("id") or (tag == "a" and attributes.get("name"))
        if tag in _BLOCKS:
            self.flush()
            self._close_paragraph()
            if self._stack:
                self._child_of(self._holder())
        if anchor and not self._hidden and not _NUMBERED_ID.match(anchor):
            self._parts.append(("anchor", anchor))
        if tag == "br":
            self.flush()
        if tag in _VOID:
            return
        hides = self._hides(tag, attributes)
        if hides and tag not in _BLOCKS and tag not in _UNSEEN:
            self._gaps = True
        self._count += 1
        self._stack.append((tag, self._count, hides))
        self._hidden += hides
        self._mark(tag, _OPEN_CODE, _OPEN_LINK)

    def handle_startendtag(self, tag, attributes):
        # XHTML's way to write an anchor; to HTML it would be one that never ends.
        self.handle_starttag(tag, attributes)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not any(name == tag for name, _, _ in self._stack):
            return
        if tag in _BLOCKS:
            self.flush()
        while True:
            name, _, hides = self._stack.pop()
            self._mark(name, _CLOSE_CODE, _CLOSE_LINK)
            self._hidden -= hides
            if name == tag:
                return

    def handle_data(self, data):
        if not self._hidden:
            self._text.append(data)

    def flush(self):
        """Ends the run of text that is being read."""
        text, self._text = "".join(self._text), []
        gaps, self._gaps = self._gaps, False
        if _MARKS.sub("", text).strip():
            text, mask, linked = _visible(text)
            holder = self._holder()
            self._child_of(holder)
            self._parts.append(("block", (text, mask, self._path(), holder, linked, gaps)))
        # Inline elements may go on beyond a block inside them.
        for name, _, _ in self._stack:
            self._mark(name, _OPEN_CODE, _OPEN_LINK)

    def finished(self):
        """The parts; only now is it known which runs are all that their element holds."""
        for kind, value in self._parts:
            if kind == "block":
                text, mask, path, holder, linked, gaps = value
                whole = self._holders[holder] == 1
                value = Block(text, mask, path, whole, linked, gaps)
            yield kind, value

    def _mark(self, tag, code, link):
        if tag in _CODE:
            self._text.append(code)
        elif tag == "a":
            self._text.append(link)

    def _hides(self, tag, attributes):
        classes = (attributes.get("class") or "").split()
        return (
            tag in _UNSEEN
            or tag in _FRAME_TAGS
            or "hidden" in attributes
            or attributes.get("id") in _FRAME_IDS
            or not _FRAME_CLASSES.isdisjoint(classes)
        )

    def _close_paragraph(self):
        """A paragraph ends where a block begins, though its text may go on after that."""
        if self._stack and self._stack[-1][0] == "p":
            self._child_of(self._holder())
            self.handle_endtag("p")

    def _path(self):
        return tuple(name for name, _, _ in self._stack if name in _BLOCKS)

    def _holder(self):
        return next((n for name, n, _ in reversed(self._stack) if name in _BLOCKS), 0)

    def _child_of(self, holder):
        self._holders[holder] = self._holders.get(holder, 0) + 1


def _visible(marked):
    """Text, mask and share of link text of a run with marks around code and links."""
    text, mask, linked, size = [], [], 0, 0
    code = link = 0
    for char in _SOFT.sub("", marked):
        if char == _OPEN_CODE:
            code += 1
        elif char == _CLOSE_CODE:
            code = max(0, code - 1)
        elif char == _OPEN_LINK:
            link = 1
        elif char == _CLOSE_LINK:
            link = 0
        else:
            text.append(char)
            seen = not char.isspace()
            mask.append("x" if code and seen else char)
            size += seen
            linked += bool(link) and seen
    text, mask = "".join(text), "".join(mask)
    return *_collapse(text, mask), linked / size


def _collapse(text, mask):
    """Both with white space as it is shown: single, none where a line ends between CJK."""
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    text, mask = text[start:end], mask[start:end]
    pieces, shown, at = [], [], 0
    for space in _SPACE.finditer(text):
        pieces.append(text[at : space.start()])
        shown.append(mask[at : space.start()])
        at = space.end()
        if "\n" in space.group() and _is_cjk(text[space.start() - 1]) and _is_cjk(text[at]):
            continue
        pieces.append(" ")
        shown.append(" ")
    return "".join([*pieces, text[at:]]), "".join([*shown, mask[at:]])


def _is_cjk(char):
    return re.match(f"[{_CJK}]", char) is not None
