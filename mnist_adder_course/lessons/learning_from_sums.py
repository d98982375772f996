"""Learning from sums: what the lesson asks, checks and draws, and how it adds probabilities."""

from __future__ import annotations

import functools
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.data import MEAN, STD, load_splits
from mnist_adder_lib.files import asset_path, load_tensors
from mnist_adder_lib.model import DIGITS

from ..common.sums import last_digit_probabilities, new_reader, sum_probabilities
from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..notebook.display import live
from ..notebook.results import read_results
from ..plots import BLUE, GREY, ORANGE, draw_image, in_style, labelled

guesses = Guesses.load("learning_from_sums")
checks = Checks()
STEPS = 150
LONGEST = 27  # pixels of a mark, in a row of 28
ENOUGH = 75  # percent: the lesson asks for 80, and each processor trains another network
white = (1 - MEAN) / STD  # in a normalised image; named as in the lesson


@checks.add(
    "Only the digits that the sum leaves possible have a probability now.",
    probes=lambda: [(*(2 * torch.randn(2, 10)).softmax(dim=1), total)
                    for total in (4, 13, 0, 18)],
    mistakes={
        "The ten don't add up to 1. Now that the sum is known, divide by how probable it was.":
            [(" / together.sum()", ""), ("together.sum()", "10")],
        "Don't use softmax: these are probabilities already, not logits. Divide them by their sum.":
            ("together / together.sum()", "together.softmax(dim=0)"),
        "One image alone can't tell. Both count, the first digit and its partner.":
            [(" * second[total - digit]", ""), ("first[digit] * ", "")],
        "The probability of two things together is a product, not a sum.":
            [("] * ", "] + "), (("] * ", "] + "), (" / together.sum()", ""))],
        "`total - digit` must be from 0 to 9. If it isn't, this first digit is impossible. (A "
        "negative index counts from the end: second[-1] is the 9.)": [
            ("0 <= total - digit <= 9", "True"), ("0 <= total - digit <= 9", "0 <= total - digit"),
            ("0 <= total", "total"), (("0 <= total", "total"), (" / together.sum()", "")),
            (("0 <= total - digit <= 9", "True"), ("[total - digit]", "[(total - digit) % 10]")),
            (("total - digit <= 9", "abs(total - digit) <= 9"),
             ("[total - digit]", "[abs(total - digit)]")),
            lambda first, second, total: [first[i] * second[total - i] for i in range(10)]],
        "If the first digit is d, the second is total - d, not d itself.":
            [("[total - digit]", "[digit]"),
             lambda first, second, total: first * second / (first * second).sum(),
             lambda first, second, total: first * second],
        "0 and 9 are digits as well, for either image.": [
            ("range(10)", "range(1, 10)"), ("range(10)", "range(9)"), ("0 <= ", "0 < "),
            ("<= 9", "< 9"), (("0 <= ", "0 < "), ("<= 9", "< 9"))],
        "Only one digit has been filled in. Is the `return` inside the loop? Then the function "
        "ends after the first round.": [
            ("    return", "        return"), ("    return", "            return")],
    },
)
def first_given_sum(first, second, total):
    together = torch.zeros(10)
    for digit in range(10):
        if 0 <= total - digit <= 9:
            together[digit] = first[digit] * second[total - digit]
    return together / together.sum()


def _about_wrong_names(wrong_names, digit):
    """Whether a digit's names are wrong, while the last digits of its sums are right."""
    names = torch.stack([torch.as_tensor(wrong_names(one)).double() for one in range(DIGITS)]
                        ) if np.shape(wrong_names(digit)) == (DIGITS,) else None
    if names is None:
        return Observed(rules={"Return ten probabilities, one for each name from 0 to 9.": False})
    own = names[digit]
    if not (own.min() >= 0 and abs(own.sum() - 1) <= 1e-4):  # nor is nan a probability
        return Observed(rules={
            f"The ten are probabilities, so none is negative and they add up to 1. For the digit "
            f"{digit}, yours add up to {own.sum():.3g}.": False})
    if own[digit] > 1e-6:
        return Observed(rules={
            f"No digit may keep its own name. You give the name {digit} to the digit {digit} with "
            f"a probability of {own[digit]:.0%}.": False})
    lasts = last_digit_probabilities(own.expand(DIGITS, DIGITS), names)  # with each other digit
    found = {(digit + other) % 10: lasts[other] for other in range(DIGITS)}
    return Observed(rules={
        f"{digit} + {(total - digit) % 10} ends in {total}, and with your names a {total} gets "
        f"{last[total]:.0%}.": last[total] > 0.4999 for total, last in found.items()})


