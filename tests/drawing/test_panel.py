"""What the panel answers, without a browser: models that say what a test wants."""

import base64
import io
import time

import numpy as np
import pytest
import torch
from drawn import moved, resample
from lab import DIGITS
from PIL import Image
from torch import nn
from traitlets import TraitError

from mnist_adder_lib import IdentityAdderModel
from mnist_adder_lib.drawing.framing import frame_drawing, remark
from mnist_adder_lib.drawing.panel import AdderPanel, DigitPad, from_url, percent, to_url
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


@pytest.mark.parametrize("share, words", [
    (1.0, "over 99%"), (0.997, "over 99%"), (0.989, "99%"), (0.6, "60%"), (0.005, "under 1%"),
    (0.0, "under 1%"), (0.014, "1%"),
])  # fmt: skip
def test_no_probability_is_0_or_100_percent(share, words):
    assert percent(share) == words
    if share > 0.9:
        assert panel_of(sure=share, sum_sure=share).sentence == (
            f"I see a 7 ({words}). 7 + 5 = 12 ({words}).")


@pytest.mark.parametrize("number", [-1, 10, 3.5, "7", None, True])
def test_numbers_outside_0_to_9_are_refused(number):
    panel = panel_of()
    with pytest.raises(TraitError):
        panel.number = number
    assert panel.number == 5 and "7 + 5" in panel.sentence


@pytest.mark.parametrize(
    "strokes",
    [[(0.5, 0.5)], [[0.5]], [[(0.5,)]], [["ab"]], [[(float("nan"), 0.5)]], 7, [[[10**400, 1]]]],
)
def test_what_are_no_strokes_is_refused(strokes):
    panel = panel_of()
    with pytest.raises(TraitError):
        panel.strokes = strokes
    assert panel.strokes == SEVEN


@pytest.mark.parametrize("pen", [-1, 0, 1e5, float("inf"), float("nan"), "thick", None])
def test_what_is_no_pen_is_refused(pen):
    panel = panel_of()
    with pytest.raises(TraitError):
        panel.pen = pen
    panel.number = 4
    assert panel.image().any() and "7 + 4" in panel.sentence


@pytest.mark.parametrize("background", [
    "hello", "data:image/png;base64,aGVsbG8=", "data:image/png;base64,a", 7, None,
    to_url(render_strokes(SEVEN))[:300], "data:image/svg+xml;base64,PHN2Zy8+",
])  # fmt: skip
def test_what_is_no_background_is_refused_and_the_pad_lives_on(background):
    panel = panel_of()
    with pytest.raises(TraitError):
        panel.background = background
    panel.number = 4
    assert panel.background == "" and "7 + 4" in panel.sentence
    with pytest.raises(TraitError):
        AdderPanel(Oracle(), background=background)


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
        ("nothing", "can't be read"),
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


@pytest.mark.parametrize("message", [
    {}, {"type": "dance"}, {"type": "upload"}, {"type": "upload", "data": None}, "sample", None, 7,
    {"data": 7}, {"type": "ink"}, {"type": "ink", "stroke": 7, "id": 7}, [], {"type": ["ink"]},
])  # fmt: skip
def test_unknown_messages_are_ignored(message):
    panel = panel_of()
    before = panel.answer
    panel._receive(panel, message, [])
    assert panel.answer == before and panel.strokes == SEVEN


@pytest.mark.parametrize("answer", [{}, {"turn": "x"}, {"turn": None, "ink": 7}, {"a": []}])
def test_a_page_that_overwrites_the_answer_gets_the_next_one(answer):
    panel = panel_of()
    panel.set_state({"answer": answer})
    panel.set_state({"number": 3})
    assert panel.answer["sentence"] == panel.sentence and "7 + 3" in panel.sentence


def test_a_large_picture_costs_no_more_than_the_pad():
    small, large = (AdderPanel(Oracle(), background=to_url(render_strokes(SEVEN, size)))
                    for size in (280, 3000))
    assert max(large._picture().shape) <= 560
    assert np.corrcoef(large.seen.ravel(), small.seen.ravel())[0, 1] > 0.99


def test_ink_that_is_no_stroke_changes_nothing():
    panel = panel_of()
    for stroke in (7, [[None, 1]], [[10**400, 1]], "ab"):
        send(panel, type="ink", stroke=stroke, id="page 1")
    assert panel.strokes == SEVEN and "7 + 5" in panel.sentence


def test_an_unfinished_stroke_is_read_but_not_kept():
    panel, turns = panel_of(), []
    panel.observe(lambda change: turns.append(change.new), "strokes")
    bar = [[0.3, 0.5], [0.6, 0.5]]
    send(panel, type="ink", stroke=bar, id="page 7")
    assert panel.answer["ink"] == "page 7" and panel.strokes == SEVEN and not turns
    assert np.array_equal(panel.seen, frame_strokes([*SEVEN, bar]))
    panel.strokes = [*SEVEN, bar]
    assert panel.answer["ink"] == "" and np.array_equal(panel.seen, frame_strokes(panel.strokes))


