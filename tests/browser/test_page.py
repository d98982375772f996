"""The page on which one tries the network: up to date, small, and of one mind."""

import json
import re

import pytest
from alike import alike
from lab import DIGITS, MOVED, draw, let_it_work
from PIL import Image

from mnist_adder_lib.shared import SENTENCES
from tools.publishing import build_page
from tools.publishing.address import PLACEHOLDER

ADDRESS = "https://github.com/someone/course"
SURE = "bars => Math.max(...bars.map((bar) => Number(bar.style.getPropertyValue('--share'))))"
LICENCE = "https://creativecommons.org/licenses/by-sa/3.0/"


@pytest.mark.stored
def test_the_page_is_up_to_date_and_small():
    page = build_page.PAGE.read_text("utf-8")
    now, stored = (json.loads(build_page.DATA.search(one)[0]) for one in (build_page.page(), page))
    alike(now, stored, "run python tools/publishing/build_page.py: data")
    assert f"on {build_page.TRAINING_IMAGES:,} handwritten digits" in " ".join(page.split())
    assert len(page.encode()) < 1_800_000  # half of it are images: to train on, to compare with


@pytest.fixture
def links_of(open_page, tmp_path):
    """A function that opens a page and returns where its links lead, and whether it says where
    the course is."""
    opened, file = open_page(), tmp_path / "page.html"

    def links_of(page):
        file.write_text(page, "utf-8")
        opened.goto(file.as_uri())
        links = opened.locator("a[href]").evaluate_all(
            "all => all.map((link) => link.getAttribute('href'))")
        return [link for link in links if link != LICENCE], opened.is_visible("#where")

    yield links_of
    opened.close()


def names(links, ending):
    """The files that links to lessons name."""
    return [link.rpartition("/")[2] for link in links if link.endswith(ending)]


def test_without_an_address_there_are_no_links_but_where_the_course_is(links_of):
    page = build_page.page(PLACEHOLDER)
    assert links_of(page) == ([], True)
    assert "<code>docs/try/index.html</code>" in page and build_page.PAGE.is_file()


def test_with_an_address_all_links_are_absolute_and_lead_to_lessons(links_of):
    links, is_said = links_of(build_page.page(ADDRESS))
    assert all(link.startswith("https://someone.github.io/course/") for link in links)
    lessons = names(links, ".html")
    assert len(lessons) >= 9 and not is_said
    for lesson in set(lessons) - {"index.html"}:
        assert (build_page.ROOT / "notebooks" / lesson.replace("html", "ipynb")).is_file()
    elsewhere, _ = links_of(build_page.page("https://gitlab.com/someone/course"))
    assert all(link.startswith("https://gitlab.com/someone/course") for link in elsewhere)
    assert len(elsewhere) == len(links)


def test_on_the_site_links_stay_there_and_the_picture_is_absolute_or_none(links_of):
    absolute = names(links_of(build_page.page(ADDRESS))[0], ".html")
    picture = "https://someone.github.io/course/assets/page.png"
    for address, expected in ((PLACEHOLDER, []), (ADDRESS, [picture])):
        page = build_page.page_of_site(address)
        assert re.findall(r'"og:image" content="(.*?)"', page) == expected
        links, _ = links_of(page)
        assert all(link.startswith("../") for link in links) and names(links, ".html") == absolute


SMALL_AND_DARK = dict(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
# For what depends on the size: opening the page for a test takes seconds of a slow processor.
in_both_sizes = pytest.mark.parametrize(
    "page", [{}, SMALL_AND_DARK], ids=["laptop, light", "phone, dark"], indirect=True)


@pytest.fixture
def page(open_page, request):
    """The page, opened as a file, whose first drawing stands there at once."""
    page = open_page(reduced_motion="reduce", **getattr(request, "param", {}))
    errors, requests = [], []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(error.stack))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(build_page.PAGE.as_uri())
    yield page
    assert errors == []
    loaded = [url for url in requests if not url.startswith(("data:", "blob:"))]
    pages = {url.partition("#")[0] for url in loaded}
    assert pages == {build_page.PAGE.as_uri()}  # it asks nobody for anything
    page.close()


def wait_for_answer(page, text):
    page.locator("#diagram .answer").filter(has_text=text).wait_for()


