"""Inside the network: what the lesson asks, checks and draws."""

from __future__ import annotations

import copy

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor, nn

from ...evaluate import in_evaluation
from ...model import IdentityAdderModel, fully_connected, receptive_fields
from ..exercises.checks import Checks, Observed
from ..exercises.guesses import Guesses
from ..notebook.display import Picture
from ..notebook.figures import BLUE, GREY, ORANGE, draw_image, draw_signed, in_style, labelled
from ..widgets.unit_explorer import UnitExplorer

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


HOOK_LEFT = ("The numbers are right, but a hook is still there. `hook.remove()` takes off each of "
             "them.")


def _with_hooks(function, network, *arguments) -> Observed:
    """What the function gives, and whether it leaves hooks in the network."""
    answer = function(network, *arguments)
    hooks = [layer._forward_hooks or layer._forward_pre_hooks for layer in network.modules()]
    return Observed(answer, rules={HOOK_LEFT: not any(hooks)})


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
        HOOK_LEFT: ("hook.remove()", "pass"),
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


def _share_of_rows(table, dim=1):
    return table.mean(dim).var(correction=0) / table.var(correction=0)


@checks.add(
    "1 means that nothing but the sum counts. But a unit that says the digit alone has 0.5, too: "
    "such a share is no proof of adding.",
    probes=lambda: [(weight * torch.randn(10, 1) + torch.randn(10) + torch.randn(10, 10)
                     + 0.3 * SUMS,) for weight in (1, 2, 3)],
    mistakes={
        "That is what the sum doesn't explain: take it from 1.":
            lambda table: 1 - explained_by_sum(table),
        "That is the digit's share. The groups are those of the sum: 19 of them.": _share_of_rows,
        "That is the number's share. The groups are those of the sum: 19 of them.":
            lambda table: _share_of_rows(table, dim=0),
        "The largest sum is 18: `range(19)` goes up to 18.": ("range(19)", "range(18)"),
        "Each sum counts as often as it has places: 9 has ten of them, and 0 has one. Put the means"
        " in their places first, then take the variance.": lambda table: torch.stack(
            [table[SUMS == total].mean() for total in range(19)]).var(correction=0)
            / table.var(correction=0),
        "That is a variance, no share of it: divide by the variance of the whole table.":
            (" / table.var(correction=0)", ""),
        "The share is the other way round: divide by the variance of the table.":
            lambda table: 1 / explained_by_sum(table),
        "Into the places of a sum goes their mean, not what they add up to.":
            (".mean()", ".sum()"),
    },
)
def explained_by_sum(table):
    means = torch.zeros(10, 10)
    for total in range(19):
        means[SUMS == total] = table[SUMS == total].mean()
    return means.var(correction=0) / table.var(correction=0)


def _images():
    for height, width, count in ((2, 3, 4), (4, 5, 7), (28, 28, 40)):
        importance = torch.randperm(height * width).view(height, width) - height * width / 2 + 0.25
        yield 1 + torch.rand(height, width), importance, count, -0.4242


IMAGE_CHANGED = "The image that was given has changed. Work on another one."


def _with_image(function, image, *arguments) -> Observed:
    """What the function gives, and whether it leaves the image as it was."""
    before = image.clone()
    answer = function(image, *arguments)
    return Observed(answer, rules={IMAGE_CHANGED: torch.equal(image, before)})


@checks.add(
    "The lesson's test the other way round: if the map tells the truth, few pixels are enough.",
    probes=_images,
    observe=_with_image,
    mistakes={
        "These are the *least* important pixels.": ("topk(count", "topk(count, largest=False"),
        "The sign is lost: what is below 0 speaks *against* the digit, so it isn't important.":
            ("importance.flatten()", "importance.flatten().abs()"),
        "These are the brightest pixels. The map says which are important.":
            ("importance.flatten()", "image.flatten()"),
        "The others became 0. In a normalised image 0 is grey; black is the number `black`.":
            ("image, black)", "image, 0.0)"),
        "There is one pixel too many, or too few. (With `>` the last of them isn't counted.)":
            [("topk(count)", "topk(count - 1)"), ("topk(count)", "topk(count + 1)")],
        "You took the important pixels away. They should stay, and all others be black.":
            lambda image, importance, count, black: (lambda pixels: pixels.index_fill(
                0, importance.flatten().topk(count).indices, black).view(image.shape))(
                    image.flatten()),
        "What stays is the map's numbers. It should be the image's own pixels.":
            ("= image.flatten()", "= importance.flatten()"),
        "`.topk` gives the largest numbers and their places: `.indices` are the places.":
            [(".indices", ""), (".indices", ".values")],
        "`.topk` looks along each row by itself. Lay all pixels in one row first: `.flatten()`.":
            ("importance.flatten()", "importance"),
        IMAGE_CHANGED: ("torch.full_like(image, black).flatten()", "image.fill_(black).flatten()"),
    },
)
def keep(image, importance, count, black):
    places = importance.flatten().topk(count).indices
    pixels = torch.full_like(image, black).flatten()
    pixels[places] = image.flatten()[places]
    return pixels.view(image.shape)


