"""Learning from sums: the values of its guesses and the answers to its exercises."""

from mnist_adder_lib.course.learning_from_sums import checks

# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {
    "first": [(1, 0), (10, 1), (100, 2)],
    "second": [(2, 0), (99, 1), (1000, 2)],
}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.double: (
        [(lambda x: x, "x itself"), (lambda x: x * x, "squared"), (lambda x: x / 2, "half")],
        [lambda x: 2 * x, lambda x: x + x],
    ),
    checks.half: (
        [(lambda x: x, "x itself"), (lambda x: 2 * x, "twice"), (lambda x: -x, "it should give")],
        [lambda x: x / 2, lambda x: 0.5 * x],
    ),
}
