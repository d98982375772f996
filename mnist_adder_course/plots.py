"""Figures of examples, of training runs and of answers.

Every `plot_` function returns a matplotlib figure whose label says in words what it shows. As the
last line of a cell, a notebook shows it; in a program, write it with `.savefig`. This module is
imported by its name: `from mnist_adder_course.plots import plot_history`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.typing import ColorType
from numpy.typing import ArrayLike
from torch import Tensor

from mnist_adder_lib.data import MEAN, STD, AdderDataset, as_input
from mnist_adder_lib.evaluate import Evaluation, in_evaluation
from mnist_adder_lib.history import History
from mnist_adder_lib.model import DIGITS, IdentityAdderModel

# Each can be seen on a white page and on a dark one, any two can be told apart by the colour-blind,
# and GREY and RED are also for text: tests/test_colours.py. The widgets have the same in
# js/src/widgets/common/common.css.
BLUE, ORANGE, GREEN, RED, GREY = "#346cb0", "#db7828", "#3aa368", "#d2443f", "#767676"
SHARE = sns.blend_palette(["#eef3fa", BLUE], as_cmap=True)  # of tables: from 0 up
CHANGE = sns.blend_palette([ORANGE, "#f2f2f2", BLUE], as_cmap=True)  # from below 0 to above it
OPERATIONS = dict(Input=GREEN, Conv=BLUE, Gemm=ORANGE, MatMul=ORANGE, Concat=RED)  # of an ONNX file
SIGNED = LinearSegmentedColormap.from_list("signed", ["#ff922b", "black", "white"])  # -1, 0, 1
# style.mplstyle, next to this file; for figures of your own: plt.style.use(STYLE)
STYLE = "mnist_adder_course.style"
in_style = plt.style.context(STYLE)
SHOWN = 100  # pixels of a page for an inch of a figure: its letters are as large as the page's


class Plot(Figure):
    """A figure that a notebook shows once, sharp, with its label as text alternative.

    Its background is transparent, so that it suits a light page and a dark one. It isn't one of
    pyplot's figures, which would be shown a second time at the end of the cell.
    """

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict, dict]:
        width, height = (round(SHOWN * inches) for inches in self.get_size_inches())
        png = base64.b64encode(as_png(self)).decode()
        looks = {"alt": str(self.get_label()), "width": width, "height": height}
        return {"image/png": png, "text/plain": "<Figure>"}, {"image/png": looks}


def as_png(figure: Figure) -> bytes:
    """A figure in our style, as a PNG with two pixels for each of the screen's.

    Its background is transparent, and so is that of its axes, whatever their facecolor. Paper that
    something needs is drawn: a Rectangle or an image.
    """
    buffer = io.BytesIO()
    figure.set_layout_engine("constrained")  # or a small figure's labels are cut off
    with plt.style.context(STYLE):  # ticks are made when they are drawn
        figure.savefig(buffer, dpi=2 * SHOWN, transparent=True, metadata={"Software": None})
    return buffer.getvalue()


def labelled(figure: Figure, label: str) -> Figure:
    """The figure, with what it shows in words."""
    figure.set_label(label)
    return figure


def text_on(colour: ColorType) -> str:
    """Black or white: what can be read better on a colour, by WCAG's relative luminance."""
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
             for part in to_rgb(colour)]
    return "black" if np.dot(light, [0.2126, 0.7152, 0.0722]) > 0.179 else "white"


def write_readably(heatmap: Axes) -> None:
    """Make the numbers of a seaborn heat map black or white, by the colour of their cells."""
    mesh = heatmap.collections[0]
    shown = ~np.ma.getmaskarray(np.ma.asarray(mesh.get_array())).ravel()
    for text, colour in zip(heatmap.texts, np.asarray(mesh.get_facecolor())[shown]):
        text.set_color(text_on(colour[:3]))


