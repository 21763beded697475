"""The picture and the page, of runs of any length and of texts that look like markup."""

import pytest

from nmt_eval import report


def record(update, loss):
    return {"update": update, "seconds": update / 7, "loss": loss + 0.1, "dev_loss": loss}


@pytest.mark.parametrize("count", [1, 2, 400])
def test_curves_are_drawn_of_any_history(tmp_path, count):
    history = [record(10 * at, 3 + 5 / at) for at in range(1, count + 1)]
    report.draw_curves(history, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_seconds_go_up_with_updates_and_back():
    ahead, back = report._seconds_of([record(10, 1), record(30, 1)])
    for update in (0, 5, 10, 17, 30, 31):
        assert back(ahead(update)) == pytest.approx(update)


def test_samples_are_from_the_best_to_the_worst():
    assert report.sampled([5.0, 9.0, 1.0, 7.0], 4) == [1, 3, 0, 2]
    assert report.sampled([5.0, 9.0, 1.0, 7.0], 2) == [1, 2]
    assert report.sampled([], 3) == []


def test_texts_are_shown_as_they_are(tmp_path):
    report.draw_curves([record(1, 1.0)], tmp_path / "curves.png")
    score = {"score": 1.0, "signature": "a|b"}
    result = {
        "source": "en",
        "target": "de",
        "preset": "tiny",
        "corpus": {"path": "<out>", "pairs": 12},
        "data": {
            "train": 10,
            "dev": 4,
            "test": 1,
            "kind": "k",
            "left_out": {},
            "overlap": {},
            "taken": [],
        },
        "training": {"left_out": 1},
        "parameters": 5,
        "seconds": {"train": 60},
        "tokens_per_s": 1.0,
        "config": {"train": {"updates": 3}},
        "scores": {
            "bleu": score,
            "chrf": score,
            "embedding": {"score": None, "encoder": "muse", "reason": "not available: <x>"},
        },
        "dev_scores": {"bleu": {"score": 7.25}, "chrf": {"score": 31.5}},
    }
    sentences = [("<b>bold</b> & co", "→ hyp", "ref")]
    page = report.render(result, sentences, [50.0], tmp_path / "curves.png")
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; co" in page and "<b>bold" not in page
    assert "not available: &lt;x&gt;" in page and "&lt;out&gt;" in page
    told = report.summary(result, sentences, [50.0], "folder")
    assert "not available: <x>" in told and "pairs trained on" in told
    assert "4 sentences, BLEU 7.25, chrF 31.50" in told
