// C to WebAssembly. The compiler comes from npm and runs in Node; whatever the machine, it makes the same bytes of the
// same source. It takes half a minute, so a file ends with a stamp, and what has the right one isn't compiled again.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** @import { Tree } from "@yowasp/clang" */

const COMPILER = "@yowasp/clang";
const VERSION = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).devDependencies[
  COMPILER
];
const OPTIONS = "--target=wasm32 -nostdlib -O2 -msimd128 -mbulk-memory -Wl,--no-entry,--strip-all".split(" ");
const NAME = "made from"; // of the custom section that holds the stamp
const DIGEST = 32; // bytes
const SECTION = 3 + NAME.length + DIGEST;

/**
 * WebAssembly with its stamp: a digest of itself and of all that it was made from.
 * @param {Uint8Array} code
 * @param {string} source
 */
function stamped(code, source) {
  const digest = createHash("sha256")
    .update([VERSION, ...OPTIONS, source].join("\0"))
    .update(code)
    .digest();
  const head = [0, SECTION - 2, NAME.length]; // a custom section, its size, the length of its name
  return Buffer.concat([code, Buffer.from(head), Buffer.from(NAME), digest]);
}

/**
 * Whether a file is what the compiler made of this source, and hasn't been changed since.
 * @param {Buffer} wasm
 * @param {string} source
 */
export const isMadeFrom = (wasm, source) => wasm.equals(stamped(wasm.subarray(0, -SECTION), source));

/**
 * @param {string} name of the C file, for the compiler's messages
 * @param {string} source
 */
export async function compile(name, source) {
  const { runClang } = await import(COMPILER);
  /** @type {Tree} */
  const files = await runClang(["clang", ...OPTIONS, "-o", "out.wasm", name], { [name]: source }).catch(
    () => {
      throw new Error(`${name} can't be compiled: the compiler says above why.`);
    },
  );
  return stamped(/** @type {Uint8Array} */ (files["out.wasm"]), source);
}
