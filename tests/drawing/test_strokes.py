"""Strokes become MNIST's 28x28 the same way however drawn, and nothing drawn breaks it."""

import numpy as np
import pytest
from drawn import moved, resample, similarity
from hypothesis import given
from hypothesis import strategies as st
from lab import DIGITS
from scipy import ndimage

from mnist_adder_lib import load_pretrained, predict
from mnist_adder_lib.drawing.strokes import PEN, bend, frame_strokes, has_tap, render_strokes

digits = st.integers(0, 9)
places = st.floats(0, 1)
points = st.tuples(places, places)
strokes_on_pad = st.lists(st.lists(points, max_size=5), max_size=4)
anywhere = st.tuples(st.floats(-2, 3), st.floats(-2, 3))


@given(digits, st.floats(0.12, 1.1), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_size_and_place_change_nothing(digit, fill, right, down):
    room = 0.5 - 0.33 * fill  # so that all of it stays on the pad
    drawn = moved(DIGITS[digit], fill, (0.5 + right * room, 0.5 + down * room))
    difference = frame_strokes(drawn).astype(int) - frame_strokes(DIGITS[digit])
    assert np.abs(difference).max() <= 1


@given(strokes_on_pad)
def test_order_and_direction_change_nothing(strokes):
    turned = [stroke[::-1] for stroke in strokes[::-1]]
    difference = frame_strokes(strokes).astype(int) - frame_strokes(turned)
    assert np.abs(difference).max() <= 1


@given(st.lists(st.lists(anywhere, max_size=6), max_size=5))
def test_no_strokes_raise_and_ink_is_where_the_pad_shows_it(strokes):
    framed = frame_strokes(strokes)
    assert framed.shape == (28, 28) and framed.dtype == np.uint8
    if render_strokes(strokes, pen=0.01).max() > 200:
        assert framed.max() > 100
    if framed.any():
        assert render_strokes(strokes).any()


def test_against_a_plain_loop():
    """Every pixel of a seven by the formula itself: the distance to the nearest of 10,000 dots."""
    seven = np.array([(4.0, 3.0), (17.0, 3.0), (9.0, 21.0)])  # 18 high, as framed
    seven += (3.5, 2)  # in the middle
    dots = np.concatenate([np.linspace(*pair, 5_000) for pair in zip(seven, seven[1:])])
    ink = np.zeros((28, 28))
    for _ in range(2):
        for row, column in np.ndindex(28, 28):
            nearest = np.sqrt(((dots - (column, row)) ** 2).sum(axis=1).min())
            ink[row, column] = min(1, max(0, 2 / 2 - nearest + 0.5))
        dots += 14 - np.array(ndimage.center_of_mass(ink))[::-1]
    difference = frame_strokes([seven / 40]).astype(int) - 255 * ink
    assert np.abs(difference).max() < 1.5


@pytest.mark.parametrize("digit", range(10))
def test_slow_and_fast_hands_give_the_same(digit):
    usual = frame_strokes(DIGITS[digit])
    for count, most in [(500, 30), (2000, 25), (10_000, 25)]:
        difference = frame_strokes(resample(DIGITS[digit], count)).astype(int) - usual
        assert np.abs(difference).max() < most  # of 255, at a corner that was cut
    assert similarity(frame_strokes(resample(DIGITS[digit], 20)), usual) > 0.95


@pytest.mark.parametrize("blank", [[], [[]], [[], []], np.zeros((0, 5, 2)), [[(2, 2)]],
                                   [[(-1, 0.5), (-0.1, 0.7)]]])
def test_blank_stays_blank(blank):
    assert not frame_strokes(blank).any() and not render_strokes(blank).any()
    assert not has_tap(blank)


def test_a_dot_stays_small():
    tap = frame_strokes([[(0.9, 0.1)]])
    shaky = frame_strokes([[(0.9, 0.1), (0.91, 0.105), (0.9, 0.11)]])
    for dot in (tap, shaky):
        assert dot.max() == 255 and 2 < (dot / 255).sum() < 15 and (dot > 0).sum() <= 25
        assert np.allclose(ndimage.center_of_mass(dot), 14, atol=0.1)
    line = frame_strokes([[(0.5, 0.5), (0.5, 0.5 + PEN)]])
    assert (line / 255).sum() > 35  # as long as the pen is wide: a small 1


@given(digits, points)
def test_a_tap_beside_a_digit_changes_nothing(digit, tap):
    usual, tapped = frame_strokes(DIGITS[digit]), frame_strokes([*DIGITS[digit], [tap]])
    is_left_out = has_tap([*DIGITS[digit], [tap]])
    assert is_left_out == has_tap([[tap], *DIGITS[digit]])
    if not (0.1 < tap[0] < 0.9 and 0.05 < tap[1] < 0.95):
        assert is_left_out
    if is_left_out:
        assert np.array_equal(usual, tapped)
    else:
        assert similarity(usual, tapped) > 0.5  # a dot in it, or the digit a bit larger


def test_a_stroke_ends_at_the_edge_of_the_pad():
    out_and_back = [[(0.3, 0.2), (0.9, 0.2), (1.3, 0.2), (1.3, 0.8), (0.9, 0.8), (0.3, 0.8)]]
    two_bars = [[(0.3, 0.2), (1, 0.2)], [(1, 0.8), (0.3, 0.8)]]
    assert np.array_equal(frame_strokes(out_and_back), frame_strokes(two_bars))
    across = [[(0.5, -3), (0.5, 4)]]  # all of its points are off the pad, the line is on it
    assert np.array_equal(frame_strokes(across), frame_strokes([[(0.5, 0), (0.5, 1)]]))
    assert np.array_equal(frame_strokes([[(1, 0), (1, 1)]]), frame_strokes([[(0, 0), (0, 1)]]))


@pytest.mark.parametrize("strokes", [
    [[(np.nan, 0.5)]], [[(0.5, np.inf)]], [[(10**400, 1)]],
    [(0.5, 0.5)], [[0.5]], [[(0.5,)]], [[(1, 2, 3)]], [["ab"]], ["ab"], [[(0.1, 0.2), (0.3,)]],
    [[(None, 0.5)]], 7, None, [7], [None], [[(0.1, 0.2j)]],
])  # fmt: skip
def test_what_are_no_strokes_is_refused_with_a_reason(strokes):
    for function in (frame_strokes, render_strokes):
        with pytest.raises(ValueError, match="points .x, y.: two numbers between 0 and 1"):
            function(strokes)


@pytest.mark.parametrize("digit", range(10))
def test_the_network_reads_them(digit):
    assert predict(load_pretrained(), frame_strokes(DIGITS[digit]), 0).digit == digit


def slashed_zero(width, lean, angle, reach):
    """A zero with a slash, as two strokes on the pad.

    width: as a share of the height; lean: of the zero, in radians; angle: of the slash, in degrees
    from the horizontal; reach: its length, 1 where it ends on the zero's line.
    """
    along = np.linspace(-np.pi / 2, 3 * np.pi / 2, 40)
    radii = np.array([width, 1]) * 0.32
    turn = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    zero = np.stack([np.cos(along), np.sin(along)], axis=1) * radii @ turn
    up = np.array([np.cos(np.deg2rad(angle)), -np.sin(np.deg2rad(angle))])
    end = reach * up / np.linalg.norm(up / radii)
    return [zero + 0.5, np.stack([-end, end]) + 0.5]


def test_slashed_zeros_are_read():
    zeros = [slashed_zero(width, lean, angle, reach)
             for width, lean in [(0.45, 0), (0.6, 0.2), (0.75, 0), (0.9, -0.1)]
             for angle, reach in [(45, 0.8), (35, 1.0), (50, 1.3), (60, 1.6), (70, 1.9)]]
    model = load_pretrained()
    assert sum(predict(model, frame_strokes(zero), 0).digit == 0 for zero in zeros) >= 17


def test_a_tap_is_a_dot_and_strokes_scale():
    dot = render_strokes([[(0.5, 0.5)]])
    assert dot[140, 140] == 255 and 15 <= (dot[140] > 127).sum() <= 25
    small, large = (render_strokes(DIGITS[8], size).mean() for size in (56, 560))
    assert small == pytest.approx(large, rel=0.1)


def circle(count):
    angles = np.linspace(0, 2 * np.pi, count)
    return 0.5 + 0.3 * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_few_points_are_joined_by_a_curve():
    few, many = circle(10), circle(500)
    bent = bend(few)
    assert np.allclose(bent[::5], few)
    assert abs(np.hypot(*(bent - 0.5).T) - 0.3).max() < 0.01  # straight lines: 0.018
    assert similarity(frame_strokes([few]), frame_strokes([many])) > 0.98
    assert np.array_equal(bend(many), many)


def test_fewer_are_joined_by_straight_lines():
    seven = np.array([(0.3, 0.2), (0.7, 0.2), (0.4, 0.8)])
    assert np.array_equal(bend(seven), seven)
    assert np.array_equal(bend(np.repeat(seven, 5, axis=0)), seven)


def test_a_hairpin_is_not_rounded():
    there = np.stack([np.full(5, 0.5), np.linspace(0.2, 0.8, 5)], axis=1)
    bent = bend(np.concatenate([there, there[::-1]]))
    assert np.ptp(bent[:, 0]) < 1e-9 and bent[:, 1].max() == pytest.approx(0.8)
