"""What is said of an answer and of an image: js/src/drawing/answer_words.js says the same."""

import math
import operator
from collections.abc import Callable

import numpy as np
from torch import Tensor

from ..evaluate import Prediction
from ..shared import LIMITS, SENTENCES

SURE = LIMITS["sure"]  # below this probability the panel says that it is not sure
# Pixels of ink: MNIST's images have 25 to 260,
LEAST_INK, MOST_INK = LIMITS["least_ink"], LIMITS["most_ink"]
MOST_PEN_INK = LIMITS["most_pen_ink"]  # and strokes, which are thinner, 39 to 132
LEAST_HEIGHT = LIMITS["least_height"]  # in pixels
# Share of the box around the ink that is ink, where the box is wide: at most 0.71 in both.
DENSE, DENSE_WIDTH = LIMITS["dense"], LIMITS["dense_width"]
GAP_INK = LIMITS["gap_ink"]  # of the ink at least on both sides of an empty line: two digits


def with_article(digit: int) -> str:
    """`a 7`, `an 8`."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def percent(share: float | Tensor) -> str:
    """A probability, from 0 to 1, as a whole number of percent: "98%".

    Above 0.99 and below 0.01 it is in words, never 100% or 0%: no answer is that certain.
    """
    if share > 0.99:
        return SENTENCES["over"]
    # Halves are rounded up, as in JavaScript; Python's own formats round them to an even number.
    return SENTENCES["under"] if share < 0.01 else f"{math.floor(100 * float(share) + 0.5)}%"


def describe(prediction: Prediction | None, number: int, *, warning: str = "",
             is_rejected: bool = False, is_close: bool = False, has_tap: bool = False,
             sign: str = "+", combine: Callable[[int, int], int] = operator.add,
             ) -> tuple[str, bool]:
    """The panel's sentence, and whether it is certain: both heads are sure and agree, there is no
    warning, the image is neither rejected nor close to that, and no tap was left out of it. sign,
    combine: the task, as of the panel."""
    if prediction is None:
        return SENTENCES["empty"], False
    if is_rejected:
        return SENTENCES["rejected"], False
    digit, total = prediction.digit, prediction.total
    if warning:
        return SENTENCES["doubt"].format(digit=with_article(digit)), False
    if has_tap:
        return SENTENCES["left_out"].format(digit=with_article(digit)), False
    digits, sums = prediction.digit_probabilities, prediction.sum_probabilities
    seen = f"{with_article(digit)} ({percent(digits[digit])})"
    answer = f"{total} ({percent(sums[total])})"
    words = dict(number=number, sign=sign, digit=digit, seen=seen, answer=answer)
    if digits[digit] < SURE:
        second = int(digits.topk(2).indices[1])
        other = f"{with_article(second)} ({percent(digits[second])})"
        return SENTENCES["which"].format(other=other, **words), False
    if sums[total] < SURE:
        return SENTENCES["unsure_sum"].format(**words), False
    if total != combine(digit, number):
        return SENTENCES["disagree"].format(**words), False
    if is_close:
        return SENTENCES["doubt"].format(digit=with_article(digit)), False
    return SENTENCES["certain"].format(**words), True


def remark(framed: np.ndarray, most: float = MOST_INK) -> str:
    """A warning about a framed image, uint8 (28, 28), that is hardly one digit: "", or a sentence.

    `most` is more ink than any digit has, in pixels of 28x28. It takes a rule, since the network
    names one of ten digits in any case.
    """
    ink = framed / 255
    on = framed > framed.max() / 4
    rows, columns = (np.flatnonzero(on.any(axis)) for axis in (1, 0))
    if ink.sum() < LEAST_INK:
        return SENTENCES["too_little_ink"]
    if np.ptp(rows) < LEAST_HEIGHT:
        return SENTENCES["too_flat"]
    is_dense = ink.sum() > DENSE * rows.size * columns.size
    if ink.sum() > most or (np.ptp(columns) > DENSE_WIDTH and is_dense):
        return SENTENCES["too_much_ink"]
    for lines, axis in ((columns, 0), (rows, 1)):
        along = ink.sum(axis).cumsum() / ink.sum()
        gaps = along[lines[:-1][np.diff(lines) > 1]]  # share of the ink before each empty line
        if ((gaps > GAP_INK) & (gaps < 1 - GAP_INK)).any():
            return SENTENCES["two_parts"]
    return ""