PHONE = dict(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
LAPTOP = dict(viewport={"width": 1366, "height": 768})


@pytest.fixture
def open_at(open_page):
    """A function that opens the page at the size of a screen."""
    opened = []

    def open_at(size, reduced_motion="reduce", before=lambda page: None, **options):
        page = open_page(**size, reduced_motion=reduced_motion, **options)
        opened.append(page)
        before(page)
        page.goto(build_page.PAGE.as_uri())
        return page

    yield open_at
    for page in opened:
        page.close()


@pytest.fixture
def slow_page(open_at):
    """The page while its 7 draws itself, where time only passes when a test says so."""
    page = open_at(PHONE, "no-preference", lambda page: page.clock.install())
    while not page.locator("#diagram .pen-tip").count():
        page.clock.run_for(20)  # until the browser has told it that the pad is in view
    assert "7 + 5" not in page.locator("#diagram .said").inner_text()
    return page


SEEN = """text => document.querySelector('#diagram .answer').innerText.includes(text)
    && getComputedStyle(document.querySelector('#diagram .said')).opacity === '1'"""


def test_the_answer_comes_with_the_7_in_less_than_a_second(slow_page):
    parts = slow_page.locator("#diagram .waits .picture")
    assert parts.count() == 10 and parts.evaluate_all(  # there from the start, though dark
        "parts => parts.every((part) => getComputedStyle(part).opacity > 0.1)")
    slow_page.clock.run_for(700)
    assert slow_page.evaluate(SEEN, "7 + 5 = 12")


@pytest.mark.parametrize("how", ["wheel", "scroll", "key", "press"])
def test_a_scroll_a_touch_or_a_key_ends_the_show(slow_page, how):
    match how:
        case "wheel":
            slow_page.mouse.wheel(0, 5)
        case "scroll":
            slow_page.evaluate("scrollTo(0, 5)")
        case "key":
            slow_page.keyboard.press("Tab")
        case "press":
            slow_page.mouse.move(5, 5)
            slow_page.mouse.down()
    slow_page.wait_for_function(SEEN, arg="7 + 5 = 12")
    assert slow_page.evaluate("""document.querySelector("#diagram")
        .getAnimations({subtree: true}).every((one) => one.playState === "finished")""")


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_or_does_it_is_asked_within_a_screen_and_one_tap_hides_the_sum(open_at, size):
    page = open_at(size)
    wait_for_answer(page, "7 + 5 = 12")
    hide, height = page.locator(".hide-it"), size["viewport"]["height"]
    box = hide.bounding_box()
    assert box["y"] + box["height"] <= height and "Or does it?" in page.inner_text(".question")
    page.click("#diagram .clear")
    assert hide.inner_text() == "Hide a sum"
    draw(page, DIGITS[3])
    hide.filter(has_text="Hide 3 + 5").click()
    assert page.locator("#sums .out").evaluate_all("all => all.map((one) => one.dataset.at)") == [
        "3,5"]
    for part in ("[data-at='3,5']", "[data-at='9,9']", "[value=train]"):  # the whole table
        box = page.locator(f"#sums {part}").bounding_box()
        assert 0 <= box["y"] and box["y"] + box["height"] <= height
    assert page.evaluate("document.activeElement.id") == "hiding"


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_nothing_jumps_while_it_opens(open_at, size):
    def slow(page):  # so that it is painted before its script has run
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})

    page = open_at(size, "no-preference", slow)
    wait_for_answer(page, "7 + 5 = 12")
    assert page.evaluate(MOVED) < 0.1


def test_a_link_is_a_dare_and_nothing_starts_on_arrival(open_at):
    page = open_at(LAPTOP)
    page.evaluate("location.hash = 'hide=75&run=3.1'")
    dare = page.locator("#shared").filter(has_text="I hid 7 + 5 from an adder.")
    dare.wait_for()
    let_it_work(page)
    assert page.locator("#sums [value=train]").inner_text() == "Train"
    dare.get_by_role("button", name="Guess").click()
    page.keyboard.type("12")  # into the field that it leads to
    page.keyboard.press("Enter")
    page.locator("#sums .guessed").filter(has_text="Your guess: 12.").wait_for()
    assert dare.is_visible()  # until an adder is trained
    page.click("#sums [value=train]")
    page.locator("#sums .reached").filter(has_text="After 400").wait_for()
    assert page.locator("#shared").inner_text() == ""
    wait_for_address(page, "run=3.1")  # the same adder


def test_a_page_that_is_loaded_again_knows_whose_run_it_was(open_at):
    page = open_at(LAPTOP)
    page.evaluate("location.hash = 'hide=35&run=0.1'")
    page.locator("#shared").filter(has_text="I hid 3 + 5").wait_for()
    page.reload()
    page.locator("#shared").filter(has_text="I hid 3 + 5").wait_for()  # still somebody's
    page.click("#sums [value=train]")
    page.locator("#sums .reached").filter(has_text="After 400").wait_for()
    page.click("#number [value='9']")
    wait_for_address(page, "add=9")
    page.reload()
    page.locator("#shared").filter(has_text="Train makes the same one.").wait_for()
    page.click("#sums [data-at='1,1']")  # another question
    page.locator("#shared > div").wait_for(state="detached")
    wait_for_address(page, "hide=1135")
    page.reload()
    wait_for_answer(page, "7 + 9 = 16")
    assert page.locator("#shared").inner_text() == ""
    page.evaluate("location.hash = 'run=0.1'")  # of what?
    page.locator("#unread").filter(has_text="can't be read").wait_for()


