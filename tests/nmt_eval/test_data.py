"""Pairs are read from whatever they lie in, and what no model can learn from is told."""

import dataclasses
import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mining.errors import InputError
from nmt_eval import data, testsets
from nmt_eval.config import DataConfig
from tests.nmt_eval import bitext

ENGLISH, GERMAN = bitext.sentences(300)
CONFIG = dataclasses.replace(DataConfig(), min_pairs=100)


def texts(table):
    return table["src_text"].to_pylist(), table["tgt_text"].to_pylist()


def test_the_same_pairs_come_from_every_kind_of_file(tmp_path):
    bitext.write_corpus(tmp_path / "corpus", ENGLISH, GERMAN, ["a.example"] * 300)
    lines = "".join(f"{a}\t{b}\textra\n" for a, b in zip(ENGLISH, GERMAN, strict=True))
    (tmp_path / "pairs.tsv.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "x.en").write_text("\n".join(ENGLISH) + "\n")
    (tmp_path / "x.de").write_text("\n".join(GERMAN) + "\n")
    moses = f"{tmp_path / 'x.en'},{tmp_path / 'x.de'}"
    part = tmp_path / "corpus" / "part-00000.parquet"
    for path in (tmp_path / "corpus", part, tmp_path / "pairs.tsv.gz", moses):
        table, rejected = data.read(path)
        assert table.schema == data.PAIRS
        assert texts(table) == (ENGLISH, GERMAN)
        assert not rejected


def test_pairs_of_parquet_know_their_hosts_and_empty_ones_are_left_out(tmp_path):
    urls = ["https://User@EN.Site.example:80/a?b", "no url", None, "http://x.example"]
    path = tmp_path / "x.parquet"
    columns = {"src_text": ["a", "b", "c", ""], "tgt_text": list("ABCD"), "src_url": urls}
    pq.write_table(pa.table(columns), path)
    table, _ = data.read(path)
    assert table["src_host"].to_pylist() == ["en.site.example", "", ""]
    assert table["tgt_host"].to_pylist() == ["", "", ""]
    assert texts(table) == (["a", "b", "c"], ["A", "B", "C"])


def test_lines_that_are_no_pairs_are_counted(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_text("one\teins\nalone\nthree\t\n")
    table, rejected = data.read(path)
    assert texts(table) == (["one"], ["eins"])
    assert rejected == {"columns": 1, "empty": 1}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda f: f / "none", "no such corpus; run make mine first"),
        (lambda f: f, "no finished corpus here"),
        (lambda f: f"{f}/a.en,{f}/a.de", "a.en: no such file"),
    ],
)
def test_a_corpus_that_is_not_there_is_told_with_what_to_do(tmp_path, make, told):
    with pytest.raises(InputError, match=told):
        data.read(make(tmp_path))


def test_a_corpus_that_is_being_made_is_no_finished_one(tmp_path):
    bitext.write_corpus(tmp_path, ENGLISH, GERMAN, ["a.example"] * 300)
    (tmp_path / "_manifest.json").unlink()
    assert data.read(tmp_path)[0].num_rows == 300
    with pytest.raises(InputError, match="no finished corpus"):
        data.read(tmp_path, finished=True)


def test_a_broken_parquet_file_and_one_of_other_columns_are_told(tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="can't be read as Parquet"):
        data.read(path)
    pq.write_table(pa.table({"src_text": ["a"]}), path)
    with pytest.raises(InputError, match="column tgt_text is missing"):
        data.read(path)


def test_a_good_corpus_passes_either_way_round():
    table = data.of_texts(ENGLISH, GERMAN)
    data.check(table, ("en", "de"), CONFIG)
    data.check(data.swapped(table), ("de", "en"), CONFIG)


