// Firefox, driven over WebDriver BiDi, which needs no other program. FIREFOX names its file where it isn't found.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

/** @import { Browser, Page } from "puppeteer-core" */

const PLACES = [
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
];
const executablePath = process.env.FIREFOX ?? PLACES.find(existsSync);

/** @returns {Promise<Browser>} */
export const startFirefox = () =>
  puppeteer.launch({ browser: "firefox", executablePath, headless: true, protocol: "webDriverBiDi" });

/** @param {string} path from the root of the repository */
export const address = (path) => new URL(`../../../${path}`, import.meta.url).href;

/** Whether there is such a file. @param {string} path from the root of the repository */
export const isThere = (path) => existsSync(fileURLToPath(address(path)));

/**
 * Open a file, do something with its page, and see that Firefox has complained of nothing.
 * @param {Browser} firefox
 * @param {string} path from the root of the repository
 * @param {(page: Page) => Promise<void>} use
 */
export async function onPage(firefox, path, use) {
  const page = await firefox.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  try {
    await page.setViewport({ width: 1366, height: 768 });
    await page.goto(address(path));
    await use(page);
    assert.deepEqual(complaints, []);
  } finally {
    await page.close();
  }
}

/**
 * Wait until an element's text has certain words in it.
 * @param {Page} page
 * @param {string} selector
 * @param {string} words
 */
export async function waitForWords(page, selector, words) {
  await page.waitForFunction(
    (/** @type {string} */ selector, /** @type {string} */ words) =>
      [...document.querySelectorAll(selector)].some((element) => element.textContent?.includes(words)),
    { timeout: 300_000 }, // the whole training takes seconds on a quiet machine, minutes on a busy one
    selector,
    words,
  );
}

/**
 * Draw a stroke on a pad with the mouse.
 * @param {Page} page
 * @param {string} pad the selector of its canvas
 * @param {[x: number, y: number][]} stroke fractions of the pad
 */
export async function drawStroke(page, pad, stroke) {
  const canvas = await page.$(pad);
  await canvas?.scrollIntoView();
  const box = await canvas?.boundingBox();
  assert.ok(box, `${pad} is not to be seen`);
  const [first, ...others] = stroke.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
  await page.mouse.move(first[0], first[1]);
  await page.mouse.down();
  for (const [x, y] of others) await page.mouse.move(x, y, { steps: 5 });
  await page.mouse.up();
}
