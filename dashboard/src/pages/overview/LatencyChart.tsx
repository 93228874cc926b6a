import { scaleLinear, scaleLog } from "@visx/scale";
import { TimeAxis, ValueAxis } from "@/components/chart/Axes";
import { stepPath } from "@/components/chart/steps";
import { type Frame, TimeChart } from "@/components/chart/TimeChart";
import { cx } from "@/components/cx";
import { formatDuration } from "@/format/number";
import styles from "./Charts.module.css";
import { describeLatency, formatTickMs, GOAL_MS, logTicks, PERCENTILES, type Step, stackOf } from "./series";

const LINES = { top: 28, height: 128 };
const BARS = { top: LINES.top + LINES.height + 52, height: 92 };
/** What the scale of the means reaches to while there are none. */
const EMPTY_MS = 100;
const HEIGHT = BARS.top + BARS.height + 24;

type Props = {
  steps: readonly Step[];
  stepMs: number;
  active: number | null;
  onActive: (index: number | null) => void;
};

/**
 * Percentiles of the whole above, means of the stages below, over the same steps.
 *
 * Two scales, as the slowest one of a hundred is ten times the mean. The upper one is logarithmic, so that 20 ms and 2 s are
 * both readable; bars have a length, so theirs begins at zero. Nothing is drawn where nothing was measured.
 */
export function LatencyChart({ steps, stepMs, active, onActive }: Props) {
  return (
    <TimeChart
      label="Latency over time"
      steps={steps}
      stepMs={stepMs}
      height={HEIGHT}
      active={active}
      onActive={onActive}
      describe={(index) => describeLatency(steps[index], stepMs)}
    >
      {(frame) => (
        <>
          <Percentiles frame={frame} steps={steps} />
          <Means frame={frame} steps={steps} />
          <text y={10} className={styles.pane}>
            Accepted until scored, logarithmic scale
          </text>
          <text y={BARS.top - 18} className={styles.pane}>
            Mean of each stage
          </text>
          <TimeAxis frame={frame} y={BARS.top + BARS.height} rangeMs={steps.length * stepMs} />
        </>
      )}
    </TimeChart>
  );
}

function Percentiles({ frame, steps }: { frame: Frame; steps: readonly Step[] }) {
  const values = steps.flatMap(({ total_ms }) => PERCENTILES.map((name) => total_ms[name])).filter((ms) => ms !== null);
  const ticks = logTicks(values);
  const y = scaleLog({
    domain: [ticks[0] ?? 1, ticks.at(-1) ?? 10],
    range: [LINES.top + LINES.height, LINES.top],
    clamp: true,
  });
  const middle = (step: Step) => frame.x(step.at) + frame.stepWidth / 2;
  return (
    <g>
      <ValueAxis frame={frame} ticks={ticks} y={y} format={formatTickMs} />
      <g transform={`translate(0 ${y(GOAL_MS)})`}>
        <line x2={frame.width} className={styles.goal} />
        <text x={4} y={-5} className={styles.goalWord}>
          Goal for p95: {formatDuration(GOAL_MS)}
        </text>
      </g>
      {PERCENTILES.map((name) => (
        <path
          key={name}
          d={stepPath(steps, frame, ({ total_ms }) => (total_ms[name] === null ? null : y(total_ms[name])))}
          className={cx(styles.line, styles[name])}
        />
      ))}
      {steps
        .filter((step) => step.cold_starts > 0)
        .map((step) => (
          <path
            key={step.at}
            d="M0 0l4.5 8h-9z"
            transform={`translate(${middle(step)} ${LINES.top + LINES.height + 5})`}
            className={styles.cold}
          />
        ))}
    </g>
  );
}

function Means({ frame, steps }: { frame: Frame; steps: readonly Step[] }) {
  const stacks = steps.map((step) => stackOf(step));
  const most = Math.max(...stacks.map((stack) => stack.at(-1)?.to ?? 0)) || EMPTY_MS;
  const y = scaleLinear({ domain: [0, most], range: [BARS.top + BARS.height, BARS.top], nice: 3 });
  const gap = frame.stepWidth > 4 ? 1 : 0;
  return (
    <g>
      <ValueAxis frame={frame} ticks={y.ticks(3)} y={y} format={formatTickMs} />
      {steps.map((step, index) =>
        stacks[index]?.map(({ stage, from, to }) => (
          <rect
            key={`${step.at}-${stage}`}
            x={frame.x(step.at) + gap / 2}
            y={y(to)}
            width={Math.max(1, frame.stepWidth - gap)}
            height={Math.max(0, y(from) - y(to))}
            className={styles[stage]}
          />
        )),
      )}
    </g>
  );
}
