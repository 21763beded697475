"""Pairs known to be true, and decoys made of them, each planted alone among a corpus's sentences.

What becomes of a planted pair is what would have become of it had it been mined with the rest: its
margin is over neighbours among the corpus and itself, and it is matched only if none of its
sentences has a better partner there. Nothing of the corpus changes, and no planted pair knows of
another. The estimates that this serves are in mining/estimate.py; files are read by pipelines.
"""

import copy
import dataclasses
import re

import numpy as np
import pyarrow as pa

from mining import bitext, filters, presets
from mining.config import ScoreConfig
from mining.errors import InputError
from mining.evaluate import NOT_TEXT
from mining.margin import margin_scores, mine_pairs, places
from mining.rescore import WANT_PAGES
from mining.schema import PLANTED
from mining.vectors import pair_cosines

#: filters that ask what only a whole file of the corpus, or its pages, can tell
LEFT_OUT = (*WANT_PAGES, "language_agreement", "fan")
#: both sides planted; the English, the other one alone, so that any partner is wrong; the English
#: with another translation: one number changed, that of the next known pair
ROLES = ("true", "src_alone", "tgt_alone", "number", "neighbour")
_JUDGED = pa.schema(
    [
        *(PLANTED.field(name) for name in PLANTED.names if name != "reason"),
        pa.field("matched", pa.bool_()),
    ]
)
_NUMBER = re.compile("[1-9][0-9]*")
_NOT_TEXT = frozenset(kind.encode() for kind in NOT_TEXT)


@dataclasses.dataclass(frozen=True)
class Known:
    """Known pairs, in the order of their file: texts, normalised, and their sentence ids, int64
    [n]; ``left_out`` counts those of the file that can't be used."""

    src: list
    tgt: list
    src_ids: np.ndarray
    tgt_ids: np.ndarray
    left_out: int


def read(stream, path, lang, extract, most):
    """The Known pairs of a file: two columns parted by a tab, plain or packed, or Parquet.

    A third column may name the kind, as in a gold file, of which only text counts. A text counts
    once, and only in the lengths that sentences have (extract: ExtractConfig). Of more than
    ``most`` those with the least ids are taken. Raises InputError where there is none.
    """
    if bitext.is_parquet(stream):
        records = bitext.from_parquet(stream, path)
    else:
        records = _text_rows(bitext.from_columns(stream, path, (1, 2)))
    src, tgt, ids, seen, rows = [], [], [], (set(), set()), 0
    least = extract.min_chars_zh if lang == "zh" else extract.min_chars
    for good, bad in bitext.tables(records, path, ScoreConfig(max_chars=extract.max_chars)):
        rows += good.num_rows + bad.num_rows
        for one, other, *both in zip(
            *(good[name].to_pylist() for name in ("src_text", "tgt_text", "src_id", "tgt_id")),
            strict=True,
        ):
            short = len(one) < extract.min_chars or len(other) < least
            if short or both[0] in seen[0] or both[1] in seen[1]:
                continue
            for known, new in zip(seen, both, strict=True):
                known.add(new)
            src.append(one)
            tgt.append(other)
            ids.append(both)
    if not ids:
        raise InputError(f"{path}: no pair of it is as long as sentences are; give whole sentences")
    ids = np.array(ids, np.int64).T
    kept = np.sort(np.argsort(ids[0], kind="stable")[:most])
    return Known(
        *([texts[row] for row in kept.tolist()] for texts in (src, tgt)),
        *ids[:, kept],
        rows - len(src),
    )


def _text_rows(records):
    """Records of lines but those whose third column names a kind that is no loss when not found."""
    for src, tgt, line in records:
        cells = line.split(b"\t", 3)
        if len(cells) < 3 or cells[2] not in _NOT_TEXT:
            yield src, tgt, line


def number_decoys(known):
    """(rows, texts): the pairs whose translation has a number, int64 [m], and the translation with
    the last digit of its longest number changed, to one that it does not have."""
    rows, texts = [], []
    for row, text in enumerate(known.tgt):
        changed = _number_changed(text)
        if changed is not None:
            rows.append(row)
            texts.append(changed)
    return np.array(rows, np.int64), texts


def _number_changed(text):
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    said = {number.group() for number in found}
    longest = max(found, key=lambda number: len(number.group()))
    head, last = longest.group()[:-1], int(longest.group()[-1])
    # Never to a zero, which full hours may have or not.
    digits = [str((last - 1 + step) % 9 + 1) for step in range(1, 9)]
    new = next((digit for digit in digits if head + digit not in said), None)
    return new and f"{text[: longest.end() - 1]}{new}{text[longest.end() :]}"


def bare(text):
    """A text without what styles of pages add or change: letters and digits alone, small."""
    return "".join(char for char in text.lower() if char.isalnum())


