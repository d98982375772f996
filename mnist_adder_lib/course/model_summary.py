"""Model summary: what the lesson asks, checks and draws."""

from __future__ import annotations

import html

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from torch import nn

from ..model import IdentityAdderModel, receptive_fields
from .display import explore
from .figures import BLUE, GREEN, GREY, ORANGE, RED, draw_image, labelled, text_on
from .guesses import INFINITE, Guesses, Option, Question, between
from .old_checks import Checks, Wrong, compare, draw, numbers, require

SIDE = 28  # of an image, in pixels

guesses = Guesses({
    "three blocks": Question(
        "28x28 goes in. Which size comes out of the third block?",
        "Halved twice, 28 becomes 14 and then 7. The last convolution has no padding and loses a "
        "row on each side.",
        [
            Option("14x14.", lambda side: side == 14, "That is what leaves the first block. There "
                   "are two more."),
            Option("7x7.", lambda side: side == 7, "That is what leaves the second block. The "
                   "third doesn't halve, but look at its last `padding`."),
            Option("5x5.", lambda side: side == 5),
            Option("3x3.", lambda side: side == 3, "You halved three times, but the third block "
                   "has no pooling."),
        ],
    ),
    "untrained": Question(
        "The network is built but has learned nothing. Which probabilities does it give the ten "
        "digits?",
        "Random weights make ten scores that hardly differ. That means *no idea*, which is just "
        "what it should say.",
        [
            Option("All are 0: it knows nothing.", between(0, 0.05), "Probabilities add up to 1, "
                   "softmax sees to that. Knowing nothing looks different."),
            Option("About a tenth each.", between(0.05, 0.3)),
            Option("Nearly 100% for one of them, any one.", between(0.3, 1.1), "To be sure it "
                   "needs one score far above the others, and small random weights make small "
                   "scores. Being sure has to be learned, even being sure and wrong."),
        ],
    ),
    "field": Question(
        "How many pixels, from left to right, does the window of one unit of the last layer cover?",
        "Each pooling doubles the distance between neighbouring units, and so what every later "
        "window adds. In the end it is more than the image has.",
        [
            Option("3: its window is 3x3.", between(0, 4), "It sees 3 *units* of the layer before. "
                   "Each of these sees 3 of the layer before that, and so on down to the pixels."),
            Option("About 15.", between(4, 28), "You added 2 for each convolution and 1 for each "
                   "pooling. That would be right if neighbouring units always stayed one pixel "
                   "apart."),
            Option("28 or more.", between(28, INFINITE)),
        ],
    ),
    "repainted": Question(
        "We paint over rows and columns 22 to 27. How many of the 25 units notice?",
        "The unit in the upper left corner sees 32 pixels, too, but only 22 of them, 0 to 21, lie "
        "in the image. Its neighbours see four more.",
        [
            Option("All 25: each covers 32 pixels.", lambda count: count == 25, "32 is more than "
                   "28, but a window isn't in the middle just because it is large. That of a "
                   "corner unit hangs over the border."),
            Option("24.", lambda count: count == 24),
            Option("9, at the right and at the bottom.", lambda count: count == 9, "They see it "
                   "best. But 32 pixels reach far: the middle unit sees all of the image."),
        ],
    ),
})
checks = Checks()


