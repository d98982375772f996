"""The grid of pairs on a page without Python: mouse, keys, touch, training."""

import re

import pytest
from lab import let_it_work

from mnist_adder_course.widgets.hidden_sums import PATTERN, HiddenSums, adder_data
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.shared import HIDDEN_PAIRS, SENTENCES


@pytest.fixture(scope="module")
def data():
    return adder_data(load_pretrained())


def pairs(page):
    return sorted(page.evaluate("model.traits.pairs"))


def place(page, digit, number):
    return page.locator(f"[data-at='{digit},{number}']")


def status(page, name="below"):
    return page.locator(f".{name}").inner_text()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_click_hides_a_pair_and_shows_it_again(show):
    page = show(HiddenSums())
    assert status(page) == ("20 of 100 pairs hidden. No pair is left with the sum 0. "
                            "So 19 of them can be tested.")
    place(page, 9, 9).click()
    assert pairs(page) == PATTERN
    assert status(page) == SENTENCES["too_many_hidden"].format(most=HIDDEN_PAIRS["most"])
    place(page, 0, 0).click()
    assert [0, 0] not in pairs(page) and place(page, 0, 0).inner_text() == "0"
    assert status(page) == "19 of 100 pairs hidden. Every sum still occurs."
    place(page, 9, 9).click()
    assert [9, 9] in pairs(page) and place(page, 9, 9).inner_text() == "?"
    assert place(page, 9, 9).get_attribute("aria-pressed") == "true"
    assert not button(page, "Train").is_visible()  # without a network that reads


def test_one_draws_across_pairs(show):
    page = show(HiddenSums(pairs=[[2, 4]]))
    for wanted in ([[2, 2], [2, 3], [2, 4], [2, 5]], []):
        place(page, 2, 2).hover()
        page.mouse.down()
        for number in (3, 4, 5):
            place(page, 2, number).hover()
        page.mouse.up()
        assert pairs(page) == wanted


