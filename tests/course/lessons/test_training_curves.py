"""Training curves: the answers to its exercises, its figures."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from matplotlib.colors import to_rgba
from torch.utils.data import DataLoader

from mnist_adder_course.lessons import training_curves
from mnist_adder_course.lessons.training_curves import Replay, checks
from mnist_adder_lib import IdentityAdderModel, load_pretrained, predict, save_checkpoint
from mnist_adder_lib.plots import BLUE, GREEN, GREY, ORANGE

CE = F.cross_entropy


def compares(model, train, validation, epochs, optimizer=torch.optim.SGD, **options):
    """A training that tests after every epoch, in other words than the solution."""
    stepper = optimizer(model.parameters(), **(options or dict(lr=0.1, momentum=0.9)))
    for _ in range(epochs):
        model.train()
        for inputs, (digits, _) in DataLoader(train, batch_size=64, shuffle=True):
            loss = CE(model(*inputs), torch.where(digits > inputs[1], 1, 0))
            loss.backward()
            stepper.step()
            model.zero_grad()
        model.eval()
        with torch.inference_mode():
            batches = [(model(*inputs), inputs[1], digits)
                       for inputs, (digits, _) in DataLoader(validation, batch_size=290)]
    right = [(x[:, 1] > x[:, 0]) == (digits > numbers) for x, numbers, digits in batches]
    return 100 * torch.cat(right).float().mean()


def step_of_the_model(model, optimizer, parts):
    mean = 0
    model.zero_grad()
    for inputs, targets in parts:
        loss = sum(map(CE, model(*inputs), targets)) / len(parts)
        loss.backward()
        mean += loss.detach()
    optimizer.step()
    return mean


def stop(losses, patience):
    """The best epoch until early stopping stops."""
    lowest = waited = place = 0
    for place, loss in enumerate(losses):
        waited += 1
        if loss < losses[lowest] or place == 0:
            lowest, waited = place, 0
        if waited == patience:
            break
    return lowest + 1


RIGHT = {
    checks.train_larger: [
        compares, lambda *given: compares(*given, torch.optim.AdamW, lr=0.01)],
    checks.step_in_parts: [step_of_the_model],
    checks.mistake_in: [lambda curve: 1 + "DAECFB".index(curve)],
    checks.best_epoch: [stop, lambda losses, patience: torch.tensor(stop(losses, patience))],
}



def probabilities(*rows):
    return [torch.tensor(row) / sum(row) for row in rows]


THREE = probabilities([1.0] * 10, [0.0, 0, 0, 0, 6, 0, 0, 0, 0, 4],
                      [0.0, 0, 0, 0, 2, 0, 0, 0, 0, 8])
IMAGE = np.full((28, 28), 200, np.uint8)


def test_short_trainings():
    figure = training_curves.plot_losses({"0.1": [5.0, 1.0], "1": [5.0, 9.0]})
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[5, 1], [5, 9]]
    assert figure.get_label().endswith("0.1: from 5.0 to 1; 1: from 5.0 to 9.")


def test_six_curves_end_with_tests_that_fit_in():
    curves = {name: ([5.0] * 40, [4.0, 9.0]) for name in "ABCDEF"}
    figure = training_curves.plot_broken(curves)
    for ax, name in zip(figure.axes, "ABCDEF"):
        dots = ax.lines[-1]
        assert ax.get_title() == name
        assert (dots.get_xdata() == [20, 40]).all() and (dots.get_ydata() == [4, 7.8]).all()
    assert figure.get_label().endswith(
        "F: training is at its highest at the dashed line and ends at the dashed line; "
        "validation begins below both lines and ends off the top.")


def test_each_cure_is_drawn_to_the_right_of_what_it_cures():
    broken = {name: ([5.0] * 40, [4.0, 9.0]) for name in "ABC"}
    cured = {name: ([1.0] * 40, [2.0, 3.0]) for name in "ABC"}
    figure = training_curves.plot_cures(broken, cured)
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[:6] == ["A", "A, cured", "B", "B, cured", "C", "C, cured"]
    assert list(figure.axes[0].lines[-1].get_ydata()) == [4, 7.8]
    assert list(figure.axes[1].lines[-1].get_ydata()) == [2, 3]
    assert "C, cured: training is at its highest below both lines" in figure.get_label()


def test_validation_losses_are_told_at_their_lowest_and_at_the_end():
    figure = training_curves.plot_validation({"few": ([5.0] * 60, [2.0, 1.0, 1.5]),
                                              "many": ([5.0] * 60, [2.0, 0.5, 0.4])})
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[2, 1, 1.5], [2, 0.5, 0.4]]
    assert list(figure.axes[0].lines[0].get_xdata()) == [20, 40, 60]
    assert "few: lowest 1.00, at the end 1.50" in figure.get_label()


@pytest.mark.thorough
def test_the_broken_trainings_can_be_told_apart(splits, trained):
    """What the check of exercise 2 says of each curve; a training without a mistake as well."""
    curves = {}
    for name in "ABCDEF":
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
    ("D", dict(rate=0.1)), ("E", dict(clear=True)), ("F", dict(right_labels=True))])
def test_without_its_mistake_a_broken_training_is_a_sound_one(curve, cure, splits):
    torch.manual_seed(0)
    broken = training_curves.broken_training(curve, *splits[:2], steps=20)
    torch.manual_seed(0)
    cured = training_curves.broken_training(curve, *splits[:2], steps=20, **cure)
    torch.manual_seed(0)
    assert cured == training_curves.short_training(*splits[:2], steps=20) != broken


def test_the_learners_network_is_measured_where_there_is_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model = IdentityAdderModel()
    save_checkpoint("my_network.pt", model)
    found = training_curves.load_own_network("my_network.pt")
    assert torch.equal(found.sum_head.weight, model.sum_head.weight) and not found.training
    assert capsys.readouterr().out == "This is your network, from my_network.pt.\n"


@pytest.mark.parametrize("content, says", [
    (None, "There is no my_network.pt here"), (b"no network", "my_network.pt can't be read")])
def test_without_a_network_of_the_learner_the_course_gives_its_own(
        content, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if content:
        (tmp_path / "my_network.pt").write_bytes(content)
    found = training_curves.load_own_network("my_network.pt")
    assert torch.equal(found.sum_head.weight, load_pretrained().sum_head.weight)
    assert capsys.readouterr().out.startswith(says)


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
