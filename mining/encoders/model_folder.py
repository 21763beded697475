"""A model's folder, read and checked: the weights of a BERT-like encoder under names of ours, its
tokenizer, and what makes a sentence's vector of its output. No code and no pickle is ever loaded.

Two layouts are known: that of sentence-transformers (``modules.json``: Transformer, Pooling, Dense,
Normalize) and a plain transformers model, whose sentence vector is the pooler's output.
"""

import dataclasses
import hashlib
import json
import pathlib

from mining.errors import InputError

#: what transformers calls the architectures that are computed here
ARCHITECTURES = ("bert", "roberta", "xlm-roberta", "camembert", "distilbert")
_POOLINGS = {"cls": "cls", "mean": "mean"}
_ACTIVATIONS = {"Tanh": "tanh", "Identity": "none", "ReLU": "relu", "GELU": "gelu"}
_HIDDEN_ACTIVATIONS = {
    "gelu": "gelu",
    "relu": "relu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
}
_KINDS_READ = (".json", ".safetensors", ".txt", ".model")

# Our name of each part of a layer, and what the files call it.
_BERT_LAYER = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "context": "attention.output.dense",
    "context_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "output_norm": "output.LayerNorm",
}
_DISTILBERT_LAYER = {
    "query": "attention.q_lin",
    "key": "attention.k_lin",
    "value": "attention.v_lin",
    "context": "attention.out_lin",
    "context_norm": "sa_layer_norm",
    "widen": "ffn.lin1",
    "narrow": "ffn.lin2",
    "output_norm": "output_layer_norm",
}


@dataclasses.dataclass(frozen=True)
class Dense:
    """A layer on the pooled vector: weight [out, in], bias [out] or None; activation: one of
    ``none``, ``tanh``, ``relu``, ``gelu``."""

    weight: object
    bias: object
    activation: str


@dataclasses.dataclass(frozen=True)
class Model:
    """Everything that decides a sentence's vector.

    embeddings: torch tensors ``words`` [vocabulary, hidden], ``positions`` [most, hidden] with the
    token type's added, from the first position that a token can have, and the norm's ``weight``
    and ``bias``. layers: for each a dict of part (see mining.encoders.bert) to (weight, bias).
    activation: of the wide layer. pooling: ``cls`` or ``mean``. dense: what follows it. prompt:
    put before every text. max_tokens: special ones included; longer texts are cut.
    """

    tokenizer: object
    embeddings: dict
    layers: list
    heads: int
    epsilon: float
    activation: str
    pooling: str
    dense: list
    prompt: str
    max_tokens: int
    dim: int
    fingerprint: str


def read_model(folder):
    """Model out of a folder; InputError for one that is missing something, damaged, or of an
    architecture or a pooling that is not computed here."""
    folder = pathlib.Path(folder)
    try:
        return _read(folder)
    except InputError as error:
        raise InputError(f"{folder}: {_line(error)}") from None
    except Exception as error:
        raise InputError(f"{folder}: the model can't be loaded: {_line(error)}") from None


def _line(error):
    return " ".join(str(error).split()) or type(error).__name__


def _read(folder):
    parts = _Parts(folder)
    config = _json(parts.transformer / "config.json")
    architecture = config.get("model_type")
    if architecture not in ARCHITECTURES:
        raise InputError(
            f"the architecture {architecture} is not computed here; those are "
            f"{', '.join(ARCHITECTURES)}"
        )
    if config.get("position_embedding_type", "absolute") != "absolute" or config.get("is_decoder"):
        raise InputError("a model with relative positions or a decoder is not computed here")
    hidden_activation = config.get("hidden_act", config.get("activation", "gelu"))
    if hidden_activation not in _HIDDEN_ACTIVATIONS:
        raise InputError(f"the activation {hidden_activation} is not computed here")
    weights = _Weights(parts.transformer)
    is_distilled = architecture == "distilbert"
    hidden = config["dim"] if is_distilled else config["hidden_size"]
    embeddings = _embeddings(weights, config, hidden)
    layers = _layers(weights, config, hidden, is_distilled)
    dense = parts.dense(hidden)
    if parts.pooling is None:
        # A plain model: what transformers calls pooler_output.
        weight, bias = weights.pair("pooler.dense", (hidden, hidden))
        dense = [Dense(weight, bias, "tanh")]
    tokenizer, max_tokens = _tokenizer(parts, embeddings)
    return Model(
        tokenizer=tokenizer,
        embeddings=embeddings,
        layers=layers,
        heads=config["n_heads"] if is_distilled else config["num_attention_heads"],
        epsilon=config.get("layer_norm_eps", 1e-12),
        activation=_HIDDEN_ACTIVATIONS[hidden_activation],
        pooling=parts.pooling or "cls",
        dense=dense,
        prompt=parts.prompt,
        max_tokens=max_tokens,
        dim=dense[-1].weight.shape[0] if dense else hidden,
        fingerprint=_fingerprint(folder, parts.folders),
    )


