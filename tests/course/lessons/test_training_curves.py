"""Training curves: what its run returns; its broken runs, and that without the mistake they are
sound."""

import math
import signal

import pytest
import torch

from mnist_adder_course.lessons import training_curves
from mnist_adder_lib import IdentityAdderModel
from mnist_adder_lib.history import History


@pytest.mark.parametrize("epochs, stop_after", [(2, None), (3, 1)])
def test_a_run_keeps_the_weights_of_each_epoch_also_if_it_is_stopped(
        epochs, stop_after, first, monkeypatch, capsys):
    calls = []

    def draw(history):
        calls.append(len(history.validation_loss))
        if len(calls) == stop_after:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(training_curves, "live", lambda *_: draw)
    model = IdentityAdderModel()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    history, kept = training_curves.real_run(
        model, optimizer, first(200, split=0), first(100), epochs)
    whole = stop_after or epochs
    assert calls == [*range(1, whole + 1)] and len(kept) == whole + 1
    weights = [weights["digit_head.weight"] for weights in kept]
    assert not any(torch.equal(a, b) for a, b in zip(weights, weights[1:]))
    said = "Stopped after 1 whole epochs" in capsys.readouterr().out
    assert said == (stop_after is not None)
    table = training_curves.by_epoch(history)
    assert list(table.index) == [*range(1, whole + 1)]


def test_the_table_of_epochs_leaves_out_one_that_was_only_begun():
    history = History(train_accuracy=[10.0, 20.0, 30.0, 50.0, 99.0], validation_accuracy=[40, 60],
                      validation_loss=[2, 1], steps_per_epoch=2)
    table = training_curves.by_epoch(history)
    assert table.to_dict("list") == {"training accuracy": [15, 40],
                                     "validation accuracy": [40, 60], "validation loss": [2, 1]}
    assert training_curves.by_epoch(History()).empty


def test_losses_of_a_rate_differ_by_seed_and_are_infinite_where_a_run_diverged(first, monkeypatch):
    losses = training_curves.losses_of(0.1, first(300, split=0), first(100), seeds=2)
    assert len(set(losses)) == 2 and all(0 < loss < 5 for loss in losses)
    monkeypatch.setattr(training_curves, "short_training", lambda *_, **__: ([], [math.nan]))
    assert training_curves.losses_of(0.1, None, None) == 3 * [math.inf]


def test_what_seven_curves_have_beyond_the_scale_are_triangles_that_point_up():
    curves = {name: ([5.0] * 40, [4.0, 9.0]) for name in "ABCDEFG"}
    figure = training_curves.plot_broken(curves)
    assert [ax.axison for ax in figure.axes] == 7 * [True] + [False]
    for ax, name in zip(figure.axes, "ABCDEFG"):
        dots, triangles = ax.lines[-2:]
        assert ax.get_title() == name
        assert (list(dots.get_xdata()), list(dots.get_ydata())) == ([20], [4])
        assert triangles.get_marker() == "^"
        assert (list(triangles.get_xdata()), list(triangles.get_ydata())) == ([40], [7.8])
    diverged = training_curves.plot_broken({"E": ([5.0] * 20, [float("nan")])}).axes[0].lines
    assert [len(line.get_xdata()) for line in diverged[-2:]] == [0, 1]
    assert figure.get_label().endswith(
        "G: training is at its highest at the dashed line and ends at the dashed line; "
        "validation begins below both lines and ends off the top.")


def test_each_cure_is_drawn_to_the_right_of_what_it_cures():
    broken = {name: ([5.0] * 40, [4.0, 9.0]) for name in "ABC"}
    cured = {name: ([1.0] * 40, [2.0, 3.0]) for name in "ABC"}
    figure = training_curves.plot_cures(broken, cured)
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[:6] == ["A", "A, cured", "B", "B, cured", "C", "C, cured"]
    assert [ax.axison for ax in figure.axes] == 6 * [True] + 2 * [False]
    assert [list(line.get_ydata()) for line in figure.axes[0].lines[-2:]] == [[4], [7.8]]
    assert [list(line.get_ydata()) for line in figure.axes[1].lines[-2:]] == [[2, 3], []]
    assert "C, cured: training is at its highest below both lines" in figure.get_label()


