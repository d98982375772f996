"""Inside the network: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from mnist_adder_lib.checkpoint import load_pretrained
from mnist_adder_lib.data import as_input
from mnist_adder_lib.drawing.strokes import frame_strokes
from mnist_adder_lib.evaluate import in_evaluation

from ..common.maps import agree, cover, delete_highest, gradient, integrated_gradients, logits_of
from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..notebook.results import read_results
from ..plots import BLUE, GREY, ORANGE, draw_image, draw_signed, in_style, labelled

guesses = Guesses.load("inside_the_network")
checks = Checks()


# --- the exercises --------------------------------------------------------------------------------


class Branched(nn.Module):
    """A small network that isn't a chain: its middle layer gets the sum of two others."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(3, 4), nn.Linear(3, 4)
        self.middle, self.last = nn.Linear(4, 5), nn.Linear(5, 2)
        for parameter in self.parameters():
            parameter.data *= 3  # or a single unit would hardly show

    def forward(self, inputs: Tensor) -> Tensor:
        joined = torch.relu(self.left(inputs) + self.right(inputs))
        return self.last(torch.relu(self.middle(joined)))


HOOK_LEFT = ("The values are right, but a hook is still attached to the network. Call "
             "`hook.remove()` for each hook.")


FORWARD_LEFT = ("The values are right, but the layer still has your `forward` in place of its own. "
                "Use a hook, and remove it.")


def _with_hooks(function, network, *arguments) -> Observed:
    """What the function returns, and whether it leaves hooks or another forward in the network."""
    answer = function(network, *arguments)
    hooks = [layer._forward_hooks or layer._forward_pre_hooks for layer in network.modules()]
    patched = any("forward" in vars(layer) for layer in network.modules())
    return Observed(answer, rules={HOOK_LEFT: not any(hooks), FORWARD_LEFT: not patched})


