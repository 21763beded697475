"""Pairs of texts to train and to test with, as Arrow tables, from whatever a bitext lies in: a
folder of Parquet as the corpus is, one such file, a TSV, or two files with a line a side.

Nothing is chosen or left out here but lines that are no pairs, which are counted.
"""

import collections
import contextlib
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from mining import bitext, langid
from mining.config import ScoreConfig
from mining.errors import InputError

#: both texts, and the hosts of the pages they are from; "" where that is not known
PAIRS = pa.schema(
    [
        ("src_text", pa.string()),
        ("tgt_text", pa.string()),
        ("src_host", pa.dictionary(pa.int32(), pa.string())),
        ("tgt_host", pa.dictionary(pa.int32(), pa.string())),
    ]
)
#: what a finished corpus has beside its parts
MANIFEST = "_manifest.json"
_BATCH = 65_536
_HASHED_BYTES = 1 << 20
_HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>[^/?#:@]*)"
_UNTOLD = ""


def read(path, finished=False):
    """(table PAIRS, counts of lines that are no pair by reason) of a bitext.

    path: a folder of Parquet files with columns src_text and tgt_text, one such file, a TSV whose
    first two columns are the sides, or two files as NAME.en,NAME.de; texts may be packed with gzip
    or zstd. finished: the folder has to have a manifest, as what pipelines.corpus is done with
    has. Raises InputError for what can't be used.
    """
    with _readable(path):
        parts = files_of(path, finished)
        if len(parts) == 2 and "," in str(path):
            with parts[0].open("rb") as src, parts[1].open("rb") as tgt:
                return _from_records(bitext.from_two_files(src, tgt, list(map(str, parts))), path)
        with parts[0].open("rb") as stream:
            if pathlib.Path(path).is_dir() or bitext.is_parquet(stream):
                tables = [batch for part in parts for batch in _from_parquet(part)]
                return pa.Table.from_batches(tables, PAIRS).unify_dictionaries(), {}
            return _from_records(bitext.from_columns(stream, str(path), (1, 2)), path)


def files_of(path, finished=False):
    """The files that a bitext called ``path`` lies in, in order; see read."""
    folder = pathlib.Path(path)
    if folder.is_dir():
        found = sorted(folder.glob("*.parquet"))
        if not found or (finished and not (folder / MANIFEST).is_file()):
            raise InputError(f"{path}: no finished corpus here; run make mine first")
        return found
    names = str(path).split(",")
    missing = [name for name in names if not pathlib.Path(name).is_file()]
    if len(names) > 2 or (missing and len(names) == 2):
        told = f"{missing[0]}: no such file" if missing else f"{path}: more than two files"
        raise InputError(f"{told}; give the two sides as NAME.en,NAME.de")
    if missing:
        raise InputError(f"{path}: no such corpus; run make mine first, or give another place")
    return [pathlib.Path(name) for name in names]


def digest(paths):
    """A hex digest of the bytes of files, in order."""
    made = xxhash.xxh3_128()
    for path in paths:
        with _readable(path), open(path, "rb") as file:
            while piece := file.read(_HASHED_BYTES):
                made.update(piece)
        made.update(b"\0end of a file\0")
    return made.hexdigest()


def read_exactly(paths):
    """A table PAIRS of two files with a line a side, each line as it is: a test's references are
    not to be changed. Raises InputError for lines that are empty or no UTF-8 text, and where one
    file has more lines."""
    paths = [pathlib.Path(path) for path in paths]
    sides = []
    for path in paths:
        with _readable(path), path.open("rb") as stream:
            sides.append([_text(line, path, at) for at, line in _numbered(stream, path)])
    if len(sides[0]) != len(sides[1]):
        told = ", ".join(
            f"{path} has {len(side):,} lines" for path, side in zip(paths, sides, strict=True)
        )
        raise InputError(f"{told}: which belong together can't be told; give files of equal length")
    return of_texts(*sides)


def read_columns(path):
    """A table PAIRS of the first two columns of a TSV; as read_exactly."""
    rows = []
    with _readable(path), open(path, "rb") as stream:
        for at, line in _numbered(stream, path):
            cells = line.split(b"\t")
            if len(cells) < 2:
                raise InputError(f"{path}: line {at:,} has one column; give both sides, by a tab")
            rows.append([_text(cell, path, at) for cell in cells[:2]])
    return of_texts([src for src, _ in rows], [tgt for _, tgt in rows])


def of_texts(src, tgt):
    """A table PAIRS of two lists of str; no hosts."""
    unknown = pa.DictionaryArray.from_arrays(pa.array([0] * len(src), pa.int32()), [_UNTOLD])
    return pa.table(
        [pa.array(src, pa.string()), pa.array(tgt, pa.string()), unknown, unknown], PAIRS
    )


def swapped(table):
    """A table PAIRS with its sides changed over: the other direction of translation."""
    return table.select(["tgt_text", "src_text", "tgt_host", "src_host"]).rename_columns(
        PAIRS.names
    )


def hosts(urls):
    """The hosts of a column of URLs, in small letters, "" where there is none; a dictionary."""
    urls = pc.dictionary_encode(pc.fill_null(urls, _UNTOLD))
    found = pc.struct_field(pc.extract_regex(urls.dictionary, pattern=_HOST), "host")
    names = pc.dictionary_encode(pc.utf8_lower(pc.fill_null(found, _UNTOLD)))
    return pa.DictionaryArray.from_arrays(
        names.indices.take(urls.indices).cast(pa.int32()), names.dictionary
    )


def check(table, languages, config):
    """Raises InputError for pairs that no translation can be learnt from: too few, copies, sides
    in one language or in each other's.

    table: PAIRS; languages: codes of both sides; config: DataConfig.
    """
    if table.num_rows < config.min_pairs:
        raise InputError(
            f"{table.num_rows:,} pairs are too few to learn to translate from, which takes some "
            f'{config.min_pairs:,}; mine more (README, "Does it help a translation model?"), or '
            "--set data.min_pairs=1 to go on"
        )
    copies = pc.mean(pc.equal(table["src_text"], table["tgt_text"])).as_py()
    if copies > config.max_copies:
        raise InputError(
            f"{copies:.0%} of the pairs are copies, the same on both sides; give translations"
        )
    rows = np.linspace(0, table.num_rows - 1, config.language_sample).astype(np.int64)
    sample = table.take(np.unique(rows))
    found = tuple(_main_language(sample[column]) for column in ("src_text", "tgt_text"))
    if found[0] == found[1] != _UNTOLD:
        raise InputError(
            f"both sides look like {found[0]} by their texts; give {languages[0]} and "
            f"{languages[1]}"
        )
    if found == (languages[1], languages[0]):
        raise InputError(
            f"the first side looks like {found[0]}, the second like {found[1]}: change them over"
        )


def _main_language(texts):
    """What most texts look like; "" if that is no language in particular."""
    langs, _ = langid.identify([text[:500] for text in texts.to_pylist()], 0.5)
    (lang, count), *_ = collections.Counter(langs).most_common(1)
    return lang if 2 * count > len(langs) else _UNTOLD


def _from_records(records, path):
    tables, reasons = [], collections.Counter()
    for good, bad in bitext.tables(records, str(path), ScoreConfig()):
        tables.append(of_texts(good["src_text"].to_pylist(), good["tgt_text"].to_pylist()))
        reasons.update(bad["reason"].to_pylist())
    return pa.concat_tables(tables).unify_dictionaries(), dict(reasons)


def _from_parquet(path):
    """Record batches of PAIRS of a Parquet file."""
    try:
        parquet = pq.ParquetFile(path, pre_buffer=False)
        there = parquet.schema_arrow.names
        missing = [name for name in ("src_text", "tgt_text") if name not in there]
        if missing:
            raise InputError(f"{path}: column {missing[0]} is missing; give src_text and tgt_text")
        columns = [name for name in ("src_url", "tgt_url") if name in there]
        for batch in parquet.iter_batches(_BATCH, columns=["src_text", "tgt_text", *columns]):
            sides = [batch[name].cast(pa.string()) for name in ("src_text", "tgt_text")]
            full = pc.and_(
                *(pc.greater(pc.fill_null(pc.utf8_length(side), 0), 0) for side in sides)
            )
            urls = [
                batch[name] if name in columns else pa.nulls(len(batch), pa.string())
                for name in ("src_url", "tgt_url")
            ]
            made = pa.RecordBatch.from_arrays([*sides, *map(hosts, urls)], schema=PAIRS)
            yield made.filter(full)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        told = str(error).partition("\n")[0]
        raise InputError(f"{path}: can't be read as Parquet ({told}); get it again") from None


def _numbered(stream, path):
    return enumerate(bitext.lines(stream, str(path)), 1)


def _text(line, path, number):
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path}: line {number:,} is not UTF-8; get it again") from None
    if not text.strip():
        raise InputError(f"{path}: line {number:,} is empty; a test needs a sentence a line")
    return text


@contextlib.contextmanager
def _readable(path):
    try:
        yield
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}") from None
