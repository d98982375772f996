// The front end of DigitPad and AdderPanel. The pad draws at once, without the kernel, and keeps
// undo and redo; a finished stroke is saved in the model, an unfinished one goes to Python in
// messages of its own; Python answers with everything else that is shown. Plain DOM, no library.

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.04; // of the pad's side, for each press of an arrow key
const NEAR = 0.002; // of the pad's side: a point nearer to the last one tells nothing new
const PACE = 80; // ms at least between two messages while one draws, if the model names no pace
const SLOW = 300; // ms until an answer that isn't the newest drawing's is greyed
const PATIENCE = 3000; // ms until the panel says that the kernel doesn't answer
const FEW = [8, 16]; // points of a stroke that is bent between them, as in strokes.py,
const STEPS = 5; // in so many steps
const ME = Math.random().toString(36).slice(2); // this page, among all that show the same widget
let count = 0; // of what this page has sent

const icon = (paths) => `<svg viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;
const UNDO = icon(`<path d="M9 5 4 10l5 5M4 10h10a6 5 0 0 1 0 10h-3"/>`);
const REDO = icon(`<path d="m15 5 5 5-5 5M20 10H10a6 5 0 0 0 0 10h3"/>`);
const DICE = icon(`<rect x="3" y="3" width="18" height="18" rx="4.5"/>${[[8, 8], [16, 8], [12, 12], [8, 16], [16, 16]]
  .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="1.7"/>`).join("")}`);

const PAD = `
  <div class="pad-column">
    <div class="pad-box">
      <canvas class="digit-pad" tabindex="0" role="application"
        aria-label="Drawing pad: draw a digit with mouse, finger or pen, or by the keys named below it"></canvas>
      <span class="hint" aria-hidden="true">Draw a digit</span>
    </div>
    <div class="tools" role="toolbar" aria-label="Drawing">
      <button type="button" class="undo" title="Undo (Backspace)" aria-label="Undo">${UNDO}</button>
      <button type="button" class="redo" title="Redo (Shift+Backspace)" aria-label="Redo">${REDO}</button>
      <button type="button" class="clear" title="Clear the pad (Delete)">Clear</button>
    </div>
    <details class="keys"><summary>Keys</summary><ul>
      <li><kbd>arrows</kbd> move the pen, <kbd>space</kbd> puts it down or lifts it</li>
      <li><kbd>Backspace</kbd> undoes, <kbd>Shift+Backspace</kbd> redoes, <kbd>Delete</kbd> clears</li>
    </ul></details>
  </div>`;

const SOURCES = `
  <button type="button" class="upload" title="Upload a PNG or JPEG picture of a digit">Upload</button>
  <button type="button" class="sample" title="Take a digit from MNIST's evaluation split"
    aria-label="MNIST: take a digit from the evaluation split">MNIST</button>
  <input type="file" accept="image/*" aria-label="Picture of a digit" hidden>`;

const READING = `
  <div class="reading">
    <div><p class="title">Number to add</p><div class="picker">
      <div role="radiogroup" aria-label="Number to add">${[...Array(10).keys()]
        .map((n) => `<button type="button" role="radio" value="${n}">${n}</button>`).join("")}</div>
      <button type="button" class="dice" title="Roll a random number" aria-label="Roll a random number">${DICE}</button>
    </div></div>
    <div class="equation" aria-hidden="true">
      <figure><img class="seen" alt=""><figcaption>what it sees</figcaption></figure>
      <b>+</b><figure><output class="number"></output><figcaption>your number</figcaption></figure>
      <b>=</b><figure><output class="total"></output><figcaption>its answer</figcaption></figure>
    </div>
    <div class="words"><p class="prediction"></p><p class="note"></p><p class="said" role="status"></p></div>
  </div>
  <div class="chart digits" role="img"><p class="title">Digit <b></b></p><div class="bars" data-empty="how likely each digit is"></div></div>
  <div class="chart sums" role="img"><p class="title">Sum <b></b></p><div class="bars" data-empty="how likely each sum is"></div></div>`;

/** Send a message to Python; where the kernel has gone, the panel says so after a while. */
function tell(model, message) {
  try {
    model.send(message);
  } catch {} // JupyterLab's "Cannot send"
}

