"""Draw a digit: what the lesson asks, checks and draws."""

from __future__ import annotations

import copy
import textwrap
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from mnist_adder_lib.checkpoint import load_pretrained
from mnist_adder_lib.data import AdderDataset, as_input
from mnist_adder_lib.drawing import frame_drawing
from mnist_adder_lib.drawing.framing import to_ink, to_uint8
from mnist_adder_lib.drawing.strokes import frame_strokes, render_strokes
from mnist_adder_lib.evaluate import evaluate, predict

from ..common.drawings import faces
from ..common.non_digits import FROM_DIGITS, FROM_STROKES
from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..exercises.values import plain
from ..plots import BLUE, GREY, ORANGE, draw_image, in_style, labelled

guesses = Guesses.load("draw_a_digit")
checks = Checks()


def naive_resize(drawing) -> np.ndarray:
    """Shrink a whole drawing, as `frame_drawing` takes it, to uint8 (28, 28), wherever its digit
    is."""
    image = Image.fromarray(to_uint8(to_ink(drawing)))
    return np.asarray(image.resize((28, 28), Image.Resampling.BICUBIC))


def on_pad(image, size: int, corner: bool = False) -> np.ndarray:
    """A uint8 (28, 28) image, `size` pixels large, in the middle of a black pad of 280x280 or in
    its upper left corner."""
    pad, start = np.zeros((280, 280), np.uint8), 0 if corner else (280 - size) // 2
    larger = Image.fromarray(np.asarray(image)).resize((size, size))
    pad[start : start + size, start : start + size] = np.asarray(larger)
    return pad


def read_on_pads(model, evaluation, count: int = 150) -> pd.DataFrame:
    """How many of `count` images, drawn at random, a model reads from a pad, in percent: a row for
    each height of a digit in pixels, a column for each place on the pad and way to get 28x28 pixels
    from it."""
    some = torch.randperm(len(evaluation), generator=torch.Generator().manual_seed(0))[:count]

    def percent(framing, height: int, corner: bool) -> float:
        size = 28 * height // 20  # of the image: a digit fills 20 of its 28 rows
        pads = [on_pad(image, size, corner) for image in evaluation.images[some]]
        images = torch.stack([torch.tensor(framing(pad)) for pad in pads])
        return evaluate(model, AdderDataset(images, evaluation.digits[some],
                                            evaluation.numbers[some])).accuracy_digit

    heights = [200, 140, 100, 70]
    return pd.DataFrame({
        f"{place}, {way}": [percent(framing, height, place == "corner") for height in heights]
        for way, framing in (("shrunk", naive_resize), ("framed", frame_drawing))
        for place in ("middle", "corner")}, index=heights)


def thinner(images: Tensor) -> Tensor:
    """Images, uint8 (n, 28, 28), as if written with a thinner pen: each pixel becomes as dark as
    the darkest of four, itself and its neighbours to the left, above, and above left."""
    images = torch.minimum(images, images.roll(1, dims=2))
    return torch.minimum(images, images.roll(1, dims=1))


@torch.no_grad()
def embed(model, images: Tensor) -> Tensor:
    """A model's embeddings of images, uint8 (n, 28, 28): float32 (n, 20)."""
    return torch.cat([model.embed(as_input(batch)) for batch in images.split(500)])


def as_score(model, head):
    """A function that returns the head's score of each image, (n,), for images (n, 28, 28)."""
    def score(images: Tensor) -> Tensor:
        return head(embed(model, images)).detach().view(-1)

    return score


