"""Training curves: what the lesson asks, checks and draws."""

from __future__ import annotations

import base64
import copy
import html
from contextlib import suppress

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure

from ..drawing import DigitPad
from ..model import IdentityAdderModel
from ..train import joint_loss
from .display import Picture
from .figures import BLUE, GREEN, GREY, ORANGE, draw_image, labelled
from .guesses import INFINITE, Guesses, Option, Question, between, never
from .old_checks import Checks, Wrong, compare, draw, numbers, require

guesses = Guesses({
    "first loss": Question(
        "The two losses of the untrained network, added: about how much?",
        "A tenth for the true digit costs log 10 = 2.3, a nineteenth for the true sum "
        "log 19 = 2.9.",
        [
            Option("About 0.", between(0, 1), "0 would mean: sure, and right every time. There "
                   "would be nothing left to learn."),
            Option("About 2.", between(1, 4), "That is the digit's loss alone. The sum's comes on "
                   "top."),
            Option("About 5.", between(4, 8)),
            Option("About 50.", between(8, INFINITE), "Only a network that is sure and wrong gets "
                   "so far. This one has no opinion, and having none costs little: the loss is a "
                   "logarithm."),
        ],
    ),
    "not forgotten": Question(
        "The same 75 steps without `zero_grad()`: what does the loss do?",
        "Each `backward()` adds its gradient to all those before. So the whole past pushes at "
        "every step, long after the network has moved on, and it is pushed far past the valley.",
        [
            Option("It falls as before.", between(-0.5, 0.5), "It would if `backward()` put the "
                   "new gradient in the place of the old one. But it adds it to the old one."),
            Option("It falls faster: the steps grow.", between(-INFINITE, -0.5), "The steps do "
                   "grow, but they follow gradients of places that the network has left."),
            Option("It doesn't move at all.", never, "There is a gradient, and `step()` follows "
                   "it. Only it is more and more the wrong one."),
            Option("It gets no lower, and swings wildly.", between(0.5, INFINITE)),
        ],
    ),
    "in between": Question(
        "What does such a step do to the weights?",
        "`zero_grad()` throws away what `backward()` has just worked out. The optimizer finds no "
        "gradient and leaves everything as it is.",
        [
            Option("It moves them as always.", between(1e-12, INFINITE), "`step()` works nothing "
                   "out. It takes the gradients that it finds at the parameters, and there are "
                   "none left."),
            Option("It moves them by the step before.", never, "The gradients of the step before "
                   "are gone, too: `zero_grad()` forgets all there are, the old and the new."),
            Option("Nothing at all.", between(0, 1e-12)),
        ],
    ),
    "first steps": Question(
        "16 steps, and each of the 2,000 examples is new to it. How many will be right?",
        "Who picks a digit and a sum blindly is right once in 190 times, and 16 steps are not "
        "many. But they go in the right direction.",
        [
            Option("Hardly any.", between(0, 300)),
            Option("About half.", between(300, 1_700), "It will get there, but not in 16 steps: "
                   "each of them changes every parameter by very little."),
            Option("Nearly all.", between(1_700, 2_001), "That is what it made of the one batch "
                   "above, which it saw 75 times. These it sees once, while it learns."),
        ],
    ),
    "first epoch": Question(
        "After the first epoch, one look at every image: how many test examples are right?",
        "An epoch is 375 steps by now, not 16. And digits are much alike: what helps to read one 7 "
        "helps to read the others.",
        [
            Option("Fewer than half.", between(0, 50), "So it was with 16 steps. Here there are "
                   "375, and each learns from images that are new."),
            Option("50 to 80%.", between(50, 80), "Careful, but too careful. Most digits are "
                   "written plainly; to read those is learned fast."),
            Option("More than 80%.", between(80, 101)),
        ],
    ),
    "last epoch": Question(
        "And after the 15th?",
        "The first epoch learns what is easy. The other 14 are spent on the few images that are "
        "not, and some of those nobody can read for sure.",
        [
            Option("No more than after the first.", between(0, 96.5), "The curve gets flat, but "
                   "it still rises: small steps in accuracy are a large part of the mistakes that "
                   "are left."),
            Option("More, but not all.", between(96.5, 99.95)),
            Option("All of them.", between(99.95, 101), "It sees the training images 15 times, but "
                   "these are test images. Some are so sloppy that you would err, too."),
        ],
    ),
    "train or test": Question(
        "Which accuracy will be higher in the last epoch?",
        "The two are not measured in the same way. Three things make training the harder exam; "
        "below we take them away one by one.",
        [
            Option("Of the training images, which it knows.", between(-101, -0.3), "It does know "
                   "them. But each of them was made harder before it was shown, by augmentation "
                   "and by dropout."),
            Option("Both are the same.", between(-0.3, 0.3), "They would be close if both were "
                   "measured in the same way. One of the two is the harder exam."),
            Option("Of the test images, which it doesn't know.", between(0.3, 101)),
        ],
    ),
})
checks = Checks()


