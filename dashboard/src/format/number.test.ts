import { describe, expect, it } from "vitest";
import { formatCounted, formatDuration, formatShare, formatShort } from "./number";

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [1.64, "1.6 ms"],
    [412, "412 ms"],
    [999.6, "1.0 s"],
    [1800, "1.8 s"],
    [14_400, "14 s"],
    [59_960, "1 min"],
    [125_000, "2 min 5 s"],
    [3_599_600, "1 h"],
    [11_040_000, "3 h 4 min"],
    [86_399_000, "1 d"],
    [183_600_000, "2 d 3 h"],
    [-1800, "-1.8 s"],
  ])("writes %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("other numbers", () => {
  it("counts in singular and plural", () => {
    expect([0, 1, 1234].map((n) => formatCounted(n, "ticket"))).toEqual(["0 tickets", "1 ticket", "1,234 tickets"]);
    expect(formatCounted(2, "delivery", "deliveries")).toBe("2 deliveries");
  });

  it("gives a share one decimal, but for all and nothing", () => {
    expect([0, 0.987, 1].map(formatShare)).toEqual(["0 %", "98.7 %", "100 %"]);
  });

  it("shortens only what is long", () => {
    expect([9999, 12_345].map(formatShort)).toEqual(["9,999", "12.3k"]);
  });
});
