"""Every knob of every stage: one frozen dataclass a stage, with unit, default and its source.

A manifest holds the stage's config; another config means the stage is done again (EmbedConfig names
exceptions). ``version`` is raised when the same input and knobs would give other rows. FetchConfig,
which changes no row, is in no manifest and has no version.
"""

import dataclasses
import hashlib
import json
import math

from mining.errors import InputError

_LONGEST_WAIT = 86_400.0
# A rank is an int16 in the corpus.
_MOST_NEIGHBOURS = 32_767


@dataclasses.dataclass(frozen=True)
class ExtractConfig:
    """From WARC records to unique sentences."""

    version: int = 2
    #: sentence shards a language, set by hash of the text
    shards: int = 4
    #: fewest and most characters of a sentence (LaBSE paper, section 3.1: 10 to 5,000)
    min_chars: int = 10
    max_chars: int = 5000
    #: the same lower bound for Chinese: docs/method.md, "Length of a Chinese sentence"
    min_chars_zh: int = 4
    #: shares of a sentence's characters; docs/method.md, "Quality filters". Least share of
    #: different ones among its 4-grams of characters
    min_distinct_share: float = 0.5
    #: greatest share of digits in letters and digits, least share of letters in letters and marks;
    #: a character of Han, kana or hangul counts as two letters
    max_digit_share: float = 0.6
    min_letter_share: float = 0.5
    #: greatest share of code in code and prose
    max_code_share: float = 0.5
    #: greatest share of phrases that sites put around their content
    max_boilerplate_share: float = 0.6
    #: characters of a text block that are looked at as one; a longer one is cut, not dropped
    max_block_chars: int = 10_000
    #: bytes of a page's decoded body; a longer one is rejected
    max_page_bytes: int = 10_000_000
    #: depth of nested elements; extraction takes quadratic time beyond, and browsers nest no deeper
    #: (Blink's HTML parser: 512)
    max_depth: int = 512
    #: fastText's probability from which its word alone counts (facts: both P and R ≥ .97)
    min_lang_prob: float = 0.5
    #: fastText's probability from which a text block is held to be all in one language
    min_pure_prob: float = 0.9
    #: characters of a text block up to which it takes min_pure_prob to be in another language than
    #: most of its page
    short_chars: int = 30
    #: pages of one host from which a sentence that recurs on them is marked as furniture
    min_furniture_pages: int = 5
    #: characters of a page's text in one language from which it is compared with other pages
    min_page_chars: int = 500


@dataclasses.dataclass(frozen=True)
class EmbedConfig:
    """From sentences to vectors. The encoder's fingerprint is kept beside it.

    ``window`` and ``tries`` change no vector beyond its rounding, no more than taking over a known
    one does, so that others of them mean nothing has to be done again.
    """

    version: int = 2
    #: counts by its fingerprint, not by what it was called
    encoder: str = "labse"
    #: auto, float32, bfloat16, float16 or int8: how labse and its kind compute
    #: (mining/encoders/labse.py); what each loses is in docs/benchmarks.md
    precision: str = "auto"
    #: sentences that are read, sorted by length and encoded together. More take more memory, fewer
    #: have more padding
    window: int = 65_536
    #: tries of a shard, before the job goes on without it and says so at its end
    tries: int = 3

    def deciding(self):
        """What has a say in the vectors of an encoder, as a dict."""
        fields = dataclasses.asdict(self).items()
        return {name: value for name, value in fields if name not in _WITHOUT_A_SAY}


_WITHOUT_A_SAY = frozenset(("encoder", "window", "tries"))


