"""What came of a training, to read: curves as a picture, an HTML page, a summary for a terminal.

The page is one file without scripts or anything fetched, so it can be sent and opened anywhere.
"""

import base64
import html
import pathlib
import string

import numpy as np

_SAMPLES = 40
_SHOWN_CHARS = 100
_PAGE = string.Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6b7e; --line: #d8dee8;
  --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b8; --line: #333c49;
  --ground: #14181f; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p.lead, p.note, code { color: var(--soft); } p.lead { margin: .2rem 0 0; }
p.note { margin: .3rem 0; }
code { overflow-wrap: anywhere; font-size: .85rem; }
dl.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 0; }
dl.figures dt { color: var(--soft); font-size: .85rem; }
dl.figures dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.why { color: var(--soft); padding-left: 1.2rem; } tr.total td { font-weight: 600; }
table.samples td:first-child { width: 3.5rem; }
table.samples span { color: var(--soft); display: inline-block; width: 1.6rem; }
img { width: 100%; height: auto; background: #fff; border-radius: 4px; }
</style></head><body>
<h1>$title</h1><p class="lead">$lead</p>
$figures
$notes
<h2>From the corpus to what is trained on</h2>$funnel
<h2>Training</h2><img alt="Loss by updates" src="data:image/png;base64,$curves">
<h2>Translations, from the best to the worst by chrF</h2>$samples
<h2>Settings</h2>$settings
</body></html>
""")


def draw_curves(history, path):
    """Writes a PNG of the losses of ``history``, dicts as nmt_eval.train gives them."""
    import matplotlib.figure

    # No pyplot: it holds figures and asks for a screen.
    figure = matplotlib.figure.Figure(figsize=(9, 4), dpi=120, layout="constrained")
    axes = figure.subplots()
    updates = [record["update"] for record in history]
    for name, label, colour in (
        ("loss", "training (with dropout)", "#9aa7b8"),
        ("dev_loss", "dev", "#3267c8"),
    ):
        axes.plot(updates, [record[name] for record in history], ".-", color=colour, label=label)
    best = min(history, key=lambda record: record["dev_loss"])
    axes.annotate(
        f"{best['dev_loss']:.3f}",
        (best["update"], best["dev_loss"]),
        xytext=(0, -14),
        textcoords="offset points",
        ha="center",
        color="#3267c8",
    )
    # The first losses would take all the room.
    later = [
        record[name] for record in history[len(history) // 10 :] for name in ("loss", "dev_loss")
    ]
    low, high = min(later), max(later)
    axes.set_ylim(low - 0.12 * (high - low) - 0.02, high + 0.05 * (high - low) + 0.02)
    axes.set_xlim(left=0)
    axes.set(xlabel="updates", ylabel="cross-entropy of a token, nats")
    axes.grid(color="#d8dee8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    top = axes.secondary_xaxis("top", functions=_seconds_of(history))
    top.set_xlabel("seconds")
    figure.savefig(path)


def _seconds_of(history):
    """Updates to seconds and back, as straight lines between records."""
    updates = np.array([0, *(record["update"] for record in history)], dtype=float)
    seconds = np.array([0, *(record["seconds"] for record in history)], dtype=float)
    # matplotlib asks for a little more than what is shown.
    rate = seconds[-1] / updates[-1]

    def ahead(at):
        return np.where(at > updates[-1], at * rate, np.interp(at, updates, seconds))

    def back(at):
        return np.where(at > seconds[-1], at / rate, np.interp(at, seconds, updates))

    return ahead, back


def funnel(result):
    """The way from the corpus to the pairs that are trained on as rows (what, count, is_total)."""
    data = result["data"]
    rows = [("pairs in the corpus", result["corpus"]["pairs"], True)]
    rows += [(reason, count, False) for reason, count in data["left_out"].items()]
    rows += [(f"taken for {part}", data[part], False) for part in data["taken"]]
    rows += [
        (f"as in test or dev: {reason}", count, False) for reason, count in data["overlap"].items()
    ]
    rows.append(("longer than train.max_tokens", result["training"]["left_out"], False))
    rows.append(
        ("pairs trained on", result["data"]["train"] - result["training"]["left_out"], True)
    )
    return [row for row in rows if row[1] or row[2]]


def figures(result):
    """(name, text) of what matters most."""
    scores = result["scores"]
    shown = [("BLEU", f"{scores['bleu']['score']:.1f}"), ("chrF", f"{scores['chrf']['score']:.1f}")]
    cosine = scores["embedding"]["score"]
    told = "–" if cosine is None else f"{cosine:.3f}"
    shown.append((f"cosine by {scores['embedding']['encoder']}", told))
    shown.append(("test sentences", f"{result['data']['test']:,}"))
    shown.append(("BLEU of dev", f"{result['dev_scores']['bleu']['score']:.1f}"))
    shown.append(("parameters", f"{result['parameters'] / 1e6:.1f} M"))
    shown.append(("training", f"{result['seconds']['train'] / 60:.1f} min"))
    shown.append(("tokens/s", f"{result['tokens_per_s']:,.0f}"))
    return shown


def sampled(scores, wanted):
    """``wanted`` sentences spread evenly from the best score to the worst; row numbers."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    places = (
        np.unique(np.linspace(0, len(order) - 1, wanted).astype(np.int64)) if len(order) else []
    )
    return [int(order[place]) for place in places]


