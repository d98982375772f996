// The front end of HiddenSums: a grid of a hundred buttons with one tab stop for all of them, and below it what
// trains an adder on the pairs that aren't hidden. All in the browser, in slices, so that the page stays alive.
// On a page without Python, `render({ model, el })` takes any object with get, set, save_changes, on and off.

const MOST = 20; // hidden pairs, as in hidden_sums.py
const FEW = 10; // hidden at random
const SHORT = { classes: 400, number: 1000, shift: 400, batch: 128, rate: 0.01, decay: 0.01 }; // random images
const LONG = { classes: 6000, rate: 0.003, decay: 3 }; // the mean of each digit, all seen pairs in every step
const SLICE = 12; // ms of training, then the page has its turn
const EVERY = 5; // of the other images, each fifth is asked while it trains

const cell = (digit, number) => `
  <td role="gridcell"><button type="button" tabindex="-1" data-at="${digit},${number}"></button></td>`;
const row = (digit) => `
  <tr role="row"><th role="rowheader" scope="row">${digit}</th>${TEN.map((number) => cell(digit, number)).join("")}</tr>`;
const radio = (name, value, words) =>
  `<label><input type="radio" name="${name}" value="${value}"><span>${words}</span></label>`;
const HIDE = `
  <div class="card">
    <div class="pairs">
      <p class="task"></p>
      <table role="grid" aria-label="Pairs of digit and number">
        <thead><tr role="row"><td></td>${TEN.map((number) => `<th role="columnheader" scope="col">+ ${number}</th>`).join("")}</tr></thead>
        <tbody>${TEN.map(row).join("")}</tbody>
      </table>
      <div class="bar" role="group" aria-label="Choose many at once">
        <button type="button" value="pattern">Pattern</button>
        <button type="button" value="random">${FEW} at random</button>
        <button type="button" value="none">None</button>
      </div>
      <p class="chosen" role="status" aria-live="polite"></p>
    </div>
    <form class="training">
      <fieldset><legend>The adder answers with</legend>${radio("answer", "classes", "19 classes")}
        ${radio("answer", "number", "one number")}${radio("answer", "shift", "shift")}</fieldset>
      <fieldset><legend>It is told the number as</legend>${radio("told", "kind", "a kind")}${radio("told", "amount", "an amount")}</fieldset>
      <div class="bar">
        <button type="button" value="train">Train</button>
        <button type="button" value="long">Keep training, and forget</button>
        <button type="button" value="other">Hide other pairs</button>
      </div>
      <p class="about-long" hidden>Keep training goes on with the mean of each digit's 20 numbers and all seen pairs at once. Each step
        takes almost 1% off every weight. Will the hidden sums come?</p>
      <p class="reached" role="status" aria-live="polite"></p>
      <svg viewBox="0 0 330 146" role="img" hidden></svg>
      <p class="says" role="status" aria-live="polite"></p>
      <p class="reader"></p>
      <a class="why" hidden>Why?</a>
    </form>
  </div>`;
const ABOUT = { // what an adder is, by its answer
  classes: "19 classes: one output for each sum from 0 to 18. Nobody says that 7 lies between 6 and 8.",
  number: "One number, which is rounded. Its loss is the squared distance from the sum.",
  shift: "It only reads the digit. Its ten answers are then moved along by the number: plus is built in.",
};

const all = TEN.flatMap((digit) => TEN.map((number) => [digit, number]));
const pattern = () => all.filter(([digit, number]) => (3 * digit + number) % 5 === 0);
const article = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;
/** In percent, with a decimal near the ends: 0% is none at all, and 100% all. */
const percent = (share) => share <= 0 || share >= 1 ? `${100 * share}%`
  : `${clamp(100 * share, 0.1, 99.9).toFixed(share < 0.1 || share > 0.9 ? 1 : 0)}%`;

