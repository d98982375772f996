"""How many photos of digits are read, and what is said of those without a digit or with several.

    python tools/measure_photos.py [CHECKPOINT ...] [--count 40] [--seed 0] [--sheet FILE]

Needs no photos: it makes pictures that look like photos, of digits of the evaluation split. The ink
lies on paper with light from one side, grain, a little blur and tilt, and comes out of a camera as
a JPEG. Each kind of picture adds one difficulty to that (`KINDS`). Then all goes as when a picture
is uploaded to the panel: `read_picture`, `frame_drawing`, the network, `remark`.

For each kind it prints the number of pictures, the percent read rightly, and the percent of which
something is said: "I can't find a digit", or a remark beside the answer. Where there is one digit
nothing should be said, of every other picture something. --sheet draws six of each kind into a PNG
file.
"""

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image
from scipy import ndimage

from mnist_adder_lib import load_checkpoint, load_pretrained, load_splits, predict
from mnist_adder_lib.drawing import frame_drawing, read_picture
from mnist_adder_lib.drawing.framing import remark

HEIGHT, WIDTH = 360, 480
BLACK, BLUE, PENCIL = (35, 32, 38), (45, 70, 165), (150, 148, 150)
SKIN, CHALK, BOARD = (205, 150, 125), (225, 228, 222), (45, 66, 55)
Random = np.random.Generator


class Look(NamedTuple):
    """What is in a picture, and how it was taken; the defaults are those of a good photo."""

    digits: int = 1
    size: tuple = (110, 230)  # height of a digit's 28 pixels, from and to
    ink: tuple = BLACK
    paper: tuple = (238, 234, 226)
    tilt: float = 6  # degrees, to either side
    shadows: int = 0
    lines: str = ""  # ruled or squared
    finger: bool = False
    grain: float = 4
    blur: tuple = (0.6, 1.5)
    quality: tuple = (60, 90)  # of the JPEG


KINDS = {
    "good light": Look(),
    "shadows": Look(shadows=2),
    "ruled paper": Look(lines="ruled"),
    "squared paper": Look(lines="squared"),
    "grain": Look(grain=14),
    "out of focus": Look(blur=(3, 5)),
    "tilted": Look(tilt=18),
    "blue ink": Look(ink=BLUE),
    "pencil": Look(ink=PENCIL),
    "a finger at the edge": Look(finger=True),
    "small JPEG": Look(quality=(8, 15)),
    "from far": Look(size=(60, 80)),
    "chalk on a board": Look(ink=CHALK, paper=BOARD),
    "all at once": Look(ink=BLUE, shadows=1, lines="ruled", finger=True, grain=8, blur=(1.5, 3),
                        tilt=10, quality=(20, 40)),
    "no digit": Look(digits=0),
    "no digit, shadows": Look(digits=0, shadows=2),
    "no digit, ruled": Look(digits=0, lines="ruled"),
    "no digit, squared": Look(digits=0, lines="squared", shadows=1),
    "no digit, a finger": Look(digits=0, finger=True),
    "two digits": Look(digits=2, size=(110, 170)),
    "two digits, ruled": Look(digits=2, size=(110, 170), lines="ruled", ink=BLUE),
    "three digits": Look(digits=3, size=(90, 130), shadows=1),
}


def soft(mask: np.ndarray, sigma: float) -> np.ndarray:
    """A mask with a soft edge, float (HEIGHT, WIDTH)."""
    return ndimage.gaussian_filter(mask.astype(float), sigma)


def lay(images: list, look: Look, rng: Random) -> np.ndarray:
    """The ink of uint8 (28, 28) images beside each other, 0 to 1: (HEIGHT, WIDTH)."""
    ink, room = np.zeros((HEIGHT, WIDTH)), WIDTH // max(1, len(images))
    for place, image in enumerate(images):
        size = min(int(rng.integers(*look.size)), room)
        large = Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC)
        large = large.rotate(rng.uniform(-look.tilt, look.tilt), Image.Resampling.BICUBIC)
        top = int(rng.integers(10, HEIGHT - size - 10))
        # Digits stand near one another, as in a number; a single one stands anywhere.
        left = (WIDTH - room * len(images)) // 2 + place * room + int(rng.integers(room - size + 1))
        if len(images) > 1:
            top, left = (HEIGHT - size) // 2 + int(rng.integers(-12, 13)), 60 + place * size
        ink[top : top + size, left : left + size] = np.asarray(large)
    return (1.6 * ink / 255).clip(0, 1)  # upscaled ink has no edges


