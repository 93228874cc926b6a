/** Prints what the tests measured, after the tests: reported, never a reason to fail. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestInfo, test } from "@playwright/test";
import type { Reporter, TestCase } from "@playwright/test/reporter";

export const ARTIFACTS = join(import.meta.dirname, "../artifacts");
const TYPE = "figure";

/** Take a figure down: what, and how much with its unit. */
export function figure(what: string, value: string, info: TestInfo = test.info()): void {
  info.annotations.push({ type: TYPE, description: `${what}: ${value}` });
}

export default class Figures implements Reporter {
  private readonly lines: string[] = [];

  onTestEnd(test: TestCase): void {
    const own = test.results.at(-1)?.annotations ?? [];
    this.lines.push(...own.filter(({ type }) => type === TYPE).map(({ description = "" }) => description));
  }

  onEnd(): void {
    if (this.lines.length === 0) return;
    mkdirSync(ARTIFACTS, { recursive: true });
    writeFileSync(join(ARTIFACTS, "figures.txt"), `${this.lines.join("\n")}\n`);
    console.log(`\nMeasured, not gated\n  ${this.lines.join("\n  ")}`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
