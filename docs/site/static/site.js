// A part that scrolls sideways can be reached with the keyboard, too.
for (const part of document.querySelectorAll("pre, .table-wrapper, .output.text_html"))
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");

/** What a widget's script takes for its model: traits and their changes, and no Python. */
class Traits {
  constructor(traits) {
    Object.assign(this, { traits, listeners: {} });
  }
  get(name) {
    return this.traits[name];
  }
  set(name, value) {
    this.traits[name] = value;
    for (const listener of this.listeners[`change:${name}`] ?? []) listener();
  }
  on(event, listener) {
    (this.listeners[event] ??= []).push(listener);
  }
  off(event, listener) {
    this.listeners[event] = this.listeners[event]?.filter((other) => other !== listener);
  }
  save_changes() {}
  send() {}
}

for (const el of document.querySelectorAll("[data-widget]"))
  WIDGETS[el.dataset.widget].render({ model: new Traits(JSON.parse(el.dataset.traits)), el });
