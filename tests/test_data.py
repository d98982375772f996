import multiprocessing
import shutil
import warnings

import pytest
import torch
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import MNIST

from mnist_adder_lib import (
    AdderDataset,
    DataError,
    as_input,
    data,
    find_mnist,
    load_splits,
    normalise,
)
from mnist_adder_lib.data import FILES, RAW

# ------------------------------------------------------------------ splits


def test_the_splits_are_mnist_without_overlap(splits):
    assert [len(split) for split in splits] == [48_000, 12_000, 10_000]
    mnist = MNIST(find_mnist(), train=True)
    seen = torch.cat([splits[0].images, splits[1].images])
    # The same images, each once: compare them as sets of bytes.
    as_bytes = [
        sorted(image.numpy().tobytes() for image in images) for images in (seen, mnist.data)
    ]
    assert as_bytes[0] == as_bytes[1]
    theirs = MNIST(find_mnist(), train=False)
    assert torch.equal(splits[2].images, theirs.data)
    assert torch.equal(splits[2].digits, theirs.targets)


def test_the_split_is_the_same_on_every_machine(splits):
    _, validation, evaluation = splits
    assert validation.digits[:10].tolist() == SPLIT_DIGITS
    assert validation.numbers[:10].tolist() == SPLIT_NUMBERS
    assert evaluation.numbers[:10].tolist() == EVALUATION_NUMBERS


SPLIT_DIGITS = [4, 7, 9, 5, 3, 6, 6, 8, 3, 6]
SPLIT_NUMBERS = [3, 0, 9, 4, 3, 5, 6, 4, 6, 6]
EVALUATION_NUMBERS = [1, 3, 8, 5, 4, 1, 0, 0, 9, 5]


# ------------------------------------------------------------------ examples


def test_pixels_of_any_kind_become_the_same_input(splits):
    validation = splits[1]
    images = validation.images[:3]
    expected = torch.stack([image for (image, _), _ in validation[:3]])
    assert expected.shape == (3, 1, 28, 28)
    for form in (images, images.unsqueeze(1), images / 255, images.numpy(),
                 (images.double() / 255).numpy(), images.mT.contiguous().mT):
        assert torch.allclose(as_input(form), expected.to(as_input(form).dtype), atol=1e-6)
    assert torch.equal(as_input(images[0]), expected[:1])
    assert as_input(images).dtype == torch.float32
    assert as_input(images.double() / 255).dtype == torch.float64
    assert as_input(images[:0]).shape == as_input(images[:0] / 255).shape == (0, 1, 28, 28)
    read_only = images.numpy().copy()
    read_only.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_input(read_only)


BLACK = torch.zeros(28, 28)


@pytest.mark.parametrize("images, message", [
    (torch.zeros(280, 280), r"shape \(28, 28\), .*frame_drawing"),
    (torch.zeros(5, 3, 28, 28), r"not \(5, 3, 28, 28\)"),
    (torch.zeros(1, 5, 1, 28, 28), r"not \(1, 5, 1, 28, 28\)"),
    (torch.zeros(784), r"not \(784,\)"),
    (BLACK.long(), "uint8 or float, not torch.int64"),
    ([["a"]], "uint8 or float, not <U1"),
    (BLACK + torch.nan, "not finite"),
    (BLACK + 255, "float pixels must be in 0-1, but go from 255 to 255"),
    (BLACK - 0.01 * torch.eye(28), r"go from -0.01 to 0: .*clip\(0, 1\)"),
    (normalise(BLACK), "normalised already go to the model itself"),
])
def test_what_is_no_image(images, message):
    with pytest.raises(ValueError, match=message):
        as_input(images)


def test_training_numbers_and_images_are_drawn_anew_and_test_numbers_are_not(splits):
    train, validation, evaluation = splits
    assert {int(train[0][0][1]) for _ in range(200)} == set(range(10))
    assert not torch.equal(train[0][0][0], train[0][0][0])
    for split in (validation, evaluation):
        again = [[int(split[i][0][1]) for i in range(50)] for _ in range(2)]
        assert again[0] == again[1] == split.numbers[:50].tolist()
        assert torch.equal(split[0][0][0], split[0][0][0])


def test_a_slice_is_a_list_of_examples(first):
    dataset = first(20)
    for part in (slice(0, 2), slice(-3, None), slice(None, None, 7), slice(5, 5)):
        examples, expected = dataset[part], [dataset[i] for i in range(20)[part]]
        assert type(examples) is list and len(examples) == len(expected)
        for ((image, number), targets), ((same, other), other_targets) in zip(examples, expected):
            assert torch.equal(image, same) and (number, *targets) == (other, *other_targets)
    assert first(20, split=0)[3:3] == [] and len(first(20, split=0)[3:5]) == 2
    assert torch.equal(dataset[-1][0][0], dataset[19][0][0]) and len(list(dataset)) == 20
    with pytest.raises(IndexError):
        dataset[20]


