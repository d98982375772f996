// The front end of TrainInBrowser: the whole network is trained in a worker, by teach.c, while one
// watches. Its root element dispatches "weights" whenever the network is another: { name: { shape, data } }.

const BATCH = 32;
const PAUSE = 700; // milliseconds of training between two reports
const HIGHEST_RATE = 0.01;

/** New numbers for a network, as PyTorch begins: weights uniform within 1 / √inputs; batch norm does nothing. */
function randomWeights(shapes, random) {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => {
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    const isOne = /weight|var/.test(name);
    const one = () => (shape.length > 1 ? (2 * random() - 1) / Math.sqrt(inputs) : Number(isOne));
    return [name, { shape, data: Float32Array.from({ length: shape[0] * inputs }, one) }];
  }));
}

/** What runs in the worker: teach.c around its data. `training` and `heldBack` are as readSheet gives them. */
class Trainer {
  static async make({ wasm, training, heldBack, seed }) {
    const { instance } = await WebAssembly.instantiate(wasm, { Math });
    return Object.assign(new Trainer(), { c: instance.exports, training, heldBack, random: randomNumbers(seed), order: [] });
  }

  /** An array of teach.c, as it lies in memory. */
  view(name, Type, length) {
    return new Type(this.c.memory.buffer, this.c[`${name}_address`](), length);
  }

  /** Start from these numbers, for so many steps. */
  begin(numbers, length) {
    this.view("weights", Float32Array, numbers.length).set(numbers);
    this.c.forget_moments();
    Object.assign(this, { size: numbers.length, steps: 0, length, examined: 0 });
  }

  give({ images, digits }, places, numbers) {
    places.forEach((place, n) => this.view("pixels", Uint8Array, BATCH * 784).set(images[place], 784 * n));
    this.view("digits", Uint8Array, BATCH).set(places.map((place) => digits[place]));
    this.view("numbers", Uint8Array, BATCH).set(numbers);
  }

  /** The next images, each once before the first comes again. */
  next() {
    if (this.order.length < BATCH) {
      this.order = this.training.images.map((_, place) => [this.random(), place]);
      this.order = this.order.sort((a, b) => a[0] - b[0]).map(([, place]) => place);
    }
    return this.order.splice(0, BATCH);
  }

  /** Up in three tenths of the time, then down to nearly 0, as OneCycleLR does. */
  rate() {
    const share = this.steps / this.length;
    const along = share < 0.3 ? 1 - share / 0.3 : (share - 0.3) / 0.7;
    const low = share < 0.3 ? 0.04 : 0;
    return HIGHEST_RATE * (low + ((1 - low) * (1 + Math.cos(Math.PI * along))) / 2);
  }

  /** Train for some time, at least four times as long as the examination took, then tell how well it does. */
  train(milliseconds) {
    const end = performance.now() + Math.max(milliseconds, 4 * this.examined);
    while (this.steps < this.length && performance.now() < end) this.step();
    return this.report();
  }

  /** A step on the next images; returns its loss. */
  step() {
    const places = this.next();
    this.give(this.training, places, places.map(() => Math.floor(10 * this.random())));
    const loss = this.c.train(places.length, this.rate());
    this.steps += 1;
    return loss;
  }

  report() {
    const { steps, length } = this;
    const weights = this.view("weights", Float32Array, this.size).slice();
    const start = performance.now();
    const shares = this.examine();
    this.examined = performance.now() - start;
    return { images: steps * BATCH, weights, ...shares, done: steps >= length };
  }

  /** The share of the images held back, in percent, of which the digit, and both, are right. */
  examine() {
    const { images, digits } = this.heldBack;
    const random = randomNumbers(0); // the same numbers each time
    let [digit, both] = [0, 0];
    for (let start = 0; start < images.length; start += BATCH) {
      const places = images.map((_, place) => place).slice(start, start + BATCH);
      const numbers = places.map(() => Math.floor(10 * random()));
      this.give(this.heldBack, places, numbers);
      this.c.answer(places.length);
      const [byDigit, bySum] = [["digit_logits", 10], ["sum_logits", 19]].map(([name, classes]) => {
        const logits = this.view(name, Float32Array, BATCH * classes);
        return (n) => {
          const its = logits.subarray(n * classes, (n + 1) * classes);
          return its.indexOf(Math.max(...its));
        };
      });
      places.forEach((place, n) => {
        const isRight = byDigit(n) === digits[place];
        digit += isRight;
        both += isRight && bySum(n) === digits[place] + numbers[n];
      });
    }
    return { digit: (100 * digit) / images.length, both: (100 * both) / images.length };
  }
}

