"""A yardstick for `Forms`: ones and zeros of MNIST with lines that people write and MNIST lacks.

It draws with a pen, bent, and shares no code with `add_upstroke` and `add_slash`: what was trained
on those is measured by these. All of it is seen from the ink alone, image by image.
"""

import numpy as np
from PIL import Image, ImageDraw

FINE = 8  # the pen moves on a canvas with so many dots to a pixel
MARGIN = 28  # pixels around the image, since a line may leave it


def with_upstroke(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A one, uint8 (28, 28), with an upstroke of 0.45 to 0.9 of its height, at 35 to 75 degrees to
    the stem, on its left: long and wide."""
    points = ink(image)
    middle, down = axis(points)
    along = (points - middle) @ down
    top, height = middle + along.min() * down, np.ptp(along)
    angle = np.radians(random.uniform(35, 75))
    left = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ down
    if left[0] > 0:
        left = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ down
    end = top + random.uniform(0.45, 0.9) * height * left
    return framed(image, bent(end, top, random), random.uniform(1.6, 3.4))


def with_slash(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A zero, uint8 (28, 28), with a slash at 20 to 85 degrees, off the middle, whose two ends are
    0.7 to 2 times as far from it as the ring is; one in seven leans to the left."""
    points = ink(image)
    low, high = points.min(0), points.max(0)
    middle, radii = (low + high) / 2, (high - low) / 2
    angle, side = np.radians(random.uniform(20, 85)), -1 if random.random() < 1 / 7 else 1
    up = np.array([side * np.cos(angle), -np.sin(angle)])
    ring = up / np.linalg.norm(up / radii)
    middle = middle + random.normal(0, 0.1, 2) * radii
    start, end = (middle + sign * random.uniform(0.7, 2) * ring for sign in (-1, 1))
    return framed(image, bent(start, end, random), random.uniform(1.4, 2.6))


def ink(image: np.ndarray) -> np.ndarray:
    """Where it is brighter than 100 of 255: x and y, (n, 2)."""
    return np.argwhere(image > 100)[:, ::-1].astype(float)


def axis(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle of points, and the direction, downwards, in which they spread most."""
    middle = points.mean(0)
    down = np.linalg.eigh(np.cov((points - middle).T))[1][:, -1]
    return middle, down * np.sign(down[1] or 1)


def bent(start: np.ndarray, end: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A line of 12 points that bends to one side by up to some tenth of its length."""
    along, across = end - start, (end - start)[::-1] * [-1, 1]
    t = np.linspace(0, 1, 12)[:, None]
    return start + t * along + 4 * t * (1 - t) * np.clip(random.normal(0, 0.05), -0.1, 0.1) * across


def framed(image: np.ndarray, line: np.ndarray, pen: float) -> np.ndarray:
    """The image with a line, made smaller until its longer side is at most 20 pixels, with the
    ink's middle in the middle, as MNIST was made; the pen's width is that in the end, in pixels."""
    points = np.concatenate([ink(image), line])
    longer = np.ptp(points, axis=0).max() + pen
    scale = min(1, 20 / longer)
    canvas = Image.new("L", [28 + 2 * MARGIN] * 2)
    canvas.paste(Image.fromarray(image), (MARGIN, MARGIN))
    canvas = canvas.resize([round(side * scale * FINE) for side in canvas.size], Image.BICUBIC)
    fine = canvas.size[0] / (28 + 2 * MARGIN)  # dots to a pixel of the image
    dots, radius = (line + MARGIN + 0.5) * fine, pen * FINE / 2
    draw = ImageDraw.Draw(canvas)
    draw.line([tuple(dot) for dot in dots], fill=255, width=round(2 * radius))
    for x, y in dots:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    light = np.asarray(canvas, float)
    x, y = (np.arange(canvas.size[0]) @ light.sum(side) / light.sum() for side in (0, 1))
    corner = round(x) - 14 * FINE, round(y) - 14 * FINE
    canvas = canvas.crop((*corner, corner[0] + 28 * FINE, corner[1] + 28 * FINE))
    return np.asarray(canvas.reduce(FINE))
