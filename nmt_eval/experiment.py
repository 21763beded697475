"""One model from a corpus to its scores, step by step in a folder; an interrupted run goes on at
the step it was in. What the steps do is in the modules beside this one.
"""

import dataclasses
import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

import mining
from mining.config import fingerprint
from mining.errors import InputError
from nmt_eval import config as configs
from nmt_eval import data, heldout, overlap, report, scores, testsets, vocabulary
from nmt_eval.ragged import Bitokens, Ragged

# Raised when the same input and knobs would give another model; when of one and the same model
# another result would be written.
_VERSION = 1
_SCORING = 2
_ENCODED = 65_536
_HELD = tuple(f"data/{part}.{end}" for part in ("dev", "test") for end in ("src", "ref"))
_PACKAGES = ("ctranslate2", "numpy", "sacrebleu", "sentencepiece", "torch", "transformers")
_NEEDED = {
    "sacrebleu": "sacrebleu",
    "sentencepiece": "sentencepiece",
    "torch": "torch",
    "transformers": "transformers",
    "matplotlib": "matplotlib",
}


@dataclasses.dataclass(frozen=True)
class Experiment:
    """What decides a result. ``source``, ``target``: codes, one of them en; ``corpus``: path, as
    nmt_eval.data reads it; ``test``: as nmt_eval.testsets has it, or "" for one held out of the
    corpus; ``gold``: path of a gold with sites, or ""; ``encoder``: what embeds for the score;
    ``start``: folder of a run whose model is trained on, or ""; ``words``: folder of a vocabulary
    that serves this run too, or ""."""

    source: str
    target: str
    corpus: str
    test: str
    gold: str
    preset: str
    encoder: str
    data: configs.DataConfig
    vocabulary: configs.VocabularyConfig
    model: configs.ModelConfig
    train: configs.TrainConfig
    decode: configs.DecodeConfig
    #: whether the corpus has to be one that pipelines.corpus is done with
    finished: bool = True
    start: str = ""
    words: str = ""

    @property
    def other(self):
        return self.target if self.source == "en" else self.source

    def settings(self):
        """The configs by name, as dicts."""
        names = ("data", "vocabulary", "model", "train", "decode")
        return {name: dataclasses.asdict(getattr(self, name)) for name in names}


def check_packages():
    """InputError where a package is missing that any run needs."""
    for module, package in _NEEDED.items():
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            raise InputError(
                f"training needs the package {module}; pip install 'bitext-mining[nmt]'"
            ) from None


def run(experiment, folder, threads=0, say=print):
    """Does what is not done in ``folder``, and returns (result, sentences, their chrF) as
    nmt_eval.report takes them; say: called with a line for each step. Of several processes that
    train together (``accelerate launch``) the first does the rest, and the others return None.

    Raises InputError for what can't be used, and for a folder that holds another experiment.
    """
    check_packages()
    from nmt_eval.processes import Processes

    processes = Processes()
    folder = pathlib.Path(folder)
    if experiment.start:
        _check_start(experiment)
    made_from = _made_from(experiment)
    key = fingerprint({**made_from, "scoring": _SCORING})
    result = _read_json(folder / "result.json")
    # All have read it before the first writes it.
    processes.wait()
    if result and result["key"] == key:
        if not processes.is_first:
            return None
        say(f"{folder}: nothing has changed since this was made")
        return result, *_sentences(folder, result["target"])
    if processes.is_first:
        _claim(folder, {name: made_from[name] for name in made_from if name != "decode"})
        if not (folder / "data" / "counts.json").exists():
            counts = _prepare(experiment, folder / "data")
            say(
                f"data      {counts['train']:,} pairs to train on, {counts['dev']:,} of dev, "
                f"{counts['test']:,} of the test, {counts['seconds']:.0f} s"
            )
        seconds = {"vocabulary": _find_words(experiment, folder, say)}
    processes.wait()
    model, words, trained, more = _train(experiment, folder, threads, say, processes.is_first)
    if not processes.is_first:
        return None
    seconds |= more
    counts = _read_json(folder / "data" / "counts.json")
    scored, counted = _translate(experiment, folder, words, threads, say)
    result = {
        "pair": f"en-{experiment.other}",
        "source": experiment.source,
        "target": experiment.target,
        "preset": experiment.preset,
        "corpus": {"path": experiment.corpus, **counts.pop("corpus")},
        "data": counts,
        "config": experiment.settings(),
        "parameters": sum(values.numel() for values in model.parameters()),
        "training": {
            name: value
            for name, value in dataclasses.asdict(trained).items()
            if name not in ("history", "seconds")
        },
        "tokens_per_s": trained.tokens / max(trained.seconds, 1e-9),
        "scores": scored["test"],
        "dev_scores": scored["dev"],
        "translation": counted,
        "seconds": {"data": counts.pop("seconds"), **seconds, **counted.pop("seconds")},
        "versions": _versions(),
        "history": trained.history,
        "digests": {name: made_from[name] for name in ("corpus", "test", "gold")},
        "key": key,
    }
    report.draw_curves(trained.history, folder / "curves.png")
    sentences, of_each = _sentences(folder, experiment.target)
    page = report.render(result, sentences, of_each, folder / "curves.png")
    _write(folder / "report.html", page)
    _write_json(folder / "result.json", result)
    return result, sentences, of_each


