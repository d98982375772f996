"""Short runs with a mistake each: their curves, and that without the mistake they are sound."""

import pytest
import torch

from mnist_adder_course.lessons import broken_runs, training_curves


def test_what_seven_curves_have_beyond_the_scale_are_triangles_that_point_up():
    curves = {name: ([5.0] * 40, [4.0, 9.0]) for name in "ABCDEFG"}
    figure = broken_runs.plot_broken(curves)
    assert [ax.axison for ax in figure.axes] == 7 * [True] + [False]
    for ax, name in zip(figure.axes, "ABCDEFG"):
        dots, triangles = ax.lines[-2:]
        assert ax.get_title() == name
        assert (list(dots.get_xdata()), list(dots.get_ydata())) == ([20], [4])
        assert triangles.get_marker() == "^"
        assert (list(triangles.get_xdata()), list(triangles.get_ydata())) == ([40], [7.8])
    diverged = broken_runs.plot_broken({"E": ([5.0] * 20, [float("nan")])}).axes[0].lines
    assert [len(line.get_xdata()) for line in diverged[-2:]] == [0, 1]
    assert figure.get_label().endswith(
        "G: training is at its highest at the dashed line and ends at the dashed line; "
        "validation begins below both lines and ends off the top.")


def test_each_cure_is_drawn_to_the_right_of_what_it_cures():
    broken = {name: ([5.0] * 40, [4.0, 9.0]) for name in "ABC"}
    cured = {name: ([1.0] * 40, [2.0, 3.0]) for name in "ABC"}
    figure = broken_runs.plot_cures(broken, cured)
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
    left, right, *_ = broken_runs.plot_cures({"D": ill}, {"D": well}).axes
    assert [text.get_text() for text in left.texts] == said and not right.texts


@pytest.mark.thorough
def test_the_broken_trainings_can_be_told_apart(splits, trained):
    """What the check of exercise 3 says of each curve; a training without a mistake as well."""
    curves = {}
    for name in "ABCDEFG":
        torch.manual_seed(0)
        losses, tests = broken_runs.broken_training(name, *splits[:2])
        curves[name] = losses, tests, sum(losses[-20:]) / 20
    torch.manual_seed(0)
    _, unbroken = broken_runs.short_training(*splits[:2])
    nothing, number = broken_runs.NOTHING, broken_runs.NUMBER
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
        return broken_runs.broken_training("C", *splits[:2], steps=400, **change)[1]

    patience = min(validation_losses())
    for change in (dict(images=2_000), dict(augment=True), dict(convolutions=True)):
        trained(f"with {change}", validation_losses(**change)[-1], below=patience - 0.1)


@pytest.mark.parametrize("curve, cure", [
    ("A", dict(rate=0.1)), ("B", dict(normalise=True)), ("C", dict(images=2_000, augment=True)),
    ("D", dict(rate=0.1)), ("E", dict(clear=True)), ("F", dict(right_labels=True)),
    ("G", dict(rate=0.1))])
def test_without_its_mistake_a_broken_training_is_a_sound_one(curve, cure, splits):
    torch.manual_seed(0)
    broken = broken_runs.broken_training(curve, *splits[:2], steps=20)
    torch.manual_seed(0)
    cured = broken_runs.broken_training(curve, *splits[:2], steps=20, **cure)
    torch.manual_seed(0)
    assert cured == broken_runs.short_training(*splits[:2], steps=20) != broken


@pytest.mark.thorough
@pytest.mark.parametrize("run, cure, most", [
    *((run, dict(rate=rate), 3.5) for run in "ADG" for rate in training_curves.ENOUGH["rate"]),
    ("C", dict(images=training_curves.ENOUGH["images"][0]), 1.15)])
def test_what_the_check_takes_for_a_cure_helps(run, cure, most, splits, trained):
    """At the edges of what it takes, for another seed than the lesson's."""
    torch.manual_seed(1)
    _, measured = broken_runs.broken_training(run, *splits[:2], **cure)
    trained(f"{run} with {cure}", measured[-1], below=most)
