"""What is tested on is of sites that nothing trained on is from."""

import dataclasses

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.errors import InputError
from nmt_eval import data, heldout
from nmt_eval.config import DataConfig

CONFIG = dataclasses.replace(
    DataConfig(), test_site="t.example", dev_site="d.example", min_test_pairs=1
)


def corpus(*hosts):
    """A pair for each (host of English, host of the other side), "e0" and "f0" the first."""
    sides = [[f"{mark}{at}" for at in range(len(hosts))] for mark in "ef"]
    urls = [pa.array([f"http://{host[side]}/x" for host in hosts], pa.string()) for side in (0, 1)]
    columns = [pa.array(side, pa.string()) for side in sides]
    return pa.table([*columns, *map(data.hosts, urls)], data.PAIRS)


def gold_file(tmp_path, rows):
    path = tmp_path / "gold.tsv"
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    return path


def test_test_and_dev_are_gold_of_one_site_alone_and_no_page_of_it_trains(tmp_path):
    path = gold_file(
        tmp_path,
        [
            ("one", "eins", "text", "t.example"),
            ("two", "zwei", "text", "d.example,t.example"),
            ("three", "drei", "text", "d.example"),
            ("four", "vier", "variant", "t.example"),
            ("five", "fünf", "block", "cut doubtful"),
            ("six", "sechs", "furniture"),
            ("seven", "sieben", "text", "o.example"),
        ],
    )
    pairs = corpus(
        ("en.t.example", "o.example"),
        ("o.example", "de.t.example"),
        ("d.example", "d.example"),
        ("not-t.example", "o.example"),
        ("o.example", "o.example"),
    )
    split = heldout.by_sites(pairs, heldout.read_gold(path), CONFIG)
    assert split.test["src_text"].to_pylist() == ["one"]
    assert split.dev["src_text"].to_pylist() == ["three"]
    assert split.train["src_text"].to_pylist() == ["e3", "e4"]
    assert split.left_out == {"on a held-out site": 3}


def test_of_many_gold_pairs_the_hash_of_their_texts_chooses(tmp_path):
    rows = [(f"text {at}", f"Text {at}", "text", "t.example") for at in range(50)]
    chosen = [
        heldout.of_gold(heldout.read_gold(gold_file(tmp_path, some)), "t.example", 10)
        for some in (rows, rows[::-1])
    ]
    assert chosen[0].num_rows == 10
    assert chosen[0] == chosen[1]


def test_gold_without_sites_or_of_other_sites_is_told(tmp_path):
    path = gold_file(tmp_path, [("one", "eins", "text")])
    with pytest.raises(InputError, match="doesn't say which sites .* make samples"):
        heldout.read_gold(path)
    gold = heldout.read_gold(gold_file(tmp_path, [("one", "eins", "text", "t.example")]))
    with pytest.raises(InputError, match="dev_site=d.example: the gold has no pair"):
        heldout.by_sites(corpus(("a.example", "a.example")), gold, CONFIG)
    with pytest.raises(InputError, match="can't be read"):
        heldout.read_gold(tmp_path / "none.tsv")


def test_a_corpus_is_of_the_sample_if_it_has_pages_of_both_sites():
    assert heldout.knows(corpus(("en.t.example", "x.example"), ("d.example", "x.example")), CONFIG)
    assert not heldout.knows(corpus(("en.t.example", "x.example")), CONFIG)


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("de.wikipedia.org", "wikipedia.org"),
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("a.b.com.cn", "b.com.cn"),
        ("localhost", "localhost"),
        ("10.0.0.1", "10.0.0.1"),
        ("", ""),
    ],
)
def test_site_of_a_host(host, site):
    hosts = pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), [host])])
    assert heldout.site_names(hosts).to_pylist() == [site]


@settings(deadline=None, max_examples=40)
@given(across=st.lists(st.tuples(*[st.integers(0, 12)] * 2), max_size=30))
def test_no_site_is_in_two_parts_and_every_pair_is_told(across):
    # Two pairs within each site, and some that join two.
    within = [(at, at) for at in range(12)] * 2
    pairs = corpus(*((f"en.s{a}.example", f"de.s{b}.example") for a, b in within + across))
    config = dataclasses.replace(CONFIG, test_pairs=5, dev_pairs=5, max_site_share=0.5)
    split = heldout.of_corpus(pairs, config)
    sites = {}
    for name in ("train", "dev", "test"):
        part = getattr(split, name)
        sites[name] = {
            host.split(".", 1)[1]
            for column in ("src_host", "tgt_host")
            for host in part[column].to_pylist()
        }
    assert not sites["train"] & (sites["dev"] | sites["test"])
    assert not sites["dev"] & sites["test"]
    assert 1 <= split.test.num_rows <= 5
    parts = split.train.num_rows + split.dev.num_rows + split.test.num_rows
    assert parts + sum(split.left_out.values()) == pairs.num_rows


def test_a_corpus_without_hosts_or_of_one_site_needs_a_test():
    texts = [f"text {at}" for at in range(100)]
    for pairs in (data.of_texts(texts, texts), corpus(*[("a.example", "a.example")] * 100)):
        with pytest.raises(InputError, match="too few sites .* --test"):
            heldout.of_corpus(pairs, CONFIG)


def test_dev_beside_a_test_from_elsewhere_is_a_tenth_at_most_and_not_trained_on():
    texts = [f"text {at}" for at in range(100)]
    split = heldout.with_test(data.of_texts(texts, texts), "the test", "kind", CONFIG)
    dev, train = (part["src_text"].to_pylist() for part in (split.dev, split.train))
    assert len(dev) == 10
    assert sorted(dev + train) == sorted(texts)
    assert train == sorted(train, key=texts.index)
