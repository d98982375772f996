"""Backward by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure

from ..exercises.checks import AUTOGRAD, Checks, Observed
from ..exercises.questions import Guesses
from ..exercises.values import is_numbers, plain
from ..plots import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    in_style,
    labelled,
    text_on,
)

guesses = Guesses.load("backward_by_hand")
checks = Checks()


class Node:
    """A node as in the lesson, for its exercises. Counts how often its inputs are asked for."""

    def __init__(self, value, name="", inputs=(), slopes=()):
        vars(self).update(value=value, name=name, slopes=slopes, grad=0.0)
        self._inputs, self._looks = inputs, 0

    @property
    def inputs(self):
        self._looks += 1
        return self._inputs

    @property
    def in_code(self):
        return "" if self._inputs else f"Node({self.value})"


def _slope(node, of) -> float:
    """How fast a node changes with another: multiplied along each path, added up over the paths."""
    if node is of:
        return 1
    return sum(slope * _slope(before, of) for before, slope in zip(node.inputs, node.slopes))


NO_NODE = "That isn't a node. Return a `Node`, with its value, its inputs and its slopes."
NOT_NEW = ("You return the node that you were given. It would be on the tape twice, and send "
           "its gradient back twice. Return a new `Node`, whose input it is.")
INPUTS_IN_LIST = ("The inputs belong in a list, as in plus, even if there is only one. Put square "
                  "brackets around them.")
SLOPES_IN_LIST = ("The slopes belong in a list, as in plus, one for each input: how fast the value "
                  "changes with that input.")
NOT_NODES = "The inputs are the nodes themselves, such as `a`, not their values."
NOT_NUMBERS = "The slopes are numbers, not nodes: `b.value` and `a.value`."
AS_MANY = ("The node has {inputs} and {slopes}. Each input needs one slope: how fast the value "
           "changes with that input.")
NO_INPUTS = ("The node has no inputs, so nothing can come back through it. Its inputs are the "
             "nodes that its value was computed from, in a list.")
VALUE = "`a` is a node, not a number. The number in it is `a.value`."
ONE_NUMBER_EACH = ("Each slope is a single number, without quotes or brackets of its own: as many "
                   "slopes in the list as there are inputs.")
COPY = ("An input is a new node, so what comes back never reaches the node that was given. The "
        "inputs are the given nodes themselves.")
GRAD = "The `grad` of a new node is 0: nothing has come back to it yet. Leave it as it is."
OTHER_NAME = ("The pictures show the name of a node, and yours says \"{}\", which it isn't. Give "
              "it its own name.")
NO_INPUT_AT_0 = ("Where its value is 0, your node has no inputs, and the pictures lose the arrow "
                 "that leads to it. What it was computed from goes there all the same.")
NO_NAME = ("After the value, a `Node` takes its name, a word in quotes, and only then its inputs "
           "and slopes, as in plus.")


def _value_and_slopes(function, *inputs) -> Observed:
    others = ["plus"] if len(inputs) == 2 else ["plus", "times"]
    node = function(*inputs)
    if not hasattr(node, "slopes"):
        return Observed(rules={NO_NODE: False})
    if any(node is given for given in inputs):
        return Observed(rules={NOT_NEW: False})
    if not isinstance(node.name, str):
        return Observed(rules={NO_NAME: False})
    if not isinstance(node.inputs, (list, tuple)):
        return Observed(rules={INPUTS_IN_LIST: False})
    if not all(hasattr(given, "inputs") for given in node.inputs):
        return Observed(rules={NOT_NODES: False})
    if not isinstance(node.slopes, (list, tuple)):
        return Observed(rules={SLOPES_IN_LIST: False})
    if any(hasattr(slope, "slopes") for slope in node.slopes):
        return Observed(rules={NOT_NUMBERS: False})
    if not all(is_numbers(plain(slope)) and plain(slope).ndim == 0 for slope in node.slopes):
        return Observed(rules={ONE_NUMBER_EACH: False})
    if len(node.inputs) != len(node.slopes):
        counts = {"slopes": _count(len(node.slopes), "slope"),
                  "inputs": _count(len(node.inputs), "input")}
        return Observed(rules={AS_MANY.format(**counts): False})
    if not node.inputs:
        is_0 = is_numbers(plain(node.value)) and not plain(node.value).any()
        return Observed(rules={NO_INPUT_AT_0 if is_0 else NO_INPUTS: False})
    first = _first_nodes(node)
    if not set(inputs) <= first and not first <= set(inputs):
        return Observed(rules={COPY: False})
    slopes = [_slope(node, given) for given in inputs]
    return Observed(effects={"the value": node.value, "the slopes": slopes},
                    rules={GRAD: node.grad == 0,
                           OTHER_NAME.format(node.name): node.name not in others})


def _first_nodes(node) -> set:
    """The nodes without inputs that a node was computed from."""
    return set().union(*map(_first_nodes, node.inputs)) if node.inputs else {node}


def _count(number: int, what: str) -> str:
    """Write "no slopes", "1 slope", "2 slopes"."""
    return f"{number or 'no'} {what}{'s' * (number != 1)}"


def _pairs():
    for a, b in ((2, 5), (5, 2), (-3, 4), (3, -4), (-1.5, -2.5), (-2.5, -1.5), (0, 3), (2, 2)):
        yield Node(a), Node(b)


@checks.add(
    "What comes back, times the other factor: that is all that backward() does at a product.",
    probes=_pairs, observe=_value_and_slopes, mistakes={
        NOT_NUMBERS: ("[b.value, a.value]", "[b, a]"),
        NOT_NODES: ("[a, b]", "[a.value, b.value]"),
        NO_NAME: ('"times", ', ""),
        OTHER_NAME.format("plus"): ('"times"', '"plus"'),
        "That is plus. The value is the product of both values.":
            ("a.value * b.value", "a.value + b.value"),
        "Both slopes go to the same node. The inputs are a and b.":
            [("[a, b]", "[a, a]"), ("[a, b]", "[b, b]")],
        "The product grows by one factor, not by the whole product: nudge a by 1, and 3 · 5 "
        "becomes 4 · 5.": ("[b.value, a.value]", "[a.value * b.value, a.value * b.value]"),
        "Both slopes are the same factor. The slope of a is b, and the slope of b is a.": [
            ("[b.value, a.value]", "[b.value, b.value]"),
            ("[b.value, a.value]", "[a.value, a.value]")],
        AS_MANY.format(slopes="1 slope", inputs="2 inputs"):
            [("[b.value, a.value]", "[b.value]"), ("[b.value, a.value]", "[a.value]")],
        AS_MANY.format(slopes="no slopes", inputs="2 inputs"): (", [b.value, a.value]", ""),
        NO_INPUTS: (', "times", [a, b], [b.value, a.value]', ""),
        INPUTS_IN_LIST: [("[a, b]", "a"), ("[a, b], [b.value, a.value]", "a, b, b.value, a.value")],
        SLOPES_IN_LIST: ("[b.value, a.value]", "b.value"),
        ONE_NUMBER_EACH: [("[b.value, a.value]", '["b", "a"]'),
                          ("[b.value, a.value]", "[[b.value, a.value]]")],
        COPY: ("[a, b]", "[Node(a.value), Node(b.value)]"),
        NO_NODE: lambda a, b: a.value * b.value,
    },
)
def times(a, b):
    return Node(a.value * b.value, "times", [a, b], [b.value, a.value])


class Tape(list):
    """Nodes, and what reasons say of them."""

    def __init__(self, nodes, in_words: str):
        super().__init__(nodes)
        self.in_words = in_words


def _tapes():
    for x, y in ((3, 4), (-2, 5)):
        words = f"holds a = x · y, b = a · x and c = b · a, with {x = } and {y = }"
        x, y = Node(x, "x"), Node(y, "y")
        product = times(x, y)
        again = times(product, x)
        yield (Tape([product, again, times(again, product)], words),)  # used twice, not equally far
    tape = [Node(1, "x")]
    for _ in range(DOUBLINGS):
        tape.append(Node(2 * tape[-1].value, "plus", [tape[-1], tape[-1]], [1, 1]))
    yield (Tape(tape[1:], f"doubles a 1 {DOUBLINGS} times"),)


DOUBLINGS = 14  # 2**14 paths


EVERY_PATH = ("The gradients are right. But this follows every path again, and on a chain of "
              "doublings their number doubles at each step. When it is a node's turn, everything "
              "has arrived in its `grad`: send that on once, without a function that calls itself.")
SENT_AGAIN = ("A function that calls itself, as `send_back` does, goes on to the front each time, "
              "so what has arrived in a `grad` is sent on again and again. Each node on the tape "
              "sends once, and only to its inputs.")
NOT_THE_TAPE = "The gradients are right. Return the tape as well, whole and unchanged."


def _gradients(backward_from, tape) -> Observed:
    nodes = list({id(node): node for end in tape for node in [*end.inputs, end]}.values())
    before = sum(node._looks for node in nodes)
    as_it_was = list(tape)
    returned = backward_from(tape)
    looks = sum(node._looks for node in nodes) - before
    follows_paths = looks > len(nodes)**3  # seen on the doublings alone: the others have few
    if follows_paths and nodes[0].grad != 2**DOUBLINGS:
        return Observed(rules={SENT_AGAIN: False})
    whole = isinstance(returned, list) and list(map(id, returned)) == list(map(id, as_it_was))
    return Observed(
        effects={"the gradients, those of the inputs first": [node.grad for node in nodes]},
        rules={EVERY_PATH: not follows_paths, NOT_THE_TAPE: whole})


def _send_back(node, back):
    node.grad += back
    for before, slope in zip(node.inputs, node.slopes):
        _send_back(before, back * slope)


@checks.add(
    "PyTorch walks like this: from the back, each node once, after all the nodes that use it.",
    probes=_tapes, observe=_gradients, mistakes={
        "Only the last node begins with 1. What comes back to the others has to arrive first.":
            ("    tape[-1].grad = 1.0\n", "    for node in tape:\n        node.grad = 1.0\n"),
        "Inside the loop, each node is set to 1 when its turn comes, and what has come back to it "
        "is lost. Only the last node begins with 1, before the loop.":
            ("    tape[-1].grad = 1.0\n    for node in reversed(tape):\n",
             "    for node in reversed(tape):\n        node.grad = 1.0\n"),
        "The 1 belongs to the last node on the tape, `tape[-1]`: that is the end of the "
        "computation.": ("tape[-1]", "tape[0]"),
        "What is used twice gets two contributions. Add the second to the first: `+=`.":
            ("before.grad +=", "before.grad ="),
        "Only the last node has sent something to its inputs. Does the walk begin at the front? "
        "There a node sends before its own gradient has arrived, so begin at the back: "
        "`reversed(tape)`. Or is the `return` inside the loop, or is there no loop over the tape?":
            ("reversed(tape)", "tape"),
        "What goes to an input is what came to the node, times the slope. The slope is missing.":
            ("slope * node.grad", "node.grad"),
        "What goes to an input is the slope, times what came back to the node: its `grad`.":
            ("slope * node.grad", "slope"),
        "What came back to a node is in its `grad`. Its `value` is already in the slopes.":
            [("slope * node.grad", other) for other in (
                "slope * node.value", "slope * node.grad * node.value",
                "slope * node.grad * before.value", "slope * before.value")],
        "The last node has its 1, but nothing has arrived at its inputs. Each node on the tape, "
        "the last one first, sends to its inputs: `before.grad` grows, the gradient that belongs "
        "to the input.": [
            ("before.grad += slope * node.grad", "node.grad += slope * before.grad"),
            ("reversed(tape)", "reversed(tape[:-1])")],
        "Each input has a slope of its own: `zip(node.inputs, node.slopes)` gives them as pairs. "
        "Two loops, one inside the other, bring every input together with every slope.":
            ("before, slope in zip(node.inputs, node.slopes):\n",
             "before in node.inputs:\n            for slope in node.slopes:\n    "),
        SENT_AGAIN: [
            ("before.grad += slope * node.grad", "_send_back(before, slope * node.grad)"),
            ("for before, slope in zip(node.inputs, node.slopes):\n"
             "            before.grad += slope * node.grad", "_send_back(node, 1.0)")],
        EVERY_PATH: lambda tape: _send_back(tape[-1], 1.0) or tape,
        NOT_THE_TAPE: ("return tape", "return tape[-1]"),
    },
)
def backward_from(tape):
    tape[-1].grad = 1.0
    for node in reversed(tape):
        for before, slope in zip(node.inputs, node.slopes):
            before.grad += slope * node.grad
    return tape


@checks.add(
    "A door that is open or closed: either all of what comes back passes, or nothing.",
    probes=lambda: ((Node(value),) for value in (2, -3, 5, -0.5, 0.25, 0)),
    observe=_value_and_slopes, mistakes={
        "The slope isn't the value. Nudge a positive input by 1: the output grows by 1.":
            ("1 if a.value > 0 else 0", "max(a.value, 0)"),
        "The two cases are swapped: positive inputs let everything back, negative ones nothing.":
            ("1 if a.value > 0 else 0", "0 if a.value > 0 else 1"),
        "Everything is right except for an input of exactly 0: there the slope is 0, by "
        "convention. Ask `> 0`.": ("a.value > 0", "a.value >= 0"),
        "Your slope is -1 for a negative input. Nudge such an input: the output stays 0, so the "
        "slope is 0.": [("1 if a.value > 0 else 0", "1 if a.value > 0 else -1"),
                        ("1 if a.value > 0 else 0", "1 if a.value >= 0 else -1")],
        "Numbers between 0 and 1 are positive as well. Ask `> 0`.": [
            ("max(a.value, 0)", "a.value * (a.value > 1)"),
            ("1 if a.value > 0", "1 if a.value > 1")],
        "That is the value without its sign. ReLU turns a negative value into 0.":
            ("max(a.value, 0)", "abs(a.value)"),
        "Your value is 1 or 0, as the slope should be. A positive value doesn't change.":
            ("max(a.value, 0)", "1 if a.value > 0 else 0"),
        VALUE: [("max(a.value, 0)", "max(a, 0)"), ("max(a.value, 0)", "max(0, a)")],
        AS_MANY.format(slopes="no slopes", inputs="1 input"):
            (", [1 if a.value > 0 else 0]", ""),
        AS_MANY.format(slopes="1 slope", inputs="no inputs"): ("[a]", "[]"),
        NO_INPUTS: lambda a: Node(max(a.value, 0), "ReLU"),
        NO_INPUT_AT_0: lambda a: Node(a.value, "ReLU", [a], [1]) if a.value > 0 else Node(0.0),
        OTHER_NAME.format("times"): ('"ReLU"', '"times"'),
        NOT_NEW: lambda a: a if a.value > 0 else Node(0, "ReLU", [a], [0]),
        INPUTS_IN_LIST: ("[a]", "a"),
        SLOPES_IN_LIST: ("[1 if a.value > 0 else 0]", "1 if a.value > 0 else 0"),
        NO_NODE: lambda a: max(a.value, 0),
    },
)
def relu_of(a):
    return Node(max(a.value, 0), "ReLU", [a], [1 if a.value > 0 else 0])


def forward(x, w1, w2):
    """As in the lesson: a network of two layers, with its intermediate values."""
    z = x @ w1.T
    hidden = F.relu(z)
    return z, hidden, hidden @ w2.T


def _networks():
    for examples, inputs, neurons in ((2, 3, 4), (6, 5, 3), (1, 4, 2)):
        weights = torch.randn(neurons, inputs), torch.randn(10, neurons)
        weights[0][0] = 0  # of one neuron z is exactly 0
        yield torch.randn(examples, inputs), torch.randint(9, (examples,)), *weights


BOTH = "That is one tensor. Return both gradients, first that of `w1`: `return grad1, grad2`."


def _two_gradients(backward, *network) -> Observed:
    with torch.no_grad():
        gradients = backward(*network)
    if isinstance(gradients, torch.Tensor):
        return Observed(rules={BOTH: False})
    if not isinstance(gradients, (tuple, list)) or len(gradients) != 2:
        return Observed(gradients)
    grad1, grad2 = gradients
    return Observed(effects={"grad2": grad2, "grad1": grad1})  # in the order of the way back


@checks.add(
    "Five lines, for any number of examples, inputs and neurons. Now train with them.",
    probes=_networks, observe=_two_gradients, without=AUTOGRAD, mistakes={
        "Both gradients are too large: the loss is the mean over the examples, so divide by their "
        "number.": (" / len(x)", ""),
        "Both gradients are divided by the wrong number. The mean is over the examples: `len(x)`.":
            [("/ len(x)", other) for other in ("/ 10", "/ logits.numel()", "/ len(w1)")],
        "It is the probabilities minus one-hot. These are the logits: softmax is missing.":
            ("logits.softmax(dim=1)", "logits"),
        "Softmax runs along the wrong dimension. The ten probabilities of an example are in a row: "
        "`dim=1`.": ("dim=1", "dim=0"),
        "These are the probabilities alone. Subtract the one-hot vector of the true class.":
            (" - F.one_hot(digits, 10)", ""),
        "`F.one_hot` has to be told that there are ten classes: `F.one_hot(digits, 10)`. Otherwise "
        "it makes only as many as the largest digit needs.": ("digits, 10", "digits"),
        "What went into the second layer is `hidden`, after ReLU, not z.":
            ("back.T @ hidden", "back.T @ z"),
        "The second layer's gradient is right. But ReLU is missing on the way to the first: only "
        "where `z > 0` does anything pass.": (" * (z > 0)", ""),
        "ReLU doesn't multiply what comes back by its value. It passes or stops it: `z > 0` is 1 "
        "or 0.": [("(z > 0)", "z"), ("(z > 0)", "hidden")],
        "That is ReLU of what comes back. What passes depends on what went in: multiply by "
        "`z > 0`.": ("(back @ w2) * (z > 0)", "F.relu(back @ w2)"),
        "ReLU's two cases are swapped: it passes what comes back where `z > 0`.":
            ("z > 0", "z <= 0"),
        "Almost: where z is exactly 0, nothing passes, by convention. Ask `> 0`.":
            ("z > 0", "z >= 0"),
        "Rows and columns are swapped. A gradient has the shape of its weights, a row for each "
        "neuron: `back.T @ ...`.": [
            ("back.T @ hidden", "hidden.T @ back"), ("back.T @ x", "x.T @ back"),
            (("back.T @ hidden", "hidden.T @ back"), ("back.T @ x", "x.T @ back"))],
        "The order is the other way round: first the gradient of w1, then the gradient of w2.":
            ("return grad1, grad2", "return grad2, grad1"),
    },
)
def backward(x, digits, w1, w2):
    z, hidden, logits = forward(x, w1, w2)
    back = (logits.softmax(dim=1) - F.one_hot(digits, 10)) / len(x)  # to the logits
    grad2 = back.T @ hidden
    back = (back @ w2) * (z > 0)  # to z: through the second layer, then through ReLU
    grad1 = back.T @ x
    return grad1, grad2


@checks.add(
    "Each weight's slope contains the other weight, so both come first, then the step.",
    probes=[()],
    mistakes={
        "Both weights go uphill, away from the target: the step is subtracted.":
            lambda: (3.02, 0.62),
        "These are the two slopes. A step subtracts the rate times the slope from the weight.":
            lambda: (2, 12),
        "The slope of u² is 2u, so what comes back from the square is twice the difference.":
            lambda: (2.99, 0.44),
        "The first weight has moved before you took the slope of the second. Compute both slopes "
        "first.": lambda: (2.98, 0.3808),
        "The second weight has moved before you took the slope of the first. Compute both slopes "
        "first.": lambda: (2.9848, 0.38),
        "What goes on to the first multiplication is what comes back, times `w2`.":
            lambda: (2.96, 0.38),
        "The first weight's slope is what comes back to its own multiplication, times `x`.":
            lambda: (2.99, 0.38),
        "The slope of `w2` is what comes back, times what went into its multiplication: `x * w1`.":
            [lambda: (2.98, 0.46), lambda: (2.98, 0.44)],
        "The first number is the new `w1`, the second the new `w2`.": lambda: (0.38, 2.98),
    },
)
def step_on_paper():
    return 2.98, 0.38


@in_style
def plot_graph(end, step: int | None = None) -> Figure:
    """The nodes that lead to `end`, with values above (blue) and gradients below (orange).

    Grey arrows go forward. Orange ones, each with its slope, go back where the walk back has been;
    they are dotted where the slope is 0, because nothing passes.
    end: has the value, name, inputs, slopes and grad of the lesson's nodes; step: how many of these
    numbers are there yet, first all values, then the gradients from the back; None for all.
    """
    far: dict = {}
    _measure(end, 0, far)
    order = sorted(far, key=lambda node: -far[node])  # each after its inputs
    step = 2 * len(order) if step is None else step
    seen = {node: (step > i, step >= 2 * len(order) - i) for i, node in enumerate(order)}
    places, used = {}, [0] * (max(far.values()) + 1)
    for node in far:
        places[node] = -1.6 * far[node], -1.9 * used[far[node]]
        used[far[node]] += 1
    figure, ax = plt.subplots(figsize=(0.95 * len(used) + 0.6, 1.15 * max(used) + 0.6))
    for node, (x, y) in places.items():
        _draw_edges(ax, node, places, seen[node][1])
        ax.text(x, y, node.name, ha="center", va="center")
        for shown, number, up, colour in zip(seen[node], (node.value, node.grad), (0.5, -0.5),
                                             (BLUE, ORANGE)):
            if shown:
                ax.text(x, y + up, f"{number:.4g}", ha="center", va="center", color=text_on(colour),
                        bbox=dict(boxstyle="round", facecolor=colour, edgecolor="none"))
    ax.set(xlim=(-1.6 * len(used) + 0.8, 0.8), ylim=(-1.9 * max(used) + 0.9, 1.5))
    ax.axis("off")
    words = [f"{node.name}" + f" {node.value:.4g}" * value + f", gradient {node.grad:.4g}" * grad
             for node, (value, grad) in seen.items()]
    return labelled(figure, f"The graph of a calculation: {'; '.join(words)}.")


def _measure(node, distance: int, far: dict) -> None:
    """Put into `far` the longest way from each node to the end."""
    far[node] = max(far.get(node, 0), distance)
    for before in node.inputs:
        _measure(before, distance + 1, far)


def _draw_edges(ax, node, places, back: bool) -> None:
    """Arrows between a node and its inputs: grey and forward, or, once the way back has come here,
    orange and back, with the slope; dotted where the slope is 0, because nothing passes."""
    (x, y), inputs = places[node], list(node.inputs)
    for i, (before, slope) in enumerate(zip(inputs, node.slopes)):
        x0, y0 = places[before]
        bent = 0.6 * (-1) ** i if inputs.count(before) > 1 else 0
        if y0 == y and x - x0 > 2:  # above the nodes between
            bent = -2.2
        curve = bent / (x - x0)  # which is the same line from either end
        ax.annotate("", *((x0, y0), (x, y)) if back else ((x, y), (x0, y0)), arrowprops=dict(
            arrowstyle="-|>", color=ORANGE if back else GREY, linewidth=2 if back else 1.5,
            linestyle=":" if back and slope == 0 else "-", shrinkA=17, shrinkB=17,
            connectionstyle=f"arc3,rad={-curve if back else curve}"))
        if back:
            aside = (-6, 0) if y0 != y else (0, -5 if bent > 0 else 5)  # of the arrow, in points
            ax.annotate(f"· {slope:.3g}", ((x0 + x) / 2, (y0 + y) / 2 - bent / 2), aside,
                        textcoords="offset points", ha="right" if y0 != y else "center",
                        va="top" if bent > 0 else "bottom", fontsize=9,
                        weight="bold" if slope == 0 else "normal")


def plot_walk_back() -> Figure:
    """The lesson's first chain, 2 · 5 · 3 · 7, as a graph with all its gradients."""
    end = Node(2, "x")
    for name, weight, result in (("w1", 5, "a"), ("w2", 3, "b"), ("w3", 7, "c")):
        end = times(end, Node(weight, name))
        end.name = result
    _send_back(end, 1)
    return plot_graph(end)


