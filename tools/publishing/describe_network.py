"""Write into the README what the network consists of and how good it is, each number computed.

    python tools/publishing/describe_network.py

What is between the two lines MADE and END of README.md is written anew, with today's date: the
parameters of each part, and the accuracies on the test set of the network that ships. The first row
of the second table is what the reference reports of itself.
"""

import re
import time
from pathlib import Path

from mnist_adder_lib import count_parameters, evaluate, load_pretrained, load_splits

README = Path(__file__).resolve().parents[2] / "README.md"
MADE = "<!-- made by tools/publishing/describe_network.py, {date} -->"
END = "<!-- end -->"
BLOCK = re.compile(rf"{MADE.format(date='(.+?)')}\n\n(.*?)\n{END}\n", re.DOTALL)
REFERENCE = {"digit": 99.16, "sum": 99.12, "both": 99.00}  # what its notebook prints
PARTS = {
    "six convolutions, 3x3, 8 to 16 channels": ("block1", "block2", "block3"),
    "a dense layer: 16 averages to an embedding of 20": ("embedding",),
    "two dense layers of 64, for embedding and number": ("adder",),
    "two heads: 10 digits and 19 sums": ("digit_head", "sum_head"),
}


def description() -> str:
    """Two tables in Markdown: parameters, and accuracies in percent."""
    model, (_, _, evaluation) = load_pretrained(), load_splits()
    lines = ["| part | parameters |", "|---|---|"]
    for part, names in PARTS.items():
        count = sum(count_parameters(getattr(model, name)) for name in names)
        lines.append(f"| {part} | {count:,} |")
    lines += [f"| **all** | **{count_parameters(model):,}** |", "",
              "| of 10,000 test images right, in percent | digit | sum | both |",
              "|---|---|---|---|", row("the reference, as published", REFERENCE)]
    accuracies = evaluate(model, evaluation).table()["accuracy"]
    lines.append(row("the network that ships with the course", accuracies))
    return "\n".join(lines) + "\n"


def row(name: str, accuracies) -> str:
    values = [f"{accuracies[of]:.2f}" for of in ("digit", "sum", "both")]
    return f"| {name} | {' | '.join(values)} |"


if __name__ == "__main__":
    made = f"{MADE.format(date=time.strftime('%Y-%m-%d'))}\n\n{description()}\n{END}\n"
    README.write_text(BLOCK.sub(lambda _: made, README.read_text("utf-8")), "utf-8", newline="\n")
