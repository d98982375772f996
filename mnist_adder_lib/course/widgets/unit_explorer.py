"""Point at a unit of a layer, and see which pixels of the image it can know of."""

from __future__ import annotations

from typing import Any

import anywidget
import numpy as np
from traitlets import Int, List

from .front_end import front_end

SIDE = 28  # of an image, in pixels


def units(field: dict) -> int:
    """How many units the layer of a receptive field has in a row."""
    beyond = 0 if field["padding"] else field["start"]  # without padding the border gets none
    return len(np.arange(field["start"], SIDE - max(beyond, 0.5), field["jump"]))


class UnitExplorer(anywidget.AnyWidget):
    """The units of a layer beside the image, on which is framed what the one pointed at sees.

    - image: (28, 28)
    - fields: of the layers to choose from, as `receptive_fields` gives them; another entry,
      `name`, gives a layer another name
    - maps: for each of them what its units say, (channels, height, width); without, one plain map
    - place: the index of the layer, then channel, row and column of the unit. By default the middle
      of the last layer

    All is calculated in the browser.
    """

    _esm, _css = front_end("unit_explorer")
    image: List = List().tag(sync=True)
    layers: List = List().tag(sync=True)
    place = List(Int(), minlen=4, maxlen=4).tag(sync=True, echo_update=False)

    def __init__(self, image, fields: list[dict], maps=(), **traits):
        layers: list[dict[str, Any]] = [
            dict(name=field.get("name", field["layer"]), count=units(field), maps=[],
                 **{name: field[name] for name in ("start", "jump", "size")}) for field in fields]
        for layer, values in zip(layers, maps):
            layer["maps"] = np.asarray(values).round(3).tolist()
        middle = layers[-1]["count"] // 2
        place = [len(layers) - 1, 0, middle, middle]
        image = np.asarray(image).round(3).tolist()
        super().__init__(image=image, layers=layers, **{"place": place, **traits})

    def __repr__(self):
        return "UnitExplorer()"
