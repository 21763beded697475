"""The evaluation from its command line: on a small test set in a folder and on a web server, with
the embedded encoder and with a model nobody knows, and what a user can get wrong.
"""

import pathlib
import re

import numpy as np
import pyarrow.parquet as pq
import pytest

from mining import schema, tatoeba
from mining.tatoeba import Accuracy
from mining.tatoeba_sets import LANGUAGES
from pipelines import evaluate
from pipelines.common import downloads, options
from tests.mining.encoders.models import save_bert
from tests.pipelines import web_server
from tests.pipelines.web_server import Fault

ENGLISH = [
    "The river freezes in winter.",
    "I would like a cup of tea.",
    "Where is the railway station?",
    "She has three children.",
    "The shop is closed on Sundays.",
    "My brother plays the violin.",
]
SETS = {
    "deu": [
        "Im Winter friert der Fluss zu.",
        "Ich hätte gern eine Tasse Tee.",
        "Wo ist der Bahnhof?",
        "Sie hat drei Kinder.",
        "Sonntags ist der Laden geschlossen.",
        "Mein Bruder spielt Geige.",
    ],
    "cmn": [
        "这条河冬天会结冰。",
        "我想要一杯茶。",
        "火车站在哪里？",
        "她有三个孩子。",
        "这家商店星期天关门。",
        "我哥哥拉小提琴。",
    ],
    # No encoder knows it, and the test has no such set: a user's own.
    "tlh": ["bIQtIq", "Dargh", "tengchaH", "puq", "Suy", "loDnI'"],
}


def files(sets=SETS):
    """The files of the test set by name, as bytes."""
    made = {}
    for code, other in sets.items():
        for name, lines in zip(tatoeba.file_names(code), (other, ENGLISH), strict=True):
            made[name] = "".join(f"{line}\n" for line in lines).encode()
    return made


@pytest.fixture
def folder(tmp_path):
    """A folder with the sets."""
    made = tmp_path / "tatoeba"
    made.mkdir()
    for name, content in files().items():
        (made / name).write_bytes(content)
    return made


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server with the sets below /v1, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with web_server.running() as running:
        running.files = {f"/v1/{name}": content for name, content in files().items()}
        yield running


def run(source, output, *more, encoder="muse"):
    """The exit status of the command."""
    argv = ["--tatoeba", str(source), "--output", str(output), "--encoder", str(encoder), *more]
    return options.guarded(evaluate.main, argv)


def one_line(capsys):
    err = capsys.readouterr().err
    assert err.startswith("error: ") and err.count("\n") == 1, err
    return err


def test_languages_and_averages_are_written_and_shown(folder, tmp_path, capsys):
    assert run(folder, tmp_path / "out") == 0
    path = tmp_path / "out" / "eval" / "tatoeba-muse.parquet"
    table = pq.read_table(path)
    assert table.schema.names == schema.tatoeba("", "").names
    assert table.schema.metadata[b"encoder"] == b"muse"
    rows = table.to_pylist()
    assert [(row["level"], row["code"], row["lang"], row["name"]) for row in rows] == [
        ("language", "cmn", "zh", "Chinese"),
        ("language", "deu", "de", "German"),
        ("language", "tlh", "tlh", "tlh"),
        ("average", None, None, "trained for"),
        ("average", None, None, "given"),
    ]
    assert [row["trained"] for row in rows] == [True, True, False, None, None]
    assert [row["pairs"] for row in rows] == [6, 6, 6, 12, 18]
    for field in Accuracy._fields:
        assert rows[0][field] == rows[1][field] == rows[3][field] == 1 > rows[2][field]
    shown = capsys.readouterr().out.splitlines()
    assert shown[-1] == f"written to {path}"
    assert [line.split() for line in shown if line[:1] == "*"][:2] == [
        ["*", "cmn", "zh", "Chinese", "6", *["1.000"] * 6],
        ["*", "deu", "de", "German", "6", *["1.000"] * 6],
    ]


def test_chosen_languages_alone_are_evaluated(folder, tmp_path):
    assert run(folder, tmp_path / "out", "--languages", "zh") == 0
    table = pq.read_table(tmp_path / "out" / "eval" / "tatoeba-muse.parquet")
    assert table["code"].to_pylist() == ["cmn"]


