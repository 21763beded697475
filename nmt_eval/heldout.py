"""What a model is tested on and what it is trained on: never sentences of the same site.

Where the gold of the sample says on which sites its pairs are (samples/debian.py), the test is true
pairs of one site and the others train; of any other corpus whole sites are set aside, chosen by a
hash of their names, so that the test is mined pairs too.
"""

import dataclasses
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from mining.errors import InputError
from nmt_eval import data

# Second labels under which names are given away in many countries: co.uk, com.cn.
_SHORT_LABEL = 3


@dataclasses.dataclass(frozen=True)
class Split:
    """Tables data.PAIRS; ``kind``: what the test is, in a few words; ``sites``: those that are in
    the test and in dev; ``left_out``: pairs of the corpus that are in no part, by reason;
    ``taken``: the parts, of dev and test, that are pairs of the corpus."""

    train: pa.Table
    dev: pa.Table
    test: pa.Table
    kind: str
    sites: dict
    left_out: dict
    taken: tuple = ()


def read_gold(path):
    """Gold as the table (src_text, tgt_text, sites), rows of kind text alone; sites: list of str.

    Raises InputError for what is no such gold, and for one that doesn't say the sites.
    """
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the gold can't be read: {error}") from None
    rows = [line.split("\t") for line in lines if line]
    rows = [row for row in rows if len(row) > 2 and row[2] == "text"]
    if not rows or any(len(row) < 4 for row in rows):
        raise InputError(
            f"{path}: the gold doesn't say which sites its pairs are on; build it again by make "
            "samples, or give a test by --test"
        )
    src, tgt, _, sites = zip(*(row[:4] for row in rows), strict=True)
    return pa.table(
        {"src_text": src, "tgt_text": tgt, "sites": [names.split(",") for names in sites]}
    )


def of_gold(gold, site, wanted):
    """At most ``wanted`` pairs of a table of read_gold that are on ``site`` and on no other, chosen
    by a hash of their texts; a table data.PAIRS, in the order of the hash."""
    alone = pc.equal(pc.list_value_length(gold["sites"]), 1)
    found = gold.filter(pc.and_(alone, pc.equal(pc.list_element(gold["sites"], 0), site)))
    chosen = found.take(_by_hash(found)[:wanted])
    return data.of_texts(chosen["src_text"].to_pylist(), chosen["tgt_text"].to_pylist())


def by_sites(corpus, gold, config):
    """The Split of a corpus whose sites the gold knows: config.test_site and dev_site are its
    test's and dev's, and no pair with a page of either is trained on.

    corpus: data.PAIRS; gold: as read_gold. Raises InputError where the gold has no pair of one.
    """
    sites = {"test": [config.test_site], "dev": [config.dev_site]}
    parts = {
        "test": of_gold(gold, config.test_site, config.test_pairs),
        "dev": of_gold(gold, config.dev_site, config.dev_pairs),
    }
    for part, table in parts.items():
        if not table.num_rows:
            raise InputError(
                f"data.{part}_site={sites[part][0]}: the gold has no pair that is on that site "
                "alone; give one of its fourth column"
            )
    either = pc.or_(*_on(corpus, [config.test_site, config.dev_site]))
    train = corpus.filter(pc.invert(either))
    left_out = {"on a held-out site": corpus.num_rows - train.num_rows}
    kind = f"gold of {config.test_site}"
    return Split(train, parts["dev"], parts["test"], kind, sites, left_out)


def knows(corpus, config):
    """Whether a corpus has pairs of the sites that the gold's test and dev are of."""
    return all(
        pc.any(pc.or_(*_on(corpus, [site]))).as_py() for site in (config.test_site, config.dev_site)
    )


