"""The record of a learner's own experiment, which keeps its steps in order."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pandas as pd

from mnist_adder_lib.compare import paired_interval
from mnist_adder_lib.files import write_whole

STEPS = {  # in their order
    "guess": "your guess, written before the results",
    "plan": "your plan, written before the results",
    "result": "all pairs of your plan, on validation images",
    "evaluation": "the evaluation images, used once, after all pairs",
    "conclusion": "your conclusion",
}
PER_SEED = ("result", "evaluation")  # are taken once for each pair of the plan
NUMBERS = ("points", "pairs", "matters", "spread")


class Project:
    """The record of an experiment with two sides, a baseline and one change.

    path: a JSON file with a list of steps, read if it is there, and written whole or not at all.
    Raises ValueError for a file with anything else in it, or with the steps in another order.
    """

    def __init__(self, path: str | Path = "my_project.json"):
        self.path = Path(path)
        self.steps: list[dict] = []
        if self.path.exists():
            self._read()
        print(f"Steps on record in {self.path.name}: {len(self.steps)}")

    def write(self, name: str, **fields) -> None:
        """Put a step on record, in its place: one that breaks the order, or that still has three
        dots, isn't taken, and a line says why.

        name: a step of STEPS; fields: what is written down of it, as in lesson 14's cells. The
        guess and the plan may change until there is a result.
        """
        step = {"step": name, **fields}
        if dots := [field for field, value in fields.items() if value is ...]:
            print(f"Not written yet: {', '.join(dots)}.")
        elif texts := [field for field in NUMBERS if isinstance(fields.get(field), str)]:
            print(f"Write a number, without quotes: {', '.join(texts)}.")
        elif any(earlier | step == earlier for earlier in self._of(name)[-1:]):
            print(f"On record: {name}.")  # its cell was run again
        elif refusal := self._refusal(step):
            print(refusal)
        else:
            now = datetime.now().isoformat(sep=" ", timespec="minutes")
            steps = [*self.steps, {"at": now, **step}]
            lines = ",\n".join(json.dumps(one, ensure_ascii=False, default=_plain) for one in steps)
            write_whole(self.path, f"[\n{lines}\n]\n".encode())
            self.steps = steps
            print(f"Written down: {name} {fields.get('seed', '')}".rstrip() + ".")

    def seeds_left(self, name: str) -> list[int]:
        """The seeds of the planned pairs that lack this step, "result" or "evaluation"; none, and
        a line that says why, before its turn has come."""
        if missing := self._first_missing(before=name):
            print(f"Not yet: first {missing}.")
            return []
        return self._seeds_without(name)

    def table(self, name: str) -> pd.DataFrame:
        """A row for each seed's "result" or "evaluation", in percent, with the difference."""
        columns = ["seed", "baseline", "change"]
        rows = pd.DataFrame(self._of(name), columns=columns).set_index("seed").astype(float)
        return rows.assign(difference=rows["change"] - rows["baseline"])

    def check(self) -> None:
        """Say what is there and what is missing, as far as a program can see."""
        for name, what in STEPS.items():
            print("✓" if self._is_done(name) else "· not yet:", what)
        if self._is_done("conclusion"):
            guess, plan, end = (self._of(name)[-1] for name in ("guess", "plan", "conclusion"))
            low, high = paired_interval(self.table("evaluation")["difference"])
            side = "inside" if low <= guess["points"] <= high else "outside"
            print(f"Your guess of {guess['points']:+g} points lies {side} the interval, which goes "
                  f"from {low:+.2f} to {high:+.2f}.\nWhat would change your mind: "
                  f"\"{plan['changes_my_mind']}\" Did it happen?\nYour conclusion: "
                  f"\"{end['answer']}\" Does it say the same as the interval?\n"
                  "That is all that a program can see. The rest is for people to judge.")

    def _of(self, name: str) -> list[dict]:
        return [step for step in self.steps if step["step"] == name]

    def _seeds_without(self, name: str) -> list[int]:
        seeds = range(int(self._of("plan")[-1]["pairs"]))  # 9.0 is a whole number, too
        return sorted({*seeds} - {step["seed"] for step in self._of(name)})

    def _is_done(self, name: str) -> bool:
        return bool(self._of(name)) and not (name in PER_SEED and self._seeds_without(name))

    def _first_missing(self, before: str) -> str:
        earlier = list(STEPS)[:list(STEPS).index(before)]
        return next((STEPS[name] for name in earlier if not self._is_done(name)), "")

    def _refusal(self, step: dict) -> str:
        """Why this step can't be taken now, in a sentence; empty if it can."""
        name = step["step"]
        if missing := self._first_missing(before=name):
            return f"Not yet: first {missing}."
        if name == "plan" and (step["pairs"] < 2 or step["pairs"] % 1):
            return "Plan a whole number of pairs, at least 2: an interval needs two differences."
        if name in PER_SEED and step["seed"] not in self._seeds_without(name):
            return f"Seed {step['seed']} has its {name} already, or isn't in the plan."
        if name in ("guess", "plan") and self._of("result"):
            return (f"There are results, so the {name} can't be changed any more: it would no "
                    "longer come before them. Start another project, under another name.")
        return ""

    def _read(self) -> None:
        try:
            for step in json.loads(self.path.read_text(encoding="utf-8")):
                if self._refusal(step):
                    raise ValueError
                self.steps.append(step)
        except (ValueError, TypeError, KeyError):
            raise ValueError(
                f"{self.path} isn't the record of a project, with its steps in order. Move it "
                "away, or give your project another name: "
                'Project("my_second_project.json").') from None


def _plain(number):
    """Python's number for that of a tensor or of NumPy, which JSON doesn't know."""
    return number.item()