@in_style
def plot_kinds(images: Tensor, digits: Tensor) -> Figure:
    """One non-digit of each kind, with its name. Half of the kinds are made from digits, such as
    images, uint8 (n, 28, 28), of digits (n,)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        pictures = {kind: make(images, digits, 1) for kind, make in FROM_DIGITS.items()}
        pictures |= {kind: make(1) for kind, make in FROM_STROKES.items()}
    names = [kind.replace("_", " ") for kind in pictures]
    figure, axes = plt.subplots(2, 7, figsize=(6.4, 2.3))
    for ax in axes.flat:
        ax.axis("off")  # thirteen are drawn
    for ax, name, picture in zip(axes.flat, names, pictures.values()):
        draw_image(ax, picture[0, 0], textwrap.fill(name, 12), 0, 1)
    return labelled(figure, f"One non-digit of each kind: {', '.join(names)}.")


@in_style
def plot_opening() -> Figure:
    """What the lesson opens with: ten faces, and what the network that ships says of each."""
    model, words = load_pretrained(), []
    figure, axes = plt.subplots(2, 5, figsize=(6.4, 3))
    for ax, face in zip(axes.flat, faces()):
        said = predict(model, face, number=0)
        sure = said.digit_probabilities.max().item()
        words.append(f"a {said.digit}, " + ("over 99%" if sure > 0.99 else f"{sure:.0%}"))
        draw_image(ax, face, words[-1], 0, 255)
    return labelled(figure, "Ten faces, each a ring with two dots and an arc in it, and what the "
                            f"network says of each: {'; '.join(words)}.")


@in_style
def plot_strangeness(strangeness: dict[str, Tensor], threshold: float) -> Figure:
    """Histograms of how strange two kinds of drawings are, (n,) each, in percent of the kind, and a
    threshold."""
    figure, ax = plt.subplots(figsize=(5.5, 2.4))
    low, high = (end(values.quantile(share).item() for values in strangeness.values())
                 for end, share in [(min, 0.002), (max, 0.98)])
    bins, words = np.linspace(low, high, 40).tolist(), []
    for (kind, values), colour in zip(strangeness.items(), [BLUE, ORANGE]):
        inside = values.clamp(low, high).tolist()  # the rest is in the first and the last bar
        ax.hist(inside, bins, weights=[100 / len(inside)] * len(inside), edgecolor=colour,
                facecolor=[to_rgba(colour, 0.4)], label=kind)
        words.append(f"{100 * (values > threshold).double().mean():.0f}% of the {kind}")
    ax.axvline(threshold, color=GREY, linestyle="--")
    ax.set(xlabel="strangeness", ylabel="of each kind, %")
    ax.legend()
    return labelled(figure, f"Histograms of the strangeness of {' and '.join(strangeness)}, which "
                            f"overlap. Above the threshold of {threshold:.1f} are "
                            f"{' and '.join(words)}.")


def _small():
    for turn in range(4):
        ink = 0.92 ** torch.arange(20.0)[:, None] * 0.7 ** torch.arange(float(rand_int(9, 13)))
        yield (0.8 * ink.rot90(turn),)  # below 1: nothing is to be made brighter


def centre_of_mass(image):  # as in the lesson
    height, width = image.shape
    row = (torch.arange(height) * image.sum(dim=1)).sum() / image.sum()
    column = (torch.arange(width) * image.sum(dim=0)).sum() / image.sum()
    return row.item(), column.item()


def _image(answer) -> Tensor:
    """An answer as a float tensor; an empty one if it isn't made of numbers."""
    try:
        return torch.as_tensor(np.array(plain(answer), dtype=np.float32))
    except (TypeError, ValueError):
        return torch.zeros(0)


BLACK = "The image is black all over: nothing has been put on it. `=` puts it there, `==` compares."
NOT_28 = "It should be 28x28: the small image on a black one."
NOT_WHOLE = ("The small image should be on the black one whole and unchanged: nothing cut off, "
             "turned or made brighter.")
OFF_CENTRE = ("Its centre of mass isn't in the middle, row 14 and column 14, give or take a pixel. "
              "The first row and column of the small image belong at 14 minus its own centre of "
              "mass.")
MIDDLE_OF_BOX = ("That is the middle of the box around the ink. The centre of mass is nearer to "
                 "where most of the ink is.")
IN_CORNER = ("It lies in the upper left corner. Move it by the distance from its centre of mass to "
             "the middle.")


