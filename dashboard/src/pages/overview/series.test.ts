import { describe, expect, it } from "vitest";
import { describeLatency, formatTickMs, logTicks, type Step, stackOf } from "./series";

const EMPTY: Step = {
  at: Date.UTC(2026, 10, 21, 22, 14),
  accepted: 0,
  scored: 0,
  urgent: 0,
  failed: 0,
  degraded: 0,
  cold_starts: 0,
  delivered: 0,
  exhausted: 0,
  by_category: {},
  mean_ms: { queue: null, scoring: null, dispatch: null },
  total_ms: { p50: null, p95: null, p99: null },
};

describe("the means of a step", () => {
  it("lie on top of each other", () => {
    const step = { ...EMPTY, mean_ms: { queue: 12.5, scoring: 24, dispatch: 60 } };
    expect(stackOf(step)).toEqual([
      { stage: "queue", from: 0, to: 12.5 },
      { stage: "scoring", from: 12.5, to: 36.5 },
      { stage: "dispatch", from: 36.5, to: 96.5 },
    ]);
  });

  it("leave out what was not measured", () => {
    const step = { ...EMPTY, mean_ms: { queue: 10, scoring: 20, dispatch: null } };
    expect(stackOf(step).map(({ stage }) => stage)).toEqual(["queue", "scoring"]);
    expect(stackOf(EMPTY)).toEqual([]);
  });
});

describe("the axis of percentiles", () => {
  it.each([
    ["nothing", [], [10, 100, 1000, 10_000]],
    ["usual times", [35, 70, 149], [10, 100, 1000, 10_000]],
    ["very short ones", [0.4, 3], [0.1, 1, 10, 100, 1000, 10_000]],
    ["very long ones", [50_000], [10, 100, 1000, 10_000, 100_000]],
    ["the lowest bucket, which counts as 0", [0, 20], [10, 100, 1000, 10_000]],
  ])("holds %s and the goal", (_name, values, ticks) => expect(logTicks(values)).toEqual(ticks));
});

describe("a step in words", () => {
  it("says that nothing was scored", () => expect(describeLatency(EMPTY, 60_000)).toMatch(/ to .*: no ticket scored$/));

  it("names what was measured, and cold starts", () => {
    const step: Step = {
      ...EMPTY,
      scored: 3,
      cold_starts: 1,
      mean_ms: { queue: 10, scoring: 20, dispatch: null },
      total_ms: { p50: 30, p95: 2400, p99: 2400 },
    };
    expect(describeLatency(step, 60_000)).toMatch(
      /: p50 30 ms, p95 2\.4 s, p99 2\.4 s; mean queue 10 ms, scoring 20 ms; cold starts: 1$/,
    );
  });
});

it.each([
  [0, "0 ms"],
  [0.1, "0.1 ms"],
  [500, "500 ms"],
  [1000, "1 s"],
  [100_000, "100 s"],
])("writes %d ms shortly on an axis", (ms, text) => expect(formatTickMs(ms)).toBe(text));
