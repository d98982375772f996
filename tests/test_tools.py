import re
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1] / "tools"


def test_the_benchmark_compares_both_pipelines():
    command = [sys.executable, TOOLS / "benchmark.py", "--steps", "3", "--rounds", "1"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    reference, ours = re.findall(r"^(?:reference|ours) +([\d.]+)", out, re.MULTILINE)
    ratio = float(re.search(r"ours / reference: ([\d.]+)", out)[1])
    assert abs(ratio - float(ours) / float(reference)) < 0.02  # printed numbers are rounded
