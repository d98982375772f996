// The front end of WindowViewer: one small window of numbers over an image, and what a layer makes
// of it. All is computed here, at once, without the kernel. Plain DOM, no library. On a page without
// Python, `render({ model, el })` needs any object with get, set, save_changes, on and off.

const WEIGHTS = {
  "upper edge": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
  "lower edge": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
  "left edge": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
  outline: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
  blur: [[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]],
  sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
  copy: [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
};
const EMPTY = [Array.from({ length: 28 }, () => Array(28).fill(0))];
const DEFAULTS = {
  image: EMPTY, weights: [WEIGHTS["upper edge"]], mode: "convolution", place: [14, 14],
  range: [0, 1], padding: 1, digits: [], layers: ["convolution", "relu", "pooling"],
  batch_norm: [1, 0], // what it multiplies by and adds, where `layers` has it
  fixed: false, // whether image and weights are only looked at, as in the picture of the network
};
const STEPS = {
  convolution: { name: "Convolution", output: "after convolution", rule: "sum" },
  relu: { name: "ReLU", output: "after ReLU", rule: "ReLU" },
  batch_norm: { name: "Batch norm", output: "after batch norm", rule: "batch norm" },
  pooling: { name: "Max pooling", output: "after pooling", rule: "largest" },
};

const nine = [...Array(9).keys()];
const table = (name, title, cells) => `
  <table class="${name}"><caption>${title}</caption><tbody>
    ${[0, 1, 2].map((row) => `<tr>${cells.slice(3 * row, 3 * row + 3).join("")}</tr>`).join("")}
  </tbody></table>`;
const cell = (i) => `<td data-i="${i}"></td>`;
const weight = (i) => `<td data-i="${i}"><input type="text" inputmode="decimal" autocomplete="off"
  aria-label="Weight, row ${Math.floor(i / 3)}, column ${i % 3}"></td>`;

const VIEWER = `
  <div class="card">
    <div class="bar">
      <div class="steps" role="group" aria-label="Layer"></div>
      <label class="choose-weights">Weights <select class="preset">
        ${[...Object.keys(WEIGHTS), "as given", "random", "your own"].map((name) => `<option>${name}</option>`).join("")}
      </select></label>
    </div>
    <div class="pictures">
      <figure>
        <figcaption class="input-name"></figcaption>
        <canvas class="input" tabindex="0" role="application"></canvas>
        <div class="tools" role="toolbar" aria-label="Image">
          <button type="button" class="pen" aria-pressed="false" title="Draw on the image">Draw</button>
          <button type="button" class="clear" title="Make the image black (Delete)">Clear</button>
          <button type="button" class="digit" title="Take another digit of MNIST">Digit</button>
        </div>
      </figure>
      <figure>
        <figcaption class="output-name"></figcaption>
        <canvas class="output" role="img"></canvas>
        <p class="legend" aria-hidden="true">below 0 <i></i> above 0</p>
      </figure>
    </div>
    <div class="channels" role="group" aria-label="Channel"></div>
    <p class="where" aria-hidden="true"></p>
    <div class="sum">
      <div class="pair">
        ${table("window", "window", nine.map(cell))}
        <b class="times" aria-hidden="true">×</b>
        ${table("weights", "weights", nine.map(weight))}
      </div>
      <div class="pair">
        <b class="equals" aria-hidden="true">=</b>
        ${table("products", "products", nine.map(cell))}
        <b class="arrow" aria-hidden="true">→</b>
        <figure class="result"><figcaption></figcaption><output></output></figure>
      </div>
    </div>
    <p class="formula"></p>
    <p class="live" role="status" aria-live="polite"></p>
  </div>`;

const grid = (rows, columns, value) =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => value(r, c)));
const copy = (value) => JSON.parse(JSON.stringify(value));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const largest = (numbers) => numbers.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
/** At most two decimals, with a real minus. */
const say = (value) => String(+value.toFixed(2) || 0).replace("-", "−");
const bracket = (value) => (value < 0 ? `(${say(value)})` : say(value));

