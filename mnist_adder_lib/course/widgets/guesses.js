// The front end of a guess: native radio buttons, which bring the arrow keys and one tab stop.

function render({ model, el }) {
  const group = document.createElement("fieldset");
  const name = `guess-${Math.random()}`; // radio buttons of one name are one group in the page
  group.className = "mnist-adder-guess";
  group.innerHTML = "<legend><b>Your guess.</b></legend>";
  write(group.firstChild, ` ${model.get("question")}`);
  const buttons = model.get("options").map((text, place) => {
    const label = group.appendChild(document.createElement("label"));
    label.innerHTML = `<input type="radio" name="${name}"><span></span>`;
    write(label.lastChild, text);
    label.firstChild.addEventListener("change", () => {
      model.set("chosen", place);
      model.save_changes();
    });
    return label.firstChild;
  });

  function update() {
    buttons.forEach((button, place) => (button.checked = place === model.get("chosen")));
    group.disabled = model.get("closed");
  }

  model.on("change:chosen change:closed", update);
  update();
  el.append(group);
  return keepKeys(el);
}

export default { render };
