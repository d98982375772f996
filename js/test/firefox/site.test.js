// The site in Firefox: python tools/publishing/build_site.py comes first.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { address, drawStroke, isThere, onPage, startFirefox, waitForWords } from "./firefox.js";

const SITE = "build/site";
const skip = isThere(SITE) ? false : "there is no site: python tools/publishing/build_site.py";

/** @type {import("puppeteer-core").Browser} */
let firefox;
before(async () => {
  if (!skip) firefox = await startFirefox();
});
after(() => firefox?.close());

test("every page opens without an error", { skip }, async () => {
  const pages = readdirSync(new URL(address(SITE)), { recursive: true, encoding: "utf-8" });
  const lessons = pages.filter((name) => /^(index|notebooks.*)\.html$/.test(name.replaceAll("\\", "/")));
  assert.ok(lessons.length > 20);
  for (const page of lessons)
    await onPage(firefox, `${SITE}/${page.replaceAll("\\", "/")}`, async (page) => {
      await page.waitForSelector("h1");
    });
});

test("a guess shows what came out", { skip }, () =>
  onPage(firefox, `${SITE}/notebooks/02_data_generation.html`, async (page) => {
    await page.waitForSelector("[data-guess] input");
    const hidden = () => page.$$eval("[hidden=until-found]", (outputs) => outputs.length);
    const before = await hidden();
    await page.locator("[data-guess] input").click();
    await page.waitForFunction(
      (/** @type {number} */ before) => document.querySelectorAll("[hidden=until-found]").length < before,
      {},
      before,
    );
  }),
);

test("the panel in lesson 8 reads a drawn digit", { skip }, () =>
  onPage(firefox, `${SITE}/notebooks/08_draw_a_digit.html`, async (page) => {
    await page.waitForSelector("[data-widget=AdderPanel] canvas");
    await drawStroke(page, "[data-widget=AdderPanel] canvas", [
      [0.3, 0.2],
      [0.7, 0.2],
      [0.45, 0.8],
    ]);
    await waitForWords(page, "[data-widget=AdderPanel]", "I see a 7");
  }),
);
