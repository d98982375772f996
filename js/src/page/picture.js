// The table of what the adders showed, as a picture to save or to pass on.

/** @import { Row } from "../widgets/hidden_sums/rows.js" */
/**
 * What is in the picture.
 * @typedef {object} Told
 * @property {string} sentence of the adder that is shown
 * @property {Pick<Row, "name" | "adders" | "asked" | "found" | "verdict">[]} rows
 * @property {string} address of the page; "" where it has none that others could open
 */
/** @typedef {{ words: string, x: number, y: number, style: string }} Line `x` and `y` of its start, on the base line */

const [WIDTH, MARGIN] = [1200, 60];
const COLUMNS = ["Trained", "Adders", "Asked", "Found", "Verdict"];
const PLACES = [MARGIN, 620, 735, 840, 945]; // of their left edges
const FAMILY = "system-ui, sans-serif";
const STYLES = {
  title: "700 52px",
  sentence: "600 32px",
  head: "600 24px",
  cell: "400 26px",
  small: "400 24px",
};

/**
 * Words in lines, none of them wider than there is room for; a single word is never cut.
 * @param {string} words
 * @param {number} room in pixels
 * @param {(words: string) => number} widthOf
 */
export function inLines(words, room, widthOf) {
  /** @type {string[]} */
  const lines = [];
  for (const word of words.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : "";
    if (longer && widthOf(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * Where everything is written.
 * @param {Told} told
 * @param {(words: string, style: string) => number} widthOf
 */
export function layOut({ sentence, rows, address }, widthOf) {
  /** @type {Line[]} */
  const lines = [];
  let y = MARGIN + 44;
  /** Returns how many lines there are. */
  const write = (
    /** @type {string} */ words,
    /** @type {string} */ style,
    height = 0,
    x = MARGIN,
    room = WIDTH - 2 * MARGIN,
  ) => {
    const all = inLines(words, room, (one) => widthOf(one, style));
    all.forEach((one, n) => {
      lines.push({ words: one, x, y: y + n * height, style });
    });
    return all.length;
  };
  write("It adds. Or does it?", STYLES.title);
  y += 66;
  y += 42 * write(sentence, STYLES.sentence, 42) + 24;
  COLUMNS.forEach((name, n) => {
    write(name, STYLES.head, 0, PLACES[n]);
  });
  const rules = [y + 16];
  for (const { name, adders, asked, found, verdict } of rows) {
    y += 54;
    const cells = [name, String(adders), String(asked), String(found), verdict];
    const heights = cells.map((words, n) => {
      const end = n + 1 < PLACES.length ? PLACES[n + 1] - 16 : WIDTH - MARGIN / 2;
      return write(words, STYLES.cell, 32, PLACES[n], end - PLACES[n]);
    });
    y += 32 * (Math.max(...heights) - 1);
    rules.push(y + 18);
  }
  y += 66;
  if (address) write(address, STYLES.small);
  return { lines, rules, height: y + (address ? 40 : 0) };
}

/**
 * @param {Told} told
 * @returns {HTMLCanvasElement}
 */
export function paintTable(told) {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { lines, rules, height } = layOut(told, (words, style) => {
    context.font = `${style} ${FAMILY}`;
    return context.measureText(words).width;
  });
  Object.assign(canvas, { width: WIDTH, height });
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, WIDTH, height);
  context.fillStyle = "#d7d9dd";
  for (const y of rules) context.fillRect(MARGIN, y, WIDTH - 2 * MARGIN, 2);
  context.fillStyle = "#1f2328";
  for (const { words, x, y, style } of lines) {
    context.font = `${style} ${FAMILY}`;
    context.fillText(words, x, y);
  }
  return canvas;
}

/**
 * The picture as a file.
 * @param {Told} told
 * @returns {Promise<File>}
 */
export async function pictureOf(told) {
  const canvas = paintTable(told);
  const blob = await new Promise((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(Error("no picture"))), "image/png");
  });
  return new File([/** @type {Blob} */ (blob)], "does_it_add.png", { type: "image/png" });
}