def test_back_undoes_hide(open_at):
    page = open_at(PHONE)
    wait_for_answer(page, "7 + 5 = 12")
    page.click("#diagram .clear")
    draw(page, DIGITS[3])
    hidden = page.locator("#sums .out")
    at = "all => all.map((one) => one.dataset.at)"
    before = hidden.evaluate_all(at)
    page.locator(".hide-it").filter(has_text="Hide 3 + 5").click()
    assert hidden.evaluate_all(at) == ["3,5"]
    page.wait_for_function("scrollY > 100")
    page.go_back()
    page.wait_for_function("all => document.querySelector('#sums .out').dataset.at === all[0]",
                           arg=before)
    assert hidden.evaluate_all(at) == before
    wait_for_answer(page, "3 + 5 = 8")  # what was drawn stays
    page.go_forward()
    page.wait_for_function("document.querySelector('#sums .out').dataset.at === '3,5'")


W = [[(0.2, 0.2), (0.35, 0.8), (0.5, 0.3), (0.65, 0.8), (0.8, 0.2)]]  # it is far from all digits
FOOLS = [[(0.5, 0.2), (0.32, 0.32), (0.26, 0.5), (0.32, 0.68), (0.5, 0.8), (0.68, 0.68),
          (0.74, 0.5), (0.68, 0.32), (0.5, 0.2)]]  # the letter O


def test_what_fools_it_is_admitted_kept_and_passed_on(open_at):
    page = open_at(LAPTOP)
    wait_for_answer(page, "7 + 5 = 12")
    challenge = page.get_by_role("button", name="Can you fool me?")
    objection = page.get_by_role("button", name="That wasn't a digit")
    assert not challenge.is_visible()  # nobody has drawn yet
    page.click("#diagram .clear")
    draw(page, DIGITS[3])
    wait_for_answer(page, "3 + 5 = 8")
    assert not objection.is_visible()  # as it is one
    challenge.click()
    assert page.evaluate("document.activeElement.className") == "clear"  # by keys one goes on
    draw(page, FOOLS)
    wait_for_answer(page, "I see a 0")
    objection.click()
    note = page.locator("#diagram .note")
    assert note.inner_text().startswith("You fooled me: to me it is a 0 (")
    assert not objection.is_visible()
    assert page.locator("#diagram .live").inner_text().endswith(note.inner_text())
    wait_for_address(page, "fooled=1")
    passed_on = page.url
    again = page.get_by_role("button", name="Draw it again: it was read as a 0")
    page.click("#diagram .clear")
    page.reload()
    again.click()  # it was kept
    wait_for_answer(page, "I see a 0")
    wait_for_address(page, "fooled=1")
    page.get_by_role("button", name="Forget them").click()
    assert page.locator("#fooled").inner_text() == ""
    page.goto("about:blank")
    page.goto(passed_on)
    shared = page.locator("#shared").filter(has_text="The network takes it for a 0.")
    shared.get_by_role("button", name="Can you fool it, too?").click()
    page.locator("#diagram .note").filter(has_text="anything but a digit").wait_for()
    assert page.locator("#shared").inner_text() == page.locator("#fooled").inner_text() == ""


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_network_comes_when_it_is_wanted_and_fits_on_a_laptop(open_at, size):
    page = open_at(size)
    wait_for_answer(page, "7 + 5 = 12")
    number = page.locator("#diagram [data-part=number]")
    if size is LAPTOP:
        box = number.bounding_box()
        assert box["y"] + box["height"] < 768 and not page.locator(".inside").is_visible()
        return
    button = page.locator(".inside")
    assert not number.is_visible() and button.get_attribute("aria-expanded") == "false"
    button.click()
    assert number.is_visible() and button.get_attribute("aria-expanded") == "true"
    page.wait_for_function("document.querySelector('[data-part=block1] canvas').width > 100")
    assert 0 <= page.locator("#diagram [data-part=image]").bounding_box()["y"] < 100  # in view
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    button.click()
    assert not number.is_visible()


