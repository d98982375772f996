"""Training curves: what the lesson asks, checks and draws."""

from __future__ import annotations

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn
from torch.nn.utils import parameters_to_vector

from ..drawing import DigitPad
from .checks import Checks, rand_int
from .display import Picture
from .figures import BLUE, GREEN, GREY, ORANGE, draw_image, in_style, labelled
from .guesses import Guesses

guesses = Guesses.load("training_curves")
checks = Checks()


def _logits():
    for count, weight in [(3, 2.0), (5, 0.5), (128, 0.1), (20, 3.0)]:
        logits = [torch.randn(count, classes).requires_grad_() for classes in (10, 19)]
        digits, totals = torch.randint(10, (count,)), torch.randint(19, (count,))
        totals[0] = 18  # a class that the digits' logits don't have
        yield *logits, digits, totals, weight


def _loss(weighted_loss, *arguments):
    loss = weighted_loss(*arguments)
    return {"the loss": loss, "a way back to the logits": getattr(loss, "requires_grad", False)}


PICK, DIGIT = "[range(len(classes)), classes]", "entropy(digit_logits, digits)"
TOTAL = "entropy(sum_logits, totals)"


@checks.add(
    "One number for both answers, so one gradient teaches both heads. Our training takes weight 1.",
    probes=_logits, observe=_loss,
    mistakes={
        "The logarithm of a probability is below zero, and a loss above: a minus is missing.":
            ("-of_the_true", "of_the_true"),
        "That is the digit's loss alone. The sum has to be learned, too.":
            (f" + weight * {TOTAL}", ""),
        "The weight is for the sum. Yours has it at the digit.":
            (f"{DIGIT} + weight", f"weight * {DIGIT} + 1"),
        "The weight is for the sum alone. Yours has it at both.": (DIGIT, f"weight * {DIGIT}"),
        "The weight is nowhere in it.": ("weight * ", ""),
        "Average over the examples, or large batches take large steps.": (".mean()", ".sum()"),
        "It is averaged already: divided again, it is far too small.":
            (".mean()", ".mean() / len(classes)"),
        "`p[digits]` takes whole rows, counted by the classes. Each example has its own row and "
        "column: two lists of places, with a comma between.": (PICK, "[classes]"),
        "`p[:, digits]` takes those columns of *every* row. Each row has only one true class: two "
        "lists of places, with a comma between.": (PICK, "[:, classes]"),
        "It works for a batch of 128 only, and the last batch of an epoch may be smaller. "
        "`len(digits)` says how many examples there are.": ("len(classes)", "128"),
        "Softmax belongs along the row, dim=1: each example has its own row of logits.":
            ("dim=1", "dim=0"),
        "Only the true class counts: pick its probability from each row.": (PICK, ""),
        "First the logarithm of each probability, then the mean of them.":
            (".log().mean()", ".mean().log()"),
        "The logarithm is missing: the loss is that of the probability.": (".log()", ""),
        "Logits may be below zero and have no logarithm then: that is nan. Make probabilities of "
        "them first, by softmax.": (".softmax(dim=1)", ""),
        "Softmax twice? Once makes probabilities of the logits.":
            ("dim=1)", "dim=1).softmax(dim=1)"),
        "The digit's logits belong with `digits`, the sum's with `totals`. Yours are crossed: a "
        "sum of 18 is no digit.": (DIGIT, DIGIT.replace("digits", "totals")),
        "The number is right, but it was cut off from the logits: backward() could teach the "
        "network nothing.": (".mean()", ".mean().item()"),
    },
)
def weighted_loss(digit_logits, sum_logits, digits, totals, weight):
    def entropy(logits, classes):
        of_the_true = logits.softmax(dim=1)[range(len(classes)), classes]
        return -of_the_true.log().mean()

    return entropy(digit_logits, digits) + weight * entropy(sum_logits, totals)


class SmallNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.heads = nn.BatchNorm1d(25), nn.Linear(26, 29)

    def forward(self, images, numbers):
        features = torch.cat([self.norm(images.flatten(1)), numbers[:, None]], dim=1)
        return self.heads(features).split([10, 19], dim=1)


def _small_batches():
    for count in (2, 3):
        model, parts = SmallNetwork(), []
        for _ in range(count):
            digits, numbers = torch.randint(10, (2, 8))
            parts.append((torch.randn(8, 1, 5, 5), numbers, digits, digits + numbers))
        yield model, torch.optim.SGD(model.parameters(), 0.05), parts


def _stepped(step_in_parts, model, optimizer, parts):
    weights = [parameters_to_vector(model.parameters())]
    losses = []
    for _ in range(2):
        losses.append(step_in_parts(model, optimizer, parts))
        weights.append(parameters_to_vector(model.parameters()))
    return {"the first step": weights[1] - weights[0], "the second step": weights[2] - weights[1],
            "the losses of two steps": losses,
            "the loss as a plain number": not getattr(losses[0], "requires_grad", False)}


FORGET, MOVE = "    optimizer.zero_grad()\n", "    optimizer.step()\n"
BACK, MEAN = "(loss / len(parts)).backward()", "mean += loss.item() / len(parts)\n"
EACH = "for images, numbers, digits, totals in "


@checks.add(
    "Gradients add up, which is a bug where one forgets it, and a tool where one needs it.",
    probes=_small_batches, observe=_stepped, tolerance=1e-3,
    mistakes={
        "The weights don't move. It takes backward(), then step(), and no zero_grad() between the "
        "two.": (MOVE, ""),
        "The last part alone counts. Is zero_grad() in the loop, where it forgets the gradients of "
        "the parts before? Or backward() behind the loop?":
            [(BACK, f"optimizer.zero_grad(); {back}") for back in (BACK, "loss.backward()")],
        "Those are several small steps. Let the gradients of all parts add up, and move once, "
        "behind the loop.": [
            (MOVE, "", MEAN, MEAN + "    " + MOVE, BACK, back, FORGET, forget)
            for back in (BACK, "loss.backward()") for forget in (FORGET, "")],
        "That is a whole step for each part. Wanted is one step for all of them: what belongs "
        "before the loop, what behind it?": [
            (MOVE, "", MEAN, MEAN + "    " + MOVE, BACK, f"optimizer.zero_grad(); {back}")
            for back in (BACK, "loss.backward()")],
        "The step is too long: the gradients of the parts were added. For their mean, divide each "
        "loss by the number of parts.": (BACK, "loss.backward()"),
        "The first step is right, the second isn't: the gradients of the step before are still "
        "there. Who forgets those?": (FORGET, ""),
        "That is one large batch, for which the memory is too small. Batch norm, too, should see "
        "one part at a time.":
            (EACH + "parts", EACH + "[map(torch.cat, zip(*parts))]", "len(parts)", "1"),
        "`.item()` makes a plain number of the loss, from which no way leads back. First "
        "backward(), then .item().": (BACK, "loss.item().backward()"),
        "The step is right. But that is the loss of the last part: the mean of all is wanted.":
            (MEAN, "mean = loss.item()\n"),
        "The step is right. The loss should be the mean over the parts, not their sum.":
            (MEAN, "mean += loss.item()\n"),
        "The returned loss holds on to the whole calculation. With some thousands of them in a "
        "list the memory is full. Return a plain number.": (MEAN, "mean += loss / len(parts)\n"),
    },
)
def step_in_parts(model, optimizer, parts):
    optimizer.zero_grad()
    mean = 0
    for images, numbers, digits, totals in parts:
        digit_logits, sum_logits = model(images, numbers)
        loss = F.cross_entropy(digit_logits, digits) + F.cross_entropy(sum_logits, totals)
        (loss / len(parts)).backward()
        mean += loss.item() / len(parts)
    optimizer.step()
    return mean