@checks.add(
    "Every digit is wrong, and half of the time or more, every last digit is right. A loss that "
    "sees last digits alone can't tell that the digits are wrong.",
    lists=True,
    probes=[(digit,) for digit in (3, 7, 0, 9, 1, 2, 4, 5, 6, 8)],
    observe=_about_wrong_names,
    mistakes={},
)
def wrong_names(digit):
    names = torch.zeros(10)
    names[(digit + 3) % 10] = 0.5
    names[(digit - 3) % 10] = 0.5
    return names


@checks.add(
    "A bar that says the digit, where no digit is. Will the network look anywhere else?",
    probes=lambda: [(torch.randn(count, 1, 28, 28), torch.randint(10, (count,)))
                    for count in (4, 3, 7)],
    mistakes={
        "The top row is row 0. An image has the shape (1, 28, 28): channel, row, column.": [
            ("[0, 0, :length]", "[0, :length, 0]"), ("[0, 0, :length]", "[0, -1, :length]"),
            ("[0, 0, :length]", "[0, 1, :length]")],
        "That makes whole rows white. An image has the shape (1, 28, 28), channel, row, column, so "
        "it takes three places in the brackets: `image[0, 0, :length]`.":
            ("[0, 0, :length]", "[0, :length]"),
        "Only one pixel of each image is white. The bar is all the pixels before it: `:length`.": [
            ("[0, 0, :length]", "[0, 0, length]"), ("[0, 0, :length]", "[0, 0, length - 1]")],
        "The bar is one pixel too long. `:length` takes the columns before `length`.":
            (":length", ":length + 1"),
        "The bar is at the other end of the row. From the left, it begins at column 0.": [
            (":length", "28 - length:"), (":length", "length:")],
        "White is `white`. The images are normalised, so 1 and 255 are other greys.":
            [("= white", "= 1"), ("= white", "= 255")],
        "A mark replaces the pixels. Yours is added to them.": ("= white", "+= white"),
        "All images get a bar of the same length. Each has its own in `lengths`.": [
            (":length]", ":lengths[0]]"), (":length]", ":lengths.max()]")],
        "Only the first image has a mark. Is the `return` inside the loop?":
            ("    return", "        return"),
    },
)
def mark(images, lengths):
    marked = images.clone()
    for image, length in zip(marked, lengths):
        image[0, 0, :length] = white
    return marked


def _about_marks(lengths, digits):
    """Whether a network that is trained on these marks reads all images."""
    given = []
    kinds = set()
    for batch in digits.split(128):  # as the training gives them
        before = batch.clone()  # the function may change them
        marks = torch.as_tensor(lengths(batch))
        kinds.add(marks.dtype)
        given.append((marks.double(), before))
    if any(marks.shape != batch.shape for marks, batch in given):
        return Observed(rules={
            "Return one length for each image: a tensor as long as `digits`.": False})
    marks, digits = map(torch.cat, zip(*given))
    if (marks != marks.round()).any() or marks.min() < 0 or marks.max() > LONGEST:
        return Observed(rules={
            f"A length is a whole number of pixels, from 0 to {LONGEST}.": False})
    if any(kind.is_floating_point for kind in kinds):
        return Observed(rules={
            "The lengths are whole numbers, but decimal ones in Python's eyes, such as 3.0, and "
            "`mark` can't take so many pixels: `.long()` makes whole numbers of them.": False})
    marks = marks.long()
    kept = (marks == digits)[digits > 0].float().mean()
    if kept < 0.45:
        return Observed(rules={
            "You changed more than half of the marks. Keep at least half of them as they are.":
                False})
    function = lengths.function  # the learner's own
    if function not in _trained:
        train_marked(mark, function)
    percent = _trained[function]["percent"]
    wrong = (marks > 0) & (marks != digits)
    if kept > 0.999:
        why = "All of its marks were right, so it needed nothing else."
    elif not wrong.any():
        why = "You only took marks away, so each mark that it saw was right."
    elif _named_by(marks[wrong], digits[wrong]) > 0.6:
        why = "Your wrong marks still name the digit: most lengths go with one digit."
    else:
        why = "It can still trust a mark, or marks of some lengths, more often than not."
    read = ", ".join(f"{value:.0f}% of the {name}" for name, value in percent.items())
    return Observed(rules={
        f"Trained on your marks, the network reads {read} images. {why}": percent.min() >= ENOUGH})