def test_an_unfinished_stroke_over_a_picture():
    panel, stroke = panel_of(), [[0.1, 0.1], [0.9, 0.1]]
    panel.show(np.pad(np.full((8, 8), 255, np.uint8), 10))
    send(panel, type="ink", stroke=stroke, id="page 1")
    unfinished = panel.seen
    panel.strokes = [stroke]
    assert np.array_equal(panel.seen, unfinished)


def test_a_sample_is_the_evaluation_image_it_says(splits):
    panel = panel_of()
    send(panel, type="sample")
    note = panel.answer["note"]
    index = int(note.split()[2].strip(","))
    image = splits[2].images[index].numpy()
    assert np.abs(panel.seen.astype(int) - image).mean() < 8
    assert f"labelled {splits[2].digits[index]}" in note
    panel.number = 9
    assert note in panel.answer["note"]
    panel.strokes = [[(0.4, 0.4), (0.6, 0.6)]]
    assert note in panel.answer["note"]  # it stays with the picture,
    picture = panel.background
    panel.clear()
    assert panel.answer["note"] == ""
    panel.background = picture  # also where undo brings it back
    assert panel.answer["note"] == note


@pytest.mark.parametrize("strokes, words", [
    ([[(0.5, 0.5)]], "too little ink"),
    ([[(0.3, 0.5), (0.7, 0.51)]], "too little ink"),
    (np.random.default_rng(0).random((1, 150, 2)).tolist(), "too much ink"),
    ([*moved(DIGITS[1], 0.6, (0.3, 0.5)), *moved(DIGITS[2], 0.6, (0.7, 0.5))], "two parts"),
    ([*moved(DIGITS[5], 0.4, (0.5, 0.25)), *moved(DIGITS[3], 0.4, (0.5, 0.75))], "two parts"),
])  # fmt: skip
def test_what_is_no_digit_gets_a_note(strokes, words):
    panel = AdderPanel(Oracle(), strokes=strokes)
    assert words in panel.answer["note"] and panel.answer["warned"]
    assert panel.prediction is not None


def test_digits_get_no_note(splits):
    for strokes in DIGITS:
        panel = AdderPanel(Oracle(), strokes=strokes)
        assert panel.answer["note"] == "" and not panel.answer["warned"]
    remarks = [remark(frame_drawing(image.numpy())) for image in splits[1].images[:2000]]
    assert sum(map(bool, remarks)) <= 5


def test_several_changes_at_once_are_one_answer():
    panel = panel_of()
    turn = panel.answer["turn"]
    panel.show(render_strokes(DIGITS[3]))
    assert panel.answer["turn"] == turn + 1
    panel.clear()
    assert panel.answer["turn"] == turn + 2
    panel.set_state({"page": "there 1", "strokes": SEVEN, "number": 3})  # as a page does
    assert panel.answer["turn"] == turn + 3 and panel.answer["page"] == "there 1"
    panel.set_state({"page": "there 2", "number": 3})
    assert panel.answer["turn"] == turn + 4 and panel.answer["page"] == "there 2"


def test_what_one_page_draws_goes_to_the_others(monkeypatch):
    panel, sent = panel_of(), []
    monkeypatch.setattr(panel, "send", sent.append)
    panel.set_state({"page": "there 1", "strokes": DIGITS[1], "number": 3})
    state = dict(strokes=panel.strokes, background="", number=3)
    assert sent == [{"type": "page", "page": "there 1", **state}]


def test_a_thousand_strokes_are_answered_soon():
    strokes = [resample(d, 50)[0].tolist() for _ in range(100) for d in DIGITS]
    panel = AdderPanel(IdentityAdderModel())
    seconds = []
    for count in (998, 999, 1000):
        start = time.perf_counter()
        panel.strokes = strokes[:count]
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1  # 0.1 on a quiet machine


@pytest.mark.parametrize("shape", [
    (28, 28), (10, 40), (1, 1), (300, 200), (1, 100_000), (6000, 6000),
])
def test_pictures_of_any_shape_are_shown(shape):
    panel = panel_of()
    panel.show(np.full(shape, 255, np.uint8), about="A picture; with 50%, and more.")
    assert panel.image().shape == (280, 280)
    assert panel.answer["note"].endswith("A picture; with 50%, and more.")
    for bad in (np.zeros((3, 3, 3)), "hello", np.full((5, 5), 7.0)):
        with pytest.raises(ValueError, match="A drawing"):
            panel.show(bad)


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
