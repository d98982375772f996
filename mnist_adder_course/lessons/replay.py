"""One image, epoch by epoch: what the networks of a training run said of it."""

from __future__ import annotations

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from mnist_adder_lib.drawing import DigitPad
from mnist_adder_lib.drawing.sentences import percent
from mnist_adder_lib.plots import BLUE, GREEN, GREY, ORANGE, draw_image, in_style, labelled

from ..notebook.display import Picture


@in_style
def plot_replay(image, probabilities, epoch: int, digit: int | None = None) -> Figure:
    """What the network of each epoch says of one image: all digits at one epoch, some over all.

    image: uint8 (28, 28); probabilities: for each epoch, from 0 (untrained), those of the ten
    digits; epoch: which one the bars show; digit: the true one, if it is known.
    """
    curves = np.stack([np.asarray(row) for row in probabilities])
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(5.5, 2.4), width_ratios=(3, 3, 6))
    draw_image(left, image, "" if digit is None else f"a {digit}", black=0, white=255)
    colours = _colours(curves, digit)
    middle.barh(range(10), curves[epoch], color=colours)
    middle.set(yticks=range(10), ylim=(9.6, -0.6), xlim=(0, 1), xticks=(0, 1),
               title="untrained" if epoch == 0 else f"epoch {epoch}")
    for which in reversed(range(10)):
        named = colours[which] != GREY
        right.plot(curves[:, which], "o-", color=colours[which], linewidth=1.5 if named else 0.7,
                   markersize=4 if named else 2, zorder=3 if named else 2,
                   label=which if named else None)
    right.axvline(epoch, color=GREY, linestyle=":")
    right.set(xlabel="epoch", ylabel="probability", ylim=(-0.03, 1.03))
    right.set_xlim(-0.5, max(1, len(curves) - 1) + 0.5)
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(loc="upper left", bbox_to_anchor=(1, 1), handlelength=1)
    return labelled(figure, _replay_in_words(curves, epoch, digit))


def _colours(curves, digit: int | None) -> list[str]:
    """Blue for the true digit, or else the last answer; its rivals in orange and green."""
    main = int(curves[-1].argmax()) if digit is None else digit
    highest = curves[1:].max(axis=0, initial=0)  # without the untrained network's
    highest[main] = 0
    first, second = np.argsort(-highest, kind="stable")[:2]
    colours = [GREY] * 10
    colours[main], colours[first] = BLUE, ORANGE
    if highest[second] > 0.2:
        colours[second] = GREEN
    return colours


def _replay_in_words(curves, epoch: int, digit: int | None) -> str:
    answers = [f"{row.argmax()} ({percent(row.max())})" for row in curves]
    label = "" if digit is None else f" The label is {digit}."
    return (f"After epoch {epoch} the network answers {answers[epoch]}.{label} Its answers from "
            f"epoch 0, untrained, to epoch {len(answers) - 1}: {', '.join(answers)}.")


WRAPPED = dict(flex_flow="row wrap", align_items="center", max_width="100%")
BESIDE = dict(flex="1 1 300px", min_width="0", max_width="100%")


class Replay(ipywidgets.HBox):
    """A pad, a slider through the epochs, and what the network of each epoch says.

    replay: a function of a uint8 (28, 28) image that gives, for each epoch from 0 (untrained), the
    probabilities of the ten digits; image: what is shown while the pad is empty.
    """

    needs_python = ("a pad and a slider. Draw a digit, and see what the network said of it after "
                    "each epoch.")

    def __init__(self, replay, image):
        self.replay, self.image = replay, np.asarray(image)
        self.pad = DigitPad(layout=ipywidgets.Layout(flex="none", width="330px", max_width="100%"))
        self.figure = ipywidgets.HTML()
        self._look()
        last = len(self.probabilities) - 1
        self.slider = ipywidgets.IntSlider(last, 0, last, description="epoch")
        play = ipywidgets.Play(min=0, max=last, value=last, interval=500)
        ipywidgets.jslink((play, "value"), (self.slider, "value"))
        controls = ipywidgets.HBox([play, self.slider], layout=WRAPPED)
        beside = ipywidgets.VBox([self.figure, controls], layout=BESIDE)
        super().__init__([self.pad, beside], layout=WRAPPED)
        self.pad.observe(self._look, ["strokes", "background"])
        self.slider.observe(self._show, "value")
        self._show()

    def _look(self, _change=None) -> None:
        """Ask all networks about the drawing, or about the image while there is none."""
        drawn = self.pad.framed()
        self.seen = drawn if drawn.any() else self.image
        self.probabilities = self.replay(self.seen)
        if _change:
            self._show()

    def _show(self, _change=None) -> None:
        figure = plot_replay(self.seen, self.probabilities, self.slider.value)
        self.figure.value = Picture(figure).as_html()

    def __repr__(self):
        return "Replay()"
