"""Take the pictures that README and lessons show: of the page, and of widgets in a real JupyterLab.

    python tools/publishing/take_pictures.py [NAME ...]

Writes those of these names, or all, into assets: page.png, page.gif, lesson.png, window_viewer.png,
network_diagram.png, hidden_sums.png, and what lessons open with: open_00.png,
the panel, and open_NN.png, drawn by `plot_opening` in the lesson's module. Those that lessons show
have the size in which they are shown, as Markdown can't give one. Needs Chromium.
"""

import importlib
import io
import shutil
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import nbformat
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import lab  # noqa: E402

PANEL = """from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel
AdderPanel(load_pretrained())"""
DIAGRAM = """from mnist_adder_lib import load_pretrained
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
NetworkDiagram(load_pretrained())"""
HIDDEN = """from mnist_adder_course.widgets.hidden_sums import HiddenSums
HiddenSums()"""
SHOWN = "01_learning_by_hand.ipynb"  # at the figure of its card
# Of the page: what hides the sum, the pair that is hidden then, and what says how it ended.
HIDE, HIDDEN_PAIR, ENDED = "#diagram .hide-it", "#sums [aria-pressed=true]", "#sums .ending"
SIZE, EDGE = (880, 576), 24  # of the moving picture; around what is on its cover
LESSON = "03_layers_by_hand.ipynb"  # whose first window viewer is taken


def curve(*control):
    """41 points on the cubic Bezier curve of four control points."""
    points = []
    for t in (n / 40 for n in range(41)):
        weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]
        points.append(tuple(sum(w * p[i] for w, p in zip(weights, control)) for i in (0, 1)))
    return points


SEVEN = curve((0.27, 0.3), (0.35, 0.2), (0.6, 0.2), (0.7, 0.25))
SEVEN += curve((0.7, 0.25), (0.78, 0.32), (0.42, 0.62), (0.4, 0.82))


@contextmanager
def opened(playwright, *cells: str):
    """JupyterLab with a notebook of these cells."""
    with tempfile.TemporaryDirectory() as folder:
        lab.write_notebook(Path(folder), *cells)
        with lab.lab_server(Path(folder)) as url:
            opened = lab.Lab(playwright, url, device_scale_factor=2)
            opened.open()
            yield opened
            opened.close()


def seen_twice_as_large(page, selector: str) -> Image.Image:
    page.page.mouse.move(5, 5)
    page.page.wait_for_timeout(1500)  # until nothing moves any more
    return picture(page.find(selector))


