"""One change at a time: what the lesson asks, checks and draws."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import pandas as pd
import torch
from matplotlib.figure import Figure

from ..train import SCHEDULES
from .figures import BLUE, GREY, ORANGE, in_style, labelled
from .guesses import Guesses
from .old_checks import Checks, Wrong, compare, draw, numbers, require
from .results import read_results

guesses = Guesses.load(
    "one_change_at_a_time", added_up=lambda more: more[0] / more[1]  # mean and standard error
)
checks = Checks()


@checks.add("The decay pulls every weight towards 0; only what the gradient defends stays large.")
def decayed(answer):
    """`decayed(weight, gradient, rate, decay)`: the weight after a step of SGD with decay."""
    for _ in range(5):
        weight, gradient = draw(2, 9) / 2, -draw(2, 9) / 4
        rate, decay = draw(2, 5) / 10, draw(11, 19) / 100
        right = weight - rate * (gradient + decay * weight)
        case = f"weight {weight}, gradient {gradient}, rate {rate} and decay {decay}"
        compare(answer(weight, gradient, rate, decay), right, case, {
            "That is SGD without decay. The weight should also lose rate * decay of itself.":
                weight - rate * gradient,
            "That is the decay alone, as with a gradient of 0. Here there is a gradient, too.":
                weight - rate * decay * weight,
            "Decay takes away a share of the weight: multiply it by the weight.":
                weight - rate * (gradient + decay),
            "The learning rate counts for the decay, too.":
                weight - rate * gradient - decay * weight,
            "The learning rate counts for the gradient, too.":
                weight - gradient - rate * decay * weight,
            "Downhill is against the gradient: minus.": weight + rate * (gradient - decay * weight),
            "Decay makes the weight smaller, and yours grows by it.":
                weight - rate * (gradient - decay * weight),
            "That is how far the weight moves. Where does it arrive?":
                -rate * (gradient + decay * weight),
            "Decay is a share of the weight, not of the gradient.":
                weight - rate * gradient * (1 - decay),
        })


@checks.add("This is the target in `agreement_loss`: what both heads are drawn towards.")
def middle(answer):
    """`middle(digit_probabilities, sum_probabilities, number)`: ten numbers between both heads."""
    for number in (3, 0, 9, draw(1, 8)):
        digits, sums = torch.rand(10).softmax(dim=0), (3 * torch.rand(19)).softmax(dim=0)
        got = numbers(_in_ten(answer, digits.clone(), sums.clone(), number))
        require(got.shape == (10,), "It should return ten numbers, one for each digit, but the "
                f"shape is {got.shape}. Which ten of the 19 sums are possible with the number?")
        moved = sums[number : number + 10]
        reasons = {
            "You added the two. In the middle between them is half of that.": digits + moved,
            "That is only what the sum head says. The middle needs the digit head, too.": moved,
            "That is only what the digit head says. The middle needs the sum head, too.": digits,
        }
        if number:
            reasons |= {
                "The sums aren't moved: with the number 3, a 4 is seen as the sum 7, not 4.":
                    (digits + sums[:10]) / 2,
                "The sums are moved, but to the wrong side: with the number 3, a 0 is seen as the "
                "sum 3.": (digits + sums.roll(number)[:10]) / 2,
            }
        _compare_all(got, (digits + moved) / 2, reasons, f"With the number {number}")


def _in_ten(answer, *arguments):
    """What is answered; a collision of ten numbers with nineteen in the words of the task."""
    try:
        return answer(*arguments)
    except Wrong as stopped:
        require("size of tensor" not in str(stopped), "There are ten digits but 19 sums, so they "
                "can't be added as they are. Which ten of the sums are possible with the number?")
        raise


def _compare_all(got, right, reasons, case):
    """Refuse a row of numbers unless it is right; `reasons` is a dict of reason -> wrong row."""
    def close(row):
        return torch.allclose(torch.tensor(got), row.double(), atol=1e-5)

    if not close(right):
        for reason, wrong in reasons.items():
            require(not close(wrong), reason)
        place = int((torch.tensor(got) - right.double()).abs().argmax())
        raise Wrong(f"{case}, the digit {place} should get {right[place]:.3f}, halfway between "
                    f"both heads, but it gets {got[place]:.3f}.")


@checks.add(
    "Look at the pairs, say how sure you are of their mean, and only then which is better."
)
def read_ablation(answer):
    """`read_ablation(start, changed)`: mean difference, its standard error, and the verdict.

    start, changed: five accuracies in percent, a place for each seed.
    """
    for gain in (0.3, -0.3, 0.04, -0.04, 0.3, -0.3):
        luck, noise = torch.randn(2, 5).double()
        start = 97 + 0.6 * luck
        noise = 0.11 * (noise - noise.mean()) / noise.std()
        changed = start + gain + noise
        got = answer(start.clone(), changed.clone())
        require(isinstance(got, (tuple, list)) and len(got) == 3,
                "It should return three things: the mean, the standard error and the verdict.")
        mean, error, verdict = got
        right = noise.std().item() / math.sqrt(5)
        case = f"the differences {[round(d, 2) for d in (changed - start).tolist()]}"
        compare(mean, gain, f"the mean of {case}", {
            "The difference is changed minus start, so that a gain comes out positive.": -gain,
            "That is the sum of the differences. Divide it by how many there are.": 5 * gain,
        })
        apart = math.sqrt((start.var().item() + changed.var().item()) / 5)
        compare(error, right, f"the standard error of {case}", {
            "That is how far one training lies from the mean. The mean of five varies less: "
            "divide by the root of 5.": noise.std().item(),
            "That is the variance, divided by 5. Take the root of it.": right**2,
            "Divide by the root of 5, not by 5.": right / math.sqrt(5),
            "That is the error without pairs: what a seed gave to both should cancel out. Take "
            "the differences first, then their standard deviation.": apart,
            "You divided the squares by 5. With five numbers and their own mean it is 4, as "
            "`.std()` does it.": right * math.sqrt(0.8),
            "That is the standard error of `changed`. Which numbers have the mean from above?":
                changed.std().item() / math.sqrt(5),
            "That is the standard error of `start`. Which numbers have the mean from above?":
                start.std().item() / math.sqrt(5),
        })
        _judge(verdict, gain, right)


VERDICTS = ("better", "worse", "can't tell")


def _judge(verdict, mean: float, error: float) -> None:
    right = "can't tell" if abs(mean) < 2.78 * error else ("better", "worse")[mean < 0]
    require(isinstance(verdict, str), "Numbers are right. The third thing is a word: "
            "'better', 'worse' or \"can't tell\".")
    require(verdict in VERDICTS, "Mean and error are right. The third thing must be 'better', "
            f"'worse' or \"can't tell\", not {verdict!r}.")
    if verdict != right:
        raise Wrong(f"Mean {mean:+.2f} and error {error:.2f} are right, but not the verdict "
                    f"{verdict!r}. " + {
            "can't tell": "The mean is less than 2.78 errors away from 0: five trainings that "
                          "change nothing could give that, too.",
            "better": "The mean is more than 2.78 errors above 0.",
            "worse": "The mean is more than 2.78 errors below 0. To be worse must be told, too.",
        }[right])


def finished(recipe: str) -> float:
    """The mean accuracy of a recipe's full trainings on the test split, in percent."""
    runs = read_results("results.jsonl")
    return runs[runs["recipe"] == recipe]["test"].mean()


