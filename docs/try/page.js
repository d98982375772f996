// The page connects its widgets: each has traits as its model, and what one says another hears.

const MODELS = {}; // by the ids of page.html

function startPage() {
  for (const [id, [kind, traits]] of Object.entries(PARTS)) {
    MODELS[id] = new Traits(traits);
    WIDGETS[kind].render({ model: MODELS[id], el: document.getElementById(id) });
  }
}