def test_a_batch_is_its_examples(first):
    dataset = first(64)
    moved = dataset.to("meta")
    for place, its in (("meta", moved), ("cpu", dataset)):
        assert {part.device.type for part in (its.images, its.digits, its.numbers)} == {place}
    for whole in (dataset, Subset(dataset, range(64))):
        (images, numbers), (digits, totals) = next(iter(DataLoader(whole, batch_size=64)))
        assert images.shape == (64, 1, 28, 28) and numbers.shape == totals.shape == (64,)
        for i in range(64):
            (image, number), (digit, total) = dataset[i]
            assert torch.equal(images[i], image)
            assert (numbers[i], digits[i], totals[i]) == (number, digit, total)


class Multiplying(AdderDataset):
    sign, sums = "×", 82

    def combine(self, digits, numbers):
        return digits * numbers


def test_another_task(first):
    whole = first(20)
    dataset = Multiplying(whole.images, whole.digits, whole.numbers)
    vectors = torch.stack([total for _, (_, total) in dataset.as_one_hot()])
    assert torch.equal(vectors, torch.eye(82)[whole.digits * whole.numbers])
    for same in (dataset, dataset.to("cpu")):
        totals = torch.stack([total for _, (_, total) in same])
        assert torch.equal(totals, whole.digits * whole.numbers)


@pytest.mark.parametrize("workers, start", [
    (0, None), (2, "fork")])
def test_randomness_in_workers(first, workers, start):
    if start and start not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {start} on this system")
    whole = first(1, split=0)
    same = AdderDataset(whole.images.repeat(64, 1, 1), whole.digits.repeat(64), None, whole.augment)

    def two_epochs(seed):
        torch.manual_seed(seed)
        # Starting a spawned worker takes seconds, so those are kept for the second epoch.
        loader = DataLoader(same, 8, num_workers=workers, multiprocessing_context=start,
                            persistent_workers=start == "spawn")
        batches = [images for _ in range(2) for (images, _), _ in loader]
        return torch.cat(batches)

    images = two_epochs(seed=1)
    assert len(images.unique(dim=0)) == 128  # no repeats between workers or epochs
    assert torch.equal(images, two_epochs(seed=1))
    if start != "spawn":
        assert not torch.equal(images, two_epochs(seed=2))


IMAGES, DIGITS = torch.zeros(3, 28, 28, dtype=torch.uint8), torch.tensor([1, 2, 3])


@pytest.mark.parametrize("arguments, message", [
    ((IMAGES.float(), DIGITS), "torch.uint8 tensor of .*, not torch.float32"),
    ((IMAGES[:, :27], DIGITS), r"\(3, 28, 28\), not .* \(3, 27, 28\)"),
    ((IMAGES[:0], DIGITS[:0]), r"not .* \(0, 28, 28\)"),
    ((IMAGES, DIGITS[:2]), r"digits must be .* of shape \(3,\)"),
    ((IMAGES, DIGITS + 7), "digits must be 0-9, but go from 8 to 10"),
    ((IMAGES, DIGITS, DIGITS - 2), "numbers must be 0-9, but go from -1 to 1"),
    ((IMAGES, DIGITS, DIGITS / 2), "numbers must be a torch.int64 tensor .*, not torch.float32"),
])
def test_bad_tensors(arguments, message):
    with pytest.raises(ValueError, match=message):
        AdderDataset(*arguments)


def test_an_augment_that_loses_images_is_refused(first):
    whole = first(10)
    for change in (dict(augment=lambda images: images[:-1]),
                   dict(forms=lambda images, digits: images[digits != 1])):
        dataset = AdderDataset(whole.images, whole.digits * 0 + 1, **change)
        with pytest.raises(ValueError, match="each image has to stay one, of the same size"):
            next(iter(DataLoader(dataset, 10)))


# ------------------------------------------------------------------ files


