"""Checks of the exercises: `checks.one_hot(one_hot)` says if your function is right, or why not.

A check calls the function with random inputs, the same in every run, and prints a sentence. Answers
may be tensors, arrays, lists or plain numbers.
"""

import copy
import functools
import math
import traceback

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .checkpoint import load_pretrained
from .drawing import frame_drawing, naive_resize, render_strokes
from .evaluate import predict
from .model import IdentityAdderModel
from .train import joint_loss as true_joint_loss


class Unsolved(Exception):
    """There is no answer yet; the message says what to do."""


class Wrong(Exception):
    """The answer is wrong; the message says why."""


def check(remark):
    """Make a check of a function that raises Wrong, with the reason, unless the answer is right."""

    def decorate(judge):
        @functools.wraps(judge)
        def checked(function) -> None:
            try:
                with torch.random.fork_rng(devices=[]):  # the lesson's own go on as before
                    torch.default_generator.manual_seed(0)
                    judge(functools.partial(_call, function))
            except (Unsolved, Wrong) as verdict:
                start = "Not solved" if isinstance(verdict, Unsolved) else "Not right"
                print(f"{start} yet. {verdict}")
            else:
                print(f"✓ Right. {remark}")

        return checked

    return decorate


def _call(function, *arguments):
    """What the learner's function answers; what goes wrong in it becomes a sentence."""
    require(callable(function), "Give the check the function itself, without brackets behind it.")
    try:
        answer = function(*arguments)
    except Exception as error:
        name, frames = getattr(function, "__name__", ""), traceback.extract_tb(error.__traceback__)
        lines = [frame.line for frame in frames if frame.name == name and frame.line]
        look = f"the line `{lines[-1]}`" if lines else "the arguments it takes"
        said = " ".join([f"{type(error).__name__}:", *str(error).splitlines()[:1]])
        raise Wrong(f"The function stopped with {said}. Look at {look}.") from None
    if answer is None:
        raise Unsolved("The function gives nothing back: does it end with `return`?")
    if answer is ... or isinstance(answer, tuple) and any(part is ... for part in answer):
        raise Unsolved("Put your answer in place of the three dots.")
    return answer


def require(right, reason):
    """Refuse the answer for this reason unless it is right."""
    if not right:
        raise Wrong(reason)


def numbers(answer) -> np.ndarray:
    """An answer as floats, be it a tensor, an array, a list or a number."""
    try:
        array = np.asarray(answer.detach().cpu() if isinstance(answer, torch.Tensor) else answer)
    except (TypeError, ValueError, RuntimeError):  # lists of different length, for one
        array = np.asarray("")
    kind = type(answer).__name__
    require(array.dtype.kind in "biuf", f"The answer should be made of numbers, not a {kind}.")
    return array.astype(float)


def compare(answer, right, example, reasons):
    """Refuse a number unless it is right; `reasons` is a dict of reason -> wrong number."""
    array = numbers(answer)
    require(array.size == 1, f"The answer should be one number, not {array.size} of them.")
    close = functools.partial(math.isclose, array.item(), rel_tol=1e-5)
    if not close(right):
        for reason, wrong in reasons.items():
            require(not close(wrong), reason)
        raise Wrong(f"For {example} it should give {right:.4g}, but it gives {array.item():.4g}.")


