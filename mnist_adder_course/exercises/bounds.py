"""Bounds on time and memory for what a check runs: no answer may run away."""

from __future__ import annotations

import ctypes
import sys
import threading
import time

try:
    import resource
except ImportError:  # there is none on Windows
    resource = None  # type: ignore[assignment]

LARGEST = 2**22  # numbers in an answer: 32 MiB of the widest, and more than any answer needs
MEMORY = 2**31  # bytes that the process may grow by in a `Watchdog`


class RanAway(BaseException):
    """Code took too long, or asked for too much memory.

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
