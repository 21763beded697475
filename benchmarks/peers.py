"""What others extract text with, each called the way its users call it; all on the same pages."""

import logging
import pathlib

import numpy as np
import trafilatura
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import LanguageFilter
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils import lid
from fasttext import FastText
from justext import get_stoplist, justext
from loguru import logger

from mining import langid

_STOPLISTS = {"en": "English", "de": "German"}


def trafilatura_fast(page):
    """The text that trafilatura finds in a page (benchmarks.pages.Page), without its fallbacks."""
    return trafilatura.extract(page.html, fast=True) or ""


def justext_good(page):
    """The text of the paragraphs that jusText calls good. Languages it has no stop words for, such
    as Chinese, are judged by its rules without them, as its manual says."""
    name = _STOPLISTS.get(page.lang)
    if name:
        paragraphs = justext(page.html, get_stoplist(name))
    else:
        paragraphs = justext(
            page.html, frozenset(), stopwords_low=0, stopwords_high=0, length_low=20
        )
    return "\n".join(part.text for part in paragraphs if not part.is_boilerplate)


EXTRACTORS = {"trafilatura-fast": trafilatura_fast, "justext": justext_good}


class _FastTextWithArrays(FastText._FastText):
    """fastText's predictions as datatrove expects them."""

    def predict(self, *arguments, **named):
        labels, scores = super().predict(*arguments, **named)
        return labels, np.array(scores)


def datatrove_chain(folder, output, languages):
    """datatrove's WARC reader, Trafilatura, language filter and Parquet writer over a folder."""
    logger.disable("datatrove")
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    # Its own model would be downloaded; this one is the same, compressed. It asks for another
    # package with the same module fasttext.
    lid.FT176LID.MODEL_URL = str(langid.model_path())
    lid.check_required_dependencies = lambda *_: None
    LanguageFilter._requires_dependencies = []
    FastText._FastText = _FastTextWithArrays
    LocalPipelineExecutor(
        pipeline=[
            WarcReader(str(folder), glob_pattern="*.warc.gz"),
            Trafilatura(),
            LanguageFilter(languages=list(languages)),
            ParquetWriter(str(pathlib.Path(output) / "rows")),
        ],
        tasks=1,
        logging_dir=str(pathlib.Path(output) / "logs"),
    ).run()