/** The numbers after each layer; a place of the image that isn't there is 0 (padding). */
function compute(image, weights, padding, layers, [factor, shift]) {
  const [height, width] = [image[0].length, image[0][0].length];
  const at = (channel, row, column) => image[channel][row]?.[column] ?? 0;
  const window = (channel, row, column) =>
    nine.map((i) => at(channel, row - padding + Math.floor(i / 3), column - padding + (i % 3)));
  const channelSum = (channel, row, column) =>
    window(channel, row, column).reduce((sum, x, i) => sum + x * weights[channel][Math.floor(i / 3)][i % 3], 0);
  const numbers = { convolution: convolved(image, weights, padding, height + 2 * padding - 2, width + 2 * padding - 2) };
  let last = numbers.convolution;
  const four = (row, column) => [0, 1, 2, 3].map((i) => numbers.four[2 * row + (i >> 1)][2 * column + (i & 1)]);
  const each = (rule) => last.map((row) => row.map(rule));
  const rules = {
    relu: () => each((x) => Math.max(0, x)),
    batch_norm: () => each((x) => x * factor + shift),
    pooling: () => ((numbers.four = last), grid(last.length >> 1, last[0].length >> 1, (r, c) => Math.max(...four(r, c)))),
  };
  for (const layer of layers.slice(1)) last = numbers[layer] = rules[layer]();
  return { ...numbers, window, channelSum, four };
}

/** All windows at once: of many channels they would take longer than the rest of the page, one by one. */
function convolved(image, weights, padding, height, width) {
  const sums = grid(height, width, () => 0);
  image.forEach((channel, n) => nine.forEach((i) => {
    const [down, right] = [Math.floor(i / 3), i % 3];
    const weight = weights[n][down][right];
    for (let row = 0; row < height; row++) {
      const [from, to] = [channel[row + down - padding], sums[row]];
      if (!from) continue;
      for (let column = 0; column < width; column++) to[column] += weight * (from[column + right - padding] ?? 0);
    }
  }));
  return sums;
}

const grey = (value, [low, high]) => Array(3).fill(255 * clamp((value - low) / (high - low || 1), 0, 1));
/** Colours an element, its text in black or white: whichever can be read better. */
function fill(element, colour) {
  const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  element.style.background = `rgb(${colour.map(Math.round)})`;
  element.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

/** Draws numbers as pixels, and returns what draws a frame around some of them. */
function paint(canvas, numbers, colour) {
  const context = canvas.getContext("2d");
  const side = Math.round(canvas.clientWidth * devicePixelRatio) || 1;
  const unit = side / numbers[0].length;
  const height = Math.round(unit * numbers.length);
  if (canvas.width !== side || canvas.height !== height) [canvas.width, canvas.height] = [side, height];
  const pixels = new ImageData(numbers[0].length, numbers.length);
  numbers.flat().forEach((value, i) => pixels.data.set([...colour(value), 255], 4 * i));
  const small = new OffscreenCanvas(pixels.width, pixels.height);
  small.getContext("2d").putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, side, height);
  return (row, column, size, stroke, width = 2, dashes = []) => {
    context.setLineDash(dashes.map((dash) => dash * devicePixelRatio));
    for (const [style, extra] of [["#000", 2], [stroke, 0]]) {
      if (extra && dashes.length) continue;
      context.strokeStyle = style;
      context.lineWidth = (width + extra) * devicePixelRatio;
      context.strokeRect(column * unit, row * unit, size * unit, size * unit);
    }
  };
}

