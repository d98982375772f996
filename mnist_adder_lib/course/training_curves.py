"""Training curves: what the lesson asks, checks and draws."""

from __future__ import annotations

import copy

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure

from ..model import IdentityAdderModel
from ..train import joint_loss as true_joint_loss
from .checks import Checks, Unsolved, compare, draw, require
from .figures import BLUE, ORANGE, labelled
from .guesses import INFINITE, Guesses, Option, Question, between

guesses = Guesses({
    "first loss": Question(
        "The two losses of the untrained network, added: about how much?",
        "A tenth for the true digit costs log 10 = 2.3, a nineteenth for the true sum "
        "log 19 = 2.9.",
        [
            Option("About 0.", between(0, 1), "0 would mean: sure, and right every time. There "
                   "would be nothing left to learn."),
            Option("About 2.", between(1, 4), "That is the digit's loss alone. The sum's comes on "
                   "top."),
            Option("About 5.", between(4, 8)),
            Option("About 50.", between(8, INFINITE), "Only a network that is sure and wrong gets "
                   "so far. This one has no opinion, and having none costs little: the loss is a "
                   "logarithm."),
        ],
    ),
    "first steps": Question(
        "16 steps, and each of the 2,000 examples is new to it. How many will be right?",
        "Chance alone would give 1 in 190, and 16 steps are not many. But they go in the right "
        "direction.",
        [
            Option("Hardly any.", between(0, 300)),
            Option("About half.", between(300, 1_700), "It will get there, but not in 16 steps: "
                   "each of them changes every parameter by very little."),
            Option("Nearly all.", between(1_700, 2_001), "That is what it made of the one batch "
                   "above, which it saw 150 times. These it sees once, while it learns."),
        ],
    ),
    "first epoch": Question(
        "After the first epoch, one look at every image: how many test examples are right?",
        "An epoch is 375 steps by now, not 16. And digits are much alike: what helps to read one 7 "
        "helps to read the others.",
        [
            Option("Fewer than half.", between(0, 50), "So it was with 16 steps. Here there are "
                   "375, and each learns from images that are new."),
            Option("50 to 80%.", between(50, 80), "Careful, but too careful. Most digits are "
                   "written plainly; to read those is learned fast."),
            Option("More than 80%.", between(80, 101)),
        ],
    ),
    "last epoch": Question(
        "And after the 15th?",
        "The first epoch learns what is easy. The other 14 are spent on the few images that are "
        "not, and some of those nobody can read for sure.",
        [
            Option("No more than after the first.", between(0, 96.5), "The curve gets flat, but "
                   "it still rises: small steps in accuracy are a large part of the mistakes that "
                   "are left."),
            Option("More, but not all.", between(96.5, 99.95)),
            Option("All of them.", between(99.95, 101), "It sees the training images 15 times, but "
                   "these are test images. Some are so sloppy that you would err, too."),
        ],
    ),
    "train or test": Question(
        "Which accuracy is higher at the end?",
        "The two were not measured in the same way: training images are augmented, and dropout is "
        "on.",
        [
            Option("Of the training images, which it knows.", lambda ahead: ahead < -0.3, "It does "
                   "know them, and in many books that curve is on top. But here each of them was "
                   "made harder before it was shown."),
            Option("Both are the same.", between(-0.3, 0.3), "They would be close if both were "
                   "measured in the same way. One of the two is the harder exam."),
            Option("Of the test images, which it doesn't know.", between(0.3, 101)),
        ],
    ),
    "fast recipe": Question(
        "How good is it after these two epochs, against 15 of the reference recipe?",
        "Most of those 15 epochs went into steps that were too short, with a network that dropout "
        "made smaller, and one sum for every look at an image.",
        [
            Option("Far behind, by more than five points.", between(-100, -5), "Two epochs of the "
                   "reference recipe would be. A good schedule makes better use of each step."),
            Option("One or two points behind.", between(-5, -0.5), "A point is a lot here: it "
                   "would be twice as many mistakes."),
            Option("About as good.", between(-0.5, 0.5)),
            Option("More than a point ahead.", between(0.5, 100), "There is hardly room for it: "
                   "the reference recipe leaves about one mistake in a hundred."),
        ],
    ),
})
checks = Checks()


@checks.add(
    "One number for both answers: its gradient teaches the shared layers what both heads need."
)
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


@checks.add("Gradients are forgotten before each step, and only a plain number leaves it.")
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


def plot_range_test(rates, losses, chosen: float | None = None) -> Figure:
    """The loss while the learning rate grows, and the chosen rate."""
    figure, ax = plt.subplots(figsize=(5.5, 2.8))
    ax.semilogx(rates, losses, color=BLUE)
    ax.set(xlabel="learning rate", ylabel="loss", ylim=(0, 1.6 * losses[0]))
    if chosen is not None:
        ax.axvline(chosen, color=ORANGE, linestyle="--", label=f"chosen: {chosen:g}")
        ax.legend()
    lowest = rates[int(np.nanargmin(losses))]
    return labelled(figure, f"The loss falls from {losses[0]:.1f} to {np.nanmin(losses):.1f} at a "
                             f"learning rate of {lowest:.2g}, then grows.")
