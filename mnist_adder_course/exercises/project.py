"""The record of a learner's own experiment: what it refuses, and what its check can see."""

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
# The accuracies of baseline and change, in percent, for a seed on a split.
Measure = Callable[[int, AdderDataset], tuple[float, float]]
STEPS: dict[str, dict[str, type]] = {  # what is written down with each step
    "guess": dict(question=str, baseline=str, change=str, points=float, because=str),
    "plan": dict(pairs=int, matters=float, spread=float, changes_my_mind=str),
    "result": dict(seed=int, baseline=float, change=float),
    "evaluation": dict(results=list),
    "conclusion": dict(low=float, high=float, answer=str, guess=str, limits=str),
}


class ProjectError(ValueError):
    """A step that would break a rule of the project; the message says which, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message alone, since the lines of this file help nobody."""
        return [f"ProjectError: {self}"]


def _checked(name: str, step: dict) -> dict:
    """What belongs to a step of this name, as it is written down. Raises ProjectError."""
    return {field: _plain(field, kind, step[field]) for field, kind in STEPS[name].items()}


def _plain(name: str, kind: type, value: Any) -> Any:
    """The value as JSON keeps it: a text on one line, a number without its tensor.

    Raises ProjectError where it is of another kind.
    """
    if kind is str and isinstance(value, str) and value.strip():
        return " ".join(value.split())
    try:
        if kind is not str and (plain := kind(value)) == value:  # NaN isn't, nor 5.5 as a whole one
            return plain
    except (TypeError, ValueError, RuntimeError, OverflowError):
        pass
    should = {str: "a text in quotes", int: "a whole number", float: "a number", list: "a list"}
    raise ProjectError(f"{name} should be {should[kind]}, not {value!r:.80}.")


# --- the record -----------------------------------------------------------------------------------


