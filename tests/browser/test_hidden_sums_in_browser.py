"""The grid of pairs on a page without Python: mouse, keys, touch, training."""

import re

import pytest
import torch
import torch.nn.functional as F
from lab import let_it_work
from torch import nn

from mnist_adder_lib import load_pretrained
from mnist_adder_lib.course.widgets.hidden_sums import ADDER, PATTERN, HiddenSums, adder_data

TO_TEST = "makeAdder, randomNumbers, readImages, trainInSlices, meanShare, askAll, all, SHORT, LONG"
TRAIN = """async ({ source, data, pairs, told, answer, seeds, further }) => {
    const page = new Function(source)();
    const { training, others } = page.readImages(data);
    const out = new Set(pairs.map(String)), found = [];
    const seen = page.all.filter((pair) => !out.has(String(pair)));
    for (let seed = 0; seed < seeds; seed++) {
        const random = page.randomNumbers(seed);
        const adder = await page.makeAdder(told, answer, random);
        const shares = [];
        const plans = [page.SHORT, { ...page.LONG, classes: further }];
        for (const plan of plans.slice(0, further ? 2 : 1)) {
            await new Promise((resolve) => page.trainInSlices(adder, plan, training, seen, random,
                (steps, isLast) => isLast && resolve()));
            const answers = page.askAll(adder, others);
            shares.push(100 * page.meanShare(answers, seen), 100 * page.meanShare(answers, pairs));
            adder.code.restart();
        }
        found.push(shares);
    }
    return found;
}"""
ONE_STEP = """async ({ source, told, answer, examples }) => {
    const page = new Function(`${source}; return { makeAdder, randomNumbers, putIn }`)();
    const adder = await page.makeAdder(told, answer, page.randomNumbers(1));
    const start = [...adder.values];
    page.putIn(adder, examples);
    const [x, targets] = [[...adder.x], [...adder.targets]];
    adder.code.train(examples.length, 1, 0.01, 1);
    const gradients = [...adder.gradients];
    adder.code.train(examples.length, 2, 0.01, 1);
    adder.code.forward(examples.length, 0);
    return { start, x, targets, gradients, end: [...adder.values], outputs: [...adder.outputs] };
}"""


@pytest.fixture(scope="module")
def data():
    return adder_data(load_pretrained())


def pairs(page):
    return sorted(page.evaluate("model.traits.pairs"))


def place(page, digit, number):
    return page.locator(f"[data-at='{digit},{number}']")


def status(page, name="chosen"):
    return page.locator(f".{name}").inner_text()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_click_hides_a_pair_and_shows_it_again(show):
    page = show(HiddenSums())
    assert status(page) == "20 of 100 pairs hidden. No pair is left with the sum 0."
    place(page, 9, 9).click()
    assert pairs(page) == PATTERN and status(page) == "At most 20 pairs can be hidden."
    place(page, 0, 0).click()
    assert [0, 0] not in pairs(page) and place(page, 0, 0).inner_text() == "0"
    assert status(page) == "19 of 100 pairs hidden. Every sum still occurs."
    place(page, 9, 9).click()
    assert [9, 9] in pairs(page) and place(page, 9, 9).inner_text() == "?"
    assert place(page, 9, 9).get_attribute("aria-pressed") == "true"
    assert not button(page, "Train").is_visible()  # without a network that reads


def test_one_draws_across_pairs(show):
    page = show(HiddenSums(pairs=[[2, 4]]))
    for wanted in ([[2, 2], [2, 3], [2, 4], [2, 5]], []):
        place(page, 2, 2).hover()
        page.mouse.down()
        for number in (3, 4, 5):
            place(page, 2, number).hover()
        page.mouse.up()
        assert pairs(page) == wanted


def test_a_finger_hides_pairs_in_any_direction_and_beside_them_it_scrolls(show):
    page = show(HiddenSums(pairs=[]), width=360)
    page.set_viewport_size({"width": 360, "height": 400})
    box = place(page, 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24
    place(page, 9, 9).tap()
    assert pairs(page) == [[9, 9]]

    def draw(start, end):
        boxes = [start.bounding_box(), end.bounding_box()]
        (x, y), (to_x, to_y) = [(box["x"] + 9, box["y"] + 9) for box in boxes]
        path = [dict(x=x + (to_x - x) * n / 20, y=y + (to_y - y) * n / 20) for n in range(21)]
        events = [("touchStart", path[0]), *[("touchMove", one) for one in path], ("touchEnd",)]
        finger = page.context.new_cdp_session(page)
        for kind, *at in events:
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    page.evaluate("scrollTo(0, 0)")
    for end, expected in ((0, [[2, 0], [3, 0], [4, 0]]), (2, [[2, 0], [3, 1], [4, 2]])):
        page.evaluate("model.set('pairs', [])")
        draw(place(page, 2, 0), place(page, 4, end))
        assert pairs(page) == expected and page.evaluate("scrollY") == 0
    draw(page.get_by_role("rowheader", name="4"), page.get_by_role("rowheader", name="0"))
    page.wait_for_function("scrollY > 20")
    assert pairs(page) == expected


def test_arrows_go_from_pair_to_pair_and_keys_stay_inside(show):
    page = show(HiddenSums(pairs=[]))
    place(page, 4, 4).focus()
    for key, at in [("Home", "4,0"), ("Control+End", "9,9"), ("ArrowUp", "8,9"), ("End", "8,9"),
                    ("Control+Home", "0,0")]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.at") == at
    for key in ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "Space", "d"]:
        page.keyboard.press(key)
    assert pairs(page) == [[2, 0]]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "pattern"  # one stop for all pairs
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert pairs(page) == []
    assert set(page.evaluate("outside")) <= {"Control", "Home", "End"}
    page.keyboard.press("Shift+Enter")  # goes on to the next cell
    assert "Enter" in page.evaluate("outside")


