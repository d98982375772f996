// Markup that follows the state.

import { effect } from "@preact/signals-core";
import { render } from "lit-html";

/** @import { TemplateResult } from "lit-html" */

/**
 * Shows a template in an element, and again whenever a signal that it has read changes. Returns what ends it.
 * @param {HTMLElement} el
 * @param {() => TemplateResult} template
 */
export const show = (el, template) => effect(() => void render(template(), el));
