// The front end of NetworkDiagram: the whole network in one picture. All is calculated here, by
// network.js, without the kernel. On a page without Python any object with get, set, save_changes,
// on and off is a model (traits.js), and `render` also returns to the page what it can play with.

const PARTS = { // in the order of calculation: a name, what it is for, and a few words of its shape
  image: ["image", "What the network gets: 28 rows of 28 pixels. Your drawing is brought to the size and place that the digits of MNIST have."],
  block1: ["block 1", "Two convolutions and max pooling. Each channel shows where its weights found what they look for. One place of a channel sees 6 × 6 pixels of the image."],
  block2: ["block 2", "Two more convolutions and max pooling. They look at all channels of block 1 together. One place now sees 16 × 16 pixels."],
  block3: ["block 3", "The last two convolutions. One place sees 32 × 32 pixels, so the one in the middle sees the whole image."],
  average: ["average", "The mean of each channel of block 3 (global average pooling): one value for each channel. It says how much was found, no longer where."],
  embedding: ["embedding", "A fully connected layer and ReLU. These 20 values are all that the adder ever learns of the image."],
  number: ["number", "The second input: a 1 at the number's place and 0 everywhere else (one-hot). It joins the embedding: concatenation."],
  adder: ["adder", "Fully connected layers. Here the image and the number meet for the first time."],
  digit_head: ["digit head", "One output for each digit; softmax makes probabilities of them. The longest bar is the answer."],
  sum_head: ["sum head", "One output for each sum from 0 to 18. The network doesn't calculate: it chooses one of them."],
};
const AFTER_NUMBER = ["number", "adder", "digit_head", "sum_head"]; // what another number changes
const FLOW = [ // from where to where numbers go; "join" is embedding and number together
  ["image", "block1"], ["block1", "block2"], ["block2", "block3"], ["block3", "average"],
  ["average", "embedding"], ["join", "adder"], ["adder", "digit_head"], ["adder", "sum_head"],
];
const BLUE = shades((value) => [77, 171, 247].map((part) => part * Math.abs(value))); // the number
const EMPTY = "The image is empty: draw a digit.";
const DRAWING_TIME = 1500; // ms that the 7 takes which draws itself,
const SLOWLY = 260; // and between two parts that light up after it
const NOT_FINITE = "There is no answer: the weights are no finite numbers any more.";

const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
const count = (n) => [...Array(n).keys()];
const bars = (n) => `<span class="bars" aria-hidden="true">${count(n).map((i) => `<i><b></b><u>${i}</u></i>`).join("")}</span>`;
const part = (name, picture) => `
  <button type="button" class="part" data-part="${name}" aria-pressed="false" tabindex="-1">
    <span class="picture">${picture}</span><span class="name">${PARTS[name][0]}<span class="value"></span></span><small></small>
  </button>`;
const canvases = (n) => "<canvas aria-hidden='true'></canvas>".repeat(n);
const diagram = (layers) => `
  <div class="card">
    <p class="live" role="status" aria-live="polite"></p>
    <div class="pad"></div>
    <div class="mnist-adder choose"><p class="title">Number to add <span class="keys">(or press its key)</span></p>
      <div class="picker" role="group" aria-label="Number to add"></div></div>
    <div class="said"><p class="answer"></p><p class="note"></p></div>
    <div class="nearest" hidden></div>
    <div class="network" role="group" aria-label="The network, from the image to its answers">
      <svg class="flow" aria-hidden="true"></svg>
      <div class="row">
        ${["image", "block1", "block2", "block3", "average"].map((name) => part(name, canvases(1))).join("")}
      </div>
      <div class="row">
        <div class="join">${part("embedding", canvases(1))}${part("number", canvases(1))}</div>
        ${part("adder", canvases(Math.min(2, layers)))}
        <div class="heads">${part("digit_head", bars(10))}${part("sum_head", bars(19))}</div>
      </div>
      <p class="legend" aria-hidden="true">below 0 <i></i> above 0</p>
    </div>
    <div class="about"><div class="words"></div><div class="details"></div></div>
  </div>`;

