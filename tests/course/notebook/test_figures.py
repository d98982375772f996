import io

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_adder_course.notebook import figures
from mnist_adder_course.notebook.display import Picture
from mnist_adder_course.notebook.figures import RED
from mnist_adder_lib import History, IdentityAdderModel, evaluate, load_pretrained

HISTORY = History(
    train_loss=[5.0, 4.0, 3.0, 2.0], train_accuracy=[0.0, 10.0, 20.0, 60.0],
    learning_rate=[0.01] * 4, validation_loss=[1.0, 0.5], validation_accuracy=[70.0, 91.5],
    steps_per_epoch=2,
)


def labelled(text="A line."):
    figure = plt.figure(figsize=(2, 1))
    figure.set_label(text)
    return figure


def titles(figure):
    return [ax.get_title() for ax in figure.axes]


def test_examples_are_titled_as_sums(first):
    data = first(9)
    expected = [f"{d} + {n} = {d + n}" for d, n in zip(data.digits, data.numbers)]
    figure = figures.plot_examples(data)
    assert titles(figure) == expected and expected[8] in figure.get_label()
    image = figure.axes[3].images[0].get_array()
    assert np.array_equal(image, data[3][0][0][0])
    assert titles(figures.plot_examples(data, [4])) == [expected[4]]
    with pytest.raises(ValueError, match="no example"):
        figures.plot_examples(data, [])


def test_wrong_predictions_are_red(first):
    data, model = first(9), IdentityAdderModel()
    evaluation = evaluate(model, data)
    axes = figures.plot_examples(data, evaluation=evaluation).axes
    for i, ax in enumerate(axes):
        target, prediction = ax.get_title().split("\n")
        guess = evaluation.digit_logits[i].argmax(), evaluation.sum_logits[i].argmax()
        assert target == f"Target: {data.digits[i]} + {data.numbers[i]} = {evaluation.totals[i]}"
        assert prediction == f"Predicted: {guess[0]} + {data.numbers[i]} = {guess[1]}"
        assert (ax.title.get_color() == RED) != bool(evaluation.both_right[i])


def test_images_side_by_side():
    figure = figures.plot_images({"black": np.zeros((5, 5)), "white": np.full((5, 5), 255)})
    assert titles(figure) == ["black", "white"]
    assert figure.axes[1].images[0].get_array().max() == 255


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_titles_of_images_are_not_cut_off(count):
    figure = figures.plot_images({f"title {n}": np.zeros((28, 28)) for n in range(count)})
    picture = plt.imread(io.BytesIO(Picture(figure).data))
    assert not picture[0, :, 3].any()  # transparent along the upper edge


def test_the_history_in_four_curves():
    figure = figures.plot_history(HISTORY)
    assert titles(figure) == [
        "training loss, each step", "validation loss, each epoch",
        "training accuracy, each step", "validation accuracy, each epoch",
    ]
    assert list(figure.axes[0].lines[0].get_ydata()) == HISTORY.train_loss
    assert list(figure.axes[3].lines[0].get_ydata()) == HISTORY.validation_accuracy
    assert "91.50%" in figure.get_label()


def test_the_history_without_a_validation_is_drawn_too():
    history = History(train_loss=[5.0, 4.0], train_accuracy=[0.0, 10.0])
    assert "in step 2 the loss is 4.000 and 10.00%" in figures.plot_history(history).get_label()
    assert "no step" in figures.plot_history(History()).get_label()


def test_a_confusion_matrix_shows_every_count(first):
    table = evaluate(load_pretrained(), first(1000)).confusion_digit()
    table.loc[3, 8] += 50
    figure = figures.plot_confusion(table)
    numbers = [int(text.get_text()) for text in figure.axes[0].texts if text.get_text()]
    assert sum(numbers) == 1050
    assert "a 3 is taken for a 8" in figure.get_label()