def same_texts(near, text_of, texts, ids):
    """int64 [n, width + 1]: for each row the ids among its ``near.ids`` whose text is that of
    ``texts`` but for marks and capitals, or a part of it, or the other way round; and ``ids``
    itself, which fills what is left.

    A part is no decoy: what one language says in two sentences is one of the other, and either
    half would be right. near: mining.knn.Neighbours of the other sides; text_of: a dict from id to
    text.
    """
    keys = {key: bare(text) for key, text in text_of.items()}
    found = np.tile(ids[:, None], (1, near.ids.shape[1] + 1))
    for row, text in enumerate(texts):
        own = bare(text)
        for column, key in enumerate(near.ids[row].tolist()):
            if keys[key] in own or own in keys[key]:
                found[row, column] = key
    return found


class Planted:
    """One side of planted pairs: the k nearest sentences of the corpus that are not their
    partner's own, with all that matching needs to know of those.

    ids, cosines: [n, k]; means: float64 [n, k], of those sentences with this one among their
    neighbours; bars: float32 [n, k], the margin that a pair with them must exceed. ``full`` bool
    [n]: false where too many neighbours were the partner's own.
    """

    def __init__(self, near, theirs, own, others, bars, margin):
        """near: Neighbours, more than k wide; theirs, own: ids of same_texts of the partner and
        of this side; others: Neighbours of the corpus's other side; bars: Bars of its sentences;
        margin: one of mining.margin.MARGINS."""
        k = others.ids.shape[1]
        hidden = (near.ids[:, :, None] == theirs[:, None, :]).any(axis=2)
        order = np.argsort(hidden, axis=1, kind="stable")[:, :k]
        self.full = ~np.take_along_axis(hidden, order, 1)[:, -1]
        self.ids = np.take_along_axis(near.ids, order, 1)
        self.cosines = np.take_along_axis(near.cosines, order, 1)
        rows = places(others.query_ids, self.ids)
        # Sentence by sentence, as the corpus has them: its own place it takes, no second one.
        there = (others.ids[rows][..., None] == own[:, None, None, :]).any(axis=(2, 3))
        self.means = np.where(
            there,
            others.cosines[rows].mean(axis=2, dtype=np.float64),
            _with(others.cosines[rows], self.cosines),
        )
        ours = (bars.partners[rows][..., None] == own[:, None, :]).any(axis=2)
        scores = margin_scores(bars.cosines[rows], bars.means[rows], self.means, margin)
        self.bars = np.where(bars.there[rows] & ~ours, scores, -np.inf)

    def take(self, rows):
        """Those of some of the pairs."""
        made = copy.copy(self)
        for name, values in vars(self).items():
            setattr(made, name, values[rows])
        return made

    def scores(self, margin, extra=None):
        """float32 [n, k]: margins with each neighbour; extra: float [n], the cosine of a partner
        that is planted beside."""
        own = self.cosines.mean(axis=1, dtype=np.float64)
        if extra is not None:
            own = _with(self.cosines, extra)
        return margin_scores(self.cosines, np.broadcast_to(own[:, None], self.means.shape),
                             self.means, margin)  # fmt: skip


def _with(cosines, new):
    """The mean of falling ``cosines`` [..., k] when ``new`` [...] takes its place among them."""
    total = cosines.sum(axis=-1, dtype=np.float64)
    last = cosines[..., -1]
    return (total + np.maximum(new - last, 0)) / cosines.shape[-1]


@dataclasses.dataclass(frozen=True)
class Bars:
    """The pairs of the corpus that stand in the way of new ones with a side's n sentences:
    ``there`` bool, ``partners`` int64, their ``cosines`` and the ``means`` of the partners'
    neighbours, float32, all [n]."""

    there: np.ndarray
    partners: np.ndarray
    cosines: np.ndarray
    means: np.ndarray


def bars(forward, backward, config):
    """The Bars of the English side and of the other, by the retrieval of ``config``."""
    found = []
    for queries, own, partner, best, free in (
        (forward, "src", "tgt", "forward", ("union", "backward")),
        (backward, "tgt", "src", "backward", ("union", "forward")),
    ):
        n = len(queries.query_ids)
        made = Bars(np.zeros(n, bool), np.zeros(n, np.int64), *np.zeros((2, n), np.float32))
        if config.retrieval not in free:
            # Greedy matching aside, it is the sentence's own best that must be worse.
            retrieval = "max" if config.retrieval == "max" else best
            pairs = mine_pairs(forward, backward, config.margin, retrieval)
            at = places(queries.query_ids, pairs[f"{own}_id"].to_numpy())
            made.there[at] = True
            made.partners[at] = pairs[f"{partner}_id"].to_numpy()
            made.cosines[at] = pairs["cosine"].to_numpy()
            made.means[at] = pairs[f"{partner}_knn_mean"].to_numpy()
        found.append(made)
    return found


def alone(side, margin):
    """What a Planted side without a partner pairs with: (ids int64, margins, cosines float32,
    whether that pair is matched bool), all [n]."""
    scores = side.scores(margin)
    best = scores.argmax(axis=1)
    at = np.arange(len(best)), best
    return side.ids[at], scores[at], side.cosines[at], scores[at] > side.bars[at]


