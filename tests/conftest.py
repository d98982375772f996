"""What several tests need: the splits, small datasets and small file systems."""

import os
import subprocess

import pytest
import torch
from seen import figures_can_be_seen  # noqa: F401

from mnist_adder_lib import AdderDataset, load_splits


@pytest.fixture(scope="session")
def splits():
    """(train, validation, evaluation), whole."""
    return load_splits()


@pytest.fixture
def first(splits):
    """A function: the first `count` examples of a split: 0 train, 1 validation, 2 evaluation."""

    def first(count: int, split: int = 1) -> AdderDataset:
        whole = splits[split]
        numbers = None if whole.numbers is None else whole.numbers[:count]
        return AdderDataset(whole.images[:count], whole.digits[:count], numbers, whole.augment)

    return first


@pytest.fixture
def mount(tmp_path):
    """A function that mounts a tmpfs with some options on a new folder and returns the folder.

    The tests may run as root, whom no file permission stops: only a real file system does.
    """
    mounted = []

    def mount(options: str, fill=lambda folder: None):
        folder = tmp_path / f"mount{len(mounted)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options.replace(",ro", ""), "tmpfs", folder]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"a tmpfs can't be mounted here: {error}")
        mounted.append(folder)
        fill(folder)
        if options.endswith(",ro"):
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(autouse=True)
def seeded(monkeypatch):
    """The same random numbers for every test; others with MNIST_ADDER_SEED_OFFSET, in all seeds."""
    seed, offset = torch.manual_seed, int(os.environ.get("MNIST_ADDER_SEED_OFFSET", "0"))
    if offset:
        monkeypatch.setattr(torch, "manual_seed", lambda number: seed(number + offset))
    torch.manual_seed(0)


@pytest.fixture
def trained():
    """A function that judges a number that came out of a training, by bounds with a wide margin.

    Such numbers differ from one processor to another; `make thorough` tries another seed.
    """

    def trained(name: str, value: float, *, above: float | None = None, below: float | None = None):
        value = float(value)
        assert above is None or value > above, f"{name}: {value} is not above {above}"
        assert below is None or value < below, f"{name}: {value} is not below {below}"

    return trained


def pytest_collection_modifyitems(items):
    """With other seeds, only tests that judge something trained are run."""
    if "MNIST_ADDER_SEED_OFFSET" in os.environ:
        items[:] = [item for item in items if "trained" in item.fixturenames]
