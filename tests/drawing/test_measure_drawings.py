"""What measures how drawings are read: its files, and its standard errors."""

import measure_drawings as tool
import numpy as np
import pytest

UNIPEN = """.INCLUDE dene.doc
.LEXICON "0" "1" "2"
.HIERARCHY DIGIT
.SEGMENT DIGIT 0 ? "1"
.COMMENT 1 91 22
.DT 100
.PEN_DOWN
 250 400
 250 100
.PEN_UP
.DT 100

.SEGMENT DIGIT 1-2 ? "4"
.COMMENT 4 77 23
.PEN_DOWN
 210 400
 160 230
 340 230
.PEN_UP
.DT 100
.PEN_DOWN
 300 370
 290 90
.PEN_UP
"""


def test_both_formats_give_the_same(tmp_path):
    folder = tmp_path
    (folder / "pendigits-orig.tes").write_text(UNIPEN, "utf-8")
    digits = tool.read_folder(folder)
    assert [(digit, writer, len(strokes)) for strokes, digit, writer in digits] == [
        (1, 2, 1), (4, 1, 2)
    ]  # fmt: skip
    assert digits[0][0][0].tolist() == [[250, -400], [250, -100]]
    strokes = [stroke for digit in digits for stroke in digit[0]]
    np.savez(folder / "pendigits.npz", points=np.concatenate(strokes),
             stroke_offsets=[0, 2, 5, 7], sample_offsets=[0, 1, 3], labels=[1, 4], writer=[2, 1])
    (folder / "pendigits-orig.tes").unlink()
    for (strokes, *rest), (expected, *others) in zip(tool.read_folder(folder), digits):
        assert rest == others
        assert all(np.array_equal(*pair) for pair in zip(strokes, expected))


def test_the_standard_errors():
    right, writers = np.array([1, 1, 1, 0, 1, 1, 0, 0], bool), np.repeat([1, 2], 4)
    row = tool.summary(right, writers)
    assert row["%"] == 62.5 and row["± digits"] == pytest.approx(100 * (0.625 * 0.375 / 8) ** 0.5)
    assert row["± writers"] == pytest.approx(100 * np.std([0.75, 0.5], ddof=1) / 2**0.5)
