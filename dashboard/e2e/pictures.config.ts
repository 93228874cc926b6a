/** `make pictures`: the README's pictures, with what a real stack did in ten minutes. */
import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

export default defineConfig({ ...tests, testDir: "pictures", timeout: 20 * 60_000, reporter: [["list"]] });
