import { expect, it } from "vitest";
import { mixOf } from "./mix";

const COUNTS = { critical: 2, high: 1, normal: 0, low: 4 };

it("has a row for each category of the model, in its order, then for others", () => {
  const rows = mixOf({ Returns: COUNTS, Legal: COUNTS }, ["Billing", "Legal"]);
  expect(rows.map(({ category, total }) => [category, total])).toEqual([
    ["Billing", 0],
    ["Legal", 7],
    ["Returns", 7],
  ]);
});
