"""The subwords of a translation model: one sentencepiece model of both sides (Kudo & Richardson
2018), whose ids are the model's own.

Its folder is what transformers' MarianTokenizer reads, so that a model beside it is complete: it
gives the same ids, but for texts with a control symbol's name in them, which here are plain text.
"""

import io
import itertools
import json
import pathlib
import re
import shutil

import numpy as np

from mining.errors import InputError
from nmt_eval.ragged import Ragged

PAD, EOS, UNK = "<pad>", "</s>", "<unk>"
_UNK_ID, _EOS_ID = 0, 1
MODEL, _COPY, _PIECES = "source.spm", "target.spm", "vocab.json"
# Written last.
_SETTINGS = "tokenizer_config.json"
# Texts that are encoded at once: their ids are Python's integers for a moment.
_TEXTS = 4096
# Another number adds up in another order and gives another vocabulary.
_TRAINING_THREADS = 4
_MOST = re.compile(r"value <= (\d+)")
_LEAST = re.compile(r"smaller than required_chars\. \d+ vs (\d+)")
_UNTRAINABLE = "can't train a vocabulary on these texts"


class Vocabulary:
    """A trained vocabulary, loaded. ``size``: its ids are below; ``pad``, ``eos``, ``unk``: ids."""

    def __init__(self, processor, threads=0):
        self._processor = processor
        self._threads = threads or -1
        # The last one and unknown to sentencepiece, as in Marian's own models: what converts them
        # relies on it.
        self.pad = processor.get_piece_size()
        self.eos, self.unk = _EOS_ID, _UNK_ID
        self.size = self.pad + 1

    def encode(self, texts):
        """The ids of texts, each row ending with eos; Ragged of len(texts) rows."""
        parts, lengths = [np.empty(0, np.int32)], np.empty(len(texts), np.int64)
        for at in range(0, len(texts), _TEXTS):
            found = self._processor.encode(
                texts[at : at + _TEXTS], add_eos=True, num_threads=self._threads
            )
            counts = np.fromiter(map(len, found), np.int64, len(found))
            lengths[at : at + len(found)] = counts
            parts.append(np.fromiter(itertools.chain(*found), np.int32, counts.sum()))
        return Ragged(np.concatenate(parts), np.concatenate([[0], np.cumsum(lengths)]))

    def decode(self, rows):
        """The texts of rows of ids, without what stands for no text; list of str."""
        control = {self.pad, self.eos}
        kept = [[at for at in map(int, row) if at not in control] for row in rows]
        return self._processor.decode(kept) if kept else []

    def all_pieces(self):
        """Every subword, by id."""
        return [*self._processor.id_to_piece(list(range(self.pad))), PAD]


def train(texts, config, folder):
    """Trains a vocabulary on both sides' texts, writes it to ``folder`` and returns it.

    texts: a sequence of str; config: VocabularyConfig. Raises InputError for a size that the texts
    don't allow, with one that they do.
    """
    import sentencepiece

    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=model,
            vocab_size=config.size - 1,
            character_coverage=config.coverage,
            model_type="unigram",
            # What is normalised is not what the references say: NFKC would give Chinese full stops
            # and commas the shape of English ones.
            normalization_rule_name="identity",
            unk_id=_UNK_ID,
            eos_id=_EOS_ID,
            pad_id=-1,
            bos_id=-1,
            eos_piece=EOS,
            unk_piece=UNK,
            num_threads=_TRAINING_THREADS,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        raise InputError(_reason(str(error), config.size)) from None
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in (MODEL, _COPY):
        (folder / name).write_bytes(model.getvalue())
    made = load(folder)
    ids = {piece: at for at, piece in enumerate(made.all_pieces())}
    _write_json(folder / _PIECES, ids)
    settings = {"tokenizer_class": "MarianTokenizer", "separate_vocabs": False}
    settings |= {"pad_token": PAD, "eos_token": EOS, "unk_token": UNK}
    # What it does to spaces before marks by default is not what was said.
    settings |= {"clean_up_tokenization_spaces": False}
    _write_json(folder / _SETTINGS, settings)
    return made


def is_there(folder):
    """Whether a folder has a whole vocabulary."""
    return (pathlib.Path(folder) / _SETTINGS).is_file()


def load(folder, threads=0):
    """The vocabulary in a folder; InputError where there is none."""
    import sentencepiece

    path = pathlib.Path(folder) / MODEL
    try:
        processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        told = str(error).splitlines()[0]
        raise InputError(f"{path}: no sentencepiece model ({told}); train again") from None
    return Vocabulary(processor, threads)


def copy(folder, target):
    """Puts the vocabulary of a folder beside a model in another."""
    for name in (MODEL, _COPY, _PIECES, _SETTINGS):
        shutil.copyfile(pathlib.Path(folder) / name, pathlib.Path(target) / name)


def _reason(message, size):
    if found := _MOST.search(message):
        return (
            f"a vocabulary of {size:,} is more than the texts allow; give at most "
            f"{int(found[1]) + 1:,}, or more text"
        )
    if found := _LEAST.search(message):
        least = int(found[1]) + 10
        return f"a vocabulary of {size:,} is too small for these texts; give {least:,} or more"
    return f"{_UNTRAINABLE}: {message.splitlines()[-1] if message else 'no reason given'}"


def _write_json(path, value):
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
