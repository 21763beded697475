"""What jobs share: the process map, the coder, writes that are all or nothing, progress."""

import os
import time

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions, S3Options
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from mining.errors import InputError
from pipelines.common import coders, datasets, manifests, options, progress
from pipelines.common.parallel import ParallelMap, worker_count


def square(number, plus=0):
    return number * number + plus


def process_id(_):
    time.sleep(0.3)
    return os.getpid()


def object_store(_):
    return FileSystems._pipeline_options.view_as(S3Options).s3_endpoint_url


def die(_):
    os._exit(9)


def refuse(number):
    raise InputError(f"{number}: not\nthis one")


def run(function, workers, elements, check):
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        result = pipeline | beam.Create(elements) | ParallelMap(function, workers)
        assert_that(result, check)


@pytest.mark.parametrize("workers", [1, 2])
def test_map_over_processes_gives_what_map_gives(workers):
    run(square, workers, range(20), equal_to([number * number for number in range(20)]))


def test_side_inputs_reach_the_function():
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        side = beam.pvalue.AsSingleton(pipeline | "Side" >> beam.Create([7]))
        result = pipeline | beam.Create([2, 3]) | ParallelMap(square, 2, side)
        assert_that(result, equal_to([11, 16]))


def test_work_is_done_by_as_many_processes_as_asked_for():
    def check(found):
        assert len(set(found)) == 2 and os.getpid() not in found

    run(process_id, 2, range(4), check)


def test_processes_use_the_object_store_that_the_job_was_told_of():
    endpoint = "http://127.0.0.1:1"
    beam_options = PipelineOptions(["--s3_endpoint_url", endpoint])
    with beam.Pipeline(runner=FnApiRunner(), options=beam_options) as pipeline:
        result = pipeline | beam.Create([1, 2]) | ParallelMap(object_store, 2)
        assert_that(result, equal_to([endpoint] * 2))


@pytest.mark.parametrize(("function", "says"), [(die, "worker process died"), (refuse, "not this")])
def test_failure_in_a_process_is_one_line(capsys, function, says):
    def main(_):
        run(function, 2, [1, 2], lambda _: None)

    assert options.guarded(main, []) == 2
    err = capsys.readouterr().err
    assert says in err and err.startswith("error: ") and err.count("\n") == 1


def test_fault_of_our_own_is_not_swallowed():
    def main(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        options.guarded(main, [])


@pytest.mark.parametrize(
    ("workers", "sizes", "count"),
    [(2, [1] * 10, 2), (8, [1] * 3, 3), (1, [1] * 5, 1), (3, [], 1), (0, [1000] * 5, 1)],
)
def test_no_more_workers_than_there_is_work_for(workers, sizes, count):
    assert worker_count(workers, sizes) == count


def test_big_files_get_a_worker_a_core():
    assert worker_count(0, [1 << 30] * 1000) == os.cpu_count()


def test_table_coder_writes_a_slice_and_not_its_parent():
    table = pa.table({"number": pa.array(range(100_000)), "text": ["x"] * 100_000})
    coder = coders.ArrowTableCoder()
    piece = table.slice(50_000, 10)
    encoded = coder.encode(piece)
    assert coder.decode(encoded).equals(piece)
    assert len(encoded) < 5_000


def test_failed_write_leaves_neither_the_file_nor_a_partial_one(tmp_path):
    path = tmp_path / "folder" / "table.parquet"
    good = pa.table({"a": [1]})
    with pytest.raises((pa.ArrowInvalid, ValueError)):
        datasets.write_tables(str(path), good.schema, [good, pa.table({"b": ["other"]})])
    assert not path.exists() and not list(path.parent.iterdir())


def test_empty_tables_take_no_row_group(tmp_path):
    path = str(tmp_path / "table.parquet")
    table = pa.table({"a": [1, 2]})
    datasets.write_tables(path, table.schema, [table.slice(0, 0), table, table.slice(0, 0)])
    assert pq.ParquetFile(path).num_row_groups == 1


def test_manifest_is_current_only_for_its_own_key(tmp_path):
    folder = str(tmp_path / "data")
    key = manifests.key_of("stage", {"k": 4}, ["a"])
    assert not manifests.is_current(folder, key)
    manifests.write(folder, key, "stage", {"k": 4}, rows=3)
    assert manifests.is_current(folder, key)
    assert not manifests.is_current(folder, manifests.key_of("stage", {"k": 5}, ["a"]))
    manifests.begin(folder)
    assert not manifests.is_current(folder, key)


def test_counts_of_several_workers_are_added_up(tmp_path):
    for count in (2, 3):
        reporter = progress.Reporter(str(tmp_path))
        reporter.add(files=1, pages=count)
        reporter.flush()
    assert progress.total(tmp_path) == {"files": 2, "pages": 5}


def test_padding_is_shown_as_its_share():
    counts = {"sentences": 1000, "tokens": 30_000, "padding": 600}
    assert progress.beside(counts, 2.0) == (
        "1,000 sentences (500/s), 30,000 tokens (15,000/s), padding 2.0%"
    )
    assert progress.beside({"pages": 0}, 1.0) == "0 pages (0/s)"
    assert progress.beside({"tokens": 0, "padding": 0}, 1.0).endswith("padding 0.0%")


def test_no_bar_where_there_is_no_terminal(capsys):
    with progress.bar("extract", 3, "files") as reporter:
        reporter.add(files=3)
    assert capsys.readouterr() == ("", "")
