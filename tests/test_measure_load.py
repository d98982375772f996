"""The tool that measures load: its page is answered by a real kernel, and growth is noticed."""

import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

import measure_load
from measure_load import PACE, POINTS, QUESTIONS, WINDOWS, draw, kernels


class Page:
    """In place of a kernel: notes what it is sent, and grows with each message."""

    process = None

    def __init__(self, cpu=0.01):
        self.sent, self.each = [], cpu

    def execute(self, code):
        return ""

    def ask(self, stroke):
        self.sent.append(len(stroke))
        return 0.001

    def save(self, **changes):
        self.sent.append({name: len(value) for name, value in changes.items()})
        return 0.001

    def cpu(self):
        return sum(self.each * (1 + self.leak * n) for n in range(len(self.sent)))

    leak = 0


@pytest.fixture
def page(monkeypatch):
    """A page that all measurements talk to; its memory is 100 MB and `page.grown` a message."""
    page = Page()
    page.grown = 0

    @contextmanager
    def only(*_arguments, **_options):
        yield [page]

    monkeypatch.setattr(measure_load, "kernels", only)
    monkeypatch.setattr(measure_load, "memory",
                        lambda _processes: {"RSS": 100 + page.grown * len(page.sent)})
    return page


def test_it_draws_as_a_learner_does(page):
    latencies = draw(page, 3 * QUESTIONS)
    assert len(latencies) == 3 * QUESTIONS
    asked = [POINTS * part // QUESTIONS for part in range(1, QUESTIONS + 1)]
    first, second = {"strokes": 1}, {"strokes": 2}
    cleared = {"strokes": 0, "background": 0}
    assert page.sent == [*asked, first, *asked, second, cleared, *asked, first]


def test_its_pace_is_the_pages(page, monkeypatch):
    slept = []
    monkeypatch.setattr(measure_load, "time", SimpleNamespace(sleep=slept.append))
    draw(page, QUESTIONS, PACE)
    assert slept == pytest.approx([PACE - 0.001] * QUESTIONS) and 0.02 < PACE < 0.5


@pytest.mark.parametrize("measure", [
    lambda: measure_load.measure_strokes(200),
    lambda: measure_load.measure_drawing(WINDOWS * QUESTIONS * PACE / 60),
])
def test_what_grows_is_noticed(page, measure, capsys):
    assert not measure()
    assert "GROWS" not in capsys.readouterr().out
    page.sent, page.grown = [], 0.2
    assert measure()
    assert "MB, bound 10: GROWS" in capsys.readouterr().out
    page.sent, page.grown, page.leak = [], 0, 0.01
    assert measure()
    assert "times, bound 1.25: GROWS" in capsys.readouterr().out


def test_a_kernel_answers_the_page(capsys):
    with kernels() as (kernel,):
        strokes = [[[0.5, 0.2], [0.5, 0.8]]]
        assert kernel.save(strokes=strokes, number=3) > 0  # NaN if no answer names this message
        assert "1 3" in kernel.execute("print(len(panel.strokes), panel.number)")
        before = kernel.execute("print(panel.seen.sum())")
        assert kernel.ask([[0.2, 0.5], [0.8, 0.5]]) > 0
        assert kernel.execute("print(panel.seen.sum())") != before
        assert kernel.execute("print(panel.strokes)").strip() == str(strokes)
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            kernel.execute("1 / 0")
        if sys.platform == "linux":
            parts = measure_load.memory([kernel.process])
            assert 50 < parts["USS"] <= parts["PSS"] <= parts["RSS"]
            assert measure_load.peak(kernel.process) >= 0.9 * parts["RSS"]
