"""What the course's widgets have in common."""

from pathlib import Path

from anywidget import AnyWidget

from ...drawing.style import style

FOLDER = Path(__file__).parent
PAD = FOLDER.parents[1] / "drawing"


def read(name: str, folder: Path = FOLDER, kind: str = "js") -> str:
    return (folder / f"{name}.{kind}").read_text("utf-8")


SCRIPT = read("widgets")
STYLE = style(FOLDER / "widgets.css")


def front_end(name: str) -> tuple[str, str]:
    """What anywidget wants as `_esm` and `_css`: what is common, and then name.js and name.css."""
    return SCRIPT + read(name), STYLE + read(name, kind="css")


def without_jupyter(widget: AnyWidget) -> tuple[str, str, dict]:
    """A widget for a page: a script that puts what its front end exports into `WIDGETS`, under the
    name of its class; a style; and the traits of a `Traits` that is its model there."""
    name, script = type(widget).__name__, str(widget._esm).replace("export default", "return")
    of_all = AnyWidget.class_trait_names()
    traits = {trait: value for trait, value in widget.get_state().items()
              if trait[0] != "_" and trait not in of_all}
    return f"WIDGETS.{name} = (() => {{\n{script}\n}})();\n", str(widget._css), traits


def without_python() -> str:
    """What reads a drawing in the browser alone: the pad as `PANEL`, and all that Python does
    behind it, from strokes to a sentence."""
    scripts = map(read, ("traits", "network", "strokes", "panel"))
    return "\n".join([as_iife("PANEL", read("pad", PAD)), *scripts])


def as_iife(name: str, script: str) -> str:
    """A script inside another: what it exports gets a name, and nothing else of it can be seen."""
    return f"const {name} = (() => {{\n{script.replace('export default', 'return')}\n}})();"
