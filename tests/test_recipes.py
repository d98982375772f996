import pytest
import torch
from seeded import seeded_model, weights
from torch.utils.data import DataLoader, Subset

from mnist_adder_lib import (
    AdderDataset,
    IdentityAdderModel,
    fast_recipe,
    fit,
    joint_loss,
    range_test,
    refresh_batch_norm,
)


def test_the_fast_recipe_rises_and_falls(first):
    """The rate, and against it the momentum."""
    model = seeded_model(dropout=0)
    optimizer, scheduler = fast_recipe(model, steps=20)
    momenta = []
    optimizer.register_step_pre_hook(
        lambda *_: momenta.append(optimizer.param_groups[0]["betas"][0]))
    history = fit(model, first(320), epochs=2, batch_size=32, optimizer=optimizer,
                  scheduler=scheduler, all_numbers=True)
    rates = history.learning_rate
    top = rates.index(max(rates))
    assert max(rates) == pytest.approx(0.01, rel=0.02) and rates[0] == pytest.approx(0.01 / 25)
    assert rates[-1] < 0.0005 and top == 6  # of 20: a share of 0.3
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert momenta[0] == max(momenta) == pytest.approx(0.95)
    assert momenta[top] == min(momenta) == pytest.approx(0.85, abs=0.002)


def test_a_range_test_takes_the_references_steps_at_rates_that_grow_by_one_factor(first):
    model, data, losses = seeded_model(), first(128), []
    before = weights(model)
    torch.manual_seed(1)
    rates, found = range_test(model, data, 0.01, 10, steps=4, batch_size=32)
    assert rates == pytest.approx([0.01, 0.1, 1, 10])
    assert torch.equal(before, weights(model)) and model.training
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    torch.manual_seed(1)
    for rate, (inputs, targets) in zip(rates, DataLoader(data, 32, shuffle=True)):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = joint_loss(*model(*inputs), *targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert found == losses


@pytest.mark.parametrize("options, message", [
    (dict(low=0.0), "isn't a range"), (dict(low=2, high=1), "isn't a range"),
    (dict(steps=1), "at least 2 steps"), (dict(steps=11), "11 steps need as many batches of 64"),
])
def test_a_range_test_that_cannot_be(first, options, message):
    with pytest.raises(ValueError, match=message):
        range_test(IdentityAdderModel(), first(640), batch_size=64, **options)


def test_refreshed_batch_norm_has_the_statistics_of_the_dataset(first):
    train = first(750, split=0)
    model, dataset = seeded_model(), AdderDataset(train.images, train.digits)
    fit(model, first(256, split=0), epochs=1)
    refresh_batch_norm(model, dataset, batches=2)
    convolution, relu, norm = model.block1[0][:3]
    images, _ = zip(*(dataset[i][0] for i in range(500)))  # the third batch isn't looked at
    with torch.no_grad():
        seen = relu(convolution(torch.stack(images)))
    assert torch.allclose(norm.running_mean, seen.mean(dim=(0, 2, 3)), atol=1e-4)
    assert torch.allclose(norm.running_var, seen.var(dim=(0, 2, 3)), rtol=0.01)


@pytest.mark.parametrize("mode", [True, False])
def test_refreshing_changes_nothing_else(first, mode):
    model = seeded_model(dropout=0.5).train(mode)  # dropout would make every refresh another one
    before = [parameter.clone() for parameter in model.parameters()]
    momenta = [getattr(layer, "momentum", None) for layer in model.modules()]
    refresh_batch_norm(model, first(300))
    once = weights(model)
    refresh_batch_norm(model, first(300))
    assert torch.allclose(weights(model), once, atol=1e-6)
    assert all(map(torch.equal, model.parameters(), before))
    assert [getattr(layer, "momentum", None) for layer in model.modules()] == momenta
    assert all(layer.training == mode for layer in model.modules())


@pytest.mark.parametrize("count, batches", [(1, 20), (3, 0)])
def test_refreshing_needs_two_examples_and_a_batch(first, count, batches):
    model = seeded_model()
    before = weights(model)
    with pytest.raises(ValueError, match="at least 2 examples, and a batch"):
        refresh_batch_norm(model, Subset(first(3), range(count)), batches)
    assert torch.equal(weights(model), before)


def test_refreshing_leaves_out_a_last_batch_of_one_example(first):
    model, another = seeded_model(), seeded_model()
    refresh_batch_norm(model, first(251))
    refresh_batch_norm(another, first(250))
    assert torch.equal(weights(model), weights(another))