def draw(low, high) -> int:
    """A random whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, ()))


# --- 0 · Start here -------------------------------------------------------------------------------


@check("The answer of a network is a place in a list. The probability there says how sure it is.")
def most_likely(answer):
    """`most_likely(probabilities)`: the place of the largest, counted from 0."""
    for size in (10, 10, 10, 19):
        probabilities = torch.randn(size).mul(3).softmax(dim=0).tolist()
        largest = max(probabilities)
        right = probabilities.index(largest)
        compare(answer(list(probabilities)), right, f"{size} probabilities, the largest in place "
                f"{right},", {
            "That is the largest probability itself, how sure the network is. Asked is its place, "
            "which says of what.": largest,
            "That is one too many: places are counted from 0, as digits are.": right + 1,
            "That is the place of the smallest probability, the least likely digit.":
                probabilities.index(min(probabilities)),
        })


@check("Nothing forces the two answers to fit. In lesson 4 you will count how often they don't.")
def agree(answer):
    """`agree(digit, number, total)`: whether the sum is what digit and number add up to."""
    for digit, number in torch.cartesian_prod(*[torch.arange(9, -1, -1)] * 2).tolist():
        right, case = digit + number, f"digit {digit}, number {number} and sum"
        for total in (right, digit, number, right + 1, right - 1):
            said = numbers(answer(digit, number, total))
            require(said.size == 1 and said.item() in (0, 1), "The answer should be True or False.")
            require(said.item() or total != right, f"It says no to {case} {total}, which fit.")
            require(not said.item() or total == right or total != digit, f"It says yes to {case} "
                    f"{total}: such a network has forgotten the number.")
            require(not said.item() or total == right, f"It says yes to {case} {total}, but the "
                    f"two add up to {right}.")


# --- 1 · Data generation --------------------------------------------------------------------------


@check("The length says how many kinds there are, the place which one. None is more than another.")
def one_hot(answer):
    """`one_hot(kind, size)`: `size` places, 1 in the place `kind`, 0 everywhere else."""
    for size in (10, 19, draw(5, 30), draw(5, 30)):
        kind = draw(1, size - 1)
        vector, case = numbers(answer(kind, size)), f"one_hot({kind}, {size})"
        require(vector.shape == (size,), f"{case} should be one row of {size} places, one for each "
                f"kind; yours has the shape {vector.shape}.")
        require(np.isin(vector, (0, 1)).all() and vector.sum() == 1,
                f"In {case} exactly one place should be 1 and all others 0: a kind, not an amount.")
        require(vector[kind] == 1, f"In {case} the 1 belongs in place {kind}, counted from 0; "
                f"yours is in place {vector.argmax()}.")


@check("No image is in both parts, and whoever knows the seed gets the same split.")
def split(answer):
    """`split(count, train_count, seed)`: the places 0 to count - 1, shuffled, in two parts."""
    for seed in range(3):
        count, size = draw(200, 300), draw(110, 180)
        train, test = _parts(answer(count, size, seed))
        require((len(train), len(test)) == (size, count - size), f"Of {count} places {size} "
                f"should be for training and the rest for testing; yours are {len(train)} and "
                f"{len(test)}.")
        require(not set(train) & set(test), "Some places are in both parts: a network could know "
                "the answers of its test by heart.")
        require(set(train + test) == set(range(count)), "Together the parts should hold every "
                f"place from 0 to {count - 1}, each once.")
        require(train not in ([*range(size)], [*range(count - size, count)]), "The places are cut "
                "in two but not shuffled: one part could hold all the sloppy writers.")
        (again, _), (other, _) = (_parts(answer(count, size, s)) for s in (seed, seed + 1))
        require(again == train, "The same seed gave another split the second time: shuffle by the "
                "seed.")
        require(other != train, "Another seed gave the same split: shuffle by the seed that is "
                "given.")


def _parts(answer):
    """The two parts of a split as two sorted lists."""
    try:
        train, test = (sorted(numbers(list(part)).ravel().tolist()) for part in answer)
    except (TypeError, ValueError):
        raise Wrong("It should return two things: places for training, and for testing.") from None
    return train, test


# --- 2 · Model summary ----------------------------------------------------------------------------


@check("Nearly all of them are in the convolution: what costs is channels in times channels out.")
def conv_parameters(answer):
    """`conv_parameters(inputs, outputs)`: of a 3x3 convolution without bias and its batch norm."""
    for _ in range(5):
        i, o = draw(2, 15), draw(16, 32)
        compare(answer(i, o), 9 * i * o + 2 * o, f"{i} channels in and {o} out", {
            "Batch norm learns, too: two numbers for each channel.": 9 * i * o,
            "The convolution was made with bias=False: it has none.": 9 * i * o + 3 * o,
            "Each channel that leaves has a window for every channel that comes in.": 11 * o,
            "Batch norm comes after the convolution. How many channels there?": 9 * i * o + 2 * i,
        })


@check("This is how the network begins: its first two blocks are conv_block(1, 8) and (8, 16).")
def conv_block(answer):
    """`conv_block(inputs, outputs)`: a module of two conv sequentials and a 2x2 max pooling."""
    for _ in range(3):
        i, o = draw(1, 4), draw(5, 9)
        block = answer(i, o)
        require(isinstance(block, nn.Module), "It should return the block, one module made of "
                "several such as nn.Sequential(...), not a list and not what comes out of it.")
        convs, norms = ([layer for layer in block.eval().modules() if isinstance(layer, kind)]
                        for kind in (nn.Conv2d, nn.BatchNorm2d))
        shapes = [tuple(conv.weight.shape) for conv in convs]
        require(shapes == [(o, i, 3, 3), (o, o, 3, 3)], f"conv_block({i}, {o}) needs two 3x3 "
                f"convolutions, from {i} channels to {o} and from {o} to {o}; the weights of yours "
                f"have the shapes (out, in, height, width) {shapes}.")
        require(all(conv.bias is None for conv in convs), "The convolutions need no bias: the "
                "batch norm that follows shifts every channel anyway.")
        require(len(norms) == 2, "Each of the two convolutions needs a batch norm of its own.")
        _compare_block(block, convs, norms, torch.rand(2, i, 8, 8))


def _compare_block(block, convs, norms, images):
    """Refuse a block unless it does convolution, ReLU, batch norm, these again, max pooling."""
    right = images
    try:
        for conv, norm in zip(convs, norms):
            # A fresh batch norm changes nothing, so that its place couldn't be seen.
            nn.init.uniform_(norm.weight, -1, 1)
            nn.init.uniform_(norm.bias, -1, 1)
            right = norm(F.conv2d(right, conv.weight, padding=1).relu())
        right, output = F.max_pool2d(right, 2), block(images)
    except Exception:
        raise Wrong("The layers don't fit: each must take what the one before gives.") from None
    require(output.shape == right.shape, "An image of 8x8 should leave the block as 4x4 (padding "
            f"keeps its size, the pooling halves it), but the shape is {tuple(output.shape)}.")
    require(torch.allclose(output, right, atol=1e-4), "All layers are there, but the order should "
            "be: convolution, ReLU, batch norm, the three again, max pooling.")


# --- 3 · Training curves --------------------------------------------------------------------------


@check("One number for both answers: its gradient teaches the shared layers what both heads need.")
def joint_loss(answer):
    """`joint_loss(digit_logits, sum_logits, digits, sums)`: both cross entropies, added."""
    for n in (draw(5, 40), draw(5, 40), 128):
        logits = [torch.randn(n, k).requires_grad_() for k in (10, 19)]
        targets = [torch.randint(k, (n,)) for k in (10, 19)]
        digit, total = (F.cross_entropy(x, y).item() for x, y in zip(logits, targets))
        twice = sum(F.cross_entropy(x.softmax(1), y).item() for x, y in zip(logits, targets))
        loss = answer(*logits, *targets)
        compare(loss, digit + total, f"{n} random examples", {
            "That is the digit's loss alone. The sum has to be learned, too.": digit,
            "That is the sum's loss alone. The digit has to be learned, too.": total,
            "The two losses should be added, not averaged.": (digit + total) / 2,
            "F.cross_entropy does the softmax itself: give it the logits.": twice,
            "Average over the examples, or large batches take large steps.": n * (digit + total),
            "It is averaged already: divided again, it is far too small.": (digit + total) / n,
        })
        require(isinstance(loss, torch.Tensor) and loss.requires_grad, "The number is right, but "
                "it was cut off from the logits: backward() could teach the network nothing.")


@check("Gradients are forgotten before each step, and only a plain number leaves it.")
def train_step(answer):
    """`train_step(model, optimizer, images, numbers, digits, sums)`: one step; returns its loss."""
    ours = IdentityAdderModel(dropout=0)
    theirs = copy.deepcopy(ours)
    optimizers = [torch.optim.SGD(model.parameters(), 0.05) for model in (ours, theirs)]
    for step in range(3):
        digits, added = torch.randint(10, (2, 16))
        batch = torch.randn(16, 1, 28, 28), added, digits, digits + added
        before = theirs.sum_head.weight.clone()
        right, loss = _true_step(ours, optimizers[0], *batch), answer(theirs, optimizers[1], *batch)
        holds = isinstance(loss, torch.Tensor) and loss.requires_grad
        require(not torch.equal(before, theirs.sum_head.weight), "The weights don't move. It takes "
                "backward(), then optimizer.step(), and no zero_grad() between the two.")
        pairs = zip(ours.parameters(), theirs.parameters())
        same = all(torch.allclose(*pair, atol=1e-4) for pair in pairs)
        require(same or step, "The weights move, but not down the gradient of the joint loss.")
        if holds and not same:
            raise Unsolved("Both bugs are still in it.")
        require(same, "One bug is left: from the second step on the weights go astray, since "
                "backward() adds to the gradients of the step before. Who forgets those?")
        compare(loss, right, "one batch", {})
    require(not holds, "One bug is left: the returned loss holds on to the whole calculation. With "
            "some thousands of them in a list the memory is full. Return a plain number.")


def _true_step(model, optimizer, images, numbers, digits, sums):
    optimizer.zero_grad()
    loss = true_joint_loss(*model(images, numbers), digits, sums)
    loss.backward()
    optimizer.step()
    return loss.item()


# --- 4 · Evaluation tables ------------------------------------------------------------------------


@check("Each batch counts as much as it has examples, so the batch size can't change the result.")
def mean_loss(answer):
    """`mean_loss(means, sizes)`: the mean over all examples, from each batch's mean and size."""
    for n in (draw(3, 8), draw(3, 8), draw(3, 8)):
        means, sizes = torch.tensor([0.1] * n + [3.0]), torch.tensor([128] * n + [draw(2, 30)])
        means += torch.rand(n + 1)
        total = (means * sizes).sum().item()
        compare(answer(means, sizes), total / sizes.sum().item(), f"{n + 1} batches", {
            "That is a mean of means: the few examples of the last batch weigh too much.":
                means.mean().item(),
            "Far too small: a sum of means, divided by the number of examples, is no mean.":
                (means.sum() / sizes.sum()).item(),
            "That is the sum over all examples. Divide it by how many they are.": total,
        })


