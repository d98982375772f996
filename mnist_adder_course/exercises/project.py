"""The record of a learner's own experiment, which keeps its steps in order."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd
import torch
from torch import nn

from mnist_adder_lib.compare import paired_interval, power_of_pairs
from mnist_adder_lib.data import AdderDataset, load_splits
from mnist_adder_lib.files import write_whole

STEPS: dict[str, dict[str, type]] = {  # in their order, with what is written down of each
    "guess": dict(question=str, baseline=str, change=str, points=float, because=str),
    "plan": dict(pairs=int, matters=float, spread=float, changes_my_mind=str),
    "result": dict(seed=int, baseline=float, change=float),
    "evaluation": dict(seed=int, baseline=float, change=float),
    "conclusion": dict(low=float, high=float, answer=str, guess=str, limits=str),
}
NAMES = {
    "guess": "your guess, written before the results",
    "plan": "your plan, written before the results",
    "result": "all pairs of your plan, on validation images",
    "evaluation": "the evaluation images, used once, after all pairs",
    "conclusion": "your conclusion",
}


class Project:
    """The record of an experiment with two sides, a baseline and one change.

    A step goes into the file as soon as it is taken. One that breaks the order, or that still has
    three dots, isn't taken, and a line says why.

    path: a JSON file with a list of steps, read if it is there, and written whole or not at all.
    Raises ValueError for a file with anything else in it, or with the steps in another order.
    """

    def __init__(self, path: str | Path = "my_project.json"):
        self.path = Path(path)
        self.steps: list[dict] = []
        if self.path.exists():
            self._read()
        count = len(self.steps)
        print(f"{self.path.name} has {count} step{'s' * (count != 1)} on record.")

    @property
    def seeds(self) -> list[int]:
        """The seeds of the planned pairs; none before there is a plan."""
        return list(range(self._last("plan").get("pairs", 0)))

    @property
    def on_evaluation(self) -> pd.DataFrame:
        """What `evaluate` has measured: a row per seed, in percent, and their difference."""
        steps = self._of("evaluation").values()
        table = pd.DataFrame(steps, columns=["seed", "baseline", "change"]).set_index("seed")
        return table.astype(float).assign(difference=lambda row: row["change"] - row["baseline"])

    def guess(self, question, baseline, change, points, because) -> None:
        """Write down what you expect, before any result.

        points: the difference that you expect, change minus baseline, in percentage points; the
        others are texts.
        """
        if step := self._take("guess", question, baseline, change, points, because):
            points = step["points"]
            more = "more" if points >= 0 else "fewer"  # so that a fraction in place of points shows
            print(f"Written down: change minus baseline will be {points:+g} points, "
                  f"{abs(points):g} of 100 images {more}.")

    def plan(self, pairs, matters, spread, changes_my_mind) -> None:
        """Write down how you will find out, before any result.

        pairs: how many pairs of runs, with the seeds 0, 1, 2, ...; matters: the smallest difference
        that would matter to you, and spread: the standard deviation of the differences to plan
        with, both in points, above 0; changes_my_mind: a text, which result would.
        """
        if ... not in (pairs, matters, spread):
            if pairs < 5:
                print(f"Plan at least 5 pairs, not {pairs}: fewer say little about their own "
                      "spread.")
                return
            found = power_of_pairs(pairs, spread, matters)
        if self._take("plan", pairs, matters, spread, changes_my_mind):
            print(f"Written down: {pairs} pairs. If the true difference is {matters:g} "
                  f"point{'s' * (matters != 1)}, about {100 * found:.0f} of 100 such experiments "
                  "show it.")

    def record(self, seed, baseline, change) -> None:
        """Write down the accuracies of a pair on the validation images, in percent.

        The first result of a seed stays, whatever comes later.
        """
        if seed in self._of("result"):
            print(f"seed {seed}: on record already, and the first result stays. For another "
                  "training, start another project.")
        elif self._take("result", seed, baseline, change):
            print(f"seed {seed}: {baseline:.2f} and {change:.2f}, difference "
                  f"{change - baseline:+.2f}")
            if baseline == change:
                print("Exactly the same accuracy: is your change in the training?")

    def networks(self, seed: int, train: Callable[..., nn.Module]) -> list[nn.Module]:
        """The two networks of a pair, baseline first: trained, or as they were kept.

        train: a function of `seed` and `changed`, False or True, that returns a trained network.
        Both are kept as soon as they are trained, in a folder named after the record. What was
        kept is used once the seed has a result; until then the training may still change.
        """
        kept = self.path.with_suffix("") / f"{seed}.pt"
        if seed not in self._of("result") or not kept.exists():
            trained = [train(seed, changed=False), train(seed, changed=True)]
            torch.save(trained, buffer := io.BytesIO())
            kept.parent.mkdir(exist_ok=True)
            write_whole(kept, buffer.getvalue())
        # Whole networks, since a project may have one of its own; the file is the learner's.
        return torch.load(kept, weights_only=False)

    def evaluate(self, measure: Callable[[int, AdderDataset], tuple[float, float]]) -> None:
        """Open the evaluation images, once, after all pairs are on record.

        measure: a function of a seed and the evaluation split that returns the accuracies of
        baseline and change in percent. Each pair goes on record when it is measured; called again,
        after a restart, it measures only the pairs that are missing.
        """
        if not self._may("evaluation"):
            return
        _, _, evaluation = load_splits()
        for seed in self.seeds:
            if seed not in self._of("evaluation"):
                self._take("evaluation", seed, *measure(seed, evaluation))
        print("The evaluation images have been used. What they say stays:")
        print(self.on_evaluation.round(2))

    def conclude(self, low, high, answer, guess, limits) -> None:
        """Write down what came out; it may be written again.

        low, high: the 95% interval of the mean difference on the evaluation images, in points;
        answer, guess, limits: three sentences. Another interval isn't taken.
        """
        if not self._may("conclusion"):
            return
        if ... not in (low, high):
            right = paired_interval(self.on_evaluation["difference"])
            if max(abs(low - right[0]), abs(high - right[1])) > 0.02:  # both may be rounded
                print(f"The interval from {low:+.2f} to {high:+.2f} points doesn't belong to the "
                      "numbers. Take the differences on the evaluation images, change minus "
                      "baseline: their mean, plus and minus the critical value times the standard "
                      "error.")
                return
        if self._take("conclusion", low, high, answer, guess, limits):
            print("Written down.")

    def check(self) -> None:
        """Say what is there and what is missing, as far as a program can see."""
        for name, what in NAMES.items():
            print("✓" if self._is_done(name) else "· not yet:", what)
        if end := self._last("conclusion"):
            points, low, high = self._last("guess")["points"], end["low"], end["high"]
            side = "inside" if low <= points <= high else "outside"
            print(f"Your guess of {points:+g} points lies {side} the interval, which goes from "
                  f"{low:+.2f} to {high:+.2f}.\nWhat would change your mind: "
                  f"\"{self._last('plan')['changes_my_mind']}\" Did it happen?\nYour conclusion: "
                  f"\"{end['answer']}\" Does it say the same as the interval?\n"
                  "That is all that a program can see. The rest is for people to judge.")

    def _of(self, name: str) -> dict[int | None, dict]:
        """The steps of this name by their seed, or by None where there is none; the last counts."""
        return {step.get("seed"): step for step in self.steps if step["step"] == name}

    def _last(self, name: str) -> dict:
        return self._of(name).get(None, {})

    def _is_done(self, name: str) -> bool:
        wanted = len(self.seeds) if name in ("result", "evaluation") else 1
        return len(self._of(name)) >= wanted > 0

    def _refusal(self, name: str) -> str:
        """Why this step can't be taken now, in a sentence; empty if it can."""
        first = next(one for one in STEPS if one == name or not self._is_done(one))
        if first != name:
            return f"Not yet: first {NAMES[first]}."
        if name in ("guess", "plan") and self._of("result"):
            return (f"There are results, so the {name} can't be changed any more: it would no "
                    "longer come before them. Start another project, under another name.")
        return ""

    def _may(self, name: str) -> bool:
        if refusal := self._refusal(name):
            print(refusal)
        return not refusal

    def _take(self, name: str, *values) -> dict:
        """The step, on record and in the file; empty, with a line, if it isn't taken."""
        written = dict(zip(STEPS[name], values))
        if dots := [field for field, value in written.items() if value is ...]:
            print(f"Not written yet: {', '.join(dots)}.")
            return {}
        step = {field: STEPS[name][field](value) for field, value in written.items()}
        if self._last(name) | step == self._last(name):  # its cell was run again
            return step
        if not self._may(name):
            return {}
        now = datetime.now().isoformat(sep=" ", timespec="minutes")
        steps = [*self.steps, {"step": name, "at": now, **step}]
        lines = ",\n".join(json.dumps(step, ensure_ascii=False) for step in steps)
        write_whole(self.path, f"[\n{lines}\n]\n".encode())
        self.steps = steps
        return step

    def _read(self) -> None:
        try:
            for step in json.loads(self.path.read_text(encoding="utf-8")):
                if not step.keys() >= STEPS[step["step"]].keys() or self._refusal(step["step"]):
                    raise ValueError
                self.steps.append(step)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ValueError(
                f"{self.path} isn't the record of a project, with its steps in order. Move it "
                "away, or give your project another name: "
                'Project("my_second_project.json").') from None