@checks.add(
    "One number for both answers, so one gradient teaches both heads. Our training takes weight 1."
)
def weighted_loss(answer):
    """`weighted_loss(digit_logits, sum_logits, digits, totals, weight)`: digit + weight * sum."""
    for n, weight in [(draw(5, 40), 0.5), (draw(5, 40), 2.0), (128, 0.1), (draw(5, 40), 3.0)]:
        logits = [torch.randn(n, k).requires_grad_() for k in (10, 19)]
        targets = [torch.randint(k, (n,)) for k in (10, 19)]
        targets[1][0] = 18  # a class that the digits' logits don't have
        try:
            loss = answer(*logits, *targets, weight)
        except Wrong as stopped:
            raise _why_it_stopped(answer, logits, targets, weight) or stopped from None
        digit, total = (F.cross_entropy(*pair).item() for pair in zip(logits, targets))
        right, reasons = digit + weight * total, _wrong_losses(logits, targets, weight)
        require(not np.isnan(numbers(loss)).any(), "That is nan, not a number: logits may be below "
                "zero and have no logarithm then. Make probabilities of them first, by softmax.")
        compare(loss, right, f"{n} random examples and the weight {weight}", reasons)
        require(isinstance(loss, torch.Tensor) and loss.requires_grad, "The number is right, but "
                "it was cut off from the logits: backward() could teach the network nothing.")


def _wrong_losses(logits, targets, weight) -> dict[str, float]:
    """What beginners compute in place of the weighted loss, each with what is wrong with it."""
    digit, total = (F.cross_entropy(*pair).item() for pair in zip(logits, targets))
    twice = [F.cross_entropy(x.softmax(1), y).item() for x, y in zip(logits, targets)]
    columns = [-x.softmax(0)[range(len(y)), y].log().mean().item() for x, y in zip(logits, targets)]
    everything = [-x.log_softmax(1).mean().item() for x in logits]
    chances = [x.softmax(1)[range(len(y)), y] for x, y in zip(logits, targets)]
    late = [-chance.mean().log().item() for chance in chances]
    no_log = [-chance.mean().item() for chance in chances]
    right, n = digit + weight * total, len(targets[0])
    return {
        "The logarithm of a probability is below zero, and a loss above: a minus is missing.":
            -right,
        "That is the digit's loss alone. The sum has to be learned, too.": digit,
        "The weight is for the sum. Yours has it at the digit.": weight * digit + total,
        "The weight is for the sum alone. Yours has it at both.": weight * (digit + total),
        "The weight is nowhere in it.": digit + total,
        "Average over the examples, or large batches take large steps.": n * right,
        "It is averaged already: divided again, it is far too small.": right / n,
        "Softmax twice? F.cross_entropy does it itself: give it the logits.":
            twice[0] + weight * twice[1],
        "Each example has its own row of logits, and softmax belongs along the row: dim=1.":
            columns[0] + weight * columns[1],
        "Only the true class counts: pick its probability from each row.":
            everything[0] + weight * everything[1],
        "First the logarithm of each probability, then the mean of them.":
            late[0] + weight * late[1],
        "The logarithm is missing: the loss is that of the probability.":
            no_log[0] + weight * no_log[1],
    }


def _why_it_stopped(answer, logits, targets, weight) -> Wrong | None:
    """The reason in words if the answer stopped with an error for a known one."""
    batch = [torch.randn(128, k).requires_grad_() for k in (10, 19)]
    whole = [torch.randint(k, (128,)) for k in (10, 19)]
    for arguments, reason in (
        ((*batch, *whole), "It works for a batch of 128 only, and the last batch of an epoch may "
                           "be smaller. `len(digits)` says how many examples there are."),
        ((*logits, *targets[::-1]), "The digit's logits belong with `digits`, the sum's with "
                                    "`totals`. Yours are crossed: a sum of 18 is no digit."),
        ((*targets, *logits), "Logits and true classes have changed places: first the logits, "
                              "then the classes."),
    ):
        with suppress(Wrong):
            answer(*arguments, weight)
            return Wrong(reason)
    return None


