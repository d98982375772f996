"""Build the page "It adds. Or does it?": the network to draw for, to open, to test and to teach.

    python tools/build_page.py

Writes docs/try/index.html, a single file that also works from a folder: docs/try/page.html, which
is made from js/src/page, with the weights of assets/adder.pt and some images of MNIST. The page
stays as it is until its sources or the network change; a test compares them.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import numpy as np
from set_repository import PLACEHOLDER, read_address

from mnist_adder_lib import load_pretrained, load_splits
from mnist_adder_lib.course.widgets.front_end import traits_of
from mnist_adder_lib.course.widgets.hidden_sums import HiddenSums
from mnist_adder_lib.course.widgets.nearest import COUNT, known_images
from mnist_adder_lib.course.widgets.network_diagram import to_base64
from mnist_adder_lib.course.widgets.teach import TrainInBrowser
from mnist_adder_lib.drawing import frame_drawing

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "try"
PAGE, BUILT = FOLDER / "index.html", FOLDER / "page.html"
# Hidden at first: drawn at random, since of the regular pattern hardly any come by waiting.
HIDDEN = [[0, 4], [1, 8], [2, 5], [3, 2], [4, 9], [5, 5], [6, 1], [7, 6], [8, 3], [9, 7]]
SAMPLES = 3  # of each digit
OF_THE_REPOSITORY = re.compile(r'"\.\./\.\./(\w+[\w/]*(\.\w+))"')  # links to its files


def digits() -> list[tuple[int, int, np.ndarray]]:
    """The first evaluation images of each digit: index, digit, pixels framed as the panel does."""
    evaluation = load_splits()[2]
    places = [int(place) for digit in range(10)
              for place in (evaluation.digits == digit).nonzero()[:SAMPLES, 0]]
    return [(place, int(evaluation.digits[place]), frame_drawing(evaluation.images[place].numpy()))
            for place in places]


def samples() -> dict:
    """The same for the panel on the site."""
    *labels, pixels = zip(*digits())
    return dict(labels=list(zip(*labels)), pixels=to_base64(np.stack(pixels)))


@functools.cache
def data() -> dict:
    """What the page knows, as `PageData` in js/src/page/state.js has it."""
    model, (train, validation, _) = load_pretrained(), load_splits()
    sums = traits_of(HiddenSums(model, pairs=HIDDEN))
    teach = traits_of(TrainInBrowser(train, validation, model))
    images = [dict(pixels=to_base64(pixels), about=f"Evaluation image {place}, labelled {digit}.")
              for place, digit, pixels in digits()]
    known = known_images(model, train.images[:COUNT], train.digits[:COUNT])
    assert known.pop("images") == teach["images"]  # the same ones, and the page has them once
    return dict(
        weights=teach["weights"], samples=images, known=known,
        pairs=sums["pairs"], adder=sums["data"], reader=sums["reader"],
        images=teach["images"], held_back=teach["held_back"], epochs=teach["epochs"])


def page(address: str | None = None) -> str:
    """The whole page; its links lead to the repository, once its address is set."""
    address = read_address() if address is None else address
    text = BUILT.read_text("utf-8").replace("DATA", json.dumps(data(), separators=(",", ":")), 1)
    if address == PLACEHOLDER:
        return text
    kinds = {".png": "raw"}
    return OF_THE_REPOSITORY.sub(
        lambda link: f'"{address}/{kinds.get(link[2], "blob")}/main/{link[1]}"', text)


def for_site(text: str) -> str:
    """The page as a part of the site, in its folder `try`."""
    text = re.sub(r'"[^"\s]*/(notebooks/\w+)\.ipynb"', r'"../\1.html"', text)
    text = re.sub(r'"[^"\s]*/README\.md"', '"../index.html"', text)
    return text.replace('"../../assets/', '"../assets/')


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(ROOT)}: {PAGE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    write()
