"""Inside the network: what the lesson asks, checks and draws."""

from __future__ import annotations

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from ..model import receptive_fields
from .checks import Checks
from .display import Picture
from .figures import BLUE, GREEN, GREY, ORANGE, draw_image, draw_signed, in_style, labelled
from .guesses import Guesses
from .unit_explorer import UnitExplorer

guesses = Guesses.load("inside_the_network")
checks = Checks()


# --- the exercises --------------------------------------------------------------------------------


class Branched(nn.Module):
    """A small network that is no chain: its middle layer gets the sum of two others."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(3, 4), nn.Linear(3, 4)
        self.middle, self.last = nn.Linear(4, 5), nn.Linear(5, 2)
        for parameter in self.parameters():
            parameter.data *= 3  # or a single unit would hardly show

    def forward(self, inputs: Tensor) -> Tensor:
        joined = torch.relu(self.left(inputs) + self.right(inputs))
        return self.last(torch.relu(self.middle(joined)))


def _with_hooks(function, network, *arguments):
    """What the function gives, and whether it leaves hooks in the network."""
    answer = function(network, *arguments)
    hooks = [layer._forward_hooks or layer._forward_pre_hooks for layer in network.modules()]
    return {"the answer": answer, "that a hook is left": any(hooks)}


@checks.add(
    "With a hook you see what goes in and what comes out of any layer, in any network.",
    probes=lambda: [(network := Branched(), getattr(network, name), torch.randn(2, 3))
                    for name in ("middle", "last", "middle")],
    observe=_with_hooks,
    mistakes={
        "That is what leaves the layer. What goes in is the second thing that a hook is given.":
            ("inputs[0]", "output"),
        "That is what leaves the whole network.": lambda network, layer, inputs: network(inputs),
        "That is what goes into the whole network. The hook belongs on `layer`.":
            ("layer.register", "network.register"),
        "This layer doesn't get `inputs` itself, but what the layers before make of it.":
            lambda network, layer, inputs: layer(inputs),
        "The answer is in a tuple or list: take the first of it, `[0]`. (`inputs` of a hook is a "
        "tuple, since a layer may get several things.)": [
            ("inputs[0]", "inputs"), ("[0]", ""), ("seen[0]", "seen")],
        "The list is empty, or has no such place: one thing is noted, at place 0. Is the hook on "
        "`layer` while the network runs? Does it `append`? (`seen = ...` within it makes a new "
        "name, and leaves the list outside as it was.)":
            [("network(inputs)", "pass"), ("network(inputs)", "pass", "seen[0]", "seen")],
        "What a hook *returns* goes on in place of what the layer gives. It should only note.":
            [("seen.append(inputs[0])", "return inputs[0]"),
             ("append(inputs[0])", "append(inputs[0]); return inputs[0]")],
        "The numbers are right, but the hook is still there. `hook.remove()` takes it off.":
            ("hook.remove()", "pass"),
    },
)
def what_enters(network, layer, inputs):
    seen = []

    def note(layer, inputs, output):
        seen.append(inputs[0])

    hook = layer.register_forward_hook(note)
    network(inputs)
    hook.remove()
    return seen[0]


SUMS = torch.arange(10).view(10, 1) + torch.arange(10)


def _share_of_sum(table):
    means = torch.stack([table[SUMS == total].mean() for total in range(19)])
    return means[SUMS].var(correction=0) / table.var(correction=0)


@checks.add(
    "What is left over is what a weighted sum of a digit's part and a number's part can't do.",
    probes=lambda: [(weight * torch.randn(10, 1) + torch.randn(10) + torch.randn(10, 10)
                     + 0.3 * SUMS,) for weight in (2, 3, 1)],
    mistakes={
        "That is the share of one of them. What do digit and number leave unexplained?":
            [("1 - digit - number", "digit"), ("1 - digit - number", "number")],
        "That is what digit and number explain. The question is what they leave over.":
            ("1 - digit - number", "digit + number"),
        "One share is still in there: take away both, the digit's and the number's.":
            [(" - digit - ", " - "), (" - digit - number", " - digit")],
        "The groups are those of the sum. Digit and number have groups, and shares, of their own.":
            [_share_of_sum, lambda table: 1 - _share_of_sum(table)],
        "The shares are not multiplied: digit and number each take away their own part.":
            [("1 - digit - number", "(1 - digit) * (1 - number)"), ("digit - n", "digit * n")],
        "That is a variance, no share of it: divide by the variance of the whole table.":
            lambda table: interaction(table) * table.var(correction=0),
        "`.var()` divides by one less than there are numbers. Take `.var(correction=0)`.":
            ("correction=0", "correction=1"),
    },
)
def interaction(table):
    digit, number = (table.mean(dim).var(correction=0) / table.var(correction=0) for dim in (1, 0))
    return 1 - digit - number


def _images():
    for height, width, count in ((2, 3, 4), (4, 5, 7), (28, 28, 40)):
        importance = torch.randperm(height * width).view(height, width) - height * width / 2 + 0.25
        yield 1 + torch.rand(height, width), importance, count, -0.4242


@checks.add(
    "If the map tells the truth, blackening these pixels costs more than any others.",
    probes=_images,
    observe=lambda function, image, *arguments: {
        "the answer": function(image, *arguments), "the image that was given": image},
    mistakes={
        "These are the *least* important pixels.": ("topk(count", "topk(count, largest=False"),
        "The sign is lost: what is below 0 speaks *against* the digit, so it isn't important.":
            ("importance.flatten()", "importance.flatten().abs()"),
        "These are the brightest pixels. The map says which are important.":
            ("importance.flatten()", "image.flatten()"),
        "The pixels became 0. In a normalised image 0 is grey; black is the number `black`.":
            ("= black", "= 0"),
        "There is one pixel too many, or too few. (With `>` the last of them isn't counted.)":
            [("topk(count)", "topk(count - 1)"), ("topk(count)", "topk(count + 1)")],
        "`.topk` gives the largest numbers and their places: `.indices` are the places.":
            [(".indices", ""), (".indices", ".values")],
        "`.topk` looks along each row by itself. Lay all pixels in one row first: `.flatten()`.":
            ("importance.flatten()", "importance"),
        "The image that was given has changed. Work on a copy of it: `image.clone()`.":
            (".clone()", ""),
    },
)
def delete(image, importance, count, black):
    pixels = image.clone().flatten()
    pixels[importance.flatten().topk(count).indices] = black
    return pixels.view(image.shape)


@checks.add(
    "This is activation patching: what moves, and only then, depends on these units.",
    probes=lambda: [(network := Branched(), network.middle, units, *torch.randn(2, 6, 3))
                    for units in ([1, 3], [0], [2, 4, 0])],
    observe=_with_hooks,
    mistakes={
        "Nothing was replaced. What a hook *returns* goes on in place of the output, if it is on "
        "the layer while `inputs` run. Are the units those of the run of `others`?":
            lambda network, layer, units, inputs, others: network(inputs),
        "All units were replaced: that is the answer for `others`.":
            lambda network, layer, units, inputs, others: network(others),
        "It is the wrong way round: `units` come from `others`, the rest is the network's own.":
            ("network(others)", "network(inputs)", "= network(inputs)", "= network(others)"),
        "The units were set to 0. They should be what they are for `others`.":
            ("seen[0][:, units]", "0"),
        "These are rows, one for each example. `units` are columns: `[:, units]`.":
            ("[:, units]", "[units]"),
        "A list has no columns, its tensors have: take one of them out first, as in `seen[0]`.":
            ("seen[0]", "seen"),
        "The numbers are right, but a hook is still there. `hook.remove()` takes off each of them.":
            ("hook.remove()", "pass"),
    },
)
def swap_units(network, layer, units, inputs, others):
    seen = []

    def put_in(layer, inputs, output):
        seen.append(output)  # in the first run, that of the others, it puts in its own
        mixed = output.clone()
        mixed[:, units] = seen[0][:, units]
        return mixed

    hook = layer.register_forward_hook(put_in)
    network(others)
    answer = network(inputs)
    hook.remove()
    return answer


# --- the figures ----------------------------------------------------------------------------------


@in_style
def plot_maps(maps: Tensor, columns: int = 4) -> Figure:
    """The channels of a layer, (channels, height, width), large, and all on one scale."""
    maps = maps.detach()
    channels, height, width = maps.shape
    rows = -(-channels // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(5.5, 1.45 * rows), squeeze=False)
    for channel, (ax, own) in enumerate(zip(axes.flat, maps)):
        draw_signed(ax, own, maps.abs().max().item(), f"channel {channel}")
    best = int(maps.amax(dim=(1, 2)).argmax())
    return labelled(figure, f"{channels} pictures of {height}x{width}, one for each channel. The "
                            f"brightest spot is in channel {best}.")


def explore_units(model, image: Tensor, seen: dict) -> UnitExplorer:
    """A widget with the maps at the end of each block: point at a unit, and see what it sees.

    image: (28, 28); seen: what left each layer, as `watch` of the lesson returns it.
    """
    fields, maps = [], []
    for number in (1, 2, 3):
        block = f"block{number}"
        last = [field for field in receptive_fields(model) if field["layer"].startswith(block)][-1]
        fields.append({**last, "name": f"block {number}"})
        maps.append(seen[getattr(model, block)][0].detach().cpu())
    return UnitExplorer(image.cpu(), fields, maps, place=[0, 0, 7, 7])


@in_style
def plot_embedding(mine: Tensor, typical: Tensor, digit: int) -> Figure:
    """The 20 numbers of an image as bars, and those that are typical of a digit as dots."""
    mine = mine.detach()
    figure, ax = plt.subplots(figsize=(5.5, 2.4))
    ax.bar(range(len(mine)), mine.tolist(), color=BLUE, label="the drawing")
    ax.plot(typical.tolist(), "D", color=ORANGE, markersize=5, label=f"mean of MNIST's {digit}s")
    ax.set(xticks=range(len(mine)), xlabel="place in the embedding")
    ax.legend(loc="upper left", bbox_to_anchor=(0, 1.25), ncols=2)
    return labelled(figure, f"20 bars, {int((mine == 0).sum())} of them are 0; the highest, at "
                            f"place {int(mine.argmax())}, is {mine.max():.2f}. Dots show the mean "
                            f"of the digit {digit}.")


TEN = sns.husl_palette(10, s=0.9, l=0.5)  # as dark as GREY: small as text, seen on any page


@in_style
def plot_places(places: Tensor, digits: Tensor, mine: Tensor, images, titles) -> Figure:
    """Points of the plane, each shown as its digit, with a ring around the drawing's.

    places: (n, 2); mine: (2,); images: uint8 (28, 28) images to show below, with their titles.
    """
    figure = plt.figure(figsize=(5.5, 5.2))
    grid = figure.add_gridspec(2, len(images), height_ratios=[4.1, 1.1])
    ax = figure.add_subplot(grid[0, :])
    for digit in range(10):
        here = np.asarray(places)[np.asarray(digits) == digit]
        ax.scatter(here[:, 0], here[:, 1], marker=f"${digit}$", s=30, color=TEN[digit],
                   linewidths=0.2)
    ax.plot(*np.asarray(mine), "o", markersize=16, markerfacecolor="none", markeredgecolor=GREY,
            markeredgewidth=3)
    ax.set(xlabel="first direction", ylabel="second direction")
    for column, (image, title) in enumerate(zip(images, titles)):
        draw_image(figure.add_subplot(grid[1, column]), image, title, black=0, white=255)
    return labelled(figure, f"{len(places)} images as points, each shown by its digit; the "
                            f"drawing, ringed, is at {mine[0]:.1f}, {mine[1]:.1f}. Below it, "
                            f"nearest first: {', '.join(titles)}.")


class Follow(ipywidgets.VBox):
    """A panel, and below it the figure that `draw()` returns: drawn anew after each stroke."""

    def __init__(self, panel, draw):
        self.draw, self.picture = draw, ipywidgets.HTML()
        super().__init__([panel, self.picture])
        self.redraw()
        if earlier := getattr(panel, "followed_by", None):  # the cell was run again
            panel.unobserve(earlier._follow, "answer")
        panel.followed_by = self
        panel.observe(self._follow, "answer")

    def _follow(self, change) -> None:
        if not change.new["unfinished"]:  # while a stroke goes on, only the panel answers
            self.redraw()

    def redraw(self) -> None:
        """Draw the figure for what stands on the panel now."""
        self.picture.value = Picture(self.draw()).as_html()

    def __repr__(self):
        return "Follow()"


@in_style
def plot_tables(tables: dict) -> Figure:
    """10x10 tables beside each other: a row for each digit, a column for each number."""
    figure, axes = plt.subplots(1, len(tables), figsize=(5.5, 2.3), squeeze=False)
    for ax, (title, table) in zip(axes.flat, tables.items()):
        ax.imshow(np.asarray(table), cmap="viridis")
        ax.set(title=title, xlabel="number", xticks=range(0, 10, 3), yticks=range(0, 10, 3))
    axes[0, 0].set(ylabel="digit")
    return labelled(figure, "Tables of ten rows, the digits, and ten columns, the numbers; the "
                            f"brighter, the larger: {', '.join(tables)}.")


@in_style
def plot_shares(layers: dict) -> Figure:
    """For each unit of some layers, what the digit explains and what the sum does.

    layers: name -> a table with a row for each unit and the columns `digit` and `sum`.
    """
    figure, ax = plt.subplots(figsize=(5.2, 3.4))
    for (name, shares), colour, marker in zip(layers.items(), (BLUE, ORANGE, GREEN), "osD"):
        ax.plot(shares["digit"], shares["sum"], marker, color=colour, label=name)
    ax.axhline(18 / 99, color=GREY, linestyle=":", label="chance")
    ax.axvline(9 / 99, color=GREY, linestyle=":")
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="explained by the digit", ylabel="explained by the sum")
    ax.legend()
    return labelled(figure, "A point for each unit, to the right what the digit explains, upwards "
                            "what the sum does. " + " ".join(
        f"{name}: the sum explains {shares['sum'].mean():.0%} on average and at most "
        f"{shares['sum'].max():.0%}." for name, shares in layers.items()))


@in_style
def plot_answer(image: Tensor, probabilities: Tensor) -> Figure:
    """An image as the network gets it, (28, 28), and the probabilities of the ten digits."""
    probabilities = probabilities.detach()
    best = int(probabilities.argmax())
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.5, 2.4))
    draw_image(left, image, "what it sees")
    right.bar(range(10), probabilities.tolist(), color=BLUE)
    right.set(xticks=range(10), ylim=(0, 1), title=f"a {best}, with {probabilities[best]:.0%}")
    return labelled(figure, f"An image, and bars for ten digits; the highest is that of the "
                            f"{best}, {probabilities[best]:.0%}.")


@in_style
def plot_attributions(image: Tensor, maps: dict) -> Figure:
    """Maps of an image beside each other, each on its own scale, with the outline of its ink.

    image: (28, 28); maps: title -> (height, width), for 28x28 pixels or a part of them.
    """
    side = min(2.75, 5.5 / len(maps))
    figure, axes = plt.subplots(1, len(maps), figsize=(side * len(maps), side + 0.4),
                                squeeze=False)
    seen = []
    for ax, (title, values) in zip(axes.flat, maps.items()):
        values = values.detach()
        draw_signed(ax, values, values.abs().max().item(), title)
        shift = (28 - len(values)) / 2  # a map of places of a patch is smaller than the image
        ax.contour(np.arange(28) - shift, np.arange(28) - shift, np.asarray(image), levels=[1.0],
                   colors=GREY, linewidths=1)
        ax.set(xlim=(-0.5, len(values) - 0.5), ylim=(len(values) - 0.5, -0.5))
        row, column = divmod(int(values.argmax()), values.shape[1])
        seen.append(f"{title}, brightest at row {row + shift:.0f}, column {column + shift:.0f}")
    return labelled(figure, "White speaks for the digit, orange against it; a line goes around the "
                            "ink. " + "; ".join(seen) + ".")
