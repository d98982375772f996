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
from set_repository import PLACEHOLDER, read_address, site_of

from mnist_adder_lib import load_pretrained, load_splits
from mnist_adder_lib.course.widgets.front_end import RULES, traits_of
from mnist_adder_lib.course.widgets.hidden_sums import HiddenSums
from mnist_adder_lib.course.widgets.nearest import COUNT, known_images
from mnist_adder_lib.course.widgets.network_diagram import to_base64
from mnist_adder_lib.course.widgets.teach import TrainInBrowser
from mnist_adder_lib.drawing import frame_drawing

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "try"
PAGE, BUILT = FOLDER / "index.html", FOLDER / "page.html"
SAMPLES = 3  # of each digit
PICTURE = "assets/page.png"
PREVIEW = """\
<meta property="og:image" content="{}">
<meta property="og:image:alt" content="A network reads a drawn 7, adds 5 and says 12.">
<meta name="twitter:card" content="summary_large_image">
"""
LINK = re.compile(r'<a[^>]* href="(COURSE|LESSON/\w+)">(.*?)</a>', re.DOTALL)
WHERE = re.compile(r'<p class="where">.*?</p>\n', re.DOTALL)


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
    sums = traits_of(HiddenSums(model, pairs=RULES["one_in_each_row"]))
    teach = traits_of(TrainInBrowser(train, validation, model))
    images = [dict(pixels=to_base64(pixels), about=f"Evaluation image {place}, labelled {digit}.")
              for place, digit, pixels in digits()]
    known = known_images(model, train.images[:COUNT], train.digits[:COUNT])
    assert known.pop("images") == teach["images"]  # the same ones, and the page has them once
    return dict(
        weights=teach["weights"], samples=images, known=known,
        pairs=sums["pairs"], adder=sums["data"], reader=sums["reader"],
        images=teach["images"], held_back=teach["held_back"], epochs=teach["epochs"])


def whole(lesson: str = "", course: str = "", picture: str = "") -> str:
    """The whole page, with all its links.

    lesson: where a lesson is, with {} for its name; course: where all of them are. Without these
    there are no links, but a sentence that says where the course is. picture: the address of the
    picture that is shown where somebody passes the page on, or none
    """
    text = BUILT.read_text("utf-8").replace("DATA", json.dumps(data(), separators=(",", ":")), 1)
    text = text.replace("<!--PREVIEW-->\n", PREVIEW.format(picture) if picture else "")
    if not lesson:
        return LINK.sub(r"\2", text)
    text = text.replace('href="COURSE"', f'href="{course}"')
    text = re.sub(r'href="LESSON/(\w+)"', lambda link: f'href="{lesson.format(link[1])}"', text)
    return WHERE.sub("", text)


def page(address: str | None = None) -> str:
    """The page as a file, which may be anywhere: its links are those of the site, and absolute."""
    address = read_address() if address is None else address
    if site := site_of(address):
        return whole(f"{site}/notebooks/{{}}.html", f"{site}/index.html", f"{site}/{PICTURE}")
    if address == PLACEHOLDER:
        return whole()
    return whole(f"{address}/blob/main/notebooks/{{}}.ipynb", address)


def page_of_site(address: str) -> str:
    """The page as a part of the site, in its folder `try`."""
    site = site_of(address)
    return whole("../notebooks/{}.html", "../index.html", f"{site}/{PICTURE}" if site else "")


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(ROOT)}: {PAGE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    write()
