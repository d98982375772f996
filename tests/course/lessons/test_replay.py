"""One image, epoch by epoch: the figure and the panel."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from mnist_adder_course.lessons.replay import Replay, plot_replay
from mnist_adder_lib import IdentityAdderModel, predict
from mnist_adder_lib.plots import BLUE, GREEN, GREY, ORANGE


def probabilities(*rows):
    return [torch.tensor(row) / sum(row) for row in rows]


THREE = probabilities([1.0] * 10, [0.0, 0, 0, 0, 6, 0, 0, 0, 0, 4],
                      [0.0, 0, 0, 0, 2, 0, 0, 0, 0, 8])
IMAGE = np.full((28, 28), 200, np.uint8)


@pytest.mark.parametrize("digit, colours", [
    (None, {"9": BLUE, "4": ORANGE}),
    (4, {"4": BLUE, "9": ORANGE}),
    (0, {"0": BLUE, "9": ORANGE, "4": GREEN}),
])
def test_a_replay_shows_one_epoch_in_bars_and_all_in_curves(digit, colours):
    _, bars, curves = plot_replay(IMAGE, THREE, 1, digit).axes
    widths = [bar.get_width() for bar in bars.patches]
    assert widths == pytest.approx([0, 0, 0, 0, 0.6, 0, 0, 0, 0, 0.4])
    lines = {line.get_label(): line for line in curves.lines if not line.get_label()[0] == "_"}
    assert {name: line.get_color() for name, line in lines.items()} == colours
    assert lines["9"].get_ydata() == pytest.approx([0.1, 0.4, 0.8])
    grey = [line for line in curves.lines if line.get_color() == GREY]
    assert len(grey) == 10 - len(colours) + 1  # and the line of the epoch
    assert bars.patches[4].get_facecolor() == to_rgba(colours["4"])


def test_a_replay_in_words():
    rows = [*THREE[:2], torch.eye(10)[9]]
    label = plot_replay(IMAGE, rows, 1, 9).get_label()
    assert label == ("After epoch 1 the network answers 4 (60%). The label is 9. Its answers from "
                     "epoch 0, untrained, to epoch 2: 0 (10%), 4 (60%), 9 (over 99%).")


@pytest.mark.parametrize("epochs", [0, 2])
def test_the_learners_own_drawing_is_replayed(epochs):
    networks, asked = [IdentityAdderModel() for _ in range(epochs + 1)], []

    def replay(image):
        asked.append(image)
        return [predict(network, image, 0).digit_probabilities for network in networks]

    panel = Replay(replay, IMAGE)
    assert panel.slider.max == panel.slider.value == epochs and repr(panel) == "Replay()"
    assert panel.seen is not asked[0] or np.array_equal(asked[0], IMAGE)
    first = panel.figure.value
    assert 'src="data:image/png;base64,' in first and f"After epoch {epochs} " in first

    panel.pad.strokes = [[[0.5, 0.2], [0.5, 0.8]]]
    assert len(asked) == 2 and asked[1].shape == (28, 28) and not np.array_equal(asked[1], IMAGE)
    assert panel.figure.value != first
    if epochs:
        drawn = panel.figure.value
        panel.slider.value = 0
        assert len(asked) == 2 and panel.figure.value != drawn  # no network is asked again
        assert "After epoch 0 " in panel.figure.value
        panel.slider.value = epochs
    panel.pad.clear()
    assert panel.figure.value == first
