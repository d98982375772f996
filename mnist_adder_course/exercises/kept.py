"""What belongs to the learner's kernel, and is the same after a check as before it."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def kept() -> Iterator[None]:
    """Put back what code within it changes, however it ends: whether gradients are recorded, the
    default type of numbers, the number of threads, the filters of warnings, and the state of the
    random numbers of Python, NumPy and PyTorch.
    """
    records, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    threads, drawn = torch.get_num_threads(), torch.get_rng_state()
    pythons, numpys = random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings():
            yield
    finally:
        torch.set_grad_enabled(records)
        torch.set_default_dtype(dtype)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        torch.set_rng_state(drawn)
        random.setstate(pythons)
        np.random.set_state(numpys)