class Project:
    """The record of an experiment with two sides, a baseline and one change.

    Its steps are `guess`, `plan`, a `record` for each pair of trainings, `evaluate`, `conclude`;
    `check` says what is there and what is missing. Each step is added to a file as soon as it is
    taken, so a restart of the kernel loses nothing.

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

    # --- what is on record

    @property
    def seeds(self) -> list[int]:
        """The seeds of the planned pairs; none before there is a plan."""
        plan = self._last("plan")
        return list(range(plan["pairs"])) if plan else []

    @property
    def on_validation(self) -> pd.DataFrame:
        """What `record` was given: columns baseline, change and difference, a row for each seed."""
        rows = {step["seed"]: [step["baseline"], step["change"]] for step in self._all("result")}
        return _table(rows)

    @property
    def on_evaluation(self) -> pd.DataFrame:
        """What `evaluate` has measured, as a table like `on_validation`; empty before that."""
        return _table({seed: pair for seed, *pair in self._last("evaluation").get("results", [])})

    # --- the steps

    def guess(self, question, baseline, change, points, because) -> None:
        """Write down what you expect, before any result.

        question, baseline, change, because: texts; points: the difference that you expect, change
        minus baseline, in percentage points.
        """
        step = self._written("guess", dict(question=question, baseline=baseline, change=change,
                                           points=points, because=because))
        if not step:
            return
        if "?" not in step["question"]:
            raise ProjectError(f"Your question has no question mark: {step['question']!r:.80}.")
        self._take_before_results("guess", step)
        print(f"Written down: change minus baseline will be {_points(step['points'])}.")

    def plan(self, pairs, matters, spread, changes_my_mind) -> None:
        """Write down how you will find out, before any result.

        pairs: how many pairs of trainings, with the seeds 0, 1, 2, ...; matters: the smallest
        difference that would matter to you, in points; spread: how far the differences of pairs
        typically lie from their mean, by your trials; changes_my_mind: which result would.
        """
        if not self._last("guess"):
            print("Not yet: the guess comes before the plan.")
            return
        step = self._written("plan", dict(pairs=pairs, matters=matters, spread=spread,
                                          changes_my_mind=changes_my_mind))
        if not step:
            return
        about = _about(step)
        self._take_before_results("plan", step)
        print(about)

    def record(self, seed, baseline, change) -> None:
        """Write down the accuracies of a pair on the validation images, in percent.

        The first result of a seed stays, whatever comes later.
        """
        step = self._written("result", dict(seed=seed, baseline=baseline, change=change))
        if not step:
            return
        if not self._last("plan"):
            raise ProjectError("There is no plan yet, and a result from before the plan can't test "
                               "it. Write down your guess and your plan first.")
        if step["seed"] not in self.seeds:
            raise ProjectError(f"The seed {step['seed']} isn't in your plan, which has the seeds 0 "
                               f"to {self.seeds[-1]}. Leave it out, or start another project with "
                               "more pairs.")
        if not _are_percent([step["baseline"], step["change"]]):
            raise ProjectError(f"{PERCENT} You gave {baseline:g} and {change:g}.")
        before = next((old for old in self._all("result") if old["seed"] == step["seed"]), None)
        if before is None:
            self._take("result", step)
            print(f"seed {step['seed']}: {_pair(step)}")
            if len(self.on_validation) == 1 and _are_same(self.on_validation):
                print(f"{SAME} Look at it before you train the other pairs.")
        elif {name: before[name] for name in step} != step:
            print(f"seed {step['seed']}: on record are {_pair(before)}, and they stay. (This time: "
                  f"{_pair(step)}. If you have changed the training, it is another experiment: "
                  "start another project, under another name, and say why in its plan.)")
        else:
            print(f"seed {step['seed']}: {_pair(step)}, as on record")

    def evaluate(self, measure: Measure) -> None:
        """Open the evaluation images, once, after all pairs are on record.

        measure: a function that is called with each seed and the evaluation split, and returns the
        accuracies of baseline and change in percent.
        """
        missing = [seed for seed in self.seeds if seed not in self.on_validation.index]
        if not self.seeds or missing:
            print("Not yet: the evaluation images come last, when all pairs of your plan are on "
                  f"record. {self._summary().capitalize()}")
            return
        if not self._last("evaluation"):
            if _are_same(self.on_validation):
                raise ProjectError(f"{SAME} The evaluation images stay closed. Put your change in, "
                                   "and start another project, under another name.")
            _, _, evaluation = load_splits()
            results: list[list] = [
                [seed, *_measured(measure, seed, evaluation)] for seed in self.seeds]
            if _are_same(_table({seed: pair for seed, *pair in results})):
                raise ProjectError(f"{SAME} Nothing was written down. Correct the function that "
                                   "you gave, and run this again.")
            self._take("evaluation", {"results": results})
            print("The evaluation images were opened. What they say stays:")
        else:
            print("The evaluation images have been used. They said:")
        print(self.on_evaluation.round(2))

    def conclude(self, low, high, answer, guess, limits) -> None:
        """Write down what came out.

        low, high: the 95% interval of the mean difference on the evaluation images, in points;
        answer, guess, limits: three sentences. It may be written again.
        """
        if not self._last("evaluation"):
            print("Not yet: the evaluation images come before the conclusion.")
            return
        step = self._written("conclusion", dict(low=low, high=high, answer=answer, guess=guess,
                                                limits=limits))
        if not step:
            return
        self._take("conclusion", step)
        print("Written down.")

    # --- the check

    def check(self) -> None:
        """Say what is there and what is missing, as far as a program can see."""
        print(self.verdict())

    def verdict(self) -> str:
        """What `check` prints: a line for each rule, judged by the order of the steps alone."""
        rules = [self._judge_early("guess"), self._judge_early("plan"), self._judge_results(),
                 self._judge_evaluation(), self._judge_interval(), self._judge_conclusion()]
        lines = [f"{mark} {text}" for mark, text in rules]
        if all(mark == "✓" for mark, _ in rules):
            lines.append(self._compared())
        return "\n".join(lines)

    def _judge_early(self, name: str) -> tuple[str, str]:
        if not (step := self._last(name)):
            return "·", f"The {name} isn't written yet."
        results = [place for place, other in enumerate(self.steps) if other["step"] == "result"]
        if results and self.steps.index(step) > results[0]:
            return "✗", f"The {name} was written after the first result."
        if name == "plan":
            return "✓", f"The plan came before the results: {step['pairs']} pairs."
        return "✓", f"The guess came before the results: {_points(step['points'])}."

    def _judge_results(self) -> tuple[str, str]:
        if _are_same(self.on_validation):
            return "✗", SAME
        recorded = self.on_validation.index.tolist()
        if not recorded:
            return "·", "No pairs are on record yet."
        if recorded != self.seeds:
            return "·", f"{len(recorded)} of {len(self.seeds)} pairs are on record."
        return "✓", f"All {len(recorded)} pairs are on record."

    def _judge_evaluation(self) -> tuple[str, str]:
        names = [step["step"] for step in self.steps]
        if "evaluation" not in names:
            return "·", "The evaluation images haven't been used yet."
        if set(names[names.index("evaluation") + 1 :]) - {"conclusion"}:
            return "✗", "The evaluation images were not used once and last."
        return "✓", "The evaluation images were used once, after everything else."

    def _judge_interval(self) -> tuple[str, str]:
        if not (step := self._last("conclusion")):
            return "·", "The interval isn't written yet."
        given, table = (step["low"], step["high"]), self.on_evaluation
        if _same(given, paired_interval(table["difference"])):
            return "✓", f"The interval belongs to the numbers: {_from_to(*given)}."
        known = _mistakes(table, self.on_validation)
        reason = next((reason for reason, wrong in known.items() if _same(given, wrong)),
                      "The mean difference on the evaluation images, plus and minus "
                      f"{critical_value(len(table)):.2f} standard errors, is another.")
        return "✗", f"The interval {_from_to(*given)} doesn't belong to the numbers. {reason}"

    def _judge_conclusion(self) -> tuple[str, str]:
        if not self._last("conclusion"):
            return "·", "The conclusion isn't written yet."
        return "✓", "Three sentences say what came out."

    def _compared(self) -> str:
        """What the interval says next to what the learner wrote, once all is there."""
        end, plan = self._last("conclusion"), self._last("plan")
        points = self._last("guess")["points"]
        low, high, matters = end["low"], end["high"], plan["matters"]
        inside = "inside" if low <= points <= high else "outside"
        return (f"Your guess of {_points(points)} lies {inside} the interval.\n"
                f"The interval says: {_reading(low, high, matters)}. (To you, "
                f"{_points(matters).removeprefix('+')} would matter.)\n"
                f"What would change your mind: \"{plan['changes_my_mind']}\" Did it happen?\n"
                f"Your conclusion: \"{end['answer']}\" Does it say the same as the interval?\n"
                "That is all that a program can see. The rest is for people to judge.")

    # --- the list of steps

    def _all(self, name: str) -> list[dict]:
        return [step for step in self.steps if step["step"] == name]

    def _last(self, name: str) -> dict:
        """The step of this name that was taken last; an empty dict if there is none."""
        return (self._all(name) or [{}])[-1]

    def _take_before_results(self, name: str, step: dict) -> None:
        before = {key: self._last(name).get(key) for key in step}
        if self._all("result") and before != step:
            raise ProjectError(f"There are results, so the {name} can't be changed any more: it "
                               "would no longer come before them. If you see things differently "
                               "now, say so in your conclusion.")
        self._take(name, step)

    def _take(self, name: str, step: dict) -> None:
        """Add a step to the record and its file, unless the last one of this name is the same."""
        if {key: self._last(name).get(key) for key in step} == step:
            return
        now = datetime.now().isoformat(sep=" ", timespec="minutes")
        steps = [*self.steps, {"step": name, "at": now, **step}]
        lines = ",\n".join(json.dumps(step, ensure_ascii=False) for step in steps)
        write_whole(self.path, f"[\n{lines}\n]\n".encode())
        self.steps = steps

    def _written(self, name: str, step: dict) -> dict:
        """The step as it is written down; an empty dict, and a line, if three dots are left."""
        if dots := [field for field, value in step.items() if value is ...]:
            print(f"Not written yet: {', '.join(dots)}.")
            return {}
        return _checked(name, step)

    def _summary(self) -> str:
        if not self.steps:
            return "nothing is on record yet."
        names = [name for name in ("guess", "plan") if self._last(name)]
        if self.seeds:
            names.append(f"{len(self._all('result'))} of {len(self.seeds)} pairs")
        names += [name for name in ("evaluation", "conclusion") if self._last(name)]
        return f"on record: {', '.join(names)}."


def _read(path: Path) -> list[dict]:
    try:
        steps = json.loads(path.read_text(encoding="utf-8"))
        return [step | _checked(step["step"], step) for step in steps]
    except (ValueError, TypeError, KeyError):
        raise ProjectError(f"{path} isn't the record of a project. Move it away, or give your "
                           'project another name: Project("my_second_project.json").') from None


def _table(rows: dict[int, list[float]]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["baseline", "change"])
    table["difference"] = table["change"] - table["baseline"]
    return table.rename_axis("seed").sort_index().astype(float)


# --- what the numbers say -------------------------------------------------------------------------

SAME = ("Baseline and change have exactly the same accuracy, so they are probably the same "
        "training. Is your change in it?")
PERCENT = "Give accuracies in percent, as 97.5 and not as 0.975."


def _are_same(table: pd.DataFrame) -> bool:
    """Whether there are pairs and none has a difference: luck alone would make one."""
    return len(table) > 0 and bool((table["difference"] == 0).all())


def _are_percent(pair: list[float]) -> bool:
    """Whether two accuracies can be in percent. Above 0 and up to 1, both are shares."""
    return 0 <= min(pair) <= max(pair) <= 100 and (min(pair) == 0 or max(pair) > 1)


def _reading(low: float, high: float, matters: float) -> str:
    """What an interval says, as in exercise 1 of lesson 14."""
    if -matters < low and high < matters:
        return "no difference that matters"
    return "better" if low > 0 else "worse" if high < 0 else "can't tell"


def _measured(measure: Measure, seed: int, split: AdderDataset) -> list[float]:
    """The two accuracies. Raises ProjectError where they aren't two; nothing is recorded then."""
    pair = measure(seed, split)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ProjectError("The function for `evaluate` should return two accuracies, baseline and "
                           f"change, not {pair!r:.80}.")
    plain = [_plain("accuracy", float, value) for value in pair]
    if not _are_percent(plain):
        raise ProjectError(f"{PERCENT} The function for `evaluate` gave {plain}.")
    return plain


