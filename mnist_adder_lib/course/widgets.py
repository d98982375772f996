"""What the course's widgets have in common."""

from pathlib import Path

from ..drawing.style import style

FOLDER = Path(__file__).parent
SCRIPT = (FOLDER / "widgets.js").read_text("utf-8")
STYLE = style(FOLDER / "widgets.css")


def front_end(name: str) -> tuple[str, str]:
    """What anywidget wants as `_esm` and `_css`: what is common, and then name.js and name.css."""
    script, own_style = ((FOLDER / f"{name}.{kind}").read_text("utf-8") for kind in ("js", "css"))
    return SCRIPT + script, STYLE + own_style
