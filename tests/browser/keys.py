"""Walks through a part of a page with the Tab key alone."""

FOCUS = """root => {
    const parts = (colour) => {
        const one = document.createElement("canvas").getContext("2d");
        one.fillStyle = colour; one.fillRect(0, 0, 1, 1);
        return [...one.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
    };
    const behind = (element) => {
        if (!element) return parts("white");
        const own = parts(getComputedStyle(element).backgroundColor);
        return own[3] === 1 ? own : behind(element.parentElement);
    };
    const element = document.activeElement;
    if (!root.contains(element)) return null;
    const style = getComputedStyle(element);
    return {
        name: element.getAttribute("aria-label") || element.textContent.trim() ||
            element.labels?.[0]?.textContent.trim() || "",
        role: element.getAttribute("role") || element.tagName.toLowerCase(),
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        colour: parts(style.outlineColor).slice(0, 3), behind: behind(root).slice(0, 3),
    };
}"""
FIRST = """root => [...root.querySelectorAll(
    "button, input, select, canvas, svg, summary, a, [tabindex]")]
    .find((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()).focus()"""


def walk(page, root, press=()) -> list[dict]:
    """What has the focus at each press of Tab, from before the root (a locator) to behind it.

    At each stop the keys of `press` are pressed. Raises AssertionError where the root can't be
    reached or left.
    """
    root.evaluate(FIRST)
    page.keyboard.press("Shift+Tab")
    assert root.evaluate(FOCUS) is None, "Shift+Tab does not leave it"
    stops, before = [], 0
    # JupyterLab 3's editor of a cell keeps the Tab key; one gets past it with the mouse alone.
    kept = page.evaluate("document.activeElement.tagName === 'TEXTAREA'")
    for turn in range(60):
        if kept and turn == 0:
            root.evaluate(FIRST)
        else:
            page.keyboard.press("Tab")
        stop = root.evaluate(FOCUS)
        if stop is None and stops:
            return stops
        if stop is None:  # JupyterLab's toolbar of the cell, which may only now have come
            before += 1
            assert before < 10, "Tab does not reach it"
            continue
        stops.append(stop)
        for key in press:
            page.keyboard.press(key)
    raise AssertionError(f"Tab does not leave it: {stops[-5:]}")