@dataclasses.dataclass(frozen=True)
class MineConfig:
    """From vectors to nearest neighbours."""

    version: int = 1
    #: neighbours of each sentence in each direction (Artetxe & Schwenk 2019: 4)
    k: int = 4
    #: shards of the other language that a work item goes through, one at a time: more of them give
    #: fewer and smaller partial results, fewer give more items to work on at once
    index_shards: int = 8
    #: auto, exact, ivf_flat, ivf_pq or hnsw; docs/method.md, "Which search"
    index: str = "auto"
    #: with auto: pairs of sentences (English x other) up to which search is exact; this many take
    #: about a quarter of an hour on two cores
    exact_pairs: int = 100_000_000_000
    #: with auto: sentences in the largest shard up to which whole vectors are held (2 KB each with
    #: 512 dimensions); above, product quantisation
    flat_rows: int = 4_000_000
    #: lists of an inverted index, in square roots of the number of its vectors
    lists_per_root: float = 1.5
    #: lists that a query looks into; docs/method.md, "Which search"
    probes: int = 80
    #: bytes of a quantised vector, as far as the dimensions divide by it
    pq_bytes: int = 64
    #: quantised candidates whose cosines are computed, for each neighbour
    pq_candidates: int = 16
    #: links of a node of HNSW, and how many nodes are kept in view while building and searching
    #: (Malkov & Yashunin 2018: M, efConstruction, ef)
    hnsw_links: int = 32
    hnsw_build: int = 100
    hnsw_search: int = 128
    #: queries of each direction on which approximate search is compared with exact
    recall_sample: int = 1000

    def __post_init__(self):
        if self.k > _MOST_NEIGHBOURS:
            raise InputError(f"mine.k={self.k}: give at most {_MOST_NEIGHBOURS}")


@dataclasses.dataclass(frozen=True)
class CorpusConfig:
    """From nearest neighbours to pairs."""

    version: int = 5
    #: ratio, distance or absolute (Artetxe & Schwenk 2019: ratio is best)
    margin: str = "ratio"
    #: max, intersect, union, forward or backward (LASER's mine_bitexts: max)
    retrieval: str = "max"
    #: a pair's margin must be above it; docs/method.md, "The thresholds"
    min_margin: float = 1.06
    #: a pair's cosine must be at least this: ratios inflate on small corpora; where
    #: min_page_support other good pairs of its two pages (one at least) or alignment speak for it,
    #: its cosine times a margin above min_margin_alone must: what is short or free has a low one
    min_cosine: float = 0.4
    #: a pair whose two pages share fewer other pairs than min_page_support needs a margin above
    #: min_margin_alone
    min_page_support: int = 2
    min_margin_alone: float = 1.2
    #: what min_page_support other good pairs of its two pages (one at least) add to a pair's
    #: margin, when pairs are matched and at min_margin; docs/method.md, "Pages that go together"
    page_bonus: float = 0.1
    #: fewest pairs of two pages that come in the same order on both, and the least share of their
    #: pairs that do, for the pages to be aligned; docs/method.md, "Page by page"
    min_page_chain: int = 3
    min_page_order: float = 0.8
    #: least order_agreement; 0: pairs that break the order of their pages may pass
    min_order_agreement: float = 1.0
    #: what a sentence that is left alone costs in alignment, where two that have nothing to do with
    #: each other cost about 1 (docs/method.md); 0: no alignment
    skip_cost: float = 0.6
    #: what is added to the margin of a pair that alignment found, in place of page_bonus; as that
    align_bonus: float = 0.1
    #: least number_agreement, negation_agreement, name_agreement and ascii_agreement: what each
    #: refuses is in docs/method.md, "Near misses"
    min_number_agreement: float = 1.0
    min_negation_agreement: float = 1.0
    min_name_agreement: float = 1.0
    min_ascii_agreement: float = 1.0
    #: greatest length_ratio
    max_length_ratio: float = 3.0
    #: a pair with copy_similarity at or above it is a copy, not a translation
    max_copy_similarity: float = 0.9
    #: least language_agreement; 0 refuses nothing, for the extraction has judged the language with
    #: its context, and short technical sentences by themselves are told wrong (docs/method.md)
    min_language_agreement: float = 0.0
    #: greatest fan: more pairs than that alike but for digits are what a template made
    max_fan: float = 20.0
    #: how many sides of a pair, of 2, must stand on a page that repeats no other: mirrored sites
    #: would fill the corpus
    min_original_pages: int = 1
    #: pairs a Parquet file
    rows_per_file: int = 500_000