def _named_by(lengths, digits) -> float:
    """The fraction of digits that the length alone tells, if one knows which goes with which."""
    table = torch.zeros(LONGEST + 1, DIGITS)
    table.index_put_((lengths, digits), torch.ones(len(lengths)), accumulate=True)
    return (table.amax(dim=1).sum() / max(len(lengths), 1)).item()


@checks.add(
    "The network reads, with a mark or without one. Whoever believed these marks would be wrong "
    "too often.",
    # its own random numbers: other ones than a learner draws
    probes=lambda: [(torch.randint(10, (20_000,), generator=torch.Generator().manual_seed(1)),)],
    observe=_about_marks, seconds=30,
    mistakes={},
)
def lengths(digits):
    wrong = torch.rand(len(digits)) < 0.5
    return torch.where(wrong, torch.randint(0, 11, (len(digits),)), digits)


def load_reader() -> nn.Sequential:
    """A reader that was trained on last digits for three epochs, in evaluation mode: right about
    the sums, for the wrong reason. `experiments/measure_sums.py` trained it."""
    reader = new_reader()
    reader.load_state_dict(load_tensors(asset_path("last_digit.pt")))
    return reader.eval()


# --- reading and training -------------------------------------------------------------------------


@functools.cache
def _seen() -> tuple[Tensor, Tensor]:
    """The first 1,000 images of the validation split, normalised, and their digits."""
    (images, _), (digits, _) = next(iter(DataLoader(load_splits()[1], batch_size=1_000)))
    return images, digits


@functools.cache
def _ten_labels() -> tuple[Tensor, Tensor]:
    """The first training image of each digit, normalised, and the ten digits."""
    train = load_splits()[0]
    places = [int((train.digits == digit).nonzero()[0]) for digit in range(DIGITS)]
    (images, _), (digits, _) = next(iter(DataLoader(Subset(train, places), batch_size=DIGITS)))
    return images, digits


@torch.no_grad()
def read(reader: nn.Module) -> Tensor:
    """The ten probabilities that a reader gives to each of 1,000 validation images, (1000, 10)."""
    images, _ = _seen()
    return reader.eval()(images).softmax(dim=1)


def by_digit(values: Tensor) -> Tensor:
    """The mean of values, (1000, n), over the validation images of each digit: (10, n)."""
    _, digits = _seen()
    return torch.stack([values[digits == digit].mean(dim=0) for digit in range(DIGITS)])


def naming(reader: nn.Module) -> Tensor:
    """The fraction of each digit's images that get each name: (10, 10)."""
    return by_digit(F.one_hot(read(reader).argmax(dim=1), DIGITS).float())


def last_digit_score(probabilities: Tensor) -> pd.DataFrame:
    """How good the probabilities of 1,000 validation images, (1000, 10), are, in percent.

    Each image is paired with the image before it. `last digits right`: of the sums; `sure of them`:
    how probable the answer is, on average; `digits right`: of the images.
    """
    _, digits = _seen()
    result = last_digit_probabilities(probabilities, probabilities.roll(1, dims=0))
    right = result.argmax(dim=1) == (digits + digits.roll(1)) % 10
    read_right = probabilities.argmax(dim=1) == digits
    values = [right.float().mean(), result.amax(dim=1).mean(), read_right.float().mean()]
    names = ["last digits right", "sure of them", "digits right"]
    percent = [round(100 * value.item(), 1) for value in values]
    return pd.DataFrame({"percent": percent}, names)


