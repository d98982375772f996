import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb

from mnist_adder_course import plots
from mnist_adder_course.notebook.display import Picture
from mnist_adder_course.plots import RED
from mnist_adder_lib import (
    History,
    IdentityAdderModel,
    evaluate,
    export_onnx,
    load_pretrained,
    predict,
)

HISTORY = History(
    train_loss=[5.0, 4.0, 3.0, 2.0], train_accuracy=[0.0, 10.0, 20.0, 60.0],
    learning_rate=[0.01] * 4, validation_loss=[1.0, 0.5], validation_accuracy=[70.0, 91.5],
    steps_per_epoch=2,
)


TABLE = pd.DataFrame({"training accuracy": [50.0, 90.0], "validation accuracy": [95.0, 97.5]},
                     index=pd.RangeIndex(1, 3, name="epoch"))


def titles(figure):
    return [ax.get_title() for ax in figure.axes]


def test_examples_are_titled_as_sums(first):
    data = first(9)
    expected = [f"{d} + {n} = {d + n}" for d, n in zip(data.digits, data.numbers)]
    figure = plots.plot_examples(data)
    assert titles(figure) == expected and expected[8] in figure.get_label()
    image = figure.axes[3].images[0].get_array()
    assert np.array_equal(image, data[3][0][0][0])
    assert titles(plots.plot_examples(data, [4])) == [expected[4]]
    with pytest.raises(ValueError, match="no example"):
        plots.plot_examples(data, [])


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


def test_a_notebook_shows_a_figure_once_and_says_what_it_shows(first):
    figure = plots.plot_examples(first(3), [1, 2])
    data, looks = figure._repr_mimebundle_()
    assert looks["image/png"]["alt"] == figure.get_label() and not plt.get_fignums()
    pixels = plt.imread(io.BytesIO(base64.b64decode(data["image/png"])))
    assert pixels.shape[1] == 2 * looks["image/png"]["width"] and pixels[0, 0, 3] == 0


@pytest.mark.parametrize("sums", [19, 82])
def test_the_network_as_a_strip(first, sums):
    model = load_pretrained() if sums == 19 else IdentityAdderModel(sums=82)
    image = first(1).images[0]
    figure = plots.plot_network(model, image, 5, names={"adder": "add"})
    assert titles(figure) == ["image", "block 1", "block 2", "block 3", "average", "embedding",
                              "number", "add", "digit", "sum"]
    drawn = {ax.get_title(): ax.images[0].get_array() for ax in figure.axes}
    answer = predict(model, image, 5)
    assert drawn["number"].argmax() == 5 and drawn["embedding"].shape == (20, 1)
    assert drawn["sum"].argmax() == answer.total and drawn["sum"].shape == (sums, 1)
    assert drawn["block 3"].shape == (4 * 6, 4 * 6)
    assert np.isnan(drawn["block 1"].filled(np.nan)).sum() == 4 * 2 * 15**2 - 8 * 14**2
    said = [ax.texts[0].get_text() for ax in figure.axes if ax.texts]
    assert said == ["5", str(answer.digit), str(answer.total)]
    assert f"the digit {answer.digit} and the sum {answer.total}." in figure.get_label()


def test_the_history_in_four_curves():
    figure = plots.plot_history(HISTORY)
    assert titles(figure) == [
        "training loss, each step", "validation loss, each epoch",
        "training accuracy, each step", "validation accuracy, each epoch",
    ]
    assert list(figure.axes[0].lines[0].get_ydata()) == HISTORY.train_loss
    assert list(figure.axes[0].lines[1].get_ydata()) == [5, 4.5, 4, 3.5]  # the mean so far
    assert list(figure.axes[3].lines[0].get_ydata()) == HISTORY.validation_accuracy
    assert "91.50%" in figure.get_label()


def test_a_confusion_matrix_shows_every_count(first):
    table = evaluate(load_pretrained(), first(1000)).confusion_digit()
    table.loc[3, 8] += 50
    figure = plots.plot_confusion(table)
    numbers = [int(text.get_text()) for text in figure.axes[0].texts if text.get_text()]
    assert sum(numbers) == 1050
    assert "a 3 is taken for a 8" in figure.get_label()
    colours = figure.axes[0].collections[0].get_facecolor().reshape(10, 10, 4)[..., :3]
    assert abs(colours[3, 8] - to_rgb(RED)).max() < 0.2  # the most frequent mistake is nearly red
    frames = plots.plot_confusion(table, framed=3).axes[0].patches[-2:]
    assert {(frame.get_xy(), frame.get_width()) for frame in frames} == {((0, 3), 10), ((3, 0), 1)}


