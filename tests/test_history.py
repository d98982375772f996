import pytest
import torch

from mnist_adder_lib import History


def test_steps_are_added_epoch_by_epoch():
    history = History()
    history.add_steps([torch.tensor([2.0, 10.0]), torch.tensor([1.0, 30.0])], seconds=3.0)
    history.add_steps([], seconds=1.0)  # interrupted before the first step
    history.add_steps([torch.tensor([0.5, 50.0])], seconds=2.0)
    assert history == History([2.0, 1.0, 0.5], [10.0, 30.0, 50.0], seconds=[3.0, 2.0])


def test_a_history_is_saved_and_loaded(tmp_path):
    history = History([1.5, 1.0], [50.0, 75.0], [0.1, 0.1], [0.9], [80.0], [1.25], 2, True)
    history.save(tmp_path / "history.json")
    assert History.load(tmp_path / "history.json") == history


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"loss": []}', b'{"train_loss": [1', b"\xff"])
def test_a_file_without_a_history(tmp_path, content):
    (tmp_path / "history.json").write_bytes(content)
    with pytest.raises(ValueError, match="history.json holds no training history"):
        History.load(tmp_path / "history.json")
