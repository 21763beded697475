"""How well an encoder finds translations: Tatoeba retrieval in up to 112 languages."""

import functools

from mining import tatoeba
from mining.config import EmbedConfig, FetchConfig, MineConfig
from mining.encoders import load_encoder
from mining.errors import InputError
from mining.tatoeba_sets import LANGUAGES
from pipelines.common import datasets, downloads, manifests, options, progress, web

#: the test as its authors published it, at a commit so that it stays what it is
SOURCE = (
    "https://raw.githubusercontent.com/facebookresearch/LASER/"
    "fec5c7d63daa2bea9d127e8252b10e87278586c0/data/tatoeba/v1"
)
_COLUMNS = tatoeba.Accuracy._fields
_NAMES = {
    "multilingual USE": "{} of multilingual USE",
    "XTREME": "{} of XTREME",
    "LASER": "{} of LASER (LaBSE paper: 82)",
    "all": "all {}",
    "trained for": "{} that the encoder was trained for",
    "given": "the {} above",
}


def load_sets(source, languages, fetch):
    """The sets of the test, a dict of code to Pairs, by code.

    source: a folder, or the URL of one on a web server, whose files are kept. languages: text such
    as "de,zh", or None for all. Raises InputError for what can't be used.
    """
    if not web.is_url(source):
        codes = tatoeba.codes_in(source)
        codes = tatoeba.chosen(languages, codes) if languages else codes
        return {code: tatoeba.read_pairs(source, code) for code in codes}
    codes = tatoeba.chosen(languages, LANGUAGES) if languages else list(LANGUAGES)
    names = [name for code in codes for name in tatoeba.file_names(code)]
    try:
        folder = downloads.fetched(source, names, fetch)
    except InputError as error:
        raise InputError(
            f"{error}. Or give a folder that has the Tatoeba test: make eval TATOEBA=FOLDER"
        ) from None
    return {code: tatoeba.read_pairs(folder, code) for code in codes}


def run(source, output, encoder, languages, fetch):
    """Writes eval/tatoeba-ENCODER.parquet below ``output``; returns its path and the table.

    encoder: a function that loads it, which takes longer than reading the sets.
    """
    sets = load_sets(source, languages, fetch)
    encoder = encoder()
    manifests.claim_output(output)
    title = f"eval {encoder.name}"
    with progress.bar(title, tatoeba.sentences(sets), "sentences") as reporter:
        found = dict(
            tatoeba.evaluate(
                sets, encoder, MineConfig.k, lambda count: reporter.add(sentences=count)
            )
        )
        reporter.flush()
    table = tatoeba.results(found, {code: len(sets[code].other) for code in sets}, encoder)
    path = datasets.join(output, "eval", f"tatoeba-{encoder.name}.parquet")
    datasets.write_table(path, table)
    return path, table


def shown(table, encoder_name):
    """What the terminal shows of a table of schema.tatoeba."""
    title = f"Tatoeba retrieval accuracy, {encoder_name}"
    lines = [
        "",
        f"{title:<44}{'cosine':>13}{'margin':>16}{f'of {MineConfig.k} nearest':>18}",
        f"{'  language':<37}{'pairs':>7}" + f"{'X→en':>9}{'en→X':>7}" * 3,
        "",
    ]
    rows = table.to_pylist()
    for row in rows:
        if row["level"] == "language":
            mark = "*" if row["trained"] else " "
            label = f"{mark} {row['code']}  {row['lang']:<3}  {row['name']}"
            lines.append(_line(label, row))
    averages = [row for row in rows if row["level"] == "average"]
    if averages:
        lines += ["", "  average over languages"]
        for row in averages:
            label = _NAMES[row["name"]].format(row["languages"])
            lines.append(_line(f"  {label}", row))
    lines += ["", "margin: the best by ratio margin of all sentences, or of the nearest alone"]
    if any(row["trained"] for row in rows):
        lines.append("*: a language that the encoder was trained for")
    return "\n".join(lines)


def _line(label, row):
    figures = "".join(f"{row[name]:>{9 if name.endswith('to_en') else 7}.3f}" for name in _COLUMNS)
    return f"{label:<37}{row['pairs']:>7,}{figures}"


def main(argv):
    """The command line: one encoder on the Tatoeba test."""
    parser = options.Parser(
        prog="python -m pipelines.evaluate", description=__doc__, allow_abbrev=False
    )
    parser.add_argument(
        "--tatoeba",
        default=SOURCE,
        metavar="FOLDER",
        help="folder with files tatoeba.XXX-eng.XXX and tatoeba.XXX-eng.eng, or the URL of one on "
        "a web server; default: LASER's on GitHub, kept in the user's cache",
    )
    parser.add_argument("--output", required=True, metavar="FOLDER", help="folder of the results")
    parser.add_argument(
        "--encoder", default=EmbedConfig.encoder, help="labse (default), muse or a model folder"
    )
    parser.add_argument(
        "--precision",
        default=EmbedConfig.precision,
        help="auto (default), float32, bfloat16, float16 or int8: how labse and its kind compute",
    )
    parser.add_argument(
        "--languages", metavar="XX,YY", help="of these only, as de,zh; default: all"
    )
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="threads that encode; 0: one a core"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="fetch.KNOB=VALUE",
        dest="overrides",
        help="set a knob of reading from the web, as fetch.tries=3",
    )
    ours = parser.parse_args(argv)
    if ours.workers < 0:
        raise InputError(f"--workers {ours.workers}: give 0 or more")
    for override in ours.overrides:
        if not override.startswith("fetch."):
            raise InputError(f"--set {override}: expected fetch.KNOB=VALUE")
    fetch = options.configured(FetchConfig(), "fetch", ours.overrides)
    encoder = functools.partial(load_encoder, ours.encoder, ours.workers, ours.precision)
    path, table = run(ours.tatoeba, ours.output, encoder, ours.languages, fetch)
    name = table.schema.metadata[b"encoder"].decode()
    print(f"{shown(table, name)}\n\nwritten to {path}")


if __name__ == "__main__":
    options.command("pipelines.evaluate")
