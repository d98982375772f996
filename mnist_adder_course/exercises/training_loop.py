"""Watches a learner's training loop: what it does to a network, look by look, and the rules for
that.

The task is of two inputs and one output: is the digit larger than the number?
"""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils.data import DataLoader

from mnist_adder_lib.data import AdderDataset, load_splits

from .checks import Observed


class Comparer(nn.Module):
    """A small network with the course's two inputs, and two logits: 0 for no, 1 for yes.

    tires_after: the number of images it learns from; then it only says yes, so that the last epoch
    of a run isn't its best.
    """

    def __init__(self, tires_after: float = math.inf):
        super().__init__()
        self.image = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.BatchNorm1d(16), nn.ReLU(),
                                   nn.Dropout(0.1))
        self.both = nn.Sequential(nn.Linear(26, 16), nn.BatchNorm1d(16), nn.ReLU(),
                                  nn.Linear(16, 2))
        self.images_left = tires_after

    def forward(self, images, numbers):
        logits = self.both(torch.cat([self.image(images), F.one_hot(numbers, 10)], dim=1))
        if self.images_left < 0:
            logits = 0 * logits + torch.tensor([0.0, 1.0])
        if logits.requires_grad:
            self.images_left -= len(images)
        return logits


TO_RUN = 200  # images of a run that need only finish


def comparisons():
    train, validation, _ = load_splits()
    # First a run that need only finish: a function that stops is compared with many mistakes, and
    # most of them don't stop. Then one that shows what has been learned, and one whose last epoch
    # is bad. The numbers of validation images are prime, so that a last batch is smaller.
    for epochs, many, few, tires_after in ((2, TO_RUN, 31, math.inf), (5, 1000, 1009, math.inf),
                                           (2, 1000, 131, 1000)):
        # Cloned, since each comparison copies them: the copy of a view takes the whole with it.
        mine = train.images[:many].clone(), train.digits[:many].clone()
        yours = validation.images[-few:], validation.digits[-few:], validation.numbers[-few:]
        yours = AdderDataset(*(part.clone() for part in yours))
        yield Comparer(tires_after).eval(), AdderDataset(*mine), yours, epochs


# The rules for a training run and its test, each worded as the learner reads it if it is broken.
NOT_BACKWARD = ("No loss goes backward, so no step can know a direction. Every batch needs "
                "`loss.backward()`, with its round brackets, and then `step()`.")
NOT_MOVED = ("The weights haven't changed. Every batch needs `step()`, with its round brackets, "
             "after `backward()`, and no `zero_grad()` between the two.")
FEWER_UPDATES = ("There are fewer updates than batches. Every batch needs its own step(), inside "
                 "the loop over the batches.")
FROM_VALIDATION = ("It learns from validation images. Then they can't show how well it reads new "
                   "ones.")
OLD_GRADIENTS = ("Gradients of the step before are still there when backward() adds the new ones.")
NEVER_TRAINS = ("While it learns, the network is in eval() mode, in which it came: dropout does "
                "nothing, and batch norm doesn't measure. Call `model.train()` before the steps of "
                "every epoch.")
NOT_SHUFFLED = ("Every epoch goes through the images in the same order, in the same batches. "
                "`DataLoader(..., shuffle=True)` shuffles them anew each time.")
LEARNS_IN_EVAL = ("While it learns, the network is in eval() mode. train() belongs before the "
                  "steps of every epoch: measuring the accuracy in between leaves it in eval().")
MINUS = ("Each step makes the loss larger. Cross entropy is small when the answer is right, so "
         "minimise it directly, without a minus sign.")
SOFTMAX_FIRST = ("`F.cross_entropy` does the softmax itself, so it wants the logits. After a "
                 "softmax of your own it never sees a probability near 1, and the network learns "
                 "badly.")
OTHER_TARGETS = ("The targets are different: 1 where the *digit* in the image is larger than the "
                 "number, 0 where it isn't. The sum plays no part in it.")
OTHER_LOSS = ("That isn't the gradient of the cross entropy. Compare `F.cross_entropy` of the two "
              "logits with the classes 0 and 1.")
NEW_OPTIMIZERS = ("Every epoch makes a new optimizer, which has no velocity yet: the momentum of "
                  "the epochs before is lost. Make it once, before the loop.")
OTHER_EPOCHS = ("It goes through the training images more or fewer times than `epochs` says. Each "
                "epoch is all batches, once: `for epoch in range(epochs)`. Or does a `return` "
                "inside the loop end it?")
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
SHARE = "That is a fraction, from 0 to 1. Return a percentage."
WRONG_ONES = "That counts the wrong answers."
COUNTED_EQUAL = ("It has learned the right task, but you count the answers to another: a 3 is not "
                 "larger than 3. Compare them with `digits > numbers`.")
