"""Draw a digit: what the lesson asks, checks and draws."""

from __future__ import annotations

import random

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor
from traitlets import List

from ...augment import draw_line
from ...checkpoint import load_pretrained
from ...drawing import DigitPad
from ...drawing.framing import to_ink, to_uint8
from ...drawing.strokes import frame_strokes, render_strokes
from ...evaluate import predict
from ..exercises.checks import Checks, rand_int
from ..exercises.guesses import Guesses
from ..exercises.reasons import plain
from ..notebook.figures import GREY, RED, draw_image, in_style, labelled
from ..widgets.widgets import PAD, STYLE, as_iife, read

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


def find_tops(images: Tensor) -> Tensor:
    """Where the topmost ink of each image is: float32 (batch, 2), x and y in pixels from 0.

    images: float32 (batch, 1, 28, 28) in 0-1.
    """
    y = (images[:, 0] > 0.3).any(dim=2).float().argmax(dim=1)
    ink = images[range(len(images)), 0, y]
    x = (ink * torch.arange(28.0)).sum(dim=1) / ink.sum(dim=1)
    return torch.stack([x, y.float()], dim=1)


class Dictation(DigitPad):
    """Twenty digits to draw, one after the other: each of the ten twice, in an order by chance.

    - asked: the twenty digits
    - drawings: the strokes of those that were drawn, in the same order
    """

    _esm: str = as_iife("PANEL", read("pad", PAD)) + read("dictation")  # type: ignore[assignment]
    _css = STYLE + read("pad", PAD, "css") + read("dictation", kind="css")
    needs_python = ("a pad that asks you for twenty digits, one after the other: the test set of "
                    "your own hand.")
    asked: List = List().tag(sync=True)
    drawings: List = List().tag(sync=True, echo_update=False)

    def __init__(self, seed: int = 0):
        super().__init__(asked=random.Random(seed).sample([*range(10)] * 2, 20))

    def results(self) -> tuple[Tensor, Tensor]:
        """What was drawn, framed, uint8 (n, 28, 28), and what was asked for, int64 (n,)."""
        framed = [frame_strokes(strokes) for strokes in self.drawings]
        images = torch.tensor(np.array(framed, np.uint8).reshape(-1, 28, 28))
        return images, torch.tensor(self.asked[: len(framed)], dtype=torch.int64)

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


def _small():
    for turn in range(4):
        ink = 0.92 ** torch.arange(20.0)[:, None] * 0.7 ** torch.arange(float(rand_int(9, 13)))
        yield (ink.rot90(turn),)


def _mass(image: Tensor) -> list[float]:
    """Row and column of the centre of mass."""
    return [((place * image).sum() / image.sum()).item()
            for place in torch.from_numpy(np.indices(image.shape))]


def _image(answer) -> Tensor:
    """An answer as a float tensor; an empty one if it isn't made of numbers."""
    try:
        return torch.as_tensor(np.array(plain(answer), dtype=np.float32))
    except (TypeError, ValueError):
        return torch.zeros(0)


def _laid(small: Tensor, top: int, left: int) -> Tensor:
    image = torch.zeros(28, 28)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def _see_centred(function, small):
    image = _image(function(small))
    if image.shape != (28, 28):
        return {"the size": "another", "the ink": None, "the centre of mass": None}
    rows, columns = image.any(1), image.any(0)
    inked = image[rows][:, columns]
    whole = inked.shape == small.shape and torch.allclose(inked, small, atol=1e-4)
    middle = [14 if 12.9 < place < 15.1 else place for place in _mass(image)]
    return {"the size": "28x28", "the ink": "whole" if whole else "changed",
            "the centre of mass": middle if whole else None}


