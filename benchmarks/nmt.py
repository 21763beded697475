"""Training beside transformers' Seq2SeqTrainer: the same model, pairs, precision and loss.

Both train with AdamW. Counted are tokens of both sides without padding, of which both see the same
mean number an update; Seq2SeqTrainer's batches are so many pairs, at random, and for a second
figure grouped by length.
"""

import argparse
import dataclasses
import gzip
import io
import itertools
import json
import os
import pathlib
import tempfile
import time

import numpy as np
import torch

from nmt_eval.batches import Batches, padding_share
from nmt_eval.config import PRESETS
from nmt_eval.model import build
from nmt_eval.ragged import Bitokens, Ragged
from nmt_eval.train import train

SAMPLE = pathlib.Path(__file__).resolve().parents[1] / "samples" / "gold" / "en-de.tsv"
_PAD, _EOS = 0, 1
_DEV = 8


def read_pairs(path, most):
    """Up to ``most`` pairs of texts, the first two columns of a TSV file, packed or not."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t")[:2] for line in itertools.islice(lines, most))
        return [row for row in rows if len(row) == 2]


def encoded(pairs, size):
    """Bitokens of pairs of texts, and how many subwords there are: at most ``size``."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=itertools.chain.from_iterable(pairs),
        model_writer=model,
        vocab_size=size,
        hard_vocab_limit=False,
        pad_id=_PAD,
        eos_id=_EOS,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    sides = zip(*pairs, strict=True)
    rows = [Ragged.of(processor.encode(list(side), add_eos=True)) for side in sides]
    return Bitokens(*rows), processor.get_piece_size()


def measure_ours(model, tokens, config, threads):
    """Tokens a second of nmt_eval.train, without its evaluation at the end."""
    shown = []
    dev = tokens.take(np.arange(_DEV))
    with tempfile.TemporaryDirectory() as folder:
        train(model, tokens, dev, config, folder, shown.append, threads)
    return shown[-1]["tokens_per_s"]


def measure_theirs(model, tokens, config, grouped):
    """Tokens a second of Seq2SeqTrainer, and the share of padding in what it computed."""
    from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments, TrainerCallback
    from transformers.trainer_callback import PrinterCallback

    counts = {"tokens": 0, "places": 0, "seconds": 0.0}

    class Counting(Seq2SeqTrainer):
        def training_step(self, model, inputs, *more, **others):
            for real in (inputs["attention_mask"] == 1, inputs["labels"] != -100):
                counts["tokens"] += int(real.sum())
                counts["places"] += real.numel()
            return super().training_step(model, inputs, *more, **others)

    class Clock(TrainerCallback):
        def on_train_begin(self, *_, **__):
            counts["seconds"] = -time.perf_counter()

        def on_train_end(self, *_, **__):
            counts["seconds"] += time.perf_counter()

    rows = max(1, round(config.tokens * len(tokens) / tokens.tokens))
    with tempfile.TemporaryDirectory() as folder:
        arguments = Seq2SeqTrainingArguments(
            folder,
            max_steps=config.updates,
            per_device_train_batch_size=rows,
            train_sampling_strategy="group_by_length" if grouped else "random",
            learning_rate=config.learning_rate,
            warmup_steps=config.warmup,
            label_smoothing_factor=config.smoothing,
            max_grad_norm=config.clip,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            dataloader_pin_memory=False,
            remove_unused_columns=False,
            seed=config.seed,
        )
        trainer = Counting(
            model=model,
            args=arguments,
            data_collator=lambda pairs: _collated(model, pairs),
            train_dataset=_Pairs(tokens),
            callbacks=[Clock()],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return counts["tokens"] / counts["seconds"], 1 - counts["tokens"] / counts["places"]


class _Pairs(torch.utils.data.Dataset):
    def __init__(self, tokens):
        sides = (tokens.src, tokens.tgt)
        self._rows = [[torch.from_numpy(row.astype(np.int64)) for row in side] for side in sides]

    def __len__(self):
        return len(self._rows[0])

    def __getitem__(self, row):
        return {"input_ids": self._rows[0][row], "labels": self._rows[1][row]}


def _collated(model, pairs):
    def padded(name, value):
        rows = [pair[name] for pair in pairs]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)

    ids, labels = padded("input_ids", _PAD), padded("labels", -100)
    return {
        "input_ids": ids,
        "attention_mask": (ids != _PAD).long(),
        "labels": labels,
        "decoder_input_ids": model.prepare_decoder_input_ids_from_labels(labels),
    }


def measure(pairs, preset, updates, rounds, threads):
    """The figures of all sides, in turn, the best round of each; a dict."""
    tokens, size = encoded(pairs, preset.vocabulary)
    config = dataclasses.replace(
        preset.train,
        updates=updates,
        warmup=updates,
        evaluate_every=updates,
        precision="float32",
        optimizer="adamw",
    )
    lengths = tokens.src.lengths, tokens.tgt.lengths
    rows = np.flatnonzero(np.maximum(*lengths) <= config.max_tokens)
    rows = np.random.default_rng(0).permutation(rows)
    # Just those of one pass: the sampler that groups by length begins with the longest pairs, and
    # no side should have seen longer ones than another.
    wanted = np.searchsorted(np.cumsum((lengths[0] + lengths[1])[rows]), updates * config.tokens)
    tokens = tokens.take(rows[: wanted + 1])
    best, padding = {}, {}
    for _ in range(rounds):
        for side in ("ours", "seq2seqtrainer", "seq2seqtrainer_grouped"):
            torch.manual_seed(config.seed)
            model = build(preset.model, size, _PAD, _EOS)
            if side == "ours":
                rate = measure_ours(model, tokens, config, threads)
            else:
                torch.set_num_threads(threads)
                grouped = side == "seq2seqtrainer_grouped"
                rate, padding[side] = measure_theirs(model, tokens, config, grouped)
            best[side] = max(best.get(side, 0.0), rate)
    lengths = tokens.src.lengths, tokens.tgt.lengths
    epoch = Batches(*lengths, config.tokens, config.parts, config.seed).epoch(0)
    # Our own is in attention alone: products are over tokens that count.
    padding["ours"] = padding_share(*lengths, [part for parts in epoch[:updates] for part in parts])
    found = {
        "threads": threads,
        "pairs": len(tokens),
        "vocabulary": size,
        "tokens_per_pair": tokens.tokens / len(tokens),
        "tokens_per_update": config.tokens,
        "tokens_per_s_vs_seq2seqtrainer": best["ours"] / best["seq2seqtrainer"],
        "tokens_per_s_vs_seq2seqtrainer_grouped": best["ours"] / best["seq2seqtrainer_grouped"],
    }
    found |= {f"{side}_tokens_per_s": rate for side, rate in best.items()}
    return found | {f"{side}_padding_share": share for side, share in padding.items()}


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", default=SAMPLE, help="TSV, or TSV.gz, source and target first")
    parser.add_argument("--most-pairs", type=int, default=20_000)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="tiny")
    parser.add_argument("--updates", type=int, default=50, help="a multiple of 10")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", action="store_true")
    ours = parser.parse_args()
    pairs = read_pairs(ours.pairs, ours.most_pairs)
    found = measure(pairs, PRESETS[ours.preset], ours.updates, ours.rounds, ours.threads)
    if ours.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<40} {value:,.3f}" if isinstance(value, float) else f"{name:<40} {value:,}")


if __name__ == "__main__":
    main()
