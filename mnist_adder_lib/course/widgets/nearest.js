// Beside an answer: the training images that are nearest, a map of them all, and whether the image is
// like any of them. It stands behind network.js and image_sheet.js.
//
// 81 numbers describe an image. 32 say what was found: the means of the 16 maps of block 2 and of the
// 16 of block 3, in units of how much they vary among images of one digit. 49 say where its ink is. With other
// weights these 49 judge alone until all images were looked at anew: not while the weights change, as in training.

const FAR = "This looks like no digit that I was trained on.";
const SHOWN = 5; // images
const PATIENCE = 1500; // milliseconds without newer weights, before all is calculated anew
const CHUNK = 10; // milliseconds of calculation, before the page gets its turn
const ANEW = 1000; // images at most then: some seconds
// Ten hues as dark as grey text (TEN in inside_the_network.py). Not all eyes can tell ten colours
// apart, so each digit stands where the middle of its images is.
const HUES = ["#e02659", "#a76723", "#837623", "#598123", "#25855c", "#26837c", "#288096", "#2e74d7", "#b731e7", "#d02ba8"];

/** The ink of 784 pixels, 0 to 255, in 7x7 squares: their means times 4, so that the distance of two
 *  images is that of their pixels, had they been blurred before. */
function inkInSquares(pixels) {
  const squares = new Float32Array(49);
  for (let place = 0; place < 784; place++)
    squares[7 * Math.floor(place / 112) + Math.floor((place % 28) / 4)] += pixels[place] / 255 / 4;
  return squares;
}

const foundIn = (layers) => [...average(layers["block2.2"]).data, ...layers.average.data];
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

const pause = (time) => new Promise((go) => setTimeout(go, time));

/** f(0), f(1), ... with pauses, in which the page gets its turn; until all are there or it is over. */
async function inTurns(count, f, isOver) {
  const made = [];
  for (let since = performance.now(); made.length < count && !isOver();) {
    made.push(f(made.length));
    if (performance.now() - since < CHUNK) continue;
    await pause(CHUNK);
    since = performance.now();
  }
  return made;
}

/** The two directions in which points, lists of numbers, differ most: what projects a point on them.
 *  (PCA: the first two eigenvectors of the covariances, by power iteration.) */
function principal(points) {
  const middle = [...points[0]].map((_, i) => mean(points.map((point) => point[i])));
  const covariances = middle.map(() => middle.map(() => 0)); // times how many points there are
  for (const point of points)
    for (let i = 0; i < middle.length; i++)
      for (let j = 0; j < middle.length; j++) covariances[i][j] += (point[i] - middle[i]) * (point[j] - middle[j]);
  const ways = [];
  for (const start of [0, 1]) {
    let way = middle.map((_, i) => Math.cos(i + start)); // whatever it is
    for (let round = 0; round < 100; round++) {
      const turned = covariances.map((row) => dot(row, way));
      const shares = ways.map((other) => dot(turned, other)); // at right angles to the first
      const next = turned.map((value, i) => value - dot(shares, ways.map((other) => other[i])));
      const length = Math.hypot(...next);
      way = next.map((value) => value / length);
    }
    ways.push(way);
  }
  return (point) => ways.map((way) => dot(way, point) - dot(way, middle));
}

/** What each of some numbers varies by among images of one digit. */
function spreads(found, digits) {
  const middles = HUES.map((_, digit) => {
    const own = found.filter((_, n) => digits[n] === digit);
    return found[0].map((_, i) => mean(own.map((values) => values[i])));
  });
  const variances = found[0].map((_, i) => mean(found.map((values, n) => (values[i] - middles[digits[n]][i]) ** 2)));
  return variances.map((variance) => Math.sqrt(variance + 0.001 * mean(variances))); // never 0
}

