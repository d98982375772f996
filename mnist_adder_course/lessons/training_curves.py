"""Training curves: what the lesson asks, checks and draws."""

from __future__ import annotations

import functools
import itertools
import math
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils.data import DataLoader

from mnist_adder_lib.checkpoint import load_checkpoint, load_pretrained
from mnist_adder_lib.data import MEAN, STD, AdderDataset, load_splits
from mnist_adder_lib.drawing import DigitPad
from mnist_adder_lib.drawing.panel import percent
from mnist_adder_lib.files import CheckpointError
from mnist_adder_lib.model import IdentityAdderModel
from mnist_adder_lib.plots import BLUE, GREEN, GREY, ORANGE, draw_image, in_style, labelled
from mnist_adder_lib.train import joint_loss

from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..exercises.values import same
from ..notebook.display import Picture

guesses = Guesses.load("training_curves")
checks = Checks()


def load_own_network(path: str | Path) -> IdentityAdderModel:
    """The learner's network from a file of `save_checkpoint`, in evaluation mode; prints which.

    Where the file is missing, damaged or something else, the network that comes with the course.
    """
    try:
        model, _ = load_checkpoint(path)
    except FileNotFoundError:
        print(f"There is no {path} here: lesson 4 makes it. This is the network of the course.")
    except (CheckpointError, OSError) as error:
        print(f"{path} can't be read ({error}). This is the network of the course.")
    else:
        print(f"This is your network, from {path}.")
        return model
    return load_pretrained()


class Comparer(nn.Module):
    """A small network with the course's two inputs, and two logits: 0 for no, 1 for yes.

    tires_after: from how many images it learns; then it only says yes, so that the last epoch of a
    training isn't its best.
    """

    def __init__(self, tires_after: float = math.inf):
        super().__init__()
        self.image = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.BatchNorm1d(16), nn.ReLU(),
                                   nn.Dropout(0.1))
        self.both = nn.Sequential(nn.Linear(26, 16), nn.BatchNorm1d(16), nn.ReLU(),
                                  nn.Linear(16, 2))
        self.left = tires_after

    def logits(self, images, numbers):
        return self.both(torch.cat([self.image(images), F.one_hot(numbers, 10)], dim=1))

    def forward(self, images, numbers):
        logits = self.logits(images, numbers)
        if self.left < 0:
            logits = 0 * logits + torch.tensor([0.0, 1.0])
        if logits.requires_grad:
            self.left -= len(images)
        return logits


TO_RUN = 200  # images of a training of which nothing is asked but that it runs


def _comparisons():
    train, validation, _ = load_splits()
    # First a training that need only run: a function that stops is compared with many mistakes,
    # and most of them don't stop. Then one that shows what has been learned, and one whose last
    # epoch is bad. The numbers of validation images are prime, so that a last batch is smaller.
    for epochs, many, few, tires_after in ((2, TO_RUN, 31, math.inf), (5, 1000, 293, math.inf),
                                           (2, 1000, 131, 1000)):
        # Cloned, since each comparison copies them: the copy of a view takes the whole with it.
        mine = train.images[:many].clone(), train.digits[:many].clone()
        yours = validation.images[-few:], validation.digits[-few:], validation.numbers[-few:]
        yours = AdderDataset(*(part.clone() for part in yours))
        yield Comparer(tires_after).eval(), AdderDataset(*mine), yours, epochs


# What must hold of a training and its test, each as the learner is told where it doesn't.
NOT_MOVED = ("The weights are what they were. Every batch needs backward(), then step(), and no "
             "zero_grad() between the two.")
FROM_VALIDATION = ("It learns from validation images. Then they can't show how well it reads new "
                   "ones.")
OLD_GRADIENTS = ("Gradients of the step before are still there when backward() adds the new ones.")
LEARNS_IN_EVAL = ("While it learns, the network is in eval() mode. train() belongs before the "
                  "steps of every epoch: measuring the accuracy in between leaves it in eval().")
MINUS = ("Each step makes the loss larger. Cross entropy is small where the answer is right, so it "
         "is minimised as it is, without a minus sign.")
SOFTMAX_FIRST = ("`F.cross_entropy` does the softmax itself, so it wants the logits. After a "
                 "softmax of your own it never sees a probability near 1, and the network learns "
                 "badly.")
OTHER_TARGETS = ("The targets are others: 1 where the *digit* in the image is larger than the "
                 "number, 0 where it isn't. The sum has no part in it.")
OTHER_LOSS = ("That isn't the gradient of the cross entropy. Compare `F.cross_entropy` of the two "
              "logits with the classes 0 and 1.")
NEW_OPTIMIZERS = ("Every epoch makes a new optimizer, which has no velocity yet: the momentum of "
                  "the epochs before is lost. Make it once, before the loop.")