def _made_from(experiment):
    """Digests of all that decides the result, and the configs, by name."""
    test = None
    if experiment.test:
        test = testsets.load(experiment.test, experiment.source, experiment.target)
    files = data.files_of(experiment.corpus, experiment.finished)
    return {
        "version": _VERSION,
        "direction": f"{experiment.source}-{experiment.target}",
        "corpus": data.digest(files),
        "test": fingerprint(test.select([0, 1]).to_pydict()) if test else "",
        "gold": data.digest([experiment.gold]) if experiment.gold and not test else "",
        "encoder": experiment.encoder,
        "start": _digest(experiment.start, "model/model.safetensors", *_HELD),
        "words": _digest(experiment.words, vocabulary.MODEL),
        **experiment.settings(),
    }


def _digest(folder, *names):
    if not folder:
        return ""
    paths = [pathlib.Path(folder) / name for name in names]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: missing; give the folder of a finished run")
    return data.digest(paths)


def _check_start(experiment):
    """InputError where the run to go on from is of another direction or shape."""
    made = _read_json(pathlib.Path(experiment.start) / "result.json")
    if made is None:
        raise InputError(f"{experiment.start}: no finished run; give a folder that make nmt made")
    if (made["source"], made["target"]) != (experiment.source, experiment.target):
        raise InputError(
            f"{experiment.start}: translates {made['source']} to {made['target']}, not "
            f"{experiment.source} to {experiment.target}; give a run of the same direction"
        )
    for name, value in dataclasses.asdict(experiment.model).items():
        if made["config"]["model"][name] != value:
            raise InputError(
                f"{experiment.start}: a model with model.{name}={made['config']['model'][name]}, "
                f"not {value}; give the --preset and model knobs that it was made with"
            )


