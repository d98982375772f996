"""Write what PyTorch and Python say, so that the front end can be compared with it in Node.

    python tools/testing/write_golden.py

Writes js/test/golden.json: drawings as they are framed, answers of networks, gradients and steps of
training, sentences. `npm test` in js/ reads it.
"""

from __future__ import annotations

import json
import random
import zlib
from base64 import b64encode
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_adder_course.common.drawings import DRAWINGS, in_middle, points_of
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_course.widgets.network_diagram import weights_as_text
from mnist_adder_lib import (
    IdentityAdderModel,
    as_input,
    evaluate,
    load_pretrained,
    load_splits,
)
from mnist_adder_lib.data import AdderDataset
from mnist_adder_lib.drawing.rejection import load_non_digit_head
from mnist_adder_lib.drawing.sentences import MOST_INK, describe, percent, remark
from mnist_adder_lib.drawing.strangeness import Strangeness, ink_in_squares
from mnist_adder_lib.drawing.strokes import frame_strokes, has_tap
from mnist_adder_lib.evaluate import Prediction, predict
from mnist_adder_lib.losses import joint_loss

FILE = Path(__file__).resolve().parents[2] / "js" / "test" / "golden.json"
DIGITS = [in_middle(points_of(text)) for text in DRAWINGS["digits"].values()]
KNOWN = 64  # images
ROUNDING = 5e-4  # of strangeness, where Node calculates it
ADDERS = dict(classes=19, shift=10)  # what they answer with, and their outputs


def as_text(values, kind: str = "float32") -> str:
    """Numbers of a kind, compressed, in base64."""
    return b64encode(zlib.compress(np.asarray(values).astype(kind).tobytes(), 9)).decode()


def drawings(count: int) -> list:
    """Strokes of digits, each drawn a little differently, now and then over the edge."""
    dice, cases = random.Random(0), []
    for n in range(count):
        a, b, c, d = (dice.gauss(e, 0.25) for e in (1, 0, 0, 1))
        x0, y0, shake = dice.gauss(0, 0.15), dice.gauss(0, 0.15), dice.choice([0, 0, 0.01, 0.05])
        strokes = [[[round(0.5 + x0 + a * (x - 0.5) + b * (y - 0.5) + dice.gauss(0, shake), 4),
                     round(0.5 + y0 + c * (x - 0.5) + d * (y - 0.5) + dice.gauss(0, shake), 4)]
                    for x, y in stroke] for stroke in DIGITS[n % 10]]
        if dice.random() < 0.1:  # a tap somewhere
            strokes.append([[round(dice.random(), 4), round(dice.random(), 4)]])
        cases.append(strokes)
    return cases


def framing(count: int = 300) -> list[dict]:
    """Drawings, how they are framed, and the remarks on them."""
    model, cases = load_pretrained(), []
    for n, strokes in enumerate([[], *drawings(count - 1)]):
        seen, number = frame_strokes(strokes), n % 10
        tapped = has_tap(strokes)
        case = dict(strokes=strokes, number=number, pixels=as_text(seen, "uint8"), tapped=tapped)
        if seen.any():
            answer = predict(model, seen, number)
            warning = remark(seen)
            digits, sums = ([round(float(p), 4) for p in probabilities] for probabilities in (
                answer.digit_probabilities, answer.sum_probabilities))
            said = Prediction(answer.digit, answer.total, *map(torch.DoubleTensor, (digits, sums)))
            sentence, _ = describe(said, number, warning=warning, has_tap=tapped)
            case |= dict(warning=warning, sentence=sentence, digits=digits, sums=sums)
            if n % 3 == 0 or not describe(said, number, has_tap=tapped)[1]:
                # What is said if the image is rejected as well, or close to that.
                case["judged"] = [
                    describe(said, number, warning=warning, is_rejected=rejected,
                             is_close=close, has_tap=tapped)
                    for rejected, close in ((True, False), (False, True))]
        cases.append(case)
    return cases


def coarse(model: nn.Module, seed: int) -> nn.Module:
    """The same network with numbers that a byte holds: multiples of 1/64, none as at the start."""
    generator = torch.Generator().manual_seed(seed)
    for value in model.state_dict().values():
        if value.ndim:
            shift = 0.3 * torch.rand(value.shape, generator=generator) if value.ndim == 1 else 0
            value.copy_(((value + shift) * 64).round().clamp(-127, 127) / 64)
    return model


