"""The front end in js/: what ships is what its sources make, and it calculates what Python does."""

import json
import re
import shutil
import subprocess
import zlib
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
import write_golden

from mnist_adder_lib.course.widgets.front_end import RULES
from mnist_adder_lib.course.widgets.hidden_sums import MOST
from mnist_adder_lib.drawing.rules import SENTENCES

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


def test_types_and_style(run):
    run("npx", "tsc")
    run("npx", "biome", "ci", "--error-on-warnings")


def test_its_arithmetic_is_pythons(run):
    run("npm", "test")


def alike(now, stored, path="golden"):
    """Whether two of what write_golden.py writes are the same, but for rounding."""
    assert type(now) is type(stored), path
    if isinstance(now, dict):
        assert now.keys() == stored.keys(), path
        for name in now:
            alike(now[name], stored[name], f"{path}.{name}")
    elif isinstance(now, list):
        assert len(now) == len(stored), path
        for n, (one, other) in enumerate(zip(now, stored)):
            alike(one, other, f"{path}[{n}]")
    elif isinstance(now, float):
        assert now == pytest.approx(stored, rel=1e-3, abs=1e-3), path
    elif isinstance(now, str) and now.startswith("eN"):  # what zlib has packed, in base64
        alike_bytes(b64decode(now), b64decode(stored), path)
    # Where a computed share is on the edge of two percents, words differ.
    elif not re.fullmatch(r"golden\.framing\[\d+\]\.sentence", path):
        assert now == stored, path


def alike_bytes(now, stored, path):
    """The same for numbers in base64, of which float32 ones may differ by rounding."""
    if now == stored:
        return
    now, stored = map(zlib.decompress, (now, stored))
    assert len(now) == len(stored), path
    now, stored = (np.frombuffer(one, np.float32).astype(float) for one in (now, stored))
    assert np.abs(now - stored).max() <= 1e-3 * np.abs(stored).max() + 1e-6, path


def taken_apart(text):
    """The header of a safetensors file, whose entries come in any order, and its numbers."""
    content = b64decode(text)
    size = int.from_bytes(content[:8], "little")
    return json.loads(content[8:8 + size]), content[8 + size:]


def test_the_golden_file_is_up_to_date():
    now, stored = write_golden.golden(), json.loads(write_golden.FILE.read_text("utf-8"))
    assert taken_apart(now.pop("saved")) == taken_apart(stored.pop("saved"))
    alike(now, stored)


def test_python_reads_the_rules_that_the_front_end_does():
    assert RULES["most_hidden"] == MOST == 20
    assert "{digit} + {number} = {answer}" in SENTENCES["certain"]
