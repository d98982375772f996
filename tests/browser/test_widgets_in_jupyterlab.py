"""All widgets in one notebook of a real JupyterLab: by keys alone, with Python behind them, and
as axe-core judges them."""

import json

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

from colours import contrast  # noqa: E402
from keys import walk  # noqa: E402
from lab import DIGITS, Lab, lab_server, let_it_work, write_notebook  # noqa: E402

from mnist_adder_course.lessons.start_here import guesses  # noqa: E402

OPTIONS = [option.text for option in guesses.questions["parameters"].options]
CELLS = {  # the class of what is shown -> a cell that shows it
    "mnist-adder": "from mnist_adder_lib import load_pretrained\n"
    "from mnist_adder_lib.drawing import AdderPanel\nAdderPanel(load_pretrained())",
    "multiple-choice": "from mnist_adder_course.lessons.start_here import guesses\n"
    "guess = guesses.ask('parameters')\nguess",
    "window-viewer": "from mnist_adder_course.widgets.window_viewer import WindowViewer\n"
    "viewer = WindowViewer(place=[9, 13])\nviewer",
    "hidden-sums": "from mnist_adder_course.widgets.hidden_sums import HiddenSums\n"
    "HiddenSums()",
    "network-diagram": "from mnist_adder_course.widgets.network_diagram import NetworkDiagram\n"
    "import torch\ndiagram = NetworkDiagram(load_pretrained())\ndiagram",
    "mnist-adder-explore": "from mnist_adder_course.notebook.display import explore\n"
    "from mnist_adder_course.lessons.learning_by_hand import plot_ball\n"
    "explore(lambda place: plot_ball([place]), place=(0, 6))",
}
SHORTCUTS = [*"ddaxybzm", "ArrowDown", "ArrowUp"]  # JupyterLab's, on the cell that is chosen
STATE = "return panel.content.widgets.map(({ model }) => model.type + model.sharedModel.source);"
# Once a theme is there, JupyterLab draws the page again in the next frame.
SETTLED = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}"""


@pytest.fixture(scope="module")
def lab(playwright, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder, *CELLS.values(), "guess")
    with lab_server(folder) as url:
        lab = Lab(playwright, url, viewport={"width": 1200, "height": 2400})
        try:
            lab.open()
            lab.run_all()
            for kind in CELLS:
                lab.find(f".{kind}").wait_for()
            sync_api.expect(lab.page.locator(".multiple-choice")).to_have_count(2)
            lab.draw(DIGITS[7])
            lab.wait("I see a 7")
            lab.errors.clear()  # anywidget complains where loading takes seconds, and goes on
            yield lab
            assert lab.errors == []
        finally:
            lab.close()


IMAGES = "[...document.querySelectorAll('.jp-OutputArea-output img')].map((i) => i.naturalWidth)"


def test_a_notebook_that_is_opened_again_shows_pictures(playwright, tmp_path):
    """Partly run, saved and opened again, while its kernel lives and with a new one. As in a
    lesson, the cell that isn't run has a stored output: so JupyterLab doesn't trust the notebook,
    and takes what it can show of each output without trust."""
    kinds = "mnist-adder", "window-viewer", "network-diagram", "mnist-adder-explore"
    cells = [CELLS[kind] for kind in kinds]
    write_notebook(tmp_path, *cells, "6 * 7")
    content = json.loads((tmp_path / "lesson.ipynb").read_text("utf-8"))
    content["cells"][-1]["outputs"] = [
        {"output_type": "execute_result", "data": {"text/plain": "42"}, "metadata": {},
         "execution_count": 1}]
    (tmp_path / "lesson.ipynb").write_text(json.dumps(content), "utf-8")
    with lab_server(tmp_path) as url:
        lab = Lab(playwright, url, viewport={"width": 1200, "height": 4000})
        try:
            lab.open()
            for place in range(len(cells)):
                lab.notebook("""panel.content.activeCellIndex = argument;
                    await app.commands.execute("notebook:run-cell");""", place)
            for kind in kinds:
                lab.find(f".{kind}").wait_for()
            lab.notebook("await app.commands.execute('docmanager:save');")
            for is_new in (False, True):
                if is_new:
                    lab.notebook("await panel.sessionContext.restartKernel();")
                lab.open()
                lab.page.wait_for_function(f"count => {IMAGES}.length === count", arg=len(kinds))
                assert min(lab.page.evaluate(IMAGES)) > 600
                assert not lab.page.get_by_text("model not found").count()
                assert not lab.page.get_by_text("AdderPanel()").count()
        finally:
            lab.close()


def use_theme(lab, name):
    lab.notebook("await app.commands.execute('apputils:change-theme', { theme: argument });",
                 f"JupyterLab {name}")
    lab.page.wait_for_function(f"document.body.dataset.jpThemeName === 'JupyterLab {name}'")
    lab.page.evaluate(SETTLED)


def look_at_every_stop(lab):
    """Tab reaches and leaves every widget, and one sees where the focus is."""
    for kind in CELLS:
        for stop in walk(lab.page, lab.find(f".{kind}")):
            assert stop["name"] and stop["outline"] >= 1, (kind, stop)
            assert contrast(stop["colour"], stop["behind"]) >= 3, (kind, stop)


def test_tab_reaches_and_leaves_every_widget_and_the_focus_is_seen(lab):
    look_at_every_stop(lab)


@pytest.mark.thorough
@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_in_both_themes_axe_finds_nothing_and_the_focus_is_seen(lab, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    use_theme(lab, theme)
    for step in ("relu", "pooling", "convolution"):
        lab.click(f".window-viewer .steps [value={step}]")
        results = axe.Axe().run(lab.page, {"include": [[f".{kind}"] for kind in CELLS]})
        # JupyterLab drops the alternative text of a picture; it stands below it, folded away.
        found = [one for one in results.response["violations"] if one["id"] != "image-alt"]
        assert not found, results.generate_report()
        assert results.response["passes"]  # it looked at something
    look_at_every_stop(lab)


@pytest.mark.thorough
def test_no_key_does_anything_to_the_cells(lab):
    before = lab.notebook(STATE)
    for kind in CELLS:
        walk(lab.page, lab.find(f".{kind}"), SHORTCUTS)
        assert lab.notebook(STATE) == before, kind


def test_a_slider_draws_the_figure_anew(lab):
    picture = "document.querySelector('.widget-vbox img').src"
    lab.execute("pass")  # what the keys above did to the slider is drawn
    handle = lab.page.get_by_role("slider", name="place")
    at = "([e, value]) => e.ariaValueNow == value"
    lab.click(".mnist-adder-explore .slider")  # its middle
    lab.page.wait_for_function(at, arg=[handle.element_handle(), 3])
    lab.wait("^3$", ".widget-readout")
    lab.execute("pass")
    before = lab.page.evaluate(picture)
    handle.press("ArrowRight")
    lab.wait("^4$", ".widget-readout")
    lab.page.wait_for_function(f"before => {picture} !== before", arg=before)
    lab.page.wait_for_function(at, arg=[handle.element_handle(), 4])


def test_the_viewer_and_python_follow_each_other_in_a_busy_kernel_later(lab, tmp_path):
    lab.execute("viewer.weights = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]; viewer.place = [9, 13]")
    lab.wait("row 9, column 13", ".where")
    pixel = float(lab.execute("print(viewer.image[0][9][13])"))
    assert float(lab.find(".result output").inner_text()) == pytest.approx(pixel, abs=0.006)
    flag = tmp_path / "flag"
    wait = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)"
    lab.notebook("panel.sessionContext.session.kernel.requestExecute({ code: argument });", wait)
    left, top, width, _ = lab.box(lab.find(".window-viewer canvas.input"))
    lab.page.mouse.click(left + width / 2, top + 2)
    assert lab.find(".where").inner_text().startswith("row 0, ")
    lab.click(".window-viewer .steps [value=pooling]")
    assert lab.find(".result figcaption").inner_text() == "largest"
    flag.touch()
    lab.wait_for_output("print(viewer.mode, viewer.place[0])", "pooling 0")


def test_the_diagram_and_python_follow_each_other(lab):
    box = lab.find(".network-diagram")
    box.get_by_role("radio", name="8").click()
    lab.wait_for_output("print(diagram.number)", "8")
    lab.draw(DIGITS[3], box.locator(".digit-pad"))
    lab.wait("I see a 3.*3 \\+ 8 = 11", ".network-diagram .answer")
    shown = "print(tuple(diagram.image.shape), diagram.image.max().item())"
    lab.wait_for_output(shown, "(28, 28) 1.0")
    lab.execute("diagram.image = torch.zeros(28, 28); diagram.number = 2; diagram.here = 'adder'")
    lab.wait("is empty", ".network-diagram .answer")
    lab.wait("^number: 2", ".network-diagram [data-part=number]")
    lab.wait("^adder", ".network-diagram [aria-current=location]")


def test_a_guess_is_chosen_in_both_views_until_it_is_compared(lab):
    groups = lab.page.locator(".multiple-choice")
    for chosen, other, place in [(0, 1, 2), (1, 0, 3)]:
        groups.nth(chosen).get_by_text(OPTIONS[place]).click()
        lab.wait_for_output("print(guess.choice)", OPTIONS[place])
        radio = groups.nth(other).get_by_role("radio", name=OPTIONS[place])
        sync_api.expect(radio).to_be_checked()
    before = lab.notebook("return panel.content.activeCellIndex")
    lab.page.keyboard.press("Shift+Enter")  # goes on to the next cell
    at = "argument => window.jupyterapp.shell.currentWidget.content.activeCellIndex === argument"
    lab.page.wait_for_function(at, arg=before + 1)
    lab.execute("guesses.compare('parameters', 17_360)")
    for radio in groups.first.get_by_role("radio").all():
        sync_api.expect(radio).to_be_disabled()
    sync_api.expect(groups.first.get_by_role("radio", name=OPTIONS[3])).to_be_checked()
    groups.first.get_by_text(OPTIONS[0]).click(force=True)
    assert lab.execute("print(guess.choice)") == OPTIONS[3]


# --- out of view ----------------------------------------------------------------------------------

PADS = [kind for kind in CELLS if kind in ("mnist-adder", "network-diagram")]
INKED = """pad => {
    if (!pad.width) return false;
    const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
    return data.some((value, place) => place % 4 === 3 && value > 0);
}"""


def scroll_to(lab, place):
    lab.notebook("panel.content.activeCellIndex = argument; "
                 "void panel.content.scrollToItem(argument, 'start');", place)
    let_it_work(lab.page)


@pytest.fixture
def long_lab(playwright, tmp_path):
    """Both pads above many long outputs, so that JupyterLab takes them out of the page."""
    write_notebook(tmp_path, *[CELLS[kind] for kind in PADS], *["print('line\\n' * 60)"] * 8)
    with lab_server(tmp_path) as url:
        lab = Lab(playwright, url, viewport={"width": 1200, "height": 900})
        try:
            lab.open()
            lab.run_all()
            lab.notebook("const { notebookConfig } = panel.content; panel.content.notebookConfig = "
                         "{ ...notebookConfig, windowingMode: 'full' };")
            yield lab
        finally:
            lab.close()


def test_a_pad_keeps_its_drawing_when_the_page_changes_while_it_is_out_of_view(long_lab):
    lab, pads = long_lab, {}
    for place, kind in enumerate(PADS):
        scroll_to(lab, place)
        lab.find(f".{kind}").wait_for()
        lab.draw(DIGITS[7], lab.find(f".{kind} .digit-pad"))
        pads[kind] = lab.find(f".{kind} .digit-pad").element_handle()
        lab.page.wait_for_function(INKED, arg=pads[kind])
    for width, theme in ((700, "Dark"), (1100, "Light")):
        scroll_to(lab, len(PADS) + 7)
        for pad in pads.values():
            lab.page.wait_for_function("pad => !pad.clientWidth", arg=pad)
        lab.page.set_viewport_size({"width": width, "height": 900})
        lab.notebook("void app.commands.execute('apputils:change-theme', { theme: argument });",
                     f"JupyterLab {theme}")
        lab.page.wait_for_function(f"document.body.dataset.jpThemeName === 'JupyterLab {theme}'")
        let_it_work(lab.page)
        for kind, pad in pads.items():
            assert lab.page.evaluate(INKED, pad), f"{kind} is cleared while it is out of view"
        for place, (kind, pad) in enumerate(pads.items()):
            scroll_to(lab, place)
            lab.page.wait_for_function("pad => pad.clientWidth", arg=pad)
            let_it_work(lab.page)
            assert lab.page.evaluate(INKED, pad), (kind, width, theme)
