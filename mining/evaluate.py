"""Mined pairs against pairs known to be true.

A gold row is an English text, its translation and a kind: ``text``, ``furniture`` for what stands
around the articles, or ``variant`` for another translation of a text that has a row already. A
mined pair is right if both of its sentences lie in one gold row, so a sentence that one language
says in two counts whichever half was mined. Recall is the share of the text rows that a right pair
lies in; the other kinds are right when found, no loss when not.
"""

import bisect
import collections
import dataclasses

from mining.errors import InputError

_OPTIONAL = ("furniture", "variant")


@dataclasses.dataclass(frozen=True)
class Gold:
    """Gold rows: ``src`` and ``tgt`` texts without white space, ``optional`` for no loss."""

    src: list
    tgt: list
    optional: list


def load_gold(path):
    """Gold from a TSV of src, tgt and, if there is a third column, the kind."""
    gold = Gold([], [], [])
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                row = line.rstrip("\n").split("\t")
                if len(row) < 2:
                    raise InputError(f"{path}: a gold file needs two columns parted by a tab")
                gold.src.append(_bare(row[0]))
                gold.tgt.append(_bare(row[1]))
                gold.optional.append(len(row) > 2 and row[2] in _OPTIONAL)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the gold can't be read: {error}") from None
    return gold


def compare(pairs, gold):
    """Precision, recall and F1 of (src, tgt) texts against Gold, with the counts behind them."""
    src_rows, tgt_rows = _Finder(gold.src), _Finder(gold.tgt)
    mined = right = 0
    found = set()
    wrong = []
    for src, tgt in pairs:
        mined += 1
        rows = src_rows.find(_bare(src)) & tgt_rows.find(_bare(tgt))
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
    """Which of many texts contain a given one: exact ones by a table, others by one long search."""

    def __init__(self, texts):
        self._exact = collections.defaultdict(set)
        self._starts, at = [], 0
        for row, text in enumerate(texts):
            self._exact[text].add(row)
            self._starts.append(at)
            at += len(text) + 1
        self._joined = "\n".join(texts)

    def find(self, text):
        rows = set(self._exact.get(text, ()))
        at = self._joined.find(text) if text else -1
        while at >= 0:
            rows.add(bisect.bisect_right(self._starts, at) - 1)
            at = self._joined.find(text, at + 1)
        return rows
