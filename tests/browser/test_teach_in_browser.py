"""Training in a page without Python: gradients, buttons, files; and sheets of images."""

import json

import pytest
import torch
from lab import let_it_work

from mnist_adder_lib import IdentityAdderModel, evaluate, load_pretrained, normalise
from mnist_adder_lib.checkpoint import FORMAT, load_checkpoint, save_checkpoint
from mnist_adder_lib.course.widgets.image_sheet import image_sheet
from mnist_adder_lib.course.widgets.network_diagram import weights_as_text
from mnist_adder_lib.course.widgets.teach import TrainInBrowser, scripts
from mnist_adder_lib.course.widgets.widgets import read
from mnist_adder_lib.files import to_bytes
from mnist_adder_lib.train import joint_loss

START = """async ({ weights, sheet, seed, steps }) => {
    const data = await readSheet(sheet);
    const make = { wasm: fromBase64(WASM), training: data, heldBack: data, seed };
    window.trainer = await Trainer.make(make);
    trainer.begin(flatten(readWeights(weights)), steps);
}"""
SLOPES = """numbers => {
    trainer.give(trainer.training, numbers.map((_, place) => place), numbers);
    const loss = trainer.c.slopes(numbers.length);
    const [gradients, weights] = ["gradients", "weights"].map((name) =>
        [...trainer.view(name, Float32Array, trainer.size)]);
    return { loss, gradients, weights };
}"""
LISTEN = """() => {
    window.seen = [];
    addEventListener("weights", ({ detail }) => seen.push(detail));
}"""
NUMBERS = "Object.values(seen.at(-1)).flatMap(({ data }) => [...data])"  # of the network now
LOGITS = """cases => cases.map(([pixels, number]) => {
    const { layers } = forward(seen.at(-1), pixels, number);
    return [...layers.digit_head.data, ...layers.sum_head.data];
})"""


@pytest.fixture
def bench(show):
    """A function: a page with the scripts alone, and a trainer of a model on images."""

    def bench(model, dataset, seed=0, steps=1):
        page = show(PlainPage())
        script = scripts() + read("teach").replace("export default { render };", "")
        page.add_script_tag(content=script)
        sheet = image_sheet(dataset.images, dataset.digits)
        page.evaluate(START, dict(weights=weights_as_text(model), sheet=sheet, seed=seed,
                                  steps=steps))
        return page

    return bench


class PlainPage:
    _esm, _css, keys = "export default { render() {} }", "", ()


@pytest.fixture
def teach(show, first):
    """A function: the widget on few images, its network forgotten."""

    def teach(**traits):
        page = show(TrainInBrowser(first(640, 0), first(96), seed=0, **traits))
        page.add_script_tag(content=read("network"))
        page.evaluate(LISTEN)
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


def same_logits(page, model, data):
    """Whether the page's network answers as this one does, within 1e-5 of the largest."""
    with torch.no_grad():
        images = normalise(data.images[:, None] / 255)
        expected = torch.cat(model.eval()(images, data.numbers), dim=1)
    cases = [[image.flatten().tolist(), int(n)] for image, n in zip(data.images, data.numbers)]
    found = torch.tensor(page.evaluate(LOGITS, cases))
    return (found - expected).abs().max() <= 1e-5 * expected.abs().max().clamp(min=1)


@pytest.mark.parametrize("count", [32, 7])
def test_gradients_are_pytorchs(bench, first, count):
    model, data = uneven(count), first(count)
    page = bench(model, data)
    found = page.evaluate(SLOPES, data.numbers.tolist())
    model.double()
    embedding = model.embed(normalise(data.images[:, None].double() / 255))
    hidden = torch.cat([embedding, torch.eye(10).double()[data.numbers]], dim=1)
    hidden = model.adder(hidden)  # `add` would make its one-hot numbers float32
    loss = joint_loss(model.digit_head(hidden), model.sum_head(hidden), data.digits,
                      data.digits + data.numbers)
    loss.backward()
    assert found["loss"] == pytest.approx(loss.item(), rel=1e-5)
    start, parameters = 0, dict(model.named_parameters())
    for name, value in model.state_dict().items():
        part = slice(start, start := start + value.numel() * (value.ndim > 0))
        if name in parameters:
            expected, its = parameters[name].grad.flatten(), torch.tensor(found["gradients"][part])
            assert (its - expected).abs().max() <= 1e-4 * expected.abs().max() + 1e-7, name
        elif value.ndim:
            assert found["weights"][part] == pytest.approx(value.tolist(), rel=1e-4, abs=1e-6), name


def test_a_sheet_gives_its_pixels_back_and_what_is_said_of_them_is_what_python_says(bench, first):
    data = first(90)  # the last row of the sheet is not full
    page = bench(load_pretrained(), data)
    pixels = page.evaluate("trainer.training.images.map((image) => [...image])")
    assert pixels == data.images.flatten(1).tolist()
    assert page.evaluate("trainer.training.digits") == data.digits.tolist()
    data.numbers = torch.tensor(page.evaluate(
        "((any) => trainer.heldBack.digits.map(() => Math.floor(10 * any())))(randomNumbers(0))"))
    found, expected = page.evaluate("trainer.examine()"), evaluate(load_pretrained(), data)
    assert found == pytest.approx(dict(digit=expected.accuracy_digit, both=expected.accuracy_both))


