"""Every knob of the check by translation: frozen dataclasses, with unit, default and its source.

A preset is a whole set of them; docs/method.md, "Training the check", has the figures behind.
"""

import dataclasses

from mining.errors import InputError

#: tokens that a row may have: as many positions are in a model
MAX_TOKENS = 1024


def _check_longest(stage, tokens):
    if tokens > MAX_TOKENS:
        raise InputError(f"{stage}.max_tokens={tokens}: give at most {MAX_TOKENS:,}")


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """The shape of a Transformer (Vaswani et al. 2017), encoder and decoder, one vocabulary.

    The defaults are Transformer-base's (there, table 3).
    """

    #: components of a token's vector, and of the layer between the two products of a feed-forward
    dim: int = 512
    feed_forward: int = 2048
    encoder_layers: int = 6
    decoder_layers: int = 6
    #: heads of attention; dim is a multiple
    heads: int = 8
    #: between the two products of a feed-forward: relu, gelu or swish
    activation: str = "relu"
    #: share of values dropped of each sublayer's output and of the embeddings
    dropout: float = 0.1

    def __post_init__(self):
        if self.dim % (2 * self.heads):
            raise InputError(f"model.dim={self.dim}: give a multiple of 2 x heads={self.heads}")
        if self.activation not in ACTIVATIONS:
            raise InputError(
                f"model.activation={self.activation}: give one of {', '.join(ACTIVATIONS)}"
            )
        if not 0 <= self.dropout < 1:
            raise InputError(f"model.dropout={self.dropout}: give a share, at least 0 and below 1")


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """How a model is trained. Defaults are those of Transformer-base where no source is named.

    The budget is in updates, never in seconds, so that the same data give the same model.
    """

    #: most updates of the weights
    updates: int = 100_000
    #: tokens an update, both sides, padding not counted (there, section 5.1: 25,000 a side)
    tokens: int = 50_000
    #: parts of an update, computed one after the other, or on a CPU at once, one a core; more take
    #: less memory each and give the same update, but for rounding
    parts: int = 8
    #: greatest learning rate, reached after ``warmup`` updates; there, section 5.3, it is
    #: (dim x warmup) ** -0.5
    learning_rate: float = 7e-4
    warmup: int = 4000
    #: what it does then: inverse_sqrt, or linear, down to 0 at the last update
    schedule: str = "inverse_sqrt"
    #: label smoothing (there, section 5.4)
    smoothing: float = 0.1
    #: adamw, or muon (Jordan et al. 2024) for all matrices but embeddings, with adamw for the rest
    optimizer: str = "adamw"
    #: muon's greatest learning rate (there: .02), which rises and falls as the other one does
    matrix_rate: float = 0.02
    #: AdamW's (there, section 5.3); the decay is of matrices and embeddings
    beta1: float = 0.9
    beta2: float = 0.98
    epsilon: float = 1e-9
    weight_decay: float = 0.0
    #: greatest norm of an update's gradient, to which a longer one is cut
    clip: float = 1.0
    #: updates from one evaluation on the dev part, with a checkpoint, to the next
    evaluate_every: int = 1000
    #: evaluations without a better dev loss after which training ends early
    patience: int = 10
    #: checkpoints whose mean is the result, the best and those before it (there, section 6.1: 5)
    average: int = 5
    #: most tokens of a side; longer pairs are left out
    max_tokens: int = 256
    #: auto, float32, bfloat16 or float16: how products are computed; auto takes bfloat16 where the
    #: device multiplies it, else float16 on a GPU, float32 on a CPU
    precision: str = "auto"
    seed: int = 1

    def __post_init__(self):
        least_one = ("updates", "tokens", "parts", "warmup", "evaluate_every", "patience")
        for name in (*least_one, "average", "max_tokens"):
            if getattr(self, name) < 1:
                raise InputError(f"train.{name}={getattr(self, name)}: give at least 1")
        _check_longest("train", self.max_tokens)
        for name in ("learning_rate", "matrix_rate", "clip", "epsilon"):
            if not getattr(self, name) > 0:
                raise InputError(f"train.{name}={getattr(self, name)}: give more than 0")
        if not 0 <= self.smoothing < 1:
            raise InputError(f"train.smoothing={self.smoothing}: give at least 0 and below 1")
        for name, known in (
            ("schedule", SCHEDULES),
            ("precision", PRECISIONS),
            ("optimizer", OPTIMIZERS),
        ):
            if getattr(self, name) not in known:
                raise InputError(
                    f"train.{name}={getattr(self, name)}: give one of {', '.join(known)}"
                )

    def slower(self, share):
        """This with all learning rates at a share of what they are."""
        return dataclasses.replace(
            self,
            learning_rate=share * self.learning_rate,
            matrix_rate=share * self.matrix_rate,
        )


ACTIVATIONS = ("relu", "gelu", "swish")
OPTIMIZERS = ("adamw", "muon")
SCHEDULES = ("inverse_sqrt", "linear")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")


@dataclasses.dataclass(frozen=True)
class Preset:
    """A model, its training, and the size of its vocabulary."""

    model: ModelConfig
    train: TrainConfig
    #: subwords, of both sides together
    vocabulary: int
    #: training that goes on with selected pairs, or None
    select: TrainConfig | None = None


