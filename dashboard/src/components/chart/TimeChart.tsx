import { scaleTime } from "@visx/scale";
import type { KeyboardEvent, PointerEvent, ReactNode } from "react";
import { type Step, stepAfterKey, stepAt, thin } from "./steps";
import styles from "./TimeChart.module.css";
import { useWidth } from "./useWidth";

export const MARGIN = { left: 52, right: 8 };

/** What a chart needs to draw itself: the place, and where a time lies in it. */
export type Frame = {
  width: number;
  /** The left edge of a step, and how wide it is. */
  x: (at: number) => number;
  stepWidth: number;
  ticks: number[];
};

type Props = {
  label: string;
  steps: readonly Step[];
  stepMs: number;
  height: number;
  /** The step under the crosshair; several charts may share it. */
  active: number | null;
  onActive: (index: number | null) => void;
  /** All values of a step, for those who do not see the chart. */
  describe: (index: number) => string;
  children: (frame: Frame) => ReactNode;
};

const DAY_MS = 86_400_000;

/** A chart over time whose crosshair follows the pointer, a touch, and the arrow keys. */
export function TimeChart({ label, steps, stepMs, height, active, onActive, describe, children }: Props) {
  const [ref, outer] = useWidth();
  const width = Math.max(0, outer - MARGIN.left - MARGIN.right);
  const from = steps[0]?.at ?? 0;
  const until = (steps.at(-1)?.at ?? 0) + stepMs;
  const scale = scaleTime({ domain: [from, until], range: [0, width] });
  const tickPx = until - from > DAY_MS ? 88 : 48; // room for "21 Nov, 22:18", or for "22:18"
  const stepWidth = steps.length ? width / steps.length : 0;
  const frame: Frame = {
    width,
    x: (at) => scale(at),
    stepWidth,
    // One whose words would reach beyond the chart is left out.
    ticks: thin(scale.ticks(width / tickPx).map(Number), width / tickPx).filter(
      (at) => scale(at) <= width - tickPx / 4,
    ),
  };

  function onPointer(event: PointerEvent<HTMLElement>) {
    const left = event.currentTarget.getBoundingClientRect().left + MARGIN.left;
    if (width > 0) onActive(stepAt((event.clientX - left) / width, steps.length));
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === "Escape") return onActive(null);
    const next = stepAfterKey(event.key, active ?? steps.length - 1, steps.length);
    if (next === null) return;
    event.preventDefault();
    onActive(next);
  }

  const shown = active !== null && active < steps.length ? active : null;
  return (
    <div
      ref={ref}
      role="slider"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, steps.length - 1)}
      aria-valuenow={shown ?? Math.max(0, steps.length - 1)}
      aria-valuetext={steps.length ? describe(shown ?? steps.length - 1) : "No data"}
      tabIndex={0}
      className={styles.chart}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={() => onActive(null)}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && onActive(steps.length - 1)}
      onBlur={() => onActive(null)}
      onKeyDown={onKey}
    >
      <svg width={outer} height={height} className={styles.svg} aria-hidden="true">
        <g transform={`translate(${MARGIN.left} 0)`}>
          {width > 0 && shown !== null && (
            <rect x={frame.x(steps[shown]?.at ?? from)} width={stepWidth} height={height} className={styles.cross} />
          )}
          {width > 0 && children(frame)}
        </g>
      </svg>
    </div>
  );
}
