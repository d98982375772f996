"""Break things on purpose, and print what happened as a table.

    python tools/measure_faults.py [--seed 0] [--only NAME ...] [--share 1] [--names]

Each row is a function below that breaks one thing, drawn at random, and says what happened; it
raises where a promise broke. Each call runs in a process of its own, so that a crash, a hang, its
seconds and its memory are seen. --only takes names of these functions, which --names prints;
--share 0.1 runs a tenth of the cases. The exit status is 1 where a promise broke, 2 where only the
limits of a row's cases, seconds of the processor and megabytes, were passed. Needs fork and signals
as on Linux.
"""

import argparse
import base64
import contextlib
import functools
import io
import itertools
import json
import math
import multiprocessing
import os
import pickle
import random
import resource
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from mnist_adder_lib import (
    AdderDataset,
    CheckpointError,
    DataError,
    History,
    IdentityAdderModel,
    asset_path,
    data,
    evaluate,
    find_mnist,
    fit,
    load_checkpoint,
    load_pretrained,
    load_splits,
    predict,
    refresh_batch_norm,
    save_checkpoint,
)
from mnist_adder_lib.course import (
    does_it_add,
    evaluation_tables,
    learning_from_sums,
    one_change_at_a_time,
)
from mnist_adder_lib.course.ball_on_curve import BallOnCurve
from mnist_adder_lib.course.guesses import Guess, Option, Question
from mnist_adder_lib.course.inside_the_network import Follow
from mnist_adder_lib.course.pair_picker import PairPicker
from mnist_adder_lib.course.window_viewer import WindowViewer
from mnist_adder_lib.drawing import AdderPanel, frame_drawing, frame_strokes, read_picture
from mnist_adder_lib.drawing.panel import describe, to_url
from mnist_adder_lib.drawing.strokes import render_strokes
from mnist_adder_lib.files import LEFTOVER_AGE

Draw = random.Random
FORK = multiprocessing.get_context("fork")
HANG = 180  # seconds after which a case counts as one; a busy machine is slow
SEVEN = [[[0.3, 0.22], [0.7, 0.22], [0.44, 0.82]]]


class Row(NamedTuple):
    case: Callable  # of a Draw and an empty folder, returns what happened
    what: str
    times: int
    promise: str
    seconds: float
    megabytes: float
    before: Callable  # called once, not measured


ROWS: dict[str, Row] = {}


def row(what: str, times: int, promise: str, seconds: float = 10, megabytes: float = 300,
        before: Callable = lambda: None):
    """Adds the function that breaks it to the rows, with its limits for each case."""
    def add(case):
        ROWS[case.__name__] = Row(case, what, times, promise, seconds, megabytes, before)
        return case

    return add


# --- running --------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    said: str
    broken: bool = False
    seconds: float = 0.0  # of the processor: other work on the machine doesn't count
    megabytes: float = 0.0  # more than before


def apart(case: Callable, *arguments) -> Outcome:
    """What a function says in a process of its own."""
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_work, args=(sender, case, arguments))
    process.start()
    sender.close()
    try:
        outcome = receiver.recv() if receiver.poll(HANG) else Outcome(f"no end in {HANG} s", True)
    except EOFError:
        process.join()
        outcome = Outcome(f"the process died ({process.exitcode})", broken=True)
    process.kill()
    process.join()
    return outcome


def _work(sender, case, arguments) -> None:
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")
    tqdm.set_lock(threading.RLock())  # its own, of all processes, stays locked where one is killed
    before, start = _peak(), time.process_time()
    try:
        said, broken = case(*arguments), False
    except BaseException as error:
        said, broken = f"{type(error).__name__}: {error}"[:300], True
    sender.send(Outcome(said, broken, time.process_time() - start, _peak() - before))


def _peak() -> float:
    """The most memory so far, in megabytes; a child's begins with what its parent has."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str, seed: int, times: int) -> list[Outcome]:
    ROWS[name].before()
    outcomes = []
    for number in range(times):
        with tempfile.TemporaryDirectory() as folder:
            draw = Draw(f"{seed} {name} {number}")
            outcomes.append(apart(ROWS[name].case, draw, Path(folder)))
        if outcomes[-1].broken:
            print(f"{name} {number}: {outcomes[-1].said}", file=sys.stderr)
    return outcomes


def as_line(row: Row, outcomes: list[Outcome]) -> str:
    """The table's line for a row."""
    counts = Counter(f"**broken: {o.said.partition(':')[0]}**" if o.broken else o.said
                     for o in outcomes)
    said = "; ".join(f"{said} ({count})" for said, count in counts.most_common())
    seconds = max(outcome.seconds for outcome in outcomes)
    megabytes = max(outcome.megabytes for outcome in outcomes)
    cost = f"{seconds:.1f} s, {megabytes:.0f} MB"
    promise = f"{row.promise}; below {row.seconds:g} s, {row.megabytes:g} MB"
    return f"| {row.what} | {len(outcomes)} | {said} | {cost} | {promise} |"


def main(seed: int, only: list[str], share: float) -> int:
    torch.set_num_threads(1)  # a process that is forked has one
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also when started in the background
    prepared()
    print(f"torch {torch.__version__}, seed {seed}\n")
    print("| broken | times | what happened | longest, most memory | promise |")
    print("|---|---|---|---|---|")
    status = 0
    for name in only or ROWS:
        row = ROWS[name]
        outcomes = measure(name, seed, math.ceil(share * row.times))
        print(as_line(row, outcomes), flush=True)
        if any(outcome.broken for outcome in outcomes):
            status = 1
        elif any(o.seconds > row.seconds or o.megabytes > row.megabytes for o in outcomes):
            status = status or 2
    return status


# --- what the cases share -------------------------------------------------------------------------


