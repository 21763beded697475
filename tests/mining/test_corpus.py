"""Sentences taken by id out of shards, and pairs put together with them: kept and refused rows with
all columns, each with the texts and the provenance of its own sentences.
"""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from mining import corpus
from mining.config import CorpusConfig
from mining.dedup import sentence_ids, shard_of
from mining.schema import CORPUS, LINKS, MARKS, PROVENANCE, REJECTED_PAIRS, SENTENCES

DAY = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)


def sentences(texts, lang="en"):
    """A table of schema SENTENCES, every value made from the text or its number."""
    n = len(texts)
    values = {
        "sentence_id": sentence_ids(texts),
        "text": texts,
        "lang": [lang] * n,
        "lang_prob": [0.9] * n,
        "script": ["Latn"] * n,
        "url": [f"https://{lang}.example/{at}" for at in range(n)],
        "date": [DAY if at % 2 else None for at in range(n)],
        "warc_file": [f"{lang}.warc.gz"] * n,
        "warc_offset": [1000 * at for at in range(n)],
        "warc_length": [100 + at for at in range(n)],
        "digest": [f"sha1:{at}" for at in range(n)],
        "block": list(range(n)),
        "position": [at % 3 for at in range(n)],
        "occurrences": [1] * n,
        "host_pages": [1] * n,
        "furniture": [at % 2 == 0 for at in range(n)],
        "duplicate_page": [at == 1 and lang == "en" for at in range(n)],
    }
    return pa.table([pa.array(values[f.name], f.type) for f in SENTENCES], schema=SENTENCES)


def sharded(table, shards):
    """The table as a list of shards, each sorted by id."""
    homes = shard_of(table["sentence_id"].to_numpy(), shards)
    return [
        table.filter(pa.array(homes == shard)).sort_by("sentence_id") for shard in range(shards)
    ]


def pairs(src, tgt, **changes):
    """A table of schema LINKS that joins two tables of sentences row by row."""
    n = src.num_rows
    values = {"src_id": src["sentence_id"].to_pylist(), "tgt_id": tgt["sentence_id"].to_pylist()}
    values |= {f"{side}_ids": [[one] for one in values[f"{side}_id"]] for side in ("src", "tgt")}
    values["found_by"] = ["mining"] * n
    for field in LINKS:
        good = 1.5 if pa.types.is_floating(field.type) else 3
        values.setdefault(field.name, [good] * n)
    values |= {"cosine": [0.75] * n, **changes}
    return pa.table([pa.array(values[f.name], f.type) for f in LINKS], schema=LINKS)


@pytest.mark.parametrize("shards", [1, 2, 4, 37])
def test_sentences_come_in_the_order_of_the_ids_whatever_the_shards(shards):
    table = sentences([f"sentence number {at}" for at in range(60)])
    parts = sharded(table, shards)
    rows = np.random.default_rng(shards).permutation(60)[:41]
    taken = corpus.take_sentences(
        table["sentence_id"].to_numpy()[rows], shards, lambda shard: parts[shard]
    )
    assert taken.equals(table.take(pa.array(rows)))


def test_an_id_given_twice_gives_two_rows():
    table = sentences(["one", "two", "three"])
    parts = sharded(table, 4)
    ids = table["sentence_id"].to_numpy()[[2, 0, 2, 2]]
    taken = corpus.take_sentences(ids, 4, lambda shard: parts[shard])
    assert taken["text"].to_pylist() == ["three", "one", "three", "three"]


def test_each_shard_that_is_asked_for_is_read_once_and_no_other():
    table = sentences([f"sentence number {at}" for at in range(60)])
    parts, read = sharded(table, 8), []

    def read_shard(shard):
        read.append(shard)
        return parts[shard]

    ids = np.concatenate([parts[shard]["sentence_id"].to_numpy()[:2] for shard in (6, 1, 6, 3)])
    corpus.take_sentences(ids, 8, read_shard)
    assert sorted(read) == [1, 3, 6]


@pytest.mark.parametrize("shards", [1, 4])
@pytest.mark.parametrize(
    "absent", ["before", "between", "after", "in an empty shard"], ids=lambda name: name
)
def test_an_absent_id_is_a_key_error(shards, absent):
    table = sentences([f"sentence number {at}" for at in range(40)])
    known = np.sort(table["sentence_id"].to_numpy())
    wanted = {
        "before": known[0] - 1,
        "between": known[20] + 1,
        "after": known[-1] + 1,
        "in an empty shard": known[5],
    }[absent]
    parts = sharded(table, shards)
    if absent == "in an empty shard":
        parts[int(shard_of(wanted, shards))] = table.slice(0, 0)
    with pytest.raises(KeyError):
        corpus.take_sentences(np.array([known[3], wanted]), shards, lambda shard: parts[shard])


