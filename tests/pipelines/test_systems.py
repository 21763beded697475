"""Corpora of other ways of mining, which a comparison of translation models is trained on."""

import shutil

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from nmt_eval import compare, config, experiment, systems


@pytest.fixture(scope="module")
def comparison(mined, tmp_path_factory):
    """A comparison of the mined samples, in a copy of them."""
    folder = tmp_path_factory.mktemp("compared")
    shutil.copytree(mined, folder / "out")
    gold = folder / "gold.tsv"
    gold.write_text("A text.\tEin Text.\ttext\ta.example\n")
    base = experiment.Experiment(
        source="en",
        target="de",
        corpus=str(folder / "out" / "corpus" / "en-de"),
        test="",
        gold=str(gold),
        preset="tiny",
        encoder="muse",
        data=config.DataConfig(),
        vocabulary=config.VocabularyConfig(),
        model=config.ModelConfig(),
        train=config.TrainConfig(),
        decode=config.DecodeConfig(),
    )
    names = ("gold", "mined")
    return compare.Comparison(
        str(folder / "out"),
        "de",
        str(gold),
        base,
        names,
        (1,),
        config.SelectConfig(),
        config.TrainConfig(),
    )


@pytest.fixture
def corpus(comparison):
    """What a system is trained on, by its name."""

    def found(name):
        made = systems.experiment(comparison, name, 2, 1)
        return pq.read_table(made.corpus)

    return found


def test_other_ways_of_mining_are_what_they_are_called(mined, corpus):
    ours = pq.read_table(mined / "corpus" / "en-de")
    labse = corpus("labse")
    assert pc.min(labse["cosine"]).as_py() >= 0.6 > pc.min(ours["cosine"]).as_py()
    assert pc.min(corpus("ratio-1.2")["margin"]).as_py() >= 1.2
    assert pc.min(ours["number_agreement"]).as_py() == 1
    without = corpus("without-number_agreement")
    assert pc.min(without["number_agreement"]).as_py() < 1
    assert pc.min(without["name_agreement"]).as_py() == 1
