"""What depends on what: lists the stored results that are out of date.

    python tools/made_from/stale.py
    python tools/made_from/stale.py --made NAME ...

`TABLE` says for each stored thing which code makes it, with which command. What that code reaches
(`reached.py`), and so the recipe, is recorded in assets/made_from.json by the program that makes
the thing. A thing is old if this code has changed since, and so is everything made from it. Of the
network not the code counts, but its `fingerprint.py`: whether it still computes and trains the
same. The things are listed in the order in which to make them again.

    recipes, training, model, data
       ├──► adder.pt, the network that ships
       │      ├──► waiting.jsonl, pictures in assets
       │      └──► limits of what is rejected ──► docs/try/index.html, golden.json
       └──► results.jsonl, changes.jsonl, sums.jsonl, last_digit.pt
              └──► the README's table, numbers in the lab notebook
    all of these, functions that plot, widgets, questions
       └──► outputs of the lessons, widgets of the site

--made marks things as up to date without making them: after a change that can't have changed them,
or if no program makes them. NAME is a name from the list, and may have
* in it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path

from tools.made_from.reached import Code, hashed

ROOT = Path(__file__).resolve().parents[2]
NOTES = "assets/made_from.json"
HOW = """\
Programs add lines to a .jsonl file: first delete the old ones. They note what they have made. If
you write down a result yourself, note it: python tools/made_from/stale.py --made NAME"""
NETWORK = "mnist_adder_lib.model.IdentityAdderModel"
SHOWN = 4  # names; of more, how many


@dataclass(frozen=True)
class Stored:
    """Something stored, and how it is made again."""

    file: str  # or a pattern of files
    command: str  # {files} or {parts} in it: those that are old
    minutes: float  # about, on two cores; of one file or part
    makers: str = ""  # the functions that make it; of a notebook its own cells
    files: str = ""  # what else it is made from; in a pattern, {topic} is a lesson's
    table: str = ""  # a dictionary with a row for each part of the file,
    row: str = ""  # or this row alone, if the file is made from one
    part: str = ""

    @property
    def name(self) -> str:
        return f"{self.file}: {self.part}" if self.part else self.file


RECIPES, WAYS = "measure_recipes.RECIPES", "measure_sums.WAYS"
SHIPPED = "assets/adder.pt"
SUMS = "python experiments/measure_sums.py --ways {parts}"
REJECTING = "python experiments/measure_nonsense.py FOLDER"
QUESTIONS = "mnist_adder_course/lessons/*/{topic}.toml"
LESSONS = "python tools/notebooks/run_lessons.py {files}"
PICTURES = "python tools/publishing/take_pictures.py"
TABLE = [  # in the order in which things are made: each from things above it alone
    Stored(SHIPPED, "python experiments/train_checkpoint.py", 10,
           "train_checkpoint.calibrate measure_recipes.train_network "
           "mnist_adder_lib.drawing.rejection.head_examples "
           "mnist_adder_lib.drawing.rejection.train_non_digit_head",
           table=RECIPES, row="best"),
    Stored("assets/results.jsonl", "python experiments/measure_recipes.py --recipes {parts}", 40,
           "measure_recipes.measure", table=RECIPES),
    Stored("assets/reference_history.json", "python experiments/train_reference.py", 5,
           "train_reference.train_reference"),
    Stored("README.md", "write what measure_recipes.py prints into its table of results", 1,
           files="assets/results.jsonl", part="results"),
    Stored("assets/changes.jsonl",
           "python experiments/measure_changes.py --changes {parts} (first with --search)", 6,
           "measure_changes.measure measure_changes.chosen_rate", table="measure_changes.CHANGES"),
    Stored("assets/sums.jsonl", SUMS, 2, "measure_sums.measure", table=WAYS),
    Stored("assets/last_digit.pt", SUMS, 0, "measure_sums.measure", table=WAYS,
           row="last digit, 3 epochs"),
    Stored("assets/waiting.jsonl", "python experiments/measure_waiting.py", 5,
           "measure_waiting.measure measure_waiting.embed"),
    Stored("assets/template.jsonl", "python experiments/measure_template.py", 5,
           "measure_template.measure"),
    Stored("assets/shared.json", REJECTING, 5, "measure_nonsense.main", part="limits"),
    Stored("mnist_adder_course/widgets/nearest.py", REJECTING, 5, "measure_nonsense.main",
           part="INK_LIMIT"),
    Stored("docs/lab_notebook.md", "write what was measured below its questions", 30,
           files="assets/*.jsonl", part="numbers"),
    Stored("js/test/golden.json", "python tools/testing/write_golden.py", 1,
           "tools.testing.write_golden.golden"),
    Stored("docs/try/index.html", "python tools/publishing/build_page.py", 1,
           "tools.publishing.build_page.data"),
    Stored("notebooks/*.ipynb", LESSONS, 0.8, files=QUESTIONS),
    Stored("notebooks/solutions/*.ipynb", LESSONS, 0.4, files=QUESTIONS),
    # A picture may show an old word: it is made from the network and the styles, not from scripts.
    Stored("assets/page.png", PICTURES, 1, "tools.publishing.take_pictures.take_cover",
           f"{SHIPPED} js/src/page/*.css js/src/widgets/*/*.css"),
    Stored("assets/page.gif", PICTURES, 1, "tools.publishing.take_pictures.record_page",
           f"{SHIPPED} js/src/page/*.css js/src/widgets/*/*.css"),
    Stored("assets/lesson.png", PICTURES, 1, "tools.publishing.take_pictures.take_lesson",
           "notebooks/01_learning_by_hand.ipynb"),
    Stored("assets/open_00.png", PICTURES, 0, "tools.publishing.take_pictures.take_panel",
           f"{SHIPPED} mnist_adder_lib/drawing/built/adder_panel.css"),
    Stored("assets/window_viewer.png", PICTURES, 0,
           "tools.publishing.take_pictures.take_window_viewer",
           "mnist_adder_course/widgets/built/window_viewer.css"),
    Stored("assets/network_diagram.png", PICTURES, 0, "tools.publishing.take_pictures.take_diagram",
           f"{SHIPPED} mnist_adder_course/widgets/built/network_diagram.css"),
    Stored("assets/ball_on_curve.png", PICTURES, 0, "tools.publishing.take_pictures.take_ball",
           "mnist_adder_course/widgets/built/ball_on_curve.css"),
    Stored("assets/hidden_sums.png", PICTURES, 0, "tools.publishing.take_pictures.take_hidden_sums",
           "mnist_adder_course/widgets/built/hidden_sums.css"),
]
TABLE += [  # what lessons open with; lesson 0 opens with the panel
    Stored(f"assets/open_{number}.png", f"{PICTURES} open_{number}.png", 0,
           f"mnist_adder_course.lessons.{module}.plot_opening")
    for number, module in sorted(path.stem.split("_", 1) for path in
                                 (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))[1:]]


class Store:
    """The stored things below a folder, and the notes of what they were made from."""

    def __init__(self, root: Path = ROOT):
        self.root, self.code = root, Code(root)
        self.things = {thing.name: thing for entry in TABLE for thing in self._each(entry)}
        path = root / NOTES
        self.notes = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.network = self._network()
        self.code.instead[self._place(NETWORK)] = json.dumps(self.network["fingerprint"])

    def _network(self) -> dict:
        """The network's code, as a hash, and its fingerprint: the noted one unless it differs."""
        place, noted = self._place(NETWORK), self.notes.get(NETWORK)
        code = hashed(json.dumps(self.code.reached([place])).encode())
        if noted and noted["code"] == code:
            return noted
        found = self.fingerprint()
        is_same = noted and alike(found, noted["fingerprint"])
        return {"code": code, "fingerprint": noted["fingerprint"] if is_same else found}

    def fingerprint(self) -> list[dict]:
        """What fingerprint.py prints for the network below the folder."""
        return json.loads(subprocess.run(
            [sys.executable, str(self.root / "tools/made_from/fingerprint.py")], check=True,
            env={**os.environ, "PYTHONPATH": str(self.root)}, stdout=subprocess.PIPE).stdout)

    def _each(self, entry: Stored) -> list[Stored]:
        """A thing for each file that fits, and for each part."""
        if entry.table and not entry.row:
            file, name = self._place(entry.table)
            return [replace(entry, row=row, part=row)
                    for row in self.code.module(file).rows(name)]
        files = self._files(entry.file) if "*" in entry.file else [entry.file]
        return [replace(entry, file=file) for file in files]

    def _files(self, pattern: str) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))

    def _place(self, dotted: str) -> tuple[str, str]:
        module, _, name = dotted.rpartition(".")
        if not (place := self.code.place(module, name)):
            raise KeyError(f"{dotted} isn't there any more")
        return place

    def made_from(self, thing: Stored) -> dict[str, str]:
        """What a thing is made from at present: files, and a hash of the parts that count."""
        places = [self._place(maker) for maker in thing.makers.split()]
        if thing.file.endswith(".ipynb"):
            places.append((thing.file, ""))
        table = self._place(thing.table) if thing.table else None
        found = self.code.reached(places, table, thing.row)
        topic = Path(thing.file).stem.partition("_")[2]
        for pattern in thing.files.split():
            for file in self._files(pattern.format(topic=topic)):
                found[file] = self.code.hash(file)
        if not thing.file.endswith(".ipynb"):
            found = {file: of for file, of in found.items() if file not in (thing.file, thing.name)}
        return dict(sorted(found.items()))

    def stale(self) -> dict[str, list[str]]:
        """The things that are old, in the order in which to make them again, and the cause."""
        old, renewed = {}, set[str]()
        for name, thing in self.things.items():
            now, noted = self.made_from(thing), self.notes.get(name, {})
            changed = [file for file in sorted({*now, *noted})
                       if now.get(file) != noted.get(file) or file in renewed]
            if changed:
                old[name] = changed
                renewed |= {thing.file, name}
        return old

    def note(self, made: dict[str, dict[str, str]]) -> None:
        """Record what things were made from; forget things that aren't stored any more."""
        notes = {name: found for name, found in {**self.notes, **made}.items()
                 if name in self.things} | {NETWORK: self.network}
        text = json.dumps(dict(sorted(notes.items())), indent=1, ensure_ascii=False)
        (self.root / NOTES).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def alike(now: list[dict], noted: list[dict]) -> bool:
    """Whether two fingerprints are the same but for rounding, which differs between processors."""
    return [one.keys() for one in now] == [other.keys() for other in noted] and all(
        math.isclose(one[name], other[name], rel_tol=1e-4) if isinstance(one[name], float)
        else one[name] == other[name] for one, other in zip(now, noted) for name in one)


