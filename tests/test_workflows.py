"""What GitHub is told to run: that it exists, and is what this project promises.

`pre-commit run --all-files` judges the files as such, by GitHub's schema and zizmor's rules.
"""

import re
from pathlib import Path

import make
import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
REQUIRES = re.search(r'^requires-python = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"),
                     re.MULTILINE)[1]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request):
    return yaml.safe_load(request.param.read_text("utf-8"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def pythons(workflow):
    """The versions that its jobs ask for."""
    for job in workflow["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        for step in job["steps"]:
            version = step.get("with", {}).get("python-version")
            if version:
                yield from matrix["python"] if "matrix.python" in version else [version]


def test_steps_call_targets_that_exist(workflow):
    for step in steps(workflow):
        for name in re.findall(r"\bmake(?:\.py)? (\w+)", step.get("run", "")):
            assert name in make.TARGETS


def test_ci_calls_targets_that_exist():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    called = re.findall(r"^[^#\n]*\bmake (\w+) ", script, re.MULTILINE)
    assert {"lint", "test", "margins"} == set(called) <= set(make.TARGETS)


def test_actions_are_pinned_and_keep_no_credentials(workflow):
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_an_action_is_used_in_one_version():
    text = "\n".join(path.read_text("utf-8") for path in WORKFLOWS)
    pins = set(re.findall(r"uses: (\S+)@(\S+ # v[\d.]+)$", text, re.MULTILINE))
    assert len(pins) == len(dict(pins)) and text.count("uses: ") == len(
        re.findall(r"uses: \S+@\S+ # v[\d.]+$", text, re.MULTILINE))


def test_jobs_may_only_read_and_end_some_time(workflow):
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 120
        assert name == "deploy" or job["permissions"] == {"contents": "read"}


def test_pythons_are_allowed_ones(workflow):
    assert all(version in SpecifierSet(REQUIRES) for version in pythons(workflow))


def test_a_push_is_tested_with_the_oldest_python_on_all_systems():
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text("utf-8"))
    oldest = REQUIRES.removeprefix(">=")
    matrix = workflow["jobs"]["tests"]["strategy"]["matrix"]
    assert oldest in matrix["python"] and len(matrix["python"]) == 2
    assert [system.split("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    assert {"push", "pull_request"} <= set(workflow[True])  # YAML reads "on" as true
