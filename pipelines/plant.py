"""Known pairs, planted one by one among the sentences that were mined: what becomes of them, and
precision and recall by threshold as they tell. The corpus itself is not touched.
"""

import dataclasses
import sys

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError

from mining import estimate, planted, presets
from mining.config import ExtractConfig, PlantConfig
from mining.errors import InputError
from pipelines import embed, mine
from pipelines.common import datasets, manifests, options, progress
from pipelines.planting import EmbedPlanted, JudgePlanted, Plant, SearchShard

STAGE = "plant"
#: stands for the known pairs of a language that has none
NONE = "-"


def folder_of(output, encoder_name, lang):
    """Where the planted pairs of English and ``lang``, and what they tell, stand."""
    return datasets.join(output, "planted", encoder_name, f"en-{lang}")


def read_known(path, lang, config):
    """mining.planted.Known of a file; config: PlantConfig. Raises InputError for one that can't be
    used."""
    try:
        with datasets.open_file(path) as stream:
            return planted.read(stream, path, lang, ExtractConfig(), config.max_pairs)
    except (OSError, BeamIOError) as error:
        told = getattr(error, "strerror", None) or "not found"
        raise InputError(f"{path}: the known pairs can't be read: {told}") from None


class PlantPairs(beam.PTransform):
    """A PCollection of the places to search, (side, shard of the other), to one dict: what
    JudgePlanted tells, when its file is there."""

    def __init__(self, job):
        super().__init__()
        self._job = job

    def expand(self, places):
        embedded = (
            places.pipeline
            | "Sides" >> beam.Create([0, 1])
            | "SpreadSides" >> beam.Reshuffle()
            | "EmbedPlanted" >> beam.Map(EmbedPlanted(self._job))
        )
        near = (
            places
            | "Spread" >> beam.Reshuffle()
            | "SearchShard" >> beam.Map(SearchShard(self._job), beam.pvalue.AsList(embedded))
        )
        return (
            places.pipeline
            | "Once" >> beam.Create([None])
            | "JudgePlanted" >> beam.Map(JudgePlanted(self._job), beam.pvalue.AsList(near))
        )


class Finish:
    """Writes the manifest, when all else is there."""

    def __init__(self, folder, key, config, more):
        self._folder = folder
        self._key = key
        self._config = config
        self._more = more

    def __call__(self, told):
        parts = [datasets.part_name(0)]
        more = {**self._more, "parts": parts, **told}
        manifests.write(self._folder, self._key, STAGE, self._config, **more)
        return "done"


def filters_of(corpus):
    """What of a CorpusConfig has a say in what becomes of a planted pair, as a dict: all but the
    thresholds of its margin and what asks for pages."""
    return dataclasses.asdict(planted.without_pages(corpus))


def run(source, output, lang, encoder_name, known, config, corpus, beam_options, workers=0):
    """Makes planted/ENCODER/en-XX for one language; returns its manifest, and warns where it tells
    little.

    known: mining.planted.Known; config: PlantConfig; corpus: CorpusConfig. Raises InputError where
    datasets are missing or don't belong together, and where too little is planted.
    """
    candidates = mine.folder_of(source, encoder_name, lang)
    found = manifests.require(candidates, mine.STAGE)
    if not min(found["rows"].values()):
        raise InputError(f"{candidates}: a language without a sentence; there is nothing to plant")
    sides = ("en", lang)
    sentences = [datasets.join(source, "sentences", f"lang={side}") for side in sides]
    vectors = [embed.folder_of(source, encoder_name, side) for side in sides]
    made = [
        manifests.require_made_from(folder, embed.STAGE, manifests.require(texts, "extract")["key"])
        for folder, texts in zip(vectors, sentences, strict=True)
    ]
    if found["made_from"] != [one["key"] for one in made]:
        raise InputError(f"{candidates}: made from other vectors; run pipelines.mine again")
    settings = {"plant": dataclasses.asdict(config), "corpus": filters_of(corpus)}
    planted_ids = [known.src_ids.tolist(), known.tgt_ids.tolist()]
    key = manifests.key_of(STAGE, settings, [found["key"], planted_ids])
    manifests.claim_output(output)
    folder = folder_of(output, encoder_name, lang)
    if not manifests.is_current(folder, key):
        manifests.begin(folder)
        work = datasets.join(output, ".work", STAGE, encoder_name, f"en-{lang}")
        files = [
            [datasets.join(at, part) for part in one["parts"]]
            for at, one in zip(vectors, made, strict=True)
        ]
        places = [(side, shard) for side in (0, 1) for shard in range(len(files[1 - side]))]
        local = options.is_local(beam_options)
        with progress.bar(f"plant {lang}", len(places), "shards") as reporter:
            job = Plant(
                lang=lang,
                known=known,
                config=config,
                corpus=corpus,
                k=found["config"]["k"],
                sentences=tuple(sentences),
                vectors=tuple(files),
                candidates=tuple(
                    [datasets.join(candidates, direction, part) for part in found[direction]]
                    for direction in mine.DIRECTIONS
                ),
                shards=manifests.read(sentences[0])["config"]["shards"],
                encoder=made[0]["config"]["encoder"],
                precision=made[0]["config"]["precision"],
                fingerprint=made[0]["config"]["fingerprint"],
                threads=workers,
                work=datasets.join(work, key),
                target=datasets.join(folder, datasets.part_name(0)),
                reporter=reporter if local else progress.Reporter(),
            )
            more = {"made_from": found["key"], "encoder": encoder_name, "left_out": known.left_out}
            with options.pipeline(beam_options) as pipeline:
                told = pipeline | "Places" >> beam.Create(places) | PlantPairs(job)
                told | "Finish" >> beam.Map(Finish(folder, key, settings, more))
        datasets.delete_folder(work)
        for empty in ((STAGE, encoder_name), (STAGE,), ()):
            datasets.delete_if_empty(datasets.join(output, ".work", *empty))
    told = manifests.read(folder)
    _warn(told, lang, config)
    return told


