"""The panel in a real JupyterLab: drawn on with mouse and touch, as a learner would."""

import io
import re
import time

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

from lab import CHROMIUM, DIGITS, Lab, lab_server, let_it_work, write_notebook

from mnist_adder_lib.drawing import render_strokes

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome found")

CELLS = (
    "from mnist_adder_lib import load_pretrained\nfrom mnist_adder_lib.drawing import AdderPanel",
    "panel = AdderPanel(load_pretrained())\npanel",
    "panel",
)
EMPTY = "pad is empty"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder, *CELLS)
    with lab_server(folder) as url:
        yield url, folder


@pytest.fixture(scope="module")
def open_lab(playwright, server):
    """A function that opens a browser with the panel shown; its options are Lab's."""

    def open_page(**options):
        lab = Lab(playwright, server[0], **options)
        labs.append(lab)
        lab.open()
        lab.run_all()
        lab.wait(EMPTY)
        return lab

    labs = []
    yield open_page
    for lab in labs:
        lab.close()


@pytest.fixture(scope="module")
def shared(open_lab):
    return open_lab(has_touch=True)


@pytest.fixture
def lab(shared):
    """The page that most tests share, with an empty pad and the number 5; no errors afterwards."""
    shared.click(".picker [value='5']")
    shared.click(".clear")
    shared.wait(EMPTY)
    shared.page.wait_for_function("document.querySelector('output.number').innerText === '5'")
    yield shared
    assert shared.errors == []


def png(array) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png")
    return buffer.getvalue()


def upload(lab, name: str, content: bytes):
    file = {"name": name, "mimeType": "image/png", "buffer": content}
    lab.find(".mnist-adder input[type=file]").set_input_files(file)


def wait_for_strokes(lab, count: int) -> None:
    """Wait until Python has so many strokes: what the page has sent may be on its way."""
    lab.wait_for_output("print(len(panel.strokes))", str(count))


def asked_for_ink(lab, before: int) -> int:
    """How many messages with an unfinished stroke were sent since that many frames."""
    return sum(way == "sent" and b'"unfinished":[[' in data for way, data in lab.frames[before:])


def test_a_stroke_is_one_message_and_arrives_where_it_was_drawn(lab):
    lab.draw([[(0.25, 0.5), (0.75, 0.5)]])
    wait_for_strokes(lab, 1)
    stroke = np.array(eval(lab.execute("print(panel.strokes)"))[0])
    assert np.abs(stroke[[0, -1]] - [(0.25, 0.5), (0.75, 0.5)]).max() < 0.005
    lab.page.wait_for_selector(".card:not(.waiting)")
    before = len(lab.frames)
    lab.draw([[(0.5, 0.25), (0.5, 0.6), (0.5, 0.75)]])
    wait_for_strokes(lab, 2)
    lab.page.wait_for_selector(".card:not(.waiting)")
    let_it_work(lab.page)
    lab.execute("pass")  # after what the kernel has to say of the stroke
    states = [frame for frame in lab.frames[before:] if b'"state"' in frame[1]]
    saved = [way for way, data in states if b'"strokes"' in data and b'"answer"' not in data]
    assert saved == ["sent"]  # and none comes back as a change, which might undo newer ink


def test_it_answers_while_one_draws_one_message_at_a_time(lab):
    """A 1 becomes a 7 before the mouse is up, and the kernel isn't flooded."""
    lab.execute("seen = []; panel.observe(lambda change: seen.append(change.new), 'answer')")
    lab.execute("saved = []; panel.observe(lambda change: saved.append(change.new), 'strokes')")
    (points,) = lab.positions([DIGITS[7][0]], lab.find(".digit-pad"))
    before, began = len(lab.frames), time.monotonic()
    lab.page.mouse.move(*points[0])
    lab.page.mouse.down()
    for start, end in zip(points, points[1:]):
        for step in range(1, 31):
            x, y = (a + (b - a) * step / 30 for a, b in zip(start, end))
            lab.page.mouse.move(x, y)
            let_it_work(lab.page, frames=1)  # as fast as a hand
    lab.wait("I see a 7")
    assert lab.execute("print(len(panel.strokes), len(saved))") == "0 0"
    seconds = time.monotonic() - began
    lab.page.mouse.up()
    ask = "print(len(panel.strokes), len(saved), seen[-1]['unfinished'])"
    lab.wait_for_output(ask, "1 1 False")
    answers = eval(lab.execute("print([a['unfinished'] for a in seen])"))
    # Both are counted now that all is answered. The last ink may have been sent with the mouse up.
    asked = asked_for_ink(lab, before)
    assert 2 <= sum(answers) <= asked <= seconds / 0.08 + 2