@check("An example counts when both answers are right in the same row.")
def joint_accuracy(answer):
    """`joint_accuracy(predicted_digits, predicted_sums, digits, sums)`, in percent."""
    for n in (draw(100, 200), draw(100, 200), draw(100, 200)):
        digits, added = torch.randint(10, (2, n))
        first, second = (torch.where(torch.rand(n) < 0.8, digits, 9 - digits) for _ in range(2))
        rights = [first == digits, second == digits]
        digit, total = (right.double().mean().item() for right in rights)
        both = (rights[0] & rights[1]).double().mean().item()
        got = answer(first, second + added, digits, digits + added)
        compare(got, 100 * both, f"{n} random examples", {
            "In percent, please: times 100.": both,
            "A product of accuracies would be right only if the two mistakes had nothing to do "
            "with each other. Compare row by row.": 100 * digit * total,
            "A mean of accuracies lets half an answer count.": 50 * (digit + total),
            "That is the accuracy of the digit alone.": 100 * digit,
            "That is the accuracy of the sum alone.": 100 * total,
            "One right answer is not enough, both must be.": 100 * (digit + total - both),
        })


@check("This range is all that the two diagonals tell. For the number itself, look at the rows.")
def joint_range(answer):
    """`joint_range(digits_right, sums_right, count)`: the fewest and the most with both right."""
    for few in (0, 1, 0, 1, 0, 1):
        count = draw(50, 99)
        half = count // 2
        a, b = (draw(1, half - 1) if few else draw(half + 1, count - 1) for _ in range(2))
        ends, case = numbers(answer(a, b, count)), f"With {a} digits and {b} sums right of {count}"
        require(ends.shape == (2,), "It should return two numbers, the fewest and the most.")
        require(ends[1] == min(a, b), f"{case} the most is not {ends[1]:g}: the mistakes can all "
                "fall on the same examples, but no example has both right without its digit and "
                "sum.")
        require(ends[0] >= 0, f"{case} the fewest can't be {ends[0]:g}: none is the least.")
        require(ends[0] == max(0, a + b - count), f"{case} the fewest is not {ends[0]:g}. Spread "
                f"the {count - a} + {count - b} mistakes over as many examples as you can: what "
                "is left?")