def _range_tests():
    yield [0.001, 0.01, 0.1, 1.0], [5.0, 3.0, 2.5, 9.0]
    for steps in (60, 73, 91):
        turn = rand_int(steps // 2, steps - 8)
        curve = [*torch.linspace(5, 1, turn), *torch.linspace(1.1, 9, steps - turn)]
        losses = torch.stack(curve) + 0.05 * torch.rand(steps)
        yield torch.logspace(-4, 1, steps).tolist(), losses.tolist()


@checks.add(
    "A tenth leaves room: with another seed the lowest loss lies at another rate.",
    probes=_range_tests,
    mistakes={
        "There the loss was lowest, but that is the last rate before the turn: take a tenth.":
            ("/ 10", ""),
        "That comes from a loss. Asked for is a tenth of the rate that had it.":
            [lambda rates, losses: min(losses), lambda rates, losses: min(losses) / 10],
        "That comes from its place in the list. Which rate stands at that place?":
            [lambda rates, losses: losses.index(min(losses)),
             lambda rates, losses: losses.index(min(losses)) / 10],
        "Up there the loss was highest: that rate is far too large.":
            [("min", "max"), lambda rates, losses: max(rates) / 10],
        "That comes from the smallest rate. There the network hardly learns.":
            [lambda rates, losses: min(rates) / 10, lambda rates, losses: min(rates)],
        "A tenth of the rate is wanted. Yours steps back in the list: to another place.":
            [("))]", ")) - 10]", "/ 10", ""), ("))] / 10", ")) // 10]")],
        "A list has no `argmin`, a tensor has. `losses.index(...)` says where something stands.":
            lambda rates, losses: losses.argmin(),
    },
)
def choose_rate(rates, losses):
    return rates[losses.index(min(losses))] / 10


def _test_losses():
    yield [0.5, 0.3, 0.4, 0.35, 0.2], 2
    yield [0.5, 0.3, 0.4], 3  # the patience lasts to the end
    yield [0.4, 0.4], 3  # not below the best so far
    yield [0.4, 0.4, 0.3, 0.3, 0.35, 0.2], 2
    yield [0.5, 0.6, 0.4, 0.45, 0.3, 0.35], 2  # the counting begins anew
    yield [0.5, 0.6, 0.4, 0.45, 0.3, 0.35], 3
    yield [0.5, 0.6, 0.4, 0.45, 0.48, 0.3], 3
    for patience in (1, 2, 3):
        yield torch.rand(12).round(decimals=3).tolist(), patience


STOP = "            return best + 1"


@checks.add(
    "This is early stopping. It saves time, and it may also keep a network from overfitting.",
    probes=_test_losses,
    mistakes={
        "Nearly: Python counts from 0, but the first epoch is epoch 1.": ("best + 1", "best"),
        "That is where training stops. Asked for is the best epoch until then.":
            [(STOP, STOP.replace("best", "place")), ("best + 1", "place + 1"),
             ("best + 1", "place")],
        "The lowest of all comes too late: training had stopped before it.":
            [lambda losses, patience: losses.index(min(losses)) + 1,
             lambda losses, patience: losses.index(min(losses))],
        "That is a loss. Asked for is the epoch that had it.":
            [("best + 1", "test_loss[best]"), lambda losses, patience: min(losses)],
        "Of a loss the lowest is the best, not the highest.": ("<", ">"),
        "That is the last epoch. Training stopped before, and the best was earlier still.":
            lambda losses, patience: len(losses),
        "You stop at the first epoch that isn't better. Patience waits for more.":
            (">= patience", ">= 1"),
        "You stop an epoch too early: the patience isn't used up yet.": (">= p", "+ 1 >= p"),
        "You stop an epoch too late: the patience was used up already.": (">= p", "> p"),
        "You compare with the epoch before. Compare with the best so far.":
            [("[best]:", "[place - 1]:"), ("[best]:", "[place - 1]:", "range(", "range(1, ")],
        "Whenever there is a new best, the counting begins anew: patience is for epochs in a row.":
            [("best = 0", f"best, waited = 0, {start}", "if place - best",
              "waited += place != best\n        if waited") for start in (0, 1)],
        "The best so far is wanted at the end of the list, too; it needn't be the last.":
            ("\n    return best + 1", "\n    return len(test_loss)"),
    },
)
def best_epoch(test_loss, patience):
    best = 0
    for place in range(len(test_loss)):
        if test_loss[place] < test_loss[best]:
            best = place
        if place - best >= patience:
            return best + 1
    return best + 1


@in_style
def plot_losses(curves: dict[str, list[float]]) -> Figure:
    """The loss at every step of several short trainings, by name."""
    figure, ax = plt.subplots(figsize=(5.5, 2.5))
    for (name, losses), colour, style in zip(curves.items(), (BLUE, ORANGE), ("-", "--")):
        ax.plot(range(1, len(losses) + 1), losses, style, color=colour, label=name)
    ax.set(xlabel="step", ylabel="loss", ylim=0)
    ax.legend()
    ends = (f"{name} it goes from {losses[0]:.1f} to {losses[-1]:.2g}"
            for name, losses in curves.items())
    return labelled(figure, "The loss over the steps: " + "; ".join(ends) + ".")


@in_style
def plot_range_test(rates, losses, chosen: float | None = None) -> Figure:
    """The loss while the learning rate grows, and the chosen rate."""
    figure, ax = plt.subplots(figsize=(5.5, 2.8))
    ax.semilogx(rates, losses, color=BLUE)
    ax.set(xlabel="learning rate", ylabel="loss", ylim=(0, 1.6 * losses[0]))
    if chosen is not None:
        ax.axvline(chosen, color=ORANGE, linestyle="--", label=f"chosen: {chosen:g}")
        ax.legend()
    lowest = rates[int(np.nanargmin(losses))]
    return labelled(figure, f"The loss falls from {losses[0]:.1f} to {np.nanmin(losses):.1f} at a "
                             f"learning rate of {lowest:.2g}, then grows.")


@in_style
def plot_accuracies(table: pd.DataFrame) -> Figure:
    """Accuracies in percent over epochs: a curve for each column, a row for each epoch."""
    figure, ax = plt.subplots(figsize=(5.5, 2.8))
    for (name, values), colour in zip(table.items(), (BLUE, ORANGE)):
        ax.plot(table.index, values, "o-", color=colour, label=name)
    ax.set(xlabel="epoch", ylabel="both right, %", ylim=(None, 100))
    ax.set_xlim(0.5, max(2, len(table)) + 0.5)
    ax.locator_params("x", integer=True)
    if not len(table):
        ax.set(xticks=[], yticks=[])
        ax.text(0.5, 0.5, "no epoch was finished", ha="center", transform=ax.transAxes)
        return labelled(figure, "Nothing is drawn: no epoch was finished.")
    ax.legend()
    last = ", ".join(f"{name} {value:.2f}%" for name, value in table.iloc[-1].items())
    return labelled(figure, f"Two curves that rise; in epoch {table.index[-1]}: {last}.")


@in_style
def plot_replay(image, probabilities, epoch: int, digit: int | None = None) -> Figure:
    """What the network of each epoch says of one image: all digits at one epoch, some over all.

    image: uint8 (28, 28); probabilities: for each epoch, from 0 (untrained), those of the ten
    digits; epoch: which one the bars show; digit: the true one, if it is known.
    """
    curves = np.stack([np.asarray(row) for row in probabilities])
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(5.5, 2.4), width_ratios=(3, 3, 6))
    draw_image(left, image, "" if digit is None else f"a {digit}", black=0, white=255)
    colours = _colours(curves, digit)
    middle.barh(range(10), curves[epoch], color=colours)
    middle.set(yticks=range(10), ylim=(9.6, -0.6), xlim=(0, 1), xticks=(0, 1),
               title="untrained" if epoch == 0 else f"epoch {epoch}")
    for which in reversed(range(10)):
        named = colours[which] != GREY
        right.plot(curves[:, which], "o-", color=colours[which], linewidth=1.5 if named else 0.7,
                   markersize=4 if named else 2, zorder=3 if named else 2,
                   label=which if named else None)
    right.axvline(epoch, color=GREY, linestyle=":")
    right.set(xlabel="epoch", ylabel="probability", ylim=(-0.03, 1.03))
    right.set_xlim(-0.5, max(1, len(curves) - 1) + 0.5)
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(loc="upper left", bbox_to_anchor=(1, 1), handlelength=1)
    return labelled(figure, _replay_in_words(curves, epoch, digit))


