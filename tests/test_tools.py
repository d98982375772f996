import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import measure_conditions
import measure_recipes
import nbformat
import pandas as pd
import pytest
from packaging.version import Version
from test_packaging import PROJECT

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


@pytest.mark.skipif(sys.version_info < (3, 11), reason="it needs Python 3.11")
def test_the_lowest_versions_are_those_of_all_requirements():
    groups = PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()
    bounds = {tuple(line.split(">=")) for group in groups for line in group}
    found = {tuple(line.split("==")) for line in run("lowest_versions.py").split()}
    assert found == bounds
    assert all(Version(version(name)) >= Version(lowest) for name, lowest in found)
    rest = run("lowest_versions.py", "--without", "torch", "torchvision").split()
    assert {tuple(line.split("==")) for line in rest} == {
        bound for bound in bounds if bound[0] not in ("torch", "torchvision")}


@pytest.mark.skipif(sys.platform == "win32", reason="it is for Linux")
def test_a_condition_counts_what_passes_and_what_fails(tmp_path, monkeypatch):
    repository = tmp_path / "repository"
    (repository / "notebooks").mkdir(parents=True)
    for name in ("conftest.py", "nbval_sanitize.cfg"):  # how nbval is set up here
        (repository / name).write_bytes((ROOT / name).read_bytes())
    cells = [nbformat.v4.new_code_cell(code) for code in ("import os; x = 1", "assert x == 2",
                                                          "assert os.environ['SAID'] == 'so'")]
    for cell in cells:
        cell.execution_count = 1
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, repository / "notebooks" / "lesson.ipynb")
    subprocess.run(["git", "init", "--quiet", repository], check=True)
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    (repository / "of nobody's concern").touch()
    monkeypatch.setattr(measure_conditions, "ROOT", repository)
    course = measure_conditions.copy(tmp_path / "course")
    assert not (course / "of nobody's concern").exists()
    (tmp_path / "home").mkdir()
    found = measure_conditions.run(course, ["notebooks"], environment={"SAID": "so"})
    assert found == (2, 1)