def test_it_learns_and_the_same_seed_gives_the_same_network(bench, first):
    runs, data = [], first(320, 0)
    for seed in (1, 1, 2):
        torch.manual_seed(0)
        page = bench(IdentityAdderModel(), data, seed, steps=40)
        runs.append(page.evaluate("Array.from({ length: 40 }, () => trainer.step())"))
    assert runs[0] == runs[1] != runs[2]
    assert all(sum(run[-5:]) < 0.8 * sum(run[:5]) for run in runs)


def test_from_nothing_to_a_file_that_python_opens_and_back(teach, first, tmp_path):
    page = teach(epochs=6)
    assert "17,360 random numbers" in page.inner_text(".story")
    page.click("text=Train")
    story(page, "Done: 3,840 images")
    assert len(page.get_attribute("polyline.both", "points").split()) > 1
    assert "after 3,840 images" in page.get_attribute(".chart", "aria-label")
    with page.expect_download() as download:
        page.click("text=Save")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    saved, other = load_checkpoint(path)[0], uneven(5)
    assert evaluate(saved, first(500)).accuracy_digit > 30
    assert same_logits(page, saved, first(20))
    save_checkpoint(tmp_path / "other.safetensors", other)
    page.set_input_files("input", tmp_path / "other.safetensors")
    story(page, "the network of other.safetensors now")
    assert same_logits(page, other, first(20)) and not same_logits(page, saved, first(20))
    page.click("text=Back to the trained one")
    assert same_logits(page, load_pretrained(), first(20))
    assert page.get_attribute("[value=back]", "aria-disabled") == "true"
    save_checkpoint(tmp_path / "same.safetensors", load_pretrained())
    page.set_input_files("input", tmp_path / "same.safetensors")
    story(page, "the network of same.safetensors now")
    assert page.get_attribute("[value=back]", "aria-disabled") == "true"


def test_it_stops_goes_on_and_forgets_while_it_trains(teach):
    page = teach(epochs=5000)
    page.click("text=Train")
    page.wait_for_function("seen.length > 2")
    before = page.evaluate("(document.querySelector('.train').click(), seen.length)")
    story(page, "Stopped")
    page.wait_for_function(f"seen.length === {before + 1}")  # the report that was on its way
    stopped = page.inner_text(".images")
    let_it_work(page, frames=60)
    assert page.evaluate("seen.length") == before + 1 and page.inner_text(".images") == stopped
    page.click("text=Continue")
    page.wait_for_function(f"seen.length > {before + 2}")
    assert page.inner_text(".images") != stopped
    page.click("text=Forget everything")
    forgotten = page.evaluate(NUMBERS)
    let_it_work(page, frames=60)
    assert page.evaluate(NUMBERS) == forgotten and page.inner_text(".train") == "Train"


def header(change):
    """A change of the header of a file."""
    def damage(content):
        size = int.from_bytes(content[:8], "little")
        names = json.loads(content[8:8 + size])
        change(names)
        text = json.dumps(names).encode()
        return len(text).to_bytes(8, "little") + text + content[8 + size:]

    return damage


DAMAGES = [
    (lambda content: content[:5000], "is damaged"), (lambda content: content[:-1], "is damaged"),
    (lambda content: b"", "is damaged, or isn't a safetensors file"),
    (lambda content: b"\x89PNG" + bytes(range(200)), "is damaged, or isn't a safetensors file"),
    (lambda content: b"\xff" * 8 + content[8:], "is damaged, or isn't a safetensors file"),
    (lambda content: content[:-50] + b"?" + content[-49:], "is damaged"),
    (lambda content: content + b"0" * 2**20, "is too large"),
    (header(lambda names: names.pop("__metadata__")), "is no network of this course"),
    (header(lambda names: names.update({"sum_head.weight": 3})), "holds a network of another"),
    (header(lambda names: names["sum_head.weight"].update(data_offsets=7)), "is damaged."),
    (header(lambda names: names["__metadata__"].update(normalisation='{"mean": 0}')),
     "was trained with another normalisation"),
]


def test_what_is_no_network_of_ours_is_refused_in_words(teach, tmp_path):
    page, path, small = teach(), tmp_path / "<b>my.safetensors", tmp_path / "small.safetensors"
    save_checkpoint(path, load_pretrained())
    whole = path.read_bytes()
    for damage, words in DAMAGES:
        path.write_bytes(damage(whole))
        page.set_input_files("input", path)
        story(page, f"<b>my.safetensors {words}")
        page.evaluate("document.querySelector('.story').textContent = ''")
    model = load_pretrained()
    model.digit_head.weight.data[0, 0] = torch.nan
    content = dict(format=FORMAT, weights=model.state_dict())
    path.write_bytes(to_bytes(content, path.suffix))
    page.set_input_files("input", path)
    story(page, "<b>my.safetensors holds weights that are not finite")
    save_checkpoint(small, IdentityAdderModel(adder_layers=1))
    page.set_input_files("input", small)
    story(page, "small.safetensors holds a network of another shape")
    assert page.evaluate("seen.length") == 1 and page.inner_text(".train") == "Train"