def test_no_sum_is_offered_to_hide_while_the_drawing_is_refused(open_at):
    page = open_at(LAPTOP)
    page.click("#diagram .clear")
    draw(page, W)
    wait_for_answer(page, SENTENCES["rejected"])
    page.locator(".hide-it").filter(has_text="Hide a sum").wait_for()
    page.click("#diagram .clear")
    draw(page, DIGITS[3])
    page.locator(".hide-it").filter(has_text="Hide 3 + 5").wait_for()


def test_after_a_guess_what_leads_on_stays_on_a_phone(open_at):
    page = open_at(PHONE)
    page.tap("#diagram .hide-it")
    page.fill("#sums form input", "12")
    page.keyboard.press("Enter")
    page.click("#sums button[value=train]")
    page.locator("#sums .more").wait_for()
    box = page.locator("#sums .next button").bounding_box()
    assert 0 < box["y"] and box["y"] + box["height"] <= PHONE["viewport"]["height"]


IS_SEEN = """one => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return one.contains(document.elementFromPoint(left + width / 2, top + height - 1));
}"""


def test_on_a_phone_on_its_side_the_hidden_pair_stays_in_view(open_at):
    page = open_at({**PHONE, "viewport": {"width": 740, "height": 360}})
    page.tap("#diagram .hide-it")
    hidden, below = page.locator("#sums [data-at='7,5']"), page.locator("#sums .below")
    assert hidden.evaluate(IS_SEEN)
    page.tap("#sums [value=train]")
    page.locator("#sums .more").wait_for()
    assert hidden.evaluate(IS_SEEN) and not below.evaluate(IS_SEEN)
    for digit in (0, 7):
        page.tap(f"#sums [data-at='{digit},5']")
        below.filter(has_text=f"{digit} + 5").wait_for()
        pressed = page.locator(f"#sums [data-at='{digit},5']")
        assert all(one.evaluate(IS_SEEN) for one in (hidden, below, pressed))


@pytest.mark.parametrize("width", [320, 360])
def test_the_table_of_runs_fits_on_a_phone(open_at, width):
    page = open_at({**PHONE, "viewport": {"width": width, "height": 740}})
    page.click("#sums [value=train]")
    page.locator("#sums .more").wait_for()
    assert page.locator("#sums table.runs").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert not page.locator("#sums .on-projector").is_visible()


@pytest.mark.parametrize("size", [PHONE, LAPTOP, dict(viewport={"width": 1280, "height": 720})],
                         ids=["phone", "laptop", "small laptop"])
def test_nothing_moves_when_an_answer_arrives(open_at, size):
    page = open_at(size)
    places = []

    def note(words):
        page.locator("#diagram .said").filter(has_text=words).wait_for()
        places.append(page.evaluate("""[...document.querySelectorAll(".question, #hiding")]
            .map((one) => one.getBoundingClientRect().top + scrollY)"""))

    note("7 + 5 = 12")
    page.click("#diagram .sample")
    note("labelled")
    page.click("#diagram .clear")
    note("draw a digit")
    draw(page, DIGITS[3])
    note("3 + 5 = 8")
    page.click("#diagram .clear")
    draw(page, [[(0.1, y / 20), (0.9, y / 20)] for y in range(3, 18)])  # too much ink
    note("trust")
    page.click("#diagram .clear")
    draw(page, [[(0.2, 0.2), (0.25, 0.8)], [(0.8, 0.2), (0.75, 0.8)]])
    note("two parts")
    assert len(set(map(tuple, places))) == 1, places


SMALL_PRINT = """() => {
    const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    return [...document.querySelectorAll("body *")]
        .filter((e) => hasText(e) && e.checkVisibility({visibilityProperty: true}))
        .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 14).map((e) => e.outerHTML);
}"""


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_nothing_is_too_small_to_read(open_at, size):
    page = open_at(size)
    wait_for_answer(page, "7 + 5 = 12")
    page.locator("#diagram .nearest[data-state=near]").wait_for(state="attached")
    if size is PHONE:
        page.click(".inside")
    page.click("#diagram [data-part=block1] .name")
    page.locator("#diagram .details figcaption").first.wait_for()
    assert page.evaluate(SMALL_PRINT) == []