function makeViewer(model, root) {
  const find = (selector) => root.querySelector(selector);
  const all = (selector) => [...root.querySelectorAll(selector)];
  const get = (name) => model.get(name) ?? DEFAULTS[name];
  const [input, output] = [find("canvas.input"), find("canvas.output")];
  let image, weights, numbers; // as shown: they may be ahead of the model's while one draws
  let given; // the weights before anybody changed them here
  let most; // the largest number of the image, and after each layer
  let channel = 0;
  let hover = null; // [row, column] under the mouse; where it leaves, the held place comes back
  let hot = null; // which of the nine is pointed at
  let stroke = null; // the last point of the stroke being drawn
  let pointer = null;
  let turn = -1; // the last digit taken

  const mode = () => (get("layers").includes(get("mode")) ? get("mode") : "convolution");
  const before = () => get("layers")[get("layers").indexOf(mode()) - 1];
  const inputName = () => (before() ? STEPS[before()].output : "image");

  function load() {
    if (!weights || !same(get("weights"), weights)) given = copy(get("weights"));
    image = copy(get("image"));
    weights = image.map((_, i) => copy(get("weights")[i] ?? grid(3, 3, () => 0)));
    channel = Math.min(channel, image.length - 1);
    makeChannels();
    calculate();
  }

  function calculate() {
    numbers = compute(image, weights, get("padding"), get("layers"), get("batch_norm"));
    const after = get("layers").includes("batch_norm") ? numbers.batch_norm : numbers.convolution;
    most = { image: largest(image.flat(2)), convolution: largest(numbers.convolution.flat()), batch_norm: largest(after.flat()) };
    most = { ...most, relu: most.convolution, pooling: most.batch_norm };
    show();
  }

  function save(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  /** Where the window stands, as a place of what comes out of the convolution. */
  function place() {
    const [row, column] = hover ?? get("place");
    return [clamp(row, 0, numbers.convolution.length - 1), clamp(column, 0, numbers.convolution[0].length - 1)];
  }

  const inputColour = (value) => {
    if (mode() === "convolution" && get("range").length === 2) return grey(value, get("range"));
    return signed(value, most[before() ?? "image"]);
  };
  const outputColour = (value) => signed(value, most[mode()]);

  function show() {
    root.querySelector(".card").dataset.mode = mode();
    root.querySelector(".card").classList.toggle("fixed", get("fixed"));
    find(".input-name").textContent = mode() === "convolution" && image.length > 1 ? `channel ${channel}` : inputName();
    find(".output-name").textContent = STEPS[mode()].output;
    for (const button of all(".steps button")) button.setAttribute("aria-pressed", button.value === mode());
    for (const button of all(".channels button")) {
      button.setAttribute("aria-pressed", Number(button.value) === channel);
      button.tabIndex = Number(button.value) === channel ? 0 : -1;
    }
    const known = Object.keys(WEIGHTS).find((name) => same(WEIGHTS[name], weights[channel]));
    const own = find(".preset").value === "random" ? "random" : "your own";
    find(".preset").value = known ?? (same(weights[channel], given[channel]) ? "as given" : own);
    find(".pictures").classList.toggle("several", image.length > 1);
    find(".digit").hidden = !get("digits").length;
    showPictures();
    paintChannels();
    showSum();
  }

  function showPictures() {
    const [row, column] = place();
    const padding = mode() === "convolution" ? get("padding") : 0;
    const shown = before() ? numbers[before()] : image[channel];
    const padded = grid(shown.length + 2 * padding, shown[0].length + 2 * padding,
      (r, c) => shown[r - padding]?.[c - padding] ?? 0);
    const frame = paint(input, padded, inputColour);
    const outFrame = paint(output, numbers[mode()], outputColour);
    const blue = "#4dabf7";
    if (padding) frame(padding, padding, shown.length, "#8a94a3", 1, [3, 3]);
    if (mode() === "pooling") {
      const [r, c] = pooled();
      frame(2 * r, 2 * c, 2, blue);
      outFrame(r, c, 1, blue);
    } else {
      const size = mode() === "convolution" ? 3 : 1;
      frame(row, column, size, blue);
      if (hot !== null && size === 3) frame(row + Math.floor(hot / 3), column + (hot % 3), 1, "#ffd43b");
      outFrame(row, column, 1, blue);
    }
  }

  const pooled = () => place().map((x, i) => clamp(x >> 1, 0, (i ? numbers.pooling[0] : numbers.pooling).length - 1));

  /** The window's numbers, what is made of them, and both as words. */
  function showSum() {
    const [row, column] = place();
    const conv = mode() === "convolution";
    const windowNumbers = conv ? numbers.window(channel, row, column)
      : mode() === "pooling" ? numbers.four(...pooled()) : [numbers[before()][row][column]];
    const result = mode() === "pooling" ? Math.max(...windowNumbers) : numbers[mode()][row][column];
    const flat = weights[channel].flat();
    const products = windowNumbers.map((x, i) => x * flat[i]);
    const where = { convolution: nine, pooling: [0, 1, 3, 4] }[mode()] ?? [0];
    const cells = all(".window td");
    cells.forEach((td) => (td.hidden = !where.includes(Number(td.dataset.i))));
    where.forEach((place, i) => put(cells[place], windowNumbers[i], inputColour(windowNumbers[i])));
    const heaviest = Math.max(1, largest(flat));
    all(".weights td").forEach((td, i) => {
      fill(td, signed(flat[i], heaviest));
      td.firstChild.readOnly = get("fixed");
      if (document.activeElement !== td.firstChild) td.firstChild.value = say(flat[i]);
    });
    if (conv) all(".products td").forEach((td, i) => put(td, products[i], signed(products[i], heaviest * most.image)));
    for (const td of cells) td.classList.toggle("winner", mode() === "pooling" && where[windowNumbers.indexOf(result)] === Number(td.dataset.i));
    put(find(".result output"), result, outputColour(result));
    find(".result output").classList.toggle("long", say(result).length > 5);
    find(".result figcaption").textContent = conv && image.length > 1 ? "sum of all" : STEPS[mode()].rule;
    showWords(windowNumbers, flat, result, row, column);
    showChannels(row, column);
  }

  function put(element, value, colour) {
    element.textContent = say(value);
    fill(element, colour);
  }

  function showWords(windowNumbers, flat, result, row, column) {
    const at = mode() === "pooling" ? pooled() : [row, column];
    find(".where").textContent = `row ${at[0]}, column ${at[1]}`;
    find(".formula").innerHTML = { convolution: () => sumFormula(windowNumbers, flat, result, row, column),
      relu: () => (windowNumbers[0] < 0 ? `${say(windowNumbers[0])} is below 0, so it becomes 0.`
        : `${say(windowNumbers[0])} is not below 0, so it stays.`),
      batch_norm: () => `${bracket(windowNumbers[0])}·${bracket(get("batch_norm")[0])} + ${bracket(get("batch_norm")[1])} = <b>${say(result)}</b>`,
      pooling: () => `The largest of ${windowNumbers.map(say).join(", ")} is ${say(result)}.`,
    }[mode()]();
    input.setAttribute("aria-label", `${inputName()}, with the window at row ${at[0]}, column ${at[1]}. ` +
      "Keys: arrows move the window, with Shift five at a time" +
      (isPlain() ? ", Space paints its middle, Delete clears the image." : "."));
    output.setAttribute("aria-label", `${STEPS[mode()].output}: ${say(result)} at row ${at[0]}, column ${at[1]}.`);
  }

  /** What is drawn and changed here: a single channel, not what comes out of a layer. */
  const isPlain = () => mode() === "convolution" && image.length === 1 && !get("fixed");

  /** What comes of the sum, where batch norm follows: the pixel of the map. */
  function afterSum(row, column) {
    if (!get("layers").includes("batch_norm")) return "";
    const [sum, kept, pixel] = ["convolution", "relu", "batch_norm"].map((layer) => say(numbers[layer][row][column]));
    return `<br>${sum} → ReLU ${kept} → batch norm ${pixel}: the pixel of the map`;
  }

  function sumFormula(windowNumbers, flat, result, row, column) {
    const terms = windowNumbers.map((x, i) => `<span data-i="${i}">${bracket(x)}·${bracket(flat[i])}</span>`);
    const own = say(numbers.channelSum(channel, row, column));
    if (image.length === 1) return `${terms.join(" + ")}&nbsp;= <b>${own}</b>${afterSum(row, column)}`;
    const sums = image.map((_, i) => bracket(numbers.channelSum(i, row, column)));
    return `channel ${channel}: ${terms.join(" + ")}&nbsp;= <b>${own}</b><br>` +
      `all channels: ${sums.map((sum, i) => (i === channel ? `<b>${sum}</b>` : sum)).join(" + ")} = <b>${say(result)}</b>${afterSum(row, column)}`;
  }

  /** For screen readers, after keys and choices; a mouse would make it talk without end. */
  function announce() {
    find(".live").textContent = `${find(".where").textContent}: ${find(".result figcaption").textContent} ${find(".result output").textContent}`;
  }

  function setHot(i) {
    if (hot === i) return;
    hot = i;
    for (const element of all("[data-i]")) element.classList.toggle("hot", i !== null && Number(element.dataset.i) === i);
    showPictures();
  }

  // --- moving the window ---

  /** [row, column] of the convolution's result under a pointer. */
  function under(event, canvas) {
    const box = canvas.getBoundingClientRect(); // right under any zoom and scaling
    const [height, width] = [numbers.convolution.length, numbers.convolution[0].length];
    const around = canvas === input && mode() === "convolution" ? 1 : 0; // the middle of a window of 3
    const part = (at, start, size, count) => Math.floor(((at - start) / size) * (count + 2 * around)) - around;
    return [clamp(part(event.clientY, box.top, box.height, height), 0, height - 1),
      clamp(part(event.clientX, box.left, box.width, width), 0, width - 1)];
  }

  function hold(at) {
    hover = null;
    if (!same(at, get("place"))) save({ place: at });
    update();
  }

  function update() {
    showPictures();
    showSum();
  }

  const drawing = () => find(".pen").getAttribute("aria-pressed") === "true" && isPlain();

  for (const canvas of [input, output]) {
    canvas.addEventListener("pointerdown", (event) => {
      if (pointer !== null || event.button) return; // a second finger, or another button
      event.preventDefault();
      input.focus({ preventScroll: true, focusVisible: false });
      canvas.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      if (canvas === input && drawing()) draw(event);
      else hold(under(event, canvas));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (pointer !== null && event.pointerId !== pointer) return;
      if (stroke) return draw(event);
      if (canvas === input && drawing()) return;
      const at = under(event, canvas);
      if (same(at, place())) return;
      hover = at;
      update();
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      canvas.addEventListener(end, (event) => {
        if (event.pointerId !== pointer) return;
        pointer = null;
        if (stroke) finish();
        else if (hover) hold(hover);
      });
    canvas.addEventListener("pointerleave", () => {
      if (pointer !== null || !hover) return;
      hover = null;
      update();
    });
  }

  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const plain = isPlain();
    if (event.key in MOVES) {
      const far = (event.shiftKey ? 5 : 1) * (mode() === "pooling" ? 2 : 1);
      const [height, width] = [numbers.convolution.length, numbers.convolution[0].length];
      const [row, column] = place().map((x, i) => x + far * MOVES[event.key][i]);
      hold([clamp(row, 0, height - 1), clamp(column, 0, width - 1)]);
    } else if (event.key === " " && plain) flip();
    else if (event.key === "Delete" && plain) clear();
    else return;
    event.preventDefault();
    announce();
  });

  // --- drawing on the image ---

  const ends = () => (get("range").length === 2 ? get("range") : [0, 1]); // black and white

  function draw(event) {
    const box = input.getBoundingClientRect();
    const padding = get("padding");
    const [height, width] = [image[0].length, image[0][0].length];
    const point = [((event.clientY - box.top) / box.height) * (height + 2 * padding) - padding - 0.5,
      ((event.clientX - box.left) / box.width) * (width + 2 * padding) - padding - 0.5];
    const [low, high] = ends();
    const from = stroke ?? point;
    const count = Math.ceil(2 * Math.hypot(point[0] - from[0], point[1] - from[1])) || 1;
    for (let n = 1; n <= count; n++) {
      const at = [0, 1].map((i) => from[i] + ((point[i] - from[i]) * n) / count);
      image[0] = image[0].map((line, r) => line.map((value, c) => {
        const ink = clamp(1.7 - Math.hypot(r - at[0], c - at[1]), 0, 1);
        return Math.max(value, +(low + ink * (high - low)).toFixed(2));
      }));
    }
    stroke = point;
    calculate();
  }

  function finish() {
    stroke = null;
    save({ image: copy(image) });
  }

  function flip() {
    const [row, column] = place().map((x) => x + 1 - get("padding"));
    const [low, high] = ends();
    image[0][row][column] = image[0][row][column] > (low + high) / 2 ? low : high;
    calculate();
    save({ image: copy(image) });
  }

  function clear() {
    image = image.map((one) => one.map((line) => line.map(() => ends()[0])));
    calculate();
    save({ image: copy(image) });
  }

  function takeDigit() {
    const [low, high] = ends();
    const digits = get("digits");
    turn = (turn + 1) % digits.length;
    image = [digits[turn].map((line) => line.map((value) => +(low + (value / 255) * (high - low)).toFixed(2)))];
    calculate();
    save({ image: copy(image) });
  }

  find(".clear").addEventListener("click", clear);
  find(".digit").addEventListener("click", takeDigit);
  find(".pen").addEventListener("click", ({ target }) => {
    const on = target.getAttribute("aria-pressed") !== "true";
    target.setAttribute("aria-pressed", on);
    input.classList.toggle("drawing", on);
  });

  // --- weights, layers and channels ---

  find(".preset").addEventListener("change", ({ target }) => {
    const random = grid(3, 3, () => +(2 * Math.random() - 1).toFixed(2));
    weights[channel] = copy({ ...WEIGHTS, random, "as given": given[channel] }[target.value] ?? weights[channel]);
    calculate();
    save({ weights: copy(weights) });
    announce();
  });
  find(".weights").addEventListener("input", ({ target }) => {
    const value = Number(target.value.trim().replace("−", "-").replace(",", ".") || NaN);
    target.setAttribute("aria-invalid", !Number.isFinite(value));
    if (Number.isFinite(value)) setWeight(Number(target.parentNode.dataset.i), clamp(value, -99, 99));
  });
  find(".weights").addEventListener("keydown", (event) => {
    const step = { ArrowUp: 0.5, ArrowDown: -0.5 }[event.key];
    if (!step || get("fixed")) return;
    event.preventDefault();
    const i = Number(event.target.parentNode.dataset.i);
    setWeight(i, clamp(weights[channel].flat()[i] + step, -99, 99));
    event.target.value = say(weights[channel].flat()[i]);
    event.target.setAttribute("aria-invalid", false);
    announce();
  });
  find(".weights").addEventListener("focusin", ({ target }) => (target.select(), setHot(Number(target.parentNode.dataset.i))));
  find(".weights").addEventListener("focusout", ({ target }) => {
    target.value = say(weights[channel].flat()[Number(target.parentNode.dataset.i)]);
    target.setAttribute("aria-invalid", false);
    setHot(null);
  });

  function setWeight(i, value) {
    weights[channel][Math.floor(i / 3)][i % 3] = +value.toFixed(4);
    find(".preset").value = "your own";
    calculate();
    save({ weights: copy(weights) });
  }

  const arrow = `<span aria-hidden="true">›</span> `; // it goes with the step behind it, where a line ends between them
  find(".steps").innerHTML = get("layers").map((layer, i) =>
    `<span>${i ? arrow : ""}<button type="button" value="${layer}">${STEPS[layer].name}</button></span>`).join("");
  for (const button of all(".steps button"))
    button.addEventListener("click", () => (save({ mode: button.value }), show(), announce()));

  function makeChannels() {
    const box = find(".channels");
    if (box.children.length === (image.length < 2 ? 0 : image.length)) return;
    box.innerHTML = image.length < 2 ? "" : image.map((_, i) =>
      `<button type="button" value="${i}"><canvas aria-hidden="true"></canvas><span></span></button>`).join("");
  }

  function paintChannels() {
    if (mode() !== "convolution") return;
    all(".channels canvas").forEach((canvas, i) => paint(canvas, image[i], inputColour));
  }

  /** What each channel adds to the sum at a place. */
  function showChannels(row, column) {
    all(".channels button").forEach((button, i) => {
      const part = say(numbers.channelSum(i, row, column));
      button.lastChild.textContent = part;
      button.setAttribute("aria-label", `Channel ${i} adds ${part}`);
    });
  }

  function choose(n) {
    channel = n;
    show();
    announce();
  }
  find(".channels").addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) choose(Number(button.value));
  });
  find(".channels").addEventListener("keydown", (event) => {
    if (!(event.key in MOVES) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(clamp(channel + MOVES[event.key][0] + MOVES[event.key][1], 0, image.length - 1));
    all(".channels button")[channel].focus();
  });

  for (const part of [find(".sum"), find(".formula")]) {
    part.addEventListener("pointerover", ({ target }) => {
      const pointed = mode() === "convolution" && target.closest("[data-i]");
      setHot(pointed ? Number(pointed.dataset.i) : null);
    });
    part.addEventListener("pointerleave", () => setHot(null));
  }

  const outside = () => stroke === null && load();
  const names = Object.keys(DEFAULTS);
  for (const name of names) model.on(`change:${name}`, outside);
  const sizes = new ResizeObserver(() => (showPictures(), paintChannels()));
  load();
  sizes.observe(input);
  sizes.observe(output);
  window.addEventListener("resize", showPictures); // page zoom changes devicePixelRatio only
  return () => {
    for (const name of names) model.off(`change:${name}`, outside);
    sizes.disconnect();
    window.removeEventListener("resize", showPictures);
  };
}

function render({ model, el }) {
  el.classList.add("window-viewer");
  el.innerHTML = VIEWER;
  const [letKeysGo, stop] = [keepKeys(el), makeViewer(model, el)];
  return () => (letKeysGo(), stop());
}

export default { render, fill, say, bracket };
