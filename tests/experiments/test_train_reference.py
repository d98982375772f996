"""The run of the reference's recipe that is stored, and the program that made it."""

from mnist_adder_lib import History, asset_path


def test_the_stored_run_is_the_whole_recipe():
    stored = History.load(asset_path("reference_history.json"))
    assert len(stored.train_loss) == len(stored.train_accuracy) == 15 * stored.steps_per_epoch
    assert stored.steps_per_epoch == -(-48_000 // 128) and not stored.interrupted
    assert set(stored.learning_rate) == {0.01}
    assert len(stored.validation_accuracy) == 15 and stored.validation_accuracy[-1] > 98.3
