"""Does it add?: what the lesson asks, checks, reads and draws."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from mnist_adder_lib import IdentityAdderModel

from ..common.hidden_pairs import Adder, Embedded, sums_of
from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..notebook.results import read_results
from ..plots import (
    BLUE,
    CHANGE,
    GREY,
    ORANGE,
    SHARE,
    UNKNOWN,
    draw_pairs,
    in_style,
    labelled,
    mark_hidden,
    write_readably,
)
from ..widgets.hidden_sums import PATTERN, as_table, unseen_sums


def _what_helped(hidden: pd.Series) -> str:
    """hidden: percent of the hidden sums that are right, a mean for each design."""
    nothing = hidden["19 classes"]
    gains = {"target": hidden["19 classes, smeared"] - nothing,
             "answer": hidden["one number"] - nothing}
    helped = [change for change, gain in gains.items() if gain > 20]
    return "each" if len(helped) == 2 else helped[0] if helped else "neither"


def _of_hidden_pairs(curves: dict[str, list]) -> float:
    """curves: as `recipe_curves` returns them. The mean percent of the scattered pairs."""
    return statistics.mean(curve[-1][2] for curve in curves["scattered pairs"])


def _what_it_takes(hidden: pd.Series) -> str:
    """hidden: percent of the hidden sums that are right, a mean for each place of the decay."""
    alone = {"before": hidden["decay before batch norm"], "others": hidden["decay in the others"]}
    enough = [place for place, right in alone.items() if right > hidden["decay 3"] - 15]
    return "either" if len(enough) == 2 else enough[0] if enough else "both"


guesses = Guesses.load("does_it_add", three_designs=_what_helped, its_recipe=_of_hidden_pairs,
                       where=_what_it_takes)
checks = Checks()
NUMBERS = torch.arange(10).view(10, 1)
TOTALS = NUMBERS + torch.arange(10)

def _answers():
    for chance, corner in ((0.2, True), (0.3, False), (0.1, True)):
        held_out = torch.rand(10, 10) < chance
        held_out[0, 0] = corner
        held_out[4, 3] = True
        # Each digit as often as the others: a mean over pairs is right, too.
        digits = torch.arange(10).repeat(3)[torch.randperm(30)]
        true = digits + torch.arange(10).view(10, 1)
        wrong = (torch.rand(10, 30) < 0.3) | held_out[digits].T & (torch.rand(10, 30) < 0.6)
        yield torch.where(wrong, torch.randint(19, (10, 30)), true), digits, held_out


@checks.add(
    "Two numbers, and only a rule reaches the second.",
    probes=_answers,
    mistakes={
        "A pair such as 0 + 0 is in your test, and no seen pair has its sum: nobody can know that "
        "this answer exists. Leave out the pairs in `unseen_sums(held_out)`.":
            ("held_out & ~unseen_sums(held_out)", "held_out"),
        "Your second percentage is of other pairs. They should be hidden, *and* their sum "
        "shouldn't be unseen. Is a `~` missing, or one too many?":
            [("held_out & ~unseen_sums(held_out)", "held_out & unseen_sums(held_out)"),
             ("held_out & ~unseen_sums(held_out)", "~unseen_sums(held_out)"),
             ("held_out & ~unseen_sums(held_out)", "~held_out & ~unseen_sums(held_out)")],
        "The order is the other way round: first the seen pairs, then the hidden ones.":
            ("seen, hidden = right[~held_out[digits].T], right[tested[digits].T]",
             "hidden, seen = right[~held_out[digits].T], right[tested[digits].T]"),
        "Your first percentage is of other pairs. Take the answers to seen pairs alone, "
        "`right[...]` with a table that is true where a pair isn't hidden.":
            [("right[~held_out[digits].T]", "right"),
             ("right[~held_out[digits].T]", "right[held_out[digits].T]"),
             ("right[~held_out[digits].T]", "right[~tested[digits].T]")],
        "You divide by the number of all answers, so whatever isn't in the table counts as wrong. "
        "`right[table]` picks out the answers of a table; take their mean alone.":
            (("right[~held_out[digits].T]", "right & ~held_out[digits].T"),
             ("right[tested[digits].T]", "right & tested[digits].T")),
        "You add up the right answers. Their mean, times 100, is a percentage.":
            [(".mean()", ".sum()"), (("100 * ", ""), (".mean()", ".sum()"))],
        "Rows and columns are mixed up. In `held_out` a row is a digit and a column is a number. "
        "`held_out[digits]` has a row for each image, and `answers` has a column for each. `.T` "
        "swaps rows and columns.":
            lambda answers, digits, held_out: held_out_test(answers, digits, held_out.T),
        "Your true sums are off. A true sum is the digit plus the number of the row, and the "
        "rows are for the numbers 0 to 9.": [
            ("digits + torch.arange(10).view(10, 1)", "digits"), ("arange(10)", "arange(1, 11)")],
        "These are the percentages of wrong answers.": ("answers == ", "answers != "),
    },
)
def held_out_test(answers, digits, held_out):
    right = answers == digits + torch.arange(10).view(10, 1)
    tested = held_out & ~unseen_sums(held_out)
    seen, hidden = right[~held_out[digits].T], right[tested[digits].T]
    return 100 * seen.float().mean().item(), 100 * hidden.float().mean().item()


@checks.add(
    "Three seen answers leave no choice for the hidden one.",
    probes=[()],
    on_paper="Each answer is the weight of the digit plus the weight of the number. Which of the "
    "three answers do you add, and which do you subtract, so that only the two weights of 1 + 1 "
    "are left?",
    mistakes={
        "That is the true sum. What does *this* adder answer, before it is rounded?":
            [("1.2 + 1.4 - 0.4", "2.0"), ("1.2 + 1.4 - 0.4", "2")],
        "That is the sum of the answers to 0 + 1 and 1 + 0. It also holds the two weights of "
        "0 + 0, which 1 + 1 doesn't use.": ("1.2 + 1.4 - 0.4", "2.6"),
        "The answer to 0 + 0 is subtracted, not added.": ("1.2 + 1.4 - 0.4", "3.0"),
        "The weights of 0 + 0 are in the two answers once each, so the answer to 0 + 0 is "
        "subtracted once.": ("1.2 + 1.4 - 0.4", "1.8"),
        "1 + 1 has the weight of the *digit* 1 and the weight of the *number* 1, and these are two "
        "weights.": [("1.2 + 1.4 - 0.4", "2.4"), ("1.2 + 1.4 - 0.4", "2.8")],
    },
)
def one_and_one():
    return 1.2 + 1.4 - 0.4


@checks.add(
    "So decay changes nothing that this neuron says, and makes a later step larger for it.",
    probes=[()],
    on_paper=["How much of itself does a weight lose: what is the rate times the decay?",
              "All values of the neuron have become smaller by the same factor, and their standard "
              "deviation as well.",
              "Both weights have shrunk. What is their length now, and which part of it is 0.5?"],
    mistakes={
        "1: a weight loses a fraction of *itself*: the rate times the decay times 3.":
            [("3 - 0.1 * 2 * 3", "2.8"), ("3 - 0.1 * 2 * 3", "1.0")],
        "1: the learning rate multiplies the decay as well.": ("3 - 0.1 * 2 * 3", "-3.0"),
        "1: that is with a decay of 1.": ("3 - 0.1 * 2 * 3", "2.7"),
        "1: decay makes a weight smaller.": ("3 - 0.1 * 2 * 3", "3.6"),
        "2: the neuron's values have shrunk, but so has the standard deviation by which batch norm "
        "divides them.": ("1.5", "1.2"),
        "3: that is for the length of 5, before the weights shrank.":
            [("100 * 0.5 / 4", "10.0"), ("100 * 0.5 / 4", "0.1")],
        "3: as a percentage, times 100.": ("100 * 0.5 / 4", "0.125"),
        "3: the length has become smaller, so the same step is a larger part of it.":
            ("100 * 0.5 / 4", "8.0"),
    },
)
def shrunk():
    weight = 3 - 0.1 * 2 * 3
    returned = 1.5
    percent = 100 * 0.5 / 4
    return weight, returned, percent


def _in_a_row(chosen: Tensor) -> bool:
    """Whether the true values of a row follow each other."""
    places = chosen.nonzero().flatten()
    return len(places) == 0 or int(places[-1] - places[0]) == len(places) - 1


def _about_block(my_block) -> Observed:
    block = my_block()
    if isinstance(block, (list, tuple, np.ndarray)):
        return Observed(rules={"The lesson goes on with a tensor: `torch.tensor` makes one of "
                               "a list or an array.": False})
    if not isinstance(block, Tensor) or block.shape != (10, 10):
        shape = f" Yours has the shape {tuple(block.shape)}." if isinstance(block, Tensor) else ""
        return Observed(rules={"Return a table of 10 rows and 10 columns, true where a pair is "
                               f"hidden.{shape}": False})
    if block.dtype != torch.bool:
        return Observed(rules={"Your table holds numbers, and it should hold true and false: "
                               "`.bool()` makes true of every number but 0.": False})
    rows, columns = block.any(dim=1), block.any(dim=0)
    tested = int((block & ~unseen_sums(block)).sum())
    digit = int(block.all(dim=1).int().argmax())
    number = int(block.all(dim=0).int().argmax())
    return Observed(rules={
        "Nothing is hidden.": bool(block.any()),
        "Everything is hidden, so nothing is left to learn from.": not block.all(),
        f"The digit {digit} is never seen. Then the network can't read it, and you test reading, "
        "not adding. Leave each digit at least one number.": not block.all(dim=1).any(),
        f"The number {number} is never seen, so the weights of its label are never trained. Leave "
        "each number at least one digit.": not block.all(dim=0).any(),
        "That isn't a block: hide some digits with some numbers, and each of these digits with "
        "each of these numbers. `&` of a column (`.view(10, 1)`) and a row makes such a table.":
            torch.equal(block, rows.view(10, 1) & columns),
        "That isn't a block: there are seen pairs between the hidden ones. Hide digits that follow "
        "each other, such as 3 to 5, with numbers that follow each other.":
            _in_a_row(rows) and _in_a_row(columns),
        f"Only {int(block.sum())} pairs are hidden. Hide at least nine.": block.sum() >= 9,
        f"Of your pairs, {tested} have a sum that a seen pair has, too. The others test nothing, "
        "because no adder can know that their sums exist. Hide a block with at least five that "
        "can be tested.": tested >= 5,
    })


@checks.add(
    "Every digit is seen, every number is seen, and none of these digits with these numbers.",
    probes=[()], observe=_about_block, mistakes={},
)
def my_block():
    large = torch.arange(10) > 5
    return large.view(10, 1) & large


def judge_block(said: dict[str, float], measured: dict[str, list[float]]) -> str:
    """What was said before a training, next to what came out, in percent for each design; or what
    to do, if a design has no number yet."""
    if any(said.get(name, ...) is ... for name in measured):
        return ("Write down your numbers, one for each design, before you look: afterwards, "
                "everybody knew.")
    for name in measured:
        if not isinstance(number := said[name], (int, float)) or not (number == 0
                                                                      or 1 <= number <= 100):
            return (f"{name}: write a percentage, a number from 0 to 100, without quotes. Yours is "
                    f"{number!r:.40}.")
    means = {name: statistics.fmean(runs) for name, runs in measured.items()}
    lines = []
    for name, runs in measured.items():
        off = abs(said[name] - means[name])
        lines.append(f"{name}: you said {said[name]:.0f}%, it was {means[name]:.0f}% "
                     f"({min(runs):.0f} to {max(runs):.0f}), "
                     + ("close" if off <= 10 else f"off by {off:.0f} points"))
    return "\n".join(lines)


def _by_place(place: str):
    """The solution as a loop that fills this place for each digit."""
    return ("probabilities[9 - number : 19 - number] = digit_probabilities", "for digit in range("
            f"10):\n        probabilities[{place}] = digit_probabilities[digit]")


@checks.add(
    "No pair is new to this adder: minus is built in, and only reading has to be learned.",
    lists=True,
    probes=lambda: [((2 * torch.randn(10)).softmax(dim=0), number) for number in range(10)],
    mistakes={
        "With a larger number, yours go to the right, to larger differences. They should go to the "
        "left, and with the number 0 they begin at index 9.":
            [("9 - number : 19 - number", "9 + number : 19 + number"),
             _by_place("9 + digit + number"), _by_place("digit + number")],
        "An index below 0 counts from the end. The difference 0 is at index 9: add 9.":
            [("9 - number : 19 - number", "-number : 10 - number"), _by_place("digit - number")],
        "A difference has a sign: 2 - 5 isn't 3. Index 0 is for -9, and index 9 for 0.":
            _by_place("abs(digit - number)"),
        "Differences below 0 got lost. Index 0 is for -9, and index 9 for 0.":
            ("[9 - number : 19 - number] = digit_probabilities",
             "[: 10 - number] = digit_probabilities[number:]"),
    },
)
def difference(digit_probabilities, number):
    probabilities = torch.zeros(19)
    probabilities[9 - number : 19 - number] = digit_probabilities
    return probabilities


# --- adders, and how they train -------------------------------------------------------------------


@torch.no_grad()
def ask_all(model: IdentityAdderModel, data: Embedded) -> Tensor:
    """The sums that the model says for the validation images, (10, images): a row for each
    number."""
    logits = [model.eval().add(data.validation, torch.full_like(data.digits, number))[1]
              for number in range(10)]
    return torch.stack(logits).argmax(dim=2)


def as_quantity(numbers: Tensor) -> Tensor:
    """Numbers from 0 to 9 as one value each (batch, 1), from -1 to 1."""
    return numbers.view(-1, 1) / 4.5 - 1


def smear(outputs: Tensor, totals: Tensor, distances: Tensor) -> Tensor:
    """Cross entropy of 19 scores for a target that is a bell around the true sums, a scalar.

    totals: the true sums (batch,); distances: how far each sum is from each, (19, 19).
    """
    return F.cross_entropy(outputs, (-distances[totals] ** 2 / 2).softmax(dim=1))


NEAR = (torch.arange(19) - torch.arange(19).view(19, 1)).abs()
ORDER = torch.randperm(19, generator=torch.Generator().manual_seed(0))


def mixed_loss(outputs: Tensor, digits: Tensor, numbers: Tensor) -> Tensor:
    """The lesson's `smeared_loss` for sums in a random order: the same bell, but the neighbours
    that get a part of it aren't near."""
    return smear(outputs, digits + numbers, NEAR[ORDER][:, ORDER])


