/**
 * A ticket's times as bars on an axis that begins when it was accepted.
 *
 * Times come from the clocks of several machines and in whole milliseconds, so a few of them mean nothing; what lies
 * between scoring and the record of it (claims, grouping, saving) is what is left of the total.
 */
import type { Delivery, Ticket } from "@/api/types";

export type Stage = "queue" | "scoring" | "saving" | "wait" | "attempt" | "refused";
export type Bar = { stage: Stage; fromMs: number; toMs: number };
export type Row = {
  id: string;
  label: string;
  bars: Bar[];
  /** How long it took in all; null while it is not over. */
  ms: number | null;
  /** What one should know of it, in words. */
  notes: string[];
};
export type Panel = { rows: Row[]; fromMs: number; toMs: number };
export type Waterfall = {
  /** Accepted until scored. */
  scoring: Panel;
  /** Scored until the last try; null without one. It has its own axis if it would squeeze the other one. */
  dispatch: Panel | null;
  /** Whether both panels have the same axis. */
  oneAxis: boolean;
};

/** Beyond this, bars of the shorter part would be too small to see on the axis of the longer one. */
const SQUEEZE = 8;

type Timed = Pick<Ticket, "accepted_at" | "timings" | "cold_start" | "attempts">;

export function waterfall(ticket: Timed, deliveries: readonly Delivery[]): Waterfall {
  const rows = scoringRows(ticket);
  const scoredMs = ticket.timings.total_ms ?? 0;
  const alerts = deliveries.flatMap((delivery) => alertRow(delivery, Date.parse(ticket.accepted_at), scoredMs));
  const endMs = Math.max(scoredMs, ...alerts.flatMap((row) => row.bars.map((bar) => bar.toMs)));
  const oneAxis = alerts.length === 0 || endMs <= SQUEEZE * Math.max(scoredMs, 1);
  const dispatch = { rows: alerts, fromMs: oneAxis ? 0 : scoredMs, toMs: endMs };
  return {
    scoring: { rows, fromMs: 0, toMs: oneAxis ? endMs : scoredMs },
    dispatch: alerts.length > 0 ? dispatch : null,
    oneAxis,
  };
}

function scoringRows({ timings, cold_start, attempts }: Timed): Row[] {
  const { queue_ms, scoring_ms, total_ms } = timings;
  const rows: Row[] = [];
  if (queue_ms === null) return rows;
  const queueNotes = attempts > 1 ? [`until attempt ${attempts}`] : [];
  rows.push({ id: "queue", label: "Queue", bars: [bar("queue", 0, queue_ms)], ms: queue_ms, notes: queueNotes });
  if (scoring_ms === null) return rows;
  // The two come from different clocks: scoring may seem to end after the moment that counts as scored.
  const endMs = total_ms === null ? queue_ms + scoring_ms : Math.min(total_ms, queue_ms + scoring_ms);
  const notes = ["whole batch", ...(cold_start ? ["cold start"] : [])];
  rows.push({
    id: "scoring",
    label: "Scoring",
    bars: [bar("scoring", Math.min(queue_ms, endMs), endMs)],
    ms: scoring_ms,
    notes,
  });
  if (total_ms === null) return rows;
  const restMs = total_ms - queue_ms - scoring_ms;
  rows.push({
    id: "saving",
    label: "Claims, rounding",
    bars: [bar("saving", endMs, total_ms)],
    ms: restMs,
    notes: ["rest of the total"],
  });
  return rows;
}

function alertRow(delivery: Delivery, acceptedAtMs: number, scoredMs: number): Row[] {
  if (delivery.log.length === 0) return [];
  const bars: Bar[] = [];
  let atMs = scoredMs;
  for (const attempt of delivery.log) {
    const toMs = Math.max(atMs, Date.parse(attempt.at) - acceptedAtMs);
    const fromMs = Math.max(atMs, toMs - attempt.latency_ms);
    if (fromMs > atMs) bars.push(bar("wait", atMs, fromMs));
    bars.push(bar(attempt.error === null ? "attempt" : "refused", fromMs, toMs));
    atMs = toMs;
  }
  const over = delivery.status !== "pending";
  return [
    {
      id: delivery.id,
      label: delivery.destination,
      bars,
      ms: over ? atMs - scoredMs : null,
      notes: alertNotes(delivery),
    },
  ];
}

function alertNotes({ status, attempts, log }: Delivery): string[] {
  const notes: string[] = [status];
  if (attempts > 1) notes.push(`${attempts} attempts`);
  if (attempts > log.length) notes.push(`the last ${log.length} shown`);
  return notes;
}

function bar(stage: Stage, fromMs: number, toMs: number): Bar {
  return { stage, fromMs, toMs };
}

/** Round places for the marks of an axis, the first and the last place of the axis not among them. */
export function ticks(fromMs: number, toMs: number, count = 4): number[] {
  const span = toMs - fromMs;
  if (span <= 0) return [];
  const step = roundStep(span / count);
  const marks: number[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs; at += step) marks.push(at);
  return marks;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** From half a minute on, round means what a clock calls round. */
const CLOCK_STEPS = [
  30 * SECOND,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12].map((hours) => hours * HOUR),
];

function roundStep(rough: number): number {
  if (rough > 20 * SECOND)
    return CLOCK_STEPS.find((step) => step >= rough) ?? 24 * HOUR * Math.ceil(rough / (24 * HOUR));
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
}
