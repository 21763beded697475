"""Records to sentences: one batch of pages through charset, blocks, language, cutting and quality.

Every record, block and sentence is counted, and what is left out is counted under its reason.
"""

import collections
import dataclasses
import urllib.parse

import numpy as np
import pyarrow as pa

from mining import charset, context, dedup, html, langid, neardup, quality, sentences, warc
from mining.schema import BANDS, OCCURRENCES, PROVENANCE, REJECTED_TEXT

#: reasons that say nothing of a loss: counted, but not written to rejects/
ROUTINE = frozenset({"not_response", "not_http", "http_status", "not_html", "other_language"})
# Languages written without spaces between words.
_UNSPACED = frozenset(("zh", "ja", "th", "lo", "km", "my", "bo"))
_OF_RECORD = tuple(name for name in PROVENANCE if name not in ("block", "position"))


@dataclasses.dataclass
class Extracted:
    """What a batch of records gave: tables of the schemas OCCURRENCES, REJECTED_TEXT and BANDS.
    ``counts`` by (level, what): see docs/method.md, "Funnel"."""

    sentences: pa.Table
    rejects: pa.Table
    bands: pa.Table
    counts: collections.Counter


def extract_sentences(records, languages, config):
    """The sentences in ``languages`` of a batch of records (mining.warc.Record).

    Returns Extracted; its sentences are not yet unique. Which language a sentence is held to be
    in does not depend on ``languages``.
    """
    counts = collections.Counter()
    rejects = []
    pages, blocks = [], _Blocks()
    for record in records:
        counts["record", "in"] += 1
        if record.reason:
            counts["record", record.reason] += 1
            if record.reason not in ROUTINE:
                rejects.append(_rejected_whole(record, "record", record.reason, record.detail))
            continue
        counts["page", "in"] += 1
        text, _ = charset.decode(record.body, record.charset)
        if record.kind == warc.TEXT:
            texts = html.clean_lines(text)
        else:
            texts = html.extract_blocks(text, config.max_depth)
        if not texts:
            reason = "no_text" if texts is not None else "too_deep"
            counts["page", reason] += 1
            rejects.append(_rejected_whole(record, "page", reason, ""))
            continue
        blocks.texts += texts
        blocks.pages += [len(pages)] * len(texts)
        blocks.numbers += range(len(texts))
        pages.append(record)
    counts["block", "in"] += len(blocks.texts)
    cut = _cut(blocks, len(pages), languages, config, counts)
    kept, refused = _judge(cut, languages, config, counts)
    records = _record_table(pages)
    tables = [_table(REJECTED_TEXT, records, cut, *refused)]
    if rejects:
        tables.append(pa.Table.from_pylist(rejects, schema=REJECTED_TEXT))
    return Extracted(
        _table(OCCURRENCES, records, cut, *kept),
        pa.concat_tables(tables),
        _bands(records, cut, kept[0], config),
        counts,
    )


def _rejected_whole(record, level, reason, detail):
    where = {name: getattr(record, name) for name in _OF_RECORD}
    return {"reason": reason, "level": level, "text": detail, **where}


@dataclasses.dataclass
class _Blocks:
    """The text blocks of a batch, one list entry each: text, which page, which block of it."""

    texts: list = dataclasses.field(default_factory=list)
    pages: list = dataclasses.field(default_factory=list)
    numbers: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class _Cut:
    """The sentences of a batch, one entry each. ``fits``: whether it may be in another language
    than its block."""

    texts: np.ndarray
    langs: np.ndarray
    probs: np.ndarray
    fits: np.ndarray
    pages: np.ndarray
    blocks: np.ndarray
    positions: np.ndarray


def _cut(blocks, page_count, languages, config, counts):
    """The sentences of the blocks, each with its language."""
    limit = config.max_block_chars
    shown = [text[:limit] for text in blocks.texts]
    langs, probs, main = context.languages_of_blocks(shown, blocks.pages, page_count, config)
    contexts = [lang or main[page] for lang, page in zip(langs, blocks.pages, strict=True)]
    texts, homes, sizes = [], [], []
    for row, (text, lang, prob) in enumerate(zip(blocks.texts, langs, probs, strict=True)):
        # A block of one language is left alone if nobody asked for that one; what may be a mixed
        # one never, or what is found would depend on the languages asked for.
        if lang and lang not in languages and prob >= config.min_pure_prob:
            counts["block", "other_language"] += 1
            continue
        parts = sentences.split_sentences(text, contexts[row] or "en", limit)
        texts += parts
        homes.append(row)
        sizes.append(len(parts))
    sizes = np.array(sizes, dtype=np.int64)
    of_blocks = np.repeat(np.array(homes, dtype=np.int64), sizes)
    texts, contexts = _strings(texts), _strings(contexts)[of_blocks]
    block_langs, block_probs = _strings(langs)[of_blocks], np.array(probs)[of_blocks]
    found, found_probs = np.where(block_langs == "", contexts, block_langs), block_probs.copy()
    parts = np.flatnonzero(np.repeat(sizes, sizes) > 1)
    found[parts], found_probs[parts] = context.languages_of_sentences(
        texts[parts], block_langs[parts], block_probs[parts], contexts[parts], config
    )
    found = context.without_script(texts, found)
    pure = (block_langs != "") & (block_probs >= config.min_pure_prob)
    starts = np.cumsum(sizes) - sizes
    return _Cut(
        texts=texts,
        langs=found,
        probs=found_probs,
        fits=~pure | (found == contexts),
        pages=np.array(blocks.pages, dtype=np.int64)[of_blocks],
        blocks=np.array(blocks.numbers, dtype=np.int32)[of_blocks],
        positions=(np.arange(len(texts)) - np.repeat(starts, sizes)).astype(np.int32),
    )


