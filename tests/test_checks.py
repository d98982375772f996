"""The checks of the exercises refuse wrong answers with the right reason and accept right ones."""

import math
import random
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_adder_lib import checks
from mnist_adder_lib.drawing import centre_by_mass
from mnist_adder_lib.model import conv


def vector(size, place, value=1):
    return [value if i == place else 0 for i in range(size)]


def shuffled(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def split_by_random(count, size, seed):
    places = list(range(count))
    random.Random(seed).shuffle(places)
    return places[:size], set(places[size:])


def split_by_torch(count, size, seed):
    order = shuffled(count, seed)
    return order[:size], order[size:]


def three(inputs, outputs, **options):
    """The layers of a conv sequential."""
    options = dict(padding=1, bias=False) | options
    return [nn.Conv2d(inputs, outputs, 3, **options), nn.ReLU(), nn.BatchNorm2d(outputs)]


def norm_first(inputs, outputs):
    convolution, relu, norm = three(inputs, outputs)
    return [convolution, norm, relu]


def block(*layers):
    return nn.Sequential(*layers, nn.MaxPool2d(2))


class FunctionalBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(o), nn.BatchNorm2d(o)
        self.first = nn.Conv2d(i, o, 3, padding=1, bias=False)
        self.second = nn.Conv2d(o, o, 3, padding="same", bias=False)

    def forward(self, images):
        x = self.norm1(F.relu(self.first(images)))
        return F.max_pool2d(self.norm2(F.relu(self.second(x))), 2)


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


def rows(predicted_digits, predicted_sums, digits, sums):
    """Whether digits are right and whether sums are, as two columns of 0 and 1."""
    return (predicted_digits == digits).double(), (predicted_sums == sums).double()


def joint_by_loop(predicted_digits, predicted_sums, digits, sums):
    answers = list(zip(predicted_digits.tolist(), predicted_sums.tolist()))
    truth = list(zip(digits.tolist(), sums.tolist()))
    return 100 * sum(a == t for a, t in zip(answers, truth)) / len(truth)


def joint_in_place(predicted_digits, predicted_sums, digits, sums):
    predicted_digits -= digits
    predicted_sums -= sums
    return 100 * ((predicted_digits == 0) & (predicted_sums == 0)).float().mean()


def on_black(small, top, left):
    image = np.zeros((28, 28), np.uint8)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def centre_by_hand(small):
    ys, xs = np.indices(small.shape)
    row, column = ((place * small).sum() / small.sum() for place in (ys, xs))
    return torch.from_numpy(on_black(small, round(14 - row), round(14 - column))).tolist()


def centre_of_box(small):
    return on_black(small, (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2)


def moved(x_factor, y_factor=None, right=0.0, down=0.0):
    y_factor = x_factor if y_factor is None else y_factor
    return lambda strokes: [
        [(x_factor * x + right, y_factor * y + down) for x, y in stroke] for stroke in strokes
    ]


# check: (wrong answers with a part of the reason, right answers)
CASES = {
    checks.most_likely: (
        [
            (max, "the largest probability itself"),
            (lambda p: p.index(max(p)) + 1, "counted from 0"),
            (lambda p: p.index(min(p)), "the least likely digit"),
            (lambda p: sorted(p).index(max(p)), "it should give"),
            (lambda p: p[:10].index(max(p[:10])) if len(p) == 10 else 3, "19 probabilities"),
            (lambda p: [x == max(p) for x in p], "one number, not 10"),
        ],
        [
            lambda p: p.index(max(p)),
            np.argmax,
            lambda p: torch.tensor(p).argmax(),
            lambda p: max(range(len(p)), key=lambda place: p[place]),
        ],
    ),
    checks.agree: (
        [
            (lambda digit, number, total: True, "says yes to"),
            (lambda digit, number, total: False, "says no to digit 9, number 9"),
            (lambda digit, number, total: total in (digit, digit + number), "forgotten the number"),
            (lambda digit, number, total: total >= digit + number, "add up to"),
            (lambda digit, number, total: digit + number, "True or False"),
        ],
        [
            lambda digit, number, total: digit + number == total,
            lambda digit, number, total: not total - digit - number,
            lambda digit, number, total: torch.tensor(total - number).eq(digit),
        ],
    ),
    checks.one_hot: (
        [
            (lambda kind, size: vector(10, kind), "one row of 19 places"),
            (lambda kind, size: vector(size, kind, kind + 1), "a kind, not an amount"),
            (lambda kind, size: [1] * (kind + 1) + [0] * (size - kind - 1), "exactly one place"),
            (lambda kind, size: vector(size, kind - 1), "counted from 0"),
            (lambda kind, size: vector(size, kind, 1.5), "exactly one place"),
            (lambda kind, size: [vector(size, kind)], r"the shape \(1, 10\)"),
        ],
        [
            lambda kind, size: F.one_hot(torch.tensor(kind), size),
            lambda kind, size: vector(size, kind),
            lambda kind, size: np.eye(size)[kind],
        ],
    ),
    checks.split: (
        [
            (lambda n, k, seed: (range(k), range(k, n)), "not shuffled"),
            (lambda n, k, seed: (range(n - k, n), range(n - k)), "not shuffled"),
            (lambda n, k, seed: (shuffled(n, seed)[:k], shuffled(n, seed + 9)[k:]), "in both"),
            (lambda n, k, seed: split_by_torch(n, k, seed)[::-1], "for training and the rest"),
            (lambda n, k, seed: split_by_torch(n, k, 0), "Another seed gave the same"),
            (lambda n, k, seed: split_by_random(n, k, None), "The same seed gave another"),
            (lambda n, k, seed: split_by_torch(n + 1, k + 1, seed), "for training and the rest"),
            (lambda n, k, seed: (split_by_torch(n, k, seed)[0], [-1] * (n - k)), "every place"),
            (lambda n, k, seed: shuffled(n, seed)[:k], "two things"),
        ],
        [split_by_torch, split_by_random],
    ),
    checks.conv_parameters: (
        [
            (lambda i, o: 9 * i * o, "Batch norm learns"),
            (lambda i, o: 9 * i * o + o + 2 * o, "bias=False"),
            (lambda i, o: 9 * o + 2 * o, "every channel that comes in"),
            (lambda i, o: 9 * i * o + 2 * i, "after the convolution"),
            (lambda i, o: 3 * i * o + 2 * o, "it should give"),
        ],
        [
            lambda i, o: o * (9 * i + 2),
            lambda i, o: torch.tensor(sum(p.numel() for p in conv(i, o).parameters())),
        ],
    ),
    checks.conv_block: (
        [
            (lambda i, o: block(*three(i, o)), "two 3x3 convolutions"),
            (lambda i, o: block(*three(i, o), *three(i, o)), "two 3x3 convolutions"),
            (lambda i, o: block(*three(1, 8), *three(8, 8)), "two 3x3 convolutions"),
            (lambda i, o: block(*three(i, o, bias=True), *three(o, o)), "no bias"),
            (lambda i, o: block(*three(i, o)[:2], *three(o, o)), "batch norm of its own"),
            (lambda i, o: nn.Sequential(*three(i, o), *three(o, o)), "the pooling halves it"),
            (lambda i, o: block(*three(i, o, padding=0), *three(o, o)), "padding keeps its size"),
            (lambda i, o: block(*norm_first(i, o), *norm_first(o, o)), "the order should be"),
            (lambda i, o: block(*three(o, o), *three(i, o)), "two 3x3 convolutions"),
            (lambda i, o: [*three(i, o), *three(o, o)], "one module"),
        ],
        [
            lambda i, o: block(conv(i, o), conv(o, o)),
            lambda i, o: block(*three(i, o), nn.Dropout(0.1), *three(o, o), nn.Dropout2d(0.1)),
            FunctionalBlock,
        ],
    ),
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
    checks.mean_loss: (
        [
            (lambda means, sizes: means.mean(), "mean of means"),
            (lambda means, sizes: means.sum() / sizes.sum(), "Far too small"),
            (lambda means, sizes: (means * sizes).sum(), "Divide it"),
            (lambda means, sizes: means[:-1].mean(), "it should give"),
        ],
        [
            lambda means, sizes: (means * sizes).sum() / sizes.sum(),
            lambda means, sizes: np.average(means.tolist(), weights=sizes.tolist()),
            lambda means, sizes: float(sum(m * s for m, s in zip(means, sizes)) / sum(sizes)),
        ],
    ),
    checks.joint_accuracy: (
        [
            (lambda *columns: math.prod(100 * c.mean() for c in rows(*columns)) / 100, "product"),
            (lambda *columns: 50 * sum(c.mean() for c in rows(*columns)), "half an answer"),
            (lambda *columns: 100 * min(c.mean() for c in rows(*columns)), "(sum|digit) alone"),
            (lambda *columns: math.prod(rows(*columns)).mean(), "In percent"),
            (lambda *columns: 100 * torch.maximum(*rows(*columns)).mean(), "both must be"),
            (lambda *columns: 100 * math.prod(rows(*columns)), "one number"),
        ],
        [
            lambda *columns: 100 * math.prod(rows(*columns)).mean(),
            joint_by_loop,
            joint_in_place,
        ],
    ),
    checks.joint_range: (
        [
            (lambda a, b, n: (a + b - n, min(a, b)), "the fewest can't be -"),
            (lambda a, b, n: (0, min(a, b)), "Spread"),
            (lambda a, b, n: (max(0, a + b - n), max(a, b)), "the most is not"),
            (lambda a, b, n: (max(0, a + b - n), n), "the most is not"),
            (lambda a, b, n: (min(a, b), max(0, a + b - n)), "the most is not"),
            (lambda a, b, n: a * b / n, "two numbers"),
        ],
        [
            lambda a, b, n: (max(0, a + b - n), min(a, b)),
            lambda a, b, n: torch.tensor([max(0, n - (n - a) - (n - b)), n - max(n - a, n - b)]),
        ],
    ),
    checks.centre: (
        [
            (centre_of_box, "the box around the ink"),
            (lambda small: on_black(small, 0, 0), "not in the middle"),
            (lambda small: small, "It should be 28x28"),
            (lambda small: on_black(small[:15], 6, 6), "nothing cut off"),
            (lambda small: centre_by_mass(small // 2, 28), "nothing cut off"),
            (lambda small: centre_by_mass(small, 28).T, "turned"),
            (lambda small: np.zeros((28, 28)), "nothing cut off"),
        ],
        [lambda small: centre_by_mass(small, 28), centre_by_hand],
    ),
    checks.hide: (
        [
            (lambda strokes: strokes, "without framing, too"),
            (moved(0.7), "without framing, too"),
            (moved(0.3, right=-0.2), "not on the pad"),
            (moved(0.3, 0.02), "keep its shape"),
            (moved(0.0, right=0.5, down=0.5), "keep its shape"),
            (lambda strokes: strokes[0], "a list of lists of points"),
        ],
        [
            moved(0.25),
            lambda strokes: [0.7 + 0.25 * np.array(stroke) for stroke in strokes],
        ],
    ),
}

WRONG = [(check, *case) for check, (wrong, _) in CASES.items() for case in wrong]
RIGHT = [(check, answer) for check, (_, right) in CASES.items() for answer in right]
each_check = pytest.mark.parametrize("check", CASES, ids=lambda check: check.__name__)


def name(value):
    return value.__name__ if value in CASES else None


def test_every_check_has_enough_cases():
    made = {f for f in vars(checks).values() if hasattr(f, "__wrapped__")}
    assert made == set(CASES)
    assert all(len(wrong) >= 3 and len(right) >= 2 for wrong, right in CASES.values())


@pytest.mark.parametrize("check, answer, reason", WRONG, ids=name)
def test_wrong_answers_are_refused_with_the_reason(check, answer, reason, capsys):
    check(answer)
    said = capsys.readouterr().out
    assert said.startswith("Not right yet. ") and said.count("\n") == 1
    assert re.search(reason, said), said


@pytest.mark.parametrize("check, answer", RIGHT, ids=name)
def test_right_answers_are_accepted(check, answer, capsys):
    state = torch.random.get_rng_state()
    check(answer)
    assert capsys.readouterr().out.startswith("✓ Right. ")
    assert torch.equal(torch.random.get_rng_state(), state)


@each_check
@pytest.mark.parametrize("nothing", [..., None, (..., ...)], ids=str)
def test_unsolved(check, nothing, capsys):
    check(lambda *_: nothing)
    assert capsys.readouterr().out.startswith("Not solved yet. ")


@each_check
def test_what_the_function_raises_becomes_a_sentence(check, capsys):
    def stumble(*_):
        places = []
        return places[7]

    check(stumble)
    assert capsys.readouterr().out == (
        "Not right yet. The function stopped with IndexError: list index out of range. "
        "Look at the line `return places[7]`.\n"
    )


@each_check
def test_wrong_arguments(check, capsys):
    check(lambda: 0)
    assert "Look at the arguments it takes." in capsys.readouterr().out


@each_check
@pytest.mark.parametrize("thing", [
    0, 1, 12.5, math.nan, True, "7", "", [], {}, object(), torch.zeros(10), torch.ones(2, 2),
    ([0], [1]), (0, 1), [[1], [1, 2]], np.zeros((28, 28)), nn.ReLU(), [[(0.2, 0.2), (0.3, 0.3)]],
], ids=lambda thing: type(thing).__name__)
def test_a_constant_never_passes(check, thing, capsys):
    check(lambda *_: thing)
    assert capsys.readouterr().out.startswith("Not right yet. ")


@each_check
def test_a_right_answer_to_one_question_is_not_enough(check, capsys):
    right = CASES[check][1][0]
    answers = []

    def first_answer(*arguments):
        answers.append(right(*arguments))
        return answers[0]

    check(first_answer)
    assert capsys.readouterr().out.startswith("Not right yet. ")


@each_check
def test_the_function_itself_is_needed(check, capsys):
    check(7)
    assert "without brackets" in capsys.readouterr().out


def test_both_bugs(capsys):
    checks.train_step(step(forget=False, plain=False))
    assert capsys.readouterr().out == "Not solved yet. Both bugs are still in it.\n"
