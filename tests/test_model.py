import pytest
import torch
from torch import nn
from torchinfo import summary

from mnist_adder_lib import IdentityAdderModel, count_parameters, receptive_fields

# The published summary table, row by row: operation, shape of what it gives, parameters.
SEQUENTIAL = ["Conv2d", "ReLU", "BatchNorm2d", "Dropout2d"]
PUBLISHED = [
    *zip(SEQUENTIAL, [(2, 8, 28, 28)] * 4, [72, 0, 16, 0]),
    *zip(SEQUENTIAL, [(2, 8, 28, 28)] * 4, [576, 0, 16, 0]),
    ("MaxPool2d", (2, 8, 14, 14), 0),
    *zip(SEQUENTIAL, [(2, 16, 14, 14)] * 4, [1152, 0, 32, 0]),
    *zip(SEQUENTIAL, [(2, 16, 14, 14)] * 4, [2304, 0, 32, 0]),
    ("MaxPool2d", (2, 16, 7, 7), 0),
    *zip(SEQUENTIAL[:3], [(2, 16, 7, 7)] * 3, [2304, 0, 32]),
    *zip(SEQUENTIAL, [(2, 16, 5, 5)] * 4, [2304, 0, 32, 0]),
    ("AdaptiveAvgPool2d", (2, 16, 1, 1), 0),
    *zip(["Linear", "BatchNorm1d", "ReLU"], [(2, 20)] * 3, [320, 40, 0]),
    *zip(["Linear", "BatchNorm1d", "ReLU"], [(2, 64)] * 3, [1920, 128, 0]),
    ("Linear", (2, 10), 640),
    ("Linear", (2, 19), 1216),
]
IMAGES, NUMBERS = torch.zeros(2, 1, 28, 28), torch.tensor([3, 4])


def rows(model):
    layers = summary(model, input_data=[IMAGES, NUMBERS], verbose=0).summary_list
    leaves = [layer for layer in layers if not list(layer.module.children())]
    return [(leaf.class_name, tuple(leaf.output_size), leaf.trainable_params) for leaf in leaves]


def test_the_published_variant():
    model = IdentityAdderModel(adder_layers=1)
    assert rows(model) == PUBLISHED
    assert count_parameters(model) == 13_136


def test_the_default_has_two_layers_in_the_adder():
    model = IdentityAdderModel()
    second = [("Linear", (2, 64), 4096), ("BatchNorm1d", (2, 64), 128), ("ReLU", (2, 64), 0)]
    assert rows(model) == PUBLISHED[:-2] + second + PUBLISHED[-2:]
    assert count_parameters(model) == 17_360


@pytest.mark.parametrize("channel, kind", [(True, nn.Dropout2d), (False, nn.Dropout)])
def test_dropout_after_all_convolutions_but_the_fifth(channel, kind):
    model = IdentityAdderModel(dropout=0.3, channel_dropout=channel)
    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Dropout, nn.Dropout2d))]
    assert [type(layer) for layer in layers] == [nn.Conv2d, kind] * 4 + [nn.Conv2d] * 2 + [kind]
    assert {layer.p for layer in layers if isinstance(layer, kind)} == {0.3}


def test_numbers_and_one_hot_numbers_are_the_same():
    model = IdentityAdderModel().eval()
    images, numbers = torch.randn(10, 1, 28, 28), torch.arange(10)
    expected = model(images, numbers)
    for one_hot in (torch.eye(10), torch.eye(10, dtype=torch.int64)):
        assert all(map(torch.equal, model(images, one_hot), expected))
    assert [tuple(logits.shape) for logits in expected] == [(10, 10), (10, 19)]


def test_the_embedding_has_20_numbers_and_can_be_reached_by_name():
    model, seen = IdentityAdderModel().eval(), []
    model.get_submodule("embedding").register_forward_hook(lambda *call: seen.append(call[2]))
    model(IMAGES, NUMBERS)
    assert seen[0].shape == (2, 20) and (seen[0] >= 0).all()
    assert torch.equal(model.embed(IMAGES), seen[0])


@pytest.mark.parametrize("dilation, sizes", [
    (1, [3, 5, 6, 10, 14, 16, 24, 32]), (2, [3, 5, 6, 10, 18, 20, 28, 36])])
