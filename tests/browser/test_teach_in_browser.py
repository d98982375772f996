"""Training in a page without Python: buttons, curves, files. Its arithmetic is tested in Node."""

import pytest
import torch

from mnist_adder_lib import IdentityAdderModel, evaluate, load_pretrained
from mnist_adder_lib.checkpoint import load_checkpoint, save_checkpoint
from mnist_adder_lib.course.widgets.teach import TrainInBrowser


@pytest.fixture
def teach(show, first):
    """A function: the widget on few images, its network forgotten."""

    def teach(**traits):
        page = show(TrainInBrowser(first(640, 0), first(96), seed=0, **traits))
        page.click("text=Forget everything")
        return page

    return teach


def story(page, words):
    page.locator(".story").filter(has_text=words).wait_for()


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
            page.click("text=Save")
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
    assert "17,360 random numbers" in page.inner_text(".story")
    page.click("text=Train")
    story(page, "Done: 3,840 images")
    assert len(page.get_attribute("polyline.sum", "points").split()) > 1
    assert "after 3,840 images" in page.get_attribute(".chart", "aria-label")
    trained, other = saved(page), uneven(5)
    assert evaluate(trained, first(500)).accuracy_digit > 30
    save_checkpoint(tmp_path / "other.safetensors", other)
    page.set_input_files("[type=file]", tmp_path / "other.safetensors")
    story(page, "the network of other.safetensors now")
    assert same(saved(page), other) and not same(trained, other)
    back = page.get_by_role("button", name="The finished network")
    back.click()
    assert same(saved(page), load_pretrained())
    assert back.get_attribute("aria-pressed") == "true"
    page.click("text=Forget everything")
    assert back.get_attribute("aria-pressed") == "false"
    save_checkpoint(tmp_path / "same.safetensors", load_pretrained())
    page.set_input_files("[type=file]", tmp_path / "same.safetensors")
    story(page, "the network of same.safetensors now")
    assert back.get_attribute("aria-pressed") == "true"


def test_nothing_is_lost_and_curves_are_compared(teach, saved):
    page = teach(epochs=3)
    page.click("text=Train")
    story(page, "Done: 1,920 images")
    first = saved(page)
    page.click("text=Forget everything")
    assert page.locator("polyline.earlier[points*=',']").count() == 2
    page.select_option("[name=rate]", "0.001")
    page.select_option("[name=count]", "100")
    page.click("text=Train")
    story(page, "Done")
    assert not same(saved(page), first)
    runs = page.locator(".runs button")
    assert runs.count() == 3 and "rate 0.001, 100 images" in runs.nth(2).inner_text()
    assert "rate 0.01, 3,000 images" in runs.nth(1).inner_text()
    shown = page.get_attribute("polyline.digit:not(.earlier)", "points")
    runs.nth(1).click()
    story(page, "This is Network 1 again")
    assert same(saved(page), first)
    assert page.get_attribute("polyline.digit:not(.earlier)", "points") != shown
    assert page.inner_text(".train") == "Train on"
    for _ in range(2):  # no empty networks pile up
        page.locator("[value=forget]").evaluate("button => button.click()")
    assert runs.count() == 4


def test_the_finished_network_has_no_button_that_does_nothing(show, first):
    page = show(TrainInBrowser(first(64, 0), first(32), seed=0))
    assert not page.locator(".train").is_visible()
    page.click("text=Forget everything")
    assert page.inner_text(".train") == "Train"
    assert page.get_attribute("[value=forget]", "aria-disabled") == "true"


def test_one_guesses_which_comes_first_and_the_curves_tell(teach):
    page = teach(epochs=60)
    page.get_by_role("radio", name="to say the right sum").check()
    page.click("text=Train")
    page.locator(".verdict").filter(has_text="of the digits were right after").wait_for()
    story(page, "Done")
    assert page.get_by_role("radio", name="to say the right sum").is_checked()
    assert "read first. You guessed the other way" in page.inner_text(".verdict")


def test_it_stops_goes_on_and_forgets_while_it_trains(teach, saved):
    page = teach(epochs=5000)
    images = page.locator(".images")
    page.click("text=Train")
    images.filter(has_text="images").wait_for()
    page.click("text=Stop")
    story(page, "Stopped")
    page.click("text=Continue")
    stopped = images.inner_text()
    story(page, "It goes on")
    page.wait_for_function("seen => document.querySelector('.images').innerText !== seen",
                           arg=stopped)
    page.click("text=Forget everything")
    forgotten = saved(page)
    page.click("text=Train")  # what the last training reports comes too late
    images.filter(has_text="images").wait_for()
    seen = int(images.inner_text().split()[0].replace(",", ""))
    assert seen < 100_000 and page.inner_text(".train") == "Stop"
    assert not same(forgotten, load_pretrained())


def test_what_is_no_network_of_ours_is_refused_in_words(teach, saved, tmp_path):
    page, path = teach(), tmp_path / "<b>my.safetensors"
    before = saved(page)
    save_checkpoint(path, load_pretrained())
    whole = path.read_bytes()
    for content, words in ((whole[:5000], "is damaged"), (whole + b"0" * 2**20, "is too large")):
        path.write_bytes(content)
        page.set_input_files("[type=file]", path)
        story(page, f"<b>my.safetensors {words}")
    assert same(saved(page), before) and page.inner_text(".train") == "Train"


def test_where_workers_are_blocked_it_says_so(teach):
    page = teach()
    page.evaluate("""() => { // as a browser does where a policy blocks them: the script never comes
        const Real = Worker;
        window.Worker = class extends Real {
            constructor() { super("data:text/javascript,throw%20Error()"); }
        };
    }""")
    page.click("text=Train")
    story(page, "This browser can't train the network")
    assert page.inner_text(".train") == "Train"
    page.evaluate("""() => {
        window.Worker = class { constructor() { throw Error("blocked"); } };
    }""")
    page.click("text=Train")
    story(page, "blocked")
