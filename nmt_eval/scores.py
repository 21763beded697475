"""How good translations are: BLEU and chrF by sacrebleu, and how near their meaning is to the
reference's by a sentence encoder. Higher is better in all."""

import numpy as np

from mining.encoders import load_encoder
from mining.encoders.base import unsupported
from mining.errors import InputError

# sacrebleu's tokeniser where a language's words are not parted by spaces, else mteval's.
_TOKENIZERS = {"zh": "zh"}
_TOKENIZER = "13a"


def score(hypotheses, references, lang):
    """BLEU (Papineni et al. 2002; Post 2018) and chrF (Popović 2015) of a corpus, 0 to 100.

    hypotheses, references: lists of n str; lang: the code of their language. Returns a dict of
    name to {score, signature}, BLEU's with precisions and the ratio of lengths.
    """
    from sacrebleu.metrics import BLEU, CHRF

    bleu, chrf = BLEU(tokenize=_TOKENIZERS.get(lang, _TOKENIZER)), CHRF()
    found = bleu.corpus_score(hypotheses, [references])
    chars = chrf.corpus_score(hypotheses, [references])
    return {
        "bleu": {
            "score": found.score,
            "signature": str(bleu.get_signature()),
            "precisions": found.precisions,
            "length_ratio": found.ratio,
            "brevity_penalty": found.bp,
        },
        "chrf": {"score": chars.score, "signature": str(chrf.get_signature())},
    }


def of_sentences(hypotheses, references):
    """chrF of each translation by itself; float64 [n]."""
    from sacrebleu.metrics import CHRF

    metric = CHRF()
    pairs = zip(hypotheses, references, strict=True)
    return np.array([metric.sentence_score(text, [other]).score for text, other in pairs])


def embedding(hypotheses, references, lang, encoder, threads=0):
    """The mean cosine of translations and references, 0 to 1, by an encoder of mining.encoders.

    encoder: its name. Returns a dict: score, encoder, fingerprint; where there is none, score None
    and the reason.
    """
    try:
        loaded = load_encoder(encoder, threads)
    except InputError as error:
        return {"score": None, "encoder": encoder, "reason": f"not available: {error}"}
    if unsupported(loaded, [lang]):
        reason = f"not available: {encoder} was not trained for {lang}"
        return {"score": None, "encoder": encoder, "reason": reason}
    ours, theirs = (loaded.encode(texts) for texts in (hypotheses, references))
    cosine = float(np.mean(np.sum(ours.astype(np.float64) * theirs, axis=1)))
    return {"score": cosine, "encoder": loaded.name, "fingerprint": loaded.fingerprint}
