// The front end of DigitPad and AdderPanel: the pad draws at once, without the kernel, and sends
// one message a stroke; Python answers with everything else that is shown. Plain DOM, no library.

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.04; // of the pad's side, for each press of an arrow key
const PATIENCE = 3000; // ms until the panel says that the kernel doesn't answer

const PAD = `
  <div class="pad-column">
    <div class="pad-box">
      <canvas class="digit-pad" tabindex="0" role="application"
        aria-label="Drawing pad. Draw a digit with mouse, finger or pen. Keys: arrows move,
          space puts the pen down or lifts it, Backspace undoes, Delete clears."></canvas>
      <span class="hint" aria-hidden="true">Draw a digit</span>
    </div>
    <div class="tools" role="toolbar" aria-label="Drawing">
      <button type="button" class="undo" title="Undo the last stroke (Backspace)">Undo</button>
      <button type="button" class="clear" title="Clear the pad (Delete)">Clear</button>
    </div>
  </div>`;

const SOURCES = `
  <button type="button" class="upload" title="Upload a PNG or JPEG picture of a digit">Upload</button>
  <button type="button" class="sample" title="Take a digit from the evaluation set"
    aria-label="MNIST: take a digit from the evaluation set">MNIST</button>
  <input type="file" accept="image/*" aria-label="Picture of a digit" hidden>`;

const DICE = `
  <svg viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="3" width="18" height="18" rx="4.5"/>
  ${[[8, 8], [16, 8], [12, 12], [8, 16], [16, 16]].map(([x, y]) => `<circle cx="${x}" cy="${y}" r="1.7"/>`).join("")}
  </svg>`;

const READING = `
  <div class="reading">
    <div><h4>Number to add</h4><div class="picker" role="group" aria-label="Number to add">
      ${[...Array(10).keys()].map((n) => `<button type="button" value="${n}">${n}</button>`).join("")}
      <button type="button" class="dice" title="Roll a random number" aria-label="Roll a random number">${DICE}</button>
    </div></div>
    <div class="equation" aria-hidden="true">
      <figure><img class="seen" alt=""><figcaption>what it sees</figcaption></figure>
      <b>+</b><figure><output class="number"></output><figcaption>your number</figcaption></figure>
      <b>=</b><figure><output class="total"></output><figcaption>its answer</figcaption></figure>
    </div>
    <p class="prediction" role="status" aria-live="polite"></p>
    <p class="note" role="status" aria-live="polite"></p>
  </div>
  <div class="chart digits" role="img"><h4>Which digit?</h4><div class="bars"></div></div>
  <div class="chart sums" role="img"><h4>Which sum?</h4><div class="bars"></div></div>`;

