"""The lab notebook says of its tables what the recorded results in assets/ contain."""

import re
from pathlib import Path

import pandas as pd
import pytest

from mnist_adder_course.lessons.one_change_at_a_time import measured
from mnist_adder_course.notebook.results import read_results
from mnist_adder_lib.compare import paired_interval

TEXT = (Path(__file__).parents[1] / "docs" / "lab_notebook.md").read_text("utf-8")
CHANGES = measured("validation").index


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a row of headings: the first cell of each row -> its other cells."""
    lines = TEXT[TEXT.index(f"\n{heading}\n"):].split("\n")[3:]
    found = [re.split(r" *\| *", line.strip("| ")) for line in lines[:lines.index("")]]
    return {name: values for name, *values in found}


def agree(said: list[str], measured: list[str]) -> None:
    """The words are the same, and the numbers up to how they were rounded."""
    numbers, words = r"[-+]?\d+\.?\d*", " | ".join
    assert re.sub(numbers, "0", words(said)) == re.sub(numbers, "0", words(measured))
    ours, theirs = ([float(one) for one in re.findall(numbers, words(row))]
                    for row in (said, measured))
    assert ours == pytest.approx(theirs, abs=0.0101)


def mean_and_spread(values) -> str:
    return f"{values.mean():.2f} ± {values.std():.2f}"


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_at_a_time(change):
    table = rows("| change | rate | both right | minus the start | the same, refreshed "
                 "| evaluation split |")
    assert len(table) == len(CHANGES)
    runs = read_results("changes.jsonl").query("change == @change and evaluation.notna()")
    said = [f"{runs['learning_rate'].unique().item():g}",
            mean_and_spread(measured("validation").loc[change]), "", "",
            mean_and_spread(measured("evaluation").loc[change])]
    if change != "start":
        for place, column in ((2, "validation"), (3, "refreshed")):
            runs = measured(column)
            differences = runs.loc[change] - runs.loc["start"]
            low, high = paired_interval(differences)
            said[place] = f"{differences.mean():+.2f} ({low:+.2f} to {high:+.2f})"
    agree(table[change], said)


def test_hidden_pairs():
    table = rows("| hidden | networks | hidden sums | seen sums "
                 "| hidden, highest after any epoch |")
    for name, (_, runs) in zip(table, read_results("hidden_pairs.jsonl").groupby(
            "hidden", sort=False)):
        seen, hidden = runs["epochs"].str[-1].str[0], runs["epochs"].str[-1].str[1]
        highest = max(right for epochs in runs["epochs"] for _, right in epochs)
        agree(table[name], [
            f"{len(runs)}", f"{hidden.mean():.1f} ± {hidden.std():.1f} ({hidden.min():.1f} to "
            f"{hidden.max():.1f})", mean_and_spread(seen), f"{highest:.2f}"])
    assert len(table) == 2


def test_how_alike_two_maps_are():
    table = rows("| control | gradient | integrated | Guided Backprop |")
    runs = read_results("maps.jsonl")["r"]
    assert list(table) == list(runs[0])
    for control, methods in runs[0].items():
        agree(table[control], [mean_and_spread(pd.Series([run[control][name] for run in runs]))
                               for name in methods])


def test_leads_over_brightness():
    table = rows("| seed | on black | gradient | gradient of the ink | integrated | occlusion "
                 "| Guided Backprop | each pixel alone |")
    runs = read_results("maps.jsonl")
    assert len(table) == len(runs)
    for seed, on_black, leads in zip(runs["seed"], runs["on_black"], runs["leads"]):
        agree(table[str(seed)], [f"{on_black['gradient']:.1f}"] + [
            "{:.2f} ± {:.2f}".format(*leads[name]) for name in (
                "gradient", "gradient, of the ink", "integrated", "occlusion", "Guided Backprop",
                "each pixel alone")])
