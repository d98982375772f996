"""Model summary: the answers to its exercises, its figures."""

import pytest
import torch
import torch.nn.functional as F
from packaging.version import Version
from torch import nn

from mnist_adder_lib import IdentityAdderModel, export_onnx, receptive_fields
from mnist_adder_lib.course import model_summary
from mnist_adder_lib.course.model_summary import checks
from mnist_adder_lib.model import conv

OLD = Version(torch.__version__) < Version("2.7")  # with another exporter


def three(inputs, outputs, **options):
    """The layers of a conv sequential."""
    options = dict(padding=1, bias=False) | options
    return [nn.Conv2d(inputs, outputs, 3, **options), nn.ReLU(), nn.BatchNorm2d(outputs)]


def norm_first(inputs, outputs, **options):
    convolution, relu, norm = three(inputs, outputs, **options)
    return [convolution, norm, relu]


def ending(c, outputs=10, **options):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(c, outputs, **dict(bias=False) | options)]


def reader(*layers):
    return nn.Sequential(*layers)


def usual(c, middle=nn.MaxPool2d, second=None, end=()):
    """The right network, but for what is given."""
    second = second or three(c, 2 * c, padding=0)
    return reader(*three(1, c), middle(2), *second, *ending(2 * c), *end)


class FunctionalReader(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(c), nn.BatchNorm2d(2 * c)
        self.first = nn.Conv2d(1, c, 3, padding="same", bias=False)
        self.second = nn.Conv2d(c, 2 * c, 3, bias=False)
        self.last = nn.Linear(2 * c, 10, bias=False)

    def forward(self, images):
        x = F.max_pool2d(self.norm1(F.relu(self.first(images))), 2)
        return self.last(self.norm2(F.relu(self.second(x))).mean(dim=(2, 3)))


def side(start, paddings, change=lambda padding: 2 * padding - 2):
    return start + sum(map(change, paddings))


def each_halved(start, paddings):
    for padding in paddings:
        start = (start + 2 * padding - 2) / 2
    return start


def columns(unit, start, jump, size, cut=(0, 27)):
    middle = start + unit * jump
    return max(cut[0], middle - (size - 1) / 2), min(cut[1], middle + (size - 1) / 2)


def columns_by_list(unit, start, jump, size):
    first = round(start + unit * jump - (size - 1) / 2)
    seen = [column for column in range(first, first + size) if 0 <= column < 28]
    return [seen[0], seen[-1]]


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.conv_parameters: (
        [
            (lambda i, o, k: 9 * i * o + 2 * o, "always 3x3"),
            (lambda i, o, k: k * i * o + 2 * o, "as high as it is wide"),
            (lambda i, o, k: k * k * i * o, "Batch norm learns, too"),
            (lambda i, o, k: k * k * i * o + o, "one to multiply by"),
            (lambda i, o, k: k * k * i * o + 2, "not two in all"),
            (lambda i, o, k: k * k * i * o + 4 * o, "measured, not learned"),
            (lambda i, o, k: k * k * i * o + o + 2 * o, "bias=False"),
            (lambda i, o, k: k * k * o + 2 * o, "every channel that comes in"),
            (lambda i, o, k: k * k * (i + o) + 2 * o, "multiply the two"),
            (lambda i, o, k: k * k * (i + o), "added the channels and forgot batch norm"),
            (lambda i, o, k: 9 * (i + o), "windows of 25 weights"),
            (lambda i, o, k: k * k * i * o + 2 * i, "after the convolution"),
            (lambda i, o, k: 3 * i * o + 2 * o, "windows of 25 weights"),
        ],
        [
            lambda i, o, k: o * (k * k * i + 2),
            lambda i, o, k: torch.tensor(nn.Conv2d(i, o, k, bias=False).weight.numel() + 2 * o),
        ],
    ),
    checks.side_after: (
        [
            (lambda s, p: side(s, p), "That leaves the last convolution"),
            (lambda s, p: side(s // 2, p), "The pooling comes last"),
            (each_halved, "one pooling"),
            (lambda s, p: side(s, p, lambda q: q - 1) / 2, "two borders"),
            (lambda s, p: side(s, p, lambda q: q - 2) / 2, "on both sides"),
            (lambda s, p: side(s, p, lambda q: 2 * q - 3) / 2, "loses two, not three"),
            (lambda s, p: side(s, p, lambda q: 2 * q) / 2, "also makes the image smaller"),
            (lambda s, p: side(s, p, lambda q: -2 * (q == 0)) / 2, "makes the image larger"),
            (lambda s, p: side(s, p[:1]) / 2, "first convolution only"),
            (lambda s, p: side(s, p[-1:]) / 2, "last convolution only"),
            (lambda s, p: s // 2, "only where every padding is 1"),
            (lambda s, p: side(s, p) / 4, "leaves the last convolution, it should give"),
        ],
        [
            lambda s, p: side(s, p) // 2,
            lambda s, p: (s + 2 * sum(p) - 2 * len(p)) / 2,
            lambda s, p: nn.MaxPool2d(2)(nn.Sequential(
                *(nn.Conv2d(1, 1, 3, padding=q) for q in p))(torch.zeros(1, 1, s, s))).shape[-1],
        ],
    ),
    checks.digit_reader: (
        [
            (lambda c: list(usual(c)), "one module"),
            (lambda c: usual(c)(torch.rand(2, 1, 28, 28)), "one module"),
            (lambda c: reader(*three(1, c), nn.MaxPool2d(2), *ending(c)), "two convolutions"),
            (lambda c: reader(*three(c, c), *three(c, 2 * c)), "has one channel"),
            (lambda c: reader(*three(1, c), *three(c, c)), "twice as many"),
            (lambda c: reader(*three(1, 8), *three(8, 16)), "twice as many"),
            (lambda c: reader(*three(1, c, bias=True), *three(c, 2 * c)), "without bias"),
            (lambda c: usual(c, second=three(c, 2 * c, padding=0)[:2]), "batch norm of its own"),
            (lambda c: reader(*three(1, c, padding=0), *three(c, 2 * c)), "keep the size"),
            (lambda c: usual(c, second=three(c, 2 * c)), "padding=0"),
            (lambda c: reader(*three(1, c), *three(c, 2 * c, padding=0)), "fully connected layer"),
            (lambda c: usual(c, end=ending(10)), "fully connected layer"),
            (lambda c: reader(*usual(c)[:-3], *ending(2 * c, 19)), "ten digits"),
            (lambda c: reader(*usual(c)[:-3], *ending(c)), "one number for each"),
            (lambda c: reader(*usual(c)[:-3], *ending(2 * c * 12 * 12)), "one number for each"),
            (lambda c: reader(*usual(c)[:-3], *ending(2 * c, bias=True)), "without bias"),
            (lambda c: usual(c, lambda _: nn.MaxPool2d(2 * c)), "not a number of channels"),
            (lambda c: usual(c, end=[nn.Softmax(dim=1)]), "Logits are wanted"),
            (lambda c: usual(c, end=[nn.ReLU()]), "No ReLU behind"),
            (lambda c: usual(c, nn.Identity), "max pooling between"),
            (lambda c: usual(c, nn.Identity, [*three(c, 2 * c, padding=0), nn.MaxPool2d(2)]),
             "not behind the second"),
            (lambda c: usual(c, second=[*three(c, 2 * c, padding=0), nn.MaxPool2d(2)]),
             "One max pooling"),
            (lambda c: reader(*norm_first(1, c), nn.MaxPool2d(2),
                              *norm_first(c, 2 * c, padding=0), *ending(2 * c)), "before batch"),
            (lambda c: usual(c, nn.MaxPool2d, three(c, 2 * c, padding=0)[::2]), "order should be"),
            (lambda c: reader(*usual(c)[:-2], usual(c)[-1]), "Is the average flat"),
            (lambda c: reader(*usual(c)[:4], *ending(2 * c), *three(c, 2 * c, padding=0)),
             "don't fit"),
        ],
        [
            lambda c: reader(conv(1, c), nn.MaxPool2d(2), conv(c, 2 * c, padding=0),
                             *ending(2 * c)),
            lambda c: usual(c, second=[*three(c, 2 * c, padding=0), nn.Dropout2d(0.1)]),
            FunctionalReader,
        ],
    ),
    checks.columns_seen: (
        [
            (lambda *a: columns(*a)[::-1], "the last column first"),
            (lambda *a: columns(*a, (-99, 99)), "hangs over the border"),
            (lambda *a: columns(*a, (-99, 27)), "hangs over the border"),
            (lambda *a: columns(*a, (0, 99)), "ends with column 27"),
            (lambda *a: columns(*a, (0, 28)), "the last of them is 27"),
            (lambda u, s, j, k: columns(u, s, j, k + 1), "size - 1"),
            (lambda u, s, j, k: columns(u, s, j, (k - 1) // 2 * 2 + 1), "rounded the half"),
            (lambda u, s, j, k: columns(u, 0, j, k), "at `start`, not at 0"),
            (lambda u, s, j, k: columns(u, s, 1, k), "`jump` pixels apart"),
            (lambda u, s, j, k: columns(u, s, j, 2 * k + 1), "half to the left"),
            (lambda u, s, j, k: (s + u * j, min(27, s + u * j + k - 1)), "in the middle"),
            (lambda u, s, j, k: (u, u + k), "pixels to the left"),
            (lambda u, s, j, k: s + u * j, "two numbers"),
        ],
        [columns, columns_by_list, lambda *a: torch.tensor(columns(*a))],
    ),
}


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


def test_the_sliders_reach_any_unit(first, fields):
    box = model_summary.explore_units(first(1)[0][0][0], fields)
    layer, row, column = box.children[:3]
    row.value = column.value = 27
    layer.value = 7
    assert (row.max, column.max, row.value, column.value) == (4, 4, 4, 4)
    layer.value = 2
    assert row.max == column.max == 13


def test_dropped_channels_are_seen():
    some = torch.ones(8, 4, 4)
    some[1] = 0
    figure = model_summary.plot_channels(some, torch.zeros(6, 4, 4, requires_grad=True))
    assert len(figure.axes) == 12
    assert "1 and 6 of them are empty" in figure.get_label()


def test_wide_text_is_kept_as_it_is_and_scrolls():
    wide = model_summary.Wide("a  <b>\nc")
    assert repr(wide) == "a  <b>\nc"
    html = wide._repr_html_()
    assert "a  &lt;b&gt;\nc</pre>" in html and "overflow-x: auto" in html


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    pytest.importorskip("onnxscript", reason="needs the extra: pip install 'mnist-adder[export]'")
    path = tmp_path_factory.mktemp("onnx") / "adder.onnx"
    export_onnx(IdentityAdderModel(), path)
    return path


def test_the_export_folds_what_the_lesson_says(exported):
    operations = model_summary.onnx_operations(exported)
    assert operations.count("Conv") == 6
    assert operations.count("BatchNormalization") == (9 if OLD else 6)


def test_the_graph_has_a_box_for_every_operation(exported):
    figure = model_summary.plot_onnx_graph(exported)
    titles = [text.get_text().replace("BatchNorm", "BatchNormalization")
              for text in figure.axes[0].texts]
    operations = [name for name in model_summary.onnx_operations(exported)
                  if name not in ("Constant", "Identity")]
    for operation in set(operations):
        assert titles.count(operation) == operations.count(operation)
    assert titles.count("Input") == 2 and {"digit: 10", "sum: 19"} < set(titles)
    boxes = [patch.get_bbox() for patch in figure.axes[0].patches]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.skipif(OLD, reason="it has more boxes")
def test_no_arrow_of_the_graph_crosses_a_box(exported):
    ax = model_summary.plot_onnx_graph(exported).axes[0]
    centres = [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
               for box in (patch.get_bbox() for patch in ax.patches)]
    for text in ax.texts:
        if hasattr(text, "xyann"):
            (x0, y0), (x1, y1) = text.xyann, text.xy
            inside = [(x, y) for x, y in centres if abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0))
                      < 0.1 and min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)]
            assert len(inside) <= 2, inside  # its two ends
