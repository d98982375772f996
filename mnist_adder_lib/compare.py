"""Comparing two ways of training in pairs: the interval of their difference, and how many pairs
an experiment needs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

POWER = 0.8  # of an experiment that is planned
MOST = 100_000  # pairs of one


def paired_interval(differences: Iterable[float]) -> tuple[float, float]:
    """The 95% interval of the mean of paired differences: (low, high), in the same units.

    differences: a number for each pair, such as the accuracy with a change minus the accuracy
    without it, trained with the same seed. The interval is the mean plus or minus
    `critical_value` standard errors. That value comes from Student's t; it is 2.78 for five pairs
    and close to 1.96 for very many. Raises ValueError for fewer than two
    differences, and for numbers that aren't finite.

    Source: Student (W. S. Gosset), The Probable Error of a Mean, Biometrika 1908.
    """
    values = np.asarray(list(differences), dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError("an interval needs at least two differences: one number says nothing "
                         "about how far such numbers are spread")
    if not np.isfinite(values).all():
        raise ValueError("the differences must be finite numbers")
    mean, error = values.mean(), values.std(ddof=1) / len(values) ** 0.5
    half = critical_value(len(values)) * error
    return float(mean - half), float(mean + half)


def critical_value(pairs: int) -> float:
    """The critical value of Student's t for the mean of `pairs` differences: how many standard
    errors the 95% interval reaches to either side. Raises ValueError for fewer than two pairs.
    """
    if pairs < 2:
        raise ValueError(f"an interval needs at least two pairs, not {pairs}")
    from scipy import stats  # imported where it is used: it takes half as long as torch

    return float(stats.t.ppf(0.975, pairs - 1))


def power_of_pairs(pairs: int, spread: float, difference: float) -> float:
    """The power of an experiment: the probability, from 0 to 1, that the 95% interval of its
    `pairs` differences is on the true difference's side of 0.

    difference: the true mean difference, not 0; spread: the standard deviation of the differences
    from pair to pair, in the same units. The differences are taken to follow a bell curve. Raises
    ValueError for fewer than two pairs, a spread that isn't positive or a difference of 0.

    Source: J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd edition, 1988.
    """
    if not (spread > 0 and difference):
        raise ValueError("the spread must be above 0, and the difference must not be 0")
    from scipy import stats

    standard_errors = abs(difference) / spread * pairs**0.5
    return float(stats.nct.sf(critical_value(pairs), pairs - 1, standard_errors))


def pairs_needed(spread: float, difference: float) -> int:
    """The smallest number of pairs that shows a difference with a power of at least 80%.

    spread, difference: as in `power_of_pairs`. Raises ValueError for what `power_of_pairs` rejects,
    and if more than 100,000 pairs would be needed.
    """
    low, high = 1, 2  # `high` will be enough; `low` is too few
    while power_of_pairs(high, spread, difference) < POWER:
        if high == MOST:
            raise ValueError(f"more than {MOST:,} pairs would be needed: the difference is too "
                             "small for this spread")
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        if power_of_pairs(middle, spread, difference) < POWER:
            low = middle
        else:
            high = middle
    return high