def _judge(cut, languages, config, counts):
    """What is in ``languages`` and passes the quality filters, and what is refused, as rows of
    ``cut`` and the columns that go with them."""
    counts["sentence", "in"] += len(cut.texts)
    wanted = np.isin(cut.langs, languages) & cut.fits
    unclear = ~wanted & (cut.langs == "")
    counts["sentence", "language_unclear"] += int(unclear.sum())
    counts["sentence", "other_language"] += int((~wanted & ~unclear).sum())
    wanted = np.flatnonzero(wanted)
    langs = cut.langs[wanted]
    reasons = quality.reject_reasons(pa.array(cut.texts[wanted], pa.string()), langs, config)
    for lang in languages:
        ours = reasons[langs == lang]
        counts[f"sentence.{lang}", "in"] += len(ours)
        counts[f"sentence.{lang}", "kept"] += int(np.sum(ours == ""))
        for reason, number in collections.Counter(ours[ours != ""]).items():
            counts[f"sentence.{lang}", reason] += number
    good = reasons == ""
    unclear = np.flatnonzero(unclear)
    refused = np.concatenate([unclear, wanted[~good]])
    columns = {
        "reason": np.concatenate([_constant("language_unclear", unclear), reasons[~good]]),
        "level": _constant("sentence", refused),
        "lang": np.concatenate([_constant(None, unclear), langs[~good]]),
    }
    return _kept(cut, wanted[good], languages), (refused, columns)


def _kept(cut, rows, languages):
    texts, langs = cut.texts[rows], cut.langs[rows]
    scripts = _constant("", rows)
    for lang in languages:
        ours = langs == lang
        scripts[ours] = langid.scripts(list(texts[ours]), lang)
    ids = dedup.sentence_ids(texts)
    return rows, {
        "sentence_id": ids,
        "lang": langs,
        "lang_prob": cut.probs[rows],
        "script": scripts,
        "occurrences": np.ones(len(rows), dtype=np.int64),
        "host_pages": dedup.first_on_page(ids, cut.pages[rows]),
    }


def _record_table(pages):
    """What the rows of each page have in common, a row a page."""
    schema = pa.schema([OCCURRENCES.field(name) for name in _OF_RECORD])
    table = pa.Table.from_pylist(
        [{name: getattr(page, name) for name in _OF_RECORD} for page in pages], schema=schema
    )
    places = [f"{page.warc_file}\n{page.warc_offset}\n{page.url}\n{page.date}" for page in pages]
    table = table.append_column("page", pa.array(dedup.sentence_ids(places)))
    return table.append_column("host", pa.array(dedup.sentence_ids(map(_host, pages))))


def _host(page):
    try:
        return urllib.parse.urlsplit(page.url).hostname or ""
    except ValueError:
        return ""


def _table(schema, records, cut, rows, columns):
    """The table of some rows of ``cut``: columns given, text, and what their records have."""
    records = records.take(pa.array(cut.pages[rows]))
    columns = {
        "text": cut.texts[rows],
        "block": cut.blocks[rows],
        "position": cut.positions[rows],
        **{name: records[name].combine_chunks() for name in records.column_names},
        **columns,
    }
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _bands(records, cut, rows, config):
    """The bands of each page's text in each language, of pages that have enough of it."""
    texts = collections.defaultdict(list)
    for page, lang, text in zip(cut.pages[rows], cut.langs[rows], cut.texts[rows], strict=True):
        texts[page, lang].append(text)
    by_size = collections.defaultdict(list)
    for owner, said in texts.items():
        text = " ".join(said)
        if len(text) >= config.min_page_chars:
            size = neardup.UNSPACED_CHARS if owner[1] in _UNSPACED else neardup.SHINGLE_CHARS
            by_size[size].append((*owner, text))
    keys, langs, pages = [], [], []
    for size, owners in by_size.items():
        keys.append(neardup.band_keys([text for _, _, text in owners], size).ravel())
        for page, lang, _ in owners:
            pages += [page] * neardup.BANDS
            langs += [lang] * neardup.BANDS
    records = records.take(pa.array(pages, pa.int64()))
    columns = {name: records[name].combine_chunks() for name in records.column_names}
    columns["key"] = np.concatenate(keys) if keys else np.array([], dtype=np.int64)
    columns["lang"] = langs
    return pa.table([columns[name] for name in BANDS.names], schema=BANDS)


def _strings(texts):
    """A list of str as a NumPy array that holds them as they are."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def _constant(value, like):
    return np.full(len(like), value, dtype=object)