def test_ink_of_a_busy_kernel_is_asked_for_once(lab, tmp_path):
    lab.draw(DIGITS[7])
    lab.wait("I see a 7")
    flag = tmp_path / "flag"
    lab.execute(f"""import os, time
def hold(change):
    panel.unobserve(hold, "number")
    while not os.path.exists({str(flag)!r}): time.sleep(0.01)
panel.observe(hold, "number")""")
    lab.click(".picker [value='4']")
    before = len(lab.frames)
    lab.draw([[(0.5, 0.2), (0.5, 0.8)]])
    lab.page.wait_for_function("getComputedStyle(document.querySelector('.seen')).opacity < 1")
    assert asked_for_ink(lab, before) <= 1  # what waits is sent at once, with the newest of all
    flag.touch()
    lab.page.wait_for_selector(".card:not(.waiting)")
    wait_for_strokes(lab, 2)


def test_touch_and_a_tap(lab):
    lab.touch(DIGITS[7])
    lab.wait("I see a 7")
    lab.click(".clear")
    lab.wait(EMPTY)
    lab.touch([[(0.5, 0.5)]])
    lab.wait("but I doubt it")
    ink = lab.find(".digit-pad").evaluate(
        "c => c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0]"
    )
    assert ink > 200  # the dot


def test_undo_brings_back_what_clear_and_mnist_replaced_and_redo_takes_it_again(lab):
    lab.draw(DIGITS[7])
    lab.wait("I see a 7")
    lab.click(".clear")
    lab.wait(EMPTY)
    lab.click(".clear")  # of an empty pad: there is nothing to undo
    lab.click(".undo")
    lab.wait("I see a 7")
    lab.click(".sample")
    lab.wait(r"labelled \d", ".note")
    note = lab.find(".note").inner_text()
    lab.click(".undo")
    lab.wait("^$", ".note")
    assert "I see a 7" in lab.sentence()
    lab.click(".redo")
    lab.wait(note, ".note")
    lab.click(".picker [value='2']")
    lab.wait(r"\+ 2|with 2")
    assert note in lab.find(".note").inner_text()
    lab.find(".digit-pad").focus()
    for key, pattern in [("Backspace", "I see a 7"), ("Backspace", EMPTY),
                         ("Shift+Backspace", "I see a 7")]:
        lab.page.keyboard.press(key)
        lab.wait(pattern)


def test_numbers_by_mouse_dice_and_keys(lab):
    lab.draw(DIGITS[3])
    lab.wait(r"I see a 3 \([^)]+%\)\. 3 \+ 5 = 8 \([^)]+%\)\.")
    words = lab.find(".digits").get_attribute("aria-label")
    assert re.search(r"Likeliest: 3: .*%, then \d: .*%", words)
    lab.click(".picker [value='9']")
    lab.wait("3 \\+ 9 = 12")
    lab.page.keyboard.press("ArrowLeft")
    lab.wait("3 \\+ 8 = 11")
    seen = set()
    for _ in range(12):
        lab.click(".dice")
        number = lab.find("output.number").inner_text()
        lab.wait(rf"3 \+ {number} = {3 + int(number)}")
        seen.add(number)
    assert len(seen) > 1
    lab.page.keyboard.press("7")  # digits choose wherever one is
    lab.wait("3 \\+ 7 = 10")
    assert lab.find(".picker :checked").get_attribute("value") == "7"