def test_a_range_test_fills_its_figure_from_the_first_loss_to_the_lowest():
    figure = plots.plot_range_test([0.01, 0.1, 1, 10], [5.0, 3.0, 4.0, 90.0], chosen=0.01)
    low, high = figure.axes[0].get_ylim()
    assert 2.5 < low < 3 and 5 < high < 6
    assert "from 5.0 to 3.0 at a learning rate of 0.1," in figure.get_label()


def test_accuracies_over_epochs():
    figure = plots.plot_accuracies(TABLE)
    training, validation = figure.axes[0].lines
    assert list(training.get_xdata()) == [1, 2] and list(validation.get_ydata()) == [95, 97.5]
    label = figure.get_label()
    assert label.endswith("in epoch 2: training accuracy 90.00%, validation accuracy 97.50%.")
    later = plots.plot_accuracies(TABLE.set_index(TABLE.index + 13))
    assert later.axes[0].get_xlim()[1] > 15  # a table may begin at a later epoch


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=9), st.integers(0, 8))
def test_bars_of_a_cross_entropy_are_its_probabilities(values, right):
    logits, right = torch.tensor(values), right % len(values)
    figure = plots.plot_cross_entropy({"digit": logits, "sum": logits}, {"digit": right, "sum": 0})
    ax, _ = figure.axes
    bars = [bar.get_height() for bar in ax.patches]
    assert bars == pytest.approx(logits.softmax(0).tolist(), abs=1e-6)
    loss = F.cross_entropy(logits[None], torch.tensor([right])).item()
    assert float(ax.get_title().split(" = ")[1]) == pytest.approx(loss, abs=0.006)
    colours = [to_hex(bar.get_facecolor()) for bar in ax.patches]
    assert [place for place, one in enumerate(colours) if one == plots.ORANGE] == [right]
    plt.close(figure)


def test_the_graph_has_a_box_for_every_operation(tmp_path):
    pytest.importorskip("onnxscript", reason="needs the extra: pip install 'mnist-adder[export]'")
    import onnx

    export_onnx(IdentityAdderModel(), tmp_path / "adder.onnx")
    figure = plots.plot_onnx_graph(tmp_path / "adder.onnx")
    titles = [text.get_text().replace("BatchNorm", "BatchNormalization")
              for text in figure.axes[0].texts]
    operations = [node.op_type for node in onnx.load(tmp_path / "adder.onnx").graph.node
                  if node.op_type not in ("Constant", "Identity")]
    for operation in set(operations):
        assert titles.count(operation) == operations.count(operation)
    assert titles.count("Input") == 2 and {"digit: 10", "sum: 19"} < set(titles)
    boxes = [patch.get_bbox() for patch in figure.axes[0].patches]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_rows_of_images_keep_their_order_and_titles():
    images = torch.randint(256, (20, 1, 28, 28), dtype=torch.uint8)
    figure = plots.plot_rows({"many": images, "none": images[:0]}, columns=16)
    shown = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    assert len(shown) == 20 and np.array_equal(shown[17], images[17, 0])
    assert [part.get_suptitle() for part in figure.subfigs] == ["many", "none"]
    assert "many: 20; none: 0" in figure.get_label()
    with pytest.raises(ValueError, match="no image"):
        plots.plot_rows({"none": images[:0]})


def test_a_dot_for_each_run_and_their_means():
    few = pd.DataFrame({"plain": [90.0, 92.0, 97.0], "cured": [98.0, 98.0, 98.0]})
    figure = plots.plot_runs({"clean": few, "noisy": few - 50}, "right, %")
    clean, noisy = figure.axes
    assert [text.get_text() for text in clean.get_yticklabels()] == ["plain", "cured"]
    assert clean.get_ylim()[0] > clean.get_ylim()[1]  # the first at the top
    plain, cured, means = clean.lines[:3]
    assert list(plain.get_xdata()) == [90, 92, 97]
    assert means.get_xdata() == pytest.approx([93, 98])
    assert list(means.get_ydata()) == list(clean.get_yticks())  # on their rows, below their dots
    assert max(plain.get_ydata()) < 0 and 0 < min(cured.get_ydata()) < max(cured.get_ydata()) < 1
    # three runs with one result are still three dots
    assert len(set(zip(cured.get_xdata(), cured.get_ydata()))) == 3
    assert [ax.get_title() for ax in figure.axes] == ["clean", "noisy"]
    assert noisy.get_xlabel() == "right, %" and not clean.get_xlabel()
    assert "clean plain from 90 to 97, mean 93; " in figure.get_label()
    assert ": plain from 90 to 97" in plots.plot_runs(few, "right, %").get_label()


