// The panel without Python: a model for pad.js whose answers are computed here, and a look inside.

const SURE = 0.6; // below this probability the panel says that it is not sure
const [MOST_INK, MOST_PEN_INK] = [265, 170]; // pixels of ink that a digit has at most, as in framing.py
const INSIDE = [ // what is shown of each layer, and in words
  ["block1.0", "First convolution: 8 maps, each 28x28"],
  ["block1.1", "Second convolution"],
  ["block2.0", "After pooling: 16 maps of 14x14"],
  ["block2.1", "Fourth convolution"],
  ["block3.0", "After pooling again: 16 maps of 7x7"],
  ["block3.1", "Sixth convolution: 16 maps of 5x5"],
  ["embedding", "The embedding: the 20 numbers that the adder gets of the image"],
];

const { percent } = PANEL;
const withArticle = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;

/** The panel's sentence, and whether it is certain: both heads are sure, and agree. */
function describe({ digitProbabilities, sumProbabilities, digit, total }, number) {
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
  if (ink < 20 || rows.at(-1) - rows[0] < 6) return "There is too little ink for a digit.";
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
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  pixels.forEach((pixel, place) => image.data.set([pixel, pixel, pixel, 255], 4 * place));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** What pad.js takes for a widget's model: traits, their changes, and messages. */
class PageModel {
  constructor(weights, samples, onAnswer) {
    Object.assign(this, { weights, samples, onAnswer, listeners: {} });
    this.traits = { strokes: [], unfinished: [], background: {}, message_id: "", number: 5, small: false };
    this.traits.pace = 0; // ms between two answers while one draws: the next frame
    this.respond();
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
  save_changes() {
    queueMicrotask(() => {
      if (this.traits.request !== this.handled) this.showSample();
      this.respond();
    });
  }
  send() {} // no server to hurry
  showSample() {
    this.handled = this.traits.request;
    const { pixels, about } = this.samples[Math.floor(Math.random() * this.samples.length)];
    const background = { url: toUrl(pixels), about, pixels };
    this.set("strokes", []);
    this.set("background", background);
  }
  /** Read the drawing anew, with a stroke that isn't finished. */
  respond() {
    const { strokes, unfinished, background, number, message_id } = this.traits;
    const drawn = [...strokes, unfinished];
    const pixels = background.url ? drawOver(background.pixels, drawn) : frameStrokes(drawn);
    const answer = { message_id, unfinished: unfinished.length > 0, warned: false, certain: false };
    Object.assign(answer, { note: background.about ?? "", seen: toUrl(pixels) });
    const empty = !pixels.some((pixel) => pixel);
    const result = forward(this.weights, pixels, number);
    if (empty) answer.sentence = "The pad is empty: draw a digit.";
    else {
      const warning = remark(pixels, background.url ? MOST_INK : MOST_PEN_INK);
      [answer.sentence, answer.certain] = describe(result, number);
      answer.note = [warning, answer.note].filter(Boolean).join(" ");
      Object.assign(answer, { warned: Boolean(warning), digit: result.digit, total: result.total });
      answer.digit_probabilities = result.digitProbabilities;
      answer.sum_probabilities = result.sumProbabilities;
    }
    this.set("answer", answer);
    this.onAnswer(result, empty);
  }
}

/** Draws the maps of each layer into a canvas, from black (the lowest) to white (the highest). */
function makeInside(root) {
  const canvases = Object.fromEntries(INSIDE.map(([name, words]) => {
    const figure = document.createElement("figure");
    figure.innerHTML = `<canvas role="img" aria-label="${words}"></canvas><figcaption>${words}</figcaption>`;
    root.append(figure);
    return [name, figure.querySelector("canvas")];
  }));
  return ({ layers }, empty) => {
    root.classList.toggle("empty", empty);
    for (const [name, canvas] of Object.entries(canvases)) drawMaps(canvas, layers[name], empty);
  };
}

function drawMaps(canvas, { channels, height, width, data }, empty) {
  const gap = height > 1 ? 1 : 0; // between maps, in their pixels
  Object.assign(canvas, { width: channels * (width + gap) - gap, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, height);
  const size = height * width;
  for (let channel = 0; channel < channels && !empty; channel++) {
    const map = height > 1 ? data.subarray(channel * size, (channel + 1) * size) : data;
    const [low, high] = [Math.min(...map), Math.max(...map)];
    for (let place = 0; place < size; place++) {
      const shade = (255 * (data[channel * size + place] - low)) / (high - low || 1);
      const at = Math.floor(place / width) * canvas.width + channel * (width + gap) + (place % width);
      image.data.set([shade, shade, shade, 255], 4 * at);
    }
  }
  context.putImageData(image, 0, 0);
}

/** What base64 holds, as bytes. */
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The weights as network.js wants them, from their names and shapes and all numbers in a row. */
function readWeights({ shapes, numbers }) {
  const all = new Float32Array(fromBase64(numbers).buffer);
  let start = 0;
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: all.subarray(start, (start += count)) }];
  }));
}

function readSamples({ labels, pixels }) {
  const all = fromBase64(pixels);
  return labels.map(([index, label], place) => ({
    pixels: all.subarray(784 * place, 784 * (place + 1)),
    about: `Evaluation image ${index}, labelled ${label}.`,
  }));
}

function startPage() {
  const show = makeInside(document.querySelector("#inside"));
  const model = new PageModel(readWeights(DATA.weights), readSamples(DATA.samples), show);
  PANEL.render({ model, el: document.querySelector("#panel") });
}
