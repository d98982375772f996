import functools
import gc
import math
import signal
import threading
from contextlib import nullcontext

import pytest
import torch
import torch.nn.functional as F
from seeded import seeded_model, weights
from torch.utils.data import DataLoader, Subset

import mnist_adder_lib.train as train_module
from mnist_adder_lib import (
    AdderDataset,
    IdentityAdderModel,
    evaluate,
    fast_recipe,
    fit,
    joint_loss,
    predict,
    refresh_batch_norm,
)

# ------------------------------------------------------------------ fit


def train_by_hand(model, data, optimizer, scheduler=None, loss=joint_loss, epochs=2):
    """The loop of lesson 6."""
    for _ in range(epochs):
        model.train()
        for inputs, targets in DataLoader(data, 64, shuffle=True):
            optimizer.zero_grad()
            loss(*model(*inputs), *targets).backward()
            optimizer.step()
            if scheduler is not None:
                scheduler.step()


def test_by_default_it_is_the_reference_in_the_loop_of_the_lesson(first):
    model, by_hand, data = seeded_model(), seeded_model(), first(200, split=0)
    model.eval()  # as it comes from a checkpoint
    fit(model, data, epochs=2, batch_size=64, seed=1, device="cpu")
    torch.manual_seed(1)
    train_by_hand(by_hand, data, torch.optim.SGD(by_hand.parameters(), 0.01, momentum=0.9))
    assert torch.equal(weights(model), weights(by_hand))


def smoothed_loss(digit_logits, sum_logits, digits, totals):
    """A loss of the learner's."""
    return (F.cross_entropy(digit_logits, digits, label_smoothing=0.1)
            + F.cross_entropy(sum_logits, totals, label_smoothing=0.1))


ONE_CYCLE = functools.partial(torch.optim.lr_scheduler.OneCycleLR, max_lr=0.1, total_steps=8)
STEPS = functools.partial(torch.optim.lr_scheduler.StepLR, step_size=3)


@pytest.mark.parametrize("kind, make_scheduler", [(torch.optim.RMSprop, ONE_CYCLE),
                                                  (torch.optim.Adam, STEPS)])
def test_it_takes_what_the_learner_has_already(first, kind, make_scheduler):
    """Any optimizer, scheduler and loss: with them it is the loop of the lesson."""
    trained, data = [], first(200, split=0)
    for by_hand in (False, True):
        model = seeded_model()
        optimizer = kind(model.parameters(), lr=0.05)
        scheduler = make_scheduler(optimizer)
        if by_hand:
            torch.manual_seed(1)
            train_by_hand(model, data, optimizer, scheduler, smoothed_loss)
        else:
            history = fit(model, data, epochs=2, batch_size=64, optimizer=optimizer, seed=1,
                          scheduler=scheduler, loss=smoothed_loss, device="cpu")
            assert len(set(history.learning_rate)) > 1  # of every batch, not of every epoch
        trained.append((weights(model), scheduler.get_last_lr()))
    assert torch.equal(trained[0][0], trained[1][0]) and trained[0][1] == trained[1][1]


@pytest.mark.parametrize("device", ["cpu", "cpu:0"])  # the second is another place than the model's
def test_an_optimizer_keeps_its_state_from_one_training_to_the_next(first, device):
    def train(*epochs):
        model = seeded_model()
        optimizer = torch.optim.AdamW(model.parameters(), fused=True)
        torch.manual_seed(1)
        for count in epochs:
            fit(model, first(64, split=0), epochs=count, batch_size=32, optimizer=optimizer,
                device=device)
        return weights(model)

    assert torch.equal(train(1, 2), train(3))


def test_an_optimizer_that_leaves_weights_out_is_refused(first):
    model, data = seeded_model(), first(64)
    for parameters in (seeded_model().parameters(), model.digit_head.parameters()):
        optimizer = torch.optim.SGD(parameters, 0.1)
        with pytest.raises(ValueError, match="make it after the model, from model.parameters()"):
            fit(model, data, epochs=1, optimizer=optimizer)
    model.requires_grad_(False)
    model.digit_head.requires_grad_(True)  # the rest is left out on purpose
    before = model.sum_head.weight.clone(), model.digit_head.weight.clone()
    fit(model, data, epochs=1, optimizer=optimizer)
    assert torch.equal(model.sum_head.weight, before[0])
    assert not torch.equal(model.digit_head.weight, before[1])


def test_a_scheduler_has_to_fit_optimizer_and_steps(first):
    model, data = seeded_model(), first(64)
    optimizer, scheduler = fast_recipe(model, steps=4)
    for other in (None, torch.optim.SGD(model.parameters(), 0.1)):
        with pytest.raises(ValueError, match="the scheduler belongs to another optimizer"):
            fit(model, data, epochs=2, batch_size=32, optimizer=other, scheduler=scheduler)
    both = dict(optimizer=optimizer, scheduler=scheduler)
    fit(model, data, epochs=2, batch_size=32, **both)
    before = weights(model)
    with pytest.raises(ValueError, match="has 1 steps left, but this training takes 2"):
        fit(model, data, epochs=1, batch_size=32, **both)
    assert torch.equal(weights(model), before)


