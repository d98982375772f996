"""Drawn digits: strokes, framing as MNIST did it, photos, the panel to draw on, and how it rejects
what isn't a digit."""

from .framing import frame_drawing
from .panel import AdderPanel
from .photos import read_picture
from .rejection import NonDigitHead, load_non_digit_head, slashed_zeros
from .strangeness import Strangeness
from .strokes import frame_strokes, render_strokes