/** Whether this page sent one message after the other; then the other was answered, too. */
const sentAfter = (name, other) => name.startsWith(ME) && Number(name.split(" ")[1]) > Number(other?.split(" ")[1]);

/** Save changes for Python and all pages that show this widget.
 *
 *  A Jupyter server sends "busy" first and holds the answer back until the browser acknowledges that
 *  (Nagle's algorithm), which takes up to 40 ms, unless the browser has something to send as well. */
function save(model, changes) {
  for (const [name, value] of Object.entries({ page: `${ME} ${++count}`, ...changes })) model.set(name, value);
  model.save_changes();
  for (const wait of [8, 24]) setTimeout(tell, wait, model, { type: "hurry" });
}

/** Undo and redo of all that was on the pad, whoever put it there: the page, Python, another view. */
function makeHistory(model) {
  const state = () => ({ strokes: model.get("strokes"), background: model.get("background") });
  const same = (a, b) => a?.strokes === b.strokes && a.background === b.background;
  let now = state();
  let future = [];
  const past = now.strokes.map((_, i) => ({ ...now, strokes: now.strokes.slice(0, i) })); // after a reload
  if (now.background) past.unshift({ strokes: [], background: "" });

  function record() {
    const next = state();
    if (same(now, next)) return;
    if (same(past.at(-1), next)) future.push(now), past.pop();
    else if (same(future.at(-1), next)) past.push(now), future.pop();
    else past.push(now), (future = []);
    now = next;
  }
  const later = () => queueMicrotask(record); // strokes and background change one after the other
  const go = (to) => (record(), to() && save(model, to()));
  model.on("change:strokes", later);
  model.on("change:background", later);
  return {
    undo: () => go(() => past.at(-1)),
    redo: () => go(() => future.at(-1)),
    stop: () => (model.off("change:strokes", later), model.off("change:background", later)),
  };
}

/** A stroke of few points with others in between, so that it has no corners: natural cubic splines
 *  over the points' numbers, from one hairpin bend to the next. `bend` in strokes.py says why. */
function bend(stroke) {
  const points = stroke.filter(([x, y], i) => !i || x !== stroke[i - 1][0] || y !== stroke[i - 1][1]);
  if (points.length < FEW[0] || points.length > FEW[1]) return points;
  const isHairpin = (i) => {
    const [[a, b], [c, d]] = [i, i + 1].map((k) => [points[k][0] - points[k - 1][0], points[k][1] - points[k - 1][1]]);
    return (a * c + b * d) / (Math.hypot(a, b) * Math.hypot(c, d)) < Math.cos((150 * Math.PI) / 180);
  };
  const ends = points.map((_, i) => i).filter((i) => !i || i === points.length - 1 || isHairpin(i));
  const bent = [points[0]];
  ends.slice(1).forEach((end, i) => {
    const part = points.slice(ends[i], end + 1);
    const curves = [0, 1].map((axis) => spline(part.map((point) => point[axis])));
    for (let step = 1; step <= STEPS * (part.length - 1); step++) bent.push(curves.map((curve) => curve(step / STEPS)));
  });
  return bent;
}

/** The natural cubic spline through values at 0, 1, 2, ..., as a function of the place. */
function spline(values) {
  const last = values.length - 1;
  const second = Array(last + 1).fill(0); // derivatives: s[i-1] + 4 s[i] + s[i+1] = 6 (v[i-1] - 2 v[i] + v[i+1])
  const [share, rest] = [[0], [0]];
  for (let i = 1; i < last; i++) {
    share[i] = 1 / (4 - share[i - 1]);
    rest[i] = (6 * (values[i - 1] - 2 * values[i] + values[i + 1]) - rest[i - 1]) * share[i];
  }
  for (let i = last - 1; i > 0; i--) second[i] = rest[i] - share[i] * second[i + 1];
  return (place) => {
    const i = Math.min(last - 1, Math.floor(place));
    const [a, b] = [i + 1 - place, place - i];
    return a * values[i] + b * values[i + 1] + ((a ** 3 - a) * second[i] + (b ** 3 - b) * second[i + 1]) / 6;
  };
}