def in_bytes(model: nn.Module) -> dict:
    """A coarse network: names and shapes, and all numbers times 64, a byte for each."""
    state = {name: value for name, value in model.state_dict().items() if value.ndim}
    numbers = torch.cat([value.flatten() for value in state.values()])
    return dict(shapes={name: list(value.shape) for name, value in state.items()},
                numbers=as_text((numbers * 64).round(), "int8"))


@torch.no_grad()
def networks(images: Tensor) -> list[dict]:
    """What networks with 1, 2 and 3 layers in their adder make of images."""
    cases = []
    for layers in (1, 2, 3):
        torch.manual_seed(layers)
        model = coarse(IdentityAdderModel(adder_layers=layers), layers).eval()
        batch = as_input(images)
        numbers = torch.arange(len(images)) % 10
        digit_head, sum_head = model(batch, numbers)
        block1 = model.block1(batch)
        outputs = {"digit_head": digit_head, "sum_head": sum_head, "embedding": model.embed(batch),
                   "block1.2": block1, "block2.2": model.block2(block1)}
        cases.append(dict(weights=in_bytes(model), numbers=numbers.tolist(), layers={
            name: as_text(value.flatten(1)) for name, value in outputs.items()}))
    return cases


def training(images: Tensor, digits: Tensor) -> list[dict]:
    """The loss of whole networks on some images, its gradients, and batch norm's statistics."""
    cases = []
    for count in (32, 7):
        torch.manual_seed(count)
        model = coarse(IdentityAdderModel(dropout=0.0), count).train()
        before = in_bytes(model)
        numbers = torch.arange(count) * 7 % 10
        embedding = model.double().embed(as_input(images[:count].double() / 255))
        hidden = torch.cat([embedding, torch.eye(10).double()[numbers]], dim=1)
        hidden = model.adder(hidden)  # `add` would make its one-hot numbers float32
        loss = joint_loss(model.digit_head(hidden), model.sum_head(hidden), digits[:count],
                          digits[:count] + numbers)
        loss.backward()
        parameters = dict(model.named_parameters())
        parts = {name: as_text(parameters[name].grad if name in parameters else value)
                 for name, value in model.state_dict().items() if value.ndim}
        cases.append(dict(weights=before, numbers=numbers.tolist(), loss=loss.item(), parts=parts))
    return cases


def adders() -> list[dict]:
    """Three steps of AdamW of each kind of small adder."""
    cases = []
    for answer, outputs in ADDERS.items():
        generator = torch.Generator().manual_seed(0)
        examples = [dict(embedding=[round(float(x), 4) for x in
                                    torch.rand(20, generator=generator).sub(0.3).relu()],
                         digit=n % 10, number=n * 7 % 9) for n in range(50)]
        numbers = [one["number"] for one in examples]
        x = torch.tensor([one["embedding"] for one in examples])
        x = x if answer == "shift" else torch.cat([x, torch.eye(10)[numbers]], 1)
        net = nn.Sequential(
            nn.Linear(x.shape[1], 64, bias=False), nn.BatchNorm1d(64), nn.ReLU(),
            nn.Linear(64, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU(),
            nn.Linear(64, outputs, bias=False))
        for value in net.parameters():
            if value.ndim == 2:
                random_ones = torch.rand(value.shape, generator=generator) - 0.5
                value.data = (random_ones * 32).round() / 64
        start = in_a_row(net.parameters())
        targets = torch.tensor([one["digit"] + (answer != "shift") * one["number"]
                                for one in examples])
        optimizer, gradients = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=1), None
        for _ in range(3):
            optimizer.zero_grad()
            F.cross_entropy(net(x), targets).backward()
            if gradients is None:  # of the first step
                gradients = in_a_row(p.grad for p in net.parameters())
            optimizer.step()
        cases.append(dict(
            answer=answer, examples=examples, start=as_text(start * 64, "int8"),
            gradients=as_text(gradients), end=as_text(in_a_row(net.parameters())),
            outputs=as_text(net.eval()(x).detach())))
    return cases


