/** The series of `GET /stats`, ready to be drawn, told and tabled. */
import type { Stats } from "@/api/types";
import { formatCount, formatDuration } from "@/format/number";
import { formatSpan } from "@/format/span";

export type Step = Omit<Stats["series"][number], "at"> & { at: number };

export const STAGES = ["queue", "scoring", "dispatch"] as const;
export type Stage = (typeof STAGES)[number];
export const STAGE_WORDS: Record<Stage, string> = { queue: "Queue", scoring: "Scoring", dispatch: "Dispatch" };

export const PERCENTILES = ["p50", "p95", "p99"] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** What we want 95 of 100 tickets to be scored within. An aim, not an alarm: `SlowAlarm` waits for 60 s. */
export const GOAL_MS = 2000;

export function stepsOf(stats: Stats): Step[] {
  return stats.series.map((step) => ({ ...step, at: Date.parse(step.at) }));
}

export type Layer = { stage: Stage; from: number; to: number };

/** The means on top of each other; a stage that nothing was measured of is left out. */
export function stackOf(step: Step): Layer[] {
  const layers: Layer[] = [];
  let from = 0;
  for (const stage of STAGES) {
    const mean = step.mean_ms[stage];
    if (mean === null) continue;
    layers.push({ stage, from, to: from + mean });
    from += mean;
  }
  return layers;
}

/** Powers of ten around all values and the goal, in milliseconds. */
export function logTicks(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0);
  const lowest = Math.floor(Math.log10(Math.min(10, ...positive)));
  const highest = Math.ceil(Math.log10(Math.max(GOAL_MS, ...positive)));
  return Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index));
}

export function formatMs(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? "–" : formatDuration(ms);
}

/** A round value of an axis, in the one unit that keeps it short: `50 ms`, `5 s`, `100 s`. */
export function formatTickMs(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${formatCount(ms / 1000)} s`;
}

/** One step in words, for a screen reader. */
export function describeLatency(step: Step | undefined, stepMs: number): string {
  if (!step) return "No data";
  const span = formatSpan(step.at, step.at + stepMs);
  if (step.scored === 0) return `${span}: no ticket scored`;
  const percentiles = PERCENTILES.map((name) => `${name} ${formatMs(step.total_ms[name])}`);
  const means = STAGES.filter((stage) => step.mean_ms[stage] !== null).map(
    (stage) => `${STAGE_WORDS[stage].toLowerCase()} ${formatMs(step.mean_ms[stage])}`,
  );
  const cold = step.cold_starts ? `; cold starts: ${step.cold_starts}` : "";
  return `${span}: ${percentiles.join(", ")}; mean ${means.join(", ")}${cold}`;
}

export function describeTraffic(step: Step | undefined, stepMs: number): string {
  if (!step) return "No data";
  const { accepted, scored, urgent, failed } = step;
  const counts = { accepted, scored, urgent, failed };
  const told = Object.entries(counts).map(([name, count]) => `${formatCount(count)} ${name}`);
  return `${formatSpan(step.at, step.at + stepMs)}: ${told.join(", ")}`;
}