@checks.add("What costs is channels in times channels out, and the window's side, squared.")
def conv_parameters(answer):
    """`conv_parameters(inputs, outputs, kernel)`: of a convolution without bias, batch norm."""
    for k in (5, 3, 7, 1, 5):
        i, o = draw(2, 15), draw(16, 32)
        windows, norm = k * k * i * o, 2 * o
        example = (f"{i} channels in and {o} out ({i * o} windows of {k * k} weights, and batch "
                   f"norm on {o} channels)")
        compare(answer(i, o, k), windows + norm, example, {
            "Your window is always 3x3, but this one is `kernel` wide.": 9 * i * o + norm,
            "The window is as high as it is wide: `kernel * kernel` weights.": k * i * o + norm,
            "Batch norm learns, too: two numbers for each channel.": windows,
            "Batch norm learns two numbers for each channel: one to multiply by and one to add.":
                windows + o,
            "Batch norm has two numbers for *each* channel, not two in all.": windows + 2,
            "The mean and the spread are measured, not learned. Batch norm learns two numbers "
            "for each channel.": windows + 4 * o,
            "The convolution was made with bias=False: it has none.": windows + o + norm,
            "Each channel that leaves has a window for every channel that comes in.":
                k * k * o + norm,
            "A window belongs to a pair, of one channel in and one out. So multiply the two "
            "numbers of channels, don't add them.": k * k * (i + o) + norm,
            "You added the channels and forgot batch norm. A window belongs to a pair of one "
            "channel in and one out: multiply.": k * k * (i + o),
            "Batch norm comes after the convolution. How many channels are there?": windows + 2 * i,
        })


@checks.add("Side by side with 28 → 28 → 28 → 14, the first block is side_after(28, [1, 1]).")
def side_after(answer):
    """`side_after(side, paddings)`: after 3x3 convolutions with these paddings and a pooling."""
    cases, answers = [], []
    while len(cases) < 6:
        side, paddings = 2 * draw(12, 20), [draw(0, 3) for _ in range(draw(2, 4))]
        right, last, reasons = _sides(side, paddings)
        if right not in reasons.values():  # no wrong way leads to the right side by chance
            example = (f"{side}x{side} and the paddings {paddings}, where {last}x{last} leaves "
                       "the last convolution,")
            cases.append((right, example, reasons))
            answers.append(answer(side, list(paddings)))
    for value, (right, example, reasons) in zip(answers, cases):
        # Two wrong ways often agree in one case; the learner's explains all of them.
        compare(value, right, example, {reason: reasons[reason] for reason in reasons if all(
            np.isclose(numbers(other), case[2][reason]).all()
            for other, case in zip(answers, cases))})


def _sides(side: int, paddings: list[int]) -> tuple[int, int, dict[str, float]]:
    """The right side, the one before the pooling, and wrong ones by the reason why."""
    changes = [2 * padding - 2 for padding in paddings]
    last, halved = side + sum(changes), float(side)
    for change in changes:
        halved = (halved + change) / 2
    return last // 2, last, {
        "That leaves the last convolution. The pooling behind it halves the sides.": last,
        "The pooling comes last: halve what leaves the convolutions.": side // 2 + sum(changes),
        "There is one pooling, behind the last convolution, not one behind each.": halved,
        "An image has two borders: padding is added on both sides, and a 3x3 window loses a row "
        "on both.": (side + sum(p - 1 for p in paddings)) / 2,
        "Padding is added on both sides: left and right, above and below.":
            (side + sum(p - 2 for p in paddings)) / 2,
        "A 3x3 window covers three rows and makes one: it loses two, not three.":
            (side + sum(2 * p - 3 for p in paddings)) / 2,
        "A 3x3 convolution also makes the image smaller: without padding by one row on each "
        "side.": (side + sum(2 * p for p in paddings)) / 2,
        "Each padding of 0 costs two rows, but a padding of 2 or 3 makes the image larger.":
            (side + sum(min(0, change) for change in changes)) / 2,
        "You went through the first convolution only.": (side + changes[0]) / 2,
        "You went through the last convolution only.": (side + changes[-1]) / 2,
        "The sides stay as they are only where every padding is 1.": side / 2,
    }