@pytest.mark.parametrize("one_hot", [False, True])
def test_all_numbers_is_each_image_ten_times(first, one_hot):
    model, by_hand, data = seeded_model(dropout=0), seeded_model(dropout=0).train(), first(20)
    fit(model, data.as_one_hot() if one_hot else data, epochs=1, all_numbers=True,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1), device="cpu")
    images = torch.stack([image for (image, _), _ in data for _ in range(10)])
    digits, numbers = data.digits.repeat_interleave(10), torch.arange(10).repeat(20)
    joint_loss(*by_hand(images, numbers), digits, digits + numbers).backward()
    for trained, parameter in zip(model.parameters(), by_hand.parameters()):
        assert torch.allclose(trained, parameter - 0.1 * parameter.grad, atol=1e-4)


@pytest.mark.parametrize("steps", [1, 25, 32])
def test_the_progress_bar_is_full_at_the_end(first, monkeypatch, steps):
    """In a notebook, one that isn't stays there, in red."""
    ended = []

    class Bar(train_module.tqdm):
        def close(self):
            ended.append((self.n, self.total))
            super().close()

    monkeypatch.setattr(train_module, "tqdm", Bar)
    fit(IdentityAdderModel(), first(2 * steps), epochs=2, batch_size=2, device="cpu")
    assert set(ended) == {(2 * steps, 2 * steps)}


class Subtracting(AdderDataset):
    def combine(self, digits, numbers):
        return digits - numbers + 9


@pytest.mark.parametrize("wrap", [lambda data: data, lambda data: Subset(data, range(20))])
def test_all_numbers_asks_for_the_task_of_the_dataset(first, wrap):
    data, given = first(20), []

    def note(digit_logits, sum_logits, digits, totals):
        given.append((digits, totals))
        return joint_loss(digit_logits, sum_logits, digits, totals)

    subtracting = wrap(Subtracting(data.images, data.digits))
    fit(IdentityAdderModel(), subtracting, epochs=1, all_numbers=True, loss=note, device="cpu")
    (digits, totals), = given
    assert torch.equal(totals, digits - torch.arange(10).repeat(20) + 9)


def test_it_learns(first, trained):
    """It learns 256 examples better than it was guessing before: how well differs by machine."""
    model, data = seeded_model(dropout=0), first(256)
    untrained = evaluate(model, data)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    fit(model, data, epochs=20, batch_size=32, optimizer=optimizer, seed=0)
    refresh_batch_norm(model, data)  # or a small set is judged by the statistics of a few batches
    trained("loss afterwards", evaluate(model, data).loss_both / untrained.loss_both, below=0.5)


def test_the_history_has_an_entry_for_every_step_and_every_epoch(first):
    model, validation, right = IdentityAdderModel(), first(30), []

    def note(digit_logits, sum_logits, digits, totals):
        both = (digit_logits.argmax(1) == digits) & (sum_logits.argmax(1) == totals)
        right.append(100 * both.double().mean().item())
        return joint_loss(digit_logits, sum_logits, digits, totals)

    history = fit(model, first(100), validation, epochs=3, batch_size=32, loss=note)
    assert history.steps_per_epoch == 4  # the last, smaller batch too
    assert len(history.train_loss) == 12 and history.train_accuracy == pytest.approx(right)
    assert history.learning_rate == [0.01] * 12
    assert len(history.validation_loss) == len(history.validation_accuracy) == 3
    assert len(history.seconds) == 3
    scores = evaluate(model, validation)
    assert history.validation_loss[-1] == scores.loss_both
    assert history.validation_accuracy[-1] == scores.accuracy_both
    assert not history.interrupted
    numbers = history.train_loss + history.validation_loss + history.validation_accuracy
    assert all(type(number) is float for number in numbers)


# ------------------------------------------------------------------ interrupts


class Acting(AdderDataset):
    """A dataset that does something while a batch is asked for: `acts[number of the batch]`."""

    def __init__(self, data, acts):
        super().__init__(data.images, data.digits, data.numbers)
        self.acts, self.batches = acts, 0

    def __getitems__(self, indices):
        self.batches += 1
        self.acts.get(self.batches, lambda: None)()
        return super().__getitems__(indices)