@checks.add(
    "A long thin stroke to one side no longer pushes the rest of the digit out of the middle.",
    probes=_small,
    observe=_see_centred,
    mistakes={
        "It should be 28x28: the small image on a black one.": lambda small: small,
        "That is the middle of the box around the ink. The centre of mass lies nearer to where "
        "most of the ink is.": lambda small: _laid(
            small, *((28 - size) // 2 for size in small.shape)),
        "It lies in the upper left corner. Move it by the distance from its centre of mass to "
        "the middle.": lambda small: _laid(small, 0, 0),
        "The first row and column of the small image are put where its centre of mass lies.":
            lambda small: _laid(small, *map(round, _mass(small))),
        "Row and column are exchanged.": ("_laid(small, top, left)", "_laid(small, left, top)"),
        "The small image should lie on the black one whole and as it is: nothing cut off, turned "
        "or made brighter.": [
            ("_laid(small, top, left)", "_laid(small, top, left) / 2"),
            ("_laid(small, top, left)", "_laid(small[:15], top, left)")],
    },
)
def centre(small):
    row, column = _mass(small)
    top, left = round(14 - row), round(14 - column)
    return _laid(small, top, left)


STROKES = {
    0: [[(0.5, 0.2), (0.38, 0.27), (0.33, 0.4), (0.32, 0.55), (0.36, 0.7), (0.46, 0.8),
         (0.58, 0.78), (0.66, 0.66), (0.68, 0.5), (0.66, 0.34), (0.58, 0.23), (0.5, 0.2)]],
    2: [[(0.3, 0.3), (0.45, 0.2), (0.65, 0.25), (0.65, 0.4), (0.3, 0.8), (0.7, 0.8)]],
    3: [[(0.34, 0.24), (0.48, 0.19), (0.62, 0.25), (0.62, 0.38), (0.48, 0.48), (0.62, 0.56),
         (0.65, 0.7), (0.52, 0.81), (0.34, 0.76)]],
    4: [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.6, 0.2), (0.6, 0.8)]],
    7: [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]],
}


HIDDEN = ("all on the pad", "each digit read after framing", "what it is without framing")


def _see_hidden(function, drawings):
    model, framed, shrunk, large, on_pad = load_pretrained(), [], [], [], True
    for digit, strokes in drawings.items():
        answer = function(strokes)
        try:
            moved = [[(float(x), float(y)) for x, y in stroke] for stroke in answer]
            points = np.concatenate(moved)
        except (TypeError, ValueError):
            return {"what it gives": "no strokes", **dict.fromkeys(HIDDEN)}
        on_pad = on_pad and bool((points >= 0).all() and (points <= 1).all())
        framed.append(predict(model, frame_strokes(moved), 0).digit == digit)
        shrunk.append(predict(model, naive_resize(render_strokes(moved)), 0).digit == digit)
        large.append(np.ptp(points, axis=0).max() > 0.4)
    seen = "hidden" if sum(shrunk) < 2 else "large" if any(large) else "small"
    return {"what it gives": "strokes", **dict(zip(HIDDEN, (on_pad, all(framed), seen)))}


def _scaled(x_factor, y_factor, right=0.0, down=0.0):
    return lambda strokes: [[(x_factor * x + right, y_factor * y + down) for x, y in stroke]
                            for stroke in strokes]


@checks.add(
    "Only the size has changed, and perhaps the place. The network doesn't know that, framing "
    "does.",
    probes=[(STROKES,)],
    observe=_see_hidden,
    mistakes={
        "Part of the drawing is not on the pad, where x and y go from 0 to 1.":
            _scaled(0.3, 0.3, right=-0.2),
        "Even framed, a digit is read as another. Take the same factor for x and y, don't turn or "
        "flip it, and don't make it smaller than the pen.": [
            _scaled(0.3, 0.02), _scaled(0, 0, 0.5, 0.5)],
        "When the pad is shrunk, at least two are still read, and they are large: in another place "
        "a large digit is still a large digit. What does more damage?": _scaled(1, 1),
        "When the pad is shrunk, at least two are still read: make them smaller.":
            _scaled(0.63, 0.63),
        "It should return strokes: a list of lists of points (x, y).": lambda strokes: strokes[0],
        "Neither a list nor a point (x, y) can be multiplied as a whole: multiply each x and each "
        "y.": lambda strokes: [[point * 0.2 for point in stroke] for stroke in strokes],
        "A drawing is a list of strokes, and a stroke a list of points (x, y): two loops.":
            lambda strokes: [(0.2 * x, 0.2 * y) for x, y in strokes],
    },
)
def hide(strokes):
    return [[(0.2 * x, 0.2 * y) for x, y in stroke] for stroke in strokes]


def _ones():
    for count in (4, 3):
        tops = torch.tensor([[rand_int(12, 18), rand_int(4, 7)] for _ in range(count)])
        feet = tops + torch.tensor([[rand_int(-5, 0), rand_int(16, 19)] for _ in range(count)])
        yield (draw_line(torch.zeros(count, 1, 28, 28), tops, feet, torch.tensor([2.0])),)


