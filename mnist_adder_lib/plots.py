"""Figures of the lessons, and how a notebook shows them: with a caption and a text alternative.

Every `plot_` function returns a matplotlib figure whose label says in words what it shows.
"""

from __future__ import annotations

import io

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import DisplayHandle, Image, Markdown, display
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from .data import MEAN, STD, AdderDataset, normalise
from .evaluate import Evaluation
from .train import History

BLUE, ORANGE, GREEN, RED = "#3b74b8", "#e07b39", "#4a9a62", "#c8443c"
STYLE = {
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "font.size": 9,
    "legend.frameon": False,
}


def show(figure: Figure, caption: str, alt: str | None = None) -> None:
    """Show a figure in a notebook, with a caption below.

    alt: what there is to see, for those who can't; by default the figure's label.
    """
    display(Picture(figure, alt), Markdown(f"*{caption}*"))


def live_curves(caption: str):
    """A function for `fit(..., after_epoch=...)`: it shows the curves and lets them grow."""
    handle = DisplayHandle()

    def draw(history: History) -> None:
        picture = Picture(plot_history(history))
        if len(history.test_loss) > 1:
            return handle.update(picture)
        handle.display(picture)
        display(Markdown(f"*{caption}*"))

    return draw


class Picture(Image):
    """A figure as a PNG with a text alternative, shown at half its pixels: sharp on any screen.

    Raises ValueError where neither `alt` nor the figure's label says what there is to see.
    """

    def __init__(self, figure: Figure, alt: str | None = None):
        alt = alt or figure.get_label()
        if not alt:
            raise ValueError("say what the figure shows: show(figure, caption, alt='...')")
        buffer = io.BytesIO()
        figure.set_layout_engine("constrained")  # or a small figure's labels are cut off
        figure.savefig(buffer, dpi=144, facecolor="white", metadata={"Software": None})
        plt.close(figure)  # or the notebook would show it a second time
        super().__init__(buffer.getvalue(), retina=True, metadata={"alt": alt})

    def __repr__(self):
        return "<Figure>"


def explore(draw, **ranges: tuple[int, int]):
    """Sliders for the whole-number arguments of `draw`, and the figure that it returns for them.

    `explore(draw, number=(0, 9))` shows `draw(number=0)` and draws anew when the slider moves. As
    the `plot_` functions do, `draw` returns a figure whose label says what it shows.
    """
    sliders = {name: ipywidgets.IntSlider(low, low, high, description=name)
               for name, (low, high) in ranges.items()}

    def redraw(**values):
        display(Picture(draw(**values)))

    return ipywidgets.VBox([*sliders.values(), ipywidgets.interactive_output(redraw, sliders)])


def _labelled(figure: Figure, label: str) -> Figure:
    figure.set_label(label)
    return figure


