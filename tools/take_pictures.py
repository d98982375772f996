"""Take the pictures that README and lessons show: of the page, and of widgets in a real JupyterLab.

    python tools/take_pictures.py

Writes page.png, panel_light.png, window_viewer.png, network_diagram.png, ball_on_curve.png and
hidden_sums.png in assets. Needs Chromium.
"""

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright
from stale import making

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import lab  # noqa: E402

PANEL = """from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel
AdderPanel(load_pretrained())"""
DIAGRAM = """from mnist_adder_lib import load_pretrained
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
NetworkDiagram(load_pretrained())"""
BALL = """from mnist_adder_course.widgets.ball_on_curve import BallOnCurve
BallOnCurve(rate=0.1)"""
HIDDEN = """from mnist_adder_course.widgets.hidden_sums import HiddenSums
HiddenSums()"""
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


def take(page, selector: str, name: str) -> None:
    page.page.mouse.move(5, 5)
    page.page.wait_for_timeout(1500)  # until nothing moves any more
    page.find(selector).screenshot(path=ROOT / "assets" / f"{name}.png")
    print(name)


def take_panel(playwright) -> None:
    with opened(playwright, PANEL) as page:
        page.run_all()
        page.page.wait_for_timeout(1500)
        page.draw([SEVEN])
        page.wait("I see|I am")
        take(page, ".mnist-adder .card", "panel_light")


def take_page(playwright) -> None:
    """Its top, in the shape that previews of links have."""
    browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.FLAGS)
    page = browser.new_page(viewport=dict(width=1280, height=720), reduced_motion="reduce")
    page.goto((ROOT / "docs" / "try" / "index.html").as_uri())
    page.locator("#diagram .nearest[data-state=near]").wait_for()
    end = page.locator("#diagram > .card").bounding_box()
    page.set_viewport_size(dict(width=1280, height=round(end["y"] + end["height"] + 12)))
    page.screenshot(path=ROOT / "assets" / "page.png")
    browser.close()
    print("page")


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


def take_ball(playwright) -> None:
    with opened(playwright, BALL) as page:
        page.notebook("await app.commands.execute('notebook:run-all-cells');")
        take(page, ".ball-on-curve .card", "ball_on_curve")


def take_hidden_sums(playwright) -> None:
    with opened(playwright, HIDDEN) as page:
        page.notebook("await app.commands.execute('notebook:run-all-cells');")
        take(page, ".hidden-sums .card", "hidden_sums")


if __name__ == "__main__":
    names = ("page", "panel_light", "window_viewer", "network_diagram", "ball_on_curve",
             "hidden_sums")
    with sync_playwright() as playwright, making(*[f"assets/{name}.png" for name in names]):
        take_page(playwright)
        take_panel(playwright)
        take_window_viewer(playwright)
        take_diagram(playwright)
        take_ball(playwright)
        take_hidden_sums(playwright)
