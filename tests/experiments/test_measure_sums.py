"""What measure_sums.py recorded, how it makes sums, and the network that it keeps."""

import measure_sums
import pytest
import torch
import torch.nn.functional as F

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
    assert len(runs[runs["way"] == "two images, 3 epochs"]) >= 5


@pytest.mark.parametrize("way", [
    measure_sums.Way(), measure_sums.LAST, measure_sums.Way(images=3),
    measure_sums.Way("number", images=4), measure_sums.Way(one_pair=True),
])
def test_certain_readers_lose_nothing(way):
    digits = torch.randint(10, (12,))
    logits = 100 * F.one_hot(digits, 10).float()
    loss = measure_sums.sum_loss(None, logits, digits, way, 2)
    assert loss == pytest.approx(0, abs=1e-4)
    wrong = measure_sums.sum_loss(None, logits.roll(1, dims=1), digits, way, 2)
    assert wrong > 5


def test_images_beside_each_other():
    way, values = measure_sums.Way(images=3), torch.arange(5)
    first, second, third = measure_sums.beside(values, way, 2)
    assert first.tolist() == [0, 1, 2, 3, 4] * 2
    assert second.tolist() == [1, 2, 3, 4, 0, 2, 3, 4, 0, 1]
    assert third.tolist() == [2, 3, 4, 0, 1, 4, 0, 1, 2, 3]
    pairs = measure_sums.beside(torch.arange(4), measure_sums.Way(one_pair=True), 2)
    assert [part.tolist() for part in pairs] == [[0, 2], [1, 3]]


def test_the_stored_network_is_right_for_the_wrong_reason(splits, tmp_path):
    reader, (_, validation, _) = load_reader(), splits
    found, outputs = measure_sums.results(reader, validation, measure_sums.LAST)
    assert found["sums"] > 93 and found["digits"] < 1
    mean = measure_sums.by_digit(outputs.softmax(dim=1), validation.digits)
    assert solution(mean) == "trap" and share_by_shift(mean)[[3, 7]].min() > 0.4
    measure_sums.keep(reader, tmp_path / "again.pt")
    stored = torch.load(tmp_path / "again.pt", weights_only=True)
    assert all(torch.equal(stored[name].float(), weight.float())
               for name, weight in reader.state_dict().items())
