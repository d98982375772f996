"""The page on which one tries the network: up to date, small, and of one mind."""

import base64
import re

import build_page
import numpy as np
import pytest
from lab import DIGITS, draw, let_it_work
from set_repository import PLACEHOLDER

ADDRESS = "https://github.com/someone/course"
SURE = "bars => Math.max(...bars.map((bar) => Number(bar.style.getPropertyValue('--share'))))"
LESSON = re.compile(r'"([^"\s]*notebooks/\w+\.(?:ipynb|html))"')


def taken_apart(page):
    """What is written in the page, and the bytes of all that it keeps in base64."""
    parts = re.split(r"([\w+/]{1000,}=*)", page)
    data = b"".join(map(base64.b64decode, parts[1::2]))
    return parts[::2], np.frombuffer(data, np.uint8).astype(int)


def test_the_page_is_up_to_date_and_small():
    page = build_page.PAGE.read_text("utf-8")
    (text, data), (text_now, data_now) = taken_apart(page), taken_apart(build_page.page())
    assert text == text_now and len(data) == len(data_now), "run python tools/build_page.py"
    off = abs(data - data_now)  # another PyTorch rounds one of 40,000 embeddings otherwise
    assert off.max() <= 1 and off.sum() <= 20
    assert len(page.encode()) < 1_500_000
    assert page.count("</script>") == 2  # nothing in it ends one


def test_its_links_lead_to_lessons_in_the_repository_and_on_the_site():
    here, there = build_page.page(PLACEHOLDER), build_page.page(ADDRESS)
    lessons = LESSON.findall(here)
    assert len(lessons) >= 8
    for link in lessons + ["../../README.md"]:
        assert (build_page.FOLDER / link).is_file(), link
        assert f'"{ADDRESS}/blob/main/{link.removeprefix("../../")}"' in there
    assert f'content="{ADDRESS}/raw/main/assets/page.png"' in there and '"../' not in there
    for page in (here, there):
        on_site = build_page.for_site(page)
        assert LESSON.findall(on_site) == [link[3:].replace("ipynb", "html") for link in lessons]
        assert '"../index.html"' in on_site


@pytest.fixture(params=["laptop, light", "phone, dark"])
def page(browser, request):
    """The page, opened as a file, whose first drawing stands there at once."""
    phone = dict(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    page = browser.new_page(reduced_motion="reduce", **phone if "phone" in request.param else {})
    errors, requests = [], []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(error.stack))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(build_page.PAGE.as_uri())
    yield page
    assert errors == []
    loaded = [url for url in requests if not url.startswith(("data:", "blob:"))]
    assert loaded == [build_page.PAGE.as_uri()]  # it asks nobody for anything
    page.close()


def wait_for_answer(page, text):
    page.locator("#diagram .answer").filter(has_text=text).wait_for()


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
    assert all(hint.is_visible() == has_keys for hint in page.locator(".keys").all())


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
    page.locator("#diagram .untrusted").filter(has_text="itself would say").wait_for()
    assert page.locator(".heads.doubted").count() == 2  # large and small
    assert page.evaluate(SHOWN) == [[False, ""]] * 2


def test_its_widgets_hear_of_one_another(page):
    page.locator("#pad .digit-pad").scroll_into_view_if_needed()
    draw(page, DIGITS[3], "#pad .digit-pad")
    wait_for_answer(page, "I see a 3")
    page.locator("#sums .says").filter(has_text="Press Train first").wait_for()
    page.click("#sums [value=train]")
    page.locator("#sums [value=train]").filter(has_text="Train").wait_for()
    page.locator("#pad .digit-pad").press("2")
    says = page.locator("#sums .says").filter(has_text="3 + 2 was hidden from me")
    sentence = says.inner_text()
    page.click("#teach [value=forget]")  # not the network that reads for the hidden sums
    bars = page.locator("#learner .bars i, #diagram .bars i")  # of what it sees and of its sum
    assert bars.evaluate_all(SURE) < 0.9 and says.inner_text() == sentence
    page.click("#sums [data-at='0,4']")
    sentence = page.locator("#sums .says").inner_text()
    page.click("#teach [value=back]")
    wait_for_answer(page, "3 + 2 = 5")
    assert bars.evaluate_all(SURE) > 0.9
    let_it_work(page)  # other weights above are no question below
    assert page.locator("#sums .says").inner_text() == sentence != ""
    page.click("#pad .clear")
    page.locator("#sums [aria-current]").wait_for(state="detached")


@pytest.mark.thorough
def test_axe_finds_nothing(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    wait_for_answer(page, "I see a 7")
    results = axe.Axe().run(page)
    assert not results.response["violations"], results.generate_report()
