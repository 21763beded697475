"""All four jobs in a row, then what came out: the funnel, the files, sampled pairs, the report."""

import dataclasses
import time

import pyarrow.parquet as pq

from mining import estimate, evaluate, presets, report
from mining.config import EmbedConfig, ExtractConfig, PlantConfig
from mining.encoders import load_encoder
from mining.errors import InputError
from pipelines import corpus, embed, extract, mine, plant
from pipelines.common import datasets, manifests, options
from pipelines.common.sources import add_options, chosen

#: stands for the gold of a language that has none
NO_GOLD = "-"
_SAMPLES_SHOWN = 10
_SAMPLES_IN_REPORT = 40
_SHOWN_CHARS = 100


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a finished run is summed up from, for one language pair."""

    output: str
    lang: str
    encoder: str
    sentences: tuple
    corpus: dict
    gold: dict | None
    planted: dict | None = None

    @property
    def pair(self):
        return f"en-{self.lang}"

    @property
    def funnel(self):
        return report.funnel_rows(self.sentences, self.corpus)

    def parts(self, folder):
        return [datasets.join(folder, part) for part in self.corpus["parts"]]


def metrics(outcome):
    """What metrics.json says of one language pair."""
    funnel = {lang: {**made["funnel"], "unique": made["rows"]} for lang, made in outcome.sentences}
    found = {
        "pair": outcome.pair,
        "encoder": outcome.encoder,
        "config": outcome.corpus["config"],
        "funnel": {
            "sentences": funnel,
            "pairs": {"kept": outcome.corpus["rows"], **outcome.corpus["rejected"]},
        },
    }
    if outcome.gold is not None:
        names = ("precision", "recall", "f1", "mined", "right", "unjudged", "gold", "gold_found")
        found.update({name: outcome.gold[name] for name in names})
    if outcome.planted is not None:
        names = ("pairs", "share", "share_low", "share_high", "misfit", "table")
        told = {name: outcome.planted[name] for name in names}
        found["planted"] = told
        if told["table"]:
            least = outcome.corpus["config"]["min_margin"]
            told["at_min_margin"] = estimate.at_threshold(told["table"], least)
    return found


def outcome_of(output, lang, encoder_name, gold_path, planted=None):
    """The Outcome of a finished run, its corpus compared with the gold if there is one; planted:
    the manifest of planted pairs, if there are any."""
    sentences = tuple(
        (side, manifests.read(datasets.join(output, "sentences", f"lang={side}")))
        for side in ("en", lang)
    )
    made = manifests.read(corpus.folder_of(output, lang))
    found = Outcome(output, lang, encoder_name, sentences, made, None, planted)
    if gold_path in (None, NO_GOLD):
        return found
    texts = _pairs(found, ("src_text", "tgt_text"))
    return dataclasses.replace(found, gold=evaluate.compare(texts, evaluate.load_gold(gold_path)))


def _pairs(outcome, columns):
    """Rows of the corpus, best first, file by file."""
    for path in outcome.parts(corpus.folder_of(outcome.output, outcome.lang)):
        with datasets.open_file(path) as file:
            for batch in pq.ParquetFile(file).iter_batches(columns=list(columns)):
                yield from zip(*(batch[name].to_pylist() for name in columns), strict=True)


def sampled(outcome, wanted):
    """(margin, cosine, src, tgt) of pairs spread over the ranking, best first."""
    ranks = set(report.sample_ranks(outcome.corpus["rows"], wanted))
    columns = ("margin", "cosine", "src_text", "tgt_text")
    return [row for rank, row in enumerate(_pairs(outcome, columns)) if rank in ranks]


def write_report(outcome):
    """Writes report/en-XX.html; returns its path."""
    margins = []
    for folder in (
        corpus.folder_of(outcome.output, outcome.lang),
        corpus.rejects_of(outcome.output, outcome.lang),
    ):
        tables = [datasets.read_table(path, ["margin"]) for path in outcome.parts(folder)]
        margins.append([value for table in tables for value in table["margin"].to_pylist()])
    figures = [("pairs", f"{outcome.corpus['rows']:,}")]
    figures += [(f"sentences, {lang}", f"{made['rows']:,}") for lang, made in outcome.sentences]
    if outcome.gold is not None:
        figures += [(name, f"{outcome.gold[name]:.3f}") for name in ("precision", "recall", "f1")]
    settings = outcome.corpus["config"]
    above = f" above {settings['min_margin']}" if settings["min_margin"] > presets.LOWEST else ""
    lead = (
        f"encoder {outcome.encoder}, {settings['margin']} margin{above}, "
        f"{settings['retrieval']} retrieval"
    )
    table = outcome.planted["table"] if outcome.planted else None
    if table:
        row = estimate.at_threshold(table, settings["min_margin"])
        figures += [(f"{name}, estimated", f"{row[name]:.3f}") for name in ("precision", "recall")]
    page = report.render(
        f"Parallel corpus {outcome.pair}",
        lead,
        figures,
        outcome.funnel,
        *margins,
        sampled(outcome, _SAMPLES_IN_REPORT),
        (table, settings["min_margin"]) if table else None,
    )
    path = datasets.join(outcome.output, "report", f"{outcome.pair}.html")
    datasets.write_text(path, page)
    return path


def summary(outcome, report_path):
    """What the terminal shows of one language pair."""
    lines = ["", f"{outcome.pair}: from records to pairs", ""]
    for what, count, is_total in outcome.funnel:
        name = what.replace("_", " ")
        lines.append(f"  {name:<32}{count:>12,}" if is_total else f"    − {name:<28}{count:>12,}")
    lines += ["", "pairs from the best to the last", ""]
    for margin, cosine, src, tgt in sampled(outcome, _SAMPLES_SHOWN):
        lines.append(f"  margin {margin:.3f}  cosine {cosine:.3f}")
        lines += [f"    en  {_shown(src)}", f"    {outcome.lang}  {_shown(tgt)}"]
    if outcome.gold is not None:
        gold = outcome.gold
        lines += [
            "",
            f"against the gold: precision {gold['precision']:.3f}, recall {gold['recall']:.3f}, "
            f"F1 {gold['f1']:.3f}",
            f"  {gold['right']:,} of {gold['mined']:,} mined pairs are right; "
            f"{gold['gold_found']:,} of {gold['gold']:,} gold pairs were found",
        ]
        if gold["unjudged"]:
            lines.append(f"  {gold['unjudged']:,} more mined pairs can't be judged by this gold")
    if outcome.planted is not None:
        least = outcome.corpus["config"]["min_margin"]
        lines += ["", *plant.lines(outcome.planted, outcome.lang, least)]
    folder = corpus.folder_of(outcome.output, outcome.lang)
    lines += ["", "written", ""]
    lines += [f"  {path}" for path in outcome.parts(folder)]
    rejects = corpus.rejects_of(outcome.output, outcome.lang)
    lines += [f"  {datasets.join(rejects, '*.parquet')}  (refused pairs, with the reason)"]
    lines += [f"  {report_path}", f"  {datasets.join(outcome.output, 'metrics.json')}", ""]
    return "\n".join(lines)


def _shown(text):
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"


def run(ours, beam_options):
    """Does the jobs that are not done, and returns an Outcome for each language pair."""
    for path in ours.gold or ():
        if path != NO_GOLD:
            evaluate.load_gold(path)
    targets = ours.languages[1:]
    if ours.gold and len(ours.gold) != len(targets):
        raise InputError("--gold: give one file for each language but English, in their order")
    configs = {
        stage: options.configured(config, stage, ours.overrides)
        for stage, config in (
            ("extract", ExtractConfig()),
            ("embed", dataclasses.replace(EmbedConfig(), encoder=ours.encoder)),
            ("mine", presets.config_of("mine", ours.preset)),
            ("corpus", presets.config_of("corpus", ours.preset)),
            ("plant", PlantConfig()),
        )
    }
    # All that can be wrong with what was given is found before anything is written.
    corpus.check(configs["corpus"])
    embed.check(ours.reuse)
    known = plant.known_of(ours, configs["plant"])
    if ours.target_precision is not None and not known:
        raise InputError("--target-precision: only with known pairs; give --planted FILE")
    sources = chosen(ours)
    load_encoder(ours.encoder, ours.workers, configs["embed"].precision)
    out, workers = ours.output, ours.workers
    extract.run(sources, out, ours.languages, configs["extract"], workers, beam_options)
    encoder = embed.run(
        out, out, ours.languages, configs["embed"], workers, beam_options, ours.reuse
    )
    outcomes = []
    for lang, gold in zip(targets, ours.gold or [None] * len(targets), strict=True):
        mine.run(out, out, lang, encoder, configs["mine"], beam_options, workers)
        told, settings = None, configs["corpus"]
        if lang in known:
            told = plant.run(
                out, out, lang, encoder, known[lang], configs["plant"], settings, beam_options,
                workers,
            )  # fmt: skip
            settings = plant.threshold(told, lang, ours.target_precision, settings)
        corpus.run(out, out, lang, encoder, settings, beam_options)
        outcomes.append(outcome_of(out, lang, encoder, gold, told))
    return outcomes


def main(argv):
    """The command line: one command from WARC files to a corpus."""
    parser = options.parser("run", __doc__)
    add_options(parser)
    parser.add_argument(
        "--encoder", default=EmbedConfig.encoder, help="labse (default), muse or a model folder"
    )
    embed.add_reuse(parser)
    options.add_preset(parser)
    parser.add_argument(
        "--gold",
        nargs="+",
        metavar="TSV",
        help="known pairs to compare with, a file for each language but English, - for none",
    )
    plant.add_options(parser)
    ours, beam_options = options.parse(parser, argv)
    started = time.monotonic()
    outcomes = run(ours, beam_options)
    every = [metrics(outcome) for outcome in outcomes]
    for outcome, found in zip(outcomes, every, strict=True):
        datasets.write_json(datasets.join(ours.output, "report", f"{outcome.pair}.json"), found)
        print(summary(outcome, write_report(outcome)))
    datasets.write_json(
        datasets.join(ours.output, "metrics.json"),
        every[0] if len(every) == 1 else {"pairs": every},
    )
    print(f"done in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    options.command("pipelines.run")
