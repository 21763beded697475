"""What the workers of the plant job do: known pairs and their decoys to vectors, to neighbours in
each shard of the corpus's sentences, and to what becomes of them.
"""

import dataclasses

import numpy as np
import pyarrow as pa

from mining import estimate, knn, names, planted
from mining.config import CorpusConfig, PlantConfig
from mining.corpus import take_sentences
from mining.encoders import load_encoder
from mining.errors import InputError
from mining.margin import mine_pairs
from mining.schema import embeddings
from pipelines import mine
from pipelines.common import datasets, progress


@dataclasses.dataclass(frozen=True)
class Plant:
    """What the workers of one run need to know. By side, 0 English and 1 the other: ``sentences``,
    folders of their files, and ``vectors``, the files of theirs; ``candidates``: the files of both
    directions; ``work``: the beginning of the names of files that are there until the end."""

    lang: str
    known: planted.Known
    config: PlantConfig
    corpus: CorpusConfig
    k: int
    sentences: tuple
    vectors: tuple
    candidates: tuple
    shards: int
    encoder: str
    precision: str
    fingerprint: str
    threads: int
    work: str
    target: str
    reporter: progress.Reporter

    @property
    def width(self):
        """How many neighbours are looked for: as many again may be the partner's own text."""
        return 2 * self.k

    def queries(self, side):
        """Where the vectors of what is planted on a side stand."""
        return f"{self.work}-queries-{side}.parquet"

    def near(self, side, shard):
        """Where its neighbours in a shard of the other side stand."""
        return f"{self.work}-near-{side}-{shard:05d}.parquet"


class EmbedPlanted:
    """A side to the file with the vectors of what is planted there: the known pairs' texts and,
    behind them, the translations with another number."""

    def __init__(self, job):
        self._job = job

    def __call__(self, side):
        job = self._job
        target = job.queries(side)
        if datasets.exists(target):
            return target
        encoder = load_encoder(job.encoder, job.threads, job.precision)
        if encoder.fingerprint != job.fingerprint:
            raise InputError(
                f"encoder {job.encoder}: not the one that the corpus's vectors are by; run "
                "pipelines.embed and pipelines.mine again"
            )
        texts = job.known.tgt + planted.number_decoys(job.known)[1] if side else job.known.src
        vectors = encoder.encode(texts).astype(np.float16)
        column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), encoder.dim)
        schema = embeddings(encoder.dim, encoder.name, encoder.fingerprint)
        table = pa.table([pa.array(np.arange(len(texts))), column], schema=schema)
        datasets.write_table(target, table)
        return target


class SearchShard:
    """(side, shard of the other one) to the file of the neighbours there of what is planted on it;
    what comes second only has to be there before."""

    def __init__(self, job):
        self._job = job

    def __call__(self, place, _):
        side, shard = place
        job = self._job
        target = job.near(side, shard)
        if not datasets.exists(target):
            queries = mine.read_vectors(job.queries(side))
            index = mine.read_vectors(job.vectors[1 - side][shard])
            found = knn.exact(queries, index, job.width, job.threads)
            datasets.write_table(target, mine.table_of(found))
        job.reporter.add(shards=1)
        job.reporter.flush()
        return target


class JudgePlanted:
    """When all neighbours are there: what becomes of each planted pair, to a file. Returns how many
    rows that has, how many pairs were left out of it, and the estimate, in one dict."""

    def __init__(self, job):
        self._job = job

    def __call__(self, _, __):
        job = self._job
        neighbours = [mine.read_neighbours(paths) for paths in job.candidates]
        near = [self._near(side) for side in (0, 1)]
        pairs = mine_pairs(*neighbours, job.corpus.margin, job.corpus.retrieval)
        last, wanted = pairs.num_rows - 1, min(job.config.corpus_pairs, pairs.num_rows)
        rows = np.linspace(0, last, wanted).astype(np.int64)
        pairs = pairs.take(pa.array(rows)).select(["src_id", "tgt_id", "margin", "cosine"])
        ids = [pairs[name].to_numpy() for name in ("src_id", "tgt_id")]
        text_of = [self._texts(side, near[1 - side].ids, ids[side]) for side in (0, 1)]
        for side, name in enumerate(("src_text", "tgt_text")):
            texts = [text_of[side][key] for key in ids[side].tolist()]
            pairs = pairs.append_column(name, pa.array(texts, pa.string()))
        known = job.known
        lexicon = names.learn(
            pairs["src_text"].to_pylist() + known.src, pairs["tgt_text"].to_pylist() + known.tgt
        )
        changed = planted.number_decoys(known)
        vectors = [mine.read_rows(job.queries(side))[1] for side in (0, 1)]
        found, crowded = planted.outcomes(
            known, changed, near, text_of, vectors, neighbours, job.corpus
        )
        table = planted.judged(found, job.lang, lexicon, job.corpus)
        datasets.write_table(job.target, table)
        passed = planted.text_reasons(pairs, job.lang, lexicon, job.corpus) == ""
        told = estimate.estimate(table, pairs["margin"].to_numpy()[passed], job.config)
        return {"rows": table.num_rows, "crowded": crowded, **told}

    def _near(self, side):
        """mining.knn.Neighbours in all shards of what is planted on a side."""
        job = self._job
        found = None
        for shard in range(len(job.vectors[1 - side])):
            part = mine.read_neighbours([job.near(side, shard)])
            found = part if found is None else knn.merge([found, part], job.width)
        return found

    def _texts(self, side, *ids):
        """A dict from the ids, of any shape, to their sentences' texts."""
        wanted = np.unique(np.concatenate([part.ravel() for part in ids]))
        folder = self._job.sentences[side]
        found = take_sentences(
            wanted,
            self._job.shards,
            lambda shard: datasets.read_table(
                datasets.join(folder, datasets.part_name(shard)), ["sentence_id", "text"]
            ),
        )
        return dict(zip(wanted.tolist(), found["text"].to_pylist(), strict=True))
