"""Does it add?: its figures, and what was measured."""

import pandas as pd
import pytest
import torch
import torch.nn.functional as F

from mnist_adder_course.common import hidden_pairs
from mnist_adder_course.common.hidden_pairs import (
    Adder,
    Embedded,
    as_label,
    by_pair,
    class_loss,
    sums_of,
    wait,
)
from mnist_adder_course.lessons.does_it_add import (
    TOTALS,
    as_quantity,
    ask_all,
    checks,
    even_loss,
    guesses,
    hidden_in_the_end,
    in_the_end,
    judge_block,
    mixed_loss,
    plot_designs,
    plot_number_line,
    plot_opening,
    plot_weights,
    recipe_curves,
    renamed_loss,
    train_adder,
    train_five,
    waiting_runs,
)
from mnist_adder_course.widgets.hidden_sums import HiddenSums

PAIRS = HiddenSums().held_out


LARGE, EACH_THIRD = torch.arange(10) > 5, torch.arange(10) % 3 == 1


@pytest.mark.parametrize("table, says", [
    (LARGE.view(10, 1) | LARGE, "The digit 6 is never seen"),
    ((torch.arange(10) > -1).view(10, 1) & LARGE, "The number 6 is never seen"),
    ((torch.arange(10) > 6).view(10, 1) & (torch.arange(10) > 6), "Of your pairs, 3 have a sum"),
    ((torch.arange(10) > 7).view(10, 1) & (torch.arange(10) > 7), "Only 4 pairs are hidden"),
    (TOTALS % 2 == 1, "That isn't a block"),
    (torch.zeros(10, 10, dtype=torch.bool), "Nothing is hidden"),
    (torch.ones(10, 10, dtype=torch.bool), "Everything is hidden"),
    ((LARGE.view(10, 1) & LARGE).tolist(), "The lesson goes on with a tensor"),
    (LARGE, "Yours has the shape (10,)"),
    (TOTALS, "Your table holds numbers"),
    (EACH_THIRD.view(10, 1) & EACH_THIRD, "there are seen pairs between the hidden ones"),
])
def test_why_a_block_is_none(table, says):
    assert says in checks.my_block.verdict(lambda: table)


# --- adders ---------------------------------------------------------------------------------------


class Teller(torch.nn.Module):
    """Says a sum that is right, or one too high if the number is 9."""

    def add(self, embeddings, numbers):
        digits = embeddings[:, 0].long()
        return F.one_hot(digits, 10), F.one_hot(digits + numbers + (numbers == 9), 20)


def test_all_hundred_pairs_are_asked():
    digits = torch.arange(10).repeat(2)
    data = Embedded(None, None, digits.view(20, 1).float(), digits)
    said = ask_all(Teller(), data)
    assert (by_pair(said == digits + torch.arange(10).view(10, 1), digits)
            == (torch.arange(10) < 9).float().expand(10, 10)).all()


@pytest.fixture(scope="module")
def data():
    """Embeddings that say the digit, and nothing else."""
    digits = torch.arange(10).repeat(20)
    embeddings = F.one_hot(digits, 20).float()
    return Embedded(embeddings, digits, embeddings[:50], digits[:50])


def square_loss(outputs, digits, numbers):
    return ((outputs[:, 0] - digits - numbers) ** 2).mean()


@pytest.mark.parametrize("outputs, loss_of", [(19, class_loss), (1, square_loss)])
def test_an_adder_learns_the_pairs_that_it_sees_and_no_hidden_one(data, outputs, loss_of):
    torch.manual_seed(0)
    asked = set()

    def noting(out, digits, numbers):
        asked.update(zip(digits.tolist(), numbers.tolist()))
        return loss_of(out, digits, numbers)

    adder = Adder(as_label, outputs)
    loss = train_adder(adder, noting, data, PAIRS)
    assert loss < 0.1
    assert asked == {*map(tuple, (~PAIRS).nonzero().tolist())}
    seen, _ = checks.held_out_test.solution(sums_of(adder, data).round(), data.digits, PAIRS)
    assert seen > 95


