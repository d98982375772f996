"""What the pages claim is so: links, versions, dependencies, the programs that they name."""

import json
import re
import subprocess
import sys
from datetime import date

import pytest
import yaml
from test_packaging import PROJECT, ROOT

import mnist_adder_lib

VERSION = mnist_adder_lib.__version__
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SECURITY = (ROOT / "docs" / "security.md").read_text("utf-8")
NOTEBOOKS = sorted(path.relative_to(ROOT) for path in (ROOT / "notebooks").rglob("*.ipynb"))


def test_there_is_one_version():
    """The wheel's is tested in test_packaging.py."""
    assert "version" not in PROJECT and re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"] == VERSION
    newest = re.search(r"^## \[(.+?)\] - (unreleased|\d{4}-\d\d-\d\d)$",
                       (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest[1] == VERSION, "CHANGELOG.md begins with another version"
    assert newest[2] == "unreleased" or date.fromisoformat(newest[2])


def test_the_version_is_known_where_a_package_is_missing():
    code = ("import sys; sys.modules['torch'] = None; import mnist_adder_lib; "
            "print(mnist_adder_lib.__version__)")
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == VERSION


def test_every_dependency_has_its_reason():
    table = SECURITY.partition("| package | what for | extra |\n|---|---|---|\n")[2]
    rows = re.findall(r"^\| (.+) \| .+ \| (.*?) ?\|$", table, re.MULTILINE)
    said = {(name, extra) for names, extra in rows for name in names.split(", ")}
    groups = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    assert said == {(re.match(r"[a-z-]+", line)[0], extra)
                    for extra, lines in groups.items() for line in lines}


def anchors(page):
    """Those that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_programs_of_a_page_exist(page):
    text = page.read_text("utf-8")
    prose = re.sub(r"`[^`\n]*`", "", text)
    for place, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", prose):
        target = page.parent / place if place else page
        assert target.exists(), place
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), anchor
    for program in re.findall(r"\b(?:tools|tests)/[\w/]+\.py\b", text):
        assert (ROOT / program).exists(), program


def test_the_tests_that_pages_name_exist():
    named = re.findall(r"`(tests/\S+\.py)(?:::(\w+))?`", SECURITY)
    assert len(named) > 12
    for file, test in named:
        code = (ROOT / file).read_text("utf-8")
        assert f"def {test}(" in code, (file, test)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_stores_a_script(path):
    for cell in json.loads((ROOT / path).read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            for kind, content in output.get("data", {}).items():
                assert "javascript" not in kind
                assert kind == "image/png" or not re.search(r"<script|\bon\w+=", str(content), re.I)


def test_the_example_of_the_readme_runs(capsys):
    (example,) = re.findall(r"^```python\n(.+?)^```$", (ROOT / "README.md").read_text("utf-8"),
                            re.MULTILINE | re.DOTALL)
    exec(example, {})
    assert "both" in capsys.readouterr().out
