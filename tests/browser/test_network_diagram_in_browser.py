"""The picture of the whole network on a page without Python: its numbers, mouse, keys and pad."""

import re

import pytest
import torch
import torch.nn.functional as F
from lab import DIGITS, draw, let_it_work, render_alone, wait_for_text
from playwright.sync_api import expect

from mnist_adder_course.lessons.model_summary import plot_receptive_field, units
from mnist_adder_course.widgets.network_diagram import (
    PARTS,
    NetworkDiagram,
    to_base64,
    weights_as_text,
)
from mnist_adder_lib import IdentityAdderModel, load_pretrained, normalise
from mnist_adder_lib.model import count_parameters, receptive_fields
from mnist_adder_lib.shared import SENTENCES

OVER = SENTENCES["over"]
SEVEN_AND_8 = SENTENCES["certain"].format(seen=f"a 7 ({OVER})", digit=7, sign="+", number=8,
                                          answer=f"15 ({OVER})")
PICTURES = """() => Object.fromEntries([...document.querySelectorAll("[data-part]")].map((part) =>
    [part.dataset.part, [...part.querySelectorAll("canvas")].map((one) => one.toDataURL()).join() +
        part.querySelector(".bars")?.innerHTML]))"""
GAP = """() => { // the shades along a row of block 1's picture, maps and gaps
    const canvas = document.querySelector("[data-part=block1] canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return [...Array(canvas.width).keys()].map((x) => data[4 * (20 * canvas.width + x)]);
}"""

NEAR = """([selector, value]) =>
    Math.abs(document.querySelector(selector).innerText.replace("−", "-") - value) < 0.006"""

PICTURE = re.compile("^url")  # as the style of the pad has it


def shown(page):
    return page.evaluate(PICTURES)


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def about(page):
    return page.locator(".about").inner_text()


def part(page, name):
    return page.locator(f"[data-part={name}]")


def test_each_part_says_what_it_is_and_its_size_is_the_models(show):
    model = load_pretrained()
    page = show(NetworkDiagram(model))
    fields = {row["layer"]: row["size"] for row in receptive_fields(model)}
    last = {"block1": "block1.2", "block2": "block2.2", "block3": "block3.1.0"}
    sizes = {"image": "1 × 28 × 28", "block1": "8 × 14 × 14", "block2": "16 × 7 × 7",
             "block3": "16 × 5 × 5", "average": "16", "embedding": "20", "number": "10",
             "adder": "64, 64", "digit_head": "10", "sum_head": "19"}
    for name in PARTS:
        part(page, name).locator(".name").click()
        text = about(page)
        assert sizes[name] in text and part(page, name).locator("small").inner_text() in text
        layer = getattr(model, name, None)
        assert (f"{count_parameters(layer):,} of 17,360" if layer else "no parameters") in text
        if name in last:
            assert f"{fields[last[name]]} × {fields[last[name]]} pixels" in text
        assert page.locator("[data-part][aria-pressed=true]").count() == 1
        assert part(page, name).get_attribute("aria-pressed") == "true"
        spoken, words = page.get_by_role("status"), page.locator(".words")
        assert spoken.inner_text().split() == words.text_content().split()


def test_by_keys(show):
    page = show(NetworkDiagram(load_pretrained(), here="block2"))
    assert "block 2" in about(page)
    assert part(page, "block2").get_attribute("aria-current") == "location"
    part(page, "block2").focus()
    press(page, "ArrowRight", "ArrowDown", "ArrowLeft")
    assert "block 3" in about(page)
    press(page, "End", "ArrowRight")
    assert "sum head" in about(page)
    press(page, "Home", "Enter")
    assert "28 rows" in about(page)
    press(page, "9", "d")
    assert page.evaluate("model.traits.number") == 9
    assert "7 + 9 = 16" in page.locator(".answer").inner_text()
    press(page, "Shift+Tab", "ArrowLeft")  # one stop for all parts; before them the numbers
    assert page.evaluate("model.traits.number") == 8
    while page.evaluate("document.activeElement.className") != "digit-pad":
        press(page, "Shift+Tab")  # the buttons of the pad lie between
    press(page, "0")
    assert page.evaluate("model.traits.number") == 0
    part(page, "block1").locator(".name").click()
    press(page, "Tab", "Tab", "ArrowRight", "ArrowRight", "Enter")  # the second convolution's maps
    assert page.locator(".made .title").inner_text().startswith("Map 2, second convolution")
    assert page.locator(".all [aria-pressed=true]").count() == 1
    let_it_work(page, frames=5)  # what has become taller is laid out again
    assert page.evaluate("document.activeElement.ariaLabel") == "Map 2"
    page.set_viewport_size({"width": 390, "height": 900})  # a phone is turned
    page.locator(".part + .about, .join + .about").wait_for()
    assert page.evaluate("document.activeElement.ariaLabel") == "Map 2"
    assert page.evaluate("outside.filter((key) => !/Tab|Shift|Enter|Arrow/.test(key))") == []