@checks.add(
    "This is activation patching: what moves, and only then, depends on these units.",
    probes=lambda: [(network := Branched(), network.middle, units, *torch.randn(2, 6, 3))
                    for units in ([1, 3], [0], [2, 4, 0])],
    observe=_with_hooks,
    mistakes={
        "Nothing was replaced. What a hook *returns* goes on in place of the output, if it is on "
        "the layer while `inputs` run. Are the units those of the run of `other_inputs`?":
            lambda network, layer, units, inputs, other_inputs: network(inputs),
        "All units were replaced: the answer is that for `other_inputs`.":
            lambda network, layer, units, inputs, other_inputs: network(other_inputs),
        "It is the wrong way round: `units` come from `other_inputs`, the rest from `inputs`.":
            ("network(other_inputs)", "network(inputs)",
             "= network(inputs)", "= network(other_inputs)"),
        "The units were set to 0. They should be what they are for `other_inputs`.":
            ("seen[0][:, units]", "0"),
        "These are rows, one for each example. `units` are columns: `[:, units]`.":
            ("[:, units]", "[units]"),
        "A list has no columns, its tensors have: take one of them out first, as in `seen[0]`.":
            ("seen[0]", "seen"),
        HOOK_LEFT: ("hook.remove()", "pass"),
    },
)
def swap_units(network, layer, units, inputs, other_inputs):
    seen = []

    def put_in(layer, inputs, output):
        seen.append(output)  # in the first run, that of `other_inputs`, it puts in the same units
        mixed = output.clone()
        mixed[:, units] = seen[0][:, units]
        return mixed

    hook = layer.register_forward_hook(put_in)
    network(other_inputs)
    answer = network(inputs)
    hook.remove()
    return answer


# --- adders of lesson 10, and how they train ------------------------------------------------------


class OneNumber(nn.Module):
    """Lesson 10's bottleneck: one number of the embedding plus one of the one-hot number, from
    (n, 30) to (n, 1)."""

    def __init__(self):
        super().__init__()
        self.of_image = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1))
        self.of_number = nn.Linear(10, 1, bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.of_image(inputs[:, :20]) + self.of_number(inputs[:, 20:])


def train_adder(adder: nn.Module, embeddings: Tensor, digits: Tensor, hidden: Tensor,
                rate: float = 0.01, steps: int = 600) -> float:
    """Train as lesson 10 does, without the hidden pairs, bool (10, 10): the mean loss of the last
    hundred steps. The adder gets (n, 30), embeddings and one-hot numbers, and gives 19 logits.
    It is trained where it is.
    """
    device = next(adder.parameters()).device
    embeddings, digits, hidden = (part.to(device) for part in (embeddings, digits, hidden))
    optimizer, losses = torch.optim.AdamW(adder.parameters(), lr=rate), []
    for _ in range(steps):
        chosen = torch.randint(len(digits), (128,))
        numbers = torch.multinomial((~hidden).float()[digits[chosen]], 1)[:, 0]
        outputs = adder(torch.cat([embeddings[chosen], F.one_hot(numbers, 10)], dim=1))
        loss = F.cross_entropy(outputs, digits[chosen] + numbers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses[-100:]))


def train_and_wait(embeddings: Tensor, digits: Tensor, hidden: Tensor,
                   steps: int = 1500) -> tuple[nn.Module, nn.Module]:
    """The course's adder, trained with a strong weight decay long after it knows all pairs that
    aren't hidden: as it was after 100 steps, and as it is in the end. Each step is on all pairs,
    with the mean embedding of each digit."""
    adder = nn.Sequential(fully_connected(30, 64), fully_connected(64, 64),
                          nn.Linear(64, 19, bias=False))
    means = torch.stack([embeddings[digits == digit].mean(dim=0) for digit in range(10)])
    digit, number = (~hidden).nonzero().T
    inputs = torch.cat([means[digit], F.one_hot(number, 10)], dim=1)
    optimizer = torch.optim.AdamW(adder.parameters(), lr=0.01, weight_decay=3.0)
    for step in range(steps):
        if step == 100:
            early = copy.deepcopy(adder)
        optimizer.zero_grad()
        F.cross_entropy(adder(inputs), digit + number).backward()
        optimizer.step()
    return early.eval(), adder.eval()


# --- two attributions -----------------------------------------------------------------------------


def _logits(model: nn.Module, images: Tensor, digits: Tensor) -> Tensor:
    """The logit of each image's digit, with the number 5: (n,)."""
    numbers = torch.full((len(images),), 5, device=images.device)
    return model(images, numbers)[0].gather(1, digits.view(-1, 1).to(images.device))[:, 0]