/** How many numbers are trained in a part, or in all. */
function parameters(weights, name = "") {
  return Object.entries(weights)
    .filter(([key]) => key.startsWith(name && `${name}.`) && !key.includes("running_"))
    .reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
const shapeOf = ({ channels, height, width }) => (height > 1 ? [channels, height, width].join(" × ") : String(channels));

const sheets = {}; // canvases by their size: to make one takes longer than to draw on it
const sheetOf = (width, height) => (sheets[[width, height]] ??= new OffscreenCanvas(width, height));

const inPixels = (length) => Math.max(1, Math.round(length * devicePixelRatio)); // of the screen, whole ones

/** The largest tile that fits into some room with a gap, once both are whole pixels of the screen. */
const largestTile = (room, gap) => (Math.floor(room * devicePixelRatio) - inPixels(gap)) / devicePixelRatio;

/** Draws features, map beside map, each in a frame of its own; single numbers are maps of 1x1. */
function paintMaps(canvas, { columns, tile, gap }, { channels, height, width, data }, most, colours) {
  const rows = Math.ceil(channels / columns);
  const [side, space] = [tile, gap].map(inPixels);
  const size = [columns, rows].map((n) => n * (side + space) + space);
  if (canvas.width !== size[0] || canvas.height !== size[1]) {
    [canvas.width, canvas.height] = size;
    canvas.style.width = `${size[0] / devicePixelRatio}px`;
  }
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, ...size);
  context.imageSmoothingEnabled = false;
  const maps = sheetOf(width, height * channels);
  maps.getContext("2d").putImageData(toImageData(data, width, most, colours), 0, 0);
  context.fillStyle = "#7d8590"; // the frames: seen on white and on black
  for (let map = 0; map < channels; map++) {
    const [x, y] = [map % columns, Math.floor(map / columns)].map((n) => space + n * (side + space));
    const frame = Math.max(1, Math.min(space, Math.round(devicePixelRatio)));
    context.fillRect(x - frame, y - frame, side + 2 * frame, side + 2 * frame);
    context.drawImage(maps, 0, map * height, width, height, x, y, side, side);
  }
}

/** A band from one picture to another, beside it or below it. */
function band(a, b) {
  if (b.left < a.right) return `M${a.left} ${a.bottom}L${b.left} ${b.top}H${b.right}L${a.right} ${a.bottom}Z`;
  const middle = (a.right + b.left) / 2;
  return `M${a.right} ${a.top}C${middle} ${a.top} ${middle} ${b.top} ${b.left} ${b.top}V${b.bottom}` +
    `C${middle} ${b.bottom} ${middle} ${a.bottom} ${a.right} ${a.bottom}Z`;
}

/** An arrow from the end of a row to the beginning of the next, past their names. */
function turn(a, b, [right, left], bend) {
  const [from, to] = [a, b].map(({ top, bottom }) => (top + bottom) / 2);
  return `M${a.right + 3} ${from}H${right - 8}q8 0 8 8V${bend - 8}q0 8 -8 8H${left + 8}q-8 0 -8 8V${to - 8}q0 8 8 8H${b.left - 6}m-6 -5l6 5l-6 5`;
}

/** Weights as text or, where a page has trained them, as they are read. */
const asWeights = (weights) => (weights.shapes ? readWeights(weights) : weights);
const countAdders = (weights) => Object.keys(weights).filter((name) => /^adder\.\d+\.0\.weight$/.test(name)).length;

