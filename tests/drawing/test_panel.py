"""What the panel answers, without a browser: models that say what a test wants."""

import base64
import io

import numpy as np
import pytest
import torch
from lab import DIGITS
from PIL import Image
from torch import nn
from traitlets import TraitError

from mnist_adder_lib import IdentityAdderModel
from mnist_adder_lib.drawing.framing import frame_drawing
from mnist_adder_lib.drawing.panel import AdderPanel, DigitPad, from_url, to_url
from mnist_adder_lib.drawing.strokes import frame_strokes, render_strokes

SEVEN = [[list(point) for point in stroke] for stroke in DIGITS[7]]


class Oracle(nn.Module):
    """Sees the digit `seen` and the sum `total` in any image, with these probabilities."""

    def __init__(self, seen=7, total=None, sure=0.98, sum_sure=0.97):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))  # tells on which device the model is
        self.seen, self.total, self.sure, self.sum_sure = seen, total, sure, sum_sure

    def forward(self, images, numbers):
        total = self.total if self.total is not None else self.seen + int(numbers[0])
        return self.logits(10, self.seen, self.sure), self.logits(19, total, self.sum_sure)

    @staticmethod
    def logits(classes, winner, probability):
        rest = torch.full((1, classes), (1 - probability) / (classes - 1))
        rest[0, winner] = probability
        return rest.log()


def panel_of(**answers) -> AdderPanel:
    return AdderPanel(Oracle(**answers), strokes=SEVEN, number=5)


def picture(array) -> str:
    return to_url(array)


def send(panel, **message):
    """What the page's messages do."""
    panel._receive(panel, message, [])


def test_sure_and_right():
    assert panel_of().sentence == "I see a 7 (98%). 7 + 5 = 12 (97%)."
    assert panel_of(seen=8).sentence == "I see an 8 (98%). 8 + 5 = 13 (97%)."
    assert panel_of().answer["certain"]


def test_it_says_that_its_answers_disagree():
    panel = panel_of(total=13)
    assert panel.sentence == (
        "I see a 7 (98%), yet my sum with 5 is 13 (97%): my two answers disagree."
    )
    assert not panel.answer["certain"]


def test_it_says_that_it_is_not_sure():
    assert panel_of(sure=0.5).sentence.startswith("I am not sure: do I see a 7 (50%) or a")
    assert panel_of(sum_sure=0.4).sentence == (
        "I see a 7 (98%), but I am not sure of the sum with 5: perhaps 12 (40%)."
    )
    assert not panel_of(sure=0.5).answer["certain"]


def test_an_empty_pad_gets_no_prediction():
    panel = AdderPanel(Oracle())
    assert panel.sentence == "The pad is empty: draw a digit."
    assert panel.prediction is None and not panel.seen.any()
    assert "digit" not in panel.answer
    panel.strokes = [[(2, 2), (3, 3)]]  # drawn beside the pad
    assert panel.prediction is None


def test_it_answers_every_change_once():
    panel = panel_of()
    turn = panel.answer["turn"]
    panel.number = 9
    assert panel.sentence.endswith("7 + 9 = 16 (97%).") and panel.answer["turn"] == turn + 1
    panel.strokes = DIGITS[3]
    assert panel.answer["turn"] == turn + 2
    panel.clear()
    assert panel.prediction is None and panel.strokes == []


def test_it_shows_what_the_network_sees():
    panel = panel_of()
    assert np.array_equal(panel.seen, frame_strokes(DIGITS[7]))
    shown = Image.open(io.BytesIO(from_url(panel.answer["seen"])))
    assert np.array_equal(np.asarray(shown), panel.seen)
    assert len(panel.answer["digit_probabilities"]) == 10
    assert sum(panel.answer["sum_probabilities"]) == pytest.approx(1)


