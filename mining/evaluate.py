"""Mined pairs against pairs known to be true.

A gold row is an English text, its translation and a kind: ``text``, ``furniture`` for what stands
around the articles, ``variant`` for another translation of a text that has a row already, or
``block`` for blocks that correspond but whose sentences nobody paired. A mined pair is right if
both of its sentences lie in one gold row, so a sentence that one language says in two counts
whichever half was mined; one that lies in ``block`` rows alone can't be judged and is left out.
Recall is the share of the text rows that a right pair lies in; the others are no loss when not
found.
"""

import dataclasses

import numpy as np

from mining.errors import InputError

#: kinds of gold rows that are no loss when not found
NOT_TEXT = ("furniture", "variant", "block")
# Characters that the index of texts goes by: a Chinese sentence may have no more.
_GRAM = 4
_GRAMS_TRIED = 16
_PRIME = np.uint64(1_000_003)


@dataclasses.dataclass(frozen=True)
class Gold:
    """Gold rows: ``src`` and ``tgt`` texts without white space; ``optional``: not text; ``block``:
    not to be judged by."""

    src: list
    tgt: list
    optional: list
    block: list


def load_gold(path):
    """Gold from a TSV of src, tgt and, if there is a third column, the kind; others say nothing
    here."""
    gold = Gold([], [], [], [])
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                row = line.rstrip("\n").split("\t")
                if len(row) < 2:
                    raise InputError(f"{path}: a gold file needs two columns parted by a tab")
                gold.src.append(_bare(row[0]))
                gold.tgt.append(_bare(row[1]))
                kind = row[2] if len(row) > 2 else "text"
                gold.optional.append(kind in NOT_TEXT)
                gold.block.append(kind == "block")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the gold can't be read: {error}") from None
    return gold


class GoldRows:
    """Looks up in which rows of a Gold texts lie."""

    def __init__(self, gold):
        self._sides = _Finder(gold.src), _Finder(gold.tgt)

    def __call__(self, src, tgt):
        """The rows with the English text and those with the other, sets of int; a pair is right
        if they have one in common."""
        return tuple(
            side.find(_bare(text)) for side, text in zip(self._sides, (src, tgt), strict=True)
        )


def compare(pairs, gold):
    """Precision, recall and F1 of (src, tgt) texts against Gold, with the counts behind them.

    ``mined`` counts the pairs that can be judged, ``unjudged`` the others.
    """
    rows_of = GoldRows(gold)
    blocks = {row for row, block in enumerate(gold.block) if block}
    mined = right = unjudged = 0
    found = set()
    wrong = []
    for src, tgt in pairs:
        ours, theirs = rows_of(src, tgt)
        rows = ours & theirs
        if rows and rows <= blocks:
            unjudged += 1
            continue
        mined += 1
        right += bool(rows)
        found |= rows
        if not rows:
            wrong.append((src, tgt))
    wanted = {row for row, optional in enumerate(gold.optional) if not optional}
    precision = right / mined if mined else 0.0
    recall = len(found & wanted) / len(wanted) if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "mined": mined,
        "right": right,
        "unjudged": unjudged,
        "gold": len(wanted),
        "gold_found": len(found & wanted),
        "missed_rows": sorted(wanted - found),
        "wrong_pairs": wrong,
    }


def _bare(text):
    """Without white space, and without marks at the ends, which a page's style may add."""
    text = "".join(text.split())
    first = next((at for at, char in enumerate(text) if char.isalnum()), 0)
    last = next((at for at, char in enumerate(reversed(text)) if char.isalnum()), 0)
    return text[first : len(text) - last]


class _Finder:
    """Which of many texts contain a given one: looked up by the rarest of its n-grams."""

    def __init__(self, texts):
        self._joined = "\n".join(texts)
        self._starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        grams = _grams(self._joined)
        self._places = np.argsort(grams, kind="stable")
        self._grams = grams[self._places]

    def find(self, text):
        if not text:
            return set()
        starts = self._scan(text) if len(text) < _GRAM else self._look_up(text)
        return set((np.searchsorted(self._starts, starts, side="right") - 1).tolist())

    def _scan(self, text):
        starts, at = [], self._joined.find(text)
        while at >= 0:
            starts.append(at)
            at = self._joined.find(text, at + 1)
        return starts

    def _look_up(self, text):
        grams = _grams(text)
        tried = np.arange(0, len(grams), max(1, len(grams) // _GRAMS_TRIED))
        first = np.searchsorted(self._grams, grams[tried], side="left")
        last = np.searchsorted(self._grams, grams[tried], side="right")
        rarest = np.argmin(last - first)
        starts = self._places[first[rarest] : last[rarest]] - tried[rarest]
        return [at for at in starts.tolist() if at >= 0 and self._joined.startswith(text, at)]


def _grams(text):
    """A hash of the characters at and after each place but the last few; uint64."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    size = max(len(codes) - _GRAM + 1, 0)
    grams = np.zeros(size, np.uint64)
    for step in range(_GRAM):
        grams = grams * _PRIME + codes[step : step + size]
    return grams