def take(page, selector: str, name: str) -> None:
    made = seen_twice_as_large(page, selector)
    made = made.resize((made.width // 2, made.height // 2), Image.Resampling.LANCZOS)
    made.save(ASSETS / f"{name}.png")
    print(name)


def take_panel(playwright) -> None:
    """Without its bars, so that the rest has more room on the first screen."""
    with opened(playwright, PANEL) as page:
        page.run_all()
        page.page.wait_for_timeout(1500)
        page.draw([SEVEN])
        page.wait("I see|I am")
        made = seen_twice_as_large(page, ".mnist-adder .card")
        made = made.crop((0, 0, made.width, ABOVE_BARS))
        made.thumbnail(OPENING, Image.Resampling.LANCZOS)
        made.save(ASSETS / "open_00.png")
        print("open_00")


@contextmanager
def page_of(playwright, width: int, height: int, **options):
    """The page "It adds. Or does it?", once it has drawn its 7 and answered."""
    browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.FLAGS)
    page = browser.new_page(viewport=dict(width=width, height=height), **options)
    page.goto((ROOT / "docs" / "try" / "index.html").as_uri())
    page.locator(HIDE).wait_for()
    yield page
    browser.close()


def picture(seen) -> Image.Image:
    """What a page, or an element of one, looks like."""
    return Image.open(io.BytesIO(seen.screenshot())).convert("RGB")


def cover(playwright, width: int, height: int) -> Image.Image:
    """The question without its answer: 7 + 5 -> 12, and below it the pairs, with one "?"."""
    with page_of(playwright, 1280, 900, reduced_motion="reduce", device_scale_factor=2) as page:
        page.locator("#diagram .nearest[data-state=near]").wait_for()
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


def take_cover(playwright) -> None:
    """As previews of links show it, twice as wide as high."""
    cover(playwright, 1280, 640).save(ASSETS / "page.png")


def press(page, selector: str, look) -> None:
    """Bring the mouse to a button, so that viewers see what is pressed, and press it."""
    page.locator(selector).hover()
    look(500)
    page.locator(selector).click()


def record_page(playwright) -> None:
    """Somebody draws a 7, hides 7 + 5 from a new adder, trains it, and sees what it says."""
    frames = [(cover(playwright, *SIZE), 1500)]  # pictures, and how many milliseconds each is seen
    with page_of(playwright, *SIZE) as page:

        def look(milliseconds):
            frames.append((picture(page), milliseconds))

        page.locator("#diagram .clear").click()
        page.mouse.move(5, 5)
        look(500)
        box = page.locator("#diagram .digit-pad").bounding_box()
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
        page.mouse.move(*points[0])
        page.mouse.down()
        for number, point in enumerate(points):
            page.mouse.move(*point)
            if number % 6 == 5:
                look(80)
        page.mouse.up()
        page.locator(HIDE).wait_for()
        page.wait_for_timeout(1000)  # until the answer appears
        look(1500)
        press(page, HIDE, look)
        page.locator(HIDDEN_PAIR).wait_for()
        page.wait_for_timeout(1500)  # until the page has scrolled there
        look(1200)
        press(page, "#sums [value=train]", look)
        while not page.locator(ENDED).inner_text().strip():
            look(100)
        page.mouse.move(5, 5)
        page.wait_for_timeout(1000)
        look(3500)
    write_gif(frames, ASSETS / "page.gif")


def write_gif(frames, path: Path) -> None:
    """One palette for all frames: 64 colours are enough for the page, and nothing flickers."""
    pictures, milliseconds = zip(*frames)
    samples = Image.new("RGB", (SIZE[0], SIZE[1] * 3))
    for place, sample in enumerate((pictures[0], pictures[len(pictures) // 3], pictures[-1])):
        samples.paste(sample, (0, place * SIZE[1]))
    palette = samples.quantize(64)
    first, *rest = (one.quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures)
    first.save(path, save_all=True, append_images=rest, duration=milliseconds, loop=0,
               optimize=False)
    print(f"{path.name}: {len(frames)} frames, {sum(milliseconds) / 1000:.1f} s, "
          f"{path.stat().st_size / 1000:.0f} kB")


def take_lesson(playwright) -> None:
    """A stored lesson in JupyterLab: code, and what it has drawn."""
    cells = nbformat.read(ROOT / "notebooks" / SHOWN, as_version=4).cells
    place = next(n for n, cell in enumerate(cells) if "card" in cell.metadata.get("tags", []))
    with tempfile.TemporaryDirectory() as folder, lab.lab_server(Path(folder)) as url:
        shutil.copy(ROOT / "notebooks" / SHOWN, Path(folder) / "lesson.ipynb")
        opened = lab.Lab(playwright, url, viewport=dict(width=760, height=740),
                         device_scale_factor=1.5)
        opened.open()
        opened.notebook("panel.content.activeCellIndex = argument;", place)
        for _ in range(3):  # what comes into view on the way changes how far it is
            opened.notebook("""await panel.content.scrollToItem(argument, "center");
                panel.content.widgets[argument].node.scrollIntoView({ block: "center" });""", place)
            opened.page.wait_for_timeout(1500)
        opened.page.mouse.move(5, 5)
        opened.page.screenshot(path=ASSETS / "lesson.png")
        opened.close()
    print("lesson")


def take_window_viewer(playwright) -> None:
    cells = nbformat.read(ROOT / "notebooks" / LESSON, as_version=4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    last = next(n for n, source in enumerate(sources) if "WindowViewer(" in source)
    with opened(playwright, *sources[: last + 1]) as page:
        page.notebook("await app.commands.execute('notebook:run-all-cells');")
        take(page, ".window-viewer .card", "window_viewer")


def take_diagram(playwright) -> None:
    with opened(playwright, DIAGRAM) as page:
        page.page.set_viewport_size({"width": 1200, "height": 1400})  # all of it is to be seen
        page.notebook("await app.commands.execute('notebook:run-all-cells');")
        take(page, ".network-diagram .card", "network_diagram")


def take_hidden_sums(playwright) -> None:
    with opened(playwright, HIDDEN) as page:
        page.notebook("await app.commands.execute('notebook:run-all-cells');")
        take(page, ".hidden-sums .card", "hidden_sums")


def draw_opening(number: str, _) -> None:
    """What a lesson opens with, in the size in which it is shown."""
    lesson = importlib.import_module(f"mnist_adder_course.lessons.{LESSONS[number]}")
    lesson.plot_opening().savefig(ASSETS / f"open_{number}.png", dpi=100)
    print(f"open_{number}")


OPENING = (680, 300)  # pixels at most of what a lesson opens with
ABOVE_BARS = 812  # rows of the panel's picture
LESSONS = dict(path.stem.split("_", 1) for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
PICTURES = {
    "page.png": take_cover, "page.gif": record_page, "lesson.png": take_lesson,
    "open_00.png": take_panel, "window_viewer.png": take_window_viewer,
    "network_diagram.png": take_diagram, "hidden_sums.png": take_hidden_sums,
} | {f"open_{number}.png": partial(draw_opening, number) for number in sorted(LESSONS)[1:]}


def main(names) -> None:
    if unknown := set(names) - set(PICTURES):
        sys.exit(f"Not a picture: {', '.join(sorted(unknown))}. There are {', '.join(PICTURES)}.")
    chosen = names or list(PICTURES)
    with sync_playwright() as playwright:
        for name in chosen:
            PICTURES[name](playwright)


if __name__ == "__main__":
    main(sys.argv[1:])
