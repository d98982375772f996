// The front end of BallOnCurve: the loss (2w - 6)² over w, a ball on it, and gradient steps. All is
// computed here, at once, without the kernel. Plain DOM, no library. On a page without Python,
// `render({ model, el })` needs any object with get, set, save_changes, on and off.

const LEFT = -0.5, RIGHT = 6.5, TOP = 49; // the part of the plane that is shown
const WIDTH = 600, HEIGHT = 300;
const GONE = 1e6; // from this loss on the ball counts as lost
const LONGEST = 60; // steps whose trace is kept

const lossAt = (w) => (2 * w - 6) ** 2;
const slopeAt = (w) => 8 * w - 24; // 2 · (2w - 6) · 2, by the chain rule
const across = (w) => 46 + ((w - LEFT) / (RIGHT - LEFT)) * (WIDTH - 60);
const up = (loss) => 250 - (loss / TOP) * 236;
const isOut = (w) => w < LEFT || w > RIGHT;

/** A number as one would write it on paper, with a real minus. */
function write(x, digits = 3) {
  if (Math.abs(x) >= 1e9) return x.toExponential(0).replace("+", "").replace("-", "−");
  const text = Math.abs(x) >= 1000 ? Math.round(x).toLocaleString("en") : String(Number(x.toFixed(digits)));
  return text === "-0" ? "0" : text.replace("-", "−");
}
const inBrackets = (x) => (x < 0 ? `(${write(x)})` : write(x));

const curve = [...Array(121).keys()]
  .map((i) => LEFT + (i * (RIGHT - LEFT)) / 120)
  .map((w) => `${across(w).toFixed(1)},${up(lossAt(w)).toFixed(1)}`)
  .join(" ");
const ticks = [0, 1, 2, 3, 4, 5, 6]
  .map((w) => `<text x="${across(w)}" y="272" text-anchor="middle">${w}</text>`)
  .concat([0, 16, 36].map((loss) => `<text x="38" y="${up(loss) + 5}" text-anchor="end">${loss}</text>`));

const BALL = `
  <div class="card">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" tabindex="0" role="slider" aria-label="Ball on the curve of the loss. Arrow keys move it, Enter takes a step."
      aria-valuemin="${LEFT}" aria-valuemax="${RIGHT}">
      <g class="axes" aria-hidden="true">
        <line x1="46" x2="${WIDTH - 8}" y1="250" y2="250"/><line x1="46" x2="46" y1="8" y2="250"/>
        ${ticks.join("")}
        <text x="${WIDTH - 8}" y="296" text-anchor="end">weight w</text><text x="40" y="18" text-anchor="end">loss</text>
      </g>
      <polyline class="curve" points="${curve}"/>
      <polyline class="trace"/><g class="dots"></g>
      <line class="tangent"/>
      <g class="ball"><circle class="reach" r="26"/><circle r="10"/></g>
      <text class="away"></text>
    </svg>
    <p class="paper"></p>
    <div class="controls">
      <label>learning rate <b class="rate-value"></b>
        <input class="rate" type="range" min="0.005" max="0.3" step="0.005"></label>
      <label class="with-momentum">momentum <b class="momentum-value"></b>
        <input class="momentum" type="range" min="0" max="1" step="0.05"></label>
      <div class="buttons">
        <button type="button" class="step">Step</button>
        <button type="button" class="ten">10 steps</button>
        <button type="button" class="again">Start again</button>
      </div>
    </div>
    <p class="story" role="status" aria-live="polite"></p>
  </div>`;

