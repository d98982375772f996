"""Take the pictures of the panel that README and lessons show, from a real JupyterLab.

    python tools/take_pictures.py

Writes assets/panel_light.png and assets/panel_dark.png. Needs Chromium.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import lab  # noqa: E402

CELL = """from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel
AdderPanel(load_pretrained())"""


def curve(*control):
    """41 points on the cubic Bezier curve of four control points."""
    points = []
    for t in (n / 40 for n in range(41)):
        weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]
        points.append(tuple(sum(w * p[i] for w, p in zip(weights, control)) for i in (0, 1)))
    return points


SEVEN = curve((0.27, 0.3), (0.35, 0.2), (0.6, 0.2), (0.7, 0.25))
SEVEN += curve((0.7, 0.25), (0.78, 0.32), (0.42, 0.62), (0.4, 0.82))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab.write_notebook(Path(folder), CELL)
        with lab.lab_server(Path(folder)) as url:
            page = lab.Lab(playwright, url, device_scale_factor=2)
            for theme in ("Light", "Dark"):
                page.open()
                page.notebook(
                    "await app.commands.execute('apputils:change-theme', {theme: argument});",
                    f"JupyterLab {theme}",
                )
                page.run_all()
                page.page.wait_for_timeout(1500)  # until nothing moves any more
                page.draw([SEVEN])
                page.page.mouse.move(5, 5)
                page.wait("I see|I am")
                page.page.wait_for_timeout(1000)
                picture = ROOT / "assets" / f"panel_{theme.lower()}.png"
                page.find(".mnist-adder .card").screenshot(path=picture)
                print(picture.name, page.find(".prediction").inner_text())
            page.close()


if __name__ == "__main__":
    main()