@plt.rc_context(STYLE)
def plot_examples(dataset, indices=range(9), evaluation: Evaluation | None = None) -> Figure:
    """Up to nine examples of a dataset, titled `7 + 8 = 15`; the images as the network gets them.

    With an evaluation of the same dataset, target and prediction of each.
    """
    indices = list(indices)
    columns = min(3, len(indices))
    rows = -(-len(indices) // columns)
    figure = plt.figure(figsize=(2 * columns, 2.1 * rows))
    for place, index in enumerate(indices, start=1):
        (image, number), (digit, total) = dataset[index]
        title, right = f"{digit} + {number} = {total}", True
        if evaluation is not None:
            guess = evaluation.digit_logits[index].argmax(), evaluation.sum_logits[index].argmax()
            title = f"Target: {title}\nPredicted: {guess[0]} + {number} = {guess[1]}"
            right = evaluation.both_right[index]
        ax = figure.add_subplot(rows, columns, place)
        _draw_image(ax, image[0], title, color="black" if right else RED)
    titles = "; ".join(ax.get_title().replace("\n", ", ") for ax in figure.axes)
    return _labelled(figure, f"Handwritten digits in a grid, titled {titles}.")


def _draw_image(ax, image, title, black=-MEAN / STD, white=(1 - MEAN) / STD, color="black") -> None:
    """A (height, width) image without axes; `black` and `white` are normalised by default."""
    ax.imshow(np.asarray(image), cmap="gray", vmin=black, vmax=white)
    ax.set_title(title, color=color)
    ax.axis("off")


@plt.rc_context(STYLE)
def plot_images(images: dict) -> Figure:
    """Images of any size, (height, width) arrays from 0 (black) to 255, beside each other."""
    figure, axes = plt.subplots(1, len(images), figsize=(2.2 * len(images), 2.5), squeeze=False)
    for ax, (title, image) in zip(axes.flat, images.items()):
        _draw_image(ax, image, title, black=0, white=255)
    return _labelled(figure, "White on black, side by side: " + ", ".join(images) + ".")


@plt.rc_context(STYLE)
def plot_example_vectors(dataset: AdderDataset, image: int, number: int) -> Figure:
    """The image at one index of a dataset, a chosen number, and the one-hot vectors of both
    and of their sum."""
    digit = int(dataset.digits[image])
    total = digit + number
    figure, (left, *rest) = plt.subplots(1, 4, figsize=(7.5, 2.4), width_ratios=[2.4, 1, 1, 1])
    _draw_image(left, normalise(dataset.images[image] / 255), f"{digit} + {number} = {total}")
    vectors = [("number (in)", number, 10), ("digit (out)", digit, 10), ("sum (out)", total, 19)]
    for ax, (name, value, size) in zip(rest, vectors):
        font = 8 if size == 10 else 5
        sns.heatmap(np.eye(size, dtype=int)[:, [value]], ax=ax, cbar=False, cmap="Blues", vmax=1.2,
                    linewidths=0.5, linecolor="#ccc", annot=True, annot_kws={"size": font},
                    xticklabels=False, yticklabels=range(size))
        ax.set_title(name)
        ax.tick_params(axis="y", rotation=0, length=0, labelsize=font)
    return _labelled(figure, f"An image of a {digit} and the one-hot vectors of {number}, {digit} "
                             f"and {total}.")


@plt.rc_context(STYLE)
def plot_sum_distribution(totals) -> Figure:
    """How often each sum 0-18 occurs, against what evenly spread digits and numbers would give."""
    counts = np.bincount(totals, minlength=19)
    pairs = 10 - abs(np.arange(19) - 9)
    figure, ax = plt.subplots(figsize=(6.5, 2.8))
    ax.bar(range(19), counts, color=BLUE, label="drawn")
    ax.plot(range(19), pairs * len(totals) / 100, "o-", color=ORANGE, label="pairs of digits / 100")
    ax.set(xlabel="sum", ylabel="examples", xticks=range(19))
    ax.legend()
    return _labelled(figure, f"Bars of the 19 sums, a triangle: {counts[0]:,} examples of 0, "
                             f"{counts[9]:,} of 9, {counts[18]:,} of 18.")


@plt.rc_context(STYLE)
def plot_receptive_field(image, fields: list[dict], layer: int) -> Figure:
    """What the middle unit of one layer sees of an image, and the size of every layer's field.

    image: (1, 28, 28), normalised; fields: what `receptive_fields` gives; layer: index into it.
    """
    table, field = pd.DataFrame(fields), fields[layer]
    centres = np.arange(field["start"], 28 - field["start"], field["jump"])
    size, corner = field["size"], centres[len(centres) // 2] - field["size"] / 2
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3), width_ratios=[1, 1.3])
    _draw_image(left, image[0], f"one unit of {field['layer']}")
    left.add_patch(Rectangle((corner, corner), size, size, color=ORANGE, alpha=0.45))
    left.set(xlim=(-4, 31), ylim=(31, -4))
    bars = right.barh(table["layer"], table["size"], color="#c9d6e6")
    bars[layer].set_color(ORANGE)
    right.bar_label(bars, padding=3)
    right.axvline(28, color="gray", linestyle=":")
    right.set_xlabel("receptive field in pixels (dotted: the image)")
    right.invert_yaxis()
    return _labelled(figure, f"A unit of {field['layer']} sees {size} x {size} pixels.")


