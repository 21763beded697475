"""Records to sentences: whatever comes in is counted on one side or another, each sentence knows
where it stands, and what language it is in is settled by its page and not by the languages asked
for.
"""

import collections
import dataclasses
import datetime
import gzip
import io

import pytest

from mining.config import ExtractConfig
from mining.dedup import sentence_ids
from mining.pages import ROUTINE, extract_sentences
from mining.schema import BANDS, OCCURRENCES, REJECTED_TEXT
from mining.warc import read_records
from tests.builders import DATE, Entry, html, page_record, warc

CONFIG = ExtractConfig(max_page_bytes=50_000, max_depth=100)
ENGLISH = (
    "The ferry leaves at eight in the morning.",
    "It reaches the island in the early afternoon.",
    "Dogs and bicycles travel free of charge.",
)
GERMAN = (
    "Die Fähre legt um acht Uhr morgens ab.",
    "Am frühen Nachmittag erreicht sie die Insel.",
    "Hunde und Fahrräder fahren kostenlos mit.",
)
CHINESE = ("渡船早上八点出发，下午早些时候到达小岛。", "狗和自行车可以免费乘船。")
JAPANESE = ("船は朝八時に出て、午後の早い時間に島に着きます。", "犬と自転車は無料で乗れます。")
FRENCH = (
    "Le bateau part à huit heures du matin.",
    "Les chiens et les vélos voyagent gratuitement.",
)


def extract(records, languages=("en", "de"), config=CONFIG):
    return extract_sentences(records, languages, config)


def texts(extracted, lang):
    rows = extracted.sentences.to_pylist()
    return [row["text"] for row in rows if row["lang"] == lang]


def paragraphs(*sentences):
    return html("".join(f"<p>{text}</p>" for text in sentences)).encode()


MIXED = (
    Entry("https://a.org/en", paragraphs(*ENGLISH, " ".join(ENGLISH), "Ok.", "4711 – 0815")),
    Entry("https://a.org/de", paragraphs(*GERMAN, "Nicht so.", ENGLISH[0], "w" * 200)),
    Entry("https://a.org/zh", paragraphs(*CHINESE, "".join(CHINESE), "好的。")),
    Entry("https://a.org/fr", paragraphs(*FRENCH, GERMAN[0])),
    Entry("https://a.org/unclear", paragraphs("4711 – 0815", "xq zzk 4711")),
    Entry("https://a.org/empty", html("").encode()),
    Entry("https://a.org/deep", b"<div>" * 200 + b"Deep."),
    Entry("https://a.org/large", bytes(60_000)),
    Entry("https://a.org/packed", b"\x1f\x8b", http=(("Content-Encoding", "gzip"),)),
    Entry("https://a.org/request", kind="request", status="GET /request"),
    Entry("https://a.org/missing", status="404 Not Found"),
    Entry("https://a.org/picture", b"\x89PNG", content_type="image/png"),
    Entry(
        "https://a.org/wet",
        "\n".join((*ENGLISH, *GERMAN)).encode(),
        kind="conversion",
        content_type="text/plain",
        status="",
    ),
    Entry("dns:a.org", b"20240301", content_type="text/dns", status=""),
)


def wet_page(text, url="https://a.org/wet"):
    """The record of a page's text in a WET file."""
    entry = Entry(url, text.encode(), kind="conversion", status="", content_type="text/plain")
    return next(read_records(io.BytesIO(warc([entry])[0]), "crawl.wet.gz", 50_000))


def test_blocks_of_a_text_are_its_lines():
    # "<b>" is no markup here, and a line is never joined with the next, full stop or not.
    heading = "Ferries of the <b>north</b> coast & islands"
    text = f"{heading}\r\n\n  {ENGLISH[0]} {ENGLISH[1]}\n\u200b\n{ENGLISH[2]}\n"
    found = extract([wet_page(text)])
    rows = [(row["text"], row["block"], row["position"]) for row in found.sentences.to_pylist()]
    assert rows == [(heading, 0, 0), (ENGLISH[0], 1, 0), (ENGLISH[1], 1, 1), (ENGLISH[2], 2, 0)]
    assert (found.counts["page", "in"], found.counts["block", "in"]) == (1, 3)