/** Draws what the model holds and turns pointers and keys into strokes. `onInk` gets the unfinished
 *  stroke whenever it grows, and null when it ends. */
function makePad(model, canvas, hint, onInk) {
  const context = canvas.getContext("2d");
  const picture = new Image(); // an uploaded one lies under the strokes
  const history = makeHistory(model);
  let stroke = null; // the one being drawn, and the pointer that draws it (null: the keyboard)
  let pointer = null;
  let cursor = null; // where the keyboard's pen is, once used
  let due = 0; // the next frame, if something is to be drawn anew

  function draw() {
    due = 0;
    const size = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.width !== size) canvas.width = canvas.height = size;
    context.fillRect(0, 0, size, size);
    if (model.get("background") && picture.naturalWidth) context.drawImage(picture, 0, 0, size, size);
    Object.assign(context, { lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    context.lineWidth = model.get("pen") * size;
    for (const points of [...model.get("strokes"), stroke ?? []].map(bend)) {
      context.beginPath();
      // A line of length zero draws nothing, but a tap must leave a dot: start a bit to the left.
      if (points.length) context.moveTo(points[0][0] * size - 0.1, points[0][1] * size);
      for (const [x, y] of points) context.lineTo(x * size, y * size);
      context.stroke();
    }
    if (cursor && canvas.matches(":focus")) drawCursor(size);
    hint.hidden = Boolean(stroke || model.get("strokes").length || model.get("background"));
  }
  const refresh = () => (due ||= requestAnimationFrame(draw)); // once a frame, however many points

  function drawCursor(size) {
    context.beginPath();
    context.arc(cursor[0] * size, cursor[1] * size, (model.get("pen") * size) / 2, 0, 7);
    Object.assign(context, { lineWidth: size / 140, strokeStyle: stroke ? "#f59e0b" : "#60a5fa" });
    context.stroke();
  }

  function load() {
    picture.onload = picture.onerror = refresh;
    picture.src = model.get("background") || "data:,";
    refresh();
  }

  function finish() {
    const done = stroke;
    stroke = pointer = null;
    if (!done) return;
    onInk(null);
    save(model, { strokes: [...model.get("strokes"), done] });
  }

  function clear() {
    stroke = pointer = null;
    onInk(null);
    save(model, { strokes: [], background: "" });
  }

  const undo = () => (finish(), history.undo());
  const redo = () => (finish(), history.redo());
  const round = (value) => Math.round(value * 1e4) / 1e4;

  function position(event) {
    const box = canvas.getBoundingClientRect(); // right under any zoom and scaling
    return [round((event.clientX - box.left) / box.width), round((event.clientY - box.top) / box.height)];
  }

  function add(...points) {
    for (const [x, y] of points) {
      const [lastX, lastY] = stroke.at(-1) ?? [9, 9];
      if (Math.hypot(x - lastX, y - lastY) >= NEAR) stroke.push([x, y]);
    }
    onInk(stroke);
    refresh();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button) return; // a second finger, or another button
    finish();
    event.preventDefault();
    canvas.focus({ preventScroll: true, focusVisible: false });
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    cursor = null;
    stroke = [];
    add(position(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    add(...(between.length ? between : [event]).map(position));
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, (event) => event.pointerId === pointer && finish());

  function press(event) {
    const { key } = event;
    const command = event.ctrlKey || event.metaKey;
    if (key in MOVES) {
      cursor = (cursor ?? [0.5, 0.3]).map((c, i) => Math.min(1, Math.max(0, round(c + STEP * MOVES[key][i]))));
      if (stroke) add(cursor);
    } else if (key === " ") {
      cursor ??= [0.5, 0.3];
      if (stroke) finish();
      else (stroke = []), add(cursor);
    } else if (key === "Backspace" || (command && /^z$/i.test(key))) (event.shiftKey ? redo : undo)();
    else if (command && key === "y") redo();
    else if (key === "Delete") clear();
    else return false;
    refresh();
    return true;
  }
  canvas.addEventListener("keydown", (event) => {
    if (pointer === null && press(event)) event.preventDefault();
  });
  canvas.addEventListener("focus", refresh);
  canvas.addEventListener("blur", () => (pointer === null && finish(), refresh()));

  /** What was drawn on another page comes here as a message: this page's own ink is newer. */
  function receive(message) {
    if (message.type !== "page" || message.page.startsWith(ME)) return;
    for (const name of ["strokes", "background", "number", "page"])
      if (name in message) model.set(name, message[name]);
  }

  model.on("change:strokes", refresh);
  model.on("change:pen", refresh);
  model.on("change:background", load);
  model.on("msg:custom", receive);
  const sizes = new ResizeObserver(draw);
  sizes.observe(canvas);
  window.addEventListener("resize", refresh); // page zoom changes devicePixelRatio only
  load();
  return { undo, redo, clear, stop() {
    history.stop();
    model.off("change:strokes", refresh);
    model.off("change:pen", refresh);
    model.off("change:background", load);
    model.off("msg:custom", receive);
    sizes.disconnect();
    window.removeEventListener("resize", refresh);
  } };
}

/** One tab stop for a group of buttons; arrows go from one to the next, and call `then` with it. */
function rove(group, then = () => {}) {
  const buttons = [...group.querySelectorAll("button")];
  const stop = (button) => buttons.forEach((other) => (other.tabIndex = other === button ? 0 : -1));
  group.addEventListener("focusin", (event) => stop(event.target));
  group.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = buttons.at((buttons.indexOf(event.target) + step) % buttons.length);
    next.focus();
    then(next);
  });
  stop(buttons[0]);
  return stop;
}

