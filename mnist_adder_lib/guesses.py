"""Predictions: `guess = guesses.ask("sums")` asks before a result, `guess.compare(value)` after it.

The texts live here, so that a lesson doesn't give its answers away. Which option is right is
decided by the value that the lesson has computed.
"""

from collections.abc import Callable
from typing import NamedTuple

import ipywidgets
from IPython.display import Markdown

WIDGET = "application/vnd.jupyter.widget-view+json"
# Long labels go on in a second line; by default they are cut off.
STYLE = """<style>
.guess .widget-html-content {line-height: 1.5}
.guess .widget-radio-box {width: 100%; max-width: 100%; height: auto}
.guess label {display: flex; white-space: normal; width: auto; height: auto; margin: 2px 0}
.guess label input {order: -1; flex: none; margin: 3px 8px 0 0}
</style>"""


class Option(NamedTuple):
    """One of the answers to choose from."""

    text: str
    fits: Callable[[object], bool]  # whether it is the right one for a value
    reason: str = ""  # why it is wrong; only the one that we expect has none


class Question(NamedTuple):
    """What is asked, why the expected answer is right, and the answers to choose from."""

    text: str
    because: str
    options: list[Option]


class Guess:
    """A question with its options; the last line of a cell shows it."""

    def __init__(self, question: Question):
        self.question = question
        self.buttons = ipywidgets.RadioButtons(
            options=[option.text for option in question.options],
            value=None,
            layout=ipywidgets.Layout(width="100%"),
        )
        title = ipywidgets.HTML(f"{STYLE}<b>Your guess.</b> {question.text}")
        self.box = ipywidgets.VBox([title, self.buttons])
        self.box.add_class("guess")

    @property
    def choice(self) -> str | None:
        """The text of the chosen option; None before one is chosen."""
        return self.buttons.value

    def compare(self, value) -> Markdown:
        """What was guessed beside what `value`, the result of the lesson, says; ends the choice.

        Raises ValueError for a value that fits none of the options.
        """
        question, choice = self.question, self.choice
        right = next((option for option in question.options if option.fits(value)), None)
        if right is None:
            raise ValueError(f"{value!r} answers none of the options of: {question.text}")
        self.buttons.disabled = choice is not None
        because = question.because
        if right.reason:
            expected = next(option.text for option in question.options if not option.reason)
            because = f"When we wrote this page it was: *{expected}* Has something been changed?"
        if choice == right.text:
            return Markdown(f"✓ You guessed: *{choice}* So it is. {because}")
        if choice is None:
            return Markdown(f"No guess this time. The answer: *{right.text}* {because}")
        mistake = next(option.reason for option in question.options if option.text == choice)
        said = f"You guessed: *{choice}* The answer: *{right.text}*"
        return Markdown(f"{said}\n\n{mistake or question.because}\n\n{because}")

    def __repr__(self):
        return "\n".join([self.question.text, *(f"- {option}" for option in self.buttons.options)])

    def _repr_mimebundle_(self, **_):
        # Where no kernel runs, as on GitHub, the text is shown.
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        title, _, options = repr(self).partition("\n")
        text = f"**Your guess.** {title}\n\n{options}"
        return {"text/plain": repr(self), "text/markdown": text, WIDGET: view}


def ask(name: str) -> Guess:
    """The question of this name, to be shown and answered before the result is computed."""
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}, only {', '.join(map(repr, QUESTIONS))}")
    return Guess(QUESTIONS[name])


def between(low: float, high: float) -> Callable[[float], bool]:
    """Whether a value is at least `low` and below `high`."""
    return lambda value: low <= value < high


def never(_) -> bool:
    """For what no value can show."""
    return False