/** In the worker: does what a message says, and answers with a report. */
async function serve({ data: { id, make, begin, pause } }) {
  try {
    if (make) self.trainer = await Trainer.make(make);
    if (begin) self.trainer.begin(begin.numbers, begin.steps);
    postMessage({ id, ...(begin ? self.trainer.report() : self.trainer.train(pause)) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
}

function startWorker(hear) {
  const constants = `const BATCH = ${BATCH}, HIGHEST_RATE = ${HIGHEST_RATE};`;
  const source = [constants, randomNumbers, Trainer, serve, "onmessage = serve;"];
  const url = URL.createObjectURL(new Blob([source.join("\n")], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => hear(data);
  return worker;
}

/* ---- The curves ---- */

const CURVES = [["digit", "digit right"], ["both", "both right"]];
const TICKS = [100, 75, 50, 25, 0];
const grid = TICKS.map((percent) => `<line x1="0" x2="100" y1="${percent}" y2="${percent}"/>`);
const legend = CURVES.map(([name, words]) => `
  <span class="${name}"><svg viewBox="0 0 24 8" aria-hidden="true"><line x1="1" x2="23" y1="4" y2="4"/></svg>
  ${words} <b></b></span>`);

const TEACH = `
  <div class="card">
    <div class="bar" role="group" aria-label="Train the network">
      <button type="button" value="forget">Forget everything</button>
      <button type="button" value="train" class="train">Train</button>
      <button type="button" value="back" aria-disabled="true">Back to the trained one</button>
      <button type="button" value="save">Save</button>
      <button type="button" value="open">Open</button>
      <input type="file" accept=".safetensors" hidden>
    </div>
    <p class="story" role="status"></p>
    <p class="legend">${legend.join("")} <span class="images"></span></p>
    <div class="chart" role="img">
      <div class="ticks" aria-hidden="true">${TICKS.map((percent) => `<span>${percent}%</span>`).join("")}</div>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        ${grid.join("")}<polyline class="digit"/><polyline class="both"/></svg>
      <div class="seen" aria-hidden="true"><span>0</span><span>training images seen</span><span class="end"></span></div>
    </div>
    <figure><canvas role="img" aria-label="The filters of the first layer"></canvas>
      <figcaption>The 8 filters of the first layer: white counts for, orange against.</figcaption></figure>
    <p class="lesson" hidden><a>How training works</a></p>
  </div>`;

const whole = (number) => Math.round(number).toLocaleString("en");
const percent = (number) => `${number.toFixed(1)}%`;

function drawFilters(canvas, { shape: [filters], data }) {
  Object.assign(canvas, { width: 4 * filters - 1, height: 3 });
  const context = canvas.getContext("2d");
  const scale = Math.max(...data.map(Math.abs));
  data.forEach((value, place) => {
    const [filter, at] = [Math.floor(place / 9), place % 9];
    context.fillStyle = `rgb(${signed(value, scale)})`;
    context.fillRect(4 * filter + (at % 3), Math.floor(at / 3), 1, 1);
  });
}

function render({ model, el }) {
  el.classList.add("train-in-browser");
  el.innerHTML = TEACH;
  const find = (selector) => el.querySelector(selector);
  const { shapes } = model.get("weights");
  const trained = readWeights(model.get("weights"));
  const random = randomNumbers(model.get("seed") ?? Math.floor(2 ** 32 * Math.random()));
  const count = whole(Object.entries(shapes).reduce((sum, [name, shape]) =>
    sum + (/running/.test(name) ? 0 : shape.reduce((a, b) => a * b, 1)), 0));
  let weights = trained;
  let history = []; // reports, without weights
  let offset = 0; // images seen in trainings before this one
  let state = "new"; // running, stopped, or new: the next training begins from `weights`
  let worker = null;
  let id = 0; // of the training whose reports count
  let asked = false; // whether the worker owes a report
  let said = new Set();
  let [asking, seconds] = [0, 0]; // since when the worker is at it, and how long it was before

  const say = (words) => (find(".story").textContent = words);

  /** The network is another now, and so are its answers. */
  function show(others) {
    weights = others;
    find("[value=back]").ariaDisabled = String(weights === trained);
    drawFilters(find("canvas"), weights["block1.0.0.weight"]);
    el.dispatchEvent(new CustomEvent("weights", { detail: weights, bubbles: true }));
  }

  function take(others, words) {
    halt("new");
    [history, offset] = [[], 0];
    show(others);
    draw();
    say(words);
  }

  function halt(next) {
    if (next === "new") [id, asked] = [id + 1, false]; // a report that is on its way comes too late
    state = next;
    find(".train").textContent = { new: "Train", running: "Stop", stopped: "Continue" }[state];
  }

  async function train() {
    const isNew = state === "new";
    if (isNew && weights === trained) return say("This network is trained. Let it forget everything first.");
    const ask = { id };
    halt("running");
    say(isNew ? "It trains in this browser, on digits that people wrote." : "It goes on.");
    if (!isNew) return asked || go(ask);
    asked = true;
    if (!worker) ask.make = await prepare();
    if (ask.id !== id) return; // it was told to forget meanwhile
    worker ??= startWorker(hear);
    offset = history.at(-1)?.images ?? 0;
    [said, seconds] = [new Set(), 0];
    const steps = Math.floor((model.get("epochs") * model.get("images").digits.length) / BATCH);
    go({ ...ask, begin: { numbers: flatten(weights), steps } });
  }

  async function prepare() {
    const [training, heldBack] = await Promise.all([model.get("images"), model.get("held_back")].map(readSheet));
    return { wasm: fromBase64(WASM), training, heldBack, seed: Math.floor(2 ** 32 * random()) };
  }

  function go(ask) {
    [asked, asking] = [true, performance.now()];
    worker.postMessage({ pause: PAUSE, ...ask });
  }

  function hear({ id: its, error, weights: numbers, done, ...report }) {
    if (its !== id) return;
    asked = false;
    seconds += (performance.now() - asking) / 1000;
    if (error) {
      halt("new");
      worker?.terminate();
      worker = null;
      return say(`This browser can't train the network: ${error}`);
    }
    if (!history.length || report.images) history.push({ ...report, images: offset + report.images });
    show(unflatten(numbers, shapes));
    draw();
    if (state === "running" || done) tell(report, done);
    if (done) halt("new");
    else if (state === "running") go({ id });
  }

  /** A sentence at few moments, as a screen reader speaks it. */
  function tell({ digit, both, images }, done) {
    const once = (moment, words) => said.has(moment) || (said.add(moment), say(words));
    if (done)
      say(`Done: ${whole(images)} images in ${whole(seconds)} seconds. Of ${whole(model.get("held_back").digits.length)} ` +
        `images that it never trained on, it reads ${percent(digit)}, and ${percent(both)} are right in both.`);
    else if (both >= 90) once("adds", "Now it reads and adds: nine in ten are right in both.");
    else if (digit >= 70 && both < digit - 20)
      once("reads", "It reads most of the digits by now, and gets far fewer right in both: reading comes first.");
  }

  function stop() {
    halt("stopped");
    say("Stopped. The network works as it is now, and you can go on.");
  }

  function draw() {
    const last = history.at(-1);
    const planned = model.get("epochs") * model.get("images").digits.length;
    const end = Math.max(offset + planned, last?.images ?? 0);
    for (const [name, words] of CURVES) {
      const points = history.map((report) => `${(100 * report.images) / end},${100 - report[name]}`);
      find(`polyline.${name}`).setAttribute("points", points.join(" "));
      find(`.legend .${name} b`).textContent = last ? percent(last[name]) : "";
    }
    find(".end").textContent = whole(end);
    find(".images").textContent = last ? `${whole(last.images)} images` : "";
    const values = CURVES.map(([name, words]) => last && `${words} ${percent(last[name])}`).join(", ");
    find(".chart").ariaLabel = "Two curves over the training images seen" +
      (last ? `: ${values} after ${whole(last.images)} images` : ", still empty");
  }

  function save() {
    const url = URL.createObjectURL(new Blob([toSafetensors(weights)], { type: "application/octet-stream" }));
    Object.assign(document.createElement("a"), { href: url, download: "my_network.safetensors" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    say("Saved as my_network.safetensors. In a notebook, load_checkpoint opens it.");
  }

  async function open(file) {
    try {
      if (file.size > LARGEST) throw Error("is too large for a network of this course.");
      const others = fromSafetensors(new Uint8Array(await file.arrayBuffer()), shapes);
      take(areSame(trained, others) ? trained : others, `This is the network of ${file.name} now.`);
    } catch (error) {
      say(`${file.name} ${error.message}`);
    }
  }

  const actions = {
    forget: () => take(randomWeights(shapes, random),
      `It has forgotten everything: ${count} random numbers. Press Train.`),
    train: () => (state === "running" ? stop() : train().catch((error) => hear({ id, error }))),
    back: () => take(trained, "This is the trained network again."),
    save, open: () => find("input").click(),
  };
  find(".bar").addEventListener("click", ({ target, detail }) => {
    if (target.ariaDisabled === "true") return;
    if (target.value === "train" && detail > 1) return; // the second half of a double click would stop it again
    actions[target.value]?.();
  });
  find("input").addEventListener("change", ({ target }) => {
    if (target.files[0]) open(target.files[0]);
    target.value = ""; // the same file can be opened again
  });
  find(".lesson").hidden = !model.get("lesson");
  find(".lesson a").href = model.get("lesson") ?? "";
  const letKeysGo = keepKeys(el);
  drawFilters(find("canvas"), weights["block1.0.0.weight"]);
  draw();
  say("This network was trained before. Let it forget everything, then train it yourself.");
  return () => {
    letKeysGo();
    worker?.terminate();
  };
}

export default { render };
