"""A guess on a page without Python: by mouse, by keys, and as a screen reader reads it."""

from mnist_adder_lib.course.lessons.start_here import guesses

QUESTION = guesses.questions["parameters"]
OPTIONS = [option.text for option in QUESTION.options]
CHOSEN = "window.model.traits.chosen"


def test_what_a_screen_reader_reads(show):
    page = show(guesses.ask("parameters").widget)
    group = page.get_by_role("group", name=f"Your guess. {QUESTION.text}", exact=True)
    assert [line for line in group.aria_snapshot().splitlines() if "radio" in line] == [
        f"  - radio \"{text}\"" for text in OPTIONS
    ]


def test_mouse_and_arrows_choose_and_keys_stay_inside(show):
    page = show(guesses.ask("parameters").widget)
    assert page.evaluate(CHOSEN) is None
    page.get_by_text(OPTIONS[2]).click()
    assert page.evaluate(CHOSEN) == 2
    for key, place in [("ArrowDown", 3), ("ArrowUp", 2), ("ArrowLeft", 1), ("Enter", 1), ("d", 1)]:
        page.keyboard.press(key)
        assert page.evaluate(CHOSEN) == place
    assert page.evaluate("outside") == []
    page.keyboard.press("Shift+Enter")
    assert "Enter" in page.evaluate("outside")
    for key in ("Tab", "Shift+Tab"):  # one stop for all of them
        page.get_by_role("radio").nth(1).focus()
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.type") != "radio"


def test_circles_are_level_with_their_text(show):
    for label in show(guesses.ask("parameters").widget).locator("label").all():
        off = label.evaluate("""label => {
            const range = document.createRange();
            range.selectNodeContents(label.querySelector("span"));
            const text = range.getClientRects()[0];
            const circle = label.querySelector("input").getBoundingClientRect();
            return text.top + text.height / 2 - circle.top - circle.height / 2;
        }""")
        assert abs(off) <= 1
        assert label.bounding_box()["height"] >= 24  # large enough for a finger
