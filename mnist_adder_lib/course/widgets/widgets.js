// What the course's widgets have in common: it stands before the code of each.

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Whether a key is for the notebook: Shift+Enter goes on to the next cell, Ctrl+S saves. */
function isForNotebook({ key, shiftKey, ctrlKey, altKey, metaKey }) {
  return ctrlKey || metaKey || (key === "Enter" && (shiftKey || altKey));
}

/** Keeps other keys in an element: JupyterLab, Colab and VS Code have shortcuts on single letters,
 * and `d d` deletes the cell. Returns what ends it. */
function keepKeys(el) {
  // Notebook 7 looks for this mark, on what has the focus, before anything in the page gets the key,
  // so we have to be earlier.
  function mark(event) {
    if (!el.contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !isForNotebook(event));
  }
  const keep = (event) => isForNotebook(event) || event.stopPropagation();
  addEventListener("keydown", mark, true);
  el.addEventListener("keydown", keep);
  return () => {
    removeEventListener("keydown", mark, true);
    el.removeEventListener("keydown", keep);
  };
}

/** Appends a text to a node, with `code` between backticks. */
function write(node, text) {
  text.split("`").forEach((part, n) => {
    if (n % 2) node.appendChild(document.createElement("code")).textContent = part;
    else node.append(part);
  });
}

/** 0 is black, what is above is white, what is below is orange. */
function signed(value, scale) {
  const strength = clamp(Math.abs(value) / (scale || 1), 0, 1) ** 0.6; // small ones can be seen, too
  return (value < 0 ? [255, 146, 43] : [255, 255, 255]).map((part) => part * strength);
}