def of_corpus(corpus, config):
    """The Split of a corpus by itself: sites for the test, then for dev, in the order of a hash of
    their names, until each has its pairs. One with more than config.max_site_share is trained on.

    A pair is in the test if both of its pages are of such sites, and in nothing if one is. Raises
    InputError where the corpus doesn't say hosts, or has too few sites.
    """
    ours, theirs = (site_names(corpus[column]) for column in ("src_host", "tgt_host"))
    names = pc.unique(pa.concat_arrays([ours.dictionary, theirs.dictionary])).to_pylist()
    counts = _counts(ours, theirs)
    ranked = sorted(
        (name for name in names if name and counts.get(name, 0)),
        key=lambda name: xxhash.xxh3_64_intdigest(name.encode()),
    )
    most = config.max_site_share * corpus.num_rows
    left = iter(name for name in ranked if counts[name] <= most)
    parts, sites = {}, {}
    for part, wanted in (("test", config.test_pairs), ("dev", config.dev_pairs)):
        sites[part], inside = [], 0
        while inside < wanted and (name := next(left, None)) is not None:
            sites[part].append(name)
            inside += counts[name]
        both = pc.and_(*(_among(side, sites[part]) for side in (ours, theirs)))
        parts[part] = corpus.filter(both)
        parts[part] = parts[part].take(_by_hash(parts[part])[:wanted])
        if parts[part].num_rows < min(wanted, config.min_test_pairs):
            raise InputError(
                f"the corpus has too few sites to set some aside for {part} "
                f"({len(ranked):,} of them, {parts[part].num_rows:,} pairs); give a test by --test"
            )
    every = [name for names in sites.values() for name in names]
    train = corpus.filter(pc.invert(pc.or_(_among(ours, every), _among(theirs, every))))
    used = train.num_rows + sum(part.num_rows for part in parts.values())
    left_out = {"on a held-out site": corpus.num_rows - used}
    kind = "mined pairs of sites held out of the corpus, which show how consistent it is in itself"
    return Split(train, parts["dev"], parts["test"], kind, sites, left_out, ("dev", "test"))


def as_before(corpus, parts, sites, kind):
    """The Split of a corpus with the test and dev of an earlier run, none of whose sites is trained
    on. corpus: data.PAIRS; parts: its "test" and "dev", of the same; sites: by part, as it has."""
    held = [name for names in sites.values() for name in names]
    train = corpus.filter(pc.invert(pc.or_(*_on(corpus, held))))
    left_out = {"on a held-out site": corpus.num_rows - train.num_rows}
    return Split(train, parts["dev"], parts["test"], kind, sites, left_out)


def with_test(corpus, test, kind, config):
    """The Split of a corpus for a test from elsewhere: dev are config.dev_pairs of its own, by hash
    of their texts, and no more than a tenth."""
    order = _by_hash(corpus)
    size = min(config.dev_pairs, corpus.num_rows // 10)
    dev, train = corpus.take(order[:size]), corpus.take(np.sort(order[size:]))
    return Split(train, dev, test, kind, {}, {}, ("dev",))


def site_names(hosts):
    """The site of each host: its last two labels, or three where the second is as co in co.uk.

    hosts: a column of a table data.PAIRS. Returns a dictionary array; "" for an address in numbers.
    """
    hosts = hosts.combine_chunks() if isinstance(hosts, pa.ChunkedArray) else hosts
    names = [_site_name(host) for host in hosts.dictionary.to_pylist()]
    found = pc.dictionary_encode(pa.array(names, pa.string()))
    return pa.DictionaryArray.from_arrays(found.indices.take(hosts.indices), found.dictionary)


def _site_name(host):
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdecimal():
        return host
    country = len(labels[-1]) == 2 and len(labels[-2]) <= _SHORT_LABEL
    return ".".join(labels[-3:] if country else labels[-2:])


def _counts(ours, theirs):
    """Pairs with both pages of one site, by the site's name."""
    ours, theirs = ours.dictionary_decode(), theirs.dictionary_decode()
    inside = ours.filter(pc.equal(ours, theirs))
    return {item["values"]: item["counts"] for item in inside.value_counts().to_pylist()}


def _on(table, sites):
    """For each side of a table data.PAIRS whether its page is of one of ``sites``; two arrays."""
    return [
        _among_hosts(table[column].combine_chunks(), sites) for column in table.column_names[2:]
    ]


def _among_hosts(hosts, sites):
    known = [
        any(f".{host}".endswith(f".{site}") for site in sites)
        for host in hosts.dictionary.to_pylist()
    ]
    return pa.array(known, pa.bool_()).take(hosts.indices)


def _among(names, chosen):
    return pc.is_in(names.dictionary, pa.array(chosen, pa.string())).take(names.indices)


def _by_hash(table):
    """Rows in the order of a hash of their texts; int64 [n]."""
    texts = zip(table["src_text"].to_pylist(), table["tgt_text"].to_pylist(), strict=True)
    hashes = np.fromiter(
        (xxhash.xxh3_64_intdigest(f"{src}\t{tgt}".encode()) for src, tgt in texts),
        np.uint64,
        table.num_rows,
    )
    return np.argsort(hashes, kind="stable")
