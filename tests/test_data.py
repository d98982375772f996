import contextlib
import hashlib
import multiprocessing
import os
import shutil
import socket
import socketserver
import struct
import threading
import time

import pytest
import torch
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import MNIST

from mnist_adder_lib import AdderDataset, DataError, data, find_mnist, load_splits, normalise
from mnist_adder_lib.data import FILES

ARCHIVES = [name for name, _ in MNIST.resources]
UNPACKED_MD5 = {name: md5 for name, (md5, _) in FILES.items()}


@pytest.fixture
def archives(tmp_path, splits):
    """A folder that holds only copies of the four archives."""
    raw = tmp_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ARCHIVES:
        shutil.copy(find_mnist() / "MNIST" / "raw" / name, raw)
    return raw.parent.parent


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of the user, no temporary files, and no network."""
    monkeypatch.setattr(data, "user_cache_path", lambda name: tmp_path / "cache")
    monkeypatch.setattr(data.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    monkeypatch.setattr(data, "MIRROR", "http://127.0.0.1:9/")  # where nobody answers
    return tmp_path / "cache"


def md5s(root):
    raw = root / "MNIST" / "raw"
    return {name: hashlib.md5((raw / name).read_bytes()).hexdigest() for name in UNPACKED_MD5}


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
    assert torch.equal(splits[2].images, MNIST(find_mnist(), train=False).data)


def test_the_seed_decides_the_split_and_the_fixed_numbers():
    (_, one, first), (_, two, second), (_, other, third) = map(load_splits, [None] * 3, [1, 1, 2])
    assert torch.equal(one.images, two.images) and torch.equal(one.numbers, two.numbers)
    assert torch.equal(first.numbers, second.numbers)
    assert not torch.equal(one.digits, other.digits)
    assert not torch.equal(first.numbers, third.numbers)


def test_the_split_is_the_same_on_every_machine(splits):
    _, test, evaluation = splits
    assert test.digits[:10].tolist() == SPLIT_DIGITS
    assert test.numbers[:10].tolist() == SPLIT_NUMBERS
    assert evaluation.numbers[:10].tolist() == EVALUATION_NUMBERS


SPLIT_DIGITS = [4, 7, 9, 5, 3, 6, 6, 8, 3, 6]
SPLIT_NUMBERS = [3, 0, 9, 4, 3, 5, 6, 4, 6, 6]
EVALUATION_NUMBERS = [1, 3, 8, 5, 4, 1, 0, 0, 9, 5]


# ------------------------------------------------------------------ examples


def test_an_example(splits):
    for split in splits:
        (image, number), (digit, total) = split[7]
        assert image.shape == (1, 28, 28) and image.dtype == torch.float32
        assert [t.dtype for t in (number, digit, total)] == [torch.int64] * 3
        assert digit == split.digits[7] and total == digit + number and 0 <= number <= 9


def test_test_images_are_normalised_and_nothing_else(splits):
    test = splits[1]
    expected = (test.images[3].double() / 255 - 0.1307) / 0.3081
    assert torch.allclose(test[3][0][0][0].double(), expected, atol=1e-6)
    assert normalise(torch.tensor(0.1307)) == 0


def test_training_numbers_and_images_are_drawn_anew_and_test_numbers_are_not(splits):
    train, test, evaluation = splits
    assert len({int(train[0][0][1]) for _ in range(60)}) > 5
    assert not torch.equal(train[0][0][0], train[0][0][0])
    for split in (test, evaluation):
        again = [[int(split[i][0][1]) for i in range(50)] for _ in range(2)]
        assert again[0] == again[1] == split.numbers[:50].tolist()
        assert torch.equal(split[0][0][0], split[0][0][0])


def test_numbers_are_spread_evenly(splits):
    numbers = torch.stack([number for (_, number), _ in splits[0].__getitems__(range(10_000))])
    counts = torch.bincount(numbers, minlength=10)
    assert ((counts - 1000).abs() < 150).all()  # five standard deviations


def test_the_one_hot_view_shows_the_same_examples(first):
    dataset = first(50)
    for ((image, number), (digit, total)), ((same, *one_hot_in), one_hot_out) in zip(
        dataset, dataset.as_one_hot()
    ):
        assert torch.equal(image, same)
        for value, vector, size in zip(
            (number, digit, total), (*one_hot_in, *one_hot_out), (10, 10, 19)
        ):
            assert vector.shape == (size,) and vector.sum() == 1 and vector[value] == 1
    assert not dataset.one_hot


def test_it_is_a_sequence(first):
    dataset = first(20)
    assert len(list(dataset)) == len(dataset) == 20
    assert torch.equal(dataset[-1][0][0], dataset[19][0][0])
    with pytest.raises(IndexError):
        dataset[20]


def test_a_slice_is_a_list_of_examples(first):
    dataset = first(20)
    for part in (slice(0, 2), slice(-3, None), slice(None, None, 7), slice(5, 5)):
        examples, expected = dataset[part], [dataset[i] for i in range(20)[part]]
        assert type(examples) is list and len(examples) == len(expected)
        for ((image, number), targets), ((same, other), others) in zip(examples, expected):
            assert torch.equal(image, same) and (number, *targets) == (other, *others)
    assert first(20, split=0)[3:3] == [] and len(first(20, split=0)[3:5]) == 2
    with pytest.raises(TypeError, match="integers or slices"):
        dataset["2"]


def test_a_batch_is_its_examples(first):
    dataset = first(64)
    for whole in (dataset, Subset(dataset, range(64))):
        (images, numbers), (digits, totals) = next(iter(DataLoader(whole, batch_size=64)))
        assert images.shape == (64, 1, 28, 28) and numbers.shape == totals.shape == (64,)
        for i in range(64):
            (image, number), (digit, total) = dataset[i]
            assert torch.equal(images[i], image)
            assert (numbers[i], digits[i], totals[i]) == (number, digit, total)


class Counted(AdderDataset):
    calls = 0

    def __getitems__(self, indices):
        Counted.calls += 1
        return super().__getitems__(indices)


@pytest.mark.parametrize("wrap", [lambda d: d, lambda d: Subset(d, range(256))])
def test_a_loader_asks_for_whole_batches(first, wrap):
    small = first(256)
    Counted.calls = 0
    list(DataLoader(wrap(Counted(small.images, small.digits)), batch_size=128))
    assert Counted.calls == 2


@pytest.mark.parametrize("workers, start", [(0, None), (2, "fork"), (2, "spawn")])
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


def test_to_moves_a_copy(first):
    dataset = first(5, split=0)
    moved = dataset.to("meta")
    assert moved.images.device.type == "meta" and dataset.images.device.type == "cpu"
    assert moved.augment == dataset.augment


IMAGES, DIGITS = torch.zeros(3, 28, 28, dtype=torch.uint8), torch.tensor([1, 2, 3])


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((IMAGES.float(), DIGITS), "uint8 tensor, not torch.float32"),
        ((IMAGES.numpy(), DIGITS), "uint8 tensor, not ndarray"),
        ((IMAGES[:, :27], DIGITS), r"\(n, 28, 28\), not \(3, 27, 28\)"),
        ((IMAGES[:0], DIGITS[:0]), r"not \(0, 28, 28\)"),
        ((IMAGES, DIGITS[:2]), "digits must have one entry for each of the 3 images"),
        ((IMAGES, DIGITS + 7), "digits must be 0-9, but go from 8 to 10"),
        ((IMAGES, DIGITS, DIGITS - 2), "numbers must be 0-9, but go from -1 to 1"),
        ((IMAGES, DIGITS, DIGITS / 2), "numbers must be a torch.int64 tensor, not torch.float32"),
    ],
)
def test_bad_tensors(arguments, message):
    with pytest.raises(ValueError, match=message):
        AdderDataset(*arguments)


# ------------------------------------------------------------------ files


def test_archives_are_unpacked_where_they_are(archives, cache):
    assert find_mnist(archives) == archives
    assert md5s(archives) == UNPACKED_MD5
    assert sorted(p.name for p in archives.iterdir()) == ["MNIST"]  # nothing left over


def test_what_a_killed_process_left_behind_is_removed(archives, cache):
    find_mnist(archives)
    part = archives / "MNIST" / "raw" / ".train-images-idx3-ubyte-0123.part"
    part.touch()
    find_mnist(archives)
    assert part.exists()  # somebody may be writing it
    os.utime(part, (0, 0))
    find_mnist(archives)
    assert not part.exists()


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


@pytest.mark.parametrize("change", [b"", b"short", None])
def test_a_changed_unpacked_file_is_unpacked_again(archives, cache, change):
    find_mnist(archives)
    file = archives / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    file.write_bytes(change if change is not None else b"\x01" + file.read_bytes()[1:])
    find_mnist(archives)
    assert md5s(archives) == UNPACKED_MD5


@pytest.mark.parametrize("damage", [lambda b: b[:1000], lambda b: b[:-1] + b"?", lambda b: b""])
def test_a_damaged_archive_is_named(archives, cache, damage):
    archive = archives / "MNIST" / "raw" / ARCHIVES[0]
    archive.write_bytes(damage(archive.read_bytes()))
    with pytest.raises(DataError, match=rf"{ARCHIVES[0]} is damaged.*delete it"):
        load_splits(archives)


def test_no_archive_and_no_network(archives, cache):
    (archives / "MNIST" / "raw" / ARCHIVES[2]).unlink()
    with pytest.raises(DataError, match="not complete in .* could not be downloaded"):
        load_splits(archives)
    with pytest.raises(DataError, match="MNIST_ADDER_DATA"):
        load_splits(archives / "nowhere")


@pytest.mark.parametrize("place", ["a file", "~nobody-at-all", "nowhere"])
def test_a_place_that_holds_no_data(cache, tmp_path, monkeypatch, place):
    (tmp_path / "a file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MNIST_ADDER_DATA", place)
    with pytest.raises(DataError, match="MNIST is not complete in .* set MNIST_ADDER_DATA"):
        find_mnist()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_no_archive(archives, cache):
    archive = archives / "MNIST" / "raw" / ARCHIVES[1]
    archive.unlink()
    os.mkfifo(archive)
    with pytest.raises(DataError, match="could not be downloaded"):
        find_mnist(archives)


@pytest.fixture
def mirror(archives, cache, monkeypatch):
    """A function that starts a server which answers each request for a file by a function of the
    open connection; `data` then downloads from it."""
    servers = []

    def mirror(answer):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), None)
        server.RequestHandlerClass = type("Handler", (socketserver.BaseRequestHandler,), {
            "handle": lambda self: answer(self.request)})
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        monkeypatch.setattr(data, "MIRROR", f"http://127.0.0.1:{server.server_address[1]}/")

    yield mirror
    for server in servers:
        server.shutdown()
        server.server_close()


def test_what_is_missing_is_downloaded_once(archives, mirror, capsys):
    asked, originals = [], find_mnist() / "MNIST" / "raw"

    def answer(connection):
        name = connection.recv(1000).split()[1].decode().strip("/")
        asked.append(name)
        content = (originals / name).read_bytes()
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(head.encode() + content)

    mirror(answer)
    missing = [ARCHIVES[1], ARCHIVES[3]]
    for name in missing:
        (archives / "MNIST" / "raw" / name).unlink()
    for _ in range(2):
        assert find_mnist(archives) == archives
    assert asked == missing and md5s(archives) == UNPACKED_MD5
    assert all((archives / "MNIST" / "raw" / name).exists() for name in missing)
    assert ARCHIVES[1] in capsys.readouterr().err  # the progress


def hang(connection):
    connection.recv(1000)
    time.sleep(1)


def half(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 9000\r\n\r\nhalf")


def reset(connection):
    connection.recv(1000)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def page(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n<html>Please log in")


def error(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 503 Service Unavailable\r\n\r\n")


def odd_address(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 302 Found\r\nLocation: http://[::1\r\n\r\n")


def without_end(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(bytes(1 << 16))


def drop_by_drop(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)


@pytest.mark.parametrize("answer, reason", [
    (odd_address, "IPv6"), (without_end, "too much"), (drop_by_drop, "too slowly"),
    (hang, "timed out"), (half, "not MNIST|IncompleteRead"), (reset, "reset|10054"),
    (page, "not MNIST"), (error, "503"), (lambda connection: None, "closed|reset|10054"),
])
def test_a_mirror_that_fails(archives, mirror, monkeypatch, answer, reason):
    monkeypatch.setattr(data, "TIMEOUT", 0.2)
    monkeypatch.setattr(data, "PATIENCE", 0.5)
    monkeypatch.setattr(data, "LARGEST", 1_000_000)
    mirror(answer)
    (archives / "MNIST" / "raw" / ARCHIVES[1]).unlink()
    with pytest.raises(DataError, match=rf"could not be downloaded \(.*({reason}).*\). Connect"):
        find_mnist(archives)
    assert not (archives / "MNIST" / "raw" / ARCHIVES[1]).exists()


def test_old_files_that_torchvision_would_prefer(archives, cache):
    old = archives / "MNIST" / "processed"
    old.mkdir()
    assert find_mnist(archives) == cache and md5s(cache) == UNPACKED_MD5
    for folder in cache, cache.parent / "temporary" / "mnist_adder":
        (folder / "MNIST" / "processed").mkdir(parents=True)
    with pytest.raises(DataError, match="processed holds data of an old torchvision: remove it"):
        find_mnist(archives)
    assert old.exists()


def test_the_librarys_own_reader_is_torchvisions(splits):
    for part, train in (("train", True), ("t10k", False)):
        images, digits = data._read(find_mnist(), part)
        mnist = MNIST(find_mnist(), train=train)
        assert torch.equal(images, mnist.data) and torch.equal(digits, mnist.targets)


def test_a_read_only_folder_is_unpacked_to_the_cache(archives, cache, mount):
    folder = mount("size=32m,ro", lambda f: shutil.copytree(archives / "MNIST", f / "MNIST"))
    assert find_mnist(folder) == cache
    assert md5s(cache) == UNPACKED_MD5
    assert find_mnist(folder) == cache  # and the second time at once


def test_where_home_is_read_only_too_it_is_unpacked_among_temporary_files(
    archives, cache, mount, monkeypatch
):
    folder = mount("size=32m,ro", lambda f: shutil.copytree(archives / "MNIST", f / "MNIST"))
    monkeypatch.setattr(data, "user_cache_path", lambda name: folder / "cache")
    temporary = cache.parent / "temporary" / "mnist_adder"
    assert find_mnist(folder) == temporary
    assert md5s(temporary) == UNPACKED_MD5


def test_what_is_read_only_and_unpacked_is_nobodys_copy(archives, cache, mount):
    """As on a JupyterHub, where all learners share one folder."""
    raw = find_mnist(archives) / "MNIST" / "raw"
    unpacked = shutil.ignore_patterns("*.gz")
    folder = mount("size=64m,ro", lambda f: shutil.copytree(raw, f / "MNIST/raw", ignore=unpacked))
    assert find_mnist(folder) == folder and not cache.exists()


def test_no_folder_for_temporary_files_is_no_trouble_where_none_is_needed(
    archives, cache, monkeypatch
):
    def nowhere():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(data.tempfile, "gettempdir", nowhere)
    assert find_mnist(archives) == archives


def test_no_space_anywhere(archives, mount, monkeypatch):
    folder = mount("size=32m", lambda f: shutil.copytree(archives / "MNIST", f / "MNIST"))
    monkeypatch.setattr(data, "user_cache_path", lambda name: folder / "cache")
    monkeypatch.setattr(data.tempfile, "gettempdir", lambda: str(folder / "temporary"))
    with pytest.raises(DataError, match="can't be unpacked.*No space.*MNIST_ADDER_DATA"):
        find_mnist(folder)
    assert not list(folder.rglob("*.part"))


def test_two_processes_at_once(archives, cache):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(find_mnist, [archives] * 2) == [archives] * 2
    assert md5s(archives) == UNPACKED_MD5