@checks.add(
    "Your own network: six steps, and it would learn to read digits. Numbers it can't add."
)
def digit_reader(answer):
    """`digit_reader(channels)`: a module from images to ten logits, see the exercise."""
    for low in (2, 5, 8):
        c = draw(low, low + 2)
        network = answer(c)
        require(isinstance(network, nn.Module), "It should return the network, one module made of "
                "several, such as nn.Sequential(...), not a list and not what comes out of it.")
        convs, norms, linears, pools, flattens = (
            [layer for layer in network.eval().modules() if isinstance(layer, kind)]
            for kind in (nn.Conv2d, nn.BatchNorm2d, nn.Linear, nn.MaxPool2d, nn.Flatten)
        )
        _check_convolutions(convs, norms, c)
        _check_the_rest(network, linears, pools, c)
        try:
            _compare_reader(network, convs, norms, linears[0], torch.rand(2, 1, 28, 28))
        except RuntimeError:
            missing = "" if flattens else (" Is the average flat, one number for each channel, "
                                           "before the fully connected layer takes it?")
            raise Wrong("The layers don't fit: each must take what the one before gives."
                        + missing) from None


def _check_convolutions(convs, norms, c: int) -> None:
    require(len(convs) == 2, "Two conv sequentials have two convolutions together, but yours has "
            f"{len(convs)}.")
    shapes = [(conv.in_channels, conv.out_channels) for conv in convs]
    require(shapes[0][0] == 1, "The first convolution takes a grey image, which has one channel, "
            f"but yours takes {shapes[0][0]}.")
    require(shapes == [(1, c), (c, 2 * c)], f"For digit_reader({c}) the first convolution should "
            f"make {c} channels; the second takes these {c} and makes twice as many. Yours lead "
            f"from {shapes[0][0]} to {shapes[0][1]} and from {shapes[1][0]} to {shapes[1][1]}.")
    require(all(conv.kernel_size == (3, 3) for conv in convs), "The windows should be 3x3.")
    require(all(conv.bias is None for conv in convs), "Make the convolutions without bias, as in "
            "this network. (A bias would make a difference here, since ReLU stands before batch "
            "norm. The reference does well without.)")
    require(len(norms) == 2, "Each of the two convolutions needs a batch norm of its own.")
    require(convs[0].padding in ((1, 1), "same"), "The first convolution should keep the size of "
            "the image: with padding=1.")
    require(convs[1].padding in ((0, 0), "valid"), "The second convolution should have no "
            "padding: padding=0.")


def _check_the_rest(network, linears, pools, c: int) -> None:
    require(len(linears) == 1, "One fully connected layer, `nn.Linear`, makes the ten logits, but "
            f"yours has {len(linears)}.")
    require(linears[0].out_features == 10, "There are ten digits, so ten logits should leave the "
            f"last layer, not {linears[0].out_features}.")
    require(linears[0].in_features == 2 * c, f"The average leaves one number for each of the "
            f"{2 * c} channels. So many go into the fully connected layer, not "
            f"{linears[0].in_features}.")
    require(linears[0].bias is None, "Make the fully connected layer without bias: bias=False.")
    sizes = [pool.kernel_size for pool in pools]
    require(all(size in (2, (2, 2)) for size in sizes), "The number in `nn.MaxPool2d` is the side "
            "of its window, not a number of channels: a window of 2 halves the sides.")
    require(not any(isinstance(layer, (nn.Softmax, nn.LogSoftmax)) for layer in network.modules()),
            "Logits are wanted: softmax makes probabilities of them, later.")


