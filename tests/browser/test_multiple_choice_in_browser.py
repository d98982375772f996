"""Questions on a page without Python: by mouse, by keys, and as a screen reader reads them."""

from mnist_adder_course.exercises.questions import MultipleChoice
from mnist_adder_course.lessons import data_generation
from mnist_adder_course.lessons.start_here import guesses

QUESTION = guesses.questions["parameters"]
OPTIONS = [option.text for option in QUESTION.options]
RECALLED = data_generation.guesses.recalled
CHOSEN = "window.model.traits.chosen"


def test_what_a_screen_reader_reads(show):
    page = show(guesses.ask("parameters").widget)
    group = page.get_by_role("group", name=f"Your guess. {QUESTION.text}", exact=True)
    assert [line for line in group.aria_snapshot().splitlines() if "radio" in line] == [
        f"  - radio \"{text}\"" for text in OPTIONS
    ]


def test_mouse_and_arrows_choose_and_keys_stay_inside(show):
    page = show(guesses.ask("parameters").widget)
    assert page.evaluate(CHOSEN) == [-1]
    page.get_by_text(OPTIONS[2]).click()
    assert page.evaluate(CHOSEN) == [2]
    for key, place in [("ArrowDown", 3), ("ArrowUp", 2), ("ArrowLeft", 1), ("Enter", 1), ("d", 1)]:
        page.keyboard.press(key)
        assert page.evaluate(CHOSEN) == [place]
    assert page.evaluate("outside") == []
    page.keyboard.press("Shift+Enter")
    assert "Enter" in page.evaluate("outside")
    for key in ("Tab", "Shift+Tab"):  # one stop for all of them
        page.get_by_role("radio").nth(1).focus()
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.type") != "radio"


def test_an_answer_is_judged_at_once_with_its_reason_and_a_link(show):
    page = show(MultipleChoice(RECALLED))
    for n, one in enumerate(RECALLED):
        group = page.get_by_role("group", name=one.text.replace("`", ""), exact=True)
        verdict = group.get_by_role("status")
        assert verdict.inner_text() == ""
        for option in one.options:
            button = group.get_by_role("button", name=option.text.replace("`", ""), exact=True)
            button.click()
            expected = one.reply(option).replace("`", "")
            assert verdict.inner_text() == f"{expected} Look again: {one.place}."
            assert group.locator("[aria-pressed=true]").all_inner_texts() == [
                button.inner_text()]
            assert page.evaluate(CHOSEN)[n] == one.options.index(option)
        link = group.get_by_role("link")
        assert link.get_attribute("href") == one.link


def test_keys_pass_over_answers_without_choosing_and_stay_inside(show):
    page = show(MultipleChoice(RECALLED))
    page.get_by_role("button").first.focus()
    for key in ("Tab", "Tab", "ArrowDown", "d"):
        page.keyboard.press(key)
    assert page.evaluate(CHOSEN) == [-1] * len(RECALLED) and page.evaluate("outside") == []
    page.keyboard.press("Enter")
    assert page.evaluate(CHOSEN) == [2] + [-1] * (len(RECALLED) - 1)
    page.keyboard.press("Shift+Enter")
    assert "Enter" in page.evaluate("outside")


def test_a_link_arrives_at_its_section_when_the_notebook_is_drawn(show):
    """JupyterLab opens only links that Markdown made, so it follows the one in the folded answers,
    and it opens a notebook at its top, before its headings are there."""
    page = show(MultipleChoice(RECALLED))
    page.evaluate("""([link, section]) => {
        document.head.innerHTML += '<base href="http://127.0.0.1/">';
        const details = document.body.appendChild(document.createElement("details"));
        details.innerHTML = `<a href="elsewhere/${link}">there</a>`;
        details.firstChild.addEventListener("click", (event) => {
            event.preventDefault();
            setTimeout(() => {
                const notebook = document.body.appendChild(document.createElement("div"));
                const far = '<p style="height: 5000px"></p>';
                notebook.innerHTML = `${far}<h2>Here</h2>${far}`;
                notebook.children[1].dataset.jupyterId = section;
            }, 500);
        });
    }""", [RECALLED[0].link, RECALLED[0].link.partition("#")[2]])
    page.get_by_role("button").first.click()
    page.get_by_role("link", name="Look again").click()
    page.wait_for_function("""() => {
        const top = document.querySelector("h2[data-jupyter-id]")?.getBoundingClientRect().top;
        return Math.abs(top) < innerHeight / 3;
    }""")
