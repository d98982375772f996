"""Build the page on which one can try the network without installing anything.

    python tools/build_page.py

Writes docs/try/index.html: the panel's own script and style, the network in JavaScript, the weights
of assets/adder.pt and some evaluation images, in a single file that also works from a folder. The
page stands still until its sources or the network change; a test compares them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from mnist_adder_lib import load_pretrained, load_splits
from mnist_adder_lib.course.network_diagram import to_base64, weights_as_text
from mnist_adder_lib.course.widgets import without_python
from mnist_adder_lib.drawing import frame_drawing
from mnist_adder_lib.drawing.style import style

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "docs" / "try"
PANEL = ROOT / "mnist_adder_lib" / "drawing"
PAGE = SOURCES / "index.html"
SAMPLES = 3  # of each digit


def samples() -> dict:
    """The first evaluation images of each digit, framed as the panel frames them."""
    evaluation = load_splits()[2]
    places = [int(place) for digit in range(10)
              for place in (evaluation.digits == digit).nonzero()[:SAMPLES, 0]]
    labels = [[place, int(evaluation.digits[place])] for place in places]
    pixels = [frame_drawing(evaluation.images[place].numpy()) for place in places]
    return dict(labels=labels, pixels=to_base64(np.stack(pixels)))


def script() -> str:
    """All of the page's JavaScript as a classic script: browsers block modules in local files."""
    data = dict(weights=weights_as_text(load_pretrained()), samples=samples())
    data = json.dumps(data, separators=(",", ":"))
    page = (SOURCES / "page.js").read_text("utf-8")
    return "\n".join([f"const DATA = {data};", without_python(), page, "startPage();"])


def link() -> str:
    """A link to the course, once its address is set (tools/set_repository.py)."""
    address = re.search(r'Repository = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"))[1]
    return "" if "OWNER" in address else f'It is part of <a href="{address}">a course</a>.'


def page() -> str:
    """The whole page."""
    looks = style(PANEL / "pad.css") + "\n" + (SOURCES / "page.css").read_text("utf-8")
    text = (SOURCES / "page.html").read_text("utf-8")
    text = text.replace("/*STYLE*/", looks).replace("<!--LINK-->", link())
    return text.replace("/*SCRIPT*/", script())


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(ROOT)}: {PAGE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    write()