OTHER_EPOCHS = ("It goes through the training images more or fewer times than `epochs` says. Each "
                "epoch is all batches, once: `for epoch in range(epochs)`.")
OPPOSITE = "It learns the opposite. Logit 1 is for yes, the digit is larger; 0 is for no."
LEARNED_LITTLE = ("It has learned almost nothing: the number alone, without a look at the image, "
                  "gets 75%. Look at the targets and at the learning rate.")
NOT_SMALLER = "A 3 is not larger than 3: yours learns to say yes where both are equal."
NOT_MEASURED = ("The accuracy isn't measured on the validation images. Images that it has learned "
                "from say little about new ones.")
MEASURED_IN_TRAIN = ("The accuracy is measured in train mode: dropout removes values, and batch "
                     "norm looks at the batch. Call eval() first.")
RECORDED = ("Measuring keeps what backward() would need, and nobody calls it there: use no_grad().")
NO_NUMBER = "Return one number: the accuracy after the last epoch."
SHARE = "That is a share, from 0 to 1. Return percent."
WRONG_ONES = "That counts the wrong answers."
BEST_EPOCH = ("That is the accuracy of the best epoch, but the network is the one from the last "
              "epoch. The best of several is a little too good by chance: return the accuracy "
              "after the last epoch.")
OTHER_ACCURACY = ("That isn't how many are right. Add up the right ones of all batches, and divide "
                  "once, by `len(validation)`: the last batch is smaller.")


def _watched(train_larger, model, train, validation, epochs) -> Observed:
    """What is done to the model, look by look, and what comes of it."""
    if len(train) == TO_RUN:
        train_larger(model, train, validation, epochs)
        return Observed()
    labels = {image.numpy().tobytes(): digit.item() for data in (train, validation)
              for (image, _), (digit, _) in data[:]}
    unseen = {image.numpy().tobytes() for (image, _), _ in validation[:]}
    weight, looks, stale = next(model.parameters()), list[SimpleNamespace](), list[bool]()
    before = parameters_to_vector(model.parameters()).detach().clone()
    optimizers, can_learn = list(), model.left == math.inf

    def note(_, inputs, logits):
        images = [image.numpy().tobytes() for image in inputs[0]]
        look = SimpleNamespace(
            mode=model.training, noted=logits.requires_grad, logits=logits.detach(), gradient=None,
            of_validation=any(image in unseen for image in images), numbers=inputs[1],
            digits=torch.tensor([labels.get(image, 0) for image in images]))
        looks.append(look)
        if logits.requires_grad:
            logits.register_hook(functools.partial(setattr, look, "gradient"))

    model.register_forward_hook(note)
    weight.register_hook(lambda _: stale.append(weight.grad is not None and weight.grad.any()))
    watch = register_optimizer_step_post_hook(lambda optimizer, *_: optimizers.append(optimizer))
    try:
        returned = train_larger(model, train, validation, epochs)
    finally:
        watch.remove()
    steps = [look for look in looks if look.gradient is not None]
    measured = [look for look in looks if look.gradient is None and look.of_validation]
    losses = {_name_loss(look) for look in steps[::5]}
    passes = sum(len(look.numbers) for look in steps) / len(train)
    return Observed(rules={
        NOT_MOVED: not torch.equal(before, parameters_to_vector(model.parameters())),
        FROM_VALIDATION: not any(look.of_validation for look in steps),
        OLD_GRADIENTS: not any(stale),
        LEARNS_IN_EVAL: all(look.mode for look in steps),
        MINUS: losses != {"minus"},
        SOFTMAX_FIRST: losses != {"softmax first"},
        OTHER_TARGETS: "other targets" not in losses,
        OTHER_LOSS: losses == {"cross entropy"},
        NEW_OPTIMIZERS: len(set(map(id, optimizers))) <= 1,
        OTHER_EPOCHS: abs(passes - epochs) < 0.5,
        **(_about_task(model, validation) if can_learn else {}),
        NOT_MEASURED: measured != [],
        MEASURED_IN_TRAIN: not any(look.mode for look in measured),
        RECORDED: not any(look.noted for look in measured),
        **_about_accuracy(returned, model, validation, measured)})


def _name_loss(look) -> str:
    """Of which loss this is the gradient that came back to the logits; its size doesn't matter."""
    for digits_win in (look.digits > look.numbers, look.digits >= look.numbers):
        for answers in (digits_win, ~digits_win):
            for name, loss in LOSSES.items():
                logits = look.logits.clone().requires_grad_()
                with torch.enable_grad():
                    loss(logits, answers.long()).backward()
                if _point_alike(logits.grad, look.gradient):
                    return name
    targets = (look.gradient[:, 1] < 0).long()  # cross entropy pulls the logit of its target up
    wanted = look.logits.softmax(dim=1) - F.one_hot(targets, 2)
    return "other targets" if _point_alike(wanted, look.gradient) else "another"


