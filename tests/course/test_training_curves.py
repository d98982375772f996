"""Training curves: the values of its guesses, the answers to its exercises, its figures."""

import torch.nn.functional as F

from mnist_adder_lib.course import training_curves
from mnist_adder_lib.course.training_curves import checks

CE = F.cross_entropy


def picked(logits, classes):
    return -logits.log_softmax(1).gather(1, classes[:, None]).mean()


def step(forget=True, plain=True, forget_again=False, move=True, weight=1.0):
    """A training step with or without its bugs."""

    def train_step(model, optimizer, images, numbers, digits, sums):
        if forget:
            optimizer.zero_grad()
        digit_logits, sum_logits = model(images, numbers)
        loss = CE(digit_logits, digits) + weight * CE(sum_logits, sums)
        loss.backward()
        if forget_again:
            optimizer.zero_grad()
        if move:
            optimizer.step()
        return loss.item() if plain else loss

    return train_step


def step_that_forgets_last(model, optimizer, images, numbers, digits, sums):
    logits = model(images, numbers)
    loss = sum(CE(x, y) for x, y in zip(logits, (digits, sums)))
    loss.backward()
    optimizer.step()
    model.zero_grad()
    return loss.detach()


# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {
    "first loss": [(5.4, 2), (0.01, 0), (2.3, 1), (50, 3)],
    "first steps": [(25, 0), (0, 0), (1_000, 1), (2_000, 2)],
    "first epoch": [(95.06, 2), (20, 0), (70, 1), (100, 2)],
    "last epoch": [(98.9, 1), (95, 0), (100, 2)],
    "train or test": [(1.8, 2), (-2.0, 0), (0.0, 1)],
    "fast recipe": [(-0.08, 2), (-9, 0), (-1.5, 1), (0.9, 3)],
}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.joint_loss: (
        [
            (lambda x, y, digits, sums: CE(x, digits), "the digit's loss alone"),
            (lambda x, y, digits, sums: CE(y, sums), "the sum's loss alone"),
            (lambda x, y, digits, sums: (CE(x, digits) + CE(y, sums)) / 2, "not averaged"),
            (lambda x, y, d, s: CE(x.softmax(1), d) + CE(y.softmax(1), s), "the softmax itself"),
            (lambda x, y, d, s: CE(x, d, reduction="sum") + CE(y, s, reduction="sum"), "Average"),
            (lambda x, y, d, s: (CE(x, d) + CE(y, s)) / len(x), "averaged already"),
            (lambda x, y, d, s: CE(x, d).item() + CE(y, s).item(), "cut off from the logits"),
            (lambda x, y, d, s: CE(x, d, reduction="none") + CE(y, s), "one number"),
            (lambda x, y, d, s: CE(x, d) * CE(y, s), "it should give"),
        ],
        [
            lambda x, y, digits, sums: CE(x, digits) + CE(y, sums),
            lambda x, y, digits, sums: picked(x, digits) + picked(y, sums),
            lambda x, y, d, s: CE(x, F.one_hot(d, 10).float()) + CE(y, F.one_hot(s, 19).float()),
        ],
    ),
    checks.train_step: (
        [
            (step(forget=False), "backward\\(\\) adds to the gradients"),
            (step(plain=False), "holds on to the whole calculation"),
            (step(move=False), "don't move"),
            (step(forget_again=True), "don't move"),
            (step(weight=0.5), "gradient of the joint loss"),
            (lambda *batch: step()(*batch) / 128, "it should give"),
        ],
        [step(), step_that_forgets_last],
    ),
}


def test_the_range_test_shows_the_chosen_rate():
    ax = training_curves.plot_range_test([0.01, 0.1, 1.0], [5.0, 2.0, 9.0], chosen=0.1).axes[0]
    assert ax.get_xscale() == "log"
    assert list(ax.lines[0].get_ydata()) == [5, 2, 9] and set(ax.lines[1].get_xdata()) == {0.1}


def test_both_bugs(capsys):
    checks.train_step(step(forget=False, plain=False))
    assert capsys.readouterr().out == "Not solved yet. Both bugs are still in it.\n"
