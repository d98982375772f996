"""A widget's front end asks for the traits that its class in Python has, and for no others."""

import pytest
from anywidget import AnyWidget
from lab import draw

from mnist_adder_course.exercises.questions import MultipleChoice
from mnist_adder_course.lessons import start_here
from mnist_adder_course.notebook.display import Keys
from mnist_adder_course.widgets.hidden_sums import HiddenSums
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel

WIDGETS = {
    AdderPanel: lambda: AdderPanel(load_pretrained()),
    HiddenSums: lambda: HiddenSums(load_pretrained()),
    Keys: Keys,
    MultipleChoice: lambda: MultipleChoice([start_here.guesses.questions["house"]]),
    NetworkDiagram: lambda: NetworkDiagram(load_pretrained()),
    WindowViewer: lambda: WindowViewer([[0.0] * 5] * 5),
}


def every(kind=AnyWidget):
    for found in kind.__subclasses__():
        if found.__module__.startswith(("mnist_adder_lib", "mnist_adder_course")):
            yield from [found, *every(found)]


def test_every_widget_is_here():
    names, here = ({kind.__name__ for kind in kinds} for kinds in (every(), WIDGETS))
    assert names == here


@pytest.mark.parametrize("kind", WIDGETS, ids=lambda kind: kind.__name__)
def test_names_of_traits_are_the_same_in_both(show, kind):
    page = show(WIDGETS[kind]())
    if page.locator(".digit-pad").count():
        draw(page, [[(0.5, 0.2), (0.5, 0.8)]])
    if page.locator(".sample").count():
        page.click(".sample")
    asked = set(page.evaluate("[...model.asked]"))
    traits = set(kind.class_trait_names(sync=True)) - set(AnyWidget.class_trait_names())
    assert asked == {name for name in traits if name[0] != "_"}
