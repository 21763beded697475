"""An existing bitext to the scores of mining: read, encode, search among its own sentences, score.

Files of the bitext are read each by itself into files of pairs, the unit of all further work. For
margins the different sentences of both sides take the way of mining, its jobs embed and mine.
"""

import collections
import dataclasses
import os
import sys

import apache_beam as beam

from mining import presets, rescore
from mining.config import EmbedConfig, FetchConfig, ScoreConfig
from mining.encoders import cuda_devices, load_encoder
from mining.errors import InputError
from pipelines import corpus, embed, mine
from pipelines.common import datasets, manifests, options, progress
from pipelines.common.parallel import ParallelMap, device_environments
from pipelines.common.sources import find_files
from pipelines.scoring import (
    SIDES,
    STAGE,
    Bitext,
    Neighbours,
    ReadBitext,
    ScoreFile,
    Scoring,
    UniqueSentences,
    finished,
    write_sentences_manifests,
)

MARGINS = ("auto", "always", "none")
_PACKED = (".gz", ".zst", ".zstd")
# Pairs for each shard of unique sentences; no row depends on it.
_PAIRS_PER_SHARD = 131_072


@dataclasses.dataclass(frozen=True)
class Configs:
    """All knobs that have a say in scores."""

    score: ScoreConfig
    embed: EmbedConfig
    mine: object
    corpus: object


def folder_of(output, lang):
    """Where the scored pairs of English and ``lang`` stand."""
    return datasets.join(output, "scored", f"en-{lang}")


def rejects_of(output, lang):
    """Where the lines stand that are no pair."""
    return datasets.join(output, "rejects", STAGE, f"en-{lang}")


def bitexts(sources, lang, columns):
    """The Bitexts that ``sources`` are, in order: one that is called NAME.en or NAME.de goes with
    the other of the two. Raises InputError where that is missing."""
    found, halves = [], {}
    for source in sources:
        name = source.path
        for ending in _PACKED:
            name = name.removesuffix(ending)
        stem, _, ending = name.rpartition(".")
        if ending not in ("en", lang):
            found.append((source,))
            continue
        sides = halves.setdefault(stem, {})
        if ending in sides:
            raise InputError(f"{source.path}: beside {sides[ending].path}; give one of the two")
        if not sides:
            found.append(sides)
        sides[ending] = source
    for sides in halves.values():
        for ending, other in (("en", lang), (lang, "en")):
            if other not in sides:
                path = sides[ending].path
                raise InputError(f"{path}: where is its other side, .{other}? Give both files")
    paired = [(s["en"], s[lang]) if isinstance(s, dict) else s for s in found]
    return [Bitext(number, given, columns) for number, given in enumerate(paired)]


class FinishReading:
    """Writes the manifest of the pairs that were read, when all files are."""

    def __init__(self, folder, key, config):
        self._folder = folder
        self._key = key
        self._config = config

    def __call__(self, _, read):
        read = sorted(read)
        reasons = collections.Counter()
        for *_, by_reason in read:
            reasons.update(by_reason)
        manifests.write(
            self._folder,
            self._key,
            "read",
            self._config,
            parts=[part for _, parts, _, _ in read for part in parts],
            rows=sum(rows for _, _, rows, _ in read),
            rejected=dict(sorted(reasons.items())),
            rejects=[datasets.part_name(number) for number, *_ in read],
        )
        return "done"


def _read(given, work, rejects, config, beam_options):
    """Makes the files of pairs; returns their manifest and folder."""
    pairs = datasets.join(work, "pairs")
    files = [[source.identity for source in one.sources] for one in given]
    knobs = {"config": dataclasses.asdict(config), "columns": given[0].columns}
    key = manifests.key_of("read", knobs, files)
    if not manifests.is_current(pairs, key):
        manifests.begin(pairs)
        manifests.begin(rejects)
        local = options.is_local(beam_options)
        with progress.bar("read", len(given), "files") as reporter:
            read = ReadBitext(pairs, rejects, config, reporter if local else progress.Reporter())
            with options.pipeline(beam_options) as pipeline:
                done = (
                    pipeline
                    | "Bitexts" >> beam.Create(given)
                    | "Spread" >> beam.Reshuffle()
                    | "ReadBitext" >> beam.Map(read)
                )
                _once(pipeline, FinishReading(pairs, key, knobs), done)
    return manifests.read(pairs), pairs


def _once(pipeline, finish, done):
    """Calls ``finish`` with all that ``done`` holds."""
    return (
        pipeline
        | "Once" >> beam.Create([None])
        | "Finish" >> beam.Map(finish, beam.pvalue.AsList(done))
    )


