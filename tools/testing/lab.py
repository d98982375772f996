"""Drives a real JupyterLab in Chromium: a server of its own, a notebook, mouse and touch.

With `notebook` in the environment variable FRONTEND it is Jupyter Notebook 7 instead.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
from anywidget import AnyWidget
from nbformat import v4

from mnist_adder_course.common.drawings import DRAWINGS, bent, in_middle, points_of
from tools.testing.chromium import CHROMIUM


def curves_of(text):
    """The strokes of a drawing in drawings.toml, (n, 2) each, bent where it says so."""
    return [bent(points) if stroke[0] == "~" else points
            for stroke, points in zip(text.split("|"), points_of(text))]


DIGITS = [  # strokes of each digit, fractions of the pad
    [list(map(tuple, stroke.tolist())) for stroke in in_middle(curves_of(text))]
    for text in DRAWINGS["digits"].values()
]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-timer-throttling", "--disable-quic"]
FLAGS += ["--no-first-run", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync"]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}
TIMEOUT = 240_000  # milliseconds: a busy machine isn't a bug
FRONTEND = os.environ.get("FRONTEND", "lab")
MODULE, APP, PATH = {  # what to start, its name in options, where it shows a notebook
    "lab": ("jupyterlab", "LabApp", "lab/tree"),
    "notebook": ("notebook", "JupyterNotebookApp", "notebooks"),
}[FRONTEND]
NOTEBOOK = """
const app = window.jupyterapp, it = app.shell.widgets("main"), all = [];
if (it[Symbol.iterator]) all.push(...it); else for (let w; (w = it.next());) all.push(w);
const panel = all.find((w) => w.context?.path === "lesson.ipynb");
"""

RENDER = """async ({ source, style, traits }) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
    const listeners = {};
    window.model = {
        traits, saved: 0, asked: new Set(),
        get: (name) => {
            window.model.asked.add(name);
            return traits[name];
        },
        set: (name, value) => {
            window.model.asked.add(name);
            traits[name] = value;
            for (const listener of listeners[`change:${name}`] ?? []) listener();
        },
        save_changes: () => { window.model.saved += 1; },
        on: (event, listener) => { (listeners[event] ??= []).push(listener); },
        off: (event, listener) => {
            listeners[event] = listeners[event].filter((other) => other !== listener);
        },
        send: () => {},
    };
    window.outside = [];
    const note = (event) => window.outside.push(event.key);
    document.addEventListener("keydown", note);
    document.addEventListener("keydown", (event) => {  // as Notebook 7 and JupyterLab 3 look
        if (!event.target.hasAttribute("data-lm-suppress-shortcuts")) note(event);
    }, true);
    window.stop = widget.render({ model: window.model, el: document.querySelector("#widget") });
}"""


def render_alone(page, widget, names=None) -> None:
    """Show a widget on an empty page without Python. Its traits of these names, or all of its own,
    are in the page's `model.traits`, the names that it asks for or sets in `model.asked`, keys that
    it lets out in `outside`; `stop()` takes it away."""
    around = "<a href='#'>before</a><main id=widget></main><a href='#'>after</a>"  # for the Tab key
    page.set_content(f"<!doctype html>{around}")
    if names is None:
        names = set(widget.keys) - set(AnyWidget.class_trait_names())
    traits = {name: getattr(widget, name) for name in names}
    page.evaluate(RENDER, {"source": str(widget._esm), "style": str(widget._css), "traits": traits})


def draw(page, strokes, pad=".digit-pad") -> None:
    """Draw with the mouse on the page's first pad; strokes are lists of (x, y), fractions of it."""
    box = page.locator(pad).first.bounding_box()
    for stroke in strokes:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:  # without steps between: the page draws again for each
            page.mouse.move(*point)
        page.mouse.up()


def let_it_work(page, frames: int = 30) -> None:
    """Let the page draw so many frames. What it shouldn't do, it would have done by then."""
    page.evaluate("""async (frames) => {
        while (frames--) await new Promise(requestAnimationFrame);
    }""", frames)


