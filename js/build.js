// Builds what the package and the page ship.
//
//   node build.js            writes it
//   node build.js --check    builds all of it in memory, and fails where a file differs
//
// C is compiled only where it isn't what the stored WebAssembly was made from; with --anew it always is.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { compile, isMadeFrom } from "./compile.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const DRAWING = join(ROOT, "mnist_adder_lib", "drawing", "built");
const WIDGETS = join(ROOT, "mnist_adder_course", "widgets", "built");
const NETWORK = join(HERE, "src", "network");
const PAGE = join(ROOT, "docs", "try", "index.html");
const SENTENCES = join(HERE, "src", "shared", "sentences.js");
const OF_DRAWING = "adder_panel"; // whose class is in mnist_adder_lib/drawing

/** A worker is a bundle of its own, inlined as text: `import script from "worker:./file.js"`. */
const worker = {
  name: "worker",
  setup(/** @type {esbuild.PluginBuild} */ build) {
    build.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice("worker:".length)),
      namespace: "worker",
    }));
    build.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => {
      const result = await bundle(path, "iife");
      return { contents: result.js, loader: "text" };
    });
  },
};

/** What Python shares, as constants: a bundle gets only those that it uses, but of a JSON file it gets all. */
const shared = {
  name: "shared",
  setup(/** @type {esbuild.PluginBuild} */ build) {
    build.onLoad({ filter: /[\\/]shared[\\/](rules|sentences)\.js$/ }, async ({ path }) => {
      const values = Object.entries(
        path === SENTENCES ? sharedSentences() : await import(pathToFileURL(path).href),
      );
      const lines = values.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`);
      return { contents: lines.join("\n") };
    });
  },
};

/** @returns {Record<string, string>} */
const sharedSentences = () => JSON.parse(readFileSync(join(ROOT, "assets", "shared.json"), "utf8")).sentences;

/** Each sentence by its name, so that one is added in shared.json alone: a module can't export names that it doesn't list. */
const namesOfSentences =
  () => `// Sentences that Python reads from the same file, assets/shared.json. Names in braces are filled in by \`fill\`.
// build.js lists them here.

import shared from "../../../assets/shared.json" with { type: "json" };

export const {
${Object.keys(sharedSentences())
  .map((name) => `  ${name},\n`)
  .join("")}} = shared.sentences;
`;

/**
 * A script with all that it imports, and the styles among that.
 * @param {string} entry
 * @param {"esm" | "iife"} format for anywidget; a classic script, which also works from a folder
 */
async function bundle(entry, format) {
  const result = await esbuild.build({
    entryPoints: [entry],
    absWorkingDir: HERE,
    bundle: true,
    format,
    minify: true,
    charset: "utf8",
    target: "es2022",
    legalComments: "none", // `licences` has them whole
    loader: { ".wasm": "binary" },
    plugins: [worker, shared],
    outdir: "built",
    write: false,
    metafile: true,
  });
  const text = (/** @type {string} */ kind) =>
    result.outputFiles.find(({ path }) => path.endsWith(kind))?.text ?? "";
  return { js: licences(result.metafile) + text(".js"), css: text(".css") };
}

/**
 * A comment with the licences of the packages in a bundle.
 * @param {esbuild.Metafile} metafile
 */
function licences({ inputs }) {
  const inside = Object.keys(inputs).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? "",
  );
  const names = [...new Set(inside)].filter(Boolean).sort();
  const texts = names.map(
    (name) => `${name}\n\n${readFileSync(join(HERE, "node_modules", name, "LICENSE"), "utf8").trim()}`,
  );
  return texts.length ? `/*!\nThis file holds code of:\n\n${texts.join("\n\n")}\n*/\n` : "";
}

/**
 * The page as one file. Its data stay as they are: tools/publishing/build_page.py writes them.
 * @param {{ js: string, css: string }} built
 */
function page({ js, css }) {
  const source = readFileSync(join(HERE, "src", "page", "page.html"), "utf8");
  const data = /(?<=id="data">).*?(?=<\/script>)/s.exec(readFileSync(PAGE, "utf8"))?.[0] ?? "";
  const icon = readFileSync(join(ROOT, "docs", "site", "static", "favicon.svg")).toString("base64");
  return source
    .replace("ICON", icon)
    .replace("/*DATA*/", () => data)
    .replace("/*STYLE*/", () => css.trim())
    .replace("/*SCRIPT*/", () => js.trim());
}

/** What the C is compiled to, by its path. */
async function webAssembly() {
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (const name of readdirSync(NETWORK).filter((name) => name.endsWith(".c"))) {
    const source = readFileSync(join(NETWORK, name), "utf8");
    const path = join(NETWORK, name.replace(/c$/, "wasm"));
    const stored = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    files.set(path, !isAnew && isMadeFrom(stored, source) ? stored : await compile(name, source));
  }
  return files;
}

/** What the sources are bundled into, by its path. */
async function bundles() {
  /** @type {Map<string, string>} */
  const files = new Map();
  const folder = join(HERE, "src", "widgets");
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "widget.js")));
  const widgets = names.map(async (name) => {
    const { js, css } = await bundle(join(folder, name, "widget.js"), "esm");
    const target = name === OF_DRAWING ? DRAWING : WIDGETS;
    files.set(join(target, `${name}.js`), js);
    files.set(join(target, `${name}.css`), css);
  });
  await Promise.all(widgets);
  files.set(PAGE, page(await bundle(join(HERE, "src", "page", "page.js"), "iife")));
  files.set(SENTENCES, namesOfSentences());
  return files;
}

/**
 * Writes what differs, or only says what does.
 * @param {Map<string, string | Buffer>} files
 */
function keep(files) {
  const others = [...files].filter(
    ([path, now]) => !existsSync(path) || !readFileSync(path).equals(Buffer.from(now)),
  );
  for (const [path, now] of isCheck ? [] : others) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, now);
  }
  for (const [path, now] of isCheck ? others : files)
    console.log(
      `${relative(ROOT, path)}: ${isCheck ? "differs" : `${(Buffer.byteLength(now) / 1000).toFixed(1)} kB`}`,
    );
  return others.length;
}

const [isCheck, isAnew] = ["--check", "--anew"].map((option) => process.argv.includes(option));
const compiled = keep(await webAssembly()); // first: bundles hold it
const bundled = keep(await bundles());
if (isCheck && compiled + bundled) {
  console.error(`Run: node ${basename(import.meta.url)}`);
  process.exit(1);
}
