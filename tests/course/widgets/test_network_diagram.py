"""The picture of the whole network: what Python accepts. (A browser test looks at it.)"""

import json
import math

import numpy as np
import pytest
import torch
from torch import nn
from traitlets import TraitError

from mnist_adder_course.widgets.network_diagram import NetworkDiagram, weights_as_text
from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib import IdentityAdderModel, load_pretrained, normalise
from mnist_adder_lib.drawing import AdderPanel


def test_an_image_comes_as_pixels_of_any_kind(first):
    pixels = first(1).images[0]
    for image in (pixels, pixels / 255, (pixels / 255)[None, None], pixels.numpy(), pixels.tolist(),
                  (pixels / 255).double().numpy(), (pixels / 255).requires_grad_(),
                  (pixels / 255 - 0.001).clip(0)):
        diagram = NetworkDiagram(IdentityAdderModel(), image)
        assert torch.equal(diagram.image, pixels / 255)
    diagram.image = pixels > 127
    assert torch.equal(diagram.image, (pixels > 127).float())
    panel = AdderPanel(load_pretrained(), strokes=[[(0.5, 0.2), (0.5, 0.8)]])
    diagram.image = panel.seen
    assert np.array_equal((255 * diagram.image).round().numpy(), panel.seen)


@pytest.mark.parametrize("image, words", [
    (torch.zeros(28, 27), r"28x28 pixels, not \(28, 27\)"), (torch.zeros(2, 28, 28), "28x28"),
    (normalise(torch.full((28, 28), 1.0)), "before `normalise`"), ([[1, 2], [3]], "."),
    (torch.full((28, 28), math.nan), "from 0 to 1"), (np.full((28, 28), 256), "from 0 to 255"),
])
def test_what_is_no_image_is_refused(image, words):
    with pytest.raises((TraitError, ValueError), match=words):
        NetworkDiagram(IdentityAdderModel(), image)
    diagram = NetworkDiagram(IdentityAdderModel())
    before = diagram.image
    with pytest.raises((TraitError, ValueError), match=words):
        diagram.image = image
    assert torch.equal(diagram.image, before) and before.shape == (28, 28) and before.max() == 1


@pytest.mark.parametrize("wrong", [dict(here="block4"), dict(number=10), dict(number="5")])
def test_other_wrong_arguments_are_refused(wrong):
    with pytest.raises(TraitError, match="block1|number"):
        NetworkDiagram(IdentityAdderModel(), **wrong)
    with pytest.raises(TraitError, match="IdentityAdderModel, not Linear"):
        NetworkDiagram(nn.Linear(2, 3))


def test_a_network_that_the_browser_would_compute_otherwise_is_refused():
    for options in (dict(dropout=0), dict(adder_layers=3, channel_dropout=False), dict(sums=82)):
        NetworkDiagram(IdentityAdderModel(**options))
    model = IdentityAdderModel()
    model.block2[1][1] = nn.GELU()
    with pytest.raises(TraitError, match="doesn't know how to compute .*GELU"):
        NetworkDiagram(model)


def test_the_model_is_left_as_it_is_and_the_page_gets_all_of_it_as_text():
    model = IdentityAdderModel().train()
    diagram = NetworkDiagram(model)
    assert model.training and repr(diagram) == "NetworkDiagram()"
    assert diagram.weights == weights_as_text(model)
    count = sum(value.numel() for value in model.state_dict().values() if value.ndim)
    assert sum(map(math.prod, diagram.weights["shapes"].values())) == count
    assert len(json.dumps(diagram.get_state()["weights"])) < 150_000


def test_what_the_page_sets_is_seen_in_python():
    diagram = NetworkDiagram(IdentityAdderModel())
    diagram.set_state({"number": 8, "pixels": [255] * 784})
    assert diagram.number == 8 and diagram.image.equal(torch.ones(28, 28))


def test_the_pictures_that_widgets_leave_are_small_and_have_words():
    for widget in (NetworkDiagram(load_pretrained()), WindowViewer()):
        png, alt = widget.still()
        assert png.startswith(b"\x89PNG") and len(png) < 100_000 and "7" in alt
