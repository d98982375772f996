"""The grid of pairs on a page without Python: mouse, keys, touch, training."""

import re

import pytest
from lab import let_it_work

from mnist_adder_lib import load_pretrained
from mnist_adder_lib.course.widgets.hidden_sums import PATTERN, HiddenSums, adder_data


@pytest.fixture(scope="module")
def data():
    return adder_data(load_pretrained())


def pairs(page):
    return sorted(page.evaluate("model.traits.pairs"))


def place(page, digit, number):
    return page.locator(f"[data-at='{digit},{number}']")


def status(page, name="chosen"):
    return page.locator(f".{name}").inner_text()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_click_hides_a_pair_and_shows_it_again(show):
    page = show(HiddenSums())
    assert status(page) == "20 of 100 pairs hidden. No pair is left with the sum 0."
    place(page, 9, 9).click()
    assert pairs(page) == PATTERN and status(page) == "At most 20 pairs can be hidden."
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


def test_a_finger_hides_pairs_in_any_direction_and_beside_them_it_scrolls(show):
    page = show(HiddenSums(pairs=[]), width=360)
    page.set_viewport_size({"width": 360, "height": 400})
    box = place(page, 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24
    place(page, 9, 9).tap()
    assert pairs(page) == [[9, 9]]

    def draw(start, end):
        boxes = [start.bounding_box(), end.bounding_box()]
        (x, y), (to_x, to_y) = [(box["x"] + 9, box["y"] + 9) for box in boxes]
        path = [dict(x=x + (to_x - x) * n / 20, y=y + (to_y - y) * n / 20) for n in range(21)]
        events = [("touchStart", path[0]), *[("touchMove", one) for one in path], ("touchEnd",)]
        finger = page.context.new_cdp_session(page)
        for kind, *at in events:
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    page.evaluate("scrollTo(0, 0)")
    for end, expected in ((0, [[2, 0], [3, 0], [4, 0]]), (2, [[2, 0], [3, 1], [4, 2]])):
        page.evaluate("model.set('pairs', [])")
        draw(place(page, 2, 0), place(page, 4, end))
        assert pairs(page) == expected and page.evaluate("scrollY") == 0
    draw(page.get_by_role("rowheader", name="4"), page.get_by_role("rowheader", name="0"))
    page.wait_for_function("scrollY > 20")
    assert pairs(page) == expected


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
    assert page.evaluate("document.activeElement.value") == "pattern"  # one stop for all pairs
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
    button(page, "Pattern").click()
    assert pairs(page) == PATTERN


def test_the_last_pair_of_a_digit_or_a_number_stays(show):
    for name, last in [("digit", (4, 9)), ("number", (9, 4))]:
        nine = [[4, other] if name == "digit" else [other, 4] for other in range(9)]
        page = show(HiddenSums(pairs=nine))
        place(page, *last).click()
        assert pairs(page) == nine
        assert status(page) == f"The {name} 4 needs at least one pair to be learned from."


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


def test_train_look_and_try_another_adder(show, data):
    widget = HiddenSums(lesson="10.html")
    widget.data = data
    page = show(widget)
    assert not page.get_by_role("link", name="Why?").is_visible()
    button(page, "Train").dblclick()
    page.locator(".reached").filter(has_text="After 400 steps").wait_for()
    seen, hidden = map(float, re.findall(r"([\d.]+)%", status(page, "reached")))
    assert seen >= 97 and hidden <= 5
    assert page.get_by_role("link", name="Why?").get_attribute("href") == "10.html"
    place(page, 4, 3).focus()
    page.keyboard.press("Enter")
    assert pairs(page) == PATTERN  # nothing is hidden or shown any more
    assert re.match(r"4 \+ 3, hidden: to 99 new images of a 4 it says \d+ \(", status(page, "says"))
    name = place(page, 4, 3).get_attribute("aria-label")
    assert name.startswith("4 + 3, hidden, 0") and place(page, 4, 3).inner_text() != "7"
    assert place(page, 4, 2).inner_text() == "6"
    mean = page.evaluate("""() => { const { embeddings, scale, digits } = model.traits.data;
        const bytes = Uint8Array.from(atob(embeddings), (c) => c.charCodeAt(0));
        const four = digits.indexOf('4');
        return [...bytes.slice(20 * four, 20 * four + 20)].map((byte) => byte * scale); }""")
    page.evaluate("asked => model.set('asked', asked)", dict(embedding=mean, digit=4, number=3))
    assert re.match(r"I see a 4, but I say 4 \+ 3 = \d+\. That is wrong: it is 7\. "
                    r"4 \+ 3 was hidden from me\.", status(page, "says"))
    page.get_by_role("radio", name="shift").check()
    assert place(page, 4, 3).inner_text() == "?" and status(page, "says") == ""
    assert page.evaluate("model.traits.answer") == "shift"
    assert page.get_by_role("radio", name="a label").is_disabled()
    button(page, "Train").click()
    page.locator(".reached").filter(has_text="After 400 steps").wait_for()
    assert place(page, 4, 3).inner_text() == "7"
    assert status(page, "says").startswith("I see a 4. 4 + 3 = 7.")  # the drawing is still there


def test_long_training_can_be_stopped_and_the_page_stays_alive(show, data):
    widget = HiddenSums(pairs=[[1, 2], [3, 4], [5, 6]])
    widget.data = data
    page = show(widget)
    assert not button(page, "Keep training, and let weights fade").is_visible()
    button(page, "Train").click()
    button(page, "Keep training, and let weights fade").click()  # once the adder is trained
    page.locator(".reached").filter(has_text=re.compile(r"Step [4-9]\d\d")).wait_for()
    assert page.locator(".hidden-sums svg").get_attribute("aria-label").startswith("Sums right")
    assert page.locator("[name^=answer]").first.is_disabled()
    button(page, "None").click(force=True)
    assert len(pairs(page)) == 3 and button(page, "None").is_disabled()
    button(page, "Stop").click()
    page.locator(".reached").filter(has_text="After").wait_for()
    stopped = status(page, "reached")
    let_it_work(page)
    assert status(page, "reached") == stopped and button(page, "Train").is_visible()
    button(page, "Hide other pairs").click()
    place(page, 0, 1).click()
    assert [0, 1] in pairs(page)


def test_where_webassembly_is_blocked_it_says_so(show, data):
    widget = HiddenSums()
    widget.data = data
    page = show(widget)
    page.evaluate("""() => {
        WebAssembly.instantiate = () => Promise.reject(Error("blocked"));
    }""")
    button(page, "Train").click()
    page.locator(".reached").filter(has_text="WebAssembly is missing or blocked").wait_for()
    assert button(page, "Train").is_visible() and place(page, 4, 3).inner_text() == "?"
