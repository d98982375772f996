// A network as a file of the format safetensors: the length of a header (8 bytes), the header (JSON:
// names, shapes and places), then all numbers as float32. mnist_adder_lib/checkpoint.py reads and
// writes the same: no code is in such a file, and what is wrong with one is said in words.

const FORMAT = "mnist_adder checkpoint 1";
const LARGEST = 1 << 20; // bytes; a network of ours has 75,000

/** All numbers of a network in a row. */
function flatten(weights) {
  const parts = Object.values(weights).map(({ data }) => data);
  const all = new Float32Array(parts.reduce((sum, data) => sum + data.length, 0));
  parts.reduce((at, data) => (all.set(data, at), at + data.length), 0);
  return all;
}

/** A network of these shapes from all its numbers in a row, which are copied. */
function unflatten(numbers, shapes) {
  let at = 0;
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: numbers.slice(at, (at += size)) }];
  }));
}

/** The check sum that zip files have, too. */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return String(~crc >>> 0);
}

/** The bytes of a file that holds a network. */
function toSafetensors(weights) {
  const numbers = flatten(weights);
  const layers = Object.keys(weights).filter((name) => /^adder\.\d+\.0\./.test(name)).length;
  const header = { __metadata__: {
    format: JSON.stringify(FORMAT), crc32: crc32(new Uint8Array(numbers.buffer)), details: "{}",
    variant: JSON.stringify({ adder_layers: layers, dropout: 0, channel_dropout: true }),
    normalisation: JSON.stringify({ mean: MEAN, std: STD }),
  } };
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(weights))
    header[name] = { dtype: "F32", shape, data_offsets: [at, (at += data.byteLength)] };
  const text = JSON.stringify(header);
  const words = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8)); // floats begin at full 8 bytes
  const bytes = new Uint8Array(8 + words.length + at);
  new DataView(bytes.buffer).setUint32(0, words.length, true);
  bytes.set(words, 8);
  bytes.set(new Uint8Array(numbers.buffer), 8 + words.length);
  return bytes;
}

/** The network of these shapes that a file holds. Throws an Error that says what is wrong. */
function fromSafetensors(bytes, shapes) {
  const [header, start] = readHeader(bytes);
  const about = Object(header.__metadata__);
  if (about.format !== JSON.stringify(FORMAT))
    throw Error("is no network of this course: write one with save_checkpoint.");
  if (about.crc32 !== crc32(bytes.subarray(start))) throw Error("is damaged, or was cut off.");
  const weights = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const { dtype, shape: its, data_offsets } = Object(header[name]);
    const [from, to] = Array.isArray(data_offsets) ? data_offsets : [];
    if (String(its) !== String(shape)) throw Error("holds a network of another shape.");
    const length = 4 * shape.reduce((a, b) => a * b, 1);
    if (dtype !== "F32" || to - from !== length || !(from >= 0 && start + to <= bytes.length))
      throw Error("is damaged.");
    weights[name] = { shape, data: new Float32Array(bytes.slice(start + from, start + to).buffer) };
  }
  if (Object.keys(header).some((name) => name !== "__metadata__" && !(name in shapes)))
    throw Error("holds a network of another shape.");
  if (!flatten(weights).every(Number.isFinite))
    throw Error("holds weights that are not finite: training has diverged.");
  if (!isOurNormalisation(about.normalisation)) throw Error("was trained with another normalisation.");
  return weights;
}

function readHeader(bytes) {
  try {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(8, 8 + length));
    const header = JSON.parse(text);
    if (8 + length > bytes.length || Object.getPrototypeOf(header) !== Object.prototype) throw Error();
    return [header, 8 + length];
  } catch {
    throw Error("is damaged, or isn't a safetensors file.");
  }
}

function isOurNormalisation(text) {
  try {
    const { mean, std } = JSON.parse(text);
    return mean === MEAN && std === STD;
  } catch {
    return false;
  }
}