@pytest.mark.parametrize(
    ("src", "tgt", "told"),
    [
        ([], [], "0 pairs are too few"),
        (ENGLISH[:99], GERMAN[:99], "99 pairs are too few"),
        (ENGLISH, ENGLISH, "copies"),
        (ENGLISH, ENGLISH[::-1], "both sides look like en"),
        (GERMAN, GERMAN[::-1], "both sides look like de"),
        (GERMAN, ENGLISH, "looks like de, the second like en: change them over"),
    ],
)
def test_what_no_translation_can_be_learnt_from_is_told(src, tgt, told):
    with pytest.raises(InputError, match=told):
        data.check(data.of_texts(src, tgt), ("en", "de"), CONFIG)


def test_a_digest_tells_bytes_and_files_apart(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_bytes(b"ab")
    second.write_bytes(b"c")
    digests = {data.digest([first, second]), data.digest([second, first]), data.digest([first])}
    assert len(digests) == 3
    second.write_bytes(b"d")
    assert data.digest([first, second]) not in digests


def test_test_sets_are_as_they_are_to_the_letter(tmp_path):
    odd = ["  two  spaces and\u2028a line", "ＦＵＬＬ ｗｉｄｔｈ，。"]
    (tmp_path / "t.en").write_text("\n".join(odd) + "\n")
    (tmp_path / "t.de").write_text("eins\r\nzwei\r\n", newline="")
    both = f"{tmp_path / 't.en'},{tmp_path / 't.de'}"
    assert texts(testsets.load(both, "en", "de")) == (odd, ["eins", "zwei"])
    (tmp_path / "t.tsv").write_text("\n".join(f"{text}\tx\tmore" for text in odd))
    assert texts(testsets.load(str(tmp_path / "t.tsv"), "de", "en")) == (odd, ["x", "x"])


@pytest.mark.parametrize(
    ("english", "german", "told"),
    [
        ("a\nb\n", "A\n", "2 lines, .* 1 lines: which belong together"),
        ("a\n\nc\n", "A\nB\nC\n", "t.en: line 2 is empty"),
        ("a\n", b"\xff\n", "t.de: line 1 is not UTF-8"),
        ("", "", "empty; give a test with sentences"),
    ],
)
def test_a_test_that_is_none_is_told(tmp_path, english, german, told):
    (tmp_path / "t.en").write_text(english)
    (tmp_path / "t.de").write_bytes(german if isinstance(german, bytes) else german.encode())
    with pytest.raises(InputError, match=told):
        testsets.load(f"{tmp_path / 't.en'},{tmp_path / 't.de'}", "en", "de")


def test_sets_of_sacrebleu_are_taken_in_the_direction_and_told_where_they_cant_be_had(
    tmp_path, monkeypatch
):
    sacrebleu = pytest.importorskip("sacrebleu")
    kept = sacrebleu.DATASETS["wmt17"]
    monkeypatch.setattr(kept, "_outdir", str(tmp_path))
    for pair in ("en-de", "de-en"):
        for end in ("src", "ref"):
            # A set has more fields than these two; all are looked for before any is read.
            for field in kept.fieldnames(pair):
                (tmp_path / f"wmt17.{pair}.{field}").write_text(f"{pair} {field}\n")
            assert (tmp_path / f"wmt17.{pair}.{end}").is_file()
    assert texts(testsets.load("wmt17", "en", "de")) == (["en-de src"], ["en-de ref"])
    assert texts(testsets.load("wmt17", "de", "en")) == (["de-en ref"], ["de-en src"])

    def unreachable(pair):
        raise OSError("Name or service not known")

    monkeypatch.setattr(kept, "source", unreachable)
    for name, told in (
        ("wmt17", "can't fetch it .Name or service not known.; it takes a network, or files"),
        ("wmt0", "no set that sacrebleu knows"),
        ("some/where.tsv", "no such test"),
    ):
        with pytest.raises(InputError, match=told):
            testsets.load(name, "en", "de")
    with pytest.raises(InputError, match="has no en-sw"):
        testsets.load("wmt17", "en", "sw")