/** A probability in words. Never 0% or 100%: no answer is that certain. */
const percent = (share) => (share > 0.99 ? "over 99%" : share < 0.01 ? "under 1%" : `${Math.round(100 * share)}%`);

/** A text as a span for each sentence, so that lines don't break within a sum. */
function inSentences(text) {
  return text.split(/(?<=[.]) /).flatMap((sentence) => {
    const span = document.createElement("span");
    span.textContent = sentence;
    return [span, " "];
  });
}

/** Bars for probabilities; returns a function that shows new ones (or none). */
function makeChart(chart, count, what) {
  const bars = chart.querySelector(".bars");
  bars.innerHTML = [...Array(count).keys()].map((i) => `<div><i></i><span>${i}</span></div>`).join("");
  return (probabilities) => {
    const order = [...(probabilities?.keys() ?? [])].sort((a, b) => probabilities[b] - probabilities[a]);
    [...bars.children].forEach((bar, i) => {
      const share = probabilities?.[i] ?? 0;
      bar.className = i === order[0] ? "winner" : "";
      bar.title = probabilities ? `${i}: ${percent(share)}` : "";
      bar.style.setProperty("--share", share);
    });
    const [first, second] = order.slice(0, 2).map((i) => `${i}: ${percent(probabilities[i])}`);
    const best = first ? `${first}, then ${second}` : "no answer yet";
    chart.querySelector("b").textContent = best;
    chart.setAttribute("aria-label", `Probability of each ${what}. Likeliest: ${best}.`);
  };
}

/** A picture as a data URL, small enough to send. What the browser can't read goes as it is:
 *  Python says what is wrong with it. */
async function readFile(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, 560 / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, bitmap.width * scale);
    canvas.height = Math.max(1, bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL();
  } catch {
    const reader = new FileReader();
    reader.readAsDataURL(file.slice(0, 1e6));
    return new Promise((resolve) => (reader.onload = () => resolve(reader.result)));
  }
}