INFINITE = float("inf")
QUESTIONS = {
    # --- 0 · Start here ---------------------------------------------------------------------------
    "parameters": Question(
        "How many learned numbers does a network need that reads handwriting and adds?",
        "The trick is to use them more than once: the same nine numbers look for the same bit of a "
        "stroke at every place of the image. Lesson 2 shows how.",
        [
            Option("Some dozens.", between(0, 1_000), "Some dozens would not even give each of "
                   "the 784 pixels a number of its own."),
            Option("Some thousands.", between(1_000, 100_000)),
            Option("Some millions.", between(100_000, 1e9), "Millions are what networks for photos "
                   "have. Ten kinds of small grey pictures need far fewer."),
            Option("Many billions.", between(1e9, INFINITE), "Billions are what language models "
                   "have. They have read half of what people ever wrote; this one knows ten "
                   "digits."),
        ],
    ),
    "house": Question(
        "You draw a house. What will the network say?",
        "It shares out 100% among ten digits, whatever it is shown, and it has never met anything "
        "else. To be sure is not to be right.",
        [
            Option("That it is no digit.", never, "It can't say that: it has ten places for its "
                   "answer, one for each digit, and none for *something else*."),
            Option("It wavers between several digits.", between(0, 0.8), "Doubt was never "
                   "practised. All that it saw in its training was a digit, so it learned to be "
                   "sure."),
            Option("It names a digit and is sure of it.", between(0.8, INFINITE)),
        ],
    ),
    # --- 1 · Data generation ----------------------------------------------------------------------
    "sums": Question(
        "How often does the most common sum come up, compared with the rarest?",
        "Only one pair makes 0, which is 0 + 0. Ten pairs make 9: 0 + 9, 1 + 8, and so on up to "
        "9 + 0.",
        [
            Option("About equally often.", between(1, 1.5), "Digits and numbers come up equally "
                   "often, but their sums don't: some can be made in more ways than others."),
            Option("Twice as often.", between(1.5, 5), "It is more uneven than that. Count the "
                   "pairs that make 0, then those that make 9."),
            Option("Ten times as often.", between(5, 20)),
            Option("A hundred times as often.", between(20, INFINITE), "There are 100 pairs of a "
                   "digit and a number, but they are shared among 19 sums: none gets them all."),
        ],
    ),
    "same example": Question(
        "We take the example at place 0 three more times. What do we get?",
        "The index picks the image, and its digit with it. The number is drawn in `__getitem__`, "
        "so it is drawn again each time.",
        [
            Option("Three times the same.", lambda seen: len(set(seen)) == 1, "It would be so if "
                   "the numbers had been drawn once, in `__init__`, and kept. Lists behave like "
                   "that; a dataset may compute what it hands out."),
            Option("The same digit with new numbers.",
                   lambda seen: len({digit for digit, _ in seen}) == 1 < len(set(seen))),
            Option("New digits with new numbers.",
                   lambda seen: len({digit for digit, _ in seen}) > 1, "The digit belongs to the "
                   "image, and place 0 always has the same image. Only the number is random."),
        ],
    ),
    "mean pixel": Question(
        "With black as 0 and white as 1: what is the mean of all pixels of MNIST?",
        "The ink is white, and most of an image is black paper: four pixels in five are exactly 0.",
        [
            Option("Near 0.1.", between(0, 0.3)),
            Option("Near 0.5.", between(0.3, 0.7), "That is the middle of what a pixel can be. The "
                   "mean would be there only if black and white covered the same area."),
            Option("Near 0.9.", between(0.7, 1.1), "You were thinking of dark ink on white paper. "
                   "MNIST is the other way round."),
        ],
    ),
    # --- 2 · Model summary ------------------------------------------------------------------------
    "no padding": Question(
        "Without padding, which size comes out of 28x28?",
        "The middle of the window can't stand on the outermost row on either side: 28 - 2 = 26.",
        [
            Option("28x28, as before.", lambda side: side == 28, "For that the window would have "
                   "to reach over the border, and without padding there is nothing."),
            Option("27x27.", lambda side: side == 27, "Something is lost at the border, yes, but "
                   "an image has two borders in each direction."),
            Option("26x26.", lambda side: side == 26),
            Option("25x25.", lambda side: side == 25, "The window is 3 wide, but in its first "
                   "place it already covers three rows and makes one: only two are lost."),
        ],
    ),
    "three blocks": Question(
        "28x28 goes in. Which size comes out of the third block?",
        "Halved twice, 28 becomes 14 and then 7. The last convolution has no padding and loses a "
        "row on each side.",
        [
            Option("14x14.", lambda side: side == 14, "That is what leaves the first block. There "
                   "are two more."),
            Option("7x7.", lambda side: side == 7, "That is what leaves the second block. The "
                   "third doesn't halve, but look at its last `padding`."),
            Option("5x5.", lambda side: side == 5),
            Option("3x3.", lambda side: side == 3, "You halved three times, but the third block "
                   "has no pooling."),
        ],
    ),
    "untrained": Question(
        "The network is built but has learned nothing. Which probabilities does it give the ten "
        "digits?",
        "Random weights make ten scores that hardly differ. That means *no idea*, which is just "
        "what it should say.",
        [
            Option("All are 0: it knows nothing.", between(0, 0.05), "Probabilities add up to 1, "
                   "softmax sees to that. Knowing nothing looks different."),
            Option("About a tenth each.", between(0.05, 0.3)),
            Option("Nearly 100% for one of them, any one.", between(0.3, 1.1), "To be sure it "
                   "needs one score far above the others, and small random weights make small "
                   "scores. Being sure has to be learned, even being sure and wrong."),
        ],
    ),
    "field": Question(
        "How much of the 28 pixels, from left to right, does one unit of the last layer see?",
        "Each pooling doubles the distance between neighbouring units, and so what every later "
        "window adds. In the end it is more than the image has.",
        [
            Option("3: its window is 3x3.", between(0, 4), "It sees 3 *units* of the layer before. "
                   "Each of these sees 3 of the layer before that, and so on down to the pixels."),
            Option("About 15.", between(4, 28), "You added 2 for each convolution and 1 for each "
                   "pooling. That would be right if neighbouring units always stayed one pixel "
                   "apart."),
            Option("All 28.", between(28, INFINITE)),
        ],
    ),
    # --- 3 · Training curves ----------------------------------------------------------------------
    "first loss": Question(
        "The two losses of the untrained network, added: about how much?",
        "A tenth for the true digit costs log 10 = 2.3, a nineteenth for the true sum "
        "log 19 = 2.9.",
        [
            Option("About 0.", between(0, 1), "0 would mean: sure, and right every time. There "
                   "would be nothing left to learn."),
            Option("About 2.", between(1, 4), "That is the digit's loss alone. The sum's comes on "
                   "top."),
            Option("About 5.", between(4, 8)),
            Option("About 50.", between(8, INFINITE), "Only a network that is sure and wrong gets "
                   "so far. This one has no opinion, and having none costs little: the loss is a "
                   "logarithm."),
        ],
    ),
    "first steps": Question(
        "16 steps, and each of the 2,000 examples is new to it. How many will be right?",
        "Chance alone would give 1 in 190, and 16 steps are not many. But they go in the right "
        "direction.",
        [
            Option("Hardly any.", between(0, 300)),
            Option("About half.", between(300, 1_700), "It will get there, but not in 16 steps: "
                   "each of them changes every parameter by very little."),
            Option("Nearly all.", between(1_700, 2_001), "That is what it made of the one batch "
                   "above, which it saw 150 times. These it sees once, while it learns."),
        ],
    ),
    "first epoch": Question(
        "After the first epoch, one look at every image: how many test examples are right?",
        "An epoch is 375 steps by now, not 16. And digits are much alike: what helps to read one 7 "
        "helps to read the others.",
        [
            Option("Fewer than half.", between(0, 50), "So it was with 16 steps. Here there are "
                   "375, and each learns from images that are new."),
            Option("50 to 80%.", between(50, 80), "Careful, but too careful. Most digits are "
                   "written plainly; to read those is learned fast."),
            Option("More than 80%.", between(80, 101)),
        ],
    ),
    "last epoch": Question(
        "And after the 15th?",
        "The first epoch learns what is easy. The other 14 are spent on the few images that are "
        "not, and some of those nobody can read for sure.",
        [
            Option("No more than after the first.", between(0, 96.5), "The curve gets flat, but "
                   "it still rises: small steps in accuracy are a large part of the mistakes that "
                   "are left."),
            Option("More, but not all.", between(96.5, 99.95)),
            Option("All of them.", between(99.95, 101), "It sees the training images 15 times, but "
                   "these are test images. Some are so sloppy that you would err, too."),
        ],
    ),
    "train or test": Question(
        "Which accuracy is higher at the end?",
        "The two were not measured in the same way: training images are augmented, and dropout is "
        "on.",
        [
            Option("Of the training images, which it knows.", lambda ahead: ahead < -0.3, "It does "
                   "know them, and in many books that curve is on top. But here each of them was "
                   "made harder before it was shown."),
            Option("Both are the same.", between(-0.3, 0.3), "They would be close if both were "
                   "measured in the same way. One of the two is the harder exam."),
            Option("Of the test images, which it doesn't know.", between(0.3, 101)),
        ],
    ),
    "fast recipe": Question(
        "How good is it after these two epochs, against 15 of the reference recipe?",
        "Most of those 15 epochs went into steps that were too short, with a network that dropout "
        "made smaller, and one sum for every look at an image.",
        [
            Option("Far behind, by more than five points.", between(-100, -5), "Two epochs of the "
                   "reference recipe would be. A good schedule makes better use of each step."),
            Option("One or two points behind.", between(-5, -0.5), "A point is a lot here: it "
                   "would be twice as many mistakes."),
            Option("About as good.", between(-0.5, 0.5)),
            Option("More than a point ahead.", between(0.5, 100), "There is hardly room for it: "
                   "the reference recipe leaves about one mistake in a hundred."),
        ],
    ),
    # --- 4 · Evaluation tables --------------------------------------------------------------------
    "batch means": Question(
        "How many times too large does the mean of the batch means come out?",
        "Each batch has one vote. So the 16 in the last batch share a vote that elsewhere 768 have "
        "to share.",
        [
            Option("Not at all: a mean is a mean.", between(0, 1.5), "It would be so if all "
                   "batches were equally large. The last is not."),
            Option("About twice.", between(1.5, 10), "So it would be if the last batch were half "
                   "full. With 16 of 768 it is nearly empty."),
            Option("About 50 times.", between(10, INFINITE)),
        ],
    ),
    "99 of 100": Question(
        "99 of 100 images are right. How low might the true accuracy be all the same?",
        "A network that is right 95 times in 100 gets 99 of them now and then, by luck. A hundred "
        "images can't tell the two apart.",
        [
            Option("99%: it was measured.", between(98.5, 101), "It was measured on these 100. On "
                   "another 100 there might be no mistake, or three."),
            Option("98%.", between(97, 98.5), "That is what 1,000 images tell. With 100, every "
                   "single mistake is a whole percent."),
            Option("95%.", between(80, 97)),
            Option("50%.", between(0, 80), "Whoever is right half of the time never gets 99 of "
                   "100. The interval is wide, but not as wide as that."),
        ],
    ),
    "rare sum": Question(
        "In training, the sum 9 was ten times as common as the sum 0. Which does it get right more "
        "often?",
        "The two intervals overlap: there are only about 100 examples of the sum 0, where one "
        "mistake more or less is a whole percent.",
        [
            Option("The 9: practice makes perfect.",
                   lambda rows: rows[0]["from"] > rows[1]["to"], "Practice helps, but most of it "
                   "is shared: the layers that read the digit learn from every example, "
                   "whatever its sum."),
            Option("The 0: it stands apart.", lambda rows: rows[0]["to"] < rows[1]["from"],
                   "A network doesn't know that 0 is at the end of a row. To it the sums are 19 "
                   "kinds of things without an order."),
            Option("This table can't tell.", lambda rows: rows[0]["from"] <= rows[1]["to"]
                   and rows[1]["from"] <= rows[0]["to"]),
        ],
    ),
    "right digit, wrong sum": Question(
        "When it reads the digit correctly, can the sum still be wrong?",
        "Its two answers come each from a layer of its own. In training they learned from each "
        "other (lesson 3), but nothing makes them fit.",
        [
            Option("No: whoever knows the digit can add.", lambda count: count == 0, "You can: "
                   "you read first and add then. The network's sum is not made from its digit; "
                   "both are made from the same 64 numbers, side by side."),
            Option("Yes, but seldom.", between(1, 100)),
            Option("Yes, often: adding is the hard part.", between(100, INFINITE), "There are "
                   "only 100 pairs of a digit and a number. The hard part is the handwriting, "
                   "which has no end of forms."),
        ],
    ),
    # --- 5 · Draw a digit -------------------------------------------------------------------------
    "small seven": Question(
        "What does the network read?",
        "It has only ever seen digits that are large and in the middle. Here it gets a few pixels "
        "in a corner.",
        [
            Option("A 7, wherever it stands.", lambda digit: digit == 7, "A convolution does find "
                   "the same stroke at every place. But what to make of the strokes was learned "
                   "from digits of one size, in one place."),
            Option("Another digit.", lambda digit: digit != 7),
            Option("Nothing: it is too small.", never, "It has no way to say so. As with the house "
                   "in lesson 0, one of the ten digits must come out."),
        ],
    ),
    "shrunk": Question(
        "Small digits in the middle of the pad, shrunk with it: how many does the network read "
        "correctly?",
        "They are about 7 pixels tall where all that it learned from was 20. To the network that "
        "is not a small digit but something it has never seen.",
        [
            Option("More than 95%, as in the evaluation.", between(95, 101), "The network is the "
                   "same as in the evaluation. What it is shown is not."),
            Option("80 to 95%: a little harder.", between(80, 95), "To you it is a little harder. "
                   "A network can't look closer: it compares with what it has seen, and that was "
                   "always large."),
            Option("Fewer than 80%.", between(0, 80)),
        ],
    ),
}