@in_style
def plot_paths(doublings: int) -> Figure:
    """A chain of doublings: on the left every path back as a tree, on the right its nodes."""
    figure, (tree, chain) = plt.subplots(1, 2, figsize=(5.5, 2.8), width_ratios=[3, 1])
    for level in range(doublings + 1):
        places = (np.arange(2**level) + 0.5) / 2**level
        tree.plot(places, [-level] * len(places), "o", color=BLUE, markersize=4)
        chain.plot(0, -level, "o", color=BLUE, markersize=6)
        if level:
            above = np.repeat((np.arange(2 ** (level - 1)) + 0.5) / 2 ** (level - 1), 2)
            tree.plot([above, places], [1 - level, -level], color=GREY, linewidth=0.8)
            for bend in (-0.12, 0.12):
                chain.plot([0, bend, 0], [1 - level, 0.5 - level, -level], color=GREY,
                           linewidth=0.8)
    tree.set_title(f"{2**doublings} paths")
    chain.set(title=f"{doublings + 1} nodes", xlim=(-1, 1))
    for ax in (tree, chain):
        ax.axis("off")
    return labelled(figure, f"Left, a tree that splits in two {doublings} times and ends in "
                    f"{2**doublings} leaves; right, the same calculation as {doublings + 1} dots "
                    "in a row, each joined to the next by two lines.")


