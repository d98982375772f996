"""What the panel answers, without a browser: models that say what a test wants."""

import base64
import io
import random

import numpy as np
import pytest
import torch
from drawn import moved
from lab import DIGITS
from PIL import Image
from torch import nn
from traitlets import TraitError

from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel
from mnist_adder_lib.drawing.data_url import from_url, to_url
from mnist_adder_lib.drawing.framing import frame_drawing
from mnist_adder_lib.drawing.rejection import load_non_digit_head
from mnist_adder_lib.drawing.sentences import MOST_INK, MOST_PEN_INK, remark
from mnist_adder_lib.drawing.strangeness import Strangeness
from mnist_adder_lib.drawing.strokes import frame_strokes, render_strokes
from mnist_adder_lib.shared import SENTENCES

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


def save(panel, **changes):
    """What the page's `save` does; returns the answers."""
    answers = []
    keep = lambda change: answers.append(change.new)  # noqa: E731
    panel.observe(keep, "answer")
    number = panel.message_id.removeprefix("page ") or 0
    panel.set_state({"message_id": f"page {int(number) + 1}", **changes})
    panel.unobserve(keep, "answer")
    return answers


def put(panel, image):
    """Lay an image under the strokes."""
    save(panel, background={"url": to_url(image), "about": ""}, strokes=[])


SQUARE = np.pad(np.full((8, 8), 255, np.uint8), 10)


def test_it_answers_again_after_its_model_has_changed():
    panel = panel_of()
    panel.model.seen = 8
    assert "a 7" in panel.sentence
    panel.answer_again()
    assert "an 8" in panel.sentence and "an 8" in panel.answer["sentence"]


def test_sure_and_right():
    assert panel_of().sentence == "I see a 7 (98%). 7 + 5 = 12 (97%)."
    assert panel_of(seen=8).sentence == "I see an 8 (98%). 8 + 5 = 13 (97%)."
    assert panel_of().answer["certain"]


def test_another_task_has_its_own_sign_and_answers():
    def times(**answers):
        return AdderPanel(Oracle(**answers), combine=lambda digit, number: digit * number, sign="×",
                          strokes=SEVEN, number=2)

    panel = times(total=14)
    assert panel.sentence == "I see a 7 (98%). 7 × 2 = 14 (97%)." and panel.answer["certain"]
    assert panel.answer["sign"] == "×"
    assert "but I say 7 × 2 = 9 (97%)" in times().sentence
    assert "not sure of 7 × 2: perhaps 14" in times(total=14, sum_sure=0.4).sentence


def test_it_says_that_its_answers_disagree():
    panel = panel_of(total=13)
    assert panel.sentence == (
        "I see a 7 (98%), but I say 7 + 5 = 13 (97%). My two answers disagree."
    )
    assert not panel.answer["certain"]


def test_it_says_that_it_is_not_sure():
    unsure = panel_of(sure=0.5).sentence
    assert unsure.startswith("I am not sure: do I see a 7 (50%) or a") and unsure.count("7") == 1
    assert panel_of(sum_sure=0.4).sentence == (
        "I see a 7 (98%), but I am not sure of 7 + 5: perhaps 12 (40%)."
    )
    assert not panel_of(sure=0.5).answer["certain"]


def test_an_empty_pad_gets_no_prediction():
    panel = AdderPanel(Oracle())
    assert panel.sentence == SENTENCES["empty"]
    assert panel.prediction is None and not panel.seen.any()
    assert "digit" not in panel.answer
    panel.strokes = [[(2, 2), (3, 3)]]  # drawn beside the pad
    assert panel.prediction is None


def test_it_shows_what_the_network_sees():
    panel = panel_of()
    assert np.array_equal(panel.seen, frame_strokes(DIGITS[7]))
    shown = Image.open(io.BytesIO(from_url(panel.answer["seen"])))
    assert np.array_equal(np.asarray(shown), panel.seen)
    assert len(panel.answer["digit_probabilities"]) == 10
    assert sum(panel.answer["sum_probabilities"]) == pytest.approx(1)