def test_drawn_slashes_are_told_from_training_images(open_at):
    page = open_at(LAPTOP)
    page.locator("#diagram .nearest[data-state=near]").wait_for()
    count = f"{build_page.TRAINING_IMAGES:,} training images"
    heading = page.locator("#diagram .nearest .heading").inner_text()
    assert heading.endswith(f"among {count}, zeros also with a slash:")
    about = page.locator("#diagram .map").get_attribute("aria-label")
    assert about.startswith(f"A map of {count} by")


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_network_that_one_teaches_is_a_row_of_names(open_at, size):
    page = open_at(size | {"forced_colors": "active"})
    page.evaluate("document.querySelector('#learner').scrollIntoView()")
    inside = page.locator("#learner .card").first.bounding_box()
    parts = page.locator("#learner [data-part]").all()
    assert len(parts) == 10 and inside["height"] < (130 if size is LAPTOP else 240)
    assert not page.locator("#learner .digit-pad, #learner .answer, #learner .picker").count()
    for part in parts:
        box = part.bounding_box()
        assert box["width"] >= 24 and box["height"] >= 24
        assert inside["x"] <= box["x"] and box["x"] + box["width"] <= inside["x"] + inside["width"]
    before = page.locator("#learner").screenshot()  # no part covers the name of another
    page.add_style_tag(content="#learner .name { position: relative; z-index: 9 !important }")
    assert page.locator("#learner").screenshot() == before


@pytest.mark.parametrize("width", [240, 320, 480])  # as a phone, or a page in twice its size
def test_no_number_is_left_alone_in_a_row(open_at, width):
    page = open_at(dict(viewport={"width": width, "height": 740}))
    wait_for_answer(page, "7 + 5 = 12")
    tops = page.locator("#number input").evaluate_all(
        "all => all.map((one) => Math.round(one.getBoundingClientRect().top))")
    assert {tops.count(top) for top in tops} <= {5, 10}


def test_a_large_screen_is_used(open_at):
    page = open_at(dict(viewport={"width": 1920, "height": 1080}))
    assert page.locator("#diagram > .card").bounding_box()["width"] > 1600
    pads = page.locator(".digit-pad").evaluate_all(
        "pads => pads.map((pad) => [pad.width, pad.height, pad.clientWidth])")
    assert all(len(set(sides)) == 1 for sides in pads)


@in_both_sizes
def test_a_digit_is_drawn_and_read(page):
    wait_for_answer(page, "7 + 5 = 12")
    page.click("#diagram .clear")
    draw(page, DIGITS[3])
    wait_for_answer(page, "3 + 5 = 8")
    page.click("#diagram [type=radio][value='9']")
    wait_for_answer(page, "3 + 9 = 12")
    assert page.locator("#number [value='9']").is_checked()
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    has_keys = page.evaluate("matchMedia('(hover: hover)').matches")
    hints = page.locator(".title .keys")
    assert all(hint.is_visible() == has_keys for hint in hints.all()) and hints.count() == 2


SHOWN = """() => [...document.querySelectorAll(".digit-pad")].map((pad) => {
    const { width, height } = pad;
    const blank = Object.assign(document.createElement("canvas"), { width, height });
    return [pad.toDataURL() !== blank.toDataURL(), pad.style.backgroundImage];
})"""


def test_both_pads_show_one_drawing_and_undo_gives_a_digit_of_mnist_back(page):
    wait_for_answer(page, "7 + 5 = 12")
    page.click("#diagram .sample")
    page.locator("#diagram .note").filter(has_text="labelled").wait_for()
    (drawn, picture), other = page.evaluate(SHOWN)
    assert not drawn and picture and other == [False, picture]
    read = page.locator("#diagram .answer").inner_text()
    draw(page, [[(0.1, 0.1), (0.2, 0.9)]])
    page.wait_for_function(f"({SHOWN})().every(([drawn]) => drawn)")
    page.click("#pad .undo")
    page.wait_for_function(f"({SHOWN})().every(([drawn]) => !drawn)")
    assert page.evaluate(SHOWN) == [[False, picture]] * 2
    wait_for_answer(page, read.splitlines()[0].strip())
    page.click("#pad .clear")
    page.locator("#diagram .nearest-guess").filter(has_text="I would still say").wait_for()
    assert page.locator(".heads.doubted").count() == 2  # large and small
    page.wait_for_function(f"({SHOWN})().every(([drawn, picture]) => !drawn && !picture)")


def test_its_widgets_hear_of_one_another(page):
    page.locator("#pad .digit-pad").scroll_into_view_if_needed()
    draw(page, DIGITS[3], "#pad .digit-pad")
    wait_for_answer(page, "I see a 3")
    page.locator("#answer").filter(has_text="Press Train first").wait_for()
    page.click("#sums [value=rows]")
    page.click("#sums [value=train]")
    page.locator("#sums .more").wait_for()
    page.locator("#pad .digit-pad").press("2")
    says = page.locator("#answer").filter(has_text="3 + 2 was hidden from me")
    sentence = says.inner_text()
    page.click("#teach [value=forget]")  # not the network that reads for the hidden sums
    bars = page.locator("#learner .bars i, #diagram .bars i")  # of what it sees and of its sum
    assert bars.evaluate_all(SURE) < 0.9
    elsewhere = " (Read by the finished network, not by the one that you teach.)"
    assert says.inner_text() == sentence + elsewhere
    page.locator(".hide-it").filter(has_text="Hide a sum").wait_for()  # as the opening is not sure
    page.click("#sums [data-at='0,4']")
    sentence = page.locator("#sums .below").inner_text()
    page.get_by_role("button", name="The finished network").click()
    wait_for_answer(page, "3 + 2 = 5")
    assert bars.evaluate_all(SURE) > 0.9
    let_it_work(page)  # other weights above are no question below
    assert page.locator("#sums .below").inner_text() == sentence != ""
    page.click("#pad .clear")
    page.locator("#sums [aria-current]").wait_for(state="detached")


