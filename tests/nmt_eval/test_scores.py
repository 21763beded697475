"""Scores are sacrebleu's, and the one by embeddings says when there is none."""

import numpy as np
import pytest
import sacrebleu

from nmt_eval import scores

HYPOTHESES = ["The old bridge was closed.", "A door", "It rained all day, as always."]
REFERENCES = ["The old bridge was shut.", "The door", "It rained the whole day, as always."]
CHINESE = ["这座旧桥在去年关闭了。", "门"]


def test_bleu_and_chrf_are_sacrebleus_with_their_signatures():
    found = scores.score(HYPOTHESES, REFERENCES, "en")
    assert found["bleu"]["score"] == sacrebleu.corpus_bleu(HYPOTHESES, [REFERENCES]).score
    assert found["chrf"]["score"] == sacrebleu.corpus_chrf(HYPOTHESES, [REFERENCES]).score
    assert "tok:13a" in found["bleu"]["signature"]
    assert found["chrf"]["signature"].startswith("nrefs:1|case:mixed")


def test_chinese_is_cut_into_its_characters():
    found = scores.score(["这座旧桥在今年关闭了。", "门"], CHINESE, "zh")
    assert "tok:zh" in found["bleu"]["signature"]
    assert 20 < found["bleu"]["score"] < 100
    assert scores.score(CHINESE, CHINESE, "zh")["bleu"]["score"] == pytest.approx(100)


def test_sentences_have_scores_of_their_own():
    found = scores.of_sentences(HYPOTHESES, [REFERENCES[0], "A door", REFERENCES[2]])
    assert np.argmax(found) == 1
    assert found[1] == pytest.approx(100)


def test_near_meanings_score_higher_than_far_ones():
    same = scores.embedding(HYPOTHESES, HYPOTHESES, "en", "muse")
    near = scores.embedding(HYPOTHESES, REFERENCES, "en", "muse")
    far = scores.embedding(HYPOTHESES, REFERENCES[::-1], "en", "muse")
    assert same["score"] == pytest.approx(1, abs=1e-5)
    assert same["score"] > near["score"] > far["score"] + 0.2
    assert near["fingerprint"]


@pytest.mark.parametrize(
    ("lang", "encoder", "reason"),
    [("sv", "muse", "muse was not trained for sv"), ("de", "nothing", "unknown encoder 'nothing'")],
)
def test_without_an_encoder_for_it_there_is_a_reason(lang, encoder, reason):
    found = scores.embedding(HYPOTHESES, REFERENCES, lang, encoder)
    assert found["score"] is None
    assert found["reason"].startswith("not available: ") and reason in found["reason"]
