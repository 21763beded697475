"""Contrastive data selection (Wang et al. 2018): which pairs a model finds likelier, a token of the
target, once it has seen a small set that is trusted; the best share of a corpus is kept.

``python -m nmt_eval.selection --run FOLDER --trusted PAIRS --corpus PATH --output FOLDER``, where
FOLDER is what ``make nmt`` has made, tunes a copy of its model on the trusted pairs and writes the
corpus again, file by file, with the columns COLUMNS beside its own.
"""

import argparse
import dataclasses
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tqdm import tqdm

from mining.config import fingerprint, with_overrides
from mining.errors import InputError
from nmt_eval import data, vocabulary
from nmt_eval.command import Parser, command, refuse_several
from nmt_eval.config import SelectConfig, TrainConfig
from nmt_eval.ragged import Bitokens

#: what a scored corpus has more: the target's tokens, eos among them; ln p(target | source) by the
#: model and by its tuned copy; the difference a token; whether the pair is among those to keep
COLUMNS = pa.schema(
    [
        ("tgt_tokens", pa.int32()),
        ("base_logprob", pa.float32()),
        ("tuned_logprob", pa.float32()),
        ("selection_score", pa.float32()),
        ("selected", pa.bool_()),
    ]
)
_BATCH = 65_536
_COUNTS = "selection.json"
# Updates that an epoch of tuning has at least: a trusted set is smaller than a batch of training.
_UPDATES = 10
# One trusted pair in ten is not tuned on and tells what tuning did.
_HELD = 10


