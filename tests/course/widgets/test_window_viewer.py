"""The viewer's Python side: what it takes and refuses. Its page has tests in a browser."""

import json

import numpy as np
import pytest
import torch
from traitlets import TraitError

from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib.drawing import frame_drawing, render_strokes
from mnist_adder_lib.shared import UPPER_EDGE

FIVE = np.zeros((5, 5))


def test_by_default_it_shows_a_digit_of_mnist():
    viewer = WindowViewer()
    assert np.shape(viewer.image) == (1, 28, 28) and np.max(viewer.image) == 1
    assert (viewer.weights, viewer.mode, viewer.range) == ([UPPER_EDGE], "convolution", [0, 1])
    assert len(viewer.digits) == 10 and np.shape(viewer.digits) == (10, 28, 28)
    assert repr(viewer) == "WindowViewer()"


@pytest.mark.parametrize("image", [
    torch.rand(28, 28), torch.rand(1, 28, 28).requires_grad_(), np.full((4, 6), 0.5),
    [[0, 1, 0]] * 3, torch.full((28, 28), 255, dtype=torch.uint8),
], ids=lambda image: type(image).__name__)
def test_images_of_many_kinds(image):
    viewer = WindowViewer(image)
    assert len(viewer.image) == 1 and np.max(viewer.image) <= 1
    json.dumps(viewer.image)  # lists of plain numbers


def test_a_drawing_from_a_pad():
    drawing = frame_drawing(render_strokes([[(0.5, 0.2), (0.5, 0.8)]]))
    viewer = WindowViewer()
    viewer.image = drawing
    assert np.allclose(viewer.image[0], drawing / 255, atol=1e-4)


def test_several_channels_have_weights_each():
    viewer = WindowViewer(torch.randn(16, 7, 7))
    assert viewer.weights == [UPPER_EDGE] * 16
    for image in (viewer.image, [[-1.0] * 3] * 3, [[2.0] * 3] * 3):
        assert WindowViewer(image).range == []  # below 0 or above 1: orange, black, white
    viewer = WindowViewer(np.ones((2, 5, 5)), weights=torch.ones(2, 3, 3), place=[1, 2], padding=0)
    assert np.shape(viewer.weights) == (2, 3, 3) and viewer.place == [1, 2]
    viewer.image = np.ones((3, 5, 5))  # other channels, other weights
    assert viewer.weights == [UPPER_EDGE] * 3


def test_what_the_page_sends_is_kept_as_it_is():
    # Anything else would be sent back, perhaps over newer ink.
    viewer = WindowViewer(FIVE)
    sent = {"image": [[[0, 0.25, 1]] * 3], "weights": [[[0.5, -1, 0]] * 3], "place": [2, 1]}
    viewer.set_state(sent)
    assert {name: getattr(viewer, name) for name in sent} == sent


@pytest.mark.parametrize("wrong, reason", [
    (dict(image="7"), "image should be numbers"),
    (dict(image=[[10**400] * 3] * 3), "image should be numbers"),
    (dict(image=[[1, 2], [3]]), "image should be numbers"),
    (dict(image=np.ones(28)), "image should be numbers"),
    (dict(image=np.full((5, 5), np.nan)), "image should be numbers"),
    (dict(image=np.ones((2, 9))), "at least 3 rows"),
    (dict(image=FIVE, weights=np.ones((2, 2))), "weights should be 3x3"),
    (dict(image=FIVE, weights=np.ones((2, 3, 3))), "2 windows of weights for 1 channel"),
    (dict(image=FIVE, weights="edge"), "weights should be numbers"),
    (dict(range=["black"]), "range"),
    (dict(image=FIVE, mode="dropout"), "mode"),
    (dict(image=FIVE, place=[1]), "place"),
    (dict(image=FIVE, padding=2), "padding"),
])
def test_what_does_not_fit_is_refused(wrong, reason):
    with pytest.raises(TraitError, match=reason):
        WindowViewer(**wrong)


def test_a_page_can_not_leave_it_without_something():
    viewer = WindowViewer(FIVE)
    for name in ("image", "weights", "mode", "place", "range", "padding", "digits"):
        before = getattr(viewer, name)
        with pytest.raises(TraitError):
            viewer.set_state({name: None})
        assert getattr(viewer, name) == before