def _point_alike(gradient: Tensor, other: Tensor) -> bool:
    return bool(F.cosine_similarity(gradient.flatten(), other.flatten(), dim=0) > 0.9999)


LOSSES = {"cross entropy": F.cross_entropy,
          "minus": lambda logits, answers: -F.cross_entropy(logits, answers),
          "softmax first": lambda logits, answers: F.cross_entropy(logits.softmax(1), answers)}


@torch.no_grad()
def _about_task(model, validation) -> dict[str, bool]:
    """What must hold of what the model has learned to answer."""
    (images, numbers), (digits, _) = next(iter(DataLoader(validation, len(validation))))
    right = (model.eval()(images, numbers).argmax(dim=1) == (digits > numbers)).float().mean()
    yes_where_equal = model(images, digits).argmax(dim=1).float().mean()
    return {OPPOSITE: bool(right > 0.3), LEARNED_LITTLE: bool(right > 0.77),
            NOT_SMALLER: bool(yes_where_equal < 0.52)}


@torch.no_grad()
def _about_accuracy(returned, model, validation, measured: list) -> dict[str, bool]:
    """What must hold of the accuracy that was returned, in percent."""
    (images, numbers), (digits, _) = next(iter(DataLoader(validation, len(validation))))
    right = model.eval()(images, numbers).argmax(dim=1) == (digits > numbers)
    accuracy = 100 * right.float().mean().item()
    try:
        returned = float(returned)
    except (TypeError, ValueError):
        return {NO_NUMBER: False}
    likely = {SHARE: accuracy / 100, WRONG_ONES: 100 - accuracy,
              BEST_EPOCH: max(_accuracies(measured, len(validation)), default=accuracy)}
    as_asked = abs(returned - accuracy) < 0.01
    return {reason: as_asked or abs(returned - value) > 0.01
            for reason, value in likely.items()} | {OTHER_ACCURACY: as_asked}


def _accuracies(measured: list, count: int) -> list[float]:
    """The accuracy, in percent, each time that `count` validation images were looked at."""
    right = [look.logits.argmax(dim=1) == (look.digits > look.numbers) for look in measured]
    times = torch.cat(right).split(count) if right else []
    return [100 * one.float().mean().item() for one in times]


