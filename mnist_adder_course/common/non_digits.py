"""Non-digits: images that aren't digits, made from digits and from random strokes.

The head that rejects non-digits learns from them (`head_training.py`). All of them are framed like
MNIST's digits: the longer side is 20 pixels, and the centre of mass is in the middle. Each kind has
a function, which returns float32 (count, 1, 28, 28) from 0 to 1. Random numbers come from torch's
own generator.
"""

from __future__ import annotations

import math
from collections.abc import Collection

import torch
from torch import Tensor

from mnist_adder_lib.augment import move
from mnist_adder_lib.drawing.rejection import to_uint8_images
from mnist_adder_lib.forms import INK, centre, draw_line

MIRRORED, TURNED, UPSIDE_DOWN = [3, 4, 6, 7, 9], [2, 3, 4, 5, 6, 7, 9], [3, 4, 7]  # aren't digits
THIN, WIDE = [1, 7], [0, 2, 3, 4, 5, 6, 8, 9]  # a 1 over a 0 would be a slashed zero
RING = 16  # straight lines that a ring is made of


def make_non_digits(images: Tensor, digits: Tensor, count: int,
                    without: Collection[str] = ()) -> Tensor:
    """Non-digits, uint8 (count, 28, 28), in random order.

    images: uint8 (n, 28, 28); digits: (n,). Half of the kinds are made from them. `without` names
    kinds that are taken out afterwards, so that the others are the same images, and fewer.
    Raises ValueError if there is no such kind.
    """
    check_kinds(without)
    each = math.ceil(count / len(KINDS))
    made = [make(images, digits, each) for make in FROM_DIGITS.values()]
    made += [make(each) for make in FROM_STROKES.values()]
    chosen = torch.randperm(each * len(made))[:count]
    left_out = torch.tensor([kind in without for kind in KINDS])
    return to_uint8_images(torch.cat(made)[chosen[~left_out[chosen // each]]])


def check_kinds(names: Collection[str]) -> None:
    """Raise ValueError unless all of these are kinds of non-digits."""
    unknown = set(names) - set(KINDS)
    if unknown:
        raise ValueError(f"there is no kind {', '.join(sorted(unknown))}: the kinds are "
                         f"{', '.join(KINDS)}")


def halves(images: Tensor, digits: Tensor, count: int) -> Tensor:
    """The top half of one digit on the bottom half of another. A few look like digits."""
    tops, bottoms = sample(images, digits, count), sample(images, digits, count)
    return frame_images(torch.cat([tops[:, :, :14], bottoms[:, :, 14:]], dim=2))


def overlaid(images: Tensor, digits: Tensor, count: int) -> Tensor:
    """Two digits, one over the other."""
    under, over = sample(images, digits, count, WIDE), sample(images, digits, count, WIDE)
    shift = uniform(count, -0.15, 0.15), uniform(count, -0.15, 0.15)
    return frame_images(torch.maximum(under, place(over, *shift)))


def side_by_side(images: Tensor, digits: Tensor, count: int) -> Tensor:
    """Two digits next to each other."""
    away, scale = uniform(count, 0.22, 0.3), uniform(count, 0.5, 0.65)
    left, right = sample(images, digits, count), sample(images, digits, count)
    return frame_images(torch.maximum(place(left, -away, 0 * away, scale),
                                      place(right, away, 0 * away, scale)))


def thin_side_by_side(images: Tensor, digits: Tensor, count: int) -> Tensor:
    """Two thin digits next to each other: 11, 17, 71 or 77."""
    away, scale = uniform(count, 0.12, 0.3), uniform(count, 0.6, 0.9)
    left, right = sample(images, digits, count, THIN), sample(images, digits, count, THIN)
    return frame_images(torch.maximum(place(left, -away, 0 * away, scale),
                                      place(right, away, 0 * away, scale)))


def mirrored(images: Tensor, digits: Tensor, count: int) -> Tensor:
    """Digits whose mirror image isn't a digit, mirrored."""
    return centre(sample(images, digits, count, MIRRORED).flip(3))


def turned(images: Tensor, digits: Tensor, count: int) -> Tensor:
    """Digits turned by 90 degrees or upside down, so that they no longer are digits."""
    parts = [sample(images, digits, count, TURNED).rot90(1, (2, 3)),
             sample(images, digits, count, TURNED).rot90(-1, (2, 3)),
             sample(images, digits, count, UPSIDE_DOWN).rot90(2, (2, 3))]
    return centre(torch.cat(parts)[torch.randperm(3 * count)[:count]])


def rings(count: int) -> Tensor:
    """Rings with two dots and an arc in them. Some are faces."""
    apart, up, mess = uniform(count, 0.2, 0.45), uniform(count, -0.5, -0.1), uniform(count, 0, 0.3)
    smile = arc(count, uniform(count, 0.1, 0.9), uniform(count, 1.4, 2.9), 0.5)
    frown = smile * torch.tensor([1.0, -1.0]) + torch.tensor([0.0, 0.7])
    mouth = torch.where(torch.rand(count, 1, 1) < 0.75, smile, frown)

    def at(path: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return path + (torch.stack([x, y], 1) + mess[:, None] * jitter(count, 2))[:, None]

    ring = arc(count, uniform(count, 0, 6.3), torch.full((count,), 2 * math.pi), 1)
    return draw([ring, at(0.06 * jitter(count, 2, 2), -apart, up),
                 at(0.06 * jitter(count, 2, 2), apart, up), at(mouth, 0 * up, 0 * up)])


def polygons(count: int) -> Tensor:
    """Polygons of 3 to 5 corners."""
    return some_of(count, [draw([polygon(count, corners)]) for corners in (3, 4, 5)])


def houses(count: int) -> Tensor:
    """A polygon of 3 to 5 corners with a smaller one in it, or over its edge."""
    def inner() -> Tensor:
        size = uniform(count, 0.2, 0.5)[:, None, None]
        return size * polygon(count, 4) + 0.5 * jitter(count, 1, 2)

    return some_of(count, [draw([polygon(count, corners), inner()]) for corners in (3, 4, 5)])


def stems(count: int) -> Tensor:
    """Upright strokes that others meet, as in letters: two legs and a bar (A, H), a stem and a roof
    (T), a stem and a bow to one side (P, D, d)."""
    half, bar, size = uniform(count, 0.35, 0.8), uniform(count, -0.2, 0.5), uniform(count, 0.45, 1)
    lean = torch.eye(2).repeat(count, 1, 1)
    lean[:, 1, 0] = 0.15 * jitter(count)

    def line(*ends: Tensor | float) -> Tensor:  # x and y of its start, x and y of its end
        points = torch.stack([0 * half + number for number in ends], 1).view(count, 2, 2)
        return points + 0.08 * jitter(count, 2, 2)

    top = half * (torch.rand(count) < 0.5)  # 0: the legs meet
    inner = top + (half - top) * (1 + bar) / 2  # the bar goes from leg to leg
    legs = [line(-top, -1, -half, 1), line(top, -1, half, 1), line(-inner, bar, inner, bar)]
    roof = [line(0, -1, 0, 1), line(-half, -1, uniform(count, 0.35, 0.8), -1)]
    bow = arc(count, uniform(count, -1.7, -1.4), uniform(count, 2.9, 3.4), 1)
    radii, middle = torch.stack([2 * half, size], 1), torch.stack([0 * size, size - 1], 1)
    # Above to the right or below to the left: the other two would be a 9 and a 6.
    side = torch.where(torch.rand(count, 1, 1) < 0.6, 1.0, -1.0)
    bow = side * (bow * radii[:, None] + middle[:, None])
    return some_of(count, [draw([path @ lean for path in paths])
                           for paths in (legs, roof, [line(0, -1, 0, 1), bow])])


def scribbles(count: int) -> Tensor:
    """Curves through 5 to 11 random points."""
    return some_of(count, [draw([catmull_rom(jitter(count, points, 2))]) for points in (5, 8, 11)])


def zigzags(count: int) -> Tensor:
    """Straight lines from each of 4 to 7 random points to the next."""
    return some_of(count, [draw([jitter(count, points, 2)]) for points in (4, 5, 7)])


def lines(count: int) -> Tensor:
    """Two to four straight lines anywhere."""
    def line() -> Tensor:
        angle, half = uniform(count, 0, math.pi), uniform(count, 0.5, 1.2)
        way = torch.stack([half * angle.cos(), half * angle.sin()], 1)
        return jitter(count, 1, 2) + torch.stack([-way, way], 1)

    return some_of(count, [draw([line() for _ in range(number)]) for number in (2, 3, 4)])


def sample(images: Tensor, digits: Tensor, count: int, among: list[int] | None = None) -> Tensor:
    """Random images, float32 (count, 1, 28, 28) from 0 to 1, of all digits or of some."""
    chosen = torch.isin(digits, torch.tensor(range(10) if among is None else among)).nonzero()[:, 0]
    return images[chosen[torch.randint(len(chosen), (count,))], None].float() / 255


def place(images: Tensor, x: Tensor, y: Tensor, scale: Tensor | None = None) -> Tensor:
    """Images moved right by x and down by y, fractions of a side, and scaled: (count,) each."""
    return move(images, 0 * x, torch.stack([x, y], 1), 1 + 0 * x if scale is None else scale, 0 * x)


def frame_images(images: Tensor) -> Tensor:
    """Images scaled so that the longer side of the ink is 20 pixels, and centred."""
    ink = images[:, 0] > INK
    inked = [ink.any(dim=axis).int() for axis in (1, 2)]
    sides = [28 - on.argmax(dim=1) - on.flip(1).argmax(dim=1) for on in inked]
    return centre(images, scale=20 / torch.maximum(*sides).clamp(min=5))


def uniform(count: int, low: float, high: float) -> Tensor:
    """`count` random numbers, all from low to high equally likely: float32 (count,). Raises
    RuntimeError if low is above high."""
    return torch.empty(count).uniform_(low, high)


def jitter(*shape: int) -> Tensor:
    """Random numbers from -1 to 1: float32 of this shape."""
    return 2 * torch.rand(shape) - 1


def some_of(count: int, parts: list[Tensor]) -> Tensor:
    """A random choice, without repeats, of `count` items from parts of one shape, (count, ...)."""
    return torch.cat(parts)[torch.randperm(count * len(parts))[:count]]


def polygon(count: int, corners: int) -> Tensor:
    """The corners of closed polygons, (count, corners + 1, 2), about the origin."""
    angle = 2 * math.pi / corners * (torch.arange(corners) + 0.2 * jitter(count, corners))
    angle, radius = angle + uniform(count, 0, 2 * math.pi)[:, None], uniform(count, 0.7, 1)[:, None]
    points = torch.stack([radius * angle.cos(), angle.sin()], 2)
    return torch.cat([points, points[:, :1]], 1)


def arc(count: int, start: Tensor, turn: Tensor, size: float) -> Tensor:
    """Points on arcs of ellipses about the origin, (count, RING + 1, 2), a little shaky."""
    angle = start[:, None] + turn[:, None] * torch.arange(RING + 1) / RING
    radii = 0.9 + 0.1 * jitter(count, 1, 2)
    return size * radii * torch.stack([angle.cos(), angle.sin()], 2) + 0.03 * jitter(
        count, RING + 1, 2)


def catmull_rom(points: Tensor) -> Tensor:
    """Catmull-Rom splines, curves through n points: (count, n, 2) to (count, 5 (n - 1), 2)."""
    first, last = 2 * points[:, :1] - points[:, 1:2], 2 * points[:, -1:] - points[:, -2:-1]
    points = torch.cat([first, points, last], 1)
    a, b, c, d = (points[:, i : points.shape[1] - 3 + i, None] for i in range(4))
    t = torch.arange(5).view(-1, 1) / 5
    curve = b + (c - a) / 2 * t + (2 * a - 5 * b + 4 * c - d) / 2 * t**2
    return (curve + (3 * b - a - 3 * c + d) / 2 * t**3).flatten(1, 2)


def draw(paths: list[Tensor]) -> Tensor:
    """Images of paths, (count, points, 2) each, in any unit: float32 (count, 1, 28, 28)."""
    every = torch.cat(paths, dim=1)
    low, high = every.amin(1), every.amax(1)
    width = uniform(len(every), 1.8, 3.2)  # of the pen, in pixels, as MNIST's are
    scale = ((20 - width) / (high - low).amax(1).clamp(min=1e-3))[:, None]
    images = torch.zeros(len(every), 1, 28, 28)
    for path in paths:
        points = [14 + scale * (point - (low + high) / 2) for point in path.unbind(1)]
        for start, end in zip(points[:-1], points[1:]):
            images = draw_line(images, start, end, width)
    return centre(images)


FROM_DIGITS = {make.__name__: make for make in (
    halves, overlaid, side_by_side, thin_side_by_side, mirrored, turned)}
FROM_STROKES = {make.__name__: make for make in (
    rings, polygons, houses, stems, scribbles, zigzags, lines)}
KINDS = [*FROM_DIGITS, *FROM_STROKES]
