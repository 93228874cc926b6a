import { expect, it } from "vitest";
import { figureOf } from "./figure";

it.each([
  [null, null],
  [412, { value: "412", unit: "ms" }],
  [1800, { value: "1.8", unit: "s" }],
  [125_000, { value: "2 min 5 s", unit: "" }],
])("shows %s ms on a tile", (ms, figure) => expect(figureOf(ms)).toEqual(figure));
