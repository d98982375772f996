// AdderPanel without Python: a model for pad.js whose answers are computed in the page.

/** What pad.js takes for a widget's model. Beside AdderPanel's own traits it needs `weights`, and
 * `samples`, digits of MNIST: `labels`, each an index and a digit, and all `pixels`. */
class PanelModel extends Traits {
  constructor({ weights, samples, ...traits }) {
    super({ unfinished: [], background: {}, message_id: "", pace: 0, ...traits }); // pace: each frame
    Object.assign(this, { weights: readWeights(weights), labels: samples.labels, pixels: fromBase64(samples.pixels) });
    this.handled = this.traits.request;
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
    const place = Math.floor(Math.random() * this.labels.length);
    const [index, digit] = this.labels[place];
    const pixels = this.pixels.subarray(784 * place, 784 * (place + 1));
    this.set("strokes", []);
    this.set("background", { url: toUrl(pixels), about: `Evaluation image ${index}, labelled ${digit}.`, pixels });
  }
  /** Read the drawing anew, with a stroke that isn't finished. */
  respond() {
    const { strokes, unfinished, background, number, message_id } = this.traits;
    const drawn = [...strokes, unfinished];
    const pixels = background.url ? drawOver(background.pixels, drawn) : frameStrokes(drawn);
    const warning = remark(pixels, background.url ? MOST_INK : MOST_PEN_INK);
    const answer = { message_id, unfinished: unfinished.length > 0, seen: toUrl(pixels), warned: false };
    Object.assign(answer, { sentence: "The pad is empty: draw a digit.", certain: false, note: background.about ?? "" });
    if (pixels.some((pixel) => pixel)) {
      const result = forward(this.weights, pixels, number);
      [answer.sentence, answer.certain] = describe(result, number, warning);
      answer.note = [warning, answer.note].filter(Boolean).join(" ");
      Object.assign(answer, { warned: Boolean(warning), digit: result.digit, total: result.total });
      answer.digit_probabilities = result.digitProbabilities;
      answer.sum_probabilities = result.sumProbabilities;
    }
    this.set("answer", answer);
  }
}

export default { render: ({ model, el }) => PANEL.render({ model: new PanelModel(model.traits), el }) };
