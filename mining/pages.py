"""Records to sentences: one batch of pages through charset, blocks, language, cutting and quality.

Every record, block and sentence is counted, and what is left out is counted under its reason.
"""

import collections
import dataclasses

import numpy as np
import pyarrow as pa

from mining import charset, dedup, html, langid, quality, sentences, warc
from mining.schema import PROVENANCE, REJECTED_TEXT, SENTENCES

#: reasons that say nothing of a loss: counted, but not written to rejects/
ROUTINE = frozenset({"not_response", "not_http", "http_status", "not_html", "other_language"})


@dataclasses.dataclass
class Extracted:
    """What a batch of records gave. ``counts`` by (level, what): see docs/method.md, "Funnel"."""

    sentences: pa.Table
    rejects: pa.Table
    counts: collections.Counter


def extract_sentences(records, languages, config):
    """The sentences in ``languages`` of a batch of records (mining.warc.Record).

    Returns Extracted; its sentences are not yet unique. Which language a sentence is held to be
    in does not depend on ``languages``.
    """
    counts = collections.Counter()
    rejects = _Rows()
    blocks = []
    for record in records:
        counts["record", "in"] += 1
        if record.reason:
            counts["record", record.reason] += 1
            if record.reason not in ROUTINE:
                rejects.add(record, "record", record.reason, record.detail)
            continue
        counts["page", "in"] += 1
        text, _ = charset.decode(record.body, record.charset)
        if record.kind == warc.TEXT:
            texts = html.lines(text)
        else:
            texts = html.extract_blocks(text, config.max_depth)
        if not texts:
            reason = "no_text" if texts is not None else "too_deep"
            counts["page", reason] += 1
            rejects.add(record, "page", reason, "")
            continue
        blocks.extend((record, number, text) for number, text in enumerate(texts))
    counts["block", "in"] += len(blocks)
    rows = _sentences_of(blocks, languages, config, counts)
    kept = _judge(rows, languages, config, counts, rejects)
    return Extracted(kept, rejects.table(), counts)


def _sentences_of(blocks, languages, config, counts):
    """Rows (record, block number, position, text, lang, prob, fits its block) of sentences."""
    limit = config.max_block_chars
    langs, probs = langid.identify([text[:limit] for _, _, text in blocks], config.min_lang_prob)
    main = _main_languages(blocks, langs)
    cut = []
    for (record, number, text), lang, prob in zip(blocks, langs, probs, strict=True):
        lang = _among(lang, main.get(id(record), ""))
        context = lang or main.get(id(record), "")
        # A block of one language is left alone if nobody asked for that one; what may be a mixed
        # one never, or what is found would depend on the languages asked for.
        pure = bool(lang) and prob >= config.min_pure_prob
        if pure and lang not in languages:
            counts["block", "other_language"] += 1
            continue
        parts = sentences.split_sentences(text, context or "en", limit)
        whole = len(parts) == 1
        for position, part in enumerate(parts):
            known = (lang, prob) if whole else None
            text = sentences.normalise(part)
            cut.append((record, number, position, text, context, pure, known))
    unknown = [row[3] for row in cut if row[-1] is None]
    found = zip(*langid.identify(unknown, config.min_lang_prob), strict=True)
    rows = []
    for record, number, position, text, context, pure, known in cut:
        lang, prob = known or next(found)
        lang = _among(lang, context) or context
        rows.append((record, number, position, text, lang, prob, not pure or lang == context))
    return rows


def _among(lang, context):
    """``lang``, but Japanese for Han characters alone on a Japanese page."""
    return context if (lang, context) == ("zh", "ja") else lang


def _main_languages(blocks, langs):
    """The language with the most characters on each page, by id of its record."""
    sizes = collections.defaultdict(collections.Counter)
    for (record, _, text), lang in zip(blocks, langs, strict=True):
        if lang:
            sizes[id(record)][lang] += len(text)
    # Equal sizes are decided by name: the same whatever the order of blocks.
    return {page: min(by, key=lambda lang: (-by[lang], lang)) for page, by in sizes.items()}


def _judge(rows, languages, config, counts, rejects):
    """The table of the rows that are in ``languages`` and pass the quality filters."""
    counts["sentence", "in"] += len(rows)
    wanted = []
    for row in rows:
        record, number, position, text, lang, _, fits = row
        if lang in languages and fits:
            wanted.append(row)
        elif lang:
            counts["sentence", "other_language"] += 1
        else:
            counts["sentence", "language_unclear"] += 1
            rejects.add(record, "sentence", "language_unclear", text, None, number, position)
    texts = pa.array([row[3] for row in wanted], pa.string())
    langs = np.array([row[4] for row in wanted], dtype=object)
    reasons = quality.reject_reasons(texts, langs, config)
    kept = []
    for row, reason in zip(wanted, reasons, strict=True):
        record, number, position, text, lang, *_ = row
        if reason:
            counts[f"sentence.{lang}", reason] += 1
            rejects.add(record, "sentence", reason, text, lang, number, position)
        else:
            kept.append(row)
    for lang in languages:
        counts[f"sentence.{lang}", "in"] += int(np.sum(langs == lang))
        counts[f"sentence.{lang}", "kept"] += sum(row[4] == lang for row in kept)
    return _sentence_table(kept)


def _sentence_table(rows):
    texts = [row[3] for row in rows]
    columns = {
        "sentence_id": dedup.sentence_ids(texts),
        "text": texts,
        "lang": [row[4] for row in rows],
        "lang_prob": [row[5] for row in rows],
        "script": [langid.script_of(row[3], row[4]) for row in rows],
        **_provenance(rows),
        "occurrences": np.ones(len(rows), dtype=np.int64),
    }
    return pa.table([columns[name] for name in SENTENCES.names], schema=SENTENCES)


def _provenance(rows):
    """Columns of provenance for rows that open with (record, block, position)."""
    columns = {
        name: [getattr(row[0], name) for row in rows]
        for name in PROVENANCE
        if name not in ("block", "position")
    }
    columns["block"] = [row[1] for row in rows]
    columns["position"] = [row[2] for row in rows]
    return columns


class _Rows:
    """Rows of REJECTED_TEXT as they come."""

    def __init__(self):
        self._rows = []

    def add(self, record, level, reason, text, lang=None, block=None, position=None):
        self._rows.append((record, block, position, reason, level, text, lang))

    def table(self):
        columns = _provenance(self._rows)
        for at, name in enumerate(("reason", "level", "text", "lang"), 3):
            columns[name] = [row[at] for row in self._rows]
        return pa.table([columns[name] for name in REJECTED_TEXT.names], schema=REJECTED_TEXT)