def test_many_at_once(show):
    page = show(HiddenSums())
    button(page, "None").click()
    assert pairs(page) == [] and status(page).startswith("0 of 100")
    button(page, "10 at random").click()
    first = pairs(page)
    button(page, "10 at random").click()
    assert len(first) == len(pairs(page)) == 10 and first != pairs(page)
    assert status(page) == "10 of 100 pairs hidden. Every sum still occurs."
    button(page, "Pattern").click()
    assert pairs(page) == PATTERN


def test_the_last_pair_of_a_digit_or_a_number_stays(show):
    for name, last in [("digit", (4, 9)), ("number", (9, 4))]:
        nine = [[4, other] if name == "digit" else [other, 4] for other in range(9)]
        page = show(HiddenSums(pairs=nine))
        place(page, *last).click()
        assert pairs(page) == nine
        assert status(page) == f"The {name} 4 needs at least one pair to be learned from."


def test_it_shows_what_python_sets_until_it_is_closed(show):
    page = show(HiddenSums())
    page.evaluate("model.set('pairs', [[1, 2]])")
    assert status(page) == "1 of 100 pairs hidden. Every sum still occurs."
    page.evaluate("stop()")
    page.evaluate("model.set('pairs', [])")
    assert status(page).startswith("1 of 100")


def test_what_a_screen_reader_reads(show):
    read = show(HiddenSums()).get_by_role("grid").aria_snapshot()
    assert read.startswith('- grid "Pairs of digit and number"')
    assert read.count("[pressed]") == 20 and read.count("button") == 100
    assert 'columnheader "+ 9"' in read and 'rowheader "9"' in read


def by_layer(numbers, net):
    """A row of numbers, as adder.c keeps them, as PyTorch's parameters."""
    parts = torch.tensor(numbers).split([one.numel() for one in net.parameters()])
    return [part.view(one.shape[::-1]).T if one.ndim == 2 else part
            for part, one in zip(parts, net.parameters())]


@pytest.mark.parametrize("told, answer", [("kind", "classes"), ("amount", "number"),
                                          ("kind", "shift")])
