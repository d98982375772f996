"""Files with results: read whole, or named as damaged."""

import pytest

from mnist_adder_course.lessons.learning_from_sums import load_reader
from mnist_adder_course.notebook.results import read_results
from mnist_adder_lib import CheckpointError, asset_path


@pytest.fixture
def damaged(tmp_path, monkeypatch):
    """A function: puts other bytes in the place of a file that comes with the course."""
    def damaged(name, content):
        (tmp_path / name).write_bytes(content)
        for module in ("notebook.results", "lessons.learning_from_sums"):
            monkeypatch.setattr(f"mnist_adder_course.{module}.asset_path", tmp_path.joinpath)

    return damaged


@pytest.mark.parametrize("change", [lambda content: content[:-20],
                                    lambda content: b"\xff" + content])
def test_a_damaged_file_is_named(damaged, change):
    damaged("sums.jsonl", change(asset_path("sums.jsonl").read_bytes()))
    with pytest.raises(ValueError, match="sums.jsonl is damaged .*git checkout"):
        read_results("sums.jsonl")


def test_changed_weights_of_the_reader_are_noticed(damaged):
    content = bytearray(asset_path("last_digit.pt").read_bytes())
    content[len(content) // 2] ^= 1
    damaged("last_digit.pt", bytes(content))
    with pytest.raises(CheckpointError, match="last_digit.pt is damaged"):
        load_reader()
