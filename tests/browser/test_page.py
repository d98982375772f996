"""The page on which one tries the network: up to date, small, and of one mind."""

import json
import random
import re

import pytest
from alike import alike
from lab import DIGITS, draw, let_it_work

from mnist_adder_lib.shared import SENTENCES
from tools.publishing import build_page
from tools.publishing.address import PLACEHOLDER

ADDRESS = "https://github.com/someone/course"
SURE = "bars => Math.max(...bars.map((bar) => Number(bar.style.getPropertyValue('--share'))))"
LICENCE = "https://creativecommons.org/licenses/by-sa/3.0/"
# How much of what is on a page has moved by itself, as browsers measure it: the sum of all shifts.
MOVED = """new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) sum += one.hadRecentInput ? 0 : one.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 200);  // where nothing moved, it says nothing
})"""


@pytest.mark.stored
def test_the_page_is_up_to_date_and_small():
    page = build_page.PAGE.read_text("utf-8")
    now, stored = (json.loads(build_page.DATA.search(one)[0]) for one in (build_page.page(), page))
    alike(now, stored, "run python tools/publishing/build_page.py: data")
    assert f"on {build_page.TRAINING_IMAGES:,} handwritten digits" in " ".join(page.split())
    assert len(page.encode()) < 1_500_000  # half of it are images: to train on, to compare with


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
        lesson = opened.locator(".experiment [data-lesson]").first
        assert lesson.is_visible() == (lesson.get_attribute("href") is not None)
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


