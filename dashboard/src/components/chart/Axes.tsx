import { formatTick } from "@/format/time";
import styles from "./Axes.module.css";
import type { Frame } from "./TimeChart";

type ValueAxisProps = {
  frame: Frame;
  ticks: readonly number[];
  y: (value: number) => number;
  format: (value: number) => string;
};

/** Lines across the chart, each with its value at the left. */
export function ValueAxis({ frame, ticks, y, format }: ValueAxisProps) {
  return (
    <g className={styles.axis}>
      {ticks.map((value) => (
        <g key={value} transform={`translate(0 ${y(value)})`}>
          <line x2={frame.width} className={value === 0 ? styles.base : styles.grid} />
          <text x={-8} dy="0.32em" textAnchor="end">
            {format(value)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Times below the chart. */
export function TimeAxis({ frame, y, rangeMs }: { frame: Frame; y: number; rangeMs: number }) {
  return (
    <g className={styles.axis} transform={`translate(0 ${y})`}>
      {frame.ticks.map((at) => (
        <g key={at} transform={`translate(${frame.x(at)} 0)`}>
          <line y2={4} className={styles.base} />
          <text y={16} textAnchor="middle">
            {formatTick(at, rangeMs)}
          </text>
        </g>
      ))}
    </g>
  );
}