def press():
    """The stop button, or Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


@pytest.fixture
def handler():
    """Whatever happens, the handler of interrupts is afterwards the one from before."""
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("batch, steps, tests", [(1, 0, 0), (4, 3, 1)])  # an epoch has two steps
def test_interrupting_keeps_weights_and_history_of_whole_steps(
    first, handler, capsys, batch, steps, tests
):
    data, by_hand, model = first(64), seeded_model(), seeded_model()
    options = dict(batch_size=32, seed=0, device="cpu")
    history = fit(model, Acting(data, {batch: press}), data, epochs=3, **options)
    assert history.interrupted and f"Interrupted after {steps} steps" in capsys.readouterr().out
    assert len(history.train_loss) == len(history.learning_rate) == steps
    assert len(history.train_accuracy) == steps and len(history.validation_loss) == tests
    reached = fit(by_hand, Acting(data, {}), epochs=3, after_epoch=lambda _: None, **options)
    assert history.train_loss == reached.train_loss[:steps]
    if not steps:
        assert torch.equal(weights(model), weights(seeded_model()))


class Place(IdentityAdderModel):
    """A model that only notes where it was sent to, and where it was when it was asked."""

    asked = []

    def to(self, device):
        self.place = str(device)
        return self

    def embed(self, images):
        Place.asked.append(self.place)
        return super().embed(images)


def stop_at_once():
    press(), press()  # the second interrupt raises


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, RuntimeError])
def test_a_model_comes_back_to_its_device_whatever_happens(first, handler, monkeypatch, error):
    def fail():
        raise error

    validation = Acting(first(64), {2: stop_at_once if error is KeyboardInterrupt else fail}
                        if error else {})
    data, model, seen = Subset(first(64), range(64)), Place(), []
    monkeypatch.setattr(Place, "asked", [])
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    monkeypatch.setattr(optimizer, "load_state_dict", lambda _: seen.append(model.place))
    with pytest.raises(error) if error else nullcontext():
        fit(model, data, validation, epochs=2, batch_size=32, optimizer=optimizer,
            device="cpu:0")
    assert model.place == "cpu" and seen == ["cpu:0", "cpu"]  # the optimizer follows it
    assert Place.asked == ["cpu:0"] * (5 if error else 6)  # two steps and a validation an epoch


def test_in_a_thread_training_leaves_interrupts_alone(first, handler):
    before, seen, data = signal.getsignal(signal.SIGINT), [], first(64)
    watch = Acting(data, {1: lambda: seen.append(signal.getsignal(signal.SIGINT))})
    thread = threading.Thread(target=lambda: seen.append(fit(seeded_model(), watch, epochs=1)))
    thread.start()
    thread.join()
    assert seen[0] is before and not seen[1].interrupted


def test_a_callback_that_fails_costs_no_training(first, capsys):
    def train(after_epoch):
        model = seeded_model()
        history = fit(model, first(64), epochs=3, batch_size=32, seed=1, after_epoch=after_epoch)
        return weights(model), history.train_loss

    def fail(history):
        epochs.append(len(history.seconds))
        raise RuntimeError(f"nothing to draw in epoch {epochs[-1]}")

    epochs = []
    (failed, losses), (expected, same_losses) = train(fail), train(None)
    assert torch.equal(failed, expected) and losses == same_losses and epochs == [1]
    assert capsys.readouterr().out == (
        "after_epoch failed; training goes on. RuntimeError: nothing to draw in epoch 1\n")


@pytest.mark.parametrize("rate, epochs", [(1e12, 3), (math.nan, 1)])  # at once; in the last step
def test_training_that_diverges_says_so_once_and_goes_on(first, capsys, rate, epochs):
    model = seeded_model()
    history = fit(model, first(32), epochs=epochs, batch_size=32,
                  optimizer=torch.optim.SGD(model.parameters(), lr=rate))
    assert len(history.train_loss) == epochs and math.isnan(history.train_loss[-1]) == (epochs > 1)
    assert capsys.readouterr().out.count("Training has diverged") == 1


# ------------------------------------------------------------------ more of fit


def test_no_step_is_remembered_with_its_graph(first):
    class Watched(AdderDataset):
        graphs = []

        def __getitems__(self, indices):
            alive = [x for x in gc.get_objects() if issubclass(type(x), torch.Tensor) and x.grad_fn]
            Watched.graphs.append(len(alive))
            return super().__getitems__(indices)

    data = first(320)
    fit(IdentityAdderModel(), Watched(data.images, data.digits), epochs=1, batch_size=32)
    before = Watched.graphs[0]  # of other tests
    assert len(Watched.graphs) == 10 and max(Watched.graphs) <= before + 4


def test_a_last_batch_of_one_example_is_left_out(first):
    assert fit(IdentityAdderModel(), first(65), epochs=1, batch_size=32).steps_per_epoch == 2
    for count, batch_size in ((1, 32), (8, 1)):
        with pytest.raises(ValueError, match="at least 2 training examples, and 2 in a batch"):
            fit(IdentityAdderModel(), first(count), epochs=1, batch_size=batch_size)


class Multiplying(AdderDataset):
    sign, sums = "×", 82

    def combine(self, digits, numbers):
        return digits * numbers


def test_a_task_with_more_answers_needs_a_model_with_as_many(first, tmp_path):
    data = Multiplying(first(300).images, first(300).digits)
    with pytest.raises(ValueError, match=r"the model has 19 sums, but the task asks for \d\d"):
        fit(IdentityAdderModel(), data, epochs=1, device="cpu")
    for task in (data, data.as_one_hot()):
        model = IdentityAdderModel(sums=82)
        history = fit(model, task, epochs=4, all_numbers=True, seed=0, device="cpu")
        assert history.train_loss[-1] < history.train_loss[0] - 0.3
    assert evaluate(model, data).sum_logits.shape == (300, 82)
    prediction = predict(model, data.images[0], 9)
    assert prediction.sum_probabilities.shape == (82,)
