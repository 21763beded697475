"""Models by name: what is fetched from the hub is the revision that was asked for, told by a cache
of the hub that is made here and read without a network.
"""

import os
import subprocess
import sys

import pytest

from mining.encoders import hub
from tests.mining.encoders.models import save_bert

OTHER = "0123456789abcdef0123456789abcdef01234567"
PROGRAM = """
import sys
from mining.encoders import load_encoder
from mining.errors import InputError
try:
    encoder = load_encoder(sys.argv[1])
    print(encoder.name, encoder.fingerprint, len(encoder.languages or ()))
except InputError as error:
    print("error", error)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """The hub's cache with two revisions of LaBSE and one of another model."""
    home = tmp_path_factory.mktemp("hub")
    for model, revision, seed in (
        (hub.LABSE, hub.LABSE_REVISION, 0),
        (hub.LABSE, OTHER, 1),
        ("someone/some-BERT", OTHER, 2),
    ):
        folder = home / "hub" / f"models--{model.replace('/', '--')}"
        save_bert(folder / "snapshots" / revision, seed=seed)
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / "main").write_text(OTHER)
    return home


def loaded(cache, name):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cache)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    return line.split()


def test_labse_is_a_fixed_revision_and_another_can_be_had(cache):
    name, fingerprint, languages = loaded(cache, "labse")
    assert (name, languages) == ("labse", "109")
    other, changed, _ = loaded(cache, f"labse@{OTHER}")
    assert changed != fingerprint
    assert other == f"LaBSE-{changed[:8]}"
    # As another name for the fixed one, though the branch has moved on.
    assert loaded(cache, f"labse@{hub.LABSE_REVISION}")[1] == fingerprint


def test_any_model_of_the_hub_is_read_by_its_name(cache):
    name, fingerprint, languages = loaded(cache, f"someone/some-BERT@{OTHER}")
    assert (name, languages) == (f"some-BERT-{fingerprint[:8]}", "0")
    assert loaded(cache, "someone/some-BERT")[1] == fingerprint


@pytest.mark.parametrize("name", ["labse@nowhere", "someone/another"])
def test_what_the_hub_does_not_have_is_an_error_of_one_line(cache, name):
    error, *said = loaded(cache, name)
    assert error == "error"
    assert "hub" in said


@pytest.mark.parametrize(
    ("name", "can_be"),
    [
        ("labse", True),
        ("labse@v1", True),
        ("someone/model", True),
        ("muse", False),
        ("laser", False),
        ("", False),
        ("/no/such/folder", False),
        ("a/b/c", False),
        ("./model", False),
        ("some one/model", False),
    ],
)
def test_what_can_be_the_name_of_a_model(name, can_be):
    assert hub.is_model(name) == can_be
