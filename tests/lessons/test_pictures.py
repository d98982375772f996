"""The pictures that the notebooks have stored, pixel by pixel: can a reader see what was drawn?"""

import base64
import io
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from colours import TO_XYZ, linear
from matplotlib.colors import rgb_to_hsv, to_rgb
from matplotlib.patches import Rectangle
from scipy.ndimage import label, maximum_filter, minimum_filter
from seen import PAGES

from mnist_adder_course.plots import BLUE, GREEN, GREY, ORANGE, RED, as_png, in_style

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PATHS = sorted(NOTEBOOKS.rglob("[0-9i]*.ipynb"))  # the lessons, their solutions and the sitting
THIN = 7  # pixels, two for each of the screen's: letters and lines are thinner, areas aren't
SEEN = 2.9  # the contrast to the page that ink has: GREY and our colours have 3 or more on both
HUES = {"blue": BLUE, "orange": ORANGE, "green": GREEN, "red": RED}


def pictures(path: Path):
    """(name, pixels, what is said of it) of each picture that a notebook has stored."""
    for index, cell in enumerate(nbformat.read(path, as_version=4).cells):
        said = ""
        for output in reversed(cell.get("outputs", [])):  # what is said comes after the picture
            data = output.get("data", {})
            said = data.get("text/markdown", said)
            if "image/png" in data:
                yield f"{path.stem}[{index}]", read(base64.b64decode(data["image/png"])), said


def read(png: bytes) -> np.ndarray:
    """Pixels as (height, width, RGBA), 0 to 1."""
    return plt.imread(io.BytesIO(png))


def faults(pixels: np.ndarray, said: str = "") -> list[str]:
    """What a reader can't see in a picture."""
    found = [f"{count} letters or lines vanish on a {page} page"
             for page, colour in zip(("light", "dark"), PAGES)
             if (count := vanished(pixels, colour))]
    found += [f"cut off at the {side}" for side in cut_off(pixels)]
    return found + [f"nothing is {name}" for name, colour in HUES.items()
                    if re.search(rf"\b{name}\b", said) and not has_hue(pixels, colour)]


def vanished(pixels: np.ndarray, page: tuple) -> int:
    """How many letters and lines have nearly the colour of the page, which is all around them."""
    ink = pixels[..., 3] > 0.5  # what is fainter is a background, or the edge of a letter
    thin = ink & ~maximum_filter(minimum_filter(ink, THIN), THIN + 2)
    light, ground = (linear(colour) @ TO_XYZ[1] + 0.05 for colour in (pixels[thin, :3], page))
    thin[thin] = np.maximum(light / ground, ground / light) < SEEN
    pieces, _ = label(thin)
    return int(np.sum(np.bincount(pieces.ravel())[1:] > 10))  # smaller ones are corners


def cut_off(pixels: np.ndarray) -> list[str]:
    """The sides that ink touches. Paper may fill a whole side, in one colour."""
    sides = {"top": pixels[0], "bottom": pixels[-1], "left": pixels[:, 0], "right": pixels[:, -1]}
    return [side for side, line in sides.items() if (line != line[0]).any()]


def has_hue(pixels: np.ndarray, colour: str) -> bool:
    """Whether a part of the picture, at least a large letter, has the hue of a colour."""
    hue, saturation, value = np.moveaxis(rgb_to_hsv(pixels[..., :3]), -1, 0)
    away = np.abs((hue - rgb_to_hsv(to_rgb(colour))[0] + 0.5) % 1 - 0.5)
    vivid = (pixels[..., 3] > 0.2) & (saturation > 0.4) & (value > 0.3)
    return np.sum(vivid & (away < 12 / 360)) > 20


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_all_that_is_drawn_can_be_seen(path):
    found = {name: faults(pixels, said) for name, pixels, said in pictures(path)}
    assert {name: some for name, some in found.items() if some} == {}


@pytest.mark.parametrize("paper, ink, place, expected", [
    ("none", GREY, 0.5, []),
    ("none", "white", 0.5, ["2 letters or lines vanish on a light page"]),
    ("none", "black", 0.5, ["2 letters or lines vanish on a dark page"]),
    ("black", "white", 0.5, []),
    ("white", "black", 0.5, []),
    ("none", GREY, 1.1, ["cut off at the right"]),
    ("none", BLUE, 0.5, ["nothing is green"]),
    ("none", GREEN, 0.5, []),
])
@in_style
def test_faults_are_found(paper, ink, place, expected):
    figure, ax = plt.subplots(figsize=(1, 1))
    ax.axis("off")
    ax.add_patch(Rectangle((0, 0), 1, 1, facecolor=paper, edgecolor=GREY))
    ax.text(place, 0.5, "42", color=ink, ha="center").set_in_layout(False)
    said = "The green number." if ink in (BLUE, GREEN) else ""
    assert faults(read(as_png(figure)), said) == expected
