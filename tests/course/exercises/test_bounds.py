"""No answer makes a check run away: what it takes is measured, in a process for each answer."""

import copy
import json
import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from multiprocessing.connection import Connection

import pytest
import torch
import torch.nn.functional as F
from every_lesson import LESSONS
from test_answers import NAMES
from torch import nn

from mnist_adder_course.exercises.bounds import LARGEST, Bounds, RanAway
from mnist_adder_course.exercises.checks import code_of, from_code
from mnist_adder_course.exercises.slips import mendings, slips
from mnist_adder_course.lessons import backward_by_hand

GIGABYTES, SECONDS = 1, 10  # that a check may take for one answer; seconds of the processor
LIMIT = 6 * 2**30  # bytes of memory that a process gets, so that no failing test does any harm
SOME = 5  # of the wrong answers to each exercise
Task = tuple[str, str, str]  # lesson, exercise, code

FLATTENED = """
def digit_reader(channels):
    return nn.Sequential(conv(1, channels), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(channels * {side} * {side}, 10))
"""
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"),
                              reason="elsewhere a process is measured in other ways")


def measure(task: Task, sender: Connection) -> None:
    """Check an answer; send the verdict, the gigabytes and the seconds that it took."""
    import resource

    lesson, name, code = task
    check = getattr(import_module(f"mnist_adder_course.lessons.{lesson}").checks, name)
    names = vars(import_module(check.solution.__module__)) | NAMES
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (10 * SECONDS, 10 * SECONDS))
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    verdict = check.verdict(from_code(code, name, names))
    after, ended = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    sender.send((verdict, (after - before) / 2**20, ended - started))