def test_text_twice_as_large_and_the_narrowest_table_fit(open_at):
    page = open_at(dict(viewport=dict(width=390, height=844)))
    wait_for_answer(page, "7 + 5 = 12")
    page.click(".inside")
    cut_off = """[...document.querySelectorAll("#sums [data-at]")]
        .filter((one) => one.scrollWidth > one.clientWidth).length"""
    for width, size in ((240, "100%"), (390, "200%"), (1366, "200%")):
        page.set_viewport_size(dict(width=width, height=800))
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        let_it_work(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(cut_off) == 0


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
    page.locator("#diagram .nearest[data-state=accepted]").wait_for(state="attached")
    if size is PHONE:
        page.click(".inside")
    page.click("#diagram [data-part=block1] .name")
    page.locator("#diagram .details figcaption").first.wait_for()
    assert page.evaluate(SMALL_PRINT) == []


def test_a_large_screen_is_used(open_at):
    page = open_at(dict(viewport={"width": 1920, "height": 1080}))
    assert page.locator("#diagram > .card").bounding_box()["width"] > 1600
    pads = page.locator(".digit-pad").evaluate_all(
        "pads => pads.map((pad) => [pad.width, pad.height, pad.clientWidth])")
    assert all(len(set(sides)) == 1 for sides in pads)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_first_stroke_takes_the_place_of_the_7_that_draws_itself(open_at, motion):
    page = open_at(LAPTOP, motion)
    draw(page, DIGITS[1])
    wait_for_answer(page, "I see a 1")
    assert page.locator("#diagram :is(.waits, .pen-tip)").count() == 0
    page.click("#diagram .clear")
    wait_for_answer(page, SENTENCES["empty_image"])


def test_the_7_that_draws_itself_is_one_step_and_the_keys_are_its(open_at):
    page = open_at(LAPTOP, "no-preference")
    wait_for_answer(page, "7 + 5 = 12")
    page.wait_for_function("!document.querySelector('#diagram :is(.waits, .pen-tip)')")
    moving = page.evaluate("document.getAnimations().map(({ effect }) => effect.target.className)")
    assert "picture" in moving and "said" not in moving  # the network comes after its answer
    assert "Your turn" in page.locator("#diagram .note").inner_text()
    page.locator("body").press("9")  # the whole page is for it
    wait_for_answer(page, "7 + 9 = 16")
    page.locator("#diagram").get_by_role("button", name="Undo").click()
    page.locator("#diagram .hint").wait_for()


@in_both_sizes
def test_a_digit_is_drawn_and_read(page):
    wait_for_answer(page, "7 + 5 = 12")
    page.click("#diagram .clear")
    draw(page, DIGITS[3])
    wait_for_answer(page, "3 + 5 = 8")
    page.click("#diagram [type=radio][value='9']")
    wait_for_answer(page, "3 + 9 = 12")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    has_keys = page.evaluate("matchMedia('(hover: hover)').matches")
    assert page.locator("#diagram .title .keys").first.is_visible() == has_keys


SCREENS = [(1280, 720), (390, 844), (360, 740), (844, 390), (640, 360)]  # the last: twice as large


def is_in_view(page, part):
    box, size = page.locator(part).bounding_box(), page.viewport_size
    return 0 <= box["y"] and box["y"] + box["height"] <= size["height"]


def press(page, button):
    """Press a button of the experiment, which may be folded away."""
    found = page.locator(f"#sums .side button[value={button}]")
    if not found.is_visible():
        page.click("#sums .more summary")
    found.click()


def train(page, button="train"):
    press(page, button)
    page.locator("#sums .next button").filter(has_text="Stop").wait_for(state="detached")


@pytest.mark.parametrize("width, height", SCREENS)
def test_what_it_says_and_the_answer_to_the_title_come_into_view(open_at, width, height):
    page = open_at(dict(viewport=dict(width=width, height=height), has_touch=width < 1000))
    wait_for_answer(page, "7 + 5 = 12")
    assert page.locator("#diagram .choose .title").is_visible()
    page.click(".hide-it")
    assert is_in_view(page, "#sums .grid") or height < 400
    page.click("#sums .guess [value='12']")
    train(page)
    for part in (".ending", ".of-title", "[data-at='7,5']"):
        assert is_in_view(page, f"#sums {part}"), part
    assert is_in_view(page, "#sums .next button")
    said = page.locator("#sums [data-at='7,5']").inner_text()
    assert page.inner_text("#sums .guessed") == f"You guessed 12 for 7 + 5, but it says {said}."
    assert page.inner_text("#sums .ending").endswith(f"but it says 7 + 5 = {said}.")
    assert page.inner_text("#sums .of-title").startswith("Does it add? Nobody can ask")
    known = f"Hidden sums right so far: as usual {int(said == '12')} of 1."
    assert page.inner_text("#diagram .question span") == f"Or does it? {known}"
    assert not page.locator("#sums table.runs").count()  # from the second run on
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_few_words_are_read_before_the_first_training(open_at):
    page = open_at(LAPTOP)
    wait_for_answer(page, "7 + 5 = 12")
    page.locator("#diagram .nearest[data-state=accepted]").wait_for()
    words = re.findall(r"[^\W\d_]+(?:['’][a-z]+)?", page.inner_text("body"))
    assert len(words) <= 275, len(words)


def test_a_link_asks_for_a_guess_and_nothing_starts_on_arrival(open_at):
    page = open_at(LAPTOP)
    page.evaluate("location.hash = 'hide=35&answer=shift'")
    dare = page.locator("#shared").filter(has_text="I hid 3 + 5. What will it say?")
    dare.get_by_role("button", name="Guess").click()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert page.locator("#sums .guess :checked").get_attribute("value") == "8"
    assert page.inner_text("#sums .next") == "Train" and dare.is_visible()  # until then
    train(page)
    assert page.inner_text("#shared") == ""
    assert page.inner_text("#sums .guessed") == "You guessed 8 for 3 + 5, and that is what it says."


def test_what_cannot_be_read_in_the_address_is_told_until_it_is_written_anew(open_at):
    page, unread = open_at(LAPTOP), "document.querySelector('#unread').innerText"
    for text in ("<img src=x onerror=document.title=1>", "hide=75&run=0.1&drawn=AA", "%E0%A4%A"):
        page.goto(build_page.PAGE.as_uri() + "#" + text)
        page.wait_for_function(f"{unread}.includes(\"can't be read\")")
        assert page.locator("#sums [aria-pressed=true]").count() == 1
        page.click("#sums [data-at='1,2']")
        page.wait_for_function(f"{unread} === '' && location.hash.startsWith('#hide=')")
        page.click("#sums [data-at='1,2']")
    assert page.locator("main img[src=x]").count() == 0
    page.evaluate("location.hash = 'hiding'")  # a place on the page
    let_it_work(page)
    assert page.evaluate(unread) == "" and page.title() == "It adds. Or does it?"


def test_the_link_is_copied_or_shown_where_copying_is_blocked_and_opens_the_same(page, open_page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, "block")
    press(page, "copy")
    notice = page.locator("#sums .passing-on p").filter(has_text="The link is copied")
    notice.wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    press(page, "none")
    notice.wait_for(state="detached")  # it isn't the link to this any more
    press(page, "undo")
    page.evaluate("""Object.defineProperty(navigator, "clipboard", { value: undefined })""")
    press(page, "copy")
    assert page.get_by_role("textbox", name="Link to this page").input_value() == copied
    other = open_page(reduced_motion="reduce")
    other.goto(copied)
    other.locator("#shared").filter(has_text="I hid 16 pairs.").wait_for()
    tables = []
    for one in (page, other):
        train(one)
        tables.append(one.inner_text("#sums .grid"))
    assert tables[0] == tables[1]
    other.close()


@pytest.mark.parametrize("width, height", [(1280, 720), (1920, 1080)])
def test_on_a_projector_the_experiment_is_alone_large_and_side_by_side(open_at, width, height):
    page = open_at(dict(viewport=dict(width=width, height=height)))
    assert "rojector" not in page.inner_text("body")  # the page for teachers leads there
    page.evaluate("location.hash = 'projector'")
    page.locator(".projected").wait_for()
    train(page)
    for part in (".grid", ".ending", ".of-title", ".next button"):
        assert is_in_view(page, f"#sums {part}"), part
    words = page.locator("#sums .grid button, #sums .outcome p")
    sizes = words.evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))")
    assert min(sizes) >= 0.013 * width  # on a screen two metres wide: 2.6 cm
    for _ in range(40):  # Tab stays in what is shown
        page.keyboard.press("Tab")
        assert page.evaluate("""document.activeElement === document.body ||
            Boolean(document.activeElement.closest("#hide-a-sum"))""")
    page.keyboard.press("Escape")
    assert page.locator("#diagram").evaluate("e => !e.closest('[inert]')")
    assert page.inner_text("#unread") == ""


