"""Training curves: the answers to its exercises, and what its run returns."""

import math
import signal

import pytest
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from mnist_adder_course.lessons import training_curves
from mnist_adder_course.lessons.training_curves import checks
from mnist_adder_lib import IdentityAdderModel
from mnist_adder_lib.train import History

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


def defended(tried):
    """The best rate between two others, in order."""
    rates = sorted(tried)
    means = torch.tensor([tried[rate] for rate in rates]).mean(dim=1)
    place = int(means.argmin())
    if place in (0, len(rates) - 1):
        return "try larger" if place else "try smaller"
    return rates[place]


def cured_otherwise(run):
    """Smaller and larger rates than ours, more steps, the same images augmented."""
    return dict(A={"rate": 0.01}, B={"normalise": True}, C={"augment": True}, D={"rate": 0.5},
                E={"clear": True}, F={"right_labels": True}, G={"steps": 600})[run]


RIGHT = {
    checks.train_larger: [
        compares, lambda *given: compares(*given, torch.optim.AdamW, lr=0.01)],
    checks.step_in_parts: [step_of_the_model],
    checks.defend: [defended],
    checks.cure_of: [cured_otherwise],
    checks.best_epoch: [stop, lambda losses, patience: torch.tensor(stop(losses, patience))],
}


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