def _neighbours(read, pairs, work, lang, configs, workers, beam_options):
    """Finds the neighbours of the bitext's sentences among its own."""
    langs = dict(zip(SIDES, ("en", lang), strict=True))
    folders = {
        side: datasets.join(work, "sentences", f"lang={code}") for side, code in langs.items()
    }
    shards = -(-read["rows"] // _PAIRS_PER_SHARD)
    key = read["key"]
    if not all(manifests.is_current(folder, f"{key}-{side}") for side, folder in folders.items()):
        for folder in folders.values():
            manifests.begin(folder)
        unique = UniqueSentences([datasets.join(pairs, p) for p in read["parts"]], folders, shards)
        with options.pipeline(beam_options) as pipeline:
            items = [(side, shard) for side in SIDES for shard in range(shards)]
            done = (
                pipeline
                | "Shards" >> beam.Create(items)
                | "Spread" >> beam.Reshuffle()
                | "UniqueSentences" >> beam.Map(unique)
            )
            _once(pipeline, FinishSentences(folders, key), done)
    name = embed.run(work, work, ["en", lang], configs.embed, workers, beam_options)
    mine.run(work, work, lang, name, configs.mine, beam_options, workers)
    found = mine.folder_of(work, name, lang)
    return Neighbours(
        vectors={side: embed.folder_of(work, name, code) for side, code in langs.items()},
        candidates={
            side: datasets.join(found, direction)
            for side, direction in zip(SIDES, mine.DIRECTIONS, strict=True)
        },
        shards=shards,
    )


class FinishSentences:
    """Writes the manifests of the unique sentences, when all shards are there."""

    def __init__(self, folders, key):
        self._folders = folders
        self._key = key

    def __call__(self, _, written):
        write_sentences_manifests(self._folders, written, self._key)
        return "done"


class FinishScoring:
    """Writes both manifests, when all files are there."""

    def __init__(self, folder, rejects, key, config, more, read):
        self._folder = folder
        self._rejects = rejects
        self._key = key
        self._config = config
        self._more = more
        self._read = read

    def __call__(self, _, scored):
        reasons = collections.Counter()
        for _, counts in scored:
            reasons.update(counts)
        rows = sum(reasons.values())
        kept = reasons.pop("", 0)
        lines = self._read["rejected"]
        manifests.write(
            self._rejects,
            self._key,
            STAGE,
            self._config,
            parts=self._read["rejects"],
            rows=sum(lines.values()),
        )
        manifests.write(
            self._folder,
            self._key,
            STAGE,
            self._config,
            parts=[datasets.part_name(number) for number, _ in sorted(scored)],
            rows=rows,
            kept=kept,
            rejected=dict(sorted(reasons.items())),
            no_pairs=lines,
            **self._more,
        )
        return "done"


def run(given, output, lang, encoder_name, configs, margins, workers, beam_options):
    """Makes scored/en-XX and rejects/score/en-XX of Bitexts; returns the manifest.

    margins: one of MARGINS. Raises InputError for files that can't be used.
    """
    encoder = load_encoder(encoder_name, workers, configs.embed.precision)
    embed.warn_of_languages(encoder, ["en", lang])
    manifests.claim_output(output)
    work = datasets.join(output, ".work", STAGE, f"en-{lang}")
    # The jobs embed and mine take it for an output of theirs.
    manifests.claim_output(work)
    folder, rejects = folder_of(output, lang), rejects_of(output, lang)
    settings = {
        "margins": margins,
        "encoder": {"fingerprint": encoder.fingerprint, **configs.embed.deciding()},
        **{
            stage: dataclasses.asdict(getattr(configs, stage))
            for stage in ("score", "mine", "corpus")
        },
    }
    files = [[source.identity for source in one.sources] for one in given]
    key = manifests.key_of(STAGE, settings, [lang, files, given[0].columns])
    if manifests.is_current(folder, key):
        return manifests.read(folder)
    datasets.delete(datasets.join(folder, manifests.NAME))
    read, pairs = _read(given, work, rejects, configs.score, beam_options)
    with_margins = margins == "always" or (
        margins == "auto" and read["rows"] <= configs.score.max_margin_pairs
    )
    if margins == "auto" and not with_margins:
        print(
            f"note: {read['rows']:,} pairs, more than score.max_margin_pairs "
            f"({configs.score.max_margin_pairs:,}): no margins; --margin always computes them",
            file=sys.stderr,
        )
    neighbours = None
    if with_margins:
        neighbours = _neighbours(read, pairs, work, lang, configs, workers, beam_options)
    _delete_others(folder, len(read["parts"]), key)
    local = options.is_local(beam_options)
    items = [(n, datasets.join(pairs, part)) for n, part in enumerate(read["parts"])]
    devices = 1
    if local and neighbours is None:
        devices = min(cuda_devices(encoder_name), len(items))
    environments = ()
    if devices > 1:
        environments = device_environments(devices, os.environ.get("CUDA_VISIBLE_DEVICES"))
    with progress.bar(f"score {lang}", len(items), "files") as reporter:
        job = Scoring(
            lang=lang,
            folder=folder,
            key=key,
            encoder=encoder_name,
            fingerprint=encoder.fingerprint,
            threads=workers,
            embed=configs.embed,
            corpus=configs.corpus,
            neighbours=neighbours,
            reporter=reporter if local else progress.Reporter(),
        )
        more = {
            "encoder": encoder.name,
            "files": [source.path for one in given for source in one.sources],
            "margins": with_margins,
            "left_out": list(rescore.left_out(with_margins)),
        }
        finish = FinishScoring(folder, rejects, key, settings, more, read)
        with options.pipeline(beam_options) as pipeline:
            done = (
                pipeline
                | "Files" >> beam.Create(items)
                | "Spread" >> beam.Reshuffle()
                | "ScoreFile"
                >> ParallelMap(ScoreFile(job), max(1, len(environments)), environments=environments)
            )
            _once(pipeline, finish, done)
    datasets.delete_folder(work)
    for parent in (datasets.join(output, ".work", STAGE), datasets.join(output, ".work")):
        datasets.delete_if_empty(parent)
    return manifests.read(folder)


def _delete_others(folder, parts, key):
    """Removes what an earlier run left that is no file of this one."""
    ours = {datasets.part_name(number) for number in range(parts)}
    for path in datasets.files_below(folder):
        if path.rpartition("/")[2] not in ours or finished(path, key) is None:
            datasets.delete(path)


def summary(made, folder, rejects):
    """What the terminal shows of a scored bitext."""
    lines = [f"{folder}: {made['rows']:,} pairs, {made['kept']:,} kept"]
    lines += [f"  − {name.replace('_', ' '):<24}{n:>12,}" for name, n in made["rejected"].items()]
    lines.append(f"left out for want of what they ask for: {', '.join(made['left_out'])}")
    if made["no_pairs"]:
        told = ", ".join(f"{name} {n:,}" for name, n in made["no_pairs"].items())
        lines.append(f"{rejects}: {sum(made['no_pairs'].values()):,} lines are no pair ({told})")
    return "\n".join(lines)


def _column_numbers(text):
    """(src, tgt) out of "1,2"; None where nothing is given."""
    if text is None:
        return None
    numbers = text.split(",")
    if len(numbers) != 2 or not all(n.strip().isdecimal() and int(n) for n in numbers):
        raise InputError(f"--columns {text}: give two numbers from 1, as 1,2: English, the other")
    return tuple(int(number) for number in numbers)


def main(argv):
    """The command line of this job."""
    parser = options.parser(
        STAGE,
        __doc__,
        input="a bitext: files of lines with two columns, English and the other language, parted "
        "by a tab; or two files NAME.en and NAME.XX; plain, .gz or .zst; or Parquet with src_text "
        "and tgt_text; globs and @LIST as for pipelines.extract",
    )
    parser.add_argument(
        "--encoder", default=EmbedConfig.encoder, help="labse (default), muse or a model folder"
    )
    parser.add_argument(
        "--columns", metavar="N,M", help="of lines with more columns, those of the two sides"
    )
    parser.add_argument(
        "--margin",
        choices=MARGINS,
        default=MARGINS[0],
        help="margins among the bitext's own sentences: auto (default) up to "
        "score.max_margin_pairs, always, or none: cosines alone",
    )
    options.add_preset(parser)
    ours, beam_options = options.parse(parser, argv)
    if len(ours.languages) != 2:
        raise InputError("--languages: a bitext has two; give en and one other, such as en,de")
    lang = ours.languages[1]
    configs = Configs(
        score=options.configured(ScoreConfig(), STAGE, ours.overrides),
        embed=dataclasses.replace(
            options.configured(EmbedConfig(), "embed", ours.overrides), encoder=ours.encoder
        ),
        mine=options.configured(presets.config_of("mine", ours.preset), "mine", ours.overrides),
        corpus=options.configured(
            presets.config_of("corpus", ours.preset), "corpus", ours.overrides
        ),
    )
    corpus.check(configs.corpus)
    fetch = options.configured(FetchConfig(), "fetch", ours.overrides)
    given = bitexts(find_files(ours.input, fetch), lang, _column_numbers(ours.columns))
    made = run(
        given, ours.output, lang, ours.encoder, configs, ours.margin, ours.workers, beam_options
    )
    print(summary(made, folder_of(ours.output, lang), rejects_of(ours.output, lang)))


if __name__ == "__main__":
    options.command("pipelines.score")
