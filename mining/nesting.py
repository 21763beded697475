"""Which quotation marks and brackets of a text belong together. Only that: what a sentence may do
inside of them is decided where sentences are cut.
"""

import re

_MARKS = re.compile('["“”„«»‘’‚‹›()\\[\\]{}「」『』（）《》〈〉【】〔〕［］]')
#: marks that open in every language, and the one that closes them
_STRICT = dict(zip("([{「『（《〈【〔［", ")]}」』）》〉】〕］", strict=True))
_CLOSING = frozenset(_STRICT.values())
_DOUBLE = frozenset('"“”„«»')
_ALWAYS_OPEN = frozenset("„‚")
_BEFORE_OPENING = frozenset("([{-–—/\"“„«»‘‚‹›'*")


def spans(text, chinese=False):
    """Pairs of marks that belong together: a list of (index of the opening, of the closing one).

    In order of the closing ones, in linear time; a mark without its partner is in no pair. The
    same mark opens in one language and closes in another („German“, “English”, »de«, «ch»), so
    quotation marks open or close by what stands beside them; Chinese has no spaces to tell by, but
    its “ always opens.
    """
    pairs, stack = [], []
    waiting = dict.fromkeys(("double", "single", *_CLOSING), 0)
    paired = text.count('"') % 2 == 0
    for match in _MARKS.finditer(text):
        mark, at = match[0], match.start()
        if mark in _STRICT:
            kind, closes = _STRICT[mark], False
        elif mark in _CLOSING:
            kind, closes = mark, True
        else:
            kind = "double" if mark in _DOUBLE else "single"
            if chinese:
                if mark == '"' and not paired:
                    continue
                closes = mark in "”’" or (mark == '"' and waiting[kind] > 0)
            else:
                # ’ before a word is an apostrophe: ’twas
                opens = mark in _ALWAYS_OPEN or (mark != "’" and _opens(text, at))
                closes = waiting[kind] > 0 and not opens and _closes(text, at)
                if not (opens or closes):
                    continue
        if not closes:
            waiting[kind] += 1
            stack.append((kind, at))
        elif waiting[kind]:
            while True:
                last, opened = stack.pop()
                waiting[last] -= 1
                if last == kind:
                    break
            pairs.append((opened, at))
    return pairs


def _opens(text, at):
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (not before or before.isspace() or before in _BEFORE_OPENING) and not (
        not after or after.isspace()
    )


def _closes(text, at):
    # An apostrophe stands before a letter.
    return not text[at + 1 : at + 2].isalnum()


class Nesting:
    """Asked with rising places in a text: whether a place lies in a quotation or a bracket."""

    def __init__(self, text, longest, chinese=False):
        """``longest``: characters beyond which a quotation is a text of its own, cut inside."""
        self._opened = {}
        self._pairs = []
        self._next = 0
        self._until = -1
        if _MARKS.search(text):
            pairs = spans(text, chinese)
            self._opened = {closed: opened for opened, closed in pairs}
            self._pairs = sorted(pair for pair in pairs if pair[1] - pair[0] <= longest)

    def inside(self, at):
        """Whether a mark opened before ``at`` is closed at it or after it."""
        pairs, count = self._pairs, self._next
        while count < len(pairs) and pairs[count][0] < at:
            self._until = max(self._until, pairs[count][1])
            count += 1
        self._next = count
        return self._until >= at

    def opened(self, closed):
        """Where the mark that closes at ``closed`` was opened, or None."""
        return self._opened.get(closed)
