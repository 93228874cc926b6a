import { expect, it } from "vitest";
import { above } from "./simulate";

// One ticket in the lowest bin, … twenty in the highest.
const BINS = Array.from({ length: 20 }, (_, bin) => bin + 1);

it.each([
  [0.8, 17 + 18 + 19 + 20],
  [0.85, 18 + 19 + 20],
  [0.95, 20],
  [0.05, 210 - 1],
  [0, 210],
  [1, 0],
])("counts what lies above %d", (threshold, count) => expect(above(BINS, threshold)).toBe(count));
