"""The front end in js/: what ships is what its sources make, and it calculates what Python does."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from alike import alike

from tools.testing import write_golden
from tools.testing.write_golden import as_text

JS = Path(__file__).resolve().parents[1] / "js"


@pytest.fixture
def run():
    """A function that runs a command in js/, where Node and what it needs are."""
    if not (shutil.which("npx") and (JS / "node_modules").is_dir()):
        pytest.skip("Node, or js/node_modules (npm ci), is missing")

    def run(*command):
        command = [shutil.which(command[0]), *command[1:]]  # on Windows npx is a script
        done = subprocess.run(command, cwd=JS, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_what_ships_is_what_the_sources_make(run):
    assert "differs" not in run("node", "build.js", "--check")


@pytest.mark.thorough
def test_webassembly_is_what_the_compiler_makes_of_the_c(run):
    """Half a minute. Where neither a C file nor its WebAssembly has changed, the test above trusts
    the stamp of js/compile.js."""
    assert "differs" not in run("node", "build.js", "--check", "--anew")


def test_its_arithmetic_is_pythons(run):
    """Takes longer than 20 s, as it runs all tests in Node, of which some train networks.

    What fails is at the end. Where a shared sentence or what Python calculates was changed on
    purpose, `python tools/testing/write_golden.py` writes what is expected, in half a minute.
    """
    run("npm", "test")


@pytest.mark.stored
def test_the_golden_file_is_up_to_date():
    now = json.loads(json.dumps(write_golden.golden()))
    stored = json.loads(write_golden.FILE.read_text("utf-8"))
    alike(now, stored)


@pytest.mark.parametrize("now, stored", [
    (0.1234567, 0.12346), (as_text([1, 2]), as_text([1, 2.000001])),
    ("AAAA" * 300, "AAAA" * 299 + "AAAB")])
def test_stored_numbers_may_differ_by_rounding(now, stored):
    alike({"value": [now]}, {"value": [stored]})


@pytest.mark.parametrize("now, stored", [
    (0.124, 0.123), (1, 2), ([1], [1, 2]), ({"a": 1}, {"b": 1}), ("labelled 2", "labelled 3"),
    (as_text([1, 2]), as_text([1, 2.1])), ("AAAA" * 300, "AAAA" * 299 + "AAAC")])
def test_and_nothing_else_may_differ(now, stored):
    with pytest.raises(AssertionError):
        alike({"value": [now]}, {"value": [stored]})