def _see_centred(function, small) -> Observed:
    image = _image(function(small))
    if image.shape != (28, 28):
        return Observed(rules={NOT_28: False})
    if not image.any():
        return Observed(rules={BLACK: False})
    inked = image[image.any(1)][:, image.any(0)]
    if inked.shape != small.shape or not torch.allclose(inked, small, atol=1e-4):
        return Observed(rules={NOT_WHOLE: False})
    corner = [int(image.any(side).float().argmax()) for side in (1, 0)]
    near_middle = all(abs(place - 14) < 1.1 for place in centre_of_mass(image))
    likely = {IN_CORNER: [0, 0], MIDDLE_OF_BOX: [(28 - size) // 2 for size in small.shape]}
    return Observed(rules={reason: near_middle or corner != place
                           for reason, place in likely.items()} | {OFF_CENTRE: near_middle})


@checks.add(
    "A long thin stroke to one side no longer pushes the rest of the digit out of the middle.",
    probes=_small,
    observe=_see_centred,
    mistakes={
        NOT_28: lambda small: small,
        BLACK: ("] = small", "] == small"),
        MIDDLE_OF_BOX: ("round(14 - row), round(14 - column)",
                        "(28 - height) // 2, (28 - width) // 2"),
        IN_CORNER: ("round(14 - row), round(14 - column)", "0, 0"),
        OFF_CENTRE: ("round(14 - row), round(14 - column)", "round(14 - column), round(14 - row)"),
        NOT_WHOLE: [("] = small", "] = small / 2"), ("top + height", "top + 15"),
                    (("top + height", "top + 15"), ("= small", "= small[:15]"))],
    },
)
def centre(small):
    height, width = small.shape
    row, column = centre_of_mass(small)
    top, left = round(14 - row), round(14 - column)
    image = torch.zeros(28, 28)
    image[top : top + height, left : left + width] = small
    return image


STROKES = {
    0: [[(0.5, 0.2), (0.38, 0.27), (0.33, 0.4), (0.32, 0.55), (0.36, 0.7), (0.46, 0.8),
         (0.58, 0.78), (0.66, 0.66), (0.68, 0.5), (0.66, 0.34), (0.58, 0.23), (0.5, 0.2)]],
    2: [[(0.3, 0.3), (0.45, 0.2), (0.65, 0.25), (0.65, 0.4), (0.3, 0.8), (0.7, 0.8)]],
    3: [[(0.34, 0.24), (0.48, 0.19), (0.62, 0.25), (0.62, 0.38), (0.48, 0.48), (0.62, 0.56),
         (0.65, 0.7), (0.52, 0.81), (0.34, 0.76)]],
    4: [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.6, 0.2), (0.6, 0.8)]],
    7: [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]],
}


UNCHANGED = ("The drawing hasn't changed. Do you return the new one? `x = 0.2 * x` gives a name "
             "to a new number, and leaves the point unchanged.")
NO_STROKES = "It should return strokes: a list of lists of points (x, y)."
OFF_PAD = "Part of the drawing is not on the pad, where x and y go from 0 to 1."
MIRRORED = "The drawing is mirrored."
TURNED = "The drawing is turned. Leave it upright."
DISTORTED = ("The digit has changed its shape: it was made narrower in one direction than in the "
             "other. Use the same factor for x and y.")
TOO_SMALL = "The drawing is smaller than the pen is wide, so that nothing is left of its shape."
MISREAD = ("Even after framing, one of the digits is misread. Keep its shape: use the same factor "
           "for x and y, and don't turn it.")
JOINED = ("Strokes that were apart are joined, so a new line goes from the end of one to the "
          "beginning of the next. Return as many strokes as you were given.")
STILL_LARGE = ("When the pad is shrunk, at least two digits are still read. They are large, and a "
               "large digit can still be read when it is moved. What does more damage?")
STILL_READ = "When the pad is shrunk, at least two digits are still read: make them smaller."


def _see_hidden(function, drawings) -> Observed:
    model, kept, unchanged = load_pretrained(), [], []
    framed, shrunk, large = list[bool](), list[bool](), list[bool]()
    for digit, strokes in copy.deepcopy(drawings).items():  # which the function may change
        moved = _strokes(function(drawings[digit]))
        if moved is None:
            return Observed(rules={NO_STROKES: False})
        points = np.concatenate(moved)
        if np.abs(points).max() > FAR_OFF:  # too far to be drawn
            return Observed(rules={OFF_PAD: False})
        unchanged.append(moved == [[tuple(point) for point in stroke] for stroke in strokes])
        kept.append(_about_shape(strokes, moved))
        framed.append(predict(model, frame_strokes(moved), 0).digit == digit)
        shrunk.append(predict(model, naive_resize(render_strokes(moved)), 0).digit == digit)
        large.append(np.ptp(points, axis=0).max() > 0.4)
    hidden = sum(shrunk) < 2
    rules = {reason: all(each.get(reason, True) for each in kept) for reason in SHAPE}
    return Observed(rules={UNCHANGED: not all(unchanged)} | rules | {
        MISREAD: all(framed), STILL_LARGE: hidden or not any(large), STILL_READ: hidden})


