import { expect, it } from "vitest";
import { figureOf, sinceGap } from "./figure";

it.each([
  [null, null],
  [412, { value: "412", unit: "ms" }],
  [1800, { value: "1.8", unit: "s" }],
  [59_000, { value: "59", unit: "s" }],
  [208_000, { value: "3.5", unit: "min" }],
  [7_560_000, { value: "2.1", unit: "h" }],
  [259_200_000, { value: "3.0", unit: "d" }],
])("shows %s ms on a tile", (ms, figure) => expect(figureOf(ms)).toEqual(figure));

it.each([
  [
    [1, null, 2, 3],
    [2, 3],
  ],
  [
    [1, 2],
    [1, 2],
  ],
  [[1, null], []],
  [[], []],
])("takes of %j what comes after the last gap", (values, rest) => expect(sinceGap(values)).toEqual(rest));