@in_style
def plot_fit(points, curves: dict) -> Figure:
    """Points (x, target) and curves, each a list of (x, answer) by its name; the last is blue."""
    figure, ax = plt.subplots(figsize=(4, 2.6))
    _draw_fit(ax, points, curves)
    far = {name: max(abs(dict(curve).get(x, y) - y) for x, y in points)
           for name, curve in curves.items()}
    return labelled(figure, "Answers over x; largest distance from a target: " + ", ".join(
        f"{name} {distance:.2f}" for name, distance in far.items()) + ".")


def _draw_fit(ax, points, curves: dict) -> None:
    lines = [(BLUE, "-"), (GREY, "-"), (GREY, "--"), (GREY, ":")]  # the last curve's first
    for (name, curve), (colour, line) in zip(curves.items(), lines[len(curves) - 1::-1]):
        ax.plot(*zip(*curve), color=colour, linestyle=line, label=name)
    ax.plot(*zip(*points), "o", color=ORANGE, label="target")
    ax.set(xlabel="x")
    ax.legend()


POINTS = [(x, abs(x)) for x in (-2.0, -1.0, 0.0, 1.0, 2.0)]  # as in the lesson
START = [[1.0, 0.5, 0.5], [-0.5, 0.5, 0.5]]  # of each neuron: weight, bias, factor


