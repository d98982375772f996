"""The program that measures how far checks on trained numbers are from failing."""

import ast
import json

import measure_margins
import pytest


class Shell:
    """As much of a notebook's shell as the watching needs."""

    def __init__(self):
        self.user_ns, self.ast_transformers = {}, []

    def run(self, code):
        tree = ast.parse(code)
        for transformer in self.ast_transformers:
            tree = transformer.visit(tree)
        exec(compile(tree, "cell", "exec"), self.user_ns)


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """A function: the lines that a lesson's code records."""
    monkeypatch.setattr("torch.manual_seed", lambda seed: None)

    def lines(code):
        file, shell = tmp_path / "margins.jsonl", Shell()
        measure_margins.watch(shell, "lesson", str(file), offset=0)
        shell.run(code)
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    return lines


@pytest.mark.parametrize("code, expected", [
    ("assert x > 3", [(5, "above", 3)]),
    ("assert x < 3", [(5, "below", 3)]),  # recorded, not raised
    ("assert 1 < x < 9 and x >= y", [(5, "above", 1), (5, "below", 9), (3, "above", 0)]),
])
def test_comparisons_are_recorded_with_their_bounds(watched, code, expected):
    lines = watched(f"x, y = 5, 2\n{code}")
    for line, (value, side, bound) in zip(lines, expected, strict=True):
        assert (line["value"], line[side]) == (value, bound)


def test_what_is_no_comparison_of_numbers_stays_an_assertion(watched):
    with pytest.raises(AssertionError):
        watched("assert not True")
    with pytest.raises(AssertionError):
        watched("assert {1} > {1, 2}")


def test_the_seeds_are_moved_on(monkeypatch, tmp_path):
    import torch

    monkeypatch.setattr(torch, "manual_seed", torch.manual_seed)  # undone after the test
    torch.manual_seed(7)
    expected = torch.rand(1)
    measure_margins.watch(Shell(), "lesson", str(tmp_path / "m.jsonl"), offset=5)
    torch.manual_seed(2)
    assert torch.equal(torch.rand(1), expected)


def test_the_table_has_the_smallest_margin_first():
    lines = [
        dict(name="wide", value=value, above=0) for value in (9, 10)] + [
        dict(name="narrow", value=value, below=3) for value in (1, 2)] + [
        dict(name="broken", value=value, above=5) for value in (4, 7)] + [
        dict(name="constant", value=1, above=0)] * 2
    rows = measure_margins.table(lines)
    assert [row[1] for row in rows] == ["broken", "narrow", "wide"]
    assert [row[0] for row in rows] == pytest.approx([-1 / 3, 1, 9])


@pytest.mark.parametrize("quick, runs", [(True, 1), (False, 12)])
def test_what_fails_anywhere_is_told(monkeypatch, tmp_path, quick, runs):
    ran = []

    def run_lesson(path, file, offset, environment):
        ran.append(path.stem)
        if path.stem.startswith("07"):
            raise RuntimeError("a cell")

    monkeypatch.setattr(measure_margins, "run_lesson", run_lesson)
    monkeypatch.setattr(measure_margins, "run_tests", lambda *_: ran.append("tests"))
    failures = measure_margins.measure(tmp_path / "file", quick)
    assert len(failures) == runs and all("07_draw_a_digit on" in failure for failure in failures)
    assert {ran.count(name) for name in ("tests", "00_start_here", "07_draw_a_digit")} == {runs}
    assert ran.count(measure_margins.LONG) == (0 if quick else 4)
