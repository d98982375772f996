// A small adder behind the network's embedding: the examples that it gets, its steps, its answers. What takes
// time is done by adder.c; its built form stands here as ADDER_CODE.

const TEN = [...Array(10).keys()];
const EMBEDDING = 20; // numbers of an image
const MOST_ROWS = 256; // examples at once, as in adder.c
const TOLD = { // how it is told the number
  kind: (number) => TEN.map((one) => Number(one === number)),
  amount: (number) => [number / 4.5 - 1],
};
const OUTPUTS = { classes: 19, number: 1, shift: 10 }; // by what it answers with

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** An adder that has learned nothing. Shift is told no number: it reads the digit, which is then moved. */
async function makeAdder(told, answer, random) {
  const { instance: { exports: code } } = await WebAssembly.instantiate(bytesOf(ADDER_CODE), { Math });
  const tell = answer === "shift" ? () => [] : TOLD[told];
  const inputs = EMBEDDING + tell(0).length;
  const count = code.begin(inputs, OUTPUTS[answer]);
  const view = (name, size, Kind = Float32Array) => new Kind(code.memory.buffer, code[`${name}_address`](), size);
  const adder = { code, tell, answer, values: view("values", count), gradients: view("gradients", count) };
  adder.x = view("units", MOST_ROWS * inputs);
  adder.outputs = view("outputs", MOST_ROWS * OUTPUTS[answer]);
  adder.targets = view("targets", MOST_ROWS, Int32Array);
  let place = 0;
  for (const [from, to, norm] of [[inputs, 64, 128], [64, 64, 128], [64, OUTPUTS[answer], 0]]) {
    for (const end = place + from * to; place < end; place++)
      adder.values[place] = (2 * random() - 1) / Math.sqrt(from); // as PyTorch begins
    place += norm; // its factors are 1 already, its shifts 0
  }
  code.restart();
  return adder;
}

/** Puts examples, each { embedding, digit, number }, where the adder's code finds them, and what it should answer. */
function putIn({ x, targets, tell, answer }, examples) {
  let place = 0;
  examples.forEach(({ embedding, digit, number }, row) => {
    for (const value of embedding) x[place++] = value;
    for (const value of tell(number)) x[place++] = value;
    targets[row] = answer === "shift" ? digit : digit + number;
  });
}

/** The sums that an adder answers to examples, each { embedding, number }. */
function sumsOf(adder, examples) {
  if (examples.length > MOST_ROWS)
    return [...sumsOf(adder, examples.slice(0, MOST_ROWS)), ...sumsOf(adder, examples.slice(MOST_ROWS))];
  putIn(adder, examples);
  adder.code.forward(examples.length, 0);
  const width = OUTPUTS[adder.answer];
  return examples.map(({ number }, row) => {
    const own = adder.outputs.subarray(row * width, (row + 1) * width);
    if (adder.answer === "number") return Math.round(own[0]);
    const best = own.indexOf(Math.max(...own));
    return adder.answer === "shift" ? best + number : best;
  });
}

/** The images of `adder_data` in hidden_sums.py: those to learn from, and others, each { embedding, digit }. */
function readImages({ embeddings, scale, digits, training }) {
  const bytes = bytesOf(embeddings);
  const all = [...digits].map((digit, n) => ({
    embedding: Array.from(bytes.subarray(EMBEDDING * n, EMBEDDING * (n + 1)), (byte) => byte * scale),
    digit: Number(digit),
  }));
  return { training: all.slice(0, training), others: all.slice(training) };
}

/** The mean embedding of each digit. */
function meanEmbeddings(images) {
  return TEN.map((digit) => {
    const own = images.filter((image) => image.digit === digit);
    return own[0].embedding.map((_, i) => own.reduce((sum, { embedding }) => sum + embedding[i], 0) / own.length);
  });
}
