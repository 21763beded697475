"""Every Arrow schema of the project, with what each column means: the one place.

``python -m mining.schema`` prints this as Markdown; docs/schema.md is that output.
"""

import pyarrow as pa

VERSION = 2

_PROVENANCE = (
    ("url", pa.string(), "the page's URL as the crawler requested it"),
    ("date", pa.timestamp("s", tz="UTC"), "when it was crawled (WARC-Date); null if not given"),
    ("warc_file", pa.string(), "the WARC file the record was read from"),
    ("warc_offset", pa.int64(), "where the record starts in that file, in bytes"),
    ("warc_length", pa.int64(), "how many bytes of that file the record takes"),
    ("digest", pa.string(), "WARC-Payload-Digest, of a WET record WARC-Block-Digest; or empty"),
    ("block", pa.int32(), "number of the text block on the page, from 0"),
    ("position", pa.int32(), "number of the sentence in the block, from 0"),
)

_PAIR = (
    ("src_id", pa.int64(), "sentence_id of the English side"),
    ("tgt_id", pa.int64(), "sentence_id of the other side"),
    ("margin", pa.float32(), "the margin score (ratio by default); rows are sorted by it"),
    ("cosine", pa.float32(), "cosine of the two sentence vectors"),
    ("src_knn_mean", pa.float32(), "mean cosine of the English side's k nearest neighbours"),
    ("tgt_knn_mean", pa.float32(), "mean cosine of the other side's k nearest neighbours"),
    ("forward_rank", pa.int16(), "rank of tgt among src's neighbours, from 0; -1: not among them"),
    ("backward_rank", pa.int16(), "rank of src among tgt's neighbours, from 0; -1: not among them"),
    ("page_support", pa.int32(), "how many other good pairs lie on the same two pages"),
)

_LINK = (
    *_PAIR,
    (
        "src_ids",
        pa.list_(pa.int64()),
        "sentence_ids of the English side: src_id, or it and the next",
    ),
    ("tgt_ids", pa.list_(pa.int64()), "sentence_ids of the other side: tgt_id, or it and the next"),
    ("found_by", pa.string(), "mining, or alignment of two pages that share mined pairs"),
    (
        "order_agreement",
        pa.float32(),
        "0 if it breaks the order in which the other pairs of its two pages come, else 1",
    ),
)

_FILTER_SCORES = (
    ("number_agreement", pa.float32(), "share of the numbers of both sides found on the other"),
    ("length_ratio", pa.float32(), "longer side over shorter, in characters weighed by language"),
    ("negation_agreement", pa.float32(), "0 if one side negates and the other does not, else 1"),
    ("name_agreement", pa.float32(), "0 if each side has a name that the other lacks, else 1"),
    (
        "ascii_agreement",
        pa.float32(),
        "share of the options, paths, identifiers and other Latin tokens found on the other side",
    ),
    ("copy_similarity", pa.float32(), "how alike the two strings are, 0 to 1 (1: a copy)"),
    ("language_agreement", pa.float32(), "lang_prob of the side whose language is less sure"),
    ("fan", pa.float32(), "how many pairs of the same file share one side but for its digits"),
)


def _schema(columns, **metadata):
    fields = [
        pa.field(name, kind, metadata={"description": description})
        for name, kind, description in columns
    ]
    return pa.schema(fields, metadata={"schema_version": str(VERSION), **metadata})


def _prefixed(prefix, columns):
    side = {"src_": "English side", "tgt_": "other side"}[prefix]
    return tuple((prefix + name, kind, f"{side}: {text}") for name, kind, text in columns)


PROVENANCE = tuple(name for name, _, _ in _PROVENANCE)

_SENTENCE = (
    ("sentence_id", pa.int64(), "xxh3_64 of the UTF-8 text, read as a signed integer"),
    ("text", pa.string(), "the sentence: NFC, white space collapsed"),
    ("lang", pa.string(), "ISO 639-1 code of its language"),
    (
        "lang_prob",
        pa.float32(),
        "fastText's probability of that language for the sentence, or for what it stands in",
    ),
    ("script", pa.string(), "Hans, Hant or Hani for Chinese; Latn, Cyrl… for others"),
    *_PROVENANCE,
    ("occurrences", pa.int64(), "how often the text occurred in the whole input"),
    ("host_pages", pa.int32(), "on how many pages of one host it occurred, at the most"),
)

_MARKS = (
    ("furniture", pa.bool_(), "it recurs on so many pages of one host that it is furniture"),
    ("duplicate_page", pa.bool_(), "its page is nearly the same as an earlier one"),
)
MARKS = tuple(name for name, _, _ in _MARKS)

