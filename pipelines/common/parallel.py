"""A map whose work is done by several processes of this machine.

Beam's own local multi-processing opens ports on every interface and waits for ever when a worker
dies. Here the elements of a bundle go to a pool of processes and a dead one is an error. With one
worker, as on a cluster, where the runner has the workers, the function is called in place.
"""

import concurrent.futures
import multiprocessing
import os
import signal

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from mining.errors import InputError

# A process takes about as long to start as this much WARC to extract.
_WORTH_A_PROCESS = 8 << 20


def worker_count(workers, sizes):
    """How many processes to use for elements of these sizes in bytes: ``workers``, but no more
    than elements; for 0 one a core, as far as each has enough to do."""
    most = workers or min(os.cpu_count() or 1, 1 + sum(sizes) // _WORTH_A_PROCESS)
    return max(1, min(most, len(sizes)))


def device_environments(count, visible=None):
    """The environment variables of ``count`` processes, so that each sees a CUDA device of its own.

    visible: CUDA_VISIBLE_DEVICES of this process, if it is set: the devices there are to choose
    from, by number or name.
    """
    devices = [name.strip() for name in visible.split(",")] if visible else range(count)
    return [{"CUDA_VISIBLE_DEVICES": str(device)} for device in devices[:count]]


class ParallelMap(beam.PTransform):
    """Each element to ``function(element, *sides)``, called in one of ``workers`` processes.

    function: picklable, as are its results. sides: Beam side inputs or plain values. environments:
    environment variables, a dict for each process, which it has before anything but Beam is
    imported; none are set where one process is enough.
    """

    def __init__(self, function, workers, *sides, environments=()):
        super().__init__()
        self._function = function
        self._workers = workers
        self._sides = sides
        self._environments = environments

    def expand(self, elements):
        given = {}
        if self._workers > 1:
            given = elements.pipeline.options.get_all_options(drop_default=True)
        call = _Call(self._function, self._workers, given, self._environments)
        return elements | beam.ParDo(call, *self._sides)


def _start(beam_options, environments):
    """Makes a new process read and write where the one that started it does."""
    if environments is not None:
        os.environ.update(environments.get())
    FileSystems.set_options(PipelineOptions.from_dictionary(beam_options))


# The pool of this process: the steps of a job use the same one, since processes take long to start.
_pool = None


def close_pool():
    """Ends the processes that the steps of a job used."""
    global _pool
    if _pool is not None:
        _pool.shutdown(wait=True, cancel_futures=True)
        _pool = None


def _open_pool(workers, beam_options, environments):
    global _pool
    if _pool is None:
        # spawn: a fork would copy the runner's threads' locks as they happen to be.
        context = multiprocessing.get_context("spawn")
        queue = None
        if environments:
            # Each process takes one.
            queue = context.SimpleQueue()
            for environment in environments:
                queue.put(environment)
        _pool = concurrent.futures.ProcessPoolExecutor(
            workers, context, initializer=_start, initargs=(beam_options, queue)
        )
    return _pool


class _Call(beam.DoFn):
    def __init__(self, function, workers, beam_options, environments):
        self._function = function
        self._workers = workers
        self._beam_options = beam_options
        self._environments = environments
        self._waiting = []

    def start_bundle(self):
        self._waiting = []

    def process(self, element, *sides):
        if self._workers == 1:
            yield self._function(element, *sides)
        else:
            pool = _open_pool(self._workers, self._beam_options, self._environments)
            # Workers are started here and inherit what is blocked: Ctrl-C is for the parent,
            # which ends them.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                self._waiting.append(pool.submit(self._function, element, *sides))
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def finish_bundle(self):
        try:
            for future in concurrent.futures.as_completed(self._waiting):
                yield WindowedValue(future.result(), MIN_TIMESTAMP, [GlobalWindow()])
        except concurrent.futures.process.BrokenProcessPool:
            raise InputError(
                "a worker process died, most likely for want of memory; run again with fewer "
                "workers: finished work is kept"
            ) from None
        except BaseException:
            close_pool()
            raise

    def teardown(self):
        close_pool()
