"""One change at a time: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import torch
from matplotlib.figure import Figure

from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.guesses import Guesses
from ..notebook.figures import BLUE, GREY, ORANGE, in_style, labelled
from ..notebook.results import read_results

guesses = Guesses.load(
    "one_change_at_a_time", added_up=lambda more: more[0] / more[1]  # mean and standard error
)
checks = Checks()


def _steps():
    yield 2.0, -1.0, 0.5, 0.25
    for _ in range(4):
        yield rand_int(2, 9) / 2, -rand_int(2, 9) / 4, rand_int(2, 5) / 10, rand_int(11, 19) / 100


@checks.add(
    "The decay pulls every weight towards 0; only what the gradient defends stays large.",
    probes=_steps,
    mistakes={
        "That is SGD without decay. The weight should also lose rate * decay of itself.":
            lambda weight, gradient, rate, decay: weight - rate * gradient,
        "That is the decay alone, as with a gradient of 0. Here there is a gradient, too.":
            lambda weight, gradient, rate, decay: weight - rate * decay * weight,
        "Decay takes away a share of the weight: multiply it by the weight.":
            ("decay * weight", "decay"),
        "Decay is a share of the weight, not of the gradient.": [
            ("decay * weight", "decay * gradient"), ("decay * weight", "-decay * gradient")],
        "The learning rate counts for the decay, too. Are there brackets around gradient and "
        "decay?": lambda weight, gradient, rate, decay: weight - rate * gradient - decay * weight,
        "Decay times weight is added as it is. Put brackets around gradient and decay: rate "
        "and minus are for both.": ("(gradient + decay * weight)", "gradient + decay * weight"),
        "The learning rate counts for the gradient, too.":
            lambda weight, gradient, rate, decay: weight - gradient - rate * decay * weight,
        "The learning rate is missing: both the gradient and the decay are multiplied by it.":
            ("rate * ", ""),
        "Downhill is against the gradient: minus.":
            lambda weight, gradient, rate, decay: weight + rate * (gradient - decay * weight),
        "Decay makes the weight smaller, and yours grows by it.": ("gradient +", "gradient -"),
        "Both point the wrong way: what moves the weight is taken away from it.":
            ("weight - rate", "weight + rate"),
        "That is how far the weight moves. Where does it arrive?": [
            ("weight - rate", "-rate"), ("weight - rate", "rate")],
        "That is one after the other. Here the step and the decay both start from the weight as it "
        "was given.": [
            lambda weight, gradient, rate, decay: (weight - rate * gradient) * (1 - rate * decay),
            lambda weight, gradient, rate, decay: (weight - rate * gradient) * (1 - decay)],
    },
)
def decayed(weight, gradient, rate, decay):
    return weight - rate * (gradient + decay * weight)


def _heads():
    for number in (3, 0, 9, 5):
        yield torch.rand(10).softmax(dim=0), (3 * torch.rand(19)).softmax(dim=0), number


@checks.add(
    "This is the target in `agreement_loss`: what both heads are drawn towards.",
    probes=_heads,
    mistakes={
        "There are ten digits but 19 sums, so they can't be added as they are. Which ten sums are "
        "possible with the number?": [
            ("[number : number + 10]", ""), ("[number : number + 10]", "[number:]")],
        "A slice goes to just before its end. For ten numbers the end is ten places after the "
        "start.": [("number + 10", "number + 9"), ("number + 10", "10"), ("number + 10", "number"),
                   ("number + 10", "number + 11")],
        "The sums aren't moved: with the number 3, a 4 is seen as the sum 7, not 4.":
            ("[number : number + 10]", "[:10]"),
        "The sums are moved, but to the wrong side: with the number 3, a 0 is seen as the sum 3.": [
            ("sum_probabilities[number", "sum_probabilities.roll(2 * number)[number"),
            ("number : number + 10", "9 - number : 19 - number")],
        "That is only what the sum head says. The middle needs the digit head, too.": [
            lambda digits, sums, number: sums[number : number + 10],
            lambda digits, sums, number: sums[number : number + 10] / 2],
        "That is only what the digit head says. The middle needs the sum head, too.":
            lambda digits, sums, number: digits / 2,
        "You added the two. In the middle between them is half of that.": (" / 2", ""),
        "The half is taken of one of the two only: put brackets around the sum.": [
            lambda digits, sums, number: digits + sums[number : number + 10] / 2,
            lambda digits, sums, number: digits / 2 + sums[number : number + 10]],
        "You multiplied the two. In the middle is half of their sum.": [
            ("s + m", "s * m"), ("(digit_probabilities + moved_back) / 2",
                                 "digit_probabilities * moved_back")],
    },
)
def middle(digit_probabilities, sum_probabilities, number):
    moved_back = sum_probabilities[number : number + 10]
    return (digit_probabilities + moved_back) / 2


def _columns():
    start = torch.tensor([97.0, 96.5, 97.2, 96.1, 96.8]).double()
    yield start, start + torch.tensor([0.3, 0.1, 0.2, 0.4, 0.5]).double()
    for errors in (0.6, -0.6, 2.7, -2.7, 2.85, -2.85, 5, -5, 8, -8):  # on both sides of each limit
        luck, noise = torch.randn(2, 5).double()
        differences = 0.11 * (noise + (errors / 5**0.5 * noise.std() - noise.mean()))
        yield 97 + 0.6 * luck, 97 + 0.6 * luck + differences


def _with_plain_apostrophe(function, start, changed) -> Observed:
    """The answer, with the typographic apostrophe that some keyboards write as a plain one."""
    answer = function(start, changed)
    if isinstance(answer, (tuple, list)):
        answer = tuple(part.replace("\u2019", "'") if isinstance(part, str) else part
                       for part in answer)
    return Observed(answer)


def _by_signs(start, changed):
    difference = changed - start
    mean, error, _ = read_ablation(start, changed)
    if (difference > 0).all():
        return mean, error, "better"
    return mean, error, "worse" if (difference < 0).all() else "can't tell"


@checks.add(
    "Look at the pairs, say how sure you are of their mean, and only then which is better.",
    probes=_columns, observe=_with_plain_apostrophe,
    mistakes={
        "The difference is changed minus start, so that a gain comes out positive.":
            ("changed - start", "start - changed"),
        "That is the sum of the differences. Divide it by how many there are.":
            ("difference.mean()", "difference.sum()"),
        "`.sem()` belongs to pandas, and these are tensors. Divide the `.std()` by the root of 5.":
            ("difference.std() / 5**0.5", "difference.sem()"),
        "That is how far one training lies from the mean. The mean of five varies less: divide by "
        "the root of 5.": (" / 5**0.5", ""),
        "Divide by the root of 5, not by 5.": ("5**0.5", "5"),
        "That is the variance, divided by 5. Take the root of it.":
            (".std() / 5**0.5", ".var() / 5"),
        "That is how far the accuracies are spread, not their differences. What a seed gave to "
        "both should cancel out: subtract first, then take the `.std()`.": [
            ("difference.std() / 5**0.5", "((start.var() + changed.var()) / 5) ** 0.5"),
            ("difference.std()", "(changed.std() - start.std())"),
            ("difference.std()", "changed.std()"), ("difference.std()", "start.std()")],
        "The squares are divided by 5. With five numbers and their own mean it is 4, as `.std()` "
        "does it.": ("difference.std()", "difference.std(correction=0)"),
        "The numbers are right, but you decide by the signs of the five differences. Chance alone "
        "gives all five the same sign in 6 of 100 experiments, and one small loss doesn't outweigh "
        "four large gains. Is 0 in the interval?": _by_signs,
        "The numbers are right, but you say better or worse too early: 0 is in the interval until "
        "the mean is 2.78 standard errors away.": [("2.78", "1.96"), ("2.78 * ", "")],
        "The numbers are right, but your limit is the standard deviation. It is 2.78 standard "
        "*errors*, as far as the mean is uncertain.": ("2.78", "2.78 * 5**0.5"),
        "The numbers are right, but you say \"can't tell\" too long: from 2.78 standard errors on, "
        "0 isn't in the interval any more.": ("2.78", "3"),
        "The numbers are right, but a mean far below 0 is worse. Is its case missing, or `abs`?": [
            ("abs(mean)", "mean"), ("\"worse\"", "\"can't tell\"")],
        "The numbers are right, but you never say \"can't tell\". A small mean may be luck; what "
        "isn't better need not be worse.": [("2.78", "0"), ("\"can't tell\"", "\"worse\"")],
        "The numbers are right, but you always say \"can't tell\". Compare the mean with 2.78 "
        "standard errors.": ("abs(mean) < 2.78 * error", "True"),
    },
)
def read_ablation(start, changed):
    difference = changed - start
    mean, error = difference.mean(), difference.std() / 5**0.5
    if abs(mean) < 2.78 * error:
        return mean, error, "can't tell"
    return mean, error, "better" if mean > 0 else "worse"


def finished(recipe: str) -> float:
    """The mean accuracy of a recipe's full trainings on the validation split, in percent."""
    runs = read_results("results.jsonl")
    return runs[runs["recipe"] == recipe]["validation"].mean()