def render(result, sentences, sentence_scores, curves_path):
    """The page as a string.

    result: what result.json has; sentences: (source, hypothesis, reference) of the test; chrF of
    each, float [n].
    """
    cells = (
        f"<div><dt>{html.escape(n)}</dt><dd>{html.escape(v)}</dd></div>" for n, v in figures(result)
    )
    notes = [result["scores"][name]["signature"] for name in ("bleu", "chrf")]
    reason = result["scores"]["embedding"].get("reason")
    return _PAGE.substitute(
        title=html.escape(title(result)),
        lead=html.escape(_lead(result)),
        figures=f'<dl class="figures">{"".join(cells)}</dl>',
        notes="".join(f'<p class="note"><code>{html.escape(note)}</code></p>' for note in notes)
        + (f'<p class="note">{html.escape(reason)}</p>' if reason else ""),
        funnel=_funnel(funnel(result)),
        curves=base64.b64encode(pathlib.Path(curves_path).read_bytes()).decode(),
        samples=_samples(result, sentences, sentence_scores),
        settings=_settings(result["config"]),
    )


def title(result):
    """What was trained, in a few words."""
    return f"Translation {result['source']} to {result['target']}, {result['preset']}"


def _lead(result):
    return f"trained on {result['corpus']['path']}; test: {result['data']['kind']}"


def _funnel(rows):
    lines = []
    for what, count, is_total in rows:
        name = html.escape(what)
        kind, sign = ('<tr class="total"><td>', "") if is_total else ('<tr><td class="why">', "−")
        lines.append(f'{kind}{name}</td><td class="n">{sign}{count:,}</td></tr>')
    return f"<table>{''.join(lines)}</table>"


def _samples(result, sentences, scores):
    rows = []
    for at in sampled(scores, _SAMPLES):
        lines = "<br>".join(
            f"<span>{html.escape(mark)}</span>{html.escape(text)}"
            for mark, text in zip((result["source"], "→", "="), sentences[at], strict=True)
        )
        rows.append(f'<tr><td class="n">{scores[at]:.1f}</td><td>{lines}</td></tr>')
    note = '<p class="note">→ the model, = the reference</p>'
    return f'{note}<table class="samples">{"".join(rows)}</table>'


def _settings(configs):
    rows = [
        f"<tr><td>{html.escape(f'{stage}.{name}')}</td><td>{html.escape(str(value))}</td></tr>"
        for stage, config in configs.items()
        for name, value in config.items()
    ]
    return f"<table>{''.join(rows)}</table>"


def summary(result, sentences, sentence_scores, folder):
    """What the terminal shows."""
    lines = ["", title(result), ""]
    for what, count, is_total in funnel(result):
        lines.append(f"  {what:<48}{count:>12,}" if is_total else f"    − {what:<44}{count:>12,}")
    lines += ["", "translations from the best to the worst", ""]
    for at in sampled(sentence_scores, 5):
        lines.append(f"  chrF {sentence_scores[at]:.1f}")
        for mark, text in zip((result["source"], "→", "="), sentences[at], strict=True):
            shown = text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"
            lines.append(f"    {mark:<3}{shown}")
    scores = result["scores"]
    lines += ["", f"test: {result['data']['test']:,} sentences, {result['data']['kind']}", ""]
    for name, label in (("bleu", "BLEU"), ("chrf", "chrF")):
        lines.append(f"  {label:<8}{scores[name]['score']:>6.2f}   {scores[name]['signature']}")
    embedding = scores["embedding"]
    if embedding["score"] is None:
        lines.append(f"  cosine        –   {embedding['reason']}")
    else:
        told = f"of translation and reference, by {embedding['encoder']}"
        lines.append(f"  cosine  {embedding['score']:>6.3f}   {told}")
    of_dev = result["dev_scores"]
    told = f"BLEU {of_dev['bleu']['score']:.2f}, chrF {of_dev['chrf']['score']:.2f}"
    lines += ["", f"dev, whose loss says when to stop: {result['data']['dev']:,} sentences, {told}"]
    lines += ["", "written", ""]
    lines += [f"  {folder}/{name}" for name in ("model", "test.hyp", "report.html", "result.json")]
    return "\n".join([*lines, ""])
