// What Python does behind the panel, for pages without it: its sentences and warnings.

const SURE = 0.6; // below this probability the panel says that it is not sure
const [MOST_INK, MOST_PEN_INK] = [265, 170]; // pixels of ink that a digit has at most, as in framing.py

const { percent } = PANEL;
const withArticle = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;

/** The panel's sentence, and whether it is certain: both heads are sure, and agree, with no warning. */
function describe({ digitProbabilities, sumProbabilities, digit, total }, number, warning = "") {
  if (warning) return [`Perhaps ${withArticle(digit)}, but I doubt it.`, false];
  const seen = `${withArticle(digit)} (${percent(digitProbabilities[digit])})`;
  if (digitProbabilities[digit] < SURE) {
    const second = digitProbabilities.indexOf([...digitProbabilities].sort((a, b) => b - a)[1]);
    const other = `${withArticle(second)} (${percent(digitProbabilities[second])})`;
    return [`I am not sure: do I see ${seen} or ${other}?`, false];
  }
  const answer = `${total} (${percent(sumProbabilities[total])})`;
  if (sumProbabilities[total] < SURE)
    return [`I see ${seen}, but I am not sure of the sum with ${number}: perhaps ${answer}.`, false];
  if (total !== digit + number)
    return [`I see ${seen}, yet my sum with ${number} is ${answer}: my two answers disagree.`, false];
  return [`I see ${seen}. ${digit} + ${number} = ${answer}.`, true];
}

/** A warning about an image, 784 pixels, that is hardly one digit: "", or a sentence. As in framing.py. */
function remark(pixels, most) {
  const threshold = Math.max(...pixels) / 4;
  const sums = { rows: new Array(28).fill(0), columns: new Array(28).fill(0) };
  const used = { rows: new Set(), columns: new Set() };
  pixels.forEach((pixel, place) => {
    const lines = { rows: Math.floor(place / 28), columns: place % 28 };
    for (const way of ["rows", "columns"]) {
      sums[way][lines[way]] += pixel / 255;
      if (pixel > threshold) used[way].add(lines[way]);
    }
  });
  const ink = sums.rows.reduce((a, b) => a + b);
  const [rows, columns] = [used.rows, used.columns].map((lines) => [...lines].sort((a, b) => a - b));
  if (ink < 20) return "There is too little ink for a digit.";
  if (rows.at(-1) - rows[0] < 6) return "It is too flat for a digit.";
  if (ink > most || (columns.at(-1) - columns[0] > 8 && ink > 0.75 * rows.length * columns.length))
    return "There is too much ink for a digit.";
  for (const [way, lines] of [["columns", columns], ["rows", rows]]) {
    const before = (line) => sums[way].slice(0, line + 1).reduce((a, b) => a + b) / ink;
    const gaps = lines.slice(0, -1).filter((line, i) => lines[i + 1] - line > 1).map(before);
    if (gaps.some((share) => share > 0.2 && share < 0.8))
      return "There are two parts with a gap between them. I can only read one digit.";
  }
  return "";
}

/** 784 pixels as a picture that the browser can show. */
function toUrl(pixels) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  const image = new ImageData(28, 28);
  pixels.forEach((pixel, place) => image.data.set([pixel, pixel, pixel, 255], 4 * place));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.toDataURL();
}