class Oracle:
    """What the page may say, counted again from what the cells of its table show."""

    def __init__(self, page):
        self.page = page
        self.adders = {}  # the answers of each adder that was trained to the end, by kind

    def see(self, is_new):
        """Look at an adder that is shown, and at all that is said."""
        cells = self.page.locator("#sums [data-at]").evaluate_all(
            "all => all.map((c) => [c.dataset.at, c.classList.contains('out'), c.textContent])")
        hidden = {tuple(map(int, at.split(","))) for at, is_out, _ in cells if is_out}
        says = {tuple(map(int, at.split(","))): int(said) for at, _, said in cells}
        sums = {sum(pair) for pair in says if pair not in hidden}
        asked = [pair for pair in hidden if sum(pair) in sums]
        known = sum(said == sum(pair) for pair, said in says.items() if pair not in hidden)
        found = sum(says[pair] == sum(pair) for pair in asked)
        kind = tuple(self.page.locator("#sums .kinds :checked").evaluate_all(
            "all => all.map((one) => one.value)"))
        ending = self.page.inner_text("#sums .ending")
        title = self.page.inner_text("#sums .outcome")
        shown = 100 - len(hidden)
        assert f"knows {'all' if known == shown else f'{known} of the'} {shown} sums" in ending
        for a, b, said in re.findall(r"(\d) \+ (\d) = (\d+)", ending + title):
            assert says[int(a), int(b)] == int(said)
        if is_new and known >= 0.9 * shown and asked:
            self.adders.setdefault(kind, []).append((len(asked), found))
        all_asked, all_found = map(sum, zip((0, 0), *self.adders.get(("classes",), [])))
        assert ("by heart" in title) == ("Does it add?" in title and all_asked >= 6
                                         and 6 * all_found <= all_asked)
        rows = self.page.locator("#sums .runs tbody tr").evaluate_all(
            "all => all.map((row) => [...row.cells].map((cell) => cell.innerText))")
        for name, *counts, verdict in rows:
            if name.startswith("As usual") and "longer" not in name:
                assert counts == [str(len(self.adders.get(("classes",), []))),
                                  str(all_asked), str(all_found)]
            assert (verdict == "too few to say") == (int(counts[1]) < 6)