def wait_for_text(page, text: str) -> None:
    """Wait until the panel or the diagram says this, in its sentence or below it."""
    page.locator(".prediction, .answer, .note").filter(has_text=text).first.wait_for()


def write_notebook(folder: Path, *cells: str) -> None:
    """Write lesson.ipynb with these code cells."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(code) for code in cells])
    notebook.metadata.kernelspec = dict(name="python3", display_name="Python 3", language="python")
    nbformat.write(notebook, folder / "lesson.ipynb")


@contextlib.contextmanager
def lab_server(folder: Path, start: str = f"-m {MODULE} --ServerApp.root_dir=."):
    """JupyterLab on 127.0.0.1 that shares nothing with the user's own; gives its URL.

    start: what Python is called with in that folder, before the options that make it so
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Path(tempfile.mkdtemp())
    kinds = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    env = {**os.environ, **{f"JUPYTER_{kind}": str(home / kind) for kind in kinds}}
    env.update(IPYTHONDIR=str(home / "ipython"), OMP_NUM_THREADS="1")
    env["PYTHONPATH"] = str(Path(__file__).parents[2])
    for name, values in SETTINGS.items():
        file = home / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values), "utf-8")
    options = [f"--ServerApp.port={port}", "--ServerApp.token=", "--IdentityProvider.token="]
    options += ["--allow-root", "--LabApp.news_url=None"]
    options += [f"--{APP}.expose_app_in_browser=True"]
    options += [f"--{APP}.user_settings_dir={home}/settings"]
    options += [f"--{APP}.workspaces_dir={home}/workspaces"]
    command = [sys.executable, *start.split(), "--no-browser", *options]
    log = open(home / "log", "wb")
    server = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
    url, latest = f"http://127.0.0.1:{port}", time.monotonic() + 300
    try:
        while server.poll() is None and time.monotonic() < latest:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/api", timeout=5).close()
                break
            time.sleep(0.2)
        else:
            raise RuntimeError((home / "log").read_text("utf-8", "replace")[-2000:])
        yield url
    finally:
        server.terminate()  # ends its kernels too
        server.wait(120)
        log.close()
        shutil.rmtree(home, ignore_errors=True)


