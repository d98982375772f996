"""The record of a learner's own experiment: it keeps the steps in order, and checks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from mnist_adder_lib.compare import critical_value, paired_interval, pairs_needed, power_of_pairs
from mnist_adder_lib.data import AdderDataset, load_splits
from mnist_adder_lib.files import write_whole

FEWEST_PAIRS = 5
STEPS: dict[str, dict[str, type]] = {  # what is written down with each step
    "guess": dict(question=str, baseline=str, change=str, points=float, because=str),
    "plan": dict(pairs=int, matters=float, spread=float, changes_my_mind=str),
    "result": dict(seed=int, baseline=float, change=float),
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
    says what is there and what is missing. Each step is added to a file as soon as it is taken, so
    a restart of the kernel loses nothing.

    A step that comes too early, or still contains its three dots, isn't taken, and a line says
    what is missing. A step that comes too late, or contradicts the record, raises ProjectError. The
    same step taken twice counts once.

    path: a JSON file, a list of steps in the order in which they were taken. It is read if it is
    there, and written whole or not at all. Raises ProjectError for a file that holds anything else.
    """

    def __init__(self, path: str | Path = "my_project.json"):
        self.path = Path(path)
        self.steps = _read(self.path) if self.path.exists() else list[dict[str, Any]]()
        print(f"{self.path.name}: {self._summary()}")

    @property
    def seeds(self) -> list[int]:
        """The seeds of the planned pairs; none before there is a plan."""
        return list(range(self._last("plan").get("pairs", 0)))

    @property
    def on_validation(self) -> pd.DataFrame:
        """What `record` was given: columns baseline, change and difference, a row for each seed."""
        return _table([[step[name] for name in STEPS["result"]]
                       for step in self.steps if step["step"] == "result"])

    @property
    def on_evaluation(self) -> pd.DataFrame:
        """What `evaluate` has measured, as a table like `on_validation`; empty before that."""
        return _table(self._last("evaluation").get("results", []))

    def guess(self, question, baseline, change, points, because) -> None:
        """Write down what you expect, before any result.

        question, baseline, change, because: texts; points: the difference that you expect, change
        minus baseline, in percentage points.
        """
        step = self._written("guess", question, baseline, change, points, because)
        if not step:
            return
        if "?" not in step["question"]:
            raise ProjectError(f"Your question has no question mark: {step['question']!r:.80}.")
        self._take_before_results("guess", step)
        print(f"Written down: change minus baseline will be {_points(step['points'])}.")

    def plan(self, pairs, matters, spread, changes_my_mind) -> None:
        """Write down how you will find out, before any result.

        pairs: how many pairs of runs, with the seeds 0, 1, 2, ...; matters: the smallest difference
        that would matter to you, in points; spread: how far the differences of pairs typically lie
        from their mean, by your trials; changes_my_mind: which result would.
        """
        if not self._last("guess"):
            print("Not yet: the guess comes before the plan.")
            return
        step = self._written("plan", pairs, matters, spread, changes_my_mind)
        if not step:
            return
        if step["pairs"] < FEWEST_PAIRS:
            raise ProjectError(f"{step['pairs']} pairs say little about their own spread: plan at "
                               f"least {FEWEST_PAIRS}.")
        about = _what_it_shows(step["pairs"], step["spread"], step["matters"])
        self._take_before_results("plan", step)
        print(about)

    def record(self, seed, baseline, change) -> None:
        """Write down the accuracies of a pair on the validation images, in percent.

        The first result of a seed stays, whatever comes later.
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
        before = next((old for old in self.steps if old.get("seed") == step["seed"]), None)
        if before is None:
            self._take("result", step)
            print(f"seed {step['seed']}: {_pair(step)}")
            if len(self.on_validation) == 1 and step["baseline"] == step["change"]:
                print(f"{SAME} Look at it before you train the other pairs.")
        else:
            print(f"seed {step['seed']}: {_pair(before)}, as on record")
            if before | step != before:
                print(f"This time it is {_pair(step)}, but the first result stays. If you have "
                      "changed the training, start another project, and say why in its plan.")

    def evaluate(self, measure: Callable[[int, AdderDataset], tuple[float, float]]) -> None:
        """Open the evaluation images, once, after all pairs are on record.

        measure: a function that is called with each seed and the evaluation split, and returns the
        accuracies of baseline and change in percent.
        """
        if not self.seeds or len(self.on_validation) < len(self.seeds):
            print("Not yet: the evaluation images come last, when all pairs of your plan are on "
                  f"record. {self._summary().capitalize()}")
            return
        if (self.on_validation["difference"] == 0).all():  # luck alone would make a difference
            raise ProjectError(f"{SAME} The evaluation images stay closed. Put your change in, and "
                               "start another project, under another name.")
        if self._last("evaluation"):
            print("The evaluation images have been used. They said:")
        else:
            _, _, evaluation = load_splits()
            results = [[seed, *map(float, measure(seed, evaluation))] for seed in self.seeds]
            self._take("evaluation", {"results": results})
            print("The evaluation images were opened. What they say stays:")
        print(self.on_evaluation.round(2))

    def conclude(self, low, high, answer, guess, limits) -> None:
        """Write down what came out.

        low, high: the 95% interval of the mean difference on the evaluation images, in points;
        answer, guess, limits: three sentences. It may be written again.
        """
        if not self._last("evaluation"):
            print("Not yet: the evaluation images come before the conclusion.")
        elif step := self._written("conclusion", low, high, answer, guess, limits):
            self._take("conclusion", step)
            print("Written down.")

    def check(self) -> None:
        """Say what is there and what is missing, as far as a program can see."""
        print(self.verdict())

    def verdict(self) -> str:
        """What `check` prints: a line for each rule, judged by the order of the steps alone."""
        names = [step["step"] for step in self.steps]
        if names != sorted(names, key=STAGES.__getitem__) or names.count("evaluation") > 1:
            return ("✗ The steps are out of order. Guess and plan come first, then the results, "
                    "the evaluation, once, and last the conclusion.")
        guess, plan, end = self._last("guess"), self._last("plan"), self._last("conclusion")
        recorded, planned = len(self.on_validation), len(self.seeds)
        rules = [  # what is said if it is there, and if it isn't
            (guess and f"The guess came before the results: {_points(guess['points'])}.",
             "The guess isn't written yet."),
            (plan and f"The plan came before the results: {planned} pairs.",
             "The plan isn't written yet."),
            (0 < recorded == planned and f"All {recorded} pairs are on record.",
             f"{recorded} of {planned} pairs are on record." if recorded else
             "No pairs are on record yet."),
            ("evaluation" in names and
             "The evaluation images were used once, after everything else.",
             "The evaluation images haven't been used yet."),
            (end and "Three sentences say what came out.", "The conclusion isn't written yet.")]
        lines = [f"✓ {there}" if there else f"· {missing}" for there, missing in rules]
        lines.insert(4, self._about_interval((end["low"], end["high"])) if end else
                     "· The interval isn't written yet.")
        if all(line.startswith("✓") for line in lines):
            lines.append(_compared(guess, plan, end))
        return "\n".join(lines)

    def _about_interval(self, given: tuple[float, float]) -> str:
        difference = self.on_evaluation["difference"]
        right, critical = paired_interval(difference), critical_value(len(difference))
        from_to = "from {:+.2f} to {:+.2f} points".format(*given)
        if _same(given, right):
            return f"✓ The interval belongs to the numbers: {from_to}."
        reason = ("The mean difference on the evaluation images, plus and minus "
                  f"{critical:.2f} standard errors, is another.")
        if _same(given, (-right[1], -right[0])):
            reason = "Its sign is turned round: the difference is change minus baseline."
        if _same(given, paired_interval(self.on_validation["difference"])):
            reason = "That is the interval of the validation images. Take the evaluation images."
        if abs(given[1] - given[0] - 2 * critical * difference.std()) < 0.02:
            reason = ("That is made with the standard deviation. The mean varies less: take the "
                      "standard error.")
        return f"✗ The interval {from_to} doesn't belong to the numbers. {reason}"

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

    def _summary(self) -> str:
        names = [name for name in ("guess", "plan") if self._last(name)]
        if self.seeds:
            names.append(f"{len(self.on_validation)} of {len(self.seeds)} pairs")
        names += [name for name in ("evaluation", "conclusion") if self._last(name)]
        return f"on record: {', '.join(names)}." if names else "nothing is on record yet."


def _read(path: Path) -> list[dict]:
    try:
        steps = json.loads(path.read_text(encoding="utf-8"))
        [STAGES[step["step"]] for step in steps]
        return steps
    except (ValueError, TypeError, KeyError):
        raise ProjectError(f"{path} isn't the record of a project. Move it away, or give your "
                           'project another name: Project("my_second_project.json").') from None


def _plain(name: str, kind: type, value: Any) -> Any:
    """The value as JSON keeps it: a number without its tensor. Raises ProjectError."""
    try:
        if kind is not str or isinstance(value, str):
            return kind(value)
    except (TypeError, ValueError):
        pass
    should = {str: "a text in quotes", int: "a whole number", float: "a number"}
    raise ProjectError(f"{name} should be {should[kind]}, not {value!r:.80}.")


def _table(rows: list[list]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(STEPS["result"])).set_index("seed").sort_index()
    return table.astype(float).assign(difference=lambda side: side["change"] - side["baseline"])

def _what_it_shows(pairs: int, spread: float, matters: float) -> str:
    """What a plan can find out. Raises ValueError where it would take too many pairs."""
    found = power_of_pairs(pairs, spread, matters)
    text = (f"Written down: {pairs} pairs. If the true difference is "
            f"{_points(matters).removeprefix('+')}, about {100 * found:.0f} of 100 such "
            "experiments show it.")
    if found < 0.8:
        text += (f" For 80 of 100 you need {pairs_needed(spread, matters)} pairs. Plan more, or go "
                 "on and don't take \"can't tell\" for \"no difference\".")
    return text


def _compared(guess: dict, plan: dict, end: dict) -> str:
    """What the interval says next to what the learner wrote, once all is there."""
    low, high, matters = end["low"], end["high"], plan["matters"]
    if -matters < low and high < matters:  # as in the exercise of lesson 14
        reading = "no difference that matters"
    else:
        reading = "better" if low > 0 else "worse" if high < 0 else "can't tell"
    inside = "inside" if low <= guess["points"] <= high else "outside"
    return (f"Your guess of {_points(guess['points'])} lies {inside} the interval.\n"
            f"The interval says: {reading}. (To you, {_points(matters).removeprefix('+')} would "
            "matter.)\n"
            f"What would change your mind: \"{plan['changes_my_mind']}\" Did it happen?\n"
            f"Your conclusion: \"{end['answer']}\" Does it say the same as the interval?\n"
            "That is all that a program can see. The rest is for people to judge.")


def _pair(step: dict) -> str:
    difference = step["change"] - step["baseline"]
    return f"{step['baseline']:.2f} and {step['change']:.2f}, difference {difference:+.2f}"


def _points(number: float) -> str:
    return f"{number:+g} point{'s' * (abs(number) != 1)}"


def _same(given: tuple[float, float], right: tuple[float, float]) -> bool:
    """Whether two intervals are the same, up to the rounding of their ends and of the limit."""
    tolerance = 0.01 + 0.005 * abs(right[1] - right[0])
    return all(abs(one - other) <= tolerance for one, other in zip(given, right))
