"""The hundred pairs of a digit and a number in a grid: choose which ones training shall not see."""

from __future__ import annotations

import anywidget
import torch
from torch import Tensor
from traitlets import List, TraitError, validate

from .widgets import front_end

PATTERN = [[digit, number] for digit in range(10) for number in range(10)
           if (3 * digit + number) % 5 == 0]
FEWEST = 5  # held-out pairs whose sum is seen: with fewer there is nothing to measure


class PairPicker(anywidget.AnyWidget):
    """A grid to choose pairs in, a row for each digit and a column for each number.

    `pairs` are the chosen [digit, number]; at first a pattern of 20 in which all sums but 0 still
    occur in the other pairs. Every digit and every number keeps at least one pair: the grid says so
    where one would take the last, and Python raises TraitError.
    """

    _esm, _css = front_end("pair_picker")
    pairs = List(PATTERN).tag(sync=True, echo_update=False)

    @validate("pairs")
    def _check_pairs(self, proposal):
        try:
            pairs = {(digit, number) for digit, number in proposal.value}
            inside = all(type(one) is int and 0 <= one <= 9 for pair in pairs for one in pair)
        except (TypeError, ValueError):
            inside = False
        if not inside:
            raise TraitError("pairs should be a list of [digit, number], both from 0 to 9")
        for place, name in enumerate(("digit", "number")):
            taken = [pair[place] for pair in pairs]
            full = [one for one in range(10) if taken.count(one) == 10]
            if full:
                raise TraitError(f"the {name} {full[0]} needs at least one pair to be learned from")
        return [list(pair) for pair in sorted(pairs)]

    @property
    def held_out(self) -> Tensor:
        """Which pairs are chosen, as `as_table` gives it.

        Raises ValueError where fewer than 5 of them have a sum that another pair has, too.
        """
        chosen = as_table(self.pairs)
        if (chosen & ~unseen_sums(chosen)).sum() < FEWEST:
            raise ValueError(f"hold out at least {FEWEST} pairs whose sum still occurs in others")
        return chosen

    def __repr__(self):
        return f"PairPicker({len(self.pairs)} pairs held out)"

    _ipython_display_ = None  # ipywidgets 7 has one, which would leave the table out

    def _repr_mimebundle_(self, **_):
        # Where no kernel runs, as on GitHub, a table is shown.
        data, metadata = super()._repr_mimebundle_()
        signs = [["·" if [digit, number] in self.pairs else str(digit + number)
                  for number in range(10)] for digit in range(10)]
        lines = ["| |" + "|".join(f"+ {number}" for number in range(10)) + "|", "|---" * 11 + "|"]
        lines += [f"|**{digit}**|{'|'.join(line)}|" for digit, line in enumerate(signs)]
        text = "The dots are held out:\n\n" + "\n".join(lines)
        return data | {"text/plain": repr(self), "text/markdown": text}, metadata


def as_table(pairs: list) -> Tensor:
    """Pairs as a table, bool (10, 10): a row for each digit, a column for each number."""
    table = torch.zeros(10, 10, dtype=torch.bool)
    for digit, number in pairs:
        table[digit, number] = True
    return table


def unseen_sums(held_out: Tensor) -> Tensor:
    """Which held-out pairs have a sum that none of the other pairs has, bool (10, 10)."""
    totals = torch.arange(10).view(10, 1) + torch.arange(10)
    return held_out & ~torch.isin(totals, totals[~held_out])
