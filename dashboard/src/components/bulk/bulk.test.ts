import { describe, expect, it } from "vitest";
import { type Ask, type Call, type Clock, countAll, doAll, type Part, type Progress } from "./bulk";

/** An API with so many things, of which a call takes at most `most`; and what was asked of it. */
function api(total: number, most: number): { call: Call; asked: Ask[] } {
  const asked: Ask[] = [];
  const call: Call = async (ask) => {
    asked.push(ask);
    const from = Number(ask.cursor ?? 0);
    const taken = Math.min(most, total - from);
    const part: Part = {
      outcomes: Array<string>(taken).fill(ask.dryRun ? "would-send" : "queued"),
      spreadS: Math.floor(((taken - 1) * 60) / ask.perMinute),
      cursor: from + taken < total ? String(from + taken) : null,
    };
    return part;
  };
  return { call, asked };
}

function stillClock(): Clock & { slept: number[] } {
  const slept: number[] = [];
  const now = () => slept.reduce((sum, ms) => sum + ms, 0);
  return { slept, now, sleep: async (ms) => void slept.push(ms) };
}

const never = new AbortController().signal;

describe("the dry run", () => {
  it("counts over all parts and changes nothing", async () => {
    const { call, asked } = api(450, 200);
    expect(await countAll(call, 600, never)).toEqual({ tally: { "would-send": 450 }, total: 450, more: false });
    expect(asked.map(({ dryRun, cursor }) => [dryRun, cursor])).toEqual([
      [true, null],
      [true, "200"],
      [true, "400"],
    ]);
  });

  it("says that there are more once it has counted enough", async () => {
    expect(await countAll(api(5000, 200).call, 600, never)).toMatchObject({ total: 2000, more: true });
  });
});

describe("doing it", () => {
  it("keeps the rate over several parts by waiting until one has gone out", async () => {
    const { call, asked } = api(450, 200);
    const clock = stillClock();
    const told: Progress[] = [];
    await doAll(call, 60, (progress) => told.push(progress), never, clock);
    expect(asked.every(({ dryRun, perMinute }) => !dryRun && perMinute === 60)).toBe(true);
    expect(clock.slept).toEqual([200_000, 200_000]);
    expect(told.map(({ tally }) => tally.queued)).toEqual([200, 400, 450]);
    expect(told.at(-1)).toMatchObject({ waitUntil: null, lastAt: 449_000 });
  });

  it("stops between two parts when it is told to", async () => {
    const { call, asked } = api(450, 200);
    const stop = new AbortController();
    const clock = { ...stillClock(), sleep: async () => Promise.reject(new DOMException("stopped", "AbortError")) };
    await expect(doAll(call, 60, () => {}, stop.signal, clock)).rejects.toThrow("stopped");
    expect(asked).toHaveLength(1);
  });
});