def test_five_adders_of_each_design_are_tested_on_seen_and_hidden_pairs(data):
    seeds, tests = [], []

    def encode(numbers):
        seeds.append(torch.initial_seed())
        return as_quantity(numbers)

    def test(answers, digits, held_out):
        tests.append(answers)
        return len(tests), -len(tests)

    tables = train_five({"one": (encode, 1, square_loss), "other": (encode, 19, class_loss)},
                        data, PAIRS, test)
    assert tables["seen pairs"].T.values.tolist() == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]
    assert (tables["hidden pairs"] == -tables["seen pairs"]).all(axis=None)
    assert list(tables["seen pairs"]) == ["one", "other"]
    assert set(seeds) == {0, 1, 2, 3, 4}


def test_a_design_says_how_long_it_trains_and_renamed_sums_are_named_back(data):
    def tested(loss_of, *steps):
        designs = {"one": (as_label, 1, loss_of, *steps)}
        return train_five(designs, data, PAIRS, checks.held_out_test.solution)["seen pairs"].mean()

    assert tested(square_loss, 100).item() < tested(square_loss).item()
    assert tested(renamed_loss, 2000).item() > 50


@pytest.mark.parametrize("loss_of", [mixed_loss, even_loss])
def test_a_control_gives_the_true_sum_as_much_and_its_neighbours_no_more(loss_of):
    scores = torch.zeros(1, 19, requires_grad=True)
    loss_of(scores, torch.tensor([4]), torch.tensor([5])).backward()
    target = 1 / 19 - scores.grad[0]  # the gradient of a cross entropy: probability - target
    assert target.argmax() == 9 and abs(target[9] - 0.4) < 0.01
    assert target[8] + target[10] < 0.3


def test_a_quantity_goes_from_minus_one_to_one():
    assert as_quantity(torch.tensor([0, 9])).tolist() == [[-1], [1]]


def test_waiting_measures_both_kinds_of_pairs_and_holds_weights_at_a_length(data):
    curve = wait(data, decay=0.01, steps=300)
    assert [point[0] for point in curve] == [50, 100, 200, 300]
    assert curve[-1][1] > 90 > curve[-1][2] + 40
    assert curve == wait(data, decay=0.01, steps=300)
    assert curve != wait(data, decay=0.01, steps=300, length=0.15)


def test_waiting_may_change_what_is_before_batch_norm_and_nothing_else(data, monkeypatch):
    made = []

    def kept(kind):
        return lambda *given: made.append(kind(*given)) or made[-1]

    monkeypatch.setattr(hidden_pairs, "Adder", kept(Adder))
    monkeypatch.setattr(torch.optim, "AdamW", kept(torch.optim.AdamW))
    wait(data, decay=3, steps=1, before=0, rate=0.03, epsilon=0.1, length=0.2)
    adder, optimizer = made
    before, others = optimizer.param_groups
    assert (before["lr"], before["weight_decay"]) == (0.03, 0)
    assert (others["lr"], others["weight_decay"]) == (0.003, 3)
    assert len(before["params"]) == 2 and len(others["params"]) == 5
    for part, weight in zip(adder.layers, before["params"]):
        assert part[0].weight is weight and part[1].eps == 0.1
        assert torch.allclose(weight.norm(dim=1), torch.tensor(0.2))


def test_a_block_is_judged_by_what_was_said_before():
    measured = {"one number": [9, 0, 12], "one number, quantity": [54, 80, 76]}
    assert judge_block(dict.fromkeys(measured, ...), measured).startswith("Write down your numbers")
    told = judge_block({"one number": 60, "one number, quantity": 75}, measured).splitlines()
    assert told == ["one number: you said 60%, it was 7% (0 to 12), off by 53 points",
                    "one number, quantity: you said 75%, it was 70% (54 to 80), close"]


# --- figures --------------------------------------------------------------------------------------


def columns(ax):
    return [text.get_text() for text in ax.get_xticklabels()]


