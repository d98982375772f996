"""What the tools of the course have measured, as lessons read it."""

from __future__ import annotations

import io

import pandas as pd

from mnist_adder_lib.files import asset_path


def read_results(name: str) -> pd.DataFrame:
    """A file of results that comes with the course (see `asset_path`), a row for each line.

    Raises ValueError where it is damaged, as far as that can be seen: a changed digit can't.
    """
    path = asset_path(name)
    try:
        return pd.read_json(io.StringIO(path.read_text(encoding="utf-8")), lines=True)
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged ({error}): restore it, in a checkout by git checkout -- assets"
        ) from error
