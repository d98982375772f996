"""The grid of pairs: what Python accepts and makes of it. (A browser test clicks and trains.)"""

import base64

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from traitlets import TraitError

from mnist_adder_course.widgets.hidden_sums import PATTERN, HiddenSums, adder_data, unseen_sums
from mnist_adder_lib import as_input, load_pretrained, load_splits


def pairs_of(held_out):
    return held_out.nonzero().tolist()


def test_the_pattern_is_the_one_of_the_lesson():
    held_out = HiddenSums().held_out
    assert held_out.dtype == torch.bool and pairs_of(held_out) == PATTERN
    assert pairs_of(unseen_sums(held_out)) == [[0, 0]]


@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.9, 1])
def test_unseen_sums_are_those_of_no_other_pair(share):
    torch.manual_seed(0)
    held_out = torch.rand(10, 10) < share
    seen = {digit + number for digit, number in pairs_of(~held_out)}
    assert pairs_of(unseen_sums(held_out)) == [pair for pair in pairs_of(held_out)
                                               if sum(pair) not in seen]


def test_pairs_are_sorted_and_each_stands_there_once():
    widget = HiddenSums(pairs=[[4, 1], [0, 5], [4, 1], (2, 2), [3, 3], [6, 6]])
    assert widget.pairs == [[0, 5], [2, 2], [3, 3], [4, 1], [6, 6]]
    assert pairs_of(widget.held_out) == widget.pairs


@pytest.mark.parametrize("pairs", [[[0, 10]], [[-1, 0]], [[1]], [[1, 2, 3]], [[0.5, 1]],
                                   [["1", 2]], [[True, 2]], [3], [None]])
def test_what_is_no_pair_is_refused(pairs):
    widget = HiddenSums()
    with pytest.raises(TraitError):
        widget.pairs = pairs
    assert widget.pairs == PATTERN


def test_more_than_twenty_are_too_many():
    with pytest.raises(TraitError, match="At most 20 pairs can be hidden"):
        HiddenSums(pairs=[*PATTERN, [0, 1]])


@pytest.mark.parametrize("place, name", [(0, "digit"), (1, "number")])
def test_every_digit_and_every_number_keeps_a_pair(place, name):
    pairs = [[3, other] if place == 0 else [other, 3] for other in range(10)]
    with pytest.raises(TraitError, match=f"Leave at least one pair with the {name} 3"):
        HiddenSums(pairs=pairs)
    assert HiddenSums(pairs=pairs[1:]).held_out.sum() == 9


@pytest.mark.parametrize("pairs", [[], [[1, 1], [2, 2]], [[0, 0], [9, 9], [1, 2], [3, 4], [5, 6]]])
def test_too_few_pairs_to_measure_anything(pairs):
    with pytest.raises(ValueError, match="at least 5 pairs whose sum still occurs"):
        HiddenSums(pairs=pairs).held_out


def test_where_no_kernel_runs_a_table_is_shown():
    data, _ = DisplayFormatter().format(HiddenSums())  # as IPython does
    lines = data["text/markdown"].splitlines()
    assert data["text/plain"] == "HiddenSums(20 pairs hidden)"
    assert lines[2] == "| |+ 0|+ 1|+ 2|+ 3|+ 4|+ 5|+ 6|+ 7|+ 8|+ 9|"
    assert lines[4] == "|**0**|**?**|1|2|3|4|**?**|6|7|8|9|" and len(lines) == 14


@torch.no_grad()
def test_the_page_gets_embeddings_of_images_to_learn_from_and_of_others():
    model, (train, validation, _) = load_pretrained(), load_splits()
    data = adder_data(model.train())
    assert model.training and data["training"] == 2000
    images = torch.cat([train.images[:2000], validation.images[:1000]])
    found = np.frombuffer(base64.b64decode(data["embeddings"]), np.uint8).reshape(3000, 20)
    off = np.abs(found * data["scale"] - model.eval().embed(as_input(images)).numpy())
    assert off.max() < 0.51 * data["scale"]  # half a step, but for rounding
    digits = [*train.digits[:2000].tolist(), *validation.digits[:1000].tolist()]
    assert data["digits"] == "".join(map(str, digits))
