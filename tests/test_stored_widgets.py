"""What a lesson's run stores of its widgets, and what the site reads of it."""

import json

import nbformat
import pytest
from nbformat import v4

from mnist_adder_course.exercises.questions import MultipleChoice
from mnist_adder_course.widgets.ball_on_curve import BallOnCurve
from mnist_adder_course.widgets.hidden_sums import HiddenSums
from mnist_adder_course.widgets.network_diagram import NetworkDiagram, weights_as_text
from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib import IdentityAdderModel
from mnist_adder_lib.drawing import AdderPanel, DigitPad
from tools.notebooks import run_lessons, stored_widgets
from tools.notebooks.notebook_files import NOTEBOOKS

WIDGETS = [AdderPanel, BallOnCurve, DigitPad, HiddenSums, MultipleChoice, NetworkDiagram,
           WindowViewer]

CELLS = {
    "imports": """import torch, tqdm.auto
from mnist_adder_lib import IdentityAdderModel, load_pretrained
from mnist_adder_course.lessons.draw_a_digit import Dictation
from mnist_adder_course.notebook.display import explore
from mnist_adder_lib.plots import labelled, plt
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib.drawing import AdderPanel
torch.manual_seed(0)
model = IdentityAdderModel()""",
    "viewer": "print('above')\nWindowViewer(torch.zeros(3, 3), digits=[])",
    "shipped": "NetworkDiagram(load_pretrained())",
    "own": "AdderPanel(model)",
    "other": """class Other(torch.nn.Linear):
    def forward(self, images, numbers):
        return torch.zeros(len(images), 10), torch.zeros(len(images), 19)
AdderPanel(Other(1, 1))""",
    "refuses": """from mnist_adder_lib import load_splits
AdderPanel(load_pretrained(), known=load_splits()[0].images[:40])""",
    "changes": "model.sum_head.weight.data += 1\nprint(model.training)",
    "sliders": "def draw(row, step):\n    return labelled(plt.figure(figsize=(1, 1)), "
               "f'{row}, {step}')\nexplore(draw, row=(0, 9, 4), step=(0, 1))",
    "dictation": "Dictation()",
    "bar": "for _ in tqdm.auto.tqdm(range(3)): pass",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The notebook of these cells after a run, and the data of its widgets, by cell."""
    path = tmp_path_factory.mktemp("notebooks") / "lesson.ipynb"
    cells = [v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    nbformat.write(v4.new_notebook(cells=cells), path)
    notebook, widgets = run_lessons.run(path)
    return notebook, {data["cell"]: data for data in widgets}


@pytest.mark.thorough
def test_the_data_say_what_the_widgets_show_when_they_are_shown(ran):
    import torch

    widgets = ran[1]
    viewer = widgets["viewer"]["traits"]
    assert widgets["viewer"]["widget"] == "WindowViewer" and viewer["image"] == [[[0.0] * 3] * 3]
    assert not any(name.startswith("_") for name in viewer)
    assert len(widgets["refuses"]["traits"]["known"]["images"]["digits"]) == 40
    assert "known" not in widgets["own"]["traits"]
    assert widgets["shipped"]["traits"]["weights"] == "assets/adder.pt"
    torch.manual_seed(0)
    stored = widgets["own"]["traits"]
    assert stored["weights"] == weights_as_text(IdentityAdderModel())  # not as it was changed to
    assert set(stored) == {"weights", "strokes", "background", "number", "small"}
    assert "network of this lesson" in widgets["other"]["needs_python"]
    assert "twenty digits" in widgets["dictation"]["needs_python"]


@pytest.mark.thorough
def test_figures_of_sliders_are_drawn_for_places_of_each(ran):
    traits = ran[1]["sliders"]["traits"]
    assert traits["stops"] == {"row": [0, 4, 9], "step": [0, 1]}
    assert traits["start"] == {"row": 4, "step": 0}
    assert [frame["alt"] for frame in traits["frames"]] == [
        "0, 0", "0, 1", "4, 0", "4, 1", "9, 0", "9, 1"]
    assert all(frame["src"].startswith("data:image/webp;base64,") for frame in traits["frames"])


def test_widgets_are_read_as_they_were_written(tmp_path):
    widgets = [{"cell": "one", "widget": "Viewer", "traits": {"text": "–\n"}},
               {"cell": "one", "needs_python": "a pad."}]
    stored_widgets.write("lesson", widgets, tmp_path)
    assert stored_widgets.read("lesson", tmp_path) == {"one": widgets}


def test_the_traits_that_are_stored_are_those_that_widgets_have():
    kinds = {widget.__name__: widget for widget in WIDGETS}
    for path in stored_widgets.FOLDER.glob("*.jsonl"):
        assert (NOTEBOOKS / f"{path.stem}.ipynb").exists()
        for data in map(json.loads, path.read_text("utf-8").splitlines()):
            if "traits" not in data or data["widget"] == "Frames":
                continue
            names = set(data["traits"]) - {"weights", "known"}  # of a panel these are no traits
            assert names <= set(kinds[data["widget"]].class_trait_names()), (path, data["cell"])