/** Where images are, by what was found in each, its ink and its digit: how far others are from them. */
function makeSpace(found, inks, digits) {
  const units = spreads(found, digits);
  const place = (values, ink) => Float32Array.from([...values.map((value, i) => value / units[i]), ...ink]);
  const size = units.length + 49;
  const points = new Float32Array(size * found.length);
  found.forEach((values, n) => points.set(place(values, inks[n]), size * n));

  function distances(point) {
    const all = new Float32Array(found.length);
    for (let n = 0; n < all.length; n++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += (point[i] - points[size * n + i]) ** 2;
      all[n] = Math.sqrt(sum);
    }
    return all;
  }

  /** Of the images themselves only 2 in 100 are so far from all others. */
  async function farthest(isOver) {
    function toNearest(n) {
      const all = distances(points.subarray(size * n, size * (n + 1)));
      all[n] = Infinity; // itself
      return all.reduce((a, b) => Math.min(a, b));
    }
    const all = await inTurns(found.length, toNearest, isOver);
    return all.sort((a, b) => a - b)[Math.floor(0.98 * all.length)];
  }
  return { count: found.length, place, distances, farthest };
}

/** The places of the smallest of many numbers, the smallest first. */
function smallest(values, count) {
  const places = [];
  while (places.length < count) {
    let best = -1;
    for (let i = 0; i < values.length; i++)
      if (!(values[i] >= values[best]) && !places.includes(i)) best = i;
    places.push(best);
  }
  return places;
}

const NEAREST = `
  <div class="alike">
    <p class="heading"></p>
    <ol>${"<li><canvas width='28' height='28' aria-hidden='true'></canvas><span></span></li>".repeat(SHOWN)}</ol>
    <p class="distance"><span class="gauge" aria-hidden="true"><i></i></span> <span class="measured"></span></p>
  </div>
  <figure>
    <div class="map" role="img"><canvas aria-hidden="true"></canvas><span class="middles"></span><i class="ring"></i></div>
    <figcaption aria-hidden="true"></figcaption>
  </figure>`;

/** `known` is made by `known_images` in nearest.py. Dispatches "ready" on `el` when it has come to know
 *  the images, at first and after other weights: until then it judges nothing, or by the ink alone. */