def _strokes(answer) -> list | None:
    """An answer as strokes, each a list of points; None if it isn't."""
    try:
        moved = [[(float(x), float(y)) for x, y in stroke] for stroke in answer]
        points = np.concatenate(moved)
    except (TypeError, ValueError):
        return None
    return moved if points.ndim == 2 and np.isfinite(points).all() else None


FAR_OFF = 100  # pads
SHAPE = [OFF_PAD, TOO_SMALL, JOINED, DISTORTED, MIRRORED, TURNED]


def _about_shape(strokes: list, moved: list) -> dict[str, bool]:
    """Rules for a drawing, compared with the drawing before; its strokes and their points may be
    in the opposite order."""
    points = np.concatenate(moved)
    rules = {OFF_PAD: bool((points >= 0).all() and (points <= 1).all()),
             TOO_SMALL: np.ptp(points, axis=0).max() > 0.035}
    if len(points) != sum(map(len, strokes)) or not rules[TOO_SMALL]:
        return rules  # another drawing: what counts is how it is read
    if len(moved) < len(strokes):
        return rules | {JOINED: False}
    points, fits = points - points.mean(0), []
    for order in (strokes, strokes[::-1]):
        for drawn in (order, [stroke[::-1] for stroke in order]):
            before = np.concatenate(drawn)
            before = before - before.mean(0)
            change = np.linalg.lstsq(before, points, rcond=None)[0]
            fits.append((round(float(np.abs(before @ change - points).max()), 6), change))
    # Three points fit in any order: then the order counts that keeps the shape best.
    change = min(fits, key=lambda fit: (fit[0], np.linalg.cond(fit[1])))[1]
    widest, narrowest = np.linalg.svd(change, compute_uv=False)
    return rules | {
        DISTORTED: widest < 1.5 * narrowest,
        MIRRORED: np.linalg.det(change) > 0,
        TURNED: change[0, 0] + change[1, 1] > abs(change[0, 1] - change[1, 0]),  # below 45 degrees
    }


@checks.add(
    "Only the size has changed, and perhaps the place. Framing undoes both, and the network never "
    "sees them.",
    probes=[(STROKES,)],
    observe=_see_hidden,
    mistakes={
        OFF_PAD: ("0.2 * x, 0.2 * y", "0.3 * x - 0.2, 0.3 * y"),
        MIRRORED: [("0.2 * x, 0.2 * y", "0.5 - 0.2 * x, 0.2 * y"),
                   ("0.2 * x, 0.2 * y", "0.2 * x, 0.5 - 0.2 * y")],
        DISTORTED: [("0.2 * x", "0.7 * x"), ("0.2 * y", "0.02 * y"), ("0.2 * x", "0.02 * x")],
        TOO_SMALL: [("0.2 * x, 0.2 * y", "0.5, 0.5"), ("0.2 * x, 0.2 * y", "0.05 * x, 0.05 * y")],
        TURNED: [("0.2 * x, 0.2 * y", "0.2 * y, 0.3 - 0.2 * x"),
                 ("0.2 * x, 0.2 * y", "0.3 - 0.2 * x, 0.3 - 0.2 * y")],
        MISREAD: ("in stroke]", "in stroke[:3]]"),
        UNCHANGED: "strokes",
        JOINED: "[[(0.2 * x, 0.2 * y) for stroke in strokes for x, y in stroke]]",
        STILL_LARGE: ("0.2 * x, 0.2 * y", "0.98 * x, 0.98 * y"),
        STILL_READ: ("0.2 * x, 0.2 * y", "0.63 * x, 0.63 * y"),
        NO_STROKES: "strokes[0]",
        "Neither a list nor a point (x, y) can be multiplied as a whole: multiply each x and each "
        "y.": "[[point * 0.2 for point in stroke] for stroke in strokes]",
    },
)
def hide(strokes):
    return [[(0.2 * x, 0.2 * y) for x, y in stroke] for stroke in strokes]


FAR = 100  # from 0: scores that no training in the right direction comes to
MARK = 1e6  # left in the gradients after a step: whoever clears them never sees it


