"""Build the page "It adds. Or does it?": the network to draw for, to open, to test and to teach.

    python tools/publishing/build_page.py

The page is docs/try/index.html, a single file that also works from a folder. js/build.js makes it
from js/src/page, and leaves its data unchanged. This program writes the data: the weights of
assets/adder.pt, images of MNIST to train on, and where the lessons are. A test compares them.
"""

from __future__ import annotations

import functools
import json
import re
import statistics
from pathlib import Path

import torch

from mnist_adder_course.notebook.results import read_results
from mnist_adder_course.widgets.front_end import traits_of
from mnist_adder_course.widgets.hidden_sums import PATTERN, HiddenSums, as_table, unseen_sums
from mnist_adder_course.widgets.image_sheet import image_sheet
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_course.widgets.network_diagram import to_base64, weights_as_text
from mnist_adder_lib import load_pretrained, load_splits
from mnist_adder_lib.drawing import Strangeness, load_non_digit_head, slashed_zeros
from mnist_adder_lib.shared import TRAINING_IMAGES
from tools.publishing.address import PLACEHOLDER, read_address, site_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "try" / "index.html"
OPENING = 7, 5  # the pair that the page opens with, and hides at first
GREYS = 64  # of each pixel, as few as make the file a seventh smaller and can't be seen
HELD_BACK, EPOCHS = 500, 8  # of the training on the page: images that tell how well it goes
PICTURE = "assets/page.png"
PREVIEW_HERE = "<!--PREVIEW-->\n"
PREVIEW = """\
<meta property="og:image" content="{}">
<meta property="og:image:alt" content="A network reads a drawn 7, adds 5 and says 12.">
<meta name="twitter:card" content="summary_large_image">
"""
DATA = re.compile(r'(?<=id="data">).*?(?=</script>)', re.DOTALL)


def in_greys(images: torch.Tensor) -> torch.Tensor:
    """Images, uint8 (n, 28, 28), with `GREYS` greys instead of 256."""
    steps = (images * ((GREYS - 1) / 255)).round()
    return (steps * (255 / (GREYS - 1))).round().to(torch.uint8)


def by_its_recipe() -> str:
    """What `experiments/measure_hidden_pairs.py` measured of networks by the recipe that ships, as
    the end of a sentence about all hundred sums."""
    runs = read_results("hidden_pairs.jsonl").query("hidden == 'pattern'")
    right = [epochs[-1][1] for epochs in runs["epochs"]]
    hidden = as_table(PATTERN)
    tested = int((hidden & ~unseen_sums(hidden)).sum())
    return (f"{len(right)} networks trained by its recipe without {len(PATTERN)} of them got "
            f"{statistics.mean(right):.0f}% of the {tested} that can be tested right "
            f"({min(right):.0f}% to {max(right):.0f}%).")


@functools.cache
def data() -> dict:
    """What the page knows, as `PageData` in js/src/page/page_state.js has it."""
    model, (train, validation, _) = load_pretrained(), load_splits()
    sums = traits_of(HiddenSums(model, pairs=[OPENING]))
    images, digits_of = in_greys(train.images[:TRAINING_IMAGES]), train.digits[:TRAINING_IMAGES]
    slashed = in_greys(slashed_zeros(images[digits_of == 0]))
    strangeness = Strangeness(model, images, load_non_digit_head(), slashed)
    known = known_images(strangeness, torch.cat([digits_of, digits_of.new_zeros(len(slashed))]))
    images = known.pop("images")  # it is trained on the first of them, and the page has them once
    greys = in_greys(validation.images[:HELD_BACK])
    held_back = image_sheet(greys, validation.digits[:HELD_BACK])
    return dict(
        weights=weights_as_text(model), known=known,
        pairs=sums["pairs"], adder=sums["data"], reader=sums["reader"], recipe=by_its_recipe(),
        images=images, held_back=held_back, epochs=EPOCHS)


def whole(links: dict | None) -> str:
    """The whole page, with five digits of each float: processors differ in those that follow.

    links: where the course and a lesson are, with {} for the lesson's name. With None, the page
    has no links, but a sentence that says where the course is
    """
    whole = json.dumps(data() | dict(links=links))
    rounded = json.loads(whole, parse_float=lambda number: float(f"{float(number):.5g}"))
    text = json.dumps(rounded, separators=(",", ":"))
    return DATA.sub(lambda _: text, PAGE.read_text("utf-8"))


def page(address: str | None = None) -> str:
    """The page as a file, which may be anywhere: its links lead to the site, and are absolute."""
    address = read_address() if address is None else address
    if site := site_of(address):
        return whole(dict(course=f"{site}/index.html", lesson=f"{site}/notebooks/{{}}.html"))
    if address == PLACEHOLDER:
        return whole(None)
    return whole(dict(course=address, lesson=f"{address}/blob/main/notebooks/{{}}.ipynb"))


def page_of_site(address: str) -> str:
    """The page as a part of the site, in its folder `try`."""
    text = whole(dict(course="../index.html", lesson="../notebooks/{}.html"))
    site = site_of(address)
    return text.replace(PREVIEW_HERE, PREVIEW.format(f"{site}/{PICTURE}")) if site else text


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(ROOT).as_posix()}: {PAGE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    write()