def _pair(step: dict) -> str:
    difference = step["change"] - step["baseline"]
    return f"{step['baseline']:.2f} and {step['change']:.2f}, difference {difference:+.2f}"


def _points(number: float) -> str:
    return f"{number:+g} point{'s' * (abs(number) != 1)}"


def _from_to(low: float, high: float) -> str:
    return f"from {low:+.2f} to {high:+.2f} points"


def _about(plan: dict) -> str:
    """What a plan can find out. Raises ProjectError for one that can't find out anything."""
    pairs, matters, spread = plan["pairs"], plan["matters"], plan["spread"]
    if pairs < FEWEST_PAIRS:
        raise ProjectError(f"{pairs} pairs say little about their own spread: plan at least "
                           f"{FEWEST_PAIRS}.")
    if not (matters > 0 and spread > 0):
        raise ProjectError("`matters` and `spread` should be above 0.")
    found = power_of_pairs(pairs, spread, matters)
    points = _points(matters).removeprefix("+")
    text = (f"Written down: {pairs} pairs. If the true difference is {points}, about "
            f"{100 * found:.0f} of 100 such experiments show it.")
    if found >= 0.8:
        return text
    try:
        enough = pairs_needed(spread, matters)
    except ValueError as error:
        raise ProjectError(f"For this plan {error}.") from None
    return (f"{text} For 80 of 100 you need {enough} pairs. Plan more pairs or a larger "
            "difference, or go on and don't take \"can't tell\" for \"no difference\".")