def even_loss(outputs: Tensor, digits: Tensor, numbers: Tensor) -> Tensor:
    """The true sum gets 0.4, as in `smeared_loss`, and all other sums share the rest equally."""
    return smear(outputs, digits + numbers, 2.23 * (NEAR > 0))


def renamed_loss(outputs: Tensor, digits: Tensor, numbers: Tensor) -> Tensor:
    """The lesson's `square_loss` for sums that have been renamed at random: an answer near the true
    name is less wrong than others, but near names aren't near sums."""
    return F.mse_loss(outputs[:, 0], ORDER[digits + numbers].float())


def train_adder(adder: nn.Module, loss_of: Callable[[Tensor, Tensor, Tensor], Tensor],
                data: Embedded, held_out: Tensor, steps: int = 600, rate: float = 0.01) -> float:
    """Train an adder in place (batches of 128) without these pairs, bool (10, 10); return the mean
    loss of the last hundred steps. loss_of: gets outputs, digits and numbers."""
    optimizer, losses = torch.optim.AdamW(adder.parameters(), lr=rate), []
    for _ in range(steps):
        chosen = torch.randint(len(data.training_digits), (128,))
        digits = data.training_digits[chosen]
        left = (~held_out)[digits]
        numbers = (left * torch.rand(left.shape)).argmax(dim=1)  # draws one that is left
        loss = loss_of(adder(data.training[chosen], numbers), digits, numbers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return statistics.fmean(losses[-100:])


def train_five(designs: dict[str, tuple], data: Embedded, held_out: Tensor,
               test: Callable) -> dict[str, pd.DataFrame]:
    """Five adders of each design, trained by `train_adder` from the seeds 0 to 4: two tables by
    their titles, percent of the sums right on "seen pairs" and on "hidden pairs", with a column
    for each design and a row for each seed.

    designs: how an `Adder` gets the number, how many outputs it has, the loss, and, if they aren't
    600, how many steps it trains, by name.
    test: gets answers, digits and `held_out`, and returns both percentages.
    """
    seen, hidden = pd.DataFrame(), pd.DataFrame()
    for name, (encode, outputs, loss_of, *steps) in designs.items():
        tests = []
        for seed in range(5):
            torch.manual_seed(seed)
            adder = Adder(encode, outputs)
            train_adder(adder, loss_of, data, held_out, *steps)
            said = sums_of(adder, data).round()
            if loss_of is renamed_loss:  # the adder says names: which sums are meant?
                said = ORDER.argsort()[said.clamp(0, 18).long()]
            tests.append(test(said, data.digits, held_out))
        seen[name], hidden[name] = zip(*tests)
    return {"seen pairs": seen, "hidden pairs": hidden}


# --- what was measured ----------------------------------------------------------------------------


def recipe_curves() -> dict[str, list]:
    """What `experiments/measure_hidden_pairs.py` measured of networks by the recipe that ships, by
    what was hidden: for each network a list of [epoch, percent of the seen sums right, percent of
    the hidden sums right]. The last epoch is with refreshed batch norm, as the network that ships
    has it."""
    runs = read_results("hidden_pairs.jsonl")
    return {title: [[[epoch, *right]
                     for epoch, right in enumerate([*epochs[:-2], epochs[-1]], start=1)]
                    for epochs in runs.loc[runs["hidden"] == hidden, "epochs"]]
            for hidden, title in (("pattern", "scattered pairs"), ("block", "a block"))}


def in_the_end(curves: dict[str, list]) -> str:
    """How many sums were right at the end of each of the `recipe_curves`."""
    lines = []
    for title, runs in curves.items():
        _, seen, hidden = zip(*[curve[-1] for curve in runs])
        lines.append(f"{title}, {len(runs)} networks: {statistics.mean(hidden):.0f}% of the hidden "
                     f"sums ({min(hidden):.0f} to {max(hidden):.0f}), {statistics.mean(seen):.0f}% "
                     "of the seen")
    return "\n".join(lines)


def waiting_runs(ways: list[str]) -> dict[str, list[list[list[float]]]]:
    """The curves of ten stored runs for each of these ways of `experiments/measure_waiting.py`, as
    `wait` returns one; each run has ten hidden pairs of its own."""
    runs = read_results("waiting.jsonl")
    return {way: [[list(point) for point in zip(run.steps, run.seen, run.hidden)]
                  for run in runs[runs["way"] == way].itertuples()] for way in ways}


def hidden_in_the_end(ways: list[str]) -> pd.DataFrame:
    """Percent of the hidden sums right at the end of the `waiting_runs`: a column for each way, a
    row for each run."""
    return pd.DataFrame({way: [curve[-1][2] for curve in curves]
                         for way, curves in waiting_runs(ways).items()})


# --- figures --------------------------------------------------------------------------------------

@in_style
def plot_opening() -> Figure:
    """The table of all sums, with a question mark in place of those that the pattern hides."""
    figure, ax = plt.subplots(figsize=(6.4, 2.95))
    held_out = as_table(PATTERN)
    texts = [["?" if hidden else str(total) for hidden, total in zip(*row)]
             for row in zip(held_out.tolist(), TOTALS.tolist())]
    draw_pairs(ax, torch.zeros(10, 10), SHARE, texts, 0, 1)
    ax.set(aspect="auto", ylabel="digit")
    for digit, number in PATTERN:
        mark_hidden(ax, digit, number, **UNKNOWN)
        ax.texts[10 * digit + number].set(weight="bold", color="black", zorder=3)
    return labelled(figure, "The table of sums. Twenty of its hundred cells hold a question mark.")


@in_style
def plot_weights(weights: Tensor) -> Figure:
    """The weights of the smallest adder: a row for each sum, three columns for the digit, three for
    the number. Blue is above 0, orange below. Frames: the columns that 1 + 1 uses."""
    figure, ax = plt.subplots(figsize=(4, 2.9))
    most = max(1.0, float(weights.abs().max()))
    texts = [[f"{weight:.1f}" if weight else "0" for weight in row] for row in weights.tolist()]
    sns.heatmap(weights.numpy(), cmap=CHANGE, vmin=-most, vmax=most, cbar=False, annot=texts,
                fmt="", annot_kws={"size": 9}, linewidths=0.4, linecolor="#80808040", ax=ax,
                xticklabels=["digit 0", "digit 1", "digit 2", "+ 0", "+ 1", "+ 2"])
    write_readably(ax)
    for column in (1, 4):
        for colour, width in (("white", 4), ("black", 1.8)):  # on light pages and on dark ones
            ax.add_patch(Rectangle((column, 0), 1, 5, fill=False, edgecolor=colour,
                                   linewidth=width, clip_on=False))
    ax.xaxis.tick_top()
    ax.tick_params(rotation=0, length=0)
    ax.set(ylabel="sum")
    rows = "; ".join(f"sum {total}: {', '.join(row)}" for total, row in enumerate(texts))
    return labelled(figure, "Weights for digit 0, digit 1, digit 2, + 0, + 1 and + 2. "
                            f"{rows}. The columns of digit 1 and + 1 are framed.")


@in_style
def plot_number_line(tables: dict[str, Tensor], held_out: Tensor) -> Figure:
    """A dot for each of the hundred pairs at its place on the number line, (10, 10); several
    tables, by their titles, below each other.

    Pairs with the same sum are above each other; the held-out ones are orange.
    """
    figure, axes = plt.subplots(len(tables), 1, figsize=(5.5, 0.5 + 2.3 * len(tables)),
                                sharex=True, squeeze=False)
    heights = torch.arange(10).view(10, 1) - (TOTALS - 9).clamp(min=0)  # of pairs with one sum
    words = []
    for ax, (title, places) in zip(axes.flat, tables.items()):
        for total in range(19):
            ax.axvline(total, color=GREY, linewidth=0.5, alpha=0.3)
        for chosen, colour, name in ((~held_out, BLUE, "seen"), (held_out, ORANGE, "hidden")):
            ax.plot(places[chosen], heights[chosen], "o", color=colour, markersize=4.5, label=name)
        ax.set(xticks=range(19), yticks=[], title=title)
        ax.spines["left"].set_visible(False)
        off = (places - TOTALS).abs()
        words.append(f"{title or 'In them'}: the hidden pairs are off their column by "
                     f"{off[held_out].mean():.1f} on average, the others by "
                     f"{off[~held_out].mean():.1f}")
    axes[0, 0].legend(loc="upper left")
    axes[-1, 0].set(xlabel="place on the number line")
    return labelled(figure, "A hundred dots in 19 columns, one for each sum. "
                            + "; ".join(words) + ".")


@in_style
def plot_waiting(runs: dict[str, list], over: str = "step") -> Figure:
    """Percent of sums right over the steps (log), or over epochs: by name some curves, lists of
    [step, seen, hidden], beside each other, with a line for the hidden pairs and a dotted one for
    the seen."""
    figure, axes = plt.subplots(1, len(runs), figsize=(6.4, 2.8), sharey=True, squeeze=False)
    words = []
    for ax, (name, curves) in zip(axes.flat, runs.items()):
        width = 1.5 if len(curves) == 1 else 0.8
        for curve in curves:
            steps, seen, hidden = zip(*curve)
            ax.plot(steps, seen, ":", color=BLUE, linewidth=width)
            ax.plot(steps, hidden, color=ORANGE, linewidth=width)
        ends = [[round(curve[-1][of]) for curve in curves] for of in (1, 2)]
        of_seen, of_hidden = (f"{min(end)} to {max(end)}%" if len(set(end)) > 1 else f"{end[0]}%"
                              for end in ends)
        words.append(f"{name}: in the end, {of_hidden} of the hidden pairs and {of_seen} of the "
                     "seen")
        ax.set(title=name, xlabel=over, ylim=(-4, 104))
        if over == "step":
            ax.set_xscale("log")
            ax.set_xticks([50, 300, 3000], ["50", "300", "3,000"])
            ax.minorticks_off()
        else:
            ax.set_xticks([1, 5, 10, 15, 20])
    axes[0, 0].set_ylabel("sums right, %")
    for colour, line, name in ((BLUE, ":", "seen pairs"), (ORANGE, "-", "hidden pairs")):
        axes[0, 0].plot([], [], line, color=colour, label=name)
    figure.legend(loc="outside upper center", ncols=2)
    return labelled(figure, f"Lines over the {over}s. " + "; ".join(words) + ".")


@in_style
def plot_designs(tables: dict[str, pd.DataFrame]) -> Figure:
    """Percent of sums right, a row for each design: in a colour for each of the tables, by their
    titles, a dot for each run (a row), a line from the lowest to the highest, and their mean."""
    designs = list(next(iter(tables.values())))
    figure, ax = plt.subplots(figsize=(6.4, 0.9 + 0.32 * len(designs)))
    words = []
    for (title, table), colour, aside in zip(tables.items(), (BLUE, ORANGE), (-0.16, 0.16)):
        for row, (name, runs) in enumerate(table.items()):
            y = row + aside
            ax.plot([runs.min(), runs.max()], [y, y], color=colour, linewidth=1)
            ax.plot(runs, [y] * len(runs), "o", color=colour, markersize=4, fillstyle="none")
            ax.plot(runs.mean(), y, "D", color=colour, markersize=6)
            words.append(f"{title}, {name} {runs.min():.0f} to {runs.max():.0f}, mean "
                         f"{runs.mean():.0f}")
        ax.plot([], [], "D", color=colour, label=title)
    ax.set(xlim=(-3, 103), xlabel="sums right, %", yticks=range(len(designs)), yticklabels=designs,
           ylim=(len(designs) - 0.5, -0.5))  # the first at the top
    figure.legend(loc="outside upper center", ncols=2)
    return labelled(figure, f"Percent of sums right: {'; '.join(words)}.")