def test_another_number_changes_the_right_part_alone(show):
    page = show(NetworkDiagram(load_pretrained()))
    before = shown(page)
    page.get_by_role("radio", name="8").click()
    after = shown(page)
    changed = {name for name in PARTS if before[name] != after[name]}
    assert changed >= {"number", "adder", "sum_head"}
    assert changed <= {"number", "adder", "digit_head", "sum_head"}
    assert page.evaluate("[model.traits.number, model.saved]") == [8, 1]
    assert page.locator(".answer").inner_text() == SEVEN_AND_8
    page.evaluate("model.set('number', 0)")  # as Python does
    assert "number: 0" in part(page, "number").inner_text()
    assert page.get_by_role("radio", name="0").is_checked()


def test_ones_own_drawing_goes_through_the_network(show):
    page = show(NetworkDiagram(load_pretrained()))
    given = page.evaluate("model.traits.pixels")
    pad = page.locator(".digit-pad")
    expect(pad).to_have_css("background-image", PICTURE)  # the 7 that is read
    assert "Your turn" in page.locator(".note").inner_text()
    draw(page, DIGITS[3])
    expect(pad).to_have_css("background-image", "none")
    page.wait_for_function("document.querySelector('.answer').innerText.includes('I see a 3')")
    drawn = page.evaluate("model.traits.pixels")
    assert drawn != given and len(drawn) == 784 and max(drawn) == 255
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("document.querySelector('.answer').innerText.includes('I see a 7')")
    assert page.evaluate("model.traits.pixels") == given
    draw(page, DIGITS[1])
    page.evaluate("pixels => model.set('pixels', pixels)", drawn)  # as Python does
    page.wait_for_function("document.querySelector('.answer').innerText.includes('I see a 3')")
    expect(pad).to_have_css("background-image", PICTURE)
    page.evaluate("model.set('pixels', Array(784).fill(0))")
    page.locator(".hint").wait_for()  # nothing is on the pad
    assert page.locator(".answer").inner_text() == SENTENCES["empty_image"]
    page.evaluate("stop()")
    page.evaluate("model.set('number', 1)")
    assert page.locator(".answer").inner_text() == SENTENCES["empty_image"]


def test_other_weights_are_shown_with_as_many_layers_as_they_have(show):
    page = show(NetworkDiagram(load_pretrained()))
    text = page.locator(".answer")
    page.get_by_role("radio", name="8").click()
    page.evaluate("window.first = model.traits.weights")
    other = IdentityAdderModel(adder_layers=1).eval()
    page.evaluate("weights => model.set('weights', weights)", weights_as_text(other))
    assert part(page, "adder").locator("canvas").count() == 1
    torch.nn.init.constant_(other.digit_head.weight, torch.nan)
    page.evaluate("weights => model.set('weights', weights)", weights_as_text(other))
    assert "no longer finite numbers" in text.inner_text()
    page.evaluate("model.set('weights', first)")
    assert part(page, "adder").locator("canvas").count() == 2
    assert text.inner_text().strip() == SEVEN_AND_8


