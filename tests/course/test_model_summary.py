"""Model summary: the values of its guesses, the answers to its exercises, its figures."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_adder_lib import IdentityAdderModel, receptive_fields
from mnist_adder_lib.course import model_summary
from mnist_adder_lib.course.model_summary import checks
from mnist_adder_lib.model import conv


def three(inputs, outputs, **options):
    """The layers of a conv sequential."""
    options = dict(padding=1, bias=False) | options
    return [nn.Conv2d(inputs, outputs, 3, **options), nn.ReLU(), nn.BatchNorm2d(outputs)]


def norm_first(inputs, outputs):
    convolution, relu, norm = three(inputs, outputs)
    return [convolution, norm, relu]


def block(*layers):
    return nn.Sequential(*layers, nn.MaxPool2d(2))


class FunctionalBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(o), nn.BatchNorm2d(o)
        self.first = nn.Conv2d(i, o, 3, padding=1, bias=False)
        self.second = nn.Conv2d(o, o, 3, padding="same", bias=False)

    def forward(self, images):
        x = self.norm1(F.relu(self.first(images)))
        return F.max_pool2d(self.norm2(F.relu(self.second(x))), 2)


# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {
    "no padding": [(26, 2), (28, 0), (27, 1), (25, 3)],
    "three blocks": [(5, 2), (14, 0), (7, 1), (3, 3)],
    "untrained": [(0.103, 1), (0.0, 0), (0.98, 2)],
    "field": [(32, 2), (28, 2), (3, 0), (15, 1)],
}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.conv_parameters: (
        [
            (lambda i, o: 9 * i * o, "Batch norm learns"),
            (lambda i, o: 9 * i * o + o + 2 * o, "bias=False"),
            (lambda i, o: 9 * o + 2 * o, "every channel that comes in"),
            (lambda i, o: 9 * i * o + 2 * i, "after the convolution"),
            (lambda i, o: 3 * i * o + 2 * o, "it should give"),
        ],
        [
            lambda i, o: o * (9 * i + 2),
            lambda i, o: torch.tensor(sum(p.numel() for p in conv(i, o).parameters())),
        ],
    ),
    checks.conv_block: (
        [
            (lambda i, o: block(*three(i, o)), "two 3x3 convolutions"),
            (lambda i, o: block(*three(i, o), *three(i, o)), "two 3x3 convolutions"),
            (lambda i, o: block(*three(1, 8), *three(8, 8)), "two 3x3 convolutions"),
            (lambda i, o: block(*three(i, o, bias=True), *three(o, o)), "no bias"),
            (lambda i, o: block(*three(i, o)[:2], *three(o, o)), "batch norm of its own"),
            (lambda i, o: nn.Sequential(*three(i, o), *three(o, o)), "the pooling halves it"),
            (lambda i, o: block(*three(i, o, padding=0), *three(o, o)), "padding keeps its size"),
            (lambda i, o: block(*norm_first(i, o), *norm_first(o, o)), "the order should be"),
            (lambda i, o: block(*three(o, o), *three(i, o)), "two 3x3 convolutions"),
            (lambda i, o: [*three(i, o), *three(o, o)], "one module"),
        ],
        [
            lambda i, o: block(conv(i, o), conv(o, o)),
            lambda i, o: block(*three(i, o), nn.Dropout(0.1), *three(o, o), nn.Dropout2d(0.1)),
            FunctionalBlock,
        ],
    ),
}


@pytest.mark.parametrize("layer", range(8))
def test_the_receptive_field_is_as_large_as_it_is(layer, first):
    fields = receptive_fields(IdentityAdderModel())
    figure = model_summary.plot_receptive_field(first(1)[0][0][0], fields, layer)
    box = figure.axes[0].patches[0]
    assert box.get_width() == box.get_height() == fields[layer]["size"]
    # It lies about the middle of the image, less than one jump of a late layer away.
    assert abs(box.get_x() + box.get_width() / 2 - 13.5) <= fields[layer]["jump"]
    assert [bar.get_width() for bar in figure.axes[1].patches] == [f["size"] for f in fields]
