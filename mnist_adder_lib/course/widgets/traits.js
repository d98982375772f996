/** What a widget's script takes for its model: traits and their changes, and no Python. */
class Traits {
  constructor(traits) {
    Object.assign(this, { traits, listeners: {} });
  }
  get(name) {
    return this.traits[name];
  }
  set(name, value) {
    if (this.traits[name] === value) return;
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
  send() {} // no server to hurry
}