/** What is wrong with hiding these pairs, in words; empty where nothing is. */
function complaintAbout(pairs) {
  if (pairs.length > MOST) return `At most ${MOST} pairs can be hidden.`;
  for (const [place, name] of [[0, "digit"], [1, "number"]])
    for (const one of TEN)
      if (pairs.filter((pair) => pair[place] === one).length === 10)
        return `The ${name} ${one} needs at least one pair to be learned from.`;
  return "";
}

/** Sums that no pair has any more, from which one could learn them. */
function lostSums(pairs) {
  const hidden = new Set(pairs.map(String));
  const seen = new Set(all.filter((pair) => !hidden.has(String(pair))).map(([digit, number]) => digit + number));
  return [...Array(19).keys()].filter((sum) => !seen.has(sum));
}

function atRandom() {
  const order = all.map((pair) => [Math.random(), pair]).sort((a, b) => a[0] - b[0]);
  return order.slice(0, FEW).map(([, pair]) => pair);
}

/** What an adder answers for each pair, how often: { "4,3": Map of sums to counts }. */
function askAll(adder, images) {
  const answers = Object.fromEntries(all.map((pair) => [pair, new Map()]));
  for (const number of TEN) {
    const sums = sumsOf(adder, images.map((image) => ({ ...image, number })));
    images.forEach(({ digit }, n) => {
      const counts = answers[[digit, number]];
      counts.set(sums[n], (counts.get(sums[n]) ?? 0) + 1);
    });
  }
  return answers;
}

const total = (counts) => [...counts.values()].reduce((a, b) => a + b, 0);
const byCount = (counts) => [...counts].sort((a, b) => b[1] - a[1]);
const shareRight = (counts, sum) => (counts.get(sum) ?? 0) / (total(counts) || 1);

/** The mean share of right answers over pairs. */
function meanShare(answers, pairs) {
  const shares = pairs.map(([digit, number]) => shareRight(answers[[digit, number]], digit + number));
  return shares.reduce((a, b) => a + b, 0) / (shares.length || 1);
}

/** Trains an adder by a plan (SHORT or LONG) on what is seen, in slices. `onLook` gets the steps made, now and
 *  then and at the end. Returns what ends it, and gives the steps made until then. */
function trainInSlices(adder, plan, images, seen, random, onLook) {
  const numbers = TEN.map((digit) => seen.filter((pair) => pair[0] === digit).map((pair) => pair[1]));
  const any = (list) => list[Math.floor(random() * list.length)];
  const means = meanEmbeddings(images);
  const everyPair = seen.map(([digit, number]) => ({ embedding: means[digit], digit, number }));
  const randomOnes = () => Array.from({ length: plan.batch }, () => {
    const image = any(images);
    return { ...image, number: any(numbers[image.digit]) };
  });
  const most = plan[adder.answer];
  let steps = 0, next = 10, timer = 0; // of this plan
  function step(count) {
    const rate = plan.rate * (plan.batch ? Math.min(1, 4 * (1 - steps / most)) : 1); // slower at the end
    const examples = plan.batch ? randomOnes() : everyPair;
    putIn(adder, examples);
    adder.code.train(examples.length, count, rate, plan.decay);
    steps += count;
  }
  function slice() {
    const end = performance.now() + SLICE;
    while (steps < next && performance.now() < end) step(plan.batch ? 1 : Math.min(5, next - steps));
    if (steps < next) return (timer = setTimeout(slice));
    next = Math.min(most, steps + Math.max(10, Math.round(steps / 25)));
    onLook(steps, steps === most);
    if (steps < most) timer = setTimeout(slice);
  }
  timer = setTimeout(slice);
  return () => (clearTimeout(timer), steps);
}