@in_style
def plot_opening() -> Figure:
    """The bend that the lesson's two neurons learn, on the way to it.

    The gradients are PyTorch's, which are those of the lesson's nodes.
    """
    x, targets = torch.tensor(POINTS).T
    rows, curves = torch.tensor(START, requires_grad=True), {}
    fine = torch.arange(-40, 41) / 20
    for step in range(301):
        if step in (0, 20, 60, 300):
            outputs = _outputs(fine, rows.detach())
            curves[f"after {step} steps"] = list(zip(fine.tolist(), outputs.tolist()))
        loss = ((_outputs(x, rows) - targets) ** 2).sum()
        slopes, = torch.autograd.grad(loss, rows)
        with torch.no_grad():
            rows -= 0.02 * slopes
    figure, ax = plt.subplots(figsize=(6.4, 2.8))
    _draw_fit(ax, POINTS, curves)
    return labelled(figure, "Five dots in the shape of a V, and the outputs of two neurons: from a "
                    "bent line far from the dots to the V, in 300 steps.")


def _outputs(x, rows):
    """Answer each x with the neurons whose weight, bias and factor are the rows."""
    weights, biases, factors = rows.T
    return (factors * F.relu(x[:, None] * weights + biases)).sum(dim=1)


def grads_of(nodes) -> torch.Tensor:
    """Collect the gradients of rows of nodes, as a tensor of this shape."""
    return torch.tensor([[node.grad for node in row] for row in nodes])


@in_style
def plot_pushes(probabilities, gradient, true: int) -> Figure:
    """Probabilities, what they should be, and the difference: the gradient of cross entropy."""
    places = range(len(probabilities))
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.5, 2.4), sharey=True)
    one_hot = [float(place == true) for place in places]
    left.bar(places, one_hot, color="none", edgecolor=GREEN, linewidth=2, label="one-hot")
    left.bar(places, probabilities, color=BLUE, width=0.6, label="probability")
    left.legend(loc="upper center", ncols=2, columnspacing=1, handlelength=1.4)
    bars = right.bar(places, gradient, color=ORANGE, width=0.6)
    right.bar_label(bars, fmt="%.2f", padding=2)
    right.axhline(0, color=GREY, linewidth=0.8)
    left.set(title="what it says, what is true", xlabel="class", xticks=list(places),
             ylim=(-1.05, 1.4))
    right.set(title="gradient of the logits", xlabel="class", xticks=list(places))
    words = ", ".join(f"{value:.2f}" for value in gradient)
    return labelled(figure, "Probabilities next to a one-hot vector, and their difference: "
                            f"{words}. Only class {true}, the true one, is negative.")
