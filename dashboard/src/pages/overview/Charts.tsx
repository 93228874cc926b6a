import { ChartColumn, Table2 } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { Stats } from "@/api/types";
import { RANGE_WORDS, type Range } from "@/app/range";
import { IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { formatCount } from "@/format/number";
import { formatSpan } from "@/format/span";
import styles from "./Charts.module.css";
import { LatencyChart } from "./LatencyChart";
import { type Entry, Readout } from "./Readout";
import { type Column, StepTable } from "./StepTable";
import { formatMs, PERCENTILES, STAGE_WORDS, STAGES, type Step, stepsOf } from "./series";
import { TrafficChart } from "./TrafficChart";

/** The two charts over time, which share their crosshair. */
export default function Charts({ stats, range }: { stats: Stats; range: Range }) {
  const [active, setActive] = useState<number | null>(null);
  const steps = useMemo(() => stepsOf(stats), [stats]);
  const stepMs = stats.step_s * 1000;
  const step = active === null ? undefined : steps[active];
  const whole = `${RANGE_WORDS[range]}. Point at a step for its own values.`;
  const span = step ? formatSpan(step.at, step.at + stepMs) : whole;
  const shared = { steps, stepMs, active, onActive: setActive };
  return (
    <>
      <Chart title="Latency" steps={steps} stepMs={stepMs} columns={LATENCY_COLUMNS}>
        <Readout span={span} entries={latencyEntries(stats, step)} />
        <LatencyChart {...shared} />
        <p className={styles.caption}>
          Dispatch is that of urgent tickets alone, from score to delivery, and comes after what the percentiles tell
          of.
        </p>
      </Chart>
      <Chart title="Tickets" steps={steps} stepMs={stepMs} columns={TRAFFIC_COLUMNS}>
        <Readout span={span} entries={trafficEntries(stats, step)} />
        <TrafficChart {...shared} />
        <p className={styles.caption}>A step is {formatMs(stepMs)} long; the last one is not over yet.</p>
      </Chart>
    </>
  );
}

type ChartProps = {
  title: string;
  steps: readonly Step[];
  stepMs: number;
  columns: readonly Column[];
  children: ReactNode;
};

/** A chart, or the same data as a table. */
function Chart({ title, steps, stepMs, columns, children }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const label = asTable ? `${title} as a chart` : `${title} as a table`;
  return (
    <Card
      title={title}
      className={styles.card}
      actions={<IconButton icon={asTable ? ChartColumn : Table2} label={label} onClick={() => setAsTable(!asTable)} />}
    >
      {asTable ? <StepTable caption={title} steps={steps} stepMs={stepMs} columns={columns} /> : children}
    </Card>
  );
}

const LATENCY_COLUMNS: readonly Column[] = [
  ...PERCENTILES.map((name) => ({ title: name, value: (step: Step) => formatMs(step.total_ms[name]) })),
  ...STAGES.map((stage) => ({
    title: `${STAGE_WORDS[stage]}, mean`,
    value: (step: Step) => formatMs(step.mean_ms[stage]),
  })),
  { title: "Cold starts", value: (step) => formatCount(step.cold_starts) },
];

const TRAFFIC_COLUMNS: readonly Column[] = [
  { title: "Accepted", value: (step) => formatCount(step.accepted) },
  { title: "Scored", value: (step) => formatCount(step.scored) },
  { title: "Urgent", value: (step) => formatCount(step.urgent) },
  { title: "Failed", value: (step) => formatCount(step.failed) },
  { title: "Delivered", value: (step) => formatCount(step.delivered) },
  { title: "Exhausted", value: (step) => formatCount(step.exhausted) },
];

function latencyEntries({ latency, series }: Stats, step: Step | undefined): Entry[] {
  const shapes = { p50: "line", p95: "line", p99: "dots" } as const;
  const cold = step ? step.cold_starts : series.reduce((sum, { cold_starts }) => sum + cold_starts, 0);
  return [
    ...PERCENTILES.map((name) => ({
      key: name,
      label: name,
      value: formatMs(step ? step.total_ms[name] : latency.total_ms[name]),
      shape: shapes[name],
    })),
    ...STAGES.map((stage) => ({
      key: stage,
      label: `${STAGE_WORDS[stage]}, mean`,
      value: formatMs(step ? step.mean_ms[stage] : latency[`${stage}_ms`].mean),
      shape: "box" as const,
    })),
    { key: "cold", label: "Cold starts", value: formatCount(cold), shape: "triangle" },
  ];
}

function trafficEntries({ counters }: Stats, step: Step | undefined): Entry[] {
  const { accepted, scored, urgent, failed } = step ?? counters;
  return [
    { key: "accepted", label: "Accepted", value: formatCount(accepted), shape: "box" },
    { key: "scored", label: "Scored", value: formatCount(scored), shape: "line" },
    { key: "urgent", label: "Urgent", value: formatCount(urgent), shape: "box" },
    { key: "failed", label: "Failed", value: formatCount(failed), shape: "none" },
  ];
}
