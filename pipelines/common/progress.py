"""Progress bars of jobs whose work is done elsewhere: workers write counts to files, a thread of
the job adds them up and draws. Quiet where the screen is none."""

import contextlib
import json
import pathlib
import sys
import tempfile
import threading
import time
import uuid

from tqdm import tqdm

_WRITE_SECONDS = 0.2
_DRAW_SECONDS = 0.2
_COUNT = "{desc} {n:,}{unit}, {elapsed}{postfix}"
_BAR = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt}{unit}, {elapsed}{postfix}"


class Reporter:
    """What a worker counts with; picklable. Does nothing without a folder."""

    def __init__(self, folder=None):
        self._folder = folder
        self._name = uuid.uuid4().hex
        self._counts = {}
        self._written = 0.0

    def __getstate__(self):
        return {"_folder": self._folder}

    def __setstate__(self, state):
        # A copy in another process counts on its own.
        self.__init__(state["_folder"])

    def add(self, **counts):
        """Adds to the counts, which are written a few times a second at most."""
        if self._folder is None:
            return
        for name, count in counts.items():
            self._counts[name] = self._counts.get(name, 0) + count
        if time.monotonic() - self._written > _WRITE_SECONDS:
            self.flush()

    def flush(self):
        """Writes the counts so far."""
        if self._folder is None:
            return
        path = pathlib.Path(self._folder) / self._name
        partial = path.with_suffix(".partial")
        with contextlib.suppress(OSError):
            partial.write_text(json.dumps(self._counts))
            partial.replace(path)
        self._written = time.monotonic()


@contextlib.contextmanager
def bar(title, total, unit):
    """A bar over ``total`` things called ``unit`` (None: not known before); yields the Reporter
    that its workers use.

    The bar moves with the count of that name; other counts stand beside it, with a rate.
    """
    if not sys.stderr.isatty():
        yield Reporter()
        return
    with tempfile.TemporaryDirectory(prefix="progress-") as folder:
        drawing = tqdm(
            total=total,
            desc=f"{title:<8}",
            unit=f" {unit}",
            dynamic_ncols=True,
            bar_format=_COUNT if total is None else _BAR,
        )
        stop = threading.Event()
        thread = threading.Thread(target=_draw, args=(drawing, folder, unit, stop), daemon=True)
        thread.start()
        try:
            yield Reporter(folder)
        finally:
            stop.set()
            thread.join()
            drawing.close()


def _draw(drawing, folder, unit, stop):
    started = time.monotonic()
    while True:
        ended = stop.wait(_DRAW_SECONDS)
        counts = total(folder)
        drawing.n = counts.pop(unit, 0)
        seconds = max(time.monotonic() - started, 1e-3)
        drawing.set_postfix_str(beside(counts, seconds))
        if ended:
            return


def beside(counts, seconds):
    """What stands beside the bar: counts with their rates, and of padding its share of tokens."""
    counts = dict(counts)
    padding = counts.pop("padding", None)
    tokens = counts.get("tokens", 0)
    shown = [f"{n:,} {name} ({n / seconds:,.0f}/s)" for name, n in counts.items()]
    if padding is not None:
        shown.append(f"padding {padding / max(tokens + padding, 1):.1%}")
    return ", ".join(shown)


def total(folder):
    """The counts of all workers that report to ``folder``, added up."""
    added = {}
    for path in pathlib.Path(folder).iterdir():
        if path.suffix == ".partial":
            continue
        with contextlib.suppress(OSError, ValueError):
            for name, count in json.loads(path.read_text()).items():
                added[name] = added.get(name, 0) + count
    return added
