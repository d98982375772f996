"""Take the pictures that README and lessons show: of the page, and of widgets in a real JupyterLab.

    python tools/publishing/take_pictures.py [NAME ...]

Writes those of these names, or all, into assets: page.png; the moving pictures of the page, wide
and narrow, light and dark; network.png, network_small.png and curves.png, drawn by the library;
panel.png; and what lessons open with: open_NN.png, drawn by `plot_opening` in the lesson's module.
STILLS are what two widgets leave in a notebook (`Still`): they are beside their classes.
Those that lessons show have the size in which they are shown, as Markdown can't give one. Needs
Chromium.
"""

import importlib
import io
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from mnist_adder_course.common.drawings import bent
from mnist_adder_course.plots import plot_history, plot_network
from mnist_adder_course.widgets import front_end
from mnist_adder_lib import History, asset_path, load_pretrained, load_splits
from mnist_adder_lib.drawing.still import as_still
from tools.testing import lab

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
LESSONS = dict(path.stem.split("_", 1) for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
VIEWERS = ROOT / "notebooks" / "03_layers_by_hand.ipynb"  # whose first window viewer is taken
DIAGRAM = """from mnist_adder_lib import load_pretrained
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
NetworkDiagram(load_pretrained())"""
STILLS = "network_diagram.png", "window_viewer.png"
PANEL = """from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel
AdderPanel(load_pretrained())"""
# Of the page: what hides the sum, the pair that is hidden then, a guess, what is said at the end.
HIDE, HIDDEN_PAIR = "#diagram .hide-it", "#sums .grid [aria-pressed=true]"
GUESS, ENDED = "#sums .guess [value='12']", "#sums .of-title"
# Of the moving picture. README shows the wide one 948 px wide on a screen of 1,012.
WIDE, NARROW = dict(size=(1040, 556)), dict(size=(358, 700), device_scale_factor=2)
DARK = dict(color_scheme="dark")
EDGE = 24  # around what is on the cover
SEVEN = bent(np.array(lab.DIGITS[7][0])).tolist()  # 17 points


@contextmanager
def opened(playwright, *cells: str, **options):
    """JupyterLab with a notebook of these cells, all of which have been run."""
    with tempfile.TemporaryDirectory() as folder:
        lab.write_notebook(Path(folder), *cells)
        with lab.lab_server(Path(folder)) as url:
            opened = lab.Lab(playwright, url, **{
                "device_scale_factor": 2, "viewport": dict(width=1200, height=1400), **options})
            opened.open()
            opened.notebook("await app.commands.execute('notebook:run-all-cells');")
            yield opened
            opened.close()


def picture(seen) -> Image.Image:
    """What a page, or an element of one, looks like."""
    return Image.open(io.BytesIO(seen.screenshot())).convert("RGB")


def seen_twice_as_large(page, selector: str) -> Image.Image:
    page.page.mouse.move(5, 5)
    page.find(selector).wait_for()
    page.page.wait_for_timeout(1500)  # until nothing moves any more
    return picture(page.find(selector))


def take_widget(name: str, playwright) -> Image.Image:
    cells = [DIAGRAM] if name == "network_diagram" else cells_to_the_first_viewer()
    with opened(playwright, *cells) as page:
        return seen_twice_as_large(page, f".{name.replace('_', '-')} .card")


def cells_to_the_first_viewer() -> list[str]:
    cells = nbformat.read(VIEWERS, as_version=4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    last = next(n for n, source in enumerate(sources) if "WindowViewer(" in source)
    return sources[: last + 1]


def take_panel(playwright) -> Image.Image:
    with opened(playwright, PANEL, viewport=dict(width=900, height=1400)) as page:
        page.find(".digit-pad").wait_for()
        page.draw([SEVEN])
        page.wait("I see|I am")
        made = seen_twice_as_large(page, ".mnist-adder .card")
    return made.resize((made.width // 2, made.height // 2), Image.Resampling.LANCZOS)


@contextmanager
def page_of(playwright, width: int, height: int, **options):
    """The page "It adds. Or does it?", once it has drawn its 7 and answered."""
    browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.FLAGS)
    page = browser.new_page(viewport=dict(width=width, height=height), **options)
    page.goto((ROOT / "docs" / "try" / "index.html").as_uri())
    page.locator(HIDE).wait_for()
    yield page
    browser.close()


def cover(width: int, height: int, playwright) -> Image.Image:
    """The question without its answer: 7 + 5 -> 12, and below it the pairs, with one "?"."""
    with page_of(playwright, 1280, 900, reduced_motion="reduce", device_scale_factor=2) as page:
        page.locator("#diagram .nearest[data-state=accepted]").wait_for()
        strip = picture(page.locator("#diagram .network"))
        page.locator(HIDE).click()
        page.locator(HIDDEN_PAIR).wait_for()
        page.mouse.move(5, 5)
        pairs = picture(page.locator("#sums .grid"))
    made, free = Image.new("RGB", (width, height), "white"), height - 3 * EDGE
    for part, top, high in ((strip, EDGE, free * 2 // 5), (pairs, 2 * EDGE + free * 2 // 5,
                                                          free * 3 // 5)):
        part.thumbnail((width - 2 * EDGE, high), Image.Resampling.LANCZOS)
        made.paste(part, ((width - part.width) // 2, top + (high - part.height) // 2))
    return made


def record_page(playwright, size: tuple[int, int], **options) -> list[Image.Image]:
    """Somebody draws a 7, hides 7 + 5 from a new adder, guesses, trains it and sees what it says:
    a picture of this size for each tenth of a second. First the top of the page is in the picture,
    then the table of sums, whole."""
    (width, height), frames, top = size, [], 0
    with page_of(playwright, width, 2 * height, **options) as page:

        def look(tenths: int) -> None:
            clip = dict(x=0, y=top, width=width, height=height)
            seen = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
            frames.extend([seen] * tenths)

        def press(selector: str) -> None:
            page.locator(selector).hover()
            look(5)
            page.locator(selector).click()

        page.add_style_tag(content=".experiment { margin-top: 200px !important }")  # out of view
        page.wait_for_function("/12/.test(document.querySelector('#diagram').innerText)")
        look(15)
        page.locator("#diagram .clear").click()
        box = page.locator("#diagram .digit-pad").bounding_box()
        for number, (x, y) in enumerate(SEVEN):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if number == 0:
                page.mouse.down()
            if number % 2:
                look(1)
        page.mouse.up()
        page.locator(HIDE).wait_for()
        page.wait_for_timeout(1000)  # until the answer appears
        look(15)
        press(HIDE)
        page.locator(HIDDEN_PAIR).wait_for()
        page.wait_for_timeout(1500)  # until the page has scrolled there
        top = page.locator("#sums .card").bounding_box()["y"] - 8
        look(12)
        press(GUESS)
        press("#sums .next button")
        while not page.locator(ENDED).count():
            look(1)
        page.mouse.move(5, 5)
        page.wait_for_timeout(1000)
        look(35)
    return frames


def draw_opening(number: str, _) -> Image.Image:
    """What a lesson opens with, in the size in which it is shown, on a light page or a dark one."""
    lesson = importlib.import_module(f"mnist_adder_course.lessons.{LESSONS[number]}")
    lesson.plot_opening().savefig(buffer := io.BytesIO(), dpi=100, transparent=True)
    return Image.open(buffer)


def draw_network(_, dpi: int = 150) -> Image.Image:
    """The network that ships at work on a validation image."""
    _, validation, _ = load_splits()
    return as_image(plot_network(load_pretrained(), validation.images[0], number=5), dpi)


def draw_curves(_) -> Image.Image:
    """What was noted when the network was trained by the reference's recipe."""
    return as_image(plot_history(History.load(asset_path("reference_history.json"))))


def as_image(figure, dpi: int = 150) -> Image.Image:
    figure.savefig(buffer := io.BytesIO(), dpi=dpi, facecolor="white")  # GitHub is light or dark
    return Image.open(buffer)


PICTURES = {
    "network.png": draw_network, "network_small.png": partial(draw_network, dpi=90),
    "curves.png": draw_curves,
    "page.png": partial(cover, 1280, 640),  # previews of links show it twice as wide as high
    "page.gif": partial(record_page, **WIDE), "page_dark.gif": partial(record_page, **WIDE, **DARK),
    "page_narrow.gif": partial(record_page, **NARROW),
    "page_narrow_dark.gif": partial(record_page, **NARROW, **DARK), "panel.png": take_panel,
} | {name: partial(take_widget, name.removesuffix(".png")) for name in STILLS} | {
    f"open_{number}.png": partial(draw_opening, number) for number in sorted(LESSONS)}


def save(name: str, made) -> None:
    if name.endswith(".gif"):  # 64 colours for all: enough for the page, and nothing flickers
        colours = Image.fromarray(np.vstack(made[::10])).quantize(64)
        first, *rest = (one.quantize(palette=colours, dither=Image.Dither.NONE) for one in made)
        first.save(ASSETS / name, save_all=True, append_images=rest, duration=100, loop=0)
    elif name in STILLS:
        (front_end.STILLS / name).write_bytes(as_still(made))
    else:
        made.save(ASSETS / name)


def main(names) -> None:
    if unknown := set(names) - set(PICTURES):
        sys.exit(f"Not a picture: {', '.join(sorted(unknown))}. There are {', '.join(PICTURES)}.")
    with sync_playwright() as playwright:
        for name in names or PICTURES:
            save(name, PICTURES[name](playwright))
            print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