@pytest.mark.parametrize("share, words", [(0.997, "over 99%"), (0.989, "99%")])
def test_it_never_says_100_percent(share, words):
    assert panel_of(sure=share, sum_sure=share).sentence == (
        f"I see a 7 ({words}). 7 + 5 = 12 ({words}).")


def test_a_model_that_does_not_fit_fails_at_once():
    with pytest.raises(TypeError, match="positional argument"):
        AdderPanel(nn.Linear(3, 3))


@pytest.mark.parametrize("strokes, words", [
    ([[(0.5, 0.5)]], "too little ink"),
    ([[(0.3, 0.5), (0.7, 0.51)]], "too flat"),
    (np.random.default_rng(0).random((1, 150, 2)).tolist(), "too much ink"),
    ([*moved(DIGITS[1], 0.6, (0.3, 0.5)), *moved(DIGITS[2], 0.6, (0.7, 0.5))], "two parts"),
    ([*moved(DIGITS[5], 0.4, (0.5, 0.25)), *moved(DIGITS[3], 0.4, (0.5, 0.75))], "two parts"),
])  # fmt: skip
def test_what_is_no_digit_gets_a_note(strokes, words):
    panel = AdderPanel(Oracle(), strokes=strokes)
    assert words in panel.answer["note"] and panel.answer["warned"]
    assert panel.sentence == "Perhaps a 7, but I doubt it." and not panel.answer["certain"]


def test_a_picture_may_have_more_ink_than_a_pen_leaves():
    ring = np.pad(np.zeros((12, 12), np.uint8), 4, constant_values=255)  # of a digit's size
    panel = panel_of()
    put(panel, np.pad(ring, 4))
    assert MOST_PEN_INK < (panel.seen / 255).sum() < MOST_INK and panel.answer["note"] == ""
    comb = [[[0.1, 0.1], [0.1, 0.9]], *([[0.1, y], [0.9, y]] for y in (0.1, 0.3, 0.5, 0.7, 0.9))]
    save(panel, background={}, strokes=comb)
    assert MOST_PEN_INK < (panel.seen / 255).sum() < MOST_INK
    assert panel.answer["note"] == SENTENCES["too_much_ink"]


def test_digits_get_no_note(splits):
    for strokes in DIGITS:
        panel = AdderPanel(Oracle(), strokes=strokes)
        assert panel.answer["note"] == "" and not panel.answer["warned"]
    remarks = [remark(frame_drawing(image.numpy())) for image in splits[1].images[:2000]]
    assert sum(map(bool, remarks)) <= 5


def test_each_message_gets_one_answer():
    panel = panel_of()
    for changes in (dict(number=9), dict(strokes=SEVEN[:1], unfinished=[]), dict(number=9),
                    dict(strokes=[], background={}, unfinished=[], number=3)):
        (answer,) = save(panel, **changes)
        assert answer["message_id"] == panel.message_id and answer["number"] == panel.number
        assert answer["strokes"] == panel.strokes  # for other pages
    assert panel.prediction is None and "digit" not in panel.answer


def test_what_python_sets_is_answered():
    panel = panel_of()
    panel.number = 9
    assert panel.answer["sentence"].endswith("7 + 9 = 16 (97%).")
    panel.clear()
    assert panel.strokes == [] and panel.answer["sentence"] == SENTENCES["empty"]


@pytest.mark.parametrize("name, value", [
    ("number", -1), ("number", 10), ("number", 3.5), ("number", "7"), ("strokes", [(0.5, 0.5)]),
    ("strokes", [[(0.5,)]]), ("strokes", [["ab"]]), ("strokes", [[(float("nan"), 0.5)]]),
])  # fmt: skip
def test_what_does_not_fit_is_refused_and_the_panel_stays_as_it_was(name, value):
    panel = panel_of()
    with pytest.raises(TraitError):
        setattr(panel, name, value)
    assert panel.number == 5 and panel.strokes == SEVEN and "7 + 5" in panel.sentence


