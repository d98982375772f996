"""What measure_changes.py recorded, and how it chooses learning rates."""

import measure_changes
import pandas as pd
import pytest

RUNS = pd.read_json(measure_changes.RESULTS, lines=True)
MEASURED = RUNS[~RUNS["seed"].isin(measure_changes.SEARCH_SEEDS)]


def test_all_changes_were_measured_with_the_same_seeds():
    assert not RUNS.duplicated(["change", "learning_rate", "seed"]).any()
    assert set(MEASURED["change"]) == set(measure_changes.CHANGES)
    seeds = MEASURED.groupby("change")["seed"].agg(sorted)
    assert len(seeds.iloc[0]) >= 5 and all(found == seeds.iloc[0] for found in seeds)
    assert not MEASURED.isna().any(axis=None)


@pytest.mark.parametrize("name", measure_changes.CHANGES)
def test_the_learning_rates_are_those_that_the_search_chose(name):
    rates = set(MEASURED[MEASURED["change"] == name]["learning_rate"])
    assert rates == {measure_changes.chosen_rate(name)}


@pytest.mark.parametrize("name", [name for name, change in measure_changes.CHANGES.items()
                                  if len(change.rates) > 1])
def test_the_search_tried_what_its_rule_says(name):
    table = measure_changes.search_table(name)
    first, *others = measure_changes.SEARCH_SEEDS
    assert table[first].notna().all()
    close = table[first].max() - table[first] <= measure_changes.MARGIN
    assert (table[others].notna().all(axis=1) == (close & (close.sum() > 1))).all()
    assert (table[others].isna().all(axis=1) | table[others].notna().all(axis=1)).all()
