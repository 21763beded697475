"""Every column says what it means, schemas that share columns share their meaning, and
docs/schema.md is what mining.schema prints.
"""

import pathlib
import subprocess
import sys

import pyarrow as pa
import pytest

from mining import schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = {name: made for name, _, made in schema.DATASETS} | {
    "pairs": schema.PAIRS,
    "occurrences": schema.OCCURRENCES,
    "bands": schema.BANDS,
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_column_has_a_description_and_a_name_of_its_own(name):
    made = SCHEMAS[name]
    assert len(made) > 0
    assert len(set(made.names)) == len(made)
    for field in made:
        description = field.metadata[b"description"].decode()
        assert len(description) >= 2
        assert not {"|", "\n"} & set(description)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_has_the_version(name):
    assert SCHEMAS[name].metadata[b"schema_version"] == str(schema.VERSION).encode()


def test_docs_schema_is_the_markdown_of_the_schemas():
    assert (ROOT / "docs" / "schema.md").read_text(encoding="utf-8") == schema.markdown()


def test_running_the_module_prints_the_markdown():
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "mining.schema"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode("utf-8") == schema.markdown()


def test_markdown_has_a_table_for_each_dataset_with_a_line_for_each_column():
    sections = schema.markdown().split("\n## ")[1:]
    assert len(sections) == len(schema.DATASETS)
    for section, (name, text, made) in zip(sections, schema.DATASETS, strict=True):
        lines = section.splitlines()
        assert lines[0] == name
        assert text in lines
        rows = [
            [cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:1] == "|"
        ]
        assert rows[0] == ["column", "type", "meaning"]
        assert [row[:2] for row in rows[2:]] == [[f.name, str(f.type)] for f in made]
        assert all(len(row) == 3 for row in rows)


def test_the_corpus_has_all_columns_of_a_pair_and_the_provenance_of_both_sides():
    for field in schema.PAIRS:
        assert schema.CORPUS.field(field.name).equals(field, check_metadata=True)
    for name in ("text", "lang", *schema.MARKS, *schema.PROVENANCE):
        kind = schema.SENTENCES.field(name).type
        assert schema.CORPUS.field(f"src_{name}").type == kind
        assert schema.CORPUS.field(f"tgt_{name}").type == kind


def test_a_rejected_pair_has_a_reason_and_all_columns_of_the_corpus():
    assert schema.REJECTED_PAIRS.names == ["reason", *schema.CORPUS.names]
    for field in schema.CORPUS:
        assert schema.REJECTED_PAIRS.field(field.name).equals(field, check_metadata=True)


@pytest.mark.parametrize("dim", [32, 768])
def test_an_embedding_file_says_which_encoder_made_it(dim):
    made = schema.embeddings(dim, "muse", "abc123")
    assert made.field("vector").type == pa.list_(pa.float16(), dim)
    assert made.metadata[b"encoder"] == b"muse"
    assert made.metadata[b"fingerprint"] == b"abc123"
    assert made.metadata[b"dim"] == str(dim).encode()