def test_weights_say_their_signs_by_colour():
    weights = torch.zeros(5, 6)
    weights[2, 1], weights[4, 5] = -1.5, 2.0
    figure = plot_weights(weights)
    (ax,) = figure.axes
    assert columns(ax)[1:4] == ["digit 1", "digit 2", "+ 0"]
    colours = ax.collections[0].get_facecolor().reshape(5, 6, 4)
    assert colours[2, 1, 0] > colours[2, 1, 2] and colours[4, 5, 0] < colours[4, 5, 2]
    assert len({*map(tuple, colours[0])}) == 1
    assert {frame.get_x() for frame in ax.patches} == {1, 4}
    assert "sum 2: 0, -1.5, 0, 0, 0, 0" in figure.get_label()


def test_pairs_with_one_sum_are_above_each_other():
    figure = plot_number_line({"one": TOTALS.double(), "other": TOTALS.double()}, PAIRS)
    assert [ax.get_title() for ax in figure.axes] == ["one", "other"]
    seen, hidden = figure.axes[0].lines[-2:]
    assert [len(line.get_xdata()) for line in (seen, hidden)] == [80, 20]
    dots = {*zip(seen.get_xdata(), seen.get_ydata()), *zip(hidden.get_xdata(), hidden.get_ydata())}
    assert dots == {(total, height) for total in range(19)
                    for height in range(10 - abs(total - 9))}
    assert "off their column by 0.0 on average" in figure.get_label()


def test_the_opening_asks_and_does_not_answer():
    texts = [text.get_text() for text in plot_opening().axes[0].texts]
    assert texts.count("?") == PAIRS.sum() and len(texts) == 100


# --- what was measured ----------------------------------------------------------------------------


def test_what_is_said_of_the_recipe_is_counted_in_the_last_epoch():
    curves = {"scattered pairs": [[[1, 50, 9], [20, 98, end]] for end in (1, 5)],
              "a block": [[[20, 99, 40]]]}
    assert in_the_end(curves) == (
        "scattered pairs, 2 networks: 3% of the hidden sums (1 to 5), 98% of the seen\n"
        "a block, 1 networks: 40% of the hidden sums (40 to 40), 99% of the seen")
    assert "A good part of them." in guesses.compare("its recipe", curves | {
        "scattered pairs": [[[20, 98, 50]], [[20, 98, 60]]]}).data


def test_the_recipe_memorises():
    assert "At most a few" in guesses.compare("its recipe", recipe_curves()).data


def test_all_networks_by_the_recipe_trained_for_twenty_epochs():
    for curves in recipe_curves().values():
        for curve in curves:
            assert [epoch for epoch, _, _ in curve] == [*range(1, 21)]
            assert all(0 <= right <= 100 for _, *both in curve for right in both)
            assert curve[-1][1] > 90  # it has learned what it saw


def test_what_the_lesson_says_of_waiting():
    ways = ["no decay", "decay before batch norm", "decay in the others", "decay 3"]
    usual = hidden_in_the_end([*ways, "decay 0.01", "short weights"])
    without = hidden_in_the_end([f"{way}, no epsilon" for way in [*ways, "short weights"]])
    assert len(usual) == len(without) == 10 and not usual.isna().any(axis=None)
    means, taken = usual.mean(), without.mean()
    assert means["decay 3"] > means[ways[:3]].sum() + 20
    assert means["decay before batch norm"] > 25
    assert taken["decay before batch norm, no epsilon"] < 5
    assert taken["decay 3, no epsilon"] > 50
    assert (usual["short weights"] > without["short weights, no epsilon"]).all()
    assert "Both together." in guesses.compare("where", means).data


def test_the_place_of_the_decay_that_is_enough_is_said():
    measured = dict(zip(["no decay", "decay before batch norm", "decay in the others", "decay 3"],
                        (2, 70, 8, 80)))
    assert "Those before batch norm" in guesses.compare("where", measured).data
    assert "Either of them" in guesses.compare(
        "where", measured | {"decay in the others": 75}).data


def test_designs_have_a_row_each_and_a_colour_for_each_table():
    few = pd.DataFrame({"one": [60.0, 70.0], "other": [0.0, 0.0]})
    figure = plot_designs({"seen": few + 20, "hidden": few})
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["one", "other"]
    assert "hidden, one 60 to 70, mean 65" in figure.get_label()