def measured(column: str) -> pd.DataFrame:
    """What `experiments/measure_changes.py` measured: a row a change, a column a seed."""
    runs = read_results("changes.jsonl")
    runs = runs[runs["evaluation"].notna()]  # without the search
    return runs.pivot(index="change", columns="seed", values=column)


def search_accuracy() -> pd.DataFrame:
    """The search for learning rates: the percentage of the validation images with both answers
    right, a row for each change and a column for each rate; NaN where a rate wasn't tried."""
    runs = read_results("changes.jsonl")
    runs = runs[runs["evaluation"].isna()]
    table = runs.pivot(index="change", columns="learning_rate", values="validation")
    return table.loc[runs["change"].unique()]


def searched() -> pd.DataFrame:
    """The search for learning rates, a row for each change: `search_accuracy` as text; how many
    rates were tried; the best of them, and whether it lies inside the range that was tried."""
    table = search_accuracy()
    shown = table.map(lambda value: "" if pd.isna(value) else f"{value:.1f}")
    shown["tries"], shown["best"] = table.count(axis=1), table.idxmax(axis=1)
    shown["it lies"] = [_place(row.dropna()) for _, row in table.iterrows()]
    return shown


def _place(tried: pd.Series) -> str:
    """Where the best of some accuracies lies; they are in the order of their rates."""
    ends = {tried.index[0]: "at the lower edge", tried.index[-1]: "at the upper edge"}
    return ends.get(tried.idxmax(), "inside")


@in_style
def plot_rates(rates: list[float]) -> Figure:
    """The learning rate of each step."""
    figure, ax = plt.subplots(figsize=(5, 2))
    ax.plot(range(1, len(rates) + 1), rates, color=BLUE)
    ax.set(xlabel="step", ylabel="learning rate")
    top = rates.index(max(rates)) + 1
    return labelled(figure, f"The learning rate goes from {rates[0]:.2g} up to {max(rates):.2g} at "
                            f"step {top} and down to {rates[-1]:.1g} at step {len(rates)}.")


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