function makeDiagram(model, root) {
  const small = model.get("small");
  let weights = asWeights(model.get("weights"));
  let layers = countAdders(weights);
  root.innerHTML = diagram(layers);
  const card = root.querySelector(".card");
  card.classList.toggle("small", small);
  const find = (selector) => root.querySelector(selector);
  const partOf = (name) => find(`[data-part="${name}"]`);
  const names = Object.keys(PARTS);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const layouts = new Map(); // of each canvas, read from the style when the size changes
  let given = model.get("pixels"); // the image that Python wants, shown while nothing is drawn
  let pixels = given;
  let result = null; // of the image and the number, with all layers
  let selected = "";
  const pad = new Traits({ strokes: [], unfinished: [], background: {}, message_id: "", pace: 0 });
  let nearest = null; // says whether the image is like those of the training (nearest.js), of these weights
  let knows = null; // what it says now

  const features = (name) => ({
    image: () => [{ channels: 1, height: 28, width: 28, data: Float32Array.from(pixels) }],
    block1: () => [result.layers["block1.2"]], block2: () => [result.layers["block2.2"]],
    block3: () => [result.layers["block3.1"]],
    adder: () => [...new Set([0, layers - 1])].map((layer) => result.layers[`adder.${layer}`]), // first and last
  }[name] ?? (() => [result.layers[name]]))();

  /** The network's answer, from the image on or from the number on alone. While one draws, the pictures come
   *  one frame later: the answer doesn't wait for them. */
  function calculate(changed, isDrawn = false) {
    const left = changed === names ? embed(weights, pixels) : result.layers;
    const right = add(weights, left.embedding, model.get("number"));
    result = { ...right, layers: { ...left, ...right.layers } };
    say();
    const detail = { result, pixels, number: model.get("number"), empty: isEmpty(), doubt: doubt() };
    root.dispatchEvent(new CustomEvent("answer", { detail }));
    if (isDrawn) return paintLater();
    for (const name of changed) paintPart(name);
    details?.refresh();
  }

  let isDue = false; // whether all is to be painted anew
  function paintLater() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => setTimeout(() => { // when the answer can be seen
      isDue = false;
      names.forEach(paintPart);
      details?.refresh();
    }));
  }
  const isEmpty = () => !pixels.some(Boolean);

  function paintPart(name) {
    const shown = features(name);
    const shape = name === "adder" && layers > 2 ? `${layers} × 64` : shown.map(shapeOf).join(", ");
    partOf(name).querySelector("small").textContent = shape;
    if (name.endsWith("head")) return paintBars(name);
    const most = name === "image" ? 255 : Math.max(...shown.map(({ data }) => highest(data)));
    const colours = { image: GREY, number: BLUE }[name] ?? SIGNED;
    partOf(name).querySelectorAll("canvas").forEach((canvas, i) =>
      layouts.has(canvas) && paintMaps(canvas, layouts.get(canvas), shown[i], most, colours));
  }

  function paintBars(name) {
    const [shares, best] = name === "digit_head" ? [result.digitProbabilities, result.digit] : [result.sumProbabilities, result.total];
    [...find(`[data-part="${name}"] .bars`).children].forEach((bar, i) => {
      bar.style.setProperty("--share", shares[i] || 0);
      bar.className = i === best ? "best" : "";
      bar.title = `${i}: ${PANEL.percent(shares[i])}`;
    });
  }

  function sentence() {
    if (!(result.digit >= 0)) return NOT_FINITE;
    if (isEmpty()) return EMPTY;
    if (knows && !knows.isKnown) return knows.sentence;
    return describe(result, model.get("number"), warnings()[0])[0];
  }

  /** What is remarkable of the image, and where it is from. */
  function warnings() {
    const { url, about: origin } = pad.get("background");
    const isDrawn = !url && pad.get("strokes").length + pad.get("unfinished").length;
    return [isEmpty() ? "" : remark(pixels, isDrawn ? MOST_PEN_INK : MOST_INK), origin ?? ""];
  }

  /** Why the image may be no digit, in words; "" where nothing speaks against it. */
  const doubt = () => (knows && !knows.isKnown ? knows.sentence : warnings()[0]);

  /** What stands below the answer. */
  function note() {
    if (isByItself()) return "Your turn: draw a digit on the pad.";
    return warnings().filter(Boolean).join(" ");
  }

  function say() {
    if (small) return;
    const values = { number: model.get("number"), digit_head: result.digit, sum_head: result.total };
    for (const [of, value] of Object.entries(values)) partOf(of).querySelector(".value").textContent = value < 0 ? "" : `: ${value}`;
    find(".nearest").hidden = !nearest;
    knows = nearest?.show(result, pixels, isEmpty());
    find(".note").textContent = note();
    find(".answer").innerHTML = sentence().replace(/[^. ][^.]*\./g, "<span>$&</span> ");
    for (const input of root.querySelectorAll(".picker input")) input.checked = Number(input.value) === model.get("number");
  }
  const announce = (text) => (find(".live").textContent = text);

  // --- parts ---

  function about(name) {
    const shape = partOf(name).querySelector("small").textContent;
    const own = parameters(weights, name);
    const all = parameters(weights).toLocaleString("en");
    const has = own ? `${own.toLocaleString("en")} of ${all} parameters` : "no parameters";
    return `<p><strong>${PARTS[name][0]}</strong> <span>${shape}</span> <span>${has}</span></p><p>${PARTS[name][1]}</p>`;
  }

  const isColumn = () => !small && getComputedStyle(find(".row")).display === "contents";

  const tellAbout = () => (find(".words").innerHTML = about(selected));

  /** The chosen part stays in view, and what is said of it comes into view, if there is room for both. */
  function bringIntoView() {
    const [top, bottom] = [partOf(selected).getBoundingClientRect().top, find(".about").getBoundingClientRect().bottom];
    const [one, block] = top > 0 && bottom - top < innerHeight - 16 ? [find(".about"), "nearest"] : [partOf(selected), "start"];
    one.scrollIntoView({ block, behavior: still.matches ? "auto" : "smooth" });
  }

  /** On a narrow page what is said of a part stands below it. To move it takes the focus from it, which is given back. */
  function putAbout() {
    const [words, before] = [find(".about"), partOf(selected)];
    const after = isColumn() ? before.closest(".join") ?? before : card.lastElementChild;
    const focused = root.getRootNode().activeElement;
    if (words !== after && words !== after.nextElementSibling) after.after(words);
    if (words.contains(focused)) focused.focus({ preventScroll: true });
  }

  function select(name, speaks = true) {
    selected = name;
    for (const other of names) {
      partOf(other).setAttribute("aria-pressed", other === name);
      partOf(other).tabIndex = other === (name || names[0]) ? 0 : -1;
    }
    find(".words").innerHTML = name ? about(name) : "";
    details?.show(name);
    putAbout();
    if (!small && layouts.size) drawFlow();
    if (speaks) announce(find(".words").textContent);
  }

  /** The map or number of a part under the mouse, as `details.open` takes it: layer, unit. */
  function pointed({ target, clientX, clientY }, name) {
    const layers = layersOf(name, result.layers);
    const bar = target.closest(".bars > i");
    if (bar) return [name, [...bar.parentNode.children].indexOf(bar)];
    const { columns, tile, gap } = layouts.get(target) ?? {};
    if (!tile || !layers.length) return null;
    const layer = name === "adder" && target.previousElementSibling === null ? layers[0] : layers.at(-1);
    const { left, top } = target.getBoundingClientRect();
    const [right, down] = [clientX - left, clientY - top].map((far) => Math.max(0, far - gap) / (tile + gap));
    const unit = Math.floor(down) * columns + Math.min(columns - 1, Math.floor(right));
    return unit < result.layers[layer].channels ? [layer, unit] : null;
  }

  find(".network").addEventListener("click", (event) => {
    const name = event.target.closest("[data-part]")?.dataset.part;
    if (!name) return;
    const unit = details && event.detail ? pointed(event, name) : null; // by Enter: none
    select(name);
    if (unit) details.open(...unit);
    else bringIntoView();
  });
  find(".network").addEventListener("keydown", (event) => {
    const at = names.indexOf(event.target.dataset.part);
    const move = MOVES[event.key];
    const next = { Home: names[0], End: names.at(-1) }[event.key] ?? (move && names[at + move[0] + move[1]]);
    if (at < 0 || isForNotebook(event) || !(move || next)) return;
    event.preventDefault();
    if (!next) return;
    select(next);
    partOf(next).focus({ preventScroll: true });
    bringIntoView();
  });

  function markHere() {
    for (const name of names) {
      partOf(name).toggleAttribute("data-here", name === model.get("here"));
      if (name === model.get("here")) partOf(name).setAttribute("aria-current", "location");
      else partOf(name).removeAttribute("aria-current");
    }
  }

  // --- the number ---

  const group = `number ${Math.random()}`;
  find(".picker").innerHTML = count(10).map((n) => `<input type="radio" name="${group}" value="${n}" aria-label="${n}">`).join("");

  function setNumber(number) {
    if (number === model.get("number")) return;
    model.set("number", number);
    model.save_changes();
  }

  function showNumber() {
    calculate(AFTER_NUMBER);
    if (selected === "number") tellAbout();
    lightUp("number");
    announce(sentence());
  }
  find(".picker").addEventListener("change", ({ target }) => setNumber(Number(target.value)));
  const byKey = (event) => {
    if (event.target !== document.body && !root.contains(event.target)) return; // of others on the page
    if (event.target.matches("input[type=text]")) return;
    if (/^[0-9]$/.test(event.key) && !(event.ctrlKey || event.metaKey || event.altKey)) setNumber(Number(event.key));
  };
  const keys = model.get("draws_itself") ? window : root; // the whole page is for it
  keys.addEventListener("keydown", byKey, true); // the pad keeps keys to itself

  // --- the drawing ---

  let own = null; // the drawing, as it was told to Python

  function showDrawing() {
    const strokes = [...pad.get("strokes"), pad.get("unfinished")].filter((stroke) => stroke.length);
    const [before, under] = [pixels, pad.get("background").pixels];
    pixels = under ? [...drawOver(under, strokes)] : strokes.length ? [...frameStrokes(strokes)] : given;
    if (pixels.some((pixel, i) => pixel !== before[i])) calculate(names, true); // else it was answered while one drew
  }

  pad.save_changes = () => {
    showDrawing();
    if (pad.get("unfinished").length) return;
    own = pixels;
    if (model.get("strokes")) model.set("strokes", pad.get("strokes")); // a page may have another pad for them
    model.set("pixels", pixels);
    model.save_changes();
    announce(`${sentence()} ${note()}`);
  };

  function showImage() {
    if (model.get("pixels") === own) return;
    own = null;
    pixels = given = model.get("pixels");
    pad.set("strokes", []);
    pad.set("background", {});
    calculate(names);
    lightUp();
  }

  function showStrokes() {
    if (model.get("strokes") === pad.get("strokes")) return;
    pad.set("background", {});
    pad.set("strokes", model.get("strokes"));
    pad.save_changes();
  }

  /** A button for images of MNIST, if the page has some: one can draw on them, too. */
  function offerSamples() {
    const samples = model.get("samples") ?? [];
    if (!samples.length) return;
    const button = make("button", { type: "button", className: "sample", textContent: "A digit from MNIST" });
    let turn = Math.floor(Math.random() * samples.length);
    button.addEventListener("click", () => {
      const { pixels: image, about } = samples[(turn = (turn + 1) % samples.length)];
      const bytes = Array.from(typeof image === "string" ? fromBase64(image) : image);
      pad.set("strokes", []);
      pad.set("background", { url: toUrl(bytes), pixels: bytes, about });
      pad.save_changes();
    });
    find(".pad .tools").append(button);
  }

  // --- a 7 that draws itself ---

  let ghost = null; // its strokes, until the visitor draws
  let isDrawing = false;
  const isByItself = () => ghost !== null && pad.get("strokes") === ghost;

  /** Draws a 7 as soon as the pad is in view; the first stroke, key or touch takes over. */
  function drawItself() {
    given = Array(784).fill(0); // once it is cleared, the pad is empty
    const whole = SEVEN.map(bend);
    ghost = [...(still.matches ? whole : [])];
    pad.set("strokes", ghost);
    for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, takeOver, true);
    if (still.matches) return say();
    isDrawing = true;
    card.classList.add("waits");
    const seen = new IntersectionObserver((entries) => {
      if (!entries.at(-1).isIntersecting) return;
      seen.disconnect();
      let start = 0;
      const step = (time) => { // called only where the page can be seen
        if (!isDrawing) return;
        drawUpTo(whole, Math.min(1, (time - (start ||= time)) / DRAWING_TIME));
        if (time - start >= DRAWING_TIME) return endDrawing(true);
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    }, { threshold: 0.6 });
    seen.observe(find(".pad-box"));
  }

  /** Puts a share of all points on the pad, and the pen where they end. */
  function drawUpTo(whole, share) {
    let left = 1 + Math.round(share * (whole.flat().length - 1));
    ghost.length = 0;
    for (const stroke of whole) {
      ghost.push(stroke.slice(0, Math.max(0, left)));
      left -= stroke.length;
    }
    const [x, y] = ghost.flat().at(-1);
    const pen = find(".pen-tip") ?? find(".pad-box").appendChild(make("i", { className: "pen-tip" }));
    Object.assign(pen.style, { left: `${100 * x}%`, top: `${100 * y}%` });
    for (const listener of pad.listeners["change:strokes"]) listener(); // the same strokes: no step for undo
  }

  function endDrawing(isWhole) {
    if (!isDrawing) return;
    isDrawing = false;
    drawUpTo(SEVEN.map(bend), 1);
    find(".pen-tip").remove();
    card.classList.remove("waits");
    say();
    if (isWhole) lightUp(names[0], SLOWLY);
  }

  function takeOver(event) {
    endDrawing(false);
    for (const animation of card.getAnimations({ subtree: true })) animation.finish();
    const isStroke = event.type === "pointerdown" || event.key in MOVES || event.key === " ";
    const draws = event.target === find(".digit-pad") && isStroke;
    if (isByItself() && draws) pad.set("strokes", []);
    if (!isByItself()) stopTakingOver();
  }
  const stopTakingOver = () => {
    for (const name of ["pointerdown", "keydown"]) window.removeEventListener(name, takeOver, true);
  };

  // --- other weights, and what the network knows ---

  function showWeights() {
    weights = asWeights(model.get("weights"));
    const before = layers;
    layers = countAdders(weights);
    nearest?.setWeights(weights);
    if (layers !== before) partOf("adder").querySelector(".picture").innerHTML = canvases(Math.min(2, layers));
    calculate(names);
    if (layers !== before) layOut();
    if (selected) tellAbout();
  }

  function meetKnown() {
    const known = model.get("known");
    if (small || !known) return;
    find(".nearest").replaceChildren();
    find(".nearest").addEventListener("ready", say);
    nearest = Object.keys(known).length ? makeNearest(known, find(".nearest")) : null;
    nearest?.setWeights(weights);
    if (result) say();
  }

  // --- sizes, and the bands between parts ---

  function layOut() {
    if (!root.clientWidth) return; // not in the page yet
    const isFirst = !layouts.size;
    const base = Number(getComputedStyle(card).getPropertyValue("--base")); // 0: as wide as there is room
    const scale = base ? clamp(card.clientWidth / base, 0.6, 1.3) : 1;
    for (const canvas of root.querySelectorAll(".part canvas")) {
      const own = getComputedStyle(canvas);
      const [columns, tile, gap] = ["columns", "tile", "gap"].map((name) => Number(own.getPropertyValue(`--${name}`)));
      const join = isColumn() && canvas.closest(".join"); // 20 and 10 in one row
      const [width, count] = join ? [join.clientWidth - 24, 30] : [canvas.closest(".part").clientWidth - 14 - gap, columns];
      layouts.set(canvas, { columns, tile: base ? tile * scale : Math.min(tile, largestTile(width / count, gap)), gap });
    }
    putAbout();
    for (const name of names) paintPart(name);
    if (!small) drawFlow();
    if (isFirst) lightUp();
  }

  function drawFlow() {
    const { left, top } = find(".flow").getBoundingClientRect();
    const place = (element) => {
      const box = element.getBoundingClientRect();
      return { left: box.left - left, right: box.right - left, top: box.top - top, bottom: box.bottom - top };
    };
    const box = (name) => (name === "join" ? union(box("embedding"), box("number")) : place(partOf(name).querySelector(".picture")));
    const [first, second] = [...root.querySelectorAll(".row")].map(place);
    const isNarrow = isColumn();
    const [bands, lines] = [[], []];
    for (const [from, to] of FLOW) {
      const isApart = from === selected || (from === "join" && ["embedding", "number"].includes(selected));
      if (isNarrow && (isApart || ["block1", "sum_head"].includes(to))) continue; // others stand between
      const turns = to === "embedding" && !isNarrow && second.top >= first.bottom;
      const sides = () => [place(partOf(from)).right + 4, place(partOf(to)).left - 6];
      if (turns) lines.push(`<path data-to="${to}" d="${turn(box(from), box(to), sides(), (first.bottom + second.top) / 2)}"/>`);
      else bands.push(`<path data-to="${to}" d="${band(box(from), box(to))}"/>`);
    }
    const join = box("join");
    const sum = `<text x="${join.right + 9}" y="${(join.top + join.bottom) / 2 + 4}">${result.layers.embedding.channels + 10}</text>`;
    lines.push(`<g data-to="number"><rect x="${join.left - 3}" y="${join.top - 3}" width="${join.right - join.left + 6}"
      height="${join.bottom - join.top + 6}" rx="5"/>${isNarrow ? "" : sum}</g>`);
    find(".flow").innerHTML = `<g class="bands">${bands.join("")}</g><g class="lines">${lines.join("")}</g>`;
  }

  /** The parts light up one after the other, from one of them to the right. */
  function lightUp(from = names[0], pace = 130) {
    if (still.matches || isDrawing) return;
    const isFirst = pace === SLOWLY; // nothing was there before
    const fade = (element, turn, opacity = 0) => element?.animate([{ opacity }, { opacity: 1 }],
      { duration: 500, delay: pace * turn, easing: "ease-out", fill: "backwards" });
    const parts = names.slice(names.indexOf(from));
    parts.forEach((name, turn) => {
      fade(partOf(name).querySelector(".picture"), turn, isFirst ? 0 : 0.15);
      fade(find(`.flow [data-to="${name}"]`), turn);
      if (isFirst) fade(partOf(name).querySelector(".value"), turn);
    });
    if (isFirst) for (const last of [".said", ".nearest", ".about"]) fade(find(last), parts.length);
  }

  const stopPad = small ? null : PANEL.render({ model: pad, el: find(".pad") });
  const details = small ? null : makeDetails(find(".details"), () => ({ weights, result, pixels }), announce);
  const onlyLarge = [".pad", ".choose", ".said", ".nearest", ".flow", ".legend", ".details"];
  if (small) for (const gone of onlyLarge) find(gone).remove();
  const sizes = new ResizeObserver(layOut);
  sizes.observe(root);
  window.addEventListener("resize", layOut); // page zoom changes devicePixelRatio only
  const listeners = { pixels: showImage, number: showNumber, here: markHere, weights: showWeights, known: meetKnown,
    strokes: showStrokes };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  meetKnown();
  calculate(names);
  markHere();
  select(small ? "" : model.get("here") || (model.get("draws_itself") ? "block1" : "image"), false);
  if (!small) offerSamples();
  if (!small && model.get("draws_itself")) drawItself();
  const stop = () => {
    stopPad?.();
    details?.stop();
    isDrawing = false;
    stopTakingOver();
    sizes.disconnect();
    window.removeEventListener("resize", layOut);
    keys.removeEventListener("keydown", byKey, true);
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
  return { stop, lightUp, pad };
}

const union = (a, b) => ({
  left: Math.min(a.left, b.left), right: Math.max(a.right, b.right),
  top: Math.min(a.top, b.top), bottom: Math.max(a.bottom, b.bottom),
});

function render({ model, el }) {
  el.classList.add("network-diagram");
  const letKeysGo = keepKeys(el);
  const { stop } = makeDiagram(model, el);
  return () => (letKeysGo(), stop());
}

export default { render, makeDiagram };