def _embeddings(seed: int) -> tuple[Tensor, Tensor]:
    """Embeddings of more digits, (1500, 20), than non-digits, (900, 20), not below 0: digits lie
    around ten points, in their order, non-digits between two of them."""
    dice = torch.Generator().manual_seed(seed)
    centres = 2 * torch.randn(10, 20, generator=dice)
    first = torch.arange(900) % 10
    second = (first + torch.randint(1, 10, (900,), generator=dice)) % 10
    digits, others = centres.repeat_interleave(150, dim=0), (centres[first] + centres[second]) / 2
    spread = [0.4 * torch.randn(part.shape, generator=dice) for part in (digits, others)]
    return (digits + spread[0]).relu(), (others + spread[1]).relu()


NOT_BACKWARD = ("Nothing goes backward, so no step can know a direction: before each step, call "
                "`loss.backward()`, with its brackets.")
NO_STEP = ("Your head never takes a step: after `backward()` comes `optimizer.step()`, and no "
           "`zero_grad()` between the two.")
ENDLESS = ("The scores of your head grow without end, because the loss rewards that. Is there a "
           "minus before it? Or does it get the targets first? The scores come first, then the "
           "targets.")
STALE = ("The gradients of the step before are still there when `backward()` adds the new ones. "
         "Clear them in every turn of the loop.")
FEW_STEPS = ("The training ends too early: ten epochs take ten times as many steps as there are "
             "batches. Is the `return` inside a loop? It belongs below both of them.")
NO_BATCH = ("Every step takes all rows. `batch` says which ones belong to this step: "
            "`head(inputs[batch])`, and the targets of the same rows.")
SWAPPED = "Your head is high for digits and low for non-digits. 1 is for a non-digit."
ALL_ABOVE = ("Your head is above 0 for digits, too. `targets[...] = 1` says that all rows are "
             "non-digits: put the rows that really are in place of the dots.")
ALL_BELOW = ("Your head is below 0 for non-digits, too. Are their targets 1, whatever the number "
             "of digits is? Their rows begin at `len(digits)`. And `batch` chooses the rows of the "
             "targets as well.")
LAST_ROWS = ("Your head takes the digits in the last rows for non-digits. There needn't be as many "
             "digits as non-digits: the rows of the non-digits begin at `len(digits)`.")
NOTHING = ("On new images your head can't tell the two apart. Does `batch` choose both inputs and "
           "targets, and does each step make the loss smaller?")
BORDER = ("It ranks them well, but the border between the two isn't at 0. "
          "`binary_cross_entropy_with_logits` puts it there. It does the sigmoid itself: give it "
          "the scores unchanged.")
NO_HEAD = ("Return the network itself, `head`, without brackets or `.forward` behind it: the next "
           "cells call it, and put it into evaluation mode.")
COLUMN = ("Your head returns a column, a score in each row. The lesson goes on with a head that "
          "ends with `nn.Flatten(0)`, whose scores have the shape (n,).")


