"""Model summary: its figures and what it measures."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_adder_course.common import adders
from mnist_adder_course.lessons import model_summary
from mnist_adder_course.lessons.model_summary import checks
from mnist_adder_lib import AdderDataset, IdentityAdderModel, receptive_fields


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("average", [False, True])
def test_small_networks_have_the_parts_that_are_asked_for(batch_norm, average):
    network = model_summary.build(batch_norm, average, dropout=0.2)
    kinds = [type(layer) for layer in network]
    assert kinds.count(nn.BatchNorm2d) == 3 * batch_norm
    assert kinds.count(nn.AdaptiveAvgPool2d) == average
    assert [layer.p for layer in network if isinstance(layer, nn.Dropout2d)] == 3 * [0.2]
    assert network(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


class RowReader(nn.Module):
    """Reads the digit k where the brightest pixel is in row 2 * k."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, images):
        rows = images.amax(dim=(1, 3)).argmax(dim=1)
        return self.scale * F.one_hot(rows // 2, 14).float()


def test_small_networks_are_trained_and_measured_on_images_as_they_are_and_moved_down_by_four():
    digits = torch.arange(10).repeat(10)
    images = torch.zeros(100, 28, 28, dtype=torch.uint8)
    images[torch.arange(100), 2 * digits, 9] = 255
    examples, reader = AdderDataset(images, digits), RowReader()
    assert model_summary.train_and_measure(reader, examples, examples) == (100, 0)
    assert reader.scale > 1  # it has learned to be surer of what is right


class Knows(nn.Module):
    """Is right about each digit and wrong about each sum, by one."""

    def forward(self, images, numbers):
        digits = images.amax(dim=(1, 3)).argmax(dim=1) // 2
        return F.one_hot(digits, 10).float(), F.one_hot(digits + numbers + 1, 20).float()


def test_digits_and_sums_are_counted_apart():
    images = torch.zeros(100, 28, 28, dtype=torch.uint8)
    digits = torch.arange(10).repeat(10)
    images[torch.arange(100), 2 * digits, 9] = 255
    examples = AdderDataset(images, digits, numbers=digits.flip(0))
    assert model_summary.digits_and_sums_right(Knows(), examples) == (100, 0)


def test_an_adder_with_other_names_computes_the_same_in_the_library():
    torch.manual_seed(0)
    library, own = IdentityAdderModel().eval(), IdentityAdderModel(dropout=0)
    own.adder = nn.Sequential(*[layer for block in own.adder for layer in block])
    images, numbers = torch.rand(8, 1, 28, 28), torch.arange(8)
    own(images, numbers)  # moves its running averages
    assert set(own.state_dict()) != set(library.state_dict())
    library.load_state_dict(model_summary.with_names_of(library, own.state_dict()))
    for expected, found in zip(own.eval()(images, numbers), library(images, numbers)):
        assert torch.equal(expected, found)


@pytest.mark.parametrize("layers", [0, 1])
def test_only_the_adder_and_its_heads_learn(layers):
    digits = torch.arange(10).repeat(10)
    images = torch.randint(256, (100, 28, 28), dtype=torch.uint8)
    train, validation = AdderDataset(images, digits), AdderDataset(images, digits, numbers=digits)
    task, adder = adders.AdderTask(train, validation), checks.make_adder.solution(layers)
    assert task.embedded.shape == task.unseen.shape == (100, 20)
    assert not task.embedded.requires_grad
    before = [parameter.clone() for parameter in adder.parameters()]
    modes = []
    adder.register_forward_hook(lambda adder, *_: modes.append(adder.training))
    right = task.measure(adder)
    assert all(0 <= percent <= 100 for percent in right)
    assert modes == [False] + 6 * [True] + [False]  # two batches in three epochs, then the test
    assert len(before) == 3 * layers
    assert not any(map(torch.equal, before, adder.parameters()))


def layers_of(network):
    return [str(layer) for layer in network.modules() if not isinstance(layer, nn.Sequential)]


def test_the_stored_adders_are_those_of_the_exercise():
    found = {name: layers_of(adder) for name, adder in adders.new_adders().items()}
    for layers, name in enumerate(["no layer", "one layer", "two layers"]):
        assert found[name] == layers_of(checks.make_adder.solution(layers))
    linear, norm, relu = found["one layer"]
    assert found["one layer, no batch norm"] == [linear, relu]
    assert found["one layer, no ReLU"] == [linear, norm]


def test_epochs_are_divided_by_the_rates():
    with pytest.raises(ValueError, match="multiple of 3, one for each learning rate, not 4"):
        adders.train_in_thirds(nn.Linear(1, 1), lambda batch: batch, count=1, epochs=4)
    weight = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        weight.weight.zero_()
    seen = []

    def loss_of(batch):
        seen.append(weight.weight.item())
        return weight.weight.sum()

    adders.train_in_thirds(weight, loss_of, count=50, epochs=3)
    first, second, third = (before - after for before, after in zip(
        seen, [*seen[1:], weight.weight.item()]))
    assert first > second > third > 0
    assert first + second + third == pytest.approx(sum(adders.RATES))


@pytest.fixture(scope="module")
def fields():
    return receptive_fields(IdentityAdderModel())


def test_units_are_counted_as_the_model_gives_them(fields):
    model, sides = IdentityAdderModel(), []
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.MaxPool2d)):
            layer.register_forward_hook(lambda *_: sides.append(_[2].shape[-1]))
    model.eval()(torch.zeros(1, 1, 28, 28), torch.tensor([0]))
    assert [model_summary.units(field) for field in fields] == sides


def test_the_receptive_field_is_as_large_as_it_is(first, fields):
    for layer in (0, 3, 7):
        figure = model_summary.plot_receptive_field(first(1)[0][0][0], fields, layer)
        box = figure.axes[0].patches[0]
        assert box.get_width() == box.get_height() == fields[layer]["size"]
        # It lies about the middle of the image, less than one jump of a late layer away.
        assert abs(box.get_x() + box.get_width() / 2 - 13.5) <= fields[layer]["jump"]
        assert [bar.get_width() for bar in figure.axes[1].patches] == [f["size"] for f in fields]


@pytest.mark.parametrize("layer, row, column, seen", [
    (7, 4, 1, "rows 6 to 27, columns 0 to 25"),
    (7, 99, 99, "rows 6 to 27, columns 6 to 27"),  # beyond the last: the last
    (2, 1, 0, "rows 0 to 5, columns 0 to 3"),
])
def test_what_a_unit_sees(layer, row, column, seen, first, fields):
    figure = model_summary.plot_receptive_field(first(1)[0][0][0], fields, layer, row, column)
    assert seen in figure.axes[0].get_title() and seen in figure.get_label()