SENTENCES = _schema((*_SENTENCE, *_MARKS))

#: work files: a sentence as it was found, not yet unique
OCCURRENCES = _schema(
    (
        *_SENTENCE,
        ("page", pa.int64(), "which page it is on: a hash of where that is"),
        ("host", pa.int64(), "xxh3_64 of the host of its URL"),
    )
)

#: work files: one row for each band of a page's MinHash
BANDS = _schema(
    (
        ("key", pa.int64(), "hash of the band: pages that share one are near-duplicates"),
        ("lang", pa.string(), "language of the text that was hashed"),
        ("page", pa.int64(), "as in OCCURRENCES"),
        *(column for column in _PROVENANCE if column[0] in ("url", "date")),
        *(column for column in _PROVENANCE if column[0] in ("warc_file", "warc_offset")),
    )
)

REJECTED_TEXT = _schema(
    (
        ("reason", pa.string(), "why the record, page or sentence was left out"),
        ("level", pa.string(), "record, page or sentence"),
        ("text", pa.string(), "the sentence; for a record or page what was wrong with it"),
        ("lang", pa.string(), "language of the sentence; null for a record or page"),
        *_PROVENANCE,
    )
)

PAIRS = _schema(_PAIR)

#: pairs with what alignment adds: a side may be two sentences
LINKS = _schema(_LINK)

CORPUS = _schema(
    (
        *_PAIR[:2],
        ("src_text", pa.string(), "the English sentence"),
        ("tgt_text", pa.string(), "its translation"),
        ("src_lang", pa.string(), "en"),
        ("tgt_lang", pa.string(), "ISO 639-1 code of the translation's language"),
        *_LINK[2:],
        *_FILTER_SCORES,
        *_prefixed("src_", _MARKS + _PROVENANCE),
        *_prefixed("tgt_", _MARKS + _PROVENANCE),
    )
)

REJECTED_PAIRS = pa.schema(
    [
        pa.field(
            "reason", pa.string(), metadata={"description": "the filter that refused the pair"}
        ),
        *CORPUS,
    ],
    metadata=CORPUS.metadata,
)

_PLACE = (
    ("file", pa.string(), "the file that the pair stands in; of two files the English one"),
    ("line", pa.int64(), "its line there, or its row in a Parquet file, from 1"),
)
_BITEXT_TEXTS = (
    ("src_text", pa.string(), "the English side: NFC, white space collapsed"),
    ("tgt_text", pa.string(), "the other side, likewise"),
)
_TOLD = {
    "margin": "the margin among the bitext's own sentences; null where it was not computed",
    "src_knn_mean": "mean cosine of the English side's k nearest of the bitext; null likewise",
    "tgt_knn_mean": "mean cosine of the other side's k nearest of the bitext; null likewise",
    "language_agreement": "how likely the side that is less so is in its language, by itself",
}

#: work files: the pairs of a bitext as they were read
BITEXT = _schema((*_PLACE, *_PAIR[:2], *_BITEXT_TEXTS))

#: what of PAIRS says where pages or neighbours of mining were
_ONLY_MINED = ("forward_rank", "backward_rank", "page_support")

SCORED = _schema(
    (
        *_PLACE,
        ("reason", pa.string(), "the filter that mining would refuse the pair by; empty: none"),
        *_PAIR[:2],
        *_BITEXT_TEXTS,
        ("src_lang", pa.string(), "en"),
        ("tgt_lang", pa.string(), "ISO 639-1 code of the other language"),
        *(
            (name, kind, _TOLD.get(name, text))
            for name, kind, text in (*_PAIR[2:], *_FILTER_SCORES)
            if name not in _ONLY_MINED
        ),
    )
)

REJECTED_LINES = _schema(
    (
        *_PLACE,
        ("reason", pa.string(), "columns, encoding, empty or too_long"),
        (
            "text",
            pa.string(),
            "the line, or its beginning; of two files the English one",
        ),
    )
)

PLANTED = _schema(
    (
        ("pair", pa.int32(), "number of the known pair, from 0, in the order of its file"),
        (
            "role",
            pa.string(),
            "true: planted as it is; src_alone, tgt_alone: one side, to be matched with what the "
            "corpus has; number, neighbour: with a wrong translation",
        ),
        ("src_text", pa.string(), "the English side of the pair that came of it"),
        ("tgt_text", pa.string(), "the other side"),
        ("margin", pa.float32(), "its margin among the corpus's sentences"),
        ("cosine", pa.float32(), "cosine of the two sentence vectors"),
        (
            "reason",
            pa.string(),
            "matched: the corpus has a better pair with one of its sentences; else the filter that "
            "refuses it whatever its margin; empty: none",
        ),
    )
)