def sum_loss(logits: Tensor, digits: Tensor) -> Tensor:
    """Cross entropy of the sums of each image and the four before it; (batch, 10) and (batch,)."""
    return _loss_of_pairs(logits, lambda step: digits + digits.roll(step), sum_probabilities)


def last_digit_loss(logits: Tensor, digits: Tensor) -> Tensor:
    """Like `sum_loss`, of the last digits of the sums."""
    return _loss_of_pairs(
        logits, lambda step: (digits + digits.roll(step)) % 10, last_digit_probabilities)


def _loss_of_pairs(logits, given, add) -> Tensor:
    probabilities, loss = logits.softmax(dim=1), logits.new_zeros(())
    for step in range(1, 5):
        result = add(probabilities, probabilities.roll(step, dims=0))
        loss = loss + F.cross_entropy((result + 1e-9).log(), given(step))
    return loss / 4


def watch_names(caption: str) -> Callable[[int, nn.Module], None]:
    """A function for a training loop, of the step and the reader: at every 25th step, it draws the
    names that the reader has given at these steps."""
    draw, seen = live(plot_naming, caption), {}

    def watch(step, reader):
        if step % 25 == 0:
            seen[step] = naming(reader)
            draw(seen)

    return watch


def train_reader(loss_of: Callable, watch: Callable | None = None, named: bool = False,
                 reader: nn.Module | None = None, mark: Callable | None = None) -> nn.Module:
    """Train a reader for 150 steps of 128 images; return it, in evaluation mode.

    loss_of: takes logits (128, 10) and digits (128,), and gives the loss.
    watch: is called with the step and the reader before every step, and at the end.
    named: add one labelled image of each digit to every batch.
    reader: train this one on; without it a new one is made.
    mark: takes the images and digits of a batch, and gives the images to train on.
    """
    reader = new_reader() if reader is None else reader
    train = load_splits()[0]
    train.augment = LIGHT_AUGMENT
    loader = DataLoader(train, batch_size=128, shuffle=True)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=0.005)
    for step, ((images, _), (digits, _)) in zip(range(STEPS), loader):
        if watch:
            watch(step, reader)
        if mark:
            images = mark(images, digits)
        optimizer.zero_grad()
        if named:
            some, labels = _ten_labels()
            logits = reader.train()(torch.cat([images, some]))
            loss = loss_of(logits[:-DIGITS], digits) + F.cross_entropy(logits[-DIGITS:], labels)
        else:
            loss = loss_of(reader.train()(images), digits)
        loss.backward()
        optimizer.step()
    if watch:
        watch(STEPS, reader)
    return reader.eval()


# --- a shortcut -----------------------------------------------------------------------------------


_trained: dict[Callable, pd.DataFrame] = {}  # by `lengths`: what the check of an exercise judges


def train_marked(mark: Callable, lengths: Callable) -> pd.DataFrame | None:
    """Train a reader on the sums of marked images. Return how many of 1,000 validation images it
    reads, in percent: unmarked, with marks as long as the digit, and with marks of random lengths.

    mark: takes images and lengths, and gives a marked copy of the images.
    lengths: takes the digits of a batch and says how long each image's mark is, in pixels. As long
    as it isn't written, nothing is trained.
    """
    if lengths(torch.arange(DIGITS)) is ...:
        print("Not trained: there are three dots in place of the lengths.")
        return None
    torch.manual_seed(0)
    _trained[lengths] = reads_with_marks(mark, train_reader(
        sum_loss, mark=lambda images, digits: mark(images, torch.as_tensor(lengths(digits)))))
    return _trained[lengths]


@torch.no_grad()
def reads_with_marks(mark: Callable, reader: nn.Module) -> pd.DataFrame:
    """How many of 1,000 validation images a reader reads, in percent, by how they are marked."""
    images, digits = _seen()
    wrong = torch.randint(DIGITS, digits.shape, generator=torch.Generator().manual_seed(0))
    by_mark = {"unmarked": images, "marked": mark(images, digits),
               "wrongly marked": mark(images, wrong)}
    reader.eval()
    right = {name: 100 * (reader(shown).argmax(dim=1) == digits).float().mean().item()
             for name, shown in by_mark.items()}
    return pd.DataFrame({"percent": right}).round(1)


