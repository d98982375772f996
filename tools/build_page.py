"""Build the page "It adds. Or does it?": the network to draw for, to open, to test and to teach.

    python tools/build_page.py

Writes docs/try/index.html: widgets of the course with what they need, the weights of
assets/adder.pt and some images of MNIST, in a single file that also works from a folder. The page
stands still until its sources or the network change; a test compares them.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from pathlib import Path

import numpy as np
from anywidget import AnyWidget
from set_repository import PLACEHOLDER, read_address

from mnist_adder_lib import load_pretrained, load_splits
from mnist_adder_lib.course.widgets.hidden_sums import HiddenSums
from mnist_adder_lib.course.widgets.nearest import COUNT, known_images
from mnist_adder_lib.course.widgets.network_diagram import NetworkDiagram, to_base64
from mnist_adder_lib.course.widgets.teach import TrainInBrowser
from mnist_adder_lib.course.widgets.widgets import read, without_jupyter
from mnist_adder_lib.drawing import DigitPad, frame_drawing

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "docs" / "try"
PAGE = SOURCES / "index.html"
ICON = ROOT / "docs" / "site" / "static" / "favicon.svg"
# Hidden at first: drawn at random, since of the regular pattern hardly any come by waiting.
HIDDEN = [[0, 4], [1, 8], [2, 5], [3, 2], [4, 9], [5, 5], [6, 1], [7, 6], [8, 3], [9, 7]]
SAMPLES = 3  # of each digit
OF_THE_REPOSITORY = re.compile(r'"\.\./\.\./(\w+[\w/]*(\.\w+))"')  # links to its files
LONG = re.compile(r'"[^"\\\[\]{}]{1000,}"')  # texts of which the page has one copy


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
def widgets() -> dict[str, AnyWidget]:
    """What stands on the page, by the ids in page.html."""
    model, (train, validation, _) = load_pretrained(), load_splits()
    known = known_images(model, train.images[:COUNT], train.digits[:COUNT])
    images = [dict(pixels=to_base64(pixels), about=f"Evaluation image {place}, labelled {digit}.")
              for place, digit, pixels in digits()]
    return dict(
        diagram=NetworkDiagram(model, draws_itself=True, samples=images, known=known),
        sums=HiddenSums(model, pairs=HIDDEN, lesson="../../notebooks/10_does_it_add.ipynb"),
        pad=DigitPad(),
        learner=NetworkDiagram(model, small=True),
        teach=TrainInBrowser(train, validation, model))


def script() -> str:
    """All of the page's JavaScript as a classic script: browsers block modules in local files."""
    shared = list(map(read, ("traits", "network", "strokes", "image_sheet")))
    scripts, parts = {}, {}
    for name, widget in widgets().items():
        kind = type(widget).__name__
        scripts[kind], _, traits = without_jupyter(widget)
        parts[name] = kind, traits
        for part in shared:  # what the page has once
            scripts[kind] = scripts[kind].replace(part, "")
    data = json.dumps(parts, separators=(",", ":"))
    texts = sorted(set(LONG.findall(data)))
    for place, text in enumerate(texts):
        data = data.replace(text, f"TEXTS[{place}]")
    return "\n".join([
        *shared, "const WIDGETS = {};", *scripts.values(), f"const TEXTS = [{','.join(texts)}];",
        f"const PARTS = {data};", (SOURCES / "page.js").read_text("utf-8"), "startPage();"])


def looks() -> str:
    styles = dict.fromkeys(without_jupyter(one)[1] for one in widgets().values())
    return "\n".join([*styles, (SOURCES / "page.css").read_text("utf-8")])


def page(address: str | None = None) -> str:
    """The whole page; its links lead to the repository, once its address is set."""
    address = read_address() if address is None else address
    icon = base64.b64encode(ICON.read_bytes()).decode()
    text = (SOURCES / "page.html").read_text("utf-8").replace("ICON", icon)
    text = text.replace("/*STYLE*/", looks()).replace("/*SCRIPT*/", script())
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
