"""The job that finds neighbours, on vectors written by the test: the answer is that of one index,
whatever the shards, and what can't be right is said in one line."""

import contextlib
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mining import knn
from mining.schema import embeddings
from pipelines import mine
from pipelines.common import datasets, manifests, options
from tests.mining import vectors as made

FINGERPRINT = "f" * 16


def write_side(root, lang, ids, vectors, shards, fingerprint=FINGERPRINT):
    """sentences/ and embeddings/ of a language: rising ids cut anywhere into that many shards."""
    order = np.argsort(ids)
    folder = pathlib.Path(root, "embeddings", "toy", f"lang={lang}")
    folder.mkdir(parents=True, exist_ok=True)
    cuts = np.sort(np.random.default_rng(shards).integers(0, len(ids) + 1, shards - 1))
    parts = [datasets.part_name(number) for number in range(shards)]
    schema = embeddings(vectors.shape[1], "toy", fingerprint)
    for part, rows in zip(parts, np.split(order, cuts), strict=True):
        write_shard(folder / part, ids[rows], vectors[rows], schema)
    sentences = datasets.join(str(root), "sentences", f"lang={lang}")
    manifests.write(sentences, f"s-{lang}", "extract", {})
    config = {"fingerprint": fingerprint}
    more = {"made_from": f"s-{lang}", "parts": parts, "rows": len(ids), "dim": vectors.shape[1]}
    manifests.write(str(folder), f"e-{lang}-{shards}", "embed", config, **more)
    return folder


def write_shard(path, ids, vectors, schema):
    values = pa.array(vectors.astype(np.float16).reshape(-1))
    column = pa.FixedSizeListArray.from_arrays(values, vectors.shape[1])
    pq.write_table(pa.table([pa.array(ids), column], schema=schema), path)


def run(root, **knobs):
    """Runs the job in ``root``; the candidates of both directions."""
    argv = ["--input", str(root), "--output", str(root), "--languages", "en,de", "--encoder", "toy"]
    for name, value in knobs.items():
        argv += ["--set", f"mine.{name}={value}"]
    assert options.guarded(mine.main, argv) == 0
    folder = root / "candidates" / "toy" / "en-de"
    return [
        mine.read_neighbours([str(path) for path in (folder / direction).glob("*.parquet")])
        for direction in mine.DIRECTIONS
    ]


@pytest.fixture
def root(tmp_path):
    """An output folder that earlier jobs have made."""
    manifests.claim_output(str(tmp_path / "out"))
    return tmp_path / "out"


def some_side(rng, kind, n):
    ids = np.sort(made.some_ids(rng, n))
    vectors = made.with_duplicates(rng, made.grid(rng, n)) if kind == "tied" else None
    return ids, (vectors if vectors is not None else made.gaussian(rng, n, 6)).astype(np.float16)


@pytest.mark.parametrize("kind", ["random", "tied"])
@pytest.mark.parametrize(
    ("src_shards", "tgt_shards", "index_shards", "n", "m", "k"),
    [(1, 1, 8, 40, 50, 4), (3, 2, 1, 60, 40, 4), (2, 5, 3, 40, 90, 7), (4, 4, 2, 9, 7, 30)],
)
def test_shards_change_no_row(root, capsys, kind, src_shards, tgt_shards, index_shards, n, m, k):
    rng = np.random.default_rng(n)
    (src_ids, src), (tgt_ids, tgt) = some_side(rng, kind, n), some_side(rng, kind, m)
    write_side(root, "en", src_ids, src, src_shards)
    write_side(root, "de", tgt_ids, tgt, tgt_shards)
    found = run(root, k=k, index_shards=index_shards)
    right = (
        knn.search(src_ids, src, [(tgt_ids, tgt)], k),
        knn.search(tgt_ids, tgt, [(src_ids, src)], k),
    )
    for one, other in zip(found, right, strict=True):
        assert np.array_equal(one.query_ids, other.query_ids)
        assert np.array_equal(one.ids, other.ids)
        assert one.cosines.tobytes() == other.cosines.tobytes()
    assert not (root / ".work").exists()


@pytest.mark.parametrize(("n", "m"), [(0, 5), (5, 0), (0, 0)])
def test_an_empty_side_gives_no_neighbours(root, n, m):
    rng = np.random.default_rng(0)
    write_side(root, "en", *some_side(rng, "random", n), 2)
    write_side(root, "de", *some_side(rng, "random", m), 2)
    forward, backward = run(root)
    assert (len(forward.query_ids), len(backward.query_ids)) == (n, m)
    assert forward.ids.size == backward.ids.size == 0


def test_stopped_and_run_again_goes_on_with_the_blocks_that_are_left(root, monkeypatch):
    rng = np.random.default_rng(1)
    sides = [some_side(rng, "random", n) for n in (40, 50)]
    write_side(root, "en", *sides[0], 3)
    write_side(root, "de", *sides[1], 3)
    searched, search_both = [], knn.search_both

    def until_full(*given):
        searched.append(given)
        if len(searched) == 5:
            raise OSError(28, "No space left on device")
        return search_both(*given)

    monkeypatch.setattr(knn, "search_both", until_full)
    with contextlib.suppress(AssertionError):
        run(root, index_shards=1)
    assert len(searched) == 5
    found = run(root, index_shards=1)
    assert len(searched) == 5 + 9 - 4
    right = knn.search(*sides[0], [sides[1]], 4)
    assert np.array_equal(found[0].ids, right.ids)


def refused(root, capsys, *says):
    argv = ["--input", str(root), "--output", str(root), "--languages", "en,de", "--encoder", "toy"]
    assert options.guarded(mine.main, argv) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1, err
    assert all(text in err for text in says), err
    assert not (root / "candidates" / "toy" / "en-de" / "_manifest.json").exists()


