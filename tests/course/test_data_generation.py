"""Data generation: the answers to its exercises, its figures."""

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mnist_adder_lib.course import data_generation
from mnist_adder_lib.course.data_generation import checks


def vector(size, place, value=1):
    return [value if i == place else 0 for i in range(size)]


def shuffled(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def split_by_random(count, size, seed):
    places = list(range(count))
    random.Random(seed).shuffle(places)
    return places[:size], set(places[size:])


def split_by_torch(count, size, seed):
    order = shuffled(count, seed)
    return order[:size], order[size:]


def hard_coded(kind, size):
    vector = [0] * 10
    vector[kind] = 1
    return vector


def too_short(kind, size):
    vector = [0] * (size - 1)
    vector[kind] = 1
    return vector


def swapped(kind, size):
    vector = [0] * kind
    vector[size] = 1
    return vector


def swapped_in_torch(kind, size):
    vector = torch.zeros(kind)
    vector[size] = 1
    return vector


def other_order(size, kind):
    vector = [0] * size
    vector[kind] = 1
    return vector


def inserts(kind, size):
    vector = [0] * size
    vector.insert(kind, 1)
    return vector


def appends(kind, size):
    vector = []
    for place in range(size):
        if place == kind:
            vector.append(1)
        vector.append(0)
    return vector


def returns_a_place(kind, size):
    vector = [0] * size
    vector[kind] = 1
    return vector[kind]


def returns_what_insert_gives(kind, size):
    return [0].insert(kind, 1)


def without_return(kind, size):
    vector = [0] * size
    vector[kind] = 1


def by_loop(kind, size):
    vector = []
    for place in range(size):
        if place == kind:
            vector.append(1)
        else:
            vector.append(0)
    return vector


def example(image, digit, first, second, total=None):
    return (image, first, second), (digit, digit + first + second if total is None else total)


def die(low=0, high=9):
    return random.randint(low, high)


def by_torch(image, digit):
    first = torch.randint(10, ())
    second = torch.randint(10, ())
    return (image, first, second), (digit, digit + first + second)


def draws_again(image, digit):
    total = digit + torch.randint(10, ()) + torch.randint(10, ())
    return (image, torch.randint(10, ()), torch.randint(10, ())), (digit, total)


def draws_once(image, digit):
    number = torch.randint(10, ())
    return (image, number, number), (digit, digit + number + number)


def seeded(image, digit):
    torch.manual_seed(0)
    return by_torch(image, digit)


def drawn_outside(image, digit):
    return (image, 3, 4), (digit, digit + 7)


def adds_the_first_only(image, digit):
    first, second = die(), die()
    return example(image, digit, first, second, digit + first)


def adds_numbers_only(image, digit):
    first, second = die(), die()
    return example(image, digit, first, second, first + second)


def flat(image, digit):
    return image, die(), die(), digit, digit


def one_list_each(image, digit):
    first, second = torch.randint(10, (1,)), torch.randint(10, (1,))
    return (image, first, second), (digit, digit + first + second)


def one_hot_total(image, digit):
    first, second = torch.randint(10, ()), torch.randint(10, ())
    return (image, first, second), (digit, F.one_hot(digit + first + second, 28))


def exchanged(image, digit):
    first, second = die(), die()
    return (image, first, second), (digit + first + second, digit)


def image_last(image, digit):
    first, second = die(), die()
    return (first, second, image), (digit, digit + first + second)


def as_text(image, digit):
    first, second = die(), die()
    return (image, first, second), (digit, f"{digit + first + second}")


order = shuffled(60_000, 0)
generator = torch.Generator().manual_seed(0)


def copied(count, train_count, seed):
    return order[:48_000], order[48_000:]


def from_outside(count, train_count, seed):
    return order[:train_count], order[train_count:]


def generator_from_outside(count, train_count, seed):
    places = torch.randperm(count, generator=generator)
    return places[:train_count], places[train_count:]


def loses_one(count, train_count, seed):
    places = shuffled(count, seed)
    return places[:train_count], places[train_count + 1:]


def loses_one_of_the_first(count, train_count, seed):
    places = shuffled(count, seed)
    return places[:train_count - 1], places[train_count:]


def with_repeats(count, train_count, seed):
    torch.manual_seed(seed)
    return torch.randint(count, (train_count,)), torch.randint(count, (count - train_count,))


def shuffles_twice(count, train_count, seed):
    return shuffled(count, seed)[:train_count], shuffled(count, seed + 1)[train_count:]


def keeps_nothing(count, train_count, seed):
    places = random.shuffle(list(range(count)))
    return places[:train_count], places[train_count:]


def share(count, train_count, seed):
    places = shuffled(count, seed)
    return places[:0.8 * count], places[0.8 * count:]


def seed_as_generator(count, train_count, seed):
    places = torch.randperm(count, generator=seed)
    return places[:train_count], places[train_count:]


def without_brackets(count, train_count, seed):
    places = torch.randperm(count, generator=torch.Generator().manual_seed)
    return places[:train_count], places[train_count:]


def one_by_one(count, train_count, seed):
    places = shuffled(count, seed)
    return places[:train_count] + places[train_count:]


def from_one(count, train_count, seed):
    places = shuffled(count, seed) + 1
    return places[:train_count], places[train_count:]


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.one_hot: (
        [
            (hard_coded, "should have 5 places, one for each kind; yours has 10"),
            (too_short, "should have 5 places, one for each kind; yours has 4"),
            (swapped, "The place that you set isn't there"),
            (swapped_in_torch, "The place that you set isn't there"),
            (other_order, r"in the order of `one_hot\(kind, size\)`"),
            (inserts, "a place too many"),
            (appends, "a place too many"),
            (returns_a_place, "whole vector, 5 places; yours is a single number"),
            (returns_what_insert_gives, "what `insert` gives back"),
            (lambda kind, size: [0] * size, "all places are 0"),
            (lambda kind, size: torch.eye(size), "a table, a list in a list"),
            (lambda kind, size: "0" * kind + "1" + "0" * (size - kind - 1), "text"),
            (lambda kind, size: ["1" if i == kind else "0" for i in range(size)], "text"),
            (lambda kind, size: {kind: 1}, "not a dict"),
            (lambda kind, size: [kind] * size, "a kind, not an amount"),
            (lambda kind, size: list(range(size)), "a kind, not an amount"),
            (lambda kind, size: F.one_hot(kind, size), "doesn't take"),
            (lambda kind, size: vector(size, kind, kind + 1), "a kind, not an amount"),
            (lambda kind, size: [1] * (kind + 1) + [0] * (size - kind - 1), "exactly one place"),
            (lambda kind, size: vector(size, kind - 1), "counted from 0"),
            (lambda kind, size: vector(size, kind, 1.5), "exactly one place"),
            (lambda kind, size: [vector(size, kind)], "a list in a list"),
        ],
        [
            lambda kind, size: F.one_hot(torch.tensor(kind), size),
            lambda kind, size: vector(size, kind),
            lambda kind, size: np.eye(size)[kind],
            by_loop,
        ],
    ),
    checks.make_example: (
        [
            (draws_again, "Draw each once, keep it under a name"),
            (draws_once, "Draw twice"),
            (seeded, "same number every time"),
            (drawn_outside, "same number every time"),
            (adds_the_first_only, "The second number is missing in the total"),
            (adds_numbers_only, "The digit is missing in the total"),
            (flat, "All five are there"),
            (one_list_each, r"`torch.randint\(10, \(1,\)\)` draws a list of one"),
            (one_hot_total, "neither lists nor one-hot vectors"),
            (exchanged, "changed places"),
            (image_last, "The image should come first"),
            (as_text, "without quotes"),
            (lambda image, digit: example(image, digit, die(1, 9), die()), "0 never comes up"),
            (lambda image, digit: example(image, digit, die(), die(0, 8)), "9 never comes up"),
            (lambda image, digit: example(image, digit, die(0, 10), die()), "one of yours is 10"),
            (lambda image, digit: example(image, digit, 9 * random.random(), 1), "whole ones"),
            (lambda image, digit: example(image / 255, digit, die(), die()), "as it is"),
            (lambda image, digit: (image, die(), die()), "two parts"),
            (lambda image, digit: ((image, die()), (digit, 1)), "two parts"),
            (lambda image, digit: example(image, 3, die(), die()), "it is: 7, not 3"),
            (lambda image, digit: torch.randint(10), "doesn't take"),
        ],
        [
            by_torch,
            lambda image, digit: example(image, digit, die(), die()),
            lambda image, digit: example(image, int(digit), *torch.randint(10, (2,))),
        ],
    ),
    checks.split: (
        [
            (lambda n, k, seed: (range(k), range(k, n)), "not shuffled"),
            (lambda n, k, seed: (range(n - k, n), range(n - k)), "not shuffled"),
            (lambda n, k, seed: (shuffled(n, seed)[:k], shuffled(n, seed + 9)[k:]), "in both"),
            (lambda n, k, seed: split_by_torch(n, k, seed)[::-1], "training comes first"),
            (lambda n, k, seed: split_by_torch(n, k, 0), "Another seed gave the same"),
            (lambda n, k, seed: split_by_random(n, k, None), "The same seed gave another"),
            (lambda n, k, seed: split_by_torch(n + 1, k + 1, seed), "for training and the rest"),
            (lambda n, k, seed: (split_by_torch(n, k, seed)[0], [-1] * (n - k)), "every place"),
            (lambda n, k, seed: shuffled(n, seed)[:k], "two things"),
            (lambda n, k, seed: (k, n - k), "Not how many they are"),
            (copied, "still split 60,000 places"),
            (from_outside, "still split 60,000 places.* uses `order` from outside"),
            (generator_from_outside, "The same seed gave another.* uses `generator` from outside"),
            (loses_one, "lost where the order is cut"),
            (loses_one_of_the_first, "for training and the rest"),
            (with_repeats, "in both|each once"),
            (shuffles_twice, "Shuffle once"),
            (keeps_nothing, "give nothing back"),
            (share, "a place is a whole number"),
            (seed_as_generator, "gets something that it doesn't take"),
            (without_brackets, "without round brackets"),
            (one_by_one, "shapes that don't fit"),
            (from_one, "every place from 0"),
        ],
        [split_by_torch, split_by_random],
    ),
}


