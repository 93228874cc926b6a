import { expect, it } from "vitest";
import { sparkline } from "./sparklinePath";

it("goes from left to right, zero at the bottom and the largest at the top", () => {
  expect(sparkline([0, 10, 5], 72, 24)).toBe("M1.0 23.0L36.0 1.0L71.0 12.0");
});

it("is a flat line when nothing happened", () => {
  expect(sparkline([0, 0], 72, 24)).toBe("M1.0 23.0L71.0 23.0");
});

it("is empty where there is no course", () => expect(sparkline([3], 72, 24)).toBe(""));