@checks.add(
    "With a hook, you can see what goes into any layer of any network, and what comes out.",
    probes=lambda: [(network := Branched().train(mode), getattr(network, name), torch.randn(2, 3))
                    for name, mode in (("middle", True), ("last", False), ("middle", False))],
    observe=_with_hooks,
    mistakes={
        "That is what comes out of the layer. What goes in is the second argument of the hook.":
            ("inputs[0]", "output"),
        "You return a tuple or a list with the tensor in it. Take its first item, `[0]`. (The "
        "hook's `inputs` is a tuple, since several things may go into a layer.)": [
            ("inputs[0]", "inputs"), ("[0]", ""), ("seen[0]", "seen")],
        "The network continues with what a hook *returns*, in place of the layer's output. This "
        "hook should only store, and return nothing.":
            [("seen.append(inputs[0])", "return inputs[0]"),
             ("append(inputs[0])", "append(inputs[0]); return inputs[0]")],
        HOOK_LEFT: ("hook.remove()", "pass"),
        FORWARD_LEFT: ("hook.remove()", "hook.remove(); layer.forward = layer.forward"),
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


class Score:
    """A score of images (n, rows, columns) that no single pixel decides."""

    def __init__(self, *shape):
        self.weights = torch.randn(shape)

    def __call__(self, images: Tensor) -> Tensor:
        return (images * self.weights).sum(dim=(1, 2)) + images.amax(dim=2).prod(dim=1) / 4

    def __repr__(self):
        return "score"


def _to_cover():
    for shape, size in (((2, 4, 4), 1), ((2, 5, 6), 3), ((3, 7, 6), 5)):
        images = torch.rand(shape) + 0.2
        yield Score(*shape[1:]), images, size


@checks.add(
    "The larger the patch, the coarser the picture. With a patch of one pixel, your function asks "
    "about every pixel alone.",
    probes=_to_cover,
    mistakes={
        "That is the score with the patch. Return how far it *falls*: subtract it from the score "
        "of the whole images.": ("whole - score", "score"),
        "The falls have the wrong sign: subtract the score with the patch from the score without "
        "it.": ("whole - score(cover(images, row, column, size))",
                  "score(cover(images, row, column, size)) - whole"),
        "You give each fall to the corner of its patch. Give it to the pixel in the middle.":
            ("row + size // 2, column + size // 2", "row, column"),
        "That is the middle of a patch of 5 pixels. The patch has `size` pixels a side.":
            ("row + size // 2, column + size // 2", "row + 2, column + 2"),
        "The last row and the last column of positions are missing. A patch of 1 has 28 positions "
        "in 28 pixels, a patch of 5 has 24.": [
            ("- size + 1", "- size"),
            ("range(images.shape[1] - size + 1)", "range(images.shape[1] - size)"),
            ("range(images.shape[2] - size + 1)", "range(images.shape[2] - size)")],
        "Rows and columns are exchanged.":
            ("row + size // 2, column + size // 2", "column + size // 2, row + size // 2"),
        "You give each fall to the whole patch, so later positions overwrite earlier ones. Give "
        "it to the pixel in the middle alone.":
            ("row + size // 2, column + size // 2] = fall",
             "row:row + size, column:column + size] = fall.view(-1, 1, 1)"),
        "The patches stay: each position covers one more part of the same copy. `cover` the whole "
        "images again at each position.":
            ("fall = whole - score(cover(images, row, column, size))",
             "images = cover(images, row, column, size)\n            fall = whole - score(images)"),
        "You cover with 0, which is grey in a normalised image. `cover` takes black.": [
            ("cover(images, row, column, size)", "cover(images, row, column, size, 0)")],
        "You add up the falls of all images. Each image has its own.":
            ("fall = whole - score(cover(images, row, column, size))",
             "fall = (whole - score(cover(images, row, column, size))).sum()"),
    },
)
def occlusion(score, images, size):
    falls, whole = torch.zeros(images.shape), score(images)
    for row in range(images.shape[1] - size + 1):
        for column in range(images.shape[2] - size + 1):
            fall = whole - score(cover(images, row, column, size))
            falls[:, row + size // 2, column + size // 2] = fall
    return falls


def _to_delete():
    for shape, count, black in (((2, 3, 4), 2, -0.5), ((3, 4, 3), 3, -1.0), ((4, 5, 5), 6, -0.5)):
        importance = torch.randn(shape)
        yield torch.rand(shape) + 0.1, importance - importance.mean(), count, black
    yield torch.rand(3, 4, 5) + 0.1, torch.randint(3, (3, 4, 5)).float(), 6, -1.0  # with ties


NOT_AS_MANY = ("Some pixels of a map are equally high, and where they are the last to go, yours "
               "deletes more or fewer than `count` of an image. Take the last `count` of the "
               "sorted *indices*, not all pixels above some value.")


def _deleted(delete, images, importance, count, black) -> Observed:
    """The answer. Of pixels that are equally high, any may go: then it counts as ours."""
    before = images.clone()
    ours = delete_highest(images, importance, count, black)
    answer = delete(images, importance, count, black)
    if not isinstance(answer, Tensor) or answer.shape != images.shape:
        return Observed(answer)
    gone = answer != before
    ranked = all(not one.any() or one.all() or values[one].min() >= values[~one].max()
                 for one, values in zip(gone, importance))
    others = bool(torch.equal(answer, torch.where(gone, black, before)) and ranked)
    tied = any(len(values.unique()) < values.numel() for values in importance)
    return Observed(ours if tied and others else answer, rules={
        NOT_AS_MANY: not tied or bool((gone.sum(dim=(1, 2)) == count).all())})


@checks.add(
    "That is the whole test. Everything else depends on what you compare it with.",
    probes=_to_delete, observe=_deleted,
    mistakes={
        NOT_AS_MANY: [
            ("pixels.view(-1)[highest] = black",
             "pixels[values >= values.flatten().sort().values[-count]] = black"),
            ("pixels.view(-1)[highest] = black",
             "pixels[values > values.flatten().sort().values[-count - 1]] = black")],
        "That is one pixel more than `count`: `[-count:]` takes the last `count`.":
            ("values.flatten().argsort()[-count:]", "values.flatten().argsort()[-count - 1:]"),
        "That is one pixel fewer than `count`: `[-count:]` takes the last `count`.":
            ("values.flatten().argsort()[-count:]", "values.flatten().argsort()[-count + 1:]"),
        "The pixels turned 0, which is grey in a normalised image. Use the value `black`.":
            ("= black", "= 0.0"),
        "You turned the *lowest* pixels black. The highest come last in `.argsort()`.":
            ("values.flatten().argsort()[-count:]", "values.flatten().argsort()[:count]"),
        "You turned one pixel of each image black, the one at index `-count`. `[-count:]` takes "
        "the last `count`.":
            ("values.flatten().argsort()[-count:]", "values.flatten().argsort()[-count]"),
        "You turned the brightest pixels black. Which pixels go is for `importance` to say.":
            ("values.flatten().argsort()[-count:]", "pixels.flatten().argsort()[-count:]"),
        "You ignored the sign. Values below 0 speak *against* the digit, so these pixels aren't "
        "the important ones.":
            ("values.flatten().argsort()[-count:]", "values.abs().flatten().argsort()[-count:]"),
        "That deletes `count` pixels of each row. Rank all pixels of an image together: "
        "`.flatten()` makes one row of them.": lambda images, importance, count, black:
            images.scatter(2, importance.argsort(dim=2)[..., -count:], black),
        "That deletes `count` pixels of all images together. Rank each image alone.":
            lambda images, importance, count, black: images.flatten().scatter(
                0, importance.flatten().argsort()[-count:], black).view(images.shape),
        "Nothing has changed. Do you return the copies?":
            lambda images, importance, count, black: images.clone(),
        "That leaves the highest pixels and turns all others black.":
            ("values.flatten().argsort()[-count:]", "values.flatten().argsort()[:-count]"),
    },
)
def delete(images, importance, count, black):
    poorer = images.clone()
    for pixels, values in zip(poorer, importance):
        highest = values.flatten().argsort()[-count:]
        pixels.view(-1)[highest] = black
    return poorer


def _maps_and_ink():
    for size, fraction, scale, black in (((2, 3, 4), 0.5, 20, -0.5), ((3, 5, 6), 0.3, 1e4, -1.0),
                                         ((2, 4, 4), 1, 1, 0.25), ((2, 4, 4), 0.6, 1e4, 0.0)):
        light = black + 0.01 + torch.rand(size) ** 2  # much of the ink is dim
        images = torch.where(torch.rand(size) < fraction, light, torch.tensor(black))
        images[:, 0, :2] = black + 0.9  # some ink in each
        importance = scale * (torch.randn(size) - 1)  # the lowest lies further from 0
        importance[0, 0, 0] = importance.min() - scale / 10  # the smallest value is on ink
        yield importance, images, black


def _ranks_ink_first(function, importance, images, black) -> Observed:
    ink, values = images > black, importance.clone()
    ranking = function(importance, images, black)
    if not isinstance(ranking, Tensor) or ranking.shape != values.shape:
        return Observed(rules={
            "Return a tensor of the same shape as `importance`: the next cell ranks its values.":
                False})
    unchanged = torch.equal(ranking, values) and not ink.all()
    only_ink = torch.equal(ranking[~ink], values[~ink]) and not torch.equal(ranking, values)
    behind = [one[on_ink].min() > one[~on_ink].max()
              for one, on_ink in zip(ranking, ink) if not on_ink.all()]
    in_order = [torch.equal(one[on_ink].argsort(), old[on_ink].argsort())
                and len(one[on_ink].unique()) == on_ink.sum()
                for one, old, on_ink in zip(ranking, values, ink)]
    return Observed(rules={
        "Nothing has changed: pixels of the background can still come first.": not unchanged,
        "There is nan in it, which is neither above nor below any number.":
            not ranking.isnan().any(),
        "The ink has other values now, and the background has kept its own. Do it the other way "
        "round.": ink.all() or not only_ink,
        "The order on the ink, all that is brighter than `black`, isn't the order of "
        "`importance` any more. Let the ink keep its values.": all(in_order),
        "Some pixels of the background don't come after all of the ink. Give the background "
        "something below the smallest value in `importance`, whatever that is.": all(behind),
    })


@checks.add(
    "This is the same gradient, asked only about pixels that deleting can change. Is the verdict "
    "still the same? The figure below says.",
    probes=_maps_and_ink, observe=_ranks_ink_first, mistakes={},
)
def of_the_ink(importance, images, black):
    return torch.where(images > black, importance, importance.min() - 1)


# --- a hook for each layer ------------------------------------------------------------------------


def watch(network: nn.Module, images: Tensor, numbers: Tensor) -> dict[nn.Module, Tensor]:
    """What each layer computes in one run of the network, by the layer: as the lesson writes it.

    images: (n, 1, 28, 28); numbers: (n,). No hook stays behind.
    """
    device = next(network.parameters()).device
    seen: dict[nn.Module, Tensor] = {}

    def note(layer, inputs, output):
        seen[layer] = output

    hooks = [layer.register_forward_hook(note) for layer in network.modules()]
    with torch.no_grad():
        network(images.to(device), numbers.to(device))
    for hook in hooks:
        hook.remove()
    return seen


# --- what was measured ----------------------------------------------------------------------------


def agreement(maps: dict[str, Tensor], other_maps: dict[str, Tensor], ink: Tensor) -> pd.Series:
    """How alike two maps of an image are, on its ink, by method: the mean of `agree`.

    maps, other_maps: method -> (images, height, width); ink: a mask of the same shape.
    """
    return pd.Series({name: agree(found, other_maps[name], ink).mean().item()
                      for name, found in maps.items()})


def other_networks() -> pd.DataFrame:
    """What `experiments/measure_maps.py` measured of five networks, a row for each: columns `r`
    (control -> method -> r) and `leads` (ranking -> mean lead, half of its interval)."""
    return read_results("maps.jsonl").set_index("seed")


# --- the figures ----------------------------------------------------------------------------------


@in_style
def plot_maps(maps: Tensor) -> Figure:
    """The channels of a layer, (channels, height, width), large, and all on one scale."""
    maps = maps.detach()
    channels, height, width = maps.shape
    rows = -(-channels // 4)
    figure, axes = plt.subplots(rows, 4, figsize=(5.5, 1.45 * rows), squeeze=False)
    for channel, (ax, image) in enumerate(zip(axes.flat, maps)):
        draw_signed(ax, image, maps.abs().max().item(), f"channel {channel}")
    best = int(maps.amax(dim=(1, 2)).argmax())
    return labelled(figure, f"{channels} pictures of {height}x{width}, one for each channel. The "
                            f"brightest spot is in channel {best}.")


@in_style
def plot_blocks(blocks: dict[str, Tensor], shown: int = 4) -> Figure:
    """A row for each of these parts of a network, (channels, height, width): the `shown` channels
    with the highest values. Each row has its own scale, and a bar says what the colours mean."""
    figure, axes = plt.subplots(len(blocks), shown + 1, figsize=(5.5, 1.3 * len(blocks)))
    said = []
    for row, (title, maps) in enumerate(blocks.items()):
        maps = maps.detach()
        highest = maps.amax(dim=(1, 2)).argsort(descending=True)[:shown].tolist()
        axes[row, 0].axis("off")
        for ax, channel in zip(axes[row, 1:], highest):
            draw_signed(ax, maps[channel], maps.abs().max().item(), f"channel {channel}")
        side = "x".join(str(length) for length in maps.shape[1:])
        axes[row, 0].text(0.5, 0.5, f"{title}\n{shown} of {len(maps)} maps\n{side}", color=GREY,
                          ha="center", va="center", transform=axes[row, 0].transAxes)
        said.append(f"{title}, {len(maps)} maps of {side}, highest in channel {highest[0]}")
    bar = figure.colorbar(axes[0, 1].images[0], ax=axes, shrink=0.6, aspect=25, ticks=[-1, 0, 1])
    bar.ax.set_yticklabels(["below 0", "0", "above 0"])
    return labelled(figure, "Maps, a row for each part of the network: " + "; ".join(said) + ".")


@in_style
def plot_answer(image: Tensor, probabilities: Tensor) -> Figure:
    """An image as the network gets it, (28, 28), and the probabilities of the ten digits."""
    probabilities = probabilities.detach()
    best = int(probabilities.argmax())
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.5, 2.4))
    draw_image(left, image, "what it sees")
    right.bar(range(10), probabilities.tolist(), color=BLUE)
    right.set(xticks=range(10), ylim=(0, 1), title=f"a {best}, with {probabilities[best]:.0%}")
    return labelled(figure, f"An image, and bars for ten digits; the highest is for the "
                            f"{best}, {probabilities[best]:.0%}.")


@in_style
def plot_attributions(image: Tensor, maps: dict) -> Figure:
    """Maps of an image next to each other, each on its own scale, with the outline of its ink.

    image: (28, 28); maps: title -> (height, width), for 28x28 pixels or a part of them.
    """
    side = min(2.75, 5.5 / len(maps))
    figure, axes = plt.subplots(1, len(maps), figsize=(side * len(maps), side + 0.4),
                                squeeze=False)
    seen = []
    for ax, (title, values) in zip(axes.flat, maps.items()):
        values = values.detach()
        draw_signed(ax, values, values.abs().max().item(), title)
        shift = (28 - len(values)) / 2  # a map of a patch's positions is smaller than the image
        ax.contour(np.arange(28) - shift, np.arange(28) - shift, np.asarray(image), levels=[1.0],
                   colors=BLUE, linewidths=1.2)
        ax.set(xlim=(-0.5, len(values) - 0.5), ylim=(len(values) - 0.5, -0.5))
        row, column = divmod(int(values.argmax()), values.shape[1])
        seen.append(f"{title}, brightest at row {row + shift:.0f}, column {column + shift:.0f}")
    return labelled(figure, "White speaks for the digit, orange against it; a line goes around the "
                            "ink. " + "; ".join(seen) + ".")


def plot_opening() -> Figure:
    """What the lesson opens with: a drawn 7, and what occlusion, the gradient and integrated
    gradients say of it, computed as in the lesson."""
    model, digit = in_evaluation(load_pretrained()), torch.tensor([7])
    image = as_input(frame_strokes([[(0.3, 0.22), (0.7, 0.22), (0.44, 0.82)]]))

    def score(images: Tensor) -> Tensor:
        with torch.no_grad():
            return logits_of(model, images[:, None], digit)

    falls = checks.occlusion.solution(score, image[:, 0], 5)[0]
    figure = plot_attributions(image[0, 0], {
        "occlusion": falls, "gradient": gradient(model, image, digit)[0],
        "integrated": integrated_gradients(model, image, digit, steps=300)[0]})
    figure.set_size_inches(6.4, 2.5)
    return figure


@in_style
def plot_sanity(maps: dict, other_maps: dict, ink: Tensor) -> Figure:
    """The maps of the first image, a column for each method, and below them other maps of it. Each
    has its own scale; between them the mean correlation of all pairs of maps, with its 95%
    interval.

    maps, other_maps: method -> (images, height, width); ink: where they are compared, a mask.
    """
    figure, axes = plt.subplots(2, len(maps), figsize=(5.5, 4.2), squeeze=False)
    said = []
    for (name, found), above, below in zip(maps.items(), *axes):
        r = agree(found, other_maps[name], ink)
        alike_by = f"r = {r.mean():.2f} ± {2 * r.std() / len(r) ** 0.5:.2f}"
        said.append(f"{name}: {alike_by}")
        for ax, values, title in [(above, found[0], name), (below, other_maps[name][0], alike_by)]:
            values = values.detach()
            draw_signed(ax, values, values.abs().max().item(), title)
    return labelled(figure, "Two rows of maps of one image; how alike those above and those below "
                            f"are: {'; '.join(said)}.")


@in_style
def plot_alike(runs: pd.Series) -> Figure:
    """How alike the maps of several networks and of a control are: a column for each method,
    a row for each control, a ring for each network, and above the rings mean and standard
    deviation.

    runs: for each network, control -> method -> r.
    """
    controls, methods = list(runs.iloc[0]), list(next(iter(runs.iloc[0].values())))
    figure, axes = plt.subplots(1, len(methods), figsize=(5.5, 2.6), sharey=True)
    said = []
    for ax, method in zip(axes, methods):
        for row, control in enumerate(controls):
            r = pd.Series([run[control][method] for run in runs])
            ax.vlines(0, row - 0.2, row + 0.2, color=GREY, linestyle=":")
            ax.scatter(r, [row] * len(r), s=24, facecolor="none", edgecolor=BLUE, clip_on=False)
            text = f"{r.mean():.2f} ± {r.std():.2f}"
            ax.text(0, row - 0.24, text, ha="center", va="bottom", color=GREY)
            said.append(f"{method}, {control}: {text}")
        ax.set(xlim=(-1, 1), xticks=[-1, 0, 1], xlabel="r", title=method,
               yticks=range(len(controls)), yticklabels=controls, ylim=(len(controls) - 0.6, -0.8))
    return labelled(figure, "Rings for networks, with mean and standard deviation. "
                            + "; ".join(said) + ".")


@in_style
def plot_chosen(image: Tensor, maps: dict[str, Tensor], count: int) -> Figure:
    """An image, once for each map, with the pixels that the map ranks highest: blue if they are on
    ink, orange if they are on black.

    image: (height, width), normalised; maps: name -> (height, width); count: how many pixels.
    """
    figure, axes = plt.subplots(1, len(maps), figsize=(5.5, 3.3), squeeze=False)
    said = []
    for ax, (name, values) in zip(axes.flat, maps.items()):
        draw_image(ax, image, name)
        highest = np.asarray(values.detach().flatten().argsort()[-count:])
        rows, columns = np.divmod(highest, image.shape[1])
        on_black = np.asarray(image == image.min())[rows, columns]
        for where, colour in ((~on_black, BLUE), (on_black, ORANGE)):
            ax.scatter(columns[where], rows[where], s=22, color=colour, marker="s")
        said.append(f"{name}: {(~on_black).sum()} on ink, {on_black.sum()} on black")
    return labelled(figure, "One image with squares on the pixels that each map ranks highest. "
                            + "; ".join(said) + ".")


@in_style
def plot_leads(leads: dict, others: pd.Series, controls: int) -> Figure:
    """For each name the mean of `leads[name]`, (images,), with its 95% interval, grey if it isn't
    above 0, and a ring for each other network. A line separates the methods from the controls,
    which come last: so many.

    others: for each other network, name -> its mean lead and half of its interval.
    """
    figure, ax = plt.subplots(figsize=(5.5, 1.5 + 0.36 * len(leads)))
    said = []
    for row, (name, values) in enumerate(leads.items()):
        mean, off = values.mean().item(), 2 * values.std().item() / len(values) ** 0.5
        ax.errorbar(mean, row - 0.14, xerr=off, fmt="D", color=ORANGE if mean - off > 0 else GREY,
                    markersize=5)
        found = [network[name][0] for network in others]
        ax.scatter(found, [row + 0.2] * len(found), s=16, facecolor="none", edgecolor=BLUE)
        said.append(f"{name}: {mean:.1f}, from {mean - off:.1f} to {mean + off:.1f}, others "
                    f"{min(found):.1f} to {max(found):.1f}")
    ax.axvline(0, color=GREY, linestyle=":")
    ax.axhline(len(leads) - controls - 0.5, color=GREY, linewidth=0.8)
    ax.set(yticks=range(len(leads)), ylim=(len(leads) - 0.5, -0.5), yticklabels=list(leads),
           xlabel="lead over the brightest pixels, in logits")
    keys = [ax.errorbar([], [], xerr=[], fmt="D", color=colour, markersize=5, label=label)
            for colour, label in ((ORANGE, "our network, ahead"), (GREY, "our network, not ahead"))]
    rings = ax.scatter([], [], s=16, facecolor="none", edgecolor=BLUE, label="another network")
    figure.legend(handles=[*keys, rings], loc="outside upper center", ncols=3, handletextpad=0.3,
                  columnspacing=1.2)
    return labelled(figure, "Dots with intervals, and rings for other networks. "
                            + "; ".join(said) + ".")