def _claim(folder, made_from):
    """Notes what the folder's steps are made from, and removes those of something else; InputError
    where a model is among them, since much computing may be in it."""
    path = folder / "made_from.json"
    there, wanted = _flat(_read_json(path) or {}), _flat(made_from)
    if there == wanted:
        return
    if there and (folder / "model").exists():
        differences = [
            f"{name} {_told(there.get(name))}, not {_told(value)}"
            for name, value in wanted.items()
            if there.get(name) != value
        ]
        raise InputError(
            f"{folder}: holds a model of another run ({'; '.join(differences[:3])}); give another "
            "--name or --output, or remove it"
        )
    for step in ("data", "vocabulary"):
        shutil.rmtree(folder / step, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(path, made_from)


def _told(value):
    return "none" if value in ("", None) else value


def _flat(settings):
    flat = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{knob}": setting for knob, setting in value.items()})
        else:
            flat[name] = value
    return flat


def _prepare(experiment, folder):
    """Writes what is trained on and tested with, in the order of the direction."""
    started = time.monotonic()
    corpus, rejected = data.read(experiment.corpus, experiment.finished)
    languages = ("en", experiment.other)
    try:
        data.check(corpus, languages, experiment.data)
    except InputError as error:
        raise InputError(f"{experiment.corpus}: {error}") from None
    split = _split(experiment, corpus)
    if experiment.source != "en":
        parts = {name: data.swapped(getattr(split, name)) for name in ("train", "dev", "test")}
        split = dataclasses.replace(split, **parts)
    # Early stopping looks at dev: what it has of the test would be chosen by.
    dev = split.dev.filter(_kept(split.dev, split.test, experiment.data)[0])
    if not dev.num_rows:
        raise InputError(
            f"{experiment.corpus}: no dev part is left: all {split.dev.num_rows:,} pairs of it say "
            "what the test says; choose another data.dev_site, or another test"
        )
    held = pa.concat_tables([split.test, dev]).unify_dictionaries()
    kept, overlapping = _kept(split.train, held, experiment.data)
    parts = {"train": split.train.filter(kept), "dev": dev, "test": split.test}
    if parts["train"].num_rows < experiment.data.min_pairs:
        raise InputError(
            f"{experiment.corpus}: of {corpus.num_rows:,} pairs {parts['train'].num_rows:,} are "
            f"left to train on, fewer than data.min_pairs={experiment.data.min_pairs:,}: mine more"
        )
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(parts["train"].select([0, 1]), folder / "train.parquet", compression="zstd")
    for name in ("dev", "test"):
        for column, ending in (("src_text", "src"), ("tgt_text", "ref")):
            _write_lines(folder / f"{name}.{ending}", parts[name][column].to_pylist())
    counts = {
        **{name: part.num_rows for name, part in parts.items()},
        "kind": split.kind,
        "sites": split.sites,
        "left_out": split.left_out,
        "taken": list(split.taken),
        "overlap": overlapping,
        "dev_overlap": split.dev.num_rows - dev.num_rows,
        "corpus": {"pairs": corpus.num_rows, "no_pairs": rejected},
        "seconds": round(time.monotonic() - started, 3),
    }
    _write_json(folder / "counts.json", counts)
    return counts


def _split(experiment, corpus):
    if experiment.start:
        # Its model has seen what was not held out there.
        folder = pathlib.Path(experiment.start)
        counts = _read_json(folder / "data" / "counts.json")
        parts = {part: data.of_texts(*lines_of(folder, part)) for part in ("dev", "test")}
        if experiment.source != "en":
            parts = {part: data.swapped(table) for part, table in parts.items()}
        kind = counts["kind"]
        if experiment.test:
            kind = experiment.test
            parts["test"] = testsets.load(kind, experiment.source, experiment.target)
        return heldout.as_before(corpus, parts, counts["sites"], kind)
    if experiment.test:
        test = testsets.load(experiment.test, experiment.source, experiment.target)
        return heldout.with_test(corpus, test, experiment.test, experiment.data)
    if experiment.gold and heldout.knows(corpus, experiment.data):
        return heldout.by_sites(corpus, heldout.read_gold(experiment.gold), experiment.data)
    return heldout.of_corpus(corpus, experiment.data)


def _kept(pairs, tests, config):
    """(mask of the pairs that overlap none of ``tests``, counts of the others by reason)."""
    found = overlap.reasons(pairs, tests, config.max_similarity)
    return pa.array(found < 0), overlap.counts(found)


def _find_words(experiment, folder, say):
    """Puts the subwords into the folder, if they are not there; returns the seconds it took."""
    words_folder = folder / "vocabulary"
    started = time.monotonic()
    given = experiment.words
    if experiment.start:
        given = pathlib.Path(experiment.start) / "vocabulary"
    if vocabulary.is_there(words_folder):
        pass
    elif given:
        words_folder.mkdir(exist_ok=True)
        vocabulary.copy(given, words_folder)
    else:
        texts = _sampled_texts(folder / "data" / "train.parquet", experiment.vocabulary.texts)
        vocabulary.train(texts, experiment.vocabulary, words_folder)
        say(f"subwords  {experiment.vocabulary.size:,}, {time.monotonic() - started:.0f} s")
    return round(time.monotonic() - started, 3)


def _train(experiment, folder, threads, say, is_first):
    import torch
    import transformers

    from nmt_eval import model as models
    from nmt_eval import progress, train

    transformers.utils.logging.disable_progress_bar()
    words = vocabulary.load(folder / "vocabulary")
    started = time.monotonic()
    tokens, dev = (_encoded(_texts(folder / "data", part), words) for part in ("train", "dev"))
    seconds = {"encode": round(time.monotonic() - started, 3)}
    torch.manual_seed(experiment.train.seed)
    if experiment.start:
        model = transformers.MarianMTModel.from_pretrained(pathlib.Path(experiment.start) / "model")
    else:
        model = models.build(experiment.model, words.size, words.pad, words.eos)
    with progress.bar(
        f"train {experiment.source}-{experiment.target}", experiment.train.updates
    ) as bar:
        trained = train.train(model, tokens, dev, experiment.train, folder / "model", bar, threads)
    seconds["train"] = trained.seconds
    if not is_first:
        return model, words, trained, seconds
    vocabulary.copy(folder / "vocabulary", folder / "model")
    say(
        f"training  {trained.updates:,} updates, dev loss {trained.dev_loss:.3f}, "
        f"{trained.tokens / max(trained.seconds, 1e-9):,.0f} tokens/s, {trained.seconds:.0f} s"
    )
    return model, words, trained, seconds


def _translate(experiment, folder, words, threads, say):
    from nmt_eval import translate

    translator = translate.Translator(folder / "model", words, experiment.decode, threads)
    scored, counted, seconds = {}, {}, {"translate": 0.0, "score": 0.0}
    for part in ("dev", "test"):
        sources, references = lines_of(folder, part)
        started = time.monotonic()
        with tqdm(
            total=len(sources), desc=f"translate {part}", unit=" sentences", disable=None
        ) as bar:
            found, counted = translator.translate(sources, bar.update)
        translated = time.monotonic()
        _write_lines(folder / f"{part}.hyp", found)
        scored[part] = scores.score(found, references, experiment.target)
        seconds["translate"] += translated - started
        seconds["score"] += time.monotonic() - translated
    started = time.monotonic()
    scored["test"]["embedding"] = scores.embedding(
        found, references, experiment.target, experiment.encoder, threads
    )
    seconds["score"] += time.monotonic() - started
    say(f"test      {len(found):,} sentences by {translator.engine}")
    counted["engine"] = translator.engine
    counted["seconds"] = {name: round(value, 3) for name, value in seconds.items()}
    return scored, counted


def _sampled_texts(path, wanted):
    """At most ``wanted`` texts of both sides of a Parquet file of pairs, spread evenly."""
    table = pq.read_table(path)
    rows = np.unique(np.linspace(0, table.num_rows - 1, max(wanted // 2, 1)).astype(np.int64))
    chosen = table.take(rows)
    return [text for column in chosen.columns for text in column.to_pylist()]


def _texts(folder, part):
    """Yields (source texts, target texts) of a part, batch by batch."""
    if part != "train":
        yield lines_of(folder.parent, part)
        return
    for batch in pq.ParquetFile(folder / "train.parquet").iter_batches(_ENCODED):
        yield tuple(batch.column(at).to_pylist() for at in (0, 1))


def lines_of(folder, part):
    """(sources, references) of a run's dev or test, two lists of str."""
    return tuple(_read_lines(folder / "data" / f"{part}.{end}") for end in ("src", "ref"))


def _encoded(batches, words):
    sides = [[words.encode(texts) for texts in batch] for batch in batches]
    src, tgt = (Ragged.concatenate([side[at] for side in sides]) for at in (0, 1))
    return Bitokens(src, tgt)


def _sentences(folder, target):
    """((source, hypothesis, reference) of the test, chrF of each)."""
    sources, references = lines_of(folder, "test")
    found = _read_lines(folder / "test.hyp")
    return list(zip(sources, found, references, strict=True)), scores.of_sentences(
        found, references
    )


def _versions():
    import torch

    found = {"bitext-mining": mining.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    has_gpu = torch.cuda.is_available()
    found["device"] = torch.cuda.get_device_name() if has_gpu else f"cpu, {os.cpu_count()} cores"
    return found


def _read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _write_json(path, value):
    _write(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _write_lines(path, texts):
    # A text of a TSV may hold characters that others end lines at.
    _write(path, "".join(" ".join(text.split("\n")) + "\n" for text in texts))


def _read_lines(path):
    text = path.read_bytes().decode("utf-8")
    return text.removesuffix("\n").split("\n") if text else []


def _write(path, text):
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)
