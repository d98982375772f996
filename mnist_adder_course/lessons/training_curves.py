"""Training curves: what the lesson asks and checks. Its curves: broken_runs.py, replay.py."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parameters_to_vector
from torch.utils.data import DataLoader

from ..exercises import training_loop as loop
from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..exercises.values import same
from .broken_runs import ANSWERS

guesses = Guesses.load("training_curves")
checks = Checks()


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
    probes=loop.comparisons, observe=loop.watched,
    mistakes={
        loop.LEARNED_LITTLE: ("lr=0.1", "lr=0.0001"),
        loop.NOT_MOVED: [
            (STEP, ""), ("optimizer.step()", "optimizer.zero_grad(); optimizer.step()"),
            lambda model, train, validation, epochs: 50.0],
        loop.FROM_VALIDATION: ("DataLoader(train", "DataLoader(validation"),
        loop.OLD_GRADIENTS: ("            optimizer.zero_grad()\n", ""),
        loop.LEARNS_IN_EVAL: [(TRAIN, ""), (TRAIN, "        model.train(_epoch == 0)\n")],
        loop.MINUS: (LOSS, f"(-{LOSS})"),
        loop.SOFTMAX_FIRST: ("numbers), larger", "numbers).softmax(dim=1), larger"),
        loop.OTHER_LOSS: (LOSS, "((model(images, numbers) - F.one_hot(larger)) ** 2).mean()"),
        loop.OTHER_TARGETS: ("(digits, _) in DataLoader(train",
                             "(digits, totals) in DataLoader(train",
                             "(digits > numbers).long()", "(totals > numbers).long()"),
        loop.NEW_OPTIMIZERS: (MAKE, "", TRAIN, TRAIN + "    " + MAKE),
        loop.OTHER_EPOCHS: [
            ("range(epochs)", f"range({other})")
            for other in ("3", "4", "5", "epochs - 1", "epochs + 1", "1, epochs")],
        loop.NOT_SMALLER: ("digits > numbers", "digits >= numbers"),
        loop.OPPOSITE: [
            ("digits > numbers", "digits < numbers"), ("digits > numbers", "digits <= numbers")],
        "`F.cross_entropy` wants whole numbers, the indices of classes. `.long()` turns True "
        "and False into 1 and 0.": [(".long()", ""), (".long()", ".float()")],
        loop.NOT_MEASURED:
            ("DataLoader(validation", "DataLoader(train", "len(validation)", "len(train)"),
        loop.MEASURED_IN_TRAIN: ("    model.eval()\n", ""),
        loop.RECORDED: ("with torch.no_grad():", "if True:"),
        loop.SHARE: (COUNT, "right / len(validation)"),
        loop.WRONG_ONES: ("argmax(1) ==", "argmax(1) !="),
        loop.OTHER_ACCURACY: [
            (".sum().item()", ".float().mean().item()", COUNT, "100 * right / 3"), (COUNT, "right"),
            ("DataLoader(validation, 100)", "[next(iter(DataLoader(validation, 100)))]")],
        loop.BEST_EPOCH: _best_of_all,
        loop.NO_NUMBER: (COUNT, f"[{COUNT}]"),
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
        "That is a whole step for each part. The task asks for one step for all of them: clear "
        "before the loop, update after it.": [
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
