"""What measures how drawings are read: its standard errors."""

import measure_drawings as tool
import numpy as np
import pytest


def test_the_standard_errors():
    right, writers = np.array([1, 1, 1, 0, 1, 1, 0, 0], bool), np.repeat([1, 2], 4)
    row = tool.summary(right, writers)
    assert row["%"] == 62.5 and row["± digits"] == pytest.approx(100 * (0.625 * 0.375 / 8) ** 0.5)
    assert row["± writers"] == pytest.approx(100 * np.std([0.75, 0.5], ddof=1) / 2**0.5)