SRC_TEXTS = ["The bridge is closed today.", "The tower has 40 steps.", "Tea is served at noon."]
TGT_TEXTS = ["Die Brücke ist heute zu.", "Der Turm hat 90 Stufen.", "Tee gibt es zu Mittag."]


def test_pairs_are_parted_into_kept_and_refused_with_all_columns():
    src, tgt = sentences(SRC_TEXTS), sentences(TGT_TEXTS, "de")
    kept, refused = corpus.assemble(pairs(src, tgt), src, tgt, CorpusConfig())
    assert kept.schema.equals(CORPUS, check_metadata=True)
    assert refused.schema.equals(REJECTED_PAIRS, check_metadata=True)
    assert kept["src_text"].to_pylist() == [SRC_TEXTS[0], SRC_TEXTS[2]]
    assert kept["tgt_text"].to_pylist() == [TGT_TEXTS[0], TGT_TEXTS[2]]
    assert refused.select(["reason", "src_text", "tgt_text"]).to_pylist() == [
        {"reason": "number_agreement", "src_text": SRC_TEXTS[1], "tgt_text": TGT_TEXTS[1]}
    ]


def test_a_row_has_the_values_of_its_pair_and_of_both_its_sentences():
    src, tgt = sentences(SRC_TEXTS), sentences(TGT_TEXTS[::-1], "de").take([2, 1, 0])
    joined = pairs(src, tgt, margin=[1.75, 1.5, 1.25], forward_rank=[0, -1, 2])
    kept, refused = corpus.assemble(joined, src, tgt, CorpusConfig())
    rows = kept.to_pylist() + refused.to_pylist()
    assert len(rows) == 3
    for row in rows:
        at = SRC_TEXTS.index(row["src_text"])
        for name in LINKS.names:
            assert row[name] == joined[name][at].as_py()
        for prefix, side in (("src_", src), ("tgt_", tgt)):
            for name in ("text", "lang", *MARKS, *PROVENANCE):
                assert row[prefix + name] == side[name][at].as_py()


def test_thresholds_come_from_the_config():
    src, tgt = sentences(SRC_TEXTS), sentences(TGT_TEXTS, "de")
    joined = pairs(src, tgt, margin=[1.75, 1.5, 1.25])
    lenient = CorpusConfig(min_margin=0, min_number_agreement=0)
    kept, refused = corpus.assemble(joined, src, tgt, lenient)
    assert (kept.num_rows, refused.num_rows) == (3, 0)
    kept, refused = corpus.assemble(joined, src, tgt, CorpusConfig(min_margin=1.6))
    assert kept["margin"].to_pylist() == [1.75]
    assert refused["reason"].to_pylist() == ["margin", "margin"]


def test_no_pairs_give_two_empty_tables_of_their_schemas():
    none = np.empty(0, np.int64)
    src, tgt = (corpus.take_sentences(none, 4, None) for _ in range(2))
    kept, refused = corpus.assemble(LINKS.empty_table(), src, tgt, CorpusConfig())
    assert kept.num_rows == refused.num_rows == 0
    assert kept.schema.equals(CORPUS, check_metadata=True)
    assert refused.schema.equals(REJECTED_PAIRS, check_metadata=True)


@pytest.mark.parametrize(("lang", "glue"), [("de", " "), ("zh", "")])
def test_a_side_of_two_sentences_is_one_row_with_both_texts(lang, glue):
    table = sentences(["One is here.", "Two is there.", "Three", "Four", "Five"], lang)
    changed = pa.array([0.9, 0.5, 0.8, 0.7, 0.6], pa.float32())
    at = table.schema.get_field_index("lang_prob")
    table = table.set_column(at, table.schema.field(at), changed)
    found = corpus.joined(table, [2, 1, 2])
    assert found["text"].to_pylist() == [
        f"One is here.{glue}Two is there.",
        "Three",
        f"Four{glue}Five",
    ]
    assert found["lang_prob"].to_pylist() == pytest.approx([0.5, 0.8, 0.6])
    rest = [name for name in SENTENCES.names if name not in ("text", "lang_prob")]
    assert found.select(rest).equals(table.select(rest).take([0, 2, 3]))


def test_sides_of_one_sentence_stay_as_they_are():
    table = sentences(["One is here.", "Two is there."])
    assert corpus.joined(table, [1, 1]).equals(table)
