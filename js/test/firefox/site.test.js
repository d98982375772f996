// The site in Firefox: python tools/publishing/build_site.py comes first.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { address, isThere, onPage, startFirefox } from "./firefox.js";

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
