import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { compile, isMadeFrom } from "../compile.js";
import { wasm } from "./golden.js";

const NETWORK = new URL("../src/network/", import.meta.url);
const SOURCES = readdirSync(NETWORK).filter((name) => name.endsWith(".c"));
const read = (/** @type {string} */ name) => readFileSync(new URL(name, NETWORK), "utf8");

test("a changed constant in the C, and a changed byte of the WebAssembly, are noticed", () => {
  assert.deepEqual(SOURCES, ["adder.c", "teach.c"]);
  for (const name of SOURCES) {
    const [source, built] = [read(name), Buffer.from(wasm(name.replace(/c$/, "wasm")))];
    assert.ok(isMadeFrom(built, source), name);
    assert.ok(!isMadeFrom(built, source.replace(/(?<=#define \w+ )\d+/, "17")), name);
    for (const place of [0, 1000, built.length - 1]) {
      const damaged = Buffer.from(built);
      damaged[place] ^= 1;
      assert.ok(!isMadeFrom(damaged, source), `${name}, ${place}`);
    }
  }
  assert.ok(!isMadeFrom(Buffer.alloc(0), ""));
});

test("C is compiled to WebAssembly that runs, and an error names the file", async () => {
  const source = '__attribute__((export_name("twice"))) int twice(int n) { return 2 * n; }';
  const built = await compile("twice.c", source);
  assert.ok(isMadeFrom(built, source));
  const { instance } = await WebAssembly.instantiate(new Uint8Array(built));
  assert.equal(/** @type {any} */ (instance.exports).twice(21), 42);
  await assert.rejects(compile("broken.c", "int broken("), /broken\.c can't be compiled/);
});
