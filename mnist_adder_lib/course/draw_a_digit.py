"""Draw a digit: what the lesson asks, checks and draws."""

from __future__ import annotations

import copy

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

from ..checkpoint import load_pretrained
from ..drawing.framing import crop_to_ink, naive_resize, resize_long_side, stroke_weight, to_ink
from ..drawing.strokes import frame_strokes, render_strokes
from ..evaluate import predict
from .checks import Checks, Wrong, draw, numbers, require
from .figures import BLUE, ORANGE, labelled
from .guesses import Guesses, Option, Question, between, never

guesses = Guesses({
    "small seven": Question(
        "What does the network read?",
        "It has only ever seen digits that are large and in the middle. Here it gets a few pixels "
        "in a corner.",
        [
            Option("A 7, wherever it stands.", lambda digit: digit == 7, "A convolution does find "
                   "the same stroke at every place. But what to make of the strokes was learned "
                   "from digits of one size, in one place."),
            Option("Another digit.", lambda digit: digit != 7),
            Option("Nothing: it is too small.", never, "It has no way to say so. As with the house "
                   "in lesson 0, one of the ten digits must come out."),
        ],
    ),
    "shrunk": Question(
        "Digits of 100 pixels in the middle of the pad, shrunk with it: how many does the network "
        "read correctly?",
        "They are about 7 pixels tall where all that it learned from was 20. To the network that "
        "is not a small digit but something it has never seen.",
        [
            Option("More than 95%, as in the evaluation.", between(95, 101), "The network is the "
                   "same as in the evaluation. What it is shown is not."),
            Option("80 to 95%: a little harder.", between(80, 95), "To you it is a little harder. "
                   "A network can't look closer: it compares with what it has seen, and that was "
                   "always large."),
            Option("Fewer than 80%.", between(0, 80)),
        ],
    ),
})
checks = Checks()


def on_pad(image, size: int, corner: bool = False) -> np.ndarray:
    """A uint8 (28, 28) image, `size` pixels large, in the middle of a black pad of 280x280 or in
    its upper left corner."""
    pad, start = np.zeros((280, 280), np.uint8), 0 if corner else (280 - size) // 2
    larger = Image.fromarray(np.asarray(image)).resize((size, size))
    pad[start : start + size, start : start + size] = larger
    return pad


def stroke_weights(images) -> list[float]:
    """How thick the strokes of uint8 images are, in pixels of a digit whose longer side is 20."""
    inks = [crop_to_ink(to_ink(np.asarray(image))) for image in images]
    return [stroke_weight(resize_long_side(ink, 80)) / 4 for ink in inks]  # finer, to be exact


def plot_stroke_weights(weights: list[float], ours: float) -> Figure:
    """A histogram of the stroke weights of MNIST images, with a dotted line for one of ours."""
    figure, ax = plt.subplots(figsize=(5, 2.2))
    ax.hist(weights, bins=20, color=BLUE)
    ax.axvline(ours, color=ORANGE, linestyle=":", linewidth=2)
    ax.set(xlabel="stroke weight in pixels", ylabel="MNIST images")
    return labelled(figure, f"A histogram of the stroke weights of {len(weights)} MNIST images, "
                             f"from {min(weights):.1f} to {max(weights):.1f} pixels, half of them "
                             f"below {np.median(weights):.2f}; a dotted line at {ours:.2f}.")


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
