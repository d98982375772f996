"""A guess in a real JupyterLab: by mouse, by keys, and as a screen reader tells it."""

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

from lab import CHROMIUM, Lab, lab_server, write_notebook  # noqa: E402

from mnist_adder_lib.course.start_here import guesses  # noqa: E402

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome found")

QUESTION = guesses.questions["parameters"]
OPTIONS = [option.text for option in QUESTION.options]
CELLS = (
    "from mnist_adder_lib.course.start_here import guesses\n"
    "guess = guesses.ask('parameters')\nguess",
    "guess",
    "'ran on'",
)
GROUPS = ".mnist-adder-guess"
# The contrast of an element's text with what lies behind it, as WCAG defines it.
CONTRAST = """element => {
    const parts = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
    let behind = element;
    const ground = () => parts(getComputedStyle(behind).backgroundColor);
    while (behind.parentElement && ground()[3] === 0) behind = behind.parentElement;
    const values = [light(parts(getComputedStyle(element).color)), light(ground())];
    return (Math.max(...values) + 0.05) / (Math.min(...values) + 0.05);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder, *CELLS)
    with lab_server(folder) as url:
        yield url


@pytest.fixture(scope="module")
def lab(server):
    with sync_api.sync_playwright() as playwright:
        lab = Lab(playwright, server, viewport={"width": 900, "height": 900})
        lab.open()
        yield lab
        assert lab.errors == []
        lab.close()


@pytest.fixture
def groups(lab):
    """The two views of a fresh guess."""
    lab.page.set_viewport_size({"width": 900, "height": 900})
    lab.notebook('app.shell.activateById(panel.id);'
                 'await app.commands.execute("notebook:run-all-cells");')
    lab.page.wait_for_function(f"document.querySelectorAll('{GROUPS}').length === 2")
    groups = lab.page.locator(GROUPS)
    groups.first.scroll_into_view_if_needed()
    return groups


def choice(lab) -> str:
    return lab.execute("print(guess.choice)")


def wait_for_choice(lab, text):
    lab.wait_for_output("print(guess.choice)", text)


def place_of_focus(lab) -> int:
    """Which radio button of the first view has the focus; -1: none of them."""
    return lab.page.evaluate(
        f"[...document.querySelector('{GROUPS}').querySelectorAll('input')]"
        ".indexOf(document.activeElement)"
    )


def test_a_click_on_the_text_chooses_in_both_views(lab, groups):
    assert choice(lab) == "None"
    groups.nth(0).get_by_text(OPTIONS[2]).click()
    wait_for_choice(lab, OPTIONS[2])
    sync_api.expect(groups.nth(1).get_by_role("radio", name=OPTIONS[2])).to_be_checked()
    groups.nth(1).get_by_role("radio", name=OPTIONS[0]).click()
    wait_for_choice(lab, OPTIONS[0])
    sync_api.expect(groups.nth(0).get_by_role("radio", name=OPTIONS[0])).to_be_checked()


def test_what_a_screen_reader_tells(lab, groups):
    name = f"Your guess. {QUESTION.text}"
    group = lab.page.get_by_role("group", name=name, exact=True)
    assert group.count() == 2
    told = group.first.aria_snapshot()
    assert [line for line in told.splitlines() if "radio" in line] == [
        f"  - radio \"{text}\"" for text in OPTIONS
    ]


def test_arrows_choose_and_keys_stay_inside(lab, groups):
    groups.first.get_by_role("radio").first.focus()
    lab.page.keyboard.press("Space")
    wait_for_choice(lab, OPTIONS[0])
    for key, place in [("ArrowDown", 1), ("ArrowRight", 2), ("ArrowUp", 1), ("ArrowDown", 2)]:
        lab.page.keyboard.press(key)
        assert place_of_focus(lab) == place
    wait_for_choice(lab, OPTIONS[2])
    for key in "ddabxzmyjk":  # shortcuts of JupyterLab on single letters
        lab.page.keyboard.press(key)
    lab.page.keyboard.press("Enter")
    assert place_of_focus(lab) == 2 and choice(lab) == OPTIONS[2]
    assert lab.notebook("return panel.content.widgets.length") == len(CELLS)
    assert lab.notebook("return panel.content.widgets.map(w => w.model.type).join()") == (
        "code,code,code"
    )


def test_one_tab_stop(lab, groups):
    groups.first.get_by_role("radio").nth(1).focus()
    lab.page.keyboard.press("Space")
    for key in ("Tab", "Shift+Tab"):
        groups.first.get_by_role("radio").nth(1).focus()
        lab.page.keyboard.press(key)
        assert place_of_focus(lab) == -1


def test_shift_enter_goes_on(lab, groups):
    groups.first.get_by_text(OPTIONS[1]).click()
    wait_for_choice(lab, OPTIONS[1])
    assert place_of_focus(lab) == 1
    before = lab.notebook("return panel.content.activeCellIndex")
    lab.page.keyboard.press("Shift+Enter")
    lab.page.wait_for_timeout(500)
    assert lab.notebook("return panel.content.activeCellIndex") == before + 1


def test_after_the_comparison_it_is_closed_and_can_be_read(lab, groups):
    groups.first.get_by_text(OPTIONS[3]).click()
    wait_for_choice(lab, OPTIONS[3])
    lab.execute("guess.compare(17_360)")
    for radio in groups.first.get_by_role("radio").all():
        sync_api.expect(radio).to_be_disabled()
    sync_api.expect(groups.first.get_by_role("radio", name=OPTIONS[3])).to_be_checked()
    groups.first.get_by_text(OPTIONS[0]).click(force=True)
    lab.page.wait_for_timeout(300)
    assert choice(lab) == OPTIONS[3]
    for text in groups.first.locator("legend, span").all():
        assert text.evaluate(CONTRAST) >= 4.5


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_it_can_be_read_in_both_themes(lab, groups, theme):
    lab.notebook('await app.commands.execute("apputils:change-theme", { theme: argument });', theme)
    lab.page.wait_for_function(f"document.body.dataset.jpThemeName === '{theme}'")
    lab.page.wait_for_timeout(500)
    for text in groups.first.locator("legend, span, input").all():
        assert text.evaluate(CONTRAST) >= 4.5


def test_circles_are_level_with_their_text(lab, groups):
    for label in groups.first.locator("label").all():
        off = label.evaluate("""label => {
            const range = document.createRange();
            range.selectNodeContents(label.querySelector("span"));
            const text = range.getClientRects()[0];
            const circle = label.querySelector("input").getBoundingClientRect();
            return text.top + text.height / 2 - circle.top - circle.height / 2;
        }""")
        assert abs(off) <= 1


def test_a_narrow_window_cuts_nothing_off(lab, groups):
    lab.page.set_viewport_size({"width": 480, "height": 900})
    lab.page.wait_for_timeout(300)
    for element in groups.first.locator("legend, span").all():
        box = element.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 480
    label = groups.first.locator("label").first.bounding_box()
    assert label["height"] >= 24  # large enough for a finger
