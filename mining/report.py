"""The HTML page of a corpus: funnel, score distribution, sampled pairs, and gold figures if any.

One file without scripts or anything fetched, so it can be sent and opened anywhere.
"""

import html
import string

import numpy as np

_BINS = 40
_LEVELS = (
    ("record", "records"),
    ("page", "pages"),
    ("block", "text blocks"),
)
_PAGE = string.Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$pair</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6b7e; --line: #d8dee8; --bar: #3267c8;
  --out: #c3ccd9; --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b8; --line: #333c49;
  --bar: #6f9df0; --out: #4a5565; --ground: #14181f; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p.lead { color: var(--soft); margin: .2rem 0 0; }
dl.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 0; }
dl.figures dt { color: var(--soft); font-size: .85rem; }
dl.figures dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 11px; }
tr.total td { font-weight: 600; } td.why { color: var(--soft); padding-left: 1.2rem; }
</style></head><body>
<h1>$pair</h1><p class="lead">$lead</p>
$figures
<h2>From records to pairs</h2>$funnel
<h2>Margins</h2>$histogram
$planted
<h2>Pairs at every height of the ranking</h2>$pairs
</body></html>
""")


def funnel_rows(sentence_funnels, corpus):
    """The way from records to pairs as rows (what, count, is_total): a total, then what is taken
    from it under its reason, then the next total.

    sentence_funnels: (lang, manifest of its sentences) for both languages, English first;
    corpus: the manifest of the corpus.
    """
    # What blocks and sentences fell to other languages depends on which were asked for in that run.
    shared = sentence_funnels[0][1]["funnel"]
    rows = []
    for level, name in _LEVELS:
        counts = shared.get(level, {})
        rows.append((name, counts.get("in", 0), True))
        if level != "block":
            rows += [(reason, count, False) for reason, count in counts.items() if reason != "in"]
    for lang, manifest in sentence_funnels:
        counts = manifest["funnel"].get(f"sentence.{lang}", {})
        rows.append((f"sentences, {lang}", counts.get("in", 0), True))
        rows += [
            (reason, count, False)
            for reason, count in counts.items()
            if reason not in ("in", "kept")
        ]
        rows.append(("duplicate", manifest["occurrences"] - manifest["rows"], False))
        rows.append((f"unique sentences, {lang}", manifest["rows"], True))
    rejected = corpus["rejected"]
    rows.append(("pairs matched", corpus["rows"] + sum(rejected.values()), True))
    rows += [(reason, count, False) for reason, count in rejected.items()]
    rows.append(("pairs in the corpus", corpus["rows"], True))
    return [row for row in rows if row[1] or row[2]]


def sample_ranks(count, wanted):
    """``wanted`` ranks spread evenly from the best pair to the last, rising, each once."""
    return sorted({int(at) for at in np.linspace(0, max(count - 1, 0), wanted)} if count else ())


def render(pair, lead, figures, funnel, kept_margins, refused_margins, samples, planted=None):
    """The page as a string.

    figures: (name, text) pairs; funnel: rows of funnel_rows; margins: float arrays; samples:
    (margin, cosine, src, tgt) rows, best first; planted: the table of mining.estimate and the
    threshold that the corpus has, or None.
    """
    return _PAGE.substitute(
        pair=html.escape(pair),
        lead=html.escape(lead),
        figures=_figures(figures),
        funnel=_funnel(funnel),
        histogram=_histogram(np.asarray(kept_margins), np.asarray(refused_margins)),
        planted=_planted(*planted) if planted else "",
        pairs=_pairs(samples),
    )


def _figures(figures):
    cells = (f"<div><dt>{html.escape(n)}</dt><dd>{html.escape(v)}</dd></div>" for n, v in figures)
    return f'<dl class="figures">{"".join(cells)}</dl>'


def _funnel(rows):
    lines = []
    for what, count, is_total in rows:
        name = html.escape(what.replace("_", " "))
        if is_total:
            lines.append(f'<tr class="total"><td>{name}</td><td class="n">{count:,}</td></tr>')
        else:
            lines.append(f'<tr><td class="why">{name}</td><td class="n">−{count:,}</td></tr>')
    return f"<table>{''.join(lines)}</table>"


def _histogram(kept, refused):
    """Kept pairs as bars over refused ones, by margin, as inline SVG."""
    if not len(kept) + len(refused):
        return "<p>There are no pairs.</p>"
    every = np.concatenate([kept, refused])
    low, high = float(every.min()), float(np.percentile(every, 99.5))
    edges = np.linspace(low, max(high, low + 0.01), _BINS + 1)
    counts = [np.histogram(np.clip(part, *edges[[0, -1]]), edges)[0] for part in (kept, refused)]
    tallest = max(1, int((counts[0] + counts[1]).max()))
    width, height = 800 / _BINS, 180
    bars = []
    for at, (inside, outside) in enumerate(zip(*counts, strict=True)):
        x, top = at * width, 20 + height
        for count, colour in ((inside, "--bar"), (outside, "--out")):
            tall = count / tallest * height
            top -= tall
            bars.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{width - 1:.1f}" height="{tall:.1f}" '
                f'fill="var({colour})"><title>{count} pairs, margin from {edges[at]:.2f}</title>'
                "</rect>"
            )
    labels = [
        f'<text x="{share * 800:.0f}" y="216" text-anchor="{anchor}">'
        f"{edges[0] + share * (edges[-1] - edges[0]):.2f}</text>"
        for share, anchor in ((0, "start"), (0.25, "middle"), (0.5, "middle"), (1, "end"))
    ]
    legend = (
        '<rect x="600" y="2" width="10" height="10" fill="var(--bar)"/><text x="615" y="11">in the '
        'corpus</text><rect x="700" y="2" width="10" height="10" fill="var(--out)"/>'
        '<text x="715" y="11">refused</text>'
    )
    return (
        '<svg viewBox="0 0 800 222" role="img" aria-label="Pairs by margin">'
        f"{''.join(bars + labels)}{legend}</svg>"
    )


def _planted(table, chosen):
    """Estimated precision, with its interval, and recall by threshold, as inline SVG."""
    low, high = table[0]["threshold"], table[-1]["threshold"]
    floor = min(0.9, *(np.floor(row["low"] * 10) / 10 for row in table))

    def x(threshold):
        return f"{40 + 750 * (threshold - low) / max(high - low, 1e-9):.1f}"

    def line(name, least=0.0):
        return " ".join(
            f"{x(row['threshold'])},{20 + 180 * (1 - row[name]) / (1 - least):.1f}" for row in table
        )

    def labels(least, at, anchor):
        return "".join(
            f'<text x="{at}" y="{24 + 180 * share:.0f}" text-anchor="{anchor}">'
            f"{1 - share * (1 - least):.2f}</text>"
            for share in (0, 0.5, 1)
        )

    band = f"{line('low', floor)} {' '.join(reversed(line('high', floor).split()))}"
    shown = min(max(chosen, low), high)
    at = x(shown)
    return (
        "<h2>Estimated by planted pairs</h2>"
        '<svg viewBox="0 0 830 222" role="img" aria-label="Precision and recall by threshold">'
        f'<polygon points="{band}" fill="var(--out)" opacity=".5"/>'
        f'<polyline points="{line("precision", floor)}" fill="none" stroke="var(--bar)" '
        'stroke-width="2"/>'
        f'<polyline points="{line("recall")}" fill="none" stroke="var(--soft)" '
        'stroke-width="2" stroke-dasharray="5 4"/>'
        f'<line x1="{at}" x2="{at}" y1="20" y2="200" stroke="var(--ink)"/>'
        f"{labels(floor, 35, 'end')}{labels(0, 795, 'start')}"
        f'<text x="40" y="216">{low:.2f}</text>'
        f'<text x="790" y="216" text-anchor="end">{high:.2f}</text>'
        f'<text x="{at}" y="216" text-anchor="middle">{shown:g}</text>'
        '<text x="40" y="11">precision, with its interval: full line, left; recall of what both '
        "sides have: broken line, right; by margin</text></svg>"
    )


def _pairs(samples):
    lines = [
        f'<tr><td class="n">{margin:.3f}</td><td class="n">{cosine:.3f}</td>'
        f"<td>{html.escape(src)}</td><td>{html.escape(tgt)}</td></tr>"
        for margin, cosine, src, tgt in samples
    ]
    head = (
        '<tr><th class="n">margin</th><th class="n">cosine</th><th>English</th><th>other</th></tr>'
    )
    return f"<table>{head}{''.join(lines)}</table>"
