import { scaleLinear } from "@visx/scale";
import { TimeAxis, ValueAxis } from "@/components/chart/Axes";
import { stepPath } from "@/components/chart/steps";
import { TimeChart } from "@/components/chart/TimeChart";
import { formatShort } from "@/format/number";
import styles from "./Charts.module.css";
import { describeTraffic, type Step } from "./series";

const TOP = 8;
const BOTTOM = 300; // the time axes of both charts lie on one line
const HEIGHT = BOTTOM + 24;

type Props = {
  steps: readonly Step[];
  stepMs: number;
  active: number | null;
  onActive: (index: number | null) => void;
};

/** Tickets accepted and, within them, urgent ones as bars; those scored as a line. */
export function TrafficChart({ steps, stepMs, active, onActive }: Props) {
  const most = Math.max(1, ...steps.flatMap(({ accepted, scored }) => [accepted, scored]));
  const y = scaleLinear({ domain: [0, most], range: [BOTTOM, TOP], nice: 4 });
  return (
    <TimeChart
      label="Tickets over time"
      steps={steps}
      stepMs={stepMs}
      height={HEIGHT}
      active={active}
      onActive={onActive}
      describe={(index) => describeTraffic(steps[index], stepMs)}
    >
      {(frame) => {
        const gap = frame.stepWidth > 4 ? 1 : 0;
        const width = Math.max(1, frame.stepWidth - gap);
        const bar = (step: Step, value: number, className: string | undefined) => (
          <rect
            x={frame.x(step.at) + gap / 2}
            y={y(value)}
            width={width}
            height={BOTTOM - y(value)}
            className={className}
          />
        );
        return (
          <>
            <ValueAxis frame={frame} ticks={y.ticks(4).filter(Number.isInteger)} y={y} format={formatShort} />
            {steps.map((step) => (
              <g key={step.at}>
                {bar(step, step.accepted, styles.accepted)}
                {bar(step, step.urgent, styles.urgent)}
              </g>
            ))}
            <path
              d={stepPath(steps, frame, (step) => (step.scored > 0 ? y(step.scored) : null))}
              className={styles.scored}
            />
            <TimeAxis frame={frame} y={BOTTOM} rangeMs={steps.length * stepMs} />
          </>
        );
      }}
    </TimeChart>
  );
}