def test_another_view_and_another_tab_get_the_ink(lab):
    lab.notebook("await panel.context.save();")  # the other tab shows what is in the file
    other = lab.context.new_page()
    other.goto(lab.page.url.replace("?reset", ""))
    lab.wait_for_pad(other)
    pad = other.locator(".digit-pad").first
    lab.page.bring_to_front()
    views = lab.page.locator(".digit-pad")
    lab.draw(DIGITS[1], views.nth(1))  # the panel is shown twice on this page
    lab.wait("I see a 1")
    lab.page.wait_for_function("""() => new Set([...document.querySelectorAll(".digit-pad")]
        .map((view) => view.toDataURL())).size === 1""")
    other.bring_to_front()
    other.wait_for_function("/I see a 1/.test(document.querySelector('.prediction').innerText)")
    pixels = "c => c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0]"
    other.wait_for_function(f"({pixels})(document.querySelector('.digit-pad')) > 200")
    box = pad.bounding_box()
    other.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.8 * box["height"])
    other.mouse.down()
    other.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    other.mouse.up()
    wait_for_strokes(lab, 2)
    other.wait_for_function("!document.querySelector('.card.waiting')")
    other.close()
    lab.page.bring_to_front()
    white = "c => c.getContext('2d').getImageData(c.width / 2, 0.8 * c.height, 1, 1).data[0]"
    lab.page.wait_for_function(f"({white})(document.querySelector('.digit-pad')) > 200")


def test_upload(lab):
    seven = png(255 - render_strokes(DIGITS[7]) // 2)
    upload(lab, "seven.png", seven)
    lab.wait("I see a 7")
    upload(lab, "damaged.png", seven[:200])
    lab.wait("can't be read", ".note")
    assert "I see a 7" in lab.sentence()  # nothing is lost


PHONE = {"viewport": {"width": 390, "height": 900}, "device_scale_factor": 2}
# A browser's zoom of 150%: fewer pixels of CSS, each of which is one and a half on the screen.
ZOOMED = {"viewport": {"width": 800, "height": 700}, "device_scale_factor": 1.5}


@pytest.mark.thorough
@pytest.mark.parametrize("options", [ZOOMED, PHONE], ids=["zoom 150%", "phone"])
def test_other_screens(open_lab, options):
    lab = open_lab(**options)
    lab.click(".clear")  # JupyterLab 3 moves a cell when it is chosen for the first time
    lab.draw(DIGITS[7])
    lab.wait("I see a 7")
    wait_for_strokes(lab, 1)
    stroke = np.array(eval(lab.execute("print(panel.strokes)"))[0])
    assert np.abs(stroke[[0, -1]] - [DIGITS[7][0][0], DIGITS[7][0][-1]]).max() < 0.01
    fits = "e => e.scrollWidth <= e.clientWidth + 1 && e.getBoundingClientRect().width > 200"
    assert lab.find(".mnist-adder .card").evaluate(fits)
    density = lab.find(".digit-pad").evaluate("c => c.width / c.clientWidth / devicePixelRatio")
    assert density == pytest.approx(1, abs=0.01)
    assert lab.errors == []


def test_reload_with_the_kernel_alive(lab):
    lab.run_all()  # the pages above share the kernel and have made other panels in it
    lab.wait(EMPTY)
    lab.draw(DIGITS[7])
    lab.wait("I see a 7")
    lab.notebook("await panel.context.save();")
    lab.open(reset=False)
    lab.wait_for_pad(lab.page)
    lab.wait("I see a 7")
    lab.page.locator(".digit-pad").nth(1).wait_for()  # the page has settled
    before = lab.find(".seen").get_attribute("src")
    lab.draw([[(0.1, 0.9), (0.9, 0.9)]])
    lab.page.wait_for_function("s => document.querySelector('.seen').src !== s", arg=before)
    wait_for_strokes(lab, 2)


def test_kernel_restart(lab):
    lab.notebook("await panel.sessionContext.session.kernel.restart();")
    lab.draw(DIGITS[7])  # nobody answers; the ink stays and the panel says what to do
    lab.page.wait_for_function(
        "getComputedStyle(document.querySelector('.late')).visibility === 'visible'")
    lab.wait_for_kernel()
    lab.run_all()
    lab.wait(EMPTY)
    lab.draw(DIGITS[7])
    lab.wait("I see a 7")
    lab.errors.clear()  # JupyterLab's "Cannot send" while the kernel was away
