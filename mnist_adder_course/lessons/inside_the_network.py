"""Inside the network: what the lesson asks, checks and draws."""

from __future__ import annotations

from collections.abc import Collection

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from mnist_adder_lib.checkpoint import load_pretrained
from mnist_adder_lib.data import as_input
from mnist_adder_lib.drawing.strokes import frame_strokes
from mnist_adder_lib.evaluate import in_evaluation
from mnist_adder_lib.plots import BLUE, GREY, ORANGE, draw_image, draw_signed, in_style, labelled

from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses

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


def _maps_and_ink():
    for size, fraction, scale, black in (((2, 3, 4), 0.5, 20, -0.5), ((3, 5, 6), 0.3, 1e6, -1.0),
                                         ((2, 4, 4), 1, 1, 0.25), ((2, 4, 4), 0.6, 1e6, 0.0)):
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


class Score:
    """A score of images (n, rows, columns) that no single pixel decides."""

    def __init__(self, *shape):
        self.weights = torch.randn(shape)

    def __call__(self, images: Tensor) -> Tensor:
        return (images * self.weights).sum(dim=(1, 2)) + images.amax(dim=2).prod(dim=1) / 4

    def __repr__(self):
        return "score"


def _tests_of_maps():
    # So many images that 1.96 standard errors are nearly the same as 2. The last map is mostly
    # below 0 on the ink, too.
    for shape, count, black, lower in (((100, 3, 4), 2, -0.5, 0), ((150, 4, 3), 3, -1.0, 0),
                                       ((200, 5, 5), 4, -0.5, 3)):
        score, light = Score(*shape[1:]), torch.rand(shape)
        images = torch.where(light < 0.4, torch.tensor(black), black + 2 * light)
        images[:, 0] = black + 0.5 + torch.rand(shape[0], shape[2])  # ink enough for `count`
        images[:, 1, :2] = black + 0.5 + torch.rand(shape[0], 2)
        yield score, images, score.weights + torch.randn(shape) - lower, count, black


LEADS = "falls(on_ink) - falls(images)"
BOTH_ENDS = "leads.mean() - off, leads.mean() + off"


@checks.add(
    "You can now test any attribution of any network. If the interval lies above 0, the map knows "
    "more than brightness does. If 0 is in it, these images can't decide.",
    probes=_tests_of_maps, tolerance=0.01,
    mistakes={
        "You ranked all pixels. Some of the highest lie on the black background, where turning "
        "black changes nothing. Rank the pixels of the ink alone.":
            (LEADS, "falls(importance) - falls(images)"),
        "The background counts as 0, which ranks it above all the ink with a value below 0. Give "
        "it less than any pixel of the ink has, such as `-torch.inf`.": ("-torch.inf", "0"),
        "You turned the *lowest* pixels black. The highest come last in `.argsort()`.":
            ("[-count:]", "[:count]"),
        "The pixels turned 0, which is grey in a normalised image. Use the value `black`.":
            ("= black", "= 0.0"),
        "That is how far the score falls without the map's pixels. Any pixels of the ink make it "
        "fall: subtract what it falls without the brightest, image by image.":
            (LEADS, "falls(on_ink)"),
        "That is how far the score falls without the brightest pixels. Subtract it from what it "
        "falls without the map's.": (LEADS, "falls(images)"),
        "That is the lead of the brightest pixels over the map. Subtract the other way round.":
            (LEADS, "falls(images) - falls(on_ink)"),
        "You compared with the darkest pixels. The brightest come last in `.argsort()`.":
            (LEADS, "falls(on_ink) - falls(-images)"),
        "You computed the interval from the spread of the two falls, as if they came from "
        "different images. Subtract image by image first, then take the standard deviation of the "
        "leads.":
            ("leads.std()", "(falls(on_ink).var() + falls(images).var()) ** 0.5"),
        "You used the standard deviation. The standard error of the mean is smaller: divide by the "
        "square root of the number of images.":
            ("leads.std() / len(leads) ** 0.5", "leads.std()"),
        "You divided by the number of images. Divide by its square root: `** 0.5`.":
            ("len(leads) ** 0.5", "len(leads)"),
        "You took one standard error to each side. A 95% interval needs two.":
            ("2 * leads", "leads"),
        "You used the variance. The standard error is the standard *deviation*, `.std()`, divided "
        "by the square root of the number of images.": ("leads.std()", "leads.var()"),
        "The other way round: first the low end, then the high end.":
            (BOTH_ENDS, "leads.mean() + off, leads.mean() - off"),
        "You return the mean and how far the interval reaches. Return its two ends.":
            (BOTH_ENDS, "leads.mean(), off"),
        "You ignored the signs of the leads. An image on which the brightest pixels are ahead has "
        "a lead below 0.": (LEADS, f"({LEADS}).abs()"),
        "You ignored the sign of the map. Values below 0 speak *against* the digit, so these "
        "pixels aren't the important ones.":
            ("importance.clone()", "importance.abs()"),
    },
)
def fair_lead(score, images, importance, count, black):
    on_ink = importance.clone()
    on_ink[images <= black] = -torch.inf

    def falls(ranking):
        poorer = images.clone()
        for pixels, values in zip(poorer, ranking):
            highest = values.flatten().argsort()[-count:]
            pixels.view(-1)[highest] = black
        return score(images) - score(poorer)

    leads = falls(on_ink) - falls(images)
    off = 2 * leads.std() / len(leads) ** 0.5
    return leads.mean() - off, leads.mean() + off


