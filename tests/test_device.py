import pytest
import torch

from mnist_adder_lib.device import choose_device


@pytest.fixture
def machine(monkeypatch):
    """A function that pretends to a number of GPUs."""
    monkeypatch.delenv("MNIST_ADDER_DEVICE", raising=False)

    def machine(cuda: int, mps: bool = False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return machine


def test_the_best_device_is_chosen(machine, monkeypatch):
    for cuda, mps, best in ((0, False, "cpu"), (0, True, "mps"), (2, True, "cuda")):
        machine(cuda, mps)
        assert choose_device() == torch.device(best)
        assert choose_device("cpu") == torch.device("cpu")
    for name in ("cuda:1", torch.device("cuda:1")):
        assert choose_device(name) == torch.device("cuda:1")
    with pytest.raises(ValueError, match="'cuda:2' here; usable: cuda:0, cuda:1, mps, cpu"):
        choose_device("cuda:2")
    machine(1)
    assert choose_device("cuda:0") == torch.device("cuda:0")
    with pytest.raises(ValueError, match="no device 'cuda:7' here; usable: cuda:0, cpu"):
        choose_device("cuda:7")
    machine(0)
    monkeypatch.setenv("MNIST_ADDER_DEVICE", "mps")
    with pytest.raises(ValueError, match="no device 'mps' here; usable: cpu"):
        choose_device()
    for name in ("cuda", "gpu"):
        with pytest.raises(ValueError, match=f"there is no device '{name}' here; usable: cpu"):
            choose_device(name)
