"""What the tools of the course have measured, as lessons read it."""

from __future__ import annotations

import pandas as pd

from mnist_adder_lib.files import asset_path


def read_results(name: str) -> pd.DataFrame:
    """A file of results that comes with the course (see `asset_path`), a row for each line."""
    return pd.read_json(asset_path(name), lines=True)