def _warn(told, lang, config):
    if told["pairs"] < config.min_pairs:
        print(
            f"warning: {told['pairs']:,} known pairs of en-{lang} are few (plant.min_pairs "
            f"{config.min_pairs:,}): the estimate is rough, as its interval shows",
            file=sys.stderr,
        )
    if told["misfit"] > config.max_misfit:
        print(
            f"warning: en-{lang}: {told['misfit']:.0%} of the corpus's margins are not distributed "
            "as those of planted pairs: these are of another kind of text, or too few, and the "
            "estimate is off where thresholds are low",
            file=sys.stderr,
        )


def threshold(told, lang, target, corpus):
    """The CorpusConfig ``corpus`` with min_margin where the estimate ``told``, a manifest, reaches
    a precision of ``target``; itself where that is None. Raises InputError where none does."""
    if target is None:
        return corpus
    try:
        row = estimate.pick(told["table"], target)
    except InputError as error:
        raise InputError(f"en-{lang}: {error}") from None
    return dataclasses.replace(corpus, min_margin=row["threshold"])


def made_before(source, lang, encoder_name, corpus):
    """The manifest of planted pairs that were mined with the same neighbours and filters;
    InputError where there is none."""
    folder = folder_of(source, encoder_name, lang)
    told = manifests.require(folder, STAGE)
    found = manifests.require(mine.folder_of(source, encoder_name, lang), mine.STAGE)
    if told["made_from"] != found["key"] or told["config"]["corpus"] != filters_of(corpus):
        raise InputError(
            f"{folder}: of other neighbours, or judged by other filters; run pipelines.plant again"
        )
    return told


def lines(told, lang, min_margin):
    """What the terminal shows of an estimate at a threshold: a list of str."""
    if not told["table"]:
        return [
            f"planted pairs of en-{lang}: {told['pairs']:,} known pairs are too few to estimate "
            "anything"
        ]
    row = estimate.at_threshold(told["table"], min_margin)
    return [
        f"planted pairs of en-{lang}: precision {row['precision']:.3f} "
        f"({row['low']:.3f} to {row['high']:.3f}), recall {row['recall']:.3f} estimated above a "
        f"margin of {max(min_margin, row['threshold']):g}, by {told['pairs']:,} known pairs",
        f"  of them with a wrong partner kept: alone {row['alone_kept']:.1%}, another number "
        f"{row['number_kept']:.1%}, another sentence {row['neighbour_kept']:.1%}",
    ]


def add_target(parser):
    """The option --target-precision."""
    parser.add_argument(
        "--target-precision",
        type=float,
        metavar="P",
        help="the corpus's min_margin is the least at which planted pairs tell this precision",
    )


def add_options(parser, required=False):
    """The options --planted and --target-precision."""
    parser.add_argument(
        "--planted",
        nargs="+",
        required=required,
        metavar="FILE",
        help="known pairs to estimate precision and recall from: English and the translation, "
        "parted by a tab, or Parquet; a file for each language but English, - for none",
    )
    add_target(parser)


def check(ours):
    """Raises InputError for options of add_options that can't be; ours: all options."""
    target = ours.target_precision
    if target is not None and not 0 < target < 1:
        raise InputError(f"--target-precision {target:g}: give a share, as 0.95")
    given = getattr(ours, "planted", None)
    if given and len(given) != len(ours.languages) - 1:
        raise InputError("--planted: give one file for each language but English, in their order")


def known_of(ours, config):
    """By language, the Known pairs of --planted; config: PlantConfig."""
    check(ours)
    named = zip(ours.languages[1:], ours.planted or (), strict=False)
    return {lang: read_known(path, lang, config) for lang, path in named if path != NONE}


def main(argv):
    """The command line of this job."""
    parser = options.parser(
        "plant", __doc__, input="the folder with the datasets up to candidates/"
    )
    parser.add_argument(
        "--encoder", default="labse", help="name of a folder in candidates/ (default: labse)"
    )
    options.add_preset(parser)
    add_options(parser, required=True)
    ours, beam_options = options.parse(parser, argv)
    config = options.configured(PlantConfig(), STAGE, ours.overrides)
    corpus = options.configured(presets.config_of("corpus", ours.preset), "corpus", ours.overrides)
    source = options.one_input(ours)
    for lang, known in known_of(ours, config).items():
        told = run(
            source, ours.output, lang, ours.encoder, known, config, corpus, beam_options,
            ours.workers,
        )  # fmt: skip
        manifests.say(folder_of(ours.output, ours.encoder, lang))
        picked = threshold(told, lang, ours.target_precision, corpus)
        print("\n".join(lines(told, lang, picked.min_margin)))


if __name__ == "__main__":
    options.command("pipelines.plant")