def test_without_return_it_is_unsolved(capsys):
    checks.one_hot(without_return)
    said = capsys.readouterr().out
    assert said == "Not solved yet. The function gives nothing back: does it end with `return`?\n"


def test_the_grid():
    images = torch.rand(7, 1, 28, 28)
    figure = data_generation.plot_grid(images)
    assert len(figure.axes) == 7 and figure.get_size_inches()[0] <= 5.5
    assert all((ax.images[0].get_array() == image[0].numpy()).all()
               for ax, image in zip(figure.axes, images))
    assert figure.axes[6].images[0].get_clim() == (0, 1)


def test_the_vectors_of_an_example(first):
    data = first(3)
    figure = data_generation.plot_example_vectors(data, image=1, number=5)
    digit = int(data.digits[1])
    for ax, value, size in zip(figure.axes[1:], (5, digit, digit + 5), (10, 10, 19)):
        assert [int(text.get_text()) for text in ax.texts] == vector(size, value)
        assert all(text.get_fontsize() >= 9 for text in [*ax.texts, *ax.get_yticklabels()])


def test_the_distribution_of_sums():
    totals = np.array([0, 9, 9, 18, 3])
    ax = data_generation.plot_sum_distribution(totals).axes[0]
    assert [bar.get_height() for bar in ax.patches] == np.bincount(totals, minlength=19).tolist()
    line = ax.lines[0].get_ydata()
    assert line.sum() == pytest.approx(5) and line.argmax() == 9 and line[0] == pytest.approx(0.05)
