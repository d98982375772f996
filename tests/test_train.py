import gc
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, Subset

from mnist_adder_lib import (
    REFERENCE_RECIPE,
    AdderDataset,
    History,
    IdentityAdderModel,
    choose_device,
    evaluate,
    fit,
    joint_loss,
    learning_rate_range_test,
    load_pretrained,
    refresh_batch_norm,
)
from mnist_adder_lib.train import agreement_loss


def weights(model):
    return torch.cat([value.flatten().float() for value in model.state_dict().values()])


def seeded_model(**variant):
    torch.manual_seed(0)
    return IdentityAdderModel(**variant)


# ------------------------------------------------------------------ the loss


def test_the_loss_is_the_sum_of_two_cross_entropies():
    digit_logits, sum_logits = torch.randn(5, 10), torch.randn(5, 19)
    digits, totals = torch.arange(5), torch.arange(5) * 4
    expected = [-(logits.softmax(1)[range(5), classes].log()).mean()
                for logits, classes in ((digit_logits, digits), (sum_logits, totals))]
    assert torch.allclose(joint_loss(digit_logits, sum_logits, digits, totals), sum(expected))
    one_hot = F.one_hot(digits, 10).float(), F.one_hot(totals, 19).float()
    assert torch.allclose(joint_loss(digit_logits, sum_logits, *one_hot), sum(expected))


# ------------------------------------------------------------------ fit


def test_the_reference_recipe_is_the_default(first):
    assert REFERENCE_RECIPE == dict(epochs=15, batch_size=128, learning_rate=0.01, momentum=0.9)
    defaults = fit.__kwdefaults__
    assert REFERENCE_RECIPE.items() <= defaults.items()
    assert (defaults["optimizer"], defaults["schedule"]) == ("sgd", "constant")
    options = "all_numbers", "agreement", "weight_decay"
    assert not any(defaults[name] for name in options)


def test_one_step_is_stochastic_gradient_descent(first):
    data = first(32)
    model, by_hand = seeded_model(dropout=0), seeded_model(dropout=0)
    fit(model, data, epochs=1, batch_size=32, learning_rate=0.1, device="cpu")
    images = torch.stack([image for (image, _), _ in data])
    totals = data.digits + data.numbers
    joint_loss(*by_hand.train()(images, data.numbers), data.digits, totals).backward()
    for trained, parameter in zip(model.parameters(), by_hand.parameters()):
        assert torch.allclose(trained, parameter - 0.1 * parameter.grad, atol=1e-5)


def test_it_is_the_loop_of_lesson_3(first):
    model, by_hand, data = seeded_model(), seeded_model().train(), first(200, split=0)
    fit(model, data, epochs=2, batch_size=64, learning_rate=0.05, seed=1, device="cpu")
    torch.manual_seed(1)
    optimizer = torch.optim.SGD(by_hand.parameters(), 0.05, momentum=0.9)
    for _ in range(2):
        for inputs, targets in DataLoader(data, 64, shuffle=True):
            optimizer.zero_grad()
            joint_loss(*by_hand(*inputs), *targets).backward()
            optimizer.step()
    assert torch.equal(weights(model), weights(by_hand))


@pytest.mark.parametrize("one_hot", [False, True])
def test_all_numbers_is_each_image_ten_times(first, one_hot):
    model, by_hand, data = seeded_model(dropout=0), seeded_model(dropout=0).train(), first(20)
    fit(model, data.as_one_hot() if one_hot else data, epochs=1, learning_rate=0.1,
        all_numbers=True, device="cpu")
    images = torch.stack([image for (image, _), _ in data for _ in range(10)])
    digits, numbers = data.digits.repeat_interleave(10), torch.arange(10).repeat(20)
    joint_loss(*by_hand(images, numbers), digits, digits + numbers).backward()
    for trained, parameter in zip(model.parameters(), by_hand.parameters()):
        assert torch.allclose(trained, parameter - 0.1 * parameter.grad, atol=1e-4)


distributions = st.lists(st.floats(-5, 5), min_size=10, max_size=10)


@given(distributions, st.integers(0, 9))
def test_heads_that_agree_have_nothing_to_learn_of_each_other(logits, number):
    by_digit = torch.tensor([logits], requires_grad=True)
    by_sum = torch.full((1, 19), -1000.0)
    by_sum[:, number : number + 10] = by_digit.detach()
    by_sum.requires_grad_()
    agreement_loss(by_digit, by_sum, torch.tensor([3]), torch.tensor([3 + number])).backward()
    assert by_digit.grad.abs().max() < 1e-5 and by_sum.grad.abs().max() < 1e-5


