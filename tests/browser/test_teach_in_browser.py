"""Teach it yourself, on the page: buttons, curves, files. Its arithmetic is tested in Node."""

import json

import pytest
import torch

from mnist_adder_course.widgets.image_sheet import image_sheet
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_lib import IdentityAdderModel, evaluate, load_pretrained
from mnist_adder_lib.checkpoint import load_checkpoint, save_checkpoint
from mnist_adder_lib.drawing import Strangeness
from tools.publishing import build_page

TEACH = "#teach >>"  # where all this is on the page


@pytest.fixture
def few(first):
    """What the page knows, with few images."""
    known = known_images(Strangeness(load_pretrained(), first(640, 0).images), first(640, 0).digits)
    held_back = image_sheet(first(96).images, first(96).digits)
    return build_page.data() | dict(
        known=known, images=known.pop("images"), held_back=held_back, links=None)


@pytest.fixture
def teach(open_page, few, tmp_path):
    """A function: the page with few images, its network forgotten."""
    page, file, errors = open_page(reduced_motion="reduce"), tmp_path / "page.html", []
    page.on("pageerror", lambda error: errors.append(error.stack))

    def teach(epochs=8, forget=True):
        data = json.dumps(few | dict(epochs=epochs))
        file.write_text(build_page.DATA.sub(lambda _: data, build_page.PAGE.read_text("utf-8")),
                        "utf-8")
        page.goto(file.as_uri())
        if forget:
            page.click(f"{TEACH} text=Forget everything")
        return page

    yield teach
    page.close()
    assert errors == []


def story(page, words):
    page.locator(f"{TEACH} .story").filter(has_text=words).wait_for()


def uneven(seed):
    """A network of which no number is as at the start of a training."""
    torch.manual_seed(seed)
    model = IdentityAdderModel(dropout=0.0)
    for value in model.state_dict().values():
        if value.ndim == 1:
            value += 0.3 * torch.rand(value.shape)
    return model


@pytest.fixture
def saved(tmp_path):
    """A function: the page's network, saved as a file and opened."""

    def saved(page):
        with page.expect_download() as download:
            page.click(f"{TEACH} text=Save")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return load_checkpoint(path)[0]

    return saved