def test_what_is_refused_or_empty_is_not_contradicted_by_bars(show):
    page = show(NetworkDiagram(load_pretrained()))
    page.evaluate("model.set('pixels', Array(784).fill(0))")
    draw(page, DIGITS[7])
    wait_for_text(page, "I see a 7")
    heads, words = page.locator(".heads"), page.locator(".nearest-guess")
    assert "dimmed" not in heads.get_attribute("class") and words.inner_text() == ""
    page.get_by_role("button", name="Clear").click()
    words.filter(has_text="I would still say").wait_for()
    assert page.locator(".answer").inner_text().strip() == SENTENCES["empty_image"]
    draw(page, [[(0.2, 0.2), (0.2, 0.8)], [(0.8, 0.2), (0.8, 0.8)]])  # two parts
    words.filter(has_text="don't trust it").wait_for()
    assert "dimmed" in heads.get_attribute("class")
    assert part(page, "digit_head").locator(".value").inner_text() == ""


def layers_of(model, image, number):
    """What comes into and out of each layer, by its name in PyTorch."""
    inside, hooks = {}, []
    for name, layer in model.named_modules():
        hooks.append(layer.register_forward_hook(
            lambda _, given, out, name=name: inside.update({name: (given[0][0], out[0])})))
    with torch.no_grad():
        model(normalise(image.float() / 255)[None, None], torch.tensor([number]))
    for hook in hooks:
        hook.remove()
    return inside


def numbers(locator):
    return [float(text.replace("−", "-")) for text in locator.all_inner_texts()]


def test_a_pixel_of_a_map_is_made_as_in_pytorch(show, first):
    model, image = load_pretrained(), first(1).images[0]
    page = show(NetworkDiagram(model, image, here="block2"))
    page.locator("[data-layer='block2.0'] button").nth(5).click()
    row, column = map(int, re.findall(r"\d+", page.locator(".where").inner_text()))
    inside = layers_of(model, image, 5)
    given, out = inside["block2.0.0"]
    weight = model.block2[0][0].weight.detach()
    each = [F.conv2d(given[None, c:c + 1], weight[5:6, c:c + 1], padding=1)
            for c in range(len(given))]
    parts = [one[0, 0, row, column].item() for one in each]
    assert numbers(page.locator(".channels button")) == pytest.approx(parts, abs=0.006)
    result = page.locator(".result output")
    assert numbers(result) == pytest.approx([out[5, row, column].item()], abs=0.006)
    pixel = inside["block2.0.2"][1][5, row, column].item()
    said = re.search(r"batch norm (\S+): the pixel", page.locator(".formula").inner_text())[1]
    assert float(said.replace("−", "-")) == pytest.approx(pixel, abs=0.006)
    page.evaluate("model.set('pixels', Array(784).fill(0))")  # what is open is of the image of now
    blank = layers_of(model, torch.zeros(28, 28), 5)["block2.0.0"][1][5, row, column].item()
    page.wait_for_function(NEAR, arg=[".result output", blank])


def test_a_pixel_after_pooling_is_the_largest_of_four(show, first):
    model, image = load_pretrained(), first(1).images[0]
    page = show(NetworkDiagram(model, image, here="block2"))
    page.locator("[data-layer='block2.2'] button").nth(3).click()
    row, column = map(int, re.findall(r"\d+", page.locator(".where").inner_text()))
    pooled = layers_of(model, image, 5)["block2.2"][1][3, row, column].item()
    assert numbers(page.locator(".result output")) == pytest.approx([pooled], abs=0.006)
    assert max(numbers(page.locator(".window td:visible"))) == pytest.approx(pooled, abs=0.006)


FIELDS = receptive_fields(IdentityAdderModel())
FRAME = """() => { // top, left, height and width of the frame, in pixels of the image
    const [frame, image] = ["i", "img"].map(
        (part) => document.querySelector(`.seen ${part}`).getBoundingClientRect());
    const scale = image.width / 28;
    return [frame.top - image.top, frame.left - image.left, frame.height, frame.width].map(
        (length) => length / scale);
}"""


def seen(page):
    """Row and column of the pixel that is looked at, and what of the image it is said to see."""
    row, column, words = re.match(r"Row (\d+), column (\d+) of the map sees (.+?) of the image",
                                  page.locator(".made .seen").inner_text()).groups()
    return int(row), int(column), words


