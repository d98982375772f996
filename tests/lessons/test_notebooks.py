"""What every notebook keeps to, whatever it teaches: see the rules below."""

import copy
import functools
import html
import json
import re
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from tools.notebooks.notebook_files import (
    ASKS,
    DEEPER,
    in_stored_form,
    is_still,
    parts,
    without_line_breaks,
)
from tools.notebooks.store import EXERCISES, exercises_with_a_check, with_exercises
from tools.publishing.address import read_address, with_address

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
ALL = sorted(p for p in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
GLOSSARY = NOTEBOOKS / "glossary.ipynb"
SITTING = NOTEBOOKS / "in_one_sitting.ipynb"  # of the library alone, with its figures as they are
WITH_CODE = [path for path in ALL if path != GLOSSARY]
WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGETS = r"^(AdderPanel|NetworkDiagram|WindowViewer|explore)\("  # shown in a notebook
ADDRESS = read_address()
TIME = re.compile(r"<summary>About (\d+) minutes(?:, Deeper about (\d+) more)? · ")


@functools.cache
def read(path):
    """A notebook, read once for all tests, which don't change it."""
    return nbformat.read(path, as_version=4)


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def prose(nb):
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def texts(cell):
    """What a code cell says in words and numbers; the repr beside a figure or widget isn't that."""
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            yield output.text
        elif "image/png" not in data and WIDGET not in data:
            yield from (str(value) for kind, value in data.items() if kind.startswith("text/"))


# --- the rules: each yields its complaints about a notebook ---------------------------------------

RULES = {}  # check -> the notebooks it is for


def rule(paths):
    def add(check):
        RULES[check] = paths
        return check

    return add


@rule(ALL)
def valid(nb):
    try:
        nbformat.validate(nb)
    except nbformat.ValidationError as error:
        yield error.message


@rule(ALL)
def stored_as_run_once_and_clean(nb):
    if in_stored_form(copy.deepcopy(nb)) != nb:
        yield "isn't stored as all are: run python tools/notebooks/store.py"
    if nb.metadata.get("kernelspec", {}).get("name") != "python3" or "widgets" in nb.metadata:
        yield f"metadata {nb.metadata}"
    for cell in nb.cells:
        if "execution" in cell.metadata:
            yield f"{cell.id} has times"
        for output in cell.get("outputs", []):
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"{cell.id}: {output}"
            if WIDGET in output.get("data", {}):
                yield f"{cell.id} has the state of a widget"
            if "it/s]" in output.get("data", {}).get("text/plain", ""):
                yield f"{cell.id} has a progress bar that stands still"


@rule(ALL)
def no_path_of_a_machine(nb):
    path = r"(?<![\w./])/(?:work|tmp|root|home|Users)\b.*|[A-Z]:\\+Users.*"
    printed = [text for cell in code_cells(nb) for text in texts(cell)]
    for text in printed + [cell.source for cell in nb.cells]:
        yield from re.findall(path, text)


@rule(ALL)
def figures_have_alt_text(nb):
    for cell in code_cells(nb):
        for output in cell.outputs:
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            if "image/png" in output.get("data", {}) and len(alt.split()) < 3:
                yield f"alt text {alt!r} of the figure of {cell.id}"


@rule([path for path in ALL if path != SITTING])
def figures_have_a_caption(nb):
    for cell in code_cells(nb):
        for output, following in zip(cell.outputs, [*cell.outputs[1:], {}]):
            data = output.get("data", {})
            if "image/png" in data and not is_still(data):
                alt = output.metadata.get("image/png", {}).get("alt", "")
                caption = following.get("data", {}).get("text/markdown", "").strip()
                words = f"</summary>{html.escape(alt)}</details>"
                if not re.match(r"([*_])(?!\1).+\1\n\n<details>", caption) or words not in caption:
                    yield f"no caption and words in <details> below the figure of {cell.id}"


@rule(ALL)
def widgets_leave_a_picture(nb):
    for cell in code_cells(nb):
        for output in cell.outputs:
            data = output.get("data", {})
            if re.match(WIDGETS, data.get("text/plain", "")) and "image/png" not in data:
                yield f"{cell.id}: run the lesson, so that it stores a picture beside the widget"
        if re.search(WIDGETS, cell.source, re.MULTILINE) and not cell.outputs:
            yield f"{cell.id} shows a widget, and stores nothing"


@rule(ALL)
def pictures_in_prose_are_markdown_and_have_alt_text(nb):
    """Colab shows those of a notebook that is opened from GitHub, but no <img> with a path."""
    yield from re.findall(r"!\[\s*\]\(.*?\)|<img.*?>", prose(nb), re.DOTALL)


def asked(nb):
    """The names of the questions of a notebook."""
    return [name for cell in code_cells(nb)
            for name in re.findall(r"^guesses\.ask\(\"(.+)\"\)$", cell.source, re.MULTILINE)]


@rule(LESSONS)
def two_predictions_or_more_shown_and_later_compared(nb):
    if len(asked(nb)) < 2:
        yield f"{len(asked(nb))} questions"
    steps = {}  # name -> "ask" and "compare", in their order
    for cell in code_cells(nb):
        for step, name in re.findall(r"guesses\.(ask|compare)\(\"(.+?)\"", cell.source):
            steps.setdefault(name, []).append(step)
        if any("guesses.ask(" in line for line in cell.source.splitlines()[:-1]):  # the last is
            yield f"a guess of {cell.id} is not shown"
    for name, order in steps.items():
        if order != ["ask", "compare"]:
            yield f"{name}: {order}"


@rule(LESSONS)
def what_answers_a_guess_is_folded_by_both_marks(nb):
    """`collapsed` is the one that Notebook 6 and other readers know."""
    waiting = set()
    for cell in code_cells(nb):
        now = set(re.findall(r"^guesses\.ask\(\"(.+?)\"", cell.source, re.MULTILINE))
        folded = (cell.metadata.get("collapsed", False),
                  cell.metadata.get("jupyter", {}).get("outputs_hidden", False))
        asks = now or "checks." in cell.source
        if folded not in ((True, True), (False, False)) or (
                waiting and cell.outputs and not asks and not all(folded)):
            yield f"{cell.id}: {folded}"
        compared = set(re.findall(r"^guesses\.compare\(\"(.+?)\"", cell.source, re.MULTILINE))
        waiting = (waiting | now) - compared


@rule(LESSONS)
def the_first_line_of_an_output_that_waits_gives_nothing_away(nb):
    """JupyterLab shows it although the output is folded."""
    for cell in code_cells(nb):
        if "outputs_hidden" in cell.metadata.get("jupyter", {}):
            first = cell.outputs[0]
            data = first.get("data", {"text/plain": first.get("text", "")})
            line = data.get("text/markdown", data.get("text/plain", "")).partition("\n")[0]
            shown_as_text = not {"image/png", "text/html"} & set(data)  # a table begins with names
            if shown_as_text and re.search(r"\d|True|False", line):
                yield f"{cell.id} begins with {line!r}: print a line with no result before it"


@rule(LESSONS)
def no_option_of_a_guess_is_drawn_as_a_list(nb):
    """As "7." would be, and only it: that is the right one."""
    for cell in code_cells(nb):
        if "guesses.ask(" in cell.source:
            shown = cell.outputs[0].data["text/markdown"]
            yield from re.findall(r"^- (?:\d+[.)]|[-+*]) .*|^- \d+[.)]$", shown, re.MULTILINE)


@rule(LESSONS)
def header_has_a_table_of_the_sections(nb):
    below = next((cell for cell in nb.cells if cell.source.startswith(f"{DEEPER}\n")), None)
    titles = re.findall(r"^## (.+)", prose(nb), re.MULTILINE)
    main = [title for title in titles if title not in ("Do you remember?", "Recap")]
    for cell, sections in ((nb.cells[0], main), (below, list(parts(nb)[1]))):
        table = cell.source if cell else ""
        rows = re.findall(r"^\| \[(.+?)\]\(#.+?\) \|", table, re.MULTILINE)
        if rows != sections:
            yield f"rows {rows}, sections {sections}"


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_rules(path):
    nb = read(path)
    faults = [f"{check.__name__}: {fault}" for check, paths in RULES.items() if path in paths
              for fault in check(nb)]
    assert not faults, "\n".join(faults)
    ids = [cell["id"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
    assert len(ids) == len(set(ids))  # nbformat gives the second one another
    assert path.stat().st_size < 1_000_000  # GitHub shows no larger ones


def test_only_paragraphs_lose_their_line_breaks():
    kept = ("# A\n\n- b\n  c\nd\n\n| e |\n|---|\n\n1. f\n2. g\n\n> h\n> i\n\n"
            "<details>\nj\n</details>\n\n```\nk\n\nl\nm\n```\n\n$$\nn\no\n$$\n\n$$p$$")
    assert without_line_breaks(f"## Q\nr\n**s**\n- t\n\n{kept}\n\nu\n`v`\n*w*\n") == (
        f"## Q\nr **s**\n- t\n\n{kept}\n\nu `v` *w*\n")


def module_of(path):
    return import_module(f"mnist_adder_course.lessons.{path.stem[3:]}")


def test_each_question_is_asked_once():
    for path in LESSONS:
        assert sorted(asked(read(path))) == sorted(module_of(path).guesses.questions), path.stem


def test_pages_say_the_minutes_of_the_headers():
    """README and the page for teachers for each lesson, and the hours of several lessons."""
    said = {path.name: TIME.search(read(path).cells[0].source).groups() for path in LESSONS}
    row = re.compile(r"^\| \[\d+ · .+?\]\([./]*notebooks/(\w+\.ipynb)\)(?: \| .+)? "
                     r"\| (\d+)(?: \+ (\d+))? \|$", re.MULTILINE)
    readme, teaching = (ROOT.joinpath(*page).read_text("utf-8")
                        for page in (("README.md",), ("docs", "teaching.md")))
    for page in (readme, teaching):
        assert {name: minutes for name, *minutes in row.findall(page)} == {
            name: [main, deeper or ""] for name, (main, deeper) in said.items()}
    mains, deeper = zip(*[(int(main), int(more or 0)) for main, more in said.values()])
    assert f"Lessons 0 to 8 take about {round(sum(mains[:9]) / 60)} hours" in readme
    assert f"Lessons 9 to 14 take about {round(sum(mains[9:]) / 60)} hours" in readme
    assert (f"All main lines take about {round(sum(mains) / 60)} hours, the deeper sections "
            f"about {round(sum(deeper) / 60)} more") in teaching
    plans = re.findall(r"^\| [^|]+ \| \d \| ([\d, ·]+) \| ([\d ·]+) \|$", teaching, re.MULTILINE)
    for lessons, minutes in plans:
        halves = [sum(mains[int(number)] for number in half.split(", "))
                  for half in lessons.split(" · ")]
        assert list(map(int, minutes.split(" · "))) == halves and len(plans) == 3


def test_the_map_knows_the_exercises():
    lessons = {path.stem: read(path) for path in LESSONS}
    noted = EXERCISES.read_text("utf-8")
    assert noted == exercises_with_a_check(lessons), "run python tools/notebooks/store.py"


# --- links ----------------------------------------------------------------------------------------


def leads(nb, word, name):
    """Whether a line reads e.g. `Next: [Title](name)` or `[Next](name)`."""
    return re.search(rf"{word}(?:(?!Previous|Next).)*\]\({re.escape(name)}\)", prose(nb))


def test_links_exist():
    found = [(path, link) for path in ALL
             for link in re.findall(r"\]\(([^)\s#]+)", prose(read(path)))]
    assert len(found) > 100
    broken = [(path.stem, link) for path, link in found
              if ":" not in link and not (path.parent / link).exists()]
    assert not broken


def test_lessons_are_linked_in_order():
    assert len(LESSONS) >= 13
    for earlier, later in zip(LESSONS, LESSONS[1:]):
        assert leads(read(earlier), "Next", later.name), earlier.stem
        assert leads(read(later), "Previous", earlier.name), later.stem


def test_cell_and_badge_for_colab_fit_the_address():
    for path in WITH_CODE:
        nb, cell = read(path), code_cells(read(path))[0]
        fits = with_address(nb, ADDRESS, path) == nb
        assert fits, f"{path.stem}: run python tools/make.py address"
        assert ASKS in cell.source and not cell.outputs


# --- the glossary ---------------------------------------------------------------------------------


def test_glossary():
    """Each link to it leads to a word, and each word names a lesson that links to it."""
    words = re.split(r"^## Python", prose(read(GLOSSARY)), flags=re.MULTILINE)[0]
    entries = dict(part.split("\n", 1) for part in re.split("^### ", words, flags=re.MULTILINE)[1:])
    assert list(entries) == sorted(entries, key=str.lower)
    linked = {path.name: set(re.findall(r"\(glossary\.ipynb#(.+?)\)", prose(read(path))))
              for path in LESSONS}
    anchors = {word.replace(" ", "-"): text for word, text in entries.items()}
    assert set().union(*linked.values()) == anchors.keys()
    for anchor, text in anchors.items():
        (lesson,) = re.findall(r"\]\((.+?)\)", text)
        assert anchor in linked[lesson], f"{anchor} names {lesson}"


# --- the exercises and their solutions ------------------------------------------------------------


def exercises(nb):
    """For each exercise of a notebook its three cells by name: task, function and check."""
    found = {}
    for cell in nb.cells:
        match = re.fullmatch(r"(\d\d-exercise-\w+)-(task|function|check)", cell.id)
        if match:
            found.setdefault(match[1], {})[match[2]] = cell
    return found


def checked(cells):
    """The name of the check of an exercise; its cell may go on with `x = checks.x.or_ours(x)`."""
    source = cells["check"].source
    name = re.match(r"checks\.(\w+)\(", source)[1]
    line = f"checks.{name}({name})"
    assert source in (line, f"{line}\n{name} = checks.{name}.or_ours({name})"), source
    return name


def exercise_faults(lesson, solution):
    """What is wrong with the exercises of a lesson and the notebook that solves them."""
    tasks, solved = exercises(lesson), exercises(solution)
    if not tasks or list(tasks) != list(solved):
        yield f"exercises {list(tasks)}, solutions {list(solved)}"
    for name in tasks.keys() & solved.keys():
        task, function, answer = (cells[part].source for cells, part in (
            (tasks[name], "task"), (tasks[name], "function"), (solved[name], "function")))
        if not re.match(r"#{3,4} Exercise \d · .+ (●○○|●●○|●●●)\n\n\*About \d+ minutes\.\*", task):
            yield f"{name} doesn't give its title, difficulty and minutes"
        if not 1 <= len(re.findall("<details><summary>Hint\\b", task)) == task.count("</details>"):
            yield f"{name} has no hint, or one that isn't folded away"
        if function.splitlines()[0] != answer.splitlines()[0] or function == answer:
            yield f"the functions of {name}:\n{function}\n{answer}"
        if not next(texts(tasks[name]["check"]), "").startswith("Not solved yet. "):
            yield f"no *Not solved yet* is stored below the check of {name}: run the lesson"
        if not next(texts(solved[name]["check"]), "").startswith("✓ "):
            yield f"no ✓ is stored below the solution of {name}: run its notebook of solutions"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_exercises_and_solutions(path):
    faults = list(exercise_faults(read(path), read(NOTEBOOKS / "solutions" / path.name)))
    assert not faults, "\n".join(faults)
    sections = re.findall(r"^## (.+)", prose(read(path)), re.MULTILINE)
    assert "Exercises" not in sections
    assert sections[-1] == "Recap" or sections[-2:] == ["Recap", "Deeper"]
    names = [checked(cells) for cells in exercises(read(path)).values()]
    assert sorted(names) == sorted(vars(module_of(path).checks))
    assert [f"{path.stem[:2]}-exercise-{name}" for name in names] == list(exercises(read(path)))
    stored = read(path), read(NOTEBOOKS / "solutions" / path.name)
    written = with_exercises(*copy.deepcopy(stored), path.stem)
    assert written == stored, "run python tools/notebooks/store.py"
    assert not re.findall(r"(?<!# )\b[Ee]xercise \d", prose(read(path))), "say its title instead"
