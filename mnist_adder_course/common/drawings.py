"""Drawings made in code: digits, and non-digits such as letters, shapes and scribbles."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mnist_adder_lib.drawing import frame_strokes

DRAWINGS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
SHAKE, SMOOTH = 0.35, 0.1  # how far a hand misses a point, on a square of 10


def bent(points: np.ndarray) -> np.ndarray:
    """A curve through points (n, 2): Catmull-Rom splines, with 8 points from one to the next."""
    ends = 2 * points[:2] - points[1:3], 2 * points[-1:] - points[-2:-1]
    a, b, c, d = (np.vstack([ends[0][:1], points, ends[1]])[i : len(points) - 1 + i, None]
                  for i in range(4))
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    curve = b + (c - a) / 2 * t + (2 * a - 5 * b + 4 * c - d) / 2 * t**2
    curve += (3 * b - a - 3 * c + d) / 2 * t**3
    return np.vstack([curve.reshape(-1, 2), points[-1:]])


def draw_by_hand(text: str, random: np.random.Generator, shake: float = SHAKE) -> list[np.ndarray]:
    """The strokes of a drawing in drawings.toml, (n, 2) each, a little different each time."""
    form = random_form(random)
    strokes = []
    for stroke, points in zip(text.split("|"), points_of(text)):
        points += random.normal(0, shake, points.shape)
        strokes.append((bent(points) if stroke[0] == "~" else points) @ form)
    return strokes


def random_form(random: np.random.Generator) -> np.ndarray:
    """How a hand turns, slants and widens what it draws: (2, 2), to multiply points by."""
    turn, slant, width = random.normal(0, [0.12, 0.15, 0.15])
    return np.array([[np.exp(width), slant], [0, 1]]).T @ rotation(turn)


def points_of(text: str) -> list[np.ndarray]:
    """The points of a drawing, unchanged from drawings.toml, (n, 2) of each stroke."""
    return [np.array([point.split(",") for point in stroke.lstrip("~").split()], float)
            for stroke in text.split("|")]


def rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def scribble(random: np.random.Generator) -> list[np.ndarray]:
    """A line to and fro, or wherever the hand goes."""
    count = int(random.integers(8, 20))
    if random.random() < 0.5:
        return [bent(random.uniform(0, 10, (count, 2)))]
    return [bent(to_and_fro(count, random)) @ rotation(random.uniform(0, np.pi))]


def to_and_fro(count: int, random: np.random.Generator, miss: float = 0.8) -> np.ndarray:
    x, y = np.arange(count) % 2 * 10, np.linspace(0, 10, count)
    return np.stack([x, y], 1) + random.normal(0, miss, (count, 2))


def signature(random: np.random.Generator) -> list[np.ndarray]:
    points = to_and_fro(int(random.integers(10, 18)), random, miss=1.2)
    return [bent(points[:, ::-1] * [2.2, 0.6])]


def side_by_side(texts, random: np.random.Generator) -> list[np.ndarray]:
    """Several drawings, each to the right of the one before."""
    return [stroke + [11 * place, 0] for place, text in enumerate(texts)
            for stroke in draw_by_hand(text, random)]


def two_digits(random: np.random.Generator) -> list[np.ndarray]:
    return side_by_side(random.choice(list(DRAWINGS["digits"].values()), 2), random)


def word(random: np.random.Generator) -> list[np.ndarray]:
    return side_by_side(random.choice(list(DRAWINGS["letters"].values()), 3), random)


def full_pad(random: np.random.Generator) -> list[np.ndarray]:
    return [to_and_fro(int(random.integers(18, 26)), random, miss=0.2)]


def framed(strokes: list[np.ndarray]) -> np.ndarray:
    """Strokes of any size, framed as the network sees them: uint8 (28, 28)."""
    return frame_strokes(in_middle(strokes))


def in_middle(strokes: list[np.ndarray]) -> list[np.ndarray]:
    """Strokes of any size, in the middle of the pad, as fractions of it."""
    every = np.concatenate(strokes)
    low, high = every.min(0), every.max(0)
    scale = 0.64 / max(1e-6, *(high - low))
    return [0.5 + scale * (stroke - (low + high) / 2) for stroke in strokes]


def draw_each(kind: str, times: int = 10, seed: int = 0,
              shake: float = SHAKE) -> tuple[Tensor, list[str]]:
    """Draw everything of a kind (`letters`, `shapes`, `lines` or `digits`) `times` times.

    Returns the drawings as the network sees them, uint8 (n, 28, 28), and the name of each."""
    random = np.random.default_rng(seed)
    names = [name for name in DRAWINGS[kind] for _ in range(times)]
    images = [framed(draw_by_hand(DRAWINGS[kind][name], random, shake)) for name in names]
    return torch.from_numpy(np.stack(images)), names


def faces() -> Tensor:
    """Ten faces, as the network sees them: a ring, two dots and an arc, uint8 (10, 28, 28)."""
    drawn = [draw_face(*face) for face in DRAWINGS["faces"]]
    return torch.from_numpy(np.stack([frame_strokes(strokes) for strokes in drawn]))


def draw_face(width: float, height: float, apart: float, up: float, mouth: float,
              is_glad: bool) -> list[np.ndarray]:
    """A face in the middle of the pad: the radii of its ring, where its eyes are, its mouth."""
    def arc(centre: tuple, radii: tuple, start: float, turn: float) -> np.ndarray:
        angle = np.pi * (start + turn * np.linspace(0, 1, 24))
        return np.array(centre) + np.array(radii) * np.stack([np.cos(angle), np.sin(angle)], 1)

    eyes = [np.array([[0.5 + side * apart, 0.5 - up]]) for side in (-1, 1)]
    smile = arc((0.5, 0.55), (mouth, 0.8 * mouth), 0.2, 0.6)
    frown = arc((0.5, 0.74), (mouth, 0.8 * mouth), 1.2, 0.6)
    return [arc((0.5, 0.5), (width, height), -0.5, 2), *eyes, smile if is_glad else frown]


def face_by_hand(random: np.random.Generator, shake: float = SHAKE) -> list[np.ndarray]:
    """A face: a ring, two eyes (dots, short lines or small rings), and a mouth that smiles, frowns
    or is straight. It owes nothing to the rings that the head was trained on."""
    def arc(middle: tuple, radii, start: float, turn: float, points: int) -> np.ndarray:
        angle = start + turn * np.linspace(0, 1, points)
        ends = np.array(middle) + np.array(radii) * np.stack([np.cos(angle), np.sin(angle)], 1)
        return bent(ends + random.normal(0, shake, ends.shape))

    ring = arc((0, 0), random.uniform(4, 5, 2), random.uniform(0, 6), random.uniform(6, 6.8), 12)
    apart, up, kind = random.uniform(1.2, 2.2), random.uniform(0.8, 2), random.integers(3)
    small_ring = bent(0.6 * np.array([[0, -1], [1, 0], [0, 1], [-1, 0], [0, -1]]))
    eye = [np.zeros((1, 2)), np.array([[0, -0.6], [0, 0.6]]), small_ring][kind]
    eyes = [eye + [side * apart, -up] + random.normal(0, shake / 2, 2) for side in (-1, 1)]
    wide, down, mood = random.uniform(1.3, 2.6), random.uniform(1, 2), random.random()
    mouth = (arc((0, down - 0.5), (wide, 0.6 * wide), 0.4, 2.3, 5) if mood < 0.6 else
             arc((0, down + 1), (wide, 0.6 * wide), 3.5, 2.3, 5) if mood < 0.85 else
             np.array([[-wide, down], [wide, down]]) + random.normal(0, shake, (2, 2)))
    form = random_form(random)
    return [stroke @ form for stroke in (ring, *eyes, mouth)]


def faces_by_hand(count: int, shake: float, seed: int = 0) -> Tensor:
    """Faces that a hand drew, as the network sees them: uint8 (count, 28, 28)."""
    random = np.random.default_rng(seed)
    return torch.from_numpy(np.stack([framed(face_by_hand(random, shake)) for _ in range(count)]))
