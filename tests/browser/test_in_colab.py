"""Widgets as Colab's page loads and colours them. Colab itself can't be had here."""

from importlib.resources import files

import pytest
from lab import DIGITS, draw, wait_for_text
from test_traits import WIDGETS

from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel

SHOW = """async ({ widgets, anywidget, state }) => {
    const load = (source, needed) => {  // as Colab does it: the file is given `define`, no more
        let made;
        const define = (names, make) => {
            made = make ? make(...names.map((name) => needed[name])) : names();
        };
        new Function("define", source)(define);
        return made;
    };
    // The classes come with an extension of the old notebook, and that asks for these at once.
    window.requirejs = Object.assign(() => {}, { config() {} });
    window.Jupyter = { version: "6.5.7" };
    const base = load(widgets, { module: { uri: "https://localhost/extension.js" } });
    delete window.requirejs;
    delete window.Jupyter;
    const { AnyModel, AnyView } = load(anywidget, { "@jupyter-widgets/base": base });
    let hear;
    const answer = async (data, callbacks) => {
        const update = await window.toPython(JSON.parse(JSON.stringify(data)));
        hear({ content: { data: { method: "update", state: update } }, buffers: [] });
        callbacks?.iopub?.status({ content: { execution_state: "idle" } });
    };
    const on_msg = (listener) => { hear = listener; };
    const comm = { send: (...all) => void answer(...all), on_msg, on_close() {} };
    const manager = { callbacks: () => ({}) };
    const model = new AnyModel(state, { model_id: "panel", comm, widget_manager: manager });
    const view = new AnyView({ model, options: {} });
    document.body.append(view.el);
    await view.render();
    return typeof require;
}"""
# What Colab's page and its widget manager say in the dark theme. The manager has JupyterLab's
# colours for a light theme, and sets only the colour of texts to Colab's.
DARK = """
:root {
    --colab-primary-text-color: #e3e3e3;
    --colab-primary-surface-color: #383838;
    --jp-content-font-color1: black;
    --jp-layout-color0: white;
    --jp-ui-font-color1: var(--colab-primary-text-color);
}
body { background: #383838; color: #e3e3e3; }
"""


def test_the_panel_answers(open_page):
    """anywidget's file, which the page has from a CDN, and no `require`.

    pip installs the same file, and another one with the classes that anywidget's build on."""
    panel = AdderPanel(load_pretrained())
    page, errors, asked = open_page(), [], []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.on("request", lambda request: asked.append(request.url))

    def to_python(data):
        if data["method"] == "update":
            panel.set_state(data["state"])
        return {"answer": panel.answer}

    page.expose_function("toPython", to_python)
    read = {"widgets": files("widgetsnbextension") / "static" / "extension.js",
            "anywidget": files("anywidget") / "nbextension" / "index.js"}
    texts = {name: file.read_text("utf-8") for name, file in read.items()}
    assert page.evaluate(SHOW, {**texts, "state": panel.get_state()}) == "undefined"
    wait_for_text(page, "The pad is empty")
    draw(page, DIGITS[7])
    wait_for_text(page, "I see a 7")
    assert len(panel.strokes) == 1 and panel.prediction.digit == 7
    assert errors == [] and all(url.startswith(("blob:", "data:")) for url in asked)
    page.close()


@pytest.mark.parametrize("kind", WIDGETS, ids=lambda kind: kind.__name__)
def test_texts_can_be_read_in_the_dark_theme(show, kind):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page = show(WIDGETS[kind](), color_scheme="dark")
    page.evaluate("document.body.removeAttribute('style')")
    page.add_style_tag(content=DARK)
    found = axe.Axe().run(page, "#widget", options={"runOnly": ["color-contrast"]})
    assert found.response["violations"] == [], found.generate_report()
