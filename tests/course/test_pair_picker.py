"""The grid of pairs: what Python accepts and makes of it. (A browser test clicks on it.)"""

import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from traitlets import TraitError

from mnist_adder_lib.course.pair_picker import PairPicker, unseen_sums


def pairs_of(held_out):
    return held_out.nonzero().tolist()


def test_two_pairs_of_each_digit_and_number_are_held_out():
    held_out = PairPicker().held_out
    assert held_out.dtype == torch.bool
    assert (held_out.sum(dim=0) == 2).all() and (held_out.sum(dim=1) == 2).all()
    assert unseen_sums(held_out).nonzero().tolist() == [[0, 0]]


def test_unseen_sums():
    torch.manual_seed(0)
    for share in (0, 0.3, 0.6, 0.9, 1):
        held_out = torch.rand(10, 10) < share
        seen = {sum(pair) for pair in pairs_of(~held_out)}
        lost = [pair for pair in pairs_of(held_out) if sum(pair) not in seen]
        assert pairs_of(unseen_sums(held_out)) == lost


def test_pairs_are_sorted_and_each_stands_there_once():
    picker = PairPicker(pairs=[[4, 1], [0, 5], [4, 1], (2, 2), [3, 3], [6, 6]])
    assert picker.pairs == [[0, 5], [2, 2], [3, 3], [4, 1], [6, 6]]
    assert pairs_of(picker.held_out) == picker.pairs


@pytest.mark.parametrize("pairs", [[[0, 10]], [[-1, 0]], [[1]], [[1, 2, 3]], [[0.5, 1]],
                                   [["1", 2]], [[True, 2]], [3], [None]])
def test_what_is_no_pair_is_refused(pairs):
    picker = PairPicker()
    with pytest.raises(TraitError):
        picker.pairs = pairs
    assert picker.held_out.equal(PairPicker().held_out)


@pytest.mark.parametrize("place, name", [(0, "digit"), (1, "number")])
def test_every_digit_and_every_number_keeps_a_pair(place, name):
    pairs = [[3, other] if place == 0 else [other, 3] for other in range(10)]
    with pytest.raises(TraitError, match=f"the {name} 3 needs at least one pair"):
        PairPicker(pairs=pairs)
    assert PairPicker(pairs=pairs[1:]).held_out.sum() == 9


@pytest.mark.parametrize("pairs", [[], [[1, 1], [2, 2]], [[0, 0], [9, 9], [1, 2], [3, 4], [5, 6]]])
def test_too_few_pairs_to_measure_anything(pairs):
    with pytest.raises(ValueError, match="at least 5 pairs whose sum still occurs"):
        PairPicker(pairs=pairs).held_out


def test_where_no_kernel_runs_a_table_is_shown():
    data, _ = DisplayFormatter().format(PairPicker())  # as IPython does
    lines = data["text/markdown"].splitlines()
    assert data["text/plain"] == "PairPicker(20 pairs held out)"
    assert lines[2] == "| |+ 0|+ 1|+ 2|+ 3|+ 4|+ 5|+ 6|+ 7|+ 8|+ 9|"
    assert lines[4] == "|**0**|·|1|2|3|4|·|6|7|8|9|" and len(lines) == 14
