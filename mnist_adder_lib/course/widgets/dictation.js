// The front end of Dictation: the pad, and beside it which digit to draw, in one card.

const DICTATION = `
  <div class="dictation">
    <p class="title">Please draw</p>
    <p class="wish"></p>
    <progress aria-label="Digits drawn"></progress>
    <p class="count" role="status" aria-live="polite"></p>
    <div class="steps"><button class="back">Back</button><button class="next">Next</button></div>
  </div>`;

function render({ model, el }) {
  const stop = PANEL.render({ model, el });
  el.firstChild.insertAdjacentHTML("beforeend", DICTATION);
  const find = (selector) => el.querySelector(`.dictation ${selector}`);

  function ask(note = "") {
    const [asked, { length }] = [model.get("asked"), model.get("drawings")];
    const isOver = length === asked.length;
    find(".title").textContent = isOver ? "That was the last one" : "Please draw";
    find(".wish").textContent = isOver ? "Thank you" : asked[length];
    Object.assign(find("progress"), { max: asked.length, value: length });
    find(".count").textContent = note || (isOver ? `${length} digits drawn` : `Draw a ${asked[length]}: ${length + 1} of ${asked.length}`);
    find(".back").disabled = !length;
    find(".next").disabled = isOver;
  }

  /** Keep some drawings, and go on with these strokes on the pad. */
  function go(drawings, strokes) {
    model.set("drawings", drawings);
    model.set("strokes", strokes);
    model.save_changes();
  }

  find(".next").addEventListener("click", () => {
    const strokes = model.get("strokes");
    if (strokes.length) go([...model.get("drawings"), strokes], []);
    else ask("The pad is empty.");
  });
  find(".back").addEventListener("click", () => go(model.get("drawings").slice(0, -1), model.get("drawings").at(-1)));
  const show = () => ask();
  for (const trait of ["drawings", "strokes"]) model.on(`change:${trait}`, show);
  ask();
  return () => {
    stop?.();
    for (const trait of ["drawings", "strokes"]) model.off(`change:${trait}`, show);
  };
}

export default { render };