_BIG = TrainConfig(updates=120_000, tokens=20_000, evaluate_every=2000, patience=20)

#: by name; docs/method.md, "Training the check", says where each number is from
PRESETS = {
    "tiny": Preset(
        ModelConfig(
            dim=128,
            feed_forward=512,
            encoder_layers=3,
            decoder_layers=1,
            heads=2,
            dropout=0.0,
        ),
        TrainConfig(
            updates=3000,
            tokens=2000,
            parts=2,
            learning_rate=4e-3,
            warmup=300,
            schedule="linear",
            optimizer="muon",
            evaluate_every=250,
            average=1,
        ),
        vocabulary=4000,
    ),
    "base": Preset(ModelConfig(), TrainConfig(), vocabulary=32_000),
    # Feng et al. 2022 train Transformer-big 120,000 steps with batches of 10,000 tokens, and then
    # 80,000 on the selected fifth.
    "big": Preset(
        ModelConfig(dim=1024, feed_forward=4096, heads=16, dropout=0.3),
        dataclasses.replace(_BIG, learning_rate=5e-4),
        vocabulary=32_000,
        select=dataclasses.replace(_BIG, updates=80_000, learning_rate=1e-4),
    ),
}


@dataclasses.dataclass(frozen=True)
class DataConfig:
    """What is trained on and what is held out of it."""

    #: sites of the real sample whose gold is the test, and the dev part that says when to stop
    test_site: str = "rows-and-columns.example"
    dev_site: str = "first-boot.example"
    #: most pairs of each: a thousand sentences are what test sets of shared tasks have or more
    test_pairs: int = 1000
    dev_pairs: int = 1000
    #: fewest pairs of a test or dev part that is cut from a corpus of unknown sites
    min_test_pairs: int = 100
    #: greatest share of such a corpus that may be of a site that is held out
    max_site_share: float = 0.1
    #: rapidfuzz's ratio of two texts, 0 to 1, from which a pair says nearly what a test's says and
    #: is not trained on (Lee et al. 2022 take .8 of their edit similarity for near-duplicates)
    max_similarity: float = 0.8
    #: fewest pairs to train on: with fewer, models learn to write the language, not to translate
    #: (Koehn & Knowles 2017, section 3.2, start to be of use far above)
    min_pairs: int = 10_000
    #: greatest share of pairs that are the same on both sides
    max_copies: float = 0.5
    #: pairs whose sides' languages are looked at, spread evenly over all
    language_sample: int = 1000


@dataclasses.dataclass(frozen=True)
class VocabularyConfig:
    """The subwords of both sides together; the preset has the size."""

    size: int = 32_000
    #: share of all characters that are in it; of a pair with Chinese, half of whose characters are
    #: English, it is sentencepiece's advice of .9995 for Chinese
    coverage: float = 0.9998
    #: most texts it is trained on, spread evenly over the pairs of both sides
    texts: int = 1_000_000

    def __post_init__(self):
        if not 0.98 <= self.coverage <= 1:
            raise InputError(f"vocabulary.coverage={self.coverage}: give .98 to 1")


@dataclasses.dataclass(frozen=True)
class DecodeConfig:
    """How a trained model translates."""

    #: translations that are kept in view, and the power of their length that their scores are
    #: divided by (Vaswani et al. 2017, section 6.1: 4 and 0.6, of another form of penalty)
    beam: int = 4
    length_penalty: float = 1.0
    #: float32, int8, float16 or int8_float16 by CTranslate2, or transformers, which is slower
    compute: str = "float32"
    #: most tokens of a text and of its translation; longer texts are cut, and counted
    max_tokens: int = 256
    #: tokens of texts, padding counted, that are translated at a time
    batch_tokens: int = 4096
    #: texts that are sorted by length and handed over together
    window: int = 2048

    def __post_init__(self):
        _check_longest("decode", self.max_tokens)
        if self.compute not in COMPUTE:
            raise InputError(f"decode.compute={self.compute}: give one of {', '.join(COMPUTE)}")


COMPUTE = ("float32", "int8", "float16", "int8_float16", "transformers")


@dataclasses.dataclass(frozen=True)
class SelectConfig:
    """Contrastive selection of pairs to train on (Wang et al. 2018)."""

    #: share of a corpus that is kept (Feng et al. 2022: the best 20 %)
    share: float = 0.2
    #: fewest trusted pairs to tune a model with
    min_trusted: int = 100
    #: how often tuning sees each trusted pair, and its greatest learning rate as a share of
    #: training's: enough that the two models differ, too little to forget the corpus
    epochs: int = 3
    rate: float = 0.1
    #: most pairs of a gold that a comparison trusts
    trusted: int = 1000

    def __post_init__(self):
        if not 0 < self.share <= 1:
            raise InputError(f"select.share={self.share}: give more than 0 and at most 1")
        if self.epochs < 1 or not self.rate > 0:
            raise InputError(
                f"select.epochs={self.epochs}, select.rate={self.rate}: give at least 1, and more "
                "than 0"
            )
