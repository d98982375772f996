"""Learning by hand: its figures and what it measures."""


import pytest
import torch

from mnist_adder_course.lessons import learning_by_hand


def test_the_line_is_as_steep_as_the_curve_at_the_ball():
    for w in (-0.5, 1.0, 3.0, 5.0):
        _, line, ball, dots = learning_by_hand.plot_ball([0.0, w]).axes[0].lines
        (x0, x1), (y0, y1) = line.get_data()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(8 * w - 24)
        assert ball.get_xydata().tolist() == [[w, (2 * w - 6) ** 2]]
        assert dots.get_xdata().tolist() == [0, w]


def test_a_ball_off_the_picture_leaves_an_arrow_on_its_side():
    for w, side in [(-2.0, "<"), (9.5, ">")]:
        figure = learning_by_hand.plot_ball([1.0, w])
        _, arrow, _ = figure.axes[0].lines
        low, high = figure.axes[0].get_xlim()
        assert arrow.get_marker() == side and low < arrow.get_xdata()[0] < high
        assert f"w = {w:g}, slope {8 * w - 24:g}" in figure.get_label()


def test_the_valley_shows_the_path_and_where_it_ends():
    figure = learning_by_hand.plot_valley(lambda w: w[0] ** 2 + w[1] ** 2, [[0, 1], [0.5, -0.25]])
    path = figure.axes[0].lines[0]
    assert path.get_xdata().tolist() == [0, 0.5] and path.get_ydata().tolist() == [1, -0.25]
    assert "after 1 steps ends at (0.50, -0.25), where it is 0.312" in figure.get_label()


def test_two_digits_are_picked_and_labelled():
    images = torch.arange(5 * 784).remainder(256).to(torch.uint8).view(5, 28, 28)
    digits = torch.tensor([7, 1, 3, 3, 9])
    picked, labels = learning_by_hand.threes_and_sevens(images, digits)
    assert labels.tolist() == [1, -1, -1] and torch.equal(picked * 255, images[[0, 2, 3]].double())
    _, labels = learning_by_hand.threes_and_sevens(images, digits, three=9, seven=1)
    assert labels.tolist() == [1, -1]
    with pytest.raises(ValueError, match="no images of a 4"):
        learning_by_hand.threes_and_sevens(images, digits, three=4, seven=9)
    with pytest.raises(ValueError, match="two different digits"):
        learning_by_hand.threes_and_sevens(images, digits, three=9, seven=9)