def _compare_reader(network, convs, norms, linear, images) -> None:
    """Refuse a network unless it does what `digit_reader` should, with a reason if we know one."""
    for norm in norms:  # a fresh batch norm changes nothing, so that its place couldn't be seen
        nn.init.uniform_(norm.weight, -1, 1)
        nn.init.uniform_(norm.bias, -1, 1)

    def run(step=lambda conv, norm, x: norm(conv(x).relu()), pools=(2, 1), end=lambda x: x):
        x = images
        for conv, norm, pool in zip(convs, norms, pools):
            x = F.max_pool2d(step(conv, norm, x), pool)
        return end(linear(x.mean(dim=(2, 3))))

    with torch.no_grad():
        output = network(images)
        require(output.shape == (2, 10), "For two images it should give two rows of ten logits, "
                f"but the shape is {tuple(output.shape)}.")
        wrong = {
            "There should be a max pooling between the two conv sequentials.": run(pools=(1, 1)),
            "One max pooling is enough, between the two conv sequentials.": run(pools=(2, 2)),
            "The max pooling stands between the two conv sequentials, not behind the second.":
                run(pools=(1, 2)),
            "In a conv sequential ReLU comes before batch norm.":
                run(lambda conv, norm, x: norm(conv(x)).relu()),
            "The ReLU is missing: it stands between convolution and batch norm.":
                run(lambda conv, norm, x: norm(conv(x))),
            "No ReLU behind the last layer: logits may be negative.": run(end=torch.relu),
            "Logits are wanted: softmax makes probabilities of them, later.":
                run(end=lambda x: x.softmax(dim=1)),
        }
        right = run()
    if not torch.allclose(output, right, atol=1e-4):
        for reason, values in wrong.items():
            require(not torch.allclose(output, values, atol=1e-4), reason)
        raise Wrong("All layers are there, but the order should be: convolution, ReLU, batch "
                    "norm; max pooling; convolution, ReLU, batch norm; average; fully connected.")


@checks.add("With this you know of every unit of every layer what it can know of the image.")
def columns_seen(answer):
    """`columns_seen(unit, start, jump, size)`: the first and the last column that a unit sees."""
    fields = receptive_fields(IdentityAdderModel())
    for layer in (7, 6, 4, 2, 0, 7, 5):
        field = fields[layer]
        start, jump, size = field["start"], field["jump"], field["size"]
        for unit in (draw(0, 1), draw(2, 3), units(field) - 1):
            centre, half = start + unit * jump, (size - 1) / 2
            case = f"Unit {unit} with start {start:g}, jump {jump} and size {size}:"
            got = numbers(answer(unit, start, jump, size))
            require(got.shape == (2,), "It should return two numbers, the first column and the "
                    "last.")
            _compare_columns(tuple(got), centre, half, unit, field, case)