@in_both_sizes
def test_the_answer_is_next_to_the_pad_and_nothing_moves_when_it_comes(page):
    page.click("#sums [value=train]")
    page.locator("#sums .reached").filter(has_text="After 400").wait_for()
    page.locator("#pad .digit-pad").scroll_into_view_if_needed()
    place = "e => e.getBoundingClientRect().top + scrollY"  # drawing may scroll
    number = page.locator("#number").evaluate(place)
    draw(page, DIGITS[3], "#pad .digit-pad")
    page.locator("#answer").filter(has_text="I see a 3").wait_for()
    answer, pad = [page.locator(one).bounding_box() for one in ("#answer", "#pad .digit-pad")]
    assert answer["y"] - (pad["y"] + pad["height"]) < 120  # the pad's buttons lie between
    assert page.locator("#number").evaluate(place) == pytest.approx(number, abs=1)
    assert page.locator("#number").bounding_box()["y"] >= answer["y"] + answer["height"]


def address(page):
    return page.evaluate("location.hash")


def wait_for_address(page, text):
    page.wait_for_function("text => location.hash.includes(text)", arg=text)


def state_of(page):
    """What a link is to bring back."""
    return page.evaluate("""() => ({
        table: document.querySelector("#sums .grid").innerText,
        reached: document.querySelector("#sums .reached").innerText,
        chosen: [...document.querySelectorAll("#sums .settings :checked, #number :checked")]
            .map((one) => one.value),
        answer: document.querySelector("#answer").innerText,
        read: document.querySelector("#diagram .answer").innerText,
    })""")


def test_a_link_opens_the_same_in_another_page(open_page, page):
    wait_for_answer(page, "7 + 5 = 12")
    assert address(page) == ""  # nobody has changed anything
    page.click("#sums [value=pattern]")
    page.evaluate("location.hash += '&answer=shift'")
    page.click("#sums [data-at='8,8']")
    page.click("#sums [value=train]")
    page.locator("#sums .reached").filter(has_text="After 400").wait_for()
    page.locator("#pad .digit-pad").scroll_into_view_if_needed()
    draw(page, DIGITS[3], "#pad .digit-pad")
    page.click("#number [value='9']")
    page.locator("#answer").filter(has_text="3 + 9").wait_for()
    wait_for_address(page, "add=9&drawn=")
    wait_for_address(page, "run=0.1")
    other = open_page(reduced_motion="reduce")
    other.goto(page.url)
    other.locator("#shared").filter(has_text="pairs from an adder.").wait_for()
    assert other.evaluate("scrollY") == 0  # it begins at the top
    other.locator("#answer").filter(has_text="Press Train first").wait_for()
    other.click("#sums [value=train]")
    other.locator("#answer").filter(has_text="3 + 9").wait_for()
    other.locator("#sums .reached").filter(has_text="After 400").wait_for()
    assert state_of(other) == state_of(page)
    assert other.locator("#unread").inner_text() == ""
    other.close()


def test_a_link_brings_an_image_of_mnist(open_page, page):
    wait_for_answer(page, "7 + 5 = 12")
    page.click("#diagram .sample")
    wait_for_address(page, "image=")
    page.locator("#diagram .note").filter(has_text="labelled").wait_for()
    other = open_page(reduced_motion="reduce")
    other.goto(page.url)
    other.locator("#diagram .note").filter(has_text="labelled").wait_for()
    for one in (page, other):  # it may be rejected, once the known images are there
        one.locator("#diagram .nearest:is([data-state=near], [data-state=far])").wait_for(
            state="attached")
    assert other.locator("#diagram .answer").inner_text() == page.locator(
        "#diagram .answer").inner_text()
    other.close()


