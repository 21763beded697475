"""A corpus to files that other tools read, Moses, TMX or TSV: row by row, in the corpus's order.

A file is one stream, so this is no Beam job. A batch of rows is in memory at a time.
"""

import contextlib
import gzip

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mining import export
from mining.errors import InputError
from pipelines.common import datasets, manifests, options, progress

_GZIP = ".gz"
_ROWS = 8192
# The datasets that can be exported, with the job that makes each.
_MADE_BY = {"corpus": "corpus", "scored": "score"}


def run(source, output, lang, dataset, format_name, columns=None, least=None, most_pairs=None):
    """Writes the pairs of English and ``lang``; returns the paths and how many pairs.

    dataset: corpus, or scored, of which the pairs that no filter refuses count. format_name: one of
    mining.export.FORMATS, with .gz behind it for packed files. columns: names, None for
    export.DEFAULT_COLUMNS. least: a dict of column and the least value a pair may have there.
    Raises InputError for a dataset that is not there or lacks a column.
    """
    folder = datasets.join(source, dataset, f"en-{lang}")
    made = manifests.require(folder, _MADE_BY[dataset])
    paths = [datasets.join(folder, part) for part in made["parts"]]
    least = least or {}
    columns = _columns(paths[0], columns, least)
    written = export.FORMATS[format_name.removesuffix(_GZIP)](columns, lang)
    read = sorted({*columns, *export.TEXTS, *least, *(("reason",) if dataset == "scored" else ())})
    manifests.claim_output(output)
    packed = _GZIP if format_name.endswith(_GZIP) else ""
    targets = [datasets.join(output, f"en-{lang}.{ending}{packed}") for ending in written.endings]
    count = 0
    with (
        progress.bar(f"export {lang}", None, "pairs") as reporter,
        contextlib.ExitStack() as stack,
    ):
        files = [stack.enter_context(_new_file(path)) for path in targets]
        _write(files, written.head())
        for table in _batches(paths, read):
            table = table.filter(_wanted(table, least))
            if most_pairs is not None:
                table = table.slice(0, most_pairs - count)
            if table.num_rows:
                _write(files, written.rows(table))
            count += table.num_rows
            reporter.add(pairs=table.num_rows)
            if count == most_pairs:
                break
        _write(files, written.tail())
        reporter.flush()
    return targets, count


def _columns(path, names, least):
    """The columns to write; InputError for one that is not there, or can't be compared."""
    with datasets.open_file(path) as file:
        schema = pq.ParquetFile(file).schema_arrow
    if names == ["all"]:
        names = schema.names
    elif names is None:
        names = [name for name in export.DEFAULT_COLUMNS if name in schema.names]
    for name in (*names, *least):
        if name not in schema.names:
            raise InputError(f"{path}: no column {name}; there are {', '.join(schema.names)}")
    return list(dict.fromkeys(names))


@contextlib.contextmanager
def _new_file(path):
    """A binary file that is ``path`` when the block ends well, packed where its name says so."""
    with datasets.new_file(path) as file:
        if not path.endswith(_GZIP):
            yield file
            return
        # The same rows give the same bytes: no name and no time in it.
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            yield packed


def _write(files, pieces):
    for file, piece in zip(files, pieces, strict=True):
        file.write(piece)


def _batches(paths, columns):
    for path in paths:
        with datasets.open_file(path) as file:
            # Buffered ahead, the columns of all row groups would be held.
            parquet = pq.ParquetFile(file, pre_buffer=False)
            for batch in parquet.iter_batches(_ROWS, columns=columns):
                yield pa.Table.from_batches([batch])


def _wanted(table, least):
    """Which pairs are exported; a missing value is less than any."""
    wanted = pa.array([True] * table.num_rows)
    if "reason" in table.column_names:
        wanted = pc.and_(wanted, pc.equal(table["reason"], ""))
    for name, value in least.items():
        # As a number of the column's own precision, in which 0.6 is what it says.
        value = pa.scalar(value, table.schema.field(name).type)
        wanted = pc.and_(wanted, pc.greater_equal(table[name], value).fill_null(False))
    return wanted


def main(argv):
    """The command line of this job."""
    parser = options.Parser(
        prog="python -m pipelines.export",
        description=__doc__.partition("\n\n")[0],
        allow_abbrev=False,
    )
    parser.add_argument(
        "--input", required=True, metavar="FOLDER", help="the folder with corpus/, or with scored/"
    )
    parser.add_argument("--output", required=True, metavar="FOLDER", help="folder of the files")
    parser.add_argument(
        "--languages", required=True, metavar="en,XX", help="English and one or more others"
    )
    parser.add_argument(
        "--format",
        required=True,
        choices=[name + packed for packed in ("", _GZIP) for name in export.FORMATS],
    )
    parser.add_argument(
        "--dataset",
        choices=_MADE_BY,
        default="corpus",
        help="what to export: corpus (default), or the pairs of scored/ that no filter refuses",
    )
    parser.add_argument(
        "--columns",
        metavar="NAME,NAME",
        help="tsv: the columns; tmx: what is said of a pair beside its texts; all for all "
        f"(default: {','.join(export.DEFAULT_COLUMNS)})",
    )
    parser.add_argument("--min-margin", type=float, metavar="X", help="least margin of a pair")
    parser.add_argument("--min-cosine", type=float, metavar="X", help="least cosine of a pair")
    parser.add_argument(
        "--max-pairs", type=int, metavar="N", help="no more than the first N, which are the best"
    )
    ours = parser.parse_args(argv)
    columns = [name.strip() for name in ours.columns.split(",")] if ours.columns else None
    if columns and ours.format.startswith("moses"):
        raise InputError("--columns: Moses files hold the texts alone; leave it out, or take tsv")
    if ours.max_pairs is not None and ours.max_pairs < 1:
        raise InputError(f"--max-pairs {ours.max_pairs}: give 1 or more")
    given = {"margin": ours.min_margin, "cosine": ours.min_cosine}
    least = {name: value for name, value in given.items() if value is not None}
    for lang in options.languages(ours.languages)[1:]:
        paths, count = run(
            ours.input, ours.output, lang, ours.dataset, ours.format, columns, least, ours.max_pairs
        )
        print(f"{', '.join(paths)}: {count:,} pairs")


if __name__ == "__main__":
    options.command("pipelines.export")