/** Draws what the model holds and turns pointers and keys into strokes; returns undo and clear. */
function makePad(model, canvas, hint) {
  const context = canvas.getContext("2d");
  const picture = new Image(); // an uploaded one lies under the strokes
  let stroke = null; // the one being drawn, and the pointer that draws it (null: the keyboard)
  let pointer = null;
  let cursor = null; // where the keyboard's pen is, once used

  function draw() {
    const size = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.width !== size) canvas.width = canvas.height = size;
    context.fillRect(0, 0, size, size);
    if (model.get("background") && picture.complete) context.drawImage(picture, 0, 0, size, size);
    Object.assign(context, { lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    context.lineWidth = model.get("pen") * size;
    for (const points of [...model.get("strokes"), stroke ?? []]) {
      context.beginPath();
      // A line of length zero draws nothing, but a tap must leave a dot: start a bit to the left.
      if (points.length) context.moveTo(points[0][0] * size - 0.1, points[0][1] * size);
      for (const [x, y] of points) context.lineTo(x * size, y * size);
      context.stroke();
    }
    if (cursor && document.activeElement === canvas) drawCursor(size);
    hint.hidden = Boolean(stroke || model.get("strokes").length || model.get("background"));
  }

  function drawCursor(size) {
    context.beginPath();
    context.arc(cursor[0] * size, cursor[1] * size, (model.get("pen") * size) / 2, 0, 7);
    Object.assign(context, { lineWidth: size / 140, strokeStyle: stroke ? "#f59e0b" : "#60a5fa" });
    context.stroke();
  }

  function load() {
    picture.onload = draw;
    if (model.get("background")) picture.src = model.get("background");
    draw();
  }

  function save(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  function finish() {
    const done = stroke;
    stroke = pointer = null;
    if (done) save({ strokes: [...model.get("strokes"), done] });
  }

  function undo() {
    finish();
    const strokes = model.get("strokes");
    save(strokes.length ? { strokes: strokes.slice(0, -1) } : { background: "" });
  }

  function clear() {
    stroke = pointer = null;
    save({ strokes: [], background: "" });
  }

  const round = (value) => Math.round(value * 1e4) / 1e4;

  function position(event) {
    const box = canvas.getBoundingClientRect(); // right under any zoom and scaling
    return [round((event.clientX - box.left) / box.width), round((event.clientY - box.top) / box.height)];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button) return; // a second finger, or another button
    finish();
    event.preventDefault();
    canvas.focus({ preventScroll: true, focusVisible: false });
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    cursor = null;
    stroke = [position(event)];
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    stroke.push(...(between.length ? between : [event]).map(position));
    draw();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, (event) => event.pointerId === pointer && finish());

  function press(key, event) {
    if (key in MOVES) {
      cursor = (cursor ?? [0.5, 0.3]).map((c, i) => Math.min(1, Math.max(0, round(c + STEP * MOVES[key][i]))));
      stroke?.push(cursor);
    } else if (key === " ") {
      cursor ??= [0.5, 0.3];
      if (stroke) finish();
      else stroke = [cursor];
    } else if (key === "Backspace" || (key === "z" && (event.ctrlKey || event.metaKey))) undo();
    else if (key === "Delete") clear();
    else return false;
    draw();
    return true;
  }
  canvas.addEventListener("keydown", (event) => {
    if (pointer === null && press(event.key, event)) event.preventDefault();
  });
  canvas.addEventListener("blur", () => (pointer === null && finish(), draw()));

  model.on("change:strokes", draw);
  model.on("change:background", load);
  const sizes = new ResizeObserver(draw);
  sizes.observe(canvas);
  window.addEventListener("resize", draw); // page zoom changes devicePixelRatio only
  load();
  return { undo, clear, stop() {
    model.off("change:strokes", draw);
    model.off("change:background", load);
    sizes.disconnect();
    window.removeEventListener("resize", draw);
  } };
}

const percent = (share) => `${Math.round(100 * share)}%`;

/** Bars for probabilities; returns a function that shows new ones (or none). */
function makeChart(chart, count, what) {
  const bars = chart.querySelector(".bars");
  bars.innerHTML = [...Array(count).keys()].map((i) => `<div><b></b><i></i><span>${i}</span></div>`).join("");
  return (probabilities, winner) => {
    [...bars.children].forEach((bar, i) => {
      const share = probabilities?.[i] ?? 0;
      bar.className = i === winner ? "winner" : "";
      bar.title = `${i}: ${(100 * share).toFixed(1)}%`;
      bar.style.setProperty("--share", share);
      bar.querySelector("b").textContent = i === winner ? percent(share) : "";
    });
    const best = probabilities ? `${winner} with ${percent(probabilities[winner])}` : "none yet";
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

/** Number, picture, sentence and bars around the pad; returns what stops them. */
function makePanel(model, root) {
  const find = (selector) => root.querySelector(selector);
  const card = find(".card");
  card.classList.toggle("small", model.get("small"));
  const showDigits = makeChart(find(".digits"), 10, "digit");
  const showSums = makeChart(find(".sums"), 19, "sum");
  let timer = null;

  function show() {
    clearTimeout(timer);
    const answer = model.get("answer");
    find(".prediction").textContent = answer.sentence;
    find(".note").textContent = answer.note;
    find(".seen").src = answer.seen;
    find(".total").textContent = answer.certain ? answer.total : "?";
    card.classList.toggle("unsure", !answer.certain);
    showDigits(answer.digit_probabilities, answer.digit);
    showSums(answer.sum_probabilities, answer.total);
  }

  function showNumber() {
    const number = model.get("number");
    find(".number").textContent = number;
    for (const button of root.querySelectorAll(".picker [value]"))
      button.setAttribute("aria-pressed", Number(button.value) === number);
  }

  function setNumber(number) {
    model.set("number", number);
    model.save_changes();
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      find(".note").textContent = "No answer yet: Python is busy, or was restarted. Then run this cell again.";
    }, PATIENCE);
  }

  find(".picker").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.value) setNumber(Number(button.value));
    else if (button) setNumber(Math.floor(10 * Math.random()));
  });
  find(".digit-pad").addEventListener("keydown", (event) => {
    if (/^[0-9]$/.test(event.key)) setNumber(Number(event.key));
  });
  find(".sample").addEventListener("click", () => (wait(), model.send({ type: "sample" })));
  find(".upload").addEventListener("click", () => find("input").click());
  find("input").addEventListener("change", async ({ target }) => {
    if (!target.files.length) return;
    wait();
    model.send({ type: "upload", data: await readFile(target.files[0]) });
    target.value = ""; // so that the same file can be chosen again
  });

  const listeners = { answer: show, number: showNumber };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  for (const name of ["strokes", "background", "number"]) model.on(`change:${name}`, wait);
  show();
  showNumber();
  return () => {
    clearTimeout(timer);
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
    for (const name of ["strokes", "background", "number"]) model.off(`change:${name}`, wait);
  };
}

function render({ model, el }) {
  const isPanel = model.get("number") !== undefined;
  el.classList.add("mnist-adder");
  el.innerHTML = `<div class="card">${PAD}${isPanel ? READING : ""}</div>`;
  // Keys typed here are ours: JupyterLab, Colab and VS Code have shortcuts on single letters.
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => event.stopPropagation());
  if (isPanel) el.querySelector(".tools").insertAdjacentHTML("beforeend", SOURCES);
  const pad = makePad(model, el.querySelector(".digit-pad"), el.querySelector(".hint"));
  const stopPanel = isPanel ? makePanel(model, el) : () => {};
  el.querySelector(".undo").addEventListener("click", pad.undo);
  el.querySelector(".clear").addEventListener("click", pad.clear);
  return () => (pad.stop(), stopPanel());
}

export default { render };
