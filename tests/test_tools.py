import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.thorough
def test_the_benchmark_compares_the_pipelines():
    command = [sys.executable, ROOT / "tools/benchmark.py", "--steps", "3", "--rounds", "1"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds = dict(re.findall(r"^(reference|ours|fast) +([\d.]+)", out, re.MULTILINE))
    ratio = float(re.search(r"ours / reference: ([\d.]+)", out)[1])
    assert abs(ratio - float(seconds["ours"]) / float(seconds["reference"])) < 0.02  # rounded