@plt.rc_context(STYLE)
def plot_range_test(rates, losses, chosen: float | None = None) -> Figure:
    """The loss while the learning rate grows, and the chosen rate."""
    figure, ax = plt.subplots(figsize=(6, 2.8))
    ax.semilogx(rates, losses, color=BLUE)
    ax.set(xlabel="learning rate", ylabel="loss", ylim=(0, 1.6 * losses[0]))
    if chosen is not None:
        ax.axvline(chosen, color=ORANGE, linestyle="--", label=f"chosen: {chosen:g}")
        ax.legend()
    lowest = rates[int(np.nanargmin(losses))]
    return _labelled(figure, f"The loss falls from {losses[0]:.1f} to {np.nanmin(losses):.1f} at a "
                             f"learning rate of {lowest:.2g}, then grows.")


@plt.rc_context(STYLE)
def plot_history(history: History) -> Figure:
    """Loss and accuracy: of training at every step, of the test split after every epoch."""
    figure, axes = plt.subplots(2, 2, figsize=(7.5, 4.6), sharex="col")
    rows = [("loss", history.train_loss, history.test_loss),
            ("accuracy", history.train_accuracy, history.test_accuracy)]
    for (left, right), (kind, train, test) in zip(axes, rows):
        steps = pd.Series(train, index=range(1, len(train) + 1))
        left.plot(steps, color=BLUE, alpha=0.25, linewidth=0.6)
        left.plot(steps.rolling(50, min_periods=1).mean(), color=BLUE)
        left.set_title(f"training {kind}, each step")
        _plot_epochs(right, test, color=ORANGE)
        right.set_title(f"test {kind}, each epoch")
    axes[0, 0].set(ylabel="loss")
    axes[1, 0].set(xlabel="step", ylabel="both right, %")
    axes[1, 1].set(xlabel="epoch")
    if history.test_loss:
        figure.set_label(f"Four curves: after {len(history.test_loss)} epochs the test loss is "
                         f"{history.test_loss[-1]:.3f} and {history.test_accuracy[-1]:.2f}% of the "
                         "test examples are right.")
    return figure


def _plot_epochs(ax, values, **options) -> None:
    """A value after each epoch, over whole numbers of epochs."""
    ax.plot(range(1, len(values) + 1), values, "o-", **options)
    ax.xaxis.get_major_locator().set_params(integer=True)


@plt.rc_context(STYLE)
def plot_train_test(history: History) -> Figure:
    """Training accuracy (averaged over each epoch) and test accuracy, over epochs."""
    test = history.test_accuracy
    steps = history.train_accuracy[: len(test) * history.steps_per_epoch]
    train = np.reshape(steps, (len(test), -1)).mean(axis=1)
    figure, ax = plt.subplots(figsize=(6, 3))
    _plot_epochs(ax, train, color=BLUE, label="training")
    _plot_epochs(ax, test, color=ORANGE, label="test")
    ax.set(xlabel="epoch", ylabel="both right, %", ylim=(min(90, *train, *test), 100))
    ax.legend()
    return _labelled(figure, f"In the last epoch {train[-1]:.2f}% of the training examples and "
                             f"{test[-1]:.2f}% of the test examples are right.")


@plt.rc_context(STYLE)
def plot_confusion(table: pd.DataFrame) -> Figure:
    """Counts of true against predicted classes; the diagonal is right. Zeros are left empty."""
    figure, ax = plt.subplots(figsize=(5.2, 4.6) if len(table) <= 10 else (8.4, 7.4))
    diagonal = np.eye(len(table), dtype=bool)
    wrong = table.mask(diagonal)
    # Mistakes are few: on a linear scale of all counts one could not see them.
    full = np.where(diagonal, 1.5 * table.max(axis=None), -1.2 * max(1, wrong.max(axis=None)))
    colours = sns.blend_palette([RED, "white", GREEN], as_cmap=True)
    sns.heatmap(table / full, cmap=colours, vmin=-1, vmax=1,
                annot=table.astype(str).where(table > 0, ""), fmt="", annot_kws={"size": 8},
                cbar=False, square=True, linewidths=0.4, linecolor="#eee", ax=ax)
    ax.tick_params(rotation=0)
    mistakes = wrong.stack()
    true, predicted = mistakes.idxmax()
    return _labelled(figure, f"{mistakes.sum():.0f} of {table.to_numpy().sum():,} are off the "
                             f"diagonal; most often ({mistakes.max():.0f} times) a {true} is taken "
                             f"for a {predicted}.")


@plt.rc_context(STYLE)
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
    return _labelled(figure, f"Boxes joined by arrows, from the inputs to the outputs: {names}.")


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
