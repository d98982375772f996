"""Sliders and the figure that they draw, in a real JupyterLab."""

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

from lab import CHROMIUM, Lab, lab_server, write_notebook

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome found")

CELL = """from mnist_adder_lib.course.display import explore
from mnist_adder_lib.course.gradients_by_hand import plot_slope
explore(lambda place: plot_slope([place]), place=(0, 6))"""
PICTURE = "document.querySelector('.widget-vbox img').src"


def test_a_slider_draws_the_figure_anew(playwright, tmp_path):
    write_notebook(tmp_path, CELL)
    with lab_server(tmp_path) as url:
        lab = Lab(playwright, url)
        try:
            lab.open()
            lab.notebook("await app.commands.execute('notebook:run-all-cells');")
            lab.find(".widget-vbox img").wait_for()
            before = lab.page.evaluate(PICTURE)
            lab.click(".widget-slider .slider")  # its middle
            lab.wait("^3$", ".widget-readout")
            lab.page.wait_for_function(f"before => {PICTURE} !== before", arg=before)
            lab.find(".widget-slider .slider [tabindex='0']").press("ArrowRight")
            lab.wait("^4$", ".widget-readout")
            handle = lab.page.get_by_role("slider", name="place")
            lab.page.wait_for_function("e => e.ariaValueNow == 4", arg=handle.element_handle())
            assert lab.errors == []
        finally:
            lab.close()