@pytest.mark.parametrize("digit", range(10))
def test_it_sees_the_same_however_small_and_with_whatever_pen(digit):
    large = AdderPanel(Oracle(), strokes=DIGITS[digit])
    shrunk = [[(0.15 * x + 0.05, 0.15 * y + 0.6) for x, y in stroke] for stroke in DIGITS[digit]]
    small = AdderPanel(Oracle(), strokes=shrunk, pen=0.14)
    assert np.corrcoef(small.seen.ravel(), large.seen.ravel())[0, 1] > 0.99
    assert small.image().sum() < large.image().sum()  # on the pad they differ


@pytest.mark.parametrize("number", [-1, 10, 3.5, "7", None])
def test_numbers_outside_0_to_9_are_refused(number):
    panel = panel_of()
    with pytest.raises(TraitError):
        panel.number = number
    assert panel.number == 5 and "7 + 5" in panel.sentence


@pytest.mark.parametrize(
    "strokes", [[(0.5, 0.5)], [[0.5]], [[(0.5,)]], [["ab"]], [[(float("nan"), 0.5)]], 7]
)
def test_what_are_no_strokes_is_refused(strokes):
    panel = panel_of()
    with pytest.raises(TraitError):
        panel.strokes = strokes
    assert panel.strokes == SEVEN


def test_a_model_that_does_not_fit_fails_at_once():
    with pytest.raises(TypeError, match="positional argument"):
        AdderPanel(nn.Linear(3, 3))


def test_the_models_mode_is_left_alone():
    model = IdentityAdderModel().train()
    AdderPanel(model, strokes=DIGITS[7])
    assert model.training


def test_upload():
    panel = panel_of()
    send(panel, type="upload", data=picture(255 - render_strokes(DIGITS[3])))
    assert panel.strokes == [] and panel.prediction.digit == 7
    framed, expected = panel.seen.ravel(), frame_drawing(render_strokes(DIGITS[3])).ravel()
    assert np.corrcoef(framed, expected)[0, 1] > 0.9


@pytest.mark.parametrize(
    "data, reason",
    [
        ("data:image/png;base64," + base64.b64encode(b"\x89PNG damaged").decode(), "can't be read"),
        ("data:image/png;base64,a", "drawing is still here"),
        ("", "can't be read"),
        (picture(np.full((90, 90), 250, np.uint8)), "can't find a digit"),
    ],
)
def test_a_damaged_or_empty_upload_loses_nothing(data, reason):
    panel = panel_of()
    before = panel.sentence
    send(panel, type="upload", data=data)
    assert reason in panel.answer["note"] and panel.answer["sentence"] == before
    assert panel.strokes == SEVEN
    panel.number = 4
    assert panel.answer["note"] == ""


def test_a_sample_is_the_evaluation_image_it_says(splits):
    panel = panel_of()
    send(panel, type="sample")
    index = int(panel.answer["note"].split()[2].strip(","))
    image = splits[2].images[index].numpy()
    assert np.abs(panel.seen.astype(int) - image).mean() < 8
    assert f"labelled {splits[2].digits[index]}" in panel.answer["note"]


def test_a_stroke_over_a_picture_is_added():
    panel = panel_of()
    panel.show(np.pad(np.full((8, 8), 255, np.uint8), 10))
    panel.strokes = [[(0.1, 0.1), (0.9, 0.1)]]
    assert panel.image()[140, 140] == 255 and panel.image()[28, 200] == 255
    assert np.array_equal(panel.seen, frame_drawing(panel.image()))


def test_the_pad_alone():
    pad, seen = DigitPad(), []
    pad.observe(lambda change: seen.append(change.new), "strokes")
    assert not pad.image().any()
    pad.strokes = [[(0.25, 0.5), (0.75, 0.5)]]
    assert seen == [[[[0.25, 0.5], [0.75, 0.5]]]]
    assert pad.image(56).shape == (56, 56) and pad.image(56)[28, 28] == 255
    pad.clear()
    assert not pad.framed().any()


def test_plain_reprs():
    assert repr(panel_of()) == "AdderPanel()" and repr(DigitPad()) == "DigitPad()"
    assert panel_of()._repr_mimebundle_()[0]["text/plain"] == "AdderPanel()"
