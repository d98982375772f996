// The front end of UnitExplorer: on the left the units of a layer, in one map or in many; on the right
// the image, and framed what the unit pointed at sees of it.

const AROUND = 11; // pixels shown around the image: windows hang over its border
const GAP = 6; // between maps, of 300

const EXPLORER = `
  <div class="card">
    <div class="layers" role="group" aria-label="Layer"></div>
    <div class="pictures">
      <figure><figcaption>its units</figcaption>
        <canvas class="units" tabindex="0" role="application"></canvas></figure>
      <figure><figcaption>the image</figcaption><canvas class="seen" role="img"></canvas></figure>
    </div>
    <p class="words"></p><p class="live" role="status"></p>
  </div>`;

/** A canvas' context, in units of 1/300 of its width, whatever its pixels; `ratio` is height to width. */
function clean(canvas, ratio) {
  const width = Math.round(canvas.clientWidth * devicePixelRatio) || 1;
  Object.assign(canvas, { width, height: Math.round(width * ratio) });
  const context = canvas.getContext("2d");
  context.scale(width / 300, width / 300);
  return context;
}

/** Numbers as squares of a picture, `side` wide. */
function paint(context, numbers, colour, left, top, side) {
  const pixels = new ImageData(numbers.length, numbers.length);
  numbers.flat().forEach((value, i) => pixels.data.set([...colour(value), 255], 4 * i));
  const small = new OffscreenCanvas(numbers.length, numbers.length);
  small.getContext("2d").putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, left, top, side, side);
}

function makeExplorer(model, root) {
  const find = (selector) => root.querySelector(selector);
  const [unitsCanvas, seenCanvas] = [find(".units"), find(".seen")];
  let hover = null; // the place under the mouse

  const layers = model.get("layers");
  const layer = () => layers[model.get("place")[0]];
  const channels = () => layer().maps.length || 1;
  const across = () => Math.min(4, channels()); // maps side by side
  const side = () => (300 - GAP * (across() - 1)) / across(); // of a map
  const ratio = () => (Math.ceil(channels() / across()) * (side() + GAP) - GAP) / 300;
  const corner = (channel) => [(channel % across()) * (side() + GAP), Math.floor(channel / across()) * (side() + GAP)];

  /** A place whose unit is there, also after another layer was chosen. */
  function fit([index, channel, row, column]) {
    const { count, maps } = layers[index];
    return [index, clamp(channel, 0, (maps.length || 1) - 1), clamp(row, 0, count - 1), clamp(column, 0, count - 1)];
  }

  function save(place) {
    model.set("place", fit(place));
    model.save_changes();
  }

  function drawUnits([, channel, row, column]) {
    const context = clean(unitsCanvas, ratio());
    const { count, maps } = layer();
    const [unit, most] = [side() / count, Math.max(...maps.flat(2).map(Math.abs))];
    maps.forEach((map, i) => paint(context, map, (value) => signed(value, most), ...corner(i), side()));
    context.fillStyle = "#8a94a3";
    for (let i = 0; i < count * count && !maps.length; i++) // nothing is known but that they are there
      context.fillRect((i % count) * unit, Math.floor(i / count) * unit, 0.9 * unit, 0.9 * unit);
    const [left, top] = corner(channel);
    frame(context, left + column * unit, top + row * unit, unit);
  }

  function frame(context, left, top, size) {
    for (const [style, width] of [["#000", 4], ["#f59e0b", 2]]) {
      Object.assign(context, { strokeStyle: style, lineWidth: width });
      context.strokeRect(left, top, size, size);
    }
  }

  function drawSeen([top, left]) {
    const context = clean(seenCanvas, 1);
    const image = model.get("image");
    const [low, high] = [Math.min(...image.flat()), Math.max(...image.flat())];
    const pixel = 300 / (28 + 2 * AROUND);
    const grey = (value) => Array(3).fill((255 * (value - low)) / (high - low || 1));
    paint(context, image, grey, AROUND * pixel, AROUND * pixel, 28 * pixel);
    const [x, y, size] = [(left + AROUND) * pixel, (top + AROUND) * pixel, layer().size * pixel];
    context.fillStyle = "rgb(245 158 11 / 0.3)";
    context.fillRect(x, y, size, size);
    frame(context, x, y, size);
  }

  function show() {
    const place = fit(hover ?? model.get("place"));
    const [index, channel, row, column] = place;
    const { name, start, jump, size, maps } = layer();
    const first = [row, column].map((at) => Math.round(start + at * jump - (size - 1) / 2));
    const ends = first.map((at) => [Math.max(0, at), Math.min(27, at + size - 1)]);
    const value = maps.length ? `, channel ${channel}` : "";
    const says = maps.length ? ` says ${maps[channel][row][column].toFixed(2).replace("-", "−")} and` : "";
    const [rows, columns] = ends.map((end) => end.join(" to "));
    find(".words").textContent =
      `${name}${value}: the unit in row ${row}, column ${column}${says} sees rows ${rows}, columns ${columns}.`;
    drawUnits(place);
    drawSeen(first);
    unitsCanvas.setAttribute("aria-label", `The units of ${name}. Arrows choose a unit` +
      `${maps.length ? ", with Shift a channel" : ""}. ${find(".words").textContent}`);
    seenCanvas.setAttribute("aria-label", `The image; framed are rows ${rows}, columns ${columns}.`);
    root.querySelectorAll(".layers button").forEach((button, i) => button.setAttribute("aria-pressed", i === index));
  }

  function under({ clientX, clientY }) {
    const box = unitsCanvas.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top].map((at) => clamp((300 * at) / box.width, 0, 299));
    const [mapColumn, mapRow] = [x, y].map((at) => Math.floor(at / (side() + GAP)));
    const channel = Math.min(mapRow * across() + mapColumn, channels() - 1);
    const [left, top] = corner(channel);
    const [column, row] = [x - left, y - top].map((at) => Math.floor((at / side()) * layer().count));
    return fit([model.get("place")[0], channel, row, column]);
  }

  unitsCanvas.addEventListener("pointermove", (event) => {
    hover = under(event);
    if (event.buttons) save(hover); // a finger that moves
    show();
  });
  unitsCanvas.addEventListener("pointerdown", (event) => (save(under(event)), show()));
  unitsCanvas.addEventListener("pointerleave", () => ((hover = null), show()));
  unitsCanvas.addEventListener("keydown", (event) => {
    const { key, shiftKey } = event;
    if (!(key in MOVES)) return;
    event.preventDefault();
    hover = null;
    const [[down, right], [index, channel, row, column]] = [MOVES[key], model.get("place")];
    save(shiftKey ? [index, channel + down * across() + right, row, column] : [index, channel, row + down, column + right]);
    find(".live").textContent = find(".words").textContent;
  });

  layers.forEach(({ name }, index) => {
    const button = find(".layers").appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", textContent: name });
    button.addEventListener("click", () => save([index, ...model.get("place").slice(1)]));
  });
  model.on("change:place", show);
  const sizes = new ResizeObserver(show);
  sizes.observe(unitsCanvas);
  show();
  return () => (model.off("change:place", show), sizes.disconnect());
}

function render({ model, el }) {
  el.classList.add("unit-explorer");
  el.innerHTML = EXPLORER;
  const [letKeysGo, stop] = [keepKeys(el), makeExplorer(model, el)];
  return () => (letKeysGo(), stop());
}

export default { render };
