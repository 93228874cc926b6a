import { describe, expect, it } from "vitest";
import { bounds, signed, steps } from "./terms";

const TERMS = [
  { term: "base", value: 0.01 },
  { term: "model", value: 1.02 },
  { term: "words: outage, losing orders", value: 0.05 },
  { term: "calibration", value: -0.16 },
  { term: "new", value: 0 },
];

describe("the steps to S", () => {
  it("begin where the one before ended, and end at S", () => {
    const all = steps(TERMS);
    expect(all.slice(1).map((step) => step.from)).toEqual(all.slice(0, -1).map((step) => step.to));
    expect(all.at(-1)?.to).toBeCloseTo(0.92);
  });

  it("have words for people, and their own name where we know none", () => {
    expect(steps(TERMS).map((step) => step.label)).toEqual([
      "Base",
      "Model",
      "Words: outage, losing orders",
      "Calibration",
      "new",
    ]);
  });

  it("fit on the axis, also where they go beyond 1", () => {
    expect(bounds(steps(TERMS))).toEqual([0, 1.08]);
    expect(bounds(steps([{ term: "base", value: -0.1 }]))).toEqual([-0.1, 1]);
    expect(bounds([])).toEqual([0, 1]);
  });
});

it.each([
  [0.314, "+0.31"],
  [-0.031, "−0.03"],
  [-0.004, "0.00"],
  [0, "0.00"],
])("writes %d as %s", (value, text) => expect(signed(value)).toBe(text));