def _compare_columns(got, centre, half, unit, field, case) -> None:
    start, jump, size = field["start"], field["jump"], field["size"]

    def cut(first, last):
        return max(0, first), min(SIDE - 1, last)

    right = cut(centre - half, centre + half)
    if got == right:
        return
    reasons = {
        "You gave the last column first.": right[::-1],
        "The window hangs over the border. Of the image it sees columns from 0 to 27 only: `max` "
        "and `min` can cut it off.": (centre - half, centre + half),
        "On the left the window hangs over the border: the image begins with column 0.":
            (centre - half, right[1]),
        "On the right the window hangs over the border: the image ends with column 27.":
            (right[0], centre + half),
        "The image has 28 columns, so the last of them is 27.":
            (right[0], min(SIDE, centre + half)),
        "The last column is counted, too: `size` columns, but `size - 1` steps from the first "
        "to the last.": cut(centre - size / 2, centre + size / 2),
        "You rounded the half down: from the middle to each end it is (size - 1) / 2.":
            cut(centre - (size - 1) // 2, centre + (size - 1) // 2),
        "The last one is a column too far: the first is counted, too.":
            cut(centre - half, centre - half + size),
        "The centre is in the middle of what the unit sees: half of it lies to the left.":
            cut(centre, centre + size - 1),
        "The centre of unit 0 is at `start`, not at 0.":
            cut(unit * jump - half, unit * jump + half),
        "Neighbouring units are `jump` pixels apart, not one.":
            cut(start + unit - half, start + unit + half),
        "The size goes half to the left and half to the right.":
            cut(centre - size, centre + size),
    }
    for reason, wrong in reasons.items():
        require(got != wrong, f"{case} {reason[0].lower()}{reason[1:]}"
                if reason[0] in "T" else f"{case} {reason}")
    raise Wrong(f"{case} its centre is at {centre:g}, and it sees {half:g} pixels to the left of "
                f"it and as many to the right, as far as the image goes: {right[0]:g} to "
                f"{right[1]:g}.")


def plot_channels(*rows) -> Figure:
    """Up to six channels, (channels, height, width), of each of the tensors, in a row each."""
    count = min(6, *map(len, rows))
    figure, axes = plt.subplots(len(rows), count, figsize=(5.5, 0.95 * len(rows)), squeeze=False)
    for axs, row in zip(axes, rows):
        for ax, channel in zip(axs, row):
            draw_image(ax, channel.detach(), "", black=-1, white=1)
    empty = [int((row[:count].flatten(1) == 0).all(dim=1).sum()) for row in rows]
    return labelled(figure, f"{len(rows)} rows of {count} grey pictures; from above, "
                    f"{' and '.join(map(str, empty))} of them are empty.")


def units(field: dict) -> int:
    """How many units the layer of a receptive field has in a row."""
    beyond = 0 if field["padding"] else field["start"]  # without padding the border gets none
    return len(np.arange(field["start"], SIDE - max(beyond, 0.5), field["jump"]))


def plot_receptive_field(image, fields: list[dict], layer: int, row=None, column=None) -> Figure:
    """What one unit of a layer sees of an image, and the size of every layer's field.

    image: (1, 28, 28), normalised; fields: what `receptive_fields` gives; layer: index into it;
    row, column: of the unit, the middle one by default; beyond the last the last one.
    """
    field, count = fields[layer], units(fields[layer])
    row, column = (count // 2 if place is None else min(place, count - 1)
                   for place in (row, column))
    size = field["size"]
    top, left = (field["start"] + place * field["jump"] - size / 2 for place in (row, column))
    seen = [f"{max(0, round(low + 0.5))} to {min(SIDE, round(low + 0.5) + size) - 1}"
            for low in (top, left)]
    title = f"unit ({row}, {column}) of {count}x{count}\nrows {seen[0]}, columns {seen[1]}"
    figure, (picture, bars) = plt.subplots(1, 2, figsize=(5.5, 2.9), width_ratios=[1.35, 1])
    draw_image(picture, image[0], title)
    picture.add_patch(Rectangle((left, top), size, size, facecolor=to_rgba(ORANGE, 0.45),
                                edgecolor=ORANGE, linewidth=2))
    picture.set(xlim=(-11, 38), ylim=(38, -11))
    _draw_sizes(bars, fields, layer)
    return labelled(figure, f"{title.capitalize()}, in {field['layer']}. ".replace("\n", " sees ")
                    + f"Its window covers {size} x {size} pixels.")


def _draw_sizes(ax, fields: list[dict], layer: int) -> None:
    table = pd.DataFrame(fields)
    bars = ax.barh(table["layer"], table["size"], color=GREY)
    bars[layer].set(color=ORANGE)
    ax.bar_label(bars, padding=3, color=GREY)
    ax.axvline(SIDE, color=GREY, linestyle=":")
    ax.set(xlim=(0, 38), xlabel="pixels (dotted: the image)")
    ax.invert_yaxis()


def explore_units(image, fields: list[dict]):
    """`plot_receptive_field` with sliders for the layer and for any unit of it."""
    def draw_unit(layer, row, column):
        return plot_receptive_field(image, fields, layer, row, column)

    last = SIDE - 1
    box = explore(draw_unit, layer=(0, len(fields) - 1), row=(0, last), column=(0, last))
    layer, row, column = box.children[:3]

    def as_many_as_there_are(_):
        row.max = column.max = units(fields[layer.value]) - 1

    layer.observe(as_many_as_there_are, "value")
    return box


class Wide:
    """Text in columns, which scrolls where the page is narrow instead of being wrapped."""

    def __init__(self, text):
        self.text = str(text)

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        style = "overflow-x: auto; white-space: pre; word-break: normal"
        return f'<pre tabindex="0" style="{style}">{html.escape(self.text)}</pre>'


def onnx_operations(path) -> list[str]:
    """The names of the operations of an ONNX file, in their order."""
    import onnx

    return [node.op_type for node in onnx.load(path).graph.node]


def plot_onnx_graph(path, columns: int = 5) -> Figure:
    """The operations of an ONNX file and the shapes that they give (without the batch).

    To be read like a snake: the first row to the right, the second to the left, and so on.
    """
    import onnx

    graph = onnx.shape_inference.infer_shapes(onnx.load(path)).graph
    values = [*graph.input, *graph.value_info, *graph.output]
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim][1:] for v in values}
    # An Identity is one of PyTorch 2.6's, which gives equal weights a second name.
    operations = {node.output[0]: node.op_type for node in graph.node
                  if node.op_type not in ("Constant", "Identity")}
    names = ", ".join(operations.values())
    operations |= {v.name: "Input" for v in graph.input}
    edges = [(source, node.output[0]) for node in graph.node for source in node.input
             if source in operations]
    snakes = [_snake(operations, edges, columns, begin) for begin in range(columns)]
    places = min(snakes, key=lambda places: sum(
        np.hypot(*np.subtract(places[start], places[end])) for start, end in edges))
    rows = 1 + max(row for _, row in places.values())
    figure, ax = plt.subplots(figsize=(5.5, 0.62 * rows))
    ends = dict(zip([v.name for v in graph.output], ["digit: ", "sum: "]))
    boxes = {}
    for name, place in places.items():
        shape = " × ".join(map(str, shapes[name])) or "number"
        boxes[name] = _draw_box(ax, place, operations[name], ends.get(name, "") + shape)
    for start, end in edges:
        arrow = dict(arrowstyle="-|>", color=GREY, patchA=boxes[start], patchB=boxes[end])
        ax.annotate("", places[end], places[start], arrowprops=arrow)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.axis("off")
    return labelled(figure, f"Boxes joined by arrows, from the inputs to the outputs: {names}. The "
                    "last two are named digit and sum.")


