"""What measure_sums.py recorded, how it makes sums, and the network that it keeps."""

import measure_sums
import torch

from mnist_adder_course.lessons.learning_from_sums import (
    load_reader,
    share_by_shift,
    solution,
    trainings,
)


def test_every_way_was_measured():
    runs = trainings()
    assert not runs.duplicated(["way", "seed"]).any()
    assert set(runs["way"]) == set(measure_sums.WAYS)


def test_the_stored_network_is_right_for_the_wrong_reason(splits, tmp_path):
    reader, (_, validation, _) = load_reader(), splits
    found, outputs = measure_sums.results(reader, validation)
    assert found["sums"] > 93 and found["digits"] < 1
    mean = measure_sums.by_digit(outputs.softmax(dim=1), validation.digits)
    assert solution(mean) == "trap" and share_by_shift(mean)[[3, 7]].min() > 0.4
    measure_sums.keep(reader, tmp_path / "again.pt")
    stored = torch.load(tmp_path / "again.pt", weights_only=True)
    assert all(torch.equal(stored[name].float(), weight.float())
               for name, weight in reader.state_dict().items())
