"""Model summary: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from torch import nn

from .checks import Checks, Wrong, compare, draw, require
from .figures import BLUE, GREEN, ORANGE, RED, draw_image, labelled
from .guesses import INFINITE, Guesses, Option, Question, between

guesses = Guesses({
    "no padding": Question(
        "Without padding, which size comes out of 28x28?",
        "The middle of the window can't stand on the outermost row on either side: 28 - 2 = 26.",
        [
            Option("28x28, as before.", lambda side: side == 28, "For that the window would have "
                   "to reach over the border, and without padding there is nothing."),
            Option("27x27.", lambda side: side == 27, "Something is lost at the border, yes, but "
                   "an image has two borders in each direction."),
            Option("26x26.", lambda side: side == 26),
            Option("25x25.", lambda side: side == 25, "The window is 3 wide, but in its first "
                   "place it already covers three rows and makes one: only two are lost."),
        ],
    ),
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
        "How much of the 28 pixels, from left to right, does one unit of the last layer see?",
        "Each pooling doubles the distance between neighbouring units, and so what every later "
        "window adds. In the end it is more than the image has.",
        [
            Option("3: its window is 3x3.", between(0, 4), "It sees 3 *units* of the layer before. "
                   "Each of these sees 3 of the layer before that, and so on down to the pixels."),
            Option("About 15.", between(4, 28), "You added 2 for each convolution and 1 for each "
                   "pooling. That would be right if neighbouring units always stayed one pixel "
                   "apart."),
            Option("All 28.", between(28, INFINITE)),
        ],
    ),
})
checks = Checks()


@checks.add(
    "Nearly all of them are in the convolution: what costs is channels in times channels out."
)
def conv_parameters(answer):
    """`conv_parameters(inputs, outputs)`: of a 3x3 convolution without bias and its batch norm."""
    for _ in range(5):
        i, o = draw(2, 15), draw(16, 32)
        compare(answer(i, o), 9 * i * o + 2 * o, f"{i} channels in and {o} out", {
            "Batch norm learns, too: two numbers for each channel.": 9 * i * o,
            "The convolution was made with bias=False: it has none.": 9 * i * o + 3 * o,
            "Each channel that leaves has a window for every channel that comes in.": 11 * o,
            "Batch norm comes after the convolution. How many channels there?": 9 * i * o + 2 * i,
        })


@checks.add(
    "This is how the network begins: its first two blocks are conv_block(1, 8) and (8, 16)."
)
def conv_block(answer):
    """`conv_block(inputs, outputs)`: a module of two conv sequentials and a 2x2 max pooling."""
    for _ in range(3):
        i, o = draw(1, 4), draw(5, 9)
        block = answer(i, o)
        require(isinstance(block, nn.Module), "It should return the block, one module made of "
                "several such as nn.Sequential(...), not a list and not what comes out of it.")
        convs, norms = ([layer for layer in block.eval().modules() if isinstance(layer, kind)]
                        for kind in (nn.Conv2d, nn.BatchNorm2d))
        shapes = [tuple(conv.weight.shape) for conv in convs]
        require(shapes == [(o, i, 3, 3), (o, o, 3, 3)], f"conv_block({i}, {o}) needs two 3x3 "
                f"convolutions, from {i} channels to {o} and from {o} to {o}; the weights of yours "
                f"have the shapes (out, in, height, width) {shapes}.")
        require(all(conv.bias is None for conv in convs), "The convolutions need no bias: the "
                "batch norm that follows shifts every channel anyway.")
        require(len(norms) == 2, "Each of the two convolutions needs a batch norm of its own.")
        _compare_block(block, convs, norms, torch.rand(2, i, 8, 8))


def _compare_block(block, convs, norms, images):
    """Refuse a block unless it does convolution, ReLU, batch norm, these again, max pooling."""
    right = images
    try:
        for conv, norm in zip(convs, norms):
            # A fresh batch norm changes nothing, so that its place couldn't be seen.
            nn.init.uniform_(norm.weight, -1, 1)
            nn.init.uniform_(norm.bias, -1, 1)
            right = norm(F.conv2d(right, conv.weight, padding=1).relu())
        right, output = F.max_pool2d(right, 2), block(images)
    except Exception:
        raise Wrong("The layers don't fit: each must take what the one before gives.") from None
    require(output.shape == right.shape, "An image of 8x8 should leave the block as 4x4 (padding "
            f"keeps its size, the pooling halves it), but the shape is {tuple(output.shape)}.")
    require(torch.allclose(output, right, atol=1e-4), "All layers are there, but the order should "
            "be: convolution, ReLU, batch norm, the three again, max pooling.")


def plot_receptive_field(image, fields: list[dict], layer: int) -> Figure:
    """What the middle unit of one layer sees of an image, and the size of every layer's field.

    image: (1, 28, 28), normalised; fields: what `receptive_fields` gives; layer: index into it.
    """
    table, field = pd.DataFrame(fields), fields[layer]
    centres = np.arange(field["start"], 28 - field["start"], field["jump"])
    size, corner = field["size"], centres[len(centres) // 2] - field["size"] / 2
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.5, 2.8), width_ratios=[1, 1.3])
    draw_image(left, image[0], f"one unit of {field['layer']}")
    left.add_patch(Rectangle((corner, corner), size, size, color=ORANGE, alpha=0.45))
    left.set(xlim=(-4, 31), ylim=(31, -4))
    bars = right.barh(table["layer"], table["size"], color="#c9d6e6")
    bars[layer].set_color(ORANGE)
    right.bar_label(bars, padding=3)
    right.axvline(28, color="gray", linestyle=":")
    right.set_xlabel("receptive field in pixels (dotted: the image)")
    right.invert_yaxis()
    return labelled(figure, f"A unit of {field['layer']} sees {size} x {size} pixels.")


def plot_onnx_graph(path, columns: int = 7) -> Figure:
    """The operations of an ONNX file and the shapes that they give (without the batch).

    To be read like a snake: the first row to the right, the second to the left, and so on.
    """
    import onnx

    graph = onnx.shape_inference.infer_shapes(onnx.load(path)).graph
    values = [*graph.input, *graph.value_info, *graph.output]
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim][1:] for v in values}
    operations = {n.output[0]: n.op_type for n in graph.node if n.op_type != "Constant"}
    names = ", ".join(operations.values())
    operations |= {v.name: "Input" for v in graph.input}
    edges = [(source, node.output[0]) for node in graph.node for source in node.input
             if source in operations]
    places = _snake(operations, edges, columns)
    rows = 1 + max(row for _, row in places.values())
    figure, ax = plt.subplots(figsize=(1.25 * columns, 0.8 * rows))
    boxes = {name: _draw_box(ax, places[name], operations[name], shapes[name]) for name in places}
    for start, end in edges:
        arrow = dict(arrowstyle="-|>", color="#555", patchA=boxes[start], patchB=boxes[end])
        ax.annotate("", places[end], places[start], arrowprops=arrow)
    ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6))
    ax.axis("off")
    return labelled(figure, f"Boxes joined by arrows, from the inputs to the outputs: {names}.")


def _snake(operations, edges, columns: int) -> dict[str, tuple[float, float]]:
    """(x, y) of each operation, as late in the snake as the operations after it allow.

    Those that can be computed side by side stand below each other, inputs at the bottom.
    """
    after, places = dict.fromkeys(operations, 0), {}
    for start, end in reversed(edges):  # against the order of computation
        after[start] = max(after[start], after[end] + 1)
    for name in operations:
        row, column = divmod(max(after.values()) - after[name], columns)
        x = column if row % 2 == 0 else columns - 1 - column
        places[name] = x, 2 * row + ((x, 2 * row) in places.values())
    rows = sorted({y for _, y in places.values()})  # without those that stayed empty
    return {name: (x, rows.index(y)) for name, (x, y) in places.items()}


def _draw_box(ax, place, operation: str, shape: list[int]) -> FancyBboxPatch:
    x, y = place
    colour = dict(Input=GREEN, Conv=BLUE, Gemm=ORANGE, Concat=RED).get(operation, "#8a94a3")
    box = FancyBboxPatch((x - 0.36, y - 0.26), 0.72, 0.52, color=colour,
                         boxstyle="round,pad=0.02,rounding_size=0.08")
    text = dict(ha="center", va="center", color="white")
    ax.text(x, y - 0.09, operation.replace("alization", ""), size=7.5, weight="bold", **text)
    ax.text(x, y + 0.13, " × ".join(map(str, shape)) or "number", size=6.5, **text)
    return ax.add_patch(box)