CANDIDATES = _schema(
    (
        ("query_id", pa.int64(), "sentence_id of the query"),
        (
            "neighbours",
            pa.list_(pa.int64()),
            "sentence_ids of its k nearest neighbours, best first",
        ),
        ("cosines", pa.list_(pa.float32()), "their cosines, falling; ties by rising sentence_id"),
    )
)


def embeddings(dim, encoder, fingerprint):
    """The schema of an embedding file: ids and float16 unit vectors of ``dim`` components."""
    return _schema(
        (
            ("sentence_id", pa.int64(), "as in the sentences file of the same name, same order"),
            ("vector", pa.list_(pa.float16(), dim), "the sentence vector, unit length"),
        ),
        encoder=encoder,
        fingerprint=fingerprint,
        dim=str(dim),
    )


def tatoeba(encoder, fingerprint):
    """The schema of how well an encoder does on the Tatoeba test."""
    return _schema(
        (
            ("level", pa.string(), "language, or average over several"),
            ("code", pa.string(), "ISO 639-3, as in the test's files; null for an average"),
            ("lang", pa.string(), "ISO 639-1 code where there is one; null for an average"),
            ("name", pa.string(), "the language in English; what languages an average is over"),
            (
                "trained",
                pa.bool_(),
                "the encoder was trained for it; null if not known, and for an average",
            ),
            ("languages", pa.int32(), "how many languages: 1, or what an average is over"),
            ("pairs", pa.int32(), "how many pairs of sentences"),
            ("cosine_to_en", pa.float64(), "share of sentences whose nearest English one is right"),
            ("cosine_from_en", pa.float64(), "share of English sentences whose nearest is right"),
            ("margin_to_en", pa.float64(), "as cosine_to_en, the best by ratio margin of all"),
            ("margin_from_en", pa.float64(), "as cosine_from_en, the best by ratio margin of all"),
            (
                "xsim_to_en",
                pa.float64(),
                "as margin_to_en, of the k nearest alone, as LASER's xSIM",
            ),
            (
                "xsim_from_en",
                pa.float64(),
                "as margin_from_en, of the k nearest alone, as LASER's xSIM",
            ),
        ),
        encoder=encoder,
        fingerprint=fingerprint,
    )


DATASETS = (
    ("sentences/lang=XX", "What the pages say, each sentence once a language.", SENTENCES),
    (
        "rejects/extract/lang=XX, rejects/extract/records",
        "Sentences, pages and records that were left out.",
        REJECTED_TEXT,
    ),
    (
        "embeddings/ENCODER/lang=XX",
        "Shard-aligned with sentences/lang=XX; 512 stands for the encoder's dim, which is in the "
        "file's metadata with its name and fingerprint.",
        embeddings(512, "", ""),
    ),
    (
        "candidates/ENCODER/en-XX/{forward,backward}",
        "Nearest neighbours over all shards of the other side; forward asks with English.",
        CANDIDATES,
    ),
    ("corpus/en-XX", "The parallel corpus, best pairs first.", CORPUS),
    ("rejects/corpus/en-XX", "Pairs that a filter refused.", REJECTED_PAIRS),
    (
        "planted/ENCODER/en-XX",
        "What became of known pairs and decoys made of them, planted one by one among the corpus's "
        "sentences; no row of them is anywhere else.",
        PLANTED,
    ),
    ("scored/en-XX", "An existing bitext with the scores of mining, in its own order.", SCORED),
    ("rejects/score/en-XX", "Lines of a bitext that are no pair.", REJECTED_LINES),
    (
        "eval/tatoeba-ENCODER.parquet",
        "How well an encoder finds translations: languages by code, then averages. The file's "
        "metadata has the encoder's name and fingerprint.",
        tatoeba("", ""),
    ),
)


def markdown():
    """docs/schema.md: a table for each dataset."""
    lines = [
        "# Columns",
        "",
        f"Schema version {VERSION}. Made by `python -m mining.schema`.",
    ]
    for name, text, schema in DATASETS:
        lines += [
            "",
            f"## {name}",
            "",
            text,
            "",
            "| column | type | meaning |",
            "| --- | --- | --- |",
        ]
        for field in schema:
            description = field.metadata[b"description"].decode()
            lines.append(f"| {field.name} | {field.type} | {description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
