"""Settings of the tests; how `pytest --nbval notebooks` runs lessons as tests, from any folder,
with the Python that runs pytest; and a line on what this computer can't check."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from tools.notebooks.notebook_files import SHORTER, shortened
from tools.testing.chromium import CHROMIUM

HERE = Path(__file__).parent
SOLUTIONS = HERE / "notebooks" / "solutions"
ALL_EPOCHS = re.compile(r"epochs == 15|get\(15\)")  # in cells that say something else before


def pytest_configure(config):
    # No test, and no lesson that is run as one, notes or shows what a learner has done here.
    os.environ["MNIST_ADDER_PROGRESS"] = "off"
    if config.pluginmanager.hasplugin("nbval"):
        # nbval would look for a relative path in the current folder.
        config.option.nbval_sanitize_with = str(HERE / "nbval_sanitize.cfg")
        # "python3" may mean another Python than this one, one without the library.
        config.option.nbval_current_env = True
        # Several kernels may be starting on a busy machine.
        config.option.nbval_kernel_startup_timeout = 600
        # If the home folder can't be written, matplotlib says in red, in the first cell that
        # imports it, that its cache is elsewhere. That isn't an output of a lesson.
        if not os.access(os.path.expanduser("~"), os.W_OK):
            cache = tempfile.TemporaryDirectory()
            config.add_cleanup(cache.cleanup)
            os.environ.setdefault("MPLCONFIGDIR", cache.name)

    if config.pluginmanager.hasplugin("hypothesispytest"):
        from hypothesis import HealthCheck, settings

        # A busy machine isn't a bug, and a fixture may serve all examples of a test.
        settings.register_profile("here", deadline=None, suppress_health_check=[
            HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
        settings.load_profile("here")


def pytest_collection_modifyitems(config, items):
    """Each notebook runs in an empty folder, so that it neither finds nor leaves files: lesson 4
    keeps a network next to itself, and lesson 6 looks for it. The solved exercises run with the
    thorough tests, or if their notebook is named."""
    notebooks = set()
    for item in items:
        if hasattr(item, "cell") and item.path not in notebooks:
            notebooks.add(item.path)
            folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            config.add_cleanup(folder.cleanup)
            item.cell.source = f"import os; os.chdir({folder.name!r})\n{item.cell.source}"
        if hasattr(item, "cell") and item.path.stem in SHORTER:
            item.cell.source = shortened(item.path.stem, item.cell.source)
            item.options["check"] &= not ALL_EPOCHS.search(item.cell.source)
    say_what_is_skipped(config, [item.nodeid for item in items])
    folder = config.invocation_params.dir
    named = {(folder / arg.split("::")[0]).resolve() for arg in config.args}
    for item in items:
        if SOLUTIONS in item.path.parents and item.path not in named:
            item.add_marker(pytest.mark.thorough)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids):
    """Of several processes, the first that has found all tests speaks for all."""
    say_what_is_skipped(node.config, ids)


def say_what_is_skipped(config, names):
    """Say before the first test that those in a browser are skipped, and how many there are."""
    config.not_checked = not_checked(names)
    count = sum(name.startswith("tests/browser/") for name in names)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if count and reporter and CHROMIUM is None and not getattr(config, "has_said_it", False):
        config.has_said_it = True
        reporter.write_line(f"No Chromium or Chrome is found: {count} tests in a browser are "
                            "skipped.", yellow=True)


def not_checked(names) -> list[str]:
    """What tests of these names can't check on this computer, and why."""
    count = sum(name.startswith("tests/browser/") for name in names)
    found = [f"{count} tests in a browser (no Chromium or Chrome)"] * bool(count and not CHROMIUM)
    has_node = shutil.which("npx") and (HERE / "js" / "node_modules").is_dir()
    if not has_node and any(name.startswith("tests/test_front_end.py") for name in names):
        found.append("the front end in Node (no Node, or no js/node_modules: npm ci in js)")
    return found


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter, config):
    """Say in the end, too, what a run without failures has not checked."""
    yield
    if missing := getattr(config, "not_checked", []):
        terminalreporter.write_line(f"Not checked here: {'; '.join(missing)}.", yellow=True)
