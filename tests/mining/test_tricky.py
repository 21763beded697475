"""Blocks that are hard to cut: tests/mining/tricky/LANG.SET.tsv, one block a line, first what is
hard about it, then its sentences. A block counts if all of its sentences come back; each file has
a least share of blocks that must.
"""

import pathlib

import pytest

from mining.sentences import split_sentences

FILES = sorted((pathlib.Path(__file__).parent / "tricky").glob("*.tsv"))
#: development data, which the rules were read against, and data that they have never seen
FLOORS = {"dev": 0.98, "heldout": 0.90}
CAP = 10_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_hard_blocks_are_cut_into_their_sentences(path):
    lang, *_, part = path.stem.split(".")
    joiner = "" if lang == "zh" else " "
    blocks = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    assert blocks
    failed = []
    for kind, *sentences in blocks:
        found = split_sentences(joiner.join(sentences), lang, CAP)
        if found != sentences:
            failed.append(f"{kind}: {' | '.join(sentences)}\n    cut as: {' | '.join(found)}")
    print("\n".join(failed))
    assert 1 - len(failed) / len(blocks) >= FLOORS[part], f"{len(failed)} of {len(blocks)} wrong"
