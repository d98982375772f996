"""The pad that keeps what is drawn on it."""

import numpy as np
import pytest

from mnist_adder_course.widgets.own_digits import OwnDigits
from mnist_adder_lib.drawing import frame_strokes
from mnist_adder_lib.shared import SEVEN

FEW = "at least 20 digits, two of each: so far there are 0"


def draw(own, strokes=SEVEN):
    own.panel.strokes = strokes
    own.keep.click()


def test_it_keeps_what_is_drawn(tmp_path):
    own = OwnDigits(tmp_path / "mine.npy")
    assert own.keep.description == "Keep it as a 0" and own.back.disabled
    own.keep.click()  # an empty pad
    assert not len(own.images)
    draw(own)
    assert own.keep.description == "Keep it as a 1" and not own.panel.strokes
    assert own.kept.value == "Kept so far: 1"
    assert (own.images == frame_strokes(SEVEN)).all() and own.images.shape == (1, 28, 28)
    again = OwnDigits(tmp_path / "mine.npy")  # after a restart
    assert (again.images == own.images).all() and again.keep.description == "Keep it as a 1"
    again.back.click()
    assert not len(again.images) and again.back.disabled
    assert not len(OwnDigits(tmp_path / "mine.npy").images)


def test_halves_are_rounds(tmp_path):
    np.save(tmp_path / "mine.npy", np.arange(35, dtype=np.uint8)[:, None, None]
            * np.ones((28, 28), np.uint8))
    own = OwnDigits(tmp_path / "mine.npy")
    first, second = own.halves()
    assert first.images[:, 0, 0].tolist() == [*range(10), *range(20, 30)]
    assert second.images[:, 0, 0].tolist() == [*range(10, 20), *range(30, 35)]
    assert first.digits.tolist() == 2 * [*range(10)]
    assert second.digits.tolist() == [*range(10), *range(5)]
    assert len(set(first.numbers.tolist())) > 5
    for before, again in zip((first, second), own.halves()):  # the same examples each time
        assert before.numbers.tolist() == again.numbers.tolist()


def test_what_cannot_be_used(tmp_path):
    with pytest.raises(ValueError, match=FEW):
        OwnDigits(tmp_path / "mine.npy").halves()
    (tmp_path / "mine.npy").write_text("nothing")
    with pytest.raises(ValueError, match="mine.npy doesn't hold drawn digits"):
        OwnDigits(tmp_path / "mine.npy")
    np.save(tmp_path / "mine.npy", np.zeros((3, 28, 27), np.uint8))
    with pytest.raises(ValueError, match="mine.npy doesn't hold drawn digits"):
        OwnDigits(tmp_path / "mine.npy")
