// What stands below the network: the maps of the part that is chosen, large, or its single numbers,
// and how one of these is made. A pixel of a map opens in the window viewer, which is VIEWER here.

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];
const MOST_NAMED = 8; // inputs of a unit that are written out, the largest first

const capital = (words) => words[0].toUpperCase() + words.slice(1);
const times = ({ channels, height, width }) => `${channels} maps of ${height} × ${width}`;

/** Colours of numbers from -1 to 1 in 511 steps, each as 32 bits: to mix them for each pixel takes
 *  longer than the network. */
const shades = (colour) => Uint32Array.from({ length: 511 }, (_, i) => {
  const [red, green, blue] = colour((i - 255) / 255);
  return (255 * 2 ** 24) + (blue << 16) + (green << 8) + Math.round(red);
});
const SIGNED = shades((value) => signed(value, 1));
const GREY = shades((value) => Array(3).fill(255 * Math.abs(value)));

/** Numbers as pixels, `width` in a row. */
function toImageData(data, width, most, colours) {
  const image = new ImageData(width, data.length / width);
  const pixels = new Uint32Array(image.data.buffer);
  const scale = 255 / (most || 1);
  for (let i = 0; i < data.length; i++) pixels[i] = colours[255 + Math.round(clamp(data[i] * scale, -255, 255))];
  return image;
}
const highest = (data) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** What batch norm multiplies a channel by, and what it adds. */
function batchNormOf(weights, name, channel) {
  const [factor, shift, mean, variance] = ["weight", "bias", "running_mean", "running_var"]
    .map((part) => weights[`${name}.${part}`].data[channel]);
  const scale = factor / Math.sqrt(variance + EPSILON);
  return [scale, shift - mean * scale];
}

/** The layers of a part, in the order of calculation. */
const layersOf = (part, layers) => (part === "number" ? []
  : Object.keys(layers).filter((name) => name === part || name.startsWith(`${part}.`)));
const isMap = (layer) => layer.startsWith("block");
const nounOf = (layer) => (isMap(layer) ? "map" : layer.startsWith("adder") ? "unit" : layer.endsWith("head") ? "output" : "value");

/** A layer in words. */
function nameOf(layer, layers) {
  const convolutions = Object.keys(layers).filter((name) => isMap(name) && !name.endsWith(".2"));
  const place = convolutions.indexOf(layer);
  if (place >= 0) return `${ORDINALS[place]} convolution`;
  if (isMap(layer)) return "after max pooling";
  const adders = layersOf("adder", layers);
  if (adders.length > 1 && adders.includes(layer)) return `${ORDINALS[adders.indexOf(layer)]} layer`;
  return layer.replace("_", " ").replace(/\.0$/, "");
}

/** What a unit of a fully connected layer is told: { name, value, weight, part } of each input, the
 *  sum of all parts, and what batch norm and ReLU make of it, where they follow. */
function unitOf(weights, layers, layer, unit) {
  const adders = layersOf("adder", layers);
  const named = (from, words) => [...layers[from].data].map((value, i) => ({ name: `${words} ${i}`, value }));
  const inputs = layer === "embedding" ? named("average", "average")
    : layer === adders[0] ? [...named("embedding", "embedding"), ...named("number", "number")]
      : named(layer.endsWith("head") ? adders.at(-1) : adders[adders.indexOf(layer) - 1], "unit");
  const { data } = weights[`${layer}.0.weight`] ?? weights[`${layer}.weight`];
  const told = inputs.map((input, i) => {
    const weight = data[unit * inputs.length + i];
    return { ...input, weight, part: input.value * weight };
  });
  const sum = told.reduce((all, { part }) => all + part, 0);
  const norm = `${layer}.1.weight` in weights ? batchNormOf(weights, `${layer}.1`, unit) : null;
  return { told, sum, norm, output: layers[layer].data[unit] };
}

