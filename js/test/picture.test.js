import assert from "node:assert/strict";
import { test } from "node:test";
import { randomNumbers } from "../src/network/random.js";
import { inLines, layOut } from "../src/page/picture.js";

const widthOf = (/** @type {string} */ words, /** @type {string} */ style) =>
  (words.length * Number(/(\d+)px/.exec(style)?.[1])) / 2;

test("no line is wider than its room, unless it is one word, and no word is lost", () => {
  const random = randomNumbers(1);
  for (let n = 0; n < 1000; n++) {
    const words = Array.from({ length: Math.floor(30 * random()) }, () =>
      "x".repeat(1 + Math.floor(12 * random())),
    );
    const room = 5 + Math.floor(40 * random());
    const lines = inLines(words.join(" "), room, ({ length }) => length);
    assert.deepEqual(lines.join(" "), words.join(" "));
    for (const line of lines) assert.ok(line.length <= room || !line.includes(" "), line);
  }
});

test("the picture has the sentence, each row as it is in the table, and nothing on top of anything else", () => {
  const rows = [
    { name: "As usual", adders: 2, asked: 12, found: 0, verdict: "recites" },
    {
      name: "Answering with one of nineteen classes, from a quantity, trained on",
      adders: 1,
      asked: 3,
      found: 1,
      verdict: "too few to say",
    },
  ];
  const sentence =
    "It knows 99 of the 99 sums it was shown, but it says 7 + 5 = 8: it has learned them by heart.";
  const { lines, height } = layOut({ sentence, rows, address: "https://somebody.github.io/try" }, widthOf);
  const all = lines.map(({ words }) => words).join(" ");
  for (const words of [
    sentence,
    ...rows.flatMap(({ verdict, asked }) => [`${asked}`, verdict]),
    "https://somebody.github.io/try",
  ])
    assert.ok(all.includes(words), words);
  for (const word of rows[1].name.split(" ")) assert.ok(all.includes(word), word);
  for (const [n, one] of lines.entries()) {
    assert.ok(one.y < height && one.x + widthOf(one.words, one.style) <= 1200, one.words);
    for (const other of lines.slice(n + 1)) {
      const isBeside =
        one.x + widthOf(one.words, one.style) <= other.x ||
        other.x + widthOf(other.words, other.style) <= one.x;
      assert.ok(isBeside || Math.abs(one.y - other.y) >= 24, `${one.words} and ${other.words}`);
    }
  }
});
