"""What Python's and PyTorch's errors mean, in plain words: see `errors.toml`."""

import re
import tomllib
from pathlib import Path

ERRORS = {error["message"]: error["meaning"] for error in tomllib.loads(
    Path(__file__).with_name("errors.toml").read_text(encoding="utf-8"))["error"]}


def in_plain_words(message: str, line: str) -> str:
    """The meaning of "Type: message", from a line of code; "" for what we haven't met."""
    for pattern, meaning in ERRORS.items():
        if found := re.search(pattern, f"{message} IN {line}"):
            return found.expand(meaning)
    return ""