def _snake(operations, edges, columns: int, begin: int) -> dict[str, tuple[float, float]]:
    """(x, y) of each operation, as late in the snake as the operations after it allow.

    The snake begins in the column `begin` of the first row. Those that can be computed side by
    side stand below each other, inputs at the bottom.
    """
    after = dict.fromkeys(operations, 0)
    places: dict[str, tuple[int, int]] = {}
    for start, end in reversed(edges):  # against the order of computation
        after[start] = max(after[start], after[end] + 1)
    for name in operations:
        row, column = divmod(begin + max(after.values()) - after[name], columns)
        x = column if row % 2 == 0 else columns - 1 - column
        places[name] = x, 2 * row + ((x, 2 * row) in places.values())
    rows = sorted({y for _, y in places.values()})  # without those that stayed empty
    return {name: (x, rows.index(y)) for name, (x, y) in places.items()}


def _draw_box(ax, place, operation: str, shape: str) -> FancyBboxPatch:
    x, y = place
    colours = dict(Input=GREEN, Conv=BLUE, Gemm=ORANGE, MatMul=ORANGE, Concat=RED)
    colour = colours.get(operation, GREY)
    box = FancyBboxPatch((x - 0.41, y - 0.33), 0.82, 0.66, color=colour,
                         boxstyle="round,pad=0.02,rounding_size=0.08")
    text = dict(ha="center", va="center", color=text_on(colour), size=9)
    ax.text(x, y - 0.14, operation.replace("alization", ""), weight="bold", **text)
    ax.text(x, y + 0.16, shape, **text)
    return ax.add_patch(box)