class _Parts:
    """What sentence-transformers' files say; of a plain model that there are none.

    transformer: folder of the transformer. pooling: ``cls``, ``mean``, or None for a plain model.
    settings: of the transformer. prompt: text before all texts. folders: all that are read.
    """

    def __init__(self, folder):
        self.transformer, self.pooling, self.prompt, self.settings = folder, None, "", {}
        self.folders, self._dense = [folder], []
        if not (folder / "modules.json").is_file():
            return
        kinds = [
            (module["type"].rpartition(".")[2], folder / module["path"])
            for module in _json(folder / "modules.json")
        ]
        self.folders += [path for _, path in kinds if path != folder]
        names = [kind for kind, _ in kinds]
        if names[:2] != ["Transformer", "Pooling"] or set(names[2:]) - {"Dense", "Normalize"}:
            raise InputError(
                f"modules {', '.join(names)}: computed are Transformer, Pooling, Dense, Normalize"
            )
        if "Normalize" in names[:-1]:
            raise InputError("modules.json: Normalize is computed as the last module only")
        self.transformer = kinds[0][1]
        path = self.transformer / "sentence_bert_config.json"
        self.settings = _json(path) if path.is_file() else {}
        self.pooling = _pooling(kinds[1][1] / "config.json")
        self._dense = [path for kind, path in kinds if kind == "Dense"]
        path = folder / "config_sentence_transformers.json"
        prompts = _json(path) if path.is_file() else {}
        if name := prompts.get("default_prompt_name"):
            self.prompt = prompts["prompts"][name]

    def dense(self, width):
        """The Dense layers, in order, over vectors of ``width`` components."""
        found = []
        for path in self._dense:
            config = _json(path / "config.json")
            kind = config.get("activation_function", "torch.nn.modules.activation.Tanh")
            activation = _ACTIVATIONS.get(kind.rpartition(".")[2])
            source = config.get("module_input_name", "sentence_embedding")
            target = config.get("module_output_name") or source
            if (
                not activation
                or config.get("use_residual")
                or {source, target} != {"sentence_embedding"}
            ):
                raise InputError(f"{path.name}: a Dense module of a kind that is not computed here")
            shape = (config["out_features"], config["in_features"])
            if shape[1] != width:
                raise InputError(f"{path.name}: takes {shape[1]} components and gets {width}")
            weights = _Weights(path)
            weight = weights.get("linear.weight", shape)
            bias = weights.get("linear.bias", shape[:1]) if config.get("bias", True) else None
            found.append(Dense(weight, bias, activation))
            width = shape[0]
        return found


def _pooling(path):
    config = _json(path)
    modes = config.get("pooling_mode")
    if modes is None:
        # As sentence-transformers wrote it before there was one name for it.
        modes = [
            name.removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens")
            for name, chosen in config.items()
            if name.startswith("pooling_mode_") and chosen
        ]
    modes = [modes] if isinstance(modes, str) else modes
    if len(modes) != 1 or modes[0] not in _POOLINGS or not config.get("include_prompt", True):
        raise InputError(
            f"{path.parent.name}: pooling {', '.join(modes) or 'none'}; computed are cls and mean"
        )
    return _POOLINGS[modes[0]]


class _Weights:
    """The tensors of a folder's safetensors file or files, mapped, not read into memory."""

    def __init__(self, folder):
        import safetensors

        names = ["model.safetensors"]
        index = folder / "model.safetensors.index.json"
        if index.is_file():
            names = sorted(set(_json(index)["weight_map"].values()))
        elif not (folder / names[0]).is_file():
            raise InputError(
                f"no model.safetensors in {folder.name}; pickled weights are not read because "
                "loading them can run code: save the model with safe_serialization=True"
            )
        self._tensors = {}
        for name in names:
            with safetensors.safe_open(folder / name, framework="pt") as file:
                for key in file.keys():  # noqa: SIM118
                    self._tensors[_renamed(key)] = file.get_tensor(key)

    def get(self, name, shape):
        """The tensor of that name; InputError where it is missing, of another shape, or holds
        what is no number."""
        tensor = self._tensors.get(name)
        if tensor is None:
            raise InputError(f"not a BERT model with all its weights: {name} is missing")
        if tuple(tensor.shape) != tuple(shape):
            raise InputError(f"{name} is {tuple(tensor.shape)}, the config says {tuple(shape)}")
        if not tensor.is_floating_point() or not tensor.sum(dtype=_double()).isfinite():
            raise InputError(f"{name} holds values that are not finite numbers")
        return tensor

    def pair(self, name, shape):
        """(weight, bias) of a layer; the bias is as long as the weight has rows."""
        return self.get(f"{name}.weight", shape), self.get(f"{name}.bias", shape[:1])

    def __contains__(self, name):
        return name in self._tensors

    def rows(self, name):
        """How many rows the tensor has; 0 where there is none."""
        return len(self._tensors[name]) if name in self._tensors else 0