# --- what was measured ----------------------------------------------------------------------------


def trainings() -> pd.DataFrame:
    """What `experiments/measure_sums.py` measured: a row for each training."""
    return read_results("sums.jsonl")


def share_by_shift(matrix) -> np.ndarray:
    """From a row for each digit with ten shares: the mean share that goes to digit + 0, + 1, ..."""
    rows = np.asarray(matrix)
    return np.mean([np.roll(row, -digit) for digit, row in enumerate(rows)], axis=0)


def solution(matrix) -> str:
    """What a network does with the digits: `correct`, `all shifted by 5`, `trap` or `undecided`.

    matrix: the mean of its ten probabilities over the images of each digit, (10, 10).
    """
    shares = share_by_shift(matrix)
    both_ways = [shares[c] + shares[-c] for c in range(1, 5)]
    found = {"correct": shares[0], "all shifted by 5": shares[5], "trap": max(both_ways)}
    name = max(found, key=found.__getitem__)
    return name if found[name] > 0.75 else "undecided"


def solutions(ways: list[str]) -> pd.DataFrame:
    """How the runs of each kind ended: a row for each way, a column for each ending."""
    runs = trainings()
    runs = runs[runs["way"].isin(ways)]
    counts = pd.crosstab(runs["way"], runs["probability"].map(solution).rename("digits"))
    columns = ["correct", "all shifted by 5", "trap", "undecided"]
    return counts.reindex(index=ways, columns=columns, fill_value=0)


# --- figures --------------------------------------------------------------------------------------


