"""Draw a digit: the answers to its exercises, its figures."""

import numpy as np
import pandas as pd
import pytest
import torch

from mnist_adder_lib.augment import draw_line
from mnist_adder_lib.course import draw_a_digit
from mnist_adder_lib.course.draw_a_digit import Dictation, checks, find_tops
from mnist_adder_lib.drawing.framing import centre_by_mass
from mnist_adder_lib.drawing.strokes import frame_strokes


def on_black(small, top, left):
    image = torch.zeros(28, 28)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def centre_by_hand(small):
    ys, xs = np.indices(small.shape)
    row, column = ((place * small.numpy()).sum() / small.sum() for place in (ys, xs))
    return on_black(small, round(14 - row.item()), round(14 - column.item())).tolist()


def centre_of_box(small):
    return on_black(small, (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2)


def by_mass(small):
    return centre_by_mass(small.numpy(), 28)


def moved(x_factor, y_factor=None, right=0.0, down=0.0):
    y_factor = x_factor if y_factor is None else y_factor
    return lambda strokes: [
        [(x_factor * x + right, y_factor * y + down) for x, y in stroke] for stroke in strokes
    ]


def line_from(right, down, to=(0.0, 0.0), width=2.0):
    """An answer: a line from so far right of and below the top, to `to`, counted from there."""
    def draw(images):
        tops = find_tops(images)
        ends = [tops + torch.tensor([float(right), float(down)]), tops + torch.tensor(to)]
        return draw_line(images, *ends, torch.tensor(width))

    return draw


def in_one_place(images):
    return draw_line(images, torch.tensor([[3.0, 20.0]]), torch.tensor([[9.0, 14.0]]),
                     torch.tensor(2.0))


def without_rows(images):
    return draw_line(images, torch.tensor([8.0, 12.0]), torch.tensor([14.0, 5.0]),
                     torch.tensor(2.0))


def width_as_number(images):
    tops = find_tops(images)
    return draw_line(images, tops - 6, tops, 2.0)


def the_line_alone(images):
    return line_from(-6, 6)(torch.zeros_like(images) + 0.001 * images)


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.centre: (
        [
            (centre_of_box, "the box around the ink"),
            (lambda small: on_black(small, 0, 0), "not in the middle"),
            (lambda small: small, "It should be 28x28"),
            (lambda small: on_black(small[:15], 6, 6), "nothing cut off"),
            (lambda small: by_mass(small / 2), "nothing cut off"),
            (lambda small: by_mass(small).T, "turned"),
            (lambda small: np.zeros((28, 28)), "nothing cut off"),
        ],
        [by_mass, centre_by_hand],
    ),
    checks.hide: (
        [
            (lambda strokes: strokes, "in another place a large digit is still a large digit"),
            (moved(0.7, right=0.2), "still a large digit"),
            (moved(1, right=-0.15, down=0.1), "still a large digit"),
            (moved(0.65), "make them smaller"),
            (moved(0.3, right=-0.2), "not on the pad"),
            (moved(0.3, 0.02), "keep its shape"),
            (moved(0.0, right=0.5, down=0.5), "keep its shape"),
            (lambda strokes: strokes[0], "a list of lists of points"),
        ],
        [
            moved(0.2),
            moved(0.15, right=0.4, down=0.4),
            lambda strokes: [0.7 + 0.25 * np.array(stroke) for stroke in strokes],
        ],
    ),
    checks.upstroke: (
        [
            (lambda images: images, "hardly any new ink"),
            (line_from(0, 2, to=(0.0, 3.0), width=1.0), "hardly any new ink"),
            (line_from(6, 6), "to the right of the top"),
            (line_from(-6, -6), "goes up, beyond the top"),
            (line_from(-8, 0), "nearly level"),
            (line_from(-8, 12, to=(-5.0, 9.0)), "doesn't end at the top"),
            (in_one_place, "`find_tops"),
            (line_from(-3, 2), "too short"),
            (line_from(-9, 16), "as long as the stem"),
            (the_line_alone, "has to stay"),
            (lambda images: line_from(-6, 6)(images).roll(2, 3), "has to stay"),
            (lambda images: images + line_from(-6, 6)(images), "more than 1"),
            (lambda images: line_from(-6, 6)(images)[:, 0], "the shape is"),
            (find_tops, "the shape is"),
            (width_as_number, "The width for `draw_line` is a tensor"),
            (without_rows, "needs a start and an end for each image"),
        ],
        [line_from(-6, 6), line_from(-5, 7), line_from(-7, 5, width=1.5)],
    ),
}


def test_naive_resize_keeps_the_place():
    small = np.zeros((280, 280), np.uint8)
    small[30:80, 40:60] = 255
    shrunk = draw_a_digit.naive_resize(small)
    assert shrunk[3:8, 4:6].min() > 200 and not shrunk[10:].any() and not shrunk[:, 8:].any()