def swipe(page, start, end, rest=False):
    """Move a finger from the middle of one element to that of another; it may rest there first,
    until the pair below it is hidden."""
    boxes = [start.bounding_box(), end.bounding_box()]
    (x, y), (to_x, to_y) = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
                            for box in boxes]
    path = [dict(x=x + (to_x - x) * n / 20, y=y + (to_y - y) * n / 20) for n in range(21)]
    finger = page.context.new_cdp_session(page)

    def send(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", path[0])
    if rest:
        start.and_(page.locator("[aria-pressed=true]")).wait_for()
    for point in path[1:]:
        send("touchMove", point)
    send("touchEnd")


@pytest.fixture
def phone(show):
    """A function that shows the table where it is higher than the screen."""

    def phone(**traits):
        page = show(HiddenSums(**traits), width=360)
        page.set_viewport_size({"width": 360, "height": 400})
        page.evaluate("scrollTo(0, 0)")
        return page

    return phone


def test_a_finger_that_moves_on_the_table_scrolls_and_hides_nothing(phone):
    page = phone(pairs=[])
    box = place(page, 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24
    swipe(page, place(page, 7, 4), place(page, 1, 4))
    page.wait_for_function("scrollY > 50")
    assert pairs(page) == []
    place(page, 9, 9).tap()
    assert pairs(page) == [[9, 9]]
    place(page, 9, 9).tap()
    assert pairs(page) == []


def test_a_finger_that_has_rested_hides_pairs_and_scrolls_nothing(phone):
    page = phone(pairs=[])
    for end, expected in ((0, [[2, 0], [3, 0], [4, 0]]), (2, [[2, 0], [3, 1], [4, 2]])):
        swipe(page, place(page, 2, 0), place(page, 4, end), rest=True)
        assert pairs(page) == expected and page.evaluate("scrollY") == 0
        button(page, "Undo").click()  # all of it at once
        assert pairs(page) == []
        page.evaluate("scrollTo(0, 0)")


def test_hiding_is_undone_by_a_button_and_by_ctrl_z_and_the_notebook_hears_nothing(show):
    page = show(HiddenSums(pairs=[]))
    assert button(page, "Undo").is_disabled()
    place(page, 1, 1).click()
    button(page, "One in each row").click()
    rows = pairs(page)
    place(page, 2, 2).hover()
    page.mouse.down()
    for number in (3, 4):
        place(page, 2, number).hover()
    page.mouse.up()
    across = pairs(page)
    assert len(across) == 13
    button(page, "None").click()
    button(page, "Undo").click()
    assert pairs(page) == across
    place(page, 5, 5).focus()
    for before in (rows, [[1, 1]], []):
        page.keyboard.press("Control+z")
        assert pairs(page) == before
    assert button(page, "Undo").is_disabled() and "z" not in page.evaluate("outside")


def test_arrows_go_from_pair_to_pair_and_keys_stay_inside(show):
    page = show(HiddenSums(pairs=[]))
    place(page, 4, 4).focus()
    for key, at in [("Home", "4,0"), ("Control+End", "9,9"), ("ArrowUp", "8,9"), ("End", "8,9"),
                    ("Control+Home", "0,0")]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.at") == at
    for key in ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "Space", "d"]:
        page.keyboard.press(key)
    assert pairs(page) == [[2, 0]]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "undo"  # one stop for all pairs
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert pairs(page) == []
    assert set(page.evaluate("outside")) <= {"Control", "Home", "End"}
    page.keyboard.press("Shift+Enter")  # goes on to the next cell
    assert "Enter" in page.evaluate("outside")


def test_many_at_once(show):
    page = show(HiddenSums())
    button(page, "None").click()
    assert pairs(page) == [] and status(page).startswith("0 of 100")
    button(page, "10 at random").click()
    first = pairs(page)
    button(page, "10 at random").click()
    assert len(first) == len(pairs(page)) == 10 and first != pairs(page)
    assert status(page) == "10 of 100 pairs hidden. Every sum still occurs."
    button(page, "Pattern of 20").click()
    assert pairs(page) == PATTERN
    button(page, "One in each row").click()
    assert [digit for digit, _ in pairs(page)] == list(range(10))


def test_the_last_pair_of_a_digit_or_a_number_stays(show):
    for name, last in [("digit", (4, 9)), ("number", (9, 4))]:
        nine = [[4, other] if name == "digit" else [other, 4] for other in range(9)]
        page = show(HiddenSums(pairs=nine))
        place(page, *last).click()
        assert pairs(page) == nine
        assert status(page) == SENTENCES["last_pair"].format(name=name, one=4)


def test_it_shows_what_python_sets_until_it_is_closed(show):
    page = show(HiddenSums())
    page.evaluate("model.set('pairs', [[1, 2]])")
    assert status(page) == "1 of 100 pairs hidden. Every sum still occurs."
    page.evaluate("stop()")
    page.evaluate("model.set('pairs', [])")
    assert status(page).startswith("1 of 100")


def test_what_a_screen_reader_reads(show):
    read = show(HiddenSums()).get_by_role("grid").aria_snapshot()
    assert read.startswith('- grid "Pairs of digit and number"')
    assert read.count("[pressed]") == 20 and read.count("button") == 100
    assert 'columnheader "+ 9"' in read and 'rowheader "9"' in read


@pytest.fixture
def trained(show, data):
    """A function that shows the widget with a network that reads, and trains an adder."""

    def trained(width=800, **traits):
        widget = HiddenSums(**traits)
        widget.data = data
        page = show(widget, width=width)
        button(page, "Train").click()
        reaches(page, 400)
        return page

    return trained


def reaches(page, steps):
    page.locator(".reached").filter(has_text=f"After {steps:,} steps").wait_for()


def more(page, name):
    """Press a button that is folded away."""
    if not button(page, name).is_visible():
        page.locator(".more summary").click()
    button(page, name).click()


def rows(page):
    """What each kind of training came to: its name, adders, sums asked, sums found, the verdict."""
    return page.locator(".runs tbody tr").evaluate_all("""all => all.map((row) =>
        [row.cells[0].innerText.split("\\n")[0].trim(),
         ...[...row.cells].slice(1).map((cell) => cell.innerText)])""")


def middle(page, selector):
    """Where the middle of an element is, from the top of the window."""
    return page.locator(selector).evaluate(
        "e => { const box = e.getBoundingClientRect(); return box.top + box.height / 2; }")


def test_train_look_and_try_another_adder(show, data):
    widget = HiddenSums()
    widget.data = data
    page = show(widget)
    button(page, "Train").dblclick()
    reaches(page, 400)
    seen, hidden = map(float, re.findall(r"([\d.]+)%", status(page, "reached")))
    assert seen >= 97 and hidden <= 5
    place(page, 4, 3).focus()
    page.keyboard.press("Enter")
    assert pairs(page) == PATTERN  # nothing is hidden or shown any more
    assert re.match(r"4 \+ 3, hidden: for 99 new images of a 4, it says \d+ \(", status(page))
    name = place(page, 4, 3).get_attribute("aria-label")
    assert name.startswith("4 + 3, hidden, 0") and place(page, 4, 3).inner_text() != "7"
    assert place(page, 4, 2).inner_text() == "6"
    assert page.locator(".settings").is_hidden()  # until one has seen how far the first kind gets
    page.evaluate("model.set('answer', 'shift')")
    assert place(page, 4, 3).inner_text() == "?"
    page.locator(".settings summary").click()
    assert page.get_by_role("radio", name="shift").is_checked()
    assert page.get_by_role("radio", name="a label").is_disabled()
    button(page, "Train").click()
    reaches(page, 400)
    assert place(page, 4, 3).inner_text() == "7"


def test_long_training_can_be_stopped_and_the_page_stays_alive(trained):
    page = trained(pairs=[[1, 2], [3, 4], [5, 6]])
    button(page, "Keep training").click()
    page.locator(".reached").filter(has_text=re.compile(r"Step (4[1-9]|[5-9]\d)\d")).wait_for()
    assert page.locator("svg.chart").get_attribute("aria-label").startswith("Images ans")
    assert len(pairs(page)) == 3 and not button(page, "None").is_visible()
    button(page, "Stop").click()
    page.locator(".reached").filter(has_text="After").wait_for()
    stopped = status(page, "reached")
    let_it_work(page)
    assert status(page, "reached") == stopped
    assert status(page, "ending").startswith("Stopped after ")
    assert rows(page) == [["As usual", "1", "3", "0", "too few to say"],
                          ["As usual, trained on", "0", "0", "0", "too few to say"]]
    assert page.locator(".settings").is_visible()  # now other kinds make sense
    more(page, "Hide other pairs")
    place(page, 0, 1).click()
    assert [0, 1] in pairs(page)


def test_keep_training_says_what_it_changes_and_its_decay_can_be_taken_away(trained):
    page = trained(pairs=[[7, 5], [3, 4]])
    assert status(page, "ending").endswith(
        "none of the 2 that nobody showed it: it has learned them by heart.")
    assert "0.9% off every weight" in status(page, "caption")
    assert not page.get_by_role("slider").count()  # before anybody has kept training
    page.locator(".more summary").click()
    button(page, "Keep training").click()
    reaches(page, 6400)
    assert re.match(r"It finds (both|1 of the 2) hidden sums, ", status(page, "ending"))
    page.get_by_role("slider", name="Weight decay").fill("0")
    more_steps = page.locator(".more button[value=long]")
    more_steps.click()
    reaches(page, 12_400)
    assert [row[:3] for row in rows(page)] == [["As usual", "1", "2"],
                                               ["As usual, trained on", "1", "2"]]
    button(page, "Hide a block of 16").click()
    assert len(pairs(page)) == 16 and page.evaluate("document.activeElement.dataset.at") == "6,6"


def test_other_pairs_end_a_training_and_its_result_stays_with_the_old_ones(trained):
    page = trained(pairs=[[7, 5]])
    more(page, "Keep training")
    page.locator(".reached").filter(has_text=re.compile(r"Step (4[1-9]|[5-9]\d)\d")).wait_for()
    page.evaluate("model.set('pairs', [[1, 2], [7, 5]])")
    button(page, "Train").wait_for()
    assert status(page, "ending") == "" and place(page, 7, 5).inner_text() == "?"
    assert rows(page)[1][1:] == ["0", "0", "0", "too few to say"]


def test_another_kind_is_trained_where_it_is_chosen(trained):
    page = trained(width=360, pairs=[[7, 5]])
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("model.set('answer', 'number')")
    page.locator(".settings summary").click()
    page.get_by_role("radio", name="a quantity").check()
    train = button(page, "Train this kind")
    train.scroll_into_view_if_needed()
    train.click()
    reaches(page, 1000)
    box = page.locator(".grid").bounding_box()  # what fills is in view
    assert 0 <= box["y"] and box["y"] + box["height"] <= 740
    assert not train.is_visible()


def test_runs_are_kept_compared_and_returned_to(trained):
    page = trained(pairs=[[1, 2], [3, 4], [5, 6]])
    table = page.get_by_role("grid").inner_text()
    more(page, "Hide other pairs")
    button(page, "None").click()
    page.evaluate("model.set('answer', 'number')")
    page.locator(".settings summary").click()
    page.get_by_role("radio", name="a quantity").check()
    button(page, "Train").click()
    reaches(page, 1000)
    assert rows(page) == [["As usual", "1", "3", "0", "too few to say"],
                          ["One number, from a quantity", "0", "0", "0", "too few to say"]]
    assert page.locator("svg.chart polyline").count() == 2  # seen of this one, hidden of the other
    page.get_by_role("radio", name="Show run 1").check()
    assert page.get_by_role("grid").inner_text() == table
    assert pairs(page) == [[1, 2], [3, 4], [5, 6]]
    assert page.get_by_role("radio", name="a label").is_checked()  # the kinds stay, once they came
    assert page.evaluate("model.traits.answer") == "classes"
    reaches(page, 400)
    more(page, "Train a new one")  # the same once more: another run, from another seed
    page.get_by_role("radio", name="Show run 3", checked=True).wait_for()
    reaches(page, 400)
    assert rows(page)[0][1:3] == ["2", "6"]


def test_a_guess_is_shown_beside_what_the_adder_said(show, data):
    widget = HiddenSums(pairs=[[1, 2], [3, 4], [4, 9], [5, 6]])
    widget.data = data
    page = show(widget)
    page.get_by_role("textbox", name="What will it say to 3 + 4, which it never saw?").wait_for()
    place(page, 4, 9).click()
    place(page, 4, 9).click()  # hidden last: that is what is asked
    field = page.get_by_role("textbox", name="What will it say to 4 + 9, which it never saw?")
    field.fill("thirteen")
    field.press("Enter")
    assert status(page, "guess > .guessed").startswith("A sum is a whole number from 0 to 18.")
    field.fill("13")
    field.press("Enter")
    assert status(page, "guess > .guessed") == "Your guess: 13." and field.input_value() == ""
    assert not page.locator(".bars").is_visible()  # of one guess
    field.fill("13, 9 10")  # a whole class
    button(page, "Add guess").click()
    assert status(page, "guess > .guessed") == "4 guesses."
    bars = page.locator(".bars")
    assert bars.get_attribute("aria-label").endswith("9: 1, 10: 1, 13: 2")
    assert not bars.locator(".said").count()  # nobody knows yet
    button(page, "Train").click()
    reaches(page, 400)
    said = bars.locator(".said span").inner_text()
    assert said == place(page, 4, 9).inner_text()
    assert status(page, "guess > .guessed").startswith(f"It says 4 + 9 = {said}. ")
    assert re.match(r"It knows (all|9\d of the) 96 sums it was shown", status(page, "ending"))
    assert page.locator(".next button:focus").inner_text() == "Keep training"  # leads on
    more(page, "Hide other pairs")
    assert status(page, "guess > .guessed") == ""  # another run, another guess


@pytest.mark.parametrize("width, height", [(360, 740), (1366, 768)])
def test_nothing_moves_when_answers_come_and_they_come_where_one_looks(
        show, data, width, height):
    widget = HiddenSums(pairs=[[1, 2], [3, 4], [4, 9], [5, 6]])
    widget.data = data
    page = show(widget, width=width)
    page.set_viewport_size({"width": width, "height": height})
    parts = [".grid", ".below"]
    before = [middle(page, part) for part in parts]
    for part in [".grid", ".next"]:  # what is pressed, and what fills then: on one screen
        box = page.locator(part).bounding_box()
        assert 0 <= box["y"] and box["y"] + box["height"] <= height
    button(page, "Train").click()
    reaches(page, 400)
    page.evaluate("scrollTo(0, 0)")
    assert [middle(page, part) for part in parts] == pytest.approx(before, abs=1)
    for part in [".grid", ".ending", ".next button"]:
        box = page.locator(part).bounding_box()
        assert 0 <= box["y"] and box["y"] + box["height"] <= height
    for digit, top in [(9, 0), (0, 0), (4, 0), (0, "below")]:
        if top == "below":  # the first row of the table is at the lower edge of the screen
            page.set_viewport_size({"width": width, "height": 400})
            page.evaluate("""() => {
                document.body.style.paddingTop = "400px";
                document.querySelector("[data-at='0,5']").scrollIntoView({ block: "end" });
                scrollBy(0, 120);
            }""")
        place(page, digit, 5).click()
        page.locator(".below").filter(has_text=f"{digit} + 5: for").wait_for()
        box, screen = page.locator(".below").bounding_box(), page.viewport_size["height"]
        assert 0 <= box["y"] and box["y"] + box["height"] <= screen + 1
        covered = place(page, digit, 5).bounding_box()
        assert covered["y"] + covered["height"] <= box["y"] + 1  # not what one has pressed


def test_where_webassembly_is_blocked_it_says_so(show, data):
    widget = HiddenSums()
    widget.data = data
    page = show(widget)
    page.evaluate("""() => {
        WebAssembly.instantiate = () => Promise.reject(Error("blocked"));
    }""")
    button(page, "Train").click()
    page.locator(".failure").filter(has_text="WebAssembly is missing or blocked").wait_for()
    assert button(page, "Train").is_visible() and place(page, 4, 3).inner_text() == "?"
    assert rows(page) == []
