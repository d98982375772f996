"""Inside the network: what the lesson asks, checks and draws."""

from __future__ import annotations

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from ..model import receptive_fields
from .display import Picture, explore
<<<<<<< ours
from .figures import BLUE, GREEN, GREY, ORANGE, draw_image, draw_signed, in_style, labelled
from .guesses import Guesses

guesses = Guesses.load("inside_the_network")
=======
from .figures import BLUE, GREEN, GREY, ORANGE, SIGNED, draw_image, labelled
from .guesses import Guesses, Option, Question, between
from .old_checks import Checks, compare, numbers, require

guesses = Guesses({
    "half": Question(
        "A unit says digit + number, exactly. How much of its variance does the digit explain?",
        "Digits and numbers each go from 0 to 9 and move the unit by as much. Each explains one "
        "half, and the sum, of course, explains all.",
        [
            Option("Nothing: it takes the sum.", between(-0.1, 0.1), "Whoever knows the digit "
                   "knows something: with an 8 the unit says 8 to 17, with a 0 only 0 to 9."),
            Option("Half of it.", between(0.4, 0.6)),
            Option("All of it.", between(0.9, 1.1), "Then the number would make no difference. "
                   "But within each row of the table the unit goes up by 9."),
        ],
    ),
    "units that add": Question(
        "The adder's second layer: in how many of 64 units does the sum explain more than half?",
        "Nobody asked for units that add. The heads need a weighted sum of all 64 that has the "
        "right answer on top; each single unit may be any mixture of digit and number.",
        [
            Option("In nearly all: it is an adder.", between(49, 65), "The layer as a whole does "
                   "know the sum: the head reads it off. But it reads from all 64 at once."),
            Option("In about half, for one head each.", between(16, 49), "Two heads, two kinds of "
                   "unit? Nothing in the loss asks the network to be so tidy."),
            Option("In fewer than 16.", between(0, 16)),
        ],
    ),
    "untrained map": Question(
        "Integrated gradients of a network that has learned nothing: where is its map not 0?",
        "The gradients are multiplied by the image minus black. So the shape of the digit is put "
        "in by us: any network, even an untrained one, gets a map in this shape.",
        [
            Option("All over the image, as noise.", between(0.1, 0.9), "The gradients are like "
                   "that. But they are multiplied by the image minus black, and that is 0 where "
                   "there is no ink."),
            Option("On the black, around the digit.", between(-0.1, 0.1), "There the image equals "
                   "black, so the step from black is 0, and so is the product."),
            Option("On the ink, as with ours.", between(0.9, 1.1)),
        ],
    ),
    "patched": Question(
        "A 7 and the number 5; the adder's first layer is taken from a 3 with a 2. Which sum?",
        "All that comes later is calculated from this layer, and from nothing else. Where a "
        "network is a chain, a whole layer carries everything.",
        [
            Option("12: from 7 and 5.", lambda total: total == 12, "What the network calculated "
                   "of the 7 and the 5 is thrown away before anybody has used it."),
            Option("8: from 3 and 5.", lambda total: total == 8, "It would be so if we had "
                   "replaced the embedding. But at this layer the number has come in already."),
            Option("5: from 3 and 2.", lambda total: total == 5),
        ],
    ),
})
>>>>>>> theirs
checks = Checks()


# --- the exercises --------------------------------------------------------------------------------


