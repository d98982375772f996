// Where a widget's state comes from: traits that it shares with Python, or signals that a page has.

import { batch, effect, signal } from "@preact/signals-core";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/**
 * What widgets use of anywidget's model.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 * @property {() => void} save_changes
 * @property {(message: unknown) => void} send
 */
/** @typedef {{ model: Model, el: HTMLElement }} RenderArguments */

/**
 * Traits of a model as signals, both ways: what is set here is saved, what Python sets is heard.
 * @template {Record<string, any>} T
 * @param {Model} model
 * @param {T} defaults the names, and what stands for a trait that the model doesn't have
 * @param {(changes: Partial<T>) => void} [save] of signals that have changed together
 * @returns {[signals: { [K in keyof T]: Signal<T[K]> }, stop: () => void]}
 */
export function connect(model, defaults, save = (changes) => saveAll(model, changes)) {
  const names = Object.keys(defaults);
  const read = (/** @type {string} */ name) => model.get(name) ?? defaults[name];
  /** @type {Record<string, Signal<any>>} */
  const signals = Object.fromEntries(names.map((name) => [name, signal(read(name))]));
  let isSaving = false;
  const hear = () => {
    if (isSaving) return;
    batch(() => {
      for (const name of names) signals[name].value = read(name);
    });
  };
  for (const name of names) model.on(`change:${name}`, hear);
  const stopSaving = effect(() => {
    const values = names.map((name) => [name, signals[name].value]);
    const changed = values.filter(([name, value]) => value !== read(name));
    if (!changed.length) return;
    isSaving = true;
    save(Object.fromEntries(changed));
    isSaving = false;
  });
  const stop = () => {
    stopSaving();
    for (const name of names) model.off(`change:${name}`, hear);
  };
  return [/** @type {any} */ (signals), stop];
}

/**
 * A trait that only Python sets, as a signal.
 * @param {Model} model
 * @param {string} name
 * @returns {[ReadonlySignal<any>, stop: () => void]}
 */
export function follow(model, name) {
  const trait = signal(model.get(name));
  const hear = () => {
    trait.value = model.get(name);
  };
  model.on(`change:${name}`, hear);
  return [trait, () => model.off(`change:${name}`, hear)];
}

/**
 * @param {Model} model
 * @param {Record<string, any>} changes
 */
export function saveAll(model, changes) {
  for (const [name, value] of Object.entries(changes)) model.set(name, value);
  model.save_changes();
}
