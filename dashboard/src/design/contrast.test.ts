/** Holds tokens.css to WCAG 2.2 AA in both themes: 4.5:1 for words (1.4.3), 3:1 for shapes and borders (1.4.11). */
import { wcagContrast } from "culori";
import { describe, expect, it } from "vitest";
import css from "./tokens.css?raw";

const pairs = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)/g)].map(
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }],
  ),
);

function colour(name: string, theme: "light" | "dark"): string {
  const pair = pairs.get(name);
  if (!pair) throw new Error(`tokens.css has no colour --${name}`);
  return pair[theme];
}

const SURFACES = ["canvas", "surface", "raised"];
const BANDS = ["critical", "high", "normal", "low"];
const STATES = ["ok", "warning", "failing", "neutral"];
const SHAPES = ["stage-queue", "stage-scoring", "stage-dispatch", ...[1, 2, 3, 4, 5, 6].map((n) => `series-${n}`)];

const WORDS = [
  ...SURFACES.flatMap((ground) =>
    ["text", "text-muted", "text-faint", "accent", "accent-strong", ...BANDS, ...STATES].map((ink) => [ink, ground]),
  ),
  ...[...BANDS, ...STATES].flatMap((name) => [
    [name, `${name}-tint`],
    ["text", `${name}-tint`],
  ]),
  ["text", "accent-tint"],
  ["text-muted", "accent-tint"],
  ["accent-strong", "accent-tint"],
  ["text", "pressed"],
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
] as [string, string][];
const MARKS = SURFACES.flatMap((ground) => [...SHAPES, "line-strong"].map((ink) => [ink, ground])) as [
  string,
  string,
][];

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  it.each(WORDS)("%s can be read on %s", (ink, ground) =>
    expect(wcagContrast(colour(ink, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5),
  );

  it.each(MARKS)("%s can be seen on %s", (ink, ground) =>
    expect(wcagContrast(colour(ink, theme), colour(ground, theme))).toBeGreaterThanOrEqual(3),
  );
});