def tuned(model, trusted, train_config, config, folder, threads=0):
    """Trains ``model``, a MarianMTModel, on with trusted pairs; returns nmt_eval.train's Trained.

    trusted: Bitokens in the model's direction; train_config: with what it was trained; config:
    SelectConfig; folder: for the result. Raises InputError for fewer than config.min_trusted pairs.
    """
    from nmt_eval.train import train

    if len(trusted) < config.min_trusted:
        raise InputError(
            f"{len(trusted):,} trusted pairs: give at least select.min_trusted={config.min_trusted}"
        )
    held = np.arange(len(trusted)) % _HELD == _HELD - 1
    tokens, dev = trusted.take(~held), trusted.take(held)
    size = min(train_config.tokens, max(1, tokens.tokens // _UPDATES))
    updates = config.epochs * -(-tokens.tokens // size)
    tuning = dataclasses.replace(
        train_config.slower(config.rate),
        tokens=size,
        updates=updates,
        evaluate_every=updates,
        warmup=1,
        schedule="linear",
    )
    return train(model, tokens, dev, tuning, folder, threads=threads)


def log_likelihoods(model, tokens, config, threads=0):
    """ln p(target | source) of each pair under a MarianMTModel, float64 [n].

    tokens: Bitokens; config: TrainConfig, of which tokens, parts and precision count.
    """
    from nmt_eval.batches import Batches
    from nmt_eval.gradients import Gradients, Weights
    from nmt_eval.processes import Processes

    processes = Processes()
    weights = Weights(model.eval(), processes.device)
    gradients = Gradients(model, weights, processes, config.precision, threads)
    lengths = tokens.src.lengths, tokens.tgt.lengths
    parts = Batches(*lengths, config.tokens, config.parts, config.seed).in_order()
    with gradients.running(len(parts)):
        return -gradients.of_pairs(tokens, parts)


def scores(table, words, models, train_config, threads=0):
    """A table of COLUMNS but the last, for one of texts, the first column being the source.

    models: the base and its tuned copy. A text of more than train_config.max_tokens tokens counts
    as far as those go.
    """
    texts = (pc.fill_null(table.column(at), "").to_pylist() for at in (0, 1))
    sides = [words.encode(column).cut(train_config.max_tokens) for column in texts]
    tokens = Bitokens(*sides)
    both = [log_likelihoods(model, tokens, train_config, threads) for model in models]
    lengths = tokens.tgt.lengths
    values = lengths, *both, (both[1] - both[0]) / lengths
    fields = list(COLUMNS)[:-1]
    return pa.table(
        [pa.array(one).cast(field.type) for one, field in zip(values, fields, strict=True)],
        schema=pa.schema(fields),
    )


def best(values, share):
    """Whether each of ``values`` [n] is among the greatest ``share`` of them, of equal ones the
    first; bool [n]."""
    chosen = np.zeros(len(values), bool)
    chosen[np.argsort(-values, kind="stable")[: round(share * len(values))]] = True
    return chosen


def run(folder, trusted, corpus, output, config, only=False, threads=0):
    """Writes the Parquet files of ``corpus`` to ``output`` with COLUMNS; returns the counts and
    what tuning did, a dict, which is in output/selection.json too.

    folder: of a finished run of nmt_eval; trusted, corpus: as nmt_eval.data.read takes them, the
    corpus in Parquet; config: SelectConfig; only: write no pair but the selected ones. Raises
    InputError for what can't be used.
    """
    from transformers import MarianMTModel

    folder, output = pathlib.Path(folder), pathlib.Path(output)
    made, made_from = _made(folder), key(folder, trusted, corpus, config, only)
    train_config = TrainConfig(**made["config"]["train"])
    words = vocabulary.load(folder / "vocabulary", threads)
    is_swapped = made["source"] != "en"
    files = data.files_of(corpus)
    if not all(path.suffix == ".parquet" for path in files):
        raise InputError(f"{corpus}: give a folder of Parquet files, or one such file")
    counts = _finished(output, made_from)
    if counts:
        return counts
    ours = {"tuned", *(path.name for path in files)}
    # What an interrupted selection leaves is its own.
    if any(path.name not in ours and path.suffix != ".partial" for path in _inside(output)):
        raise InputError(f"{output}: not empty; give another folder")
    pairs, _ = data.read(trusted)
    pairs = data.swapped(pairs) if is_swapped else pairs
    copy = MarianMTModel.from_pretrained(folder / "model")
    sides = [words.encode(pairs.column(at).to_pylist()) for at in (0, 1)]
    tokens = Bitokens(*(side.cut(train_config.max_tokens) for side in sides))
    before = log_likelihoods(copy, tokens, train_config, threads).sum()
    tuning = tuned(copy, tokens, train_config, config, output / "tuned", threads)
    models = MarianMTModel.from_pretrained(folder / "model"), copy
    names = ["tgt_text", "src_text"] if is_swapped else ["src_text", "tgt_text"]
    rows = sum(pq.ParquetFile(path).metadata.num_rows for path in files)
    found = []
    with tqdm(total=rows, desc="select", unit=" pairs", disable=None) as bar:
        for path in files:
            parts = [pa.schema(list(COLUMNS)[:-1]).empty_table()]
            for batch in pq.ParquetFile(path).iter_batches(_BATCH, columns=names):
                texts = pa.Table.from_batches([batch]).select(names)
                parts.append(scores(texts, words, models, train_config, threads))
                bar.update(batch.num_rows)
            found.append(pa.concat_tables(parts))
    every = np.concatenate([one["selection_score"].to_numpy() for one in found])
    chosen = best(every, config.share)
    start = 0
    for path, table in zip(files, found, strict=True):
        mask = chosen[start : start + table.num_rows]
        start += table.num_rows
        _write(path, table.append_column("selected", pa.array(mask)), output / path.name, only)
    counts = {
        "key": made_from,
        "pairs": len(every),
        "selected": int(chosen.sum()),
        "least_score": float(every[chosen].min()) if chosen.any() else None,
        "trusted": pairs.num_rows,
        "updates": tuning.updates,
        "trusted_loss": [
            -float(total / len(tokens.tgt.values))
            for total in (before, log_likelihoods(copy, tokens, train_config, threads).sum())
        ],
        "config": dataclasses.asdict(config),
    }
    (output / _COUNTS).write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    return counts


def key(folder, trusted, corpus, config, only=False):
    """A digest of all that decides what ``run`` with the same arguments writes."""
    folder = pathlib.Path(folder)
    _made(folder)
    return fingerprint(
        {
            "model": data.digest([folder / "model" / "model.safetensors"]),
            "trusted": data.digest(data.files_of(trusted)),
            "corpus": data.digest(data.files_of(corpus)),
            "config": dataclasses.asdict(config),
            "only": only,
        }
    )


def _finished(output, made_from):
    """The counts in a folder where this selection has been made; InputError for another one."""
    try:
        counts = json.loads((output / _COUNTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if counts["key"] != made_from:
        raise InputError(f"{output}: holds another selection; give another folder, or remove it")
    return counts


def _inside(folder):
    return list(folder.iterdir()) if folder.exists() else []


def _made(folder):
    try:
        return json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"{folder}: no finished run; give a folder that make nmt made") from None


def _write(path, more, target, only):
    """Copies a Parquet file with columns more, batch by batch, to ``target`` by rename."""
    partial = target.with_suffix(".partial")
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if name not in COLUMNS.names]
        writer, start = None, 0
        for batch in file.iter_batches(_BATCH, columns=names):
            table = pa.Table.from_batches([batch])
            beside = more.slice(start, batch.num_rows)
            start += batch.num_rows
            for name in COLUMNS.names:
                table = table.append_column(name, beside[name])
            if only:
                table = table.filter(table["selected"])
            writer = writer or pq.ParquetWriter(partial, table.schema, compression="zstd")
            writer.write_table(table)
        if writer:
            writer.close()
            partial.replace(target)


def main(argv):
    """The command line."""
    parser = Parser(prog="python -m nmt_eval.selection", description=__doc__.partition("\n\n")[0])
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--run", required=True, metavar="FOLDER", help="what make nmt has made")
    parser.add_argument("--trusted", required=True, metavar="PAIRS", help="a small good bitext")
    parser.add_argument("--corpus", required=True, metavar="PATH", help="Parquet, to be scored")
    parser.add_argument("--output", required=True, metavar="FOLDER")
    parser.add_argument("--only", action="store_true", help="write the selected pairs alone")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="threads; 0: all")
    parser.add_argument(
        "--set", action="append", default=[], metavar="select.KNOB=VALUE", dest="overrides"
    )
    ours = parser.parse_args(argv)
    refuse_several("nmt_eval.selection")
    overrides = [text.removeprefix("select.") for text in ours.overrides]
    config = with_overrides(SelectConfig(), overrides)
    counts = run(ours.run, ours.trusted, ours.corpus, ours.output, config, ours.only, ours.workers)
    before, after = counts["trusted_loss"]
    print(
        f"trusted   {counts['trusted']:,} pairs, loss {before:.3f} before tuning, {after:.3f} now"
    )
    print(f"selected  {counts['selected']:,} of {counts['pairs']:,} pairs: {ours.output}")


if __name__ == "__main__":
    command(main)