/** `now()` gives { weights, result, pixels }, `announce` says something to screen readers. */
function makeDetails(el, now, announce) {
  const { say, bracket, fill } = VIEWER;
  const find = (selector) => el.querySelector(selector);
  let part = "";
  let shown = []; // the layers of the part
  let opened = null; // the layer and unit whose making is shown
  let viewer = null; // the model of the window viewer, and what ends it
  let frame = 0;

  const layers = () => now().result.layers;

  // --- all maps or numbers ---

  function group(layer) {
    const features = layers()[layer];
    const many = isMap(layer) ? times(features) : `${features.channels} ${nounOf(layer)}s`;
    const words = `${capital(nameOf(layer, layers()))}: ${many}`;
    const inside = (i) => (isMap(layer) ? `<canvas aria-hidden="true"></canvas>` : i);
    const button = (i) => `<button type="button" value="${i}" tabindex="${i ? -1 : 0}" aria-pressed="false"
      aria-label="Map ${i}">${inside(i)}</button>`;
    const all = count(features.channels).map(button).join("");
    return `<figure class="${isMap(layer) ? "maps" : "units"}" data-layer="${layer}">
      <figcaption>${words}</figcaption><div role="group" aria-label="${words}">${all}</div></figure>`;
  }

  function paint() {
    for (const layer of shown) {
      const { channels, height, width, data } = layers()[layer];
      const most = highest(data);
      const buttons = find(`[data-layer="${layer}"] div`).children;
      for (let i = 0; i < channels; i++) {
        const map = data.subarray(i * height * width, (i + 1) * height * width);
        if (isMap(layer)) paintMap(buttons[i].firstChild, map, width, most);
        else {
          fill(buttons[i], signed(data[i], most));
          buttons[i].setAttribute("aria-label", `${i}: ${say(data[i])}`);
        }
      }
    }
  }

  function paintMap(canvas, data, width, most) {
    if (canvas.width !== width) [canvas.width, canvas.height] = [width, data.length / width];
    canvas.getContext("2d").putImageData(toImageData(data, width, most, SIGNED), 0, 0);
  }

  function show(name) {
    close();
    part = name;
    shown = layersOf(part, layers());
    const what = shown.some(isMap) ? "a map to see how one of its pixels is made" : `one of the ${nounOf(part)}s to see how it is made`;
    el.innerHTML = shown.length ? `<div class="all">${shown.map(group).join("")}</div>
      <p class="invite">Choose ${what}.</p><div class="made"></div>` : "";
    paint();
  }

  // --- how one is made ---

  function close() {
    viewer?.stop();
    viewer = opened = null;
  }

  /** Shows how a unit of a layer is made; of a map its strongest pixel. */
  function open(layer, unit) {
    close();
    opened = [layer, unit];
    for (const button of el.querySelectorAll(".all button")) {
      const isIt = button.closest("figure").dataset.layer === layer && Number(button.value) === unit;
      button.setAttribute("aria-pressed", isIt);
      if (isIt) for (const other of button.parentNode.children) other.tabIndex = other === button ? 0 : -1;
    }
    find(".invite").hidden = true;
    if (isMap(layer)) openPixel(layer, unit);
    else find(".made").innerHTML = unitInWords(layer, unit);
    bringIntoView();
    announce([...el.querySelectorAll(".made > p")].map((one) => one.textContent).join(". "));
  }

  function bringIntoView() {
    const whole = find(".made");
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    if (whole.offsetHeight < innerHeight) whole.scrollIntoView({ block: "nearest", behavior });
    else find(".made .title").scrollIntoView({ block: "center", behavior });
  }

  /** Where ReLU let the most through: batch norm makes `shift` of nothing. */
  function strongest(layer, unit, shift) {
    const { height, width, data } = layers()[layer];
    const map = [...data.subarray(unit * height * width, (unit + 1) * height * width)].map((value) => Math.abs(value - shift));
    const at = map.indexOf(Math.max(...map));
    return [Math.floor(at / width), at % width];
  }

  /** What the window viewer wants, to show how a map is made. */
  function traits(layer, unit) {
    const { weights, pixels } = now();
    const names = Object.keys(layers());
    const isPooled = !(`${layer}.0.weight` in weights);
    const name = isPooled ? names[names.indexOf(layer) - 1] : layer;
    const input = name === names[0] ? normalise(pixels) : layers()[names[names.indexOf(name) - 1]];
    const rows = ({ height, width, data }, from = 0) => count(height).map((row) =>
      [...data.subarray(from + row * width, from + (row + 1) * width)]);
    const size = input.height * input.width;
    const { data } = weights[`${name}.0.weight`];
    const window = (channel) => rows({ height: 3, width: 3, data }, (unit * input.channels + channel) * 9);
    const followed = names[names.indexOf(name) + 1] === name.replace(/\d$/, "2");
    const batchNorm = batchNormOf(weights, `${name}.2`, unit);
    return {
      image: count(input.channels).map((channel) => rows(input, channel * size)),
      weights: count(input.channels).map(window),
      batch_norm: batchNorm, place: strongest(name, unit, batchNorm[1]), padding: name === "block3.1" ? 0 : 1,
      range: name === names[0] ? [-MEAN / STD, (1 - MEAN) / STD] : [],
      layers: ["convolution", "relu", "batch_norm", ...(followed ? ["pooling"] : [])],
      mode: isPooled ? "pooling" : "convolution", fixed: true, digits: [],
    };
  }

  function openPixel(layer, unit) {
    const title = `Map ${unit}, ${nameOf(layer, layers())}: how a pixel is made`;
    find(".made").innerHTML = `<p class="title">${title}</p><div></div>`;
    const model = new Traits(traits(layer, unit));
    viewer = { model, stop: VIEWER.render({ model, el: find(".made div") }) };
  }

  function unitInWords(layer, unit) {
    if (layer === "average") return averageInWords(unit);
    const { told, sum, norm, output } = unitOf(now().weights, layers(), layer, unit);
    const sorted = [...told].sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
    const [first, others] = [sorted.slice(0, MOST_NAMED), sorted.slice(MOST_NAMED)];
    const rest = others.reduce((all, one) => all + one.part, 0);
    const most = Math.max(Math.abs(sum), Math.abs(rest), ...first.map(({ part }) => Math.abs(part)));
    const length = (value) => `style="--length: ${Math.abs(value) / most || 0}"`;
    const bar = (value) => `<i class="${value < 0 ? "below" : ""}" ${length(value)} aria-hidden="true"><b></b></i>`;
    const row = (name, words, value) => `<tr><th scope="row">${name}</th><td>${words}</td>
      <td>${bar(value)}</td><td class="product">${say(value)}</td></tr>`;
    const title = `${capital(nameOf(layer, layers()))}, ${nounOf(layer)} ${unit}: what it is told, times its weights`;
    return `<p class="title">${title}</p>
      <table>${first.map(({ name, value, weight, part }) => row(name, `${bracket(value)} · ${bracket(weight)}`, part)).join("")}
      ${others.length ? row(`${others.length} others`, "together", rest) : ""}
      ${row("sum", "", sum).replace("<tr>", `<tr class="sum">`)}</table><p>${afterSum(layer, unit, sum, norm, output)}</p>`;
  }

  function afterSum(layer, unit, sum, norm, output) {
    if (!norm) {
      const { digitProbabilities, sumProbabilities } = now().result;
      const share = (layer === "digit_head" ? digitProbabilities : sumProbabilities)[unit];
      return `Softmax makes a probability of this and of the other outputs: <b>${PANEL.percent(share)}</b>.`;
    }
    const value = sum * norm[0] + norm[1];
    return `Batch norm: ${bracket(sum)} · ${bracket(norm[0])} + ${bracket(norm[1])} = ${say(value)}. ` +
      (value < 0 ? "That is below 0, so ReLU makes <b>0</b> of it." : `ReLU lets it through: <b>${say(output)}</b>.`);
  }

  function averageInWords(unit) {
    const { data } = layers().average;
    const { height, width } = layers()["block3.1"];
    const size = height * width;
    return `<p class="title">Average ${unit}: the mean of map ${unit} of the sixth convolution</p>
      <p>The sum of its ${size} pixels is ${say(data[unit] * size)}; divided by ${size} that is <b>${say(data[unit])}</b>.</p>`;
  }

  // --- what is drawn or trained meanwhile ---

  /** Shows the numbers of now, after the answer: once in a frame, however often they change. */
  const refresh = () => (frame ||= requestAnimationFrame(() => {
    frame = 0;
    if (!part) return;
    if (shown.join() !== layersOf(part, layers()).join()) return show(part); // another number of layers
    paint();
    if (!opened) return;
    if (!viewer) return (find(".made").innerHTML = unitInWords(...opened));
    const { mode, place, ...fresh } = traits(...opened); // these stay as they were chosen
    Object.assign(viewer.model.traits, { ...fresh, image: viewer.model.get("image") });
    viewer.model.set("image", fresh.image); // tells the viewer of all
  }));

  function choose({ target }) {
    const button = target.closest(".all button");
    if (button) open(button.closest("figure").dataset.layer, Number(button.value));
  }

  function move(event) {
    const button = event.target.closest(".all button");
    if (!button || !(event.key in MOVES) || isForNotebook(event)) return;
    event.preventDefault();
    event.stopPropagation(); // or the next part would be chosen
    const buttons = [...button.parentNode.children];
    const columns = getComputedStyle(button.parentNode).gridTemplateColumns.split(" ").length;
    const [down, right] = MOVES[event.key];
    const next = buttons[buttons.indexOf(button) + down * columns + right];
    if (!next) return;
    for (const other of buttons) other.tabIndex = other === next ? 0 : -1;
    next.focus();
  }

  el.addEventListener("click", choose);
  el.addEventListener("keydown", move);
  const stop = () => {
    close();
    cancelAnimationFrame(frame);
    el.removeEventListener("click", choose);
    el.removeEventListener("keydown", move);
  };
  return { show, open, refresh, stop };
}
