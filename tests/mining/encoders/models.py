"""Small BERT-like models with random weights, saved the way real ones are."""

import pathlib

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

MAX_TOKENS = 64
WORDS = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] the a river library is closed on in winter freezes old bridge "
    "der die fluss ist zu alt im ##n ##s ##er 中 文 河 冬 天 桥 . , ? ! 。 ，"
).split()
TEXTS = [
    "",
    " ",
    "the river",
    "The river freezes in winter.",
    "der Fluss ist zu",
    "the library is closed on the bridge, the old bridge!",
    "冬天河。",
    "中文，桥",
    "unknown words only here",
    "rivers freezes",
    "the 河 is closed",
    "🙂 the river 🙃🙃",
    "[SEP] the [PAD] river [CLS]",
    *("river " * n for n in (5, 17, 60, MAX_TOKENS - 3, MAX_TOKENS - 2, MAX_TOKENS - 1, 700)),
    "河" * (MAX_TOKENS + 50),
    "the " * (MAX_TOKENS - 2) + "bridge",
]

_SIZES = {
    "vocab_size": len(WORDS),
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    # Large enough that texts have vectors of their own.
    "initializer_range": 0.3,
}


def save_bert(folder, seed=0, pooler=True, **config):
    """A plain BertModel of three layers and its tokenizer."""
    torch.manual_seed(seed)
    settings = {**_SIZES, "max_position_embeddings": MAX_TOKENS, **config}
    model = transformers.BertModel(transformers.BertConfig(**settings), add_pooling_layer=pooler)
    _shake(model)
    model.save_pretrained(folder, safe_serialization=True)
    transformers.BertTokenizer(vocab={word: at for at, word in enumerate(WORDS)}).save_pretrained(
        folder
    )
    return folder


def save_roberta(folder):
    """A plain XLM-RoBERTa model: positions count from behind the padding token's id."""
    torch.manual_seed(1)
    model = transformers.XLMRobertaModel(
        transformers.XLMRobertaConfig(
            **_SIZES, max_position_embeddings=MAX_TOKENS + 2, pad_token_id=1, type_vocab_size=1
        )
    )
    _shake(model)
    model.save_pretrained(folder, safe_serialization=True)
    words = ["<s>", "<pad>", "</s>", "<unk>", *WORDS[4:]]
    tokenizer = Tokenizer(
        models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "pad": "<pad>"}
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        model_max_length=MAX_TOKENS,
        **{f"{name}_token": token for name, token in names.items()},
    ).save_pretrained(folder)
    return folder


def save_distilbert(folder):
    """A plain DistilBERT model: other names, no token types, no pooler."""
    torch.manual_seed(2)
    model = transformers.DistilBertModel(
        transformers.DistilBertConfig(
            vocab_size=len(WORDS),
            dim=32,
            n_layers=3,
            n_heads=4,
            hidden_dim=48,
            max_position_embeddings=MAX_TOKENS,
            initializer_range=0.3,
        )
    )
    _shake(model)
    model.save_pretrained(folder, safe_serialization=True)
    transformers.BertTokenizer(vocab={word: at for at, word in enumerate(WORDS)}).save_pretrained(
        folder
    )
    return folder


def _shake(model):
    """Gives biases and norms values of their own, which initialisation leaves at 0 and 1."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("bias") or "Norm" in name or "norm" in name:
                weight += 0.2 * torch.randn_like(weight)


def save_sentence_transformer(folder, plain, pooling="cls", dense=(), **transformer):
    """The plain model in ``plain`` as sentence-transformers saves it; returns that library's
    model too. dense: (width, activation) of each Dense module; transformer: its settings."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules.dense import Dense
    from sentence_transformers.base.modules.normalize import Normalize
    from sentence_transformers.base.modules.transformer import Transformer
    from sentence_transformers.sentence_transformer.modules.pooling import Pooling

    torch.manual_seed(3)
    modules = [Transformer(str(plain), **transformer), Pooling(32, pooling_mode=pooling)]
    width = 32
    for out, activation in dense:
        modules.append(Dense(width, out, activation_function=activation))
        width = out
    made = SentenceTransformer(modules=[*modules, Normalize()], device="cpu")
    made.save(str(folder), safe_serialization=True)
    return pathlib.Path(folder), made
