"""Pictures in data URLs, in which a page and Python exchange them."""

import base64
import io

import numpy as np
from PIL import Image

from .photos import open_picture

PNG_URL = "data:image/png;base64,"


def to_url(image: np.ndarray) -> str:
    """A uint8 (height, width) image as a PNG in a data URL, which a browser can show."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "png")
    return f"{PNG_URL}{base64.b64encode(buffer.getvalue()).decode()}"


def from_url(url: str) -> bytes:
    """The bytes in a data URL; raises ValueError if it isn't base64."""
    return base64.b64decode(url.partition(",")[2], validate=True)


def read_background(background: dict) -> np.ndarray:
    """The picture under the strokes, uint8 (height, width). Raises ValueError if there is none.

    `background` has its `url`, as from `to_url`, and what to say `about` it.
    """
    url, about = background.get("url"), background.get("about", "")
    # The page hands the url to CSS, which would ask any other address.
    if not isinstance(url, str) or not url.startswith(PNG_URL) or not isinstance(about, str):
        raise ValueError("A background is {}, or a picture: its url and what to say about it.")
    return np.asarray(open_picture(from_url(url), ["PNG"]).convert("L"))
