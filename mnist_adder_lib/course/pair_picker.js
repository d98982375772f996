// The front end of PairPicker: a grid of a hundred buttons, a tab stop for all of them together.

const TEN = [...Array(10).keys()];

const cell = (digit, number) => `
  <td role="gridcell"><button type="button" tabindex="-1" data-at="${digit},${number}"></button></td>`;
const row = (digit) => `
  <tr role="row"><th role="rowheader" scope="row">${digit}</th>${TEN.map((number) => cell(digit, number)).join("")}</tr>`;
const PICKER = `
  <table role="grid" aria-label="Pairs of digit and number, pressed ones are held out">
    <thead><tr role="row"><td></td>${TEN.map((number) => `<th role="columnheader" scope="col">+ ${number}</th>`).join("")}</tr></thead>
    <tbody>${TEN.map(row).join("")}</tbody>
  </table>
  <div class="bar" role="group" aria-label="Choose many at once">
    <button type="button" value="pattern">Pattern</button>
    <button type="button" value="random">20 at random</button>
    <button type="button" value="none">None</button>
  </div>
  <p class="status" role="status" aria-live="polite"></p>`;

const all = TEN.flatMap((digit) => TEN.map((number) => [digit, number]));
const pattern = () => all.filter(([digit, number]) => (3 * digit + number) % 5 === 0);

/** A digit or a number of which no pair is left to learn from, in words; empty where all have one. */
function lacking(pairs) {
  for (const [place, name] of [[0, "digit"], [1, "number"]])
    for (const one of TEN)
      if (pairs.filter((pair) => pair[place] === one).length === 10)
        return `The ${name} ${one} needs at least one pair to be learned from.`;
  return "";
}

/** Sums that no pair has any more, from which one could learn them. */
function lostSums(pairs) {
  const held = new Set(pairs.map(String));
  const seen = new Set(all.filter((pair) => !held.has(String(pair))).map(([digit, number]) => digit + number));
  return [...Array(19).keys()].filter((sum) => !seen.has(sum));
}

function random() {
  const order = all.map((pair) => [Math.random(), pair]).sort((a, b) => a[0] - b[0]);
  return order.slice(0, 20).map(([, pair]) => pair);
}

function render({ model, el }) {
  el.classList.add("pair-picker");
  el.innerHTML = PICKER;
  const grid = el.querySelector("table");
  const status = el.querySelector(".status");
  const buttons = new Map([...grid.querySelectorAll("button")].map((button) => [button.dataset.at, button]));
  buttons.get("0,0").tabIndex = 0;

  function show(complaint = "") {
    const pairs = model.get("pairs") ?? pattern();
    const held = new Set(pairs.map(String));
    for (const [at, button] of buttons) {
      const [digit, number] = at.split(",").map(Number);
      button.setAttribute("aria-pressed", held.has(at));
      button.setAttribute("aria-label", `${digit} + ${number}`);
      button.textContent = held.has(at) ? "?" : digit + number;
    }
    const lost = lostSums(pairs);
    const sums = lost.length ? ` No pair is left with the sum ${lost.join(", ")}.` : " Every sum still occurs.";
    status.textContent = complaint || `${pairs.length} of 100 pairs held out.${sums}`;
  }

  function choose(pairs) {
    const complaint = lacking(pairs);
    if (!complaint) {
      model.set("pairs", pairs);
      model.save_changes();
    }
    show(complaint);
  }

  function toggle(at) {
    const pairs = model.get("pairs") ?? pattern();
    const others = pairs.filter((pair) => String(pair) !== at);
    choose(others.length < pairs.length ? others : [...pairs, at.split(",").map(Number)]);
  }

  function goTo(digit, number) {
    const button = buttons.get(`${digit},${number}`);
    if (!button) return;
    for (const other of buttons.values()) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  }

  grid.addEventListener("click", ({ target }) => {
    if (!target.dataset.at) return;
    goTo(...target.dataset.at.split(","));
    toggle(target.dataset.at);
  });
  grid.addEventListener("keydown", (event) => {
    const at = event.target.dataset.at?.split(",").map(Number);
    if (!at || !(event.key in MOVES) || isForNotebook(event)) return;
    event.preventDefault();
    goTo(...at.map((one, place) => one + MOVES[event.key][place]));
  });
  el.querySelector(".bar").addEventListener("click", ({ target }) => {
    if (target.value === "pattern") choose(pattern());
    if (target.value === "none") choose([]);
    if (target.value === "random") {
      let pairs = random();
      while (lacking(pairs)) pairs = random();
      choose(pairs);
    }
  });

  const letKeysGo = keepKeys(el);
  const update = () => show();
  model.on("change:pairs", update);
  show();
  return () => {
    letKeysGo();
    model.off("change:pairs", update);
  };
}

export default { render };