def stop_soon(page, button):
    press(page, button)
    let_it_work(page)
    page.evaluate("""() => {
        const button = document.querySelector("#sums .next button");
        if (button.innerText === "Stop") button.click();
    }""")


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.thorough),
                                  pytest.param(3, marks=pytest.mark.thorough)])
def test_a_random_walk_says_nothing_that_the_adders_do_not_show(page, seed):
    chance, oracle = random.Random(seed), Oracle(page)
    wait_for_answer(page, "7 + 5 = 12")
    top, ending = page.inner_text("#diagram .said"), page.locator("#sums .ending")
    for _ in range(14):
        is_choosing = not ending.count()
        is_stopped = not is_choosing and ending.inner_text().startswith("Stopped")
        can_go_on = page.locator("#sums button[value=long]").count()
        match is_choosing, chance.randrange(6):
            case True, 0:
                press(page, "block")
            case True, 1:
                page.click(f"#sums [data-at='{chance.randrange(10)},4']")
            case True, 2:
                stop_soon(page, "train")
                if ending.count():
                    oracle.see(is_new=ending.inner_text().startswith("It knows"))
            case False, 0:
                # Another link than the last one, whose address would be no change.
                link = "hide=2759" if "hide=3648" in page.url else "hide=3648"
                page.evaluate(f"location.hash = '{link}&answer=classes'")
                page.locator("#shared").filter(has_text="I hid 2 pairs").wait_for()
            case False, 1 | 2:
                press(page, "other")
            case False, 3 | 4 if can_go_on:  # the same adder
                train(page, "long") if is_stopped else stop_soon(page, "long")
                oracle.see(is_new=is_stopped and ending.inner_text().startswith("It knows"))
            case _:
                train(page)
                oracle.see(is_new=True)
        assert page.inner_text("#diagram .said") == top  # whatever was trained
        assert not (ending.count() and page.inner_text("#shared"))  # the dare is over


def draw_anew(page, strokes, text):
    page.click("#diagram .clear")
    draw(page, strokes)
    page.locator("#diagram .said").filter(has_text=text).wait_for()


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
    page.evaluate("location.hash = 'hide=35&drawn=AA'")
    page.reload()
    page.evaluate(FOLLOW_SHIFTS)
    page.locator("#shared").filter(has_text="I hid 3 + 5").wait_for()


def stop_training(page):
    press(page, "train")
    page.locator("#sums .next button").filter(has_text="Stop").click()
    page.locator("#sums .next button").filter(has_text="Stop").wait_for(state="detached")


# What a visitor does, one after the other, and the page is looked at after each.
VISIT = {
    "answered": lambda page: wait_for_answer(page, "7 + 5 = 12"),
    "dimmed": lambda page: draw_anew(page, [[(0.1, y / 20), (0.9, y / 20)] for y in range(3, 18)],
                                      "trust"),
    "rejected": lambda page: draw_anew(page, W, SENTENCES["rejected"]),
    "a link": open_a_link,
    "guessed": lambda page: page.click("#sums .guess [value='9']"),
    "stopped": stop_training,
    "trained": lambda page: train(page, "long"),
    "hidden": lambda page: press(page, "block"),
    "table": train,
    "kept on": lambda page: train(page, "long"),
    "taught": lambda page: (page.click("#teach [value=train]"),
                            page.locator("#teach .images").filter(has_text="images").wait_for(),
                            page.click("#teach [value=train]")),
    "projected": lambda page: (page.evaluate("location.hash = 'projector'"),
                               page.locator(".projected").wait_for(),
                               page.evaluate("takeMoved()")),  # the whole view is another one
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
