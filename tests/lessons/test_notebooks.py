"""What every notebook keeps to, whatever it teaches: see the rules below."""

import html
import os
import re
import statistics
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import minutes
import nbformat
import pytest
import set_repository
from nbformat import v4

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
ALL = sorted(p for p in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
GLOSSARY = NOTEBOOKS / "glossary.ipynb"
WITH_CODE = [path for path in ALL if path != GLOSSARY]
IGNORED = "nbval-ignore-output"
WIDGET = "application/vnd.jupyter.widget-view+json"
ADDRESS = set_repository.read_address()


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def outputs(nb):
    return [output for cell in code_cells(nb) for output in cell.outputs]


def prose(nb):
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def is_ignored(cell):
    return IGNORED in cell.metadata.get("tags", [])


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
def under_a_megabyte(nb):
    size = len(nbformat.writes(nb).encode())
    if size >= 1_000_000:
        yield f"{size} bytes"


@rule(ALL)
def python3_kernel(nb):
    if nb.metadata.get("kernelspec", {}).get("name") != "python3":
        yield f"metadata {nb.metadata}"


@rule(WITH_CODE)
def run_once_in_order(nb):
    counts = [cell.execution_count for cell in code_cells(nb)]
    if not counts or counts != list(range(1, len(counts) + 1)):
        yield f"execution counts {counts}"


@rule(ALL)
def no_error(nb):
    yield from (output.evalue for output in outputs(nb) if output.output_type == "error")


@rule(ALL)
def no_stderr(nb):
    yield from (output.text for output in outputs(nb) if output.get("name") == "stderr")


@rule(ALL)
def no_widget_state(nb):
    if "widgets" in nb.metadata:
        yield "metadata.widgets"
    yield from (f"widget {o.data[WIDGET]}" for o in outputs(nb) if WIDGET in o.get("data", {}))


@rule(ALL)
def no_execution_times(nb):
    yield from (cell.source for cell in nb.cells if "execution" in cell.metadata)


@rule(ALL)
def no_path_of_a_machine(nb):
    path = r"(?<![\w./])/(?:work|tmp|root|home|Users)\b.*|[A-Z]:\\+Users.*"
    said = [text for cell in code_cells(nb) for text in texts(cell)]
    for text in said + [cell.source for cell in nb.cells]:
        yield from re.findall(path, text)


@rule(ALL)
def short_cells(nb):
    lengths = [len(cell.source.splitlines()) for cell in code_cells(nb)]
    yield from (f"a cell of {length} lines" for length in lengths if length > 15)
    if lengths and statistics.median(lengths) > 5:
        yield f"a median of {statistics.median(lengths)} lines"


@rule(ALL)
def no_test_marks_in_code(nb):
    marks = r"NBVAL|PYTEST_VALIDATE"
    yield from (cell.source for cell in code_cells(nb) if re.search(marks, cell.source))


@rule(ALL)
def only_this_tag_for_nbval(nb):
    for cell in code_cells(nb):
        tags = set(cell.metadata.get("tags", [])) - {IGNORED}
        yield from (t for t in tags if t.startswith("nbval") or t == "raises-exception")


@rule(ALL)
def a_quarter_ignored_at_most(nb):
    ignored = sum(map(is_ignored, code_cells(nb)))
    if 4 * ignored > len(code_cells(nb)):
        yield f"{ignored} of {len(code_cells(nb))} code cells"


@rule(ALL)
def ignored_numbers_are_asserted(nb):
    cells = code_cells(nb)
    for cell, following in zip(cells, [*cells[1:], None]):
        if is_ignored(cell) and any(re.search(r"\d", text) for text in texts(cell)):
            sources = cell.source + "\n" + (following.source if following else "")
            if not re.search(r"^\s*assert\b", sources, re.MULTILINE):
                yield cell.source


@rule(ALL)
def figures_have_alt_text_and_caption(nb):
    for cell in code_cells(nb):
        for output, following in zip(cell.outputs, [*cell.outputs[1:], {}]):
            if "image/png" in output.get("data", {}):
                alt = output.metadata.get("image/png", {}).get("alt", "")
                if len(alt.split()) < 3:
                    yield f"alt text {alt!r} of the figure of\n{cell.source}"
                caption = following.get("data", {}).get("text/markdown", "").strip()
                words = f"</summary>{html.escape(alt)}</details>"
                if not re.match(r"([*_])(?!\1).+\1\n\n<details>", caption) or words not in caption:
                    yield f"no caption and words in <details> below the figure of\n{cell.source}"


@rule(ALL)
def pictures_in_prose_have_alt_text(nb):
    yield from re.findall(r'!\[\s*\]\(.*?\)|<img(?![^>]*\balt="[^"]+").*?>', prose(nb), re.DOTALL)


@rule(ALL)
def begins_with_its_title(nb):
    if not nb.cells or nb.cells[0].cell_type != "markdown" or nb.cells[0].source[:2] != "# ":
        yield "the first cell is no '# Title'"


@rule(WITH_CODE)
def first_code_brings_the_course_to_colab(nb):
    first, *others = code_cells(nb) or [v4.new_code_cell()]
    if first.source != set_repository.bootstrap(ADDRESS) or first.outputs or first.metadata:
        yield f"run python tools/set_repository.py; the first code cell is\n{first}"
    yield from (cell.source for cell in others if set_repository.ASKS in cell.source)


@rule(LESSONS)
def ends_with_a_recap_of_five_lines(nb):
    heading, _, body = prose(nb).rpartition("\n## ")[2].partition("\n")
    points = re.findall(r"^(?:[-*]|\d+\.) ", body, re.MULTILINE)
    if heading.strip() != "Recap" or len(points) != 5:
        yield f"the last part is {heading!r} with {len(points)} points"


def asked(nb):
    """The questions of a notebook by the variable that holds each, as (variable, question)."""
    sources = "\n".join(cell.source for cell in code_cells(nb))
    return re.findall(r"^(\w+) = guesses\.ask\(\"(.+)\"\)$", sources, re.MULTILINE)


@rule(LESSONS)
def two_predictions_or_more_asked_before_compared(nb):
    if len(asked(nb)) < 2:
        yield f"{len(asked(nb))} questions"
    waiting = set()  # variables with a question that wasn't compared yet
    for cell in code_cells(nb):
        before = set(waiting)
        for variable, question in asked(v4.new_notebook(cells=[cell])):
            if cell.source.splitlines()[-1] != variable:
                yield f"{question!r} is not shown"
            if variable in waiting:
                yield f"{variable} is asked again before it was compared"
            waiting.add(variable)
        for variable in re.findall(r"^(\w+)\.compare\(", cell.source, re.MULTILINE):
            if variable not in before & waiting:
                yield f"{variable} is compared before it was asked, or twice"
            waiting.discard(variable)
    yield from (f"{variable} is never compared" for variable in waiting)


@rule(LESSONS)
def no_guess_in_prose_alone(nb):
    yield from re.findall(r"(?i)\*\*(?:make [a-z]+ )?guess(?! first).*?\*\*", prose(nb))


@rule(LESSONS)
def header_says_the_minutes_by_the_rule(nb):
    if not nb.cells or minutes.time(nb) not in nb.cells[0].source:
        yield f"the header should say {minutes.time(nb)!r}: run tools/run_lessons.py"


CASES = [(check, path) for check, paths in RULES.items() for path in paths]
NAMES = [f"{path.relative_to(NOTEBOOKS).with_suffix('').as_posix()}-{check.__name__}"
         for check, path in CASES]


@pytest.mark.parametrize("check, path", CASES, ids=NAMES)
def test_rule(check, path):
    complaints = list(check(read(path)))
    assert not complaints, "\n".join(complaints)


def module_of(path):
    return import_module(f"mnist_adder_lib.course.{path.stem[3:]}")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_question_is_asked_once(path):
    questions = [question for _, question in asked(read(path))]
    assert questions == list(module_of(path).guesses.questions)


# --- links ----------------------------------------------------------------------------------------


def broken_links(nb, folder):
    targets = re.findall(r"\]\(([^)\s#]+)", prose(nb))
    return [t for t in targets if ":" not in t and not (folder / t).exists()]


def leads(nb, word, name):
    """Whether a line says e.g. `Next: [Title](name)` or `[Next](name)`."""
    return re.search(rf"{word}(?:(?!Previous|Next).)*\]\({re.escape(name)}\)", prose(nb))


def test_there_are_lessons():
    assert LESSONS


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_links_exist(path):
    assert not broken_links(read(path), path.parent)


@pytest.mark.parametrize("earlier, later", list(zip(LESSONS, LESSONS[1:])), ids=lambda p: p.stem)
def test_lessons_are_linked_in_order(earlier, later):
    assert leads(read(earlier), "Next", later.name)
    assert leads(read(later), "Previous", earlier.name)


@pytest.mark.parametrize("path", WITH_CODE, ids=lambda path: path.stem)
def test_cell_and_badge_for_colab_fit_the_address(path):
    nb = read(path)
    assert set_repository.with_address(nb, ADDRESS, path) == nb, "run tools/set_repository.py"


# --- the rules can fail: each one catches a lesson broken on purpose ------------------------------


def lesson():
    """A small notebook that keeps every rule."""
    figure = v4.new_output(
        "display_data",
        {"image/png": "aW1hZ2U=", "text/plain": "<Figure size 64x64>"},
        metadata={"image/png": {"alt": "A curve that falls."}},
    )
    folded = "<details><summary>The figure in words</summary>A curve that falls.</details>"
    caption = v4.new_output("display_data", {"text/markdown": f"*The loss falls.*\n\n{folded}"})
    accuracy = v4.new_output("stream", name="stdout", text="98.9%\n")
    cells = [
        v4.new_markdown_cell(
            "# Lesson\n\n**Time** about 5 minutes to read and try.\n\n"
            "Previous: [Start](a.ipynb) · Next: [Model](b.ipynb)"
        ),
        v4.new_code_cell(set_repository.bootstrap(ADDRESS), execution_count=1),
        v4.new_code_cell("x = 98.9", execution_count=2),
        v4.new_code_cell("show()", execution_count=3, outputs=[figure, caption]),
        v4.new_code_cell("print(x)", execution_count=4, outputs=[accuracy]),
        v4.new_code_cell("assert x > 98", execution_count=5),
        v4.new_code_cell('guess = guesses.ask("one")\nguess', execution_count=6),
        v4.new_code_cell('other = guesses.ask("two")\nother', execution_count=7),
        v4.new_code_cell("guess.compare(x)\nother.compare(x)", execution_count=8),
        v4.new_markdown_cell("## Recap\n\n" + "- One line.\n" * 5),
    ]
    cells[4].metadata.tags = [IGNORED]
    kernel = {"name": "python3", "display_name": "Python 3"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def error():
    return v4.new_output("error", ename="ValueError", evalue="wrong", traceback=[])


BREAKS = {  # check -> ways to break a lesson so that the check complains
    valid: [lambda nb: nb.cells[1].pop("source")],
    under_a_megabyte: [lambda nb: nb.cells[0].update(source="# " + "x" * 1_000_000)],
    python3_kernel: [
        lambda nb: nb.metadata.kernelspec.update(name="venv"),
        lambda nb: nb.metadata.clear(),
    ],
    run_once_in_order: [
        lambda nb: nb.cells[1].update(execution_count=None),
        lambda nb: nb.cells[1].update(execution_count=7),
        lambda nb: nb.cells.clear(),
    ],
    no_error: [lambda nb: nb.cells[2].outputs.append(error())],
    no_stderr: [lambda nb: nb.cells[4].outputs[0].update(name="stderr")],
    no_widget_state: [
        lambda nb: nb.metadata.update(widgets={}),
        lambda nb: nb.cells[3].outputs[0].data.update({WIDGET: {"model_id": "1"}}),
    ],
    no_execution_times: [lambda nb: nb.cells[1].metadata.update(execution={})],
    no_path_of_a_machine: [
        lambda nb: nb.cells[4].outputs[0].update(text="saved to /tmp/x.pt"),
        lambda nb: nb.cells[1].update(source="x = '/home/me/x.pt'"),
        lambda nb: nb.cells[0].update(source="# See C:\\Users\\me"),
    ],
    short_cells: [
        lambda nb: nb.cells[1].update(source="x = 1\n" * 16),
        lambda nb: [cell.update(source="x = 1\n" * 6) for cell in nb.cells[1:7]],
    ],
    no_test_marks_in_code: [lambda nb: nb.cells[1].update(source="# NBVAL_SKIP\nx = 1")],
    only_this_tag_for_nbval: [
        lambda nb: nb.cells[1].metadata.update(tags=["nbval-skip"]),
        lambda nb: nb.cells[1].metadata.update(tags=["raises-exception"]),
    ],
    a_quarter_ignored_at_most: [
        lambda nb: [cell.metadata.update(tags=[IGNORED]) for cell in nb.cells[1:4]]
    ],
    ignored_numbers_are_asserted: [lambda nb: nb.cells[5].update(source="print('assert')")],
    figures_have_alt_text_and_caption: [
        lambda nb: nb.cells[3].outputs[0].metadata.clear(),
        lambda nb: nb.cells[3].outputs.pop(),
        lambda nb: nb.cells[3].outputs[1].data.update({"text/markdown": "No italics"}),
    ],
    pictures_in_prose_have_alt_text: [
        lambda nb: nb.cells[0].update(source="# Lesson\n\n![](a.png)"),
        lambda nb: nb.cells[0].update(source='# Lesson\n\n<img src="a.png">'),
    ],
    begins_with_its_title: [lambda nb: nb.cells.pop(0)],
    first_code_brings_the_course_to_colab: [
        lambda nb: nb.cells.pop(1),
        lambda nb: nb.cells.clear(),
        lambda nb: nb.cells.insert(1, nb.cells.pop(2)),
        lambda nb: nb.cells.append(nb.cells[1]),
        lambda nb: nb.cells[1].update(source=nb.cells[1].source.replace("adder", "subtractor")),
        lambda nb: nb.cells[1].outputs.append(v4.new_output("stream", text="Cloning")),
    ],
    ends_with_a_recap_of_five_lines: [
        lambda nb: nb.cells.pop(),
        lambda nb: nb.cells[-1].update(source="## Recap\n\n- One line."),
        lambda nb: nb.cells.append(v4.new_markdown_cell("## And another thing")),
    ],
    two_predictions_or_more_asked_before_compared: [
        lambda nb: [nb.cells[i].update(source="x") for i in (6, 7, 8)],
        lambda nb: nb.cells[8].update(source="guess.compare(x)"),
        lambda nb: nb.cells[8].update(source=nb.cells[8].source + "\nother.compare(x)"),
        lambda nb: nb.cells[7].update(source='other = guesses.ask("two")'),
        lambda nb: nb.cells[7].update(source='guess = guesses.ask("two")\nguess'),
        lambda nb: nb.cells.insert(6, nb.cells.pop(8)),
    ],
    header_says_the_minutes_by_the_rule: [
        lambda nb: nb.cells[0].update(source=nb.cells[0].source.replace("5", "10")),
        lambda nb: nb.cells[0].update(source="# Lesson"),
        lambda nb: nb.cells[-1].update(source="word " * 2_000),
        lambda nb: nb.cells.extend([v4.new_code_cell("x")] * 20),
        lambda nb: nb.metadata.update({minutes.SECONDS: 100}),
        lambda nb: nb.cells[0].update(source=nb.cells[0].source + "\n\n*About 5 minutes.*"),
    ],
    no_guess_in_prose_alone: [lambda nb: nb.cells[0].update(source="# Lesson\n\n**Guess** it.")],
}


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.__name__)
def test_rule_catches_what_breaks_it(check):
    assert not list(check(lesson()))
    for break_it in BREAKS[check]:
        broken = lesson()
        break_it(broken)
        assert list(check(broken))


def test_links_are_checked(tmp_path):
    (tmp_path / "a.ipynb").touch()
    assert broken_links(lesson(), tmp_path) == ["b.ipynb"]
    assert leads(lesson(), "Previous", "a.ipynb") and leads(lesson(), "Next", "b.ipynb")
    assert not leads(lesson(), "Previous", "b.ipynb") and not leads(lesson(), "Next", "a.ipynb")


# --- the glossary ---------------------------------------------------------------------------------


def entries(nb):
    """The words of the glossary and what stands below each, as a dict."""
    words = re.split(r"^## Python", prose(nb), flags=re.MULTILINE)[0]
    parts = re.split(r"^### ", words, flags=re.MULTILINE)[1:]
    return dict(part.split("\n", 1) for part in parts)


def anchor(word):
    """The end of a link to this heading: JupyterLab and nbconvert keep its case."""
    return word.replace(" ", "-")


def glossary_complaints(glossary, lessons):
    """What is wrong between the glossary and the lessons, a dict of file name -> notebook."""
    found = entries(glossary)
    if list(found) != sorted(found, key=str.lower):
        yield "not in alphabetic order"
    linked = {}  # anchor -> the first lesson that links to it
    for name, nb in lessons.items():
        for target in re.findall(r"\(glossary\.ipynb#(.+?)\)", prose(nb)):
            linked.setdefault(target, name)
    yield from (f"no entry #{target}" for target in linked if target not in map(anchor, found))
    for word, text in found.items():
        named = re.findall(r"\]\((.+?)\)", text)
        if len(named) != 1 or named[0] != linked.get(anchor(word)):
            yield f"{word} names {named}, but is first linked from {linked.get(anchor(word))}"
        elif word.lower()[:5] not in re.sub(r"\]\(.*?\)", "", prose(lessons[named[0]]).lower()):
            yield f"{named[0]} doesn't use {word}"


def test_glossary():
    lessons = {path.name: read(path) for path in LESSONS}
    assert not list(glossary_complaints(read(GLOSSARY), lessons))


@pytest.mark.parametrize("break_it", [
    lambda words, lesson: words.update(source=words.source.replace("### Batch", "### Zebra")),
    lambda words, lesson: words.update(source=words.source.replace("### Epoch", "### Alpha")),
    lambda words, lesson: words.update(source=words.source.replace("a.ipynb", "b.ipynb", 1)),
    lambda words, lesson: words.update(source=words.source + "\n\n### Loss\n\n[A](a.ipynb)"),
    lambda words, lesson: lesson.update(source=lesson.source + " [x](glossary.ipynb#Loss)"),
    lambda words, lesson: lesson.update(source=lesson.source.replace("#Epoch", "#epoch")),
    lambda words, lesson: lesson.update(source=re.sub(r"\[.*?\]", "[x]", lesson.source)),
])
def test_broken_glossaries_are_found(break_it):
    words = v4.new_markdown_cell("### Batch\n\n[A](a.ipynb)\n\n### Epoch\n\n[A](a.ipynb)")
    lesson = v4.new_markdown_cell("[batch](glossary.ipynb#Batch) [epoch](glossary.ipynb#Epoch)")
    notebooks = v4.new_notebook(cells=[words]), {"a.ipynb": v4.new_notebook(cells=[lesson])}
    assert not list(glossary_complaints(*notebooks))
    break_it(words, lesson)
    assert list(glossary_complaints(*notebooks))


# --- the exercises and their solutions ------------------------------------------------------------


def solutions(path):
    return path.parent / "solutions" / path.name


def exercises(nb):
    """For each exercise of a notebook its three cells by name: task, function and check."""
    found = {}
    for cell in nb.cells:
        match = re.fullmatch(r"(\d\d-exercise-\d)-(task|function|check)", cell.id)
        if match:
            found.setdefault(match[1], {})[match[2]] = cell
    return found


def exercise_complaints(lesson, solution):
    """What is wrong with the exercises of a lesson and the notebook that solves them."""
    tasks, solved = exercises(lesson), exercises(solution)
    if not 2 <= len(tasks) <= 4 or list(tasks) != list(solved):
        yield f"{len(tasks)} exercises, {len(solved)} solutions; it should be two to four of each"
    for name in tasks.keys() & solved.keys():
        for part in ("task", "check"):
            if tasks[name][part].source != solved[name][part].source:
                yield f"the solution has another {part} for {name}"
        task, function, answer = (cells[part].source for cells, part in (
            (tasks[name], "task"), (tasks[name], "function"), (solved[name], "function")))
        if not re.match(r"### Exercise \d · .+ (●○○|●●○|●●●)\n\n\*About \d+ minutes\.\*", task):
            yield f"{name} doesn't say its title, difficulty and minutes"
        if not 1 <= task.count("<details><summary>Hint ") == task.count("</details>") <= 3:
            yield f"the hints of {name}"
        if function.splitlines()[0] != answer.splitlines()[0] or function == answer:
            yield f"the functions of {name}:\n{function}\n{answer}"
        if not next(texts(tasks[name]["check"]), "").startswith("Not solved yet. "):
            yield f"{name} doesn't say that it isn't solved"
        if not next(texts(solved[name]["check"]), "").startswith("✓ "):
            yield f"the solution of {name} isn't right"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_exercises_and_solutions(path):
    complaints = list(exercise_complaints(read(path), read(solutions(path))))
    assert not complaints, "\n".join(complaints)
    sections = re.findall(r"^## (.+)", prose(read(path)), re.MULTILINE)
    assert sections[-2:] == ["Exercises", "Recap"]


def test_every_solution_has_its_lesson_and_every_check_its_exercise():
    assert sorted(path.name for path in (NOTEBOOKS / "solutions").glob("*.ipynb")) == [
        path.name for path in LESSONS
    ]
    for path in LESSONS:
        called = [cells["check"].source for cells in exercises(read(path)).values()]
        names = [re.fullmatch(r"checks\.(\w+)\(\w+\)", call)[1] for call in called]
        assert names == list(vars(module_of(path).checks))


def test_pages_say_the_minutes_of_the_lessons():
    rows = minutes.table()
    page = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (\S.*?) \| (\d+).*? \| (\d+) \|$", page, re.MULTILINE)
    together = *map(str, map(sum, zip(*rows.values()))),
    expected = {title: tuple(map(str, row)) for title, row in rows.items()}
    assert {title: row for title, *row in found} == {
        title: list(row) for title, row in (expected | {"together": together}).items()}, (
        "docs/teaching.md (left) says other minutes than the lessons (right): run tools/minutes.py")
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| \[(.+?)\]\(notebooks/.+\) \| .+ \| (\d+) \|$", page, re.MULTILINE)
    assert dict(found) == {title: row[0] for title, row in expected.items()}, (
        "README.md (left) says other minutes than the lessons (right): run tools/minutes.py")


@pytest.mark.parametrize("break_it", [
    lambda cells: cells["task"].update(source=cells["task"].source + " And quickly."),
    lambda cells: cells["task"].update(source=cells["task"].source.replace("●", "*")),
    lambda cells: cells["task"].update(source=cells["task"].source.replace("Hint", "Help")),
    lambda cells: cells["task"].update(id="renamed"),
    lambda cells: cells["function"].update(source="def another():\n    return ..."),
    lambda cells: cells["check"].update(source="True"),
    lambda cells: cells["check"].update(outputs=[]),
])
def test_broken_exercises_are_found(break_it):
    for broken in (0, 1):
        pair = read(LESSONS[0]), read(solutions(LESSONS[0]))
        break_it(exercises(pair[broken])["00-exercise-1"])
        try:
            complaints = list(exercise_complaints(*pair))
        except KeyError as error:  # a cell has lost its name
            complaints = [error]
        assert complaints


# --- the script that runs the lessons -------------------------------------------------------------


def run_lessons(path):
    script = [sys.executable, str(ROOT / "tools" / "run_lessons.py"), str(path)]
    return subprocess.run(script, capture_output=True, text=True)


def test_run_lessons_stores_clean_outputs(tmp_path):
    path = tmp_path / "lesson.ipynb"
    nb = v4.new_notebook(cells=[v4.new_code_cell("import ipywidgets"), v4.new_code_cell("1 + 1")])
    nb.cells.append(v4.new_code_cell("ipywidgets.IntSlider()", metadata={"tags": [IGNORED]}))
    nb.cells.append(v4.new_code_cell("ipywidgets.IntSlider()"))
    nbformat.write(nb, path)
    result = run_lessons(path)
    assert result.returncode == 0 and " s" in result.stdout, result.stderr
    ran = read(path)
    assert ran.cells[1].outputs[0].data["text/plain"] == "2"
    assert not ran.cells[2].outputs
    assert ran.cells[3].outputs[0].data["text/plain"].startswith("IntSlider")
    assert [cell.id for cell in ran.cells] == [cell.id for cell in nb.cells]
    for check in (python3_kernel, run_once_in_order, no_widget_state, no_execution_times):
        assert not list(check(ran))
    assert os.listdir(tmp_path) == ["lesson.ipynb"]


@pytest.mark.parametrize("source", ["1 / 0", "import warnings; warnings.warn('mend me')"])
def test_run_lessons_saves_nothing_that_failed(tmp_path, source):
    path = tmp_path / "lesson.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(source)]), path)
    before = path.read_bytes()
    result = run_lessons(path)
    assert result.returncode == 1 and "NOT SAVED" in result.stderr and source in result.stderr
    assert path.read_bytes() == before
