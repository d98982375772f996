"""What the course's widgets have in common."""

from pathlib import Path

from ..drawing.style import style

FOLDER = Path(__file__).parent
PAD = FOLDER.parent / "drawing"


def read(name: str, folder: Path = FOLDER, kind: str = "js") -> str:
    return (folder / f"{name}.{kind}").read_text("utf-8")


SCRIPT = read("widgets")
STYLE = style(FOLDER / "widgets.css")


def front_end(name: str) -> tuple[str, str]:
    """What anywidget wants as `_esm` and `_css`: what is common, and then name.js and name.css."""
    return SCRIPT + read(name), STYLE + read(name, kind="css")


def without_python() -> str:
    """What reads a drawing in the browser alone: the pad as `PANEL`, and all that Python does
    behind it, from strokes to a sentence."""
    scripts = map(read, ("traits", "network", "strokes", "panel"))
    return "\n".join([apart("PANEL", read("pad", PAD)), *scripts])


def apart(name: str, script: str) -> str:
    """A script inside another: what it exports gets a name, and nothing else of it can be seen."""
    return f"const {name} = (() => {{\n{script.replace('export default', 'return')}\n}})();"