def _see_upstrokes(function, images):
    drawn = _image(function(images.clone()))
    if drawn.shape != images.shape:
        return {"the shape": "another", **dict.fromkeys(LINE)}
    seen = [[bool(test(one, image, *top)) for test in LINE.values()]
            for one, image, top in zip(images[:, 0].numpy(), drawn[:, 0].numpy(),
                                       find_tops(images).tolist())]
    return {"the shape": "as before", **dict(zip(LINE, map(all, zip(*seen))))}


def _line(one, image, x, y):
    """Where the new ink is: rows and columns, counted from the top of the 1."""
    rows, columns = np.nonzero(image - one > 0.3)
    return (rows - y, columns - x) if len(rows) else (np.zeros(1), np.zeros(1))


LINE = {  # what must hold for each image
    "the 1 itself as it was": lambda one, image, *top: (image > one - 0.01).all(),
    "no ink above 1": lambda one, image, *top: image.max() < 1.01,
    "new ink": lambda one, image, *top: len(_line(one, image, *top)[0]) > 3,
    "a line on the left": lambda *a: _line(*a)[1].mean() < 0,
    "a line that isn't above the top": lambda *a: _line(*a)[0].mean() > -2,
    "an end at the top": lambda *a: np.hypot(*_line(*a)).min() < 3.5,
    "a slope": lambda *a: np.ptp(_line(*a)[0]) > 0.4 * np.ptp(_line(*a)[1]),
    "a line long enough": lambda *a: np.hypot(*_line(*a)).max() > 5,
    "a line shorter than the stem": lambda *a: np.hypot(*_line(*a)).max() < 15,
}


@checks.add(
    "A person sees at once that it is still a 1. With enough of them the network learns that, "
    "too. (The line has moved the centre of mass; the library moves it back.)",
    probes=_ones,
    observe=_see_upstrokes,
    mistakes={
        "There should be an image for each: (batch, 1, 28, 28).": find_tops,
        "The 1 itself has to stay as and where it is.":
            ("draw_line(images", "draw_line(0 * images"),
        "Some ink is more than 1. `draw_line` doesn't add up: it takes the larger of old and new.":
            ("return", "return images +"),
        "There is hardly any new ink. `draw_line` gives new images back, and `images` stays as it "
        "was: is what it gives returned? Or does the line lie on the stem, or outside?": [
            ("return draw_line", "draw_line", "torch.tensor(2.0))",
             "torch.tensor(2.0))\n    return images"), ("-6.0, 6.0", "0.0, 3.0")],
        "The line lies to the right of the top. An upstroke comes from the left, where x is "
        "smaller.": [("-6.0, 6.0", "6.0, 6.0"), ("-6.0, 6.0", "6.0, -6.0")],
        "The line goes up, beyond the top. y is counted from the top down, so further down it is "
        "larger.": ("-6.0, 6.0", "-6.0, -6.0"),
        "The line doesn't end at the top of each 1: `find_tops(images)` gives a place for each.":
            ("starts, tops,", "starts + torch.tensor([-2.0, 6.0]), starts,"),
        "The line is nearly level, and that makes a 7 of it. Let it come from further below.":
            ("-6.0, 6.0", "-8.0, 0.0"),
        "The line is too short to be seen well.": ("-6.0, 6.0", "-3.0, 2.5"),
        "The line is nearly as long as the stem, too long for an upstroke.":
            ("-6.0, 6.0", "-9.0, 16.0"),
        "A tensor and a tuple can't be added: put the step into `torch.tensor([..., ...])`.":
            ("torch.tensor([-6.0, 6.0])", "(-6.0, 6.0)"),
        "The width for `draw_line` is a tensor: `torch.tensor(2.0)`.": [
            ("torch.tensor(2.0)", "2.0"), ("torch.tensor(2.0)", "2")],
        "`draw_line` needs a start and an end for each image, (batch, 2), as `find_tops` gives "
        "them.": lambda images: draw_line(images, torch.tensor([8.0, 12.0]),
                                          torch.tensor([14.0, 5.0]), torch.tensor(2.0)),
    },
)
def upstroke(images):
    tops = find_tops(images)
    starts = tops + torch.tensor([-6.0, 6.0])
    return draw_line(images, starts, tops, torch.tensor(2.0))