def _on_new(train_head, digits: Tensor, non_digits: Tensor) -> Observed:
    """Train on two of three rows, judge by the others."""
    of_digits, of_others = (torch.arange(len(part)) % 3 == 0 for part in (digits, non_digits))
    rows = int((~of_digits).sum() + (~of_others).sum())
    steps, backwards, head = _watched_steps(train_head, digits[~of_digits],
                                            non_digits[~of_others])
    if not isinstance(head, nn.Module):
        return Observed(rules={NO_HEAD: False})
    with torch.no_grad():
        scores = [head(part) for part in (digits[of_digits], non_digits[of_others])]
    if not all(isinstance(score, Tensor) for score in scores):
        return Observed(rules={NO_HEAD: False})
    low, high = (score.flatten() for score in scores)
    ranked = (high.view(-1, 1) > low).double().mean().item()
    right = [(high > 0).double().mean().item(), (low < 0).double().mean().item()]
    return Observed(rules={
        NOT_BACKWARD: backwards > 0, NO_STEP: any(step.slopes for step in steps),
        STALE: not any(step.stale for step in steps),
        FEW_STEPS: len(steps) > rows / 100 * 2,
        ENDLESS: max(low.abs().max(), high.abs().max()) < FAR,
        NO_BATCH: any(step.rows < rows for step in steps),
        SWAPPED: max(right) >= 0.5,  # a head that says the same of all gets one kind right
        ALL_ABOVE: right[1] > 0.1 or ranked > 0.9, ALL_BELOW: right[0] > 0.1 or ranked > 0.9,
        LAST_ROWS: ranked > 0.9 or bool((low[-len(low) // 10 :] < 0).double().mean() > 0.5),
        NOTHING: ranked > 0.9, BORDER: min(right) > 0.7,
        COLUMN: all(score.dim() == 1 for score in scores)})


def _watched_steps(train_head, *given) -> tuple[list[SimpleNamespace], int, Any]:
    """What each step of a training was made of, how often it went backward, and what the function
    returns. Of a step: whether there are slopes, whether old ones are among them, and the rows of
    its largest batch."""
    steps, rows, go_back = list[SimpleNamespace](), list[int](), torch.autograd.backward
    backwards = 0

    def backward(*arguments, **options):
        nonlocal backwards
        backwards += 1
        return go_back(*arguments, **options)

    def note(_, inputs):
        if torch.is_grad_enabled():
            rows.append(len(inputs[0]))

    def before(optimizer, *_):
        grads = [p.grad for group in optimizer.param_groups for p in group["params"]
                 if p.grad is not None]
        stale = any(bool((grad.abs() > MARK / 2).any()) for grad in grads)
        for grad in grads if stale else []:
            grad -= MARK * (grad / MARK).round()
        steps.append(SimpleNamespace(slopes=bool(grads), stale=stale, rows=max(rows, default=0)))
        rows.clear()

    def after(optimizer, *_):
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad += MARK

    watches = (register_module_forward_pre_hook(note), register_optimizer_step_pre_hook(before),
               register_optimizer_step_post_hook(after))
    torch.autograd.backward = backward  # which `loss.backward()` calls
    try:
        head = train_head(*given)
        return steps, backwards, head
    finally:
        torch.autograd.backward = go_back
        for watch in watches:
            watch.remove()


@checks.add(
    "It has never seen these images, and it never needed the network's own weights: 1,409 new "
    "numbers learned what 17,360 others had left in the embedding.",
    probes=lambda: [_embeddings(seed) for seed in (1, 2)], observe=_on_new, mistakes={
        NOT_BACKWARD: [("loss.backward()", "pass"), ("loss.backward()", "loss.backward")],
        ENDLESS: [("loss = nn", "loss = -nn"),
                  ("scores, targets[batch]", "targets[batch], scores")],
        NO_STEP: [("            optimizer.step()\n", ""),
                  ("            optimizer.zero_grad()\n            loss.backward()",
                   "            loss.backward()\n            optimizer.zero_grad()")],
        STALE: ("            optimizer.zero_grad()\n", ""),
        FEW_STEPS: [("    return head", f"{indent}return head") for indent in (8 * " ", 12 * " ")],
        NO_BATCH: (("inputs[batch]", "inputs"), ("targets[batch]", "targets")),
        SWAPPED: ("targets[len(digits):] = 1", "targets[:len(digits)] = 1"),
        ALL_ABOVE: ("targets[len(digits):] = 1", "targets[:] = 1"),
        ALL_BELOW: [("targets[len(digits):] = 1", "pass"),
                    ("targets[len(digits):]", "targets[6000:]"),
                    ("targets[batch]", "targets[: len(batch)]")],
        LAST_ROWS: [("targets[len(digits):]", "targets[len(non_digits):]"),
                    ("targets[len(digits):]", "targets[len(inputs) // 2:]")],
        BORDER: [("(scores, ", "(scores.sigmoid(), "),
                 ("binary_cross_entropy_with_logits", "mse_loss"),
                 ("binary_cross_entropy_with_logits", "cross_entropy")],
        NO_HEAD: [("return head", "return head(inputs)"),
                  ("return head", "return lambda embeddings: head(embeddings)"),
                  ("return head", "return head.forward")],
        COLUMN: (("nn.Linear(64, 1), nn.Flatten(0))", "nn.Linear(64, 1))"),
                 ("(scores, ", "(scores[:, 0], ")),
    })
def train_head(digits, non_digits):
    # nn.Flatten(0) turns the column of scores, (n, 1), into a row, (n,)
    head = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))
    optimizer = torch.optim.Adam(head.parameters(), lr=0.003)  # Adam, in place of SGD
    inputs = torch.cat([digits, non_digits])
    targets = torch.zeros(len(inputs))
    targets[len(digits):] = 1
    for epoch in range(10):
        for batch in torch.randperm(len(inputs)).split(100):
            scores = head(inputs[batch])
            loss = nn.functional.binary_cross_entropy_with_logits(scores, targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return head