class Lab:
    """One browser page with lesson.ipynb; `options` are Playwright's."""

    def __init__(self, playwright, url: str, **options):
        self.profile, self.errors = tempfile.mkdtemp(), []
        options = {"viewport": {"width": 1200, "height": 1000}, **options}
        self.context = playwright.chromium.launch_persistent_context(
            self.profile, executable_path=CHROMIUM, args=FLAGS, **options)
        self.context.set_default_timeout(TIMEOUT)
        self.page = self.context.pages[0]
        self.page.on("pageerror", self._note_error)
        self.frames = []  # ("sent" or "received", bytes) of all messages to and from kernels
        self.page.on("websocket", self._record)
        self.page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        self.url = url

    def _record(self, socket):
        for way in ("sent", "received"):
            socket.on(
                f"frame{way}",
                lambda data, way=way: self.frames.append(
                    (way, data if isinstance(data, bytes) else data.encode())
                ),
            )

    def _note_error(self, error):
        # While they start, JupyterLab may remove its own splash screen twice, and Notebook may read
        # shortcuts before they are there.
        jupyterlabs = any(name in error.message for name in ("'removeChild'", "'schema'"))
        if not (jupyterlabs and "_core." in error.stack):
            self.errors.append(error.stack)

    def close(self):
        self.context.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def notebook(self, script: str, argument=None):
        """Run JavaScript with `app`, `panel` (the notebook) and `argument` in scope."""
        return self.page.evaluate(f"async (argument) => {{ {NOTEBOOK} {script} }}", argument)

    def open(self, reset: bool = True):
        """Open the notebook and wait for its kernel."""
        self.page.goto(f"{self.url}/{PATH}/lesson.ipynb" + ("?reset" if reset else ""))
        self.page.wait_for_function("() => window.jupyterapp?.started")
        self.page.evaluate("() => window.jupyterapp.started")
        self.wait_for_kernel()
        self.notebook("app.shell.collapseLeft?.(); app.shell.collapseRight?.();")

    def wait_for_kernel(self):
        status = "panel?.sessionContext?.session?.kernel?.status"
        self.page.wait_for_function(f"() => {{ {NOTEBOOK} return {status} === 'idle'; }}")

    def run_all(self):
        self.notebook(
            """app.shell.activateById(panel.id);
            await app.commands.execute("notebook:run-all-cells");
            panel.content.activeCellIndex = 0;
            await panel.content.scrollToItem?.(0);"""  # cells out of sight are not in the page
        )
        self.page.locator(".digit-pad").first.wait_for()

    def wait_for_pad(self, tab) -> None:
        """Wait until a page that finds its kernel running, `self.page` or another, shows its pad.

        There JupyterLab asks the kernel for its widgets once. Where this fails, as it may on a busy
        machine, it says nothing and shows none until it is loaded again.
        """
        from playwright.sync_api import TimeoutError  # this file is read without Playwright, too

        for _ in range(3):
            with contextlib.suppress(TimeoutError):
                return tab.locator(".digit-pad").first.wait_for(timeout=TIMEOUT / 2)
            tab.reload()
        shown = tab.locator(".jp-OutputArea-output").all_inner_texts()
        raise AssertionError(f"no pad, but {shown}")

    def execute(self, code: str) -> str:
        """Run code in the kernel, outside the cells; returns what it printed."""
        return self.notebook(
            """let out = "";
            const f = panel.sessionContext.session.kernel.requestExecute({ code: argument });
            f.onIOPub = (m) => { out += m.content.text ?? m.content.evalue ?? ""; };
            await f.done; return out.trim();""",
            code,
        )

    def wait_for_output(self, code: str, expected: str) -> None:
        """Run code in the kernel until it prints this: what the page has sent may be on its way."""
        latest = time.monotonic() + TIMEOUT / 1000
        while (printed := self.execute(code)) != expected and time.monotonic() < latest:
            self.page.wait_for_timeout(100)
        assert printed == expected

    def find(self, selector: str):
        return self.page.locator(selector).first

    def box(self, element):
        """(x, y, width, height) on the page, once scrolled into view."""
        element.scroll_into_view_if_needed()
        return list(element.bounding_box().values())

    def positions(self, strokes, canvas):
        """Strokes, lists of (x, y) fractions of the pad, as positions on the page."""
        left, top, width, height = self.box(canvas)
        return [[(left + x * width, top + y * height) for x, y in stroke] for stroke in strokes]

    def draw(self, strokes, canvas=None):
        """Draw with the mouse; strokes are lists of (x, y), fractions of the pad."""
        for first, *rest in self.positions(strokes, canvas or self.find(".digit-pad")):
            self.page.mouse.move(*first)
            self.page.mouse.down()
            for point in rest:
                self.page.mouse.move(*point, steps=2)
            self.page.mouse.up()

    def touch(self, strokes):
        """Draw with a finger."""
        session = self.context.new_cdp_session(self.page)

        def send(kind, *points):
            touches = [{"x": x, "y": y} for x, y in points]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

        for first, *rest in self.positions(strokes, self.find(".digit-pad")):
            send("touchStart", first)
            for point in rest:
                send("touchMove", point)
            send("touchEnd")

    def click(self, selector: str):
        self.find(selector).click()

    def sentence(self) -> str:
        return self.find(".prediction").inner_text()

    def wait(self, pattern: str, selector: str = ".prediction") -> None:
        """Wait until the first such element's text matches the pattern."""
        self.page.wait_for_function(
            "([s, p]) => new RegExp(p).test(document.querySelector(s)?.innerText)",
            arg=[selector, pattern],
        )
