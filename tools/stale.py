"""List the stored results that are older than what they were made from.

    python tools/stale.py

Compares the dates of the last commits that changed a result and its sources; what isn't committed
yet has changed now. A changed comment counts, too: look at the change before you run a program for
an hour. Work from the top down, because a result may be made from those above it. Programs add
lines to a .jsonl file, so delete the old ones first.
"""

import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NETWORK, SHARED = "assets/adder.pt", "assets/shared.json"
TRAINING = "experiments/common.py " + " ".join(f"mnist_adder_lib/{name}.py" for name in (
    "augment", "data", "evaluate", "forms", "losses", "model", "recipes", "train"))
REJECTING = " ".join((
    *(f"mnist_adder_lib/drawing/{name}.py" for name in ("framing", "rejection", "strangeness")),
    *(f"mnist_adder_course/common/{name}.py" for name in ("head_training", "non_digits"))))
PICTURES = "python tools/publishing/take_pictures.py"
LESSONS = [path.stem.split("_", 1) for path in sorted(ROOT.glob("notebooks/[0-9]*_*.ipynb"))]
WIDGETS = "mnist_adder_course/widgets"
TABLE = [  # a result, patterns of its sources, and how it is made again
    (NETWORK, f"{TRAINING} {REJECTING} experiments/measure_recipes.py",
     "python experiments/train_checkpoint.py"),
    *((f"assets/{result}", f"{TRAINING} experiments/{program}.py",
       f"python experiments/{program}.py") for result, program in (
        ("results.jsonl", "measure_recipes"), ("changes.jsonl", "measure_changes"),
        ("sums.jsonl", "measure_sums"), ("last_digit.pt", "measure_sums"),
        ("hidden_pairs.jsonl", "measure_hidden_pairs"),
        ("reference_history.json", "train_reference"))),
    *((f"assets/{name}.jsonl", f"{TRAINING} experiments/measure_{name}.py "
       "mnist_adder_course/common/small_network.py", f"python experiments/measure_{name}.py")
      for name in ("rounding", "template")),
    ("assets/adders.jsonl", "experiments/common.py experiments/measure_adders.py "
     "mnist_adder_course/common/adders.py mnist_adder_lib/data.py mnist_adder_lib/model.py",
     "python experiments/measure_adders.py"),
    ("assets/maps.jsonl", f"{TRAINING} {NETWORK} experiments/measure_recipes.py "
     "experiments/measure_maps.py mnist_adder_course/common/maps.py",
     "python experiments/measure_maps.py"),
    ("assets/waiting.jsonl", f"{NETWORK} experiments/measure_waiting.py "
     "mnist_adder_course/common/hidden_pairs.py mnist_adder_lib/model.py",
     "python experiments/measure_waiting.py"),
    (SHARED, f"{NETWORK} {REJECTING}", "python experiments/measure_non_digits.py FOLDER"),
    ("docs/results.md", "assets/results.jsonl",
     "write what measure_recipes.py prints into its table"),
    ("README.md", f"{NETWORK} assets/results.jsonl assets/reference_history.json "
     "mnist_adder_lib/model.py tools/publishing/describe_network.py",
     "python tools/publishing/describe_network.py"),
    ("docs/lab_notebook.md", "assets/*.jsonl", "write what was measured below its questions"),
    ("js/test/golden.json", f"{NETWORK} {SHARED} {REJECTING} tools/testing/write_golden.py",
     "python tools/testing/write_golden.py"),
    *((f"js/src/network/{name}.wasm", f"js/src/network/{name}.c js/compile.js",
       "cd js && npm run build") for name in ("adder", "teach")),
    ("docs/try/index.html",
     f"{NETWORK} {SHARED} assets/hidden_pairs.jsonl js/src/* tools/publishing/build_page.py",
     "python tools/publishing/build_page.py && (cd js && npm run build)"),
    *((f"notebooks/{folder}{number}_{name}.ipynb",
       f"{NETWORK} mnist_adder_course/plots.py mnist_adder_course/lessons/*{name}.*",
       f"python tools/notebooks/run_lessons.py notebooks/{folder}{number}_{name}.ipynb")
      for folder in ("", "solutions/") for number, name in LESSONS),
    *((f"assets/open_{number}.png", f"mnist_adder_course/lessons/{name}.py", PICTURES)
      for number, name in LESSONS),
    *((f"{WIDGETS}/stills/{name}.png", f"{WIDGETS}/built/{name}.css", PICTURES)
      for name in ("network_diagram", "window_viewer")),
    ("assets/page.png", f"{NETWORK} js/src/page/*.css", PICTURES),
    *((f"assets/page{kind}.gif", f"{NETWORK} js/src/page/*.css", PICTURES)
      for kind in ("", "_dark", "_narrow", "_narrow_dark")),
    *((f"assets/{name}.png", f"{NETWORK} mnist_adder_course/plots.py", PICTURES)
      for name in ("network", "network_small", "curves")),
    ("assets/panel.png", "mnist_adder_lib/drawing/built/*.css", PICTURES),
]


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


def dates() -> dict[str, str]:
    """When each file was last changed, such as "2026-11-30 14:27"; "now" if not committed."""
    found, date = {line[3:]: "now" for line in git("status", "--porcelain").splitlines()}, ""
    form = ["--date=format-local:%Y-%m-%d %H:%M", "--format=date %cd"]
    for line in git("log", *form, "--name-only").splitlines():
        if line.startswith("date "):
            date = line.removeprefix("date ")
        elif line:
            found.setdefault(line, date)
    return found


def stale(changed: dict[str, str]) -> list[tuple[str, str, list[str]]]:
    """The old results in their order, each with its command and with the newer sources."""
    old = []
    for result, patterns, command in TABLE:
        newer = [file for file, date in changed.items() if date > changed.get(result, "")
                 and any(fnmatchcase(file, pattern) for pattern in patterns.split())]
        if newer:
            old.append((result, command, sorted(newer)))
    return old


def main() -> None:
    if git("rev-parse", "--is-shallow-repository").strip() != "false":
        sys.exit("There is no history here to compare dates with: git fetch --unshallow gets it.")
    changed = dates()
    for result, command, newer in stale(changed):
        print(f"{result}, from {changed.get(result, 'nowhere')}\n   {command}\n   "
              f"because of {', '.join(newer)}\n")


if __name__ == "__main__":
    main()
