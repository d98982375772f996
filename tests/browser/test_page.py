"""The page on which one tries the network: up to date, small, and the same answers as in Python."""

import random

import build_page
import numpy as np
import pytest
from lab import DIGITS, draw, wait_for_text

from mnist_adder_lib import load_pretrained, predict
from mnist_adder_lib.drawing import frame_strokes
from mnist_adder_lib.drawing.framing import MOST_PEN_INK, remark
from mnist_adder_lib.drawing.panel import describe

SOLVE = """
const weights = readWeights(DATA.weights);
const solve = ([strokes, number]) => {
    const pixels = frameStrokes(strokes);
    const result = forward(weights, pixels, number);
    return {
        pixels: [...pixels], digits: result.digitProbabilities, sums: result.sumProbabilities,
        sentence: describe(result, number)[0], remark: remark(pixels, %d),
    };
};
""" % MOST_PEN_INK


def drawings(count: int) -> list:
    """(strokes, number): digits, each drawn a little differently, now and then over the edge."""
    dice = random.Random(0)
    cases = []
    for _ in range(count):
        a, b, c, d = (dice.gauss(e, 0.25) for e in (1, 0, 0, 1))
        x0, y0, shake = dice.gauss(0, 0.15), dice.gauss(0, 0.15), dice.choice([0, 0, 0.01, 0.05])
        strokes = [
            [[0.5 + x0 + a * (x - 0.5) + b * (y - 0.5) + dice.gauss(0, shake),
              0.5 + y0 + c * (x - 0.5) + d * (y - 0.5) + dice.gauss(0, shake)] for x, y in stroke]
            for stroke in dice.choice(DIGITS)
        ]
        if dice.random() < 0.1:  # a tap somewhere
            strokes.append([[dice.random(), dice.random()]])
        cases.append((strokes, dice.randrange(10)))
    return cases


def compare(cases, answers):
    model, alike = load_pretrained(), 0
    for (strokes, number), answer in zip(cases, answers, strict=True):
        seen = frame_strokes(strokes)
        assert np.abs(np.array(answer["pixels"]).reshape(28, 28) - seen.astype(int)).max() <= 1
        if not seen.any():
            continue
        expected = predict(model, seen, number)
        assert answer["digits"] == pytest.approx(expected.digit_probabilities.tolist(), abs=1e-3)
        assert answer["sums"] == pytest.approx(expected.sum_probabilities.tolist(), abs=1e-3)
        assert answer["remark"] == remark(seen, MOST_PEN_INK)
        alike += answer["sentence"] == describe(expected, number)[0]
    # Where a probability lies on the edge of two percents, the words may differ.
    assert alike > 0.98 * len(cases)


def test_the_page_is_up_to_date_and_small():
    page = build_page.PAGE.read_text("utf-8")
    assert page == build_page.page(), "run python tools/build_page.py"
    assert len(page.encode()) < 200_000
    assert "</script" not in build_page.script()  # it would end there


@pytest.fixture(params=["laptop, light", "phone, dark"])
def page(browser, request):
    """The page, opened as a file."""
    phone = dict(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    page = browser.new_page(**phone if "phone" in request.param else {})
    errors, requests = [], []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(error.stack))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(build_page.PAGE.as_uri())
    yield page
    assert errors == []
    assert requests == [build_page.PAGE.as_uri()]  # it asks nobody for anything
    page.close()


@pytest.mark.thorough
def test_chromium_answers_as_python_does(browser):
    page, cases = browser.new_page(), drawings(300)
    page.goto(build_page.PAGE.as_uri())
    page.add_script_tag(content=SOLVE)
    compare(cases, page.evaluate("cases => cases.map((one) => solve(one))", cases))
    page.close()


def test_a_digit_is_drawn_and_read(page):
    wait_for_text(page, "The pad is empty")
    draw(page, DIGITS[7])
    wait_for_text(page, "I see a 7")
    wait_for_text(page, "7 + 5 = 12")
    page.click("[type=radio][value='9']")
    wait_for_text(page, "7 + 9 = 16")
    for _ in range(2):  # on an empty pad it costs no undo
        page.click(".clear")
        wait_for_text(page, "The pad is empty")
    page.click(".undo")
    wait_for_text(page, "7 + 9 = 16")
    page.click(".sample")
    page.wait_for_function("document.querySelector('.note').innerText.includes('labelled')")
    assert not page.locator(".upload").is_visible()
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


@pytest.mark.thorough
def test_the_maps_of_all_layers_are_drawn(page):
    draw(page, DIGITS[3])
    wait_for_text(page, "I see a 3")
    shades = """canvas => [...canvas.getContext("2d").getImageData(
        0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 4 === 0)"""
    maps = page.locator("#inside canvas")
    assert maps.count() == 7
    for place in range(7):
        values = maps.nth(place).evaluate(shades)
        assert max(values) == 255 and min(values) == 0


@pytest.mark.thorough
def test_axe_finds_nothing(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    draw(page, DIGITS[7])
    wait_for_text(page, "I see a 7")
    results = axe.Axe().run(page)
    assert not results.response["violations"], results.generate_report()