function render({ model, el }) {
  el.classList.add("ball-on-curve");
  el.innerHTML = BALL;
  const letKeysGo = keepKeys(el);
  const find = (selector) => el.querySelector(selector);
  const svg = find("svg");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let path = []; // every w since the start
  let velocity = 0;
  let shown = 0; // where the ball is drawn, on its way to the end of the path
  let frame = 0;
  let timer = 0; // while ten steps run

  const rate = () => model.get("rate");
  const momentum = () => (model.get("with_momentum") ? model.get("momentum") : 0);
  const here = () => path[path.length - 1];
  const next = () => momentum() * velocity + slopeAt(here());

  function stop() {
    clearInterval(timer);
    find(".story").ariaLive = "polite";
  }

  function begin(w) {
    stop();
    path = [w];
    velocity = 0;
    share();
    show(false);
  }

  function step() {
    if (lossAt(here()) > GONE) return stop();
    velocity = next();
    path.push(here() - rate() * velocity);
    share();
    show(true);
  }

  function share() {
    model.set("path", [...path]);
    model.save_changes();
  }

  function tenSteps() {
    stop();
    let left = 10;
    const one = () => {
      find(".story").ariaLive = --left ? "off" : "polite"; // a screen reader hears the last one only
      step();
      if (!left) clearInterval(timer);
    };
    one();
    timer = setInterval(one, still.matches ? 60 : 320);
  }

  /** Everything but the ball at once; the ball rolls there along the curve. */
  function show(rolls) {
    const w = here();
    find(".rate").value = rate();
    find(".momentum").value = momentum();
    find(".rate-value").textContent = rate();
    find(".momentum-value").textContent = momentum();
    find(".with-momentum").hidden = !model.get("with_momentum");
    find(".paper").innerHTML = paper(w);
    find(".story").textContent = story(w);
    find(".step").disabled = find(".ten").disabled = lossAt(w) > GONE;
    const value = `w ${write(w)}, loss ${write(lossAt(w), 2)}, slope ${write(slopeAt(w), 2)}`;
    svg.setAttribute("aria-valuenow", clamp(w, LEFT, RIGHT).toFixed(3));
    svg.setAttribute("aria-valuetext", value);
    roll(rolls && !still.matches ? shown : w, w);
    drawTrace();
  }

  function paper(w) {
    const slope = slopeAt(w);
    const first = `w = ${write(w)}, loss (2 · ${inBrackets(w)} − 6)² = ${write(lossAt(w))}, <b>slope ${write(slope)}</b>`;
    const move = next();
    const kept = momentum() && velocity
      ? `velocity ${write(momentum())} · ${inBrackets(velocity)} + ${inBrackets(slope)} = ${write(move)}, ` : "";
    return `<span>${first}</span><span>next: ${kept}w = ${write(w)} − ${write(rate())} · ${inBrackets(move)} = ${write(w - rate() * move)}</span>`;
  }

  function story(w) {
    const steps = path.length - 1;
    if (!steps) return "Press Step. Or move the ball and begin elsewhere.";
    const count = steps === 1 ? "After 1 step" : `After ${steps} steps`;
    if (lossAt(w) > GONE) return `${count} the ball is gone: the loss is ${write(lossAt(w))}. Start again.`;
    if (isOut(w)) return `${count} the ball has left the picture: w is ${write(w)}, the loss ${write(lossAt(w))}.`;
    return `${count} w is ${write(w)}, the loss ${write(lossAt(w))}.`;
  }

  function roll(from, to) {
    cancelAnimationFrame(frame);
    const start = performance.now();
    const move = (now) => {
      const t = from === to ? 1 : clamp((now - start) / 260, 0, 1);
      draw(from + (to - from) * t * (2 - t));
      if (t < 1) frame = requestAnimationFrame(move);
    };
    move(start);
  }

  function draw(w) {
    shown = w;
    const out = isOut(w);
    const x = across(clamp(w, LEFT, RIGHT)), y = up(clamp(lossAt(w), 0, TOP));
    find(".ball").setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    const away = find(".away");
    away.textContent = out ? (w < LEFT ? `← w = ${write(w, 1)}` : `w = ${write(w, 1)} →`) : "";
    set(away, { x: w < LEFT ? x + 18 : x - 18, y: y + 6, "text-anchor": w < LEFT ? "start" : "end" });
    // The tangent: as long on the page wherever the ball is.
    const steepness = (-slopeAt(w) * (up(0) - up(1))) / (across(1) - across(0));
    const length = 62 / Math.hypot(1, steepness);
    const dx = out ? 0 : length, dy = out ? 0 : length * steepness;
    set(find(".tangent"), { x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy });
  }

  function drawTrace() {
    const points = path.slice(-LONGEST).map((w) =>
      `${across(clamp(w, LEFT, RIGHT)).toFixed(1)},${up(clamp(lossAt(w), 0, TOP)).toFixed(1)}`);
    find(".trace").setAttribute("points", points.join(" "));
    find(".dots").innerHTML = points.slice(0, -1)
      .map((point) => `<circle cx="${point.split(",")[0]}" cy="${point.split(",")[1]}" r="4"/>`).join("");
  }

  function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes))
      element.setAttribute(name, typeof value === "number" ? value.toFixed(2) : value);
  }

  function place(event) {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const w = LEFT + ((x - 46) / (WIDTH - 60)) * (RIGHT - LEFT);
    begin(clamp(Math.round(w * 20) / 20, LEFT, RIGHT));
  }

  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    place(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) place(event);
  });
  svg.addEventListener("keydown", (event) => {
    if (isForNotebook(event)) return;
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const jump = { Home: LEFT, End: RIGHT, " ": null, Enter: null }[event.key];
    if (way) begin(clamp(Math.round((here() + way * 0.1) * 10) / 10, LEFT, RIGHT));
    else if (jump === null) step();
    else if (jump !== undefined) begin(jump);
    else return;
    event.preventDefault();
  });
  for (const name of ["rate", "momentum"])
    find(`.${name}`).addEventListener("input", ({ target }) => {
      model.set(name, Number(target.value));
      model.save_changes();
      show(true);
    });
  find(".step").addEventListener("click", () => (stop(), step()));
  find(".ten").addEventListener("click", tenSteps);
  find(".again").addEventListener("click", () => begin(model.get("start")));

  const restart = () => begin(model.get("start"));
  const refresh = () => show(false);
  const listeners = { start: restart, rate: refresh, momentum: refresh, with_momentum: refresh };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  restart();
  return () => {
    letKeysGo();
    clearInterval(timer);
    cancelAnimationFrame(frame);
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

export default { render };