def _double():
    import torch

    return torch.float64


def _renamed(key):
    for prefix in ("bert.", "roberta.", "distilbert.", "model."):
        key = key.removeprefix(prefix)
    return key.replace("LayerNorm.gamma", "LayerNorm.weight").replace(
        "LayerNorm.beta", "LayerNorm.bias"
    )


def _embeddings(weights, config, hidden):
    name = "embeddings.word_embeddings.weight"
    words = weights.get(name, (weights.rows(name) or config["vocab_size"], hidden))
    name = "embeddings.position_embeddings.weight"
    positions = weights.get(name, (config["max_position_embeddings"], hidden)).float()
    if "roberta" in config["model_type"] or config["model_type"] == "camembert":
        # RoBERTa counts from the padding token's id; that row is for padding.
        positions = positions[config.get("pad_token_id", 1) + 1 :]
    types = "embeddings.token_type_embeddings.weight"
    if types in weights:
        positions = positions + weights.get(types, (weights.rows(types), hidden))[0].float()
    weight, bias = weights.pair("embeddings.LayerNorm", (hidden,))
    return {"words": words, "positions": positions, "weight": weight, "bias": bias}


def _layers(weights, config, hidden, is_distilled):
    wide = config["hidden_dim"] if is_distilled else config["intermediate_size"]
    shapes = dict.fromkeys(_BERT_LAYER, (hidden, hidden))
    shapes.update(widen=(wide, hidden), narrow=(hidden, wide))
    shapes.update(context_norm=(hidden,), output_norm=(hidden,))
    names = _DISTILBERT_LAYER if is_distilled else _BERT_LAYER
    stem = "transformer.layer" if is_distilled else "encoder.layer"
    count = config["n_layers"] if is_distilled else config["num_hidden_layers"]
    return [
        {
            part: weights.pair(f"{stem}.{number}.{name}", shapes[part])
            for part, name in names.items()
        }
        for number in range(count)
    ]


def _tokenizer(parts, embeddings):
    """(tokenizer of the library tokenizers, most tokens of a text), made to cut and not to pad."""
    import tokenizers
    import transformers

    transformers.utils.logging.set_verbosity_error()
    loaded = transformers.AutoTokenizer.from_pretrained(parts.transformer, trust_remote_code=False)
    tokenizer = getattr(loaded, "backend_tokenizer", None)
    if tokenizer is None:
        raise InputError("the tokenizer is none of the library tokenizers (tokenizer.json)")
    if parts.settings.get("do_lower_case"):
        before = [tokenizer.normalizer] if tokenizer.normalizer is not None else []
        tokenizer.normalizer = tokenizers.normalizers.Sequence(
            [tokenizers.normalizers.Lowercase(), *before]
        )
    longest = parts.settings.get("max_seq_length") or loaded.model_max_length
    longest = min(longest, len(embeddings["positions"]))
    least = tokenizer.num_special_tokens_to_add(is_pair=False)
    if longest <= least:
        raise InputError(f"a text of {longest} tokens has no room beside {least} special ones")
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    known = len(embeddings["words"])
    top = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1)
    if not tokenizer.encode("").ids or top >= known:
        raise InputError(
            f"the tokenizer doesn't fit the model: its ids go up to {top}, the model knows {known}"
            if top >= known
            else "the tokenizer doesn't fit the model: it puts no special tokens around a text"
        )
    return tokenizer, longest


def _json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path.name} is missing; give the folder of a saved model") from None
    except ValueError:
        raise InputError(f"{path.name} is no JSON") from None


def _fingerprint(root, folders):
    """sha256 over the names and bytes of the files that decide the vectors."""
    digest = hashlib.sha256()
    paths = {path for folder in folders for path in folder.iterdir() if path.is_file()}
    for path in sorted(paths):
        if path.suffix in _KINDS_READ:
            digest.update(path.relative_to(root).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]