def test_another_address_and_the_way_back(page):
    wait_for_answer(page, "7 + 5 = 12")
    hidden = page.locator("#sums [aria-pressed=true]")
    assert hidden.count() == 1
    page.evaluate("location.hash = 'hide=1234&add=2'")
    page.locator("#sums .below").filter(has_text="2 of 100 pairs hidden").wait_for()
    assert page.locator("#number [value='2']").is_checked()
    page.evaluate("location.hash = 'hide=55'")
    page.locator("#sums .below").filter(has_text="1 of 100").wait_for()
    page.go_back()
    page.locator("#sums .below").filter(has_text="2 of 100").wait_for()
    page.go_back()
    page.locator("#sums .below").filter(has_text="1 of 100").wait_for()
    assert page.locator("#number [value='5']").is_checked()
    page.go_forward()
    page.locator("#sums .below").filter(has_text="2 of 100").wait_for()
    page.evaluate("location.hash = 'hiding'")  # a place on the page
    let_it_work(page)
    assert page.locator("#unread").inner_text() == "" and hidden.count() == 2


def test_what_cannot_be_read_in_the_address_is_ignored_and_said_so(open_page):
    page, errors = open_page(reduced_motion="reduce"), []
    page.on("pageerror", lambda error: errors.append(error.stack))
    unread = page.locator("#unread").filter(has_text="can't be read")
    for text in ("<img src=x onerror=document.title=1>",
                 "hide=%3Cscript%3Edocument.title=1%3C/script%3E&add=<b>4</b>",
                 "drawn=" + "A" * 100_001,
                 "__proto__=1&constructor=2&run=1.9",
                 "%E0%A4%A"):
        page.goto(build_page.PAGE.as_uri() + "#" + text)  # the first opens the page
        unread.wait_for()
        wait_for_answer(page, "7 + 5 = 12")
        assert page.locator("#sums [aria-pressed=true]").count() == 1
        assert page.locator("main img[src=x]").count() == 0
        page.goto(build_page.PAGE.as_uri() + "#add=5")  # which can be read
        unread.wait_for(state="detached")
    assert page.title() == "It adds. Or does it?" and errors == []
    page.close()


