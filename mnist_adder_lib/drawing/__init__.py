"""Drawn digits: strokes, framing as MNIST did it, photos, and the panel to draw on."""

from .framing import frame_drawing
from .panel import AdderPanel, DigitPad
from .photos import read_picture
from .strangeness import Strangeness
from .strokes import frame_strokes, render_strokes