/** Two curves over the steps, on a logarithmic axis: [steps, share of seen pairs, share of hidden ones]. */
function drawCurves(svg, points) {
  const [steps, seen, hidden] = points.at(-1);
  const last = Math.max(1000, steps);
  const x = (steps) => 40 + (Math.log10(Math.max(steps, 10)) - 1) / (Math.log10(last) - 1) * 228;
  const y = (share) => 108 - 98 * share;
  const line = (which) => points.map((point) => `${x(point[0]).toFixed(1)},${y(point[which]).toFixed(1)}`).join(" ");
  const name = (which, words) => {
    const close = hidden !== null && Math.abs(seen - hidden) < 0.13;
    const down = close ? (seen > hidden) === (which === 1) ? -5 : 9 : 0;
    return `<text class="${words}" x="274" y="${y(points.at(-1)[which]) + 4 + down}">${words}</text>`;
  };
  const ticks = [10, 100, 1000, 10_000, 100_000].filter((steps) => steps <= last);
  svg.innerHTML = `<g class="axes">${[0, 0.5, 1].map((share) =>
    `<line x1="40" x2="268" y1="${y(share)}" y2="${y(share)}"/><text x="35" y="${y(share) + 4}" text-anchor="end">${100 * share}%</text>`).join("")}
    ${ticks.map((steps) => `<text x="${x(steps)}" y="125" text-anchor="middle">${steps.toLocaleString("en")}</text>`).join("")}
    <text x="154" y="142" text-anchor="middle">steps of training, on a logarithmic scale</text></g>
    <polyline class="seen" points="${line(1)}"/>${name(1, "seen")}
    ${hidden === null ? "" : `<polyline class="hidden" points="${line(2)}"/>${name(2, "hidden")}`}`;
  const found = hidden === null ? "" : `, hidden pairs ${percent(hidden)}`;
  svg.setAttribute("aria-label", `Sums right over steps of training. After ${steps}: seen pairs ${percent(seen)}${found}.`);
  svg.removeAttribute("hidden");
}

