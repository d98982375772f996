"""The program that breaks things: a case of each row that is done at once."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[1] / "tools" / "measure_faults.py"
SLOW = {"interrupted_import", "several_unpack", "killed_unpacking", "disk_full_unpacking",
        "strange_upload", "panel_messages"}


def run(*arguments) -> str:
    command = [sys.executable, TOOL, *arguments]
    return subprocess.run(command, capture_output=True, text=True).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs fork, signals and limits of Linux")
def test_every_row_runs_and_no_promise_breaks():
    rows = [name for name in run("--names").split() if name not in SLOW]
    table = run("--share", "0.001", "--only", *rows)
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(lines) == len(rows) > 15 and "broken:" not in table
