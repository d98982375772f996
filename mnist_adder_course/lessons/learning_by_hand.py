"""Learning by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from mnist_adder_lib.data import load_splits

from ..exercises.checks import AUTOGRAD, Checks, Observed
from ..exercises.questions import Guesses
from ..plots import BLUE, GREY, ORANGE, draw_image, draw_signed, in_style, labelled

guesses = Guesses.load("learning_by_hand")
checks = Checks()


def threes_and_sevens(images: Tensor, digits: Tensor, three=3, seven=7) -> tuple[Tensor, Tensor]:
    """The images of two digits, float64 (n, 28, 28) in 0-1, and their labels, -1 and 1.

    `images` are uint8 (..., 28, 28), `digits` says which digit each of them shows. Other digits
    can take the place of the 3, whose label is -1, and of the 7. Raises ValueError if both are the
    same, or if there are no images of one of them.
    """
    if three == seven:
        raise ValueError(f"two different digits are needed, not twice {three}")
    for digit in (three, seven):
        if not (digits == digit).any():
            raise ValueError(f"there are no images of a {digit}")
    chosen = (digits == three) | (digits == seven)
    return images[chosen].double() / 255, torch.where(digits[chosen] == seven, 1.0, -1.0)


def _parabola(w):
    return (2 * w - 6) ** 2


def _cubic(w):
    return w**3 / 4


_parabola.in_words, _cubic.in_words = "is (2w - 6)²", "is w³ / 4"  # type: ignore[attr-defined]


@checks.add(
    "It works for any loss. But 17,360 weights need 17,361 runs of the network, so PyTorch has a "
    "better way.",
    probes=[(_parabola, 1.0), (_parabola, 5.0), (_cubic, 2.0), (_cubic, -3.0), (_parabola, 2),
            (_parabola, 0.0)],
    tolerance=0.02, without=AUTOGRAD,
    mistakes={
        "Brackets are missing: divide the whole difference, not the second loss alone.":
            [lambda loss_of, w, h=h: loss_of(w + h) - loss_of(w) / h
             for h in (0.001, 0.01, 1e-4, 1e-6)],
        "The nudge is too large: between the two points the curve bends. Take a thousandth.":
            [("0.001", nudge) for nudge in ("1000", "1", "0.5", "0.2", "0.1")],
        "Divide by the nudge, not by `w`.": ("/ nudge", "/ w"),
        "Add the nudge to `w`. Times 1.001, it is a thousandth of `w`, and you divide by another "
        "number.": ("w + nudge", "w * 1.001"),
        "A thousandth of `w` is nothing where `w` is 0. The nudge is the same for every weight: "
        "add 0.001 to `w`.": [
            lambda loss_of, w: (loss_of(w * 1.001) - loss_of(w)) / (w * 0.001),
            lambda loss_of, w: (loss_of(w * 1.001) - loss_of(w)) / (w * 1.001 - w)],
        "The weight was replaced by the nudge. Make it a little larger: `w + nudge`.":
            ("loss_of(w + nudge)", "loss_of(nudge)"),
        "That is the loss divided by the nudge. The slope is how much the loss *changes*, divided "
        "by the nudge: subtract the loss at `w`.":
            ("(loss_of(w + nudge) - loss_of(w))", "loss_of(w + nudge)"),
        "That is the slope of this lesson's loss alone. Your function gets the loss that it should "
        "use, under the name `loss_of`.":
            lambda loss_of, w: 8 * w - 24,
    },
)
def slope_of(loss_of, w):
    nudge = 0.001
    return (loss_of(w + nudge) - loss_of(w)) / nudge


def _losses():
    for loss_of in (_bowl, math.prod):
        yield from [(loss_of, [3.0]), (loss_of, [2.0, -1.5, 4.0]), (loss_of, [1.5, -4.0, 2.5, -3])]
    yield _bowl, [1.053625]  # a slope that any rounding changes
    yield _cubes, [2.0, -1.0]  # bends differently to the two sides


def _cubes(weights):
    return sum(weight**3 for weight in weights)


def _bowl(weights):
    return sum((place + 2) * (weight - 1) ** 2 for place, weight in enumerate(weights))


@checks.add(
    "It works for any loss, and it is how programmers test a backward(). For training it is too "
    "slow: with 17,360 weights it runs the network more than 17,360 times for a single step.",
    probes=_losses, tolerance=0.01, without=AUTOGRAD,
    mistakes={
        "Each weight was set to the nudge itself, nearly 0. To make it a little larger, add the "
        "nudge: `+=`.":
            ("+= 1e-6", "= 1e-6"),
        "Every slope is the same: all weights were nudged at once. Nudge one at a time.":
            (("nudged = list(weights)", "nudged = [weight + 1e-6 for weight in weights]"),
             ("nudged[i] += 1e-6", "pass")),
        "Each slope includes the ones before it: put each weight back before you nudge the next.": [
            (("    for", "    nudged = list(weights)\n    for"),
             ("        nudged = list(weights)\n", "")),
            ("nudged = list(weights)", "nudged = weights")],
        "Brackets are missing: divide the whole difference of the losses, not the second loss "
        "only.":
            [(("(loss_of(nudged) - loss_of(weights))", "loss_of(nudged) - loss_of(weights)"),
              ("1e-6", nudge)) for nudge in ("1e-6", "1e-5", "1e-4", "0.001", "0.01")],
        "The slope is how much the loss *changes*, divided by the nudge. Which loss is subtracted?":
            [("(loss_of(nudged) - loss_of(weights)) / 1e-6", other)
             for other in ("loss_of(weights)", "loss_of(nudged)", "loss_of(nudged) / 1e-6")],
        "The nudge is too large: the curve bends between the two points. Try a millionth, 1e-6.":
            [*[("1e-6", nudge) for nudge in ("1", "0.5", "0.1", "0.05")],
             (("nudged[i] += 1e-6", "nudged[i] += 1\n        less = list(weights); less[i] -= 1"),
              ("loss_of(weights)) / 1e-6", "loss_of(less)) / 2"))],
        "Don't round the slopes: small ones are wrong then.": [
            ("return slopes", "return [round(slope, 2) for slope in slopes]"),
            ("return slopes", "return [round(slope, 1) for slope in slopes]")],
    },
)
def gradient(loss_of, weights):
    slopes = []
    for i in range(len(weights)):
        nudged = list(weights)
        nudged[i] += 1e-6
        slopes.append((loss_of(nudged) - loss_of(weights)) / 1e-6)
    return slopes


def _scores_and_labels():
    for scores, labels in [([-4.0], [-1.0]), ([-4.0], [1.0]), ([2.0, -2.0, 0.5], [1.0, 1.0, -1.0])]:
        yield torch.tensor(scores, requires_grad=True), torch.tensor(labels)
    yield torch.randn(6, requires_grad=True), torch.tensor([1.0, -1.0, -1.0, 1.0, 1.0, -1.0])


FORGOTTEN = ("From these costs PyTorch can't go back to the scores, as training has to. Calculate "
             "with tensors all the way: without numpy, `math`, `.item()`, `.tolist()`, `.detach()` "
             "and `torch.no_grad()`.")
A_LIST = "The costs are right, but they are a list of tensors. Return one tensor, without a loop."


def _costs(cost_of, score, label) -> Observed:
    costs = cost_of(score, label)
    listed = list(costs) if isinstance(costs, (list, tuple)) else [costs]
    return Observed(costs, rules={
        FORGOTTEN: all(getattr(cost, "requires_grad", False) for cost in listed),
        A_LIST: isinstance(costs, Tensor)})


@checks.add(
    "Being sure and right costs almost nothing. Being sure and wrong costs without limit.",
    probes=_scores_and_labels, observe=_costs, tolerance=1e-3,
    mistakes={
        "That is p, the probability of the true answer. It costs log(1 / p).":
            ("torch.log(1 / p)", "p"),
        "The label has no effect: p is then the probability of a 7, whatever the image shows. "
        "Multiply the score by the label, inside the sigmoid.": (" * label)", ")"),
        "The label comes too late. Multiply the score by it inside the sigmoid, so that p is the "
        "probability of the true answer.": [
            ((" * label)", ")"), ("torch.log(1 / p)", "torch.log(1 / p) * label")),
            ("torch.sigmoid(score * label)", "torch.sigmoid(score) * label"),
            ("torch.sigmoid(score * label)", "torch.sigmoid(score) * torch.sigmoid(label)")],
        "p is the probability of the wrong answer: a 3 should get the sigmoid of the score times "
        "-1, which is its label. Multiply by the label as it is.": (" * label", " * -label"),
        "1 - p never costs more than 1. The cost asked for is log(1 / p).":
            ("torch.log(1 / p)", "1 - p"),
        "That is 1 / p. Take its logarithm, `torch.log`.": ("torch.log(1 / p)", "1 / p"),
        "That is 1 / log(p). Divide first: take the logarithm of 1 / p.":
            ("torch.log(1 / p)", "1 / torch.log(p)"),
        "A softmax compares the scores of different images. The sigmoid, `torch.sigmoid`, looks at "
        "each score alone.":
            ("torch.sigmoid(score * label)", "torch.softmax(score * label, dim=0)"),
        "Multiply score and label, don't add them.": ("score * label", "score + label"),
        "`score *= label` changes the scores of the one who called your function. Make a new "
        "tensor: `score * label`.":
            ("    p =", "    score *= label\n    p ="),
        "That is for labels of 0 and 1. Here a 3 has the label -1, and a 7 has 1.": [
            lambda score, label: -(label * torch.log(torch.sigmoid(score)) + (1 - label)
                                   * torch.log(1 - torch.sigmoid(score))),
            lambda score, label: torch.log(1 / (torch.sigmoid(score) ** label
                                                * (1 - torch.sigmoid(score)) ** (1 - label)))],
        "The sigmoid is missing: it turns the score into a probability.":
            ("torch.sigmoid(score * label)", "score * label"),
        FORGOTTEN: [("torch.log(1 / p)", "torch.log(1 / p.detach())"),
                    ("torch.log(1 / p)", "torch.log(1 / p).numpy()")],
        A_LIST: ("torch.log(1 / p)", "list(torch.log(1 / p))"),
    },
)
def cost_of(score, label):
    p = torch.sigmoid(score * label)
    return torch.log(1 / p)


def _images_and_labels():
    for count, size, steps in [(1, 2, 1), (4, 2, 1), (5, 3, 3), (6, 3, 8)]:
        labels = torch.tensor([1.0, -1.0, -1.0, 1.0, -1.0, -1.0])[:count]
        yield torch.rand(count, size, size).double(), labels, 0.5, steps


def scores_of(images, weights):  # as in the lesson
    return (images * weights).sum(dim=(1, 2))


NO_TENSOR = ("The weights are right, but they aren't a tensor any more, and images can only be "
             "multiplied by a tensor. Return `weights` itself.")


def _learned(learn, *arguments) -> Observed:
    weights = learn(*arguments)
    return Observed(weights, rules={NO_TENSOR: isinstance(weights, Tensor)})


@checks.add(
    "You have written a whole training loop. In later lessons the network is larger, but the five "
    "parts of a step stay the same.",
    probes=_images_and_labels, observe=_learned,
    mistakes={
        "The gradients of one step are still there in the next: backward() adds the new slopes to "
        "the old ones. Clear them at the start of every step, inside the loop.":
            ("weights.grad = None", "pass"),
        "The weights went uphill: they make the loss larger. The gradient is subtracted, and the "
        "loss is log(1 / p).": [
            ("-= rate", "+= rate"),
            ("cost_of(scores, labels)", "torch.log(torch.sigmoid(scores * labels))")],
        "The learning rate is missing: it is a factor on the step.": ("rate * ", ""),
        "The learning rate is there twice. Multiply the step by it once.":
            ("rate * ", "rate * rate * "),
        "The losses of all images are added up. Take their mean, or more images make longer steps.":
            (".mean()", ".sum()"),
        "The labels have no effect: it learns to call everything a 7. p is the probability of the "
        "true answer, so multiply the score by the label, inside the sigmoid.": [
            ("cost_of(scores, labels)", "cost_of(scores, 1)"),
            ("cost_of(scores, labels)", "torch.log(1 / (torch.sigmoid(scores) * labels))")],
        "That is not log(1 / p). With 1 - p or 1 / p the slopes are different.":
            [("cost_of(scores, labels)", "(1 - torch.sigmoid(scores * labels))"),
             ("cost_of(scores, labels)", "(1 / torch.sigmoid(scores * labels))")],
        "With a square as the loss, the slopes are different. Cross entropy is log(1 / p).": [
            ("cost_of(scores, labels)", "((1 - torch.sigmoid(scores * labels)) ** 2)"),
            ("cost_of(scores, labels)", "(cost_of(scores, labels) ** 2)"),
            ("cost_of(scores, labels)", "((scores - labels) ** 2)"),
            ("cost_of(scores, labels)", "((torch.sigmoid(scores) - (labels + 1) / 2) ** 2)")],
        "Begin with a weight of 0 for each pixel.": [
            ("zeros_like", "ones_like"), ("zeros_like", "rand_like"), ("zeros_like", "randn_like")],
        "That is the logarithm to the base 10 or 2. The natural one is `torch.log`.":
            [("cost_of(scores, labels)", "-torch.sigmoid(scores * labels).log10()"),
             ("cost_of(scores, labels)", "-torch.sigmoid(scores * labels).log2()")],
        "You take one step too many or too few.":
            [("(steps)", "(steps + 1)"), ("(steps)", "(steps - 1)")],
        "That is where a single step leads. Is the `return` inside the loop? Or do the weights "
        "begin at 0 again in every round?": ("(steps)", "(1)"),
        "You take a step for each image. A step needs all images: its loss is their mean.":
            (("for _ in range(steps)", "for image, label in [*zip(images, labels)] * steps"),
             ("scores_of(images, weights)", "(image * weights).sum()"),
             ("cost_of(scores, labels)", "cost_of(scores, label)")),
        "Return the weights alone, without the loss.": [
            ("return weights", "return weights, loss"), ("return weights", "return loss, weights")],
        "Those are the slopes. Return the weights.": ("return weights", "return weights.grad"),
        "There is no gradient at the update. backward() creates it, and clearing it afterwards "
        "removes it. `weights = weights - ...` makes a new tensor without a gradient: update the "
        "old one with `-=`.": [
            ("loss.backward()", "pass"), ("weights -= ", "weights = weights - ")],
        NO_TENSOR: ("return weights", "return weights.tolist()"),
    },
)
def learn(images, labels, rate, steps):
    weights = torch.zeros_like(images[0], requires_grad=True)
    for _ in range(steps):
        weights.grad = None  # clear
        scores = scores_of(images, weights)  # forward
        loss = cost_of(scores, labels).mean()  # loss
        loss.backward()  # backward
        with torch.no_grad():
            weights -= rate * weights.grad  # update
    return weights


def _trainings():
    plans = [(0.01, momentum, steps) for momentum in (0.0, 0.5, 0.9) for steps in (1, 2, 4)]
    for rate, momentum, steps in [*plans, (1.2, 0.0, 3)]:  # the last one makes the loss rise
        row, table = torch.randint(1, 5, (3,)).double(), torch.randint(1, 5, (2, 2)).double()
        parameters = [row.requires_grad_(), table.requires_grad_()]
        (3 * _pull(*parameters)).backward()  # old gradients, which should be cleared
        yield parameters, _pull, rate, momentum, steps


def _pull(row, table):
    return ((row - 7) ** 2).sum() + (table * row[:2] - 1).pow(2).mean()


NOT_PLAIN = ("The loss that you return still holds on to its whole calculation: turn it into a "
             "plain number.")


def _trained(train, parameters, loss_of, *options) -> Observed:
    given = list(parameters)  # the tensors themselves, whatever becomes of the list
    loss = train(parameters, lambda: loss_of(*given), *options)
    return Observed(loss, effects={"the parameters": given},
                    rules={NOT_PLAIN: not getattr(loss, "requires_grad", False)})


@checks.add(
    "That is all an optimizer does: clear, keep the velocities, update. torch.optim.SGD ends "
    "at the same weights.",
    probes=_trainings, observe=_trained, without=[torch.optim],
    mistakes={
        "The gradients of one step are still there in the next: backward() adds the new slopes to "
        "the old ones. Clear them at the start of every step, inside the loop.": [
            ("parameter.grad = None", "pass"),
            (("parameter.grad = None", "pass"),
             ("    for _ in",
              "    for parameter in parameters:\n        parameter.grad = None\n    for _ in"))],
        "The parameters still had gradients from somebody's earlier backward(). Clear them before "
        "each backward(), even before the first one.":
            ("parameter.grad = None", "if _ > 0: parameter.grad = None"),
        "The parameters haven't changed. `p = p - ...` makes a new tensor and leaves the old one "
        "unchanged: update the old one with `-=`. And don't clear between backward() and the "
        "update.":
            ("parameters[i] -= ", "pass; "),
        "You use a gradient that doesn't exist: backward() creates it, and clearing removes it. "
        "And `p = p - ...` makes a new tensor without a gradient: update the old one with `-=`.": [
            ("loss.backward()", "pass"), ("parameters[i] -= ", "parameters[i] = parameters[i] - "),
            (("loss.backward()", "pass"),
             ("momentum * velocities[i] + parameters[i].grad", "rate * parameters[i].grad"))],
        "The parameters have moved uphill. Subtract the gradient.": ("-= rate", "+= rate"),
        "The learning rate is missing: it is a factor on the step.": ("rate * ", ""),
        "The learning rate is there twice. Multiply the step by it once.":
            ("rate * ", "rate * rate * "),
        "Your steps have no momentum. Either the old velocity isn't added, or it isn't kept: `v = "
        "momentum * v + p.grad` in a loop over a list gives the name `v` to a new tensor, and "
        "leaves the one in the list unchanged. `velocities[i] = ...` keeps it.":
            ("momentum * velocities[i] + parameters[i].grad", "parameters[i].grad"),
        "That is an average of velocity and gradient. Here the gradient is added whole.":
            ("momentum * velocities[i] + parameters[i].grad",
             "momentum * velocities[i] + (1 - momentum) * parameters[i].grad"),
        "Momentum is a factor on the old velocity, not on the gradient.":
            ("momentum * velocities[i] + parameters[i].grad",
             "momentum * (velocities[i] + parameters[i].grad)"),
        "Only one of the parameters has moved. A step moves every one of them.":
            [("(len(parameters))", "(1)"), ("(len(parameters))", "(1, 2)")],
        "That is the loss after the last step. Return the one that you computed in the last step, "
        "before the update.":
            ("loss.item()", "loss_of().item()"),
        "That is the lowest of all losses. Return the last one, even if it has risen.":
            (("    for _ in", "    losses = []\n    for _ in"),
             ("loss.backward()", "losses.append(loss.item()); loss.backward()"),
             ("return loss.item()", "return min(losses)")),
        "That is the mean of all losses. Return the last one.":
            (("    for _ in", "    total = 0\n    for _ in"),
             ("loss.backward()", "total += loss.item(); loss.backward()"),
             ("return loss.item()", "return total / steps")),
        "That is the loss of the first step. Return the last one.":
            (("    for _ in", "    first = loss_of()\n    for _ in"),
             ("loss.item()", "first.item()")),
        NOT_PLAIN: ("loss.item()", "loss"),
    },
)
def train(parameters, loss_of, rate, momentum, steps):
    velocities = [0.0] * len(parameters)
    for _ in range(steps):
        for parameter in parameters:
            parameter.grad = None
        loss = loss_of()
        loss.backward()
        with torch.no_grad():
            for i in range(len(parameters)):
                velocities[i] = momentum * velocities[i] + parameters[i].grad
                parameters[i] -= rate * velocities[i]
    return loss.item()


LEFT, RIGHT, TOP = -0.6, 6.6, 50  # of the part of the curve that is drawn


@in_style
def plot_ball(path) -> Figure:
    """The loss (2w - 6)**2 over w, a ball at the last w of a path, and a dot at each w before it.

    The grey line is as steep as the curve at the ball. For a ball that is off the picture, an arrow
    points to it.
    """
    figure, ax = plt.subplots(figsize=(5, 2.8))
    w, last = np.linspace(LEFT, RIGHT, 200), path[-1]
    ax.plot(w, _parabola(w), color=BLUE)
    slope = 8 * last - 24
    if LEFT <= last <= RIGHT:
        half = 1.6 / math.hypot(1, slope / 8)
        ax.plot([last - half, last + half],
                [_parabola(last) - half * slope, _parabola(last) + half * slope], color=GREY)
        ax.plot(last, _parabola(last), "o", color=ORANGE, markersize=11)
    else:
        edge, arrow = (LEFT, "<") if last < LEFT else (RIGHT, ">")
        ax.plot(edge, TOP / 2, arrow, color=ORANGE, markersize=11)
    ax.plot(path, [_parabola(w) for w in path], "o-", color=ORANGE, markersize=4, linewidth=1.2)
    found = f"w = {_rounded(last)}, slope {_rounded(slope)}"
    ax.set(title=found, xlabel="weight w", ylabel="loss", xlim=(-0.9, 6.9), ylim=(-4, TOP))
    steps = len(path) - 1
    taken = f" after {steps} step{'s' * (steps > 1)} from {_rounded(path[0])}" if steps else ""
    return labelled(figure, "The loss over w is a valley with its lowest place at 3; a ball"
                            f"{taken} at {found}.")


def _rounded(number: float) -> str:
    return f"{round(number, 2) + 0:g}"  # + 0: 0, not -0


@in_style
def plot_valley(loss_of, path) -> Figure:
    """The loss of two weights, `loss_of([a, b])`, as a map, and a path of (a, b) on it."""
    figure, ax = plt.subplots(figsize=(5, 4.5))
    across, up = np.linspace(-1.5, 4.5, 120), np.linspace(-4, 2, 120)
    heights = [0.25, *(2.0**power for power in range(8))]
    lines = ax.contour(across, up, loss_of(np.meshgrid(across, up)), heights, colors=BLUE,
                       linewidths=0.8)
    for text in ax.clabel(lines, heights[1:], fontsize="medium", fmt="%g"):
        text.set_color(GREY)
    a, b = np.array(path).T
    ax.plot(a, b, "o-", color=ORANGE, markersize=4, linewidth=1.2)
    ax.set(xlabel="weight a", ylabel="weight b", aspect="equal", xlim=(-1.5, 4.5), ylim=(-4, 2))
    return labelled(figure, "Ovals inside each other, the lines of equal loss over two weights. A "
                            f"path begins at ({a[0]:.2f}, {b[0]:.2f}), where the loss is "
                            f"{loss_of(path[0]):.3g}, and after {len(a) - 1} steps ends at "
                            f"({a[-1]:.2f}, {b[-1]:.2f}), where it is {loss_of(path[-1]):.3g}.")


@in_style
def plot_row(images, labels) -> Figure:
    """Images, (28, 28) in 0-1, next to each other, each with its label as a title."""
    figure, (axes,) = plt.subplots(1, len(images), figsize=(5.5, 1.1), squeeze=False)
    for ax, image, label in zip(axes, images, labels):
        draw_image(ax, image, f"{label:+.0f}", black=0, white=1)
    titles = ", ".join(ax.get_title() for ax in axes)
    return labelled(figure, f"Handwritten 3s and 7s, white on black, titled {titles}.")


@in_style
def plot_opening() -> Figure:
    """A 3 and a 7, and between them the weights that tell one from the other."""
    train, validation, _ = load_splits()
    weights = learn(*threes_and_sevens(train.images[:10_000], train.digits[:10_000]), 0.1, 100)
    weights = np.asarray(weights.detach())
    images, labels = threes_and_sevens(validation.images, validation.digits)
    figure, axes = plt.subplots(1, 3, figsize=(6.4, 2.5))
    draw_image(axes[0], images[labels < 0][0], "a handwritten 3", black=0, white=1)
    draw_signed(axes[1], weights, np.abs(weights).max(), "784 numbers")
    draw_image(axes[2], images[labels > 0][0], "a handwritten 7", black=0, white=1)
    return labelled(figure, "A handwritten 3, the learned weights, and a handwritten 7. They are "
                            "white along the stroke of the 7 and orange along the stroke of the 3.")


@in_style
def plot_scores(images, weights) -> Figure:
    """How each image, (28, 28) in 0-1, comes to its score: times the weights, then added up."""
    weights = np.asarray(weights.detach())
    figure, axes = plt.subplots(len(images), 3, figsize=(5.2, 1.85 * len(images)), squeeze=False)
    scores = []
    for row, image in zip(axes, images):
        products = np.asarray(image) * weights
        scores.append(products.sum())
        draw_image(row[0], image, "the image", black=0, white=1)
        draw_signed(row[1], weights, np.abs(weights).max(), "times the weights")
        draw_signed(row[2], products, np.abs(weights).max(), f"all added up: {scores[-1]:.1f}")
    sums = "; ".join(f"row {place} adds up to {score:.1f}"
                     for place, score in enumerate(scores, start=1))
    return labelled(figure, "In each row an image, the weights and their products; white is above "
                            f"0, orange below, black 0. {sums.capitalize()}.")