@contextmanager
def making(*names: str, when: bool = True) -> Iterator[None]:
    """Make things inside: if that goes well, they are made from what was here at the start.

    when: False where something else is made, which isn't stored
    """
    store = Store()
    made = {name: store.made_from(store.things[name]) for name in names} if when else {}
    yield
    if made:
        Store().note(made)


def first_few(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def report(store: Store) -> str:
    """The list of old things, in order, with commands and minutes."""
    old = store.stale()
    lines = []
    groups = groupby((store.things[name] for name in old), lambda thing: thing.command)
    for number, (command, group) in enumerate(groups, 1):
        things = list(group)
        minutes = max(1, round(sum(thing.minutes for thing in things)))
        because = sorted({file for thing in things for file in old[thing.name]})
        command = command.format(files=shlex.join(thing.file for thing in things),
                                 parts=shlex.join(thing.part for thing in things if thing.part))
        lines += [f"{number}. {first_few([thing.name for thing in things])}",
                  f"   {command}", f"   about {minutes} minute{'s' * (minutes > 1)}",
                  f"   because of {first_few(because)}", ""]
    if not old:
        return "Nothing is old."
    return "\n".join([f"{len(old)} of {len(store.things)} stored things are old. Make them anew in "
                      "this order.", "", *lines, HOW])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--made", nargs="+", metavar="NAME", help="note that these are up to date")
    options = parser.parse_args()
    store = Store()
    if options.made:
        names = [name for name in store.things
                 if any(fnmatchcase(name, pattern) for pattern in options.made)]
        if not names:
            parser.error(f"nothing is called so; there are:\n{chr(10).join(store.things)}")
        store.note({name: store.made_from(store.things[name]) for name in names})
        print(*names, sep="\n")
    else:
        print(report(store))
        store.note({})  # if the fingerprint is the same, the network needn't run the next time


if __name__ == "__main__":
    main()