@checks.add("Gradients add up, which is a bug where one forgets it, and a tool where one needs it.")
def step_in_parts(answer):
    """`step_in_parts(model, optimizer, parts)`: one step for several small batches; its loss."""
    start = IdentityAdderModel(dropout=0)
    parts = [[_random_batch() for _ in range(count)] for count in (2, 3, 3)]
    models = {name: copy.deepcopy(start) for name in ("theirs", "right", *MISTAKES)}
    optimizers = {name: torch.optim.SGD(model.parameters(), 0.05)
                  for name, model in models.items()}
    for batches in parts:
        before = models["theirs"].sum_head.weight.clone()
        loss = answer(models["theirs"], optimizers["theirs"], batches)
        losses = {name: _step_in_parts(models[name], optimizers[name], batches, name)
                  for name in ("right", *MISTAKES)}
        require(not torch.equal(before, models["theirs"].sum_head.weight), "The weights don't "
                "move. It takes backward(), then step(), and no zero_grad() between the two.")
        if not _same(models["theirs"], models["right"]):
            for name, reason in MISTAKES.items():
                require(not _same(models["theirs"], models[name]), reason)
            raise Wrong("The weights move, but not down the gradient of the mean loss of all "
                        "parts.")
        last = joint_loss(*models["right"](*batches[-1][:2]), *batches[-1][2:]).item()
        compare(loss, losses["right"], f"{len(batches)} parts", {
            "The weights are right. The loss should be the mean over the parts, not their sum.":
                losses["right"] * len(batches),
            "The weights are right. The returned loss is divided once too often.":
                losses["right"] / len(batches),
            "That is the loss after the step. Return the one before it.": last,
        })
    require(not (isinstance(loss, torch.Tensor) and loss.requires_grad), "All but one thing is "
            "right: the returned loss holds on to the whole calculation. With some thousands of "
            "them in a list the memory is full. Return a plain number.")


# What a wrong step has inside of the loop ("forget", "step"), and what it lacks ("never": it never
# forgets, "sum": it doesn't divide); what to say of it.
MISTAKES = {
    "forget": "The last part alone counts: zero_grad() inside of the loop forgets the gradients of "
              "the parts before.",
    "step": "Those are several small steps. Let the gradients of all parts add up, and move once, "
            "behind the loop.",
    "forget step": "That is a whole step for each part. Wanted is one step for all of them: what "
                   "belongs before the loop, what behind it?",
    "sum": "The step is too long: the gradients of the parts were added. For their mean, divide "
           "each loss by the number of parts.",
    "never": "The first step is right, the second isn't: the gradients of the step before are "
             "still there. Who forgets those?",
}
MISTAKES |= {f"{name} sum": MISTAKES[name] for name in ("forget", "step", "forget step")}


def _random_batch():
    digits, added = torch.randint(10, (2, 16))
    return torch.randn(16, 1, 28, 28), added, digits, digits + added


def _same(model, other) -> bool:
    pairs = zip(model.parameters(), other.parameters())
    return all(torch.allclose(*pair, atol=1e-4) for pair in pairs)


def _step_in_parts(model, optimizer, parts, mistakes: str) -> float:
    """One step for all parts, right or with some of the MISTAKES; the mean loss."""
    if "never" not in mistakes:
        optimizer.zero_grad()
    mean = 0.0
    for part in parts:
        if "forget" in mistakes:
            optimizer.zero_grad()
        loss = joint_loss(*model(*part[:-2]), *part[-2:])
        mean += loss.item() / len(parts)
        (loss if "sum" in mistakes else loss / len(parts)).backward()
        if "step" in mistakes:
            optimizer.step()
    if "step" not in mistakes:
        optimizer.step()
    return mean


