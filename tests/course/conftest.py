"""No figure of a test stays open."""

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def figures_are_closed():
    yield
    plt.close("all")
