"""Draw a digit: what the lesson asks, checks and draws."""

from __future__ import annotations

import copy
import random

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from ..augment import draw_line
from ..checkpoint import load_pretrained
from ..drawing import DigitPad
from ..drawing.framing import crop_to_ink, resize_long_side, stroke_weight, to_ink, to_uint8
from ..drawing.panel import with_article
from ..drawing.strokes import frame_strokes, render_strokes
from ..evaluate import predict
from .figures import BLUE, GREY, ORANGE, RED, draw_image, in_style, labelled
from .guesses import Guesses
from .old_checks import Checks, Wrong, draw, numbers, require

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


def stroke_weights(images) -> list[float]:
    """How thick the strokes of uint8 images are, in pixels of a digit whose longer side is 20."""
    inks = [crop_to_ink(to_ink(np.asarray(image))) for image in images]
    return [stroke_weight(resize_long_side(ink, 80)) / 4 for ink in inks]  # finer, to be exact


@in_style
def plot_stroke_weights(weights: list[float], ours: float) -> Figure:
    """A histogram of the stroke weights of MNIST images, with a dotted line for one of ours."""
    figure, ax = plt.subplots(figsize=(5, 2.2))
    ax.hist(weights, bins=20, color=BLUE)
    ax.axvline(ours, color=ORANGE, linestyle=":", linewidth=2)
    ax.set(xlabel="stroke weight in pixels", ylabel="MNIST images")
    return labelled(figure, f"A histogram of the stroke weights of {len(weights)} MNIST images, "
                             f"from {min(weights):.1f} to {max(weights):.1f} pixels, half of them "
                             f"below {np.median(weights):.2f}; a dotted line at {ours:.2f}.")


def find_tops(images: Tensor) -> Tensor:
    """Where the topmost ink of each image is: float32 (batch, 2), x and y in pixels from 0.

    images: float32 (batch, 1, 28, 28) in 0-1.
    """
    y = (images[:, 0] > 0.3).any(dim=2).float().argmax(dim=1)
    ink = images[range(len(images)), 0, y]
    x = (ink * torch.arange(28.0)).sum(dim=1) / ink.sum(dim=1)
    return torch.stack([x, y.float()], dim=1)


class Dictation(ipywidgets.VBox):
    """Twenty digits to draw, one after the other: each of the ten twice, in an order by chance.

    - asked: the twenty digits
    - drawings: the strokes of those that were drawn, in the same order
    """

    def __init__(self, seed: int = 0):
        self.asked = random.Random(seed).sample([*range(10)] * 2, 20)
        self.drawings: list = []
        self.pad, self.prompt = DigitPad(), ipywidgets.HTML()
        self.next_button = ipywidgets.Button(description="Next")
        self.back_button = ipywidgets.Button(description="Back")
        self.next_button.on_click(self._keep)
        self.back_button.on_click(self._go_back)
        buttons = ipywidgets.HBox([self.back_button, self.next_button])
        super().__init__([self.prompt, self.pad, buttons])
        self._ask()

    def results(self) -> tuple[Tensor, Tensor]:
        """What was drawn, framed, uint8 (n, 28, 28), and what was asked for, int64 (n,)."""
        framed = [frame_strokes(strokes) for strokes in self.drawings]
        images = torch.tensor(np.array(framed, np.uint8).reshape(-1, 28, 28))
        return images, torch.tensor(self.asked[: len(framed)], dtype=torch.int64)

    def _keep(self, _button) -> None:
        if not self.pad.framed().any():
            self._ask("The pad is empty. ")
            return
        self.drawings.append(self.pad.strokes)
        self.pad.clear()
        self._ask()

    def _go_back(self, _button) -> None:
        self.pad.strokes = self.drawings.pop()
        self._ask()

    def _ask(self, note: str = "") -> None:
        count = len(self.drawings)
        self.next_button.disabled, self.back_button.disabled = count == 20, count == 0
        self.prompt.value = (
            "That was the last one. Thank you!" if count == 20 else
            f"{note}Draw <b>{with_article(self.asked[count])}</b> ({count + 1} of 20).")

    def __repr__(self):
        return f"Dictation: {len(self.drawings)} of 20 drawn"


