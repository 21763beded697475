"""Several tasks at once: their order, what fails among them, and that none is left behind."""

import functools
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from mining.errors import InputError
from nmt_eval import jobs


def note(folder, task):
    """Leaves when a task was begun and ended."""
    began = time.monotonic()
    print(f"this is {task}")
    if task == "bad":
        raise InputError("bad: give another")
    if task == "begins another":
        subprocess.run(["sh", "-c", f"echo $$ > {folder}/pid; exec sleep 60"], check=True)
    if task == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60 if task == "long" else 0.5)
    (folder / f"{task}.times").write_text(f"{began} {time.monotonic()}")


def times(folder, task):
    return tuple(map(float, (folder / f"{task}.times").read_text().split()))


def run(folder, tasks, needs, count=2):
    work = functools.partial(note, folder)
    return jobs.at_once(tasks, lambda task: needs.get(task, set()), work, count, log(folder))


def log(folder):
    return lambda task: folder / "logs" / f"{task}.txt"


def test_tasks_are_done_at_once_behind_what_they_need(tmp_path):
    needs = {"b": {"a"}, "c": {"a"}, "d": {"b"}}
    found = list(run(tmp_path, "abcd", needs))
    assert found[0] == "a" and sorted(found) == list("abcd")
    spans = {task: times(tmp_path, task) for task in found}
    assert all(spans[one][0] >= spans[other][1] for other in "ab" for one in "bcd"
               if other in needs[one])  # fmt: skip
    assert max(spans["b"][0], spans["c"][0]) < min(spans["b"][1], spans["c"][1])
    assert log(tmp_path)("c").read_text() == "this is c\n"


def test_what_a_job_has_begun_ends_with_it(tmp_path):
    for _ in run(tmp_path, ["begins another", "a"], {}):
        # "a" is done, and we want no more.
        break
    wait(lambda: not pathlib.Path("/proc", (tmp_path / "pid").read_text().strip()).exists())


@pytest.mark.parametrize(
    ("task", "told"), [("bad", "bad: give another"), ("killed", "ended with status -9; see ")]
)
def test_one_that_fails_ends_all(tmp_path, task, told):
    began = time.monotonic()
    with pytest.raises(InputError, match=told):
        list(run(tmp_path, ["long", task], {}))
    assert time.monotonic() - began < 30 and not (tmp_path / "long.times").exists()


def test_a_job_ends_with_the_process_that_began_it(tmp_path):
    script = (
        "import pathlib; from tests.nmt_eval import test_jobs\n"
        f"if __name__ == '__main__': list(test_jobs.run(pathlib.Path({str(tmp_path)!r}), "
        "['long'], {}, 1))"
    )
    (tmp_path / "start.py").write_text(script)
    root = pathlib.Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, tmp_path / "start.py"], env={**os.environ, "PYTHONPATH": str(root)}
    ) as started:
        wait(lambda: log(tmp_path)("long").exists() and log(tmp_path)("long").stat().st_size)
        (child,) = children(started.pid)
        started.kill()
    wait(lambda: not pathlib.Path(f"/proc/{child}").exists())


def children(parent):
    """The processes that work for one, by pid; not the one that keeps count of semaphores."""
    path = pathlib.Path(f"/proc/{parent}/task/{parent}/children")
    return [
        pid for pid in path.read_text().split()
        if "spawn_main" in pathlib.Path(f"/proc/{pid}/cmdline").read_text()
    ]  # fmt: skip


def wait(reached, seconds=30):
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.1)
