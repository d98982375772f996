"""Layers by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from torch.overrides import TorchFunctionMode

from .figures import SIGNED, labelled
from .guesses import INFINITE, Guesses, Option, Question, between
from .old_checks import Checks, Wrong, compare, draw, numbers, require

guesses = Guesses({
    "inside": Question(
        "The window stands inside a thick stroke: nine times 1. What comes out?",
        "-3 + 0 + 3 = 0. These weights don't ask how bright it is. They ask how much brighter it "
        "is below than above.",
        [
            Option("9.", lambda x: x == 9, "That would be nine times 1 times 1. But three of the "
                   "weights are 0, and three are -1."),
            Option("3.", lambda x: x == 3, "The lower row gives 3, yes. The upper row takes 3 "
                   "away again."),
            Option("0.", lambda x: x == 0),
            Option("-3.", lambda x: x == -3, "The upper row gives -3, yes. The lower row brings 3 "
                   "back."),
        ],
    ),
    "eight to sixteen": Question(
        "A layer makes 16 channels out of 8. How many weights has it?",
        "Each of the 16 new channels has a window for each of the 8 old ones: "
        "16 · 8 = 128 windows of 9 weights.",
        [
            Option("72.", lambda n: n == 72, "8 windows of 9 weights make one new channel. There "
                   "are 16 of them."),
            Option("144.", lambda n: n == 144, "One window for each new channel is enough where "
                   "only one channel goes in. Here eight go in, each with a window of its own."),
            Option("216.", lambda n: n == 216, "You added the channels, 8 + 16. But every new one "
                   "is connected with every old one: that is a product."),
            Option("1,152.", lambda n: n == 1152),
        ],
    ),
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
    "opposites": Question(
        "The next layer adds the two channels, without ReLU. What does it get?",
        "Each place of the one channel is minus that place of the other. Added, they cancel.",
        [
            Option("All edges, above and below.", between(0.001, 3), "That is what we want. But "
                   "where one channel says 2.88, the other says -2.88."),
            Option("The upper edges, twice as bright.", between(3, INFINITE), "The second channel "
                   "isn't the first one again, it is the first one with all signs turned."),
            Option("Nothing: 0 everywhere.", between(0, 0.001)),
        ],
    ),
    "ten more": Question(
        "We add 10 to all three scores. What happens to the probabilities?",
        "Each power becomes e¹⁰ times as large, and so does their sum: the fractions stay. Only "
        "the differences between scores count.",
        [
            Option("They stay as they are.", between(0, 0.001)),
            Option("They become more equal.", between(0.001, 0.25), "12 and 11 look more alike "
                   "than 2 and 1. But softmax compares by differences, and these are the same."),
            Option("The first one gets nearly all.", between(0.25, 1), "For that it would have to "
                   "grow more than the others. All three grew by the same amount."),
        ],
    ),
    "the same 8": Question(
        "Batch norm, in training: what becomes of the 8 in this batch?",
        "It is the smallest of its batch, so it ends below 0. In training, batch norm compares an "
        "example with those that happen to be beside it.",
        [
            Option("1.5, as before.", between(1, INFINITE), "It is the same number, but not the "
                   "same batch: in this one the mean is 11, not 5."),
            Option("0.", between(-1, 1), "0 is what the mean becomes, and the mean of this batch "
                   "is 11."),
            Option("-1.5.", between(-INFINITE, -1)),
        ],
    ),
    "the 1 that stays": Question(
        "Dropout with rate 0.5 gets a row of ones. What becomes of one that stays?",
        "What stays is divided by the share that stays: 1 / 0.5 = 2. So a sum of many of them is, "
        "on average, what it was.",
        [
            Option("0.5.", between(0.01, 0.75), "That goes the wrong way: half of them are missing "
                   "already, and so the sum would shrink to a quarter."),
            Option("1: it stays.", between(0.75, 1.5), "Then a sum over all of them would be half "
                   "as large in training as in use, and the next layer would be misled."),
            Option("2.", between(1.5, INFINITE)),
        ],
    ),
})
checks = Checks()


def _ask(answer, arguments, mishaps: dict[str, str]):
    """What the learner's function gives; where torch stops it with a message that holds one of the
    keys, the reason is the sentence beside it."""
    try:
        return answer(*arguments)
    except Wrong as wrong:
        for part, sentence in mishaps.items():
            if part in str(wrong):
                raise Wrong(sentence) from None
        raise


@checks.add(
    "With 1 channel or with 500: one window in each, and one sum over all. You have just written "
    "what a convolution does at every place."
)
def convolve(answer):
    """`convolve(channels, weights, row, column)`: the convolution at one place inside the image."""
    for count in (2, 3, 1):
        channels = torch.randint(-40, 90, (count, 9, 8)) / 10
        weights = torch.randint(-30, 40, (count, 3, 3)) / 10
        row, column = draw(4, 6), draw(1, 3)
        given = _ask(answer, (channels, weights, row, column), {
            "size of tensor": "What you multiply isn't of one size. The window has 3 rows and 3 "
                              "columns in every channel; mind that a slice ends before its end: "
                              "`4:7` is 4, 5, 6.",
            "out of bounds": "You look for a row, column or channel that isn't there. Around the "
                             "middle the window reaches one step to each side.",
        })
        _compare_place(given, channels, weights, row, column)


def _compare_place(given, channels, weights, row, column) -> None:
    size, count = numbers(given).size, len(channels)
    require(size != count or count == 1, "You give a sum for each channel. The next layer gets one "
            "number: add these sums, too.")
    require(size != 9, "Nine numbers: add up over the window, too, not over the channels only.")
    require(size != 9 * count, "These are the products. Now add up all of them.")

    def at(row, column, window=weights, channels=channels):
        part = channels[:, row - 1:row + 2, column - 1:column + 2]
        return (part * window).sum().item() if part.shape == window.shape else None

    right = at(row, column)
    reasons = {
        "Only the first channel is in your sum. Every channel has a window of its own.":
            at(row, column, weights[:1], channels[:1]) if count > 1 else None,
        "Only the last channel is in your sum. Does each round of your loop add to what was there?":
            at(row, column, weights[-1:], channels[-1:]) if count > 1 else None,
        "All channels got the weights of the first. Every channel has weights of its own.":
            at(row, column, weights[:1].expand(count, 3, 3)) if count > 1 else None,
        "Your window has its corner at this place. It should have its middle there: it begins one "
        "row above and one column to the left.": at(row + 1, column + 1),
        "Your window has its lower right corner at this place. It should have its middle there.":
            at(row - 1, column - 1),
        "You took the row for the column. The row comes first, then the column.":
            at(column, row),
        "You turned the weights upside down. Each number meets the weight in the same place.":
            at(row, column, weights.flip(1, 2)),
        "Rows and columns of the weights are exchanged.": at(row, column, weights.transpose(1, 2)),
        "That is the mean of the products. A convolution adds them up.": right / (9 * count),
        "That is the sum of the means. A convolution adds the products up.": right / 9,
        "The weights are missing: you added the pixels of the window.":
            at(row, column, torch.ones_like(weights)),
        "That multiplies the sum of the pixels by the sum of the weights. Multiply place by place "
        "first, then add up.": at(row, column, torch.ones_like(weights)) * weights.sum().item(),
    }
    reasons = {reason: wrong for reason, wrong in reasons.items() if wrong is not None}
    compare(given, right, f"{count} channels and the place ({row}, {column})", reasons)


@checks.add(
    "So two layers without ReLU between them are one layer, whatever their weights; and so are "
    "three, and a hundred. This is why ReLU stands between them."
)
def merge(answer):
    """`merge(first, second)`: the weights of the one layer that does what these two do."""
    for inputs, hidden, outputs in [(2, 2, 2), (2, 3, 1), (3, 2, 4)]:
        first = torch.randint(-4, 5, (hidden, inputs)).float()
        second = torch.randint(-4, 5, (outputs, hidden)).float()
        first[0, 0], second[0, 0] = draw(2, 5), draw(2, 5)
        given = _ask(answer, (first, second), {
            "out of bounds": "One of your loops runs too far. `second` has a row for each output, "
                             "`first` a column for each input, and the hidden numbers are "
                             "between them.",
        })
        _compare_merged(given, first, second)


def _compare_merged(given, first, second) -> None:
    right, given = second @ first, numbers(given)
    (hidden, inputs), outputs = first.shape, len(second)
    reasons = {
        "You multiplied place by place. A way from an input to an output leads through each of the "
        "hidden numbers: multiply along each way, then add the ways.": first * second,
        "You added the layers. What leaves the first is *multiplied* by the second's weights.":
            first + second,
        "The order is turned round: this is the second layer first and then the first.":
            first @ second,
        "Rows and columns are exchanged: a row of the answer belongs to an output.": right.T,
    } if inputs == hidden == outputs else {
        "Rows and columns are exchanged: a row of the answer belongs to an output.": right.T,
    }
    for reason, wrong in reasons.items():
        same = given.shape == wrong.shape and np.allclose(given, wrong) and not wrong.equal(right)
        require(not same, reason)
    require(given.shape == right.shape, f"{inputs} numbers go in and {outputs} come out, so the "
            f"one layer has the weights (out, in): {outputs} rows of {inputs}. The shape of yours "
            f"is {given.shape}.")
    for output, i in np.argwhere(~np.isclose(given, right)):
        raise Wrong(f"Not every weight is right. From input {i} to output {output} there are "
                    f"{hidden} ways, one through each hidden number; multiply the two weights of "
                    "each way, then add up all ways.")


class _Recorded(TorchFunctionMode):
    """Remembers the names of the functions that torch is asked for."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_function__(self, function, types, arguments=(), options=None):
        self.names.add(getattr(function, "__name__", "").strip("_"))
        return function(*arguments, **(options or {}))