def test_a_model_nobody_knows_is_evaluated_without_marks(folder, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    save_bert(tmp_path / "mine")
    assert run(folder, tmp_path / "out", "--languages", "de,zh", encoder=tmp_path / "mine") == 0
    (path,) = (tmp_path / "out" / "eval").glob("tatoeba-mine-*.parquet")
    assert pq.read_table(path)["trained"].to_pylist() == [None] * 3
    assert "*" not in capsys.readouterr().out


def test_a_table_of_all_languages_fits_a_terminal():
    class Encoder:
        name, fingerprint, languages = "labse", "0", frozenset(("de", "zh"))

    rng = np.random.default_rng(0)
    found = {code: Accuracy(*rng.random(6).tolist()) for code in LANGUAGES}
    table = tatoeba.results(found, dict.fromkeys(LANGUAGES, 1000), Encoder)
    lines = evaluate.shown(table, "labse").splitlines()
    assert max(map(len, lines)) <= 100
    places = [[at.start() for at in re.finditer(r"[01]\.\d{3}\b", line)] for line in lines]
    figures = [found for found in places if found]
    assert len(figures) == 112 + 5
    # Columns stand below each other, whatever is before them.
    assert all(found == figures[0] and len(found) == 6 for found in figures)


def test_files_of_a_web_server_are_fetched_once(server, tmp_path):
    wanted = ("--languages", "de,zh")
    assert run(f"{server.url}/v1", tmp_path / "out", *wanted) == 0
    fetched = {path for path, _ in server.requests}
    assert fetched == {
        f"/v1/{name}" for code in ("deu", "cmn") for name in tatoeba.file_names(code)
    }
    first = (tmp_path / "out" / "eval" / "tatoeba-muse.parquet").read_bytes()
    server.requests.clear()
    assert run(f"{server.url}/v1/", tmp_path / "again", *wanted) == 0
    assert server.requests == []
    assert (tmp_path / "again" / "eval" / "tatoeba-muse.parquet").read_bytes() == first


def test_a_file_that_breaks_off_is_fetched_whole(server, tmp_path):
    server.faults = [Fault(cut=20), Fault(status=503), Fault(cut=-1)]
    out = tmp_path / "out"
    assert run(f"{server.url}/v1", out, "--languages", "de", "--set", "fetch.backoff=0.01") == 0
    kept = downloads.cache_folder(f"{server.url}/v1")
    for name in tatoeba.file_names("deu"):
        assert (kept / name).read_bytes() == files()[name]
    assert len(list(kept.iterdir())) == 2


def test_a_file_that_is_not_there_ends_in_one_line(server, tmp_path, capsys):
    del server.files["/v1/tatoeba.deu-eng.deu"]
    assert run(f"{server.url}/v1", tmp_path / "out", "--languages", "de,zh") == 2
    err = one_line(capsys)
    assert "not found" in err and "TATOEBA=FOLDER" in err
    assert not (tmp_path / "out").exists()
    server.files["/v1/tatoeba.deu-eng.deu"] = files()["tatoeba.deu-eng.deu"]
    assert run(f"{server.url}/v1", tmp_path / "out", "--languages", "de,zh") == 0


def test_without_a_network_one_line_says_to_give_a_folder(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with web_server.running() as server:
        url = server.url
    no_proxy = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    for name, value in no_proxy.items():
        monkeypatch.setenv(name, value)
    assert run(f"{url}/v1", tmp_path / "out", "--set", "fetch.tries=1") == 2
    err = one_line(capsys)
    assert "can't be reached" in err and "TATOEBA=FOLDER" in err
    assert not (tmp_path / "out").exists()


def test_the_default_is_the_test_of_its_authors(monkeypatch, tmp_path, capsys):
    asked = []
    monkeypatch.setattr(downloads, "fetched", lambda *given: asked.append(given) or tmp_path)
    argv = ["--output", str(tmp_path / "out"), "--encoder", "muse"]
    assert options.guarded(evaluate.main, argv) == 2
    ((url, names, _),) = asked
    assert url.startswith("https://raw.githubusercontent.com/facebookresearch/LASER/")
    assert len(names) == len(set(names)) == 224 and "tatoeba.deu-eng.eng" in names
    assert "missing" in one_line(capsys)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--languages", "xx"), "unknown language 'xx'"),
        (("--languages", "fr"), "unknown language 'fr'"),
        (("--languages", "en"), "beside English"),
        (("--workers", "-1"), "--workers"),
        (("--workers", "many"), "--workers"),
        (("--set", "corpus.min_margin=1"), "fetch.KNOB"),
        (("--set", "fetch.tries=0"), "at least 1"),
        (("--encoder", "nope"), "unknown encoder 'nope'"),
        (("--tatoeba", "/no/such/folder"), "no such folder"),
        (("--langauges", "de"), "--langauges"),
    ],
)
def test_an_option_that_cannot_be_used(folder, tmp_path, capsys, more, says):
    assert run(folder, tmp_path / "out", *more) == 2
    assert says in one_line(capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: [path.unlink() for path in folder.iterdir()], "no files tatoeba.XXX-eng"),
        (lambda folder: (folder / "tatoeba.deu-eng.eng").unlink(), "missing"),
        (lambda folder: (folder / "tatoeba.deu-eng.eng").write_text("One.\n"), "lines, but 1"),
        (lambda folder: (folder / "tatoeba.deu-eng.deu").write_bytes(b"\xff\n" * 6), "not UTF-8"),
    ],
)
def test_a_test_set_that_cannot_be_used(folder, tmp_path, capsys, damage, says):
    damage(folder)
    assert run(folder, tmp_path / "out") == 2
    assert says in one_line(capsys)
    assert not (tmp_path / "out").exists()


def test_output_that_holds_something_else_is_left_alone(folder, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.docx").write_text("precious")
    assert run(folder, other, "--languages", "de") == 2
    assert "something else" in one_line(capsys)
    assert [path.name for path in pathlib.Path(other).iterdir()] == ["thesis.docx"]
