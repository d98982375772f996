"""Where was I? The map of the course, which fills, and what to do next.

`exercises/done.py` says what is recorded, and where. A lesson is begun when one of its guesses
or exercises is recorded, and solved when all exercises of its main line are.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from .exercises.done import NAME, begun, is_damaged, main_lines, read
from .exercises.questions import about_begun_lessons, ask_again
from .notebook.display import show
from .plots import BLUE, GREY, ORANGE, in_style, labelled

LESSONS = [  # the map: the name of each part, and its lessons
    ("The network", ["Start\nhere", "Learning\nby hand", "Data\ngeneration",
                     "Layers\nby hand", "Model\nsummary", "Backward\nby hand",
                     "Training\ncurves", "Evaluation\ntables", "Draw\na digit"]),
    ("Questions", ["One change\nat a time", "Does it\nadd?", "Learning\nfrom sums",
                   "Inside\nthe network", "Run it\nanywhere", "Your own\nquestion"]),
]
IN_A_ROW = 3
ONE_DAY = {0, 1, 4, 6, 8}
FULL, BEGUN, EMPTY = "solved", "begun", "not begun"


def states() -> list[str]:
    """For each lesson FULL, BEGUN or EMPTY."""
    noted = read()
    return [EMPTY if lesson not in begun(noted) else
            FULL if all(exercise.key in noted for exercise in exercises) else BEGUN
            for lesson, exercises in main_lines().items()]


def where_next() -> str:
    """Say which exercise comes next: the first that isn't solved, of the lesson where the learner
    was last, or of those after it, or else of all."""
    if is_damaged():
        return (f"{NAME} is damaged, so what you have done isn't shown. If you have a copy, put it "
                "back. Otherwise, the next right check begins a new file.")
    noted, lines = read(), main_lines()
    visited, lessons = begun(noted), list(lines)
    here = lessons.index(visited[-1]) if visited else 0
    left = [exercise for lesson in [*lessons[here:], *lessons[:here]] for exercise in lines[lesson]
            if exercise.key not in noted]
    if not left:
        return "All exercises of the main lines are solved."
    place = (f"lesson {int(left[0].lesson[:2])}, exercise {left[0].number}, "
             f"about {left[0].minutes} minutes.")
    if all(exercise.key not in noted for exercises in lines.values() for exercise in exercises):
        return f"Nothing solved yet. Start with {place}"
    return f"Next: {place}"


def my_progress() -> None:
    """Show the lessons in a row, each as full as it is solved, and below it what comes next.

    If nothing is recorded yet, there is nothing to show. A damaged file is reported.
    """
    if is_damaged():
        print(where_next())
    elif read():
        show(plot_row(), where_next())


def what_do_i_still_know(count: int = 10) -> None:
    """Ask up to `count` questions about lessons that are begun, those answered longest ago first.
    """
    if questions := about_begun_lessons():
        ask_again(questions[:count])
    else:
        print("There is nothing to ask yet: the questions are about lessons that you have begun.")


@in_style
def plot_map() -> Figure:
    """The lessons as stops of a road, in rows of three, with the names of the parts at the side; a
    ring marks a single day's lessons."""
    figure, ax = plt.subplots(figsize=(6.6, 6.2))
    names, state = [name for _, part in LESSONS for name in part], states()
    stops = [(number % IN_A_ROW, -(number // IN_A_ROW)) for number in range(len(names))]
    _draw_road(ax, stops)
    first = 0  # the row where a part begins
    for part, lessons in LESSONS:
        last = first + len(lessons) // IN_A_ROW - 1
        ax.plot([-0.62, -0.62], [-first + 0.3, -last - 0.5], color=GREY, linewidth=1)
        ax.text(-0.7, -(first + last) / 2 - 0.1, part, ha="right", va="center", color=GREY,
                fontsize=13)
        first = last + 1
    for number, ((x, y), name) in enumerate(zip(stops, names)):
        if number in ONE_DAY:
            ax.plot(x, y, "o", markersize=33, markeredgewidth=1.5, color=BLUE,
                    markerfacecolor="none")
        _draw_stop(ax, x, y, number, state[number], 25)
        ax.text(x, y - 0.27, name, ha="center", va="top", color=GREY, fontsize=11,
                linespacing=1.05)
    ax.set(xlim=(-1.6, 2.65), ylim=(-4.6, 0.4), aspect=0.8)
    ax.axis("off")
    parts = "; ".join(f"{part}: {', '.join(names)}" for part, names in LESSONS)
    way = ", ".join(map(str, sorted(ONE_DAY)))
    return labelled(figure, f"A road with {len(names)} numbered stops in {len(LESSONS)} parts. "
                            f"{parts}. A second ring is round {way}. {_in_words(state)}"
                            .replace("\n", " "))


@in_style
def plot_row() -> Figure:
    """The same stops, small and in a row."""
    state = states()
    figure, ax = plt.subplots(figsize=(6.6, 0.45))
    ax.plot([0, len(state) - 1], [0, 0], color=GREY, linewidth=1)
    for number, one in enumerate(state):
        _draw_stop(ax, number, 0, number, one, 17)
    ax.set(xlim=(-0.6, len(state) - 0.4), ylim=(-1, 1))
    ax.axis("off")
    return labelled(figure, f"{len(state)} numbered stops in a row. {_in_words(state)}")


def _in_words(state: list[str]) -> str:
    """E.g. "Full: 0, 1. Half full: 2. The others are empty."."""
    parts = {"Full": FULL, "Half full": BEGUN}
    named = {word: ", ".join(str(number) for number, one in enumerate(state) if one == which)
             for word, which in parts.items()}
    filled = "".join(f"{word}: {numbers}. " for word, numbers in named.items() if numbers)
    if EMPTY not in state:
        return filled.strip()
    return f"{filled}The others are empty." if filled else "All are empty."


def _draw_road(ax, stops) -> None:
    """A line from stop to stop, and round from the end of a row to the start of the next."""
    for (x, y), (next_x, next_y) in zip(stops, stops[1:]):
        turn = [(x + 0.45, y), (x + 0.45, y - 0.6), (-0.45, y - 0.6), (-0.45, next_y)]
        corners = [(x, y), *(turn if y != next_y else []), (next_x, next_y)]
        ax.plot(*zip(*corners), color=GREY, linewidth=1.5)


def _draw_stop(ax, x, y, number, state, size) -> None:
    """A circle that is full, half full or empty, with its number in it."""
    ax.plot(x, y, "o", markersize=size, markeredgewidth=0, color=ORANGE,
            markerfacecolor=ORANGE if state != EMPTY else "white", markerfacecoloralt="white",
            fillstyle="left" if state == BEGUN else "full")
    ax.plot(x, y, "o", markersize=size, markeredgewidth=size / 12, color=BLUE,
            markerfacecolor="none")
    ax.text(x, y - 0.01, number, ha="center", va="center", color="black", fontsize=size / 2)
