"""A model of LaBSE's shape with random weights, in the layout of sentence-transformers.

Its words are learned from the texts that are to be encoded; the rest of the 501,153 rows are there
and not used.
"""

import torch
import transformers
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.dense import Dense
from sentence_transformers.base.modules.normalize import Normalize
from sentence_transformers.base.modules.transformer import Transformer
from sentence_transformers.sentence_transformer.modules.pooling import Pooling
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

VOCABULARY = 501_153
MAX_TOKENS = 256
_LEARNED = 30_000
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def save(folder, texts, spread=0.04, seed=0):
    """Saves the model in ``folder``; spread: standard deviation of the weights, chosen so that
    texts get vectors that differ (BERT's own start, .02, puts them all in one corner)."""
    torch.manual_seed(seed)
    model = transformers.BertModel(
        transformers.BertConfig(
            vocab_size=VOCABULARY,
            hidden_size=768,
            num_hidden_layers=12,
            num_attention_heads=12,
            intermediate_size=3072,
            max_position_embeddings=512,
            initializer_range=spread,
        )
    )
    model.save_pretrained(folder, safe_serialization=True)
    del model
    transformers.BertTokenizer(
        vocab=_vocabulary(texts), do_lower_case=False, model_max_length=MAX_TOKENS
    ).save_pretrained(folder)
    modules = [
        Transformer(str(folder), max_seq_length=MAX_TOKENS),
        Pooling(768, pooling_mode="cls"),
        Dense(768, 768, activation_function=torch.nn.Tanh()),
        Normalize(),
    ]
    torch.nn.init.normal_(modules[2].linear.weight, std=spread)
    SentenceTransformer(modules=modules, device="cpu").save(str(folder), safe_serialization=True)


def _vocabulary(texts):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=_LEARNED, special_tokens=_SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer.get_vocab()