@pytest.mark.parametrize("size, corner, box", [
    (280, False, (0, 280)), (100, False, (90, 190)), (100, True, (0, 100)), (280, True, (0, 280)),
])  # fmt: skip
def test_on_pad(size, corner, box):
    pad = draw_a_digit.on_pad(torch.full((28, 28), 255, dtype=torch.uint8), size, corner)
    rows, columns = (np.flatnonzero(pad.any(axis)) for axis in (1, 0))
    assert pad.shape == (280, 280) and pad.dtype == np.uint8
    for lines in (rows, columns):
        assert (lines[0], lines[-1] + 1) == box and len(lines) == size


def test_stroke_weights_and_their_figure(splits):
    line = np.zeros((1, 28, 28), np.uint8)
    line[0, 4:24, 12:15] = 255  # 20 long, 3 wide
    assert draw_a_digit.stroke_weights(line)[0] == pytest.approx(3, abs=0.4)
    weights = draw_a_digit.stroke_weights(splits[1].images[:300])
    ours = draw_a_digit.stroke_weights([frame_strokes([[(0.1, 0.1), (0.3, 0.1), (0.2, 0.3)]])])[0]
    assert np.median(weights) == pytest.approx(ours, abs=0.2)  # as the lesson says: in the middle
    figure = draw_a_digit.plot_stroke_weights(weights, ours)
    assert "dotted line at 1.7" in figure.get_label() and "300 MNIST images" in figure.get_label()
    low, high = figure.axes[0].get_xlim()
    assert low < min(weights) and max(weights) < high


def test_find_tops():
    tops, feet = torch.tensor([[15.0, 4.0], [10.0, 6.0]]), torch.tensor([[15.0, 20.0], [9.0, 22.0]])
    images = draw_line(torch.zeros(2, 1, 28, 28), tops, feet, torch.tensor([2.0, 2.0]))
    assert (find_tops(images) - tops).abs().max() <= 1


def press(button, times=1):
    for _ in range(times):
        button.click()


def test_dictation_asks_for_each_digit_twice_in_the_same_order():
    dictation = Dictation()
    assert sorted(dictation.asked) == sorted([*range(10)] * 2) == sorted(Dictation(1).asked)
    assert dictation.asked == Dictation().asked != Dictation(1).asked
    assert repr(dictation) == "Dictation: 0 of 20 drawn"


def test_dictation_keeps_what_is_drawn():
    dictation, line = Dictation(), [[(0.5, 0.2), (0.5, 0.8)]]
    images, digits = dictation.results()
    assert images.shape == (0, 28, 28) and digits.shape == (0,) and dictation.back_button.disabled
    press(dictation.next_button)
    assert dictation.prompt.value.startswith("The pad is empty. Draw <b>a")
    for count in range(20):
        assert f" {dictation.asked[count]}</b> ({count + 1} of 20)" in dictation.prompt.value
        dictation.pad.strokes = line
        press(dictation.next_button)
        assert dictation.pad.strokes == []
    assert dictation.next_button.disabled and "last one" in dictation.prompt.value
    images, digits = dictation.results()
    assert images.dtype == torch.uint8 and digits.tolist() == dictation.asked
    assert (images == torch.tensor(frame_strokes(line))).all() and len(images) == 20


def test_the_last_drawing_comes_back_to_be_drawn_anew():
    dictation, first, second = Dictation(), [[[0.5, 0.2], [0.5, 0.8]]], [[[0.2, 0.5], [0.8, 0.5]]]
    for strokes in (first, second):
        dictation.pad.strokes = strokes
        press(dictation.next_button)
    press(dictation.back_button)
    assert dictation.pad.strokes == second and "(2 of 20)" in dictation.prompt.value
    assert dictation.results()[1].tolist() == dictation.asked[:1]
    press(dictation.back_button)
    assert dictation.pad.strokes == first and dictation.back_button.disabled
    press(dictation.next_button)
    assert dictation.drawings == [first]


def test_the_drawings_and_what_was_misread(first):
    examples = first(7)
    answers = examples.digits.clone()
    assert draw_a_digit.plot_read(examples.images, examples.digits, answers).get_label() == (
        "7 drawings. Misread: none.")
    answers[3] = (answers[3] + 1) % 10
    figure = draw_a_digit.plot_read(examples.images, examples.digits, answers)
    title = f"{examples.digits[3]}, read as {answers[3]}"
    assert figure.get_label() == f"7 drawings. Misread: {title}."
    assert [ax.get_title() for ax in figure.axes][3] == title

    table = pd.DataFrame(np.diag([2] * 10))
    assert draw_a_digit.most_misread(table) == "All were read as what was asked for."
    table.loc[1, 7], table.loc[8, 9], table.loc[3, 8] = 2, 2, 1
    assert draw_a_digit.most_misread(table) == "Misread most often (2): a 1 as a 7, an 8 as a 9."
