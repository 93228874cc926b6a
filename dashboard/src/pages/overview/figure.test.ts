import { expect, it } from "vitest";
import { figureOf, sinceGap } from "./figure";

it.each([
  [null, null],
  [412, { value: "412", unit: "ms" }],
  [1800, { value: "1.8", unit: "s" }],
  [125_000, { value: "2 min 5 s", unit: "" }],
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
