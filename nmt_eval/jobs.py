"""Several tasks at once, each in a process of its own, some of them behind others."""

import multiprocessing
import os
import pathlib
import signal
import sys
import threading
from multiprocessing import connection

from mining.errors import InputError
from nmt_eval.command import guarded


def at_once(tasks, needs, work, count, logs):
    """Yields each of ``tasks`` when it is done, up to ``count`` of them being worked on at once.

    tasks: hashable, in the order in which they are begun; needs: of a task, the set of those that
    have to be done before; work: what is called with each in its process, as pickle takes it; logs:
    of a task, the path of a file for what it prints. Raises InputError for a task that fails, and
    ends the others.
    """
    waiting, running, done = list(tasks), {}, set()
    context = multiprocessing.get_context("spawn")
    try:
        while waiting or running:
            ready = [task for task in waiting if needs(task) <= done]
            for task in ready[: count - len(running)]:
                waiting.remove(task)
                pathlib.Path(logs(task)).parent.mkdir(parents=True, exist_ok=True)
                process = context.Process(target=_work, args=(work, task, logs(task)))
                process.start()
                running[process.sentinel] = task, process
            for sentinel in connection.wait(list(running)):
                task, process = running.pop(sentinel)
                process.join()
                if process.exitcode:
                    raise InputError(_told(process.exitcode, logs(task)))
                done.add(task)
                yield task
    finally:
        for _, process in running.values():
            process.terminate()
        for _, process in running.values():
            process.join()


def _work(work, task, log):
    # What is ended so ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with open(log, "w", encoding="utf-8") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    sys.exit(guarded(lambda _: work(task), []))


def _end_with_parent():
    connection.wait([multiprocessing.parent_process().sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _told(status, log):
    """What a failed task has said, in a line."""
    lines = pathlib.Path(log).read_text(encoding="utf-8", errors="replace").split("\n")
    said = [line for line in lines if line.startswith("error: ")]
    return said[-1].removeprefix("error: ") if said else f"ended with status {status}; see {log}"
