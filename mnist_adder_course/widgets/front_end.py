"""Where the widgets' front ends are, what `npm run build` in js/ makes of its modules, and their
pictures."""

from __future__ import annotations

from pathlib import Path

from anywidget import AnyWidget

BUILT = Path(__file__).with_name("built")
STILLS = Path(__file__).with_name("stills")  # what tools/publishing/take_pictures.py takes


def front_end(name: str) -> tuple[Path, Path]:
    """What anywidget wants as `_esm` and `_css`."""
    return BUILT / f"{name}.js", BUILT / f"{name}.css"


def still_of(name: str) -> bytes:
    """The picture of a widget, for `Still`."""
    return (STILLS / f"{name}.png").read_bytes()


def traits_of(widget: AnyWidget) -> dict:
    """The traits of a widget's own, for a page without Python."""
    of_all = AnyWidget.class_trait_names()
    return {name: value for name, value in widget.get_state().items()
            if name[0] != "_" and name not in of_all}