@given(distributions, distributions, st.integers(0, 9), st.integers(0, 9))
def test_agreement_is_the_cross_entropy_of_both_with_their_mean(one, other, digit, number):
    by_digit, by_sum = torch.tensor([one]), torch.full((1, 19), -1000.0)
    by_sum[:, number : number + 10] = torch.tensor([other])
    one, other = (torch.tensor(logits).softmax(dim=0) for logits in (one, other))
    expected = -((one + other) / 2 * (one.log() + other.log())).sum()
    digit, total = torch.tensor([digit]), torch.tensor([digit + number])
    for digits, totals in ((digit, total), (F.one_hot(digit, 10), F.one_hot(total, 19))):
        loss = agreement_loss(by_digit, by_sum, digits, totals)
        assert loss.item() == pytest.approx(expected.item(), rel=1e-4)


def test_agreement_is_its_share_of_the_loss(first):
    model, by_hand, data = seeded_model(dropout=0), seeded_model(dropout=0).train(), first(20)
    fit(model, data, epochs=1, learning_rate=0.1, agreement=0.3, device="cpu")
    images, totals = torch.stack([image for (image, _), _ in data]), data.digits + data.numbers
    answers = by_hand(images, data.numbers)
    (0.7 * joint_loss(*answers, data.digits, totals)
     + 0.3 * agreement_loss(*answers, data.digits, totals)).backward()
    for trained, parameter in zip(model.parameters(), by_hand.parameters()):
        assert torch.allclose(trained, parameter - 0.1 * parameter.grad, atol=1e-4)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_agreement_is_a_share(first, share):
    model = seeded_model()
    before = weights(model)
    with pytest.raises(ValueError, match="from 0 to 1"):
        fit(model, first(4), epochs=1, agreement=share)
    assert torch.equal(weights(model), before)


def test_it_learns(first):
    model, data = seeded_model(dropout=0), first(256)
    history = fit(model, data, epochs=40, batch_size=32, learning_rate=0.1, seed=0)
    assert history.train_loss[-1] < 0.2 * history.train_loss[0]
    assert evaluate(model, data).accuracy_both > 90


def test_the_history_has_an_entry_for_every_step_and_every_epoch(first):
    history = fit(IdentityAdderModel(), first(100), first(30), epochs=3, batch_size=32)
    assert history.steps_per_epoch == 4  # the last, smaller batch too
    assert len(history.train_loss) == len(history.train_accuracy) == 12
    assert history.learning_rate == [0.01] * 12
    assert len(history.test_loss) == len(history.test_accuracy) == len(history.seconds) == 3
    assert not history.interrupted
    numbers = history.train_loss + history.test_loss + history.test_accuracy
    assert all(type(number) is float for number in numbers)
    assert history.train_loss[0] == pytest.approx(math.log(10) + math.log(19), rel=0.2)


def test_the_test_scores_are_those_of_evaluation(first):
    model, test = IdentityAdderModel(), first(30)
    history = fit(model, first(64), test, epochs=2, batch_size=32)
    scores = evaluate(model, test)
    assert history.test_loss[-1] == scores.loss_both
    assert history.test_accuracy[-1] == scores.accuracy_both
    assert evaluate(model, test) and len(history.train_loss) == 4  # evaluating adds nothing


def test_the_same_seed_gives_the_same_weights(first):
    def train(seed):
        model = seeded_model()
        fit(model, first(256, split=0), epochs=2, seed=seed)
        return weights(model)

    assert torch.equal(train(seed=1), train(seed=1))
    assert not torch.equal(train(seed=1), train(seed=2))


def test_one_cycle_rises_and_falls(first):
    history = fit(IdentityAdderModel(), first(320), epochs=2, batch_size=32, learning_rate=0.1,
                  schedule="one_cycle")
    rates = history.learning_rate
    top = rates.index(max(rates))
    assert max(rates) == pytest.approx(0.1, rel=0.02) and rates[0] < 0.01 and rates[-1] < 0.005
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_weight_decay_shrinks_weights(first):
    plain, decayed = seeded_model(), seeded_model()
    fit(plain, first(128), epochs=5, learning_rate=0.05, seed=0)
    fit(decayed, first(128), epochs=5, learning_rate=0.05, seed=0, weight_decay=0.5)
    assert decayed.digit_head.weight.norm() < plain.digit_head.weight.norm()


