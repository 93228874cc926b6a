import { defineConfig, devices } from "@playwright/test";
import { findChromium } from "./chromium.mjs";

const chromium = findChromium();
if (!chromium) throw new Error("There is no Chromium: node chromium.mjs installs Debian's");

export default defineConfig({
  testDir: "tests",
  outputDir: "artifacts/failures",
  workers: 1, // one stack at a time: it has ten processes of its own
  fullyParallel: false,
  forbidOnly: true,
  retries: process.env.CI ? 1 : 0, // a machine that others slow down; what passes only then is listed as flaky
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["./world/figures.ts"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: chromium },
    timezoneId: "Europe/Berlin", // one that is not UTC: a time without its zone would be seen
    locale: "en-GB",
    // No trace: it takes a copy of the document at each step, which costs more than the pages do. ARGS="--trace on" takes one.
    screenshot: "only-on-failure",
  },
});