@checks.add(
    "Three ReLUs, three bends. A weighted sum alone is a straight line, and sums of straight lines "
    "are straight: without ReLU no layer, and no hundred layers, could draw this tent."
)
def tent(answer):
    """`tent(x)`: 0 up to x = 0, up to 1 at x = 1, down to 0 at x = 2, 0 from there on."""
    places = [0.5, -1.0, 1.0, 1.5, 2.0, 3.0, 0.25, -2.5, 4.5]
    with _Recorded() as recorded:
        for x in [torch.tensor([place]) for place in places] + [torch.tensor(places)]:
            given = _ask(answer, (x,), {
                "Boolean value": "One number at a time it works, but `x` may hold many: `if` and "
                                 "`max` decide once for all of them, `F.relu` for each.",
            })
            _compare_tent(numbers(given), x.numpy().astype(float))
    require(recorded.names & {"relu", "relu_"}, "Yours is right, but it is no network: build it "
            "from `F.relu`, plus, minus and times alone.")
    others = recorded.names & {"abs", "absolute", "where", "minimum", "maximum", "clamp", "min"}
    require(not others, "Yours is right, but `F.relu` should be the only thing in it that isn't "
            "plus, minus or times.")


def _compare_tent(given, x) -> None:
    right = np.maximum(0, 1 - abs(x - 1))
    require(given.size == x.size, f"{x.size} numbers went in, {given.size} came out.")
    given = given.reshape(x.shape)
    if np.allclose(given, right, atol=1e-5):
        return
    at = int(np.argmax(~np.isclose(given, right, atol=1e-5)))
    value, x, right = given[at], x[at], right[at]
    said = f"At x = {x:g} the tent is {right:g} high, but yours is {value:g}."
    relu = max(0.0, x)
    if x <= 0:
        raise Wrong(f"{said} Left of 0 nothing may happen yet: each ReLU has to be 0 there.")
    if x <= 1:
        raise Wrong(f"{said} From 0 to 1 it rises as x does.")
    if np.isclose(value, relu):
        raise Wrong(f"{said} It goes on rising: at 1 a second ReLU has to turn it.")
    if np.isclose(value, 1):
        raise Wrong(f"{said} It is flat from 1 on. Subtracting one ReLU stops the rise; to go "
                    "down, subtract two.")
    if x > 2 and value < 0:
        raise Wrong(f"{said} It goes on falling: at 2 a third ReLU has to stop it.")
    raise Wrong(f"{said} From 1 to 2 it falls, from 2 on it is 0.")