/** Number, picture, sentence and bars around the pad; returns what feeds and stops them. */
function makePanel(model, root) {
  const find = (selector) => root.querySelector(selector);
  const card = find(".card");
  card.classList.toggle("small", model.get("small"));
  const showDigits = makeChart(find(".digits"), 10, "digit");
  const showSums = makeChart(find(".sums"), 19, "sum");
  let timers = []; // while an answer is due
  let ink = null; // the unfinished stroke, if Python doesn't know all of it
  let asked = null; // the message about ink that is under way: one at a time
  let pause = 0; // until the next one

  function expect() {
    if (timers.length) return;
    timers = [
      setTimeout(() => card.classList.add("stale"), SLOW),
      setTimeout(() => (find(".note").textContent =
        "No answer yet: Python is busy, or was restarted. Then run this cell again."), PATIENCE),
    ];
  }

  function check() {
    const answer = model.get("answer");
    const newest = answer.page === model.get("page");
    if (answer.ink === asked || sentAfter(answer.page, asked)) asked = null;
    timers.forEach(clearTimeout);
    timers = [];
    if (!newest || asked) expect();
    else card.classList.remove("stale");
  }

  function show() {
    const answer = model.get("answer");
    find(".prediction").replaceChildren(...inSentences(answer.sentence));
    find(".note").textContent = answer.note;
    if (!answer.ink) find(".said").textContent = `${answer.sentence} ${answer.note}`; // not while one draws
    find(".seen").src = answer.seen;
    find(".total").textContent = answer.certain ? answer.total : "?";
    card.classList.toggle("unsure", !answer.certain);
    card.classList.toggle("empty", !answer.digit_probabilities);
    card.classList.toggle("warned", answer.warned);
    showDigits(answer.digit_probabilities);
    showSums(answer.sum_probabilities);
    check();
    ask();
  }

  function ask() {
    if (!ink || asked || pause) return;
    asked = `${ME} ${++count}`;
    tell(model, { type: "ink", id: asked, stroke: ink });
    ink = null;
    pause = setTimeout(() => ((pause = 0), ask()), model.get("pace") ?? PACE);
    expect();
  }

  const stop = rove(find("[role=radiogroup]"), (button) => setNumber(button.value));
  function showNumber() {
    find(".number").textContent = model.get("number");
    for (const button of root.querySelectorAll("[role=radio]")) {
      const chosen = Number(button.value) === model.get("number");
      button.setAttribute("aria-checked", chosen);
      if (chosen) stop(button);
    }
  }
  const setNumber = (number) => save(model, { number: Number(number) });

  find(".picker").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) setNumber(button.value || Math.floor(10 * Math.random()));
  });
  root.addEventListener("keydown", (event) => {
    if (/^[0-9]$/.test(event.key) && !(event.ctrlKey || event.metaKey || event.altKey)) setNumber(event.key);
  });
  find(".keys ul").insertAdjacentHTML("afterbegin", "<li><kbd>0</kbd> to <kbd>9</kbd> choose the number</li>");
  find(".sample").addEventListener("click", () => (tell(model, { type: "sample" }), expect()));
  find(".upload")?.addEventListener("click", () => find("input").click());
  find("input").addEventListener("change", async ({ target }) => {
    if (!target.files.length) return;
    find(".note").textContent = "Your browser opens the picture …";
    tell(model, { type: "upload", data: await readFile(target.files[0]) });
    target.value = ""; // so that the same file can be chosen again
    expect();
  });

  const listeners = { answer: show, number: showNumber, page: check };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  show();
  showNumber();
  return {
    onInk: (stroke) => ((ink = stroke), ask()),
    stop() {
      timers.forEach(clearTimeout);
      clearTimeout(pause);
      for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
    },
  };
}

function render({ model, el }) {
  const isPanel = model.get("number") !== undefined;
  el.classList.add("mnist-adder");
  el.innerHTML = `<div class="card">${PAD}${isPanel ? READING : ""}</div>`;
  // Keys typed here are ours: JupyterLab, Colab and VS Code have shortcuts on single letters. Notebook 7
  // looks for them before the page gets the key, unless what has the focus bears this mark.
  el.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = "true"));
  el.addEventListener("keydown", (event) => event.stopPropagation());
  const tools = el.querySelector(".tools");
  if (isPanel) tools.insertAdjacentHTML("beforeend", SOURCES);
  if (model.get("uploads") === false) tools.querySelector(".upload").remove();
  const panel = isPanel ? makePanel(model, el) : { onInk() {}, stop() {} };
  const pad = makePad(model, el.querySelector(".digit-pad"), el.querySelector(".hint"), panel.onInk);
  for (const name of ["undo", "redo", "clear"]) el.querySelector(`.${name}`).addEventListener("click", pad[name]);
  rove(tools);
  return () => (pad.stop(), panel.stop());
}

export default { render, bend }; // bend for the page without Python
