// Questions from earlier lessons: a button for each answer, which says at once whether it is right.
// Radio buttons would answer as soon as an arrow key passes over them.

/** Follows a link below the questions to the same section: JupyterLab opens those that Markdown
 * made itself, in a tab of its own, and knows nothing of the links of a widget. */
function follow(event) {
  const isSame = (link) => link.hash === event.target.hash && !link.closest(".mnist-adder-guess");
  const link = [...document.links].find(isSame);
  if (!link) return;
  event.preventDefault();
  link.click();
}

function render({ model, el }) {
  const questions = model.get("questions").map(({ text, answers, verdicts, link, place }, n) => {
    const group = el.appendChild(document.createElement("fieldset"));
    group.className = "mnist-adder-guess";
    write(group.appendChild(document.createElement("legend")), text);
    const buttons = answers.map((answer, index) => {
      const button = group.appendChild(document.createElement("button"));
      button.type = "button";
      write(button.appendChild(document.createElement("span")), answer);
      button.addEventListener("click", () => {
        model.set("chosen", model.get("chosen").map((old, m) => (m === n ? index : old)));
        model.save_changes();
      });
      return button;
    });
    const verdict = group.appendChild(document.createElement("p"));
    verdict.role = "status";
    let shown = -1;
    return (chosen) => {
      buttons.forEach((button, index) => (button.ariaPressed = index === chosen));
      if (chosen === shown) return; // or a screen reader would read it again
      shown = chosen;
      verdict.textContent = "";
      write(verdict, `${verdicts[chosen]} `);
      const anchor = verdict.appendChild(document.createElement("a"));
      Object.assign(anchor, { href: link, target: "_blank", textContent: `Look again: ${place}.` });
      anchor.addEventListener("click", follow);
    };
  });

  const update = () => questions.forEach((show, n) => show(model.get("chosen")[n]));
  model.on("change:chosen", update);
  update();
  return keepKeys(el);
}

export default { render };
