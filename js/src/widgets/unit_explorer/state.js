// Which unit of which layer is looked at, and what it sees.

import { computed, signal } from "@preact/signals-core";
import { clamp } from "../common/colours.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { Move } from "../common/keys.js" */
/** @typedef {[layer: number, channel: number, row: number, column: number]} Place */
/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {number} count units in a row
 * @property {number[][][]} maps what its units say; none where nothing is known of them
 * @property {number} start of its receptive field, in pixels of the image
 * @property {number} jump from unit to unit
 * @property {number} size
 */

export class Explorer {
  hover = signal(/** @type {Place | null} */ (null)); // under the mouse

  /**
   * @param {Layer[]} layers
   * @param {Signal<Place>} place
   */
  constructor(layers, place) {
    this.layers = layers;
    this.place = place;
    this.shown = computed(() => this.#fit(this.hover.value ?? place.value));
    this.layer = computed(() => layers[this.shown.value[0]]);
    this.channels = computed(() => this.layer.value.maps.length || 1);
    this.across = computed(() => Math.min(4, this.channels.value)); // maps next to each other
    /** Where what the unit sees begins: row and column of the image. */
    this.first = computed(() => {
      const [, , ...unit] = this.shown.value;
      const { start, jump, size } = this.layer.value;
      return unit.map((at) => Math.round(start + at * jump - (size - 1) / 2));
    });
    this.words = computed(() => this.#words());
    this.unitsLabel = computed(() => {
      const shift = this.layer.value.maps.length ? ", with Shift a channel" : "";
      return `The units of ${this.layer.value.name}. Arrows choose a unit${shift}. ${this.words.value}`;
    });
    this.seenLabel = computed(() => `The image; framed are rows ${this.#ends(0)}, columns ${this.#ends(1)}.`);
  }

  /**
   * A place whose unit is there, also after another layer was chosen.
   * @param {Place} place
   * @returns {Place}
   */
  #fit([index, channel, row, column]) {
    const { count, maps } = this.layers[index];
    return [
      index,
      clamp(channel, 0, (maps.length || 1) - 1),
      clamp(row, 0, count - 1),
      clamp(column, 0, count - 1),
    ];
  }

  /** @param {Place} place */
  save(place) {
    this.place.value = this.#fit(place);
  }

  /** @param {number} index of a layer */
  choose(index) {
    const [, channel, row, column] = this.place.peek();
    this.save([index, channel, row, column]);
  }

  /**
   * @param {Move} move
   * @param {boolean} toChannel
   */
  move({ across, down }, toChannel) {
    this.hover.value = null;
    const [index, channel, row, column] = this.place.peek();
    if (toChannel) this.save([index, channel + down * this.across.peek() + across, row, column]);
    else this.save([index, channel, row + down, column + across]);
  }

  /** The first and last row (0) or column (1) of the image that the unit sees. @param {0 | 1} axis */
  #ends(axis) {
    const at = this.first.value[axis];
    return `${Math.max(0, at)} to ${Math.min(27, at + this.layer.value.size - 1)}`;
  }

  #words() {
    const [, channel, row, column] = this.shown.value;
    const { name, maps } = this.layer.value;
    const which = maps.length ? `, channel ${channel}` : "";
    const says = maps.length ? ` says ${maps[channel][row][column].toFixed(2).replace("-", "−")} and` : "";
    return `${name}${which}: the unit in row ${row}, column ${column}${says} sees rows ${this.#ends(0)}, columns ${this.#ends(1)}.`;
  }
}
