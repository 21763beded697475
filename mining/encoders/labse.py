"""LaBSE (Feng et al. 2022) and BERT models of its shape: pooler output, unit length.

The model is read from the Hugging Face hub or a folder, weights from safetensors only, no code.
"""

import hashlib
import pathlib
import re

import numpy as np

from mining.encoders.base import Encoded, ahead
from mining.errors import InputError
from mining.vectors import unit_rows

#: tokens a text is cut to (sentence-transformers/LaBSE: max_seq_length)
MAX_TOKENS = 256
_BATCH_TOKENS = 8192


class LabseEncoder:
    """See mining.encoders.base.Encoder. ``model`` is a hub name or a folder."""

    def __init__(self, model, threads=0):
        try:
            import torch
            import transformers
        except ImportError:
            raise InputError(
                "encoder labse needs torch and transformers; install bitext-mining[labse]"
            ) from None
        self._torch = torch
        if threads:
            torch.set_num_threads(threads)
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        folder = self._folder(model)
        self._tokenizer, self._model = self._load(transformers, folder)
        self.dim = self._model.config.hidden_size
        self.fingerprint = _fingerprint(folder)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(self._device).eval()
        local = pathlib.Path(model).is_dir()
        stem = re.sub(r"[^A-Za-z0-9.-]+", "-", folder.name) if local else "labse"
        self.name = f"{stem}-{self.fingerprint[:8]}" if local else "labse"

    @staticmethod
    def _folder(model):
        """The local folder of ``model``, fetched from the hub if it is a hub name."""
        if pathlib.Path(model).is_dir():
            folder = pathlib.Path(model).resolve()
        else:
            import huggingface_hub

            try:
                folder = huggingface_hub.snapshot_download(
                    model, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"]
                )
            except Exception as error:
                raise InputError(
                    f"the model hub can't be reached for {model} ({type(error).__name__}); give "
                    "a local folder with the model as the encoder, or use the embedded one: muse"
                ) from None
            folder = pathlib.Path(folder)
        if not (folder / "model.safetensors").is_file():
            raise InputError(
                f"{folder}: no model.safetensors; pickled weights are not read because loading "
                "them can run code: save the model with safe_serialization=True"
            )
        return folder

    @staticmethod
    def _load(transformers, folder):
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            model, info = transformers.BertModel.from_pretrained(
                folder, use_safetensors=True, output_loading_info=True
            )
        except Exception as error:
            raise InputError(f"{folder}: the model can't be loaded: {error}") from None
        if info["missing_keys"]:
            missing = sorted(info["missing_keys"])[0]
            raise InputError(f"{folder}: not a BERT model with a pooler: {missing} is missing")
        return tokenizer, model

    def encode(self, texts):
        if not texts:
            return np.empty((0, self.dim), np.float32)
        torch = self._torch
        ids = self._tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
        # Sorted by length, a batch has next to no padding.
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        vectors = np.empty((len(texts), self.dim), np.float32)
        with torch.inference_mode():
            for rows in _batches(order, ids):
                batch = self._tokenizer.pad({"input_ids": [ids[r] for r in rows]})
                inputs = {
                    name: torch.tensor(batch[name], device=self._device)
                    for name in ("input_ids", "attention_mask")
                }
                vectors[rows] = self._model(**inputs).pooler_output.float().cpu().numpy()
        return unit_rows(vectors)

    def stream(self, windows):
        return ahead(windows, list, lambda texts: Encoded(self.encode(texts), 0, 0, 0))


def _batches(order, ids):
    """Runs of ``order`` of at most _BATCH_TOKENS tokens, padding counted."""
    batch = []
    for row in order:
        if batch and len(ids[row]) * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    yield batch


def _fingerprint(folder):
    """sha256 over the names and bytes of the files that decide the vectors."""
    digest = hashlib.sha256(f"pooler {MAX_TOKENS}".encode())
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".safetensors", ".txt", ".model"):
            digest.update(path.name.encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]
