"""Training curves: what its run returns."""

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


@pytest.mark.parametrize("losses, epoch", [([0.3, 0.1, 0.2], 2), ([0.3], 1), ([], None)])
def test_the_epoch_to_keep_has_the_lowest_validation_loss(losses, epoch):
    assert training_curves.epoch_to_keep(History(validation_loss=losses)) == epoch


def test_losses_of_a_rate_differ_by_seed_and_are_infinite_where_a_run_diverged(first, monkeypatch):
    losses = training_curves.losses_of(0.1, first(300, split=0), first(100), seeds=2)
    assert len(set(losses)) == 2 and all(0 < loss < 5 for loss in losses)
    monkeypatch.setattr(training_curves, "short_training", lambda *_, **__: ([], [math.nan]))
    assert training_curves.losses_of(0.1, None, None) == 3 * [math.inf]