def test_gradients_and_steps_are_those_of_pytorch(empty_page, told, answer):
    torch.manual_seed(0)
    examples = [dict(embedding=torch.rand(20).sub(0.3).relu().tolist(), digit=n % 10,
                     number=n * 7 % 9) for n in range(50)]
    got = empty_page.evaluate(ONE_STEP, dict(source=ADDER, told=told, answer=answer,
                                             examples=examples))
    inputs, outputs = len(got["x"]) // 256, len(got["outputs"]) // 256
    net = nn.Sequential(nn.Linear(inputs, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU(),
                        nn.Linear(64, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU(),
                        nn.Linear(64, outputs, bias=False))
    with torch.no_grad():
        for one, value in zip(net.parameters(), by_layer(got["start"], net)):
            one.copy_(value)
    x = torch.tensor(got["x"]).view(256, inputs)[:50]
    targets = torch.tensor([one["digit"] + (answer != "shift") * one["number"] for one in examples])
    assert got["targets"][:50] == targets.tolist()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=1)
    for step in range(3):
        optimizer.zero_grad()
        loss = (F.mse_loss(net(x)[:, 0], targets.float()) if answer == "number"
                else F.cross_entropy(net(x), targets))
        loss.backward()
        for one, value in zip(net.parameters(), by_layer(got["gradients"], net)):
            assert step or torch.allclose(one.grad, value, rtol=1e-4, atol=1e-5)
        optimizer.step()
    for one, value in zip(net.parameters(), by_layer(got["end"], net)):
        assert torch.allclose(one, value, atol=1e-4)
    answers = torch.tensor(got["outputs"]).view(256, outputs)[:50]
    assert torch.allclose(net.eval()(x), answers, atol=1e-4)


@pytest.fixture
def train(empty_page, data):
    """A function that trains in the page, with each seed: the percent of seen and hidden pairs
    that are right, in two columns; in two more after `further` steps that forget."""
    source = str(HiddenSums._esm).replace("export default { render }", f"return {{ {TO_TEST} }}")

    def train(pairs, told, answer, seeds, further=0):
        found = empty_page.evaluate(TRAIN, dict(
            source=source, data=data, pairs=pairs, told=told, answer=answer, seeds=seeds,
            further=further))
        return torch.tensor(found).T

    return train


def test_what_was_hidden_is_not_learned_unless_the_adder_is_built_for_it(train):
    tested = [pair for pair in PATTERN if pair != [0, 0]]  # its sum 0 no other pair has
    seen, hidden = train(tested, "kind", "classes", seeds=5)
    assert seen.min() >= 97 and hidden.max() <= 5
    seen, hidden = train(tested, "amount", "number", seeds=5)
    assert seen.min() >= 85 and hidden.min() >= 80
    seen, hidden = train(tested, "kind", "shift", seeds=5)
    assert seen.min() >= 97 and hidden.min() >= 97


def test_hidden_sums_come_while_it_forgets(train):
    ten = [[0, 4], [1, 8], [2, 5], [3, 2], [4, 9], [5, 5], [6, 1], [7, 6], [8, 3], [9, 7]]
    _, before, seen, hidden = train(ten, "kind", "classes", seeds=2, further=3000)
    assert before.max() <= 10 and seen.min() >= 97 and hidden.min() >= before.max() + 20


def test_train_look_and_try_another_adder(show, data):
    widget = HiddenSums(lesson="10.html")
    widget.data = data
    page = show(widget)
    assert not page.get_by_role("link", name="Why?").is_visible()
    button(page, "Train").dblclick()
    page.locator(".reached").filter(has_text="After 400 steps").wait_for()
    seen, hidden = map(float, re.findall(r"([\d.]+)%", status(page, "reached")))
    assert seen >= 97 and hidden <= 5
    assert page.get_by_role("link", name="Why?").get_attribute("href") == "10.html"
    place(page, 4, 3).focus()
    page.keyboard.press("Enter")
    assert pairs(page) == PATTERN  # nothing is hidden or shown any more
    assert re.match(r"4 \+ 3, hidden: to 99 new images of a 4 it says \d+ \(", status(page, "says"))
    name = place(page, 4, 3).get_attribute("aria-label")
    assert name.startswith("4 + 3, hidden, 0") and place(page, 4, 3).inner_text() != "7"
    assert place(page, 4, 2).inner_text() == "6"
    mean = page.evaluate("""() => { const { embeddings, scale, digits } = model.traits.data;
        const bytes = Uint8Array.from(atob(embeddings), (c) => c.charCodeAt(0));
        const four = digits.indexOf('4');
        return [...bytes.slice(20 * four, 20 * four + 20)].map((byte) => byte * scale); }""")
    page.evaluate("asked => model.set('asked', asked)", dict(embedding=mean, digit=4, number=3))
    assert re.match(r"I see a 4\. Yet my sum is \d+\. 4 \+ 3 was hidden from me\.",
                    status(page, "says"))
    page.get_by_role("radio", name="shift").check()
    assert place(page, 4, 3).inner_text() == "?" and status(page, "says") == ""
    assert page.evaluate("model.traits.answer") == "shift"
    assert page.get_by_role("radio", name="a kind").is_disabled()
    button(page, "Train").click()
    page.locator(".reached").filter(has_text="After 400 steps").wait_for()
    assert place(page, 4, 3).inner_text() == "7"
    assert status(page, "says").startswith("I see a 4. 4 + 3 = 7.")  # the drawing is still there


def test_long_training_can_be_stopped_and_the_page_stays_alive(show, data):
    widget = HiddenSums(pairs=[[1, 2], [3, 4], [5, 6]])
    widget.data = data
    page = show(widget)
    assert not button(page, "Keep training, and forget").is_visible()
    button(page, "Train").click()
    button(page, "Keep training, and forget").click()  # once the adder is trained
    page.locator(".reached").filter(has_text=re.compile(r"Step [4-9]\d\d")).wait_for()
    assert page.locator(".hidden-sums svg").get_attribute("aria-label").startswith("Sums right")
    assert page.locator("[name^=answer]").first.is_disabled()
    button(page, "None").click(force=True)
    assert len(pairs(page)) == 3 and button(page, "None").is_disabled()
    button(page, "Stop").click()
    page.locator(".reached").filter(has_text="After").wait_for()
    stopped = status(page, "reached")
    let_it_work(page)
    assert status(page, "reached") == stopped and button(page, "Train").is_visible()
    button(page, "Hide other pairs").click()
    place(page, 0, 1).click()
    assert [0, 1] in pairs(page)
