// What would give the answer to a guess away waits for a choice, or for a click.

import { find, findAll } from "../widgets/common/dom.js";

/** @import { Traits } from "../state/traits.js" */

/** @type {WeakMap<HTMLElement, Set<string>>} */
const waiting = new WeakMap(); // for which guesses an output waits

/** @param {HTMLElement} output */
function release(output) {
  output.hidden = false;
  output.parentElement?.querySelector(".held")?.remove();
}

/** @param {HTMLElement[]} held */
function offerRelease(held) {
  const [first] = held;
  if (!first || first.parentElement?.querySelector(".held")) return;
  const button = Object.assign(document.createElement("button"), { className: "held", type: "button" });
  button.textContent = "Guess first, or see what came out";
  first.before(button);
  button.addEventListener("click", () => {
    held.forEach(release);
    first.tabIndex = -1;
    first.focus();
  });
}

/**
 * @param {HTMLElement} el of the guess
 * @param {Traits} model
 * @param {string} mark the guess's name in the page
 */
export function holdBack(el, model, mark) {
  const held = findAll(document, `.tag_after-${mark} > .cell_output`);
  for (const output of held) {
    output.setAttribute("hidden", "until-found"); // by the browser's own search
    output.addEventListener("beforematch", () => release(output));
    waiting.set(output, (waiting.get(output) ?? new Set()).add(mark));
  }
  offerRelease(held);
  const next = el.appendChild(document.createElement("p"));
  next.role = "status";
  model.on("change:chosen", () => {
    if (!next.firstChild) {
      const words = { href: `#${mark}`, textContent: "Were you right? See what came out." };
      next.append(Object.assign(document.createElement("a"), words));
    }
    for (const output of held) {
      const guesses = waiting.get(output);
      if (guesses?.delete(mark) && !guesses.size) release(output);
    }
    // What is said of this choice is shown, and takes the name that the link leads to.
    const verdicts = find(document, `#${mark}`).parentElement;
    findAll(verdicts ?? document, "[data-verdict]").forEach((verdict, place) => {
      verdict.hidden = place !== model.get("chosen")[0] + 1;
      if (verdict.hidden) verdict.removeAttribute("id");
      else verdict.id = mark;
    });
  });
}
