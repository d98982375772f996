"""What a lesson's run stores of its widgets, and what the site reads of it."""

import json

from mnist_adder_course.exercises.questions import MultipleChoice
from mnist_adder_course.widgets.hidden_sums import HiddenSums
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib.drawing import AdderPanel
from tools.notebooks import stored_widgets
from tools.notebooks.notebook_files import NOTEBOOKS

WIDGETS = [AdderPanel, HiddenSums, MultipleChoice, NetworkDiagram, WindowViewer]


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
