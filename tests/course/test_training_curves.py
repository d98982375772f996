"""Training curves: the answers to its exercises, its figures."""


import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from matplotlib.colors import to_rgba

from mnist_adder_lib import IdentityAdderModel, predict
from mnist_adder_lib.course import training_curves
from mnist_adder_lib.course.figures import BLUE, GREEN, GREY, ORANGE
from mnist_adder_lib.course.training_curves import Replay, checks

CE = F.cross_entropy


def picked(logits, classes):
    return -logits.log_softmax(1).gather(1, classes[:, None]).mean()


def by_hand(reduce=lambda p: -p.log().mean(), dim=1, softmax=True, places=None):
    """A weighted loss without F.cross_entropy, right or with a mistake."""

    def one(logits, classes):
        probabilities = logits.softmax(dim) if softmax else logits
        rows = range(places or len(classes))
        return reduce(probabilities[rows, classes])

    return lambda x, y, d, t, w: one(x, d) + w * one(y, t)


def step(before=True, inside=False, move_inside=False, share=True, between=False, move=True,
         plain=True, mean=True):
    """A step in parts, right or with its mistakes."""

    def step_in_parts(model, optimizer, parts):
        losses = []
        if before:
            optimizer.zero_grad()
        for images, numbers, digits, totals in parts:
            if inside:
                optimizer.zero_grad()
            x, y = model(images, numbers)
            loss = CE(x, digits) + CE(y, totals)
            (loss / len(parts) if share else loss).backward()
            losses.append(loss.item() if plain else loss)
            if move_inside:
                optimizer.step()
        if between:
            optimizer.zero_grad()
        if move and not move_inside:
            optimizer.step()
        return sum(losses) / len(parts) if mean else sum(losses)

    return step_in_parts


def one_large_batch(model, optimizer, parts):
    """Not the same: batch norm sees all parts at once."""
    images, numbers, digits, totals = (torch.cat(column) for column in zip(*parts))
    return step()(model, optimizer, [(images, numbers, digits, totals)])


def step_that_forgets_last(model, optimizer, parts):
    logits = [(model(images, numbers), targets) for images, numbers, *targets in parts]
    loss = sum(CE(x, y) for pair in logits for x, y in zip(*pair)) / len(parts)
    loss.backward()
    optimizer.step()
    model.zero_grad()
    return loss.detach()


def lowest(rates, losses):
    return losses.index(min(losses))


