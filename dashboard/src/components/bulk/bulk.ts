/**
 * Doing something to all that a filter keeps, part by part, as `POST /deliveries/replay` and `POST /dead-letters/redrive` do it:
 * a call takes so many and spreads them over time; the next one goes on from its cursor.
 */

export type Part = {
  /** What became of each. */
  outcomes: readonly string[];
  /** When the last of this part goes out, in seconds from now. */
  spreadS: number;
  /** Where the next call goes on; null when nothing is left. */
  cursor: string | null;
};
export type Ask = { dryRun: boolean; perMinute: number; cursor: string | null };
export type Call = (ask: Ask, signal: AbortSignal) => Promise<Part>;

export type Tally = Readonly<Record<string, number>>;
export type Counted = { tally: Tally; total: number /** Whether there are more than were counted. */; more: boolean };

/** A dry run of so many calls is enough to decide by: the rest is told as "or more". */
export const COUNTED_CALLS = 10;
export function addUp(tally: Tally, outcomes: readonly string[]): Tally {
  const sum: Record<string, number> = { ...tally };
  for (const outcome of outcomes) sum[outcome] = (sum[outcome] ?? 0) + 1;
  return sum;
}

export function totalOf(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

/** The dry run: how many there are. At the highest rate a part is largest, and it takes few calls. */
export async function countAll(call: Call, highestRate: number, signal: AbortSignal): Promise<Counted> {
  let tally: Tally = {};
  let cursor: string | null = null;
  for (let calls = 0; calls < COUNTED_CALLS; calls++) {
    const part = await call({ dryRun: true, perMinute: highestRate, cursor }, signal);
    tally = addUp(tally, part.outcomes);
    cursor = part.cursor;
    if (cursor === null) break;
  }
  return { tally, total: totalOf(tally), more: cursor !== null };
}

export type Progress = {
  tally: Tally;
  /** Until when this browser waits before it asks for the next part, in Unix milliseconds; null while it asks. */
  waitUntil: number | null;
  /** When the last one that was queued goes out. */
  lastAt: number | null;
};
export const NOT_BEGUN: Progress = { tally: {}, waitUntil: null, lastAt: null };

export type Clock = { now: () => number; sleep: (ms: number, signal: AbortSignal) => Promise<void> };

export const browserClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

/** Do it, one part after the other. The next part waits until the last one has gone out: together they would break the rate. */
export async function doAll(
  call: Call,
  perMinute: number,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
  clock: Clock = browserClock,
): Promise<void> {
  let progress = NOT_BEGUN;
  let cursor: string | null = null;
  do {
    const part: Part = await call({ dryRun: false, perMinute, cursor }, signal);
    cursor = part.cursor;
    const lastAt = clock.now() + part.spreadS * 1000;
    // One more place in the spread: the first of the next part is one step behind the last of this one.
    const waitMs = part.spreadS * 1000 + 60_000 / perMinute;
    const waits = cursor !== null && part.outcomes.length > 0;
    progress = { tally: addUp(progress.tally, part.outcomes), waitUntil: waits ? clock.now() + waitMs : null, lastAt };
    tell(progress);
    if (waits) await clock.sleep(waitMs, signal);
  } while (cursor !== null);
}
