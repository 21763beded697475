"""The line that shows how far a training is. Quiet where the screen is none."""

import contextlib
import sys

from tqdm import tqdm

_BAR = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} updates, {elapsed}<{remaining}"


@contextlib.contextmanager
def bar(title, updates):
    """Yields what ``train`` takes as ``on_progress``."""
    if not sys.stderr.isatty():
        yield lambda state: None
        return
    with tqdm(
        total=updates, desc=f"{title:<8}", dynamic_ncols=True, bar_format=f"{_BAR}{{postfix}}"
    ) as drawing:

        def show(state):
            # A resumed training has not done the updates before now: they are in no rate.
            if not drawing.n:
                drawing.initial = drawing.n = state["began"]
            drawing.set_postfix_str(beside(state), refresh=False)
            drawing.update(state["update"] - drawing.n)

        yield show


def beside(state):
    """What stands beside the bar: loss, dev loss where there is one, tokens a second."""
    shown = [f"loss {state['loss']:.3f}"]
    if state["dev_loss"] is not None:
        shown.append(f"dev {state['dev_loss']:.3f}")
    return ", ".join([*shown, f"{state['tokens_per_s']:,.0f} tokens/s"])