def grad_cam(model: IdentityAdderModel, images: Tensor, digits: Tensor) -> Tensor:
    """Where the maps of block 3 speak for these digits: (n, 28, 28), nowhere below 0, on the
    images' device.

    images: (n, 1, 28, 28). Source: Selvaraju and others, Grad-CAM, arXiv 1610.02391.
    """
    model, seen = in_evaluation(model), []
    pixels = images.detach().to(next(model.parameters()).device).requires_grad_()
    model.block3.register_forward_hook(lambda layer, inputs, output: seen.append(output))
    gradient, = torch.autograd.grad(_logits(model, pixels, digits).sum(), seen[0])
    maps = (gradient.mean(dim=(2, 3), keepdim=True) * seen[0]).sum(dim=1, keepdim=True).relu()
    return F.interpolate(maps.detach(), size=(28, 28), mode="bilinear")[:, 0].to(images.device)


def guided_backprop(model: nn.Module, images: Tensor, digits: Tensor) -> Tensor:
    """The gradient of these digits' logits by the pixels, (n, 28, 28), of which each ReLU lets only
    positive parts back, on the images' device. Source: Springenberg and others, arXiv 1412.6806."""
    model = in_evaluation(model)

    def only_positive(layer, grad_input, grad_output):
        return tuple(gradient.clamp(min=0) for gradient in grad_input)

    for layer in model.modules():
        if isinstance(layer, nn.ReLU):
            layer.register_full_backward_hook(only_positive)
    pixels = images.detach().to(next(model.parameters()).device).requires_grad_()
    gradient, = torch.autograd.grad(_logits(model, pixels, digits).sum(), pixels)
    return gradient[:, 0].to(images.device)


# --- the figures ----------------------------------------------------------------------------------


@in_style
def plot_maps(maps: Tensor, columns: int = 4) -> Figure:
    """The channels of a layer, (channels, height, width), large, and all on one scale."""
    maps = maps.detach()
    channels, height, width = maps.shape
    rows = -(-channels // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(5.5, 1.45 * rows), squeeze=False)
    for channel, (ax, image) in enumerate(zip(axes.flat, maps)):
        draw_signed(ax, image, maps.abs().max().item(), f"channel {channel}")
    best = int(maps.amax(dim=(1, 2)).argmax())
    return labelled(figure, f"{channels} pictures of {height}x{width}, one for each channel. The "
                            f"brightest spot is in channel {best}.")


def explore_units(model: nn.Module, image: Tensor, seen: dict) -> UnitExplorer:
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

    needs_python = ("the panel once more. After each stroke the ring in the figure moves to where "
                    "your drawing lies among the others.")

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
    """10x10 tables beside each other, a row for each digit, a column for each number: how far each
    place is from the table's mean, all on one scale."""
    deviations = {title: np.asarray(table - table.mean()) for title, table in tables.items()}
    most = max(abs(table).max() for table in deviations.values())
    figure, axes = plt.subplots(1, len(tables), figsize=(5.5, 1.9), squeeze=False)
    for ax, (title, table) in zip(axes.flat, deviations.items()):
        ax.imshow(table, cmap="viridis", vmin=-most, vmax=most)
        ax.set(title=title, xlabel="number", xticks=range(0, 10, 3), yticks=range(0, 10, 3))
    axes[0, 0].set(ylabel="digit")
    return labelled(figure, "Tables of ten rows, the digits, and ten columns, the numbers; the "
                            f"brighter, the larger: {', '.join(tables)}.")


@in_style
def plot_units(adders: dict) -> Figure:
    """All units of some adders, a panel for each: to the right how alike its table is to itself
    with digit and number exchanged, upwards the share of what it makes of both together.

    adders: name -> a table with a row for each unit and the columns `swapped` and `rest`.
    """
    columns = 2 if len(adders) == 4 else min(3, len(adders))
    rows = -(-len(adders) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(5.5, 2.1 * rows), squeeze=False,
                                sharex=True, sharey=True)
    for ax in axes.flat[len(adders):]:
        ax.remove()
    for ax, (name, units) in zip(axes.flat, adders.items()):
        ax.plot(units["swapped"], units["rest"], "o", color=BLUE, markersize=3)
        ax.axvline(0, color=GREY, linestyle=":")
        ax.set(title=name, xlim=(-1.1, 1.1), ylim=(-0.05, 1.05), xticks=(-1, 0, 1))
    figure.supxlabel("alike when digit and number are exchanged", fontsize="medium")
    figure.supylabel("rest", fontsize="medium")
    return labelled(figure, "A point for each unit. " + " ".join(
        f"{name}: when exchanged, {units['swapped'].mean():.2f} alike on average, from "
        f"{units['swapped'].min():.2f} to {units['swapped'].max():.2f}; the rest is "
        f"{units['rest'].mean():.0%}." for name, units in adders.items()))


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