@checks.add(
    "This is how PyTorch does it, too: e to the power of 0 is 1, so the largest power is 1 and "
    "none can be too large."
)
def safe_softmax(answer):
    """`safe_softmax(logits)`: probabilities, also for large logits, without PyTorch's own."""
    cases = [torch.randint(-3, 4, (draw(3, 10),)).float() for _ in range(3)]
    cases[0][0] += 2.5
    for logits in [*cases, torch.tensor([1000.0, 999, 990]), torch.tensor([900.0, 0, -900, -900])]:
        with _Recorded() as recorded:
            given = numbers(_ask(answer, (logits,), {
                "OverflowError": "For large scores the power of e is more than the computer can "
                                 "hold. What can you take away from all of them, so that the "
                                 "largest power is 1?",
                "one element": "`math.exp` takes one number. `logits.exp()` takes all of them.",
            }))
        _compare_softmax(given, logits)
        require(not recorded.names & {"softmax", "log_softmax", "logsumexp", "softmin"},
                "That is PyTorch's own. Build it from `exp` and sums.")


def _compare_softmax(given, logits) -> None:
    right = logits.double().softmax(0).numpy()
    shown = ", ".join(f"{x:g}" for x in logits)
    require(given.shape == right.shape, f"For {len(logits)} scores there should be {len(logits)} "
            f"probabilities, in one row. The shape of yours is {given.shape}.")
    require(np.isfinite(given).all(), f"For {shown} yours isn't made of numbers any more: a power "
            "of e was too large for the computer, or all were too small. What can you take away "
            "from all scores, so that the largest power is 1?")
    if np.allclose(given, right, atol=1e-5):
        return
    powers = logits.double().clamp(-99, 99).exp().numpy()
    require(not np.allclose(given, powers), "These are the powers. Divide each by the sum of all.")
    shares = (logits / logits.sum()).numpy()
    require(not np.allclose(given, shares), "You divided the scores themselves. Take the powers "
            "of e first: they are all above 0.")
    for divisor, name in [(powers.max(), "largest"), (powers.mean(), "mean")]:
        require(not np.allclose(given, powers / divisor), f"Divided by the {name}, they don't add "
                "up to 1. Divide by the sum.")
    require(abs(given.sum() - 1) < 1e-4, f"Probabilities add up to 1, but yours for {shown} "
            f"add up to {given.sum():.4g}.")
    raise Wrong(f"For {shown} the first probability should be {right[0]:.4f}, but yours is "
                f"{given[0]:.4f}.")


def plot_signed(images: dict) -> Figure:
    """Images of any numbers, (height, width), beside each other, each on a scale of its own: 0 is
    black, what is above 0 white, what is below orange. Small numbers are lifted, to be seen."""
    figure, axes = plt.subplots(1, len(images), figsize=(2.3 * len(images), 2.6), squeeze=False)
    seen = []
    for ax, (title, image) in zip(axes.flat, images.items()):
        image = np.asarray(image, float)
        strength = np.abs(image) / max(0.01, np.abs(image).max())  # traces of rounding stay unseen
        ax.imshow(np.sign(image) * strength**0.6, cmap=SIGNED, vmin=-1, vmax=1)
        ax.set_title(title)
        ax.axis("off")
        seen.append(f"{title}, from {image.min():.2f} to {image.max():.2f}")
    return labelled(figure, "Side by side: " + "; ".join(seen) + ".")