def test_receptive_fields_are_what_reaches_a_unit(dilation, sizes):
    model = IdentityAdderModel().eval()
    model.block2[1][0].dilation = dilation, dilation
    fields = receptive_fields(model)
    assert [field["size"] for field in fields] == sizes
    for field in fields:
        # Ask the gradient, on an image large enough that no field meets its border.
        image, seen = torch.randn(1, 1, 96, 96, requires_grad=True), []
        hook = model.get_submodule(field["layer"]).register_forward_hook(
            lambda *call: seen.append(call[2])
        )
        model.block3(model.block2(model.block1(smooth(model, image))))
        hook.remove()
        unit = seen[0].shape[-1] // 2
        seen[0][0, :, unit, unit].sum().backward()
        columns = image.grad[0, 0].abs().amax(dim=0).nonzero().flatten()
        centre = field["start"] + field["jump"] * unit
        assert columns[0] >= centre - (field["size"] - 1) / 2
        assert columns[-1] <= centre + (field["size"] - 1) / 2
        assert columns[-1] - columns[0] + 1 == field["size"]


def smooth(model, image):
    """Replace max pooling, which lets only one of four gradients pass, by average pooling."""
    for block in (model.block1, model.block2):
        if isinstance(block[2], nn.MaxPool2d):
            block[2].forward = nn.AvgPool2d(2).forward
        for sequential in (block[0], block[1]):
            sequential[1] = nn.Identity()  # a ReLU blocks gradients by chance
    for sequential in model.block3:
        sequential[1] = nn.Identity()
    return image


@pytest.mark.parametrize(
    "images, numbers, message",
    [
        (IMAGES[:, 0], NUMBERS, r"images must be normalised floats of shape \(batch, 1, 28, 28\)"),
        (IMAGES[..., :27], NUMBERS, r"not .* of shape \(2, 1, 28, 27\)"),
        (IMAGES.byte(), NUMBERS, "normalised floats .*, not torch.uint8"),
        (IMAGES[:0], NUMBERS[:0], "at least one"),
        (IMAGES, NUMBERS[:1], r"int64 of shape \(2,\) or one-hot of shape \(2, 10\)"),
        (IMAGES, NUMBERS.float(), "not torch.float32"),
        (IMAGES, NUMBERS + 6, "numbers must be 0-9, but go from 9 to 10"),
        (IMAGES, NUMBERS - 4, "go from -1 to 0"),
        (IMAGES, torch.zeros(2, 10), "a single 1 and nine 0s"),
        (IMAGES, torch.eye(10)[NUMBERS] + torch.eye(10)[0] / 2, "a single 1 and nine 0s"),
        (IMAGES, torch.eye(10)[NUMBERS] + torch.eye(10)[0], "a single 1 and nine 0s"),
    ],
)
def test_bad_input(images, numbers, message):
    with pytest.raises(ValueError, match=message):
        IdentityAdderModel()(images, numbers)


@pytest.mark.parametrize("numbers, message", [
    (torch.tensor([12, -3]), "numbers must be 0-9, but go from -3 to 12"),
    (torch.tensor([1]), r"int64 of shape \(2,\)"), (torch.ones(2, 10), "a single 1 and nine 0s"),
])
def test_the_adder_alone_refuses_the_same_numbers(numbers, message):
    with pytest.raises(ValueError, match=message):
        IdentityAdderModel().add(torch.zeros(2, 20), numbers)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_a_number_of_12_is_not_nothing():
    model, images = IdentityAdderModel().eval().cuda(), torch.randn(3, 1, 28, 28).cuda()
    right, *bad = (torch.tensor(numbers).cuda() for numbers in ([4, 0, 9], [4, 12, 9]))
    for numbers in (*bad, torch.eye(13).cuda()[bad[0], :10]):
        for logits, expected in zip(model(images, numbers), model(images, right)):
            assert torch.equal(logits[::2], expected[::2]) and logits[1].isnan().all()


def test_on_a_gpu_no_value_is_waited_for():
    model = IdentityAdderModel().to("meta")  # a device whose tensors have no values
    for numbers in (NUMBERS.to("meta"), torch.zeros(2, 10, device="meta")):
        assert [logits.shape for logits in model(IMAGES.to("meta"), numbers)] == [(2, 10), (2, 19)]


@pytest.mark.parametrize("layers", [0, 101, 2.5])
def test_an_adder_of_no_layers_or_far_too_many(layers):
    with pytest.raises(ValueError, match="from 1 to 100 layers, not "):
        IdentityAdderModel(adder_layers=layers)


def test_the_number_of_sums_is_an_argument():
    model = IdentityAdderModel(sums=82)
    digit_logits, product_logits = model(IMAGES, NUMBERS)
    assert digit_logits.shape == (2, 10) and product_logits.shape == (2, 82)
    assert model.config["sums"] == 82 and IdentityAdderModel().config["sums"] == 19
    assert count_parameters(model) == 17_360 + 64 * (82 - 19)


@pytest.mark.parametrize("sums", [0, 1, -3, 2.5, True, 1001, "19"])
def test_a_number_of_sums_that_cannot_be(sums):
    with pytest.raises(ValueError, match="must be from 2 to 1000, not"):
        IdentityAdderModel(sums=sums)
