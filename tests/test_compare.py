"""Comparing trainings in pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mnist_adder_lib import paired_interval, pairs_needed, power_of_pairs
from mnist_adder_lib.compare import critical_value

sizes = st.floats(0.1, 3)


def test_the_limits_are_those_in_students_table():
    table = {2: 12.706, 5: 2.776, 10: 2.262, 20: 2.093, 1_000_000: 1.960}
    for pairs, expected in table.items():
        assert critical_value(pairs) == pytest.approx(expected, abs=0.0006)


def test_an_interval_by_hand():
    # 2, 4 and 6: mean 4, standard deviation 2, standard error 2 / sqrt(3), limit 4.303
    assert paired_interval([2, 4, 6]) == pytest.approx((4 - 4.968, 4 + 4.968), abs=0.001)
    assert paired_interval(np.array([1.0, 1.0])) == (1, 1)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30))
def test_the_interval_excludes_0_when_the_t_test_does(differences):
    if np.std(differences) < 1e-6:
        return
    low, high = paired_interval(differences)
    p = stats.ttest_1samp(differences, 0).pvalue
    if abs(p - 0.05) > 1e-9:
        assert (low > 0 or high < 0) == (p < 0.05)
    assert low <= np.mean(differences) <= high


def test_the_interval_contains_the_truth_95_times_in_100():
    draws = np.random.default_rng(0).normal(0.3, 2, (4_000, 6))
    held = [low < 0.3 < high for low, high in map(paired_interval, draws)]
    assert 0.935 < np.mean(held) < 0.965  # standard error 0.0035


@pytest.mark.parametrize("pairs, ratio", [(5, 1.0), (10, 1.0), (16, 0.77), (34, 0.5)])
def test_the_power_is_the_share_of_simulated_experiments_that_show_the_difference(pairs, ratio):
    draws = np.random.default_rng(0).normal(ratio, 1, (20_000, pairs))
    errors_away = draws.mean(axis=1) / (draws.std(axis=1, ddof=1) / pairs**0.5)
    share = np.mean(errors_away > critical_value(pairs))
    assert power_of_pairs(pairs, 1, ratio) == pytest.approx(share, abs=0.015)


@given(spread=sizes, difference=sizes)
def test_pairs_needed_is_the_smallest_number_that_is_enough(spread, difference):
    pairs = pairs_needed(spread, difference)
    assert power_of_pairs(pairs, spread, difference) >= 0.8
    assert pairs == 2 or power_of_pairs(pairs - 1, spread, difference) < 0.8
    assert pairs_needed(2 * spread, -2 * difference) == pairs  # units and sign don't matter


def test_pairs_needed_agrees_with_a_published_table():
    # Cohen's t test of paired differences, two-sided at 5%, power 80%: 199, 34 and 15 pairs for
    # effects of 0.2, 0.5 and 0.8 standard deviations.
    assert [pairs_needed(1, effect) for effect in (0.2, 0.5, 0.8)] == [199, 34, 15]


def test_what_makes_no_sense_is_refused():
    for differences in ([], [1.0], [[1.0, 2.0]], [1.0, float("nan")]):
        with pytest.raises(ValueError, match="differences"):
            paired_interval(differences)
    for pairs, spread, difference in [(1, 1, 1), (5, 0, 1), (5, -1, 1), (5, 1, 0)]:
        with pytest.raises(ValueError, match="two pairs|above 0"):
            power_of_pairs(pairs, spread, difference)
    for difference in (0.0085, 1e-6):  # the first needs 109,000
        with pytest.raises(ValueError, match="more than 100,000 pairs .* too small"):
            pairs_needed(1, difference)
