// The page "It adds. Or does it?" in Firefox, opened as a file.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { drawStroke, onPage, startFirefox, waitForWords } from "./firefox.js";

const PAGE = "docs/try/index.html";

/** @type {import("puppeteer-core").Browser} */
let firefox;
before(async () => {
  firefox = await startFirefox();
});
after(() => firefox?.close());

test("a digit is drawn and read", () =>
  onPage(firefox, PAGE, async (page) => {
    await waitForWords(page, "#diagram .answer", "7 + 5 = 12");
    await page.locator("#diagram .clear").click();
    await drawStroke(page, "#diagram canvas", [
      [0.3, 0.3],
      [0.5, 0.2],
      [0.7, 0.35],
      [0.3, 0.8],
      [0.7, 0.8],
    ]);
    await waitForWords(page, "#diagram .answer", "2 + 5 = 7");
  }));

test("a sum is hidden, guessed and trained, and a link opens the same", () =>
  onPage(firefox, PAGE, async (page) => {
    await page.locator(".hide-it").click();
    await page.locator("#sums .guess [value='12']").click();
    await page.locator("#sums .next [value=train]").click();
    await waitForWords(page, "#sums .outcome", "but it says 7 + 5");
    await waitForWords(page, "#sums .guess", "You guessed 12 for 7 + 5");
    const hash = await page.evaluate(() => location.hash);
    await onPage(firefox, PAGE + hash, async (opened) => {
      await waitForWords(opened, "#shared", "I hid 7 + 5");
      await opened.locator("#sums .next [value=train]").click();
      await waitForWords(opened, "#sums .outcome", "but it says 7 + 5");
    });
  }));

test("the whole network is trained", () =>
  onPage(firefox, PAGE, async (page) => {
    await page.locator("#teach [value=train]").click();
    await waitForWords(page, "#teach .sentence", "learned to read first");
    const [digits, sums] = await page.$$eval("#teach .legend b", (shares) =>
      shares.map((share) => Number.parseFloat(share.textContent ?? "")),
    );
    assert.ok(digits > 90 && sums > 90, `${digits}% of the digits, ${sums}% of the sums`);
  }));