def test_the_link_is_copied_or_shown_where_copying_is_blocked(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#sums [value=none]")
    page.get_by_role("button", name="Copy link").click()
    page.locator("#share [role=status]").filter(has_text="The link is copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(build_page.PAGE.as_uri() + "#hide=&")
    page.evaluate("""Object.defineProperty(navigator, "clipboard", { value: undefined })""")
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_role("textbox", name="Link to this page")
    assert field.input_value() == copied
    field.focus()
    assert page.evaluate("getSelection().toString()") == copied


def test_at_the_ending_a_picture_of_the_table_is_saved(open_at, tmp_path):
    page = open_at(LAPTOP)
    assert not page.locator("#sums [value=picture]").is_visible()
    train(page)
    with page.expect_download() as download:
        page.click("#sums [value=picture]")
    download.value.save_as(tmp_path / "table.png")
    with Image.open(tmp_path / "table.png") as picture:
        assert picture.width == 1200 and len(picture.convert("L").getcolors()) > 20  # words


@pytest.mark.parametrize("width, height, has_full_screen", [
    (1280, 720, True), (1366, 768, True), (1920, 1080, False)])
def test_on_a_projector_all_is_large_and_side_by_side(open_page, width, height, has_full_screen):
    page = open_page(viewport=dict(width=width, height=height), reduced_motion="reduce")
    page.goto(build_page.PAGE.as_uri())
    if not has_full_screen:
        page.evaluate("""() => {
            Element.prototype.requestFullscreen = () => Promise.reject(Error("no"));
        }""")
    page.click("#share [value=project]")
    leave = page.get_by_role("button", name="Leave the full screen")
    leave.wait_for()
    assert page.evaluate("Boolean(document.fullscreenElement)") == has_full_screen
    assert page.locator("#sums .bars").is_visible()  # empty: it asks for guesses
    page.click("#sums [data-at='3,4']")
    page.get_by_role("textbox", name="What will it say").fill("12 8 8")
    page.keyboard.press("Enter")
    page.click("#sums [value=train]")
    page.locator("#sums .next [value=long]").wait_for()
    parts = [page.locator(part).bounding_box()
             for part in ("#sums .grid", "#sums svg.chart", "#sums .told", "#pad .digit-pad")]
    for left, right in [(0, 1), (0, 2), (0, 3)]:
        assert parts[left]["x"] + parts[left]["width"] <= parts[right]["x"]
    for box in parts + [page.locator("#sums .next").bounding_box()]:
        assert 0 <= box["y"] and box["y"] + box["height"] <= height
    assert min(box["width"] for box in parts[:3]) >= 0.25 * width
    words = page.locator("#sums .grid button, #sums .told p, #sums svg.chart text")
    sizes = words.evaluate_all(
        """all => all.map((one) => parseFloat(getComputedStyle(one).fontSize) *
            (one.ownerSVGElement ? one.getScreenCTM().a : 1))""")
    assert min(sizes) >= 0.013 * width  # on a screen two metres wide: 2.6 cm
    page.get_by_role("textbox", name="after 6,000 more steps?").fill("12 12")  # a vote
    page.keyboard.press("Enter")
    page.click("#sums .next [value=long]")
    page.locator("#sums .guess > .guessed").filter(has_text="guessed").wait_for()
    page.click("#share [value=copy]")  # what is said of it moves nothing
    row, pad, shown = (page.locator(part).bounding_box() for part in (
        "#sums .runs tbody tr:nth-child(2)", "#pad .digit-pad", "#sums .results"))
    assert row["y"] + row["height"] <= shown["y"] + shown["height"] + 4 < pad["y"]
    page.locator("#sums .next button").press("Tab")
    for _ in range(60):  # Tab stays in what is shown
        page.keyboard.press("Tab")
        assert page.evaluate("""document.activeElement === document.body ||
            Boolean(document.activeElement.closest("#hide-a-sum"))""")
    if has_full_screen:  # Escape is the browser's own there
        leave.click()
    else:
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Show on a projector").wait_for()
    assert page.locator("#diagram").is_visible()
    assert page.locator("#diagram").evaluate("e => !e.closest('[inert]')")
    page.close()


def train(page, value="train"):
    if not page.locator(f"#sums .training [value={value}]").is_visible():
        page.click("#sums .more summary")
    page.click(f"#sums .training [value={value}]")
    page.locator("#sums [value=train]").filter(has_text="Stop").wait_for()
    page.locator("#sums [value=train]").filter(has_text="Stop").wait_for(state="detached")


def draw_anew(page, strokes, text):
    page.click("#diagram .clear")
    draw(page, strokes)
    page.locator("#diagram .said").filter(has_text=text).wait_for()


def fool(page):
    draw_anew(page, FOOLS, "I see a 0")
    page.get_by_role("button", name="Can you fool me?").click()
    draw_anew(page, FOOLS, "I see a 0")
    page.get_by_role("button", name="That wasn't a digit").click()
    page.locator("#fooled canvas").wait_for()


def stop_training(page):
    page.click("#sums [value=train]")
    page.locator("#sums [value=train]").filter(has_text="Stop").wait_for()
    page.click("#sums [value=train]")


FOLLOW_SHIFTS = """let moved = 0;
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) moved += one.hadRecentInput ? 0 : one.value;
    }).observe({ type: "layout-shift", buffered: true });
    window.takeMoved = () => {  // since it was last asked
        const sum = moved;
        moved = 0;
        return sum;
    };"""


def open_a_link(page):
    page.evaluate("location.hash = 'hide=35&run=0.1&drawn=AA&fooled=1'")
    page.reload()
    page.evaluate(FOLLOW_SHIFTS)
    page.locator("#shared").filter(has_text="I hid 3 + 5").wait_for()


def project(page):
    page.click("#share [value=project]")
    page.get_by_role("button", name="Leave the full screen").wait_for()


# What a visitor does, one after the other, and the page is looked at after each.
VISIT = {
    "answered": lambda page: wait_for_answer(page, "7 + 5 = 12"),
    "doubted": lambda page: draw_anew(page, [[(0.1, y / 20), (0.9, y / 20)] for y in range(3, 18)],
                                      "trust"),
    "rejected": lambda page: draw_anew(page, W, SENTENCES["rejected"]),
    "fooled": fool,
    "a link": open_a_link,
    "guessed": lambda page: (page.fill("#sums .guess input", "8 9"), page.keyboard.press("Enter")),
    "stopped": stop_training,
    "trained": train,
    "kept on": lambda page: train(page, "long"),
    "two pairs": lambda page: (page.evaluate("location.hash = 'hide=1234'"),
                               page.locator("#sums .guess").filter(has_text="98 pairs").wait_for()),
    "forgotten": lambda page: page.click("#teach [value=forget]"),
    "taught": lambda page: (page.click("#teach [value=train]"),
                            page.locator("#teach .images").filter(has_text="left").wait_for(),
                            page.click("#teach [value=train]")),
    "projected": project,
}
THEMES = ("light", "dark")




@pytest.mark.thorough
def test_in_every_state_of_a_visit_axe_finds_nothing_and_nothing_has_jumped(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page.evaluate(FOLLOW_SHIFTS)
    found = {}
    for state, act in VISIT.items():
        act(page)
        let_it_work(page)
        assert page.evaluate("takeMoved()") < 0.1, state
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            for one in axe.Axe().run(page).response["violations"]:
                found[state, theme, one["id"]] = [node["html"] for node in one["nodes"]]
    assert found == {}
