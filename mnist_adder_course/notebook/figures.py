"""Figures that several lessons draw; those of a single lesson are in its own module.

Every `plot_` function returns a matplotlib figure whose label says in words what it shows.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from mnist_adder_lib.data import MEAN, STD
from mnist_adder_lib.evaluate import Evaluation
from mnist_adder_lib.train import History

# Each can be seen on a white page and on a dark one, any two can be told apart by the colour-blind,
# and GREY and RED are also for text: tests/course/notebook/test_colours.py. The widgets have the
# same in js/src/widgets/common/common.css.
BLUE, ORANGE, GREEN, RED, GREY = "#346cb0", "#db7828", "#3aa368", "#d2443f", "#767676"
SIGNED = LinearSegmentedColormap.from_list("signed", ["#ff922b", "black", "white"])  # -1, 0, 1
# style.mplstyle, beside this file; for figures of your own: plt.style.use(STYLE)
STYLE = "mnist_adder_course.notebook.style"
in_style = plt.style.context(STYLE)


def labelled(figure: Figure, label: str) -> Figure:
    figure.set_label(label)
    return figure


def text_on(colour) -> str:
    """Black or white: what can be read better on a colour, by WCAG's relative luminance."""
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
             for part in to_rgb(colour)]
    return "black" if np.dot(light, [0.2126, 0.7152, 0.0722]) > 0.179 else "white"


def write_readably(heatmap) -> None:
    """Make the numbers of a seaborn heat map black or white, by the colour of their cells."""
    cells = heatmap.collections[0].get_facecolors()
    shown = ~np.ma.getmaskarray(heatmap.collections[0].get_array()).ravel()
    for text, colour in zip(heatmap.texts, cells[shown]):
        text.set_color(text_on(colour[:3]))


@in_style
def plot_examples(dataset, indices=range(9), evaluation: Evaluation | None = None) -> Figure:
    """Up to nine examples of a dataset, titled `7 + 8 = 15`; the images as the network gets them.

    With an evaluation of the same dataset, target and prediction of each.
    """
    indices = list(indices)
    if not indices:
        raise ValueError("there is no example to show")
    columns = min(3, len(indices))
    rows = -(-len(indices) // columns)
    figure = plt.figure(figsize=(1.8 * columns, 1.95 * rows))
    for position, index in enumerate(indices, start=1):
        (image, number), (digit, total) = dataset[index]
        title, right = f"{digit} + {number} = {total}", True
        if evaluation is not None:
            guess = evaluation.digit_logits[index].argmax(), evaluation.sum_logits[index].argmax()
            title = f"Target: {title}\nPredicted: {guess[0]} + {number} = {guess[1]}"
            right = bool(evaluation.both_right[index])
        ax = figure.add_subplot(rows, columns, position)
        draw_image(ax, image[0], title, color=GREY if right else RED)
    titles = "; ".join(ax.get_title().replace("\n", ", ") for ax in figure.axes)
    return labelled(figure, f"Handwritten digits in a grid, titled {titles}.")


def draw_image(ax, image, title, black=-MEAN / STD, white=(1 - MEAN) / STD, color=GREY) -> None:
    """A (height, width) image without axes; `black` and `white` are normalised by default."""
    ax.imshow(np.asarray(image), cmap="gray", vmin=black, vmax=white)
    ax.set_title(title, color=color)
    ax.axis("off")


def draw_signed(ax, values, most: float, title: str = "") -> None:
    """(height, width) numbers: 0 is black, above it white, below it orange; `most` is full."""
    values = np.asarray(values, float) / max(most, 1e-30)
    lifted = np.sign(values) * np.abs(values) ** 0.6  # small numbers are to be seen, too
    ax.imshow(lifted, cmap=SIGNED, vmin=-1, vmax=1)
    ax.set_title(title)
    ax.axis("off")


@in_style
def plot_images(images: dict) -> Figure:
    """Images of any size, (height, width) arrays from 0 (black) to 255, beside each other."""
    figure, axes = plt.subplots(1, len(images), figsize=(1.8 * len(images), 2.1), squeeze=False)
    for ax, (title, image) in zip(axes.flat, images.items()):
        draw_image(ax, image, title, black=0, white=255)
    return labelled(figure, "White on black, side by side: " + ", ".join(images) + ".")


@in_style
def plot_history(history: History) -> Figure:
    """Loss and accuracy: of training at every step, of the validation split after every epoch."""
    figure, axes = plt.subplots(2, 2, figsize=(5.5, 4.2), sharex="col")
    rows = [("loss", history.train_loss, history.validation_loss),
            ("accuracy", history.train_accuracy, history.validation_accuracy)]
    for (left, right), (kind, train, validation) in zip(axes, rows):
        steps = pd.Series(train, index=range(1, len(train) + 1))
        left.plot(steps, color=BLUE, alpha=0.25, linewidth=0.6)
        left.plot(steps.rolling(50, min_periods=1).mean(), color=BLUE)
        left.set_title(f"training {kind}, each step")
        plot_epochs(right, validation, color=ORANGE)
        right.set_title(f"validation {kind}, each epoch")
    axes[0, 0].set(ylabel="loss")
    axes[1, 0].set(xlabel="step", ylabel="both right, %")
    axes[1, 1].set(xlabel="epoch")
    figure.set_label(_history_in_words(history))
    return figure


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


def plot_epochs(ax, values, **options) -> None:
    """A value after each epoch, over whole numbers of epochs."""
    ax.plot(range(1, len(values) + 1), values, "o-", **options)
    ax.xaxis.get_major_locator().set_params(integer=True)


@in_style
def plot_confusion(table: pd.DataFrame) -> Figure:
    """Counts of true against predicted classes; the diagonal is right. Zeros are left empty."""
    figure, ax = plt.subplots(figsize=(4.6, 4.2) if len(table) <= 10 else (5.5, 5))
    diagonal = np.eye(len(table), dtype=bool)
    wrong = table.mask(diagonal)
    # Mistakes are few: on a linear scale of all counts one could not see them.
    full = np.where(diagonal, 1.5 * table.max(axis=None), -1.2 * max(1, wrong.max(axis=None)))
    colours = sns.blend_palette([RED, "#e8e8e8", GREEN], as_cmap=True)
    sns.heatmap(table / full, cmap=colours, vmin=-1, vmax=1, mask=table == 0,
                annot=table.astype(str), fmt="", cbar=False, square=True, ax=ax,
                annot_kws={"size": 8 if len(table) <= 10 else 6.5},
                linewidths=0.4, linecolor="#80808040")
    write_readably(ax)
    ax.tick_params(rotation=0)
    mistakes = wrong.stack()
    true, predicted = mistakes.idxmax()
    return labelled(figure, f"{mistakes.sum():.0f} of {table.to_numpy().sum():,} are off the "
                             f"diagonal; most often ({mistakes.max():.0f} times) a {true} is taken "
                             f"for a {predicted}.")
