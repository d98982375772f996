"""Draw a digit: what the lesson asks, checks and draws."""

from __future__ import annotations

import copy

import numpy as np

from ..checkpoint import load_pretrained
from ..drawing.framing import frame_drawing, naive_resize
from ..drawing.strokes import render_strokes
from ..evaluate import predict
from .checks import Checks, Wrong, draw, numbers, require
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
        "Small digits in the middle of the pad, shrunk with it: how many does the network read "
        "correctly?",
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


@checks.add(
    "A long thin stroke to one side no longer pushes the rest of the digit out of the middle."
)
def centre(answer):
    """`centre(small)`: `small` on black 28x28, its centre of mass within a pixel of 14, 14."""
    for turn in range(4):
        ink = np.outer(0.92 ** np.arange(20), 0.7 ** np.arange(draw(9, 13)))
        small = np.rot90(255 * ink, turn).astype(np.uint8)
        image = numbers(answer(small.copy()))
        require(image.shape == (28, 28), f"It should be 28x28, but the shape is {image.shape}.")
        ys, xs = np.nonzero(image)
        inked = [a[np.ix_(a.any(1), a.any(0))] for a in (image, small)]
        require(np.array_equal(*inked), "The small image should lie on the black one whole and as "
                "it is: nothing cut off, turned or made brighter.")
        row, column = ((place * image).sum() / image.sum() for place in np.indices((28, 28)))
        right = 12.9 < row < 14.6 and 12.9 < column < 14.6
        boxed = max(abs(ys.min() + ys.max() - 27), abs(xs.min() + xs.max() - 27)) <= 2
        require(right or not boxed, "That is the middle of the box around the ink. The centre of "
                "mass lies nearer to where most of the ink is.")
        require(right, f"The centre of mass lies in row {row:.1f}, column {column:.1f}, not in the "
                "middle, 14 and 14.")


STROKES = {
    2: [[(0.3, 0.3), (0.45, 0.2), (0.65, 0.25), (0.65, 0.4), (0.3, 0.8), (0.7, 0.8)]],
    4: [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.6, 0.2), (0.6, 0.8)]],
    7: [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]],
}


@checks.add("Only place and size have changed. The network doesn't know that, framing does.")
def hide(answer):
    """`hide(strokes)`: the same drawing, where the network reads it only with framing."""
    model = load_pretrained()
    for digit, strokes in STROKES.items():
        try:
            moved = answer(copy.deepcopy(strokes))
            moved = [[(float(x), float(y)) for x, y in stroke] for stroke in moved]
        except (TypeError, ValueError):
            raise Wrong("It should return strokes: a list of lists of points (x, y).") from None
        require(all(0 <= place <= 1 for stroke in moved for point in stroke for place in point),
                "Part of the drawing is not on the pad, where x and y go from 0 to 1.")
        drawing = render_strokes(moved)
        framed = predict(model, frame_drawing(drawing), 0).digit
        naive = predict(model, naive_resize(drawing), 0).digit
        require(framed == digit, f"Even framed, the {digit} is read as a {framed}: keep its "
                "shape, by the same factor for x and y, and don't make it too small.")
        require(naive != digit, f"The {digit} is read without framing, too. Does it fill much "
                "less of the pad than before?")