@in_style
def plot_pairs(images, totals, columns: int = 1) -> Figure:
    """Pairs of images, (2 n, 28, 28), and the sum of each; so many pairs next to each other."""
    rows = -(-len(totals) // columns)
    figure, axes = plt.subplots(rows, 2 * columns, figsize=(3.2 * columns, 1.35 * rows),
                                squeeze=False)
    pairs_of_axes = axes.reshape(-1, 2)
    for ax in pairs_of_axes[len(totals):].flat:
        ax.axis("off")
    pairs_of_images = np.asarray(images).reshape(len(totals), 2, 28, 28)
    for row, total, pair in zip(pairs_of_axes, totals, pairs_of_images):
        for ax, image in zip(row, pair):
            draw_image(ax, image, "", black=0, white=255)
        row[0].text(1.08, 0.5, "+", transform=row[0].transAxes, fontsize=14, va="center")
        row[1].text(1.08, 0.5, f"= {total}", transform=row[1].transAxes, fontsize=14, va="center")
    words = ", ".join(map(str, totals))
    return labelled(figure, f"Pairs of handwritten digits; after each pair its sum: {words}.")


def plot_opening() -> Figure:
    """What the lesson opens with: four pairs and their sums, which is all that is given."""
    _, validation, _ = load_splits()
    first, second = validation.digits[:8].view(4, 2).T
    figure = plot_pairs(validation.images[:8], (first + second).tolist(), columns=2)
    return figure


@in_style
def plot_naming(matrices: dict) -> Figure:
    """Squares of 10 x 10: a row for each digit, a column for each name, darker where more images
    get it. `matrices` is a dict of steps, or of titles, and shares, (10, 10)."""
    columns = min(4, len(matrices))
    rows = -(-len(matrices) // columns)
    side = 1.25 if columns > 2 else 2.2
    figure, axes = plt.subplots(rows, columns, squeeze=False, sharex=True, sharey=True,
                                figsize=(0.4 + side * columns, 0.5 + (side + 0.2) * rows))
    titles = [f"step {name}" if isinstance(name, int) else name for name in matrices]
    for ax in axes.flat:
        ax.axis("off")
    for ax, title, shares in zip(axes.flat, titles, matrices.values()):
        ax.set_title(title)
        _draw_naming(ax, np.asarray(shares, dtype=float))
    figure.supxlabel("name", fontsize=9, color=GREY)
    figure.supylabel("digit", fontsize=9, color=GREY)
    words = [f"{title}: {100 * np.diag(shares).mean():.0f}% on the diagonal"
            for title, shares in zip(titles, matrices.values())]
    return labelled(figure, f"A row for each digit, a column for each name. {'; '.join(words)}.")


def _draw_naming(ax, shares: np.ndarray) -> None:
    ax.axis("on")
    ax.imshow(np.dstack([np.broadcast_to(to_rgb(BLUE), (10, 10, 3)), shares.clip(0, 1)]))
    ax.set(xticks=[0, 3, 6, 9], yticks=[0, 3, 6, 9])
    ax.spines[:].set_visible(True)


@in_style
def plot_shifts(matrices: dict) -> Figure:
    """Squares of 10 x 10: a row for each digit, a column for each move, bluer the more probability
    goes to the name that is so much higher, and above it their mean. `matrices` is a dict of titles
    and of probabilities, (10, 10), with a column for each name."""
    figure, axes = plt.subplots(1, len(matrices), squeeze=False, sharey=True,
                                figsize=(3.1 * len(matrices), 3.2))
    moves, words = np.arange(-4, 6), []
    for ax, (title, matrix) in zip(axes.flat, matrices.items()):
        rows = np.asarray(matrix, dtype=float)
        moved = np.array([row[(digit + moves) % 10] for digit, row in enumerate(rows)])
        ax.set_title(title, pad=18)
        _draw_naming(ax, moved)
        ax.add_patch(Rectangle((3.5, -0.5), 1, 10, fill=False, edgecolor=ORANGE, linewidth=1.5))
        ax.set(xticks=range(10), yticks=range(10),
               xticklabels=["right" if move == 0 else f"{move:+d}" for move in moves])
        ax.tick_params(axis="x", labelsize=7)
        means = []
        for place, (move, share) in enumerate(zip(moves, moved.mean(axis=0))):
            if share >= 0.05:
                ax.text(place, -0.7, f"{share:.0%}", ha="center", va="bottom", fontsize=8)
                means.append(f"{share:.0%} on {move:+d}")
        words.append(f"{title}: {', '.join(means)}")
    figure.supxlabel("digit moved by", fontsize=9, color=GREY)
    figure.supylabel("digit", fontsize=9, color=GREY)
    return labelled(figure, "A row for each digit, a column for each move, and an orange frame "
                    f"around no move. {'; '.join(words)}.")


@in_style
def plot_kicks(runs: dict) -> Figure:
    """For each size of a kick, the losses of all tables: right after it, and after training.

    `runs` is a dict of sizes and lists of (loss after the kick, loss at the end, share right).
    """
    figure, ax = plt.subplots(figsize=(5, 2.6))
    spread, words = np.linspace(-0.09, 0.09, 10), []
    for place, (size, tables) in enumerate(runs.items()):
        means = []
        for side, colour, column in ((-0.2, GREY, 0), (0.2, ORANGE, 1)):
            losses = [table[column] for table in tables]
            means.append(np.mean(losses))
            offsets = place + side + np.resize(spread, len(losses))
            ax.plot(offsets, losses, "o", color=colour, markersize=4)
            ax.hlines(means[-1], place + side - 0.15, place + side + 0.15, color=colour)
        words.append(f"a kick of {size}: {means[0]:.2f}, then {means[1]:.2f}")
    ax.plot([], [], "o", color=GREY, label="after the kick")
    ax.plot([], [], "o", color=ORANGE, label="after training")
    ax.axhline(np.log(2), color=BLUE, linestyle=":", label="log 2")
    ax.legend(loc="upper left")
    ax.set(xticks=range(len(runs)), xticklabels=runs, xlim=(-0.5, len(runs) - 0.5),
           xlabel="size of the kick", ylabel="loss")
    ax.set_ylim(bottom=0)
    return labelled(figure, "A dot for each table, a bar for their mean loss, and a line at log 2. "
                            + "; ".join(words) + ".")