def png_of(image, kind="png", **options):
    """A data URL of a PIL image."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


BAD_MESSAGES = [
    dict(unfinished=["ab"]), dict(unfinished=[[0.1, 0.2, 0.3]]), dict(unfinished=[[0.1, None]]),
    dict(background={"url": "x"}), dict(background={"about": "no picture"}),
    dict(background={"url": 3}), dict(background={"url": to_url(SQUARE)[:90]}),
    dict(background={"url": to_url(SQUARE), "about": ["a list"]}),
    dict(background={"url": png_of(Image.fromarray(SQUARE), "gif")}),
    *(dict(background={"url": url}) for url in (
        to_url(SQUARE).replace("data:image/png;base64", "https://example.org/?"),
        to_url(SQUARE).replace("base64,", "base64,)url(https://example.org/"),
        to_url(SQUARE) + "),url(https://example.org/x?")),
    dict(strokes=[[[1e308, 0], [-1e308, 1]]]), dict(unfinished=[[0, 1001]]),
    dict(background={"url": png_of(Image.new("L", (6000, 6000)))}),
    dict(strokes="ab"), dict(strokes=[[[0.1, 0.2], "c"]]), dict(number=12), dict(message_id=5),
    dict(request={"upload": 5}), dict(request={"delete": True}), dict(request=[]),
]


@pytest.mark.parametrize("bad", BAD_MESSAGES, ids=lambda bad: f"{bad!s:.60}")
@pytest.mark.parametrize("good", [{}, dict(strokes=SEVEN[:1], number=3)], ids=["alone", "mixed"])
def test_a_bad_message_is_refused_and_changes_nothing(bad, good):
    panel = panel_of()
    before = panel.get_state()
    with pytest.raises(TraitError):
        save(panel, **{**good, **bad})
    assert panel.get_state() == before
    bar = [[0.3, 0.5], [0.6, 0.5]]
    (answer,) = save(panel, strokes=[*SEVEN, bar])  # the next stroke is read
    assert np.array_equal(panel.seen, frame_strokes([*SEVEN, bar])) and answer["digit"] == 7


def test_an_unfinished_stroke_is_read_but_not_kept():
    panel, bar = panel_of(), [[0.3, 0.5], [0.6, 0.5]]
    (answer,) = save(panel, unfinished=bar)
    assert answer["unfinished"] and "strokes" not in answer and panel.strokes == SEVEN
    assert np.array_equal(panel.seen, frame_strokes([*SEVEN, bar]))
    (answer,) = save(panel, strokes=[*SEVEN, bar], unfinished=[])
    assert not answer["unfinished"] and np.array_equal(panel.seen, frame_strokes(panel.strokes))


STEM = [[(0.5, 0.35), (0.5, 0.8)]]  # of an i
HOOK = [[(0.35, 0.3), (0.45, 0.15), (0.6, 0.2), (0.6, 0.35), (0.5, 0.5), (0.5, 0.65)]]  # of a ?


@pytest.mark.parametrize("stem, dot", [
    (STEM, (0.5, 0.15)), (HOOK, (0.5, 0.85)), (SEVEN, (0.05, 0.5))])
def test_without_its_dot_a_letter_is_doubted(stem, dot):
    """But not while another stroke begins, nor if it is rejected or warned of in any case."""
    panel = AdderPanel(Oracle(), strokes=stem)
    assert panel.answer["certain"]
    save(panel, unfinished=[dot])
    assert panel.answer["certain"]
    for strokes in ([*stem, [dot]], [[dot], *stem]):
        save(panel, unfinished=[], strokes=strokes)
        assert panel.sentence == "I left out a dot. The rest may be a 7, but I doubt it."
        assert not panel.answer["certain"] and not panel.answer["warned"]
    put(panel, SQUARE)
    save(panel, strokes=[*stem, [dot]])
    assert "dot" not in panel.sentence
    save(panel, background={}, strokes=[[(0.2, 0.5), (0.8, 0.5)], [dot]])
    assert panel.sentence == "Perhaps a 7, but I doubt it."


def test_strokes_over_a_picture_are_added():
    panel, stroke = panel_of(), [[0.1, 0.1], [0.9, 0.1]]
    put(panel, SQUARE)
    assert np.array_equal(panel.seen, frame_drawing(SQUARE))
    save(panel, unfinished=stroke)
    unfinished = panel.seen
    save(panel, strokes=[stroke], unfinished=[])
    assert np.array_equal(panel.seen, unfinished)
    pad = np.asarray(Image.fromarray(SQUARE).resize((280, 280)))
    assert np.array_equal(panel.seen, frame_drawing(np.maximum(pad, render_strokes([stroke]))))


STRANGE = [[[0.2, 0.2], [0.8, 0.8]], [[0.8, 0.2], [0.2, 0.8]]]  # an X


def test_what_is_strange_is_rejected_by_a_panel_with_strangeness(splits):
    model = load_pretrained()
    strangeness = Strangeness(model, splits[0].images[:500])
    panel = AdderPanel(model, strangeness, strokes=SEVEN)
    assert "I see a 7" in panel.sentence and not panel.answer["warned"]
    save(panel, strokes=STRANGE)
    assert panel.sentence == SENTENCES["rejected"]
    assert panel.answer["warned"] and not panel.answer["certain"]
    assert panel.strangeness(torch.from_numpy(panel.seen)[None]) > panel.strangeness.threshold
    panel.strangeness.threshold = 99.0
    save(panel, number=3)
    assert panel.sentence != SENTENCES["rejected"] and not panel.answer["warned"]
    panel.clear()
    assert panel.sentence == SENTENCES["empty"]
    assert AdderPanel(model, strokes=STRANGE).sentence != SENTENCES["rejected"]


def test_near_the_threshold_the_panel_doubts(splits):
    model = load_pretrained()
    panel = AdderPanel(model, Strangeness(model, splits[0].images[:500], load_non_digit_head()))
    scale = panel.answer["scale"]
    assert scale["strangeness"] is None and scale["usual"] == panel.strangeness.usual
    save(panel, strokes=SEVEN)
    assert panel.answer["certain"]
    panel.strangeness.threshold = panel.answer["scale"]["strangeness"] + 0.2
    save(panel, number=3)
    assert panel.sentence == SENTENCES["doubt"].format(digit="a 7")
    assert not panel.answer["certain"] and not panel.answer["warned"]
    assert panel.answer["scale"]["threshold"] == panel.strangeness.threshold


def test_upload():
    panel = panel_of()
    answers = save(panel, request={"upload": to_url(255 - render_strokes(DIGITS[3]))})
    assert panel.strokes == [] and answers[-1]["note"] == "Your picture, as white ink on black."
    framed, expected = panel.seen.ravel(), frame_drawing(render_strokes(DIGITS[3])).ravel()
    assert np.corrcoef(framed, expected)[0, 1] > 0.9


@pytest.mark.parametrize("data, reason", [
    ("data:image/png;base64," + base64.b64encode(b"\x89PNG damaged").decode(), "can't be read"),
    ("", "can't be read"), (to_url(np.full((90, 90), 250, np.uint8)), "can't find a digit"),
])  # fmt: skip
def test_a_damaged_or_empty_upload_loses_nothing(data, reason):
    panel = panel_of()
    answer = save(panel, request={"upload": data})[-1]
    assert reason in answer["note"] and answer["sentence"] == panel.sentence
    assert panel.strokes == SEVEN and answer["message_id"] == panel.message_id
    assert save(panel, number=4)[-1]["note"] == ""


def test_a_sample_is_the_evaluation_image_it_says(splits):
    random.seed(0)  # framing moves a few images by a pixel, and then they differ by more
    panel = panel_of()
    note = save(panel, request={"sample": True})[-1]["note"]
    index = int(note.split()[2].strip(","))
    image = splits[2].images[index].numpy()
    assert np.abs(panel.seen.astype(int) - image).mean() < 8
    assert f"labelled {splits[2].digits[index]}" in note
    background = panel.background
    panel.clear()
    assert panel.answer["note"] == ""
    panel.background = background  # the note stays with the picture, also where undo brings it back
    assert panel.answer["note"] == note
