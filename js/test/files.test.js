import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSafetensors, toSafetensors } from "../src/network/safetensors.js";
import { areSame, shapesOf } from "../src/network/weights.js";
import { golden, shipped } from "./golden.js";

const shapes = shapesOf(shipped);
const saved = new Uint8Array(Buffer.from(golden.saved, "base64"));

/**
 * The same file with another header.
 * @param {(header: any) => void} change
 */
function withHeader(change) {
  const size = new DataView(saved.buffer, saved.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(saved.subarray(8, 8 + size)));
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  return new Uint8Array([...length, ...text, ...saved.subarray(8 + size)]);
}

test("a network that Python saved is read, and one that is written here is read again", () => {
  assert.ok(areSame(fromSafetensors(saved, shapes), shipped));
  assert.ok(areSame(fromSafetensors(toSafetensors(shipped), shapes), shipped));
});

test("what is no network of ours is refused in words", () => {
  const spoiled = saved.slice();
  spoiled[spoiled.length - 50] ^= 1;
  /** @type {[Uint8Array, RegExp][]} */
  const cases = [
    [saved.slice(0, 5000), /is damaged/],
    [Uint8Array.from({ length: 200 }, (_, i) => i), /isn't a safetensors file/],
    [new Uint8Array([...Array(8).fill(255), ...saved.subarray(8)]), /isn't a safetensors file/],
    [spoiled, /is damaged/],
    [withHeader((header) => delete header.__metadata__), /is no network of this course/],
    [withHeader((header) => Object.assign(header, { "sum_head.weight": 3 })), /another shape/],
    [withHeader((header) => Object.assign(header, { more: header["sum_head.weight"] })), /another shape/],
    [withHeader((header) => Object.assign(header["sum_head.weight"], { data_offsets: 7 })), /is damaged\./],
    [
      withHeader(({ "sum_head.weight": entry }) => {
        entry.data_offsets = entry.data_offsets.map((/** @type {number} */ at) => at + 4 * 17_360); // past the end
      }),
      /is damaged\./,
    ],
    [
      withHeader((header) => Object.assign(header.__metadata__, { normalisation: '{"mean": 0}' })),
      /another normalisation/,
    ],
  ];
  for (const [bytes, words] of cases) assert.throws(() => fromSafetensors(bytes, shapes), words);
  const { shape } = shipped["digit_head.weight"];
  const broken = { ...shipped, "digit_head.weight": { shape, data: new Float32Array(640).fill(Number.NaN) } };
  assert.throws(() => fromSafetensors(toSafetensors(broken), shapes), /not finite/);
  const { "sum_head.weight": _, ...fewer } = shapes;
  assert.throws(() => fromSafetensors(saved, fewer), /another shape/);
});