def test_differences_have_intervals_and_a_band_of_what_does_not_matter():
    gains = pd.DataFrame({"fast": [0.1, 0.3], "best": [-0.5, 0.7]})
    reach = pd.DataFrame({"in pairs": {"best": 0.25, "fast": 0.2}, "without": 0.5})
    figure = plots.plot_runs(gains, "points", reach, matters=0.15)
    ax = figure.axes[0]
    ends = [bars.get_segments()[0][:, 0] for bars in ax.collections]
    assert ends[0] == pytest.approx([0, 0.4]) and ends[1] == pytest.approx([-0.3, 0.7])
    assert ax.patches[0].get_extents().width > 0 and 0 in ax.lines[0].get_xdata()
    assert "fast from 0.1 to 0.3, mean 0.2 ± 0.2 (in pairs) ± 0.5 (without); best" in (
        figure.get_label())


def test_pairs_are_lines_below_each_other_with_the_means_in_a_row_of_their_own():
    pairs = pd.DataFrame({"without": [60.0, 70, 50], "with": [80.0, 72, 75]})
    ax = plots.plot_runs(pairs, "right, %", paired=True).axes[0]
    lines = [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines]
    # by their gain
    assert lines[:3] == [([70, 72], [0, 0]), ([60, 80], [1, 1]), ([50, 75], [2, 2])]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["mean"]
    assert ax.get_yticks()[0] > 2 and lines[-1][0] == pytest.approx([60, 75.67], abs=0.01)
    shown = {text.get_text() for text in ax.figure.legends[0].get_texts()}
    assert shown == {"without", "with"}


def test_pairs_that_are_held_out_are_framed():
    hidden = torch.rand(10, 10) < 0.3
    figure = plots.plot_pairs(torch.where(hidden, 0.0, 100.0), hidden)
    (ax,) = figure.axes
    frames = {(patch.get_y() // 1, patch.get_x() // 1) for patch in ax.patches}
    assert frames == {tuple(pair) for pair in hidden.nonzero().tolist()}
    assert all(patch.get_linestyle() != "-" for patch in ax.patches)
    assert [text.get_text() for text in ax.texts] == [
        "0" if one else "100" for one in hidden.flatten()]
    assert [text.get_text() for text in ax.get_xticklabels()] == [f"+ {n}" for n in range(10)]
    assert "0.0 on the framed pairs, 100.0 on the others" in figure.get_label()


def test_tables_of_pairs_side_by_side_have_one_scale_and_a_key_in_place_of_numbers():
    moved = torch.tensor([[-0.0, 0, -0.2]] * 3)
    few, every = plots.plot_pairs({"few": moved, "all": torch.ones(3, 3)}).axes
    assert [text.get_text() for text in few.texts[:3]] == ["0", "0", "-0.2"]
    orange, none = (few.collections[0].get_facecolors()[cell] for cell in (2, 0))
    blue = every.collections[0].get_facecolors()[0]
    assert orange[0] > orange[2] and blue[0] < blue[2]
    assert none[0] == pytest.approx(none[2], abs=0.01)
    assert few.collections[0].get_clim() == every.collections[0].get_clim() == (-1, 1)
    *tables, key = plots.plot_pairs({"a": torch.eye(10), "b": torch.ones(10, 10)}).axes
    assert not any(ax.texts for ax in tables) and key.get_ylim() == (0, 1)


def test_labels_of_a_small_figure_are_not_cut_off():
    figure = plots.Plot(figsize=(1.5, 1))
    figure.add_subplot(xlabel="below", ylabel="on the left", title="above")
    ink = plt.imread(io.BytesIO(plots.as_png(figure)))[:, :, 3] > 0
    assert ink.any() and not (ink[0].any() or ink[-1].any() or ink[:, 0].any())
