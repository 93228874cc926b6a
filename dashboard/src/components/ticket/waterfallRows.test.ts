import { describe, expect, it } from "vitest";
import type { Delivery, Ticket } from "@/api/types";
import { ticks, waterfall } from "./waterfallRows";

const ACCEPTED = "2026-11-21T10:00:00.000Z";
type Timed = Pick<Ticket, "accepted_at" | "timings" | "cold_start" | "attempts">;

function ticket(timings: Partial<Ticket["timings"]>, more: Partial<Timed> = {}): Timed {
  const none = { queue_ms: null, scoring_ms: null, dispatch_ms: null, total_ms: null };
  return { accepted_at: ACCEPTED, timings: { ...none, ...timings }, cold_start: false, attempts: 1, ...more };
}

function delivery(status: Delivery["status"], tries: [afterMs: number, latencyMs: number, error: string | null][]) {
  const log = tries.map(([after, latency_ms, error]) => ({
    at: new Date(Date.parse(ACCEPTED) + after).toISOString(),
    latency_ms,
    status: error ? 500 : 200,
    error,
  }));
  return { id: "T~ops", destination: "ops", status, attempts: tries.length, log } as unknown as Delivery;
}

describe("a waterfall", () => {
  it("has bars without gaps whose lengths add up to the total", () => {
    const { scoring } = waterfall(ticket({ queue_ms: 132, scoring_ms: 42.695, total_ms: 176 }), []);
    expect(scoring.rows.flatMap((row) => row.bars)).toEqual([
      { stage: "queue", fromMs: 0, toMs: 132 },
      { stage: "scoring", fromMs: 132, toMs: 174.695 },
      { stage: "saving", fromMs: 174.695, toMs: 176 },
    ]);
    expect(scoring.rows.reduce((sum, row) => sum + (row.ms ?? 0), 0)).toBeCloseTo(176);
  });

  it("draws nothing beyond the total when clocks disagree, and still adds up", () => {
    const { scoring } = waterfall(ticket({ queue_ms: 10, scoring_ms: 5.6, total_ms: 15 }), []);
    expect(scoring.rows.flatMap((row) => row.bars).at(-1)).toEqual({ stage: "saving", fromMs: 15, toMs: 15 });
    expect(scoring.rows.at(-1)?.ms).toBeCloseTo(-0.6);
  });

  it("shows only what has happened", () => {
    expect(waterfall(ticket({}), []).scoring.rows).toEqual([]);
    expect(waterfall(ticket({ queue_ms: 7 }), []).scoring.rows.map((row) => row.id)).toEqual(["queue"]);
  });

  it("tells cold starts and earlier attempts", () => {
    const more = { cold_start: true, attempts: 3 };
    const { scoring } = waterfall(ticket({ queue_ms: 9000, scoring_ms: 40, total_ms: 9041 }, more), []);
    expect(scoring.rows[0]?.notes).toEqual(["until attempt 3"]);
    expect(scoring.rows[1]?.notes).toContain("cold start");
  });

  it("puts waits between the tries of an alert, from the moment that it was scored", () => {
    const timed = ticket({ queue_ms: 50, scoring_ms: 50, total_ms: 100 });
    const { dispatch, oneAxis } = waterfall(timed, [
      delivery("delivered", [
        [150, 20, "webhook-unavailable"],
        [300, 30, null],
      ]),
    ]);
    expect(oneAxis).toBe(true);
    expect(dispatch?.rows[0]?.bars).toEqual([
      { stage: "wait", fromMs: 100, toMs: 130 },
      { stage: "refused", fromMs: 130, toMs: 150 },
      { stage: "wait", fromMs: 150, toMs: 270 },
      { stage: "attempt", fromMs: 270, toMs: 300 },
    ]);
    expect(dispatch?.rows[0]?.ms).toBe(200);
  });

  it("gives long retries an axis of their own", () => {
    const timed = ticket({ queue_ms: 50, scoring_ms: 50, total_ms: 100 });
    const { scoring, dispatch, oneAxis } = waterfall(timed, [
      delivery("pending", [[60_000, 20, "webhook-unavailable"]]),
    ]);
    expect([oneAxis, scoring.toMs, dispatch?.fromMs, dispatch?.toMs]).toEqual([false, 100, 100, 60_000]);
    expect(dispatch?.rows[0]?.ms).toBeNull();
  });
});

it.each([
  [0, 176, [0, 50, 100, 150]],
  [100, 60_000, [20_000, 40_000, 60_000]],
  [0, 3, [0, 1, 2, 3]],
  [5, 5, []],
  [8000, 215_000, [60_000, 120_000, 180_000]],
  [0, 7_000_000, [0, 1_800_000, 3_600_000, 5_400_000]],
])("marks the axis from %d to %d at round places", (from, to, marks) => expect(ticks(from, to)).toEqual(marks));
