"""Forms that many people write and MNIST rarely has, drawn into its images: the upstroke of a one,
the slash of a zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .augment import move

INK = 0.3  # brighter is ink, darker the soft edge of a line


@dataclass(frozen=True)
class Forms:
    """Forms that many people write and MNIST rarely has, drawn into some of the digits at random.

    upstroke: the fraction (0-1) of the ones that get a line up to their top; slash: the fraction of
    the zeros that get a slash. Maps float32 images (batch, 1, 28, 28) in 0-1 and their digits,
    int64 (batch,), to such images.
    """

    upstroke: float = 0.3
    slash: float = 0.3

    def __call__(self, images: Tensor, digits: Tensor) -> Tensor:
        images = images.clone()
        for digit, share, form in [(1, self.upstroke, add_upstroke), (0, self.slash, add_slash)]:
            chosen = (digits == digit) & (torch.rand_like(digits, dtype=torch.float) < share)
            if chosen.any():
                images[chosen] = form(images[chosen])
        return images


def add_upstroke(images: Tensor) -> Tensor:
    """Ones, as for `Forms`, with a line from the left up to their top; three in ten get a foot."""
    top, bottom, width = _stem(images)
    head, foot = _on_stem(images, top + 1), _on_stem(images, bottom - 1)
    slant = torch.atan2(head[:, 0] - foot[:, 0], bottom - top)
    # As people write it: down to the left, anything from steep to nearly level, and from a fifth of
    # the digit, which is 20 pixels high, to nearly all of it.
    angle = _radians(images, 20, 70) - slant  # from the stem
    down = torch.stack([-angle.sin(), angle.cos()], dim=1)
    images = draw_line(images, head, head + _uniform(images, 4, 17)[:, None] * down, width)
    has_foot = _uniform(images, 0, 1) < 0.3
    # Under both sides of the stem, 5 to 12 pixels in all, and level within 6 degrees.
    left, right = (_uniform(images, 2.5, 6) * has_foot for _ in range(2))
    rise = _uniform(images, -0.1, 0.1)
    start, end = (foot + torch.stack([x, -x * rise], dim=1) for x in (-left, right))
    return centre(draw_line(images, start, end, width))


def add_slash(images: Tensor, reach: float = 2.2) -> Tensor:
    """Zeros, as for `Forms`, with a slash through them; made smaller first if it would not fit.

    Each end of a slash is 0.7 to `reach` times as far from the middle as the zero's line is.
    """
    first, last = _box(images)
    middle, radii = (first + last) / 2, ((last - first) / 2).clamp(min=1)
    width = (_stem(images)[2] / 2).clamp(min=1.2)  # a row crosses the line of a zero twice
    angle = _radians(images, 15, 90)  # from the horizontal: nearly flat to upright
    to_right = torch.where(_uniform(images, 0, 1) < 0.15, -1.0, 1.0)  # few lean to the left
    up = torch.stack([to_right * angle.cos(), -angle.sin()], dim=1)
    # From the middle of an ellipse to its line: people end a slash anywhere from well inside it to
    # far beyond.
    edge = 1 / (up / radii).norm(dim=1, keepdim=True)
    end, start = (middle + sign * edge * _uniform(images, 0.7, reach)[:, None] * up
                  for sign in (1, -1))
    longer = torch.stack([last, start, end]).amax(0) - torch.stack([first, start, end]).amin(0)
    # 20: the side of MNIST's digits. The zero shrinks before the slash is drawn, since a pen is as
    # wide through a small zero as through a large one.
    scale = (20 / (longer.amax(dim=1) + width + 1)).clamp(max=1)
    images = centre(images, scale)
    moved = sum(_box(images)) / 2
    start, end = (moved + scale[:, None] * (point - middle) for point in (start, end))
    return centre(draw_line(images, start, end, width))


def draw_line(images: Tensor, start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """Images with a line over each, with round ends and soft edges.

    start, end: x and y in pixels from the middle of the first, (batch, 2); width: (batch,).
    """
    pixels = torch.stack(_grid(images), dim=-1) - start[:, None, None]
    line = (end - start)[:, None, None]
    along = ((pixels * line).sum(-1) / (line * line).sum(-1).clamp(min=1e-6)).clamp(0, 1)
    distance = (pixels - along[..., None] * line).norm(dim=-1)
    return torch.maximum(images, (width.view(-1, 1, 1) / 2 - distance + 0.5).clamp(0, 1)[:, None])


def centre(images: Tensor, scale: Tensor | None = None) -> Tensor:
    """Images scaled about their middle, then moved to have their ink centred on 14, as in MNIST."""
    ink = torch.stack([_mean(axis, images) for axis in _grid(images)], dim=1)
    still, same = torch.zeros_like(ink[:, 0]), torch.ones_like(ink[:, 0])
    scale = same if scale is None else scale
    shift = (14 - (13.5 + scale[:, None] * (ink - 13.5))) / 28  # the middle of 28 pixels is 13.5
    return move(images, still, shift, scale, still)


def _box(images: Tensor) -> tuple[Tensor, Tensor]:
    """The first and the last corner of the box around the ink, as (x, y): (batch, 2) each."""
    (left, right), (top, bottom) = _ends(images, of_rows=False), _ends(images, of_rows=True)
    return torch.stack([left, top], dim=1), torch.stack([right, bottom], dim=1)


def _ends(images: Tensor, of_rows: bool) -> tuple[Tensor, Tensor]:
    """The first and the last row, or column, with ink."""
    inked = (images[:, 0] > INK).any(dim=2 if of_rows else 1).float()
    return inked.argmax(dim=1).float(), 27.0 - inked.flip(1).argmax(dim=1)


def _stem(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The first and the last row with ink, and the width of the ink between, or a little less."""
    top, bottom = _ends(images, of_rows=True)
    # The head and the foot of a digit are wider than its stem: its middle half is measured.
    quarter, y = ((bottom - top) / 4).clamp(min=1), torch.arange(28, device=images.device)
    inside = (y > (top + quarter)[:, None]) & (y < (bottom - quarter)[:, None])
    width = (images[:, 0].sum(2) * inside).sum(1) / inside.sum(1).clamp(min=1)
    # Nine in ten of MNIST's ones are 1.8 to 4.9 pixels wide, median 3.0. A slanted stem is wider in
    # a row than its pen, so more than 3.2 isn't taken; a line thinner than 1.2 would be grey.
    return top, bottom, (width * _uniform(images, 0.8, 1)).clamp(1.2, 3.2)


def _on_stem(images: Tensor, row: Tensor) -> Tensor:
    """The middle of the ink in a row and its neighbours, as (x, y): (batch, 2)."""
    x, y = _grid(images)
    return torch.stack([_mean(x, images * ((y - row.view(-1, 1, 1, 1)).abs() <= 1)), row], dim=1)


def _mean(axis: Tensor, images: Tensor) -> Tensor:
    return (images[:, 0] * axis).sum((1, 2)) / images[:, 0].sum((1, 2)).clamp(min=1e-3)


def _grid(images: Tensor) -> list[Tensor]:  # the x and the y of each pixel, (28, 28)
    return list(torch.meshgrid(*[torch.arange(28.0, device=images.device)] * 2, indexing="xy"))


def _radians(images: Tensor, low: float, high: float) -> Tensor:
    """A random angle for each image, given in degrees."""
    return _uniform(images, low, high) * (math.pi / 180)


def _uniform(images: Tensor, low: float, high: float) -> Tensor:
    return torch.empty(len(images), device=images.device).uniform_(low, high)