@in_style
def plot_read(images, digits, answers) -> Figure:
    """Images, uint8 (n, 28, 28), each titled by its digit and, where it differs, the answer."""
    figure, axes = plt.subplots(-(-len(images) // 5), 5, figsize=(5.5, 0.3 * len(images)))
    for ax in axes.flat:
        ax.axis("off")
    misread = []
    for ax, image, digit, answer in zip(axes.flat, images, digits.tolist(), answers.tolist()):
        title = f"{digit}" if answer == digit else f"{digit}, read as {answer}"
        misread += [title] * (answer != digit)
        draw_image(ax, image, title, 0, 255, GREY if answer == digit else RED)
    return labelled(figure, f"{len(images)} drawings. Misread: {'; '.join(misread) or 'none'}.")


def most_misread(table) -> str:
    """What is misread most, of a confusion matrix (10, 10) with the true digits in its rows."""
    mistakes = table.where(~np.eye(len(table), dtype=bool), 0).stack()
    if not mistakes.any():
        return "All were read as what was asked for."
    most = [f"{with_article(true)} as {with_article(read)}"
            for true, read in mistakes[mistakes == mistakes.max()].index]
    return f"Misread most often ({mistakes.max():.0f}): {', '.join(most)}."


@checks.add(
    "A long thin stroke to one side no longer pushes the rest of the digit out of the middle."
)
def centre(answer):
    """`centre(small)`: `small` on black 28x28, its centre of mass within a pixel of 14, 14."""
    for turn in range(4):
        ink = np.outer(0.92 ** np.arange(20), 0.7 ** np.arange(draw(9, 13)))
        small = np.rot90(ink, turn).astype(np.float32)
        image = numbers(answer(torch.from_numpy(small.copy())))
        require(image.shape == (28, 28), f"It should be 28x28, but the shape is {image.shape}.")
        ys, xs = np.nonzero(image)
        inked = [a[np.ix_(a.any(1), a.any(0))] for a in (image, small)]
        whole = inked[0].shape == inked[1].shape and np.allclose(*inked, atol=1e-4)
        require(whole, "The small image should lie on the black one whole and as it is: nothing "
                "cut off, turned or made brighter.")
        row, column = ((place * image).sum() / image.sum() for place in np.indices((28, 28)))
        right = 12.9 < row < 15.1 and 12.9 < column < 15.1
        boxed = max(abs(ys.min() + ys.max() - 27), abs(xs.min() + xs.max() - 27)) <= 2
        require(right or not boxed, "That is the middle of the box around the ink. The centre of "
                "mass lies nearer to where most of the ink is.")
        require(right, f"The centre of mass lies in row {row:.1f}, column {column:.1f}, not in the "
                "middle, 14 and 14.")


STROKES = {
    0: [[(0.5, 0.2), (0.38, 0.27), (0.33, 0.4), (0.32, 0.55), (0.36, 0.7), (0.46, 0.8),
         (0.58, 0.78), (0.66, 0.66), (0.68, 0.5), (0.66, 0.34), (0.58, 0.23), (0.5, 0.2)]],
    2: [[(0.3, 0.3), (0.45, 0.2), (0.65, 0.25), (0.65, 0.4), (0.3, 0.8), (0.7, 0.8)]],
    3: [[(0.34, 0.24), (0.48, 0.19), (0.62, 0.25), (0.62, 0.38), (0.48, 0.48), (0.62, 0.56),
         (0.65, 0.7), (0.52, 0.81), (0.34, 0.76)]],
    4: [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.6, 0.2), (0.6, 0.8)]],
    7: [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]],
}


@checks.add("Only the size has changed, and perhaps the place. The network doesn't know that, "
            "framing does.")
