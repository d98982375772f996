"""One change at a time: what the lesson asks, checks and draws."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from numbers import Integral

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from torch.utils.data import DataLoader

from mnist_adder_lib.compare import (
    critical_value,
    paired_interval,
    pairs_needed,
)
from mnist_adder_lib.data import AdderDataset, load_splits
from mnist_adder_lib.evaluate import evaluate
from mnist_adder_lib.losses import joint_loss
from mnist_adder_lib.model import IdentityAdderModel

from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..exercises.values import same
from ..notebook.results import read_results
from ..plots import BLUE, GREY, ORANGE, Plot, in_style, labelled

guesses = Guesses.load("one_change_at_a_time")
checks = Checks()


def _pilots():
    start = torch.tensor([61.0, 58.5, 66.0, 63.5, 55.0]).double()
    yield start, start + torch.tensor([12.0, 17.0, 14.0, 9.5, 19.5]).double(), 5.0
    for trial in range(6):
        luck, noise = torch.randn(2, 5).double()
        matters = rand_int(4, 8) / 2
        # The last spreads so little that the rule of thumb asks for too few pairs.
        spread = rand_int(8, 14) / 10 if trial < 5 else 0.4
        differences = rand_int(6, 9) + matters * spread * noise / noise.std()
        yield 60 + 2.5 * matters * luck, 60 + 2.5 * matters * luck + differences, matters
    yield start, start + torch.tensor([1.5, -2.0, 0.5, -1.0, 2.0]).double(), 1.5
    yield start, start + torch.tensor([12.0, 12.5, 11.5, 12.2, 11.8]).double(), 5.0  # three do


def _whole_pairs(function, *pilot) -> Observed:
    """The answer, and whether it is a whole number, as `range` wants it."""
    pairs = function(*pilot)
    return Observed(pairs, rules={
        "The number is right, but the lesson goes on with a plain whole number, such as "
        "`pairs_needed` returns.": isinstance(pairs, Integral)})


@checks.add(
    "What counts is the spread of the *differences*, and five differences give a poor estimate of "
    "it: one and a half times as much is the price of a small pilot.",
    probes=_pilots, observe=_whole_pairs,
    mistakes={
        "That is the spread. How many pairs does it take?":
            [("return pairs_needed(1.5 * spread, matters)", "return 1.5 * spread"),
             ("return pairs_needed(1.5 * spread, matters)", "return spread")],
        "That is how far the accuracies spread. The experiment is about the differences within the "
        "pairs: subtract, then take the `.std()`.": [
            ("(changed - start).std()", "changed.std()"),
            ("(changed - start).std()", "start.std()"),
            ("(changed - start).std()", "(changed.std() - start.std()).abs()"),
            ("(changed - start).std()", "torch.cat([start, changed]).std()")],
        "A pair in which the change does harm has a difference below 0, and that counts as it is: "
        "subtract, without `abs`.": ("(changed - start).std()", "(changed - start).abs().std()"),
        "Five differences often spread too little by chance, so plan with one and a half times "
        "their spread, neither more nor less.": [("1.5 * ", ""), ("1.5 * ", "2 * ")],
        "That is the mean of the differences. How far do they spread?": (".std()", ".mean()"),
        "Multiply the spread by one and a half, not the number of pairs: the pairs grow with the "
        "square of the spread.": [
            ("pairs_needed(1.5 * spread, matters)", "1.5 * pairs_needed(spread, matters)"),
            "(3 * pairs_needed(spread, matters) + 1) // 2"],
        "You plan for the difference that the pilot found. Plan for the one that would matter: "
        "the pilot's mean is luck as well, and if you look at it, you will want to stop there.": [
            ("1.5 * spread, matters", "1.5 * spread, (changed - start).mean().item()"),
            ("1.5 * spread, matters", "spread, (changed - start).mean().item()")],
        "That is the standard error of the pilot's mean. `pairs_needed` wants the spread from pair "
        "to pair, and works out the standard error itself.":
            ("1.5 * spread", "1.5 * spread / 5**0.5"),
        "`pairs_needed` takes the spread first and then the difference.":
            ("(1.5 * spread, matters)", "(matters, 1.5 * spread)"),
        "You divided the squares by 5. With five numbers and their own mean, divide by 4, as "
        "`.std()` does.": (".std()", ".std(correction=0)"),
        "That is the variance. Take the `.std()`.": (".std()", ".var()"),
        "Your function says how many pairs are needed, however many that is: return what "
        "`pairs_needed` says.": [
            ("pairs_needed(1.5 * spread, matters)", f"{limit}pairs_needed(1.5 * spread, matters))")
            for limit in ("min(12, ", "max(5, ")] + [
            ("pairs_needed(1.5 * spread, matters)",
             "max(5, min(12, pairs_needed(1.5 * spread, matters)))")],
        "That is the rule of thumb, which is only approximate. Ask `pairs_needed`.":
            ["(2.8 * 1.5 * spread / matters) ** 2 + 2",
             "int((2.8 * 1.5 * spread / matters) ** 2 + 2) + 1"],
    },
)
def plan(start, changed, matters):
    spread = (changed - start).std().item()
    return pairs_needed(1.5 * spread, matters)


THINGS = ["dropout", "learning rate", "images", "steps", "batch size", "momentum"]
KINDS = ["differs", "searched", "fixed"]
USED = {0, 1, 2, 3, 4, 100, 101, 102}  # seeds of the pilot and of the search
PARTS = ["difference", "interval", "unit", "direction", "pairs", "change", "matters"]  # of a report
TEMPTING = {  # what a report could hold as well, and why it shouldn't
    "best pair": "The best pair is luck: every experiment has one, even if the change does "
                 "nothing.",
    "pairs in favour": "The number of pairs in favour leaves out how large each difference was. "
                       "The mean and its interval don't.",
}


DRAWN_SEEDS = ("Called again, your plan has other seeds. Whoever runs the experiment from it must "
               "get your seeds, so write them down: don't draw them.")


def _criticised(my_plan, pairs: int, matters: float) -> Observed:
    """What a colleague would object to in a plan."""
    plan, again = my_plan(pairs, matters), my_plan(pairs, matters)
    keys = {*KINDS, "seeds", "matters", "reports"}
    if not isinstance(plan, dict) or set(plan) != keys:
        return Observed(rules={"Return a dict with the six keys of the starting cell.": False})
    put = {key: [plan[key]] if isinstance(plan[key], str) else plan[key]
           for key in [*KINDS, "reports"]}
    for key, things in put.items():
        known = [*PARTS, *TEMPTING] if key == "reports" else THINGS
        if not isinstance(things, (list, tuple, set)):
            return Observed(rules={f"Give \"{key}\" a list, such as `[\"{known[0]}\"]`.": False})
        for thing in things:
            if thing not in known:
                return Observed(rules={f"{thing!r} isn't one of the texts for \"{key}\". They are "
                                       f"written {', '.join(known)}.": False})
    same_again = isinstance(again, dict) and same(again.get("seeds"), plan["seeds"])
    return Observed(rules=_faults_of_kinds(put) | _faults_of_seeds(plan["seeds"], pairs)
                    | {DRAWN_SEEDS: same_again}
                    | _faults_of_promise(plan["matters"], matters, put["reports"]))


def _faults_of_kinds(put: dict[str, Iterable[str]]) -> dict[str, bool]:
    """Rules for what a plan says of each thing, and whether each is kept."""
    where = {thing: [kind for kind in KINDS if thing in put[kind]] for thing in THINGS}
    lost = [thing for thing, kinds in where.items() if not kinds]
    twice = [thing for thing, kinds in where.items() if len(kinds) > 1]
    return {
        f"Where is \"{(lost or [''])[0]}\"? Whatever is nowhere in the plan is left to chance.":
            not lost,
        f"\"{(twice or [''])[0]}\" is in two places. It can't be both.": not twice,
        "One learning rate for both favours the condition that it happens to suit. Each condition "
        "gets a search of its own.": where["learning rate"] != ["fixed"],
        "One thing differs, and only one: the question is about dropout. If something else "
        "differs, you won't know which of the two did it.": where["dropout"] == ["differs"]
            and len(list(put["differs"])) == 1,
        "The learning rate is the nuisance: each condition gets a search of its own.":
            where["learning rate"] == ["searched"],
        "What you search for each condition may differ between the two. Images, steps, batch size "
        "and momentum are the same in both: fixed.": set(put["searched"]) == {"learning rate"},
    }


def _faults_of_seeds(seeds, pairs: int) -> dict[str, bool]:
    """Rules for the seeds of a plan, and whether each is kept."""
    several = isinstance(seeds, (list, tuple, range, np.ndarray))
    if not several or not all(isinstance(one, Integral) for one in seeds):
        return {"`seeds` is a list or a `range` of whole numbers, one for each pair, such as "
                "`range(10, 10 + pairs)`.": False}
    return {
        "Some of these seeds have been used: 0 to 4 by the pilot, 100 to 102 by the search. They "
        "helped to make the plan, so they can't be the judge as well.": not USED & set(seeds),
        "Each seed once: the same seed gives the same pair again.": len(set(seeds)) == len(seeds),
        f"You were asked for {pairs} pairs, and your plan has {len(seeds)} seeds.":
            len(seeds) == pairs,
        "A seed is 0 or more.": all(seed >= 0 for seed in seeds),
    }


def _faults_of_promise(promised, matters: float, reports: Iterable[str]) -> dict[str, bool]:
    """Rules for what a plan says of the result before there is one, and whether each is kept."""
    missing = [part for part in PARTS if part not in reports]
    return {
        "Which difference would matter was decided above, and the number of pairs was planned for "
        "it: `matters` as the function gets it.": promised == matters,
        **{reason: part not in reports for part, reason in TEMPTING.items()},
        f"\"{(missing or [''])[0]}\" isn't in the report. What you don't promise now, you can "
        "leave out if you don't like it.": not missing,
    }


@checks.add(
    "Somebody else could run your experiment from this, and nothing in it depends on what comes "
    "out.",
    probes=[(12, 5), (5, 2.5), (8, 4), (30, 1)], observe=_criticised, mistakes={},
)
def my_plan(pairs, matters):
    return {
        "differs": ["dropout"],
        "searched": ["learning rate"],
        "fixed": ["images", "steps", "batch size", "momentum"],
        "seeds": range(10, 10 + pairs),
        "matters": matters,
        "reports": ["difference", "interval", "unit", "direction", "pairs", "change", "matters"],
    }


UNITS = ["percent", "percentage points"]
DIRECTIONS = ["dropout minus no dropout", "no dropout minus dropout"]
CHANGES = ["better", "worse", "can't tell"]
ANSWERS = ["yes", "no", "can't tell"]


def _by_its_parts(report, differences: list[float], matters: float) -> Observed:
    """The parts of a report by their names, or what is wrong with their form."""
    parts = report(differences, matters)
    if not isinstance(parts, dict) or set(parts) != set(PARTS):
        return Observed(rules={"Return a dict with the seven keys of the starting cell.": False})
    texts = {"unit": UNITS, "direction": DIRECTIONS, "change": CHANGES, "matters": ANSWERS}
    said = {key: str(parts[key]).replace("\u2019", "'") for key in texts}
    for key, known in texts.items():
        if parts[key] is not ... and said[key] not in known:
            return Observed(rules={f"\"{key}\" is one of these texts: {', '.join(known)}.": False})
    ends = parts["interval"]
    if ends is not ... and (not hasattr(ends, "__len__") or len(ends) != 2):
        return Observed(rules={"\"interval\" is both of its ends, such as `paired_interval` "
                               "returns.": False})
    low, high = (..., ...) if ends is ... else ends
    return Observed(effects={
        "\"difference\"": parts["difference"], "the lower end of \"interval\"": low,
        "the upper end of \"interval\"": high, "\"pairs\"": parts["pairs"],
        **{f"\"{key}\"": said[key] if parts[key] is not ... else ... for key in texts}})


def _experiments():
    yield [16.9, 3.4, 29.4, 14.1, 20.3, 12.8], 5  # better, and it matters
    yield [1.9, -4.6, 2.2, 0.7, -1.5], 5  # neither can be told, and too little to matter
    yield [-2.1, -3.4, -0.9, -2.8, -4.0, -1.7, -2.6], 1  # worse, and it matters
    yield [1.4, 2.8, 0.3, 2.2, 0.6, 2.9], 4  # better, and too little to matter
    yield [-1.4, -2.9, -0.2, -2.3, -0.5, -2.8, -1.5, -0.7], 2  # worse, and perhaps it matters
    yield [9.0, -4.0, 3.5, 1.0], 3  # nothing can be told
    yield [8.2, 1.1, 6.0, 3.3, 5.9], 3  # better, and perhaps it matters


@checks.add(
    "Whoever reads this knows what came out, how sure you are, and whether it was worth it. Nobody "
    "has to take your word for it.",
    probes=_experiments, observe=_by_its_parts,
    mistakes={
        "The difference has lost its sign. A loss isn't a gain.":
            ("\"difference\": mean", "\"difference\": abs(mean)"),
        "The difference is the *mean* of the differences, not the middle one or their sum.":
            [("sum(differences) / len(differences)", "sorted(differences)[len(differences) // 2]"),
             ("sum(differences) / len(differences)", "sum(differences)")],
        "That is the interval of 1.96 standard errors, which is for many pairs. With a few it is "
        "wider: `paired_interval`.":
            ("paired_interval(differences)", "_around(differences, 1.96 / len(differences)**0.5)"),
        "That is the mean plus and minus the spread of single pairs. The interval says how "
        "uncertain their *mean* is: `paired_interval`.":
            ("paired_interval(differences)", "_around(differences, 1)"),
        "If 0 is in the interval, you can't tell the change from no change, whatever the mean is.":
            ("if low < 0 < high", "if False"),
        "0 isn't in the interval, and the whole interval is on one side: above it is better, below "
        "it is worse.": [
            ("\"better\" if mean > 0 else \"worse\"", "\"worse\" if mean > 0 else \"better\""),
            ("\"better\" if mean > 0 else \"worse\"", "\"better\""),
            ("if low < 0 < high", "if True")],
        "Whether it matters isn't whether there is a difference. Compare the interval with "
        "`matters`, on both sides of 0, and not with 0.":
            ("low > matters or high < -matters", "low > 0 or high < 0"),
        "A loss may matter as well as a gain: compare with `-matters`, too.": [
            ("low > matters or high < -matters", "low > matters"),
            ("-matters < low and high < matters", "high < matters")],
        "It matters for sure only if the *whole* interval is beyond `matters`. The mean alone may "
        "be there by luck.": [
            ("low > matters or high < -matters", "mean > matters or mean < -matters"),
            (("low > matters or high < -matters", "abs(mean) > matters"),
             ("-matters < low and high < matters", "True"))],
        "If the interval contains both, values that matter and values that don't, you can't tell.":
            ("-matters < low and high < matters", "True"),
        "If the whole interval is between `-matters` and `matters`, the answer is \"no\": you know "
        "that it is too little.": ("-matters < low and high < matters", "False"),
        "From 60% to 66% is 6 percentage points, and 10 percent.":
            ("\"percentage points\"", "\"percent\""),
        "The differences are no dropout minus dropout: above 0, leaving out dropout helps.":
            ("no dropout minus dropout", "dropout minus no dropout"),
    },
)
def report(differences, matters):
    low, high = paired_interval(differences)
    mean = sum(differences) / len(differences)
    change = "can't tell" if low < 0 < high else "better" if mean > 0 else "worse"
    if low > matters or high < -matters:
        it_matters = "yes"
    else:
        it_matters = "no" if -matters < low and high < matters else "can't tell"
    return {
        "difference": mean, "interval": (low, high), "pairs": len(differences),
        "unit": "percentage points", "direction": "no dropout minus dropout",
        "change": change, "matters": it_matters,
    }


def _around(differences: list[float], spreads: float) -> tuple[float, float]:
    """So many standard deviations to either side of the mean."""
    mean, far = statistics.mean(differences), spreads * statistics.stdev(differences)
    return mean - far, mean + far


def _columns():
    start = torch.tensor([97.0, 96.5, 97.2, 96.1, 96.8]).double()
    yield start, start + torch.tensor([0.3, 0.1, 0.2, 0.4, 0.5]).double()
    for errors in (0.6, -0.6, 2.7, -2.7, 2.85, -2.85, 5, -5, 8, -8):  # on both sides of each limit
        luck, noise = torch.randn(2, 5).double()
        differences = 0.11 * (noise + (errors / 5**0.5 * noise.std() - noise.mean()))
        yield 97 + 0.6 * luck, 97 + 0.6 * luck + differences


def _with_plain_apostrophe(function, start, changed) -> Observed:
    """The answer, with the typographic apostrophe that some keyboards write as a plain one."""
    answer = function(start, changed)
    if isinstance(answer, (tuple, list)):
        answer = tuple(part.replace("\u2019", "'") if isinstance(part, str) else part
                       for part in answer)
    return Observed(answer)


@checks.add(
    "That is the right order: first the differences, then how sure you are of their mean, and only "
    "then which condition is better.",
    probes=_columns, observe=_with_plain_apostrophe,
    mistakes={
        "The numbers are right, but you have swapped \"better\" and \"worse\": the change is "
        "better if the mean of changed minus start is above 0.": ("mean > 0", "mean < 0"),
        "The mean of five differences varies less than a single one: divide the spread by the root "
        "of 5.": [(" / 5**0.5", ""), ("5**0.5", "5")],
        "That comes from how far the accuracies spread. In a paired test, what counts is the "
        "spread of the five differences: subtract first, then take the `.std()`.": [
            ("difference.std() / 5**0.5", "((start.var() + changed.var()) / 5) ** 0.5"),
            ("difference.std()", "(changed.std() - start.std())"),
            ("difference.std()", "changed.std()"), ("difference.std()", "start.std()")],
        "The numbers are right, but you decide by the signs of the five differences. Chance alone "
        "gives all five the same sign in 6 of 100 experiments, and one small loss doesn't outweigh "
        "four large gains. Is 0 in the interval?":
            ("abs(mean) < 2.78 * error", "(difference > 0).any() and (difference < 0).any()"),
        "The numbers are right, but you say better or worse too early: 0 is in the interval as "
        "long as the mean is less than 2.78 standard errors away from it.":
            [("2.78", "1.96"), ("2.78 * ", "")],
        "The numbers are right, but you compare with 2.78 standard deviations. The critical value "
        "counts standard *errors*, because it is the mean that is uncertain.":
            ("2.78", "2.78 * 5**0.5"),
        "The numbers are right, but you say \"can't tell\" too often: beyond 2.78 standard errors, "
        "0 is no longer in the interval.": ("2.78", "3"),
        "The numbers are right, but a mean far below 0 means \"worse\". Did you forget that case, "
        "or `abs`?": [
            ("abs(mean)", "mean"), ("\"worse\"", "\"can't tell\"")],
        "The numbers are right, but you never say \"can't tell\". A small mean may be luck, and "
        "a change that isn't better need not be worse.":
            [("2.78", "0"), ("\"can't tell\"", "\"worse\"")],
        "The numbers are right, but you always say \"can't tell\". Compare the mean with 2.78 "
        "standard errors.": ("abs(mean) < 2.78 * error", "True"),
    },
)
def read_ablation(start, changed):
    difference = changed - start
    mean, error = difference.mean(), difference.std() / 5**0.5
    if abs(mean) < 2.78 * error:
        return mean, error, "can't tell"
    return mean, error, "better" if mean > 0 else "worse"


def _steps():
    yield 2.0, -1.0, 0.5, 0.25
    for weight, gradient in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        yield (weight * rand_int(2, 9) / 2, gradient * rand_int(2, 9) / 4, rand_int(2, 5) / 10,
               rand_int(11, 19) / 100)


@checks.add(
    "The decay pulls every weight towards 0. A weight stays large only if its gradient keeps "
    "pushing it back.",
    probes=_steps,
    mistakes={
        "That is SGD without decay. The weight should also lose rate * decay of itself.":
            lambda weight, gradient, rate, decay: weight - rate * gradient,
        "That is the decay alone, as with a gradient of 0. Here there is also a gradient.":
            lambda weight, gradient, rate, decay: weight - rate * decay * weight,
        "Decay takes away a fraction of the weight: multiply it by the weight.":
            ("decay * weight", "decay"),
        "Decay is a fraction of the weight, not of the gradient.": [
            ("decay * weight", "decay * gradient"), ("decay * weight", "-decay * gradient")],
        "The learning rate multiplies the decay as well. Are there brackets around gradient "
        "and decay?":
            lambda weight, gradient, rate, decay: weight - rate * gradient - decay * weight,
        "Decay times weight is added, without the rate. Put brackets around gradient and decay: "
        "both are multiplied by the rate, and both are subtracted.":
            ("(gradient + decay * weight)", "gradient + decay * weight"),
        "The learning rate multiplies the gradient as well.":
            lambda weight, gradient, rate, decay: weight - gradient - rate * decay * weight,
        "The learning rate is missing: both the gradient and the decay are multiplied by it.":
            ("rate * ", ""),
        "Downhill is against the gradient: subtract it.":
            lambda weight, gradient, rate, decay: weight + rate * (gradient - decay * weight),
        "Decay should make the weight smaller, but here it makes it larger.":
            ("gradient +", "gradient -"),
        "A gradient has its sign, and it may be above 0 as well as below. Subtract it with its "
        "sign.": [
            lambda weight, gradient, rate, decay:
                weight + rate * abs(gradient) - rate * decay * weight,
            ("(gradient +", "(abs(gradient) +")],
        "Decay pulls a weight below 0 towards 0 as well. Take the weight with its sign.":
            ("decay * weight", "decay * abs(weight)"),
        "Both have the wrong sign: gradient and decay are subtracted from the weight.":
            ("weight - rate", "weight + rate"),
        "That is how far the weight moves. Where is it after the step?": [
            ("weight - rate", "-rate"), ("weight - rate", "rate")],
        "You apply the step and the decay one after the other. Both must start from the weight "
        "that was given.": [
            lambda weight, gradient, rate, decay: (weight - rate * gradient) * (1 - rate * decay),
            lambda weight, gradient, rate, decay: (weight - rate * gradient) * (1 - decay)],
    },
)
def decayed(weight, gradient, rate, decay):
    return weight - rate * (gradient + decay * weight)


def loss_of_ten(model: IdentityAdderModel, images: torch.Tensor,
                digits: torch.Tensor) -> torch.Tensor:
    """`joint_loss`, a scalar, of a batch in which each image comes with all ten numbers: the CNN
    sees an image once, and the adder gets ten copies of its embedding.

    images: (batch, 1, 28, 28); digits: theirs, (batch,).
    """
    embeddings = model.embed(images).repeat_interleave(10, dim=0)  # ten copies of each
    digits = digits.repeat_interleave(10)
    numbers = torch.arange(10).repeat(len(images))  # 0 to 9, 0 to 9, ...
    digit_logits, sum_logits = model.add(embeddings, numbers)
    return joint_loss(digit_logits, sum_logits, digits, digits + numbers)


def measured(column: str) -> pd.DataFrame:
    """What `experiments/measure_changes.py` measured: a row a change, a column a seed."""
    runs = read_results("changes.jsonl")
    runs = runs[runs["evaluation"].notna()]  # without the search
    return runs.pivot(index="change", columns="seed", values=column)


def with_intervals(differences: pd.DataFrame) -> pd.DataFrame:
    """The mean of each row, and its 95% interval `from` and `to`.

    differences: a row for each change, a column for each seed.
    """
    table = pd.DataFrame({"mean": differences.mean(axis=1)})
    table[["from", "to"]] = [paired_interval(row) for _, row in differences.iterrows()]
    return table


def plot_opening() -> Figure:
    """What the lesson opens with: five short runs, and the question what has been changed between
    the unluckiest and the luckiest. Only the seed has."""
    train, validation, _ = load_splits()
    assert validation.numbers is not None  # drawn once for all: `load_splits`
    few = AdderDataset(train.images[:4_000], train.digits[:4_000])
    some = AdderDataset(validation.images[:2_000], validation.digits[:2_000],
                        validation.numbers[:2_000])
    accuracies = []
    for seed in range(5):  # as the lesson's `train_network` does
        torch.manual_seed(seed)
        model = IdentityAdderModel()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for (images, _), (digits, _) in DataLoader(few, batch_size=64, shuffle=True):
            optimizer.zero_grad()
            loss_of_ten(model, images, digits).backward()
            optimizer.step()
        accuracies.append(evaluate(model, some).accuracy_both)
    return plot_luck(accuracies)


@in_style
def plot_luck(accuracies: list[float]) -> Figure:
    """Runs as dots on a scale, the unluckiest and the luckiest in orange; an arrow between these
    two says how far they are apart and asks what has been changed.

    accuracies: in percent, one of each run.
    """
    low, *others, high = sorted(accuracies)
    figure = Plot(figsize=(6.4, 1.6))
    ax = figure.subplots()
    ax.plot(others, [0] * len(others), "o", color=BLUE)
    ax.plot([low, high], [0, 0], "o", color=ORANGE, markersize=9)
    ax.annotate("", (high, 0.45), (low, 0.45), arrowprops=dict(
        arrowstyle="->", color=ORANGE, linewidth=1.6, shrinkA=0, shrinkB=0))
    ax.text((low + high) / 2, 0.62, f"{high - low:+.0f} points. What has been changed?",
            ha="center", weight="bold")
    ax.set(yticks=[], ylim=(-0.5, 1.1), xlabel="digit and sum right, %")
    ax.margins(x=0.08)
    ax.spines["left"].set_visible(False)
    return labelled(figure, f"{len(accuracies)} dots on a scale of accuracies. An arrow from the "
                            f"lowest, {low:.0f} percent, to the highest, {high:.0f} percent: "
                            f"{high - low:+.0f} points. What has been changed?")


@in_style
def plot_experiments(experiments: dict[int, torch.Tensor], beyond: float | None = None) -> Figure:
    """A histogram for each number of pairs: how many standard errors from 0 the means of simulated
    experiments lie. Blue lines show the critical value; orange is what lies beyond it, or beyond
    `beyond`.

    experiments: number of pairs -> the mean of each experiment, in its own standard errors.
    """
    figure, axes = plt.subplots(1, len(experiments), figsize=(5.5, 2), sharey=True)
    words = []
    for ax, (pairs, means) in zip(axes, experiments.items()):
        critical = critical_value(pairs)
        limit = beyond or critical
        edges = torch.arange(-32, 29) * 0.25 + limit  # one of them at the limit
        far = means.abs() > limit
        for chosen, colour in ((~far, GREY), (far, ORANGE)):
            count = torch.histogram(means[chosen].float(), edges).hist
            ax.stairs(100 * count / len(means), edges, fill=True, color=colour)
        for side in (-critical, critical):
            ax.axvline(side, color=BLUE)
        share = far.double().mean().item()
        ax.set(title=f"{pairs} pairs: {share:.0%}", xlabel="standard errors", xlim=(-6, 8))
        words.append(f"{pairs} pairs: {share:.0%} beyond {limit:.3g}; critical value "
                     f"{critical:.2f}")
    axes[0].set_ylabel("% of experiments")
    return labelled(figure, "Histograms of the means of simulated experiments, in standard errors. "
                            + "; ".join(words) + ".")


@in_style
def plot_plans(powers: dict[str, torch.Tensor]) -> Figure:
    """Histograms below each other: the power, 0 to 1, that each of many plans really has."""
    figure, axes = plt.subplots(len(powers), 1, figsize=(5.5, 1 + 0.95 * len(powers)),
                                sharex=True, sharey=True)
    words, edges = [], torch.arange(0, 101, 5.0)
    for ax, (name, values) in zip(axes, powers.items()):
        enough = values > 0.8
        for chosen, colour in ((enough, BLUE), (~enough, ORANGE)):
            count = torch.histogram(100 * values[chosen].float(), edges).hist
            ax.stairs(100 * count / len(values), edges, fill=True, color=colour)
        share = enough.double().mean().item()
        ax.set(title=f"planned with {name}: {share:.0%} have at least 80%", ylabel="% of plans")
        words.append(f"Planned with {name}, {share:.0%} of the plans have a power of at least 80%")
    axes[-1].set_xlabel("power that a plan really has, %")
    return labelled(figure, "Histograms below each other. " + ". ".join(words) + ".")