# --- 5 · Draw a digit -----------------------------------------------------------------------------


@check("A long thin stroke to one side no longer pushes the rest of the digit out of the middle.")
def centre(answer):
    """`centre(small)`: `small` on black 28x28, its centre of mass within a pixel of 14, 14."""
    for turn in range(4):
        ink = np.outer(0.92 ** np.arange(20), 0.7 ** np.arange(draw(9, 13)))
        small = np.rot90(255 * ink, turn).astype(np.uint8)
        image = numbers(answer(small.copy()))
        require(image.shape == (28, 28), f"It should be 28x28, but the shape is {image.shape}.")
        ys, xs = np.nonzero(image)
        inked = [a[np.ix_(a.any(1), a.any(0))] for a in (image, small)]
        require(np.array_equal(*inked), "The small image should lie on the black one whole and as "
                "it is: nothing cut off, turned or made brighter.")
        row, column = ((place * image).sum() / image.sum() for place in np.indices((28, 28)))
        right = 12.9 < row < 14.6 and 12.9 < column < 14.6
        boxed = max(abs(ys.min() + ys.max() - 27), abs(xs.min() + xs.max() - 27)) <= 2
        require(right or not boxed, "That is the middle of the box around the ink. The centre of "
                "mass lies nearer to where most of the ink is.")
        require(right, f"The centre of mass lies in row {row:.1f}, column {column:.1f}, not in the "
                "middle, 14 and 14.")