def _same(given: tuple[float, float], right: tuple[float, float]) -> bool:
    """Whether two intervals are the same, up to the rounding of their ends and of the limit."""
    tolerance = 0.01 + 0.005 * abs(right[1] - right[0])
    return all(abs(one - other) <= tolerance for one, other in zip(given, right))


def _mistakes(table: pd.DataFrame, on_validation: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Intervals that come out when something common goes wrong, each with what it is."""
    difference, pairs = table["difference"], len(table)
    mean, error = difference.mean(), difference.sem()
    apart = (table["baseline"].sem() ** 2 + table["change"].sem() ** 2) ** 0.5
    halves = {
        "That is about two standard errors to each side, the limit for very many pairs. For so few "
        f"it is {critical_value(pairs):.2f}.": 1.98 * error,
        "That is one standard error to each side.": error,
        f"The limit for five pairs is 2.78; for {pairs} pairs it is {critical_value(pairs):.2f}.":
            critical_value(5) * error,
        "That is made with the standard deviation. The mean varies less: take the standard error.":
            critical_value(pairs) * difference.std(),
        "That isn't made from pairs: subtract first, then take the standard error.":
            critical_value(pairs) * apart,
    }
    wrong = {reason: (mean - half, mean + half) for reason, half in halves.items()}
    low, high = paired_interval(difference)
    return wrong | {
        "Its sign is turned round: the difference is change minus baseline.": (-high, -low),
        "Its ends are swapped: the lower one comes first.": (high, low),
        "That is the interval of the validation images. Take those of the evaluation images.":
            paired_interval(on_validation["difference"])}
