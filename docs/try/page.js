// The page connects its widgets: each has a `Traits` as its model, and what one says others hear.

function startPage() {
  const models = {}; // by the ids of page.html, like the elements
  const elements = {};
  for (const [id, [kind, traits]] of Object.entries(PARTS)) {
    models[id] = new Traits(traits);
    elements[id] = document.getElementById(id);
  }
  const { diagram, sums, pad, learner } = models;
  const shipped = diagram.get("weights");
  const numbers = readWeights(shipped);

  let question = ""; // the last one
  /** What one has drawn and chosen: for the small diagram, and a question to the adder of the hidden sums. */
  function tell({ result, pixels, number, empty, doubt }) {
    learner.set("pixels", pixels);
    learner.set("number", number);
    // The hidden sums stand behind the network that ships, whatever is being taught below them.
    const isShipped = diagram.get("weights") === shipped;
    const unsure = isShipped ? doubt : "";
    const before = question;
    question = [unsure, number, ...pixels].join();
    if (question === before) return; // other weights alone, as in training
    if (empty) return sums.set("asked", {});
    const { digit, layers } = isShipped ? result : forward(numbers, pixels, number);
    const isDrawn = diagram.get("strokes").length > 0; // or it is the 7, or of MNIST
    sums.set("asked", { embedding: layers.embedding.data, digit, number, doubt: unsure, isDrawn });
  }
  let later = 0;
  elements.diagram.addEventListener("answer", ({ detail }) => {
    document.querySelector(`#number [value="${detail.number}"]`).checked = true;
    clearTimeout(later);
    later = setTimeout(tell, 100, detail); // not while one draws
  });
  // Two pads with one drawing.
  diagram.set("strokes", []);
  pad.save_changes = () => pad.get("unfinished").length || diagram.set("strokes", pad.get("strokes"));
  diagram.on("change:strokes", () => pad.set("strokes", diagram.get("strokes")));
  const choose = ({ target }) => diagram.set("number", Number(target.value));
  document.getElementById("number").addEventListener("change", choose);
  const byKey = ({ key, ctrlKey, metaKey, altKey }) =>
    /^[0-9]$/.test(key) && !(ctrlKey || metaKey || altKey) && diagram.set("number", Number(key));
  document.getElementById("ask").addEventListener("keydown", byKey, true); // the pad keeps keys to itself
  elements.teach.addEventListener("weights", ({ detail }) => {
    for (const model of [diagram, learner]) model.set("weights", areSame(numbers, detail) ? shipped : detail);
  });
  for (const [id, [kind]] of Object.entries(PARTS)) WIDGETS[kind].render({ model: models[id], el: elements[id] });
}