def stop(losses, patience, count=1, best=True):
    """Where early stopping stops, or the best epoch until then, counted from `count`."""
    lowest = waited = place = 0
    for place, loss in enumerate(losses):
        waited += 1
        if loss < losses[lowest] or place == 0:
            lowest, waited = place, 0
        if waited == patience:
            break
    return (lowest if best else place) + count


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.weighted_loss: (
        [
            (lambda x, y, d, t, w: CE(x, d), "the digit's loss alone"),
            (lambda x, y, d, t, w: CE(x, d) + CE(y, t), "weight is nowhere"),
            (lambda x, y, d, t, w: w * CE(x, d) + CE(y, t), "Yours has it at the digit"),
            (lambda x, y, d, t, w: w * (CE(x, d) + CE(y, t)), "Yours has it at both"),
            (lambda x, y, d, t, w: CE(x.softmax(1), d) + w * CE(y.softmax(1), t), "Softmax twice"),
            (lambda x, y, d, t, w: len(d) * (CE(x, d) + w * CE(y, t)), "Average over the examples"),
            (lambda x, y, d, t, w: (CE(x, d) + w * CE(y, t)) / len(d), "averaged already"),
            (lambda x, y, d, t, w: CE(x, d).item() + w * CE(y, t).item(), "cut off from the log"),
            (lambda x, y, d, t, w: CE(x, d, reduction="none") + w * CE(y, t), "one number"),
            (lambda x, y, d, t, w: CE(x, d) * CE(y, t), "it should give"),
            (lambda x, y, d, t, w: CE(d, x) + w * CE(t, y), "changed places"),
            (lambda x, y, d, t, w: CE(x, t) + w * CE(y, d), "Yours are crossed"),
            (by_hand(places=128), "a batch of 128 only"),
            (by_hand(lambda p: p.log().mean()), "a minus is missing"),
            (by_hand(lambda p: -p.log().sum()), "Average over the examples"),
            (by_hand(lambda p: -p.mean().log()), "First the logarithm of each"),
            (by_hand(lambda p: -p.mean()), "The logarithm is missing"),
            (by_hand(dim=0), "dim=1"),
            (by_hand(softmax=False), "That is nan"),
            (lambda x, y, d, t, w: -x.log_softmax(1).mean() - w * y.log_softmax(1).mean(),
             "Only the true class counts"),
        ],
        [
            by_hand(),
            lambda x, y, d, t, w: CE(x, d) + w * CE(y, t),
            lambda x, y, d, t, w: picked(x, d) + w * picked(y, t),
        ],
    ),
    checks.step_in_parts: (
        [
            (step(move=False), "don't move"),
            (step(between=True), "don't move"),
            (step(before=False, inside=True), "The last part alone counts"),
            (step(inside=True), "The last part alone counts"),
            (step(move_inside=True), "several small steps"),
            (step(before=False, move_inside=True), "several small steps"),
            (step(inside=True, move_inside=True), "a whole step for each part"),
            (step(inside=True, move_inside=True, share=False), "a whole step for each part"),
            (step(share=False), "The step is too long"),
            (step(before=False), "The first step is right"),
            (step(before=False, share=False), "The step is too long"),
            (step(move_inside=True, share=False), "several small steps"),
            (step(mean=False), "not their sum"),
            (step(plain=False), "holds on to the whole calculation"),
            (one_large_batch, "not down the gradient"),
            (lambda *batch: step()(*batch) / 2, "it should give|divided once too often"),
        ],
        [step(), step_that_forgets_last],
    ),
    checks.choose_rate: (
        [
            (lambda r, x: r[lowest(r, x)], "take a tenth"),
            (lambda r, x: min(x), "That is a loss"),
            (lambda r, x: min(x) / 10, "a tenth of the loss"),
            (lowest, "place in the list"),
            (lambda r, x: lowest(r, x) / 10, "place in the list"),
            (lambda r, x: r[x.index(max(x))] / 10, "highest"),
            (lambda r, x: r[0], "it should give"),
            (lambda r, x: max(r) / 10, "highest"),
            (lambda r, x: min(r) / 10, "smallest rate"),
            (lambda r, x: r[lowest(r, x) // 10], "not in the list"),
        ],
        [
            lambda r, x: r[lowest(r, x)] / 10,
            lambda r, x: 0.1 * min(zip(x, r))[1],
        ],
    ),
    checks.best_epoch: (
        [
            (lambda x, p: stop(x, p, count=0), "Python counts from 0"),
            (lambda x, p: stop(x, p, best=False), "where training stops\\. Asked"),
            (lambda x, p: stop(x, p, count=0, best=False), "counted from 0. Asked"),
            (lambda x, p: x.index(min(x)) + 1, "too late"),
            (lambda x, p: x.index(min(x)), "counted from 0; but"),
            (lambda x, p: min(x), "it should give"),
            (lambda x, p: x[stop(x, p) - 1], "That is a loss"),
            (lambda x, p: x.index(max(x)) + 1, "not the highest"),
            (lambda x, p: len(x), "the last epoch"),
            (lambda x, p: stop(x, 1), "Patience waits"),
            (lambda x, p: stop(x, p - 1), "too early|Patience waits"),
            (lambda x, p: stop(x, p + 1), "too late"),
        ],
        [
            lambda x, p: stop(x, p),
            lambda x, p: torch.tensor(stop(x, p)),
        ],
    ),
}

TABLE = pd.DataFrame({"training accuracy": [50.0, 90.0], "test accuracy": [95.0, 97.5]},
                     index=pd.RangeIndex(1, 3, name="epoch"))


def probabilities(*rows):
    return [torch.tensor(row) / sum(row) for row in rows]


THREE = probabilities([1.0] * 10, [0.0, 0, 0, 0, 6, 0, 0, 0, 0, 4],
                      [0.0, 0, 0, 0, 2, 0, 0, 0, 0, 8])
IMAGE = np.full((28, 28), 200, np.uint8)


def test_the_range_test_shows_the_chosen_rate():
    ax = training_curves.plot_range_test([0.01, 0.1, 1.0], [5.0, 2.0, 9.0], chosen=0.1).axes[0]
    assert ax.get_xscale() == "log"
    assert list(ax.lines[0].get_ydata()) == [5, 2, 9] and set(ax.lines[1].get_xdata()) == {0.1}


def test_two_short_trainings():
    figure = training_curves.plot_losses({"with": [5.0, 1.0], "without": [5.0, 9.0]})
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[5, 1], [5, 9]]
    assert figure.get_label().endswith("with it goes from 5.0 to 1; without it goes from 5.0 to 9.")


def test_accuracies_over_epochs():
    figure = training_curves.plot_accuracies(TABLE)
    training, test = figure.axes[0].lines
    assert list(training.get_xdata()) == [1, 2] and list(test.get_ydata()) == [95, 97.5]
    label = figure.get_label()
    assert label.endswith("in epoch 2: training accuracy 90.00%, test accuracy 97.50%.")


def test_no_epoch_was_finished():
    figure = training_curves.plot_accuracies(TABLE[:0])
    assert "no epoch was finished" in figure.axes[0].texts[0].get_text()
    assert "no epoch was finished" in figure.get_label()


@pytest.mark.parametrize("digit, colours", [
    (None, {"9": BLUE, "4": ORANGE}),
    (4, {"4": BLUE, "9": ORANGE}),
    (0, {"0": BLUE, "9": ORANGE, "4": GREEN}),
])
def test_a_replay_shows_one_epoch_in_bars_and_all_in_curves(digit, colours):
    _, bars, curves = training_curves.plot_replay(IMAGE, THREE, 1, digit).axes
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
    label = training_curves.plot_replay(IMAGE, rows, 1, 9).get_label()
    assert label == ("After epoch 1 the network answers 4 (60%). The label is 9. Its answers from "
                     "epoch 0, untrained, to epoch 2: 0 (10%), 4 (60%), 9 (over 99%).")


def test_a_replay_of_the_untrained_network_alone():
    _, bars, curves = training_curves.plot_replay(IMAGE, THREE[:1], 0).axes
    assert bars.get_title() == "untrained" and len(curves.lines) == 11


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
