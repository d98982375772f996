"""The hundred pairs of a digit and a number in a grid: hide some, train, see whether it adds."""

from __future__ import annotations

import base64

import anywidget
import torch
from torch import Tensor
from traitlets import Dict, Enum, Int, List, TraitError, Unicode, validate

from mnist_adder_lib.data import as_input, load_splits
from mnist_adder_lib.evaluate import in_evaluation
from mnist_adder_lib.model import IdentityAdderModel
from mnist_adder_lib.shared import HIDDEN_PAIRS, SENTENCES

from .front_end import front_end

PATTERN = HIDDEN_PAIRS["pattern"]
FEWEST = 5  # hidden pairs whose sum is seen: with fewer there is nothing to measure
MOST = HIDDEN_PAIRS["most"]
TRAINING, OTHERS = 2000, 1000  # images that the adder learns from, and on which it is tested
READER = "Only the adder is new: the network that reads has seen all hundred pairs."


class HiddenSums(anywidget.AnyWidget):
    """A grid of all pairs, a row for each digit and a column for each number, to hide some of them.

    - model: an `IdentityAdderModel` that reads images. Behind its embedding a small adder learns
      from the other pairs, in the browser. Without a model there is the grid alone
    - pairs: the hidden [digit, number], at most 20; at first a pattern in which all sums but 0
      still occur in the other pairs. Every digit and every number keeps at least one pair: the grid
      says so if a click would take the last, and Python raises TraitError
    - answer: what the adder answers with: one of 19 classes; or by a shift, as it only reads the
      digit, and its answer is then moved up by the number
    - seed: of the first training; the next one takes the next
    - reader: a sentence about what the network that reads has seen
    """

    _esm, _css = front_end("hidden_sums")
    pairs = List(PATTERN).tag(sync=True, echo_update=False)
    answer = Enum(("classes", "shift"), "classes").tag(sync=True, echo_update=False)
    seed = Int(0).tag(sync=True)
    reader = Unicode(READER).tag(sync=True)
    data = Dict().tag(sync=True)

    def __init__(self, model: IdentityAdderModel | None = None, **traits):
        super().__init__(data={} if model is None else adder_data(model), **traits)

    @validate("pairs")
    def _check_pairs(self, proposal):
        try:
            pairs = {(digit, number) for digit, number in proposal.value}
            inside = all(type(one) is int and 0 <= one <= 9 for pair in pairs for one in pair)
        except (TypeError, ValueError):
            inside = False
        if not inside:
            raise TraitError("pairs should be a list of [digit, number], both from 0 to 9")
        if len(pairs) > MOST:
            raise TraitError(SENTENCES["too_many_hidden"].format(most=MOST))
        for place, name in enumerate(("digit", "number")):
            taken = [pair[place] for pair in pairs]
            full = [one for one in range(10) if taken.count(one) == 10]
            if full:
                raise TraitError(SENTENCES["last_pair"].format(name=name, one=full[0]))
        return [list(pair) for pair in sorted(pairs)]

    @property
    def held_out(self) -> Tensor:
        """Which pairs are hidden, as `as_table` gives it.

        Raises ValueError where fewer than 5 of them have a sum that another pair has, too.
        """
        chosen = as_table(self.pairs)
        if (chosen & ~unseen_sums(chosen)).sum() < FEWEST:
            raise ValueError(f"hide at least {FEWEST} pairs whose sum still occurs in others")
        return chosen

    def __repr__(self):
        return f"HiddenSums({len(self.pairs)} pairs hidden)"

    _ipython_display_ = None  # ipywidgets 7 has one, which would leave the table out

    def _repr_mimebundle_(self, **_):
        # If no kernel is running, as on GitHub, a table is shown.
        data, metadata = super()._repr_mimebundle_()
        signs = [["**?**" if [digit, number] in self.pairs else str(digit + number)
                  for number in range(10)] for digit in range(10)]
        lines = ["| |" + "|".join(f"+ {number}" for number in range(10)) + "|", "|---" * 11 + "|"]
        lines += [f"|**{digit}**|{'|'.join(line)}|" for digit, line in enumerate(signs)]
        text = "Each ? is a hidden pair. To hide others, run the cell.\n\n" + "\n".join(lines)
        return data | {"text/plain": repr(self), "text/markdown": text}, metadata


@torch.no_grad()
def adder_data(model: IdentityAdderModel) -> dict:
    """What the front end reads: embeddings of the first 2,000 training images and, to test it, of
    the first 1,000 validation images; each number as a byte, by `scale`."""
    train, validation, _ = load_splits()
    splits = [(train, TRAINING), (validation, OTHERS)]
    images = torch.cat([split.images[:count] for split, count in splits])
    digits = torch.cat([split.digits[:count] for split, count in splits])
    model, device = in_evaluation(model), next(model.parameters()).device
    pixels = as_input(images).to(device)
    embeddings = torch.cat([model.embed(part) for part in pixels.split(500)]).cpu()
    scale = embeddings.max().item() / 255
    whole = (embeddings / scale).round().to(torch.uint8)
    return dict(embeddings=base64.b64encode(whole.numpy().tobytes()).decode(), scale=scale,
                digits="".join(map(str, digits.tolist())), training=TRAINING)


def as_table(pairs: list) -> Tensor:
    """Pairs as a table, bool (10, 10): a row for each digit, a column for each number."""
    table = torch.zeros(10, 10, dtype=torch.bool)
    for digit, number in pairs:
        table[digit, number] = True
    return table


def unseen_sums(held_out: Tensor) -> Tensor:
    """Which hidden pairs have a sum that none of the other pairs has, bool (10, 10)."""
    totals = torch.arange(10).view(10, 1) + torch.arange(10)
    return held_out & ~torch.isin(totals, totals[~held_out])
