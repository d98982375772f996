"""All widgets in a real JupyterLab, light and dark: by keys alone, and as axe-core judges them."""

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

from colours import contrast  # noqa: E402
from keys import walk  # noqa: E402
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
    "mnist-adder-explore": "from mnist_adder_lib.course.display import explore\n"
    "from mnist_adder_lib.course.gradients_by_hand import plot_slope\n"
    "explore(lambda place: plot_slope([place]), place=(0, 6))",
}
STOPS = {  # how many stops of the Tab key each has
    "mnist-adder": 8, "mnist-adder-guess": 1, "window-viewer": 17, "pair-picker": 4,
    "ball-on-curve": 5, "mnist-adder-explore": 3,
}
SHORTCUTS = [*"ddaxybzm", "ArrowDown", "ArrowUp"]  # JupyterLab's, on the cell that is chosen
THEME = "await app.commands.execute('apputils:change-theme', { theme: argument });"
STATE = "return panel.content.widgets.map(({ model }) => model.type + model.sharedModel.source);"


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


@pytest.fixture(scope="module", params=["JupyterLab Light", "JupyterLab Dark"])
def themed(lab, request):
    lab.notebook(THEME, request.param)
    light = str("Light" in request.param).lower()
    lab.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
    lab.page.wait_for_timeout(500)  # until its style is there
    return lab


@pytest.mark.parametrize("kind", CELLS)
def test_axe_finds_nothing(themed, kind):
    themed.page.wait_for_selector(f".{kind}")
    results = axe.Axe().run(themed.page, f".{kind}")
    # JupyterLab drops the alternative text of a picture; it stands below it, folded away.
    found = [one for one in results.response["violations"] if one["id"] != "image-alt"]
    assert not found, results.generate_report()
    assert results.response["passes"]  # it looked at something


@pytest.mark.parametrize("kind", CELLS)
def test_tab_reaches_and_leaves_it_and_the_focus_is_seen(themed, kind):
    stops = walk(themed.page, themed.find(f".{kind}"))
    assert len(stops) == STOPS[kind], [stop["name"] for stop in stops]
    for stop in stops:
        assert stop["name"] and stop["outline"] >= 1, stop
        assert contrast(stop["colour"], stop["behind"]) >= 3, stop


@pytest.mark.parametrize("kind", CELLS)
def test_no_key_does_anything_to_the_cells(lab, kind):
    before = lab.notebook(STATE)
    walk(lab.page, lab.find(f".{kind}"), SHORTCUTS)
    assert lab.notebook(STATE) == before
