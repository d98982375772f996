"""What measure_waiting.py recorded, and that each way changes one thing."""

import measure_waiting

from mnist_adder_course.notebook.results import read_results


def test_ten_runs_of_each_way_were_measured():
    seeds = read_results("waiting.jsonl").groupby("way")["seed"].agg(list)
    assert set(seeds.index) == set(measure_waiting.WAYS)
    assert all(each == list(range(10)) for each in seeds)


def test_without_epsilon_nothing_else_is_different():
    for way, told in measure_waiting.DECAYS.items():
        changed = measure_waiting.WAYS[f"{way}, no epsilon"]
        assert changed | told == changed and changed.keys() - told.keys() == {"epsilon"}
