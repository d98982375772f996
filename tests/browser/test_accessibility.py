"""All widgets in a real JupyterLab, light and dark, as axe-core judges them."""

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

from lab import CHROMIUM, DIGITS, Lab, lab_server, write_notebook  # noqa: E402

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome found")

CELLS = {  # the class of what is shown -> a cell that shows it
    "mnist-adder": "from mnist_adder_lib import load_pretrained\n"
    "from mnist_adder_lib.drawing import AdderPanel\nAdderPanel(load_pretrained())",
    "mnist-adder-guess": "from mnist_adder_lib.course.start_here import guesses\n"
    "guesses.ask('parameters')",
    "window-viewer": "from mnist_adder_lib.course.window_viewer import WindowViewer\n"
    "import torch\nWindowViewer(torch.eye(28), torch.ones(3, 3))",
    "pair-picker": "from mnist_adder_lib.course.pair_picker import PairPicker\nPairPicker()",
    "ball-on-curve": "from mnist_adder_lib.course.ball_on_curve import BallOnCurve\nBallOnCurve()",
}
THEME = "await app.commands.execute('apputils:change-theme', { theme: argument });"


@pytest.fixture(scope="module")
def lab(playwright, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder, *CELLS.values())
    with lab_server(folder) as url:
        lab = Lab(playwright, url, viewport={"width": 1200, "height": 2400})
        lab.open()
        lab.run_all()
        lab.draw(DIGITS[7])
        lab.wait("I see a 7")
        yield lab
        lab.close()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("kind", CELLS)
def test_axe_finds_nothing(lab, kind, theme):
    lab.notebook(THEME, theme)
    light = str("Light" in theme).lower()
    lab.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
    lab.page.wait_for_selector(f".{kind}")
    results = axe.Axe().run(lab.page, f".{kind}")
    assert not results.response["violations"], results.generate_report()
    assert results.response["passes"]  # it looked at something
