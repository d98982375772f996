"""Bounds on time and memory for what a check runs: no answer and no change of it may run away."""

from __future__ import annotations

import ctypes
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from .kept import kept

try:
    import resource
except ImportError:  # there is none on Windows
    resource = None  # type: ignore[assignment]

LARGEST = 2**22  # numbers in a tensor: 32 MiB of the widest, and more than any answer needs
MEMORY = 2**31  # bytes that the process may grow by in a `Watchdog`


class RanAway(BaseException):
    """Code within bounds took too long, or asked for too much memory.

    No Exception, so that no `except Exception` in the code holds it up.
    """


class TookTooLong(RanAway):
    """The processor has worked for too long."""


class TookTooMuch(RanAway):
    """The memory has grown too much."""


class Watchdog:
    """Within it, TookTooLong is raised in this thread once the processor has worked for `seconds`,
    and TookTooMuch once the process has grown by `MEMORY` bytes.

    Another thread looks ten times a second, so nothing is slowed down, and a loop is stopped
    whatever it calls. It can't stop a single call that takes long.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds

    def __enter__(self):
        self._left, self._lock = threading.Event(), threading.Lock()
        self._end, self._most = time.process_time() + self.seconds, _peak() + MEMORY
        watched = ctypes.c_ulong(threading.get_ident())
        threading.Thread(target=self._watch, args=(watched,), daemon=True).start()
        return self

    def __exit__(self, *error):
        with self._lock:
            self._left.set()

    def _watch(self, watched: ctypes.c_ulong) -> None:
        while not self._left.wait(0.1):
            too_long, too_much = time.process_time() > self._end, _peak() > self._most
            with self._lock:
                if (too_long or too_much) and not self._left.is_set():
                    kind = TookTooLong if too_long else TookTooMuch
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(watched, ctypes.py_object(kind))
                    self._left.wait(1)  # an `except:` in the code may have held it up


def _peak() -> int:
    """Return the largest number of bytes that the process has had; 0 where that isn't known."""
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


class Bounds(TorchFunctionMode):
    """Within it, RanAway is raised before PyTorch makes a tensor of more than `LARGEST` numbers,
    and once the time is over. Then not even the end of a `with torch.no_grad()` can be called, so
    what such a block has changed is put back here.

    end: as of `time.thread_time()`, in seconds; module: the name of the module whose lines are
    watched, one by one, so that its loops end, too.
    """

    def __init__(self, end: float, module: str):
        super().__init__()
        self.end, self.module = end, module
        self._sizes: dict[tuple, int | None] = {}  # of what a call with these shapes gives

    def __enter__(self):
        self._traced_before, self._kept = sys.gettrace(), kept()
        self._kept.__enter__()
        sys.settrace(self._trace)
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        sys.settrace(self._traced_before)
        self._kept.__exit__(None, None, None)

    def _trace(self, frame, event, argument) -> Callable | None:
        if frame.f_globals.get("__name__") != self.module:
            return None
        if time.thread_time() > self.end:
            raise RanAway
        return self._trace

    def __torch_function__(self, function, types, arguments=(), options=None):
        options = options or {}
        if time.thread_time() > self.end or self._size(function, arguments, options) > LARGEST:
            raise RanAway
        return function(*arguments, **options)

    def _size(self, function: Callable, arguments: tuple, options: dict) -> float:
        """Return an upper bound on how many numbers a function of PyTorch gives; exact where that
        is large, and 0 where it depends on the values in the tensors, as with a mask.
        """
        if function is Tensor.__deepcopy__:  # is given all that has been copied, too
            return arguments[0].numel()
        given = [*_leaves(arguments), *_leaves(options)]
        bound = math.prod(map(_extent, given))
        if bound <= LARGEST:
            return bound
        call = function, *map(_as_key, given)
        if call not in self._sizes:
            self._sizes[call] = _exact_size(function, arguments, options)
        exact = self._sizes[call]
        return bound if exact is None else exact


def _exact_size(function: Callable, arguments: tuple, options: dict) -> int | None:
    """Count the numbers that a function gives; None if it makes them of nothing and can't say."""
    try:
        with torch.device("meta"):  # shapes without numbers
            result = function(*_as_shapes(arguments), **_as_shapes(options))
    except Exception:  # it can't be told from shapes, or the call is wrong anyway
        given = [*_leaves(arguments), *_leaves(options)]
        return 0 if any(isinstance(leaf, Tensor) for leaf in given) else None
    return sum(leaf.untyped_storage().nbytes() // leaf.element_size()  # of a view, what is below it
               for leaf in _leaves(result) if isinstance(leaf, Tensor))


def _as_key(leaf):
    """Describe an argument by what a result's size depends on."""
    if isinstance(leaf, Tensor):
        return leaf.shape
    return str(leaf) if isinstance(leaf, (Real, str, slice)) else type(leaf)  # not all can be shown


def _extent(leaf) -> float:
    """Return by how much an argument can make a result larger: its numbers, or itself as a size
    or a step."""
    if isinstance(leaf, Tensor):
        return max(1, leaf.numel())
    size = abs(float(leaf)) if isinstance(leaf, Real) else 1.0
    return max(size, 1 / size) if size and math.isfinite(size) else 1.0


def _leaves(value) -> Iterator[Any]:
    """Yield what is in lists, tuples and dicts."""
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _as_shapes(value):
    """Replace tensors by such as have a shape alone; they share nothing with them, nor a graph."""
    if isinstance(value, Tensor):
        return torch.empty_like(value, device="meta")
    if isinstance(value, dict):
        return {key: _as_shapes(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [_as_shapes(item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    return value
