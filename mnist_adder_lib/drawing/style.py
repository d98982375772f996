"""The style of the course's widgets."""

from pathlib import Path

COMMON = Path(__file__).with_name("common.css")


def style(path: Path) -> str:
    """What all widgets have in common, and the style of one in a file: for anywidget's `_css`."""
    return COMMON.read_text("utf-8") + path.read_text("utf-8")
