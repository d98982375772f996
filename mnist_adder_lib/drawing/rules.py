"""Limits and sentences that Python and the front end share: js/ reads the same file."""

import json
from pathlib import Path

RULES = json.loads(Path(__file__).with_name("rules.json").read_text("utf-8"))
STROKES: dict = RULES["strokes"]  # of the pad and of framing, in pixels, or shares of a side
LIMITS: dict[str, float] = RULES["limits"]  # of an image that may be a digit, and of an answer
SENTENCES: dict[str, str] = RULES["sentences"]  # with names in braces, for `str.format`
