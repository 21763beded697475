"""Beam search with a trained model, by CTranslate2 where it is installed, else by transformers.

CTranslate2's own converter takes the decoder to start from a vector of zeros, as Marian's models
do; in one that transformers trained with tied embeddings that is a row of weights like any other,
so the conversion here keeps it. Padding is never generated.
"""

import pathlib
import shutil
import uuid

import numpy as np

from mining.errors import InputError

_DONE = "model.bin"
# Fewest tokens of a translation before its end: there is none that says nothing.
_LEAST = 1


def available():
    """Whether CTranslate2 is installed here."""
    try:
        import ctranslate2  # noqa: F401
    except ImportError:
        return False
    return True


def convert(model_folder, vocabulary, folder):
    """Writes the model in a transformers folder as CTranslate2 reads it; float32, for all types of
    computing. vocabulary: nmt_eval.vocabulary.Vocabulary."""
    from ctranslate2.converters import converter, transformers
    from transformers import MarianMTModel

    class Loader(transformers.BartLoader):
        """Marian's layers as they are: post-norm, and a start token that is a token."""

    class Marian(converter.Converter):
        def _load(self):
            model = MarianMTModel.from_pretrained(model_folder)
            model.config.normalize_before = model.config.normalize_embedding = False
            pieces = vocabulary.all_pieces()
            loader = Loader()
            spec = loader.get_model_spec(model)
            loader.set_vocabulary(spec, pieces)
            spec.config.eos_token = pieces[vocabulary.eos]
            spec.config.unk_token = pieces[vocabulary.unk]
            spec.config.bos_token = pieces[vocabulary.pad]
            spec.config.decoder_start_token = pieces[model.config.decoder_start_token_id]
            return spec

    folder = pathlib.Path(folder)
    partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        Marian().convert(str(partial))
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