def test_what_a_pressed_pixel_of_a_map_sees_is_framed(show, first):
    page = show(NetworkDiagram(load_pretrained(), first(1).images[0]))
    for index, field in enumerate(FIELDS):
        layer = ".".join(field["layer"].split(".")[:2])
        part(page, layer.split(".")[0]).locator(".name").click()
        page.locator(f"[data-layer='{layer}'] button").first.click()
        pixels = page.locator(".made canvas.output")
        pixels.scroll_into_view_if_needed()
        x, y = (0.01, 0.4) if index % 2 else (0.99, 0.99)
        box = pixels.bounding_box()
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.move(1, 1)  # what was pressed stays
        row, column, words = seen(page)
        figure = plot_receptive_field(torch.zeros(1, 28, 28), FIELDS, index, row, column)
        assert words == figure.axes[0].get_title().partition("\n")[2]
        count = units(field)
        assert (row, column) == (int(y * count), int(x * count))
        first_seen = [field["start"] + at * field["jump"] - (field["size"] - 1) / 2
                      for at in (row, column)]
        assert page.evaluate(FRAME) == pytest.approx([*first_seen, field["size"], field["size"]],
                                                     abs=0.1)


def test_what_a_pixel_sees_follows_finger_keys_and_image(show):
    page = show(NetworkDiagram(load_pretrained(), here="block2"), width=390)
    page.locator("[data-layer='block2.1'] button").nth(3).click()
    pixels, picture = page.locator(".made canvas.output"), page.locator(".seen img")
    pixels.scroll_into_view_if_needed()
    box = pixels.bounding_box()
    page.touchscreen.tap(box["x"] + 1, box["y"] + 1)
    assert seen(page) == (0, 0, "rows 0 to 7, columns 0 to 7")
    assert "14 × 14 pixels, and part of it lies outside" in page.inner_text(".made .seen")
    page.locator(".made canvas.input").focus()
    press(page, "ArrowDown", "ArrowDown", "ArrowRight")
    assert seen(page) == (2, 1, "rows 0 to 11, columns 0 to 9")
    assert page.locator(".made .live").text_content().endswith(page.inner_text(".made .seen"))
    before = picture.get_attribute("src")
    page.evaluate("model.set('pixels', Array(784).fill(0))")
    page.wait_for_function("before => document.querySelector('.seen img').src !== before",
                           arg=before)


BEYOND = """() => [...document.querySelectorAll("[data-part] canvas")].map((canvas) => {
    const part = canvas.closest("[data-part]"), style = getComputedStyle(part);
    const [{ right }, inside] = [canvas, part].map((one) => one.getBoundingClientRect());
    const free = parseFloat(style.borderWidth) + parseFloat(style.paddingRight);
    return [part.dataset.part, right - inside.right + free];
}).filter(([, beyond]) => beyond > 0.5)"""


@pytest.mark.parametrize("width, side, scheme, scale", [  # side: of a map of block 2, in pixels
    (320, 30, "dark", 1), (390, 40, "light", 2.75), (800, 34, "dark", 1.5), (864, 22, "light", 1),
    (1440, 27, "light", 1)])
def test_it_fits_any_screen(open_page, width, side, scheme, scale):
    page = open_page(viewport={"width": width, "height": 900}, device_scale_factor=scale,
                     color_scheme=scheme, reduced_motion="reduce")
    render_alone(page, NetworkDiagram(load_pretrained()))
    page.locator("[data-part=number] canvas[style]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inside = page.locator(".card").first.bounding_box()
    assert width < 864 or inside["height"] < 720  # in JupyterLab, at 1280 x 900: on one screen
    for one in page.locator("[data-part]").all():
        box = one.bounding_box()
        assert box["x"] >= inside["x"] and box["width"] >= 24 and box["height"] >= 24
        assert box["x"] + box["width"] <= inside["x"] + inside["width"]
    assert page.evaluate(BEYOND) == []
    assert max(page.evaluate(GAP)) > 100  # a frame, in any theme: maps can be told apart
    maps = part(page, "block2").locator("canvas").bounding_box()
    assert maps["width"] >= (4 if width > 539 else 8) * side
    for name in ("block1", "sum_head"):  # what is said of a part comes into view
        part(page, name).locator(".name").click()
        for box in (part(page, name).bounding_box(), page.locator(".words").bounding_box()):
            assert -2 < box["y"] and box["y"] + box["height"] < 902
    page.close()