STROKES = {
    2: [[(0.3, 0.3), (0.45, 0.2), (0.65, 0.25), (0.65, 0.4), (0.3, 0.8), (0.7, 0.8)]],
    4: [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.6, 0.2), (0.6, 0.8)]],
    7: [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)]],
}


@check("Only place and size have changed. The network doesn't know that, framing does.")
def hide(answer):
    """`hide(strokes)`: the same drawing, where the network reads it only with framing."""
    model = load_pretrained()
    for digit, strokes in STROKES.items():
        try:
            moved = answer(copy.deepcopy(strokes))
            moved = [[(float(x), float(y)) for x, y in stroke] for stroke in moved]
        except (TypeError, ValueError):
            raise Wrong("It should return strokes: a list of lists of points (x, y).") from None
        require(all(0 <= place <= 1 for stroke in moved for point in stroke for place in point),
                "Part of the drawing is not on the pad, where x and y go from 0 to 1.")
        drawing = render_strokes(moved)
        framed = predict(model, frame_drawing(drawing), 0).digit
        naive = predict(model, naive_resize(drawing), 0).digit
        require(framed == digit, f"Even framed, the {digit} is read as a {framed}: keep its "
                "shape, by the same factor for x and y, and don't make it too small.")
        require(naive != digit, f"The {digit} is read without framing, too. Does it fill much "
                "less of the pad than before?")
