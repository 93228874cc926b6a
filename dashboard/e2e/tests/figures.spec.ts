/** How fast the pages are: reported, never a reason to fail. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import lighthouse, { desktopConfig } from "lighthouse";
import puppeteer from "puppeteer-core";
import { findChromium } from "../chromium.mjs";
import { ARTIFACTS, figure } from "../world/figures";
import { expect, signIn, test } from "../world/test";
import { post, samples, settled } from "../world/tickets";

const LOADS = 5;
const CATEGORIES = ["performance", "accessibility", "best-practices"];

test.use({ options: { name: "figures" } });
test.describe.configure({ timeout: 240_000 });

test.beforeAll(async ({ stack }) => {
  await settled(stack, await post(stack, samples()));
});

declare global {
  interface Window {
    firstRowMs?: number;
  }
}

test("first load of the queue", async ({ page, stack }) => {
  await page.addInitScript(() => {
    const look = () => {
      if (document.querySelector("tr[data-row]")) window.firstRowMs ??= performance.now();
      else requestAnimationFrame(look);
    };
    look();
  });
  await signIn(page, stack.key, "/app/queue");
  const times: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    // What has a hash in its name comes from the cache of this machine, as it does for somebody who comes back.
    await page.reload();
    await expect.poll(() => page.evaluate(() => window.firstRowMs ?? 0)).toBeGreaterThan(0);
    times.push(await page.evaluate(() => window.firstRowMs ?? 0));
  }
  const sorted = times.toSorted((a, b) => a - b).map(Math.round);
  figure(
    "Queue, navigation to first row",
    `${sorted[Math.floor(LOADS / 2)]} ms (median of ${LOADS}: ${sorted.join(", ")})`,
  );
});

test("Lighthouse", async ({ stack }) => {
  const browser = await puppeteer.launch({
    executablePath: findChromium() ?? "",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`${stack.url}/app/`);
    await page.type("input[type=password]", stack.key);
    await page.keyboard.press("Enter");
    await page.waitForSelector("nav");
    mkdirSync(join(ARTIFACTS, "lighthouse"), { recursive: true });
    for (const [name, path] of [
      ["Overview", ""],
      ["Queue", "queue"],
    ] as const) {
      const flags = {
        onlyCategories: CATEGORIES,
        output: "html",
        disableStorageReset: true,
        logLevel: "error",
      } as const;
      const ran = await lighthouse(
        `${stack.url}/app/${path}`,
        { ...flags, onlyCategories: CATEGORIES },
        desktopConfig,
        page,
      );
      const scores = Object.values(ran?.lhr.categories ?? {}).map(
        (it) => `${it.title} ${Math.round((it.score ?? 0) * 100)}`,
      );
      expect(scores).toHaveLength(CATEGORIES.length);
      figure(`Lighthouse, ${name}`, scores.join(", "));
      writeFileSync(join(ARTIFACTS, "lighthouse", `${name.toLowerCase()}.html`), String(ran?.report));
    }
  } finally {
    await browser.close();
  }
});
