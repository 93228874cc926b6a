import { describe, expect, it } from "vitest";
import { stepAfterKey, stepAt, stepPath, thin } from "./steps";

it.each([
  [-0.1, 0],
  [0, 0],
  [0.49, 4],
  [0.999, 9],
  [1.2, 9],
])("finds the step at %d of the width", (place, index) => expect(stepAt(place, 10)).toBe(index));

describe("the keys", () => {
  it.each([
    ["ArrowLeft", 5, 4],
    ["ArrowRight", 5, 6],
    ["PageDown", 5, 0],
    ["PageUp", 5, 15],
    ["Home", 5, 0],
    ["End", 5, 59],
  ])("%s leads from %d to %d", (key, from, to) => expect(stepAfterKey(key, from, 60)).toBe(to));

  it("stop at both ends", () => {
    expect(stepAfterKey("ArrowLeft", 0, 60)).toBe(0);
    expect(stepAfterKey("ArrowRight", 59, 60)).toBe(59);
  });

  it("leave others to the page", () => expect(stepAfterKey("Tab", 5, 60)).toBeNull());
});

describe("a stepped line", () => {
  const place = { x: (at: number) => at * 10, stepWidth: 10 };
  const draw = (...values: (number | null)[]) =>
    stepPath(
      values.map((value, at) => ({ at, value })),
      place,
      ({ value }) => value,
    );

  it("is level over each step", () => expect(draw(5, 7)).toBe("M0 5h10V7h10"));
  it("breaks where nothing was measured", () => expect(draw(5, null, 7)).toBe("M0 5h10M20 7h10"));
  it("is nothing without a value", () => expect(draw(null, null)).toBe(""));
});

it("thins ticks evenly", () => {
  expect(thin([0, 1, 2, 3, 4], 5)).toEqual([0, 1, 2, 3, 4]);
  expect(thin([0, 1, 2, 3, 4], 3)).toEqual([0, 2, 4]);
  expect(thin([0, 1, 2, 3, 4], 1)).toEqual([0]);
});