@checks.add(
    "This is activation patching: whatever moves along depends on these units.",
    probes=lambda: [(network := Branched(), network.middle, units, *torch.randn(2, 6, 3))
                    for units in ([1, 3], [0], [2, 4, 0])],
    observe=_with_hooks,
    mistakes={
        "Nothing was replaced. Is the hook attached to the layer while `inputs` run, and does it "
        "*return* the changed output? Do the units come from the run with `other_inputs`?":
            lambda network, layer, units, inputs, other_inputs: network(inputs),
        "You replaced all units: the answer is that for `other_inputs`.":
            lambda network, layer, units, inputs, other_inputs: network(other_inputs),
        "It is the wrong way round: `units` should come from `other_inputs`, and the rest from "
        "`inputs`.":
            (("network(other_inputs)", "network(inputs)"),
             ("= network(inputs)", "= network(other_inputs)")),
        "You set the units to 0. They should have the values that they have for `other_inputs`.":
            ("seen[0][:, units]", "0"),
        "You replaced rows, and there is one row for each example. `units` are columns: "
        "`[:, units]`.":
            ("[:, units]", "[units]"),
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


# --- an attribution, and how alike two are --------------------------------------------------------


def _logits(model: nn.Module, images: Tensor, digits: Tensor) -> Tensor:
    """The logit of each image's digit, with the number 5: (n,)."""
    numbers = torch.full((len(images),), 5, device=images.device)
    return model(images, numbers)[0].gather(1, digits.view(-1, 1).to(images.device))[:, 0]


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


def alike(one: Tensor, other: Tensor) -> float:
    """The correlation of two tensors of the same shape, from -1 to 1; 0 if one of them is the same
    everywhere."""
    one, other = one - one.mean(), other - other.mean()
    spreads = (one**2).mean().sqrt() * (other**2).mean().sqrt()
    return ((one * other).mean() / (spreads + 1e-12)).item()  # no contrast: 0 / 1e-12


def agree(maps: Tensor, other_maps: Tensor) -> Tensor:
    """The correlation of each map with the other one of the same image: (n, height, width) twice,
    to (n,)."""
    return torch.tensor([alike(one, other) for one, other in zip(maps, other_maps)])


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
        shift = (28 - len(values)) / 2  # a map of places of a patch is smaller than the image
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
    black = as_input(torch.zeros(28, 28))

    def gradient(point: Tensor) -> Tensor:
        point = point.clone().requires_grad_()
        return torch.autograd.grad(_logits(model, point, digit).sum(), point)[0][0, 0]

    steps = (torch.arange(300) + 0.5) / 300
    path = image - black
    integrated = path[0, 0] * sum(gradient(black + step * path) for step in steps) / len(steps)
    drops, count = torch.zeros(28, 28), torch.zeros(28, 28)
    with torch.no_grad():
        own = _logits(model, image, digit)
        for row in range(24):
            for column in range(24):
                patch, covered = (slice(row, row + 5), slice(column, column + 5)), image.clone()
                covered[0, 0][patch] = black.min()
                drops[patch] += own - _logits(model, covered, digit)
                count[patch] += 1
    figure = plot_attributions(image[0, 0], {
        "occlusion": drops / count, "gradient": gradient(image), "integrated": integrated})
    figure.set_size_inches(6.4, 2.5)
    figure.set_facecolor("white")  # as a picture in the text it is seen on light and dark pages
    return figure


@in_style
def plot_sanity(maps: dict, other_maps: dict, titles: dict) -> Figure:
    """The maps of the first image, a column for each method: of one network above, of another
    below. Each has its own scale.

    maps, other_maps: method -> (images, height, width); titles: what to say between the two.
    """
    figure, axes = plt.subplots(2, len(maps), figsize=(5.5, 3.3), squeeze=False)
    for (name, found), above, below in zip(maps.items(), *axes):
        for ax, values, title in [(above, found[0], name),
                                  (below, other_maps[name][0], titles[name])]:
            values = values.detach()
            draw_signed(ax, values, values.abs().max().item(), title)
    said = "; ".join(f"{name}: {titles[name]}" for name in maps)
    return labelled(figure, "Two rows of maps of one image, above for one network, below for the "
                            f"other; how alike the two networks' maps are: {said}.")


@in_style
def plot_chosen(image: Tensor, chosen: dict) -> Figure:
    """An image, once for each ranking, with the pixels that the ranking puts first: blue if they
    are on ink, orange if they are on black.

    image: (height, width), normalised; chosen: name -> indices of pixels, counted row by row.
    """
    figure, axes = plt.subplots(1, len(chosen), figsize=(5.5, 3.15), squeeze=False)
    said = []
    for ax, (name, pixels) in zip(axes.flat, chosen.items()):
        draw_image(ax, image, name)
        rows, columns = np.divmod(np.asarray(pixels), image.shape[1])
        on_black = np.asarray(image == image.min())[rows, columns]
        for where, colour in ((~on_black, BLUE), (on_black, ORANGE)):
            ax.scatter(columns[where], rows[where], s=22, color=colour, marker="s")
        said.append(f"{name}: {(~on_black).sum()} on ink, {on_black.sum()} on black")
    return labelled(figure, "One image with squares on the pixels that each ranking puts first. "
                            + "; ".join(said) + ".")


@in_style
def plot_leads(leads: dict, on_black: dict, controls: Collection[str] = ()) -> Figure:
    """For each name the mean of `leads[name]`, (images,), with its 95% interval, grey if it isn't
    above 0; in brackets the percentage of its pixels that are on black, `on_black[name]`. A line
    separates the methods from the controls, which come last."""
    figure, ax = plt.subplots(figsize=(5.5, 0.6 + 0.3 * len(leads)))
    said = []
    for row, (name, values) in enumerate(leads.items()):
        mean, off = values.mean().item(), 2 * values.std().item() / len(values) ** 0.5
        ax.errorbar(mean, row, xerr=off, fmt="D", color=ORANGE if mean - off > 0 else GREY,
                    markersize=5)
        said.append(f"{name}, {on_black[name]:.0f}% on black: {mean:.1f}, from {mean - off:.1f} to "
                    f"{mean + off:.1f}")
    ax.axvline(0, color=GREY, linestyle=":")
    if controls:
        ax.axhline(len(leads) - len(controls) - 0.5, color=GREY, linewidth=0.8)
    ax.set(yticks=range(len(leads)), ylim=(len(leads) - 0.5, -0.5),
           yticklabels=[f"{name} ({on_black[name]:.0f}%)" for name in leads],
           xlabel="lead over the brightest pixels")
    return labelled(figure, "Dots with intervals. " + "; ".join(said) + ".")