def test_text_of_a_page_gives_the_sentences_of_its_paragraphs():
    sentences = [*ENGLISH, *GERMAN]
    page = extract([page_record(sentences)]).sentences
    text = extract([wet_page("\n".join(sentences))]).sentences
    told = ["sentence_id", "text", "lang", "lang_prob", "script", "block", "position"]
    assert text.select(told).to_pylist() == page.select(told).to_pylist()


def test_text_without_a_line_is_rejected_as_a_page_is():
    found = extract([wet_page(" \n\r\n\n")])
    assert [row["reason"] for row in found.rejects.to_pylist()] == ["no_text"]


def mixed_records():
    """The records of a file with every kind of record in it, damage among them."""
    packed = [warc([entry])[0] for entry in MIXED]
    packed.insert(2, gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\n")[:30])
    stream = io.BytesIO(b"".join(packed))
    return list(read_records(stream, "mixed.warc.gz", CONFIG.max_page_bytes))


@pytest.mark.parametrize("languages", [("en", "de"), ("en", "de", "zh"), ("en", "fr"), ("en",)])
@pytest.mark.parametrize(
    "bounds", [{}, {"min_chars": 30}, {"max_chars": 20}, {"min_chars": 99_999}]
)
def test_what_comes_in_is_kept_or_counted_under_a_reason(languages, bounds):
    records = mixed_records()
    config = ExtractConfig(max_page_bytes=50_000, max_depth=100, **bounds)
    extracted = extract(records, languages, config)
    counts = collections.defaultdict(dict)
    for (level, what), number in extracted.counts.items():
        counts[level][what] = number
    assert set(counts) == {
        "record",
        "page",
        "block",
        "sentence",
        *map("sentence.{}".format, languages),
    }
    by_language = {lang: counts[f"sentence.{lang}"] for lang in languages}

    assert counts["record"].pop("in") == len(records)
    assert counts["page"]["in"] == len(records) - sum(counts["record"].values())
    assert counts["page"] == {"in": 8, "no_text": 1, "too_deep": 1}
    asked = sum(by_language[lang]["in"] for lang in languages)
    unasked = {"other_language", "language_unclear"}
    assert counts["sentence"].keys() <= unasked | {"in"}
    assert counts["sentence"]["in"] == asked + sum(counts["sentence"].get(w, 0) for w in unasked)
    for lang, numbers in by_language.items():
        assert numbers.pop("in") == sum(numbers.values())
        assert numbers["kept"] == len(texts(extracted, lang))
    assert extracted.sentences.num_rows == sum(numbers["kept"] for numbers in by_language.values())


@pytest.mark.parametrize("languages", [("en", "de"), ("en", "de", "zh"), ("en",)])
def test_every_loss_that_is_not_routine_is_a_row_of_the_rejects(languages):
    extracted = extract(mixed_records(), languages)
    rows = collections.Counter(
        (f"sentence.{row['lang']}" if row["lang"] else row["level"], row["reason"])
        for row in extracted.rejects.to_pylist()
    )
    counted = {
        key: number
        for key, number in extracted.counts.items()
        if key[1] not in ROUTINE | {"in", "kept"} and number
    }
    assert rows == counted
    assert {reason for _, reason in rows} >= {
        *("damaged", "page_too_large", "bad_encoding", "no_text", "too_deep"),
        *("language_unclear", "too_short"),
    }


def test_tables_have_the_schemas_written_down():
    for records in ([], mixed_records()):
        extracted = extract(records)
        assert extracted.sentences.schema.equals(OCCURRENCES, check_metadata=True)
        assert extracted.bands.schema.equals(BANDS, check_metadata=True)
        assert extracted.rejects.schema.equals(REJECTED_TEXT, check_metadata=True)


def test_no_records_give_nothing():
    extracted = extract([])
    assert extracted.sentences.num_rows == extracted.rejects.num_rows == 0
    assert not any(extracted.counts.values())


def test_sentence_knows_where_it_stands():
    record = page_record(
        [ENGLISH[0], f"{ENGLISH[1]} {ENGLISH[2]}"],
        url="https://a.org/x",
        warc_file="b.warc.gz",
        warc_offset=12,
        warc_length=34,
        digest="sha1:D",
    )
    rows = extract([record]).sentences.to_pylist()
    assert [(row["text"], row["block"], row["position"]) for row in rows] == [
        (ENGLISH[0], 0, 0),
        (ENGLISH[1], 1, 0),
        (ENGLISH[2], 1, 1),
    ]
    assert [row["sentence_id"] for row in rows] == sentence_ids(ENGLISH).tolist()
    for row in rows:
        assert (row["url"], row["date"], row["digest"]) == ("https://a.org/x", DATE, "sha1:D")
        assert (row["warc_file"], row["warc_offset"], row["warc_length"]) == ("b.warc.gz", 12, 34)
        assert (row["lang"], row["script"], row["occurrences"]) == ("en", "Latn", 1)
        assert 0.5 <= row["lang_prob"] <= 1


def test_offset_and_length_are_those_of_the_record_in_the_file():
    data, spans = warc([MIXED[-1], MIXED[0], MIXED[1]])
    records = read_records(io.BytesIO(data), "a.warc.gz", CONFIG.max_page_bytes)
    found = extract(records).sentences.to_pylist()
    places = {(r["url"], r["warc_offset"], r["warc_offset"] + r["warc_length"]) for r in found}
    assert places == {(MIXED[0].url, *spans[1]), (MIXED[1].url, *spans[2])}


@pytest.mark.parametrize(
    ("date", "stored"),
    [
        (None, None),
        (DATE, DATE),
        (DATE.replace(microsecond=999_999), DATE),
        (DATE.astimezone(datetime.timezone(datetime.timedelta(hours=8))), DATE),
    ],
)
def test_date_is_stored_to_the_second_in_utc_and_null_if_not_given(date, stored):
    rows = extract([page_record([ENGLISH[0]], date=date)]).sentences.to_pylist()
    assert [row["date"] for row in rows] == [stored]


def test_reject_knows_its_sentence_language_and_place():
    record = page_record([f"{GERMAN[0]} Hunde auch. {GERMAN[1]}"])
    config = ExtractConfig(min_chars=20)
    (row,) = extract([record], config=config).rejects.to_pylist()
    assert (row["level"], row["reason"], row["lang"]) == ("sentence", "too_short", "de")
    assert (row["text"], row["block"], row["position"]) == ("Hunde auch.", 0, 1)
    assert (row["url"], row["warc_offset"]) == (record.url, record.warc_offset)


def test_rejected_record_says_what_was_wrong_with_it():
    (row,) = extract([page_record([], reason="bad_encoding", detail="no gzip")]).rejects.to_pylist()
    assert (row["level"], row["reason"], row["text"]) == ("record", "bad_encoding", "no gzip")
    assert (row["lang"], row["block"], row["position"]) == (None, None, None)


def test_sentences_are_stored_in_normal_form():
    record = page_record(["Die  A\u0308pfel&nbsp;und\n die Birnen sind\u00ad schon reif."])
    assert texts(extract([record]), "de") == ["Die Äpfel und die Birnen sind schon reif."]


def test_page_in_another_encoding_gives_the_same_sentences():
    body = paragraphs(*GERMAN).decode()
    pages = [
        page_record([], body=body.encode("cp1252"), charset="iso-8859-1"),
        page_record([], body=body.encode("utf-16"), charset=""),
        page_record([], body=body.encode(), charset="gbk"),
    ]
    for record in pages:
        assert texts(extract([record]), "de") == list(GERMAN)


# Language


def test_english_page_among_german_ones_stays_english():
    records = [
        page_record(GERMAN[:2], url="https://a.org/1"),
        page_record(ENGLISH, url="https://a.org/2"),
        page_record(GERMAN[1:], url="https://a.org/3"),
    ]
    extracted = extract(records)
    assert texts(extracted, "en") == list(ENGLISH)
    assert texts(extracted, "de") == [*GERMAN[:2], *GERMAN[1:]]
    alone = [row for record in records for row in extract([record]).sentences.to_pylist()]
    assert extracted.sentences.to_pylist() == alone


def test_sentence_in_another_language_than_its_block_is_told_apart():
    extracted = extract([page_record([f"{ENGLISH[0]} {GERMAN[1]} {ENGLISH[2]}"])])
    assert texts(extracted, "en") == [ENGLISH[0], ENGLISH[2]]
    assert texts(extracted, "de") == [GERMAN[1]]


def test_block_that_says_nothing_is_in_the_language_of_its_page():
    unclear = "4711 – 0815"
    config = dataclasses.replace(CONFIG, max_digit_share=1.0, min_letter_share=0.0)
    for sentences, lang in ((GERMAN, "de"), (ENGLISH, "en")):
        extracted = extract([page_record([*sentences, unclear])], config=config)
        assert texts(extracted, lang) == [*sentences, unclear]
    extracted = extract([page_record([unclear])], config=config)
    assert extracted.sentences.num_rows == 0
    assert extracted.counts["sentence", "language_unclear"] == 1


def test_blocks_in_other_languages_are_counted_and_not_kept():
    extracted = extract([page_record([*FRENCH, GERMAN[0]])])
    assert extracted.counts["block", "other_language"] == len(FRENCH)
    assert extracted.sentences["text"].to_pylist() == [GERMAN[0]]


def test_japanese_page_gives_no_chinese():
    page = page_record(["東京都庁舎", "交通案内図", *JAPANESE])
    assert texts(extract([page], ("en", "zh")), "zh") == []


@pytest.mark.parametrize(
    ("lang", "sentence", "following"),
    [
        ("de", "Am 3. Oktober feiern wir alle zusammen.", "Danach gehen wir heim."),
        ("zh", "他说：“今天天气很好。我们走吧。”", "然后他就走了。"),
        ("en", "I asked Ms. Smith about the ferry.", "She did not know."),
    ],
)
def test_block_is_cut_by_the_rules_of_its_language(lang, sentence, following):
    record = page_record([sentence + ("" if lang == "zh" else " ") + following])
    assert texts(extract([record], ("en", "de", "zh")), lang) == [sentence, following]


def test_chinese_script_is_told_sentence_by_sentence():
    simplified = page_record(["".join(CHINESE)])
    traditional = page_record(
        ["渡船早上八點出發。狗和自行車可以免費乘船。"], url="https://a.org/hant"
    )
    rows = extract([simplified, traditional], ("en", "zh")).sentences.to_pylist()
    assert [row["text"] for row in rows][:2] == list(CHINESE)
    assert [row["script"] for row in rows] == ["Hans", "Hans", "Hant", "Hant"]


@pytest.mark.parametrize("others", [("zh",), ("fr",), ("ja",), ("zh", "fr", "ja")])
@pytest.mark.parametrize(
    "blocks",
    [
        [*ENGLISH, *GERMAN, *CHINESE, *FRENCH, *JAPANESE, "4711", "Ok."],
        [*CHINESE, f"{CHINESE[0]}{CHINESE[1]}{CHINESE[0]}{GERMAN[0]}"],
        [f"{FRENCH[0]} {GERMAN[0]} {FRENCH[1]} {FRENCH[0]}"],
        [*FRENCH, "4711 – 0815", GERMAN[0]],
    ],
    ids=["blocks", "German inside Chinese", "German inside French", "unclear"],
)
def test_german_rows_are_the_same_whatever_other_languages_are_asked_for(blocks, others):
    records = [page_record(blocks)]
    few, many = (
        [row for row in extract(records, langs).sentences.to_pylist() if row["lang"] == "de"]
        for langs in (("en", "de"), ("en", "de", *others))
    )
    assert few == many
