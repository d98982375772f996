"""The runs by each recipe that are stored, and what pages say of them."""

from pathlib import Path

import pytest

from mnist_adder_course.notebook.results import read_results
from tools.publishing.describe_network import mean_and_spread

ROOT = Path(__file__).resolve().parents[2]
RUNS = read_results("results.jsonl").set_index("recipe")


@pytest.mark.parametrize("page, splits", [
    ("docs/results.md", ["training", "validation", "evaluation"]),
    ("notebooks/in_one_sitting.ipynb", ["training", "validation", "evaluation"]),
])
def test_pages_say_what_was_measured_with_single_values_dropped(page, splits):
    text = (ROOT / page).read_text("utf-8")
    assert all(mean_and_spread(RUNS.loc[["elementwise"], split]) in text for split in splits)


@pytest.mark.parametrize("recipe", ["reference", "fast", "plain", "best"])
def test_the_table_of_recipes_says_what_was_measured(recipe):
    text = (ROOT / "docs" / "results.md").read_text("utf-8")
    both = [mean_and_spread(RUNS.loc[recipe, split]) for split in ("validation", "evaluation")]
    assert f"| {' | '.join(both)} |" in text