def measured(task: Task) -> tuple[str, float, float]:
    """Measure an answer in a process that is a copy of this one; EOFError if that was killed."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=measure, args=(task, sender))
    process.start()
    sender.close()  # the other process has its own
    try:
        return receiver.recv()
    finally:
        process.join()


@pytest.fixture(scope="module")
def fresh() -> Iterator[subprocess.Popen]:
    """A process that has imported all lessons and done nothing else: see the end of this file."""
    with subprocess.Popen([sys.executable, __file__], text=True, env=os.environ | {
            "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process


def assert_bounded(fresh: subprocess.Popen, tasks: list[Task]) -> list[str]:
    """Assert that no check takes too much; return the verdicts."""
    assert fresh.stdin and fresh.stdout
    verdicts = []
    for lesson, name, code in tasks:
        print(json.dumps([lesson, name, code]), file=fresh.stdin, flush=True)
        answer = fresh.stdout.readline()
        assert answer, f"{lesson}.{name}: the process that checks was killed\n{code}"
        verdict, gigabytes, seconds = json.loads(answer)
        taken = f"{lesson}.{name}: {gigabytes:.2f} GB, {seconds:.1f} s\n{code}\n{verdict}"
        print(taken)
        assert gigabytes < GIGABYTES and seconds < SECONDS, taken
        verdicts.append(verdict)
    return verdicts


@on_linux
def test_a_layer_of_the_wrong_size_does_not_fill_the_memory(fresh):
    """Its product, mended to a power, would have 200 million weights."""
    tasks = [("model_summary", "digit_reader", FLATTENED.format(side=side)) for side in (15, 14)]
    for verdict in assert_bounded(fresh, tasks):
        assert verdict.startswith("Not right yet.")


def wrong_sizes(code: str) -> list[str]:
    """Change a number of some code by one, or a product into a sum or a sum into a product."""
    of_sizes = r"with (\d+ in place of \d+|`\*` in place of `\+`|`\+` in place of `\*`)"
    found = [mutant for words, _, mutant in slips(code) if re.match(of_sizes, words)]
    return found[:: max(1, len(found) // SOME)][:SOME]


@on_linux
@pytest.mark.thorough
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_check_takes_much(lesson, fresh):
    codes = [(name, code_of(check.solution)) for name, check in vars(lesson.module.checks).items()]
    tasks = [(lesson.name, name, code) for name, solution in codes
             for code in (solution, *wrong_sizes(solution))]
    assert len(tasks) > len(codes)
    verdicts = assert_bounded(fresh, tasks)
    assert [verdict for (_, name, code), verdict in zip(tasks, verdicts, strict=True)
            if (name, code) in codes and not verdict.startswith("✓")] == []


# --- what is within bounds, and what isn't --------------------------------------------------------

ONES = torch.ones(5000)


@pytest.mark.parametrize("runs_away", [
    lambda: torch.zeros(LARGEST + 1),
    lambda: torch.zeros((3000, 3000)),
    lambda: torch.randn(LARGEST + 1, generator=torch.Generator()),
    lambda: torch.arange(0, 1, 1e-9),
    lambda: nn.Linear(10**5, 100),
    lambda: ONES.view(-1, 1) * ONES,
    lambda: ONES.repeat(2000),
    lambda: torch.cat([ONES] * 2000),
    lambda: F.one_hot(torch.arange(10), 10**7),
])
def test_large_tensors_are_refused_before_they_are_made(runs_away):
    with pytest.raises(RanAway), Bounds(time.thread_time() + 60, __name__):
        runs_away()


def test_what_answers_need_is_within_bounds():
    def train():
        torch.manual_seed(0)
        network = nn.Sequential(nn.Conv2d(1, 8, 3), nn.Flatten(), nn.Linear(8 * 26 * 26, 10))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
        optimizer.zero_grad()
        logits = network(torch.randn(128, 1, 28, 28))
        F.cross_entropy(logits, torch.randint(10, (128,))).backward()
        optimizer.step()
        large = ONES.expand(1000, 5000)  # takes nothing
        return network[0].weight.detach(), large.shape, ONES[ONES > 0], 1e9 * ONES

    alone = train()
    traced = sys.gettrace()
    with Bounds(time.thread_time() + 60, __name__):
        copy.deepcopy([nn.Linear(784, 100), nn.Conv2d(1, 8, 3), nn.Linear(100, 784)])
        within = train()
    assert sys.gettrace() is traced
    assert str(alone) == str(within)


def test_loops_end_with_the_time():
    def goes_on():
        try:
            for _ in iter(int, 1):
                pass
        except Exception:
            return "held up"

    with pytest.raises(RanAway), Bounds(time.thread_time() + 0.1, __name__):
        goes_on()


def test_gradients_are_recorded_after_a_stop_without_them():
    """The end of `no_grad` is itself a call of PyTorch, which is refused once the time is over."""
    def goes_on():
        ones = torch.ones(3)
        with torch.no_grad():
            while True:
                ones = ones * 1.0

    with pytest.raises(RanAway), Bounds(time.thread_time() + 0.05, "nobody"):
        goes_on()
    assert torch.is_grad_enabled()


BY_DIFFERENCES = """
def backward(x, digits, w1, w2):
    changes = []
    with torch.no_grad():
        for w in (w1, w2):
            change = torch.zeros_like(w)
            for row in range(w.shape[0]):
                for column in range(w.shape[1]):
                    w[row, column] += 0.001
                    up = F.cross_entropy(forward(x, w1, w2)[2], digits)
                    w[row, column] -= 0.002
                    change[row, column] = up - F.cross_entropy(forward(x, w1, w2)[2], digits)
                    w[row, column] += 0.001
            changes.append(change)
    return changes[0], changes[1]
"""


def test_a_check_that_looks_for_a_small_change_leaves_gradients_on():
    check = backward_by_hand.checks.backward
    text = check.verdict(from_code(BY_DIFFERENCES, "backward", dict(NAMES)))
    assert text.startswith("Not right yet.") and torch.is_grad_enabled()
    assert check.verdict(check.solution).startswith("✓")


def power(size):
    return (size * size + size ** 2) / (3 + size) * 0.5


def test_no_number_is_raised_to_a_power_that_may_be_large():
    changed = [code.partition("return ")[2] for _, code in mendings(power)]
    assert "((size * size + size ** 2) / (3 + size)) ** 0.5" in changed
    assert not [code for code in changed if "** size" in code or "** (" in code]


if __name__ == "__main__":  # reads tasks, a line each, and measures each in a copy of itself
    torch.set_num_threads(1)
    for line in sys.stdin:
        print(json.dumps(measured(json.loads(line))), flush=True)