class Branched(nn.Module):
    """A small network that is no chain: its middle layer gets the sum of two others."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(3, 4), nn.Linear(3, 4)
        self.middle, self.last = nn.Linear(4, 5), nn.Linear(5, 2)

    def forward(self, inputs: Tensor) -> Tensor:
        joined = torch.relu(self.left(inputs) + self.right(inputs))
        return self.last(torch.relu(self.middle(joined)))


def _same(given, right: Tensor) -> bool:
    given = numbers(given)
    return given.shape == right.shape and np.allclose(given, right.detach(), atol=1e-5)


def _no_hooks(network: nn.Module) -> None:
    left = any(layer._forward_hooks or layer._forward_pre_hooks for layer in network.modules())
    require(not left, "The numbers are right, but the hook is still there and will go on "
            "listening. `hook.remove()` takes it off.")


@checks.add("With a hook you see what goes in and what comes out of any layer, in any network.")
def what_enters(answer):
    """`what_enters(network, layer, inputs)`: what goes into the layer during network(inputs)."""
    for name in ("middle", "last", "middle"):
        network, inputs = Branched(), torch.randn(2, 3)
        layer = getattr(network, name)
        entering = torch.relu(network.left(inputs) + network.right(inputs))
        if name == "last":
            entering = torch.relu(network.middle(entering))
        given = answer(network, layer, inputs.clone())
        require(not isinstance(given, (tuple, list)), "That is a tuple or list with the answer in "
                "it: `inputs` of a hook is a tuple, since a layer may get several things. Take "
                "its first.")
        for wrong, reason in [
            (layer(entering), "That is what leaves the layer. What goes in is the second thing "
             "that a hook is given."),
            (network(inputs), "That is what leaves the whole network."),
            (inputs, "That is what goes into the whole network, not into this layer."),
        ]:
            require(not _same(given, wrong), reason)
        require(_same(given, entering), "That isn't what went into the layer. Does your hook stand "
                "on `layer`, and does `network(inputs)` run while it does?")
        _no_hooks(network)


@checks.add(
    "What is left over is what a weighted sum of a digit's part and a number's part can't do."
)
def interaction(answer):
    """`interaction(table)`: the share of variance that neither digit nor number explains alone."""
    rows, columns = torch.arange(10.0).view(10, 1), torch.arange(10.0).view(1, 10)
    for weight in (2.0, 3.0, 1.0):
        table = torch.randn(10, 1) * weight + torch.randn(1, 10) + torch.randn(10, 10)
        table = (table + 0.1 * (rows + columns)).double()
        total = ((table - table.mean()) ** 2).mean().item()
        by_digit = ((table.mean(1) - table.mean()) ** 2).mean().item() / total
        by_number = ((table.mean(0) - table.mean()) ** 2).mean().item() / total
        right = 1 - by_digit - by_number
        compare(answer(table.clone()), right, "one of the tables", {
            "That is the share of the digit. What do digit and number leave unexplained?": by_digit,
            "That is the share of the number. What do digit and number leave unexplained?":
                by_number,
            "That is what digit and number explain. The question is what they leave over.":
                by_digit + by_number,
            "That leaves the digit's share out, but not yet the number's.": 1 - by_digit,
            "That leaves the number's share out, but not yet the digit's.": 1 - by_number,
            "The shares are not multiplied: digit and number each take away their own part.":
                (1 - by_digit) * (1 - by_number),
            "That is a variance. The question is for a share: divide by the variance of the whole "
            "table.": right * total,
        })


@checks.add("If the map tells the truth, blackening these pixels costs more than any others.")
def delete(answer):
    """`delete(image, importance, count, black)`: the image without its most important pixels."""
    for height, width, count in ((4, 5, 7), (28, 28, 40), (6, 3, 1)):
        image = 1 + torch.rand(height, width)
        importance = torch.randperm(height * width).view(height, width) - height * width / 2 + 0.25
        black, before = -0.4242, image.clone()
        given = answer(image, importance.clone(), count, black, errors={
            "selected index": "`.topk` looks along each row by itself, and there are fewer pixels "
                              "in a row. Lay all pixels in one row first: `.flatten()`.",
        })
        require(torch.equal(image, before), "The function changes the image that it is given. "
                "Work on a copy, `image.clone()`: others still need the original.")
        got = numbers(given)
        require(got.shape == image.shape, f"An image of {height}x{width} pixels goes in, so one "
                f"should come out. The shape of yours is {got.shape}.")
        _compare_deleted(torch.tensor(got).float(), image, importance, count, black)


def _compare_deleted(got, image, importance, count: int, black: float) -> None:
    changed = ~torch.isclose(got, image, atol=1e-5)
    require(changed.any(), "Nothing was made black.")
    values = got[changed]
    require(not torch.allclose(values, torch.zeros(1)), "The pixels became 0. In a normalised "
            "image 0 is grey; black is the number `black`.")
    require(torch.allclose(values, torch.tensor(black)), "Some pixels became something else than "
            "black.")
    order = importance.flatten()
    for reason, ranks in {
        "These are the *least* important pixels.": -order,
        "You went by the size without the sign. What is below 0 speaks *against* the digit: it is "
        "not important for it.": order.abs(),
        "These are the brightest pixels. The map says which are important.": image.flatten(),
    }.items():
        wrong = torch.zeros(len(order), dtype=torch.bool)
        wrong[ranks.topk(count).indices] = True
        right = order.topk(count).indices
        require(wrong[right].all() or not torch.equal(changed.flatten(), wrong), reason)
    require(changed.sum() == count, f"{count} pixels should become black, but {changed.sum()} did.")
    require(changed.flatten()[order.topk(count).indices].all(), "These are not the pixels with the "
            "largest numbers in the map.")


@checks.add("This is activation patching: what moves, and only then, depends on these units.")
def swap_units(answer):
    """`swap_units(network, layer, units, inputs, others)`: network(inputs), some units replaced."""
    for units in ([1, 3], [0], [2, 4, 0]):
        network, inputs, others = Branched(), torch.randn(6, 3), torch.randn(6, 3)
        with torch.no_grad():
            for layer in network.children():
                layer.weight *= 3  # or a single unit would hardly show
        own, other = (network.middle(torch.relu(network.left(x) + network.right(x)))
                      for x in (inputs, others))

        def finish(places, start, source):
            mixed = start.clone()
            mixed[:, places] = source[:, places]
            return network.last(torch.relu(mixed))

        plain, replaced = network(inputs), network(others)  # a hook may be left there afterwards
        given = answer(network, network.middle, list(units), inputs.clone(), others.clone())
        rest = [place for place in range(5) if place not in units]
        for wrong, reason in [
            (plain, "Nothing was replaced. What a hook *returns* goes on in place of the "
             "output; returns it nothing, all stays as it was."),
            (replaced, "All units were replaced, so that is the answer for `others`. Only "
             "those in `units` should come from there."),
            (finish(rest, own, other), "It is the wrong way round: `units` come from `others`, the "
             "rest is the network's own."),
            (finish(units, own, torch.zeros_like(own)), "The units were set to 0. They should be "
             "what they are for `others`."),
        ]:
            require(not _same(given, wrong), reason)
        require(_same(given, finish(units, own, other)), "That isn't what comes out. Run the "
                "network on `others` first and keep what leaves the layer; then run it on "
                "`inputs` with a hook that puts the units in.")
        _no_hooks(network)


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


BLOCKS = ("block1", "block2", "block3")


@in_style
def plot_unit(model, image: Tensor, seen: dict, block: int, channel: int, row: int,
              column: int) -> Figure:
    """A unit at the end of a block: left the pixels that it sees, right its place in its map.

    image: (28, 28); seen: what left each layer, as `watch` of the lesson returns it.
    """
    maps = seen[getattr(model, BLOCKS[block - 1])][0]
    field = [f for f in receptive_fields(model) if f["layer"].startswith(BLOCKS[block - 1])][-1]
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.5, 2.9))
    draw_image(left, image, f"sees {field['size']}x{field['size']} pixels")
    x, y = (field["start"] + field["jump"] * index - field["size"] / 2 for index in (column, row))
    left.add_patch(Rectangle((x, y), field["size"], field["size"], fill=False, edgecolor=ORANGE,
                             linewidth=2))
    value = maps[channel, row, column].item()
    draw_signed(right, maps[channel], maps.abs().max().item(), f"channel {channel}: {value:.2f}")
    right.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=ORANGE,
                              linewidth=2))
    return labelled(figure, f"Block {block}, channel {channel}, row {row}, column {column}: the "
                            f"unit is {value:.2f}. It sees {field['size']}x{field['size']} pixels "
                            "of the image, framed in the picture on the left.")


def explore_units(model, image: Tensor, seen: dict):
    """`plot_unit` with sliders for the block and for any unit of it."""
    def draw_unit(block, **place):
        # The block may have changed already, and the sliders behind it not yet.
        sizes = seen[getattr(model, BLOCKS[block - 1])][0].shape
        place = [min(value, size - 1) for value, size in zip(place.values(), sizes)]
        return plot_unit(model, image, seen, block, *place)

    # Begin in the middle: in a corner there is little to see.
    box = explore(draw_unit, block=(1, 3), channel=(0, 7), row=(0, 13, 7), column=(0, 13, 7))
    block, *places = box.children[:4]

    def as_many_as_there_are(_):
        sizes = seen[getattr(model, BLOCKS[block.value - 1])][0].shape
        for slider, size in zip(places, sizes):
            slider.max = size - 1

    block.observe(as_many_as_there_are, "value")
    return box


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


@in_style
def plot_between(images: dict, probabilities: dict, first: int, second: int) -> Figure:
    """Ways from a drawing to another: their images in rows, and what the network makes of them.

    images: name -> (steps, 28, 28); probabilities: name -> (steps, 10), also for other ways.
    """
    steps = len(next(iter(probabilities.values())))
    figure = plt.figure(figsize=(5.5, 0.62 * len(images) + 2.5))
    heights = [0.62 * len(images), 2.5]
    (strips,), (graphs,) = figure.subfigures(2, 1, squeeze=False, height_ratios=heights)
    for row, drawn in zip(strips.subplots(len(images), steps, squeeze=False), images.values()):
        for ax, image in zip(row, drawn):
            draw_image(ax, image, "")
    axes = graphs.subplots(1, len(probabilities), sharey=True)
    words = []
    for ax, (name, shares) in zip(axes, probabilities.items()):
        shares = shares.detach().numpy()
        others = 1 - shares[:, first] - shares[:, second]
        for values, label, colour, style in [(shares[:, first], f"a {first}", BLUE, "o-"),
                                             (shares[:, second], f"a {second}", ORANGE, "s-"),
                                             (others, "another", GREY, ".:")]:
            ax.plot(values, style, color=colour, label=label, markersize=4)
        ax.set(title=name, xlabel="step", xticks=range(0, steps, 5), ylim=(-0.03, 1.03))
        words.append(f"{name}, from step {int((shares[:, second] > 0.5).argmax())} on, and "
                    f"another digit gets {others.max():.0%} at most")
    graphs.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return labelled(figure, f"Rows of {steps} images from a {first} to a {second}, and curves of "
                            f"their probabilities. The {second} gets more than half: "
                            + "; ".join(words) + ".")
