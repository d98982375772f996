import io
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mnist_adder_lib import (
    History,
    IdentityAdderModel,
    evaluate,
    load_pretrained,
    plots,
    receptive_fields,
)
from mnist_adder_lib.plots import RED

HISTORY = History(
    train_loss=[5.0, 4.0, 3.0, 2.0], train_accuracy=[0.0, 10.0, 20.0, 60.0],
    learning_rate=[0.01] * 4, test_loss=[1.0, 0.5], test_accuracy=[70.0, 91.5],
    steps_per_epoch=2,
)


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as (object, options)."""
    shown = []

    def display(*objects, **options):
        shown.extend((thing, options) for thing in objects)

    monkeypatch.setattr(plots, "display", display)
    monkeypatch.setattr("IPython.core.display_functions.display", display)
    return shown


@pytest.fixture(autouse=True)
def closed():
    """No figure of another test is open."""
    plt.close("all")


def labelled(text="A line."):
    figure = plt.figure(figsize=(2, 1))
    figure.set_label(text)
    return figure


def titles(figure):
    return [ax.get_title() for ax in figure.axes]


# ------------------------------------------------------------------ showing


def test_a_figure_is_shown_with_alt_text_and_a_caption(shown):
    plots.show(labelled(), "Below.")
    (picture, _), (caption, _) = shown
    data, metadata = picture._repr_mimebundle_()
    assert metadata["image/png"] == {"alt": "A line.", "width": 144, "height": 72}
    assert data["image/png"].startswith("iVBOR") and repr(picture) == "<Figure>"
    assert caption.data == "*Below.*"
    assert not plt.get_fignums()  # closed: not shown a second time

    plots.show(labelled(), "Below.", alt="Another text.")
    assert shown[2][0].metadata == {"alt": "Another text."}


def test_the_labels_of_a_small_figure_are_not_cut_off():
    figure, ax = plt.subplots(figsize=(3, 1.5))
    ax.set(xlabel="step", ylabel="a label")
    plots.Picture(figure, "Axes.")
    box = ax.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0


def test_a_figure_without_words_is_refused():
    with pytest.raises(ValueError, match="say what the figure shows"):
        plots.show(labelled(""), "Below.")


def test_live_curves_are_updated_in_place(shown):
    draw = plots.live_curves("Curves.")
    for epochs in (1, 2):
        draw(replace(HISTORY, test_loss=[1.0] * epochs, test_accuracy=[50.0] * epochs))
    figures = [options for thing, options in shown if isinstance(thing, plots.Picture)]
    assert figures[0]["display_id"] == figures[1]["display_id"]
    assert figures[1]["update"] and "update" not in figures[0]
    assert len(shown) == 3  # and the caption once


def test_explore_draws_anew_when_a_slider_moves(shown):
    box = plots.explore(lambda row, column: labelled(f"{row}, {column}"), row=(0, 3), column=(2, 5))
    row, column, _ = box.children
    row.value, column.value = 3, 4
    assert [picture.metadata["alt"] for picture, _ in shown] == ["0, 2", "3, 2", "3, 4"]
    assert (row.min, row.max, column.min, column.max) == (0, 3, 2, 5)


# ------------------------------------------------------------------ figures


def test_examples_are_titled_as_sums(first):
    data = first(9)
    expected = [f"{d} + {n} = {d + n}" for d, n in zip(data.digits, data.numbers)]
    figure = plots.plot_examples(data)
    assert titles(figure) == expected and expected[8] in figure.get_label()
    image = figure.axes[3].images[0].get_array()
    assert np.array_equal(image, data[3][0][0][0])
    assert titles(plots.plot_examples(data, [4])) == [expected[4]]


def test_wrong_predictions_are_red(first):
    data, model = first(9), IdentityAdderModel()
    evaluation = evaluate(model, data)
    axes = plots.plot_examples(data, evaluation=evaluation).axes
    for i, ax in enumerate(axes):
        target, prediction = ax.get_title().split("\n")
        guess = evaluation.digit_logits[i].argmax(), evaluation.sum_logits[i].argmax()
        assert target == f"Target: {data.digits[i]} + {data.numbers[i]} = {evaluation.totals[i]}"
        assert prediction == f"Predicted: {guess[0]} + {data.numbers[i]} = {guess[1]}"
        assert (ax.title.get_color() == RED) != bool(evaluation.both_right[i])


def test_the_vectors_of_an_example(first):
    data = first(3)
    figure = plots.plot_example_vectors(data, image=1, number=5)
    digit = int(data.digits[1])
    for ax, value, size in zip(figure.axes[1:], (5, digit, digit + 5), (10, 10, 19)):
        vector = ax.collections[0].get_array().ravel()
        assert len(vector) == size and vector.sum() == 1 and vector[value] == 1


def test_images_side_by_side():
    figure = plots.plot_images({"black": np.zeros((5, 5)), "white": np.full((5, 5), 255)})
    assert titles(figure) == ["black", "white"]
    assert figure.axes[1].images[0].get_array().max() == 255


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_titles_of_images_are_not_cut_off(count):
    figure = plots.plot_images({f"title {n}": np.zeros((28, 28)) for n in range(count)})
    picture = plt.imread(io.BytesIO(plots.Picture(figure).data))
    assert (picture[0] == 1).all()  # white along the upper edge


def test_the_distribution_of_sums():
    totals = np.array([0, 9, 9, 18, 3])
    ax = plots.plot_sum_distribution(totals).axes[0]
    assert [bar.get_height() for bar in ax.patches] == np.bincount(totals, minlength=19).tolist()
    line = ax.lines[0].get_ydata()
    assert line.sum() == pytest.approx(5) and line.argmax() == 9 and line[0] == pytest.approx(0.05)


@pytest.mark.parametrize("layer", range(8))
def test_the_receptive_field_is_as_large_as_it_is(layer, first):
    fields = receptive_fields(IdentityAdderModel())
    figure = plots.plot_receptive_field(first(1)[0][0][0], fields, layer)
    box = figure.axes[0].patches[0]
    assert box.get_width() == box.get_height() == fields[layer]["size"]
    # It lies about the middle of the image, less than one jump of a late layer away.
    assert abs(box.get_x() + box.get_width() / 2 - 13.5) <= fields[layer]["jump"]
    assert [bar.get_width() for bar in figure.axes[1].patches] == [f["size"] for f in fields]


def test_the_range_test_shows_the_chosen_rate():
    ax = plots.plot_range_test([0.01, 0.1, 1.0], [5.0, 2.0, 9.0], chosen=0.1).axes[0]
    assert ax.get_xscale() == "log"
    assert list(ax.lines[0].get_ydata()) == [5, 2, 9] and set(ax.lines[1].get_xdata()) == {0.1}


def test_the_history_in_four_curves():
    figure = plots.plot_history(HISTORY)
    assert titles(figure) == [
        "training loss, each step", "test loss, each epoch",
        "training accuracy, each step", "test accuracy, each epoch",
    ]
    assert list(figure.axes[0].lines[0].get_ydata()) == HISTORY.train_loss
    assert list(figure.axes[3].lines[0].get_ydata()) == HISTORY.test_accuracy
    assert "91.50%" in figure.get_label()


def test_training_against_test():
    train, test = plots.plot_train_test(HISTORY).axes[0].lines
    assert list(train.get_ydata()) == [5, 40] and list(test.get_ydata()) == [70, 91.5]


def test_a_confusion_matrix_shows_every_count(first):
    table = evaluate(load_pretrained(), first(1000)).confusion_digit()
    table.loc[3, 8] += 50
    figure = plots.plot_confusion(table)
    numbers = [int(text.get_text()) for text in figure.axes[0].texts if text.get_text()]
    assert sum(numbers) == 1050
    assert "a 3 is taken for a 8" in figure.get_label()