def _colours(curves, digit: int | None) -> list[str]:
    """Blue for the true digit, or else the last answer; its rivals in orange and green."""
    main = int(curves[-1].argmax()) if digit is None else digit
    highest = curves[1:].max(axis=0, initial=0)  # without the untrained network's
    highest[main] = 0
    first, second = np.argsort(-highest, kind="stable")[:2]
    colours = [GREY] * 10
    colours[main], colours[first] = BLUE, ORANGE
    if highest[second] > 0.2:
        colours[second] = GREEN
    return colours


def _replay_in_words(curves, epoch: int, digit: int | None) -> str:
    answers = [f"{row.argmax()} ({_percent(row.max())})" for row in curves]
    label = "" if digit is None else f" The label is {digit}."
    return (f"After epoch {epoch} the network answers {answers[epoch]}.{label} Its answers from "
            f"epoch 0, untrained, to epoch {len(answers) - 1}: {', '.join(answers)}.")


def _percent(probability: float) -> str:
    """Never 100%: nothing is that sure."""
    return "over 99%" if probability > 0.99 else f"{probability:.0%}"


WRAPPED = dict(flex_flow="row wrap", align_items="center", max_width="100%")
BESIDE = dict(flex="1 1 300px", min_width="0", max_width="100%")


class Replay(ipywidgets.HBox):
    """A pad, a slider through the epochs, and what the network of each epoch says.

    replay: a function of a uint8 (28, 28) image that gives, for each epoch from 0 (untrained), the
    probabilities of the ten digits; image: what is shown while the pad is empty.
    """

    def __init__(self, replay, image):
        self.replay, self.image = replay, np.asarray(image)
        self.pad = DigitPad(layout=ipywidgets.Layout(flex="none", width="330px", max_width="100%"))
        self.figure = ipywidgets.HTML()
        self._look()
        last = len(self.probabilities) - 1
        self.slider = ipywidgets.IntSlider(last, 0, last, description="epoch")
        play = ipywidgets.Play(min=0, max=last, value=last, interval=500)
        ipywidgets.jslink((play, "value"), (self.slider, "value"))
        controls = ipywidgets.HBox([play, self.slider], layout=WRAPPED)
        beside = ipywidgets.VBox([self.figure, controls], layout=BESIDE)
        super().__init__([self.pad, beside], layout=WRAPPED)
        self.pad.observe(self._look, ["strokes", "background"])
        self.slider.observe(self._show, "value")
        self._show()

    def _look(self, _change=None) -> None:
        """Ask all networks about the drawing, or about the image while there is none."""
        drawn = self.pad.framed()
        self.seen = drawn if drawn.any() else self.image
        self.probabilities = self.replay(self.seen)
        if _change:
            self._show()

    def _show(self, _change=None) -> None:
        figure = plot_replay(self.seen, self.probabilities, self.slider.value)
        self.figure.value = Picture(figure).as_html()

    def __repr__(self):
        return "Replay()"