def measured(column: str) -> pd.DataFrame:
    """What `experiments/measure_changes.py` measured: a row a change, a column a seed."""
    runs = read_results("changes.jsonl")
    runs = runs[runs["evaluation"].notna()]  # without the search
    return runs.pivot(index="change", columns="seed", values=column)


def searched() -> pd.DataFrame:
    """The search for learning rates: accuracy on the test split by change and rate, as text."""
    runs = read_results("changes.jsonl")
    runs = runs[runs["torch"].isna()]
    table = runs.pivot(index="change", columns="learning_rate", values="test")
    order = runs["change"].unique()
    return table.loc[order].map(lambda value: "" if pd.isna(value) else f"{value:.1f}")


@in_style
def plot_one_cycle(rate: float, steps: int) -> Figure:
    """Learning rate and momentum in each step of a one-cycle schedule with this peak."""
    optimizer = torch.optim.SGD([torch.zeros(1)], rate, momentum=0.9)
    schedule = SCHEDULES["one_cycle"](optimizer, rate, 0.9, steps)
    rows = []
    for _ in range(steps):
        rows.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        optimizer.step()
        schedule.step()
    figure, axes = plt.subplots(2, 1, figsize=(5, 3.2), sharex=True)
    for ax, values, name, colour in zip(axes, zip(*rows), ("learning rate", "momentum"),
                                        (BLUE, ORANGE)):
        ax.plot(values, color=colour)
        ax.set(ylabel=name)
    axes[1].set(xlabel="step")
    rates, momenta = zip(*rows)
    return labelled(figure, f"The learning rate rises from {rates[0]:g} to {rate:g} and falls to "
                             f"nearly 0; momentum goes from {momenta[0]:.2f} down to "
                             f"{min(momenta):.2f} and up again.")


@in_style
def plot_differences(differences: pd.DataFrame, factor: float = 2.78) -> Figure:
    """A row for each change: a dot for each seed's difference, their mean and its interval.

    differences: a row for each change, a column for each seed, in percentage points;
    factor: half the interval, in standard errors.
    """
    mean, error = differences.mean(axis=1), differences.sem(axis=1)
    figure, ax = plt.subplots(figsize=(5.5, 0.8 + 0.36 * len(differences)))
    places = range(len(differences))
    for seed in differences:
        above = [place - 0.22 for place in places]
        ax.plot(differences[seed], above, "o", color=BLUE, markersize=4)
    ax.errorbar(mean, places, xerr=factor * error, fmt="D", color=ORANGE, capsize=3, markersize=5)
    ax.axvline(0, color=GREY, linestyle=":")
    ax.set(yticks=places, yticklabels=differences.index, xlabel="difference in percentage points")
    ax.invert_yaxis()
    rows = [f"{name} {mean[name]:+.2f} give or take {factor * error[name]:.2f}"
            for name in differences.index]
    return labelled(figure, "Dots on both sides of a line at 0. " + "; ".join(rows) + ".")