@functools.cache
def prepared() -> tuple[Path, IdentityAdderModel, AdderDataset]:
    """The folder with MNIST, the network that ships, and 32 examples: read once, before forking."""
    evaluation = load_splits()[2]
    parts = (part[:32] for part in (evaluation.images, evaluation.digits, evaluation.numbers))
    return find_mnist(), load_pretrained(), AdderDataset(*parts)


def outcome_of(errors, function, *arguments, accepted: str = "accepted") -> str:
    """The name of the error, if it is one of the given kinds; any other goes on."""
    try:
        function(*arguments)
    except errors as error:
        assert str(error), "an error without a message"
        return type(error).__name__
    return accepted


def damage(draw: Draw, content: bytes) -> tuple[bytes, str]:
    """Cut off at a random place, or with one to three bits flipped."""
    if draw.random() < 0.5:
        return content[: draw.randrange(len(content))], "cut off"
    changed = bytearray(content)
    for _ in range(draw.randint(1, 3)):
        changed[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    return bytes(changed), "bits flipped"


def weights(model) -> torch.Tensor:
    return torch.cat([value.flatten().double() for value in model.state_dict().values()])


def start(function, *arguments):
    process = FORK.Process(target=function, args=arguments)
    process.start()
    return process


def odd_value(draw: Draw, depth: int = 0):
    """What JSON can hold, and what a page or a file should not."""
    kinds = [
        lambda: None, lambda: draw.random() < 0.5, lambda: draw.randint(-3, 20),
        lambda: draw.uniform(-2, 2), lambda: draw.choice([math.nan, math.inf, -math.inf, 1e308]),
        lambda: 10 ** draw.choice([19, 400]), lambda: "x" * draw.choice([0, 1, 10_000]),
        lambda: draw.choice(["text", "7", "\ud800", "\0", "ü", "<script>", "__class__"]),
    ]
    if depth < 4:
        some = range(draw.choice([0, 1, 2, 2, 3, 40]) if depth < 2 else draw.randint(0, 3))
        kinds += 2 * [
            lambda: [odd_value(draw, depth + 1) for _ in some],
            lambda: {draw.choice("abcxyz"): odd_value(draw, depth + 1) for _ in some},
        ]
    if depth == 0:
        kinds += [lambda: nested(draw.choice([50, 150]))]
    return draw.choice(kinds)()


def nested(depth: int):
    value = []
    for _ in range(depth):
        value = [value]
    return value


# --- killed and interrupted -----------------------------------------------------------------------


@row("SIGKILL while a checkpoint is written again and again", 50,
     "the last whole one loads; what is left behind goes with the next write an hour later")
def killed_while_saving(draw, folder):
    path, model = folder / "modèl [1].pt", prepared()[1]
    save_checkpoint(path, model, turn=0)

    def write():
        for turn in itertools.count(1):
            save_checkpoint(path, model, turn=turn)

    process = start(write)
    time.sleep(draw.uniform(0, 0.15))
    process.kill()
    process.join()
    loaded, details = load_checkpoint(path)
    assert torch.equal(weights(loaded), weights(model)) and details["turn"] >= 0
    parts = list(folder.glob(".*.part"))
    assert set(folder.iterdir()) == {path, *parts}
    for part in parts:
        os.utime(part, (time.time() - LEFTOVER_AGE - 60,) * 2)
    save_checkpoint(path, model)
    assert list(folder.iterdir()) == [path]
    return "whole; a part was left and removed" if parts else "whole, nothing left"


@row("three processes save to the same path, a fourth loads", 10, "each load is whole")
def several_write(draw, folder):
    path, model = folder / "model.pt", prepared()[1]
    save_checkpoint(path, model, writer=0)

    def write(writer):
        for _ in range(15):
            save_checkpoint(path, model, writer=writer)
            time.sleep(draw.uniform(0, 0.01))

    writers, seen = [start(write, number) for number in (1, 2, 3)], set()
    while any(writer.is_alive() for writer in writers):
        loaded, details = load_checkpoint(path)
        assert torch.equal(weights(loaded), weights(model))
        seen.add(details["writer"])
    assert not any(writer.exitcode for writer in writers) and list(folder.iterdir()) == [path]
    return "all whole"


def interrupted(function, moment: float):
    """What a function returns, None where a SIGINT from another process came out of it."""
    running, result = True, None

    def handle(*_):
        if running:
            raise KeyboardInterrupt

    def strike(target):
        time.sleep(moment)
        os.kill(target, signal.SIGINT)

    signal.signal(signal.SIGINT, handle)
    striker = start(strike, os.getpid())
    try:
        result = function()
        running = False
    except KeyboardInterrupt:
        running = False
    striker.join()
    return result


def train(model, after_epoch=None) -> History:
    """Thirty epochs of a step and a test each."""
    examples = prepared()[2]
    return fit(model, examples, examples, epochs=30, batch_size=32, seed=0, device="cpu",
               after_epoch=after_epoch)


@functools.cache
def undisturbed() -> tuple[list, float]:
    """The weights before and after each step of that training, and its seconds."""
    torch.manual_seed(0)
    model, began = IdentityAdderModel(dropout=0), time.perf_counter()
    reached = [weights(model)]
    with contextlib.redirect_stderr(io.StringIO()):  # the progress
        train(model, lambda history: reached.append(weights(model)))
    return reached, time.perf_counter() - began


@row("SIGINT in a training", 50,
     "weights and history are of the same step, lists fit, gradients stay on", before=undisturbed)
def interrupted_training(draw, folder):
    reached, seconds = undisturbed()
    torch.manual_seed(0)
    model = IdentityAdderModel(dropout=0)
    history = interrupted(lambda: train(model), draw.uniform(0, 1.1 * seconds))
    steps = len(history.train_loss) if history else 0
    assert torch.equal(weights(model), reached[steps]) and torch.is_grad_enabled()
    assert all(part.training for part in model.modules())
    if history is None:
        return "interrupted before it began"
    assert len(history.learning_rate) == len(history.train_accuracy) == steps
    assert len(history.test_loss) == len(history.test_accuracy) <= steps
    assert history.interrupted or steps == 30
    return f"{'interrupted' if history.interrupted else 'whole'}, consistent"


@row("SIGINT in `evaluate`, `predict`, `refresh_batch_norm` and `load_checkpoint`", 100,
     "the model is as before (or whole, anew), in its mode, gradients on")
def interrupted_looking(draw, folder):
    _, shipped, examples = prepared()
    name = draw.choice(["evaluate", "predict", "refresh_batch_norm", "load_checkpoint"])
    model, path = IdentityAdderModel().train(draw.random() < 0.5), folder / "model.pt"
    model.block1.eval()
    save_checkpoint(path, shipped)
    look = dict(
        evaluate=lambda: evaluate(model, examples),
        predict=lambda: predict(model, examples.images[0], 3),
        refresh_batch_norm=lambda: refresh_batch_norm(model, examples),
        load_checkpoint=lambda: load_checkpoint(path, model),
    )[name]

    def again_and_again():
        for _ in range(10_000):
            look()

    before, modes = weights(model), [part.training for part in model.modules()]
    interrupted(again_and_again, draw.uniform(0, 0.3))
    after = weights(model)
    assert torch.is_grad_enabled()
    if name == "load_checkpoint":
        assert torch.equal(after, before) or torch.equal(after, weights(shipped))
    else:
        assert [part.training for part in model.modules()] == modes
    if name == "refresh_batch_norm" and not torch.equal(after, before):
        refresh_batch_norm(model, examples)
        assert torch.equal(after, weights(model))
    elif name != "load_checkpoint":
        assert torch.equal(after, before)
    return f"{name}: consistent"


@row("SIGINT while the library is imported", 6,
     "KeyboardInterrupt; the files are unharmed, a new process imports", seconds=40, megabytes=50)
def interrupted_import(draw, folder):
    command = [sys.executable, "-c", "import mnist_adder_lib"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(draw.uniform(0.1, 3))
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1].decode()
    again = subprocess.run(command, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr.decode()
    if process.returncode == 0:
        return "it was over before"
    assert "KeyboardInterrupt" in said or process.returncode == -signal.SIGINT, said
    return "KeyboardInterrupt, then imported"


# --- disks and folders ----------------------------------------------------------------------------


def sizes_limited(limit: int) -> None:
    """No file of this process may get larger; stands for a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@row("disk full while a checkpoint or a history is written", 40,
     "OSError, the old file stays, nothing else is left")
def disk_full(draw, folder):
    path, model = folder / "file", prepared()[1]
    path.write_bytes(b"old")
    size, write = draw.choice([
        (60_000, lambda: save_checkpoint(path, model)),
        (30_000, lambda: History([1.5] * 2500, [9.0] * 2500, [0.1] * 2500).save(path)),
    ])
    sizes_limited(draw.randrange(size))
    said = outcome_of(OSError, write)
    assert said == "OSError" and path.read_bytes() == b"old" and list(folder.iterdir()) == [path]
    return "OSError, old file whole"


def data_folder(folder: Path, *files: str) -> Path:
    """A folder with MNIST by links to the files, and no network and an empty cache from now on."""
    raw = folder / "dätä [1]" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in files:
        (raw / name).symlink_to(prepared()[0] / data.RAW / name)
    data.user_cache_path = lambda name: folder / "cache"
    data.tempfile.gettempdir = lambda: str(folder / "temporary")
    data.MIRROR = "http://127.0.0.1:9/"  # where nobody answers
    return raw.parent.parent


ARCHIVES = [f"{name}.gz" for name in data.FILES]


def is_whole(root: Path) -> bool:
    return all(data._md5((root / data.RAW / name).read_bytes()) == md5
               for name, (md5, _) in data.FILES.items())


@row("disk full while MNIST is unpacked", 10, "DataError, nothing is left")
def disk_full_unpacking(draw, folder):
    root = data_folder(folder, *ARCHIVES)
    sizes_limited(draw.randrange(10_000_000))
    said = outcome_of(DataError, find_mnist, root)
    assert said == "DataError" and not list(folder.rglob("*.part"))
    return said


@row("four processes unpack MNIST at once", 4, "all get it whole, nothing is left", seconds=40,
     megabytes=300)
def several_unpack(draw, folder):
    root = data_folder(folder, *ARCHIVES)
    processes = [start(find_mnist, root) for _ in range(4)]
    for process in processes:
        process.join()
    assert not any(process.exitcode for process in processes)
    assert is_whole(root) and not list(folder.rglob("*.part"))
    return "whole"


@row("SIGKILL while MNIST is unpacked", 10, "the next time it is unpacked whole")
def killed_unpacking(draw, folder):
    root = data_folder(folder, *ARCHIVES)
    process = start(find_mnist, root)
    time.sleep(draw.uniform(0, 1))
    process.kill()
    process.join()
    for part in folder.rglob("*.part"):
        os.utime(part, (0, 0))
    assert find_mnist(root) == root and is_whole(root) and not list(folder.rglob("*.part"))
    return "whole"


@row("an archive of MNIST cut off, or with bits flipped", 50, "DataError names it")
def damaged_archive(draw, folder):
    name = draw.choice(list(data.FILES))
    root = data_folder(folder, *ARCHIVES, *(other for other in data.FILES if other != name))
    archive = root / data.RAW / f"{name}.gz"
    content, kind = damage(draw, archive.read_bytes())
    archive.unlink()
    archive.write_bytes(content)
    with contextlib.suppress(DataError):
        find_mnist(root)
        raise AssertionError(f"{kind}: not noticed")
    assert not (root / data.RAW / name).exists()
    return f"{kind}: DataError"


@row("an unpacked file of MNIST cut off, or with bits flipped", 50, "it is unpacked again")
def damaged_data(draw, folder):
    root = data_folder(folder, *ARCHIVES, *data.FILES)
    file = root / data.RAW / draw.choice(list(data.FILES))
    content, kind = damage(draw, file.read_bytes())
    file.unlink()
    file.write_bytes(content)
    assert find_mnist(root) == root and is_whole(root)
    return f"{kind}: unpacked again"


@row("MNIST_ADDER_DATA: a file, nowhere, a loop of links, a pipe for an archive, a folder for a "
     "file, an unknown home, old files", 14, "DataError, or the cache instead; no hang")
def odd_data_folder(draw, folder):
    root, name = data_folder(folder, *ARCHIVES, *data.FILES), draw.choice(list(data.FILES))
    raw = root / data.RAW
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "a file").touch()
    kind = draw.choice(["a file", "nowhere", "loop", "~nobody-at-all", "pipe", "folder", "old"])
    if kind == "pipe":
        (raw / f"{name}.gz").unlink()
        (raw / name).unlink()
        os.mkfifo(raw / f"{name}.gz")
    elif kind == "folder":
        (raw / name).unlink()
        (raw / name).mkdir()
    elif kind == "old":
        (root / "MNIST" / "processed").mkdir()
    else:
        root = kind if kind.startswith("~") else folder / kind
    os.environ["MNIST_ADDER_DATA"] = str(root)
    return f"{kind}: {outcome_of(DataError, find_mnist, accepted='found')}"


@row("paths of checkpoint and history: a folder, a pipe, a device, a loop of links, a file for a "
     "folder, too long, no permission, locked by another program", 80,
     "OSError or CheckpointError, the place stays as it was; no hang")
def odd_path(draw, folder):
    odd = folder / "odd"
    kind = draw.choice(["folder", "pipe", "device", "loop", "file for folder", "long", "locked",
                        "link"])
    history, model = History([1.5], [50.0], [0.1]), prepared()[1]
    written = kind in ("link", "loop")  # a loop of links is replaced: nothing can be lost
    if kind == "folder":
        odd.mkdir()
    elif kind == "pipe":
        os.mkfifo(odd)
    elif kind == "device":
        odd.symlink_to("/dev/null")
    elif kind == "loop":
        odd.symlink_to(odd)
    elif kind == "link":
        odd.symlink_to(folder / "target")
    elif kind == "file for folder":
        odd.touch()
        odd = odd / "model.pt"
    elif kind == "long":
        odd = folder / ("x" * 300)
    else:
        odd.touch()

        def refuse(*_):
            raise PermissionError(13, "Access is denied")

        os.replace = os.rename = refuse
    before = set(folder.iterdir())
    for write in (lambda: save_checkpoint(odd, model), lambda: history.save(odd)):
        said = outcome_of(OSError, write)
        assert (said == "accepted") == written, f"{kind}: {said}"
        assert set(folder.iterdir()) - before <= {folder / "target"}
    assert kind != "pipe" or odd.is_fifo()
    assert kind != "device" or (odd.is_symlink() and not Path("/dev/null").is_file())
    assert kind != "link" or odd.is_symlink()
    assert not written or History.load(odd) == history
    read = outcome_of((CheckpointError, OSError), load_checkpoint, odd)
    assert read != "accepted", f"{kind}: a checkpoint was read"
    if kind != "pipe":  # a history may come through one
        outcome_of((ValueError, OSError), History.load, odd)
    return f"{kind}: fine"


@row("a clock that was set back or forward while files are written", 20, "all as usual")
def wrong_clock(draw, folder):
    real, shift = time.time, draw.choice([-1, 1]) * draw.uniform(0, 1e9)
    time.time = lambda: real() + shift
    path, part = folder / "model.pt", folder / ".model.pt-0123.part"
    part.touch()
    save_checkpoint(path, prepared()[1])
    load_checkpoint(path)
    if shift < 0:
        assert part.exists()
        return "set back: a part stays until the clock is past it"
    assert part.exists() == (shift < LEFTOVER_AGE)
    return "set forward: a part counts as old"


# --- the server -----------------------------------------------------------------------------------


def answer_badly(kind: str, connection) -> None:
    connection.recv(1000)
    head = b"HTTP/1.1 200 OK\r\n"
    if kind == "no answer":
        time.sleep(5)
    elif kind == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif kind == "half":
        connection.sendall(head + b"Content-Length: 9000\r\n\r\nhalf")
    elif kind == "half, then no answer":
        connection.sendall(head + b"Content-Length: 9000\r\n\r\nhalf")
        time.sleep(5)
    elif kind == "garbage":
        connection.sendall(os.urandom(5000))
    elif kind == "another page":
        connection.sendall(head + b"\r\n<html>Please log in")
    elif kind == "garbage in chunks":
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + os.urandom(99))
    elif kind == "odd sizes":
        connection.sendall(head + b"Content-Length: -7\r\nContent-Encoding: ?\r\n\r\n\x1f\x8b")
    elif kind == "odd address":
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n")
    elif kind == "around in circles":
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n")
    elif kind == "without end":
        with contextlib.suppress(OSError):
            connection.sendall(head + b"\r\n")
            while True:
                connection.sendall(bytes(1 << 16))
    elif kind == "drop by drop":
        with contextlib.suppress(OSError):
            connection.sendall(head + b"Content-Length: 9000\r\n\r\n")
            while True:
                connection.sendall(b"x")
                time.sleep(0.1)


SERVED = ["no answer", "reset", "half", "half, then no answer", "garbage", "another page",
          "garbage in chunks", "odd sizes", "odd address", "around in circles", "without end",
          "drop by drop"]


@row("a server that doesn't answer, resets, sends half, garbage, too much, drop by drop", 48,
     "DataError says what to do; nothing is kept (timeouts shortened)", megabytes=100)
def bad_server(draw, folder):
    kind, name = draw.choice(SERVED), draw.choice(list(data.FILES))
    root = data_folder(folder, *ARCHIVES, *(other for other in data.FILES if other != name))
    (root / data.RAW / f"{name}.gz").unlink()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), None)
    server.daemon_threads = True
    server.RequestHandlerClass = type("Handler", (socketserver.BaseRequestHandler,), {
        "handle": lambda self: answer_badly(kind, self.request)})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    data.MIRROR, data.TIMEOUT = f"http://127.0.0.1:{server.server_address[1]}/", 0.3
    data.PATIENCE = 2
    said = outcome_of(DataError, find_mnist, root)
    assert said == "DataError", said
    assert not (root / data.RAW / f"{name}.gz").exists()
    return f"{kind}: {said}"


# --- files that are damaged or lie ----------------------------------------------------------------


@row("a checkpoint cut off, or with bits flipped", 200, "CheckpointError, or all of it is right")
def damaged_checkpoint(draw, folder):
    content, kind = damage(draw, asset_path("adder.pt").read_bytes())
    path = folder / "model.pt"
    path.write_bytes(content)
    try:
        loaded, details = load_checkpoint(path)
    except CheckpointError:
        return f"{kind}: CheckpointError"
    assert torch.equal(weights(loaded), weights(prepared()[1]))
    assert details == load_checkpoint(asset_path("adder.pt"))[1]
    return f"{kind}: in a byte without meaning"


@row("a history cut off, or with bits flipped", 200,
     "ValueError; only a digit that became another one isn't noticed")
def damaged_history(draw, folder):
    path, steps = folder / "history.json", [draw.random() for _ in range(50)]
    history = History(steps, steps, steps, steps[:5], steps[:5], steps[:5], 10)
    history.save(path)
    content, kind = damage(draw, path.read_bytes())
    path.write_bytes(content)
    try:
        loaded = History.load(path)
    except ValueError:
        return f"{kind}: ValueError"
    assert {name: len(value) for name, value in vars(loaded).items() if type(value) is list} == {
        name: len(value) for name, value in vars(history).items() if type(value) is list}
    return f"{kind}: another digit"


READERS = {
    "results.jsonl": lambda: (evaluation_tables.recipe_runs(),
                              one_change_at_a_time.finished("fast")),
    "changes.jsonl": lambda: (one_change_at_a_time.measured("test"),
                              one_change_at_a_time.searched()),
    "adders.jsonl": lambda: (does_it_add.measured("held_sums"),
                             does_it_add.pair_table("10 classes"),
                             does_it_add.by_count("10 classes")),
    "sums.jsonl": lambda: learning_from_sums.measured("sums"),
    "last_figure.pt": lambda: learning_from_sums.load_reader(),
}


def in_place_of(name: str, path: Path) -> None:
    """From now on the library takes this file for the one that comes with the course."""
    def found(asked):
        return path if asked == name else asset_path(asked)

    for module in list(sys.modules.values()):
        if getattr(module, "asset_path", None) is asset_path and module.__name__ != __name__:
            module.asset_path = found


@row("a file with results that lessons read cut off, or with bits flipped", 100,
     "an error; only a changed digit or letter, or whole lines less, aren't noticed")
def damaged_results(draw, folder):
    name = draw.choice(list(READERS))
    path, whole = folder / name, READERS[name]()
    content, kind = damage(draw, asset_path(name).read_bytes())
    path.write_bytes(content)
    in_place_of(name, path)
    try:
        result = READERS[name]()
    except Exception as error:  # a changed name, of a column say, is found where it is used
        return f"{kind}: an error {'that names it' if name in str(error) else 'where it is used'}"
    if name.endswith("jsonl"):
        return f"{kind}: read"
    assert torch.equal(weights(result), weights(whole)), f"{name} {kind}: not noticed"
    return f"{kind}: where it doesn't matter"


def odd_tensor(draw: Draw) -> torch.Tensor:
    shape = [draw.choice([0, 1, 8, 19, 64]) for _ in range(draw.randint(0, 3))]
    return draw.choice([
        lambda: torch.zeros(shape), lambda: torch.full(shape, math.nan),
        lambda: torch.full((19, 64), -math.inf),
        lambda: torch.full((19, 64), 1e300, dtype=torch.float64),
        lambda: torch.zeros(1).expand(10**9), lambda: torch.zeros(shape, device="meta"),
        lambda: torch.zeros(19, 64, device="meta"), lambda: torch.zeros(19, 64).to_sparse(),
        lambda: torch.zeros(19, 64, dtype=torch.complex64),
        lambda: torch.zeros(shape, dtype=torch.int64),
        lambda: torch.sparse_coo_tensor(torch.zeros(1, 1).long(), torch.ones(1), (10**15,)),
    ])()


class Makes:
    """Pickled as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def laughs() -> list:
    """Small as a file, endless as a text."""
    value = ["ha"]
    for _ in range(60):
        value = [value, value]
    return value


def any_odd(draw: Draw):
    return draw.choice([
        lambda: odd_value(draw), lambda: odd_value(draw), lambda: odd_tensor(draw),
        lambda: odd_tensor(draw), laughs, lambda: nested(100), lambda: OrderedDict(a=1),
        lambda: Makes(bytearray, 10 ** draw.choice([3, 11, 15])), lambda: 30_000,
        lambda: Makes(torch.FloatStorage, 10 ** draw.choice([3, 11, 15])),
    ])()


def change(draw: Draw, content: dict) -> None:
    """Replace, remove or add something in a checkpoint, in any depth."""
    place = content
    while draw.random() < 0.6:
        inner = [value for value in place.values() if isinstance(value, dict) and value]
        if not inner:
            break
        place = draw.choice(inner)
    name = draw.choice(list(place))
    if draw.random() < 0.2:
        del place[name]
    elif draw.random() < 0.1:
        place[draw.choice(["more", 7, None, "weights", "variant"])] = any_odd(draw)
    elif name != "format":
        place[name] = any_odd(draw)


def save_lie(draw: Draw, path: Path) -> None:
    """A checkpoint whose archive isn't what it says."""
    content = asset_path("adder.pt").read_bytes()
    kind = draw.choice(["storage", "bomb", "twice"])
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.infolist():
            inside = old.read(member)
            if kind == "storage" and member.filename.endswith("data.pkl"):  # larger than the file
                inside = inside.replace(struct.pack("<BH", ord("M"), 4096),
                                        struct.pack("<BI", ord("J"), 10 ** draw.randint(4, 9)))
            packed = zipfile.ZIP_STORED
            if kind == "bomb" and member.file_size == 4 * 4096:
                inside, packed = bytes(5 * 10**7), zipfile.ZIP_DEFLATED
            with warnings.catch_warnings(action="ignore"):
                for _ in range(2 if kind == "twice" else 1):
                    new.writestr(member.filename, inside, packed)


@row("a checkpoint with wrong content: other types, shapes and sizes, a billion laughs, storage "
     "that isn't there, a zip bomb", 300,
     "CheckpointError, and the given model is unchanged; or a network that answers", seconds=2,
     megabytes=100)
def wrong_checkpoint(draw, folder):
    path = folder / "model.pt"
    if draw.random() < 0.1:
        save_lie(draw, path)
    else:
        content = torch.load(asset_path("adder.pt"), weights_only=True)
        for _ in range(draw.randint(1, 3)):
            change(draw, content)
        torch.save(content, path)
    model, examples = IdentityAdderModel(), prepared()[2]
    before = weights(model)
    for arguments in ((path, model), (path,)):
        try:
            loaded, _ = load_checkpoint(*arguments)
        except CheckpointError as error:
            assert len(str(error)) < 2000
            assert torch.equal(weights(model), before) and model.training
            said = "CheckpointError"
        else:
            assert evaluate(loaded, examples).digit_logits.isfinite().all()
            said = "loaded, and it answers"
    return said


@row("pickles that would run code, as checkpoint, history, network or results", 60,
     "an error, and nothing is run")
def code_in_a_file(draw, folder):
    path, ran = folder / "file", folder / "ran"
    code = f"open({str(ran)!r}, 'w')"
    bad = draw.choice([Makes(os.mkdir, str(ran)), Makes(eval, code), Makes(exec, code),
                       Makes(os.system, f"touch '{ran}'"),
                       Makes(functools.partial(os.mkdir), str(ran))])
    content = torch.load(asset_path("adder.pt"), weights_only=True)
    if draw.random() < 0.7:
        content[draw.choice(list(content))] = bad
    else:
        content = bad
    draw.choice([
        lambda: torch.save(content, path),
        lambda: torch.save(content, path, _use_new_zipfile_serialization=False),
        lambda: path.write_bytes(pickle.dumps(content, protocol=draw.randint(0, 5))),
        lambda: path.write_bytes(code.encode()),
    ])()
    outcome_of(CheckpointError, load_checkpoint, path)
    outcome_of(ValueError, History.load, path)
    outcome_of(ValueError, read_picture, path.read_bytes())
    name = draw.choice(list(READERS))
    in_place_of(name, path)
    said = outcome_of(ValueError, READERS[name])
    assert said != "accepted" and not ran.exists()
    return "an error, not run"


@row("histories of random JSON, wrong types, unequal lengths, deep nesting", 400,
     "ValueError, or a history whose lists fit")
def odd_history(draw, folder):
    path = folder / "history.json"
    content = asdict(History([1.5, math.nan], [50.0, 75.0], [0.1, 0.1], [0.9], [80.0], [1.25], 2))
    for _ in range(draw.randint(1, 2)):
        content[draw.choice([*content, "more"])] = odd_value(draw)
    if draw.random() < 0.3:
        content = odd_value(draw)
    text = json.dumps(content)
    if draw.random() < 0.1:
        text = draw.choice(["[", '{"train_loss":', "[{}," * 5]) * draw.choice([10, 10**5])
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        loaded = History.load(path)
    except ValueError:
        return "ValueError"
    assert len(loaded.train_loss) == len(loaded.train_accuracy) == len(loaded.learning_rate)
    assert all(type(value) is float for value in loaded.train_loss + loaded.seconds)
    loaded.save(path)
    return "loaded"


# --- drawings and pictures ------------------------------------------------------------------------


def odd_strokes(draw: Draw):
    """Strokes as a page would never send them."""
    rng = np.random.default_rng(draw.randrange(10**9))
    kind = draw.randrange(12)
    if kind == 0:
        return odd_value(draw)
    if kind == 1:
        return [odd_value(draw)]
    if kind == 2:
        return [[[odd_value(draw), odd_value(draw)] for _ in range(3)]]
    if kind == 3:
        return rng.random((10_000, draw.choice([1, 2, 12]), 2)).tolist()
    if kind == 4:
        return rng.random((1, 1_000_000, 2)).tolist()
    if kind == 5:
        return [(rng.normal(0, 2e-4, (1_000_000, 2)).cumsum(axis=0) % 1).tolist()]
    if kind == 6:
        return [rng.random((draw.randint(0, 9), 2)).tolist() for _ in range(1000)]
    strokes = rng.normal(0.5, draw.choice([0, 1e-12, 0.2, 30]), (3, 12, 2)).tolist()
    if kind < 10:
        point = draw.choice(draw.choice(strokes))
        point[draw.randrange(2)] = draw.choice(
            [math.nan, math.inf, 10**400, "0.5", None, 1e308, -0.0, 1e-320, True, [1], {}, 2 + 1j])
    return strokes


@row("odd strokes: no numbers, NaN, 10^400, ragged, 10,000 strokes, a million points", 60,
     "ValueError, or an image of 28x28", seconds=15, megabytes=700)
def strange_strokes(draw, folder):
    strokes = odd_strokes(draw)
    try:
        framed = frame_strokes(strokes)
    except ValueError:
        return "ValueError"
    assert framed.shape == (28, 28) and framed.dtype == np.uint8
    assert render_strokes(strokes).shape == (280, 280)
    return "an image" if framed.any() else "blank"


def picture(draw: Draw) -> bytes:
    """A file with a picture of a seven, or one that only looks like it."""
    grey = 255 - render_strokes(SEVEN, draw.choice([28, 280, 900]))
    image, buffer = Image.fromarray(grey), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = draw.randint(0, 9)
    kind = draw.choice(["PNG", "JPEG", "PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM", "ICO"])
    if kind in ("PNG", "JPEG"):
        modes = ["L", "RGB", "1"] + (["CMYK"] if kind == "JPEG" else ["P", "LA", "RGBA", "I;16"])
        options = dict(exif=exif) if draw.random() < 0.5 else {}
        image.convert(draw.choice(modes)).save(buffer, kind, **options)
    else:
        image.convert("RGB").save(buffer, kind)
    return buffer.getvalue()


@functools.cache
def bombs() -> list[bytes]:
    """Small files with large pictures: as many pixels as are read, and more."""
    files = []
    for kind, mode, size in [("PNG", "RGBA", (5000, 5000)), ("PNG", "L", (9000, 9000)),
                             ("PNG", "1", (25_000_000, 1)), ("PNG", "L", (1, 25_000_000)),
                             ("JPEG", "CMYK", (5000, 5000)), ("JPEG", "RGB", (6000, 4000))]:
        image, buffer = Image.new(mode, size), io.BytesIO()
        image.paste(Image.new(mode, (size[0] // 3 + 1, size[1] // 3 + 1), "white"), (0, 0))
        image.save(buffer, kind, **(dict(progressive=True) if kind == "JPEG" else {}))
        files.append(buffer.getvalue())
    return files


def odd_upload(draw: Draw) -> tuple[bytes, str]:
    kind = draw.choice(["damaged", "damaged", "damaged", "picture", "picture", "bomb", "other"])
    if kind == "damaged":
        return damage(draw, picture(draw))[0], kind
    if kind == "picture":
        return picture(draw), kind
    if kind == "bomb":
        return draw.choice(bombs()), kind
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
    lie = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0" + bytes(99)
    return draw.choice([b"", svg, heic, lie, draw.randbytes(5000), bytes(10**7)]), kind


@row("uploads: PNG, JPEG, WebP, GIF, TIFF, BMP, SVG, HEIC, empty, damaged, of up to 25 million "
     "pixels and of more", 150, "ValueError, or an image; PNG and JPEG only", megabytes=400,
     before=bombs)
def strange_upload(draw, folder):
    content, kind = odd_upload(draw)
    try:
        read = read_picture(content)
    except ValueError:
        return f"{kind}: ValueError"
    assert content.startswith((b"\x89PNG", b"\xff\xd8")), "another kind was read"
    assert read.dtype == np.uint8 and read.shape[0] == read.shape[1] <= 280
    assert frame_drawing(read).shape == (28, 28)
    return f"{kind}: an image"


# --- what pages send ------------------------------------------------------------------------------


def data_url(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


def odd_message(draw: Draw, widget, good: dict) -> dict:
    """The data of a message from the page; good: sensible values of some traits."""
    names = [*widget.keys, "layout", "_esm", "no trait", *good]
    if draw.random() < 0.15:
        return draw.choice([{}, {"method": odd_value(draw)}, {"method": "update"},
                            {"method": "custom"}, {"method": "update", "state": odd_value(draw)}])
    state = {}
    for name in draw.sample(names, draw.randint(1, 3)):
        state[name] = good[name]() if name in good and draw.random() < 0.5 else odd_value(draw)
    return {"method": "update", "state": state, "buffer_paths": []}


def panel_message(draw: Draw, panel) -> dict:
    good = dict(strokes=lambda: odd_strokes(draw), number=lambda: draw.randint(-1, 10),
                background=lambda: data_url(odd_upload(draw)[0]), page=lambda: "there 1")
    if draw.random() < 0.6:
        return odd_message(draw, panel, good)
    content = draw.choice([
        lambda: odd_value(draw),
        lambda: {"type": "ink", "stroke": draw.choice([odd_strokes(draw), odd_value(draw)]),
                 "id": draw.choice(["a 1", odd_value(draw)])},
        lambda: {"type": "upload", "data": data_url(odd_upload(draw)[0])},
        lambda: {"type": "upload", "data": odd_value(draw)},
        lambda: {"type": "sample"},
        lambda: {"type": odd_value(draw)},
    ])()
    return {"method": "custom", "content": content}


def tell(widget, content: dict) -> str:
    """Bring it a message as a kernel does, which goes on after any error. Returns that."""
    try:
        widget._handle_msg({"content": {"data": content}, "buffers": []})
    except Exception as error:
        return type(error).__name__
    return "taken or ignored"


@row("messages from a page to the panel: malformed, huge, wrong traits, 10,000 strokes, a million "
     "points, pictures of 25 million pixels", 100,
     "the answer is always that of what stands on the pad, and the next drawing is read",
     seconds=30, megabytes=900, before=bombs)
def panel_messages(draw, folder):
    model = prepared()[1]
    panel, said = AdderPanel(model), "taken or ignored"
    for _ in range(2):
        ink_before = panel.answer.get("ink")
        message = panel_message(draw, panel)
        error = tell(panel, message)
        said = error if error != "taken or ignored" else said
        seen = panel.framed()
        prediction = predict(model, seen, panel.number) if seen.any() else None
        state = message.get("state")
        if isinstance(state, dict) and "answer" in state:
            continue  # the page itself wrote what it shows
        fits = panel.answer.get("sentence") == describe(prediction, panel.number)[0]
        assert fits or panel.answer.get("ink", ink_before), f"a wrong answer after {error}"
    number = draw.randint(0, 9)
    state = dict(page="here 9", strokes=SEVEN, background="", number=number, pen=0.07)
    tell(panel, {"method": "update", "state": state})
    assert panel.answer["digit"] == 7 and panel.answer["total"] == 7 + number
    assert panel.answer["page"] == "here 9" and panel.answer["seen"] == to_url(panel.framed())
    return said


QUESTION = Question("How many?", "Because.", [
    Option("One.", lambda value: value == 1, "No."), Option("Two.", lambda value: value == 2)])


@row("messages from a page to guesses, ball, window, pairs and the figures of lesson 11", 200,
     "what Python has is still usable, and the next sensible message is taken", seconds=5)
def other_messages(draw, folder):
    kind = draw.choice(["guess", "ball", "window", "pairs", "follow"])
    said = "taken or ignored"
    if kind == "guess":
        guess = Guess(QUESTION)
        for _ in range(3):
            tell(guess.widget, odd_message(draw, guess.widget, dict(
                chosen=lambda: draw.choice([-1, 0, 1, 2, 99, True]))))
            assert guess.choice in (None, "One.", "Two.")
            guess.compare(2)
        tell(guess.widget, {"method": "update", "state": {"chosen": 1}})
        assert guess.compare(2).data.startswith("✓ You guessed: *Two.*")
    elif kind == "ball":
        ball = BallOnCurve()
        for _ in range(3):
            tell(ball, odd_message(draw, ball, {}))
            assert all(type(w) is float for w in ball.path) and repr(ball)
            assert ball.rate >= 0 or math.isnan(ball.rate)
        tell(ball, {"method": "update", "state": {"path": [1.0, 2.5], "rate": 0.2}})
        assert ball.path == [1.0, 2.5] and ball.rate == 0.2
    elif kind == "window":
        viewer = WindowViewer(np.eye(5), np.ones((3, 3)))
        for _ in range(3):
            tell(viewer, odd_message(draw, viewer, dict(
                image=lambda: np.ones((draw.randint(1, 3), 4, 4)).tolist(),
                weights=lambda: np.ones((draw.randint(1, 3), 3, 3)).tolist(),
                padding=lambda: draw.randint(-1, 2))))
            assert len(viewer.image) == len(viewer.weights)
            assert np.isfinite(np.array(viewer.image, float)).all()
        tell(viewer, {"method": "update", "state": {
            "image": np.eye(6).tolist(), "weights": np.eye(3).tolist()}})
        assert np.array_equal(viewer.image, [np.eye(6)]) and np.shape(viewer.weights)[0] == 1
    elif kind == "pairs":
        picker = PairPicker()
        for _ in range(3):
            tell(picker, odd_message(draw, picker, dict(
                pairs=lambda: [[draw.randint(-1, 10), draw.randint(0, 9)] for _ in range(99)])))
            with contextlib.suppress(ValueError):
                assert picker.held_out.sum() == len(picker.pairs)
        tell(picker, {"method": "update", "state": {"pairs": [[1, 2]]}})
        assert picker.pairs == [[1, 2]]
    else:
        said = follow(draw)
    return f"{kind}: {said}"


def follow(draw: Draw) -> str:
    from matplotlib import pyplot as plt

    panel = AdderPanel(prepared()[1])

    def figure():
        return plt.figure(figsize=(1, 1), label=f"ink {panel.seen.sum()}")

    below = Follow(panel, figure)
    for _ in range(2):
        tell(panel, odd_message(draw, panel, dict(number=lambda: draw.randint(-1, 10))))
    tell(panel, {"method": "update", "state": dict(strokes=SEVEN, number=3, background="")})
    assert panel.answer["digit"] == 7 and f"ink {panel.seen.sum()}" in below.picture.value
    return "taken or ignored"


# --- odd models -----------------------------------------------------------------------------------


@row("a model in double, half, bfloat16, frozen, on meta, of another kind, and one example", 40,
     "a clear error or the right thing, the model as it was, the old file whole")
def odd_model(draw, folder):
    path, (_, shipped, examples) = folder / "model.pt", prepared()
    save_checkpoint(path, shipped)
    kind = draw.choice(["double", "half", "bfloat16", "frozen", "meta", "one example"])
    model = load_pretrained()
    if kind == "frozen":
        model.requires_grad_(False)
    elif kind == "meta":
        model = model.to("meta")
    elif kind == "one example":
        one = AdderDataset(examples.images[:1], examples.digits[:1], examples.numbers[:1])
        assert len(evaluate(model, one).digits) == 1
        said = outcome_of(ValueError, fit, model, one)
        assert said == outcome_of(ValueError, refresh_batch_norm, model, one) == "ValueError"
        return f"{kind}: evaluated, ValueError in training"
    else:
        model = getattr(model, kind)()
    said = [outcome_of((ValueError, RuntimeError), look) for look in (
        lambda: save_checkpoint(path, model),
        lambda: load_checkpoint(path, model),
        lambda: predict(model, examples.images[0], 3),
        lambda: fit(model, examples, epochs=1, device="cpu"))]
    assert load_checkpoint(path)[0] and torch.is_grad_enabled()
    return f"{kind}: saved {said[0]}, loaded {said[1]}, predict {said[2]}, fit {said[3]}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", choices=ROWS, metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--share", type=float, default=1.0, help="of the cases of each row")
    parser.add_argument("--names", action="store_true", help="print the rows' names")
    arguments = parser.parse_args()
    if arguments.names:
        sys.exit(print("\n".join(ROWS)))
    sys.exit(main(arguments.seed, arguments.only, arguments.share))
