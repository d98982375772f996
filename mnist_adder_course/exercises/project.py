"""The record of a learner's own experiment: it keeps the steps in order, and checks them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import nn

from mnist_adder_lib.compare import critical_value, paired_interval, pairs_needed, power_of_pairs
from mnist_adder_lib.data import AdderDataset, load_splits
from mnist_adder_lib.files import write_whole

FEWEST_PAIRS = 5
STEPS: dict[str, dict[str, type]] = {  # what is written down with each step
    "guess": dict(question=str, baseline=str, change=str, points=float, because=str),
    "plan": dict(pairs=int, matters=float, spread=float, changes_my_mind=str),
    "result": dict(seed=int, baseline=float, change=float),
    "evaluation": dict(seed=int, baseline=float, change=float),
    "conclusion": dict(low=float, high=float, answer=str, guess=str, limits=str),
}
STAGES = {"guess": 0, "plan": 0, "result": 1, "evaluation": 2, "conclusion": 3}
SAME = ("Baseline and change have exactly the same accuracy, so they are probably the same "
        "training. Is your change in it?")


class ProjectError(ValueError):
    """A step that would break a rule of the project; the message says which, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message alone, since the lines of this file help nobody."""
        return [f"ProjectError: {self}"]


class Project:
    """The record of an experiment with two sides, a baseline and one change.

    Its steps are `guess`, `plan`, a `record` for each pair of runs, `evaluate`, `conclude`; `check`
    says what is there and what is missing. Each step is added to a file as soon as it is taken, and
    `networks` keeps each pair's networks in a folder next to it, so a restart of the kernel loses
    no pair.

    A step that still contains its three dots isn't taken, and a line says which; neither is a plan,
    an evaluation or a conclusion that comes too early. A result or an evaluation that is taken
    again changes nothing. A result without a plan, another guess or plan after the first result,
    and values that can't be right raise ProjectError.

    path: a JSON file, a list of steps in the order in which they were taken. It is read if it is
    there, and written whole or not at all. Raises ProjectError for a file that isn't a list of
    such steps.
    """

    def __init__(self, path: str | Path = "my_project.json"):
        self.path = Path(path)
        self.steps = _read(self.path) if self.path.exists() else list[dict[str, Any]]()
        count = len(self.steps)
        print(f"{self.path.name} has {count} step{'s' * (count != 1)} on record.")

    @property
    def seeds(self) -> list[int]:
        """The seeds of the planned pairs; none before there is a plan."""
        return list(range(self._last("plan").get("pairs", 0)))

    @property
    def on_validation(self) -> pd.DataFrame:
        """What `record` was given: columns baseline, change and difference, a row for each seed."""
        return self._table("result")

    @property
    def on_evaluation(self) -> pd.DataFrame:
        """What `evaluate` has measured, as a table like `on_validation`; empty before that."""
        return self._table("evaluation")

    def guess(self, question, baseline, change, points, because) -> None:
        """Write down what you expect, before any result.

        question, baseline, change, because: texts; points: the difference that you expect, change
        minus baseline, in percentage points.
        """
        if step := self._written("guess", question, baseline, change, points, because):
            self._take_before_results("guess", step)
            print(f"Written down: change minus baseline will be {_points(step['points'])}, "
                  f"{_images(step['points'])}.")

    def plan(self, pairs, matters, spread, changes_my_mind) -> None:
        """Write down how you will find out, before any result.

        pairs: how many pairs of runs, with the seeds 0, 1, 2, ...; matters: the smallest difference
        that would matter to you, in points; spread: the standard deviation of the differences to
        plan with, in points: one and a half times the pilot's; changes_my_mind: which result would.
        """
        if not self._last("guess"):
            print("Not yet: the guess comes before the plan.")
            return
        step = self._written("plan", pairs, matters, spread, changes_my_mind)
        if not step:
            return
        if step["pairs"] < FEWEST_PAIRS:
            raise ProjectError(f"Plan at least {FEWEST_PAIRS} pairs, not {step['pairs']}: fewer "
                               "say little about their own spread.")
        if min(step["matters"], step["spread"]) <= 0:
            raise ProjectError("matters and spread are sizes, above 0 and without a minus. You "
                               f"gave {step['matters']:g} and {step['spread']:g}.")
        about = _what_it_shows(step["pairs"], step["spread"], step["matters"])
        self._take_before_results("plan", step)
        print(about)

    def record(self, seed, baseline, change) -> None:
        """Write down the accuracies of a pair on the validation images, in percent.

        The first result of a seed stays, whatever comes later; the same one again is no news.
        """
        step = self._written("result", seed, baseline, change)
        if not step:
            return
        if not self._last("plan"):
            raise ProjectError("There is no plan yet, and a result from before the plan can't test "
                               "it. Write down your guess and your plan first.")
        if step["seed"] not in self.seeds:
            raise ProjectError(f"The seed {step['seed']} isn't in your plan, which has the seeds 0 "
                               f"to {self.seeds[-1]}. Leave it out, or start another project with "
                               "more pairs.")
        if 0 < max(step["baseline"], step["change"]) <= 1:
            raise ProjectError("Give accuracies in percent, as 97.5 and not as 0.975. You gave "
                               f"{step['baseline']:g} and {step['change']:g}.")
        if step["seed"] in self.on_validation.index:
            first = self.on_validation.loc[step["seed"]]
            said = f"seed {step['seed']}: on record already"
            if (step["baseline"], step["change"]) == (first["baseline"], first["change"]):
                print(f"{said}.")
            else:
                print(f"{said}, and the first result stays. If you have changed the training, "
                      "start another project, and say in its conclusion that there was a first "
                      "one.")
            return
        self._take("result", step)
        print("seed {seed}: {baseline:.2f} and {change:.2f}, difference {difference:+.2f}".format(
            **step, difference=step["change"] - step["baseline"]))
        if len(self.on_validation) == 1 and step["baseline"] == step["change"]:
            print(f"{SAME} If it isn't, stop the cell, put it in, and start another project under "
                  "another name: this result stays.")

    def networks(self, seed: int, train: Callable[..., nn.Module]) -> list[nn.Module]:
        """The two networks of a pair, baseline first: trained, or as they were kept.

        train: a function of `seed` and `changed`, False or True, that returns a trained network.
        Both are kept as soon as they are trained, in a folder named after the record. What was
        kept is used once the seed has a result; until then the training may still change.
        """
        kept = self.path.with_suffix("") / f"{seed}.pt"
        if seed not in self.on_validation.index or not kept.exists():
            trained = [train(seed, changed=False), train(seed, changed=True)]
            torch.save(trained, buffer := io.BytesIO())
            kept.parent.mkdir(exist_ok=True)
            write_whole(kept, buffer.getvalue())
        # Whole networks, since a project may have one of its own; the file is the learner's.
        return torch.load(kept, weights_only=False)

    def evaluate(self, measure: Callable[[int, AdderDataset], tuple[float, float]]) -> None:
        """Open the evaluation images, once, after all pairs are on record.

        measure: a function that is called with each seed and the evaluation split, and returns the
        accuracies of baseline and change in percent. Each pair goes on record when it is measured;
        called again, after a restart, it measures only the pairs that are missing.
        """
        if not self.seeds or len(self.on_validation) < len(self.seeds):
            print("Not yet: the evaluation images come last, when all pairs of your plan are on "
                  "record.")
            return
        if (self.on_validation["difference"] == 0).all():  # luck alone would make a difference
            raise ProjectError(f"{SAME} The evaluation images stay closed. Put your change in, and "
                               "start another project, under another name.")
        if missing := [seed for seed in self.seeds if seed not in self.on_evaluation.index]:
            _, _, evaluation = load_splits()
            for seed in missing:
                baseline, change = map(float, measure(seed, evaluation))
                self._take("evaluation", dict(seed=seed, baseline=baseline, change=change))
            print("The evaluation images were opened. What they say stays:")
        else:
            print("The evaluation images have been used. They said:")
        print(self.on_evaluation.round(2))

    def conclude(self, low, high, answer, guess, limits) -> None:
        """Write down what came out.

        low, high: the 95% interval of the mean difference on the evaluation images, in points;
        answer, guess, limits: three sentences. It may be written again. Raises ProjectError for
        an interval that doesn't belong to the numbers on record.
        """
        if not self.seeds or len(self.on_evaluation) < len(self.seeds):
            print("Not yet: the evaluation images come before the conclusion.")
        elif step := self._written("conclusion", low, high, answer, guess, limits):
            if wrong := self._wrong_interval(step["low"], step["high"]):
                raise ProjectError(wrong)
            self._take("conclusion", step)
            print("Written down.")

    def check(self) -> None:
        """Say what is there and what is missing, as far as a program can see."""
        names = [step["step"] for step in self.steps]
        evaluated = self.on_evaluation
        if names != sorted(names, key=STAGES.__getitem__) or evaluated.index.has_duplicates:
            print("✗ The steps are out of order. Guess and plan come first, then the results, the "
                  "evaluation, once, and last the conclusion.")
            return
        end = self._last("conclusion")
        recorded, planned = len(self.on_validation), len(self.seeds)
        steps = {
            "your guess, written before the results": self._last("guess"),
            "your plan, written before the results": self._last("plan"),
            f"all pairs of your plan, on validation images ({recorded} of {planned})":
                0 < recorded == planned,
            "the evaluation images, used once, after all pairs":
                0 < recorded == planned == len(evaluated),
            "your conclusion": end,
        }
        for step, taken in steps.items():
            print("✓" if taken else "· not yet:", step)
        if all(steps.values()):
            print(self._about_interval(end["low"], end["high"]))

    def _wrong_interval(self, low: float, high: float) -> str:
        """What is wrong with an interval; nothing if it belongs to the numbers on record."""
        difference = self.on_evaluation["difference"]
        right = paired_interval(difference)
        tolerance = 0.01 + 0.005 * (right[1] - right[0])  # all may be rounded
        if max(abs(low - right[0]), abs(high - right[1])) <= tolerance:
            return ""
        return (f"The interval {_from_to(low, high)} doesn't belong to the numbers. Take the "
                "differences on the evaluation images, change minus baseline: their mean, plus and "
                f"minus {critical_value(len(difference)):.2f} standard errors.")

    def _about_interval(self, low: float, high: float) -> str:
        if wrong := self._wrong_interval(low, high):  # in a record that was changed by hand
            return f"✗ {wrong}"
        guess, plan = self._last("guess"), self._last("plan")
        inside = "inside" if low <= guess["points"] <= high else "outside"
        return (f"✓ the interval, {_from_to(low, high)}\n"
                f"Your guess of {_points(guess['points'])} lies {inside} the interval.\n"
                f"The interval says: \"{_reading(low, high, plan['matters'])}\" (To you, "
                f"{_points(plan['matters']).removeprefix('+')} would matter.)\n"
                f"What would change your mind: \"{plan['changes_my_mind']}\" Did it happen?\n"
                f"Your conclusion: \"{self._last('conclusion')['answer']}\" Does it say the same "
                "as the interval?\n"
                "That is all that a program can see. The rest is for people to judge.")

    def _table(self, name: str) -> pd.DataFrame:
        """The accuracies of all steps of this name: a row for each seed."""
        rows = [[step[field] for field in STEPS[name]] for step in self.steps
                if step["step"] == name]
        table = pd.DataFrame(rows, columns=list(STEPS[name])).set_index("seed").sort_index()
        return table.astype(float).assign(
            difference=lambda side: side["change"] - side["baseline"])

    def _last(self, name: str) -> dict:
        """The step of this name that was taken last; an empty dict if there is none."""
        return next((step for step in reversed(self.steps) if step["step"] == name), {})

    def _written(self, name: str, *values: Any) -> dict:
        """The recorded step; an empty dict, and a printed line, if three dots are left."""
        step = dict(zip(STEPS[name], values))
        if dots := [field for field, value in step.items() if value is ...]:
            print(f"Not written yet: {', '.join(dots)}.")
            return {}
        return {field: _plain(field, kind, step[field]) for field, kind in STEPS[name].items()}

    def _take_before_results(self, name: str, step: dict) -> None:
        if len(self.on_validation) and self._last(name) | step != self._last(name):
            raise ProjectError(f"There are results, so the {name} can't be changed any more: it "
                               "would no longer come before them. If you see things differently "
                               "now, say so in your conclusion.")
        self._take(name, step)

    def _take(self, name: str, step: dict) -> None:
        """Add a step to the record and its file, unless the last one of this name is the same."""
        if self._last(name) | step == self._last(name):
            return
        now = datetime.now().isoformat(sep=" ", timespec="minutes")
        steps = [*self.steps, {"step": name, "at": now, **step}]
        lines = ",\n".join(json.dumps(step, ensure_ascii=False) for step in steps)
        write_whole(self.path, f"[\n{lines}\n]\n".encode())
        self.steps = steps


def _read(path: Path) -> list[dict]:
    try:
        steps = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(steps, list):
            raise TypeError
        for step in steps:
            [step[field] for field in STEPS[step["step"]]]
        return steps
    except (ValueError, TypeError, KeyError):
        raise ProjectError(f"{path} isn't the record of a project. Move it away, or give your "
                           'project another name: Project("my_second_project.json").') from None


def _plain(name: str, kind: type, value: Any) -> Any:
    """The value as JSON keeps it: a number without its tensor. Raises ProjectError."""
    if isinstance(value, str) and kind is str and not value.strip():
        raise ProjectError(f"{name} is empty. Write a sentence, also for yourself later.")
    try:
        plain = kind(value)
        if isinstance(value, str) if kind is str else kind is float or plain == float(value):
            return plain
    except (TypeError, ValueError):
        pass
    should = {str: "a text in quotes", int: "a whole number", float: "a number"}
    raise ProjectError(f"{name} should be {should[kind]}, not {value!r:.80}.")


def _what_it_shows(pairs: int, spread: float, matters: float) -> str:
    """What a plan can find out. Raises ValueError where it would take too many pairs."""
    found = power_of_pairs(pairs, spread, matters)
    text = (f"Written down: {pairs} pairs. If the true difference is "
            f"{_points(matters).removeprefix('+')}, about {100 * found:.0f} of 100 such "
            "experiments show it.")
    if found < 0.8:
        text += (f" For 80 of 100, it would take {pairs_needed(spread, matters)} pairs. With "
                 f"{pairs}, expect \"can't tell\" in about {100 - 100 * found:.0f} of 100, and "
                 "don't take it for \"no difference\".")
    return text


def _reading(low: float, high: float, matters: float) -> str:
    if -matters < low and high < matters:  # as in the exercise of lesson 14
        return "no difference that matters"
    if low >= matters or high <= -matters:
        return "better" if low > 0 else "worse"
    return "can't tell" if low <= 0 <= high else "a difference, but does it matter?"


def _from_to(low: float, high: float) -> str:
    return f"from {low:+.2f} to {high:+.2f} points"


def _points(number: float) -> str:
    return f"{number:+g} point{'s' * (abs(number) != 1)}"


def _images(points: float) -> str:
    """What points are in images, so that a fraction in their place is seen."""
    return f"{abs(points):g} of 100 images {'more' if points >= 0 else 'fewer'}"
