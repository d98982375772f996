"""The run of the reference's recipe that is stored, and the program that made it."""

import pytest
import train_reference
from torch.utils.data import Subset

from mnist_adder_lib import History, asset_path, load_splits


def test_the_stored_run_is_the_whole_recipe():
    stored = History.load(asset_path("reference_history.json"))
    assert len(stored.train_loss) == len(stored.train_accuracy) == 15 * stored.steps_per_epoch
    assert stored.steps_per_epoch == -(-48_000 // 128) and not stored.interrupted
    assert set(stored.learning_rate) == {0.01}
    assert len(stored.validation_accuracy) == 15 and stored.validation_accuracy[-1] > 98.3


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_short_run_is_recorded_and_rounded(monkeypatch, epochs):
    monkeypatch.setattr(train_reference, "load_splits",
                        lambda: [Subset(split, range(300)) for split in load_splits()])
    history = train_reference.train_reference(seed=1, epochs=epochs)
    assert len(history.train_loss) == 3 * epochs and len(history.validation_loss) == epochs
    for name, digits in dict(train_loss=4, train_accuracy=2, seconds=1).items():
        values = getattr(history, name)
        assert values == [round(value, digits) for value in values]
    again = train_reference.train_reference(seed=1, epochs=epochs)
    assert again.train_loss == history.train_loss
