// The front end of DigitPad and AdderPanel. The pad draws at once, without the kernel.
//
// Page and Python (panel.py) talk through traits. One save_changes() of the page has a new
// `message_id` (the page's name and a count) and of these what has changed:
//   strokes, background   what is on the pad: when a stroke ends, or after undo, redo, clear
//   unfinished            the stroke that is being drawn, at most every PACE ms
//   number                the number to add
//   request               {sample: true} or {upload: data URL}: Python puts it on the pad
// Python sends one `answer` to the newest message_id: all that the panel shows and, if no stroke is
// being drawn, strokes, background and number, for other pages that show the same panel.
// While a message isn't answered, ipywidgets sends nothing, and then the newest of all changes.

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.04; // of the pad's side, for each press of an arrow key
const START = [0.5, 0.3]; // where the pen of the keyboard begins
const NEAR = 0.002; // of the pad's side: a point nearer to the last one changes nothing
const PEN = 20 / 280; // of the pad's side, as in strokes.py
const PACE = 80; // ms at least between two messages while one draws, if the model names no pace
const PAGE = Math.random().toString(36).slice(2); // this page, among all that show the same widget
let count = 0; // of this page's messages

const icon = (paths) => `<svg viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;
const UNDO = icon(`<path d="M9 5 4 10l5 5M4 10h10a6 5 0 0 1 0 10h-3"/>`);
const DICE = icon(`<rect x="3" y="3" width="18" height="18" rx="4.5"/>
  <path d="M8 8h.01M16 8h.01M12 12h.01M8 16h.01M16 16h.01" stroke-width="3.4"/>`);

const pad = (isPanel) => `
  <div class="pad-column">
    <div class="pad-box">
      <canvas class="digit-pad" tabindex="0" role="application"
        aria-label="Drawing pad: draw by mouse, finger or pen. Arrow keys move, space draws"></canvas>
      <span class="hint" aria-hidden="true">Draw a digit</span>
    </div>
    <div class="tools" role="group" aria-label="Drawing">
      <button class="undo" title="Undo (Backspace)" aria-label="Undo">${UNDO}</button>
      <button class="redo" title="Redo (Shift+Backspace)" aria-label="Redo">${UNDO}</button>
      <button class="clear" title="Clear the pad (Delete)">Clear</button>
      ${isPanel ? `
      <button class="upload" title="Upload a PNG or JPEG picture of a digit">Upload</button>
      <button class="sample" title="Take a digit from MNIST's evaluation split">A digit from MNIST</button>
      <input type="file" accept="image/*" aria-label="Picture of a digit" hidden>` : ""}
    </div>
    <p class="title keys">Keys: arrows move, space draws</p>
  </div>`;

const range = (length) => [...Array(length).keys()];
const chart = (name, title, colour) => `
  <div class="chart ${name}" role="img" style="--colour: var(--${colour})">
    <p class="title">${title} <b></b></p><div class="bars"></div></div>`;
const radio = (n) =>
  `<input type="radio" name="${PAGE} ${count}" value="${n}" aria-label="${n}">`;
const reading = () => `
  <div class="reading">
    <div><p class="title">Number to add <span class="keys">(or press its key)</span></p>
      <div class="picker" role="group" aria-label="Number to add">
        ${range(10).map(radio).join("")}
        <button class="dice" title="Random number" aria-label="Random number">${DICE}</button>
      </div></div>
    <div class="equation" aria-hidden="true">
      <figure><img class="seen" alt=""><figcaption>what it sees</figcaption></figure>
      <b>+</b>
      <figure><output class="number"></output><figcaption>your number</figcaption></figure>
      <b>=</b>
      <figure><output class="total"></output><figcaption>its answer</figcaption></figure>
    </div>
    <div class="words">
      <p class="prediction"></p><p class="note"></p><p class="status" role="status"></p>
      <p class="late">No answer yet: Python is busy, or was restarted. Then run this cell again.</p>
    </div>
  </div>
  ${chart("digits", "Digit", "blue")}${chart("sums", "Sum", "orange")}`;

/** Save changes for Python and all pages that show this widget.
 *
 *  A Jupyter server sends "busy" first and holds the answer back until the browser acknowledges
 *  that (Nagle's algorithm), up to 40 ms, unless the browser has something to send as well. */
function save(model, changes) {
  const message = { message_id: `${PAGE} ${++count}`, ...changes };
  for (const [name, value] of Object.entries(message)) model.set(name, value);
  model.save_changes();
  for (const wait of [8, 24]) setTimeout(() => model.send({}), wait);
}

/** Undo and redo of all that was on the pad, whether page, Python or another view put it there:
 *  returns a function that goes a step back (-1) or forward (1). */
function makeHistory(model) {
  const state = () => ({ strokes: model.get("strokes"), background: model.get("background") });
  const now = state();
  const states = now.strokes.map((_, i) => ({ ...now, strokes: now.strokes.slice(0, i) }));
  states.push(now); // after a reload: stroke by stroke
  if (now.background.url) states.unshift({ strokes: [], background: {} });
  let place = states.length - 1;

  function record() {
    const { strokes, background } = state();
    const known = states.findIndex((s) => s.strokes === strokes && s.background === background);
    if (known >= 0) place = known; // undone or redone, here or in another view
    else states.splice(++place, Infinity, { strokes, background });
  }
  const later = () => queueMicrotask(record); // strokes and background change one by one
  model.on("change:strokes", later);
  model.on("change:background", later);
  return (step) => states[place + step] && save(model, states[place + step]);
}

/** Draws what the model holds and turns pointers and keys into strokes. */
function makePad(model, canvas, hint) {
  const context = canvas.getContext("2d");
  const history = makeHistory(model);
  let stroke = null; // the one being drawn, and the pointer that draws it (null: the keyboard)
  let pointer = null;
  let cursor = null; // where the keyboard's pen is, once used
  let frame = 0; // the next one, if something is to be drawn anew
  let known = 0; // how many points of the stroke were sent to Python, and when
  let sent = 0;

  function draw() {
    frame = 0;
    const size = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.width !== size) canvas.width = canvas.height = size;
    context.clearRect(0, 0, size, size);
    const { url } = model.get("background"); // of a digit from MNIST or a file, under the strokes
    canvas.style.backgroundImage = url ? `url(${url})` : "";
    Object.assign(context, { lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    context.lineWidth = PEN * size;
    for (const points of [...model.get("strokes"), stroke ?? []]) {
      context.beginPath();
      // A line of length zero draws nothing, but a tap must leave a dot: start a bit to the left.
      if (points.length) context.moveTo(points[0][0] * size - 0.1, points[0][1] * size);
      for (const [x, y] of points) context.lineTo(x * size, y * size);
      context.stroke();
    }
    if (cursor && canvas.matches(":focus")) {
      context.beginPath();
      context.arc(cursor[0] * size, cursor[1] * size, (PEN * size) / 2, 0, 7);
      const strokeStyle = stroke ? "#f59e0b" : "#60a5fa";
      Object.assign(context, { lineWidth: size / 140, strokeStyle }).stroke();
    }
    hint.hidden = !isEmpty();
    if (stroke) sendUnfinished();
  }
  const refresh = () => (frame ||= requestAnimationFrame(draw)); // once, however many points
  const isEmpty = () => !(stroke || model.get("strokes").length || model.get("background").url);

  function sendUnfinished() {
    if (stroke.length === known) return;
    const due = sent + (model.get("pace") ?? PACE);
    if (performance.now() < due) return refresh(); // look again in the next frame
    [known, sent] = [stroke.length, performance.now()];
    save(model, { unfinished: [...stroke] });
  }

  function add(...points) {
    for (const [x, y] of points) {
      const [lastX, lastY] = stroke.at(-1) ?? [9, 9];
      if (Math.hypot(x - lastX, y - lastY) >= NEAR) stroke.push([x, y]);
    }
    refresh();
  }

  function finish() {
    if (stroke) save(model, { strokes: [...model.get("strokes"), stroke], unfinished: [] });
    stroke = pointer = null;
  }

  function clear() {
    if (isEmpty()) return;
    stroke = pointer = null;
    save(model, { strokes: [], background: {}, unfinished: [] });
  }

  const go = (step) => (finish(), history(step));
  const round = (value) => Math.round(value * 1e4) / 1e4;

  function position({ clientX, clientY }) {
    const { left, top, width, height } = canvas.getBoundingClientRect(); // right under any zoom
    return [round((clientX - left) / width), round((clientY - top) / height)];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button) return; // a second finger, or another button
    finish();
    event.preventDefault();
    canvas.focus({ preventScroll: true, focusVisible: false });
    canvas.setPointerCapture(event.pointerId);
    cursor = null;
    [stroke, pointer, known] = [[], event.pointerId, 0];
    add(position(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    add(...(between.length ? between : [event]).map(position));
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, (event) => event.pointerId === pointer && finish());

  function press({ key, shiftKey, ctrlKey, metaKey }) {
    if (key in MOVES) {
      const moved = (cursor ?? START).map((c, axis) => round(c + STEP * MOVES[key][axis]));
      cursor = moved.map((c) => Math.min(1, Math.max(0, c)));
      if (stroke) add(cursor);
    } else if (key === " ") {
      cursor ??= START;
      if (stroke) finish();
      else ([stroke, known] = [[], 0]), add(cursor);
    } else if (key === "Backspace" || ((ctrlKey || metaKey) && /^z$/i.test(key)))
      go(shiftKey ? 1 : -1);
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

  model.on("change:strokes", refresh);
  model.on("change:background", refresh);
  new ResizeObserver(draw).observe(canvas);
  window.addEventListener("resize", refresh); // page zoom changes devicePixelRatio only
  const stop = () => window.removeEventListener("resize", refresh);
  return { undo: () => go(-1), redo: () => go(1), clear, stop };
}

/** A probability in words. Never 0% or 100%: no answer is that certain. */
const percent = (share) =>
  share > 0.99 ? "over 99%" : share < 0.01 ? "under 1%" : `${Math.round(100 * share)}%`;

/** Bars for probabilities; returns a function that shows new ones (or none). */
function makeChart(chart, count, what) {
  const bars = chart.querySelector(".bars");
  bars.innerHTML = range(count).map((i) => `<div><i></i><span>${i}</span></div>`).join("");
  return (probabilities) => {
    const name = (i) => `${i}: ${percent(probabilities[i])}`;
    const order = probabilities ? range(count) : [];
    order.sort((a, b) => probabilities[b] - probabilities[a]);
    [...bars.children].forEach((bar, i) => {
      bar.className = i === order[0] ? "winner" : "";
      bar.title = probabilities ? name(i) : "";
      bar.style.setProperty("--share", probabilities?.[i] ?? 0);
    });
    const best = order.length ? `${name(order[0])}, then ${name(order[1])}` : "no answer yet";
    chart.querySelector("b").textContent = best;
    chart.setAttribute("aria-label", `Probability of each ${what}. Likeliest: ${best}.`);
  };
}

/** A picture as a data URL, small enough to send. */
async function readFile(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, 560 / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((n) => Math.ceil(n * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, width, height);
  return canvas.toDataURL();
}

/** Number, picture, sentence and bars around the pad. */
function makePanel(model, root, card) {
  const find = (selector) => root.querySelector(selector);
  const showDigits = makeChart(find(".digits"), 10, "digit");
  const showSums = makeChart(find(".sums"), 19, "sum");
  const isAnswered = () => model.get("answer").message_id === model.get("message_id");
  const wait = () => card.classList.toggle("waiting", !isAnswered());

  function show() {
    const answer = model.get("answer");
    if (!isAnswered() && !answer.message_id.startsWith(PAGE)) // another page has drawn
      for (const name of ["strokes", "background", "number", "message_id"])
        if (name in answer) model.set(name, answer[name]);
    find(".prediction").innerHTML = answer.sentence.replace(/[^. ][^.]*\./g, "<span>$&</span>");
    find(".note").textContent = answer.note;
    if (!answer.unfinished) find(".status").textContent = `${answer.sentence} ${answer.note}`;
    find(".seen").src = answer.seen;
    find(".total").textContent = answer.certain ? answer.total : "?";
    card.classList.toggle("unsure", !answer.certain);
    card.classList.toggle("empty", !answer.digit_probabilities);
    card.classList.toggle("warned", answer.warned);
    showDigits(answer.digit_probabilities);
    showSums(answer.sum_probabilities);
    card.classList.remove("waiting");
    void card.offsetWidth; // so that the time until it is greyed begins anew
    wait();
  }

  function showNumber() {
    find(".number").textContent = model.get("number");
    find(`[type=radio][value="${model.get("number")}"]`).checked = true;
  }
  const setNumber = (number) => save(model, { number: Number(number) });
  const request = (what) => save(model, { request: { ...what, count } }); // a new one each time

  find(".dice").addEventListener("click", () => setNumber(Math.floor(10 * Math.random())));
  find(".picker").addEventListener("change", ({ target }) => setNumber(target.value));
  root.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
    if (/^[0-9]$/.test(key) && !(ctrlKey || metaKey || altKey)) setNumber(key);
  });
  find(".sample").addEventListener("click", () => request({ sample: true }));
  find(".upload").addEventListener("click", () => find("[type=file]").click());
  find("[type=file]").addEventListener("change", async ({ target }) => {
    if (!target.files.length) return;
    const upload = await readFile(target.files[0]).catch(() => ""); // Python says what it can read
    request({ upload });
    target.value = ""; // so that the same file can be chosen again
  });

  model.on("change:answer", show);
  model.on("change:number", showNumber);
  model.on("change:message_id", wait);
  show();
  showNumber();
}

function render({ model, el }) {
  const isPanel = model.get("number") !== undefined;
  el.classList.add("mnist-adder");
  count++;
  const card = pad(isPanel) + (isPanel ? reading() : "");
  el.innerHTML = `<div class="card ${model.get("small") ? "small" : ""}">${card}</div>`;
  // Keys typed here are ours: JupyterLab, Colab and VS Code have shortcuts on single letters.
  // Notebook 7 looks for them before the page gets the key, unless this mark is on what has focus.
  el.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = "true"));
  el.addEventListener("keydown", (event) => event.stopPropagation());
  if (isPanel) makePanel(model, el, el.firstChild);
  const { stop, ...tools } = makePad(model, el.querySelector("canvas"), el.querySelector(".hint"));
  for (const [name, act] of Object.entries(tools))
    el.querySelector(`.${name}`).addEventListener("click", act);
  return stop; // anywidget itself stops what listens to the model
}

export default { render, percent }; // percent for the page without Python
