"""What measure_hidden_pairs.py recorded, how it counts, and that no hidden pair is trained on."""

import measure_hidden_pairs as hidden_pairs
import pytest
import torch

from mnist_adder_course.notebook.results import read_results
from mnist_adder_lib import AdderDataset, evaluate, load_pretrained


def test_every_network_was_measured():
    seeds = read_results("hidden_pairs.jsonl").groupby("hidden")["seed"].agg(list)
    assert seeds.to_dict() == {"pattern": [0, 1, 2, 3, 4], "block": [0, 1, 2]}
    assert set(seeds.index) == set(hidden_pairs.HIDDEN)


def test_no_hidden_pair_is_trained_on_and_all_others_are(splits, monkeypatch):
    train, _, _ = splits
    few = AdderDataset(train.images[:512], train.digits[:512])
    trained_on, epochs = torch.zeros(10, 10, dtype=torch.bool), []

    def loss(digit_logits, sum_logits, digits, totals):
        trained_on[digits, totals - digits] = True
        return digit_logits.sum() + sum_logits.sum()

    monkeypatch.setattr(hidden_pairs, "load_splits", lambda: (few, None, None))
    monkeypatch.setattr(hidden_pairs, "loss_with_agreement", loss)
    monkeypatch.setattr(hidden_pairs, "BEST", hidden_pairs.BEST._replace(epochs=2))
    hidden_pairs.train_network(hidden_pairs.HIDDEN["pattern"], 0, epochs.append)
    assert len(epochs) == 2
    assert torch.equal(trained_on, ~hidden_pairs.HIDDEN["pattern"])


def test_right_by_pair_counts_as_evaluate_does(splits):
    _, validation, _ = splits
    images, digits = validation.images[:1200], validation.digits[:1200]
    model = load_pretrained()
    right = hidden_pairs.right_by_pair(model, AdderDataset(images, digits))
    for number in (0, 7):
        given = AdderDataset(images, digits, torch.full_like(digits, number))
        counted = (right[:, number] * digits.bincount()).sum().item() / len(digits)
        assert counted == pytest.approx(evaluate(model, given).accuracy_sum, abs=1e-3)