def same(one, other):
    """Whether two networks have the same numbers."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs if a.ndim)


def test_from_nothing_to_a_file_that_python_opens_and_back(teach, saved, first, tmp_path):
    page = teach(epochs=6)
    assert "17,360 random numbers" in page.inner_text(f"{TEACH} .story")
    page.click(f"{TEACH} text=Train")
    story(page, "Done: 3,840 images")
    assert len(page.get_attribute(f"{TEACH} polyline.sum", "points").split()) > 1
    assert "after 3,840 images" in page.get_attribute(f"{TEACH} .chart", "aria-label")
    trained, other = saved(page), uneven(5)
    assert evaluate(trained, first(500)).accuracy_digit > 30
    save_checkpoint(tmp_path / "other.safetensors", other)
    page.set_input_files(f"{TEACH} [type=file]", tmp_path / "other.safetensors")
    story(page, "Loaded the network from other.safetensors")
    assert same(saved(page), other) and not same(trained, other)
    back = page.locator("#teach").get_by_role("button", name="The finished network")
    back.click()
    assert same(saved(page), load_pretrained())
    assert back.get_attribute("aria-pressed") == "true"
    page.click(f"{TEACH} text=Forget everything")
    assert back.get_attribute("aria-pressed") == "false"
    save_checkpoint(tmp_path / "same.safetensors", load_pretrained())
    page.set_input_files(f"{TEACH} [type=file]", tmp_path / "same.safetensors")
    story(page, "Loaded the network from same.safetensors")
    assert back.get_attribute("aria-pressed") == "true"


def test_nothing_is_lost_and_curves_are_compared(teach, saved):
    page = teach(epochs=3)
    page.click(f"{TEACH} text=Train")
    story(page, "Done: 1,920 images")
    first = saved(page)
    page.click(f"{TEACH} text=Forget everything")
    assert page.locator(f"{TEACH} polyline.earlier[points*=',']").count() == 2
    page.select_option(f"{TEACH} [name=rate]", "0.001")
    page.select_option(f"{TEACH} [name=count]", "100")
    page.click(f"{TEACH} text=Train")
    story(page, "Done")
    assert not same(saved(page), first)
    runs = page.locator(f"{TEACH} .runs button")
    assert runs.count() == 3 and "rate 0.001, 100 images" in runs.nth(2).inner_text()
    assert "rate 0.01, 3,000 images" in runs.nth(1).inner_text()
    shown = page.get_attribute(f"{TEACH} polyline.digit:not(.earlier)", "points")
    runs.nth(1).click()
    story(page, "This is Network 1 again")
    assert same(saved(page), first)
    assert page.get_attribute(f"{TEACH} polyline.digit:not(.earlier)", "points") != shown
    assert page.inner_text(f"{TEACH} [value=train]") == "Keep training"
    for _ in range(2):  # no empty networks pile up
        page.locator(f"{TEACH} [value=forget]").evaluate("button => button.click()")
    assert runs.count() == 4


def test_the_finished_network_has_no_button_that_does_nothing(teach):
    page = teach(forget=False)
    for name in ("train", "save", "open"):
        assert not page.locator(f"{TEACH} [value={name}]").is_visible()
    assert not page.locator(f"{TEACH} .change select").count()
    page.click(f"{TEACH} text=Forget everything")
    assert page.inner_text(f"{TEACH} [value=train]") == "Train"
    assert page.get_attribute(f"{TEACH} [value=forget]", "aria-disabled") == "true"


def test_one_guesses_which_comes_first_and_the_curves_tell(teach):
    """Takes about 20 s, as both curves have to rise before one of them can come first."""
    page = teach(epochs=60)
    page.locator("#teach").get_by_role("radio", name="to say the right sum").check()
    page.click(f"{TEACH} text=Train")
    page.locator(f"{TEACH} .verdict").filter(has_text="of the digits were right after").wait_for()
    story(page, "Done")
    assert page.locator("#teach").get_by_role("radio", name="to say the right sum").is_checked()
    assert "read first. You guessed the other way" in page.inner_text(f"{TEACH} .verdict")


def test_it_stops_goes_on_and_forgets_while_it_trains(teach, saved):
    page = teach(epochs=5000)
    images = page.locator(f"{TEACH} .images")
    page.click(f"{TEACH} text=Train")
    images.filter(has_text="images").wait_for()
    images.filter(has_text="left").wait_for()  # how long it still takes
    page.click(f"{TEACH} text=Stop")
    story(page, "Stopped")
    assert "left" not in images.inner_text()
    page.click(f"{TEACH} text=Continue")
    stopped = images.inner_text()
    story(page, "Training continues")
    page.wait_for_function("seen => document.querySelector('#teach .images').innerText !== seen",
                           arg=stopped)
    page.click(f"{TEACH} text=Forget everything")
    forgotten = saved(page)
    page.click(f"{TEACH} text=Train")  # what the last training reports comes too late
    images.filter(has_text="images").wait_for()
    seen = int(images.inner_text().split()[0].replace(",", ""))
    assert seen < 100_000 and page.inner_text(f"{TEACH} [value=train]") == "Stop"
    assert not same(forgotten, load_pretrained())


def test_what_is_no_network_of_ours_is_refused_in_words(teach, saved, tmp_path):
    page, path = teach(), tmp_path / "<b>my.safetensors"
    before = saved(page)
    save_checkpoint(path, load_pretrained())
    whole = path.read_bytes()
    for content, words in ((whole[:5000], "is damaged"), (whole + b"0" * 2**20, "is too large")):
        path.write_bytes(content)
        page.set_input_files(f"{TEACH} [type=file]", path)
        story(page, f"<b>my.safetensors {words}")
    assert same(saved(page), before) and page.inner_text(f"{TEACH} [value=train]") == "Train"


def test_where_workers_are_blocked_it_says_so(teach):
    page = teach()
    page.evaluate("""() => { // as a browser does where a policy blocks them: the script never comes
        const Real = Worker;
        window.Worker = class extends Real {
            constructor() { super("data:text/javascript,throw%20Error()"); }
        };
    }""")
    page.click(f"{TEACH} text=Train")
    story(page, "This browser can't train the network")
    assert page.inner_text(f"{TEACH} [value=train]") == "Train"
    page.evaluate("""() => {
        window.Worker = class { constructor() { throw Error("blocked"); } };
    }""")
    page.click(f"{TEACH} text=Train")
    story(page, "blocked")
