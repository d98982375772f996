// The panel without Python: a model for pad.js whose answers are computed here, and a look inside.

const INSIDE = [ // what is shown of each layer, and in words
  ["block1.0", "First convolution: 8 maps, each 28x28"],
  ["block1.1", "Second convolution"],
  ["block2.0", "After pooling: 16 maps of 14x14"],
  ["block2.1", "Fourth convolution"],
  ["block3.0", "After pooling again: 16 maps of 7x7"],
  ["block3.1", "Sixth convolution: 16 maps of 5x5"],
  ["embedding", "The embedding: the 20 numbers that the adder gets of the image"],
];

/** 784 pixels as a picture that the browser can show. */
function toUrl(pixels) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  pixels.forEach((pixel, place) => image.data.set([pixel, pixel, pixel, 255], 4 * place));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** What pad.js takes for a widget's model. */
class PageModel extends Traits {
  constructor(weights, samples, onAnswer) {
    super({ strokes: [], unfinished: [], background: {}, message_id: "", number: 5, small: false });
    Object.assign(this, { weights, samples, onAnswer });
    this.traits.pace = 0; // ms between two answers while one draws: the next frame
    this.respond();
  }
  save_changes() {
    queueMicrotask(() => {
      if (this.traits.request !== this.handled) this.showSample();
      this.respond();
    });
  }
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
      [answer.sentence, answer.certain] = describe(result, number, warning);
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