function render({ model, el }) {
  el.classList.add("hidden-sums");
  el.innerHTML = HIDE;
  const find = (selector) => el.querySelector(selector);
  const grid = find("table");
  const buttons = new Map([...grid.querySelectorAll("button")].map((button) => [button.dataset.at, button]));
  buttons.get("0,0").tabIndex = 0;
  const images = model.get("data")?.embeddings ? readImages(model.get("data")) : null;
  find(".training").hidden = !images;
  let seed = model.get("seed") ?? 0;
  let adder = null, answers = null; // without an adder pairs are chosen, with one they are looked at
  let halt = null; // ends the training, while there is one, and gives the adder's steps
  let points = [], painting = null, lookedAt = "";
  let tell = answer; // what is said: of the drawing, or of the pair that one looks at

  const hidden = () => model.get("pairs") ?? pattern();
  const seen = () => all.filter((pair) => !isHidden(String(pair)));
  const testable = () => {
    const lost = lostSums(hidden());
    return hidden().filter(([digit, number]) => !lost.includes(digit + number));
  };
  const isHidden = (at) => hidden().some((pair) => String(pair) === at);

  /** How a pair's button looks and what it is called. */
  function showCell(at, button) {
    const [digit, number] = at.split(",").map(Number);
    const counts = answers?.[at];
    const share = counts ? shareRight(counts, digit + number) : 0;
    const mostly = counts?.size ? byCount(counts)[0][0] : null;
    const isOut = isHidden(at);
    button.classList.toggle("out", isOut);
    button.classList.toggle("wrong", counts !== undefined && mostly !== digit + number);
    button.style.setProperty("--share", share);
    button.textContent = counts ? mostly : isOut ? "?" : digit + number;
    const state = counts ? `${isOut ? ", hidden" : ""}, ${percent(share)} right, mostly ${mostly}` : "";
    button.setAttribute("aria-label", `${digit} + ${number}${state}`);
    if (adder) button.removeAttribute("aria-pressed");
    else button.setAttribute("aria-pressed", isOut);
    if (at === lookedAt) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }

  function say(name, text) {
    if (find(`.${name}`).textContent !== text) find(`.${name}`).textContent = text; // else it would be read out again
  }

  function show(complaint = "") {
    for (const [at, button] of buttons) showCell(at, button);
    const pairs = hidden(), lost = lostSums(pairs);
    const sums = lost.length ? ` No pair is left with the sum${lost.length > 1 ? "s" : ""} ${lost.join(", ")}.` : " Every sum still occurs.";
    say("task", adder ? "Each pair shows its most frequent answer, bluer the more often right. Choose one for more."
      : "Hide up to 20 pairs: click them, or draw across them. It will learn from the others.");
    say("chosen", complaint || `${pairs.length} of 100 pairs hidden.${sums}`);
    if (!images) return;
    const answer = model.get("answer"), told = model.get("told");
    for (const input of el.querySelectorAll("input")) {
      input.checked = input.value === answer || input.value === told;
      input.disabled = halt !== null || (answer === "shift" && ["kind", "amount"].includes(input.value));
    }
    for (const button of el.querySelectorAll(".pairs .bar button")) button.ariaDisabled = String(halt !== null);
    const [train, long, other] = ["train", "long", "other"].map((value) => find(`[value=${value}]`));
    train.textContent = halt ? "Stop" : "Train";
    long.hidden = halt !== null || !adder || answer !== "classes" || told !== "kind" || !testable().length;
    find(".about-long").hidden = long.hidden;
    other.hidden = halt !== null || !adder;
    if (!adder) say("reached", ABOUT[answer]);
    find("svg").toggleAttribute("hidden", !adder || !points.length);
    say("reader", model.get("reader") ?? "");
    find(".why").hidden = !model.get("lesson") || !answers;
    find(".why").href = model.get("lesson") || "#";
  }

  /** Away with the adder: other pairs or another adder are wanted. */
  function forget() {
    halt?.();
    adder = answers = halt = null;
    points = [];
    lookedAt = "";
    tell = answer;
    say("says", "");
    show();
  }

  function choose(pairs) {
    const complaint = complaintAbout(pairs);
    if (!complaint) {
      model.set("pairs", pairs);
      model.save_changes();
    }
    show(complaint);
  }

  function hide(at, wanted) {
    if (isHidden(at) === wanted) return;
    const others = hidden().filter((pair) => String(pair) !== at);
    choose(wanted ? [...others, at.split(",").map(Number)] : others);
  }

  async function train() {
    forget();
    const mine = (halt = () => 0);
    const random = randomNumbers(seed++);
    const made = await makeAdder(model.get("told"), model.get("answer"), random);
    if (halt !== mine) return; // something else was chosen meanwhile
    adder = made;
    halt = trainInSlices(adder, SHORT, images.training, seen(), random, look);
    show();
  }

  /** Goes on with the adder where it stands: every step takes a part of all weights away. */
  function trainOn() {
    const before = points.at(-1)[0];
    adder.code.restart();
    const end = trainInSlices(adder, LONG, images.training, seen(), null, (steps, isLast) => look(before + steps, isLast));
    halt = () => before + end();
    show();
  }

  /** Asks the adder for all pairs, and shows how far it has come. */
  function look(steps, isLast) {
    const lost = lostSums(hidden()), tested = testable();
    answers = askAll(adder, images.others.filter((_, n) => isLast || n % EVERY === 0));
    points.push([steps, meanShare(answers, seen()), tested.length ? meanShare(answers, tested) : null]);
    const [, right, found] = points.at(-1);
    for (const name of ["reached", "says"]) find(`.${name}`).ariaLive = isLast ? "polite" : "off"; // a screen reader hears the end alone
    say("reached", `${isLast ? "After" : "Step"} ${steps.toLocaleString("en")}${isLast ? " steps" : ""}, on new images: `
      + `${percent(right)} right if the pair was seen${tested.length ? `, ${percent(found)} if ${lost.length ? "only its sum was" : "hidden"}` : ""}.`);
    drawCurves(find("svg"), points);
    if (isLast) halt = null;
    tell();
  }

  /** What the visitor ends is looked at as if it were done. */
  function stop() {
    const steps = halt();
    if (steps) look(steps, true);
    else forget();
  }

  /** What the adder says to a pair of the grid. */
  function lookAt(at) {
    if (!answers) return;
    lookedAt = at;
    tell = () => lookAt(at);
    const [digit, number] = at.split(",").map(Number);
    const counts = byCount(answers[at]).slice(0, 3).map(([sum, count]) => `${sum} (${count === 1 ? "once" : `${count} times`})`);
    say("says", `${digit} + ${number}${isHidden(at) ? ", hidden" : ""}: to ${total(answers[at])} new images of `
      + `${article(digit)} it says ${counts.join(", ")}. Right is ${digit + number}.`);
    show();
  }

  /** What the adder says to a drawing and a number. */
  function answer() {
    const asked = model.get("asked") ?? {};
    const { embedding, digit, number, doubt, isDrawn } = asked;
    lookedAt = "";
    tell = answer;
    if (!adder) say("says", isDrawn ? "Press Train first: this adder has learned nothing yet." : "");
    else if (doubt || !embedding) say("says", doubt ?? "");
    else {
      lookedAt = `${digit},${number}`;
      const [sum] = sumsOf(adder, [{ ...asked, embedding: [...embedding] }]);
      const pair = `${digit} + ${number} was ${isHidden(lookedAt) ? "hidden from me" : "not hidden"}.`;
      const sentence = sum === digit + number ? `${digit} + ${number} = ${sum}.` : `Yet my sum is ${sum}.`;
      say("says", `I see ${article(digit)}. ${sentence} ${pair}`);
    }
    show();
  }

  function goTo(digit, number) {
    const button = buttons.get(`${digit},${number}`);
    if (!button) return;
    for (const other of buttons.values()) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  }

  grid.addEventListener("pointerdown", ({ target }) => {
    const at = target.dataset.at;
    painting = at && !adder ? { from: at, wanted: !isHidden(at), moved: false } : null;
  });
  grid.addEventListener("pointermove", (event) => {
    if (!painting || !event.buttons) return;
    for (const { clientX, clientY } of event.getCoalescedEvents?.() ?? [event]) { // all, or a fast one leaves gaps
      const at = el.getRootNode().elementFromPoint(clientX, clientY)?.dataset.at;
      if (!buttons.has(at) || (at === painting.from && !painting.moved)) continue;
      painting.moved = true;
      for (const one of [painting.from, at]) hide(one, painting.wanted);
    }
  });
  grid.addEventListener("click", ({ target }) => {
    const at = target.dataset.at;
    if (!at || painting?.moved) return (painting = null);
    goTo(...at.split(","));
    if (adder) lookAt(at);
    else hide(at, !isHidden(at));
  });
  grid.addEventListener("keydown", (event) => {
    const at = event.target.dataset.at?.split(",").map(Number);
    painting = null;
    if (!at) return;
    const ends = { Home: [event.ctrlKey ? 0 : at[0], 0], End: [event.ctrlKey ? 9 : at[0], 9] };
    const move = isForNotebook(event) ? null : MOVES[event.key];
    const to = ends[event.key] ?? move?.map((by, place) => at[place] + by);
    if (!to) return;
    event.preventDefault();
    goTo(...to);
  });
  el.addEventListener("click", ({ target, detail }) => {
    if (target.ariaDisabled === "true") return;
    if (target.value === "pattern") choose(pattern());
    if (target.value === "none") choose([]);
    if (target.value === "random") {
      let pairs = atRandom(); // every sum still occurs
      while (complaintAbout(pairs) || lostSums(pairs).length) pairs = atRandom();
      choose(pairs);
    }
    if (target.value === "other") {
      forget();
      goTo(0, 0); // the button is gone
    }
    if (target.value === "long") {
      trainOn();
      find("[value=train]").focus();
    }
    if (target.value === "train" && detail < 2) { // the second half of a double click would stop it again
      if (halt) stop();
      else train();
    }
  });
  el.addEventListener("change", ({ target }) => {
    model.set(target.name, target.value);
    model.save_changes();
  });

  const letKeysGo = keepKeys(el);
  const listeners = { pairs: forget, told: forget, answer: forget, asked: answer };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  show();
  return () => {
    letKeysGo();
    halt?.();
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

export default { render };