def _best_of_all(model, train, validation, epochs):
    optimizer, best = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9), 0.0
    for _ in range(epochs):
        model.train()
        for inputs, (digits, _) in DataLoader(train, 100, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(model(*inputs), (digits > inputs[1]).long()).backward()
            optimizer.step()
        with torch.no_grad():
            (images, numbers), (digits, _) = next(iter(DataLoader(validation, len(validation))))
            right = model.eval()(images, numbers).argmax(1) == (digits > numbers)
        best = max(best, 100 * right.double().mean().item())
    return best


STEP, TRAIN = "            optimizer.step()\n", "        model.train()\n"
MAKE = "    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n"
LOSS = "F.cross_entropy(model(images, numbers), larger)"
COUNT = "100 * right / len(validation)"


@checks.add(
    "Larger or not: another task, another loss, the same loop. You can write it for any network.",
    probes=_comparisons, observe=_watched,
    mistakes={
        LEARNED_LITTLE: ("lr=0.1", "lr=0.0001"),
        NOT_MOVED: [
            (STEP, ""), ("optimizer.step()", "optimizer.zero_grad(); optimizer.step()"),
            lambda model, train, validation, epochs: 50.0],
        FROM_VALIDATION: ("DataLoader(train", "DataLoader(validation"),
        OLD_GRADIENTS: ("            optimizer.zero_grad()\n", ""),
        LEARNS_IN_EVAL: [(TRAIN, ""), (TRAIN, "        model.train(_epoch == 0)\n")],
        MINUS: (LOSS, f"(-{LOSS})"),
        SOFTMAX_FIRST: ("numbers), larger", "numbers).softmax(dim=1), larger"),
        OTHER_LOSS: (LOSS, "((model(images, numbers) - F.one_hot(larger)) ** 2).mean()"),
        OTHER_TARGETS: ("(digits, _) in DataLoader(train", "(digits, totals) in DataLoader(train",
                        "(digits > numbers).long()", "(totals > numbers).long()"),
        NEW_OPTIMIZERS: (MAKE, "", TRAIN, TRAIN + "    " + MAKE),
        OTHER_EPOCHS: [
            ("range(epochs)", f"range({other})")
            for other in ("3", "4", "5", "epochs - 1", "epochs + 1", "1, epochs")],
        NOT_SMALLER: ("digits > numbers", "digits >= numbers"),
        OPPOSITE: [
            ("digits > numbers", "digits < numbers"), ("digits > numbers", "digits <= numbers")],
        "`F.cross_entropy` wants whole numbers, the indices of classes. `.long()` turns True "
        "and False into 1 and 0.": [(".long()", ""), (".long()", ".float()")],
        NOT_MEASURED:
            ("DataLoader(validation", "DataLoader(train", "len(validation)", "len(train)"),
        MEASURED_IN_TRAIN: ("    model.eval()\n", ""),
        RECORDED: ("with torch.no_grad():", "if True:"),
        SHARE: (COUNT, "right / len(validation)"),
        WRONG_ONES: ("argmax(1) ==", "argmax(1) !="),
        OTHER_ACCURACY: [
            (".sum().item()", ".float().mean().item()", COUNT, "100 * right / 3"), (COUNT, "right"),
            ("DataLoader(validation, 100)", "[next(iter(DataLoader(validation, 100)))]")],
        BEST_EPOCH: _best_of_all,
        NO_NUMBER: (COUNT, f"[{COUNT}]"),
    },
)
def train_larger(model, train, validation, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _epoch in range(epochs):
        model.train()
        for (images, numbers), (digits, _) in DataLoader(train, 100, shuffle=True):
            optimizer.zero_grad()
            larger = (digits > numbers).long()
            F.cross_entropy(model(images, numbers), larger).backward()
            optimizer.step()
    model.eval()
    right = 0
    with torch.no_grad():
        for (images, numbers), (digits, _) in DataLoader(validation, 100):
            right += (model(images, numbers).argmax(1) == (digits > numbers)).sum().item()
    return 100 * right / len(validation)


ANSWERS = {"A": 2, "B": 6, "C": 4, "D": 1, "E": 3, "F": 5}


SIGNS = {
    "A": "Curve A stays where an untrained network begins, training and validation alike. It "
         "neither jumps nor falls: what is too small?",
    "B": "In curve B training falls as it should. Only validation is off the top, from its first "
         "dot on. What is different about the validation images?",
    "C": "In curve C training ends near 0, but validation stays above 1: it memorises. When is "
         "that easy?",
    "D": "Curve D jumps up in its first steps and stays about the dashed line or above. It doesn't "
         "run away, though: it jumps over the valley, to and fro.",
    "E": "Curve E begins well, then grows without end. So something adds up.",
    "F": "Curve F falls to the dotted line: it knows what the number alone says about the sum. So "
         "what do the images teach it?",
}


AS_TEXT = "The answer is text. Write numbers without quotes: 2, not \"2\"."


def _named(curve: str) -> list:
    """Answers that are wrong for this curve alone."""
    return [lambda other, number=number: number if other == curve else ANSWERS[other]
            for number in range(8) if number != ANSWERS[curve]]


@checks.add(
    "A curve says what to look for. Remember the six signs: you will meet all of them.",
    probes=[("ABCDEF",)],
    observe=lambda function, curves: Observed(rules={
        AS_TEXT: not any(isinstance(function(curve), str) for curve in curves)} | {
        SIGNS[curve]: same(function(curve), ANSWERS[curve]) for curve in curves}),
    mistakes={AS_TEXT: lambda curve: str(ANSWERS[curve])} | {
        SIGNS[curve]: _named(curve) for curve in ANSWERS},
)
def mistake_in(curve):
    return ANSWERS[curve]


class SmallNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.heads = nn.BatchNorm1d(25), nn.Linear(26, 29)

    def forward(self, images, numbers):
        features = torch.cat([self.norm(images.flatten(1)), numbers[:, None]], dim=1)
        return self.heads(features).split([10, 19], dim=1)


def _small_batches():
    for count in (2, 3):
        model, parts = SmallNetwork(), []
        for _ in range(count):
            digits, numbers = torch.randint(10, (2, 8))
            parts.append(((torch.randn(8, 1, 5, 5), numbers), (digits, digits + numbers)))
        yield model, torch.optim.SGD(model.parameters(), 0.05), parts


NOT_PLAIN = ("The returned loss holds on to the whole computation. A list of a few thousand of "
             "them fills the memory. Return a plain number.")
ONE_WAY_BACK = ("The step is right. But with one backward() after the loop the memory holds all "
                "parts at once, as with a large batch. Call it for each part.")


def _stepped(step_in_parts, model, optimizer, parts) -> Observed:
    model(*parts[0][0])[0].square().sum().backward()  # old gradients, which should be cleared
    weights = [parameters_to_vector(model.parameters())]
    losses, ways_back = [], list[torch.Tensor]()
    next(model.parameters()).register_hook(ways_back.append)
    for _ in range(2):
        losses.append(step_in_parts(model, optimizer, parts))
        weights.append(parameters_to_vector(model.parameters()))
    return Observed(
        effects={"the first step": weights[1] - weights[0],
                 "the second step": weights[2] - weights[1], "the losses of two steps": losses},
        rules={NOT_PLAIN: not getattr(losses[0], "requires_grad", False),
               ONE_WAY_BACK: len(ways_back) >= 2 * len(parts)})


DIGIT, SUM = "F.cross_entropy(digit_logits, digits)", "F.cross_entropy(sum_logits, totals)"
CLEAR, UPDATE = "    optimizer.zero_grad()\n", "    optimizer.step()\n"
BACK, ADD = "(loss / len(parts)).backward()", "mean += loss.item() / len(parts)\n"
EACH = "for (images, numbers), (digits, totals) in "


@checks.add(
    "Gradients add up: a bug when you forget it, and a tool when you need it.",
    probes=_small_batches, observe=_stepped, tolerance=1e-3,
    mistakes={
        "The weights don't move. A step needs backward(), then step(), and no zero_grad() between "
        "the two.": (UPDATE, ""),
        "That is the loss of the digit alone. Nothing comes back to the sum's head, which learns "
        "nothing: add both losses.": (f"{DIGIT} + {SUM}", DIGIT),
        "That is the loss of the sum alone. Nothing comes back to the digit's head, which learns "
        "nothing: add both losses.": (f"{DIGIT} + {SUM}", SUM),
        "Only the last part counts. Either zero_grad() is in the loop, where it clears the "
        "gradients of the parts before, or backward() comes after the loop.":
            [(BACK, f"optimizer.zero_grad(); {back}") for back in (BACK, "loss.backward()")],
        "Those are several small steps. Let the gradients of all parts add up, and update once, "
        "after the loop.": [
            (UPDATE, "", ADD, ADD + "    " + UPDATE, BACK, back, CLEAR, forget)
            for back in (BACK, "loss.backward()") for forget in (CLEAR, "")],
        "That is a whole step for each part. One step for all of them is asked for: clear before "
        "the loop, update after it.": [
            (UPDATE, "", ADD, ADD + "    " + UPDATE, BACK, f"optimizer.zero_grad(); {back}")
            for back in (BACK, "loss.backward()")],
        "The step is too long: the gradients of the parts were added. For their mean, divide each "
        "loss by the number of parts.": (BACK, "loss.backward()"),
        "The loss of a part is the mean over its images already. Divide it by the number of parts, "
        "`len(parts)`.": [
            (BACK, "(loss / len(images)).backward()"),
            (BACK, "(loss / len(images)).backward()", ADD, "mean += loss.item() / len(images)\n")],
        "Gradients of earlier steps are still there when the new ones are added. Clear them before "
        "the loop.": (CLEAR, ""),
        "Gradients of somebody's earlier backward() were still there. Clear them before the first "
        "backward(), not only after the update.": (CLEAR, "", UPDATE, UPDATE + CLEAR),
        "That is one large batch, for which the memory is too small. Give the model one part at a "
        "time.":
            (EACH + "parts", EACH + "[[map(torch.cat, zip(*pair)) for pair in zip(*parts)]]",
             "len(parts)", "1"),
        "`.item()` turns the loss into a plain number, and backward() can't start from that. First "
        "backward(), then .item().": (BACK, "loss.item().backward()"),
        "The step is right. But that is the loss of the last part: return the mean of all parts.":
            (ADD, "mean = loss.item()\n"),
        "The step is right. The loss should be the mean over the parts, not their sum.":
            (ADD, "mean += loss.item()\n"),
        ONE_WAY_BACK:
            (BACK, "mean = mean + loss / len(parts)", ADD, "pass\n",
             UPDATE, "    mean.backward()\n" + UPDATE, "return mean", "return mean.item()"),
        NOT_PLAIN: (ADD, "mean += loss / len(parts)\n"),
    },
)
def step_in_parts(model, optimizer, parts):
    optimizer.zero_grad()
    mean = 0
    for (images, numbers), (digits, totals) in parts:
        digit_logits, sum_logits = model(images, numbers)
        loss = F.cross_entropy(digit_logits, digits) + F.cross_entropy(sum_logits, totals)
        (loss / len(parts)).backward()
        mean += loss.item() / len(parts)
    optimizer.step()
    return mean


class SmallAdder(nn.Module):
    """Two inputs and two outputs without a convolution: a step takes about a millisecond."""

    def __init__(self):
        super().__init__()
        self.image = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.both = nn.Sequential(nn.Linear(74, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.digit_head, self.sum_head = nn.Linear(64, 10), nn.Linear(64, 19)

    def forward(self, images, numbers):
        features = self.both(torch.cat([self.image(images), F.one_hot(numbers, 10)], dim=1))
        return self.digit_head(features), self.sum_head(features)


def short_training(
    train: AdderDataset, validation: AdderDataset, *, rate: float = 0.1, clear: bool = True,
    images: int = 2_000, augment: bool = True, right_labels: bool = True, normalise: bool = True,
    convolutions: bool = False, steps: int = 200,
) -> tuple[list[float], list[float]]:
    """Train a small network: the loss of every step, and every 20 steps that of 1,000 validation
    images.

    - rate: the learning rate; clear: whether each step clears the gradients
    - images: how many of the training images there are; augment: whether they are augmented;
      right_labels: or each image has the label of another
    - normalise: whether the validation images are normalised, or go from 0 to 255
    - convolutions: the network of lesson 4 without dropout, in place of two fully connected layers
    """
    train, validation = train.to("cpu"), validation.to("cpu")
    model = IdentityAdderModel(dropout=0) if convolutions else SmallAdder()
    data = AdderDataset(train.images[:images], train.digits[:images],
                        augment=train.augment if augment else None)
    if not right_labels:
        data.digits = data.digits.roll(1)
    optimizer = torch.optim.SGD(model.parameters(), rate, momentum=0.9)
    losses, measured = list[float](), list[float]()
    batches = itertools.chain.from_iterable(itertools.repeat(DataLoader(data, 100, shuffle=True)))
    for (images_now, numbers), targets in itertools.islice(batches, steps):
        if clear:
            optimizer.zero_grad()
        loss = joint_loss(*model.train()(images_now, numbers), *targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) % 20 == 0:
            measured.append(_validation_loss(model.eval(), validation[:1000], normalise))
    return losses, measured


MISTAKES: dict[int, dict] = {  # by the numbers that the lesson gives them
    1: dict(rate=10.0), 2: dict(rate=0.00001), 3: dict(clear=False),
    4: dict(images=300, augment=False), 5: dict(right_labels=False), 6: dict(normalise=False)}


def broken_training(curve: str, train: AdderDataset, validation: AdderDataset, **changes):
    """`short_training` with the mistake of this curve, A to F, and changes that may cure it."""
    return short_training(train, validation, **(MISTAKES[ANSWERS[curve]] | changes))


@torch.no_grad()
def _validation_loss(model, examples, normalise: bool) -> float:
    (images, numbers), targets = next(iter(DataLoader(examples, len(examples))))
    if not normalise:
        images = 255 * (images * STD + MEAN)
    return joint_loss(*model(images, numbers), *targets).item()


def _validation_losses():
    yield [0.5, 0.3, 0.4, 0.35, 0.2], 2
    yield [0.5, 0.3, 0.4], 3  # the patience lasts to the end
    yield [0.4, 0.4], 3  # not below the best so far
    yield [0.4, 0.4, 0.3, 0.3, 0.35, 0.2], 2
    yield [0.5, 0.6, 0.4, 0.45, 0.3, 0.35], 2  # the count starts again
    yield [0.5, 0.6, 0.4, 0.45, 0.3, 0.35], 3
    yield [0.5, 0.6, 0.4, 0.45, 0.48, 0.3], 3
    for patience in (1, 2, 3):
        yield torch.rand(12).round(decimals=3).tolist(), patience


STOP = "            return best + 1"


@checks.add(
    "This is early stopping. It saves time, and it may also keep a network from overfitting.",
    probes=_validation_losses,
    mistakes={
        "Nearly: Python counts from 0, but the first epoch is epoch 1.": ("best + 1", "best"),
        "That is where training stops. Return the best epoch up to that point.":
            [(STOP, STOP.replace("best", "place")), ("best + 1", "place + 1"),
             ("best + 1", "place")],
        "The lowest of all comes too late: training had stopped before it.":
            [lambda losses, patience: losses.index(min(losses)) + 1,
             lambda losses, patience: losses.index(min(losses))],
        "That is a loss. Return the epoch that had it.":
            [("best + 1", "validation_loss[best]"), lambda losses, patience: min(losses)],
        "The best loss is the lowest one, not the highest.": ("<", ">"),
        "That is the last epoch. Training stopped before, and the best was earlier still.":
            lambda losses, patience: len(losses),
        "You stop at the first epoch that isn't better. Patience waits for more.":
            (">= patience", ">= 1"),
        "You stop an epoch too early: the patience isn't used up yet.": (">= p", "+ 1 >= p"),
        "You stop an epoch too late: the patience was used up already.": (">= p", "> p"),
        "You compare with the epoch before. Compare with the best so far.":
            [("[best]:", "[place - 1]:"), ("[best]:", "[place - 1]:", "range(", "range(1, ")],
        "Whenever there is a new best, the counting starts again: patience is for epochs in a row.":
            [("best = 0", f"best, waited = 0, {start}", "if place - best",
              "waited += place != best\n        if waited") for start in (0, 1)],
        "At the end of the list, return the best epoch as well; it needn't be the last.":
            ("\n    return best + 1", "\n    return len(validation_loss)"),
    },
)
def best_epoch(validation_loss, patience):
    best = 0
    for place in range(len(validation_loss)):
        if validation_loss[place] < validation_loss[best]:
            best = place
        if place - best >= patience:
            return best + 1
    return best + 1


@in_style
def plot_losses(curves: dict[str, list[float]]) -> Figure:
    """The loss at every step of up to four short runs, by name."""
    figure, ax = plt.subplots(figsize=(5.5, 2.8))
    looks = zip((GREY, BLUE, ORANGE, GREEN), (":", "-", "--", "-."))
    for (name, losses), (colour, style) in zip(curves.items(), looks):
        ax.plot(range(1, len(losses) + 1), losses, style, color=colour, label=name)
    ax.set(xlabel="step", ylabel="loss", ylim=0)
    ax.legend()
    ends = (f"{name}: from {losses[0]:.1f} to {losses[-1]:.2g}" for name, losses in curves.items())
    return labelled(figure, f"The loss over the steps. {'; '.join(ends)}.")


NOTHING, NUMBER = math.log(10) + math.log(19), 2 * math.log(10)  # what knowing just that costs


@in_style
def plot_broken(curves: dict[str, tuple[list[float], list[float]]]) -> Figure:
    """Six runs: the loss of every step, and of the validation images every 20 steps."""
    figure, axes = plt.subplots(2, 3, figsize=(5.8, 4), sharex=True, sharey=True)
    for ax, (name, (losses, measured)) in zip(axes.flat, curves.items()):
        _draw_training(ax, name, losses, measured)
    axes[0, 0].legend()
    figure.supxlabel("step", color=GREY)
    figure.supylabel("loss", color=GREY)
    words = " ".join(_in_words(*curve) for curve in curves.items())
    return labelled(figure, f"The losses of six runs. {words}")


@in_style
def plot_cures(broken: dict, cured: dict) -> Figure:
    """Each broken run of `plot_broken`, and the cured one to its right."""
    rows = -(-len(broken) // 2)
    figure, axes = plt.subplots(rows, 4, figsize=(5.8, 1.7 * rows + 0.4), sharex=True, sharey=True,
                                squeeze=False)
    pairs = [(name, broken[name], f"{name}, cured", cured[name]) for name in broken]
    for pair, (name, ill, other, well) in zip(axes.reshape(-1, 2), pairs):
        _draw_training(pair[0], name, *ill)
        _draw_training(pair[1], other, *well)
    axes[0, 0].legend()
    figure.supxlabel("step", color=GREY)
    figure.supylabel("loss", color=GREY)
    words = " ".join(_in_words(name, ill) + " " + _in_words(other, well)
                     for name, ill, other, well in pairs)
    return labelled(figure, f"The losses of broken runs, each next to its cure. {words}")


@in_style
def plot_validation(trainings: dict[str, tuple[list[float], list[float]]]) -> Figure:
    """The validation loss of up to four runs every 20 steps, by name."""
    figure, ax = plt.subplots(figsize=(5.5, 3))
    looks = zip((GREY, BLUE, ORANGE, GREEN), (":", "-", "--", "-."))
    for (name, (losses, measured)), (colour, style) in zip(trainings.items(), looks):
        ax.plot(range(20, len(losses) + 1, 20), measured, style, color=colour, label=name)
    ax.set(xlabel="step", ylabel="validation loss", ylim=(0, 5))
    ax.legend()
    ends = "; ".join(f"{name}: lowest {min(measured):.2f}, at the end {measured[-1]:.2f}"
                     for name, (_, measured) in trainings.items())
    return labelled(figure, f"The validation loss over the steps. {ends}.")


def _draw_training(ax, name: str, losses: list[float], measured: list[float]) -> None:
    ax.axhline(NOTHING, color=GREY, linestyle="--")
    ax.axhline(NUMBER, color=GREY, linestyle=":")
    ax.plot(range(1, len(losses) + 1), losses, color=BLUE, label="training")
    ax.plot(range(20, len(losses) + 1, 20), np.minimum(measured, 7.8), "o", color=ORANGE,
            label="validation", markersize=4)
    ax.set(title=name, ylim=(0, 8))


def _in_words(name: str, curves: tuple[list[float], list[float]]) -> str:
    losses, measured = curves
    return (f"{name}: training is at its highest {_height(max(losses))} and ends "
            f"{_height(sum(losses[-20:]) / 20)}; validation begins {_height(measured[0])} and ends "
            f"{_height(measured[-1])}.")


def _height(loss: float) -> str:
    """Where a loss is in `plot_broken`."""
    heights = {0.3: "near zero", NUMBER - 0.3: "below both lines",
               NUMBER + 0.25: "at the dotted line", NOTHING + 0.4: "at the dashed line",
               8: "above both lines"}
    return next((words for most, words in heights.items() if loss < most), "off the top")


@in_style
def plot_replay(image, probabilities, epoch: int, digit: int | None = None) -> Figure:
    """What the network of each epoch says of one image: all digits at one epoch, some over all.

    image: uint8 (28, 28); probabilities: for each epoch, from 0 (untrained), those of the ten
    digits; epoch: which one the bars show; digit: the true one, if it is known.
    """
    curves = np.stack([np.asarray(row) for row in probabilities])
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(5.5, 2.4), width_ratios=(3, 3, 6))
    draw_image(left, image, "" if digit is None else f"a {digit}", black=0, white=255)
    colours = _colours(curves, digit)
    middle.barh(range(10), curves[epoch], color=colours)
    middle.set(yticks=range(10), ylim=(9.6, -0.6), xlim=(0, 1), xticks=(0, 1),
               title="untrained" if epoch == 0 else f"epoch {epoch}")
    for which in reversed(range(10)):
        named = colours[which] != GREY
        right.plot(curves[:, which], "o-", color=colours[which], linewidth=1.5 if named else 0.7,
                   markersize=4 if named else 2, zorder=3 if named else 2,
                   label=which if named else None)
    right.axvline(epoch, color=GREY, linestyle=":")
    right.set(xlabel="epoch", ylabel="probability", ylim=(-0.03, 1.03))
    right.set_xlim(-0.5, max(1, len(curves) - 1) + 0.5)
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(loc="upper left", bbox_to_anchor=(1, 1), handlelength=1)
    return labelled(figure, _replay_in_words(curves, epoch, digit))


def _colours(curves, digit: int | None) -> list[str]:
    """Blue for the true digit, or else the last answer; its rivals in orange and green."""
    main = int(curves[-1].argmax()) if digit is None else digit
    highest = curves[1:].max(axis=0, initial=0)  # without the untrained network's
    highest[main] = 0
    first, second = np.argsort(-highest, kind="stable")[:2]
    colours = [GREY] * 10
    colours[main], colours[first] = BLUE, ORANGE
    if highest[second] > 0.2:
        colours[second] = GREEN
    return colours


def _replay_in_words(curves, epoch: int, digit: int | None) -> str:
    answers = [f"{row.argmax()} ({percent(row.max())})" for row in curves]
    label = "" if digit is None else f" The label is {digit}."
    return (f"After epoch {epoch} the network answers {answers[epoch]}.{label} Its answers from "
            f"epoch 0, untrained, to epoch {len(answers) - 1}: {', '.join(answers)}.")


WRAPPED = dict(flex_flow="row wrap", align_items="center", max_width="100%")
BESIDE = dict(flex="1 1 300px", min_width="0", max_width="100%")


class Replay(ipywidgets.HBox):
    """A pad, a slider through the epochs, and what the network of each epoch says.

    replay: a function of a uint8 (28, 28) image that gives, for each epoch from 0 (untrained), the
    probabilities of the ten digits; image: what is shown while the pad is empty.
    """

    needs_python = ("a pad and a slider. Draw a digit, and see what the network said of it after "
                    "each epoch.")

    def __init__(self, replay, image):
        self.replay, self.image = replay, np.asarray(image)
        self.pad = DigitPad(layout=ipywidgets.Layout(flex="none", width="330px", max_width="100%"))
        self.figure = ipywidgets.HTML()
        self._look()
        last = len(self.probabilities) - 1
        self.slider = ipywidgets.IntSlider(last, 0, last, description="epoch")
        play = ipywidgets.Play(min=0, max=last, value=last, interval=500)
        ipywidgets.jslink((play, "value"), (self.slider, "value"))
        controls = ipywidgets.HBox([play, self.slider], layout=WRAPPED)
        beside = ipywidgets.VBox([self.figure, controls], layout=BESIDE)
        super().__init__([self.pad, beside], layout=WRAPPED)
        self.pad.observe(self._look, ["strokes", "background"])
        self.slider.observe(self._show, "value")
        self._show()

    def _look(self, _change=None) -> None:
        """Ask all networks about the drawing, or about the image while there is none."""
        drawn = self.pad.framed()
        self.seen = drawn if drawn.any() else self.image
        self.probabilities = self.replay(self.seen)
        if _change:
            self._show()

    def _show(self, _change=None) -> None:
        figure = plot_replay(self.seen, self.probabilities, self.slider.value)
        self.figure.value = Picture(figure).as_html()

    def __repr__(self):
        return "Replay()"
