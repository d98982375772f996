import json
import re
import subprocess
import sys
from pathlib import Path

import measure_recipes
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]


def run(tool, *arguments):
    command = [sys.executable, ROOT / "tools" / tool, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_benchmark_compares_the_pipelines():
    out = run("benchmark.py", "--steps", "3", "--rounds", "1")
    seconds = dict(re.findall(r"^(reference|ours|fast) +([\d.]+)", out, re.MULTILINE))
    reference, ours, fast = (float(seconds[name]) for name in ("reference", "ours", "fast"))
    ratio = float(re.search(r"ours / reference: ([\d.]+)", out)[1])
    assert abs(ratio - ours / reference) < 0.02  # printed numbers are rounded
    whole, refresh = map(float, re.search(r"fast recipe ([\d.]+) s, ([\d.]+) s of", out).groups())
    assert refresh > 0 and abs(whole - 2 * fast - refresh) < 0.2
    part = float(re.search(r"15 reference epochs .*: 1/([\d.]+)", out)[1])
    assert abs(part / (15 * reference / whole) - 1) < 0.02


def test_the_options_are_compared_with_the_librarys_own_way():
    out = run("speed_options.py", "--steps", "2", "--rounds", "1")
    assert re.search(r"^batch 128.* 1\.00  \(1\.00-1\.00\)$", out, re.MULTILINE)
    assert len(re.findall(r" \d\.\d\d  \(", out)) >= 10


def test_the_table_is_mean_and_deviation_over_the_seeds(tmp_path):
    rows = [dict(recipe=name, seed=seed, test=98 + seed, evaluation=97 + 2 * seed)
            for name in measure_recipes.RECIPES for seed in (0, 1)]
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    table = measure_recipes.table(path)
    assert "| fast | 2 | 2 | 98.50 ± 0.71 | 98.00 ± 1.41 | 97.00 to 99.00 |" in table


def test_the_readme_shows_the_measured_table():
    runs = pd.read_json(measure_recipes.RESULTS, lines=True)
    assert not runs.duplicated(["recipe", "seed"]).any()
    assert measure_recipes.table() in (ROOT / "README.md").read_text(encoding="utf-8")