@in_style
def plot_examples(dataset: AdderDataset, indices: Iterable[int] = range(9),
                  evaluation: Evaluation | None = None) -> Figure:
    """Examples of a dataset, titled `7 + 8 = 15`, three in a row; images as the network gets them.

    With an evaluation of the same dataset, target and prediction of each, wrong ones in red. Raises
    ValueError if there is no index.
    """
    indices = list(indices)
    if not indices:
        raise ValueError("there is no example to show")
    columns = min(3, len(indices))
    rows = -(-len(indices) // columns)
    figure = Plot(figsize=(1.8 * columns, 1.95 * rows))
    for position, index in enumerate(indices, start=1):
        (image, number), (digit, total) = dataset[index]
        title, right = f"{digit} {dataset.sign} {number} = {total}", True
        if evaluation is not None:
            guess = evaluation.digit_logits[index].argmax(), evaluation.sum_logits[index].argmax()
            title = f"Target: {title}\nPredicted: {guess[0]} {dataset.sign} {number} = {guess[1]}"
            right = bool(evaluation.both_right[index])
        ax = figure.add_subplot(rows, columns, position)
        draw_image(ax, image[0], title, color=GREY if right else RED)
    titles = "; ".join(ax.get_title().replace("\n", ", ") for ax in figure.axes)
    return labelled(figure, f"Handwritten digits in a grid, titled {titles}.")


def draw_image(ax: Axes, image: ArrayLike, title: str = "", black: float = -MEAN / STD,
               white: float = (1 - MEAN) / STD, color: ColorType = GREY) -> None:
    """A (height, width) image without axes; `black` and `white` are normalised by default."""
    ax.imshow(np.asarray(image), cmap="gray", vmin=black, vmax=white)
    ax.set_title(title, color=color)
    ax.axis("off")


def draw_signed(ax: Axes, values: ArrayLike, most: float, title: str = "") -> None:
    """(height, width) numbers: 0 is black, above it white, below it orange; `most` is full."""
    fraction = np.asarray(values, float) / max(most, 1e-30)
    lifted = np.sign(fraction) * np.abs(fraction) ** 0.6  # small numbers are to be seen, too
    ax.imshow(lifted, cmap=SIGNED, vmin=-1, vmax=1)
    ax.set_title(title)
    ax.axis("off")


@in_style
def plot_images(images: Mapping[str, ArrayLike]) -> Figure:
    """Images of any size, (height, width) arrays from 0 (black) to 255, next to each other."""
    figure = Plot(figsize=(1.8 * len(images), 2.1))
    axes = figure.subplots(1, len(images), squeeze=False)
    for ax, (title, image) in zip(axes.flat, images.items()):
        draw_image(ax, image, title, black=0, white=255)
    return labelled(figure, "White on black, side by side: " + ", ".join(images) + ".")


@in_style
def plot_rows(rows: Mapping[str, ArrayLike], columns: int = 16) -> Figure:
    """Many small images: below each title its images, `columns` of them side by side.

    rows: title -> (n, height, width) or (n, 1, height, width) images from 0 (black) to 255. A title
    may have no image. Raises ValueError if none of them has one.
    """
    images = {title: np.asarray(row) for title, row in rows.items()}
    if not sum(map(len, images.values())):
        raise ValueError("there is no image to show")
    heights = [0.25 + 6 / columns * -(-len(row) // columns) for row in images.values()]
    figure = Plot(figsize=(5.5, sum(heights)))
    parts = figure.subfigures(len(images), height_ratios=heights, squeeze=False)
    for part, (title, row) in zip(parts.flat, images.items()):
        part.suptitle(title, x=0.01, ha="left", color=GREY, size="medium")
        axes = part.subplots(max(1, -(-len(row) // columns)), columns, squeeze=False)
        for ax in axes.flat:
            ax.axis("off")
        for ax, image in zip(axes.flat, row):
            draw_image(ax, np.reshape(image, image.shape[-2:]), black=0, white=255)
    counts = "; ".join(f"{title}: {len(row)}" for title, row in images.items())
    return labelled(figure, f"Small images in rows. {counts}.")


@in_style
def plot_network(model: IdentityAdderModel, image: ArrayLike, number: int,
                 names: Mapping[str, str] | None = None) -> Figure:
    """The parts of the network, from an image and a number to its answers.

    0 is black, above it white, below it orange, in each part by its largest value; digit and sum
    are probabilities. image: as for `as_input`, a single one; names: other names for some of the
    parts "image", "block 1", "block 2", "block 3", "average", "embedding", "number", "adder",
    "digit" and "sum".
    """
    layers = _layers(model, as_input(image), number)
    figure = Plot(figsize=(5.5, 3.2))
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1.2], squeeze=False).flat
    axes = np.concatenate([above.subplots(1, 4, width_ratios=[1, 0.6, 1, 1]),
                           below.subplots(1, 6)])
    for ax, (name, values) in zip(axes, layers.items()):
        if name == "image":
            draw_image(ax, values)
        else:
            draw_signed(ax, values, np.nanmax(np.abs(values)))
        ax.set_title((names or {}).get(name, name), size="medium")
        height, width = values.shape
        if width == 1:
            ax.set(aspect="auto", box_aspect=9)
            ax.add_patch(Rectangle((-0.5, -0.5), 1, height, fill=False, edgecolor=GREY,
                                   linewidth=0.8, clip_on=False))
    said = {name: int(layers[name].argmax()) for name in ("number", "digit", "sum")}
    for ax, one in zip(axes[[6, 8, 9]], said.values()):
        ax.text(0.8, one, str(one), va="center", weight="bold")
    return labelled(figure, f"The parts of the network: {', '.join(layers)}. With the "
                            f"number {number}, it answers the digit {said['digit']} and the sum "
                            f"{said['sum']}.")


def _layers(model: IdentityAdderModel, images: Tensor, number: int) -> dict[str, np.ndarray]:
    """What each part of the network gives for an image (1, 1, 28, 28), as a table of numbers."""
    model, numbers = in_evaluation(model).cpu(), torch.tensor([number])
    first = model.block1(images)
    second = model.block2(first)
    third = model.block3(second)
    embedding, one_hot = model.embed(images), torch.eye(DIGITS)[numbers]
    hidden = model.adder(torch.cat([embedding, one_hot], dim=1))
    digit, total = (logits.softmax(dim=1) for logits in model.add(embedding, numbers))
    return {"image": images[0, 0].numpy(), "block 1": _tiles(first[0], 2),
            "block 2": _tiles(second[0], 4), "block 3": _tiles(third[0], 4),
            "average": model.pool(third)[0, :, 0].numpy(), "embedding": embedding.T.numpy(),
            "number": one_hot.T.numpy(), "adder": hidden.view(-1, 4).numpy(),
            "digit": digit.T.numpy(), "sum": total.T.numpy()}


def _tiles(maps: Tensor, columns: int) -> np.ndarray:
    """Maps (n, height, width) next to and below each other, as one table with gaps of NaN."""
    padded = np.pad(maps.numpy(), ((0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    rows = padded.reshape(-1, columns, *padded.shape[1:])
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows])


@in_style
def plot_history(history: History) -> Figure:
    """Loss and accuracy: of training at every step, of the validation split after every epoch."""
    figure = Plot(figsize=(5.5, 4.2))
    axes = figure.subplots(2, 2, sharex="col")
    rows = [("loss", history.train_loss, history.validation_loss),
            ("accuracy", history.train_accuracy, history.validation_accuracy)]
    for (left, right), (kind, train, validation) in zip(axes, rows):
        steps = pd.Series(train, index=range(1, len(train) + 1))
        left.plot(steps, color=BLUE, alpha=0.25, linewidth=0.6)
        left.plot(steps.rolling(50, min_periods=1).mean(), color=BLUE)
        left.set_title(f"training {kind}, each step")
        right.plot(range(1, len(validation) + 1), validation, "o-", color=ORANGE)
        right.locator_params("x", integer=True)
        right.set_title(f"validation {kind}, each epoch")
    axes[0, 0].set(ylabel="loss")
    axes[1, 0].set(xlabel="step", ylabel="both right, %")
    axes[1, 1].set(xlabel="epoch")
    return labelled(figure, _history_in_words(history))


def _history_in_words(history: History) -> str:
    if history.validation_loss:
        loss, accuracy = history.validation_loss[-1], history.validation_accuracy[-1]
        count = len(history.validation_loss)
        epochs = "1 epoch" if count == 1 else f"{count} epochs"
        return (f"Four curves: after {epochs} the validation loss is {loss:.3f} and "
                f"{accuracy:.2f}% of the validation examples are right.")
    if history.train_loss:
        loss, accuracy = history.train_loss[-1], history.train_accuracy[-1]
        return (f"Two curves, of training alone: in step {len(history.train_loss)} the loss is "
                f"{loss:.3f} and {accuracy:.2f}% of the training examples are right.")
    return "No curve: no step of training was taken."


@in_style
def plot_runs(tables: pd.DataFrame | Mapping[str, pd.DataFrame], quantity: str,
              reach: pd.DataFrame | Mapping[str, pd.Series | float] | None = None,
              matters: float | None = None, paired: bool = False) -> Figure:
    """A row for each way of training: a blue dot for each run and, on the row itself, an orange
    diamond for their mean, with its intervals.

    tables: a column for each way, a row for each run; several, by their titles, below each other.
    quantity: what the numbers are, with their unit. reach: name of an interval -> how far it goes
    to either side of each mean. matters: for differences, a line at 0 and a grey band around it,
    where they are too small to matter. paired: a row for each run instead, a line from its grey dot
    to its blue one, and a last row for the means; the run that gains least is at the top.
    """
    if isinstance(tables, pd.DataFrame):
        tables = {"": tables}
    kinds = {"": 0.0} if reach is None else dict(reach)
    heights = [0.16 * len(table) + 0.4 if paired else 0.36 * table.shape[1]
               for table in tables.values()]
    figure = Plot(figsize=(5.5, 0.6 + sum(heights) + 0.3 * len(heights)))
    axes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    words = []
    for ax, (title, table) in zip(axes.flat, tables.items()):
        if matters is not None:
            ax.axvspan(-matters, matters, color=GREY, alpha=0.15, linewidth=0)
            ax.axvline(0, color=GREY, linestyle=":")
        rows = (_draw_pairs if paired else _draw_dots)(ax, table)
        means = table.mean()
        said = [f"{title} {name} from {values.min():.3g} to {values.max():.3g}, mean "
                f"{values.mean():.3g}".strip() for name, values in table.items()]
        for kind, (name, far) in enumerate(kinds.items()):
            fars = pd.Series(far, index=table.columns)
            ax.errorbar(means, rows, fmt="D", color=ORANGE, zorder=3,
                        xerr=fars if name else None, markersize=5 - 2 * kind, label=name,
                        elinewidth=3 - 2 * kind, capsize=3, clip_on=False)
            said = [text + (f" ± {far:.3g} ({name})" if name else "")
                    for text, far in zip(said, fars)]
        words += said
        ax.set_title(title)
    if paired or len(kinds) > 1:
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    axes[-1, 0].set_xlabel(quantity)
    return labelled(figure, f"A dot for each run, {quantity}: " + "; ".join(words) + ".")


def _draw_dots(ax: Axes, table: pd.DataFrame) -> list[float]:
    """The runs of `plot_runs`, just above the rows of their means, which are returned."""
    rows = [float(row) for row in range(table.shape[1])]
    # A little apart, or equal runs are one dot.
    ax.plot(table, rows - np.linspace(0.4, 0.18, len(table))[:, None], "o", color=BLUE,
            markersize=4.5)
    ax.set(yticks=rows, yticklabels=table.columns)
    ax.set_ylim(len(rows) - 0.6, -0.6)  # the first at the top
    return rows


def _draw_pairs(ax: Axes, table: pd.DataFrame) -> list[float]:
    """The runs of `plot_runs` in pairs, one below the other, and below them a row for the means:
    it is returned, once for each column."""
    last = len(table)
    table = table.iloc[np.argsort(table.iloc[:, -1] - table.iloc[:, 0])]
    ax.plot(table.T, [range(last)] * table.shape[1], color=GREY, linewidth=0.9, zorder=1)
    for name, colour in zip(table, [GREY] + [BLUE] * table.shape[1]):
        ax.plot(table[name], range(last), "o", color=colour, markersize=5, label=name)
    ax.plot(table.mean(), [last + 0.5] * table.shape[1], color=ORANGE, zorder=1)
    ax.set(yticks=[last + 0.5], yticklabels=["mean"])
    ax.set_ylim(last + 1, -0.6)
    return [last + 0.5] * table.shape[1]


# A hidden pair, as the table to click shows it: a "?" in a full frame where its answer isn't
# shown, and where it is, the answer in a broken frame.
UNKNOWN, KNOWN = dict(facecolor="#ffd8b0"), dict(fill=False, linestyle=(0, (2.2, 1.4)))


def mark_hidden(ax: Axes, digit: int, number: int, **look: Any) -> None:
    """The mark of a hidden pair in a table of pairs; look: UNKNOWN or KNOWN."""
    ax.add_patch(Rectangle((number + 0.08, digit + 0.08), 0.84, 0.84, edgecolor=ORANGE,
                           linewidth=1.6, **look))


def draw_pairs(ax: Axes, values: Any, colours: Any, texts: Any, low: float,
               high: float) -> None:
    """A table of coloured cells, a row for each digit and a column for each number; texts: what
    they say, or None."""
    sns.heatmap(np.asarray(values, float), cmap=colours, vmin=low, vmax=high, cbar=False, ax=ax,
                annot=texts, fmt="", annot_kws={"size": 9 if len(values) > 3 else 11},
                linewidths=0.4, linecolor="#80808040", square=True)
    if texts is not None:
        write_readably(ax)
    every = 3 if texts is None else 1
    rows, columns = np.shape(values)
    ax.set_xticks(np.arange(0, columns, every) + 0.5, [f"+ {n}" for n in range(0, columns, every)])
    ax.set_yticks(np.arange(0, rows, every) + 0.5, [str(n) for n in range(0, rows, every)])
    ax.xaxis.tick_top()
    ax.tick_params(rotation=0, length=0)


@in_style
def plot_pairs(tables: ArrayLike | Mapping[str, ArrayLike],
               held_out: ArrayLike | None = None) -> Figure:
    """A value for each digit, a row, and each number, a column: the bluer, the larger, and orange
    below 0. Broken orange frames are around the pairs that are held out.

    tables: (digits, numbers) values, or several by their titles, side by side on one scale; with
    more than ten columns in all, a key takes the place of the numbers. held_out: bool (digits,
    numbers).
    """
    if not isinstance(tables, Mapping):
        tables = {"": tables}
    values = {title: np.asarray(table, float) for title, table in tables.items()}
    signed = min(table.min() for table in values.values()) < 0
    most = max(np.abs(table).max() for table in values.values())
    rows, columns = next(iter(values.values())).shape
    written = len(values) * columns <= 10
    width = 4.4 if len(values) == 1 else 5.5
    figure = Plot(figsize=(width, 0.6 + 0.85 * width / len(values) * rows / columns))
    axes = figure.subplots(1, len(values), sharey=True, squeeze=False)
    hidden = np.zeros((rows, columns), bool) if held_out is None else np.asarray(held_out)
    words = []
    for ax, (title, table) in zip(axes.flat, values.items()):
        texts = [[f"{value:+.1f}" if signed and value else f"{abs(value):.0f}" for value in row]
                 for row in table]  # abs: 0, not -0
        draw_pairs(ax, table, CHANGE if signed else SHARE, texts if written else None,
                   -most if signed else 0, most)
        for digit, number in np.argwhere(hidden):
            mark_hidden(ax, digit, number, **KNOWN)
        if title:
            ax.set_title(title, pad=18)
        on_hidden = f"{table[hidden].mean():.1f} on the framed pairs, " if hidden.any() else ""
        words.append(f"{title} {on_hidden}{table[~hidden].mean():.1f} on the others, from "
                     f"{table.min():.1f} to {table.max():.1f}".strip())
    axes[0, 0].set(ylabel="digit")
    if not written:
        figure.colorbar(axes[0, 0].collections[0], ax=axes, shrink=0.7)
    return labelled(figure, "A cell for each digit and number. On average "
                            + "; ".join(words) + ".")


@in_style
def plot_confusion(table: pd.DataFrame, framed: int | None = None) -> Figure:
    """Counts of true against predicted classes; the diagonal is right. Zeros are left empty.

    framed: a class whose row (what it was taken for) and column (what was taken for it) get a
    frame.
    """
    figure = Plot(figsize=(5.5, 5) if len(table) <= 10 else (7.5, 7))
    ax = figure.subplots()
    diagonal = np.eye(len(table), dtype=bool)
    wrong = table.mask(diagonal)
    # Mistakes are few: on a linear scale of all counts one could not see them.
    full = np.where(diagonal, 1.5 * table.max(axis=None), -1.2 * max(1, wrong.max(axis=None)))
    colours = sns.blend_palette([RED, "#e8e8e8", GREEN], as_cmap=True)
    sns.heatmap(table / full, cmap=colours, vmin=-1, vmax=1, mask=table == 0,
                annot=table.astype(str), fmt="", cbar=False, square=True, ax=ax,
                annot_kws={"size": "medium"}, linewidths=0.4, linecolor="#80808040")
    write_readably(ax)
    ax.tick_params(rotation=0)
    if framed is not None:
        for corner, size in [((0, framed), (len(table), 1)), ((framed, 0), (1, len(table)))]:
            ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=BLUE, linewidth=2))
    mistakes = wrong.stack()
    true, predicted = mistakes.idxmax()
    return labelled(figure, f"{mistakes.sum():.0f} of {table.to_numpy().sum():,} are off the "
                             f"diagonal; most often ({mistakes.max():.0f} times) a {true} is taken "
                             f"for a {predicted}.")


@in_style
def plot_cross_entropy(logits: Mapping[str, Tensor], true: Mapping[str, int]) -> Figure:
    """How the loss of one example comes about: the probabilities of each head as bars, and minus
    the logarithm of the one that the true class gets.

    logits: (classes,) of each head, by its name; true: the right class of each, by the same names.
    Raises ValueError for a class that a head doesn't have.
    """
    if wrong := [name for name, one in logits.items() if not 0 <= true[name] < len(one)]:
        raise ValueError(f"no class {true[wrong[0]]} among the {len(logits[wrong[0]])} logits of "
                         f"{wrong[0]!r}")
    figure = Plot(figsize=(6.4, 2.4))
    axes = figure.subplots(1, len(logits), squeeze=False, width_ratios=[*map(len, logits.values())])
    said = []
    for ax, (name, one) in zip(axes[0], logits.items()):
        probabilities, right = one.detach().softmax(dim=0), true[name]
        bars = ax.bar(range(len(one)), probabilities.tolist(), color=BLUE)
        bars[right].set_color(ORANGE)
        loss = -probabilities[right].log().item()
        said.append(f"{name} {right}: -log {probabilities[right]:.3f} = {loss:.2f}")
        ax.set(title=said[-1], xticks=range(0, len(one), 2))
    return labelled(figure, f"Bars of probabilities, with one orange bar each. {'; '.join(said)}.")


@in_style
def plot_range_test(rates: Sequence[float], losses: Sequence[float],
                    chosen: float | None = None) -> Figure:
    """The loss at each learning rate, from low to high, and the chosen rate."""
    figure = Plot(figsize=(5.5, 2.8))
    ax = figure.subplots()
    ax.semilogx(rates, losses, color=BLUE)
    low, first = np.nanmin(losses), losses[0]
    fall = first - low or 1  # a curve that never falls has room, too
    ax.set(xlabel="learning rate", ylabel="loss", ylim=(low - 0.15 * fall, first + 0.4 * fall))
    if chosen is not None:
        ax.axvline(chosen, color=ORANGE, linestyle="--", label=f"chosen: {chosen:.2g}")
        ax.legend()
    lowest = rates[int(np.nanargmin(losses))]
    return labelled(figure, f"The loss falls from {first:.1f} to {low:.1f} at a "
                             f"learning rate of {lowest:.2g}, then grows.")


@in_style
def plot_accuracies(table: pd.DataFrame) -> Figure:
    """Accuracies in percent over epochs: a curve for each column, a row for each epoch."""
    figure = Plot(figsize=(5.5, 2.8))
    ax = figure.subplots()
    for (name, values), colour in zip(table.items(), (BLUE, ORANGE)):
        ax.plot(table.index, values, "o-", color=colour, label=name)
    ax.set(xlabel="epoch", ylabel="both right, %", ylim=(None, 100))
    ax.set_xlim(0.5, max([2, *table.index]) + 0.5)
    ax.locator_params("x", integer=True)
    if not len(table):
        ax.set(xticks=[], yticks=[])
        ax.text(0.5, 0.5, "no epoch was finished", ha="center", transform=ax.transAxes)
        return labelled(figure, "Nothing is drawn: no epoch was finished.")
    ax.legend()
    last = ", ".join(f"{name} {value:.2f}%" for name, value in table.iloc[-1].items())
    return labelled(figure, f"Two curves that rise; in epoch {table.index[-1]}: {last}.")


@in_style
def plot_onnx_graph(path: str | Path) -> Figure:
    """The operations of an ONNX file, with the shapes that they give (without the batch).

    A row for each layer with weights, with its name in the model and the shape of its weights, and
    the operations that follow it.
    """
    import onnx

    graph = onnx.shape_inference.infer_shapes(onnx.load(path)).graph
    values = [*graph.input, *graph.value_info, *graph.output]
    shapes = {v.name: " × ".join(str(d.dim_value) for d in v.type.tensor_type.shape.dim[1:])
              for v in values}
    weights = {w.name: " × ".join(map(str, w.dims)) for w in graph.initializer}
    operations = {v.name: "Input" for v in graph.input}
    rows: list[list[str]] = []
    edges, layers = [], {}
    for node in graph.node:
        # An Identity is one of PyTorch 2.6's, which gives equal weights a second name.
        if node.op_type in ("Constant", "Identity"):
            continue
        name, sources = node.output[0], [source for source in node.input if source in operations]
        rows += [[source] for source in sources if source not in sum(rows, [])]
        if node.op_type in ("Conv", "Gemm", "MatMul"):  # it has weights
            layer = node.input[1].removesuffix(".weight").removesuffix(".0")
            layers[name] = f"{layer}\n{weights[node.input[1]]}"
        row = next((row for row in rows if [row[-1]] == sources), None)
        if row is None or (name in layers and not layers.keys().isdisjoint(row)):
            rows.append(row := [])
        row.append(name)
        operations[name] = node.op_type
        edges += [(source, name) for source in sources]
    places = {name: (x, y) for y, row in enumerate(rows) for x, name in enumerate(row)}
    figure = Plot(figsize=(7, 0.58 * len(rows)))
    ax = figure.subplots()
    for start, end in edges:
        (x, y), (to_x, to_y) = places[start], places[end]
        around = [] if y == to_y else [(x, y + 0.48), (-0.55, y + 0.48), (-0.55, to_y)]
        ax.plot(*zip((x, y), *around, (to_x, to_y)), color=GREY, linewidth=1, zorder=0)
        ax.plot(to_x - 0.46, to_y, ">", color=GREY, markersize=4)
    ends = {v.name: v.name.removesuffix("_logits") + ": " for v in graph.output}
    for name, place in places.items():
        _draw_box(ax, place, operations[name], ends.get(name, "") + (shapes[name] or "number"))
        if name in layers:
            ax.text(-0.68, place[1], layers[name], ha="right", va="center")
    ax.set(xlim=(-1.52, max(map(len, rows)) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    ax.axis("off")
    return labelled(figure, "Boxes joined by arrows, from the inputs to the outputs: "
                            f"{', '.join(operations.values())}.")


def _draw_box(ax: Axes, place: tuple[float, float], operation: str, shape: str) -> None:
    x, y = place
    colour, edge = OPERATIONS.get(operation, "#e3e3e3"), OPERATIONS.get(operation, GREY)
    text: dict[str, Any] = dict(ha="center", va="center", color=text_on(colour))
    ax.text(x, y - 0.14, operation.replace("alization", ""), weight="bold", **text)
    ax.text(x, y + 0.16, shape, **text)
    ax.add_patch(FancyBboxPatch((x - 0.42, y - 0.33), 0.84, 0.66, facecolor=colour, edgecolor=edge,
                                boxstyle="round,pad=0.02,rounding_size=0.08"))
