"""Backward by hand: its figures and what it measures."""

import torch
from matplotlib.colors import same_color

from mnist_adder_course.lessons import backward_by_hand
from mnist_adder_course.lessons.backward_by_hand import (
    Node,
    checks,
    forward,
    plot_graph,
)
from mnist_adder_course.plots import ORANGE


def test_backward_is_what_pytorch_computes():
    w1, w2 = torch.randn(6, 5), torch.randn(10, 6)
    w1.requires_grad_(), w2.requires_grad_()
    x, digits = torch.randn(7, 5), torch.arange(7)
    torch.nn.functional.cross_entropy(forward(x, w1, w2)[2], digits).backward()
    with torch.no_grad():
        grad1, grad2 = checks.backward.solution(x, digits, w1, w2)
    torch.testing.assert_close((grad1, grad2), (w1.grad, w2.grad))


def test_a_graph_is_drawn_forward_and_then_back():
    x = Node(3, "x")
    squared = Node(9, "times", [x, x], [3, 3])
    end = Node(12, "plus", [squared, x], [1, 1])
    vars(x)["grad"], vars(end)["grad"], vars(squared)["grad"] = 7, 1, 1
    assert plot_graph(end, 0).get_label() == "The graph of a calculation: x; times; plus."
    assert "x 3; times 9; plus." in plot_graph(end, 2).get_label()
    assert "x 3; times 9; plus 12, gradient 1." in plot_graph(end, 4).get_label()
    figure = plot_graph(end)
    assert "x 3, gradient 7; times 9, gradient 1; plus 12, gradient 1." in figure.get_label()
    assert [text.get_text() for text in figure.axes[0].texts].count("· 3") == 2


def test_arrows_of_the_walk_back_are_orange_and_dotted_where_nothing_passes():
    x = Node(-2, "x")
    end = Node(0, "plus", [Node(0, "ReLU", [x], [0]), Node(0, "bias")], [1, 1])
    for step, back in ((None, 3), (4, 0), (5, 2)):  # all; the values alone; the last node's as well
        figure = plot_graph(end, step)
        arrows = [text.arrow_patch for text in figure.axes[0].texts
                  if getattr(text, "arrow_patch", None)]
        orange = [arrow for arrow in arrows if same_color(arrow.get_edgecolor(), ORANGE)]
        dotted = [arrow for arrow in arrows if arrow.get_linestyle() in (":", "dotted")]
        assert len(arrows) == 3 and len(orange) == back and len(dotted) == (step is None)


def test_an_arrow_back_is_the_arrow_forward_turned_round():
    x = Node(3, "x")
    end = Node(12, "plus", [Node(9, "times", [x, x], [3, 3]), x], [1, 1])
    forward, back = ([text for text in plot_graph(end, step).axes[0].texts
                      if getattr(text, "arrow_patch", None)] for step in (3, None))
    for there, here in zip(forward, back):
        assert there.xy == here.xyann and there.xyann == here.xy
        (bent,), (turned,) = ([style.rad] for style in (
            there.arrow_patch.get_connectionstyle(), here.arrow_patch.get_connectionstyle()))
        assert bent == -turned


def test_gradients_of_rows_of_nodes_are_a_tensor_of_their_shape():
    rows = [[Node(1), Node(2)], [Node(3), Node(4)]]
    for node in (node for row in rows for node in row):
        node.grad = 10.0 * node.value
    assert backward_by_hand.grads_of(rows).tolist() == [[10, 20], [30, 40]]