def test_the_first_step_of_adam_is_as_long_for_every_weight(first):
    model, before = seeded_model(dropout=0), seeded_model().digit_head.weight
    fit(model, first(64), epochs=1, batch_size=64, learning_rate=0.01, optimizer="adamw")
    steps = (model.digit_head.weight - before).abs()
    assert torch.allclose(steps, torch.full_like(steps, 0.01), rtol=0.01)


@pytest.mark.parametrize("after", [0, 3])
def test_interrupting_keeps_weights_and_history(first, after, capsys):
    class Interrupted(AdderDataset):
        batches = 0

        def __getitems__(self, indices):
            if Interrupted.batches == after:
                raise KeyboardInterrupt
            Interrupted.batches += 1
            return super().__getitems__(indices)

    Interrupted.batches, data, model = 0, first(320), seeded_model()
    before = weights(model)
    history = fit(model, Interrupted(data.images, data.digits), data, epochs=2, batch_size=32)
    assert history.interrupted
    assert len(history.train_loss) == len(history.learning_rate) == after
    assert torch.equal(weights(model), before) == (after == 0)
    assert f"Interrupted after {after} steps" in capsys.readouterr().out


def test_no_step_is_remembered_with_its_graph(first):
    class Watched(AdderDataset):
        graphs = []

        def __getitems__(self, indices):
            alive = [x for x in gc.get_objects() if issubclass(type(x), torch.Tensor) and x.grad_fn]
            Watched.graphs.append(len(alive))
            return super().__getitems__(indices)

    data = first(320)
    fit(IdentityAdderModel(), Watched(data.images, data.digits), epochs=1, batch_size=32)
    assert len(Watched.graphs) == 10 and max(Watched.graphs) <= 4


def test_a_last_batch_of_one_example_is_left_out(first):
    assert fit(IdentityAdderModel(), first(65), epochs=1, batch_size=32).steps_per_epoch == 2
    with pytest.raises(ValueError, match="at least 2 training examples"):
        fit(IdentityAdderModel(), first(1), epochs=1)


def test_it_trains_on_part_of_a_dataset_and_on_one_hot_vectors(first):
    for data in (Subset(first(64), range(40)), first(40).as_one_hot()):
        history = fit(IdentityAdderModel(), data, data, epochs=1, batch_size=20)
        assert len(history.train_loss) == 2 and len(history.test_accuracy) == 1


def test_after_epoch_sees_the_history_grow(first):
    seen = []
    fit(IdentityAdderModel(), first(64), first(8), epochs=3, batch_size=32,
        after_epoch=lambda history: seen.append(len(history.test_loss)))
    assert seen == [1, 2, 3]


# ------------------------------------------------------------------ device and history


def test_choosing_a_device():
    assert choose_device("cpu") == torch.device("cpu")
    best = "cuda" if torch.cuda.is_available() else "mps"
    best = best if best == "cuda" or torch.backends.mps.is_available() else "cpu"
    assert choose_device().type == best


@pytest.mark.parametrize("name", ["gpu", "cuda:99" if not torch.cuda.is_available() else "tpu"])
def test_an_unknown_device(name, first):
    with pytest.raises(ValueError, match=f"no device '{name}' here; usable: cpu"):
        fit(IdentityAdderModel(), first(8), device=name)


def test_a_history_is_saved_and_loaded(tmp_path):
    history = History([1.5, 1.0], [50.0, 75.0], [0.1, 0.1], [0.9], [80.0], [1.25], 2, True)
    history.save(tmp_path / "history.json")
    assert History.load(tmp_path / "history.json") == history


@pytest.mark.parametrize("content", ["", "[1]", '{"loss": []}', '{"train_loss": [1.0'])
def test_a_file_without_a_history(tmp_path, content):
    (tmp_path / "history.json").write_text(content)
    with pytest.raises(ValueError, match="history.json holds no training history"):
        History.load(tmp_path / "history.json")


# ------------------------------------------------------------------ batch norm's statistics


def plain(dataset):
    return AdderDataset(dataset.images, dataset.digits, dataset.numbers)


