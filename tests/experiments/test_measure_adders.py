"""What measure_adders.py recorded, and what lesson 4 says of it."""

import pandas as pd
import pytest
from measure_adders import EPOCHS, RESULTS, measure

from mnist_adder_course.common.adders import AdderTask, new_adders
from mnist_adder_lib import load_splits

RUNS = pd.read_json(RESULTS, lines=True)


def test_every_adder_was_measured_with_the_same_seeds():
    assert not RUNS.duplicated(["adder", "epochs", "seed"]).any()
    seeds = RUNS.groupby(["adder", "epochs"])["seed"].agg(sorted)
    assert set(seeds.index) == {(name, epochs) for name in new_adders() for epochs in EPOCHS}
    assert len(seeds.iloc[0]) >= 5 and all(found == seeds.iloc[0] for found in seeds)


def test_batch_norm_makes_it_quick_and_relu_makes_it_reachable():
    soon, late = (RUNS[RUNS["epochs"] == epochs].groupby("adder")["sums"] for epochs in EPOCHS)
    no_norm, no_relu = "one layer, no batch norm", "one layer, no ReLU"
    assert soon.max()[no_norm] < 45 and late.min()[no_norm] > 98
    assert soon.max()[no_relu] < 50 and late.max()[no_relu] < 65
    assert soon.min()["one layer"] > 98 and late.max()["no layer"] < 40
    assert RUNS["digits"].min() > 98


@pytest.mark.stored
def test_a_run_comes_out_again():
    stored = RUNS[(RUNS["adder"] == "one layer") & (RUNS["epochs"] == 3) & (RUNS["seed"] == 0)]
    again = measure(AdderTask(*load_splits()[:2]), "one layer", epochs=3, seed=0)
    assert again["sums"] == pytest.approx(stored["sums"].item(), abs=0.5)