@checks.add("A tenth leaves room: with another seed the lowest loss lies at another rate.")
def choose_rate(answer):
    """`choose_rate(rates, losses)`: a tenth of the rate at which the loss was lowest."""
    for _ in range(5):
        steps = draw(60, 100)
        rates = torch.logspace(-4, 1, steps).tolist()
        turn = draw(steps // 2, steps - 8)
        curve = 5 - 4 * torch.linspace(0, 1, turn + 1) ** 2
        rise = 1 + 8 * torch.linspace(0, 1, steps - turn)[1:]
        losses = (torch.cat([curve, rise]) + 0.02 * torch.rand(steps)).tolist()
        lowest = losses.index(min(losses))
        rate = rates[lowest]
        compare(answer(list(rates), list(losses)), rate / 10, f"a curve with its lowest loss at "
                f"the rate {rate:.3g}", {
            "There the loss was lowest, but that is the last rate before the turn: take a tenth.":
                rate,
            "That is a loss. Asked for is a learning rate.": min(losses),
            "That is a tenth of the loss. Asked for is a tenth of the rate.": min(losses) / 10,
            "That is its place in the list. Which rate stands at that place?": lowest,
            "That is a tenth of its place in the list. Which rate stands there?": lowest / 10,
            "Up there the loss was highest: that rate is far too large.":
                rates[losses.index(max(losses))] / 10,
            "That comes from the smallest rate. There the network hardly learns.": rates[0] / 10,
            "That is a tenth of the place: step back in the rate, not in the list.":
                rates[lowest // 10],
        })


@checks.add(
    "This is early stopping. It saves time, and it may also keep a network from overfitting."
)
def best_epoch(answer):
    """`best_epoch(test_loss, patience)`: stop after so many epochs without a better one."""
    for _ in range(6):
        losses, patience = _curve_that_returns()
        best, stop = _stop(losses, patience)
        example = f"the losses {losses} and a patience of {patience}"
        compare(answer(list(losses), patience), best, example, {
            "Nearly: Python counts from 0, but the first epoch is epoch 1.": best - 1,
            "That is where training stops. Asked for is the best epoch until then.": stop,
            "That is where training stops, counted from 0. Asked for is the best epoch until "
            "then.": stop - 1,
            "The lowest of all comes too late: training had stopped before it.":
                losses.index(min(losses)) + 1,
            "That is the lowest of all, counted from 0; but training had stopped before it.":
                losses.index(min(losses)),
            "That is a loss. Asked for is the epoch that had it.": losses[best - 1],
            "Of a loss the lowest is the best, not the highest.": losses.index(max(losses)) + 1,
            "That is the last epoch. Training stopped before, and the best was earlier still.":
                len(losses),
            "You stop at the first epoch that isn't better. Patience waits for more.":
                _stop(losses, 1)[0],
            "You stop an epoch too early: the patience isn't used up yet.":
                _stop(losses, patience - 1)[0],
            "You stop an epoch too late: the patience was used up already.":
                _stop(losses, patience + 1)[0],
        })


def _stop(losses, patience: int) -> tuple[int, int]:
    """The best epoch and the one after which training stops, both counted from 1."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best + 1, epoch + 1


def _curve_that_returns() -> tuple[list[float], int]:
    """Losses and a patience for which every way to get it wrong shows."""
    while True:
        patience = draw(2, 4)
        losses = (torch.rand(14) * torch.linspace(1, 0.6, 14)).round(decimals=3).tolist()
        best, stop = _stop(losses, patience)
        others = {best - 1, stop, stop - 1, *(_stop(losses, p)[0] for p in (1, patience - 1)),
                  losses.index(min(losses)) + 1, losses.index(max(losses)) + 1}
        if best not in others and _stop(losses, patience + 1)[0] != best and best > 2:
            return losses, patience


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
    said = [f"{row.argmax()} ({_percent(row.max())})" for row in curves]
    label = "" if digit is None else f" The label is {digit}."
    return (f"After epoch {epoch} the network answers {said[epoch]}.{label} Its answers from epoch "
            f"0, untrained, to epoch {len(said) - 1}: {', '.join(said)}.")


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
        said = ipywidgets.VBox([self.figure, controls], layout=BESIDE)
        super().__init__([self.pad, said], layout=WRAPPED)
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
        picture = Picture(plot_replay(self.seen, self.probabilities, self.slider.value))
        data = base64.b64encode(picture.data).decode()
        words = html.escape(picture.metadata["alt"])
        self.figure.value = (f'<img src="data:image/png;base64,{data}" alt="{words}" '
                             f'style="width: 528px; max-width: 100%">')

    def __repr__(self):
        return "Replay()"
