"""The grid of pairs on a page without Python: mouse, keys, and as a screen reader reads it."""

from mnist_adder_lib.course.pair_picker import PATTERN, PairPicker


def pairs(page):
    return sorted(page.evaluate("model.traits.pairs"))


def place(page, digit, number):
    return page.get_by_role("button", name=f"{digit} + {number}", exact=True)


def status(page):
    return page.get_by_role("status").inner_text()


def test_a_click_holds_a_pair_out_and_lets_it_in_again(show):
    page = show(PairPicker(pairs=PATTERN))
    assert status(page) == "20 of 100 pairs held out. No pair is left with the sum 0."
    place(page, 0, 0).click()
    assert [0, 0] not in pairs(page)
    assert status(page) == "19 of 100 pairs held out. Every sum still occurs."
    assert place(page, 0, 0).inner_text() == "0"
    place(page, 9, 9).click()
    assert [9, 9] in pairs(page) and place(page, 9, 9).inner_text() == "?"
    assert place(page, 9, 9).get_attribute("aria-pressed") == "true"
    assert status(page) == "20 of 100 pairs held out. No pair is left with the sum 18."


def test_arrows_go_from_pair_to_pair_and_keys_stay_inside(show):
    page = show(PairPicker(pairs=[]))
    place(page, 0, 0).focus()
    for key in ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "Space", "d"]:
        page.keyboard.press(key)
    assert pairs(page) == [[2, 0]]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "pattern"  # one stop for all pairs
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert pairs(page) == []
    assert page.evaluate("outside") == []
    page.keyboard.press("Shift+Enter")  # goes on to the next cell
    assert "Enter" in page.evaluate("outside")


def test_many_at_once(show):
    page = show(PairPicker(pairs=PATTERN))
    page.get_by_role("button", name="None").click()
    assert pairs(page) == [] and status(page).startswith("0 of 100")
    page.get_by_role("button", name="20 at random").click()
    first = pairs(page)
    page.get_by_role("button", name="20 at random").click()
    assert len(first) == len(pairs(page)) == 20 and first != pairs(page)
    page.get_by_role("button", name="Pattern").click()
    assert pairs(page) == PATTERN


def test_the_last_pair_of_a_digit_or_a_number_stays(show):
    for name, last in [("digit", (4, 9)), ("number", (9, 4))]:
        nine = [[4, other] if name == "digit" else [other, 4] for other in range(9)]
        page = show(PairPicker(pairs=nine))
        place(page, *last).click()
        assert pairs(page) == nine
        assert status(page) == f"The {name} 4 needs at least one pair to be learned from."


def test_it_shows_what_python_sets_until_it_is_closed(show):
    page = show(PairPicker(pairs=PATTERN))
    page.evaluate("model.set('pairs', [[1, 2]])")
    assert status(page) == "1 of 100 pairs held out. Every sum still occurs."
    page.evaluate("stop()")
    page.evaluate("model.set('pairs', [])")
    assert status(page).startswith("1 of 100")


def test_what_a_screen_reader_reads(show):
    read = show(PairPicker(pairs=PATTERN)).get_by_role("grid").aria_snapshot()
    assert read.startswith('- grid "Pairs of digit and number, pressed ones are held out"')
    assert read.count("[pressed]") == 20 and read.count("button") == 100
    assert 'columnheader "+ 9"' in read and 'rowheader "9"' in read


def test_pairs_are_large_enough_for_a_finger(show):
    box = place(show(PairPicker(), width=360), 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24