function makeNearest(known, el) {
  el.classList.add("nearest");
  el.innerHTML = NEAREST;
  const find = (selector) => el.querySelector(selector);
  const sheet = readSheet(known.images).then(({ images, digits }) => ({ images, digits, inks: images.map(inkInSquares) }));
  let [version, space, now] = [0, null, null]; // space: images, digits, ... and what makeSpace returns
  let shown = ""; // the places of the images
  let ofInk = null; // the same for the ink alone, without a map
  sheet.then(({ images, digits, inks }) => {
    ofInk = { ...makeSpace(images.map(() => []), inks, digits), images, digits, limit: known.ink_threshold };
  });

  /** What was found in each training image, as known_images stored it: a byte for each number. */
  function unpack({ low, step, bytes }) {
    const all = fromBase64(bytes);
    return Array.from(known.images.digits, (_, n) => low.map((value, i) => value + step[i] * all[n * low.length + i]));
  }

  /** Other weights, as text or read; of those that `known` was made with, all is there already. */
  function setWeights(weights) {
    if (weights.numbers) weights = readWeights(weights);
    const sum = Object.values(weights).reduce((before, { data }) => data.reduce((a, b) => a + b, before), 0);
    return learn(weights, Math.abs(sum - known.sum) < 1e-6);
  }

  async function learn(weights, isStored) {
    const mine = ++version;
    const isOver = () => mine !== version;
    space = ofInk;
    const { images, digits, inks } = await sheet;
    if (!isStored) await pause(PATIENCE);
    const lookAt = (n) => foundIn(embed(weights, images[n]));
    const found = isStored ? unpack(known.found) : await inTurns(Math.min(ANEW, images.length), lookAt, isOver);
    if (isOver()) return;
    const made = makeSpace(found, inks, digits);
    const limit = isStored ? known.threshold : await made.farthest(isOver);
    if (isOver() || !(limit < Infinity)) return; // or weights that are no numbers
    const embeddings = found.map((values) => [...fullyConnected(weights, "embedding", vector(values.slice(16))).data]);
    const units = spreads(embeddings, digits);
    const scaled = (embedding) => units.map((unit, i) => embedding[i] / unit);
    const project = principal(embeddings.map(scaled));
    space = { ...made, images, digits, limit, project: (embedding) => project(scaled(embedding)) };
    drawMap(embeddings.map(space.project));
    if (now) show(...now);
    el.dispatchEvent(new CustomEvent("ready"));
  }

  function say(heading, state = "waiting") {
    find(".heading").textContent = heading;
    el.dataset.state = state;
  }

  // --- the map ---

  function drawMap(points) {
    const canvas = find("canvas:not(li *)");
    const side = (canvas.width = canvas.height = 480);
    const context = canvas.getContext("2d");
    const [low, high] = [Math.min, Math.max].map((most) => [0, 1].map((axis) => points.reduce((a, point) => most(a, point[axis]), 0)));
    space.toMap = (point) => point.map((value, axis) => clamp(0.04 + (0.92 * (value - low[axis])) / (high[axis] - low[axis]), 0.02, 0.98));
    const places = points.map(space.toMap);
    places.forEach(([x, y], n) => {
      context.fillStyle = HUES[space.digits[n]];
      context.fillRect(x * side - 2, y * side - 2, 4, 4);
    });
    space.middles = HUES.map((_, digit) => [0, 1].map((axis) => mean(places.filter((_, n) => space.digits[n] === digit).map((place) => place[axis]))));
    find(".middles").innerHTML = space.middles.map((middle, digit) => `<b style="${at(middle)}">${digit}</b>`).join("");
  }
  const at = ([x, y]) => `left:${(100 * x).toFixed(1)}%;top:${(100 * y).toFixed(1)}%`;

  function showOnMap(embedding) {
    const place = space.toMap(space.project(embedding));
    const [digit] = smallest(space.middles.map((middle) => Math.hypot(middle[0] - place[0], middle[1] - place[1])), 1);
    find(".ring").style = at(place);
    return `On it, yours is nearest to the middle of the ${digit}s.`;
  }

  // --- the images ---

  function showImages(places) {
    if (shown === (shown = String(places))) return; // while one draws they often stay
    [...el.querySelectorAll("li")].forEach((item, i) => {
      const pixels = new ImageData(28, 28);
      space.images[places[i]].forEach((pixel, place) => pixels.data.set([pixel, pixel, pixel, 255], 4 * place));
      item.firstChild.getContext("2d").putImageData(pixels, 0, 0);
      item.lastChild.textContent = space.digits[places[i]];
    });
  }

  function show(...given) {
    const [result, pixels, empty] = (now = given);
    const unknown = { isKnown: true, sentence: "" }; // nothing to say against the answer
    if (!space) return unknown;
    const { project } = space;
    const place = project && !empty ? showOnMap(result.layers.embedding.data) : "";
    find(".map").style.visibility = project ? "" : "hidden";
    find(".map").ariaLabel = `A map of ${space.count} training images by their embeddings. ${place}`;
    find("figcaption").textContent = project ? "All of them by their embeddings; the ring is yours."
      : "By the ink alone: the weights are new. A map comes when they rest.";
    if (empty) return say("Here stand the training images that a drawing is most like.", "empty"), unknown;
    const distances = space.distances(space.place(project ? foundIn(result.layers) : [], inkInSquares(pixels)));
    const places = smallest(distances, SHOWN);
    const distance = distances[places[0]];
    const isKnown = distance <= space.limit;
    say(isKnown ? "It looks most like these" : "Far from all training images. The nearest:", isKnown ? "near" : "far");
    showImages(places);
    find(".gauge").style.setProperty("--share", Math.min(1, distance / space.limit / 2));
    find(".measured").textContent = `Distance ${distance.toFixed(1)}. Beyond ${space.limit.toFixed(1)} I give no sum.`;
    return isKnown ? unknown : { isKnown, sentence: FAR };
  }

  learn(readWeights(known.weights), true);
  return { show, setWeights };
}
