// A part that scrolls sideways can be reached with the keyboard, too.
for (const part of document.querySelectorAll("pre, .table-wrapper, .output.text_html"))
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");

/** A button that copies some code, and says so. */
function addCopyButton(code) {
  const button = Object.assign(document.createElement("button"), { className: "copy", type: "button", textContent: "Copy" });
  button.ariaLive = "polite";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  });
  button.addEventListener("blur", () => (button.textContent = "Copy"));
  code.before(button);
}
document.querySelectorAll(".cell_input pre, :is(.highlight-sh, .highlight-python, .highlight-yaml) pre").forEach(addCopyButton);

/** Shows what waited for guesses. */
function release(output) {
  output.hidden = false;
  output.parentNode.querySelector(".held")?.remove();
}

/** What would give the answer to a guess away waits for a choice, or for a click. */
function holdBack(el, model) {
  const mark = el.dataset.guess;
  const held = [...document.querySelectorAll(`.tag_after-${mark} > .cell_output`)];
  const [first] = held;
  for (const output of held) {
    output.hidden = "until-found"; // by the browser's own search
    output.addEventListener("beforematch", () => release(output));
    (output.guesses ??= new Set()).add(mark);
  }
  if (first && !first.parentNode.querySelector(".held")) {
    const button = Object.assign(document.createElement("button"), { className: "held", type: "button" });
    button.textContent = "Guess first, or see what came out";
    first.before(button);
    button.addEventListener("click", () => {
      held.forEach(release);
      Object.assign(first, { tabIndex: -1 }).focus();
    });
  }
  const next = el.appendChild(document.createElement("p"));
  next.role = "status";
  model.on("change:chosen", () => {
    next.innerHTML ||= `<a href="#${mark}">Is it so? See what came out.</a>`;
    for (const output of held) if (output.guesses.delete(mark) && !output.guesses.size) release(output);
    const verdicts = document.getElementById(mark).parentNode.querySelectorAll("[data-verdict]");
    verdicts.forEach((verdict, place) => (verdict.hidden = place !== model.get("chosen") + 1));
  });
}

for (const el of document.querySelectorAll("[data-widget]")) {
  const model = new Traits(JSON.parse(el.dataset.traits));
  el.textContent = ""; // what stands there without scripts
  WIDGETS[el.dataset.widget].render({ model, el });
  if (el.dataset.guess) holdBack(el, model);
}