@dataclasses.dataclass(frozen=True)
class PlantConfig:
    """From known pairs to precision and recall by threshold."""

    version: int = 1
    #: known pairs that are planted, chosen by hash: more take longer and tell little more
    max_pairs: int = 10_000
    #: known pairs below which a line warns that the estimate is rough; docs/method.md, "Planted
    #: pairs"
    min_pairs: int = 300
    #: pairs of the corpus, evenly spaced by margin, whose margins are taken apart
    corpus_pairs: int = 20_000
    #: resamples of the planted pairs that the interval is from
    resamples: int = 200
    #: share of the corpus's margins that may not fit before a line warns of it
    max_misfit: float = 0.15


@dataclasses.dataclass(frozen=True)
class ScoreConfig:
    """From an existing bitext to scored pairs."""

    version: int = 1
    #: most characters of a side, as of a sentence; a line with a longer one is not scored
    max_chars: int = ExtractConfig.max_chars
    #: pairs that are scored together and become a file: the unit of work, within which `fan` counts
    #: and names are learnt
    rows_per_file: int = 65_536
    #: pairs up to which margins are computed if nothing else is asked for: the search for
    #: neighbours takes quadratic time (docs/method.md, "Scores of an existing bitext")
    max_margin_pairs: int = 300_000


@dataclasses.dataclass(frozen=True)
class FetchConfig:
    """How files are read from web servers. Raises InputError for times that are none."""

    #: tries of the same MiB; when the last one fails, that is an error
    tries: int = 10
    #: seconds waited after a failure, doubled for each further one without a byte in between; a
    #: random share of up to a half is left out, so that many workers don't come back at once. What
    #: is left of the first is a second: Common Crawl asks for no more than one try in that time
    #: (status.commoncrawl.org)
    backoff: float = 2.0
    #: most seconds waited before a try; a server that asks for more (Retry-After) is not waited for
    max_wait: float = 120.0
    #: seconds without a byte after which a connection counts as broken
    timeout: float = 60.0

    def __post_init__(self):
        for name in ("backoff", "max_wait", "timeout"):
            if not 0 < getattr(self, name) <= _LONGEST_WAIT:
                raise InputError(f"fetch.{name}: give seconds, more than 0 and at most a day")


STAGES = {
    "extract": ExtractConfig,
    "embed": EmbedConfig,
    "mine": MineConfig,
    "corpus": CorpusConfig,
    "plant": PlantConfig,
    "score": ScoreConfig,
    "fetch": FetchConfig,
}


#: fields that no --set changes: the encoder has an option of its own
_NOT_KNOBS = frozenset(("version", "encoder"))


def with_overrides(config, assignments):
    """``config`` with ``knob=value`` strings applied; InputError for a knob it does not have."""
    fields = {field.name: field for field in dataclasses.fields(config)}
    changes = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or name not in fields or name in _NOT_KNOBS:
            raise InputError(
                f"--set {assignment}: expected KNOB=VALUE with one of "
                f"{', '.join(sorted(fields.keys() - _NOT_KNOBS)) or 'none'}"
            )
        try:
            changes[name] = fields[name].type(value)
        except ValueError:
            raise InputError(
                f"--set {assignment}: {value!r} is no {fields[name].type.__name__}"
            ) from None
        _check_range(assignment, name, changes[name])
    return dataclasses.replace(config, **changes)


def _check_range(assignment, name, value):
    if isinstance(value, float) and math.isnan(value):
        raise InputError(f"--set {assignment}: give a number")
    least = 0 if name.startswith("min_") else 1
    if isinstance(value, int) and value < least:
        raise InputError(f"--set {assignment}: give at least {least}")


def fingerprint(value):
    """A short hex digest of anything that JSON can hold; the same for equal values."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