def hide(answer):
    """`hide(strokes)`: the same drawing, where the network reads it only with framing."""
    model, read = load_pretrained(), []
    for digit, strokes in STROKES.items():
        try:
            moved = answer(copy.deepcopy(strokes))
            moved = [[(float(x), float(y)) for x, y in stroke] for stroke in moved]
        except (TypeError, ValueError):
            raise Wrong("It should return strokes: a list of lists of points (x, y).") from None
        require(all(0 <= place <= 1 for stroke in moved for point in stroke for place in point),
                "Part of the drawing is not on the pad, where x and y go from 0 to 1.")
        framed = predict(model, frame_strokes(moved), 0).digit
        require(framed == digit, f"Even framed, the {digit} is read as a {framed}: keep its "
                "shape, by the same factor for x and y, and don't make it smaller than the pen.")
        if predict(model, naive_resize(render_strokes(moved)), 0).digit == digit:
            read.append(str(digit))
    large = max(np.ptp(np.concatenate(moved), axis=0)) > 0.4
    require(len(read) < 2 or not large, f"Without framing {', '.join(read)} are read, too: in "
            "another place a large digit is still a large digit. What does more damage?")
    require(len(read) < 2, f"Without framing {', '.join(read)} are read, too: make them smaller.")


@checks.add("A person sees at once that it is still a 1. With enough of them the network learns "
            "that, too. (The line has moved the centre of mass; the library moves it back.)")
def upstroke(answer):
    """`upstroke(images)`: ones with a line from the left up to their top, (batch, 1, 28, 28)."""
    for count in (4, 3):
        tops = torch.tensor([[draw(12, 18), draw(3, 7)] for _ in range(count)])
        feet = tops + torch.tensor([[draw(-5, 0), draw(16, 19)] for _ in range(count)])
        ones = draw_line(torch.zeros(count, 1, 28, 28), tops, feet, torch.tensor([2.0]))
        drawn = numbers(answer(ones.clone(), errors=LINE_ERRORS))
        require(drawn.shape == ones.shape, f"It should be like the images, {tuple(ones.shape)}, "
                f"but the shape is {drawn.shape}.")
        for one, image, top in zip(ones[:, 0].numpy(), drawn[:, 0], tops.tolist()):
            _judge_upstroke(one, image, *top)


LINE_ERRORS = {
    "has no attribute 'view'": "The width for `draw_line` is a tensor: `torch.tensor(2.0)`.",
    "must match the size": "`draw_line` needs a start and an end for each image, (batch, 2), as "
                        "`find_tops` gives them.",
}


def _judge_upstroke(one: np.ndarray, image: np.ndarray, x: float, y: float) -> None:
    """One of the images, (28, 28), before and after, with the top of its stem."""
    require((image > one - 0.01).all(), "The 1 itself has to stay as and where it is.")
    require(image.max() < 1.01, "Some ink is more than 1. `draw_line` doesn't add up: it takes the "
            "larger of old and new.")
    rows, columns = np.nonzero(image - one > 0.3)
    require(len(rows) > 3, "There is hardly any new ink. Where do start and end of your line lie: "
            "both on the stem, or outside the image?")
    away = np.hypot(rows - y, columns - x)
    require(columns.mean() < x, "The line lies to the right of the top. An upstroke comes from the "
            "left, where x is smaller.")
    require(rows.mean() > y - 2, "The line goes up, beyond the top. y is counted from the top "
            "down, so further down it is larger.")
    require(away.min() < 3.5, "The line doesn't end at the top of each 1: `find_tops(images)` "
            "gives a place for each image.")
    require(np.ptp(rows) > 0.4 * np.ptp(columns), "The line is nearly level, and that makes a 7 of "
            "it. Let it come from further below.")
    require(away.max() > 5, "The line is too short to be seen well.")
    require(away.max() < 15, "The line is nearly as long as the stem, too long for an upstroke.")