def together(src, tgt, cosines, config):
    """What becomes of pairs planted with both sides: (margins float32 [n], matched bool [n]).

    src, tgt: Planted; cosines: float32 [n], of the pairs.
    """
    means = [_with(side.cosines, cosines) for side in (src, tgt)]
    margins = margin_scores(cosines, *means, config.margin)
    best, blocked = [], np.zeros(len(margins), bool)
    for side in (src, tgt):
        scores = side.scores(config.margin, cosines)
        best.append(margins >= scores.max(axis=1))
        # A better pair that nothing stands in the way of takes the sentence.
        blocked |= ((scores > margins[:, None]) & (scores > side.bars)).any(axis=1)
    matched = {
        "max": (best[0] | best[1]) & ~blocked,
        "union": best[0] | best[1],
        "intersect": best[0] & best[1],
        "forward": best[0],
        "backward": best[1],
    }[config.retrieval]
    return margins, matched


def outcomes(known, changed, near, text_of, vectors, neighbours, config):
    """What becomes of known pairs in each of ROLES: (a table for ``judged``, how many pairs were
    left out since too many sentences of the corpus are one of theirs).

    changed: as number_decoys gives it; near: for each side Neighbours of what is planted there,
    the translations that were changed behind the others, wider than those of mining; text_of: for
    each side a dict from id to text; vectors: for each side [n, dim]; neighbours: forward and
    backward Neighbours of the corpus; config: CorpusConfig.
    """
    n = len(known.src)
    of_number, texts = changed[0], known.tgt + changed[1]
    own = (
        same_texts(near[1].take(np.arange(n)), text_of[0], known.src, known.src_ids),
        same_texts(near[0], text_of[1], known.tgt, known.tgt_ids),
    )
    stand = bars(*neighbours, config)
    of_pair = np.concatenate([np.arange(n), of_number])
    src = Planted(near[0], own[1], own[0], neighbours[1], stand[1], config.margin)
    of_tgt = own[0][of_pair], own[1][of_pair]
    tgt = Planted(near[1], *of_tgt, neighbours[0], stand[0], config.margin)
    good = np.flatnonzero(src.full & tgt.full[:n])
    parts = []

    def add(role, rows, src_texts, tgt_texts, margins, cosines, matched):
        columns = (rows, [role] * len(rows), src_texts, tgt_texts, margins, cosines, matched)
        parts.append(
            pa.table([pa.array(v, f.type) for v, f in zip(columns, _JUDGED, strict=True)], _JUDGED)
        )

    ids, *scores = alone(src.take(good), config.margin)
    theirs = [text_of[1][key] for key in ids.tolist()]
    add("src_alone", good, [known.src[row] for row in good], theirs, *scores)
    ids, *scores = alone(tgt.take(good), config.margin)
    theirs = [text_of[0][key] for key in ids.tolist()]
    add("tgt_alone", good, theirs, [known.tgt[row] for row in good], *scores)
    numbers = np.flatnonzero(np.isin(of_number, good) & tgt.full[n:])
    for role, left, right in (
        ("true", good, good),
        ("number", of_number[numbers], n + numbers),
        ("neighbour", good, np.roll(good, -1)),
    ):
        cosines = pair_cosines(vectors[0][left], vectors[1][right])
        margins, matched = together(src.take(left), tgt.take(right), cosines, config)
        sides = [known.src[row] for row in left], [texts[row] for row in right]
        add(role, left, *sides, margins, cosines, matched)
    return pa.concat_tables(parts), n - len(good)


def judged(rows, lang, lexicon, config):
    """Rows of schema PLANTED.

    rows: as ``outcomes`` gives them; lexicon: mining.names.Lexicon of the corpus; config:
    CorpusConfig.
    """
    reasons = text_reasons(rows, lang, lexicon, config)
    reasons[~rows["matched"].to_numpy()] = "matched"
    table = rows.drop_columns(["matched"])
    return table.append_column("reason", pa.array(list(reasons), pa.string())).cast(PLANTED)


def text_reasons(rows, lang, lexicon, config):
    """Why the filters that need no page, and no margin, refuse pairs, or ''; array of str [n].

    rows: src_text, tgt_text, margin and cosine; config: CorpusConfig.
    """
    n = rows.num_rows
    if not n:
        return np.empty(0, object)
    columns = {name: rows[name] for name in ("src_text", "tgt_text", "margin", "cosine")}
    columns |= {"src_lang": pa.repeat("en", n), "tgt_lang": pa.repeat(lang, n)}
    # What filters ask for that are off.
    columns["page_support"] = pa.array(np.zeros(n, np.int32))
    columns["order_agreement"] = pa.array(np.zeros(n, np.float32))
    for side in ("src", "tgt"):
        columns[f"{side}_duplicate_page"] = pa.array(np.zeros(n, bool))
    return filters.reject_reasons(filters.score(pa.table(columns), lexicon), without_pages(config))


def without_pages(config):
    """The CorpusConfig ``config`` with all off that a planted pair is not asked for: the threshold
    that is looked for, and LEFT_OUT."""
    return dataclasses.replace(config, **presets.off(("margin", *LEFT_OUT)))