@pytest.mark.parametrize("highest, said", [
    (7.9, []), (1234.0, ["up to 1,234"]), (float("inf"), ["without end"]),
    (float("nan"), ["without end"])])
def test_a_panel_says_how_high_a_training_goes_that_is_cut_off(highest, said):
    ill, well = ([5.0, highest, *18 * [5.0]], [4.0]), ([1.0] * 20, [2.0])
    left, right, *_ = training_curves.plot_cures({"D": ill}, {"D": well}).axes
    assert [text.get_text() for text in left.texts] == said and not right.texts


@pytest.mark.thorough
def test_the_broken_trainings_can_be_told_apart(splits, trained):
    """What the check of exercise 3 says of each curve; a training without a mistake as well."""
    curves = {}
    for name in "ABCDEFG":
        torch.manual_seed(0)
        losses, tests = training_curves.broken_training(name, *splits[:2])
        curves[name] = losses, tests, sum(losses[-20:]) / 20
    torch.manual_seed(0)
    _, unbroken = training_curves.short_training(*splits[:2])
    nothing, number = training_curves.NOTHING, training_curves.NUMBER
    losses, tests, end = curves["A"]
    trained("too low", min(losses + tests), above=nothing - 0.2)
    trained("too low", max(losses + tests), below=nothing + 0.8)
    losses, tests, end = curves["B"]
    trained("falls with raw validation images", end, below=2.5)
    trained("validation on raw images", min(tests), above=8)
    losses, tests, end = curves["C"]
    trained("300 by heart", end, below=0.2)
    trained("validation with 300", tests[-1], above=1)
    trained("validation with 300", tests[-1], below=2.5)
    losses, tests, end = curves["D"]
    trained("jumps up", max(losses[:10]), above=7)
    trained("then stays", min(losses[20:]), above=nothing - 0.3)
    trained("and doesn't run away", end, below=9)
    losses, tests, end = curves["E"]
    trained("begins well", min(losses[:10]), below=nothing)
    trained("without end", end, above=30)
    losses, tests, end = curves["F"]
    trained("the number alone", end, above=number - 0.2)
    trained("the number alone", end, below=number + 0.3)
    trained("and validation with it", tests[-1], below=nothing)
    losses, tests, end = curves["G"]
    trained("far too slow", end, above=3.5)
    trained("through the dotted line", tests[-1], below=number - 0.3)
    trained("still falling", end - sum(losses[120:140]) / 20, below=-0.1)
    trained("unbroken", unbroken[-1], below=2)


@pytest.mark.thorough
def test_the_cures_of_overfitting_beat_patience(splits, trained):
    def validation_losses(**change):
        torch.manual_seed(1)
        return training_curves.broken_training("C", *splits[:2], steps=400, **change)[1]

    patience = min(validation_losses())
    for change in (dict(images=2_000), dict(augment=True), dict(convolutions=True)):
        trained(f"with {change}", validation_losses(**change)[-1], below=patience - 0.1)


@pytest.mark.parametrize("curve, cure", [
    ("A", dict(rate=0.1)), ("B", dict(normalise=True)), ("C", dict(images=2_000, augment=True)),
    ("D", dict(rate=0.1)), ("E", dict(clear=True)), ("F", dict(right_labels=True)),
    ("G", dict(rate=0.1))])
def test_without_its_mistake_a_broken_training_is_a_sound_one(curve, cure, splits):
    torch.manual_seed(0)
    broken = training_curves.broken_training(curve, *splits[:2], steps=20)
    torch.manual_seed(0)
    cured = training_curves.broken_training(curve, *splits[:2], steps=20, **cure)
    torch.manual_seed(0)
    assert cured == training_curves.short_training(*splits[:2], steps=20) != broken


@pytest.mark.thorough
@pytest.mark.parametrize("run, cure, most", [
    (run, {change: edge}, {"A": 1.9, "D": 1.9, "G": 3.5, "C": 1.15}[run])
    for (run, change), edges in training_curves.ENOUGH.items()
    for edge in edges if edge < math.inf])
def test_what_the_check_takes_for_a_cure_helps(run, cure, most, splits, trained):
    """At the edges of what it takes, for another seed than the lesson's."""
    torch.manual_seed(1)
    _, measured = training_curves.broken_training(run, *splits[:2], **cure)
    trained(f"{run} with {cure}", measured[-1], below=most)
