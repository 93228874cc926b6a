import { expect, it } from "vitest";
import { bandOf } from "./band";

it.each([
  [1, "critical"],
  [0.8001, "critical"],
  [0.8, "high"],
  [0.6, "normal"],
  [0.3, "low"],
  [0, "low"],
])("puts %d into %s", (score, band) => expect(bandOf(score)).toBe(band));
