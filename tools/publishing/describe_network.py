"""Write into the README what the network consists of and how good it is, each number computed.

    python tools/publishing/describe_network.py

Writes the lines between MADE and END of README.md, with today's date: the parameters of each part,
and a table of accuracies. Its first row is what the reference reports of itself. The rows of its
recipe are runs of our network with different seeds (assets/results.jsonl); where no training
accuracies were recorded, there is the one of the stored history. The last row is the network that
ships.
"""

import re
import time
from pathlib import Path

import pandas as pd
import torch

from mnist_adder_course.notebook.results import read_results
from mnist_adder_lib import (
    History,
    asset_path,
    count_parameters,
    evaluate,
    load_pretrained,
    load_splits,
)

README = Path(__file__).resolve().parents[2] / "README.md"
MADE = "<!-- made by tools/publishing/describe_network.py, {date} -->"
END = "<!-- end -->"
BLOCK = re.compile(rf"{MADE.format(date='(.+?)')}\n\n(.*?)\n{END}\n", re.DOTALL)
REFERENCE = ("97.84", "98.84", "99.00", "99.16", "99.12")  # what its notebook prints
RECIPES = {"elementwise": "single values", "reference": "whole channels"}  # what dropout drops
PARTS = {
    "the six convolutions": ("block1", "block2", "block3"), "the embedding": ("embedding",),
    "the two dense layers": ("adder",), "the heads": ("digit_head", "sum_head"),
}
HEADINGS = ("percent right", "training", "validation", "test", "its digits", "its sums")


def description() -> str:
    """A sentence with the parameters, and a table of accuracies in percent, in Markdown."""
    model, (_, validation, evaluation) = load_pretrained(), load_splits()
    parts = {part: sum(count_parameters(getattr(model, name)) for name in names)
             for part, names in PARTS.items()}
    *others, last = (f"{count:,} in {part}" for part, count in parts.items())
    tested = evaluate(model, evaluation)
    shipped = (evaluate(model, validation).accuracy_both, tested.accuracy_both,
               tested.accuracy_digit, tested.accuracy_sum)
    return "\n".join([
        f"The network has {count_parameters(model):,} parameters: {', '.join(others)} and {last}.",
        "", row(*HEADINGS), "|---" * len(HEADINGS) + "|",
        row("the reference, one run", *REFERENCE), *map(recipe_row, RECIPES),
        row("the network that ships", "", *(f"{value:.2f}" for value in shipped))]) + "\n"


def recipe_row(recipe: str) -> str:
    """Mean and standard deviation over the runs of a recipe, of digit and sum together."""
    runs = read_results("results.jsonl").query("recipe == @recipe")
    columns = runs[["training", "validation", "evaluation"]].dropna(axis="columns")
    scores = {name: mean_and_spread(values) for name, values in columns.items()}
    if "training" not in scores:
        history = History.load(asset_path("reference_history.json"))
        steps = torch.tensor(history.train_accuracy).view(-1, history.steps_per_epoch)
        scores["training"] = f"{steps.mean(dim=1).max():.2f} (one run)"
    name = f"ours, {RECIPES[recipe]} dropped; runs: {len(runs)}"
    return row(name, *(scores[of] for of in ("training", "validation", "evaluation")), "", "")


def mean_and_spread(runs: pd.Series) -> str:
    """Mean and standard deviation; of a single run, its value."""
    return f"{runs.mean():.2f} ± {runs.std():.2f}" if len(runs) > 1 else f"{runs.iloc[0]:.2f}"


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    made = f"{MADE.format(date=time.strftime('%Y-%m-%d'))}\n\n{description()}\n{END}\n"
    README.write_text(BLOCK.sub(lambda _: made, README.read_text("utf-8")), "utf-8", newline="\n")
