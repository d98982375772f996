"""No check accepts a solution with one small change, and hardly any is refused without a reason.

The solutions are those of the notebooks, as a learner would write them; a program changes them.
"""

import re
import signal
from pathlib import Path

import nbformat
import pytest
from every_lesson import LESSONS, ROOT

from mnist_adder_lib.course.exercises.checks import from_code
from mnist_adder_lib.course.exercises.slips import slips

pytestmark = [pytest.mark.thorough, pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="stops what doesn't end by a signal")]
SECONDS = 10  # of processor time, after which a mutant counts as refused

# Changes, as `before -> after` of their lines, that leave a solution right, and why.
EQUIVALENT = {
    "split: torch.Generator() -> torch": "torch's own generator starts from the seed just as well",
    "coverage: lows <= truth -> lows < truth": "an end that is just the truth may count or not",
    "coverage: truth <= highs -> truth < highs": "an end that is just the truth may count or not",
    "joint_range: (digit_matrix.diagonal().sum(), sum_matrix.diagonal().sum()) -> "
    "(sum_matrix.diagonal().sum(), digit_matrix.diagonal().sum())": "both are treated alike",
    **dict.fromkeys(["judge_sentences: (0, 0) -> (0, 0)", "judge_sentences: (1, 1) -> (1, 1)"],
                    "row and column are the same on the diagonal"),
    "lost_sums: totals[~held_out].tolist() -> totals[~held_out]": "`in` looks into tensors, too",
    "slope: predicted - predicted.mean() -> predicted + predicted.mean()":
        "what is added to all predictions alike counts nothing, as the true distances add up to 0",
    "slope: predicted.mean -> predicted.sum": "the same",
    "passes: 10 -> 9": "in one of the loops: the other still compares 9 with all but itself",
    "what_enters: 0 -> -1": "there is one thing in the tuple and in the list",
    "explained_by_sum: 19 -> 20": "no place has the sum 19",
    "explained_by_sum: torch.zeros(10, 10) -> torch.zeros(10, 10)": "the table is a square",
    "swap_units: output.clone() -> output": "nobody else needs what left the layer",
    "read_ablation: abs(mean) < 2.78 * error -> abs(mean) <= 2.78 * error":
        "just at the limit either word is right",
    "read_ablation: mean > 0 -> mean >= 0": "a mean of 0 never comes so far",
    "plan: power_of_pairs(pairs, spread, difference) >= power -> "
    "power_of_pairs(pairs, spread, difference) > power": "no power is just what was asked for",
    **dict.fromkeys(["plan: 1000 -> 1001", "plan: 1000 -> 999"], "fewer pairs are enough"),
    **dict.fromkeys(
        [f"reading: {change}" for change in (
            "high < matters -> high <= matters", "-matters < low -> -matters <= low",
            "low > 0 -> low >= 0", "high < 0 -> high <= 0")],
        "just at a limit either word is right"),
    **dict.fromkeys(
        ["in_order: 1 -> 0", "in_order: len(steps) - 1 -> len(steps) * 1"],
        "whether one looks from the last result on or right after it: it is no evaluation"),
    "in_bits: 2 ** (bits - 1) - 1 -> 1 - 2 ** (bits - 1)":
        "divided and multiplied by a negative step, the values are the same",
    "learn: 1 -> 2": "log(2 / p) is larger by the same for all, and has the same slopes",
    "learn: 0 -> -1": "any image has the shape of the weights",
    "learn: (images * weights).sum(dim=(1, 2)) * sides -> "
    "(images * weights).sum(dim=(1, 2)) / sides": "the sides are 1 and -1",
    "learn: (1, 2) -> (2, 1)": "the order in which one adds up doesn't matter",
    **dict.fromkeys(
        ["convolve: 0 -> 1", "convolve: 0 -> -1"],
        "`channels[0][0]` is any row; borders that aren't zeros are among the mistakes"),
    **dict.fromkeys(
        [f"train_larger: {change}" for change in (
            "100 -> 101", "100 -> 99", "0.1 -> 1.1", "True -> False",
            "DataLoader(train, 100, shuffle=True) -> DataLoader(train, 100)",
            "torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9) -> "
            "torch.optim.SGD(model.parameters(), lr=0.1)")],
        "how it learns is free, as long as it learns"),
    "train_larger: (model(images, numbers).argmax(1) == (digits > numbers)).sum().item() -> "
    "(model(images, numbers).argmax(1) == (digits > numbers)).sum()": "a tensor of one is a number",
    "users_served: answers_a_second * 86400 / (drawings * peak) -> "
    "answers_a_second * 86400 // (drawings * peak)": "it may be a whole number of users",
    "centre: torch.zeros(28, 28) -> torch.zeros(28, 28)": "the image is a square",
    **dict.fromkeys(
        [f"upstroke: {change}" for change in (
            "2.0 -> 3.0", "2.0 -> 1.0", "6.0 -> 7.0", "6.0 -> 5.0")],
        "the line may be a little thicker, thinner, longer or shorter"),
}


class TooLong(BaseException):
    """The mutant doesn't end."""


def verdict(check, code: str, names: dict) -> str:
    """What the check says of the function in some code; "too long" if that doesn't end."""
    def stop(*_):
        raise TooLong

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        return check.verdict(from_code(code, check.__name__, dict(names)))
    except TooLong:
        return "too long"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def solutions(path: Path):
    """(name, code, names that are there before) for every exercise of a notebook."""
    names: dict = {}
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    functions = [place for place, cell in enumerate(cells)
                 if re.search(r"exercise-\d-function", cell.id)]
    for place, cell in enumerate(cells[: functions[-1] + 1]):  # what follows is no exercise
        if place in functions:
            yield re.findall(r"^def (\w+)", cell.source, re.MULTILINE)[-1], cell.source, names
        if not re.search("colab|check", cell.id):
            exec(cell.source, names)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_mutant_is_accepted(lesson):
    (path,) = (ROOT / "notebooks" / "solutions").glob(f"??_{lesson.name}.ipynb")
    texts: list[tuple[str, str]] = []
    for name, code, names in solutions(path):
        check = getattr(lesson.module.checks, name)
        assert verdict(check, code, names).startswith("✓ Right"), name
        texts += [(f"{name}: {change}", verdict(check, mutant, names))
                  for _, change, mutant in slips(code)]
    accepted = {change for change, text in texts if text.startswith("✓")}
    assert accepted - EQUIVALENT.keys() == set()
    bare = [f"{change}\n    {text}" for change, text in texts if re.match(
        r"Not right yet\. (`\w+\(.*?\)` should give|(In|After) `\w+\(.*?\)`, .*? should be) ",
        text)]
    for line in bare:
        print(line)
    assert len(bare) <= 0.1 * len(texts), "too many get numbers alone"
    assert not [text for _, text in texts if "something in it can't be done" in text]
