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
    """A button, which is unfolded if it is folded away."""
    found = page.get_by_role("button", name=name, exact=True)
    if not found.is_visible() and page.locator(".more:not([open])").count():
        page.locator(".more summary").click()
    return found


def test_a_click_hides_a_pair_and_shows_it_again(show):
    page = show(HiddenSums())
    assert status(page) == ("20 of 100 pairs hidden. No pair is left with the total 0. "
                            "So 19 of them can be tested.")
    place(page, 0, 0).click()
    assert [0, 0] not in pairs(page) and place(page, 0, 0).inner_text() == "0"
    assert status(page) == "19 of 100 pairs hidden. Their totals still occur, with other pairs."
    place(page, 9, 8).click()
    place(page, 8, 9).click()
    assert [8, 9] in pairs(page) and place(page, 8, 9).inner_text() == "?"
    assert place(page, 8, 9).get_attribute("aria-pressed") == "true"
    place(page, 1, 1).click()
    assert len(pairs(page)) == 20
    place(page, 9, 9).click()
    assert [9, 9] not in pairs(page)
    assert status(page) == SENTENCES["too_many_hidden"].format(most=HIDDEN_PAIRS["most"])
    assert not button(page, "Train").is_visible()  # without a network that reads


def test_a_pattern_that_nobody_chose_makes_room_for_the_first_press(show):
    page = show(HiddenSums())
    assert status(page, "task") == "Press a pair to hide it, in place of these 20."
    place(page, 9, 9).click()
    assert pairs(page) == [[9, 9]]
    assert status(page, "task") == "Press a pair to hide it, 20 at most."
    button(page, "Undo").click()
    assert pairs(page) == PATTERN
    place(page, 2, 2).hover()
    page.mouse.down()
    for number in (3, 4):
        place(page, 2, number).hover()
    page.mouse.up()
    assert pairs(page) == [[2, 2], [2, 3], [2, 4]]


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
    button(page, "Hide a block of 16").click()
    block = pairs(page)
    place(page, 2, 2).hover()
    page.mouse.down()
    for number in (3, 4):
        place(page, 2, number).hover()
    page.mouse.up()
    across = pairs(page)
    assert len(across) == 19
    button(page, "None").click()
    button(page, "Undo").click()
    assert pairs(page) == across
    place(page, 5, 5).focus()
    for before in (block, [[1, 1]], []):
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
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"  # one stop for all pairs
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
    button(page, "Hide a block of 16").click()
    assert pairs(page) == HIDDEN_PAIRS["block"]
    assert status(page).endswith("with the totals 15, 16, 17, 18. So 6 of them can be tested.")


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
    assert status(page) == "1 of 100 pairs hidden. The total 3 still occurs, with other pairs."
    page.evaluate("stop()")
    page.evaluate("model.set('pairs', [])")
    assert status(page).startswith("1 of 100")


def test_what_a_screen_reader_reads(show):
    read = show(HiddenSums()).get_by_role("grid").aria_snapshot()
    assert read.startswith('- grid "Pairs of digit and number"')
    assert read.count("[pressed]") == 20 and read.count("button") == 100
    assert 'columnheader "+ 9"' in read and 'rowheader "9"' in read


@pytest.fixture
def with_reader(show, data):
    """A function that shows the widget with a network that reads."""

    def with_reader(width=800, **traits):
        widget = HiddenSums(**traits)
        widget.data = data
        return show(widget, width=width)

    return with_reader


def train(page, name="Train"):
    button(page, name).click()
    page.locator(".next button").filter(has_text="Stop").wait_for(state="detached")


def rows(page):
    """What each kind of training came to: its name, adders, sums asked, sums found, the verdict."""
    return page.locator(".runs tbody tr").evaluate_all("""all => all.map((row) =>
        [row.cells[0].innerText.split("\\n")[0].trim(),
         ...[...row.cells].slice(1).map((cell) => cell.innerText)])""")


def middle(page, selector):
    """Where the middle of an element is, from the top of the window."""
    return page.locator(selector).evaluate(
        "e => { const box = e.getBoundingClientRect(); return box.top + box.height / 2; }")