@pytest.fixture
def archives(tmp_path, splits):
    """A folder that holds only copies of the four archives."""
    raw = tmp_path / "data" / RAW
    raw.mkdir(parents=True)
    for name in FILES:
        shutil.copy(find_mnist() / RAW / f"{name}.gz", raw)
    return tmp_path / "data"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of the user, and a network where nobody answers."""
    monkeypatch.setattr(data, "user_cache_path", lambda name: tmp_path / "cache")
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    return tmp_path / "cache"


def is_whole(root):
    """Its files are those of the checkout, and nothing is left over."""
    raw, names = root / RAW, FILES + [f"{name}.gz" for name in FILES]
    same = [(raw / name).read_bytes() == (find_mnist() / RAW / name).read_bytes() for name in names]
    return all(same) and len(list(raw.iterdir())) == 8


def test_archives_are_unpacked_where_they_are(archives, cache, capsys):
    assert find_mnist(archives) == archives and is_whole(archives)
    assert capsys.readouterr() == ("", "")  # torchvision's bars are for downloads
    assert find_mnist(str(archives)) == archives


def test_where_data_is_looked_for(archives, cache, tmp_path, monkeypatch):
    assert find_mnist().parts[-2:] == ("assets", "mnist")
    monkeypatch.setenv("MNIST_ADDER_DATA", str(archives))
    assert find_mnist() == archives
    other = shutil.copytree(archives, tmp_path / "other")
    assert find_mnist(other) == other
    monkeypatch.delenv("MNIST_ADDER_DATA")
    monkeypatch.setattr(data, "__file__", str(tmp_path / "site-packages" / "lib" / "data.py"))
    shutil.copytree(archives, cache)
    assert find_mnist() == cache


@pytest.mark.parametrize("damage", [lambda b: b[:1000], lambda b: b[:-1] + b"?", None])
def test_a_damaged_or_missing_archive_and_no_network(archives, cache, damage):
    archive = archives / RAW / f"{FILES[2]}.gz"
    content = archive.read_bytes()
    archive.unlink()
    if damage:
        archive.write_bytes(damage(content))
    with pytest.raises(DataError, match="missing or damaged in .*downloaded.*MNIST_ADDER_DATA"):
        load_splits(archives)


@pytest.mark.parametrize("place", ["file", "mistyped"])
def test_a_folder_that_is_not_there_is_named_and_not_created(cache, tmp_path, monkeypatch, place):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=f"there is no folder .*{place}.* the argument"):
        load_splits(tmp_path / place)
    monkeypatch.setenv("MNIST_ADDER_DATA", str(tmp_path / place))
    with pytest.raises(DataError, match=f"there is no folder .*{place}.* MNIST_ADDER_DATA"):
        find_mnist()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("share", [0, 0.5])
@pytest.mark.parametrize("name", FILES)
def test_a_truncated_unpacked_file(archives, cache, name, share):
    for each in FILES:
        (archives / RAW / each).symlink_to(find_mnist() / RAW / each)
    content = (archives / RAW / name).read_bytes()
    (archives / RAW / name).unlink()
    (archives / RAW / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match="are damaged: delete them and run this again"):
        load_splits(archives)


def test_what_is_missing_is_downloaded(archives, cache, monkeypatch):
    """From a folder, in place of the network."""
    originals = find_mnist() / RAW
    utils = "torchvision.datasets.utils."
    monkeypatch.setattr(utils + "_get_redirect_url", lambda url, **_: url)
    monkeypatch.setattr(utils + "_urlretrieve", lambda url, path:
                        shutil.copy(originals / url.rpartition("/")[2], path))
    (archives / RAW / f"{FILES[1]}.gz").unlink()
    assert find_mnist(archives) == archives and is_whole(archives)
    cache.mkdir()
    assert find_mnist(cache) == cache and is_whole(cache)


def test_a_read_only_folder_is_unpacked_to_the_cache(archives, cache, mount):
    folder = mount("size=32m,ro", lambda f: shutil.copytree(archives / "MNIST", f / "MNIST"))
    assert find_mnist(folder) == cache and is_whole(cache)
    assert find_mnist(folder) == cache  # and the second time at once


@pytest.mark.parametrize("combined, message", [
    (lambda digits, numbers: digits * 10, "gives from 10 to 30, but there are 19 classes, from 0"),
    (lambda digits, numbers: digits - 2, "gives from -1 to 1"),
    (lambda digits, numbers: digits / 2, "combine must give int64 of shape .* not torch.float32"),
    (lambda digits, numbers: digits.sum(), r"of shape \(\)"),
])
def test_what_is_no_class_is_refused(combined, message):
    class Task(AdderDataset):
        def combine(self, digits, numbers):
            return combined(digits, numbers)

    data = Task(torch.zeros(3, 28, 28).byte(), torch.tensor([1, 2, 3]), torch.zeros(3).long())
    with pytest.raises(ValueError, match=message):
        data[:]