@pytest.fixture
def sides(root):
    """Folders of the vectors of both languages, two shards each."""
    rng = np.random.default_rng(2)
    return [write_side(root, lang, *some_side(rng, "random", 20), 2) for lang in ("en", "de")]


def rewrite(path, change):
    """The shard ``path`` with what ``change`` makes of its ids and vectors."""
    table = pq.read_table(path)
    ids, column = table["sentence_id"].to_numpy(), table["vector"].combine_chunks()
    dim = column.type.list_size
    vectors = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, dim)
    ids, vectors = change(ids.copy(), vectors.copy())
    write_shard(path, ids, vectors, embeddings(vectors.shape[1], "toy", FINGERPRINT))


def first_twice(ids, vectors):
    ids[1] = ids[0]
    return ids, vectors


def zero(ids, vectors):
    vectors[0] = 0
    return ids, vectors


def other_dim(ids, vectors):
    return ids, vectors[:, :4]


@pytest.mark.parametrize(
    ("change", "says"),
    [(first_twice, "twice"), (zero, "zero or not finite"), (other_dim, "not by the encoder")],
)
def test_a_shard_that_cannot_be_right_is_refused(root, sides, capsys, change, says):
    rewrite(sides[1] / "part-00001.parquet", change)
    refused(root, capsys, "part-00001.parquet", says)


def test_an_id_in_two_shards_is_refused(root, sides, capsys):
    first = pq.read_table(sides[0] / "part-00000.parquet")["sentence_id"].to_numpy()
    rewrite(
        sides[0] / "part-00001.parquet",
        lambda ids, vectors: (np.sort(np.append(ids[1:], first[-1])), vectors),
    )
    refused(root, capsys, "part-00001.parquet", "twice")


def test_a_missing_shard_is_refused(root, sides, capsys):
    (sides[1] / "part-00000.parquet").unlink()
    refused(root, capsys, "part-00000.parquet", "missing")


def test_shards_without_their_manifest_are_refused(root, sides, capsys):
    (sides[1] / "_manifest.json").unlink()
    refused(root, capsys, "run pipelines.embed first")


def test_sides_by_different_encoders_are_refused(root, sides, capsys):
    rng = np.random.default_rng(3)
    write_side(root, "de", *some_side(rng, "random", 20), 2, fingerprint="0" * 16)
    refused(root, capsys, "different versions")


def test_length_of_vectors_changes_no_neighbour(root, sides):
    plain = run(root)
    for path in sides[0].glob("*.parquet"):
        rewrite(path, lambda ids, vectors: (ids, vectors * np.float16(2)))
    path = sides[0] / "_manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "key": "other"}))
    scaled = run(root)
    assert np.array_equal(plain[0].ids, scaled[0].ids)
    assert np.array_equal(plain[0].cosines, scaled[0].cosines)


def test_more_neighbours_than_a_rank_can_count_are_refused(root, sides, capsys):
    argv = ["--input", str(root), "--output", str(root), "--languages", "en,de", "--encoder", "toy"]
    assert options.guarded(mine.main, [*argv, "--set", "mine.k=40000"]) == 2
    assert "32767" in capsys.readouterr().err.replace(",", "")


def test_every_pair_of_shards_is_in_one_block():
    for src, tgt, length in ((1, 1, 8), (3, 7, 2), (2, 8, 8), (5, 9, 4)):
        pairs = [(block.src, at) for block in mine.blocks(src, tgt, length) for at in block.tgts]
        assert sorted(pairs) == [(one, other) for one in range(src) for other in range(tgt)]


@pytest.mark.parametrize("index", ["ivf_flat", "ivf_pq", "hnsw"])
def test_recall_of_an_approximate_search_stands_in_the_manifest(root, index):
    rng = np.random.default_rng(4)
    sides = [(np.sort(made.some_ids(rng, n)), made.gaussian(rng, n, 16)) for n in (300, 400)]
    write_side(root, "en", *sides[0], 2)
    write_side(root, "de", *sides[1], 3)
    found = run(root, index=index, pq_bytes=4, probes=2, hnsw_search=4, recall_sample=10_000)
    manifest = json.loads((root / "candidates/toy/en-de/_manifest.json").read_text())
    assert manifest["search"] == index
    for direction, one, other, got in (
        ("forward", *sides, found[0]),
        ("backward", *sides[::-1], found[1]),
    ):
        halves = (one[1].astype(np.float16), other[1].astype(np.float16))
        right = knn.search(one[0], halves[0], [(other[0], halves[1])], 4)
        assert np.array_equal(got.query_ids, one[0])
        assert got.ids.shape == (len(one[0]), 4)
        assert manifest["recall"][direction] == pytest.approx(knn.recall(got, right), abs=1e-4)
        assert manifest["recall"][direction] > 0.5
    assert not (root / ".work").exists()


@pytest.mark.parametrize(("n", "m"), [(0, 5), (90, 0)])
def test_an_approximate_search_of_an_empty_side_gives_no_neighbours(root, n, m):
    rng = np.random.default_rng(0)
    write_side(root, "en", *some_side(rng, "random", n), 2)
    write_side(root, "de", *some_side(rng, "random", m), 2)
    forward, backward = run(root, index="ivf_flat")
    assert (len(forward.query_ids), len(backward.query_ids)) == (n, m)
    assert forward.ids.size == backward.ids.size == 0


def test_an_unknown_kind_of_index_is_refused(root, sides, capsys):
    argv = ["--input", str(root), "--output", str(root), "--languages", "en,de", "--encoder", "toy"]
    assert options.guarded(mine.main, [*argv, "--set", "mine.index=lsh"]) == 2
    assert "hnsw" in capsys.readouterr().err