def test_guess_train_look_and_try_another_adder(with_reader):
    page = with_reader()
    digit, number = map(int, page.inner_text(".guess b").split(" + "))
    page.get_by_role("radio", name="13").check()
    train(page)
    said = place(page, digit, number).inner_text()
    assert status(page, "guessed").startswith(f"You guessed 13 for {digit} + {number}, ")
    assert re.match(r"It knows (all|7\d of the) 80 sums it was shown, but", status(page, "ending"))
    assert not page.locator(".of-title").count()  # there is no network above
    place(page, 4, 3).focus()
    page.keyboard.press("Enter")
    assert pairs(page) == PATTERN  # nothing is hidden or shown any more
    assert re.match(r"4 \+ 3, hidden: \d+ of 99 new images of a 4 give \d+", status(page))
    name = place(page, 4, 3).get_attribute("aria-label")
    assert name.startswith("4 + 3, hidden, 0") and place(page, 4, 3).inner_text() != "7"
    assert place(page, 4, 2).inner_text() == "6"
    page.locator(".more summary").click()
    page.get_by_role("radio", name="with addition built in").check()
    assert place(page, 4, 3).inner_text() == "?"
    train(page)
    assert place(page, 4, 3).inner_text() == "7"
    assert [row[0] for row in rows(page)] == ["As usual", "Addition built in"]
    page.get_by_role("radio", name="Show run 1").check()
    assert place(page, digit, number).inner_text() == said and pairs(page) == PATTERN


def test_training_is_stopped_and_goes_on(with_reader):
    page = with_reader(pairs=[[1, 2], [3, 4], [5, 6]])
    train(page)
    button(page, "Keep training").click()
    page.wait_for_function("document.querySelector('svg.chart text.seen')")
    button(page, "Stop").click()
    page.locator(".ending").filter(has_text="Stopped after").wait_for()
    stopped = status(page, "ending")
    let_it_work(page)
    assert status(page, "ending") == stopped
    train(page, "Keep training")  # which leads on
    assert status(page, "ending").startswith("After 6,400 steps, it knows ")
    page.locator(".more summary").click()
    button(page, "Hide other pairs").click()
    place(page, 0, 1).click()
    assert [0, 1] in pairs(page)


def test_other_pairs_stop_a_training(with_reader):
    page = with_reader(pairs=[[7, 5]])
    button(page, "Train").dblclick()
    page.locator(".next button").filter(has_text="Stop").wait_for()
    page.evaluate("model.set('pairs', [[1, 2], [7, 5]])")
    page.locator(".next button").filter(has_text="Train").wait_for()
    assert not page.locator(".ending").count() and place(page, 7, 5).inner_text() == "?"


@pytest.mark.parametrize("width, height", [(360, 740), (1366, 768)])
def test_nothing_moves_when_answers_come_and_they_come_where_one_looks(with_reader, width, height):
    page = with_reader(width=width, pairs=[[1, 2], [3, 4], [4, 9], [5, 6]])
    page.set_viewport_size({"width": width, "height": height})
    parts = [".grid", ".below"]
    before = [middle(page, part) for part in parts]
    train(page)
    page.evaluate("scrollTo(0, 0)")
    assert [middle(page, part) for part in parts] == pytest.approx(before, abs=1)
    for part in [".grid", ".ending"]:
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
        page.locator(".below").filter(has_text=f"{digit} + 5: ").wait_for()
        box, screen = page.locator(".below").bounding_box(), page.viewport_size["height"]
        assert 0 <= box["y"] and box["y"] + box["height"] <= screen + 1
        covered = place(page, digit, 5).bounding_box()
        assert covered["y"] + covered["height"] <= box["y"] + 1  # not what one has pressed


def test_where_webassembly_is_blocked_it_says_so(with_reader):
    page = with_reader()
    page.evaluate("""() => {
        WebAssembly.instantiate = () => Promise.reject(Error("blocked"));
    }""")
    button(page, "Train").click()
    page.locator(".failure").filter(has_text="WebAssembly is missing or blocked").wait_for()
    assert button(page, "Train").is_visible() and place(page, 4, 3).inner_text() == "?"
    assert rows(page) == []