class Translator:
    """A trained model, ready to translate; see ``translate``."""

    def __init__(self, model_folder, vocabulary, config, threads=0, device="auto"):
        """config: DecodeConfig; threads: to compute with, 0 for one a core; device: cpu, cuda or
        auto. Raises InputError for what can't compute as config.compute says."""
        self._vocabulary, self._config = vocabulary, config
        #: what translates
        self.engine = "transformers"
        if config.compute != "transformers" and available():
            self._pieces = vocabulary.all_pieces()
            self._ids = {piece: at for at, piece in enumerate(self._pieces)}
            self._translator = self._ctranslate2(model_folder, threads, device)
            if self._translator is not None:
                self.engine = "ctranslate2"
                return
        self._model = _load_model(model_folder, threads, device)

    def _ctranslate2(self, model_folder, threads, device):
        """A ctranslate2.Translator that works, or None where the CUDA that it needs is another."""
        import ctranslate2

        compute = self._config.compute
        device = _device(device, ctranslate2.get_cuda_device_count())
        if compute not in ctranslate2.get_supported_compute_types(device):
            raise InputError(
                f"decode.compute={compute}: not on this {device}; float32 always works"
            )
        folder = pathlib.Path(model_folder) / "ctranslate2"
        if not (folder / _DONE).is_file():
            convert(model_folder, self._vocabulary, folder)
        try:
            made = ctranslate2.Translator(
                str(folder), device=device, compute_type=compute, intra_threads=threads
            )
            # It loads libraries of CUDA when it first multiplies.
            made.translate_batch([[self._pieces[self._vocabulary.eos]]], max_decoding_length=1)
        except RuntimeError as error:
            if device == "cpu":
                raise
            if compute != "float32":
                raise InputError(f"decode.compute={compute}: {error}; give float32") from None
            return None
        return made

    def translate(self, texts, on_progress=lambda count: None):
        """The best translation of each text, in order: (list of str, counts).

        on_progress: called with how many more are done. counts: ``cut``, texts of more tokens than
        config.max_tokens, of which the beginning is translated; ``unfinished``, translations that
        were stopped at the most tokens they may have; ``tokens``, generated with eos.
        """
        rows, cut = self._sources(texts)
        # The longest first: what does not fit into memory shows at once.
        order = np.argsort([-len(row) for row in rows], kind="stable")
        found = [None] * len(rows)
        step = self._config.window
        for at in range(0, len(order), step):
            window = order[at : at + step].tolist()
            search = (
                self._by_transformers if self.engine == "transformers" else self._by_ctranslate2
            )
            for row, ids in zip(window, search([rows[row] for row in window]), strict=True):
                found[row] = ids
            on_progress(len(window))
        eos = self._vocabulary.eos
        unfinished = sum(not ids or ids[-1] != eos for ids in found)
        counts = {"cut": cut, "unfinished": unfinished, "tokens": sum(map(len, found))}
        return self._vocabulary.decode(found), counts

    def _sources(self, texts):
        encoded = self._vocabulary.encode(texts)
        most, eos = self._config.max_tokens, self._vocabulary.eos
        rows, cut = [], 0
        for start, end in zip(
            encoded.offsets[:-1].tolist(), encoded.offsets[1:].tolist(), strict=True
        ):
            ids = encoded.values[start:end].tolist()
            if len(ids) > most:
                cut += 1
                ids = [*ids[: most - 1], eos]
            rows.append(ids)
        return rows, cut

    def _by_ctranslate2(self, rows):
        config = self._config
        results = self._translator.translate_batch(
            [[self._pieces[at] for at in row] for row in rows],
            max_batch_size=config.batch_tokens,
            batch_type="tokens",
            beam_size=config.beam,
            length_penalty=config.length_penalty,
            max_input_length=0,
            min_decoding_length=_LEAST,
            max_decoding_length=config.max_tokens,
            suppress_sequences=[[self._pieces[self._vocabulary.pad]]],
            return_end_token=True,
        )
        return [[self._ids[piece] for piece in result.hypotheses[0]] for result in results]

    def _by_transformers(self, rows):
        import torch

        vocabulary, config = self._vocabulary, self._config
        found = []
        for batch in _batches(rows, config.batch_tokens):
            width = max(map(len, batch))
            ids = torch.full((len(batch), width), vocabulary.pad)
            for at, row in enumerate(batch):
                ids[at, : len(row)] = torch.tensor(row)
            with torch.inference_mode():
                made = self._model.generate(
                    ids.to(self._model.device),
                    attention_mask=(ids != vocabulary.pad).to(self._model.device),
                    num_beams=config.beam,
                    # Of one translation in view there is nothing to choose.
                    **(
                        {"length_penalty": config.length_penalty, "early_stopping": True}
                        if config.beam > 1
                        else {}
                    ),
                    max_new_tokens=config.max_tokens,
                    do_sample=False,
                    min_new_tokens=_LEAST,
                    bad_words_ids=[[vocabulary.pad]],
                    # What may not come has no share of the probability, as in CTranslate2.
                    renormalize_logits=True,
                )
            for row in made[:, 1:].tolist():
                end = row.index(vocabulary.eos) + 1 if vocabulary.eos in row else None
                found.append([i for i in row[:end] if i != vocabulary.pad])
        return found


def _batches(rows, tokens):
    """Runs of rows that take at most ``tokens`` with their padding, or one row."""
    batch, width = [], 0
    for row in rows:
        width = max(width, len(row))
        if batch and width * (len(batch) + 1) > tokens:
            yield batch
            batch, width = [], len(row)
        batch.append(row)
    if batch:
        yield batch


def _load_model(folder, threads, device):
    import torch
    from transformers import MarianMTModel

    if threads:
        torch.set_num_threads(threads)
    device = _device(device, torch.cuda.device_count())
    model = MarianMTModel.from_pretrained(folder).eval().to(device)
    # What is stopped is told by its missing end.
    model.generation_config.forced_eos_token_id = None
    return model


def _device(wanted, cuda_devices):
    return ("cuda" if cuda_devices else "cpu") if wanted == "auto" else wanted