def in_a_row(parts) -> Tensor:
    """Parameters as adder.c keeps them: the weights of an input next to each other."""
    return torch.cat([(part.T if part.ndim == 2 else part).detach().flatten() for part in parts])


def sentences() -> dict:
    """Sentences about made-up probabilities, one for each kind of sentence, and about images."""
    def peak(size, *peaks):
        values = torch.full((size,), 0.001)
        for place, share in peaks:
            values[place] = share
        return values

    made_up = [([(7, 0.995)], [(12, 0.98)]), ([(8, 0.7)], [(13, 0.98)]), ([(8, 0.5), (3, 0.45)],
               [(13, 0.9)]), ([(7, 0.9)], [(12, 0.4)]), ([(7, 0.9)], [(11, 0.9)])]
    verdicts = []
    for digit_peaks, sum_peaks in made_up:
        digits, sums = peak(10, *digit_peaks), peak(19, *sum_peaks)
        answer = Prediction(int(digits.argmax()), int(sums.argmax()), digits, sums)
        for warning in ("", "It is too flat for a digit."):
            sentence, is_certain = describe(answer, 5, warning=warning)
            verdicts.append(dict(digits=digits.tolist(), sums=sums.tolist(), warning=warning,
                             sentence=sentence, certain=is_certain))
    images = np.zeros((6, 28, 28), np.uint8)
    images[0, 14, 10:12] = 255  # too little
    images[1, 12:15, 4:24] = 255  # flat
    images[2, 4:24, 4:24] = 255  # too much
    images[3, 4:24, 6:8] = images[3, 4:24, 18:20] = 255  # two parts, side by side
    images[4, 4:9, 10:16] = images[4, 16:21, 10:16] = 255  # or one above the other
    images[5, 5:23, 13:15] = 255  # a one
    shares = [0, 0.004, 0.01, 0.125, 0.333, 0.5, 0.625, 0.99, 0.991, 1]
    return dict(verdicts=verdicts, percent=[[share, percent(share)] for share in shares],
                remarks=[[as_text(image, "uint8"), remark(image, MOST_INK)] for image in images])


def golden() -> dict:
    """All that the tests in Node compare with."""
    train = load_splits()[0]
    images, digits = train.images[:KNOWN], train.digits[:KNOWN]
    model = load_pretrained()
    asked = AdderDataset(images, digits, digits * 0 + 3)
    result = evaluate(model, asked)
    return dict(
        weights=weights_as_text(model), images=as_text(images, "uint8"), digits=digits.tolist(),
        framing=framing(), networks=networks(images[:4]), training=training(images, digits),
        adders=adders(), sentences=sentences(),
        evaluated=dict(digit=result.accuracy_digit, both=result.accuracy_both, number=3),
        ink=as_text(ink_in_squares(images[:3])), strangeness=how_strange(train))


def how_strange(train: AdderDataset) -> dict:
    """How strange drawings are to the network that ships and its head, if it knows some images.

    - found, head, and so on: what is stored of these images, and what strangeness is made of
    - distances, logits, drawings: the measures and the strangeness of each drawing of `framing`
    - border: images that are nearest to the threshold with a head, and whether each is rejected
    """
    model, head, known = load_pretrained(), load_non_digit_head(), train.images[:KNOWN]
    strangeness = Strangeness(model, known, head)
    seen = torch.from_numpy(np.stack([frame_strokes(strokes) for strokes in drawings(299)]))
    distances, logits = (measured.tolist() for measured in strangeness.measure(seen))
    others = train.images[KNOWN : KNOWN + 5000]
    away = (strangeness(others) - strangeness.threshold).abs()
    nearest = away.where(away > ROUNDING, torch.inf).argsort()[:20]
    border = others[nearest.sort().values]
    return dict(distance=strangeness.per_distance, logit=strangeness.per_logit,
                head=weights_as_text(head),
                found=known_images(strangeness, train.digits[:KNOWN])["found"],
                distances=distances, logits=logits, drawings=strangeness(seen).tolist(),
                border=dict(threshold=strangeness.threshold, images=as_text(border, "uint8"),
                            rejected=strangeness.rejects(border).tolist()))


def write() -> None:
    FILE.write_text(json.dumps(golden(), separators=(",", ":")) + "\n", "utf-8", newline="\n")
    print(f"{FILE.name}: {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    write()