BEST_EPOCH = ("That is the accuracy of the best epoch, but the network is the one from the last "
              "epoch. The best of several is a little too good by chance: return the accuracy "
              "after the last epoch.")
OTHER_ACCURACY = ("That isn't the percentage that is right. Compare with `digits > numbers`, add "
                  "up the right ones of all batches, divide once, by `len(validation)`, and don't "
                  "round.")


def watched(train_larger, model, train, validation, epochs) -> Observed:
    """What is done to the model, look by look, and the outcome."""
    if len(train) == TO_RUN:
        train_larger(model, train, validation, epochs)
        return Observed()
    labels = {image.numpy().tobytes(): digit.item() for data in (train, validation)
              for (image, _), (digit, _) in data[:]}
    unseen = {image.numpy().tobytes() for (image, _), _ in validation[:]}
    weight, looks, stale = next(model.parameters()), list[SimpleNamespace](), list[bool]()
    before = parameters_to_vector(model.parameters()).detach().clone()
    optimizers, never_tires = list(), model.images_left == math.inf

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
        NOT_BACKWARD: bool(steps),
        NOT_MOVED: not torch.equal(before, parameters_to_vector(model.parameters())),
        FEWER_UPDATES: not optimizers or len(optimizers) >= len(steps),
        FROM_VALIDATION: not any(look.of_validation for look in steps),
        OLD_GRADIENTS: not any(stale),
        NEVER_TRAINS: any(look.mode for look in steps),
        LEARNS_IN_EVAL: all(look.mode for look in steps),
        MINUS: losses != {"minus"},
        SOFTMAX_FIRST: losses != {"softmax first"},
        OTHER_TARGETS: "other targets" not in losses,
        OTHER_LOSS: losses == {"cross entropy"},
        NEW_OPTIMIZERS: len(set(map(id, optimizers))) <= 1,
        OTHER_EPOCHS: abs(passes - epochs) < 0.5,
        NOT_SHUFFLED: not _in_one_order(steps, len(train)),
        **(_about_task(model, validation) if never_tires else {}),
        NOT_MEASURED: measured != [],
        MEASURED_IN_TRAIN: not any(look.mode for look in measured),
        RECORDED: not any(look.noted for look in measured),
        **_about_accuracy(returned, model, validation, measured)})


def _in_one_order(steps: list, count: int) -> bool:
    """Whether the first two epochs have the same digits in the same order, in several batches."""
    digits = torch.cat([look.digits for look in steps]) if steps else torch.zeros(0)
    several = any(len(look.digits) < count for look in steps)
    return several and len(digits) >= 2 * count and torch.equal(digits[:count],
                                                                digits[count : 2 * count])


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
    """Rules for what the model has learned to answer."""
    (images, numbers), (digits, _) = next(iter(DataLoader(validation, len(validation))))
    right = (model.eval()(images, numbers).argmax(dim=1) == (digits > numbers)).float().mean()
    yes_where_equal = model(images, digits).argmax(dim=1).float().mean()
    return {OPPOSITE: bool(right > 0.3), LEARNED_LITTLE: bool(right > 0.77),
            NOT_SMALLER: bool(yes_where_equal < 0.52)}


@torch.no_grad()
def _about_accuracy(returned, model, validation, measured: list) -> dict[str, bool]:
    """Rules for the accuracy that was returned, in percent."""
    (images, numbers), (digits, _) = next(iter(DataLoader(validation, len(validation))))
    answers = model.eval()(images, numbers).argmax(dim=1)
    accuracy = 100 * (answers == (digits > numbers)).float().mean().item()
    try:
        returned = float(returned)
    except (TypeError, ValueError):
        return {NO_NUMBER: False}
    likely = {SHARE: accuracy / 100, WRONG_ONES: 100 - accuracy,
              COUNTED_EQUAL: 100 * (answers == (digits >= numbers)).float().mean().item(),
              BEST_EPOCH: max(_accuracies(measured, len(validation)), default=accuracy)}
    as_asked = abs(returned - accuracy) < 0.01
    return {reason: as_asked or abs(returned - value) > 0.01
            for reason, value in likely.items()} | {OTHER_ACCURACY: as_asked}


def _accuracies(measured: list, count: int) -> list[float]:
    """The accuracy, in percent, each time that `count` validation images were looked at."""
    right = [look.logits.argmax(dim=1) == (look.digits > look.numbers) for look in measured]
    times = torch.cat(right).split(count) if right else []
    return [100 * one.float().mean().item() for one in times]