def light(look: Look, rng: Random) -> np.ndarray:
    """How bright it is, from 0 to 1: less towards one side, and in the shadow of hand and head."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] / HEIGHT
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    bright = 1 - rng.uniform(0.05, 0.35) * (along - along.min()) / np.ptp(along)
    for _ in range(look.shadows):
        angle, edge = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.5)
        side = np.cos(angle) * (x - 0.67) + np.sin(angle) * (y - 0.5) > edge
        bright *= 1 - rng.uniform(0.2, 0.45) * soft(side, rng.uniform(1.5, 15))
    return bright


def ruling(kind: str, rng: Random) -> np.ndarray:
    """Printed lines on the paper, from 0 to 1: across, and downwards too where it is squared."""
    lines, apart = np.zeros((HEIGHT, WIDTH)), int(rng.integers(26, 48))
    for start in range(int(rng.integers(apart)), WIDTH, apart) if kind else ():
        lines[start : start + 2] = 1
        if kind == "squared":
            lines[:, start : start + 2] = 1
    lines = ndimage.rotate(lines, rng.uniform(-2, 2), reshape=False, order=1, mode="nearest")
    return rng.uniform(0.2, 0.45) * lines.clip(0, 1)


def fingertip(rng: Random) -> np.ndarray:
    """A finger that holds the paper at its left or right edge, from 0 to 1."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    reach, height = rng.uniform(25, 70), rng.uniform(28, 45)
    x, middle = (x if rng.random() < 0.5 else WIDTH - x), rng.uniform(80, HEIGHT - 80)
    return soft((x / reach) ** 2 + ((y - middle) / height) ** 2 < 1, 1.5)


def mix(picture: np.ndarray, colour: tuple, share: np.ndarray) -> np.ndarray:
    """A picture (HEIGHT, WIDTH, 3) with a colour over it; share: of the colour, (HEIGHT, WIDTH)."""
    return picture + share[:, :, None] * (np.array(colour, float) - picture)


def photograph(images: list, look: Look, rng: Random) -> bytes:
    """A JPEG that looks like a photo of these digits, uint8 (28, 28) each, on paper."""
    picture = np.broadcast_to(np.array(look.paper, float), (HEIGHT, WIDTH, 3))
    picture = mix(picture, (90, 130, 190), ruling(look.lines, rng))
    picture = mix(picture, look.ink, 0.95 * lay(images, look, rng))
    picture = picture * light(look, rng)[:, :, None]
    if look.finger:
        picture = mix(picture, SKIN, fingertip(rng))
    picture = ndimage.gaussian_filter(picture, [rng.uniform(*look.blur)] * 2 + [0])
    picture = picture + rng.normal(0, look.grain, picture.shape)
    photo, file = Image.fromarray(picture.clip(0, 255).astype(np.uint8)), io.BytesIO()
    photo.save(file, "JPEG", quality=int(rng.integers(*look.quality)))
    return file.getvalue()


def photos(kind: str, count: int, seed: int) -> list[tuple[bytes, list[int]]]:
    """So many photos of a kind, and what is on each; the same for the same seed."""
    rng, evaluation = np.random.default_rng([seed, [*KINDS].index(kind)]), load_splits()[2]
    made = []
    for _ in range(count):
        chosen = rng.integers(len(evaluation), size=KINDS[kind].digits)
        images = [evaluation.images[i].numpy() for i in chosen]
        digits = [int(evaluation.digits[i]) for i in chosen]
        made.append((photograph(images, KINDS[kind], rng), digits))
    return made


def ask(model, photo: bytes) -> tuple[int | None, str]:
    """The digit that the panel would show for a photo, or None, and what it would say."""
    try:
        seen = frame_drawing(read_picture(photo))
    except ValueError as error:
        return None, str(error)
    return predict(model, seen, 0).digit, remark(seen)


def measure(model, count: int, seed: int, ask: Callable = ask) -> pd.DataFrame:
    """A row for each kind: how many, and percent of them that were read, or remarked upon."""
    rows = {}
    for kind, look in KINDS.items():
        made = photos(kind, count, seed)
        answers = [ask(model, photo) for photo, _ in made]
        read = [[digit] == digits for (digit, _), (_, digits) in zip(answers, made)]
        said = [bool(remark) for _, remark in answers]
        rows[kind] = {"photos": count, "read": 100 * np.mean(read) if look.digits == 1 else np.nan,
                      "remarked": 100 * np.mean(said)}
    return pd.DataFrame.from_dict(rows, orient="index").astype({"photos": int})


def sheet(seed: int) -> Image.Image:
    """Six photos of each kind, a row for each, and what the network gets of them below."""
    whole = Image.new("RGB", (6 * 160, len(KINDS) * 160))
    for row, kind in enumerate(KINDS):
        for column, (photo, _) in enumerate(photos(kind, 6, seed)):
            whole.paste(Image.open(io.BytesIO(photo)).resize((160, 120)), (160 * column, 160 * row))
            try:
                seen = Image.fromarray(frame_drawing(read_picture(photo))).resize((40, 40))
                whole.paste(seen, (160 * column, 160 * row + 120))
            except ValueError:
                pass  # nothing found
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoints", type=Path, nargs="*")
    parser.add_argument("--count", type=int, default=40, help="photos of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path)
    arguments = parser.parse_args()
    if arguments.sheet:
        sheet(arguments.seed).save(arguments.sheet)
    models = {path.stem: load_checkpoint(path)[0] for path in arguments.checkpoints}
    for name, model in (models or {"shipped": load_pretrained()}).items():
        table = measure(model, arguments.count, arguments.seed)
        single = [kind for kind, look in KINDS.items() if look.digits == 1]
        print(f"{name}\n{table.round(1).to_string(na_rep='')}")
        print(f"One digit: {table['read'][single].mean():.1f}% read, "
              f"{table['remarked'][single].mean():.1f}% remarked. None or several: "
              f"{table['remarked'].drop(single).mean():.1f}% remarked.")


if __name__ == "__main__":
    main()