def test_refreshed_batch_norm_has_the_statistics_of_the_dataset(first):
    model, dataset = seeded_model(), plain(first(750, split=0))
    fit(model, first(256, split=0), epochs=1)
    refresh_batch_norm(model, dataset, batches=2)
    convolution, relu, norm = model.block1[0][:3]
    images, _ = zip(*(dataset[i][0] for i in range(500)))  # the third batch isn't looked at
    with torch.no_grad():
        seen = relu(convolution(torch.stack(images)))
    assert torch.allclose(norm.running_mean, seen.mean(dim=(0, 2, 3)), atol=1e-4)
    assert torch.allclose(norm.running_var, seen.var(dim=(0, 2, 3)), rtol=0.01)


def test_after_refreshing_evaluation_answers_as_training_does(first):
    model, dataset = seeded_model(dropout=0), plain(first(1000))
    fit(model, first(1000, split=0), epochs=1)
    (images, numbers), _ = next(iter(DataLoader(dataset, 250)))
    refresh_batch_norm(model, dataset, batches=1)
    with torch.no_grad():
        trained, evaluated = model.train()(images, numbers), model.eval()(images, numbers)
    for ours, theirs in zip(evaluated, trained):
        assert torch.allclose(ours, theirs, atol=0.02)


@pytest.mark.parametrize("mode", [True, False])
def test_refreshing_changes_nothing_else(first, mode):
    model = seeded_model(dropout=0.5).train(mode)  # dropout would make every refresh another one
    before = [parameter.clone() for parameter in model.parameters()]
    momenta = [getattr(layer, "momentum", None) for layer in model.modules()]
    refresh_batch_norm(model, plain(first(300)))
    once = weights(model)
    refresh_batch_norm(model, plain(first(300)))
    assert torch.allclose(weights(model), once, atol=1e-6)
    assert all(map(torch.equal, model.parameters(), before))
    assert [getattr(layer, "momentum", None) for layer in model.modules()] == momenta
    assert all(layer.training == mode for layer in model.modules())


@pytest.mark.parametrize("count", [2, 251])
def test_refreshing_with_a_last_batch_of_one(first, count):
    model = seeded_model()
    refresh_batch_norm(model, plain(first(count)))
    mean = model.embedding[1].running_mean
    assert mean.any() and mean.isfinite().all()


@pytest.mark.parametrize("count", [0, 1])
def test_refreshing_needs_two_examples(first, count):
    model = seeded_model()
    before = weights(model)
    with pytest.raises(ValueError, match="at least 2 examples"):
        refresh_batch_norm(model, Subset(first(3), range(count)))
    assert torch.equal(weights(model), before)


def test_refreshing_interrupted_changes_nothing(first):
    class Interrupting(AdderDataset):
        def __getitems__(self, indices):
            if 250 in indices:
                raise KeyboardInterrupt
            return super().__getitems__(indices)

    model, whole = seeded_model(), first(300)
    before = weights(model)
    with pytest.raises(KeyboardInterrupt):
        refresh_batch_norm(model, Interrupting(whole.images, whole.digits, whole.numbers))
    assert torch.equal(weights(model), before)


def test_the_network_that_ships_has_refreshed_batch_norm(splits):
    model = load_pretrained()
    # Those of the CNN: the adder's depend a little on the numbers that are drawn.
    norms = [layer for layer in (*model.block1.modules(), *model.block2.modules(),
                                 *model.block3.modules(), model.embedding[1])
             if hasattr(layer, "running_mean")]
    before = torch.cat([norm.running_mean for norm in norms])
    refresh_batch_norm(model, plain(splits[0]))
    after = torch.cat([norm.running_mean for norm in norms])
    assert torch.allclose(before, after, atol=1e-3)


# ------------------------------------------------------------------ range test


def test_the_range_test(first):
    model = seeded_model()
    before = weights(model)
    rates, losses = learning_rate_range_test(model, first(64), 1e-3, 10, steps=30, batch_size=16)
    assert torch.equal(weights(model), before)
    assert len(rates) == len(losses) == 30  # more steps than the data has batches
    assert rates[0] == pytest.approx(1e-3) and rates[-1] == pytest.approx(10)
    ratios = [b / a for a, b in zip(rates, rates[1:])]
    assert max(ratios) == pytest.approx(min(ratios), rel=1e-3)
    assert min(losses[5:25]) < 0.9 * losses[0] and losses[-1] > 2 * min(losses)
